/* SPDX-License-Identifier: MIT
 * What the probe order makes of the events it hears. */
#include "probe_book.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define SYM   3
#define OTHER 5
#define ENTRY client_id(1, 1, ROLE_ENTRY)

static struct probe_book book;
static struct instrument instrument;
static struct signal_settings signal;

static int begin(void **state)
{
	(void)state;
	instrument = (struct instrument){
		.tick = {1, 1}, .lot = {1, 3}, .contract = {1, 0}, .min_qty = 1, .max_qty = 100000};
	assert_int_equal(instrument_settle(&instrument), 0);
	signal = signal_settings_default;
	signal.timeframe_ms = MINUTE_MS;
	probe_book_init(&book, &signal);
	probe_book_begin(&book, SYM, &instrument);
	return 0;
}

static void hear(struct event event)
{
	probe_book_hear(&book, &event);
}

static void position(sym_t sym, int64_t side, qty_t qty, money_t cost)
{
	hear((struct event){.kind = EVENT_POSITION, .sym = sym, .position = {side, qty, cost, RATIO_ONE}});
}

static void end(enum snapshot_kind what, sym_t sym)
{
	hear((struct event){.kind = EVENT_SNAPSHOT_END, .sym = sym, .snapshot = {what}});
}

static void order(int64_t id, enum order_state state, qty_t filled)
{
	hear((struct event){.kind = EVENT_ORDER,
			    .sym = SYM,
			    .order = {.id = id, .state = state, .qty = 5, .filled = filled}});
}

static void fill(int64_t side, qty_t qty, price_t price, money_t fee)
{
	hear((struct event){.kind = EVENT_FILL,
			    .sym = SYM,
			    .fill = {.id = ENTRY, .side = side, .qty = qty, .price = price, .fee = fee}});
}

static void what_a_whole_list_has_not_got_is_flat(void **state)
{
	(void)state;
	assert_true(book.qty == UNKNOWN);
	probe_book_ask_lists(&book);
	end(SNAPSHOT_POSITIONS, SYM_NONE);
	assert_int_equal(book.qty, 0);
	probe_book_ask_lists(&book);
	position(SYM, SIDE_LONG, 5, MONEY_ONE);
	end(SNAPSHOT_POSITIONS, SYM_NONE);
	assert_int_equal(book.qty, 5);
	assert_int_equal(book.side, SIDE_LONG);
	assert_int_equal(book.lists, PROBE_POSITIONS);
	end(SNAPSHOT_ORDERS, SYM_NONE);
	end(SNAPSHOT_BALANCE, SYM_NONE);
	assert_int_equal(book.lists, PROBE_LISTS);
	probe_book_ask_lists(&book);
	assert_int_equal(book.qty, 5); /* as it was, until the list is there */
	end(SNAPSHOT_POSITIONS, SYM_NONE);
	assert_int_equal(book.qty, 0);
}

static void positions_of_other_symbols_count_as_exposure(void **state)
{
	(void)state;
	position(OTHER, SIDE_SHORT, 7, 20 * MONEY_ONE);
	position(OTHER, SIDE_SHORT, 7, 20 * MONEY_ONE); /* told twice */
	position(OTHER + 1, SIDE_LONG, 1, 3 * MONEY_ONE);
	assert_int_equal(book.positions, 2);
	assert_int_equal(probe_book_exposure(&book), 23 * MONEY_ONE);
	position(OTHER, SIDE_NONE, 0, 0);
	assert_int_equal(book.positions, 1);
	assert_int_equal(probe_book_exposure(&book), 3 * MONEY_ONE);
	position(OTHER, SIDE_LONG, 1, UNKNOWN);
	assert_true(probe_book_exposure(&book) == UNKNOWN);
}

