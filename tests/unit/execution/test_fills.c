/* SPDX-License-Identifier: MIT
 * What fills mean: quantity, cost, exact PnL, why a trade ended; and what a snapshot of positions changes. */
#include "books.h"
#include "holding.h"

static void a_fill_opens_the_position_without_protection_until_the_stop_is_confirmed(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	now += 250;
	struct fill_news news = fill(held(1)->entry_id, SIDE_LONG, 10, 1002);
	assert_true(news.counted && news.opened && !news.closed);
	assert_int_equal(news.fill.role, ROLE_ENTRY);
	assert_int_equal(news.fill.slippage, 2 * RATIO_ONE / 1000);
	assert_int_equal(held(1)->qty, 10);
	assert_int_equal(held(1)->cost, 10020000);
	assert_int_equal(held(1)->opened_ms, now);
	assert_int_equal(held(1)->phase, PHASE_UNPROTECTED);
	assert_int_equal(held(1)->naked_ms, now);
	now += 100;
	live(held(1)->stop_id, 10);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
	assert_int_equal(held(1)->naked_total_ms, 100);
}

static void a_stop_confirmed_before_the_fill_is_told_protects_from_the_start(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	live(held(1)->stop_id, 10);
	fill(held(1)->entry_id, SIDE_LONG, 10, 1000);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
	assert_int_equal(held(1)->naked_total_ms, 0);
}

static void a_duplicate_execution_is_dropped(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	fill(held(1)->entry_id, SIDE_LONG, 4, 1000);
	executions--;
	assert_false(fill(held(1)->entry_id, SIDE_LONG, 4, 1000).counted);
	assert_int_equal(held(1)->qty, 4);
}

static void the_same_number_in_another_symbol_or_book_is_another_execution(void **state)
{
	(void)state;
	enter_in(BOOK_MAIN, 1, SIDE_LONG, 10);
	enter_in(BOOK_MAIN, 2, SIDE_LONG, 10);
	enter_in(BOOK_SHADOW, 1, SIDE_LONG, 10);
	assert_true(fill_in(BOOK_MAIN, 1, held(1)->entry_id, SIDE_LONG, 10, 1000).counted);
	executions--;
	assert_true(fill_in(BOOK_MAIN, 2, held(2)->entry_id, SIDE_LONG, 10, 1000).counted);
	executions--;
	int64_t id = execution_holding(&x, BOOK_SHADOW, 1)->entry_id;
	assert_true(fill_in(BOOK_SHADOW, 1, id, SIDE_LONG, 10, 1000).counted);
}

static void partial_fills_add_up_and_the_stop_must_cover_what_is_filled(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	assert_true(fill(held(1)->entry_id, SIDE_LONG, 3, 1000).opened);
	live(held(1)->stop_id, 3);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
	assert_false(fill(held(1)->entry_id, SIDE_LONG, 7, 1010).opened);
	assert_int_equal(held(1)->qty, 10);
	assert_int_equal(held(1)->cost, 3 * 1000 * 1000 + 7 * 1010 * 1000);
	assert_int_equal(held(1)->entry_slippage, 7 * RATIO_ONE / 1000);
	assert_int_equal(held(1)->phase, PHASE_UNPROTECTED);
	live(held(1)->stop_id, 10);
	assert_int_equal(held(1)->phase, PHASE_PROTECTED);
}

/* 1 tick x 1 lot is 10/3 units of money: bought up, sold down. */
static void a_longs_result_is_exact_with_every_rounding_against_us(void **state)
{
	(void)state;
	universe.at[1].value_num = 10, universe.at[1].value_den = 3;
	enter(SIDE_LONG, 7);
	held(1)->risk = 300;
	fill(held(1)->entry_id, SIDE_LONG, 7, 1000); /* 23333.33: pays 23334 */
	assert_int_equal(held(1)->cost, 23334);
	assert_int_equal(holding_gross(held(1), &universe.at[1], 1000), -1);
	held(1)->fees = 5;
	execution_on_funding(&x, BOOK_MAIN, 1, -3);
	struct fill_news news = fill(held(1)->target_id, SIDE_SHORT, 7, 1010); /* 23566.67: gets 23566 */
	assert_true(news.closed);
	assert_int_equal(news.trade.gross, 232);
	assert_int_equal(news.trade.net, 224);
	assert_int_equal(news.trade.r, 746666666);
}

static void a_shorts_result_is_exact_with_every_rounding_against_us(void **state)
{
	(void)state;
	universe.at[1].value_num = 10, universe.at[1].value_den = 3;
	enter(SIDE_SHORT, 7);
	held(1)->risk = 300;
	fill(held(1)->entry_id, SIDE_SHORT, 7, 1000); /* gets 23333 */
	assert_int_equal(held(1)->cost, 23333);
	struct fill_news news = fill(held(1)->stop_id, SIDE_LONG, 7, 1010); /* pays 23567 */
	assert_int_equal(news.trade.gross, -234);
	assert_int_equal(news.trade.r, -780000000);
}

