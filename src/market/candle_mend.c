/* SPDX-License-Identifier: MIT
 * The end of a candle file that was mended: faults become repairs, dropped rows go, the decimals are those
 * that the remaining bars need, gaps are filled. */
#include "candle_parser.h"

#include <string.h>

struct csv_fault *candle_mend(struct candle_table *table)
{
	return csv_fault_move(&table->faults, &table->repairs);
}

void candle_mended(struct candle_table *table, const struct csv_fault *repair)
{
	if (table->repair->tell)
		table->repair->tell(table->repair->ctx, repair);
}

/* How many of these decimals the value does without: 0 .. decimals. */
static int64_t idle_decimals(int64_t value, int64_t decimals)
{
	int64_t idle = 0;
	while (idle < decimals && value % 10 == 0) {
		value /= 10;
		idle++;
	}
	return idle;
}

/* A row that was dropped must not have a say in the tick of those that stay. */
static void settle_decimals(struct candle_table *t)
{
	int64_t prices = t->price_decimals, volumes = t->volume_decimals;
	for (size_t i = 0; i < t->count && (prices > 0 || volumes > 0); i++) {
		const struct candle *c = &t->rows[i];
		const price_t values[4] = {c->open, c->high, c->low, c->close};
		for (int k = 0; k < 4; k++)
			prices = idle_decimals(values[k], prices);
		volumes = idle_decimals(c->volume, volumes);
	}
	int64_t by = csv_power10[prices], volume_by = csv_power10[volumes];
	for (size_t i = 0; i < t->count && (prices > 0 || volumes > 0); i++) {
		struct candle *c = &t->rows[i];
		*c = (struct candle){c->open_ms,  c->open / by,  c->high / by,
				     c->low / by, c->close / by, c->volume / volume_by};
	}
	t->price_decimals -= prices;
	t->volume_decimals -= volumes;
}

void candle_close_ranks(struct candle_table *t)
{
	size_t kept = 0;
	for (size_t i = 0; i < t->count; i++)
		if (is_bar(&t->rows[i]))
			t->rows[kept++] = t->rows[i];
	t->count = kept;
	if (t->faults.count > 0 || t->repairs.count == 0)
		return;
	settle_decimals(t);
	t->zero_volume = 0;
	for (size_t i = 0; i < t->count; i++)
		t->zero_volume += t->rows[i].volume == 0;
}

int candle_gaps_fill(struct candle_table *t, size_t capacity)
{
	int64_t missing = t->gaps.missing;
	if (missing == 0)
		return 0;
	if (t->count > capacity || (uint64_t)missing > capacity - t->count)
		return TB_EFULL;
	size_t to = t->count + (size_t)missing;
	for (size_t from = t->count; from-- > 0;) {
		struct candle bar = t->rows[from];
		t->rows[--to] = bar;
		if (from == 0)
			break;
		struct candle flat = t->rows[from - 1];
		flat.open = flat.high = flat.low = flat.close;
		flat.volume = 0;
		for (ms_t at = bar.open_ms - t->timeframe_ms; at > t->rows[from - 1].open_ms;
		     at -= t->timeframe_ms) {
			flat.open_ms = at;
			t->rows[--to] = flat;
		}
	}
	t->count += (size_t)missing;
	t->filled = missing;
	t->zero_volume += missing;
	t->gaps = (struct candle_gaps){0};
	return 0;
}
