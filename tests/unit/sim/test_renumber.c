/* SPDX-License-Identifier: MIT
 * A saved account in a universe that was made anew: everything of it moves with its symbols. */
#include "sim_shadow.h"
#include "stand.h"

#include <stdlib.h>

static struct stand *stand;

static int set_up(void **state)
{
	(void)state;
	stand = calloc(1, sizeof *stand);
	assert_non_null(stand);
	stand_init(stand, LATENCY_MS);
	stand_market(stand);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(stand);
	return 0;
}

/* A symbol was listed before each of ours: 0 -> 1, 1 -> 3. */
static void make_map(sym_t map[static SYMBOLS_MAX], sym_t first, sym_t second)
{
	for (size_t i = 0; i < SYMBOLS_MAX; i++)
		map[i] = SYM_NONE;
	map[BTC] = first, map[SOL] = second;
}

static void a_position_and_its_stop_move_with_their_symbol(void **state)
{
	sym_t map[SYMBOLS_MAX];
	struct order_request order = stand_enter(stand, SOL, SIDE_LONG, 10, 14900, 15500);

	(void)state;
	stand_send(stand, &order, BAR_MS);
	assert_int_equal(stand_count(stand, EVENT_FILL), 1);
	stand_forget(stand);
	money_t equity = sim_broker_equity(&stand->broker);
	make_map(map, 1, 3);
	assert_int_equal(sim_broker_renumber(&stand->broker, map), TB_OK);
	assert_int_equal(sim_broker_equity(&stand->broker), equity);
	stand_range(stand, SOL, 0, 15000, 15000, 14800, 14850); /* nobody's number now */
	assert_int_equal(stand->heard.count, 0);
	stand_range(stand, 3, 0, 15000, 15000, 14800, 14850);
	const struct event *fill = stand_nth(stand, EVENT_FILL, 0);
	assert_int_equal(fill->sym, 3);
	assert_int_equal(fill->fill.sym, 3);
	assert_int_equal(fill->fill.id, order.stop_id);
	assert_int_equal(sim_broker_check(&stand->broker), 0);
}

static void what_is_on_its_way_arrives_at_its_new_number(void **state)
{
	sym_t map[SYMBOLS_MAX];
	struct order_request order = stand_enter(stand, BTC, SIDE_LONG, 10, 590000, 620000);

	(void)state;
	assert_int_equal(sim_broker_accept(&stand->broker, &order, BAR_MS), TB_OK);
	make_map(map, 1, 3);
	assert_int_equal(sim_broker_renumber(&stand->broker, map), TB_OK);
	stand_time(stand, BAR_MS + LATENCY_MS);
	assert_int_equal(stand_nth(stand, EVENT_FILL, 0)->sym, 1);
}

static void an_account_does_not_move_without_a_symbol_it_is_in(void **state)
{
	sym_t map[SYMBOLS_MAX];
	struct order_request order = stand_enter(stand, SOL, SIDE_LONG, 10, 14900, 15500);

	(void)state;
	stand_send(stand, &order, BAR_MS);
	make_map(map, 0, SYM_NONE);
	assert_int_equal(sim_broker_renumber(&stand->broker, map), TB_ENOENT);
	make_map(map, SYM_NONE, 0); /* nothing is in BTC */
	assert_int_equal(sim_broker_renumber(&stand->broker, map), TB_OK);
	assert_int_equal(stand->broker.slot_count, 1);
	stand_forget(stand);
	stand_range(stand, 0, 0, 15000, 15000, 14800, 14850);
	assert_int_equal(stand_count(stand, EVENT_FILL), 1);
}

static void a_shadow_hears_its_symbols_by_their_new_numbers(void **state)
{
	sym_t map[SYMBOLS_MAX];
	struct sim_shadow *shadow = calloc(1, sizeof *shadow);
	struct sim_broker_setup setup = {
		.balance = START_MONEY, .leverage = 2 * RATIO_ONE, .book = BOOK_SHADOW};
	struct exchange exchange = {&sim_shadow_ops, shadow};
	struct order_request order = stand_enter(stand, SOL, SIDE_LONG, 10, 14900, 15500);
	struct event event = {.kind = EVENT_CANDLE, .sym = 3, .at_ms = BAR_MS + MINUTE_MS - 1};

	(void)state;
	assert_non_null(shadow);
	assert_int_equal(sim_shadow_init(shadow, &setup, &stand->universe, &stand->broker), TB_OK);
	assert_int_equal(sim_shadow_accept(shadow, &order, BAR_MS), TB_OK);
	struct wire_in wire = {.at_ms = BAR_MS + 1, .kind = WIRE_TIME};
	assert_int_equal(sim_shadow_ops.on_wire(&exchange, &wire, &stand->out), TB_OK);
	assert_int_equal(stand_count(stand, EVENT_FILL), 1);
	stand_forget(stand);
	make_map(map, 1, 3);
	assert_int_equal(sim_shadow_renumber(shadow, map), TB_OK);
	event.candle.candle = (struct candle){BAR_MS, 15000, 15000, 14800, 14850, 0};
	assert_int_equal(sim_shadow_ops.on_market(&exchange, &event, &stand->out), TB_OK);
	assert_int_equal(stand_nth(stand, EVENT_FILL, 0)->sym, 3);
	assert_int_equal(shadow->heard_count, 0); /* flat again */
	free(shadow);
}

