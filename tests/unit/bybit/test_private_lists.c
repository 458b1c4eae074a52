/* SPDX-License-Identifier: MIT
 * What is asked: lists with their ends in order, what became of an order, cancel, leverage. A list counts
 * when its last page is there; absence is proof only after the exchange's own delay. */
#include "bybit_account.h"

#define POSITIONS "/v5/position/list?category=linear&settleCoin=USDT"
#define ORDERS    "/v5/order/realtime?category=linear&settleCoin=USDT"
#define FILLS     "/v5/execution/list?category=linear&settleCoin=USDT"
#define WALLET    "/v5/account/wallet-balance?accountType=UNIFIED&coin=USDT"

static const struct event *end_of(const struct stand *s, enum snapshot_kind what)
{
	for (size_t i = 0; i < stand_heard(s, EVENT_SNAPSHOT_END); i++)
		if (stand_event(s, EVENT_SNAPSHOT_END, i)->snapshot.what == (int64_t)what)
			return stand_event(s, EVENT_SNAPSHOT_END, i);
	return NULL;
}

static uint32_t snapshot(struct stand *s)
{
	assert_int_equal(stand_ask(s, INTENT_SNAPSHOT, SYM_NONE, 0), 0);
	return stand_asked(s, FILLS);
}

static void lists_come_one_after_the_other_with_their_ends(void **state)
{
	struct stand *s = account_new();
	char *rows = NULL;

	(void)state;
	reply_list(s, snapshot(s), "");
	assert_true(asprintf(&rows, "%s,%s", row_position("Sell", "0.020", "", "", 9),
			     "{\"positionIdx\":0,\"symbol\":\"OTHERUSDT\",\"side\":\"Buy\",\"size\":\"3\"}") >
		    0);
	reply_list(s, stand_asked(s, POSITIONS), rows);
	free(rows);
	const struct event *position = stand_event(s, EVENT_POSITION, 0);
	assert_int_equal(stand_heard(s, EVENT_POSITION), 1);
	assert_int_equal(position->sym, BTC);
	assert_int_equal(position->position.side, SIDE_SHORT);
	assert_int_equal(position->position.qty, 20);
	assert_int_equal(position->position.cost, 1200 * MONEY_ONE);
	assert_int_equal(position->position.leverage, 2 * RATIO_ONE);
	assert_non_null(end_of(s, SNAPSHOT_POSITIONS));
	assert_null(end_of(s, SNAPSHOT_ORDERS));
	reply_list(s, stand_asked(s, ORDERS), row_order("human", "Buy", "New", "0.001", "0", ""));
	assert_int_equal(stand_event(s, EVENT_ORDER, 0)->order.id, 0);
	assert_non_null(end_of(s, SNAPSHOT_ORDERS));
	reply_list(s, stand_asked(s, WALLET), row_wallet("1000", "1000", ""));
	assert_int_equal(stand_event(s, EVENT_BALANCE, 0)->balance.wallet, 1000 * MONEY_ONE);
	assert_int_equal(stand_event(s, EVENT_BALANCE, 0)->balance.available, 1000 * MONEY_ONE);
	assert_non_null(end_of(s, SNAPSHOT_BALANCE));
	account_free(s);
}

static void nothing_is_told_before_the_last_page(void **state)
{
	struct stand *s = account_new();

	(void)state;
	reply_list(s, snapshot(s), "");
	stand_page(s, stand_asked(s, POSITIONS), row_position("Buy", "0.020", "", "", 9), "page%3D2%26");
	assert_int_equal(stand_heard(s, EVENT_POSITION), 0);
	uint32_t request = stand_asked(s, POSITIONS);
	assert_non_null(strstr(stand_path(s, request), "&cursor=page%3D2%26"));
	reply_list(s, request, "");
	assert_int_equal(stand_heard(s, EVENT_POSITION), 1);
	assert_non_null(end_of(s, SNAPSHOT_POSITIONS));
	account_free(s);
}

static void lists_wait_for_the_stream(void **state)
{
	struct stand *s = account_started(0);

	(void)state;
	stand_up(s);
	account_no_facts(s);
	assert_int_equal(snapshot(s), 0);
	stand_wait(s, 3000);
	assert_int_equal(stand_asked(s, "/v5/"), 0);
	account_login(s);
	assert_int_not_equal(stand_asked(s, FILLS), 0);
	account_free(s);
}

