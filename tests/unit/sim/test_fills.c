/* SPDX-License-Identifier: MIT
 * At what price, with what costs and in which order the simulated broker fills; each expected number is
 * written out as docs/simulation.md has the formula, not taken from the code. */
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

/* 100 lots of BTC at 600000 ticks: 6,000 USDT, 0.6 % of the depth: impact 10 bps * 0.006 = 0.06 bps =
 * 6000e-9, 3.6 ticks, up to 4. */
static void a_market_order_fills_at_the_next_open_plus_half_spread_and_impact(void **state)
{
	(void)state;
	struct order_request order = stand_enter(&stand, BTC, SIDE_LONG, 100, 590000, 620000);
	stand_open(&stand, BTC, 1, 600500);
	stand_send(&stand, &order, BAR_MS + MINUTE_MS);
	const struct event *fill = stand_nth(&stand, EVENT_FILL, 0);
	assert_int_equal(fill->fill.price, 600500 + 30 + 4);
	assert_int_equal(fill->at_ms, BAR_MS + MINUTE_MS + LATENCY_MS);
	assert_int_equal(fill->fill.at_ms, fill->at_ms);
	assert_int_equal(fill->fill.impact, 6005); /* 1e6 * 6005 USDT / 1e6 USDT */
	assert_int_equal(fill->fill.spread, (60 * RATIO_ONE + 600499) / 600500);
	/* 100 * 600534 * 1e4 money, 0.055 % of it, up */
	assert_int_equal(fill->fill.fee, (600534LL * 1000000 * 55 + 99999) / 100000);
	assert_int_equal(fill->fill.role, ROLE_ENTRY);
	assert_int_equal(fill->fill.side, SIDE_LONG);
}

static void a_sale_fills_below_by_the_same_amount(void **state)
{
	(void)state;
	struct order_request order = stand_enter(&stand, BTC, SIDE_SHORT, 100, 620000, 590000);
	stand_send(&stand, &order, BAR_MS);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.price, 600000 - 30 - 4);
}

static void impact_grows_with_size_and_ends_at_its_cap(void **state)
{
	(void)state;
	assert_int_equal(sim_impact(&sim_model_default, 1000, 1000), 10 * BPS);
	assert_int_equal(sim_impact(&sim_model_default, 500, 1000), 5 * BPS);
	assert_int_equal(sim_impact(&sim_model_default, 100000, 1000), 50 * BPS);
	assert_int_equal(sim_impact(&sim_model_default, 1, 1001), 0); /* under 0.01 bps */
	assert_int_equal(sim_impact(&sim_model_default, 1, 0), 50 * BPS);
	assert_int_equal(sim_impact_ticks(600000, 6000), 4);
	assert_int_equal(sim_impact_ticks(600000, 0), 0);
}

static void the_half_spread_is_a_basis_point_widened_by_the_range_and_at_least_a_tick(void **state)
{
	(void)state;
	struct candle bar = {.open = 600000, .high = 600600, .low = 599600, .close = 600001};
	assert_int_equal(sim_half_spread(&sim_model_default, &bar), 61 + 20);
	bar = (struct candle){.open = 100, .high = 100, .low = 100, .close = 100};
	assert_int_equal(sim_half_spread(&sim_model_default, &bar), 1);
}

static void the_entry_is_told_in_order_and_leaves_stop_and_target_resting(void **state)
{
	(void)state;
	struct order_request order = stand_enter(&stand, BTC, SIDE_LONG, 100, 590000, 620000);
	stand_send(&stand, &order, BAR_MS);
	static const uint8_t kinds[] = {EVENT_ORDER, EVENT_ORDER, EVENT_FILL,
					EVENT_ORDER, EVENT_ORDER, EVENT_BALANCE};
	assert_int_equal(stand.heard.count, sizeof(kinds));
	for (size_t i = 0; i < sizeof(kinds); i++)
		assert_int_equal(stand.heard.at[i].kind, kinds[i]);
	assert_int_equal(stand.heard.at[0].order.state, ORDER_LIVE);
	assert_int_equal(stand.heard.at[1].order.state, ORDER_FILLED);
	assert_int_equal(stand.heard.at[1].order.filled, 100);
	const struct event *stop = stand_order(&stand, order.stop_id),
			   *target = stand_order(&stand, order.target_id);
	assert_int_equal(stop->order.state, ORDER_LIVE);
	assert_int_equal(stop->order.role, ROLE_STOP);
	assert_int_equal(stop->order.price, 590000);
	assert_int_equal(stop->order.qty, 100);
	assert_int_equal(stop->order.side, SIDE_SHORT);
	assert_int_equal(target->order.role, ROLE_TARGET);
	assert_int_equal(target->order.price, 620000);
}

