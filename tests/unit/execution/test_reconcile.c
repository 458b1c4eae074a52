/* SPDX-License-Identifier: MIT
 * The exchange's lists against the books: what is believed, when, and what it makes of a holding. */
#include "books.h"

#define SETTLED_MS (10 * SECOND_MS) /* lists that are asked for so long after a fill have heard of it */

static void a_list_that_agrees_changes_nothing_and_ends_every_doubt(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	now += 1000;
	struct holding before = *held(1);
	x.unreconciled[BOOK_MAIN][1] = DOUBT_QUANTITY | DOUBT_FILL | DOUBT_GRID;
	assert_int_equal(compare_with(SIDE_LONG, 10), 0);
	assert_memory_equal(held(1), &before, sizeof before);
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], 0);
	assert_int_equal(x.foreign[BOOK_MAIN][1], 0);
}

static void a_difference_freezes_at_once_and_is_believed_when_it_is_found_again(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	now += SETTLED_MS;
	assert_int_equal(compare_with(SIDE_NONE, 0), 1);
	assert_int_equal(found[0].own, 10);
	assert_int_equal(found[0].seen, 0);
	assert_false(found[0].confirmed);
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], DOUBT_QUANTITY);
	assert_true(x.compare_again);
	assert_int_equal(held(1)->qty, 10);
	x.compare_again = false;
	assert_int_equal(compare_with(SIDE_NONE, 0), 1);
	assert_true(found[0].confirmed);
	assert_int_equal(found[0].gone, 10);
	assert_int_equal(found[0].id, 0);
	assert_false(x.compare_again); /* it has been said: no hammering */
}

static void another_difference_than_before_is_looked_at_again(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	now += SETTLED_MS;
	compare_with(SIDE_LONG, 4);
	compare_with(SIDE_LONG, 6);
	assert_false(found[0].confirmed);
	compare_with(SIDE_LONG, 6);
	assert_true(found[0].confirmed);
	assert_int_equal(found[0].gone, 4);
}

static void a_list_older_than_the_last_fill_says_nothing(void **state)
{
	(void)state;
	ms_t asked = now;
	open_protected(SIDE_LONG, 10);
	execution_on_orders_begin(&x);
	assert_int_equal(execution_on_positions_end(&x, BOOK_MAIN, asked, now, found), 0);
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], 0);
	assert_true(x.compare_again);
}

/* Reads of an exchange may be seconds behind its stream: twice the same old list is no proof. */
static void what_has_just_been_filled_is_not_believed_to_be_gone(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	now += 1000;
	compare_with(SIDE_NONE, 0);
	for (int i = 0; i < 4; i++) {
		now += 2000;
		assert_int_equal(compare_with(SIDE_NONE, 0), 1);
		assert_false(found[0].confirmed);
		assert_true(x.compare_again);
	}
	now += 1000;
	assert_int_equal(compare_with(SIDE_NONE, 0), 1);
	assert_true(found[0].confirmed);
}

static void an_order_on_its_way_is_waited_for(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	now += 1000;
	reduce(EXIT_TIME);
	assert_int_equal(compare_with(SIDE_NONE, 0), 0); /* it may have filled, and its fill is on the way */
	news_of(held(1)->exit_id, ORDER_FILLED, 10, 10);
	now += 9000;
	assert_int_equal(compare_with(SIDE_NONE, 0), 0); /* ten seconds for the fill to be told */
	now += 1000;
	assert_int_equal(compare_with(SIDE_NONE, 0), 1);
	compare_with(SIDE_NONE, 0);
	assert_int_equal(found[0].gone, 10);
	assert_int_equal(found[0].id, held(1)->exit_id); /* and then we know which order it was */
}

static void more_than_ours_is_foreign_and_ours_stays_what_we_filled(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	now += SETTLED_MS;
	compare_with(SIDE_LONG, 15);
	compare_with(SIDE_LONG, 15);
	assert_true(found[0].confirmed);
	assert_int_equal(found[0].gone, 0);
	assert_int_equal(found[0].missed, 0);
	assert_int_equal(held(1)->qty, 10);
	assert_int_equal(x.foreign[BOOK_MAIN][1], FOREIGN_POSITION);
	assert_int_equal(compare_with(SIDE_LONG, 10), 0); /* its owner has closed it */
	assert_int_equal(x.foreign[BOOK_MAIN][1], 0);
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], 0);
}

static void on_the_other_side_nothing_of_it_is_ours_and_all_of_ours_is_gone(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	now += SETTLED_MS;
	compare_with(SIDE_SHORT, 3);
	compare_with(SIDE_SHORT, 3);
	assert_int_equal(found[0].gone, 10);
	assert_int_equal(found[0].seen, -3);
	assert_int_equal(x.foreign[BOOK_MAIN][1], FOREIGN_POSITION);
}

static void a_position_we_know_nothing_of_freezes_its_symbol_only(void **state)
{
	(void)state;
	assert_int_equal(compare_with(SIDE_SHORT, 3), 1);
	assert_int_equal(held(1)->phase, PHASE_FLAT);
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], DOUBT_QUANTITY);
	assert_int_equal(x.unreconciled[BOOK_MAIN][0], 0);
	assert_int_equal(compare_with(SIDE_NONE, 0), 0); /* gone at the next comparison: open again */
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], 0);
}

