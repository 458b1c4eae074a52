/* SPDX-License-Identifier: MIT
 * What is asked of single orders and symbols: cancel, what has become of, leverage, the position as it is
 * (contract, sections 6 and 7). An order that was not found counts as absent only after the live orders, the
 * history and, a while later, the live orders again have been asked. */
#include "bybit_internal.h"
#include "decimal.h"

#include <stdio.h>
#include <string.h>

#define AGAIN_MS      1500      /* before the last look: what was taken may show late */
#define AFTER_MS      1000      /* a cancelled order that tells nothing by itself is looked up */
#define LOOK_BACK_MS  MINUTE_MS /* of a symbol's executions */
#define LEVERAGE_TEXT 24

enum { LOOK_LIVE, LOOK_HISTORY, LOOK_LIVE_AGAIN };

static bool is_level(int64_t id)
{
	enum role role = client_id_role(id);

	return role == ROLE_STOP || role == ROLE_TARGET;
}

/* The latest of a kind that waits, brought forward; or a new one. */
static struct bybit_call *want(struct bybit *b, enum bybit_call_kind kind, sym_t sym, int64_t id, ms_t due_ms)
{
	for (size_t i = 0; i < BYBIT_CALLS_MAX; i++) {
		struct bybit_call *call = &b->private.calls[i];
		if (call->kind != kind || call->sym != sym || call->id != id || call->request != 0)
			continue;
		call->due_ms = ms_earlier(call->due_ms, due_ms);
		b->private.calls_due_ms = b->now_ms;
		return call;
	}
	struct bybit_call *call = bybit_call_add(b, kind, sym, id);
	if (call != NULL)
		call->due_ms = due_ms;
	return call;
}

void bybit_confirm(struct bybit *b, sym_t sym, ms_t due_ms)
{
	want(b, CALL_CONFIRM, sym, 0, due_ms);
}

void bybit_fetch_fills(struct bybit *b, sym_t sym, int64_t id, ms_t due_ms)
{
	want(b, CALL_FILLS_OF, sym, id, due_ms);
}

static int look_up(struct bybit *b, sym_t sym, int64_t id, ms_t due_ms)
{
	if (bybit_call_find(b, CALL_LOOK_UP, sym, id) != NULL)
		return TB_OK; /* on its way */
	return want(b, CALL_LOOK_UP, sym, id, due_ms) != NULL ? TB_OK : TB_EFULL;
}

int bybit_ask_order(struct bybit *b, sym_t sym, int64_t id)
{
	if (id <= 0)
		return TB_EINVAL;
	if (!is_level(id))
		return look_up(b, sym, id, b->now_ms);
	if (bybit_call_find(b, CALL_CONFIRM, sym, id) != NULL)
		return TB_OK;
	return want(b, CALL_CONFIRM, sym, id, b->now_ms) != NULL ? TB_OK : TB_EFULL;
}

/* A stop or target: the setting goes, if it is this one. What is not set any more is over. */
static int cancel_level(struct bybit *b, sym_t sym, int64_t id, struct turn_out *out)
{
	const struct bybit_position *position = &b->private.positions[sym];
	const struct bybit_guard *guard = &b->private.guards[client_id_role(id) == ROLE_STOP ? 0 : 1][sym];

	if (guard->now.id == id && position->known && position->qty > 0) {
		if (bybit_call_find(b, CALL_UNPROTECT, sym, id) != NULL)
			return TB_OK;
		return bybit_call_add(b, CALL_UNPROTECT, sym, id) != NULL ? TB_OK : TB_EFULL;
	}
	if (bybit_guard_knows(b, sym, id) || !position->known)
		return bybit_ask_order(b, sym, id);
	bybit_guard_answer(b, sym, id, out);
	return TB_OK;
}

