/* SPDX-License-Identifier: MIT
 * Funding files: "ts_ms,rate" in memory -> settlements in the caller's array. As strict as the candle parser
 * and with its list of faults; a settlement that is said again is dropped and counted. Called by
 * app/candle_files; opens no file, allocates nothing. */
#ifndef TB_MARKET_FUNDING_TEXT_H
#define TB_MARKET_FUNDING_TEXT_H

#include "csv_fault.h"
#include "csv_row.h"

#define FUNDING_DECIMALS_MAX 12

/* One settlement. rate: the share of notional that longs pay to shorts (negative: shorts pay). ms as the
 * exchange stamped it, a few milliseconds after the full hour at times. */
struct funding_point {
	ms_t ms;
	ratio_t rate;
};

struct funding_table {
	struct funding_point *rows; /* the caller's array */
	size_t count;
	enum time_unit unit;
	int64_t rounded;       /* rates with 10 to 12 decimals, rounded to 1e-9 half away from zero */
	int64_t duplicates;    /* settlements that were said again at once; dropped */
	size_t duplicate_line; /* the first of them */
	struct csv_faults faults;
};

/* How many rows the array needs for this text. */
size_t funding_text_bound(const char *text, size_t length);

/* Parses. 0; TB_EINVAL if there are faults (not usable); TB_EFULL if capacity was too small (the rest was not
 * read). */
int funding_text_parse(const char *text, size_t length, struct funding_point *rows, size_t capacity,
		       struct funding_table *table);

#endif
