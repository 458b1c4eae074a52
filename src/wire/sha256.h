/* SPDX-License-Identifier: MIT
 * SHA-256 in pieces, for the digest of a run. */
#ifndef WIRE_SHA256_H
#define WIRE_SHA256_H

#include <stddef.h>

#define SHA256_HEX_SIZE 65

#define SHA256_HELD 4096

struct evp_md_ctx_st;
struct sha256 {
	struct evp_md_ctx_st *context, *copy; /* copy: so that a running digest can be read */
	size_t held_len;                      /* small pieces wait here: many blocks at once are cheaper */
	unsigned char held[SHA256_HELD];
};

/* 0, or TB_EIO (then closed). */
int sha256_open(struct sha256 *sha256);
void sha256_close(struct sha256 *sha256);                            /* safe on a half-open or closed one */
int sha256_add(struct sha256 *sha256, const void *data, size_t len); /* 0 or TB_EIO */

/* The digest of everything added so far, as lower-case hex; more may be added after. 0, or TB_EIO and "". */
int sha256_hex(struct sha256 *sha256, char out[static SHA256_HEX_SIZE]);

#endif
