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

/* Where those are counted that look like this one. Accounts count for themselves, so book and symbol are part
 * of it. */
static size_t alike(int64_t execution, int64_t book, int64_t sym)
{
	uint64_t all =
		(uint64_t)execution * (BOOK_COUNT * SYMBOLS_MAX) + (uint64_t)(book * SYMBOLS_MAX + sym);

	return (all * 0x9e3779b97f4a7c15ULL >> 32) % EXECUTION_ALIKE; /* 2^64 / golden ratio */
}

/* None that looks like it, as nearly always: not one of them. Looking at all took 40 of 2,000 instructions a
 * bar of a backtest, at one trade in 700 bars. */
static bool is_seen(const struct execution *x, const struct event *event, int64_t execution)
{
	if (execution == 0 || x->seen_alike[alike(execution, event->book, event->sym)] == 0)
		return false;
	for (size_t i = 0; i < EXECUTION_SEEN_MAX; i++)
		if (x->seen[i].execution == execution && x->seen[i].sym == event->sym &&
		    x->seen[i].book == event->book)
			return true;
	return false;
}

/* Told before, waiting to be told, or booked from the lists (under its order's number) because it was not. */
static bool seen_before(const struct execution *x, const struct event *event)
{
	int64_t execution = event->fill.execution;

	if (execution < 0)
		return false; /* it is from the lists itself */
	for (size_t i = 0; i < x->early_count; i++)
		if (execution != 0 && x->early[i].execution == execution && x->early[i].sym == event->sym &&
		    x->early[i].book == event->book)
			return true;
	return is_seen(x, event, execution) || is_seen(x, event, -event->fill.id);
}

void fill_note_seen(struct execution *x, int64_t execution, int64_t book, int64_t sym)
{
	struct seen_execution *place = &x->seen[x->seen_next % EXECUTION_SEEN_MAX];

	if (x->seen_next++ >= EXECUTION_SEEN_MAX)
		x->seen_alike[alike(place->execution, place->book, place->sym)]--;
	x->seen_alike[alike(execution, book, sym)]++;
	*place = (struct seen_execution){execution, book, sym};
}

void fill_tell_apart(struct execution *x, const struct fill *fill, bool waits)
{
	tb_assert(x->apart_count < EXECUTION_APART_MAX);
	x->any_dirty = true;
	x->apart[x->apart_count++] = (struct fill_apart){.seq = fill->seq,
							 .at_ms = fill->at_ms,
							 .book = fill->book,
							 .sym = fill->sym,
							 .id = fill->id,
							 .execution = fill->execution,
							 .reason = fill->reason,
							 .side = fill->side,
							 .qty = fill->qty,
							 .price = fill->price,
							 .fee = fill->fee,
							 .spread = fill->spread,
							 .impact = fill->impact,
							 .waits = waits};
}

/* A fill that is older than the lists which have shown what it did: it is in the books, at the mark. */
static bool is_booked(struct execution *x, const struct event *event)
{
	const struct holding *h = &x->holdings[event->book][event->sym];
	qty_t *booked = &x->booked[event->book][event->sym];

	if (event->fill.execution < 0 || event->fill.at_ms <= 0 || event->fill.qty > *booked ||
	    event->fill.at_ms > x->booked_ms[event->book][event->sym] ||
	    (h->qty > 0 && event->fill.side == h->side))
		return false;
	*booked -= event->fill.qty;
	symbol_mark(x, (enum book)event->book, event->sym);
	symbol_doubt(x, (enum book)event->book, event->sym, DOUBT_FILL);
	return true;
}

void fill_book(struct execution *x, const struct fill *fill)
{
	if (fill->execution != EXECUTION_ELSEWHERE)
		return;
	x->booked[fill->book][fill->sym] += fill->qty;
	x->booked_ms[fill->book][fill->sym] = fill->at_ms;
}

/* A closing fill of ours that was told before the entry it closes, whose own fills are still to come: it
 * waits for them, so that the trade is what it was. False when nothing more is to be expected. */
static bool waits_for_entry(struct execution *x, const struct fill *fill, ms_t now_ms)
{
	const struct holding *h = &x->holdings[fill->book][fill->sym];
	const struct order *entry = h->entry_id != 0 ? order_find(x, h->entry_id) : NULL;
	const struct order *order = order_find(x, fill->id);

	if (order == NULL || order->book != fill->book || order->sym != fill->sym ||
	    order->role == ROLE_ENTRY || h->qty >= fill->qty || fill->side != -h->side || entry == NULL ||
	    now_ms - fill->at_ms >= x->set.fills_ms)
		return false;
	return !order_is_final(entry->state) || order_is_untold(entry);
}

static bool keep_early(struct execution *x, const struct event *event)
{
	struct fill fill = event->fill;

	fill.book = event->book, fill.sym = event->sym;
	if (fill.at_ms == 0)
		fill.at_ms = event->at_ms;
	if (x->early_count == EXECUTION_EARLY_MAX || !waits_for_entry(x, &fill, event->at_ms))
		return false;
	fill.seq = ++x->apart_seq;
	x->early[x->early_count++] = fill;
	fill_tell_apart(x, &fill, true);
	return true;
}

/* It is in no trade. */
static void keep_apart(struct execution *x, struct fill *fill)
{
	fill->seq = ++x->apart_seq;
	fill_tell_apart(x, fill, false);
}

