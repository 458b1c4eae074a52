/* SPDX-License-Identifier: MIT
 * A new generation of an instrument: what was counted in old ticks and lots is said in new ones. Exactly, or
 * not at all: then the exchange's complete lists say what ours is now (law 8). Money needs no new words. */
#include "execution_internal.h"

/* The nearest below; *exact becomes false where there is a remainder. */
static void convert(int64_t *value, const struct grid_factor *f, bool *exact)
{
	if (*value <= 0)
		return; /* 0 is none */
	int64_t down = mul_div_down(*value, f->num, f->den);

	*exact = *exact && down > 0 && down == mul_div_up(*value, f->num, f->den);
	*value = down > 0 ? down : 0;
}

static bool regrid_holding(struct holding *h, const struct grid_factor *tick, const struct grid_factor *lot)
{
	int64_t *const prices[] = {&h->decision_price, &h->stop,  &h->first_stop,
				   &h->target,         &h->trail, &h->best_close};
	int64_t *const lots[] = {&h->qty,      &h->entry_qty,  &h->exit_qty,
				 &h->stop_qty, &h->target_qty, &h->keep_qty};
	bool exact = true;

	for (size_t i = 0; i < sizeof prices / sizeof prices[0]; i++)
		convert(prices[i], tick, &exact);
	for (size_t i = 0; i < sizeof lots / sizeof lots[0]; i++)
		convert(lots[i], lot, &exact);
	return exact;
}

static void wait_for_lists(struct execution *x, sym_t sym)
{
	if (!x->adopt[BOOK_MAIN][sym]) {
		x->adopt[BOOK_MAIN][sym] = true;
		x->adopt_count++;
	}
}

bool execution_regrid(struct execution *x, sym_t sym, const struct instrument *was)
{
	const struct instrument *now = &x->universe->at[sym];
	struct grid_factor tick, lot;
	bool exact = instrument_factors(was, now, &tick, &lot);

	for (size_t i = 0; i < x->order_count; i++) {
		struct order *order = &x->orders[i];
		if (order->sym != sym || order_is_final(order->state))
			continue;
		convert(&order->price, &tick, &exact);
		convert(&order->qty, &lot, &exact);
		convert(&order->filled, &lot, &exact);
		order_touch(x, order);
	}
	for (size_t i = 0; i < x->early_count;) { /* in old lots: the lists will say what they did */
		if (x->early[i].sym != sym) {
			i++;
			continue;
		}
		fill_note_seen(x, x->early[i].execution, x->early[i].book, sym);
		fill_tell_apart(x, &x->early[i], false);
		x->early_count--;
		for (size_t k = i; k < x->early_count; k++)
			x->early[k] = x->early[k + 1];
	}
	symbol_doubt(x, BOOK_MAIN, sym, DOUBT_GRID);
	x->doubted[BOOK_MAIN][sym].side = UNKNOWN;
	for (size_t book = 0; book < BOOK_COUNT; book++) {
		struct holding *h = &x->holdings[book][sym];
		if (h->phase == PHASE_FLAT)
			continue;
		exact = regrid_holding(h, &tick, &lot) && exact;
		h->generation = now->generation;
		execution_touch(x, h);
		if (!exact && book == BOOK_MAIN) /* a shadow is only learned from: rounded is good enough */
			wait_for_lists(x, sym);
	}
	return exact;
}

/* The order as the list has it, which is in the new grid; NULL: it does not rest. */
static const struct order *listed(struct execution *x, int64_t id)
{
	const struct order *order = order_find(x, id);

	return order != NULL && order->state == ORDER_LIVE && x->order_listed[order - x->orders] ? order
												 : NULL;
}

/* Ours is what is there on our side; its entry is said in proportion. A stop that is not in the list cannot
 * be said in the new grid: without one the position leaves. */
static void adopt(struct execution *x, struct holding *h, const struct seen_position *seen, ms_t now_ms)
{
	const struct order *stop = listed(x, h->stop_id), *target = listed(x, h->target_id);

	h->generation = x->universe->at[h->sym].generation;
	execution_touch(x, h);
	if (h->qty == 0 && seen->qty == 0)
		return;
	if (seen->qty == 0 || seen->side != h->side) {
		x->compare_again = true; /* the comparison says what became of it */
		return;
	}
	h->entry_qty = h->exit_qty > 0 ? h->exit_qty + seen->qty : seen->qty;
	h->qty = seen->qty;
	h->keep_qty = h->keep_reason = 0;
	h->decision_price = h->best_close = h->trail = 0;
	h->stop = stop != NULL ? stop->price : 0;
	h->first_stop = h->stop;
	h->target = target != NULL ? target->price : 0;
	holding_read_protective(x, h);
	holding_settle_phase(x, h, now_ms);
	if (h->stop == 0)
		h->retry_ms = now_ms;
}

void execution_adopt(struct execution *x, enum book book, ms_t now_ms)
{
	for (size_t sym = 0; sym < x->universe->count; sym++) {
		if (!x->adopt[book][sym])
			continue;
		x->adopt[book][sym] = false;
		x->adopt_count--;
		adopt(x, &x->holdings[book][sym], &x->snapshot[book][sym], now_ms);
		x->compare_again = true; /* and they must agree before it is open again */
	}
}