static void partial_closes_lose_nothing(void **state)
{
	for (int64_t side = SIDE_SHORT; side <= SIDE_LONG; side += 2) {
		books_open(state);
		universe.at[1].value_num = 10, universe.at[1].value_den = 7;
		enter(side, 11);
		fill(held(1)->entry_id, side, 11, 1000);
		money_t paid = held(1)->cost, got = 0;
		static const qty_t parts[] = {1, 3, 2, 4, 1};
		struct fill_news news = {0};
		for (size_t i = 0; i < 5; i++) {
			assert_false(news.closed);
			money_t exact = parts[i] * (1000 + (int64_t)i) * 10;
			got += side == SIDE_LONG ? exact / 7 : (exact + 6) / 7;
			news = fill(held(1)->target_id, -side, parts[i], 1000 + (int64_t)i);
		}
		assert_true(news.closed);
		assert_int_equal(news.trade.exit_value, got);
		assert_int_equal(news.trade.gross, side == SIDE_LONG ? got - paid : paid - got);
		assert_int_equal(news.trade.qty, 11);
	}
}

static void net_of_an_open_trade_is_realised_and_unrealised_less_fees_and_funding(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	fill(held(1)->target_id, SIDE_SHORT, 4, 1100);
	assert_int_equal(held(1)->cost, 6 * 1000 * 1000);
	held(1)->fees = 7;
	execution_on_funding(&x, BOOK_MAIN, 1, 2);
	assert_int_equal(holding_net(held(1), &universe.at[1], 1050), 4 * 100 * 1000 + 6 * 50 * 1000 - 7 + 2);
}

static void the_trade_says_which_order_closed_it(void **state)
{
	books_open(state);
	open_protected(SIDE_LONG, 10);
	assert_int_equal(fill(held(1)->stop_id, SIDE_SHORT, 10, 949).trade.exit_reason, EXIT_STOP);
	books_open(state);
	open_protected(SIDE_LONG, 10);
	held(1)->stop_reason = EXIT_TRAILING;
	assert_int_equal(fill(held(1)->stop_id, SIDE_SHORT, 10, 949).trade.exit_reason, EXIT_TRAILING);
	books_open(state);
	open_protected(SIDE_LONG, 10);
	assert_int_equal(fill(held(1)->target_id, SIDE_SHORT, 10, 1100).trade.exit_reason, EXIT_TARGET);
	books_open(state);
	open_protected(SIDE_LONG, 10);
	reduce(EXIT_TIME);
	assert_int_equal(held(1)->phase, PHASE_LEAVING);
	assert_int_equal(fill(held(1)->exit_id, SIDE_SHORT, 10, 1000).trade.exit_reason, EXIT_TIME);
}

static void a_stop_that_fills_while_we_leave_is_still_a_stop(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	reduce(EXIT_TIME);
	assert_int_equal(fill(held(1)->stop_id, SIDE_SHORT, 10, 949).trade.exit_reason, EXIT_STOP);
}

static void a_liquidation_closes_with_its_own_reason_whatever_order_it_names(void **state)
{
	(void)state;
	struct fill_news news;
	open_protected(SIDE_LONG, 10);
	struct event event = {.kind = EVENT_FILL,
			      .sym = 1,
			      .at_ms = now,
			      .fill = {.execution = 900,
				       .side = SIDE_SHORT,
				       .qty = 10,
				       .price = 600,
				       .reason = EXIT_LIQUIDATION,
				       .fee = 11,
				       .spread = UNKNOWN,
				       .impact = UNKNOWN}};
	execution_on_fill(&x, &event, &news);
	assert_true(news.closed);
	assert_int_equal(news.trade.exit_reason, EXIT_LIQUIDATION);
	assert_int_equal(news.trade.fees, 11);
	assert_int_equal(news.trade.net, -10 * 400 * 1000 - 11);
	assert_int_equal(held(1)->phase, PHASE_FLAT);
}

static void fills_that_come_after_the_order_is_over_still_count(void **state)
{
	(void)state;
	open_protected(SIDE_LONG, 10);
	reduce(EXIT_TIME);
	int64_t id = held(1)->exit_id;
	news_of(id, ORDER_FILLED, 10, 10);
	execution_flush(&x, &wants);
	assert_true(fill(id, SIDE_SHORT, 6, 1000).counted);
	assert_int_equal(held(1)->qty, 4);
	assert_true(fill(id, SIDE_SHORT, 4, 1000).closed);
}

