/* SPDX-License-Identifier: MIT
 * tradebotd status: how the account stood at the last committed turn: states in words, open positions,
 * watched symbols. Ages are counted to that turn, not to this machine's clock: a simulation has its own time.
 */
#include "verbs.h"

#include "desk_words.h"
#include "learning_words.h"
#include "live_part.h"
#include "reader.h"
#include "show.h"
#include "tradebot/ticket.h"

#include <string.h>

static size_t unprotected(const struct reader *reader)
{
	size_t count = 0;
	for (size_t i = 0; i < reader->holding_count; i++)
		count += reader->holdings[i].phase == PHASE_UNPROTECTED;
	return count;
}

static void print_holding(const struct reader *reader, const struct holding *holding)
{
	const struct instrument *instrument = show_instrument(&reader->universe, holding->sym);
	char qty[SHOW_MAX], entry[SHOW_MAX], stop[SHOW_MAX], target[SHOW_MAX], age[SHOW_MAX];
	const char *side = field_text(FIELD_SIDE, holding->side),
		   *phase = field_text(FIELD_PHASE, holding->phase);
	bool opened =
		holding->opened_ms != UNKNOWN && holding->opened_ms > 0 && reader->journal.turn_ms != UNKNOWN;

	show_qty(holding->qty, instrument, qty);
	show_average(holding->cost, holding->qty, instrument, entry);
	show_price(holding->stop, instrument, stop);
	show_price(holding->target, instrument, target);
	show_length(opened ? reader->journal.turn_ms - holding->opened_ms : UNKNOWN, age);
	printf("%-16s %-5s %14s %14s %14s %14s %-11s %s\n", instrument ? instrument->name : "?",
	       side ? side : "?", qty, entry, stop, target, phase ? phase : "?", age);
}

/* A strategy that is archived trades in shadow only: the usual reason why a bot has gone quiet. */
static int print_archived(void *ctx, const struct record *record)
{
	const struct score *score = &record->score;
	const char *strategy = field_text(FIELD_STRATEGY, score->strategy);
	const char *regime = field_text(FIELD_REGIME, score->regime);

	(void)ctx;
	if (score->book == BOOK_MAIN && score->standing == STANDING_ARCHIVED)
		printf("archived    %s in %s, after %lld trades: shadow only (see scores)\n",
		       strategy ? strategy : "?", regime ? regime : "?", (long long)score->trades);
	return 0;
}

static void print_text(struct reader *reader, const struct live_part *part)
{
	char last[SHOW_MAX], equity[SHOW_MAX], sampled[SHOW_MAX], drawdown[SHOW_MAX], loss[SHOW_MAX],
		stage[SHOW_MAX];

	struct promotion_words words;
	ratio_t result = (reader->desk.nav - NAV_ONE) / (NAV_ONE / RATIO_ONE);

	show_time(reader->journal.turn_ms, last);
	show_money(reader->equity.equity, 2, equity);
	show_time(reader->equity.at_ms, sampled);
	show_percent(desk_drawdown(&reader->desk), 2, drawdown);
	show_percent(desk_daily_loss(&reader->desk), 2, loss);
	show_percent(reader->stage, 0, stage);
	printf("mode        %s\n", reader->journal.mode);
	live_part_status(part, reader);
	printf("last turn   %s UTC (turn %lld)\n", last, (long long)reader->journal.turn);
	if (reader->equity.equity == UNKNOWN)
		printf("equity      not sampled yet\n");
	else
		printf("equity      %s USDT at %s UTC (sampled once a day)\n", equity, sampled);
	show_percent(reader->desk.nav > 0 ? result : UNKNOWN, 2, stage);
	printf("result      %s since the start, net, open positions at their marks\n", stage);
	show_percent(reader->stage, 0, stage);
	if (reader->stage == 0)
		printf("stage       shadow: nothing is traded for real\n");
	else
		printf("stage       %s of equity\n", stage);
	printf("drawdown    %s    loss today %s\n", drawdown, loss);
	printf("state       ");
	desk_words(&reader->desk, reader->journal.turn_ms, stdout);
	printf("\npositions   %zu, %zu of them unprotected\n", reader->holding_count, unprotected(reader));
	if (reader->holding_count > 0)
		printf("%-16s %-5s %14s %14s %14s %14s %-11s %s\n", "symbol", "side", "qty", "entry", "stop",
		       "target", "phase", "age");
	for (size_t i = 0; i < reader->holding_count; i++)
		print_holding(reader, &reader->holdings[i]);
	learning_words_scores(reader, print_archived, NULL);
	if (promotion_words_read(reader, &words) == 0 && words.needed)
		promotion_words_print(&words, stdout);
	printf("watched     %zu symbols\n", reader->watched_count);
	for (size_t i = 0; i < reader->watched_count; i++)
		printf("  %-16s %s\n", show_instrument(&reader->universe, reader->watched[i].sym)->name,
		       reader->watched[i].scanned == 1 ? "picked by the scanner" : "by TRADING_SYMBOLS");
}

static void print_json(struct reader *reader, const struct live_part *part)
{
	struct promotion_words words;

	printf("{");
	printf("\"mode\": ");
	show_json_text(stdout, reader->journal.mode);
	printf(", \"turn\": %lld", (long long)reader->journal.turn);
	if (reader->journal.turn_ms == UNKNOWN)
		printf(", \"turn_ms\": null");
	else
		printf(", \"turn_ms\": %lld", (long long)reader->journal.turn_ms);
	printf(", ");
	show_json_money(stdout, "equity", reader->equity.equity);
	printf(", ");
	show_json_double(stdout, "stage", (double)reader->stage / (double)RATIO_ONE);
	printf(", ");
	show_json_double(stdout, "drawdown", (double)desk_drawdown(&reader->desk) / (double)RATIO_ONE);
	printf(", ");
	show_json_double(stdout, "daily_loss", (double)desk_daily_loss(&reader->desk) / (double)RATIO_ONE);
	printf(", \"states\": [");
	desk_words_json(&reader->desk, reader->journal.turn_ms, stdout);
	printf("], \"unprotected\": %zu, \"positions\": [", unprotected(reader));
	for (size_t i = 0; i < reader->holding_count; i++) {
		struct record record = {.kind = RECORD_HOLDING, .holding = reader->holdings[i]};
		printf("%s", i ? ", " : "");
		show_json_record(stdout, &record, &reader->universe, "");
	}
	printf("], \"promotion\": ");
	promotion_words_read(reader, &words);
	promotion_words_json(&words, stdout);
	printf(", \"watched\": [");
	for (size_t i = 0; i < reader->watched_count; i++) {
		printf("%s", i ? ", " : "");
		show_json_text(stdout, show_instrument(&reader->universe, reader->watched[i].sym)->name);
	}
	printf("]");
	live_part_json(part, stdout);
	printf("}\n");
}

int verb_status(const struct cli *cli)
{
	int code;
	struct reader *reader = reader_open(cli, &code);
	if (!reader)
		return code;
	struct live_part part = {0};
	code = reader_load(reader);
	if (code == EXIT_DONE) {
		live_part_ask(&part, reader, "status");
		(reader->json ? print_json : print_text)(reader, &part);
	}
	live_part_free(&part);
	reader_close(reader);
	return code;
}
