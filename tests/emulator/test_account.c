/* SPDX-License-Identifier: MIT
 * Tests of the life of an order on the emulated account: entry with stop and target, pieces, triggers, other
 * hands, funding, liquidation; what REST and the stream say of it, and the money. */
#include "emu_account_stand.h"

#define CREATE "/v5/order/create"
#define STOP   "/v5/position/trading-stop"
#define LINEAR "\"category\":\"linear\",\"symbol\":\"BTCUSDT\""
#define MARKET LINEAR ",\"orderType\":\"Market\""
#define ORDER  "/v5/order/realtime?category=linear&symbol=BTCUSDT&orderLinkId="
#define HELD   "/v5/position/list?category=linear&symbol=BTCUSDT"

static struct emu_setup setup;

static int open_two(void **state)
{
	(void)state;
	setup = an_account(2);
	account_open(&setup);
	a_private_stream();
	return 0;
}

static double last_price(void)
{
	const struct cJSON *rows =
		json_member(get("/v5/market/tickers?category=linear&symbol=BTCUSDT"), "list");

	return strtod(text_of(json_at(rows, 0), "lastPrice"), NULL);
}

/* An entry of 0.010 with stop and target at these shares of the price; 0: without. */
static void enter(const char *side, double stop, double target, const char *link)
{
	char body[512], levels[128] = "";
	double last = last_price();

	if (stop > 0)
		snprintf(levels, sizeof(levels), ",\"stopLoss\":\"%.1f\",\"slTriggerBy\":\"MarkPrice\"",
			 last * stop);
	if (target > 0)
		snprintf(levels + strlen(levels), sizeof(levels) - strlen(levels),
			 ",\"takeProfit\":\"%.1f\",\"tpTriggerBy\":\"MarkPrice\"", last * target);
	snprintf(body, sizeof(body),
		 "{" MARKET ",\"side\":\"%s\",\"qty\":\"0.010\",\"orderLinkId\":\"%s\"%s}", side, link,
		 levels);
	if (post(CREATE, body) != 0)
		fail_msg("%s: %s", body, reply.body);
}

static void an_entry_is_acknowledged_found_filled_and_protected(void **state)
{
	char wanted[64];

	(void)state;
	enter("Buy", 0.98, 1.03, "tb-1");
	assert_true(answer_has("\"orderLinkId\":\"tb-1\""));
	assert_int_equal(take_all(), frame_count); /* nothing is told yet, and nobody finds it */
	assert_int_equal(count_rows(ORDER "tb-1"), 0);
	pass_ms(2);
	assert_true(frame_has(0, "\"orderStatus\":\"New\""));
	const struct cJSON *row = news_row(1, "order", "orderStatus", "Filled");
	assert_string_equal(text_of(row, "orderLinkId"), "tb-1");
	assert_string_equal(text_of(row, "cumExecQty"), "0.010");
	row = news_row(1, "order", "createType", "CreateByStopLoss");
	assert_string_equal(text_of(row, "orderLinkId"), "");
	assert_string_equal(text_of(row, "parentOrderLinkId"), "tb-1");
	assert_string_equal(text_of(row, "orderStatus"), "Untriggered");
	assert_string_equal(text_of(row, "side"), "Sell");
	assert_string_equal(text_of(row, "triggerBy"), "MarkPrice");
	assert_int_equal(int_of(row, "triggerDirection"), 2);
	row = news_row(1, "order", "createType", "CreateByTakeProfit");
	assert_int_equal(int_of(row, "triggerDirection"), 1);
	row = news_row(0, "execution", "orderLinkId", "tb-1");
	money_t fee = money_of(row, "execFee"), value = money_of(row, "execValue");
	assert_int_equal(fee, (value * 55 + 99999) / 100000);
	assert_int_equal(money_of(row, "execPrice"), value * 100);
	assert_string_equal(text_of(row, "closedSize"), "0");
	snprintf(wanted, sizeof(wanted), "%s", text_of(row, "execPrice"));
	row = news_row(0, "position", "side", "Buy");
	assert_string_equal(text_of(row, "entryPrice"), wanted);
	assert_non_null(news_row(0, "wallet", "accountType", "UNIFIED"));
	row = read_row(ORDER "tb-1", 0);
	assert_string_equal(text_of(row, "orderStatus"), "Filled");
	assert_int_equal(count_rows("/v5/order/realtime?category=linear&symbol=BTCUSDT"), 2);
	row = read_row(HELD, 0);
	assert_string_equal(text_of(row, "size"), "0.010");
	assert_string_equal(text_of(row, "avgPrice"), wanted);
	assert_true(text_of(row, "stopLoss")[0] == '5' && text_of(row, "takeProfit")[0] == '6');
	assert_int_equal(book_sum("wallet"), 10000 * MONEY_ONE - fee);
}

