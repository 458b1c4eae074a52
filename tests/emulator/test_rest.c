/* SPDX-License-Identifier: MIT
 * Tests of the emulator's REST side: pages, envelopes, and the same values as the simulated market has. */
#include "emu_stand.h"

static struct sim_market twin; /* the same market once more */

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

static void every_answer_has_the_envelope_and_the_limit_headers(void **state)
{
	(void)state;
	get("/v5/market/time");
	const struct cJSON *root = parsed(reply.body, reply.len);
	assert_int_equal(json_count(root), 5);
	assert_int_equal(int_of(root, "time"), START_MS - 1);
	assert_string_equal(text_of(json_member(root, "result"), "timeSecond"), "1767225599");
	assert_string_equal(text_of(json_member(root, "result"), "timeNano"), "1767225599999000000");
	assert_non_null(strstr(reply.head, "X-Bapi-Limit: 600\n"));
	assert_non_null(strstr(reply.head, "X-Bapi-Limit-Status: 599\n"));
	assert_non_null(strstr(reply.head, "X-Bapi-Limit-Reset-Timestamp: 1767225599999\n"));
}

static void what_cannot_be_answered_says_so_as_bybit_does(void **state)
{
	struct emu_request post = {
		.method = "POST", .target = "/v5/market/time", .head = "", .body = "{}", .body_len = 2};
	struct emu_request body = {
		.method = "GET", .target = "/v5/market/time", .head = "", .body = "{}", .body_len = 2};

	(void)state;
	fetch("/v5/market/nothing");
	assert_int_equal(reply.status, 404);
	fetch("/v5/market/tim");
	assert_int_equal(reply.status, 404);
	emu_http(emu, emu_now(emu), &post, &reply);
	assert_int_equal(reply.status, 404);
	emu_http(emu, emu_now(emu), &body, &reply);
	assert_int_equal(reply.status, 403);
	assert_int_equal(code_of("/v5/market/kline?category=linear&symbol=NOPEUSDT&interval=1"), 10001);
	assert_int_equal(code_of("/v5/market/kline?category=linear&symbol=BTCUSDT&interval=2"), 10001);
	assert_int_equal(code_of("/v5/market/kline?symbol=BTCUSDT&interval=1"), 10001);
	assert_int_equal(code_of("/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1&limit=x"),
			 10001);
	assert_int_equal(code_of("/v5/market/tickers?category=linear&symbol=NOPEUSDT"), 10001);
	assert_int_equal(code_of("/v5/market/instruments-info?category=linear&cursor=what"), 10001);
	assert_int_equal(code_of("/v5/market/tickers?category=moon"), 10001);
	assert_int_equal(json_count(json_member(get("/v5/market/tickers?category=spot"), "list")), 0);
}

/* Reads the listing in pages; each cursor is sent as it came, or encoded once more. */
static size_t read_pages(int limit, bool again, char names[][32], size_t room)
{
	char cursor[256] = "", target[512];
	size_t count = 0, pages = 0;

	do {
		snprintf(target, sizeof(target), "/v5/market/instruments-info?category=linear&limit=%d%s%s",
			 limit, cursor[0] ? "&cursor=" : "", cursor);
		const struct cJSON *result = get(target);
		const struct cJSON *list = json_member(result, "list");
		assert_true(json_count(list) <= (size_t)limit);
		for (const struct cJSON *row = json_first(list); row != NULL; row = json_next(row)) {
			assert_true(count < room);
			snprintf(names[count++], 32, "%s", text_of(row, "symbol"));
		}
		cursor[0] = '\0';
		for (const char *at = text_of(result, "nextPageCursor"); *at != '\0'; at++)
			snprintf(cursor + strlen(cursor), sizeof(cursor) - strlen(cursor),
				 again && *at == '%' ? "%%25" : "%c", *at);
		assert_true(++pages < 100);
	} while (cursor[0] != '\0');
	return count;
}

