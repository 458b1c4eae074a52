/* SPDX-License-Identifier: MIT
 * Tickets to requests, and what each kind of answer says of an order: acknowledged, refused with proof, or
 * nobody knows. An entry leaves once, whatever is answered. */
#include "bybit_account.h"

#define CREATE "/v5/order/create"

static void header(const struct say *say, const char *name, char *out, size_t size)
{
	struct wire_in in = {.head = say->head, .head_len = strlen(say->head)};

	assert_true(wire_header(&in, name, out, size));
}

static void assert_signed(const struct say *say, const char *payload, ms_t at_ms)
{
	char value[128], signature[HMAC_HEX_SIZE];
	struct hmac hmac;

	header(say, "X-BAPI-API-KEY", value, sizeof value);
	assert_string_equal(value, KEY);
	header(say, "X-BAPI-RECV-WINDOW", value, sizeof value);
	assert_string_equal(value, "5000");
	header(say, "X-BAPI-TIMESTAMP", value, sizeof value);
	assert_int_equal(strtoll(value, NULL, 10), at_ms);
	assert_int_equal(hmac_open(&hmac, SECRET, strlen(SECRET)), 0);
	assert_int_equal(bybit_sign_request(&hmac, at_ms, KEY, 5000, payload, strlen(payload), signature), 0);
	hmac_close(&hmac);
	header(say, "X-BAPI-SIGN", value, sizeof value);
	assert_string_equal(value, signature);
}

static void an_entry_is_a_market_order_with_stop_and_target_attached(void **state)
{
	struct stand *s = account_protected(RATIO_ONE / 200);
	char wanted[600], value[64];

	(void)state;
	const struct say *say = say_of(s, submitted(s, ticket_enter(s, 1), CREATE));
	assert_non_null(say);
	assert_true(say->post);
	snprintf(
		wanted, sizeof wanted,
		"{\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"side\":\"Buy\",\"orderType\":\"Market\","
		"\"qty\":\"0.010\",\"positionIdx\":0,\"orderLinkId\":\"%s\",\"stopLoss\":\"59000.0\","
		"\"slTriggerBy\":\"MarkPrice\",\"takeProfit\":\"62000.0\",\"tpTriggerBy\":\"MarkPrice\","
		"\"tpslMode\":\"Full\",\"slippageToleranceType\":\"Percent\",\"slippageTolerance\":\"0.50\"}",
		text_of(id_of(1, ROLE_ENTRY)));
	assert_string_equal(say->text, wanted);
	assert_signed(say, wanted, s->now_ms - 150);
	header(say, "Content-Type", value, sizeof value);
	assert_string_equal(value, "application/json");
	account_free(s);
}

static void a_reduce_can_only_shrink(void **state)
{
	struct stand *s = account_new();
	char wanted[400];

	(void)state;
	const struct say *say = say_of(s, submitted(s, ticket_reduce(s, 7, 5), CREATE));
	snprintf(wanted, sizeof wanted,
		 "{\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"side\":\"Sell\",\"orderType\":\"Market\","
		 "\"qty\":\"0.007\",\"positionIdx\":0,\"orderLinkId\":\"%s\",\"reduceOnly\":true}",
		 text_of(id_of(5, ROLE_EXIT)));
	assert_string_equal(say->text, wanted);
	assert_signed(say, wanted, s->now_ms - 150);
	account_free(s);
}

static void a_protect_sets_the_position_s_own_stop(void **state)
{
	struct stand *s = account_new();

	(void)state;
	const struct say *say =
		say_of(s, submitted(s, ticket_protect(s, 10, 595000, 0, 5), "/v5/position/trading-stop"));
	assert_string_equal(say->text,
			    "{\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"tpslMode\":\"Full\","
			    "\"positionIdx\":0,\"stopLoss\":\"59500.0\",\"slTriggerBy\":\"MarkPrice\"}");
	account_free(s);
}

static void a_question_is_signed_as_it_is_sent(void **state)
{
	struct stand *s = account_new();
	char query[128];

	(void)state;
	assert_int_equal(ask_id(s, INTENT_QUERY, BTC, id_of(1, ROLE_ENTRY)), 0);
	const struct say *say = say_of(s, stand_asked(s, "/v5/order/realtime"));
	snprintf(query, sizeof query, "category=linear&symbol=BTCUSDT&orderLinkId=%s",
		 text_of(id_of(1, ROLE_ENTRY)));
	assert_string_equal(strchr(say->path, '?') + 1, query);
	assert_false(say->post);
	assert_int_equal(say->len, 0);
	assert_null(strstr(say->head, "Content-Type"));
	assert_signed(say, query, s->now_ms - 150);
	account_free(s);
}

