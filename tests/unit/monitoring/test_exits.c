/* SPDX-License-Identifier: MIT
 * Exits and stops of rules.md section 5 on one holding. One tick times one lot is worth 0.01 USDT; the long
 * was bought at 10,000 ticks, 100 lots (10,000 USDT), and risks 100 USDT: +1 R is 10,100 ticks. */
#include "exits.h"
#include "holding.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define OPENED (1000 * DAY_MS)
#define USDT   MONEY_ONE

static const struct exit_settings *const settings = &exit_settings_default;
static struct instrument instrument = {.value_num = USDT / 100, .value_den = 1};

static struct holding a_holding(enum side side, enum strategy strategy)
{
	return (struct holding){
		.side = side,
		.strategy = strategy,
		.qty = 100,
		.cost = 10000 * USDT,
		.entry_qty = 100,
		.entry_cost = 10000 * USDT,
		.risk = 100 * USDT,
		.stop = side == SIDE_LONG ? 9880 : 10120,
		.trail = 120,
		.opened_ms = OPENED,
	};
}

static enum exit_reason bar(struct holding *holding, int minute, price_t low, price_t high, price_t close,
			    enum regime regime, double er100)
{
	ms_t end = OPENED + minute * MINUTE_MS;
	struct candle candle = {
		.open_ms = end - MINUTE_MS, .open = close, .high = high, .low = low, .close = close};

	return exit_due(settings, holding, &candle, &instrument, regime, er100, end);
}

static enum exit_reason quiet(struct holding *holding, int minute, price_t close)
{
	return bar(holding, minute, close, close, close, REGIME_TRENDING,
		   holding->side == SIDE_LONG ? 0.5 : -0.5);
}

static void a_position_is_held_for_a_day_at_most(void **state)
{
	struct holding holding = a_holding(SIDE_LONG, STRATEGY_TREND);

	(void)state;
	assert_int_equal(quiet(&holding, 24 * 60 - 1, 10000), EXIT_NONE);
	assert_int_equal(quiet(&holding, 24 * 60, 10000), EXIT_TIME);
}

static void ten_bars_against_it_close_a_trade_below_one_r(void **state)
{
	static const struct {
		enum strategy strategy;
		enum regime regime;
		double er100; /* against a long */
		bool either_side;
	} cases[] = {
		{STRATEGY_TREND, REGIME_TRENDING, -0.01, false},
		{STRATEGY_TREND, REGIME_HIGH_VOL, -0.3, false},
		{STRATEGY_BREAKOUT, REGIME_LOW_VOL, 0.3, true},
		{STRATEGY_MEAN_REVERSION, REGIME_TRENDING, -0.2, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int side = -1; side <= 1; side += 2) {
			struct holding holding = a_holding(side, cases[i].strategy);
			double er100 = cases[i].er100 * side;
			for (int m = 1; m <= 9; m++)
				assert_int_equal(bar(&holding, m, 9990, 10010, 10000, cases[i].regime, er100),
						 EXIT_NONE);
			assert_int_equal(bar(&holding, 10, 9990, 10010, 10000, cases[i].regime, er100),
					 EXIT_CONTRADICTION);
			holding = a_holding(side, cases[i].strategy); /* the same, for it */
			for (int m = 1; m <= 30; m++)
				assert_int_equal(
					bar(&holding, m, 9990, 10010, 10000, cases[i].regime, -er100),
					cases[i].either_side && m >= 10 ? EXIT_CONTRADICTION : EXIT_NONE);
		}
	}
}

static void other_regimes_and_unknown_values_contradict_nobody(void **state)
{
	struct holding breakout = a_holding(SIDE_LONG, STRATEGY_BREAKOUT);
	struct holding reversion = a_holding(SIDE_LONG, STRATEGY_MEAN_REVERSION);
	struct holding trend = a_holding(SIDE_LONG, STRATEGY_TREND);

	(void)state;
	for (int m = 1; m <= 30; m++) {
		assert_int_equal(bar(&breakout, m, 9990, 10010, 10000, REGIME_TRENDING, -0.9), EXIT_NONE);
		assert_int_equal(bar(&reversion, m, 9990, 10010, 10000, REGIME_HIGH_VOL, -0.9), EXIT_NONE);
		assert_int_equal(bar(&trend, m, 9990, 10010, 10000, REGIME_NONE, (double)NAN), EXIT_NONE);
	}
	for (int side = -1; side <= 1; side += 2) {
		trend = a_holding(side, STRATEGY_TREND);
		for (int m = 1; m <= 30; m++)
			assert_int_equal(bar(&trend, m, 9990, 10010, 10000, REGIME_TRENDING, 0), EXIT_NONE);
	}
}