static void the_listing_comes_in_pages_until_the_cursor_is_empty(void **state)
{
	static char all[64][32], some[64][32];
	size_t count = read_pages(1000, false, all, 64);

	(void)state;
	assert_int_equal(count, 11); /* 4, and 7 that must not be traded */
	for (size_t i = 1; i < count; i++)
		assert_true(strcmp(all[i - 1], all[i]) < 0);
	for (int limit = 1; limit < 12; limit++) {
		assert_int_equal(read_pages(limit, limit % 2, some, 64), count);
		assert_memory_equal(some, all, count * sizeof(all[0]));
	}
}

static void what_is_not_trading_is_listed_only_when_asked_for(void **state)
{
	(void)state;
	const struct cJSON *list =
		json_member(get("/v5/market/instruments-info?category=linear&status=PreLaunch"), "list");
	assert_int_equal(json_count(list), 1);
	assert_string_equal(text_of(json_at(list, 0), "status"), "PreLaunch");
	assert_int_equal(json_count(json_member(json_member(json_at(list, 0), "preListingInfo"), "phases")),
			 2);
	list = json_member(get("/v5/market/instruments-info?category=linear&symbol=SOONUSDT"), "list");
	assert_int_equal(json_count(list), 0);
	list = json_member(get("/v5/market/instruments-info?category=linear&symbol=TSLAUSDT"), "list");
	assert_string_equal(text_of(json_at(list, 0), "symbolType"), "stock");
}

static void a_row_of_the_listing_gives_back_the_instrument(void **state)
{
	struct emu_setup setup = a_setup(8); /* one of them counts contracts */

	(void)state;
	stand_close();
	stand_open(&setup);
	for (size_t i = 0; i < stand_universe.count; i++) {
		const struct instrument *want = &stand_universe.at[i];
		char target[128];
		struct grid tick, lot;
		int64_t least, most, notional;
		snprintf(target, sizeof(target), "/v5/market/instruments-info?category=linear&symbol=%s",
			 want->wire);
		const struct cJSON *row = json_at(json_member(get(target), "list"), 0);
		const struct cJSON *lots = json_member(row, "lotSizeFilter");
		assert_int_equal(json_step(json_member(json_member(row, "priceFilter"), "tickSize"), &tick),
				 JSON_OK);
		assert_int_equal(json_step(json_member(lots, "qtyStep"), &lot), JSON_OK);
		struct instrument got = *want;
		got.tick = tick;
		got.lot = lot;
		got.contract = (struct grid){1, 0};
		assert_int_equal(instrument_settle(&got), TB_OK);
		assert_int_equal(got.value_num, want->value_num); /* a tick times a lot is the same money */
		assert_int_equal(got.value_den, want->value_den);
		assert_int_equal(json_grid(json_member(lots, "minOrderQty"), &lot, &least), JSON_OK);
		assert_int_equal(json_grid(json_member(lots, "maxMktOrderQty"), &lot, &most), JSON_OK);
		assert_int_equal(json_decimal(json_member(lots, "minNotionalValue"), 8, &notional), JSON_OK);
		assert_int_equal(least, want->min_qty);
		assert_int_equal(most, want->max_qty);
		assert_int_equal(notional, want->min_notional);
		assert_int_equal(int_of(row, "fundingInterval"), want->funding_every_ms / MINUTE_MS);
		assert_int_equal(int_of(row, "launchTime"), want->listed_ms);
	}
}

/* A row of klines as a candle of this instrument. */
static struct candle candle_of(const struct cJSON *row, const struct instrument *instrument)
{
	struct candle bar = {0};

