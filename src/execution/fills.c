/* SPDX-License-Identifier: MIT
 * What fills mean: quantity, cost and exact PnL. Values are rounded against us: what we paid up, what we got
 * down. A part of a position takes its share of the cost; the last part takes what is left, so nothing is
 * lost. */
#include "execution_internal.h"
#include "holding.h"

static int64_t absolute(int64_t value)
{
	return value < 0 ? -value : value;
}

/* part / whole of amount (any sign), rounded toward zero. */
static int64_t portion(int64_t amount, int64_t part, int64_t whole)
{
	int64_t size = mul_div_down(absolute(amount), part, whole);

	return amount < 0 ? -size : size;
}

/* Signed, worse > 0, rounded up; buying worse is higher. */
static ratio_t slippage_of(int64_t side, price_t price, price_t reference)
{
	if (reference <= 0)
		return 0;
	price_t worse = side == SIDE_LONG ? price - reference : reference - price;
	return worse >= 0 ? mul_div_up(worse, RATIO_ONE, reference)
			  : -mul_div_down(-worse, RATIO_ONE, reference);
}

static ratio_t blend(ratio_t old, qty_t old_qty, ratio_t new, qty_t new_qty)
{
	return old + portion(new - old, new_qty, old_qty + new_qty);
}

static bool seen_before(struct execution *x, const struct event *event)
{
	const struct seen_execution it = {event->fill.execution, event->book, event->sym};

	for (size_t i = 0; i < EXECUTION_SEEN_MAX; i++)
		if (it.execution != 0 && x->seen[i].execution == it.execution && x->seen[i].sym == it.sym &&
		    x->seen[i].book == it.book)
			return true;
	x->seen[x->seen_next++ % EXECUTION_SEEN_MAX] = it;
	return false;
}

static void fill_entry(struct execution *x, struct holding *h, struct fill_news *news)
{
	const struct fill *fill = &news->fill;
	const struct instrument *instrument = &x->universe->at[h->sym];
	money_t value = h->side == SIDE_LONG ? notional_up(instrument, fill->price, fill->qty)
					     : notional_down(instrument, fill->price, fill->qty);

	news->opened = h->entry_qty == 0;
	if (news->opened)
		h->opened_ms = fill->at_ms;
	h->entry_slippage = blend(h->entry_slippage, h->entry_qty, fill->slippage, fill->qty);
	if (fill->impact != UNKNOWN)
		h->impact = blend(h->impact, h->entry_qty, fill->impact, fill->qty);
	if (fill->spread != UNKNOWN)
		h->spread = fill->spread;
	h->entry_qty += fill->qty, h->entry_cost += value;
	h->qty += fill->qty, h->cost += value;
	holding_read_stop(x, h); /* its stop may have been confirmed before the fill was told */
}

static void close_trade(const struct holding *h, struct fill_news *news)
{
	money_t gross = holding_realised(h), net = gross - h->fees + h->funding;

	news->closed = true;
	news->trade = (struct trade){
		.book = h->book,
		.sym = h->sym,
		.side = h->side,
		.strategy = h->strategy,
		.regime = h->regime,
		.exit_reason = h->exit_reason,
		.confidence = h->confidence,
		.volatility = h->volatility,
		.signal_ms = h->signal_ms,
		.entry_ms = h->opened_ms,
		.exit_ms = news->fill.at_ms,
		.qty = h->entry_qty,
		.entry_cost = h->entry_cost,
		.exit_value = h->exit_value,
		.stop = h->first_stop,
		.target = h->target,
		.fees = h->fees,
		.funding = h->funding,
		.gross = gross,
		.net = net,
		.risk = h->risk,
		.mae = h->mae < gross ? h->mae : gross,
		.mfe = h->mfe > gross ? h->mfe : gross,
		.entry_slippage = h->entry_slippage,
		.exit_slippage = h->exit_slippage,
		.spread = h->spread,
		.impact = h->impact,
		.depth = h->depth,
		.latency_ms = h->opened_ms - h->sent_ms,
		.capital = h->capital,
		.equity_before = h->equity_before,
		.naked_ms = h->naked_total_ms,
		.advised = h->advised,
		.stage = h->stage,
		.drawdown_before = h->drawdown_before,
	};
	if (news->trade.mae > 0)
		news->trade.mae = 0;
	if (news->trade.mfe < 0)
		news->trade.mfe = 0;
	news->trade.r = UNKNOWN;
	if (h->risk > 0) /* toward minus infinity: never better than it was */
		news->trade.r = net >= 0 ? mul_div_down(net, RATIO_ONE, h->risk)
					 : -mul_div_up(-net, RATIO_ONE, h->risk);
}

static enum exit_reason reason_of(const struct holding *h, const struct fill *fill, const struct order *order)
{
	if (fill->reason != EXIT_NONE)
		return (enum exit_reason)fill->reason;
	if (fill->role == ROLE_STOP)
		return h->stop_reason == EXIT_NONE ? EXIT_STOP : (enum exit_reason)h->stop_reason;
	if (fill->role == ROLE_TARGET)
		return EXIT_TARGET;
	return order != NULL && order->reason != EXIT_NONE ? (enum exit_reason)order->reason
							   : (enum exit_reason)h->exit_reason;
}

