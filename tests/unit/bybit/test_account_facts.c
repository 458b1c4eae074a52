/* SPDX-License-Identifier: MIT
 * What the app is told of the key and the account before it trades, and the two settings it may order. */
#include "bybit_account.h"

#define HOLDS_POSITIONS "/v5/position/list?category=linear&settleCoin=USDT&limit=200"
#define HOLDS_ORDERS    "/v5/order/realtime?category=linear&settleCoin=USDT&openOnly=0&limit=50"
#define HOLDS_WALLET    "/v5/account/wallet-balance?accountType=UNIFIED"

#define KEY_ROW                                                                                              \
	"{\"readOnly\":0,\"permissions\":{\"ContractTrade\":[\"Order\",\"Position\"],\"Wallet\":[%s]},"      \
	"\"ips\":[%s],\"expiredAt\":\"%s\",\"createdAt\":\"2025-10-13T03:20:45Z\",\"uta\":1,\"type\":1,"     \
	"\"userID\":%s}"

static struct stand *asked(void)
{
	struct stand *s = account_started(0);

	stand_up(s);
	return s;
}

static void answer_key(struct stand *s, uint32_t request, const char *wallet, const char *ips,
		       const char *expires)
{
	char text[512];

	snprintf(text, sizeof text, KEY_ROW, wallet, ips, expires, "592324");
	stand_result(s, request, text);
}

/* The number of the request of a kind that is under way. */
static uint32_t under_way(struct stand *s, enum bybit_call_kind kind)
{
	struct bybit_call *call = bybit_call_find(codec_of(s), kind, SYM_NONE, 0);

	return call != NULL ? call->request : 0;
}

/* Each of its questions is put when the one before has been answered. */
static uint32_t holdings_asked(struct stand *s, const char *path)
{
	const struct bybit_call *call = bybit_call_find(codec_of(s), CALL_HOLDINGS, SYM_NONE, 0);
	enum bybit_endpoint endpoint;
	char text[200], query[100];

	assert_non_null(call);
	bybit_write_account(codec_of(s), call, query, sizeof query);
	snprintf(text, sizeof text, "%s?%s", bybit_holdings_path(call, &endpoint), query);
	assert_string_equal(text, path);
	assert_true(call->step == 0 || stand_asked(s, path) == call->request);
	return call->request;
}

static void answer_holdings(struct stand *s, const char *positions, const char *orders, const char *wallet)
{
	reply_list(s, holdings_asked(s, HOLDS_POSITIONS), positions);
	assert_false(bybit_account_facts(&s->exchange)->asked & ACCOUNT_FACT_HOLDINGS);
	reply_list(s, holdings_asked(s, HOLDS_ORDERS), orders);
	assert_false(bybit_account_facts(&s->exchange)->asked & ACCOUNT_FACT_HOLDINGS);
	reply_list(s, holdings_asked(s, HOLDS_WALLET), wallet);
}

/* All others are answered: three questions are under way at a time, these are the last. */
static struct stand *asked_for_holdings(void)
{
	struct stand *s = asked();

	answer_key(s, under_way(s, CALL_KEY), "", "\"*\"", "");
	stand_result(s, under_way(s, CALL_INFO),
		     "{\"marginMode\":\"ISOLATED_MARGIN\",\"unifiedMarginStatus\":5}");
	return s;
}

static void all_of_them_are_asked_at_the_start_and_told_when_they_are_known(void **state)
{
	struct stand *s = asked();
	const struct account_facts *facts = bybit_account_facts(&s->exchange);

	(void)state;
	assert_int_equal(facts->known, 0);
	assert_int_equal(under_way(s, CALL_FEES), 0); /* three questions at a time */
	answer_key(s, under_way(s, CALL_KEY), "\"AccountTransfer\"", "\"1.2.3.4\"", "1970-01-01T00:00:00Z");
	assert_true(facts->key_trade && !facts->key_withdraw && facts->key_transfer && facts->key_ip_bound);
	assert_false(facts->key_read_only);
	assert_true(facts->key_expires_ms == UNKNOWN);
	assert_string_equal(facts->account, "592324");
	stand_result(s, under_way(s, CALL_INFO),
		     "{\"marginMode\":\"ISOLATED_MARGIN\",\"unifiedMarginStatus\":5}");
	assert_true(facts->unified);
	assert_int_equal(facts->margin_mode, MARGIN_ISOLATED);
	reply_list(s, under_way(s, CALL_MODE), row_position("", "0", "", "", 1));
	assert_int_equal(facts->position_mode, POSITION_MODE_ONE_WAY);
	assert_int_not_equal(facts->asked, ACCOUNT_FACTS_ALL);
	reply_list(s, under_way(s, CALL_FEES),
		   "{\"symbol\":\"BTCUSDT\",\"takerFeeRate\":\"0.00055\",\"makerFeeRate\":\"-0.0001\"}");
	assert_int_equal(facts->taker_fee, 550000);
	assert_int_equal(facts->maker_fee, -100000);
	assert_int_equal(facts->asked, ACCOUNT_FACTS_ALL & ~ACCOUNT_FACT_HOLDINGS);
	answer_holdings(s, "", "", row_wallet("1000.5", "1000", "\"bonus\":\"10\","));
	assert_false(facts->has_position || facts->has_order || facts->borrows);
	assert_int_equal(facts->equity, 99050 * MONEY_ONE / 100);
	assert_int_equal(facts->wallet, 990 * MONEY_ONE);
	assert_int_equal(facts->known, ACCOUNT_FACTS_ALL);
	assert_int_equal(facts->asked, ACCOUNT_FACTS_ALL);
	account_free(s);
}