	assert_int_equal(json_count(row), 7);
	assert_int_equal(json_int64(json_at(row, 0), &bar.open_ms), JSON_OK);
	assert_int_equal(json_grid(json_at(row, 1), &instrument->tick, &bar.open), JSON_OK);
	assert_int_equal(json_grid(json_at(row, 2), &instrument->tick, &bar.high), JSON_OK);
	assert_int_equal(json_grid(json_at(row, 3), &instrument->tick, &bar.low), JSON_OK);
	assert_int_equal(json_grid(json_at(row, 4), &instrument->tick, &bar.close), JSON_OK);
	assert_int_equal(json_grid(json_at(row, 5), &instrument->lot, &bar.volume), JSON_OK);
	return bar;
}

static void open_twin(const struct emu_setup *setup, ms_t until_ms)
{
	static struct events heard;
	struct exchange exchange = {&sim_market_ops, &twin};
	struct turn_out out = {.heard = &heard};

	sim_market_init(&twin, &setup->market);
	assert_int_equal(sim_market_attach(&twin, &stand_universe, NULL), TB_OK);
	for (ms_t now; (now = exchange.ops->next_ms(&exchange)) <= until_ms;) {
		struct wire_in in = {.at_ms = now, .kind = WIRE_TIME};
		heard.count = 0;
		exchange.ops->on_wire(&exchange, &in, &out);
	}
}

static void klines_are_the_markets_bars_newest_first_with_the_open_one(void **state)
{
	struct emu_setup setup = a_setup(4);
	static struct candle bars[4096];
	ms_t now = START_MS + 30 * MINUTE_MS + 5000;
	size_t at = 0;

	(void)state;
	emu_advance(emu, now);
	open_twin(&setup, now);
	size_t count = sim_market_history(&twin, 0, 0, bars, 4096);
	assert_int_equal(count, 1530);
	const struct cJSON *list = json_member(
		get("/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1&limit=1000"), "list");
	assert_int_equal(json_count(list), 1000);
	for (const struct cJSON *row = json_first(list); row != NULL; row = json_next(row), at++) {
		struct candle bar = candle_of(row, &stand_universe.at[0]);
		if (at == 0) { /* nobody knows more than its open */
			assert_int_equal(bar.open_ms, START_MS + 30 * MINUTE_MS);
			assert_int_equal(bar.high, bar.open);
			assert_int_equal(bar.close, bar.open);
			assert_int_equal(bar.volume, 0);
			continue;
		}
		assert_memory_equal(&bar, &bars[count - at], sizeof(bar));
	}
}

static void klines_can_be_paged_backwards_and_forwards(void **state)
{
	char target[256];
	ms_t from = START_MS - 60 * MINUTE_MS;

	(void)state;
	emu_advance(emu, START_MS + 10 * MINUTE_MS + 1);
	snprintf(target, sizeof(target),
		 "/v5/market/kline?category=linear&symbol=ETHUSDT&interval=1&start=%lld&end=%lld",
		 (long long)from, (long long)(from + 9 * MINUTE_MS));
	const struct cJSON *list = json_member(get(target), "list");
	assert_int_equal(json_count(list), 10);
	assert_int_equal(candle_of(json_at(list, 0), &stand_universe.at[1]).open_ms, from + 9 * MINUTE_MS);
	assert_int_equal(candle_of(json_at(list, 9), &stand_universe.at[1]).open_ms, from);
	/* the end counts when there is more than fits; without an end, the start does */
	snprintf(target + strlen(target), 64, "&limit=3");
	list = json_member(get(target), "list");
	assert_int_equal(candle_of(json_at(list, 0), &stand_universe.at[1]).open_ms, from + 9 * MINUTE_MS);
	snprintf(target, sizeof(target),
		 "/v5/market/kline?category=linear&symbol=ETHUSDT&interval=1&limit=3&start=%lld",
		 (long long)from + 1);
	list = json_member(get(target), "list");
	assert_int_equal(json_count(list), 3);
	assert_int_equal(candle_of(json_at(list, 0), &stand_universe.at[1]).open_ms, from + 3 * MINUTE_MS);
	assert_int_equal(candle_of(json_at(list, 2), &stand_universe.at[1]).open_ms, from + MINUTE_MS);
	list = json_member(get("/v5/market/kline?category=linear&symbol=ETHUSDT&interval=1&start=1&end=2"),
			   "list");
	assert_int_equal(json_count(list), 0);
}

