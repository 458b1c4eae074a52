/* SPDX-License-Identifier: MIT
 * Tests of the emulator's streams: acknowledgements, and one message for one event of the simulated market,
 * in its order, with its values. */
#include "emu_stand.h"

static struct sim_market twin; /* the same market once more */
static struct exchange twin_exchange = {&sim_market_ops, &twin};
static struct events heard;

static int open_four(void **state)
{
	struct emu_setup setup = a_setup(4);

	(void)state;
	stand_open(&setup);
	sim_market_init(&twin, &setup.market);
	assert_int_equal(sim_market_attach(&twin, &stand_universe, NULL), TB_OK);
	return 0;
}

static int close_it(void **state)
{
	(void)state;
	stand_close();
	return 0;
}

/* The twin's next instant into heard; its time. */
static ms_t twin_instant(void)
{
	struct turn_out out = {.heard = &heard};
	ms_t now = twin_exchange.ops->next_ms(&twin_exchange);
	struct wire_in in = {.at_ms = now, .kind = WIRE_TIME};

	heard.count = 0;
	assert_true(now != NEVER_MS);
	assert_int_equal(twin_exchange.ops->on_wire(&twin_exchange, &in, &out), TB_OK);
	return now;
}

static void an_acknowledgement_comes_first_with_the_id_of_its_request(void **state)
{
	int client = a_stream();

	(void)state;
	send_text(client, "{\"op\":\"subscribe\",\"req_id\":\"s7\",\"args\":[\"tickers.BTCUSDT\",\"orderbook."
			  "50.ETHUSDT\","
			  "\"kline.1.BTCUSDT\"]}");
	send_text(client, "{\"op\":\"ping\",\"req_id\":\"p1\"}");
	send_text(client, "{\"op\":\"unsubscribe\",\"args\":[\"kline.1.BTCUSDT\"]}");
	take_all();
	assert_int_equal(frame_count, 5);
	const struct cJSON *ack = frame(0);
	bool success = false;
	assert_int_equal(json_bool(json_member(ack, "success"), &success), JSON_OK);
	assert_true(success);
	assert_string_equal(text_of(ack, "req_id"), "s7");
	assert_string_equal(text_of(ack, "op"), "subscribe");
	assert_int_equal(strlen(text_of(ack, "conn_id")), 36);
	assert_true(frame_has(1, "\"topic\":\"tickers.BTCUSDT\",\"type\":\"snapshot\""));
	assert_true(frame_has(2, "\"topic\":\"orderbook.50.ETHUSDT\",\"type\":\"snapshot\""));
	assert_true(frame_has(3, "\"ret_msg\":\"pong\""));
	assert_true(frame_has(3, "\"req_id\":\"p1\",\"op\":\"ping\""));
	assert_true(frame_has(4, "\"req_id\":\"\",\"op\":\"unsubscribe\""));
}

static void a_bad_topic_refuses_all_of_its_request(void **state)
{
	static const char *const bad[] = {"tickers.NOPEUSDT",      "kline.2.BTCUSDT", "orderbook.500.BTCUSDT",
					  "invalid.topic.BTCUSDT", "tickers",         "tickers.1.BTCUSDT",
					  "kline.BTCUSDT",         "tickers.BTCUSDT "};
	int client = a_stream();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char topics[128];
		snprintf(topics, sizeof(topics), "\"kline.1.BTCUSDT\",\"%s\"", bad[i]);
		subscribe_to(client, topics);
		size_t at = take_all();
		assert_int_equal(frame_count, at + 1);
		assert_true(frame_has(at, "\"success\":false"));
		assert_true(frame_has(at, bad[i]));
	}
	emu_advance(emu, START_MS + MINUTE_MS);
	assert_int_equal(take_all(), frame_count); /* nothing is subscribed */
}

static void what_is_subscribed_already_is_refused(void **state)
{
	int client = a_stream();

	(void)state;
	subscribe_to(client, "\"kline.1.BTCUSDT\"");
	subscribe_to(client, "\"kline.1.BTCUSDT\"");
	send_text(client, "{\"op\":\"unsubscribe\",\"args\":[\"kline.1.BTCUSDT\"]}");
	subscribe_to(client, "\"kline.1.BTCUSDT\"");
	take_all();
	assert_true(frame_has(0, "\"success\":true"));
	assert_true(frame_has(
		1, "\"success\":false,\"ret_msg\":\"error:already subscribed,topic:kline.1.BTCUSDT\""));
	assert_true(frame_has(3, "\"success\":true"));
}

