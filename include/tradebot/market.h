/* SPDX-License-Identifier: MIT
 * What the market says: candles and quotes. */
#ifndef TRADEBOT_MARKET_H
#define TRADEBOT_MARKET_H

#include "tradebot/units.h"

/* One bar. Prices are ticks, volume is whole lots (rounded down). [open_ms, open_ms + timeframe). */
struct candle {
	ms_t open_ms;
	price_t open, high, low, close;
	int64_t volume;
};

/* Closed bars of some symbols, borrowed: of instants that follow each other, a timeframe apart. */
struct stretch {
	size_t instants, symbols;
	ms_t first_ms, every_ms; /* the first instant, at which the first bars end; from one to the next */
	const struct candle *bars[SYMBOLS_MAX]; /* of each symbol, one after the other; NULL: it has none */
};

/* A rank among n values, P = 100 * twice_below_plus_equal / (2 n) percent, kept exact: num of den.
 * den == 0: unknown. */
struct rank {
	int64_t num, den;
};

/* The market of one symbol as last heard. Every field is UNKNOWN until it was heard. */
struct quote {
	price_t bid, ask, mark, last; /* ticks */
	ratio_t spread;		      /* (ask - bid) / mid, rounded up */
	money_t depth;		      /* notional within 10 bps of the mid, the thinner side */
	ms_t ticker_ms, depth_ms;     /* when they were heard */
	ms_t bar_ms;		      /* end of the last closed bar */
	struct rank volatility;	      /* P of the last closed bar */
};

/* (ask - bid) / mid as a ratio, rounded up; UNKNOWN unless 0 < bid <= ask <= VALUE_MAX / 4. */
ratio_t quote_spread(price_t bid, price_t ask);

#define REGIMES(X)                     \
	X(NONE, "none")                \
	X(MEAN_REVERT, "mean_revert")  \
	X(TRENDING, "trending")        \
	X(HIGH_VOL, "high_vol")        \
	X(LOW_VOL, "low_vol")
#define X(id, text) REGIME_##id,
enum regime { REGIMES(X) REGIME_COUNT };
#undef X
extern const char *const regime_text[REGIME_COUNT];

#define STRATEGIES(X)                        \
	X(MEAN_REVERSION, "mean_reversion")  \
	X(TREND, "trend")                    \
	X(BREAKOUT, "breakout")
#define X(id, text) STRATEGY_##id,
enum strategy { STRATEGIES(X) STRATEGY_COUNT };
#undef X
extern const char *const strategy_text[STRATEGY_COUNT];

enum side { SIDE_NONE = 0, SIDE_LONG = 1, SIDE_SHORT = -1 };
extern const char *const side_text[3]; /* index side + 1: short, none, long */

/* What a strategy saw on a closed bar. Distances are ticks > 0 from the entry price, whatever that will be. */
struct signal {
	int64_t strategy;	 /* enum strategy */
	int64_t side;		 /* enum side; SIDE_NONE: no signal */
	ratio_t confidence;	 /* 0..1 */
	price_t stop_distance;
	price_t target_distance; /* used unless target is set */
	price_t target;		 /* an absolute level (mean reversion: the middle band), or 0 */
	price_t trail;		 /* trailing distance once +1 R; 0: does not trail */
};

#endif
