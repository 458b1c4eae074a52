/* SPDX-License-Identifier: MIT
 * A codec behind its feed on the emulated exchange, without sockets: the link that the daemon has, over the
 * wire of the storms, in virtual time. */
#ifndef WIRE_WIRED_H
#define WIRE_WIRED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bybit.h"
#include "feed.h"
#include "moment.h"
#include "storm_wire.h"

struct wired {
	struct emu *emu;
	struct storm_wire wire;
	struct link *link;
	struct exchange inside, outside;
	struct feed feed;
	struct events scratch, heard;
	struct outbox box;
	struct universe universe;
	ms_t now_ms;
	/* what the test does with each event */
	void (*hear)(void *ctx, const struct event *event);
	void *ctx;
};

/* What the codec and the feed have said, and what they want moved. */
static inline void wired_carry(struct wired *w)
{
	for (size_t i = 0; i < w->heard.count; i++) {
		struct event *event = &w->heard.at[i];
		w->hear(w->ctx, event);
		if (event->kind == EVENT_INSTRUMENT)
			w->universe.at[event->sym] = *event->instrument.now;
	}
	assert_int_equal(w->heard.dropped, 0);
	link_say(w->link, &w->box, w->now_ms);
}

static inline void wired_tell(struct wired *w, const struct wire_in *in)
{
	struct turn_out out = {.say = &w->box, .heard = &w->heard};

	w->heard.count = 0;
	assert_int_equal(feed_ops.on_wire(&w->outside, in, &out), 0);
	wired_carry(w);
}

static inline int wired_ask(struct wired *w, enum intent_kind kind, sym_t sym, int64_t value)
{
	struct turn_out out = {.say = &w->box, .heard = &w->heard};
	struct intent intent = {.kind = (uint8_t)kind, .sym = sym, .value = value};

	w->heard.count = 0;
	int err = feed_ops.ask(&w->outside, &intent, w->now_ms, &out);
	wired_carry(w);
	return err;
}

static inline ms_t wired_next_ms(const struct wired *w)
{
	ms_t next = ms_earlier(storm_wire_next_ms(&w->wire), link_next_ms(w->link));

	return ms_earlier(next, feed_ops.next_ms(&w->outside));
}

static inline void wired_run(struct wired *w, ms_t until_ms)
{
	struct wire_in in;

	while (w->now_ms < until_ms) {
		w->now_ms = ms_earlier(ms_later(wired_next_ms(w), w->now_ms), until_ms);
		storm_wire_step(&w->wire, w->now_ms);
		link_step(w->link, w->now_ms);
		while (link_take(w->link, w->now_ms, &in))
			wired_tell(w, &in);
		if (feed_ops.next_ms(&w->outside) <= w->now_ms)
			wired_tell(w, &(struct wire_in){.kind = WIRE_TIME, .at_ms = w->now_ms});
	}
}

static inline struct wired *wired_new(const struct emu_setup *setup, const struct bybit_setup *bybit)
{
	static const char *const bases[HOST_COUNT] = {"https://emulated", "wss://emulated", "wss://emulated"};
	struct wired *w = calloc(1, sizeof *w);
	char error[160];

	assert_non_null(w);
	w->emu = emu_open(setup, error, sizeof error);
	assert_non_null(w->emu);
	storm_wire_init(&w->wire, w->emu, setup->weather.seed);
	w->wire.stream_ms = 0; /* what is told at an instant is heard at it */
	w->link = link_init(calloc(1, link_bytes()), &storm_wire_ops, &w->wire, bases, setup->weather.seed);
	w->wire.link = w->link;
	w->inside = (struct exchange){&bybit_ops, calloc(1, bybit_ops.state_bytes)};
	w->outside = (struct exchange){&feed_ops, &w->feed};
	assert_int_equal(bybit_init(&w->inside, bybit), 0);
	feed_init(&w->feed, &w->inside, bybit->timeframe_ms, &w->scratch);
	w->now_ms = setup->market.start_ms - MINUTE_MS;
	return w;
}

static inline void wired_free(struct wired *w)
{
	assert_int_equal(w->wire.overflows, 0);
	link_close(w->link);
	storm_wire_close(&w->wire);
	emu_close(w->emu);
	free(w->link), free(w->inside.state);
	free(w);
}

#endif
