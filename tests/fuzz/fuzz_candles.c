/* SPDX-License-Identifier: MIT
 * Fuzzes the candle and funding parsers. The first byte chooses the timeframe the file claims; the rest is
 * the text, in a buffer of exactly its size. Whatever the text, memory stays in bounds and the faults are
 * printable; a table that is called usable keeps every promise of its header, and written out and read again
 * it is the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "candle_instrument.h"
#include "candle_text.h"
#include "funding_text.h"
#include "timeframe.h"

#define ROW_TEXT_MAX 160

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth, const char *what)
{
	if (truth)
		return;
	fprintf(stderr, "fuzz_candles: broken promise: %s\n", what);
	abort();
}

static void check_faults(const struct csv_faults *faults, int answer)
{
	must((faults->count > 0) == (answer == TB_EINVAL) || answer == TB_EFULL, "answer and faults agree");
	for (size_t i = 0; i < faults->count && i < CSV_FAULTS_KEPT; i++) {
		const struct csv_fault *fault = &faults->at[i];
		must(fault->code > CSV_NONE && fault->code < CSV_FAULT_COUNT, "a fault has a code");
		must(fault->line >= 1 && strlen(fault->text) == fault->used, "a fault has a line and a text");
		for (const char *c = fault->text; *c; c++)
			must(*c >= ' ' && *c <= '~', "a fault can be printed");
	}
}

static void check_bars(const struct candle_table *t)
{
	int64_t zero = 0;
	must(t->count > 0, "a usable file has bars");
	for (size_t i = 0; i < t->count; i++) {
		const struct candle *c = &t->rows[i];
		must(c->low > 0 && c->low <= c->open && c->low <= c->close, "low is lowest");
		must(c->high >= c->open && c->high >= c->close && c->high <= VALUE_MAX, "high is highest");
		must(c->volume >= 0 && c->volume <= VALUE_MAX, "volume is in range");
		must(c->open_ms >= CANDLE_FIRST_MS && c->open_ms < CANDLE_LAST_MS, "years are in range");
		must(t->timeframe_ms == UNKNOWN || timeframe_aligned(c->open_ms, t->timeframe_ms), "aligned");
		zero += c->volume == 0;
	}
	must(zero == t->zero_volume, "bars without volume are counted");
	must(t->count == 1 || timeframe_index(t->timeframe_ms) >= 0, "the timeframe is known");
	int64_t missing = 0;
	for (size_t i = 1; i < t->count; i++) {
		int64_t between =
			timeframe_missing(t->rows[i - 1].open_ms, t->rows[i].open_ms, t->timeframe_ms);
		must(between >= 0, "bars are in order and on the grid");
		must(t->rows[i].close / 10 < t->rows[i - 1].close, "no spike");
		missing += between;
	}
	must(missing == t->gaps.missing, "missing bars are counted");
}

static size_t put_decimal(char *out, int64_t value, int64_t decimals)
{
	if (decimals == 0)
		return (size_t)snprintf(out, 32, "%lld", (long long)value);
	return (size_t)snprintf(out, 32, "%lld.%0*lld", (long long)(value / csv_power10[decimals]),
				(int)decimals, (long long)(value % csv_power10[decimals]));
}

/* The table as text, read again, is the same table. */
static void check_round_trip(const struct candle_table *t, ms_t hint_ms)
{
	char *text = malloc(ROW_TEXT_MAX * (t->count + 1));
	struct candle *rows = malloc(sizeof(*rows) * t->count);
	struct candle_table again;
	must(text && rows, "memory");
	size_t used = (size_t)snprintf(text, ROW_TEXT_MAX, "volume,close,low,high,open,time\n");
	for (size_t i = 0; i < t->count; i++) {
		const struct candle *c = &t->rows[i];
		const int64_t prices[4] = {c->close, c->low, c->high, c->open};
		used += put_decimal(text + used, c->volume, t->volume_decimals);
		for (int k = 0; k < 4; k++) {
			text[used++] = ',';
			used += put_decimal(text + used, prices[k], t->price_decimals);
		}
		used += (size_t)snprintf(text + used, 32, ",%lld\n", (long long)c->open_ms);
	}
	must(candle_text_parse(text, used, hint_ms, rows, t->count, &again) == 0,
	     "a written table is usable");
	must(again.count == t->count && again.price_decimals == t->price_decimals &&
		     again.volume_decimals == t->volume_decimals && again.timeframe_ms == t->timeframe_ms,
	     "a written table has the same shape");
	must(memcmp(rows, t->rows, sizeof(*rows) * t->count) == 0, "a written table has the same bars");
	free(rows);
	free(text);
}

static void fuzz_candles(const char *text, size_t length, ms_t hint_ms)
{
	size_t bound = candle_text_bound(text, length);
	struct candle *rows = malloc(bound * sizeof(*rows));
	struct candle_table table;
	struct instrument instrument;
	must(rows, "memory");
	int answer = candle_text_parse(text, length, hint_ms, rows, bound, &table);
	must(table.count <= bound, "rows are within the bound");
	check_faults(&table.faults, answer);
	if (answer == 0) {
		check_bars(&table);
		check_round_trip(&table, hint_ms);
		if (candle_instrument_infer("BTCUSDT", table.price_decimals, &rows[0], 0, &instrument) == 0)
			(void)candle_volume_to_lots(&instrument.lot, table.volume_decimals, rows,
						    table.count);
	}
	free(rows);
}

static void fuzz_funding(const char *text, size_t length)
{
	size_t bound = funding_text_bound(text, length);
	struct funding_point *rows = malloc(bound * sizeof(*rows));
	struct funding_table table;
	must(rows, "memory");
	int answer = funding_text_parse(text, length, rows, bound, &table);
	check_faults(&table.faults, answer);
	for (size_t i = 0; answer == 0 && i < table.count; i++) {
		must(rows[i].rate >= -RATIO_ONE && rows[i].rate <= RATIO_ONE, "rates are within -1..1");
		must(i == 0 || rows[i].ms > rows[i - 1].ms, "settlements are in order");
	}
	free(rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	char *text = malloc(size > 1 ? size - 1 : 1);
	must(text, "memory");
	memcpy(text, data + 1, size - 1);
	int hint = data[0] % (TIMEFRAME_COUNT + 1);
	fuzz_candles(text, size - 1, hint < TIMEFRAME_COUNT ? timeframe_at(hint) : UNKNOWN);
	fuzz_funding(text, size - 1);
	free(text);
	return 0;
}