static void an_entry_that_fills_after_it_was_taken_for_rejected_is_ours_and_leaves_at_once(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	int64_t id = held(1)->entry_id;
	news_of(id, ORDER_REJECTED, 10, 0);
	execution_flush(&x, &wants);
	now += 5000;
	struct fill_news news = fill(id, SIDE_LONG, 10, 1000);
	assert_true(news.counted && news.opened);
	assert_int_equal(held(1)->qty, 10);
	assert_int_equal(wish_at(1000), WISH_REDUCE);
	news = fill(held(1)->exit_id, SIDE_SHORT, 10, 990);
	assert_true(news.closed);
	assert_int_equal(news.trade.exit_reason, EXIT_UNPROTECTED);
	assert_int_equal(news.trade.net, -10 * 10 * 1000);
	assert_int_equal(news.trade.r, UNKNOWN); /* no risk was approved for it any more */
	assert_int_equal(held(1)->phase, PHASE_FLAT);
}

static void a_foreign_fill_in_a_flat_symbol_counts_for_nothing_and_freezes_it(void **state)
{
	(void)state;
	assert_false(fill(0, SIDE_LONG, 10, 1000).counted);
	assert_false(fill(client_id(78, 5, ROLE_ENTRY), SIDE_LONG, 10, 1000).counted);
	assert_int_equal(held(1)->phase, PHASE_FLAT);
	assert_true(x.unreconciled[BOOK_MAIN][1]);
	assert_false(x.unreconciled[BOOK_MAIN][2]);
}

static void two_books_do_not_mix(void **state)
{
	(void)state;
	enter_in(BOOK_MAIN, 1, SIDE_LONG, 10);
	enter_in(BOOK_SHADOW, 1, SIDE_SHORT, 4);
	struct holding *shadow = execution_holding(&x, BOOK_SHADOW, 1);
	fill_in(BOOK_SHADOW, 1, shadow->entry_id, SIDE_SHORT, 4, 1000);
	assert_int_equal(held(1)->qty, 0);
	fill_in(BOOK_MAIN, 1, held(1)->entry_id, SIDE_LONG, 10, 1000);
	assert_int_equal(shadow->qty, 4);
	assert_int_equal(execution_exposure(&x, BOOK_SHADOW, 1, 1000), 4000000);
	assert_int_equal(execution_exposure(&x, BOOK_MAIN, 1, 1000), 10000000);
	execution_on_funding(&x, BOOK_SHADOW, 1, 5);
	assert_int_equal(held(1)->funding, 0);
	assert_true(fill_in(BOOK_SHADOW, 1, shadow->stop_id, SIDE_LONG, 4, 1050).closed);
	assert_int_equal(held(1)->qty, 10);
	assert_int_equal(compare_with(SIDE_NONE, 0), 0); /* it has just moved: no list is newer than that */
	now += 1000;
	assert_int_equal(compare_with(SIDE_NONE, 0), 1); /* the exchange is flat: main only */
	assert_false(x.unreconciled[BOOK_SHADOW][1]);
}

static void executions_come_back_from_the_journal(void **state)
{
	(void)state;
	enter(SIDE_LONG, 10);
	struct fill_news news = fill(held(1)->entry_id, SIDE_LONG, 4, 1000);
	execution_flush(&x, &wants);
	static struct execution fresh;
	execution_init(&fresh, &execution_settings_default, &universe, 77);
	for (size_t i = 0; i < wants.record_count; i++)
		execution_restore(&fresh, &wants.records[i]);
	execution_restore(&fresh, &(struct record){.kind = RECORD_FILL, .fill = news.fill});
	x = fresh;
	executions--;
	assert_false(fill(held(1)->entry_id, SIDE_LONG, 4, 1000).counted);
	assert_int_equal(held(1)->qty, 4);
	assert_true(fill(held(1)->entry_id, SIDE_LONG, 6, 1000).counted);
}

#define TEST(name) cmocka_unit_test_setup(name, books_open)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_fill_opens_the_position_without_protection_until_the_stop_is_confirmed),
		TEST(a_stop_confirmed_before_the_fill_is_told_protects_from_the_start),
		TEST(a_duplicate_execution_is_dropped),
		TEST(the_same_number_in_another_symbol_or_book_is_another_execution),
		TEST(partial_fills_add_up_and_the_stop_must_cover_what_is_filled),
		TEST(a_longs_result_is_exact_with_every_rounding_against_us),
		TEST(a_shorts_result_is_exact_with_every_rounding_against_us),
		TEST(partial_closes_lose_nothing),
		TEST(net_of_an_open_trade_is_realised_and_unrealised_less_fees_and_funding),
		TEST(the_trade_says_which_order_closed_it),
		TEST(a_stop_that_fills_while_we_leave_is_still_a_stop),
		TEST(a_liquidation_closes_with_its_own_reason_whatever_order_it_names),
		TEST(fills_that_come_after_the_order_is_over_still_count),
		TEST(an_entry_that_fills_after_it_was_taken_for_rejected_is_ours_and_leaves_at_once),
		TEST(a_foreign_fill_in_a_flat_symbol_counts_for_nothing_and_freezes_it),
		TEST(two_books_do_not_mix),
		TEST(executions_come_back_from_the_journal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
