/* SPDX-License-Identifier: MIT
 * What a position needs now: protection within the deadline, a way out where there is none, an answer about
 * orders nobody has heard of, and no stop left behind on a flat symbol. Deadlines are fields; nothing here is
 * a timer. */
#include "execution_internal.h"

static ms_t backoff(const struct execution *x, int64_t tries)
{
	ms_t wait = x->set.retry_ms << (tries < 4 ? tries : 4);

	return wait < x->set.retry_max_ms ? wait : x->set.retry_max_ms;
}

static bool has_room(const struct execution *x, const struct holding *h)
{
	size_t unsettled = 0;

	for (size_t i = 0; i < x->order_count; i++)
		unsettled += x->orders[i].book == h->book && x->orders[i].sym == h->sym &&
			     !order_is_final(x->orders[i].state);
	return unsettled < EXECUTION_ORDERS_UNSETTLED && x->order_count < EXECUTION_ORDERS_WISH;
}

static bool mark_beyond_stop(const struct holding *h, price_t mark)
{
	if (mark == UNKNOWN || h->stop <= 0)
		return false;
	return h->side == SIDE_LONG ? mark <= h->stop : mark >= h->stop;
}

static bool leave(struct holding *h, enum exit_reason reason, struct wish *wish)
{
	*wish = (struct wish){
		.kind = WISH_REDUCE, .book = (enum book)h->book, .sym = (sym_t)h->sym, .reason = reason};
	return true;
}

static bool protect(const struct holding *h, struct wish *wish)
{
	*wish = (struct wish){.kind = WISH_PROTECT,
			      .book = (enum book)h->book,
			      .sym = (sym_t)h->sym,
			      .stop = h->stop,
			      .target = h->target,
			      .reason = (enum exit_reason)h->stop_reason};
	return true;
}

/* Asks for the missing stop until the deadline, then leaves (and leaving_wish takes over). */
static bool naked_wish(struct execution *x, struct holding *h, ms_t now_ms, struct wish *wish)
{
	if (h->naked_ms == 0 || now_ms < h->retry_ms)
		return false;
	bool late = now_ms - h->naked_ms >= x->set.protect_deadline_ms;

	h->retry_ms = now_ms + backoff(x, h->tries);
	if (!late && h->retry_ms > h->naked_ms + x->set.protect_deadline_ms)
		h->retry_ms = h->naked_ms + x->set.protect_deadline_ms;
	h->tries++;
	execution_touch(x, h);
	return late ? leave(h, EXIT_UNPROTECTED, wish) : protect(h, wish);
}

/* The way out did not work yet: again, and where nothing protects meanwhile, in turn with asking for the
 * stop. */
static bool leaving_wish(struct execution *x, struct holding *h, price_t mark, ms_t now_ms, struct wish *wish)
{
	if (now_ms < h->retry_ms)
		return false;
	h->retry_ms = now_ms + backoff(x, ++h->tries);
	execution_touch(x, h);
	if (h->naked_ms != 0 && h->tries % 2 == 1 && h->stop > 0 && !mark_beyond_stop(h, mark))
		return protect(h, wish);
	return leave(h, (enum exit_reason)h->exit_reason, wish);
}

static bool beyond_wish(struct execution *x, struct holding *h, price_t mark, ms_t now_ms, struct wish *wish)
{
	bool beyond = mark_beyond_stop(h, mark);

	if (!beyond && h->beyond_ms != 0) {
		h->beyond_ms = 0;
		execution_touch(x, h);
	} else if (beyond && h->beyond_ms == 0) {
		h->beyond_ms = now_ms;
		execution_touch(x, h);
	}
	return beyond && now_ms - h->beyond_ms >= x->set.beyond_ms && leave(h, EXIT_BEYOND_STOP, wish);
}

