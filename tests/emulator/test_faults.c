/* SPDX-License-Identifier: MIT
 * Tests of the emulator's faults: each does what its row says, once, and all is well afterwards. */
#include "emu_stand.h"

#define TICKERS "/v5/market/tickers?category=linear"

static int open_four(void **state)
{
	struct emu_setup setup = a_setup(4);

	(void)state;
	stand_open(&setup);
	return 0;
}

static int close_it(void **state)
{
	(void)state;
	stand_close();
	return 0;
}

/* A stream with these topics, a minute after the start, its first messages forgotten. */
static int a_running_stream(const char *topics)
{
	int client;

	minutes_pass(2);
	client = a_stream();
	subscribe_to(client, topics);
	take_all();
	stand_forget();
	return client;
}

static bool is_json(const char *text, size_t len)
{
	const struct cJSON *root = NULL;

	json_arena_init(&arena, arena_memory, sizeof(arena_memory));
	return json_parse(&arena, text, len, &root) == JSON_OK;
}

static void an_answer_is_late_once(void **state)
{
	(void)state;
	assert_int_equal(strike("delay=1500"), TB_OK);
	fetch(TICKERS);
	assert_int_equal(reply.delay_ms, 1500);
	fetch(TICKERS);
	assert_int_equal(reply.delay_ms, 0);
	assert_int_equal(struck(EMU_FAULT_DELAY), 1);
}

static void a_connection_is_reset_before_or_after_the_request(void **state)
{
	(void)state;
	strike("reset_before");
	strike("reset_after*2");
	fetch(TICKERS);
	assert_int_equal(reply.ending, EMU_RESET);
	assert_int_equal(reply.len, 0);
	for (int i = 0; i < 2; i++) {
		fetch(TICKERS);
		assert_int_equal(reply.ending, EMU_RESET);
		assert_true(reply.len > 0); /* it was handled */
	}
	get(TICKERS);
}

static void a_body_ends_in_its_middle(void **state)
{
	(void)state;
	strike("body_cut=40");
	fetch(TICKERS);
	assert_int_equal(reply.ending, EMU_CUT);
	assert_int_equal(reply.sent, reply.len * 40 / 100);
	get(TICKERS);
}

static void answers_of_a_sick_exchange_last_their_time(void **state)
{
	static const struct {
		const char *spec;
		int status;
	} rows[] = {{"http_5xx=3000", 500}, {"http_403=3000", 403}, {"http_429=3000", 429}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		strike(rows[i].spec);
		for (int k = 0; k < 4; k++) {
			fetch(TICKERS);
			assert_true(rows[i].status == 500 ? reply.status >= 500 && reply.status <= 504
							  : reply.status == rows[i].status);
		}
		emu_advance(emu, emu_now(emu) + 3000);
		get(TICKERS);
	}
}

static void too_many_visits_come_with_their_reset_stamp(void **state)
{
	char stamp[64];

	(void)state;
	strike("limit_10006=700");
	snprintf(stamp, sizeof(stamp), "X-Bapi-Limit-Reset-Timestamp: %lld\n", (long long)emu_now(emu) + 700);
	assert_int_equal(code_of(TICKERS), 10006);
	assert_non_null(strstr(reply.head, stamp));
	assert_non_null(strstr(reply.head, "X-Bapi-Limit-Status: 0\n"));
	emu_advance(emu, emu_now(emu) + 700);
	strike("busy_10016=700");
	assert_int_equal(code_of(TICKERS), 10016);
	emu_advance(emu, emu_now(emu) + 700);
	get(TICKERS);
}

static void a_stalled_server_says_nothing_and_then_all(void **state)
{
	(void)state;
	a_running_stream("\"kline.1.BTCUSDT\"");
	strike("stall=150000");
	fetch(TICKERS);
	assert_int_equal(reply.delay_ms, 150000);
	ms_t end = emu_now(emu) + 150000;
	minutes_pass(2);
	assert_int_equal(take_all(), frame_count);
	assert_int_equal(frame_count, 0);
	while (emu_now(emu) < end)
		emu_advance(emu, emu_next_ms(emu));
	take_all();
	assert_int_equal(frame_count, 2 * 3);
}

static void the_servers_clock_is_wrong_for_five_minutes(void **state)
{
	(void)state;
	strike("clock_skew=-2500");
	get("/v5/market/time");
	assert_int_equal(int_of(parsed(reply.body, reply.len), "time"), emu_now(emu) - 2500);
	emu_advance(emu, emu_now(emu) + 5 * MINUTE_MS);
	get("/v5/market/time");
	assert_int_equal(int_of(parsed(reply.body, reply.len), "time"), emu_now(emu));
}

