/* SPDX-License-Identifier: MIT
 * The candle parser on sound texts: headers, line ends, units, decimals, gaps. The faults are in
 * test_candle_faults.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "candle_text.h"
#include "timeframe.h"

#define HEAD "ts_ms,open,high,low,close,volume\n"

static struct candle rows[4096];
static struct candle_table table;

static int parse(const char *text)
{
	return candle_text_parse(text, strlen(text), UNKNOWN, rows, 4096, &table);
}

static void assert_bar(size_t index, ms_t ms, price_t open, price_t high, price_t low, price_t close,
		       int64_t volume)
{
	assert_int_equal(rows[index].open_ms, ms);
	assert_int_equal(rows[index].open, open);
	assert_int_equal(rows[index].high, high);
	assert_int_equal(rows[index].low, low);
	assert_int_equal(rows[index].close, close);
	assert_int_equal(rows[index].volume, volume);
}

static void three_plain_rows_are_read_to_the_digit(void **state)
{
	(void)state;
	assert_int_equal(parse(HEAD "1746372780000,95505.4,95505.5,95502.7,95502.7,16.536\n"
				    "1746372840000,95502.7,95510,95502.6,95509.25,0\n"
				    "1746372900000,95509.2,95509.2,95500,95500,1\n"),
			 0);
	assert_int_equal(table.count, 3);
	assert_int_equal(table.price_decimals, 2);
	assert_int_equal(table.volume_decimals, 3);
	assert_int_equal(table.unit, TIME_UNIT_MILLISECONDS);
	assert_int_equal(table.timeframe_ms, MINUTE_MS);
	assert_int_equal(table.zero_volume, 1);
	assert_int_equal(table.gaps.count, 0);
	assert_bar(0, 1746372780000, 9550540, 9550550, 9550270, 9550270, 16536);
	assert_bar(1, 1746372840000, 9550270, 9551000, 9550260, 9550925, 0);
	assert_bar(2, 1746372900000, 9550920, 9550920, 9550000, 9550000, 1000);
}

static void columns_may_stand_in_any_order_with_others_between(void **state)
{
	(void)state;
	assert_int_equal(parse("close,Volume,note,LOW,high,open,Open_Time,trades\n"
			       "4,7,x y,2,5,3,1746372780000,12\n"
			       "5,8,,3,6,4,1746372840000,\n"),
			 0);
	assert_int_equal(table.count, 2);
	assert_bar(0, 1746372780000, 3, 5, 2, 4, 7);
	assert_bar(1, 1746372840000, 4, 6, 3, 5, 8);
}

static void each_accepted_name_of_the_time_column_works(void **state)
{
	static const char *const names[] = {"ts_ms", "ts", "timestamp", "time", "open_time", "TIMESTAMP"};
	char text[200];
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(text, sizeof(text), "%s,open,high,low,close,volume\n1746372780000,1,1,1,1,1\n",
			 names[i]);
		assert_int_equal(parse(text), 0);
	}
}

static void crlf_and_bom_change_nothing(void **state)
{
	(void)state;
	assert_int_equal(parse("\xEF\xBB\xBFts_ms,open,high,low,close,volume\r\n"
			       "1746372780000,1.5,2,1,1.5,3\r\n"
			       "1746372840000,1.5,2,1,1.5,3\r\n"),
			 0);
	assert_int_equal(table.count, 2);
	assert_bar(1, 1746372840000, 15, 20, 10, 15, 3);
}

static void a_complete_last_row_needs_no_line_end(void **state)
{
	(void)state;
	assert_int_equal(parse(HEAD "1746372780000,1,1,1,1,1\n1746372840000,1,1,1,1,25"), 0);
	assert_int_equal(table.count, 2);
	assert_int_equal(rows[1].volume, 25);
}

static void the_unit_is_told_by_the_magnitude(void **state)
{
	(void)state;
	assert_int_equal(parse(HEAD "1746372780,1,1,1,1,1\n1746372840,1,1,1,1,1\n"), 0);
	assert_int_equal(table.unit, TIME_UNIT_SECONDS);
	assert_int_equal(rows[1].open_ms, 1746372840000);
	assert_int_equal(parse(HEAD "1746372780000000,1,1,1,1,1\n1746372840000000,1,1,1,1,1\n"), 0);
	assert_int_equal(table.unit, TIME_UNIT_MICROSECONDS);
	assert_int_equal(rows[1].open_ms, 1746372840000);
	assert_int_equal(table.timeframe_ms, MINUTE_MS);
}

static void zeros_behind_the_digits_are_not_decimals(void **state)
{
	(void)state;
	assert_int_equal(parse(HEAD "1746372780000,1.50000000,2.00000000,1.00000000,1.50000000,3.000\n"
				    "1746372840000.0,1.5,2.10000000,1,1.5,3.25000\n"),
			 0);
	assert_int_equal(table.price_decimals, 1);
	assert_int_equal(table.volume_decimals, 2);
	assert_bar(0, 1746372780000, 15, 20, 10, 15, 300);
	assert_bar(1, 1746372840000, 15, 21, 10, 15, 325);
}

static void a_finer_price_later_rescales_what_was_read(void **state)
{
	(void)state;
	assert_int_equal(parse(HEAD "1746372780000,2,3,1,2,10\n1746372840000,2.5,3,1,2,1.5\n"
				    "1746372900000,2,2.00000000001,2,2,0.0000000001\n"),
			 0);
	assert_int_equal(table.price_decimals, 11);
	assert_int_equal(table.volume_decimals, 10);
	assert_bar(0, 1746372780000, 200000000000, 300000000000, 100000000000, 200000000000, 100000000000);
	assert_bar(1, 1746372840000, 250000000000, 300000000000, 100000000000, 200000000000, 15000000000);
	assert_bar(2, 1746372900000, 200000000000, 200000000001, 200000000000, 200000000000, 1);
}

static void gaps_are_counted_and_listed(void **state)
{
	(void)state;
	assert_int_equal(parse(HEAD "1746372780000,1,1,1,1,1\n1746372840000,1,1,1,1,1\n"
				    "1746373020000,1,1,1,1,1\n1746373080000,1,1,1,1,1\n"
				    "1746373680000,1,1,1,1,1\n"),
			 0);
	assert_int_equal(table.timeframe_ms, MINUTE_MS);
	assert_int_equal(table.gaps.count, 2);
	assert_int_equal(table.gaps.missing, 2 + 9);
	assert_int_equal(table.gaps.longest, 9);
	assert_int_equal(table.gaps.first[0].before_ms, 1746372840000);
	assert_int_equal(table.gaps.first[0].after_ms, 1746373020000);
	assert_int_equal(table.gaps.first[0].missing, 2);
	assert_int_equal(table.gaps.first[0].line, 4);
	assert_int_equal(table.gaps.first[1].missing, 9);
}

static void every_timeframe_is_recognised(void **state)
{
	char text[400];
	(void)state;
	for (int i = 0; i < TIMEFRAME_COUNT; i++) {
		ms_t step = timeframe_at(i), first = 1746403200000; /* Monday 2025-05-05, 00:00 */
		int at = snprintf(text, sizeof(text), HEAD);
		for (int k = 0; k < 3; k++)
			at += snprintf(text + at, sizeof(text) - (size_t)at, "%lld,1,1,1,1,1\n",
				       (long long)(first + k * step));
		assert_int_equal(parse(text), 0);
		assert_int_equal(table.timeframe_ms, step);
	}
}

