/* SPDX-License-Identifier: MIT
 * What may be traded, and how we hear that it has changed. */
#include "bybit_stand.h"

static char row[8][1024], rows[8 * 1024];

static const char *one(int at, const char *base, const char *extra)
{
	return stand_row(row[at], sizeof row[at], base, extra);
}

/* Asks for the listing of the next day and gives it. */
static void next_day(struct stand *s, const char *list)
{
	stand_wait(s, DAY_MS);
	stand_page(s, stand_asked(s, "/v5/market/instruments-info"), list, "");
}

static void the_first_time_asks_for_time_and_listing_and_opens_the_stream(void **state)
{
	struct stand *s = stand_new();

	(void)state;
	assert_true(bybit_ops.next_ms(&s->exchange) <= START_MS);
	stand_time(s, START_MS);
	assert_true(stand_asked(s, "/v5/market/time") != 0);
	assert_true(stand_asked(s, "/v5/market/instruments-info?category=linear&limit=200") != 0);
	assert_int_equal(stand_said(s, SAY_OPEN), 1);
	assert_null(bybit_ops.listing(&s->exchange));
	assert_string_equal(s->box.at[s->box.count - 1].path, "/v5/public/linear");
	stand_wait(s, 10);
	assert_int_equal(s->box.count, 0);
	stand_free(s);
}

static void a_listing_is_there_when_its_last_page_is_and_is_sorted_by_name(void **state)
{
	struct stand *s = stand_new();

	(void)state;
	stand_time(s, START_MS);
	uint32_t list = stand_asked(s, "/v5/market/instruments-info");
	stand_page(s, list, one(0, "SOL", ""), "first%3DSOLUSDT%26last");
	assert_null(bybit_ops.listing(&s->exchange));
	list = stand_asked(
		s, "/v5/market/instruments-info?category=linear&limit=200&cursor=first%3DSOLUSDT%26last");
	snprintf(rows, sizeof rows, "%s,%s", one(1, "SOL", "\"status\":\"Trading\","),
		 one(2, "1000PEPE", ""));
	stand_page(s, list, rows, "");
	const struct universe *listing = bybit_ops.listing(&s->exchange);
	assert_non_null(listing);
	assert_int_equal(listing->count, 2);
	assert_string_equal(listing->at[0].name, "1000PEPE/USDT:USDT");
	assert_string_equal(listing->at[0].wire, "1000PEPEUSDT");
	const struct instrument *sol = &listing->at[1];
	assert_string_equal(sol->name, "SOL/USDT:USDT");
	assert_int_equal(sol->tick.step, 1);
	assert_int_equal(sol->tick.decimals, 1);
	assert_int_equal(sol->min_qty, 1);
	assert_int_equal(sol->max_qty, 500000);
	assert_int_equal(sol->min_notional, 5 * MONEY_ONE);
	assert_int_equal(sol->listed_ms, 1600000000000);
	assert_int_equal(sol->funding_every_ms, 8 * HOUR_MS);
	assert_int_equal(sol->taker_fee, 550000);
	assert_int_equal(sol->maintenance, 5000000);
	assert_int_equal(sol->status, INSTRUMENT_TRADING);
	assert_int_equal(notional_down(sol, 10, 1000), MONEY_ONE);
	stand_free(s);
}

static void only_crypto_perpetuals_against_usdt_that_trade_are_listed(void **state)
{
	static const char *const foreign[] = {
		"\"symbolType\":\"stock\",",
		"\"symbolType\":\"commodity\",",
		"\"symbolType\":\"something new\",",
		"\"status\":\"PreLaunch\",\"isPreListing\":true,",
		"\"isPreListing\":true,",
		"\"status\":\"Closed\",",
		"\"contractType\":\"LinearFutures\",\"deliveryTime\":\"1782460800000\",",
		"\"quoteCoin\":\"USDC\",\"settleCoin\":\"USDC\",",
	};
	struct bybit_reader *reader = calloc(1, sizeof *reader);
	struct bybit_instrument_row read;

	(void)state;
	bybit_reader_init(reader);
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
		one(0, "SOL", foreign[i]);
		assert_true(
			bybit_read_instrument(reader, (struct json_slice){row[0], strlen(row[0])}, &read));
		assert_int_not_equal(bybit_status(&read), INSTRUMENT_TRADING);
	}
	one(0, "SOL", "\"symbolType\":\"innovation\",");
	assert_true(bybit_read_instrument(reader, (struct json_slice){row[0], strlen(row[0])}, &read));
	assert_int_equal(bybit_status(&read), INSTRUMENT_TRADING);
	one(0, "SOL", "\"deliveryTime\":\"1782460800000\",");
	assert_true(bybit_read_instrument(reader, (struct json_slice){row[0], strlen(row[0])}, &read));
	assert_int_equal(bybit_status(&read), INSTRUMENT_DELISTING);
	free(reader);
}

