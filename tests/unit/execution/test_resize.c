/* SPDX-License-Identifier: MIT
 * Stop and target follow the size; a part that is to leave leaves once; the rest of an entry goes; clocks
 * stand while nothing can be done. */
#include "books.h"

/* Runs the wishes for so long; the last kind, or -1. Each protect or reduce is counted. */
static int protects, reduces;
static void run(ms_t ms)
{
	for (ms_t end = now + ms; now < end; now += 50) {
		int kind = wish_at(1000);
		protects += kind == WISH_PROTECT;
		reduces += kind == WISH_REDUCE;
	}
}
static int open_books(void **state)
{
	protects = reduces = 0;
	return books_open(state);
}

static void after_a_partial_close_stop_and_target_are_resized_and_confirmed(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	reduce_by(4, EXIT_EXCESS);
	fill(held(1)->exit_id, SIDE_SHORT, 4, 1000);
	news_of(held(1)->exit_id, ORDER_FILLED, 4, 4);
	assert_int_equal(held(1)->exit_id, 0);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED); /* too much of a stop protects */
	assert_int_equal(execution_next_ms(&x), now + 500);
	run(600);
	assert_int_equal(protects, 1);
	const struct order_request *order = &wants.intents[wants.intent_count - 1].ticket.order;
	assert_int_equal(order->qty, 6);
	assert_int_equal(order->stop, 950);
	live(held(1)->stop_id, 6);
	live(held(1)->target_id, 6);
	run(HOUR_MS);
	assert_int_equal(protects, 1);
}

/* Each replacement takes the old stop away for a moment. */
static void
a_stop_that_the_exchange_makes_of_another_size_is_a_doubt_and_not_asked_for_all_the_time(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	fill(0, SIDE_SHORT, 1, 1000); /* that closed nothing of ours, as it turns out */
	x.unreconciled[BOOK_MAIN][1] = 0;
	int64_t before = held(1)->stop_id, target = held(1)->target_id;
	for (ms_t end = now + 10 * MINUTE_MS; now < end; now += 50) {
		if (wish_at(1000) != WISH_PROTECT)
			continue;
		protects++;
		now += 250;
		news_of(before, ORDER_CANCELLED, 10, 0);
		news_of(target, ORDER_CANCELLED, 10, 0);
		before = held(1)->stop_id, target = held(1)->target_id;
		live(before, 10);
		live(target, 10);
		execution_flush(&x, &wants);
		wants.intent_count = wants.record_count = 0;
	}
	assert_in_range(protects, 2, 12);
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], DOUBT_QUANTITY);
}

static void a_lost_target_is_placed_again_and_is_no_reason_to_leave(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	news_of(held(1)->target_id, ORDER_REJECTED, 10, 0);
	assert_int_equal(held(1)->target_qty, 0);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
	run(600);
	assert_int_equal(protects, 1);
	live(held(1)->stop_id, 10);
	live(held(1)->target_id, 10);
	assert_int_equal(held(1)->target_qty, 10);
	run(DAY_MS / 100);
	assert_int_equal(protects, 1);
	assert_int_equal(reduces, 0);
}

static void a_target_that_is_refused_every_time_is_asked_for_less_and_less(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	news_of(held(1)->target_id, ORDER_REJECTED, 10, 0);
	for (ms_t end = now + HOUR_MS; now < end; now += 50) {
		int64_t old = held(1)->stop_id;
		if (wish_at(1000) != WISH_PROTECT)
			continue;
		protects++;
		live(held(1)->stop_id, 10);
		news_of(old, ORDER_CANCELLED, 10, 0);
		news_of(held(1)->target_id, ORDER_REJECTED, 10, 0);
		execution_flush(&x, &wants);
		wants.intent_count = wants.record_count = 0;
	}
	assert_in_range(protects, 6, 70);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
}

static void a_part_leaves_once_and_is_tried_again_only_when_it_is_known_to_have_failed(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	execution_trim(&x, held(1), 6, EXIT_FIT, now);
	assert_int_equal(execution_next_ms(&x), now);
	run(100);
	assert_int_equal(reduces, 1);
	assert_int_equal(wants.intents[wants.intent_count - 1].ticket.order.qty, 4);
	run(10000); /* silence: it may have left */
	assert_int_equal(reduces, 1);
	news_of(held(1)->exit_id, ORDER_REJECTED, 4, 0);
	run(1000);
	assert_int_equal(reduces, 2);
	assert_int_equal(fill(held(1)->exit_id, SIDE_SHORT, 4, 1000).closed, false);
	run(500);
	assert_int_equal(held(1)->qty, 6);
	assert_int_equal(held(1)->keep_qty, 0);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
	assert_int_equal(reduces, 2);
	assert_int_equal(fill(held(1)->target_id, SIDE_SHORT, 6, 1100).trade.exit_reason, EXIT_TARGET);
}

