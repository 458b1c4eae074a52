/* SPDX-License-Identifier: MIT
 * Faults that strike at once: stops that vanish or do not fire, other hands in the account, ADL and
 * liquidation, money that comes and goes, a link that suffers. And the table that lists them all. */
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

static void fault(enum sim_fault what, sym_t sym, int64_t value, ms_t now)
{
	assert_int_equal(sim_broker_command(&stand.broker, what, sym, value, now, &stand.heard), TB_OK);
}

static struct order_request opened(int64_t side, price_t stop, price_t target)
{
	struct order_request order = stand_enter(&stand, BTC, side, 100, stop, target);
	stand_send(&stand, &order, BAR_MS);
	stand_forget(&stand);
	return order;
}

static void ask_for(int64_t id, ms_t now)
{
	struct intent intent = {.kind = INTENT_QUERY, .sym = BTC, .id = id};
	stand_forget(&stand);
	assert_int_equal(sim_broker_ops.ask(&stand.exchange, &intent, now, &stand.out), TB_OK);
	stand_time(&stand, now + LATENCY_MS);
}

static void snapshot(ms_t now)
{
	struct intent intent = {.kind = INTENT_SNAPSHOT};
	stand_forget(&stand);
	assert_int_equal(sim_broker_ops.ask(&stand.exchange, &intent, now, &stand.out), TB_OK);
}

/* Nothing but what the account would say of the money it has. */
static void assert_books(void)
{
	assert_int_equal(sim_broker_check(&stand.broker), 0);
	for (int i = 0; i < 2; i++) {
		assert_true(stand.broker.slots[i].foreign >= 0);
		assert_true(stand.broker.slots[i].foreign <= stand.broker.slots[i].qty);
	}
}

static void a_lost_stop_is_in_no_list_and_does_not_fire(void **state)
{
	(void)state;
	struct order_request order = opened(SIDE_LONG, 590000, 620000);
	fault(SIM_FAULT_LOST_STOP, BTC, 0, BAR_MS + 1000);
	assert_int_equal(stand.heard.count, 0);
	snapshot(BAR_MS + 2000);
	assert_null(stand_order(&stand, order.stop_id));
	assert_non_null(stand_order(&stand, order.target_id));
	ask_for(order.stop_id, BAR_MS + 3000);
	assert_int_equal(stand_nth(&stand, EVENT_ORDER_ABSENT, 0)->absent.id, order.stop_id);
	stand_range(&stand, BTC, 0, 600000, 600000, 580000, 585000);
	assert_int_equal(stand.broker.slots[BTC].qty, 100);
	assert_int_equal(sim_broker_command(&stand.broker, SIM_FAULT_LOST_STOP, BTC, 0, BAR_MS + MINUTE_MS,
					    &stand.heard),
			 TB_ENOENT);
}

static void a_lost_target_does_not_fire_either(void **state)
{
	(void)state;
	opened(SIDE_LONG, 590000, 620000);
	fault(SIM_FAULT_LOST_TARGET, SYM_NONE, 0, BAR_MS + 1000);
	stand_range(&stand, BTC, 0, 600000, 630000, 600000, 625000);
	assert_int_equal(stand.broker.slots[BTC].qty, 100);
}

/* The stop at 599000 is passed while it is deaf; afterwards it fills at the price of then, not at 599000. */
static void a_deaf_stop_fires_late_and_at_the_price_of_then(void **state)
{
	(void)state;
	struct order_request order = opened(SIDE_LONG, 599000, 620000);
	fault(SIM_FAULT_DEAF_STOP, BTC, 10000, BAR_MS + 1000);
	stand_print(&stand, BTC, BAR_MS + 5000, BAR_MS, 600000, 600000, 598000, 598000);
	assert_int_equal(stand.broker.slots[BTC].qty, 100);
	stand_print(&stand, BTC, BAR_MS + 10999, BAR_MS, 600000, 600000, 597500, 597500);
	assert_int_equal(stand.broker.slots[BTC].qty, 100);
	stand_print(&stand, BTC, BAR_MS + 11000, BAR_MS, 600000, 600000, 597000, 597000);
	const struct event *fill = stand_nth(&stand, EVENT_FILL, 0);
	assert_int_equal(fill->fill.id, order.stop_id);
	assert_int_equal(fill->fill.price, 597000 - 30 - 4);
}

