/* SPDX-License-Identifier: MIT
 * Stop and target: one of each belongs to a position there, and stands for one of our ids. It is live when
 * the setting shows it, and what replaced, triggered or removed it is told of the right id. */
#include "bybit_account.h"

#define LISTING "/v5/market/instruments-info"
#define STOP    "/v5/position/trading-stop"
#define LIST    "/v5/position/list?category=linear&symbol=BTCUSDT"

static void an_attached_stop_is_live_when_the_position_shows_it(void **state)
{
	struct stand *s = account_new();
	int64_t stop = id_of(2, ROLE_STOP), target = id_of(3, ROLE_TARGET);

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news(s, "position", row_position("", "0", "", "", 99)); /* sent with every order */
	assert_int_equal(stand_heard(s, EVENT_ORDER), 0);
	news(s, "position", row_position("Buy", "0.004", "59000", "62000.0", 100));
	told(s, stop, ORDER_LIVE);
	assert_int_equal(order_told(s, stop)->order.qty, 4);
	assert_int_equal(order_told(s, stop)->order.price, 590000);
	assert_int_equal(order_told(s, stop)->order.side, SIDE_SHORT);
	assert_int_equal(order_told(s, stop)->order.role, ROLE_STOP);
	told(s, target, ORDER_LIVE);
	assert_int_equal(order_told(s, target)->order.price, 620000);
	/* its size follows */
	news(s, "position", row_position("Buy", "0.010", "59000", "62000", 101));
	assert_int_equal(order_told(s, stop)->order.qty, 10);
	news(s, "position", row_position("Buy", "0.010", "59000", "62000", 102));
	assert_int_equal(stand_heard(s, EVENT_ORDER), 0);
	account_free(s);
}

static void or_when_its_own_order_rests(void **state)
{
	struct stand *s = account_new();
	int64_t stop = id_of(2, ROLE_STOP);

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news(s, "order", row_child("c-1", true, "Untriggered", "0.010", "0", "59000", "UNKNOWN"));
	told(s, stop, ORDER_LIVE);
	assert_int_equal(order_told(s, stop)->order.qty, 10);
	account_free(s);
}

static void a_position_without_the_stop_confirms_nothing(void **state)
{
	struct stand *s = account_new();

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news(s, "position", row_position("Buy", "0.010", "", "0.00", 100));
	news(s, "position", row_position("Buy", "0.010", "58000", "", 101)); /* another's */
	assert_null(order_told(s, id_of(2, ROLE_STOP)));
	account_free(s);
}

static void an_entry_s_stop_that_does_not_show_is_read_back(void **state)
{
	struct stand *s = account_new();

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	stand_wait(s, 300);
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "59000", "62000", 100));
	told(s, id_of(2, ROLE_STOP), ORDER_LIVE);
	account_free(s);
}

/* An entry whose fills nobody tells is open all the same, and may be without a stop. */
static void a_position_without_fills_has_them_asked_for(void **state)
{
	struct stand *s = account_new();

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	stand_wait(s, 300);
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "", "", 100));
	stand_wait(s, 200);
	reply_list(s, stand_asked(s, "/v5/execution/list"),
		   row_execution("x-1", text_of(id_of(1, ROLE_ENTRY)), "Buy", "0.010", "60000", "0.3", ""));
	assert_int_equal(stand_event(s, EVENT_FILL, 0)->fill.id, id_of(1, ROLE_ENTRY));
	account_free(s);
}

static void rows_out_of_sequence_are_passed_over(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	news(s, "position", row_position("Buy", "0.004", "59000", "62000", 50));
	assert_int_equal(stand_heard(s, EVENT_ORDER), 0);
	news(s, "position", row_position("", "0", "", "", 99));
	stand_wait(s, 5000);
	assert_null(order_told(s, id_of(2, ROLE_STOP)));
	account_free(s);
}

static void a_stop_that_is_rejected_after_the_fill_says_so(void **state)
{
	struct stand *s = account_new();
	int64_t stop = id_of(2, ROLE_STOP);

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news(s, "order", row_child("c-1", true, "Rejected", "0.010", "0", "59000", "UNKNOWN"));
	told(s, stop, ORDER_REJECTED);
	account_free(s);
}

