/* SPDX-License-Identifier: MIT
 * Tests of who may ask: signatures, time stamps, rights, limits, logins. */
#include "emu_account_stand.h"

static struct emu_setup setup;

static int open_one(void **state)
{
	(void)state;
	setup = an_account(2);
	account_open(&setup);
	return 0;
}

static int open_with(const struct emu_account_setup *account)
{
	setup = an_account(2);
	setup.account = *account;
	account_open(&setup);
	return 0;
}

#define WALLET "/v5/account/wallet-balance?accountType=UNIFIED&coin=USDT"

static int64_t code_now(void)
{
	return int_of(parsed(reply.body, reply.len), "retCode");
}

static void vectors_of_the_contract_are_right(void **state)
{
	static char text[8192], head[1024], query[1024];
	FILE *file = fopen(SHARED_DIR "/exchanges/fixtures/bybit/signing_vectors.json", "r");
	int checked = 0;

	(void)state;
	if (file == NULL) {
		print_message("the vectors are not here\n");
		skip();
	}
	size_t len = fread(text, 1, sizeof(text), file);
	fclose(file);
	setup = an_account(2);
	setup.market.start_ms = 1759999980000;
	account_open(&setup);
	static _Alignas(16) unsigned char memory[1 << 20];
	struct json_arena vectors;
	const struct cJSON *root = NULL;
	json_arena_init(&vectors, memory, sizeof(memory));
	assert_int_equal(json_parse(&vectors, text, len, &root), JSON_OK);
	for (const struct cJSON *vector = json_first(root); vector != NULL; vector = json_next(vector)) {
		if (strcmp(text_of(vector, "kind"), "rest") != 0)
			continue;
		const char *stamp = text_of(vector, "timestamp"), *payload = text_of(vector, "payload");
		bool is_post = strcmp(text_of(vector, "method"), "POST") == 0;
		stand_close();
		stand_open(&setup);
		emu_advance(emu, strtoll(stamp, NULL, 10));
		snprintf(
			head, sizeof(head),
			"X-BAPI-API-KEY: %s\nX-BAPI-TIMESTAMP: %s\nX-BAPI-RECV-WINDOW: %s\nX-BAPI-SIGN: %s\n",
			text_of(vector, "api_key"), stamp, text_of(vector, "recv_window"),
			text_of(vector, "signature"));
		snprintf(query, sizeof(query), "%s%s%s", text_of(vector, "path"),
			 is_post || payload[0] == '\0' ? "" : "?", is_post ? "" : payload);
		struct emu_request request = {text_of(vector, "method"), query, head, is_post ? payload : "",
					      is_post ? strlen(payload) : 0};
		emu_http(emu, emu_now(emu), &request, &reply);
		int64_t code = code_now();
		if (code >= 10002 && code <= 10010)
			fail_msg("%s: %s", text_of(vector, "id"), reply.body);
		request.target = "/v5/account/info?a=b";
		request.method = "GET";
		request.body_len = 0;
		emu_http(emu, emu_now(emu), &request, &reply);
		assert_int_equal(code_now(), 10004);
		checked++;
	}
	assert_int_equal(checked, 6);
}

static void a_login_of_the_contract_is_right(void **state)
{
	(void)state;
	setup = an_account(2);
	setup.market.start_ms = 1759999980000;
	stand_open(&setup);
	emu_advance(emu, 1760000005000);
	int client = emu_ws_open(emu, emu_now(emu), "/v5/private?max_active_time=60s");
	send_text(client, "{\"req_id\":\"a1\",\"op\":\"auth\",\"args\":[\"" STAND_KEY "\",1760000010000,"
			  "\"232dd5b259007b420f20bff3590ae538b8ec405a59a4dabc305fade87af93065\"]}");
	size_t at = take_all();
	assert_true(frame_has(at, "\"success\":true,\"ret_msg\":\"\",\"op\":\"auth\""));
}

static void a_request_without_headers_is_unauthorised(void **state)
{
	(void)state;
	fetch(WALLET);
	assert_int_equal(reply.status, 401);
	fetch("/v5/nothing/here");
	assert_int_equal(reply.status, 404);
}

