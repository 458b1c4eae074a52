/* SPDX-License-Identifier: MIT
 * From any file that may lie at the journal's path to a schema of this version, or a refusal. */
#ifndef TB_SCHEMA_H
#define TB_SCHEMA_H

#include "journal.h"

/* One step forward. sql runs in the migration's transaction when the file is older than to. */
struct schema_step {
	int to;
	const char *sql;
};
/* What a program of a certain version knows. */
struct schema {
	int version;
	const struct schema_step *steps; /* rising; ends with {0, NULL} */
};
extern const struct schema schema_now;

/* Text of the last SQLite error of db, with what was being done, into *error. Returns TB_EIO. */
int schema_fail(sqlite3 *db, struct journal_error *error, const char *doing);

/* Integrity, then version. An empty file gets the tables; an older one a backup (path in backup, at most size
 * bytes) and its migrations; columns the catalogue has gained are added as unknown. TB_EREFUSED: newer, or
 * not a journal. */
int schema_prepare(sqlite3 *db, const char *path, const struct schema *schema, char *backup, size_t size,
		   struct journal_error *error);

/* TB_EIO: the file is damaged, or no database. */
int schema_check_integrity(sqlite3 *db, const char *path, struct journal_error *error);

/* For readers, who change nothing: TB_EREFUSED unless the version is schema's. */
int schema_check(sqlite3 *db, const char *path, const struct schema *schema, struct journal_error *error);

/* The integer fields of an instrument that are stored, by column name. */
struct schema_instrument_column {
	const char *name;
	size_t offset; /* of an int64 in struct instrument */
};
extern const struct schema_instrument_column schema_instrument_columns[];
extern const size_t schema_instrument_column_count;
/* INSERT with parameters: name, wire, then the columns, then 10^decimals of tick, lot and contract. */
#define SCHEMA_SCALES 3
int schema_instrument_put(sqlite3 *db, sqlite3_stmt **out);

#endif