static void the_rest_of_an_entry_is_cancelled_after_two_seconds(void **state)
{
	(void)state;
	struct wish wish;
	enter(SIDE_LONG, 10);
	int64_t id = held(1)->entry_id;
	live(id, 10);
	fill(id, SIDE_LONG, 4, 1000);
	live(held(1)->stop_id, 4);
	live(held(1)->target_id, 4);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
	now = T0 + 1999;
	live(id, 10); /* that it still works restarts nothing */
	assert_int_equal(order_wish(&wish), -1);
	now++;
	assert_int_equal(execution_next_ms(&x), now);
	assert_int_equal(order_wish(&wish), WISH_CANCEL);
	assert_int_equal(wish.id, id);
	assert_int_equal(order_wish(&wish), -1);
	now += 2000; /* no answer: what has become of it? and then again */
	assert_int_equal(order_wish(&wish), WISH_QUERY);
	now += 2000;
	assert_int_equal(order_wish(&wish), WISH_CANCEL);
	news_of(id, ORDER_CANCELLED, 10, 4);
	assert_false(execution_entry_pending(&x, BOOK_MAIN, 1));
	assert_int_equal(held(1)->qty, 4);
	execution_flush(&x, &wants);
	assert_int_equal(x.order_count, 2);
}

static void the_risk_of_a_part_is_its_share_of_the_approved_risk(void **state)
{
	static const qty_t told[] = {4, 0}; /* what the report of the cancelled order says of fills */
	for (size_t i = 0; i < 2; i++) {
		open_books(state);
		enter(SIDE_LONG, 10);
		int64_t id = held(1)->entry_id;
		assert_int_equal(held(1)->risk, 500000);
		fill(id, SIDE_LONG, 4, 1000);
		news_of(id, ORDER_CANCELLED, 10, told[i]);
		assert_int_equal(held(1)->risk, 200000);
		live(held(1)->stop_id, 4);
		struct fill_news news = fill(held(1)->stop_id, SIDE_SHORT, 4, 950);
		assert_int_equal(news.trade.r, -RATIO_ONE);
	}
}

static void the_deadline_of_a_naked_position_counts_connected_time_only(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	fill(held(1)->entry_id, SIDE_LONG, 10, 1000);
	run(1000);
	execution_set_connected(&x, false, now);
	run(HOUR_MS);
	assert_int_equal(reduces, 0);
	assert_true(protects >= 1); /* what can be tried is tried */
	execution_set_connected(&x, true, now);
	ms_t up = now;
	while (reduces == 0 && now < up + 10000)
		run(50);
	assert_in_range(now - up, 1900, 2200); /* one second was gone before */
	assert_true(held(1)->naked_total_ms >= HOUR_MS);
}

static void in_a_suspended_market_wishes_wait_and_so_do_their_clocks(void **state)
{
	(void)state;
	struct wish wish;
	enter(SIDE_LONG, 10);
	fill(held(1)->entry_id, SIDE_LONG, 10, 1000);
	run(1000);
	int before = protects;
	universe.at[1].status = INSTRUMENT_SUSPENDED;
	execution_set_asleep(&x, 1, true, now);
	int asked = 0;
	for (int i = 0; i < 1000; i++) { /* what became of an order can be asked, not too often */
		run(1000);
		int kind = order_wish(&wish);
		assert_true(kind == -1 || kind == WISH_QUERY);
		asked += kind == WISH_QUERY;
	}
	assert_in_range(asked, 1, (before + 1) * 2 * 100);
	assert_int_equal(protects, before);
	assert_int_equal(reduces, 0);
	universe.at[1].status = INSTRUMENT_TRADING;
	execution_set_asleep(&x, 1, false, now);
	ms_t up = now;
	while (reduces == 0 && now < up + 10000)
		run(50);
	assert_in_range(now - up, 1900, 2200);
}

/* Tick 0.1 -> 0.05 and lot 1 -> 0.5: what was counted in old ones is counted in new ones. */
static struct instrument grid(int64_t tick, int64_t lot, int64_t generation)
{
	return (struct instrument){.tick = {tick, 2},
				   .lot = {lot, 1},
				   .contract = {1, 0},
				   .generation = generation,
				   .value_num = tick * lot,
				   .value_den = 1};
}