static void an_entry_in_pieces_has_an_execution_for_each_and_its_stop_grows(void **state)
{
	(void)state;
	strike("partial=3");
	enter("Sell", 1.02, 0, "tb-2");
	pass_ms(2);
	const struct cJSON *row = news_row(0, "order", "orderStatus", "PartiallyFilled");
	assert_string_equal(text_of(row, "leavesQty"), "0.007");
	row = news_row(0, "order", "stopOrderType", "StopLoss");
	assert_string_equal(text_of(row, "qty"), "0.003");
	size_t second = pass_ms(400);
	assert_string_equal(text_of(news_row(second, "order", "stopOrderType", "StopLoss"), "qty"), "0.006");
	size_t third = pass_ms(400);
	assert_non_null(news_row(third, "order", "orderStatus", "Filled"));
	assert_string_equal(text_of(news_row(third, "order", "stopOrderType", "StopLoss"), "qty"), "0.010");
	assert_int_equal(count_rows("/v5/execution/list?category=linear&orderLinkId=tb-2"), 3);
	assert_int_equal(count_of(0, "\"stopOrderType\":\"StopLoss\",\"orderIv\""), 3);
	assert_int_equal(book_sum("wrong"), 0);
}

static void a_market_order_that_leaves_its_band_is_cancelled_with_what_has_filled(void **state)
{
	char body[256];

	(void)state;
	strike("cut=200000"); /* 2 bps */
	snprintf(body, sizeof(body),
		 "{" MARKET ",\"side\":\"Buy\",\"qty\":\"1\",\"orderLinkId\":\"tb-3\",\"stopLoss\":\"%.1f\"}",
		 last_price() * 0.97);
	assert_int_equal(post("/v5/position/set-leverage",
			      "{" LINEAR ",\"buyLeverage\":\"20\",\"sellLeverage\":\"20\"}"),
			 0);
	assert_int_equal(post(CREATE, body), 0);
	pass_ms(2);
	const struct cJSON *row = news_row(0, "order", "orderStatus", "Cancelled");
	money_t filled = money_of(row, "cumExecQty");
	assert_true(filled > 0 && filled < MONEY_ONE);
	assert_string_equal(text_of(row, "rejectReason"), "EC_NoImmediateQtyToFill");
	row = news_row(0, "order", "stopOrderType", "StopLoss");
	assert_int_equal(money_of(row, "qty"), filled);
	assert_int_equal(money_of(read_row(HELD, 0), "size"), filled);
}

/* Minutes go by until this text is said. The index of the first message that has it. */
static size_t wait_for(const char *part)
{
	for (int minutes = 0; minutes < 2000; minutes++) {
		for (size_t i = 0; i < frame_count; i++)
			if (frame_has(i, part))
				return i;
		stand_forget();
		send_text(private_client, "{\"op\":\"ping\"}");
		minutes_pass(1);
		take_all();
	}
	fail_msg("never said: %s", part);
	return 0;
}

