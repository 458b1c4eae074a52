/* SPDX-License-Identifier: MIT
 * signcat --exchange bybit FILE: computes each vector of a signing_vectors.json anew and says whether the
 * daemon's signing gives what the file has. Exit codes: 0 all match, 1 one does not, 2 wrong usage. */
#include "json_rows.h"
#include "sign.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Alignas(16) unsigned char memory[1 << 20];

static int usage(void)
{
	fputs("usage: signcat --exchange bybit FILE\n", stderr);
	return 2;
}

static const char *text_of(const struct cJSON *vector, const char *key)
{
	const char *text = "";

	json_text(json_member(vector, key), &text);
	return text;
}

/* What we make of a vector; false if it is none. */
static bool sign(const struct cJSON *vector, char out[static HMAC_HEX_SIZE])
{
	const char *secret = text_of(vector, "secret"), *kind = text_of(vector, "kind");
	const char *payload = text_of(vector, "payload");
	ms_t at_ms, window_ms;
	struct hmac hmac;
	int err = TB_EINVAL;

	if (hmac_open(&hmac, secret, strlen(secret)) != 0)
		return false;
	if (strcmp(kind, "ws_auth") == 0 && json_int64(json_member(vector, "expires"), &at_ms) == JSON_OK)
		err = bybit_sign_login(&hmac, at_ms, out);
	if (strcmp(kind, "rest") == 0 && json_int64(json_member(vector, "timestamp"), &at_ms) == JSON_OK &&
	    json_int64(json_member(vector, "recv_window"), &window_ms) == JSON_OK)
		err = bybit_sign_request(&hmac, at_ms, text_of(vector, "api_key"), window_ms, payload,
					 strlen(payload), out);
	hmac_close(&hmac);
	return err == 0;
}

static bool check(struct json_slice row)
{
	char made[HMAC_HEX_SIZE] = "";
	const struct cJSON *vector;
	struct json_arena arena;

	json_arena_init(&arena, memory, sizeof memory);
	if (json_parse(&arena, row.text, row.len, &vector) != JSON_OK) {
		fputs("signcat: a vector that is not JSON\n", stderr);
		return false;
	}
	const char *id = text_of(vector, "id");
	bool match = sign(vector, made) && strcmp(made, text_of(vector, "signature")) == 0;
	printf("%s %s\n", id[0] != '\0' ? id : "?", match ? "match" : "MISMATCH");
	return match;
}

static int check_all(const char *text, size_t len)
{
	struct json_slice row, list = {text, len};
	struct json_rows rows;
	int wrong = 0, count = 0;

	while (list.len > 0 && strchr(" \t\r\n", *list.text) != NULL)
		list.text++, list.len--;
	while (list.len > 0 && strchr(" \t\r\n", list.text[list.len - 1]) != NULL)
		list.len--;
	if (json_rows_open(list, &rows) != JSON_OK) {
		fputs("signcat: not a list of vectors\n", stderr);
		return 1;
	}
	for (; json_rows_next(&rows, &row); count++)
		wrong += !check(row);
	if (rows.answer != JSON_OK || count == 0) {
		fputs("signcat: the list is broken or empty\n", stderr);
		return 1;
	}
	return wrong > 0;
}

int main(int argc, char *argv[])
{
	const char *exchange = NULL, *path = NULL, *value;
	size_t len;

	for (int i = 1; i < argc; i++) {
		if ((value = tool_option(argv, &i, "--exchange")) != NULL)
			exchange = value;
		else if (path == NULL && strncmp(argv[i], "--", 2) != 0)
			path = argv[i];
		else
			return usage();
	}
	if (exchange == NULL || strcmp(exchange, "bybit") != 0 || path == NULL)
		return usage();
	char *text = tool_read("signcat", path, &len);
	if (text == NULL)
		return 2;
	int code = check_all(text, len);
	free(text);
	return code;
}
