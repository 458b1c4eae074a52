/* SPDX-License-Identifier: MIT
 * The private requests: protective ones first, then entries, then questions; each signed at the moment it is
 * sent, within its endpoint's budget and the address's, of which a share is kept for what protects (contract,
 * sections 2, 3, 8 and 14). What carries an order is sent once and never put again: only its own function
 * decides what its answer means. Questions are put again, with pauses. */
#include "bybit_internal.h"
#include "outbox.h"
#include "sign.h"

#include <stdio.h>
#include <string.h>

#define BODY_MAX      1024
#define HEAD_MAX      512
#define PAUSE_MS      250
#define PAUSE_MOST_MS 30000
#define LEAD_MS       150  /* their clock may be no more than a second behind a time stamp */
#define ORDER_WAIT_MS 4000 /* before execution gives it up as unanswered */
#define READ_WAIT_MS  10000
#define OVERDUE_MS    5000

struct call_row {
	const char *name, *path;
	enum bybit_endpoint endpoint;
	bool post, protective;
	ms_t wait_ms;
	int64_t tries; /* 0: for ever */
	/* The query of a GET, the body of a POST; its length, 0: none, or less than 0: it cannot be written.
	 */
	int (*write)(const struct bybit *b, const struct bybit_call *call, char *out, size_t size);
	enum bybit_call_end (*answered)(struct bybit *b, struct bybit_call *call,
					const struct bybit_answer *answer, struct turn_out *out);
};

#define CREATE   "/v5/order/create"
#define REALTIME "/v5/order/realtime"
static const struct call_row rows[CALL_COUNT] = {
	[CALL_REDUCE] = {"reduce", CREATE, ENDPOINT_CREATE, true, true, ORDER_WAIT_MS, 1, bybit_write_create,
			 bybit_on_create},
	[CALL_PROTECT] = {"trading-stop", "/v5/position/trading-stop", ENDPOINT_STOP, true, true,
			  ORDER_WAIT_MS, 1, bybit_write_stop, bybit_on_stop},
	[CALL_CANCEL] = {"cancel", "/v5/order/cancel", ENDPOINT_CANCEL, true, true, ORDER_WAIT_MS, 1,
			 bybit_write_cancel, bybit_on_cancel},
	[CALL_UNPROTECT] = {"trading-stop", "/v5/position/trading-stop", ENDPOINT_STOP, true, true,
			    ORDER_WAIT_MS, 1, bybit_write_unprotect, bybit_on_unprotect},
	[CALL_CONFIRM] = {"position", "/v5/position/list", ENDPOINT_POSITIONS, false, true, ORDER_WAIT_MS, 6,
			  bybit_write_symbol, bybit_on_confirm},
	[CALL_ENTER] = {"enter", CREATE, ENDPOINT_CREATE, true, false, ORDER_WAIT_MS, 1, bybit_write_create,
			bybit_on_create},
	[CALL_LEVERAGE] = {"leverage", "/v5/position/set-leverage", ENDPOINT_LEVERAGE, true, false,
			   READ_WAIT_MS, 8, bybit_write_leverage, bybit_on_leverage},
	[CALL_LOOK_UP] = {"order", REALTIME, ENDPOINT_REALTIME, false, true, ORDER_WAIT_MS, 5,
			  bybit_write_look_up, bybit_on_look_up},
	[CALL_FILLS_OF] = {"executions", "/v5/execution/list", ENDPOINT_EXECUTIONS, false, true, READ_WAIT_MS,
			   6, bybit_write_fills_of, bybit_on_fills_of},
	[CALL_SNAPSHOT] = {"lists", "", ENDPOINT_POSITIONS, false, true, READ_WAIT_MS, 0, bybit_write_list,
			   bybit_on_list},
	[CALL_LEDGER] = {"ledger", "/v5/account/transaction-log", ENDPOINT_LEDGER, false, false, READ_WAIT_MS,
			 8, bybit_write_ledger, bybit_on_ledger},
	[CALL_SET_MARGIN] = {"set-margin-mode", "/v5/account/set-margin-mode", ENDPOINT_MARGIN, true, false,
			     READ_WAIT_MS, 3, bybit_write_account, bybit_on_account},
	[CALL_SET_MODE] = {"switch-mode", "/v5/position/switch-mode", ENDPOINT_MODE, true, false,
			   READ_WAIT_MS, 3, bybit_write_account, bybit_on_account},
	[CALL_KEY] = {"query-api", "/v5/user/query-api", ENDPOINT_KEY, false, false, READ_WAIT_MS, 0,
		      bybit_write_account, bybit_on_account},
	[CALL_INFO] = {"account", "/v5/account/info", ENDPOINT_INFO, false, false, READ_WAIT_MS, 0,
		       bybit_write_account, bybit_on_account},
	[CALL_MODE] = {"position mode", "/v5/position/list", ENDPOINT_POSITIONS, false, false, READ_WAIT_MS,
		       0, bybit_write_account, bybit_on_account},
	[CALL_FEES] = {"fee-rate", "/v5/account/fee-rate", ENDPOINT_FEES, false, false, READ_WAIT_MS, 0,
		       bybit_write_account, bybit_on_account},
	[CALL_HOLDINGS] = {"holdings", "", ENDPOINT_POSITIONS, false, false, READ_WAIT_MS, 0,
			   bybit_write_account, bybit_on_account},
};

