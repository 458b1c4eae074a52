/* SPDX-License-Identifier: MIT
 * Timeframes (1m .. 1w) and the calendar arithmetic they need: names, the grid of opening times, bars missing
 * between two of them, UTC dates to and from milliseconds. Used by the candle loader, the feed and the app.
 * Pure; never asks a clock. */
#ifndef TB_MARKET_TIMEFRAME_H
#define TB_MARKET_TIMEFRAME_H

#include "tradebot/units.h"

#define TIMEFRAMES(X)                                                                                        \
	X("1m", MINUTE_MS)                                                                                   \
	X("3m", 3 * MINUTE_MS)                                                                               \
	X("5m", 5 * MINUTE_MS) X("15m", 15 * MINUTE_MS) X("30m", 30 * MINUTE_MS) X("1h", HOUR_MS)            \
		X("2h", 2 * HOUR_MS) X("4h", 4 * HOUR_MS) X("6h", 6 * HOUR_MS) X("8h", 8 * HOUR_MS)          \
			X("12h", 12 * HOUR_MS) X("1d", DAY_MS) X("1w", 7 * DAY_MS)
#define TIMEFRAME_COUNT 13
#define TIMEFRAME_LIST  "1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 1w"

/* The moments a bar or a settlement may have: nothing before crypto was traded, nothing far in the future. */
#define CANDLE_FIRST_MS 1230768000000LL /* 2009-01-01 */
#define CANDLE_LAST_MS  4102444800000LL /* 2100-01-01, exclusive */

/* Length of the timeframe of that name ("5m", exactly as listed); UNKNOWN if it is none. */
ms_t timeframe_from_text(const char *text);

/* Name of a timeframe; "?" if it is none of the list. Static storage. */
const char *timeframe_text(ms_t timeframe_ms);

/* Index of a timeframe in the list, 0..TIMEFRAME_COUNT-1; -1 if it is none of them. */
int timeframe_index(ms_t timeframe_ms);

/* Length of the timeframe at that index (0..TIMEFRAME_COUNT-1). */
ms_t timeframe_at(int index);

/* Whether a bar of that timeframe may open at that moment: the grid counts from 1970-01-01 00:00 UTC, weeks
 * from a Monday. timeframe_ms must be > 0. */
bool timeframe_aligned(ms_t open_ms, ms_t timeframe_ms);

/* Bars missing between two opening times on the grid: 0 for neighbours. -1 unless 0 < timeframe and
 * before < after and both a whole number of bars apart. */
int64_t timeframe_missing(ms_t before_ms, ms_t after_ms, ms_t timeframe_ms);

/* Midnight UTC of a day. TB_EINVAL unless 1970 <= year <= 9999 and the day exists. */
int utc_from_date(int64_t year, int64_t month, int64_t day, ms_t *ms);

#define UTC_TEXT_MAX 25 /* "2026-11-22T14:10:03.412Z" and its NUL */

/* "2026-11-22T14:10:03Z", with ".412" only where the milliseconds are not zero. "?" outside 1970..9999. */
void utc_text(ms_t ms, char out[static UTC_TEXT_MAX]);

/* "YYYY-MM-DD", "YYYYMMDD" or milliseconds since 1970 (at least 10 digits) -> ms. TB_EINVAL for anything
 * else. */
int utc_parse_date(const char *text, ms_t *ms);

#endif
