/* SPDX-License-Identifier: MIT
 * Timeframes and the calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "timeframe.h"

static void every_name_gives_its_length_and_back(void **state)
{
	(void)state;
	assert_int_equal(timeframe_from_text("1m"), 60000);
	assert_int_equal(timeframe_from_text("1w"), 604800000);
	for (int i = 0; i < TIMEFRAME_COUNT; i++) {
		assert_int_equal(timeframe_index(timeframe_at(i)), i);
		assert_int_equal(timeframe_from_text(timeframe_text(timeframe_at(i))), timeframe_at(i));
		assert_true(i == 0 || timeframe_at(i) > timeframe_at(i - 1));
	}
}

static void a_foreign_name_or_length_is_no_timeframe(void **state)
{
	(void)state;
	assert_int_equal(timeframe_from_text("2m"), UNKNOWN);
	assert_int_equal(timeframe_from_text(""), UNKNOWN);
	assert_int_equal(timeframe_from_text("1M"), UNKNOWN);
	assert_int_equal(timeframe_index(90000), -1);
	assert_string_equal(timeframe_text(90000), "?");
}

static void bars_open_on_the_grid_and_weeks_on_mondays(void **state)
{
	ms_t monday;
	(void)state;
	assert_true(timeframe_aligned(1746372780000, MINUTE_MS));
	assert_false(timeframe_aligned(1746372780001, MINUTE_MS));
	assert_false(timeframe_aligned(1746372780000, HOUR_MS));
	assert_int_equal(utc_from_date(2025, 3, 3, &monday), 0);
	assert_true(timeframe_aligned(monday, 7 * DAY_MS));
	assert_false(timeframe_aligned(monday + DAY_MS, 7 * DAY_MS));
}

static void missing_bars_are_counted_between_two_openings(void **state)
{
	(void)state;
	assert_int_equal(timeframe_missing(0, MINUTE_MS, MINUTE_MS), 0);
	assert_int_equal(timeframe_missing(60000, 600000, MINUTE_MS), 8);
	assert_int_equal(timeframe_missing(0, 90000, MINUTE_MS), -1);
	assert_int_equal(timeframe_missing(60000, 60000, MINUTE_MS), -1);
	assert_int_equal(timeframe_missing(120000, 60000, MINUTE_MS), -1);
	assert_int_equal(timeframe_missing(0, 60000, 0), -1);
}

static void the_calendar_agrees_with_the_c_library_on_every_day_for_200_years(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 73050; day++) {
		time_t seconds = (time_t)(day * 86400 + day % 86400);
		struct tm tm;
		char expected[UTC_TEXT_MAX], text[UTC_TEXT_MAX];
		ms_t back;
		gmtime_r(&seconds, &tm);
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm);
		utc_text((ms_t)seconds * 1000, text);
		assert_string_equal(text, expected);
		assert_int_equal(utc_from_date(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, &back), 0);
		assert_int_equal(back, day * DAY_MS);
	}
}

static void milliseconds_are_shown_where_there_are_any(void **state)
{
	char text[UTC_TEXT_MAX];
	(void)state;
	utc_text(1637193600017, text);
	assert_string_equal(text, "2021-11-18T00:00:00.017Z");
	utc_text(-1, text);
	assert_string_equal(text, "?");
	utc_text(INT64_MAX, text);
	assert_string_equal(text, "?");
}

static void dates_are_read_in_three_shapes(void **state)
{
	ms_t a = 0, b = 0, c = 0;
	(void)state;
	assert_int_equal(utc_parse_date("2025-05-04", &a), 0);
	assert_int_equal(utc_parse_date("20250504", &b), 0);
	assert_int_equal(utc_parse_date("1746316800000", &c), 0);
	assert_int_equal(a, 1746316800000);
	assert_int_equal(b, a);
	assert_int_equal(c, a);
}

static void what_is_no_date_is_refused(void **state)
{
	static const char *const wrong[] = {"",          "2025-13-01",       "2025-02-29", "20250230",
					    "2025-5-4",  "2025/05/04",       "yesterday",  "-250504",
					    "123456789", "12345678901234567"};
	ms_t ms;
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(utc_parse_date(wrong[i], &ms), TB_EINVAL);
	assert_int_equal(utc_parse_date("2024-02-29", &ms), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_gives_its_length_and_back),
		cmocka_unit_test(a_foreign_name_or_length_is_no_timeframe),
		cmocka_unit_test(bars_open_on_the_grid_and_weeks_on_mondays),
		cmocka_unit_test(missing_bars_are_counted_between_two_openings),
		cmocka_unit_test(the_calendar_agrees_with_the_c_library_on_every_day_for_200_years),
		cmocka_unit_test(milliseconds_are_shown_where_there_are_any),
		cmocka_unit_test(dates_are_read_in_three_shapes),
		cmocka_unit_test(what_is_no_date_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
