/* SPDX-License-Identifier: MIT
 * A simulated run killed at any line goes on as if nothing had happened: each child process dies by SIGKILL at a
 * chosen point of a chosen turn, the next one opens what it left behind, and in the end the journal's digest is the
 * one of a run that nobody disturbed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "random.h"
#include "sha256.h"
#include "sim_run.h"

#define START_MS 1767225600000LL

enum point { BEFORE_COMMIT, AFTER_COMMIT, AFTER_ACTING, AFTER_SAVING, POINT_COUNT };

struct death {
	int64_t turn; /* 0: lives */
	enum point point;
};

static struct config config;
static struct death death;
static struct sim_run run; /* large */

static void die_at(int64_t turn, enum point point)
{
	if (turn == death.turn && point == death.point)
		kill(getpid(), SIGKILL);
}

static int commit(void *ctx, const struct turn_records *turn)
{
	die_at(turn->turn, BEFORE_COMMIT);
	int err = sim_run_commit(ctx, turn);
	die_at(turn->turn, AFTER_COMMIT);
	return err;
}

static void acted(void *ctx, int64_t turn)
{
	die_at(turn, AFTER_ACTING);
	sim_run_acted(ctx, turn);
	die_at(turn, AFTER_SAVING);
}

/* The child's whole life. */
static void live(const char *dir, int64_t days)
{
	char error[512] = "";
	ms_t next_ms;
	struct sim_options options = {.config = &config, .symbols = 4, .seed = 5, .start_ms = START_MS,
				      .end_ms = START_MS + days * DAY_MS, .balance = config.sim.balance,
				      .taker_fee = config.taker_fee, .stage = RATIO_ONE};

	if (sim_run_open(&run, &options, dir, 77, error, sizeof error) != 0) {
		fprintf(stderr, "open: %s\n", error);
		_exit(1);
	}
	run.sim.world.sink.commit = commit;
	run.sim.world.sink.acted = acted;
	if (sim_run_start(&run, error, sizeof error) != 0) {
		fprintf(stderr, "start: %s\n", error);
		_exit(1);
	}
	while (sim_world_next(&run.sim, &next_ms))
		sim_world_turn(&run.sim);
	bool broken = run.sim.checker.over_limit || run.sim.checker.books || sim_broker_check(&run.sim.broker) != 0;
	if (broken)
		fprintf(stderr, "violation: %s\n", run.sim.checker.first);
	sim_run_close(&run);
	_exit(broken ? 2 : 0);
}

/* True if the child finished, false if it was killed. */
static bool child(const char *dir, struct death when, int64_t days)
{
	int status;

	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		death = when;
		live(dir, days);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		return false;
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	return true;
}

static void feed(void *ctx, const void *bytes, size_t len) { sha256_add(ctx, bytes, len); }

static int64_t read_digest(const char *dir, char out[static SHA256_HEX_SIZE])
{
	static struct universe universe;
	struct journal journal;
	struct journal_error error;
	struct sha256 sha256;
	char path[256];

	snprintf(path, sizeof path, "%s/journal.db", dir);
	assert_int_equal(journal_open_read(&journal, path, &universe, &error), 0);
	assert_int_equal(sha256_open(&sha256), 0);
	assert_int_equal(journal_digest(&journal, feed, &sha256), 0);
	sha256_hex(&sha256, out);
	sha256_close(&sha256);
	int64_t turn = journal.turn;
	journal_close(&journal);
	return turn;
}

static void fresh_dir(char out[static 64])
{
	strcpy(out, "/tmp/tradebotd-resume-XXXXXX");
	assert_non_null(mkdtemp(out));
}

static void remove_dir(const char *dir)
{
	static const char *const names[] = {"journal.db", "journal.db-wal", "journal.db-shm", "sim.bin", "sim.bin.new"};
	char path[256];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

static void disturbed(struct random *random, int64_t turns, int64_t days, const char *wanted)
{
	char dir[64], got[SHA256_HEX_SIZE], deaths[256] = "";
	int64_t turn = 0;

	fresh_dir(dir);
	for (int i = 0; i < 4; i++) {
		struct death when = {turn + 1 + (int64_t)random_below(random, (uint64_t)turns / 3),
				     (enum point)random_below(random, POINT_COUNT)};
		if (i == 3)
			when.turn = 0;
		snprintf(deaths + strlen(deaths), sizeof deaths - strlen(deaths), " %lld.%d", (long long)when.turn,
			 when.point);
		if (child(dir, when, days))
			break;
		turn = when.turn;
	}
	read_digest(dir, got);
	if (strcmp(got, wanted) != 0)
		print_error("deaths at (turn.point)%s\n", deaths);
	assert_string_equal(got, wanted);
	remove_dir(dir);
}

static void a_run_killed_at_any_point_ends_with_the_digest_of_an_undisturbed_one(void **state)
{
	char dir[64], wanted[SHA256_HEX_SIZE];
	struct random random;
	int64_t days = 2;

	(void)state;
	fresh_dir(dir);
	assert_true(child(dir, (struct death){0}, days));
	int64_t turns = read_digest(dir, wanted);
	assert_true(turns > 100);
	remove_dir(dir);
	random_seed(&random, 11);
	for (int trial = 0; trial < 10; trial++)
		disturbed(&random, turns, days, wanted);
}

static void a_run_killed_in_its_very_first_turns_starts_again(void **state)
{
	char dir[64], wanted[SHA256_HEX_SIZE], got[SHA256_HEX_SIZE];

	(void)state;
	fresh_dir(dir);
	assert_true(child(dir, (struct death){0}, 1));
	read_digest(dir, wanted);
	remove_dir(dir);
	for (int64_t turn = 1; turn <= 3; turn++)
		for (int point = 0; point < POINT_COUNT; point++) {
			fresh_dir(dir);
			assert_false(child(dir, (struct death){turn, (enum point)point}, 1));
			assert_true(child(dir, (struct death){0}, 1));
			read_digest(dir, got);
			assert_string_equal(got, wanted);
			remove_dir(dir);
		}
}

static void a_finished_run_is_run_on_with_more_days(void **state)
{
	char dir[64], wanted[SHA256_HEX_SIZE], got[SHA256_HEX_SIZE];

	(void)state;
	fresh_dir(dir);
	assert_true(child(dir, (struct death){0}, 2));
	read_digest(dir, wanted);
	remove_dir(dir);
	fresh_dir(dir);
	assert_true(child(dir, (struct death){0}, 1));
	assert_true(child(dir, (struct death){0}, 2));
	read_digest(dir, got);
	assert_string_equal(got, wanted);
	remove_dir(dir);
}

int main(void)
{
	static const struct config_sources nothing;
	char error[256];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_killed_in_its_very_first_turns_starts_again),
		cmocka_unit_test(a_run_killed_at_any_point_ends_with_the_digest_of_an_undisturbed_one),
		cmocka_unit_test(a_finished_run_is_run_on_with_more_days),
	};

	if (config_load(&config, &nothing, error, sizeof error) != 0)
		return 1;
	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
