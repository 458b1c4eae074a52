/* SPDX-License-Identifier: MIT
 * When the simulated market says what: the order at one instant, holes, settlements, the scanner's table, and
 * that a saved market goes on as if nothing had been. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sim_market.h"

#define T0   1699999200000LL /* 22:00, two hours before a settlement */
#define BARS 200

static struct universe universe;
static struct sim_market market;
static struct exchange exchange = {&sim_market_ops, &market};
static struct events heard;
static struct candle candles[3][BARS];
static struct funding_point funding[3] = {
	{T0 - 7 * HOUR_MS, 111}, {T0 + 5 * MINUTE_MS + 7, 222}, {T0 + 10 * MINUTE_MS - 30000, -333}};
static struct sim_tape tapes[3];

static struct sim_market_setup setup(void)
{
	return (struct sim_market_setup){.timeframe_ms = MINUTE_MS, .symbols = 3};
}

/* Three tapes; the second begins 3 bars later and has a hole of bars 10..14; all have a hole of 50..99. */
static int set_up(void **state)
{
	(void)state;
	sim_universe_generate(&universe, 3, 550000);
	memset(tapes, 0, sizeof(tapes));
	for (int s = 0; s < 3; s++) {
		tapes[s].candles = candles[s];
		for (int i = s == 1 ? 3 : 0; i < BARS; i++) {
			if ((s == 1 && i >= 10 && i < 15) || (i >= 50 && i < 100))
				continue;
			price_t open = 10000 * (s + 1) + i;
			candles[s][tapes[s].count++] = (struct candle){
				T0 + i * MINUTE_MS, open, open + 10, open - 5, open + 1, 1000};
		}
	}
	tapes[0].funding = funding;
	tapes[0].funding_count = 3;
	struct sim_market_setup values = setup();
	sim_market_init(&market, &values);
	assert_int_equal(sim_market_attach(&market, &universe, tapes), TB_OK);
	return 0;
}

static void step(void)
{
	struct turn_out out = {.heard = &heard};
	struct wire_in wire = {.at_ms = sim_market_ops.next_ms(&exchange), .kind = WIRE_TIME};
	heard.count = 0;
	assert_int_equal(sim_market_ops.on_wire(&exchange, &wire, &out), TB_OK);
}

static void step_to(ms_t at_ms)
{
	while (sim_market_ops.next_ms(&exchange) < at_ms)
		step();
}

static void assert_event(size_t at, enum event_kind kind, sym_t sym)
{
	assert_true(at < heard.count);
	assert_int_equal(heard.at[at].kind, kind);
	assert_int_equal(heard.at[at].sym, sym);
}

static void a_bar_is_said_open_first_then_whole_with_its_quote_then_closed(void **state)
{
	(void)state;
	assert_int_equal(sim_market_ops.next_ms(&exchange), T0);
	step_to(T0 + 4 * MINUTE_MS - 1);
	step(); /* the range of bar 3 */
	assert_int_equal(heard.count, 6);
	for (sym_t s = 0; s < 3; s++) {
		assert_event(s * 2u, EVENT_CANDLE, s);
		assert_false(heard.at[s * 2].candle.closed);
		assert_int_equal(heard.at[s * 2].candle.candle.high, candles[s][s == 1 ? 0 : 3].high);
		assert_int_equal(heard.at[s * 2].at_ms, T0 + 4 * MINUTE_MS - 1);
		assert_event(s * 2u + 1, EVENT_TICKER, s);
		assert_true(heard.at[s * 2 + 1].ticker.has_depth);
		assert_int_equal(heard.at[s * 2 + 1].ticker.depth, market.state.symbols[s].depth);
	}
	step(); /* 22:04: three opens, then three closes */
	assert_int_equal(heard.count, 6);
	for (sym_t s = 0; s < 3; s++) {
		assert_event(s, EVENT_CANDLE, s);
		assert_false(heard.at[s].candle.closed);
		assert_int_equal(heard.at[s].candle.candle.open_ms, T0 + 4 * MINUTE_MS);
		assert_event(3u + s, EVENT_CANDLE, s);
		assert_true(heard.at[3 + s].candle.closed);
		assert_int_equal(heard.at[3 + s].candle.candle.open_ms, T0 + 3 * MINUTE_MS);
	}
}

