/* SPDX-License-Identifier: MIT
 * The control socket: answers whom it should, is bounded by bad and slow clients, and never waits. */
#include "control.h"
#include "control_ask.h"
#include "unix_path.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct control control;
static char dir[64], path[1100];
static int64_t now_us;
static char asked[CONTROL_LINE_MAX], with[CONTROL_LINE_MAX];

static int answer(void *ctx, const char *verb, const char *arg, FILE *out)
{
	(void)ctx;
	snprintf(asked, sizeof asked, "%s", verb);
	snprintf(with, sizeof with, "%s", arg);
	if (strcmp(verb, "long") == 0) {
		fputc('"', out);
		for (int i = 0; i < CONTROL_ANSWER_MAX; i++)
			fputc('x', out);
		fputc('"', out);
		return 0;
	}
	if (strcmp(verb, "big") == 0) {
		fprintf(out, "{\"text\": \"");
		for (int i = 0; i < CONTROL_ANSWER_MAX / 2; i++)
			fputc('x', out);
		fprintf(out, "\"}");
		return 0;
	}
	if (strcmp(verb, "status") != 0) {
		fprintf(out, "no question '%s'", verb);
		return 2;
	}
	fprintf(out, "{\"turn\": 12}");
	return 0;
}

static int open_in(const char *folder)
{
	char error[512] = "";

	snprintf(path, sizeof path, "%s/control.sock", folder);
	now_us = 1000;
	int err = control_open(&control, path, answer, NULL, error, sizeof error);
	if (err != 0)
		print_error("%s\n", error);
	return err;
}

static int set_up(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/tradebotd-control-XXXXXX");
	return mkdtemp(dir) == NULL ? -1 : open_in(dir);
}

static int tear_down(void **state)
{
	(void)state;
	control_close(&control);
	return rmdir(dir);
}

static int a_client(void)
{
	struct unix_path at;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(unix_path_open(&at, path), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at.address, sizeof at.address), 0);
	unix_path_close(&at);
	control_step(&control, now_us);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	control_step(&control, now_us);
}

/* What has come, and whether the other end is closed. */
static const char *read_some(int fd, bool *over)
{
	static char text[8192];
	ssize_t n = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);
	char rest[16];

	text[n > 0 ? n : 0] = '\0';
	*over = n == 0 || (n > 0 && recv(fd, rest, sizeof rest, MSG_DONTWAIT) == 0);
	return text;
}

static void hears(int fd, const char *wanted)
{
	bool over;

	assert_string_equal(read_some(fd, &over), wanted);
	assert_true(over);
	close(fd);
}

static void a_question_is_answered_and_the_connection_is_over(void **state)
{
	(void)state;
	int fd = a_client();
	say(fd, "status\n");
	hears(fd, "{\"ok\": true, \"answer\": {\"turn\": 12}}\n");
	assert_string_equal(with, "");
	assert_int_equal(control_due_us(&control), INT64_MAX);
}

static void words_after_the_first_are_the_argument(void **state)
{
	(void)state;
	int fd = a_client();
	say(fd, "why   BTC/USDT again\r\n");
	hears(fd, "{\"ok\": false, \"code\": 2, \"error\": \"no question 'why'\"}\n");
	assert_string_equal(asked, "why");
	assert_string_equal(with, "BTC/USDT again");
}

static void a_line_may_come_in_pieces(void **state)
{
	bool over;

	(void)state;
	int fd = a_client();
	say(fd, "sta");
	assert_string_equal(read_some(fd, &over), "");
	assert_false(over);
	say(fd, "tus");
	say(fd, "\n");
	hears(fd, "{\"ok\": true, \"answer\": {\"turn\": 12}}\n");
}

static void a_question_that_is_too_long_is_refused(void **state)
{
	char text[CONTROL_LINE_MAX + 1];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	int fd = a_client();
	say(fd, text);
	hears(fd, "{\"ok\": false, \"code\": 2, \"error\": \"the question is too long\"}\n");
}

static void bytes_that_are_no_words_do_no_harm(void **state)
{
	(void)state;
	int fd = a_client();
	assert_int_equal(send(fd, "\0\xff\x01\n", 4, MSG_NOSIGNAL), 4);
	control_step(&control, now_us);
	hears(fd, "{\"ok\": false, \"code\": 2, \"error\": \"the question is no line of words\"}\n");
	asked[0] = '\0';
	fd = a_client(); /* before the NUL it is a question; as a whole it is none */
	assert_int_equal(send(fd, "status\0please\n", 14, MSG_NOSIGNAL), 14);
	control_step(&control, now_us);
	hears(fd, "{\"ok\": false, \"code\": 2, \"error\": \"the question is no line of words\"}\n");
	assert_string_equal(asked, "");
	fd = a_client();
	say(fd, "status"); /* without its end it is none either */
	close(fd);
	control_step(&control, now_us);
	assert_string_equal(asked, "");
	fd = a_client();
	close(fd); /* asks nothing */
	control_step(&control, now_us);
	assert_int_equal(control_due_us(&control), INT64_MAX);
}

static void who_is_silent_is_dropped_at_the_deadline(void **state)
{
	bool over;

	(void)state;
	int fd = a_client();
	say(fd, "stat");
	assert_int_equal(control_due_us(&control), now_us + CONTROL_MS * 1000);
	control_step(&control, now_us + CONTROL_MS * 1000 - 1);
	read_some(fd, &over);
	assert_false(over);
	control_step(&control, now_us + CONTROL_MS * 1000);
	hears(fd, "");
}

