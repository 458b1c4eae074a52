/* SPDX-License-Identifier: MIT
 * The order book: a depth is told only from a book without a gap in it. */
#include "bybit_stand.h"

static struct stand *watching(void)
{
	struct stand *s = stand_attached();

	stand_up(s);
	assert_int_equal(stand_ask(s, INTENT_WATCH, 0, 1), 0);
	return s;
}

/* A message of the book; it comes a little later than the one before. */
static void book(struct stand *s, const char *type, int64_t update, const char *bids, const char *asks)
{
	char text[1024];

	snprintf(text, sizeof text,
		 "{\"topic\":\"orderbook.50.BTCUSDT\",\"type\":\"%s\",\"ts\":1,\"data\":{\"s\":\"BTCUSDT\","
		 "\"b\":["
		 "%s],\"a\":[%s],\"u\":%lld,\"seq\":66544703342},\"cts\":1}",
		 type, bids, asks, (long long)update);
	s->now_ms += 1000;
	stand_frame(s, text);
}

static money_t depth(const struct stand *s)
{
	assert_int_equal(stand_heard(s, EVENT_DEPTH), 1);
	return stand_event(s, EVENT_DEPTH, 0)->depth.notional;
}

static void depth_is_the_thinner_side_within_ten_basis_points(void **state)
{
	struct stand *s = watching();

	(void)state;
	/* mid 1000.0: 999.0 to 1001.0 count */
	book(s, "snapshot", 7, "[\"999.9\",\"1.5\"],[\"999.0\",\"2\"],[\"998.9\",\"50\"]",
	     "[\"1000.1\",\"3.001\"],[\"1001\",\"1\"],[\"1001.1\",\"50\"]");
	assert_int_equal(depth(s), (money_t)(99990 * 15 + 99900 * 20) * MONEY_ONE / 1000);
	stand_free(s);
}

static void changes_insert_replace_and_delete_levels(void **state)
{
	struct stand *s = watching();

	(void)state;
	book(s, "snapshot", 7, "[\"1000.0\",\"1\"]", "[\"1000.2\",\"9\"]");
	assert_int_equal(depth(s), 1000 * MONEY_ONE);
	book(s, "delta", 8, "[\"999.9\",\"1\"]", "");
	assert_int_equal(depth(s), 19999 * MONEY_ONE / 10);
	book(s, "delta", 9, "[\"1000.0\",\"3\"]", "");
	assert_int_equal(depth(s), 39999 * MONEY_ONE / 10);
	book(s, "delta", 10, "[\"999.9\",\"0\"],[\"5\",\"0\"]", "");
	assert_int_equal(depth(s), 3000 * MONEY_ONE);
	book(s, "delta", 11, "", "[\"1000.2\",\"2\"]");
	assert_int_equal(depth(s), 20004 * MONEY_ONE / 10);
	stand_free(s);
}

static void an_empty_or_crossed_book_has_no_depth(void **state)
{
	struct stand *s = watching();

	(void)state;
	book(s, "snapshot", 7, "[\"1000.0\",\"1\"]", "");
	assert_int_equal(stand_heard(s, EVENT_DEPTH), 0);
	book(s, "delta", 8, "", "[\"999.9\",\"1\"]");
	assert_int_equal(stand_heard(s, EVENT_DEPTH), 0);
	book(s, "delta", 9, "[\"1000.0\",\"0\"],[\"999.8\",\"1\"]", "");
	assert_int_equal(stand_heard(s, EVENT_DEPTH), 1);
	stand_free(s);
}

