/* SPDX-License-Identifier: MIT
 * The bytes of a record in a run's digest. Called by the journal (records read back) and by the backtest's
 * sink (records as they happen): both must come to the same bytes, so the encoding stands here once. */
#include "digest.h"

#include <string.h>

#define BIG_ENDIAN_HERE  (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
#define NUMBER_BYTES_MAX 9
#define LENGTHS          248 /* a first byte from here on says how many follow */

#define X(id, table, type, member, fields, restore)                                                          \
	_Static_assert(1 + sizeof(struct type) / sizeof(int64_t) * NUMBER_BYTES_MAX + SYMBOL_TEXT_MAX +      \
				       NUMBER_BYTES_MAX <=                                                   \
			       RECORD_BYTES_MAX,                                                             \
		       "a record fits");
RECORDS(X)
#undef X

/* What the record is told as a change of; NULL: it is not part of the digest. */
static int64_t *last_of(struct digest_last *last, enum record_kind kind, uint8_t *tag)
{
	switch (kind) {
	case RECORD_DECISION: *tag = 'D'; return (int64_t *)&last->decision;
	case RECORD_FILL: *tag = 'F'; return (int64_t *)&last->fill;
	case RECORD_TRADE: *tag = 'T'; return (int64_t *)&last->trade;
	default: return NULL;
	}
}

/* Modulo 2^64, so that any change has a number: that of UNKNOWN, too. Without a branch, and a length before
 * the bytes rather than a bit in each: whether one more follows is what no processor can guess. */
static size_t put_change(uint8_t *out, int64_t now, int64_t before)
{
	uint64_t change = (uint64_t)now - (uint64_t)before, sign = change >> 63;
	uint64_t bits = change << 1 ^ (0 - sign);
	uint64_t bytes = BIG_ENDIAN_HERE ? __builtin_bswap64(bits) : bits;
	bool small = bits < LENGTHS;
	size_t len = (size_t)(71 - __builtin_clzll(bits | 1)) / 8;

	out[0] = (uint8_t)(small ? bits : LENGTHS - 1 + len);
	memcpy(out + 1, &bytes, sizeof bytes); /* more than len of them: what follows writes over the rest */
	return small ? 1 : 1 + len;
}

/* *before: a symbol's place + 2; 1: no symbol; 0: none has been told yet. */
static size_t put_symbol(uint8_t *out, int64_t sym, const struct universe *universe, int64_t *before)
{
	bool known = sym >= 0 && (uint64_t)sym < universe->count;
	int64_t now = known ? sym + 2 : 1;

	if (now == *before) {
		out[0] = 0;
		return 1;
	}
	const char *name = known ? universe->at[sym].name : "";
	size_t len = strnlen(name, SYMBOL_TEXT_MAX - 1);
	*before = now;
	out[0] = (uint8_t)(1 + len);
	memcpy(out + 1, name, len);
	return 1 + len;
}

size_t record_encode(struct digest_last *last, const struct record *record, const struct universe *universe,
		     uint8_t out[static RECORD_BYTES_MAX])
{
	int64_t *before = last_of(last, record->kind, out);
	if (before == NULL)
		return 0;
	const struct record_row *row = &record_rows[record->kind];
	const int64_t *now = record_values(record);
	size_t len = 1;

	for (size_t i = 0; i < row->field_count; i++) {
		if (!(row->fields[i].flags & FIELD_DIGEST))
			continue;
		if (row->fields[i].unit == FIELD_SYM) {
			len += put_symbol(out + len, now[i], universe, &before[i]);
			continue;
		}
		len += put_change(out + len, now[i], before[i]);
		before[i] = now[i];
	}
	return len;
}
