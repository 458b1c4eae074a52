/* SPDX-License-Identifier: MIT
 * What a simulated market charges beside fees: spread, depth and impact, as functions of candles and of the
 * order alone. Integers with named roundings, so that anyone can recompute each fill: docs/simulation.md has
 * the same formulas in words. Market and broker use them; nobody else knows them. */
#ifndef TRADEBOT_SIM_MODEL_H
#define TRADEBOT_SIM_MODEL_H

#include "tradebot/instrument.h"
#include "tradebot/market.h"

#define SIM_SYMBOLS_MAX 64
#define SIM_DEPTH_BARS  30 /* depth is smoothed over so many closed bars */

/* Ratios; sim_model_default has 1 bp, 2 %, 5 %, 10 bps, 50 bps. */
struct sim_model {
	ratio_t half_spread; /* of the close */
	ratio_t widening;    /* of the bar's range, added to the half spread */
	ratio_t depth_share; /* of the mean notional of a bar: what rests within 10 bps of the mid, on each
				side */
	ratio_t impact;      /* of an order as large as the depth */
	ratio_t impact_cap;
};
extern const struct sim_model sim_model_default;

/* True if every ratio is in 0..1: nothing below is defined otherwise. */
bool sim_model_usable(const struct sim_model *model);

/* share_down() for ratios up to 1 and values up to VALUE_MAX, exact, without a division: it runs on each bar.
 */
static inline int64_t sim_share(int64_t value, ratio_t ratio)
{
	return value / RATIO_ONE * ratio + value % RATIO_ONE * ratio / RATIO_ONE;
}

/* Depth as a book has it: the value of whole lots at the bid, the thinner side, rounded down. 0: not even
 * one. */
money_t sim_whole_depth(const struct instrument *instrument, price_t bid, money_t depth);
/* The lots of such a depth. */
qty_t sim_depth_lots(const struct instrument *instrument, price_t bid, money_t depth);

/* The distance of bid and ask from the close of this bar, in ticks: half_spread of the close rounded up, plus
 * widening of (high - low) rounded down, at least one tick, less than the close where that is possible. */
price_t sim_half_spread(const struct sim_model *model, const struct candle *bar);

/* What the bar turned over: volume at its close, rounded down; VALUE_MAX where it is more. */
money_t sim_bar_turnover(const struct instrument *instrument, const struct candle *bar);

/* impact * notional / depth, rounded down, at most impact_cap; under 0.01 bps it is 0. An unknown or empty
 * depth gives the cap. notional and depth in 0..VALUE_MAX. */
ratio_t sim_impact(const struct sim_model *model, money_t notional, money_t depth);

/* The impact in ticks of this price, rounded up: against the trader. */
price_t sim_impact_ticks(price_t price, ratio_t impact);

#endif
