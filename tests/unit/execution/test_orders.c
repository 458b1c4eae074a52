/* SPDX-License-Identifier: MIT
 * Client ids and the life of one order, silence and look-ups included. */
#include "books.h"

static void client_ids_carry_instance_sequence_and_role_and_never_repeat(void **state)
{
	(void)state;
	int64_t last = 0;
	for (int i = 0; i < 100; i++) {
		int64_t id = execution_next_id(&x, (enum role)(i % ROLE_COUNT));
		assert_int_equal(client_id_instance(id), 77);
		assert_int_equal((int)client_id_role(id), i % ROLE_COUNT);
		assert_true(client_id_sequence(id) > last);
		last = client_id_sequence(id);
	}
}

static void an_entry_leaves_with_its_ticket_and_three_orders(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	assert_int_equal(tickets(VERB_ENTER), 1);
	assert_int_equal(state_of(held(1)->entry_id), ORDER_INTENT);
	assert_int_equal(state_of(held(1)->stop_id), ORDER_INTENT);
	assert_int_equal(state_of(held(1)->target_id), ORDER_INTENT);
	assert_int_equal(held(1)->phase, PHASE_ENTERING);
	assert_true(execution_entry_pending(&x, BOOK_MAIN, 1));
	assert_false(execution_entry_pending(&x, BOOK_MAIN, 2));
	assert_int_equal(execution_exposure(&x, BOOK_MAIN, 1, UNKNOWN), 10 * 1000 * 1000);
}

static void an_order_becomes_live_then_filled_and_stays_so(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	int64_t id = held(1)->entry_id;
	live(id, 10);
	assert_int_equal(state_of(id), ORDER_LIVE);
	news_of(id, ORDER_FILLED, 10, 10);
	assert_int_equal(state_of(id), ORDER_FILLED);
	news_of(id, ORDER_CANCELLED, 10, 10);
	live(id, 10);
	assert_int_equal(state_of(id), ORDER_FILLED);
	assert_int_equal(held(1)->phase, PHASE_ENTERING); /* the fill itself has not come */
	assert_int_equal(execution_exposure(&x, BOOK_MAIN, 1, UNKNOWN), 10 * 1000 * 1000);
}

static void a_rejected_cancelled_or_absent_entry_clears_the_holding_and_its_attached_orders(void **state)
{
	static const enum order_state ends[] = {ORDER_REJECTED, ORDER_CANCELLED, ORDER_ABSENT};
	for (size_t i = 0; i < 3; i++) {
		books_open(state);
		enter(SIDE_LONG, 10);
		int64_t id = held(1)->entry_id, stop = held(1)->stop_id, target = held(1)->target_id;
		news_of(id, ends[i], 10, 0);
		assert_int_equal(state_of(id), ends[i]);
		assert_int_equal(state_of(stop), ORDER_ABSENT);
		assert_int_equal(state_of(target), ORDER_ABSENT);
		assert_int_equal(held(1)->phase, PHASE_FLAT);
		assert_int_equal(x.active_count, 0);
		execution_flush(&x, &wants);
		assert_int_equal(x.order_count, 0);
		assert_int_equal(execution_exposure(&x, BOOK_MAIN, 1, UNKNOWN), 0);
	}
}

static void an_unrecorded_entry_counts_as_rejected(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	int64_t id = held(1)->entry_id;
	execution_on_unrecorded(&x, id, now);
	assert_int_equal(state_of(id), ORDER_REJECTED);
	assert_int_equal(held(1)->phase, PHASE_FLAT);
}

