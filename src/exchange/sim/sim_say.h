/* SPDX-License-Identifier: MIT
 * How the simulated market writes its events, for the files of the market: inlined, as they are in every bar.
 */
#ifndef TRADEBOT_SIM_SAY_H
#define TRADEBOT_SIM_SAY_H

#include "sim_market.h"

/* The next event. There are four to a bar: each writes all that its kind has and leaves the rest of the room
 * as it is. */
static inline struct event *say(struct event *event, enum event_kind kind, int64_t sym, ms_t now)
{
	event->at_ms = now;
	event->kind = (uint8_t)kind;
	event->book = 0;
	event->sym = (sym_t)sym;
	return event;
}

static inline void say_candle(struct event *event, int64_t sym, ms_t now, const struct candle *candle,
			      bool closed)
{
	say(event, EVENT_CANDLE, sym, now);
	event->candle.candle = *candle;
	event->candle.closed = closed;
	event->candle.history = false;
}

/* The first price of the running bar. */
static inline void say_print(struct event *event, const struct sim_market_symbol *symbol, int64_t sym,
			     ms_t now)
{
	price_t open = symbol->express.differs ? sim_expressed(&symbol->express, &symbol->raw).open
					       : symbol->raw.open;

	say_candle(event, sym, now,
		   &(struct candle){.open_ms = now, .open = open, .high = open, .low = open, .close = open},
		   false);
}

#endif
