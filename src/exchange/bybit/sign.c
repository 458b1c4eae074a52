/* SPDX-License-Identifier: MIT
 * See sign.h. */
#include "sign.h"

#include <stdio.h>
#include <string.h>

int bybit_sign_request(struct hmac *hmac, ms_t at_ms, const char *key, ms_t window_ms, const char *payload,
		       size_t len, char out[static HMAC_HEX_SIZE])
{
	char text[BYBIT_SIGNED_MAX];
	int head = snprintf(text, sizeof text, "%lld%s%lld", (long long)at_ms, key, (long long)window_ms);

	out[0] = '\0';
	if (head < 0 || (size_t)head >= sizeof text || len > sizeof text - (size_t)head)
		return TB_ERANGE;
	memcpy(text + head, payload, len);
	return hmac_hex(hmac, text, (size_t)head + len, out);
}

int bybit_sign_login(struct hmac *hmac, ms_t expires_ms, char out[static HMAC_HEX_SIZE])
{
	char text[40];
	int len = snprintf(text, sizeof text, "GET/realtime%lld", (long long)expires_ms);

	return hmac_hex(hmac, text, (size_t)len, out);
}
