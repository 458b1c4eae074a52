/* SPDX-License-Identifier: MIT
 * See json_rows.h. One function steps over a value, whatever it is; all others are made of it. */
#include "json_rows.h"

#include "decimal.h"

#include <string.h>

#define MEMBERS_MAX 16

_Static_assert(JSON_DEPTH_MAX <= 32, "one bit for each open bracket");

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
		at++;
	return at;
}

/* Behind the text whose opening quote is at `at`; NULL if it does not end. */
static const char *skip_text(const char *at, const char *end)
{
	for (at++; at < end; at++) {
		if (*at == '"')
			return at + 1;
		if ((unsigned char)*at < 0x20)
			return NULL;
		if (*at == '\\' && ++at == end)
			return NULL;
	}
	return NULL;
}

static bool is_structure(char c)
{
	return c == '{' || c == '[' || c == '}' || c == ']' || c == ',' || c == ':' || c == '"';
}

/* A number, true, false or null: everything up to the next mark. Its reader knows whether it is one. */
static const char *skip_word(const char *at, const char *end)
{
	const char *from = at;

	while (at < end && !is_structure(*at) && (unsigned char)*at > ' ')
		at++;
	return at > from ? at : NULL;
}

/* Behind the object or array that begins at `at`. NULL with *answer BROKEN or DEEP. */
static const char *skip_nested(const char *at, const char *end, enum json_answer *answer)
{
	uint32_t objects = 0; /* a bit for each open bracket: 1, it is a '{' */
	int depth = 0;

	*answer = JSON_BROKEN;
	while (at != NULL && at < end) {
		char c = *at;
		if (c == '"') {
			at = skip_text(at, end);
			continue;
		}
		at++;
		if (c == '{' || c == '[') {
			if (++depth > JSON_DEPTH_MAX) {
				*answer = JSON_DEEP;
				return NULL;
			}
			objects = objects << 1 | (c == '{');
		} else if (c == '}' || c == ']') {
			if ((objects & 1) != (c == '}'))
				return NULL;
			objects >>= 1;
			if (--depth == 0)
				return at;
		}
	}
	return NULL;
}

/* Takes the value that begins at `at` and gives what follows it. NULL with *answer BROKEN or DEEP. */
static const char *take_value(const char *at, const char *end, struct json_slice *value,
			      enum json_answer *answer)
{
	const char *behind;

	*answer = JSON_BROKEN;
	if (at >= end)
		return NULL;
	if (*at == '{' || *at == '[')
		behind = skip_nested(at, end, answer);
	else
		behind = *at == '"' ? skip_text(at, end) : skip_word(at, end);
	if (behind != NULL)
		*value = (struct json_slice){at, (size_t)(behind - at)};
	return behind;
}

static void keep_member(struct json_slice key, struct json_slice value, size_t count,
			const char *const keys[], struct json_slice out[])
{
	for (size_t i = 0; i < count; i++)
		if (out[i].text == NULL && json_slice_is(key, keys[i]))
			out[i] = value;
}

/* One `"key": value`; behind it, or NULL. */
static const char *take_member(const char *at, const char *end, struct json_slice *key,
			       struct json_slice *value, enum json_answer *answer)
{
	*answer = JSON_BROKEN;
	if (at == end || *at != '"')
		return NULL;
	const char *behind = skip_text(at, end);
	if (behind == NULL)
		return NULL;
	*key = (struct json_slice){at + 1, (size_t)(behind - at) - 2};
	at = skip_blanks(behind, end);
	if (at == end || *at != ':')
		return NULL;
	return take_value(skip_blanks(at + 1, end), end, value, answer);
}

enum json_answer json_slice_members(struct json_slice object, size_t count, const char *const keys[],
				    struct json_slice out[])
{
	enum json_answer answer = JSON_BROKEN;
	struct json_slice key, value;

