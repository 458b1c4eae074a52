/* SPDX-License-Identifier: MIT
 * See storm_books.h. Rows are matched one to one, so what was booked twice is left over and what was never
 * booked is missing. */
#include "storm_books.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 4096

struct books {
	struct storm *s;
	struct storm_sums *sums;
	const struct emu_account *account;
	size_t fill_count, apart_count, ledger_count;
	struct fill fills[ROWS_MAX];
	struct fill_apart apart[ROWS_MAX];
	struct ledger_record ledger[ROWS_MAX];
	money_t trades, transfers; /* net of closed trades; ledger rows that are in no trade */
	struct account wallet;
	bool any_visited;
	int64_t listed; /* fills made from lists */
};

static int take(void *ctx, const struct record *record)
{
	struct books *b = ctx;

	switch (record->kind) {
	case RECORD_FILL:
		if (record->fill.book == BOOK_MAIN && b->fill_count < ROWS_MAX)
			b->fills[b->fill_count++] = record->fill;
		break;
	case RECORD_FILL_APART:
		if (record->fill_apart.book == BOOK_MAIN && b->apart_count < ROWS_MAX)
			b->apart[b->apart_count++] = record->fill_apart;
		break;
	case RECORD_LEDGER:
		if (b->ledger_count < ROWS_MAX)
			b->ledger[b->ledger_count++] = record->ledger;
		if (record->ledger.held != 1)
			b->transfers += record->ledger.amount;
		break;
	case RECORD_TRADE: b->trades += record->trade.book == BOOK_MAIN ? record->trade.net : 0; break;
	case RECORD_ACCOUNT: b->wallet = record->account; break;
	default: break;
	}
	return 0;
}

static void read_journal(struct books *b)
{
	static const enum record_kind kinds[] = {RECORD_FILL, RECORD_FILL_APART, RECORD_LEDGER, RECORD_TRADE,
						 RECORD_ACCOUNT};
	struct journal_query all = {.sym = SYM_NONE};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (journal_each(&b->s->live.journal.journal, kinds[i], &all, take, b) != 0)
			spy_violation(&b->s->spy, "the journal cannot be read");
	if (b->fill_count == ROWS_MAX || b->ledger_count == ROWS_MAX)
		abort();
}

static sym_t there(const struct books *b, size_t sym)
{
	return emu_find(b->s->emu, b->s->live.universe.at[sym].wire);
}

static int64_t exec_price(const struct emu_execution *exec)
{
	return audit_scaled(exec->price, exec->grids.tick.step, exec->grids.tick.decimals, 12);
}

static int64_t exec_coins(const struct emu_execution *exec)
{
	return audit_scaled(exec->qty, exec->grids.coin.step, exec->grids.coin.decimals, 6);
}

/* Prices of rows from before a tick changed are on another grid than the universe's: they are compared only
 * where it has not. */
static bool is_same(const struct books *b, const struct emu_execution *exec, int64_t sym, int64_t side,
		    qty_t qty, price_t price, money_t fee)
{
	const struct instrument *instrument = &b->s->live.universe.at[sym];

	return there(b, (size_t)sym) == exec->sym && side == exec->side &&
	       audit_coins(instrument, qty) == exec_coins(exec) && fee == exec->fee &&
	       (instrument->generation != 0 || audit_price(instrument, price) == exec_price(exec));
}

/* Whose an execution is, as far as the exchange says: by id, or which of a position's two. */
static bool is_of(const struct books *b, const struct emu_order *order, int64_t id)
{
	bool is_stop = order->maker == EMU_MAKER_STOP;

	/* who dies twice while one fires in pieces has lost its name: the rest is booked as another's work */
	if (is_stop || order->maker == EMU_MAKER_TARGET)
		return id == 0 ? b->s->kill.deaths > 1
			       : client_id_role(id) == (is_stop ? ROLE_STOP : ROLE_TARGET);
	return id == (audit_is_ours(b->account, order) ? client_id_parse(order->link) : 0);
}