/* Requests a second (contract, section 8), and how many of them only what protects may use. */
static const struct {
	int64_t limit, reserved;
} limits[ENDPOINT_COUNT] = {
	[ENDPOINT_CREATE] = {10, 4},      [ENDPOINT_CANCEL] = {10, 0},     [ENDPOINT_STOP] = {10, 0},
	[ENDPOINT_LEVERAGE] = {10, 0},    [ENDPOINT_REALTIME] = {50, 10},  [ENDPOINT_HISTORY] = {50, 10},
	[ENDPOINT_EXECUTIONS] = {50, 10}, [ENDPOINT_POSITIONS] = {50, 20}, [ENDPOINT_WALLET] = {50, 0},
	[ENDPOINT_LEDGER] = {25, 0},      [ENDPOINT_MARGIN] = {5, 0},      [ENDPOINT_MODE] = {10, 0},
	[ENDPOINT_KEY] = {10, 0},         [ENDPOINT_INFO] = {50, 0},       [ENDPOINT_FEES] = {5, 0},
};

void bybit_calls_init(struct bybit *b)
{
	for (int i = 0; i < ENDPOINT_COUNT; i++)
		budget_init(&b->private.endpoint[i], limits[i].limit, SECOND_MS, limits[i].reserved);
	b->private.calls_due_ms = NEVER_MS;
}

static bool protects(enum bybit_call_kind kind)
{
	return kind < CALL_ENTER;
}

struct bybit_call *bybit_call_add(struct bybit *b, enum bybit_call_kind kind, sym_t sym, int64_t id)
{
	struct bybit_call *free_call = NULL;
	int64_t used = 0;

	for (size_t i = 0; i < BYBIT_CALLS_MAX; i++) {
		used += b->private.calls[i].kind != CALL_NONE;
		if (b->private.calls[i].kind == CALL_NONE && free_call == NULL)
			free_call = &b->private.calls[i];
	}
	if (free_call == NULL || (used >= BYBIT_CALLS_ENTRY && !protects(kind)))
		return NULL;
	*free_call = (struct bybit_call){.kind = (uint8_t)kind,
					 .sym = sym,
					 .id = id,
					 .due_ms = b->now_ms,
					 .expires_ms = NEVER_MS,
					 .number = ++b->private.call_number,
					 .clock = -1};
	b->private.calls_due_ms = b->now_ms;
	return free_call;
}

struct bybit_call *bybit_call_find(struct bybit *b, enum bybit_call_kind kind, sym_t sym, int64_t id)
{
	for (size_t i = 0; i < BYBIT_CALLS_MAX; i++) {
		struct bybit_call *call = &b->private.calls[i];
		if (call->kind == kind && call->sym == sym && call->id == id)
			return call;
	}
	return NULL;
}

void bybit_call_drop(struct bybit *b, struct bybit_call *call)
{
	call->kind = CALL_NONE;
	call->request = 0;
	b->private.calls_due_ms = ms_earlier(b->private.calls_due_ms, b->now_ms);
}

static const struct call_row *row_of(const struct bybit_call *call)
{
	return &rows[call->kind];
}