static void a_bar_older_than_the_one_that_prints_triggers_nothing(void **state)
{
	struct order_request order = stand_enter(stand, SOL, SIDE_LONG, 10, 14900, 15500);

	(void)state;
	stand_send(stand, &order, BAR_MS);
	stand_forget(stand);
	stand_range(stand, SOL, -2, 15000, 15000, 14000, 14500);
	assert_int_equal(stand->heard.count, 0);
	stand_range(stand, SOL, 1, 15000, 15000, 14000, 14500);
	assert_int_equal(stand_count(stand, EVENT_FILL), 1);
}

static void a_symbol_without_anything_in_it_is_forgotten_and_the_others_stay(void **state)
{
	struct order_request order = stand_enter(stand, SOL, SIDE_LONG, 10, 14900, 15500);

	(void)state;
	stand_send(stand, &order, BAR_MS);
	stand_forget(stand);
	sim_broker_forget(&stand->broker, SOL); /* something is in it */
	assert_int_equal(stand->broker.slot_count, 2);
	sim_broker_forget(&stand->broker, BTC);
	sim_broker_forget(&stand->broker, BTC);
	sim_broker_forget(&stand->broker, SYM_NONE);
	assert_int_equal(stand->broker.slot_count, 1);
	assert_int_equal(sim_broker_check(&stand->broker), 0);
	stand_range(stand, SOL, 0, 15000, 15000, 14800, 14850);
	assert_int_equal(stand_count(stand, EVENT_FILL), 1);
	stand_forget(stand);
	order = stand_enter(stand, BTC, SIDE_LONG, 10, 590000, 620000);
	stand_send(stand, &order, BAR_MS + MINUTE_MS);
	assert_int_equal(stand_order(stand, order.id)->order.state, ORDER_REJECTED);
	sim_broker_forget(&stand->broker, SOL);
	assert_int_equal(stand->broker.slot_count, 0);
}

static void an_instrument_that_nobody_asked_for_takes_no_room(void **state)
{
	struct instrument other = stand->universe.at[SOL];
	struct event event = {.kind = EVENT_INSTRUMENT, .sym = 7, .at_ms = BAR_MS, .instrument.now = &other};

	(void)state;
	other.status = INSTRUMENT_DELISTING;
	stand_hear(stand, &event);
	assert_int_equal(stand->broker.slot_of[7], 0);
	assert_int_equal(stand->broker.slot_count, 2);
}

/* What was missed while nobody listened comes as history. */
static void a_bar_of_a_history_triggers_the_stop_it_passed_and_only_one_that_is_newer(void **state)
{
	struct order_request order = stand_enter(stand, SOL, SIDE_LONG, 10, 14900, 15500);
	struct event old = {.kind = EVENT_CANDLE, .sym = SOL, .at_ms = BAR_MS + 5 * MINUTE_MS};

	(void)state;
	stand_send(stand, &order, BAR_MS);
	stand_forget(stand);
	old.candle.closed = old.candle.history = true;
	old.candle.candle = (struct candle){BAR_MS - MINUTE_MS, 15000, 15000, 14000, 14500, 0};
	stand_hear(stand, &old);
	assert_int_equal(stand->heard.count, 0);
	old.candle.history = false; /* a bar that just closed was heard while it ran */
	old.candle.candle.open_ms = BAR_MS + MINUTE_MS;
	stand_hear(stand, &old);
	assert_int_equal(stand->heard.count, 0);
	old.candle.history = true;
	stand_hear(stand, &old);
	assert_int_equal(stand_count(stand, EVENT_FILL), 1);
	stand_hear(stand, &old); /* told again */
	assert_int_equal(stand_count(stand, EVENT_FILL), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_position_and_its_stop_move_with_their_symbol, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_is_on_its_way_arrives_at_its_new_number, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(an_account_does_not_move_without_a_symbol_it_is_in, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_shadow_hears_its_symbols_by_their_new_numbers, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			a_symbol_without_anything_in_it_is_forgotten_and_the_others_stay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_instrument_that_nobody_asked_for_takes_no_room, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			a_bar_of_a_history_triggers_the_stop_it_passed_and_only_one_that_is_newer, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_bar_older_than_the_one_that_prints_triggers_nothing, set_up,
						tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
