/* SPDX-License-Identifier: MIT
 * tradebotd scores: how each strategy stands in each regime, and the weight it trades with. */
#include "verbs.h"

#include "learning_words.h"
#include "reader.h"
#include "show.h"

#include <inttypes.h>

static int print_score(void *ctx, const struct record *record)
{
	const struct score *score = &record->score;
	char salience[SHOW_MAX], weight[SHOW_MAX], mean[SHOW_MAX], win[SHOW_MAX], drawdown[SHOW_MAX],
		variance[SHOW_MAX];
	size_t *count = ctx;
	const char *strategy = field_text(FIELD_STRATEGY, score->strategy),
		   *regime = field_text(FIELD_REGIME, score->regime);
	const char *standing = field_text(FIELD_STANDING, score->standing),
		   *book = field_text(FIELD_BOOK, score->book);

	show_ratio(score->salience, 2, salience);
	show_ratio(score->weight, 2, weight);
	show_ratio(score->mean_r, 2, mean);
	show_percent(score->win_rate, 1, win);
	show_percent(score->drawdown, 1, drawdown);
	show_ratio(score->variance_r, 2, variance);
	printf("%-7s %-15s %-12s %3" PRId64 " %6" PRId64 " %-13s %8s %7s %8s %8s %9s %9s\n",
	       book ? book : "?", strategy ? strategy : "?", regime ? regime : "?", score->record,
	       score->trades, standing ? standing : "?", salience, weight, mean, win, drawdown, variance);
	(*count)++;
	return 0;
}

int verb_scores(const struct cli *cli)
{
	int code;
	struct reader *reader = reader_open(cli, &code);
	struct promotion_words words = {0};

	if (!reader)
		return code;
	if (reader->json) {
		fputs("{\"scores\": ", stdout);
		code = reader_print_list(reader, RECORD_SCORE);
		if (code == 0)
			code = promotion_words_read(reader, &words);
		fputs(", \"promotion\": ", stdout);
		promotion_words_json(&words, stdout);
		puts("}");
	} else {
		size_t count = 0;
		printf("%-7s %-15s %-12s %3s %6s %-13s %8s %7s %8s %8s %9s %9s\n", "book", "strategy",
		       "regime", "rec", "trades", "standing", "salience", "weight", "mean R", "win",
		       "drawdown", "var R");
		code = learning_words_scores(reader, print_score, &count);
		if (code == 0 && count == 0)
			puts("no trade has been scored yet: every strategy is 'insufficient'");
		if (code == 0)
			code = promotion_words_read(reader, &words);
		if (code == 0)
			promotion_words_print(&words, stdout);
	}
	code = reader_end(reader, code);
	reader_close(reader);
	return code;
}
