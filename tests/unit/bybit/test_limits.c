/* SPDX-License-Identifier: MIT
 * Failures, limits and clocks: silence is kept where it is asked for, everything is tried again with pauses,
 * and the link says what it is. */
#include "bybit_stand.h"

static uint32_t ask_scan(struct stand *s)
{
	assert_int_equal(stand_ask(s, INTENT_SCAN, SYM_NONE, 0), 0);
	return stand_asked(s, "/v5/market/tickers");
}

static const struct event *link_event(const struct stand *s, enum link_state state)
{
	for (size_t i = 0; i < stand_heard(s, EVENT_LINK); i++)
		if (stand_event(s, EVENT_LINK, i)->link.state == (int64_t)state)
			return stand_event(s, EVENT_LINK, i);
	return NULL;
}

/* The first moment from now on at which something is asked for whose path begins so; it is waited for in
 * steps. */
static ms_t silent_until(struct stand *s, const char *path, ms_t step_ms, int64_t steps)
{
	for (int64_t i = 0; i < steps; i++) {
		stand_wait(s, step_ms);
		if (stand_asked(s, path) != 0)
			return s->now_ms;
	}
	return NEVER_MS;
}

static void too_many_requests_are_silence_until_the_stamp(void **state)
{
	struct stand *s = stand_attached();
	char head[96];

	(void)state;
	uint32_t request = ask_scan(s);
	ms_t reset = s->now_ms + 3000;
	snprintf(head, sizeof head, "X-Bapi-Limit-Status: 0\r\nX-Bapi-Limit-Reset-Timestamp: %lld\r\n",
		 (long long)reset);
	stand_answer(s, request, 200, head,
		     "{\"retCode\":10006,\"retMsg\":\"Too many visits!\",\"result\":{},\"time\":1}");
	const struct event *limited = link_event(s, LINK_LIMITED);
	assert_non_null(limited);
	assert_in_range(limited->link.until_ms, reset, reset + 200);
	ms_t again = silent_until(s, "/v5/market/tickers", 10, 1000);
	assert_in_range(again, reset, reset + 210);
	stand_free(s);
}

static void without_a_stamp_or_with_an_odd_one_the_pause_grows(void **state)
{
	struct stand *s = stand_attached();
	ms_t longest = 0;

	(void)state;
	uint32_t request = ask_scan(s);
	for (int i = 0; i < 5; i++) {
		stand_answer(s, request, 200, i % 2 ? "X-Bapi-Limit-Reset-Timestamp: 99999999999999\n" : "",
			     "{\"retCode\":10006,\"retMsg\":\"\",\"result\":{},\"time\":1}");
		ms_t from = s->now_ms;
		ms_t again = silent_until(s, "/v5/market/tickers", 50, 2000);
		assert_true(again - from >= 100);
		assert_true(again - from > longest / 2);
		longest = again - from;
		request = stand_asked(s, "/v5/market/tickers");
	}
	assert_true(longest >= 10000);
	stand_free(s);
}

static void a_forbidden_address_is_silent_for_ten_minutes(void **state)
{
	static const char path[] = "/v5/market";
	struct stand *s = stand_attached();

	(void)state;
	stand_up(s);
	uint32_t request = ask_scan(s);
	ms_t from = s->now_ms;
	stand_answer(s, request, 403, "", "{\"message\":\"access too frequent\"}");
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 0);
	assert_true(link_event(s, LINK_LIMITED)->link.until_ms >= from + 10 * MINUTE_MS);
	stand_ask(s, INTENT_HISTORY, 0, 5);
	assert_int_equal(stand_said(s, SAY_HTTP), 0);
	ms_t again = NEVER_MS;
	while (again == NEVER_MS && s->now_ms < from + 20 * MINUTE_MS) {
		stand_wait(s, 1000);
		if (stand_sent(s, "ping", 0))
			stand_frame(s, "{\"success\":true,\"ret_msg\":\"pong\",\"op\":\"ping\"}");
		else if (stand_asked(s, path))
			again = s->now_ms;
	}
	assert_in_range(again, from + 10 * MINUTE_MS, from + 11 * MINUTE_MS + 1000);
	stand_free(s);
}

