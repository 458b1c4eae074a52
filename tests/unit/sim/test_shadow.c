/* SPDX-License-Identifier: MIT
 * The shadow's exchange hears of a symbol only while it has something there. Beside an account that hears
 * everything and gets the same orders, it must say the same, event for event. */
#include "random.h"
#include "sim_shadow.h"
#include "stand.h"

#include <stdlib.h>

static struct stand *twin; /* the main account: hears all, is never ordered anything */
static struct sim_broker *whole;
static struct sim_shadow *shadow;
static struct exchange whole_exchange, shadow_exchange;
static struct events *from_whole, *from_shadow;

static int set_up(void **state)
{
	struct sim_broker_setup setup = {.balance = START_MONEY,
					 .latency_ms = LATENCY_MS,
					 .leverage = 2 * RATIO_ONE,
					 .book = BOOK_SHADOW};

	(void)state;
	twin = calloc(1, sizeof *twin), whole = calloc(1, sizeof *whole), shadow = calloc(1, sizeof *shadow);
	from_whole = calloc(1, sizeof *from_whole), from_shadow = calloc(1, sizeof *from_shadow);
	stand_init(twin, LATENCY_MS);
	assert_int_equal(sim_broker_init(whole, &setup, &twin->universe), TB_OK);
	assert_int_equal(sim_shadow_init(shadow, &setup, &twin->universe, &twin->broker), TB_OK);
	whole_exchange = (struct exchange){&sim_broker_ops, whole};
	shadow_exchange = (struct exchange){&sim_shadow_ops, shadow};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(twin), free(whole), free(shadow), free(from_whole), free(from_shadow);
	return 0;
}

static void compare(void)
{
	assert_int_equal(from_whole->count, from_shadow->count);
	for (size_t i = 0; i < from_whole->count; i++)
		assert_memory_equal(&from_whole->at[i], &from_shadow->at[i], sizeof(struct event));
	from_whole->count = from_shadow->count = 0;
	assert_int_equal(whole->wallet, shadow->broker.wallet);
}

static void hear(const struct event *event)
{
	struct turn_out to_whole = {.heard = from_whole}, to_shadow = {.heard = from_shadow};

	stand_hear(twin, event);
	assert_int_equal(sim_broker_ops.on_market(&whole_exchange, event, &to_whole), TB_OK);
	assert_int_equal(sim_shadow_ops.on_market(&shadow_exchange, event, &to_shadow), TB_OK);
	compare();
	twin->heard.count = 0;
}

/* As the driver: a shadow that has nothing is not asked. */
static void wake(ms_t now_ms)
{
	struct wire_in wire = {.at_ms = now_ms, .kind = WIRE_TIME};
	struct turn_out to_whole = {.heard = from_whole}, to_shadow = {.heard = from_shadow};

	assert_int_equal(sim_broker_ops.on_wire(&whole_exchange, &wire, &to_whole), TB_OK);
	if (shadow->heard_count > 0)
		assert_int_equal(sim_shadow_ops.on_wire(&shadow_exchange, &wire, &to_shadow), TB_OK);
	compare();
}

static void print(sym_t sym, ms_t at_ms, ms_t open_ms, const price_t ohlc[4])
{
	struct event event = {.kind = EVENT_CANDLE, .sym = sym, .at_ms = at_ms};

	event.candle.candle = (struct candle){open_ms, ohlc[0], ohlc[1], ohlc[2], ohlc[3], 1000};
	hear(&event);
}

static void quote(sym_t sym, ms_t at_ms, price_t mid, money_t depth)
{
	struct event event = {.kind = EVENT_TICKER, .sym = sym, .at_ms = at_ms};

	event.ticker.bid = mid - 2, event.ticker.ask = mid + 3;
	event.ticker.mark = event.ticker.last = mid;
	hear(&event);
	event = (struct event){.kind = EVENT_DEPTH, .sym = sym, .at_ms = at_ms};
	event.depth.notional = depth;
	hear(&event);
}

