/* SPDX-License-Identifier: MIT
 * Bytes that grow up to a bound, and are given back when done with: replies and messages arrive in pieces. */
#ifndef IO_BYTES_H
#define IO_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
	char *at; /* owned; NULL: none yet */
	size_t len, room;
};

/* False, and nothing is added: more than most in all, or no memory. */
bool bytes_add(struct bytes *bytes, const void *data, size_t len, size_t most);
void bytes_free(struct bytes *bytes);

#endif