static void fills_that_were_never_told_are_known_from_report_and_position(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	int64_t id = held(1)->entry_id;
	news_of(id, ORDER_FILLED, 10, 10);
	execution_flush(&x, &wants);
	now += 11000;
	compare_with(SIDE_LONG, 12); /* two of them are somebody else's */
	compare_with(SIDE_LONG, 12);
	assert_int_equal(found[0].missed, 10);
	assert_int_equal(found[0].id, id);
	assert_int_equal(found[0].price, 1000);
}

static void a_foreign_order_is_known_from_the_list_until_it_is_not_in_it(void **state)
{
	(void)state;
	struct event order = {.kind = EVENT_ORDER, .sym = 1, .order = {.state = ORDER_LIVE, .qty = 5}};
	execution_on_orders_begin(&x);
	assert_true(execution_on_order(&x, &order));
	assert_false(execution_on_order(&x, &order)); /* told once */
	execution_on_orders_end(&x, BOOK_MAIN, false, now, now);
	assert_int_equal(x.foreign[BOOK_MAIN][1], FOREIGN_ORDER);
	assert_int_equal(x.order_count, 0);
	execution_on_orders_begin(&x);
	execution_on_orders_end(&x, BOOK_MAIN, false, now, now);
	assert_int_equal(x.foreign[BOOK_MAIN][1], 0);
}

static bool tell_order(int64_t id, enum order_state at, enum role role, int64_t side)
{
	return execution_on_order(
		&x,
		&(struct event){
			.kind = EVENT_ORDER,
			.sym = 1,
			.at_ms = now,
			.order = {
				.id = id, .state = at, .role = role, .side = side, .qty = 10, .price = 950}});
}

static void an_order_of_another_journal_freezes_and_is_not_touched(void **state)
{
	(void)state;
	struct wish wish;
	execution_on_orders_begin(&x);
	assert_true(tell_order(client_id(78, 3, ROLE_STOP), ORDER_LIVE, ROLE_STOP, SIDE_SHORT));
	execution_on_orders_end(&x, BOOK_MAIN, false, now, now);
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], DOUBT_ORDER);
	now += DAY_MS;
	assert_int_equal(order_wish(&wish), -1);
	execution_on_orders_begin(&x);
	execution_on_orders_end(&x, BOOK_MAIN, false, now, now);
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], 0);
}

/* Nothing that others do, and no old news of ours, may fill the table that protection needs. */
static void orders_nobody_knows_take_no_room_from_what_protects(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	size_t before = x.order_count;
	for (int64_t i = 0; i < 5000; i++) {
		tell_order(0, ORDER_LIVE, ROLE_ENTRY, SIDE_LONG);
		tell_order(client_id(78, 1000 + i, ROLE_ENTRY), ORDER_LIVE, ROLE_ENTRY, SIDE_LONG);
	}
	assert_int_equal(x.order_count, before);
	for (int64_t i = 0; i < 5000; i++)
		tell_order(client_id(77, 1000 + i, ROLE_STOP), ORDER_LIVE, ROLE_STOP, SIDE_SHORT);
	assert_in_range(x.order_count, before + 1, EXECUTION_ORDERS_WISH);
	reduce(EXIT_OPERATOR);
	assert_int_equal(tickets(VERB_REDUCE), 1);
	assert_int_equal(state_of(held(1)->exit_id), ORDER_INTENT);
}

static void an_order_of_ours_that_we_had_given_up_is_asked_about_and_then_cancelled(void **state)
{
	(void)state;
	struct wish wish;
	int64_t id = client_id(77, 3, ROLE_STOP);
	assert_true(tell_order(id, ORDER_LIVE, ROLE_STOP, SIDE_SHORT));
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], DOUBT_ORDER);
	assert_true(execution_order_unknown(&x, BOOK_MAIN, 1)); /* it may be old news */
	now += 1000;
	assert_int_equal(order_wish(&wish), WISH_QUERY);
	tell_order(id, ORDER_LIVE, ROLE_STOP, SIDE_SHORT);
	bool cancelled = false;
	for (int i = 0; i < 10 && !cancelled; i++) {
		now += 1000;
		cancelled = order_wish(&wish) == WISH_CANCEL && wish.id == id;
	}
	assert_true(cancelled);
	tell_order(id, ORDER_CANCELLED, ROLE_STOP, SIDE_SHORT);
	execution_flush(&x, &wants);
	assert_int_equal(x.order_count, 0);
}