static void a_key_that_can_withdraw_or_dies_soon_is_seen(void **state)
{
	struct stand *s = asked();
	const struct account_facts *facts = bybit_account_facts(&s->exchange);

	(void)state;
	answer_key(s, under_way(s, CALL_KEY), "\"AccountTransfer\",\"Withdraw\"", "\"*\"",
		   "2025-10-20T12:34:56Z");
	assert_true(facts->key_withdraw);
	assert_false(facts->key_ip_bound);
	assert_int_equal(facts->key_expires_ms, 1760963696000LL);
	account_free(s);
}

static void a_read_only_key_cannot_trade(void **state)
{
	struct stand *s = asked();

	(void)state;
	stand_result(
		s, under_way(s, CALL_KEY),
		"{\"readOnly\":1,\"permissions\":{\"ContractTrade\":[\"Order\",\"Position\"]},\"ips\":null}");
	assert_true(bybit_account_facts(&s->exchange)->key_read_only);
	assert_false(bybit_account_facts(&s->exchange)->key_trade);
	account_free(s);
}

static void an_account_has_its_number_however_it_is_written(void **state)
{
	static const struct {
		const char *sent, *told;
	} rows[] = {{"24617703", "24617703"},
		    {"\"24617703\"", "24617703"},
		    {"9007199254740993", "9007199254740993"},
		    {"0", ""},
		    {"\"\"", ""},
		    {"null", ""},
		    {"-5", ""},
		    {"\"a\"", ""}};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct stand *s = asked();
		snprintf(text, sizeof text, KEY_ROW, "", "\"*\"", "", rows[i].sent);
		stand_result(s, under_way(s, CALL_KEY), text);
		assert_true(bybit_account_facts(&s->exchange)->known & ACCOUNT_FACT_KEY);
		assert_string_equal(bybit_account_facts(&s->exchange)->account, rows[i].told);
		account_free(s);
	}
}