/* The row of an execution is taken off the list. */
static bool strike_fill(struct books *b, const struct emu_execution *exec)
{
	const struct emu_order *order = emu_order_at(b->account, exec->order);

	for (size_t i = 0; i < b->fill_count; i++) {
		const struct fill *f = &b->fills[i];
		if (!is_same(b, exec, f->sym, f->side, f->qty, f->price, f->fee) || !is_of(b, order, f->id))
			continue;
		b->fills[i] = b->fills[--b->fill_count];
		return true;
	}
	for (size_t i = 0; i < b->apart_count; i++) {
		const struct fill_apart *f = &b->apart[i];
		if (f->waits == 1 || !is_same(b, exec, f->sym, f->side, f->qty, f->price, f->fee) ||
		    !is_of(b, order, f->id))
			continue;
		b->apart[i] = b->apart[--b->apart_count];
		return true;
	}
	return false;
}

static bool strike_ledger(struct books *b, int64_t kind, int64_t sym, money_t amount)
{
	for (size_t i = 0; i < b->ledger_count; i++) {
		const struct ledger_record *row = &b->ledger[i];
		bool same_sym =
			sym == SYM_NONE || (row->sym < SYMBOLS_MAX && there(b, (size_t)row->sym) == sym);
		if (row->kind != kind || row->amount != amount || !same_sym)
			continue;
		b->ledger[i] = b->ledger[--b->ledger_count];
		return true;
	}
	return false;
}

static void check_execution(struct books *b, int64_t number)
{
	const struct emu_execution *exec = &b->account->execs[number - 1];
	const char *wire = b->s->emu->universe.at[exec->sym].wire;

	if (exec->kind == EMU_EXEC_FUNDING) {
		if (exec->fee != 0 && !strike_ledger(b, LEDGER_FUNDING, exec->sym, -exec->fee))
			spy_violation(&b->s->spy, "%s: funding of %lld at %lld is not booked", wire,
				      (long long)-exec->fee, (long long)exec->at_ms);
		return;
	}
	const struct emu_order *order = emu_order_at(b->account, exec->order);
	bool ours = audit_is_ours(b->account, order);
	if (!strike_fill(b, exec) && ours)
		spy_violation(&b->s->spy, "%s: execution %lld of %lld lots of %s at %lld is not booked", wire,
			      (long long)number, (long long)exec->qty,
			      order->link[0] != '\0' ? order->link : "a stop or target",
			      (long long)exec->at_ms);
}

static void check_left(struct books *b)
{
	for (size_t i = 0; i < b->fill_count; i++) {
		const struct fill *f = &b->fills[i];
		sym_t sym = there(b, (size_t)f->sym);
		if (f->execution < 0 || f->id == 0) {
			b->listed++; /* made from lists: another hand's work, or told too late */
			if (sym != SYM_NONE && !b->s->auditor.at[sym].visited && f->reason != EXIT_DELISTING)
				spy_violation(&b->s->spy, "%s: %lld lots are booked from lists",
					      b->s->live.universe.at[f->sym].name, (long long)f->qty);
			continue;
		}
		spy_violation(&b->s->spy, "%s: fill %lld of %lld lots at %lld is booked and never was",
			      b->s->live.universe.at[f->sym].name, (long long)f->seq, (long long)f->qty,
			      (long long)f->at_ms);
	}
	for (size_t i = 0; i < b->ledger_count; i++)
		spy_violation(&b->s->spy, "a ledger row of %lld, kind %lld, is booked and never was",
			      (long long)b->ledger[i].amount, (long long)b->ledger[i].kind);
}

static void check_rows(struct books *b)
{
	for (int64_t n = 1; n <= b->account->exec_count; n++)
		check_execution(b, n);
	for (int64_t n = 0; n < b->account->log_count; n++) {
		const struct emu_logged *row = &b->account->logs[n];
		if ((row->type == EMU_LOG_TRANSFER_IN || row->type == EMU_LOG_TRANSFER_OUT) &&
		    !strike_ledger(b, LEDGER_TRANSFER, SYM_NONE, row->cash_flow))
			spy_violation(&b->s->spy, "a transfer of %lld at %lld is not booked",
				      (long long)row->cash_flow, (long long)row->at_ms);
	}
	check_left(b);
}

