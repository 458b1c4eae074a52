/* SPDX-License-Identifier: MIT
 * The exchange's lists while it runs: asked for at the start, after the link was down, at a period, and soon
 * when something does not fit. What they show differently is told, frozen, and, once confirmed, booked: the
 * journal follows the exchange, and every change of a position has a fill that says so. */
#include "engine_internal.h"

#define ANSWER_MS    (10 * SECOND_MS) /* lists that did not come are asked for again */
#define DOUBT_MS     (2 * SECOND_MS)  /* a doubt is looked at again after this, then later and later */
#define DOUBT_MAX_MS MINUTE_MS
#define FLAT_PERIODS 12 /* with nothing held, so many times less often */

/* A new doubt does not wait for as long as an old one that lists could not settle. */
void engine_note_doubts(struct engine *e)
{
	if (e->execution.doubt_is_new)
		e->list_tries = 0;
	e->execution.doubt_is_new = false;
}

void engine_ask_lists(struct engine *e)
{
	bool first = !engine_grants(e);

	e->list_tries = e->execution.compare_again && !first ? e->list_tries + 1 : 0;
	e->execution.compare_again = false;
	e->snapshot_open = e->lists_open = true;
	e->lists_ms = e->now_ms;
	execution_on_orders_begin(&e->execution);
	wants_intent(e->wants, INTENT_SNAPSHOT, BOOK_MAIN, SYM_NONE);
	if (e->set.shadow && (first || e->shadow_differs))
		wants_intent(e->wants, INTENT_SNAPSHOT, BOOK_SHADOW, SYM_NONE);
}

ms_t engine_lists_due_ms(const struct engine *e)
{
	const struct execution *x = &e->execution;
	ms_t doubt_ms = DOUBT_MS << (e->list_tries < 5 ? e->list_tries : 5);

	if (!e->restored || x->away_ms != 0 || (e->goes_on && !e->ready))
		return INT64_MAX;
	if (e->lists_open)
		return e->lists_ms + ANSWER_MS;
	if (x->compare_again)
		return e->lists_ms + (doubt_ms < DOUBT_MAX_MS ? doubt_ms : DOUBT_MAX_MS);
	if (e->set.lists_every_ms <= 0)
		return INT64_MAX;
	bool busy = x->active_count > 0 || x->order_count > 0 || e->doubts > 0;
	return e->lists_ms + e->set.lists_every_ms * (busy ? 1 : FLAT_PERIODS);
}

/* Where it was closed, as well as anybody knows. */
static price_t closing_price(const struct engine *e, const struct holding *h, const struct difference *d)
{
	const struct engine_symbol *s = &e->symbols[h->sym];

	if (d->id != 0 && d->price > 0)
		return d->price;
	if (s->quote.mark > 0)
		return s->quote.mark;
	if (s->close > 0)
		return s->close;
	return h->stop > 0 ? h->stop : h->decision_price;
}

/* A fill that the exchange never told, made from what its lists say. execution: it has no number of its own;
 * less than 0: that of the order it belongs to, whose real fills, told after all, are not counted again. */
static void book(struct engine *e, const struct holding *h, const struct difference *d, bool entry)
{
	const struct instrument *instrument = &e->universe->at[h->sym];
	price_t price = entry ? d->price : closing_price(e, h, d);
	qty_t qty = entry ? d->missed : d->gone;
	money_t value = notional_up(instrument, price, qty);
	struct event event = {.kind = EVENT_FILL,
			      .book = (uint8_t)h->book,
			      .sym = (sym_t)h->sym,
			      .at_ms = e->now_ms,
			      .fill = {.id = d->id,
				       .execution = d->id != 0 ? -d->id : EXECUTION_ELSEWHERE,
				       .side = entry ? h->side : -h->side,
				       .qty = qty,
				       .price = price,
				       .fee = value > 0 ? share_up(value, instrument->taker_fee) : 0,
				       .spread = UNKNOWN,
				       .impact = UNKNOWN}};

	if (price <= 0)
		return;
	if (d->id == 0)
		event.fill.reason = instrument->status == INSTRUMENT_GONE ? EXIT_DELISTING : EXIT_FOREIGN;
	engine_on_fill(e, &event);
	e->execution.compare_again = true; /* and it is open again when they agree */
}

static void settle(struct engine *e, enum book which, const struct difference *d)
{
	struct holding *h = execution_holding(&e->execution, which, d->sym);
	struct engine_symbol *s = &e->symbols[d->sym];

	if (!d->confirmed)
		engine_note(e, NOTE_DIFFERENCE, d->sym, REFUSAL_NONE, d->own, d->seen);
	else if (d->gone > 0)
		book(e, h, d, false);
	else if (d->missed > 0)
		book(e, h, d, true);
	else if (!s->foreign_told) {
		s->foreign_told = true;
		engine_note(e, NOTE_FOREIGN, d->sym, REFUSAL_NONE, d->own, d->seen);
	}
}

static size_t count_doubts(struct engine *e)
{
	size_t count = 0;

	for (size_t sym = 0; sym < e->universe->count; sym++) {
		count += e->execution.unreconciled[BOOK_MAIN][sym] != 0;
		if (e->execution.foreign[BOOK_MAIN][sym] == 0)
			e->symbols[sym].foreign_told = false;
	}
	return count;
}

