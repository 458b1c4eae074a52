/* SPDX-License-Identifier: MIT
 * Tests of what grids are worth: real grids of three exchanges against values worked out by hand, then random
 * grids against 128-bit arithmetic. */
#include "random.h"
#include "tradebot/instrument.h"
#include "tradebot/market.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

__extension__ typedef unsigned __int128 wide;

static struct instrument with_grids(struct grid tick, struct grid lot, struct grid contract)
{
	struct instrument instrument = {.tick = tick, .lot = lot, .contract = contract};
	return instrument;
}

static void expect_worth(struct grid tick, struct grid lot, struct grid contract, int64_t num, int64_t den)
{
	struct instrument instrument = with_grids(tick, lot, contract);

	assert_int_equal(instrument_settle(&instrument), TB_OK);
	assert_int_equal(instrument.value_num, num);
	assert_int_equal(instrument.value_den, den);
}

static void a_tick_times_a_lot_is_worth_its_reduced_money(void **state)
{
	const struct grid one = {1, 0};

	(void)state;
	expect_worth((struct grid){1, 1}, (struct grid){1, 3}, one, 10000, 1); /* 0.1 * 0.001 */
	expect_worth((struct grid){5, 1}, (struct grid){1, 3}, one, 50000, 1); /* 0.5 * 0.001 */
	expect_worth((struct grid){1, 7}, (struct grid){1, 0}, one, 10, 1);    /* 1e-7 * 1 */
	expect_worth((struct grid){25, 8}, (struct grid){1, 4}, one, 1, 400);  /* 2.5e-7 * 1e-4 */
	expect_worth((struct grid){1, 1}, (struct grid){1, 1}, (struct grid){1, 2}, 10000, 1); /* OKX BTC */
	expect_worth((struct grid){1, 11}, (struct grid){1, 0}, (struct grid){10000000, 0}, 10000,
		     1); /* PEPE */
	expect_worth((struct grid){1, 4}, (struct grid){1, 1}, (struct grid){10, 0}, 10000, 1);
	expect_worth((struct grid){1, 11}, (struct grid){1, 8}, one, 1,
		     100000000000); /* the finest allowed */
	expect_worth((struct grid){1000, 0}, (struct grid){10, 0}, one, 1000000000000, 1); /* the coarsest */
	expect_worth((struct grid){10, 2}, (struct grid){100, 5}, one, 10000, 1); /* unreduced grids */
}

static void expect_refused(struct grid tick, struct grid lot, struct grid contract)
{
	struct instrument instrument = with_grids(tick, lot, contract);

	instrument.value_num = instrument.value_den = 7;
	assert_int_equal(instrument_settle(&instrument), TB_ERANGE);
	assert_int_equal(notional_up(&instrument, 1, 1), -1); /* and it stays unusable */
	assert_int_equal(lots_for(&instrument, 1, MONEY_ONE), -1);
}

static void grids_out_of_range_are_refused_and_leave_the_instrument_unusable(void **state)
{
	const struct grid one = {1, 0};

	(void)state;
	expect_refused((struct grid){0, 1}, one, one);
	expect_refused((struct grid){-1, 1}, one, one);
	expect_refused((struct grid){1, 12}, one, one);
	expect_refused((struct grid){9, 12}, one, one);
	expect_refused((struct grid){1001, 0}, one, one);
	expect_refused((struct grid){1, -1}, one, one);
	expect_refused((struct grid){1, 19}, one, one);
	expect_refused(one, (struct grid){1, 9}, one);
	expect_refused(one, (struct grid){1000001, 0}, one);
	expect_refused(one, one, (struct grid){0, 0});
	expect_refused(one, one, (struct grid){1, 9});
	expect_refused(one, one, (struct grid){INT64_MAX, 0});
	expect_refused((struct grid){1000, 0}, (struct grid){1000000, 0}, one);         /* num over 1e12 */
	expect_refused((struct grid){1, 11}, (struct grid){1, 8}, (struct grid){1, 1}); /* den over 1e11 */
}

static void a_notional_is_rounded_once_and_as_named(void **state)
{
	struct instrument instrument =
		with_grids((struct grid){25, 8}, (struct grid){1, 4}, (struct grid){1, 0});

	(void)state;
	assert_int_equal(instrument_settle(&instrument), TB_OK); /* 1/400 of a money unit */
	assert_int_equal(notional_down(&instrument, 399, 1), 0);
	assert_int_equal(notional_up(&instrument, 399, 1), 1);
	assert_int_equal(notional_down(&instrument, 20, 20), 1);
	assert_int_equal(notional_up(&instrument, 20, 20), 1);
	assert_int_equal(notional_up(&instrument, 1, 401), 2);
	assert_int_equal(notional_down(&instrument, 0, 5), 0);
	assert_int_equal(notional_up(&instrument, 5, 0), 0);
}