static void somebody_else_opens_where_we_have_nothing(void **state)
{
	(void)state;
	fault(SIM_FAULT_FOREIGN, BTC, -40, BAR_MS + 1000);
	const struct event *fill = stand_nth(&stand, EVENT_FILL, 0);
	assert_int_equal(fill->fill.id, 0);
	assert_int_equal(fill->fill.reason, EXIT_NONE);
	assert_int_equal(fill->fill.side, SIDE_SHORT);
	snapshot(BAR_MS + 2000);
	assert_int_equal(stand_nth(&stand, EVENT_POSITION, 0)->position.qty, 40);
	assert_int_equal(stand.broker.slots[BTC].foreign, 40);
	fault(SIM_FAULT_FOREIGN, BTC, 100, BAR_MS + 3000); /* back again: never round */
	assert_int_equal(stand.broker.slots[BTC].qty, 0);
	assert_int_equal(stand.broker.wallet, START_MONEY + stand.broker.foreign_cash);
	assert_true(stand.broker.foreign_cash < 0);
	assert_books();
}

/* His 40 beside our 100: our stop and target stand for ours, and leave his alone. */
static void foreign_lots_beside_ours_are_not_covered_by_our_stop(void **state)
{
	(void)state;
	fault(SIM_FAULT_FOREIGN, BTC, 40, BAR_MS - 1);
	struct order_request order = opened(SIDE_LONG, 590000, 620000);
	assert_int_equal(stand.broker.slots[BTC].qty, 140);
	assert_int_equal(stand.broker.slots[BTC].stop.qty, 100);
	stand_range(&stand, BTC, 0, 600000, 600000, 585000, 586000);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.qty, 100);
	assert_int_equal(stand_order(&stand, order.target_id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand.broker.slots[BTC].qty, 40);
	assert_int_equal(stand.broker.slots[BTC].foreign, 40);
	assert_books();
	fault(SIM_FAULT_FOREIGN, BTC, -40, BAR_MS + 2 * MINUTE_MS);
	assert_int_equal(stand.broker.slots[BTC].qty, 0);
	assert_books();
}

static void another_hand_closes_a_part_of_our_position_or_all(void **state)
{
	(void)state;
	struct order_request order = opened(SIDE_LONG, 590000, 620000);
	fault(SIM_FAULT_OUTSIDE_CLOSE, BTC, 30, BAR_MS + 1000);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.id, 0);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.qty, 30);
	assert_int_equal(stand.broker.slots[BTC].qty, 70);
	assert_int_equal(stand.broker.slots[BTC].stop.id, order.stop_id);
	fault(SIM_FAULT_OUTSIDE_CLOSE, SYM_NONE, 0, BAR_MS + 2000);
	assert_int_equal(stand.broker.slots[BTC].qty, 0);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_CANCELLED);
	assert_books();
}

static void adl_closes_at_the_mark_without_spread_and_takes_the_stop_along(void **state)
{
	(void)state;
	struct order_request order = opened(SIDE_LONG, 590000, 620000);
	stand_quote(&stand, BTC, BAR_MS + 500, 605000, 605060, 1000000 * MONEY_ONE);
	fault(SIM_FAULT_ADL, BTC, 60, BAR_MS + 1000);
	const struct event *fill = stand_nth(&stand, EVENT_FILL, 0);
	assert_int_equal(fill->fill.reason, EXIT_ADL);
	assert_int_equal(fill->fill.price, 605030);
	assert_int_equal(fill->fill.qty, 60);
	assert_int_equal(fill->fill.fee, 199659900); /* 60 * 605030e4 money * 0.055 % */
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand_order(&stand, order.target_id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand.broker.slots[BTC].qty, 40);
	fault(SIM_FAULT_ADL, BTC, 0, BAR_MS + 2000);
	assert_int_equal(stand.broker.slots[BTC].qty, 0);
	assert_books();
}

