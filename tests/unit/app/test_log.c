/* SPDX-License-Identifier: MIT
 * One line an event, with the caller's time, and never a secret in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "log.h"
#include "show.h"

#define AT 1795356603412LL /* 2026-11-22T14:10:03.412Z */

static char text[4096];

/* What a caller's line becomes. */
static const char *written(bool journald, ms_t at, enum log_level level, const char *line)
{
	FILE *out;

	memset(text, 0, sizeof(text));
	out = fmemopen(text, sizeof(text), "w");
	assert_non_null(out);
	log_set_output(out, journald);
	log_line(at, level, "risk", "%s", line);
	fclose(out);
	log_set_output(NULL, false);
	return text;
}

static void a_line_has_time_level_room_and_text(void **state)
{
	(void)state;
	assert_string_equal(written(false, AT, LOG_INFO, "refused BTC/USDT:USDT long"),
			    "2026-11-22T14:10:03.412Z INFO  risk    refused BTC/USDT:USDT long\n");
	assert_string_equal(written(false, 0, LOG_ERROR, "x"), "1970-01-01T00:00:00.000Z ERROR risk    x\n");
	assert_string_equal(written(false, UNKNOWN, LOG_WARN, "x"),
			    "-                        WARN  risk    x\n");
}

static void under_journald_the_priority_stands_for_level_and_time(void **state)
{
	(void)state;
	assert_string_equal(written(true, AT, LOG_ERROR, "x"), "<3>risk    x\n");
	assert_string_equal(written(true, AT, LOG_WARN, "x"), "<4>risk    x\n");
	assert_string_equal(written(true, AT, LOG_INFO, "x"), "<6>risk    x\n");
}

static void lines_over_the_level_are_not_written(void **state)
{
	enum log_level level;

	(void)state;
	assert_string_equal(written(false, AT, LOG_DEBUG, "x"), "");
	assert_int_equal(log_level_parse("debug", &level), TB_OK);
	log_set_level(level);
	assert_non_null(strstr(written(false, AT, LOG_DEBUG, "x"), "DEBUG"));
	assert_int_equal(log_level_parse("error", &level), TB_OK);
	log_set_level(level);
	assert_string_equal(written(false, AT, LOG_WARN, "x"), "");
	log_set_level(LOG_INFO);
	assert_int_equal(log_level_parse("loud", &level), TB_EINVAL);
}

static void times_are_those_of_utc_wherever_the_machine_stands(void **state)
{
	static const char *const zones[] = {"America/Los_Angeles", "XYZ+11", "ABC-14"};

	(void)state;
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		char time[SHOW_MAX];
		setenv("TZ", zones[i], 1);
		tzset();
		assert_string_equal(written(false, AT, LOG_INFO, "x"),
				    "2026-11-22T14:10:03.412Z INFO  risk    x\n");
		show_time(AT, time);
		assert_string_equal(time, "2026-11-22 14:10:03");
	}
	unsetenv("TZ");
	tzset();
}

static void one_event_stays_one_line(void **state)
{
	(void)state;
	assert_string_equal(written(true, AT, LOG_INFO, "a\nERROR b\r\x1b[2Jc"),
			    "<6>risk    a ERROR b  [2Jc\n");
}

static void secrets_are_hidden_wherever_they_stand(void **state)
{
	(void)state;
	assert_int_equal(log_secret("s3cr3tKEY"), TB_OK);
	assert_int_equal(log_secret("s3cr3tKEY"), TB_OK); /* once is enough */
	assert_string_equal(written(true, AT, LOG_INFO, "as3cr3tKEYs3cr3tKEY."),
			    "<6>risk    a******************.\n");
	assert_int_equal(log_secret("the"), TB_OK); /* too short to hide */
	assert_string_equal(written(true, AT, LOG_INFO, "the"), "<6>risk    the\n");
}

static void a_line_that_is_cut_does_not_end_with_half_a_secret(void **state)
{
	static char line[LOG_LINE_MAX + 64];

	(void)state;
	assert_int_equal(log_secret("0123456789abcdef"), TB_OK);
	for (size_t start = LOG_LINE_MAX - 80; start < LOG_LINE_MAX; start++) {
		memset(line, '.', sizeof(line));
		memcpy(line + start, "0123456789abcdef", 16);
		line[sizeof(line) - 1] = '\0';
		assert_null(strstr(written(false, AT, LOG_INFO, line), "012345"));
		assert_int_equal(text[strlen(text) - 1], '\n');
	}
}

static void there_is_room_for_eight_secrets_and_no_more(void **state)
{
	char secret[16], too_long[600];
	int answer = TB_OK, kept = 0;

	(void)state;
	memset(too_long, 'x', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = '\0';
	assert_int_equal(log_secret(too_long), TB_EFULL);
	for (int i = 0; i < 20 && answer == TB_OK; i++) {
		snprintf(secret, sizeof(secret), "secret-%d", i);
		answer = log_secret(secret);
		kept += answer == TB_OK;
	}
	assert_int_equal(answer, TB_EFULL);
	assert_true(kept >= 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_time_level_room_and_text),
		cmocka_unit_test(under_journald_the_priority_stands_for_level_and_time),
		cmocka_unit_test(lines_over_the_level_are_not_written),
		cmocka_unit_test(times_are_those_of_utc_wherever_the_machine_stands),
		cmocka_unit_test(one_event_stays_one_line),
		cmocka_unit_test(secrets_are_hidden_wherever_they_stand),
		cmocka_unit_test(a_line_that_is_cut_does_not_end_with_half_a_secret),
		cmocka_unit_test(there_is_room_for_eight_secrets_and_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
