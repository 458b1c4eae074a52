/* SPDX-License-Identifier: MIT
 * Reading the journal back: one way for every kind of record. Used at start (RESTORED), by the reading verbs
 * and for the digest of a run. */
#include "read.h"

#include "schema.h"
#include "sql.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No enumeration of the catalogue has more texts; sides begin at -1. */
#define TEXT_LOWEST  (-1)
#define TEXT_HIGHEST 255

int read_bind(sqlite3_stmt *stmt, int index, enum field_unit unit, int64_t value,
	      const struct universe *universe)
{
	const char *text;
	if (unit == FIELD_SYM) {
		if (value == SYM_NONE)
			return sqlite3_bind_null(stmt, index) == SQLITE_OK ? 0 : TB_EIO;
		if (value < 0 || (uint64_t)value >= universe->count)
			return TB_EINVAL;
		text = universe->at[value].name;
	} else {
		if (value == UNKNOWN)
			return sqlite3_bind_null(stmt, index) == SQLITE_OK ? 0 : TB_EIO;
		text = sql_is_text(unit) ? field_text(unit, value) : NULL;
	}
	int code = text ? sqlite3_bind_text(stmt, index, text, -1, SQLITE_STATIC)
			: sqlite3_bind_int64(stmt, index, value);
	return code == SQLITE_OK ? 0 : TB_EIO;
}

static int text_to_value(enum field_unit unit, const char *text, int64_t *value)
{
	for (int64_t i = TEXT_LOWEST; i <= TEXT_HIGHEST; i++) {
		const char *known = field_text(unit, i);
		if (known && strcmp(known, text) == 0) {
			*value = i;
			return 0;
		}
	}
	char *end;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno)
		return TB_ENOENT;
	*value = number;
	return 0;
}

int read_column(sqlite3_stmt *stmt, int index, enum field_unit unit, const struct universe *universe,
		int64_t *value)
{
	if (sqlite3_column_type(stmt, index) == SQLITE_NULL) {
		*value = unit == FIELD_SYM ? SYM_NONE : UNKNOWN;
		return 0;
	}
	if (!sql_is_text(unit)) {
		/* A shell can write anything anywhere: a number that is not an integer is nobody's. */
		if (sqlite3_column_type(stmt, index) != SQLITE_INTEGER)
			return TB_ENOENT;
		*value = sqlite3_column_int64(stmt, index);
		return 0;
	}
	const char *text = (const char *)sqlite3_column_text(stmt, index);
	if (!text)
		return TB_EIO;
	if (unit != FIELD_SYM)
		return text_to_value(unit, text, value);
	*value = universe_find(universe, text);
	return *value == SYM_NONE ? TB_ENOENT : 0;
}

static void keep_skipped(struct journal *journal, enum record_kind kind, sqlite3_stmt *ask, size_t column)
{
	if (journal->skipped++ > 0)
		return;
	const struct record_row *row = &record_rows[kind];
	const char *text = (const char *)sqlite3_column_text(ask, (int)column);
	snprintf(journal->skipped_what, sizeof(journal->skipped_what), "%s.%s: '%.40s' is not known",
		 row->table, row->fields[column].name, text ? text : "");
}

/* 0: *record is whole. TB_ENOENT: the row is to be skipped, and is counted. */
static int read_record(struct journal *journal, enum record_kind kind, sqlite3_stmt *ask,
		       struct record *record)
{
	const struct record_row *row = &record_rows[kind];
	int64_t *values = (int64_t *)&record->desk;

	record->kind = kind;
	for (size_t i = 0; i < row->field_count; i++) {
		int code = read_column(ask, (int)i, row->fields[i].unit, journal->universe, &values[i]);
		if (code == TB_ENOENT)
			keep_skipped(journal, kind, ask, i);
		if (code)
			return code;
	}
	return 0;
}

/* Steps through a prepared SELECT of all columns of kind, and finalises it. */
static int read_rows(struct journal *journal, enum record_kind kind, sqlite3_stmt *ask, journal_yield *yield,
		     void *ctx)
{
	int code = 0, step = SQLITE_DONE;
	while (!code && (step = sqlite3_step(ask)) == SQLITE_ROW) {
		struct record record;
		code = read_record(journal, kind, ask, &record);
		if (code == TB_ENOENT)
			code = 0;
		else if (!code)
			code = yield(ctx, &record);
	}
	if (!code && step != SQLITE_DONE)
		code = schema_fail(journal->db, &journal->error, record_rows[kind].table);
	sqlite3_finalize(ask);
	return code;
}

static int prepare(struct journal *journal, const struct sql *sql, const char *doing, sqlite3_stmt **out)
{
	if (sql->over) {
		snprintf(journal->error.text, sizeof(journal->error.text),
			 "%s: SQL text does not fit its buffer", doing);
		return TB_EFULL;
	}
	if (sqlite3_prepare_v2(journal->db, sql->text, -1, out, NULL) != SQLITE_OK)
		return schema_fail(journal->db, &journal->error, doing);
	return 0;
}

int journal_restore(struct journal *journal, journal_yield *yield, void *ctx)
{
	int code = 0;
	journal->skipped = 0;
	for (int kind = 0; !code && kind < RECORD_COUNT; kind++) {
		struct sql sql = {0};
		sqlite3_stmt *ask = NULL;
		if (record_rows[kind].restore == RESTORE_NEVER)
			continue;
		sql_restore(&sql, (enum record_kind)kind);
		code = prepare(journal, &sql, record_rows[kind].table, &ask);
		if (!code)
			code = read_rows(journal, (enum record_kind)kind, ask, yield, ctx);
	}
	return code;
}

