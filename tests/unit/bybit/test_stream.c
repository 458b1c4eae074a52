/* SPDX-License-Identifier: MIT
 * The public stream: what is subscribed and stays so, and what its messages become. */
#include "bybit_stand.h"

static struct stand *watching(void)
{
	struct stand *s = stand_attached();

	stand_up(s);
	assert_int_equal(stand_ask(s, INTENT_WATCH, 0, 1), 0);
	return s;
}

static void acknowledge(struct stand *s, const char *request, bool success)
{
	char text[160];

	snprintf(text, sizeof text,
		 "{\"success\":%s,\"ret_msg\":\"%s\",\"conn_id\":\"c\",\"req_id\":\"%s\",\"op\":"
		 "\"subscribe\"}",
		 success ? "true" : "false", success ? "" : "Invalid topic", request);
	stand_frame(s, text);
}

/* "sN" of a message. */
static const char *request_of(const char *message)
{
	static char request[16];

	assert_int_equal(sscanf(message, "{\"req_id\":\"%15[^\"]", request), 1);
	return request;
}

static void a_watched_symbol_has_three_topics(void **state)
{
	struct stand *s = watching();

	(void)state;
	const char *message = stand_sent(s, "subscribe", 0);
	assert_non_null(message);
	assert_non_null(strstr(
		message, "\"args\":[\"kline.1.BTCUSDT\",\"tickers.BTCUSDT\",\"orderbook.50.BTCUSDT\"]}"));
	assert_null(stand_sent(s, "unsubscribe", 0));
	stand_wait(s, 5000);
	assert_null(stand_sent(s, "subscribe", 0));
	stand_free(s);
}

static void after_each_connection_everything_watched_is_subscribed_again(void **state)
{
	struct stand *s = watching();

	(void)state;
	assert_int_equal(stand_ask(s, INTENT_WATCH, 1, 1), 0);
	stand_down(s);
	assert_int_equal(stand_event(s, EVENT_LINK, 0)->link.state, LINK_DOWN);
	assert_int_equal(s->box.count, 0);
	stand_up(s);
	assert_int_equal(stand_event(s, EVENT_LINK, 0)->link.state, LINK_UP);
	const char *message = stand_sent(s, "subscribe", 0);
	assert_non_null(strstr(message, "\"tickers.BTCUSDT\""));
	assert_non_null(strstr(message, "\"orderbook.50.ETHUSDT\"]}"));
	stand_free(s);
}

static void what_is_no_longer_watched_is_unsubscribed_and_its_late_news_passed_over(void **state)
{
	struct stand *s = watching();

	(void)state;
	assert_int_equal(stand_ask(s, INTENT_WATCH, 0, 0), 0);
	assert_non_null(strstr(stand_sent(s, "unsubscribe", 0), "kline.1.BTCUSDT"));
	stand_frame(s, "{\"topic\":\"kline.1.BTCUSDT\",\"data\":[{}],\"ts\":1,\"type\":\"snapshot\"}");
	assert_int_equal(s->heard.count, 0);
	stand_down(s);
	stand_up(s);
	assert_null(stand_sent(s, "subscribe", 0));
	stand_free(s);
}

static void watching_again_is_off_and_on(void **state)
{
	struct stand *s = watching();

	(void)state;
	assert_int_equal(stand_ask(s, INTENT_WATCH, 0, 1), 0);
	assert_int_equal(s->box.count, 2);
	assert_non_null(strstr(s->box.at[0].text, "\"op\":\"unsubscribe\""));
	assert_non_null(strstr(s->box.at[1].text, "\"op\":\"subscribe\""));
	stand_free(s);
}

static void there_is_room_for_64_symbols_and_no_more(void **state)
{
	struct stand *s = stand_attached();
	size_t topics = 0;

	(void)state;
	s->universe.count = 70;
	for (size_t i = 2; i < 70; i++) {
		s->universe.at[i] = s->universe.at[1];
		snprintf(s->universe.at[i].wire, sizeof s->universe.at[i].wire, "C%zuUSDT", i);
	}
	bybit_ops.attach(&s->exchange, &s->universe);
	for (sym_t i = 0; i < 64; i++)
		assert_int_equal(stand_ask(s, INTENT_WATCH, i, 1), 0);
	assert_int_equal(stand_ask(s, INTENT_WATCH, 64, 1), TB_EFULL);
	stand_up(s);
	for (size_t i = 0; i < s->box.count; i++) {
		for (const char *at = s->box.at[i].text; (at = strstr(at, "USDT")) != NULL; at++)
			topics++;
		assert_true(s->box.at[i].len <= 4096);
	}
	assert_int_equal(topics, 192);
	assert_int_equal(stand_ask(s, INTENT_WATCH, 3, 0), 0);
	assert_int_equal(stand_ask(s, INTENT_WATCH, 64, 1), 0);
	stand_free(s);
}