static void a_commanded_liquidation_closes_at_the_mark(void **state)
{
	(void)state;
	opened(SIDE_SHORT, 620000, 590000);
	fault(SIM_FAULT_LIQUIDATION, BTC, 0, BAR_MS + 1000);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.reason, EXIT_LIQUIDATION);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.price, 600000);
	assert_int_equal(stand.broker.slots[BTC].qty, 0);
	assert_books();
}

/* Isolated: what a gap takes is the margin, entry fee apart, and not one unit of money more; the fee of the
 * liquidation comes out of what is left of the margin, here nothing. */
static void a_bankrupt_position_costs_exactly_its_margin(void **state)
{
	(void)state;
	opened(SIDE_LONG, 0, 0);
	money_t margin = stand.broker.slots[BTC].margin, before = stand.broker.wallet;
	stand_open(&stand, BTC, 1, 100000);
	const struct event *fill = stand_nth(&stand, EVENT_FILL, 0);
	assert_int_equal(fill->fill.reason, EXIT_LIQUIDATION);
	assert_true(before - stand.broker.wallet <= margin);
	assert_true(before - stand.broker.wallet > margin - 2 * 1000000); /* within a tick of 100 lots */
	assert_books();
}

static void money_from_outside_has_a_row_none_or_a_late_one(void **state)
{
	(void)state;
	fault(SIM_FAULT_TRANSFER, SYM_NONE, 500 * MONEY_ONE, BAR_MS);
	assert_int_equal(stand_nth(&stand, EVENT_LEDGER, 0)->ledger.kind, LEDGER_TRANSFER);
	assert_int_equal(stand_nth(&stand, EVENT_LEDGER, 0)->ledger.amount, 500 * MONEY_ONE);
	assert_int_equal(stand_nth(&stand, EVENT_BALANCE, 0)->balance.wallet, START_MONEY + 500 * MONEY_ONE);
	fault(SIM_FAULT_NO_ROW, SYM_NONE, -200 * MONEY_ONE, BAR_MS + 1);
	assert_int_equal(stand_count(&stand, EVENT_LEDGER), 1);
	assert_int_equal(stand_nth(&stand, EVENT_BALANCE, 1)->balance.wallet, START_MONEY + 300 * MONEY_ONE);
	fault(SIM_FAULT_LATE_ROW, SYM_NONE, 100 * MONEY_ONE, BAR_MS + 2);
	assert_int_equal(stand_count(&stand, EVENT_LEDGER), 1);
	assert_int_equal(stand_nth(&stand, EVENT_BALANCE, 2)->balance.wallet, START_MONEY + 400 * MONEY_ONE);
	stand_time(&stand, BAR_MS + 2 + 10 * MINUTE_MS - 1);
	assert_int_equal(stand_count(&stand, EVENT_LEDGER), 1);
	stand_time(&stand, BAR_MS + 2 + 10 * MINUTE_MS);
	assert_int_equal(stand_nth(&stand, EVENT_LEDGER, 1)->ledger.amount, 100 * MONEY_ONE);
	assert_int_equal(stand.broker.unexplained, -200 * MONEY_ONE);
	assert_int_equal(stand.broker.transfers, 600 * MONEY_ONE);
	assert_books();
}

static void nobody_withdraws_the_margin_of_a_position(void **state)
{
	(void)state;
	opened(SIDE_LONG, 590000, 620000);
	fault(SIM_FAULT_TRANSFER, SYM_NONE, -2 * START_MONEY, BAR_MS + 1000);
	assert_int_equal(stand.broker.wallet, stand.broker.margin);
	assert_int_equal(stand_nth(&stand, EVENT_BALANCE, 0)->balance.available, 0);
	assert_books();
}

