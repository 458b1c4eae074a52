/* SPDX-License-Identifier: MIT
 * Tests that the emulator speaks as the recorded payloads do: each field of a fixture is there, and of the
 * same kind. Skipped where ../shared is absent. */
#include "emu_stand.h"

static char fixture_text[65536];
static _Alignas(16) unsigned char fixture_memory[2 << 20];
static struct json_arena fixture_arena;

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

static const struct cJSON *fixture(const char *name)
{
	char path[512];
	const struct cJSON *root = NULL;

	snprintf(path, sizeof(path), "%s/exchanges/fixtures/bybit/%s.json", SHARED_DIR, name);
	FILE *file = fopen(path, "r");
	if (file == NULL) {
		print_message("%s is not here\n", path);
		skip();
		return NULL;
	}
	size_t len = fread(fixture_text, 1, sizeof(fixture_text), file);
	fclose(file);
	json_arena_init(&fixture_arena, fixture_memory, sizeof(fixture_memory));
	assert_int_equal(json_parse(&fixture_arena, fixture_text, len, &root), JSON_OK);
	return root;
}

/* 't' text, 'n' number, 'b' true or false, 'o' object, 'a' array, '0' null */
static char kind_of(const struct cJSON *value)
{
	const char *text;
	const struct cJSON *inner;
	bool flag;
	enum json_answer answer = json_text(value, &text);

	if (answer == JSON_NULL)
		return '0';
	if (answer == JSON_OK || answer == JSON_EMPTY)
		return 't';
	if (json_bool(value, &flag) == JSON_OK)
		return 'b';
	if (json_object(value, &inner) == JSON_OK)
		return 'o';
	return json_array(value, &inner) == JSON_OK ? 'a' : 'n';
}

/* Everything that the example has. Of arrays of objects the first element stands for all. */
static void same_shape(const struct cJSON *example, const struct cJSON *ours, const char *where)
{
	if (kind_of(example) != kind_of(ours))
		fail_msg("%s is '%c', and '%c' in the fixture", where, kind_of(ours), kind_of(example));
	if (kind_of(example) == 'o')
		for (const struct cJSON *item = json_first(example); item != NULL; item = json_next(item)) {
			const struct cJSON *mine = json_member(ours, json_key(item));
			if (mine == NULL)
				fail_msg("%s has no %s", where, json_key(item));
			same_shape(item, mine, json_key(item));
		}
	if (kind_of(example) == 'a' && json_count(example) > 0) {
		if (json_count(ours) == 0)
			fail_msg("%s is empty", where);
		same_shape(json_at(example, 0), json_at(ours, 0), where);
	}
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

/* The first message that holds this text. */
static const struct cJSON *message(const char *part)
{
	for (size_t i = 0; i < frame_count; i++)
		if (frame_has(i, part))
			return frame(i);
	fail_msg("nothing like %s was said", part);
	return NULL;
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