static void silence_becomes_unknown_and_then_a_question_each_second(void **state)
{
	(void)state;
	struct wish wish;
	enter(SIDE_LONG, 10);
	int64_t id = held(1)->entry_id;
	now = T0 + 4999;
	assert_int_equal(order_wish(&wish), -1);
	assert_int_equal(execution_next_ms(&x), T0 + 5000);
	now = T0 + 5000;
	assert_int_equal(order_wish(&wish), -1);
	assert_int_equal(state_of(id), ORDER_UNKNOWN);
	assert_true(execution_order_unknown(&x, BOOK_MAIN, 1));
	assert_true(execution_entry_pending(&x, BOOK_MAIN, 1));
	assert_int_equal(execution_next_ms(&x), T0 + 6000);
	for (int i = 1; i <= 5; i++) {
		now = T0 + 5000 + i * 1000 - 1;
		assert_int_equal(order_wish(&wish), -1);
		now++;
		assert_int_equal(order_wish(&wish), WISH_QUERY);
		assert_int_equal(wish.id, id);
		assert_int_equal(order_wish(&wish), -1);
	}
	assert_int_equal(tickets(VERB_ENTER), 1); /* an entry is never sent again */
}

static void an_unknown_order_that_is_found_goes_on_as_if_it_had_answered(void **state)
{
	(void)state;
	struct wish wish;
	enter(SIDE_LONG, 10);
	int64_t id = held(1)->entry_id;
	now = T0 + 5000;
	order_wish(&wish);
	live(id, 10);
	assert_int_equal(state_of(id), ORDER_LIVE);
	assert_false(execution_order_unknown(&x, BOOK_MAIN, 1));
	fill(id, SIDE_LONG, 10, 1001);
	assert_int_equal(held(1)->qty, 10);
}

static void not_found_is_proof_only_after_three_look_ups_and_three_seconds(void **state)
{
	(void)state;
	struct wish wish;
	enter(SIDE_LONG, 10);
	int64_t id = held(1)->entry_id;
	absent(id); /* nobody asked */
	assert_int_equal(state_of(id), ORDER_INTENT);
	news_of(id, ORDER_UNKNOWN, 10, 0); /* a time-out: at once */
	x.set.query_ms = 100;
	for (int i = 1; i <= 4; i++) {
		now = T0 + i * 100;
		assert_int_equal(order_wish(&wish), WISH_QUERY);
		absent(id);
		assert_int_equal(state_of(id), ORDER_UNKNOWN); /* enough look-ups, too soon */
	}
	now = T0 + 2999;
	absent(id);
	assert_int_equal(state_of(id), ORDER_UNKNOWN);
	now = T0 + 3000;
	absent(id);
	assert_int_equal(state_of(id), ORDER_ABSENT);
	assert_int_equal(held(1)->phase, PHASE_FLAT);
}

static void late_but_asked_only_twice_is_no_proof(void **state)
{
	(void)state;
	struct wish wish;
	enter(SIDE_LONG, 10);
	int64_t id = held(1)->entry_id;
	news_of(id, ORDER_UNKNOWN, 10, 0);
	for (int i = 1; i <= 2; i++) {
		now = T0 + i * 10000;
		assert_int_equal(order_wish(&wish), WISH_QUERY);
		absent(id);
		assert_int_equal(state_of(id), ORDER_UNKNOWN);
	}
}

static void a_look_up_that_is_never_answered_proves_nothing(void **state)
{
	(void)state;
	struct wish wish;
	enter(SIDE_LONG, 10);
	int64_t id = held(1)->entry_id;
	news_of(id, ORDER_UNKNOWN, 10, 0);
	for (int i = 1; i <= 3; i++) {
		now = T0 + i * 10000;
		assert_int_equal(order_wish(&wish), WISH_QUERY);
		if (i != 2) /* lost */
			absent(id);
	}
	assert_int_equal(state_of(id), ORDER_UNKNOWN);
	now += 10000;
	assert_int_equal(order_wish(&wish), WISH_QUERY);
	absent(id);
	assert_int_equal(state_of(id), ORDER_ABSENT);
}

