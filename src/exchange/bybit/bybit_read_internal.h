/* SPDX-License-Identifier: MIT
 * Inside the reading functions: what their files share. */
#ifndef BYBIT_READ_INTERNAL_H
#define BYBIT_READ_INTERNAL_H

#include "bybit_read.h"

/* False, with reader->why as "where: what". */
bool bybit_fail(struct bybit_reader *reader, const char *where, enum json_answer answer);
/* Text without its quotes and escapes, cut to size; "" if it is none. Uses the arena. */
void bybit_copy_text(struct bybit_reader *reader, struct json_slice value, char *out, size_t size);
/* Digits with at most one point between them: no sign, no exponent, no blank. */
bool bybit_is_plain(const char *text);

#endif