static void what_is_no_request_is_answered_all_the_same(void **state)
{
	int client = a_stream();

	(void)state;
	send_text(client, "hello");
	send_text(client, "{\"op\":\"dance\"}");
	send_text(client, "{\"op\":\"subscribe\",\"args\":[]}");
	send_text(client, "{\"op\":\"subscribe\",\"args\":[5]}");
	take_all();
	assert_int_equal(frame_count, 4);
	assert_int_equal(count_of(0, "\"success\":false"), 4);
	assert_int_equal(emu_ws_open(emu, emu_now(emu), "/v5/trade"), -404);
}

static void all_topics_of_a_connection_have_21000_characters_at_most(void **state)
{
	struct emu_setup setup = a_setup(4);
	int client;

	(void)state;
	stand_close();
	setup.padding = 2000;
	stand_open(&setup);
	client = a_stream();
	for (int i = 0; i < 2000; i++) {
		char topic[64];
		snprintf(topic, sizeof(topic), "\"tickers.P%04dPERP\"", i); /* 17 characters */
		subscribe_to(client, topic);
		take_all();
		bool fits = (i + 1) * 17 <= 21000;
		assert_true(frame_has(frame_count - 1, fits ? "\"success\":true" : "args size >21000"));
	}
}

static int64_t grid_of(const struct cJSON *object, const char *key, const struct grid *grid)
{
	int64_t value = 0;

	assert_int_equal(json_grid(json_member(object, key), grid, &value), JSON_OK);
	return value;
}

static void same_candle(size_t index, const struct event *event)
{
	const struct instrument *instrument = &stand_universe.at[event->sym];
	const struct candle *want = &event->candle.candle;
	const struct cJSON *root = frame(index), *row = json_at(json_member(root, "data"), 0);
	char topic[64];
	bool confirm = false;

	snprintf(topic, sizeof(topic), "kline.1.%s", instrument->wire);
	assert_string_equal(text_of(root, "topic"), topic);
	assert_int_equal(int_of(root, "ts"), event->at_ms);
	assert_int_equal(int_of(row, "start"), want->open_ms);
	assert_int_equal(int_of(row, "end"), want->open_ms + MINUTE_MS - 1);
	assert_int_equal(grid_of(row, "open", &instrument->tick), want->open);
	assert_int_equal(grid_of(row, "high", &instrument->tick), want->high);
	assert_int_equal(grid_of(row, "low", &instrument->tick), want->low);
	assert_int_equal(grid_of(row, "close", &instrument->tick), want->close);
	assert_int_equal(grid_of(row, "volume", &instrument->lot), want->volume);
	assert_int_equal(json_bool(json_member(row, "confirm"), &confirm), JSON_OK);
	assert_int_equal(confirm, event->candle.closed);
}

static void same_quote(size_t index, const struct event *event)
{
	const struct instrument *instrument = &stand_universe.at[event->sym];
	char part[64];

	assert_true(frame_has(index, "\"topic\":\"tickers."));
	assert_true(frame_has(index, instrument->wire));
	assert_true(frame_has(index + 1, "\"topic\":\"orderbook.50."));
	assert_true(frame_has(index + 1, instrument->wire));
	snprintf(part, sizeof(part), "\"ts\":%lld", (long long)event->at_ms);
	assert_true(frame_has(index, part));
	assert_true(frame_has(index + 1, part));
}

#define EVERYTHING                                                                                           \
	"\"kline.1.BTCUSDT\",\"tickers.BTCUSDT\",\"orderbook.50.BTCUSDT\",\"kline.1.ETHUSDT\","              \
	"\"tickers.ETHUSDT\",\"orderbook.50.ETHUSDT\",\"kline.1.SOLUSDT\",\"tickers.SOLUSDT\","              \
	"\"orderbook.50.SOLUSDT\",\"kline.1.XRPUSDT\",\"tickers.XRPUSDT\",\"orderbook.50.XRPUSDT\""