static const char *sym_column(enum record_kind kind)
{
	const struct record_row *row = &record_rows[kind];
	for (size_t i = 0; i < row->field_count; i++) {
		if (row->fields[i].unit == FIELD_SYM)
			return row->fields[i].name;
	}
	return NULL;
}

int journal_each(struct journal *journal, enum record_kind kind, const struct journal_query *query,
		 journal_yield *yield, void *ctx)
{
	struct sql sql = {0};
	sqlite3_stmt *ask = NULL;
	const char *sym = query->sym == SYM_NONE ? NULL : sym_column(kind);

	if (query->sym != SYM_NONE && (!sym || query->sym >= journal->universe->count))
		return TB_EINVAL;
	/* The newest by key, told oldest first. */
	sql_add(&sql, "SELECT * FROM (SELECT ");
	sql_columns(&sql, kind);
	sql_add(&sql, " FROM \"%s\"", record_rows[kind].table);
	if (sym)
		sql_add(&sql, " WHERE \"%s\" = ?1", sym);
	sql_add(&sql, " ORDER BY ");
	sql_order(&sql, kind, query->newest > 0 ? " DESC" : "");
	sql_add(&sql, " LIMIT %lld) ORDER BY ", (long long)(query->newest > 0 ? query->newest : -1));
	sql_order(&sql, kind, "");
	int code = prepare(journal, &sql, record_rows[kind].table, &ask);
	if (code)
		return code;
	if (sym)
		sqlite3_bind_text(ask, 1, journal->universe->at[query->sym].name, -1, SQLITE_STATIC);
	return read_rows(journal, kind, ask, yield, ctx);
}

/* One of the three tables of the digest, on its next row. */
struct digest_stream {
	enum record_kind kind;
	sqlite3_stmt *ask;
	bool more;
	struct record record;
};

static int stream_next(struct journal *journal, struct digest_stream *stream)
{
	int step = sqlite3_step(stream->ask);
	stream->more = step == SQLITE_ROW;
	if (stream->more)
		return read_record(journal, stream->kind, stream->ask, &stream->record);
	return step == SQLITE_DONE
		       ? 0
		       : schema_fail(journal->db, &journal->error, record_rows[stream->kind].table);
}

static int stream_open(struct journal *journal, struct digest_stream *stream)
{
	struct sql sql = {0};
	sql_add(&sql, "SELECT ");
	sql_columns(&sql, stream->kind);
	sql_add(&sql, " FROM \"%s\" ORDER BY \"seq\"", record_rows[stream->kind].table);
	int code = prepare(journal, &sql, record_rows[stream->kind].table, &stream->ask);
	return code ? code : stream_next(journal, stream);
}

/* seq is the first field of all three. */
static int64_t stream_seq(const struct digest_stream *stream)
{
	return record_values(&stream->record)[0];
}
_Static_assert(offsetof(struct decision, seq) == 0 && offsetof(struct fill, seq) == 0 &&
		       offsetof(struct trade, seq) == 0,
	       "the digest merges by the first field");

int journal_digest(struct journal *journal, struct digest *digest)
{
	struct digest_stream streams[] = {
		{.kind = RECORD_DECISION}, {.kind = RECORD_FILL}, {.kind = RECORD_TRADE}};
	size_t count = sizeof(streams) / sizeof(streams[0]);
	int code = 0;

	digest_open(digest);
	journal->skipped = 0;
	for (size_t i = 0; !code && i < count; i++)
		code = stream_open(journal, &streams[i]);
	while (!code) {
		struct digest_stream *least = NULL;
		for (size_t i = 0; i < count; i++) {
			if (streams[i].more && (!least || stream_seq(&streams[i]) < stream_seq(least)))
				least = &streams[i];
		}
		if (!least)
			break;
		digest_record(digest, &least->record, journal->universe);
		code = stream_next(journal, least);
	}
	for (size_t i = 0; i < count; i++)
		sqlite3_finalize(streams[i].ask);
	if (code == TB_ENOENT) {
		snprintf(journal->error.text, sizeof(journal->error.text), "no digest: %s",
			 journal->skipped_what);
		code = TB_EINVAL;
	}
	return code;
}

int read_universe(struct journal *journal, struct universe *universe)
{
	struct sql sql = {0};
	sqlite3_stmt *ask = NULL;
	int step;

	sql_add(&sql, "SELECT name, wire");
	for (size_t i = 0; i < schema_instrument_column_count; i++)
		sql_add(&sql, ", \"%s\"", schema_instrument_columns[i].name);
	sql_add(&sql, " FROM instruments ORDER BY name LIMIT %d", SYMBOLS_MAX);
	int code = prepare(journal, &sql, "instruments", &ask);
	if (code)
		return code;
	universe->count = 0;
	while ((step = sqlite3_step(ask)) == SQLITE_ROW) {
		struct instrument *to = &universe->at[universe->count++];
		*to = (struct instrument){0};
		snprintf(to->name, sizeof(to->name), "%s", (const char *)sqlite3_column_text(ask, 0));
		snprintf(to->wire, sizeof(to->wire), "%s", (const char *)sqlite3_column_text(ask, 1));
		for (size_t i = 0; i < schema_instrument_column_count; i++) {
			int64_t value = 0;
			read_column(ask, 2 + (int)i, FIELD_INT, universe, &value);
			memcpy((char *)to + schema_instrument_columns[i].offset, &value, sizeof(value));
		}
	}
	if (step != SQLITE_DONE)
		code = schema_fail(journal->db, &journal->error, "instruments");
	sqlite3_finalize(ask);
	return code;
}