static void a_notional_of_unusable_values_is_refused(void **state)
{
	struct instrument instrument =
		with_grids((struct grid){1, 1}, (struct grid){1, 3}, (struct grid){1, 0});

	(void)state;
	assert_int_equal(instrument_settle(&instrument), TB_OK);
	assert_int_equal(notional_down(&instrument, -1, 1), -1);
	assert_int_equal(notional_up(&instrument, 1, -1), -1);
	assert_int_equal(notional_up(&instrument, UNKNOWN, 1), -1);
	assert_int_equal(notional_up(&instrument, 1, UNKNOWN), -1);
	assert_int_equal(notional_up(&instrument, INT64_MAX, INT64_MAX), -1);
	assert_int_equal(notional_up(&instrument, VALUE_MAX, 1), -1);
	assert_int_equal(notional_down(&instrument, VALUE_MAX / 10000, 1), VALUE_MAX); /* exactly the most */
	assert_int_equal(notional_down(&instrument, VALUE_MAX / 10000 + 1, 1), -1);
}

static void bitcoin_at_a_hundred_thousand_costs_what_it_says(void **state)
{
	struct instrument bybit = with_grids((struct grid){1, 1}, (struct grid){1, 3}, (struct grid){1, 0});
	struct instrument okx = with_grids((struct grid){1, 1}, (struct grid){1, 2}, (struct grid){1, 2});

	(void)state;
	assert_int_equal(instrument_settle(&bybit), TB_OK);
	assert_int_equal(instrument_settle(&okx), TB_OK);
	/* 0.025 coins at 100,000.5 USDT: 2500.0125; as contracts: 2.5 of 0.01 coins */
	assert_int_equal(notional_down(&bybit, 1000005, 25), 250001250000);
	assert_int_equal(notional_down(&okx, 1000005, 250), 250001250000);
	assert_int_equal(lots_for(&bybit, 1000005, 250001250000), 25); /* exactly affordable */
	assert_int_equal(lots_for(&bybit, 1000005, 250001249999), 24);
	assert_int_equal(lots_for(&okx, 1000005, 250001250000), 250);
	assert_int_equal(lots_for(&bybit, 1000005, 1), 0);
}

static void lots_for_refuses_nonsense_and_caps_at_the_highest_value(void **state)
{
	struct instrument fine = with_grids((struct grid){1, 11}, (struct grid){1, 8}, (struct grid){1, 0});

	(void)state;
	assert_int_equal(instrument_settle(&fine), TB_OK);
	assert_int_equal(lots_for(&fine, 0, 1), -1);
	assert_int_equal(lots_for(&fine, -1, 1), -1);
	assert_int_equal(lots_for(&fine, 1, -1), -1);
	assert_int_equal(lots_for(&fine, UNKNOWN, 1), -1);
	assert_int_equal(lots_for(&fine, 1, UNKNOWN), -1);
	assert_int_equal(lots_for(&fine, 1, VALUE_MAX + 1), -1);
	assert_int_equal(lots_for(&fine, 1, VALUE_MAX), VALUE_MAX);
	assert_int_equal(lots_for(&fine, 1, 0), 0);
}

static struct grid random_grid(struct random *source, int64_t decimals)
{
	static const int64_t steps[] = {1, 2, 5, 10, 25, 50, 100};
	return (struct grid){steps[random_below(source, 7)],
			     (int64_t)random_below(source, (uint64_t)decimals)};
}

static wide widen(int64_t value)
{
	return (wide)(uint64_t)value;
}

static void check_value_is_the_unreduced_product(const struct instrument *instrument)
{
	wide steps =
		widen(instrument->tick.step) * widen(instrument->lot.step) * widen(instrument->contract.step);
	wide tens = 1;
	int64_t decimals =
		instrument->tick.decimals + instrument->lot.decimals + instrument->contract.decimals;

	for (; decimals > 0; decimals--)
		tens *= 10;
	wide left = steps * widen(MONEY_ONE) * widen(instrument->value_den);
	wide right = tens * widen(instrument->value_num);
	assert_true(left == right);
}

