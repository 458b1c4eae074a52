/* SPDX-License-Identifier: MIT
 * Lines, fields, decimals and time stamps of the strict CSV. This is the careful path: it runs on headers, on
 * whatever the fast path of candle_text.c declined, and on funding files. */
#include "csv_row.h"

#include <string.h>

#include "timeframe.h"

#define X(id, text) [TIME_UNIT_##id] = text,
const char *const time_unit_text[TIME_UNIT_COUNT] = {TIME_UNITS(X)};
#undef X

const int64_t csv_power10[19] = {1,
				 10,
				 100,
				 1000,
				 10000,
				 100000,
				 1000000,
				 10000000,
				 100000000,
				 1000000000,
				 10000000000,
				 100000000000,
				 1000000000000,
				 10000000000000,
				 100000000000000,
				 1000000000000000,
				 10000000000000000,
				 100000000000000000,
				 1000000000000000000};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_word(struct csv_field field, const char *word)
{
	for (size_t i = 0; i < field.length; i++)
		if (word[i] == '\0' || lower(field.at[i]) != word[i])
			return false;
	return word[field.length] == '\0';
}

struct csv_line csv_line_at(const char *at, const char *end)
{
	size_t left = (size_t)(end - at);
	const char *newline = memchr(at, '\n', left);
	struct csv_line line = {.at = at, .ended = newline != NULL};
	line.length = newline ? (size_t)(newline - at) : left;
	line.next = newline ? newline + 1 : end;
	if (line.length > 0 && at[line.length - 1] == '\r')
		line.length--;
	return line;
}

/* Cuts the field that starts at *at off the line; false when the line is used up. */
static bool next_field(const struct csv_line *line, const char **at, struct csv_field *field)
{
	const char *end = line->at + line->length;
	if (*at > end)
		return false;
	size_t left = (size_t)(end - *at);
	const char *comma = memchr(*at, ',', left);
	*field = (struct csv_field){*at, comma ? (size_t)(comma - *at) : left};
	*at = comma ? comma + 1 : end + 1;
	return true;
}

static uint8_t role_of(struct csv_field field, const struct csv_name *names, size_t name_count)
{
	for (size_t i = 0; i < name_count; i++)
		if (same_word(field, names[i].name))
			return names[i].role;
	return CSV_IGNORED;
}

static bool line_is_text(const struct csv_line *line, size_t number, struct csv_faults *faults)
{
	if (line->length > CSV_LINE_MAX) {
		struct csv_fault *fault = csv_fault_add(faults, number, CSV_LONG_LINE);
		csv_fault_say_int(csv_fault_say(fault, ": "), (int64_t)line->length);
		csv_fault_say(fault, " bytes, at most 1024");
		return false;
	}
	const char *nul = line->length > 0 ? memchr(line->at, '\0', line->length) : NULL;
	if (nul) {
		struct csv_fault *fault = csv_fault_add(faults, number, CSV_NUL_BYTE);
		csv_fault_say_int(csv_fault_say(fault, " at column "), nul - line->at + 1);
	}
	return !nul;
}

static bool header_is_whole(const unsigned *seen, const char *const *roles, size_t role_count,
			    struct csv_faults *faults)
{
	struct csv_fault *fault = NULL;
	for (size_t role = 0; role < role_count; role++) {
		if (seen[role] > 0)
			continue;
		if (!fault)
			fault = csv_fault_say(csv_fault_add(faults, 1, CSV_MISSING_COLUMN), ":");
		csv_fault_say(csv_fault_say(fault, " "), roles[role]);
	}
	for (size_t role = 0; role < role_count; role++)
		if (seen[role] > 1)
			csv_fault_say(csv_fault_say(csv_fault_add(faults, 1, CSV_DOUBLED_COLUMN), ": "),
				      roles[role]);
	return faults->count == 0;
}

bool csv_header_parse(const char *text, size_t length, const struct csv_name *names, size_t name_count,
		      const char *const *roles, size_t role_count, struct csv_columns *columns,
		      const char **body, struct csv_faults *faults)
{
	unsigned seen[CSV_ROLES_MAX] = {0};
	const char *end = text + length;
	if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		text += 3;
	if (text == end) {
		csv_fault_say(csv_fault_add(faults, 1, CSV_HEADER), ": the file is empty");
		return false;
	}
	struct csv_line line = csv_line_at(text, end);
	*body = line.next;
	columns->count = 0;
	if (!line_is_text(&line, 1, faults))
		return false;
	if (line.length == 0 || is_digit(line.at[0])) {
		csv_fault_say(csv_fault_add(faults, 1, CSV_HEADER), ": the first line must name the columns");
		return false;
	}
	const char *at = line.at;
	struct csv_field field;
	while (next_field(&line, &at, &field)) {
		if (columns->count == CSV_COLUMNS_MAX) {
			csv_fault_say(csv_fault_add(faults, 1, CSV_HEADER), ": more than 64 columns");
			return false;
		}
		uint8_t role = role_of(field, names, name_count);
		columns->role[columns->count++] = role;
		if (role != CSV_IGNORED)
			seen[role]++;
	}
	return header_is_whole(seen, roles, role_count, faults);
}

bool csv_line_split(const struct csv_line *line, size_t number, const struct csv_columns *columns,
		    struct csv_field fields[static CSV_ROLES_MAX], struct csv_faults *faults)
{
	if (!line_is_text(line, number, faults))
		return false;
	const char *at = line->at;
	struct csv_field field;
	size_t count = 0;
	while (next_field(line, &at, &field)) {
		if (count < columns->count && columns->role[count] != CSV_IGNORED)
			fields[columns->role[count]] = field;
		count++;
	}
	if (count == columns->count)
		return true;
	struct csv_fault *fault =
		csv_fault_add(faults, number, line->ended ? CSV_FIELD_COUNT : CSV_TRUNCATED);
	if (line->length == 0) {
		csv_fault_say(fault, ": the line is empty");
		return false;
	}
	csv_fault_say_int(csv_fault_say(fault, ": "), (int64_t)count);
	csv_fault_say_int(csv_fault_say(fault, " fields, the header has "), (int64_t)columns->count);
	return false;
}