static void a_protect_is_taken_then_read_back_then_live(void **state)
{
	struct stand *s = account_holding(1);
	int64_t old = id_of(2, ROLE_STOP), stop = id_of(10, ROLE_STOP), target = id_of(11, ROLE_TARGET);

	(void)state;
	uint32_t request = submitted(s, ticket_protect(s, 10, 595000, 620000, 10), STOP);
	stand_result(s, request, "{}");
	assert_int_equal(stand_heard(s, EVENT_ORDER), 0);
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "59500", "62000", 101));
	told(s, old, ORDER_CANCELLED);
	told(s, stop, ORDER_LIVE);
	told(s, id_of(3, ROLE_TARGET), ORDER_CANCELLED);
	told(s, target, ORDER_LIVE);
	/* first what goes, then what is in its place: as a simulated broker says it */
	assert_int_equal(stand_event(s, EVENT_ORDER, 0)->order.id, old);
	assert_int_equal(stand_event(s, EVENT_ORDER, 1)->order.id, stop);
	assert_int_equal(order_told(s, stop)->order.price, 595000);
	account_free(s);
}

static void the_stream_may_confirm_it_before_its_answer(void **state)
{
	struct stand *s = account_holding(1);
	int64_t stop = id_of(10, ROLE_STOP);

	(void)state;
	uint32_t request = submitted(s, ticket_protect(s, 10, 595000, 0, 10), STOP);
	news(s, "position", row_position("Buy", "0.010", "59500", "62000", 101));
	told(s, stop, ORDER_LIVE);
	told(s, id_of(2, ROLE_STOP), ORDER_CANCELLED);
	assert_null(order_told(s, id_of(3, ROLE_TARGET))); /* left as it was */
	stand_result(s, request, "{}");
	assert_int_equal(stand_heard(s, EVENT_ORDER), 0);
	account_free(s);
}

static void what_was_so_already_is_confirmed_too(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	uint32_t request = submitted(s, ticket_protect(s, 10, 590000, 0, 10), STOP);
	stand_refuse(s, request, 34040, "not modified");
	assert_int_equal(stand_heard(s, EVENT_ORDER), 0);
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "59000", "62000", 100));
	told(s, id_of(10, ROLE_STOP), ORDER_LIVE);
	told(s, id_of(2, ROLE_STOP), ORDER_CANCELLED);
	account_free(s);
}

static void what_was_taken_and_never_shows_is_refused_in_the_end(void **state)
{
	struct stand *s = account_holding(1);
	int64_t stop = id_of(10, ROLE_STOP);
	int reads = 0;

	(void)state;
	stand_result(s, submitted(s, ticket_protect(s, 10, 595000, 0, 10), STOP), "{}");
	for (uint32_t request = stand_asked(s, LIST); request != 0;
	     request = wait_asked(s, LIST, 50, 60), reads++) {
		assert_null(order_told(s, stop));
		reply_list(s, request, row_position("Buy", "0.010", "59000", "62000", 100));
		if (order_told(s, stop) != NULL)
			break;
	}
	told(s, stop, ORDER_REJECTED);
	assert_in_range(reads, 3, 4);
	assert_in_range(s->now_ms, START_MS + 1000, START_MS + 8000);
	account_free(s);
}

static void a_protect_without_a_position_is_refused_and_its_fills_are_looked_for(void **state)
{
	struct stand *s = account_holding(1);
	int64_t stop = id_of(10, ROLE_STOP);

	(void)state;
	stand_refuse(s, submitted(s, ticket_protect(s, 10, 595000, 620000, 10), STOP), 10001,
		     "can not set tp/sl/ts for zero position");
	told(s, stop, ORDER_REJECTED);
	told(s, id_of(11, ROLE_TARGET), ORDER_REJECTED);
	uint32_t fills = stand_asked(s, "/v5/execution/list?category=linear&symbol=BTCUSDT&startTime=");
	assert_int_not_equal(fills, 0);
	assert_int_not_equal(stand_asked(s, LIST), 0);
	reply_list(s, fills,
		   row_execution("x-9", "", "Sell", "0.010", "58990", "0.3",
				 "\"createType\":\"CreateByStopLoss\",\"stopOrderType\":\"StopLoss\","));
	assert_int_equal(stand_event(s, EVENT_FILL, 0)->fill.id, id_of(2, ROLE_STOP));
	account_free(s);
}

