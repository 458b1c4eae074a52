/* SPDX-License-Identifier: MIT
 * From a list of fields to SQL. A new record or field needs no line here: the catalogue is walked. */
#include "sql.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void sql_add(struct sql *sql, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int wrote = vsnprintf(sql->text + sql->len, sizeof(sql->text) - sql->len, format, args);
	va_end(args);
	if (wrote < 0 || (size_t)wrote >= sizeof(sql->text) - sql->len)
		sql->over = true;
	else
		sql->len += (size_t)wrote;
}

bool sql_is_text(enum field_unit unit)
{
	switch (unit) {
	case FIELD_SYM:
	case FIELD_SIDE:
	case FIELD_STRATEGY:
	case FIELD_REGIME:
	case FIELD_BOOK:
	case FIELD_EXIT:
	case FIELD_REFUSAL:
	case FIELD_VERDICT:
	case FIELD_ORDER_STATE:
	case FIELD_ROLE:
	case FIELD_PHASE:
	case FIELD_NOTE:
	case FIELD_STANDING:
	case FIELD_STAGE_REASON: return true;
	case FIELD_INT:
	case FIELD_BOOL:
	case FIELD_MS:
	case FIELD_MONEY:
	case FIELD_RATIO:
	case FIELD_TICKS:
	case FIELD_LOTS:
	case FIELD_ID: break;
	}
	return false;
}

const char *sql_type(enum field_unit unit)
{
	return sql_is_text(unit) ? "TEXT" : "INTEGER";
}

int sql_rowid_field(enum record_kind kind)
{
	const struct record_row *row = &record_rows[kind];
	int found = -1;
	for (size_t i = 0; i < row->field_count; i++) {
		if (!(row->fields[i].flags & FIELD_KEY))
			continue;
		if (found >= 0)
			return -1;
		found = (int)i;
	}
	return found >= 0 && !sql_is_text(row->fields[found].unit) ? found : -1;
}

/* "a", "b" of the fields that have all bits of flags; each followed by suffix. */
static void add_names(struct sql *sql, enum record_kind kind, int flags, const char *suffix)
{
	const struct record_row *row = &record_rows[kind];
	const char *comma = "";
	for (size_t i = 0; i < row->field_count; i++) {
		if ((row->fields[i].flags & flags) != flags)
			continue;
		sql_add(sql, "%s\"%s\"%s", comma, row->fields[i].name, suffix);
		comma = ", ";
	}
}

void sql_columns(struct sql *sql, enum record_kind kind)
{
	add_names(sql, kind, 0, "");
}
void sql_order(struct sql *sql, enum record_kind kind, const char *suffix)
{
	add_names(sql, kind, FIELD_KEY, suffix);
}

void sql_create(struct sql *sql, enum record_kind kind)
{
	const struct record_row *row = &record_rows[kind];
	int rowid = sql_rowid_field(kind);

	sql_add(sql, "CREATE TABLE IF NOT EXISTS \"%s\" (", row->table);
	for (size_t i = 0; i < row->field_count; i++) {
		const struct field_row *field = &row->fields[i];
		sql_add(sql, "%s\"%s\" %s%s%s", i ? ", " : "", field->name, sql_type(field->unit),
			(int)i == rowid ? " PRIMARY KEY" : "",
			field->unit == FIELD_SYM ? " REFERENCES instruments(name)" : "");
	}
	if (rowid < 0) {
		sql_add(sql, ", PRIMARY KEY (");
		add_names(sql, kind, FIELD_KEY, "");
		sql_add(sql, ")) WITHOUT ROWID;\n");
	} else {
		sql_add(sql, ");\n");
	}
}

/* Prices of a position or trade are sums over a quantity: shown as the average, and only shown. */
static void view_averages(struct sql *sql, const char *name, const char *cost, const char *qty)
{
	sql_add(sql,
		", round(t.\"%s\" / 1e8 * i.lot_scale * i.contract_scale"
		" / (1.0 * nullif(t.\"%s\", 0) * i.lot_step * i.contract_step), i.tick_decimals + 2) AS "
		"\"%s\"",
		cost, qty, name);
}

/* FIELD_MS columns end in _ms. A moment becomes ISO text named _utc; lengths of time (*_total_ms) stay. */
static void view_ms(struct sql *sql, const char *name)
{
	size_t len = strlen(name);
	bool moment = len > 3 && strcmp(name + len - 3, "_ms") == 0 && !strstr(name, "_total_ms");
	if (!moment) {
		sql_add(sql, "t.\"%s\"", name);
		return;
	}
	sql_add(sql,
		"CASE WHEN t.\"%s\" > 0 THEN strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', t.\"%s\" / 1000.0, "
		"'unixepoch') END"
		" AS \"%.*s_utc\"",
		name, name, (int)(len - 3), name);
}

