/* SPDX-License-Identifier: MIT
 * See learning_words.h. */
#include "learning_words.h"

#include "settings.h"
#include "show.h"
#include "stage.h"

#include <inttypes.h>

struct latest {
	journal_yield *yield;
	void *ctx;
	bool any;
	struct record record;
};

/* Rows come by book, strategy, regime and record: the last of each three is the newest. */
static int take_score(void *ctx, const struct record *record)
{
	struct latest *latest = ctx;
	const struct score *was = &latest->record.score, *is = &record->score;
	bool same = was->book == is->book && was->strategy == is->strategy && was->regime == is->regime;
	int code = latest->any && !same ? latest->yield(latest->ctx, &latest->record) : 0;

	latest->any = true;
	latest->record = *record;
	return code;
}

int learning_words_scores(struct reader *reader, journal_yield *yield, void *ctx)
{
	struct latest latest = {.yield = yield, .ctx = ctx};
	int code = journal_each(&reader->journal, RECORD_SCORE, &(struct journal_query){.sym = SYM_NONE},
				take_score, &latest);

	if (code == 0 && latest.any)
		code = yield(ctx, &latest.record);
	return code;
}

struct evidence {
	struct promotion_words *words;
	struct promotion fold;
	ms_t since_ms;
};

static int take_history(void *ctx, const struct record *record)
{
	struct evidence *evidence = ctx;
	struct promotion_words *words = evidence->words;

	if (record->kind == RECORD_STAGE) {
		words->stage = record->stage.stage;
		if (record->stage.stage == STAGE_SHADOW)
			evidence->since_ms = record->stage.at_ms;
	} else if (record->kind == RECORD_PROMOTION) {
		words->needed = true;
		if (record->promotion.earned == 1)
			words->record = record->promotion;
	}
	return 0;
}

static int take_trade(void *ctx, const struct record *record)
{
	struct evidence *evidence = ctx;
	const struct trade *trade = &record->trade;

	if (evidence->words->needed ? trade->book == BOOK_SHADOW && trade->stage == STAGE_SHADOW
				    : trade->book == BOOK_MAIN)
		promotion_trade(&evidence->fold, trade);
	return 0;
}

int promotion_words_read(struct reader *reader, struct promotion_words *out)
{
	static struct engine_settings engine; /* large; made anew each time */
	const struct promotion_settings *settings = &engine.promotion;
	struct evidence evidence = {.words = out};
	struct journal_query all = {.sym = SYM_NONE};

	settings_of_config(&reader->config, reader->config.limits.timeframe_ms, &engine);
	*out = (struct promotion_words){.stage = RATIO_ONE};
	int code = journal_each(&reader->journal, RECORD_STAGE, &all, take_history, &evidence);
	if (code == 0)
		code = journal_each(&reader->journal, RECORD_PROMOTION, &all, take_history, &evidence);
	out->earned = out->needed && out->stage != STAGE_SHADOW;
	if (code != 0 || out->earned)
		return code;
	promotion_init(&evidence.fold, out->needed ? evidence.since_ms : 0);
	code = journal_each(&reader->journal, RECORD_TRADE, &all, take_trade, &evidence);
	out->record = promotion_record(&evidence.fold, settings);
	out->lack_count = promotion_missing(&evidence.fold, settings, out->lacks);
	return code;
}

static void show_need(const struct promotion_lack *lack, int64_t value, char out[static SHOW_MAX])
{
	if (lack->need == PROMOTION_SHARPE)
		show_ratio(value, 2, out);
	else if (promotion_need_rows[lack->need].unit == FIELD_RATIO)
		show_percent(value, 1, out);
	else if (value == UNKNOWN)
		snprintf(out, SHOW_MAX, "-");
	else
		snprintf(out, SHOW_MAX, "%" PRId64, value);
}

static void print_record(const struct promotion_record *record, FILE *out)
{
	char sharpe[SHOW_MAX], drawdown[SHOW_MAX];

	show_ratio(record->sharpe, 2, sharpe);
	show_percent(record->drawdown, 1, drawdown);
	fprintf(out, "%" PRId64 " trades in %" PRId64 " days, Sharpe %s, drawdown %s", record->trades,
		record->days, sharpe, drawdown);
}

void promotion_words_print(const struct promotion_words *words, FILE *out)
{
	char when[SHOW_MAX], value[SHOW_MAX], wanted[SHOW_MAX];

	if (words->earned) {
		show_time(words->record.at_ms, when);
		fprintf(out, "promotion   earned %s: ", when);
		print_record(&words->record, out);
		fprintf(out, "\n");
		return;
	}
	if (words->lack_count == 0) {
		fprintf(out, "promotion   nothing is missing: ");
		print_record(&words->record, out);
		fprintf(out, "\n");
		return;
	}
	if (words->needed)
		fprintf(out,
			"promotion   not earned: everything is traded in shadow. Missing for stage 5 %%:\n");
	else
		fprintf(out,
			"promotion   not asked for here; as evidence for live trading these trades lack:\n");
	for (size_t i = 0; i < words->lack_count; i++) {
		const struct promotion_lack *lack = &words->lacks[i];
		show_need(lack, lack->value, value);
		show_need(lack, lack->wanted, wanted);
		fprintf(out, "            %s %s (now %s)\n", promotion_need_rows[lack->need].text, wanted,
			value);
	}
}

static void put_number(FILE *out, const char *name, enum field_unit unit, int64_t value)
{
	if (value == UNKNOWN)
		fprintf(out, "\"%s\": null", name);
	else if (unit == FIELD_RATIO)
		show_json_double(out, name, (double)value / (double)RATIO_ONE);
	else
		fprintf(out, "\"%s\": %" PRId64, name, value);
}

void promotion_words_json(const struct promotion_words *words, FILE *out)
{
	fprintf(out, "{\"needed\": %s, \"earned\": %s, \"trades\": %" PRId64 ", \"days\": %" PRId64 ", ",
		words->needed ? "true" : "false", words->earned ? "true" : "false", words->record.trades,
		words->record.days);
	put_number(out, "sharpe", FIELD_RATIO, words->record.sharpe);
	fputs(", ", out);
	put_number(out, "drawdown", FIELD_RATIO, words->record.drawdown);
	fputs(", \"missing\": [", out);
	for (size_t i = 0; i < words->lack_count; i++) {
		const struct promotion_lack *lack = &words->lacks[i];
		enum field_unit unit = promotion_need_rows[lack->need].unit;
		fprintf(out, "%s{\"name\": \"%s\", ", i ? ", " : "", promotion_need_rows[lack->need].name);
		put_number(out, "value", unit, lack->value);
		fputs(", ", out);
		put_number(out, "wanted", unit, lack->wanted);
		fputs("}", out);
	}
	fputs("]}", out);
}