static void a_stream_that_is_down_tells_everything_in_order_when_it_is_back(void **state)
{
	(void)state;
	fault(SIM_FAULT_LINK_DOWN, SYM_NONE, 30000, BAR_MS - 1);
	assert_int_equal(stand_nth(&stand, EVENT_LINK, 0)->link.state, LINK_DOWN);
	struct order_request order = stand_enter(&stand, BTC, SIDE_LONG, 100, 590000, 620000);
	stand_send(&stand, &order, BAR_MS);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 0);
	ask_for(order.id, BAR_MS + 1000); /* a look-up goes another way */
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
	snapshot(BAR_MS + 2000);
	assert_int_equal(stand_nth(&stand, EVENT_POSITION, 0)->position.qty, 100);
	assert_int_equal(stand_nth(&stand, EVENT_LINK, 0)->link.state, LINK_DOWN);
	stand_forget(&stand);
	stand_time(&stand, BAR_MS + 29999);
	assert_int_equal(stand.heard.at[0].kind, EVENT_LINK);
	assert_int_equal(stand.heard.at[0].link.state, LINK_UP);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->at_ms, BAR_MS + 29999);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_LIVE);
	assert_int_equal(stand_count(&stand, EVENT_BALANCE), 1);
}

static void a_second_shorter_trouble_does_not_bring_a_stream_back_whose_news_still_wait(void **state)
{
	(void)state;
	fault(SIM_FAULT_LINK_DOWN, SYM_NONE, 30000, BAR_MS);
	struct order_request order = stand_enter(&stand, BTC, SIDE_LONG, 100, 590000, 620000);
	stand_send(&stand, &order, BAR_MS);
	fault(SIM_FAULT_LINK_DOWN, SYM_NONE, 5000, BAR_MS + 2000);
	stand_forget(&stand);
	stand_time(&stand, BAR_MS + 29999);
	for (size_t i = 0; i < stand.heard.count; i++)
		assert_true(stand.heard.at[i].kind != EVENT_LINK ||
			    stand.heard.at[i].link.state == LINK_DOWN);
	stand_time(&stand, BAR_MS + 30001);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 1);
	size_t last = stand.heard.count;
	while (stand.heard.at[last - 1].kind != EVENT_LINK)
		last--;
	assert_int_equal(stand.heard.at[last - 1].link.state, LINK_UP);
}

static void a_slow_link_delays_what_is_sent_for_a_minute(void **state)
{
	(void)state;
	fault(SIM_FAULT_LINK_SLOW, SYM_NONE, 3000, BAR_MS);
	assert_int_equal(stand_nth(&stand, EVENT_LINK, 0)->link.state, LINK_SLOW);
	assert_int_equal(stand_nth(&stand, EVENT_LINK, 0)->link.latency_ms, LATENCY_MS + 3000);
	struct order_request order = stand_enter(&stand, BTC, SIDE_LONG, 100, 590000, 620000);
	sim_broker_accept(&stand.broker, &order, BAR_MS);
	stand_time(&stand, BAR_MS + 3000 + LATENCY_MS - 1);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 0);
	stand_time(&stand, BAR_MS + MINUTE_MS);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->at_ms, BAR_MS + 3000 + LATENCY_MS);
	assert_int_equal(stand_nth(&stand, EVENT_LINK, 1)->link.state, LINK_UP);
}