int bybit_ask_cancel(struct bybit *b, sym_t sym, int64_t id, struct turn_out *out)
{
	if (id <= 0)
		return TB_EINVAL;
	if (is_level(id))
		return cancel_level(b, sym, id, out);
	if (bybit_call_find(b, CALL_CANCEL, sym, id) != NULL)
		return TB_OK;
	return bybit_call_add(b, CALL_CANCEL, sym, id) != NULL ? TB_OK : TB_EFULL;
}

int bybit_ask_leverage(struct bybit *b, sym_t sym, ratio_t leverage)
{
	struct bybit_call *call = bybit_call_find(b, CALL_LEVERAGE, sym, 0);

	if (leverage < RATIO_ONE || leverage > 1000 * RATIO_ONE)
		return TB_EINVAL;
	if (call == NULL)
		call = bybit_call_add(b, CALL_LEVERAGE, sym, 0);
	if (call == NULL)
		return TB_EFULL;
	call->value = leverage;
	return TB_OK;
}

int bybit_write_cancel(const struct bybit *b, const struct bybit_call *call, char *out, size_t size)
{
	char id[CLIENT_ID_TEXT_MAX];

	client_id_format(call->id, id);
	return snprintf(out, size, "{\"category\":\"linear\",\"symbol\":\"%s\",\"orderLinkId\":\"%s\"}",
			b->universe->at[call->sym].wire, id);
}

int bybit_write_unprotect(const struct bybit *b, const struct bybit_call *call, char *out, size_t size)
{
	return snprintf(out, size,
			"{\"category\":\"linear\",\"symbol\":\"%s\",\"tpslMode\":\"Full\",\"positionIdx\":0,"
			"\"%s\":\"0\"}",
			b->universe->at[call->sym].wire,
			client_id_role(call->id) == ROLE_STOP ? "stopLoss" : "takeProfit");
}

int bybit_write_symbol(const struct bybit *b, const struct bybit_call *call, char *out, size_t size)
{
	return snprintf(out, size, "category=linear&symbol=%s", b->universe->at[call->sym].wire);
}

int bybit_write_leverage(const struct bybit *b, const struct bybit_call *call, char *out, size_t size)
{
	char text[LEVERAGE_TEXT + DECIMAL_TEXT_MAX];

	if (call->step == 1)
		return bybit_write_symbol(b, call, out, size);
	int len = decimal_format(call->value / (RATIO_ONE / 100), 2, text);
	while (len > 0 && text[len - 1] == '0') /* "2.00" is "2" */
		text[--len] = '\0';
	if (len > 0 && text[len - 1] == '.')
		text[--len] = '\0';
	return snprintf(
		out, size,
		"{\"category\":\"linear\",\"symbol\":\"%s\",\"buyLeverage\":\"%s\",\"sellLeverage\":\"%s\"}",
		b->universe->at[call->sym].wire, text, text);
}

int bybit_write_look_up(const struct bybit *b, const struct bybit_call *call, char *out, size_t size)
{
	char id[CLIENT_ID_TEXT_MAX];

	client_id_format(call->id, id);
	return snprintf(out, size, "category=linear&symbol=%s&orderLinkId=%s",
			b->universe->at[call->sym].wire, id);
}

/* Of one order, or of a symbol of late. */
int bybit_write_fills_of(const struct bybit *b, const struct bybit_call *call, char *out, size_t size)
{
	char id[CLIENT_ID_TEXT_MAX];

	if (call->id != 0) {
		client_id_format(call->id, id);
		return snprintf(out, size, "category=linear&symbol=%s&orderLinkId=%s&limit=100",
				b->universe->at[call->sym].wire, id);
	}
	return snprintf(out, size, "category=linear&symbol=%s&startTime=%lld&limit=100",
			b->universe->at[call->sym].wire,
			(long long)bybit_fills_from_ms(b, bybit_server_ms(b) - LOOK_BACK_MS));
}

