/* SPDX-License-Identifier: MIT
 * What the private stream tells: each fill once, whatever comes twice, late or in another order; what is not
 * a fill is none; what is not ours is said so. */
#include "bybit_account.h"

static const struct fill *fill_told(const struct stand *s, size_t nth)
{
	const struct event *event = stand_event(s, EVENT_FILL, nth);

	return event != NULL ? &event->fill : NULL;
}

static void a_fill_is_told_with_its_values(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news(s, "execution", row_execution("x-1", text_of(id), "Buy", "0.004", "60000.1", "0.13200022", ""));
	const struct fill *fill = fill_told(s, 0);
	assert_non_null(fill);
	assert_int_equal(fill->id, id);
	assert_int_equal(fill->role, ROLE_ENTRY);
	assert_int_equal(fill->side, SIDE_LONG);
	assert_int_equal(fill->qty, 4);
	assert_int_equal(fill->price, 600001);
	assert_int_equal(fill->fee, 13200022);
	assert_int_equal(fill->reason, EXIT_NONE);
	assert_true(fill->execution > 0);
	assert_int_equal(fill->at_ms, 1760000040000LL);
	assert_true(fill->spread == UNKNOWN && fill->impact == UNKNOWN);
	account_free(s);
}

static void a_sale_is_a_sale_and_a_side_nobody_knows_is_no_fill(void **state)
{
	struct stand *s = account_new();
	const char *id = text_of(id_of(5, ROLE_EXIT));

	(void)state;
	reply_ack(s, submitted(s, ticket_reduce(s, 7, 5), "/v5/order/create"));
	news(s, "execution", row_execution("x-1", id, "Sell", "0.003", "60000.1", "0.1", ""));
	assert_int_equal(fill_told(s, 0)->side, SIDE_SHORT);
	assert_int_equal(fill_told(s, 0)->price, 600001);
	news(s, "execution", row_execution("x-2", id, "", "0.004", "60000.1", "0.1", ""));
	assert_int_equal(stand_heard(s, EVENT_FILL), 0);
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 1);
	account_free(s);
}

static void the_same_execution_has_the_same_number_everywhere_and_others_another(void **state)
{
	int64_t one = bybit_number_of("0ab1bdf7-4219-438b-b30a-32ec863018f7", "");

	(void)state;
	assert_true(one > 0);
	assert_int_equal(one, bybit_number_of("0ab1bdf7-4219-438b-b30a-32ec863018f7", ""));
	assert_int_not_equal(one, bybit_number_of("0ab1bdf7-4219-438b-b30a-32ec863018f8", ""));
	assert_int_not_equal(bybit_number_of("a", "b"), bybit_number_of("ab", ""));
}

static void a_rebate_is_a_fee_below_zero_and_taxes_are_fees(void **state)
{
	struct stand *s = account_new();
	const char *id = text_of(id_of(1, ROLE_ENTRY));

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news(s, "execution", row_execution("x-1", id, "Buy", "0.004", "60000", "-0.012", ""));
	assert_int_equal(fill_told(s, 0)->fee, -1200000);
	news(s, "execution",
	     row_execution(
		     "x-2", id, "Buy", "0.004", "60000", "0.1",
		     "\"extraFees\":[{\"feeCoin\":\"USDT\",\"fee\":\"0.006403779\"},{\"feeCoin\":\"MNT\","
		     "\"fee\":\"5\"}],"));
	assert_int_equal(fill_told(s, 0)->fee, 10000000 + 640378); /* up */
	account_free(s);
}

static void an_execution_that_comes_twice_is_told_once(void **state)
{
	struct stand *s = account_new();
	const char *id = text_of(id_of(1, ROLE_ENTRY));

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news2(s, "execution", row_execution("x-1", id, "Buy", "0.004", "60000", "0.1", ""),
	      row_execution("x-1", id, "Buy", "0.004", "60000", "0.1", ""));
	assert_int_equal(stand_heard(s, EVENT_FILL), 1);
	news(s, "execution", row_execution("x-1", id, "Buy", "0.004", "60000", "0.1", ""));
	assert_int_equal(stand_heard(s, EVENT_FILL), 0);
	account_free(s);
}

