/* SPDX-License-Identifier: MIT
 * SHA-256 on OpenSSL's EVP. */
#include "sha256.h"

#include "hex.h"
#include "tradebot/units.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

int sha256_open(struct sha256 *sha256)
{
	sha256->held_len = 0;
	sha256->context = EVP_MD_CTX_new();
	sha256->copy = EVP_MD_CTX_new();
	if (sha256->context && sha256->copy && EVP_DigestInit_ex(sha256->context, EVP_sha256(), NULL) == 1)
		return TB_OK;
	sha256_close(sha256);
	return TB_EIO;
}

void sha256_close(struct sha256 *sha256)
{
	EVP_MD_CTX_free(sha256->context);
	EVP_MD_CTX_free(sha256->copy);
	*sha256 = (struct sha256){0};
}

static bool pass_on(struct sha256 *sha256)
{
	size_t len = sha256->held_len;

	sha256->held_len = 0;
	return EVP_DigestUpdate(sha256->context, sha256->held, len) == 1;
}

int sha256_add(struct sha256 *sha256, const void *data, size_t len)
{
	if (!sha256->context || (sha256->held_len + len > SHA256_HELD && !pass_on(sha256)))
		return TB_EIO;
	if (len > SHA256_HELD)
		return EVP_DigestUpdate(sha256->context, data, len) == 1 ? TB_OK : TB_EIO;
	if (len > 0)
		memcpy(sha256->held + sha256->held_len, data, len);
	sha256->held_len += len;
	return TB_OK;
}

int sha256_hex(struct sha256 *sha256, char out[static SHA256_HEX_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	out[0] = '\0';
	if (!sha256->context || !pass_on(sha256) || EVP_MD_CTX_copy_ex(sha256->copy, sha256->context) != 1 ||
	    EVP_DigestFinal_ex(sha256->copy, digest, &len) != 1 || len != 32)
		return TB_EIO;
	hex_encode(digest, len, out);
	return TB_OK;
}
