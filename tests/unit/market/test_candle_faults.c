/* SPDX-License-Identifier: MIT
 * Every fault of a candle file: refused with its line and its reason, one fault for one mistake. Each case is
 * a sound file of twelve 1m bars with one line changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "candle_text.h"

#define HEAD    "ts_ms,open,high,low,close,volume\n"
#define BARS    12
#define FIRST   1746372780000LL
#define AT_LINE 6 /* the line that is changed: bar 4, 1746373020000 */

static struct candle rows[256];
static struct candle_table table;
static char text[8192];

/* A sound file whose line AT_LINE is replaced by these bytes (line end included). */
static size_t sound_file_with(const char *line, size_t length)
{
	size_t used = (size_t)snprintf(text, sizeof(text), HEAD);
	for (int i = 0; i < BARS; i++) {
		if (i + 2 == AT_LINE) {
			memcpy(text + used, line, length);
			used += length;
			continue;
		}
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%lld,100.5,101,100,100.75,2.5\n",
					 FIRST + i * MINUTE_MS);
	}
	return used;
}

static void assert_fault(size_t index, size_t line, enum csv_fault_code code)
{
	if (table.faults.count <= index || table.faults.at[index].code != code ||
	    table.faults.at[index].line != line)
		for (size_t i = 0; i < table.faults.count && i < CSV_FAULTS_KEPT; i++)
			print_message("line %zu: %s\n", table.faults.at[i].line, table.faults.at[i].text);
	assert_true(table.faults.count > index);
	assert_int_equal(table.faults.at[index].code, code);
	assert_int_equal(table.faults.at[index].line, line);
}

/* The changed line is the only fault, of that kind; its text tells some words. */
static void assert_line_refused(const char *line, enum csv_fault_code code, const char *words)
{
	size_t length = sound_file_with(line, strlen(line));
	assert_int_equal(candle_text_parse(text, length, UNKNOWN, rows, 256, &table), TB_EINVAL);
	assert_fault(0, AT_LINE, code);
	assert_int_equal(table.faults.count, 1);
	assert_non_null(strstr(table.faults.at[0].text, words));
}

static void the_unchanged_file_is_sound(void **state)
{
	const char *line = "1746373020000,100.5,101,100,100.75,2.5\n";
	(void)state;
	size_t length = sound_file_with(line, strlen(line));
	assert_int_equal(candle_text_parse(text, length, UNKNOWN, rows, 256, &table), 0);
	assert_int_equal(table.count, BARS);
}

static void a_wrong_number_of_fields_is_refused(void **state)
{
	(void)state;
	assert_line_refused("1746373020000,100.5,101,100,100.75\n", CSV_FIELD_COUNT,
			    "5 fields, the header has 6");
	assert_line_refused("1746373020000,100.5,101,100,100.75,2.5,9\n", CSV_FIELD_COUNT, "7 fields");
	assert_line_refused("\n", CSV_FIELD_COUNT, "empty");
}

static void an_empty_field_is_refused(void **state)
{
	(void)state;
	assert_line_refused("1746373020000,100.5,101,100,100.75,\n", CSV_EMPTY_FIELD, "volume");
	assert_line_refused(",100.5,101,100,100.75,2.5\n", CSV_EMPTY_FIELD, "time stamp");
}

static void what_is_not_a_number_is_refused(void **state)
{
	(void)state;
	assert_line_refused("1746373020000,100.5,101,100,abc,2.5\n", CSV_NOT_A_NUMBER, "close is \"abc\"");
	assert_line_refused("1746373020000,100.5,101 ,100,100.75,2.5\n", CSV_NOT_A_NUMBER,
			    "high is \"101 \"");
	assert_line_refused("1746373020000,100.,101,100,100.75,2.5\n", CSV_NOT_A_NUMBER, "open");
	assert_line_refused("1746373020000,.5,101,100,100.75,2.5\n", CSV_NOT_A_NUMBER, "open");
	assert_line_refused("1746373020000,1.0.0,101,100,100.75,2.5\n", CSV_NOT_A_NUMBER, "open");
	assert_line_refused("1746373020000,0x64,101,100,100.75,2.5\n", CSV_NOT_A_NUMBER, "open");
	assert_line_refused("2025-05-04,100.5,101,100,100.75,2.5\n", CSV_NOT_A_NUMBER, "time stamp");
	assert_line_refused("1746373020000,\"100.5\",101,100,100.75,2.5\n", CSV_NOT_A_NUMBER, "open");
}

