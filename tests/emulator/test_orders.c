/* SPDX-License-Identifier: MIT
 * Tests of what the exchange refuses and in which words; of settings; of lists and their pages. */
#include "emu_account_stand.h"

#define CREATE "/v5/order/create"
#define LINEAR "\"category\":\"linear\",\"symbol\":\"BTCUSDT\""
#define BUY    LINEAR ",\"side\":\"Buy\",\"orderType\":\"Market\""

static struct emu_setup setup;

static int open_two(void **state)
{
	(void)state;
	setup = an_account(2);
	account_open(&setup);
	return 0;
}

static int open_with(void (*change)(struct emu_account_setup *))
{
	setup = an_account(2);
	change(&setup.account);
	account_open(&setup);
	return 0;
}

static const struct cJSON *has_code(int64_t wanted, const char *path, const char *body)
{
	const struct cJSON *root = answer_to("POST", path, body);
	int64_t code = int_of(root, "retCode");

	if (code != wanted)
		fail_msg("%s is answered %s, not %lld", body, reply.body, (long long)wanted);
	return root;
}

static void a_create_is_refused_with_the_exchanges_code_and_words(void **state)
{
	static const struct {
		int64_t code;
		const char *body, *part;
	} rows[] = {
		{10001, "{\"symbol\":\"BTCUSDT\",\"side\":\"Buy\",\"orderType\":\"Market\",\"qty\":\"0.01\"}",
		 "Illegal category"},
		{10001,
		 "{\"category\":\"linear\",\"side\":\"Buy\",\"orderType\":\"Market\",\"qty\":\"0.01\"}",
		 "symbol invalid"},
		{10001,
		 "{\"category\":\"linear\",\"symbol\":\"NOPEUSDT\",\"side\":\"Buy\",\"orderType\":\"Market\","
		 "\"qty\":\"1\"}",
		 "symbol invalid"},
		{10001, "{" LINEAR ",\"side\":\"Long\",\"orderType\":\"Market\",\"qty\":\"0.01\"}",
		 "Side invalid"},
		{10001, "{" LINEAR ",\"side\":\"Buy\",\"orderType\":\"Stop\",\"qty\":\"0.01\"}",
		 "OrderType invalid"},
		{10001, "{" BUY ",\"qty\":0.01}", "qty invalid"},
		{10001, "{" BUY ",\"qty\":\"0.0105\"}", "Qty invalid"},
		{10001, "{" BUY ",\"qty\":\"1e-2\"}", "Qty invalid"},
		{10001, "{" BUY ",\"qty\":\"0\"}", "Qty invalid"},
		{10001, "{" BUY ",\"qty\":\"-1\"}", "Qty invalid"},
		{10001, "{" BUY ",\"qty\":\"100000\"}",
		 "The number of contracts exceeds maximum limit allowed: too large, "
		 "order_qty:10000000000000 > max_qty:"},
		{10001, "{" BUY ",\"qty\":\"0.01\",\"positionIdx\":1}",
		 "position idx not match position mode"},
		{10001, "{" BUY ",\"qty\":\"0.01\",\"positionIdx\":\"0\"}", "positionIdx invalid"},
		{10001, "{" BUY ",\"qty\":\"0.01\",\"orderLinkId\":\"with blank\"}", "OrderLinkId invalid"},
		{10001,
		 "{" BUY ",\"qty\":\"0.01\",\"orderLinkId\":\"a123456789012345678901234567890123456\"}",
		 "OrderLinkId invalid"},
		{10001, "{" BUY ",\"qty\":\"0.01\",\"stopLoss\":\"70000.0\"}",
		 "StopLoss:7000000000000 set for Buy position should lower than base_price:"},
		{10001, "{" BUY ",\"qty\":\"0.01\",\"takeProfit\":\"50000.0\"}",
		 "TakeProfit:5000000000000 set for Buy position should be higher than base_price:"},
		{10001, "{" BUY ",\"qty\":\"0.01\",\"stopLoss\":\"50000.05\"}", "stopLoss invalid"},
		{10001, "{" BUY ",\"qty\":\"0.01\",\"reduceOnly\":true,\"stopLoss\":\"50000\"}",
		 "reduce-only"},
		{110017, "{" BUY ",\"qty\":\"0.01\",\"reduceOnly\":true}",
		 "current position is zero, cannot fix reduce-only order qty"},
		{110007, "{" BUY ",\"qty\":\"3\"}", "ab not enough for new order"},
		{110108,
		 "{" BUY
		 ",\"qty\":\"0.01\",\"slippageToleranceType\":\"Percent\",\"slippageTolerance\":\"0.001\"}",
		 ""},
		{110109,
		 "{" BUY ",\"qty\":\"0.01\",\"slippageToleranceType\":\"TickSize\","
		 "\"slippageTolerance\":\"10001\"}",
		 ""},
		{10001, "no json", "Request parameter error"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		has_code(rows[i].code, CREATE, rows[i].body);
		if (!answer_has(rows[i].part))
			fail_msg("%s, not %s", reply.body, rows[i].part);
		emu_advance(emu, emu_now(emu) + 200);
	}
	assert_int_equal(count_rows("/v5/order/history?category=linear"), 0);
}

static void an_order_under_the_least_value_is_refused(void **state)
{
	char body[256];
	const struct cJSON *rows =
		json_member(get("/v5/market/instruments-info?category=linear&symbol=ETHUSDT"), "list");
	const char *least = text_of(json_member(json_at(rows, 0), "lotSizeFilter"), "qtyStep");

	(void)state;
	snprintf(body, sizeof(body),
		 "{\"category\":\"linear\",\"symbol\":\"ETHUSDT\",\"side\":\"Buy\",\"orderType\":\"Market\","
		 "\"qty\":\"%s\"}",
		 least);
	int64_t code = post(CREATE, body);
	assert_true(code == 110094 || code == 10001);
	assert_true(answer_has("Order does not meet minimum order value 5USDT") ||
		    answer_has("exceeds minimum limit allowed"));
}

static void an_order_id_is_good_for_one_order_for_ever(void **state)
{
	(void)state;
	has_code(0, CREATE, "{" BUY ",\"qty\":\"0.01\",\"orderLinkId\":\"once\"}");
	has_code(110072, CREATE, "{" BUY ",\"qty\":\"0.01\",\"orderLinkId\":\"once\"}");
	emu_advance(emu, emu_now(emu) + DAY_MS);
	has_code(110072, CREATE, "{" BUY ",\"qty\":\"0.02\",\"orderLinkId\":\"once\"}");
}

static void the_same_side_cannot_be_reduced(void **state)
{
	(void)state;
	has_code(0, CREATE, "{" BUY ",\"qty\":\"0.01\"}");
	emu_advance(emu, emu_now(emu) + 2);
	has_code(110017, CREATE, "{" BUY ",\"qty\":\"0.01\",\"reduceOnly\":true}");
	assert_true(answer_has("reduce-only order has same side with current position"));
}

static void a_contract_in_maintenance_takes_no_orders(void **state)
{
	(void)state;
	assert_int_equal(strike("suspend:BTCUSDT=600000"), 0);
	emu_advance(emu, emu_now(emu) + 3 * MINUTE_MS);
	has_code(110074, CREATE, "{" BUY ",\"qty\":\"0.01\"}");
	has_code(0, CREATE,
		 "{\"category\":\"linear\",\"symbol\":\"ETHUSDT\",\"side\":\"Buy\",\"orderType\":\"Market\","
		 "\"qty\":\"0.1\"}");
}

static void a_contract_that_is_no_longer_live_takes_no_orders(void **state)
{
	(void)state;
	has_code(0, CREATE, "{" BUY ",\"qty\":\"0.01\"}");
	assert_int_equal(strike("delist:BTCUSDT=7200000"), 0);
	emu_advance(emu, emu_now(emu) + 90 * MINUTE_MS);
	has_code(30228, CREATE, "{" BUY ",\"qty\":\"0.01\"}");
	assert_int_equal(count_rows("/v5/position/list?category=linear&settleCoin=USDT"), 1);
	emu_advance(emu, emu_now(emu) + 60 * MINUTE_MS);
	has_code(10001, CREATE, "{" BUY ",\"qty\":\"0.01\"}"); /* not listed any more */
	assert_int_equal(count_rows("/v5/position/list?category=linear&settleCoin=USDT"), 0);
	const struct cJSON *row = read_row("/v5/execution/list?category=linear", 0);
	assert_string_equal(text_of(row, "execType"), "Settle");
	assert_string_equal(text_of(row, "createType"), "CreateBySettle");
	assert_int_equal(book_sum("wrong"), 0);
}

#define LEVERAGE "/v5/position/set-leverage"

static void leverage_is_set_read_back_and_has_bounds(void **state)
{
	(void)state;
	has_code(0, LEVERAGE, "{" LINEAR ",\"buyLeverage\":\"7\",\"sellLeverage\":\"7\"}");
	assert_string_equal(
		text_of(read_row("/v5/position/list?category=linear&symbol=BTCUSDT", 0), "leverage"), "7");
	has_code(110043, LEVERAGE, "{" LINEAR ",\"buyLeverage\":\"7.00\",\"sellLeverage\":\"7\"}");
	has_code(10001, LEVERAGE, "{" LINEAR ",\"buyLeverage\":\"7\",\"sellLeverage\":\"6\"}");
	has_code(10001, LEVERAGE, "{" LINEAR ",\"buyLeverage\":7,\"sellLeverage\":7}");
	has_code(110013, LEVERAGE, "{" LINEAR ",\"buyLeverage\":\"51\",\"sellLeverage\":\"51\"}");
	strike("leverage_lost");
	has_code(0, LEVERAGE, "{" LINEAR ",\"buyLeverage\":\"3\",\"sellLeverage\":\"3\"}");
	assert_string_equal(
		text_of(read_row("/v5/position/list?category=linear&symbol=BTCUSDT", 0), "leverage"), "7");
}

static void modes_change_on_an_empty_account_only(void **state)
{
	(void)state;
	has_code(110025, "/v5/position/switch-mode", "{" LINEAR ",\"mode\":0}");
	has_code(0, "/v5/position/switch-mode", "{" LINEAR ",\"mode\":3}");
	assert_int_equal(count_rows("/v5/position/list?category=linear&symbol=BTCUSDT"), 2);
	has_code(10001, CREATE, "{" BUY ",\"qty\":\"0.01\",\"positionIdx\":0}");
	has_code(0, CREATE, "{" BUY ",\"qty\":\"0.01\",\"positionIdx\":1}");
	emu_advance(emu, emu_now(emu) + 2);
	assert_int_equal(
		int_of(read_row("/v5/position/list?category=linear&settleCoin=USDT", 0), "positionIdx"), 1);
	has_code(110024, "/v5/position/switch-mode", "{" LINEAR ",\"mode\":0}");
	has_code(0, "/v5/position/switch-mode", "{\"category\":\"linear\",\"coin\":\"USDT\",\"mode\":3}");
	has_code(3400045, "/v5/account/set-margin-mode", "{\"setMarginMode\":\"REGULAR_MARGIN\"}");
	has_code(0, "/v5/account/set-margin-mode", "{\"setMarginMode\":\"ISOLATED_MARGIN\"}");
	has_code(0, CREATE,
		 "{" LINEAR ",\"side\":\"Sell\",\"orderType\":\"Market\",\"qty\":\"0\",\"reduceOnly\":true,"
		 "\"positionIdx\":1}");
	emu_advance(emu, emu_now(emu) + 2);
	has_code(0, "/v5/position/switch-mode", "{" LINEAR ",\"mode\":0}");
	has_code(0, "/v5/account/set-margin-mode", "{\"setMarginMode\":\"REGULAR_MARGIN\"}");
	assert_string_equal(text_of(read_result("/v5/account/info"), "marginMode"), "REGULAR_MARGIN");
}

static void make_classic(struct emu_account_setup *account)
{
	account->classic = account->cross = account->hedge = true;
	account->leverage = 3 * RATIO_ONE;
	account->balance = 500 * MONEY_ONE;
}

static void an_account_is_as_it_was_set_up(void **state)
{
	(void)state;
	open_with(make_classic);
	assert_int_equal(int_of(read_result("/v5/account/info"), "unifiedMarginStatus"), 1);
	assert_int_equal(int_of(read_result("/v5/user/query-api"), "uta"), 0);
	assert_int_equal(read_code("/v5/account/wallet-balance?accountType=UNIFIED"), 10001);
	const struct cJSON *row = read_row("/v5/account/wallet-balance?accountType=CONTRACT", 0);
	assert_int_equal(money_of(row, "totalEquity"), 500 * MONEY_ONE);
	row = read_row("/v5/position/list?category=linear&symbol=BTCUSDT", 1);
	assert_int_equal(int_of(row, "positionIdx"), 2);
	assert_string_equal(text_of(row, "leverage"), "3");
}

static void lists_have_pages_and_the_last_one_has_a_cursor_too(void **state)
{
	char target[256], body[128];
	size_t rows = 0, pages = 0;
	char cursor[128] = "";

	(void)state;
	for (int i = 0; i < 5; i++) {
		snprintf(body, sizeof(body), "{" BUY ",\"qty\":\"0.001\",\"orderLinkId\":\"n-%d\"}", i);
		has_code(0, CREATE, body);
		emu_advance(emu, emu_now(emu) + 200);
	}
	do {
		snprintf(target, sizeof(target), "/v5/order/history?category=linear&limit=2%s%s",
			 cursor[0] ? "&cursor=" : "", cursor);
		const struct cJSON *result = read_result(target);
		rows += json_count(json_member(result, "list"));
		snprintf(cursor, sizeof(cursor), "%s", text_of(result, "nextPageCursor"));
		pages++;
	} while (cursor[0] != '\0');
	assert_int_equal(rows, 5);
	assert_int_equal(pages, 4);
	assert_int_equal(count_rows("/v5/order/realtime?category=linear&symbol=BTCUSDT&openOnly=1"), 5);
	assert_int_equal(count_rows("/v5/order/realtime?category=linear&symbol=BTCUSDT"), 0);
	assert_int_equal(read_code("/v5/order/realtime?category=linear"), 10001);
	assert_int_equal(count_rows("/v5/order/history?category=linear&orderLinkId=n-3"), 1);
	assert_int_equal(count_rows("/v5/order/history?category=linear&orderLinkId=nobody"), 0);
	assert_int_equal(count_rows("/v5/execution/list?category=linear&symbol=ETHUSDT"), 0);
	assert_int_equal(read_code("/v5/execution/list?category=linear&startTime=1&endTime=900000000"),
			 10001);
}

static void cancel_all_spares_stops_when_it_is_told_to(void **state)
{
	(void)state;
	has_code(0, CREATE, "{" BUY ",\"qty\":\"0.01\",\"stopLoss\":\"50000\"}");
	emu_advance(emu, emu_now(emu) + 2);
	assert_int_equal(strike("other_order:BTCUSDT"), 0);
	assert_int_equal(count_rows("/v5/order/realtime?category=linear&settleCoin=USDT"), 2);
	has_code(0, "/v5/order/cancel-all", "{" LINEAR ",\"orderFilter\":\"Order\"}");
	const struct cJSON *row = read_row("/v5/order/realtime?category=linear&settleCoin=USDT", 0);
	assert_string_equal(text_of(row, "stopOrderType"), "StopLoss");
	has_code(0, "/v5/order/cancel-all", "{\"category\":\"linear\",\"settleCoin\":\"USDT\"}");
	assert_int_equal(count_rows("/v5/order/realtime?category=linear&settleCoin=USDT"), 0);
	row = read_row("/v5/position/list?category=linear&symbol=BTCUSDT", 0);
	assert_string_equal(text_of(row, "stopLoss"), "");
	assert_string_equal(text_of(row, "size"), "0.010");
}

static void what_is_over_cannot_be_cancelled(void **state)
{
	(void)state;
	has_code(0, CREATE, "{" BUY ",\"qty\":\"0.01\",\"orderLinkId\":\"done\"}");
	has_code(110001, "/v5/order/cancel", "{" LINEAR ",\"orderLinkId\":\"done\"}"); /* on its way */
	emu_advance(emu, emu_now(emu) + 2);
	has_code(110008, "/v5/order/cancel", "{" LINEAR ",\"orderLinkId\":\"done\"}");
	has_code(110001, "/v5/order/cancel", "{" LINEAR ",\"orderLinkId\":\"nobody\"}");
	has_code(10001, "/v5/order/cancel", "{" LINEAR "}");
}

static void a_tolerance_bounds_what_a_market_order_may_cost(void **state)
{
	(void)state;
	has_code(0, LEVERAGE, "{" LINEAR ",\"buyLeverage\":\"50\",\"sellLeverage\":\"50\"}");
	has_code(0, CREATE,
		 "{" BUY ",\"qty\":\"6\",\"orderLinkId\":\"narrow\",\"slippageToleranceType\":\"Percent\","
		 "\"slippageTolerance\":\"0.02\"}");
	emu_advance(emu, emu_now(emu) + 2);
	const struct cJSON *row = read_row("/v5/order/history?category=linear&orderLinkId=narrow", 0);
	assert_string_equal(text_of(row, "orderStatus"), "Cancelled");
	assert_string_equal(text_of(row, "slippageTolerance"), "0.02");
	assert_true(money_of(row, "cumExecQty") < 6 * MONEY_ONE);
	has_code(0, "/v5/order/pre-check", "{" BUY ",\"qty\":\"0.01\"}");
	assert_true(answer_has("\"postImrE4\":"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_two, close_account)
	const struct CMUnitTest tests[] = {
		TEST(a_create_is_refused_with_the_exchanges_code_and_words),
		TEST(an_order_under_the_least_value_is_refused),
		TEST(an_order_id_is_good_for_one_order_for_ever),
		TEST(the_same_side_cannot_be_reduced),
		TEST(a_contract_in_maintenance_takes_no_orders),
		TEST(a_contract_that_is_no_longer_live_takes_no_orders),
		TEST(leverage_is_set_read_back_and_has_bounds),
		TEST(modes_change_on_an_empty_account_only),
		cmocka_unit_test_teardown(an_account_is_as_it_was_set_up, close_account),
		TEST(lists_have_pages_and_the_last_one_has_a_cursor_too),
		TEST(cancel_all_spares_stops_when_it_is_told_to),
		TEST(what_is_over_cannot_be_cancelled),
		TEST(a_tolerance_bounds_what_a_market_order_may_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