bool execution_holding_wish(struct execution *x, struct holding *h, price_t mark, ms_t now_ms,
			    struct wish *wish)
{
	if (h->qty == 0)
		return false;
	if ((h->phase == PHASE_LEAVING || h->naked_ms != 0) && now_ms >= h->retry_ms && !has_room(x, h)) {
		h->retry_ms = now_ms + x->set.retry_max_ms;
		return false;
	}
	if (h->phase == PHASE_LEAVING)
		return leaving_wish(x, h, mark, now_ms, wish);
	return naked_wish(x, h, now_ms, wish) || beyond_wish(x, h, mark, now_ms, wish);
}

void execution_protect_refused(struct execution *x, struct holding *h, ms_t now_ms)
{
	h->naked_ms = h->naked_ms ? h->naked_ms : now_ms;
	h->tries = 1; /* the next try leaves */
	h->retry_ms = now_ms;
	if (h->phase != PHASE_LEAVING)
		h->exit_reason = EXIT_BEYOND_STOP;
	h->phase = PHASE_LEAVING;
	execution_touch(x, h);
}

/* A stop that was replaced is cancelled only once the one in its place is confirmed. */
static bool still_covers(const struct execution *x, const struct holding *h, const struct order *order)
{
	if (order->role != ROLE_STOP || h->qty == 0)
		return false;
	for (size_t i = 0; i < x->order_count; i++)
		if (x->orders[i].id == h->stop_id)
			return x->orders[i].state != ORDER_LIVE;
	return true;
}

/* When this order next needs something; INT64_MAX: never. changed_ms is also the time of the last attempt. */
static ms_t order_due_ms(const struct execution *x, const struct order *order)
{
	const struct holding *h = &x->holdings[order->book][order->sym];
	bool attached = order->sent_ms == 0;

	if (order->state == ORDER_UNKNOWN)
		return order->changed_ms + x->set.query_ms;
	if (order->state == ORDER_INTENT && !attached)
		return order->sent_ms + x->set.answer_ms;
	bool protective = order->role == ROLE_STOP || order->role == ROLE_TARGET;
	if (order->state == ORDER_LIVE && protective && h->stop_id != order->id &&
	    h->target_id != order->id && !still_covers(x, h, order))
		return order->changed_ms + x->set.sweep_ms;
	return INT64_MAX;
}

bool execution_order_wish(struct execution *x, ms_t now_ms, struct wish *wish)
{
	for (size_t i = 0; i < x->order_count; i++) {
		struct order *order = &x->orders[i];
		if (order_is_final(order->state) || now_ms < order_due_ms(x, order))
			continue;
		*wish = (struct wish){.kind = order->state == ORDER_LIVE ? WISH_CANCEL : WISH_QUERY,
				      .book = (enum book)order->book,
				      .sym = (sym_t)order->sym,
				      .id = order->id};
		order_touch(x, order);
		if (order->state == ORDER_INTENT) {
			struct event silence = {.at_ms = now_ms};
			silence.order.id = order->id;
			silence.order.state = ORDER_UNKNOWN;
			execution_on_order(x, &silence);
			continue;
		}
		order->look_ups++;
		order->changed_ms = now_ms;
		return true;
	}
	return false;
}

static ms_t holding_due_ms(const struct execution *x, const struct holding *h)
{
	ms_t due = INT64_MAX;

	if (h->qty == 0)
		return due;
	if (h->phase == PHASE_LEAVING || h->naked_ms != 0)
		due = h->retry_ms;
	if (h->beyond_ms != 0 && h->phase != PHASE_LEAVING && h->beyond_ms + x->set.beyond_ms < due)
		due = h->beyond_ms + x->set.beyond_ms;
	return due;
}

ms_t execution_next_ms(const struct execution *x)
{
	ms_t next = INT64_MAX;

	for (size_t i = 0; i < x->active_count; i++) {
		uint32_t key = x->active[i];
		ms_t due = holding_due_ms(x, &x->holdings[key / SYMBOLS_MAX][key % SYMBOLS_MAX]);
		next = due < next ? due : next;
	}
	for (size_t i = 0; i < x->order_count; i++) {
		if (order_is_final(x->orders[i].state))
			continue;
		ms_t due = order_due_ms(x, &x->orders[i]);
		next = due < next ? due : next;
	}
	return next;
}
