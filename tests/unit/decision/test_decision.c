/* SPDX-License-Identifier: MIT
 * Costs, the edge filter, where stop and target go, and which cap binds the size. */
#include "proposal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static qty_t size_of(struct given given)
{
	struct enter out;
	struct finding why;

	enum note note = propose(&given, &out, &why);
	if (note != NOTE_ENTERED)
		fail_msg("no proposal: note %d, limit %lld, actual %lld", (int)note, (long long)why.limit,
			 (long long)why.actual);
	return out.qty;
}

static enum note note_of(struct given given)
{
	struct enter out;
	struct finding why;

	return propose(&given, &out, &why);
}

static ratio_t costs_of(struct given given)
{
	lend(&given);
	return decision_costs(&given.in);
}

static void costs_are_two_taker_fees_spread_and_slippage(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.instrument.taker_fee = 55 * BPS / 10;
	given.quote.spread = 2 * BPS;
	given.in.slippage = 3 * BPS;
	assert_int_equal(costs_of(given), 16 * BPS);
}

static void funding_costs_only_if_it_is_paid_and_falls_inside_the_holding_time(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.in.funding_rate = 7 * BPS;
	given.in.funding_ms = NOW + given.in.hold_ms;
	assert_int_equal(costs_of(given), 7 * BPS);
	given.in.funding_ms++;
	assert_int_equal(costs_of(given), 0);
	given.in.funding_ms = NOW;
	assert_int_equal(costs_of(given), 0);
	given.in.funding_ms = NOW + 1;
	given.signal.side = SIDE_SHORT; /* a positive rate is paid by longs */
	assert_int_equal(costs_of(given), 0);
	given.in.funding_rate = -7 * BPS;
	assert_int_equal(costs_of(given), 7 * BPS);
	given.signal.side = SIDE_LONG;
	assert_int_equal(costs_of(given), 0);
	given.in.funding_rate = UNKNOWN;
	assert_int_equal(costs_of(given), 0);
}

/* Entry 10000 ticks: a basis point of costs is one tick. Target 400, stop 200, costs 100: exactly 1. */
static void an_edge_exactly_at_the_limit_passes_and_a_millionth_of_a_tick_less_does_not(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.signal.target_distance = 400;
	given.in.slippage = 100 * BPS;
	assert_int_equal(note_of(given), NOTE_ENTERED);
	given.in.slippage++;
	struct enter out;
	struct finding why;
	assert_int_equal(propose(&given, &out, &why), NOTE_COSTS);
	assert_int_equal(why.limit, RATIO_ONE);
	assert_true(why.actual < RATIO_ONE && why.actual > RATIO_ONE - RATIO_ONE / 1000);
}

static void costs_beyond_the_target_are_no_edge_at_all(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.in.slippage = 601 * BPS;
	struct enter out;
	struct finding why;
	assert_int_equal(propose(&given, &out, &why), NOTE_COSTS);
	assert_int_equal(why.actual, 0);
}

static void a_long_enters_at_the_ask_with_its_stop_below_and_its_target_above(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	struct enter out;
	struct finding why;
	given.quote.bid = 9998;
	given.quote.ask = 10002;
	assert_int_equal(propose(&given, &out, &why), NOTE_ENTERED);
	assert_int_equal(out.entry, 10002);
	assert_int_equal(out.stop, 9802);
	assert_int_equal(out.target, 10602);
	assert_int_equal(out.side, SIDE_LONG);
	assert_int_equal(out.decided_ms, NOW);
}

static void a_short_enters_at_the_bid_with_its_stop_above_and_its_target_below(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	struct enter out;
	struct finding why;
	given.signal.side = SIDE_SHORT;
	given.quote.bid = 9998;
	given.quote.ask = 10002;
	assert_int_equal(propose(&given, &out, &why), NOTE_ENTERED);
	assert_int_equal(out.entry, 9998);
	assert_int_equal(out.stop, 10198);
	assert_int_equal(out.target, 9398);
}

static void an_absolute_target_is_taken_as_it_is_and_must_lie_on_the_profit_side(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	struct enter out;
	struct finding why;
	given.signal.target = 10450;
	assert_int_equal(propose(&given, &out, &why), NOTE_ENTERED);
	assert_int_equal(out.target, 10450);
	given.signal.target = 10000;
	assert_int_equal(propose(&given, &out, &why), NOTE_QUOTE);
	given.signal.side = SIDE_SHORT;
	assert_int_equal(propose(&given, &out, &why), NOTE_QUOTE);
	given.signal.target = 9550;
	assert_int_equal(propose(&given, &out, &why), NOTE_ENTERED);
	assert_int_equal(out.target, 9550);
}