static void each_event_of_the_market_is_one_message_in_its_order(void **state)
{
	int client = a_stream();

	(void)state;
	subscribe_to(client, EVERYTHING);
	take_all();
	for (int instant = 0; instant < 2 * 600; instant++) {
		ms_t now = twin_instant();
		stand_forget();
		emu_advance(emu, now);
		size_t at = take_all();
		for (size_t i = 0; i < heard.count; i++) {
			const struct event *event = &heard.at[i];
			if (event->kind == EVENT_CANDLE) {
				same_candle(at++, event);
			} else if (event->kind == EVENT_TICKER) {
				same_quote(at, event);
				at += 2;
			} else { /* funding: one message each, of what changes */
				assert_int_equal(event->kind, EVENT_FUNDING_RATE);
				while (at < frame_count && frame_has(at, "tickers."))
					at++;
				while (i + 1 < heard.count && heard.at[i + 1].kind == EVENT_FUNDING_RATE)
					i++;
			}
		}
		assert_int_equal(at, frame_count);
	}
}

/* What a client knows of a ticker: its own merge of snapshot and deltas. */
struct known {
	size_t count;
	struct {
		char key[32], value[40];
	} at[64];
};

static void merge(struct known *known, const struct cJSON *data, bool delta)
{
	if (!delta)
		known->count = 0;
	for (const struct cJSON *item = json_first(data); item != NULL; item = json_next(item)) {
		size_t i = 0;
		const char *value = text_of(data, json_key(item));
		while (i < known->count && strcmp(known->at[i].key, json_key(item)) != 0)
			i++;
		if (i == known->count) {
			assert_false(delta);
			snprintf(known->at[known->count++].key, 32, "%s", json_key(item));
		} else if (strcmp(json_key(item), "symbol") != 0) {
			assert_true(strcmp(known->at[i].value, value) != 0); /* it has changed */
		}
		snprintf(known->at[i].value, 40, "%s", value);
	}
}

static void a_delta_has_only_what_has_changed_and_the_merge_is_what_rest_has(void **state)
{
	static struct known known;
	int client = a_stream();
	int64_t cross = 0;

	(void)state;
	subscribe_to(client, "\"tickers.SOLUSDT\"");
	take_all();
	merge(&known, json_member(frame(1), "data"), false);
	assert_int_equal(known.count, 25);
	for (int minutes = 1; minutes < 1000; minutes += 9) {
		stand_forget();
		emu_advance(emu, START_MS + minutes * MINUTE_MS - 1);
		for (size_t i = take_all(); i < frame_count; i++) {
			assert_true(frame_has(i, "\"type\":\"delta\""));
			assert_true(int_of(frame(i), "cs") > cross);
			cross = int_of(frame(i), "cs");
			merge(&known, json_member(frame(i), "data"), true);
		}
		const struct cJSON *row = json_at(
			json_member(get("/v5/market/tickers?category=linear&symbol=SOLUSDT"), "list"), 0);
		for (size_t i = 0; i < known.count; i++)
			assert_string_equal(text_of(row, known.at[i].key), known.at[i].value);
	}
}

/* A client's own book of one side: sorted by nothing. */
struct book_side {
	size_t count;
	struct {
		char price[40], size[40];
	} at[256];
};

static void apply(struct book_side *side, const struct cJSON *levels, bool delta)
{
	if (!delta)
		side->count = 0;
	for (const struct cJSON *level = json_first(levels); level != NULL; level = json_next(level)) {
		const char *price = "", *size = "";
		size_t i = 0;
		assert_int_equal(json_text(json_at(level, 0), &price), JSON_OK);
		assert_int_equal(json_text(json_at(level, 1), &size), JSON_OK);
		while (i < side->count && strcmp(side->at[i].price, price) != 0)
			i++;
		if (strcmp(size, "0") == 0) {
			assert_true(i < side->count); /* what goes was there */
			side->at[i] = side->at[--side->count];
			continue;
		}
		assert_true(i < 255);
		snprintf(side->at[i].price, 40, "%s", price);
		snprintf(side->at[i].size, 40, "%s", size);
		side->count += i == side->count;
	}
}

static void same_side(const struct book_side *side, const struct cJSON *levels)
{
	assert_int_equal(side->count, json_count(levels));
	for (const struct cJSON *level = json_first(levels); level != NULL; level = json_next(level)) {
		const char *price = "", *size = "";
		size_t i = 0;
		json_text(json_at(level, 0), &price);
		json_text(json_at(level, 1), &size);
		while (i < side->count && strcmp(side->at[i].price, price) != 0)
			i++;
		assert_true(i < side->count);
		assert_string_equal(side->at[i].size, size);
	}
}

