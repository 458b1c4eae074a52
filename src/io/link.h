/* SPDX-License-Identifier: MIT
 * Between a codec and the world: carries out what an outbox says and queues what comes back, in order. It
 * knows requests, deadlines, streams, re-connection with back-off; it moves no byte itself but through struct
 * wire_ops, so that tests and storms replace sockets and the clock and nothing else. One link for each venue.
 * Nothing here acts on what it carries.
 *
 * Bounded: LINK_REQUESTS_MAX requests under way, the last LINK_POSTS_MIN of them for POSTs only; more wait in
 * line, POSTs before the others, their deadline running; LINK_WAITING_MAX of them, then NOT_SENT. At
 * LINK_QUEUE_MAX bytes of what has come and was not taken, streams are no longer read until half of it is
 * gone (order news is never dropped); what is on its way meanwhile (one message a stream, one answer a
 * request) is still taken. */
#ifndef IO_LINK_H
#define IO_LINK_H

#include "tradebot/exchange.h"

#define LINK_REQUESTS_MAX 8
#define LINK_POSTS_MIN    2
#define LINK_WAITING_MAX  64
#define LINK_BASE_MAX     128       /* "https://host:port" */
#define LINK_URL_MAX      640       /* of a stream */
#define LINK_QUEUE_MAX    (4 << 20) /* bytes */
#define LINK_BACKOFF_MS   500       /* before the second try to open a stream; doubles, +- 30 % */
#define LINK_BACKOFF_MOST 30000
#define LINK_SETTLED_MS   10000 /* a stream that stayed up so long begins with a short back-off again */
#define LINK_OPEN_MS      10000 /* a stream that is not up after so long counts as down */

/* How bytes are moved. Each slot is filled. Calls only begin things: what comes of them is told to link_on_*,
 * at once or later. url, path ...: borrowed for the call. */
struct wire_ops {
	/* handle: the link's, comes back in link_on_reply. TB_EFULL, TB_EINVAL: not begun. */
	int (*http_send)(void *ctx, uint32_t handle, const char *url, const struct say *say);
	/* No reply of it is wanted any more. True: for certain nothing of it had been sent. */
	bool (*http_drop)(void *ctx, uint32_t handle);
	/* Up or down follows, unless the answer is an error. */
	int (*ws_open)(void *ctx, uint8_t stream, const char *url);
	int (*ws_send)(void *ctx, uint8_t stream, const char *text, size_t len);
	/* Nothing more is told of the connection there was. */
	void (*ws_close)(void *ctx, uint8_t stream);
	/* False: stop reading this stream until it is said true again. */
	void (*ws_read)(void *ctx, uint8_t stream, bool on);
};

struct link;
size_t link_bytes(void);
/* memory: zeroed, link_bytes() of it, the caller's. bases: by enum say_host, copied; NULL or "": the venue
 * has none. seed: of the jitter. */
struct link *link_init(void *memory, const struct wire_ops *ops, void *ctx,
		       const char *const bases[static HOST_COUNT], uint64_t seed);
void link_close(struct link *link); /* frees what is queued; drops requests, closes streams */

/* Does what the outbox says, and empties it. A message goes out only on the very connection whose UP was
 * taken last; after SAY_CLOSE nothing more is told of what there was. */
void link_say(struct link *link, struct outbox *outbox, ms_t now);
/* What is due: deadlines, the waiting line, re-connections. Once a turn. */
void link_step(struct link *link, ms_t now);
/* When link_step is next due; NEVER_MS: not. */
ms_t link_next_ms(const struct link *link);

/* The oldest thing that came, or false. in->text lives until the next call. at_ms is when it is taken (now).
 */
bool link_take(struct link *link, ms_t now, struct wire_in *in);

/* For wire_ops: what came. text, head: copied. status as in struct wire_in. Of what was dropped or closed
 * they say nothing. */
void link_on_up(struct link *link, uint8_t stream, ms_t now);
void link_on_down(struct link *link, uint8_t stream, const char *why, ms_t now);
void link_on_frame(struct link *link, uint8_t stream, const char *text, size_t len);
void link_on_reply(struct link *link, uint32_t handle, int status, const char *head, size_t head_len,
		   const char *text, size_t len);

struct link_counts {
	int64_t requests, replies, frames; /* ever */
	/* Ever: requests that were answered or may have arrived, messages that left, streams that came up.
	 * With nothing under way it is what the other side has had from us. */
	int64_t sent;
	int64_t opens, downs, timeouts; /* ever; opens: tries */
	/* Now. opening: streams being opened; resting: streams wanted, to be tried again when it is due.
	 * Nothing is under way when the first three are 0. */
	size_t under_way, waiting, opening, resting;
	size_t queued; /* bytes that came and were not taken */
};
const struct link_counts *link_counts(const struct link *link);

#endif
