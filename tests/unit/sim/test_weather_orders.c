/* SPDX-License-Identifier: MIT
 * Faults that wait for an order: pieces, slippage, price protection, refusals, what is lost or late on the
 * way, and news that come twice or in another order. */
#include "random.h"
#include "sim_match.h"
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

static void fault(enum sim_fault what, int64_t value)
{
	assert_int_equal(sim_broker_command(&stand.broker, what, SYM_NONE, value, BAR_MS, &stand.heard),
			 TB_OK);
}

static struct order_request enter(qty_t qty)
{
	struct order_request order = stand_enter(&stand, BTC, SIDE_LONG, qty, 590000, 620000);
	stand_send(&stand, &order, BAR_MS);
	return order;
}

static struct order_request entered(void)
{
	struct order_request order = enter(100);
	stand_forget(&stand);
	return order;
}

static void send_reduce(int64_t id, qty_t qty, ms_t now)
{
	struct order_request leave = {
		.verb = VERB_REDUCE, .sym = BTC, .side = SIDE_SHORT, .qty = qty, .id = id};
	stand_send(&stand, &leave, now);
}

static void ask_for(int64_t id, ms_t now)
{
	struct intent intent = {.kind = INTENT_QUERY, .sym = BTC, .id = id};
	stand_forget(&stand);
	assert_int_equal(sim_broker_ops.ask(&stand.exchange, &intent, now, &stand.out), TB_OK);
	stand_time(&stand, now + LATENCY_MS);
}

static void an_entry_fills_in_pieces_and_its_stop_grows_with_them(void **state)
{
	(void)state;
	fault(SIM_FAULT_PARTIAL, 3);
	struct order_request order = enter(100);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 1);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.qty, 33);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_LIVE);
	assert_int_equal(stand_order(&stand, order.id)->order.filled, 33);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.qty, 33);
	assert_int_equal(sim_broker_ops.next_ms(&stand.exchange), BAR_MS + LATENCY_MS + 400);
	stand_time(&stand, BAR_MS + LATENCY_MS + 800);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 1)->fill.qty, 33);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 2)->fill.qty, 34);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 2)->at_ms, BAR_MS + LATENCY_MS + 800);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.qty, 100);
	assert_int_equal(stand_order(&stand, order.target_id)->order.qty, 100);
	assert_int_equal(sim_broker_ops.next_ms(&stand.exchange), NEVER_MS);
	assert_int_equal(sim_broker_check(&stand.broker), 0);
}

static void the_rest_of_an_entry_can_be_cancelled_and_the_filled_part_stays(void **state)
{
	(void)state;
	fault(SIM_FAULT_PARTIAL, 4);
	struct order_request order = enter(100);
	struct intent cancel = {.kind = INTENT_CANCEL, .sym = BTC, .id = order.id};
	sim_broker_ops.ask(&stand.exchange, &cancel, BAR_MS + 300, &stand.out);
	stand_time(&stand, BAR_MS + 10000);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand_order(&stand, order.id)->order.filled, 25);
	assert_int_equal(stand.broker.slots[BTC].qty, 25);
	assert_int_equal(stand.broker.slots[BTC].stop.qty, 25);
	ask_for(order.id, BAR_MS + 20000);
	assert_int_equal(stand_order(&stand, order.id)->order.filled, 25);
}

static void price_protection_ends_a_filling_entry_when_the_price_runs_away(void **state)
{
	(void)state;
	fault(SIM_FAULT_PARTIAL, 2);
	struct order_request order = enter(100);
	stand_quote(&stand, BTC, BAR_MS + 500, 606070, 606130, 1000000 * MONEY_ONE); /* 1.02 % away */
	stand_time(&stand, BAR_MS + 10000);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_CANCELLED);
	assert_string_equal(stand_order(&stand, order.id)->order.reason,
			    "price protection: the rest is too far away");
	assert_int_equal(stand.broker.slots[BTC].qty, 50);
}

