/* SPDX-License-Identifier: MIT
 * The desk's keeper: facts in, states told, NAV sampled, and what stands in a symbol put together for the
 * gate. */
#include "engine_internal.h"

static bool mark_is_fresh(const struct engine *e, size_t sym, ms_t at_ms)
{
	const struct quote *quote = &e->symbols[sym].quote;

	return quote->mark != UNKNOWN && quote->ticker_ms != UNKNOWN &&
	       at_ms - quote->ticker_ms <= e->set.limits.ticker_age_ms;
}

void engine_note(struct engine *e, enum note note, sym_t sym, enum refusal rule, int64_t a, int64_t b)
{
	wants_record(e->wants, RECORD_NOTE)->note = (struct note_record){.seq = ++e->note_seq,
									 .at_ms = e->now_ms,
									 .sym = sym,
									 .note = note,
									 .rule = rule,
									 .a = a,
									 .b = b};
}

/* What closes entries or makes them smaller, in the order in which it is told. */
enum desk_state {
	DESK_HALTED,
	DESK_COOLING,
	DESK_SAFE,
	DESK_HALF_SIZE,
	DESK_PAUSED,
	DESK_LOCKED,
	DESK_STATES
};

/* A bit for each. */
static unsigned desk_states(const struct desk *desk)
{
	return (unsigned)(desk->halted_until_ms != 0) << DESK_HALTED |
	       (unsigned)(desk->cooldown_until_ms != 0) << DESK_COOLING |
	       (unsigned)(desk->safe_mode != 0) << DESK_SAFE |
	       /* safe mode tells of its own half size */
	       (unsigned)(desk_drawdown(desk) >= HALF_SIZE_DRAWDOWN) << DESK_HALF_SIZE |
	       (unsigned)(desk->paused != 0) << DESK_PAUSED | (unsigned)(desk->locked != 0) << DESK_LOCKED;
}

/* A state that was entered is told once, with the number that caused it. */
static void tell_states(struct engine *e, unsigned were, unsigned are)
{
	const struct desk *desk = &e->desk;
	const struct {
		enum note note;
		int64_t why;
	} states[DESK_STATES] = {
		[DESK_HALTED] = {NOTE_HALTED, desk_daily_loss(desk)},
		[DESK_COOLING] = {NOTE_COOLDOWN, desk->cooldown_until_ms},
		[DESK_SAFE] = {NOTE_SAFE_MODE, desk->red_days},
		[DESK_HALF_SIZE] = {NOTE_HALF_SIZE, desk_drawdown(desk)},
		[DESK_PAUSED] = {NOTE_PAUSED, desk_drawdown(desk)},
		[DESK_LOCKED] = {NOTE_LOCKED, desk_drawdown(desk)},
	};

	for (int i = 0; i < DESK_STATES; i++) {
		bool is = are >> i & 1, was = were >> i & 1;
		if (is != was)
			engine_note(e, is ? states[i].note : NOTE_OPENED, SYM_NONE, REFUSAL_NONE,
				    is ? states[i].why : (int64_t)states[i].note, desk->nav);
	}
	if ((are & ~were) >> DESK_LOCKED & 1 && e->set.lock_flattens)
		engine_flatten(e, EXIT_LOCK);
}

void engine_fact(struct engine *e, const struct fact *fact)
{
	unsigned were = desk_states(&e->desk);

	if (!ladder_step(&e->set.limits, &e->desk, fact))
		return;
	e->desk_dirty = true;
	unsigned are = desk_states(&e->desk);
	if (are != were)
		tell_states(e, were, are);
}

void engine_flush_desk(struct engine *e)
{
	/* An id that was handed out must never be again, whatever became of its order. */
	if (!e->desk_dirty && e->desk.sequence == e->execution.sequence)
		return;
	e->desk_dirty = false;
	e->desk.sequence = e->execution.sequence;
	wants_record(e->wants, RECORD_DESK)->desk = e->desk;
}

/* value / capital in units of NAV, rounded down: equity down. */
static int64_t share_of_nav(money_t value, money_t capital)
{
	if (capital <= 0)
		return 0;
	return value >= 0 ? mul_div_down(value, NAV_ONE, capital) : -mul_div_up(-value, NAV_ONE, capital);
}

/* Flat, and nothing has closed since the last sample: the usual minute. */
static inline bool nav_stands(const struct engine *e)
{
	return !engine_holds(e) && e->desk.day_closed == e->flat_change && e->desk.nav_day == e->flat_nav_day;
}

/* NAV = NAV(00:00) x (1 + sum over trades of PnL since 00:00 / C at entry), only with all marks fresh. */
static bool sample_nav_at(struct engine *e, ms_t at_ms)
{
	int64_t change = e->desk.day_closed;
	bool open = false;

	for (size_t i = 0; i < e->execution.active_count; i++) {
		struct holding *h = execution_active(&e->execution, i);
		if (h->book != BOOK_MAIN || h->qty == 0)
			continue;
		struct engine_symbol *s = &e->symbols[h->sym];
		if (!mark_is_fresh(e, (size_t)h->sym, at_ms))
			return false;
		open = true;
		money_t net = holding_net(h, &e->universe->at[h->sym], s->quote.mark);
		if (net == UNKNOWN)
			return false;
		s->sampled_net = net;
		change += share_of_nav(s->sampled_net - h->day_base, h->capital);
	}
	int64_t moved = change >= 0 ? mul_div_down(e->desk.nav_day, change, NAV_ONE)
				    : -mul_div_up(e->desk.nav_day, -change, NAV_ONE);
	int64_t nav = e->desk.nav_day + moved;
	e->flat_change = open ? UNKNOWN : change;
	e->flat_nav_day = e->desk.nav_day;
	if (!open && nav == e->desk.nav)
		return true; /* nothing happened: no sample */
	engine_fact(e, &(struct fact){.kind = FACT_NAV, .at_ms = at_ms, .value = nav});
	struct stage_change change_of_stage;
	if (stage_nav(&e->stage, &e->set.stage, at_ms, e->desk.nav, &change_of_stage))
		engine_on_stage(e, &change_of_stage);
	return true;
}

