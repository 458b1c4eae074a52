/* SPDX-License-Identifier: MIT
 * Timeframes and UTC calendar arithmetic (proleptic Gregorian, no leap seconds, as exchanges count). */
#include "timeframe.h"

#include <string.h>

#define X(name, ms) {name, ms},
static const struct {
	const char *name;
	ms_t ms;
} timeframes[TIMEFRAME_COUNT] = {TIMEFRAMES(X)};
#undef X

ms_t timeframe_from_text(const char *text)
{
	for (int i = 0; i < TIMEFRAME_COUNT; i++)
		if (strcmp(timeframes[i].name, text) == 0)
			return timeframes[i].ms;
	return UNKNOWN;
}

int timeframe_index(ms_t timeframe_ms)
{
	for (int i = 0; i < TIMEFRAME_COUNT; i++)
		if (timeframes[i].ms == timeframe_ms)
			return i;
	return -1;
}

ms_t timeframe_at(int index)
{
	return timeframes[index].ms;
}

const char *timeframe_text(ms_t timeframe_ms)
{
	int index = timeframe_index(timeframe_ms);
	return index < 0 ? "?" : timeframes[index].name;
}

bool timeframe_aligned(ms_t open_ms, ms_t timeframe_ms)
{
	/* 1970-01-01 was a Thursday, the first Monday four days later. */
	ms_t origin = timeframe_ms == 7 * DAY_MS ? 4 * DAY_MS : 0;
	return (open_ms - origin) % timeframe_ms == 0;
}

int64_t timeframe_missing(ms_t before_ms, ms_t after_ms, ms_t timeframe_ms)
{
	if (timeframe_ms <= 0 || before_ms < 0 || after_ms <= before_ms ||
	    (after_ms - before_ms) % timeframe_ms != 0)
		return -1;
	return (after_ms - before_ms) / timeframe_ms - 1;
}

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t month_days(int64_t year, int64_t month)
{
	static const int64_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days from 1970-01-01 to the first of January of a year >= 1970. */
static int64_t year_start(int64_t year)
{
	int64_t y = year - 1;
	return 365 * (year - 1970) + (y / 4 - 1969 / 4) - (y / 100 - 1969 / 100) + (y / 400 - 1969 / 400);
}

int utc_from_date(int64_t year, int64_t month, int64_t day, ms_t *ms)
{
	if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
		return TB_EINVAL;
	int64_t days = year_start(year) + day - 1;
	for (int64_t m = 1; m < month; m++)
		days += month_days(year, m);
	*ms = days * DAY_MS;
	return 0;
}

static char *put_digits(char *at, int64_t value, int width)
{
	for (int i = width - 1; i >= 0; i--) {
		at[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return at + width;
}

static char *put_pair(char *at, int64_t value, char after)
{
	at = put_digits(at, value, 2);
	*at++ = after;
	return at;
}

void utc_text(ms_t ms, char out[static UTC_TEXT_MAX])
{
	int64_t days = ms / DAY_MS, rest = ms % DAY_MS;
	if (ms < 0 || days >= year_start(10000)) {
		memcpy(out, "?", 2);
		return;
	}
	int64_t year = 1970 + days / 366, month = 1; /* never too late, and at most a few years early */
	while (year_start(year + 1) <= days)
		year++;
	days -= year_start(year);
	while (days >= month_days(year, month))
		days -= month_days(year, month++);
	char *at = put_digits(out, year, 4);
	*at++ = '-';
	at = put_pair(at, month, '-');
	at = put_pair(at, days + 1, 'T');
	at = put_pair(at, rest / HOUR_MS, ':');
	at = put_pair(at, rest / MINUTE_MS % 60, ':');
	at = put_digits(at, rest / SECOND_MS % 60, 2);
	if (rest % SECOND_MS != 0) {
		*at++ = '.';
		at = put_digits(at, rest % SECOND_MS, 3);
	}
	*at++ = 'Z';
	*at = '\0';
}

/* The digits text[0..count), or -1. */
static int64_t digits(const char *text, size_t count)
{
	int64_t value = 0;
	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

int utc_parse_date(const char *text, ms_t *ms)
{
	size_t length = strlen(text);
	if (length == 10 && text[4] == '-' && text[7] == '-')
		return utc_from_date(digits(text, 4), digits(text + 5, 2), digits(text + 8, 2), ms);
	if (length == 8)
		return utc_from_date(digits(text, 4), digits(text + 4, 2), digits(text + 6, 2), ms);
	if (length < 10 || length > 15 || digits(text, length) < 0)
		return TB_EINVAL;
	*ms = digits(text, length);
	return 0;
}
