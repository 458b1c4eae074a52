/* SPDX-License-Identifier: MIT
 * An instrument changes while the account is in it: maintenance, delisting, another tick or lot. */
#include "stand.h"

static struct stand stand;

static int set_up(void **state)
{
	(void)state;
	stand_init(&stand, LATENCY_MS);
	stand_market(&stand);
	stand_forget(&stand);
	return 0;
}

static struct order_request opened(sym_t sym, int64_t side, qty_t qty, price_t stop, price_t target)
{
	struct order_request order = stand_enter(&stand, sym, side, qty, stop, target);
	stand_send(&stand, &order, BAR_MS);
	stand_forget(&stand);
	return order;
}

static void change(sym_t sym, const struct instrument *now, ms_t at_ms)
{
	struct event event = {.kind = EVENT_INSTRUMENT, .sym = sym, .at_ms = at_ms};
	event.instrument.now = now;
	stand_hear(&stand, &event);
}

static void become(sym_t sym, enum instrument_status status, ms_t at_ms)
{
	struct instrument now = stand.broker.slots[sym].instrument;
	now.status = status;
	change(sym, &now, at_ms);
}

static void regrid(sym_t sym, struct grid tick, struct grid lot, ms_t at_ms)
{
	struct instrument now = stand.broker.slots[sym].instrument;
	now.tick = tick, now.lot = lot, now.generation++;
	assert_int_equal(instrument_settle(&now), TB_OK);
	change(sym, &now, at_ms);
}

static void reduce(int64_t id, sym_t sym, int64_t side, qty_t qty, ms_t now)
{
	struct order_request leave = {.verb = VERB_REDUCE, .sym = sym, .side = side, .qty = qty, .id = id};
	leave.generation = stand.broker.slots[sym].instrument.generation;
	stand_send(&stand, &leave, now);
}

static void in_maintenance_nothing_is_taken_and_stops_wait_for_the_reopening(void **state)
{
	(void)state;
	struct order_request order = opened(BTC, SIDE_LONG, 100, 599000, 620000);
	become(BTC, INSTRUMENT_SUSPENDED, BAR_MS + 1000);
	reduce(7, BTC, SIDE_SHORT, 100, BAR_MS + 2000);
	assert_string_equal(stand_order(&stand, 7)->order.reason, "instrument does not trade");
	stand_quote(&stand, BTC, BAR_MS + 10000, 589970, 590030, 1000000 * MONEY_ONE); /* indicative */
	assert_int_equal(stand_count(&stand, EVENT_FILL), 0);
	become(BTC, INSTRUMENT_TRADING, BAR_MS + 20000);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 0);
	stand_quote(&stand, BTC, BAR_MS + 20001, 587970, 588030, 1000000 * MONEY_ONE);
	const struct event *fill = stand_nth(&stand, EVENT_FILL, 0);
	assert_int_equal(fill->fill.id, order.stop_id);
	assert_int_equal(fill->fill.price, 588000 - 30 - 4); /* not 599000 */
}

static void a_bar_that_goes_on_after_the_reopening_is_a_gap_too(void **state)
{
	(void)state;
	opened(BTC, SIDE_LONG, 100, 599000, 620000);
	become(BTC, INSTRUMENT_SUSPENDED, BAR_MS + 1000);
	become(BTC, INSTRUMENT_TRADING, BAR_MS + 20000);
	stand_print(&stand, BTC, BAR_MS + 30000, BAR_MS, 600000, 600000, 588000, 588000);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.price, 588000 - 30 - 4);
}

static void the_price_may_come_back_during_maintenance_and_nothing_has_happened(void **state)
{
	(void)state;
	opened(BTC, SIDE_LONG, 100, 599000, 620000);
	become(BTC, INSTRUMENT_SUSPENDED, BAR_MS + 1000);
	stand_range(&stand, BTC, 0, 600000, 640000, 580000, 600000);
	become(BTC, INSTRUMENT_TRADING, BAR_MS + MINUTE_MS);
	stand_open(&stand, BTC, 1, 600000);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 0);
	assert_int_equal(stand.broker.slots[BTC].qty, 100);
}