static void fills_may_come_before_their_order_and_after_its_end(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	uint32_t request = submitted(s, ticket_enter(s, 1), "/v5/order/create");
	news(s, "execution", row_execution("x-1", text_of(id), "Buy", "0.004", "60000", "0.1", ""));
	assert_int_equal(fill_told(s, 0)->id, id);
	news(s, "order", row_order(text_of(id), "Buy", "Filled", "0.010", "0.010", ""));
	told(s, id, ORDER_FILLED);
	assert_int_equal(order_told(s, id)->order.filled, 10);
	reply_ack(s, request);
	news(s, "order", row_order(text_of(id), "Buy", "PartiallyFilled", "0.010", "0.004", ""));
	assert_null(order_told(s, id)); /* late */
	news(s, "execution", row_execution("x-2", text_of(id), "Buy", "0.006", "60001", "0.2", ""));
	assert_int_equal(fill_told(s, 0)->qty, 6);
	account_free(s);
}

static void an_order_may_be_filled_without_ever_being_new(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news(s, "order", row_order(text_of(id), "Buy", "Filled", "0.010", "0.010", ""));
	told(s, id, ORDER_FILLED);
	/* a cancel that raced the fill tells a second end */
	news(s, "order",
	     row_order(text_of(id), "Buy", "Filled", "0.010", "0.010",
		       "\"cancelType\":\"CancelByUser\",\"rejectReason\":\"EC_OrigClOrdIDDoesNotExist\","));
	assert_null(order_told(s, id));
	account_free(s);
}

static void a_market_order_that_runs_out_of_its_band_is_cancelled_with_what_it_filled(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY), out = id_of(9, ROLE_EXIT);

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news(s, "order", row_order(text_of(id), "Buy", "PartiallyFilled", "0.010", "0.003", ""));
	told(s, id, ORDER_LIVE);
	assert_int_equal(order_told(s, id)->order.filled, 3);
	news(s, "order",
	     row_order(text_of(id), "Buy", "Cancelled", "0.010", "0.003",
		       "\"rejectReason\":\"EC_NoImmediateQtyToFill\","));
	told(s, id, ORDER_CANCELLED);
	assert_int_equal(order_told(s, id)->order.filled, 3);
	assert_string_equal(order_told(s, id)->order.reason, "EC_NoImmediateQtyToFill");
	/* one that closes has filled what it could */
	reply_ack(s, submitted(s, ticket_reduce(s, 3, 9), "/v5/order/create"));
	news(s, "order",
	     row_order(text_of(out), "Sell", "Cancelled", "0.003", "0.001", "\"reduceOnly\":true,"));
	told(s, out, ORDER_FILLED);
	assert_int_equal(order_told(s, out)->order.filled, 1);
	account_free(s);
}

static void an_entry_that_filled_nothing_takes_its_stop_with_it(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news(s, "order", row_order(text_of(id), "Buy", "Cancelled", "0.010", "0", ""));
	told(s, id, ORDER_CANCELLED);
	assert_false(bybit_guard_knows(codec_of(s), BTC, id_of(2, ROLE_STOP)));
	account_free(s);
}

static void an_order_that_is_over_without_its_fills_has_them_asked_for(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);
	char path[128];

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news(s, "order", row_order(text_of(id), "Buy", "Filled", "0.010", "0.010", ""));
	news(s, "execution", row_execution("x-1", text_of(id), "Buy", "0.004", "60000", "0.1", ""));
	snprintf(path, sizeof path, "/v5/execution/list?category=linear&symbol=BTCUSDT&orderLinkId=%s",
		 text_of(id));
	uint32_t request = wait_asked(s, path, 100, 30);
	assert_int_equal(s->now_ms, START_MS + 2000);
	char *rows = NULL;
	assert_true(asprintf(&rows, "%s,%s",
			     row_execution("x-2", text_of(id), "Buy", "0.006", "60001", "0.2", ""),
			     row_execution("x-1", text_of(id), "Buy", "0.004", "60000", "0.1", "")) > 0);
	reply_list(s, request, rows);
	free(rows);
	assert_int_equal(stand_heard(s, EVENT_FILL), 1);
	assert_int_equal(fill_told(s, 0)->qty, 6);
	assert_int_equal(bybit_counts(&s->exchange)->late, 1);
	account_free(s);
}

static void fills_that_came_in_time_are_not_asked_for(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	assert_int_equal(wait_asked(s, "/v5/execution/list", 100, 60), 0);
	account_free(s);
}

