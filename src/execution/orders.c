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
	if (h->phase == PHASE_PROTECTED) { /* the size has changed: what rests follows it, after a moment */
		if (!holding_uneven(h))
			h->tries = 0;
		else if (h->retry_ms <= at_ms)
			h->retry_ms = at_ms + x->set.protect_grace_ms;
	}
	execution_touch(x, h);
}

bool holding_uneven(const struct holding *h)
{
	return h->stop_qty != h->qty || (h->target > 0 && h->target_qty != h->qty);
}

void symbol_doubt(struct execution *x, enum book book, sym_t sym, enum doubt doubt)
{
	if (x->unreconciled[book][sym] & doubt)
		return; /* it has been asked about */
	symbol_mark(x, book, sym);
	x->unreconciled[book][sym] |= (uint8_t)doubt;
	x->compare_again = x->doubt_is_new = true;
}

/* Its share of the approved risk; rounded up. */
void holding_scale_risk(struct execution *x, struct holding *h, qty_t filled, qty_t ordered)
{
	if (filled <= 0 || filled >= ordered || h->risk <= 0)
		return;
	h->risk = mul_div_up(h->risk, filled, ordered);
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
	else
		holding_scale_risk(x, h, h->entry_qty, order->qty);
	entry_over(x, h, order);
}

static qty_t rests(const struct order *order)
{
	return order->state == ORDER_LIVE && order->qty > order->filled ? order->qty - order->filled : 0;
}

static bool is_role_of(const struct order *order, const struct holding *h, int64_t role)
{
	return order->role == role && order->book == h->book && order->sym == h->sym;
}

/* The one that rests with the most, or NULL. */
static const struct order *resting(const struct execution *x, const struct holding *h, int64_t role)
{
	const struct order *best = NULL;

	for (size_t i = 0; i < x->order_count; i++) {
		const struct order *order = &x->orders[i];
		if (is_role_of(order, h, role) && order->side == -h->side && rests(order) > 0 &&
		    (best == NULL || rests(order) > rests(best)))
			best = order;
	}
	return best;
}

/* While a new stop is on its way the one it replaces still covers; once that is gone, nothing does. */
void holding_read_protective(struct execution *x, struct holding *h)
{
	const struct order *stop = resting(x, h, ROLE_STOP), *target = order_find(x, h->target_id);

	h->stop_qty = stop != NULL ? rests(stop) : 0;
	h->target_qty = target != NULL ? rests(target) : 0;
}

static bool refused(const struct order *order)
{
	return order_is_final(order->state) && order->state != ORDER_FILLED;
}

/* A replacement that was refused leaves the one before it in force: that is the stop again. */
static void take_back(struct execution *x, struct holding *h, const struct order *order)
{
	bool is_stop = order->role == ROLE_STOP;
	const struct order *before = resting(x, h, order->role);

	if (!refused(order) || before == NULL || order->id != (is_stop ? h->stop_id : h->target_id))
		return;
	if (is_stop) {
		h->stop_id = before->id, h->stop = before->price;
		h->stop_reason = before->price == h->first_stop ? EXIT_STOP : h->stop_reason;
	} else {
		h->target_id = before->id, h->target = before->price;
	}
}

static void protective_changed(struct execution *x, struct holding *h, const struct order *order, ms_t at_ms)
{
	if (h->qty == 0)
		return;
	take_back(x, h, order);
	holding_read_protective(x, h);
	holding_settle_phase(x, h, at_ms);
}

bool execution_stop_settled(const struct execution *x, const struct holding *h)
{
	bool rests_now = false;

	for (size_t i = 0; i < x->order_count; i++) {
		const struct order *order = &x->orders[i];
		if (!is_role_of(order, h, ROLE_STOP) || order_is_final(order->state))
			continue;
		if (order->id != h->stop_id || order->state != ORDER_LIVE)
			return false;
		rests_now = true;
	}
	return rests_now;
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
	case ROLE_STOP:
	case ROLE_TARGET: protective_changed(x, h, order, at_ms); break;
	case ROLE_EXIT: exit_changed(x, h, order, at_ms); break;
	default: break;
	}
}

void order_move(struct execution *x, struct order *order, int64_t state, ms_t at_ms)
{
	if (order_is_final(order->state) || (order->state == state && state != ORDER_LIVE))
		return;
	if (order->state != state) /* that it still rests restarts no clock */
		order->changed_ms = at_ms;
	order->state = state;
	apply(x, order, at_ms);
}