/* Where it goes: some kinds ask several places. */
static const char *path_of(const struct bybit *b, const struct bybit_call *call,
			   enum bybit_endpoint *endpoint)
{
	*endpoint = row_of(call)->endpoint;
	if (call->kind == CALL_SNAPSHOT)
		return bybit_list_path(b, endpoint);
	if (call->kind == CALL_HOLDINGS)
		return bybit_holdings_path(call, endpoint);
	if (call->kind == CALL_LOOK_UP && call->step == 1) {
		*endpoint = ENDPOINT_HISTORY;
		return "/v5/order/history";
	}
	if (call->kind == CALL_LEVERAGE && call->step == 1) {
		*endpoint = ENDPOINT_POSITIONS;
		return "/v5/position/list";
	}
	return row_of(call)->path;
}

static bool is_post(const struct bybit_call *call)
{
	return row_of(call)->post && !(call->kind == CALL_LEVERAGE && call->step == 1);
}

static bool sign(struct bybit *b, bool post, const char *payload, size_t len, char head[static HEAD_MAX])
{
	struct bybit_private *p = &b->private;
	ms_t at_ms = bybit_server_ms(b) - LEAD_MS;
	char signature[HMAC_HEX_SIZE];

	if (bybit_sign_request(&p->hmac, at_ms, p->key, b->setup.recv_window_ms, payload, len, signature) !=
	    0)
		return false;
	int made = snprintf(head, HEAD_MAX,
			    "X-BAPI-API-KEY: %s\nX-BAPI-TIMESTAMP: %lld\nX-BAPI-SIGN: %s\n"
			    "X-BAPI-RECV-WINDOW: %lld\n%s",
			    p->key, (long long)at_ms, signature, (long long)b->setup.recv_window_ms,
			    post ? "Content-Type: application/json\n" : "");
	return made > 0 && made < HEAD_MAX;
}

/* False: the outbox is full. */
static bool hand_over(struct bybit *b, struct bybit_call *call, const char *payload, int len,
		      struct turn_out *out)
{
	enum bybit_endpoint endpoint;
	const char *path = path_of(b, call, &endpoint);
	bool post = is_post(call), sent;
	char head[HEAD_MAX], address[BODY_MAX + 64];
	uint32_t request = bybit_next_request(b);

	if (!sign(b, post, payload, (size_t)len, head)) {
		bybit_call_expired(b, call, "cannot be signed", out);
		return true;
	}
	if (post) {
		sent = outbox_post(out->say, HOST_REST, request, row_of(call)->wait_ms, path, head, payload,
				   (size_t)len);
	} else {
		snprintf(address, sizeof address, "%s%s%s", path, len > 0 ? "?" : "", payload);
		sent = outbox_get(out->say, HOST_REST, request, row_of(call)->wait_ms, address, head);
	}
	if (!sent)
		return false;
	budget_take(&b->ip, b->now_ms);
	budget_take(&b->private.endpoint[endpoint], b->now_ms);
	b->request = call->request = request;
	call->sent_ms = b->now_ms;
	call->tries++;
	return true;
}

/* When its budgets have room. */
static ms_t free_ms(const struct bybit *b, const struct bybit_call *call)
{
	bool protective = row_of(call)->protective;
	enum bybit_endpoint endpoint;

	path_of(b, call, &endpoint);
	ms_t ip_ms = budget_free_ms(&b->ip, b->now_ms, protective);
	ms_t endpoint_ms = budget_free_ms(&b->private.endpoint[endpoint], b->now_ms, protective);
	return ip_ms > endpoint_ms ? ip_ms : endpoint_ms;
}

/* The clock must be known before anything can be signed, and measured anew where it was wrong. */
static bool waits_for_clock(const struct bybit *b, const struct bybit_call *call)
{
	return b->clock.offset_ms == UNKNOWN || call->clock == b->clock.heard;
}

/* Lists are read once their news are heard, too; some facts need the name of a symbol. */
static bool waits_for_others(const struct bybit *b, const struct bybit_call *call)
{
	if (call->kind == CALL_SNAPSHOT)
		return b->private.stream.login != LOGIN_LIVE;
	return (call->kind == CALL_MODE || call->kind == CALL_FEES) && b->listing.active < 0 &&
	       b->universe == NULL;
}

static bool is_read(const struct bybit_call *call)
{
	return call->kind > CALL_ENTER && !is_post(call);
}

/* The link owes an answer to each request by then. */
static ms_t overdue_ms(const struct bybit_call *call)
{
	return call->sent_ms + row_of(call)->wait_ms + OVERDUE_MS;
}