static void nan_and_infinity_are_refused(void **state)
{
	(void)state;
	assert_line_refused("1746373020000,NaN,101,100,100.75,2.5\n", CSV_NOT_FINITE, "open");
	assert_line_refused("1746373020000,100.5,inf,100,100.75,2.5\n", CSV_NOT_FINITE, "high");
	assert_line_refused("1746373020000,100.5,101,-Infinity,100.75,2.5\n", CSV_NOT_FINITE, "low");
	assert_line_refused("1746373020000,100.5,101,100,100.75,null\n", CSV_NOT_FINITE, "volume");
}

static void exponents_and_signs_are_refused(void **state)
{
	(void)state;
	assert_line_refused("1746373020000,1.005e2,101,100,100.75,2.5\n", CSV_EXPONENT, "open");
	assert_line_refused("1746373020000,100.5,101,100,100.75,25E-1\n", CSV_EXPONENT, "volume");
	assert_line_refused("1746373020000,+100.5,101,100,100.75,2.5\n", CSV_SIGN, "open");
	assert_line_refused("1746373020000,100.5,101,100,100.75,-2.5\n", CSV_SIGN, "volume");
}

static void a_price_that_is_not_positive_is_refused(void **state)
{
	(void)state;
	assert_line_refused("1746373020000,100.5,101,0,100.75,2.5\n", CSV_NOT_POSITIVE, "low");
	assert_line_refused("1746373020000,100.5,101,0.000,100.75,2.5\n", CSV_NOT_POSITIVE, "low");
	assert_line_refused("1746373020000,100.5,101,100,-100.75,2.5\n", CSV_NOT_POSITIVE, "close");
}

static void more_digits_than_fit_are_refused(void **state)
{
	(void)state;
	assert_line_refused("1746373020000,100.5,101,100,100.123456789012,2.5\n", CSV_TOO_MANY_DIGITS,
			    "close");
	assert_line_refused("1746373020000,100.5,101,100,100.75,2.12345678901\n", CSV_TOO_MANY_DIGITS,
			    "volume");
	assert_line_refused("1746373020000,100.5,101,100,100.75,1234567890123456789\n", CSV_TOO_MANY_DIGITS,
			    "volume");
	assert_line_refused("1746373020000,100.5,101,100,100.75,100000000000000000\n", CSV_TOO_MANY_DIGITS,
			    "volume");
}

static void a_finer_price_that_would_burst_earlier_rows_is_refused(void **state)
{
	const char *all = HEAD "1746372780000,9000000,9000000,9000000,9000000,1\n"
			       "1746372840000,9000000,9000000,8999999.00000000001,9000000,1\n";
	(void)state;
	assert_int_equal(candle_text_parse(all, strlen(all), UNKNOWN, rows, 256, &table), TB_EINVAL);
	assert_fault(0, 3, CSV_TOO_MANY_DIGITS);
	assert_int_equal(table.faults.count, 1);
}

static void high_below_low_is_refused(void **state)
{
	(void)state;
	assert_line_refused("1746373020000,100.5,100,101,100.75,2.5\n", CSV_HIGH_BELOW_LOW, "high below low");
}

static void open_or_close_outside_the_range_is_refused(void **state)
{
	(void)state;
	assert_line_refused("1746373020000,101.5,101,100,100.75,2.5\n", CSV_OUTSIDE_RANGE, "outside");
	assert_line_refused("1746373020000,99.5,101,100,100.75,2.5\n", CSV_OUTSIDE_RANGE, "outside");
	assert_line_refused("1746373020000,100.5,101,100,102,2.5\n", CSV_OUTSIDE_RANGE, "outside");
}

static void a_nul_byte_is_refused(void **state)
{
	static const char line[] = "1746373020000,100.5,101,1\0000,100.75,2.5\n";
	(void)state;
	size_t length = sound_file_with(line, sizeof(line) - 1);
	assert_int_equal(candle_text_parse(text, length, UNKNOWN, rows, 256, &table), TB_EINVAL);
	assert_fault(0, AT_LINE, CSV_NUL_BYTE);
	assert_int_equal(table.faults.count, 1);
}