static void a_stop_beyond_the_price_is_refused(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	stand_refuse(s, submitted(s, ticket_protect(s, 10, 595000, 0, 10), STOP), 10001,
		     "StopLoss:5950000000000 set for Buy position should lower than "
		     "base_price:5900000000000??LastPrice");
	told(s, id_of(10, ROLE_STOP), ORDER_REJECTED);
	assert_null(order_told(s, id_of(2, ROLE_STOP)));
	assert_true(bybit_guard_knows(codec_of(s), BTC, id_of(2, ROLE_STOP)));
	account_free(s);
}

static void a_stop_that_nobody_asked_to_move_asks_whether_the_grid_has_changed(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	stand_wait(s, 11 * MINUTE_MS);
	assert_int_equal(stand_asked(s, LISTING), 0);
	news(s, "position", row_position("Buy", "0.010", "59001", "62000", 106));
	assert_int_not_equal(stand_asked(s, LISTING), 0);
	account_free(s);
}

/* A halt that falls on the daily listing may be over a minute later, and a position in it without anybody's
 * look. */
static void what_is_held_where_nothing_trades_is_listed_again_until_it_does(void **state)
{
	struct stand *s = account_holding(1);
	char eth[1024], btc[1024], rows[2100];

	(void)state;
	stand_wait(s, 11 * MINUTE_MS);
	news(s, "position", row_position("Buy", "0.010", "59001", "62000", 106));
	stand_page(s, stand_asked(s, LISTING), stand_row(eth, sizeof eth, "ETH", ""), "");
	s->universe.at[BTC] = *stand_event(s, EVENT_INSTRUMENT, 0)->instrument.now;
	assert_int_equal(s->universe.at[BTC].status, INSTRUMENT_GONE);
	stand_wait(s, 2 * SECOND_MS);
	snprintf(rows, sizeof rows, "%s,%s", eth, stand_row(btc, sizeof btc, "BTC", ""));
	stand_page(s, stand_asked(s, LISTING), rows, "");
	assert_int_equal(stand_event(s, EVENT_INSTRUMENT, 0)->instrument.now->status, INSTRUMENT_TRADING);
	stand_wait(s, HOUR_MS);
	assert_int_equal(stand_asked(s, LISTING), 0);
	account_free(s);
}

/* Words change; what the position shows decides. */
static void a_stop_refused_in_words_nobody_knows_is_read_back_and_then_absent(void **state)
{
	struct stand *s = account_holding(1);
	int64_t stop = id_of(10, ROLE_STOP);

	(void)state;
	stand_refuse(s, submitted(s, ticket_protect(s, 10, 595000, 0, 10), STOP), 987654,
		     "a stop cannot be had at this time");
	told(s, stop, ORDER_UNKNOWN);
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "59000", "62000", 100));
	assert_true(bybit_guard_knows(codec_of(s), BTC, id_of(2, ROLE_STOP)));
	assert_int_equal(ask_id(s, INTENT_QUERY, BTC, stop), 0);
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "59000", "62000", 100));
	assert_int_equal(stand_event(s, EVENT_ORDER_ABSENT, 0)->absent.id, stop);
	account_free(s);
}

static void a_protect_that_was_cut_is_unknown_until_it_is_read_back(void **state)
{
	struct stand *s = account_holding(1);
	int64_t stop = id_of(10, ROLE_STOP);

	(void)state;
	stand_answer(s, submitted(s, ticket_protect(s, 10, 595000, 0, 10), STOP), WIRE_CUT, "", "reset");
	told(s, stop, ORDER_UNKNOWN);
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "59500", "62000", 101));
	told(s, stop, ORDER_LIVE);
	told(s, id_of(2, ROLE_STOP), ORDER_CANCELLED);
	account_free(s);
}