static void a_bar_that_agrees_or_stands_at_one_r_ends_the_run(void **state)
{
	struct holding holding = a_holding(SIDE_LONG, STRATEGY_TREND);
	int m = 1;

	(void)state;
	for (; m <= 9; m++)
		bar(&holding, m, 9990, 10010, 10000, REGIME_TRENDING, -0.2);
	assert_int_equal(holding.against_bars, 9);
	assert_int_equal(bar(&holding, m++, 9990, 10100, 10100, REGIME_TRENDING, -0.2), EXIT_NONE); /* +1 R */
	assert_int_equal(holding.against_bars, 0);
	for (int i = 0; i < 9; i++)
		assert_int_equal(bar(&holding, m++, 9990, 10099, 10099, REGIME_TRENDING, -0.2), EXIT_NONE);
	assert_int_equal(bar(&holding, m++, 9990, 10010, 10000, REGIME_TRENDING, 0.2), EXIT_NONE);
	assert_int_equal(holding.against_bars, 0);
	for (int i = 0; i < 9; i++)
		assert_int_equal(bar(&holding, m++, 9990, 10010, 10099, REGIME_TRENDING, -0.2), EXIT_NONE);
	assert_int_equal(bar(&holding, m, 9990, 10010, 10099, REGIME_TRENDING, -0.2), EXIT_CONTRADICTION);
}

static void the_excursions_are_gross_money_at_the_bars_extremes(void **state)
{
	struct holding holding = a_holding(SIDE_LONG, STRATEGY_TREND);

	(void)state;
	bar(&holding, 1, 9970, 10050, 10000, REGIME_TRENDING, 0.2);
	assert_int_equal(holding.mae, -30 * USDT);
	assert_int_equal(holding.mfe, 50 * USDT);
	bar(&holding, 2, 9980, 10040, 10000, REGIME_TRENDING, 0.2);
	assert_int_equal(holding.mae, -30 * USDT);
	assert_int_equal(holding.mfe, 50 * USDT);
	holding = a_holding(SIDE_SHORT, STRATEGY_TREND);
	bar(&holding, 1, 9970, 10050, 10000, REGIME_TRENDING, -0.2);
	assert_int_equal(holding.mae, -50 * USDT);
	assert_int_equal(holding.mfe, 30 * USDT);
	holding = a_holding(SIDE_LONG, STRATEGY_TREND); /* 60 lots left with 12 USDT: 40 remain */
	holding.qty = 40;
	holding.cost = 4000 * USDT;
	holding.exit_qty = 60;
	holding.exit_value = 6012 * USDT;
	bar(&holding, 1, 9900, 10050, 10000, REGIME_TRENDING, 0.2);
	assert_int_equal(holding.mae, 12 * USDT - 40 * USDT);
	assert_int_equal(holding.mfe, 12 * USDT + 20 * USDT);
}

static void a_bar_from_before_the_fill_changes_nothing(void **state)
{
	struct holding holding = a_holding(SIDE_LONG, STRATEGY_TREND), before = holding;

	(void)state;
	assert_int_equal(bar(&holding, 0, 1, 20000, 15000, REGIME_TRENDING, -1), EXIT_NONE);
	assert_memory_equal(&holding, &before, sizeof(holding));
	holding.qty = before.qty = 0;
	assert_int_equal(bar(&holding, 60 * 48, 1, 20000, 15000, REGIME_TRENDING, -1), EXIT_NONE);
	assert_memory_equal(&holding, &before, sizeof(holding));
}

static void trailing_starts_with_a_close_at_one_r(void **state)
{
	struct holding holding = a_holding(SIDE_LONG, STRATEGY_TREND);

	(void)state;
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
	bar(&holding, 1, 9990, 10300, 10099, REGIME_TRENDING, 0.2); /* the high is not a close */
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
	quiet(&holding, 2, 10100);
	assert_int_equal(trail_stop(settings, &holding, &instrument), 9980);
	quiet(&holding, 3, 10050); /* reached is reached; the best close counts */
	assert_int_equal(trail_stop(settings, &holding, &instrument), 9980);
	holding.trail = 0;
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
}

