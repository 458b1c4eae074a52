/* SPDX-License-Identifier: MIT
 * What a position needs now: protection within the deadline, a way out where there is none, an answer about
 * orders nobody has heard of, and no stop left behind on a flat symbol. Deadlines are fields; nothing here is
 * a timer. */
#include "execution_internal.h"

#define ASLEEP_MS (10 * SECOND_MS) /* between look-ups in a market that is suspended or gone */

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

/* At most two stops of a holding that rest or may: the one in force and the one to take its place. */
static bool has_stop_room(const struct execution *x, const struct holding *h)
{
	int stops = 0;

	for (size_t i = 0; i < x->order_count; i++)
		stops += x->orders[i].role == ROLE_STOP && x->orders[i].book == h->book &&
			 x->orders[i].sym == h->sym && !order_is_final(x->orders[i].state);
	return stops < 2;
}

bool execution_asleep(const struct execution *x, const struct holding *h)
{
	int64_t status = x->universe->at[h->sym].status;

	return status == INSTRUMENT_SUSPENDED || status == INSTRUMENT_GONE;
}

static bool leave(struct holding *h, enum exit_reason reason, struct wish *wish)
{
	*wish = (struct wish){.kind = WISH_REDUCE,
			      .book = (enum book)h->book,
			      .sym = (sym_t)h->sym,
			      .qty = h->qty,
			      .reason = reason};
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

/* The deadlines' clock: it stands while the link is down. What can be tried is tried all the same. */
static ms_t connected_ms(const struct execution *x, ms_t now_ms)
{
	return x->away_ms != 0 && x->away_ms < now_ms ? x->away_ms : now_ms;
}

/* Asks for the missing stop until the deadline, then leaves (and leaving_wish takes over). */
static bool naked_wish(struct execution *x, struct holding *h, ms_t now_ms, struct wish *wish)
{
	if (h->naked_ms == 0 || now_ms < h->retry_ms)
		return false;
	bool late = connected_ms(x, now_ms) - h->naked_ms >= x->set.protect_deadline_ms;

	h->retry_ms = now_ms + backoff(x, h->tries);
	if (!late && x->away_ms == 0 && h->retry_ms > h->naked_ms + x->set.protect_deadline_ms)
		h->retry_ms = h->naked_ms + x->set.protect_deadline_ms;
	h->tries++;
	execution_touch(x, h);
	if (late || h->stop <= 0)
		return leave(h, EXIT_UNPROTECTED, wish);
	return has_stop_room(x, h) && protect(h, wish);
}

/* The way out did not work yet: again, and where nothing protects meanwhile, in turn with asking for the
 * stop. */
static bool leaving_wish(struct execution *x, struct holding *h, price_t mark, ms_t now_ms, struct wish *wish)
{
	if (now_ms < h->retry_ms)
		return false;
	h->retry_ms = now_ms + backoff(x, ++h->tries);
	execution_touch(x, h);
	if (h->naked_ms != 0 && h->tries % 2 == 1 && h->stop > 0 && !mark_beyond_stop(h, mark) &&
	    has_stop_room(x, h))
		return protect(h, wish);
	return leave(h, (enum exit_reason)h->exit_reason, wish);
}

static bool beyond_wish(struct execution *x, struct holding *h, price_t mark, ms_t now_ms, struct wish *wish)
{
	bool beyond = x->away_ms == 0 && mark_beyond_stop(h, mark); /* else its fill may be on the way */

	if (!beyond && h->beyond_ms != 0) {
		h->beyond_ms = 0;
		execution_touch(x, h);
	} else if (beyond && h->beyond_ms == 0) {
		h->beyond_ms = now_ms;
		execution_touch(x, h);
	}
	return beyond && now_ms - h->beyond_ms >= x->set.beyond_ms && leave(h, EXIT_BEYOND_STOP, wish);
}

void execution_trim(struct execution *x, struct holding *h, qty_t keep, enum exit_reason reason, ms_t now_ms)
{
	h->keep_qty = keep;
	h->keep_reason = reason;
	if (h->naked_ms == 0) {
		h->retry_ms = now_ms;
		h->tries = 0;
	}
	execution_touch(x, h);
}

static bool wants_trim(const struct holding *h)
{
	return h->keep_qty > 0 && h->exit_id == 0;
}

/* One at a time: a part that went out twice would be twice the part. */
static bool trim_wish(struct execution *x, struct holding *h, ms_t now_ms, struct wish *wish)
{
	if (!wants_trim(h) || now_ms < h->retry_ms)
		return false;
	execution_touch(x, h);
	if (h->keep_qty >= h->qty) {
		h->keep_qty = h->keep_reason = 0;
		return false;
	}
	h->retry_ms = now_ms + backoff(x, h->tries++);
	leave(h, (enum exit_reason)h->keep_reason, wish);
	wish->qty = h->qty - h->keep_qty;
	return true;
}

static bool wants_resize(const struct holding *h)
{
	return h->phase == PHASE_PROTECTED && h->exit_id == 0 && holding_uneven(h);
}

/* Stop and target follow the size. Nothing is naked meanwhile, so it may take its time, and after some tries
 * much more of it. */
static bool resize_wish(struct execution *x, struct holding *h, ms_t now_ms, struct wish *wish)
{
	if (!wants_resize(h) || now_ms < h->retry_ms)
		return false;
	bool wait = execution_entry_pending(x, (enum book)h->book, (sym_t)h->sym) || !has_stop_room(x, h);
	h->retry_ms = now_ms + (h->tries < RESIZE_TRIES ? backoff(x, h->tries) : MINUTE_MS);
	h->tries += !wait;
	execution_touch(x, h);
	return !wait && protect(h, wish);
}

bool execution_holding_wish(struct execution *x, struct holding *h, price_t mark, ms_t now_ms,
			    struct wish *wish)
{
	if (h->qty == 0 || execution_asleep(x, h))
		return false;
	bool due = h->phase == PHASE_LEAVING || h->naked_ms != 0 || wants_trim(h) || wants_resize(h);
	if (due && now_ms >= h->retry_ms && !has_room(x, h)) {
		h->retry_ms = now_ms + x->set.retry_max_ms;
		return false;
	}
	if (h->phase == PHASE_LEAVING)
		return leaving_wish(x, h, mark, now_ms, wish);
	return naked_wish(x, h, now_ms, wish) || beyond_wish(x, h, mark, now_ms, wish) ||
	       trim_wish(x, h, now_ms, wish) || resize_wish(x, h, now_ms, wish);
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

/* A stop or target that was replaced stays until the one in its place is confirmed. */
static bool still_covers(const struct execution *x, const struct holding *h, const struct order *order)
{
	int64_t current = order->role == ROLE_STOP ? h->stop_id : h->target_id;

	if (h->qty == 0)
		return false;
	for (size_t i = 0; i < x->order_count; i++)
		if (x->orders[i].id == current)
			return x->orders[i].state != ORDER_LIVE;
	return order->role == ROLE_STOP;
}

/* Somebody has loosened the stop in force of a position that is to stay. */
static bool is_astray(const struct execution *x, const struct holding *h, const struct order *order)
{
	return x->order_astray[order - x->orders] != 0 && h->stop_id == order->id &&
	       h->phase == PHASE_PROTECTED && h->exit_id == 0;
}

/* From when an order that rests should not rest any more; INT64_MAX: it should. A replaced stop goes at once
 * when the new one is confirmed; one of a position that is over usually goes by itself; an entry is a market
 * order, what still works of it after a while is its rest. */
static ms_t unwanted_ms(const struct execution *x, const struct holding *h, const struct order *order)
{
	if (order->role == ROLE_ENTRY)
		return order->sent_ms + x->set.rest_ms;
	if (order->role == ROLE_EXIT || h->stop_id == order->id || h->target_id == order->id ||
	    still_covers(x, h, order))
		return INT64_MAX;
	return h->qty > 0 ? order->changed_ms : order->changed_ms + x->set.sweep_ms;
}

/* When this order next needs something; INT64_MAX: never. changed_ms is also the time of the last attempt. */
static ms_t order_due_ms(const struct execution *x, const struct order *order)
{
	const struct holding *h = &x->holdings[order->book][order->sym];
	bool attached = order->sent_ms == 0, asleep = execution_asleep(x, h);

	/* what became of an order can be asked where nothing trades, too: an entry that got lost there would
	 * hold its place for ever */
	if (order->state == ORDER_UNKNOWN)
		return order->changed_ms + (asleep ? ASLEEP_MS : x->set.query_ms);
	if (order->state == ORDER_INTENT && !attached)
		return order->sent_ms + x->set.answer_ms;
	if (order->state != ORDER_LIVE || asleep)
		return INT64_MAX;
	if (is_astray(x, h, order))
		return order->changed_ms + MINUTE_MS;
	ms_t unwanted = unwanted_ms(x, h, order);
	if (order->look_ups > 0 && unwanted != INT64_MAX) /* asked to go before, and it did not */
		unwanted = order->changed_ms + x->set.rest_ms;
	return unwanted;
}

/* The stop again, where it was approved; nothing is naked meanwhile. */
static bool astray_wish(struct execution *x, struct order *order, ms_t now_ms, struct wish *wish)
{
	const struct holding *h = &x->holdings[order->book][order->sym];

	order->changed_ms = now_ms;
	order_touch(x, order);
	if (!has_room(x, h) || !has_stop_room(x, h))
		return false;
	protect(h, wish);
	wish->astray = x->order_astray[order - x->orders];
	return true;
}

bool execution_order_wish(struct execution *x, ms_t now_ms, struct wish *wish)
{
	for (size_t i = 0; i < x->order_count; i++) {
		struct order *order = &x->orders[i];
		if (order_is_final(order->state) || now_ms < order_due_ms(x, order))
			continue;
		if (order->state == ORDER_LIVE &&
		    is_astray(x, &x->holdings[order->book][order->sym], order)) {
			if (astray_wish(x, order, now_ms, wish))
				return true;
			continue;
		}
		/* an order that does not go: in turn, go, and what has become of you */
		bool go = order->state == ORDER_LIVE && order->look_ups % 2 == 0;
		*wish = (struct wish){.kind = go ? WISH_CANCEL : WISH_QUERY,
				      .book = (enum book)order->book,
				      .sym = (sym_t)order->sym,
				      .id = order->id};
		order_touch(x, order);
		if (order->state == ORDER_INTENT) {
			order_move(x, order, ORDER_UNKNOWN, now_ms);
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

	if (h->qty == 0 || execution_asleep(x, h))
		return due;
	if (h->phase == PHASE_LEAVING || h->naked_ms != 0 || wants_trim(h) || wants_resize(h))
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
	for (size_t i = 0; i < x->early_count; i++) { /* when it stops waiting for its entry's fills */
		ms_t due = x->early[i].at_ms + x->set.fills_ms;
		next = due < next ? due : next;
	}
	return next;
}
