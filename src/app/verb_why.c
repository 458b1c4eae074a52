/* SPDX-License-Identifier: MIT
 * tradebotd why SYMBOL: what became of the last signals of a symbol, each in one sentence: the signal, the
 * verdict, and for a refusal the rule with its limit and the actual value. */
#include "verbs.h"

#include "reader.h"
#include "show.h"

#include <stdlib.h>

#define WHY_DECISIONS 20

struct why {
	const struct reader *reader;
	size_t count;
};

/* Rules about plain numbers read better without a percent sign. */
static void show_side_of_rule(int64_t rule, int64_t value, const struct instrument *instrument,
			      char out[static SHOW_MAX])
{
	bool number =
		rule == REFUSAL_REWARD_RISK || rule == REFUSAL_LEVERAGE || rule == REFUSAL_SAFE_CONFIDENCE;
	if (refusal_rows[rule].unit != FIELD_RATIO || value == UNKNOWN)
		show_value(refusal_rows[rule].unit, value, instrument, out);
	else if (number)
		show_ratio(value, 2, out);
	else
		show_percent(value, 2, out);
}

/* "refused: reward_risk 1.31 < 1.50 (reward to risk is under 1.5)" */
static void print_refusal(FILE *out, const struct decision *decision, const struct instrument *instrument)
{
	char limit[SHOW_MAX], actual[SHOW_MAX];
	if (decision->rule < 0 || decision->rule >= REFUSAL_COUNT) {
		fputs("refused", out);
		return;
	}
	const struct refusal_row *row = &refusal_rows[decision->rule];
	show_side_of_rule(decision->rule, decision->limit_value, instrument, limit);
	show_side_of_rule(decision->rule, decision->actual_value, instrument, actual);
	fprintf(out, "refused: %s", row->name);
	if (row->unit != FIELD_BOOL && decision->actual_value == UNKNOWN)
		fprintf(out, " unknown, limit %s", limit);
	else if (row->unit != FIELD_BOOL && row->unit != FIELD_SIDE)
		fprintf(out, " %s %s %s", actual,
			decision->actual_value < decision->limit_value   ? "<"
			: decision->actual_value > decision->limit_value ? ">"
									 : "=",
			limit);
	fprintf(out, " (%s)", row->text);
}

/* The reason, with the numbers where there are any. */
static void print_no_trade(FILE *out, const struct decision *decision, const struct instrument *instrument)
{
	char limit[SHOW_MAX], actual[SHOW_MAX];

	if (decision->note < 0 || decision->note >= NOTE_COUNT) {
		fputs("no trade", out);
		return;
	}
	fprintf(out, "no trade: %s", note_rows[decision->note].text);
	if (decision->note == NOTE_COSTS) {
		show_ratio(decision->limit_value, 2, limit);
		show_ratio(decision->actual_value, 2, actual);
		fprintf(out, " (%s < %s)", actual, limit);
	} else if (decision->note == NOTE_SIZE) {
		show_qty(decision->limit_value, instrument, limit);
		show_qty(decision->actual_value, instrument, actual);
		fprintf(out, " (%s < %s)", actual, limit);
	}
}

static void print_verdict(FILE *out, const struct decision *decision, const struct instrument *instrument)
{
	char qty[SHOW_MAX];
	switch (decision->verdict) {
	case VERDICT_REFUSED: print_refusal(out, decision, instrument); break;
	case VERDICT_NO_TRADE: print_no_trade(out, decision, instrument); break;
	case VERDICT_APPROVED:
		show_qty(decision->qty, instrument, qty);
		fprintf(out, "approved: %s", qty);
		break;
	default: fputs("unknown verdict", out);
	}
}

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
	char at[SHOW_MAX], confidence[SHOW_MAX];
	const char *strategy = field_text(FIELD_STRATEGY, decision->strategy);
	const char *side = field_text(FIELD_SIDE, decision->side),
		   *regime = field_text(FIELD_REGIME, decision->regime);

	show_time(decision->at_ms, at);
	show_ratio(decision->confidence, 2, confidence);
	printf("%s  %s %s in %s, confidence %s", at, strategy ? strategy : "?", side ? side : "?",
	       regime ? regime : "?", confidence);
	print_prices(decision, instrument);
	printf("%s\n                     ", decision->book == BOOK_MAIN ? "" : " (shadow)");
	print_verdict(stdout, decision, instrument);
	fputc('\n', stdout);
	why->count++;
	return 0;
}

/* --json: the record, with its sentence. */
static int list_decision(void *ctx, const struct record *record)
{
	struct why *why = ctx;
	const struct instrument *instrument = show_instrument(&why->reader->universe, record->decision.sym);
	char *text = NULL, extra[512];
	size_t len = 0;
	FILE *sentence = open_memstream(&text, &len);

	if (!sentence)
		return TB_EIO;
	print_verdict(sentence, &record->decision, instrument);
	fclose(sentence);
	/* Catalogue texts have neither quotes nor control characters. */
	snprintf(extra, sizeof(extra), "\"text\": \"%.480s\", ", text);
	fputs(why->count++ ? ",\n " : "[", stdout);
	show_json_record(stdout, record, &why->reader->universe, extra);
	free(text);
	return 0;
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
