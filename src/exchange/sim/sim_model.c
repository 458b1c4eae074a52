/* SPDX-License-Identifier: MIT
 * The formulas of spread, depth and impact. */
#include "sim_model.h"

#define IMPACT_LEAST (BPS / 100)

const struct sim_model sim_model_default = {
	.half_spread = BPS,
	.widening = 2 * RATIO_ONE / 100,
	.depth_share = 5 * RATIO_ONE / 100,
	.impact = 10 * BPS,
	.impact_cap = 50 * BPS,
};

price_t sim_half_spread(const struct sim_model *model, const struct candle *bar)
{
	price_t half = share_up(bar->close, model->half_spread);
	price_t wide = share_down(bar->high - bar->low, model->widening);

	half = (half < 0 ? 0 : half) + (wide < 0 ? 0 : wide);
	if (half >= bar->close)
		half = bar->close - 1;
	return half < 1 ? 1 : half;
}

money_t sim_bar_turnover(const struct instrument *instrument, const struct candle *bar)
{
	money_t value = notional_down(instrument, bar->close, bar->volume);

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
