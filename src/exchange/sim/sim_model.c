/* SPDX-License-Identifier: MIT
 * The formulas of spread, depth and impact. */
#include "sim_model.h"

#define WHOLE_MOST   (1LL << 52)
#define IMPACT_LEAST (BPS / 100)

const struct sim_model sim_model_default = {
	.half_spread = BPS,
	.widening = 2 * RATIO_ONE / 100,
	.depth_share = 5 * RATIO_ONE / 100,
	.impact = 10 * BPS,
	.impact_cap = 50 * BPS,
};

static bool is_share(ratio_t ratio)
{
	return ratio >= 0 && ratio <= RATIO_ONE;
}

bool sim_model_usable(const struct sim_model *model)
{
	return is_share(model->half_spread) && is_share(model->widening) && is_share(model->depth_share) &&
	       is_share(model->impact) && is_share(model->impact_cap);
}

price_t sim_half_spread(const struct sim_model *model, const struct candle *bar)
{
	price_t range = bar->high - bar->low, half;

	if (bar->close <= INT64_MAX / RATIO_ONE && range <= INT64_MAX / RATIO_ONE) { /* nearly always */
		int64_t product = bar->close * model->half_spread;
		half = product / RATIO_ONE + (product % RATIO_ONE != 0) + range * model->widening / RATIO_ONE;
	} else {
		bool exact = bar->close % RATIO_ONE * model->half_spread % RATIO_ONE == 0;
		half = sim_share(bar->close, model->half_spread) + !exact + sim_share(range, model->widening);
	}
	if (half >= bar->close)
		half = bar->close - 1;
	return half < 1 ? 1 : half;
}

qty_t sim_depth_lots(const struct instrument *instrument, price_t bid, money_t depth)
{
	/* it was rounded down from an exact value that may be up to one more */
	bool exact = instrument->value_den == 1;
	qty_t lots = bid > 0 && depth > 0 ? lots_for(instrument, bid, exact ? depth : depth + 1) : 0;

	return lots > 0 ? lots : 0;
}

money_t sim_whole_depth(const struct instrument *instrument, price_t bid, money_t depth)
{
	if (bid <= 0 || depth <= 0)
		return 0;
	money_t lot;
	if (instrument->value_den == 1 && !__builtin_mul_overflow(bid, instrument->value_num, &lot) &&
	    lot < WHOLE_MOST && depth < WHOLE_MOST) {
		/* The usual instrument, on every bar. Below 2^52 the nearest double to a quotient is on the
		 * same side of every integer as the quotient itself, and half as dear as a division of 64-bit
		 * integers. */
		return (money_t)((double)depth / (double)lot) * lot;
	}
	qty_t lots = lots_for(instrument, bid, depth);
	money_t whole = lots > 0 ? notional_down(instrument, bid, lots) : 0;
	return whole > 0 ? whole : 0;
}

money_t sim_bar_turnover(const struct instrument *instrument, const struct candle *bar)
{
	int64_t units, value;

	/* nearly always: whole money per tick and lot, and it fits */
	if (instrument->value_den == 1 && !__builtin_mul_overflow(bar->close, bar->volume, &units) &&
	    !__builtin_mul_overflow(units, instrument->value_num, &value))
		return value > VALUE_MAX ? VALUE_MAX : value;
	value = notional_down(instrument, bar->close, bar->volume);
	return value < 0 ? VALUE_MAX : value;
}

ratio_t sim_impact(const struct sim_model *model, money_t notional, money_t depth)
{
	if (depth <= 0)
		return model->impact_cap;
	ratio_t impact = mul_div_down(model->impact, notional, depth);

	if (impact < 0 || impact > model->impact_cap)
		return model->impact_cap;
	return impact < IMPACT_LEAST ? 0 : impact;
}

price_t sim_impact_ticks(price_t price, ratio_t impact)
{
	return impact == 0 ? 0 : share_up(price, impact);
}
