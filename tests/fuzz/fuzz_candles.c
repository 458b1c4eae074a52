/* SPDX-License-Identifier: MIT
 * Fuzzes the candle and funding parsers, the repairs and the reader of the cache. The first byte chooses the
 * timeframe the file claims, the last two the repairs; between them is the text, in a buffer of exactly its
 * size. Whatever the text, memory stays in bounds and the faults are printable; a table that is called usable
 * keeps every promise of its header, mended or not, and written out and read again it is the same. A cache
 * with one bit flipped is never used; one with a false head under a right checksum never leads out of its
 * bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "candle_cache.h"
#include "candle_instrument.h"
#include "candle_text.h"
#include "funding_text.h"
#include "timeframe.h"

#define ROW_TEXT_MAX 160
#define FILL_MAX     100000 /* rows, so that one input stays quick */
#define PROGRAM      7

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

static void check_bars(const struct candle_table *t, bool spikes)
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
		must(spikes || t->rows[i].close / 10 < t->rows[i - 1].close, "no spike");
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
static void check_round_trip(const struct candle_table *t, ms_t hint_ms, bool spikes)
{
	struct candle_repair keep = {{0}, NULL, NULL};
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
	keep.way[REPAIR_SPIKES] = spikes ? WAY_KEEP : WAY_REFUSE;
	must(candle_text_repair(text, used, hint_ms, &keep, rows, NULL, t->count, &again) == 0,
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
		check_bars(&table, false);
		check_round_trip(&table, hint_ms, false);
		if (candle_instrument_infer("BTCUSDT", table.price_decimals, &rows[0], 0, &instrument) == 0)
			(void)candle_volume_to_lots(&instrument.lot, table.volume_decimals, rows,
						    table.count);
	}
	free(rows);
}

/* Two bytes as ten digits of base 3: refuse, the one way, the other. */
static void choose_repairs(unsigned bytes, struct candle_repair *repair)
{
	memset(repair, 0, sizeof(*repair));
	for (int i = 1; i < REPAIR_COUNT; i++, bytes /= 3)
		if (bytes % 3 > 0)
			repair->way[i] = repair_rows[i].ways[bytes % 3 - 1];
}

/* The table as a cache file, and what becomes of it when one bit is another. */
static void check_cache(const struct candle_table *t, const uint8_t *data, size_t size)
{
	struct candle_cache_head head, got;
	const struct candle *rows;
	const char *why;
	candle_cache_begin(&head, PROGRAM);
	candle_cache_from_table(&head, t);
	candle_cache_seal(&head, t->rows);
	size_t length = (size_t)head.rows_at + t->count * sizeof(*rows);
	char *bytes = calloc(1, length);
	must(bytes, "memory");
	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + head.rows_at, t->rows, t->count * sizeof(*rows));
	must(candle_cache_read(bytes, length, PROGRAM, &got, &rows, &why) == 0, "a sound cache is used");
	must(memcmp(rows, t->rows, t->count * sizeof(*rows)) == 0, "a cache has the rows");
	must(candle_cache_read(bytes, length - 1, PROGRAM, &got, &rows, &why) != 0,
	     "a cut cache is not used");
	must(candle_cache_read(bytes, length, PROGRAM + 1, &got, &rows, &why) != 0,
	     "another program's is not");
	size_t at = stripe_hash(data, size).word[0] % length;
	bytes[at] = (char)(bytes[at] ^ 1 << size % 8);
	must(candle_cache_read(bytes, length, PROGRAM, &got, &rows, &why) != 0, "a flipped bit is found");
	bytes[at] = (char)(bytes[at] ^ 1 << size % 8);
	/* somebody who knows the checksum: only the bounds can hold now */
	size_t part = size < sizeof(head) ? size : sizeof(head);
	memcpy(&head, data, part);
	memcpy(head.magic, got.magic, sizeof(head.magic));
	head.order = got.order;
	head.version = got.version;
	head.program = PROGRAM;
	head.head_bytes = sizeof(head);
	head.row_bytes = sizeof(*rows);
	head.rows_at = got.rows_at;
	head.head_hash = stripe_hash(&head, offsetof(struct candle_cache_head, head_hash));
	memcpy(bytes, &head, sizeof(head));
	if (candle_cache_read(bytes, length, PROGRAM, &got, &rows, &why) == 0)
		must((const char *)(rows + got.count) <= bytes + length, "rows are within the file");
	free(bytes);
}

static void fuzz_repairs(const char *text, size_t length, ms_t hint_ms, unsigned chosen)
{
	size_t bound = length + 1; /* dropped lines may be short */
	struct candle *rows = malloc(bound * sizeof(*rows));
	size_t *lines = malloc(bound * sizeof(*lines));
	struct candle_table table;
	struct candle_repair repair;
	must(rows && lines, "memory");
	choose_repairs(chosen, &repair);
	int answer = candle_text_repair(text, length, hint_ms, &repair, rows, lines, bound, &table);
	must(answer == 0 || answer == TB_EINVAL, "there is room for each line");
	check_faults(&table.faults, answer);
	check_faults(&table.repairs, table.repairs.count > 0 ? TB_EINVAL : 0);
	must(table.repairs.count == 0 || candle_repair_any(&repair), "nothing is mended unasked");
	bool spikes = repair.way[REPAIR_SPIKES] == WAY_KEEP;
	if (answer == 0) {
		check_bars(&table, spikes);
		uint64_t filled = (uint64_t)table.count + (uint64_t)table.gaps.missing;
		if (repair.way[REPAIR_GAPS] == WAY_FLAT && filled <= FILL_MAX) {
			struct candle *more = realloc(rows, (size_t)filled * sizeof(*rows));
			must(more, "memory");
			rows = table.rows = more;
			must(candle_gaps_fill(&table, (size_t)filled) == 0 && table.count == filled,
			     "gaps are filled");
			must(table.gaps.missing == 0, "and are none");
			check_bars(&table, spikes);
		}
		check_round_trip(&table, hint_ms, spikes);
		check_cache(&table, (const uint8_t *)text, length);
	}
	free(rows);
	free(lines);
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
	struct candle_cache_head head;
	const struct candle *rows;
	const char *why;
	if (size < 3)
		return 0;
	size_t length = size - 3;
	char *text = malloc(length > 0 ? length : 1);
	must(text, "memory");
	memcpy(text, data + 1, length);
	int hint = data[0] % (TIMEFRAME_COUNT + 1);
	ms_t hint_ms = hint < TIMEFRAME_COUNT ? timeframe_at(hint) : UNKNOWN;
	fuzz_candles(text, length, hint_ms);
	fuzz_repairs(text, length, hint_ms, data[size - 2] | (unsigned)data[size - 1] << 8);
	fuzz_funding(text, length);
	must(candle_cache_read(text, length, PROGRAM, &head, &rows, &why) != 0, "any bytes are no cache");
	free(text);
	return 0;
}
