/* SPDX-License-Identifier: MIT
 * E: the wallet as the exchange tells it, and whether we know why it is what it is. Own fills, fees, funding
 * and the account's ledger rows explain it; more than a share (2 %) that nothing explains closes entries
 * until something does, and what is not explained is never counted as ours. The account guard is fed here. */
#include "engine_internal.h"

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

/* What the wallet has more than anything explains; < 0: less. 0 where there is nothing to compare. */
static money_t surplus(const struct engine *e)
{
	if (e->wallet == UNKNOWN || e->expected_wallet == UNKNOWN)
		return 0;
	return e->wallet - (e->expected_wallet + own_result(e));
}

money_t engine_unexplained(const struct engine *e)
{
	if (!e->unexplained)
		return 0;
	return e->wallet == UNKNOWN ? UNKNOWN : surplus(e);
}

money_t engine_known_equity(const struct engine *e)
{
	money_t equity = engine_equity(e), more = e->unexplained ? surplus(e) : 0;

	return equity != UNKNOWN && more > 0 ? equity - more : equity;
}

/* A gain that nobody explained may be a deposit whose row is on its way: it is no peak. A loss may be a
 * withdrawal whose row is on its way: it counts once that had its time. */
static void feed_guard(struct engine *e)
{
	money_t equity = engine_equity(e), more = surplus(e);

	if (equity == UNKNOWN)
		return;
	if (more > 0)
		equity -= more;
	if (e->unexplained && (more > 0 || e->now_ms < e->unexplained_ms + e->set.explain_ms))
		return;
	e->guard_waits = false;
	engine_fact(e, &(struct fact){.kind = FACT_EQUITY, .at_ms = e->now_ms, .value = equity});
}

/* Dust is taken over at once; more than that may still have a row on its way and waits for it for an hour. */
static void take_remainder(struct engine *e, money_t off)
{
	bool dust = off <= share_down(e->wallet > 0 ? e->wallet : 0, BPS);

	if (e->wallet == UNKNOWN)
		return;
	if (dust)
		e->remainder_ms = 0;
	else if (e->remainder_ms == 0)
		e->remainder_ms = e->now_ms;
	if (dust || e->expected_wallet == UNKNOWN || e->now_ms - e->remainder_ms >= HOUR_MS) {
		if (e->expected_wallet == UNKNOWN)
			e->wallet_ms = e->now_ms;
		e->expected_wallet = e->wallet - own_result(e);
		e->remainder_ms = 0;
	}
}

void engine_explain(struct engine *e)
{
	money_t more = surplus(e), off = more < 0 ? -more : more;
	money_t allowed = share_down(e->wallet > 0 ? e->wallet : 0, e->set.unexplained);
	bool unexplained = off > allowed;

	if (unexplained && !e->unexplained) {
		e->unexplained_ms = e->now_ms;
		e->guard_waits = more < 0;
	}
	if (unexplained != e->unexplained)
		engine_note(e, unexplained ? NOTE_UNEXPLAINED : NOTE_EXPLAINED, SYM_NONE, REFUSAL_NONE, off,
			    allowed);
	e->unexplained = unexplained;
	if (!unexplained)
		take_remainder(e, off);
	e->account_dirty = true;
	feed_guard(e);
}

/* The operator has looked: what is there is the account. What is missing stays lost for the guard, what is
 * more is no gain. */
void engine_accept_equity(struct engine *e)
{
	money_t more = surplus(e);

	if (!e->unexplained)
		return;
	if (more > 0) {
		e->desk.equity_peak += more;
		e->desk_dirty = true;
	}
	e->expected_wallet += more;
	engine_explain(e);
}

ms_t engine_guard_due_ms(const struct engine *e)
{
	return e->guard_waits ? e->unexplained_ms + e->set.explain_ms : INT64_MAX;
}

void engine_guard_time(struct engine *e)
{
	if (e->unexplained)
		feed_guard(e);
	e->guard_waits = false;
}

void engine_on_balance(struct engine *e, const struct event *event)
{
	if (event->balance.wallet == UNKNOWN || event->book != BOOK_MAIN)
		return; /* a failed fetch is unknown, never zero: the last one stands */
	e->wallet = event->balance.wallet;
	engine_explain(e);
}