static void a_failed_page_begins_its_list_anew(void **state)
{
	struct stand *s = account_new();

	(void)state;
	reply_list(s, snapshot(s), "");
	stand_page(s, stand_asked(s, POSITIONS), row_position("Buy", "0.020", "", "", 9), "next");
	stand_answer(s, stand_asked(s, POSITIONS), 502, "", "<html>");
	uint32_t request = wait_asked(s, POSITIONS, 50, 40);
	assert_null(strstr(stand_path(s, request), "cursor"));
	reply_list(s, request, "");
	/* the stream has not spoken of it since, and the list has nothing */
	assert_int_equal(stand_heard(s, EVENT_POSITION), 1);
	account_free(s);
}

static void a_broken_row_makes_no_list_complete(void **state)
{
	struct stand *s = account_new();

	(void)state;
	reply_list(s, snapshot(s), "");
	reply_list(s, stand_asked(s, POSITIONS), "{\"symbol\":\"BTCUSDT\",\"side\":\"Buy\"}");
	assert_null(end_of(s, SNAPSHOT_POSITIONS));
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 1);
	assert_int_not_equal(wait_asked(s, POSITIONS, 50, 40), 0);
	account_free(s);
}

/* Sizes have no sign there: whoever guesses the side closes a short by selling. */
static void a_position_whose_side_is_not_told_is_neither_long_nor_short(void **state)
{
	static const char *const sides[] = {"", "None", "buy"};

	(void)state;
	for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
		struct stand *s = account_new();
		reply_list(s, snapshot(s), "");
		reply_list(s, stand_asked(s, POSITIONS), row_position(sides[i], "0.020", "", "", 9));
		assert_int_equal(stand_heard(s, EVENT_POSITION), 0);
		assert_null(end_of(s, SNAPSHOT_POSITIONS));
		assert_int_equal(stand_heard(s, EVENT_GARBAGE), 1);
		account_free(s);
	}
}

static void executions_that_cannot_be_had_do_not_hold_up_the_others(void **state)
{
	struct stand *s = account_new();

	(void)state;
	uint32_t request = snapshot(s);
	for (int i = 0; i < 3; i++) {
		stand_answer(s, request, 500, "", "");
		if (i < 2)
			request = wait_asked(s, FILLS, 50, 100);
	}
	assert_int_not_equal(stand_asked(s, POSITIONS), 0);
	account_free(s);
}

static void asked_again_the_lists_begin_anew(void **state)
{
	struct stand *s = account_new();

	(void)state;
	reply_list(s, snapshot(s), "");
	uint32_t stale = stand_asked(s, POSITIONS);
	uint32_t fresh = snapshot(s);
	assert_int_not_equal(fresh, 0);
	reply_list(s, stale, row_position("Buy", "0.020", "", "", 9));
	assert_int_equal(s->heard.count, 0);
	reply_list(s, fresh, "");
	reply_list(s, stand_asked(s, POSITIONS), "");
	assert_int_equal(stand_heard(s, EVENT_POSITION), 0);
	account_free(s);
}

static const struct event *with_an_execution_of(struct stand *s, ms_t at_ms, const char *name)
{
	char time[64];

	snprintf(time, sizeof time, "\"execTime\":\"%lld\",", (long long)at_ms);
	reply_list(s, snapshot(s),
		   row_execution(name, text_of(id_of(7, ROLE_EXIT)), "Sell", "0.001", "60000", "0.1", time));
	assert_int_equal(stand_heard(s, EVENT_FILL), 1);
	return stand_event(s, EVENT_LINK, 0);
}

/* Subscriptions may be acknowledged and stay silent; then only lists tell what has happened. */
static void a_stream_that_tells_nothing_is_opened_anew(void **state)
{
	struct stand *s = account_new();

	(void)state;
	stand_wait(s, 5000);
	assert_null(with_an_execution_of(s, s->now_ms - 1000, "x-1")); /* the stream may still tell it */
	news(s, "wallet", "");
	assert_null(with_an_execution_of(s, s->now_ms - 4000, "x-2")); /* it lives, and has lost something */
	stand_wait(s, 5000);
	const struct event *link = with_an_execution_of(s, s->now_ms - 4000, "x-3");
	assert_non_null(link);
	assert_int_equal(link->link.state, LINK_DOWN);
	account_free(s);
}