static void one_bar_has_no_timeframe_unless_the_file_claims_one(void **state)
{
	const char *text = HEAD "1746372600000,1,1,1,1,1\n";
	(void)state;
	assert_int_equal(parse(text), 0);
	assert_int_equal(table.timeframe_ms, UNKNOWN);
	assert_int_equal(candle_text_parse(text, strlen(text), 5 * MINUTE_MS, rows, 4096, &table), 0);
	assert_int_equal(table.timeframe_ms, 5 * MINUTE_MS);
}

static void a_claimed_timeframe_makes_sparse_bars_gaps(void **state)
{
	const char *text = HEAD "1746372600000,1,1,1,1,1\n1746373200000,1,1,1,1,1\n";
	(void)state;
	assert_int_equal(candle_text_parse(text, strlen(text), 5 * MINUTE_MS, rows, 4096, &table), 0);
	assert_int_equal(table.gaps.missing, 1);
}

/* Writes a value at the table's scale the way a feed would. */
static int put_decimal(char *out, size_t size, int64_t value, int64_t decimals)
{
	if (decimals == 0)
		return snprintf(out, size, "%lld", (long long)value);
	return snprintf(out, size, "%lld.%0*lld", (long long)(value / csv_power10[decimals]), (int)decimals,
			(long long)(value % csv_power10[decimals]));
}

