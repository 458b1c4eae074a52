/* SPDX-License-Identifier: MIT
 * Streams over real sockets and TLS: whole messages in order, every end told in words, opened again by
 * itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <time.h>

#include "io_stand.h"

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

static void open_stand(const char *path)
{
	stand_open("api.exchange.test", "stream.exchange.test", stand.server.port, stand.server.ca_file);
	assert_true(outbox_open(&stand.outbox, HOST_PUBLIC, 0, path));
}

static void say(const char *text)
{
	assert_true(outbox_send(&stand.outbox, 0, text, strlen(text)));
}

/* How long it takes to open again at most: twice the first back-off is ample. */
static void expect(size_t at, enum wire_kind kind, const char *words)
{
	stand_until(at + 1);
	assert_int_equal(stand.kept[at].in.kind, kind);
	if (strstr(stand.kept[at].text, words) == NULL)
		fail_msg("'%s' does not say '%s'", stand.kept[at].text, words);
}

static void messages_come_back_whole_and_in_order(void **state)
{
	char text[32];

	(void)state;
	open_stand("/ws/echo");
	expect(0, WIRE_UP, "");
	for (int i = 0; i < 50; i++) {
		snprintf(text, sizeof text, "{\"n\":%d}", i);
		say(text);
	}
	for (int i = 0; i < 50; i++) {
		snprintf(text, sizeof text, "{\"n\":%d}", i);
		expect((size_t)i + 1, WIRE_FRAME, text);
		assert_int_equal(stand.kept[i + 1].in.len, strlen(text));
	}
	assert_int_equal(link_counts(stand.link)->sent, 51);
	assert_int_equal(link_counts(stand.link)->frames, 50);
	stand_close();
}

static void a_long_message_goes_out_whole(void **state)
{
	static char text[60001];

	(void)state;
	memset(text, 'q', sizeof text - 1);
	open_stand("/ws/echo");
	expect(0, WIRE_UP, "");
	say(text);
	expect(1, WIRE_FRAME, text);
	stand_close();
}

static void fragments_are_put_together(void **state)
{
	(void)state;
	open_stand("/ws/fragments?300000");
	expect(1, WIRE_FRAME, "abc");
	assert_int_equal(stand.kept[1].in.len, 300000);
	for (size_t i = 0; i < 300000; i++)
		assert_int_equal(stand.kept[1].text[i], 'a' + i % 26);
	say("and then");
	expect(2, WIRE_FRAME, "and then");
	stand_close();
}

static void a_message_without_end_ends_the_connection(void **state)
{
	(void)state;
	open_stand("/ws/fragments?5000000");
	expect(0, WIRE_UP, "");
	expect(1, WIRE_DOWN, "more than");
	stand_close();
}

static void the_handshake_names_the_host_and_us_and_no_compression(void **state)
{
	(void)state;
	open_stand("/ws/head");
	expect(1, WIRE_FRAME, "\"host\": \"stream.exchange.test");
	expect(1, WIRE_FRAME, "\"user-agent\": \"tradebotd/test\"");
	assert_null(strstr(stand.kept[1].text, "extensions"));
	assert_null(strstr(stand.kept[1].text, "origin"));
	stand_close();
}

static void a_goodbye_is_told_in_its_words_and_the_stream_comes_back(void **state)
{
	(void)state;
	open_stand("/ws/close");
	expect(0, WIRE_UP, "");
	say("now");
	expect(1, WIRE_DOWN, "1001 maintenance");
	expect(2, WIRE_UP, "");
	assert_in_range(stand.kept[2].in.at_ms - stand.kept[1].in.at_ms, 300, 5000);
	stand_close();
}

static void a_cut_cable_is_told_and_the_stream_comes_back(void **state)
{
	(void)state;
	open_stand("/ws/reset");
	expect(0, WIRE_UP, "");
	say("now");
	expect(1, WIRE_DOWN, "broke");
	expect(2, WIRE_UP, "");
	stand_close();
}

static void a_handshake_that_is_refused_is_tried_again_ever_later(void **state)
{
	ms_t first, second;

	(void)state;
	open_stand("/ws/none");
	expect(0, WIRE_DOWN, "403");
	expect(2, WIRE_DOWN, "403");
	first = stand.kept[1].in.at_ms - stand.kept[0].in.at_ms;
	second = stand.kept[2].in.at_ms - stand.kept[1].in.at_ms;
	assert_in_range(first, 300, 5000);
	assert_in_range(second, 650, 5000);
	stand_close();
}

static void a_stream_closed_and_opened_is_a_fresh_connection(void **state)
{
	(void)state;
	open_stand("/ws/echo");
	expect(0, WIRE_UP, "");
	say("old");
	stand_turn(); /* it is on its way */
	assert_true(outbox_close(&stand.outbox, 0));
	assert_true(outbox_open(&stand.outbox, HOST_PUBLIC, 0, "/ws/head"));
	expect(1, WIRE_UP, "");
	expect(2, WIRE_FRAME, "\"host\"");
	stand_forget();
	assert_true(outbox_close(&stand.outbox, 0));
	stand_get(9, 5000, "/counts");
	stand_until(1);
	for (int i = 0; i < 100 && strstr(stand.kept[0].text, "\"goodbye\": 2") == NULL; i++) {
		stand_forget();
		stand_get(9, 5000, "/counts");
		stand_until(1);
	}
	assert_non_null(strstr(stand.kept[0].text, "\"goodbye\"")); /* it said so */
	stand_close();
}