static void a_piece_that_the_free_balance_no_longer_carries_ends_the_entry(void **state)
{
	(void)state;
	fault(SIM_FAULT_PARTIAL, 2);
	struct order_request order = enter(100);
	sim_broker_command(&stand.broker, SIM_FAULT_TRANSFER, SYM_NONE, -2 * START_MONEY, BAR_MS + 300,
			   &stand.heard);
	stand_time(&stand, BAR_MS + 10000);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_CANCELLED);
	assert_string_equal(stand_order(&stand, order.id)->order.reason, "insufficient margin");
	assert_int_equal(stand.broker.slots[BTC].qty, 50);
	assert_int_equal(sim_broker_check(&stand.broker), 0);
}

/* 1.5 bps of 600000 are 90 ticks, 30 of them half spread: 60 ticks of impact are 1 bp, which 100,000 USDT
 * make at a depth of a million. With a depth of 10,000 USDT that is 1,000 USDT: 16 lots. */
static void an_entry_is_cut_where_protection_ends_and_the_rest_is_cancelled(void **state)
{
	(void)state;
	stand_quote(&stand, BTC, BAR_MS, 599970, 600030, 10000 * MONEY_ONE);
	fault(SIM_FAULT_CUT, 150000);
	struct order_request order = enter(100);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.qty, 16);
	assert_true(stand_nth(&stand, EVENT_FILL, 0)->fill.price <= 600090);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand_order(&stand, order.id)->order.filled, 16);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.qty, 16);
}

/* Whatever the depth, the spread and the size: what fills does so within protection and the book, and a tenth
 * more (and a few lots for the roundings) would not. */
static void what_protection_lets_through_is_as_much_as_fits_and_no_more(void **state)
{
	(void)state;
	struct random random;
	struct sim_slot *slot = &stand.broker.slots[BTC];
	int cut = 0;

	random_seed(&random, 3);
	for (int i = 0; i < 20000; i++) {
		int64_t side = i % 2 ? SIDE_LONG : SIDE_SHORT;
		ratio_t protection = 1 + (ratio_t)random_below(&random, 12000000);
		qty_t qty = 1 + (qty_t)random_below(&random, 100000);
		slot->above = slot->below = 1 + (price_t)random_below(&random, 3000);
		slot->depth = (money_t)random_below(&random, 2000000) * MONEY_ONE + 1;
		qty_t most = sim_work_allowed(&stand.broker, slot, side, qty, protection);
		assert_in_range(most, 0, qty);
		struct sim_deal deal = {.side = side, .qty = most};
		price_t room = share_down(slot->last, protection);
		if (most > 0) {
			sim_price_deal(&stand.broker, slot, slot->last, &deal);
			assert_true(side * (deal.price - slot->last) <= room);
		}
		if (most == qty)
			continue;
		cut++;
		money_t more = notional_down(&slot->instrument, slot->last, most + most / 10 + 3);
		ratio_t impact = mul_div_down(10 * BPS, more, slot->depth);
		assert_true(impact < 0 || impact > 50 * BPS ||
			    sim_impact_ticks(slot->last, impact) + slot->above >= room);
	}
	assert_in_range(cut, 2000, 19000);
}

static void an_entry_with_no_price_within_protection_fills_nothing(void **state)
{
	(void)state;
	fault(SIM_FAULT_CUT, 49000); /* 29 ticks: less than the half spread */
	struct order_request order = enter(100);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 0);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand_order(&stand, order.id)->order.filled, 0);
	assert_int_equal(stand.broker.slots[BTC].qty, 0);
}

/* The book ends at the cap: five times the depth. 5 x 600 USDT buy 50 lots. */
static void an_entry_larger_than_the_book_gets_what_the_book_has(void **state)
{
	(void)state;
	stand_quote(&stand, BTC, BAR_MS, 599970, 600030, 600 * MONEY_ONE);
	struct order_request order = enter(100);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.qty, 50);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.impact, 50 * BPS);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_CANCELLED);
	stand_forget(&stand);
	send_reduce(7, 50, BAR_MS + 1000); /* a way out always fills, at the cap if it must */
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.qty, 50);
}

/* 600034 without it; 10 bps of 600000 are 600 ticks */
static void the_next_fill_is_worse_by_the_commanded_share_and_only_that_one(void **state)
{
	(void)state;
	fault(SIM_FAULT_SLIP, 1000000);
	enter(100);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.price, 600634);
	send_reduce(7, 100, BAR_MS + 1000);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 1)->fill.price, 600000 - 34);
}