static int64_t reads_under_way(const struct bybit *b)
{
	int64_t count = 0;

	for (size_t i = 0; i < BYBIT_CALLS_MAX; i++)
		count += b->private.calls[i].request != 0 && is_read(&b->private.calls[i]);
	return count;
}

/* The most urgent one that may go now; renews when anything is due. */
static struct bybit_call *next_call(struct bybit *b)
{
	struct bybit_call *best = NULL;
	bool no_read = reads_under_way(b) >= BYBIT_READS_MAX;
	ms_t due_ms = NEVER_MS;

	for (size_t i = 0; i < BYBIT_CALLS_MAX; i++) {
		struct bybit_call *call = &b->private.calls[i];
		if (call->request != 0)
			due_ms = ms_earlier(due_ms, overdue_ms(call));
		if (call->kind == CALL_NONE || call->request != 0)
			continue;
		if (call->expires_ms != NEVER_MS)
			due_ms = ms_earlier(due_ms, call->expires_ms + 1);
		if (waits_for_clock(b, call) || waits_for_others(b, call) || (no_read && is_read(call)))
			continue;
		ms_t ms = call->due_ms <= b->now_ms ? free_ms(b, call) : call->due_ms;
		due_ms = ms_earlier(due_ms, ms);
		if (ms > b->now_ms)
			continue;
		if (best == NULL || call->kind < best->kind ||
		    (call->kind == best->kind && call->number < best->number))
			best = call;
	}
	b->private.calls_due_ms = due_ms;
	return best;
}

static void expire(struct bybit *b, struct turn_out *out)
{
	for (size_t i = 0; i < BYBIT_CALLS_MAX; i++) {
		struct bybit_call *call = &b->private.calls[i];
		if (call->kind != CALL_NONE && call->request == 0 && b->now_ms > call->expires_ms)
			bybit_call_expired(b, call, "not sent in time", out);
	}
}

/* No answer came at all: nobody knows. */
static void give_up_lost(struct bybit *b, struct turn_out *out)
{
	for (size_t i = 0; i < BYBIT_CALLS_MAX; i++) {
		struct bybit_call *call = &b->private.calls[i];
		struct wire_in in = {
			.kind = WIRE_REPLY, .request = call->request, .status = WIRE_CUT, .text = ""};
		if (call->request != 0 && b->now_ms >= overdue_ms(call))
			bybit_on_call_reply(b, &in, out);
	}
}

/* What was asked for in case something should not come has no business once it came. */
static bool is_needed(struct bybit *b, const struct bybit_call *call)
{
	if (call->kind != CALL_FILLS_OF || call->id == 0)
		return true;
	const struct bybit_order *order = bybit_order_find(b, call->id);
	return order == NULL || order->told < order->filled;
}

static bool send_one(struct bybit *b, struct bybit_call *call, struct turn_out *out)
{
	char payload[BODY_MAX];

	if (!is_needed(b, call)) {
		bybit_call_drop(b, call);
		return true;
	}
	int len = row_of(call)->write(b, call, payload, sizeof payload);
	if (len < 0 || len >= BODY_MAX) {
		bybit_call_expired(b, call, "cannot be written", out);
		return true;
	}
	return hand_over(b, call, payload, len, out);
}

void bybit_calls_send(struct bybit *b, struct turn_out *out)
{
	struct bybit_call *call;

	if (b->now_ms < b->private.calls_due_ms)
		return;
	give_up_lost(b, out);
	expire(b, out);
	while ((call = next_call(b)) != NULL) {
		if (send_one(b, call, out))
			continue;
		b->private.calls_due_ms = b->now_ms; /* the outbox is full: with the next turn */
		return;
	}
}

ms_t bybit_calls_due_ms(const struct bybit *b)
{
	return b->private.calls_due_ms;
}