static void both(const struct order_request *order, ms_t now_ms)
{
	assert_int_equal(sim_broker_accept(whole, order, now_ms), sim_shadow_accept(shadow, order, now_ms));
}

static void ask_both(enum intent_kind kind, sym_t sym, int64_t id, ms_t now_ms)
{
	struct intent intent = {.kind = (uint8_t)kind, .book = BOOK_SHADOW, .sym = sym, .id = id};
	struct turn_out to_whole = {.heard = from_whole}, to_shadow = {.heard = from_shadow};

	sim_broker_ops.ask(&whole_exchange, &intent, now_ms, &to_whole);
	sim_shadow_ops.ask(&shadow_exchange, &intent, now_ms, &to_shadow);
	compare();
}

/* Orders of every kind at random; sometimes none for hours. */
static void random_order(struct random *random, sym_t sym, price_t price, ms_t now_ms)
{
	int64_t side = random_below(random, 2) ? SIDE_LONG : SIDE_SHORT;
	qty_t qty = 1 + (qty_t)random_below(random, 20);
	struct order_request order =
		stand_enter(twin, sym, side, qty, price - side * price / 200, price + side * price / 150);

	order.book = BOOK_SHADOW;
	switch (random_below(random, 6)) {
	case 0: ask_both(INTENT_CANCEL, sym, twin->next_id - (int64_t)random_below(random, 9), now_ms); break;
	case 1: ask_both(INTENT_QUERY, sym, twin->next_id - (int64_t)random_below(random, 9), now_ms); break;
	case 2:
		order.verb = VERB_REDUCE, order.stop_id = order.target_id = 0;
		both(&order, now_ms);
		break;
	case 3:
		order.verb = VERB_PROTECT, order.id = 0;
		both(&order, now_ms);
		break;
	default: both(&order, now_ms); break;
	}
}

static void a_shadow_says_what_an_account_that_heard_everything_says(void **state)
{
	struct random random;
	price_t price[2] = {300000, 15000};
	int64_t fills = 0, idle = 0;

	(void)state;
	random_seed(&random, 3);
	for (int bar = 0; bar < 4000; bar++) {
		ms_t open_ms = BAR_MS + bar * MINUTE_MS;
		bool busy = bar / 200 % 3 != 2;
		for (sym_t sym = 0; sym < 2; sym++)
			print(sym, open_ms, open_ms,
			      (price_t[4]){price[sym], price[sym], price[sym], price[sym]});
		if (busy && random_below(&random, 3) == 0) {
			sym_t sym = (sym_t)random_below(&random, 2);
			random_order(&random, sym, price[sym], open_ms + 100);
		}
		wake(open_ms + 100 + LATENCY_MS);
		for (sym_t sym = 0; sym < 2; sym++) {
			price_t swing = price[sym] / 300, open = price[sym];
			price_t close = open + (price_t)random_below(&random, (uint64_t)(2 * swing)) - swing;
			price_t high = (open > close ? open : close) + swing / 3,
				low = (open < close ? open : close) - swing / 3;
			print(sym, open_ms + MINUTE_MS - 1, open_ms, (price_t[4]){open, high, low, close});
			quote(sym, open_ms + MINUTE_MS - 1, close, 200000 * MONEY_ONE + bar * MONEY_ONE);
			price[sym] = close;
			if (bar % 480 == 0) {
				struct event event = {.kind = EVENT_FUNDING_RATE,
						      .sym = sym,
						      .at_ms = open_ms + MINUTE_MS - 1,
						      .funding = {.rate = BPS, .settled = true}};
				hear(&event);
			}
		}
		fills = whole->executions;
		idle += shadow->heard_count == 0;
	}
	assert_true(fills > 300);
	assert_true(idle > 500); /* and it was left alone for long stretches */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_shadow_says_what_an_account_that_heard_everything_says,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
