/* SPDX-License-Identifier: MIT
 * The funding parser: signed rates to 1e-9, and as strict as its neighbour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "funding_text.h"

static struct funding_point rows[64];
static struct funding_table table;

static int parse(const char *text)
{
	return funding_text_parse(text, strlen(text), rows, 64, &table);
}

static void assert_refused(const char *text, size_t line, enum csv_fault_code code)
{
	assert_int_equal(parse(text), TB_EINVAL);
	assert_int_equal(table.faults.count, 1);
	assert_int_equal(table.faults.at[0].line, line);
	assert_int_equal(table.faults.at[0].code, code);
}

static void rates_are_read_exactly_with_their_sign(void **state)
{
	(void)state;
	assert_int_equal(
		parse("ts_ms,rate\n1741276800000,0\n1741305600017,-0.00003599\n1741334400000,0.0001\r\n"), 0);
	assert_int_equal(table.count, 3);
	assert_int_equal(table.unit, TIME_UNIT_MILLISECONDS);
	assert_int_equal(rows[0].rate, 0);
	assert_int_equal(rows[1].ms, 1741305600017);
	assert_int_equal(rows[1].rate, -35990);
	assert_int_equal(rows[2].rate, 100000);
	assert_int_equal(table.rounded, 0);
}

static void other_column_names_and_seconds_work(void **state)
{
	(void)state;
	assert_int_equal(
		parse("symbol,fundingRate,timestamp\nBTCUSDT,-1,1741276800\nBTCUSDT,1.000,1741305600\n"), 0);
	assert_int_equal(rows[0].rate, -RATIO_ONE);
	assert_int_equal(rows[1].rate, RATIO_ONE);
	assert_int_equal(rows[1].ms, 1741305600000);
}

static void ten_to_twelve_decimals_are_rounded_half_away_and_counted(void **state)
{
	(void)state;
	assert_int_equal(parse("ts_ms,rate\n1741276800000,0.0000000005\n1741276800001,-0.0000000005\n"
			       "1741276800002,0.000000000499\n1741276800003,0.123456789\n"),
			 0);
	assert_int_equal(rows[0].rate, 1);
	assert_int_equal(rows[1].rate, -1);
	assert_int_equal(rows[2].rate, 0);
	assert_int_equal(rows[3].rate, 123456789);
	assert_int_equal(table.rounded, 3);
}

static void each_fault_names_its_line(void **state)
{
	(void)state;
	assert_refused("ts_ms,rate\n1741276800000,0.0001\n1741305600000,0.0000000000001\n", 3,
		       CSV_TOO_MANY_DIGITS);
	assert_refused("ts_ms,rate\n1741276800000,1e-05\n", 2, CSV_EXPONENT);
	assert_refused("ts_ms,rate\n1741276800000,+0.1\n", 2, CSV_SIGN);
	assert_refused("ts_ms,rate\n1741276800000,nan\n", 2, CSV_NOT_FINITE);
	assert_refused("ts_ms,rate\n1741276800000,x\n", 2, CSV_NOT_A_NUMBER);
	assert_refused("ts_ms,rate\n1741276800000,1.000001\n", 2, CSV_RATE_RANGE);
	assert_refused("ts_ms,rate\n1741276800000,-2\n", 2, CSV_RATE_RANGE);
	assert_refused("ts_ms,rate\n1741276800000,\n", 2, CSV_EMPTY_FIELD);
	assert_refused("ts_ms,rate\n1741276800000,", 2, CSV_TRUNCATED);
	assert_refused("ts_ms,rate\n1741276800000,-", 2, CSV_TRUNCATED);
	assert_refused("ts_ms,rate\n1741276800000,0.1\n17413", 3, CSV_TRUNCATED);
	assert_refused("ts_ms,rate\n1741276800000\n", 2, CSV_FIELD_COUNT);
	assert_refused("ts_ms,rate\n1741276800000,0.1\n1741276800000,0.2\n", 3, CSV_DUPLICATE_CONFLICT);
	assert_refused("ts_ms,rate\n1741276800000,0.1\n1741276700000,0.2\n", 3, CSV_OUT_OF_ORDER);
	assert_refused("ts_ms,rate\n1741276800000,0.1\n1741305600,0.2\n", 3, CSV_MIXED_UNITS);
	assert_refused("ts_ms\n1741276800000\n", 1, CSV_MISSING_COLUMN);
	assert_refused("ts_ms,rate,funding_rate\n1741276800000,0,0\n", 1, CSV_DOUBLED_COLUMN);
	assert_refused("ts_ms,rate\n", 2, CSV_NO_ROWS);
	assert_refused("", 1, CSV_HEADER);
}

static void a_settlement_that_is_said_again_is_dropped_and_counted(void **state)
{
	const char *text = "ts_ms,rate\n1741276800000,0.1\n1741276800000,0.10\n1741305600000,0.2\n";
	(void)state;
	assert_int_equal(funding_text_parse(text, strlen(text), rows, sizeof(rows) / sizeof(rows[0]), &table),
			 0);
	assert_int_equal(table.count, 2);
	assert_int_equal(table.duplicates, 1);
	assert_int_equal(table.duplicate_line, 3);
}

static void the_array_is_never_overrun(void **state)
{
	const char *text = "ts_ms,rate\n1741276800000,0.1\n1741276800001,0.1\n";
	(void)state;
	assert_int_equal(funding_text_parse(text, strlen(text), rows, 1, &table), TB_EFULL);
	assert_int_equal(funding_text_bound(text, strlen(text)), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_read_exactly_with_their_sign),
		cmocka_unit_test(other_column_names_and_seconds_work),
		cmocka_unit_test(ten_to_twelve_decimals_are_rounded_half_away_and_counted),
		cmocka_unit_test(each_fault_names_its_line),
		cmocka_unit_test(a_settlement_that_is_said_again_is_dropped_and_counted),
		cmocka_unit_test(the_array_is_never_overrun),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
