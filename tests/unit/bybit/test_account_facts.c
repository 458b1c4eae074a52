/* SPDX-License-Identifier: MIT
 * What the app is told of the key and the account before it trades, and the two settings it may order. */
#include "bybit_account.h"

#define KEY_ROW                                                                                              \
	"{\"readOnly\":0,\"permissions\":{\"ContractTrade\":[\"Order\",\"Position\"],\"Wallet\":[%s]},"      \
	"\"ips\":[%s],\"expiredAt\":\"%s\",\"createdAt\":\"2025-10-13T03:20:45Z\",\"uta\":1,\"type\":1}"

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

	snprintf(text, sizeof text, KEY_ROW, wallet, ips, expires);
	stand_result(s, request, text);
}

/* The number of the request of a kind that is under way. */
static uint32_t under_way(struct stand *s, enum bybit_call_kind kind)
{
	struct bybit_call *call = bybit_call_find(codec_of(s), kind, SYM_NONE, 0);

	return call != NULL ? call->request : 0;
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

static void two_slots_are_hedge_mode(void **state)
{
	struct stand *s = asked();

	(void)state;
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
		cmocka_unit_test(two_slots_are_hedge_mode),
		cmocka_unit_test(what_cannot_be_had_is_asked_and_not_known),
		cmocka_unit_test(settings_change_only_when_ordered_and_are_read_anew),
		cmocka_unit_test(without_a_key_there_is_nothing_to_ask),
		cmocka_unit_test(in_cross_mode_the_account_says_what_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
