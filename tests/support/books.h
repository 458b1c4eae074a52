/* SPDX-License-Identifier: MIT
 * The books of execution with three symbols, and an exchange made of single lines: each helper is one piece
 * of news. One tick times one lot is 10 USDT-millionths (1000 units of money) unless a test changes it. */
#ifndef SUPPORT_BOOKS_H
#define SUPPORT_BOOKS_H

#include "execution.h"
#include "wants.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define T0 (20000 * DAY_MS + HOUR_MS)

static struct execution x;
static struct universe universe;
static struct wants wants;
static ms_t now;
static int64_t executions;

static inline int books_open(void **state)
{
	(void)state;
	universe.count = 3;
	for (size_t i = 0; i < 3; i++)
		universe.at[i] = (struct instrument){.value_num = 1000, .value_den = 1, .max_qty = 1000000};
	execution_init(&x, &execution_settings_default, &universe, 77);
	wants.intent_count = wants.record_count = 0;
	now = T0;
	executions = 0;
	return 0;
}

static inline struct holding *held(sym_t sym)
{
	return execution_holding(&x, BOOK_MAIN, sym);
}

static inline void enter_in(enum book book, sym_t sym, int64_t side, qty_t qty)
{
	struct ticket ticket = {.order = {.verb = VERB_ENTER,
					  .book = book,
					  .sym = sym,
					  .side = side,
					  .qty = qty,
					  .price = 1000,
					  .stop = 1000 - side * 50,
					  .target = 1000 + side * 100,
					  .risk = 50 * 1000 * qty}};

	ticket.order.id = execution_next_id(&x, ROLE_ENTRY);
	ticket.order.stop_id = execution_next_id(&x, ROLE_STOP);
	ticket.order.target_id = execution_next_id(&x, ROLE_TARGET);
	execution_enter(&x, &ticket, &(struct holding){.strategy = STRATEGY_TREND, .capital = MONEY_ONE}, now,
			&wants);
}
static inline void enter(int64_t side, qty_t qty)
{
	enter_in(BOOK_MAIN, 1, side, qty);
}

static inline struct fill_news fill_in(enum book book, sym_t sym, int64_t id, int64_t side, qty_t qty,
				       price_t price)
{
	struct fill_news news;
	struct event event = {.kind = EVENT_FILL,
			      .book = (uint8_t)book,
			      .sym = sym,
			      .at_ms = now,
			      .fill = {.id = id,
				       .execution = ++executions,
				       .side = side,
				       .qty = qty,
				       .price = price,
				       .spread = UNKNOWN,
				       .impact = UNKNOWN}};

	execution_on_fill(&x, &event, &news);
	return news;
}
static inline struct fill_news fill(int64_t id, int64_t side, qty_t qty, price_t price)
{
	return fill_in(BOOK_MAIN, 1, id, side, qty, price);
}

static inline void news_of(int64_t id, enum order_state state, qty_t qty, qty_t filled)
{
	execution_on_order(
		&x, &(struct event){.kind = EVENT_ORDER,
				    .sym = 1,
				    .at_ms = now,
				    .order = {.id = id, .state = state, .qty = qty, .filled = filled}});
}
static inline void live(int64_t id, qty_t qty)
{
	news_of(id, ORDER_LIVE, qty, 0);
}
static inline void absent(int64_t id)
{
	execution_on_absent(
		&x, &(struct event){.kind = EVENT_ORDER_ABSENT, .sym = 1, .at_ms = now, .absent.id = id});
}

/* An open long (or short) of qty at 1000 with stop and target confirmed. */
static inline void open_protected(int64_t side, qty_t qty)
{
	enter(side, qty);
	fill(held(1)->entry_id, side, qty, 1000);
	live(held(1)->stop_id, qty);
	live(held(1)->target_id, qty);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
}

static inline void reduce(enum exit_reason reason)
{
	struct holding *h = held(1);
	struct ticket ticket = {.order = {.verb = VERB_REDUCE, .sym = 1, .side = -h->side, .qty = h->qty}};

	ticket.order.id = execution_next_id(&x, ROLE_EXIT);
	execution_reduce(&x, &ticket, 1000, reason, now, &wants);
}
static inline void reduce_by(qty_t qty, enum exit_reason reason)
{
	struct holding *h = held(1);
	struct ticket ticket = {.order = {.verb = VERB_REDUCE, .sym = 1, .side = -h->side, .qty = qty}};

	ticket.order.id = execution_next_id(&x, ROLE_EXIT);
	execution_reduce(&x, &ticket, 1000, reason, now, &wants);
}

static inline void protect(price_t stop)
{
	struct holding *h = held(1);
	struct ticket ticket = {.order = {.verb = VERB_PROTECT,
					  .sym = 1,
					  .side = -h->side,
					  .qty = h->qty,
					  .stop = stop,
					  .target = h->target}};

	ticket.order.stop_id = execution_next_id(&x, ROLE_STOP);
	ticket.order.target_id = execution_next_id(&x, ROLE_TARGET);
	execution_protect(&x, &ticket, EXIT_TRAILING, now, &wants);
}

/* What the holding wants at this mark, or -1; the engine's part (ticket and intent) is done, too. */
static inline int wish_at(price_t mark)
{
	struct wish wish;

	if (!execution_holding_wish(&x, held(1), mark, now, &wish))
		return -1;
	if (wish.kind == WISH_REDUCE)
		reduce_by(wish.qty, wish.reason);
	else
		protect(wish.stop);
	return (int)wish.kind;
}

/* The first order wish, or -1. */
static inline int order_wish(struct wish *wish)
{
	return execution_order_wish(&x, now, wish) ? (int)wish->kind : -1;
}

/* The state the order was last known in; also of one that is over and flushed. */
static inline int state_of(int64_t id)
{
	for (size_t i = 0; i < x.order_count; i++)
		if (x.orders[i].id == id)
			return (int)x.orders[i].state;
	for (size_t i = wants.record_count; i-- > 0;)
		if (wants.records[i].kind == RECORD_ORDER && wants.records[i].order.id == id)
			return (int)wants.records[i].order.state;
	return -1;
}

/* The exchange's list of positions: symbol 1 as given, the others flat. */
static struct difference found[DIFFERENCES_MAX];
static inline size_t compare_with(int64_t side, qty_t qty)
{
	ms_t asked = now;

	execution_on_orders_begin(&x);
	now += 100;
	if (qty > 0)
		execution_on_position(&x, &(struct event){.kind = EVENT_POSITION,
							  .sym = 1,
							  .position = {.side = side, .qty = qty}});
	return execution_on_positions_end(&x, BOOK_MAIN, asked, now, found);
}

static inline size_t tickets(enum verb verb)
{
	size_t count = 0;
	for (size_t i = 0; i < wants.intent_count; i++)
		count += wants.intents[i].kind == INTENT_TICKET &&
			 wants.intents[i].ticket.order.verb == (int)verb;
	return count;
}

#endif
