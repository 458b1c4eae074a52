/* SPDX-License-Identifier: MIT
 * A live world without an exchange: its market venue is a codec for frames that are nothing but events, made
 * by the market generator. What the venue would say goes into a log. */
#ifndef SUPPORT_LIVE_STAND_H
#define SUPPORT_LIVE_STAND_H

#include "live_world.h"
#include "log.h"
#include "outbox.h"
#include "sim_market.h"
#include "sim_generator.h"
#include "tradebot/ticket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define START_MS    1767225600000LL
#define ASKS_MAX    64
#define SAID_MAX    4096
#define SYMBOL_MOST 8
#define SENT_MAX    64

/* The venue. */
struct venue {
	struct sim_market market;
	struct exchange market_exchange, exchange;
	struct universe listing;
	bool listed;                  /* the listing may be seen */
	bool deaf;                    /* histories are not answered */
	struct intent asks[ASKS_MAX]; /* histories that were asked for */
	size_t ask_count;
	bool watched[SYMBOLS_MAX];
	int64_t attached, watches, scans;
	/* With an account (stand->account): */
	struct order_request sent[SENT_MAX];
	size_t sent_count;
	int64_t asked[INTENT_KIND_COUNT]; /* of each kind */
	int64_t asked_id;                 /* of the last QUERY */
	struct events *heard;             /* one instant of the market */
};

struct live_stand {
	struct config config;
	struct venue venue;
	struct live_world live;
	char dir[64];
	ms_t end_ms;
	struct outbox outbox;
	size_t said;        /* entries that were handed out */
	char log[SAID_MAX]; /* c: a commit, f: one that failed, s: something was handed out */
	size_t log_count;
	struct live_account account; /* all zero: a simulated one */
	ratio_t taker_fee;
	int64_t fail_commits; /* so many of the next fail */
	int (*commit)(void *ctx, const struct turn_records *turn);
};

static struct live_stand *stand;

/* The daemon's log goes nowhere: for a group's setup and teardown. */
static FILE *stand_quiet;

static inline int stand_be_quiet(void **state)
{
	(void)state;
	stand_quiet = fopen("/dev/null", "w");
	assert_non_null(stand_quiet);
	log_set_output(stand_quiet, false);
	return 0;
}

static inline int stand_speak(void **state)
{
	(void)state;
	log_set_output(NULL, false);
	return fclose(stand_quiet);
}

static inline void stand_note(char what)
{
	if (stand->log_count < SAID_MAX)
		stand->log[stand->log_count++] = what;
}

static int venue_on_wire(struct exchange *exchange, const struct wire_in *in, struct turn_out *out)
{
	(void)exchange;
	if (in->kind == WIRE_FRAME || in->kind == WIRE_REPLY) {
		size_t count = in->len / sizeof(struct event);
		assert_true(out->heard->count + count <= EVENTS_MAX);
		memcpy(out->heard->at + out->heard->count, in->text, in->len);
		out->heard->count += count;
	}
	return 0;
}

static int venue_ask(struct exchange *exchange, const struct intent *intent, ms_t now, struct turn_out *out)
{
	struct venue *venue = exchange->state;
	char text[64];

	assert_non_null(out->say);
	snprintf(text, sizeof text, "%d %d %lld", intent->kind, intent->sym, (long long)intent->value);
	outbox_send(out->say, 0, text, strlen(text));
	venue->asked[intent->kind]++;
	if (intent->kind == INTENT_QUERY)
		venue->asked_id = intent->id;
	if (intent->kind == INTENT_WATCH) {
		venue->watched[intent->sym] = intent->value != 0;
		venue->watches++;
	} else if (intent->kind == INTENT_HISTORY) {
		assert_true(venue->ask_count < ASKS_MAX);
		venue->asks[venue->ask_count++] = *intent;
	} else if (intent->kind == INTENT_SCAN) {
		venue->scans++;
		return sim_market_ops.ask(&venue->market_exchange, intent, now, out);
	}
	return 0;
}

static int venue_on_market(struct exchange *exchange, const struct event *event, struct turn_out *out)
{
	(void)exchange, (void)event, (void)out;
	return 0;
}