static void a_stop_is_triggered_then_filled_and_the_target_goes(void **state)
{
	(void)state;
	enter("Buy", 0.999, 1.2, "tb-4");
	pass_ms(2);
	money_t entry_fee = money_of(news_row(0, "execution", "orderLinkId", "tb-4"), "execFee");
	size_t first = wait_for("\"orderStatus\":\"Triggered\"");
	assert_true(frame_has(first, "\"id\":\"ts:"));
	assert_true(frame_has(first, "\"stopOrderType\":\"StopLoss\""));
	const struct cJSON *row = news_row(first + 1, "order", "orderStatus", "Deactivated");
	assert_string_equal(text_of(row, "cancelType"), "CancelByTpSlTsClear");
	assert_string_equal(text_of(row, "stopOrderType"), "TakeProfit");
	row = news_row(first + 1, "order", "orderStatus", "Filled");
	assert_string_equal(text_of(row, "orderLinkId"), "");
	assert_string_equal(text_of(row, "parentOrderLinkId"), "tb-4");
	money_t closed = money_of(row, "closedPnl");
	row = news_row(first, "execution", "stopOrderType", "StopLoss");
	assert_string_equal(text_of(row, "createType"), "CreateByStopLoss");
	assert_string_equal(text_of(row, "closedSize"), "0.010");
	money_t gross = money_of(row, "execPnl"), fee = money_of(row, "execFee");
	assert_true(gross < 0);
	assert_int_equal(closed, gross - fee - entry_fee);
	row = news_row(first, "position", "side", "");
	assert_string_equal(text_of(row, "size"), "0");
	assert_int_equal(money_of(row, "curRealisedPnl"), closed);
	row = read_row("/v5/position/closed-pnl?category=linear&symbol=BTCUSDT", 0);
	assert_int_equal(money_of(row, "closedPnl"), closed);
	assert_string_equal(text_of(row, "side"), "Sell");
	assert_int_equal(book_sum("wallet"), 10000 * MONEY_ONE + closed);
}

static void a_target_is_triggered_then_filled_and_the_stop_goes(void **state)
{
	(void)state;
	enter("Sell", 1.3, 0.999, "tb-5");
	pass_ms(2);
	size_t first = wait_for("\"orderStatus\":\"Triggered\"");
	assert_true(frame_has(first, "\"stopOrderType\":\"TakeProfit\""));
	assert_non_null(news_row(first + 1, "order", "cancelType", "CancelByTpSlTsClear"));
	assert_true(money_of(news_row(first, "execution", "createType", "CreateByTakeProfit"), "execPnl") >
		    0);
}

static void a_close_by_hand_is_a_strangers_order(void **state)
{
	(void)state;
	enter("Buy", 0.95, 0, "tb-6");
	pass_ms(2);
	stand_forget();
	assert_int_equal(strike("other_close:BTCUSDT=50"), 0);
	take_all();
	const struct cJSON *row = news_row(0, "execution", "createType", "CreateByClosing");
	assert_string_equal(text_of(row, "orderLinkId"), "");
	assert_string_equal(text_of(row, "closedSize"), "0.005");
	/* the stop is as large as the position is now */
	assert_string_equal(text_of(news_row(0, "order", "stopOrderType", "StopLoss"), "qty"), "0.005");
	assert_int_equal(strike("other_close:BTCUSDT=0"), 0);
	take_all();
	assert_non_null(news_row(0, "order", "orderStatus", "Deactivated"));
	assert_string_equal(text_of(read_row(HELD, 0), "side"), "");
	assert_int_equal(book_sum("wrong"), 0);
}

static void another_bot_adds_to_the_position_and_the_stop_covers_all(void **state)
{
	(void)state;
	enter("Buy", 0.95, 0, "tb-7");
	pass_ms(2);
	stand_forget();
	assert_int_equal(strike("other_trade:BTCUSDT=4"), 0);
	take_all();
	const struct cJSON *row = news_row(0, "order", "orderStatus", "Filled");
	assert_memory_equal(text_of(row, "orderLinkId"), "grid-bot-", 9);
	money_t size = money_of(read_row(HELD, 0), "size");
	assert_true(size > MONEY_ONE / 100);
	assert_int_equal(money_of(news_row(0, "order", "stopOrderType", "StopLoss"), "qty"), size);
	assert_int_equal(book_sum("wrong"), 0);
}