static void a_row_that_cannot_be_read_is_skipped_and_told_once(void **state)
{
	struct stand *s = stand_new();

	(void)state;
	stand_time(s, START_MS);
	snprintf(rows, sizeof rows, "%s,%s,%s,%s", one(0, "AAA", "\"priceFilter\":{},"),
		 one(1, "BBB", "\"fundingInterval\":\"soon\","), one(2, "CCC", ""),
		 one(3, "DDD", "\"priceFilter\":{\"tickSize\":\"0.0000000000001\"},"));
	stand_page(s, stand_asked(s, "/v5/market/instruments-info"), rows, "");
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 1);
	assert_string_equal(stand_event(s, EVENT_GARBAGE, 0)->garbage.text,
			    "instruments-info: tickSize: missing");
	assert_int_equal(bybit_ops.listing(&s->exchange)->count, 1);
	assert_int_equal(bybit_counts(&s->exchange)->bad_rows, 2);
	assert_int_equal(bybit_counts(&s->exchange)->left_out, 1);
	stand_free(s);
}

static void a_page_that_cannot_be_read_is_asked_for_again(void **state)
{
	struct stand *s = stand_new();

	(void)state;
	stand_time(s, START_MS);
	stand_reply(s, stand_asked(s, "/v5/market/instruments-info"),
		    "{\"retCode\":0,\"result\":{\"list\":[{]}}");
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 1);
	assert_int_equal(stand_asked(s, "/v5/market/instruments-info"), 0);
	stand_time(s, s->now_ms + 700);
	stand_page(s, stand_asked(s, "/v5/market/instruments-info"), one(0, "SOL", ""), "");
	assert_non_null(bybit_ops.listing(&s->exchange));
	stand_free(s);
}

static void a_cursor_that_could_break_a_request_is_refused(void **state)
{
	struct stand *s = stand_new();

	(void)state;
	stand_time(s, START_MS);
	stand_page(s, stand_asked(s, "/v5/market/instruments-info"), one(0, "SOL", ""), "a b");
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 1);
	stand_time(s, s->now_ms + 700);
	assert_non_null(strstr(stand_path(s, stand_asked(s, "/v5/market/instruments-info")), "limit=200"));
	assert_null(strstr(stand_path(s, stand_asked(s, "/v5/market/instruments-info")), "cursor"));
	stand_free(s);
}

static void a_new_tick_is_a_new_generation_and_everything_in_old_ticks_is_asked_for_anew(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	stand_up(s);
	assert_int_equal(stand_ask(s, INTENT_WATCH, 0, 1), 0);
	snprintf(rows, sizeof rows, "%s,%s", one(0, "BTC", "\"priceFilter\":{\"tickSize\":\"0.5\"},"),
		 one(1, "ETH", ""));
	next_day(s, rows);
	assert_int_equal(stand_heard(s, EVENT_INSTRUMENT), 1);
	const struct event *event = stand_event(s, EVENT_INSTRUMENT, 0);
	assert_int_equal(event->sym, 0);
	assert_int_equal(event->instrument.now->generation, 1);
	assert_int_equal(event->instrument.now->tick.step, 5);
	assert_non_null(stand_sent(s, "unsubscribe", 0));
	assert_non_null(stand_sent(s, "subscribe", 0));
	stand_free(s);
}

static void a_larger_order_size_is_told_without_a_new_generation(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	s->universe.at[0].blacklisted = 1;
	s->universe.at[0].taker_fee = 1;
	snprintf(rows, sizeof rows, "%s,%s",
		 one(0, "BTC",
		     "\"lotSizeFilter\":{\"minOrderQty\":\"0.001\",\"qtyStep\":\"0.001\",\"maxMktOrderQty\":"
		     "\"800\",\"minNotionalValue\":\"5\"},"),
		 one(1, "ETH", ""));
	next_day(s, rows);
	assert_int_equal(stand_heard(s, EVENT_INSTRUMENT), 1);
	const struct instrument *now = stand_event(s, EVENT_INSTRUMENT, 0)->instrument.now;
	assert_int_equal(now->generation, 0);
	assert_int_equal(now->max_qty, 800000);
	assert_int_equal(now->blacklisted, 1);
	assert_int_equal(now->taker_fee, 1);
	s->universe.at[0] = *now;
	next_day(s, rows);
	assert_int_equal(stand_heard(s, EVENT_INSTRUMENT), 0);
	stand_free(s);
}