static void note_ledger(struct engine *e, int64_t id, int64_t kind, int64_t book)
{
	e->ledger_seen[e->ledger_next++ % LEDGER_SEEN_MAX] = (struct ledger_row){id, kind, book};
}

void engine_restore_ledger(struct engine *e, const struct ledger_record *row)
{
	if (row->seq > e->ledger_seq)
		e->ledger_seq = row->seq;
	note_ledger(e, row->number, row->kind, BOOK_MAIN);
}

/* The same row may come from the stream and from a fetch. */
static bool ledger_seen(struct engine *e, const struct event *event)
{
	for (size_t i = 0; i < LEDGER_SEEN_MAX; i++)
		if (event->ledger.id != 0 && e->ledger_seen[i].id == event->ledger.id &&
		    e->ledger_seen[i].kind == event->ledger.kind && e->ledger_seen[i].book == event->book)
			return true;
	note_ledger(e, event->ledger.id, event->ledger.kind, event->book);
	return false;
}

static void write_ledger(struct engine *e, const struct event *event, bool held)
{
	wants_record(e->wants, RECORD_LEDGER)->ledger =
		(struct ledger_record){.seq = ++e->ledger_seq,
				       .at_ms = event->at_ms,
				       .sym = event->sym,
				       .kind = event->ledger.kind,
				       .number = event->ledger.id,
				       .amount = event->ledger.amount,
				       .held = held};
}

/* Money that comes or goes moves the guard's peak in proportion: the fall from it stays what it was. Where E
 * is unknown or nothing is left of it, by the amount. */
static void move_peak(struct engine *e, money_t amount)
{
	money_t equity = engine_equity(e), peak = e->desk.equity_peak;
	money_t more = surplus(e), without = more > amount ? more - amount : amount - more;
	bool counted = without < (more < 0 ? -more : more); /* the wallet has it already */
	money_t before = equity == UNKNOWN ? 0 : counted ? equity - amount : equity, after = before + amount;
	int64_t moved = peak > 0 && before > 0 && after > 0 ? mul_div_up(peak, after, before) : -1;

	if (moved < 0)
		moved = peak + amount > 0 ? peak + amount : 0;
	e->desk.equity_peak = moved;
	e->desk_dirty = true;
}

void engine_on_ledger(struct engine *e, const struct event *event)
{
	money_t amount = event->ledger.amount;
	bool held = event->sym != SYM_NONE &&
		    execution_holding(&e->execution, (enum book)event->book, event->sym)->qty > 0;

	if (ledger_seen(e, event))
		return;
	if (event->book == BOOK_MAIN)
		write_ledger(e, event, held && event->ledger.kind == LEDGER_FUNDING);
	if (event->ledger.kind == LEDGER_FUNDING && held) {
		execution_on_funding(&e->execution, (enum book)event->book, event->sym, amount);
		return;
	}
	/* a fee with a symbol is that of a fill, which tells it itself */
	if (event->book != BOOK_MAIN || (event->ledger.kind == LEDGER_FEE && event->sym != SYM_NONE))
		return;
	/* The wallet that we began with has it already; clocks differ a little. */
	if (event->ledger.at_ms != 0 && e->wallet_ms != 0 && event->ledger.at_ms < e->wallet_ms + SECOND_MS)
		return;
	if (event->ledger.kind == LEDGER_TRANSFER)
		move_peak(e, amount);
	if (e->expected_wallet == UNKNOWN)
		return;
	e->expected_wallet += amount;
	e->account_dirty = true;
	if (e->unexplained) /* this may be the reason */
		engine_explain(e);
}

void engine_flush_account(struct engine *e)
{
	e->account_dirty = false;
	wants_record(e->wants, RECORD_ACCOUNT)->account =
		(struct account){.wallet = e->wallet,
				 .expected_wallet = e->expected_wallet,
				 .unexplained = e->unexplained,
				 .unexplained_ms = e->unexplained_ms,
				 .at_ms = e->now_ms};
}

/* The wallet itself is the exchange's to tell, unless nothing can have happened to it. What it should be is
 * ours to remember: a change while we were away is to be explained like any other. */
void engine_restore_account(struct engine *e, const struct account *account)
{
	if (e->set.clock_stands)
		e->wallet = account->wallet;
	e->expected_wallet = account->expected_wallet;
	e->unexplained = account->unexplained == 1;
	e->unexplained_ms = account->unexplained_ms;
	e->guard_waits = e->unexplained;
}
