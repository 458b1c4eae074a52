/* SPDX-License-Identifier: MIT
 * See bybit_read_private.h: what a key may do, and messages of the private stream. */
#include "bybit_read_private.h"
#include "bybit_read_internal.h"

#include "timeframe.h"

#include <stdio.h>
#include <string.h>

/* Whether the list of that name among the permissions has the word. */
static bool may(const struct cJSON *permissions, const char *list, const char *word)
{
	const struct cJSON *item = json_first(json_member(permissions, list));
	const char *text;

	for (; item != NULL; item = json_next(item))
		if (json_text(item, &text) == JSON_OK && strcmp(text, word) == 0)
			return true;
	return false;
}

static bool may_transfer(const struct cJSON *permissions)
{
	const struct cJSON *item = json_first(json_member(permissions, "Wallet"));
	const char *text;

	for (; item != NULL; item = json_next(item))
		if (json_text(item, &text) == JSON_OK && strstr(text, "Transfer") != NULL)
			return true;
	return false;
}

static int64_t two_digits(const char *at)
{
	return (at[0] - '0') * 10 + at[1] - '0';
}

/* "2025-10-13T03:20:45Z" -> ms. UNKNOWN: not told, or the beginning of time, which stands for never. */
static ms_t to_ms(const struct cJSON *value)
{
	const char *text;
	char date[11];
	ms_t ms;

	if (json_text(value, &text) != JSON_OK || strlen(text) < 19 || text[10] != 'T' ||
	    strspn(text + 11, "0123456789:") < 8)
		return UNKNOWN;
	memcpy(date, text, 10);
	date[10] = '\0';
	if (utc_parse_date(date, &ms) != 0 || ms <= 0)
		return UNKNOWN;
	return ms + two_digits(text + 11) * HOUR_MS + two_digits(text + 14) * MINUTE_MS +
	       two_digits(text + 17) * SECOND_MS;
}

/* userID, a number or its text; 0 stands for none. */
static void read_number(const struct cJSON *value, char *out, size_t size)
{
	int64_t number;

	if (json_int64(value, &number) == JSON_OK && number > 0)
		snprintf(out, size, "%lld", (long long)number);
}

static bool is_star(const struct cJSON *item)
{
	const char *text;

	return json_text(item, &text) == JSON_OK && strcmp(text, "*") == 0;
}

bool bybit_read_key(struct bybit_reader *reader, const struct bybit_envelope *envelope,
		    struct bybit_key_row *row)
{
	const struct cJSON *root, *permissions, *ips;
	int64_t read_only;

	*row = (struct bybit_key_row){.type = UNKNOWN, .uta = UNKNOWN};
	reader->why[0] = '\0';
	if (!bybit_parse(reader, "result", envelope->result, &root) ||
	    !bybit_need_int(reader, root, "readOnly", &read_only))
		return false;
	enum json_answer answer = json_object(json_member(root, "permissions"), &permissions);
	if (answer != JSON_OK)
		return bybit_fail(reader, "permissions", answer);
	answer = json_array(json_member(root, "ips"), &ips);
	if (answer != JSON_OK && answer != JSON_NULL && answer != JSON_MISSING)
		return bybit_fail(reader, "ips", answer);
	row->read_only = read_only != 0;
	row->trade = read_only == 0 && ((may(permissions, "ContractTrade", "Order") &&
					 may(permissions, "ContractTrade", "Position")) ||
					may(permissions, "Derivatives", "DerivativesTrade"));
	row->withdraw = may(permissions, "Wallet", "Withdraw");
	row->transfer = may_transfer(permissions);
	row->ips = answer == JSON_OK ? (int64_t)json_count(ips) : 0;
	row->ip_bound = row->ips > 0 && !is_star(json_first(ips));
	json_int64(json_member(root, "uta"), &row->uta);
	json_int64(json_member(root, "type"), &row->type);
	read_number(json_member(root, "userID"), row->account, sizeof row->account);
	row->created_ms = to_ms(json_member(root, "createdAt"));
	row->expires_ms = to_ms(json_member(root, "expiredAt"));
	return true;
}

