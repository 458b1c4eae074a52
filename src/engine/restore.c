/* SPDX-License-Identifier: MIT
 * Start-up and recovery are one path (law 7): records of the journal, then the exchange's own lists, compared
 * over the union, then the history of each watched symbol; only when all of it is there is the engine READY.
 */
#include "engine_internal.h"

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void restore_trade(struct engine *e, const struct trade *trade)
{
	struct engine_symbol *s = &e->symbols[trade->sym];

	e->seq = later(e->seq, trade->seq);
	if (trade->book >= 0 && trade->book < BOOK_COUNT)
		s->exit_ms[trade->book] = later(s->exit_ms[trade->book], trade->exit_ms);
}

/* Orders and positions of a shadow are nobody's when there is no shadow venue to ask for them. */
static bool is_nobodys(const struct engine *e, int64_t book)
{
	return book != BOOK_MAIN && !e->set.shadow;
}

void engine_on_restored(struct engine *e, const struct record *record)
{
	engine_learn_restored(e, record);
	switch (record->kind) {
	case RECORD_DESK:
		e->desk = record->desk;
		e->execution.sequence = later(e->execution.sequence, record->desk.sequence);
		break;
	case RECORD_ACCOUNT: engine_restore_account(e, &record->account); break;
	case RECORD_LINK: engine_restore_link(e, &record->link); break;
	case RECORD_LEDGER: engine_restore_ledger(e, &record->ledger); break;
	case RECORD_DOUBT:
		if (!is_nobodys(e, record->doubt.book))
			execution_restore(&e->execution, record);
		break;
	case RECORD_WATCHED:
		scanner_restore(&e->scanner, &record->watched);
		engine_watch(e, &record->watched);
		break;
	case RECORD_TRADE: restore_trade(e, &record->trade); break;
	case RECORD_FILL:
		e->seq = later(e->seq, record->fill.seq);
		if (record->fill.book == BOOK_MAIN)
			slippage_step(&e->slippage, &e->set.limits, &record->fill);
		execution_restore(&e->execution, record);
		break;
	case RECORD_FILL_APART: execution_restore(&e->execution, record); break;
	case RECORD_ORDER:
		if (!is_nobodys(e, record->order.book))
			execution_restore(&e->execution, record);
		break;
	case RECORD_HOLDING:
		if (!is_nobodys(e, record->holding.book))
			execution_restore(&e->execution, record);
		break;
	case RECORD_ADVICE: e->symbols[record->advice.sym].advice = record->advice; break;
	case RECORD_DECISION: e->seq = later(e->seq, record->decision.seq); break;
	case RECORD_NOTE: e->note_seq = later(e->note_seq, record->note.seq); break;
	case RECORD_STAGE:
	case RECORD_STAGE_PEAK:
	case RECORD_PROMOTION:
	case RECORD_EQUITY: break; /* learning's */
	case RECORD_SCORE: break;  /* recomputed from the trades */
	case RECORD_COUNT: break;
	}
}

void engine_ask_history(struct engine *e, sym_t sym)
{
	e->histories_due += !e->symbols[sym].history_due;
	e->symbols[sym].history_due = true;
	wants_intent(e->wants, INTENT_HISTORY, BOOK_MAIN, sym)->value = e->set.history_bars;
}

/* What was open at the last NAV sample is told by the sample itself: nav / nav_day = 1 + day_closed + sum of
 * (sampled_net - day_base) / C. Only the sum matters, so the first holding carries it. */
static void restore_sampled(struct engine *e)
{
	const struct desk *desk = &e->desk;
	int64_t open = 0;
	bool first = true;

	if (desk->nav_day <= 0)
		return;
	open = desk->nav >= desk->nav_day ? mul_div_down(desk->nav - desk->nav_day, NAV_ONE, desk->nav_day)
					  : -mul_div_up(desk->nav_day - desk->nav, NAV_ONE, desk->nav_day);
	open -= desk->day_closed;
	for (size_t i = 0; i < e->execution.active_count; i++) {
		const struct holding *h = execution_active(&e->execution, i);
		if (h->book != BOOK_MAIN || h->qty == 0 || h->capital <= 0)
			continue;
		money_t *sampled = &e->symbols[h->sym].sampled_net;
		*sampled = h->day_base;
		if (first)
			*sampled += open >= 0 ? mul_div_down(open, h->capital, NAV_ONE)
					      : -mul_div_up(-open, h->capital, NAV_ONE);
		first = false;
	}
}

