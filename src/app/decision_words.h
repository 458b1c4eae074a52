/* SPDX-License-Identifier: MIT
 * What became of a signal, in words: for `why` and for the log. */
#ifndef TRADEBOT_APP_DECISION_WORDS_H
#define TRADEBOT_APP_DECISION_WORDS_H

#include "tradebot/instrument.h"
#include "tradebot/record.h"

#define DECISION_WORDS_MAX 320

/* "refused: spread 12.00 % > 10.00 % (...)", "no trade: ...", "approved: 0.014"; no newline. Too long a text
 * is cut.
 */
void decision_words(const struct decision *decision, const struct instrument *instrument,
		    char out[static DECISION_WORDS_MAX]);

#endif
