/* SPDX-License-Identifier: MIT
 * The wire of a storm: struct wire_ops over an emulated exchange in this process, in virtual time. What the
 * exchange sends arrives after a latency, in its order; whole answers, resets and cut bodies as the emulation
 * has them. */
#ifndef STORM_WIRE_H
#define STORM_WIRE_H

#include "emu.h"
#include "link.h"
#include "random.h"

#define STORM_PENDING_MAX 4096
#define STORM_PATH_MAX    48

enum storm_pending_kind { STORM_REPLY, STORM_UP, STORM_DOWN, STORM_TEXT };
struct storm_pending {
	ms_t at_ms, made_ms; /* made: when the exchange had written it */
	int64_t kind;
	uint32_t handle; /* REPLY */
	int client;      /* others */
	uint8_t stream;
	int status;
	char *head, *text; /* own */
	size_t len;
	char path[STORM_PATH_MAX]; /* REPLY: of its request, as far as it goes */
};

/* Who listens at the wire; any slot may be NULL. leaves: before the exchange has it. handled: what it did is
 * done, the answer has yet to travel; gives
 * the time that the answer is of. arrives: before the link hears it. */
struct storm_ear {
	void *ctx;
	void (*leaves)(void *ctx, const char *path, const struct say *say);
	ms_t (*handled)(void *ctx, const char *path, const struct say *say, const struct emu_reply *reply);
	void (*arrives)(void *ctx, const struct storm_pending *pending);
};

struct storm_wire {
	struct emu *emu;
	struct link *link;
	struct storm_ear ear;
	struct random random;
	ms_t now_ms;
	ms_t stream_ms; /* how long a message travels; may be changed after init */
	size_t count;   /* by at_ms, first come first */
	struct storm_pending pending[STORM_PENDING_MAX];
	int client_of[STREAMS_MAX]; /* the emulation's number; -1: not open */
	bool deaf[STREAMS_MAX];     /* the link does not read now */
	int64_t overflows;
};

extern const struct wire_ops storm_wire_ops; /* its context is a struct storm_wire */

void storm_wire_init(struct storm_wire *wire, struct emu *emu, uint64_t seed);
void storm_wire_close(struct storm_wire *wire);
/* The process behind it is gone: connections are closed, what was on its way to it is lost. */
void storm_wire_cut(struct storm_wire *wire);

/* Moves the exchange to now and tells the link what has arrived. */
void storm_wire_step(struct storm_wire *wire, ms_t now);
ms_t storm_wire_next_ms(const struct storm_wire *wire);

#endif