static void their_clock_is_what_signs(void **state)
{
	struct stand *s = account_started(0);
	char value[64];

	(void)state;
	stand_up(s);
	account_no_facts(s);
	account_login(s);
	stand_wait(s, 30000);
	stand_server_time(s, stand_asked(s, "/v5/market/time"), 2500);
	assert_int_equal(ask_id(s, INTENT_QUERY, BTC, id_of(1, ROLE_ENTRY)), 0);
	header(say_of(s, stand_asked(s, "/v5/order/realtime")), "X-BAPI-TIMESTAMP", value, sizeof value);
	assert_int_equal(strtoll(value, NULL, 10), s->now_ms + 2500 - 150);
	account_free(s);
}

static void a_ticket_is_needed_whole_in_time_and_once(void **state)
{
	struct stand *s = account_new();
	struct ticket ticket = ticket_enter(s, 1), forged = ticket;

	(void)state;
	forged.order.qty = 20;
	assert_int_equal(submit(s, &forged), TB_EREFUSED);
	assert_int_equal(submit(s, &ticket), 0);
	assert_int_equal(submit(s, &ticket), TB_EREFUSED);
	assert_int_equal(stand_said(s, SAY_HTTP), 0);
	struct ticket again = ticket_enter(s, 2); /* its entry has the number of the first one's stop */
	assert_int_equal(submit(s, &again), 0);
	ticket = ticket_enter(s, 10);
	s->now_ms += HOUR_MS;
	assert_int_equal(submit(s, &ticket), TB_EREFUSED);
	account_free(s);
}

static void a_ticket_of_an_old_grid_or_while_the_link_is_down_is_refused(void **state)
{
	struct stand *s = account_new();
	struct ticket enter = ticket_enter(s, 1), reduce = ticket_reduce(s, 5, 5);

	(void)state;
	s->universe.at[BTC].generation = 1;
	assert_int_equal(submit(s, &enter), TB_EREFUSED);
	assert_int_equal(submit(s, &reduce), TB_EREFUSED);
	s->universe.at[BTC].generation = 0;
	private_wire(s, WIRE_DOWN, "gone");
	assert_int_equal(submit(s, &enter), TB_EREFUSED);
	assert_int_equal(submit(s, &reduce), 0); /* what can be tried is tried */
	assert_int_not_equal(stand_asked(s, CREATE), 0);
	account_free(s);
}

static void an_acknowledged_order_is_live_and_told_once(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	uint32_t request = submitted(s, ticket_enter(s, 1), CREATE);
	reply_ack(s, request);
	told(s, id, ORDER_LIVE);
	assert_int_equal(order_told(s, id)->order.qty, 10);
	assert_int_equal(order_told(s, id)->order.side, SIDE_LONG);
	assert_int_equal(order_told(s, id)->order.role, ROLE_ENTRY);
	news(s, "order", row_order(text_of(id), "Buy", "New", "0.010", "0", ""));
	assert_null(order_told(s, id));
	account_free(s);
}

static void news_before_the_acknowledgement_are_news(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	uint32_t request = submitted(s, ticket_enter(s, 1), CREATE);
	news(s, "order", row_order(text_of(id), "Buy", "Filled", "0.010", "0.010", ""));
	told(s, id, ORDER_FILLED);
	reply_ack(s, request);
	assert_null(order_told(s, id));
	account_free(s);
}

