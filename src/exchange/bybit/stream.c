/* SPDX-License-Identifier: MIT
 * The public stream: opened once, kept alive by pings, its subscriptions put back after each connection
 * (contract, section 10). A refusal of a request that names several topics says nothing of the single one:
 * each is then asked for alone. */
#include "bybit_internal.h"
#include "outbox.h"

#include <stdio.h>
#include <string.h>

#define PATH           "/v5/public/linear"
#define PING_EVERY_MS  20000
#define PONG_WAIT_MS   10000
#define MESSAGE_MAX    4096 /* some 100 topics; 200 in one request are allowed, 21,000 characters in all */
#define ALONE_AT_ONCE  8    /* topics that are asked for alone, in one turn */
#define ALONE_EVERY_MS 100
#define PAUSE_MS       500
#define PAUSE_MOST_MS  60000
#define PAUSE_OVER_MS  60000 /* a subscription that lived so long begins with a short pause again */
#define DEPTH_EVERY_MS 100

void bybit_stream_init(struct bybit *b)
{
	b->stream.topics_due_ms = b->stream.depth_due_ms = NEVER_MS;
}

static int topic_text(const struct bybit *b, const struct bybit_watch *watch, int topic, char *out,
		      size_t size)
{
	const char *wire = b->universe->at[watch->sym].wire;

	switch (topic) {
	case TOPIC_KLINE: return snprintf(out, size, "\"kline.%s.%s\"", b->interval, wire);
	case TOPIC_TICKER: return snprintf(out, size, "\"tickers.%s\"", wire);
	default: return snprintf(out, size, "\"orderbook.%lld.%s\"", (long long)b->setup.book_levels, wire);
	}
}

/* A message that names topics, being written. */
struct message {
	char text[MESSAGE_MAX];
	int len;
};

static void message_begin(struct bybit *b, struct message *message, const char *op)
{
	b->stream.request++;
	message->len = snprintf(message->text, sizeof message->text,
				"{\"req_id\":\"s%u\",\"op\":\"%s\",\"args\":[", b->stream.request, op);
}

/* False: it is full. */
static bool message_add(const struct bybit *b, struct message *message, const struct bybit_watch *watch,
			int topic)
{
	char text[SYMBOL_TEXT_MAX + 32];
	int len = topic_text(b, watch, topic, text, sizeof text);
	bool first = message->text[message->len - 1] == '[';

	if (message->len + len + 4 > MESSAGE_MAX)
		return false;
	message->len += snprintf(message->text + message->len, sizeof message->text - (size_t)message->len,
				 "%s%s", first ? "" : ",", text);
	return true;
}

/* Nothing is sent that names nothing. What cannot be sent ends in a fresh connection. */
static bool message_send(struct bybit *b, struct message *message, struct turn_out *out)
{
	if (message->text[message->len - 1] == '[')
		return true;
	memcpy(message->text + message->len, "]}", 2);
	if (outbox_send(out->say, BYBIT_STREAM_PUBLIC, message->text, (size_t)message->len + 2))
		return true;
	b->stream.reopen = true;
	return false;
}

static void clear_book(struct bybit *b, const struct bybit_watch *watch)
{
	struct bybit_book *book = &b->books[watch - b->watches];

	book->known = book->changed = false;
	book->bids.count = book->asks.count = 0;
}

static void want_topic(struct bybit *b, struct bybit_watch *watch, int topic, ms_t due_ms)
{
	struct bybit_subscription *subscription = &watch->topics[topic];

	subscription->state = TOPIC_WANTED;
	subscription->due_ms = due_ms;
	b->stream.topics_due_ms = ms_earlier(b->stream.topics_due_ms, due_ms);
	if (topic == TOPIC_TICKER)
		bybit_ticker_forget(&watch->ticker);
	if (topic == TOPIC_BOOK)
		clear_book(b, watch);
}

/* Whatever of these the exchange may be sending. topic TOPIC_COUNT: all. */
static void unsubscribe(struct bybit *b, struct bybit_watch *watch, int topic, struct turn_out *out)
{
	struct message message;

	if (!b->stream.up)
		return;
	message_begin(b, &message, "unsubscribe");
	for (int i = 0; i < TOPIC_COUNT; i++)
		if ((topic == TOPIC_COUNT || topic == i) && watch->topics[i].state >= TOPIC_ASKED)
			message_add(b, &message, watch, i);
	message_send(b, &message, out);
}

static ms_t pause_of(struct bybit *b, struct bybit_subscription *subscription)
{
	if (b->now_ms - subscription->asked_ms >= PAUSE_OVER_MS)
		subscription->pause_ms = 0;
	return budget_back_off(&subscription->pause_ms, PAUSE_MS, PAUSE_MOST_MS, random_next(&b->dice));
}

void bybit_resubscribe(struct bybit *b, struct bybit_watch *watch, enum bybit_topic topic,
		       struct turn_out *out)
{
	if (watch->topics[topic].state < TOPIC_ASKED)
		return; /* on its way already */
	unsubscribe(b, watch, (int)topic, out);
	want_topic(b, watch, (int)topic, b->now_ms + pause_of(b, &watch->topics[topic]));
}

