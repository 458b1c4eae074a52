/* SPDX-License-Identifier: MIT
 * The private codec and execution together: what the exchange says, in whatever order, ends in the same
 * books. Tickets come from the real gate, wishes go back through the codec, the exchange's side is played by
 * hand. */
#include "bybit_account.h"
#include "execution.h"
#include "wants.h"

static struct execution x;
static struct wants wants;
static struct stand *s;
static struct trade trade;
static size_t trades;

static void hear(void)
{
	for (size_t i = 0; i < s->heard.count; i++) {
		const struct event *event = &s->heard.at[i];
		struct fill_news fill;
		switch (event->kind) {
		case EVENT_ORDER: execution_on_order(&x, event); break;
		case EVENT_ORDER_ABSENT: execution_on_absent(&x, event); break;
		case EVENT_FILL:
			execution_on_fill(&x, event, &fill);
			if (fill.closed)
				trade = fill.trade, trades++;
			break;
		case EVENT_POSITION: execution_on_position(&x, event); break;
		case EVENT_LEDGER:
			if (event->ledger.kind == LEDGER_FUNDING)
				execution_on_funding(&x, BOOK_MAIN, event->sym, event->ledger.amount);
			break;
		default: break;
		}
	}
	s->heard.count = 0;
	wants.record_count = 0;
	execution_flush(&x, &wants);
}

/* Wishes as the engine grants them. */
static void grant(const struct wish *wish)
{
	struct holding *h = execution_holding(&x, wish->book, wish->sym);
	struct order_ids ids = {0};
	struct ticket ticket;
	struct turn_out out = {.say = &s->box, .heard = &s->heard};
	struct intent intent = {.kind = wish->kind == WISH_QUERY ? INTENT_QUERY : INTENT_CANCEL,
				.sym = wish->sym,
				.id = wish->id};

	if (wish->kind == WISH_REDUCE) {
		ids.id = execution_next_id(&x, ROLE_EXIT);
		assert_int_equal(risk_reduce(h, &(struct reduce){wish->qty}, &ids, 0, s->now_ms, &ticket), 0);
		execution_reduce(&x, &ticket, 600000, wish->reason, s->now_ms, &wants);
		assert_int_equal(bybit_ops.submit(&s->exchange, &ticket, s->now_ms, &out), 0);
	} else if (wish->kind == WISH_PROTECT) {
		ids.stop_id = execution_next_id(&x, ROLE_STOP);
		ids.target_id = wish->target != 0 ? execution_next_id(&x, ROLE_TARGET) : 0;
		assert_int_equal(risk_protect(h, NULL, &(struct protect){wish->stop, wish->target}, &ids, 0,
					      s->now_ms, &ticket),
				 0);
		execution_protect(&x, &ticket, wish->reason, s->now_ms, &wants);
		assert_int_equal(bybit_ops.submit(&s->exchange, &ticket, s->now_ms, &out), 0);
	} else {
		bybit_ops.ask(&s->exchange, &intent, s->now_ms, &out);
	}
	wants.intent_count = 0;
}

static void wish_all(void)
{
	struct wish wish;

	for (size_t i = 0; i < x.active_count; i++)
		if (execution_holding_wish(&x, execution_active(&x, i), 600000, s->now_ms, &wish))
			grant(&wish);
	while (execution_order_wish(&x, s->now_ms, &wish))
		grant(&wish);
}

/* Everything that was said so far is heard; what is wanted then, goes out. */
static void turn(void)
{
	hear();
	stand_clear(s);
	wish_all();
	hear();
}

static void later(ms_t ms)
{
	stand_wait(s, ms);
	hear();
	wish_all();
	hear();
}

static void set_up_books(void)
{
	s = account_new();
	execution_init(&x, &execution_settings_default, &s->universe, INSTANCE);
	trades = 0;
}

static struct holding *held(void)
{
	return execution_holding(&x, BOOK_MAIN, BTC);
}

