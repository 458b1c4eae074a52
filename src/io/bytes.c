/* SPDX-License-Identifier: MIT
 * See bytes.h. */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 1024

bool bytes_add(struct bytes *bytes, const void *data, size_t len, size_t most)
{
	size_t room = bytes->room > 0 ? bytes->room : FIRST_ROOM;

	if (len > most || bytes->len > most - len)
		return false;
	while (room < bytes->len + len)
		room *= 2;
	if (room > bytes->room) {
		char *at = realloc(bytes->at, room);
		if (at == NULL)
			return false;
		bytes->at = at;
		bytes->room = room;
	}
	if (len > 0)
		memcpy(bytes->at + bytes->len, data, len);
	bytes->len += len;
	return true;
}

void bytes_free(struct bytes *bytes)
{
	free(bytes->at);
	*bytes = (struct bytes){0};
}