static void a_refused_entry_reduce_or_protect_leaves_everything_as_it_was(void **state)
{
	(void)state;
	fault(SIM_FAULT_REJECT_ENTER, 0);
	struct order_request order = enter(100);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_REJECTED);
	assert_string_equal(stand_order(&stand, order.id)->order.reason, "exchange is busy");
	order = entered();
	fault(SIM_FAULT_REJECT_REDUCE, 0);
	send_reduce(7, 100, BAR_MS + 1000);
	assert_int_equal(stand_order(&stand, 7)->order.state, ORDER_REJECTED);
	fault(SIM_FAULT_REJECT_PROTECT, 0);
	struct order_request protect = {.verb = VERB_PROTECT,
					.sym = BTC,
					.side = SIDE_SHORT,
					.qty = 100,
					.stop = 595000,
					.stop_id = 8};
	stand_send(&stand, &protect, BAR_MS + 2000);
	assert_int_equal(stand_order(&stand, 8)->order.state, ORDER_REJECTED);
	assert_int_equal(stand.broker.slots[BTC].stop.id, order.stop_id);
	assert_int_equal(stand.broker.slots[BTC].qty, 100);
}

static void an_attached_stop_can_be_refused_after_the_entry_filled(void **state)
{
	(void)state;
	fault(SIM_FAULT_REJECT_STOP, 0);
	struct order_request order = enter(100);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_REJECTED);
	assert_int_equal(stand_order(&stand, order.target_id)->order.state, ORDER_LIVE);
	assert_int_equal(stand.broker.slots[BTC].stop.id, 0);
}

static void a_lost_order_never_existed(void **state)
{
	(void)state;
	fault(SIM_FAULT_LOST_ORDER, 0);
	struct order_request order = enter(100);
	stand_time(&stand, BAR_MS + HOUR_MS);
	assert_int_equal(stand.heard.count, 0);
	ask_for(order.id, BAR_MS + HOUR_MS);
	assert_int_equal(stand_nth(&stand, EVENT_ORDER_ABSENT, 0)->absent.id, order.id);
}

static void a_late_order_is_absent_and_then_shows_up_filled(void **state)
{
	(void)state;
	fault(SIM_FAULT_LATE_ORDER, 8000);
	struct order_request order = enter(100);
	ask_for(order.id, BAR_MS + 5000);
	assert_int_equal(stand_nth(&stand, EVENT_ORDER_ABSENT, 0)->absent.id, order.id);
	stand_time(&stand, BAR_MS + 8000 + LATENCY_MS - 1);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 0);
	stand_time(&stand, BAR_MS + 8000 + LATENCY_MS);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 1);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
}

static void late_news_hide_an_order_that_has_filled_but_not_its_position(void **state)
{
	(void)state;
	fault(SIM_FAULT_LATE_NEWS, 6000);
	struct order_request order = enter(100);
	assert_int_equal(stand.heard.count, 0);
	assert_int_equal(stand.broker.slots[BTC].qty, 100);
	ask_for(order.id, BAR_MS + 1000);
	assert_int_equal(stand_count(&stand, EVENT_ORDER_ABSENT), 1);
	ask_for(order.stop_id, BAR_MS + 2000);
	assert_int_equal(stand_count(&stand, EVENT_ORDER_ABSENT), 1);
	stand_forget(&stand);
	struct intent snapshot = {.kind = INTENT_SNAPSHOT};
	sim_broker_ops.ask(&stand.exchange, &snapshot, BAR_MS + 3000, &stand.out);
	assert_int_equal(stand_nth(&stand, EVENT_POSITION, 0)->position.qty, 100);
	stand_forget(&stand);
	stand_time(&stand, BAR_MS + 6000 + LATENCY_MS);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->at_ms, BAR_MS + 6000 + LATENCY_MS);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.at_ms, BAR_MS + LATENCY_MS);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_LIVE);
	ask_for(order.id, BAR_MS + 7000);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
}

/* The stop fires while the entry's news are still on their way: it is told after them. */
static void news_of_one_symbol_keep_their_order(void **state)
{
	(void)state;
	fault(SIM_FAULT_LATE_NEWS, 120000);
	struct order_request order = enter(100);
	stand_range(&stand, BTC, 0, 600000, 600000, 580000, 585000);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 0);
	assert_int_equal(stand.broker.slots[BTC].qty, 0);
	stand_time(&stand, BAR_MS + 200000);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.id, order.id);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 1)->fill.id, order.stop_id);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_FILLED);
}

