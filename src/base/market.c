/* SPDX-License-Identifier: MIT
 * Arithmetic on quotes. */
#include "tradebot/market.h"

ratio_t quote_spread(price_t bid, price_t ask)
{
	if (bid <= 0 || bid > ask || ask > VALUE_MAX / 4)
		return UNKNOWN;
	return mul_div_up(2 * (ask - bid), RATIO_ONE, ask + bid);
}
