/* SPDX-License-Identifier: MIT
 * Nothing is allocated once the engine is ready: every malloc, calloc and realloc of the process is counted
 * here, in front of the C library's own, and what SQLite asks for is counted apart (it has no allocator of
 * its own in Debian's build, and asks for pages and cursors while it works). Memory that stands still can
 * neither run out nor be fragmented by a daemon that runs for years. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "record_log.h"
#include "sim_run.h"

#define START_MS 1767225600000LL

/* A sanitizer brings its own malloc, and other C libraries do not lend theirs under another name. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OWN_MALLOC 0
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || !defined(__GLIBC__)
#define OWN_MALLOC 0
#endif
#ifndef OWN_MALLOC
#define OWN_MALLOC 1
#endif

static bool counting;
static int64_t own, sqlites;

#if OWN_MALLOC
static int within_sqlite;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static void count_one(void)
{
	if (!counting)
		return;
	if (within_sqlite > 0)
		sqlites++;
	else
		own++;
}

void *malloc(size_t size)
{
	count_one();
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	count_one();
	return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	count_one();
	return __libc_realloc(old, size);
}

/* SQLite's way to memory, marked. */
static sqlite3_mem_methods plain;

static void *sqlite_malloc(int size)
{
	within_sqlite++;
	void *memory = plain.xMalloc(size);
	within_sqlite--;
	return memory;
}

static void *sqlite_realloc(void *old, int size)
{
	within_sqlite++;
	void *memory = plain.xRealloc(old, size);
	within_sqlite--;
	return memory;
}

static void mark_sqlite(void)
{
	sqlite3_mem_methods marked;

	assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain), SQLITE_OK);
	marked = plain;
	marked.xMalloc = sqlite_malloc;
	marked.xRealloc = sqlite_realloc;
	assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &marked), SQLITE_OK);
}
#else
static void mark_sqlite(void) {}
#endif

static void skip_without_own_malloc(void)
{
	if (OWN_MALLOC)
		return;
	print_message("skipped: malloc is the sanitizer's (or not glibc's) and cannot be counted\n");
	skip();
}

static void count_from_here(void)
{
	own = sqlites = 0;
	counting = true;
}

static struct config config;
static struct sim_run run; /* large */

static void every_allocation_is_seen(void **state)
{
	(void)state;
	skip_without_own_malloc();
	count_from_here();
	void *volatile one = malloc(10);
	one = realloc(one, 10000);
	void *volatile two = calloc(3, 3);
	FILE *volatile stream = fopen("/dev/null", "w"); /* within the C library too */
	counting = false;
	free(one), free(two);
	fclose(stream);
	assert_true(own >= 4);
	assert_int_equal(sqlites, 0);
}

static int count_only(void *ctx, const struct turn_records *turn)
{
	struct sim_world *sim = ctx;

	for (size_t i = 0; i < turn->wants->record_count; i++)
		tally_record(&sim->tally, &turn->wants->records[i]);
	return 0;
}

static void a_world_in_memory_allocates_nothing_once_it_is_ready(void **state)
{
	char error[512] = "";
	struct sim_options options = {.config = &config,
				      .symbols = 4,
				      .seed = 5,
				      .start_ms = START_MS,
				      .end_ms = START_MS + 20 * DAY_MS,
				      .balance = config.sim.balance,
				      .taker_fee = config.taker_fee,
				      .stage = RATIO_ONE};
	static struct sim_world sim; /* large */

	(void)state;
	skip_without_own_malloc();
	assert_int_equal(sim_world_open(&sim, &options, error, sizeof error), 0);
	assert_int_equal(tally_keep(&sim.tally, 1000, 30),
			 0); /* as a backtest does, whose report needs them */
	sim.world.sink = (struct sink){.ctx = &sim, .commit = count_only};
	assert_int_equal(sim_world_start(&sim, error, sizeof error), 0);
	count_from_here();
	sim_world_run(&sim, &(struct sim_pace){0});
	counting = false;
	sim_world_finish(&sim); /* the last look takes a copy of the exchange */
	assert_true(sim.tally.fills > 100); /* trading was done */
	assert_true(sim.tally.trade_count > 50);
	assert_int_equal(own, 0);
	sim_world_close(&sim);
}

static void told(void *ctx, const struct record *record, bool stored)
{
	struct sim_run *told_run = ctx;

	(void)stored;
	tally_record(&told_run->sim.tally, record);
	record_log(record, told_run->sim.universe, false);
}

static void remove_dir(const char *dir)
{
	static const char *const names[] = {"journal.db", "journal.db-wal", "journal.db-shm", "sim.bin",
					    "sim.bin.new"};
	char path[256];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

static void a_run_with_journal_state_file_and_log_allocates_nothing_of_its_own(void **state)
{
	char error[512] = "", dir[] = "/tmp/tradebotd-allocations-XXXXXX";
	struct sim_options options = {.config = &config,
				      .symbols = 4,
				      .seed = 5,
				      .start_ms = START_MS,
				      .end_ms = START_MS + 4 * DAY_MS,
				      .balance = config.sim.balance,
				      .taker_fee = config.taker_fee,
				      .stage = RATIO_ONE};
	FILE *null = fopen("/dev/null", "w");

	(void)state;
	skip_without_own_malloc();
	assert_non_null(null);
	setvbuf(null, NULL, _IONBF, 0);
	log_set_output(null, false); /* every line is made, none is seen */
	log_set_level(LOG_DEBUG);
	assert_non_null(mkdtemp(dir));
	run.told = told;
	run.told_ctx = &run;
	assert_int_equal(sim_run_open(&run, &options, dir, 77, error, sizeof error), 0);
	assert_int_equal(sim_run_start(&run, error, sizeof error), 0);
	log_line(START_MS, LOG_INFO, "app", "started"); /* the time zone is read once */
	count_from_here();
	sim_world_run(&run.sim, &(struct sim_pace){0});
	counting = false;
	print_message("%lld turns; SQLite asked %lld times for memory, all else %lld times\n",
		      (long long)run.journal.journal.turn, (long long)sqlites, (long long)own);
	assert_false(run.failed);
	assert_true(run.sim.tally.fills > 20);
	assert_int_equal(own, 0);
	sim_run_close(&run);
	log_set_output(NULL, false);
	log_set_level(LOG_ERROR);
	fclose(null);
	remove_dir(dir);
}

int main(void)
{
	static const struct config_sources nothing;
	char error[256];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_is_seen),
		cmocka_unit_test(a_world_in_memory_allocates_nothing_once_it_is_ready),
		cmocka_unit_test(a_run_with_journal_state_file_and_log_allocates_nothing_of_its_own),
	};

	mark_sqlite();
	if (config_load(&config, &nothing, error, sizeof error) != 0)
		return 1;
	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