static void who_does_not_read_is_dropped_and_holds_up_nobody(void **state)
{
	(void)state;
	int slow = a_client();
	say(slow, "big\n"); /* more than a socket holds */
	int fd = a_client();
	say(fd, "status\n");
	hears(fd, "{\"ok\": true, \"answer\": {\"turn\": 12}}\n");
	control_step(&control, now_us + CONTROL_MS * 1000);
	assert_int_equal(control_due_us(&control), INT64_MAX);
	close(slow);
}

static void an_answer_may_be_bounded_only(void **state)
{
	(void)state;
	int fd = a_client();
	say(fd, "long\n");
	hears(fd, "{\"ok\": false, \"code\": 1, \"error\": \"the answer is too long\"}\n");
}

static void more_clients_than_there_is_room_for_are_turned_away(void **state)
{
	int fds[CONTROL_CLIENTS_MAX];

	(void)state;
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		fds[i] = a_client();
	hears(a_client(), "{\"ok\": false, \"code\": 3, \"error\": \"too many questions at once\"}\n");
	close(fds[0]);
	control_step(&control, now_us);
	int fd = a_client();
	say(fd, "status\n");
	hears(fd, "{\"ok\": true, \"answer\": {\"turn\": 12}}\n");
	for (int i = 1; i < CONTROL_CLIENTS_MAX; i++)
		close(fds[i]);
	control_step(&control, now_us);
}

static void its_file_is_for_its_owner_and_goes_with_it(void **state)
{
	struct stat status;

	(void)state;
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	control_close(&control);
	assert_int_not_equal(stat(path, &status), 0);
	FILE *left = fopen(path, "w"); /* of a daemon that was killed */
	assert_non_null(left);
	fclose(left);
	assert_int_equal(open_in(dir), 0);
}

/* Another user, although the file would let him in. */
static void another_user_is_refused(void **state)
{
	int status;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(chmod(path, 0666), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char text[256] = "";
		struct unix_path at;
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);
		if (setuid(65534) != 0 || unix_path_open(&at, path) != 0 ||
		    connect(fd, (struct sockaddr *)&at.address, sizeof at.address) != 0)
			_exit(1);
		recv(fd, text, sizeof text - 1, 0);
		_exit(strstr(text, "own user") != NULL ? 0 : 2);
	}
	for (int i = 0; waitpid(pid, &status, WNOHANG) == 0 && i < 5000; i++) {
		control_step(&control, now_us);
		usleep(1000);
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(control.refused, 1);
	assert_int_equal(control.asked, 0);
}

static void a_folder_with_a_long_name_has_a_socket_too(void **state)
{
	char longer[1024];

	(void)state;
	control_close(&control);
	snprintf(longer, sizeof longer, "%s/%0150d", dir, 7);
	assert_int_equal(mkdir(longer, 0700), 0);
	assert_int_equal(open_in(longer), 0);
	int fd = a_client();
	say(fd, "status\n");
	hears(fd, "{\"ok\": true, \"answer\": {\"turn\": 12}}\n");
	control_close(&control);
	assert_int_equal(rmdir(longer), 0);
}

static bool served; /* by the thread below */

static void *serve(void *ctx)
{
	(void)ctx;
	while (!__atomic_load_n(&served, __ATOMIC_RELAXED)) {
		control_step(&control, now_us);
		usleep(500);
	}
	return NULL;
}

static void the_asking_end_understands_answers_and_refusals(void **state)
{
	struct control_answer got;
	pthread_t thread;
	int64_t turn = 0;

	(void)state;
	served = false;
	assert_int_equal(pthread_create(&thread, NULL, serve, NULL), 0);
	assert_int_equal(control_ask(dir, "status", &got), 0);
	assert_int_equal(json_int64(json_member(got.answer, "turn"), &turn), JSON_OK);
	assert_int_equal(turn, 12);
	assert_int_equal(got.json_len, strlen("{\"turn\": 12}"));
	assert_memory_equal(got.json, "{\"turn\": 12}", got.json_len);
	control_answer_free(&got);
	assert_int_equal(control_ask(dir, "nonsense", &got), TB_EREFUSED);
	assert_int_equal(got.code, 2);
	assert_string_equal(got.error, "no question 'nonsense'");
	control_answer_free(&got);
	__atomic_store_n(&served, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}

static void where_no_daemon_is_there_is_no_answer(void **state)
{
	struct control_answer got;

	(void)state;
	control_close(&control);
	assert_int_equal(control_ask(dir, "status", &got), TB_ENOENT);
	control_answer_free(&got);
	/* a socket that a killed daemon has left behind */
	struct unix_path at;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(unix_path_open(&at, path), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at.address, sizeof at.address), 0);
	close(fd);
	assert_int_equal(control_ask(dir, "status", &got), TB_ENOENT);
	control_answer_free(&got);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_question_is_answered_and_the_connection_is_over),
		TEST(words_after_the_first_are_the_argument),
		TEST(a_line_may_come_in_pieces),
		TEST(a_question_that_is_too_long_is_refused),
		TEST(bytes_that_are_no_words_do_no_harm),
		TEST(who_is_silent_is_dropped_at_the_deadline),
		TEST(who_does_not_read_is_dropped_and_holds_up_nobody),
		TEST(an_answer_may_be_bounded_only),
		TEST(more_clients_than_there_is_room_for_are_turned_away),
		TEST(its_file_is_for_its_owner_and_goes_with_it),
		TEST(another_user_is_refused),
		TEST(a_folder_with_a_long_name_has_a_socket_too),
		TEST(the_asking_end_understands_answers_and_refusals),
		TEST(where_no_daemon_is_there_is_no_answer),
#undef TEST
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
