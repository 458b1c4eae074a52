/* SPDX-License-Identifier: MIT
 * The candle parser. row_fast() reads the rows of a sound file in one pass over the bytes and says no to
 * anything unusual; candle_row_careful() then reads that line again, field by field, and either takes it (the
 * first row, a finer price, another step, a last line without an end) or names its fault. Line n of the file
 * is row n - 2 of the array until the end, so that the judge of distances knows the lines; unreadable rows
 * hold their place with open_ms UNKNOWN. */
#include "candle_parser.h"

#include <string.h>

#include "timeframe.h"

#define FAST_DIGITS 17 /* so that no product can pass VALUE_MAX = 10^17 */

static const struct csv_name column_names[] = {
	{"ts_ms", TIME},        {"ts", TIME},       {"timestamp", TIME},  {"time", TIME}, {"open_time", TIME},
	{"open_time_ms", TIME}, {"opentime", TIME}, {"start_time", TIME}, {"open", OPEN}, {"high", HIGH},
	{"low", LOW},           {"close", CLOSE},   {"volume", VOLUME},
};

size_t candle_text_bound(const char *text, size_t length)
{
	size_t lines = 1;
	const char *at = text, *end = text + length;
	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		lines++;
		at++;
	}
	size_t most = length / CANDLE_ROW_BYTES_MIN + 1;
	return lines < most ? lines : most;
}

/* Reads a plain decimal that fits the scale; NULL for anything else. The text must go on to a non-digit. */
static inline const char *read_number(const char *at, int64_t scale, int64_t *out)
{
	const char *start = at;
	uint64_t value = 0;
	unsigned digit;
	while ((digit = (unsigned)(unsigned char)*at - '0') < 10) {
		value = value * 10 + digit;
		at++;
	}
	if (at == start || at - start + scale > FAST_DIGITS)
		return NULL;
	if (*at != '.') {
		*out = (int64_t)value * csv_power10[scale];
		return at;
	}
	const char *fraction = ++at;
	while (scale > 0 && (digit = (unsigned)(unsigned char)*at - '0') < 10) {
		value = value * 10 + digit;
		at++;
		scale--;
	}
	*out = (int64_t)value * csv_power10[scale];
	while (*at == '0')
		at++; /* only zeros may follow beyond the scale */
	return at == fraction ? NULL : at;
}

static inline const char *skip_field(const char *at)
{
	while (*at != ',' && *at != '\n' && *at != '\r' && *at != '\0')
		at++;
	return at;
}

/* The end of a row: the byte after its newline, or NULL. */
static inline const char *row_end(const char *at)
{
	if (*at == '\r')
		at++;
	return *at == '\n' ? at + 1 : NULL;
}

static inline const char *read_any(const struct parser *p, const char *at, int64_t *values)
{
	for (size_t i = 0; i < p->columns.count; i++) {
		uint8_t role = p->columns.role[i];
		if (i > 0 && *at++ != ',')
			return NULL;
		at = role == CSV_IGNORED ? skip_field(at) : read_number(at, p->scale[role], &values[role]);
		if (!at)
			return NULL;
	}
	return row_end(at);
}

static inline const char *read_plain(const struct parser *p, const char *at, int64_t *values)
{
	int64_t scale = p->scale[OPEN];
	at = read_number(at, 0, &values[TIME]);
	for (int i = OPEN; i <= CLOSE; i++) {
		if (!at || *at != ',')
			return NULL;
		at = read_number(at + 1, scale, &values[i]);
	}
	if (!at || *at != ',')
		return NULL;
	at = read_number(at + 1, p->scale[VOLUME], &values[VOLUME]);
	return at ? row_end(at) : NULL;
}

/* Reads one row of a sound file; NULL and nothing changed if there is anything to say about it. */
static inline const char *row_fast(struct parser *p, const char *at)
{
	int64_t v[ROLE_COUNT];
	const char *next = p->plain ? read_plain(p, at, v) : read_any(p, at, v);
	if (!next || next - at > CSV_LINE_MAX || v[TIME] >= p->stamp_end)
		return NULL;
	ms_t ms = v[TIME] * p->unit_num;
	if (p->unit_den != 1) {
		if (ms % p->unit_den != 0)
			return NULL;
		ms /= p->unit_den;
	}
	struct candle candle = {ms, v[OPEN], v[HIGH], v[LOW], v[CLOSE], v[VOLUME]};
	if (ms != p->next_ms || judge_shape(&candle) != CSV_NONE ||
	    is_spike(p->level_close, &candle) || p->suspect != NO_ROW)
		return NULL;
	keep_row(p, &candle);
	return next;
}

