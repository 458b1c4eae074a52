/* SPDX-License-Identifier: MIT
 * News that come in the wrong order, too late, or never: what is kept for its time, what is believed from the
 * lists instead, and that nothing of it stays in the books for ever. */
#include "books.h"

static bool early(struct fill_news *news)
{
	struct event event;

	if (!execution_next_early(&x, now, &event))
		return false;
	execution_on_fill(&x, &event, news);
	return true;
}

static void a_stop_fill_told_before_its_entry_waits_for_it_and_the_result_is_exact(void **state)
{
	struct fill_news news;

	(void)state;
	enter(SIDE_LONG, 10);
	int64_t entry = held(1)->entry_id;
	now += 300;
	news = fill(held(1)->stop_id, SIDE_SHORT, 10, 949);
	assert_false(news.counted || news.unknown);
	assert_false(early(&news));
	executions--;
	news = fill(held(1)->stop_id, SIDE_SHORT, 10, 949); /* told twice */
	assert_false(news.counted || news.unknown);
	news = fill(entry, SIDE_LONG, 4, 1001);
	assert_true(news.opened);
	assert_false(early(&news));
	fill(entry, SIDE_LONG, 6, 1001);
	assert_true(early(&news));
	assert_true(news.closed);
	assert_int_equal(news.trade.exit_reason, EXIT_STOP);
	assert_int_equal(news.trade.gross, -10 * 52 * 1000);
	assert_false(early(&news));
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], 0);
}

/* All that was told once, into new books. */
static void restart(void)
{
	execution_flush(&x, &wants);
	execution_init(&x, &execution_settings_default, &universe, 77);
	for (size_t i = 0; i < wants.record_count; i++)
		execution_restore(&x, &wants.records[i]);
	wants.record_count = 0;
}

static void a_fill_that_waits_for_its_entry_waits_on_after_a_restart(void **state)
{
	struct fill_news news;

	(void)state;
	enter(SIDE_LONG, 10);
	now += 300;
	fill(held(1)->stop_id, SIDE_SHORT, 10, 949);
	restart();
	assert_false(early(&news));
	executions--;
	news = fill(held(1)->stop_id, SIDE_SHORT, 10, 949); /* told twice */
	assert_false(news.counted || news.unknown);
	fill(held(1)->entry_id, SIDE_LONG, 10, 1001);
	assert_true(early(&news));
	assert_true(news.closed);
	assert_int_equal(news.trade.gross, -10 * 52 * 1000);
	restart();
	assert_int_equal(x.early_count, 0);
}

static void a_fill_of_nobody_that_was_told_before_a_restart_is_no_news_after_it(void **state)
{
	(void)state;
	assert_true(fill(0, SIDE_LONG, 5, 1000).unknown);
	restart();
	executions--;
	assert_false(fill(0, SIDE_LONG, 5, 1000).unknown);
	assert_true(fill(0, SIDE_LONG, 5, 1000).unknown);
}

static void a_fill_whose_entry_turns_out_to_be_rejected_is_told_as_a_doubt(void **state)
{
	struct fill_news news;

	(void)state;
	enter(SIDE_LONG, 10);
	fill(held(1)->stop_id, SIDE_SHORT, 10, 949);
	news_of(held(1)->entry_id, ORDER_REJECTED, 10, 0);
	assert_true(early(&news));
	assert_true(news.unknown);
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], DOUBT_FILL);
}

static void a_fill_does_not_wait_for_its_entry_for_ever(void **state)
{
	struct fill_news news;

	(void)state;
	enter(SIDE_LONG, 10);
	fill(held(1)->stop_id, SIDE_SHORT, 10, 949);
	now += 9999;
	assert_false(early(&news));
	now++;
	assert_true(early(&news));
	assert_true(news.unknown);
}

static void the_end_of_that_wait_is_a_time_at_which_it_wants_to_be_called(void **state)
{
	struct fill_news news;

	(void)state;
	enter(SIDE_LONG, 10);
	fill(held(1)->stop_id, SIDE_SHORT, 10, 949);
	x.early[0].at_ms -= 9990; /* stamped by the exchange so long before it came */
	assert_int_equal(execution_next_ms(&x), now + 10);
	now = execution_next_ms(&x);
	assert_true(early(&news));
	assert_true(execution_next_ms(&x) != now);
}

static void a_stop_that_filled_with_what_there_was_is_over(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	int64_t stop = held(1)->stop_id;
	fill(0, SIDE_SHORT, 4, 1000); /* closed by another hand */
	news_of(stop, ORDER_FILLED, 10, 6);
	assert_true(fill(stop, SIDE_SHORT, 6, 950).closed);
	news_of(x.orders[2].id, ORDER_CANCELLED, 10, 0);
	execution_flush(&x, &wants);
	assert_int_equal(x.order_count, 0);
}

