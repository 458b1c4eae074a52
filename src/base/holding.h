/* SPDX-License-Identifier: MIT
 * What a holding is worth: the one place where its PnL is computed, for execution, exits and the account
 * alike. Values are rounded against us: what we own down, what we owe up. Pure. */
#ifndef TRADEBOT_BASE_HOLDING_H
#define TRADEBOT_BASE_HOLDING_H

#include "tradebot/instrument.h"
#include "tradebot/market.h"
#include "tradebot/order.h"

/* Gross PnL of what has been closed. */
money_t holding_realised(const struct holding *holding);
/* Gross PnL of the open quantity at a price, rounded down; 0 when flat. UNKNOWN if the price or a value is
 * out of range: no neutral number stands for it. */
money_t holding_gross(const struct holding *holding, const struct instrument *instrument, price_t price);
/* The whole trade at a price, fees and funding included. UNKNOWN as above. */
money_t holding_net(const struct holding *holding, const struct instrument *instrument, price_t price);

#endif