static void a_blocked_region_is_silent_too_and_told(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	stand_answer(s, ask_scan(s), 403, "", "The distribution blocks access\nfrom your country");
	assert_string_equal(stand_event(s, EVENT_GARBAGE, 0)->garbage.text,
			    "HTTP 403: The distribution blocks access?from your country");
	assert_true(link_event(s, LINK_LIMITED)->link.until_ms >= s->now_ms + 10 * MINUTE_MS);
	assert_true(silent_until(s, "/v5/market", 1000, 599) == NEVER_MS);
	stand_free(s);
}

static void an_overloaded_exchange_says_how_long_to_be_silent(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	ms_t from = s->now_ms;
	stand_answer(s, ask_scan(s), 429, "retry-after: 7\r\n", "");
	assert_non_null(link_event(s, LINK_LIMITED));
	ms_t again = silent_until(s, "/v5/market/tickers", 10, 2000);
	assert_in_range(again, from + 7000, from + 7200);
	stand_free(s);
}

static void an_exhausted_budget_in_the_headers_is_obeyed_before_it_is_broken(void **state)
{
	struct stand *s = stand_attached();
	char head[96];

	(void)state;
	uint32_t request = ask_scan(s);
	ms_t reset = s->now_ms + 900;
	snprintf(head, sizeof head, "x-bapi-limit-status: 0\nx-bapi-limit-reset-timestamp: %lld\n",
		 (long long)reset);
	stand_answer(s, request, 200, head, "{\"retCode\":0,\"result\":{\"list\":[]},\"time\":1}");
	assert_int_equal(stand_heard(s, EVENT_SNAPSHOT_END), 1);
	assert_int_equal(ask_scan(s), 0);
	assert_int_equal(silent_until(s, "/v5/market/tickers", 10, 200), reset);
	stand_free(s);
}

static void three_failures_in_a_row_are_a_link_that_is_down_until_an_answer_comes(void **state)
{
	struct stand *s = stand_attached();
	uint32_t request;

	(void)state;
	stand_up(s);
	request = ask_scan(s);
	for (int i = 0; i < 3; i++) {
		stand_answer(s, request, i == 1 ? 503 : WIRE_NOT_SENT, "", "");
		assert_int_equal(link_event(s, LINK_DOWN) != NULL, i == 2);
		silent_until(s, "/v5/market/tickers", 50, 200);
		request = stand_asked(s, "/v5/market/tickers");
	}
	stand_result(s, request, "{\"list\":[]}");
	assert_non_null(link_event(s, LINK_UP));
	stand_free(s);
}

static void the_clock_offset_is_that_of_the_shortest_trip(void **state)
{
	struct stand *s = stand_new();

	(void)state;
	stand_time(s, START_MS);
	uint32_t request = stand_asked(s, "/v5/market/time");
	stand_up(s);
	assert_true(link_event(s, LINK_UP)->link.clock_off_ms == UNKNOWN);
	s->now_ms += 80; /* the trip; the server's stamp is 100 ms ahead of its middle */
	stand_server_time(s, request, 100 - 40);
	const struct event *up = link_event(s, LINK_UP);
	assert_int_equal(up->link.latency_ms, 80);
	assert_int_equal(up->link.clock_off_ms, 100);
	stand_wait(s, 29999);
	assert_int_equal(stand_asked(s, "/v5/market/time"), 0);
	stand_wait(s, 1);
	request = stand_asked(s, "/v5/market/time");
	s->now_ms += 400; /* long on the way back: its middle says 260 */
	stand_server_time(s, request, 60);
	assert_int_equal(link_event(s, LINK_UP)->link.latency_ms, 400);
	assert_int_equal(link_event(s, LINK_UP)->link.clock_off_ms, 100);
	stand_frame(s, "{\"op\":\"pong\"}");
	stand_wait(s, 30000);
	request = stand_asked(s, "/v5/market/time");
	s->now_ms += 20;
	stand_server_time(s, request, 110);
	assert_int_equal(link_event(s, LINK_UP)->link.clock_off_ms, 120);
	stand_free(s);
}

static void a_clock_that_was_set_is_noticed_at_once(void **state)
{
	struct stand *s = stand_new();

	(void)state;
	stand_time(s, START_MS);
	uint32_t request = stand_asked(s, "/v5/market/time");
	stand_up(s);
	stand_server_time(s, request, 0);
	assert_int_equal(link_event(s, LINK_UP)->link.clock_off_ms, 0);
	stand_wait(s, 30000);
	request = stand_asked(s, "/v5/market/time");
	s->now_ms += 300;
	stand_server_time(s, request, 5000 - 150);
	assert_int_equal(link_event(s, LINK_UP)->link.clock_off_ms, 5000);
	stand_free(s);
}

