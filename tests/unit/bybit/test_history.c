/* SPDX-License-Identifier: MIT
 * Old bars come whole and in order, only finished ones, however the exchange tells them; the table of the
 * market comes whole or not at all. */
#include "bybit_stand.h"

#define NEWEST_MS (START_MS - MINUTE_MS) /* the last finished bar of a full minute */

/* A reply of bars [from, to], the newest first, as the exchange tells them. Closes are 100 + minutes since
 * from. */
static void bars(struct stand *s, uint32_t request, ms_t from, ms_t to)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	fprintf(file, "{\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"list\":[");
	for (ms_t at = to; at >= from; at -= MINUTE_MS) {
		long long close = 100 + (at - from) / MINUTE_MS;
		fprintf(file, "%s[\"%lld\",\"%lld\",\"%lld.1\",\"99.9\",\"%lld.0\",\"12.3456\",\"777\"]",
			at == to ? "" : ",", (long long)at, close, close, close);
	}
	fprintf(file, "]}");
	fclose(file);
	stand_result(s, request, text);
	free(text);
}

static uint32_t asked_window(const struct stand *s, ms_t from, ms_t to)
{
	char path[160];

	snprintf(path, sizeof path,
		 "/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1&start=%lld&end=%lld&limit=1000",
		 (long long)from, (long long)to);
	return stand_asked(s, path);
}

static void history_comes_in_windows_the_oldest_first_and_ends(void **state)
{
	struct stand *s = stand_attached();
	ms_t first = NEWEST_MS - 1499 * MINUTE_MS, middle = first + 999 * MINUTE_MS;

	(void)state;
	assert_int_equal(stand_ask(s, INTENT_HISTORY, 0, 1500), 0);
	bars(s, asked_window(s, first, middle), first, middle);
	assert_int_equal(stand_heard(s, EVENT_CANDLE), 1000);
	assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 0);
	const struct event *oldest = stand_event(s, EVENT_CANDLE, 0);
	assert_int_equal(oldest->candle.candle.open_ms, first);
	assert_true(oldest->candle.closed && oldest->candle.history);
	assert_int_equal(oldest->candle.candle.close, 1000);
	assert_int_equal(oldest->candle.candle.high, 1001);
	assert_int_equal(oldest->candle.candle.low, 999);
	assert_int_equal(oldest->candle.candle.volume, 12345);
	assert_int_equal(stand_event(s, EVENT_CANDLE, 999)->candle.candle.open_ms, middle);
	bars(s, asked_window(s, middle + MINUTE_MS, NEWEST_MS), middle + MINUTE_MS, NEWEST_MS);
	assert_int_equal(stand_heard(s, EVENT_CANDLE), 500);
	assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 1);
	assert_int_equal(stand_event(s, EVENT_SNAPSHOT_END, 0)->snapshot.what, SNAPSHOT_HISTORY);
	assert_int_equal(stand_event(s, EVENT_SNAPSHOT_END, 0)->sym, 0);
	stand_free(s);
}

static void the_running_bar_is_no_history_even_if_our_clock_is_ahead(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	stand_wait(s, 30000);
	stand_server_time(s, stand_asked(s, "/v5/market/time"),
			  -31000); /* theirs says: the bar is not over */
	assert_int_equal(stand_ask(s, INTENT_HISTORY, 0, 2), 0);
	uint32_t request = asked_window(s, NEWEST_MS - 2 * MINUTE_MS, NEWEST_MS - MINUTE_MS);
	bars(s, request, NEWEST_MS - 2 * MINUTE_MS, START_MS);
	assert_int_equal(stand_heard(s, EVENT_CANDLE), 2);
	assert_int_equal(stand_event(s, EVENT_CANDLE, 1)->candle.candle.open_ms, NEWEST_MS - MINUTE_MS);
	stand_free(s);
}

