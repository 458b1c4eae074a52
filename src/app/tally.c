/* SPDX-License-Identifier: MIT
 * See tally.h. */
#include "tally.h"

#include "tradebot/ticket.h"

#include <stdlib.h>

void tally_open(struct tally *tally, const struct universe *universe)
{
	*tally = (struct tally){.universe = universe};
	digest_open(&tally->digest);
}

void tally_close(struct tally *tally)
{
	free(tally->trades);
	free(tally->days);
	tally->trades = NULL;
	tally->days = NULL;
}

/* Room for one more element; false without memory. */
static bool grow(void **array, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return true;
	size_t wanted = *room ? *room * 2 : 256;
	void *larger = realloc(*array, wanted * size);
	if (larger == NULL)
		return false;
	*array = larger;
	*room = wanted;
	return true;
}

int tally_keep(struct tally *tally, size_t trades, size_t days)
{
	free(tally->trades);
	free(tally->days);
	tally->trades = malloc((trades + 1) * sizeof *tally->trades);
	tally->days = malloc((days + 1) * sizeof *tally->days);
	tally->keeps = tally->trades != NULL && tally->days != NULL;
	tally->trade_room = tally->keeps ? trades + 1 : 0;
	tally->day_room = tally->keeps ? days + 1 : 0;
	tally->trade_count = tally->day_count = 0;
	return tally->keeps ? 0 : TB_EFULL;
}

static void take_trade(struct tally *tally, const struct trade *trade)
{
	if (trade->book == BOOK_MAIN) {
		tally->net += trade->net;
		tally->own_count++;
	}
	if (tally->keeps &&
	    !grow((void **)&tally->trades, &tally->trade_room, tally->trade_count, sizeof *tally->trades)) {
		tally->out_of_memory = true;
		return;
	}
	if (tally->keeps)
		tally->trades[tally->trade_count] = *trade;
	tally->trade_count++;
}

static void take_day(struct tally *tally, const struct equity_sample *day)
{
	if (tally->keeps &&
	    !grow((void **)&tally->days, &tally->day_room, tally->day_count, sizeof *tally->days)) {
		tally->out_of_memory = true;
		return;
	}
	if (tally->keeps)
		tally->days[tally->day_count] = *day;
	tally->day_count++;
}

void tally_record(struct tally *tally, const struct record *record)
{
	switch (record->kind) {
	case RECORD_DECISION:
		if (record->decision.book != BOOK_MAIN)
			break;
		tally->decisions++;
		if (record->decision.verdict == VERDICT_NO_TRADE)
			tally->notes[record->decision.note]++;
		else if (record->decision.verdict == VERDICT_REFUSED)
			tally->refusals[record->decision.rule]++;
		break;
	case RECORD_FILL: tally->fills += record->fill.book == BOOK_MAIN; break;
	case RECORD_DESK: {
		ratio_t drawdown = desk_drawdown(&record->desk);
		tally->drawdown = drawdown > tally->drawdown ? drawdown : tally->drawdown;
		return;
	}
	case RECORD_NOTE:
		if (record->note.note == NOTE_LOCKED && tally->locked_ms == 0)
			tally->locked_ms = record->note.at_ms;
		if (record->note.note == NOTE_PAUSED && tally->paused_ms == 0)
			tally->paused_ms = record->note.at_ms;
		return;
	case RECORD_TRADE: take_trade(tally, &record->trade); break;
	case RECORD_EQUITY: take_day(tally, &record->equity); return;
	default: return;
	}
	digest_record(&tally->digest, record, tally->universe);
}

void tally_digest(const struct tally *tally, char out[static DIGEST_HEX_SIZE])
{
	digest_hex(&tally->digest, out);
}
