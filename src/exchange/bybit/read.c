/* SPDX-License-Identifier: MIT
 * See bybit_read.h: REST envelopes, lists, instruments. Prices are in read_prices.c, messages of the stream
 * in read_frame.c. */
#include "bybit_read_internal.h"

#include <stdio.h>
#include <string.h>

void bybit_reader_init(struct bybit_reader *reader)
{
	json_arena_init(&reader->arena, reader->memory, sizeof reader->memory);
	reader->why[0] = '\0';
}

bool bybit_fail(struct bybit_reader *reader, const char *where, enum json_answer answer)
{
	snprintf(reader->why, sizeof reader->why, "%s: %s", where, json_answer_text[answer]);
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool bybit_is_plain(const char *text)
{
	const char *at = text;

	while (is_digit(*at))
		at++;
	if (at == text)
		return false;
	if (*at == '\0')
		return true;
	if (*at++ != '.' || !is_digit(*at))
		return false;
	while (is_digit(*at))
		at++;
	return *at == '\0';
}

static bool need_decimal(struct bybit_reader *reader, const struct cJSON *object, const char *key,
			 const char **out)
{
	enum json_answer answer = json_number_text(json_member(object, key), out);

	if (answer == JSON_OK && !bybit_is_plain(*out))
		answer = JSON_UNPARSABLE;
	return answer == JSON_OK || bybit_fail(reader, key, answer);
}

bool bybit_need_int(struct bybit_reader *reader, const struct cJSON *object, const char *key, int64_t *out)
{
	enum json_answer answer = json_int64(json_member(object, key), out);

	return answer == JSON_OK || bybit_fail(reader, key, answer);
}

static bool need_text(struct bybit_reader *reader, const struct cJSON *object, const char *key,
		      const char **out)
{
	enum json_answer answer = json_text(json_member(object, key), out);

	return answer == JSON_OK || bybit_fail(reader, key, answer);
}

/* Absent, null or empty: no value. */
static bool may_have_int(struct bybit_reader *reader, const struct cJSON *object, const char *key,
			 int64_t none, int64_t *out)
{
	enum json_answer answer = json_int64(json_member(object, key), out);

	if (answer == JSON_OK)
		return true;
	*out = none;
	return answer == JSON_MISSING || answer == JSON_NULL || answer == JSON_EMPTY ||
	       bybit_fail(reader, key, answer);
}

bool bybit_parse(struct bybit_reader *reader, const char *what, struct json_slice text,
		 const struct cJSON **root)
{
	enum json_answer answer = json_parse(&reader->arena, text.text, text.len, root);

	return answer == JSON_OK || bybit_fail(reader, what, answer);
}

void bybit_copy_text(struct bybit_reader *reader, struct json_slice value, char *out, size_t size)
{
	const struct cJSON *root;
	const char *text;

	out[0] = '\0';
	if (value.text == NULL || json_parse(&reader->arena, value.text, value.len, &root) != JSON_OK ||
	    json_text(root, &text) != JSON_OK)
		return;
	size_t len = strnlen(text, size - 1);
	memcpy(out, text, len);
	out[len] = '\0';
}

enum bybit_message bybit_tell_apart(struct bybit_reader *reader, enum json_answer members,
				    struct json_slice topic, struct json_slice op, char *out, size_t size)
{
	struct json_slice text;
	const char *where = "topic";

	reader->why[0] = '\0';
	if (members != JSON_OK) {
		bybit_fail(reader, "message", members);
		return BYBIT_MESSAGE_BROKEN;
	}
	enum json_answer answer = json_slice_text(topic, &text);
	if (answer == JSON_OK && topic.text[0] != '"')
		answer = JSON_TYPE;
	if (answer == JSON_OK) {
		bybit_copy_text(reader, topic, out, size);
		return BYBIT_MESSAGE_DATA;
	}
	if (answer == JSON_MISSING && op.text != NULL)
		return BYBIT_MESSAGE_ANSWER;
	if (answer == JSON_MISSING)
		where = "topic, op";
	bybit_fail(reader, where, answer);
	return BYBIT_MESSAGE_BROKEN;
}

bool bybit_read_envelope(struct bybit_reader *reader, const char *text, size_t len,
			 struct bybit_envelope *envelope)
{
	static const char *const keys[] = {"retCode", "retMsg", "result", "time"};
	struct json_slice at[4];
	enum json_answer answer = json_slice_members((struct json_slice){text, len}, 4, keys, at);

	*envelope = (struct bybit_envelope){.time_ms = UNKNOWN};
	reader->why[0] = '\0';
	if (answer != JSON_OK)
		return bybit_fail(reader, "reply", answer);
	answer = json_slice_int64(at[0], &envelope->code);
	if (answer != JSON_OK)
		return bybit_fail(reader, "retCode", answer);
	bybit_copy_text(reader, at[1], envelope->message, sizeof envelope->message);
	envelope->result = at[2];
	answer = json_slice_int64(at[3], &envelope->time_ms);
	return answer == JSON_OK || answer == JSON_MISSING || answer == JSON_NULL ||
	       bybit_fail(reader, "time", answer);
}

/* A cursor goes into a URL as it came: only what may stand there. */
static bool is_cursor(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text >= 0x7f || *text == '#' || *text == '"' || *text == '\\')
			return false;
	return true;
}

