/* SPDX-License-Identifier: MIT
 * Every kind of record goes into the journal and comes back as it was, in the order and number a start needs.
 */
#include "journal_fixture.h"

static void every_kind_of_record_comes_back_as_it_was_put(void **state)
{
	struct fixture *f = *state;
	static struct fixture_heard heard;
	fixture_open(f);
	for (int64_t round = 0; round < 60; round++) {
		for (int kind = 0; kind < RECORD_COUNT; kind++) {
			struct record record = fixture_record(f, (enum record_kind)kind);
			if (kind == RECORD_HOLDING)
				record.holding.phase = PHASE_PROTECTED;
			fixture_put_one(f, f->journal.turn + 1, &record);
			heard.count = 0;
			struct journal_query all = {.sym = SYM_NONE};
			assert_int_equal(
				journal_each(&f->journal, (enum record_kind)kind, &all, fixture_hear, &heard),
				0);
			assert_int_equal(f->journal.skipped, 0);
			bool found = false;
			for (size_t i = 0; i < heard.count; i++)
				found |= fixture_equal(&heard.at[i], &record);
			if (!found)
				print_message("a record of %s did not come back\n", record_rows[kind].table);
			assert_true(found);
		}
	}
}

static void a_record_with_the_same_key_replaces_the_old_one(void **state)
{
	struct fixture *f = *state;
	static struct fixture_heard heard;
	fixture_open(f);
	for (int kind = 0; kind < RECORD_COUNT; kind++) {
		struct record first = fixture_record(f, (enum record_kind)kind);
		struct record second = fixture_record(f, (enum record_kind)kind);
		int64_t *from = (int64_t *)&first.desk, *to = (int64_t *)&second.desk;
		if (kind == RECORD_HOLDING)
			second.holding.phase = PHASE_ENTERING;
		for (size_t i = 0; i < record_rows[kind].field_count; i++) {
			if (record_rows[kind].fields[i].flags & FIELD_KEY)
				to[i] = from[i];
		}
		if (kind == RECORD_HOLDING)
			first.holding.phase = PHASE_ENTERING;
		fixture_put_one(f, f->journal.turn + 1, &first);
		fixture_put_one(f, f->journal.turn + 1, &second);
		heard.count = 0;
		struct journal_query all = {.sym = SYM_NONE};
		assert_int_equal(
			journal_each(&f->journal, (enum record_kind)kind, &all, fixture_hear, &heard), 0);
		assert_int_equal(heard.count, 1);
		assert_true(fixture_equal(&heard.at[0], &second));
	}
}

static void a_flat_holding_leaves_no_row(void **state)
{
	struct fixture *f = *state;
	static struct fixture_heard heard;
	fixture_open(f);
	for (int64_t sym = 0; sym < 2; sym++) {
		struct record open = {
			.kind = RECORD_HOLDING,
			.holding = {.sym = sym, .phase = PHASE_PROTECTED, .qty = 5, .side = SIDE_LONG}};
		fixture_put_one(f, f->journal.turn + 1, &open);
	}
	struct record flat = {.kind = RECORD_HOLDING, .holding = {.sym = 0, .phase = PHASE_FLAT}};
	fixture_put_one(f, f->journal.turn + 1, &flat);
	heard.count = 0;
	assert_int_equal(journal_restore(&f->journal, fixture_hear, &heard), 0);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.at[0].holding.sym, 1);
	/* An entry on its way has no quantity yet, but must not be forgotten. */
	flat.holding.phase = PHASE_ENTERING;
	fixture_put_one(f, f->journal.turn + 1, &flat);
	heard.count = 0;
	assert_int_equal(journal_restore(&f->journal, fixture_hear, &heard), 0);
	assert_int_equal(heard.count, 2);
}

static void put(struct fixture *f, struct record record)
{
	fixture_put_one(f, f->journal.turn + 1, &record);
}