static void check_position(struct books *b, size_t sym)
{
	const struct execution *x = engine_execution(b->s->live.engine);
	const struct holding *h = &x->holdings[BOOK_MAIN][sym];
	const struct audit_symbol *seen = &b->s->auditor.at[there(b, sym)];
	const struct emu_position *position = &b->account->positions[there(b, sym)];
	const char *name = b->s->live.universe.at[sym].name;
	int64_t ours = audit_coins(&b->s->live.universe.at[sym], h->qty);
	int64_t theirs = audit_coins(&position->instrument, position->qty);
	bool asleep = execution_asleep(x, h);
	bool same_side = h->qty == 0 || position->qty == 0 || h->side == position->side;

	b->any_visited = b->any_visited || seen->visited;
	if (!seen->visited ? ours != theirs || !same_side : ours > theirs || (ours > 0 && !same_side))
		spy_violation(&b->s->spy, "%s: the bot holds %lld, the exchange has %lld", name,
			      (long long)(h->side * h->qty), (long long)(position->side * position->qty));
	if (h->qty > 0 && !asleep && position->stop == 0)
		spy_violation(&b->s->spy, "%s: %lld lots and no stop rests", name, (long long)h->qty);
	if (h->qty > 0 && !asleep && position->stop != 0 &&
	    audit_price(&b->s->live.universe.at[sym], h->stop) !=
		    audit_price(&position->instrument, emu_order_at(b->account, position->stop)->trigger))
		spy_violation(&b->s->spy, "%s: the stop rests elsewhere than the bot thinks", name);
	if (h->qty > 0 && h->phase != PHASE_PROTECTED && !asleep)
		spy_violation(&b->s->spy, "%s: a position is %s", name, phase_text[h->phase]);
	if (h->qty == 0 && h->phase != PHASE_FLAT)
		spy_violation(&b->s->spy, "%s: nothing is held and it is %s", name, phase_text[h->phase]);
}

static void check_doubts(struct books *b, size_t sym)
{
	struct execution *x = engine_execution(b->s->live.engine);
	bool gone = b->s->live.universe.at[sym].status == INSTRUMENT_GONE;
	bool alien = b->s->auditor.at[there(b, sym)].alien_ms != 0;
	const char *name = b->s->live.universe.at[sym].name;
	uint8_t doubts = x->unreconciled[BOOK_MAIN][sym];

	/* beside what is not ours the quantities differ for as long as it is there */
	if (alien || b->s->auditor.at[there(b, sym)].unsure)
		doubts &= (uint8_t) ~(DOUBT_QUANTITY | DOUBT_GRID);
	if (doubts != 0)
		spy_violation(&b->s->spy, "%s: a doubt is left: %u", name, doubts);
	if (!gone && !b->s->auditor.at[there(b, sym)].unsure && alien != (x->foreign[BOOK_MAIN][sym] != 0))
		spy_violation(&b->s->spy, "%s: something foreign is %s, and the bot %s", name,
			      alien ? "there" : "gone", alien ? "does not know" : "still sees it");
}

static void check_orders(struct books *b)
{
	struct execution *x = engine_execution(b->s->live.engine);

	for (size_t i = 0; i < x->order_count; i++) {
		const struct order *order = &x->orders[i];
		const struct holding *h = &x->holdings[order->book][order->sym];
		bool rests =
			order->state == ORDER_LIVE && (order->id == h->stop_id || order->id == h->target_id);
		if (order->book != BOOK_MAIN || rests || execution_asleep(x, h))
			continue;
		spy_violation(&b->s->spy, "%s: a %s is still %s", b->s->live.universe.at[order->sym].name,
			      role_text[order->role], order_state_text[order->state]);
	}
}

/* A refusal that the rules' own states, the market or what is held explain. */
static bool may_be_closed(const struct books *b, sym_t sym, enum refusal why)
{
	const struct audit_symbol *seen = &b->s->auditor.at[there(b, sym)];

	switch (why) {
	case REFUSAL_FOREIGN:
	case REFUSAL_UNRECONCILED: return seen->alien_ms != 0 || seen->unsure;
	case REFUSAL_UNEXPLAINED: return b->account->broker.unexplained != 0 || b->any_visited;
	case REFUSAL_NOT_TRADING:
		return emu_slot(b->account, there(b, sym))->instrument.status != INSTRUMENT_TRADING;
	case REFUSAL_UNUSABLE:
	case REFUSAL_NOT_READY:
	case REFUSAL_UNHEALTHY:
	case REFUSAL_CLOCK:
	case REFUSAL_TICKER_STALE:
	case REFUSAL_BAR_STALE:
	case REFUSAL_ORDER_UNKNOWN:
	case REFUSAL_LEVERAGE:
	case REFUSAL_ENTRY_PENDING: return false;
	default: return true;
	}
}

