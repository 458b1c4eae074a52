/* SPDX-License-Identifier: MIT
 * EXECUTE and CLOSE: what the exchange says of the account. A fill moves the books; a fill that ends a trade
 * moves the ladder, and is learned from. Nothing of the shadow book moves the account. */
#include "engine_internal.h"

static bool is_forced(int64_t reason)
{
	return reason == EXIT_ADL || reason == EXIT_OPERATOR || reason == EXIT_LOCK || reason == EXIT_END;
}

/* The trade's PnL since 00:00 as a share of its C, into the day's sum. */
static void add_to_day(struct engine *e, const struct trade *trade, money_t day_base)
{
	money_t since = trade->net - day_base;

	if (trade->capital <= 0)
		return;
	if (since >= 0)
		e->desk.day_closed += mul_div_down(since, NAV_ONE, trade->capital);
	else
		e->desk.day_closed -= mul_div_up(-since, NAV_ONE, trade->capital);
}

static void close_trade(struct engine *e, struct trade *trade, money_t day_base)
{
	struct engine_symbol *s = &e->symbols[trade->sym];

	s->exit_ms[trade->book] = trade->exit_ms;
	trade->exit_regime = s->regime;
	if (trade->book == BOOK_MAIN) {
		s->sampled_net = 0;
		if (e->expected_wallet != UNKNOWN)
			e->expected_wallet += trade->net, e->account_dirty = true;
		add_to_day(e, trade, day_base);
		engine_fact(e, &(struct fact){.kind = FACT_TRADE,
					      .at_ms = e->now_ms,
					      .value = trade->net,
					      .risk = trade->risk,
					      .capital = trade->capital,
					      .forced = is_forced(trade->exit_reason)});
		engine_sample_nav(e);
	}
	bool is_main = trade->book == BOOK_MAIN; /* a shadow has no account whose drawdown it could deepen */
	trade->drawdown_after = is_main ? desk_drawdown(&e->desk) : 0;
	trade->breach = is_main && e->desk.halted_until_ms > e->now_ms;
	trade->reward = reward_of(trade, &e->set.reward);
	trade->seq = ++e->seq;
	wants_record(e->wants, RECORD_TRADE)->trade = *trade;
	engine_note(e, NOTE_EXITED, (sym_t)trade->sym, REFUSAL_NONE, trade->exit_reason, trade->net);
	engine_learn(e, trade);
}

void engine_on_fill(struct engine *e, const struct event *event)
{
	struct fill_news news;
	money_t day_base = execution_holding(&e->execution, (enum book)event->book, event->sym)->day_base;

	execution_on_fill(&e->execution, event, &news);
	if (news.unknown)
		engine_note(e, NOTE_UNKNOWN_FILL, event->sym, REFUSAL_NONE,
			    event->fill.side * event->fill.qty, event->fill.price);
	if (!news.counted)
		return;
	bool main_book = event->book == BOOK_MAIN;
	if (news.opened && news.holding->capital == 0) /* a late entry nobody planned: it still moves NAV */
		news.holding->capital = engine_capital(e) > 0 ? engine_capital(e) : 0;
	news.fill.seq = ++e->seq;
	wants_record(e->wants, RECORD_FILL)->fill = news.fill;
	if (main_book && slippage_step(&e->slippage, &e->set.limits, &news.fill))
		engine_note(e, NOTE_SLIPPAGE, event->sym, REFUSAL_NONE,
			    slippage_until_ms(&e->slippage, event->sym), 0);
	if (main_book)
		engine_fact(e, &(struct fact){.kind = FACT_FEE, .at_ms = e->now_ms, .value = news.fill.fee});
	if (news.closed)
		close_trade(e, &news.trade, day_base);
	else if (main_book)
		engine_sample_nav(e);
	if (main_book && e->unexplained) /* the wallet may have been told before the fill */
		engine_explain(e);
	if (!news.closed && news.fill.role == ROLE_ENTRY)
		engine_fit(e, news.holding);
}

/* Not where somebody else has something: it may need what he has set. */
void engine_set_leverage(struct engine *e, sym_t sym)
{
	ratio_t wanted = e->set.decision.leverage;

	if (e->symbols[sym].watched && e->symbols[sym].leverage != wanted &&
	    e->execution.foreign[BOOK_MAIN][sym] == 0)
		wants_intent(e->wants, INTENT_LEVERAGE, BOOK_MAIN, sym)->value = wanted;
}

/* A setting that was ours and is another one now: by hand, or by the exchange. */
static void take_leverage(struct engine *e, sym_t sym, ratio_t leverage)
{
	bool was_ours = e->symbols[sym].leverage == e->set.decision.leverage;

	e->symbols[sym].leverage = leverage;
	if (was_ours)
		engine_set_leverage(e, sym);
}

/* In a snapshot: remembered for the comparison. Otherwise what the leverage is. */
void engine_on_position(struct engine *e, const struct event *event)
{
	if (event->position.leverage > 0 && event->book == BOOK_MAIN)
		take_leverage(e, event->sym, event->position.leverage);
	if (e->snapshot_open || event->book == BOOK_SHADOW) /* nothing sets the leverage of a shadow */
		execution_on_position(&e->execution, event);
}