static void deltas_of_a_book_follow_one_another_and_lead_to_what_rest_has(void **state)
{
	static struct book_side bids, asks;
	int client = a_stream(), other;
	int64_t update;

	(void)state;
	subscribe_to(client, "\"orderbook.200.BTCUSDT\"");
	take_all();
	update = int_of(json_member(frame(1), "data"), "u");
	apply(&bids, json_member(json_member(frame(1), "data"), "b"), false);
	apply(&asks, json_member(json_member(frame(1), "data"), "a"), false);
	for (int minutes = 1; minutes < 400; minutes += 3) {
		stand_forget();
		emu_advance(emu, START_MS + minutes * MINUTE_MS);
		for (size_t i = take_all(); i < frame_count; i++) {
			const struct cJSON *data = json_member(frame(i), "data");
			assert_true(frame_has(i, "\"type\":\"delta\""));
			assert_int_equal(int_of(data, "u"), ++update);
			apply(&bids, json_member(data, "b"), true);
			apply(&asks, json_member(data, "a"), true);
		}
		const struct cJSON *book =
			get("/v5/market/orderbook?category=linear&symbol=BTCUSDT&limit=200");
		same_side(&bids, json_member(book, "b"));
		same_side(&asks, json_member(book, "a"));
	}
	/* who comes later gets the same book, and the count goes on for both */
	other = a_stream();
	subscribe_to(other, "\"orderbook.200.BTCUSDT\"");
	size_t at = take_all();
	assert_int_equal(frame_client[at + 1], other);
	assert_int_equal(int_of(json_member(frame(at + 1), "data"), "u"), update);
	same_side(&bids, json_member(json_member(frame(at + 1), "data"), "b"));
	emu_advance(emu, emu_now(emu) + MINUTE_MS);
	at = take_all();
	assert_int_equal(frame_count, at + 2);
	assert_string_equal(frames[at], frames[at + 1]);
}

static void the_book_of_one_level_is_always_whole(void **state)
{
	int client = a_stream();

	(void)state;
	subscribe_to(client, "\"orderbook.1.BTCUSDT\"");
	emu_advance(emu, START_MS + 3 * MINUTE_MS);
	take_all();
	assert_int_equal(frame_count, 2 + 3);
	assert_int_equal(count_of(1, "\"type\":\"snapshot\""), 4);
	assert_int_equal(json_count(json_member(json_member(frame(4), "data"), "b")), 1);
}

static void a_settlement_is_its_rate_and_then_the_next_time(void **state)
{
	int client = a_stream();
	size_t seen = 0;

	(void)state;
	subscribe_to(client, "\"tickers.BTCUSDT\"");
	emu_advance(emu, START_MS + 8 * HOUR_MS - 1);
	take_all();
	stand_forget();
	emu_advance(emu, START_MS + 8 * HOUR_MS);
	take_all();
	assert_int_equal(frame_count, 2);
	assert_true(frame_has(0, "\"fundingRate\":"));
	assert_false(frame_has(0, "\"nextFundingTime\":"));
	assert_true(frame_has(1, "\"nextFundingTime\":\"1767283200000\""));
	assert_false(frame_has(1, "\"fundingRate\":"));
	for (ms_t now = 0; now <= START_MS + 8 * HOUR_MS;) { /* it is the market's rate */
		now = twin_instant();
		for (size_t i = 0; i < heard.count; i++) {
			const struct event *event = &heard.at[i];
			int64_t rate = 0;
			if (now != START_MS + 8 * HOUR_MS || event->kind != EVENT_FUNDING_RATE ||
			    event->sym != 0 || !event->funding.settled)
				continue;
			assert_int_equal(
				json_decimal(json_member(json_member(frame(0), "data"), "fundingRate"), 9,
					     &rate),
				JSON_OK);
			assert_int_equal(rate, event->funding.rate);
			seen++;
		}
	}
	assert_int_equal(seen, 1);
}

