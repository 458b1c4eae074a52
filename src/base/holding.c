/* SPDX-License-Identifier: MIT
 * See holding.h. */
#include "holding.h"

money_t holding_realised(const struct holding *holding)
{
	money_t closed_cost = holding->entry_cost - holding->cost;

	return holding->side == SIDE_LONG ? holding->exit_value - closed_cost
					  : closed_cost - holding->exit_value;
}

money_t holding_gross(const struct holding *holding, const struct instrument *instrument, price_t price)
{
	if (holding->qty == 0)
		return 0;
	money_t value = holding->side == SIDE_LONG ? notional_down(instrument, price, holding->qty)
						   : notional_up(instrument, price, holding->qty);

	if (value < 0 || holding->cost < 0 || holding->cost > VALUE_MAX)
		return UNKNOWN;
	return holding->side == SIDE_LONG ? value - holding->cost : holding->cost - value;
}

money_t holding_net(const struct holding *holding, const struct instrument *instrument, price_t price)
{
	money_t gross = holding_gross(holding, instrument, price);

	return gross == UNKNOWN ? UNKNOWN
				: holding_realised(holding) + gross - holding->fees + holding->funding;
}
