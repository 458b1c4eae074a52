/* SPDX-License-Identifier: MIT
 * The texts and tables that the vocabulary's lists generate. Nothing here is written twice. */
#include "tradebot/event.h"

#include <stddef.h>
#include <string.h>

#define X(id, text) [REGIME_##id] = text,
const char *const regime_text[REGIME_COUNT] = {REGIMES(X)};
#undef X
#define X(id, text) [STRATEGY_##id] = text,
const char *const strategy_text[STRATEGY_COUNT] = {STRATEGIES(X)};
#undef X
#define X(id, text) [ROLE_##id] = text,
const char *const role_text[ROLE_COUNT] = {ROLES(X)};
#undef X
#define X(id, text) [ORDER_##id] = text,
const char *const order_state_text[ORDER_STATE_COUNT] = {ORDER_STATES(X)};
#undef X
#define X(id, text) [PHASE_##id] = text,
const char *const phase_text[PHASE_COUNT] = {PHASES(X)};
#undef X
#define X(id, text) [EXIT_##id] = text,
const char *const exit_text[EXIT_COUNT] = {EXITS(X)};
#undef X
#define X(id, rule, name, unit, text) [REFUSAL_##id] = {rule, name, unit, text},
const struct refusal_row refusal_rows[REFUSAL_COUNT] = {REFUSALS(X)};
#undef X
_Static_assert(REFUSAL_COUNT <= 64, "an assessment is a 64-bit mask of refusals");
#define X(id, name, text) [NOTE_##id] = {name, text},
const struct note_row note_rows[NOTE_COUNT] = {NOTES(X)};
#undef X
const char *const side_text[3] = {"short", "none", "long"};
const char *const verdict_text[VERDICT_COUNT] = {"no_trade", "refused", "approved"};
#define X(id, text) [STAGE_REASON_##id] = text,
const char *const stage_reason_text[STAGE_REASON_COUNT] = {STAGE_REASONS(X)};
#undef X
#define X(id, name, unit, text) [PROMOTION_##id] = {name, unit, text},
const struct promotion_need_row promotion_need_rows[PROMOTION_NEED_COUNT] = {PROMOTION_NEEDS(X)};
#undef X
const char *const standing_text[STANDING_COUNT] = {"insufficient", "archived", "active", "promoted"};
static const char *const book_text[BOOK_COUNT] = {"main", "shadow"};

#define ROW(name, unit, flags) {#name, unit, flags},
#define X(id, table, type, member, fields, restore) static const struct field_row member##_fields[] = {fields(ROW)};
RECORDS(X)
#undef X
#define X(id, table, type, member, fields, restore)                                                          \
	[RECORD_##id] = {table, member##_fields, sizeof(member##_fields) / sizeof(member##_fields[0]), RESTORE_##restore},
const struct record_row record_rows[RECORD_COUNT] = {RECORDS(X)};
#undef X
#define X(id, table, type, member, fields, restore)                                                          \
	_Static_assert(sizeof(struct type) == sizeof(member##_fields) / sizeof(member##_fields[0]) * sizeof(int64_t), \
		       "a record is an array of int64");                                                      \
	_Static_assert(offsetof(struct record, member) == offsetof(struct record, desk), "one place for all");
RECORDS(X)
#undef X

static const char *pick(const char *const *texts, int64_t count, int64_t value)
{
	return value >= 0 && value < count ? texts[value] : NULL;
}

const char *field_text(enum field_unit unit, int64_t value)
{
	switch (unit) {
	case FIELD_SIDE: return value >= SIDE_SHORT && value <= SIDE_LONG ? side_text[value + 1] : NULL;
	case FIELD_STRATEGY: return pick(strategy_text, STRATEGY_COUNT, value);
	case FIELD_REGIME: return pick(regime_text, REGIME_COUNT, value);
	case FIELD_BOOK: return pick(book_text, BOOK_COUNT, value);
	case FIELD_EXIT: return pick(exit_text, EXIT_COUNT, value);
	case FIELD_VERDICT: return pick(verdict_text, VERDICT_COUNT, value);
	case FIELD_ORDER_STATE: return pick(order_state_text, ORDER_STATE_COUNT, value);
	case FIELD_ROLE: return pick(role_text, ROLE_COUNT, value);
	case FIELD_PHASE: return pick(phase_text, PHASE_COUNT, value);
	case FIELD_STANDING: return pick(standing_text, STANDING_COUNT, value);
	case FIELD_STAGE_REASON: return pick(stage_reason_text, STAGE_REASON_COUNT, value);
	case FIELD_REFUSAL: return value >= 0 && value < REFUSAL_COUNT ? refusal_rows[value].name : NULL;
	case FIELD_NOTE: return value >= 0 && value < NOTE_COUNT ? note_rows[value].name : NULL;
	case FIELD_INT: case FIELD_BOOL: case FIELD_MS: case FIELD_MONEY: case FIELD_RATIO: case FIELD_TICKS:
	case FIELD_LOTS: case FIELD_SYM: case FIELD_ID: break;
	}
	return NULL;
}

struct event *events_add(struct events *events, enum event_kind kind, sym_t sym, ms_t at_ms)
{
	if (events->count == EVENTS_MAX) {
		events->dropped++;
		return NULL;
	}
	struct event *event = &events->at[events->count++];
	*event = (struct event){.kind = (uint8_t)kind, .sym = sym, .at_ms = at_ms};
	return event;
}
