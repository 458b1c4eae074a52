/* SPDX-License-Identifier: MIT
 * See wants.h. */
#include "wants.h"

struct record *wants_record(struct wants *wants, enum record_kind kind)
{
	tb_assert(wants->record_count < TURN_RECORDS_MAX);
	struct record *record = &wants->records[wants->record_count++];
	record->kind = kind;
	return record;
}

struct intent *wants_intent(struct wants *wants, enum intent_kind kind, enum book book, sym_t sym)
{
	tb_assert(wants->intent_count < TURN_INTENTS_MAX);
	struct intent *intent = &wants->intents[wants->intent_count++];
	*intent = (struct intent){.kind = (uint8_t)kind, .book = (uint8_t)book, .sym = sym};
	return intent;
}
