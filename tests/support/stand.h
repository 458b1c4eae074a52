/* SPDX-License-Identifier: MIT
 * A real engine on a hand-made market of two symbols at 100 USDT (tick 0.01, lot 0.001) and an account of
 * 10,000. The first 100 bars of its history are wild, then it is calm, so a step out of the range is a
 * breakout with a volatility between the two. Every bar counts as high_vol (rank_high 0): only the breakout
 * strategy acts. */
#ifndef SUPPORT_STAND_H
#define SUPPORT_STAND_H

#include "engine.h"
#include "wants.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define START     (20000 * DAY_MS + 6 * HOUR_MS)
#define USDT(n)   ((n)*MONEY_ONE)
#define WARM_BARS 300
#define LOG_MAX   20000

static struct engine *engine;
static struct engine_settings settings;
static struct universe universe;
static struct wants wants;
static struct record *journal; /* everything the engine wanted stored */
static struct intent *sent;    /* ... and done */
static size_t journal_count, sent_count;
static ms_t now;
static int64_t executions;
static money_t wallet;

static inline void tell(struct event event)
{
	event.at_ms = now;
	engine_step(engine, &event, &wants);
	assert_true(journal_count + wants.record_count <= LOG_MAX &&
		    sent_count + wants.intent_count <= LOG_MAX);
	for (size_t i = 0; i < wants.record_count; i++)
		journal[journal_count++] = wants.records[i];
	for (size_t i = 0; i < wants.intent_count; i++)
		sent[sent_count++] = wants.intents[i];
	wants.record_count = wants.intent_count = 0;
}

static inline void tell_end(enum snapshot_kind what, sym_t sym)
{
	tell((struct event){.kind = EVENT_SNAPSHOT_END, .sym = sym, .snapshot.what = what});
}
static inline void tell_balance(money_t amount)
{
	wallet = amount;
	tell((struct event){.kind = EVENT_BALANCE, .balance = {amount, amount, amount}});
}
static inline void pass(ms_t ms)
{
	now += ms;
	tell((struct event){.kind = EVENT_TIME, .sym = SYM_NONE});
}

static inline void ticker(sym_t sym, price_t mid)
{
	tell((struct event){
		.kind = EVENT_TICKER, .sym = sym, .ticker = {mid - 1, mid + 1, mid, mid, 0, false}});
	tell((struct event){.kind = EVENT_DEPTH, .sym = sym, .depth.notional = USDT(1000000)});
}

/* One minute passes in the symbols from..to and ends at this close. */
static inline void bars(sym_t from, sym_t to, price_t close)
{
	now += MINUTE_MS - now % MINUTE_MS;
	for (sym_t sym = from; sym <= to; sym++)
		ticker(sym, close);
	for (sym_t sym = from; sym <= to; sym++)
		tell((struct event){
			.kind = EVENT_CANDLE,
			.sym = sym,
			.candle = {.candle = {now - MINUTE_MS, close, close + 30, close - 30, close, 1000},
				   .closed = true}});
}
static inline void bar(price_t close)
{
	bars(0, 0, close);
}
static inline void breakout(void)
{
	bar(10150);
}

static inline void history(sym_t sym)
{
	for (int i = 0; i < WARM_BARS; i++) {
		price_t swing = i < 100 ? 150 : 20, close = 10000 + (i % 2 ? swing : -swing);
		ms_t open_ms = now - now % MINUTE_MS - (WARM_BARS - i) * MINUTE_MS;
		tell((struct event){
			.kind = EVENT_CANDLE,
			.sym = sym,
			.candle = {.candle = {open_ms, close, close + 30, close - 30, close, 1000},
				   .closed = true,
				   .history = true}});
	}
	tell_end(SNAPSHOT_HISTORY, sym);
}

/* A universe, an engine with the present settings, nothing told yet. */
static inline void make_engine(void)
{
	engine = realloc(engine, engine_bytes(2));
	memset(engine, 0, engine_bytes(2));
	engine_init(engine, &settings, &universe);
}

