/* SPDX-License-Identifier: MIT
 * A stand for the simulated broker: one account of 10,000 USDT, two symbols, and the market said by hand.
 * BTC: tick 0.1, lot 0.001, so one lot at one tick is worth 1e-4 USDT = 1e4 money. SOL: tick 0.01, lot 1. */
#ifndef TEST_SIM_STAND_H
#define TEST_SIM_STAND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sim_broker.h"
#include "sim_generator.h"

#define BTC         ((sym_t)0)
#define SOL         ((sym_t)1)
#define TAKER       550000LL /* 0.055 % */
#define BAR_MS      1700000040000LL
#define LATENCY_MS  250
#define START_MONEY (10000 * MONEY_ONE)

struct stand {
	struct universe universe;
	struct sim_broker broker;
	struct exchange exchange;
	struct events heard;
	struct turn_out out;
	int64_t next_id;
};

static inline void stand_init(struct stand *stand, ms_t latency_ms)
{
	memset(stand, 0, sizeof(*stand));
	sim_universe_generate(&stand->universe, 3, TAKER);
	stand->universe.at[1] = stand->universe.at[2]; /* BTC, SOL */
	stand->universe.at[1].tick = (struct grid){1, 2};
	stand->universe.at[1].lot = (struct grid){1, 0};
	assert_int_equal(instrument_settle(&stand->universe.at[1]), TB_OK);
	stand->universe.count = 2;
	struct sim_broker_setup setup = {
		.balance = START_MONEY, .latency_ms = latency_ms, .leverage = 2 * RATIO_ONE};
	assert_int_equal(sim_broker_init(&stand->broker, &setup, &stand->universe), TB_OK);
	stand->exchange = (struct exchange){&sim_broker_ops, &stand->broker};
	stand->out.heard = &stand->heard;
	stand->next_id = 100;
}

static inline void stand_hear(struct stand *stand, const struct event *event)
{
	assert_int_equal(sim_broker_ops.on_market(&stand->exchange, event, &stand->out), TB_OK);
}

static inline void stand_print(struct stand *stand, sym_t sym, ms_t at_ms, ms_t open_ms, price_t open,
			       price_t high, price_t low, price_t close)
{
	struct event event = {.kind = EVENT_CANDLE, .sym = sym, .at_ms = at_ms};
	event.candle.candle = (struct candle){open_ms, open, high, low, close, 0};
	stand_hear(stand, &event);
}

/* The open of bar number `bar`, and its range one ms before the end. */
static inline void stand_open(struct stand *stand, sym_t sym, int bar, price_t open)
{
	stand_print(stand, sym, BAR_MS + bar * MINUTE_MS, BAR_MS + bar * MINUTE_MS, open, open, open, open);
}
static inline void stand_range(struct stand *stand, sym_t sym, int bar, price_t open, price_t high,
			       price_t low, price_t close)
{
	ms_t open_ms = BAR_MS + bar * MINUTE_MS;
	stand_print(stand, sym, open_ms + MINUTE_MS - 1, open_ms, open, high, low, close);
}

static inline void stand_quote(struct stand *stand, sym_t sym, ms_t at_ms, price_t bid, price_t ask,
			       money_t depth)
{
	struct event event = {.kind = EVENT_TICKER, .sym = sym, .at_ms = at_ms};
	event.ticker.bid = bid, event.ticker.ask = ask;
	event.ticker.mark = event.ticker.last = (bid + ask) / 2;
	stand_hear(stand, &event);
	event = (struct event){.kind = EVENT_DEPTH, .sym = sym, .at_ms = at_ms};
	event.depth.notional = depth;
	stand_hear(stand, &event);
}

static inline void stand_time(struct stand *stand, ms_t at_ms)
{
	struct wire_in wire = {.at_ms = at_ms, .kind = WIRE_TIME};
	assert_int_equal(sim_broker_ops.on_wire(&stand->exchange, &wire, &stand->out), TB_OK);
}

static inline struct order_request stand_enter(struct stand *stand, sym_t sym, int64_t side, qty_t qty,
					       price_t stop, price_t target)
{
	struct order_request order = {
		.verb = VERB_ENTER, .sym = sym, .side = side, .qty = qty, .stop = stop, .target = target};
	order.id = ++stand->next_id;
	order.stop_id = stop ? ++stand->next_id : 0;
	order.target_id = target ? ++stand->next_id : 0;
	return order;
}

/* Sends at `now` and lets it arrive. */
static inline void stand_send(struct stand *stand, const struct order_request *order, ms_t now)
{
	assert_int_equal(sim_broker_accept(&stand->broker, order, now), TB_OK);
	stand_time(stand, now + stand->broker.setup.latency_ms);
}

static inline void stand_forget(struct stand *stand)
{
	stand->heard.count = 0;
}

/* The nth event of that kind (from 0); fails the test if there is none. */
static inline const struct event *stand_nth(const struct stand *stand, enum event_kind kind, size_t nth)
{
	for (size_t i = 0; i < stand->heard.count; i++)
		if (stand->heard.at[i].kind == kind && nth-- == 0)
			return &stand->heard.at[i];
	fail_msg("event of kind %d is missing", (int)kind);
	return NULL;
}

static inline size_t stand_count(const struct stand *stand, enum event_kind kind)
{
	size_t count = 0;
	for (size_t i = 0; i < stand->heard.count; i++)
		count += stand->heard.at[i].kind == kind;
	return count;
}

/* The last thing said of that order, or NULL. */
static inline const struct event *stand_order(const struct stand *stand, int64_t id)
{
	const struct event *last = NULL;
	for (size_t i = 0; i < stand->heard.count; i++)
		if (stand->heard.at[i].kind == EVENT_ORDER && stand->heard.at[i].order.id == id)
			last = &stand->heard.at[i];
	return last;
}

/* A long BTC market: last 600000, bid and ask 30 ticks away, depth 1,000,000 USDT; a bar has just opened. */
static inline void stand_market(struct stand *stand)
{
	stand_range(stand, BTC, -1, 600000, 600100, 599900, 600000);
	stand_quote(stand, BTC, BAR_MS - 1, 599970, 600030, 1000000 * MONEY_ONE);
	stand_range(stand, SOL, -1, 15000, 15010, 14990, 15000);
	stand_quote(stand, SOL, BAR_MS - 1, 14998, 15002, 500000 * MONEY_ONE);
	stand_open(stand, BTC, 0, 600000);
	stand_open(stand, SOL, 0, 15000);
}

#endif
