/* SPDX-License-Identifier: MIT
 * The one driver. Live, paper, backtest and resumed runs turn the same wheel: wait (a jump of the clock, when
 * the world is simulated), collect, think, record, act. An order never leaves before its turn is recorded. */
#ifndef TRADEBOT_APP_WORLD_H
#define TRADEBOT_APP_WORLD_H

#include "engine.h"
#include "tradebot/exchange.h"

#define WORLD_UNSAVED_MAX 4096

/* What one turn wants stored. late: records that earlier, failed commits left behind; they come first. */
struct turn_records {
	int64_t turn; /* grows by one with each commit that was tried */
	ms_t now_ms;
	const struct record *late;
	size_t late_count;
	size_t lost_count; /* records that even that list had no room for, ever */
	const struct wants *wants;
};

/* Where records go. commit: all of it as one transaction; not 0: nothing of it was stored. Called only for
 * turns that have any record or intent. acted (may be NULL): called after the turn's intents were acted on,
 * not for turns without any. */
struct sink {
	void *ctx;
	int (*commit)(void *ctx, const struct turn_records *records);
	void (*acted)(void *ctx, int64_t turn);
};

/* Who looks on, without a say: the independent checker. Any slot may be NULL. heard: of the main account and
 * the market, but not of bars and depths, which are three of four events and say nothing about what is owned.
 */
struct witness {
	void *ctx;
	void (*heard)(void *ctx, const struct event *event);
	void (*sent)(void *ctx, const struct order_request *order, ms_t now_ms);
};

struct world {
	struct venues venues;
	const int64_t *shadow_busy; /* 0: the shadow has nothing to hear and nothing due; world_open: always
				       ask it */
	struct engine *engine;
	struct universe *universe;
	struct instrument was; /* of the running INSTRUMENT event */
	struct sink sink;
	struct witness witness;
	/* Streams at least `bars` closed bars of sym into give(), oldest first. */
	void (*history)(void *ctx, sym_t sym, int64_t bars,
			void (*give)(struct world *, const struct event *), struct world *world);
	void *history_ctx; /* history NULL: the market venue is asked, and answers with events */
	/* Live venues. outbox: what their codecs want moved; NULL: nobody moves anything. hand_out takes what
	 * is in it at the end of each turn, once that was recorded and acted on, and empties it. */
	struct outbox *outbox;
	void (*hand_out)(void *ctx, struct outbox *outbox, ms_t now_ms);
	void *hand_out_ctx;
	/* A symbol is about to be watched, or no longer, before the market venue is told; NULL: nobody cares.
	 */
	void (*watch)(void *ctx, sym_t sym, bool on);
	void *watch_ctx;
	/* Before the intents of a turn are acted on; NULL: nothing to do. accounts: one of them reaches an
	 * account, or the world may be saved after it; else only the market is asked. See world_pass. */
	void (*wake)(void *ctx, bool accounts);
	void *wake_ctx;
	bool woken; /* an account was, since world_pass began */
	/* The quotes that bars have passed without; NULL: none ever do. See world_pass. */
	const struct events *(*quotes)(void *ctx);
	void *quotes_ctx;
	int64_t turn; /* last one tried to commit */
	ms_t now_ms;
	struct events *heard;   /* scratch: market, then broker */
	struct events *answers; /* scratch: what an account says to one event; empty in between */
	struct events *carry;   /* answers to the last turn's intents, heard at the start of the next */
	struct events *asking;  /* being filled by the running act */
	struct wants *wants;
	size_t unsaved_count; /* records a failed commit left behind */
	struct record *unsaved;
	size_t lost_records; /* when that was full: told with each failing turn */
	size_t dropped_enters;
	int failed_commits;
};

/* Allocates the buffers. Returns TB_EFULL without memory. The caller fills venues, engine, universe, sink ...
 */
int world_open(struct world *world);
void world_close(struct world *world);

/* Start-up: the journal has been given to the engine as RESTORED events (or is empty). Hears what was carried
 * over, then asks for everything the engine needs; it is ready when the answers have come. link: the state of
 * the link, if there is news of it; NULL: none. */
void world_begin(struct world *world, ms_t now_ms, const struct event *link);
/* The same where every answer is there at once: asks, hears and acts until the engine is ready. 0, or TB_EIO
 * if it does not get ready. */
int world_start(struct world *world, ms_t now_ms);

/* When the next turn is due; NEVER_MS: nothing will ever happen. */
ms_t world_next_ms(const struct world *world);
/* One turn at now_ms, which must be what world_next_ms() has just said. */
void world_turn(struct world *world, ms_t now_ms);
/* One turn caused by something that came over the wire of the market venue, at in->at_ms. Of one instant all
 * that came is to be heard first, then world_turn() as long as something is due: the order of a simulation.
 */
void world_hear(struct world *world, const struct wire_in *in);
/* A turn in which an instrument is another one: accounts and engine are told as if the market had said it. */
void world_change(struct world *world, sym_t sym, const struct instrument *now);
/* Turns whose closed bars are given and which no account hears: for simulations that know that nothing is in
 * the accounts. Their wake tells the accounts what they have missed before an intent can reach them. Who
 * reads quotes is told them first: the engine when it decides or an account is woken; world_hear_quotes
 * before anything else happens. Ends with the stretch, or with a turn of which more has come than records and
 * the answer to a scan (true), or before one in which something would be due that was not at the first.
 * now_ms says where. */
bool world_pass(struct world *world, const struct stretch *stretch);
void world_hear_quotes(struct world *world);
/* A turn with one event of the app's own (a command), at event->at_ms or, if that is past, now. */
void world_tell(struct world *world, const struct event *event);

/* Resuming a simulation: moves the venues alone, up to and including until_ms. Only the witness hears of it
 * (and of what was carried): the engine has been told by the journal. */
void world_wind(struct world *world, ms_t until_ms);

#endif
