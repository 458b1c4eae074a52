/* SPDX-License-Identifier: MIT
 * The exchange is the truth for positions and orders. Here its lists are compared with the books: a
 * difference freezes the symbol at once, and is believed when the next comparison finds it again, because a
 * list may be older than a fill on its way. What is said in an old grid is said again in the new one, or
 * adopted. */
#include "execution_internal.h"

void execution_on_position(struct execution *x, const struct event *event)
{
	bool open = event->position.qty > 0;

	x->snapshot[event->book][event->sym] = (struct seen_position){.side = open ? event->position.side : 0,
								      .qty = open ? event->position.qty : 0,
								      .cost = event->position.cost};
}

/* Does an order of the symbol still have fills to tell, or to make? A way out that was sent after the lists
 * first differed is not the cause: one a second may be, where nothing answers. */
static bool in_flight(const struct execution *x, enum book book, sym_t sym, ms_t now_ms)
{
	ms_t differs_ms = x->differs_ms[book][sym];

	for (size_t i = 0; i < x->order_count; i++) {
		const struct order *order = &x->orders[i];
		if (order->book != book || order->sym != sym)
			continue;
		bool working = !order_is_final(order->state) &&
			       (order->role == ROLE_ENTRY ||
				(order->role == ROLE_EXIT && now_ms - order->sent_ms < x->set.fills_ms &&
				 (differs_ms == 0 || order->sent_ms <= differs_ms)));
		bool telling = order_is_untold(order) && now_ms - order->changed_ms < x->set.fills_ms;
		if (working || telling)
			return true;
	}
	return false;
}

/* An order that was reported filled and whose fills never came; NULL: none. */
static const struct order *untold(const struct execution *x, const struct holding *h, bool entry)
{
	for (size_t i = 0; i < x->order_count; i++) {
		const struct order *order = &x->orders[i];
		if (order->book == h->book && order->sym == h->sym && order_is_untold(order) &&
		    (order->role == ROLE_ENTRY) == entry)
			return order;
	}
	return NULL;
}

static int64_t signed_qty(int64_t side, qty_t qty)
{
	return side == SIDE_LONG ? qty : side == SIDE_SHORT ? -qty : 0;
}

/* cost / qty in ticks, or 0. */
static price_t mean_price(const struct instrument *instrument, const struct seen_position *seen)
{
	if (seen->cost <= 0 || seen->cost > VALUE_MAX || instrument->value_num <= 0)
		return 0;
	int64_t units = mul_div_down(seen->cost, instrument->value_den, seen->qty);
	price_t price = units > 0 ? units / instrument->value_num : 0;
	return price > 0 ? price : 0;
}

/* What the difference is made of. Our own are the fills we know, and no more than the exchange has. */
static void explain(const struct execution *x, const struct holding *h, const struct seen_position *seen,
		    struct difference *d)
{
	bool same_side = seen->qty == 0 || h->qty == 0 || seen->side == h->side;
	const struct order *entry = untold(x, h, true), *way_out = untold(x, h, false);
	qty_t kept = !same_side ? 0 : seen->qty < h->qty ? seen->qty : h->qty;

	d->gone = h->qty - kept;
	if (d->gone > 0 && way_out != NULL)
		d->id = way_out->id, d->price = way_out->price;
	bool passed =
		same_side && seen->qty == h->qty; /* what it filled is no longer there: it came and went */
	if (d->gone > 0 || entry == NULL || h->entry_id != entry->id ||
	    (!passed && seen->side != entry->side))
		return;
	qty_t more = seen->qty - h->qty, told = entry->qty - entry->filled;
	d->missed = more < told && !passed ? more : told;
	d->id = entry->id;
	d->price = mean_price(&x->universe->at[h->sym], seen);
	if (d->price == 0)
		d->price = entry->price;
}

/* Lists and books agree, so what these orders were said to have filled and never told is no matter any more.
 */
static void write_off(struct execution *x, const struct holding *h)
{
	for (size_t i = 0; i < x->order_count; i++) {
		struct order *order = &x->orders[i];
		if (order->book != h->book || order->sym != h->sym || !order_is_untold(order))
			continue;
		order->qty = order->filled;
		order_touch(x, order);
	}
}

/* asked_ms: lists may be older than that by as long as fills take to be told: what has just moved is not
 * believed to be gone again because they do not show it yet. */
static bool compare(struct execution *x, struct holding *h, const struct seen_position *seen, ms_t asked_ms,
		    struct difference *d)
{
	ms_t moved_ms = x->moved_ms[h->book][h->sym];
	bool settled = moved_ms == 0 || asked_ms >= moved_ms + x->set.fills_ms;
	struct seen_position *doubted = &x->doubted[h->book][h->sym];
	uint8_t *doubts = &x->unreconciled[h->book][h->sym], *foreign = &x->foreign[h->book][h->sym];
	int64_t own = signed_qty(h->side, h->qty), there = signed_qty(seen->side, seen->qty);
	bool same_side = own == 0 || there == 0 || seen->side == h->side;
	const struct order *entry = untold(x, h, true);
	bool half_told = entry != NULL && h->phase != PHASE_FLAT && h->entry_id == entry->id;

