/* SPDX-License-Identifier: MIT
 * For tests of the private dialect: an account, signed requests, the private stream. */
#ifndef EMU_ACCOUNT_STAND_H
#define EMU_ACCOUNT_STAND_H

#include "emu_stand.h"
#include "emu_text.h"
#include "hmac.h"

#define STAND_KEY    "tbK3yAbCdEfGhJkLmN"
#define STAND_SECRET "s3cr3tQwErTyUiOpAsDfGhJkLzXcVbNm012345"
#define STAND_FEE    (55 * BPS / 10)

static struct hmac stand_hmac;
static int private_client = -1;

static inline struct emu_setup an_account(int64_t symbols)
{
	struct emu_setup setup = a_setup(symbols);

	sim_universe_generate(&stand_universe, (size_t)symbols, STAND_FEE);
	setup.account = (struct emu_account_setup){
		.key = STAND_KEY, .secret = STAND_SECRET, .balance = 10000 * MONEY_ONE, .latency_ms = 2};
	return setup;
}

static inline void account_open(const struct emu_setup *setup)
{
	stand_open(setup);
	hmac_close(&stand_hmac); /* of a stand before */
	assert_int_equal(hmac_open(&stand_hmac, STAND_SECRET, strlen(STAND_SECRET)), 0);
	emu_advance(emu, setup->market.start_ms + 2 * MINUTE_MS + 500);
}

static inline int close_account(void **state)
{
	(void)state;
	stand_close();
	hmac_close(&stand_hmac);
	return 0;
}

/* A request signed at that time; the answer is in reply. */
static inline void signed_at(ms_t stamp, const char *method, const char *target, const char *body)
{
	static char text[65536], head[1024], sign[HMAC_HEX_SIZE];
	const char *query = strchr(target, '?');
	const char *payload = method[0] == 'P' ? body : query != NULL ? query + 1 : "";

	snprintf(text, sizeof(text), "%lld" STAND_KEY "5000%s", (long long)stamp, payload);
	assert_int_equal(hmac_hex(&stand_hmac, text, strlen(text), sign), 0);
	snprintf(head, sizeof(head),
		 "Host: x\nx-bapi-api-key: " STAND_KEY "\nX-BAPI-TIMESTAMP: %lld\nX-BAPI-RECV-WINDOW: 5000\n"
		 "X-BAPI-SIGN: %s\n",
		 (long long)stamp, sign);
	struct emu_request request = {method, target, head, body, strlen(body)};
	emu_http(emu, emu_now(emu), &request, &reply);
}

static inline const struct cJSON *answer_to(const char *method, const char *target, const char *body)
{
	signed_at(emu_now(emu), method, target, body);
	assert_int_equal(reply.status, 200);
	return parsed(reply.body, reply.len);
}

/* The retCode of a POST, or of a GET. */
static inline int64_t post(const char *target, const char *body)
{
	return int_of(answer_to("POST", target, body), "retCode");
}
static inline int64_t read_code(const char *target)
{
	return int_of(answer_to("GET", target, ""), "retCode");
}

/* The result of a GET that succeeds, and its first row. */
static inline const struct cJSON *read_result(const char *target)
{
	const struct cJSON *root = answer_to("GET", target, "");

	if (int_of(root, "retCode") != 0)
		fail_msg("%s: %s", target, reply.body);
	return json_member(root, "result");
}
static inline const struct cJSON *read_row(const char *target, size_t index)
{
	return json_at(json_member(read_result(target), "list"), index);
}
static inline size_t count_rows(const char *target)
{
	return json_count(json_member(read_result(target), "list"));
}

static inline bool answer_has(const char *part)
{
	return strstr(reply.body, part) != NULL;
}

static inline void login(int client, ms_t expires)
{
	char text[512], sign[HMAC_HEX_SIZE];
	int len = snprintf(text, sizeof(text), "GET/realtime%lld", (long long)expires);

	assert_int_equal(hmac_hex(&stand_hmac, text, (size_t)len, sign), 0);
	snprintf(text, sizeof(text),
		 "{\"req_id\":\"a1\",\"op\":\"auth\",\"args\":[\"" STAND_KEY "\",%lld,\"%s\"]}",
		 (long long)expires, sign);
	send_text(client, text);
}

/* A private stream with all four topics; their acknowledgements are taken. */
static inline int a_private_stream(void)
{
	private_client = emu_ws_open(emu, emu_now(emu), "/v5/private");
	assert_true(private_client >= 0);
	login(private_client, emu_now(emu) + 5000);
	subscribe_to(private_client, "\"order\",\"execution\",\"position\",\"wallet\"");
	take_all();
	stand_forget();
	return private_client;
}

/* So many ms go by, what is said is taken. The index of the first frame. */
static inline size_t pass_ms(ms_t ms)
{
	emu_advance(emu, emu_now(emu) + ms);
	return take_all();
}

/* A row of a private message: topic, key and text of the row. NULL: none. */
static inline const struct cJSON *news_row(size_t first, const char *topic, const char *key, const char *text)
{
	char head[64];

	snprintf(head, sizeof(head), "{\"topic\":\"%s\"", topic);
	for (size_t i = first; i < frame_count; i++) {
		if (strncmp(frames[i], head, strlen(head)) != 0)
			continue;
		const struct cJSON *rows = json_member(frame(i), "data");
		for (const struct cJSON *row = json_first(rows); row != NULL; row = json_next(row))
			if (strcmp(text_of(row, key), text) == 0)
				return row;
	}
	return NULL;
}

/* 1e-8 of a decimal text. */
static inline money_t money_of(const struct cJSON *row, const char *key)
{
	int64_t value = 0;

	assert_int_equal(json_decimal(json_member(row, key), 8, &value), JSON_OK);
	return value;
}

/* What the books say: the last line, and that they are right. */
static inline money_t book_sum(const char *name)
{
	struct text books = {0};
	int64_t value = 0;

	assert_true(emu_books(emu, emu_now(emu), &books));
	char *last = strstr(books.at, "{\"balance\":");
	assert_non_null(last);
	const struct cJSON *sums = json_member(parsed(last, strlen(last) - 1), "balance");
	assert_int_equal(int_of(sums, "wrong"), 0);
	value = int_of(sums, name);
	text_free(&books);
	return value;
}

#endif