static inline int prepare(void **state)
{
	(void)state;
	universe.count = 2;
	for (size_t i = 0; i < 2; i++) {
		universe.at[i] = (struct instrument){.status = INSTRUMENT_TRADING,
						     .tick = {1, 2},
						     .lot = {1, 3},
						     .contract = {1, 0},
						     .min_qty = 1,
						     .max_qty = 100000000,
						     .maintenance = RATIO_ONE / 200,
						     .taker_fee = 2 * BPS,
						     .listed_ms = START - 100 * DAY_MS,
						     .funding_every_ms = 8 * HOUR_MS};
		snprintf(universe.at[i].name, sizeof universe.at[i].name, "%c/USDT:USDT", 'A' + (int)i);
		assert_int_equal(instrument_settle(&universe.at[i]), 0);
	}
	engine_settings_default(&settings);
	settings.signal.rank_high = 0;
	settings.manual_count = 1;
	settings.manual[0] = 0;
	settings.scanner.enabled = false;
	settings.warm_all = true;
	if (journal == NULL)
		journal = calloc(LOG_MAX, sizeof *journal), sent = calloc(LOG_MAX, sizeof *sent);
	journal_count = sent_count = 0;
	now = START;
	executions = 0;
	make_engine();
	return 0;
}

static inline int forget(void **state)
{
	(void)state;
	free(engine), free(journal), free(sent);
	engine = NULL, journal = NULL, sent = NULL;
	return 0;
}

/* What an exchange with nothing in it answers; up to READY. */
static inline void start(void)
{
	tell((struct event){.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_UP}});
	tell_end(SNAPSHOT_JOURNAL, SYM_NONE);
	tell_end(SNAPSHOT_POSITIONS, SYM_NONE);
	tell_end(SNAPSHOT_ORDERS, SYM_NONE);
	tell_balance(USDT(10000));
	tell_end(SNAPSHOT_BALANCE, SYM_NONE);
	for (sym_t sym = 0; sym < 2; sym++) {
		tell((struct event){.kind = EVENT_POSITION, .sym = sym, .position.leverage = RATIO_ONE});
		history(sym);
	}
	assert_true(engine_ready(engine));
}
static inline void start_and_scan(void)
{
	start();
	tell_end(SNAPSHOT_SCAN, SYM_NONE);
}

static inline struct holding *held(sym_t sym)
{
	return execution_holding(engine_execution(engine), BOOK_MAIN, sym);
}

/* The newest record of a kind, or NULL. */
static inline const struct record *last(enum record_kind kind)
{
	for (size_t i = journal_count; i-- > 0;)
		if (journal[i].kind == kind)
			return &journal[i];
	return NULL;
}
static inline size_t recorded(enum record_kind kind)
{
	size_t count = 0;
	for (size_t i = 0; i < journal_count; i++)
		count += journal[i].kind == kind;
	return count;
}
static inline bool noted(enum note note)
{
	for (size_t i = 0; i < journal_count; i++)
		if (journal[i].kind == RECORD_NOTE && journal[i].note.note == (int)note)
			return true;
	return false;
}
/* The newest ticket with that verb, or NULL. */
static inline const struct order_request *ticket_of(enum verb verb)
{
	for (size_t i = sent_count; i-- > 0;)
		if (sent[i].kind == INTENT_TICKET && sent[i].ticket.order.verb == (int)verb)
			return &sent[i].ticket.order;
	return NULL;
}
static inline size_t asked(enum intent_kind kind)
{
	size_t count = 0;
	for (size_t i = 0; i < sent_count; i++)
		count += sent[i].kind == kind;
	return count;
}

static inline void tell_fill_in(enum book book, int64_t id, int64_t side, qty_t qty, price_t price)
{
	tell((struct event){.kind = EVENT_FILL,
			    .book = (uint8_t)book,
			    .sym = 0,
			    .fill = {.id = id,
				     .execution = ++executions,
				     .side = side,
				     .qty = qty,
				     .price = price,
				     .fee = 1000,
				     .spread = UNKNOWN,
				     .impact = UNKNOWN}});
}
static inline void tell_fill(int64_t id, int64_t side, qty_t qty, price_t price)
{
	tell_fill_in(BOOK_MAIN, id, side, qty, price);
}
static inline void tell_live(int64_t id, qty_t qty)
{
	tell((struct event){
		.kind = EVENT_ORDER,
		.sym = 0,
		.order = {.id = id, .state = ORDER_LIVE, .qty = qty, .role = client_id_role(id)}});
}

/* The breakout has entered: it fills as decided, stop and target rest. */
static inline void open_position(void)
{
	breakout();
	const struct order_request *order = ticket_of(VERB_ENTER);
	assert_non_null(order);
	now += 250;
	tell_fill(order->id, order->side, order->qty, order->price);
	tell_live(held(0)->stop_id, order->qty);
	tell_live(held(0)->target_id, order->qty);
	assert_int_equal(held(0)->phase, PHASE_PROTECTED);
}

#endif
