/* SPDX-License-Identifier: MIT
 * Tests of the generated tables: every value of every catalogue has a text of its own, and every record row
 * describes its struct completely. */
#include "tradebot/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* All texts of a unit from first up, up to the first NULL: present, not empty, all different. */
static void expect_texts(enum field_unit unit, int64_t first, int64_t count)
{
	assert_null(field_text(unit, first - 1));
	assert_null(field_text(unit, first + count));
	assert_null(field_text(unit, UNKNOWN));
	assert_null(field_text(unit, INT64_MAX));
	for (int64_t i = 0; i < count; i++) {
		const char *text = field_text(unit, first + i);
		assert_non_null(text);
		assert_true(text[0] != '\0');
		for (int64_t j = 0; j < i; j++)
			assert_string_not_equal(text, field_text(unit, first + j));
	}
}

static void every_catalogued_value_has_a_text_of_its_own(void **state)
{
	(void)state;
	expect_texts(FIELD_SIDE, SIDE_SHORT, 3);
	expect_texts(FIELD_STRATEGY, 0, STRATEGY_COUNT);
	expect_texts(FIELD_REGIME, 0, REGIME_COUNT);
	expect_texts(FIELD_BOOK, 0, BOOK_COUNT);
	expect_texts(FIELD_EXIT, 0, EXIT_COUNT);
	expect_texts(FIELD_REFUSAL, 0, REFUSAL_COUNT);
	expect_texts(FIELD_VERDICT, 0, VERDICT_COUNT);
	expect_texts(FIELD_ORDER_STATE, 0, ORDER_STATE_COUNT);
	expect_texts(FIELD_ROLE, 0, ROLE_COUNT);
	expect_texts(FIELD_PHASE, 0, PHASE_COUNT);
	expect_texts(FIELD_NOTE, 0, NOTE_COUNT);
	expect_texts(FIELD_STANDING, 0, STANDING_COUNT);
	expect_texts(FIELD_STAGE_REASON, 0, STAGE_REASON_COUNT);
	assert_string_equal(field_text(FIELD_SIDE, SIDE_LONG), "long");
	assert_string_equal(field_text(FIELD_SIDE, SIDE_SHORT), "short");
	assert_string_equal(field_text(FIELD_EXIT, EXIT_FOREIGN), "closed_elsewhere");
}

static void plain_units_have_no_texts(void **state)
{
	static const enum field_unit plain[] = {FIELD_INT,   FIELD_BOOL, FIELD_MS,  FIELD_MONEY, FIELD_RATIO,
						FIELD_TICKS, FIELD_LOTS, FIELD_SYM, FIELD_ID};

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		assert_null(field_text(plain[i], 0));
}

static void every_refusal_names_a_rule_a_unit_and_its_words(void **state)
{
	(void)state;
	for (int i = 0; i < REFUSAL_COUNT; i++) {
		assert_in_range(refusal_rows[i].rule, 0, 15);
		assert_true(refusal_rows[i].unit <= FIELD_ID);
		assert_true(refusal_rows[i].name && refusal_rows[i].name[0]);
		assert_true(refusal_rows[i].text && refusal_rows[i].text[0]);
		assert_null(strpbrk(refusal_rows[i].name, " ,;\"")); /* a CSV cell */
	}
}

static void every_rule_of_the_gate_has_a_refusal(void **state)
{
	bool seen[16] = {false};

	(void)state;
	for (int i = 0; i < REFUSAL_COUNT; i++)
		seen[refusal_rows[i].rule] = true;
	for (int rule = 1; rule <= 15; rule++)
		assert_true(seen[rule]);
}

static size_t bytes_of(enum record_kind kind)
{
	switch (kind) {
#define X(id, table, type, member, fields, restore)                                                          \
	case RECORD_##id: return sizeof(struct type);
		RECORDS(X)
#undef X
	case RECORD_COUNT: break;
	}
	return 0;
}

static void every_record_row_describes_its_whole_struct(void **state)
{
	(void)state;
	for (int kind = 0; kind < RECORD_COUNT; kind++) {
		const struct record_row *row = &record_rows[kind];
		int keys = 0;

		assert_true(row->table && row->table[0]);
		assert_int_equal(row->field_count * sizeof(int64_t), bytes_of((enum record_kind)kind));
		assert_in_range(row->restore, RESTORE_NEVER, RESTORE_LAST);
		for (size_t i = 0; i < row->field_count; i++) {
			const struct field_row *field = &row->fields[i];
			assert_true(field->name && field->name[0]);
			assert_true(field->unit <= FIELD_ID);
			assert_int_equal(field->flags & ~(FIELD_KEY | FIELD_DIGEST), 0);
			keys += (field->flags & FIELD_KEY) != 0;
			/* keys come first, so that a table's primary key reads from its left */
			assert_true(!(field->flags & FIELD_KEY) || keys == (int)i + 1);
			for (size_t j = 0; j < i; j++)
				assert_string_not_equal(field->name, row->fields[j].name);
		}
		assert_true(keys > 0);
		for (int other = 0; other < kind; other++)
			assert_string_not_equal(row->table, record_rows[other].table);
	}
}

static void a_records_values_are_its_fields_in_order(void **state)
{
	struct record record = {.kind = RECORD_ORDER};
	const struct record_row *row = &record_rows[RECORD_ORDER];

	(void)state;
	record.order.id = 11;
	record.order.book = 22;
	record.order.reason = 33;
	assert_int_equal(record_values(&record)[0], 11);
	assert_int_equal(record_values(&record)[1], 22);
	assert_int_equal(record_values(&record)[row->field_count - 1], 33);
	assert_string_equal(row->fields[0].name, "id");
	assert_string_equal(row->fields[row->field_count - 1].name, "reason");
}

static void ids_and_machine_dependent_counters_stay_out_of_the_digest(void **state)
{
	(void)state;
	for (int kind = 0; kind < RECORD_COUNT; kind++)
		for (size_t i = 0; i < record_rows[kind].field_count; i++)
			if (record_rows[kind].fields[i].unit == FIELD_ID)
				assert_false(record_rows[kind].fields[i].flags & FIELD_DIGEST);
}

static struct events events; /* too large for the stack */

static void a_full_list_of_events_counts_what_it_drops(void **state)
{
	(void)state;
	for (size_t i = 0; i < EVENTS_MAX; i++)
		assert_ptr_equal(events_add(&events, EVENT_TICKER, 3, 1000), &events.at[i]);
	assert_int_equal(events.at[EVENTS_MAX - 1].kind, EVENT_TICKER);
	assert_int_equal(events.at[EVENTS_MAX - 1].sym, 3);
	assert_int_equal(events.at[EVENTS_MAX - 1].at_ms, 1000);
	assert_int_equal(events.at[EVENTS_MAX - 1].ticker.bid, 0);
	assert_null(events_add(&events, EVENT_TICKER, 3, 1000));
	assert_int_equal(events.count, EVENTS_MAX);
	assert_int_equal(events.dropped, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_catalogued_value_has_a_text_of_its_own),
		cmocka_unit_test(plain_units_have_no_texts),
		cmocka_unit_test(every_refusal_names_a_rule_a_unit_and_its_words),
		cmocka_unit_test(every_rule_of_the_gate_has_a_refusal),
		cmocka_unit_test(every_record_row_describes_its_whole_struct),
		cmocka_unit_test(a_records_values_are_its_fields_in_order),
		cmocka_unit_test(ids_and_machine_dependent_counters_stay_out_of_the_digest),
		cmocka_unit_test(a_full_list_of_events_counts_what_it_drops),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
