/* SPDX-License-Identifier: MIT
 * One symbol's closed bars turned into indicators, a volatility percentile, a regime and signals (rules 2).
 * The engine keeps one struct series per watched symbol, pushes each closed bar and reads the result; the
 * verb `indicators` does the same from a file. Every sum is an exact integer, so there is nothing to drift
 * and the bits do not depend on the compiler; no libm function but sqrt is called. Prices are ticks of one
 * instrument generation: a new generation needs series_init. No pointers: a struct series may be copied or
 * stored as it is. */
#ifndef SIGNAL_SERIES_H
#define SIGNAL_SERIES_H

#include "percentile.h"
#include "tradebot/market.h"

#define SERIES_RANK_MAX PERCENTILE_WINDOW_MAX
/* From so many bars on, two series that began at different bars agree to 1e-9. */
#define SERIES_WARM_BARS 1020

/* The same for every push and read of one series, which remembers what follows from them. */
struct signal_settings {
	double band_width;                      /* Bollinger bands, in deviations */
	double mean_stop_share;                 /* mean reversion: stop distance, of the target distance */
	double mean_stop_atr;                   /* ... and at least so many ATR */
	double stop_atr, target_atr, trail_atr; /* trend, in ATR */
	double breakout_stop_atr, breakout_target_atr, breakout_trail_atr;
	int rank_window;         /* keys in the volatility percentile, 1..SERIES_RANK_MAX */
	int rank_minimum;        /* keys needed before it is known */
	int rank_high, rank_low; /* percent: high_vol at or above, low_vol below */
	double ratio_trending;   /* |ER100| at or above: trending */
	int hysteresis_bars;     /* a new regime counts once it stood so long */
	int jump_pct;            /* a close-to-close move over this drops the series, 1..90 */
	int hole_bars;           /* so many missing bars are stepped over; more drop the series */
	ms_t timeframe_ms;       /* > 0 */
};
extern const struct signal_settings signal_settings_default;

#define SERIES_CLOSES  128 /* powers of two, over 101 and 20 bars back */
#define SERIES_RETURNS 32
#define SERIES_RANGE   20

/* Sum and sum of squares of a window: 64 bits hold 30 prices of up to VALUE_MAX, 128 bits their squares,
 * exactly. */
__extension__ typedef unsigned __int128 wide_t;
__extension__ typedef __int128 signed_wide_t;
struct moments {
	int64_t sum;
	wide_t squares;
};

/* Highest high and lowest low of the last 20 bars: the tail of the last full block of 20 (suffix) and the
 * bars since (filling). Two comparisons a bar, and the same answer wherever the blocks begin. */
struct extremes {
	int32_t filling;
	price_t high, low; /* of the bars since the last full block */
	price_t highs[SERIES_RANGE], lows[SERIES_RANGE];
	price_t suffix_high[SERIES_RANGE + 1], suffix_low[SERIES_RANGE + 1];
};

struct series {
	ms_t open_ms;                  /* of the newest bar */
	int64_t bars;                  /* since the series began */
	price_t closes[SERIES_CLOSES]; /* bar n at n % SERIES_CLOSES, the first bar is 0 */
	int64_t sum10, sum30;          /* of closes */
	struct moments close20;
	int64_t path100;                   /* sum of |close changes| */
	int64_t returns_8[SERIES_RETURNS]; /* ln(close / previous close), rounded to 1e-8 */
	int64_t return20_8;                /* sum of returns_8 */
	uint64_t squares20_8;              /* sum of their squares, modulo 2^64: the key fits */
	struct extremes extremes;
	price_t hh20, ll20; /* of the 20 bars before the newest */
	double true_range_sum, atr;
	int32_t cross,
		cross_before; /* SMA 10 through SMA 30 on the newest bar, on the one before: enum side */
	int32_t above;        /* sign of SMA 10 - SMA 30 on the newest bar */
	int32_t regime, candidate, candidate_bars; /* enum regime */
	struct percentile percentile;              /* of volatility keys */
	uint32_t sides_of, keys_high, keys_low;    /* percentile_keys of so many, for high and low */
};

/* What stands after the newest bar. Prices in ticks; NAN: too little history. */
struct indicators {
	ms_t open_ms;
	price_t close;
	double sma10, sma30;
	double bb_mid, bb_upper, bb_lower;
	double atr14;
	double hh20, ll20;      /* of the 20 bars before this one */
	double sigma20;         /* sample deviation of the last 20 log returns */
	double er100;           /* -1..1; 0 when the price stood still */
	struct rank volatility; /* den 0: unknown */
	enum regime regime;     /* with hysteresis; REGIME_NONE: unknown */
};

enum series_answer {
	SERIES_OK,
	SERIES_OLD,     /* not newer than the last: ignored */
	SERIES_HOLE,    /* too many bars missing: this bar starts the series anew */
	SERIES_JUMP,    /* the close jumped too far: this bar starts the series anew */
	SERIES_UNUSABLE /* a price that is not 0 < low <= close <= high <= VALUE_MAX: ignored */
};

void series_init(struct series *series);

/* Takes the next closed bar. O(1). */
enum series_answer series_push(struct series *series, const struct signal_settings *settings,
			       const struct candle *candle);

/* Everything that stands after the newest bar; all NAN, zero and unknown before the first. */
void series_read(const struct series *series, const struct signal_settings *settings, struct indicators *out);

/* The signals of the newest bar, each only in its own regime, before costs; returns how many were written
 * (regimes exclude each other, so at most one of them today). Distances are whole ticks >= 1: stop and trail
 * rounded up, target down; mean reversion aims at the middle band, rounded to the nearest tick. On a grid so
 * coarse that ATR is under 5/3 ticks that rounding can leave reward:risk under 1.5: the gate's rule 5 says
 * so, not this. */
int signals_read(const struct series *series, const struct signal_settings *settings,
		 struct signal out[static STRATEGY_COUNT]);

/* The rank of the newest bar's volatility, of however many there are; den 0: none yet. */
struct rank series_volatility(const struct series *series);
/* Deviations of the newest 20 closes (population, ticks) and their mean, in ticks. Needs 20 bars. */
double series_mean20(const struct series *series);
double series_deviation20(const struct series *series);
/* Whether the newest close is clearly within so many of them; costs no root. False: it may be within or not.
 */
bool series_inside20(const struct series *series, double deviations);
/* close - close 100 bars ago over the path between; 0 if the price stood still. Needs 101 bars. */
double series_efficiency100(const struct series *series);

#endif