/* An order that is not in our table and not over. Ours, but given up or never stored: taken in again, so that
 * it is looked after (a stop that nobody needs is cancelled, an entry is cancelled and what it fills leaves).
 * With another journal's id, or none: not ours to touch. True if it is news. */
static bool take_stranger(struct execution *x, const struct event *event)
{
	int64_t id = event->order.id, role = event->order.role;

	if (event->sym >= x->universe->count || event->book >= BOOK_COUNT ||
	    order_is_final(event->order.state))
		return false;
	enum book book = (enum book)event->book;
	if (id <= 0) {
		bool news = !(x->foreign[book][event->sym] & FOREIGN_ORDER);
		x->listed[book][event->sym] |= FOREIGN_ORDER;
		x->foreign[book][event->sym] |= FOREIGN_ORDER;
		symbol_mark(x, book, event->sym);
		return news;
	}
	bool known = x->unreconciled[book][event->sym] & DOUBT_ORDER;
	x->listed[book][event->sym] |= DOUBT_ORDER;
	symbol_mark(x, book, event->sym);
	symbol_doubt(x, book, event->sym, DOUBT_ORDER);
	if (client_id_instance(id) != x->instance || role != (int64_t)client_id_role(id) ||
	    x->order_count >= EXECUTION_ORDERS_WISH)
		return !known;
	/* It may be old news of an order that is over: asked about before it is believed. filled = qty: it is
	 * forgotten as soon as it is over. */
	bool market = role == ROLE_ENTRY || role == ROLE_EXIT;
	struct order *order = order_add(x, &(struct order){.id = id,
							   .book = event->book,
							   .sym = event->sym,
							   .role = role,
							   .side = event->order.side,
							   .state = ORDER_UNKNOWN,
							   .qty = event->order.qty,
							   .filled = market ? event->order.qty : 0,
							   .price = event->order.price,
							   .sent_ms = event->at_ms,
							   .changed_ms = event->at_ms});
	x->order_listed[order - x->orders] = true;
	return true;
}

/* The exchange confirmed another size than was asked for: it holds something else than we think. Asking again
 * for the same, each time without a stop for a moment, helps nobody: the lists are to say. */
static void size_differs(struct execution *x, struct order *order, ms_t at_ms)
{
	struct holding *h = execution_holding(x, (enum book)order->book, (sym_t)order->sym);

	if ((order->id != h->stop_id && order->id != h->target_id) || order->state != ORDER_LIVE ||
	    order->qty == h->qty || h->qty == 0)
		return;
	symbol_doubt(x, (enum book)order->book, (sym_t)order->sym, DOUBT_QUANTITY);
	if (h->phase != PHASE_PROTECTED || h->keep_qty > 0)
		return;
	h->tries = RESIZE_TRIES;
	h->retry_ms = at_ms + MINUTE_MS;
	execution_touch(x, h);
}

/* The rest of an entry was cancelled, and its fills may be told after it: it filled, with less. */
static void end_entry_early(struct execution *x, struct order *order, qty_t filled)
{
	struct holding *h = execution_holding(x, (enum book)order->book, (sym_t)order->sym);

	if (filled >= order->qty)
		return;
	if (h->entry_id == order->id)
		holding_scale_risk(x, h, filled, order->qty);
	order->qty = filled;
}

/* The stop in force, said to rest further away than was approved: by another hand, or by a new grid that we
 * have not heard of. Once we have, the lists say where it is. */
static bool is_loosened(const struct execution *x, const struct holding *h, const struct order *order,
			price_t price)
{
	if (h->qty == 0 || h->stop <= 0 || order->id != h->stop_id || x->adopt[order->book][order->sym])
		return false;
	return h->side == SIDE_LONG ? price < h->stop : price > h->stop;
}

/* Where a stop or target rests. One that was loosened is not taken over: what was approved stays what is
 * wanted, and is asked for again. */
static void hear_price(struct execution *x, struct order *order, price_t price)
{
	const struct holding *h = execution_holding(x, (enum book)order->book, (sym_t)order->sym);
	bool astray = is_loosened(x, h, order, price);

	x->order_astray[order - x->orders] = astray ? price : 0;
	if (!astray)
		order->price = price;
}

/* Stop or target were moved by hand, and the exchange is the truth. */
static void take_over_price(struct execution *x, const struct order *order)
{
	struct holding *h = execution_holding(x, (enum book)order->book, (sym_t)order->sym);

	if (h->qty == 0 || order->state != ORDER_LIVE || order->price <= 0)
		return;
	if (order->id == h->stop_id && h->stop > 0)
		h->stop = order->price;
	else if (order->id == h->target_id && h->target > 0)
		h->target = order->price;
	else
		return;
	execution_touch(x, h);
}

