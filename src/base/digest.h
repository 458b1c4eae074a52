/* SPDX-License-Identifier: MIT
 * The digest of a run: a fingerprint of its decisions, fills and trades, the same from a live journal, a
 * replay and a backtest, whatever the machine. It finds accidents, not deceit: hash.h. docs/journal.md has it
 * for people. Pure. */
#ifndef TB_DIGEST_H
#define TB_DIGEST_H

#include "hash.h"
#include "tradebot/instrument.h"
#include "tradebot/record.h"

#define DIGEST_HEX_SIZE 65

#define DIGEST_COLUMNS_MAX 60

struct digest {
	uint64_t lanes[HASH_LANES];
	uint64_t records;
	struct digest_columns {
		uint8_t count, sym_at; /* the place among them of the symbol */
		uint8_t at[DIGEST_COLUMNS_MAX];
	} decision, fill, trade;     /* which of a record's columns it takes */
	uint64_t names[SYMBOLS_MAX]; /* what each symbol's name comes to; 0: not asked yet */
};

void digest_open(struct digest *digest);

/* Takes a DECISION, FILL or TRADE; any other kind of record is not part of the digest. A tag ('D', 'F', 'T')
 * goes into lane 0, each column with FIELD_DIGEST, in catalogue order, into the lanes that follow, in turn:
 * its integer, and for a FIELD_SYM the instrument's name (its bytes, zeros to the end, as four little-endian
 * words, taken by a lane that was 0; no name if the universe has no such symbol). A symbol keeps its name. */
void digest_record(struct digest *digest, const struct record *record, const struct universe *universe);

/* Of everything taken so far, as 64 lower-case hex digits; more may be taken after. */
void digest_hex(const struct digest *digest, char out[static DIGEST_HEX_SIZE]);

#endif
