/* SPDX-License-Identifier: MIT
 * Values as people and programs read them: money, prices, times, records as text and as JSON. Exact where the
 * value is an integer; nothing here computes. UNKNOWN shows as "-" (null in JSON). */
#ifndef APP_SHOW_H
#define APP_SHOW_H

#include "tradebot/instrument.h"
#include "tradebot/record.h"

#include <stdio.h>

#define SHOW_MAX 48

/* "-12.34": USDT with so many decimals (0..8), rounded half away from zero. */
void show_money(money_t money, int decimals, char out[static SHOW_MAX]);
/* "1.25 %": a ratio as percent; "1.31": a ratio as a number. */
void show_percent(ratio_t ratio, int decimals, char out[static SHOW_MAX]);
void show_ratio(ratio_t ratio, int decimals, char out[static SHOW_MAX]);
/* Decimal text of ticks and lots on the instrument's grids; plain digits if instrument is NULL. */
void show_price(price_t price, const struct instrument *instrument, char out[static SHOW_MAX]);
void show_qty(qty_t qty, const struct instrument *instrument, char out[static SHOW_MAX]);
/* cost / qty as a price, two decimals finer than the tick: an average, for eyes only. "-" without a quantity.
 */
void show_average(money_t cost, qty_t qty, const struct instrument *instrument, char out[static SHOW_MAX]);
/* "2025-03-01 12:00:00"; "2025-03-01T12:00:00.000Z". "-" for 0 and UNKNOWN. */
void show_time(ms_t at, char out[static SHOW_MAX]);
void show_time_iso(ms_t at, char out[static SHOW_MAX]);
/* "3 d 04:05", "04:05:06". */
void show_length(ms_t length, char out[static SHOW_MAX]);
/* A value of a finding or field in its unit, with the unit where a reader needs it ("0.3 %", "120 USDT", "30
 * s"). */
void show_value(enum field_unit unit, int64_t value, const struct instrument *instrument,
		char out[static SHOW_MAX]);

/* The instrument of a record's symbol, or NULL. */
const struct instrument *show_instrument(const struct universe *universe, int64_t sym);

/* A JSON string with its quotes. */
void show_json_text(FILE *out, const char *text);
/* "name": value of a double: up to 9 significant digits, null if it is not finite. No comma. */
void show_json_double(FILE *out, const char *name, double value);
/* "name": exact decimal number of USDT. No comma. */
void show_json_money(FILE *out, const char *name, money_t money);
/* The whole record as one object: fields by name, ticks, lots, money and ratios as decimals, words as words,
 * times as ms, "sym" by name. extra: further members, each followed by a comma, or "". */
void show_json_record(FILE *out, const struct record *record, const struct universe *universe,
		      const char *extra);

#endif
