/* SPDX-License-Identifier: MIT
 * Tests of HMAC-SHA256 and SHA-256: RFC and FIPS vectors and every vector that is known for the exchanges.
 * Secrets here are published or invented. */
#include "hmac.h"
#include "json.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_hex(const char *secret, const char *message, const char *signature)
{
	struct hmac hmac;
	char out[HMAC_HEX_SIZE];

	assert_int_equal(hmac_open(&hmac, secret, strlen(secret)), 0);
	assert_int_equal(hmac_hex(&hmac, message, strlen(message), out), 0);
	assert_string_equal(out, signature);
	hmac_close(&hmac);
}

static void published_vectors_hold(void **state)
{
	(void)state;
	/* RFC 4231 case 2 */
	expect_hex("Jefe", "what do ya want for nothing?",
		   "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	/* Binance's documentation */
	expect_hex("2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9",
		   "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&"
		   "timestamp=1591702613943",
		   "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9");
	/* one of Bybit's GET requests */
	expect_hex("s3cr3tQwErTyUiOpAsDfGhJkLzXcVbNm012345",
		   "1760000000123tbK3yAbCdEfGhJkLmN5000accountType=UNIFIED&coin=USDT",
		   "a31907882307834c443c59dba04ec7ec9bd451ce43d4833d6f7c2a2c966301c0");
}

static void every_okx_vector_holds_in_base64_with_one_key(void **state)
{
	static const char secret[] = "22582BD0CFF14C41EDBF1AB98506286D";
	static const struct {
		const char *prehash, *sign;
	} vectors[] = {
		{"2020-12-08T09:08:57.715ZGET/api/v5/account/config",
		 "Kr/8IrbDYujS4cg2KkmB+tO2HMUXxyayG6ZwNb4H/yA="},
		{"2020-12-08T09:08:57.715ZGET/api/v5/account/balance?ccy=BTC",
		 "HiZhvSfMtWJA3uUIVXV3a/bSXNPCWvYFXoGCVS8V4zY="},
		{"2026-01-02T03:04:05.006ZGET/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=tb7f3a9c01e",
		 "xSG+e6sRNHXLh7SVRIk2pCbNf8rgwdTgiGG6UFa5X0M="},
		{"2026-01-02T03:04:05.006ZPOST/api/v5/trade/order"
		 "{\"instId\":\"BTC-USDT-SWAP\",\"tdMode\":\"isolated\",\"side\":\"buy\",\"posSide\":"
		 "\"long\","
		 "\"ordType\":\"market\",\"sz\":\"0.5\",\"clOrdId\":\"tb7f3a9c01e\",\"attachAlgoOrds\":[{"
		 "\"attachAlgoClOrdId\":\"tb7f3a9c01esl\",\"slTriggerPx\":\"58000\",\"slOrdPx\":\"-1\","
		 "\"slTriggerPxType\":\"mark\"}]}",
		 "ecihZuvq5Bkp10JwJzbCWr8Odm1g8/kv1Lv/FlrR11c="},
		{"2026-01-02T03:04:05.999ZPOST/api/v5/trade/cancel-algos"
		 "[{\"instId\":\"BTC-USDT-SWAP\",\"algoClOrdId\":\"tb7f3a9c01esl\"}]",
		 "cED8UV+4fvVmAFkzJdFS6GaMPj8F1w3wl9bFien7oFo="},
		{"1704876947GET/users/self/verify", "5/36BgGV6m/6pmdc20zdqk0mzF5ZalmzzPD2fo3wavU="},
	};
	struct hmac hmac;
	char out[HMAC_BASE64_SIZE];

	(void)state;
	assert_int_equal(hmac_open(&hmac, secret, strlen(secret)), 0);
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		assert_int_equal(hmac_base64(&hmac, vectors[i].prehash, strlen(vectors[i].prehash), out), 0);
		assert_string_equal(out, vectors[i].sign);
	}
	hmac_close(&hmac);
}