static void the_rest_of_an_entry_may_be_cancelled_before_its_fills_are_told(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	int64_t id = held(1)->entry_id;
	news_of(id, ORDER_CANCELLED, 10, 4);
	assert_int_equal(held(1)->phase, PHASE_ENTERING);
	assert_int_equal(execution_exposure(&x, BOOK_MAIN, 1, 1000), 4 * 1000 * 1000);
	execution_flush(&x, &wants);
	assert_true(fill(id, SIDE_LONG, 4, 1000).opened);
	assert_int_equal(held(1)->qty, 4);
	assert_int_equal(held(1)->phase, PHASE_UNPROTECTED);
	assert_int_equal(execution_exposure(&x, BOOK_MAIN, 1, 1000), 4 * 1000 * 1000);
	assert_false(execution_entry_pending(&x, BOOK_MAIN, 1));
}

static void a_leftover_stop_on_a_flat_symbol_is_cancelled_after_the_sweep_time_not_before(void **state)
{
	(void)state;
	struct wish wish;
	open_protected(SIDE_LONG, 10);
	int64_t stop = held(1)->stop_id, target = held(1)->target_id;
	now += 60000;
	fill(target, SIDE_SHORT, 10, 1100);
	news_of(target, ORDER_FILLED, 10, 10);
	now += 1999;
	assert_int_equal(order_wish(&wish), -1);
	now++;
	assert_int_equal(execution_next_ms(&x), now);
	assert_int_equal(order_wish(&wish), WISH_CANCEL);
	assert_int_equal(wish.id, stop);
	news_of(stop, ORDER_CANCELLED, 10, 0);
	execution_flush(&x, &wants);
	assert_int_equal(x.order_count, 0);
	assert_int_equal(execution_next_ms(&x), INT64_MAX);
}

static void resting_orders_of_an_open_position_are_not_swept(void **state)
{
	(void)state;
	struct wish wish;
	open_protected(SIDE_LONG, 10);
	now += HOUR_MS;
	assert_int_equal(order_wish(&wish), -1);
}

static void an_attached_order_nobody_ever_heard_of_is_asked_about_when_the_trade_is_over(void **state)
{
	(void)state;
	struct wish wish;
	enter(SIDE_LONG, 10);
	int64_t stop = held(1)->stop_id, target = held(1)->target_id;
	fill(held(1)->entry_id, SIDE_LONG, 10, 1000);
	live(stop, 10); /* its target is never told */
	now += 60000;
	fill(stop, SIDE_SHORT, 10, 950);
	news_of(stop, ORDER_FILLED, 10, 10);
	for (int i = 0; i < 60 && x.order_count > 0; i++) {
		now += 1000;
		if (order_wish(&wish) == WISH_QUERY && wish.id == target)
			absent(target);
		execution_flush(&x, &wants);
	}
	assert_int_equal(state_of(target), ORDER_ABSENT);
	assert_int_equal(x.order_count, 0);
}

static void live_at(int64_t id, qty_t qty, price_t price)
{
	execution_on_order(&x, &(struct event){.kind = EVENT_ORDER,
					       .sym = 1,
					       .at_ms = now,
					       .order = {.id = id,
							 .state = ORDER_LIVE,
							 .role = client_id_role(id),
							 .side = SIDE_SHORT,
							 .qty = qty,
							 .price = price}});
}

static void a_stop_that_was_moved_by_hand_is_where_it_is(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	price_t stop = held(1)->stop;
	live_at(held(1)->stop_id, 10, stop + 5);
	assert_int_equal(held(1)->stop, stop + 5);
	live_at(held(1)->stop_id, 10, stop - 5); /* looser than what was approved: not ours */
	assert_int_equal(held(1)->stop, stop + 5);
	live_at(held(1)->target_id, 10, held(1)->target - 3);
	assert_int_equal(held(1)->target, 1100 - 3);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
}

