/* SPDX-License-Identifier: MIT
 * What makes a position smaller although its trade goes on: more risk than the ceiling after the fill, more
 * exposure than the limits allow after a move of price or capital; and what the exchange says of the market
 * itself (closing, suspended, gone, a new grid). Nothing here costs anything while nothing is held. */
#include "engine_internal.h"

#define EXCESS_LOOK_MS (10 * SECOND_MS)

static void trim(struct engine *e, struct holding *h, qty_t keep, enum exit_reason reason)
{
	engine_note(e, NOTE_REDUCED, (sym_t)h->sym, REFUSAL_NONE, reason, keep);
	if (keep > 0)
		execution_trim(&e->execution, h, keep, reason, e->now_ms);
	else
		engine_leave(e, h, reason);
}

/* Once the entry is over: what was filled may lose no more at its stop than the ceiling. */
void engine_fit(struct engine *e, struct holding *h)
{
	if (h->qty == 0 || h->exit_qty > 0 || h->keep_qty > 0 || h->phase == PHASE_LEAVING ||
	    h->phase == PHASE_FLAT || h->capital <= 0 ||
	    execution_entry_pending(&e->execution, (enum book)h->book, (sym_t)h->sym))
		return;
	qty_t keep = fit_qty(h, &e->universe->at[h->sym], share_down(h->capital, CEILING_RISK_PER_TRADE));
	if (keep < h->qty)
		trim(e, h, keep, EXIT_FIT);
}

/* At mark, of what will be left of it; UNKNOWN without a mark. */
static money_t exposure_left(const struct engine *e, const struct holding *h)
{
	price_t mark = e->symbols[h->sym].quote.mark;
	qty_t qty = h->keep_qty > 0 && h->keep_qty < h->qty ? h->keep_qty : h->qty;

	if (qty == 0 || h->phase == PHASE_LEAVING)
		return 0;
	money_t value = mark > 0 ? notional_up(&e->universe->at[h->sym], mark, qty) : -1;
	return value < 0 ? UNKNOWN : value;
}

static bool is_far_over(const struct engine *e, money_t exposure, money_t limit)
{
	return exposure > limit && exposure > limit + share_down(limit, e->set.excess_over);
}

/* The looks are at times that a restart does not move, and not at a minute's end, which a bar's last quote and
 * the next one's first would each be on one side of. */
static void look_later(struct engine *e)
{
	ms_t past_ms = (e->now_ms + EXCESS_LOOK_MS / 2) % EXCESS_LOOK_MS;

	e->excess_look_ms = e->now_ms - past_ms + EXCESS_LOOK_MS;
	e->excess_due_ms = INT64_MAX;
}

static void await_excess(struct engine *e, ms_t since_ms)
{
	ms_t due_ms = since_ms + e->set.excess_ms;

	if (since_ms != 0 && e->now_ms < due_ms && due_ms < e->excess_due_ms)
		e->excess_due_ms = due_ms;
}

void engine_restore_excess(struct engine *e)
{
	look_later(e);
	await_excess(e, e->excess_ms);
	for (size_t i = 0; i < e->execution.active_count; i++)
		if (execution_active(&e->execution, i)->book == BOOK_MAIN)
			await_excess(e, execution_active(&e->execution, i)->excess_ms);
}

/* Over for the whole time? *since_ms: since when, 0: not. */
static bool over_long(struct engine *e, bool over, ms_t *since_ms)
{
	if (!over) {
		*since_ms = 0;
		return false;
	}
	if (*since_ms == 0)
		*since_ms = e->now_ms;
	await_excess(e, *since_ms);
	return e->now_ms >= *since_ms + e->set.excess_ms;
}

static void trim_to(struct engine *e, struct holding *h, money_t value)
{
	qty_t keep = value > 0 ? lots_for(&e->universe->at[h->sym], e->symbols[h->sym].quote.mark, value) : 0;

	trim(e, h, keep > 0 ? keep : 0, EXIT_EXCESS);
}

