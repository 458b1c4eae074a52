/* SPDX-License-Identifier: MIT
 * For tests of the emulator: one over the generator, requests and streams of it, their JSON. */
#ifndef EMU_STAND_H
#define EMU_STAND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "emu.h"
#include "json.h"

#define START_MS   1767225600000LL /* 2026-01-01 */
#define FRAMES_MAX 4096

static struct emu *emu;
static struct universe stand_universe;
static struct emu_reply reply;
static _Alignas(16) unsigned char arena_memory[8 << 20];
static struct json_arena arena;
static char *frames[FRAMES_MAX]; /* taken so far; "" is a close */
static int frame_client[FRAMES_MAX];
static size_t frame_count;

static inline struct emu_setup a_setup(int64_t symbols)
{
	sim_universe_generate(&stand_universe, (size_t)symbols, 0);
	return (struct emu_setup){.universe = &stand_universe,
				  .market = {.timeframe_ms = MINUTE_MS,
					     .start_ms = START_MS,
					     .bars = 3000,
					     .symbols = symbols,
					     .seed = 11,
					     .preroll = 1500}};
}

static inline void stand_open(const struct emu_setup *setup)
{
	char error[160];

	emu = emu_open(setup, error, sizeof(error));
	assert_non_null(emu);
}

static inline void stand_forget(void)
{
	for (size_t i = 0; i < frame_count; i++)
		free(frames[i]);
	frame_count = 0;
}

static inline void stand_close(void)
{
	stand_forget();
	emu_close(emu);
	emu = NULL;
}

static inline const struct cJSON *parsed(const char *text, size_t len)
{
	const struct cJSON *root = NULL;

	json_arena_init(&arena, arena_memory, sizeof(arena_memory));
	assert_int_equal(json_parse(&arena, text, len, &root), JSON_OK);
	return root;
}

/* GET at the emulator's present time; the answer is in reply. */
static inline void fetch(const char *target)
{
	struct emu_request request = {.method = "GET", .target = target, .head = "", .body = ""};

	emu_http(emu, emu_now(emu), &request, &reply);
}

/* The result of a GET that succeeds. */
static inline const struct cJSON *get(const char *target)
{
	int64_t code = -1;

	fetch(target);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.ending, EMU_WHOLE);
	const struct cJSON *root = parsed(reply.body, reply.len);
	assert_int_equal(json_int64(json_member(root, "retCode"), &code), JSON_OK);
	if (code != 0)
		fail_msg("%s: %s", target, reply.body);
	return json_member(root, "result");
}

static inline int64_t code_of(const char *target)
{
	int64_t code = -1;

	fetch(target);
	assert_int_equal(json_int64(json_member(parsed(reply.body, reply.len), "retCode"), &code), JSON_OK);
	return code;
}

/* Text of a member, "" too. */
static inline const char *text_of(const struct cJSON *object, const char *key)
{
	const char *text = "";
	enum json_answer answer = json_text(json_member(object, key), &text);

	if (answer != JSON_OK && answer != JSON_EMPTY)
		fail_msg("%s is %s", key, json_answer_text[answer]);
	return answer == JSON_OK ? text : "";
}

static inline int64_t int_of(const struct cJSON *object, const char *key)
{
	int64_t value = 0;

	assert_int_equal(json_int64(json_member(object, key), &value), JSON_OK);
	return value;
}

/* Takes all that waits. Returns the index of the first. */
static inline size_t take_all(void)
{
	size_t first = frame_count;
	struct emu_out out;

	while (emu_take(emu, &out)) {
		assert_true(frame_count < FRAMES_MAX);
		frame_client[frame_count] = out.client;
		frames[frame_count] = malloc(out.len + 1);
		assert_non_null(frames[frame_count]);
		memcpy(frames[frame_count], out.text, out.len);
		frames[frame_count++][out.kind == EMU_TEXT ? out.len : 0] = '\0';
	}
	return first;
}

static inline int a_stream(void)
{
	int client = emu_ws_open(emu, emu_now(emu), "/v5/public/linear");

	assert_true(client >= 0);
	return client;
}

static inline void send_text(int client, const char *text)
{
	emu_ws_frame(emu, emu_now(emu), client, text, strlen(text));
}

/* topics: "tickers.BTCUSDT","kline.1.BTCUSDT" with their quotes. */
static inline void subscribe_to(int client, const char *topics)
{
	char text[2048];

	snprintf(text, sizeof(text), "{\"op\":\"subscribe\",\"req_id\":\"r1\",\"args\":[%s]}", topics);
	send_text(client, text);
}

static inline const struct cJSON *frame(size_t index)
{
	assert_true(index < frame_count);
	return parsed(frames[index], strlen(frames[index]));
}

static inline bool frame_has(size_t index, const char *part)
{
	assert_true(index < frame_count);
	return strstr(frames[index], part) != NULL;
}

/* How many of the frames from `first` on hold this text. */
static inline size_t count_of(size_t first, const char *part)
{
	size_t count = 0;

	for (size_t i = first; i < frame_count; i++)
		count += strstr(frames[i], part) != NULL;
	return count;
}

static inline int strike(const char *spec)
{
	struct emu_fault fault;
	char error[160];

	assert_int_equal(emu_fault_parse(spec, &fault, error, sizeof(error)), TB_OK);
	return emu_strike(emu, emu_now(emu), &fault);
}

static inline int64_t struck(enum emu_fault_kind kind)
{
	return emu_counts(emu)->struck[kind];
}

/* To half a second after the open of that many bars from now. */
static inline void minutes_pass(int64_t minutes)
{
	emu_advance(emu, (emu_now(emu) / MINUTE_MS + minutes) * MINUTE_MS + 500);
}

#endif
