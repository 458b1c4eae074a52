/* SPDX-License-Identifier: MIT
 * SCAN's end, and the wishes of positions on their way through the gate: REDUCE and PROTECT pass in every
 * state. */
#include "engine_internal.h"

void engine_watch(struct engine *e, const struct watched *watched)
{
	struct engine_symbol *s = &e->symbols[watched->sym];

	e->watched_count -= s->watched;
	s->watched = watched->watched == 1;
	e->watched_count += s->watched;
	s->scanned = watched->scanned == 1;
}

static void begin_watching(struct engine *e, sym_t sym)
{
	wants_intent(e->wants, INTENT_WATCH, BOOK_MAIN, sym)->value = 1;
	wants_intent(e->wants, INTENT_LEVERAGE, BOOK_MAIN, sym)->value = e->set.decision.leverage;
	/* never fed, or no longer */
	bool cold = e->now_ms - e->symbols[sym].bar_ms > 2 * e->set.limits.timeframe_ms;
	if (cold && e->restored && !e->set.warm_all)
		wants_intent(e->wants, INTENT_HISTORY, BOOK_MAIN, sym)->value = e->set.history_bars;
}

void engine_on_scan_end(struct engine *e)
{
	static const enum note note = NOTE_SCANNED;
	struct watched changes[64];
	bool held[SYMBOLS_MAX];

	e->scanned_ms = e->now_ms;
	for (size_t sym = 0; sym < e->universe->count; sym++) {
		held[sym] = false;
		engine_set_leverage(e, (sym_t)sym); /* one that was not taken is tried again */
	}
	for (size_t i = 0; i < e->execution.active_count; i++)
		held[execution_active(&e->execution, i)->sym] = true;
	size_t count = scanner_finish(&e->scanner, e->universe, &e->set.scanner, held, e->now_ms, changes,
				      sizeof changes / sizeof changes[0]);
	for (size_t i = 0; i < count; i++) {
		bool was = e->symbols[changes[i].sym].watched;
		engine_watch(e, &changes[i]);
		wants_record(e->wants, RECORD_WATCHED)->watched = changes[i];
		if (was == (changes[i].watched == 1))
			continue;
		engine_note(e, note, (sym_t)changes[i].sym, REFUSAL_NONE, changes[i].watched,
			    changes[i].place);
		if (!was)
			begin_watching(e, (sym_t)changes[i].sym);
		else
			wants_intent(e->wants, INTENT_WATCH, BOOK_MAIN, (sym_t)changes[i].sym)->value = 0;
	}
	scanner_begin(&e->scanner);
}

static price_t way_out_price(const struct quote *quote, int64_t side)
{
	return side == SIDE_LONG ? quote->bid : quote->ask;
}

void engine_reduce(struct engine *e, struct holding *h, qty_t qty, enum exit_reason reason)
{
	const struct engine_symbol *s = &e->symbols[h->sym];
	struct reduce reduce = {.qty = qty};
	struct order_ids ids = {.id = execution_next_id(&e->execution, ROLE_EXIT)};
	struct ticket ticket;

	if (risk_reduce(h, &reduce, &ids, e->universe->at[h->sym].generation, e->now_ms, &ticket) !=
	    REFUSAL_NONE)
		return;
	price_t price = way_out_price(&s->quote, h->side);
	execution_reduce(&e->execution, &ticket, price == UNKNOWN ? 0 : price, reason, e->now_ms, e->wants);
}

/* target 0: leave it where it is. A stop that the market has already passed cannot protect: leave instead. */
bool engine_protect(struct engine *e, struct holding *h, price_t stop, price_t target,
		    enum exit_reason reason)
{
	struct protect protect = {.stop = stop, .target = target != 0 ? target : h->target};
	struct order_ids ids = {.stop_id = execution_next_id(&e->execution, ROLE_STOP)};
	struct ticket ticket;

	if (protect.target != 0)
		ids.target_id = execution_next_id(&e->execution, ROLE_TARGET);
	enum refusal refusal = risk_protect(h, &e->symbols[h->sym].quote, &protect, &ids,
					    e->universe->at[h->sym].generation, e->now_ms, &ticket);
	if (refusal == REFUSAL_NONE)
		execution_protect(&e->execution, &ticket, reason, e->now_ms, e->wants);
	else if (h->naked_ms != 0)
		execution_protect_refused(&e->execution, h, e->now_ms);
	return refusal == REFUSAL_NONE;
}

/* All of it. What cannot leave now, because its entry is on the way or its market sleeps, leaves as soon as
 * it can. */
void engine_leave(struct engine *e, struct holding *h, enum exit_reason reason)
{
	if (h->qty > 0 && !execution_asleep(&e->execution, h)) {
		engine_reduce(e, h, h->qty, reason);
		return;
	}
	h->phase = PHASE_LEAVING;
	h->exit_reason = reason;
	h->retry_ms = e->now_ms;
	h->tries = 1; /* the next try leaves, it does not protect */
	execution_touch(&e->execution, h);
}

void engine_flatten(struct engine *e, enum exit_reason reason)
{
	for (size_t i = 0; i < e->execution.active_count; i++) {
		struct holding *h = execution_active(&e->execution, i);
		if (h->book == BOOK_MAIN && h->phase != PHASE_LEAVING)
			engine_leave(e, h, reason);
	}
}

static void grant(struct engine *e, const struct wish *wish)
{
	struct holding *h = execution_holding(&e->execution, wish->book, wish->sym);

	switch (wish->kind) {
	case WISH_REDUCE:
		if (wish->qty == h->qty)
			engine_note(e, NOTE_UNPROTECTED, wish->sym, REFUSAL_NONE, wish->reason, h->qty);
		engine_reduce(e, h, wish->qty, wish->reason);
		break;
	case WISH_PROTECT:
		if (wish->astray != 0)
			engine_note(e, NOTE_STOP_LOOSENED, wish->sym, REFUSAL_NONE, wish->astray, wish->stop);
		engine_protect(e, h, wish->stop, wish->target, wish->reason);
		break;
	case WISH_CANCEL: wants_intent(e->wants, INTENT_CANCEL, wish->book, wish->sym)->id = wish->id; break;
	case WISH_QUERY: wants_intent(e->wants, INTENT_QUERY, wish->book, wish->sym)->id = wish->id; break;
	}
}

/* A new mark while nothing is due: of all wishes, only that of a position beyond its stop can begin or end.
 */
void engine_grant_marked(struct engine *e, sym_t sym)
{
	struct execution *x = &e->execution;
	struct wish wish;

	for (int book = 0; engine_grants(e) && book < BOOK_COUNT; book++) {
		struct holding *h = execution_holding(x, (enum book)book, sym);
		if (h->qty > 0 && execution_holding_wish(x, h, e->symbols[sym].quote.mark, e->now_ms, &wish))
			grant(e, &wish);
	}
}

void engine_grant_wishes(struct engine *e)
{
	struct execution *x = &e->execution;
	struct wish wish;

	if (!engine_grants(e) || (x->active_count == 0 && x->order_count == 0))
		return;
	for (size_t i = 0; i < x->active_count; i++) {
		struct holding *h = execution_active(x, i);
		if (execution_holding_wish(x, h, e->symbols[h->sym].quote.mark, e->now_ms, &wish))
			grant(e, &wish);
	}
	while (execution_order_wish(x, e->now_ms, &wish))
		grant(e, &wish);
}
