/* SPDX-License-Identifier: MIT
 * Tickets to orders (contract, sections 6.4, 7.1 and 16). An entry is a market order with stop and target
 * attached to its position, both triggered by the mark; a reduce is reduce-only; a protect sets the
 * position's own stop and target and reads them back. Each leaves once. */
#include "bybit_internal.h"
#include "decimal.h"

#include <stdio.h>
#include <string.h>

#define CONFIRM_MS 300 /* after an entry was taken: its stop may not have shown yet */

static bool was_submitted(const struct bybit *b, int64_t id)
{
	for (size_t i = 0; id != 0 && i < BYBIT_SEEN_MAX; i++)
		if (b->private.submitted[i] == id)
			return true;
	return false;
}

static void note_submitted(struct bybit *b, const struct order_request *order)
{
	const int64_t ids[] = {order->id, order->stop_id, order->target_id};

	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
		if (ids[i] != 0)
			b->private.submitted[b->private.submitted_next++ % BYBIT_SEEN_MAX] = ids[i];
}

static bool is_usable(const struct bybit *b, const struct order_request *order)
{
	if (order->sym < 0 || (size_t)order->sym >= b->universe->count ||
	    order->generation != b->universe->at[order->sym].generation ||
	    (order->side != SIDE_LONG && order->side != SIDE_SHORT))
		return false;
	if (was_submitted(b, order->id) || was_submitted(b, order->stop_id) ||
	    was_submitted(b, order->target_id))
		return false;
	if ((order->stop_id != 0 && order->stop <= 0) || (order->target_id != 0 && order->target <= 0))
		return false;
	switch (order->verb) {
	case VERB_ENTER:
		return order->id > 0 && order->qty > 0 && order->stop_id > 0 &&
		       order->qty >= b->universe->at[order->sym].min_qty &&
		       order->qty <= b->universe->at[order->sym].max_qty;
	case VERB_REDUCE: return order->id > 0 && order->qty > 0;
	case VERB_PROTECT: return order->stop_id > 0;
	default: return false;
	}
}

static enum bybit_call_kind kind_of(const struct order_request *order)
{
	return order->verb == VERB_ENTER    ? CALL_ENTER
	       : order->verb == VERB_REDUCE ? CALL_REDUCE
					    : CALL_PROTECT;
}

static void track(struct bybit *b, const struct order_request *order)
{
	struct bybit_order *tracked = bybit_order_track(b, order->id, (sym_t)order->sym);

	tracked->side = (int8_t)order->side;
	tracked->qty = order->qty;
}

int bybit_submit_ticket(struct bybit *b, const struct ticket *ticket, struct turn_out *out)
{
	const struct order_request *order = ticket_order(ticket, b->now_ms);

	if (order == NULL || !is_usable(b, order))
		return TB_EREFUSED;
	if (order->verb == VERB_ENTER && !b->link_up)
		return TB_EREFUSED;
	int64_t id = order->verb == VERB_PROTECT ? order->stop_id : order->id;
	struct bybit_call *call = bybit_call_add(b, kind_of(order), (sym_t)order->sym, id);
	if (call == NULL)
		return TB_EFULL;
	call->order = *order;
	call->expires_ms = ticket->expires_ms;
	note_submitted(b, order);
	if (order->verb != VERB_PROTECT)
		track(b, order);
	if (order->verb == VERB_ENTER)
		bybit_guard_attach(b, order, out);
	if (order->verb == VERB_PROTECT)
		bybit_guard_propose(b, order, out);
	return TB_OK;
}

/* ,"key":"price" or nothing. Less than 0: it cannot be written. */
static int add_price(char *out, size_t size, const char *key, price_t price, const char *trigger,
		     const struct instrument *instrument)
{
	char text[DECIMAL_TEXT_MAX];

	out[0] = '\0';
	if (price <= 0)
		return 0;
	if (grid_format(price, &instrument->tick, text) < 0)
		return -1;
	return snprintf(out, size, ",\"%s\":\"%s\",\"%s\":\"MarkPrice\"", key, text, trigger);
}

#define PRICE_MAX 128
static bool levels(const struct order_request *order, const struct instrument *instrument,
		   char stop[static PRICE_MAX], char target[static PRICE_MAX])
{
	return add_price(stop, PRICE_MAX, "stopLoss", order->stop_id != 0 ? order->stop : 0, "slTriggerBy",
			 instrument) >= 0 &&
	       add_price(target, PRICE_MAX, "takeProfit", order->target_id != 0 ? order->target : 0,
			 "tpTriggerBy", instrument) >= 0;
}

/* In percent with two decimals, down: 0.5 % is "0.50". */
static void add_protection(char *out, size_t size, ratio_t protection)
{
	char percent[DECIMAL_TEXT_MAX];

	out[0] = '\0';
	if (protection <= 0)
		return;
	decimal_format(protection / BPS, 2, percent);
	snprintf(out, size, ",\"slippageToleranceType\":\"Percent\",\"slippageTolerance\":\"%s\"", percent);
}

int bybit_write_create(const struct bybit *b, const struct bybit_call *call, char *out, size_t size)
{
	const struct order_request *order = &call->order;
	const struct instrument *instrument = &b->universe->at[call->sym];
	char qty[DECIMAL_TEXT_MAX], id[CLIENT_ID_TEXT_MAX];
	char stop[PRICE_MAX] = "", target[PRICE_MAX] = "", more[PRICE_MAX] = "";
	bool enter = call->kind == CALL_ENTER;

	if (order->generation != instrument->generation || grid_format(order->qty, &instrument->lot, qty) < 0)
		return -1;
	if (enter && !levels(order, instrument, stop, target))
		return -1;
	if (enter)
		add_protection(more, sizeof more, b->setup.protection);
	client_id_format(order->id, id);
	return snprintf(out, size,
			"{\"category\":\"linear\",\"symbol\":\"%s\",\"side\":\"%s\",\"orderType\":\"Market\","
			"\"qty\":\"%s\",\"positionIdx\":0,\"orderLinkId\":\"%s\"%s%s%s%s}",
			instrument->wire, order->side == SIDE_LONG ? "Buy" : "Sell", qty, id, stop, target,
			enter ? ",\"tpslMode\":\"Full\"" : ",\"reduceOnly\":true", more);
}