static uint32_t enter(void)
{
	struct ticket ticket = ticket_enter(s, 1);

	x.sequence = 3;
	execution_enter(&x, &ticket, &(struct holding){.capital = 100000 * MONEY_ONE}, s->now_ms, &wants);
	wants.intent_count = 0;
	return submitted(s, ticket, "/v5/order/create");
}

static const char *entry(void)
{
	return text_of(id_of(1, ROLE_ENTRY));
}

static void filled_and_protected(void)
{
	reply_ack(s, enter());
	turn();
	news(s, "execution", row_execution("x-1", entry(), "Buy", "0.010", "60000", "0.33", ""));
	turn();
	news(s, "position", row_position("Buy", "0.010", "59000", "62000", 100));
	turn();
	news(s, "order", row_order(entry(), "Buy", "Filled", "0.010", "0.010", ""));
	turn();
	assert_int_equal(held()->phase, PHASE_PROTECTED);
	assert_int_equal(held()->qty, 10);
	assert_int_equal(held()->stop_qty, 10);
	assert_int_equal(held()->target_qty, 10);
}

static void a_trade_ends_at_its_stop_with_exact_numbers(void **state)
{
	(void)state;
	set_up_books();
	filled_and_protected();
	news(s, "execution",
	     row_execution("f-1", "", "Buy", "0.010", "60000", "0.06",
			   "\"execType\":\"Funding\",\"execTime\":\"1760028800000\","));
	turn();
	news(s, "position", row_position("", "0", "", "", 101));
	turn();
	news2(s, "order",
	      row_child("c-t", false, "Deactivated", "0.010", "0", "62000", "CancelByTpSlTsClear"),
	      row_child("c-s", true, "Filled", "0.010", "0.010", "59000", "UNKNOWN"));
	turn();
	news(s, "execution",
	     row_execution("x-2", "", "Sell", "0.010", "58990", "0.32",
			   "\"createType\":\"CreateByStopLoss\",\"orderId\":\"c-s\","));
	turn();
	assert_int_equal(trades, 1);
	assert_int_equal(trade.exit_reason, EXIT_STOP);
	assert_int_equal(trade.gross, -1010000000); /* 0.01 * (58990 - 60000) */
	assert_int_equal(trade.fees, 65000000);
	assert_int_equal(trade.funding, -6000000);
	assert_int_equal(held()->phase, PHASE_FLAT);
	for (int i = 0; i < 60; i++) { /* and nothing is left to be asked about or swept */
		later(100);
		assert_int_equal(stand_asked(s, "/v5/position/trading-stop"), 0);
		assert_int_equal(stand_asked(s, "/v5/order"), 0);
	}
	assert_int_equal(x.order_count, 0);
	account_free(s);
}

static void an_entry_that_was_cut_and_filled_is_found_held_and_protected(void **state)
{
	(void)state;
	set_up_books();
	stand_answer(s, enter(), WIRE_CUT, "", "reset");
	turn();
	assert_true(execution_order_unknown(&x, BOOK_MAIN, BTC));
	uint32_t request = stand_asked(s, "/v5/order/realtime");
	if (request == 0)
		request = bybit_call_find(codec_of(s), CALL_LOOK_UP, BTC, id_of(1, ROLE_ENTRY))->request;
	reply_list(s, request, row_order(entry(), "Buy", "Filled", "0.010", "0.010", ""));
	hear();
	reply_list(s, stand_asked(s, "/v5/execution/list"),
		   row_execution("x-1", entry(), "Buy", "0.010", "60000", "0.33", ""));
	turn();
	news(s, "position", row_position("Buy", "0.010", "59000", "62000", 100));
	turn();
	assert_int_equal(held()->phase, PHASE_PROTECTED);
	assert_false(execution_order_unknown(&x, BOOK_MAIN, BTC));
	assert_int_equal(held()->naked_ms, 0);
	account_free(s);
}

