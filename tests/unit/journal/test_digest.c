/* SPDX-License-Identifier: MIT
 * The digest of a run, and the decimals a person reads in the shell. */
#include "digest.h"
#include "journal_fixture.h"

static void hex_of(struct fixture *f, const struct record *records, size_t count,
		   char out[static DIGEST_HEX_SIZE])
{
	struct digest digest;

	digest_open(&digest);
	for (size_t i = 0; i < count; i++)
		digest_record(&digest, &records[i], &f->universe);
	digest_hex(&digest, out);
}

/* Worked out by tests/support/recompute_digest.py. */
static void fills_have_the_digest_the_documentation_says(void **state)
{
	struct fixture *f = *state;
	char out[DIGEST_HEX_SIZE];
	struct record records[2] = {{.kind = RECORD_FILL,
				     .fill = {.seq = 99,
					      .at_ms = 300,
					      .book = 1,
					      .sym = 2,
					      .id = 55,
					      .execution = 66,
					      .role = 3,
					      .reason = 4,
					      .side = -1,
					      .qty = 5,
					      .price = 6,
					      .fee = UNKNOWN,
					      .slippage = -2}}};

	records[1] = records[0];
	records[1].fill.at_ms = 299;
	records[1].fill.side = 1;
	records[1].fill.fee = 0;
	hex_of(f, records, 0, out);
	assert_string_equal(out, "920562b7329ca048476f0491faa4daca3117e45347a8d5f8b1da9bdfadedbca6");
	hex_of(f, records, 1, out);
	assert_string_equal(out, "7e90854fa018f4abca4c7f8384082db67a8b6bf4ea204f85aaf36098361e33d0");
	hex_of(f, records, 2, out);
	assert_string_equal(out, "26b930220df223f005f09c5a654cab9a6495c71d3413033fe2520a0941b1e907");
}

static void every_column_of_the_digest_changes_it_and_no_other(void **state)
{
	struct fixture *f = *state;
	static const enum record_kind kinds[] = {RECORD_DECISION, RECORD_FILL, RECORD_TRADE};
	char before[DIGEST_HEX_SIZE], after[DIGEST_HEX_SIZE];

	for (size_t kind = 0; kind < 3; kind++) {
		const struct record_row *row = &record_rows[kinds[kind]];
		struct record record = fixture_record(f, kinds[kind]);
		int64_t *values = (int64_t *)&record.desk;
		for (size_t i = 0; i < row->field_count; i++)
			values[i] = row->fields[i].unit == FIELD_SYM ? 2 : values[i];
		hex_of(f, &record, 1, before);
		for (size_t i = 0; i < row->field_count; i++) {
			int64_t was = values[i];
			for (int bit = 0; bit < 64; bit += 9) {
				values[i] = row->fields[i].unit == FIELD_SYM
						    ? SYM_NONE
						    : (int64_t)((uint64_t)was ^ 1ULL << bit);
				hex_of(f, &record, 1, after);
				bool same = strcmp(before, after) == 0;
				assert_int_equal(same, !(row->fields[i].flags & FIELD_DIGEST));
			}
			values[i] = was;
		}
	}
	struct record note = {.kind = RECORD_NOTE};
	hex_of(f, NULL, 0, before);
	hex_of(f, &note, 1, after);
	assert_string_equal(before, after);
}

static void a_symbol_counts_by_its_name_and_records_by_their_order(void **state)
{
	struct fixture *f = *state;
	char one[DIGEST_HEX_SIZE], other[DIGEST_HEX_SIZE];
	struct record records[2] = {fixture_record(f, RECORD_FILL), fixture_record(f, RECORD_FILL)};

	records[0].fill.sym = 1;
	records[1].fill.sym = 2;
	hex_of(f, records, 2, one);
	struct instrument kept = f->universe.at[1];
	f->universe.at[1] = f->universe.at[2];
	f->universe.at[2] = kept;
	hex_of(f, records, 2, other);
	assert_string_not_equal(one, other);
	records[0].fill.sym = 2;
	records[1].fill.sym = 1;
	hex_of(f, records, 2, other);
	assert_string_equal(one, other);
	struct record swapped[2] = {records[1], records[0]};
	hex_of(f, swapped, 2, other);
	assert_string_not_equal(one, other);
}

