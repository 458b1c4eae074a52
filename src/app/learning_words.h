/* SPDX-License-Identifier: MIT
 * What has been learned and what is missing for live trading, in words, for the verbs that read a journal.
 * The numbers are made anew from the journal's trades by the rooms that the daemon uses. */
#ifndef APP_LEARNING_WORDS_H
#define APP_LEARNING_WORDS_H

#include "promotion.h"
#include "reader.h"

/* Yields the newest record of each book, strategy and regime, in that order. What journal_each answers. */
int learning_words_scores(struct reader *reader, journal_yield *yield, void *ctx);

/* Whether this account may trade live, and what it lacks. */
struct promotion_words {
	bool needed; /* the account began in shadow and is not promoted until its evidence is whole */
	bool earned; /* it is promoted now */
	ratio_t stage;
	struct promotion_record record; /* that earned it; else the evidence as it stands */
	size_t lack_count;
	struct promotion_lack lacks[PROMOTION_NEED_COUNT];
};
/* Evidence: the shadow book's trades since the account was in shadow; where no promotion is asked for (a
 * simulation with a fixed stage), what the main book's trades would be worth as evidence. */
int promotion_words_read(struct reader *reader, struct promotion_words *out);
/* Lines, each beginning with its own label. */
void promotion_words_print(const struct promotion_words *words, FILE *out);
/* One JSON object. */
void promotion_words_json(const struct promotion_words *words, FILE *out);

#endif
