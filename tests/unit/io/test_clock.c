/* SPDX-License-Identifier: MIT
 * UTC never runs backwards whatever the wall clock does, and a stepped clock says what it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"

#define TOO_LONG                                                                                             \
	"now 1 and then a line that does not end, so that it is longer than whatever may be told at any "    \
	"time"
#define WALL  1700000000000LL
#define BEGUN 5000LL /* monotonic */

static struct clock begun(void)
{
	struct clock clock;

	clock_begin(&clock, WALL, BEGUN);
	return clock;
}

static void time_passes_as_the_monotonic_clock_counts_it(void **state)
{
	struct clock clock = begun();

	(void)state;
	assert_int_equal(clock_read(&clock, WALL, BEGUN), WALL);
	assert_int_equal(clock_read(&clock, WALL + 700, BEGUN + 700), WALL + 700);
	/* between two comparisons the wall clock is not asked */
	assert_int_equal(clock_read(&clock, WALL - HOUR_MS, BEGUN + 900), WALL + 900);
	assert_int_equal(clock_read(&clock, WALL + HOUR_MS, BEGUN + 1000), WALL + 1000);
}

static void a_machine_that_slept_jumps_forward_within_a_minute(void **state)
{
	struct clock clock = begun();

	(void)state;
	assert_int_equal(clock_read(&clock, WALL + HOUR_MS, BEGUN + MINUTE_MS - 1), WALL + MINUTE_MS - 1);
	assert_int_equal(clock_read(&clock, WALL + HOUR_MS, BEGUN + MINUTE_MS), WALL + HOUR_MS);
	assert_int_equal(clock.jumped_ms, HOUR_MS - MINUTE_MS);
}

static void a_little_behind_is_left_alone(void **state)
{
	struct clock clock = begun();

	(void)state;
	assert_int_equal(clock_read(&clock, WALL + MINUTE_MS + CLOCK_STEP_MS, BEGUN + MINUTE_MS),
			 WALL + MINUTE_MS);
	assert_int_equal(clock.jumped_ms, 0);
}

static void ahead_of_the_wall_it_runs_at_nine_tenths_until_they_agree(void **state)
{
	struct clock clock = begun();
	ms_t at = BEGUN + MINUTE_MS,
	     wall = WALL + MINUTE_MS - 4000; /* the wall was set back by four seconds */

	(void)state;
	assert_int_equal(clock_read(&clock, wall, at), WALL + MINUTE_MS);
	assert_int_equal(clock.jumped_ms, -4000);
	assert_int_equal(clock_read(&clock, wall + 1000, at + 1000), WALL + MINUTE_MS + 900);
	assert_int_equal(clock_read(&clock, wall + 39990, at + 39990), WALL + MINUTE_MS + 39990 - 3999);
	for (ms_t t = 40000; t <= 200000; t += 500)
		assert_int_equal(clock_read(&clock, wall + t, at + t), wall + t);
	assert_int_equal(clock.jumped_ms, 0);
}

static void it_never_runs_back_whatever_the_wall_does(void **state)
{
	struct clock clock = begun();
	ms_t last = 0;

	(void)state;
	srand(7);
	for (ms_t t = 0; t < 6 * HOUR_MS; t += rand() % 3000) {
		ms_t wall = WALL + t + (rand() % 7200001 - 3600000);
		ms_t now = clock_read(&clock, wall, BEGUN + t);
		assert_true(now >= last);
		last = now;
	}
}

static void a_wait_is_as_long_as_it_takes_until_then(void **state)
{
	struct clock clock;
	char error[100];

	(void)state;
	assert_int_equal(clock_open(&clock, NULL, error, sizeof error), 0);
	assert_false(clock_is_stepped(&clock));
	assert_int_equal(clock_wait_ms(&clock, clock_now(&clock) - 1), 0);
	assert_in_range(clock_wait_ms(&clock, clock_now(&clock) + 9000), 8000, 9000);
	clock.slow_from_ms = clock.compared_ms;
	clock.jumped_ms = -HOUR_MS;
	assert_in_range(clock_wait_ms(&clock, clock_now(&clock) + 9000), 9000, 10000);
	clock_close(&clock);
}

/* ---- the stepped one, and its teller at the other end of a socket ---- */

static struct teller {
	int listener, fd;
	char dir[32], path[64];
} teller;

static void *first_word(void *ctx)
{
	teller.fd = accept(teller.listener, NULL, NULL);
	if (write(teller.fd, ctx, strlen(ctx)) < 0)
		close(teller.fd);
	return NULL;
}

