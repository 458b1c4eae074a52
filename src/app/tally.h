/* SPDX-License-Identifier: MIT
 * What a run amounts to: its trades, day ends, counts of decisions by what became of them, and the digest.
 * Fed with every committed record, by a backtest directly and by `run` beside its journal. */
#ifndef TRADEBOT_APP_TALLY_H
#define TRADEBOT_APP_TALLY_H

#include "sha256.h"
#include "tradebot/instrument.h"
#include "tradebot/record.h"

struct tally {
	const struct universe *universe; /* borrowed */
	struct trade *trades;
	size_t trade_count, trade_room;
	struct equity_sample *days;
	size_t day_count, day_room;
	int64_t fills, decisions;
	int64_t notes[NOTE_COUNT]; /* no-trade reasons */
	int64_t refusals[REFUSAL_COUNT];
	ms_t locked_ms;   /* first lock, 0: none */
	ms_t paused_ms;   /* first pause */
	ratio_t drawdown; /* deepest fall of NAV from its peak, as sampled */
	bool out_of_memory;
	struct sha256 digest;
};

int tally_open(struct tally *tally, const struct universe *universe);
void tally_close(struct tally *tally);
void tally_record(struct tally *tally, const struct record *record);
/* Lower-case hex of the digest so far; ends it. */
void tally_digest(struct tally *tally, char out[static 65]);

#endif
