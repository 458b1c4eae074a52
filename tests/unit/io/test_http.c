/* SPDX-License-Identifier: MIT
 * Requests over real sockets and TLS: what the server got, what is told of it, and what is proof that nothing
 * was done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <curl/curl.h>

#include "io_stand.h"

#define DEADLINE_MS 5000

static int start(void **state)
{
	(void)state;
	return io_server_start(&stand.server) ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	io_server_stop(&stand.server);
	return 0;
}

static void open_stand(void)
{
	stand_open("api.exchange.test", "stream.exchange.test", stand.server.port, stand.server.ca_file);
}

/* How often the server counted this. */
static int counted(const char *what)
{
	const char *text = stand_got("/counts", DEADLINE_MS)->text, *at;
	char key[64];

	snprintf(key, sizeof key, "\"%s\": ", what);
	at = strstr(text, key);
	return at != NULL ? atoi(at + strlen(key)) : 0;
}

static void an_answer_comes_whole_with_its_head(void **state)
{
	char text[64];

	(void)state;
	open_stand();
	assert_true(outbox_get(&stand.outbox, HOST_REST, 42, DEADLINE_MS, "/hello?a=b",
			       "X-Own: mine\nX-Two: 2\n"));
	stand_until(1);
	assert_int_equal(stand.kept[0].in.request, 42);
	assert_int_equal(stand.kept[0].in.status, 200);
	assert_non_null(strstr(stand.kept[0].text, "\"x-own\": \"mine\""));
	assert_non_null(strstr(stand.kept[0].text, "\"x-two\": \"2\""));
	assert_non_null(strstr(stand.kept[0].text, "\"user-agent\": \"tradebotd/test\""));
	assert_true(wire_header(&stand.kept[0].in, "x-test", text, sizeof text));
	assert_string_equal(text, "yes");
	stand_close();
}

static void a_body_is_posted_byte_for_byte(void **state)
{
	static char body[30000];

	(void)state;
	open_stand();
	for (size_t i = 0; i < sizeof body; i++)
		body[i] = (char)('a' + i % 26);
	assert_true(outbox_post(&stand.outbox, HOST_REST, 1, DEADLINE_MS, "/echo", "", body, sizeof body));
	assert_true(outbox_post(&stand.outbox, HOST_REST, 2, DEADLINE_MS, "/echo", "", "", 0));
	stand_until(2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(stand.kept[i].in.status, 200);
		assert_int_equal(stand.kept[i].in.len, stand.kept[i].in.request == 1 ? sizeof body : 0);
		assert_memory_equal(stand.kept[i].text, body, stand.kept[i].in.len);
	}
	stand_close();
}

static void a_megabyte_comes_whole_and_the_connection_is_used_again(void **state)
{
	(void)state;
	open_stand();
	int before = counted("connections");
	for (int i = 0; i < 5; i++)
		assert_int_equal(stand_got("/big?1000000", DEADLINE_MS)->in.len, 1000000);
	assert_int_equal(counted("connections"), before);
	stand_close();
}

static void an_answer_without_end_is_cut(void **state)
{
	(void)state;
	open_stand();
	const struct kept *kept = stand_got("/big?9000000", DEADLINE_MS);
	assert_int_equal(kept->in.status, WIRE_CUT);
	assert_non_null(strstr(kept->text, "more than"));
	stand_close();
}

static void a_header_that_cannot_be_sent_whole_sends_nothing(void **state)
{
	char head[4000];

	(void)state;
	open_stand();
	memset(head, 'h', sizeof head);
	memcpy(head, "X-Sign: ", 8);
	memcpy(head + sizeof head - 2, "\n", 2);
	assert_true(outbox_get(&stand.outbox, HOST_REST, 1, DEADLINE_MS, "/hello", head));
	stand_until(1);
	assert_int_equal(stand.kept[0].in.status, WIRE_NOT_SENT);
	stand_close();
}

static void a_redirect_is_an_answer_like_any_other(void **state)
{
	(void)state;
	open_stand();
	assert_int_equal(stand_got("/redirect", DEADLINE_MS)->in.status, 302);
	stand_close();
}

/* The order's danger: the server read it, acted on it, and closed a connection that had been used before. */
static void a_post_whose_connection_dies_is_sent_once_and_cut(void **state)
{
	(void)state;
	open_stand();
	int before = counted("POST /read-and-close");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(stand_got("/hello", DEADLINE_MS)->in.status, 200); /* now it is kept alive */
		stand_forget();
		assert_true(outbox_post(&stand.outbox, HOST_REST, 5, DEADLINE_MS, "/read-and-close",
					"Content-Type: application/json\n", "{\"side\":\"Buy\"}", 14));
		stand_until(1);
		assert_int_equal(stand.kept[0].in.request, 5);
		assert_int_equal(stand.kept[0].in.status, WIRE_CUT);
		assert_int_equal(counted("POST /read-and-close"), before + i + 1);
	}
	stand_close();
}