static void while_requests_are_limited_entries_are_refused_and_ways_out_are_not(void **state)
{
	(void)state;
	opened(SIDE_LONG, 590000, 620000);
	fault(SIM_FAULT_LINK_LIMITED, SYM_NONE, 5000, BAR_MS + 1000);
	assert_int_equal(stand_nth(&stand, EVENT_LINK, 0)->link.until_ms, BAR_MS + 6000);
	struct order_request order = stand_enter(&stand, BTC, SIDE_LONG, 10, 590000, 620000);
	stand_send(&stand, &order, BAR_MS + 2000);
	assert_string_equal(stand_order(&stand, order.id)->order.reason, "too many requests");
	struct order_request leave = {
		.verb = VERB_REDUCE, .sym = BTC, .side = SIDE_SHORT, .qty = 100, .id = 7};
	stand_send(&stand, &leave, BAR_MS + 3000);
	assert_int_equal(stand_order(&stand, 7)->order.state, ORDER_FILLED);
	order = stand_enter(&stand, BTC, SIDE_LONG, 10, 590000, 620000);
	stand_send(&stand, &order, BAR_MS + 6000);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
}

static void a_clock_that_is_off_is_right_again_after_five_minutes(void **state)
{
	(void)state;
	fault(SIM_FAULT_CLOCK_OFF, SYM_NONE, 1500, BAR_MS);
	assert_int_equal(stand_nth(&stand, EVENT_LINK, 0)->link.clock_off_ms, 1500);
	snapshot(BAR_MS + MINUTE_MS);
	assert_int_equal(stand_nth(&stand, EVENT_LINK, 0)->link.clock_off_ms, 1500);
	stand_time(&stand, BAR_MS + 5 * MINUTE_MS);
	assert_int_equal(stand_nth(&stand, EVENT_LINK, 1)->link.clock_off_ms, 0);
	fault(SIM_FAULT_GARBAGE, SYM_NONE, 0, BAR_MS + 6 * MINUTE_MS);
	assert_true(strlen(stand_nth(&stand, EVENT_GARBAGE, 0)->garbage.text) > 0);
}

/* One trouble ends while another goes on: what is told is the one that is left. */
static void a_link_is_not_called_well_while_another_trouble_lasts(void **state)
{
	(void)state;
	fault(SIM_FAULT_LINK_DOWN, SYM_NONE, 120000, BAR_MS);
	fault(SIM_FAULT_LINK_SLOW, SYM_NONE, 1000, BAR_MS); /* until 60 s */
	stand_forget(&stand);
	stand_time(&stand, BAR_MS + 60000);
	assert_int_equal(stand_nth(&stand, EVENT_LINK, 0)->link.state, LINK_DOWN);
	stand_time(&stand, BAR_MS + 120000);
	assert_int_equal(stand_nth(&stand, EVENT_LINK, 1)->link.state, LINK_UP);
}

static void more_news_than_can_wait_bring_the_stream_back(void **state)
{
	(void)state;
	fault(SIM_FAULT_LINK_DOWN, SYM_NONE, HOUR_MS, BAR_MS);
	for (int i = 0; i < 80; i++)
		fault(SIM_FAULT_TRANSFER, SYM_NONE, MONEY_ONE, BAR_MS + 1 + i);
	money_t sum = 0;
	for (size_t i = 0; i < stand.heard.count; i++)
		if (stand.heard.at[i].kind == EVENT_LEDGER)
			sum += stand.heard.at[i].ledger.amount;
	assert_int_equal(sum, 80 * MONEY_ONE);
	assert_true(stand.broker.weather.late_count <= SIM_LATE_MAX);
	size_t last = stand.heard.count;
	while (stand.heard.at[last - 1].kind != EVENT_BALANCE)
		last--;
	assert_int_equal(stand.heard.at[last - 1].balance.wallet, stand.broker.wallet);
}

static void a_command_that_makes_no_sense_is_refused(void **state)
{
	(void)state;
	struct sim_broker *b = &stand.broker;
	struct events *h = &stand.heard;
	assert_int_equal(sim_broker_command(b, SIM_FAULT_COUNT, BTC, 1, BAR_MS, h), TB_EINVAL);
	assert_int_equal(sim_broker_command(b, SIM_FAULT_PARTIAL, BTC, -1, BAR_MS, h), TB_EINVAL);
	assert_int_equal(sim_broker_command(b, SIM_FAULT_ADL, BTC, 0, BAR_MS, h), TB_ENOENT);
	assert_int_equal(sim_broker_command(b, SIM_FAULT_ADL, 77, 0, BAR_MS, h), TB_EINVAL);
	assert_int_equal(sim_broker_command(b, SIM_FAULT_TRANSFER, BTC, 0, BAR_MS, h), TB_ENOENT);
	assert_int_equal(sim_broker_command(b, SIM_FAULT_FOREIGN, BTC, VALUE_MAX, BAR_MS, h), TB_EINVAL);
	assert_int_equal(h->count, 0);
	assert_books();
}

