/* SPDX-License-Identifier: MIT
 * Tests of what can go wrong between a bot and its account: lost answers, late orders, silence, stale reads,
 * other hands, money from nowhere; and that the books are right whatever happens. */
#include "emu_account_stand.h"
#include "random.h"

#define CREATE "/v5/order/create"
#define LINEAR "\"category\":\"linear\",\"symbol\":\"BTCUSDT\""
#define BUY    LINEAR ",\"side\":\"Buy\",\"orderType\":\"Market\",\"qty\":\"0.010\""
#define FIND   "/v5/order/realtime?category=linear&symbol=BTCUSDT&orderLinkId=tb-1"
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

static void buy(void)
{
	signed_at(emu_now(emu), "POST", CREATE, "{" BUY ",\"orderLinkId\":\"tb-1\",\"stopLoss\":\"55000\"}");
}

static bool is_open(void)
{
	return strcmp(text_of(read_row(HELD, 0), "size"), "0") != 0;
}

static void each_row_of_the_account_can_be_commanded(void **state)
{
	(void)state;
	for (int i = EMU_FAULT_POST_RESET_BEFORE; i < EMU_FAULT_COUNT; i++) {
		close_account(NULL);
		open_two(NULL);
		buy();
		pass_ms(2);
		if (strike(emu_fault_rows[i].word) != TB_OK)
			fail_msg("%s cannot be commanded", emu_fault_rows[i].word);
		emu_advance(emu, emu_now(emu) + 20 * MINUTE_MS);
		assert_int_equal(book_sum("wrong"), 0);
	}
	struct emu_setup bare = a_setup(1);
	stand_close();
	stand_open(&bare);
	assert_int_equal(strike("transfer"), TB_ENOENT);
}