bool execution_next_early(struct execution *x, ms_t now_ms, struct event *out)
{
	for (size_t i = 0; i < x->early_count; i++) {
		if (waits_for_entry(x, &x->early[i], now_ms))
			continue;
		*out = (struct event){.kind = EVENT_FILL,
				      .book = (uint8_t)x->early[i].book,
				      .sym = (sym_t)x->early[i].sym,
				      .at_ms = now_ms,
				      .fill = x->early[i]};
		fill_tell_apart(x, &x->early[i], false);
		x->early_count--;
		for (; i < x->early_count; i++)
			x->early[i] = x->early[i + 1];
		return true;
	}
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
	holding_read_protective(x, h); /* its stop may have been confirmed before the fill was told */
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

static void fill_exit(struct execution *x, struct holding *h, const struct order *order, bool ours,
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
	if (h->qty <= h->keep_qty)
		h->keep_qty = h->keep_reason = 0;
	news->fill.reason = fill->reason != EXIT_NONE || ours ? fill->reason : EXIT_FOREIGN;
	if (h->qty == 0)
		h->exit_reason = reason_of(h, fill, order);
	if (order != NULL && h->exit_id == order->id && order_is_final(order->state) &&
	    order->filled >= order->qty) {
		h->exit_id = 0; /* what is left, if it is to leave, may go on */
		h->retry_ms = fill->at_ms;
	}
	holding_read_protective(x, h);
	if (h->qty == 0) {
		holding_settle_phase(x, h, fill->at_ms);
		close_trade(h, news);
	}
	if (qty < fill->qty) /* more was closed than we held: the rest is a position nobody wants */
		symbol_doubt(x, (enum book)h->book, (sym_t)h->sym, DOUBT_FILL);
}

/* An entry that was taken for rejected or absent has filled after all. It is ours, and nothing protects it
 * that we know of: held only to leave at once. */
static void take_late_entry(struct execution *x, struct holding *h, const struct event *event)
{
	bool flat = h->phase == PHASE_FLAT;

	h->phase = PHASE_LEAVING;
	h->exit_reason = EXIT_UNPROTECTED;
	h->retry_ms = event->at_ms;
	if (!flat)
		return;
	h->side = event->fill.side;
	h->generation = x->universe->at[h->sym].generation;
	h->entry_id = event->fill.id;
	h->decision_price = event->fill.price;
	h->sent_ms = h->signal_ms = event->at_ms;
	holding_activate(x, h);
}

/* Whose it is, and what it does to the holding. */
enum meaning { MEANS_NOTHING, MEANS_ENTRY, MEANS_LATE_ENTRY, MEANS_EXIT };

/* Anything of ours that came late, of an entry given up: on the side of what is held it is held, too, and all
 * of it leaves; against it, it has closed that much. A fill that is not ours can only have closed what we
 * held, and only if nothing foreign lies there that it may have closed instead. */
static enum meaning meaning_of(const struct execution *x, const struct holding *h, const struct fill *fill,
			       bool ours)
{
	bool entry = ours && client_id_role(fill->id) == ROLE_ENTRY;
	bool closes = h->qty > 0 && fill->side == -h->side;

	if (entry && h->phase != PHASE_FLAT && h->entry_id == fill->id)
		return fill->side == h->side ? MEANS_ENTRY : MEANS_NOTHING;
	if (entry && (h->phase == PHASE_FLAT || (h->qty > 0 && fill->side == h->side)))
		return MEANS_LATE_ENTRY;
	if (!ours && fill->reason == EXIT_NONE && x->foreign[h->book][h->sym] & FOREIGN_POSITION)
		return MEANS_NOTHING;
	return closes ? MEANS_EXIT : MEANS_NOTHING;
}

static void count_order(struct execution *x, struct order *order, struct holding *h,
			const struct event *event)
{
	order->filled += event->fill.qty;
	if (order->filled >= order->qty && !order_is_final(order->state)) { /* proof enough */
		order->state = ORDER_FILLED;
		order->changed_ms = event->at_ms;
	}
	order_touch(x, order);
	if (order->role == ROLE_TARGET && order->id == h->target_id)
		h->target_qty = order->state == ORDER_LIVE ? order->qty - order->filled : 0;
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
	if (event->fill.qty <= 0 || event->fill.price <= 0 || seen_before(x, event) || keep_early(x, event))
		return;
	fill_note_seen(x, event->fill.execution, event->book, event->sym);
	if (is_booked(x, event)) {
		keep_apart(x, &news->fill);
		return;
	}
	bool astray = order != NULL && (order->book != event->book || order->sym != event->sym);
	if (astray)
		order = NULL; /* our id, in a place where we never used it: nobody's */
	bool ours = !astray && (order != NULL ||
				(event->fill.id > 0 && client_id_instance(event->fill.id) == x->instance));
	x->moved_ms[book][event->sym] = event->at_ms;
	symbol_mark(x, book, event->sym);
	if (order != NULL)
		count_order(x, order, h, event);
	enum meaning meaning = astray ? MEANS_NOTHING : meaning_of(x, h, &event->fill, ours);
	if (meaning == MEANS_NOTHING) {
		news->unknown = true;
		keep_apart(x, &news->fill);
		symbol_doubt(x, book, event->sym, DOUBT_FILL);
		return;
	}
	if (meaning == MEANS_LATE_ENTRY) {
		take_late_entry(x, h, event);
		symbol_doubt(x, book, event->sym, DOUBT_FILL);
	}
	news->counted = true;
	fill_book(x, &news->fill);
	news->fill.role = meaning == MEANS_EXIT ? (ours && client_id_role(event->fill.id) != ROLE_ENTRY
							   ? (int64_t)client_id_role(event->fill.id)
							   : ROLE_EXIT)
						: ROLE_ENTRY;
	news->fill.slippage = slippage_of(event->fill.side, event->fill.price,
					  order != NULL ? order->price : event->fill.price);
	h->fees += event->fill.fee;
	if (meaning == MEANS_EXIT)
		fill_exit(x, h, order, ours, news);
	else
		fill_entry(x, h, news);
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
