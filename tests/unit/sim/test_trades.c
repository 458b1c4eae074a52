/* SPDX-License-Identifier: MIT
 * Market and broker together, against a second reading of docs/simulation.md: every trade of a random trader
 * is recomputed from the candles alone, to the tick, the millisecond and the last 1e-8 USDT of its fees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"
#include "sim_broker.h"
#include "sim_market.h"

#define T0         1700006400000LL
#define BARS       20000
#define SYMBOLS    4
#define LATENCY_MS 250
#define TAKER      550000LL

static struct universe universe;
static struct sim_market market;
static struct sim_broker broker;
static struct exchange feed = {&sim_market_ops, &market}, account = {&sim_broker_ops, &broker};
static struct events said, told;
static struct candle series[SYMBOLS][BARS + SIM_PREROLL];
static struct random trader;

/* What the trader remembers of its open trade in a symbol. */
static struct plan {
	int64_t side;
	qty_t qty;
	price_t stop, target;
	size_t bar; /* of the entry, index in series */
	bool open;
} plans[SYMBOLS];
static size_t stops, gaps, targets;
static int64_t ids;

static int64_t ceiling(int64_t num, int64_t den)
{
	return (num + den - 1) / den;
}

static money_t value(sym_t sym, price_t price, qty_t qty)
{
	assert_int_equal(universe.at[sym].value_den, 1);
	return price * qty * universe.at[sym].value_num;
}

/* The page's formulas; `bar` is the one in which the fill happens, so that quotes are of the bar before. */
static price_t expected_price(sym_t sym, size_t bar, price_t reference, int64_t side, qty_t qty)
{
	const struct candle *last = &series[sym][bar - 1];
	price_t half = ceiling(last->close, 10000) + (last->high - last->low) / 50;
	money_t turnover = 0;
	for (size_t i = bar - 30; i < bar; i++)
		turnover += value(sym, series[sym][i].close, series[sym][i].volume);
	money_t depth = turnover / 30 / 20, notional = value(sym, reference, qty);
	int64_t impact = 1000000 * notional / depth; /* 10 bps in 1e-9 */
	impact = impact < 1000 ? 0 : impact > 5000000 ? 5000000 : impact;
	price_t ticks = impact ? ceiling(reference * impact, RATIO_ONE) : 0;
	return reference + side * ((half < 1 ? 1 : half) + ticks);
}

static void assert_fill(const struct event *fill, sym_t sym, size_t bar, price_t reference, int64_t side)
{
	assert_int_equal(fill->fill.price, expected_price(sym, bar, reference, side, fill->fill.qty));
	assert_int_equal(fill->fill.side, side);
	money_t cost = value(sym, fill->fill.price, fill->fill.qty);
	/* 0.055 % = 11 / 20000, up */
	assert_int_equal(fill->fill.fee, cost / 20000 * 11 + ceiling(cost % 20000 * 11, 20000));
}

static size_t bar_of(ms_t at_ms)
{
	return (size_t)((at_ms - T0) / MINUTE_MS) + SIM_PREROLL;
}

/* Where and at what reference the trade must have ended, by walking the candles. */
static void check_exit(const struct event *fill)
{
	sym_t sym = fill->sym;
	struct plan *plan = &plans[sym];
	bool is_long = plan->side == SIDE_LONG;

	for (size_t bar = plan->bar;; bar++) {
		const struct candle *candle = &series[sym][bar];
		ms_t open_ms = T0 + (ms_t)(bar - SIM_PREROLL) * MINUTE_MS;
		price_t worst = is_long ? candle->low : candle->high,
			best = is_long ? candle->high : candle->low;
		bool after = bar > plan->bar;
		if (after && (candle->open - plan->stop) * plan->side <= 0) {
			assert_fill(fill, sym, bar, candle->open, -plan->side);
			assert_int_equal(fill->at_ms, open_ms);
			gaps++;
		} else if (after && (candle->open - plan->target) * plan->side >= 0) {
			assert_fill(fill, sym, bar, plan->target, -plan->side);
			assert_int_equal(fill->at_ms, open_ms);
		} else if ((worst - plan->stop) * plan->side <= 0) {
			assert_fill(fill, sym, bar, plan->stop, -plan->side);
			assert_int_equal(fill->at_ms, open_ms + MINUTE_MS - 1);
			assert_int_equal(fill->fill.role, ROLE_STOP);
			stops++;
		} else if ((best - plan->target) * plan->side >= 0) {
			assert_fill(fill, sym, bar, plan->target, -plan->side);
			assert_int_equal(fill->at_ms, open_ms + MINUTE_MS - 1);
			assert_int_equal(fill->fill.role, ROLE_TARGET);
			targets++;
		} else {
			continue;
		}
		break;
	}
	plan->open = false;
}