bool engine_sample_nav(struct engine *e)
{
	return nav_stands(e) || sample_nav_at(e, e->now_ms);
}

/* Every minute has its sample while something is held: where no round has closed by the time it would have at
 * the latest (a longer bar, a silent stream), the clock asks. */
ms_t engine_nav_due_ms(const struct engine *e)
{
	ms_t last = e->desk.sample_ms > e->nav_tried_ms ? e->desk.sample_ms : e->nav_tried_ms;

	if (!e->ready || !engine_holds(e))
		return INT64_MAX;
	return (last / MINUTE_MS + 1) * MINUTE_MS + e->set.round_wait_ms;
}

void engine_record_equity(struct engine *e, ms_t at_ms)
{
	struct equity_sample sample = {
		.at_ms = at_ms, .equity = engine_equity(e), .nav = e->desk.nav, .nav_peak = e->desk.nav_peak};
	struct stage_change change;

	if (sample.equity == UNKNOWN)
		return;
	wants_record(e->wants, RECORD_EQUITY)->equity = sample;
	if (stage_day(&e->stage, &e->set.stage, &sample, &change))
		engine_on_stage(e, &change);
}

/* 00:00 UTC: the day that ends gets its last sample while its marks are fresh; what is open starts the new
 * day at the value of the last sample. */
void engine_roll_day(struct engine *e)
{
	if (e->desk.day_ms != 0)
		(void)(nav_stands(e) || sample_nav_at(e, e->desk.day_ms + DAY_MS - 1));
	ms_t day_ms = e->now_ms - e->now_ms % DAY_MS;
	engine_fact(e, &(struct fact){.kind = FACT_TIME, .at_ms = e->now_ms});
	for (size_t i = 0; i < e->execution.active_count; i++) {
		struct holding *h = execution_active(&e->execution, i);
		if (h->book != BOOK_MAIN)
			break; /* sorted by book; a shadow has no day */
		h->day_base = e->symbols[h->sym].sampled_net;
		execution_touch(&e->execution, h);
	}
	engine_record_equity(e, day_ms);
}

money_t engine_capital(const struct engine *e)
{
	money_t equity = engine_known_equity(e);

	return equity == UNKNOWN || equity <= 0 ? equity : share_down(equity, e->stage.stage);
}

static void sum_exposure(struct engine *e, enum book book, struct standing *out)
{
	out->total_exposure = 0;
	out->positions = 0;
	for (size_t i = 0; i < e->execution.active_count; i++) {
		const struct holding *h = execution_active(&e->execution, i);
		if (h->book != book)
			continue;
		money_t exposure =
			execution_exposure(&e->execution, book, (sym_t)h->sym, e->symbols[h->sym].quote.mark);
		out->positions++;
		if (exposure == UNKNOWN || out->total_exposure == UNKNOWN)
			out->total_exposure = UNKNOWN;
		else
			out->total_exposure += exposure;
	}
}

void engine_standing(struct engine *e, enum book book, sym_t sym, struct standing *out)
{
	struct engine_symbol *s = &e->symbols[sym];
	const struct holding *h = execution_holding(&e->execution, book, sym);
	ms_t off = e->health.clock_off_ms;
	enum health_fault fault = health_fault(&e->health, e->now_ms);

	money_t gross = holding_gross(h, &e->universe->at[sym], s->quote.mark);

	*out = (struct standing){
		.capital = engine_capital(e),
		.symbol_exposure = execution_exposure(&e->execution, book, sym, s->quote.mark),
		.ready = e->ready && !engine_is_naked(e),
		.healthy = fault == HEALTH_NONE && e->execution.away_ms == 0,
		.clock_off_ms = off == UNKNOWN ? UNKNOWN
				: off < 0      ? -off
					       : off,
		.order_unknown =
			execution_order_unknown(&e->execution, book, sym) || execution_crowded(&e->execution),
		.unreconciled = e->execution.unreconciled[book][sym] != 0,
		.unexplained = e->unexplained,
		.foreign = engine_grants(e) ? e->execution.foreign[book][sym] != 0 : UNKNOWN,
		.entry_pending = execution_entry_pending(&e->execution, book, sym),
		.side = h->qty > 0 ? h->side : SIDE_NONE,
		.losing = gross == UNKNOWN ? UNKNOWN : gross < 0,
		.leverage = s->leverage,
		.slippage_until_ms = slippage_until_ms(&e->slippage, sym),
		.states_known = STATES_ALL,
	};
	out->slippage = slippage_mean(&e->slippage, &e->set.limits, sym, e->now_ms, &out->slippage_fills);
	sum_exposure(e, book, out);
}
