/* SPDX-License-Identifier: MIT
 * What a position asks for, and when: protection, a way out, both in turn. */
#include "books.h"

static void open_naked(void)
{
	enter(SIDE_LONG, 10);
	fill(held(1)->entry_id, SIDE_LONG, 10, 1000);
	assert_int_equal(held(1)->phase, PHASE_UNPROTECTED);
}

static void a_protected_position_wants_nothing(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	now += DAY_MS;
	assert_int_equal(wish_at(1000), -1);
	assert_int_equal(execution_next_ms(&x), INT64_MAX);
}

static void an_attached_stop_that_is_not_confirmed_within_the_grace_is_asked_for(void **state)
{
	(void)state;
	open_naked();
	now = T0 + 499;
	assert_int_equal(wish_at(1000), -1);
	assert_int_equal(execution_next_ms(&x), T0 + 500);
	now = T0 + 500;
	assert_int_equal(wish_at(1000), WISH_PROTECT);
	assert_int_equal(held(1)->stop, 950);
	assert_int_equal(wants.intents[wants.intent_count - 1].ticket.order.qty, 10);
	live(held(1)->stop_id, 10);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
	now += HOUR_MS;
	assert_int_equal(wish_at(1000), -1);
}

static void at_the_three_second_deadline_it_leaves(void **state)
{
	(void)state;
	open_naked();
	for (now = T0; now < T0 + 3000; now++)
		assert_int_not_equal(wish_at(1000), WISH_REDUCE);
	assert_int_equal(wish_at(1000), WISH_REDUCE);
	assert_int_equal(now, T0 + 3000);
	assert_int_equal(held(1)->phase, PHASE_LEAVING);
	assert_int_equal(held(1)->exit_reason, EXIT_UNPROTECTED);
}

static void if_leaving_fails_it_alternates_both_with_at_most_two_seconds_between(void **state)
{
	(void)state;
	open_naked();
	ms_t last = T0 + 3000;
	int kinds[16], count = 0;
	for (now = T0; now < T0 + 60000 && count < 16; now += 10) {
		int kind = wish_at(1000);
		wants.intent_count = 0;
		if (kind == WISH_REDUCE) /* and the exchange refuses every time */
			news_of(held(1)->exit_id, ORDER_REJECTED, 10, 0);
		else if (kind == WISH_PROTECT)
			news_of(held(1)->stop_id, ORDER_REJECTED, 10, 0);
		if (kind < 0 || now < T0 + 3000)
			continue;
		assert_true(now - last <= 2000);
		last = now;
		kinds[count++] = kind;
	}
	assert_int_equal(count, 16);
	for (int i = 0; i < count; i++)
		assert_int_equal(kinds[i], i % 2 == 0 ? WISH_REDUCE : WISH_PROTECT);
}

static size_t stops_not_over(void)
{
	size_t count = 0;
	for (size_t i = 0; i < x.order_count; i++)
		count += x.orders[i].role == ROLE_STOP && !order_is_final(x.orders[i].state);
	return count;
}

/* Each stop that does not answer may rest: a third one waits until one of them is known to be over. The way
 * out is reissued all the while. */
static void silence_never_makes_more_than_two_stops_and_the_way_out_goes_on(void **state)
{
	(void)state;
	open_naked();
	int reduces = 0, protects = 0;
	for (now = T0; now < T0 + 15000; now += 10) {
		int kind = wish_at(1000);
		reduces += kind == WISH_REDUCE;
		protects += kind == WISH_PROTECT;
		assert_true(stops_not_over() <= 2);
	}
	assert_int_equal(protects, 1);
	assert_true(reduces >= 6);
	int64_t attached = 0;
	for (size_t i = 0; i < x.order_count; i++)
		if (x.orders[i].role == ROLE_STOP && x.orders[i].id != held(1)->stop_id)
			attached = x.orders[i].id;
	news_of(attached, ORDER_REJECTED, 10, 0);
	for (; now < T0 + 20000 && protects == 1; now += 10)
		protects += wish_at(1000) == WISH_PROTECT;
	assert_int_equal(protects, 2);
}

static void a_stop_that_takes_while_leaving_ends_the_unprotected_time_but_not_the_leaving(void **state)
{
	(void)state;
	open_naked();
	now = T0 + 3000;
	assert_int_equal(wish_at(1000), WISH_REDUCE);
	now += 1000;
	assert_int_equal(wish_at(1000), WISH_PROTECT);
	live(held(1)->stop_id, 10);
	assert_int_equal(held(1)->naked_ms, 0);
	assert_int_equal(held(1)->naked_total_ms, 4000);
	assert_int_equal(held(1)->phase, PHASE_LEAVING);
	now += 2000;
	assert_int_equal(wish_at(1000), WISH_REDUCE);
}

