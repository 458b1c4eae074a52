/* SPDX-License-Identifier: MIT
 * tradebotd report: the journal's trades of the main book in the shape of a backtest's report. Days and
 * growth go by NAV, so that deposits and withdrawals are not taken for results. */
#include "verbs.h"

#include "learning_words.h"
#include "reader.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

/* Grows with the journal; freed by gathered_fini. */
struct gathered {
	struct trade *trades;
	struct equity_sample *equity;
	size_t trade_count, trade_room, equity_count, equity_room;
	int64_t fills, no_trades[NOTE_COUNT], refusals[REFUSAL_COUNT];
};

static void *room_for_one(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	size_t wanted = *room ? *room * 2 : 256;
	void *grown = realloc(array, wanted * size);
	if (grown)
		*room = wanted;
	return grown;
}

static void count_decision(struct gathered *all, const struct decision *decision)
{
	if (decision->book != BOOK_MAIN)
		return;
	if (decision->verdict == VERDICT_REFUSED && decision->rule >= 0 && decision->rule < REFUSAL_COUNT)
		all->refusals[decision->rule]++;
	else if (decision->verdict == VERDICT_NO_TRADE && decision->note >= 0 && decision->note < NOTE_COUNT)
		all->no_trades[decision->note]++;
}

static int gather(void *ctx, const struct record *record)
{
	struct gathered *all = ctx;
	void *grown;
	switch (record->kind) {
	case RECORD_TRADE:
		grown = room_for_one(all->trades, all->trade_count, &all->trade_room, sizeof(*all->trades));
		if (!grown)
			return TB_EFULL;
		all->trades = grown;
		all->trades[all->trade_count++] = record->trade;
		break;
	case RECORD_EQUITY:
		grown = room_for_one(all->equity, all->equity_count, &all->equity_room, sizeof(*all->equity));
		if (!grown)
			return TB_EFULL;
		all->equity = grown;
		all->equity[all->equity_count++] = record->equity;
		break;
	case RECORD_FILL: all->fills += record->fill.book == BOOK_MAIN; break;
	case RECORD_DECISION: count_decision(all, &record->decision); break;
	default: break;
	}
	return 0;
}

static int gather_all(struct reader *reader, struct gathered *all)
{
	static const enum record_kind wanted[] = {RECORD_TRADE, RECORD_EQUITY, RECORD_FILL, RECORD_DECISION};
	struct journal_query query = {.sym = SYM_NONE};
	int code = 0;
	for (size_t i = 0; code == 0 && i < sizeof(wanted) / sizeof(wanted[0]); i++)
		code = journal_each(&reader->journal, wanted[i], &query, gather, all);
	if (code == TB_EFULL)
		snprintf(reader->journal.error.text, sizeof(reader->journal.error.text), "no memory");
	return code;
}

static int make_report(const struct reader *reader, const struct gathered *all, struct report *report)
{
	struct report_input input = {.data = reader->journal.mode,
				     .universe = &reader->universe,
				     .trades = all->trades,
				     .trade_count = all->trade_count,
				     .book = BOOK_MAIN,
				     .equity = all->equity,
				     .equity_count = all->equity_count,
				     .by_nav = true,
				     .nav_drawdown = UNKNOWN,
				     .fill_count = all->fills,
				     .no_trades = all->no_trades,
				     .refusals = all->refusals,
				     .violations = {-1, -1, -1},
				     .end_ms = reader->journal.turn_ms};
	if (all->equity_count > 0) {
		input.start_ms = all->equity[0].at_ms;
		input.start_balance = all->equity[0].equity;
	} else if (all->trade_count > 0) {
		input.start_ms = all->trades[0].signal_ms;
		input.start_balance = all->trades[0].equity_before;
	} else {
		input.start_ms = reader->journal.turn_ms;
	}
	if (input.start_balance == UNKNOWN)
		input.start_balance = 0;
	return report_compute(&input, report);
}

int verb_report(const struct cli *cli)
{
	int code;
	struct gathered all = {0};
	struct promotion_words words;
	struct reader *reader = reader_open(cli, &code);
	if (!reader)
		return code;
	struct report *report = malloc(sizeof(*report));

	code = reader_end(reader, gather_all(reader, &all));
	if (code == EXIT_DONE && (!report || make_report(reader, &all, report))) {
		fprintf(stderr, "tradebotd: no memory for the report\n");
		code = EXIT_FAILED;
	}
	if (code == EXIT_DONE)
		code = reader_end(reader, promotion_words_read(reader, &words));
	if (code == EXIT_DONE && reader->json) {
		fputs("{", stdout);
		report_json_fields(report, stdout);
		fputs(", \"promotion\": ", stdout);
		promotion_words_json(&words, stdout);
		puts("}");
	} else if (code == EXIT_DONE) {
		report_print(report, stdout);
		fputc('\n', stdout);
		promotion_words_print(&words, stdout);
	}
	free(report);
	free(all.trades);
	free(all.equity);
	reader_close(reader);
	return code;
}
