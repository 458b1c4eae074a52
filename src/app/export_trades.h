/* SPDX-License-Identifier: MIT
 * Closed trades as CSV, for spreadsheets and for recomputing them from the candles. */
#ifndef TRADEBOT_APP_EXPORT_TRADES_H
#define TRADEBOT_APP_EXPORT_TRADES_H

#include "tradebot/instrument.h"
#include "tradebot/order.h"

#include <stdio.h>

#define EXPORT_HEADER                                                                                        \
	"symbol,side,strategy,regime,confidence,signal_ts_ms,entry_ts_ms,entry_price,qty,stop,target,exit_"  \
	"ts_ms,"                                                                                             \
	"exit_price,exit_reason,fees,funding,gross_pnl,net_pnl,r_multiple,mae,mfe,entry_slippage_bps,"       \
	"exit_slippage_bps,spread_bps,impact_bps,latency_ms,equity_before"

/* Header and one row a trade. Decimals are exact, but for average prices of several fills (12 digits). */
void export_trades(const struct trade *trades, size_t count, const struct universe *universe, FILE *out);

#endif