static void an_over_long_line_is_refused(void **state)
{
	char line[1200];
	(void)state;
	/* A number may have zeros without end; the line may not. */
	int used = snprintf(line, sizeof(line), "1746373020000,100.5,101,100,100.75,2.");
	memset(line + used, '0', 1024);
	memcpy(line + used + 1024, "\n", 2);
	assert_line_refused(line, CSV_LONG_LINE, "bytes, at most 1024");
}

static void a_truncated_last_line_is_refused(void **state)
{
	static const char *const stumps[] = {"1746373", "1746373500000,100.5,101,100",
					     "1746373500000,100.5,101,100,100.75,",
					     "1746373500000,100.5,101,100,100.75,2."};
	const char *line = "1746373020000,100.5,101,100,100.75,2.5\n";
	(void)state;
	for (size_t i = 0; i < sizeof(stumps) / sizeof(stumps[0]); i++) {
		size_t length = sound_file_with(line, strlen(line));
		memcpy(text + length, stumps[i], strlen(stumps[i]));
		assert_int_equal(
			candle_text_parse(text, length + strlen(stumps[i]), UNKNOWN, rows, 256, &table),
			TB_EINVAL);
		assert_fault(0, BARS + 2, CSV_TRUNCATED);
		assert_int_equal(table.faults.count, 1);
	}
}

/* The changed line is no fault but a repetition, dropped and counted. */
static void assert_line_dropped(const char *line)
{
	size_t length = sound_file_with(line, strlen(line));
	assert_int_equal(candle_text_parse(text, length, UNKNOWN, rows, 256, &table), 0);
	assert_int_equal(table.count, BARS - 1);
	assert_int_equal(table.duplicates, 1);
	assert_int_equal(table.duplicate_line, AT_LINE);
	assert_int_equal(table.gaps.missing, 1); /* the bar that stood on that line */
	assert_int_equal(table.repairs.count, 0);
}

static void a_bar_that_is_said_again_is_dropped_and_counted(void **state)
{
	(void)state;
	/* bar 3 (line 5) once more in the place of bar 4: as written, and in other words */
	assert_line_dropped("1746372960000,100.5,101,100,100.75,2.5\n");
	assert_line_dropped("1746372960000,100.50,101.0,100,100.750,2.5000\n");
	/* and one that was said long before */
	assert_line_dropped("1746372780000,100.5,101,100,100.75,2.5\n");
}

static void the_first_bar_said_again_at_once_is_dropped_too(void **state)
{
	const char *all = HEAD "1746372780000,1,1,1,1,1\n1746372780000,1,1,1,1,1\n1746372780000,1,1,1,1,1\n"
			       "1746372840000,1,1,1,1,1\n";
	(void)state;
	assert_int_equal(candle_text_parse(all, strlen(all), UNKNOWN, rows, 256, &table), 0);
	assert_int_equal(table.count, 2);
	assert_int_equal(table.duplicates, 2);
	assert_int_equal(table.duplicate_line, 3);
}

static void pages_that_overlap_are_one_file(void **state)
{
	size_t used = (size_t)snprintf(text, sizeof(text), HEAD);
	(void)state;
	for (int page = 0; page < 3; page++)
		for (int i = page * 10; i < page * 10 + 15; i++)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%lld,%d,%d,%d,%d,1\n",
						 FIRST + i * MINUTE_MS, 100 + i, 100 + i, 100 + i, 100 + i);
	assert_int_equal(candle_text_parse(text, used, UNKNOWN, rows, 256, &table), 0);
	assert_int_equal(table.count, 35);
	assert_int_equal(table.duplicates, 10);
	assert_int_equal(table.duplicate_line, 17);
	assert_int_equal(table.gaps.count, 0);
	for (int i = 0; i < 35; i++)
		assert_int_equal(table.rows[i].close, 100 + i);
}

static void a_bar_that_is_said_again_in_other_numbers_is_refused(void **state)
{
	(void)state;
	assert_line_refused("1746372960000,100.5,101,100,100.76,2.5\n", CSV_DUPLICATE_CONFLICT,
			    "conflicting");
	assert_line_refused("1746372960000,100.5,101,100,100.75,2.501\n", CSV_DUPLICATE_CONFLICT,
			    "also on line 5");
	assert_line_refused("1746372780000,100.5,101,100,100.75,2.501\n", CSV_DUPLICATE_CONFLICT,
			    "also on line 2");
}

