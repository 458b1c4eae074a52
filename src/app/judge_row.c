/* SPDX-License-Identifier: MIT
 * From CSV text to the integers of a row. Whatever is not a plain decimal number of its column's range is
 * BAD: signs, exponents, nan, inf and words included. Nothing is guessed. */
#include "judge_row.h"

#include "decimal.h"

#include <string.h>
#include <strings.h>

#define X(id, name, kind, decimals, lowest, highest, none, allowed)                                          \
	[JUDGE_##id##_COLUMN] = {name, kind, decimals, lowest, highest, none, allowed},
const struct judge_column_row judge_columns[JUDGE_COLUMN_COUNT] = {JUDGE_COLUMNS(X)};
#undef X

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Appends to the field being read; remembers when it does not fit. */
struct field {
	char text[JUDGE_TEXT_MAX];
	size_t len;
	bool cut;
};

static void field_add(struct field *field, char c)
{
	if (field->len < JUDGE_TEXT_MAX - 1)
		field->text[field->len++] = c == '\0' ? '?' : c;
	else
		field->cut = true;
}

static void record_add(struct judge_record *record, struct field *field)
{
	size_t start = 0;

	while (field->len > 0 && blank(field->text[field->len - 1]))
		field->len--;
	while (start < field->len && blank(field->text[start]))
		start++;
	field->text[field->len] = '\0';
	if (record->count < JUDGE_FIELDS_MAX) {
		const char *kept = field->cut ? "(too long)" : field->text + start;
		memcpy(record->text[record->count], kept, strlen(kept) + 1);
	}
	record->count++;
	*field = (struct field){.len = 0};
}

/* One record, up to its line's end. */
static void record_line(const char **cursor, const char *end, struct judge_record *record)
{
	struct field field = {.len = 0};
	bool quoted = false;
	const char *at = *cursor;

	record->count = 0;
	for (; at < end && *at != '\n'; at++) {
		if (quoted && *at == '"' && at + 1 < end && at[1] == '"')
			field_add(&field, *at++);
		else if (*at == '"')
			quoted = !quoted;
		else if (*at == ',' && !quoted)
			record_add(record, &field);
		else
			field_add(&field, *at);
	}
	record_add(record, &field);
	*cursor = at < end ? at + 1 : end;
}

bool judge_record_read(const char **cursor, const char *end, struct judge_record *record)
{
	while (*cursor < end) {
		record_line(cursor, end, record);
		if (record->count > 1 || record->text[0][0] != '\0')
			return true;
	}
	return false;
}

static void cell_set(struct judge_cell *cell, const struct judge_column_row *column, bool read, int64_t value)
{
	bool fine = read && value >= column->lowest && value <= column->highest;

	cell->state = fine ? JUDGE_FINE : JUDGE_BAD;
	cell->value = fine ? value : UNKNOWN;
}

static bool any_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcasecmp(text, words[i]))
			return true;
	return false;
}

static void read_word(struct judge_cell *cell, const char *const yes[3], int64_t yes_value,
		      const char *const no[3], int64_t no_value)
{
	bool is_yes = any_of(cell->text, yes, 3), is_no = any_of(cell->text, no, 3);

	cell->state = is_yes || is_no ? JUDGE_FINE : JUDGE_BAD;
	cell->value = is_yes ? yes_value : is_no ? no_value : UNKNOWN;
}

static void read_number(struct judge_cell *cell, const struct judge_column_row *column)
{
	const struct grid grid = {1, column->decimals};
	size_t len = strlen(cell->text);
	int64_t value = UNKNOWN;
	enum decimal_err err = column->kind == JUDGE_COUNT ? decimal_parse(cell->text, len, 0, &value)
			       : column->kind == JUDGE_UP  ? grid_parse_up(cell->text, len, &grid, &value)
							   : grid_parse_down(cell->text, len, &grid, &value);

	cell_set(cell, column, err == DECIMAL_OK, value);
}

