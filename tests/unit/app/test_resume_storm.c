/* SPDX-License-Identifier: MIT
 * Of a run in a storm, every so many turns a copy is left as a death would leave it: between commit and act,
 * or after both. A second run is opened from the copy, in a child that goes on with the first one, too: from
 * there on both must tell the journal the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "sim_run.h"

#define START_MS    1767225600000LL
#define COMPARED_MS (3 * HOUR_MS)
#define TOLD_MAX    40000

/* What is compared. Notes, the account and the link are told at a start, too. */
static const bool compared[RECORD_COUNT] = {
	[RECORD_DESK] = true,  [RECORD_TRADE] = true,   [RECORD_FILL] = true,  [RECORD_FILL_APART] = true,
	[RECORD_ORDER] = true, [RECORD_HOLDING] = true, [RECORD_DOUBT] = true, [RECORD_DECISION] = true};

struct told {
	size_t count;
	struct record at[TOLD_MAX];
};

static struct config config;
static struct sim_run run, resumed; /* large */
static struct told wanted, got;
static char dir[64], copy_dir[64];
static int64_t days, every, deaths, failures;
static ms_t until_ms; /* 0: in the parent */
static int64_t died_turn;
static bool died_unacted;

static void keep(struct told *told, const struct turn_records *turn)
{
	for (size_t i = 0; i < turn->wants->record_count; i++)
		if (compared[turn->wants->records[i].kind] && told->count < TOLD_MAX)
			told->at[told->count++] = turn->wants->records[i];
}

static int keep_got(void *ctx, const struct turn_records *turn)
{
	(void)ctx;
	keep(&got, turn);
	return 0;
}

static void copy_file(const char *name)
{
	static char bytes[1 << 16];
	char from[128], to[128];
	size_t count;

	snprintf(from, sizeof from, "%s/%s", dir, name);
	snprintf(to, sizeof to, "%s/%s", copy_dir, name);
	unlink(to);
	FILE *in = fopen(from, "rb"), *out = in != NULL ? fopen(to, "wb") : NULL;
	assert_true(in == NULL || out != NULL);
	while (in != NULL && (count = fread(bytes, 1, sizeof bytes, in)) > 0)
		assert_int_equal(fwrite(bytes, 1, count, out), count);
	if (in != NULL) {
		fclose(in);
		assert_int_equal(fclose(out), 0);
	}
}

static int open_run(struct sim_run *r, const char *in)
{
	char error[512] = "";
	struct sim_options options = {.config = &config,
				      .symbols = 4,
				      .seed = 9,
				      .start_ms = START_MS,
				      .end_ms = START_MS + days * DAY_MS,
				      .balance = config.sim.balance,
				      .taker_fee = config.taker_fee,
				      .stage = RATIO_ONE};

	int err = sim_run_open(r, &options, in, 77, error, sizeof error);
	if (err != 0)
		print_error("%s\n", error);
	return err;
}

/* The first difference, field by field. 0: none. */
static int compare(void)
{
	for (size_t i = 0; i < wanted.count || i < got.count; i++) {
		const struct record *a = &wanted.at[i], *b = &got.at[i];
		bool both = i < wanted.count && i < got.count && a->kind == b->kind;
		const struct record_row *row = &record_rows[i < wanted.count ? a->kind : b->kind];
		if (both && memcmp(&a->desk, &b->desk, row->field_count * sizeof(int64_t)) == 0)
			continue;
		print_error("died at turn %lld%s: record %zu (%s) is another one", (long long)died_turn,
			    died_unacted ? ", not acted on" : "", i, row->table);
		for (size_t f = 0; both && f < row->field_count; f++) {
			int64_t x = ((const int64_t *)&a->desk)[f], y = ((const int64_t *)&b->desk)[f];
			if (x != y)
				print_error(", %s %lld and not %lld", row->fields[f].name, (long long)y,
					    (long long)x);
		}
		print_error("\n");
		return 1;
	}
	return 0;
}

/* The journal's rows of the instruments are in the grids of the moment, so that what is read is shown in
 * them. */