static void what_is_filling_when_trading_stops_is_cancelled(void **state)
{
	(void)state;
	assert_int_equal(sim_broker_command(&stand.broker, SIM_FAULT_PARTIAL, BTC, 4, BAR_MS, &stand.heard),
			 TB_OK);
	struct order_request order = stand_enter(&stand, BTC, SIDE_LONG, 100, 590000, 620000);
	stand_send(&stand, &order, BAR_MS);
	become(BTC, INSTRUMENT_CLOSING, BAR_MS + 300);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand_order(&stand, order.id)->order.filled, 25);
	assert_int_equal(stand.broker.slots[BTC].stop.qty, 25);
	assert_int_equal(sim_broker_ops.next_ms(&stand.exchange), NEVER_MS);
}

static void closing_and_delisting_take_ways_out_only(void **state)
{
	(void)state;
	static const enum instrument_status statuses[] = {INSTRUMENT_CLOSING, INSTRUMENT_DELISTING};
	for (int i = 0; i < 2; i++) {
		set_up(NULL);
		opened(BTC, SIDE_LONG, 100, 590000, 620000);
		become(BTC, statuses[i], BAR_MS + 1000);
		struct order_request more = stand_enter(&stand, BTC, SIDE_LONG, 10, 590000, 620000);
		stand_send(&stand, &more, BAR_MS + 2000);
		assert_int_equal(stand_order(&stand, more.id)->order.state, ORDER_REJECTED);
		reduce(7, BTC, SIDE_SHORT, 40, BAR_MS + 3000);
		assert_int_equal(stand_order(&stand, 7)->order.state, ORDER_FILLED);
		stand_range(&stand, BTC, 0, 600000, 600000, 580000, 585000); /* stops still fire */
		assert_int_equal(stand.broker.slots[BTC].qty, 0);
	}
}

static void what_is_delisted_is_settled_at_the_last_mark(void **state)
{
	(void)state;
	struct order_request order = opened(BTC, SIDE_SHORT, 100, 620000, 590000);
	become(BTC, INSTRUMENT_DELISTING, BAR_MS + 1000);
	stand_quote(&stand, BTC, BAR_MS + 5000, 597970, 598030, 1000000 * MONEY_ONE);
	become(BTC, INSTRUMENT_GONE, BAR_MS + 10000);
	const struct event *fill = stand_nth(&stand, EVENT_FILL, 0);
	assert_int_equal(fill->fill.reason, EXIT_DELISTING);
	assert_int_equal(fill->fill.price, 598000);
	assert_int_equal(fill->fill.id, 0);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand.broker.slots[BTC].qty, 0);
	assert_int_equal(sim_broker_check(&stand.broker), 0);
	order = stand_enter(&stand, BTC, SIDE_LONG, 100, 590000, 620000);
	stand_send(&stand, &order, BAR_MS + 20000);
	assert_string_equal(stand_order(&stand, order.id)->order.reason, "instrument does not trade");
}

/* Tick 0.1 -> 0.5: five old ticks are one. 590003 = 118000.6 new ticks, 620002 = 124000.4. */
static void a_coarser_tick_moves_triggers_away_from_the_market(void **state)
{
	(void)state;
	opened(BTC, SIDE_LONG, 100, 590003, 620002);
	const struct sim_slot *slot = &stand.broker.slots[BTC];
	money_t cost = slot->cost, margin = slot->margin;
	regrid(BTC, (struct grid){5, 1}, (struct grid){1, 3}, BAR_MS + 1000);
	assert_int_equal(slot->stop.price, 118000);
	assert_int_equal(slot->target.price, 124001);
	assert_int_equal(slot->stop.qty, 100);
	assert_int_equal(slot->qty, 100);
	assert_int_equal(slot->cost, cost);
	assert_int_equal(slot->margin, margin);
	assert_int_equal(slot->mark, 120000);
	assert_int_equal(slot->liquidation, 60245); /* 301222 / 5, up: it comes sooner */
	set_up(NULL);
	opened(BTC, SIDE_SHORT, 100, 620002, 590003);
	regrid(BTC, (struct grid){5, 1}, (struct grid){1, 3}, BAR_MS + 1000);
	assert_int_equal(slot->stop.price, 124001);
	assert_int_equal(slot->target.price, 118000);
}