static void a_stop_that_was_loosened_is_asked_for_where_it_was_approved_once_a_minute(void **state)
{
	(void)state;
	struct wish wish;
	open_protected(SIDE_LONG, 10);
	price_t stop = held(1)->stop;
	int64_t first = held(1)->stop_id, again;
	now += 59999;
	live_at(first, 10, stop - 5);
	assert_int_equal(order_wish(&wish), -1); /* it has only just come to rest */
	assert_int_equal(execution_next_ms(&x), ++now);
	assert_int_equal(order_wish(&wish), WISH_PROTECT);
	assert_int_equal(wish.stop, stop);
	assert_int_equal(wish.astray, stop - 5);
	protect(wish.stop);
	again = held(1)->stop_id;
	assert_int_equal(order_wish(&wish), -1);
	news_of(again, ORDER_REJECTED, 10, 0); /* refused: what was approved is still wanted */
	assert_int_equal(held(1)->stop_id, first);
	assert_int_equal(held(1)->stop, stop);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
	live_at(first, 10, stop - 5);
	assert_int_equal(order_wish(&wish), -1);
	now += 60000;
	assert_int_equal(order_wish(&wish), WISH_PROTECT);
	live_at(first, 10, stop); /* back where it was: nothing to ask for */
	now += 600000;
	assert_int_equal(order_wish(&wish), -1);
	assert_int_equal(held(1)->stop, stop);
}

static void a_loosened_stop_of_a_position_that_leaves_is_left_alone(void **state)
{
	(void)state;
	struct wish wish;
	open_protected(SIDE_SHORT, 10);
	live_at(held(1)->stop_id, 10, held(1)->stop + 5);
	reduce(EXIT_TIME);
	now += 600000;
	while (order_wish(&wish) >= 0)
		assert_int_not_equal(wish.kind, WISH_PROTECT);
}

/* What was paid once says nothing of what is at stake now. */
static void exposure_is_at_the_mark_with_the_entries_on_their_way(void **state)
{
	(void)state;
	open_protected(SIDE_SHORT, 10);
	assert_int_equal(execution_exposure(&x, BOOK_MAIN, 1, 1000), 10 * 1000 * 1000);
	assert_int_equal(execution_exposure(&x, BOOK_MAIN, 1, 1500), 10 * 1500 * 1000);
	assert_int_equal(execution_exposure(&x, BOOK_MAIN, 1, UNKNOWN), UNKNOWN); /* not zero */
	enter_in(BOOK_MAIN, 2, SIDE_LONG, 4);
	assert_int_equal(execution_exposure(&x, BOOK_MAIN, 2, 1500), 4 * 1000 * 1000);
	fill_in(BOOK_MAIN, 2, execution_holding(&x, BOOK_MAIN, 2)->entry_id, SIDE_LONG, 1, 1000);
	assert_int_equal(execution_exposure(&x, BOOK_MAIN, 2, 1500), (1500 + 3 * 1000) * 1000);
}

static void a_thousand_trades_without_news_of_targets_leave_no_order_behind(void **state)
{
	(void)state;
	struct wish wish;
	for (int i = 0; i < 1000; i++) {
		enter(SIDE_LONG, 10);
		int64_t stop = held(1)->stop_id;
		fill(held(1)->entry_id, SIDE_LONG, 10, 1000);
		live(stop, 10);
		fill(stop, SIDE_SHORT, 10, 950);
		news_of(stop, ORDER_FILLED, 10, 10);
		for (int k = 0; k < 12; k++) {
			now += 1000;
			while (order_wish(&wish) == WISH_QUERY)
				absent(wish.id);
		}
		execution_flush(&x, &wants);
		wants.intent_count = wants.record_count = 0;
	}
	assert_true(x.order_count < 10);
}

static void an_order_missing_from_a_complete_list_is_unknown_and_its_stop_protects_nothing(void **state)
{
	(void)state;
	struct wish wish;
	open_protected(SIDE_LONG, 10);
	now++;
	execution_on_orders_begin(&x);
	live(held(1)->target_id, 10);
	execution_on_orders_end(&x, BOOK_MAIN, false, now, now);
	assert_int_equal(state_of(held(1)->stop_id), ORDER_UNKNOWN);
	assert_int_equal(state_of(held(1)->target_id), ORDER_LIVE);
	assert_int_equal(held(1)->phase, PHASE_UNPROTECTED);
	now += 1000;
	assert_int_equal(order_wish(&wish), WISH_QUERY);
	assert_int_equal(wish.id, held(1)->stop_id);
	assert_int_equal(wish_at(1000), WISH_PROTECT);
}