bool execution_on_order(struct execution *x, const struct event *event)
{
	struct order *order = order_find(x, event->order.id);

	if (order == NULL)
		return take_stranger(x, event);
	if (order->book != event->book || order->sym != event->sym)
		return false; /* our id where we never used it says nothing of ours */
	x->order_listed[order - x->orders] = true;
	if (order_is_final(order->state))
		return false;
	const struct order before = *order;
	int64_t state = event->order.state;
	if (event->order.qty > 0 && order->role != ROLE_ENTRY)
		order->qty = event->order.qty;
	/* a closing order fills with what there was: there are no more fills of it to wait for */
	if (order->role != ROLE_ENTRY && state == ORDER_FILLED && event->order.filled > 0 &&
	    event->order.filled < order->qty)
		order->qty = event->order.filled > order->filled ? event->order.filled : order->filled;
	if ((order->role == ROLE_STOP || order->role == ROLE_TARGET) && event->order.price > 0)
		hear_price(x, order, event->order.price);
	if (state == before.state && order->qty == before.qty && order->price == before.price)
		return false; /* as we knew */
	if (order->role == ROLE_ENTRY && order_is_final(state) && event->order.filled > 0) {
		state = ORDER_FILLED;
		end_entry_early(x, order, event->order.filled);
	}
	bool answered = before.state == ORDER_INTENT && before.sent_ms != 0 && before.qty != order->qty;
	order_move(x, order, state, event->at_ms);
	if (order->price != before.price)
		take_over_price(x, order);
	if (answered)
		size_differs(x, order, event->at_ms);
	return false;
}

void execution_on_orders_begin(struct execution *x)
{
	for (size_t i = 0; i < x->order_count; i++)
		x->order_listed[i] = false;
	for (size_t sym = 0; sym < x->universe->count; sym++)
		for (size_t book = 0; book < BOOK_COUNT; book++) {
			if (x->listed[book][sym] != 0)
				symbol_mark(x, (enum book)book, (sym_t)sym);
			x->listed[book][sym] = 0;
			x->snapshot[book][sym] = (struct seen_position){0};
		}
}

void execution_on_orders_end(struct execution *x, enum book book, bool first, ms_t asked_ms, ms_t now_ms)
{
	for (size_t i = 0; i < x->order_count; i++) {
		struct order *order = &x->orders[i];
		bool changed = !first && order->changed_ms >= asked_ms; /* the lists may be older */
		if (order->book == book && order->state == ORDER_LIVE && !x->order_listed[i] && !changed)
			order_move(x, order, ORDER_UNKNOWN, now_ms);
	}
	for (size_t sym = 0; sym < x->universe->count; sym++) {
		if ((x->foreign[book][sym] & FOREIGN_ORDER) || (x->unreconciled[book][sym] & DOUBT_ORDER))
			symbol_mark(x, book, (sym_t)sym);
		if (!(x->listed[book][sym] & FOREIGN_ORDER))
			x->foreign[book][sym] &= (uint8_t)~FOREIGN_ORDER;
		if (!(x->listed[book][sym] & DOUBT_ORDER))
			x->unreconciled[book][sym] &= (uint8_t)~DOUBT_ORDER;
	}
	if (x->adopt_count > 0)
		execution_adopt(x, book, now_ms);
	/* Nobody could protect anything before: what is naked still has its whole deadline. */
	for (size_t i = 0; first && i < x->active_count; i++) {
		struct holding *h = execution_active(x, i);
		if (h->book != book || h->naked_ms == 0 || h->naked_ms >= now_ms)
			continue;
		h->naked_total_ms += now_ms - h->naked_ms;
		h->naked_ms = h->retry_ms = now_ms;
		h->tries = 0;
		execution_touch(x, h);
	}
}

/* "Not found" is proof only when it was answered often enough, and after the exchange's own delay. */
void execution_on_absent(struct execution *x, const struct event *event)
{
	struct order *order = order_find(x, event->absent.id);

	if (order == NULL || order_is_final(order->state))
		return;
	if (order->absences < order->look_ups) { /* an answer belongs to a question */
		order->absences++;
		order_touch(x, order);
	}
	if (order->absences >= x->set.absent_look_ups &&
	    event->at_ms - order->sent_ms >= x->set.absent_after_ms)
		order_move(x, order, ORDER_ABSENT, event->at_ms);
}

void execution_on_unrecorded(struct execution *x, int64_t id, ms_t now_ms)
{
	struct order *order = order_find(x, id);

	if (order != NULL)
		order_move(x, order, ORDER_REJECTED, now_ms);
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