/* Only where the lines before have one and the same number of decimals can the loss be seen. */
static void a_last_line_that_lost_digits_is_refused(void **state)
{
	(void)state;
	size_t length = sound_file_with("1746373020000,100.5,101,100,100.75,2.5\n", 39);
	for (size_t cut = 2; cut <= 3; cut++) { /* "2." and "2" */
		assert_int_equal(candle_text_parse(text, length - cut, UNKNOWN, rows, 256, &table),
				 TB_EINVAL);
		assert_fault(0, BARS + 1, CSV_TRUNCATED);
	}
	assert_int_equal(candle_text_parse(text, length - 1, UNKNOWN, rows, 256, &table), 0);
	length = sound_file_with("1746373020000,100.5,101,100,100.75,3\n", 37);
	assert_int_equal(candle_text_parse(text, length - 3, UNKNOWN, rows, 256, &table),
			 0); /* who can tell? */
}

static void time_order_and_years_are_held(void **state)
{
	(void)state;
	assert_line_refused("1746372720000,100.5,101,100,100.75,2.5\n", CSV_OUT_OF_ORDER, "comes after");
	assert_line_refused("1199145600000,100.5,101,100,100.75,2.5\n", CSV_TOO_EARLY, "time stamp");
	assert_line_refused("0,100.5,101,100,100.75,2.5\n", CSV_TOO_EARLY, "time stamp");
	assert_line_refused("4102444800000,100.5,101,100,100.75,2.5\n", CSV_FAR_FUTURE, "time stamp");
	assert_line_refused("17463730200000,100.5,101,100,100.75,2.5\n", CSV_FAR_FUTURE, "time stamp");
	assert_line_refused("1746373020000.5,100.5,101,100,100.75,2.5\n", CSV_TIME_UNIT, "time stamp");
	assert_line_refused("174637302000000000,100.5,101,100,100.75,2.5\n", CSV_TIME_UNIT, "time stamp");
}

static void mixed_units_are_refused(void **state)
{
	(void)state;
	assert_line_refused("1746373020,100.5,101,100,100.75,2.5\n", CSV_MIXED_UNITS, "time stamp");
	assert_line_refused("1746373020000000,100.5,101,100,100.75,2.5\n", CSV_MIXED_UNITS, "time stamp");
}

static void a_misaligned_bar_is_refused(void **state)
{
	(void)state;
	assert_line_refused("1746373020001,100.5,101,100,100.75,2.5\n", CSV_MISALIGNED, "not the opening");
	assert_line_refused("1746373050000,100.5,101,100,100.75,2.5\n", CSV_MISALIGNED, "of 1m");
}

static void a_file_that_is_off_the_grid_as_a_whole_is_refused(void **state)
{
	const char *all = HEAD "1746372781000,1,1,1,1,1\n1746372841000,1,1,1,1,1\n1746372901000,1,1,1,1,1\n";
	(void)state;
	assert_int_equal(candle_text_parse(all, strlen(all), UNKNOWN, rows, 256, &table), TB_EINVAL);
	assert_int_equal(table.faults.count, 3);
	assert_fault(2, 4, CSV_MISALIGNED);
}

static void microseconds_within_a_millisecond_are_misaligned(void **state)
{
	const char *all = HEAD "1746372780000000,1,1,1,1,1\n1746372840000001,1,1,1,1,1\n";
	(void)state;
	assert_int_equal(candle_text_parse(all, strlen(all), UNKNOWN, rows, 256, &table), TB_EINVAL);
	assert_fault(0, 3, CSV_MISALIGNED);
}

static void a_stretch_of_another_timeframe_is_refused_once(void **state)
{
	(void)state;
	/* 1m bars, then 5m bars */
	size_t used = (size_t)snprintf(text, sizeof(text), HEAD);
	ms_t ms = 1746372600000;
	for (int i = 0; i < 20; i++, ms += i < 12 ? MINUTE_MS : 5 * MINUTE_MS)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%lld,1,1,1,1,1\n", (long long)ms);
	assert_int_equal(candle_text_parse(text, used, UNKNOWN, rows, 256, &table), TB_EINVAL);
	assert_fault(0, 14, CSV_MIXED_TIMEFRAME);
	assert_int_equal(table.faults.count, 1);
	assert_non_null(strstr(table.faults.at[0].text, "8 bars are 5m apart, the file is 1m"));
	/* 5m bars, then 1m bars */
	used = (size_t)snprintf(text, sizeof(text), HEAD);
	ms = 1746372600000;
	for (int i = 0; i < 20; i++, ms += i < 12 ? 5 * MINUTE_MS : MINUTE_MS)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%lld,1,1,1,1,1\n", (long long)ms);
	assert_int_equal(candle_text_parse(text, used, UNKNOWN, rows, 256, &table), TB_EINVAL);
	assert_fault(0, 14, CSV_MIXED_TIMEFRAME);
	assert_int_equal(table.faults.count, 1);
}

