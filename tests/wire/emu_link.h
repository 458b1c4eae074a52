/* SPDX-License-Identifier: MIT
 * A link without sockets between a codec (behind its feed) and the emulated exchange: virtual time, true
 * order, and the emulator's faults of transport. */
#ifndef WIRE_EMU_LINK_H
#define WIRE_EMU_LINK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bybit.h"
#include "emu.h"
#include "feed.h"
#include "outbox.h"

#define TRIP_MS     40 /* there and back */
#define REPLIES_MAX 64
#define REOPEN_MS   1500

struct late_reply {
	ms_t due_ms;
	uint32_t request;
	int status;
	char *head, *body;
	size_t len;
};
struct emu_link {
	struct emu *emu;
	struct exchange inside, outside;
	struct feed feed;
	struct events scratch, heard;
	struct outbox box;
	struct universe universe;
	ms_t now_ms, end_ms;
	struct late_reply replies[REPLIES_MAX];
	size_t reply_count;
	int client;       /* < 0: no stream */
	ms_t open_due_ms; /* when it is opened; NEVER_MS: it is, or is not wanted */
	size_t requests;
	/* what the test does with each event */
	void (*hear)(void *ctx, const struct event *event);
	void *ctx;
};

static inline void link_carry(struct emu_link *link);

/* One thing that came, and everything that it leads to at this moment. */
static inline void link_tell(struct emu_link *link, struct wire_in in)
{
	struct turn_out out = {.say = &link->box, .heard = &link->heard};

	in.at_ms = link->now_ms;
	link->heard.count = 0;
	assert_int_equal(feed_ops.on_wire(&link->outside, &in, &out), 0);
	for (size_t i = 0; i < link->heard.count; i++) {
		struct event *event = &link->heard.at[i];
		link->hear(link->ctx, event);
		if (event->kind == EVENT_INSTRUMENT)
			link->universe.at[event->sym] = *event->instrument.now;
	}
	assert_int_equal(link->heard.dropped, 0);
	link_carry(link);
}

static inline int link_ask(struct emu_link *link, enum intent_kind kind, sym_t sym, int64_t value)
{
	struct turn_out out = {.say = &link->box, .heard = &link->heard};
	struct intent intent = {.kind = (uint8_t)kind, .sym = sym, .value = value};

	link->heard.count = 0;
	int err = feed_ops.ask(&link->outside, &intent, link->now_ms, &out);
	for (size_t i = 0; i < link->heard.count; i++)
		link->hear(link->ctx, &link->heard.at[i]);
	link_carry(link);
	return err;
}

static inline void keep_reply(struct emu_link *link, const struct say *say, const struct emu_reply *reply)
{
	struct late_reply *late = &link->replies[link->reply_count++];
	bool whole = reply->ending == EMU_WHOLE && TRIP_MS + reply->delay_ms <= say->deadline_ms;

	assert_true(link->reply_count < REPLIES_MAX);
	*late = (struct late_reply){.request = say->request, .status = whole ? reply->status : WIRE_CUT};
	late->due_ms = link->now_ms + (whole ? TRIP_MS + reply->delay_ms : say->deadline_ms);
	if (reply->ending != EMU_WHOLE)
		late->due_ms = link->now_ms + TRIP_MS;
	late->len = whole ? reply->len : 0;
	late->body = malloc(late->len + 1);
	late->head = strdup(reply->head);
	assert_true(late->body != NULL && late->head != NULL);
	memcpy(late->body, reply->body, late->len);
}

/* Does what the outbox says, and takes what the exchange has to say by itself. */
static inline void link_carry(struct emu_link *link)
{
	static struct say said[OUTBOX_MAX];
	size_t count = link->box.count;

	memcpy(said, link->box.at, count * sizeof said[0]);
	for (size_t i = 0; i < count; i++) {
		const struct say *say = &said[i];
		struct emu_request request = {
			.method = "GET", .target = say->path, .head = say->head, .body = ""};
		struct emu_reply reply;
		switch (say->kind) {
		case SAY_HTTP:
			link->requests++;
			emu_http(link->emu, link->now_ms, &request, &reply);
			keep_reply(link, say, &reply);
			break;
		case SAY_OPEN: link->open_due_ms = link->now_ms + TRIP_MS; break;
		case SAY_SEND:
			if (link->client >= 0)
				emu_ws_frame(link->emu, link->now_ms, link->client, say->text, say->len);
			break;
		case SAY_CLOSE:
			if (link->client >= 0)
				emu_ws_close(link->emu, link->client);
			link->client = -1;
			link->open_due_ms = NEVER_MS;
			break;
		default: fail();
		}
	}
	outbox_clear(&link->box);
}