/* The journal is read: ask the exchange for its truth. */
static void begin(struct engine *e)
{
	bool any_watched = false;

	e->restored = true;
	restore_sampled(e);
	stage_restored(&e->stage, e->desk.nav);
	if (e->now_ms >= e->desk.day_ms + DAY_MS)
		engine_roll_day(e);
	e->goes_on = engine_goes_on(e);
	if (!e->set.clock_stands)
		execution_restored(&e->execution, e->now_ms);
	engine_restore_excess(e);
	if (!e->goes_on)
		engine_ask_lists(e);
	for (size_t sym = 0; sym < e->universe->count; sym++) {
		bool watched = e->symbols[sym].watched;
		bool held = e->execution.holdings[BOOK_MAIN][sym].phase != PHASE_FLAT;
		any_watched = any_watched || watched;
		if (watched || held || e->set.warm_all) {
			wants_intent(e->wants, INTENT_WATCH, BOOK_MAIN, (sym_t)sym)->value = 1;
			engine_ask_history(e, (sym_t)sym);
		}
		if (watched || held)
			wants_intent(e->wants, INTENT_LEVERAGE, BOOK_MAIN, (sym_t)sym)->value =
				e->goes_on ? 0 : e->set.decision.leverage;
	}
	/* A market that went on meanwhile is looked at at once; one that stood still when it would have been.
	 */
	e->scan_ms = any_watched && e->set.clock_stands
			     ? (e->now_ms / e->set.scan_every_ms + 1) * e->set.scan_every_ms
			     : e->now_ms;
}

static void ready_if_complete(struct engine *e)
{
	bool told = e->positions_done && e->orders_done && e->balance_done;

	if (e->ready || !e->restored || e->histories_due > 0 || (!told && !e->goes_on))
		return;
	e->ready = e->positions_done = e->orders_done = e->balance_done = true;
	for (size_t i = 0; i < e->execution.active_count; i++) {
		const struct holding *h = execution_active(&e->execution, i);
		money_t net = holding_net(h, &e->universe->at[h->sym], e->symbols[h->sym].quote.mark);
		if (h->book == BOOK_MAIN && h->qty > 0 && net != UNKNOWN && !e->goes_on)
			e->symbols[h->sym].sampled_net = net;
	}
	engine_reopen_round(e);
	engine_begin_stage(e);
	if (!e->goes_on) /* else no time has passed, and an undisturbed run has no such sample */
		engine_record_equity(e, e->now_ms);
	engine_note(e, NOTE_READY, SYM_NONE, REFUSAL_NONE, (int64_t)e->execution.active_count, 0);
}

/* The shadow's lists close nothing and open nothing: its account is the simulation's own. */
static void end_shadow_list(struct engine *e, const struct event *event)
{
	if (event->snapshot.what == SNAPSHOT_POSITIONS)
		engine_on_positions_end(e, BOOK_SHADOW);
	else if (event->snapshot.what == SNAPSHOT_ORDERS)
		engine_on_orders_end(e, BOOK_SHADOW);
}

void engine_on_snapshot_end(struct engine *e, const struct event *event)
{
	if (event->book == BOOK_SHADOW) {
		end_shadow_list(e, event);
		return;
	}
	switch (event->snapshot.what) {
	case SNAPSHOT_JOURNAL: begin(e); break;
	case SNAPSHOT_POSITIONS:
		if (!e->snapshot_open)
			break;
		e->snapshot_open = false;
		e->positions_done = true;
		engine_on_positions_end(e, BOOK_MAIN);
		break;
	case SNAPSHOT_ORDERS: engine_on_orders_end(e, BOOK_MAIN); break;
	case SNAPSHOT_BALANCE: e->balance_done = true; break;
	case SNAPSHOT_SCAN: engine_on_scan_end(e); break;
	case SNAPSHOT_HISTORY:
		if (event->sym < e->universe->count && e->symbols[event->sym].history_due) {
			e->symbols[event->sym].history_due = false;
			e->histories_due--;
		}
		break;
	default: break;
	}
	ready_if_complete(e);
}
