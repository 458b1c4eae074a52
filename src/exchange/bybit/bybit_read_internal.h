/* SPDX-License-Identifier: MIT
 * Inside the reading functions: what their files share. */
#ifndef BYBIT_READ_INTERNAL_H
#define BYBIT_READ_INTERNAL_H

#include "bybit_read.h"

/* False, with reader->why as "where: what". */
bool bybit_fail(struct bybit_reader *reader, const char *where, enum json_answer answer);
/* Text without its quotes and escapes, cut to size; "" if it is none. Uses the arena. */
void bybit_copy_text(struct bybit_reader *reader, struct json_slice value, char *out, size_t size);
/* What a stream message is: data have a topic, answers an op. */
enum bybit_message { BYBIT_MESSAGE_BROKEN, BYBIT_MESSAGE_DATA, BYBIT_MESSAGE_ANSWER };
/* members: what json_slice_members() answered. DATA: its topic is in out. BROKEN: reader->why says it. */
enum bybit_message bybit_tell_apart(struct bybit_reader *reader, enum json_answer members,
				    struct json_slice topic, struct json_slice op, char *out, size_t size);
/* Text into the arena; what: its name, should it be broken. */
bool bybit_parse(struct bybit_reader *reader, const char *what, struct json_slice text,
		 const struct cJSON **root);
bool bybit_need_int(struct bybit_reader *reader, const struct cJSON *object, const char *key, int64_t *out);
/* Digits with at most one point between them: no sign, no exponent, no blank. */
bool bybit_is_plain(const char *text);

#endif