static void funding_is_never_a_fill(void **state)
{
	struct stand *s = account_new();
	static const char more[] = "\"execType\":\"Funding\",\"orderType\":\"UNKNOWN\",";

	(void)state;
	news(s, "execution", row_execution("f-1", "", "Buy", "0.008", "83138.7", "0.00196873", more));
	assert_int_equal(stand_heard(s, EVENT_FILL), 0);
	const struct event *paid = stand_event(s, EVENT_LEDGER, 0);
	assert_int_equal(paid->ledger.kind, LEDGER_FUNDING);
	assert_int_equal(paid->ledger.amount, -196873);
	assert_int_equal(paid->sym, BTC);
	news(s, "execution",
	     row_execution("f-2", "", "Sell", "0.008", "83138.7", "-0.5",
			   "\"execType\":\"Funding\",\"execTime\":\"1760028800000\","));
	assert_int_equal(stand_event(s, EVENT_LEDGER, 0)->ledger.amount, 50000000);
	account_free(s);
}

static void liquidation_adl_and_settlement_say_so(void **state)
{
	static const struct {
		const char *more;
		enum exit_reason reason;
	} rows[] = {
		{"\"execType\":\"BustTrade\",\"createType\":\"CreateByTakeOver_PassThrough\",",
		 EXIT_LIQUIDATION},
		{"\"createType\":\"CreateByLiq\",", EXIT_LIQUIDATION},
		{"\"execType\":\"AdlTrade\",\"createType\":\"CreateByAdl_PassThrough\",", EXIT_ADL},
		{"\"execType\":\"Settle\",", EXIT_DELISTING},
		{"\"execType\":\"Delivery\",", EXIT_DELISTING},
	};
	struct stand *s = account_holding(1);
	char execution[16];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(execution, sizeof execution, "l-%zu", i);
		news(s, "execution",
		     row_execution(execution, "", "Sell", "0.001", "58000", "0.1", rows[i].more));
		assert_int_equal(fill_told(s, 0)->reason, rows[i].reason);
		assert_int_equal(fill_told(s, 0)->id, 0);
		assert_int_equal(fill_told(s, 0)->role, ROLE_EXIT);
	}
	account_free(s);
}

static void what_somebody_else_trades_is_nobody_s_order(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	news(s, "execution",
	     row_execution("m-1", "", "Sell", "0.002", "60500", "0.1",
			   "\"createType\":\"CreateByClosing\","));
	assert_int_equal(fill_told(s, 0)->id, 0);
	assert_int_equal(fill_told(s, 0)->reason, EXIT_NONE); /* execution knows whose it can have been */
	news(s, "execution", row_execution("m-2", "other-bot-7", "Sell", "0.002", "60500", "0.1", ""));
	assert_int_equal(fill_told(s, 0)->id, 0);
	news(s, "order", row_order("other-bot-7", "Sell", "New", "0.002", "0", ""));
	const struct event *foreign = stand_event(s, EVENT_ORDER, 0);
	assert_int_equal(foreign->order.id, 0);
	assert_int_equal(foreign->order.state, ORDER_LIVE);
	news(s, "order", row_order("other-bot-7", "Sell", "Cancelled", "0.002", "0", ""));
	assert_int_equal(stand_heard(s, EVENT_ORDER), 0);
	account_free(s);
}

static void an_order_of_ours_that_this_process_never_sent_keeps_its_id(void **state)
{
	struct stand *s = account_new();
	int64_t id = client_id(77, 3, ROLE_ENTRY);

	(void)state;
	news(s, "order", row_order(text_of(id), "Sell", "New", "0.002", "0", ""));
	told(s, id, ORDER_LIVE);
	assert_int_equal(order_told(s, id)->order.role, ROLE_ENTRY);
	assert_int_equal(order_told(s, id)->order.side, SIDE_SHORT);
	account_free(s);
}

static void other_markets_and_unlisted_symbols_say_nothing(void **state)
{
	struct stand *s = account_new();

	(void)state;
	news(s, "execution",
	     row_execution("s-1", "", "Buy", "0.002", "60500", "0.1", "\"category\":\"spot\","));
	news(s, "execution",
	     row_execution("s-2", "", "Buy", "0.002", "60500", "0.1", "\"symbol\":\"NEWUSDT\","));
	assert_int_equal(s->heard.count, 0);
	news(s, "order", row_order("x", "Buy", "New", "0.002", "0", "\"category\":\"spot\","));
	assert_int_equal(s->heard.count, 0);
	account_free(s);
}

