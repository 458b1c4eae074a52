/* SPDX-License-Identifier: MIT
 * A turn is whole or it is not there: kills, full disks, damaged and foreign files. And intents. */
#include "journal_fixture.h"
#include "schema.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct record a_trade(int64_t seq)
{
	return (struct record){.kind = RECORD_TRADE, .trade = {.seq = seq, .net = -MONEY_ONE}};
}

static size_t trades_in(struct fixture *f)
{
	static struct fixture_heard heard;
	struct journal_query all = {.sym = SYM_NONE};
	heard.count = 0;
	assert_int_equal(journal_each(&f->journal, RECORD_TRADE, &all, fixture_hear, &heard), 0);
	return heard.count;
}

static void a_kill_between_put_and_commit_leaves_the_turn_before(void **state)
{
	struct fixture *f = *state;
	fixture_open(f);
	struct record first = a_trade(1), second = a_trade(2);
	fixture_put_one(f, 1, &first);
	journal_close(&f->journal);
	pid_t child = fork();
	if (child == 0) {
		struct journal journal;
		if (journal_open(&journal, f->path, &f->universe, &fixture_options, &f->error) ||
		    journal_begin(&journal, 2, 2000, true) || journal_put(&journal, &second))
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	fixture_open(f);
	assert_int_equal(f->journal.turn, 1);
	assert_int_equal(f->journal.turn_ms, 1000);
	assert_int_equal(trades_in(f), 1);
}

static void a_kill_after_commit_keeps_the_turn(void **state)
{
	struct fixture *f = *state;
	struct record trade = a_trade(1);
	pid_t child = fork();
	if (child == 0) {
		struct journal journal;
		if (journal_open(&journal, f->path, &f->universe, &fixture_options, &f->error) ||
		    journal_begin(&journal, 1, 1000, false) || journal_put(&journal, &trade) ||
		    journal_commit(&journal))
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	fixture_open(f);
	assert_int_equal(f->journal.turn, 1);
	assert_int_equal(trades_in(f), 1);
}

static void a_full_disk_fails_the_commit_and_leaves_the_journal_usable(void **state)
{
	struct fixture *f = *state;
	fixture_open(f);
	struct record trade = a_trade(1);
	fixture_put_one(f, 1, &trade);
	assert_int_equal(sqlite3_exec(f->journal.db, "PRAGMA max_page_count = 1", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(journal_begin(&f->journal, 2, 2000, true), 0);
	for (int64_t seq = 2; seq < 200; seq++) {
		trade = a_trade(seq);
		journal_put(&f->journal, &trade);
	}
	assert_int_equal(journal_commit(&f->journal), TB_EIO);
	assert_non_null(strstr(f->journal.error.text, "full"));
	assert_int_equal(f->journal.turn, 1);
	assert_int_equal(trades_in(f), 1);
	assert_int_equal(sqlite3_exec(f->journal.db, "PRAGMA max_page_count = 100000", NULL, NULL, NULL),
			 SQLITE_OK);
	trade = a_trade(2);
	fixture_put_one(f, 2, &trade);
	assert_int_equal(trades_in(f), 2);
}

static void a_turn_that_is_not_after_the_last_is_refused(void **state)
{
	struct fixture *f = *state;
	fixture_open(f);
	struct record trade = a_trade(1);
	fixture_put_one(f, 5, &trade);
	assert_int_equal(journal_begin(&f->journal, 5, 1, false), TB_EINVAL);
	assert_int_equal(journal_put(&f->journal, &trade), TB_EIO);
	assert_int_equal(journal_commit(&f->journal), TB_EIO);
	fixture_put_one(f, 6, &trade);
}

static void the_file_belongs_to_its_owner_alone(void **state)
{
	struct fixture *f = *state;
	struct stat info;
	mode_t before = umask(0);
	fixture_open(f);
	struct record trade = a_trade(1);
	fixture_put_one(f, 1, &trade);
	umask(before);
	assert_int_equal(stat(f->path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	char wal[128];
	snprintf(wal, sizeof(wal), "%s-wal", f->path);
	assert_int_equal(stat(wal, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
}

static void instance_and_mode_are_made_once(void **state)
{
	struct fixture *f = *state;
	fixture_open(f);
	assert_int_equal(f->journal.instance, 0xabcde);
	journal_close(&f->journal);
	struct journal_options other = {.mode = "sim", .instance = 7, .created_ms = 8};
	assert_int_equal(journal_open(&f->journal, f->path, &f->universe, &other, &f->error), 0);
	assert_int_equal(f->journal.instance, 0xabcde);
	assert_int_equal(f->journal.created_ms, fixture_options.created_ms);
	journal_close(&f->journal);
	other.mode = "live";
	assert_int_equal(journal_open(&f->journal, f->path, &f->universe, &other, &f->error), TB_EREFUSED);
	assert_non_null(strstr(f->error.text, "'sim'"));
	assert_null(f->journal.db);
}

static void run_sql(struct fixture *f, const char *text)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void a_newer_schema_is_refused_untouched(void **state)
{
	struct fixture *f = *state;
	fixture_open(f);
	journal_close(&f->journal);
	run_sql(f, "PRAGMA user_version = 99");
	assert_int_equal(journal_open(&f->journal, f->path, &f->universe, &fixture_options, &f->error),
			 TB_EREFUSED);
	assert_non_null(strstr(f->error.text, "99"));
	static struct universe universe;
	assert_int_equal(journal_open_read(&f->journal, f->path, &universe, &f->error), TB_EREFUSED);
}

static void a_database_of_somebody_else_is_refused(void **state)
{
	struct fixture *f = *state;
	run_sql(f, "CREATE TABLE recipes (name TEXT)");
	assert_int_equal(journal_open(&f->journal, f->path, &f->universe, &fixture_options, &f->error),
			 TB_EREFUSED);
	assert_non_null(strstr(f->error.text, "not a journal"));
}

static void a_damaged_file_is_refused_with_its_path(void **state)
{
	struct fixture *f = *state;
	fixture_open(f);
	for (int64_t seq = 1; seq < 300; seq++) {
		struct record trade = a_trade(seq);
		fixture_put_one(f, seq, &trade);
	}
	journal_close(&f->journal);
	int fd = open(f->path, O_RDWR);
	char noise[6000];
	memset(noise, 0x5a, sizeof(noise));
	off_t end = lseek(fd, 0, SEEK_END);
	assert_int_equal(pwrite(fd, noise, sizeof(noise), end - 9000), sizeof(noise));
	close(fd);
	assert_int_equal(journal_open(&f->journal, f->path, &f->universe, &fixture_options, &f->error),
			 TB_EIO);
	assert_non_null(strstr(f->error.text, "damaged"));
	assert_non_null(strstr(f->error.text, f->path));
}

static void put_trades(struct fixture *f, int64_t from, int64_t to)
{
	for (int64_t seq = from; seq < to; seq++) {
		struct record trade = a_trade(seq);
		fixture_put_one(f, seq, &trade);
	}
}

static void copy(const char *from, const char *to)
{
	char command[512];
	snprintf(command, sizeof(command), "cp '%s' '%s'", from, to);
	assert_int_equal(system(command), 0);
}

/* SQLite takes the log for the file's own, whatever file it is. */
static void a_backup_restored_beside_the_log_of_later_is_refused(void **state)
{
	struct fixture *f = *state;
	char backup[128], wal[128], kept[128];
	snprintf(backup, sizeof(backup), "%s/backup", f->dir);
	snprintf(wal, sizeof(wal), "%s-wal", f->path);
	snprintf(kept, sizeof(kept), "%s/kept", f->dir);
	fixture_open(f);
	put_trades(f, 1, 100);
	journal_close(&f->journal); /* all of it in the file */
	copy(f->path, backup);
	fixture_open(f);
	put_trades(f, 100, 900);
	assert_int_equal(
		sqlite3_wal_checkpoint_v2(f->journal.db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL),
		SQLITE_OK);
	put_trades(f, 900, 950); /* the log has these alone */
	copy(wal, kept);
	journal_close(&f->journal);
	copy(backup, f->path);
	copy(kept, wal);
	assert_int_equal(journal_open(&f->journal, f->path, &f->universe, &fixture_options, &f->error),
			 TB_EIO);
	assert_non_null(strstr(f->error.text, "damaged"));
	unlink(wal); /* without it the backup is what it was */
	copy(backup, f->path);
	fixture_open(f);
	assert_int_equal(trades_in(f), 99);
}

static void a_text_file_is_refused(void **state)
{
	struct fixture *f = *state;
	FILE *file = fopen(f->path, "w");
	for (int i = 0; i < 200; i++)
		fputs("this is not a database\n", file);
	fclose(file);
	assert_int_equal(journal_open(&f->journal, f->path, &f->universe, &fixture_options, &f->error),
			 TB_EIO);
	assert_non_null(strstr(f->error.text, "not a journal"));
}

static void an_older_file_is_copied_then_migrated(void **state)
{
	struct fixture *f = *state;
	static const struct schema_step steps[] = {{JOURNAL_VERSION + 1, "CREATE TABLE novelty (a INTEGER);"},
						   {0, NULL}};
	static const struct schema next = {JOURNAL_VERSION + 1, steps};
	char backup[320] = "", previous[16];
	sqlite3 *db;
	fixture_open(f);
	struct record trade = a_trade(1);
	fixture_put_one(f, 1, &trade);
	journal_close(&f->journal);
	run_sql(f, "DROP VIEW trades_view; ALTER TABLE trades DROP COLUMN latency_ms");
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(schema_prepare(db, f->path, &next, backup, sizeof(backup), &f->error), 0);
	assert_int_equal(
		sqlite3_exec(db, "SELECT a FROM novelty; SELECT latency_ms FROM trades", NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	snprintf(previous, sizeof previous, ".v%d.bak", JOURNAL_VERSION);
	assert_non_null(strstr(backup, previous));
	assert_int_equal(sqlite3_open(backup, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "SELECT net FROM trades", NULL, NULL, NULL), SQLITE_OK);
	assert_int_not_equal(sqlite3_exec(db, "SELECT a FROM novelty", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void a_migration_that_fails_changes_nothing(void **state)
{
	struct fixture *f = *state;
	static const struct schema_step steps[] = {
		{JOURNAL_VERSION + 1, "CREATE TABLE novelty (a INTEGER); CREATE NONSENSE;"}, {0, NULL}};
	static const struct schema next = {JOURNAL_VERSION + 1, steps};
	char backup[320] = "";
	sqlite3 *db;
	fixture_open(f);
	journal_close(&f->journal);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(schema_prepare(db, f->path, &next, backup, sizeof(backup), &f->error), TB_EIO);
	sqlite3_close(db);
	fixture_open(f);
	assert_int_not_equal(sqlite3_exec(f->journal.db, "SELECT a FROM novelty", NULL, NULL, NULL),
			     SQLITE_OK);
}

/* Version 1 knew one row per book, strategy and regime. Scores are made anew from the trades. */
static void a_journal_of_version_1_gets_a_new_table_of_scores_and_keeps_its_trades(void **state)
{
	struct fixture *f = *state;
	static struct fixture_heard heard;
	fixture_open(f);
	struct record trade = a_trade(1);
	fixture_put_one(f, 1, &trade);
	journal_close(&f->journal);
	run_sql(f, "DROP VIEW IF EXISTS scores_view; DROP TABLE scores;"
		   "CREATE TABLE scores (book TEXT, strategy TEXT, regime TEXT, trades INTEGER,"
		   " PRIMARY KEY (book, strategy, regime)) WITHOUT ROWID;"
		   "INSERT INTO scores VALUES ('main', 'trend', 'trending', 5);"
		   "DROP TABLE promotions; PRAGMA user_version = 1");
	fixture_open(f);
	assert_non_null(strstr(f->journal.migrated_to, ".v1.bak"));
	heard.count = 0;
	assert_int_equal(journal_restore(&f->journal, fixture_hear, &heard), 0);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.at[0].kind, RECORD_TRADE);
	struct record score = {.kind = RECORD_SCORE, .score = {.strategy = STRATEGY_TREND, .record = 2}};
	fixture_put_one(f, 2, &score);
}

static void a_column_the_catalogue_gained_reads_as_unknown_in_old_rows(void **state)
{
	struct fixture *f = *state;
	static struct fixture_heard heard;
	fixture_open(f);
	struct record trade = a_trade(1);
	fixture_put_one(f, 1, &trade);
	journal_close(&f->journal);
	run_sql(f, "DROP VIEW trades_view; ALTER TABLE trades DROP COLUMN reward");
	fixture_open(f);
	assert_true(strlen(f->journal.migrated_to) > 0);
	heard.count = 0;
	assert_int_equal(journal_restore(&f->journal, fixture_hear, &heard), 0);
	assert_int_equal(heard.count, 1);
	assert_true(heard.at[0].trade.reward == UNKNOWN);
	assert_int_equal(heard.at[0].trade.net, -MONEY_ONE);
}

static void a_reader_sees_the_last_commit_beside_an_open_turn(void **state)
{
	struct fixture *f = *state;
	static struct universe universe;
	static struct journal reader;
	static struct fixture_heard heard;
	fixture_open(f);
	struct record first = a_trade(1), second = a_trade(2);
	fixture_put_one(f, 1, &first);
	assert_int_equal(journal_begin(&f->journal, 2, 2000, false), 0);
	assert_int_equal(journal_put(&f->journal, &second), 0);
	assert_int_equal(journal_open_read(&reader, f->path, &universe, &f->error), 0);
	assert_int_equal(reader.turn, 1);
	assert_int_equal(universe.count, FIXTURE_SYMBOLS);
	assert_memory_equal(&universe.at[0], &f->universe.at[0], sizeof(struct instrument));
	assert_int_equal(journal_commit(&f->journal), 0);
	heard.count = 0;
	struct journal_query all = {.sym = SYM_NONE};
	assert_int_equal(journal_each(&reader, RECORD_TRADE, &all, fixture_hear, &heard), 0);
	assert_int_equal(heard.count, 1);
	journal_close(&reader);
	assert_int_equal(journal_idle(&f->journal), 0);
	snprintf(f->path, sizeof(f->path), "%s/nothing.db", f->dir);
	assert_int_equal(journal_open_read(&reader, f->path, &universe, &f->error), TB_ENOENT);
}

/* ---- intents */

struct heard_intents {
	size_t count;
	struct journal_intent at[600];
};
static int hear_intent(void *ctx, const struct journal_intent *intent)
{
	struct heard_intents *heard = ctx;
	heard->at[heard->count++] = *intent;
	return 0;
}

static struct intent an_entry(int64_t sequence)
{
	struct intent intent = {.kind = INTENT_TICKET, .book = BOOK_MAIN, .sym = 1};
	intent.ticket.order = (struct order_request){.verb = VERB_ENTER,
						     .book = BOOK_MAIN,
						     .sym = 1,
						     .generation = 3,
						     .side = SIDE_SHORT,
						     .qty = 12,
						     .price = 1000,
						     .stop = 1100,
						     .target = 800,
						     .id = client_id(5, sequence, ROLE_ENTRY),
						     .stop_id = client_id(5, sequence, ROLE_STOP),
						     .target_id = client_id(5, sequence, ROLE_TARGET),
						     .risk = 77};
	intent.ticket.sealed_ms = 5000;
	intent.ticket.expires_ms = 10000;
	return intent;
}

static void intents_of_the_last_turn_come_back_as_they_were_put(void **state)
{
	struct fixture *f = *state;
	static struct heard_intents heard;
	struct intent put[] = {an_entry(1),
			       {.kind = INTENT_CANCEL, .sym = 2, .id = client_id(5, 9, ROLE_STOP)},
			       {.kind = INTENT_WATCH, .sym = 0, .value = 1},
			       {.kind = INTENT_SCAN, .sym = SYM_NONE}};
	fixture_open(f);
	assert_int_equal(journal_begin(&f->journal, 1, 1000, true), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(journal_put_intent(&f->journal, &put[i]), 0);
	assert_int_equal(journal_commit(&f->journal), 0);
	journal_close(&f->journal);
	fixture_open(f);
	heard.count = 0;
	assert_int_equal(journal_intents(&f->journal, f->journal.turn, hear_intent, &heard), 0);
	assert_int_equal(heard.count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(heard.at[i].kind, put[i].kind);
		assert_int_equal(heard.at[i].sym, put[i].sym);
		assert_int_equal(heard.at[i].id, put[i].id);
		assert_int_equal(heard.at[i].value, put[i].value);
		assert_memory_equal(&heard.at[i].order, &put[i].ticket.order, sizeof(struct order_request));
	}
	assert_int_equal(heard.at[0].sealed_ms, 5000);
	assert_int_equal(heard.at[0].expires_ms, 10000);
}

static void passing_intents_live_one_turn_and_orders_are_kept(void **state)
{
	struct fixture *f = *state;
	static struct heard_intents heard;
	struct intent watch = {.kind = INTENT_WATCH, .sym = 0, .value = 1}, entry = an_entry(1);
	fixture_open(f);
	assert_int_equal(journal_begin(&f->journal, 1, 1000, true), 0);
	assert_int_equal(journal_put_intent(&f->journal, &watch), 0);
	assert_int_equal(journal_put_intent(&f->journal, &entry), 0);
	assert_int_equal(journal_commit(&f->journal), 0);
	assert_int_equal(journal_begin(&f->journal, 2, 2000, false), 0);
	assert_int_equal(journal_commit(&f->journal), 0);
	heard.count = 0;
	assert_int_equal(journal_intents(&f->journal, 1, hear_intent, &heard), 0);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.at[0].kind, INTENT_TICKET);
}

static void no_more_orders_are_kept_than_the_bound(void **state)
{
	struct fixture *f = *state;
	fixture_open(f);
	int64_t turn = 0;
	for (int64_t done = 0; done < JOURNAL_INTENTS_KEPT + 1000; done += 500, turn++) {
		assert_int_equal(journal_begin(&f->journal, turn + 1, 1000, false), 0);
		for (int64_t i = 0; i < 500; i++) {
			struct intent entry = an_entry(done + i);
			assert_int_equal(journal_put_intent(&f->journal, &entry), 0);
		}
		assert_int_equal(journal_commit(&f->journal), 0);
	}
	static struct heard_intents heard;
	heard.count = 0;
	assert_int_equal(journal_intents(&f->journal, 2, hear_intent, &heard), 0);
	assert_int_equal(heard.count, 0);
	assert_int_equal(journal_intents(&f->journal, 3, hear_intent, &heard), 0);
	assert_int_equal(heard.count, 500);
	heard.count = 0;
	assert_int_equal(journal_intents(&f->journal, turn, hear_intent, &heard), 0);
	assert_int_equal(heard.count, 500);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_kill_between_put_and_commit_leaves_the_turn_before),
		TEST(a_kill_after_commit_keeps_the_turn),
		TEST(a_full_disk_fails_the_commit_and_leaves_the_journal_usable),
		TEST(a_turn_that_is_not_after_the_last_is_refused),
		TEST(the_file_belongs_to_its_owner_alone),
		TEST(instance_and_mode_are_made_once),
		TEST(a_newer_schema_is_refused_untouched),
		TEST(a_database_of_somebody_else_is_refused),
		TEST(a_damaged_file_is_refused_with_its_path),
		TEST(a_backup_restored_beside_the_log_of_later_is_refused),
		TEST(a_text_file_is_refused),
		TEST(an_older_file_is_copied_then_migrated),
		TEST(a_migration_that_fails_changes_nothing),
		TEST(a_journal_of_version_1_gets_a_new_table_of_scores_and_keeps_its_trades),
		TEST(a_column_the_catalogue_gained_reads_as_unknown_in_old_rows),
		TEST(a_reader_sees_the_last_commit_beside_an_open_turn),
		TEST(intents_of_the_last_turn_come_back_as_they_were_put),
		TEST(passing_intents_live_one_turn_and_orders_are_kept),
		TEST(no_more_orders_are_kept_than_the_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