static void want_all(struct bybit *b, struct bybit_watch *watch)
{
	for (int i = 0; i < TOPIC_COUNT; i++) {
		watch->topics[i].alone = false;
		want_topic(b, watch, i, b->now_ms);
	}
}

void bybit_renew_watch(struct bybit *b, sym_t sym, struct turn_out *out)
{
	if (b->watch_of[sym] == 0)
		return;
	struct bybit_watch *watch = &b->watches[b->watch_of[sym] - 1];
	unsubscribe(b, watch, TOPIC_COUNT, out);
	want_all(b, watch);
}

static int begin_watch(struct bybit *b, sym_t sym)
{
	uint8_t i = 0;

	while (i < BYBIT_WATCHED_MAX && b->watches[i].used)
		i++;
	if (i == BYBIT_WATCHED_MAX)
		return TB_EFULL;
	struct bybit_watch *watch = &b->watches[i];
	*watch = (struct bybit_watch){
		.used = true, .sym = sym, .ticker = {.rate = UNKNOWN, .next_ms = UNKNOWN}};
	b->watch_of[sym] = i + 1;
	b->books[i].told_ms = 0;
	want_all(b, watch);
	return TB_OK;
}

int bybit_watch(struct bybit *b, sym_t sym, bool on, struct turn_out *out)
{
	if (on && b->watch_of[sym] == 0)
		return begin_watch(b, sym);
	if (on) {
		bybit_renew_watch(b, sym, out);
	} else if (b->watch_of[sym] != 0) {
		struct bybit_watch *watch = &b->watches[b->watch_of[sym] - 1];
		unsubscribe(b, watch, TOPIC_COUNT, out);
		watch->used = false;
		b->watch_of[sym] = 0;
	}
	return TB_OK;
}

static bool is_due(const struct bybit *b, const struct bybit_watch *watch, int topic, bool alone)
{
	const struct bybit_subscription *subscription = &watch->topics[topic];

	return watch->used && subscription->state == TOPIC_WANTED && subscription->alone == alone &&
	       subscription->due_ms <= b->now_ms;
}

static void mark_asked(struct bybit *b, struct bybit_subscription *subscription)
{
	subscription->state = TOPIC_ASKED;
	subscription->request = b->stream.request;
	subscription->asked_ms = b->now_ms;
}

/* One message with as many topics as it holds, or with the first one that wants to be alone. Whether there
 * was any. */
static bool subscribe_some(struct bybit *b, bool alone, struct turn_out *out)
{
	struct message message;
	bool any = false;

	message_begin(b, &message, "subscribe");
	for (int i = 0; i < BYBIT_WATCHED_MAX * TOPIC_COUNT && !(alone && any); i++) {
		struct bybit_watch *watch = &b->watches[i / TOPIC_COUNT];
		if (!is_due(b, watch, i % TOPIC_COUNT, alone))
			continue;
		if (!message_add(b, &message, watch, i % TOPIC_COUNT))
			break;
		mark_asked(b, &watch->topics[i % TOPIC_COUNT]);
		any = true;
	}
	return message_send(b, &message, out) && any;
}

static void renew_topics_due(struct bybit *b)
{
	ms_t due = NEVER_MS;

	for (int i = 0; i < BYBIT_WATCHED_MAX; i++)
		for (int k = 0; k < TOPIC_COUNT && b->watches[i].used; k++)
			if (b->watches[i].topics[k].state == TOPIC_WANTED)
				due = ms_earlier(due, b->watches[i].topics[k].due_ms);
	b->stream.topics_due_ms = due;
}

static void subscribe_due(struct bybit *b, struct turn_out *out)
{
	int alone = 0;

	while (subscribe_some(b, false, out)) {
	}
	while (alone < ALONE_AT_ONCE && subscribe_some(b, true, out))
		alone++;
	renew_topics_due(b);
	if (b->stream.topics_due_ms <= b->now_ms)
		b->stream.topics_due_ms = b->now_ms + ALONE_EVERY_MS;
}

void bybit_on_ack(struct bybit *b, const struct bybit_frame *frame, struct turn_out *out)
{
	struct bybit_subscription *refused[BYBIT_WATCHED_MAX * TOPIC_COUNT];
	struct json_slice digits = {frame->request + 1, strlen(frame->request + (frame->request[0] != '\0'))};
	int64_t request = 0; /* all that are open, if it does not say */
	int count = 0;

	if (strcmp(frame->op, "subscribe") != 0)
		return;
	if (frame->request[0] == 's' && json_slice_int64(digits, &request) != JSON_OK)
		return;
	for (int i = 0; i < BYBIT_WATCHED_MAX * TOPIC_COUNT; i++) {
		struct bybit_watch *watch = &b->watches[i / TOPIC_COUNT];
		struct bybit_subscription *subscription = &watch->topics[i % TOPIC_COUNT];
		if (watch->used && subscription->state == TOPIC_ASKED &&
		    (request == 0 || subscription->request == request))
			refused[count++] = subscription;
	}
	if (!frame->success)
		bybit_garbage(b, SYM_NONE, "subscribe", frame->message, out);
	if (!frame->success && count == 1)
		bybit_doubt_listing(b); /* its symbol may be gone */
	for (int i = 0; i < count; i++) {
		if (frame->success) {
			refused[i]->state = TOPIC_LIVE;
			continue;
		}
		refused[i]->alone = true;
		refused[i]->state = TOPIC_WANTED;
		refused[i]->due_ms = b->now_ms + (count > 1 ? 0 : pause_of(b, refused[i]));
	}
	renew_topics_due(b);
}

