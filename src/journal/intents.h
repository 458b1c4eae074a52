/* SPDX-License-Identifier: MIT
 * The intents table, for journal.c. All of these answer as journal_put does. */
#ifndef TB_INTENTS_H
#define TB_INTENTS_H

#include "journal.h"

int intents_prepare(struct journal *journal);
/* Learns the last row's number (journal->intent_row) after opening, or after a rollback. */
int intents_last_row(struct journal *journal);
int intents_put(struct journal *journal, const struct intent *intent);
/* In the turn's transaction: forgets what needs not be kept. */
int intents_prune(struct journal *journal);

#endif