static void check_notional_and_lots(const struct instrument *instrument, price_t price, qty_t qty)
{
	wide den = widen(instrument->value_den);
	wide value = widen(price) * widen(qty) * widen(instrument->value_num);
	wide floored = value / den, ceiled = floored + (value % den != 0);
	money_t down = notional_down(instrument, price, qty), up = notional_up(instrument, price, qty);

	assert_true(widen(down) == floored);
	assert_true(widen(up) == ceiled);
	assert_true(lots_for(instrument, price, up) >= qty);
	qty_t lots = lots_for(instrument, price, down);
	assert_true(notional_up(instrument, price, lots) <= down);
	money_t one_more = notional_up(instrument, price, lots + 1);
	assert_true(one_more > down || one_more < 0);
}

static void on_random_grids_notional_and_lots_equal_128_bit_arithmetic(void **state)
{
	struct random source;
	int checked = 0;

	(void)state;
	random_seed(&source, 7);
	for (int i = 0; i < 200000; i++) {
		struct grid tick = random_grid(&source, 12), lot = random_grid(&source, 9);
		struct instrument instrument = with_grids(tick, lot, random_grid(&source, 4));
		if (instrument_settle(&instrument) != TB_OK)
			continue;
		check_value_is_the_unreduced_product(&instrument);
		price_t price = (price_t)(random_next(&source) >> (30 + random_below(&source, 33))) + 1;
		qty_t qty = (qty_t)(random_next(&source) >> (30 + random_below(&source, 33)));
		int64_t num = instrument.value_num;
		wide value = widen(price) * widen(qty) * widen(num) / widen(instrument.value_den);
		if (value >= widen(VALUE_MAX) || price > INT64_MAX / num)
			continue;
		check_notional_and_lots(&instrument, price, qty);
		checked++;
	}
	assert_true(checked > 100000);
}

static struct universe universe; /* too large for the stack */

static void an_instrument_is_found_by_its_whole_name_only(void **state)
{
	(void)state;
	universe.count = 2;
	strcpy(universe.at[0].name, "BTC/USDT:USDT");
	strcpy(universe.at[1].name, "ETH/USDT:USDT");
	strcpy(universe.at[2].name, "XRP/USDT:USDT"); /* past the count */
	assert_int_equal(universe_find(&universe, "ETH/USDT:USDT"), 1);
	assert_int_equal(universe_find(&universe, "BTC/USDT:USDT"), 0);
	assert_int_equal(universe_find(&universe, "ETH/USDT"), SYM_NONE);
	assert_int_equal(universe_find(&universe, "XRP/USDT:USDT"), SYM_NONE);
}

static void three_ways_of_writing_a_symbol_mean_the_same(void **state)
{
	static const char *const same[] = {"BTC/USDT", "BTCUSDT", "BTC/USDT:USDT",
					   "btc/usdt", "btcusdt", "Btc/Usdt:usdT"};
	char out[SYMBOL_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		assert_int_equal(symbol_normalise(same[i], out), TB_OK);
		assert_string_equal(out, "BTC/USDT:USDT");
	}
	assert_int_equal(symbol_normalise("1000000babydogeusdt", out), TB_OK);
	assert_string_equal(out, "1000000BABYDOGE/USDT:USDT");
	assert_int_equal(symbol_normalise("ABCDEFGHIJKLMNOPQRSTU/USDT", out), TB_OK); /* 21: the longest */
	assert_int_equal(strlen(out), SYMBOL_TEXT_MAX - 1);
}

static void what_is_no_usdt_symbol_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"USDT",
		"/USDT",
		"/USDT:USDT",
		"BTC/USDC",
		"BTCUSD",
		"BTC",
		"BTC/USDT:USDC",
		"BTC-USDT",
		"BTC-USDT-SWAP",
		" BTC/USDT",
		"BTC/USDT ",
		"BTC//USDT",
		"BTC:USDT",
		"B C/USDT",
		"BTC/USDT:",
		"BT\xc3\x84/USDT",
		"ABCDEFGHIJKLMNOPQRSTUV/USDT",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAUSDT",
	};
	char out[SYMBOL_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		strcpy(out, "before");
		if (symbol_normalise(wrong[i], out) != TB_EINVAL)
			fail_msg("'%s' passed as %s", wrong[i], out);
		assert_string_equal(out, "");
	}
}

static void a_spread_is_measured_against_the_mid_and_rounded_up(void **state)
{
	(void)state;
	assert_int_equal(quote_spread(9995, 10005), 10 * BPS); /* exactly 10 bps */
	assert_int_equal(quote_spread(100, 100), 0);
	assert_int_equal(quote_spread(2, 3), 400000000);
	assert_int_equal(quote_spread(3, 4), 285714286);                 /* 2/7, up */
	assert_int_equal(quote_spread(1, VALUE_MAX / 4), 2 * RATIO_ONE); /* 1.99..., up */
}