static void words_nobody_knows_break_nothing(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news(s, "order",
	     row_order(text_of(id), "Buy", "Pondering", "0.010", "0", "\"newField\":{\"a\":[1]},"));
	assert_int_equal(s->heard.count, 0);
	news(s, "execution",
	     row_execution("x-1", text_of(id), "Buy", "0.004", "60000", "0.1",
			   "\"execType\":\"CorporateAction\",\"createType\":\"CreateByMagic\","));
	assert_int_equal(fill_told(s, 0)->id, id);
	private_frame(s, "{\"topic\":\"dcp.future\",\"creationTime\":1,\"data\":[]}");
	assert_int_equal(s->heard.count, 0);
	account_free(s);
}

static void a_broken_row_does_not_hide_the_others(void **state)
{
	struct stand *s = account_new();
	const char *id = text_of(id_of(1, ROLE_ENTRY));

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news2(s, "execution", "{\"symbol\":\"BTCUSDT\"}",
	      row_execution("x-1", id, "Buy", "0.004", "60000", "0.1", ""));
	assert_int_equal(stand_heard(s, EVENT_FILL), 1);
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 1);
	account_free(s);
}

static void the_wallet_is_what_is_there_without_bonus(void **state)
{
	struct stand *s = account_new();

	(void)state;
	news(s, "wallet",
	     row_wallet("1010.5", "1000.123456789",
			"\"bonus\":\"100\",\"totalPositionIM\":\"50\",\"totalOrderIM\":\"7\",\"locked\":"
			"\"3\","));
	const struct event *balance = stand_event(s, EVENT_BALANCE, 0);
	assert_int_equal(balance->balance.wallet, 90012345678); /* down */
	assert_int_equal(balance->balance.equity, 91050000000);
	assert_int_equal(balance->balance.available, 90012345678 - 60 * MONEY_ONE);
	account_free(s);
}

static void what_the_wallet_does_not_say_is_unknown_not_zero(void **state)
{
	struct stand *s = account_new();

	(void)state;
	news(s, "wallet", row_wallet("10", "10", "\"totalPositionIM\":\"\","));
	assert_true(stand_event(s, EVENT_BALANCE, 0)->balance.available == UNKNOWN);
	news(s, "wallet", row_wallet("", "10", ""));
	assert_int_equal(stand_heard(s, EVENT_BALANCE), 0);
	news(s, "wallet", "{\"accountType\":\"UNIFIED\",\"coin\":[{\"coin\":\"BTC\",\"equity\":\"1\"}]}");
	assert_int_equal(stand_heard(s, EVENT_BALANCE), 0);
	account_free(s);
}

static void the_ledger_is_read_after_the_wallet_moved(void **state)
{
	static const char rows[] =
		"{\"id\":\"1\",\"symbol\":\"\",\"type\":\"TRANSFER_IN\",\"transactionTime\":"
		"\"1760000040000\","
		"\"currency\":\"USDT\",\"change\":\"250\",\"cashFlow\":\"250\",\"funding\":\"\",\"fee\":"
		"\"0\"},"
		"{\"id\":\"2\",\"symbol\":\"\",\"type\":\"TRANSFER_OUT\",\"transactionTime\":"
		"\"1760000040000\","
		"\"currency\":\"USDT\",\"change\":\"-100.5\"},"
		"{\"id\":\"3\",\"symbol\":\"BTCUSDT\",\"type\":\"TRADE\",\"transactionTime\":"
		"\"1760000040000\","
		"\"currency\":\"USDT\",\"change\":\"-0.3\",\"fee\":\"0.3\",\"tradeId\":\"t\",\"bonusChange\":"
		"\"-0."
		"3\"},"
		"{\"id\":\"3\",\"symbol\":\"BTCUSDT\",\"type\":\"SETTLEMENT\",\"transactionTime\":"
		"\"1760000040000\",\"currency\":\"USDT\",\"change\":\"0.07\",\"funding\":\"0.07\"},"
		"{\"id\":\"4\",\"type\":\"FEE_REFUND\",\"transactionTime\":\"1760000040000\",\"currency\":"
		"\"USDT\",\"change\":\"0.02\"},"
		"{\"id\":\"5\",\"type\":\"BONUS\",\"transactionTime\":\"1760000040000\",\"currency\":"
		"\"USDT\","
		"\"change\":\"20\",\"bonusChange\":\"20\"},"
		"{\"id\":\"6\",\"type\":\"TRANSFER_IN\",\"transactionTime\":\"1760000040000\",\"currency\":"
		"\"BTC\","
		"\"change\":\"1\"}";
	static const struct {
		enum ledger_kind kind;
		money_t amount;
		sym_t sym;
	} wanted[] = {{LEDGER_TRANSFER, 25000000000, SYM_NONE},
		      {LEDGER_TRANSFER, -10050000000, SYM_NONE},
		      {LEDGER_FEE, 30000000, SYM_NONE}, /* bonus money has paid it */
		      {LEDGER_FUNDING, 7000000, BTC},
		      {LEDGER_FEE, 2000000, SYM_NONE}};
	struct stand *s = account_new();

	(void)state;
	news(s, "wallet", row_wallet("10", "10", ""));
	uint32_t request = wait_asked(s, "/v5/account/transaction-log", 500, 10);
	assert_int_equal(s->now_ms, START_MS + 2000);
	reply_list(s, request, rows);
	assert_int_equal(stand_heard(s, EVENT_LEDGER), sizeof wanted / sizeof wanted[0]);
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		const struct event *event = stand_event(s, EVENT_LEDGER, i);
		assert_int_equal(event->ledger.kind, wanted[i].kind);
		assert_int_equal(event->ledger.amount, wanted[i].amount);
		assert_int_equal(event->sym, wanted[i].sym);
		assert_true(event->ledger.id != 0);
	}
	request = wait_asked(s, "/v5/account/transaction-log", 500, 20); /* it lags: once more */
	reply_list(s, request, rows);
	assert_int_equal(stand_heard(s, EVENT_LEDGER), 0);
	assert_int_equal(wait_asked(s, "/v5/account/transaction-log", 500, 20), 0);
	account_free(s);
}

