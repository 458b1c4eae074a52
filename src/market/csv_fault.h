/* SPDX-License-Identifier: MIT
 * What can be wrong with a candle or funding file, and the bounded list a parser writes it to: the first
 * faults are kept with their line and a sentence, all are counted. A file with any fault is not usable.
 * Written by the parsers of this room, printed by the app as "file:line: what". Never prints, never
 * allocates. */
#ifndef TB_MARKET_CSV_FAULT_H
#define TB_MARKET_CSV_FAULT_H

#include "tradebot/units.h"

/* name, which repair may mend it (candle_repair.h; NOTHING: none can), text. DUPLICATE_SAME is never a fault: it
 * is dropped and counted. */
/* clang-format off */
#define CSV_FAULTS(X) \
	X(NONE, NOTHING, "none") \
	X(HEADER, NOTHING, "unusable header") \
	X(MISSING_COLUMN, NOTHING, "missing column") \
	X(DOUBLED_COLUMN, NOTHING, "doubled column") \
	X(NO_ROWS, NOTHING, "no rows after the header") \
	X(FIELD_COUNT, UNREADABLE, "wrong number of fields") \
	X(TRUNCATED, TRUNCATED, "truncated last line") \
	X(LONG_LINE, UNREADABLE, "line too long") \
	X(NUL_BYTE, UNREADABLE, "NUL byte") \
	X(EMPTY_FIELD, UNREADABLE, "empty field") \
	X(NOT_A_NUMBER, UNREADABLE, "not a number") \
	X(NOT_FINITE, UNREADABLE, "not a finite number") \
	X(EXPONENT, UNREADABLE, "exponent not allowed") \
	X(SIGN, UNREADABLE, "sign not allowed") \
	X(TOO_MANY_DIGITS, UNREADABLE, "too many digits") \
	X(NOT_POSITIVE, NONPOSITIVE, "price not positive") \
	X(HIGH_BELOW_LOW, RANGE, "high below low") \
	X(OUTSIDE_RANGE, RANGE, "open or close outside low..high") \
	X(TIME_UNIT, UNREADABLE, "time stamp in no known unit") \
	X(MIXED_UNITS, NOTHING, "mixed time units") \
	X(TOO_EARLY, YEARS, "before 2009") \
	X(FAR_FUTURE, YEARS, "far future") \
	X(DUPLICATE_SAME, NOTHING, "duplicate time stamp, same values") \
	X(DUPLICATE_CONFLICT, CONFLICTS, "duplicate time stamp, conflicting values") \
	X(OUT_OF_ORDER, ORDER, "out of order") \
	X(MISALIGNED, MISALIGNED, "misaligned") \
	X(MIXED_TIMEFRAME, NOTHING, "mixed timeframe") \
	X(NO_TIMEFRAME, NOTHING, "no known timeframe") \
	X(SPIKE, SPIKES, "10x spike") \
	X(RATE_RANGE, NOTHING, "rate outside -1..1") \
	X(GAP, GAPS, "gap")
/* clang-format on */
#define X(id, repair, text) CSV_##id,
enum csv_fault_code { CSV_FAULTS(X) CSV_FAULT_COUNT };
#undef X
extern const char *const csv_fault_text[CSV_FAULT_COUNT];

#define CSV_FAULTS_KEPT    20
#define CSV_FAULT_TEXT_MAX 224

/* line counts from 1, the header included. text is the catalogue's text and the detail, one line of printable
 * ASCII. */
struct csv_fault {
	size_t line;
	int64_t code; /* enum csv_fault_code */
	size_t used;  /* characters in text */
	char text[CSV_FAULT_TEXT_MAX];
};

struct csv_faults {
	size_t count; /* all faults found; min(count, CSV_FAULTS_KEPT) of them are in at[] */
	struct csv_fault at[CSV_FAULTS_KEPT + 1]; /* the last one is scratch for those that are not kept */
};

/* Counts a fault and opens its text with the catalogue's words. Details may be appended to the answer until
 * the next call; never NULL. */
struct csv_fault *csv_fault_add(struct csv_faults *faults, size_t line, enum csv_fault_code code);

/* Append to the text, cut where it is full: plain words, a number, a moment in UTC, or foreign bytes between
 * double quotes (at most 24 of them, unprintable ones as '?'). They answer the fault, for chaining. */
struct csv_fault *csv_fault_say(struct csv_fault *fault, const char *words);
struct csv_fault *csv_fault_say_int(struct csv_fault *fault, int64_t value);
struct csv_fault *csv_fault_say_utc(struct csv_fault *fault, ms_t ms);
struct csv_fault *csv_fault_say_quoted(struct csv_fault *fault, const char *bytes, size_t length);

/* As quoted, but at most 96 bytes: a whole row of a usual file. */
struct csv_fault *csv_fault_say_line(struct csv_fault *fault, const char *bytes, size_t length);

/* value * 10^-decimals without zeros behind; 0 <= decimals <= 18, value >= 0. */
struct csv_fault *csv_fault_say_decimal(struct csv_fault *fault, int64_t value, int64_t decimals);

/* Takes the fault that was added last out of `from` and adds it, text and all, to `to`: it was mended. The
 * answer is the entry in `to`. from->count must be > 0. */
struct csv_fault *csv_fault_move(struct csv_faults *from, struct csv_faults *to);

#endif