/* What a text that is no plain decimal is: NaN and infinity by any of their names, an exponent, or rubbish.
 */
static enum csv_fault_code name_rubbish(struct csv_field field)
{
	static const char *const names[] = {"nan", "inf", "infinity", "null", "none", "na", "n/a"};
	if (field.length > 0 && (*field.at == '-' || *field.at == '+'))
		field = (struct csv_field){field.at + 1, field.length - 1};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (same_word(field, names[i]))
			return CSV_NOT_FINITE;
	size_t i = 0;
	while (i < field.length && (is_digit(field.at[i]) || field.at[i] == '.'))
		i++;
	if (i == 0 || i + 1 >= field.length || lower(field.at[i]) != 'e')
		return CSV_NOT_A_NUMBER;
	i++;
	if (i + 1 < field.length && (field.at[i] == '-' || field.at[i] == '+'))
		i++;
	while (i < field.length && is_digit(field.at[i]))
		i++;
	return i == field.length ? CSV_EXPONENT : CSV_NOT_A_NUMBER;
}

enum csv_fault_code csv_decimal_parse(struct csv_field field, struct csv_decimal *out)
{
	*out = (struct csv_decimal){0};
	if (field.length == 0)
		return CSV_EMPTY_FIELD;
	struct csv_field whole = field;
	if (*field.at == '-' || *field.at == '+') {
		out->negative = *field.at == '-';
		field = (struct csv_field){field.at + 1, field.length - 1};
	}
	size_t point = 0, used = 0;
	while (point < field.length && is_digit(field.at[point]))
		point++;
	if (point == 0)
		return name_rubbish(whole);
	used = point;
	if (used < field.length) {
		if (field.at[used++] != '.')
			return name_rubbish(whole);
		while (used < field.length && is_digit(field.at[used]))
			used++;
		if (used != field.length || used == point + 1)
			return name_rubbish(whole);
		while (used > point + 1 && field.at[used - 1] == '0')
			used--; /* "1.500" has one decimal */
	}
	if (*whole.at == '+')
		return CSV_SIGN;
	int64_t digits = 0;
	for (size_t i = 0; i < used; i++) {
		if (i == point)
			continue;
		if (digits > 0 || field.at[i] != '0')
			digits++;
		if (digits > 18)
			return CSV_TOO_MANY_DIGITS;
		out->mantissa = out->mantissa * 10 + (field.at[i] - '0');
	}
	out->decimals = used > point ? (int64_t)(used - point - 1) : 0;
	return CSV_NONE;
}

/* The units are three decades and more apart for any moment between 2009 and 2100, so the magnitude tells. */
static enum time_unit unit_of(int64_t stamp)
{
	if (stamp < csv_power10[11])
		return TIME_UNIT_SECONDS;
	if (stamp < csv_power10[14])
		return TIME_UNIT_MILLISECONDS;
	return stamp < csv_power10[17] ? TIME_UNIT_MICROSECONDS : TIME_UNIT_NONE;
}

enum csv_fault_code csv_time_parse(struct csv_field field, enum time_unit *unit, ms_t *ms)
{
	struct csv_decimal stamp;
	enum csv_fault_code code = csv_decimal_parse(field, &stamp);
	if (code != CSV_NONE)
		return code;
	if (stamp.negative)
		return CSV_TOO_EARLY;
	if (stamp.decimals > 0)
		return CSV_TIME_UNIT;
	enum time_unit seen = unit_of(stamp.mantissa);
	if (seen == TIME_UNIT_NONE)
		return CSV_TIME_UNIT;
	if (seen == TIME_UNIT_SECONDS)
		*ms = stamp.mantissa * 1000;
	else
		*ms = seen == TIME_UNIT_MICROSECONDS ? stamp.mantissa / 1000 : stamp.mantissa;
	bool inside = *ms >= CANDLE_FIRST_MS && *ms < CANDLE_LAST_MS;
	/* A stamp outside the years is a bad year in the unit of the file, unless it is a good year in
	 * another. */
	if (*unit != TIME_UNIT_NONE && seen != *unit)
		return inside ? CSV_MIXED_UNITS : seen < *unit ? CSV_TOO_EARLY : CSV_FAR_FUTURE;
	if (!inside)
		return *ms < CANDLE_FIRST_MS ? CSV_TOO_EARLY : CSV_FAR_FUTURE;
	if (seen == TIME_UNIT_MICROSECONDS && stamp.mantissa % 1000 != 0)
		return CSV_MISALIGNED;
	*unit = seen;
	return CSV_NONE;
}

void csv_field_fault(struct csv_faults *faults, size_t number, const struct csv_line *line,
		     enum csv_fault_code code, const char *name, struct csv_field field)
{
	bool at_end = !line->ended && field.at + field.length == line->at + line->length;
	bool stump =
		field.length == 0 || field.at[field.length - 1] == '.' || field.at[field.length - 1] == '-';
	struct csv_fault *fault = csv_fault_add(faults, number, at_end && stump ? CSV_TRUNCATED : code);
	csv_fault_say(csv_fault_say(csv_fault_say(fault, ": "), name), " is ");
	csv_fault_say_quoted(fault, field.at, field.length);
}