static void old_news_of_an_order_that_is_over_leaves_nothing_behind(void **state)
{
	(void)state;
	struct wish wish;
	open_protected(SIDE_LONG, 10);
	int64_t id = held(1)->entry_id;
	execution_flush(&x, &wants);
	assert_true(tell_order(id, ORDER_LIVE, ROLE_ENTRY, SIDE_LONG)); /* filled long ago */
	assert_int_equal(held(1)->qty, 10);
	assert_int_equal(execution_exposure(&x, BOOK_MAIN, 1, 1000), 10 * 1000 * 1000);
	now += 1000;
	assert_int_equal(order_wish(&wish), WISH_QUERY);
	news_of(id, ORDER_FILLED, 10, 10);
	execution_flush(&x, &wants);
	assert_int_equal(x.order_count, 2); /* stop and target */
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
}

static void a_fill_with_our_id_in_another_symbol_counts_for_nothing(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	enter_in(BOOK_MAIN, 2, SIDE_LONG, 5);
	struct fill_news news = fill_in(BOOK_MAIN, 2, held(1)->stop_id, SIDE_SHORT, 10, 950);
	assert_false(news.counted);
	assert_true(news.unknown);
	assert_int_equal(held(1)->qty, 10);
	assert_int_equal(held(1)->stop_qty, 10);
	assert_int_equal(x.unreconciled[BOOK_MAIN][2], DOUBT_FILL);
	fill_in(BOOK_MAIN, 2, held(2)->entry_id, SIDE_LONG, 5, 1000);
	assert_false(fill_in(BOOK_MAIN, 2, held(1)->stop_id, SIDE_SHORT, 5, 950).counted);
	assert_int_equal(held(2)->qty, 5);
}

static void a_close_by_another_hand_ends_the_trade_as_closed_elsewhere(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	struct fill_news news = fill(0, SIDE_SHORT, 10, 1010);
	assert_true(news.closed);
	assert_int_equal(news.trade.exit_reason, EXIT_FOREIGN);
	assert_int_equal(news.fill.reason, EXIT_FOREIGN);
	assert_int_equal(news.trade.gross, 10 * 10 * 1000);
}

static void where_something_foreign_lies_a_foreign_close_is_not_taken_for_ours(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	now += 1000;
	compare_with(SIDE_LONG, 15);
	struct fill_news news = fill(0, SIDE_SHORT, 5, 1010);
	assert_false(news.counted);
	assert_int_equal(held(1)->qty, 10);
	assert_true(x.unreconciled[BOOK_MAIN][1] & DOUBT_FILL);
}

static void a_close_of_more_than_we_held_is_told_as_a_doubt(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	struct fill_news news = fill(0, SIDE_SHORT, 12, 1010);
	assert_true(news.closed);
	assert_int_equal(news.trade.exit_value, 10 * 1010 * 1000);
	assert_true(x.unreconciled[BOOK_MAIN][1] & DOUBT_FILL);
	assert_true(x.compare_again);
}

static void a_late_fill_of_an_entry_given_up_joins_what_is_held_and_all_of_it_leaves(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	int64_t late = held(1)->entry_id;
	news_of(late, ORDER_REJECTED, 10, 0);
	execution_flush(&x, &wants);
	open_protected(SIDE_LONG, 4);
	assert_true(fill(late, SIDE_LONG, 10, 1005).counted);
	assert_int_equal(held(1)->qty, 14);
	assert_int_equal(held(1)->phase, PHASE_LEAVING);
	int kind = -1;
	for (int i = 0; i < 100 && kind != WISH_REDUCE; i++, now += 50)
		kind = wish_at(1000);
	assert_int_equal(kind, WISH_REDUCE);
	assert_int_equal(wants.intents[wants.intent_count - 1].ticket.order.qty, 14);
}

#define TEST(name) cmocka_unit_test_setup(name, books_open)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_list_that_agrees_changes_nothing_and_ends_every_doubt),
		TEST(a_difference_freezes_at_once_and_is_believed_when_it_is_found_again),
		TEST(another_difference_than_before_is_looked_at_again),
		TEST(a_list_older_than_the_last_fill_says_nothing),
		TEST(what_has_just_been_filled_is_not_believed_to_be_gone),
		TEST(an_order_on_its_way_is_waited_for),
		TEST(more_than_ours_is_foreign_and_ours_stays_what_we_filled),
		TEST(on_the_other_side_nothing_of_it_is_ours_and_all_of_ours_is_gone),
		TEST(a_position_we_know_nothing_of_freezes_its_symbol_only),
		TEST(fills_that_were_never_told_are_known_from_report_and_position),
		TEST(a_foreign_order_is_known_from_the_list_until_it_is_not_in_it),
		TEST(an_order_of_another_journal_freezes_and_is_not_touched),
		TEST(orders_nobody_knows_take_no_room_from_what_protects),
		TEST(an_order_of_ours_that_we_had_given_up_is_asked_about_and_then_cancelled),
		TEST(old_news_of_an_order_that_is_over_leaves_nothing_behind),
		TEST(a_fill_with_our_id_in_another_symbol_counts_for_nothing),
		TEST(a_close_by_another_hand_ends_the_trade_as_closed_elsewhere),
		TEST(where_something_foreign_lies_a_foreign_close_is_not_taken_for_ours),
		TEST(a_close_of_more_than_we_held_is_told_as_a_doubt),
		TEST(a_late_fill_of_an_entry_given_up_joins_what_is_held_and_all_of_it_leaves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