static void a_new_grid_that_divides_the_old_says_everything_exactly(void **state)
{
	(void)state;
	struct instrument was = grid(10, 10, 0);
	open_protected(SIDE_LONG, 10);
	held(1)->trail = 30, held(1)->best_close = 1010;
	universe.at[1] = grid(5, 5, 1);
	assert_true(execution_regrid(&x, 1, &was));
	const struct holding *h = held(1);
	assert_int_equal(h->generation, 1);
	assert_int_equal(h->qty, 20);
	assert_int_equal(h->stop, 1900);
	assert_int_equal(h->first_stop, 1900);
	assert_int_equal(h->target, 2200);
	assert_int_equal(h->trail, 60);
	assert_int_equal(h->best_close, 2020);
	assert_int_equal(h->decision_price, 2000);
	assert_int_equal(h->stop_qty, 20);
	assert_int_equal(h->cost, 10 * 1000 * 1000);
	for (size_t i = 0; i < x.order_count; i++)
		if (x.orders[i].id == h->stop_id) {
			assert_int_equal(x.orders[i].price, 1900);
			assert_int_equal(x.orders[i].qty, 20);
		}
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], DOUBT_GRID);
	now += 1000;
	assert_int_equal(compare_with(SIDE_LONG, 20), 0);
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], 0);
}

static void a_new_grid_that_does_not_divide_is_adopted_from_the_exchanges_lists(void **state)
{
	(void)state;
	struct instrument was = grid(10, 10, 0);
	open_protected(SIDE_LONG, 10);
	universe.at[1] = grid(7, 15, 1);
	assert_false(execution_regrid(&x, 1, &was));
	now += 1000;
	compare_with(SIDE_LONG, 6); /* 6.67 lots: the exchange has rounded */
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], DOUBT_GRID);
	execution_on_order(
		&x, &(struct event){
			    .kind = EVENT_ORDER,
			    .sym = 1,
			    .at_ms = now,
			    .order = {.id = held(1)->stop_id, .state = ORDER_LIVE, .qty = 6, .price = 1358}});
	execution_on_orders_end(&x, BOOK_MAIN, false, now, now);
	assert_int_equal(held(1)->qty, 6);
	assert_int_equal(held(1)->stop, 1358);
	assert_int_equal(held(1)->cost, 10 * 1000 * 1000);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
	assert_true(x.unreconciled[BOOK_MAIN][1] != 0); /* until they agree once more */
	compare_with(SIDE_LONG, 6);
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], 0);
}

static void without_a_stop_in_the_lists_nothing_says_where_it_belongs_and_it_leaves(void **state)
{
	(void)state;
	struct instrument was = grid(10, 10, 0);
	open_protected(SIDE_LONG, 10);
	universe.at[1] = grid(7, 10, 1);
	assert_false(execution_regrid(&x, 1, &was));
	now += 1000;
	compare_with(SIDE_LONG, 10);
	execution_on_orders_end(&x, BOOK_MAIN, false, now, now);
	assert_int_equal(held(1)->stop, 0);
	assert_int_equal(wish_at(1000), WISH_REDUCE);
}

static void a_grid_that_changed_while_we_were_away_is_adopted_too(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	execution_flush(&x, &wants);
	universe.at[1].generation = 1;
	static struct execution fresh;
	execution_init(&fresh, &execution_settings_default, &universe, 77);
	for (size_t i = 0; i < wants.record_count; i++)
		execution_restore(&fresh, &wants.records[i]);
	x = fresh;
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], DOUBT_GRID);
	now += 1000;
	compare_with(SIDE_LONG, 5);
	live(held(1)->stop_id, 5);
	execution_on_orders_end(&x, BOOK_MAIN, true, now, now);
	assert_int_equal(held(1)->qty, 5);
	assert_int_equal(held(1)->generation, 1);
}

#define TEST(name) cmocka_unit_test_setup(name, open_books)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(after_a_partial_close_stop_and_target_are_resized_and_confirmed),
		TEST(a_stop_that_the_exchange_makes_of_another_size_is_a_doubt_and_not_asked_for_all_the_time),
		TEST(a_lost_target_is_placed_again_and_is_no_reason_to_leave),
		TEST(a_target_that_is_refused_every_time_is_asked_for_less_and_less),
		TEST(a_part_leaves_once_and_is_tried_again_only_when_it_is_known_to_have_failed),
		TEST(the_rest_of_an_entry_is_cancelled_after_two_seconds),
		TEST(the_risk_of_a_part_is_its_share_of_the_approved_risk),
		TEST(the_deadline_of_a_naked_position_counts_connected_time_only),
		TEST(in_a_suspended_market_wishes_wait_and_so_do_their_clocks),
		TEST(a_new_grid_that_divides_the_old_says_everything_exactly),
		TEST(a_new_grid_that_does_not_divide_is_adopted_from_the_exchanges_lists),
		TEST(without_a_stop_in_the_lists_nothing_says_where_it_belongs_and_it_leaves),
		TEST(a_grid_that_changed_while_we_were_away_is_adopted_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
