/* SPDX-License-Identifier: MIT
 * tradebotd why SYMBOL: what became of the last signals of a symbol, each in one sentence: the signal, the
 * verdict, and for a refusal the rule with its limit and the actual value. */
#include "verbs.h"

#include "decision_words.h"
#include "live_part.h"
#include "reader.h"
#include "show.h"

#include <stdlib.h>

#define WHY_DECISIONS 20

struct why {
	const struct reader *reader;
	size_t count;
};

/* A signal that was dropped before it was priced has none. */
static void print_prices(const struct decision *decision, const struct instrument *instrument)
{
	char entry[SHOW_MAX], stop[SHOW_MAX], target[SHOW_MAX];

	if (decision->entry == 0)
		return;
	show_price(decision->entry, instrument, entry);
	show_price(decision->stop, instrument, stop);
	show_price(decision->target, instrument, target);
	printf(", entry %s stop %s target %s", entry, stop, target);
}

static int print_decision(void *ctx, const struct record *record)
{
	struct why *why = ctx;
	const struct decision *decision = &record->decision;
	const struct instrument *instrument = show_instrument(&why->reader->universe, decision->sym);
	char at[SHOW_MAX], confidence[SHOW_MAX], words[DECISION_WORDS_MAX];
	const char *strategy = field_text(FIELD_STRATEGY, decision->strategy);
	const char *side = field_text(FIELD_SIDE, decision->side),
		   *regime = field_text(FIELD_REGIME, decision->regime);

	show_time(decision->at_ms, at);
	show_ratio(decision->confidence, 2, confidence);
	printf("%s  %s %s in %s, confidence %s", at, strategy ? strategy : "?", side ? side : "?",
	       regime ? regime : "?", confidence);
	print_prices(decision, instrument);
	printf("%s\n                     ", decision->book == BOOK_MAIN ? "" : " (shadow)");
	decision_words(decision, instrument, words);
	printf("%s\n", words);
	why->count++;
	return 0;
}

/* --json: the record, with its sentence. */
static int list_decision(void *ctx, const struct record *record)
{
	struct why *why = ctx;
	const struct instrument *instrument = show_instrument(&why->reader->universe, record->decision.sym);
	char text[DECISION_WORDS_MAX], extra[512];

	decision_words(&record->decision, instrument, text);
	/* Catalogue texts have neither quotes nor control characters. */
	snprintf(extra, sizeof(extra), "\"text\": \"%s\", ", text);
	fputs(why->count++ ? ",\n " : "[", stdout);
	show_json_record(stdout, record, &why->reader->universe, extra);
	return 0;
}

/* How the symbol stands now, where a daemon can say. */
static void print_now(const struct reader *reader, sym_t sym)
{
	struct live_part part = {0};
	char question[SYMBOL_TEXT_MAX + 8];

	snprintf(question, sizeof question, "why %s", reader->universe.at[sym].name);
	live_part_ask(&part, reader, question);
	if (part.there)
		live_part_symbol(part.answer.answer);
	live_part_free(&part);
}

int verb_why(const struct cli *cli)
{
	int code;
	struct reader *reader = reader_open(cli, &code);
	if (!reader)
		return code;
	struct why why = {.reader = reader};
	struct journal_query query = {.sym = reader_symbol(reader, cli->args[0]), .newest = WHY_DECISIONS};
	if (query.sym == SYM_NONE) {
		reader_close(reader);
		return EXIT_USAGE;
	}
	if (!reader->json)
		print_now(reader, query.sym);
	code = journal_each(&reader->journal, RECORD_DECISION, &query,
			    reader->json ? list_decision : print_decision, &why);
	if (reader->json)
		puts(why.count ? "]" : "[]");
	else if (code == 0 && why.count == 0)
		printf("%s: no signal has reached a decision yet\n", reader->universe.at[query.sym].name);
	code = reader_end(reader, code);
	reader_close(reader);
	return code;
}
