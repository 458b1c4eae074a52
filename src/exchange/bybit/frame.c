/* SPDX-License-Identifier: MIT
 * One message of the public stream to events. What is of no symbol that is watched, or of another interval,
 * is late news of a subscription that ended: passed over. */
#include "bybit_internal.h"

#include <string.h>

static struct bybit_watch *watch_of(struct bybit *b, const char *wire)
{
	sym_t sym = bybit_find_wire(b, wire);

	return sym == SYM_NONE || b->watch_of[sym] == 0 ? NULL : &b->watches[b->watch_of[sym] - 1];
}

/* Data means that it is subscribed, whatever became of the acknowledgement. */
static void mark_live(struct bybit_watch *watch, enum bybit_topic topic)
{
	if (watch->topics[topic].state == TOPIC_ASKED)
		watch->topics[topic].state = TOPIC_LIVE;
}

static void on_kline(struct bybit *b, struct bybit_watch *watch, const struct bybit_frame *frame,
		     struct turn_out *out)
{
	struct json_rows rows;
	struct json_slice text;
	struct bybit_kline_row row;
	struct candle candle;
	bool off = false;

	mark_live(watch, TOPIC_KLINE);
	if (json_rows_open(frame->data, &rows) != JSON_OK) {
		bybit_garbage(b, watch->sym, "kline", "data is no list", out);
		return;
	}
	while (json_rows_next(&rows, &text)) {
		bool read = bybit_read_stream_kline(&b->reader, text, &row);
		if (!read || !bybit_candle(&row, &b->universe->at[watch->sym], &candle, &off)) {
			bybit_garbage(b, watch->sym, "kline", read ? "no candle" : b->reader.why, out);
			continue;
		}
		struct event *event = events_add(out->heard, EVENT_CANDLE, watch->sym, b->now_ms);
		if (event == NULL)
			return;
		event->candle.candle = candle;
		event->candle.closed = row.closed;
	}
	if (rows.answer != JSON_OK)
		bybit_garbage(b, watch->sym, "kline", json_answer_text[rows.answer], out);
	if (off)
		bybit_doubt_listing(b);
}

static void on_book(struct bybit *b, struct bybit_watch *watch, const struct bybit_frame *frame,
		    struct turn_out *out)
{
	struct bybit_book *book = &b->books[watch - b->watches];
	enum bybit_book_answer answer = BOOK_BROKEN;
	struct bybit_book_row row;

	mark_live(watch, TOPIC_BOOK);
	if (bybit_read_book(&b->reader, frame->data, &row))
		answer = bybit_book_take(book, &b->reader, &row, frame->snapshot,
					 &b->universe->at[watch->sym]);
	if (answer == BOOK_TAKEN) {
		b->stream.depth_due_ms = b->now_ms;
		return;
	}
	if (answer == BOOK_DROPPED)
		return;
	if (answer == BOOK_OFF_GRID)
		bybit_doubt_listing(b);
	if (answer == BOOK_BROKEN)
		bybit_garbage(b, watch->sym, "orderbook",
			      b->reader.why[0] != '\0' ? b->reader.why : "not a level", out);
	b->counts.gaps++;
	bybit_resubscribe(b, watch, TOPIC_BOOK, out);
}

static void on_data(struct bybit *b, const struct bybit_frame *frame, struct turn_out *out)
{
	struct bybit_watch *watch = watch_of(b, frame->symbol);

	if (watch == NULL)
		return;
	if (frame->kind == BYBIT_FRAME_TICKER) {
		mark_live(watch, TOPIC_TICKER);
		bybit_on_ticker(b, watch, frame, out);
	} else if (frame->kind == BYBIT_FRAME_KLINE && strcmp(frame->interval, b->interval) == 0) {
		on_kline(b, watch, frame, out);
	} else if (frame->kind == BYBIT_FRAME_BOOK && frame->levels == b->setup.book_levels) {
		on_book(b, watch, frame, out);
	}
}

void bybit_on_frame(struct bybit *b, const char *text, size_t len, struct turn_out *out)
{
	struct bybit_frame frame;

	b->stream.pinged_ms = 0;
	if (!bybit_read_frame(&b->reader, text, len, &frame)) {
		bybit_garbage(b, SYM_NONE, "stream", b->reader.why, out);
		return;
	}
	switch (frame.kind) {
	case BYBIT_FRAME_PONG:
	case BYBIT_FRAME_OTHER: return;
	case BYBIT_FRAME_ACK: bybit_on_ack(b, &frame, out); return;
	default: on_data(b, &frame, out); return;
	}
}