static bool grids_are_of_now(void)
{
	static struct universe stored;
	struct journal journal;
	struct journal_error error;
	char path[128];
	bool same = true;

	snprintf(path, sizeof path, "%s/journal.db", copy_dir);
	if (journal_open_read(&journal, path, &stored, &error) != 0)
		return false;
	for (size_t i = 0; i < stored.count; i++)
		for (size_t k = 0; k < resumed.sim.universe->count; k++) {
			const struct instrument *now = &resumed.sim.universe->at[k];
			same = same && (strcmp(now->name, stored.at[i].name) != 0 ||
					now->generation == stored.at[i].generation);
		}
	journal_close(&journal);
	if (!same)
		print_error("died at turn %lld: an instrument is stored in another grid\n",
			    (long long)died_turn);
	return same;
}

/* The child's end: the run that was opened from what the death left behind goes on for as long. */
static void go_on_from_copy(void)
{
	char error[512] = "";
	ms_t next_ms;

	if (open_run(&resumed, copy_dir) != 0)
		_exit(1);
	bool grids = grids_are_of_now();
	resumed.sim.world.sink = (struct sink){.commit = keep_got};
	if (sim_run_start(&resumed, error, sizeof error) != 0)
		_exit(1);
	while (sim_world_next(&resumed.sim, &next_ms) && next_ms <= until_ms)
		sim_world_turn(&resumed.sim, next_ms);
	_exit(!grids || compare() != 0);
}

static void die(int64_t turn, bool unacted)
{
	int status;

	if (turn % every != 0)
		return;
	copy_file("journal.db");
	copy_file("journal.db-wal");
	copy_file("sim.bin");
	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		until_ms = run.sim.world.now_ms + COMPARED_MS;
		died_turn = turn, died_unacted = unacted;
		return;
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	deaths++;
	failures += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

static int commit(void *ctx, const struct turn_records *turn)
{
	if (until_ms != 0) {
		keep(&wanted, turn);
		return 0;
	}
	int err = sim_run_commit(ctx, turn);
	die(turn->turn, true);
	return err;
}

static void acted(void *ctx, int64_t turn)
{
	if (until_ms != 0)
		return;
	sim_run_acted(ctx, turn);
	die(turn, false);
}

static void remove_dir(const char *path)
{
	static const char *const names[] = {"journal.db", "journal.db-wal", "journal.db-shm", "sim.bin"};
	char name[128];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(name, sizeof name, "%s/%s", path, names[i]);
		unlink(name);
	}
	rmdir(path);
}

static void die_every(int64_t turns, int64_t span, const char *weather)
{
	char error[512] = "";
	ms_t next_ms;

	days = span, every = turns, deaths = failures = 0;
	snprintf(config.sim.weather, sizeof config.sim.weather, "%s", weather);
	strcpy(dir, "/tmp/tradebotd-storm-XXXXXX");
	strcpy(copy_dir, "/tmp/tradebotd-storm-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_non_null(mkdtemp(copy_dir));
	memset(&run, 0, sizeof run);
	assert_int_equal(open_run(&run, dir), 0);
	run.sim.world.sink.commit = commit;
	run.sim.world.sink.acted = acted;
	assert_int_equal(sim_run_start(&run, error, sizeof error), 0);
	while (sim_world_next(&run.sim, &next_ms) && (until_ms == 0 || next_ms <= until_ms))
		sim_world_turn(&run.sim, next_ms);
	if (until_ms != 0)
		go_on_from_copy();
	sim_run_close(&run);
	remove_dir(dir);
	remove_dir(copy_dir);
	assert_true(deaths > 20);
	assert_int_equal(failures, 0);
}

static void a_run_that_dies_in_a_storm_tells_the_same_afterwards(void **state)
{
	(void)state;
	die_every(29, 1, "storm,seed=7,per-day=1500,jitter=400");
	die_every(31, 1, "storm,seed=3,per-day=4000,jitter=400");
}

static void instruments_that_have_changed_are_stored_as_they_are_now(void **state)
{
	(void)state;
	die_every(61, 3, "storm,seed=2003,per-day=240,jitter=400");
}

int main(void)
{
	static const struct config_sources nothing;
	char error[256];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_that_dies_in_a_storm_tells_the_same_afterwards),
		cmocka_unit_test(instruments_that_have_changed_are_stored_as_they_are_now),
	};

	if (config_load(&config, &nothing, error, sizeof error) != 0)
		return 1;
	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
