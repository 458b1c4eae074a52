/* SPDX-License-Identifier: MIT
 * Requests for the account: who asks, signed how, when and with which rights, how often; and where each goes.
 * In the exchange's order: key, time, signature, address, rights, rate. */
#include "emu_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SIGNED_MAX (1 << 16)

enum right { RIGHT_NONE, RIGHT_READ, RIGHT_ORDER, RIGHT_POSITION };
static const struct endpoint {
	const char *path, *method;
	emu_call_handler *handler;
	int per_second, right;
} endpoints[] = {
	{"/v5/account/wallet-balance", "GET", emu_call_wallet, 50, RIGHT_READ},
	{"/v5/account/info", "GET", emu_call_info, 50, RIGHT_READ},
	{"/v5/account/set-margin-mode", "POST", emu_call_margin_mode, 5, RIGHT_POSITION},
	{"/v5/account/fee-rate", "GET", emu_call_fees, 5, RIGHT_READ},
	{"/v5/account/transaction-log", "GET", emu_call_log, 25, RIGHT_READ},
	{"/v5/user/query-api", "GET", emu_call_key, 10, RIGHT_NONE},
	{"/v5/position/list", "GET", emu_call_positions, 50, RIGHT_READ},
	{"/v5/position/set-leverage", "POST", emu_call_leverage, 10, RIGHT_POSITION},
	{"/v5/position/switch-mode", "POST", emu_call_mode, 10, RIGHT_POSITION},
	{"/v5/position/trading-stop", "POST", emu_call_stop, 10, RIGHT_POSITION},
	{"/v5/position/closed-pnl", "GET", emu_call_closed, 50, RIGHT_READ},
	{"/v5/order/create", "POST", emu_call_create, 10, RIGHT_ORDER},
	{"/v5/order/pre-check", "POST", emu_call_precheck, 10, RIGHT_ORDER},
	{"/v5/order/cancel", "POST", emu_call_cancel, 10, RIGHT_ORDER},
	{"/v5/order/cancel-all", "POST", emu_call_cancel_all, 10, RIGHT_ORDER},
	{"/v5/order/amend", "POST", emu_call_amend, 10, RIGHT_ORDER},
	{"/v5/order/realtime", "GET", emu_call_open_orders, 50, RIGHT_READ},
	{"/v5/order/history", "GET", emu_call_order_history, 50, RIGHT_READ},
	{"/v5/execution/list", "GET", emu_call_executions, 50, RIGHT_READ},
};
#define ENDPOINTS (sizeof(endpoints) / sizeof(endpoints[0]))
_Static_assert(ENDPOINTS <= EMU_ROUTES_MAX, "a ring for each");

int emu_say_why(struct emu *emu, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(emu->why, sizeof(emu->why), format, args);
	va_end(args);
	return code;
}

/* The value of a header line, copied; "" if there is none. */
static void header(const struct emu_request *request, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);

	out[0] = '\0';
	for (const char *at = request->head; *at != '\0';) {
		size_t line = strcspn(at, "\n");
		if (line > n && strncasecmp(at, name, n) == 0 && at[n] == ':') {
			const char *value = at + n + 1;
			for (; *value == ' '; value++)
				;
			size_t len = strcspn(value, "\r\n");
			snprintf(out, size, "%.*s", (int)len, value);
			return;
		}
		at += line + (at[line] == '\n');
	}
}

struct signature {
	char key[64], stamp[32], window[32], sign[96];
};

/* What is signed is what was sent: the query as it stands in the request line, the body byte for byte. */
static bool is_signed(struct emu *emu, const struct emu_request *request, const struct signature *with)
{
	const char *query = strchr(request->target, '?');
	bool post = strcmp(request->method, "POST") == 0;
	const char *payload = post ? request->body : query != NULL ? query + 1 : "";
	size_t len = post ? request->body_len : strlen(payload);
	char expected[HMAC_HEX_SIZE];

	text_clear(&emu->frame);
	text_add(&emu->frame, "%s%s%s", with->stamp, with->key, with->window);
	text_put(&emu->frame, payload, len);
	return emu->frame.len < SIGNED_MAX &&
	       hmac_hex(&emu->account->hmac, emu->frame.at, emu->frame.len, expected) == 0 &&
	       strcmp(expected, with->sign) == 0;
}

static int check_time(struct emu *emu, const struct signature *with)
{
	ms_t server = emu_server_ms(emu);
	int64_t stamp = 0, window = 5000;

	if (decimal_parse(with->stamp, strlen(with->stamp), 0, &stamp) == DECIMAL_OK &&
	    (with->window[0] == '\0' ||
	     decimal_parse(with->window, strlen(with->window), 0, &window) == DECIMAL_OK) &&
	    server - window <= stamp && stamp < server + 1000)
		return 0;
	return emu_say_why(emu, 10002,
			   "invalid request, please check your server timestamp or recv_window param. "
			   "req_timestamp[%lld],server_timestamp[%lld],recv_window[%lld]",
			   (long long)stamp, (long long)server, (long long)window);
}