	for (size_t i = 0; i < count && i < MEMBERS_MAX; i++)
		out[i] = (struct json_slice){0};
	if (object.text == NULL)
		return JSON_MISSING;
	const char *end = object.text + object.len, *at = skip_blanks(object.text, end);
	if (at == end)
		return JSON_BROKEN;
	if (*at != '{')
		return JSON_TYPE;
	at = skip_blanks(at + 1, end);
	if (at < end && *at == '}')
		return skip_blanks(at + 1, end) == end ? JSON_OK : JSON_BROKEN;
	for (;;) {
		at = take_member(at, end, &key, &value, &answer);
		if (at == NULL)
			return answer;
		keep_member(key, value, count < MEMBERS_MAX ? count : MEMBERS_MAX, keys, out);
		at = skip_blanks(at, end);
		if (at == end || (*at != ',' && *at != '}'))
			return JSON_BROKEN;
		if (*at == '}')
			return skip_blanks(at + 1, end) == end ? JSON_OK : JSON_BROKEN;
		at = skip_blanks(at + 1, end);
	}
}

static bool is_null(struct json_slice value)
{
	return json_slice_is(value, "null");
}

enum json_answer json_rows_open(struct json_slice array, struct json_rows *rows)
{
	*rows = (struct json_rows){0};
	if (array.text == NULL)
		return JSON_MISSING;
	if (is_null(array))
		return JSON_NULL;
	if (array.len < 2 || array.text[0] != '[')
		return JSON_TYPE;
	rows->at = array.text + 1;
	rows->end = array.text + array.len;
	return JSON_OK;
}

static bool rows_over(struct json_rows *rows, enum json_answer answer)
{
	rows->at = rows->end = NULL;
	rows->answer = answer;
	return false;
}

bool json_rows_next(struct json_rows *rows, struct json_slice *row)
{
	enum json_answer answer;

	if (rows->at == NULL)
		return false;
	const char *at = skip_blanks(rows->at, rows->end);
	if (at == rows->end)
		return rows_over(rows, JSON_BROKEN);
	if (*at == ']')
		return rows_over(rows, at + 1 == rows->end ? JSON_OK : JSON_BROKEN);
	if (rows->begun) {
		if (*at != ',')
			return rows_over(rows, JSON_BROKEN);
		at = skip_blanks(at + 1, rows->end);
	}
	rows->begun = true;
	rows->at = take_value(at, rows->end, row, &answer);
	return rows->at != NULL || rows_over(rows, answer);
}

static bool is_number(struct json_slice value)
{
	return value.text[0] == '-' || (value.text[0] >= '0' && value.text[0] <= '9');
}

enum json_answer json_slice_text(struct json_slice value, struct json_slice *text)
{
	if (value.text == NULL)
		return JSON_MISSING;
	if (is_null(value))
		return JSON_NULL;
	if (value.len > 0 && is_number(value)) {
		*text = value;
		return JSON_OK;
	}
	if (value.len < 2 || value.text[0] != '"')
		return JSON_TYPE;
	if (value.len == 2)
		return JSON_EMPTY;
	if (memchr(value.text, '\\', value.len) != NULL)
		return JSON_BROKEN;
	*text = (struct json_slice){value.text + 1, value.len - 2};
	return JSON_OK;
}

enum json_answer json_slice_int64(struct json_slice value, int64_t *out)
{
	struct json_slice text;
	enum json_answer answer = json_slice_text(value, &text);

	if (answer)
		return answer;
	return decimal_parse_signed(text.text, text.len, 0, out) ? JSON_UNPARSABLE : JSON_OK;
}

enum json_answer json_slice_bool(struct json_slice value, bool *out)
{
	bool yes = json_slice_is(value, "true");

	if (value.text == NULL)
		return JSON_MISSING;
	if (is_null(value))
		return JSON_NULL;
	if (!yes && !json_slice_is(value, "false"))
		return JSON_TYPE;
	*out = yes;
	return JSON_OK;
}

bool json_slice_is(struct json_slice slice, const char *text)
{
	return slice.text != NULL && slice.len == strlen(text) && memcmp(slice.text, text, slice.len) == 0;
}

bool json_slice_copy(struct json_slice slice, char *out, size_t size)
{
	out[0] = '\0';
	if (slice.text == NULL || slice.len >= size)
		return false;
	memcpy(out, slice.text, slice.len);
	out[slice.len] = '\0';
	return true;
}
