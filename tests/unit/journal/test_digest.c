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
	struct digest_last last = {0};
	uint8_t out[RECORD_BYTES_MAX];
	struct record record = {.kind = RECORD_FILL,
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
					 .slippage = -2}};
	static const uint8_t first[] = {'F', 249, 0x58, 0x02, 2,   14,  'E', 'T', 'H', '/', 'U', 'S',
					'D', 'T', ':',  'U',  'S', 'D', 'T', 6,   8,   1,   10,  12,
					255, 255, 255,  255,  255, 255, 255, 255, 255, 3};
	assert_int_equal(record_encode(&last, &record, &f->universe, out), sizeof(first));
	assert_memory_equal(out, first, sizeof(first));
	record.fill.at_ms = 299;
	record.fill.side = 1;
	record.fill.fee = 0; /* 2^63 from UNKNOWN, either way */
	static const uint8_t second[] = {'F', 1,   0,   0,   0,   0,   4,   0,   0, 255,
					 255, 255, 255, 255, 255, 255, 255, 255, 0};
	assert_int_equal(record_encode(&last, &record, &f->universe, out), sizeof(second));
	assert_memory_equal(out, second, sizeof(second));
}

static void numbers_of_the_run_are_not_in_the_digest(void **state)
{
	struct fixture *f = *state;
	struct digest_last last = {0}, same = {0}, other = {0};
	uint8_t a[RECORD_BYTES_MAX], b[RECORD_BYTES_MAX];
	struct record record = {.kind = RECORD_FILL,
				.fill = {.seq = 1, .id = 5, .execution = 6, .sym = SYM_NONE}};
	size_t len = record_encode(&last, &record, &f->universe, a);
	record.fill.seq = 2;
	record.fill.id = 7;
	record.fill.execution = 8;
	assert_int_equal(record_encode(&same, &record, &f->universe, b), len);
	assert_memory_equal(a, b, len);
	record.fill.fee = 1;
	record_encode(&other, &record, &f->universe, b);
	assert_memory_not_equal(a, b, len);
	record.kind = RECORD_NOTE;
	assert_int_equal(record_encode(&last, &record, &f->universe, b), 0);
}

/* One number of the stream, and how it changes the value it belongs to. */
static int64_t read_change(const uint8_t **at, int64_t before)
{
	uint64_t bits = *(*at)++;
	int count = bits < 248 ? 0 : (int)bits - 247;

	if (count > 0)
		bits = 0;
	for (int i = 0; i < count; i++)
		bits |= (uint64_t) * (*at)++ << (8 * i);
	return (int64_t)((uint64_t)before + (bits & 1 ? ~(bits >> 1) : bits >> 1));
}

static int place_of(const struct record *record)
{
	return record->kind == RECORD_DECISION ? 0 : record->kind == RECORD_FILL ? 1 : 2;
}

/* Reads a record of the stream over the one of its kind before; false: it is not the one expected. */
static bool reads_as(const struct universe *universe, const uint8_t **at, int64_t *before,
		     const struct record *expected)
{
	const struct record_row *row = &record_rows[expected->kind];
	const int64_t *values = record_values(expected);
	bool same = *(*at)++ == (uint8_t) "DFT"[place_of(expected)];

	for (size_t i = 0; i < row->field_count; i++) {
		if (!(row->fields[i].flags & FIELD_DIGEST))
			continue;
		if (row->fields[i].unit != FIELD_SYM) {
			before[i] = read_change(at, before[i]);
			same = same && before[i] == values[i];
			continue;
		}
		size_t len = *(*at)++;
		if (len > 0) { /* another one than before */
			before[i] = SYM_NONE;
			for (size_t sym = 0; sym < universe->count; sym++)
				if (strlen(universe->at[sym].name) == len - 1 &&
				    memcmp(universe->at[sym].name, *at, len - 1) == 0)
					before[i] = (int64_t)sym;
			*at += len - 1;
		}
		same = same && before[i] == values[i];
	}
	return same;
}

static void every_record_can_be_read_back_from_the_bytes(void **state)
{
	struct fixture *f = *state;
	static const enum record_kind kinds[] = {RECORD_DECISION, RECORD_FILL, RECORD_TRADE};
	static struct record records[100];
	static struct bytes bytes;
	struct digest_last last = {0};
	static int64_t before[3][RECORD_BYTES_MAX];
	bytes.len = 0;
	for (size_t i = 0; i < 100; i++) {
		uint8_t out[RECORD_BYTES_MAX];
		records[i] = i % 3 == 2 ? records[i - 1] : fixture_record(f, kinds[fixture_random(f) % 3]);
		feed(&bytes, out, record_encode(&last, &records[i], &f->universe, out));
	}
	const uint8_t *at = bytes.at;
	for (size_t i = 0; i < 100; i++)
		assert_true(reads_as(&f->universe, &at, before[place_of(&records[i])], &records[i]));
	assert_ptr_equal(at, bytes.at + bytes.len);
}

static void the_journal_feeds_the_bytes_of_the_run_in_its_order(void **state)
{
	struct fixture *f = *state;
	static struct bytes direct, read;
	static const enum record_kind kinds[] = {RECORD_DECISION, RECORD_FILL, RECORD_TRADE};
	struct digest_last last = {0};
	direct.len = read.len = 0;
	fixture_open(f);
	for (int64_t seq = 1; seq <= 60; seq++) {
		uint8_t out[RECORD_BYTES_MAX];
		struct record record = fixture_record(f, kinds[fixture_random(f) % 3]);
		((int64_t *)&record.desk)[0] = seq;
		fixture_put_one(f, seq, &record);
		feed(&direct, out, record_encode(&last, &record, &f->universe, out));
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
		TEST(every_record_can_be_read_back_from_the_bytes),
		TEST(numbers_of_the_run_are_not_in_the_digest),
		TEST(the_journal_feeds_the_bytes_of_the_run_in_its_order),
		TEST(a_digest_over_a_row_that_cannot_be_read_is_refused),
		TEST(the_view_of_trades_shows_decimals_texts_and_times),
		TEST(every_table_has_its_view),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
