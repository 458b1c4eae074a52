/* SPDX-License-Identifier: MIT
 * The control socket of a running daemon: STATE/control.sock, for its own user and root (asked of the kernel,
 * not believed). One question a connection: a line of words, "status\n", "why BTC/USDT\n"; the answer is one
 * line of JSON, {"ok": true, "answer": {...}} or {"ok": false, "code": N, "error": "..."} with the exit code
 * of the command, and the end of the connection. A command that changes something answers after its turn was
 * recorded.
 *
 * Everything here is bounded and nothing waits: CONTROL_CLIENTS_MAX at a time, CONTROL_LINE_MAX bytes asked,
 * CONTROL_ANSWER_MAX answered, CONTROL_MS for all of it. */
#ifndef TRADEBOT_APP_CONTROL_H
#define TRADEBOT_APP_CONTROL_H

#include <stdio.h>

#include "tradebot/units.h"

#define CONTROL_CLIENTS_MAX 8
#define CONTROL_LINE_MAX    256
#define CONTROL_ANSWER_MAX  (512 << 10)
#define CONTROL_MS          2000

/* Answers verb with arg ("" if there is none) by writing one JSON value to out. 0, or an exit code; then what
 * was written to out is the reason, as plain text. */
typedef int control_fn(void *ctx, const char *verb, const char *arg, FILE *out);

struct control_client {
	int fd; /* -1: free */
	int64_t due_us;
	size_t len; /* of line */
	char line[CONTROL_LINE_MAX];
	char *answer; /* NULL: still asking */
	size_t answer_len, sent;
};

struct control {
	int listener, epoll;
	control_fn *fn;
	void *ctx;
	char path[1024];
	int64_t asked, refused; /* ever */
	struct control_client clients[CONTROL_CLIENTS_MAX];
};

/* path: a file of that name is replaced, so the caller holds the folder's lock. Mode 0600. 0 or TB_EIO with a
 * text. */
int control_open(struct control *control, const char *path, control_fn *fn, void *ctx, char *error,
		 size_t size);
/* Removes the socket. Safe on a zeroed or half-open one. */
void control_close(struct control *control);

/* One descriptor that is readable while there is something to do. */
int control_fd(const struct control *control);
/* Does it: accepts, reads, answers, writes, closes what is late. now_us: monotonic. */
void control_step(struct control *control, int64_t now_us);
/* When a client is late; INT64_MAX: never. */
int64_t control_due_us(const struct control *control);

#endif
