/* SPDX-License-Identifier: MIT
 * See emu_text.h. */
#include "emu_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *emu_grow(void *memory, size_t bytes)
{
	void *grown = realloc(memory, bytes);

	if (grown == NULL)
		abort();
	return grown;
}

void text_clear(struct text *text)
{
	text->len = 0;
	if (text->at != NULL)
		text->at[0] = '\0';
}

void text_free(struct text *text)
{
	free(text->at);
	*text = (struct text){0};
}

static void text_room(struct text *text, size_t more)
{
	if (text->len + more + 1 <= text->room)
		return;
	text->room = 2 * (text->len + more + 1);
	text->at = emu_grow(text->at, text->room);
}

void text_put(struct text *text, const char *bytes, size_t len)
{
	text_room(text, len);
	memcpy(text->at + text->len, bytes, len);
	text->len += len;
	text->at[text->len] = '\0';
}

void text_add(struct text *text, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	text_room(text, 255);
	int need = vsnprintf(text->at + text->len, text->room - text->len, format, args);
	if (need >= 0 && (size_t)need >= text->room - text->len) {
		text_room(text, (size_t)need);
		need = vsnprintf(text->at + text->len, text->room - text->len, format, again);
	}
	va_end(again);
	va_end(args);
	text->len += need > 0 ? (size_t)need : 0;
}

void number_grid(int64_t steps, const struct grid *grid, char out[static DECIMAL_TEXT_MAX])
{
	if (grid_format(steps, grid, out) < 0)
		out[0] = '\0';
}

void number_short(int64_t value, int64_t decimals, char out[static DECIMAL_TEXT_MAX])
{
	for (; decimals > 0 && value % 10 == 0; decimals--)
		value /= 10;
	decimal_format(value, decimals, out);
}

void number_cut(int64_t value, int64_t decimals, int64_t keep, char out[static DECIMAL_TEXT_MAX])
{
	for (; decimals > keep; decimals--)
		value /= 10;
	decimal_format(value, decimals, out);
}