static void nothing_fills_before_the_latency_is_over(void **state)
{
	(void)state;
	struct order_request order = stand_enter(&stand, BTC, SIDE_LONG, 100, 590000, 620000);
	assert_int_equal(sim_broker_accept(&stand.broker, &order, BAR_MS), TB_OK);
	assert_int_equal(sim_broker_ops.next_ms(&stand.exchange), BAR_MS + LATENCY_MS);
	stand_time(&stand, BAR_MS + LATENCY_MS - 1);
	assert_int_equal(stand.heard.count, 0);
	/* no TIME comes: the next market event lets it in first, at the price before that event */
	stand_range(&stand, BTC, 0, 600000, 601000, 599000, 600900);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.price, 600034);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->at_ms, BAR_MS + LATENCY_MS);
	assert_int_equal(sim_broker_ops.next_ms(&stand.exchange), NEVER_MS);
}

static struct order_request opened(int64_t side, price_t stop, price_t target)
{
	struct order_request order = stand_enter(&stand, BTC, side, 100, stop, target);
	stand_send(&stand, &order, BAR_MS);
	stand_forget(&stand);
	return order;
}

/* at 599000 the order is worth 5,990 USDT: 5990e-9, 3.588 ticks, up to 4 */
static void the_stop_comes_first_when_one_bar_holds_both(void **state)
{
	(void)state;
	struct order_request order = opened(SIDE_LONG, 599000, 601000);
	stand_range(&stand, BTC, 0, 600000, 602000, 598000, 601500);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 1);
	const struct event *fill = stand_nth(&stand, EVENT_FILL, 0);
	assert_int_equal(fill->fill.role, ROLE_STOP);
	assert_int_equal(fill->fill.id, order.stop_id);
	assert_int_equal(fill->fill.price, 599000 - 30 - 4);
	assert_int_equal(fill->at_ms, BAR_MS + MINUTE_MS - 1);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_FILLED);
}

static void when_one_fills_the_other_is_gone(void **state)
{
	(void)state;
	struct order_request order = opened(SIDE_LONG, 599000, 601000);
	stand_range(&stand, BTC, 0, 600000, 601000, 599500, 600500);
	assert_int_equal(stand_order(&stand, order.target_id)->order.state, ORDER_FILLED);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_CANCELLED);
	stand_forget(&stand);
	stand_open(&stand, BTC, 1, 500000);
	assert_int_equal(stand.heard.count, 0);
	assert_int_equal(stand.broker.slots[BTC].qty, 0);
	assert_int_equal(sim_broker_check(&stand.broker), 0);
}

static void a_gap_through_the_stop_fills_at_the_worse_open(void **state)
{
	(void)state;
	opened(SIDE_LONG, 599000, 610000);
	stand_range(&stand, BTC, 0, 600000, 600500, 599500, 599600);
	assert_int_equal(stand.heard.count, 0);
	stand_open(&stand, BTC, 1, 595000); /* 5,950 USDT: 3.54 ticks, up to 4 */
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.price, 595000 - 30 - 4);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->at_ms, BAR_MS + MINUTE_MS);
}

static void a_short_stop_gaps_upward(void **state)
{
	(void)state;
	opened(SIDE_SHORT, 601000, 590000);
	stand_open(&stand, BTC, 1, 605000); /* 6,050 USDT: 3.66 ticks, up to 4 */
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.price, 605000 + 30 + 4);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.side, SIDE_LONG);
}

static void a_gap_beyond_the_target_fills_at_the_trigger_not_better(void **state)
{
	(void)state;
	opened(SIDE_LONG, 599000, 601000);
	stand_open(&stand, BTC, 1, 605000); /* reference 601000: 6,010 USDT: 3.61, up to 4 */
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.role, ROLE_TARGET);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.price, 601000 - 30 - 4);
}

static void touching_the_trigger_is_enough_and_a_tick_short_is_not(void **state)
{
	(void)state;
	opened(SIDE_SHORT, 601000, 599000);
	stand_range(&stand, BTC, 0, 600000, 600999, 599001, 600000);
	assert_int_equal(stand.heard.count, 0);
	stand_open(&stand, BTC, 1, 600000);
	stand_range(&stand, BTC, 1, 600000, 600500, 599000, 600000);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.role, ROLE_TARGET);
}