/* Lists may be seconds behind the stream: what it has just opened is not flat because they do not have it. */
static void a_list_that_lags_behind_the_stream_closes_nothing(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	stand_wait(s, 1000);
	reply_list(s, snapshot(s), "");
	reply_list(s, stand_asked(s, POSITIONS), "");
	assert_int_equal(stand_event(s, EVENT_POSITION, 0)->position.qty, 10);
	account_free(s);
}

static void what_a_complete_list_has_not_got_is_flat(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	stand_wait(s, 11000);
	reply_list(s, snapshot(s), "");
	reply_list(s, stand_asked(s, POSITIONS), "");
	assert_int_equal(stand_heard(s, EVENT_POSITION), 0);
	assert_non_null(end_of(s, SNAPSHOT_POSITIONS));
	account_free(s);
}

static void news_of_the_stream_count_before_an_older_list(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	reply_list(s, snapshot(s), "");
	news(s, "position", row_position("Buy", "0.004", "59000", "62000", 120));
	uint32_t request = 0;
	for (size_t i = 0; i < BYBIT_CALLS_MAX; i++)
		if (codec_of(s)->private.calls[i].kind == CALL_SNAPSHOT)
			request = codec_of(s)->private.calls[i].request;
	reply_list(s, request, row_position("Buy", "0.010", "59000", "62000", 100));
	assert_int_equal(stand_event(s, EVENT_POSITION, 0)->position.qty, 4);
	account_free(s);
}

static void stops_that_rest_stand_in_the_list_of_orders(void **state)
{
	struct stand *s = account_holding(1);

	(void)state;
	reply_list(s, snapshot(s), "");
	reply_list(s, stand_asked(s, POSITIONS), row_position("Buy", "0.010", "59000", "62000", 100));
	reply_list(s, stand_asked(s, ORDERS),
		   row_child("c-s", true, "Untriggered", "0.010", "0", "59000", "UNKNOWN"));
	told(s, id_of(2, ROLE_STOP), ORDER_LIVE);
	told(s, id_of(3, ROLE_TARGET), ORDER_LIVE);
	assert_int_equal(stand_heard(s, EVENT_ORDER), 2); /* its own order is the same thing */
	account_free(s);
}

static void after_a_reconnection_what_was_missed_is_told_in_its_order(void **state)
{
	struct stand *s = account_holding(1);
	char *rows = NULL, since[64];

	(void)state;
	private_wire(s, WIRE_DOWN, "gone");
	s->now_ms += 60000;
	stand_server_time(s, wait_asked(s, "/v5/market/time", 100, 10), 0);
	account_login(s);
	uint32_t request = snapshot(s);
	snprintf(since, sizeof since, "startTime=%lld", (long long)START_MS);
	assert_non_null(strstr(stand_path(s, request), since));
	assert_true(
		asprintf(&rows, "%s,%s,%s",
			 row_execution("x-3", "", "Sell", "0.006", "58990", "0.3",
				       "\"createType\":\"CreateByStopLoss\",\"execTime\":\"1760000060001\","),
			 row_execution("x-2", "", "Sell", "0.004", "58995", "0.2",
				       "\"createType\":\"CreateByStopLoss\",\"execTime\":\"1760000060000\","),
			 row_execution("x-in", text_of(id_of(1, ROLE_ENTRY)), "Buy", "0.010", "60000", "0.33",
				       "")) > 0);
	reply_list(s, request, rows);
	free(rows);
	assert_int_equal(stand_heard(s, EVENT_FILL), 2);
	assert_int_equal(stand_event(s, EVENT_FILL, 0)->fill.qty, 4);
	assert_int_equal(stand_event(s, EVENT_FILL, 1)->fill.qty, 6);
	assert_int_equal(stand_event(s, EVENT_FILL, 0)->fill.id, id_of(2, ROLE_STOP));
	/* the next one begins where this one ended, a little before */
	reply_list(s, stand_asked(s, POSITIONS), "");
	snprintf(since, sizeof since, "startTime=%lld", 1760000060001LL - 2000);
	assert_non_null(strstr(stand_path(s, snapshot(s)), since));
	account_free(s);
}