static void without_bid_ask_capital_margin_or_room_for_a_stop_there_is_no_proposal(void **state)
{
	(void)state;
	struct given good = a_good_signal(), given = good;
	given.quote.bid = UNKNOWN;
	assert_int_equal(note_of(given), NOTE_QUOTE);
	given = good, given.quote.ask = UNKNOWN;
	assert_int_equal(note_of(given), NOTE_QUOTE);
	given = good, given.standing.capital = UNKNOWN;
	assert_int_equal(note_of(given), NOTE_QUOTE);
	given = good, given.standing.capital = 0;
	assert_int_equal(note_of(given), NOTE_QUOTE);
	given = good, given.account.available = UNKNOWN;
	assert_int_equal(note_of(given), NOTE_QUOTE);
	given = good, given.signal.stop_distance = PRICE(100);
	assert_int_equal(note_of(given), NOTE_QUOTE);
	given = good, given.signal.stop_distance = 0;
	assert_int_equal(note_of(given), NOTE_QUOTE);
}

static void a_proposal_dies_when_the_mid_moved_by_more_than_a_fifth_of_r_either_way(void **state)
{
	(void)state;
	struct given given = a_good_signal(); /* 1 R is 200 ticks: 40 */
	given.in.close = PRICE(100) - 40;
	assert_int_equal(note_of(given), NOTE_ENTERED);
	given.in.close = PRICE(100) + 40;
	assert_int_equal(note_of(given), NOTE_ENTERED);
	given.quote.ask++; /* the mid is half a tick nearer to the close */
	assert_int_equal(note_of(given), NOTE_ENTERED);
	given.in.close = PRICE(100) - 40; /* and now half a tick too far away */
	struct enter out;
	struct finding why;
	assert_int_equal(propose(&given, &out, &why), NOTE_MOVED);
	assert_int_equal(why.limit, 40);
	assert_int_equal(why.actual, 41);
}

static void a_proposal_dies_after_five_seconds(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.in.now_ms = NOW + 5000;
	assert_int_equal(note_of(given), NOTE_ENTERED);
	given.in.now_ms++;
	assert_int_equal(note_of(given), NOTE_MOVED);
}

static void the_share_of_c_per_position_binds_first_in_a_quiet_market(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	assert_int_equal(size_of(given), COINS(20)); /* 20 % of 10,000 at 100 */
	given.limits.position_share = RATIO_ONE / 10;
	assert_int_equal(size_of(given), COINS(10));
}

/* 100 USDT of risk less two units of money; 10 USDT a coin lose less than that by one lot. */
static void the_risk_budget_binds_with_a_distant_stop_and_counts_costs(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.signal.stop_distance = 1000;
	given.signal.target_distance = 3000;
	assert_int_equal(size_of(given), COINS(10) - 1);
	given.in.slippage = 250 * BPS; /* 250 ticks more */
	assert_int_equal(size_of(given), COINS(8) - 1);
	given.in.slippage = 0;
	given.instrument.taker_fee =
		100 * BPS; /* 200 ticks at entry and exit as costs; 190 by the gate's count */
	assert_int_equal(size_of(given), 8333);
}

static void the_room_in_the_symbol_binds(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.standing.symbol_exposure = USDT(2500);
	assert_int_equal(size_of(given), COINS(5));
	given.standing.symbol_exposure = USDT(3000);
	assert_int_equal(note_of(given), NOTE_SIZE);
}

static void the_room_under_the_total_cap_binds(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.standing.total_exposure = USDT(4300);
	assert_int_equal(size_of(given), COINS(7));
	given.standing.total_exposure = USDT(5000);
	assert_int_equal(note_of(given), NOTE_SIZE);
}

static void the_portfolio_share_binds_only_symbols_the_scanner_picked(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.account.scanned_exposure = USDT(4400);
	assert_int_equal(size_of(given), COINS(20));
	given.account.scanned = true;
	assert_int_equal(size_of(given), COINS(6));
	given.limits.portfolio_share = RATIO_ONE * 45 / 100;
	assert_int_equal(size_of(given), COINS(1));
}

static void after_a_losing_trade_its_share_of_risk_binds_until_it_is_forgotten(void **state)
{
	(void)state;
	struct given given = a_good_signal(); /* 2 USDT a coin */
	given.desk.loss_risk = USDT(10);
	given.desk.loss_capital = USDT(5000); /* 20 USDT of 10,000 */
	given.desk.loss_ms = NOW - given.limits.martingale_ms + 1;
	assert_int_equal(size_of(given), COINS(10) - 1);
	given.desk.loss_ms--;
	assert_int_equal(size_of(given), COINS(20));
}

static void the_margin_binds_with_95_percent_of_what_is_available_times_leverage(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.account.available = USDT(1000);
	assert_int_equal(size_of(given), 9500);
	given.settings.leverage = 2 * RATIO_ONE;
	assert_int_equal(size_of(given), COINS(19));
	given.account.available = 0;
	assert_int_equal(note_of(given), NOTE_SIZE);
}

static void a_tenth_of_the_depth_binds_so_that_the_gate_passes_it(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.quote.depth = USDT(9500);
	qty_t lots = size_of(given);
	assert_true(lots > 0 && lots * 10 <= size_of(a_good_signal()) * 10);
	given.quote.depth = USDT(4750);
	assert_in_range(size_of(given), lots / 2 - 1, lots / 2);
	given.quote.depth = UNKNOWN; /* the gate answers that, not the size */
	assert_int_equal(size_of(given), size_of(a_good_signal()));
}

