/* SPDX-License-Identifier: MIT
 * One request and its answer: limits, faults, public routes, the envelope. What is asked of an account goes
 * through emu_gate.c. */
#include "emu_internal.h"

#include <stdio.h>
#include <string.h>

static const struct route {
	const char *path;
	emu_handler *handler;
	const char *message; /* of success: Bybit does not always say OK */
} routes[] = {
	{"/v5/market/time", emu_rest_time, "OK"},
	{"/v5/market/instruments-info", emu_rest_instruments, "OK"},
	{"/v5/market/tickers", emu_rest_tickers, "OK"},
	{"/v5/market/kline", emu_rest_kline, "OK"},
	{"/v5/market/mark-price-kline", emu_rest_mark_kline, "OK"},
	{"/v5/market/index-price-kline", emu_rest_mark_kline, "OK"},
	{"/v5/market/orderbook", emu_rest_book, "OK"},
	{"/v5/market/funding/history", emu_rest_funding, "OK"},
	{"/v5/market/price-limit", emu_rest_limit, ""},
	{"/v5/system/status", emu_rest_status, ""},
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool emu_query_get(const struct emu_query *query, const char *name, char *out, size_t size)
{
	size_t len = strlen(name), used = 0;

	out[0] = '\0';
	for (const char *at = query->text; *at != '\0'; at += *at == '&') {
		size_t part = strcspn(at, "&");
		if (part <= len || at[len] != '=' || strncmp(at, name, len) != 0) {
			at += part;
			continue;
		}
		for (size_t i = len + 1; i < part && used + 1 < size; i++) {
			bool coded = at[i] == '%' && i + 2 < part && hex_digit(at[i + 1]) >= 0 &&
				     hex_digit(at[i + 2]) >= 0;
			out[used++] =
				coded ? (char)(hex_digit(at[i + 1]) * 16 + hex_digit(at[i + 2])) : at[i];
			i += coded ? 2 : 0;
		}
		out[used] = '\0';
		/* nothing that would break the answer it may be repeated in */
		for (size_t i = 0; i < used; i++)
			if (out[i] == '"' || out[i] == '\\' || (unsigned char)out[i] < ' ')
				out[i] = '?';
		return true;
	}
	return false;
}

bool emu_query_number(const struct emu_query *query, const char *name, int64_t low, int64_t high,
		      int64_t otherwise, int64_t *out)
{
	char text[32];

	*out = otherwise;
	if (!emu_query_get(query, name, text, sizeof(text)) || text[0] == '\0')
		return true;
	if (decimal_parse(text, strlen(text), 0, out) != DECIMAL_OK || *out < low)
		return false;
	*out = *out > high ? high : *out;
	return true;
}

int emu_query_category(const struct emu_query *query)
{
	static const char *const other[] = {"spot", "inverse", "option"};
	char text[24];

	emu_query_get(query, "category", text, sizeof(text));
	if (strcmp(text, "linear") == 0)
		return 0;
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (strcmp(text, other[i]) == 0)
			return 1;
	return -1;
}

void emu_answer(struct emu *emu, int code, const char *message)
{
	text_clear(&emu->body);
	text_add(&emu->body, "{\"retCode\":%d,\"retMsg\":\"%s\",\"result\":", code, message);
	if (emu->work.len > 0)
		text_put(&emu->body, emu->work.at, emu->work.len);
	else
		text_add(&emu->body, "{}");
	text_add(&emu->body, ",\"retExtInfo\":{},\"time\":%lld}", (long long)emu_server_ms(emu));
}

void emu_fail(struct emu *emu, struct emu_reply *reply, int status, const char *text)
{
	reply->status = status;
	text_clear(&emu->body);
	text_add(&emu->body, "<html><head><title>%d</title></head><body>%s</body></html>", status, text);
}

/* The address has this request and so many others in the last five seconds; how many are left of them. */
static int64_t count_request(struct emu *emu)
{
	int64_t left = EMU_IP_REQUESTS;

	for (size_t i = 0; i < EMU_IP_REQUESTS; i++)
		left -= emu->request_ms[i] > emu->now_ms - EMU_IP_WINDOW_MS;
	if (left <= 0) {
		emu->banned_until_ms = emu->now_ms + EMU_IP_BAN_MS;
		emu_note(emu, "more than %d requests in %d ms: banned", EMU_IP_REQUESTS, EMU_IP_WINDOW_MS);
		return 0;
	}
	emu->request_ms[emu->request_at] = emu->now_ms;
	emu->request_at = (emu->request_at + 1) % EMU_IP_REQUESTS;
	return left - 1;
}

static void route(struct emu *emu, const struct emu_request *request, struct emu_reply *reply)
{
	size_t path = strcspn(request->target, "?");
	struct emu_query query = {.text = request->target + path + (request->target[path] == '?')};

	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		const struct route *row = &routes[i];
		const char *message = row->message;
		if (strlen(row->path) != path || strncmp(row->path, request->target, path) != 0)
			continue;
		if (strcmp(request->method, "GET") != 0)
			break;
		int code = row->handler(emu, &query, &message);
		if (code != 0)
			text_clear(&emu->work);
		emu_answer(emu, code, message);
		return;
	}
	if (emu_gate(emu, request, reply))
		return;
	emu_fail(emu, reply, 404, "404 page not found");
}

