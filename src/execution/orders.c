/* SPDX-License-Identifier: MIT
 * The order state machine. An order moves only toward an end; a report of an order that is over changes
 * nothing, and silence is an outcome of its own: UNKNOWN. */
#include "execution_internal.h"

void holding_settle_phase(struct execution *x, struct holding *h, ms_t at_ms)
{
	bool naked = h->qty > 0 && h->stop_qty < h->qty;

	if (naked && h->naked_ms == 0) {
		h->naked_ms = at_ms;
		if (h->phase != PHASE_LEAVING) {
			h->retry_ms = at_ms + x->set.protect_grace_ms;
			h->tries = 0;
		} else if (h->exit_id == 0) { /* it was to leave before it opened: at once */
			h->retry_ms = at_ms;
			h->tries = 1;
		}
	} else if (!naked && h->naked_ms != 0) {
		h->naked_total_ms += at_ms > h->naked_ms ? at_ms - h->naked_ms : 0;
		h->naked_ms = 0;
		h->tries = 0;
	}
	if (h->qty > 0 && h->phase != PHASE_LEAVING)
		h->phase = naked ? PHASE_UNPROTECTED : PHASE_PROTECTED;
	execution_touch(x, h);
}

static void entry_over(struct execution *x, struct holding *h, const struct order *order)
{
	if (h->entry_id == order->id && h->entry_qty == 0)
		holding_clear(x, h);
}

/* Drops the orders that were attached to an entry that will never fill. */
static void drop_attached(struct execution *x, const struct order *entry, const struct holding *h, ms_t at_ms)
{
	for (size_t i = 0; i < x->order_count; i++) {
		struct order *order = &x->orders[i];
		if (order->book != entry->book || order->sym != entry->sym || order->state != ORDER_INTENT ||
		    order->sent_ms != 0 || (order->id != h->stop_id && order->id != h->target_id))
			continue;
		order->state = ORDER_ABSENT;
		order->changed_ms = at_ms;
		order_touch(x, order);
	}
}

static void entry_changed(struct execution *x, struct holding *h, const struct order *order, ms_t at_ms)
{
	if (!order_is_final(order->state) || order->state == ORDER_FILLED || h->entry_id != order->id)
		return;
	if (h->entry_qty == 0)
		drop_attached(x, order, h, at_ms);
	entry_over(x, h, order);
}

void holding_read_stop(struct execution *x, struct holding *h)
{
	const struct order *stop = order_find(x, h->stop_id);

	if (stop != NULL && stop->state == ORDER_LIVE)
		h->stop_qty = stop->qty;
}

/* While a new stop is on its way the one it replaces still covers; once that is gone, nothing does. */
static void stop_changed(struct execution *x, struct holding *h, const struct order *order, ms_t at_ms)
{
	const struct order *stop = order_find(x, h->stop_id);
	bool current = h->stop_id == order->id;

	if (h->qty == 0)
		return;
	if (current && order->state == ORDER_LIVE)
		h->stop_qty = order->qty;
	else if (current && (order_is_final(order->state) || order->state == ORDER_UNKNOWN))
		h->stop_qty = 0;
	else if (!current && order_is_final(order->state) && (stop == NULL || stop->state != ORDER_LIVE))
		h->stop_qty = 0;
	holding_settle_phase(x, h, at_ms);
}

static void target_changed(struct execution *x, struct holding *h, const struct order *order)
{
	if (h->target_id != order->id || h->qty == 0)
		return;
	h->target_qty = order->state == ORDER_LIVE ? order->qty : 0;
	execution_touch(x, h);
}

static void exit_changed(struct execution *x, struct holding *h, const struct order *order, ms_t at_ms)
{
	if (h->exit_id != order->id || !order_is_final(order->state) || order->state == ORDER_FILLED)
		return;
	h->exit_id = 0; /* it did not leave: the next wish tries again */
	h->retry_ms = at_ms + x->set.retry_ms;
	execution_touch(x, h);
}

static void apply(struct execution *x, struct order *order, ms_t at_ms)
{
	struct holding *h = execution_holding(x, (enum book)order->book, (sym_t)order->sym);

	order_touch(x, order);
	switch (order->role) {
	case ROLE_ENTRY: entry_changed(x, h, order, at_ms); break;
	case ROLE_STOP: stop_changed(x, h, order, at_ms); break;
	case ROLE_TARGET: target_changed(x, h, order); break;
	case ROLE_EXIT: exit_changed(x, h, order, at_ms); break;
	default: break;
	}
}