static void the_open_print_tells_nothing_of_the_bar_but_its_open(void **state)
{
	(void)state;
	step();
	assert_event(1, EVENT_CANDLE, 0); /* after the announced funding */
	const struct candle *print = &heard.at[1].candle.candle;
	assert_int_equal(print->open, candles[0][0].open);
	assert_int_equal(print->high, print->open);
	assert_int_equal(print->low, print->open);
	assert_int_equal(print->close, print->open);
	assert_int_equal(print->volume, 0);
}

static void the_quote_is_the_documented_one(void **state)
{
	(void)state;
	step_to(T0 + 2 * MINUTE_MS - 1);
	step();
	const struct event *ticker = &heard.at[1];
	/* close 10002: 1 bp is 1.0002, up to 2; range 15 * 2 % = 0.3, down to 0 */
	assert_int_equal(ticker->ticker.bid, 10000);
	assert_int_equal(ticker->ticker.ask, 10004);
	assert_int_equal(ticker->ticker.mark, 10002);
	assert_int_equal(ticker->ticker.last, 10002);
	/* two bars of 1000 lots at 10001 and 10002; a tick times a lot is value_num / value_den */
	money_t lot = universe.at[0].value_num;
	assert_int_equal(universe.at[0].value_den, 1);
	/* a twentieth of their mean is 50.0075 lots at the bid: a book has whole ones */
	assert_int_equal((10001 + 10002) * 1000 / 2 / 20, 500075);
	assert_int_equal(ticker->ticker.depth, 50 * 10000 * lot);
}

static void settlements_come_before_opens_and_late_stamps_count_as_their_second(void **state)
{
	(void)state;
	step();
	/* the past one is known: the coming one is announced at that rate */
	assert_event(0, EVENT_FUNDING_RATE, 0);
	assert_false(heard.at[0].funding.settled);
	assert_int_equal(heard.at[0].funding.rate, 111);
	assert_int_equal(heard.at[0].funding.settle_ms, funding[1].ms);
	step_to(T0 + 5 * MINUTE_MS);
	step();
	assert_event(0, EVENT_FUNDING_RATE, 0);
	assert_true(heard.at[0].funding.settled);
	assert_int_equal(heard.at[0].funding.rate, 222);
	assert_int_equal(heard.at[0].at_ms, T0 + 5 * MINUTE_MS);
	assert_event(1, EVENT_FUNDING_RATE, 0);
	assert_false(heard.at[1].funding.settled);
	assert_int_equal(heard.at[1].funding.rate, 222);
	assert_event(2, EVENT_CANDLE, 0);
	step_to(T0 + 10 * MINUTE_MS); /* settled within the bar before */
	step();
	assert_event(0, EVENT_FUNDING_RATE, 0);
	assert_int_equal(heard.at[0].funding.rate, -333);
	assert_event(1, EVENT_CANDLE, 0); /* none is to come */
}

static void holes_are_passed_over_and_nothing_is_invented(void **state)
{
	(void)state;
	size_t closed[3] = {0};
	ms_t last = 0;
	while (!sim_market_ended(&market)) {
		ms_t next = sim_market_ops.next_ms(&exchange);
		assert_true(next > last);
		last = next;
		step();
		for (size_t i = 0; i < heard.count; i++) {
			const struct event *event = &heard.at[i];
			assert_int_equal(event->at_ms, next);
			if (event->kind != EVENT_CANDLE || !event->candle.closed)
				continue;
			assert_memory_equal(&event->candle.candle, &candles[event->sym][closed[event->sym]],
					    sizeof(struct candle));
			assert_int_equal(event->candle.candle.open_ms + MINUTE_MS, next);
			closed[event->sym]++;
		}
	}
	for (int s = 0; s < 3; s++)
		assert_int_equal(closed[s], tapes[s].count);
	assert_int_equal(last, T0 + BARS * MINUTE_MS);
	assert_int_equal(sim_market_ops.next_ms(&exchange), NEVER_MS);
}

static void time_that_has_not_come_changes_nothing(void **state)
{
	(void)state;
	struct turn_out out = {.heard = &heard};
	struct wire_in wire = {.at_ms = T0 - 1, .kind = WIRE_TIME};
	heard.count = 0;
	assert_int_equal(sim_market_ops.on_wire(&exchange, &wire, &out), TB_OK);
	assert_int_equal(heard.count, 0);
	assert_int_equal(sim_market_ops.next_ms(&exchange), T0);
}