static void an_entry_that_came_and_went_untold_does_not_hold_its_place_for_ever(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	int64_t entry = held(1)->entry_id;
	news_of(entry, ORDER_FILLED, 10, 10);
	now += 11 * SECOND_MS;
	assert_int_equal(compare_with(SIDE_NONE, 0), 1);
	assert_false(found[0].confirmed);
	assert_int_equal(compare_with(SIDE_NONE, 0), 1);
	assert_true(found[0].confirmed);
	assert_int_equal(found[0].missed, 10);
	assert_int_equal(found[0].id, entry);
	assert_int_equal(found[0].price, 1000);
	assert_true(fill(entry, SIDE_LONG, 10, found[0].price).opened); /* as the engine books it */
	assert_int_equal(compare_with(SIDE_NONE, 0), 0);                /* it has just moved */
	now += 10 * SECOND_MS;
	assert_int_equal(compare_with(SIDE_NONE, 0), 1);
	assert_true(found[0].confirmed);
	assert_int_equal(found[0].gone, 10);
}

static void what_was_never_told_is_written_off_when_lists_and_books_agree(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	reduce_by(4, EXIT_EXCESS);
	int64_t way_out = held(1)->exit_id;
	news_of(way_out, ORDER_FILLED, 4, 4);
	fill(0, SIDE_SHORT, 4, 1000); /* its fill, told without its number */
	now += 11 * SECOND_MS;
	assert_int_equal(compare_with(SIDE_LONG, 6), 0);
	execution_flush(&x, &wants);
	for (size_t i = 0; i < x.order_count; i++)
		assert_int_not_equal(x.orders[i].id, way_out);
}

static void what_was_booked_from_the_lists_is_not_counted_again_when_it_is_told_after_all(void **state)
{
	struct fill_news news;

	(void)state;
	enter(SIDE_LONG, 10);
	int64_t entry = held(1)->entry_id;
	news_of(entry, ORDER_FILLED, 10, 10);
	struct event from_lists = {.kind = EVENT_FILL, .sym = 1, .at_ms = now};
	from_lists.fill =
		(struct fill){.id = entry, .execution = -entry, .side = SIDE_LONG, .qty = 10, .price = 1000};
	execution_on_fill(&x, &from_lists, &news);
	assert_true(news.opened);
	execution_flush(&x, &wants);
	now += 5000;
	assert_false(fill(entry, SIDE_LONG, 10, 1002).counted);
	assert_int_equal(held(1)->qty, 10);
}

/* Its real fill is older than the list that showed what it did. One that is younger is another one. */
static void what_lists_have_shown_as_closed_elsewhere_is_not_counted_again_when_it_is_told(void **state)
{
	struct fill_news news;

	(void)state;
	open_protected(SIDE_LONG, 10);
	now += 5000;
	struct event event = {.kind = EVENT_FILL, .sym = 1, .at_ms = now};
	event.fill =
		(struct fill){.execution = EXECUTION_ELSEWHERE, .side = SIDE_SHORT, .qty = 3, .price = 1000};
	execution_on_fill(&x, &event, &news);
	assert_true(news.counted);
	assert_int_equal(held(1)->qty, 7);
	event.fill = (struct fill){
		.execution = 90, .side = SIDE_SHORT, .qty = 3, .price = 990, .reason = EXIT_ADL};
	event.fill.at_ms = now - 4000, event.at_ms = now + 4000;
	execution_on_fill(&x, &event, &news);
	assert_false(news.counted || news.unknown);
	assert_int_equal(held(1)->qty, 7);
	assert_int_equal(x.unreconciled[BOOK_MAIN][1], DOUBT_FILL); /* lists shall say that it is so */
	event.fill.execution = 91, event.fill.at_ms = now - 3000;
	execution_on_fill(&x, &event, &news);
	assert_true(news.counted); /* no more than was booked */
	assert_int_equal(held(1)->qty, 4);
}

static void a_younger_fill_than_the_list_is_counted_beside_it(void **state)
{
	struct fill_news news;

	(void)state;
	open_protected(SIDE_LONG, 10);
	struct event event = {.kind = EVENT_FILL, .sym = 1, .at_ms = now};
	event.fill =
		(struct fill){.execution = EXECUTION_ELSEWHERE, .side = SIDE_SHORT, .qty = 3, .price = 1000};
	execution_on_fill(&x, &event, &news);
	event.fill = (struct fill){
		.execution = 90, .side = SIDE_SHORT, .qty = 3, .price = 990, .reason = EXIT_ADL};
	event.fill.at_ms = event.at_ms = now + 1;
	execution_on_fill(&x, &event, &news);
	assert_true(news.counted);
	assert_int_equal(held(1)->qty, 4);
}

