/* SPDX-License-Identifier: MIT
 * One wait for everything, lag that counts what it should, names that are looked up elsewhere, words to
 * systemd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "loop.h"
#include "notify.h"
#include "resolver.h"
#include "url.h"

static struct loop loop;
static int calls, ends[2];

static int set_up(void **state)
{
	char error[100];

	(void)state;
	calls = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
		return -1;
	if (loop_open(&loop, error, sizeof error) != 0)
		return -1;
	for (int i = 0; i < 4; i++) /* libwebsockets has some business of its own at first */
		loop_wait(&loop, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	loop_close(&loop);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static int64_t waited_ms(ms_t max_ms)
{
	int64_t begun_us = loop_us();

	assert_int_equal(loop_wait(&loop, max_ms), 0);
	return (loop_us() - begun_us) / 1000;
}

/* Until it is called so often, or a second is over. */
static void wait_for_calls(int n)
{
	int64_t end_us = loop_us() + 1000000;

	while (calls < n && loop_us() < end_us)
		loop_wait(&loop, 50);
	assert_int_equal(calls, n);
}

static void read_one(void *ctx, int fd, unsigned events)
{
	char c;

	assert_ptr_equal(ctx, &calls);
	assert_true(events & LOOP_READ);
	assert_int_equal(read(fd, &c, 1), 1);
	calls++;
}

static void drop_both(void *ctx, int fd, unsigned events)
{
	(void)ctx, (void)fd, (void)events;
	loop_drop(&loop, ends[0]);
	loop_drop(&loop, ends[1]);
	calls++;
}

static void a_wait_ends_when_its_time_is_over(void **state)
{
	(void)state;
	assert_in_range(waited_ms(60), 55, 1000);
	assert_true(waited_ms(0) < 1000);
	assert_true(waited_ms(-5) < 1000);
}

static void what_is_ready_ends_a_wait(void **state)
{
	(void)state;
	assert_int_equal(loop_add(&loop, ends[0], LOOP_READ, read_one, &calls), 0);
	assert_int_equal(write(ends[1], "ab", 2), 2);
	assert_true(waited_ms(NEVER_MS) < 5000); /* would hang */
	wait_for_calls(2);                       /* what is left is seen next */
	loop_change(&loop, ends[0], 0);
	assert_int_equal(write(ends[1], "c", 1), 1);
	assert_in_range(waited_ms(30), 25, 1000);
	loop_change(&loop, ends[0], LOOP_READ);
	wait_for_calls(3);
	loop_drop(&loop, ends[0]);
	assert_int_equal(write(ends[1], "d", 1), 1);
	assert_in_range(waited_ms(30), 25, 1000);
	assert_int_equal(calls, 3);
}

/* Both are in one batch; the first call drops the second. */
static void a_source_that_was_dropped_is_not_called_any_more(void **state)
{
	(void)state;
	assert_int_equal(loop_add(&loop, ends[0], LOOP_WRITE, drop_both, NULL), 0);
	assert_int_equal(loop_add(&loop, ends[1], LOOP_WRITE, drop_both, NULL), 0);
	wait_for_calls(1);
	loop_wait(&loop, 10);
	assert_int_equal(calls, 1);
}

static void sources_are_bounded(void **state)
{
	int fds[LOOP_SOURCES_MAX], code = 0, n = 0;

	(void)state;
	for (; n < LOOP_SOURCES_MAX && code == 0; n++) {
		fds[n] = dup(ends[0]);
		code = loop_add(&loop, fds[n], LOOP_READ, read_one, &calls);
	}
	assert_int_equal(code, TB_EFULL);
	while (n-- > 0) {
		loop_drop(&loop, fds[n]);
		close(fds[n]);
	}
	assert_int_equal(loop_add(&loop, ends[0], LOOP_READ, read_one, &calls), 0);
}

static void signals_end_a_wait_and_are_read_once(void **state)
{
	(void)state;
	assert_int_equal(loop_signals(&loop), 0);
	kill(getpid(), SIGHUP);
	kill(getpid(), SIGTERM);
	unsigned seen = 0;
	for (int i = 0; i < 20 && seen != (LOOP_HUP | LOOP_TERM); i++) {
		loop_wait(&loop, 100);
		seen |= loop_signals(&loop);
	}
	assert_int_equal(seen, LOOP_HUP | LOOP_TERM);
	assert_int_equal(loop_signals(&loop), 0);
}

static void lag_is_the_time_between_two_waits_without_commits(void **state)
{
	(void)state;
	loop_wait(&loop, 1);
	usleep(40000); /* the turn */
	loop_wait(&loop, 1);
	assert_in_range(loop_lag(&loop).max_us, 40000, 5000000);
	loop_lag_reset(&loop);
	loop_wait(&loop, 1);
	int64_t begun_us = loop_us();
	usleep(200000); /* the commit */
	loop_excuse(&loop, loop_us() - begun_us);
	loop_wait(&loop, 1);
	assert_true(loop_lag(&loop).max_us < 150000);
	assert_true(loop_lag(&loop).turns >= 2);
	assert_true(loop_lag(&loop).p50_us <= loop_lag(&loop).p99_us);
	assert_true(loop_lag(&loop).p99_us <= loop_lag(&loop).max_us);
}

static void dawdle(void *ctx, int fd, unsigned events)
{
	read_one(ctx, fd, events);
	usleep(40000);
}

static void lag_counts_what_is_called_during_the_wait(void **state)
{
	(void)state;
	assert_int_equal(loop_add(&loop, ends[0], LOOP_READ, dawdle, &calls), 0);
	assert_int_equal(write(ends[1], "a", 1), 1);
	wait_for_calls(1);
	loop_wait(&loop, 1);
	assert_in_range(loop_lag(&loop).max_us, 40000, 5000000);
}

/* ---- names ---- */

static int answers;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* a lookup cannot end while it is held */
static atomic_int lookups;

static void on_answer(void *ctx)
{
	(void)ctx;
	answers++;
}

static void lookup_by_name(struct resolver_answer *answer)
{
	pthread_mutex_lock(&gate);
	lookups++;
	answer->count = 0;
	if (strncmp(answer->host, "no", 2) == 0)
		snprintf(answer->error, sizeof answer->error, "lookup %d failed", lookups);
	else
		snprintf(answer->at[answer->count++], RESOLVER_ADDRESS_MAX, "10.0.0.%d", lookups);
	pthread_mutex_unlock(&gate);
}

static void wait_for_answers(int n)
{
	int64_t end_us = loop_us() + 5000000;

	while (answers < n && loop_us() < end_us)
		loop_wait(&loop, 20);
	assert_int_equal(answers, n);
}

static void a_name_is_asked_once_and_then_known(void **state)
{
	const struct resolver_answer *answer;
	struct resolver resolver;

	(void)state;
	answers = 0, lookups = 0;
	assert_int_equal(resolver_open(&resolver, &loop, lookup_by_name, on_answer, NULL), 0);
	assert_int_equal(resolver_find(&resolver, "a.test", true, &answer), RESOLVER_ASKED);
	assert_int_equal(resolver_find(&resolver, "a.test", true, &answer), RESOLVER_ASKED);
	wait_for_answers(1);
	assert_int_equal(resolver_find(&resolver, "a.test", false, &answer), RESOLVER_KNOWN);
	assert_string_equal(answer->at[0], "10.0.0.1");
	assert_int_equal(lookups, 1);

	/* An old answer is used while it is asked again, and replaced. */
	resolver.hosts[0].answered_us -= (RESOLVER_FRESH_MS + 1) * 1000;
	assert_int_equal(resolver_find(&resolver, "a.test", false, &answer), RESOLVER_KNOWN);
	assert_string_equal(answer->at[0], "10.0.0.1");
	wait_for_answers(2);
	assert_int_equal(resolver_find(&resolver, "a.test", false, &answer), RESOLVER_KNOWN);
	assert_string_equal(answer->at[0], "10.0.0.2");
	resolver_close(&resolver);
}

static void a_failure_is_told_and_asked_again_only_for_a_new_wish(void **state)
{
	const struct resolver_answer *answer;
	struct resolver resolver;

	(void)state;
	answers = 0, lookups = 0;
	assert_int_equal(resolver_open(&resolver, &loop, lookup_by_name, on_answer, NULL), 0);
	assert_int_equal(resolver_find(&resolver, "no.test", false, &answer), RESOLVER_ASKED);
	wait_for_answers(1);
	assert_int_equal(resolver_find(&resolver, "no.test", false, &answer), RESOLVER_FAILED);
	assert_string_equal(answer->error, "lookup 1 failed");
	assert_int_equal(resolver_find(&resolver, "no.test", true, &answer), RESOLVER_ASKED);
	wait_for_answers(2);
	assert_int_equal(lookups, 2);
	resolver_close(&resolver);
}

static void a_lookup_that_hangs_holds_up_neither_the_loop_nor_others_nor_the_end(void **state)
{
	const struct resolver_answer *answer;
	struct resolver resolver;
	char host[16];

	(void)state;
	answers = 0, lookups = 0;
	pthread_mutex_lock(&gate);
	assert_int_equal(resolver_open(&resolver, &loop, lookup_by_name, on_answer, NULL), 0);
	for (int i = 0; i < RESOLVER_HOSTS_MAX; i++) { /* more than may be asked at a time */
		snprintf(host, sizeof host, "h%d.test", i);
		assert_int_equal(resolver_find(&resolver, host, true, &answer),
				 i < RESOLVER_THREADS_MAX ? RESOLVER_ASKED : RESOLVER_FAILED);
	}
	assert_int_equal(resolver_find(&resolver, "one.more.test", true, &answer), RESOLVER_FAILED);
	assert_in_range(waited_ms(20), 15, 500);
	resolver_close(&resolver);
	pthread_mutex_unlock(&gate); /* they answer to nobody now */
	for (int i = 0; i < 200 && lookups < RESOLVER_THREADS_MAX; i++)
		usleep(10000);
	assert_int_equal(lookups, RESOLVER_THREADS_MAX);
	assert_int_equal(answers, 0);
}

static void the_system_knows_numbers_and_its_own_name(void **state)
{
	struct resolver_answer answer = {.host = "127.0.0.1"};

	(void)state;
	resolver_ask_system(&answer);
	assert_int_equal(answer.count, 1);
	assert_string_equal(answer.at[0], "127.0.0.1");
	answer = (struct resolver_answer){.host = "no-such-name.invalid"};
	resolver_ask_system(&answer);
	assert_int_equal(answer.count, 0);
	assert_true(answer.error[0] != '\0');
}

static void addresses_are_taken_apart(void **state)
{
	static const char *const wrong[] = {"",
					    "api.bybit.com",
					    "https://",
					    "https://:1/",
					    "https://a:0/",
					    "https://a:65536",
					    "https://a:/",
					    "https://a:1x/",
					    "https://[::1/x",
					    "longscheme://a"};
	struct url url;

	(void)state;
	assert_true(url_parse("https://api.bybit.com", &url));
	assert_string_equal(url.host, "api.bybit.com");
	assert_int_equal(url.port, 443);
	assert_string_equal(url.path, "");
	assert_true(url_is_safe(&url));
	assert_true(url_parse("wss://stream.bybit.com:8443/v5/public/linear?a=b:c", &url));
	assert_string_equal(url.host, "stream.bybit.com");
	assert_int_equal(url.port, 8443);
	assert_string_equal(url.path, "/v5/public/linear?a=b:c");
	assert_true(url_is_safe(&url));
	assert_true(url_parse("ws://[::1]:65535?x", &url));
	assert_string_equal(url.host, "::1");
	assert_int_equal(url.port, 65535);
	assert_false(url_is_safe(&url));
	assert_true(url_parse("http://h", &url));
	assert_int_equal(url.port, 80);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(url_parse(wrong[i], &url));
}

/* ---- systemd ---- */

static void listen_as_systemd(int *fd, const char *name, size_t len)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	*fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	memcpy(at.sun_path, name, len);
	assert_int_equal(
		bind(*fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
		0);
}

static void assert_told(int fd, const char *words)
{
	char text[512];
	ssize_t len = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);

	assert_true(len > 0);
	text[len] = '\0';
	assert_memory_equal(text, words, strlen(words));
}

