/* SPDX-License-Identifier: MIT
 * Opening, closing and the turn: one transaction that carries the records and intents of one turn of the
 * engine. What fails in a turn is kept until its commit, which then rolls the whole turn back. */
#include "journal.h"

#include "intents.h"
#include "read.h"
#include "schema.h"
#include "sql.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUSY_MS              2000 /* a reader may hold a lock for a moment, never for long */
#define AUTOCHECKPOINT_PAGES 4000 /* only if idle turns never come: 16 MB of log */

static int prepare(struct journal *journal, const char *text, sqlite3_stmt **out)
{
	return sqlite3_prepare_v3(journal->db, text, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK
		       ? 0
		       : schema_fail(journal->db, &journal->error, "preparing");
}

static int prepare_sql(struct journal *journal, const struct sql *sql, sqlite3_stmt **out)
{
	if (!sql->over)
		return prepare(journal, sql->text, out);
	snprintf(journal->error.text, sizeof(journal->error.text), "SQL text does not fit its buffer");
	return TB_EFULL;
}

static int prepare_all(struct journal *journal)
{
	int code = prepare(journal, "BEGIN IMMEDIATE", &journal->begin);
	if (!code)
		code = prepare(journal, "COMMIT", &journal->commit);
	if (!code)
		code = prepare(journal, "ROLLBACK", &journal->rollback);
	if (!code)
		code = prepare(journal, "UPDATE meta SET turn = ?1, turn_ms = ?2 WHERE one = 1",
			       &journal->put_meta);
	if (!code && schema_instrument_put(journal->db, &journal->put_instrument))
		code = schema_fail(journal->db, &journal->error, "preparing instruments");
	if (!code)
		code = intents_prepare(journal);
	for (int kind = 0; !code && kind < RECORD_COUNT; kind++) {
		struct sql sql = {0};
		sql_put(&sql, (enum record_kind)kind);
		code = prepare_sql(journal, &sql, &journal->put[kind]);
	}
	if (!code) {
		struct sql sql = {0};
		sql_drop(&sql, RECORD_HOLDING);
		code = prepare_sql(journal, &sql, &journal->drop_holding);
	}
	return code;
}

/* Runs a statement that yields no rows and makes it ready for its next use. */
static int run(struct journal *journal, sqlite3_stmt *stmt, const char *doing)
{
	int code = sqlite3_step(stmt) == SQLITE_DONE ? 0 : schema_fail(journal->db, &journal->error, doing);
	sqlite3_reset(stmt);
	return code;
}

static int set_up_connection(struct journal *journal, bool write)
{
	static const char writer[] =
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;";
	sqlite3_busy_timeout(journal->db, BUSY_MS);
	/* Or a column that is not there would read as a string. */
	sqlite3_db_config(journal->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(journal->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	if (!write)
		return 0;
	if (sqlite3_exec(journal->db, writer, NULL, NULL, NULL) != SQLITE_OK)
		return schema_fail(journal->db, &journal->error, "opening");
	sqlite3_wal_autocheckpoint(journal->db, AUTOCHECKPOINT_PAGES);
	return 0;
}

static int meta_read(struct journal *journal, bool *found)
{
	sqlite3_stmt *ask = NULL;
	*found = false;
	int code = prepare(journal,
			   "SELECT turn, turn_ms, instance, mode, created_ms FROM meta WHERE one = 1", &ask);
	if (!code && sqlite3_step(ask) == SQLITE_ROW) {
		*found = true;
		journal->turn = sqlite3_column_int64(ask, 0);
		journal->turn_ms =
			sqlite3_column_type(ask, 1) == SQLITE_NULL ? UNKNOWN : sqlite3_column_int64(ask, 1);
		journal->instance = sqlite3_column_int64(ask, 2);
		snprintf(journal->mode, sizeof(journal->mode), "%s",
			 (const char *)sqlite3_column_text(ask, 3));
		journal->created_ms = sqlite3_column_int64(ask, 4);
	}
	sqlite3_finalize(ask);
	return code;
}

static int meta_make(struct journal *journal, const struct journal_options *options)
{
	sqlite3_stmt *make = NULL;
	int code = prepare(journal, "INSERT INTO meta VALUES (1, 0, NULL, ?1, ?2, ?3)", &make);
	if (!code) {
		sqlite3_bind_int64(make, 1, options->instance & 0xfffff);
		sqlite3_bind_text(make, 2, options->mode ? options->mode : "", -1, SQLITE_STATIC);
		sqlite3_bind_int64(make, 3, options->created_ms);
		code = run(journal, make, "writing meta");
	}
	sqlite3_finalize(make);
	return code;
}

static int meta_open(struct journal *journal, const char *path, const struct journal_options *options)
{
	bool found;
	int code = meta_read(journal, &found);
	if (code)
		return code;
	if (!found) {
		code = meta_make(journal, options);
		return code ? code : meta_read(journal, &found);
	}
	if (options->mode && strcmp(options->mode, journal->mode) != 0) {
		snprintf(journal->error.text, sizeof(journal->error.text),
			 "%.150s: belongs to mode '%s', not '%.60s'; use another --state", path,
			 journal->mode, options->mode);
		return TB_EREFUSED;
	}
	return 0;
}

static int64_t power_of_ten(int64_t exponent)
{
	int64_t value = 1;
	for (; exponent > 0 && exponent <= 18; exponent--)
		value *= 10;
	return value;
}

/* The row that views and readers need. Only if this generation of it is not stored yet. */
static int store_instrument(struct journal *journal, int64_t sym)
{
	const struct instrument *from = &journal->universe->at[sym];
	sqlite3_stmt *put = journal->put_instrument;
	if (journal->stored_generation[sym] == from->generation + 1)
		return 0;
	int at = 1;
	sqlite3_bind_text(put, at++, from->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(put, at++, from->wire, -1, SQLITE_STATIC);
	for (size_t i = 0; i < schema_instrument_column_count; i++) {
		int64_t value;
		memcpy(&value, (const char *)from + schema_instrument_columns[i].offset, sizeof(value));
		read_bind(put, at++, FIELD_INT, value, NULL);
	}
	sqlite3_bind_int64(put, at++, power_of_ten(from->tick.decimals));
	sqlite3_bind_int64(put, at++, power_of_ten(from->lot.decimals));
	sqlite3_bind_int64(put, at++, power_of_ten(from->contract.decimals));
	int code = run(journal, put, "storing an instrument");
	if (!code)
		journal->stored_generation[sym] = from->generation + 1;
	return code;
}

int journal_store_universe(struct journal *journal)
{
	int code = run(journal, journal->begin, "storing instruments");
	for (size_t sym = 0; !code && sym < journal->universe->count; sym++)
		code = store_instrument(journal, (int64_t)sym);
	if (!code)
		code = run(journal, journal->commit, "storing instruments");
	return code;
}

/* Created by us, so that the rights are ours and not the umask's; SQLite gives its side files the same. */
static int make_file(struct journal *journal, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		snprintf(journal->error.text, sizeof(journal->error.text), "%.200s: %s", path,
			 strerror(errno));
		return TB_EIO;
	}
	close(fd);
	return 0;
}

static int open_all(struct journal *journal, const char *path, const struct journal_options *options)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	int code = make_file(journal, path);
	if (code)
		return code;
	if (sqlite3_open_v2(path, &journal->db, flags, NULL) != SQLITE_OK)
		return schema_fail(journal->db, &journal->error, path);
	/* Before anything is written: what is not ours, or newer, stays as it is. */
	sqlite3_busy_timeout(journal->db, BUSY_MS);
	code = schema_prepare(journal->db, path, &schema_now, journal->migrated_to,
			      sizeof(journal->migrated_to), &journal->error);
	if (!code)
		code = set_up_connection(journal, true);
	if (!code)
		code = meta_open(journal, path, options);
	if (!code)
		code = prepare_all(journal);
	if (!code)
		code = intents_last_row(journal);
	if (!code)
		code = journal_store_universe(journal);
	return code;
}

int journal_open(struct journal *journal, const char *path, const struct universe *universe,
		 const struct journal_options *options, struct journal_error *error)
{
	*journal = (struct journal){.universe = universe, .turn_ms = UNKNOWN};
	int code = open_all(journal, path, options);
	if (!code)
		return 0;
	*error = journal->error;
	journal_close(journal);
	return code;
}

static int open_read_all(struct journal *journal, const char *path, struct universe *universe)
{
	bool found;
	if (access(path, F_OK) != 0) {
		snprintf(journal->error.text, sizeof(journal->error.text), "%.200s: %s", path,
			 strerror(errno));
		return TB_ENOENT;
	}
	if (sqlite3_open_v2(path, &journal->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		return schema_fail(journal->db, &journal->error, path);
	int code = set_up_connection(journal, false);
	if (!code)
		code = schema_check(journal->db, path, &schema_now, &journal->error);
	/* One read transaction until close: all tables are seen at one moment. */
	if (!code && sqlite3_exec(journal->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		code = schema_fail(journal->db, &journal->error, path);
	if (!code)
		code = meta_read(journal, &found);
	if (!code)
		code = read_universe(journal, universe);
	return code;
}

int journal_open_read(struct journal *journal, const char *path, struct universe *universe,
		      struct journal_error *error)
{
	*journal = (struct journal){.universe = universe, .turn_ms = UNKNOWN, .read_only = true};
	universe->count = 0;
	int code = open_read_all(journal, path, universe);
	if (!code)
		return 0;
	*error = journal->error;
	journal_close(journal);
	return code;
}

void journal_close(struct journal *journal)
{
	sqlite3_stmt *stmt;
	/* Every statement, also one that a later change of this file forgets to name here. */
	while (journal->db && (stmt = sqlite3_next_stmt(journal->db, NULL)) != NULL)
		sqlite3_finalize(stmt);
	sqlite3_close(journal->db); /* an open transaction is rolled back by this */
	journal->db = NULL;
}

static void keep_failure(struct journal *journal, int code)
{
	if (code)
		journal->failed = true;
}

/* Who holds the file for longer than that may hold it for minutes: waited for once, not in each turn. */
static void wait_for_others(struct journal *journal, bool wait)
{
	if (journal->impatient == !wait)
		return;
	journal->impatient = !wait;
	sqlite3_busy_timeout(journal->db, wait ? BUSY_MS : 0);
}

int journal_begin(struct journal *journal, int64_t turn, ms_t now_ms, bool sync_full)
{
	journal->failed = true; /* until begun: puts then do nothing */
	journal->in_turn = true;
	if (turn <= journal->turn) {
		snprintf(journal->error.text, sizeof(journal->error.text), "turn %lld is not after turn %lld",
			 (long long)turn, (long long)journal->turn);
		return TB_EINVAL;
	}
	/* synchronous cannot change inside a transaction: so it is asked for here, not at the commit. */
	if (sync_full != journal->full) {
		const char *text = sync_full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
		if (sqlite3_exec(journal->db, text, NULL, NULL, NULL) != SQLITE_OK)
			return schema_fail(journal->db, &journal->error, text);
		journal->full = sync_full;
	}
	int code = run(journal, journal->begin, "beginning a turn");
	wait_for_others(journal, code == 0);
	journal->failed = code != 0;
	journal->next_turn = turn;
	journal->next_turn_ms = now_ms;
	journal->turn_intents = 0;
	return code;
}

static int check_record(struct journal *journal, const struct record_row *row, const int64_t *values)
{
	for (size_t i = 0; i < row->field_count; i++) {
		const struct field_row *field = &row->fields[i];
		bool none = field->unit == FIELD_SYM && values[i] == SYM_NONE;
		if ((field->flags & FIELD_KEY) && (values[i] == UNKNOWN || none)) {
			snprintf(journal->error.text, sizeof(journal->error.text),
				 "%s: %s is unknown, but is the key", row->table, field->name);
			return TB_EINVAL;
		}
		if (field->unit != FIELD_SYM || none)
			continue;
		if (values[i] < 0 || (uint64_t)values[i] >= journal->universe->count) {
			snprintf(journal->error.text, sizeof(journal->error.text),
				 "%s: there is no instrument %lld", row->table, (long long)values[i]);
			return TB_EINVAL;
		}
		int code = store_instrument(journal, values[i]);
		if (code)
			return code;
	}
	return 0;
}

static int put(struct journal *journal, const struct record *record)
{
	const struct record_row *row = &record_rows[record->kind];
	const int64_t *values = record_values(record);
	/* A flat position is the absence of a row. */
	bool drop = record->kind == RECORD_HOLDING && record->holding.phase == PHASE_FLAT &&
		    record->holding.qty == 0;
	sqlite3_stmt *stmt = drop ? journal->drop_holding : journal->put[record->kind];
	int code = check_record(journal, row, values);

	for (size_t i = 0; !code && i < row->field_count; i++) {
		if (!drop || (row->fields[i].flags & FIELD_KEY))
			code = read_bind(stmt, (int)i + 1, row->fields[i].unit, values[i], journal->universe);
	}
	return code ? code : run(journal, stmt, row->table);
}

int journal_put(struct journal *journal, const struct record *record)
{
	if (!journal->in_turn || journal->failed)
		return TB_EIO;
	int code = put(journal, record);
	keep_failure(journal, code);
	return code;
}

int journal_put_intent(struct journal *journal, const struct intent *intent)
{
	if (!journal->in_turn || journal->failed)
		return TB_EIO;
	int code = 0;
	if (intent->sym != SYM_NONE && intent->sym >= journal->universe->count) {
		snprintf(journal->error.text, sizeof(journal->error.text),
			 "intents: there is no instrument %u", intent->sym);
		code = TB_EINVAL;
	} else if (intent->sym != SYM_NONE) {
		code = store_instrument(journal, intent->sym);
	}
	if (!code)
		code = intents_put(journal, intent);
	keep_failure(journal, code);
	return code;
}

static int commit(struct journal *journal)
{
	int code = intents_prune(journal);
	if (code)
		return code;
	sqlite3_bind_int64(journal->put_meta, 1, journal->next_turn);
	sqlite3_bind_int64(journal->put_meta, 2, journal->next_turn_ms);
	code = run(journal, journal->put_meta, "writing meta");
	return code ? code : run(journal, journal->commit, "committing");
}

int journal_commit(struct journal *journal)
{
	if (!journal->in_turn)
		return TB_EINVAL;
	int code = journal->failed ? TB_EIO : commit(journal);
	journal->in_turn = false;
	if (!code) {
		journal->turn = journal->next_turn;
		journal->turn_ms = journal->next_turn_ms;
		return 0;
	}
	/* A full disk may have rolled the transaction back already. */
	if (!sqlite3_get_autocommit(journal->db)) {
		sqlite3_step(journal->rollback);
		sqlite3_reset(journal->rollback);
	}
	memset(journal->stored_generation, 0,
	       sizeof(journal->stored_generation)); /* the turn's may be gone */
	intents_last_row(journal);
	return TB_EIO;
}

int journal_check(struct journal *journal, const char *path)
{
	return schema_check_integrity(journal->db, path, &journal->error);
}

int journal_idle(struct journal *journal)
{
	int code = sqlite3_wal_checkpoint_v2(journal->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return 0;
	return schema_fail(journal->db, &journal->error, "checkpoint");
}