static void a_time_answer_does_not_call_a_stream_up_that_is_down(void **state)
{
	struct stand *s = stand_new();

	(void)state;
	stand_time(s, START_MS);
	stand_server_time(s, stand_asked(s, "/v5/market/time"), 0);
	assert_int_equal(stand_heard(s, EVENT_LINK), 0);
	stand_up(s);
	assert_int_equal(link_event(s, LINK_UP)->link.clock_off_ms, 0);
	stand_free(s);
}

static void what_cannot_be_understood_is_told_once_a_second(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	stand_up(s);
	stand_frame(s, "{\"topic\":");
	assert_string_equal(stand_event(s, EVENT_GARBAGE, 0)->garbage.text, "stream: message: not JSON");
	for (int i = 0; i < 50; i++) {
		stand_frame(s, "<html>");
		assert_int_equal(stand_heard(s, EVENT_GARBAGE), 0);
	}
	s->now_ms += 1000;
	stand_frame(s, "[]");
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 1);
	assert_int_equal(bybit_counts(&s->exchange)->garbage, 52);
	stand_free(s);
}

static void a_reply_that_never_comes_is_not_waited_for_for_ever(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	ask_scan(s);
	assert_int_not_equal(silent_until(s, "/v5/market/tickers", 100, 300), NEVER_MS);
	stand_free(s);
}

static void late_answers_and_answers_to_nothing_are_passed_over(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	uint32_t request = ask_scan(s);
	stand_result(s, request, "{\"list\":[]}");
	stand_result(s, request, "{\"list\":[]}");
	assert_int_equal(s->heard.count, 0);
	stand_result(s, 77777, "{\"list\":[]}");
	assert_int_equal(s->heard.count, 0);
	stand_free(s);
}

static void extra_time_changes_nothing(void **state)
{
	struct stand *a = stand_attached(), *b = stand_attached();

	(void)state;
	for (int i = 0; i < 2000; i++) {
		stand_wait(a, 100);
		stand_clear(b);
		b->now_ms = a->now_ms;
		if (bybit_ops.next_ms(&b->exchange) <= b->now_ms)
			stand_wait(b, 0);
		assert_int_equal(a->box.count, b->box.count);
		for (size_t k = 0; k < a->box.count; k++)
			assert_string_equal(a->box.at[k].path, b->box.at[k].path);
	}
	stand_free(a);
	stand_free(b);
}

static void a_setup_that_bybit_does_not_have_is_refused(void **state)
{
	struct exchange exchange = {&bybit_ops, calloc(1, bybit_ops.state_bytes)};
	struct bybit_setup setup = *stand_setup();

	(void)state;
	setup.timeframe_ms = 8 * HOUR_MS;
	assert_int_equal(bybit_init(&exchange, &setup), TB_EINVAL);
	setup.timeframe_ms = DAY_MS;
	setup.book_levels = 500;
	assert_int_equal(bybit_init(&exchange, &setup), TB_EINVAL);
	setup.book_levels = 200;
	assert_int_equal(bybit_init(&exchange, &setup), 0);
	free(exchange.state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_many_requests_are_silence_until_the_stamp),
		cmocka_unit_test(without_a_stamp_or_with_an_odd_one_the_pause_grows),
		cmocka_unit_test(a_forbidden_address_is_silent_for_ten_minutes),
		cmocka_unit_test(a_blocked_region_is_silent_too_and_told),
		cmocka_unit_test(an_overloaded_exchange_says_how_long_to_be_silent),
		cmocka_unit_test(an_exhausted_budget_in_the_headers_is_obeyed_before_it_is_broken),
		cmocka_unit_test(three_failures_in_a_row_are_a_link_that_is_down_until_an_answer_comes),
		cmocka_unit_test(the_clock_offset_is_that_of_the_shortest_trip),
		cmocka_unit_test(a_clock_that_was_set_is_noticed_at_once),
		cmocka_unit_test(a_time_answer_does_not_call_a_stream_up_that_is_down),
		cmocka_unit_test(what_cannot_be_understood_is_told_once_a_second),
		cmocka_unit_test(a_reply_that_never_comes_is_not_waited_for_for_ever),
		cmocka_unit_test(late_answers_and_answers_to_nothing_are_passed_over),
		cmocka_unit_test(extra_time_changes_nothing),
		cmocka_unit_test(a_setup_that_bybit_does_not_have_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
