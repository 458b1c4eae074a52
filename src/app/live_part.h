/* SPDX-License-Identifier: MIT
 * The reading verbs' view of a running daemon: what it answers over its control socket, printed beside what
 * its journal says. Without a daemon the verbs print the journal alone. */
#ifndef TRADEBOT_APP_LIVE_PART_H
#define TRADEBOT_APP_LIVE_PART_H

#include "control_ask.h"
#include "reader.h"
#include "show.h"

struct live_part {
	bool there; /* a daemon has answered */
	struct control_answer answer;
};

/* Asks the daemon of the reader's state folder. One that is there and does not answer is told on stderr. */
void live_part_ask(struct live_part *part, const struct reader *reader, const char *question);
void live_part_free(struct live_part *part);

/* ", \"live\": {...}" or ", \"live\": null", for the end of a JSON object. */
void live_part_json(const struct live_part *part, FILE *out);

/* A member as text: digits of a number, "yes" or "no", "-" for null or nothing. Borrowed. */
const char *live_part_text(const struct cJSON *object, const char *key);
/* A time (ms since 1970) as "2025-03-01 12:00:00"; a length in ms as "42 ms", "3.2 s". "-" */
void live_part_time(const struct cJSON *object, const char *key, char out[static SHOW_MAX]);
void live_part_length(const struct cJSON *object, const char *key, char out[static SHOW_MAX]);

/* Blocks of text; nothing at all where no daemon answers and the journal is of a simulation. */
void live_part_status(const struct live_part *part, const struct reader *reader);
/* One symbol in two lines. */
void live_part_symbol(const struct cJSON *symbol);
/* The watched symbols as a table. */
void live_part_symbols(const struct cJSON *answer);

#endif