static void funding_is_an_execution_and_a_row_with_the_other_sign(void **state)
{
	(void)state;
	enter("Buy", 0.5, 0, "tb-8");
	pass_ms(2);
	size_t at = wait_for("\"execType\":\"Funding\"");
	const struct cJSON *row = news_row(at, "execution", "execType", "Funding");
	money_t fee = money_of(row, "execFee");
	assert_string_equal(text_of(row, "orderType"), "UNKNOWN");
	assert_string_equal(text_of(row, "orderQty"), "0");
	assert_string_equal(text_of(row, "closedSize"), "0");
	assert_string_equal(text_of(row, "execQty"), "0.010");
	assert_string_equal(text_of(row, "side"), "Buy");
	bool pays = text_of(row, "feeRate")[0] != '-';
	assert_true(fee != 0 && (fee > 0) == pays); /* a long pays what is positive */
	row = read_row("/v5/account/transaction-log?accountType=UNIFIED&type=SETTLEMENT", 0);
	assert_int_equal(money_of(row, "funding"), -fee);
	assert_int_equal(money_of(row, "change"), -fee);
	money_t balance = money_of(row, "cashBalance");
	assert_int_equal(balance, book_sum("wallet"));
	assert_int_equal(book_sum("funding"), -fee);
}

static void a_liquidation_takes_orders_first_and_the_position_by_a_bust_trade(void **state)
{
	(void)state;
	enter("Buy", 0.95, 0, "tb-9");
	pass_ms(2);
	stand_forget();
	assert_int_equal(strike("liquidation"), 0);
	take_all();
	const struct cJSON *row = news_row(0, "execution", "execType", "BustTrade");
	assert_string_equal(text_of(row, "createType"), "CreateByTakeOver_PassThrough");
	assert_string_equal(text_of(row, "closedSize"), "0.010");
	assert_non_null(news_row(0, "order", "cancelType", "CancelAllBeforeLiq"));
	assert_string_equal(text_of(read_row(HELD, 0), "size"), "0");
	row = read_row("/v5/account/transaction-log?accountType=UNIFIED", 0);
	assert_string_equal(text_of(row, "type"), "LIQUIDATION");
	assert_int_equal(book_sum("wrong"), 0);
}

static void a_stop_is_amended_in_its_place_and_removed_by_0(void **state)
{
	char body[256], id[64];
	double last = last_price();

	(void)state;
	assert_int_equal(
		post(STOP, "{" LINEAR ",\"tpslMode\":\"Full\",\"positionIdx\":0,\"stopLoss\":\"50000\"}"),
		10001);
	assert_true(answer_has("can not set tp/sl/ts for zero position"));
	enter("Buy", 0.95, 0, "tb-10");
	pass_ms(2);
	snprintf(id, sizeof(id), "%s",
		 text_of(read_row("/v5/order/realtime?category=linear&symbol=BTCUSDT", 0), "orderId"));
	snprintf(body, sizeof(body),
		 "{" LINEAR ",\"tpslMode\":\"Full\",\"positionIdx\":0,\"stopLoss\":\"%.1f\"}", last * 0.97);
	stand_forget();
	assert_int_equal(post(STOP, body), 0);
	take_all();
	assert_string_equal(text_of(news_row(0, "order", "orderId", id), "parentOrderLinkId"), "tb-10");
	assert_int_equal(count_of(0, "Deactivated"), 0);
	assert_int_equal(post(STOP, body), 34040);
	snprintf(body, sizeof(body),
		 "{" LINEAR ",\"tpslMode\":\"Full\",\"positionIdx\":0,\"stopLoss\":\"%.1f\"}", last * 1.01);
	assert_int_equal(post(STOP, body), 10001);
	assert_true(answer_has("set for Buy position should lower than base_price:"));
	assert_int_equal(
		post(STOP, "{" LINEAR ",\"tpslMode\":\"Full\",\"positionIdx\":0,\"stopLoss\":\"0\"}"), 0);
	assert_string_equal(text_of(read_row(HELD, 0), "stopLoss"), "");
	assert_int_equal(count_rows("/v5/order/realtime?category=linear&symbol=BTCUSDT"), 0);
	snprintf(body, sizeof(body),
		 "{" LINEAR ",\"tpslMode\":\"Full\",\"positionIdx\":0,\"takeProfit\":\"%.1f\"}", last * 1.05);
	assert_int_equal(post(STOP, body), 0);
	const struct cJSON *row = read_row("/v5/order/realtime?category=linear&symbol=BTCUSDT", 0);
	assert_string_equal(text_of(row, "parentOrderLinkId"), "");
	assert_string_equal(text_of(row, "triggerBy"), "LastPrice");
}