static void a_protect_that_was_cut_and_is_not_there_is_absent(void **state)
{
	struct stand *s = account_holding(1);
	int64_t stop = id_of(10, ROLE_STOP);

	(void)state;
	stand_answer(s, submitted(s, ticket_protect(s, 10, 595000, 0, 10), STOP), WIRE_CUT, "", "reset");
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "59000", "62000", 100));
	assert_null(order_told(s, stop)); /* it may still come */
	assert_int_equal(ask_id(s, INTENT_QUERY, BTC, stop), 0);
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "59000", "62000", 100));
	assert_int_equal(stand_event(s, EVENT_ORDER_ABSENT, 0)->absent.id, stop);
	/* and late it did */
	news(s, "position", row_position("Buy", "0.010", "59500", "62000", 101));
	told(s, stop, ORDER_LIVE);
	account_free(s);
}

static void a_stop_that_triggers_fills_and_its_sibling_goes(void **state)
{
	struct stand *s = account_holding(1);
	int64_t stop = id_of(2, ROLE_STOP), target = id_of(3, ROLE_TARGET);

	(void)state;
	news(s, "order", row_child("c-s", true, "Triggered", "0.010", "0", "59000", "UNKNOWN"));
	assert_null(order_told(s, stop));
	/* the sibling's end stands before the fill in the message */
	news2(s, "order",
	      row_child("c-t", false, "Deactivated", "0.010", "0", "62000", "CancelByTpSlTsClear"),
	      row_child("c-s", true, "Filled", "0.010", "0.010", "59000", "UNKNOWN"));
	told(s, stop, ORDER_FILLED);
	assert_int_equal(order_told(s, stop)->order.filled, 10);
	told(s, target, ORDER_CANCELLED);
	assert_int_equal(stand_event(s, EVENT_ORDER, 0)->order.id, stop);
	news(s, "execution",
	     row_execution("x-9", "", "Sell", "0.010", "58990", "0.3",
			   "\"createType\":\"CreateByStopLoss\",\"stopOrderType\":\"StopLoss\",\"orderId\":"
			   "\"c-s\","));
	assert_int_equal(stand_event(s, EVENT_FILL, 0)->fill.id, stop);
	assert_int_equal(stand_event(s, EVENT_FILL, 0)->fill.role, ROLE_STOP);
	news(s, "position", row_position("", "0", "", "", 105));
	stand_wait(s, 3000);
	assert_int_equal(stand_heard(s, EVENT_ORDER), 0);
	account_free(s);
}

static void the_three_topics_may_come_in_any_order(void **state)
{
	struct stand *s = account_holding(1);
	int64_t stop = id_of(2, ROLE_STOP), target = id_of(3, ROLE_TARGET);

	(void)state;
	news(s, "position", row_position("", "0", "", "", 105));
	assert_int_equal(stand_heard(s, EVENT_ORDER), 0); /* the order may say it better */
	news(s, "execution",
	     row_execution("x-9", "", "Sell", "0.010", "62010", "0.3",
			   "\"createType\":\"CreateByTakeProfit\",\"orderId\":\"c-t\","));
	assert_int_equal(stand_event(s, EVENT_FILL, 0)->fill.id, target);
	news2(s, "order", row_child("c-s", true, "Deactivated", "0.010", "0", "59000", "CancelByTpSlTsClear"),
	      row_child("c-t", false, "Filled", "0.010", "0.010", "62000", "UNKNOWN"));
	told(s, target, ORDER_FILLED);
	told(s, stop, ORDER_CANCELLED);
	account_free(s);
}

static void a_stop_that_triggers_before_it_was_confirmed_is_still_ours(void **state)
{
	struct stand *s = account_new();
	const char *id = text_of(id_of(1, ROLE_ENTRY));

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news(s, "order", row_order(id, "Buy", "Filled", "0.010", "0.010", ""));
	news(s, "execution",
	     row_execution("x-9", "", "Sell", "0.010", "58990", "0.3",
			   "\"createType\":\"CreateByStopLoss\",\"orderId\":\"c-s\","));
	assert_int_equal(stand_event(s, EVENT_FILL, 0)->fill.id, id_of(2, ROLE_STOP));
	news(s, "order", row_child("c-s", true, "Filled", "0.010", "0.010", "59000", "UNKNOWN"));
	told(s, id_of(2, ROLE_STOP), ORDER_FILLED);
	account_free(s);
}

