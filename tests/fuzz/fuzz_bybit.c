/* SPDX-License-Identifier: MIT
 * Fuzzes the Bybit codec behind the feed: each line of the input is one thing that comes. Its first character
 * says what: F a message of the stream, T L S H the answer to a question for time, listing, scan or history,
 * X an HTTP status and its text, A the head of such an answer, U and D the stream up and down, W so many ms
 * later. Whatever comes, what is told has its form, bars come in order, and what is sent is plain text. */
#include "bybit_internal.h"
#include "feed.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define START_MS 1760000040000LL
#define SYMBOLS  3

static _Alignas(16) struct bybit fresh, codec;
static struct universe universe;
static struct feed feed;
static struct events scratch, heard;
static struct outbox box;
static struct exchange inside = {&bybit_ops, &codec}, outside = {&feed_ops, &feed};
static ms_t now_ms, closed_ms[SYMBOLS];
static bool asked_history;

static void require(bool truth)
{
	if (!truth)
		abort();
}

static void check_event(const struct event *event)
{
	const struct candle *c = &event->candle.candle;

	switch (event->kind) {
	case EVENT_CANDLE:
		require(event->sym < SYMBOLS && c->low > 0 && c->low <= c->open && c->low <= c->close);
		require(c->high >= c->open && c->high >= c->close && c->high <= BYBIT_PRICE_MAX &&
			c->volume >= 0);
		if (!event->candle.closed || asked_history)
			break;
		require(c->open_ms > closed_ms[event->sym]);
		closed_ms[event->sym] = c->open_ms;
		break;
	case EVENT_TICKER:
		require(event->sym < SYMBOLS && event->ticker.bid > 0 && event->ticker.ask > 0);
		require(event->ticker.mark > 0 && event->ticker.last > 0);
		break;
	case EVENT_DEPTH: require(event->sym < SYMBOLS && event->depth.notional >= 0); break;
	case EVENT_SCAN_ROW: require(event->sym < SYMBOLS); break;
	case EVENT_FUNDING_RATE:
		require(event->sym < SYMBOLS && event->funding.rate != UNKNOWN &&
			event->funding.settle_ms > 0);
		break;
	case EVENT_INSTRUMENT:
		require(event->sym < SYMBOLS && event->instrument.now->tick.step > 0);
		require(memchr(event->instrument.now->name, '\0', SYMBOL_TEXT_MAX) != NULL);
		break;
	case EVENT_GARBAGE:
		for (const char *at = event->garbage.text; *at != '\0'; at++)
			require(*at >= ' ' && *at <= '~');
		break;
	default: break;
	}
}

static void check_turn(void)
{
	for (size_t i = 0; i < heard.count; i++)
		check_event(&heard.at[i]);
	for (size_t i = 0; i < heard.count; i++)
		if (heard.at[i].kind == EVENT_INSTRUMENT)
			universe.at[heard.at[i].sym] = *heard.at[i].instrument.now;
	for (size_t i = 0; i < box.count; i++) {
		require(strlen(box.at[i].text) == box.at[i].len && box.at[i].len < 21000);
		for (const char *at = box.at[i].path; *at != '\0'; at++)
			require(*at > ' ' && *at < 0x7f);
	}
	require(heard.dropped == 0);
}

static void tell(struct wire_in in)
{
	struct turn_out out = {.say = &box, .heard = &heard};

	in.at_ms = now_ms;
	heard.count = box.count = box.used = 0;
	require(feed_ops.on_wire(&outside, &in, &out) == TB_OK);
	check_turn();
	require(feed_ops.next_ms(&outside) >= now_ms || codec.queued > 0 || box.count > 0);
}

static void ask(enum intent_kind kind, sym_t sym, int64_t value)
{
	struct intent intent = {.kind = (uint8_t)kind, .sym = sym, .value = value};
	struct turn_out out = {.say = &box, .heard = &heard};

	heard.count = box.count = box.used = 0;
	feed_ops.ask(&outside, &intent, now_ms, &out);
	check_turn();
}

