/* SPDX-License-Identifier: MIT
 * The private stream: log in, subscribe, only then the link is up; whatever ends it, it is put back the same
 * way, and a refused key is not pushed at. */
#include "bybit_account.h"

static size_t links(const struct stand *s, enum link_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < stand_heard(s, EVENT_LINK); i++)
		count += stand_event(s, EVENT_LINK, i)->link.state == (int64_t)state;
	return count;
}

static bool opens(const struct stand *s, uint8_t stream)
{
	for (size_t i = 0; i < s->box.count; i++)
		if (s->box.at[i].kind == SAY_OPEN && s->box.at[i].stream == stream)
			return true;
	return false;
}

static void it_is_opened_beside_the_public_one_and_on_its_own_host(void **state)
{
	struct stand *s = calloc(1, sizeof *s);
	struct bybit_setup setup = *stand_setup();

	(void)state;
	s->exchange = (struct exchange){&bybit_ops, calloc(1, bybit_ops.state_bytes)};
	s->now_ms = START_MS;
	setup.key = KEY, setup.secret = SECRET;
	assert_int_equal(bybit_init(&s->exchange, &setup), 0);
	stand_time(s, START_MS);
	assert_true(opens(s, BYBIT_STREAM_PUBLIC));
	assert_true(opens(s, BYBIT_STREAM_PRIVATE));
	for (size_t i = 0; i < s->box.count; i++) {
		if (s->box.at[i].kind != SAY_OPEN || s->box.at[i].stream != BYBIT_STREAM_PRIVATE)
			continue;
		assert_int_equal(s->box.at[i].host, HOST_PRIVATE);
		assert_string_equal(s->box.at[i].path, "/v5/private");
	}
	account_free(s);
}

static void without_a_key_there_is_no_private_side(void **state)
{
	struct stand *s = stand_attached();
	struct ticket ticket = {0};

	(void)state;
	stand_clear(s);
	stand_up(s);
	assert_int_equal(links(s, LINK_UP), 1);
	assert_false(opens(s, BYBIT_STREAM_PRIVATE));
	assert_int_equal(submit(s, &ticket), TB_EREFUSED);
	assert_int_equal(stand_ask(s, INTENT_SNAPSHOT, SYM_NONE, 0), TB_EINVAL);
	assert_int_equal(stand_ask(s, INTENT_LEVERAGE, 0, 2 * RATIO_ONE), TB_EINVAL);
	stand_free(s);
}

static void the_login_is_signed_with_their_time(void **state)
{
	struct stand *s = account_started(0);
	char wanted[256], signature[HMAC_HEX_SIZE];
	struct hmac hmac;

	(void)state;
	private_wire(s, WIRE_UP, "");
	const char *login = stand_sent(s, "auth", 0);
	assert_non_null(login);
	assert_int_equal(hmac_open(&hmac, SECRET, strlen(SECRET)), 0);
	bybit_sign_login(&hmac, s->now_ms + 10000, signature);
	hmac_close(&hmac);
	snprintf(wanted, sizeof wanted,
		 "{\"req_id\":\"a1\",\"op\":\"auth\",\"args\":[\"" KEY "\",%lld,\"%s\"]}",
		 (long long)s->now_ms + 10000, signature);
	assert_string_equal(login, wanted);
	assert_null(stand_sent(s, "subscribe", 0));
	account_free(s);
}

static void a_login_waits_for_the_clock(void **state)
{
	struct stand *s = calloc(1, sizeof *s);
	struct bybit_setup setup = *stand_setup();

	(void)state;
	s->exchange = (struct exchange){&bybit_ops, calloc(1, bybit_ops.state_bytes)};
	s->now_ms = START_MS;
	setup.key = KEY, setup.secret = SECRET;
	assert_int_equal(bybit_init(&s->exchange, &setup), 0);
	stand_time(s, START_MS);
	uint32_t time = stand_asked(s, "/v5/market/time");
	assert_int_equal(stand_asked(s, "/v5/user/query-api"), 0);
	private_wire(s, WIRE_UP, "");
	assert_null(stand_sent(s, "auth", 0));
	stand_server_time(s, time, 700);
	const char *login = stand_sent(s, "auth", 0);
	char expires[32];
	snprintf(expires, sizeof expires, ",%lld,", (long long)START_MS + 700 + 10000);
	assert_non_null(login);
	assert_non_null(strstr(login, expires));
	account_free(s);
}

