/* SPDX-License-Identifier: MIT
 * How a record is written down for the digest of a run: the same bytes from a live journal, a replay and a
 * backtest, whatever the machine. docs/journal.md has the encoding for people. Pure. */
#ifndef TB_DIGEST_H
#define TB_DIGEST_H

#include "tradebot/instrument.h"
#include "tradebot/record.h"

#define RECORD_BYTES_MAX 1024

/* Writes the digest form of a DECISION, FILL or TRADE into out and returns its length in bytes: a tag ('D',
 * 'F' or 'T'), then each field with FIELD_DIGEST in catalogue order: FIELD_SYM as a length byte and the
 * instrument's name (length 0 if the universe has no such symbol), every other as 8 bytes, little-endian
 * two's complement. Any other kind of record is not part of the digest: returns 0. */
size_t record_encode(const struct record *record, const struct universe *universe,
		     uint8_t out[static RECORD_BYTES_MAX]);

#endif
