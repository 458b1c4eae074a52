/* SPDX-License-Identifier: MIT
 * Long JSON in short pieces: where a value stands in its text, without copying or building anything. A reply
 * of a thousand rows is taken apart row by row, each then read by json_parse() in a small arena, so that what
 * a process needs does not grow with what an exchange sends.
 *
 * A walk over an object or array checks what it passes: commas, colons, quotes, and that brackets of one kind
 * close in pairs, no deeper than JSON_DEPTH_MAX. What lies inside a value it only steps over is looked at by
 * whoever reads that value. Of two equal keys the first counts; keys with escapes are nobody's. Pure. */
#ifndef WIRE_JSON_ROWS_H
#define WIRE_JSON_ROWS_H

#include "json.h"

/* One value in somebody else's text, without the blanks around it. text NULL: it is not there. */
struct json_slice {
	const char *text;
	size_t len;
};

/* The whole of an object: out[i] is the value of keys[i], text NULL if it has none. Blanks may stand before
 * and behind it, nothing else. OK; TYPE: it is no object; BROKEN or DEEP: out says nothing. count <= 16. */
enum json_answer json_slice_members(struct json_slice object, size_t count, const char *const keys[],
				    struct json_slice out[]);

/* The values of an array, one after the other. */
struct json_rows {
	const char *at, *end;
	bool begun;
	enum json_answer answer; /* why there are no more: OK at the array's end, else BROKEN or DEEP */
};
/* OK, MISSING, NULL, or TYPE if it is no array; rows then has none. */
enum json_answer json_rows_open(struct json_slice array, struct json_rows *rows);
bool json_rows_next(struct json_rows *rows, struct json_slice *row);

/* Text without its quotes, or the digits of a number, as sent. MISSING, NULL, EMPTY (""), TYPE (true, {}
 * ...), BROKEN: text with an escape, which nothing that is read here has. */
enum json_answer json_slice_text(struct json_slice value, struct json_slice *text);
enum json_answer json_slice_int64(struct json_slice value, int64_t *out); /* a number, or text that is one */
enum json_answer json_slice_bool(struct json_slice value, bool *out);

/* Whether the slice is exactly this text; false if it is not there. */
bool json_slice_is(struct json_slice slice, const char *text);
/* Copies it with a NUL behind it; false, and "", if it is not there or too long. */
bool json_slice_copy(struct json_slice slice, char *out, size_t size);

#endif
