/* SPDX-License-Identifier: MIT
 * What is inferred from a candle file: its name, its grids, its volumes in lots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "candle_instrument.h"
#include "csv_row.h"

static struct candle bar(price_t close)
{
	return (struct candle){
		.open_ms = 1746372780000, .open = close, .high = close, .low = close, .close = close};
}

static void assert_name(const char *file, const char *symbol, ms_t timeframe_ms)
{
	char found[SYMBOL_TEXT_MAX];
	ms_t found_ms;
	assert_int_equal(candle_name_split(file, found, &found_ms), 0);
	assert_string_equal(found, symbol);
	assert_int_equal(found_ms, timeframe_ms);
}

static void file_names_give_symbol_and_timeframe(void **state)
{
	(void)state;
	assert_name("BTCUSDT-1m.csv", "BTCUSDT", MINUTE_MS);
	assert_name("BTCUSDT-5m.csv.gz", "BTCUSDT", 5 * MINUTE_MS);
	assert_name("ethusdt_12h.csv", "ETHUSDT", 12 * HOUR_MS);
	assert_name("BTC-USDT-1d.csv", "BTCUSDT", DAY_MS);
	assert_name("1000PEPEUSDT-1w.csv", "1000PEPEUSDT", 7 * DAY_MS);
}

static void other_names_still_give_a_symbol(void **state)
{
	(void)state;
	assert_name("BTCUSDT.csv", "BTCUSDT", UNKNOWN);
	assert_name("c1m.csv", "C1MUSDT", UNKNOWN);
	assert_name("BTCUSDT-7m.csv", "BTCUSDT7MUSDT", UNKNOWN);
	assert_name("USDT", "USDTUSDT", UNKNOWN);
}

static void a_name_without_letters_is_refused(void **state)
{
	char symbol[SYMBOL_TEXT_MAX];
	ms_t ms;
	(void)state;
	assert_int_equal(candle_name_split("-1m.csv", symbol, &ms), TB_EINVAL);
	assert_int_equal(candle_name_split(".csv", symbol, &ms), TB_EINVAL);
	assert_int_equal(candle_name_split("", symbol, &ms), TB_EINVAL);
	assert_int_equal(candle_name_split("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-1m.csv", symbol, &ms),
			 TB_EINVAL);
}

static void bitcoin_at_95502_gets_a_lot_of_a_hundred_thousandth(void **state)
{
	struct candle first = bar(955027);
	struct instrument found;
	(void)state;
	assert_int_equal(candle_instrument_infer("BTCUSDT", 1, &first, BPS * 5, &found), 0);
	assert_string_equal(found.name, "BTC/USDT:USDT");
	assert_string_equal(found.wire, "BTCUSDT");
	assert_int_equal(found.tick.step, 1);
	assert_int_equal(found.tick.decimals, 1);
	assert_int_equal(found.lot.step, 1);
	assert_int_equal(found.lot.decimals, 5); /* 0.95502 USDT */
	assert_int_equal(found.contract.step, 1);
	assert_int_equal(found.min_qty, 1);
	/* 1,000,000 / 0.955027 = 1047090.8 */
	assert_int_equal(found.max_qty, 1047090);
	assert_int_equal(found.min_notional, 5 * MONEY_ONE);
	assert_int_equal(found.maintenance, RATIO_ONE / 100);
	assert_int_equal(found.taker_fee, BPS * 5);
	assert_int_equal(found.listed_ms, 1746372780000 - 400 * DAY_MS);
	assert_int_equal(found.funding_every_ms, 8 * HOUR_MS);
	assert_int_equal(found.status, INSTRUMENT_TRADING);
	assert_int_equal(notional_down(&found, 955027, 1), 95502700);
}

static void the_lot_is_the_largest_power_of_ten_worth_at_most_one_usdt(void **state)
{
	static const struct {
		price_t close;
		int64_t price_decimals, step, lot_decimals;
	} cases[] = {
		{1, 0, 1, 0},
		{2, 0, 1, 1},
		{10, 0, 1, 1},
		{11, 0, 1, 2},
		{100000, 0, 1, 5},
		{100001, 0, 1, 6},
		{2, 1, 1, 0},
		{1, 1, 10, 0},
		{1, 3, 1000, 0},
		{1, 11, 1000, 0},
		{1001, 6, 100, 0},
		{1000, 6, 1000, 0},
		{100000000000000000, 2, 1, 8},
		{100000000000000000, 11, 1, 6},
		{99999999900000000, 9, 1, 8},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct candle first = bar(cases[i].close);
		struct instrument found;
		int failed = candle_instrument_infer("AUSDT", cases[i].price_decimals, &first, 0, &found);
		assert_true(failed == 0 || found.lot.decimals == 8);
		assert_int_equal(found.lot.step, cases[i].step);
		assert_int_equal(found.lot.decimals, cases[i].lot_decimals);
	}
}

static void what_cannot_be_traded_is_refused(void **state)
{
	struct candle good = bar(100), zero = bar(0);
	struct instrument found;
	(void)state;
	assert_int_equal(candle_instrument_infer("BTCUSD", 1, &good, 0, &found), TB_EINVAL);
	assert_int_equal(candle_instrument_infer("BTCUSDT", 12, &good, 0, &found), TB_EINVAL);
	assert_int_equal(candle_instrument_infer("BTCUSDT", 1, &zero, 0, &found), TB_EINVAL);
	assert_int_equal(candle_instrument_infer("BTCUSDT", 1, &good, -1, &found), TB_EINVAL);
	assert_int_equal(candle_instrument_infer("BTCUSDT", 1, &good, RATIO_ONE, &found), TB_EINVAL);
}

static void volumes_become_whole_lots_rounded_down(void **state)
{
	struct candle some[2] = {{.volume = 16536}, {.volume = 1}};
	const struct grid fine = {1, 5}, coarse = {100, 0}, tenth = {1, 1};
	(void)state;
	assert_int_equal(candle_volume_to_lots(&fine, 3, some, 2), 0); /* 16.536 coins */
	assert_int_equal(some[0].volume, 1653600);
	assert_int_equal(some[1].volume, 100);
	some[0].volume = 19999;
	assert_int_equal(candle_volume_to_lots(&tenth, 3, some, 1), 0); /* 19.999 coins */
	assert_int_equal(some[0].volume, 199);
	some[0].volume = 29999;
	assert_int_equal(candle_volume_to_lots(&coarse, 1, some, 1), 0); /* 2,999.9 coins */
	assert_int_equal(some[0].volume, 29);
	some[0].volume = VALUE_MAX / 10;
	assert_int_equal(candle_volume_to_lots(&fine, 0, some, 1), TB_ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_names_give_symbol_and_timeframe),
		cmocka_unit_test(other_names_still_give_a_symbol),
		cmocka_unit_test(a_name_without_letters_is_refused),
		cmocka_unit_test(bitcoin_at_95502_gets_a_lot_of_a_hundred_thousandth),
		cmocka_unit_test(the_lot_is_the_largest_power_of_ten_worth_at_most_one_usdt),
		cmocka_unit_test(what_cannot_be_traded_is_refused),
		cmocka_unit_test(volumes_become_whole_lots_rounded_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
