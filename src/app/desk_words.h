/* SPDX-License-Identifier: MIT
 * The states of the risk ladder in words, with when or how each ends. status and risk say them alike. */
#ifndef APP_DESK_WORDS_H
#define APP_DESK_WORDS_H

#include "tradebot/desk.h"

#include <stdio.h>

/* "entries are open", or each state that stands at now_ms, between "; ". */
void desk_words(const struct desk *desk, ms_t now_ms, FILE *out);
/* The names of the standing states as JSON texts, between commas: "locked", "paused", ... */
void desk_words_json(const struct desk *desk, ms_t now_ms, FILE *out);

#endif