static void more_executions_than_one_list_holds_are_all_told(void **state)
{
	struct stand *s = account_new();
	size_t size = 600000, fills = 0;
	char *rows = malloc(size), execution[16], more[64];
	uint32_t request = snapshot(s);

	(void)state;
	for (int page = 0; page < 7; page++) { /* newest first, 700 in all */
		size_t used = 0;
		for (int i = 0; i < 100; i++) {
			int number = 700 - page * 100 - i;
			snprintf(execution, sizeof execution, "n-%d", number);
			snprintf(more, sizeof more, "\"execTime\":\"%lld\",", START_MS + number);
			used += (size_t)snprintf(
				rows + used, size - used, "%s%s", i > 0 ? "," : "",
				row_execution(execution, "", "Buy", "0.001", "60000", "0.01", more));
		}
		stand_page(s, request, rows, page < 6 ? "more" : "");
		fills += stand_heard(s, EVENT_FILL);
		request = stand_asked(s, FILLS);
	}
	assert_int_equal(fills, BYBIT_LISTED_MAX);
	assert_int_not_equal(request, 0); /* and again, from the newest of these */
	for (int page = 0; page < 3; page++) {
		size_t used = 0;
		for (int i = 0; i < 100; i++) {
			int number = 700 - page * 100 - i;
			snprintf(execution, sizeof execution, "n-%d", number);
			snprintf(more, sizeof more, "\"execTime\":\"%lld\",", START_MS + number);
			used += (size_t)snprintf(
				rows + used, size - used, "%s%s", i > 0 ? "," : "",
				row_execution(execution, "", "Buy", "0.001", "60000", "0.01", more));
		}
		stand_page(s, request, rows, page < 2 ? "more" : "");
		fills += stand_heard(s, EVENT_FILL);
		request = stand_asked(s, FILLS);
	}
	assert_int_equal(fills, 700);
	free(rows);
	account_free(s);
}

/* A snapshot with nothing in it, up to its last list. */
static uint32_t wallet_asked_for(struct stand *s)
{
	reply_list(s, snapshot(s), "");
	reply_list(s, stand_asked(s, POSITIONS), "");
	reply_list(s, stand_asked(s, ORDERS), "");
	return stand_asked(s, WALLET);
}

static void a_wallet_without_usdt_is_not_a_balance_of_zero(void **state)
{
	struct stand *s = account_new();

	(void)state;
	reply_list(s, wallet_asked_for(s), "");
	assert_null(end_of(s, SNAPSHOT_BALANCE));
	assert_int_equal(stand_heard(s, EVENT_BALANCE), 0);
	assert_int_not_equal(wait_asked(s, WALLET, 50, 40), 0);
	account_free(s);
}

static void wallet_news_of(struct stand *s, ms_t made_ms, const char *amount)
{
	char *text = NULL;

	assert_true(asprintf(&text, "{\"topic\":\"wallet\",\"creationTime\":%lld,\"data\":[%s]}",
			     (long long)made_ms, row_wallet(amount, amount, "")) > 0);
	private_frame(s, text);
	free(text);
}

static void a_wallet_read_before_the_news_that_overtook_it_changes_nothing(void **state)
{
	struct stand *s = account_new();

	(void)state;
	uint32_t request = wallet_asked_for(s);
	wallet_news_of(s, s->now_ms + 2, "900");
	reply_list(s, request, row_wallet("1000", "1000", "")); /* made at now */
	assert_int_equal(stand_event(s, EVENT_BALANCE, 0)->balance.wallet, 900 * MONEY_ONE);
	assert_int_equal(stand_event(s, EVENT_BALANCE, 0)->balance.available, 900 * MONEY_ONE);
	assert_non_null(end_of(s, SNAPSHOT_BALANCE));
	wallet_news_of(s, s->now_ms + 2, "800"); /* the same moment is no older one */
	assert_int_equal(stand_event(s, EVENT_BALANCE, 0)->balance.wallet, 800 * MONEY_ONE);
	wallet_news_of(s, s->now_ms - HOUR_MS, "700"); /* a wrong clock does not close our ears */
	assert_int_equal(stand_event(s, EVENT_BALANCE, 0)->balance.wallet, 700 * MONEY_ONE);
	account_free(s);
}