static void a_post_without_a_body_is_sent_once_too(void **state)
{
	(void)state;
	open_stand();
	int before = counted("POST /read-and-close");
	assert_int_equal(stand_got("/hello", DEADLINE_MS)->in.status, 200);
	stand_forget();
	assert_true(outbox_post(&stand.outbox, HOST_REST, 5, DEADLINE_MS, "/read-and-close", "", "", 0));
	stand_until(1);
	assert_int_equal(stand.kept[0].in.status, WIRE_CUT);
	assert_int_equal(counted("POST /read-and-close"), before + 1);
	stand_close();
}

/* That the two tests above can fail: curl left to itself sends the very same request twice. */
static void curl_by_itself_would_have_sent_it_twice(void **state)
{
	CURL *easy = curl_easy_init();
	FILE *nowhere = fopen("/dev/null", "w");
	char url[96];

	(void)state;
	open_stand();
	int before = counted("POST /read-and-close");
	curl_easy_setopt(easy, CURLOPT_CAINFO, stand.server.ca_file);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, nowhere);
	snprintf(url, sizeof url, "https://127.0.0.1:%d/hello", stand.server.port);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	assert_int_equal(curl_easy_perform(easy), CURLE_OK);
	snprintf(url, sizeof url, "https://127.0.0.1:%d/read-and-close", stand.server.port);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{\"side\":\"Buy\"}");
	assert_int_not_equal(curl_easy_perform(easy), CURLE_OK);
	curl_easy_cleanup(easy);
	fclose(nowhere);
	assert_int_equal(counted("POST /read-and-close"), before + 2);
	stand_close();
}

static void a_server_that_does_not_answer_is_cut_at_the_deadline(void **state)
{
	(void)state;
	open_stand();
	int64_t begun_us = loop_us();
	assert_int_equal(stand_got("/stall", 400)->in.status, WIRE_CUT);
	int64_t ms = (loop_us() - begun_us) / 1000;
	assert_in_range(ms, 380, 3000);
	assert_int_equal(stand_got("/hello", DEADLINE_MS)->in.status, 200);
	stand_close();
}

static void half_an_answer_is_none(void **state)
{
	(void)state;
	open_stand();
	assert_int_equal(stand_got("/cut", DEADLINE_MS)->in.status, WIRE_CUT);
	assert_int_equal(stand_got("/short", DEADLINE_MS)->in.status, WIRE_CUT);
	assert_int_equal(stand_got("/reset", DEADLINE_MS)->in.status, WIRE_CUT);
	assert_int_equal(stand_got("/garbage", DEADLINE_MS)->in.status, WIRE_CUT);
	stand_close();
}

static void where_nobody_listens_nothing_was_sent(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0); /* bound and not listening: the port is nobody else's */

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	getsockname(fd, (struct sockaddr *)&at, &size);
	stand_open("api.exchange.test", "stream.exchange.test", ntohs(at.sin_port), stand.server.ca_file);
	assert_int_equal(stand_got("/hello", DEADLINE_MS)->in.status, WIRE_NOT_SENT);
	stand_close();
	close(fd);
}

static void a_name_that_is_none_is_not_sent_to(void **state)
{
	(void)state;
	stand_open("none.test", "none.test", stand.server.port, stand.server.ca_file);
	const struct kept *kept = stand_got("/hello", DEADLINE_MS);
	assert_int_equal(kept->in.status, WIRE_NOT_SENT);
	assert_non_null(strstr(kept->text, "there is no such name"));
	stand_close();
}

static void a_name_server_that_is_dead_is_waited_for_until_the_deadline_and_holds_up_nobody(void **state)
{
	(void)state;
	stand_open("hang.test", "hang.test", stand.server.port, stand.server.ca_file);
	loop_lag_reset(&stand.loop);
	assert_true(outbox_open(&stand.outbox, HOST_PUBLIC, 0, "/ws/echo"));
	stand_get(1, 700, "/hello");
	stand_until(1);
	assert_int_equal(stand.kept[0].in.status, WIRE_NOT_SENT);
	struct loop_lag lag = loop_lag(&stand.loop);
	assert_true(lag.max_us < 400000); /* asked on the loop it would be 700000 and more */
	assert_true(lag.turns > 1);
	int64_t begun_us = loop_us();
	stand_close();
	assert_true(loop_us() - begun_us < 1000000);
}

static void a_second_address_is_tried_where_the_first_is_dead(void **state)
{
	(void)state;
	stand_open("six.test", "six.test", stand.server.port, stand.server.ca_file);
	/* It is reached, and refused: the certificate is for other names. */
	const struct kept *kept = stand_got("/hello", DEADLINE_MS);
	assert_int_equal(kept->in.status, WIRE_NOT_SENT);
	assert_non_null(strstr(kept->text, "certificate"));
	stand_close();
}

static void a_certificate_for_another_name_is_refused(void **state)
{
	(void)state;
	stand_open("api.other.test", "stream.other.test", stand.server.port, stand.server.ca_file);
	const struct kept *kept = stand_got("/hello", DEADLINE_MS);
	assert_int_equal(kept->in.status, WIRE_NOT_SENT);
	assert_non_null(strstr(kept->text, "subject name"));
	stand_close();
}