static void a_gap_ends_the_book_until_a_new_snapshot(void **state)
{
	struct stand *s = watching();

	(void)state;
	book(s, "delta", 6, "[\"1000.0\",\"1\"]", "");
	assert_int_equal(s->heard.count, 0);
	book(s, "snapshot", 7, "[\"1000.0\",\"1\"]", "[\"1000.2\",\"9\"]");
	book(s, "delta", 9, "[\"1000.0\",\"3\"]", "");
	assert_int_equal(stand_heard(s, EVENT_DEPTH), 0);
	assert_non_null(strstr(stand_sent(s, "unsubscribe", 0), "[\"orderbook.50.BTCUSDT\"]"));
	book(s, "delta", 8, "[\"1000.0\",\"3\"]", "");
	assert_int_equal(stand_heard(s, EVENT_DEPTH), 0);
	stand_wait(s, 700);
	assert_int_equal(bybit_counts(&s->exchange)->gaps, 1);
	book(s, "snapshot", 30, "[\"1000.0\",\"2\"]", "[\"1000.2\",\"9\"]");
	assert_int_equal(depth(s), 2000 * MONEY_ONE);
	book(s, "delta", 31, "[\"1000.0\",\"3\"]", "");
	assert_int_equal(depth(s), 3000 * MONEY_ONE);
	stand_free(s);
}

static void what_comes_twice_changes_nothing(void **state)
{
	struct stand *s = watching();

	(void)state;
	book(s, "snapshot", 7, "[\"1000.0\",\"1\"]", "[\"1000.2\",\"9\"]");
	book(s, "delta", 8, "[\"1000.0\",\"2\"]", "");
	book(s, "delta", 8, "[\"1000.0\",\"5\"]", "");
	assert_int_equal(s->heard.count + s->box.count, 0);
	book(s, "delta", 9, "", "[\"1000.3\",\"1\"]");
	assert_int_equal(depth(s), 2000 * MONEY_ONE);
	stand_free(s);
}

static void a_service_that_begins_anew_replaces_the_book(void **state)
{
	struct stand *s = watching();

	(void)state;
	book(s, "snapshot", 7000, "[\"1000.0\",\"1\"],[\"999.9\",\"1\"]", "[\"1000.2\",\"9\"]");
	book(s, "snapshot", 1, "[\"1000.0\",\"4\"]", "[\"1000.2\",\"9\"]");
	assert_int_equal(depth(s), 4000 * MONEY_ONE);
	book(s, "delta", 2, "[\"1000.0\",\"5\"]", "");
	assert_int_equal(depth(s), 5000 * MONEY_ONE);
	book(s, "delta", 1, "[\"1000.0\",\"6\"]", "");
	assert_non_null(stand_sent(s, "unsubscribe", 0));
	stand_free(s);
}

static void a_level_that_cannot_be_read_ends_the_book(void **state)
{
	static const char *const broken[] = {"[\"1000.0\"]",
					     "[]",
					     "7",
					     "[\"1000.0\",\"-1\"]",
					     "[\"abc\",\"1\"]",
					     "[\"1000.05\",\"1\"]",
					     "[\"1000.0\",\"1e9\"]",
					     "[\"1000.0\",{}]",
					     "[\"0\",\"1\"]",
					     "[\"99999999999999999999\",\"1\"]"};

	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		struct stand *s = watching();
		book(s, "snapshot", 7, "[\"1000.0\",\"1\"]", "[\"1000.2\",\"9\"]");
		book(s, "delta", 8, broken[i], "");
		assert_int_equal(stand_heard(s, EVENT_DEPTH), 0);
		assert_non_null(stand_sent(s, "unsubscribe", 0));
		book(s, "delta", 9, "[\"1000.0\",\"2\"]", "");
		assert_int_equal(stand_heard(s, EVENT_DEPTH), 0);
		stand_free(s);
	}
}

static void depth_is_told_at_most_ten_times_a_second_and_the_last_change_always(void **state)
{
	struct stand *s = watching();
	size_t told = 0;

	(void)state;
	book(s, "snapshot", 7, "[\"1000.0\",\"1\"]", "[\"1000.2\",\"900\"]");
	for (int i = 0; i < 53; i++) {
		char level[64];
		snprintf(level, sizeof level, "[\"1000.0\",\"%d\"]", i + 2);
		s->now_ms -= 980; /* 20 ms apart */
		book(s, "delta", 8 + i, level, "");
		told += stand_heard(s, EVENT_DEPTH);
	}
	assert_in_range(told, 10, 11);
	ms_t due = bybit_ops.next_ms(&s->exchange);
	assert_true(due <= s->now_ms + 100);
	assert_int_equal(stand_heard(s, EVENT_DEPTH), 0);
	stand_time(s, due);
	assert_int_equal(depth(s), 54 * 1000 * MONEY_ONE);
	stand_free(s);
}