static void a_reduce_may_be_sent_again_after_a_second_of_silence_with_a_new_id(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	reduce(EXIT_TIME);
	int64_t first = held(1)->exit_id;
	now = T0 + 999;
	assert_int_equal(wish_at(1000), -1);
	now = T0 + 1000;
	assert_int_equal(execution_next_ms(&x), now);
	assert_int_equal(wish_at(1000), WISH_REDUCE);
	assert_int_not_equal(held(1)->exit_id, first);
	assert_int_equal(held(1)->exit_reason, EXIT_TIME);
}

static void a_rejected_reduce_is_tried_again_sooner(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	reduce(EXIT_TIME);
	now += 100;
	news_of(held(1)->exit_id, ORDER_REJECTED, 10, 0);
	now += 249;
	assert_int_equal(wish_at(1000), -1);
	now++;
	assert_int_equal(wish_at(1000), WISH_REDUCE);
}

/* Ten minutes without a word, for as many positions as fit: each reissue and each stop asked for is an order
 * whose outcome is unknown, and there is room for only so many. */
static void a_long_silence_fills_no_table_and_the_way_out_goes_on_after_it(void **state)
{
	(void)state;
	open_naked();
	for (now = T0; now < T0 + 10 * MINUTE_MS; now += 50) {
		struct wish wish;
		wish_at(1000);
		while (order_wish(&wish) >= 0)
			continue;
		wants.intent_count = wants.record_count = 0;
		assert_true(x.order_count <= EXECUTION_ORDERS_MAX / 8);
		assert_true(execution_next_ms(&x) > now);
	}
	assert_int_equal(held(1)->phase, PHASE_LEAVING);
	int64_t last = held(1)->exit_id;
	for (size_t i = 0; i < x.order_count; i++) /* the exchange is back: it has never heard of them */
		for (int answers = 0; answers < 3 && !order_is_final(x.orders[i].state); answers++)
			absent(x.orders[i].id);
	bool again = false;
	for (ms_t end = now + 5 * SECOND_MS; now < end && !again; now += 50)
		again = wish_at(1000) == WISH_REDUCE;
	assert_true(again && held(1)->exit_id != last);
}

static void a_mark_beyond_the_stop_for_two_seconds_reduces(void **state)
{
	for (int64_t side = SIDE_SHORT; side <= SIDE_LONG; side += 2) {
		books_open(state);
		open_protected(side, 10);
		price_t stop = held(1)->stop;
		assert_int_equal(wish_at(stop + side), -1);
		assert_int_equal(held(1)->beyond_ms, 0);
		assert_int_equal(wish_at(stop), -1); /* at the stop is beyond it */
		assert_int_equal(execution_next_ms(&x), T0 + 2000);
		now = T0 + 1999;
		assert_int_equal(wish_at(stop - side), -1);
		now = T0 + 2000;
		assert_int_equal(wish_at(stop - side), WISH_REDUCE);
		assert_int_equal(held(1)->exit_reason, EXIT_BEYOND_STOP);
	}
}

static void a_mark_that_comes_back_starts_the_two_seconds_anew(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	wish_at(940);
	now = T0 + 1500;
	assert_int_equal(wish_at(960), -1);
	now = T0 + 2500;
	assert_int_equal(wish_at(940), -1);
	now = T0 + 4499;
	assert_int_equal(wish_at(940), -1);
	now = T0 + 4500;
	assert_int_equal(wish_at(940), WISH_REDUCE);
}

static void a_stop_that_cannot_be_sealed_leaves_at_once(void **state)
{
	(void)state;
	open_naked();
	now = T0 + 600;
	execution_protect_refused(&x, held(1), now);
	assert_int_equal(wish_at(940), WISH_REDUCE);
	assert_int_equal(held(1)->exit_reason, EXIT_BEYOND_STOP);
}

static void a_rejected_replacement_leaves_the_old_stop_in_force(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	int64_t old = held(1)->stop_id, old_target = held(1)->target_id;
	protect(980);
	assert_int_not_equal(held(1)->stop_id, old);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
	assert_false(execution_stop_settled(&x, held(1)));
	now += 300;
	news_of(held(1)->stop_id, ORDER_REJECTED, 10, 0);
	news_of(held(1)->target_id, ORDER_REJECTED, 10, 0);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
	assert_int_equal(held(1)->stop_id, old);
	assert_int_equal(held(1)->target_id, old_target);
	assert_int_equal(held(1)->stop, 950);
	assert_int_equal(held(1)->stop_reason, EXIT_STOP);
	assert_true(execution_stop_settled(&x, held(1)));
	news_of(old, ORDER_CANCELLED, 10, 0); /* and without that one nothing is left */
	assert_int_equal(held(1)->phase, PHASE_UNPROTECTED);
	assert_int_equal(held(1)->naked_ms, now);
}