static void maintenance_closes_streams_and_is_told_by_the_status(void **state)
{
	(void)state;
	a_running_stream("\"kline.1.BTCUSDT\"");
	strike("maintenance=60000");
	take_all();
	assert_int_equal(frame_count, 1);
	assert_string_equal(frames[0], "");
	assert_int_equal(emu_ws_open(emu, emu_now(emu), "/v5/public/linear"), -503);
	fetch(TICKERS);
	assert_int_equal(reply.status, 503);
	const struct cJSON *row = json_at(json_member(get("/v5/system/status"), "list"), 0);
	assert_string_equal(text_of(row, "state"), "ongoing");
	assert_int_equal(int_of(row, "end"), emu_now(emu) + 60000);
	emu_advance(emu, emu_now(emu) + 60000);
	row = json_at(json_member(get("/v5/system/status"), "list"), 0);
	assert_string_equal(text_of(row, "state"), "completed");
	get(TICKERS);
	a_stream();
}

static void wrong_json_comes_once_in_answers(void **state)
{

	(void)state;
	strike("reply_truncated");
	fetch(TICKERS);
	assert_false(is_json(reply.body, reply.len));
	strike("reply_garbage*8");
	for (int i = 0; i < 8; i++) {
		fetch(TICKERS);
		assert_null(strstr(reply.body, "lastPrice"));
	}
	strike("reply_types");
	fetch(TICKERS);
	assert_true(is_json(reply.body, reply.len));
	assert_non_null(strstr(reply.body, "\"lastPrice\":true"));
	assert_non_null(strstr(reply.body, "\"symbol\":\"BTCUSDT\""));
	strike("reply_nan");
	fetch(TICKERS);
	assert_true(is_json(reply.body, reply.len));
	assert_non_null(strstr(reply.body, "\"lastPrice\":\"NaN\""));
	get(TICKERS);
}

static void wrong_json_comes_once_on_streams(void **state)
{
	(void)state;
	a_running_stream("\"kline.1.BTCUSDT\"");
	strike("frame_types");
	minutes_pass(1);
	take_all();
	assert_int_equal(frame_count, 3);
	assert_true(frame_has(0, "\"open\":true"));
	assert_false(frame_has(1, "\"open\":true"));
	stand_forget();
	strike("frame_nan");
	minutes_pass(1);
	take_all();
	assert_true(frame_has(0, "\"open\":\"NaN\""));
	stand_forget();
	strike("frame_truncated");
	minutes_pass(1);
	take_all();
	assert_false(is_json(frames[0], strlen(frames[0])));
	assert_true(is_json(frames[1], strlen(frames[1])));
	stand_forget();
	strike("frame_garbage");
	minutes_pass(1);
	take_all();
	assert_false(frame_has(0, "kline"));
	assert_int_equal(count_of(0, "kline"), 2);
}

static void a_subscription_can_be_acknowledged_and_stay_silent(void **state)
{
	int client;

	(void)state;
	minutes_pass(2);
	client = a_stream();
	strike("silent");
	subscribe_to(client, "\"kline.1.BTCUSDT\",\"tickers.BTCUSDT\"");
	minutes_pass(3);
	take_all();
	assert_int_equal(frame_count, 1);
	assert_true(frame_has(0, "\"success\":true"));
	send_text(client, "{\"op\":\"unsubscribe\",\"args\":[\"kline.1.BTCUSDT\"]}");
	subscribe_to(client, "\"kline.1.BTCUSDT\"");
	minutes_pass(1);
	take_all();
	assert_int_equal(count_of(0, "kline.1.BTCUSDT"), 3);
	assert_int_equal(count_of(0, "tickers"), 0);
}

static void a_subscription_can_be_refused_or_not_acknowledged(void **state)
{
	int client;

	(void)state;
	minutes_pass(2);
	client = a_stream();
	strike("refused");
	subscribe_to(client, "\"kline.1.BTCUSDT\"");
	strike("no_ack");
	subscribe_to(client, "\"kline.1.ETHUSDT\"");
	minutes_pass(1);
	take_all();
	assert_int_equal(count_of(0, "\"success\":false"), 1);
	assert_int_equal(count_of(0, "\"success\":true"), 0);
	assert_int_equal(count_of(0, "kline.1.BTCUSDT"), 0);
	assert_int_equal(count_of(0, "kline.1.ETHUSDT"), 3);
}

static void pings_can_stay_unanswered(void **state)
{
	int client = a_stream();

	(void)state;
	strike("no_pong=10000");
	send_text(client, "{\"op\":\"ping\"}");
	assert_int_equal(take_all(), frame_count);
	emu_advance(emu, emu_now(emu) + 10000);
	stand_forget();
	send_text(client, "{\"op\":\"ping\"}");
	take_all();
	assert_int_equal(count_of(0, "pong"), 1);
}

