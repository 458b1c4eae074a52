/* SPDX-License-Identifier: MIT
 * Adding to a turn's wants. The lists cannot overflow: the driver empties them while there is room for what
 * one event may need (TURN_EVENT_MAX); running over is a defect and stops the process. */
#ifndef TRADEBOT_BASE_WANTS_H
#define TRADEBOT_BASE_WANTS_H

#include "tradebot/event.h"

/* Stays on in release: a broken invariant must not trade on. */
#define tb_assert(condition) ((condition) ? (void)0 : __builtin_trap())

/* The new entry of the given kind, of which the caller writes the whole row. Never NULL. */
struct record *wants_record(struct wants *wants, enum record_kind kind);
/* The same, zeroed. */
struct intent *wants_intent(struct wants *wants, enum intent_kind kind, enum book book, sym_t sym);

/* True while one more event may be stepped. */
static inline bool wants_has_room(const struct wants *wants)
{
	return wants->intent_count + TURN_EVENT_MAX <= TURN_INTENTS_MAX &&
	       wants->record_count + TURN_EVENT_MAX <= TURN_RECORDS_MAX;
}

#endif
