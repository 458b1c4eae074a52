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
			e->expected_wallet += trade->net;
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
}

money_t engine_equity(const struct engine *e)
{
	money_t equity = e->wallet;

	for (size_t i = 0; i < e->execution.active_count && equity != UNKNOWN; i++) {
		uint32_t key = e->execution.active[i];
		if (key >= SYMBOLS_MAX)
			break; /* only the main book moves the account */
		const struct holding *h = &e->execution.holdings[BOOK_MAIN][key];
		money_t gross = holding_gross(h, &e->universe->at[key], e->symbols[key].quote.mark);
		equity = gross == UNKNOWN ? UNKNOWN : equity + gross;
	}
	return equity;
}

/* E may move by own fills, fees, funding and transfers. The own part is known exactly from the books, so what
 * is left over is unexplained; small remainders (rounding, order of arrival) are taken over. */
static money_t own_result(const struct engine *e)
{
	money_t own = 0;

	for (size_t i = 0; i < e->execution.active_count; i++) {
		uint32_t key = e->execution.active[i];
		if (key >= SYMBOLS_MAX)
			break;
		const struct holding *h = &e->execution.holdings[BOOK_MAIN][key];
		own += holding_realised(h) - h->fees + h->funding;
	}
	return own;
}

static void explain_wallet(struct engine *e, money_t before)
{
	money_t wallet = e->wallet;
	money_t expected = e->expected_wallet == UNKNOWN ? wallet : e->expected_wallet + own_result(e);
	money_t off = wallet > expected ? wallet - expected : expected - wallet;
	money_t allowed = share_down(wallet > 0 ? wallet : 0, e->set.unexplained);
	bool unexplained = before != UNKNOWN && off > allowed;
	if (unexplained != e->unexplained)
		engine_note(e, NOTE_UNEXPLAINED, SYM_NONE, REFUSAL_NONE, off, allowed);
	e->unexplained = unexplained;
	if (!unexplained)
		e->expected_wallet = wallet - own_result(e);
	money_t equity = engine_equity(e);
	/* A gain that nobody explained may be a deposit whose row is on its way: it is no peak. */
	if (equity != UNKNOWN && (!unexplained || wallet < expected))
		engine_fact(e, &(struct fact){.kind = FACT_EQUITY, .at_ms = e->now_ms, .value = equity});
}

void engine_on_balance(struct engine *e, const struct event *event)
{
	money_t before = e->wallet;

	if (event->balance.wallet == UNKNOWN || event->book != BOOK_MAIN)
		return;
	e->wallet = event->balance.wallet;
	explain_wallet(e, before);
}

void engine_on_ledger(struct engine *e, const struct event *event)
{
	if (event->ledger.kind == LEDGER_FUNDING && event->sym != SYM_NONE)
		execution_on_funding(&e->execution, (enum book)event->book, event->sym, event->ledger.amount);
	else if (event->ledger.kind == LEDGER_TRANSFER && event->book == BOOK_MAIN &&
		 e->expected_wallet != UNKNOWN) {
		e->expected_wallet += event->ledger.amount;
		e->desk.equity_peak += event->ledger.amount;
		e->desk_dirty = true;
		if (e->unexplained) /* this may be the reason */
			explain_wallet(e, e->wallet);
	}
}

/* In a snapshot: remembered for the comparison. Otherwise the answer to a leverage setting. */
void engine_on_position(struct engine *e, const struct event *event)
{
	if (event->position.leverage > 0 && event->book == BOOK_MAIN)
		e->symbols[event->sym].leverage = event->position.leverage;
	if (e->snapshot_open || event->book == BOOK_SHADOW) /* nothing sets the leverage of a shadow */
		execution_on_position(&e->execution, event);
}