static void messages_come_twice_late_behind_others_or_never(void **state)
{
	(void)state;
	a_running_stream("\"kline.1.BTCUSDT\",\"kline.1.ETHUSDT\"");
	strike("duplicate:ETHUSDT");
	minutes_pass(1);
	take_all();
	assert_int_equal(count_of(0, "ETHUSDT"), 4);
	assert_int_equal(count_of(0, "BTCUSDT"), 3);
	assert_string_equal(frames[1], frames[2]);
	stand_forget();

	strike("miss:ETHUSDT*2");
	minutes_pass(1);
	take_all();
	assert_int_equal(count_of(0, "ETHUSDT"), 1);
	assert_int_equal(count_of(0, "BTCUSDT"), 3);
	stand_forget();

	strike("late:BTCUSDT=50000");
	minutes_pass(1);
	take_all();
	assert_int_equal(count_of(0, "BTCUSDT"), 2);
	stand_forget();
	minutes_pass(1);
	size_t first = take_all();
	assert_int_equal(count_of(first, "BTCUSDT"), 4);
	stand_forget();

	emu_advance(emu, emu_now(emu) / MINUTE_MS * MINUTE_MS + MINUTE_MS - 1);
	take_all();
	stand_forget();
	strike("reorder:BTCUSDT");
	minutes_pass(1);
	take_all();
	/* of the open: BTC, ETH, then the closed ones; BTC's open comes last */
	assert_int_equal(frame_count, 4);
	assert_true(frame_has(0, "ETHUSDT"));
	assert_true(frame_has(3, "BTCUSDT"));
	assert_true(frame_has(3, "\"confirm\":false"));
}

static void a_missed_book_message_leaves_a_gap_in_its_count(void **state)
{
	(void)state;
	a_running_stream("\"orderbook.50.BTCUSDT\"");
	minutes_pass(1);
	take_all();
	int64_t before = int_of(json_member(frame(0), "data"), "u");
	strike("miss");
	minutes_pass(2);
	take_all();
	assert_int_equal(frame_count, 2);
	assert_int_equal(int_of(json_member(frame(1), "data"), "u"), before + 2);
}

static void streams_are_closed_and_can_be_kept_from_opening(void **state)
{
	(void)state;
	a_stream();
	a_stream();
	strike("disconnect");
	take_all();
	assert_int_equal(frame_count, 2);
	assert_string_equal(frames[0], "");
	a_stream();
	strike("no_streams=5000");
	assert_int_equal(emu_ws_open(emu, emu_now(emu), "/v5/public/linear"), -503);
	get(TICKERS);
	emu_advance(emu, emu_now(emu) + 5000);
	a_stream();
}

static void a_number_is_given_anew_only_when_its_close_was_taken(void **state)
{
	int first = a_running_stream("\"kline.1.BTCUSDT\"");

	(void)state;
	strike("late:BTCUSDT=20000");
	minutes_pass(1);
	take_all();
	strike("stall=5000");
	strike("disconnect");
	int second = a_stream();
	assert_int_not_equal(first, second);
	stand_forget();
	emu_advance(emu, emu_now(emu) + 5000);
	take_all();
	assert_int_equal(frame_client[frame_count - 1], first);
	assert_string_equal(frames[frame_count - 1], "");
	assert_int_equal(a_stream(), first);
	emu_advance(emu, emu_now(emu) + 20000);
	stand_forget();
	take_all();
	assert_int_equal(frame_count, 0); /* what was late for the old one is not for the new one */
}

static void a_bar_may_never_be_confirmed(void **state)
{
	(void)state;
	a_running_stream("\"kline.1.BTCUSDT\",\"kline.1.ETHUSDT\"");
	strike("no_confirm:BTCUSDT");
	minutes_pass(2);
	take_all();
	assert_int_equal(count_of(0, "\"confirm\":true"), 3);
	assert_int_equal(count_of(0, "\"confirm\":false"), 8);
}

static void the_last_running_values_may_be_wrong_and_never_confirmed(void **state)
{
	const struct instrument *instrument = &stand_universe.at[0];
	struct candle told = {0}, right = {0};
	char target[160];

	(void)state;
	a_running_stream("\"kline.1.BTCUSDT\"");
	strike("disagree:BTCUSDT");
	minutes_pass(1);
	take_all();
	assert_int_equal(frame_count, 2); /* the whole bar and the next one's open */
	const struct cJSON *row = json_at(json_member(frame(0), "data"), 0);
	told.open_ms = int_of(row, "start");
	json_grid(json_member(row, "close"), &instrument->tick, &told.close);
	json_grid(json_member(row, "volume"), &instrument->lot, &told.volume);
	snprintf(target, sizeof(target),
		 "/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1&start=%lld&end=%lld",
		 (long long)told.open_ms, (long long)told.open_ms);
	row = json_at(json_member(get(target), "list"), 0);
	json_grid(json_at(row, 4), &instrument->tick, &right.close);
	json_grid(json_at(row, 5), &instrument->lot, &right.volume);
	assert_int_not_equal(told.close, right.close);
	assert_int_not_equal(told.volume, right.volume);
}

