/* SPDX-License-Identifier: MIT
 * Filling an outbox: texts are copied into it, so the caller's may go. Whatever does not fit is not added and
 * the answer is false: the codec keeps it for its next turn. Pure. */
#ifndef TRADEBOT_BASE_OUTBOX_H
#define TRADEBOT_BASE_OUTBOX_H

#include "tradebot/exchange.h"

void outbox_clear(struct outbox *outbox);

/* GET of path; head: extra header lines ("X-A: b\n"), "" for none. deadline_ms > 0. */
bool outbox_get(struct outbox *outbox, enum say_host host, uint32_t request, ms_t deadline_ms,
		const char *path, const char *head);
/* POST of body, byte for byte. */
bool outbox_post(struct outbox *outbox, enum say_host host, uint32_t request, ms_t deadline_ms,
		 const char *path, const char *head, const char *body, size_t len);
bool outbox_open(struct outbox *outbox, enum say_host host, uint8_t stream, const char *path);
bool outbox_send(struct outbox *outbox, uint8_t stream, const char *text, size_t len);
bool outbox_close(struct outbox *outbox, uint8_t stream);

/* The value of a header in a REPLY's head, found without regard to case; "" if it is not there, cut to size -
 * 1 otherwise. Returns whether it is there. size > 0. */
bool wire_header(const struct wire_in *in, const char *name, char *out, size_t size);
/* The same as a whole number >= 0; UNKNOWN if it is not there or is none. */
int64_t wire_header_int(const struct wire_in *in, const char *name);

#endif
