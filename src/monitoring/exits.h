/* SPDX-License-Identifier: MIT
 * When a position should go although neither stop nor target was hit, and where its stop should be. Pure
 * decisions on one holding; the engine turns them into REDUCE and PROTECT. Money is compared as integers: +1
 * R means that the gross gain of the open quantity at a closed price has reached its share of the approved
 * risk. Must never place, size or cancel anything. */
#ifndef MONITORING_EXITS_H
#define MONITORING_EXITS_H

#include "tradebot/instrument.h"
#include "tradebot/market.h"
#include "tradebot/order.h"

struct exit_settings {
	ms_t hold_ms;               /* the longest a position is held; 24 h */
	int64_t contradiction_bars; /* bars in a row against it, below +1 R; 10 */
	int64_t trail_steps;        /* the trailing stop moves by at least trail / this: 12, 0.25 of 3 ATR */
};
extern const struct exit_settings exit_settings_default;

/* Once per closed bar of an open holding, before trail_stop. bar ended at now. Updates best_close, mae, mfe
 * and against_bars of *holding. er100: signed efficiency ratio, NAN if unknown. EXIT_TIME, EXIT_CONTRADICTION
 * or EXIT_NONE. A bar that ended before the first fill (or with it), or a flat holding, changes nothing. A
 * bar contradicts while the holding is below +1 R at its close and: trend, ER100 is against the side;
 * breakout, the regime is low_vol; mean reversion, the regime is trending and ER100 is against the side. Any
 * other bar ends the run. mae and mfe: gross PnL of the whole trade at the bar's extremes, rounded down. */
enum exit_reason exit_due(const struct exit_settings *settings, struct holding *holding,
			  const struct candle *bar, const struct instrument *instrument, enum regime regime,
			  double er100, ms_t now);

/* The stop that trails best_close by holding->trail, or 0 to leave it: no trailing, +1 R never reached at a
 * close, no price, or not better than holding->stop by trail / trail_steps. Always toward profit. */
price_t trail_stop(const struct exit_settings *settings, const struct holding *holding,
		   const struct instrument *instrument);

/* P > 95 on a held symbol: the stop at entry + round-trip costs (ratio of notional, as decide counts them),
 * or 0 to leave it: P not over 95 or unknown, mark not beyond that price by a spread, bid, ask or mark
 * unknown, or the stop is already there or better. */
price_t break_even_stop(const struct holding *holding, const struct instrument *instrument,
			const struct quote *quote, ratio_t costs);

/* How much of the open quantity may stay, so that its loss at the stop, with the fees of both ways, is at
 * most ceiling: all of it where it fits (or nothing can be said: no stop, no cost), rounded down, possibly 0.
 */
qty_t fit_qty(const struct holding *holding, const struct instrument *instrument, money_t ceiling);

/* cost / qty in ticks, floored or ceiled; -1 if out of range. Against the trader: a long bought at _up, a
 * short sold at _down. */
price_t entry_price_down(const struct instrument *instrument, money_t cost, qty_t qty);
price_t entry_price_up(const struct instrument *instrument, money_t cost, qty_t qty);

#endif
