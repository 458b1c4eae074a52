/* SPDX-License-Identifier: MIT
 * A Bybit codec with its hands free: tests tell it what comes and look at what it says and wants. Payloads
 * are made here, in the exchange's shapes. */
#ifndef SUPPORT_BYBIT_STAND_H
#define SUPPORT_BYBIT_STAND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bybit_internal.h"
#include "outbox.h"

#define START_MS 1760000040000LL /* a full minute */

struct stand {
	struct exchange exchange;
	struct outbox box;
	struct events heard;
	struct universe universe;
	ms_t now_ms;
};

static inline void stand_clear(struct stand *s)
{
	outbox_clear(&s->box);
	s->heard.count = s->heard.dropped = 0;
}

static inline int stand_wire(struct stand *s, struct wire_in in)
{
	struct turn_out out = {.say = &s->box, .heard = &s->heard};

	in.at_ms = s->now_ms;
	stand_clear(s);
	return bybit_ops.on_wire(&s->exchange, &in, &out);
}

static inline void stand_time(struct stand *s, ms_t now_ms)
{
	s->now_ms = now_ms;
	assert_int_equal(stand_wire(s, (struct wire_in){.kind = WIRE_TIME}), 0);
}

static inline void stand_wait(struct stand *s, ms_t ms)
{
	stand_time(s, s->now_ms + ms);
}

static inline int stand_ask(struct stand *s, enum intent_kind kind, sym_t sym, int64_t value)
{
	struct turn_out out = {.say = &s->box, .heard = &s->heard};
	struct intent intent = {.kind = (uint8_t)kind, .sym = sym, .value = value};

	stand_clear(s);
	return bybit_ops.ask(&s->exchange, &intent, s->now_ms, &out);
}

static inline void stand_frame(struct stand *s, const char *text)
{
	assert_int_equal(
		stand_wire(s, (struct wire_in){.kind = WIRE_FRAME, .text = text, .len = strlen(text)}), 0);
}

static inline void stand_up(struct stand *s)
{
	assert_int_equal(stand_wire(s, (struct wire_in){.kind = WIRE_UP}), 0);
}

static inline void stand_down(struct stand *s)
{
	assert_int_equal(stand_wire(s, (struct wire_in){.kind = WIRE_DOWN, .text = "gone", .len = 4}), 0);
}

/* The request that was said whose path begins so; 0 if there is none. */
static inline uint32_t stand_asked(const struct stand *s, const char *path)
{
	for (size_t i = 0; i < s->box.count; i++)
		if (s->box.at[i].kind == SAY_HTTP && strncmp(s->box.at[i].path, path, strlen(path)) == 0)
			return s->box.at[i].request;
	return 0;
}

static inline const char *stand_path(const struct stand *s, uint32_t request)
{
	for (size_t i = 0; i < s->box.count; i++)
		if (s->box.at[i].kind == SAY_HTTP && s->box.at[i].request == request)
			return s->box.at[i].path;
	return "";
}

/* The nth message to the stream of that op; NULL. */
static inline const char *stand_sent(const struct stand *s, const char *op, int nth)
{
	char wanted[32];

	snprintf(wanted, sizeof wanted, "\"op\":\"%s\"", op);
	for (size_t i = 0; i < s->box.count; i++)
		if (s->box.at[i].kind == SAY_SEND && strstr(s->box.at[i].text, wanted) && nth-- == 0)
			return s->box.at[i].text;
	return NULL;
}

static inline size_t stand_said(const struct stand *s, enum say_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < s->box.count; i++)
		count += s->box.at[i].kind == kind;
	return count;
}

/* The nth event of a kind; NULL. */
static inline const struct event *stand_event(const struct stand *s, enum event_kind kind, size_t nth)
{
	for (size_t i = 0; i < s->heard.count; i++)
		if (s->heard.at[i].kind == kind && nth-- == 0)
			return &s->heard.at[i];
	return NULL;
}

static inline size_t stand_heard(const struct stand *s, enum event_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < s->heard.count; i++)
		count += s->heard.at[i].kind == kind;
	return count;
}

static inline void stand_answer(struct stand *s, uint32_t request, int status, const char *head,
				const char *text)
{
	assert_true(request != 0);
	assert_int_equal(stand_wire(s, (struct wire_in){.kind = WIRE_REPLY,
							.request = request,
							.status = status,
							.text = text,
							.len = strlen(text),
							.head = head,
							.head_len = strlen(head)}),
			 0);
}