bool bybit_read_list(struct bybit_reader *reader, const struct bybit_envelope *envelope,
		     struct bybit_list *list)
{
	static const char *const keys[] = {"list", "nextPageCursor", "symbol"};
	struct json_slice at[3], text;
	enum json_answer answer = json_slice_members(envelope->result, 3, keys, at);

	*list = (struct bybit_list){0};
	reader->why[0] = '\0';
	if (answer != JSON_OK)
		return bybit_fail(reader, "result", answer);
	answer = json_rows_open(at[0], &list->rows);
	if (answer != JSON_OK)
		return bybit_fail(reader, "result.list", answer);
	if (json_slice_text(at[2], &text) == JSON_OK &&
	    !json_slice_copy(text, list->symbol, sizeof list->symbol))
		return bybit_fail(reader, "result.symbol", JSON_LARGE);
	answer = json_slice_text(at[1], &text);
	if (answer == JSON_MISSING || answer == JSON_NULL || answer == JSON_EMPTY)
		return true;
	if (answer != JSON_OK)
		return bybit_fail(reader, "result.nextPageCursor", answer);
	if (!json_slice_copy(text, list->cursor, sizeof list->cursor))
		return bybit_fail(reader, "result.nextPageCursor", JSON_LARGE);
	return is_cursor(list->cursor) || bybit_fail(reader, "result.nextPageCursor", JSON_UNPARSABLE);
}

bool bybit_next_row(struct bybit_reader *reader, struct bybit_list *list, struct json_slice *row)
{
	reader->why[0] = '\0';
	if (json_rows_next(&list->rows, row))
		return true;
	if (list->rows.answer != JSON_OK)
		bybit_fail(reader, "result.list", list->rows.answer);
	return false;
}

static bool read_identity(struct bybit_reader *reader, const struct cJSON *row,
			  struct bybit_instrument_row *out)
{
	enum json_answer answer;

	if (!need_text(reader, row, "contractType", &out->contract_type) ||
	    !need_text(reader, row, "status", &out->status) ||
	    !need_text(reader, row, "baseCoin", &out->base) ||
	    !need_text(reader, row, "quoteCoin", &out->quote) ||
	    !need_text(reader, row, "settleCoin", &out->settle))
		return false;
	answer = json_text(json_member(row, "symbolType"), &out->symbol_type);
	if (answer == JSON_TYPE)
		return bybit_fail(reader, "symbolType", answer);
	answer = json_bool(json_member(row, "isPreListing"), &out->pre_listing);
	if (answer != JSON_OK && answer != JSON_MISSING && answer != JSON_NULL)
		return bybit_fail(reader, "isPreListing", answer);
	return may_have_int(reader, row, "deliveryTime", 0, &out->delivery_ms) &&
	       may_have_int(reader, row, "launchTime", UNKNOWN, &out->launch_ms);
}

