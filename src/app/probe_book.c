/* SPDX-License-Identifier: MIT
 * See probe_book.h. */
#include "probe_book.h"

#include <stdio.h>

void probe_book_init(struct probe_book *book, const struct signal_settings *signal)
{
	*book = (struct probe_book){.sym = SYM_NONE,
				    .signal = signal,
				    .quote = {.bid = UNKNOWN,
					      .ask = UNKNOWN,
					      .mark = UNKNOWN,
					      .last = UNKNOWN,
					      .spread = UNKNOWN,
					      .depth = UNKNOWN,
					      .ticker_ms = UNKNOWN,
					      .depth_ms = UNKNOWN,
					      .bar_ms = UNKNOWN},
				    .off_ms = UNKNOWN,
				    .equity = UNKNOWN,
				    .wallet = UNKNOWN,
				    .qty = UNKNOWN,
				    .leverage = UNKNOWN};
	series_init(&book->series);
}

void probe_book_begin(struct probe_book *book, sym_t sym, const struct instrument *instrument)
{
	book->sym = sym;
	book->instrument = instrument;
}

struct probe_order *probe_book_find(struct probe_book *book, int64_t id)
{
	for (size_t i = 0; i < book->order_count; i++)
		if (book->orders[i].id == id)
			return &book->orders[i];
	return NULL;
}

struct probe_order *probe_book_add(struct probe_book *book, int64_t id, ms_t now_ms)
{
	if (book->order_count == PROBE_ORDERS_MAX)
		return NULL;
	struct probe_order *order = &book->orders[book->order_count++];
	*order = (struct probe_order){.id = id, .sent_ms = now_ms};
	return order;
}

void probe_book_ask_lists(struct probe_book *book)
{
	book->lists = 0;
	book->listed_ours = false;
	book->foreign = 0;
}

/* A bar that cannot follow the last one begins the series anew: then P is not known, and the gate says so. */
static void hear_candle(struct probe_book *book, const struct event *event)
{
	const struct candle *bar = &event->candle.candle;

	if (!event->candle.closed || series_push(&book->series, book->signal, bar) == SERIES_UNUSABLE)
		return;
	ms_t end_ms = bar->open_ms + book->signal->timeframe_ms;
	if (book->quote.bar_ms == UNKNOWN || end_ms > book->quote.bar_ms)
		book->quote.bar_ms = end_ms;
}

static void hear_depth(struct probe_book *book, money_t depth, ms_t at_ms)
{
	book->quote.depth = depth;
	book->quote.depth_ms = at_ms;
}

static void hear_ticker(struct probe_book *book, const struct event *event)
{
	book->quote.bid = event->ticker.bid;
	book->quote.ask = event->ticker.ask;
	book->quote.mark = event->ticker.mark;
	book->quote.last = event->ticker.last;
	book->quote.ticker_ms = event->at_ms;
	if (event->ticker.has_depth)
		hear_depth(book, event->ticker.depth, event->at_ms);
}

static void hear_order(struct probe_book *book, const struct event *event)
{
	struct probe_order *order = event->order.id != 0 ? probe_book_find(book, event->order.id) : NULL;

	if (order == NULL) {
		book->foreign += !order_is_final(event->order.state);
		return;
	}
	if (order_is_final(order->state) && !order_is_final(event->order.state))
		return;
	order->state = event->order.state;
	order->qty = event->order.qty;
	order->filled = event->order.filled;
	order->price = event->order.price;
	if (event->order.reason[0] != '\0')
		snprintf(order->reason, sizeof order->reason, "%s", event->order.reason);
}

static void hear_fill(struct probe_book *book, const struct fill *fill)
{
	money_t value = fill->side == SIDE_LONG ? notional_up(book->instrument, fill->price, fill->qty)
						: notional_down(book->instrument, fill->price, fill->qty);

	if (fill->side == SIDE_LONG)
		book->bought += fill->qty, book->cost += value;
	else
		book->sold += fill->qty, book->proceeds += value;
	book->fees += fill->fee;
}

