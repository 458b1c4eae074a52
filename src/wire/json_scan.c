/* SPDX-License-Identifier: MIT
 * The pre-scan: what cJSON would silently lose or let pass is settled here, before it looks. It copies the
 * text, quotes and marks numbers, counts the depth, and refuses what our getters could misread: control
 * characters, an escaped NUL (cJSON's strings would end there) and an escaped number mark. */
#include "json.h"

#include <string.h>

struct scan {
	const char *text;
	size_t len, at;
	char *out;
	size_t size, used;
	int depth;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char peek(const struct scan *s, size_t at)
{
	return at < s->len ? s->text[at] : '\0';
}

static size_t digits_from(const struct scan *s, size_t at)
{
	while (is_digit(peek(s, at)))
		at++;
	return at;
}

static bool copy(struct scan *s, const char *text, size_t len)
{
	if (len >= s->size - s->used) /* room for the NUL */
		return false;
	memcpy(s->out + s->used, text, len);
	s->used += len;
	return true;
}

/* The end of the number that starts at s->at by JSON's grammar; s->at if there is none. */
static size_t number_end(const struct scan *s)
{
	size_t at = s->at + (peek(s, s->at) == '-');
	size_t end = digits_from(s, at);

	if (end == at || (peek(s, at) == '0' && end > at + 1))
		return s->at;
	if (peek(s, end) == '.') {
		size_t fraction = end + 1;
		end = digits_from(s, fraction);
		if (end == fraction)
			return s->at;
	}
	if (peek(s, end) == 'e' || peek(s, end) == 'E') {
		size_t exponent = end + 1;
		exponent += peek(s, exponent) == '-' || peek(s, exponent) == '+';
		end = digits_from(s, exponent);
		if (end == exponent)
			return s->at;
	}
	return end;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A number cannot be a key, though once quoted it would pass for one. */
static bool colon_follows(const struct scan *s, size_t at)
{
	while (at < s->len && is_blank(s->text[at]))
		at++;
	return peek(s, at) == ':';
}

static enum json_answer scan_number(struct scan *s)
{
	static const char open[] = {'"', JSON_NUMBER_MARK};
	size_t end = number_end(s);

	if (end == s->at || colon_follows(s, end))
		return JSON_BROKEN;
	if (!copy(s, open, sizeof(open)) || !copy(s, s->text + s->at, end - s->at) || !copy(s, "\"", 1))
		return JSON_LARGE;
	s->at = end;
	return JSON_OK;
}

static enum json_answer scan_string(struct scan *s)
{
	size_t end = s->at + 1;

	for (; end < s->len && s->text[end] != '"'; end++) {
		if ((unsigned char)s->text[end] < 0x20)
			return JSON_BROKEN;
		if (s->text[end] != '\\')
			continue;
		end++;
		if (s->len - end >= 5 &&
		    (!memcmp(s->text + end, "u0000", 5) || !memcmp(s->text + end, "u0001", 5)))
			return JSON_BROKEN;
	}
	if (end >= s->len)
		return JSON_BROKEN;
	end++;
	if (!copy(s, s->text + s->at, end - s->at))
		return JSON_LARGE;
	s->at = end;
	return JSON_OK;
}

static enum json_answer scan_other(struct scan *s)
{
	char c = s->text[s->at];

	if ((unsigned char)c < 0x20 && !is_blank(c))
		return JSON_BROKEN;
	if ((c == '{' || c == '[') && ++s->depth > JSON_DEPTH_MAX)
		return JSON_DEEP;
	if ((c == '}' || c == ']') && --s->depth < 0)
		return JSON_BROKEN;
	if (!copy(s, &c, 1))
		return JSON_LARGE;
	s->at++;
	return JSON_OK;
}

enum json_answer json_scan(const char *text, size_t len, char *out, size_t size, size_t *out_len)
{
	struct scan s = {.text = text, .len = len, .out = out, .size = size};

	if (size == 0)
		return JSON_LARGE;
	while (s.at < len) {
		char c = text[s.at];
		enum json_answer answer = c == '"'                  ? scan_string(&s)
					  : c == '-' || is_digit(c) ? scan_number(&s)
								    : scan_other(&s);
		if (answer)
			return answer;
	}
	out[s.used] = '\0';
	*out_len = s.used;
	return JSON_OK;
}