/* The exchange does not get to the request. True: it is answered. */
static bool turn_away(struct emu *emu, const struct emu_request *request, struct emu_reply *reply)
{
	static const int broken[] = {500, 502, 503, 504};

	if (emu->banned_until_ms > emu->now_ms || emu_fault_until(emu, EMU_FAULT_HTTP_403) > 0)
		emu_fail(emu, reply, 403, "access too frequent");
	else if (emu_fault_until(emu, EMU_FAULT_MAINTENANCE) > 0 &&
		 strncmp(request->target, "/v5/system/status", 17) != 0)
		emu_fail(emu, reply, 503, "service unavailable");
	else if (emu_fault_until(emu, EMU_FAULT_HTTP_500) > 0)
		emu_fail(emu, reply, broken[emu->counts.requests % 4], "upstream error");
	else if (emu_fault_until(emu, EMU_FAULT_HTTP_429) > 0)
		emu_fail(emu, reply, 429, "too many requests");
	else if (request->body_len > 0 && strcmp(request->method, "GET") == 0)
		emu_fail(emu, reply, 403, "request could not be satisfied");
	else
		return false;
	return true;
}

static void spoil(struct emu *emu, struct emu_reply *reply)
{
	int64_t value = 0;

	for (int kind = EMU_FAULT_REPLY_TRUNCATED; kind <= EMU_FAULT_REPLY_NAN; kind++) {
		if (!emu_fault_take(emu, (enum emu_fault_kind)kind, SYM_NONE, NULL))
			continue;
		emu_mangle((enum emu_fault_kind)kind, emu->body.at, emu->body.len, &emu->dice, &emu->work);
		text_clear(&emu->body);
		text_put(&emu->body, emu->work.at, emu->work.len);
		break;
	}
	reply->sent = emu->body.len;
	reply->ending = emu->ending;
	if (emu_fault_take(emu, EMU_FAULT_DELAY, SYM_NONE, &value))
		reply->delay_ms = value;
	if (emu_fault_take(emu, EMU_FAULT_RESET_AFTER, SYM_NONE, NULL)) {
		reply->ending = EMU_RESET;
	} else if (emu_fault_take(emu, EMU_FAULT_BODY_CUT, SYM_NONE, &value)) {
		reply->ending = EMU_CUT;
		reply->sent = emu->body.len * (size_t)value / 100;
	}
}

void emu_http(struct emu *emu, ms_t now, const struct emu_request *request, struct emu_reply *reply)
{
	*reply = (struct emu_reply){.status = 200, .head = "", .body = ""};
	emu_advance(emu, now);
	emu->counts.requests++;
	if (emu_fault_take(emu, EMU_FAULT_RESET_BEFORE, SYM_NONE, NULL)) {
		reply->ending = EMU_RESET;
		return;
	}
	int64_t left = count_request(emu);
	ms_t limited = emu_fault_until(emu, EMU_FAULT_LIMITED);

	text_clear(&emu->work);
	emu->ending = EMU_WHOLE;
	emu->limit = (struct emu_limit){EMU_IP_REQUESTS, left, emu->now_ms};
	if (limited > 0)
		emu->limit = (struct emu_limit){EMU_IP_REQUESTS, 0, limited};

	if (turn_away(emu, request, reply))
		;
	else if (limited > 0)
		emu_answer(emu, 10006, "Too many visits!");
	else if (emu_fault_until(emu, EMU_FAULT_BUSY) > 0)
		emu_answer(emu, 10016, "Server error");
	else
		route(emu, request, reply);
	spoil(emu, reply);
	reply->delay_ms += emu_stall_ms(emu);
	text_clear(&emu->head);
	text_add(&emu->head,
		 "Content-Type: %s\nX-Bapi-Limit: %lld\nX-Bapi-Limit-Status: %lld\n"
		 "X-Bapi-Limit-Reset-Timestamp: %lld\nTimenow: %lld\nTraceid: %016llx\n",
		 emu->body.len > 0 && emu->body.at[0] == '<' ? "text/html"
							     : "application/json; charset=utf-8",
		 (long long)emu->limit.most, (long long)emu->limit.left, (long long)emu->limit.reset_ms,
		 (long long)emu_server_ms(emu), (unsigned long long)emu->counts.requests);
	reply->head = emu->head.at;
	reply->body = emu->body.at;
	reply->len = emu->body.len;
}
