/* SPDX-License-Identifier: MIT
 * The SQL of the catalogue: every statement on a record's table is made from record_rows. Text only: nothing
 * here touches a database. */
#ifndef TB_SQL_H
#define TB_SQL_H

#include "tradebot/record.h"

#define SQL_MAX 24576

/* Text that grows to its bound; over is set (and stays) when something did not fit. */
struct sql {
	size_t len;
	bool over;
	char text[SQL_MAX];
};
void sql_add(struct sql *sql, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The column's declared type: TEXT for symbols and enumerations, INTEGER for all else. */
const char *sql_type(enum field_unit unit);
/* Stored as text: the instrument's name, or field_text. */
bool sql_is_text(enum field_unit unit);

/* Index of the only key field if the key is one integer (then it is the rowid), else -1. */
int sql_rowid_field(enum record_kind kind);

/* Each appends to *sql. create: the table. view: TABLE_view with decimals, ISO times and ratios. put: INSERT
 * OR REPLACE with parameters ?1.. in field order. drop: DELETE by key, parameters in field order of the key
 * fields. columns: "a","b",... order: the key columns (suffix " DESC" or ""). */
void sql_create(struct sql *sql, enum record_kind kind);
void sql_view(struct sql *sql, enum record_kind kind);
void sql_put(struct sql *sql, enum record_kind kind);
void sql_drop(struct sql *sql, enum record_kind kind);
void sql_columns(struct sql *sql, enum record_kind kind);
void sql_order(struct sql *sql, enum record_kind kind, const char *suffix);
/* SELECT of the rows that come back at start, in key order. */
void sql_restore(struct sql *sql, enum record_kind kind);

#endif
