/* SPDX-License-Identifier: MIT
 * SIGNAL, and the bar's share of MONITOR: a closed bar moves the series, then the exits of the position in
 * its symbol; when all watched symbols have delivered, or two seconds have passed, the decision round closes.
 */
#include "engine_internal.h"

/* Stops only ever move toward profit: trailing, or to break-even when volatility is extreme. */
static void move_stop(struct engine *e, struct holding *h, struct engine_symbol *s)
{
	const struct instrument *instrument = &e->universe->at[h->sym];
	ratio_t spread = quote_spread(s->quote.bid, s->quote.ask);
	ratio_t costs = 2 * instrument->taker_fee + (spread == UNKNOWN ? 0 : spread);
	price_t trail = trail_stop(&e->set.exits, h, instrument);
	price_t even = break_even_stop(h, instrument, &s->quote, costs);
	bool is_long = h->side == SIDE_LONG;
	bool even_is_better = trail == 0 || (is_long ? even > trail : even < trail);
	price_t stop = even != 0 && even_is_better ? even : trail;

	price_t before = h->stop;
	if (stop == 0 || !execution_stop_settled(&e->execution, h)) /* one at a time */
		return;
	if (engine_protect(e, h, stop, 0, stop == trail ? EXIT_TRAILING : EXIT_BREAK_EVEN))
		engine_note(e, NOTE_STOP_MOVED, (sym_t)h->sym, REFUSAL_NONE, stop, before);
}

static __attribute__((noinline)) void monitor_held(struct engine *e, struct engine_symbol *s,
						   const struct candle *bar, sym_t sym)
{
	double er100 = s->series->bars > 100 ? series_efficiency100(s->series) : 0.0;
	for (int book = 0; book < BOOK_COUNT; book++) {
		struct holding *h = execution_holding(&e->execution, (enum book)book, sym);
		if (h->qty == 0)
			continue;
		s->quote.volatility = series_volatility(s->series);
		execution_touch(&e->execution, h);
		enum exit_reason due =
			exit_due(&e->set.exits, h, bar, &e->universe->at[sym], s->regime, er100, s->bar_ms);
		if (h->phase == PHASE_LEAVING || execution_asleep(&e->execution, h))
			continue;
		if (due != EXIT_NONE)
			engine_reduce(e, h, h->qty, due);
		else if (h->phase == PHASE_PROTECTED)
			move_stop(e, h, s);
	}
}

static inline void monitor_bar(struct engine *e, struct engine_symbol *s, const struct candle *bar, sym_t sym)
{
	if (e->execution.active_count > 0) /* in any symbol; seldom */
		monitor_held(e, s, bar, sym);
}

/* A round opens with the first bar of its instant and waits for all watched symbols. */
static void open_round(struct engine *e, ms_t round_ms)
{
	e->round_ms = round_ms;
	e->round_missing = e->watched_count;
}

static void deliver(struct engine *e, struct engine_symbol *s)
{
	if (s->bar_ms <= e->last_round_ms)
		return; /* too late: its round is closed */
	if (!engine_round_open(e))
		open_round(e, s->bar_ms);
	if (!s->watched || s->delivered_ms == e->round_ms)
		return;
	s->delivered_ms = e->round_ms;
	if (--e->round_missing == 0 && !(e->unquoted && e->any_signal))
		engine_close_round(e);
}

static __attribute__((noinline)) void keep_signal(struct engine *e, struct engine_symbol *s,
						  const struct signal *signal)
{
	s->signal = *signal;
	s->quote.volatility = series_volatility(s->series);
	e->any_signal = true;
}

static inline void take_signal(struct engine *e, struct engine_symbol *s)
{
	struct signal signals[STRATEGY_COUNT];

	if (s->watched && signals_read(s->series, &e->set.signal, signals) > 0)
		keep_signal(e, s, &signals[0]);
}

/* After a restart: if the newest bar is still within its wait and a watched symbol has not delivered it, the
 * round was open when the process ended, and is again. With all of them delivered it was closed in the same
 * turn. */
void engine_reopen_round(struct engine *e)
{
	ms_t newest_ms = 0;
	size_t missing = 0;

	for (size_t sym = 0; sym < e->universe->count; sym++)
		if (e->symbols[sym].watched && e->symbols[sym].bar_ms > newest_ms)
			newest_ms = e->symbols[sym].bar_ms;
	for (size_t sym = 0; sym < e->universe->count; sym++)
		missing += e->symbols[sym].watched && e->symbols[sym].bar_ms != newest_ms;
	e->last_round_ms = newest_ms;
	if (newest_ms == 0 || missing == 0 || e->now_ms >= newest_ms + e->set.round_wait_ms)
		return;
	e->last_round_ms = newest_ms - e->set.limits.timeframe_ms;
	open_round(e, newest_ms);
	e->round_missing = missing;
	for (size_t sym = 0; sym < e->universe->count; sym++) {
		struct engine_symbol *s = &e->symbols[sym];
		if (!s->watched || s->bar_ms != newest_ms)
			continue;
		s->delivered_ms = newest_ms;
		take_signal(e, s);
	}
}

void engine_close_round(struct engine *e)
{
	e->last_round_ms = e->round_ms;
	engine_sample_nav(e);
	if (e->ready && e->any_signal) {
		e->any_signal = false;
		engine_decide(e);
	}
	e->round_ms = 0;
}

void engine_on_candle(struct engine *e, sym_t sym, const struct candle *bar, bool history)
{
	struct engine_symbol *s = &e->symbols[sym];
	ms_t end_ms = bar->open_ms + e->set.limits.timeframe_ms;
	/* Bars come in time order: a newer one ends the round that still waits. */
	if (engine_round_open(e) && end_ms > e->round_ms)
		engine_close_round(e);
	/* A history that is on its way has this bar too; taken first, it would be the oldest one there is. */
	enum series_answer answer = SERIES_OK;
	if (history || !s->history_due || s->series->bars > 0)
		answer = series_push(s->series, &e->set.signal, bar);
	if (answer != SERIES_OK) {
		if (answer == SERIES_OLD || answer == SERIES_UNUSABLE)
			return;
		if (!history)
			engine_note(e, NOTE_SERIES_DROPPED, sym, REFUSAL_NONE, answer == SERIES_HOLE ? 0 : 1,
				    bar->close);
	}
	s->close = bar->close;
	s->signal.side = SIDE_NONE;
	s->quote.volatility = (struct rank){0, 0}; /* until a signal or a position asks for it */
	s->regime = (enum regime)s->series->regime;
	s->bar_ms = s->quote.bar_ms = end_ms;
	if (history)
		return;
	take_signal(e, s);
	monitor_bar(e, s, bar, sym);
	deliver(e, s);
}

void engine_on_ticker(struct engine *e, const struct event *event)
{
	struct quote *quote = &e->symbols[event->sym].quote;

	quote->bid = event->ticker.bid, quote->ask = event->ticker.ask;
	quote->mark = event->ticker.mark, quote->last = event->ticker.last;
	quote->ticker_ms = event->at_ms;
	if (event->ticker.has_depth)
		engine_take_depth(quote, event->ticker.depth, event->at_ms);
}
