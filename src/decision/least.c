/* SPDX-License-Identifier: MIT
 * The smallest order, and the capital it takes: each cap of the sizing turned round. */
#include "decision.h"

qty_t decision_least_lots(const struct instrument *instrument, price_t entry)
{
	qty_t lots = lots_for(instrument, entry, instrument->min_notional);

	if (lots < 0)
		return VALUE_MAX;
	if (notional_down(instrument, entry, lots) < instrument->min_notional)
		lots++;
	return lots > instrument->min_qty ? lots : instrument->min_qty;
}

/* The least C of which `share` covers what is needed. */
static money_t covers(money_t needed, ratio_t share)
{
	money_t capital = share > 0 ? mul_div_up(needed, RATIO_ONE, share) : -1;

	return capital < 0 ? VALUE_MAX : capital;
}

money_t decision_least_capital(const struct decision_settings *settings, const struct limits *limits,
			       const struct instrument *instrument, price_t entry, bool scanned)
{
	qty_t lots = decision_least_lots(instrument, entry);
	money_t value = notional_up(instrument, entry, lots), most = 0;
	/* a stop is at least two ticks away; the gate rounds the loss up twice */
	money_t loss = notional_up(instrument, 2, lots) + share_up(value, 2 * instrument->taker_fee) + 2;
	ratio_t margin = mul_div_down(settings->margin_share, settings->leverage, RATIO_ONE);
	ratio_t risk = limits->risk_per_trade < CEILING_RISK_PER_TRADE ? limits->risk_per_trade
								       : CEILING_RISK_PER_TRADE;

	if (value <= 0 || lots > instrument->max_qty)
		return VALUE_MAX;
	const money_t needed[] = {covers(value, limits->position_share),
				  covers(value, CAP_SYMBOL_EXPOSURE),
				  covers(value, CAP_TOTAL_EXPOSURE),
				  covers(value, margin),
				  scanned ? covers(value, limits->portfolio_share) : 0,
				  covers(loss, risk)};
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		most = needed[i] > most ? needed[i] : most;
	return most;
}
