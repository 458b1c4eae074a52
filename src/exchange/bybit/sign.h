/* SPDX-License-Identifier: MIT
 * Signing for Bybit (its guide, "authentication"; contract, section 2): lower-case hex HMAC-SHA256 over
 * exactly the bytes that are sent. The query or body is built once, signed, and sent as it is: nothing is
 * sorted or encoded in between. */
#ifndef BYBIT_SIGN_H
#define BYBIT_SIGN_H

#include "hmac.h"
#include "tradebot/units.h"

#define BYBIT_SIGNED_MAX 8192 /* stamp, key, window and payload together */

/* X-BAPI-SIGN of a request. hmac: opened with the secret. key: the API key. at_ms, window_ms: as they stand
 * in the headers. payload: of a GET the query without '?', of a POST the body. 0; TB_ERANGE if it is too
 * long; TB_EIO. */
int bybit_sign_request(struct hmac *hmac, ms_t at_ms, const char *key, ms_t window_ms, const char *payload,
		       size_t len, char out[static HMAC_HEX_SIZE]);

/* Of the login message of a private stream, good until expires_ms. */
int bybit_sign_login(struct hmac *hmac, ms_t expires_ms, char out[static HMAC_HEX_SIZE]);

#endif
