/* SPDX-License-Identifier: MIT
 * Bybit's intervals, and bars of longer ones out of the market's own. */
#include "emu_internal.h"

#include <string.h>

#include "timeframe.h"

static const struct interval {
	const char *text;
	ms_t ms;
} intervals[] = {
	{"1", MINUTE_MS},       {"3", 3 * MINUTE_MS},  {"5", 5 * MINUTE_MS}, {"15", 15 * MINUTE_MS},
	{"30", 30 * MINUTE_MS}, {"60", HOUR_MS},       {"120", 2 * HOUR_MS}, {"240", 4 * HOUR_MS},
	{"360", 6 * HOUR_MS},   {"720", 12 * HOUR_MS}, {"D", DAY_MS},        {"W", 7 * DAY_MS},
	{"M", EMU_MONTH},
};
#define INTERVALS (sizeof(intervals) / sizeof(intervals[0]))

ms_t emu_interval_ms(const char *text)
{
	for (size_t i = 0; i < INTERVALS; i++)
		if (strcmp(intervals[i].text, text) == 0)
			return intervals[i].ms;
	return 0;
}

int emu_interval_index(ms_t interval_ms)
{
	int index = 0;

	while (intervals[index].ms != interval_ms)
		index++;
	return index;
}

const char *emu_interval_text(ms_t interval_ms)
{
	for (size_t i = 0; i < INTERVALS; i++)
		if (intervals[i].ms == interval_ms)
			return intervals[i].text;
	return "?";
}

/* The first moment of the month that is `later` months after the one that holds ms. */
static ms_t month_begin(ms_t ms, int64_t later)
{
	char text[UTC_TEXT_MAX];
	int64_t year, month;
	ms_t out = 0;

	utc_text(ms, text);
	year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
	month = (text[5] - '0') * 10 + (text[6] - '0') - 1 + later;
	utc_from_date(year + month / 12, month % 12 + 1, 1, &out);
	return out;
}

ms_t emu_interval_begin(ms_t interval_ms, ms_t ms)
{
	ms_t monday = 4 * DAY_MS; /* 1970-01-05 */

	if (interval_ms == EMU_MONTH)
		return month_begin(ms, 0);
	if (interval_ms == 7 * DAY_MS)
		return monday + (ms - monday) / interval_ms * interval_ms;
	return ms / interval_ms * interval_ms;
}

ms_t emu_interval_end(ms_t interval_ms, ms_t begin_ms)
{
	return interval_ms == EMU_MONTH ? month_begin(begin_ms, 1) : begin_ms + interval_ms;
}

bool emu_interval_bar(const struct emu *emu, const struct emu_symbol *symbol, ms_t interval_ms, ms_t begin_ms,
		      struct candle *out, money_t *turnover)
{
	ms_t end_ms = emu_interval_end(interval_ms, begin_ms);
	size_t at = emu_bar_from(symbol, begin_ms);

	if (interval_ms != EMU_MONTH && interval_ms % emu->frame_ms != 0)
		return false;
	if (at == symbol->bar_count || symbol->bars[at].open_ms >= end_ms)
		return false;
	*out = symbol->bars[at];
	out->open_ms = begin_ms;
	*turnover = sim_bar_turnover(symbol->instrument, &symbol->bars[at]);
	for (at++; at < symbol->bar_count && symbol->bars[at].open_ms < end_ms; at++) {
		const struct candle *bar = &symbol->bars[at];
		out->high = bar->high > out->high ? bar->high : out->high;
		out->low = bar->low < out->low ? bar->low : out->low;
		out->close = bar->close;
		out->volume += bar->volume;
		*turnover += sim_bar_turnover(symbol->instrument, bar);
	}
	return true;
}