static void stop_fills_4_of_10(struct stand *s)
{
	news(s, "order", row_child("c-s", true, "PartiallyFilled", "0.010", "0.004", "59000", "UNKNOWN"));
	news(s, "execution",
	     row_execution("x-8", "", "Sell", "0.004", "58990", "0.1",
			   "\"createType\":\"CreateByStopLoss\",\"orderId\":\"c-s\","));
}

/* Its setting is gone as soon as it triggers. Whoever took that for its end would not know it again after a
 * death. */
static void a_stop_that_fills_piece_by_piece_is_over_with_its_last_piece(void **state)
{
	struct stand *s = account_holding(1);
	int64_t stop = id_of(2, ROLE_STOP);

	(void)state;
	stop_fills_4_of_10(s);
	news(s, "position", row_position("Buy", "0.006", "", "62000", 105));
	assert_null(order_told(s, stop)); /* it is live as before */
	news(s, "order", row_child("c-s", true, "Filled", "0.010", "0.010", "59000", "UNKNOWN"));
	told(s, stop, ORDER_FILLED);
	account_free(s);
}

static void but_not_for_ever(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	news(s, "order", row_child("c-s", true, "PartiallyFilled", "0.010", "0.004", "59000", "UNKNOWN"));
	news(s, "position", row_position("Buy", "0.006", "", "62000", 105));
	stand_wait(s, 2000);
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.006", "", "62000", 105));
	told(s, id_of(2, ROLE_STOP), ORDER_CANCELLED);
	account_free(s);
}

static void a_piece_of_a_stop_of_before_the_start_is_not_foreign(void **state)
{
	struct stand *s = account_new();
	int64_t stop = id_of(2, ROLE_STOP);
	struct order order = {
		.id = stop, .sym = BTC, .role = ROLE_STOP, .state = ORDER_LIVE, .price = 590000};

	(void)state;
	bybit_remember(&s->exchange, &order);
	news(s, "position", row_position("Buy", "0.006", "", "62000", 105));
	told(s, stop, ORDER_CANCELLED);
	stand_clear(s);
	news(s, "order", row_child("c-s", true, "PartiallyFilled", "0.010", "0.008", "59000", "UNKNOWN"));
	assert_int_equal(stand_heard(s, EVENT_ORDER), 0);
	news(s, "execution",
	     row_execution("x-9", "", "Sell", "0.004", "58990", "0.1",
			   "\"createType\":\"CreateByStopLoss\",\"orderId\":\"c-s\","));
	assert_int_equal(stand_event(s, EVENT_FILL, 0)->fill.id, stop);
	account_free(s);
}

static void what_closed_by_itself_takes_stop_and_target_with_it(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	news(s, "position", row_position("", "0", "", "", 105)); /* by hand, or liquidated */
	stand_wait(s, 1499);
	assert_int_equal(stand_heard(s, EVENT_ORDER), 0);
	stand_wait(s, 1);
	told(s, id_of(2, ROLE_STOP), ORDER_CANCELLED);
	told(s, id_of(3, ROLE_TARGET), ORDER_CANCELLED);
	account_free(s);
}

static void a_stop_somebody_took_away_is_told_gone(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	news(s, "order", row_child("c-s", true, "Cancelled", "0.010", "0", "59000", "CancelByUser"));
	assert_null(order_told(s, id_of(2, ROLE_STOP))); /* it may have been replaced */
	stand_wait(s, 300);
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "", "62000", 106));
	told(s, id_of(2, ROLE_STOP), ORDER_CANCELLED);
	assert_null(order_told(s, id_of(3, ROLE_TARGET)));
	account_free(s);
}

static void a_stop_that_is_replaced_in_place_stays(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	news(s, "order", row_child("c-s", true, "Deactivated", "0.010", "0", "59000", "CancelByTpSlTsClear"));
	stand_wait(s, 300);
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "59000", "62000", 106));
	assert_null(order_told(s, id_of(2, ROLE_STOP)));
	account_free(s);
}

