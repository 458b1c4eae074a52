/* SPDX-License-Identifier: MIT
 * What may be done about the faults of a candle file, and only if the user says so: a small table of repairs
 * with the ways each permits. Whatever is mended is written down with its line, what was there and what was
 * done. Parses the words of --repair; the parser of candle_text.h asks here. Pure. */
#ifndef TB_MARKET_CANDLE_REPAIR_H
#define TB_MARKET_CANDLE_REPAIR_H

#include "csv_fault.h"
#include "tradebot/market.h"

#define REPAIR_WAYS(X)                                                                                       \
	X(REFUSE, "refuse") /* the default of each: the file is not used */                                  \
	X(DROP, "drop")                                                                                      \
	X(FIRST, "first")                                                                                    \
	X(LAST, "last")                                                                                      \
	X(SORT, "sort")                                                                                      \
	X(WIDEN, "widen")                                                                                    \
	X(KEEP, "keep")                                                                                      \
	X(FLAT, "flat")
#define X(id, text) WAY_##id,
enum repair_way { REPAIR_WAYS(X) WAY_COUNT };
#undef X
extern const char *const repair_way_text[WAY_COUNT];

/* Faults that stand in none of these (header, mixed time units, mixed timeframe) cannot be mended by a rule:
 * nothing in the file says which rows are the right ones. */
/* clang-format off */
#define REPAIRS(X) \
	X(NOTHING, "", 0, 0, "") \
	X(CONFLICTS, "conflicts", FIRST, LAST, "one time stamp, two bars: the first or the last of them counts") \
	X(ORDER, "order", SORT, DROP, "out of order: sort the bars by time, or drop those that come late") \
	X(GAPS, "gaps", FLAT, FLAT, "missing bars: put flat ones in, at the close before and without volume") \
	X(RANGE, "range", WIDEN, DROP, "high below low, open or close outside: widen high and low over all four") \
	X(SPIKES, "spikes", KEEP, DROP, "ten times beyond the close before or the own body: keep it as true, or drop it") \
	X(NONPOSITIVE, "nonpositive", DROP, DROP, "a price of zero or less") \
	X(UNREADABLE, "unreadable", DROP, DROP, "a row that is no row: field count, NaN, no number, NUL, over-long") \
	X(TRUNCATED, "truncated", DROP, DROP, "a last line that is cut off") \
	X(MISALIGNED, "misaligned", DROP, DROP, "a bar that opens beside the grid of the timeframe") \
	X(YEARS, "years", DROP, DROP, "a bar before 2009 or from 2100 on")
/* clang-format on */
#define X(id, name, one, other, help) REPAIR_##id,
enum repair { REPAIRS(X) REPAIR_COUNT };
#undef X

struct repair_row {
	const char *name;
	uint8_t ways[2]; /* enum repair_way; may be the same twice */
	const char *help;
};
extern const struct repair_row repair_rows[REPAIR_COUNT]; /* row 0 is no repair */

/* way[enum repair]. All zero: nothing is mended. tell hears of each repair as it is made (NULL: only the
 * first few are kept, in the table). */
struct candle_repair {
	uint8_t way[REPAIR_COUNT];
	void (*tell)(void *ctx, const struct csv_fault *what);
	void *ctx;
};

/* Reads "NAME=WAY[,NAME=WAY...]" into *repair on top of what is there. 0, or TB_EINVAL and in
 * why->text what is wrong and what is allowed. */
int candle_repair_parse(const char *text, struct candle_repair *repair, struct csv_fault *why);

/* Which repair may mend a fault; REPAIR_NOTHING if none can. */
enum repair candle_repair_of(enum csv_fault_code code);

/* The way chosen for a fault: WAY_REFUSE if there is none, or repair is NULL. */
enum repair_way candle_repair_way(const struct candle_repair *repair, enum csv_fault_code code);

/* Whether anything at all is to be mended. */
bool candle_repair_any(const struct candle_repair *repair);

/* " 100.5 101 100 100.75 2.5": a bar as a file would have it, a blank before each number. */
struct csv_fault *candle_say_bar(struct csv_fault *fault, const struct candle *bar, int64_t price_decimals,
				 int64_t volume_decimals);

#endif