static int collect_rows(struct parser *p, const char *at, const char *end, size_t capacity)
{
	for (size_t number = 2; at < end; number++) {
		if (p->table->count == capacity)
			return TB_EFULL;
		struct csv_line line = csv_line_at(at, end);
		candle_row_collect(p, &line, number);
		at = line.next;
	}
	candle_rows_sort_and_judge(p);
	return 0;
}

static int parse_rows(struct parser *p, const char *at, const char *end, size_t capacity)
{
	struct candle_table *table = p->table;
	/* read_number() stops at a non-digit, so the fast path may only run on lines that have an end. */
	const char *last_end = at < end ? memrchr(at, '\n', (size_t)(end - at)) : NULL;
	while (at < end) {
		if (table->count == capacity)
			return TB_EFULL;
		const char *next = last_end && at < last_end ? row_fast(p, at) : NULL;
		if (!next) {
			struct csv_line line = csv_line_at(at, end);
			candle_row_careful(p, &line, table->count + 2);
			next = line.next;
		}
		at = next;
	}
	return 0;
}

/* A file without a single surprise has one step, and nothing to look for among its distances. */
static bool is_even(const struct parser *p, ms_t hint_ms)
{
	struct candle_table *t = p->table;
	if (p->uneven || t->faults.count > 0 || t->repairs.count > 0 || t->duplicates > 0 || t->count < 2)
		return false;
	if (timeframe_index(p->step_ms) < 0 || (hint_ms != UNKNOWN && hint_ms != p->step_ms) ||
	    !timeframe_aligned(t->rows[0].open_ms, p->step_ms))
		return false;
	t->timeframe_ms = p->step_ms;
	return true;
}

int candle_text_repair(const char *text, size_t length, ms_t hint_ms, const struct candle_repair *repair,
		       struct candle *rows, size_t *lines, size_t capacity, struct candle_table *table)
{
	static const uint8_t usual[ROLE_COUNT] = {TIME, OPEN, HIGH, LOW, CLOSE, VOLUME};
	bool sort = candle_repair_way(repair, CSV_OUT_OF_ORDER) == WAY_SORT;
	struct parser p = {.table = table,
			   .lines = sort ? lines : NULL,
			   .last_ms = UNKNOWN,
			   .step_ms = CANDLE_LAST_MS, /* no bar is so far from the first */
			   .next_ms = UNKNOWN,
			   .last = NO_ROW,
			   .previous = NO_ROW,
			   .suspect = NO_ROW,
			   .unit_num = 1,
			   .unit_den = 1};
	memset(table, 0, sizeof(*table));
	table->rows = rows;
	table->timeframe_ms = hint_ms;
	if ((sort && !lines) ||
	    !csv_header_parse(text, length, column_names, sizeof(column_names) / sizeof(column_names[0]),
			      candle_role_text, ROLE_COUNT, &p.columns, &p.body, &table->faults))
		return TB_EINVAL;
	p.plain = p.columns.count == ROLE_COUNT && memcmp(p.columns.role, usual, sizeof(usual)) == 0;
	table->repair = repair;
	table->lines = p.lines;
	int error = p.lines ? collect_rows(&p, p.body, text + length, capacity)
			    : parse_rows(&p, p.body, text + length, capacity);
	if (!is_even(&p, hint_ms)) {
		candle_steps_judge(table, hint_ms);
		candle_close_ranks(table);
	}
	if (table->count == 0 && table->faults.count == 0 && !error)
		csv_fault_say(csv_fault_add(&table->faults, 2, CSV_NO_ROWS),
			      table->repairs.count > 0 ? ": all were dropped" : "");
	table->repair = NULL;
	table->lines = NULL;
	if (error)
		return error;
	return table->faults.count > 0 ? TB_EINVAL : 0;
}

int candle_text_parse(const char *text, size_t length, ms_t hint_ms, struct candle *rows, size_t capacity,
		      struct candle_table *table)
{
	return candle_text_repair(text, length, hint_ms, NULL, rows, NULL, capacity, table);
}
