/* SPDX-License-Identifier: MIT
 * See reload.h. */
#include "reload.h"

#include <string.h>

static size_t bytes_of(const struct config_row *row)
{
	switch (row->type) {
	case CONFIG_BOOL: return sizeof(bool);
	case CONFIG_SYMBOL_LIST: return sizeof(struct config_symbols);
	case CONFIG_CHOICE:
	case CONFIG_TEXT:
	case CONFIG_SECRET: return row->size;
	case CONFIG_COUNT:
	case CONFIG_RATIO:
	case CONFIG_NUMBER:
	case CONFIG_MONEY:
	case CONFIG_TIME:
	case CONFIG_TIMEFRAME: break;
	}
	return sizeof(int64_t);
}

static bool differs(const struct config_row *row, const char *a, const char *b)
{
	const struct config_symbols *one = (const void *)a, *other = (const void *)b;

	switch (row->type) {
	case CONFIG_CHOICE:
	case CONFIG_TEXT:
	case CONFIG_SECRET: return strcmp(a, b) != 0;
	case CONFIG_SYMBOL_LIST:
		return one->count != other->count ||
		       memcmp(one->at, other->at, one->count * sizeof one->at[0]) != 0;
	default: return memcmp(a, b, bytes_of(row)) != 0;
	}
}

size_t reload_take(struct config *running, const struct config *fresh,
		   void (*said)(void *ctx, const struct config_row *row, bool taken), void *ctx)
{
	size_t count = 0;

	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];
		char *to = (char *)running + row->offset;
		const char *from = (const char *)fresh + row->offset;
		bool taken = row->flags & CONFIG_RELOAD;

		if (!differs(row, to, from))
			continue;
		if (taken) {
			memcpy(to, from, bytes_of(row));
			running->origins[i] = fresh->origins[i];
			count++;
		}
		said(ctx, row, taken);
	}
	return count;
}
