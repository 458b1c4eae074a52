/* SPDX-License-Identifier: MIT
 * What can be traded, and on which grid. One struct universe holds all instruments; sym_t is its index. It is
 * made by the app, const for codecs, sim and engine, and changed only by INSTRUMENT events between turns. */
#ifndef TRADEBOT_INSTRUMENT_H
#define TRADEBOT_INSTRUMENT_H

#include "tradebot/units.h"

#define SYMBOL_TEXT_MAX 32 /* "BTC/USDT:USDT" with its NUL */

/* One step of a decimal grid: step * 10^-decimals. 0.5 is {5, 1}; 1000 is {1000, 0}. */
struct grid {
	int64_t step;
	int64_t decimals;
};

#define INSTRUMENT_STATUSES(X)                          \
	X(TRADING, "trading")                           \
	X(CLOSING, "maintenance is announced: reduce only") \
	X(SUSPENDED, "suspended (maintenance)")         \
	X(DELISTING, "delisting: reduce only")          \
	X(GONE, "no longer listed")
#define X(id, text) INSTRUMENT_##id,
enum instrument_status { INSTRUMENT_STATUSES(X) INSTRUMENT_STATUS_COUNT };
#undef X

struct instrument {
	char name[SYMBOL_TEXT_MAX]; /* BTC/USDT:USDT */
	char wire[SYMBOL_TEXT_MAX]; /* the exchange's own id: BTCUSDT, BTC-USDT-SWAP */
	int64_t status;		    /* enum instrument_status */
	int64_t blacklisted;	    /* 1: the owner does not want it */
	int64_t generation;	    /* counts changes of tick, lot or contract */
	struct grid tick;	    /* USDT per tick */
	struct grid lot;	    /* order units (coins, or contracts) per lot */
	struct grid contract;	    /* coins per order unit; {1, 0} unless the venue counts contracts */
	/* value of one tick times one lot, in money: num / den, reduced; set by instrument_settle() */
	int64_t value_num, value_den;
	qty_t min_qty, max_qty; /* lots, of one market order */
	money_t min_notional;
	ratio_t maintenance;	/* maintenance margin as a share of notional */
	ratio_t taker_fee;	/* of notional */
	ms_t listed_ms;		/* when it was listed; UNKNOWN if nobody said */
	ms_t funding_every_ms;	/* between settlements */
};

struct universe {
	size_t count;
	struct instrument at[SYMBOLS_MAX];
};

/* Computes value_num / value_den from the three grids. TB_ERANGE if a grid is outside tick 1e-11..1e3,
 * lot 1e-8..1e6, or value_den would pass 1e11 or value_num 1e12. */
int instrument_settle(struct instrument *instrument);

/* From one decimal grid to another: a count of old steps times num / den is a count of new ones. Reduced;
 * begins as {1, 1}. */
struct grid_factor {
	int64_t num, den;
};

/* *factor times what leads from steps of was to steps of now (several for a product of grids: lot x contract).
 * False if a step is not positive or it cannot be written in 64 bits; *factor is then unusable. */
bool grid_factor_add(struct grid_factor *factor, const struct grid *was, const struct grid *now);
/* Both factors of a new generation: of prices, and of sizes in lots. False as above, with both {0, 1}. */
bool instrument_factors(const struct instrument *was, const struct instrument *now, struct grid_factor *ticks,
			struct grid_factor *lots);

/* Value of qty lots at price ticks, in money. -1 when out of range (see mul_div_*). Down for what we own,
 * up for what we owe or risk. */
money_t notional_down(const struct instrument *instrument, price_t price, qty_t qty);
money_t notional_up(const struct instrument *instrument, price_t price, qty_t qty);

/* The most lots whose value at price is at most budget; 0 if not even one. -1 on bad arguments. */
qty_t lots_for(const struct instrument *instrument, price_t price, money_t budget);

/* Index of the instrument of that name (BTC/USDT:USDT), SYM_NONE if there is none. */
sym_t universe_find(const struct universe *universe, const char *name);

/* "BTC/USDT", "BTCUSDT" or "BTC/USDT:USDT" -> "BTC/USDT:USDT" in out (upper-cased). TB_EINVAL if it is none of
 * these or not quoted in USDT. */
int symbol_normalise(const char *text, char out[static SYMBOL_TEXT_MAX]);

#endif