static void a_short_trails_from_above(void **state)
{
	struct holding holding = a_holding(SIDE_SHORT, STRATEGY_BREAKOUT);

	(void)state;
	quiet(&holding, 1, 9901);
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
	quiet(&holding, 2, 9900);
	assert_int_equal(trail_stop(settings, &holding, &instrument), 10020);
	quiet(&holding, 3, 9800);
	quiet(&holding, 4, 9850);
	assert_int_equal(trail_stop(settings, &holding, &instrument), 9920);
}

static void a_stop_moves_only_toward_profit_and_by_a_quarter_atr(void **state)
{
	struct holding holding =
		a_holding(SIDE_LONG, STRATEGY_TREND); /* trail 120 = 3 ATR: a quarter is 10 */

	(void)state;
	quiet(&holding, 1, 10200); /* wants 10080 */
	holding.stop = 10071;
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
	holding.stop = 10070;
	assert_int_equal(trail_stop(settings, &holding, &instrument), 10080);
	holding.stop = 10080;
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
	holding.stop = 10090;
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
	holding.trail = 121; /* wants 10079; a quarter of an ATR is 10.08: 10 are not enough */
	holding.stop = 10069;
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
	holding.stop = 10068;
	assert_int_equal(trail_stop(settings, &holding, &instrument), 10079);
}

static void one_r_of_a_part_is_its_share_of_the_risk(void **state)
{
	struct holding holding = a_holding(SIDE_LONG, STRATEGY_TREND);

	(void)state;
	holding.qty = 50;
	holding.cost = 5000 * USDT;
	quiet(&holding, 1, 10099);
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
	quiet(&holding, 2, 10100);
	assert_int_equal(trail_stop(settings, &holding, &instrument), 9980);
}

static struct quote a_wild_quote(price_t mark)
{
	return (struct quote){
		.bid = mark - 2, .ask = mark + 2, .mark = mark, .volatility = {.num = 951, .den = 1000}};
}

/* Costs 0.12 % of 10,000: the stop belongs at 10,012 (long) or 9,988 (short); the spread is 4 ticks. */
static void over_the_95th_percentile_the_stop_goes_to_entry_and_costs(void **state)
{
	struct holding holding = a_holding(SIDE_LONG, STRATEGY_TREND);
	struct quote quote = a_wild_quote(10016);

	(void)state;
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 10012);
	quote = a_wild_quote(10015);
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 0);
	holding = a_holding(SIDE_SHORT, STRATEGY_TREND);
	quote = a_wild_quote(9984);
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 9988);
	quote = a_wild_quote(9985);
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 0);
}

static void a_stop_that_is_better_or_a_market_that_is_calm_or_unknown_leaves_it(void **state)
{
	struct holding holding = a_holding(SIDE_LONG, STRATEGY_TREND);
	struct quote quote = a_wild_quote(10050);

	(void)state;
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 10012);
	holding.stop = 10012;
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 0);
	holding.stop = 10011;
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 10012);
	quote.volatility.num = 950; /* exactly 95 */
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 0);
	quote.volatility = (struct rank){0, 0};
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 0);
	quote = a_wild_quote(10050);
	quote.mark = UNKNOWN;
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 0);
	quote = a_wild_quote(10050);
	quote.bid = UNKNOWN;
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 0);
}

/* Odd numbers: 7 lots for 100.00 USDT, tick x lot = 0.01: 1428.57 ticks. */
static void an_average_entry_is_rounded_by_name(void **state)
{
	struct instrument fine = {.value_num = 1, .value_den = 100000};
	struct instrument coarse = {.value_num = 1000000000000LL, .value_den = 1};

	(void)state;
	assert_int_equal(entry_price_down(&instrument, 100 * USDT, 7), 1428);
	assert_int_equal(entry_price_up(&instrument, 100 * USDT, 7), 1429);
	assert_int_equal(entry_price_down(&instrument, 10000 * USDT, 100), 10000);
	assert_int_equal(entry_price_up(&instrument, 10000 * USDT, 100), 10000);
	assert_int_equal(entry_price_down(&fine, 3, 7), 42857);
	assert_int_equal(entry_price_up(&fine, 3, 7), 42858);
	/* qty x num does not fit in 64 bits */
	assert_int_equal(entry_price_down(&coarse, VALUE_MAX, VALUE_MAX), 0);
	assert_int_equal(entry_price_up(&coarse, VALUE_MAX, VALUE_MAX), 1);
	assert_int_equal(entry_price_up(&instrument, 100 * USDT, 0), -1);
	assert_int_equal(entry_price_up(&instrument, -1, 7), -1);
	assert_int_equal(entry_price_up(&fine, VALUE_MAX, 1), -1);
}