static bool read_grid(struct bybit_reader *reader, const struct cJSON *row, struct bybit_instrument_row *out)
{
	const struct cJSON *price = json_member(row, "priceFilter"), *lot = json_member(row, "lotSizeFilter");

	return need_decimal(reader, price, "tickSize", &out->tick) &&
	       need_decimal(reader, lot, "qtyStep", &out->lot) &&
	       need_decimal(reader, lot, "minOrderQty", &out->min_qty) &&
	       need_decimal(reader, lot, "maxMktOrderQty", &out->max_qty) &&
	       need_decimal(reader, lot, "minNotionalValue", &out->min_notional) &&
	       bybit_need_int(reader, row, "fundingInterval", &out->funding_minutes);
}

/* Of what is not ours only the identity is essential: dated futures have no funding, others no least order.
 */
static void read_foreign_grid(struct bybit_reader *reader, const struct cJSON *row,
			      struct bybit_instrument_row *out)
{
	struct bybit_instrument_row read = *out;

	if (read_grid(reader, row, &read))
		*out = read;
	reader->why[0] = '\0';
}

bool bybit_read_instrument(struct bybit_reader *reader, struct json_slice text,
			   struct bybit_instrument_row *row)
{
	const struct cJSON *root;

	*row = (struct bybit_instrument_row){"", "", "", "", "",      "", "", "",
					     "", "", "", "", UNKNOWN, 0,  0,  false};
	reader->why[0] = '\0';
	if (!bybit_parse(reader, "row", text, &root))
		return false;
	if (!need_text(reader, root, "symbol", &row->symbol) || !read_identity(reader, root, row))
		return false;
	if (bybit_is_ours(row))
		return read_grid(reader, root, row);
	read_foreign_grid(reader, root, row);
	return true;
}

static bool is(const char *text, const char *wanted)
{
	return strcmp(text, wanted) == 0;
}

bool bybit_is_ours(const struct bybit_instrument_row *row)
{
	return is(row->contract_type, "LinearPerpetual") && is(row->quote, "USDT") &&
	       is(row->settle, "USDT") && !row->pre_listing && !is(row->status, "PreLaunch") &&
	       (is(row->symbol_type, "") || is(row->symbol_type, "innovation"));
}

int64_t bybit_status(const struct bybit_instrument_row *row)
{
	if (!bybit_is_ours(row) || is(row->status, "Closed") || is(row->status, "Delivering"))
		return INSTRUMENT_GONE;
	if (!is(row->status, "Trading"))
		return INSTRUMENT_SUSPENDED;
	return row->delivery_ms != 0 ? INSTRUMENT_DELISTING : INSTRUMENT_TRADING;
}

bool bybit_read_time(struct bybit_reader *reader, const struct bybit_envelope *envelope, ms_t *time_ms)
{
	static const char *const keys[] = {"timeNano", "timeSecond"};
	struct json_slice at[2];
	int64_t value;

	reader->why[0] = '\0';
	enum json_answer answer = json_slice_members(envelope->result, 2, keys, at);
	if (answer != JSON_OK)
		return bybit_fail(reader, "result", answer);
	if (json_slice_int64(at[0], &value) == JSON_OK && value > 0) {
		*time_ms = value / 1000000;
		return true;
	}
	answer = json_slice_int64(at[1], &value);
	if (answer != JSON_OK)
		return bybit_fail(reader, "result.timeSecond", answer);
	if (value <= 0 || value > VALUE_MAX / SECOND_MS)
		return bybit_fail(reader, "result.timeSecond", JSON_UNPARSABLE);
	*time_ms = value * SECOND_MS;
	return true;
}

bool bybit_symbol_name(const char *wire, char out[static SYMBOL_TEXT_MAX])
{
	static const struct {
		const char *ending, *name;
	} kinds[] = {{"USDT", "/USDT:USDT"}, {"PERP", "/USDC:USDC"}, {"USD", "/USD:"}};
	size_t len = strlen(wire);

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		size_t ending = strlen(kinds[i].ending);
		if (len <= ending || strcmp(wire + len - ending, kinds[i].ending) != 0)
			continue;
		int base = (int)(len - ending);
		bool inverse = i == 2; /* settled in its own coin */
		int made = snprintf(out, SYMBOL_TEXT_MAX, "%.*s%s%.*s", base, wire, kinds[i].name,
				    inverse ? base : 0, wire);
		if (made > 0 && made < SYMBOL_TEXT_MAX)
			return true;
	}
	snprintf(out, SYMBOL_TEXT_MAX, "%s", wire);
	return false;
}
