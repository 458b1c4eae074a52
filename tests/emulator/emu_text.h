/* SPDX-License-Identifier: MIT
 * Text that grows, and numbers as Bybit writes them. */
#ifndef EMU_TEXT_H
#define EMU_TEXT_H

#include "decimal.h"

/* at is NUL-terminated once something was added. All zero: empty. No memory left ends the process: this is a
 * test's tool. */
struct text {
	char *at;
	size_t len, room;
};
void text_clear(struct text *text);
void text_free(struct text *text);
void text_put(struct text *text, const char *bytes, size_t len);
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* realloc() that does not fail. */
void *emu_grow(void *memory, size_t bytes);

/* Steps of the grid as decimal text. "" if it does not fit. */
void number_grid(int64_t steps, const struct grid *grid, char out[static DECIMAL_TEXT_MAX]);
/* value * 10^-decimals without the zeros at its end. */
void number_short(int64_t value, int64_t decimals, char out[static DECIMAL_TEXT_MAX]);
/* value * 10^-decimals, cut to `keep` decimals. */
void number_cut(int64_t value, int64_t decimals, int64_t keep, char out[static DECIMAL_TEXT_MAX]);

#endif