/* Passive excess: nobody ordered it, price, a withdrawal or a lower stage made it. */
void engine_watch_excess(struct engine *e)
{
	money_t capital = engine_capital(e), total = 0, most = 0;
	bool half = e->desk.half_size == 1;
	struct holding *largest = NULL;

	look_later(e);
	if (capital == UNKNOWN || !engine_grants(e))
		return;
	money_t limit = limit_symbol(capital, half), limit_all = limit_total(capital, half);
	for (size_t i = 0; i < e->execution.active_count; i++) {
		struct holding *h = execution_active(&e->execution, i);
		if (h->book != BOOK_MAIN)
			break; /* sorted by book */
		money_t exposure = exposure_left(e, h);
		if (exposure == UNKNOWN)
			return;
		ms_t since_ms = h->excess_ms;
		bool long_over = over_long(e, is_far_over(e, exposure, limit), &h->excess_ms);
		if (h->excess_ms != since_ms)
			execution_touch(&e->execution, h);
		if (long_over) {
			trim_to(e, h, limit);
			exposure = exposure_left(e, h);
		}
		total += exposure;
		if (exposure > most)
			most = exposure, largest = h;
	}
	if (over_long(e, is_far_over(e, total, limit_all), &e->excess_ms) && largest != NULL)
		trim_to(e, largest, most - (total - limit_all));
}

static bool is_held(struct engine *e, sym_t sym)
{
	return execution_holding(&e->execution, BOOK_MAIN, sym)->phase != PHASE_FLAT;
}

void engine_on_status(struct engine *e, sym_t sym, int64_t status)
{
	bool asleep = status == INSTRUMENT_SUSPENDED || status == INSTRUMENT_GONE;
	bool was_asleep = e->execution.asleep_ms[sym] != 0;

	execution_set_asleep(&e->execution, sym, asleep, e->now_ms);
	if (asleep != was_asleep) /* gone, or back: where is what we held? */
		e->execution.compare_again = e->execution.doubt_is_new = true;
	if (status != INSTRUMENT_CLOSING && status != INSTRUMENT_DELISTING)
		return;
	for (int book = 0; book < BOOK_COUNT; book++) {
		struct holding *h = execution_holding(&e->execution, (enum book)book, sym);
		if (h->phase != PHASE_FLAT && h->phase != PHASE_LEAVING && engine_grants(e))
			engine_leave(e, h, EXIT_DELISTING);
	}
}

/* Everything that was said in old ticks is forgotten: the series warms up again from the exchange's history
 * in the new ones. */
static void on_generation(struct engine *e, sym_t sym, const struct instrument *was)
{
	struct engine_symbol *s = &e->symbols[sym];
	bool exact = execution_regrid(&e->execution, sym, was);

	engine_note(e, NOTE_GRID, sym, REFUSAL_NONE, e->universe->at[sym].generation, exact);
	s->quote = (struct quote){UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN,
				  UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, {0, 0}};
	s->close = 0;
	s->signal = (struct signal){0};
	s->regime = REGIME_NONE;
	series_init(s->series);
	if (e->restored && (s->watched || is_held(e, sym) || e->set.warm_all))
		engine_ask_history(e, sym);
}

void engine_on_instrument(struct engine *e, const struct event *event)
{
	const struct instrument *now = &e->universe->at[event->sym], *was = event->instrument.was;

	if (was == NULL)
		return; /* it is new: nothing of ours can be in it */
	if (was->generation != now->generation)
		on_generation(e, event->sym, was);
	if (was->status == now->status)
		return;
	if (e->symbols[event->sym].watched || is_held(e, event->sym))
		engine_note(e, NOTE_MARKET, event->sym, REFUSAL_NONE, now->status, was->status);
	engine_on_status(e, event->sym, now->status);
}