void engine_on_positions_end(struct engine *e, enum book which)
{
	struct difference differences[DIFFERENCES_MAX];

	if (which == BOOK_MAIN && count_doubts(e) > e->doubts)
		e->doubts = count_doubts(e);
	size_t count = execution_on_positions_end(&e->execution, which, e->lists_ms, e->now_ms, differences);
	if (which == BOOK_SHADOW)
		e->shadow_differs = count > 0;
	for (size_t i = 0; i < count; i++)
		settle(e, which, &differences[i]);
}

/* Markets that closed or stopped while we were away. */
static void look_at_markets(struct engine *e)
{
	for (size_t i = 0; i < e->execution.active_count; i++) {
		sym_t sym = (sym_t)execution_active(&e->execution, i)->sym;
		engine_on_status(e, sym, e->universe->at[sym].status);
	}
}

void engine_on_orders_end(struct engine *e, enum book which)
{
	bool first = !engine_grants(e);

	execution_on_orders_end(&e->execution, which, first, e->lists_ms, e->now_ms);
	if (which != BOOK_MAIN)
		return;
	e->orders_done = true;
	e->lists_open = false;
	if (first)
		look_at_markets(e);
	size_t doubts = count_doubts(e);
	if (doubts == 0 && e->doubts > 0)
		engine_note(e, NOTE_AGREED, SYM_NONE, REFUSAL_NONE, (int64_t)e->doubts, 0);
	e->doubts = doubts;
}

/* The link, by its own word, or because an answer came. After a silence anything may have happened. */
void engine_on_link(struct engine *e, bool connected)
{
	bool was_away = e->execution.away_ms != 0;

	execution_set_connected(&e->execution, connected, e->now_ms);
	if (connected && was_away && e->restored)
		engine_ask_lists(e);
}

bool engine_goes_on(const struct engine *e)
{
	return e->link_restored && e->wallet != UNKNOWN;
}

#define LINK_NOW(X)                                                                                          \
	X(away_ms, e->execution.away_ms)                                                                     \
	X(failures, e->health.failures)                                                                      \
	X(failure_ms, e->health.failure_ms)                                                                  \
	X(clock_off_ms, e->health.clock_off_ms)                                                              \
	X(limited_until_ms, e->health.limited_until_ms)                                                      \
	X(lists_ms, e->lists_ms)                                                                             \
	X(list_tries, e->list_tries)                                                                         \
	X(lists_open, e->lists_open)                                                                         \
	X(compare_again, e->execution.compare_again)                                                         \
	X(doubts, (int64_t)e->doubts)                                                                        \
	X(remainder_ms, e->remainder_ms)                                                                     \
	X(guard_waits, e->guard_waits)                                                                       \
	X(excess_ms, e->excess_ms)                                                                           \
	X(nav_tried_ms, e->nav_tried_ms)

/* Field by field and without a copy: nearly every step asks, and nearly never anything has changed. */
bool engine_link_told(const struct engine *e)
{
	const struct link_record *told = &e->link_told;
	int64_t differ = 0;

#define COMPARE(field, value) differ |= told->field ^ (value);
	LINK_NOW(COMPARE)
#undef COMPARE
	return differ == 0;
}

void engine_flush_link(struct engine *e)
{
	struct link_record *told = &e->link_told;

	if (engine_link_told(e))
		return;
#define TAKE(field, value) told->field = (value);
	LINK_NOW(TAKE)
#undef TAKE
	wants_record(e->wants, RECORD_LINK)->link = *told;
}
#undef LINK_NOW

void engine_restore_link(struct engine *e, const struct link_record *link)
{
	if (!e->set.clock_stands)
		return;
	e->link_told = *link;
	e->link_restored = true;
	e->execution.away_ms = link->away_ms;
	e->health.failures = link->failures;
	e->health.failure_ms = link->failure_ms;
	e->health.clock_off_ms = link->clock_off_ms;
	e->health.limited_until_ms = link->limited_until_ms;
	e->lists_ms = link->lists_ms;
	e->list_tries = link->list_tries;
	e->lists_open = e->snapshot_open = link->lists_open == 1;
	e->execution.compare_again = link->compare_again == 1;
	e->doubts = (size_t)link->doubts;
	e->remainder_ms = link->remainder_ms;
	e->guard_waits = link->guard_waits == 1;
	e->excess_ms = link->excess_ms == UNKNOWN ? 0 : link->excess_ms;
	e->nav_tried_ms = link->nav_tried_ms == UNKNOWN ? 0 : link->nav_tried_ms;
}

/* Is anything of the account's open without a stop, and can something be done about it? No new risk then. */
bool engine_is_naked(const struct engine *e)
{
	for (size_t i = 0; i < e->execution.active_count; i++) {
		uint32_t key = e->execution.active[i];
		if (key >= SYMBOLS_MAX)
			break;
		const struct holding *h = &e->execution.holdings[BOOK_MAIN][key];
		if (h->qty > 0 && h->naked_ms != 0 && !execution_asleep(&e->execution, h))
			return true;
	}
	return false;
}