static void a_refused_request_is_put_again_topic_by_topic_then_with_pauses(void **state)
{
	struct stand *s = watching();
	char first[16], alone[3][16];

	(void)state;
	snprintf(first, sizeof first, "%s", request_of(stand_sent(s, "subscribe", 0)));
	acknowledge(s, first, false);
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 1);
	for (int i = 0; i < 3; i++) {
		const char *message = stand_sent(s, "subscribe", i);
		assert_non_null(message);
		assert_null(strstr(message, "\",\"tickers"));
		assert_null(strstr(message, "\",\"orderbook"));
		snprintf(alone[i], sizeof alone[i], "%s", request_of(message));
	}
	assert_null(stand_sent(s, "subscribe", 3));
	acknowledge(s, alone[0], true);
	acknowledge(s, alone[1], true);
	acknowledge(s, alone[2], false);
	assert_null(stand_sent(s, "subscribe", 0));
	stand_wait(s, 700);
	assert_non_null(strstr(stand_sent(s, "subscribe", 0), "[\"orderbook.50.BTCUSDT\"]"));
	acknowledge(s, request_of(stand_sent(s, "subscribe", 0)), false);
	stand_wait(s, 690);
	assert_null(stand_sent(s, "subscribe", 0));
	stand_wait(s, 700);
	assert_non_null(stand_sent(s, "subscribe", 0));
	stand_free(s);
}

static void a_topic_refused_by_itself_asks_for_the_listing(void **state)
{
	struct stand *s = watching();
	char request[16];

	(void)state;
	stand_wait(s, 10 * MINUTE_MS);
	stand_up(s);
	snprintf(request, sizeof request, "%s", request_of(stand_sent(s, "subscribe", 0)));
	acknowledge(s, request, false);
	assert_int_equal(stand_asked(s, "/v5/market/instruments-info"),
			 0); /* it may be another of the three */
	snprintf(request, sizeof request, "%s", request_of(stand_sent(s, "subscribe", 1)));
	acknowledge(s, request, false);
	assert_int_not_equal(stand_asked(s, "/v5/market/instruments-info"), 0);
	stand_free(s);
}

static void a_refusal_without_a_number_means_all_that_is_open(void **state)
{
	struct stand *s = watching();

	(void)state;
	stand_frame(
		s,
		"{\"success\":false,\"ret_msg\":\"Invalid topic\",\"conn_id\":\"c\",\"op\":\"subscribe\"}");
	assert_non_null(stand_sent(s, "subscribe", 2));
	stand_frame(s, "{\"success\":true,\"ret_msg\":\"\",\"op\":\"subscribe\"}");
	stand_frame(s, "{\"success\":false,\"ret_msg\":\"Invalid topic\",\"op\":\"subscribe\"}");
	assert_null(stand_sent(s, "subscribe", 0));
	stand_free(s);
}

static void a_ping_goes_out_every_20_seconds_and_silence_after_it_is_a_dead_connection(void **state)
{
	struct stand *s = watching();

	(void)state;
	stand_wait(s, 19999);
	assert_null(stand_sent(s, "ping", 0));
	stand_wait(s, 1);
	assert_non_null(stand_sent(s, "ping", 0));
	stand_frame(
		s,
		"{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"c\",\"req_id\":\"\",\"op\":\"ping\"}");
	assert_int_equal(s->heard.count, 0);
	stand_wait(s, 20000);
	assert_non_null(stand_sent(s, "ping", 0));
	stand_wait(s, 9999);
	assert_int_equal(stand_said(s, SAY_CLOSE), 0);
	stand_wait(s, 1);
	assert_int_equal(s->box.at[s->box.count - 2].kind, SAY_CLOSE);
	assert_int_equal(s->box.at[s->box.count - 1].kind, SAY_OPEN);
	assert_int_equal(stand_event(s, EVENT_LINK, 0)->link.state, LINK_DOWN);
	stand_wait(s, 30000);
	assert_null(stand_sent(s, "ping", 0));
	stand_up(s);
	assert_non_null(stand_sent(s, "subscribe", 0));
	stand_free(s);
}

