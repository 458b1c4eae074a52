/* SPDX-License-Identifier: MIT
 * How a record is written down for the digest of a run: the same bytes from a live journal, a replay and a
 * backtest, whatever the machine. docs/journal.md has the encoding for people. Pure. */
#ifndef TB_DIGEST_H
#define TB_DIGEST_H

#include "tradebot/instrument.h"
#include "tradebot/record.h"

#define RECORD_BYTES_MAX 1024

/* The last record of each kind that was written: of the next only what has changed is. All zero bytes is the
 * beginning of a run. */
struct digest_last {
	struct decision decision;
	struct fill fill;
	struct trade trade;
};

/* Writes the digest form of a DECISION, FILL or TRADE into out and returns its length in bytes: a tag ('D',
 * 'F' or 'T'), then each field with FIELD_DIGEST in catalogue order, as its change since the last record of
 * the kind: zigzag (0, -1, 1, -2 ... are 0, 1, 2, 3 ...), one byte if under
 * 248, else 247 + the number of its bytes and then those, the lowest first. A FIELD_SYM is 0 if it is the same instrument as before, else a byte of
 * 1 + the length of its name, and the name (no name if the universe has no such symbol). So every field of
 * every record can be read back, at about 30 bytes a decision. Any other kind of record is not part of the
 * digest: returns 0. */
size_t record_encode(struct digest_last *last, const struct record *record, const struct universe *universe,
		     uint8_t out[static RECORD_BYTES_MAX]);

#endif