enum bybit_call_end bybit_on_cancel(struct bybit *b, struct bybit_call *call,
				    const struct bybit_answer *answer, struct turn_out *out)
{
	const struct bybit_order *order = bybit_order_find(b, call->id);
	bool taken = answer->class == BYBIT_OK && !answer->not_sent;

	(void)out;
	if (answer->not_sent || (order != NULL && order_is_final(order->state)))
		return CALL_OVER; /* whoever wants it asks again */
	look_up(b, call->sym, call->id, b->now_ms + (taken ? AFTER_MS : 0));
	return CALL_OVER;
}

enum bybit_call_end bybit_on_unprotect(struct bybit *b, struct bybit_call *call,
				       const struct bybit_answer *answer, struct turn_out *out)
{
	(void)answer, (void)out;
	bybit_confirm(b, call->sym, b->now_ms);
	return CALL_OVER;
}

/* All rows of a reading back. False: it could not be read. */
static bool take_positions(struct bybit *b, const struct bybit_answer *answer, struct turn_out *out)
{
	struct bybit_position_row row;
	struct bybit_list list;
	struct json_slice text;

	if (!bybit_read_list(&b->reader, answer->envelope, &list))
		return false;
	while (bybit_next_row(&b->reader, &list, &text)) {
		if (!bybit_read_position(&b->reader, text, &row))
			return false;
		if (bybit_position_news(b, &row, out))
			bybit_tell_leverage(b, bybit_find_wire(b, row.symbol), out);
	}
	return list.rows.answer == JSON_OK;
}

enum bybit_call_end bybit_on_confirm(struct bybit *b, struct bybit_call *call,
				     const struct bybit_answer *answer, struct turn_out *out)
{
	const struct bybit_position *position = &b->private.positions[call->sym];

	if (answer->class != BYBIT_OK)
		return CALL_AGAIN;
	if (!take_positions(b, answer, out)) {
		bybit_garbage(b, call->sym, "position", b->reader.why, out);
		return CALL_AGAIN;
	}
	ms_t again_ms = bybit_guard_checked(b, call->sym, out);
	if (call->id == 0) {
		call->due_ms = again_ms;
		return again_ms != NEVER_MS ? CALL_NEXT : CALL_OVER;
	}
	if (again_ms != NEVER_MS)
		bybit_confirm(b, call->sym, again_ms);
	if (position->known && position->qty == 0 && bybit_guard_knows(b, call->sym, call->id)) {
		struct bybit_call *fills = want(b, CALL_FILLS_OF, call->sym, 0, b->now_ms);
		if (fills != NULL) { /* it may have filled unheard: first what it did, then what it is */
			fills->value = call->id;
			return CALL_OVER;
		}
	}
	bybit_guard_answer(b, call->sym, call->id, out);
	return CALL_OVER;
}

/* Set, or so already, or not: what it is now is read. */
enum bybit_call_end bybit_on_leverage(struct bybit *b, struct bybit_call *call,
				      const struct bybit_answer *answer, struct turn_out *out)
{
	const struct bybit_position *position = &b->private.positions[call->sym];

	if (answer->class == BYBIT_TRANSIENT || answer->class == BYBIT_LIMITED)
		return CALL_AGAIN;
	if (call->step == 0) {
		if (answer->class != BYBIT_OK)
			bybit_garbage(b, call->sym, "leverage", answer->why, out);
		call->step = 1;
		call->due_ms = b->now_ms;
		return CALL_NEXT;
	}
	if (answer->class != BYBIT_OK || !take_positions(b, answer, out)) {
		bybit_garbage(b, call->sym, "leverage",
			      answer->class != BYBIT_OK ? answer->why : b->reader.why, out);
		return CALL_AGAIN;
	}
	if (position->known && position->leverage != UNKNOWN)
		bybit_tell_position(b, call->sym, out);
	return CALL_OVER;
}

/* The row of that order in a list; false: it is not there. */
static bool find_row(struct bybit *b, const struct bybit_call *call, const struct bybit_answer *answer,
		     struct bybit_order_row *row, bool *broken)
{
	struct bybit_list list;
	struct json_slice text;