static void what_leaves_the_list_is_gone_and_a_delivery_time_is_a_delisting(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	next_day(s, one(0, "BTC", "\"deliveryTime\":\"1782460800000\","));
	assert_int_equal(stand_heard(s, EVENT_INSTRUMENT), 2);
	assert_int_equal(stand_event(s, EVENT_INSTRUMENT, 0)->instrument.now->status, INSTRUMENT_DELISTING);
	assert_int_equal(stand_event(s, EVENT_INSTRUMENT, 1)->instrument.now->status, INSTRUMENT_GONE);
	assert_string_equal(stand_event(s, EVENT_INSTRUMENT, 1)->instrument.now->name, "ETH/USDT:USDT");
	for (size_t i = 0; i < 2; i++)
		s->universe.at[i] = *stand_event(s, EVENT_INSTRUMENT, i)->instrument.now;
	snprintf(rows, sizeof rows, "%s,%s,%s", one(0, "BTC", "\"deliveryTime\":\"1782460800000\","),
		 one(1, "ETH", ""), one(2, "NEW", ""));
	next_day(s, rows);
	assert_int_equal(stand_heard(s, EVENT_INSTRUMENT), 1);
	assert_int_equal(stand_event(s, EVENT_INSTRUMENT, 0)->instrument.now->status, INSTRUMENT_TRADING);
	assert_int_equal(bybit_counts(&s->exchange)->unattached, 1);
	stand_free(s);
}

static void a_row_that_cannot_be_read_does_not_make_its_symbol_gone(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	snprintf(rows, sizeof rows, "%s,%s", one(0, "BTC", ""), one(1, "ETH", "\"priceFilter\":7,"));
	next_day(s, rows);
	assert_int_equal(stand_heard(s, EVENT_INSTRUMENT), 0);
	snprintf(rows, sizeof rows, "%s,{\"symbol\":5}", one(0, "BTC", ""));
	next_day(s, rows);
	assert_int_equal(stand_heard(s, EVENT_INSTRUMENT), 0);
	stand_free(s);
}

static void a_page_that_never_comes_makes_nothing_gone(void **state)
{
	struct stand *s = stand_attached();

	(void)state;
	stand_wait(s, DAY_MS);
	stand_page(s, stand_asked(s, "/v5/market/instruments-info"), one(0, "BTC", ""), "more");
	uint32_t list = stand_asked(s, "/v5/market/instruments-info?category=linear&limit=200&cursor=more");
	stand_answer(s, list, WIRE_CUT, "", "timeout");
	assert_int_equal(stand_heard(s, EVENT_INSTRUMENT), 0);
	stand_wait(s, 700);
	stand_page(s, stand_asked(s, "/v5/market/instruments-info?category=linear&limit=200&cursor=more"),
		   one(0, "ETH", ""), "");
	assert_int_equal(stand_heard(s, EVENT_INSTRUMENT), 0);
	stand_free(s);
}

static void a_list_without_an_end_is_given_up(void **state)
{
	struct stand *s = stand_new();

	(void)state;
	stand_time(s, START_MS);
	for (int i = 0; i < 64; i++)
		stand_page(s, stand_asked(s, "/v5/market/instruments-info"), one(0, "SOL", ""), "again");
	stand_page(s, stand_asked(s, "/v5/market/instruments-info"), one(0, "SOL", ""), "again");
	assert_int_equal(stand_asked(s, "/v5/market/instruments-info"), 0);
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 1);
	assert_null(bybit_ops.listing(&s->exchange));
	stand_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_time_asks_for_time_and_listing_and_opens_the_stream),
		cmocka_unit_test(a_listing_is_there_when_its_last_page_is_and_is_sorted_by_name),
		cmocka_unit_test(only_crypto_perpetuals_against_usdt_that_trade_are_listed),
		cmocka_unit_test(a_row_that_cannot_be_read_is_skipped_and_told_once),
		cmocka_unit_test(a_page_that_cannot_be_read_is_asked_for_again),
		cmocka_unit_test(a_cursor_that_could_break_a_request_is_refused),
		cmocka_unit_test(
			a_new_tick_is_a_new_generation_and_everything_in_old_ticks_is_asked_for_anew),
		cmocka_unit_test(a_larger_order_size_is_told_without_a_new_generation),
		cmocka_unit_test(what_leaves_the_list_is_gone_and_a_delivery_time_is_a_delisting),
		cmocka_unit_test(a_row_that_cannot_be_read_does_not_make_its_symbol_gone),
		cmocka_unit_test(a_page_that_never_comes_makes_nothing_gone),
		cmocka_unit_test(a_list_without_an_end_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