static void a_bar_that_ends_while_the_answer_is_on_its_way_is_not_final(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	s->now_ms = START_MS + MINUTE_MS - 30;
	stand_server_time(s, (stand_wait(s, 0), stand_asked(s, "/v5/market/time")),
			  2000); /* theirs is ahead */
	assert_int_equal(stand_ask(s, INTENT_HISTORY, 0, 1), 0);
	uint32_t request = asked_window(s, START_MS, START_MS);
	s->now_ms += 60;
	bars(s, request, START_MS, START_MS);
	assert_int_equal(stand_heard(s, EVENT_CANDLE), 0);
	assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 1);
	stand_free(s);
}

static void an_exchange_that_has_fewer_bars_ends_it(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	s->universe.at[0].listed_ms = NEWEST_MS - 3 * MINUTE_MS + 5;
	assert_int_equal(stand_ask(s, INTENT_HISTORY, 0, 1500), 0);
	bars(s, asked_window(s, NEWEST_MS - 3 * MINUTE_MS, NEWEST_MS), NEWEST_MS - MINUTE_MS, NEWEST_MS);
	assert_int_equal(stand_heard(s, EVENT_CANDLE), 2);
	assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 1);
	s->universe.at[0].listed_ms = START_MS + HOUR_MS;
	assert_int_equal(stand_ask(s, INTENT_HISTORY, 0, 5), 0);
	assert_int_equal(s->box.count, 0);
	assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 1);
	stand_free(s);
}

static void a_failed_page_is_asked_for_again_until_it_comes(void **state)
{
	struct stand *s = stand_attached();
	uint32_t request;

	(void)state;
	stand_ask(s, INTENT_HISTORY, 0, 2);
	request = asked_window(s, NEWEST_MS - MINUTE_MS, NEWEST_MS);
	for (int i = 0; i < 12; i++) {
		switch (i % 4) {
		case 0: stand_answer(s, request, WIRE_CUT, "", "reset"); break;
		case 1: stand_answer(s, request, 502, "", "<html>bad gateway</html>"); break;
		case 2: stand_refuse(s, request, 10016, "Internal error"); break;
		default: stand_reply(s, request, "{\"retCode\":0,\"result\":{\"list\":[[\"176"); break;
		}
		assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 0);
		assert_int_equal(asked_window(s, NEWEST_MS - MINUTE_MS, NEWEST_MS), 0);
		stand_wait(s, 40000);
		request = asked_window(s, NEWEST_MS - MINUTE_MS, NEWEST_MS);
		assert_true(request != 0);
	}
	bars(s, request, NEWEST_MS - MINUTE_MS, NEWEST_MS);
	assert_int_equal(stand_heard(s, EVENT_CANDLE), 2);
	assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 1);
	stand_free(s);
}

static void bars_of_another_symbol_are_no_answer(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	stand_ask(s, INTENT_HISTORY, 1, 2);
	bars(s, stand_asked(s, "/v5/market/kline?category=linear&symbol=ETHUSDT"), NEWEST_MS - MINUTE_MS,
	     NEWEST_MS);
	assert_int_equal(stand_heard(s, EVENT_CANDLE), 0);
	assert_string_equal(stand_event(s, EVENT_GARBAGE, 0)->garbage.text, "kline: bars of BTCUSDT");
	stand_free(s);
}

static void a_page_with_bad_rows_is_taken_without_them_after_three_tries(void **state)
{
	static const char page[] =
		"{\"symbol\":\"BTCUSDT\",\"list\":[[\"1759999980000\",\"1\",\"2\",\"3\",\"1\",\"1\",\"1\"],"
		"[\"1759999920000\",\"1\",\"2\",\"1\",\"1\",\"1\",\"1\"]]}";
	struct stand *s = stand_attached();

	(void)state;
	stand_ask(s, INTENT_HISTORY, 0, 2);
	for (int i = 0; i < 5; i++) { /* other failures do not count */
		stand_answer(s, stand_asked(s, "/v5/market/kline"), 503, "", "");
		stand_wait(s, 15000);
	}
	for (int i = 0; i < 2; i++) {
		stand_result(s, stand_asked(s, "/v5/market/kline"), page);
		assert_int_equal(stand_heard(s, EVENT_CANDLE), 0);
		stand_wait(s, 39000);
	}
	stand_result(s, stand_asked(s, "/v5/market/kline"), page);
	assert_int_equal(stand_heard(s, EVENT_CANDLE), 1);
	assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 1);
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 1);
	stand_free(s);
}

