/* SPDX-License-Identifier: MIT
 * What a run amounts to: its trades, day ends, counts of decisions by what became of them, and the digest.
 * Fed with every committed record, by a backtest directly and by `run` beside its journal. A backtest, whose
 * report needs them, has it keep trades and day ends, in room reserved before the first bar; `run` only
 * counts, so its memory does not grow with time. */
#ifndef TRADEBOT_APP_TALLY_H
#define TRADEBOT_APP_TALLY_H

#include "digest.h"
#include "tradebot/instrument.h"
#include "tradebot/record.h"

struct tally {
	const struct universe *universe; /* borrowed */
	bool keeps;                      /* trades and days; else they are counted only */
	struct trade *trades;            /* NULL: none kept */
	size_t trade_count, trade_room;
	size_t own_count;           /* of them in the main book */
	struct equity_sample *days; /* NULL: none kept */
	size_t day_count, day_room;
	money_t net; /* of all closed trades of the main book */
	int64_t fills, decisions;
	int64_t notes[NOTE_COUNT]; /* no-trade reasons */
	int64_t refusals[REFUSAL_COUNT];
	ms_t locked_ms;   /* first lock, 0: none */
	ms_t paused_ms;   /* first pause */
	ratio_t drawdown; /* deepest fall of NAV from its peak, as sampled */
	bool out_of_memory;
	struct digest digest;
};

/* Counts only, until told to keep. */
void tally_open(struct tally *tally, const struct universe *universe);
/* From now on trades and days are kept, with room for so many at first (what is not used costs no memory);
 * more make it grow. TB_EFULL without memory. */
int tally_keep(struct tally *tally, size_t trades, size_t days);
void tally_close(struct tally *tally);
void tally_record(struct tally *tally, const struct record *record);
/* Lower-case hex of the digest so far. */
void tally_digest(const struct tally *tally, char out[static DIGEST_HEX_SIZE]);

#endif