static void check_open(struct books *b, sym_t sym)
{
	struct engine_view view;

	engine_look(b->s->live.engine, sym, b->s->now_ms, &view);
	bool asleep = b->s->live.universe.at[sym].status != INSTRUMENT_TRADING;
	if (!view.watched || asleep)
		return;
	/* a series that a hole has ended knows no percentile for two hundred bars */
	if (view.closed == REFUSAL_VOLATILITY && view.unanswered && view.bars < 300)
		return;
	if (view.closed != REFUSAL_NONE && (view.unanswered || !may_be_closed(b, sym, view.closed)))
		spy_violation(&b->s->spy, "%s: closed for %s%s, though all is quiet",
			      b->s->live.universe.at[sym].name, refusal_rows[view.closed].name,
			      view.unanswered ? " (not known)" : "");
}

/* What holdings have already won, lost and paid. */
static money_t running(const struct books *b, int64_t *open)
{
	const struct execution *x = engine_execution(b->s->live.engine);
	money_t sum = 0;

	for (size_t i = 0; i < x->active_count && x->active[i] < SYMBOLS_MAX; i++) {
		const struct holding *h = &x->holdings[BOOK_MAIN][x->active[i]];
		money_t part = h->entry_cost - h->cost; /* of what has left */
		sum += (h->side == SIDE_SHORT ? part - h->exit_value : h->exit_value - part) - h->fees +
		       h->funding;
		*open += h->exit_qty > 0;
	}
	return sum;
}

static void check_money(struct books *b)
{
	const struct emu_account *account = b->account;
	money_t cash = account->cash - account->bonus;
	int64_t open = 0;
	money_t own = b->trades + running(b, &open) + b->transfers;
	money_t off = cash - (STORM_BALANCE + own + account->broker.unexplained);

	if (b->wallet.wallet != cash)
		spy_violation(&b->s->spy, "the wallet is %lld, the bot knows of %lld", (long long)cash,
			      (long long)b->wallet.wallet);
	/* a part that has left a position that is still open is rounded by either side for itself */
	off = off < 0 ? -off : off;
	if (!b->any_visited && b->listed == 0 && off > 16 * open)
		spy_violation(&b->s->spy, "the wallet is %lld, own results explain it but for %lld",
			      (long long)cash, (long long)off);
}

bool storm_books_settled(struct storm *s)
{
	const struct emu_account *account = s->emu->account;
	struct books *b = calloc(1, sizeof *b);
	bool settled;

	if (b == NULL)
		abort();
	*b = (struct books){.s = s, .account = account};
	read_journal(b);
	settled = b->wallet.wallet == account->cash - account->bonus;
	for (size_t sym = 0; settled && sym < s->live.universe.count; sym++) {
		const struct holding *h =
			execution_holding(engine_execution(s->live.engine), BOOK_MAIN, (sym_t)sym);
		sym_t at = there(b, sym);
		if (at != SYM_NONE && !s->auditor.at[at].visited)
			settled = audit_coins(&s->live.universe.at[sym], h->qty) ==
				  audit_coins(&account->positions[at].instrument, account->positions[at].qty);
	}
	free(b);
	return settled;
}

void storm_books_check(struct storm *s, struct storm_sums *sums)
{
	struct books *b = calloc(1, sizeof *b);

	if (b == NULL)
		abort();
	*b = (struct books){.s = s, .sums = sums, .account = s->emu->account};
	read_journal(b);
	check_rows(b);
	for (size_t sym = 0; sym < s->live.universe.count; sym++) {
		if (there(b, sym) == SYM_NONE)
			continue;
		check_position(b, sym);
		check_doubts(b, sym);
		check_open(b, (sym_t)sym);
	}
	check_orders(b);
	check_money(b);
	sums->listed += b->listed;
	sums->visited += b->any_visited;
	free(b);
}