static void orders_that_are_not_its_own_are_foreign(void **state)
{
	(void)state;
	probe_book_ask_lists(&book);
	order(0, ORDER_LIVE, 0);
	order(ENTRY, ORDER_LIVE, 0); /* of another probe */
	assert_int_equal(book.foreign, 2);
	assert_non_null(probe_book_add(&book, ENTRY, 1000));
	probe_book_ask_lists(&book);
	order(ENTRY, ORDER_LIVE, 0);
	order(0, ORDER_CANCELLED, 0);
	assert_int_equal(book.foreign, 0);
}

static void an_order_that_is_over_stays_over(void **state)
{
	(void)state;
	const struct probe_order *entry = probe_book_add(&book, ENTRY, 1000);
	order(ENTRY, ORDER_UNKNOWN, 0);
	assert_int_equal(entry->state, ORDER_UNKNOWN);
	order(ENTRY, ORDER_FILLED, 5);
	order(ENTRY, ORDER_LIVE, 2);
	assert_int_equal(entry->state, ORDER_FILLED);
	assert_int_equal(entry->filled, 5);
	hear((struct event){.kind = EVENT_ORDER_ABSENT, .sym = SYM, .absent = {ENTRY}});
	assert_int_equal(entry->absences, 1);
}

static void fills_make_what_it_holds_and_what_it_cost(void **state)
{
	(void)state;
	fill(SIDE_LONG, 3, 600000, 1000);
	fill(SIDE_LONG, 2, 600010, 700);
	assert_int_equal(probe_book_own(&book), 5);
	fill(SIDE_SHORT, 5, 599990, 1700);
	assert_int_equal(probe_book_own(&book), 0);
	assert_int_equal(book.fees, 3400);
	/* 3 x 60000.0 + 2 x 60001.0 - 5 x 59999.0, of 0.001 */
	assert_int_equal(book.cost - book.proceeds, 7 * MONEY_ONE / 1000);
	fill(SIDE_SHORT, 1, 599990, 0);
	assert_int_equal(probe_book_own(&book), 0);
}

static void the_quote_is_what_was_heard_and_no_more(void **state)
{
	struct event ticker = {.kind = EVENT_TICKER,
			       .sym = SYM,
			       .at_ms = 5000,
			       .ticker = {.bid = 599990, .ask = 600010, .mark = 600000, .last = 600005}};
	struct candle bar = {.open_ms = MINUTE_MS, .open = 10, .high = 12, .low = 9, .close = 11};
	struct quote quote = probe_book_quote(&book);

	(void)state;
	assert_true(quote.bid == UNKNOWN && quote.spread == UNKNOWN && quote.depth == UNKNOWN);
	hear(ticker);
	ticker.sym = OTHER, ticker.ticker.bid = 1;
	hear(ticker);
	hear((struct event){.kind = EVENT_CANDLE, .sym = SYM, .candle = {.candle = bar, .closed = true}});
	bar.open_ms += MINUTE_MS;
	hear((struct event){.kind = EVENT_CANDLE, .sym = SYM, .candle = {.candle = bar}});
	quote = probe_book_quote(&book);
	assert_int_equal(quote.bid, 599990);
	assert_int_equal(quote.spread, 33334); /* 2 of 60000.0, rounded up */
	assert_true(quote.depth == UNKNOWN);
	assert_int_equal(quote.bar_ms, 2 * MINUTE_MS); /* the running bar is not over */
	assert_int_equal(quote.volatility.den, 0);     /* one bar has no rank */
	hear((struct event){
		.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_UP, .clock_off_ms = -40}});
	assert_true(book.up && book.off_ms == -40);
	hear((struct event){
		.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_DOWN, .clock_off_ms = UNKNOWN}});
	assert_true(!book.up && book.off_ms == -40);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, begin)
	const struct CMUnitTest tests[] = {
		TEST(what_a_whole_list_has_not_got_is_flat),
		TEST(positions_of_other_symbols_count_as_exposure),
		TEST(orders_that_are_not_its_own_are_foreign),
		TEST(an_order_that_is_over_stays_over),
		TEST(fills_make_what_it_holds_and_what_it_cost),
		TEST(the_quote_is_what_was_heard_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