static int venue_submit(struct exchange *exchange, const struct ticket *ticket, ms_t now,
			struct turn_out *out)
{
	struct venue *venue = exchange->state;

	(void)out;
	if (stand->account.codec == NULL)
		fail_msg("a market venue is ordered nothing");
	const struct order_request *order = ticket_order(ticket, now);
	if (order == NULL)
		return TB_EREFUSED;
	assert_true(venue->sent_count < SENT_MAX);
	venue->sent[venue->sent_count++] = *order;
	return 0;
}

static ms_t venue_next_ms(const struct exchange *exchange)
{
	(void)exchange;
	return NEVER_MS;
}

static const struct universe *venue_listing(const struct exchange *exchange)
{
	const struct venue *venue = exchange->state;

	return venue->listed ? &venue->listing : NULL;
}

static void venue_attach(struct exchange *exchange, const struct universe *universe)
{
	(void)universe;
	((struct venue *)exchange->state)->attached++;
}

static const struct exchange_ops venue_ops = {
	.name = "venue",
	.state_bytes = sizeof(struct venue),
	.on_wire = venue_on_wire,
	.on_market = venue_on_market,
	.submit = venue_submit,
	.ask = venue_ask,
	.next_ms = venue_next_ms,
	.listing = venue_listing,
	.attach = venue_attach,
};

static inline void venue_open(struct venue *venue, const struct config *config, int64_t days)
{
	struct sim_model model = sim_model_default;

	model.half_spread = config->sim.half_spread;
	model.depth_share = config->sim.depth_share;
	venue->heard = calloc(1, sizeof *venue->heard);
	assert_non_null(venue->heard);
	sim_universe_generate(&venue->listing, 4, config->taker_fee);
	sim_market_init(&venue->market, &(struct sim_market_setup){.timeframe_ms = MINUTE_MS,
								   .start_ms = START_MS,
								   .end_ms = START_MS + days * DAY_MS,
								   .symbols = 4,
								   .seed = 5,
								   .preroll = SIM_PREROLL,
								   .model = model});
	assert_int_equal(sim_market_attach(&venue->market, &venue->listing, NULL), 0);
	venue->market_exchange = (struct exchange){&sim_market_ops, &venue->market};
	venue->exchange = (struct exchange){&venue_ops, venue};
	venue->listed = true;
}

/* The market goes on to its next instant, which is in venue->heard then. */
static inline void venue_step(struct venue *venue, ms_t now_ms)
{
	struct wire_in time = {.at_ms = now_ms, .kind = WIRE_TIME};
	struct turn_out out = {.heard = venue->heard};

	venue->heard->count = 0;
	assert_int_equal(sim_market_ops.on_wire(&venue->market_exchange, &time, &out), 0);
}

static void stand_hand_out(void *ctx, struct outbox *outbox, ms_t now_ms)
{
	(void)ctx, (void)now_ms;
	stand_note('s');
	stand->said += outbox->count;
	outbox_clear(outbox);
}

static void stand_told(void *ctx, const struct record *record, bool stored)
{
	(void)ctx, (void)stored;
	tally_record(&stand->live.tally, record);
}

static int stand_commit(void *ctx, const struct turn_records *turn)
{
	if (stand->fail_commits > 0) {
		stand->fail_commits--;
		stand_note('f');
		return TB_EIO;
	}
	stand_note('c');
	return stand->commit(ctx, turn);
}

/* 0 or the error of live_world_open, with its text in error. */
static inline int stand_open_live(ms_t now_ms, char *error, size_t size)
{
	struct live_options options = {.config = &stand->config,
				       .market = &stand->venue.exchange,
				       .dir = stand->dir,
				       .mode = "paper:venue",
				       .instance = 9,
				       .stage = RATIO_ONE,
				       .account = stand->account,
				       .taker_fee = stand->taker_fee,
				       .outbox = &stand->outbox,
				       .hand_out = stand_hand_out,
				       .told = stand_told};
	int err = live_world_open(&stand->live, &options, now_ms, error, size);

	if (err == 0) {
		stand->commit = stand->live.world.sink.commit;
		stand->live.world.sink.commit = stand_commit;
	}
	return err;
}