static void a_low_from_before_the_entry_does_not_stop_it(void **state)
{
	(void)state;
	/* a live venue prints the running bar again and again */
	stand_print(&stand, BTC, BAR_MS + 10000, BAR_MS, 600000, 600000, 597000, 600000);
	struct order_request order = stand_enter(&stand, BTC, SIDE_LONG, 100, 599000, 610000);
	stand_send(&stand, &order, BAR_MS + 20000);
	stand_forget(&stand);
	stand_print(&stand, BTC, BAR_MS + 30000, BAR_MS, 600000, 600100, 597000, 600100);
	assert_int_equal(stand.heard.count, 0);
	stand_print(&stand, BTC, BAR_MS + 40000, BAR_MS, 600000, 600100, 596999, 600100);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.role, ROLE_STOP);
}

static void a_ticker_moves_the_price_and_triggers_by_its_mark(void **state)
{
	(void)state;
	opened(SIDE_LONG, 599000, 610000);
	stand_quote(&stand, BTC, BAR_MS + 30000, 598980, 599020, 1000000 * MONEY_ONE);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.price, 599000 - 20 - 4);
}

static void settle(sym_t sym, ms_t at_ms, ratio_t rate, bool settled)
{
	struct event event = {.kind = EVENT_FUNDING_RATE, .sym = sym, .at_ms = at_ms};
	event.funding.rate = rate, event.funding.settle_ms = at_ms, event.funding.settled = settled;
	stand_hear(&stand, &event);
}

/* 100 lots at the mark 600000: 6,000 USDT; 0.01 % of it is 0.6 USDT */
static void longs_pay_a_positive_rate_and_receive_a_negative_one(void **state)
{
	(void)state;
	opened(SIDE_LONG, 590000, 620000);
	money_t before = stand.broker.wallet;
	settle(BTC, BAR_MS + 30000, 100000, true);
	assert_int_equal(stand_nth(&stand, EVENT_LEDGER, 0)->ledger.amount, -60000000);
	assert_int_equal(stand_nth(&stand, EVENT_LEDGER, 0)->ledger.kind, LEDGER_FUNDING);
	assert_int_equal(stand_nth(&stand, EVENT_BALANCE, 0)->balance.wallet, before - 60000000);
	settle(BTC, BAR_MS + 30001, -100000, true);
	assert_int_equal(stand_nth(&stand, EVENT_LEDGER, 1)->ledger.amount, 60000000);
	assert_true(stand_nth(&stand, EVENT_LEDGER, 1)->ledger.id !=
		    stand_nth(&stand, EVENT_LEDGER, 0)->ledger.id);
	settle(BTC, BAR_MS + 30002, 100000, false); /* only announced */
	settle(SOL, BAR_MS + 30002, 100000, true);  /* nothing held */
	assert_int_equal(stand_count(&stand, EVENT_LEDGER), 2);
	assert_int_equal(sim_broker_check(&stand.broker), 0);
}

static void shorts_receive_a_positive_rate_and_a_fraction_is_rounded_against_us(void **state)
{
	(void)state;
	opened(SIDE_SHORT, 620000, 590000);
	settle(BTC, BAR_MS + 30000, 100000, true);
	assert_int_equal(stand_nth(&stand, EVENT_LEDGER, 0)->ledger.amount, 60000000);
	stand_open(&stand, BTC, 1, 600001); /* 600001e6 money * 3e-9 = 1800.003 */
	settle(BTC, BAR_MS + 70000, 3, true);
	settle(BTC, BAR_MS + 70000, -3, true);
	assert_int_equal(stand_nth(&stand, EVENT_LEDGER, 1)->ledger.amount, 1800);
	assert_int_equal(stand_nth(&stand, EVENT_LEDGER, 2)->ledger.amount, -1801);
}

/* Bought at 600034 with 2x: half of the cost is margin; without stop it is liquidated where
 * value * (1 - 0.4 %) = cost - margin = 300017 ticks, 301221.8.., up. */
static void a_quote_may_tell_the_depth_and_one_that_does_not_leaves_it(void **state)
{
	(void)state;
	struct event event = {.kind = EVENT_TICKER, .sym = BTC, .at_ms = BAR_MS + 1};
	const struct sim_slot *slot = &stand.broker.slots[BTC];

	event.ticker.bid = event.ticker.ask = event.ticker.mark = event.ticker.last = 600000;
	event.ticker.depth = 7 * MONEY_ONE;
	event.ticker.has_depth = true;
	stand_hear(&stand, &event);
	assert_int_equal(slot->depth, 7 * MONEY_ONE);
	event.ticker.depth = 8 * MONEY_ONE;
	event.ticker.has_depth = false;
	stand_hear(&stand, &event);
	assert_int_equal(slot->depth, 7 * MONEY_ONE);
	event.ticker.depth = -1; /* nonsense is an empty book */
	event.ticker.has_depth = true;
	stand_hear(&stand, &event);
	assert_int_equal(slot->depth, 0);
}