static void a_span_within_the_tapes_keeps_what_came_before_as_history(void **state)
{
	(void)state;
	struct sim_market_setup values = setup();
	struct candle out[BARS];
	values.start_ms = T0 + 20 * MINUTE_MS + 1; /* up to the grid */
	values.end_ms = T0 + 30 * MINUTE_MS;
	sim_market_init(&market, &values);
	assert_int_equal(sim_market_attach(&market, &universe, tapes), TB_OK);
	assert_int_equal(sim_market_ops.next_ms(&exchange), T0 + 21 * MINUTE_MS);
	assert_int_equal(sim_market_history(&market, 0, 0, out, BARS), 21);
	assert_memory_equal(out, candles[0], 21 * sizeof(out[0]));
	assert_int_equal(sim_market_history(&market, 0, 20, out, BARS), 1);
	assert_int_equal(sim_market_history(&market, 0, 21, out, BARS), 0);
	assert_int_equal(sim_market_history(&market, 1, 0, out, 2), 2);
	while (!sim_market_ended(&market))
		step();
	assert_int_equal(sim_market_history_count(&market, 0), 30);
}

static void tapes_off_the_grid_or_out_of_order_are_refused(void **state)
{
	(void)state;
	struct sim_market_setup values = setup();
	sim_market_init(&market, &values);
	candles[2][7].open_ms += 1;
	assert_int_equal(sim_market_attach(&market, &universe, tapes), TB_EINVAL);
	candles[2][7].open_ms = candles[2][6].open_ms;
	assert_int_equal(sim_market_attach(&market, &universe, tapes), TB_EINVAL);
	candles[2][7].open_ms = T0 + 7 * MINUTE_MS;
	assert_int_equal(sim_market_attach(&market, &universe, tapes), TB_OK);
	values.start_ms = T0 + DAY_MS;
	sim_market_init(&market, &values);
	assert_int_equal(sim_market_attach(&market, &universe, tapes), TB_ENOENT);
}

static void scan(ms_t now)
{
	struct turn_out out = {.heard = &heard};
	struct intent intent = {.kind = INTENT_SCAN};
	heard.count = 0;
	assert_int_equal(sim_market_ops.ask(&exchange, &intent, now, &out), TB_OK);
}

static void the_table_of_the_scanner_adds_up(void **state)
{
	(void)state;
	scan(T0);
	assert_int_equal(heard.count, 1); /* no bar yet: only the end */
	step_to(T0 + 40 * MINUTE_MS);
	step();
	scan(T0 + 40 * MINUTE_MS);
	assert_int_equal(heard.count, 4);
	assert_event(0, EVENT_SCAN_ROW, 0);
	assert_event(3, EVENT_SNAPSHOT_END, SYM_NONE);
	assert_int_equal(heard.at[3].snapshot.what, SNAPSHOT_SCAN);
	money_t turnover = 0;
	for (int i = 0; i < 40; i++)
		turnover += candles[0][i].close * 1000 * universe.at[0].value_num;
	assert_int_equal(heard.at[0].scan.turnover, turnover);
	assert_int_equal(heard.at[0].scan.open, candles[0][0].open);
	assert_int_equal(heard.at[0].scan.low, candles[0][0].low);
	assert_int_equal(heard.at[0].scan.high, candles[0][39].high);
	assert_int_equal(heard.at[0].scan.last, candles[0][39].close);
	assert_int_equal(heard.at[0].scan.ask - heard.at[0].scan.bid, 4);
}

/* Generator: 3 days. The window has moved on: it must equal the last 24 h of history at a quarter hour. */
static void the_window_of_the_table_is_the_last_day(void **state)
{
	(void)state;
	static struct candle day[1440];
	struct sim_market_setup values = setup();
	values.start_ms = T0, values.bars = 4320, values.preroll = 1440, values.seed = 3;
	sim_market_init(&market, &values);
	assert_int_equal(sim_market_attach(&market, &universe, NULL), TB_OK);
	step_to(T0 + 50 * HOUR_MS);
	step();
	scan(T0 + 50 * HOUR_MS);
	for (sym_t s = 0; s < 3; s++) {
		size_t all = sim_market_history_count(&market, s);
		assert_int_equal(all, 1440 + 3000);
		assert_int_equal(sim_market_history(&market, s, all - 1440, day, 1440), 1440);
		money_t turnover = 0;
		price_t high = 0, low = INT64_MAX;
		for (int i = 0; i < 1440; i++) {
			turnover += sim_bar_turnover(&universe.at[s], &day[i]);
			high = day[i].high > high ? day[i].high : high;
			low = day[i].low < low ? day[i].low : low;
		}
		assert_int_equal(heard.at[s].scan.turnover, turnover);
		assert_int_equal(heard.at[s].scan.high, high);
		assert_int_equal(heard.at[s].scan.low, low);
		assert_int_equal(heard.at[s].scan.open, day[0].open);
	}
}