static void a_history_that_is_refused_three_times_ends_and_says_so(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	stand_ask(s, INTENT_HISTORY, 0, 2);
	for (int i = 0; i < 3; i++) {
		if (i > 0)
			stand_wait(s, 4000);
		stand_refuse(s, stand_asked(s, "/v5/market/kline"), 10001, "params error: symbol invalid");
	}
	assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 1);
	assert_string_equal(stand_event(s, EVENT_GARBAGE, 0)->garbage.text,
			    "kline: 10001 params error: symbol invalid");
	stand_free(s);
}

static void a_refused_history_asks_for_the_listing(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	stand_wait(s, 10 * MINUTE_MS);
	stand_ask(s, INTENT_HISTORY, 0, 2);
	stand_refuse(s, stand_asked(s, "/v5/market/kline"), 10001, "params error: symbol invalid");
	assert_int_not_equal(stand_asked(s, "/v5/market/instruments-info"), 0);
	stand_free(s);
}

static void many_histories_wait_their_turn_and_each_is_answered_once(void **state)
{
	struct stand *s = stand_attached();
	size_t ends = 0;

	(void)state;
	s->universe.count = 12;
	for (size_t i = 2; i < 12; i++) {
		s->universe.at[i] = s->universe.at[1];
		snprintf(s->universe.at[i].wire, sizeof s->universe.at[i].wire, "C%zuUSDT", i);
	}
	bybit_ops.attach(&s->exchange, &s->universe);
	uint32_t open[12];
	size_t opened = 0;
	for (sym_t i = 0; i < 12; i++) {
		assert_int_equal(stand_ask(s, INTENT_HISTORY, i, 3), 0);
		assert_int_equal(stand_said(s, SAY_HTTP), i < BYBIT_HISTORIES ? 1 : 0);
		if (s->box.count > 0)
			open[opened++] = s->box.at[0].request;
	}
	assert_int_equal(stand_ask(s, INTENT_HISTORY, 11, 2), 0); /* once is enough */
	for (size_t i = 0; i < opened; i++) {
		stand_result(s, open[i], "{\"list\":[]}");
		ends += stand_heard(s, EVENT_SNAPSHOT_END);
		if (s->box.count > 0)
			open[opened++] = s->box.at[0].request;
	}
	assert_int_equal(opened, 12);
	assert_int_equal(ends, 12);
	stand_free(s);
}

static void bars_are_counted_back_from_when_they_were_asked_for(void **state)
{
	struct stand *s = stand_new();
	char btc[1024];

	(void)state;
	stand_time(s, START_MS);
	uint32_t time = stand_asked(s, "/v5/market/time");
	stand_page(s, stand_asked(s, "/v5/market/instruments-info"), stand_row(btc, sizeof btc, "BTC", ""),
		   "");
	s->universe = *bybit_ops.listing(&s->exchange);
	bybit_ops.attach(&s->exchange, &s->universe);
	assert_int_equal(stand_ask(s, INTENT_HISTORY, 0, 3),
			 0); /* it has to wait: the server's time is unknown */
	assert_int_equal(s->box.count, 0);
	stand_answer(s, time, WIRE_CUT, "", "timeout");
	stand_wait(s, 5 * MINUTE_MS);
	time = stand_asked(s, "/v5/market/time");
	assert_int_equal(stand_ask(s, INTENT_HISTORY, 0, 4), 0);
	stand_server_time(s, time, 0);
	bars(s, asked_window(s, NEWEST_MS - 2 * MINUTE_MS, NEWEST_MS + 5 * MINUTE_MS),
	     NEWEST_MS - 2 * MINUTE_MS, NEWEST_MS + 5 * MINUTE_MS);
	assert_int_equal(stand_heard(s, EVENT_CANDLE), 8);
	assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 1);
	stand_free(s);
}