static void a_replacement_of_unknown_outcome_leaves_the_old_stop_covering(void **state)
{
	(void)state;
	struct wish wish;
	open_protected(SIDE_LONG, 10);
	protect(980);
	now += 5000;
	order_wish(&wish); /* silence: unknown */
	assert_int_equal(state_of(held(1)->stop_id), ORDER_UNKNOWN);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
	assert_int_equal(held(1)->stop_qty, 10);
}

static void the_old_stop_is_not_cancelled_before_the_new_one_is_confirmed(void **state)
{
	(void)state;
	struct wish wish;
	open_protected(SIDE_LONG, 10);
	int64_t old = held(1)->stop_id;
	protect(980);
	now += 4000; /* twice the sweep time */
	while (order_wish(&wish) == WISH_CANCEL)
		assert_int_not_equal(wish.id, old);
	live(held(1)->stop_id, 10);
	bool swept = false;
	while (order_wish(&wish) == WISH_CANCEL)
		swept = swept || wish.id == old;
	assert_true(swept);
	news_of(old, ORDER_CANCELLED, 10, 0);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
}

static void if_the_old_stop_goes_before_the_new_one_is_confirmed_nothing_protects(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	int64_t old = held(1)->stop_id;
	protect(980);
	news_of(old, ORDER_CANCELLED, 10, 0);
	assert_int_equal(held(1)->phase, PHASE_UNPROTECTED);
	live(held(1)->stop_id, 10);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
}

static void a_stop_cancelled_by_somebody_else_is_missed_at_once(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	now += 60000;
	news_of(held(1)->stop_id, ORDER_CANCELLED, 10, 0);
	assert_int_equal(held(1)->phase, PHASE_UNPROTECTED);
	now += 500;
	assert_int_equal(wish_at(1000), WISH_PROTECT);
}

static void a_lost_target_is_no_reason_to_leave(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	news_of(held(1)->target_id, ORDER_REJECTED, 10, 0);
	assert_int_equal(held(1)->target_qty, 0);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
}

static void deadlines_count_running_time_and_begin_anew_after_a_restart(void **state)
{
	(void)state;
	open_naked();
	execution_flush(&x, &wants);
	now += HOUR_MS;
	execution_restored(&x, now);
	assert_int_equal(wish_at(1000), WISH_PROTECT);
	now += 2999;
	assert_int_not_equal(wish_at(1000), WISH_REDUCE);
	now++;
	assert_int_equal(wish_at(1000), WISH_REDUCE);
}

#define TEST(name) cmocka_unit_test_setup(name, books_open)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_protected_position_wants_nothing),
		TEST(an_attached_stop_that_is_not_confirmed_within_the_grace_is_asked_for),
		TEST(at_the_three_second_deadline_it_leaves),
		TEST(if_leaving_fails_it_alternates_both_with_at_most_two_seconds_between),
		TEST(silence_never_makes_more_than_two_stops_and_the_way_out_goes_on),
		TEST(a_stop_that_takes_while_leaving_ends_the_unprotected_time_but_not_the_leaving),
		TEST(a_reduce_may_be_sent_again_after_a_second_of_silence_with_a_new_id),
		TEST(a_rejected_reduce_is_tried_again_sooner),
		TEST(a_long_silence_fills_no_table_and_the_way_out_goes_on_after_it),
		TEST(a_mark_beyond_the_stop_for_two_seconds_reduces),
		TEST(a_mark_that_comes_back_starts_the_two_seconds_anew),
		TEST(a_stop_that_cannot_be_sealed_leaves_at_once),
		TEST(a_rejected_replacement_leaves_the_old_stop_in_force),
		TEST(a_replacement_of_unknown_outcome_leaves_the_old_stop_covering),
		TEST(the_old_stop_is_not_cancelled_before_the_new_one_is_confirmed),
		TEST(if_the_old_stop_goes_before_the_new_one_is_confirmed_nothing_protects),
		TEST(a_stop_cancelled_by_somebody_else_is_missed_at_once),
		TEST(a_lost_target_is_no_reason_to_leave),
		TEST(deadlines_count_running_time_and_begin_anew_after_a_restart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