static void a_stream_of_an_unknown_authority_or_another_name_is_refused(void **state)
{
	(void)state;
	stand_open("api.exchange.test", "stream.exchange.test", stand.server.port, NULL);
	assert_true(outbox_open(&stand.outbox, HOST_PUBLIC, 0, "/ws/echo"));
	expect(0, WIRE_DOWN, "cert");
	stand_close();

	stand_open("api.other.test", "stream.other.test", stand.server.port, stand.server.ca_file);
	assert_true(outbox_open(&stand.outbox, HOST_PUBLIC, 0, "/ws/echo"));
	expect(0, WIRE_DOWN, "host");
	stand_close();
}

static void the_addresses_of_a_name_take_turns(void **state)
{
	(void)state;
	stand_open("six.test", "six.test", stand.server.port, stand.server.ca_file);
	assert_true(outbox_open(&stand.outbox, HOST_PUBLIC, 0, "/ws/echo"));
	expect(0, WIRE_DOWN, "");
	assert_null(strstr(stand.kept[0].text, "host")); /* nobody listens at ::1 */
	expect(1, WIRE_DOWN, "host"); /* 127.0.0.1 answers, with a certificate for others */
	stand_close();
}

static void a_name_that_is_none_is_told_and_asked_again(void **state)
{
	(void)state;
	stand_open("none.test", "none.test", stand.server.port, stand.server.ca_file);
	assert_true(outbox_open(&stand.outbox, HOST_PUBLIC, 0, "/ws/echo"));
	expect(0, WIRE_DOWN, "there is no such name");
	expect(1, WIRE_DOWN, "there is no such name");
	stand_close();
}

static int64_t next_number;

static void must_be_next(const char *text, size_t len)
{
	assert_int_equal(len, 1000);
	assert_int_equal(strtoll(text, NULL, 10), next_number);
	next_number++;
}

static int64_t cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* 20 MB are sent to somebody who does not look for a while. */
static void a_flood_waits_at_the_peer_while_nobody_takes_it_and_nothing_is_lost(void **state)
{
	size_t most = 0;
	int64_t begun_us, spent_us;

	(void)state;
	open_stand("/ws/flood");
	expect(0, WIRE_UP, "");
	stand.on_frame = must_be_next;
	next_number = 0;
	say("20000");
	begun_us = loop_us();
	while (loop_us() - begun_us < 700000)
		stand_turn();
	assert_true(link_counts(stand.link)->queued >= LINK_QUEUE_MAX);
	spent_us = cpu_us();
	begun_us = loop_us();
	while (loop_us() - begun_us < 500000) {
		stand_turn();
		if (link_counts(stand.link)->queued > most)
			most = link_counts(stand.link)->queued;
	}
	spent_us = cpu_us() - spent_us;
	assert_true(most < LINK_QUEUE_MAX + (1 << 20));
	assert_true(spent_us < 250000); /* it waits, it does not spin */
	while (stand.frames < 20000 && loop_us() - begun_us < 20000000) {
		stand_take();
		stand_turn();
	}
	assert_int_equal(stand.frames, 20000);
	stand_close();
}

static void the_environment_names_no_proxy(void **state)
{
	(void)state;
	setenv("http_proxy", "127.0.0.1:9", 1);
	open_stand("/ws/echo");
	expect(0, WIRE_UP, "");
	stand_close();
	unsetenv("http_proxy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_come_back_whole_and_in_order),
		cmocka_unit_test(a_long_message_goes_out_whole),
		cmocka_unit_test(fragments_are_put_together),
		cmocka_unit_test(a_message_without_end_ends_the_connection),
		cmocka_unit_test(the_handshake_names_the_host_and_us_and_no_compression),
		cmocka_unit_test(a_goodbye_is_told_in_its_words_and_the_stream_comes_back),
		cmocka_unit_test(a_cut_cable_is_told_and_the_stream_comes_back),
		cmocka_unit_test(a_handshake_that_is_refused_is_tried_again_ever_later),
		cmocka_unit_test(a_stream_closed_and_opened_is_a_fresh_connection),
		cmocka_unit_test(a_stream_of_an_unknown_authority_or_another_name_is_refused),
		cmocka_unit_test(the_addresses_of_a_name_take_turns),
		cmocka_unit_test(a_name_that_is_none_is_told_and_asked_again),
		cmocka_unit_test(a_flood_waits_at_the_peer_while_nobody_takes_it_and_nothing_is_lost),
		cmocka_unit_test(the_environment_names_no_proxy),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
