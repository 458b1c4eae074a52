/* SPDX-License-Identifier: MIT
 * The bytes of a record in a run's digest. Called by the journal (records read back) and by the backtest's
 * sink (records as they happen): both must come to the same bytes, so the encoding stands here once. */
#include "digest.h"

#include <string.h>

/* The widest thing a field can become is a name with its length byte; no catalogue row has 30 such fields. */
#define X(id, table, type, member, fields, restore)                                                          \
	_Static_assert(1 + sizeof(struct type) + SYMBOL_TEXT_MAX <= RECORD_BYTES_MAX, "a record fits");
RECORDS(X)
#undef X

static uint8_t kind_tag(enum record_kind kind)
{
	switch (kind) {
	case RECORD_DECISION: return 'D';
	case RECORD_FILL: return 'F';
	case RECORD_TRADE: return 'T';
	default: return 0;
	}
}

/* Little-endian on any machine; byte by byte, as the compiler then sees that it is one store. */
static void put_word(uint8_t *out, uint64_t bits)
{
	out[0] = (uint8_t)bits;
	out[1] = (uint8_t)(bits >> 8);
	out[2] = (uint8_t)(bits >> 16);
	out[3] = (uint8_t)(bits >> 24);
	out[4] = (uint8_t)(bits >> 32);
	out[5] = (uint8_t)(bits >> 40);
	out[6] = (uint8_t)(bits >> 48);
	out[7] = (uint8_t)(bits >> 56);
}

size_t record_encode(const struct record *record, const struct universe *universe,
		     uint8_t out[static RECORD_BYTES_MAX])
{
	uint8_t tag = kind_tag(record->kind);
	if (tag == 0)
		return 0;
	const struct record_row *row = &record_rows[record->kind];
	const int64_t *values = record_values(record);
	size_t len = 0;

	out[len++] = tag;
	for (size_t i = 0; i < row->field_count; i++) {
		if (!(row->fields[i].flags & FIELD_DIGEST))
			continue;
		if (row->fields[i].unit == FIELD_SYM) {
			bool known = values[i] >= 0 && (uint64_t)values[i] < universe->count;
			const char *name = known ? universe->at[values[i]].name : "";
			size_t name_len = strnlen(name, SYMBOL_TEXT_MAX - 1);
			out[len++] = (uint8_t)name_len;
			memcpy(out + len, name, name_len);
			len += name_len;
			continue;
		}
		put_word(out + len, (uint64_t)values[i]);
		len += 8;
	}
	return len;
}