static void funding_told_by_an_execution_is_not_told_by_the_ledger(void **state)
{
	struct stand *s = account_new();

	(void)state;
	news(s, "execution",
	     row_execution("f-1", "", "Buy", "0.008", "83138.7", "0.5",
			   "\"execType\":\"Funding\",\"execTime\":\"1760028800000\","));
	assert_int_equal(stand_heard(s, EVENT_LEDGER), 1);
	news(s, "wallet", row_wallet("10", "10", ""));
	reply_list(s, wait_asked(s, "/v5/account/transaction-log", 500, 10),
		   "{\"id\":\"3\",\"symbol\":\"BTCUSDT\",\"type\":\"SETTLEMENT\",\"transactionTime\":"
		   "\"1760028800000\",\"currency\":\"USDT\",\"change\":\"-0.5\",\"funding\":\"-0.5\"}");
	assert_int_equal(stand_heard(s, EVENT_LEDGER), 0);
	account_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fill_is_told_with_its_values),
		cmocka_unit_test(a_sale_is_a_sale_and_a_side_nobody_knows_is_no_fill),
		cmocka_unit_test(the_same_execution_has_the_same_number_everywhere_and_others_another),
		cmocka_unit_test(a_rebate_is_a_fee_below_zero_and_taxes_are_fees),
		cmocka_unit_test(an_execution_that_comes_twice_is_told_once),
		cmocka_unit_test(fills_may_come_before_their_order_and_after_its_end),
		cmocka_unit_test(an_order_may_be_filled_without_ever_being_new),
		cmocka_unit_test(a_market_order_that_runs_out_of_its_band_is_cancelled_with_what_it_filled),
		cmocka_unit_test(an_entry_that_filled_nothing_takes_its_stop_with_it),
		cmocka_unit_test(an_order_that_is_over_without_its_fills_has_them_asked_for),
		cmocka_unit_test(fills_that_came_in_time_are_not_asked_for),
		cmocka_unit_test(funding_is_never_a_fill),
		cmocka_unit_test(liquidation_adl_and_settlement_say_so),
		cmocka_unit_test(what_somebody_else_trades_is_nobody_s_order),
		cmocka_unit_test(an_order_of_ours_that_this_process_never_sent_keeps_its_id),
		cmocka_unit_test(other_markets_and_unlisted_symbols_say_nothing),
		cmocka_unit_test(words_nobody_knows_break_nothing),
		cmocka_unit_test(a_broken_row_does_not_hide_the_others),
		cmocka_unit_test(the_wallet_is_what_is_there_without_bonus),
		cmocka_unit_test(what_the_wallet_does_not_say_is_unknown_not_zero),
		cmocka_unit_test(the_ledger_is_read_after_the_wallet_moved),
		cmocka_unit_test(funding_told_by_an_execution_is_not_told_by_the_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
