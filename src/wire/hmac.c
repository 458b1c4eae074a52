/* SPDX-License-Identifier: MIT
 * HMAC-SHA256 on OpenSSL 3's EVP_MAC. Starting a message with no key keeps the one given at open. */
#include "hmac.h"

#include "hex.h"
#include "tradebot/units.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#define DIGEST_BYTES 32

int hmac_open(struct hmac *hmac, const void *key, size_t len)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	hmac->context = NULL;
	if (len == 0)
		return TB_EINVAL;
	EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
	hmac->context = algorithm ? EVP_MAC_CTX_new(algorithm) : NULL;
	EVP_MAC_free(algorithm); /* the context holds its own reference */
	if (!hmac->context || EVP_MAC_init(hmac->context, key, len, params) != 1) {
		hmac_close(hmac);
		return TB_EIO;
	}
	return TB_OK;
}

void hmac_close(struct hmac *hmac)
{
	EVP_MAC_CTX_free(hmac->context); /* wipes the key */
	hmac->context = NULL;
}

static int sign(struct hmac *hmac, const void *data, size_t len, unsigned char digest[static DIGEST_BYTES])
{
	size_t written = 0;

	if (!hmac->context || EVP_MAC_init(hmac->context, NULL, 0, NULL) != 1)
		return TB_EIO;
	if (len > 0 && EVP_MAC_update(hmac->context, data, len) != 1)
		return TB_EIO;
	if (EVP_MAC_final(hmac->context, digest, &written, DIGEST_BYTES) != 1 || written != DIGEST_BYTES)
		return TB_EIO;
	return TB_OK;
}

int hmac_hex(struct hmac *hmac, const void *data, size_t len, char out[static HMAC_HEX_SIZE])
{
	unsigned char digest[DIGEST_BYTES];
	int err = sign(hmac, data, len, digest);

	out[0] = '\0';
	if (!err)
		hex_encode(digest, sizeof(digest), out);
	OPENSSL_cleanse(digest, sizeof(digest));
	return err;
}

int hmac_base64(struct hmac *hmac, const void *data, size_t len, char out[static HMAC_BASE64_SIZE])
{
	unsigned char digest[DIGEST_BYTES];
	int err = sign(hmac, data, len, digest);

	out[0] = '\0';
	if (!err)
		EVP_EncodeBlock((unsigned char *)out, digest, sizeof(digest)); /* ends it with NUL */
	OPENSSL_cleanse(digest, sizeof(digest));
	return err;
}
