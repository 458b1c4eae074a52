/* SPDX-License-Identifier: MIT
 * Fuzzes decimal text. The first byte picks the grid; the rest is the text. What is accepted must come back
 * as the same text but for zeros, and the roundings must lie around the exact value. */
#include "decimal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

/* Of "00120.500": "120.5". Returns the length. */
static size_t bare(const char *text, size_t len, const char **start)
{
	if (memchr(text, '.', len)) {
		while (text[len - 1] == '0')
			len--;
		if (text[len - 1] == '.')
			len--;
	}
	for (; len > 1 && text[0] == '0' && text[1] != '.'; len--)
		text++;
	*start = text;
	return len;
}

static void same_number(const char *a, size_t a_len, const char *b, size_t b_len)
{
	a_len = bare(a, a_len, &a);
	b_len = bare(b, b_len, &b);
	require(a_len == b_len && !memcmp(a, b, a_len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t steps[] = {1, 2, 5, 25, 50, 1000, 3, INT64_MAX};
	char out[DECIMAL_TEXT_MAX];
	int64_t value = 0, whole = 0, down = 0, up = 0;
	struct grid grid, parsed;

	if (size == 0)
		return 0;
	grid = (struct grid){steps[data[0] & 7], data[0] >> 3 & 31}; /* decimals past 18 too */
	const char *text = (const char *)data + 1;
	size_t len = size - 1;

	if (decimal_parse(text, len, grid.decimals, &value) == DECIMAL_OK) {
		require(value >= 0);
		int length = decimal_format(value, grid.decimals, out);
		require(length > 0);
		same_number(text, len, out, (size_t)length);
	}
	if (decimal_parse_signed(text, len, grid.decimals, &value) == DECIMAL_OK)
		require(value != UNKNOWN);
	enum decimal_err below = grid_parse_down(text, len, &grid, &down);
	enum decimal_err above = grid_parse_up(text, len, &grid, &up);
	require(below || above || up == down || up == down + 1);
	if (grid_parse(text, len, &grid, &whole) == DECIMAL_OK) {
		require(!below && !above && whole == down && whole == up);
		int length = grid_format(whole, &grid, out);
		require(length > 0);
		same_number(text, len, out, (size_t)length);
	}
	if (decimal_to_grid(text, len, &parsed) == DECIMAL_OK) {
		require(parsed.step > 0 && grid_parse(text, len, &parsed, &whole) == DECIMAL_OK &&
			whole == 1);
		int length = grid_format(1, &parsed, out);
		same_number(text, len, out, (size_t)length);
	}
	return 0;
}