static void the_break_even_price_is_rounded_so_that_it_pays_its_costs(void **state)
{
	struct holding holding = a_holding(SIDE_LONG, STRATEGY_TREND);
	struct quote quote = a_wild_quote(20000);
	price_t stop;

	(void)state;
	holding.qty = 7;
	holding.entry_qty = 7;
	holding.cost = 10001 * USDT / 14;
	stop = break_even_stop(&holding, &instrument, &quote, 12 * BPS);
	assert_true(holding_gross(&holding, &instrument, stop) >= share_up(holding.cost, 12 * BPS));
	assert_true(holding_gross(&holding, &instrument, stop - 1) < share_up(holding.cost, 12 * BPS));
	holding.side = SIDE_SHORT;
	holding.stop = 20000;
	quote = a_wild_quote(5000);
	stop = break_even_stop(&holding, &instrument, &quote, 12 * BPS);
	assert_true(holding_gross(&holding, &instrument, stop) >= share_up(holding.cost, 12 * BPS));
	assert_true(holding_gross(&holding, &instrument, stop + 1) < share_up(holding.cost, 12 * BPS));
}

static void the_defaults_are_those_of_the_rules(void **state)
{
	(void)state;
	assert_int_equal(settings->hold_ms, 24LL * 3600 * 1000);
	assert_int_equal(settings->contradiction_bars, 10);
	assert_int_equal(settings->trail_steps, 12);
}

/* Shorts that lost a part, and values between two units of money. */
static void gains_are_rounded_down_and_shorts_count_what_they_realised(void **state)
{
	struct holding holding = a_holding(SIDE_SHORT, STRATEGY_TREND);
	struct instrument fine = {.value_num = 1, .value_den = 3};

	(void)state;
	holding.qty = 40; /* 60 lots bought back 12 USDT below */
	holding.cost = 4000 * USDT;
	holding.exit_qty = 60;
	holding.exit_value = 5988 * USDT;
	bar(&holding, 1, 9950, 10100, 10000, REGIME_TRENDING, -0.2);
	assert_int_equal(holding.mae, 12 * USDT - 40 * USDT);
	assert_int_equal(holding.mfe, 12 * USDT + 20 * USDT);
	holding = (struct holding){.side = SIDE_LONG, .qty = 1, .cost = 3};
	assert_int_equal(holding_gross(&holding, &fine, 10), 0); /* worth 3.33 */
	holding.side = SIDE_SHORT;
	assert_int_equal(holding_gross(&holding, &fine, 8), 0); /* owes 2.67 */
	assert_int_equal(holding_gross(&holding, &fine, 10), -1);
}

static void a_price_out_of_range_is_unknown_and_moves_nothing(void **state)
{
	struct holding holding = a_holding(SIDE_LONG, STRATEGY_TREND);
	struct quote quote = a_wild_quote(10050);

	(void)state;
	assert_true(holding_gross(&holding, &instrument, INT64_MAX) == UNKNOWN);
	assert_true(holding_gross(&holding, &instrument, -1) == UNKNOWN);
	holding.best_close = INT64_MAX;
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
	bar(&holding, 1, -1, INT64_MAX, 10000, REGIME_TRENDING, 0.2);
	assert_int_equal(holding.mae, 0);
	assert_int_equal(holding.mfe, 0);
	holding = a_holding(SIDE_LONG, STRATEGY_TREND);
	holding.cost = -1;
	assert_true(holding_gross(&holding, &instrument, 10000) == UNKNOWN);
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 0);
	holding = a_holding(SIDE_LONG, STRATEGY_TREND);
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, UNKNOWN), 0);
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, RATIO_ONE), 0);
	quote.volatility.num = 1001; /* no rank */
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 0);
	holding.qty = 0;
	quote = a_wild_quote(10050);
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 0);
	holding = a_holding(SIDE_LONG, STRATEGY_TREND);
	holding.risk = 0; /* an R of nothing is never reached */
	quiet(&holding, 1, 11000);
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
}

static void a_short_stop_moves_only_down_and_a_missing_one_takes_any(void **state)
{
	struct holding holding = a_holding(SIDE_SHORT, STRATEGY_TREND);

	(void)state;
	quiet(&holding, 1, 9800); /* wants 9920 */
	holding.stop = 9929;
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
	holding.stop = 9930;
	assert_int_equal(trail_stop(settings, &holding, &instrument), 9920);
	holding.stop = 9900;
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
	holding.stop = 0;
	assert_int_equal(trail_stop(settings, &holding, &instrument), 9920);
	holding.trail = VALUE_MAX; /* nothing below zero, nothing beyond the largest */
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
}