static inline void stand_reply(struct stand *s, uint32_t request, const char *text)
{
	stand_answer(s, request, 200, "", text);
}

/* A whole reply around a result. */
static inline void stand_result(struct stand *s, uint32_t request, const char *result)
{
	char *text = NULL;

	assert_true(
		asprintf(&text,
			 "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":%s,\"retExtInfo\":{},\"time\":%lld}",
			 result, (long long)s->now_ms) > 0);
	stand_reply(s, request, text);
	free(text);
}

static inline void stand_refuse(struct stand *s, uint32_t request, int code, const char *message)
{
	char text[256];

	snprintf(text, sizeof text, "{\"retCode\":%d,\"retMsg\":\"%s\",\"result\":{},\"time\":%lld}", code,
		 message, (long long)s->now_ms);
	stand_reply(s, request, text);
}

/* The server's time, with its clock ahead of ours by so much. */
static inline void stand_server_time(struct stand *s, uint32_t request, ms_t ahead_ms)
{
	char result[96];
	ms_t server = s->now_ms + ahead_ms;

	snprintf(result, sizeof result, "{\"timeSecond\":\"%lld\",\"timeNano\":\"%lld000123\"}",
		 (long long)(server / 1000), (long long)server);
	stand_result(s, request, result);
}

/* One row of instruments-info; extra: members in front, which win. */
static inline const char *stand_row(char *out, size_t size, const char *base, const char *extra)
{
	snprintf(out, size,
		 "{%s\"symbol\":\"%sUSDT\",\"contractType\":\"LinearPerpetual\",\"status\":\"Trading\","
		 "\"baseCoin\":\"%s\",\"quoteCoin\":\"USDT\",\"settleCoin\":\"USDT\",\"symbolType\":\"\","
		 "\"launchTime\":\"1600000000000\",\"deliveryTime\":\"0\",\"priceScale\":\"2\","
		 "\"priceFilter\":{\"minPrice\":\"0.1\",\"maxPrice\":\"99999\",\"tickSize\":\"0.10\"},"
		 "\"lotSizeFilter\":{\"minOrderQty\":\"0.001\",\"qtyStep\":\"0.001\","
		 "\"maxMktOrderQty\":\"500.000\",\"minNotionalValue\":\"5\"},\"fundingInterval\":480,"
		 "\"isPreListing\":false,\"novelty\":[1,{\"a\":null}]}",
		 extra, base, base);
	return out;
}

/* A page of rows, "," between them. */
static inline void stand_page(struct stand *s, uint32_t request, const char *rows, const char *cursor)
{
	char *text = NULL;

	assert_true(asprintf(&text, "{\"category\":\"linear\",\"list\":[%s],\"nextPageCursor\":\"%s\"}", rows,
			     cursor) > 0);
	stand_result(s, request, text);
	free(text);
}

static inline const struct bybit_setup *stand_setup(void)
{
	static const struct bybit_setup setup = {.environment = BYBIT_MAINNET,
						 .timeframe_ms = MINUTE_MS,
						 .book_levels = 50,
						 .taker_fee = 550000,
						 .maintenance = 5000000,
						 .seed = 7};

	return &setup;
}

static inline struct stand *stand_new(void)
{
	struct stand *s = calloc(1, sizeof *s);

	assert_non_null(s);
	s->exchange = (struct exchange){&bybit_ops, calloc(1, bybit_ops.state_bytes)};
	assert_non_null(s->exchange.state);
	s->now_ms = START_MS;
	assert_int_equal(bybit_init(&s->exchange, stand_setup()), 0);
	return s;
}

/* Started, with server time known and BTC and ETH listed and attached; the stream is not up yet. */
static inline struct stand *stand_attached(void)
{
	struct stand *s = stand_new();
	char btc[1024], eth[1024], rows[2100];

	stand_time(s, START_MS);
	uint32_t time = stand_asked(s, "/v5/market/time"),
		 list = stand_asked(s, "/v5/market/instruments-info");
	stand_server_time(s, time, 0);
	snprintf(rows, sizeof rows, "%s,%s", stand_row(eth, sizeof eth, "ETH", ""),
		 stand_row(btc, sizeof btc, "BTC", ""));
	stand_page(s, list, rows, "");
	s->universe = *bybit_ops.listing(&s->exchange);
	bybit_ops.attach(&s->exchange, &s->universe);
	return s;
}

static inline void stand_free(struct stand *s)
{
	free(s->exchange.state);
	free(s);
}

#endif