static void a_stop_moved_by_hand_is_told_where_it_is(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	news(s, "position", row_position("Buy", "0.010", "58000", "62000", 106));
	told(s, id_of(2, ROLE_STOP), ORDER_LIVE);
	assert_int_equal(order_told(s, id_of(2, ROLE_STOP))->order.price, 580000);
	account_free(s);
}

static void a_reduce_of_nothing_is_refused_and_looked_into(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	stand_refuse(s, submitted(s, ticket_reduce(s, 10, 20), "/v5/order/create"), 110017,
		     "current position is zero, cannot fix reduce-only order qty");
	told(s, id_of(20, ROLE_EXIT), ORDER_REJECTED);
	assert_int_not_equal(stand_asked(s, "/v5/execution/list"), 0);
	assert_int_not_equal(stand_asked(s, LIST), 0);
	account_free(s);
}

static void a_cancelled_stop_of_a_flat_symbol_needs_no_request(void **state)
{
	struct stand *s = account_holding(1);
	int64_t stop = id_of(2, ROLE_STOP);

	(void)state;
	news(s, "position", row_position("", "0", "", "", 105));
	stand_wait(s, 1500);
	assert_int_equal(ask_id(s, INTENT_CANCEL, BTC, stop), 0);
	assert_int_equal(stand_said(s, SAY_HTTP), 0);
	told(s, stop, ORDER_CANCELLED);
	account_free(s);
}

static void a_cancelled_stop_that_rests_is_taken_away(void **state)
{
	struct stand *s = account_holding(1);
	int64_t stop = id_of(2, ROLE_STOP);

	(void)state;
	assert_int_equal(ask_id(s, INTENT_CANCEL, BTC, stop), 0);
	uint32_t request = stand_asked(s, STOP);
	assert_string_equal(say_of(s, request)->text,
			    "{\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"tpslMode\":\"Full\","
			    "\"positionIdx\":0,\"stopLoss\":\"0\"}");
	stand_result(s, request, "{}");
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "0", "62000", 105));
	told(s, stop, ORDER_CANCELLED);
	account_free(s);
}

static void a_foreign_position_s_stops_are_foreign(void **state)
{
	struct stand *s = account_new();

	(void)state;
	news(s, "order", row_child("c-1", true, "Untriggered", "0.010", "0", "59000", "UNKNOWN"));
	assert_int_equal(stand_event(s, EVENT_ORDER, 0)->order.id, 0);
	assert_int_equal(stand_event(s, EVENT_ORDER, 0)->order.state, ORDER_LIVE);
	account_free(s);
}

static void after_a_restart_the_stop_that_rests_is_the_remembered_one_with_its_price(void **state)
{
	struct stand *s = account_new();
	struct order order = {.sym = BTC, .role = ROLE_STOP, .side = SIDE_SHORT, .qty = 10};

	(void)state;
	order.id = id_of(2, ROLE_STOP), order.price = 590000, order.state = ORDER_LIVE;
	bybit_remember(&s->exchange, &order);
	order.id = id_of(10, ROLE_STOP), order.price = 595000, order.state = ORDER_UNKNOWN;
	bybit_remember(&s->exchange, &order);
	news(s, "position", row_position("Buy", "0.010", "59500", "", 100)); /* it was set in time */
	told(s, id_of(10, ROLE_STOP), ORDER_LIVE);
	told(s, id_of(2, ROLE_STOP), ORDER_CANCELLED);
	account_free(s);
}

static void after_a_death_between_a_stop_s_end_and_its_fill_the_fill_is_the_stop_s(void **state)
{
	struct stand *s = account_new();
	struct order order = {.id = id_of(2, ROLE_STOP),
			      .sym = BTC,
			      .role = ROLE_STOP,
			      .side = SIDE_SHORT,
			      .state = ORDER_FILLED,
			      .qty = 10,
			      .price = 590000};

	(void)state;
	bybit_remember(&s->exchange, &order);
	news(s, "execution",
	     row_execution("x-9", "", "Sell", "0.010", "58990", "0.3",
			   "\"createType\":\"CreateByStopLoss\",\"orderId\":\"c-s\","));
	assert_int_equal(stand_event(s, EVENT_FILL, 0)->fill.id, order.id);
	account_free(s);
}