static void another_key_or_a_changed_byte_is_refused(void **state)
{
	struct emu_request request = {"GET", WALLET, NULL, "", 0};

	(void)state;
	assert_int_equal(read_code(WALLET), 0);
	request.head = "X-BAPI-API-KEY: other\nX-BAPI-TIMESTAMP: 1\nX-BAPI-SIGN: 00\n";
	emu_http(emu, emu_now(emu), &request, &reply);
	assert_int_equal(code_now(), 10003);
	char head[256];
	snprintf(head, sizeof(head),
		 "X-BAPI-API-KEY: " STAND_KEY "\nX-BAPI-TIMESTAMP: %lld\nX-BAPI-SIGN: 00\n",
		 (long long)emu_now(emu));
	request.head = head;
	emu_http(emu, emu_now(emu), &request, &reply);
	assert_int_equal(code_now(), 10004);
	/* where there is no account every key is wrong */
	struct emu_setup bare = a_setup(1);
	stand_close();
	stand_open(&bare);
	emu_http(emu, emu_now(emu), &request, &reply);
	assert_int_equal(code_now(), 10003);
}

static void a_stamp_may_be_5000_ms_old_and_999_ms_ahead(void **state)
{
	ms_t now = emu_now(emu);

	(void)state;
	signed_at(now - 5000, "GET", WALLET, "");
	assert_int_equal(code_now(), 0);
	signed_at(now - 5001, "GET", WALLET, "");
	assert_int_equal(code_now(), 10002);
	signed_at(now + 999, "GET", WALLET, "");
	assert_int_equal(code_now(), 0);
	signed_at(now + 1000, "GET", WALLET, "");
	assert_int_equal(code_now(), 10002);
	assert_true(answer_has("invalid request, please check your server timestamp or recv_window param. "
			       "req_timestamp["));
	/* it is the server's clock that counts */
	assert_int_equal(strike("clock_skew=-3000"), 0);
	signed_at(now, "GET", WALLET, "");
	assert_int_equal(code_now(), 10002);
	signed_at(now - 3000, "GET", WALLET, "");
	assert_int_equal(code_now(), 0);
}

#define CANCEL_ALL "/v5/order/cancel-all"
#define ALL_USDT   "{\"category\":\"linear\",\"settleCoin\":\"USDT\"}"

static void a_key_may_what_its_rights_say(void **state)
{
	struct emu_account_setup account = an_account(2).account;

	(void)state;
	account.read_only = true;
	open_with(&account);
	assert_int_equal(read_code(WALLET), 0);
	assert_int_equal(post(CANCEL_ALL, ALL_USDT), 10005);
	assert_int_equal(int_of(read_result("/v5/user/query-api"), "readOnly"), 1);
	stand_close();
	account.read_only = false;
	account.cannot_trade = true;
	open_with(&account);
	assert_int_equal(read_code(WALLET), 10005);
	read_result("/v5/user/query-api");
	assert_true(answer_has("\"ContractTrade\":[]") && answer_has("\"ips\":[\"*\"]"));
	stand_close();
	account.cannot_trade = false;
	account.can_withdraw = account.can_transfer = true;
	account.ips = "10.1.2.3,127.0.0.1";
	open_with(&account);
	read_result("/v5/user/query-api");
	assert_true(answer_has("\"Wallet\":[\"AccountTransfer\",\"Withdraw\"]") &&
		    answer_has("\"ips\":[\"10.1.2.3\",\"127.0.0.1\"]") &&
		    answer_has("\"expiredAt\":\"1970-01-01T00:00:00Z\"") && answer_has("\"deadlineDay\":-2"));
	stand_close();
	account.ips = "10.1.2.3";
	open_with(&account);
	assert_int_equal(read_code(WALLET), 10010);
}

static void an_unbound_key_expires(void **state)
{
	struct emu_account_setup account = an_account(2).account;

	(void)state;
	account.expires_days = 1;
	open_with(&account);
	read_result("/v5/user/query-api");
	assert_true(answer_has("\"expiredAt\":\"2026-01-02T00:00:00Z\"") && answer_has("\"deadlineDay\":0"));
	emu_advance(emu, START_MS + DAY_MS);
	assert_int_equal(read_code(WALLET), 33004);
}