static void positions_orders_and_loans_are_seen(void **state)
{
	const struct {
		const char *positions, *orders, *loan;
		bool position, order, borrows;
	} rows[] = {
		{row_position("", "0", "", "", 1), "", "", false, false, false},
		{row_position("Sell", "0.001", "", "", 1), "", "", true, false, false},
		{"", row_child("o", true, "Untriggered", "0.01", "0", "5", ""), "", false, true, false},
		{"", row_order("", "Buy", "Cancelled", "0.01", "0", ""), "", false, false, false},
		{"", row_order("", "Buy", "New", "0.01", "0", ""), "\"borrowAmount\":\"0.00\",", false, true,
		 false},
		{"", "", "\"borrowAmount\":\"0.01\",", false, false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct stand *s = asked_for_holdings();
		const struct account_facts *facts = bybit_account_facts(&s->exchange);
		answer_holdings(s, rows[i].positions, rows[i].orders, row_wallet("7", "5", rows[i].loan));
		assert_true(facts->known & ACCOUNT_FACT_HOLDINGS);
		assert_int_equal(facts->has_position, rows[i].position);
		assert_int_equal(facts->has_order, rows[i].order);
		assert_int_equal(facts->borrows, rows[i].borrows);
		assert_int_equal(facts->equity, 7 * MONEY_ONE);
		account_free(s);
	}
}

static void a_whole_list_of_coins_without_usdt_has_none_of_it(void **state)
{
	static const char *const coins[] = {
		"",
		"{\"coin\":\"ETH\",\"equity\":\"-1\",\"walletBalance\":\"-1\",\"borrowAmount\":\"\","
		"\"spotBorrow\":\"0.06142\"}",
	};
	char text[400];

	(void)state;
	for (size_t i = 0; i < sizeof coins / sizeof coins[0]; i++) {
		struct stand *s = asked_for_holdings();
		const struct account_facts *facts = bybit_account_facts(&s->exchange);
		snprintf(text, sizeof text, "{\"accountType\":\"UNIFIED\",\"coin\":[%s]}", coins[i]);
		answer_holdings(s, "", "", text);
		assert_true(facts->known & ACCOUNT_FACT_HOLDINGS);
		assert_int_equal(facts->equity, 0);
		assert_int_equal(facts->wallet, 0);
		assert_int_equal(facts->borrows, i == 1);
		account_free(s);
	}
}

static void a_wallet_that_does_not_say_is_not_zero(void **state)
{
	static const char *const wallets[] = {
		"",
		"{\"accountType\":\"UNIFIED\"}",
		"{\"accountType\":\"CONTRACT\",\"coin\":[]}",
		"{\"accountType\":\"UNIFIED\",\"coin\":[{\"coin\":\"USDT\",\"equity\":\"\","
		"\"walletBalance\":\"5\"}]}",
		"{\"accountType\":\"UNIFIED\",\"coin\":[{\"coin\":\"USDT\",\"equity\":\"5\","
		"\"walletBalance\":\"5\",\"borrowAmount\":\"x\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wallets / sizeof wallets[0]; i++) {
		struct stand *s = asked_for_holdings();
		const struct account_facts *facts = bybit_account_facts(&s->exchange);
		answer_holdings(s, row_position("Buy", "1", "", "", 1), "", wallets[i]);
		assert_true(facts->asked & ACCOUNT_FACT_HOLDINGS);
		assert_false(facts->known & ACCOUNT_FACT_HOLDINGS);
		assert_true(facts->equity == UNKNOWN && facts->wallet == UNKNOWN);
		assert_false(facts->has_position); /* all of it, or nothing */
		account_free(s);
	}
}

static void holdings_that_are_refused_are_asked_and_asked_again_from_the_start(void **state)
{
	struct stand *s = asked_for_holdings();
	const struct account_facts *facts = bybit_account_facts(&s->exchange);
	struct turn_out out = {.say = &s->box, .heard = &s->heard};

	(void)state;
	reply_list(s, holdings_asked(s, HOLDS_POSITIONS), "");
	stand_refuse(s, holdings_asked(s, HOLDS_ORDERS), 10005, "Permission denied");
	assert_true(facts->asked & ACCOUNT_FACT_HOLDINGS);
	assert_false(facts->known & ACCOUNT_FACT_HOLDINGS);
	assert_int_equal(bybit_ask_account(&s->exchange, ACCOUNT_ASK_FACTS, s->now_ms, &out), 0);
	assert_false(facts->asked & ACCOUNT_FACT_HOLDINGS);
	account_free(s);

	s = asked_for_holdings();
	out = (struct turn_out){.say = &s->box, .heard = &s->heard};
	reply_list(s, holdings_asked(s, HOLDS_POSITIONS), "");
	holdings_asked(s, HOLDS_ORDERS);
	assert_int_equal(bybit_ask_account(&s->exchange, ACCOUNT_ASK_FACTS, s->now_ms, &out), 0);
	assert_int_equal(bybit_call_find(codec_of(s), CALL_HOLDINGS, SYM_NONE, 0)->step, 0);
	account_free(s);
}

static void two_slots_are_hedge_mode(void **state)
{
	struct stand *s = asked();

	(void)state;
	answer_key(s, under_way(s, CALL_KEY), "", "\"*\"", "");
	reply_list(s, under_way(s, CALL_MODE),
		   "{\"positionIdx\":1,\"symbol\":\"BTCUSDT\",\"side\":\"\",\"size\":\"0\"},"
		   "{\"positionIdx\":2,\"symbol\":\"BTCUSDT\",\"side\":\"\",\"size\":\"0\"}");
	assert_int_equal(bybit_account_facts(&s->exchange)->position_mode, POSITION_MODE_HEDGE);
	account_free(s);
}

static void what_cannot_be_had_is_asked_and_not_known(void **state)
{
	struct stand *s = asked();
	const struct account_facts *facts = bybit_account_facts(&s->exchange);

	(void)state;
	stand_answer(s, under_way(s, CALL_INFO), 502, "", "");
	assert_false(facts->asked & ACCOUNT_FACT_INFO);
	answer_key(s, under_way(s, CALL_KEY), "", "\"1.2.3.4\"", "");
	stand_wait(s, 100);
	stand_refuse(s, under_way(s, CALL_FEES), 10001, "not supported on demo");
	assert_true(facts->asked & ACCOUNT_FACT_FEES);
	assert_false(facts->known & ACCOUNT_FACT_FEES);
	assert_true(facts->taker_fee == UNKNOWN);
	assert_non_null(strstr(facts->why, "not supported"));
	stand_wait(s, 1000);
	assert_int_not_equal(under_way(s, CALL_INFO), 0); /* once more */
	account_free(s);
}

static void settings_change_only_when_ordered_and_are_read_anew(void **state)
{
	struct stand *s = asked();
	const struct account_facts *facts = bybit_account_facts(&s->exchange);
	struct turn_out out = {.say = &s->box, .heard = &s->heard};

	(void)state;
	stand_result(s, under_way(s, CALL_INFO),
		     "{\"marginMode\":\"REGULAR_MARGIN\",\"unifiedMarginStatus\":4}");
	assert_int_equal(facts->margin_mode, MARGIN_CROSS);
	for (size_t i = 0; i < s->box.count; i++)
		assert_false(s->box.at[i].kind == SAY_HTTP && s->box.at[i].post);
	stand_clear(s);
	assert_int_equal(bybit_ask_account(&s->exchange, ACCOUNT_SET_ISOLATED, s->now_ms, &out), 0);
	uint32_t request = stand_asked(s, "/v5/account/set-margin-mode");
	assert_string_equal(say_of(s, request)->text, "{\"setMarginMode\":\"ISOLATED_MARGIN\"}");
	stand_refuse(s, request, 3400045, "Set margin mode failed");
	assert_int_equal(facts->set_margin_code, 3400045);
	assert_false(facts->known & ACCOUNT_FACT_INFO);
	stand_clear(s);
	assert_int_equal(bybit_ask_account(&s->exchange, ACCOUNT_SET_ONE_WAY, s->now_ms, &out), 0);
	request = stand_asked(s, "/v5/position/switch-mode");
	assert_string_equal(say_of(s, request)->text,
			    "{\"category\":\"linear\",\"coin\":\"USDT\",\"mode\":0}");
	stand_refuse(s, request, 110025, "not modified");
	assert_int_equal(facts->set_mode_code, 110025);
	account_free(s);
}

static void without_a_key_there_is_nothing_to_ask(void **state)
{
	struct stand *s = stand_attached();
	struct turn_out out = {.say = &s->box, .heard = &s->heard};

	(void)state;
	assert_int_equal(bybit_ask_account(&s->exchange, ACCOUNT_ASK_FACTS, s->now_ms, &out), TB_EREFUSED);
	assert_int_equal(bybit_account_facts(&s->exchange)->known, 0);
	stand_free(s);
}

static void in_cross_mode_the_account_says_what_is_left(void **state)
{
	struct stand *s = account_new();

	(void)state;
	codec_of(s)->private.facts.margin_mode = MARGIN_CROSS;
	news(s, "wallet",
	     "{\"accountType\":\"UNIFIED\",\"totalAvailableBalance\":\"600\",\"coin\":[{\"coin\":\"USDT\","
	     "\"equity\":\"1000\",\"usdValue\":\"1000\",\"walletBalance\":\"1000\",\"totalOrderIM\":\"\"}]}");
	assert_int_equal(stand_event(s, EVENT_BALANCE, 0)->balance.available, 600 * MONEY_ONE);
	account_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_them_are_asked_at_the_start_and_told_when_they_are_known),
		cmocka_unit_test(a_key_that_can_withdraw_or_dies_soon_is_seen),
		cmocka_unit_test(a_read_only_key_cannot_trade),
		cmocka_unit_test(an_account_has_its_number_however_it_is_written),
		cmocka_unit_test(positions_orders_and_loans_are_seen),
		cmocka_unit_test(a_whole_list_of_coins_without_usdt_has_none_of_it),
		cmocka_unit_test(a_wallet_that_does_not_say_is_not_zero),
		cmocka_unit_test(holdings_that_are_refused_are_asked_and_asked_again_from_the_start),
		cmocka_unit_test(two_slots_are_hedge_mode),
		cmocka_unit_test(what_cannot_be_had_is_asked_and_not_known),
		cmocka_unit_test(settings_change_only_when_ordered_and_are_read_anew),
		cmocka_unit_test(without_a_key_there_is_nothing_to_ask),
		cmocka_unit_test(in_cross_mode_the_account_says_what_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