static inline void stand_begin(ms_t now_ms)
{
	struct event link = {.kind = EVENT_LINK,
			     .sym = SYM_NONE,
			     .at_ms = now_ms,
			     .link = {.state = LINK_UP, .latency_ms = 0, .clock_off_ms = 0}};

	live_world_begin(&stand->live, now_ms, &link);
}

static inline void stand_frame(enum wire_kind kind, const struct event *events, size_t count, ms_t now_ms)
{
	struct wire_in in = {.at_ms = now_ms,
			     .kind = kind,
			     .status = 200,
			     .text = (const char *)events,
			     .len = count * sizeof *events};

	live_world_hear(&stand->live, &in);
}

/* One history, and its end. */
static inline void stand_answer_history(const struct intent *ask, ms_t now_ms)
{
	struct venue *venue = &stand->venue;
	static struct candle bars[1500];
	struct events *out = calloc(1, sizeof *out);
	size_t have = sim_market_history_count(&venue->market, ask->sym);
	size_t from = have > 1500 ? have - 1500 : 0, got = 0, n;

	assert_non_null(out);
	while (got < 1500 &&
	       (n = sim_market_history(&venue->market, ask->sym, from + got, bars + got, 1500 - got)) > 0)
		got += n;
	for (size_t i = 0; i < got; i++) {
		struct event *event = events_add(out, EVENT_CANDLE, ask->sym, now_ms);
		event->candle.candle = bars[i];
		event->candle.closed = event->candle.history = true;
	}
	events_add(out, EVENT_SNAPSHOT_END, ask->sym, now_ms)->snapshot.what = SNAPSHOT_HISTORY;
	stand_frame(WIRE_REPLY, out->at, out->count, now_ms);
	free(out);
}

/* What is due, and what is answered, until nothing is left at this instant. */
static inline void stand_settle(ms_t now_ms)
{
	do {
		while (stand->venue.ask_count > 0 && !stand->venue.deaf) {
			struct intent ask = stand->venue.asks[0];
			stand->venue.ask_count--;
			memmove(stand->venue.asks, stand->venue.asks + 1,
				stand->venue.ask_count * sizeof stand->venue.asks[0]);
			stand_answer_history(&ask, now_ms);
		}
		live_world_due(&stand->live, now_ms);
	} while (live_world_next_ms(&stand->live) <= now_ms ||
		 (stand->venue.ask_count > 0 && !stand->venue.deaf));
}

/* The next instant of market or world. False: the market is over. */
static inline bool stand_step(void)
{
	struct venue *venue = &stand->venue;
	ms_t market = sim_market_ops.next_ms(&venue->market_exchange);
	ms_t world = live_world_next_ms(&stand->live);

	if (market == NEVER_MS)
		return false;
	if (market <= world) {
		venue_step(venue, market);
		for (size_t i = 0; i < venue->heard->count; i++)
			if (venue->watched[venue->heard->at[i].sym])
				stand_frame(WIRE_FRAME, &venue->heard->at[i], 1, market);
	}
	stand_settle(market <= world ? market : world);
	return true;
}

/* A folder of its own, a market of so many days, nothing opened yet. */
static inline void stand_make(int64_t days)
{
	static const struct config_sources nothing;
	char error[512] = "";

	stand = calloc(1, sizeof *stand);
	assert_non_null(stand);
	if (config_load(&stand->config, &nothing, error, sizeof error) != 0)
		fail_msg("%s", error);
	strcpy(stand->dir, "/tmp/tradebotd-live-XXXXXX");
	assert_non_null(mkdtemp(stand->dir));
	venue_open(&stand->venue, &stand->config, days);
}

static inline void stand_remove(void)
{
	static const char *const names[] = {"journal.db", "journal.db-wal", "journal.db-shm",
					    "paper.bin",  "shadow.bin",     "control.sock"};
	char path[256];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", stand->dir, names[i]);
		unlink(path);
	}
	rmdir(stand->dir);
	free(stand->venue.heard);
	free(stand);
	stand = NULL;
}

#endif