static void an_endpoint_has_so_many_requests_in_a_second(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(post(CANCEL_ALL, ALL_USDT), 0);
	assert_non_null(strstr(reply.head, "X-Bapi-Limit: 10\nX-Bapi-Limit-Status: 0\n"));
	assert_int_equal(post(CANCEL_ALL, ALL_USDT), 10006);
	char reset[80];
	snprintf(reset, sizeof(reset), "X-Bapi-Limit-Reset-Timestamp: %lld\n",
		 (long long)emu_now(emu) + 1000);
	assert_non_null(strstr(reply.head, reset));
	assert_int_equal(read_code(WALLET), 0); /* another one is not touched */
	assert_non_null(strstr(reply.head, "X-Bapi-Limit: 50\n"));
	emu_advance(emu, emu_now(emu) + 999);
	assert_int_equal(post(CANCEL_ALL, ALL_USDT), 10006);
	emu_advance(emu, emu_now(emu) + 1);
	assert_int_equal(post(CANCEL_ALL, ALL_USDT), 0);
}

static void a_stream_must_log_in_before_it_subscribes(void **state)
{
	int client = emu_ws_open(emu, emu_now(emu), "/v5/private");

	(void)state;
	subscribe_to(client, "\"order\"");
	size_t at = take_all();
	assert_true(frame_has(at, "\"success\":false,\"ret_msg\":\"Request not authorized\""));
	login(client, emu_now(emu)); /* it has expired */
	at = take_all();
	assert_true(frame_has(at, "\"success\":false,\"ret_msg\":\"Params Error\",\"op\":\"auth\""));
	login(client, emu_now(emu) + 5000);
	subscribe_to(client, "\"order\",\"wallet\"");
	at = take_all();
	assert_int_equal(frame_count - at, 2); /* and no snapshot */
	assert_true(frame_has(at, "\"success\":true") && frame_has(at, "\"op\":\"auth\""));
	assert_true(frame_has(at + 1, "\"success\":true") && frame_has(at + 1, "\"op\":\"subscribe\""));
	login(client, emu_now(emu) + 5000);
	subscribe_to(client, "\"order\"");
	subscribe_to(client, "\"position\",\"execution.linear\"");
	subscribe_to(client, "\"tickers.BTCUSDT\"");
	send_text(client, "{\"op\":\"ping\",\"req_id\":\"p1\"}");
	at = take_all();
	assert_int_equal(count_of(at, "\"success\":false"), 4);
	assert_true(frame_has(frame_count - 1, "{\"req_id\":\"p1\",\"op\":\"pong\",\"args\":["));
}

static void a_stream_without_a_word_is_closed_after_10_minutes(void **state)
{
	int client = a_private_stream();

	(void)state;
	pass_ms(9 * MINUTE_MS);
	send_text(client, "{\"op\":\"ping\"}");
	pass_ms(9 * MINUTE_MS);
	assert_int_equal(frame_count, 1);
	size_t at = pass_ms(MINUTE_MS);
	assert_int_equal(frame_count, 2);
	assert_string_equal(frames[at], "");
	assert_int_equal(frame_client[at], client);
}

static void a_login_can_be_acknowledged_in_the_other_style(void **state)
{
	struct emu_account_setup account = an_account(2).account;

	(void)state;
	account.code_acks = true;
	open_with(&account);
	int client = emu_ws_open(emu, emu_now(emu), "/v5/private");
	login(client, emu_now(emu) + 5000);
	size_t at = take_all();
	assert_true(frame_has(at, "{\"retCode\":0,\"retMsg\":\"OK\",\"op\":\"auth\",\"connId\":"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(vectors_of_the_contract_are_right, close_account),
		cmocka_unit_test_teardown(a_login_of_the_contract_is_right, close_account),
		cmocka_unit_test_setup_teardown(a_request_without_headers_is_unauthorised, open_one,
						close_account),
		cmocka_unit_test_setup_teardown(another_key_or_a_changed_byte_is_refused, open_one,
						close_account),
		cmocka_unit_test_setup_teardown(a_stamp_may_be_5000_ms_old_and_999_ms_ahead, open_one,
						close_account),
		cmocka_unit_test_teardown(a_key_may_what_its_rights_say, close_account),
		cmocka_unit_test_teardown(an_unbound_key_expires, close_account),
		cmocka_unit_test_setup_teardown(an_endpoint_has_so_many_requests_in_a_second, open_one,
						close_account),
		cmocka_unit_test_setup_teardown(a_stream_must_log_in_before_it_subscribes, open_one,
						close_account),
		cmocka_unit_test_setup_teardown(a_stream_without_a_word_is_closed_after_10_minutes, open_one,
						close_account),
		cmocka_unit_test_teardown(a_login_can_be_acknowledged_in_the_other_style, close_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
