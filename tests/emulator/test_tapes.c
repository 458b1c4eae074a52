/* SPDX-License-Identifier: MIT
 * Tests of the emulator over recorded candles: holes, a past, settlements that are stamped late and that end.
 */
#include "emu_stand.h"

#define BARS 40

static struct candle candles[BARS];
static struct funding_point funding[2] = {{START_MS + 5 * MINUTE_MS + 7, 10000},
					  {START_MS + 20 * MINUTE_MS, -7}};
static struct sim_tape tape = {candles, 0, funding, 2};

/* Minutes 0 to 9 and 15 to 44 of one symbol. */
static int open_tape(void **state)
{
	struct emu_setup setup = a_setup(1);

	(void)state;
	for (int i = 0; i < BARS; i++) {
		int minute = i < 10 ? i : i + 5;
		candles[i] = (struct candle){.open_ms = START_MS + minute * MINUTE_MS,
					     .open = 600000 + i,
					     .high = 600010 + i,
					     .low = 599990 + i,
					     .close = 600001 + i,
					     .volume = 1000};
	}
	tape.count = BARS;
	setup.tapes = &tape;
	setup.market.bars = 0;
	setup.market.start_ms = 0;
	stand_open(&setup);
	return 0;
}

static int close_it(void **state)
{
	(void)state;
	stand_close();
	return 0;
}

static void what_nobody_knows_yet_is_empty_text(void **state)
{
	int client = a_stream();

	(void)state;
	subscribe_to(client, "\"tickers.BTCUSDT\",\"orderbook.50.BTCUSDT\"");
	take_all();
	const struct cJSON *data = json_member(frame(1), "data");
	assert_string_equal(text_of(data, "lastPrice"), "");
	assert_string_equal(text_of(data, "bid1Price"), "");
	assert_string_equal(text_of(data, "fundingRate"), "");
	assert_string_equal(text_of(data, "nextFundingTime"), "");
	assert_int_equal(json_count(json_member(json_member(frame(2), "data"), "b")), 0);
	assert_int_equal(
		json_count(json_member(get("/v5/market/tickers?category=linear&symbol=BTCUSDT"), "list")), 0);
	assert_int_equal(json_count(json_member(
				 get("/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1"), "list")),
			 0);
	emu_advance(emu, START_MS + MINUTE_MS);
	size_t at = take_all();
	assert_true(frame_has(at + 1, "orderbook.50.BTCUSDT\",\"type\":\"snapshot\""));
	assert_int_equal(json_count(json_member(json_member(frame(at + 1), "data"), "b")), 50);
}

static void a_hole_is_a_silence(void **state)
{
	int client = a_stream();

	(void)state;
	subscribe_to(client, "\"kline.1.BTCUSDT\"");
	emu_advance(emu, START_MS + 10 * MINUTE_MS);
	take_all();
	assert_int_equal(frame_count, 1 + 10 * 3);
	stand_forget();
	emu_advance(emu, START_MS + 15 * MINUTE_MS - 1);
	take_all();
	assert_int_equal(frame_count, 0);
	emu_advance(emu, START_MS + 15 * MINUTE_MS);
	take_all();
	assert_int_equal(frame_count, 1);
	emu_advance(emu, START_MS + 45 * MINUTE_MS);
	assert_true(emu_market_ended(emu));
	assert_int_equal(emu_next_ms(emu), NEVER_MS);
	const struct cJSON *list =
		json_member(get("/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1"), "list");
	assert_int_equal(json_count(list), BARS);
}

static void settlements_are_told_at_their_own_stamps_and_the_last_one_too(void **state)
{
	int client = a_stream();

	(void)state;
	emu_advance(emu, START_MS + MINUTE_MS);
	subscribe_to(client, "\"tickers.BTCUSDT\"");
	take_all();
	stand_forget();
	emu_advance(emu, START_MS + 45 * MINUTE_MS);
	take_all();
	size_t told[8], count = 0;
	for (size_t i = 0; i < frame_count; i++)
		if (count < 8 && (frame_has(i, "nextFundingTime") || frame_has(i, "fundingRate\"")))
			told[count++] = i;
	assert_int_equal(count, 4);
	/* nothing was known: the first comes with its rate, then the time moves on */
	assert_true(frame_has(told[0], "\"nextFundingTime\":\"1767225900007\",\"fundingRate\":\"0.00001\""));
	assert_true(frame_has(told[1], "\"nextFundingTime\":\"1767226800000\""));
	assert_true(frame_has(told[2], "\"fundingRate\":\"-0.000000007\""));
	/* nobody knows of another one; the time moves on by eight hours */
	assert_true(frame_has(told[3], "\"nextFundingTime\":\"1767255600000\""));
	const struct cJSON *list =
		json_member(get("/v5/market/funding/history?category=linear&symbol=BTCUSDT"), "list");
	assert_int_equal(json_count(list), 2);
	assert_string_equal(text_of(json_at(list, 0), "fundingRate"), "-0.000000007");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_tape, close_it)
	const struct CMUnitTest tests[] = {
		TEST(what_nobody_knows_yet_is_empty_text),
		TEST(a_hole_is_a_silence),
		TEST(settlements_are_told_at_their_own_stamps_and_the_last_one_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
