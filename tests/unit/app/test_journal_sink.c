/* SPDX-License-Identifier: MIT
 * What the journal promises the driver: an entry is on the disk before it leaves, and a file that somebody
 * else holds costs one turn's commit, not the journal. */
#include "journal_sink.h"
#include "wants.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[64], path[96], error[512];
static struct universe universe;
static struct journal_sink sink;
static struct wants wants;
static int syncs;

/* The program's own come before the C library's, for SQLite, too. */
int fsync(int fd)
{
	(void)fd;
	syncs++;
	return 0;
}

int fdatasync(int fd)
{
	(void)fd;
	syncs++;
	return 0;
}

static int make(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/test_sink.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/journal.db", folder);
	universe.count = 1;
	universe.at[0] =
		(struct instrument){.tick = {1, 2}, .lot = {1, 3}, .contract = {1, 0}, .max_qty = 1000};
	snprintf(universe.at[0].name, sizeof universe.at[0].name, "BTC/USDT:USDT");
	snprintf(universe.at[0].wire, sizeof universe.at[0].wire, "BTCUSDT");
	wants.record_count = wants.intent_count = 0;
	return instrument_settle(&universe.at[0]) != 0 ||
	       journal_sink_open(&sink, path, &universe, "sim", 7, error, sizeof error) != 0;
}

static int drop(void **state)
{
	char command[128];

	(void)state;
	journal_sink_close(&sink);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

static void want(enum verb verb, enum book book)
{
	struct intent *intent = wants_intent(&wants, INTENT_TICKET, book, 0);

	intent->id = 7;
	intent->ticket.order.verb = (int)verb;
}

static int64_t real_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int commit(int64_t turn)
{
	int answer = journal_sink_commit(
		&sink, &(struct turn_records){.turn = turn, .now_ms = turn, .wants = &wants});

	wants.record_count = wants.intent_count = 0;
	return answer;
}

static void an_entry_is_on_the_disk_before_it_leaves(void **state)
{
	(void)state;
	assert_int_equal(commit(1), 0); /* the log's own beginning */
	syncs = 0;
	want(VERB_ENTER, BOOK_MAIN);
	assert_int_equal(commit(2), 0);
	assert_true(syncs > 0);
	syncs = 0;
	want(VERB_REDUCE, BOOK_MAIN);
	want(VERB_PROTECT, BOOK_MAIN);
	want(VERB_ENTER, BOOK_SHADOW); /* no money */
	assert_int_equal(commit(3), 0);
	assert_int_equal(syncs, 0); /* what protects waits for no disk */
	want(VERB_REDUCE, BOOK_MAIN);
	want(VERB_ENTER, BOOK_MAIN);
	assert_int_equal(commit(4), 0);
	assert_true(syncs > 0);
}

static void a_journal_that_somebody_else_holds_fails_the_turn_and_takes_the_next(void **state)
{
	sqlite3 *other;

	(void)state;
	assert_int_equal(commit(1), 0);
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	want(VERB_ENTER, BOOK_MAIN);
	assert_int_equal(commit(2), TB_EIO);
	assert_non_null(strstr(sink.journal.error.text, "locked"));
	assert_int_equal(sink.journal.turn, 1);
	int64_t from_ms = real_ms();
	for (int64_t turn = 3; turn < 13; turn++) { /* it was waited for once: what protects is not held up */
		want(VERB_PROTECT, BOOK_MAIN);
		assert_int_equal(commit(turn), TB_EIO);
	}
	assert_true(real_ms() - from_ms < 1000);
	assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(commit(13), 0);
	assert_int_equal(sink.journal.turn, 13);
	sqlite3_close(other);
}

static void who_only_reads_holds_up_no_commit(void **state)
{
	sqlite3 *other;

	(void)state;
	assert_int_equal(commit(1), 0);
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN; SELECT count(*) FROM meta", NULL, NULL, NULL),
			 SQLITE_OK);
	for (int64_t turn = 2; turn < 50; turn++)
		assert_int_equal(commit(turn), 0);
	sqlite3_close(other);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)
	const struct CMUnitTest tests[] = {
		TEST(an_entry_is_on_the_disk_before_it_leaves),
		TEST(a_journal_that_somebody_else_holds_fails_the_turn_and_takes_the_next),
		TEST(who_only_reads_holds_up_no_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