#define KLINE(start, confirm)                                                                                \
	"{\"topic\":\"kline.1.BTCUSDT\",\"data\":[{\"start\":" start                                         \
	",\"end\":1,\"interval\":\"1\",\"open\":"                                                            \
	"\"100.0\",\"close\":\"101\",\"high\":\"102.5\",\"low\":\"99.9\",\"volume\":\"2.0815\","             \
	"\"turnover\":"                                                                                      \
	"\"1\",\"confirm\":" confirm ",\"timestamp\":1}],\"ts\":1,\"type\":\"snapshot\"}"

static void a_bar_is_closed_when_it_is_confirmed(void **state)
{
	struct stand *s = watching();

	(void)state;
	stand_frame(s, KLINE("1760000040000", "false"));
	const struct event *event = stand_event(s, EVENT_CANDLE, 0);
	assert_non_null(event);
	assert_false(event->candle.closed || event->candle.history);
	assert_int_equal(event->candle.candle.open_ms, START_MS);
	assert_int_equal(event->candle.candle.high, 1025);
	assert_int_equal(event->candle.candle.low, 999);
	assert_int_equal(event->candle.candle.close, 1010);
	assert_int_equal(event->candle.candle.volume, 2081);
	stand_frame(s, KLINE("1760000040000", "true"));
	assert_true(stand_event(s, EVENT_CANDLE, 0)->candle.closed);
	stand_frame(s, KLINE("1760000040000", "\"yes\""));
	assert_int_equal(stand_heard(s, EVENT_CANDLE), 0);
	assert_string_equal(stand_event(s, EVENT_GARBAGE, 0)->garbage.text,
			    "kline: confirm: of another type");
	stand_free(s);
}

#define TICKER(type, members)                                                                                \
	"{\"topic\":\"tickers.BTCUSDT\",\"type\":\"" type "\",\"data\":{\"symbol\":\"BTCUSDT\"" members      \
	"},\"cs\":1,\"ts\":1}"
#define WHOLE                                                                                                \
	",\"lastPrice\":\"100.5\",\"markPrice\":\"100.53\",\"indexPrice\":\"100.4\",\"bid1Price\":\"100."    \
	"4\","                                                                                               \
	"\"ask1Price\":\"100.6\",\"fundingRate\":\"0.0001\",\"nextFundingTime\":\"1760025600000\""

static void a_delta_before_its_snapshot_is_dropped_and_one_after_it_is_merged(void **state)
{
	struct stand *s = watching();

	(void)state;
	stand_frame(s, TICKER("delta", ",\"bid1Price\":\"100.3\""));
	assert_int_equal(s->heard.count, 0);
	stand_frame(s, TICKER("snapshot", WHOLE));
	const struct event *event = stand_event(s, EVENT_TICKER, 0);
	assert_int_equal(event->ticker.bid, 1004);
	assert_int_equal(event->ticker.ask, 1006);
	assert_int_equal(event->ticker.mark, 1005);
	assert_int_equal(event->ticker.last, 1005);
	assert_false(event->ticker.has_depth);
	stand_frame(s, TICKER("delta", ",\"bid1Price\":\"100.3\",\"markPrice\":\"100.55\""));
	event = stand_event(s, EVENT_TICKER, 0);
	assert_int_equal(event->ticker.bid, 1003);
	assert_int_equal(event->ticker.ask, 1006);
	assert_int_equal(event->ticker.mark, 1006);
	stand_frame(s, TICKER("delta", ",\"openInterest\":\"5\"")); /* the prices still stand */
	event = stand_event(s, EVENT_TICKER, 0);
	assert_int_equal(event->ticker.bid, 1003);
	assert_int_equal(event->ticker.mark, 1006);
	stand_free(s);
}

static void a_price_without_a_value_ends_the_quote_until_it_has_one(void **state)
{
	static const char *const nothing[] = {"\"\"", "null", "\"0\"", "\"0.00\""};
	struct stand *s = watching();
	char text[200];

	(void)state;
	stand_frame(s, TICKER("snapshot", WHOLE));
	for (int i = 0; i < 4; i++) {
		snprintf(text, sizeof text, TICKER("delta", ",\"ask1Price\":%s"), nothing[i]);
		stand_frame(s, text);
		assert_int_equal(stand_heard(s, EVENT_TICKER), 0);
		stand_frame(s, TICKER("delta", ",\"lastPrice\":\"100.4\""));
		assert_int_equal(stand_heard(s, EVENT_TICKER), 0);
		stand_frame(s, TICKER("delta", ",\"ask1Price\":\"100.7\""));
		assert_int_equal(stand_event(s, EVENT_TICKER, 0)->ticker.ask, 1007);
	}
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 0);
	stand_free(s);
}