static void say_why(struct bybit_answer *answer, int64_t code, const char *message)
{
	snprintf(answer->why, sizeof answer->why, "%lld %.40s", (long long)code, message);
	for (char *at = answer->why; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
}

/* What came, by status and code. */
static struct bybit_answer classify(struct bybit *b, const struct bybit_call *call, const struct wire_in *in,
				    struct bybit_envelope *envelope, struct turn_out *out)
{
	struct bybit_answer answer = {.class = BYBIT_TRANSIENT};
	char what[64];

	if (in->status < 0 || in->status >= 500) {
		answer.not_sent = in->status == WIRE_NOT_SENT;
		if (answer.not_sent)
			snprintf(answer.why, sizeof answer.why, "not sent");
		else
			say_why(&answer, in->status, in->status < 0 ? "no answer" : "HTTP");
		return answer;
	}
	if (in->status == 403 || in->status == 429) {
		bybit_obey_status(b, in, out);
		answer.class = BYBIT_LIMITED;
		say_why(&answer, in->status, "HTTP");
		return answer;
	}
	if (bybit_read_envelope(&b->reader, in->text, in->len, envelope)) {
		answer.class = bybit_error_class(envelope->code, envelope->message);
		answer.envelope = envelope;
		say_why(&answer, envelope->code, envelope->message);
		return answer;
	}
	snprintf(what, sizeof what, "%.20s, HTTP %d", row_of(call)->name, in->status);
	bybit_garbage(b, call->sym, what, b->reader.why, out);
	say_why(&answer, in->status, "HTTP");
	if (in->status == 401)
		answer.class = BYBIT_AUTHENTICATION;
	else if (in->status == 400 || in->status == 404)
		answer.class = BYBIT_PARAMETER;
	return answer;
}

static void count(struct bybit *b, const struct bybit_answer *answer, struct turn_out *out)
{
	if (answer->class == BYBIT_TRANSIENT)
		bybit_count_failure(b, out);
	else if (answer->class != BYBIT_LIMITED)
		bybit_count_success(b, out);
}

/* The time stamp was refused, so nothing was done: measured and signed anew, once. An entry leaves but once,
 * whatever was answered. */
static bool sign_anew(struct bybit *b, struct bybit_call *call)
{
	b->counts.clocks++;
	if (b->jobs[JOB_TIME].request == 0)
		bybit_want(b, JOB_TIME, b->now_ms);
	if (call->signed_anew || call->kind == CALL_ENTER)
		return false;
	call->signed_anew = true;
	call->clock = b->clock.heard;
	return true;
}

static void put_again(struct bybit *b, struct bybit_call *call)
{
	const struct call_row *row = row_of(call);

	if (row->tries > 0 && call->tries >= row->tries) {
		bybit_call_drop(b, call);
		return;
	}
	call->due_ms =
		b->now_ms + budget_back_off(&call->pause_ms, PAUSE_MS, PAUSE_MOST_MS, random_next(&b->dice));
}

static void finish(struct bybit *b, struct bybit_call *call, enum bybit_call_end end)
{
	b->private.calls_due_ms = b->now_ms;
	if (end == CALL_OVER)
		bybit_call_drop(b, call);
	else if (end == CALL_AGAIN)
		put_again(b, call);
	else
		call->tries = call->pause_ms = 0;
}

bool bybit_on_call_reply(struct bybit *b, const struct wire_in *in, struct turn_out *out)
{
	struct bybit_envelope envelope;
	struct bybit_call *call = b->private.calls;
	enum bybit_endpoint endpoint;

	while (call < b->private.calls + BYBIT_CALLS_MAX &&
	       (in->request == 0 || call->request != in->request))
		call++;
	if (call == b->private.calls + BYBIT_CALLS_MAX)
		return false;
	path_of(b, call, &endpoint);
	bybit_heed_budget(b, &b->private.endpoint[endpoint], in);
	struct bybit_answer answer = classify(b, call, in, &envelope, out);
	call->request = 0;
	b->private.calls_due_ms = b->now_ms;
	count(b, &answer, out);
	if (answer.class == BYBIT_LIMITED && answer.envelope != NULL)
		bybit_obey_limit(b, &b->private.endpoint[endpoint], in, out);
	if (answer.class == BYBIT_AUTHENTICATION)
		bybit_key_refused(b, answer.why, out);
	if (answer.class == BYBIT_CLOCK && sign_anew(b, call))
		return true;
	finish(b, call, row_of(call)->answered(b, call, &answer, out));
	return true;
}

enum bybit_outcome bybit_outcome(const struct bybit_answer *answer)
{
	if (answer->not_sent)
		return OUTCOME_REJECTED;
	switch (answer->class) {
	case BYBIT_OK: return OUTCOME_ACKED;
	case BYBIT_LIMITED:
	case BYBIT_TRANSIENT:
	case BYBIT_DUPLICATE:
	case BYBIT_ABSENT:
	case BYBIT_UNKNOWN: return OUTCOME_UNKNOWN;
	default: return OUTCOME_REJECTED;
	}
}
