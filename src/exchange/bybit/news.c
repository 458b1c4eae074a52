/* SPDX-License-Identifier: MIT
 * Messages of the private stream. Topics have no order between them, nor the rows of one message: what fills
 * is taken before what ends because of it. */
#include "bybit_internal.h"

#include <string.h>

#define ROOM 16 /* events that one row may make */

static bool take_order(struct bybit *b, struct json_slice text, bool filled_ones, struct turn_out *out)
{
	struct bybit_order_row row;

	if (!bybit_read_order(&b->reader, text, &row))
		return false;
	if ((strcmp(row.status, "Filled") == 0) == filled_ones)
		bybit_order_news(b, &row, false, out);
	return true;
}

static bool take_execution(struct bybit *b, struct json_slice text, struct turn_out *out)
{
	struct bybit_execution_row row;
	struct event made;

	if (!bybit_read_execution(&b->reader, text, &row))
		return false;
	if (!bybit_make_fill(b, &row, &made))
		return true;
	bybit_tell_fill(b, &made, out);
	return true;
}

static bool take_position(struct bybit *b, struct json_slice text, struct turn_out *out)
{
	struct bybit_position_row row;

	if (!bybit_read_position(&b->reader, text, &row))
		return false;
	if (bybit_position_news(b, &row, out))
		bybit_tell_leverage(b, bybit_find_wire(b, row.symbol), out);
	return true;
}

static bool take(struct bybit *b, const struct bybit_private_frame *frame, struct json_slice text,
		 bool filled_ones, struct turn_out *out)
{
	switch (frame->kind) {
	case BYBIT_PRIVATE_ORDER: return take_order(b, text, filled_ones, out);
	case BYBIT_PRIVATE_EXECUTION: return take_execution(b, text, out);
	case BYBIT_PRIVATE_POSITION: return take_position(b, text, out);
	default: bybit_wallet_news(b, text, frame->at_ms, out); return true;
	}
}

/* More than there is room for is read from the lists instead. */
static void take_rows(struct bybit *b, const struct bybit_private_frame *frame, bool filled_ones,
		      struct turn_out *out)
{
	struct json_slice text;
	struct json_rows rows;

	if (json_rows_open(frame->data, &rows) != JSON_OK) {
		bybit_garbage(b, SYM_NONE, frame->topic, "data is no list", out);
		return;
	}
	while (json_rows_next(&rows, &text)) {
		if (out->heard->count + ROOM > EVENTS_MAX) {
			b->private.stream.reopen = true;
			return;
		}
		if (!take(b, frame, text, filled_ones, out))
			bybit_garbage(b, SYM_NONE, frame->topic, b->reader.why, out);
	}
	if (rows.answer != JSON_OK)
		bybit_garbage(b, SYM_NONE, frame->topic, json_answer_text[rows.answer], out);
}

void bybit_on_private_frame(struct bybit *b, const char *text, size_t len, struct turn_out *out)
{
	struct bybit_private_frame frame;

	b->private.stream.pinged_ms = 0;
	if (!bybit_read_private_frame(&b->reader, text, len, &frame)) {
		bybit_garbage(b, SYM_NONE, "private stream", b->reader.why, out);
		return;
	}
	switch (frame.kind) {
	case BYBIT_PRIVATE_PONG:
	case BYBIT_PRIVATE_OTHER: return;
	case BYBIT_PRIVATE_ACK: bybit_on_private_ack(b, &frame, out); return;
	default: break;
	}
	b->private.stream.data_ms = b->now_ms;
	if (b->universe == NULL)
		return; /* nothing is ours yet; the lists tell what there is */
	if (frame.kind == BYBIT_PRIVATE_ORDER)
		take_rows(b, &frame, true, out);
	take_rows(b, &frame, false, out);
}