static void a_connection_ends_what_was_known_of_a_ticker(void **state)
{
	struct stand *s = watching();

	(void)state;
	stand_frame(s, TICKER("snapshot", WHOLE));
	stand_down(s);
	stand_up(s);
	stand_frame(s, TICKER("delta", ",\"bid1Price\":\"100.3\""));
	assert_int_equal(s->heard.count, 0);
	stand_frame(s, TICKER("snapshot", WHOLE));
	assert_int_equal(stand_heard(s, EVENT_TICKER), 1);
	assert_int_equal(stand_heard(s, EVENT_FUNDING_RATE), 0); /* as told before */
	stand_free(s);
}

static void an_unreadable_ticker_is_asked_for_anew(void **state)
{
	struct stand *s = watching();

	(void)state;
	stand_frame(s, TICKER("snapshot", WHOLE));
	stand_frame(s, TICKER("delta", ",\"bid1Price\":\"1e3\""));
	assert_non_null(
		strstr(stand_event(s, EVENT_GARBAGE, 0)->garbage.text, "tickers: bid1Price: not a plain"));
	assert_non_null(strstr(stand_sent(s, "unsubscribe", 0), "[\"tickers.BTCUSDT\"]"));
	stand_wait(s, 700);
	assert_non_null(strstr(stand_sent(s, "subscribe", 0), "[\"tickers.BTCUSDT\"]"));
	stand_free(s);
}

static const struct event *funding(const struct stand *s, size_t nth)
{
	return stand_event(s, EVENT_FUNDING_RATE, nth);
}

static void a_settlement_is_told_at_the_rate_that_stood_before_it(void **state)
{
	struct stand *s = watching();

	(void)state;
	stand_frame(s, TICKER("snapshot", WHOLE));
	assert_int_equal(stand_heard(s, EVENT_FUNDING_RATE), 1);
	assert_false(funding(s, 0)->funding.settled);
	assert_int_equal(funding(s, 0)->funding.rate, 100000);
	assert_int_equal(funding(s, 0)->funding.settle_ms, 1760025600000);
	assert_int_equal(s->heard.at[0].kind, EVENT_FUNDING_RATE); /* then the quote */
	stand_frame(s, TICKER("delta", ",\"fundingRate\":\"-0.00046295\""));
	assert_int_equal(s->heard.count, 1);
	assert_int_equal(funding(s, 0)->funding.rate, -462950);
	assert_false(funding(s, 0)->funding.settled);
	s->now_ms = 1760025600000;
	stand_frame(s, TICKER("delta", ",\"fundingRate\":\"0.0002\",\"nextFundingTime\":\"1760054400000\""));
	assert_int_equal(s->heard.count, 2);
	assert_true(funding(s, 0)->funding.settled);
	assert_int_equal(funding(s, 0)->funding.rate, -462950);
	assert_int_equal(funding(s, 0)->funding.settle_ms, 1760025600000);
	assert_false(funding(s, 1)->funding.settled);
	assert_int_equal(funding(s, 1)->funding.rate, 200000);
	assert_int_equal(funding(s, 1)->funding.settle_ms, 1760054400000);
	stand_free(s);
}

static void a_settlement_during_a_lost_connection_is_told_after_it(void **state)
{
	struct stand *s = watching();

	(void)state;
	stand_frame(s, TICKER("snapshot", WHOLE));
	stand_down(s);
	s->now_ms = 1760025660000;
	stand_up(s);
	stand_frame(s,
		    TICKER("snapshot", ",\"lastPrice\":\"1\",\"fundingRate\":\"0.0003\",\"nextFundingTime\":"
				       "\"1760054400000\""));
	assert_true(funding(s, 0)->funding.settled);
	assert_int_equal(funding(s, 0)->funding.rate, 100000);
	assert_int_equal(funding(s, 1)->funding.rate, 300000);
	stand_free(s);
}

