/* SPDX-License-Identifier: MIT
 * What can be wrong with a candle or funding file, and the bounded list a parser writes it to: the first
 * faults are kept with their line and a sentence, all are counted. A file with any fault is not usable.
 * Written by the parsers of this room, printed by the app as "file:line: what". Never prints, never
 * allocates. */
#ifndef TB_MARKET_CSV_FAULT_H
#define TB_MARKET_CSV_FAULT_H

#include "tradebot/units.h"

#define CSV_FAULTS(X)                                                                                        \
	X(NONE, "none")                                                                                      \
	X(HEADER, "unusable header")                                                                         \
	X(MISSING_COLUMN, "missing column")                                                                  \
	X(DOUBLED_COLUMN, "doubled column")                                                                  \
	X(NO_ROWS, "no rows after the header")                                                               \
	X(FIELD_COUNT, "wrong number of fields")                                                             \
	X(TRUNCATED, "truncated last line")                                                                  \
	X(LONG_LINE, "line too long")                                                                        \
	X(NUL_BYTE, "NUL byte")                                                                              \
	X(EMPTY_FIELD, "empty field")                                                                        \
	X(NOT_A_NUMBER, "not a number")                                                                      \
	X(NOT_FINITE, "not a finite number")                                                                 \
	X(EXPONENT, "exponent not allowed")                                                                  \
	X(SIGN, "sign not allowed")                                                                          \
	X(TOO_MANY_DIGITS, "too many digits")                                                                \
	X(NOT_POSITIVE, "price not positive")                                                                \
	X(HIGH_BELOW_LOW, "high below low")                                                                  \
	X(OUTSIDE_RANGE, "open or close outside low..high")                                                  \
	X(TIME_UNIT, "time stamp in no known unit")                                                          \
	X(MIXED_UNITS, "mixed time units")                                                                   \
	X(TOO_EARLY, "before 2009")                                                                          \
	X(FAR_FUTURE, "far future")                                                                          \
	X(DUPLICATE_SAME, "duplicate time stamp, same values")                                               \
	X(DUPLICATE_CONFLICT, "duplicate time stamp, conflicting values")                                    \
	X(OUT_OF_ORDER, "out of order")                                                                      \
	X(MISALIGNED, "misaligned")                                                                          \
	X(MIXED_TIMEFRAME, "mixed timeframe")                                                                \
	X(NO_TIMEFRAME, "no known timeframe")                                                                \
	X(SPIKE, "10x spike")                                                                                \
	X(RATE_RANGE, "rate outside -1..1")
#define X(id, text) CSV_##id,
enum csv_fault_code { CSV_FAULTS(X) CSV_FAULT_COUNT };
#undef X
extern const char *const csv_fault_text[CSV_FAULT_COUNT];

#define CSV_FAULTS_KEPT    20
#define CSV_FAULT_TEXT_MAX 160

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

#endif
