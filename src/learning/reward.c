/* SPDX-License-Identifier: MIT
 * The reward of a trade: see the header for the formula. Each term is computed with its rounding against us,
 * and a term that does not fit makes the whole UNKNOWN. */
#include "reward.h"

const struct reward_settings reward_settings_default = {
	.drawdown_weight = 2 * RATIO_ONE,
	.size_weight = RATIO_ONE / 2,
	.breach = RATIO_ONE,
	.position_share = RATIO_ONE / 5,
};

static bool usable(int64_t value)
{
	return value >= 0 && value <= VALUE_MAX;
}

ratio_t reward_of(const struct trade *trade, const struct reward_settings *settings)
{
	int64_t change, drawdown = 0, volatility = 0, excess = 0, size;

	if (!usable(trade->capital) || trade->capital == 0 || !usable(trade->entry_cost) ||
	    !usable(trade->risk) || trade->net < -VALUE_MAX || trade->net > VALUE_MAX ||
	    !usable(trade->drawdown_before) || !usable(trade->drawdown_after))
		return UNKNOWN;
	change = trade->net < 0 ? mul_div_up(-trade->net, RATIO_ONE, trade->capital)
				: mul_div_down(trade->net, RATIO_ONE, trade->capital);
	if (trade->drawdown_after > trade->drawdown_before)
		drawdown =
			share_up(trade->drawdown_after - trade->drawdown_before, settings->drawdown_weight);
	if (trade->volatility > RATIO_ONE / 2) {
		volatility = share_up(trade->risk, trade->volatility - RATIO_ONE / 2);
		volatility = volatility < 0 ? -1 : mul_div_up(volatility, RATIO_ONE, trade->capital);
	}
	size = mul_div_up(trade->entry_cost, RATIO_ONE, trade->capital);
	if (size > settings->position_share)
		excess = share_up(size - settings->position_share, settings->size_weight);
	if (change < 0 || drawdown < 0 || volatility < 0 || size < 0 || excess < 0)
		return UNKNOWN;
	if (trade->net < 0)
		change = -change;
	return change - drawdown - volatility - excess - (trade->breach == 1 ? settings->breach : 0);
}