/* The list may have been made before that. */
static void an_order_that_changed_after_the_lists_were_asked_for_may_be_missing_from_them(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	execution_on_orders_begin(&x);
	execution_on_orders_end(&x, BOOK_MAIN, false, now, now + 100);
	assert_int_equal(state_of(held(1)->stop_id), ORDER_LIVE);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
	execution_on_orders_begin(&x);
	execution_on_orders_end(&x, BOOK_MAIN, false, now + 1, now + 100);
	assert_int_equal(state_of(held(1)->stop_id), ORDER_UNKNOWN);
}

static void orders_come_back_from_the_journal_and_those_in_flight_are_unknown(void **state)
{
	(void)state;
	struct wish wish;
	open_protected(SIDE_LONG, 10);
	enter_in(BOOK_MAIN, 2, SIDE_SHORT, 5);
	execution_flush(&x, &wants);
	int64_t in_flight = held(2)->entry_id, attached = held(2)->stop_id, resting = held(1)->stop_id;
	int64_t sequence = x.sequence;
	struct holding one = *held(1), two = *held(2);
	static struct execution fresh;
	execution_init(&fresh, &execution_settings_default, &universe, 77);
	for (size_t i = 0; i < wants.record_count; i++)
		execution_restore(&fresh, &wants.records[i]);
	x = fresh;
	assert_memory_equal(held(1), &one, sizeof one);
	assert_memory_equal(held(2), &two, sizeof two);
	assert_int_equal(x.sequence, sequence);
	now += 5000;
	execution_restored(&x, now);
	assert_int_equal(state_of(in_flight), ORDER_UNKNOWN);
	assert_int_equal(state_of(attached), ORDER_INTENT);
	assert_int_equal(state_of(resting), ORDER_LIVE);
	now += 1000;
	assert_int_equal(order_wish(&wish), WISH_QUERY);
	assert_int_equal(wish.id, in_flight);
	assert_true(execution_next_id(&x, ROLE_EXIT) > in_flight);
}

#define TEST(name) cmocka_unit_test_setup(name, books_open)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(client_ids_carry_instance_sequence_and_role_and_never_repeat),
		TEST(an_entry_leaves_with_its_ticket_and_three_orders),
		TEST(an_order_becomes_live_then_filled_and_stays_so),
		TEST(a_rejected_cancelled_or_absent_entry_clears_the_holding_and_its_attached_orders),
		TEST(an_unrecorded_entry_counts_as_rejected),
		TEST(silence_becomes_unknown_and_then_a_question_each_second),
		TEST(an_unknown_order_that_is_found_goes_on_as_if_it_had_answered),
		TEST(not_found_is_proof_only_after_three_look_ups_and_three_seconds),
		TEST(late_but_asked_only_twice_is_no_proof),
		TEST(a_look_up_that_is_never_answered_proves_nothing),
		TEST(the_rest_of_an_entry_may_be_cancelled_before_its_fills_are_told),
		TEST(a_leftover_stop_on_a_flat_symbol_is_cancelled_after_the_sweep_time_not_before),
		TEST(resting_orders_of_an_open_position_are_not_swept),
		TEST(an_attached_order_nobody_ever_heard_of_is_asked_about_when_the_trade_is_over),
		TEST(a_stop_that_was_moved_by_hand_is_where_it_is),
		TEST(a_stop_that_was_loosened_is_asked_for_where_it_was_approved_once_a_minute),
		TEST(a_loosened_stop_of_a_position_that_leaves_is_left_alone),
		TEST(exposure_is_at_the_mark_with_the_entries_on_their_way),
		TEST(a_thousand_trades_without_news_of_targets_leave_no_order_behind),
		TEST(an_order_missing_from_a_complete_list_is_unknown_and_its_stop_protects_nothing),
		TEST(an_order_that_changed_after_the_lists_were_asked_for_may_be_missing_from_them),
		TEST(orders_come_back_from_the_journal_and_those_in_flight_are_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