static void a_fill_can_be_told_before_its_order(void **state)
{
	(void)state;
	fault(SIM_FAULT_FILL_FIRST, 2000);
	struct order_request order = enter(100);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 1);
	assert_null(stand_order(&stand, order.id));
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_LIVE);
	stand_time(&stand, BAR_MS + 2000 + LATENCY_MS);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
	set_up(NULL);
	fault(SIM_FAULT_FILL_FIRST, 0); /* at once, but after */
	order = enter(100);
	assert_int_equal(stand.heard.at[0].kind, EVENT_FILL);
	assert_int_equal(stand.heard.at[stand.heard.count - 1].order.state, ORDER_FILLED);
}

static void a_fill_told_twice_has_the_same_number_and_is_booked_once(void **state)
{
	(void)state;
	fault(SIM_FAULT_TWICE, 1500);
	enter(100);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 1);
	stand_time(&stand, BAR_MS + 1500 + LATENCY_MS);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 2);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.execution,
			 stand_nth(&stand, EVENT_FILL, 1)->fill.execution);
	assert_int_equal(stand.broker.slots[BTC].qty, 100);
	assert_int_equal(stand.broker.executions, 1);
}

static void old_news_call_a_filled_order_live_again(void **state)
{
	(void)state;
	fault(SIM_FAULT_STALE, 700);
	struct order_request order = enter(100);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
	stand_time(&stand, BAR_MS + 700 + LATENCY_MS);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_LIVE);
	ask_for(order.id, BAR_MS + 5000);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
}

static void a_lost_cancel_and_a_lost_look_up_are_silence(void **state)
{
	(void)state;
	struct order_request order = entered();
	fault(SIM_FAULT_LOST_CANCEL, 0);
	struct intent cancel = {.kind = INTENT_CANCEL, .sym = BTC, .id = order.target_id};
	sim_broker_ops.ask(&stand.exchange, &cancel, BAR_MS + 1000, &stand.out);
	fault(SIM_FAULT_LOST_QUERY, 0);
	ask_for(order.id, BAR_MS + 2000);
	assert_int_equal(stand.heard.count, 0);
	assert_int_equal(stand.broker.slots[BTC].target.id, order.target_id);
	ask_for(order.id, BAR_MS + 3000);
	assert_int_equal(stand.heard.count, 1);
}

static void a_leverage_setting_can_be_ignored_and_the_answer_says_so(void **state)
{
	(void)state;
	struct intent intent = {.kind = INTENT_LEVERAGE, .sym = BTC, .value = 1 * RATIO_ONE};
	fault(SIM_FAULT_NO_LEVERAGE, 0);
	sim_broker_ops.ask(&stand.exchange, &intent, BAR_MS, &stand.out);
	assert_int_equal(stand_nth(&stand, EVENT_POSITION, 0)->position.leverage, 2 * RATIO_ONE);
	sim_broker_ops.ask(&stand.exchange, &intent, BAR_MS, &stand.out);
	assert_int_equal(stand_nth(&stand, EVENT_POSITION, 1)->position.leverage, RATIO_ONE);
}

static void a_stop_can_fill_in_pieces_and_takes_nothing_but_what_is_left(void **state)
{
	(void)state;
	struct order_request order = entered();
	fault(SIM_FAULT_PARTIAL, 2);
	stand_range(&stand, BTC, 0, 600000, 600000, 585000, 586000);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 0)->fill.qty, 50);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_LIVE);
	send_reduce(7, 80, BAR_MS + MINUTE_MS - 100); /* arrives before the second piece */
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 1)->fill.qty, 50);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.filled, 50);
	assert_int_equal(stand_order(&stand, order.target_id)->order.state, ORDER_CANCELLED);
	stand_time(&stand, BAR_MS + 2 * MINUTE_MS);
	assert_int_equal(stand.broker.slots[BTC].qty, 0);
	assert_int_equal(sim_broker_check(&stand.broker), 0);
}

