/* SPDX-License-Identifier: MIT
 * Reading JSON without losing a digit. A pre-scan turns every number outside strings into marked text before
 * cJSON sees it, so nothing is ever a double: ids of 19 digits and prices of 11 decimals arrive whole.
 * Getters tell missing, null, "", wrong type and unparsable apart. Only this room includes cJSON; in this
 * process cJSON reads, out of the arena of json_arena, and never writes. Of two equal keys in one object the
 * first counts. */
#ifndef WIRE_JSON_H
#define WIRE_JSON_H

#include "tradebot/instrument.h"

#define JSON_DEPTH_MAX 32

#define JSON_ANSWERS(X)                                                                                      \
	X(OK, "fine")                                                                                        \
	X(MISSING, "missing")                                                                                \
	X(NULL, "null")                                                                                      \
	X(EMPTY, "empty text")                                                                               \
	X(TYPE, "of another type")                                                                           \
	X(UNPARSABLE, "not a plain decimal number, of the wrong sign, or too large")                         \
	X(OFF_GRID, "off the grid")                                                                          \
	X(BROKEN, "not JSON")                                                                                \
	X(DEEP, "nested too deeply")                                                                         \
	X(LARGE, "larger than its arena")
#define X(id, text) JSON_##id,
enum json_answer { JSON_ANSWERS(X) JSON_ANSWER_COUNT };
#undef X
extern const char *const json_answer_text[JSON_ANSWER_COUNT];

struct cJSON; /* a value, borrowed from its arena */

/* Memory for one document at a time: the rewritten text and the nodes. 20 times the text is always enough for
 * exchange messages; a document that needs more is LARGE, nothing is allocated beyond it. */
struct json_arena {
	unsigned char *memory; /* the caller's */
	size_t size, used;
	bool full;
};
void json_arena_init(struct json_arena *arena, void *memory, size_t size);

/* Parses text, which need not end in NUL and may have only white space after its one value. OK, BROKEN, DEEP
 * or LARGE. *root lives until the next json_parse or json_arena_init on this arena. One parse at a time per
 * thread. */
enum json_answer json_parse(struct json_arena *arena, const char *text, size_t len,
			    const struct cJSON **root);

/* The pre-scan alone: copies text to out (NUL-terminated, *out_len without it), every number outside strings
 * as text that starts with JSON_NUMBER_MARK. OK, or BROKEN (bad number, control characters, escaped NUL or
 * mark), DEEP, LARGE (size was too small). */
#define JSON_NUMBER_MARK '\x01'
enum json_answer json_scan(const char *text, size_t len, char *out, size_t size, size_t *out_len);

/* Where values are. All of these take NULL and give NULL, so they chain; getters answer MISSING for NULL. */
const struct cJSON *json_member(const struct cJSON *object,
				const char *key);                     /* NULL too if it is no object */
const struct cJSON *json_at(const struct cJSON *array, size_t index); /* NULL too if it is no array */
const struct cJSON *json_first(const struct cJSON *array);            /* of an array or object */
const struct cJSON *json_next(const struct cJSON *item);
size_t json_count(const struct cJSON *array);   /* 0 if it is no array or object */
const char *json_key(const struct cJSON *item); /* of a member, borrowed; NULL for others */

/* Getters. On anything but OK the out-parameter is left as it was. Numbers may be JSON numbers or text
 * ("1.5"): exchanges send both. Exponents are UNPARSABLE; so is the value UNKNOWN stands for. */
enum json_answer json_int64(const struct cJSON *value, int64_t *out); /* "5.0" is 5, "5.5" UNPARSABLE */
enum json_answer json_decimal(const struct cJSON *value, int64_t decimals,
			      int64_t *out); /* signed, 10^-decimals */
enum json_answer json_grid(const struct cJSON *value, const struct grid *grid, int64_t *steps); /* >= 0 */
enum json_answer json_grid_signed(const struct cJSON *value, const struct grid *grid, int64_t *steps);
enum json_answer json_grid_down(const struct cJSON *value, const struct grid *grid,
				int64_t *steps); /* >= 0, rounds */
enum json_answer json_grid_up(const struct cJSON *value, const struct grid *grid, int64_t *steps);
enum json_answer json_step(const struct cJSON *value, struct grid *grid); /* "0.001" is a grid of {1, 3} */
/* Text that is text; "" is EMPTY. json_number_text: the digits of a number or the text, as sent. Borrowed. */
enum json_answer json_text(const struct cJSON *value, const char **out);
enum json_answer json_number_text(const struct cJSON *value, const char **out);
enum json_answer json_bool(const struct cJSON *value, bool *out);                  /* true or false only */
enum json_answer json_object(const struct cJSON *value, const struct cJSON **out); /* {} is OK */
enum json_answer json_array(const struct cJSON *value, const struct cJSON **out);  /* [] is OK */

#endif