static void longer_intervals_are_made_of_the_markets_bars(void **state)
{
	struct candle hour, sum = {0};

	(void)state;
	emu_advance(emu, START_MS + 5 * MINUTE_MS);
	hour = candle_of(
		json_at(json_member(
				get("/v5/market/kline?category=linear&symbol=SOLUSDT&interval=60&limit=2"),
				"list"),
			1),
		&stand_universe.at[2]);
	assert_int_equal(hour.open_ms, START_MS - HOUR_MS);
	char target[256];
	snprintf(target, sizeof(target),
		 "/v5/market/kline?category=linear&symbol=SOLUSDT&interval=1&start=%lld&end=%lld",
		 (long long)(START_MS - HOUR_MS), (long long)START_MS - 1);
	const struct cJSON *list = json_member(get(target), "list");
	assert_int_equal(json_count(list), 60);
	sum.low = INT64_MAX;
	for (const struct cJSON *row = json_first(list); row != NULL; row = json_next(row)) {
		struct candle bar = candle_of(row, &stand_universe.at[2]);
		sum.high = bar.high > sum.high ? bar.high : sum.high;
		sum.low = bar.low < sum.low ? bar.low : sum.low;
		sum.volume += bar.volume;
		sum.open = bar.open;
	}
	assert_int_equal(hour.high, sum.high);
	assert_int_equal(hour.low, sum.low);
	assert_int_equal(hour.volume, sum.volume);
	assert_int_equal(hour.open, sum.open);
}

static void tickers_are_the_markets_rows_and_only_they_can_be_traded(void **state)
{
	struct emu_setup setup = a_setup(4);
	static struct events rows;
	ms_t now = START_MS + 100 * MINUTE_MS;
	size_t found = 0;

	(void)state;
	emu_advance(emu, now);
	open_twin(&setup, now);
	rows.count = 0;
	assert_int_equal(sim_market_scan(&twin, now, &rows), TB_OK);
	const struct cJSON *list = json_member(get("/v5/market/tickers?category=linear"), "list");
	assert_int_equal(json_count(list), 4 + 7);
	for (const struct cJSON *row = json_first(list); row != NULL; row = json_next(row)) {
		for (size_t i = 0; i < 4; i++) {
			const struct instrument *instrument = &stand_universe.at[i];
			const struct event *want = &rows.at[i];
			int64_t value;
			if (strcmp(text_of(row, "symbol"), instrument->wire) != 0)
				continue;
			found++;
#define SAME(key, field)                                                                                     \
	assert_int_equal(json_grid(json_member(row, key), &instrument->tick, &value), JSON_OK);              \
	assert_int_equal(value, want->scan.field)
			SAME("lastPrice", last);
			SAME("prevPrice24h", open);
			SAME("highPrice24h", high);
			SAME("lowPrice24h", low);
			SAME("bid1Price", bid);
			SAME("ask1Price", ask);
#undef SAME
			assert_int_equal(json_decimal(json_member(row, "turnover24h"), 8, &value), JSON_OK);
			assert_int_equal(value, want->scan.turnover);
		}
	}
	assert_int_equal(found, 4);
}

/* The lots of one side that are within 10 bps of the mid. */
static int64_t near_lots(const struct cJSON *book, bool bids, const struct instrument *instrument)
{
	int64_t best[2] = {0, 0}, near = 0, price = 0, lots = 0;

	for (int side = 0; side < 2; side++)
		assert_int_equal(json_grid(json_at(json_at(json_member(book, side ? "a" : "b"), 0), 0),
					   &instrument->tick, &best[side]),
				 JSON_OK);
	const struct cJSON *list = json_member(book, bids ? "b" : "a");
	assert_int_equal(json_count(list), 200);
	for (const struct cJSON *level = json_first(list); level != NULL; level = json_next(level)) {
		assert_int_equal(json_grid(json_at(level, 0), &instrument->tick, &price), JSON_OK);
		assert_int_equal(json_grid(json_at(level, 1), &instrument->lot, &lots), JSON_OK);
		assert_true(lots > 0);
		int64_t both = best[0] + best[1],
			away = 2 * price > both ? 2 * price - both : both - 2 * price;
		if (away * 1000 <= both)
			near += lots;
	}
	return near;
}