static void bars_of_another_timeframe_than_the_file_claims_are_refused(void **state)
{
	const char *line = "1746373020000,100.5,101,100,100.75,2.5\n";
	(void)state;
	size_t length = sound_file_with(line, strlen(line));
	assert_int_equal(candle_text_parse(text, length, HOUR_MS, rows, 256, &table), TB_EINVAL);
	assert_true(table.faults.count > 0);
	assert_non_null(strstr(table.faults.at[table.faults.count - 1].text, "the file is 1h"));
}

static void a_step_that_is_no_timeframe_is_refused(void **state)
{
	const char *all = HEAD "1746372780000,1,1,1,1,1\n1746372870000,1,1,1,1,1\n1746372960000,1,1,1,1,1\n";
	(void)state;
	assert_int_equal(candle_text_parse(all, strlen(all), UNKNOWN, rows, 256, &table), TB_EINVAL);
	assert_fault(0, 3, CSV_NO_TIMEFRAME);
	assert_non_null(strstr(table.faults.at[0].text, "90 s apart"));
}

static void a_tenfold_price_is_one_fault(void **state)
{
	(void)state;
	assert_line_refused("1746373020000,1005,1010,1000,1007.5,2.5\n", CSV_SPIKE, "close");
	assert_line_refused("1746373020000,10.05,10.1,10,10.05,2.5\n", CSV_SPIKE, "close");
	assert_line_refused("1746373020000,100.5,1010,100,100.75,2.5\n", CSV_SPIKE, "high or low");
	assert_line_refused("1746373020000,100.5,101,10,100.75,2.5\n", CSV_SPIKE, "high or low");
}

static void exactly_ten_times_is_a_spike_and_a_hair_less_is_not(void **state)
{
	const char *less = "1746373020000,100.5,1007.49,100,1007.49,2.5\n";
	(void)state;
	/* the wick over the body must stay under tenfold too: it opens high */
	assert_line_refused("1746373020000,1007.5,1007.5,1007.5,1007.5,2.5\n", CSV_SPIKE, "close");
	size_t length = sound_file_with(less, strlen(less));
	assert_int_equal(candle_text_parse(text, length, UNKNOWN, rows, 256, &table), 0);
}

static void a_price_that_stays_at_its_new_level_is_one_fault(void **state)
{
	size_t used = (size_t)snprintf(text, sizeof(text), HEAD);
	(void)state;
	for (int i = 0; i < 10; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%lld,%d,%d,%d,%d,1\n",
					 FIRST + i * MINUTE_MS, i < 5 ? 7 : 70, i < 5 ? 7 : 70,
					 i < 5 ? 7 : 70, i < 5 ? 7 : 70);
	assert_int_equal(candle_text_parse(text, used, UNKNOWN, rows, 256, &table), TB_EINVAL);
	assert_fault(0, 7, CSV_SPIKE);
	assert_int_equal(table.faults.count, 1);
}

static void an_unusable_header_is_refused(void **state)
{
	static const struct {
		const char *text;
		enum csv_fault_code code;
		const char *words;
	} cases[] = {
		{"", CSV_HEADER, "empty"},
		{"\xEF\xBB\xBF", CSV_HEADER, "empty"},
		{"\n1746372780000,1,1,1,1,1\n", CSV_HEADER, "name the columns"},
		{"1746372780000,1,1,1,1,1\n", CSV_HEADER, "name the columns"},
		{"ts_ms,open,high,low,volume\n1746372780000,1,1,1,1\n", CSV_MISSING_COLUMN, ": close"},
		{"open,high\n1,1\n", CSV_MISSING_COLUMN, "time stamp low close volume"},
		{"ts_ms,open,high,low,close,volume,close\n1746372780000,1,1,1,1,1,1\n", CSV_DOUBLED_COLUMN,
		 ": close"},
		{"ts_ms,time,open,high,low,close,volume\n1,1,1,1,1,1,1\n", CSV_DOUBLED_COLUMN,
		 ": time stamp"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			candle_text_parse(cases[i].text, strlen(cases[i].text), UNKNOWN, rows, 256, &table),
			TB_EINVAL);
		assert_fault(0, 1, cases[i].code);
		assert_non_null(strstr(table.faults.at[0].text, cases[i].words));
	}
	assert_int_equal(candle_text_parse(HEAD, strlen(HEAD), UNKNOWN, rows, 256, &table), TB_EINVAL);
	assert_fault(0, 2, CSV_NO_ROWS);
}