int bybit_write_stop(const struct bybit *b, const struct bybit_call *call, char *out, size_t size)
{
	const struct order_request *order = &call->order;
	const struct instrument *instrument = &b->universe->at[call->sym];
	char stop[PRICE_MAX], target[PRICE_MAX];

	if (order->generation != instrument->generation || !levels(order, instrument, stop, target))
		return -1;
	return snprintf(
		out, size,
		"{\"category\":\"linear\",\"symbol\":\"%s\",\"tpslMode\":\"Full\",\"positionIdx\":0%s%s}",
		instrument->wire, stop, target);
}

static void refuse_levels(struct bybit *b, const struct order_request *order, const char *why,
			  struct turn_out *out)
{
	sym_t sym = (sym_t)order->sym;

	if (order->stop_id != 0)
		bybit_guard_refused(b, sym, ROLE_STOP, order->stop_id, why, out);
	if (order->target_id != 0)
		bybit_guard_refused(b, sym, ROLE_TARGET, order->target_id, why, out);
}

void bybit_call_expired(struct bybit *b, struct bybit_call *call, const char *why, struct turn_out *out)
{
	struct order_request order = call->order;
	enum bybit_call_kind kind = (enum bybit_call_kind)call->kind;

	bybit_call_drop(b, call);
	if (kind == CALL_ENTER || kind == CALL_REDUCE)
		bybit_tell_rejected(b, order.id, (sym_t)order.sym, why, out);
	if (kind == CALL_ENTER)
		bybit_guard_detach(b, (sym_t)order.sym, order.id);
	if (kind == CALL_PROTECT)
		refuse_levels(b, &order, why, out);
}

/* Taken, and not more: what becomes of it the stream tells. */
static void on_taken(struct bybit *b, const struct bybit_call *call, struct turn_out *out)
{
	struct bybit_order *order = bybit_order_track(b, call->id, call->sym);

	if (order->state == ORDER_INTENT || order->state == ORDER_UNKNOWN) {
		order->state = ORDER_LIVE;
		bybit_tell_order(b, order, "", out);
	}
	if (call->kind == CALL_ENTER)
		bybit_confirm(b, call->sym, b->now_ms + CONFIRM_MS);
}

/* There was nothing to close: how it came to that its executions tell. */
static void look_why_flat(struct bybit *b, sym_t sym)
{
	bybit_fetch_fills(b, sym, 0, b->now_ms);
	bybit_confirm(b, sym, b->now_ms);
}

enum bybit_call_end bybit_on_create(struct bybit *b, struct bybit_call *call,
				    const struct bybit_answer *answer, struct turn_out *out)
{
	switch (bybit_outcome(answer)) {
	case OUTCOME_ACKED: on_taken(b, call, out); break;
	case OUTCOME_REJECTED:
		bybit_tell_rejected(b, call->id, call->sym, answer->why, out);
		if (call->kind == CALL_ENTER)
			bybit_guard_detach(b, call->sym, call->id);
		if (answer->class == BYBIT_FLAT)
			look_why_flat(b, call->sym);
		break;
	case OUTCOME_UNKNOWN:
		bybit_tell_unknown(b, call->id, call->sym, answer->why, out);
		bybit_ask_order(b, call->sym, call->id);
		break;
	}
	return CALL_OVER;
}

static void tell_levels_unknown(struct bybit *b, const struct order_request *order, const char *why,
				struct turn_out *out)
{
	sym_t sym = (sym_t)order->sym;

	if (bybit_guard_knows(b, sym, order->stop_id))
		bybit_tell_unknown(b, order->stop_id, sym, why, out);
	if (order->target_id != 0 && bybit_guard_knows(b, sym, order->target_id))
		bybit_tell_unknown(b, order->target_id, sym, why, out);
}

enum bybit_call_end bybit_on_stop(struct bybit *b, struct bybit_call *call, const struct bybit_answer *answer,
				  struct turn_out *out)
{
	struct order_request order = call->order;

	switch (bybit_outcome(answer)) {
	case OUTCOME_ACKED:
		bybit_guard_acked(b, call->sym, ROLE_STOP, order.stop_id);
		bybit_guard_acked(b, call->sym, ROLE_TARGET, order.target_id);
		bybit_confirm(b, call->sym, b->now_ms);
		break;
	case OUTCOME_REJECTED:
		refuse_levels(b, &order, answer->why, out);
		if (answer->class == BYBIT_FLAT)
			look_why_flat(b, call->sym);
		break;
	case OUTCOME_UNKNOWN:
		tell_levels_unknown(b, &order, answer->why, out);
		bybit_confirm(b, call->sym, b->now_ms);
		break;
	}
	return CALL_OVER;
}

void bybit_remember(struct exchange *exchange, const struct order *order)
{
	struct bybit *b = exchange->state;

	if (order->sym < 0 || order->sym >= SYMBOLS_MAX || order->id <= 0 ||
	    (order_is_final(order->state) && order->state != ORDER_FILLED) || order->book != BOOK_MAIN ||
	    (order->role != ROLE_STOP && order->role != ROLE_TARGET))
		return;
	bybit_guard_remember(b, order);
}