static void a_certificate_of_an_unknown_authority_is_refused(void **state)
{
	(void)state;
	stand_open("api.exchange.test", "stream.exchange.test", stand.server.port, NULL);
	const struct kept *kept = stand_got("/hello", DEADLINE_MS);
	assert_int_equal(kept->in.status, WIRE_NOT_SENT);
	assert_non_null(strstr(kept->text, "certificate"));
	stand_close();
}

static void what_the_system_trusts_is_trusted_by_requests_and_streams(void **state)
{
	char dir[80];

	(void)state;
	snprintf(dir, sizeof dir, "%s/trusted", stand.server.dir);
	setenv("SSL_CERT_DIR", dir, 1); /* it is the system's now */
	stand_open("api.exchange.test", "stream.exchange.test", stand.server.port, NULL);
	assert_int_equal(stand_got("/hello", DEADLINE_MS)->in.status, 200);
	stand_forget();
	assert_true(outbox_open(&stand.outbox, HOST_PUBLIC, 0, "/ws/echo"));
	stand_until(1);
	assert_int_equal(stand.kept[0].in.kind, WIRE_UP);
	stand_close();
	unsetenv("SSL_CERT_DIR");
}

static void plain_http_is_not_spoken(void **state)
{
	char base[64], error[100];
	struct wire_net *net;
	struct loop loop;
	struct clock clock;
	struct say say = {.kind = SAY_HTTP, .path = "/", .head = "", .text = "", .deadline_ms = 100};

	(void)state;
	assert_int_equal(loop_open(&loop, error, sizeof error), 0);
	assert_int_equal(clock_open(&clock, "", error, sizeof error), 0);
	net = wire_net_open(&loop, &clock, &(struct http_options){.agent = "x"}, stand_lookup, error,
			    sizeof error);
	snprintf(base, sizeof base, "http://api.exchange.test:%d/", stand.server.port);
	assert_int_equal(wire_net_ops.http_send(net, 1, base, &say), TB_EINVAL);
	assert_int_equal(wire_net_ops.http_send(net, 1, "no address", &say), TB_EINVAL);
	assert_int_equal(wire_net_ops.ws_open(net, 1, "ws://api.exchange.test/"), TB_EINVAL);
	wire_net_close(net);
	loop_close(&loop);
}

static void the_environment_names_no_proxy(void **state)
{
	(void)state;
	setenv("https_proxy", "http://127.0.0.1:9", 1);
	setenv("HTTPS_PROXY", "http://127.0.0.1:9", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:9", 1);
	open_stand();
	assert_int_equal(stand_got("/hello", DEADLINE_MS)->in.status, 200);
	stand_close();
	unsetenv("https_proxy");
	unsetenv("HTTPS_PROXY");
	unsetenv("ALL_PROXY");
}

static void more_requests_than_fit_are_answered_one_and_all(void **state)
{
	bool seen[40] = {false};

	(void)state;
	open_stand();
	for (uint32_t i = 0; i < 40; i++)
		stand_get(i, DEADLINE_MS, "/hello");
	stand_until(40);
	for (size_t i = 0; i < 40; i++) {
		assert_int_equal(stand.kept[i].in.status, 200);
		assert_false(seen[stand.kept[i].in.request]);
		seen[stand.kept[i].in.request] = true;
	}
	assert_int_equal(link_counts(stand.link)->sent, 40);
	stand_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_comes_whole_with_its_head),
		cmocka_unit_test(a_body_is_posted_byte_for_byte),
		cmocka_unit_test(a_megabyte_comes_whole_and_the_connection_is_used_again),
		cmocka_unit_test(an_answer_without_end_is_cut),
		cmocka_unit_test(a_header_that_cannot_be_sent_whole_sends_nothing),
		cmocka_unit_test(a_redirect_is_an_answer_like_any_other),
		cmocka_unit_test(a_post_whose_connection_dies_is_sent_once_and_cut),
		cmocka_unit_test(a_post_without_a_body_is_sent_once_too),
		cmocka_unit_test(curl_by_itself_would_have_sent_it_twice),
		cmocka_unit_test(a_server_that_does_not_answer_is_cut_at_the_deadline),
		cmocka_unit_test(half_an_answer_is_none),
		cmocka_unit_test(where_nobody_listens_nothing_was_sent),
		cmocka_unit_test(a_name_that_is_none_is_not_sent_to),
		cmocka_unit_test(
			a_name_server_that_is_dead_is_waited_for_until_the_deadline_and_holds_up_nobody),
		cmocka_unit_test(a_second_address_is_tried_where_the_first_is_dead),
		cmocka_unit_test(a_certificate_for_another_name_is_refused),
		cmocka_unit_test(a_certificate_of_an_unknown_authority_is_refused),
		cmocka_unit_test(what_the_system_trusts_is_trusted_by_requests_and_streams),
		cmocka_unit_test(plain_http_is_not_spoken),
		cmocka_unit_test(the_environment_names_no_proxy),
		cmocka_unit_test(more_requests_than_fit_are_answered_one_and_all),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
