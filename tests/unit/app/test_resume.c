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
#include "sim_run.h"

#define START_MS 1767225600000LL

enum point { BEFORE_COMMIT, AFTER_COMMIT, AFTER_ACTING, AFTER_SAVING, POINT_COUNT };

struct death {
	int64_t turn; /* 0: lives */
	enum point point;
};

/* A market of files: three symbols, of which two miss bars now and then, so that rounds wait two seconds for them. */
#define TAPE_BARS 2500
static struct candle tape_bars[3][TAPE_BARS];
static struct candle_series tape_series[3];
static struct candle_set tape_set;
static bool taped, rollout;

static struct config config;
static struct death death;
static struct sim_run run; /* large */

/* Not every turn has something to act on and to save: the first from there on that has. */
static void die_at(int64_t turn, enum point point)
{
	if (death.turn != 0 && turn >= death.turn && point == death.point)
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
				      .taker_fee = config.taker_fee, .stage = RATIO_ONE,
				      .set = taped ? &tape_set : NULL, .rollout = rollout};

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
		sim_world_turn(&run.sim, next_ms);
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

static int64_t read_digest(const char *dir, char out[static DIGEST_HEX_SIZE])
{
	static struct universe universe;
	struct journal journal;
	struct journal_error error;
	struct digest digest;
	char path[256];

	snprintf(path, sizeof path, "%s/journal.db", dir);
	assert_int_equal(journal_open_read(&journal, path, &universe, &error), 0);
	assert_int_equal(journal_digest(&journal, &digest), 0);
	digest_hex(&digest, out);
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

/* One run that dies `deaths` times, each time within the next `stride` turns; point POINT_COUNT: anywhere. */
static void disturbed(struct random *random, int deaths, int64_t stride, enum point point, int64_t days,
		      const char *wanted)
{
	char dir[64], got[DIGEST_HEX_SIZE], told[2048] = "";
	int64_t turn = 0;

	fresh_dir(dir);
	for (int i = 0; i <= deaths; i++) {
		struct death when = {turn + 1 + (int64_t)random_below(random, (uint64_t)stride),
				     point == POINT_COUNT ? (enum point)random_below(random, POINT_COUNT) : point};
		if (i == deaths)
			when.turn = 0;
		size_t at = strlen(told);
		snprintf(told + at, sizeof told - at, " %lld.%d", (long long)when.turn, (int)when.point);
		if (child(dir, when, days))
			break;
		turn = when.turn;
	}
	read_digest(dir, got);
	if (strcmp(got, wanted) != 0)
		print_error("deaths at (turn.point)%s\n", told);
	assert_string_equal(got, wanted);
	remove_dir(dir);
}

static void a_run_killed_at_any_point_ends_with_the_digest_of_an_undisturbed_one(void **state)
{
	char dir[64], wanted[DIGEST_HEX_SIZE];
	struct random random;
	int64_t days = 2;

	(void)state;
	fresh_dir(dir);
	assert_true(child(dir, (struct death){0}, days));
	int64_t turns = read_digest(dir, wanted);
	assert_true(turns > 100);
	remove_dir(dir);
	random_seed(&random, 11);
	for (int trial = 0; trial < 8; trial++)
		disturbed(&random, 3, turns / 3, POINT_COUNT, days, wanted);
}

/* At first an unpromoted account trades in the shadow book only: its orders, positions and stops are the ones
 * that must survive. */
static void a_shadow_book_survives_as_the_account_does(void **state)
{
	rollout = true;
	a_run_killed_at_any_point_ends_with_the_digest_of_an_undisturbed_one(state);
	rollout = false;
}

static void a_run_killed_in_its_very_first_turns_starts_again(void **state)
{
	char dir[64], wanted[DIGEST_HEX_SIZE], got[DIGEST_HEX_SIZE];

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

static void a_run_that_dies_again_and_again_while_it_starts_goes_on(void **state)
{
	char dir[64], wanted[DIGEST_HEX_SIZE], got[DIGEST_HEX_SIZE];

	(void)state;
	fresh_dir(dir);
	assert_true(child(dir, (struct death){0}, 1));
	int64_t turns = read_digest(dir, wanted);
	remove_dir(dir);
	for (int point = 0; point < POINT_COUNT; point++) {
		fresh_dir(dir);
		int64_t turn = turns / 2;
		assert_false(child(dir, (struct death){turn, AFTER_COMMIT}, 1));
		for (int again = 0; again < 3; again++) /* the first turn that is new to each of them is start-up's */
			assert_false(child(dir, (struct death){turn += point == BEFORE_COMMIT ? again == 0 : 1, (enum point)point}, 1));
		assert_true(child(dir, (struct death){0}, 1));
		read_digest(dir, got);
		assert_string_equal(got, wanted);
		remove_dir(dir);
	}
}

static void flip_a_byte(const char *dir, long at)
{
	char path[256];

	snprintf(path, sizeof path, "%s/sim.bin", dir);
	FILE *file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	int byte = getc(file);
	assert_int_not_equal(byte, EOF);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	assert_int_equal(putc(byte ^ 1, file), byte ^ 1);
	assert_int_equal(fclose(file), 0);
}

/* The file's two places: headers at 0 and 4096, the first body at 8192. */
static void a_place_that_was_torn_by_death_leaves_the_other_one(void **state)
{
	static const long bytes[] = {16, 4096 + 16, 8192 + 200};
	char dir[64], wanted[DIGEST_HEX_SIZE], got[DIGEST_HEX_SIZE];
	int status;

	(void)state;
	fresh_dir(dir);
	assert_true(child(dir, (struct death){0}, 1));
	int64_t turns = read_digest(dir, wanted);
	remove_dir(dir);
	for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
		fresh_dir(dir);
		assert_false(child(dir, (struct death){turns / 2 + (int64_t)i, AFTER_SAVING}, 1));
		flip_a_byte(dir, bytes[i]);
		assert_true(child(dir, (struct death){0}, 1));
		read_digest(dir, got);
		assert_string_equal(got, wanted);
		remove_dir(dir);
	}
	fresh_dir(dir);
	assert_false(child(dir, (struct death){turns / 2, AFTER_SAVING}, 1));
	flip_a_byte(dir, bytes[0]);
	flip_a_byte(dir, bytes[1]);
	pid_t pid = fork();
	if (pid == 0)
		live(dir, 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1); /* refused, with words */
	remove_dir(dir);
}

static void make_tape(void)
{
	struct random random;

	random_seed(&random, 4);
	sim_universe_generate(&tape_set.universe, 3, config.taker_fee);
	tape_set.series = tape_series;
	tape_set.timeframe_ms = MINUTE_MS;
	for (int sym = 0; sym < 3; sym++) {
		price_t price = 100000;
		size_t count = 0;
		for (int64_t i = 0; i < TAPE_BARS; i++) {
			price_t open = price, wild = i / 200 % 3 == 1 ? 400 : 60;
			price += (price_t)random_below(&random, (uint64_t)(2 * wild + 1)) - wild;
			price_t high = (price > open ? price : open) + wild / 4, low = (price < open ? price : open) - wild / 4;
			if (sym > 0 && random_below(&random, 6) == 0)
				continue;
			tape_bars[sym][count++] = (struct candle){START_MS + i * MINUTE_MS, open, high, low, price, 5000000};
		}
		tape_series[sym] = (struct candle_series){.candles = tape_bars[sym], .count = count};
	}
}

static void rounds_that_wait_for_a_missing_bar_survive_a_kill_too(void **state)
{
	char dir[64], wanted[DIGEST_HEX_SIZE];
	struct random random;

	(void)state;
	make_tape();
	taped = true;
	fresh_dir(dir);
	assert_true(child(dir, (struct death){0}, 1));
	int64_t turns = read_digest(dir, wanted);
	assert_true(turns > 100);
	remove_dir(dir);
	random_seed(&random, 12);
	/* after saving: the file and the journal agree, and the round may still be waiting */
	disturbed(&random, 80, turns / 40, AFTER_SAVING, 1, wanted);
	disturbed(&random, 30, turns / 15, POINT_COUNT, 1, wanted);
	taped = false;
}

static void a_finished_run_is_run_on_with_more_days(void **state)
{
	char dir[64], wanted[DIGEST_HEX_SIZE], got[DIGEST_HEX_SIZE];

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
		cmocka_unit_test(a_shadow_book_survives_as_the_account_does),
		cmocka_unit_test(a_run_killed_in_its_very_first_turns_starts_again),
		cmocka_unit_test(a_run_killed_at_any_point_ends_with_the_digest_of_an_undisturbed_one),
		cmocka_unit_test(a_run_that_dies_again_and_again_while_it_starts_goes_on),
		cmocka_unit_test(a_place_that_was_torn_by_death_leaves_the_other_one),
		cmocka_unit_test(rounds_that_wait_for_a_missing_bar_survive_a_kill_too),
		cmocka_unit_test(a_finished_run_is_run_on_with_more_days),
	};

	if (config_load(&config, &nothing, error, sizeof error) != 0)
		return 1;
	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