static void a_key_serves_many_messages_in_any_order(void **state)
{
	struct hmac hmac;
	char first[HMAC_HEX_SIZE], again[HMAC_HEX_SIZE], empty[HMAC_HEX_SIZE];

	(void)state;
	assert_int_equal(hmac_open(&hmac, "key", 3), 0);
	assert_int_equal(hmac_hex(&hmac, "The quick brown fox jumps over the lazy dog", 43, first), 0);
	assert_string_equal(first, "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
	assert_int_equal(hmac_hex(&hmac, NULL, 0, empty), 0);
	assert_string_equal(empty, "5d5d139563c95b5967b9bd9a8c9b233a9dedb45072794cd232dc1b74832607d0");
	assert_int_equal(hmac_hex(&hmac, "The quick brown fox jumps over the lazy dog", 43, again), 0);
	assert_string_equal(again, first);
	hmac_close(&hmac);
}

static void a_closed_or_unkeyed_signer_signs_nothing(void **state)
{
	struct hmac hmac;
	char hex[HMAC_HEX_SIZE] = "before", base64[HMAC_BASE64_SIZE] = "before";

	(void)state;
	assert_int_equal(hmac_open(&hmac, "", 0), TB_EINVAL);
	assert_int_equal(hmac_hex(&hmac, "x", 1, hex), TB_EIO);
	assert_string_equal(hex, "");
	assert_int_equal(hmac_base64(&hmac, "x", 1, base64), TB_EIO);
	assert_string_equal(base64, "");
	hmac_close(&hmac);
	hmac_close(&hmac);
}

static char file_text[1 << 16];
static _Alignas(16) unsigned char memory[20 << 16];

/* Checks all vectors of a JSON file; message_key holds the string that is signed. Returns how many, -1: no
 * file. */
static int check_file(const char *path, const char *message_key)
{
	FILE *file = fopen(path, "rb");
	const struct cJSON *root = NULL;
	struct json_arena arena;
	int checked = 0;

	if (!file)
		return -1;
	size_t len = fread(file_text, 1, sizeof(file_text), file);
	fclose(file);
	assert_true(len < sizeof(file_text));
	json_arena_init(&arena, memory, sizeof(memory));
	assert_int_equal(json_parse(&arena, file_text, len, &root), JSON_OK);
	for (const struct cJSON *item = json_first(root); item; item = json_next(item)) {
		const char *secret = NULL, *message = "", *signature = NULL;
		assert_int_equal(json_text(json_member(item, "secret"), &secret), JSON_OK);
		enum json_answer answer = json_text(json_member(item, message_key), &message);
		assert_true(answer == JSON_OK || answer == JSON_EMPTY);
		assert_int_equal(json_text(json_member(item, "signature"), &signature), JSON_OK);
		expect_hex(secret, message, signature);
		checked++;
	}
	return checked;
}

static void every_bybit_vector_of_the_fixtures_holds(void **state)
{
	int checked =
		check_file(SHARED_DIR "/exchanges/fixtures/bybit/signing_vectors.json", "string_to_sign");

	(void)state;
	if (checked < 0) {
		print_message("skipped: %s is absent\n", SHARED_DIR "/exchanges/fixtures/bybit");
		skip();
	}
	print_message("%d vectors\n", checked);
	assert_true(checked > 0);
}

static void every_binance_vector_of_the_fixtures_holds(void **state)
{
	int checked = check_file(SHARED_DIR "/exchanges/fixtures/binance/signing_vectors.json", "payload");

	(void)state;
	if (checked < 0) {
		print_message("skipped: %s is absent\n", SHARED_DIR "/exchanges/fixtures/binance");
		skip();
	}
	print_message("%d vectors\n", checked);
	assert_true(checked > 0);
}

/* Payloads as the exchanges send them must pass the scan; sizes show whether 20 times the text is enough. */
static int parse_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	int parsed = 0;

	if (!dir)
		return -1;
	for (struct dirent *entry; (entry = readdir(dir));) {
		char path[1024];
		const struct cJSON *root = NULL;
		struct json_arena arena;
		size_t name = strlen(entry->d_name);
		if (name < 6 || strcmp(entry->d_name + name - 5, ".json") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		FILE *file = fopen(path, "rb");
		assert_non_null(file);
		size_t len = fread(file_text, 1, sizeof(file_text), file);
		fclose(file);
		assert_true(len < sizeof(file_text));
		json_arena_init(&arena, memory, len * 20);
		if (json_parse(&arena, file_text, len, &root) != JSON_OK)
			fail_msg("%s does not parse", path);
		parsed++;
	}
	closedir(dir);
	return parsed;
}

static void every_recorded_payload_parses_within_twenty_times_its_size(void **state)
{
	static const char *const folders[] = {SHARED_DIR "/exchanges/fixtures/bybit",
					      SHARED_DIR "/exchanges/fixtures/binance",
					      SHARED_DIR "/exchanges/fixtures/okx"};

	(void)state;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		int parsed = parse_folder(folders[i]);
		if (parsed < 0) {
			print_message("skipped: %s is absent\n", folders[i]);
			skip();
		}
		assert_true(parsed > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors_hold),
		cmocka_unit_test(every_okx_vector_holds_in_base64_with_one_key),
		cmocka_unit_test(a_key_serves_many_messages_in_any_order),
		cmocka_unit_test(a_closed_or_unkeyed_signer_signs_nothing),
		cmocka_unit_test(every_bybit_vector_of_the_fixtures_holds),
		cmocka_unit_test(every_binance_vector_of_the_fixtures_holds),
		cmocka_unit_test(every_recorded_payload_parses_within_twenty_times_its_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
