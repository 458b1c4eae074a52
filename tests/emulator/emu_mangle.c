/* SPDX-License-Identifier: MIT
 * Messages that have gone wrong on their way, or were never right. */
#include "emu_internal.h"

#include <string.h>

/* The text at `at` begins with a string that is a number and no key; its length with both quotes, or 0. */
static size_t number_string(const char *at, size_t left)
{
	size_t len = 1;

	if (left < 3 || at[0] != '"' || strchr("-0123456789", at[1]) == NULL)
		return 0;
	while (len < left && strchr("-.0123456789", at[len]) != NULL)
		len++;
	if (len + 1 >= left || at[len] != '"' || at[len + 1] == ':')
		return 0;
	return len + 1;
}

static void replace_numbers(const char *text, size_t len, const char *with, struct text *out)
{
	for (size_t i = 0; i < len;) {
		size_t number = number_string(text + i, len - i);
		if (number > 0) {
			text_put(out, with, strlen(with));
			i += number;
		} else {
			text_put(out, text + i, 1);
			i++;
		}
	}
}

void emu_mangle(enum emu_fault_kind kind, const char *text, size_t len, struct random *dice, struct text *out)
{
	static const char *const garbage[] = {
		"<html><head><title>502 Bad Gateway</title></head><body>upstream</body></html>",
		"{]}",
		"\"",
		"null",
		"{\"a\":1e400,}",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	};

	text_clear(out);
	switch (kind) {
	case EMU_FAULT_FRAME_TRUNCATED:
	case EMU_FAULT_REPLY_TRUNCATED:
		text_put(out, text, len > 1 ? 1 + (size_t)random_below(dice, len - 1) : len);
		break;
	case EMU_FAULT_FRAME_TYPES:
	case EMU_FAULT_REPLY_TYPES: replace_numbers(text, len, "true", out); break;
	case EMU_FAULT_FRAME_NAN:
	case EMU_FAULT_REPLY_NAN: replace_numbers(text, len, "\"NaN\"", out); break;
	default: text_add(out, "%s", garbage[random_below(dice, sizeof(garbage) / sizeof(garbage[0]))]);
	}
}