static void a_lost_request_has_no_effect_and_a_lost_answer_has(void **state)
{
	static const struct {
		const char *word;
		enum emu_ending ending;
		bool effect;
	} rows[] = {{"post_reset_before", EMU_RESET, false},
		    {"post_shut_before", EMU_SHUT, false},
		    {"post_reset_after", EMU_RESET, true},
		    {"post_shut_after", EMU_SHUT, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		close_account(NULL);
		open_two(NULL);
		assert_int_equal(strike(rows[i].word), 0);
		assert_int_equal(read_code(HELD), 0); /* reads go on */
		assert_int_equal(reply.ending, EMU_WHOLE);
		buy();
		assert_int_equal(reply.ending, rows[i].ending);
		pass_ms(2);
		assert_int_equal(count_rows(FIND), rows[i].effect ? 1 : 0);
		assert_int_equal(is_open(), rows[i].effect);
	}
}

static void an_order_can_be_done_and_answered_10016(void **state)
{
	(void)state;
	assert_int_equal(strike("post_10016_after"), 0);
	buy();
	assert_true(answer_has("\"retCode\":10016"));
	pass_ms(2);
	assert_true(is_open());
}

static void a_late_order_is_found_by_nobody_until_it_arrives(void **state)
{
	(void)state;
	assert_int_equal(strike("order_late=1500"), 0);
	buy();
	assert_int_equal(reply.ending, EMU_RESET);
	pass_ms(1499);
	assert_int_equal(count_rows(FIND), 0);
	assert_int_equal(count_rows("/v5/order/history?category=linear&orderLinkId=tb-1"), 0);
	assert_false(is_open());
	pass_ms(1);
	assert_int_equal(count_rows(FIND), 1);
	assert_true(is_open());
}

static void a_lost_order_is_acknowledged_and_never_comes(void **state)
{
	(void)state;
	assert_int_equal(strike("order_lost"), 0);
	buy();
	assert_true(answer_has("\"retCode\":0"));
	pass_ms(HOUR_MS);
	assert_int_equal(count_rows(FIND), 0);
	assert_false(is_open());
	assert_int_equal(post(CREATE, "{" BUY ",\"orderLinkId\":\"tb-1\"}"), 110072);
}

static void a_mute_order_is_seen_by_reading_only(void **state)
{
	(void)state;
	assert_int_equal(strike("order_mute"), 0);
	buy();
	size_t at = pass_ms(2);
	assert_int_equal(count_of(at, "\"topic\":\"order\""), 0);
	assert_int_equal(count_of(at, "\"topic\":\"execution\""), 0);
	assert_true(is_open());
	assert_int_equal(count_rows("/v5/execution/list?category=linear&orderLinkId=tb-1"), 1);
}

static void stale_reads_show_the_account_as_it_was(void **state)
{
	(void)state;
	assert_int_equal(strike("stale_reads=1000"), 0);
	buy();
	pass_ms(2);
	assert_false(is_open());
	assert_int_equal(count_rows(FIND), 0);
	pass_ms(1000);
	assert_true(is_open());
	assert_int_equal(count_rows(FIND), 1);
}

static void news_are_missed_late_twice_or_in_another_order(void **state)
{
	(void)state;
	assert_int_equal(strike("news_miss"), 0);
	assert_int_equal(strike("news_duplicate=300"), 0);
	buy();
	size_t at = pass_ms(2);
	assert_int_equal(count_of(at, "\"orderStatus\":\"New\""), 0);
	assert_int_equal(count_of(at, "\"orderStatus\":\"Filled\""), 1);
	pass_ms(300);
	assert_int_equal(count_of(at, "\"orderStatus\":\"Filled\""), 2);
	assert_int_equal(strike("news_late=5000"), 0);
	assert_int_equal(strike("news_reorder"), 0);
	at = frame_count;
	assert_int_equal(post(CREATE, "{" BUY ",\"orderLinkId\":\"tb-2\"}"), 0);
	pass_ms(2);
	assert_int_equal(count_of(at, "\"orderStatus\":\"New\""), 0);
	assert_true(frame_has(at, "\"topic\":\"execution\""));
	pass_ms(1);
	assert_int_equal(count_of(at, "\"orderStatus\":\"Filled\""), 1);
	pass_ms(5000);
	assert_int_equal(count_of(at, "\"orderStatus\":\"New\""), 1);
}

static void an_entry_can_be_rejected_after_its_acknowledgement(void **state)
{
	(void)state;
	assert_int_equal(strike("entry_rejected"), 0);
	buy();
	assert_true(answer_has("\"retCode\":0"));
	size_t at = pass_ms(2);
	assert_non_null(news_row(at, "order", "orderStatus", "Rejected"));
	assert_string_equal(text_of(read_row(FIND, 0), "orderStatus"), "Rejected");
	assert_false(is_open());
}

static void a_stop_can_be_missing_refused_cancelled_or_lost(void **state)
{
	(void)state;
	assert_int_equal(strike("stop_missing"), 0);
	buy();
	size_t at = pass_ms(2);
	assert_null(news_row(at, "order", "stopOrderType", "StopLoss"));
	assert_true(is_open());
	assert_string_equal(text_of(read_row(HELD, 0), "stopLoss"), "");
	assert_int_equal(strike("stop_refused"), 0);
	const char *set = "{" LINEAR ",\"tpslMode\":\"Full\",\"positionIdx\":0,\"stopLoss\":\"55000\"}";
	assert_int_equal(post("/v5/position/trading-stop", set), 10001);
	assert_int_equal(post("/v5/position/trading-stop", set), 0);
	stand_forget();
	assert_int_equal(strike("stop_cancelled:BTCUSDT"), 0);
	take_all();
	assert_string_equal(text_of(news_row(0, "order", "cancelType", "CancelByAdmin"), "orderStatus"),
			    "Deactivated");
	assert_non_null(news_row(0, "position", "stopLoss", "0"));
	assert_int_equal(post("/v5/position/trading-stop", set), 0);
	take_all();
	stand_forget();
	assert_int_equal(strike("stop_lost"), 0);
	assert_int_equal(count_of(take_all(), "topic"), 0);
	assert_string_equal(text_of(read_row(HELD, 0), "stopLoss"), "");
}

static void money_comes_and_goes_with_rows_late_rows_or_none(void **state)
{
	money_t wallet = 10000 * MONEY_ONE;

	(void)state;
	assert_int_equal(strike("transfer=100"), 0);
	assert_int_equal(strike("transfer=-30"), 0);
	assert_int_equal(count_rows("/v5/account/transaction-log?accountType=UNIFIED"), 2);
	const struct cJSON *row = read_row("/v5/account/transaction-log?accountType=UNIFIED", 0);
	assert_string_equal(text_of(row, "type"), "TRANSFER_OUT");
	assert_int_equal(money_of(row, "change"), -30 * MONEY_ONE);
	assert_int_equal(strike("bonus=5"), 0);
	row = read_row("/v5/account/transaction-log?accountType=UNIFIED&type=BONUS", 0);
	assert_int_equal(money_of(row, "bonusChange"), 5 * MONEY_ONE);
	row = json_at(json_member(read_row("/v5/account/wallet-balance?accountType=UNIFIED", 0), "coin"), 0);
	assert_int_equal(money_of(row, "bonus"), 5 * MONEY_ONE);
	assert_int_equal(money_of(row, "walletBalance"), wallet + 75 * MONEY_ONE);
	assert_int_equal(strike("no_row=-10"), 0);
	assert_int_equal(strike("late_row=20"), 0);
	assert_int_equal(count_rows("/v5/account/transaction-log?accountType=UNIFIED"), 3);
	assert_int_equal(book_sum("wallet"), wallet + 85 * MONEY_ONE);
	emu_advance(emu, emu_now(emu) + 10 * MINUTE_MS);
	assert_int_equal(count_rows("/v5/account/transaction-log?accountType=UNIFIED"), 4);
	assert_int_equal(strike("equity_x10=1000"), 0);
	row = read_row("/v5/account/wallet-balance?accountType=UNIFIED", 0);
	assert_int_equal(money_of(row, "totalEquity"), 10 * (wallet + 85 * MONEY_ONE));
	pass_ms(1000);
	row = read_row("/v5/account/wallet-balance?accountType=UNIFIED", 0);
	assert_int_equal(money_of(row, "totalEquity"), wallet + 85 * MONEY_ONE);
}

static void a_dead_key_and_a_refused_login_are_said(void **state)
{
	(void)state;
	assert_int_equal(strike("key_dead=1000"), 0);
	assert_int_equal(read_code(HELD), 33004);
	pass_ms(1000);
	assert_int_equal(read_code(HELD), 0);
	assert_int_equal(strike("login_refused"), 0);
	int client = emu_ws_open(emu, emu_now(emu), "/v5/private");
	login(client, emu_now(emu) + 5000);
	assert_true(frame_has(take_all(), "\"success\":false"));
	login(client, emu_now(emu) + 5000);
	assert_int_equal(count_of(take_all(), "\"success\":true"), 1);
}

/* Somebody who trades without thinking, in all weathers. */
static void trade_blindly(struct random *dice)
{
	static const char *const wires[] = {"BTCUSDT", "ETHUSDT"};
	const char *wire = wires[random_below(dice, 2)], *side = random_below(dice, 2) ? "Buy" : "Sell";
	char body[400], target[200];
	snprintf(target, sizeof(target), "/v5/market/tickers?category=linear&symbol=%s", wire);
	fetch(target);
	const char *at = strstr(reply.body, "\"lastPrice\":\"");
	double last = at != NULL ? strtod(at + 13, NULL) : 0;
	if (last <= 0)
		return; /* the answer was spoilt */
	double way = side[0] == 'B' ? 1 : -1;
	switch (random_below(dice, 4)) {
	case 0:
		snprintf(
			body, sizeof(body),
			"{\"category\":\"linear\",\"symbol\":\"%s\",\"side\":\"%s\",\"orderType\":\"Market\","
			"\"qty\":\"0.%02d\",\"stopLoss\":\"%.1f\",\"takeProfit\":\"%.1f\"}",
			wire, side, 1 + (int)random_below(dice, 60), last * (1 - 0.004 * way),
			last * (1 + 0.006 * way));
		break;
	case 1:
		snprintf(
			body, sizeof(body),
			"{\"category\":\"linear\",\"symbol\":\"%s\",\"side\":\"%s\",\"orderType\":\"Market\","
			"\"qty\":\"0.01\",\"reduceOnly\":true}",
			wire, side);
		break;
	case 2:
		snprintf(body, sizeof(body),
			 "{\"category\":\"linear\",\"symbol\":\"%s\",\"side\":\"%s\",\"orderType\":\"Limit\","
			 "\"qty\":\"0.02\",\"price\":\"%.1f\"}",
			 wire, side, last * (1 - 0.001 * way));
		break;
	default:
		snprintf(body, sizeof(body),
			 "{\"category\":\"linear\",\"symbol\":\"%s\",\"tpslMode\":\"Full\",\"positionIdx\":0,"
			 "\"stopLoss\":\"%.1f\"}",
			 wire, last * (1 - 0.002 * way));
		signed_at(emu_now(emu), "POST", "/v5/position/trading-stop", body);
		return;
	}
	signed_at(emu_now(emu), "POST", CREATE, body);
}

static void the_books_are_right_in_every_weather(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct random dice;
		close_account(NULL);
		setup = an_account(2);
		setup.market.seed = seed;
		setup.weather =
			(struct emu_weather){.seed = seed, .per_hour = 120, .account = true, .regrid = true};
		account_open(&setup);
		a_private_stream();
		random_seed(&dice, seed);
		for (int i = 0; i < 2500; i++) {
			emu_advance(emu, emu_now(emu) + 1 + (ms_t)random_below(&dice, MINUTE_MS));
			if (emu_ws_open(emu, emu_now(emu), "/v5/private") >= 0)
				emu_ws_close(emu, private_client);
			trade_blindly(&dice);
			take_all();
			stand_forget();
			if (i % 500 == 0)
				assert_int_equal(book_sum("wrong"), 0);
		}
		assert_int_equal(book_sum("wrong"), 0);
		assert_true(book_sum("fees") > 0);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_two, close_account)
	const struct CMUnitTest tests[] = {
		TEST(each_row_of_the_account_can_be_commanded),
		TEST(a_lost_request_has_no_effect_and_a_lost_answer_has),
		TEST(an_order_can_be_done_and_answered_10016),
		TEST(a_late_order_is_found_by_nobody_until_it_arrives),
		TEST(a_lost_order_is_acknowledged_and_never_comes),
		TEST(a_mute_order_is_seen_by_reading_only),
		TEST(stale_reads_show_the_account_as_it_was),
		TEST(news_are_missed_late_twice_or_in_another_order),
		TEST(an_entry_can_be_rejected_after_its_acknowledgement),
		TEST(a_stop_can_be_missing_refused_cancelled_or_lost),
		TEST(money_comes_and_goes_with_rows_late_rows_or_none),
		TEST(a_dead_key_and_a_refused_login_are_said),
		TEST(the_books_are_right_in_every_weather),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
