/* SPDX-License-Identifier: MIT
 * The binary form of a candle file that was read once: a head with everything the loader found and the rows
 * as they are in memory, both under checksums. The head says for which source, which repairs and which loader
 * it holds. Written and read by app/candle_store; here are only bytes. Pure. */
#ifndef TB_MARKET_CANDLE_CACHE_H
#define TB_MARKET_CANDLE_CACHE_H

#include "candle_text.h"
#include "stripe_hash.h"
#include "tradebot/instrument.h"

/* Raise it whenever the same text may give other candles, or the head another form. */
#define CANDLE_LOADER_VERSION 1
#define CANDLE_CACHE_ALIGN    4096 /* the rows begin at a multiple, so that they can be mapped */

/* The state of the source as the file system tells it. Two equal ones mean the same bytes, unless the file
 * was changed again in the very moment it was looked at: settled says that it was not. */
struct candle_source {
	uint64_t size, device, inode;
	int64_t modified_ns, changed_ns;
	int64_t settled; /* 1: the last change was long enough before the look */
};

struct candle_cache_head {
	char magic[8];
	uint64_t order;            /* tells the byte order */
	uint64_t version, program; /* CANDLE_LOADER_VERSION, and a hash of the program's version */
	uint64_t head_bytes, row_bytes, rows_at;
	/* for what it stands */
	struct candle_source source;
	struct stripe_hash text; /* of the source's bytes, packed or not */
	int64_t named_ms;
	uint8_t way[16]; /* of candle_repair */
	/* what is in it */
	uint64_t count;
	int64_t unit, timeframe_ms, price_decimals, volume_decimals;
	struct grid lot; /* volumes are whole lots of this */
	int64_t zero_volume, duplicates, filled, text_bytes;
	uint64_t duplicate_line;
	struct candle_gaps gaps;
	struct csv_faults repairs;
	struct stripe_hash rows_hash;
	struct stripe_hash head_hash; /* of all bytes before it */
};

/* A head of zeroes with what every head has. program: anything that changes with the program. */
void candle_cache_begin(struct candle_cache_head *head, uint64_t program);

/* From a sound table (and back; the rows of *table are then UNTOUCHED). */
void candle_cache_from_table(struct candle_cache_head *head, const struct candle_table *table);
void candle_cache_to_table(const struct candle_cache_head *head, struct candle_table *table);

/* Fills in the checksums; nothing may change after. */
void candle_cache_seal(struct candle_cache_head *head, const struct candle *rows);

/* Whether these bytes are a whole, unchanged cache of this loader, and on what grid. 0: *head is a copy,
 * *rows point into bytes (aligned as bytes are, which must be to 8). TB_EINVAL: they are not to be used, *why
 * says it in words. Trusts nothing: no field of the head is used before it has been held against the length.
 */
int candle_cache_read(const void *bytes, size_t length, uint64_t program, struct candle_cache_head *head,
		      const struct candle **rows, const char **why);

#endif
