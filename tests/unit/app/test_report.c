/* SPDX-License-Identifier: MIT
 * The report over a handful of trades whose numbers fit on a napkin, and how it looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "show.h"

#define BEGIN 1700000000000LL

static void assert_near(double actual, double wanted)
{
	if (!(fabs(actual - wanted) <= 1e-9 * (1 + fabs(wanted))))
		print_message("%.12g is not %.12g\n", actual, wanted);
	assert_true(fabs(actual - wanted) <= 1e-9 * (1 + fabs(wanted)));
}

static struct universe *two_symbols(void)
{
	static struct universe universe = {.count = 2};
	snprintf(universe.at[0].name, SYMBOL_TEXT_MAX, "ETH/USDT:USDT");
	snprintf(universe.at[1].name, SYMBOL_TEXT_MAX, "BTC/USDT:USDT");
	return &universe;
}

/* net in whole USDT, r in tenths; an hour long, closing at hour. */
static struct trade a_trade(int64_t hour, int64_t net, int64_t tenths, int64_t sym, int64_t strategy)
{
	return (struct trade){.sym = sym,
			      .strategy = strategy,
			      .regime = REGIME_TRENDING,
			      .side = net % 2 ? SIDE_SHORT : SIDE_LONG,
			      .exit_reason = net > 0 ? EXIT_TARGET : EXIT_STOP,
			      .entry_ms = BEGIN + (hour - 1) * HOUR_MS,
			      .exit_ms = BEGIN + hour * HOUR_MS,
			      .net = net * MONEY_ONE,
			      .gross = (net + 2) * MONEY_ONE,
			      .fees = 2 * MONEY_ONE,
			      .r = tenths * RATIO_ONE / 10,
			      .entry_slippage = 2 * BPS,
			      .exit_slippage = UNKNOWN,
			      .entry_cost = 1000 * MONEY_ONE,
			      .naked_ms = 250};
}

static struct report_input an_input(const struct trade *trades, size_t count)
{
	return (struct report_input){.data = "a test",
				     .universe = two_symbols(),
				     .trades = trades,
				     .trade_count = count,
				     .start_balance = 1000 * MONEY_ONE,
				     .start_ms = BEGIN,
				     .end_ms = BEGIN + 40 * DAY_MS,
				     .nav_drawdown = UNKNOWN,
				     .fill_count = UNKNOWN,
				     .violations = {-1, -1, -1}};
}

static struct report report; /* large */

static void sums_streaks_and_ratios_of_five_trades(void **state)
{
	(void)state;
	const struct trade trades[] = {
		a_trade(1, 30, 15, 0, STRATEGY_TREND), a_trade(3, -20, -10, 1, STRATEGY_TREND),
		a_trade(5, -10, -5, 1, STRATEGY_BREAKOUT), a_trade(7, 0, 0, 0, STRATEGY_TREND),
		a_trade(9, 15, 8, 0, STRATEGY_BREAKOUT)};
	struct report_input input = an_input(trades, 5);
	assert_int_equal(report_compute(&input, &report), 0);
	assert_int_equal(report.all.trades, 5);
	assert_int_equal(report.all.wins, 2);
	assert_int_equal(report.all.draws, 1);
	assert_int_equal(report.all.net, 15 * MONEY_ONE);
	assert_int_equal(report.all.fees, 10 * MONEY_ONE);
	assert_int_equal(report.final_balance, 1015 * MONEY_ONE);
	assert_int_equal(report.longs, 4);
	assert_int_equal(report.shorts, 1);
	assert_near(report.profit_factor, 45.0 / 30);
	assert_near(report.expectancy, 3);
	/* payoff 22.5 / 15, win rate 0.4 */
	assert_near(report.expectancy_ratio, 2.5 * 0.4 - 1);
	assert_near(report.mean_r, 0.8 / 5);
	assert_near(report.median_r, 0);
	assert_int_equal(report.wins_in_a_row, 1);
	assert_int_equal(report.losses_in_a_row, 2);
	assert_int_equal(report.best, 30 * MONEY_ONE);
	assert_string_equal(report.best_symbol, "ETH/USDT:USDT");
	assert_int_equal(report.worst, -20 * MONEY_ONE);
	/* 1030 -> 1000 */
	assert_near(report.closed_drawdown.share, 30.0 / 1030);
	assert_int_equal(report.closed_drawdown.to_ms, BEGIN + 5 * HOUR_MS);
	assert_near(report.exposure, 5.0 / (40 * 24));
	assert_int_equal(report.naked_ms, 1250);
	assert_near(report.entry_slippage, 0.0002);
	assert_near(report.entry_slippage_cost, 5 * 0.2);
	assert_true(isnan(report.exit_slippage));
	assert_int_equal(report.r_histogram[2], 1); /* -1 belongs to -1..-0.5 */
	assert_int_equal(report.r_histogram[3], 1); /* -0.5 */
	assert_int_equal(report.r_histogram[4], 1); /* 0 */
	assert_int_equal(report.r_histogram[5], 1); /* 0.8 */
	assert_int_equal(report.r_histogram[7], 1); /* 1.5 */
	assert_true(report.few_trades);
	assert_false(report.few_days);
}