static void check_fills(void)
{
	for (size_t i = 0; i < told.count; i++) {
		const struct event *event = &told.at[i];
		assert_false(event->kind == EVENT_ORDER && event->order.state == ORDER_REJECTED &&
			     strcmp(event->order.reason, "stop would trigger at once") &&
			     strcmp(event->order.reason, "target would trigger at once"));
		if (event->kind == EVENT_ORDER && event->order.state == ORDER_REJECTED)
			plans[event->sym].open = false;
		if (event->kind != EVENT_FILL)
			continue;
		if (event->fill.role != ROLE_ENTRY) {
			check_exit(event);
			continue;
		}
		struct plan *plan = &plans[event->sym];
		plan->bar = bar_of(event->at_ms);
		assert_fill(event, event->sym, plan->bar, series[event->sym][plan->bar].open, plan->side);
		assert_int_equal(event->at_ms % MINUTE_MS, LATENCY_MS);
	}
	told.count = 0;
}

/* At a closed bar, now and then: an order that must fill at the open of the next. */
static void maybe_trade(sym_t sym, const struct candle *bar, ms_t now)
{
	struct plan *plan = &plans[sym];

	if (plan->open || random_below(&trader, 10) != 0)
		return;
	plan->open = true;
	plan->side = random_below(&trader, 2) ? SIDE_LONG : SIDE_SHORT;
	plan->qty = lots_for(&universe.at[sym], bar->close,
			     (10 + (money_t)random_below(&trader, 1000)) * MONEY_ONE);
	price_t distance = bar->close / (100 + (price_t)random_below(&trader, 900));
	plan->stop = bar->close - plan->side * distance;
	plan->target = bar->close + plan->side * distance * 2;
	struct order_request order = {.verb = VERB_ENTER,
				      .sym = sym,
				      .side = plan->side,
				      .qty = plan->qty,
				      .stop = plan->stop,
				      .target = plan->target};
	order.id = ++ids, order.stop_id = ++ids, order.target_id = ++ids;
	if (plan->qty < universe.at[sym].min_qty || value(sym, bar->close, plan->qty) < 6 * MONEY_ONE) {
		plan->open = false;
		return;
	}
	assert_int_equal(sim_broker_accept(&broker, &order, now), TB_OK);
}

static void run(void)
{
	struct turn_out said_out = {.heard = &said}, told_out = {.heard = &told};

	while (!sim_market_ended(&market)) {
		ms_t market_ms = sim_market_ops.next_ms(&feed), broker_ms = sim_broker_ops.next_ms(&account);
		struct wire_in wire = {.kind = WIRE_TIME,
				       .at_ms = market_ms < broker_ms ? market_ms : broker_ms};
		said.count = 0;
		if (market_ms <= wire.at_ms)
			assert_int_equal(sim_market_ops.on_wire(&feed, &wire, &said_out), TB_OK);
		for (size_t i = 0; i < said.count; i++)
			assert_int_equal(sim_broker_ops.on_market(&account, &said.at[i], &told_out), TB_OK);
		assert_int_equal(sim_broker_ops.on_wire(&account, &wire, &told_out), TB_OK);
		check_fills();
		for (size_t i = 0; i < said.count; i++)
			if (said.at[i].kind == EVENT_CANDLE && said.at[i].candle.closed)
				maybe_trade(said.at[i].sym, &said.at[i].candle.candle, wire.at_ms);
		assert_int_equal(sim_broker_check(&broker), 0);
	}
}

static void every_trade_can_be_recomputed_from_the_candles(void **state)
{
	(void)state;
	struct sim_market_setup setup = {.timeframe_ms = MINUTE_MS,
					 .start_ms = T0,
					 .bars = BARS,
					 .seed = 12,
					 .symbols = SYMBOLS,
					 .preroll = SIM_PREROLL};
	struct sim_broker_setup money = {.balance = 100000 * MONEY_ONE, .latency_ms = LATENCY_MS};

	random_seed(&trader, 7);
	sim_universe_generate(&universe, SYMBOLS, TAKER);
	sim_market_init(&market, &setup);
	assert_int_equal(sim_market_attach(&market, &universe, NULL), TB_OK);
	while (!sim_market_ended(&market)) { /* once for the candles */
		struct turn_out out = {.heard = &said};
		struct wire_in wire = {.kind = WIRE_TIME, .at_ms = sim_market_ops.next_ms(&feed)};
		said.count = 0;
		assert_int_equal(sim_market_ops.on_wire(&feed, &wire, &out), TB_OK);
	}
	for (sym_t s = 0; s < SYMBOLS; s++)
		assert_int_equal(sim_market_history(&market, s, 0, series[s], BARS + SIM_PREROLL),
				 BARS + SIM_PREROLL);
	sim_market_init(&market, &setup);
	assert_int_equal(sim_market_attach(&market, &universe, NULL), TB_OK);
	assert_int_equal(sim_broker_init(&broker, &money, &universe), TB_OK);
	run();
	print_message("%zu stopped, of them %zu at a gap; %zu at the target\n", stops + gaps, gaps, targets);
	assert_true(stops > 300 && targets > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_trade_can_be_recomputed_from_the_candles)};

	return cmocka_run_group_tests_name("sim trades", tests, NULL, NULL);
}
