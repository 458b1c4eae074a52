/* SPDX-License-Identifier: MIT
 * The table of repairs and the reading of --repair. What each way does to the rows stands where the fault is
 * found: candle_row.c, candle_steps.c and candle_mend.c. */
#include "candle_repair.h"

#include <string.h>

#define X(id, text) [WAY_##id] = text,
const char *const repair_way_text[WAY_COUNT] = {REPAIR_WAYS(X)};
#undef X

enum { WAY_0 = WAY_REFUSE }; /* of row 0 */

#define X(id, name, one, other, help) [REPAIR_##id] = {name, {WAY_##one, WAY_##other}, help},
const struct repair_row repair_rows[REPAIR_COUNT] = {REPAIRS(X)};
#undef X

#define X(id, repair, text) [CSV_##id] = REPAIR_##repair,
static const uint8_t repair_of_fault[CSV_FAULT_COUNT] = {CSV_FAULTS(X)};
#undef X

enum repair candle_repair_of(enum csv_fault_code code)
{
	return (enum repair)repair_of_fault[code];
}

enum repair_way candle_repair_way(const struct candle_repair *repair, enum csv_fault_code code)
{
	return repair ? (enum repair_way)repair->way[repair_of_fault[code]] : WAY_REFUSE;
}

bool candle_repair_any(const struct candle_repair *repair)
{
	for (int i = 1; repair && i < REPAIR_COUNT; i++)
		if (repair->way[i] != WAY_REFUSE)
			return true;
	return false;
}

static bool same(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && memcmp(text, word, length) == 0;
}

static int refuse_name(const char *text, size_t length, struct csv_fault *why)
{
	csv_fault_say(csv_fault_say_quoted(why, text, length), " is no repair; there are");
	for (int i = 1; i < REPAIR_COUNT; i++)
		csv_fault_say(csv_fault_say(why, " "), repair_rows[i].name);
	return TB_EINVAL;
}

static int refuse_way(const struct repair_row *row, const char *text, size_t length, struct csv_fault *why)
{
	csv_fault_say(csv_fault_say_quoted(why, text, length), " is no way for ");
	csv_fault_say(csv_fault_say(csv_fault_say(why, row->name), ": "), repair_way_text[row->ways[0]]);
	if (row->ways[1] != row->ways[0])
		csv_fault_say(csv_fault_say(why, " or "), repair_way_text[row->ways[1]]);
	return TB_EINVAL;
}

/* One NAME=WAY of `length` characters. */
static int parse_one(const char *text, size_t length, struct candle_repair *repair, struct csv_fault *why)
{
	const char *equal = memchr(text, '=', length);
	size_t name_length = equal ? (size_t)(equal - text) : length;
	const char *way = equal ? equal + 1 : text + length;
	size_t way_length = equal ? length - name_length - 1 : 0;
	for (int i = 1; i < REPAIR_COUNT; i++) {
		const struct repair_row *row = &repair_rows[i];
		if (!same(text, name_length, row->name))
			continue;
		for (int k = 0; k < 2; k++) {
			if (!same(way, way_length, repair_way_text[row->ways[k]]))
				continue;
			repair->way[i] = row->ways[k];
			return 0;
		}
		return refuse_way(row, way, way_length, why);
	}
	return refuse_name(text, name_length, why);
}

int candle_repair_parse(const char *text, struct candle_repair *repair, struct csv_fault *why)
{
	*why = (struct csv_fault){0};
	for (;;) {
		size_t length = strcspn(text, ",");
		int failed = parse_one(text, length, repair, why);
		if (failed || text[length] == '\0')
			return failed;
		text += length + 1;
	}
}

struct csv_fault *candle_say_bar(struct csv_fault *fault, const struct candle *bar, int64_t price_decimals,
				 int64_t volume_decimals)
{
	const price_t prices[4] = {bar->open, bar->high, bar->low, bar->close};
	for (int i = 0; i < 4; i++)
		csv_fault_say_decimal(csv_fault_say(fault, " "), prices[i], price_decimals);
	return csv_fault_say_decimal(csv_fault_say(fault, " "), bar->volume, volume_decimals);
}