/* Lot 0.001 -> 0.00025: everything is four times as many lots and worth the same. */
static void a_finer_lot_is_exact(void **state)
{
	(void)state;
	struct order_request order = opened(BTC, SIDE_LONG, 101, 590000, 620000);
	const struct sim_slot *slot = &stand.broker.slots[BTC];
	money_t cost = slot->cost, equity = sim_broker_equity(&stand.broker);
	regrid(BTC, (struct grid){1, 1}, (struct grid){25, 5}, BAR_MS + 1000);
	assert_int_equal(slot->qty, 404);
	assert_int_equal(slot->stop.qty, 404);
	assert_int_equal(slot->cost, cost);
	assert_int_equal(sim_broker_equity(&stand.broker), equity);
	assert_int_equal(stand.heard.count, 0);
	stand_range(&stand, BTC, 0, 600000, 600000, 585000, 590000);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.id, order.stop_id);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.qty, 404);
	assert_int_equal(slot->qty, 0);
	assert_int_equal(sim_broker_check(&stand.broker), 0);
}

static void lots_of_another_hand_are_expressed_anew_like_ours(void **state)
{
	(void)state;
	sim_broker_command(&stand.broker, SIM_FAULT_FOREIGN, BTC, 40, BAR_MS - 1, &stand.heard);
	opened(BTC, SIDE_LONG, 100, 590000, 620000);
	regrid(BTC, (struct grid){1, 1}, (struct grid){25, 5}, BAR_MS + 1000);
	assert_int_equal(stand.broker.slots[BTC].qty, 560);
	assert_int_equal(stand.broker.slots[BTC].foreign, 160);
	assert_int_equal(stand.broker.slots[BTC].stop.qty, 400);
}

/* Lot 0.001 -> 0.003: 100 lots are 33 and one old lot that no new one can hold. */
static void an_odd_rest_of_a_coarser_lot_is_closed_at_the_mark_in_the_old_grid(void **state)
{
	(void)state;
	opened(BTC, SIDE_LONG, 100, 590000, 620000);
	const struct sim_slot *slot = &stand.broker.slots[BTC];
	regrid(BTC, (struct grid){1, 1}, (struct grid){3, 3}, BAR_MS + 1000);
	const struct event *fill = stand_nth(&stand, EVENT_FILL, 0);
	assert_int_equal(fill->fill.id, 0);
	assert_int_equal(fill->fill.qty, 1);
	assert_int_equal(fill->fill.price, 600000);
	assert_int_equal(slot->qty, 33);
	assert_int_equal(slot->stop.qty, 33);
	assert_int_equal(sim_broker_check(&stand.broker), 0);
	stand_forget(&stand);
	regrid(BTC, (struct grid){1, 1}, (struct grid){1, 0}, BAR_MS + 2000); /* a whole coin: nothing fits */
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.qty, 33);
	assert_int_equal(slot->qty, 0);
	assert_int_equal(stand_count(&stand, EVENT_ORDER), 2); /* stop and target, cancelled */
	assert_int_equal(sim_broker_check(&stand.broker), 0);
}

