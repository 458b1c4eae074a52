/* SPDX-License-Identifier: MIT
 * The bounded list of faults and the small text builder for their details. */
#include "csv_fault.h"

#include <string.h>

#include "timeframe.h"

#define QUOTED_MAX     24
#define LINE_MAX_SHOWN 96

#define X(id, repair, text) [CSV_##id] = text,
const char *const csv_fault_text[CSV_FAULT_COUNT] = {CSV_FAULTS(X)};
#undef X

static void append(struct csv_fault *fault, const char *bytes, size_t length)
{
	size_t room = CSV_FAULT_TEXT_MAX - 1 - fault->used;
	if (length > room)
		length = room;
	memcpy(fault->text + fault->used, bytes, length);
	fault->used += length;
	fault->text[fault->used] = '\0';
}

struct csv_fault *csv_fault_add(struct csv_faults *faults, size_t line, enum csv_fault_code code)
{
	size_t slot = faults->count < CSV_FAULTS_KEPT ? faults->count : CSV_FAULTS_KEPT;
	struct csv_fault *fault = &faults->at[slot];
	faults->count++;
	fault->line = line;
	fault->code = code;
	fault->used = 0;
	return csv_fault_say(fault, csv_fault_text[code]);
}

struct csv_fault *csv_fault_say(struct csv_fault *fault, const char *words)
{
	append(fault, words, strlen(words));
	return fault;
}

struct csv_fault *csv_fault_say_int(struct csv_fault *fault, int64_t value)
{
	char text[24];
	size_t at = sizeof(text);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	do {
		text[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	if (value < 0)
		text[--at] = '-';
	append(fault, text + at, sizeof(text) - at);
	return fault;
}

struct csv_fault *csv_fault_say_utc(struct csv_fault *fault, ms_t ms)
{
	char text[UTC_TEXT_MAX];
	utc_text(ms, text);
	return csv_fault_say(fault, text);
}

static struct csv_fault *say_bytes(struct csv_fault *fault, const char *bytes, size_t length, size_t most)
{
	char text[LINE_MAX_SHOWN];
	size_t shown = length < most ? length : most;
	for (size_t i = 0; i < shown; i++)
		text[i] = bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '?';
	append(fault, "\"", 1);
	append(fault, text, shown);
	if (shown < length)
		append(fault, "...", 3);
	append(fault, "\"", 1);
	return fault;
}

struct csv_fault *csv_fault_say_quoted(struct csv_fault *fault, const char *bytes, size_t length)
{
	return say_bytes(fault, bytes, length, QUOTED_MAX);
}

struct csv_fault *csv_fault_say_line(struct csv_fault *fault, const char *bytes, size_t length)
{
	return say_bytes(fault, bytes, length, LINE_MAX_SHOWN);
}

struct csv_fault *csv_fault_say_decimal(struct csv_fault *fault, int64_t value, int64_t decimals)
{
	char text[24];
	int64_t whole = value;
	for (int64_t i = 0; i < decimals; i++)
		whole /= 10;
	csv_fault_say_int(fault, whole);
	for (int64_t i = decimals; i-- > 0; value /= 10)
		text[i] = (char)('0' + value % 10);
	while (decimals > 0 && text[decimals - 1] == '0')
		decimals--;
	if (decimals > 0) {
		append(fault, ".", 1);
		append(fault, text, (size_t)decimals);
	}
	return fault;
}

struct csv_fault *csv_fault_move(struct csv_faults *from, struct csv_faults *to)
{
	from->count--;
	size_t slot = from->count < CSV_FAULTS_KEPT ? from->count : CSV_FAULTS_KEPT;
	const struct csv_fault *fault = &from->at[slot];
	struct csv_fault *copy = csv_fault_add(to, fault->line, (enum csv_fault_code)fault->code);
	memcpy(copy->text, fault->text, fault->used + 1);
	copy->used = fault->used;
	return copy;
}