static void the_link_is_up_when_both_streams_are_and_the_login_is_answered(void **state)
{
	struct stand *s = account_started(0);

	(void)state;
	stand_up(s);
	assert_int_equal(links(s, LINK_UP), 0);
	private_wire(s, WIRE_UP, "");
	assert_int_equal(links(s, LINK_UP), 0);
	private_frame(s, "{\"success\":true,\"ret_msg\":\"\",\"op\":\"auth\",\"conn_id\":\"c\"}");
	assert_int_equal(links(s, LINK_UP), 0);
	assert_string_equal(stand_sent(s, "subscribe", 0),
			    "{\"req_id\":\"s2\",\"op\":\"subscribe\",\"args\":[\"order\",\"execution\","
			    "\"position\",\"wallet\"]}");
	private_frame(s, "{\"success\":true,\"ret_msg\":\"\",\"op\":\"subscribe\",\"conn_id\":\"c\"}");
	assert_int_equal(links(s, LINK_UP), 1);
	stand_down(s); /* the public one */
	assert_int_equal(links(s, LINK_DOWN), 1);
	stand_up(s);
	assert_int_equal(links(s, LINK_UP), 1);
	private_wire(s, WIRE_DOWN, "gone");
	assert_int_equal(links(s, LINK_DOWN), 1);
	stand_up(s);
	assert_int_equal(links(s, LINK_UP), 0);
	account_free(s);
}

static void both_styles_of_acknowledgement_are_understood(void **state)
{
	struct stand *s = account_started(0);

	(void)state;
	stand_up(s);
	private_wire(s, WIRE_UP, "");
	private_frame(s, "{\"retCode\":0,\"retMsg\":\"OK\",\"op\":\"auth\",\"connId\":\"c\"}");
	assert_non_null(stand_sent(s, "subscribe", 0));
	private_frame(s, "{\"retCode\":0,\"retMsg\":\"OK\",\"op\":\"subscribe\",\"connId\":\"c\"}");
	assert_int_equal(links(s, LINK_UP), 1);
	account_free(s);
}

static void after_a_disconnection_all_is_done_again(void **state)
{
	struct stand *s = account_new();

	(void)state;
	private_wire(s, WIRE_DOWN, "gone");
	assert_int_equal(links(s, LINK_DOWN), 1);
	account_login(s);
	assert_int_equal(links(s, LINK_UP), 1);
	assert_int_equal(bybit_counts(&s->exchange)->logins, 2);
	account_free(s);
}

static void a_silent_connection_is_begun_anew(void **state)
{
	struct stand *s = account_new();
	bool closed = false;

	(void)state;
	for (int i = 0; i < 40 && !closed; i++) {
		stand_wait(s, 1000);
		if (stand_sent(s, "ping", 0) != NULL) /* the public one answers */
			stand_frame(s, "{\"success\":true,\"ret_msg\":\"pong\",\"op\":\"ping\"}");
		for (size_t k = 0; k < s->box.count; k++)
			closed = closed || (s->box.at[k].kind == SAY_CLOSE &&
					    s->box.at[k].stream == BYBIT_STREAM_PRIVATE);
	}
	assert_true(closed);
	assert_in_range(s->now_ms, START_MS + 29000, START_MS + 31000);
	assert_int_equal(links(s, LINK_DOWN), 1);
	assert_true(opens(s, BYBIT_STREAM_PRIVATE));
	account_free(s);
}

static void an_answer_to_the_login_that_does_not_come_is_not_waited_for(void **state)
{
	struct stand *s = account_started(0);

	(void)state;
	private_wire(s, WIRE_UP, "");
	stand_wait(s, 9999);
	assert_false(opens(s, BYBIT_STREAM_PRIVATE));
	stand_wait(s, 1);
	assert_true(opens(s, BYBIT_STREAM_PRIVATE));
	account_free(s);
}

