/* SPDX-License-Identifier: MIT
 * Tests that the emulator speaks as the recorded payloads do: each field of a fixture is there, and of the
 * same kind. Skipped where ../shared is absent. */
#include "emu_shape.h"

static int open_four(void **state)
{
	struct emu_setup setup = a_setup(4);

	(void)state;
	setup.traffic = true;
	stand_open(&setup);
	emu_advance(emu, START_MS + MINUTE_MS);
	return 0;
}

static int close_it(void **state)
{
	(void)state;
	stand_close();
	return 0;
}

static void rest_answers_have_the_shape_of_the_fixtures(void **state)
{
	static const struct {
		const char *name, *target;
	} rows[] = {
		{"rest_server_time", "/v5/market/time"},
		{"rest_instruments_info", "/v5/market/instruments-info?category=linear&symbol=BTCUSDT"},
		{"rest_instruments_info_prelaunch",
		 "/v5/market/instruments-info?category=linear&status=PreLaunch"},
		{"rest_tickers_linear", "/v5/market/tickers?category=linear&symbol=BTCUSDT"},
		{"rest_kline", "/v5/market/kline?category=linear&symbol=BTCUSDT&interval=60&limit=3"},
		{"rest_orderbook", "/v5/market/orderbook?category=linear&symbol=BTCUSDT&limit=1"},
		{"rest_funding_history", "/v5/market/funding/history?category=linear&symbol=BTCUSDT"},
		{"rest_price_limit", "/v5/market/price-limit?category=linear&symbol=BTCUSDT"},
		{"rest_system_status", "/v5/system/status"},
	};

	(void)state;
	strike("maintenance=1000");
	emu_advance(emu, emu_now(emu) + 1000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cJSON *example = fixture(rows[i].name);
		get(rows[i].target);
		same_shape(example, parsed(reply.body, reply.len), rows[i].name);
	}
}

static void an_error_has_the_shape_of_the_fixture(void **state)
{
	const struct cJSON *example = fixture("rest_error_insufficient");

	(void)state;
	code_of("/v5/market/tickers?category=linear&symbol=NOPEUSDT");
	same_shape(example, parsed(reply.body, reply.len), "error");
}

static void stream_messages_have_the_shape_of_the_fixtures(void **state)
{
	int client = a_stream();
	static const struct {
		const char *name, *part;
	} rows[] = {
		{"ws_sub_ack_public", "\"success\":true,\"ret_msg\":\"\""},
		{"ws_sub_failure", "\"success\":false"},
		{"ws_pong_public", "\"ret_msg\":\"pong\""},
		{"ws_public_kline", "\"topic\":\"kline.1.BTCUSDT\""},
		{"ws_public_ticker_snapshot", "\"topic\":\"tickers.BTCUSDT\",\"type\":\"snapshot\""},
		{"ws_public_orderbook50_snapshot",
		 "\"topic\":\"orderbook.50.BTCUSDT\",\"type\":\"snapshot\""},
		{"ws_public_orderbook50_delta", "\"topic\":\"orderbook.50.BTCUSDT\",\"type\":\"delta\""},
		{"ws_public_trade", "\"topic\":\"publicTrade.BTCUSDT\""},
	};

	(void)state;
	subscribe_to(
		client,
		"\"kline.1.BTCUSDT\",\"tickers.BTCUSDT\",\"orderbook.50.BTCUSDT\",\"publicTrade.BTCUSDT\"");
	subscribe_to(client, "\"invalid.topic.BTCUSDT\"");
	send_text(client, "{\"op\":\"ping\"}");
	emu_advance(emu, emu_now(emu) + 5 * SECOND_MS);
	take_all();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cJSON *example = fixture(rows[i].name);
		same_shape(example, message(rows[i].part), rows[i].name);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_four, close_it)
	const struct CMUnitTest tests[] = {
		TEST(rest_answers_have_the_shape_of_the_fixtures),
		TEST(an_error_has_the_shape_of_the_fixture),
		TEST(stream_messages_have_the_shape_of_the_fixtures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