static void groups_add_up_and_symbols_are_sorted(void **state)
{
	(void)state;
	const struct trade trades[] = {a_trade(1, 30, 15, 0, STRATEGY_TREND),
				       a_trade(3, -20, -10, 1, STRATEGY_TREND),
				       a_trade(5, -10, -5, 1, STRATEGY_BREAKOUT)};
	struct report_input input = an_input(trades, 3);
	assert_int_equal(report_compute(&input, &report), 0);
	assert_int_equal(report.symbol_count, 2);
	assert_string_equal(report.by_symbol[0].name, "BTC/USDT:USDT");
	assert_int_equal(report.by_symbol[0].trades, 2);
	assert_int_equal(report.by_symbol[0].net, -30 * MONEY_ONE);
	assert_int_equal(report.by_strategy[STRATEGY_TREND].trades, 2);
	assert_near(report.by_strategy[STRATEGY_TREND].sum_r, 0.5);
	assert_int_equal(report.by_strategy[STRATEGY_BREAKOUT].wins, 0);
	assert_int_equal(report.by_exit[EXIT_TARGET].trades, 1);
	assert_int_equal(report.by_exit[EXIT_STOP].trades, 2);
	assert_int_equal(report.by_regime[REGIME_TRENDING].trades, 3);
}

static void another_book_is_not_counted(void **state)
{
	(void)state;
	struct trade trades[] = {a_trade(1, 30, 15, 0, STRATEGY_TREND),
				 a_trade(3, -20, -10, 1, STRATEGY_TREND)};
	trades[1].book = BOOK_SHADOW;
	struct report_input input = an_input(trades, 2);
	assert_int_equal(report_compute(&input, &report), 0);
	assert_int_equal(report.all.trades, 1);
	assert_true(isnan(report.profit_factor));
}

static void sharpe_comes_from_the_days_of_equity_or_of_nav(void **state)
{
	(void)state;
	const struct equity_sample samples[] = {
		{BEGIN, 1000 * MONEY_ONE, NAV_ONE, NAV_ONE},
		{BEGIN + DAY_MS, 1100 * MONEY_ONE, NAV_ONE / 100 * 102, NAV_ONE},
		{BEGIN + 2 * DAY_MS, 1045 * MONEY_ONE, NAV_ONE / 100 * 102, NAV_ONE},
		{BEGIN + 3 * DAY_MS, 1045 * MONEY_ONE, NAV_ONE / 100 * 51, NAV_ONE}};
	struct report_input input = an_input(NULL, 0);
	input.equity = samples;
	input.equity_count = 4;
	assert_int_equal(report_compute(&input, &report), 0);
	const double equity_days[] = {0.1, -0.05, 0}, nav_days[] = {0.02, 0, -0.5};
	assert_near(report.sharpe, metrics_sharpe(equity_days, 3));
	assert_near(report.equity_drawdown.share, 0.05);
	assert_near(report.max_drawdown, 0.05);
	assert_int_equal(report.final_balance, 1045 * MONEY_ONE);
	assert_int_equal(report.days_won, 1);
	assert_int_equal(report.days_lost, 1);
	input.by_nav = true;
	assert_int_equal(report_compute(&input, &report), 0);
	assert_near(report.sharpe, metrics_sharpe(nav_days, 3));
	assert_near(report.max_drawdown, 0.5);
	input.nav_drawdown = 6 * RATIO_ONE / 10;
	assert_int_equal(report_compute(&input, &report), 0);
	assert_near(report.max_drawdown, 0.6);
}

static char *text_of(void (*print)(const struct report *, FILE *))
{
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);
	print(&report, file);
	fclose(file);
	return text;
}

static void many_trades(struct trade *trades, size_t count)
{
	for (size_t i = 0; i < count; i++)
		trades[i] = a_trade((int64_t)i + 1, i % 3 ? -7 : 11, i % 3 ? -7 : 11, (int64_t)(i % 2),
				    STRATEGY_TREND);
}

static void ratios_are_suppressed_under_twenty_trades_only(void **state)
{
	(void)state;
	static struct trade trades[20];
	many_trades(trades, 20);
	struct report_input input = an_input(trades, 19);
	assert_int_equal(report_compute(&input, &report), 0);
	char *text = text_of(report_print);
	assert_non_null(strstr(text, "n/a: n < 20 trades"));
	free(text);
	input.trade_count = 20;
	assert_int_equal(report_compute(&input, &report), 0);
	text = text_of(report_print);
	assert_null(strstr(text, "n/a: n < 20"));
	free(text);
}

