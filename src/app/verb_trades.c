/* SPDX-License-Identifier: MIT
 * tradebotd trades: the closed trades of the journal, newest last. The text leaves out what a screen has no
 * room for; --json has every column. */
#include "verbs.h"

#include "reader.h"
#include "show.h"

#include <string.h>

/* "BTC" of "BTC/USDT:USDT" is what a narrow table can hold. */
static void short_name(const char *name, char out[static SYMBOL_TEXT_MAX])
{
	snprintf(out, SYMBOL_TEXT_MAX, "%s", name);
	char *colon = strchr(out, ':');
	if (colon)
		*colon = '\0';
}

static int print_trade(void *ctx, const struct record *record)
{
	const struct reader *reader = ctx;
	const struct trade *trade = &record->trade;
	const struct instrument *instrument = show_instrument(&reader->universe, trade->sym);
	char exit[SHOW_MAX], qty[SHOW_MAX], in[SHOW_MAX], out[SHOW_MAX], net[SHOW_MAX], r[SHOW_MAX],
		name[SYMBOL_TEXT_MAX];

	show_time(trade->exit_ms, exit);
	show_qty(trade->qty, instrument, qty);
	show_average(trade->entry_cost, trade->qty, instrument, in);
	show_average(trade->exit_value, trade->qty, instrument, out);
	show_money(trade->net, 2, net);
	show_ratio(trade->r, 2, r);
	short_name(instrument ? instrument->name : "?", name);
	const char *side = field_text(FIELD_SIDE, trade->side),
		   *strategy = field_text(FIELD_STRATEGY, trade->strategy);
	const char *reason = field_text(FIELD_EXIT, trade->exit_reason);
	printf("%-16.16s %-13s %-5s %-14s %12s %12s %12s %9s %6s %s%s\n", exit, name, side ? side : "?",
	       strategy ? strategy : "?", qty, in, out, net, r, reason ? reason : "?",
	       trade->book == BOOK_MAIN ? "" : " (shadow)");
	return 0;
}

int verb_trades(const struct cli *cli)
{
	int code;
	struct reader *reader = reader_open(cli, &code);
	struct journal_query all = {.sym = SYM_NONE};

	if (!reader)
		return code;
	if (reader->json) {
		code = reader_print_list(reader, RECORD_TRADE);
	} else {
		printf("%-16s %-13s %-5s %-14s %12s %12s %12s %9s %6s %s\n", "closed (UTC)", "symbol", "side",
		       "strategy", "qty", "entry", "exit", "net USDT", "R", "why");
		code = journal_each(&reader->journal, RECORD_TRADE, &all, print_trade, reader);
	}
	code = reader_end(reader, code);
	reader_close(reader);
	return code;
}
