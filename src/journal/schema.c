/* SPDX-License-Identifier: MIT
 * The schema: what is not in the catalogue (meta, instruments, intents) by hand, all else from record_rows;
 * and the way an older file becomes a newer one. Nothing is ever migrated without a copy made first. */
#include "schema.h"

#include "sql.h"

#include <stdio.h>
#include <string.h>

/* A file of version n is brought to n + 1 by the step {n + 1, ...}. The first released schema is 1. */
static const struct schema_step schema_steps[] = {
	{2,
	 "DROP TABLE IF EXISTS \"scores\";"}, /* its key has gained the record; made anew from the trades */
	{0, NULL}};
const struct schema schema_now = {JOURNAL_VERSION, schema_steps};

#define COLUMN(member)                                                                                       \
	{                                                                                                    \
#member, offsetof(struct instrument, member)                                                 \
	}
#define GRID(member)                                                                                         \
	{#member "_step", offsetof(struct instrument, member.step)},                                         \
	{                                                                                                    \
#member "_decimals", offsetof(struct instrument, member.decimals)                            \
	}
const struct schema_instrument_column schema_instrument_columns[] = {
	COLUMN(status),    COLUMN(blacklisted), COLUMN(generation),      GRID(tick),
	GRID(lot),         GRID(contract),      COLUMN(value_num),       COLUMN(value_den),
	COLUMN(min_qty),   COLUMN(max_qty),     COLUMN(min_notional),    COLUMN(maintenance),
	COLUMN(taker_fee), COLUMN(listed_ms),   COLUMN(funding_every_ms)};
const size_t schema_instrument_column_count =
	sizeof(schema_instrument_columns) / sizeof(schema_instrument_columns[0]);
static const char *const scale_columns[SCHEMA_SCALES] = {"tick_scale", "lot_scale", "contract_scale"};

static const char fixed_tables[] =
	"CREATE TABLE meta (one INTEGER PRIMARY KEY CHECK (one = 1), turn INTEGER NOT NULL, turn_ms INTEGER,"
	" instance INTEGER NOT NULL, mode TEXT NOT NULL, created_ms INTEGER);\n"
	/* audit = 0: lives until the next turn; 1: an order or cancel, kept as bounded by
	   JOURNAL_INTENTS_KEPT */
	"CREATE TABLE intents (n INTEGER PRIMARY KEY, turn INTEGER NOT NULL, audit INTEGER NOT NULL, kind "
	"TEXT,"
	" verb TEXT, book TEXT, sym TEXT REFERENCES instruments(name), id INTEGER, client_id TEXT, value "
	"INTEGER,"
	" side TEXT, qty INTEGER, price INTEGER, stop INTEGER, target INTEGER, order_id INTEGER, stop_id "
	"INTEGER,"
	" target_id INTEGER, risk INTEGER, generation INTEGER, sealed_ms INTEGER, expires_ms INTEGER);\n"
	"CREATE INDEX intents_passing ON intents (turn) WHERE audit = 0;\n";

int schema_fail(sqlite3 *db, struct journal_error *error, const char *doing)
{
	snprintf(error->text, sizeof(error->text), "%s: %s", doing,
		 db ? sqlite3_errmsg(db) : "out of memory");
	return TB_EIO;
}

static int refuse(struct journal_error *error, int code, const char *path, const char *what)
{
	snprintf(error->text, sizeof(error->text), "%.200s: %.100s", path, what);
	return code;
}

static int run(sqlite3 *db, const char *text, struct journal_error *error, const char *doing)
{
	return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK ? 0 : schema_fail(db, error, doing);
}

static int run_sql(sqlite3 *db, const struct sql *sql, struct journal_error *error, const char *doing)
{
	if (sql->over)
		return refuse(error, TB_EFULL, doing, "SQL text does not fit its buffer");
	return run(db, sql->text, error, doing);
}

/* First column of the first row, as an integer or as text. */
static int ask_int(sqlite3 *db, const char *text, int64_t *value)
{
	sqlite3_stmt *ask = NULL;
	int code = TB_EIO;
	if (sqlite3_prepare_v2(db, text, -1, &ask, NULL) == SQLITE_OK && sqlite3_step(ask) == SQLITE_ROW) {
		*value = sqlite3_column_int64(ask, 0);
		code = 0;
	}
	sqlite3_finalize(ask);
	return code;
}

int schema_check_integrity(sqlite3 *db, const char *path, struct journal_error *error)
{
	sqlite3_stmt *ask = NULL;
	int code = 0;

	if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &ask, NULL) != SQLITE_OK ||
	    sqlite3_step(ask) != SQLITE_ROW) {
		snprintf(error->text, sizeof(error->text),
			 "%.180s: damaged or not a journal (%s); restore a copy, or start with another "
			 "--state",
			 path, sqlite3_errmsg(db));
		code = TB_EIO;
	} else {
		const char *answer = (const char *)sqlite3_column_text(ask, 0);
		if (!answer || strcmp(answer, "ok") != 0) {
			snprintf(error->text, sizeof(error->text),
				 "%.180s: damaged (%.60s); restore a copy, or start with another --state",
				 path, answer ? answer : "no answer");
			code = TB_EIO;
		}
	}
	sqlite3_finalize(ask);
	return code;
}