static void a_fault_for_one_symbol_spares_the_others_and_waits_for_a_day_at_most(void **state)
{
	(void)state;
	sim_broker_command(&stand.broker, SIM_FAULT_REJECT_ENTER, SOL, 0, BAR_MS, &stand.heard);
	struct order_request order = enter(100);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
	order = stand_enter(&stand, SOL, SIDE_LONG, 2, 14000, 16000);
	stand_send(&stand, &order, BAR_MS + DAY_MS);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
}

static void jitter_makes_travel_longer_by_the_seed_and_never_shorter(void **state)
{
	(void)state;
	ms_t seen[2][20];
	for (int run = 0; run < 2; run++) {
		set_up(NULL);
		stand.broker.setup.weather = (struct sim_weather_setup){.seed = 5, .jitter_ms = 300};
		for (int i = 0; i < 20; i++) {
			struct intent query = {.kind = INTENT_QUERY, .sym = BTC, .id = 1};
			sim_broker_ops.ask(&stand.exchange, &query, BAR_MS + i * 1000, &stand.out);
			seen[run][i] = sim_broker_ops.next_ms(&stand.exchange) - BAR_MS - i * 1000;
			assert_in_range(seen[run][i], LATENCY_MS, LATENCY_MS + 300);
			stand_time(&stand, BAR_MS + i * 1000 + 999);
		}
	}
	assert_memory_equal(seen[0], seen[1], sizeof seen[0]);
	assert_true(seen[0][0] != seen[0][1] || seen[0][1] != seen[0][2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_entry_fills_in_pieces_and_its_stop_grows_with_them, set_up),
		cmocka_unit_test_setup(the_rest_of_an_entry_can_be_cancelled_and_the_filled_part_stays,
				       set_up),
		cmocka_unit_test_setup(price_protection_ends_a_filling_entry_when_the_price_runs_away,
				       set_up),
		cmocka_unit_test_setup(a_piece_that_the_free_balance_no_longer_carries_ends_the_entry,
				       set_up),
		cmocka_unit_test_setup(an_entry_is_cut_where_protection_ends_and_the_rest_is_cancelled,
				       set_up),
		cmocka_unit_test_setup(what_protection_lets_through_is_as_much_as_fits_and_no_more, set_up),
		cmocka_unit_test_setup(an_entry_with_no_price_within_protection_fills_nothing, set_up),
		cmocka_unit_test_setup(an_entry_larger_than_the_book_gets_what_the_book_has, set_up),
		cmocka_unit_test_setup(the_next_fill_is_worse_by_the_commanded_share_and_only_that_one,
				       set_up),
		cmocka_unit_test_setup(a_refused_entry_reduce_or_protect_leaves_everything_as_it_was, set_up),
		cmocka_unit_test_setup(an_attached_stop_can_be_refused_after_the_entry_filled, set_up),
		cmocka_unit_test_setup(a_lost_order_never_existed, set_up),
		cmocka_unit_test_setup(a_late_order_is_absent_and_then_shows_up_filled, set_up),
		cmocka_unit_test_setup(late_news_hide_an_order_that_has_filled_but_not_its_position, set_up),
		cmocka_unit_test_setup(news_of_one_symbol_keep_their_order, set_up),
		cmocka_unit_test_setup(a_fill_can_be_told_before_its_order, set_up),
		cmocka_unit_test_setup(a_fill_told_twice_has_the_same_number_and_is_booked_once, set_up),
		cmocka_unit_test_setup(old_news_call_a_filled_order_live_again, set_up),
		cmocka_unit_test_setup(a_lost_cancel_and_a_lost_look_up_are_silence, set_up),
		cmocka_unit_test_setup(a_leverage_setting_can_be_ignored_and_the_answer_says_so, set_up),
		cmocka_unit_test_setup(a_stop_can_fill_in_pieces_and_takes_nothing_but_what_is_left, set_up),
		cmocka_unit_test_setup(a_fault_for_one_symbol_spares_the_others_and_waits_for_a_day_at_most,
				       set_up),
		cmocka_unit_test_setup(jitter_makes_travel_longer_by_the_seed_and_never_shorter, set_up),
	};

	return cmocka_run_group_tests_name("sim weather: orders", tests, NULL, NULL);
}