static void a_symbol_can_be_suspended_and_come_back(void **state)
{
	(void)state;
	a_running_stream("\"kline.1.BTCUSDT\"");
	assert_int_equal(strike("suspend:BTCUSDT=300000"), TB_OK);
	minutes_pass(2);
	take_all();
	stand_forget();
	const char *listing = "/v5/market/instruments-info?category=linear&symbol=BTCUSDT";
	assert_int_equal(json_count(json_member(get(listing), "list")), 0);
	assert_int_equal(
		json_count(json_member(get("/v5/market/tickers?category=linear&symbol=BTCUSDT"), "list")), 0);
	minutes_pass(2);
	assert_int_equal(take_all(), frame_count);
	minutes_pass(4);
	take_all();
	assert_true(frame_count > 3);
	assert_int_equal(json_count(json_member(get(listing), "list")), 1);
}

static void a_symbol_is_told_to_be_delisted_and_then_gone(void **state)
{
	const char *listing = "/v5/market/instruments-info?category=linear&symbol=BTCUSDT";

	(void)state;
	minutes_pass(1);
	assert_int_equal(strike("delist:BTCUSDT=600000"), TB_OK);
	assert_int_equal(strike("delist:BTCUSDT=600000"), TB_EFULL);
	minutes_pass(1);
	const struct cJSON *row = json_at(json_member(get(listing), "list"), 0);
	assert_int_equal(int_of(row, "deliveryTime"), START_MS + 11 * MINUTE_MS);
	minutes_pass(11);
	assert_int_equal(json_count(json_member(get(listing), "list")), 0);
	assert_int_equal(code_of("/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1"), 10001);
	int client = a_stream();
	subscribe_to(client, "\"tickers.BTCUSDT\"");
	take_all();
	assert_true(frame_has(0, "\"success\":false"));
}

static void a_changed_tick_is_told_by_the_listing_and_a_whole_book(void **state)
{
	const char *listing = "/v5/market/instruments-info?category=linear&symbol=SOLUSDT";
	struct grid before, after;
	int64_t price;

	(void)state;
	a_running_stream("\"orderbook.50.SOLUSDT\",\"tickers.SOLUSDT\"");
	json_step(json_member(json_member(json_at(json_member(get(listing), "list"), 0), "priceFilter"),
			      "tickSize"),
		  &before);
	assert_int_equal(strike("tick:SOLUSDT"), TB_OK);
	minutes_pass(1);
	json_step(json_member(json_member(json_at(json_member(get(listing), "list"), 0), "priceFilter"),
			      "tickSize"),
		  &after);
	assert_true(before.decimals != after.decimals);
	take_all();
	assert_int_equal(count_of(0, "\"type\":\"snapshot\""), 1);
	const struct cJSON *list = json_member(
		get("/v5/market/kline?category=linear&symbol=SOLUSDT&interval=1&limit=1000"), "list");
	assert_int_equal(json_count(list), 1000);
	for (const struct cJSON *row = json_first(list); row != NULL; row = json_next(row))
		assert_int_equal(json_grid(json_at(row, 1), &after, &price), JSON_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_four, close_it)
	const struct CMUnitTest tests[] = {
		TEST(an_answer_is_late_once),
		TEST(a_connection_is_reset_before_or_after_the_request),
		TEST(a_body_ends_in_its_middle),
		TEST(answers_of_a_sick_exchange_last_their_time),
		TEST(too_many_visits_come_with_their_reset_stamp),
		TEST(a_stalled_server_says_nothing_and_then_all),
		TEST(the_servers_clock_is_wrong_for_five_minutes),
		TEST(maintenance_closes_streams_and_is_told_by_the_status),
		TEST(wrong_json_comes_once_in_answers),
		TEST(wrong_json_comes_once_on_streams),
		TEST(a_subscription_can_be_acknowledged_and_stay_silent),
		TEST(a_subscription_can_be_refused_or_not_acknowledged),
		TEST(pings_can_stay_unanswered),
		TEST(messages_come_twice_late_behind_others_or_never),
		TEST(a_missed_book_message_leaves_a_gap_in_its_count),
		TEST(streams_are_closed_and_can_be_kept_from_opening),
		TEST(a_number_is_given_anew_only_when_its_close_was_taken),
		TEST(a_bar_may_never_be_confirmed),
		TEST(the_last_running_values_may_be_wrong_and_never_confirmed),
		TEST(a_symbol_can_be_suspended_and_come_back),
		TEST(a_symbol_is_told_to_be_delisted_and_then_gone),
		TEST(a_changed_tick_is_told_by_the_listing_and_a_whole_book),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