static void no_line_is_wider_than_110_columns(void **state)
{
	(void)state;
	static struct trade trades[500];
	static int64_t refusals[REFUSAL_COUNT], notes[NOTE_COUNT];
	many_trades(trades, 500);
	for (int i = 0; i < REFUSAL_COUNT; i++)
		refusals[i] = 123456;
	for (int i = 0; i < NOTE_COUNT; i++)
		notes[i] = 7;
	for (size_t i = 0; i < 500; i++)
		trades[i].net *= 1000;
	struct report_input input = an_input(trades, 500);
	input.refusals = refusals;
	input.no_trades = notes;
	input.violations = (struct report_violations){0, 0, 0};
	assert_int_equal(report_compute(&input, &report), 0);
	char *text = text_of(report_print);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (strlen(line) > 110)
			print_message("%s\n", line);
		assert_true(strlen(line) <= 110);
	}
	free(text);
}

static void the_json_is_json_with_exact_money(void **state)
{
	(void)state;
	static struct trade trades[20];
	static int64_t refusals[REFUSAL_COUNT];
	many_trades(trades, 20);
	trades[0].net = 1;
	refusals[REFUSAL_SPREAD] = 4;
	struct report_input input = an_input(trades, 20);
	input.refusals = refusals;
	input.violations = (struct report_violations){1, 2, 3};
	input.data = "a \"quoted\" name";
	assert_int_equal(report_compute(&input, &report), 0);
	char *text = text_of(report_json);
	cJSON *json = cJSON_Parse(text);
	assert_non_null(json);
	assert_string_equal(cJSON_GetObjectItem(json, "data")->valuestring, "a \"quoted\" name");
	assert_int_equal(cJSON_GetObjectItem(json, "trades")->valueint, 20);
	assert_near(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "refusals"), "spread")->valuedouble, 4);
	assert_int_equal(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "violations"), "books")->valueint, 3);
	cJSON *trend = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "by_strategy"), "trend");
	assert_int_equal(cJSON_GetObjectItem(trend, "trades")->valueint, 20);
	assert_int_equal(cJSON_GetObjectItem(trend, "wins")->valueint, 7);
	assert_non_null(cJSON_GetObjectItem(trend, "avg_r"));
	/* 6 x 11 - 13 x 7 USDT and one hundred-millionth */
	assert_non_null(strstr(text, "\"net_pnl\": -24.99999999,"));
	cJSON_Delete(json);
	free(text);
}

static void a_run_without_trades_has_a_report(void **state)
{
	(void)state;
	struct report_input input = an_input(NULL, 0);
	assert_int_equal(report_compute(&input, &report), 0);
	char *text = text_of(report_print), *json = text_of(report_json);
	cJSON *parsed = cJSON_Parse(json);
	assert_non_null(parsed);
	assert_true(cJSON_IsNull(cJSON_GetObjectItem(parsed, "sharpe")));
	cJSON_Delete(parsed);
	free(text);
	free(json);
}

static void values_show_exactly(void **state)
{
	(void)state;
	char out[SHOW_MAX];
	const struct instrument instrument = {
		.tick = {5, 1}, .lot = {1, 3}, .contract = {1, 0}, .value_num = 50000, .value_den = 1};
	show_money(-1234567890, 2, out);
	assert_string_equal(out, "-12.35");
	show_money(-400000, 2, out);
	assert_string_equal(out, "0.00");
	show_money(UNKNOWN, 2, out);
	assert_string_equal(out, "-");
	show_percent(15 * RATIO_ONE / 1000, 2, out);
	assert_string_equal(out, "1.50 %");
	show_price(3, &instrument, out);
	assert_string_equal(out, "1.5");
	/* 2 lots of 0.001 for 120.001 USDT: 60000.5 each */
	show_average(12000100000, 2, &instrument, out);
	assert_string_equal(out, "60000.50");
	show_time_iso(1700000000123, out);
	assert_string_equal(out, "2023-11-14T22:13:20.123Z");
	show_length(3 * DAY_MS + 5 * HOUR_MS, out);
	assert_string_equal(out, "3 d 05:00");
	show_value(FIELD_MS, 30000, NULL, out);
	assert_string_equal(out, "30 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_streaks_and_ratios_of_five_trades),
		cmocka_unit_test(groups_add_up_and_symbols_are_sorted),
		cmocka_unit_test(another_book_is_not_counted),
		cmocka_unit_test(sharpe_comes_from_the_days_of_equity_or_of_nav),
		cmocka_unit_test(ratios_are_suppressed_under_twenty_trades_only),
		cmocka_unit_test(no_line_is_wider_than_110_columns),
		cmocka_unit_test(the_json_is_json_with_exact_money),
		cmocka_unit_test(a_run_without_trades_has_a_report),
		cmocka_unit_test(values_show_exactly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