static void forget_connection(struct bybit *b)
{
	b->stream.up = false;
	b->stream.pinged_ms = 0;
	for (int i = 0; i < BYBIT_WATCHED_MAX; i++)
		if (b->watches[i].used)
			want_all(b, &b->watches[i]);
}

void bybit_on_up(struct bybit *b, struct turn_out *out)
{
	forget_connection(b);
	b->stream.up = true;
	b->stream.ping_ms = b->now_ms + PING_EVERY_MS;
	if (b->rest_failures < BYBIT_FAILURES_DOWN && bybit_is_connected(b))
		bybit_tell_link(b, LINK_UP, 0, out);
}

void bybit_on_down(struct bybit *b, struct turn_out *out)
{
	forget_connection(b);
	bybit_tell_link(b, LINK_DOWN, 0, out);
}

static void open_anew(struct bybit *b, struct turn_out *out)
{
	struct bybit_stream *stream = &b->stream;

	if (stream->reopen && outbox_close(out->say, BYBIT_STREAM_PUBLIC)) {
		stream->reopen = stream->opened = false;
		bybit_on_down(b, out);
	}
	if (!stream->opened)
		stream->opened = outbox_open(out->say, HOST_PUBLIC, BYBIT_STREAM_PUBLIC, PATH);
}

/* A ping that nothing follows: the connection is dead, whatever TCP thinks. */
static void keep_alive(struct bybit *b, struct turn_out *out)
{
	struct bybit_stream *stream = &b->stream;
	char text[48];

	if (stream->pinged_ms != 0 && b->now_ms >= stream->pinged_ms + PONG_WAIT_MS)
		stream->reopen = true;
	if (b->now_ms < stream->ping_ms || stream->reopen)
		return;
	int len = snprintf(text, sizeof text, "{\"op\":\"ping\",\"req_id\":\"p%u\"}", ++stream->request);
	stream->reopen = !outbox_send(out->say, BYBIT_STREAM_PUBLIC, text, (size_t)len);
	if (stream->pinged_ms == 0)
		stream->pinged_ms = b->now_ms;
	stream->ping_ms = b->now_ms + PING_EVERY_MS;
}

static void tell_depth(struct bybit *b, const struct bybit_watch *watch, struct turn_out *out)
{
	struct bybit_book *book = &b->books[watch - b->watches];
	money_t depth = bybit_book_depth(book, &b->universe->at[watch->sym]);

	book->changed = false;
	if (depth == UNKNOWN)
		return;
	struct event *event = events_add(out->heard, EVENT_DEPTH, watch->sym, b->now_ms);
	if (event == NULL)
		return;
	event->depth.notional = depth;
	book->told_ms = b->now_ms;
}

/* The depth of each book that has changed, at most every DEPTH_EVERY_MS. */
static void tell_depths(struct bybit *b, struct turn_out *out)
{
	b->stream.depth_due_ms = NEVER_MS;
	for (int i = 0; i < BYBIT_WATCHED_MAX; i++) {
		const struct bybit_book *book = &b->books[i];
		if (!b->watches[i].used || !book->changed)
			continue;
		if (b->now_ms >= book->told_ms + DEPTH_EVERY_MS)
			tell_depth(b, &b->watches[i], out);
		else
			b->stream.depth_due_ms =
				ms_earlier(b->stream.depth_due_ms, book->told_ms + DEPTH_EVERY_MS);
	}
}

void bybit_stream_step(struct bybit *b, struct turn_out *out)
{
	if (b->stream.up)
		keep_alive(b, out);
	if (b->stream.reopen || !b->stream.opened)
		open_anew(b, out);
	if (!b->stream.up)
		return;
	if (b->stream.topics_due_ms <= b->now_ms)
		subscribe_due(b, out);
	if (b->stream.depth_due_ms <= b->now_ms)
		tell_depths(b, out);
}

ms_t bybit_stream_due_ms(const struct bybit *b)
{
	const struct bybit_stream *stream = &b->stream;
	ms_t due = stream->reopen || !stream->opened ? b->now_ms : NEVER_MS;

	if (!stream->up)
		return due;
	due = ms_earlier(due, stream->ping_ms);
	due = ms_earlier(due, stream->topics_due_ms);
	due = ms_earlier(due, stream->depth_due_ms);
	if (stream->pinged_ms != 0)
		due = ms_earlier(due, stream->pinged_ms + PONG_WAIT_MS);
	return due;
}