/* Every class of the contract's table, by one of its codes. */
static void each_class_of_refusal_means_what_the_contract_says(void **state)
{
	static const struct {
		int code;
		const char *message;
		enum order_state state;
	} rows[] = {
		{10002, "invalid request, please check your server timestamp", ORDER_REJECTED},
		{10006, "Too many visits", ORDER_UNKNOWN},
		{10429, "load", ORDER_UNKNOWN},
		{10000, "Server Timeout", ORDER_UNKNOWN},
		{10016, "Server error", ORDER_UNKNOWN},
		{10019, "restarting", ORDER_UNKNOWN},
		{110079, "being processed", ORDER_UNKNOWN},
		{110072, "OrderLinkedID is duplicate", ORDER_UNKNOWN},
		{10014, "duplicate request", ORDER_UNKNOWN},
		{110001, "order not exists", ORDER_UNKNOWN},
		{99999, "what nobody has heard of", ORDER_UNKNOWN},
		{110017, "current position is zero", ORDER_REJECTED},
		{110007, "ab not enough for new order", ORDER_REJECTED},
		{110012, "insufficient available balance", ORDER_REJECTED},
		{110094, "below the minimum", ORDER_REJECTED},
		{110003, "price out of range", ORDER_REJECTED},
		{110092, "trigger side", ORDER_REJECTED},
		{110074, "not live", ORDER_REJECTED},
		{30228, "delisting", ORDER_REJECTED},
		{110013, "leverage", ORDER_REJECTED},
		{110090, "risk limit", ORDER_REJECTED},
		{10001, "position idx not match position mode", ORDER_REJECTED},
		{10001, "StopLoss:610000000 set for Buy position should lower than base_price:60",
		 ORDER_REJECTED},
		{10001, "params error", ORDER_REJECTED},
		{110011, "liquidation danger", ORDER_REJECTED},
		{10005, "Permission denied", ORDER_REJECTED},
		{10010, "Unmatched IP", ORDER_REJECTED},
		{33004, "api key expire", ORDER_REJECTED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct stand *s = account_new();
		int64_t id = id_of(1, ROLE_ENTRY);
		uint32_t request = submitted(s, ticket_enter(s, 1), CREATE);
		stand_refuse(s, request, rows[i].code, rows[i].message);
		told(s, id, rows[i].state);
		assert_int_equal(stand_asked(s, CREATE), 0);
		account_free(s);
	}
}

static void the_reason_is_the_exchange_s_own(void **state)
{
	struct stand *s = account_new();

	(void)state;
	stand_refuse(s, submitted(s, ticket_enter(s, 1), CREATE), 110007, "ab not enough for new order");
	assert_string_equal(order_told(s, id_of(1, ROLE_ENTRY))->order.reason,
			    "110007 ab not enough for new order");
	account_free(s);
}

static void what_never_left_is_refused_and_what_was_cut_is_unknown(void **state)
{
	static const struct {
		int status;
		const char *text;
		enum order_state state;
	} rows[] = {
		{WIRE_NOT_SENT, "no route", ORDER_REJECTED},
		{WIRE_CUT, "reset", ORDER_UNKNOWN},
		{500, "", ORDER_UNKNOWN},
		{502, "<html>bad gateway</html>", ORDER_UNKNOWN},
		{503, "", ORDER_UNKNOWN},
		{200, "<html>", ORDER_UNKNOWN},
		{200, "", ORDER_UNKNOWN},
		{200, "{\"retCode\":", ORDER_UNKNOWN},
		{200, "{\"retMsg\":\"OK\"}", ORDER_UNKNOWN},
		{403, "access too frequent", ORDER_UNKNOWN},
		{429, "", ORDER_UNKNOWN},
		{400, "bad request", ORDER_REJECTED},
		{404, "", ORDER_REJECTED},
		{401, "", ORDER_REJECTED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct stand *s = account_new();
		uint32_t request = submitted(s, ticket_enter(s, 1), CREATE);
		stand_answer(s, request, rows[i].status, "", rows[i].text);
		told(s, id_of(1, ROLE_ENTRY), rows[i].state);
		for (int k = 0; k < 400; k++) { /* and never again, whatever is asked meanwhile */
			stand_wait(s, 50);
			assert_int_equal(stand_asked(s, CREATE), 0);
			if (stand_sent(s, "ping", 0) != NULL)
				break;
		}
		account_free(s);
	}
}

static void an_unknown_order_is_looked_up_at_once(void **state)
{
	struct stand *s = account_new();

	(void)state;
	stand_answer(s, submitted(s, ticket_enter(s, 1), CREATE), WIRE_CUT, "", "reset");
	assert_int_not_equal(stand_asked(s, "/v5/order/realtime"), 0);
	account_free(s);
}

static void an_answer_that_never_comes_is_unknown(void **state)
{
	struct stand *s = account_new();

	(void)state;
	submitted(s, ticket_enter(s, 1), CREATE);
	stand_wait(s, 8999);
	assert_null(order_told(s, id_of(1, ROLE_ENTRY)));
	stand_wait(s, 1);
	told(s, id_of(1, ROLE_ENTRY), ORDER_UNKNOWN);
	account_free(s);
}

static void what_the_stream_has_told_no_lost_answer_unsays(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	uint32_t request = submitted(s, ticket_enter(s, 1), CREATE);
	news(s, "order", row_order(text_of(id), "Buy", "Filled", "0.010", "0.010", ""));
	stand_answer(s, request, WIRE_CUT, "", "reset");
	assert_null(order_told(s, id));
	account_free(s);
}

static void a_wrong_time_stamp_is_made_anew_once_but_never_for_an_entry(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(5, ROLE_EXIT);
	char value[64];

	(void)state;
	stand_refuse(s, submitted(s, ticket_reduce(s, 5, 5), CREATE), 10002, "timestamp");
	assert_null(order_told(s, id));
	assert_int_equal(stand_asked(s, CREATE), 0); /* first the clock */
	stand_server_time(s, stand_asked(s, "/v5/market/time"), -1800);
	uint32_t request = stand_asked(s, CREATE);
	assert_int_not_equal(request, 0);
	header(say_of(s, request), "X-BAPI-TIMESTAMP", value, sizeof value);
	assert_int_equal(strtoll(value, NULL, 10), s->now_ms - 1800 - 150);
	stand_refuse(s, request, 10002, "timestamp");
	told(s, id, ORDER_REJECTED);
	stand_server_time(s, stand_asked(s, "/v5/market/time"), -1800);
	assert_int_equal(stand_asked(s, CREATE), 0);

	stand_refuse(s, submitted(s, ticket_enter(s, 20), CREATE), 10002, "timestamp");
	told(s, id_of(20, ROLE_ENTRY), ORDER_REJECTED);
	stand_server_time(s, stand_asked(s, "/v5/market/time"), -1800);
	assert_int_equal(stand_asked(s, CREATE), 0);
	assert_int_equal(bybit_counts(&s->exchange)->clocks, 3);
	account_free(s);
}

static void a_key_that_is_refused_closes_the_link(void **state)
{
	struct stand *s = account_new();
	struct ticket more;

	(void)state;
	stand_refuse(s, submitted(s, ticket_enter(s, 1), CREATE), 10010, "Unmatched IP");
	assert_int_equal(stand_event(s, EVENT_LINK, 0)->link.state, LINK_DOWN);
	assert_true(bybit_account_facts(&s->exchange)->refused);
	more = ticket_enter(s, 20);
	assert_int_equal(submit(s, &more), TB_EREFUSED);
	uint32_t key = wait_asked(s, "/v5/user/query-api", 1000, 90);
	stand_result(s, key,
		     "{\"readOnly\":0,\"permissions\":{\"ContractTrade\":[\"Order\",\"Position\"]},\"ips\":["
		     "\"1.2.3."
		     "4\"]}");
	assert_false(bybit_account_facts(&s->exchange)->refused);
	account_free(s);
}

/* Ten a second, four of them for what protects. */
static void entries_leave_room_for_what_protects(void **state)
{
	struct stand *s = account_new();
	int64_t entries = 0, ways_out = 0;

	(void)state;
	for (int i = 0; i < 10; i++)
		entries += submitted(s, ticket_enter(s, 10 * (i + 1)), CREATE) != 0;
	assert_int_equal(entries, 6);
	for (int i = 0; i < 6; i++)
		ways_out += submitted(s, ticket_reduce(s, 5, 500 + i), CREATE) != 0;
	assert_int_equal(ways_out, 4);
	account_free(s);
}

static void what_protects_goes_before_what_opens(void **state)
{
	struct stand *s = account_new();
	const char *first = NULL;

	(void)state;
	for (int i = 0; i < 7; i++) /* the seventh waits */
		submitted(s, ticket_enter(s, 10 * (i + 1)), CREATE);
	for (int i = 0; i < 5; i++) /* and so does the fifth of these */
		submitted(s, ticket_reduce(s, 5, 500 + i), CREATE);
	for (int i = 0; i < 400 && first == NULL; i++) {
		stand_wait(s, 5);
		for (size_t k = 0; k < s->box.count && first == NULL; k++)
			if (s->box.at[k].kind == SAY_HTTP && s->box.at[k].post)
				first = s->box.at[k].text;
	}
	assert_non_null(first);
	assert_non_null(strstr(first, "reduceOnly"));
	account_free(s);
}

static void an_entry_that_has_waited_too_long_never_leaves(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	codec_of(s)->private.endpoint[ENDPOINT_CREATE].silent_until_ms = s->now_ms + MINUTE_MS;
	assert_int_equal(submitted(s, ticket_enter(s, 1), CREATE), 0);
	bool refused = false;
	for (int i = 0; i < 120; i++) {
		stand_wait(s, 500);
		assert_int_equal(stand_asked(s, CREATE), 0);
		if (order_told(s, id) != NULL && order_told(s, id)->order.state == ORDER_REJECTED)
			refused = true;
		if (stand_sent(s, "ping", 0) != NULL)
			break;
	}
	assert_true(refused);
	account_free(s);
}

static void too_many_that_wait_are_refused_but_what_protects(void **state)
{
	struct stand *s = account_new();
	int64_t taken = 0;

	(void)state;
	codec_of(s)->private.endpoint[ENDPOINT_CREATE].silent_until_ms = s->now_ms + MINUTE_MS;
	for (int i = 0; i < 400; i++) {
		struct ticket ticket = ticket_enter(s, 10 * (i + 1));
		taken += submit(s, &ticket) == 0;
	}
	assert_int_equal(taken, BYBIT_CALLS_ENTRY);
	struct ticket reduce = ticket_reduce(s, 5, 9000);
	assert_int_equal(submit(s, &reduce), 0);
	account_free(s);
}

static void the_exchange_s_own_limit_is_obeyed(void **state)
{
	struct stand *s = account_new();
	char head[96];

	(void)state;
	uint32_t request = submitted(s, ticket_reduce(s, 5, 5), CREATE);
	ms_t reset = s->now_ms + 700;
	snprintf(head, sizeof head, "X-Bapi-Limit-Status: 0\r\nX-Bapi-Limit-Reset-Timestamp: %lld\r\n",
		 (long long)reset);
	stand_answer(s, request, 200, head,
		     "{\"retCode\":10006,\"retMsg\":\"Too many visits!\",\"result\":{}}");
	told(s, id_of(5, ROLE_EXIT), ORDER_UNKNOWN);
	assert_int_equal(submitted(s, ticket_reduce(s, 5, 6), CREATE), 0);
	while (stand_asked(s, CREATE) == 0 && s->now_ms < reset + 2000)
		stand_wait(s, 10);
	assert_in_range(s->now_ms, reset, reset + 250);
	account_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_a_market_order_with_stop_and_target_attached),
		cmocka_unit_test(a_reduce_can_only_shrink),
		cmocka_unit_test(a_protect_sets_the_position_s_own_stop),
		cmocka_unit_test(a_question_is_signed_as_it_is_sent),
		cmocka_unit_test(their_clock_is_what_signs),
		cmocka_unit_test(a_ticket_is_needed_whole_in_time_and_once),
		cmocka_unit_test(a_ticket_of_an_old_grid_or_while_the_link_is_down_is_refused),
		cmocka_unit_test(an_acknowledged_order_is_live_and_told_once),
		cmocka_unit_test(news_before_the_acknowledgement_are_news),
		cmocka_unit_test(each_class_of_refusal_means_what_the_contract_says),
		cmocka_unit_test(the_reason_is_the_exchange_s_own),
		cmocka_unit_test(what_never_left_is_refused_and_what_was_cut_is_unknown),
		cmocka_unit_test(an_unknown_order_is_looked_up_at_once),
		cmocka_unit_test(an_answer_that_never_comes_is_unknown),
		cmocka_unit_test(what_the_stream_has_told_no_lost_answer_unsays),
		cmocka_unit_test(a_wrong_time_stamp_is_made_anew_once_but_never_for_an_entry),
		cmocka_unit_test(a_key_that_is_refused_closes_the_link),
		cmocka_unit_test(entries_leave_room_for_what_protects),
		cmocka_unit_test(what_protects_goes_before_what_opens),
		cmocka_unit_test(an_entry_that_has_waited_too_long_never_leaves),
		cmocka_unit_test(too_many_that_wait_are_refused_but_what_protects),
		cmocka_unit_test(the_exchange_s_own_limit_is_obeyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