static void answer(int job, int status, const char *text, size_t len, const char *head, size_t head_len)
{
	if (job >= JOB_HISTORY && codec.jobs[job].request == 0) {
		asked_history = true;
		ask(INTENT_HISTORY, 0, 3);
	} else if (codec.jobs[job].request == 0) {
		bybit_want(&codec, job, now_ms);
		tell((struct wire_in){.kind = WIRE_TIME});
	}
	tell((struct wire_in){.kind = WIRE_REPLY,
			      .request = codec.jobs[job].request,
			      .status = status,
			      .text = text,
			      .len = len,
			      .head = head,
			      .head_len = head_len});
}

static int64_t number(const char *text, size_t len)
{
	int64_t value = 0;

	for (size_t i = 0; i < len && i < 9 && text[i] >= '0' && text[i] <= '9'; i++)
		value = value * 10 + text[i] - '0';
	return value;
}

static void line(char kind, const char *text, size_t len)
{
	switch (kind) {
	case 'F': tell((struct wire_in){.kind = WIRE_FRAME, .text = text, .len = len}); break;
	case 'T': answer(JOB_TIME, 200, text, len, NULL, 0); break;
	case 'L': answer(JOB_LISTING, 200, text, len, NULL, 0); break;
	case 'S': answer(JOB_SCAN, 200, text, len, NULL, 0); break;
	case 'H': answer(JOB_HISTORY, 200, text, len, NULL, 0); break;
	case 'X': answer(JOB_SCAN, (int)(number(text, len) % 1000), text, len, NULL, 0); break;
	case 'A': answer(JOB_SCAN, 200, "{\"retCode\":10006}", 17, text, len); break;
	case 'U': tell((struct wire_in){.kind = WIRE_UP}); break;
	case 'D': tell((struct wire_in){.kind = WIRE_DOWN}); break;
	case 'W':
		now_ms += number(text, len);
		tell((struct wire_in){.kind = WIRE_TIME});
		break;
	default: break;
	}
}

/* A codec that has begun, made once: all but its books, which are large. */
static void make_fresh(void)
{
	static const struct bybit_setup setup = {.timeframe_ms = MINUTE_MS,
						 .book_levels = 50,
						 .taker_fee = 550000,
						 .maintenance = 5000000,
						 .seed = 1};
	struct exchange exchange = {&bybit_ops, &fresh};

	require(bybit_init(&exchange, &setup) == TB_OK);
}

static void begin(void)
{
	static const char time[] = "{\"retCode\":0,\"result\":{\"timeSecond\":\"1760000040\"}}";

	if (fresh.setup.timeframe_ms == 0)
		make_fresh();
	memcpy(&codec, &fresh, offsetof(struct bybit, books));
	for (int i = 0; i < SYMBOLS; i++)
		codec.books[i].known = codec.books[i].changed = false;
	bybit_reader_init(&codec.reader);
	universe = (struct universe){.count = SYMBOLS};
	for (int i = 0; i < SYMBOLS; i++) {
		struct instrument *instrument = &universe.at[i];
		memcpy(instrument->name, "A/USDT:USDT", 12);
		memcpy(instrument->wire, "AUSDT", 6);
		instrument->name[0] = instrument->wire[0] = (char)('A' + i);
		instrument->tick = (struct grid){1, 1};
		instrument->lot = (struct grid){1, 3};
		instrument->contract = (struct grid){1, 0};
		instrument->min_qty = 1, instrument->max_qty = 1000;
		instrument->listed_ms = UNKNOWN;
		require(instrument_settle(instrument) == TB_OK);
		closed_ms[i] = 0;
	}
	now_ms = START_MS;
	asked_history = false;
	feed_init(&feed, &inside, MINUTE_MS, &scratch);
	feed_ops.attach(&outside, &universe);
	answer(JOB_TIME, 200, time, sizeof time - 1, NULL, 0);
	tell((struct wire_in){.kind = WIRE_UP});
	ask(INTENT_WATCH, 0, 1);
	ask(INTENT_WATCH, 1, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;

	begin();
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		if (stop == NULL)
			stop = end;
		if (stop > at)
			line(*at, at + 1, (size_t)(stop - at) - 1);
		at = stop + 1;
	}
	return 0;
}
