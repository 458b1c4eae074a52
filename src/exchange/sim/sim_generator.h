/* SPDX-License-Identifier: MIT
 * A small seeded market: prices that wander through calm, rising, falling and turbulent spells, together
 * through a common factor and each on its own, with volatility that clusters, jumps, volume and funding. Bar
 * i of a symbol depends on the seed, the symbol's name and i only. Doubles, but only + - * / and sqrt: the
 * same everywhere. Called by sim_market; it knows nothing of time, orders or events. */
#ifndef TRADEBOT_SIM_GENERATOR_H
#define TRADEBOT_SIM_GENERATOR_H

#include "random.h"
#include "tradebot/instrument.h"
#include "tradebot/market.h"

#define SIM_GENERATED_MAX 32 /* instruments in the table */
#define SIM_STEPS         4  /* of the path inside a bar */

/* A spell: which one, and the volatility it lives in (variance as a multiple of the usual one). */
struct sim_spell {
	struct random random;
	int64_t regime;
	double variance;
};

/* What all symbols share: a spell of its own, and the steps it took in the running bar. */
struct sim_common {
	struct sim_spell spell;
	double step[SIM_STEPS];
};

/* The path of one symbol. Prices are in ticks, unrounded. */
struct sim_walk {
	struct sim_spell spell;
	double price, anchor, home; /* now; where a calm spell began; where the symbol started */
	double sigma, beta;         /* per bar: of its own; share of the common factor */
	double lots;                /* mean volume of a bar at the home price */
	double scale;               /* timeframe / 1 minute */
	double trend;               /* smoothed return per minute */
};

/* Starts at bar 0. timeframe_ms > 0. */
void sim_common_init(struct sim_common *common, uint64_t seed);
void sim_walk_init(struct sim_walk *walk, uint64_t seed, const struct instrument *instrument,
		   ms_t timeframe_ms);

/* The next bar of the common factor; then, once for each symbol, the next bar of that symbol. open_ms is not
 * set. */
void sim_common_step(struct sim_common *common, double scale);
void sim_walk_step(struct sim_walk *walk, const struct sim_common *common, struct candle *bar);

/* The rate that a settlement now would have: 1 bp plus a share of the trend, within +-5 bps. */
ratio_t sim_walk_funding(const struct sim_walk *walk);

/* The first `symbols` rows of the table (at most SIM_GENERATED_MAX), sorted by name: real-life grids, minima
 * and maximum sizes; some count contracts. taker_fee in 0..1. */
void sim_universe_generate(struct universe *universe, size_t symbols, ratio_t taker_fee);

/* What the generator knows of an instrument that is no part of it. */
struct sim_profile {
	double price;    /* USDT */
	double sigma;    /* of its own, per minute, in units of 1e-5 */
	double turnover; /* USDT per minute */
	double beta;
};
/* The table's row of that name; for a name it does not know, a plain one of 100 USDT. */
struct sim_profile sim_profile_find(const char *name);

#endif
