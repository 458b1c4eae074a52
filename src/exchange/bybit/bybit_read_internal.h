/* SPDX-License-Identifier: MIT
 * Inside the reading functions: what their files share. Failures set reader->why to "where: what" and give
 * false. */
#ifndef BYBIT_READ_INTERNAL_H
#define BYBIT_READ_INTERNAL_H

#include "bybit_read.h"

bool bybit_fail(struct bybit_reader *reader, const char *where, enum json_answer answer);
/* Text into the arena; what: its name, should it be broken. */
bool bybit_parse(struct bybit_reader *reader, const char *what, struct json_slice text,
		 const struct cJSON **root);
/* Text without its quotes and escapes, cut to size; "" if it is none. Uses the arena. */
void bybit_copy_text(struct bybit_reader *reader, struct json_slice value, char *out, size_t size);
/* A decimal of an object. *out: its text; "" for null or ""; NULL if the key is absent. */
bool bybit_take_decimal(struct bybit_reader *reader, const struct cJSON *object, const char *key,
			bool is_signed, const char **out);
/* An unsigned decimal that must be there. */
bool bybit_need_decimal(struct bybit_reader *reader, const struct cJSON *object, const char *key,
			const char **out);
bool bybit_need_int(struct bybit_reader *reader, const struct cJSON *object, const char *key, int64_t *out);

#endif