static void a_longer_interval_grows_and_is_confirmed_once(void **state)
{
	int client = a_stream();

	(void)state;
	subscribe_to(client, "\"kline.5.BTCUSDT\"");
	emu_advance(emu, START_MS + 15 * MINUTE_MS);
	take_all();
	assert_int_equal(count_of(0, "\"confirm\":true"), 3);
	assert_int_equal(count_of(0, "\"confirm\":false"), 2 * 15 + 1);
	assert_int_equal(count_of(0, "\"interval\":\"5\""), 34);
}

static uint64_t hashed(uint64_t hash, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211ULL;
	return hash;
}

/* Everything that was said to one client in a day, as one number. */
static uint64_t hash_of_run(bool traffic, uint64_t fault_seed)
{
	struct emu_setup setup = a_setup(3);
	uint64_t hash = 14695981039346656037ULL;
	struct emu_out out;

	setup.traffic = traffic;
	setup.weather = (struct emu_weather){.seed = fault_seed, .per_hour = fault_seed ? 200 : 0};
	stand_open(&setup);
	int client = a_stream();
	subscribe_to(client,
		     "\"kline.1.BTCUSDT\",\"tickers.BTCUSDT\",\"orderbook.50.BTCUSDT\",\"tickers.SOLUSDT\"");
	for (ms_t now = START_MS; now < START_MS + (traffic ? 10 * MINUTE_MS : DAY_MS);
	     now = emu_next_ms(emu)) {
		emu_advance(emu, now);
		fetch("/v5/market/tickers?category=linear");
		hash = hashed(hash, reply.body, reply.sent);
		while (emu_take(emu, &out))
			hash = hashed(hash, out.text, out.len);
	}
	emu_close(emu);
	emu = NULL;
	return hash;
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
	(void)state;
	stand_close();
	for (int traffic = 0; traffic < 2; traffic++) {
		assert_int_equal(hash_of_run(traffic, 0), hash_of_run(traffic, 0));
		uint64_t stormy = hash_of_run(traffic, 5);
		assert_int_equal(stormy, hash_of_run(traffic, 5));
		assert_true(stormy != hash_of_run(traffic, 6));
	}
}

static void traffic_stays_within_the_bar_and_ends_at_its_values(void **state)
{
	struct emu_setup setup = a_setup(4);
	int64_t high = 0, low = INT64_MAX, updates = 0;

	(void)state;
	stand_close();
	setup.traffic = true;
	stand_open(&setup);
	int client = a_stream();
	subscribe_to(client, "\"kline.1.BTCUSDT\",\"tickers.BTCUSDT\"");
	ms_t first = twin_instant(), second = twin_instant();
	const struct event *whole = &heard.at[0];
	assert_int_equal(whole->sym, 0);
	while (emu_now(emu) < second) {
		stand_forget();
		emu_advance(emu, emu_next_ms(emu));
		for (size_t i = take_all(); i < frame_count; i++) {
			const struct cJSON *row = json_at(json_member(frame(i), "data"), 0);
			if (!frame_has(i, "kline.1"))
				continue;
			updates++;
			high = grid_of(row, "high", &stand_universe.at[0].tick);
			low = grid_of(row, "low", &stand_universe.at[0].tick);
			assert_true(high <= whole->candle.candle.high && low >= whole->candle.candle.low);
		}
	}
	assert_int_equal(first, START_MS);
	assert_true(updates >= 60);
	assert_int_equal(high, whole->candle.candle.high);
	assert_int_equal(low, whole->candle.candle.low);
	same_candle(0, whole);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_four, close_it)
	const struct CMUnitTest tests[] = {
		TEST(an_acknowledgement_comes_first_with_the_id_of_its_request),
		TEST(a_bad_topic_refuses_all_of_its_request),
		TEST(what_is_subscribed_already_is_refused),
		TEST(what_is_no_request_is_answered_all_the_same),
		TEST(all_topics_of_a_connection_have_21000_characters_at_most),
		TEST(each_event_of_the_market_is_one_message_in_its_order),
		TEST(a_delta_has_only_what_has_changed_and_the_merge_is_what_rest_has),
		TEST(deltas_of_a_book_follow_one_another_and_lead_to_what_rest_has),
		TEST(the_book_of_one_level_is_always_whole),
		TEST(a_settlement_is_its_rate_and_then_the_next_time),
		TEST(a_longer_interval_grows_and_is_confirmed_once),
		TEST(the_same_seed_gives_the_same_bytes),
		TEST(traffic_stays_within_the_bar_and_ends_at_its_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