static void a_full_side_forgets_the_level_furthest_away(void **state)
{
	struct bybit_book *one = calloc(1, sizeof *one);
	struct bybit_reader *reader = calloc(1, sizeof *reader);
	struct instrument instrument = {.tick = {1, 0}, .lot = {1, 0}, .contract = {1, 0}};
	static char text[64 * 1100];
	struct bybit_book_row row;
	size_t len = (size_t)snprintf(text, sizeof text, "{\"u\":5,\"a\":[],\"b\":[");

	(void)state;
	bybit_reader_init(reader);
	assert_int_equal(instrument_settle(&instrument), 0);
	for (int i = 0; i < 1050; i++) /* no order at all: 7919 and 1050 have no common divisor */
		len += (size_t)snprintf(text + len, sizeof text - len, "%s[\"%d\",\"1\"]", i ? "," : "",
					1000 + i * 7919 % 1050);
	snprintf(text + len, sizeof text - len, "]}");
	assert_true(bybit_read_book(reader, (struct json_slice){text, strlen(text)}, &row));
	assert_int_equal(bybit_book_take(one, reader, &row, true, &instrument), BOOK_TAKEN);
	assert_int_equal(one->bids.count, BYBIT_LEVELS_MAX);
	for (int i = 0; i < BYBIT_LEVELS_MAX; i++)
		assert_int_equal(one->bids.level[i].price, 2049 - i);
	free(one);
	free(reader);
}

static void a_depth_that_64_bits_do_not_hold_is_summed_level_by_level_or_capped(void **state)
{
	struct bybit_book *one = calloc(1, sizeof *one);
	struct instrument fine = {.tick = {1, 8}, .lot = {1, 8}, .contract = {1, 0}};
	struct instrument coarse = {.tick = {1, 0}, .lot = {1, 0}, .contract = {1, 0}};
	struct bybit_level bid = {1000000000000000, 1000000000}, ask = {bid.price + 1, 2 * bid.qty};

	(void)state;
	assert_int_equal(instrument_settle(&fine), 0);
	assert_int_equal(instrument_settle(&coarse), 0);
	one->known = true;
	one->bids.count = one->asks.count = 2;
	one->bids.level[0] = bid, one->asks.level[0] = ask;
	bid.price--, ask.price++;
	one->bids.level[1] = bid, one->asks.level[1] = ask;
	/* twice 10^7 USDT x 10 coins, less one tick of 10 coins */
	assert_int_equal(bybit_book_depth(one, &fine), 200000000 * MONEY_ONE - 10);
	assert_int_equal(bybit_book_depth(one, &coarse), VALUE_MAX);
	free(one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(depth_is_the_thinner_side_within_ten_basis_points),
		cmocka_unit_test(changes_insert_replace_and_delete_levels),
		cmocka_unit_test(an_empty_or_crossed_book_has_no_depth),
		cmocka_unit_test(a_gap_ends_the_book_until_a_new_snapshot),
		cmocka_unit_test(what_comes_twice_changes_nothing),
		cmocka_unit_test(a_service_that_begins_anew_replaces_the_book),
		cmocka_unit_test(a_level_that_cannot_be_read_ends_the_book),
		cmocka_unit_test(depth_is_told_at_most_ten_times_a_second_and_the_last_change_always),
		cmocka_unit_test(a_depth_that_64_bits_do_not_hold_is_summed_level_by_level_or_capped),
		cmocka_unit_test(a_full_side_forgets_the_level_furthest_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
