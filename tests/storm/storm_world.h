/* SPDX-License-Identifier: MIT
 * The daemon without sockets or clock: codec, link, feed, engine and paper account as `run --paper` has them,
 * and an emulated Bybit in this process, in virtual time, with faults drawn by a seed. */
#ifndef STORM_WORLD_H
#define STORM_WORLD_H

#include "auditor.h"
#include "feed.h"
#include "live_world.h"
#include "spy.h"
#include "storm_kill.h"
#include "storm_wire.h"

#define STORM_START_MS 1767225600000LL /* 2026-01-01T00:00:00Z */
#define STORM_QUIET_MS (25 * MINUTE_MS)
/* With an account: midnight and a settlement of all symbols are in it, and costs leave something to trade. */
#define STORM_ACCOUNT_START_MS (STORM_START_MS + DAY_MS - 35 * MINUTE_MS)
#define STORM_ACCOUNT_FEE      (2 * BPS)
#define STORM_BALANCE          (10000 * MONEY_ONE)

struct storm_options {
	uint64_t seed;
	int64_t count, minutes, symbols, per_hour;
	bool verbose, trace; /* trace: what goes over the wire about the account */
	bool account;        /* at the exchange, with its faults */
	bool kill;           /* it dies, too: see storm_kill.h */
	bool kill_all;       /* at any commit and any request */
	int64_t kill_at, kill_every;
	int64_t fault; /* this one alone, by a script; -1: drawn ones */
	bool regrid;   /* delistings and changed ticks, too: prices are then compared on one grid only */
	bool on_disk;  /* the state folder in /tmp, not in memory */
};

/* See storm_script.h. */
struct storm_script {
	int64_t kind, strikes;
	ms_t due_ms, patience_ms;
	struct random random;
};

struct storm {
	const struct storm_options *options;
	uint64_t seed;
	struct config config;
	struct universe universe; /* the emulation's */
	struct emu *emu;
	struct storm_wire wire;
	struct link *link;
	struct exchange bybit, feed_exchange, market;
	struct feed feed;
	struct spy spy;
	struct auditor auditor; /* of the account */
	struct event link_news; /* the last, before there was a world */
	struct events *scratch, *early;
	struct outbox *outbox;
	struct live_world live;
	char folder[64], error[512];
	bool is_open, calm;
	ms_t start_ms, now_ms, quiet_ms;
	int64_t stale_late; /* decisions that old data refused, in the quiet time's second half */
	int64_t decisions, approved, turns;
	/* Around each thing that came and is worked off; NULL: nobody measures. */
	void (*before)(void *ctx);
	void (*after)(void *ctx, const struct wire_in *in);
	void *probe_ctx;
	struct storm_script script;
	struct storm_kill kill;
	void (*each_turn)(struct storm *s); /* NULL: nobody has a script */
};

/* 0, or an error with s->error. storm_close in any case. *s must be zeroed; it is large. */
int storm_open(struct storm *s, const struct storm_options *options, uint64_t seed);
void storm_close(struct storm *s);
void storm_run_until(struct storm *s, ms_t end_ms);
/* After a quiet time: what is not well is a violation of the spy. */
void storm_check_end(struct storm *s);

#endif