static void a_question_that_joins_another_is_answered_to_its_own_end(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	s->now_ms += 50 * SECOND_MS;
	assert_int_equal(stand_ask(s, INTENT_HISTORY, 0, 2), 0);
	uint32_t request = asked_window(s, NEWEST_MS - MINUTE_MS, NEWEST_MS);
	s->now_ms += 15 * SECOND_MS;
	assert_int_equal(stand_ask(s, INTENT_HISTORY, 0, 1), 0);
	bars(s, request, NEWEST_MS - MINUTE_MS, NEWEST_MS);
	assert_int_equal(stand_heard(s, EVENT_CANDLE), 2);
	assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 0);
	bars(s, asked_window(s, NEWEST_MS + MINUTE_MS, NEWEST_MS + MINUTE_MS), NEWEST_MS + MINUTE_MS,
	     NEWEST_MS + MINUTE_MS);
	assert_int_equal(stand_heard(s, EVENT_CANDLE), 1);
	assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 1);
	stand_free(s);
}

static void nothing_is_taken_where_there_is_no_room_for_it(void **state)
{
	struct stand *s = stand_attached();
	struct turn_out out = {.say = &s->box, .heard = &s->heard};
	struct wire_in in = {.kind = WIRE_REPLY, .status = 200, .text = "{}", .len = 2, .at_ms = START_MS};

	(void)state;
	stand_ask(s, INTENT_HISTORY, 0, 2);
	in.request = stand_asked(s, "/v5/market/kline");
	s->heard.count = EVENTS_MAX - 100;
	assert_int_equal(bybit_ops.on_wire(&s->exchange, &in, &out), TB_EFULL);
	assert_int_equal(s->heard.count, EVENTS_MAX - 100);
	bars(s, in.request, NEWEST_MS - MINUTE_MS, NEWEST_MS);
	assert_int_equal(stand_heard(s, EVENT_CANDLE), 2);
	stand_free(s);
}

static void bars_between_two_ticks_go_to_the_nearest(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	stand_ask(s, INTENT_HISTORY, 0, 1);
	stand_result(s, stand_asked(s, "/v5/market/kline"),
		     "{\"list\":[[\"1759999980000\",\"1.24\",\"1.26\",\"1.15\",\"1.25\",\"0.0009\",\"1\"]]}");
	const struct candle *bar = &stand_event(s, EVENT_CANDLE, 0)->candle.candle;
	assert_int_equal(bar->open, 12);
	assert_int_equal(bar->high, 13);
	assert_int_equal(bar->low, 12);
	assert_int_equal(bar->close, 13);
	assert_int_equal(bar->volume, 0);
	stand_free(s);
}

#define TICKER(symbol, more)                                                                                 \
	"{\"symbol\":\"" symbol                                                                              \
	"\",\"lastPrice\":\"100.5\",\"markPrice\":\"100.53\",\"bid1Price\":\"100.4\","                       \
	"\"ask1Price\":\"100.6\"," more "\"highPrice24h\":\"110\",\"lowPrice24h\":\"90\",\"prevPrice24h\":"  \
	"\"95\",\"turnover24h\":\"2352063794.0035\"}"

