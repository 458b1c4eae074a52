/* SPDX-License-Identifier: MIT
 * Bytes as lower-case hexadecimal text. */
#ifndef WIRE_HEX_H
#define WIRE_HEX_H

#include <stddef.h>

/* Writes 2 * len characters and a NUL to out, which the caller has made large enough. */
void hex_encode(const unsigned char *bytes, size_t len, char *out);

#endif
