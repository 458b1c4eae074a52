/* SPDX-License-Identifier: MIT
 * See candle_cache.h. */
#include "candle_cache.h"

#include <string.h>

#include "timeframe.h"

#define BYTE_ORDER_MARK 0x0102030405060708ULL

static const char magic[8] = {'T', 'B', 'C', 'A', 'N', 'D', 'L', 'E'};

_Static_assert(sizeof(struct candle) == 48, "rows are lent as they are in the file");
_Static_assert(REPAIR_COUNT <= 16, "every repair has its place in the head");

static size_t rows_start(void)
{
	return (sizeof(struct candle_cache_head) + CANDLE_CACHE_ALIGN - 1) / CANDLE_CACHE_ALIGN *
	       CANDLE_CACHE_ALIGN;
}

void candle_cache_begin(struct candle_cache_head *head, uint64_t program)
{
	memset(head, 0, sizeof(*head));
	memcpy(head->magic, magic, sizeof(magic));
	head->order = BYTE_ORDER_MARK;
	head->version = CANDLE_LOADER_VERSION;
	head->program = program;
	head->head_bytes = sizeof(*head);
	head->row_bytes = sizeof(struct candle);
	head->rows_at = rows_start();
}

void candle_cache_from_table(struct candle_cache_head *head, const struct candle_table *table)
{
	head->count = table->count;
	head->unit = table->unit;
	head->timeframe_ms = table->timeframe_ms;
	head->price_decimals = table->price_decimals;
	head->volume_decimals = table->volume_decimals;
	head->zero_volume = table->zero_volume;
	head->duplicates = table->duplicates;
	head->duplicate_line = table->duplicate_line;
	head->filled = table->filled;
	head->gaps = table->gaps;
	head->repairs = table->repairs;
}

void candle_cache_to_table(const struct candle_cache_head *head, struct candle_table *table)
{
	*table = (struct candle_table){.count = (size_t)head->count,
				       .unit = (enum time_unit)head->unit,
				       .timeframe_ms = head->timeframe_ms,
				       .price_decimals = head->price_decimals,
				       .volume_decimals = head->volume_decimals,
				       .zero_volume = head->zero_volume,
				       .duplicates = head->duplicates,
				       .duplicate_line = (size_t)head->duplicate_line,
				       .filled = head->filled,
				       .gaps = head->gaps,
				       .repairs = head->repairs};
}

void candle_cache_seal(struct candle_cache_head *head, const struct candle *rows)
{
	head->rows_hash = stripe_hash(rows, (size_t)head->count * sizeof(*rows));
	head->head_hash = stripe_hash(head, offsetof(struct candle_cache_head, head_hash));
}

static bool same_hash(const struct stripe_hash *a, const struct stripe_hash *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}

static bool is_text(const struct csv_fault *fault)
{
	if (fault->used >= CSV_FAULT_TEXT_MAX || fault->text[fault->used] != '\0' ||
	    fault->code <= CSV_NONE || fault->code >= CSV_FAULT_COUNT)
		return false;
	for (size_t i = 0; i < fault->used; i++)
		if (fault->text[i] < ' ' || fault->text[i] > '~')
			return false;
	return true;
}

/* What a head says that carries its checksum is true, unless somebody computed the checksum too. */
static bool is_possible(const struct candle_cache_head *h)
{
	if (h->count == 0 || h->unit < 0 || h->unit >= TIME_UNIT_COUNT ||
	    (h->timeframe_ms != UNKNOWN && timeframe_index(h->timeframe_ms) < 0) || h->price_decimals < 0 ||
	    h->price_decimals > CANDLE_PRICE_DECIMALS_MAX || h->volume_decimals < 0 ||
	    h->volume_decimals > CANDLE_VOLUME_DECIMALS_MAX || h->gaps.count < 0 || h->duplicates < 0 ||
	    h->filled < 0 || h->zero_volume < 0)
		return false;
	for (size_t i = 0; i < h->repairs.count && i < CSV_FAULTS_KEPT; i++)
		if (!is_text(&h->repairs.at[i]))
			return false;
	return true;
}

/* Between head and rows is nothing, so that not one bit of the file is without a check. */
static bool is_zero(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

int candle_cache_read(const void *bytes, size_t length, uint64_t program, struct candle_cache_head *head,
		      const struct candle **rows, const char **why)
{
	if (length < rows_start()) {
		*why = "it is cut off";
		return TB_EINVAL;
	}
	memcpy(head, bytes, sizeof(*head));
	struct stripe_hash hash = stripe_hash(head, offsetof(struct candle_cache_head, head_hash));
	if (memcmp(head->magic, magic, sizeof(magic)) != 0 || head->order != BYTE_ORDER_MARK)
		*why = "it is no candle cache of this kind of machine";
	else if (head->version != CANDLE_LOADER_VERSION || head->program != program ||
		 head->head_bytes != sizeof(*head) || head->row_bytes != sizeof(**rows) ||
		 head->rows_at != rows_start())
		*why = "it was made by another version";
	else if (!same_hash(&hash, &head->head_hash) || !is_possible(head))
		*why = "its head does not match its checksum";
	else if (head->count > (length - rows_start()) / sizeof(**rows) ||
		 length - rows_start() != head->count * sizeof(**rows))
		*why = "it is cut off";
	else if (!is_zero((const char *)bytes + sizeof(*head), rows_start() - sizeof(*head)))
		*why = "its head does not match its checksum";
	else
		*why = NULL;
	if (*why)
		return TB_EINVAL;
	const void *start = (const char *)bytes + rows_start();
	hash = stripe_hash(start, (size_t)head->count * sizeof(**rows));
	if (!same_hash(&hash, &head->rows_hash)) {
		*why = "its candles do not match their checksum";
		return TB_EINVAL;
	}
	*rows = start;
	return 0;
}