static void an_order_of_the_old_generation_is_rejected_and_one_of_the_new_is_not(void **state)
{
	(void)state;
	opened(BTC, SIDE_LONG, 100, 590000, 620000);
	struct order_request leave = {
		.verb = VERB_REDUCE, .sym = BTC, .side = SIDE_SHORT, .qty = 100, .id = 7};
	sim_broker_accept(&stand.broker, &leave, BAR_MS + 900); /* on its way when the grid changes */
	regrid(BTC, (struct grid){5, 1}, (struct grid){1, 3}, BAR_MS + 1000);
	stand_time(&stand, BAR_MS + 2000);
	assert_string_equal(stand_order(&stand, 7)->order.reason, "price or size of another generation");
	reduce(8, BTC, SIDE_SHORT, 100, BAR_MS + 3000);
	assert_int_equal(stand_order(&stand, 8)->order.state, ORDER_FILLED);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.price, 120000 - 6 - 1);
}

static void news_that_wait_are_told_before_the_grid_they_speak_of_is_gone(void **state)
{
	(void)state;
	sim_broker_command(&stand.broker, SIM_FAULT_LATE_NEWS, BTC, 60000, BAR_MS, &stand.heard);
	opened(BTC, SIDE_LONG, 100, 590000, 620000);
	regrid(BTC, (struct grid){1, 1}, (struct grid){25, 5}, BAR_MS + 1000);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.qty, 100);
	assert_int_equal(stand.broker.slots[BTC].qty, 400);
	assert_int_equal(stand.broker.weather.late_count, 0);
}

static void a_final_order_is_found_in_the_new_grid(void **state)
{
	(void)state;
	struct order_request order = opened(BTC, SIDE_LONG, 100, 590000, 620000);
	regrid(BTC, (struct grid){1, 1}, (struct grid){25, 5}, BAR_MS + 1000);
	struct intent intent = {.kind = INTENT_QUERY, .sym = BTC, .id = order.id};
	sim_broker_ops.ask(&stand.exchange, &intent, BAR_MS + 2000, &stand.out);
	stand_time(&stand, BAR_MS + 3000);
	assert_int_equal(stand_order(&stand, order.id)->order.filled, 400);
}

static void a_flat_symbol_keeps_its_price_in_the_new_grid(void **state)
{
	(void)state;
	regrid(BTC, (struct grid){5, 1}, (struct grid){1, 3}, BAR_MS + 1000);
	assert_int_equal(stand.broker.slots[BTC].last, 120000);
	struct order_request order = stand_enter(&stand, BTC, SIDE_LONG, 100, 118000, 124000);
	order.generation = 1;
	stand_send(&stand, &order, BAR_MS + 2000);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(in_maintenance_nothing_is_taken_and_stops_wait_for_the_reopening,
				       set_up),
		cmocka_unit_test_setup(a_bar_that_goes_on_after_the_reopening_is_a_gap_too, set_up),
		cmocka_unit_test_setup(the_price_may_come_back_during_maintenance_and_nothing_has_happened,
				       set_up),
		cmocka_unit_test_setup(what_is_filling_when_trading_stops_is_cancelled, set_up),
		cmocka_unit_test_setup(closing_and_delisting_take_ways_out_only, set_up),
		cmocka_unit_test_setup(what_is_delisted_is_settled_at_the_last_mark, set_up),
		cmocka_unit_test_setup(a_coarser_tick_moves_triggers_away_from_the_market, set_up),
		cmocka_unit_test_setup(a_finer_lot_is_exact, set_up),
		cmocka_unit_test_setup(lots_of_another_hand_are_expressed_anew_like_ours, set_up),
		cmocka_unit_test_setup(an_odd_rest_of_a_coarser_lot_is_closed_at_the_mark_in_the_old_grid,
				       set_up),
		cmocka_unit_test_setup(an_order_of_the_old_generation_is_rejected_and_one_of_the_new_is_not,
				       set_up),
		cmocka_unit_test_setup(news_that_wait_are_told_before_the_grid_they_speak_of_is_gone, set_up),
		cmocka_unit_test_setup(a_final_order_is_found_in_the_new_grid, set_up),
		cmocka_unit_test_setup(a_flat_symbol_keeps_its_price_in_the_new_grid, set_up),
	};

	return cmocka_run_group_tests_name("sim changes", tests, NULL, NULL);
}