static void quantity_0_closes_all_and_a_larger_reduce_is_clipped(void **state)
{
	(void)state;
	enter("Buy", 0.95, 0, "tb-11");
	pass_ms(2);
	assert_int_equal(post(CREATE, "{" MARKET ",\"side\":\"Sell\",\"qty\":\"0\",\"reduceOnly\":true,"
				      "\"closeOnTrigger\":true,\"orderLinkId\":\"tb-12\"}"),
			 0);
	pass_ms(2);
	assert_string_equal(text_of(read_row(ORDER "tb-12", 0), "cumExecQty"), "0.010");
	enter("Buy", 0.95, 0, "tb-13");
	pass_ms(2);
	assert_int_equal(post(CREATE, "{" MARKET ",\"side\":\"Sell\",\"qty\":\"3\",\"reduceOnly\":true,"
				      "\"orderLinkId\":\"tb-14\"}"),
			 0);
	pass_ms(2);
	const struct cJSON *row = read_row(ORDER "tb-14", 0);
	assert_string_equal(text_of(row, "orderStatus"), "Filled");
	assert_string_equal(text_of(row, "qty"), "0.010");
	assert_string_equal(text_of(read_row(HELD, 0), "size"), "0");
}

static void an_order_that_is_not_reduce_only_turns_the_position_round(void **state)
{
	(void)state;
	enter("Buy", 0.95, 0, "tb-15");
	pass_ms(2);
	assert_int_equal(
		post(CREATE, "{" MARKET ",\"side\":\"Sell\",\"qty\":\"0.025\",\"orderLinkId\":\"tb-16\"}"),
		0);
	pass_ms(3);
	const struct cJSON *row = read_row(HELD, 0);
	assert_string_equal(text_of(row, "side"), "Sell");
	assert_string_equal(text_of(row, "size"), "0.015");
	row = read_row(ORDER "tb-16", 0);
	assert_string_equal(text_of(row, "orderStatus"), "Filled");
	assert_string_equal(text_of(row, "cumExecQty"), "0.025");
	assert_int_equal(book_sum("wrong"), 0);
}

static void a_limit_order_rests_until_the_market_comes(void **state)
{
	char body[256];

	(void)state;
	snprintf(body, sizeof(body),
		 "{" LINEAR ",\"side\":\"Buy\",\"orderType\":\"Limit\",\"price\":\"%.1f\",\"qty\":\"0.010\","
		 "\"orderLinkId\":\"tb-17\"}",
		 last_price() * 0.9993);
	assert_int_equal(post(CREATE, body), 0);
	pass_ms(2);
	assert_string_equal(text_of(read_row(ORDER "tb-17", 0), "orderStatus"), "New");
	wait_for("\"cumExecQty\":\"0.010\"");
	assert_string_equal(text_of(read_row(ORDER "tb-17", 0), "orderStatus"), "Filled");
	snprintf(body, sizeof(body),
		 "{" LINEAR ",\"side\":\"Buy\",\"orderType\":\"Limit\",\"price\":\"%.1f\",\"qty\":\"0.010\","
		 "\"timeInForce\":\"PostOnly\",\"orderLinkId\":\"tb-18\"}",
		 last_price() * 1.01);
	assert_int_equal(post(CREATE, body), 0);
	pass_ms(2);
	assert_string_equal(text_of(read_row(ORDER "tb-18", 0), "rejectReason"),
			    "EC_PostOnlyWillTakeLiquidity");
	assert_int_equal(book_sum("wrong"), 0);
}

