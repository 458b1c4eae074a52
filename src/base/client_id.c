/* SPDX-License-Identifier: MIT
 * Client order ids as text and back. One id has exactly one text (no leading zeros, lower case only), so that
 * "have we seen this id" is the same question for the number and for the text. */
#include "tradebot/order.h"

#include <string.h>

#define BASE       36
#define DIGITS_MAX 13 /* 36^12 < 2^63 < 36^13 */

static const char prefix[] = "tb";
static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

/* An id that cannot exist (0 or negative) becomes "". */
void client_id_format(int64_t id, char out[static CLIENT_ID_TEXT_MAX])
{
	char reversed[DIGITS_MAX];
	size_t count = 0, at = 0;

	if (id > 0)
		for (const char *c = prefix; *c; c++)
			out[at++] = *c;
	for (; id > 0; id /= BASE)
		reversed[count++] = digits[id % BASE];
	while (count > 0)
		out[at++] = reversed[--count];
	out[at] = '\0';
}

int64_t client_id_parse(const char *text)
{
	int64_t id = 0;

	if (!text || strncmp(text, prefix, sizeof(prefix) - 1) != 0)
		return 0;
	text += sizeof(prefix) - 1;
	if (*text == '0')
		return 0;
	for (; *text; text++) {
		const char *digit = strchr(digits, *text);
		if (!digit)
			return 0;
		int64_t value = digit - digits;
		if (id > (INT64_MAX - value) / BASE)
			return 0;
		id = id * BASE + value;
	}
	return client_id_role(id) < ROLE_COUNT ? id : 0;
}
