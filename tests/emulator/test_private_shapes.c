/* SPDX-License-Identifier: MIT
 * Tests that the private dialect has the shape of the recorded payloads. */
#include "emu_account_stand.h"
#include "emu_shape.h"

static int open_traded(void **state)
{
	struct emu_setup setup = an_account(2);

	(void)state;
	account_open(&setup);
	a_private_stream();
	return 0;
}

#define CREATE "/v5/order/create"
#define LINEAR "\"category\":\"linear\",\"symbol\":\"BTCUSDT\""
#define BUY    "{" LINEAR ",\"side\":\"Buy\",\"orderType\":\"Market\",\"qty\":\"0.010\"}"

static void buy_with_levels(void)
{
	assert_int_equal(post(CREATE,
			      "{" LINEAR ",\"side\":\"Buy\",\"orderType\":\"Market\",\"qty\":\"0.010\","
			      "\"stopLoss\":\"50000\",\"takeProfit\":\"70000\"}"),
			 0);
	pass_ms(2);
}

static void rest_answers_have_the_shape_of_the_fixtures(void **state)
{
	static const struct {
		const char *name, *target;
	} rows[] = {
		{"rest_account_info", "/v5/account/info"},
		{"rest_closed_pnl", "/v5/position/closed-pnl?category=linear"},
		{"rest_execution_list", "/v5/execution/list?category=linear&execType=Trade"},
		{"rest_execution_list_funding", "/v5/execution/list?category=linear&execType=Funding"},
		{"rest_fee_rate", "/v5/account/fee-rate?category=linear&symbol=ETHUSDT"},
		{"rest_order_history_market_filled", "/v5/order/history?category=linear&orderLinkId=filled"},
		{"rest_position_list", "/v5/position/list?category=linear&settleCoin=USDT"},
		{"rest_position_list_flat", "/v5/position/list?category=linear&symbol=ETHUSDT"},
		{"rest_transaction_log", "/v5/account/transaction-log?accountType=UNIFIED"},
		{"rest_wallet_balance", "/v5/account/wallet-balance?accountType=UNIFIED"},
	};

	(void)state;
	buy_with_levels();
	assert_int_equal(post(CREATE,
			      "{" LINEAR ",\"side\":\"Sell\",\"orderType\":\"Market\",\"qty\":\"0.005\","
			      "\"reduceOnly\":true,\"orderLinkId\":\"filled\"}"),
			 0);
	emu_advance(emu, START_MS + 9 * HOUR_MS); /* a settlement has passed */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cJSON *example = fixture(rows[i].name);
		read_result(rows[i].target);
		same_shape(example, parsed(reply.body, reply.len), rows[i].name);
	}
}

static void the_key_has_all_that_the_fixture_has(void **state)
{
	const struct cJSON *example = json_member(fixture("rest_user_query_api"), "result");
	const struct cJSON *ours = read_result("/v5/user/query-api");

	(void)state;
	for (const struct cJSON *item = json_first(example); item != NULL; item = json_next(item))
		assert_int_equal(kind_of(item), kind_of(json_member(ours, json_key(item))));
	example = json_member(example, "permissions");
	ours = json_member(ours, "permissions");
	for (const struct cJSON *item = json_first(example); item != NULL; item = json_next(item))
		assert_int_equal(kind_of(json_member(ours, json_key(item))), 'a');
}

static void answers_to_orders_have_the_shape_of_the_fixtures(void **state)
{
	(void)state;
	const struct cJSON *example = fixture("rest_order_create_ack");
	same_shape(example, answer_to("POST", CREATE, BUY), "create");
	pass_ms(2);
	example = fixture("rest_set_margin_mode_failed");
	same_shape(example,
		   answer_to("POST", "/v5/account/set-margin-mode", "{\"setMarginMode\":\"REGULAR_MARGIN\"}"),
		   "margin mode");
	example = fixture("rest_set_leverage_ok");
	same_shape(example,
		   answer_to("POST", "/v5/position/set-leverage",
			     "{" LINEAR ",\"buyLeverage\":\"5\",\"sellLeverage\":\"5\"}"),
		   "leverage");
	assert_int_equal(strike("other_order:BTCUSDT"), 0);
	read_result("/v5/order/realtime?category=linear&settleCoin=USDT");
	example = fixture("rest_order_cancel_all");
	same_shape(example, answer_to("POST", "/v5/order/cancel-all", "{" LINEAR "}"), "cancel-all");
	example = fixture("rest_error_insufficient");
	same_shape(example,
		   answer_to("POST", CREATE,
			     "{" LINEAR ",\"side\":\"Buy\",\"orderType\":\"Market\",\"qty\":\"10.010\"}"),
		   "error");
	assert_true(answer_has("110007") && answer_has("\"ab not enough for new order\""));
}

static void stream_messages_have_the_shape_of_the_fixtures(void **state)
{
	static const struct {
		const char *name, *part;
	} rows[] = {
		{"ws_private_order_1_new", "\"orderStatus\":\"New\""},
		{"ws_private_order_2_filled_tpsl_created", "\"orderStatus\":\"Untriggered\""},
		{"ws_private_position_open", "\"entryPrice\":\"5"},
		{"ws_private_position_flat", "\"entryPrice\":\"0\""},
		{"ws_private_wallet", "\"topic\":\"wallet\""},
		{"ws_private_execution_adl", "\"AdlTrade\""},
		{"ws_private_execution_sl", "\"topic\":\"execution\""},
		{"ws_pong_private", "\"op\":\"pong\""},
	};

	(void)state;
	buy_with_levels();
	assert_int_equal(strike("adl:BTCUSDT"), 0);
	send_text(private_client, "{\"op\":\"ping\",\"req_id\":\"1\"}");
	take_all();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cJSON *example = fixture(rows[i].name);
		same_shape(example, message(rows[i].part), rows[i].name);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_traded, close_account)
	const struct CMUnitTest tests[] = {
		TEST(rest_answers_have_the_shape_of_the_fixtures),
		TEST(the_key_has_all_that_the_fixture_has),
		TEST(answers_to_orders_have_the_shape_of_the_fixtures),
		TEST(stream_messages_have_the_shape_of_the_fixtures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