	if (own != there || half_told || *doubts != 0 || *foreign != 0)
		symbol_mark(x, (enum book)h->book, (sym_t)h->sym);
	*foreign &= (uint8_t)~FOREIGN_POSITION;
	*doubts &= (uint8_t)~DOUBT_FILL; /* now we see what it did */
	if (own == there && !half_told) {
		write_off(x, h);
		doubted->side = UNKNOWN;
		*doubts &= (uint8_t) ~(DOUBT_QUANTITY | DOUBT_GRID);
		return true;
	}
	if (!same_side || seen->qty > h->qty)
		*foreign |= FOREIGN_POSITION;
	*d = (struct difference){.sym = (sym_t)h->sym, .own = own, .seen = there};
	d->confirmed = settled && doubted->side == seen->side && doubted->qty == seen->qty;
	if (!d->confirmed)
		x->compare_again = true;
	else
		explain(x, h, seen, d);
	*doubted = *seen;
	*doubts |= DOUBT_QUANTITY;
	return false;
}

size_t execution_on_positions_end(struct execution *x, enum book book, ms_t asked_ms, ms_t now_ms,
				  struct difference out[static DIFFERENCES_MAX])
{
	size_t count = 0;

	for (size_t sym = 0; sym < x->universe->count; sym++) {
		struct holding *h = &x->holdings[book][sym];
		const struct seen_position *seen = &x->snapshot[book][sym];
		ms_t *differs_ms = &x->differs_ms[book][sym];
		bool differs = signed_qty(h->side, h->qty) != signed_qty(seen->side, seen->qty);
		if (differs != (*differs_ms != 0)) {
			*differs_ms = differs ? now_ms : 0;
			symbol_mark(x, book, (sym_t)sym);
		}
		if (x->adopt[book][sym])
			continue; /* its quantity waits for the list of orders */
		if (h->qty == 0 && seen->qty == 0 && x->unreconciled[book][sym] == 0 &&
		    x->foreign[book][sym] == 0 && !untold(x, h, true) && !untold(x, h, false))
			continue;
		bool moved = x->moved_ms[book][sym] >= asked_ms && x->moved_ms[book][sym] != 0;
		if (moved || in_flight(x, book, (sym_t)sym, now_ms)) {
			bool wanted = x->unreconciled[book][sym] != 0 ||
				      signed_qty(h->side, h->qty) != signed_qty(seen->side, seen->qty);
			/* these lists have settled nothing yet: the next ones need not wait for longer */
			x->compare_again = x->compare_again || wanted;
			x->doubt_is_new = x->doubt_is_new || wanted;
			continue;
		}
		if (count == DIFFERENCES_MAX)
			x->compare_again = true;
		else if (!compare(x, h, seen, asked_ms, &out[count]))
			count++;
	}
	return count;
}

/* The clock of what is naked does not run while nothing can be done: it is set on by what has passed since,
 * and that counts as unprotected time all the same. */
static void shift_clocks(struct execution *x, struct holding *h, ms_t since_ms, ms_t now_ms)
{
	if (h->naked_ms != 0) {
		ms_t from_ms = h->naked_ms > since_ms ? h->naked_ms : since_ms;
		ms_t gap = now_ms > from_ms ? now_ms - from_ms : 0;
		h->naked_ms += gap;
		h->naked_total_ms += gap;
	}
	h->beyond_ms = 0;
	if (h->retry_ms < now_ms)
		h->retry_ms = now_ms;
	execution_touch(x, h);
}

void execution_set_connected(struct execution *x, bool connected, ms_t now_ms)
{
	if (connected == (x->away_ms == 0))
		return;
	for (size_t i = 0; connected && i < x->active_count; i++)
		shift_clocks(x, execution_active(x, i), x->away_ms, now_ms);
	x->away_ms = connected ? 0 : now_ms;
}

void execution_set_asleep(struct execution *x, sym_t sym, bool asleep, ms_t now_ms)
{
	if (asleep == (x->asleep_ms[sym] != 0))
		return;
	for (size_t i = 0; !asleep && i < x->active_count; i++)
		if (execution_active(x, i)->sym == sym)
			shift_clocks(x, execution_active(x, i), x->asleep_ms[sym], now_ms);
	x->asleep_ms[sym] = asleep ? now_ms : 0;
	symbol_mark(x, BOOK_MAIN, sym);
}