static void move(struct execution *x, struct order *order, int64_t state, ms_t at_ms)
{
	if (order_is_final(order->state) || (order->state == state && state != ORDER_LIVE))
		return;
	order->state = state;
	order->changed_ms = at_ms;
	apply(x, order, at_ms);
}

void execution_on_order(struct execution *x, const struct event *event)
{
	struct order *order = order_find(x, event->order.id);

	if (order == NULL)
		return;
	x->order_listed[order - x->orders] = true;
	if (order_is_final(order->state))
		return;
	if (event->order.qty > 0 && order->role != ROLE_ENTRY)
		order->qty = event->order.qty;
	if (order->role == ROLE_STOP || order->role == ROLE_TARGET)
		order->price = event->order.price > 0 ? event->order.price : order->price;
	int64_t state = event->order.state;
	/* The rest of an entry was cancelled, and its fills may be told after it: it filled, with less. */
	if (order->role == ROLE_ENTRY && order_is_final(state) && event->order.filled > 0) {
		state = ORDER_FILLED;
		order->qty = event->order.filled < order->qty ? event->order.filled : order->qty;
	}
	move(x, order, state, event->at_ms);
}

void execution_on_orders_begin(struct execution *x)
{
	for (size_t i = 0; i < x->order_count; i++)
		x->order_listed[i] = false;
}

void execution_on_orders_end(struct execution *x, enum book book, ms_t now_ms)
{
	for (size_t i = 0; i < x->order_count; i++)
		if (x->orders[i].book == book && x->orders[i].state == ORDER_LIVE && !x->order_listed[i])
			move(x, &x->orders[i], ORDER_UNKNOWN, now_ms);
	/* Nobody could protect anything before: what is naked still has its whole deadline. */
	for (size_t i = 0; i < x->active_count; i++) {
		struct holding *h = execution_active(x, i);
		if (h->book != book || h->naked_ms == 0 || h->naked_ms >= now_ms)
			continue;
		h->naked_total_ms += now_ms - h->naked_ms;
		h->naked_ms = h->retry_ms = now_ms;
		h->tries = 0;
		execution_touch(x, h);
	}
}

/* "Not found" is proof only after the exchange's own delay. */
void execution_on_absent(struct execution *x, const struct event *event)
{
	struct order *order = order_find(x, event->absent.id);

	if (order == NULL || order_is_final(order->state))
		return;
	if (order->look_ups >= x->set.absent_look_ups &&
	    event->at_ms - order->sent_ms >= x->set.absent_after_ms)
		move(x, order, ORDER_ABSENT, event->at_ms);
}

void execution_on_unrecorded(struct execution *x, int64_t id, ms_t now_ms)
{
	struct order *order = order_find(x, id);

	if (order != NULL)
		move(x, order, ORDER_REJECTED, now_ms);
}

bool execution_entry_pending(const struct execution *x, enum book book, sym_t sym)
{
	for (size_t i = 0; i < x->order_count; i++) {
		const struct order *order = &x->orders[i];
		if (order->book == book && order->sym == sym && order->role == ROLE_ENTRY &&
		    !order_is_final(order->state))
			return true;
	}
	return false;
}

bool execution_order_unknown(const struct execution *x, enum book book, sym_t sym)
{
	for (size_t i = 0; i < x->order_count; i++) {
		const struct order *order = &x->orders[i];
		if (order->book == book && order->sym == sym && order->state == ORDER_UNKNOWN)
			return true;
	}
	return false;
}

bool execution_crowded(const struct execution *x)
{
	return x->order_count >= EXECUTION_ORDERS_ENTRY;
}

money_t execution_exposure(struct execution *x, enum book book, sym_t sym, price_t mark)
{
	const struct instrument *instrument = &x->universe->at[sym];
	const struct holding *h = &x->holdings[book][sym];
	money_t exposure = 0;

	if (h->qty > 0) {
		if (mark == UNKNOWN)
			return UNKNOWN;
		exposure = notional_up(instrument, mark, h->qty);
	}
	for (size_t i = 0; i < x->order_count && exposure >= 0; i++) {
		const struct order *order = &x->orders[i];
		if (order->book != book || order->sym != sym || order->role != ROLE_ENTRY ||
		    (order_is_final(order->state) && order->state != ORDER_FILLED) ||
		    order->filled >= order->qty)
			continue;
		money_t pending = notional_up(instrument, order->price, order->qty - order->filled);
		exposure = pending < 0 ? -1 : exposure + pending;
	}
	return exposure < 0 ? UNKNOWN : exposure;
}