static void fill_exit(struct execution *x, struct holding *h, const struct order *order,
		      struct fill_news *news)
{
	struct fill *fill = &news->fill;
	const struct instrument *instrument = &x->universe->at[h->sym];
	qty_t qty = fill->qty < h->qty ? fill->qty : h->qty;
	money_t value = h->side == SIDE_LONG ? notional_down(instrument, fill->price, qty)
					     : notional_up(instrument, fill->price, qty);
	money_t cost = qty == h->qty ? h->cost : mul_div_down(h->cost, qty, h->qty);

	h->exit_slippage = blend(h->exit_slippage, h->exit_qty, fill->slippage, qty);
	h->exit_qty += qty, h->exit_value += value;
	h->qty -= qty, h->cost -= cost;
	h->exit_reason = reason_of(h, fill, order);
	if (fill->role == ROLE_STOP)
		h->stop_qty = h->stop_qty > qty ? h->stop_qty - qty : 0;
	if (h->stop_qty > h->qty)
		h->stop_qty = h->qty;
	if (h->qty == 0) {
		holding_settle_phase(x, h, fill->at_ms);
		close_trade(h, news);
	}
}

/* An entry that was taken for rejected or absent has filled after all. It is ours, and nothing protects it
 * that we know of: held only to leave at once. */
static void take_late_entry(struct execution *x, struct holding *h, const struct event *event)
{
	h->phase = PHASE_LEAVING;
	h->side = event->fill.side;
	h->entry_id = event->fill.id;
	h->decision_price = event->fill.price;
	h->sent_ms = h->signal_ms = event->at_ms;
	h->exit_reason = EXIT_UNPROTECTED;
	holding_activate(x, h);
}

void execution_on_fill(struct execution *x, const struct event *event, struct fill_news *news)
{
	enum book book = (enum book)event->book;
	struct order *order = order_find(x, event->fill.id);
	struct holding *h = execution_holding(x, book, event->sym);

	*news = (struct fill_news){.fill = event->fill, .holding = h};
	news->fill.at_ms = event->at_ms;
	news->fill.book = event->book;
	news->fill.sym = event->sym;
	if (seen_before(x, event))
		return;
	bool ours = order != NULL || client_id_instance(event->fill.id) == x->instance;
	bool entry = ours && client_id_role(event->fill.id) == ROLE_ENTRY;
	if (order != NULL) {
		order->filled += event->fill.qty;
		if (order->filled >= order->qty && !order_is_final(order->state)) { /* proof enough */
			order->state = ORDER_FILLED;
			order->changed_ms = event->at_ms;
		}
		order_touch(x, order);
	}
	if (h->phase == PHASE_FLAT && entry)
		take_late_entry(x, h, event);
	if (h->phase == PHASE_FLAT || (entry && h->entry_id != event->fill.id) ||
	    (!entry && event->fill.side != -h->side)) { /* nothing of ours that this could belong to */
		x->unreconciled[book][event->sym] = true;
		return;
	}
	news->counted = true;
	news->fill.role = ours ? (int64_t)client_id_role(event->fill.id) : ROLE_EXIT;
	news->fill.slippage = slippage_of(event->fill.side, event->fill.price,
					  order != NULL ? order->price : event->fill.price);
	h->fees += event->fill.fee;
	if (entry)
		fill_entry(x, h, news);
	else
		fill_exit(x, h, order, news);
	holding_settle_phase(x, h, event->at_ms);
	if (news->closed) {
		holding_release_protective(x, h, event->at_ms);
		holding_clear(x, h);
	}
}

void execution_on_funding(struct execution *x, enum book book, sym_t sym, money_t amount)
{
	struct holding *h = execution_holding(x, book, sym);

	if (h->qty == 0)
		return;
	h->funding += amount;
	execution_touch(x, h);
}

void execution_on_position(struct execution *x, const struct event *event)
{
	x->snapshot[event->book][event->sym] =
		(struct seen_position){.side = event->position.side, .qty = event->position.qty};
}

/* The exchange is the truth for positions: where it has less of ours than we think, ours is what it has. */
static bool reconcile(struct execution *x, struct holding *h, const struct seen_position *seen, ms_t now_ms)
{
	bool same_side = seen->qty == 0 || h->qty == 0 || seen->side == h->side;

	if (h->qty == seen->qty && same_side)
		return true;
	x->unreconciled[h->book][h->sym] = true;
	qty_t kept = same_side && seen->qty < h->qty ? seen->qty : same_side ? h->qty : 0;
	if (h->qty == 0 || kept == h->qty)
		return false;
	if (kept == 0) {
		holding_release_protective(x, h, now_ms);
		holding_clear(x, h);
		return false;
	}
	/* What left elsewhere leaves the entry too: its result is nobody's to guess. */
	money_t gone = h->cost - mul_div_down(h->cost, kept, h->qty);
	h->cost -= gone, h->entry_cost -= gone;
	h->entry_qty -= h->qty - kept;
	h->qty = kept;
	execution_touch(x, h);
	return false;
}

bool execution_on_positions_end(struct execution *x, enum book book, ms_t now_ms)
{
	bool agree = true;

	for (size_t sym = 0; sym < x->universe->count; sym++) {
		x->unreconciled[book][sym] = false;
		agree = reconcile(x, &x->holdings[book][sym], &x->snapshot[book][sym], now_ms) && agree;
		x->snapshot[book][sym] = (struct seen_position){0};
	}
	return agree;
}