static int open_stepped(struct clock *clock, char *first)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	pthread_t thread;
	char error[100];
	int code;

	strcpy(teller.dir, "/tmp/tb_clock_XXXXXX");
	assert_non_null(mkdtemp(teller.dir));
	snprintf(teller.path, sizeof teller.path, "%s/clock", teller.dir);
	strcpy(at.sun_path, teller.path);
	teller.listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(teller.listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(teller.listener, 1), 0);
	pthread_create(&thread, NULL, first_word, first);
	code = clock_open(clock, teller.path, error, sizeof error);
	pthread_join(thread, NULL);
	return code;
}

static void close_stepped(struct clock *clock)
{
	clock_close(clock);
	close(teller.fd);
	close(teller.listener);
	unlink(teller.path);
	rmdir(teller.dir);
}

static void tell(const char *words)
{
	assert_int_equal(write(teller.fd, words, strlen(words)), strlen(words));
}

static void told_time_stands_until_it_is_told_again(void **state)
{
	struct clock clock;
	char line[100] = "";

	(void)state;
	assert_int_equal(open_stepped(&clock, "now 1700000000000 0\n"), 0);
	assert_true(clock_is_stepped(&clock));
	assert_int_equal(clock_now(&clock), 1700000000000);
	assert_int_equal(clock_take(&clock), 0);

	assert_int_equal(clock_idle(&clock, 1700000060000, 3, 0), 0);
	assert_true(read(teller.fd, line, sizeof line - 1) > 0);
	assert_string_equal(line, "idle 1700000060000 3 0\n");
	tell("now 17000000");
	assert_int_equal(clock_take(&clock), 0);
	assert_int_equal(clock_now(&clock), 1700000000000);
	tell("30000 12\n");
	assert_int_equal(clock_take(&clock), 1);
	assert_int_equal(clock_now(&clock), 1700000030000);
	assert_int_equal(clock.told_frames, 12);

	memset(line, 0, sizeof line);
	assert_int_equal(clock_idle(&clock, NEVER_MS, 3, 12), 0);
	assert_true(read(teller.fd, line, sizeof line - 1) > 0);
	assert_string_equal(line, "idle -1 3 12\n");
	tell("now 1700000030000 13\n"); /* time stands, more has been sent */
	assert_int_equal(clock_take(&clock), 1);
	assert_int_equal(clock.told_frames, 13);
	close_stepped(&clock);
}

static void a_teller_that_makes_no_sense_is_not_believed(void **state)
{
	static const char *const words[] = {
		"now 1699999999999 20\n", /* back in time */
		"now 1700000000001 -1\n", /* less than none */
		"now 1700000000001\n",    "now 1700000000001 20 x\n", "idle 1 2 3\n", TOO_LONG,
	};

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		struct clock clock;
		assert_int_equal(open_stepped(&clock, "now 1700000000000 9\n"), 0);
		tell(words[i]);
		assert_int_equal(clock_take(&clock), TB_EIO);
		assert_int_equal(clock_now(&clock), 1700000000000);
		close_stepped(&clock);
	}
}

static void a_teller_that_goes_is_noticed(void **state)
{
	struct clock clock;

	(void)state;
	assert_int_equal(open_stepped(&clock, "now 1 0\n"), 0);
	tell("now 2 0\n");
	close(teller.fd);
	assert_int_equal(clock_take(&clock), TB_EIO);
	assert_int_equal(clock_now(&clock), 2);
	assert_int_equal(clock_idle(&clock, 5, 0, 0), TB_EIO);
	close_stepped(&clock);
}

static void without_a_teller_there_is_no_clock(void **state)
{
	struct clock clock;
	char error[200] = "";

	(void)state;
	assert_int_equal(clock_open(&clock, "/nowhere/at/all", error, sizeof error), TB_EIO);
	assert_non_null(strstr(error, "/nowhere/at/all: No such file"));
	assert_int_equal(open_stepped(&clock, "good morning\n"), TB_EIO);
	close_stepped(&clock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_passes_as_the_monotonic_clock_counts_it),
		cmocka_unit_test(a_machine_that_slept_jumps_forward_within_a_minute),
		cmocka_unit_test(a_little_behind_is_left_alone),
		cmocka_unit_test(ahead_of_the_wall_it_runs_at_nine_tenths_until_they_agree),
		cmocka_unit_test(it_never_runs_back_whatever_the_wall_does),
		cmocka_unit_test(a_wait_is_as_long_as_it_takes_until_then),
		cmocka_unit_test(told_time_stands_until_it_is_told_again),
		cmocka_unit_test(a_teller_that_makes_no_sense_is_not_believed),
		cmocka_unit_test(a_teller_that_goes_is_noticed),
		cmocka_unit_test(without_a_teller_there_is_no_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