static void a_new_funding_interval_settles_nothing(void **state)
{
	struct stand *s = watching();

	(void)state;
	stand_frame(s, TICKER("snapshot", WHOLE));
	stand_frame(s, TICKER("delta", ",\"nextFundingTime\":\"1760011200000\""));
	assert_int_equal(s->heard.count, 1);
	assert_false(funding(s, 0)->funding.settled);
	stand_frame(s, TICKER("delta", ",\"nextFundingTime\":\"1760025600000\""));
	assert_int_equal(s->heard.count, 1);
	assert_false(funding(s, 0)->funding.settled);
	stand_free(s);
}

static void prices_off_the_grid_ask_for_the_listing_but_not_all_the_time(void **state)
{
	struct stand *s = watching();

	(void)state;
	stand_frame(s, TICKER("snapshot", WHOLE));
	stand_frame(s, TICKER("delta", ",\"bid1Price\":\"100.37\",\"ask1Price\":\"100.61\""));
	assert_int_equal(stand_event(s, EVENT_TICKER, 0)->ticker.bid, 1003);
	assert_int_equal(stand_event(s, EVENT_TICKER, 0)->ticker.ask, 1007);
	assert_int_equal(stand_asked(s, "/v5/market/instruments-info"), 0); /* one has just come */
	s->now_ms += 10 * MINUTE_MS;
	stand_frame(s, TICKER("delta", ",\"bid1Price\":\"100.37\""));
	assert_true(stand_asked(s, "/v5/market/instruments-info") != 0);
	stand_frame(s, TICKER("delta", ",\"bid1Price\":\"100.38\""));
	assert_int_equal(stand_asked(s, "/v5/market/instruments-info"), 0);
	stand_free(s);
}

static void topics_and_messages_of_others_are_passed_over(void **state)
{
	static const char *const others[] = {
		"{\"topic\":\"publicTrade.BTCUSDT\",\"type\":\"snapshot\",\"data\":[]}",
		"{\"topic\":\"system.status\",\"data\":[]}",
		"{\"topic\":\"kline.5.BTCUSDT\",\"data\":[],\"type\":\"snapshot\"}",
		"{\"topic\":\"kline.BTCUSDT\"}",
		"{\"topic\":\"orderbook.200.BTCUSDT\",\"type\":\"delta\",\"data\":{}}",
		"{\"topic\":\"tickers.XRPUSDT\",\"type\":\"delta\",\"data\":{}}",
		"{\"topic\":\"tickers.\",\"type\":\"delta\",\"data\":{}}",
		"{\"op\":\"unsubscribe\",\"success\":false,\"ret_msg\":\"x\"}",
		"{\"op\":\"auth\",\"success\":true}",
	};
	struct stand *s = watching();

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		stand_frame(s, others[i]);
		assert_int_equal(s->heard.count, 0);
		assert_int_equal(s->box.count, 0);
	}
	stand_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_watched_symbol_has_three_topics),
		cmocka_unit_test(after_each_connection_everything_watched_is_subscribed_again),
		cmocka_unit_test(what_is_no_longer_watched_is_unsubscribed_and_its_late_news_passed_over),
		cmocka_unit_test(watching_again_is_off_and_on),
		cmocka_unit_test(there_is_room_for_64_symbols_and_no_more),
		cmocka_unit_test(a_refused_request_is_put_again_topic_by_topic_then_with_pauses),
		cmocka_unit_test(a_topic_refused_by_itself_asks_for_the_listing),
		cmocka_unit_test(a_refusal_without_a_number_means_all_that_is_open),
		cmocka_unit_test(a_ping_goes_out_every_20_seconds_and_silence_after_it_is_a_dead_connection),
		cmocka_unit_test(a_bar_is_closed_when_it_is_confirmed),
		cmocka_unit_test(a_delta_before_its_snapshot_is_dropped_and_one_after_it_is_merged),
		cmocka_unit_test(a_price_without_a_value_ends_the_quote_until_it_has_one),
		cmocka_unit_test(a_connection_ends_what_was_known_of_a_ticker),
		cmocka_unit_test(an_unreadable_ticker_is_asked_for_anew),
		cmocka_unit_test(a_settlement_is_told_at_the_rate_that_stood_before_it),
		cmocka_unit_test(a_settlement_during_a_lost_connection_is_told_after_it),
		cmocka_unit_test(a_new_funding_interval_settles_nothing),
		cmocka_unit_test(prices_off_the_grid_ask_for_the_listing_but_not_all_the_time),
		cmocka_unit_test(topics_and_messages_of_others_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