static void an_entry_that_never_arrived_is_absent_after_three_answers(void **state)
{
	int answers = 0;

	(void)state;
	set_up_books();
	stand_answer(s, enter(), WIRE_CUT, "", "reset");
	turn();
	for (int i = 0; i < 400 && held()->phase != PHASE_FLAT; i++) {
		struct bybit_call *call =
			bybit_call_find(codec_of(s), CALL_LOOK_UP, BTC, id_of(1, ROLE_ENTRY));
		if (call != NULL && call->request != 0) {
			answers++;
			reply_list(s, call->request, "");
			hear();
			continue;
		}
		later(100);
		assert_int_equal(stand_asked(s, "/v5/order/create"), 0);
	}
	assert_int_equal(held()->phase, PHASE_FLAT);
	assert_true(answers >= 9);
	assert_in_range(s->now_ms, START_MS + 10000, START_MS + 20000); /* reads may lag for ten seconds */
	account_free(s);
}

static void a_stop_that_is_rejected_is_asked_for_and_then_the_position_leaves(void **state)
{
	uint32_t request = 0;

	(void)state;
	set_up_books();
	reply_ack(s, enter());
	turn();
	news(s, "order", row_order(entry(), "Buy", "Filled", "0.010", "0.010", ""));
	turn();
	news(s, "execution", row_execution("x-1", entry(), "Buy", "0.010", "60000", "0.33", ""));
	turn();
	news(s, "order", row_child("c-s", true, "Rejected", "0.010", "0", "59000", "UNKNOWN"));
	turn();
	for (int i = 0; i < 60 && request == 0; i++) {
		later(100);
		uint32_t protect = stand_asked(s, "/v5/position/trading-stop");
		request = stand_asked(s, "/v5/order/create");
		if (protect != 0)
			stand_refuse(s, protect, 10001, "params error"), turn();
	}
	assert_int_not_equal(request, 0); /* reduce-only */
	assert_non_null(
		strstr(say_of(s, request) != NULL ? say_of(s, request)->text : "reduceOnly", "reduceOnly"));
	assert_int_equal(held()->phase, PHASE_LEAVING);
	assert_in_range(s->now_ms, START_MS, START_MS + 4000);
	account_free(s);
}

static void a_stop_moves_and_only_the_new_one_rests(void **state)
{
	struct order_ids ids;
	struct ticket ticket;

	(void)state;
	set_up_books();
	filled_and_protected();
	ids = (struct order_ids){.stop_id = execution_next_id(&x, ROLE_STOP),
				 .target_id = execution_next_id(&x, ROLE_TARGET)};
	assert_int_equal(
		risk_protect(held(), NULL, &(struct protect){595000, 620000}, &ids, 0, s->now_ms, &ticket),
		0);
	execution_protect(&x, &ticket, EXIT_TRAILING, s->now_ms, &wants);
	wants.intent_count = 0;
	stand_result(s, submitted(s, ticket, "/v5/position/trading-stop"), "{}");
	uint32_t read = stand_asked(s, "/v5/position/list");
	hear();
	reply_list(s, read, row_position("Buy", "0.010", "59500", "62000", 101));
	turn();
	assert_int_equal(held()->phase, PHASE_PROTECTED);
	assert_int_equal(held()->stop_id, ids.stop_id);
	assert_true(execution_stop_settled(&x, held()));
	assert_int_equal(held()->naked_total_ms, 0);
	for (int i = 0; i < 50; i++) {
		later(100);
		assert_int_equal(stand_asked(s, "/v5/position/trading-stop"), 0);
	}
	assert_int_equal(x.order_count, 2);
	account_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trade_ends_at_its_stop_with_exact_numbers),
		cmocka_unit_test(an_entry_that_was_cut_and_filled_is_found_held_and_protected),
		cmocka_unit_test(an_entry_that_never_arrived_is_absent_after_three_answers),
		cmocka_unit_test(a_stop_that_is_rejected_is_asked_for_and_then_the_position_leaves),
		cmocka_unit_test(a_stop_moves_and_only_the_new_one_rests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