static void a_saved_market_goes_on_as_if_nothing_had_been(void **state)
{
	static struct sim_market other;
	static struct events first;
	struct exchange twin = {&sim_market_ops, &other};
	(void)state;

	for (int taped = 0; taped < 2; taped++) {
		struct sim_market_setup values = setup();
		values.start_ms = T0, values.bars = 300, values.preroll = 100, values.seed = 3;
		const struct sim_tape *feed = taped ? tapes : NULL;
		sim_market_init(&market, &values);
		assert_int_equal(sim_market_attach(&market, &universe, feed), TB_OK);
		step_to(T0 + 33 * MINUTE_MS - 1); /* inside a bar */
		memset(&other, 0xa5, sizeof(other));
		memcpy(&other.state, &market.state, sim_market_state_bytes(&market.state));
		assert_int_equal(sim_market_attach(&other, &universe, feed), TB_OK);
		while (!sim_market_ended(&market)) {
			struct turn_out out = {.heard = &first};
			struct wire_in wire = {.at_ms = sim_market_ops.next_ms(&twin), .kind = WIRE_TIME};
			/* an event's unused room keeps what it held */
			memset(first.at, 0, 32 * sizeof(first.at[0]));
			memset(heard.at, 0, 32 * sizeof(heard.at[0]));
			first.count = 0;
			assert_int_equal(sim_market_ops.on_wire(&twin, &wire, &out), TB_OK);
			step();
			assert_true(heard.count <= 32);
			assert_int_equal(heard.count, first.count);
			assert_memory_equal(heard.at, first.at, heard.count * sizeof(heard.at[0]));
		}
		assert_true(sim_market_ended(&other));
	}
}

static void a_state_of_another_market_is_refused(void **state)
{
	(void)state;
	assert_int_equal(sim_market_attach(&market, &universe, NULL), TB_EINVAL);
	tapes[1].count--;
	assert_int_equal(sim_market_attach(&market, &universe, tapes), TB_EINVAL);
	tapes[1].count++;
	universe.at[0].name[0] = 'X';
	assert_int_equal(sim_market_attach(&market, &universe, tapes), TB_EINVAL);
}

static void a_full_list_of_events_stops_the_market_and_loses_nothing(void **state)
{
	(void)state;
	struct turn_out out = {.heard = &heard};
	struct wire_in wire = {.at_ms = T0, .kind = WIRE_TIME};
	heard.count = EVENTS_MAX - 1;
	assert_int_equal(sim_market_ops.on_wire(&exchange, &wire, &out), TB_EFULL);
	assert_int_equal(sim_market_ops.next_ms(&exchange), T0);
}

static void a_market_takes_no_orders(void **state)
{
	(void)state;
	struct ticket ticket = {0};
	struct turn_out out = {.heard = &heard};
	assert_int_equal(sim_market_ops.submit(&exchange, &ticket, T0, &out), TB_EREFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_bar_is_said_open_first_then_whole_with_its_quote_then_closed,
				       set_up),
		cmocka_unit_test_setup(the_open_print_tells_nothing_of_the_bar_but_its_open, set_up),
		cmocka_unit_test_setup(the_quote_is_the_documented_one, set_up),
		cmocka_unit_test_setup(settlements_come_before_opens_and_late_stamps_count_as_their_second,
				       set_up),
		cmocka_unit_test_setup(holes_are_passed_over_and_nothing_is_invented, set_up),
		cmocka_unit_test_setup(time_that_has_not_come_changes_nothing, set_up),
		cmocka_unit_test_setup(a_span_within_the_tapes_keeps_what_came_before_as_history, set_up),
		cmocka_unit_test_setup(tapes_off_the_grid_or_out_of_order_are_refused, set_up),
		cmocka_unit_test_setup(the_table_of_the_scanner_adds_up, set_up),
		cmocka_unit_test_setup(the_window_of_the_table_is_the_last_day, set_up),
		cmocka_unit_test_setup(a_saved_market_goes_on_as_if_nothing_had_been, set_up),
		cmocka_unit_test_setup(a_state_of_another_market_is_refused, set_up),
		cmocka_unit_test_setup(a_full_list_of_events_stops_the_market_and_loses_nothing, set_up),
		cmocka_unit_test_setup(a_market_takes_no_orders, set_up),
	};

	return cmocka_run_group_tests_name("sim market", tests, NULL, NULL);
}