static enum bybit_private_kind kind_of(const char *topic)
{
	static const struct {
		const char *name;
		enum bybit_private_kind kind;
	} topics[] = {
		{"order", BYBIT_PRIVATE_ORDER},
		{"execution", BYBIT_PRIVATE_EXECUTION},
		{"position", BYBIT_PRIVATE_POSITION},
		{"wallet", BYBIT_PRIVATE_WALLET},
	};

	for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
		size_t len = strlen(topics[i].name);
		if (strncmp(topic, topics[i].name, len) == 0 &&
		    (topic[len] == '\0' || strcmp(topic + len, ".linear") == 0))
			return topics[i].kind;
	}
	return BYBIT_PRIVATE_OTHER;
}

enum { TOPIC, CREATED, DATA, OP, SUCCESS, RET_MSG, REQ_ID, CODE, MSG, REQUEST, KEY_COUNT };

static bool read_data(struct bybit_reader *reader, const struct json_slice at[static KEY_COUNT],
		      struct bybit_private_frame *frame)
{
	enum json_answer answer = json_slice_int64(at[CREATED], &frame->at_ms);

	frame->kind = kind_of(frame->topic);
	frame->data = at[DATA];
	if (answer != JSON_OK && answer != JSON_MISSING)
		return bybit_fail(reader, "creationTime", answer);
	if (frame->kind != BYBIT_PRIVATE_OTHER && frame->data.text == NULL)
		return bybit_fail(reader, "data", JSON_MISSING);
	return true;
}

/* Two styles are in use on each of these streams: success and ret_msg, or retCode and retMsg. */
static bool read_answer(struct bybit_reader *reader, const struct json_slice at[static KEY_COUNT],
			struct bybit_private_frame *frame)
{
	bool success = true;

	bybit_copy_text(reader, at[OP], frame->op, sizeof frame->op);
	bybit_copy_text(reader, at[at[RET_MSG].text != NULL ? RET_MSG : MSG], frame->message,
			sizeof frame->message);
	bybit_copy_text(reader, at[at[REQ_ID].text != NULL ? REQ_ID : REQUEST], frame->request,
			sizeof frame->request);
	frame->kind = BYBIT_PRIVATE_ACK;
	if (strcmp(frame->op, "pong") == 0 ||
	    (strcmp(frame->op, "ping") == 0 && strcmp(frame->message, "pong") == 0)) {
		frame->kind = BYBIT_PRIVATE_PONG;
		frame->success = true;
		return true;
	}
	enum json_answer told = json_slice_bool(at[SUCCESS], &success);
	enum json_answer coded = json_slice_int64(at[CODE], &frame->code);
	if (told != JSON_OK && told != JSON_MISSING)
		return bybit_fail(reader, "success", told);
	if (coded != JSON_OK && (coded != JSON_MISSING || told == JSON_MISSING))
		return bybit_fail(reader, "success, retCode", coded);
	if (coded != JSON_OK)
		frame->code = success ? 0 : -1;
	frame->success = success && frame->code == 0;
	return true;
}

bool bybit_read_private_frame(struct bybit_reader *reader, const char *text, size_t len,
			      struct bybit_private_frame *frame)
{
	static const char *const keys[KEY_COUNT] = {"topic",   "creationTime", "data",    "op",     "success",
						    "ret_msg", "req_id",       "retCode", "retMsg", "reqId"};
	struct json_slice at[KEY_COUNT];
	enum json_answer members = json_slice_members((struct json_slice){text, len}, KEY_COUNT, keys, at);

	*frame = (struct bybit_private_frame){.at_ms = UNKNOWN};
	switch (bybit_tell_apart(reader, members, at[TOPIC], at[OP], frame->topic, sizeof frame->topic)) {
	case BYBIT_MESSAGE_DATA: return read_data(reader, at, frame);
	case BYBIT_MESSAGE_ANSWER: return read_answer(reader, at, frame);
	default: return false;
	}
}