static void systemd_is_told_at_an_abstract_socket_and_at_a_path(void **state)
{
	char dir[] = "/tmp/tb_notify_XXXXXX", path[64], name[64], pid[24];
	struct notify notify;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/socket", dir);
	listen_as_systemd(&fd, path, strlen(path));
	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_true(notify_open(&notify));
	assert_int_equal(notify.watchdog_ms, 30000);
	notify_ready(&notify, "20 symbols");
	assert_told(fd, "READY=1\nSTATUS=20 symbols");
	notify_status(&notify, "asleep");
	assert_told(fd, "STATUS=asleep");
	notify_reloading(&notify);
	assert_told(fd, "RELOADING=1\nMONOTONIC_USEC=");
	notify_alive(&notify);
	assert_told(fd, "WATCHDOG=1\n");
	notify_stopping(&notify, "");
	assert_told(fd, "STOPPING=1\n");
	notify_close(&notify);
	close(fd);
	unlink(path);
	rmdir(dir);

	snprintf(name, sizeof name, "@tb-notify-%d", (int)getpid());
	setenv("NOTIFY_SOCKET", name, 1);
	snprintf(pid, sizeof pid, "%d", (int)getpid() + 1);
	setenv("WATCHDOG_PID", pid, 1);
	name[0] = '\0';
	listen_as_systemd(&fd, name, 1 + strlen(name + 1));
	assert_true(notify_open(&notify));
	assert_int_equal(notify.watchdog_ms, 0); /* it is another's */
	notify_ready(&notify, "");
	assert_told(fd, "READY=1\n");
	close(fd);
	notify_ready(&notify, "nobody is there any more, and that is all right");
	notify_close(&notify);
}

