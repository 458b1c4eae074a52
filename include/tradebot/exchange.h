/* SPDX-License-Identifier: MIT
 * The seam. An exchange is a codec: bytes and tickets in, events and requests out; it never moves a byte itself
 * and never looks at a clock. Market and broker may be two exchanges (paper: a live market, a simulated broker). */
#ifndef TRADEBOT_EXCHANGE_H
#define TRADEBOT_EXCHANGE_H

#include "tradebot/event.h"

enum wire_kind { WIRE_UP, WIRE_DOWN, WIRE_FRAME, WIRE_REPLY, WIRE_TIME };
struct wire_in {
	ms_t at_ms;
	enum wire_kind kind;
	uint8_t stream;
	uint32_t request;
	int status;
	const char *text; /* borrowed for the call */
	size_t len;
};

struct outbox; /* requests for io/link; the simulated exchange says nothing to the world */
struct turn_out {
	struct outbox *say;
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
};
/* shadow: a simulated account at the market's prices, for BOOK_SHADOW; NULL: none. */
struct venues {
	struct exchange *market, *broker, *shadow;
};
#define NEVER_MS INT64_MAX

#endif