static void many_faults_are_all_counted_and_the_first_are_kept(void **state)
{
	size_t used = (size_t)snprintf(text, sizeof(text), HEAD);
	(void)state;
	for (int i = 0; i < 200; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%lld,%s,2,1,2,3\n",
					 FIRST + i * MINUTE_MS, i % 2 ? "x" : "2");
	assert_int_equal(candle_text_parse(text, used, UNKNOWN, rows, 256, &table), TB_EINVAL);
	assert_int_equal(table.faults.count, 100);
	for (size_t i = 0; i < CSV_FAULTS_KEPT; i++)
		assert_int_equal(table.faults.at[i].line, 3 + 2 * i);
	assert_int_equal(table.count, 100); /* the readable ones, for the report */
}

static void foreign_bytes_never_reach_the_report_unmasked(void **state)
{
	(void)state;
	assert_line_refused("1746373020000,\033[31m,101,100,100.75,2.5\n", CSV_NOT_A_NUMBER,
			    "open is \"?[31m\"");
	assert_line_refused("1746373020000,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,101,100,100.75,2.5\n",
			    CSV_NOT_A_NUMBER, "\"aaaaaaaaaaaaaaaaaaaaaaaa...\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_unchanged_file_is_sound),
		cmocka_unit_test(a_wrong_number_of_fields_is_refused),
		cmocka_unit_test(an_empty_field_is_refused),
		cmocka_unit_test(what_is_not_a_number_is_refused),
		cmocka_unit_test(nan_and_infinity_are_refused),
		cmocka_unit_test(exponents_and_signs_are_refused),
		cmocka_unit_test(a_price_that_is_not_positive_is_refused),
		cmocka_unit_test(more_digits_than_fit_are_refused),
		cmocka_unit_test(a_finer_price_that_would_burst_earlier_rows_is_refused),
		cmocka_unit_test(high_below_low_is_refused),
		cmocka_unit_test(open_or_close_outside_the_range_is_refused),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(an_over_long_line_is_refused),
		cmocka_unit_test(a_truncated_last_line_is_refused),
		cmocka_unit_test(a_bar_that_is_said_again_is_dropped_and_counted),
		cmocka_unit_test(the_first_bar_said_again_at_once_is_dropped_too),
		cmocka_unit_test(pages_that_overlap_are_one_file),
		cmocka_unit_test(a_bar_that_is_said_again_in_other_numbers_is_refused),
		cmocka_unit_test(a_last_line_that_lost_digits_is_refused),
		cmocka_unit_test(time_order_and_years_are_held),
		cmocka_unit_test(mixed_units_are_refused),
		cmocka_unit_test(a_misaligned_bar_is_refused),
		cmocka_unit_test(a_file_that_is_off_the_grid_as_a_whole_is_refused),
		cmocka_unit_test(microseconds_within_a_millisecond_are_misaligned),
		cmocka_unit_test(a_stretch_of_another_timeframe_is_refused_once),
		cmocka_unit_test(bars_of_another_timeframe_than_the_file_claims_are_refused),
		cmocka_unit_test(a_step_that_is_no_timeframe_is_refused),
		cmocka_unit_test(a_tenfold_price_is_one_fault),
		cmocka_unit_test(exactly_ten_times_is_a_spike_and_a_hair_less_is_not),
		cmocka_unit_test(a_price_that_stays_at_its_new_level_is_one_fault),
		cmocka_unit_test(an_unusable_header_is_refused),
		cmocka_unit_test(many_faults_are_all_counted_and_the_first_are_kept),
		cmocka_unit_test(foreign_bytes_never_reach_the_report_unmasked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