static void a_stop_that_fires_in_pieces_keeps_its_size_before_a_death_and_after(void **state)
{
	struct stand *s = account_holding(1);
	int64_t stop = id_of(2, ROLE_STOP);
	struct order order = {.id = stop, .sym = BTC, .role = ROLE_STOP, .state = ORDER_LIVE};

	(void)state;
	stop_fills_4_of_10(s);
	news(s, "position", row_position("Buy", "0.006", "59000", "62000", 105));
	assert_null(order_told(s, stop)); /* 6 of it are left: of 10, as before */
	account_free(s);

	s = account_new();
	order.side = SIDE_SHORT, order.qty = 10, order.filled = 4, order.price = 590000;
	bybit_remember(&s->exchange, &order);
	news(s, "position", row_position("Buy", "0.006", "59000", "62000", 105));
	told(s, stop, ORDER_LIVE);
	assert_int_equal(order_told(s, stop)->order.qty, 10);
	assert_int_equal(order_told(s, stop)->order.filled, 4);
	account_free(s);
}

static void a_stop_nobody_remembers_is_the_one_that_is_asked_for(void **state)
{
	struct stand *s = account_new();
	int64_t stop = id_of(2, ROLE_STOP), other = id_of(7, ROLE_STOP);

	(void)state;
	assert_int_equal(ask_id(s, INTENT_QUERY, BTC, stop), 0);
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "59500", "", 100));
	told(s, stop, ORDER_LIVE);
	assert_int_equal(order_told(s, stop)->order.price, 595000);
	assert_int_equal(ask_id(s, INTENT_QUERY, BTC, other), 0);
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "59500", "", 100));
	told(s, other, ORDER_CANCELLED);
	account_free(s);
}

static void a_stop_that_filled_unheard_first_tells_its_fill(void **state)
{
	struct stand *s = account_holding(1);
	int64_t stop = id_of(2, ROLE_STOP);

	(void)state;
	assert_int_equal(ask_id(s, INTENT_QUERY, BTC, stop), 0);
	reply_list(s, stand_asked(s, LIST), row_position("", "0", "", "", 110));
	assert_null(order_told(s, stop));
	reply_list(s, stand_asked(s, "/v5/execution/list"),
		   row_execution("x-9", "", "Sell", "0.010", "58990", "0.3",
				 "\"createType\":\"CreateByStopLoss\",\"orderId\":\"c-s\","));
	assert_int_equal(stand_event(s, EVENT_FILL, 0)->fill.id, stop);
	told(s, stop, ORDER_CANCELLED);
	account_free(s);
}

static void a_way_out_that_filled_takes_stop_and_target_with_it_at_once(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	reply_ack(s, submitted(s, ticket_reduce(s, 10, 20), "/v5/order/create"));
	news(s, "position", row_position("", "0", "", "", 105));
	news2(s, "order",
	      row_child("c-t", false, "Deactivated", "0.010", "0", "62000", "CancelByTpSlTsClear"),
	      row_child("c-s", true, "Deactivated", "0.010", "0", "59000", "CancelByTpSlTsClear"));
	told(s, id_of(2, ROLE_STOP), ORDER_CANCELLED);
	told(s, id_of(3, ROLE_TARGET), ORDER_CANCELLED);
	account_free(s);
}

/* The listing says that a tick is ten times as fine: the position, its stop and what is pending are said so.
 */