static void a_start_gets_open_orders_and_the_one_with_the_highest_id(void **state)
{
	struct fixture *f = *state;
	static struct fixture_heard heard;
	const int64_t states[] = {ORDER_FILLED,   ORDER_LIVE,   ORDER_CANCELLED, ORDER_UNKNOWN, ORDER_INTENT,
				  ORDER_REJECTED, ORDER_ABSENT, UNKNOWN,         ORDER_FILLED};
	const int64_t wanted[] = {102, 104, 105, 108, 109};
	fixture_open(f);
	for (int64_t i = 0; i < 9; i++)
		put(f, (struct record){.kind = RECORD_ORDER, .order = {.id = 101 + i, .state = states[i]}});
	heard.count = 0;
	assert_int_equal(journal_restore(&f->journal, fixture_hear, &heard), 0);
	assert_int_equal(heard.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(heard.at[i].order.id, wanted[i]);
}

static void a_start_gets_fills_of_two_days_and_the_last_decision_and_note(void **state)
{
	struct fixture *f = *state;
	static struct fixture_heard heard;
	const ms_t newest = 1700000000000;
	fixture_open(f);
	put(f, (struct record){.kind = RECORD_FILL, .fill = {.seq = 1, .at_ms = newest - 2 * DAY_MS - 1}});
	put(f, (struct record){.kind = RECORD_FILL, .fill = {.seq = 2, .at_ms = newest - 2 * DAY_MS}});
	put(f, (struct record){.kind = RECORD_FILL, .fill = {.seq = 3, .at_ms = newest}});
	for (int64_t seq = 4; seq < 8; seq++) {
		put(f, (struct record){.kind = RECORD_DECISION, .decision = {.seq = seq}});
		put(f, (struct record){.kind = RECORD_NOTE, .note = {.seq = seq, .sym = SYM_NONE}});
	}
	heard.count = 0;
	assert_int_equal(journal_restore(&f->journal, fixture_hear, &heard), 0);
	assert_int_equal(heard.count, 4);
	assert_int_equal(heard.at[0].fill.seq, 2);
	assert_int_equal(heard.at[1].fill.seq, 3);
	assert_int_equal(heard.at[2].kind, RECORD_DECISION);
	assert_int_equal(heard.at[2].decision.seq, 7);
	assert_int_equal(heard.at[3].note.seq, 7);
	assert_int_equal(heard.at[3].note.sym, SYM_NONE);
}

static void a_start_gets_tables_in_catalogue_order_and_rows_by_key(void **state)
{
	struct fixture *f = *state;
	static struct fixture_heard heard;
	fixture_open(f);
	for (int64_t seq = 9; seq > 0; seq--)
		put(f, (struct record){.kind = RECORD_TRADE, .trade = {.seq = seq}});
	put(f, (struct record){.kind = RECORD_DESK, .desk = {.nav = NAV_ONE}});
	heard.count = 0;
	assert_int_equal(journal_restore(&f->journal, fixture_hear, &heard), 0);
	assert_int_equal(heard.at[0].kind, RECORD_DESK);
	for (int64_t i = 1; i <= 9; i++)
		assert_int_equal(heard.at[i].trade.seq, i);
}

static void a_row_of_a_symbol_that_is_no_longer_listed_is_skipped_and_counted(void **state)
{
	struct fixture *f = *state;
	static struct fixture_heard heard;
	fixture_open(f);
	for (int64_t sym = 0; sym < FIXTURE_SYMBOLS; sym++)
		put(f, (struct record){.kind = RECORD_WATCHED, .watched = {.sym = sym, .watched = 1}});
	journal_close(&f->journal);
	snprintf(f->universe.at[1].name, SYMBOL_TEXT_MAX, "SHIB/USDT:USDT");
	fixture_open(f);
	heard.count = 0;
	assert_int_equal(journal_restore(&f->journal, fixture_hear, &heard), 0);
	assert_int_equal(heard.count, 2);
	assert_int_equal(f->journal.skipped, 1);
	assert_non_null(strstr(f->journal.skipped_what, "DOGE/USDT:USDT"));
	assert_non_null(strstr(f->journal.skipped_what, "watched"));
}

static void symbols_keep_their_names_when_the_universe_is_ordered_anew(void **state)
{
	struct fixture *f = *state;
	static struct fixture_heard heard;
	fixture_open(f);
	put(f, (struct record){.kind = RECORD_WATCHED, .watched = {.sym = 0, .place = 1}});
	journal_close(&f->journal);
	struct instrument first = f->universe.at[0];
	f->universe.at[0] = f->universe.at[2];
	f->universe.at[2] = first;
	fixture_open(f);
	heard.count = 0;
	assert_int_equal(journal_restore(&f->journal, fixture_hear, &heard), 0);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.at[0].watched.sym, 2);
}

static void a_reader_asks_for_the_newest_rows_of_one_symbol(void **state)
{
	struct fixture *f = *state;
	static struct fixture_heard heard;
	fixture_open(f);
	for (int64_t seq = 1; seq <= 30; seq++)
		put(f, (struct record){.kind = RECORD_DECISION, .decision = {.seq = seq, .sym = seq % 3}});
	heard.count = 0;
	struct journal_query query = {.sym = 2, .newest = 4};
	assert_int_equal(journal_each(&f->journal, RECORD_DECISION, &query, fixture_hear, &heard), 0);
	assert_int_equal(heard.count, 4);
	assert_int_equal(heard.at[0].decision.seq, 20);
	assert_int_equal(heard.at[3].decision.seq, 29);
}

static void an_unusable_key_or_symbol_is_refused_and_the_turn_with_it(void **state)
{
	struct fixture *f = *state;
	fixture_open(f);
	struct record bad[] = {{.kind = RECORD_TRADE, .trade = {.seq = UNKNOWN}},
			       {.kind = RECORD_ADVICE, .advice = {.sym = SYM_NONE}},
			       {.kind = RECORD_TRADE, .trade = {.seq = 1, .sym = FIXTURE_SYMBOLS}}};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(journal_begin(&f->journal, 1, 1, false), 0);
		assert_int_equal(journal_put(&f->journal, &bad[i]), TB_EINVAL);
		assert_true(strlen(f->journal.error.text) > 0);
		assert_int_equal(journal_commit(&f->journal), TB_EIO);
		assert_int_equal(f->journal.turn, 0);
	}
	put(f, (struct record){.kind = RECORD_TRADE, .trade = {.seq = 1, .sym = 1}});
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(every_kind_of_record_comes_back_as_it_was_put),
		TEST(a_record_with_the_same_key_replaces_the_old_one),
		TEST(a_flat_holding_leaves_no_row),
		TEST(a_start_gets_open_orders_and_the_one_with_the_highest_id),
		TEST(a_start_gets_fills_of_two_days_and_the_last_decision_and_note),
		TEST(a_start_gets_tables_in_catalogue_order_and_rows_by_key),
		TEST(a_row_of_a_symbol_that_is_no_longer_listed_is_skipped_and_counted),
		TEST(symbols_keep_their_names_when_the_universe_is_ordered_anew),
		TEST(a_reader_asks_for_the_newest_rows_of_one_symbol),
		TEST(an_unusable_key_or_symbol_is_refused_and_the_turn_with_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