static int create_instruments(sqlite3 *db, struct journal_error *error)
{
	struct sql sql = {0};
	sql_add(&sql, "CREATE TABLE instruments (name TEXT PRIMARY KEY, wire TEXT");
	for (size_t i = 0; i < schema_instrument_column_count; i++)
		sql_add(&sql, ", \"%s\" INTEGER", schema_instrument_columns[i].name);
	for (size_t i = 0; i < SCHEMA_SCALES; i++)
		sql_add(&sql, ", \"%s\" INTEGER", scale_columns[i]);
	sql_add(&sql, ") WITHOUT ROWID;\n");
	return run_sql(db, &sql, error, "creating instruments");
}

int schema_instrument_put(sqlite3 *db, sqlite3_stmt **out)
{
	/* An upsert, not REPLACE: other tables refer to the row. */
	struct sql sql = {0};
	size_t count = 2 + schema_instrument_column_count + SCHEMA_SCALES;
	sql_add(&sql, "INSERT INTO instruments (name, wire");
	for (size_t i = 0; i < schema_instrument_column_count; i++)
		sql_add(&sql, ", \"%s\"", schema_instrument_columns[i].name);
	for (size_t i = 0; i < SCHEMA_SCALES; i++)
		sql_add(&sql, ", \"%s\"", scale_columns[i]);
	sql_add(&sql, ") VALUES (");
	for (size_t i = 0; i < count; i++)
		sql_add(&sql, "%s?%zu", i ? ", " : "", i + 1);
	sql_add(&sql, ") ON CONFLICT (name) DO UPDATE SET wire = excluded.wire");
	for (size_t i = 0; i < schema_instrument_column_count; i++)
		sql_add(&sql, ", \"%s\" = excluded.\"%s\"", schema_instrument_columns[i].name,
			schema_instrument_columns[i].name);
	for (size_t i = 0; i < SCHEMA_SCALES; i++)
		sql_add(&sql, ", \"%s\" = excluded.\"%s\"", scale_columns[i], scale_columns[i]);
	if (sql.over)
		return TB_EFULL;
	return sqlite3_prepare_v3(db, sql.text, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK
		       ? 0
		       : TB_EIO;
}

static int create_catalogue(sqlite3 *db, struct journal_error *error)
{
	for (int kind = 0; kind < RECORD_COUNT; kind++) {
		struct sql sql = {0};
		sql_create(&sql, (enum record_kind)kind);
		int code = run_sql(db, &sql, error, record_rows[kind].table);
		if (code)
			return code;
	}
	return 0;
}

static int create_views(sqlite3 *db, struct journal_error *error)
{
	for (int kind = 0; kind < RECORD_COUNT; kind++) {
		struct sql sql = {0};
		sql_view(&sql, (enum record_kind)kind);
		int code = run_sql(db, &sql, error, record_rows[kind].table);
		if (code)
			return code;
	}
	return 0;
}

static bool has_column(sqlite3 *db, const char *table, const char *column)
{
	/* An existing table may lack the column only; table_column_metadata says so without SQL. */
	return sqlite3_table_column_metadata(db, NULL, table, column, NULL, NULL, NULL, NULL, NULL) ==
	       SQLITE_OK;
}

/* Adds what the catalogue has and the file has not. *missing counts; with add false it only counts. */
static int add_columns(sqlite3 *db, bool add, size_t *missing, struct journal_error *error)
{
	*missing = 0;
	for (int kind = 0; kind < RECORD_COUNT; kind++) {
		const struct record_row *row = &record_rows[kind];
		for (size_t i = 0; i < row->field_count; i++) {
			const struct field_row *field = &row->fields[i];
			if (has_column(db, row->table, field->name))
				continue;
			(*missing)++;
			if (!add)
				continue;
			struct sql sql = {0};
			if (!has_column(db, row->table, row->fields[0].name))
				sql_create(&sql, (enum record_kind)kind);
			else
				sql_add(&sql, "ALTER TABLE \"%s\" ADD COLUMN \"%s\" %s;", row->table,
					field->name, sql_type(field->unit));
			int code = run_sql(db, &sql, error, row->table);
			if (code)
				return code;
		}
	}
	return 0;
}

/* An online copy beside the file, named by the version it holds. */
static int make_backup(sqlite3 *db, const char *path, int64_t version, char *backup, size_t size,
		       struct journal_error *error)
{
	sqlite3 *copy = NULL;
	int code = 0;

	if ((size_t)snprintf(backup, size, "%s.v%lld.bak", path, (long long)version) >= size)
		return refuse(error, TB_ERANGE, path, "the path of the backup is too long");
	if (sqlite3_open_v2(backup, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK) {
		code = schema_fail(copy, error, "opening the backup");
	} else {
		sqlite3_backup *work = sqlite3_backup_init(copy, "main", db, "main");
		if (work)
			sqlite3_backup_step(work, -1);
		if (sqlite3_backup_finish(work) != SQLITE_OK || !work)
			code = schema_fail(copy, error, "writing the backup");
	}
	sqlite3_close(copy);
	return code;
}

static int in_transaction(sqlite3 *db, int code, const struct schema *schema, struct journal_error *error)
{
	if (!code) {
		struct sql sql = {0};
		sql_add(&sql, "PRAGMA user_version = %d", schema->version);
		code = run_sql(db, &sql, error, "user_version");
	}
	if (!code)
		code = run(db, "COMMIT", error, "storing the schema");
	if (code && !sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL); /* the error is already told */
	return code;
}

static int create_all(sqlite3 *db, const struct schema *schema, struct journal_error *error)
{
	int code = run(db, "BEGIN IMMEDIATE", error, "making the journal");
	if (!code)
		code = create_instruments(db, error);
	if (!code)
		code = run(db, fixed_tables, error, "making the journal");
	if (!code)
		code = create_catalogue(db, error);
	if (!code)
		code = create_views(db, error);
	return in_transaction(db, code, schema, error);
}

static int migrate(sqlite3 *db, int64_t from, const struct schema *schema, struct journal_error *error)
{
	size_t added;
	int code = run(db, "BEGIN IMMEDIATE", error, "migrating the journal");
	for (const struct schema_step *step = schema->steps; !code && step->sql; step++) {
		if (step->to > from && step->to <= schema->version)
			code = run(db, step->sql, error, "migrating the journal");
	}
	if (!code)
		code = add_columns(db, true, &added, error);
	if (!code)
		code = create_views(db, error);
	return in_transaction(db, code, schema, error);
}

int schema_prepare(sqlite3 *db, const char *path, const struct schema *schema, char *backup, size_t size,
		   struct journal_error *error)
{
	int64_t version, tables;
	size_t missing;
	int code = schema_check_integrity(db, path, error);
	if (code)
		return code;
	if (ask_int(db, "PRAGMA user_version", &version) ||
	    ask_int(db, "SELECT count(*) FROM sqlite_master", &tables))
		return schema_fail(db, error, path);
	if (version == 0 && tables == 0)
		return create_all(db, schema, error);
	if (version == 0)
		return refuse(error, TB_EREFUSED, path, "an SQLite file, but not a journal of tradebotd");
	if (version > schema->version) {
		snprintf(error->text, sizeof(error->text),
			 "%.180s: schema version %lld is newer than this program's %d; use the newer program",
			 path, (long long)version, schema->version);
		return TB_EREFUSED;
	}
	code = add_columns(db, false, &missing, error);
	if (code || (version == schema->version && missing == 0))
		return code;
	code = make_backup(db, path, version, backup, size, error);
	return code ? code : migrate(db, version, schema, error);
}

int schema_check(sqlite3 *db, const char *path, const struct schema *schema, struct journal_error *error)
{
	int64_t version;
	size_t missing;
	if (ask_int(db, "PRAGMA user_version", &version))
		return schema_fail(db, error, path);
	if (version > schema->version || version == 0) {
		snprintf(error->text, sizeof(error->text),
			 "%.180s: schema version %lld, this program reads %d", path, (long long)version,
			 schema->version);
		return TB_EREFUSED;
	}
	int code = add_columns(db, false, &missing, error);
	if (!code && (missing || version < schema->version))
		code = refuse(error, TB_EREFUSED, path,
			      "made by an older program; the daemon migrates it at its next start");
	return code;
}