/* On a given grid a value between two steps is off it; without one it is rounded. */
static void read_steps(struct judge_cell *cell, const struct judge_column_row *column,
		       const struct grid *grid, bool given, bool up)
{
	size_t len = strlen(cell->text);
	int64_t exact, value = UNKNOWN;
	bool off = given && grid_parse(cell->text, len, grid, &exact) != DECIMAL_OK;
	enum decimal_err err = up && !off ? grid_parse_up(cell->text, len, grid, &value)
					  : grid_parse_down(cell->text, len, grid, &value);

	if (off && value < column->lowest)
		value = column->lowest;
	cell_set(cell, column, err == DECIMAL_OK, value);
	if (cell->state == JUDGE_FINE && off)
		cell->state = JUDGE_OFF_GRID;
}

static void read_plain(struct judge_cell *cell, const struct judge_column_row *column)
{
	static const char *const longs[] = {"long", "buy", "l"}, *const shorts[] = {"short", "sell", "s"};
	static const char *const yes[] = {"1", "true", "yes"}, *const no[] = {"0", "false", "no"};

	switch (column->kind) {
	case JUDGE_ID: cell->state = JUDGE_FINE; break;
	case JUDGE_SIDE: read_word(cell, longs, 1, shorts, -1); break;
	case JUDGE_FLAG: read_word(cell, yes, 1, no, 0); break;
	case JUDGE_COUNT:
	case JUDGE_DOWN:
	case JUDGE_UP: read_number(cell, column); break;
	case JUDGE_PRICE:
	case JUDGE_QTY: break; /* wait for side and grid */
	}
}

/* Whether every price of the row fits on a tick of 1e-11 and one of them needs it. */
static bool wants_fine_tick(const struct judge_row *row)
{
	static const enum judge_column prices[] = {JUDGE_ENTRY_COLUMN, JUDGE_STOP_COLUMN,
						   JUDGE_TARGET_COLUMN};
	const struct grid fine = {1, 11};
	bool wants = false;

	for (size_t i = 0; i < 3; i++) {
		const struct judge_cell *cell = &row->cells[prices[i]];
		int64_t value;
		if (cell->state != JUDGE_FINE)
			continue;
		if (grid_parse_up(cell->text, strlen(cell->text), &fine, &value) != DECIMAL_OK ||
		    value > VALUE_MAX)
			return false;
		wants |= decimal_parse(cell->text, strlen(cell->text), 8, &value) == DECIMAL_DIGITS;
	}
	return wants;
}

/* Against the order: a long that pays more, is stopped later and takes its profit earlier. */
static bool rounds_up(enum judge_column column, int64_t side)
{
	bool is_long = side == 1;

	if (column == JUDGE_QTY_COLUMN)
		return true;
	if (column == JUDGE_LAST_LOSS_COLUMN)
		return false;
	return column == JUDGE_ENTRY_COLUMN ? is_long : !is_long;
}

static void read_on_grids(struct judge_row *row, const struct judge_options *options)
{
	bool tick_given = options->tick.step != 0, lot_given = options->lot.step != 0;

	row->tick = tick_given ? options->tick : (struct grid){1, wants_fine_tick(row) ? 11 : 8};
	row->lot = lot_given ? options->lot : (struct grid){1, 8};
	for (enum judge_column i = 0; i < JUDGE_COLUMN_COUNT; i++) {
		struct judge_cell *cell = &row->cells[i];
		bool up = rounds_up(i, row->cells[JUDGE_SIDE_COLUMN].value);
		if (cell->state != JUDGE_FINE)
			continue;
		if (judge_columns[i].kind == JUDGE_PRICE)
			read_steps(cell, &judge_columns[i], &row->tick, tick_given, up);
		if (judge_columns[i].kind == JUDGE_QTY)
			read_steps(cell, &judge_columns[i], &row->lot, lot_given, up);
	}
}

void judge_row_read(const struct judge_record *record, const int places[static JUDGE_COLUMN_COUNT],
		    const struct judge_options *options, struct judge_row *row)
{
	for (enum judge_column i = 0; i < JUDGE_COLUMN_COUNT; i++) {
		struct judge_cell *cell = &row->cells[i];
		*cell = (struct judge_cell){.state = JUDGE_ABSENT, .value = UNKNOWN, .text = ""};
		if (places[i] < 0)
			continue;
		cell->text = record->text[places[i]];
		cell->state = JUDGE_FINE;
		if (cell->text[0] == '\0')
			cell->state = judge_columns[i].none ? JUDGE_NONE : JUDGE_BAD;
		else
			read_plain(cell, &judge_columns[i]);
	}
	read_on_grids(row, options);
}
