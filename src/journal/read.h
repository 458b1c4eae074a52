/* SPDX-License-Identifier: MIT
 * Between the journal's own files: columns to values and back. */
#ifndef TB_READ_H
#define TB_READ_H

#include "journal.h"

/* Binds one value of a record: NULL for UNKNOWN and for "no symbol", text for names and enumerations (a value
 * without a text as its digits). TB_EINVAL: no such instrument. */
int read_bind(sqlite3_stmt *stmt, int index, enum field_unit unit, int64_t value,
	      const struct universe *universe);

/* The value in a column, the way back. TB_ENOENT: a text this program or universe does not know. */
int read_column(sqlite3_stmt *stmt, int index, enum field_unit unit, const struct universe *universe,
		int64_t *value);

/* Fills *universe from the instruments table, ordered by name. */
int read_universe(struct journal *journal, struct universe *universe);

#endif