static void the_words_of_the_option_are_read_or_refused_whole(void **state)
{
	(void)state;
	struct sim_weather_setup setup = {.seed = 9};
	static const char *const bad[] = {"",
					  "rain",
					  "storm,",
					  "storm,seed=",
					  "storm,speed=1",
					  "mild,per-day=0",
					  "mild,per-day=86401",
					  "mild;seed=1",
					  "storm,seed=-1",
					  "mild,jitter=60001",
					  "stormy",
					  "storm,seed=1 "};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(sim_weather_parse(bad[i], &setup), TB_EINVAL);
	assert_int_equal(setup.seed, 9);
	assert_int_equal(sim_weather_parse("storm,seed=7,per-day=1000,jitter=250", &setup), TB_OK);
	assert_int_equal(setup.sky, SIM_SKY_STORM);
	assert_int_equal(setup.seed, 7);
	assert_int_equal(setup.faults_per_day, 1000);
	assert_int_equal(setup.jitter_ms, 250);
	assert_int_equal(sim_weather_parse("off", &setup), TB_OK);
	assert_memory_equal(&setup, &(struct sim_weather_setup){0}, sizeof setup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_lost_stop_is_in_no_list_and_does_not_fire, set_up),
		cmocka_unit_test_setup(a_lost_target_does_not_fire_either, set_up),
		cmocka_unit_test_setup(a_deaf_stop_fires_late_and_at_the_price_of_then, set_up),
		cmocka_unit_test_setup(somebody_else_opens_where_we_have_nothing, set_up),
		cmocka_unit_test_setup(foreign_lots_beside_ours_are_not_covered_by_our_stop, set_up),
		cmocka_unit_test_setup(another_hand_closes_a_part_of_our_position_or_all, set_up),
		cmocka_unit_test_setup(adl_closes_at_the_mark_without_spread_and_takes_the_stop_along,
				       set_up),
		cmocka_unit_test_setup(a_commanded_liquidation_closes_at_the_mark, set_up),
		cmocka_unit_test_setup(a_bankrupt_position_costs_exactly_its_margin, set_up),
		cmocka_unit_test_setup(money_from_outside_has_a_row_none_or_a_late_one, set_up),
		cmocka_unit_test_setup(nobody_withdraws_the_margin_of_a_position, set_up),
		cmocka_unit_test_setup(a_stream_that_is_down_tells_everything_in_order_when_it_is_back,
				       set_up),
		cmocka_unit_test_setup(
			a_second_shorter_trouble_does_not_bring_a_stream_back_whose_news_still_wait, set_up),
		cmocka_unit_test_setup(a_slow_link_delays_what_is_sent_for_a_minute, set_up),
		cmocka_unit_test_setup(while_requests_are_limited_entries_are_refused_and_ways_out_are_not,
				       set_up),
		cmocka_unit_test_setup(a_clock_that_is_off_is_right_again_after_five_minutes, set_up),
		cmocka_unit_test_setup(a_link_is_not_called_well_while_another_trouble_lasts, set_up),
		cmocka_unit_test_setup(more_news_than_can_wait_bring_the_stream_back, set_up),
		cmocka_unit_test_setup(a_command_that_makes_no_sense_is_refused, set_up),
		cmocka_unit_test_setup(the_words_of_the_option_are_read_or_refused_whole, set_up),
	};

	return cmocka_run_group_tests_name("sim weather: account", tests, NULL, NULL);
}
