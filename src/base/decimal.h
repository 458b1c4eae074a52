/* SPDX-License-Identifier: MIT
 * Decimal text to integers and back, exactly. Exchanges and files write prices and sizes as decimal text;
 * here they become whole multiples of 10^-decimals, or whole steps of an instrument's grid, without ever
 * being a double. Text is length-counted and need not end in NUL. On any error *out is left as it was. */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include "tradebot/instrument.h"

#define DECIMALS_MAX     18
#define DECIMAL_TEXT_MAX 40 /* sign, 19 digits, point, leading zero, NUL: with room to spare */

#define DECIMAL_ERRS(X)                                                                                      \
	X(OK, "fine")                                                                                        \
	X(EMPTY, "empty")                                                                                    \
	X(SIGN, "has a sign where none is allowed")                                                          \
	X(EXPONENT, "has an exponent")                                                                       \
	X(OVERFLOW, "too large")                                                                             \
	X(DIGITS, "has more decimals than fit")                                                              \
	X(SYNTAX, "not a decimal number")                                                                    \
	X(OFF_GRID, "not a multiple of the step")                                                            \
	X(ZERO, "is zero")
#define X(id, text) DECIMAL_##id,
enum decimal_err { DECIMAL_ERRS(X) DECIMAL_ERR_COUNT };
#undef X
extern const char *const decimal_err_text[DECIMAL_ERR_COUNT];

/* "12.5" -> 1250 at 2 decimals (0..DECIMALS_MAX, else DIGITS). Wanted: digits, and if there is a point digits
 * on both sides of it. Zeros may lead, and trail past the last decimal. No blanks. At most INT64_MAX. A text
 * with several faults reports the first of SYNTAX or EXPONENT, then DIGITS, then OVERFLOW. */
enum decimal_err decimal_parse(const char *text, size_t len, int64_t decimals, int64_t *out);

/* The same with an optional leading '-'; '+' is refused. -INT64_MAX..INT64_MAX: never UNKNOWN. */
enum decimal_err decimal_parse_signed(const char *text, size_t len, int64_t decimals, int64_t *out);

/* Decimal text -> whole steps of the grid. More decimals than the grid has: DIGITS; otherwise between two
 * steps: OFF_GRID. grid must be usable (step > 0, decimals in range), else OFF_GRID. */
enum decimal_err grid_parse(const char *text, size_t len, const struct grid *grid, int64_t *steps);
enum decimal_err grid_parse_signed(const char *text, size_t len, const struct grid *grid, int64_t *steps);

/* For values that live off the grid (mark and index prices, coin volumes): the step below or above. Unsigned.
 */
enum decimal_err grid_parse_down(const char *text, size_t len, const struct grid *grid, int64_t *steps);
enum decimal_err grid_parse_up(const char *text, size_t len, const struct grid *grid, int64_t *steps);

/* 1250 at 2 decimals -> "12.50": always all decimals. Any int64. Returns the length without NUL; TB_EINVAL
 * and "" if decimals is not 0..DECIMALS_MAX. */
int decimal_format(int64_t value, int64_t decimals, char out[static DECIMAL_TEXT_MAX]);

/* Steps of the grid -> decimal text, as exchanges want it. TB_ERANGE and "" if steps * step does not fit. */
int grid_format(int64_t steps, const struct grid *grid, char out[static DECIMAL_TEXT_MAX]);

/* The grid whose step the text is: "0.0010" -> {1, 3}, "0.5" -> {5, 1}, "1000" -> {1000, 0}. */
enum decimal_err decimal_to_grid(const char *text, size_t len, struct grid *grid);

#endif