/* A lost entry in a market that stops, or goes, is asked about all the same: its place is free again. */
static void an_entry_that_got_lost_where_nothing_trades_any_more_is_cleared_up(void **state)
{
	struct wish wish;

	(void)state;
	enter(SIDE_LONG, 10);
	universe.at[1].status = INSTRUMENT_GONE;
	execution_set_asleep(&x, 1, true, now);
	for (int i = 0; i < 100 && x.active_count > 0; i++) {
		now = execution_next_ms(&x);
		assert_int_not_equal(now, INT64_MAX);
		while (execution_order_wish(&x, now, &wish)) {
			assert_int_equal(wish.kind, WISH_QUERY);
			absent(wish.id);
		}
	}
	assert_int_equal(held(1)->phase, PHASE_FLAT);
	assert_false(execution_entry_pending(&x, BOOK_MAIN, 1));
	assert_true(now <= T0 + MINUTE_MS);
	universe.at[1].status = INSTRUMENT_TRADING;
}

/* Lists that could not settle an old doubt are asked for ever more rarely; a new one is looked at soon. */
static void ways_out_sent_for_a_position_that_is_gone_do_not_hide_that_it_is(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	now += 1000;
	reduce(EXIT_TIME); /* it may be the one that closed it */
	for (ms_t began = now; now < began + 10 * SECOND_MS; now += 900) {
		assert_int_equal(compare_with(SIDE_NONE, 0), 0);
		if (now > began + SECOND_MS)
			reduce(EXIT_TIME); /* no answer: another */
	}
	assert_int_equal(compare_with(SIDE_NONE, 0), 1);
	assert_int_equal(compare_with(SIDE_NONE, 0), 1);
	assert_true(found[0].confirmed);
	assert_int_equal(found[0].gone, 10);
}

static void every_new_doubt_is_news(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	fill(0, SIDE_LONG, 3, 1000);
	assert_true(x.doubt_is_new && x.compare_again);
	x.doubt_is_new = false;
	fill(0, SIDE_LONG, 1, 1000);
	assert_false(x.doubt_is_new); /* the same one */
	enter_in(BOOK_MAIN, 2, SIDE_LONG, 5);
	fill_in(BOOK_MAIN, 2, 0, SIDE_LONG, 3, 1000);
	assert_true(x.doubt_is_new);
}

/* A way out is always on its way while an exchange that holds nothing refuses one after the other. */
static void lists_that_could_not_be_compared_are_asked_for_again_as_soon_as_the_first(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	now += 1000;
	reduce(EXIT_UNPROTECTED);
	assert_int_equal(compare_with(SIDE_NONE, 0), 0);
	assert_true(x.compare_again && x.doubt_is_new);
}

#define TEST(name) cmocka_unit_test_setup(name, books_open)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stop_fill_told_before_its_entry_waits_for_it_and_the_result_is_exact),
		TEST(a_fill_that_waits_for_its_entry_waits_on_after_a_restart),
		TEST(a_fill_of_nobody_that_was_told_before_a_restart_is_no_news_after_it),
		TEST(a_fill_whose_entry_turns_out_to_be_rejected_is_told_as_a_doubt),
		TEST(a_fill_does_not_wait_for_its_entry_for_ever),
		TEST(the_end_of_that_wait_is_a_time_at_which_it_wants_to_be_called),
		TEST(a_stop_that_filled_with_what_there_was_is_over),
		TEST(an_entry_that_came_and_went_untold_does_not_hold_its_place_for_ever),
		TEST(what_was_never_told_is_written_off_when_lists_and_books_agree),
		TEST(what_was_booked_from_the_lists_is_not_counted_again_when_it_is_told_after_all),
		TEST(what_lists_have_shown_as_closed_elsewhere_is_not_counted_again_when_it_is_told),
		TEST(a_younger_fill_than_the_list_is_counted_beside_it),
		TEST(an_entry_that_got_lost_where_nothing_trades_any_more_is_cleared_up),
		TEST(ways_out_sent_for_a_position_that_is_gone_do_not_hide_that_it_is),
		TEST(every_new_doubt_is_news),
		TEST(lists_that_could_not_be_compared_are_asked_for_again_as_soon_as_the_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