static void a_refused_key_is_told_and_tried_again_rarely(void **state)
{
	struct stand *s = account_started(0);
	const struct account_facts *facts = bybit_account_facts(&s->exchange);

	(void)state;
	stand_up(s);
	account_no_facts(s);
	private_wire(s, WIRE_UP, "");
	private_frame(s, "{\"success\":false,\"ret_msg\":\"10003 API key is invalid\",\"op\":\"auth\"}");
	assert_true(facts->refused);
	assert_non_null(strstr(facts->why, "API key is invalid"));
	assert_int_equal(links(s, LINK_DOWN), 2); /* the key's, and the stream's own end */
	assert_int_equal(stand_heard(s, EVENT_GARBAGE), 1);
	assert_false(opens(s, BYBIT_STREAM_PRIVATE));
	ms_t from = s->now_ms;
	bool opened = false;
	while (!opened && s->now_ms < from + 5 * MINUTE_MS) {
		stand_wait(s, 1000);
		opened = opens(s, BYBIT_STREAM_PRIVATE);
	}
	assert_true(opened && s->now_ms >= from + 40 * SECOND_MS);
	account_free(s);
}

static void an_expired_login_is_the_clock_s_fault(void **state)
{
	struct stand *s = account_started(0);

	(void)state;
	private_wire(s, WIRE_UP, "");
	private_frame(s,
		      "{\"success\":false,\"ret_msg\":\"Params Error: expires is expired\",\"op\":\"auth\"}");
	assert_false(bybit_account_facts(&s->exchange)->refused);
	assert_int_not_equal(stand_asked(s, "/v5/market/time"), 0);
	stand_wait(s, 1000);
	assert_true(opens(s, BYBIT_STREAM_PRIVATE));
	account_free(s);
}

static void an_unusable_setup_is_refused(void **state)
{
	struct exchange exchange = {&bybit_ops, calloc(1, bybit_ops.state_bytes)};
	struct bybit_setup setup = *stand_setup();

	(void)state;
	setup.key = "with space", setup.secret = SECRET;
	assert_int_equal(bybit_init(&exchange, &setup), TB_EINVAL);
	setup.key = "line\nfeed: yes";
	assert_int_equal(bybit_init(&exchange, &setup), TB_EINVAL);
	setup.key = KEY, setup.protection = RATIO_ONE / 5;
	assert_int_equal(bybit_init(&exchange, &setup), TB_EINVAL);
	setup.protection = 0, setup.secret = "";
	assert_int_equal(bybit_init(&exchange, &setup), TB_EINVAL);
	free(exchange.state);
}

/* Whatever is remembered of it: the state, and all that was said. */
static void the_secret_stands_in_no_text(void **state)
{
	struct stand *s = account_new();
	struct ticket ticket = ticket_enter(s, 1);

	(void)state;
	assert_null(memmem(s->exchange.state, bybit_ops.state_bytes, SECRET, strlen(SECRET)));
	assert_int_equal(submit(s, &ticket), 0);
	assert_null(memmem(&s->box, sizeof s->box, SECRET, strlen(SECRET)));
	account_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_opened_beside_the_public_one_and_on_its_own_host),
		cmocka_unit_test(without_a_key_there_is_no_private_side),
		cmocka_unit_test(the_login_is_signed_with_their_time),
		cmocka_unit_test(a_login_waits_for_the_clock),
		cmocka_unit_test(the_link_is_up_when_both_streams_are_and_the_login_is_answered),
		cmocka_unit_test(both_styles_of_acknowledgement_are_understood),
		cmocka_unit_test(after_a_disconnection_all_is_done_again),
		cmocka_unit_test(a_silent_connection_is_begun_anew),
		cmocka_unit_test(an_answer_to_the_login_that_does_not_come_is_not_waited_for),
		cmocka_unit_test(a_refused_key_is_told_and_tried_again_rarely),
		cmocka_unit_test(an_expired_login_is_the_clock_s_fault),
		cmocka_unit_test(an_unusable_setup_is_refused),
		cmocka_unit_test(the_secret_stands_in_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