static void view_column(struct sql *sql, const struct field_row *field)
{
	const char *name = field->name;
	switch (field->unit) {
	case FIELD_MONEY: sql_add(sql, "t.\"%s\" / 1e8 AS \"%s\"", name, name); break;
	case FIELD_RATIO: sql_add(sql, "t.\"%s\" / 1e9 AS \"%s\"", name, name); break;
	case FIELD_TICKS:
		sql_add(sql, "round(1.0 * t.\"%s\" * i.tick_step / i.tick_scale, i.tick_decimals) AS \"%s\"",
			name, name);
		break;
	case FIELD_LOTS:
		sql_add(sql, "round(1.0 * t.\"%s\" * i.lot_step / i.lot_scale, i.lot_decimals) AS \"%s\"",
			name, name);
		break;
	case FIELD_MS: view_ms(sql, name); break;
	default: sql_add(sql, "t.\"%s\"", name);
	}
}

void sql_view(struct sql *sql, enum record_kind kind)
{
	const struct record_row *row = &record_rows[kind];
	const char *sym = NULL;

	sql_add(sql, "DROP VIEW IF EXISTS \"%s_view\"; CREATE VIEW \"%s_view\" AS SELECT ", row->table,
		row->table);
	for (size_t i = 0; i < row->field_count; i++) {
		if (i)
			sql_add(sql, ", ");
		if (row->fields[i].unit == FIELD_SYM)
			sym = row->fields[i].name;
		view_column(sql, &row->fields[i]);
	}
	if (kind == RECORD_TRADE) {
		view_averages(sql, "entry_price", "entry_cost", "qty");
		view_averages(sql, "exit_price", "exit_value", "qty");
	} else if (kind == RECORD_HOLDING) {
		view_averages(sql, "entry_price", "cost", "qty");
	}
	sql_add(sql, " FROM \"%s\" t", row->table);
	if (sym)
		sql_add(sql, " LEFT JOIN instruments i ON i.name = t.\"%s\"", sym);
	sql_add(sql, ";\n");
}

void sql_put(struct sql *sql, enum record_kind kind)
{
	const struct record_row *row = &record_rows[kind];
	sql_add(sql, "INSERT OR REPLACE INTO \"%s\" (", row->table);
	sql_columns(sql, kind);
	sql_add(sql, ") VALUES (");
	for (size_t i = 0; i < row->field_count; i++)
		sql_add(sql, "%s?%zu", i ? ", " : "", i + 1);
	sql_add(sql, ")");
}

void sql_drop(struct sql *sql, enum record_kind kind)
{
	const struct record_row *row = &record_rows[kind];
	const char *and = "";
	sql_add(sql, "DELETE FROM \"%s\" WHERE ", row->table);
	for (size_t i = 0; i < row->field_count; i++) {
		if (!(row->fields[i].flags & FIELD_KEY))
			continue;
		sql_add(sql, "%s\"%s\" = ?%zu", and, row->fields[i].name, i + 1);
		and = " AND ";
	}
}

/* The newest order, though final, comes back too: it tells the last client id that was used. */
static void restore_open(struct sql *sql, const char *table)
{
	sql_add(sql, " WHERE \"state\" NOT IN (");
	const char *comma = "";
	for (int state = 0; state < ORDER_STATE_COUNT; state++) {
		if (!order_is_final(state))
			continue;
		sql_add(sql, "%s'%s'", comma, field_text(FIELD_ORDER_STATE, state));
		comma = ", ";
	}
	/* and one whose fills have not all been told */
	sql_add(sql, ") OR (\"state\" = '%s' AND \"filled\" < \"qty\")",
		field_text(FIELD_ORDER_STATE, ORDER_FILLED));
	sql_add(sql, " OR \"state\" IS NULL OR \"id\" = (SELECT max(\"id\") FROM \"%s\")", table);
}

void sql_restore(struct sql *sql, enum record_kind kind)
{
	const struct record_row *row = &record_rows[kind];
	sql_add(sql, "SELECT ");
	sql_columns(sql, kind);
	sql_add(sql, " FROM \"%s\"", row->table);
	switch (row->restore) {
	case RESTORE_ALL: break;
	case RESTORE_OPEN: restore_open(sql, row->table); break;
	case RESTORE_DAY:
		sql_add(sql, " WHERE \"at_ms\" >= (SELECT max(\"at_ms\") FROM \"%s\") - %lld", row->table,
			(long long)(2 * DAY_MS));
		break;
	case RESTORE_LAST: break;
	case RESTORE_NEVER: sql_add(sql, " WHERE 0"); break;
	}
	sql_add(sql, " ORDER BY ");
	sql_order(sql, kind, row->restore == RESTORE_LAST ? " DESC" : "");
	if (row->restore == RESTORE_LAST)
		sql_add(sql, " LIMIT 1");
}