static void positions_orders_and_money_outlive_a_change_of_the_tick(void **state)
{
	(void)state;
	enter("Buy", 0.9, 1.1, "tb-19");
	pass_ms(2);
	money_t stop = money_of(read_row(HELD, 0), "stopLoss"), size = money_of(read_row(HELD, 0), "size");
	assert_int_equal(strike("tick:BTCUSDT"), 0);
	emu_advance(emu, emu_now(emu) + 3 * HOUR_MS);
	const struct cJSON *row = read_row(HELD, 0);
	assert_int_equal(money_of(row, "size"), size);
	assert_true(llabs(money_of(row, "stopLoss") - stop) <= MONEY_ONE);
	assert_int_equal(post(CREATE, "{" MARKET ",\"side\":\"Sell\",\"qty\":\"0\",\"reduceOnly\":true}"), 0);
	pass_ms(2);
	assert_string_equal(text_of(read_row(HELD, 0), "size"), "0");
	assert_int_equal(book_sum("wrong"), 0);
}

static void topics_of_one_category_have_their_own_names(void **state)
{
	int client = emu_ws_open(emu, emu_now(emu), "/v5/private");

	(void)state;
	login(client, emu_now(emu) + 5000);
	subscribe_to(client, "\"order.linear\",\"execution.linear\",\"position.linear\",\"wallet\"");
	take_all();
	stand_forget();
	enter("Buy", 0.95, 0, "tb-20");
	pass_ms(2);
	size_t mine = 0;
	for (size_t i = 0; i < frame_count; i++)
		if (frame_client[i] == client)
			mine += frame_has(i, ".linear\",\"id\"") || frame_has(i, "{\"topic\":\"wallet\"");
	assert_int_equal(mine, frame_count / 2);
	assert_non_null(news_row(0, "execution.linear", "orderLinkId", "tb-20"));
	assert_non_null(news_row(0, "execution", "orderLinkId", "tb-20"));
}

static void a_loss_that_eats_the_margin_is_a_liquidation(void **state)
{
	(void)state;
	assert_int_equal(post("/v5/position/set-leverage",
			      "{" LINEAR ",\"buyLeverage\":\"50\",\"sellLeverage\":\"50\"}"),
			 0);
	enter("Buy", 0, 0, "tb-21");
	enter("Sell", 0, 0, "tb-22");
	pass_ms(2);
	assert_string_equal(text_of(read_row(HELD, 0), "size"), "0"); /* the one closed the other */
	enter("Buy", 0, 0, "tb-23");
	pass_ms(2);
	money_t margin = money_of(read_row(HELD, 0), "positionIM"), before = book_sum("wallet");
	size_t at = wait_for("\"execType\":\"BustTrade\"");
	assert_non_null(news_row(at, "position", "size", "0"));
	assert_true(book_sum("wallet") >= before - margin && book_sum("wallet") < before);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_two, close_account)
	const struct CMUnitTest tests[] = {
		TEST(an_entry_is_acknowledged_found_filled_and_protected),
		TEST(an_entry_in_pieces_has_an_execution_for_each_and_its_stop_grows),
		TEST(a_market_order_that_leaves_its_band_is_cancelled_with_what_has_filled),
		TEST(a_stop_is_triggered_then_filled_and_the_target_goes),
		TEST(a_target_is_triggered_then_filled_and_the_stop_goes),
		TEST(a_close_by_hand_is_a_strangers_order),
		TEST(another_bot_adds_to_the_position_and_the_stop_covers_all),
		TEST(funding_is_an_execution_and_a_row_with_the_other_sign),
		TEST(a_liquidation_takes_orders_first_and_the_position_by_a_bust_trade),
		TEST(a_stop_is_amended_in_its_place_and_removed_by_0),
		TEST(quantity_0_closes_all_and_a_larger_reduce_is_clipped),
		TEST(an_order_that_is_not_reduce_only_turns_the_position_round),
		TEST(a_limit_order_rests_until_the_market_comes),
		TEST(topics_of_one_category_have_their_own_names),
		TEST(a_loss_that_eats_the_margin_is_a_liquidation),
		TEST(positions_orders_and_money_outlive_a_change_of_the_tick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
