/* SPDX-License-Identifier: MIT
 * HMAC-SHA256 for signing requests. Keyed once; each message then costs no key set-up. The secret is not kept
 * here beyond what OpenSSL holds, and close wipes that. */
#ifndef WIRE_HMAC_H
#define WIRE_HMAC_H

#include <stddef.h>

#define HMAC_HEX_SIZE    65
#define HMAC_BASE64_SIZE 48 /* 44 characters and NUL */

struct evp_mac_ctx_st;
struct hmac {
	struct evp_mac_ctx_st *context;
};

/* 0; TB_EINVAL for an empty key; TB_EIO if OpenSSL fails. Closed and reusable after an error. */
int hmac_open(struct hmac *hmac, const void *key, size_t len);
void hmac_close(struct hmac *hmac); /* safe on a half-open or closed one */

/* Lower-case hex, or standard base64 with padding, NUL-terminated. 0, or TB_EIO and "". len may be 0. */
int hmac_hex(struct hmac *hmac, const void *data, size_t len, char out[static HMAC_HEX_SIZE]);
int hmac_base64(struct hmac *hmac, const void *data, size_t len, char out[static HMAC_BASE64_SIZE]);

#endif
