/* SPDX-License-Identifier: MIT
 * A seeded market: prices that live through spells of changing character, together through a common factor
 * and each on its own, with volatility that clusters on three horizons, jumps, gaps, volume and funding.
 * docs/simulation.md has the model and how it was measured against recorded markets. Bar i of a symbol
 * depends on the seed, the symbol's name, its first grid, the timeframe and i only. Doubles, but only + - * /
 * and sqrt: the same everywhere. Called by sim_market; it knows nothing of time, orders or events. */
#ifndef TRADEBOT_SIM_GENERATOR_H
#define TRADEBOT_SIM_GENERATOR_H

#include "random.h"
#include "tradebot/instrument.h"
#include "tradebot/market.h"

#define SIM_GENERATED_MAX 32 /* instruments in the table */

enum sim_regime { SIM_CALM, SIM_RISING, SIM_FALLING, SIM_TURBULENT, SIM_REGIME_COUNT };

/* A spell, and the volatility that its owner lives in. Variances are multiples of the usual one. */
struct sim_spell {
	struct random random;
	int64_t regime;            /* enum sim_regime */
	int64_t ends_below;        /* of 65536: the chance that it ends with a bar */
	double level;              /* the variance it draws to */
	double drift, pull;        /* a bar: in usual deviations; share of the distance to the anchor */
	double fast, middle, slow; /* squared moves, smoothed over 4, 40 and 500 bars */
};

/* What all symbols share: its move in the running bar and the variance that made it. */
struct sim_common {
	struct sim_spell spell;
	double move, variance;
};

/* The path of one symbol. Prices are in ticks, unrounded. */
struct sim_walk {
	struct sim_spell spell;
	double price, anchor, home; /* now; where the spell began; where the symbol started */
	double sigma, beta;         /* usual deviation of its own, a bar; share of the common factor */
	double usual;               /* deviation of both together, a bar */
	double lots;                /* mean volume of a bar at the home price */
	double trend;               /* smoothed return per minute */
	double scale;               /* timeframe / 1 minute */
};

/* Starts at bar 0. timeframe_ms > 0; the same one for all of a market. */
void sim_common_init(struct sim_common *common, uint64_t seed, ms_t timeframe_ms);
void sim_walk_init(struct sim_walk *walk, uint64_t seed, const struct instrument *instrument,
		   ms_t timeframe_ms);

/* The next bar of the common factor; then, once for each symbol, the next bar of that symbol. open_ms is not
 * set. */
void sim_common_step(struct sim_common *common, double scale);
void sim_walk_step(struct sim_walk *walk, const struct sim_common *common, struct candle *bar);

/* The rate that a settlement now would have: for 8 h 1 bp plus a share of the trend, within +-20 bps; for a
 * shorter interval that much less. every_ms: 1 to 8 h. */
ratio_t sim_walk_funding(const struct sim_walk *walk, ms_t every_ms);

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