static void the_text_of_random_prices_comes_back_exactly(void **state)
{
	static struct candle expected[500];
	static char text[500 * 160];
	(void)state;
	srand(20251122);
	for (int64_t decimals = 0; decimals <= CANDLE_PRICE_DECIMALS_MAX; decimals++) {
		size_t used = (size_t)snprintf(text, sizeof(text), HEAD);
		int64_t price = decimals < 10 ? 100 * csv_power10[decimals] + 1 : 12345678901;
		for (size_t i = 0; i < 500; i++) {
			int64_t move = price / 50 + 2, open = price, close = price + rand() % move - move / 2;
			int64_t low = (open < close ? open : close) - rand() % move / 4,
				high = open + close - low;
			if (i == 0)
				low = (low / 10 - 1) * 10 + 1; /* so that the last decimal is in use */
			expected[i] = (struct candle){
				1746372780000 + (ms_t)i * MINUTE_MS, open, high, low, close, rand() % 1000};
			const int64_t values[4] = {open, high, low, close};
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%lld",
						 (long long)expected[i].open_ms);
			for (size_t k = 0; k < 4; k++) {
				text[used++] = ',';
				used += (size_t)put_decimal(text + used, sizeof(text) - used, values[k],
							    decimals);
			}
			used += (size_t)snprintf(text + used, sizeof(text) - used, ",%lld\n",
						 (long long)expected[i].volume);
			price = close;
		}
		assert_int_equal(parse(text), 0);
		assert_int_equal(table.price_decimals, decimals);
		assert_int_equal(table.count, 500);
		assert_memory_equal(rows, expected, sizeof(expected));
	}
}

static void the_bound_covers_the_rows_and_no_more_than_the_bytes_could_hold(void **state)
{
	static char newlines[100000];
	const char *text = HEAD "1746372780,1,1,1,1,1\n1746372840,1,1,1,1,25";
	(void)state;
	assert_int_equal(candle_text_bound(text, strlen(text)), 3);
	memset(newlines, '\n', sizeof(newlines));
	assert_true(candle_text_bound(newlines, sizeof(newlines)) <= sizeof(newlines) / 21 + 1);
	assert_int_equal(candle_text_bound("", 0), 1);
}

static void too_small_an_array_is_said(void **state)
{
	const char *text = HEAD "1746372780,1,1,1,1,1\n1746372840,1,1,1,1,25\n";
	(void)state;
	assert_int_equal(candle_text_parse(text, strlen(text), UNKNOWN, rows, 1, &table), TB_EFULL);
	assert_int_equal(candle_text_parse(text, strlen(text), UNKNOWN, rows, 2, &table), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_plain_rows_are_read_to_the_digit),
		cmocka_unit_test(columns_may_stand_in_any_order_with_others_between),
		cmocka_unit_test(each_accepted_name_of_the_time_column_works),
		cmocka_unit_test(crlf_and_bom_change_nothing),
		cmocka_unit_test(a_complete_last_row_needs_no_line_end),
		cmocka_unit_test(the_unit_is_told_by_the_magnitude),
		cmocka_unit_test(zeros_behind_the_digits_are_not_decimals),
		cmocka_unit_test(a_finer_price_later_rescales_what_was_read),
		cmocka_unit_test(gaps_are_counted_and_listed),
		cmocka_unit_test(every_timeframe_is_recognised),
		cmocka_unit_test(one_bar_has_no_timeframe_unless_the_file_claims_one),
		cmocka_unit_test(a_claimed_timeframe_makes_sparse_bars_gaps),
		cmocka_unit_test(the_text_of_random_prices_comes_back_exactly),
		cmocka_unit_test(the_bound_covers_the_rows_and_no_more_than_the_bytes_could_hold),
		cmocka_unit_test(too_small_an_array_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