static void without_a_spread_the_stop_still_stays_off_the_mark(void **state)
{
	struct holding holding = a_holding(SIDE_LONG, STRATEGY_TREND);
	struct quote quote = a_wild_quote(10012);

	(void)state;
	quote.bid = quote.ask = 10012;
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 0);
	quote.mark = 10013;
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 12 * BPS), 10012);
	assert_int_equal(break_even_stop(&holding, &instrument, &quote, 0), 10000);
}

static void one_r_of_a_part_is_rounded_up(void **state)
{
	struct holding holding = a_holding(SIDE_LONG, STRATEGY_TREND);

	(void)state;
	holding.qty = 50;
	holding.cost = 5000 * USDT;
	holding.risk = 100 * USDT + 1; /* half of it is 50 USDT and a bit */
	quiet(&holding, 1, 10100);
	assert_int_equal(trail_stop(settings, &holding, &instrument), 0);
}

/* 120 ticks to the stop on 100 lots are 120 USDT. */
static void what_may_stay_loses_no_more_than_the_ceiling_at_its_stop(void **state)
{
	(void)state;
	for (int side = -1; side <= 1; side += 2) {
		struct holding holding = a_holding(side, STRATEGY_TREND);
		assert_int_equal(fit_qty(&holding, &instrument, 120 * USDT), 100);
		assert_int_equal(fit_qty(&holding, &instrument, 120 * USDT - 1), 99);
		assert_int_equal(fit_qty(&holding, &instrument, 60 * USDT), 50);
		assert_int_equal(fit_qty(&holding, &instrument, USDT), 0); /* not even one lot */
		assert_int_equal(fit_qty(&holding, &instrument, 0), 0);
		holding.stop = side == SIDE_LONG ? 10100 : 9900; /* beyond the entry: nothing to lose */
		assert_int_equal(fit_qty(&holding, &instrument, 0), 100);
		holding.stop = 0; /* nobody knows */
		assert_int_equal(fit_qty(&holding, &instrument, 0), 100);
	}
}

static void fees_of_both_ways_belong_to_the_loss(void **state)
{
	struct instrument dear = instrument;
	struct holding holding = a_holding(SIDE_LONG, STRATEGY_TREND);

	(void)state;
	dear.taker_fee = RATIO_ONE / 1000; /* 10 and 9.88 USDT */
	money_t loss = 120 * USDT + 10 * USDT + 988 * USDT / 100;
	assert_int_equal(fit_qty(&holding, &dear, loss), 100);
	assert_int_equal(fit_qty(&holding, &dear, loss - 1), 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_position_is_held_for_a_day_at_most),
		cmocka_unit_test(ten_bars_against_it_close_a_trade_below_one_r),
		cmocka_unit_test(other_regimes_and_unknown_values_contradict_nobody),
		cmocka_unit_test(a_bar_that_agrees_or_stands_at_one_r_ends_the_run),
		cmocka_unit_test(the_excursions_are_gross_money_at_the_bars_extremes),
		cmocka_unit_test(a_bar_from_before_the_fill_changes_nothing),
		cmocka_unit_test(trailing_starts_with_a_close_at_one_r),
		cmocka_unit_test(a_short_trails_from_above),
		cmocka_unit_test(a_stop_moves_only_toward_profit_and_by_a_quarter_atr),
		cmocka_unit_test(one_r_of_a_part_is_its_share_of_the_risk),
		cmocka_unit_test(over_the_95th_percentile_the_stop_goes_to_entry_and_costs),
		cmocka_unit_test(a_stop_that_is_better_or_a_market_that_is_calm_or_unknown_leaves_it),
		cmocka_unit_test(an_average_entry_is_rounded_by_name),
		cmocka_unit_test(the_break_even_price_is_rounded_so_that_it_pays_its_costs),
		cmocka_unit_test(the_defaults_are_those_of_the_rules),
		cmocka_unit_test(gains_are_rounded_down_and_shorts_count_what_they_realised),
		cmocka_unit_test(a_price_out_of_range_is_unknown_and_moves_nothing),
		cmocka_unit_test(a_short_stop_moves_only_down_and_a_missing_one_takes_any),
		cmocka_unit_test(without_a_spread_the_stop_still_stays_off_the_mark),
		cmocka_unit_test(one_r_of_a_part_is_rounded_up),
		cmocka_unit_test(what_may_stay_loses_no_more_than_the_ceiling_at_its_stop),
		cmocka_unit_test(fees_of_both_ways_belong_to_the_loss),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
