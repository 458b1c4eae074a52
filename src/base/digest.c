/* SPDX-License-Identifier: MIT
 * See digest.h. Called by the journal (records read back) and by the tally (records as they happen): what is
 * taken of a record stands here once. */
#include "digest.h"

#include <string.h>

#define BIG_ENDIAN_HERE (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

#define X(id, table, type, member, fields, restore)                                                          \
	_Static_assert(sizeof(struct type) / sizeof(int64_t) <= DIGEST_COLUMNS_MAX, "its columns are "       \
										    "listed");
RECORDS(X)
#undef X

static void list_columns(struct digest_columns *columns, enum record_kind kind)
{
	const struct record_row *row = &record_rows[kind];

	columns->count = columns->sym_at = 0;
	for (size_t i = 0; i < row->field_count; i++) {
		if (!(row->fields[i].flags & FIELD_DIGEST))
			continue;
		if (row->fields[i].unit == FIELD_SYM)
			columns->sym_at = columns->count;
		columns->at[columns->count++] = (uint8_t)i;
	}
}

void digest_open(struct digest *digest)
{
	hash_lanes_start(digest->lanes);
	digest->records = 0;
	memset(digest->names, 0, sizeof digest->names);
	list_columns(&digest->decision, RECORD_DECISION);
	list_columns(&digest->fill, RECORD_FILL);
	list_columns(&digest->trade, RECORD_TRADE);
}

static uint64_t name_word(const char *name)
{
	uint64_t words[SYMBOL_TEXT_MAX / sizeof(uint64_t)] = {0}, hash = 0;

	memcpy(words, name, strnlen(name, SYMBOL_TEXT_MAX - 1));
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		hash = hash_turn(hash, BIG_ENDIAN_HERE ? __builtin_bswap64(words[i]) : words[i]);
	return hash;
}

/* Worked out once: a read of what was just copied in other pieces waits for all of it. */
static uint64_t name_of(struct digest *digest, const struct universe *universe, int64_t sym)
{
	if (sym < 0 || (uint64_t)sym >= universe->count)
		return name_word("");
	if (digest->names[sym] == 0)
		digest->names[sym] = name_word(universe->at[sym].name);
	return digest->names[sym];
}

static void take(struct digest *digest, size_t at, uint64_t word)
{
	uint64_t *lane = &digest->lanes[at % HASH_LANES];

	*lane = hash_turn(*lane, word);
}

static void take_record(struct digest *digest, uint64_t tag, const struct digest_columns *columns,
			const int64_t *values, const struct universe *universe)
{
	uint64_t name = name_of(digest, universe, values[columns->at[columns->sym_at]]);

	digest->records++;
	take(digest, 0, tag);
	for (size_t i = 0; i < columns->count; i++)
		take(digest, i + 1, i == columns->sym_at ? name : (uint64_t)values[columns->at[i]]);
}

void digest_record(struct digest *digest, const struct record *record, const struct universe *universe)
{
	const int64_t *values = record_values(record);

	switch (record->kind) {
	case RECORD_DECISION: take_record(digest, 'D', &digest->decision, values, universe); break;
	case RECORD_FILL: take_record(digest, 'F', &digest->fill, values, universe); break;
	case RECORD_TRADE: take_record(digest, 'T', &digest->trade, values, universe); break;
	default: break;
	}
}

void digest_hex(const struct digest *digest, char out[static DIGEST_HEX_SIZE])
{
	static const char hex[] = "0123456789abcdef";

	for (unsigned n = 0; n < HASH_WIDTH; n++) {
		uint64_t word = hash_lanes(digest->lanes, digest->records, n);
		for (int i = 0; i < 16; i++)
			*out++ = hex[word >> (60 - 4 * i) & 15];
	}
	*out = '\0';
}