static void a_spread_of_an_unusable_quote_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(quote_spread(0, 1), UNKNOWN);
	assert_int_equal(quote_spread(-1, 1), UNKNOWN);
	assert_int_equal(quote_spread(UNKNOWN, 1), UNKNOWN);
	assert_int_equal(quote_spread(1, UNKNOWN), UNKNOWN);
	assert_int_equal(quote_spread(101, 100), UNKNOWN); /* crossed */
	assert_int_equal(quote_spread(1, VALUE_MAX / 4 + 1), UNKNOWN);
}

static void a_factor_leads_from_one_grid_to_another_and_is_reduced(void **state)
{
	static const struct {
		struct grid was, now;
		int64_t num, den;
	} cases[] = {
		{{5, 1}, {5, 1}, 1, 1},    {{5, 1}, {1, 1}, 5, 1},
		{{1, 1}, {5, 1}, 1, 5},    {{1, 0}, {1, 3}, 1000, 1},
		{{1, 3}, {1, 0}, 1, 1000}, {{5, 1}, {25, 2}, 2, 1},
		{{25, 2}, {5, 1}, 1, 2},   {{10, 2}, {1, 1}, 1, 1},
		{{3, 4}, {2, 4}, 3, 2},    {{1000, 0}, {1, 11}, 100000000000000, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct grid_factor factor = {1, 1};
		assert_true(grid_factor_add(&factor, &cases[i].was, &cases[i].now));
		if (factor.num != cases[i].num || factor.den != cases[i].den)
			fail_msg("case %zu: %lld / %lld", i, (long long)factor.num, (long long)factor.den);
	}
}

static void a_factor_that_does_not_fit_or_of_a_broken_grid_is_refused(void **state)
{
	struct grid_factor factor = {1, 1};
	const struct grid coarse = {1000000, 0}, fine = {1, 11}, broken = {0, 0};

	(void)state;
	assert_true(grid_factor_add(&factor, &coarse, &fine)); /* 1e17 */
	assert_false(grid_factor_add(&factor, &coarse, &fine));
	factor = (struct grid_factor){1, 1};
	assert_false(grid_factor_add(&factor, &broken, &fine));
	factor = (struct grid_factor){1, 1};
	assert_false(grid_factor_add(&factor, &fine, &broken));
}

static void a_new_generation_has_a_factor_of_prices_and_one_of_lot_times_contract(void **state)
{
	struct instrument was = {.tick = {1, 1}, .lot = {1, 3}, .contract = {1, 0}}, now = was;
	struct grid_factor ticks, lots;

	(void)state;
	now.tick = (struct grid){5, 1};
	now.lot = (struct grid){1, 0};
	now.contract = (struct grid){1, 2};
	assert_true(instrument_factors(&was, &now, &ticks, &lots));
	assert_int_equal(ticks.num, 1);
	assert_int_equal(ticks.den, 5);
	assert_int_equal(lots.num, 1); /* 0.001 coins a lot -> 0.01 coins a lot */
	assert_int_equal(lots.den, 10);
	now.contract.step = 0;
	assert_false(instrument_factors(&was, &now, &ticks, &lots));
	assert_int_equal(ticks.num + lots.num, 0);
	assert_int_equal(ticks.den * lots.den, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tick_times_a_lot_is_worth_its_reduced_money),
		cmocka_unit_test(grids_out_of_range_are_refused_and_leave_the_instrument_unusable),
		cmocka_unit_test(a_notional_is_rounded_once_and_as_named),
		cmocka_unit_test(a_notional_of_unusable_values_is_refused),
		cmocka_unit_test(bitcoin_at_a_hundred_thousand_costs_what_it_says),
		cmocka_unit_test(lots_for_refuses_nonsense_and_caps_at_the_highest_value),
		cmocka_unit_test(on_random_grids_notional_and_lots_equal_128_bit_arithmetic),
		cmocka_unit_test(an_instrument_is_found_by_its_whole_name_only),
		cmocka_unit_test(three_ways_of_writing_a_symbol_mean_the_same),
		cmocka_unit_test(what_is_no_usdt_symbol_is_refused),
		cmocka_unit_test(a_spread_is_measured_against_the_mid_and_rounded_up),
		cmocka_unit_test(a_spread_of_an_unusable_quote_is_unknown),
		cmocka_unit_test(a_factor_leads_from_one_grid_to_another_and_is_reduced),
		cmocka_unit_test(a_factor_that_does_not_fit_or_of_a_broken_grid_is_refused),
		cmocka_unit_test(a_new_generation_has_a_factor_of_prices_and_one_of_lot_times_contract),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