static inline void link_take_stream(struct emu_link *link)
{
	struct emu_out out;

	while (emu_take(link->emu, &out)) {
		if (out.client != link->client)
			continue; /* of a connection that was closed from here */
		if (out.kind == EMU_CLOSE) {
			link->client = -1;
			link->open_due_ms = link->now_ms + REOPEN_MS;
			link_tell(link, (struct wire_in){.kind = WIRE_DOWN, .text = "closed", .len = 6});
			continue;
		}
		char *text = strdup(out.text); /* what is told may lead to more */
		assert_non_null(text);
		link_tell(link, (struct wire_in){.kind = WIRE_FRAME, .text = text, .len = out.len});
		free(text);
	}
}

static inline void link_open_due(struct emu_link *link)
{
	if (link->now_ms < link->open_due_ms)
		return;
	link->client = emu_ws_open(link->emu, link->now_ms, "/v5/public/linear");
	link->open_due_ms = link->client < 0 ? link->now_ms + REOPEN_MS : NEVER_MS;
	link_tell(link, (struct wire_in){.kind = link->client < 0 ? WIRE_DOWN : WIRE_UP});
}

static inline void link_reply_due(struct emu_link *link)
{
	for (size_t i = 0; i < link->reply_count; i++) {
		struct late_reply late = link->replies[i];
		if (late.due_ms > link->now_ms)
			continue;
		memmove(&link->replies[i], &link->replies[i + 1],
			(--link->reply_count - i) * sizeof link->replies[0]);
		link_tell(link, (struct wire_in){.kind = WIRE_REPLY,
						 .request = late.request,
						 .status = late.status,
						 .text = late.body,
						 .len = late.len,
						 .head = late.head,
						 .head_len = strlen(late.head)});
		free(late.body), free(late.head);
		i = (size_t)-1; /* the list may have changed */
	}
}

static inline ms_t link_next_ms(const struct emu_link *link)
{
	ms_t next = emu_next_ms(link->emu), own = feed_ops.next_ms(&link->outside);

	next = own < next ? own : next;
	next = link->open_due_ms < next ? link->open_due_ms : next;
	for (size_t i = 0; i < link->reply_count; i++)
		next = link->replies[i].due_ms < next ? link->replies[i].due_ms : next;
	return next;
}

static inline void link_run(struct emu_link *link, ms_t until_ms)
{
	while (link->now_ms < until_ms) {
		ms_t next = link_next_ms(link);
		next = next > link->now_ms ? next : link->now_ms;
		link->now_ms = next < until_ms ? next : until_ms;
		emu_advance(link->emu, link->now_ms);
		link_take_stream(link);
		link_reply_due(link);
		link_open_due(link);
		if (feed_ops.next_ms(&link->outside) <= link->now_ms)
			link_tell(link, (struct wire_in){.kind = WIRE_TIME});
		link_take_stream(link);
	}
}

static inline struct emu_link *link_new(const struct emu_setup *setup, const struct bybit_setup *bybit)
{
	struct emu_link *link = calloc(1, sizeof *link);
	char error[160];

	assert_non_null(link);
	link->emu = emu_open(setup, error, sizeof error);
	assert_non_null(link->emu);
	link->inside = (struct exchange){&bybit_ops, calloc(1, bybit_ops.state_bytes)};
	link->outside = (struct exchange){&feed_ops, &link->feed};
	assert_int_equal(bybit_init(&link->inside, bybit), 0);
	feed_init(&link->feed, &link->inside, bybit->timeframe_ms, &link->scratch);
	link->client = -1;
	link->open_due_ms = NEVER_MS;
	link->now_ms = setup->market.start_ms - MINUTE_MS;
	return link;
}

static inline void link_free(struct emu_link *link)
{
	for (size_t i = 0; i < link->reply_count; i++)
		free(link->replies[i].body), free(link->replies[i].head);
	emu_close(link->emu);
	free(link->inside.state);
	free(link);
}

#endif