	*broken = !bybit_read_list(&b->reader, answer->envelope, &list);
	while (!*broken && bybit_next_row(&b->reader, &list, &text)) {
		if (!bybit_read_order(&b->reader, text, row))
			*broken = true;
		else if (client_id_parse(row->client_id) == call->id)
			return true;
	}
	*broken = *broken || list.rows.answer != JSON_OK;
	return false;
}

/* What lies in the symbol may be the entry's work, whatever the look-ups say. */
static bool may_have_opened(struct bybit *b, const struct bybit_call *call)
{
	const struct bybit_position *position = &b->private.positions[call->sym];

	return client_id_role(call->id) == ROLE_ENTRY && position->known && position->qty > 0;
}

static void tell_absent(struct bybit *b, const struct bybit_call *call, struct turn_out *out)
{
	const struct bybit_order *order = bybit_order_track(b, call->id, call->sym);
	bool under_way = bybit_call_find(b, CALL_ENTER, call->sym, call->id) != NULL ||
			 bybit_call_find(b, CALL_REDUCE, call->sym, call->id) != NULL;

	if (under_way)
		return; /* it has not been answered itself */
	/* An acknowledgement alone proves nothing: what was taken may have been lost behind it. */
	bool shown = order->seen || order->told > 0;
	if ((order->state == ORDER_LIVE && shown) || order_is_final(order->state)) {
		bybit_tell_order(b, order, "", out); /* the stream has told it; lists lag */
		return;
	}
	if (shown || b->now_ms < order->tracked_ms + BYBIT_LAG_MS || may_have_opened(b, call))
		return; /* not found yet is not absent */
	struct event *event = events_add(out->heard, EVENT_ORDER_ABSENT, call->sym, b->now_ms);
	if (event != NULL)
		event->absent.id = call->id;
}

enum bybit_call_end bybit_on_look_up(struct bybit *b, struct bybit_call *call,
				     const struct bybit_answer *answer, struct turn_out *out)
{
	struct bybit_order_row row;
	bool broken = false;

	if (answer->class != BYBIT_OK && answer->class != BYBIT_ABSENT)
		return CALL_AGAIN;
	if (answer->class == BYBIT_OK && find_row(b, call, answer, &row, &broken)) {
		bybit_order_news(b, &row, true, out);
		return CALL_OVER;
	}
	if (broken) {
		bybit_garbage(b, call->sym, "order", b->reader.why, out);
		return CALL_AGAIN;
	}
	if (call->step == LOOK_LIVE_AGAIN) {
		tell_absent(b, call, out);
		return CALL_OVER;
	}
	call->due_ms = b->now_ms + (call->step == LOOK_HISTORY ? AGAIN_MS : 0);
	call->step++;
	return CALL_NEXT;
}

enum bybit_call_end bybit_on_fills_of(struct bybit *b, struct bybit_call *call,
				      const struct bybit_answer *answer, struct turn_out *out)
{
	struct event *made = b->private.made;
	struct bybit_execution_row row;
	struct bybit_list list;
	struct json_slice text;
	size_t count = 0;

	if (answer->class != BYBIT_OK || !bybit_read_list(&b->reader, answer->envelope, &list))
		return CALL_AGAIN;
	while (count < BYBIT_MADE_MAX && bybit_next_row(&b->reader, &list, &text)) {
		if (!bybit_read_execution(&b->reader, text, &row))
			bybit_garbage(b, call->sym, "execution", b->reader.why, out);
		else if (bybit_make_fill(b, &row, &made[count]))
			count++;
	}
	while (count-- > 0) /* they come newest first */
		bybit_tell_late_fill(b, &made[count], out);
	if (call->value != 0)
		bybit_guard_answer(b, call->sym, call->value, out);
	return CALL_OVER;
}