static void a_new_grid_keeps_stop_and_target(void **state)
{
	struct stand *s = account_holding(1);
	char btc[1024], eth[1024], rows[2100];

	(void)state;
	uint32_t pending = submitted(s, ticket_protect(s, 10, 595000, 0, 10), STOP);
	bybit_want(codec_of(s), JOB_LISTING, s->now_ms);
	stand_wait(s, 0);
	snprintf(rows, sizeof rows, "%s,%s", stand_row(eth, sizeof eth, "ETH", ""),
		 stand_row(btc, sizeof btc, "BTC", "\"priceFilter\":{\"tickSize\":\"0.01\"},"));
	stand_page(s, stand_asked(s, LISTING), rows, "");
	const struct event *changed = stand_event(s, EVENT_INSTRUMENT, 0);
	assert_non_null(changed);
	s->universe.at[BTC] = *changed->instrument.now;
	stand_result(s, pending, "{}");
	reply_list(s, stand_asked(s, LIST), row_position("Buy", "0.010", "59500", "62000", 110));
	told(s, id_of(10, ROLE_STOP), ORDER_LIVE);
	assert_int_equal(order_told(s, id_of(10, ROLE_STOP))->order.price, 5950000);
	told(s, id_of(2, ROLE_STOP), ORDER_CANCELLED);
	told(s, id_of(3, ROLE_TARGET), ORDER_LIVE);
	assert_int_equal(order_told(s, id_of(3, ROLE_TARGET))->order.price, 6200000);
	account_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_attached_stop_is_live_when_the_position_shows_it),
		cmocka_unit_test(or_when_its_own_order_rests),
		cmocka_unit_test(a_position_without_the_stop_confirms_nothing),
		cmocka_unit_test(an_entry_s_stop_that_does_not_show_is_read_back),
		cmocka_unit_test(a_position_without_fills_has_them_asked_for),
		cmocka_unit_test(rows_out_of_sequence_are_passed_over),
		cmocka_unit_test(a_stop_that_is_rejected_after_the_fill_says_so),
		cmocka_unit_test(a_protect_is_taken_then_read_back_then_live),
		cmocka_unit_test(the_stream_may_confirm_it_before_its_answer),
		cmocka_unit_test(what_was_so_already_is_confirmed_too),
		cmocka_unit_test(what_was_taken_and_never_shows_is_refused_in_the_end),
		cmocka_unit_test(a_protect_without_a_position_is_refused_and_its_fills_are_looked_for),
		cmocka_unit_test(a_stop_beyond_the_price_is_refused),
		cmocka_unit_test(a_stop_refused_in_words_nobody_knows_is_read_back_and_then_absent),
		cmocka_unit_test(a_protect_that_was_cut_is_unknown_until_it_is_read_back),
		cmocka_unit_test(a_protect_that_was_cut_and_is_not_there_is_absent),
		cmocka_unit_test(a_stop_that_triggers_fills_and_its_sibling_goes),
		cmocka_unit_test(the_three_topics_may_come_in_any_order),
		cmocka_unit_test(a_stop_that_triggers_before_it_was_confirmed_is_still_ours),
		cmocka_unit_test(a_stop_that_fills_piece_by_piece_is_over_with_its_last_piece),
		cmocka_unit_test(but_not_for_ever),
		cmocka_unit_test(a_piece_of_a_stop_of_before_the_start_is_not_foreign),
		cmocka_unit_test(what_closed_by_itself_takes_stop_and_target_with_it),
		cmocka_unit_test(a_stop_somebody_took_away_is_told_gone),
		cmocka_unit_test(a_stop_that_is_replaced_in_place_stays),
		cmocka_unit_test(a_stop_moved_by_hand_is_told_where_it_is),
		cmocka_unit_test(what_is_held_where_nothing_trades_is_listed_again_until_it_does),
		cmocka_unit_test(a_stop_that_nobody_asked_to_move_asks_whether_the_grid_has_changed),
		cmocka_unit_test(a_reduce_of_nothing_is_refused_and_looked_into),
		cmocka_unit_test(a_cancelled_stop_of_a_flat_symbol_needs_no_request),
		cmocka_unit_test(a_cancelled_stop_that_rests_is_taken_away),
		cmocka_unit_test(a_foreign_position_s_stops_are_foreign),
		cmocka_unit_test(after_a_restart_the_stop_that_rests_is_the_remembered_one_with_its_price),
		cmocka_unit_test(after_a_death_between_a_stop_s_end_and_its_fill_the_fill_is_the_stop_s),
		cmocka_unit_test(a_stop_that_fires_in_pieces_keeps_its_size_before_a_death_and_after),
		cmocka_unit_test(a_stop_nobody_remembers_is_the_one_that_is_asked_for),
		cmocka_unit_test(a_stop_that_filled_unheard_first_tells_its_fill),
		cmocka_unit_test(a_way_out_that_filled_takes_stop_and_target_with_it_at_once),
		cmocka_unit_test(a_new_grid_keeps_stop_and_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