static void within_ten_bps_the_book_has_one_level_a_side_worth_the_depth(void **state)
{
	struct emu_setup setup = a_setup(4);

	(void)state;
	for (int minutes = 1; minutes < 300; minutes += 7) {
		emu_advance(emu, START_MS + minutes * MINUTE_MS);
		open_twin(&setup, START_MS + minutes * MINUTE_MS);
		for (size_t i = 0; i < 4; i++) {
			const struct sim_market_symbol *symbol = &twin.state.symbols[i];
			int64_t want = lots_for(&symbol->instrument, symbol->bid, symbol->depth);
			char target[128];
			snprintf(target, sizeof(target),
				 "/v5/market/orderbook?category=linear&symbol=%s&limit=200",
				 symbol->instrument.wire);
			const struct cJSON *book = get(target);
			assert_int_equal(near_lots(book, true, &symbol->instrument), want);
			assert_int_equal(near_lots(book, false, &symbol->instrument), want);
		}
	}
}

static void too_many_requests_close_the_door_for_ten_minutes(void **state)
{
	(void)state;
	for (int i = 0; i < 600; i++) {
		fetch("/v5/market/time");
		assert_int_equal(reply.status, 200);
	}
	fetch("/v5/market/time");
	assert_int_equal(reply.status, 403);
	emu_advance(emu, emu_now(emu) + 599 * SECOND_MS);
	fetch("/v5/market/time");
	assert_int_equal(reply.status, 403);
	emu_advance(emu, emu_now(emu) + SECOND_MS);
	fetch("/v5/market/time");
	assert_int_equal(reply.status, 200);
}

static void settlements_are_a_history_newest_first(void **state)
{
	(void)state;
	emu_advance(emu, START_MS + DAY_MS + 1);
	const struct cJSON *list =
		json_member(get("/v5/market/funding/history?category=linear&symbol=BTCUSDT"), "list");
	assert_int_equal(json_count(list), 4); /* the start is one */
	assert_int_equal(int_of(json_at(list, 0), "fundingRateTimestamp"), START_MS + DAY_MS);
	assert_int_equal(int_of(json_at(list, 3), "fundingRateTimestamp"), START_MS);
	assert_int_equal(code_of("/v5/market/funding/history?category=linear&symbol=BTCUSDT&startTime=1"),
			 10001);
	list = json_member(get("/v5/market/funding/history?category=linear&symbol=BTCUSDT&limit=1"), "list");
	assert_int_equal(json_count(list), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_four, close_it)
	const struct CMUnitTest tests[] = {
		TEST(every_answer_has_the_envelope_and_the_limit_headers),
		TEST(what_cannot_be_answered_says_so_as_bybit_does),
		TEST(the_listing_comes_in_pages_until_the_cursor_is_empty),
		TEST(what_is_not_trading_is_listed_only_when_asked_for),
		TEST(a_row_of_the_listing_gives_back_the_instrument),
		TEST(klines_are_the_markets_bars_newest_first_with_the_open_one),
		TEST(klines_can_be_paged_backwards_and_forwards),
		TEST(longer_intervals_are_made_of_the_markets_bars),
		TEST(tickers_are_the_markets_rows_and_only_they_can_be_traded),
		TEST(within_ten_bps_the_book_has_one_level_a_side_worth_the_depth),
		TEST(too_many_requests_close_the_door_for_ten_minutes),
		TEST(settlements_are_a_history_newest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