static void a_scan_is_one_request_and_rows_of_what_we_know(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	assert_int_equal(stand_ask(s, INTENT_SCAN, SYM_NONE, 0), 0);
	uint32_t request = stand_asked(s, "/v5/market/tickers?category=linear");
	assert_int_equal(stand_ask(s, INTENT_SCAN, SYM_NONE, 0), 0);
	assert_int_equal(s->box.count, 0);
	stand_result(
		s, request,
		"{\"list\":[" TICKER("XUSDT", "") "," TICKER("BTCUSDT", "") ",{\"symbol\":\"ETHUSDT\"}]}");
	assert_int_equal(stand_heard(s, EVENT_SCAN_ROW), 1);
	const struct event *row = stand_event(s, EVENT_SCAN_ROW, 0);
	assert_int_equal(row->sym, 0);
	assert_int_equal(row->scan.last, 1005);
	assert_int_equal(row->scan.open, 950);
	assert_int_equal(row->scan.high, 1100);
	assert_int_equal(row->scan.low, 900);
	assert_int_equal(row->scan.bid, 1004);
	assert_int_equal(row->scan.ask, 1006);
	assert_int_equal(row->scan.turnover, 235206379400350000);
	assert_int_equal(stand_event(s, EVENT_SNAPSHOT_END, 0)->snapshot.what, SNAPSHOT_SCAN);
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 1);
	stand_free(s);
}

static void a_scan_that_fails_says_nothing_and_is_tried_five_times(void **state)
{
	struct stand *s = stand_attached();
	int tries = 0;

	(void)state;
	stand_ask(s, INTENT_SCAN, SYM_NONE, 0);
	for (uint32_t request = stand_asked(s, "/v5/market/tickers"); request != 0; tries++) {
		stand_answer(s, request, 500, "", "");
		assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 0);
		stand_wait(s, 25000);
		request = stand_asked(s, "/v5/market/tickers");
	}
	assert_int_equal(tries, 5);
	assert_int_equal(stand_ask(s, INTENT_SCAN, SYM_NONE, 0), 0);
	assert_true(stand_asked(s, "/v5/market/tickers") != 0);
	stand_free(s);
}

static void questions_about_nothing_are_refused(void **state)
{
	struct stand *s = stand_new();

	(void)state;
	assert_int_equal(stand_ask(s, INTENT_HISTORY, 0, 5), TB_ENOENT);
	stand_free(s);
	s = stand_attached();
	assert_int_equal(stand_ask(s, INTENT_HISTORY, 2, 5), TB_ENOENT);
	assert_int_equal(stand_ask(s, INTENT_WATCH, 900, 1), TB_ENOENT);
	assert_int_equal(stand_ask(s, INTENT_HISTORY, 0, 0), TB_EINVAL);
	assert_int_equal(stand_ask(s, INTENT_LEVERAGE, 0, 1), TB_EINVAL);
	assert_int_equal(bybit_ops.submit(&s->exchange, NULL, 0, NULL), TB_EREFUSED);
	stand_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(history_comes_in_windows_the_oldest_first_and_ends),
		cmocka_unit_test(the_running_bar_is_no_history_even_if_our_clock_is_ahead),
		cmocka_unit_test(a_bar_that_ends_while_the_answer_is_on_its_way_is_not_final),
		cmocka_unit_test(an_exchange_that_has_fewer_bars_ends_it),
		cmocka_unit_test(a_failed_page_is_asked_for_again_until_it_comes),
		cmocka_unit_test(bars_of_another_symbol_are_no_answer),
		cmocka_unit_test(a_page_with_bad_rows_is_taken_without_them_after_three_tries),
		cmocka_unit_test(a_history_that_is_refused_three_times_ends_and_says_so),
		cmocka_unit_test(a_refused_history_asks_for_the_listing),
		cmocka_unit_test(many_histories_wait_their_turn_and_each_is_answered_once),
		cmocka_unit_test(bars_are_counted_back_from_when_they_were_asked_for),
		cmocka_unit_test(a_question_that_joins_another_is_answered_to_its_own_end),
		cmocka_unit_test(nothing_is_taken_where_there_is_no_room_for_it),
		cmocka_unit_test(bars_between_two_ticks_go_to_the_nearest),
		cmocka_unit_test(a_scan_is_one_request_and_rows_of_what_we_know),
		cmocka_unit_test(a_scan_that_fails_says_nothing_and_is_tried_five_times),
		cmocka_unit_test(questions_about_nothing_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