static void without_systemd_nothing_is_said(void **state)
{
	struct notify notify;

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_true(notify_open(&notify));
	assert_int_equal(notify.fd, -1);
	notify_ready(&notify, "x");
	setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
	assert_false(notify_open(&notify));
	notify_close(&notify);
	unsetenv("NOTIFY_SOCKET");
}

#define LOOP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOOP_TEST(a_wait_ends_when_its_time_is_over),
		LOOP_TEST(what_is_ready_ends_a_wait),
		LOOP_TEST(a_source_that_was_dropped_is_not_called_any_more),
		LOOP_TEST(sources_are_bounded),
		LOOP_TEST(signals_end_a_wait_and_are_read_once),
		LOOP_TEST(lag_is_the_time_between_two_waits_without_commits),
		LOOP_TEST(lag_counts_what_is_called_during_the_wait),
		LOOP_TEST(a_name_is_asked_once_and_then_known),
		LOOP_TEST(a_failure_is_told_and_asked_again_only_for_a_new_wish),
		LOOP_TEST(a_lookup_that_hangs_holds_up_neither_the_loop_nor_others_nor_the_end),
		cmocka_unit_test(the_system_knows_numbers_and_its_own_name),
		cmocka_unit_test(addresses_are_taken_apart),
		cmocka_unit_test(systemd_is_told_at_an_abstract_socket_and_at_a_path),
		cmocka_unit_test(without_systemd_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