static uint32_t query(struct stand *s, int64_t id)
{
	assert_int_equal(ask_id(s, INTENT_QUERY, BTC, id), 0);
	return stand_asked(s, "/v5/order/realtime");
}

static void an_order_is_found_among_the_live_ones(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	reply_list(s, query(s, id), row_order(text_of(id), "Buy", "New", "0.010", "0", ""));
	told(s, id, ORDER_LIVE);
	/* asked again it is told again */
	reply_list(s, query(s, id), row_order(text_of(id), "Buy", "New", "0.010", "0", ""));
	told(s, id, ORDER_LIVE);
	account_free(s);
}

static void an_order_is_found_in_the_history_with_its_fills(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	stand_answer(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"), WIRE_CUT, "", "");
	reply_list(s, stand_asked(s, "/v5/order/realtime"), "");
	reply_list(s, stand_asked(s, "/v5/order/history"),
		   row_order(text_of(id), "Buy", "Filled", "0.010", "0.010", ""));
	told(s, id, ORDER_FILLED);
	reply_list(s, stand_asked(s, "/v5/execution/list"),
		   row_execution("x-1", text_of(id), "Buy", "0.010", "60000", "0.3", ""));
	assert_int_equal(stand_event(s, EVENT_FILL, 0)->fill.id, id);
	account_free(s);
}

/* All three looks of a question. */
static void find_nothing(struct stand *s, int64_t id)
{
	reply_list(s, query(s, id), "");
	reply_list(s, stand_asked(s, "/v5/order/history"), "");
	reply_list(s, wait_asked(s, "/v5/order/realtime", 100, 30), "");
}

static void what_lies_open_in_its_symbol_may_be_its_work(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	stand_answer(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"), WIRE_CUT, "", "");
	reply_list(s, stand_asked(s, "/v5/order/realtime"), "");
	reply_list(s, stand_asked(s, "/v5/order/history"), "");
	reply_list(s, wait_asked(s, "/v5/order/realtime", 100, 30), "");
	news(s, "position", row_position("Buy", "0.010", "59000", "", 105));
	stand_wait(s, 9000);
	find_nothing(s, id);
	assert_int_equal(stand_heard(s, EVENT_ORDER_ABSENT), 0);
	news(s, "position", row_position("Sell", "0.010", "", "", 106)); /* that is another's */
	find_nothing(s, id);
	assert_int_equal(stand_heard(s, EVENT_ORDER_ABSENT), 1);
	account_free(s);
}

static void absence_is_told_only_after_three_looks(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	stand_answer(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"), WIRE_CUT, "", "");
	reply_list(s, stand_asked(s, "/v5/order/realtime"), "");
	reply_list(s, stand_asked(s, "/v5/order/history"), "");
	assert_int_equal(stand_heard(s, EVENT_ORDER_ABSENT), 0);
	uint32_t request = wait_asked(s, "/v5/order/realtime", 100, 30);
	assert_int_equal(s->now_ms, START_MS + 1500);
	reply_list(s, request, "");
	assert_int_equal(stand_heard(s, EVENT_ORDER_ABSENT), 0); /* reads may lag by ten seconds */
	stand_wait(s, 8500);
	find_nothing(s, id);
	assert_int_equal(stand_event(s, EVENT_ORDER_ABSENT, 0)->absent.id, id);
	account_free(s);
}

static void an_outcome_that_shows_up_late_is_found_by_the_last_look(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	stand_answer(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"), 504, "", "");
	reply_list(s, stand_asked(s, "/v5/order/realtime"), "");
	reply_list(s, stand_asked(s, "/v5/order/history"), "");
	reply_list(s, wait_asked(s, "/v5/order/realtime", 100, 30),
		   row_order(text_of(id), "Buy", "Filled", "0.010", "0.010", ""));
	told(s, id, ORDER_FILLED);
	account_free(s);
}

static void what_the_stream_knows_no_list_makes_absent(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	news(s, "order", row_order(text_of(id), "Buy", "Cancelled", "0.010", "0", ""));
	reply_list(s, query(s, id), "");
	reply_list(s, stand_asked(s, "/v5/order/history"), "");
	reply_list(s, wait_asked(s, "/v5/order/realtime", 100, 30), "");
	assert_int_equal(stand_heard(s, EVENT_ORDER_ABSENT), 0);
	told(s, id, ORDER_CANCELLED);
	account_free(s);
}

/* An acknowledgement is no proof that an order is there: it may have been lost behind it. */
static void what_was_only_acknowledged_can_be_absent(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	told(s, id, ORDER_LIVE);
	stand_wait(s, 10000);
	find_nothing(s, id);
	assert_int_equal(stand_event(s, EVENT_ORDER_ABSENT, 0)->absent.id, id);
	account_free(s);
}

static void a_look_up_that_fails_says_nothing(void **state)
{
	struct stand *s = account_new();

	(void)state;
	uint32_t request = query(s, id_of(1, ROLE_ENTRY));
	for (int i = 0; i < 5; i++) {
		stand_answer(s, request, i % 2 ? WIRE_CUT : 503, "", "");
		assert_int_equal(stand_heard(s, EVENT_ORDER_ABSENT), 0);
		if (i < 4)
			request = wait_asked(s, "/v5/order/realtime", 50, 200);
	}
	assert_int_equal(wait_asked(s, "/v5/order/realtime", 1000, 15), 0); /* whoever wants it asks again */
	account_free(s);
}

static void the_same_question_is_asked_once_at_a_time(void **state)
{
	struct stand *s = account_new();

	(void)state;
	assert_int_not_equal(query(s, id_of(1, ROLE_ENTRY)), 0);
	assert_int_equal(query(s, id_of(1, ROLE_ENTRY)), 0);
	account_free(s);
}

static void a_cancel_is_by_client_id_and_what_became_of_it_is_looked_up(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);
	char wanted[128];

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	assert_int_equal(ask_id(s, INTENT_CANCEL, BTC, id), 0);
	uint32_t request = stand_asked(s, "/v5/order/cancel");
	snprintf(wanted, sizeof wanted,
		 "{\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"orderLinkId\":\"%s\"}", text_of(id));
	assert_string_equal(say_of(s, request)->text, wanted);
	reply_ack(s, request);
	request = wait_asked(s, "/v5/order/realtime", 100, 20);
	assert_int_equal(s->now_ms, START_MS + 1000);
	reply_list(s, request, row_order(text_of(id), "Buy", "Cancelled", "0.010", "0.004", ""));
	told(s, id, ORDER_CANCELLED);
	assert_int_equal(order_told(s, id)->order.filled, 4);
	account_free(s);
}

static void a_cancel_of_what_is_over_is_looked_up_at_once(void **state)
{
	struct stand *s = account_new();
	int64_t id = id_of(1, ROLE_ENTRY);

	(void)state;
	reply_ack(s, submitted(s, ticket_enter(s, 1), "/v5/order/create"));
	assert_int_equal(ask_id(s, INTENT_CANCEL, BTC, id), 0);
	stand_refuse(s, stand_asked(s, "/v5/order/cancel"), 110001, "order not exists or too late to cancel");
	reply_list(s, stand_asked(s, "/v5/order/realtime"),
		   row_order(text_of(id), "Buy", "Filled", "0.010", "0.010", ""));
	told(s, id, ORDER_FILLED);
	account_free(s);
}

static void leverage_is_set_on_both_sides_and_read_back(void **state)
{
	struct stand *s = account_new();

	(void)state;
	assert_int_equal(stand_ask(s, INTENT_LEVERAGE, BTC, 2 * RATIO_ONE), 0);
	uint32_t request = stand_asked(s, "/v5/position/set-leverage");
	assert_string_equal(say_of(s, request)->text,
			    "{\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"buyLeverage\":\"2\","
			    "\"sellLeverage\":\"2\"}");
	stand_refuse(s, request, 110043, "leverage not modified");
	assert_int_equal(stand_heard(s, EVENT_POSITION), 0);
	reply_list(s, stand_asked(s, "/v5/position/list?category=linear&symbol=BTCUSDT"),
		   row_position("", "0", "", "", 5));
	assert_int_equal(stand_event(s, EVENT_POSITION, 0)->position.leverage, 2 * RATIO_ONE);
	assert_int_equal(stand_event(s, EVENT_POSITION, 0)->position.qty, 0);
	assert_int_equal(stand_ask(s, INTENT_LEVERAGE, ETH, RATIO_ONE * 5 / 2), 0);
	assert_non_null(strstr(say_of(s, stand_asked(s, "/v5/position/set-leverage"))->text, "\"2.5\""));
	account_free(s);
}

static void a_leverage_that_somebody_else_sets_is_told(void **state)
{
	struct stand *s = account_new();

	(void)state;
	news(s, "position", row_position("", "0", "", "", 100));
	assert_int_equal(stand_event(s, EVENT_POSITION, 0)->position.leverage, 2 * RATIO_ONE);
	stand_clear(s);
	news(s, "position", row_position("", "0", "", "", 101));
	assert_int_equal(stand_heard(s, EVENT_POSITION), 0);
	account_free(s);
}

static void a_leverage_that_is_refused_is_told_as_it_is(void **state)
{
	struct stand *s = account_new();

	(void)state;
	stand_ask(s, INTENT_LEVERAGE, BTC, 3 * RATIO_ONE);
	stand_refuse(s, stand_asked(s, "/v5/position/set-leverage"), 110013, "risk limit");
	reply_list(s, stand_asked(s, "/v5/position/list"), row_position("", "0", "", "", 5));
	assert_int_equal(stand_event(s, EVENT_POSITION, 0)->position.leverage, 2 * RATIO_ONE);
	account_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_come_one_after_the_other_with_their_ends),
		cmocka_unit_test(nothing_is_told_before_the_last_page),
		cmocka_unit_test(lists_wait_for_the_stream),
		cmocka_unit_test(a_failed_page_begins_its_list_anew),
		cmocka_unit_test(a_broken_row_makes_no_list_complete),
		cmocka_unit_test(a_position_whose_side_is_not_told_is_neither_long_nor_short),
		cmocka_unit_test(executions_that_cannot_be_had_do_not_hold_up_the_others),
		cmocka_unit_test(asked_again_the_lists_begin_anew),
		cmocka_unit_test(a_stream_that_tells_nothing_is_opened_anew),
		cmocka_unit_test(a_list_that_lags_behind_the_stream_closes_nothing),
		cmocka_unit_test(what_a_complete_list_has_not_got_is_flat),
		cmocka_unit_test(news_of_the_stream_count_before_an_older_list),
		cmocka_unit_test(stops_that_rest_stand_in_the_list_of_orders),
		cmocka_unit_test(after_a_reconnection_what_was_missed_is_told_in_its_order),
		cmocka_unit_test(more_executions_than_one_list_holds_are_all_told),
		cmocka_unit_test(a_wallet_without_usdt_is_not_a_balance_of_zero),
		cmocka_unit_test(a_wallet_read_before_the_news_that_overtook_it_changes_nothing),
		cmocka_unit_test(an_order_is_found_among_the_live_ones),
		cmocka_unit_test(an_order_is_found_in_the_history_with_its_fills),
		cmocka_unit_test(what_lies_open_in_its_symbol_may_be_its_work),
		cmocka_unit_test(absence_is_told_only_after_three_looks),
		cmocka_unit_test(an_outcome_that_shows_up_late_is_found_by_the_last_look),
		cmocka_unit_test(what_the_stream_knows_no_list_makes_absent),
		cmocka_unit_test(what_was_only_acknowledged_can_be_absent),
		cmocka_unit_test(a_look_up_that_fails_says_nothing),
		cmocka_unit_test(the_same_question_is_asked_once_at_a_time),
		cmocka_unit_test(a_cancel_is_by_client_id_and_what_became_of_it_is_looked_up),
		cmocka_unit_test(a_cancel_of_what_is_over_is_looked_up_at_once),
		cmocka_unit_test(leverage_is_set_on_both_sides_and_read_back),
		cmocka_unit_test(a_leverage_that_somebody_else_sets_is_told),
		cmocka_unit_test(a_leverage_that_is_refused_is_told_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
