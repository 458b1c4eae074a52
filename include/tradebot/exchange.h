/* SPDX-License-Identifier: MIT
 * The seam. An exchange is a codec: bytes and tickets in, events and requests out; it never moves a byte itself
 * and never looks at a clock. Market and broker may be two exchanges (paper: a live market, a simulated broker). */
#ifndef TRADEBOT_EXCHANGE_H
#define TRADEBOT_EXCHANGE_H

#include "tradebot/event.h"

enum wire_kind {
	WIRE_UP,    /* a stream is open: log in, subscribe */
	WIRE_DOWN,  /* it is not, or could not be opened; the link opens it again by itself */
	WIRE_FRAME, /* one whole text message of a stream */
	WIRE_REPLY, /* of an HTTP request */
	WIRE_TIME,  /* nothing came */
};

/* Status of a REPLY that is no HTTP status. NOT_SENT: no connection was there to send it on, so it cannot have had any
 * effect. CUT: no whole answer came (timeout, reset, garbage on the line); it may have had its effect. */
enum wire_failure { WIRE_NOT_SENT = -1, WIRE_CUT = -2 };

struct wire_in {
	ms_t at_ms;
	enum wire_kind kind;
	uint8_t stream;
	uint32_t request;
	int status;	  /* REPLY: HTTP status, or enum wire_failure */
	const char *text; /* borrowed for the call; DOWN and failed REPLY: why, for people */
	size_t len;
	const char *head; /* REPLY: the answer's header lines, as they came; see wire_header() */
	size_t head_len;
};

/* What a codec wants moved. The link does it after the turn was recorded, in this order; nothing here waits. */
#define STREAMS_MAX 4
enum say_kind {
	SAY_HTTP,  /* one request; exactly one REPLY follows, within deadline_ms */
	SAY_OPEN,  /* keep this stream open, again and again with back-off, until CLOSE; UP and DOWN tell */
	SAY_SEND,  /* one text message; dropped if the stream is not up (DOWN has been told, or is about to be) */
	SAY_CLOSE, /* and with OPEN after it: a fresh connection */
};
/* Which of a venue's addresses: the app gives their base ("https://api.bybit.com"), the codec the rest. */
enum say_host { HOST_REST, HOST_PUBLIC, HOST_PRIVATE, HOST_COUNT };
struct say {
	uint8_t kind, host, stream;
	bool post;	   /* HTTP: POST with body; else GET */
	uint32_t request;  /* HTTP: comes back in the REPLY */
	ms_t deadline_ms;  /* HTTP: how long all of it may take */
	const char *path;  /* HTTP, OPEN: what follows the base, query included */
	const char *head;  /* HTTP: header lines of the codec's own, each ended by a line feed; "" for none */
	const char *text;  /* HTTP: body; SEND: the message. len bytes; the texts lie in the outbox */
	size_t len;
};
#define OUTBOX_MAX	256
#define OUTBOX_TEXT_MAX 65536
struct outbox {
	size_t count, used;
	struct say at[OUTBOX_MAX];
	char text[OUTBOX_TEXT_MAX];
};
struct turn_out {
	struct outbox *say; /* NULL: nobody moves anything (simulated venues) */
	struct events *heard;
};

struct exchange {
	const struct exchange_ops *ops;
	void *state; /* ops->state_bytes, owned by the app, no pointers inside for the sim */
};

struct exchange_ops {
	const char *name;
	size_t state_bytes;
	/* Something arrived, or time passed (WIRE_TIME). */
	int (*on_wire)(struct exchange *, const struct wire_in *, struct turn_out *);
	/* A market event of the other venue, before the engine hears it. */
	int (*on_market)(struct exchange *, const struct event *, struct turn_out *);
	/* The only way an order leaves. TB_EREFUSED if the ticket is not valid now. */
	int (*submit)(struct exchange *, const struct ticket *, ms_t now, struct turn_out *);
	int (*ask)(struct exchange *, const struct intent *, ms_t now, struct turn_out *);
	/* When it next wants WIRE_TIME; INT64_MAX: not. */
	ms_t (*next_ms)(const struct exchange *);
	/* What can be traded there, sorted by name, once all of it is known; NULL before, and from venues that are told
	 * (the simulated ones). Borrowed; it changes when the exchange is asked again. */
	const struct universe *(*listing)(const struct exchange *);
	/* From now on sym_t is an index into this universe, which outlives the exchange. What differs from it later comes
	 * as EVENT_INSTRUMENT. */
	void (*attach)(struct exchange *, const struct universe *);
};
/* shadow: a simulated account at the market's prices, for BOOK_SHADOW; NULL: none. */
struct venues {
	struct exchange *market, *broker, *shadow;
};
#define NEVER_MS INT64_MAX

/* For venues whose universe the app makes. */
static inline const struct universe *exchange_lists_nothing(const struct exchange *exchange)
{
	(void)exchange;
	return NULL;
}
static inline void exchange_is_told(struct exchange *exchange, const struct universe *universe)
{
	(void)exchange, (void)universe;
}

#endif