static void hear_position(struct probe_book *book, const struct event *event)
{
	if (event->sym != book->sym) {
		money_t *other = &book->others[event->sym];
		book->positions += (event->position.qty > 0) - (*other != 0);
		*other = event->position.qty > 0 ? event->position.cost : 0;
		return;
	}
	book->side = event->position.qty > 0 ? event->position.side : SIDE_NONE;
	book->qty = event->position.qty;
	book->listed_ours = true;
	if (event->position.leverage != UNKNOWN)
		book->leverage = event->position.leverage;
}

/* What a complete list has not got is flat. */
static void hear_end(struct probe_book *book, const struct event *event)
{
	switch (event->snapshot.what) {
	case SNAPSHOT_POSITIONS:
		if (!book->listed_ours)
			book->qty = 0, book->side = SIDE_NONE;
		book->lists |= PROBE_POSITIONS;
		break;
	case SNAPSHOT_ORDERS: book->lists |= PROBE_OPEN_ORDERS; break;
	case SNAPSHOT_BALANCE: book->lists |= PROBE_BALANCE; break;
	case SNAPSHOT_HISTORY: book->history = book->history || event->sym == book->sym; break;
	default: break;
	}
}

static void hear_absent(struct probe_book *book, int64_t id)
{
	struct probe_order *order = probe_book_find(book, id);

	if (order != NULL)
		order->absences++;
}

/* Of the account, or of the link. */
static void hear_other(struct probe_book *book, const struct event *event)
{
	switch (event->kind) {
	case EVENT_LINK:
		if (event->link.state == LINK_UP || event->link.state == LINK_DOWN)
			book->up = event->link.state == LINK_UP;
		if (event->link.clock_off_ms != UNKNOWN)
			book->off_ms = event->link.clock_off_ms;
		break;
	case EVENT_BALANCE:
		book->equity = event->balance.equity;
		book->wallet = event->balance.wallet;
		break;
	case EVENT_GARBAGE: snprintf(book->trouble, sizeof book->trouble, "%s", event->garbage.text); break;
	case EVENT_SNAPSHOT_END: hear_end(book, event); break;
	case EVENT_POSITION: hear_position(book, event); break;
	default: break;
	}
}

void probe_book_hear(struct probe_book *book, const struct event *event)
{
	if (event->sym != book->sym || event->kind == EVENT_POSITION || event->kind == EVENT_SNAPSHOT_END) {
		hear_other(book, event);
		return;
	}
	switch (event->kind) {
	case EVENT_CANDLE: hear_candle(book, event); break;
	case EVENT_TICKER: hear_ticker(book, event); break;
	case EVENT_DEPTH: hear_depth(book, event->depth.notional, event->at_ms); break;
	case EVENT_ORDER: hear_order(book, event); break;
	case EVENT_ORDER_ABSENT: hear_absent(book, event->absent.id); break;
	case EVENT_FILL: hear_fill(book, &event->fill); break;
	case EVENT_INSTRUMENT: book->regridded = true; break;
	default: hear_other(book, event); break;
	}
}

qty_t probe_book_own(const struct probe_book *book)
{
	return book->bought > book->sold ? book->bought - book->sold : 0;
}

struct quote probe_book_quote(const struct probe_book *book)
{
	struct quote quote = book->quote;
	struct indicators indicators;

	series_read(&book->series, book->signal, &indicators);
	quote.spread = quote_spread(quote.bid, quote.ask);
	quote.volatility = indicators.volatility;
	return quote;
}

money_t probe_book_exposure(const struct probe_book *book)
{
	money_t sum = 0;

	for (size_t i = 0; i < SYMBOLS_MAX; i++) {
		if (book->others[i] == UNKNOWN || book->others[i] < 0 || sum > VALUE_MAX - book->others[i])
			return UNKNOWN;
		sum += book->others[i];
	}
	return sum;
}