static void the_largest_market_order_binds(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.instrument.max_qty = 1234;
	assert_int_equal(size_of(given), 1234);
}

static void half_size_halves_the_smallest_of_the_caps(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.desk.half_size = 1;
	assert_int_equal(size_of(given), COINS(10));
	given.instrument.max_qty = 1001;
	assert_int_equal(size_of(given), 500);
}

static void half_size_also_keeps_what_is_open_under_the_halved_limits(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.desk.half_size = 1;
	given.standing.total_exposure = USDT(2300); /* of 2500 */
	assert_int_equal(size_of(given), COINS(2));
	given.standing.total_exposure = 0;
	given.standing.symbol_exposure = USDT(1400); /* of 1500 */
	assert_int_equal(size_of(given), COINS(1));
}

static void the_weight_is_confidence_from_a_half_to_one_times_the_salience_weight(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.signal.confidence = 0;
	assert_int_equal(size_of(given), COINS(10));
	given.signal.confidence = RATIO_ONE / 2;
	assert_int_equal(size_of(given), COINS(15));
	given.account.weight = RATIO_ONE / 2;
	assert_int_equal(size_of(given), 7500);
}

static void the_weight_never_takes_a_size_below_the_minimum_that_the_caps_reach(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.signal.confidence = 0;
	given.account.weight = RATIO_ONE / 2;
	given.instrument.min_qty = COINS(20);
	assert_int_equal(size_of(given), COINS(20));
	given.instrument.min_qty = COINS(20) + 1;
	struct enter out;
	struct finding why;
	assert_int_equal(propose(&given, &out, &why), NOTE_SIZE);
	assert_int_equal(why.limit, COINS(20) + 1);
	assert_int_equal(why.actual, COINS(5));
}

static void the_least_notional_is_a_minimum_too_and_is_rounded_up_to_whole_lots(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.signal.confidence = 0;
	given.instrument.min_notional = USDT(1500) + 1; /* 15 coins and a bit */
	assert_int_equal(size_of(given), COINS(15) + 1);
	given.instrument.min_notional = USDT(2000) + 1;
	assert_int_equal(note_of(given), NOTE_SIZE);
}

/* 2^53 and above a double has no odd numbers: the size would come out even. */
static void sizes_are_exact_where_a_double_is_not(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	given.instrument.value_num = 1;
	given.instrument.value_den = 100000000;
	given.instrument.max_qty = 9007199254740993; /* 2^53 + 1; worth 0.009 USDT a lot in 1e8 */
	given.standing.capital = given.account.available = VALUE_MAX;
	assert_int_equal(size_of(given), 9007199254740993);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(costs_are_two_taker_fees_spread_and_slippage),
		cmocka_unit_test(funding_costs_only_if_it_is_paid_and_falls_inside_the_holding_time),
		cmocka_unit_test(an_edge_exactly_at_the_limit_passes_and_a_millionth_of_a_tick_less_does_not),
		cmocka_unit_test(costs_beyond_the_target_are_no_edge_at_all),
		cmocka_unit_test(a_long_enters_at_the_ask_with_its_stop_below_and_its_target_above),
		cmocka_unit_test(a_short_enters_at_the_bid_with_its_stop_above_and_its_target_below),
		cmocka_unit_test(an_absolute_target_is_taken_as_it_is_and_must_lie_on_the_profit_side),
		cmocka_unit_test(without_bid_ask_capital_margin_or_room_for_a_stop_there_is_no_proposal),
		cmocka_unit_test(a_proposal_dies_when_the_mid_moved_by_more_than_a_fifth_of_r_either_way),
		cmocka_unit_test(a_proposal_dies_after_five_seconds),
		cmocka_unit_test(the_share_of_c_per_position_binds_first_in_a_quiet_market),
		cmocka_unit_test(the_risk_budget_binds_with_a_distant_stop_and_counts_costs),
		cmocka_unit_test(the_room_in_the_symbol_binds),
		cmocka_unit_test(the_room_under_the_total_cap_binds),
		cmocka_unit_test(the_portfolio_share_binds_only_symbols_the_scanner_picked),
		cmocka_unit_test(after_a_losing_trade_its_share_of_risk_binds_until_it_is_forgotten),
		cmocka_unit_test(the_margin_binds_with_95_percent_of_what_is_available_times_leverage),
		cmocka_unit_test(a_tenth_of_the_depth_binds_so_that_the_gate_passes_it),
		cmocka_unit_test(the_largest_market_order_binds),
		cmocka_unit_test(half_size_halves_the_smallest_of_the_caps),
		cmocka_unit_test(half_size_also_keeps_what_is_open_under_the_halved_limits),
		cmocka_unit_test(the_weight_is_confidence_from_a_half_to_one_times_the_salience_weight),
		cmocka_unit_test(the_weight_never_takes_a_size_below_the_minimum_that_the_caps_reach),
		cmocka_unit_test(the_least_notional_is_a_minimum_too_and_is_rounded_up_to_whole_lots),
		cmocka_unit_test(sizes_are_exact_where_a_double_is_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