/* The emulator's clients are all at home. */
static bool bound_elsewhere(const struct emu_account_setup *setup)
{
	return setup->ips != NULL && setup->ips[0] != '\0' && strstr(setup->ips, "127.0.0.1") == NULL;
}

static bool has_expired(const struct emu *emu)
{
	const struct emu_account_setup *setup = &emu->account->setup;
	ms_t days = setup->expires_days != 0 ? setup->expires_days : 90;

	return (setup->ips == NULL || setup->ips[0] == '\0') && emu->now_ms >= emu->start_ms + days * DAY_MS;
}

static int check_key(struct emu *emu, const struct emu_request *request, const struct signature *with)
{
	const struct emu_account *account = emu->account;

	if (account == NULL || strcmp(with->key, account->setup.key) != 0)
		return emu_say_why(emu, 10003, "API key is invalid.");
	if (has_expired(emu) || emu_fault_until(emu, EMU_FAULT_KEY_DEAD) > 0)
		return emu_say_why(emu, 33004, "Your api key has expired.");
	int code = check_time(emu, with);
	if (code != 0)
		return code;
	if (!is_signed(emu, request, with))
		return emu_say_why(emu, 10004,
				   "Error sign, please check your signature generation algorithm.");
	if (bound_elsewhere(&account->setup))
		return emu_say_why(emu, 10010,
				   "Unmatched IP, please check your API key's bound IP addresses.");
	return 0;
}

static int check_right(struct emu *emu, int right)
{
	const struct emu_account_setup *setup = &emu->account->setup;
	bool writes = right == RIGHT_ORDER || right == RIGHT_POSITION;

	if (right == RIGHT_NONE || (!writes && !setup->cannot_trade) ||
	    (writes && !setup->read_only && !setup->cannot_trade))
		return 0;
	return emu_say_why(emu, 10005, "Permission denied, please check your API key permissions.");
}

/* Of this endpoint in the last second. */
static int check_rate(struct emu *emu, size_t at)
{
	struct emu_account *account = emu->account;
	ms_t *ring = account->rate_ms[at], oldest = NEVER_MS;
	int most = endpoints[at].per_second, used = 0;

	for (int i = 0; i < most; i++) {
		if (ring[i] <= emu->now_ms - SECOND_MS)
			continue;
		used++;
		oldest = ring[i] < oldest ? ring[i] : oldest;
	}
	emu->limit = (struct emu_limit){most, most - used - 1, emu_server_ms(emu)};
	if (used < most) {
		ring[account->rate_at[at]] = emu->now_ms;
		account->rate_at[at] = (account->rate_at[at] + 1) % (size_t)most;
		return 0;
	}
	emu->limit = (struct emu_limit){most, 0, oldest + SECOND_MS + emu_server_ms(emu) - emu->now_ms};
	return emu_say_why(emu, 10006, "Too many visits. Exceeded the API Rate Limit.");
}

/* How the answer of an order is lost on its way, by a fault. True: the request is lost, too. */
static bool loses(struct emu *emu)
{
	if (emu_fault_take(emu, EMU_FAULT_POST_RESET_BEFORE, SYM_NONE, NULL))
		emu->ending = EMU_RESET;
	else if (emu_fault_take(emu, EMU_FAULT_POST_SHUT_BEFORE, SYM_NONE, NULL))
		emu->ending = EMU_SHUT;
	else
		return false;
	return true;
}

static void lose_answer(struct emu *emu)
{
	if (emu_fault_take(emu, EMU_FAULT_POST_RESET_AFTER, SYM_NONE, NULL))
		emu->ending = EMU_RESET;
	else if (emu_fault_take(emu, EMU_FAULT_POST_SHUT_AFTER, SYM_NONE, NULL))
		emu->ending = EMU_SHUT;
	if (!emu_fault_take(emu, EMU_FAULT_POST_BUSY_AFTER, SYM_NONE, NULL))
		return;
	text_clear(&emu->work);
	emu_answer(emu, 10016, "Internal server error.");
}

static int run(struct emu *emu, const struct emu_request *request, const struct endpoint *endpoint)
{
	const char *query = strchr(request->target, '?');
	struct emu_call call = {.query = {.text = query != NULL ? query + 1 : ""}};
	const struct cJSON *inner = NULL;

	if (endpoint->method[0] == 'P' &&
	    (json_parse(&emu->arena, request->body, request->body_len, &call.body) != JSON_OK ||
	     json_object(call.body, &inner) != JSON_OK))
		return emu_say_why(emu, 10001, "Request parameter error.");
	snprintf(emu->why, sizeof(emu->why), "OK");
	return endpoint->handler(emu, &call);
}

