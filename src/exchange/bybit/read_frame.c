/* SPDX-License-Identifier: MIT
 * See bybit_read.h: messages of the public stream. Data messages have a topic and no op; the rest is told
 * apart by its op (contract, section 10). */
#include "bybit_read_internal.h"

#include <stdio.h>
#include <string.h>

/* What stands between two points of a topic; NULL if it does not fit. */
static const char *take_part(const char *at, char *out, size_t size)
{
	size_t len = strcspn(at, ".");

	if (len == 0 || len >= size || at[len] != '.')
		return NULL;
	memcpy(out, at, len);
	out[len] = '\0';
	return at + len + 1;
}

static bool is_id(const char *text)
{
	return *text != '\0' && strlen(text) < SYMBOL_TEXT_MAX && strpbrk(text, ". \"\\") == NULL;
}

/* Which topic: kind, interval or levels, and symbol. Whatever is none of ours is OTHER. */
static void judge_topic(struct bybit_frame *frame)
{
	const char *at = frame->topic;
	char levels[8] = "";

	frame->kind = BYBIT_FRAME_OTHER;
	if (strncmp(at, "kline.", 6) == 0) {
		at = take_part(at + 6, frame->interval, sizeof frame->interval);
		if (at == NULL || !is_id(at))
			return;
		frame->kind = BYBIT_FRAME_KLINE;
	} else if (strncmp(at, "tickers.", 8) == 0) {
		at += 8;
		if (!is_id(at))
			return;
		frame->kind = BYBIT_FRAME_TICKER;
	} else if (strncmp(at, "orderbook.", 10) == 0) {
		at = take_part(at + 10, levels, sizeof levels);
		struct json_slice digits = {levels, strlen(levels)};
		if (at == NULL || !is_id(at) || json_slice_int64(digits, &frame->levels) != JSON_OK)
			return;
		frame->kind = BYBIT_FRAME_BOOK;
	} else {
		return;
	}
	snprintf(frame->symbol, sizeof frame->symbol, "%s", at);
}

enum { TOPIC, TYPE, TS, DATA, OP, SUCCESS, RET_MSG, REQ_ID, KEY_COUNT };

static bool read_data(struct bybit_reader *reader, const struct json_slice at[static KEY_COUNT],
		      struct bybit_frame *frame)
{
	struct json_slice type;
	enum json_answer answer;

	judge_topic(frame);
	frame->data = at[DATA];
	answer = json_slice_int64(at[TS], &frame->at_ms);
	if (answer != JSON_OK && answer != JSON_MISSING)
		return bybit_fail(reader, "ts", answer);
	if (frame->kind == BYBIT_FRAME_OTHER)
		return true;
	if (frame->data.text == NULL)
		return bybit_fail(reader, "data", JSON_MISSING);
	if (frame->kind == BYBIT_FRAME_KLINE)
		return true;
	answer = json_slice_text(at[TYPE], &type);
	if (answer != JSON_OK)
		return bybit_fail(reader, "type", answer);
	frame->snapshot = json_slice_is(type, "snapshot");
	return frame->snapshot || json_slice_is(type, "delta") || bybit_fail(reader, "type", JSON_UNPARSABLE);
}

static bool read_answer(struct bybit_reader *reader, const struct json_slice at[static KEY_COUNT],
			struct bybit_frame *frame)
{
	bybit_copy_text(reader, at[OP], frame->op, sizeof frame->op);
	bybit_copy_text(reader, at[RET_MSG], frame->message, sizeof frame->message);
	bybit_copy_text(reader, at[REQ_ID], frame->request, sizeof frame->request);
	frame->kind = BYBIT_FRAME_ACK;
	if (strcmp(frame->op, "pong") == 0 ||
	    (strcmp(frame->op, "ping") == 0 && strcmp(frame->message, "pong") == 0)) {
		frame->kind = BYBIT_FRAME_PONG;
		frame->success = true;
		return true;
	}
	enum json_answer answer = json_slice_bool(at[SUCCESS], &frame->success);
	return answer == JSON_OK || bybit_fail(reader, "success", answer);
}

bool bybit_read_frame(struct bybit_reader *reader, const char *text, size_t len, struct bybit_frame *frame)
{
	static const char *const keys[KEY_COUNT] = {"topic", "type",    "ts",      "data",
						    "op",    "success", "ret_msg", "req_id"};
	struct json_slice at[KEY_COUNT];
	enum json_answer members = json_slice_members((struct json_slice){text, len}, KEY_COUNT, keys, at);

	*frame = (struct bybit_frame){.at_ms = UNKNOWN};
	switch (bybit_tell_apart(reader, members, at[TOPIC], at[OP], frame->topic, sizeof frame->topic)) {
	case BYBIT_MESSAGE_DATA: return read_data(reader, at, frame);
	case BYBIT_MESSAGE_ANSWER: return read_answer(reader, at, frame);
	default: return false;
	}
}

bool bybit_read_book(struct bybit_reader *reader, struct json_slice text, struct bybit_book_row *row)
{
	static const char *const keys[] = {"b", "a", "u"};
	struct json_slice at[3];

	*row = (struct bybit_book_row){0};
	reader->why[0] = '\0';
	enum json_answer answer = json_slice_members(text, 3, keys, at);
	if (answer != JSON_OK)
		return bybit_fail(reader, "data", answer);
	answer = json_rows_open(at[0], &row->bids);
	if (answer != JSON_OK)
		return bybit_fail(reader, "b", answer);
	answer = json_rows_open(at[1], &row->asks);
	if (answer != JSON_OK)
		return bybit_fail(reader, "a", answer);
	answer = json_slice_int64(at[2], &row->update);
	return answer == JSON_OK || bybit_fail(reader, "u", answer);
}

bool bybit_next_level(struct bybit_reader *reader, struct json_rows *side, struct json_slice *price,
		      struct json_slice *size)
{
	struct json_slice level, item;
	struct json_rows pair;

	reader->why[0] = '\0';
	if (!json_rows_next(side, &level))
		return side->answer == JSON_OK ? false : bybit_fail(reader, "side", side->answer);
	enum json_answer answer = json_rows_open(level, &pair);
	if (answer != JSON_OK || !json_rows_next(&pair, &item))
		return bybit_fail(reader, "level", answer != JSON_OK ? answer : JSON_MISSING);
	answer = json_slice_text(item, price);
	if (answer != JSON_OK)
		return bybit_fail(reader, "price", answer);
	if (!json_rows_next(&pair, &item))
		return bybit_fail(reader, "size", JSON_MISSING);
	answer = json_slice_text(item, size);
	return answer == JSON_OK || bybit_fail(reader, "size", answer);
}
