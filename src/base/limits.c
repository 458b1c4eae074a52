/* SPDX-License-Identifier: MIT
 * The default limits and the three amounts of money that gate and sizing both ask for. The compiled-in
 * ceilings hold here too, whatever a struct limits says. */
#include "tradebot/limits.h"

const struct limits limits_default = {
	.risk_per_trade = RATIO_ONE / 100,
	.daily_loss = 5 * RATIO_ONE / 100,
	.positions = 5,
	.position_share = 20 * RATIO_ONE / 100,
	.portfolio_share = 50 * RATIO_ONE / 100,
	.spread = 10 * BPS,
	.depth_multiple = 10,
	.slippage = 10 * BPS,
	.slippage_fills = 5,
	.slippage_window_ms = 24 * HOUR_MS,
	.slippage_close_ms = 6 * HOUR_MS,
	.safe_confidence = 80 * RATIO_ONE / 100,
	.entries_minute = 10,
	.entries_day = 100,
	.fees_day = RATIO_ONE / 100,
	.martingale_ms = 24 * HOUR_MS,
	.ticker_age_ms = 30 * SECOND_MS,
	.depth_age_ms = 5 * SECOND_MS,
	.bar_age_ms = 10 * SECOND_MS, /* on top of one bar */
	.clock_off_ms = SECOND_MS,
	.timeframe_ms = MINUTE_MS,
	.ticket_ms = 5 * SECOND_MS,
	.red_day = 5 * BPS, /* 0.05 % */
	.pause_rearm = 25 * RATIO_ONE / 1000,
	.unlock_after_ms = 24 * HOUR_MS,
};

/* floor(capital * ratio), or floor(capital * ratio / 2): one rounding, so that a limit is exact. */
/*@ requires 0 <= ratio <= 1000000000 || ratio < 0;
    assigns \nothing;
    ensures value(\result);
    ensures whole: !half && ratio >= 0 && capital >= 0 ==> \result * 1000000000 <= capital * ratio;
    ensures halved: half && ratio >= 0 && capital >= 0 ==> \result * 2000000000 <= capital * ratio;
    ensures none: ratio < 0 || capital < 0 ==> \result == 0;
*/
static money_t share_of(money_t capital, ratio_t ratio, bool half)
{
	if (capital < 0 || capital > VALUE_MAX)
		return 0;
	money_t share = mul_div_down(capital, ratio, half ? 2 * RATIO_ONE : RATIO_ONE);
	return share < 0 ? 0 : share;
}

/*@ requires \valid_read(limits);
    assigns \nothing;
    ensures value(\result);
    ensures share: capital >= 0 && limits->risk_per_trade >= 0 && !half ==>
        \result * 1000000000 <= capital * limits->risk_per_trade;
    ensures half_share: capital >= 0 && limits->risk_per_trade >= 0 && half ==>
        \result * 2000000000 <= capital * limits->risk_per_trade;
    ensures ceiling: capital >= 0 && !half ==> percent(\result, 2, capital);
    ensures half_ceiling: capital >= 0 && half ==> half_percent(\result, 2, capital);
    ensures none: limits->risk_per_trade < 0 ==> \result == 0;
*/
money_t limit_risk(const struct limits *limits, money_t capital, bool half)
{
	ratio_t ratio = limits->risk_per_trade;
	return share_of(capital, ratio > CEILING_RISK_PER_TRADE ? CEILING_RISK_PER_TRADE : ratio, half);
}

/*@ assigns \nothing;
    ensures value(\result);
    ensures whole: capital >= 0 && !half ==> percent(\result, 30, capital);
    ensures halved: capital >= 0 && half ==> half_percent(\result, 30, capital);
*/
money_t limit_symbol(money_t capital, bool half)
{
	return share_of(capital, CAP_SYMBOL_EXPOSURE, half);
}

/*@ assigns \nothing;
    ensures value(\result);
    ensures whole: capital >= 0 && !half ==> percent(\result, 50, capital);
    ensures halved: capital >= 0 && half ==> half_percent(\result, 50, capital);
*/
money_t limit_total(money_t capital, bool half)
{
	return share_of(capital, CAP_TOTAL_EXPOSURE, half);
}