static void the_journal_has_the_digest_of_the_run(void **state)
{
	struct fixture *f = *state;
	static struct record records[60];
	static const enum record_kind kinds[] = {RECORD_DECISION, RECORD_FILL, RECORD_TRADE};
	char direct[DIGEST_HEX_SIZE], read[DIGEST_HEX_SIZE];
	struct digest digest;

	fixture_open(f);
	for (int64_t seq = 1; seq <= 60; seq++) {
		struct record *record = &records[seq - 1];
		*record = fixture_record(f, kinds[fixture_random(f) % 3]);
		((int64_t *)&record->desk)[0] = seq;
		fixture_put_one(f, seq, record);
	}
	hex_of(f, records, 60, direct);
	assert_int_equal(journal_digest(&f->journal, &digest), 0);
	digest_hex(&digest, read);
	assert_string_equal(direct, read);
}

static void a_digest_over_a_row_that_cannot_be_read_is_refused(void **state)
{
	struct fixture *f = *state;
	struct digest digest;
	fixture_open(f);
	struct record record = {.kind = RECORD_FILL, .fill = {.seq = 1, .sym = 1}};
	fixture_put_one(f, 1, &record);
	snprintf(f->universe.at[1].name, SYMBOL_TEXT_MAX, "SHIB/USDT:USDT");
	assert_int_equal(journal_digest(&f->journal, &digest), TB_EINVAL);
	assert_non_null(strstr(f->journal.error.text, "DOGE"));
}

static void assert_shell_says(struct fixture *f, const char *sql, const char *answer)
{
	sqlite3_stmt *ask = NULL;
	assert_int_equal(sqlite3_prepare_v2(f->journal.db, sql, -1, &ask, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(ask, 0), answer);
	sqlite3_finalize(ask);
}

static void the_view_of_trades_shows_decimals_texts_and_times(void **state)
{
	struct fixture *f = *state;
	fixture_open(f);
	/* 0.005 BTC (5 lots of 0.001) bought at 60,000.5 and sold at 61,000. */
	struct record record = {.kind = RECORD_TRADE,
				.trade = {.seq = 1,
					  .sym = 0,
					  .side = SIDE_LONG,
					  .strategy = STRATEGY_BREAKOUT,
					  .exit_reason = EXIT_TARGET,
					  .qty = 5,
					  .entry_cost = 300 * MONEY_ONE + 250000,
					  .exit_value = 305 * MONEY_ONE,
					  .stop = 590007,
					  .target = UNKNOWN,
					  .exit_ms = 1700000000123,
					  .entry_slippage = 2 * BPS,
					  .net = -150000000}};
	fixture_put_one(f, 1, &record);
	assert_shell_says(f, "SELECT sym || ' ' || side || ' ' || strategy || ' ' || exit_reason FROM trades",
			  "BTC/USDT:USDT long breakout target");
	assert_shell_says(f, "SELECT qty FROM trades_view", "0.005");
	assert_shell_says(f, "SELECT entry_price FROM trades_view", "60000.5");
	assert_shell_says(f, "SELECT exit_price FROM trades_view", "61000.0");
	assert_shell_says(f, "SELECT stop FROM trades_view", "59000.7");
	assert_shell_says(f, "SELECT coalesce(target, 'unknown') FROM trades_view", "unknown");
	assert_shell_says(f, "SELECT exit_utc FROM trades_view", "2023-11-14T22:13:20.123Z");
	assert_shell_says(f, "SELECT entry_slippage FROM trades_view", "0.0002");
	assert_shell_says(f, "SELECT net FROM trades_view", "-1.5");
	assert_shell_says(f, "SELECT net FROM trades", "-150000000");
}

static void every_table_has_its_view(void **state)
{
	struct fixture *f = *state;
	fixture_open(f);
	for (int kind = 0; kind < RECORD_COUNT; kind++) {
		struct record record = fixture_record(f, (enum record_kind)kind);
		if (kind == RECORD_HOLDING)
			record.holding.phase = PHASE_PROTECTED;
		char sql[100];
		fixture_put_one(f, kind + 1, &record);
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM (SELECT * FROM %s_view)",
			 record_rows[kind].table);
		assert_shell_says(f, sql, "1");
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(fills_have_the_digest_the_documentation_says),
		TEST(every_column_of_the_digest_changes_it_and_no_other),
		TEST(a_symbol_counts_by_its_name_and_records_by_their_order),
		TEST(the_journal_has_the_digest_of_the_run),
		TEST(a_digest_over_a_row_that_cannot_be_read_is_refused),
		TEST(the_view_of_trades_shows_decimals_texts_and_times),
		TEST(every_table_has_its_view),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