bool emu_gate(struct emu *emu, const struct emu_request *request, struct emu_reply *reply)
{
	size_t path = strcspn(request->target, "?"), at = 0;
	struct signature with;

	for (; at < ENDPOINTS; at++)
		if (strlen(endpoints[at].path) == path &&
		    strncmp(endpoints[at].path, request->target, path) == 0 &&
		    strcmp(endpoints[at].method, request->method) == 0)
			break;
	if (at == ENDPOINTS)
		return false;
	header(request, "X-BAPI-API-KEY", with.key, sizeof(with.key));
	header(request, "X-BAPI-TIMESTAMP", with.stamp, sizeof(with.stamp));
	header(request, "X-BAPI-RECV-WINDOW", with.window, sizeof(with.window));
	header(request, "X-BAPI-SIGN", with.sign, sizeof(with.sign));
	if (with.key[0] == '\0' || with.stamp[0] == '\0' || with.sign[0] == '\0') {
		emu_fail(emu, reply, 401, "unauthorized");
		return true;
	}
	bool post = endpoints[at].method[0] == 'P';
	if (post && loses(emu)) {
		text_clear(&emu->body);
		return true;
	}
	int code = check_key(emu, request, &with);
	if (code == 0)
		code = check_right(emu, endpoints[at].right);
	if (code == 0)
		code = check_rate(emu, at);
	if (code == 0)
		code = run(emu, request, &endpoints[at]);
	emu_answer(emu, code, emu->why);
	if (post && code == 0)
		lose_answer(emu);
	return true;
}

bool emu_call_text(const struct emu_call *call, const char *name, char *out, size_t size)
{
	const char *text = "";

	if (call->body == NULL)
		return emu_query_get(&call->query, name, out, size);
	enum json_answer answer = json_text(json_member(call->body, name), &text);
	snprintf(out, size, "%s", answer == JSON_OK ? text : "");
	for (char *at = out; *at != '\0'; at++)
		if (*at == '"' || *at == '\\' || (unsigned char)*at < ' ')
			*at = '?';
	return answer != JSON_MISSING && answer != JSON_NULL;
}

bool emu_call_int(const struct emu_call *call, const char *name, int64_t otherwise, int64_t *out)
{
	const struct cJSON *value = json_member(call->body, name);
	const char *text;

	*out = otherwise;
	if (value == NULL)
		return true;
	return json_text(value, &text) == JSON_TYPE && json_int64(value, out) == JSON_OK;
}

bool emu_call_flag(const struct emu_call *call, const char *name)
{
	bool flag = false;

	return json_bool(json_member(call->body, name), &flag) == JSON_OK && flag;
}

int emu_call_symbol(struct emu *emu, const struct emu_call *call, bool need, int64_t *sym)
{
	char category[24], wire[64];

	*sym = SYM_NONE;
	emu_call_text(call, "category", category, sizeof(category));
	bool other = strcmp(category, "inverse") == 0 || strcmp(category, "spot") == 0 ||
		     strcmp(category, "option") == 0;
	if (other && !need) {
		*sym = EMU_ELSEWHERE;
		return 0;
	}
	if (strcmp(category, "linear") != 0)
		return emu_say_why(emu, 10001, "Illegal category");
	if (!emu_call_text(call, "symbol", wire, sizeof(wire)) || wire[0] == '\0')
		return need ? emu_say_why(emu, 10001, "params error: symbol invalid") : 0;
	*sym = emu_find(emu, wire);
	if (*sym == SYM_NONE || !emu_is_listed(&emu->symbols[*sym]))
		return emu_say_why(emu, 10001, "params error: symbol invalid %s", wire);
	return 0;
}

int emu_call_page(struct emu *emu, const struct emu_call *call, int64_t most, int64_t usual, int64_t *limit,
		  int64_t *below)
{
	char cursor[160];

	*below = INT64_MAX;
	if (!emu_query_number(&call->query, "limit", 1, most, usual, limit))
		return emu_say_why(emu, 10001, "params error: limit invalid");
	if (!emu_query_get(&call->query, "cursor", cursor, sizeof(cursor)) || cursor[0] == '\0')
		return 0;
	if (decimal_parse(cursor, strspn(cursor, "0123456789"), 0, below) != DECIMAL_OK)
		return emu_say_why(emu, 10001, "params error: cursor invalid");
	return 0;
}

/* As the exchange does: a page that has rows has a cursor, also the last one. */
void emu_put_cursor(struct text *out, int64_t last, ms_t at_ms)
{
	if (last == 0)
		text_add(out, "\"nextPageCursor\":\"\"");
	else
		text_add(out, "\"nextPageCursor\":\"%lld%%3A%lld%%2C%lld%%3A%lld\"", (long long)last,
			 (long long)at_ms, (long long)last, (long long)at_ms);
}
