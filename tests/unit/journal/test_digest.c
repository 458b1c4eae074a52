/* SPDX-License-Identifier: MIT
 * The bytes of a run's digest, and the decimals a person reads in the shell. */
#include "digest.h"
#include "journal_fixture.h"

struct bytes {
	size_t len;
	uint8_t at[65536];
};
static void feed(void *ctx, const void *bytes, size_t len)
{
	struct bytes *to = ctx;
	assert_true(to->len + len <= sizeof(to->at));
	memcpy(to->at + to->len, bytes, len);
	to->len += len;
}

static void a_fill_is_encoded_as_the_documentation_says(void **state)
{
	struct fixture *f = *state;
	uint8_t out[RECORD_BYTES_MAX];
	struct record record = {.kind = RECORD_FILL,
				.fill = {.seq = 99,
					 .at_ms = 0x0102030405060708,
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
					 .slippage = -2}};
	size_t len = record_encode(&record, &f->universe, out);
	assert_int_equal(len, 1 + 2 * 8 + (1 + strlen("ETH/USDT:USDT")) + 8 * 7);
	assert_int_equal(out[0], 'F');
	static const uint8_t at_ms[] = {8, 7, 6, 5, 4, 3, 2, 1};
	assert_memory_equal(out + 1, at_ms, 8);
	assert_int_equal(out[9], 1);
	assert_int_equal(out[17], strlen("ETH/USDT:USDT"));
	assert_memory_equal(out + 18, "ETH/USDT:USDT", 13);
	static const uint8_t tail[] = {3,    0,    0,    0,    0,    0,    0,    0,    4,    0,    0,    0,
				       0,    0,    0,    0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				       5,    0,    0,    0,    0,    0,    0,    0,    6,    0,    0,    0,
				       0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x80,
				       0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	assert_memory_equal(out + 31, tail, sizeof(tail));
}

static void numbers_of_the_run_are_not_in_the_digest(void **state)
{
	struct fixture *f = *state;
	uint8_t a[RECORD_BYTES_MAX], b[RECORD_BYTES_MAX];
	struct record record = {.kind = RECORD_FILL,
				.fill = {.seq = 1, .id = 5, .execution = 6, .sym = SYM_NONE}};
	size_t len = record_encode(&record, &f->universe, a);
	record.fill.seq = 2;
	record.fill.id = 7;
	record.fill.execution = 8;
	assert_int_equal(record_encode(&record, &f->universe, b), len);
	assert_memory_equal(a, b, len);
	record.fill.fee = 1;
	record_encode(&record, &f->universe, b);
	assert_memory_not_equal(a, b, len);
	record.kind = RECORD_NOTE;
	assert_int_equal(record_encode(&record, &f->universe, b), 0);
}

static void the_journal_feeds_the_bytes_of_the_run_in_its_order(void **state)
{
	struct fixture *f = *state;
	static struct bytes direct, read;
	static const enum record_kind kinds[] = {RECORD_DECISION, RECORD_FILL, RECORD_TRADE};
	direct.len = read.len = 0;
	fixture_open(f);
	for (int64_t seq = 1; seq <= 60; seq++) {
		uint8_t out[RECORD_BYTES_MAX];
		struct record record = fixture_record(f, kinds[fixture_random(f) % 3]);
		((int64_t *)&record.desk)[0] = seq;
		fixture_put_one(f, seq, &record);
		feed(&direct, out, record_encode(&record, &f->universe, out));
	}
	assert_int_equal(journal_digest(&f->journal, feed, &read), 0);
	assert_int_equal(read.len, direct.len);
	assert_memory_equal(read.at, direct.at, read.len);
}

static void a_digest_over_a_row_that_cannot_be_read_is_refused(void **state)
{
	struct fixture *f = *state;
	static struct bytes read;
	fixture_open(f);
	struct record record = {.kind = RECORD_FILL, .fill = {.seq = 1, .sym = 1}};
	fixture_put_one(f, 1, &record);
	snprintf(f->universe.at[1].name, SYMBOL_TEXT_MAX, "SHIB/USDT:USDT");
	assert_int_equal(journal_digest(&f->journal, feed, &read), TB_EINVAL);
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
		TEST(a_fill_is_encoded_as_the_documentation_says),
		TEST(numbers_of_the_run_are_not_in_the_digest),
		TEST(the_journal_feeds_the_bytes_of_the_run_in_its_order),
		TEST(a_digest_over_a_row_that_cannot_be_read_is_refused),
		TEST(the_view_of_trades_shows_decimals_texts_and_times),
		TEST(every_table_has_its_view),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