static void what_a_mark_fills_meets_the_depth_that_was_known_before(void **state)
{
	struct fill fills[2];

	for (int i = 0; i < 2; i++) {
		set_up(state);
		opened(SIDE_LONG, 590000, 0);
		struct event event = {.kind = EVENT_TICKER, .sym = BTC, .at_ms = BAR_MS + 2000};
		event.ticker.bid = event.ticker.ask = event.ticker.mark = event.ticker.last = 589000;
		event.ticker.depth = MONEY_ONE; /* next to nothing: the impact would be the cap */
		event.ticker.has_depth = i == 1;
		stand_hear(&stand, &event);
		fills[i] = stand_nth(&stand, EVENT_FILL, 0)->fill;
	}
	assert_int_equal(fills[0].role, ROLE_STOP);
	assert_memory_equal(&fills[0], &fills[1], sizeof(fills[0]));
	assert_int_equal(stand.broker.slots[BTC].depth, MONEY_ONE);
}

static void an_unstopped_position_is_liquidated_before_its_margin_is_gone(void **state)
{
	(void)state;
	opened(SIDE_LONG, 0, 0);
	assert_int_equal(stand.broker.slots[BTC].liquidation, 301222);
	stand_range(&stand, BTC, 0, 600000, 600000, 301223, 400000);
	assert_int_equal(stand.heard.count, 0);
	stand_open(&stand, BTC, 1, 400000);
	stand_range(&stand, BTC, 1, 400000, 400000, 301000, 350000);
	const struct event *fill = stand_nth(&stand, EVENT_FILL, 0);
	assert_int_equal(fill->fill.reason, EXIT_LIQUIDATION);
	assert_int_equal(fill->fill.price, 301222);
	assert_int_equal(fill->fill.id, 0);
	assert_int_equal(sim_broker_check(&stand.broker), 0);
}

static void a_gap_through_the_liquidation_loses_the_margin_and_no_more(void **state)
{
	(void)state;
	opened(SIDE_SHORT, 620000, 0);
	stand_open(&stand, BTC, 1, 1500000);
	/* sold at 599966: bankrupt at 899949 */
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.price, 899949);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.reason, EXIT_LIQUIDATION);
	assert_true(stand.broker.wallet > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_market_order_fills_at_the_next_open_plus_half_spread_and_impact,
				       set_up),
		cmocka_unit_test_setup(a_sale_fills_below_by_the_same_amount, set_up),
		cmocka_unit_test(impact_grows_with_size_and_ends_at_its_cap),
		cmocka_unit_test(the_half_spread_is_a_basis_point_widened_by_the_range_and_at_least_a_tick),
		cmocka_unit_test_setup(the_entry_is_told_in_order_and_leaves_stop_and_target_resting, set_up),
		cmocka_unit_test_setup(nothing_fills_before_the_latency_is_over, set_up),
		cmocka_unit_test_setup(the_stop_comes_first_when_one_bar_holds_both, set_up),
		cmocka_unit_test_setup(when_one_fills_the_other_is_gone, set_up),
		cmocka_unit_test_setup(a_gap_through_the_stop_fills_at_the_worse_open, set_up),
		cmocka_unit_test_setup(a_short_stop_gaps_upward, set_up),
		cmocka_unit_test_setup(a_gap_beyond_the_target_fills_at_the_trigger_not_better, set_up),
		cmocka_unit_test_setup(touching_the_trigger_is_enough_and_a_tick_short_is_not, set_up),
		cmocka_unit_test_setup(a_low_from_before_the_entry_does_not_stop_it, set_up),
		cmocka_unit_test_setup(a_ticker_moves_the_price_and_triggers_by_its_mark, set_up),
		cmocka_unit_test_setup(a_quote_may_tell_the_depth_and_one_that_does_not_leaves_it, set_up),
		cmocka_unit_test_setup(what_a_mark_fills_meets_the_depth_that_was_known_before, set_up),
		cmocka_unit_test_setup(longs_pay_a_positive_rate_and_receive_a_negative_one, set_up),
		cmocka_unit_test_setup(shorts_receive_a_positive_rate_and_a_fraction_is_rounded_against_us,
				       set_up),
		cmocka_unit_test_setup(an_unstopped_position_is_liquidated_before_its_margin_is_gone, set_up),
		cmocka_unit_test_setup(a_gap_through_the_liquidation_loses_the_margin_and_no_more, set_up),
	};

	return cmocka_run_group_tests_name("sim fills", tests, NULL, NULL);
}
