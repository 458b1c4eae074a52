/* SPDX-License-Identifier: MIT
 * Asking a running daemon over its control socket; see control.h for the other end. */
#ifndef TRADEBOT_APP_CONTROL_ASK_H
#define TRADEBOT_APP_CONTROL_ASK_H

#include "json.h"

struct control_answer {
	char *text; /* the whole answer; NULL: there is none */
	void *memory;
	struct json_arena arena;
	const struct cJSON *answer; /* its "answer", NULL if it is none */
	const char *json;           /* the text of that, json_len of it */
	size_t json_len;
	bool asked;      /* the question was sent: what it wants may have been done, answer or not */
	int code;        /* of a refusal */
	char error[600]; /* why there is no answer */
};

/* Asks the daemon of that state folder, if there is one, and waits for it as long as it may take
 * (CONTROL_MS). 0: *answer has what it said. TB_ENOENT: nobody is there. TB_EREFUSED: it refuses, with its
 * code and reason. TB_EIO: something is there and does not answer. control_answer_free in any case. */
int control_ask(const char *dir, const char *question, struct control_answer *answer);
void control_answer_free(struct control_answer *answer);

#endif
