/* SPDX-License-Identifier: MIT
 * The funding parser. Files are small (three rows a day), so there is only the careful path. */
#include "funding_text.h"

#include <string.h>

#include "timeframe.h"

enum { TIME, RATE, ROLE_COUNT };

#define ROW_BYTES_MIN  13 /* "1230768000,0\n" */
#define RATIO_DECIMALS 9

static const char *const role_text[ROLE_COUNT] = {"time stamp", "rate"};

static const struct csv_name column_names[] = {
	{"ts_ms", TIME},        {"ts", TIME},   {"timestamp", TIME},    {"time", TIME},
	{"funding_time", TIME}, {"rate", RATE}, {"funding_rate", RATE}, {"fundingrate", RATE},
};

size_t funding_text_bound(const char *text, size_t length)
{
	size_t lines = 1;
	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	size_t most = length / ROW_BYTES_MIN + 1;
	return lines < most ? lines : most;
}

static enum csv_fault_code read_rate(struct csv_field field, ratio_t *rate, bool *rounded)
{
	struct csv_decimal d;
	enum csv_fault_code code = csv_decimal_parse(field, &d);
	if (code != CSV_NONE)
		return code;
	if (d.decimals > FUNDING_DECIMALS_MAX)
		return CSV_TOO_MANY_DIGITS;
	int64_t value = d.mantissa;
	if (value > csv_power10[d.decimals])
		return CSV_RATE_RANGE;
	*rounded = d.decimals > RATIO_DECIMALS;
	if (*rounded) {
		int64_t by = csv_power10[d.decimals - RATIO_DECIMALS];
		value = (value + by / 2) / by;
	} else {
		value *= csv_power10[RATIO_DECIMALS - d.decimals];
	}
	*rate = d.negative ? -value : value;
	return CSV_NONE;
}

static bool judge_order(struct funding_table *table, size_t number, const struct funding_point *point)
{
	if (table->count == 0)
		return true;
	const struct funding_point *last = &table->rows[table->count - 1];
	if (point->ms > last->ms)
		return true;
	if (point->ms == last->ms && point->rate == last->rate) {
		if (table->duplicates++ == 0)
			table->duplicate_line = number;
		return false;
	}
	enum csv_fault_code code = point->ms == last->ms ? CSV_DUPLICATE_CONFLICT : CSV_OUT_OF_ORDER;
	struct csv_fault *fault = csv_fault_add(&table->faults, number, code);
	csv_fault_say_utc(csv_fault_say(fault, ": "), point->ms);
	if (code == CSV_OUT_OF_ORDER)
		csv_fault_say_utc(csv_fault_say(fault, " comes after "), last->ms);
	return false;
}

static void parse_row(struct funding_table *table, const struct csv_columns *columns,
		      const struct csv_line *line, size_t number)
{
	struct csv_field fields[CSV_ROLES_MAX];
	struct funding_point point = {0};
	bool rounded = false;
	int role = TIME;
	if (!csv_line_split(line, number, columns, fields, &table->faults))
		return;
	enum csv_fault_code code = csv_time_parse(fields[TIME], &table->unit, &point.ms);
	if (code == CSV_NONE) {
		role = RATE;
		code = read_rate(fields[RATE], &point.rate, &rounded);
	}
	if (code != CSV_NONE) {
		csv_field_fault(&table->faults, number, line, code, role_text[role], fields[role]);
		return;
	}
	if (!judge_order(table, number, &point))
		return;
	table->rounded += rounded;
	table->rows[table->count++] = point;
}

int funding_text_parse(const char *text, size_t length, struct funding_point *rows, size_t capacity,
		       struct funding_table *table)
{
	struct csv_columns columns;
	const char *at = NULL, *end = text + length;
	memset(table, 0, sizeof(*table));
	table->rows = rows;
	if (!csv_header_parse(text, length, column_names, sizeof(column_names) / sizeof(column_names[0]),
			      role_text, ROLE_COUNT, &columns, &at, &table->faults))
		return TB_EINVAL;
	for (size_t number = 2; at < end; number++) {
		if (table->count == capacity)
			return TB_EFULL;
		struct csv_line line = csv_line_at(at, end);
		parse_row(table, &columns, &line, number);
		at = line.next;
	}
	if (table->count == 0 && table->faults.count == 0)
		csv_fault_add(&table->faults, 2, CSV_NO_ROWS);
	return table->faults.count > 0 ? TB_EINVAL : 0;
}
