/* SPDX-License-Identifier: MIT
 * See bybit_read.h: tickers and candles, of REST and the stream. Most of what comes is one of these, so they
 * are read where they stand: a pass over the text finds the members, and what is wanted of them is copied
 * with a NUL behind it into the arena's memory. */
#include "bybit_read_internal.h"

#include <string.h>

#define FIELDS_MAX 16

/* What is being copied, and how far the memory is used. */
struct shelf {
	struct bybit_reader *reader;
	size_t used;
};

static enum json_answer keep(struct shelf *shelf, struct json_slice text, const char **out)
{
	char *to = (char *)shelf->reader->memory + shelf->used;

	if (text.len >= sizeof shelf->reader->memory - shelf->used)
		return JSON_LARGE;
	memcpy(to, text.text, text.len);
	to[text.len] = '\0';
	shelf->used += text.len + 1;
	*out = to;
	return JSON_OK;
}

/* *out: its text; "" for null or ""; NULL if it is absent. */
static bool take_decimal(struct shelf *shelf, struct json_slice value, const char *name, bool is_signed,
			 const char **out)
{
	struct json_slice text;
	enum json_answer answer = json_slice_text(value, &text);

	*out = answer == JSON_MISSING ? NULL : "";
	if (answer == JSON_MISSING || answer == JSON_NULL || answer == JSON_EMPTY)
		return true;
	if (answer == JSON_OK)
		answer = keep(shelf, text, out);
	if (answer == JSON_OK && !bybit_is_plain(is_signed && **out == '-' ? *out + 1 : *out))
		answer = JSON_UNPARSABLE;
	return answer == JSON_OK || bybit_fail(shelf->reader, name, answer);
}

static bool need_decimal(struct shelf *shelf, struct json_slice value, const char *name, const char **out)
{
	if (!take_decimal(shelf, value, name, false, out))
		return false;
	if (*out == NULL)
		return bybit_fail(shelf->reader, name, JSON_MISSING);
	return **out != '\0' || bybit_fail(shelf->reader, name, JSON_EMPTY);
}

static bool need_int(struct bybit_reader *reader, struct json_slice value, const char *name, int64_t *out)
{
	enum json_answer answer = json_slice_int64(value, out);

	return answer == JSON_OK || bybit_fail(reader, name, answer);
}

static bool take_symbol(struct shelf *shelf, struct json_slice value, const char **out)
{
	struct json_slice text;
	enum json_answer answer = json_slice_text(value, &text);

	if (answer == JSON_OK && value.text[0] != '"')
		answer = JSON_TYPE;
	if (answer == JSON_OK)
		answer = keep(shelf, text, out);
	return answer == JSON_OK || bybit_fail(shelf->reader, "symbol", answer);
}

bool bybit_read_ticker(struct bybit_reader *reader, struct json_slice text, struct bybit_ticker_row *row)
{
	static const char *const keys[] = {"lastPrice",   "indexPrice",   "markPrice",       "bid1Price",
					   "ask1Price",   "prevPrice24h", "highPrice24h",    "lowPrice24h",
					   "turnover24h", "volume24h",    "nextFundingTime", "fundingRate",
					   "symbol"};
	enum { RATE = 11, SYMBOL, COUNT };
	const char **out[COUNT] = {&row->last,     &row->index,  &row->mark,         &row->bid,
				   &row->ask,      &row->open,   &row->high,         &row->low,
				   &row->turnover, &row->volume, &row->next_funding, &row->rate};
	struct shelf shelf = {.reader = reader};
	struct json_slice at[COUNT];

	_Static_assert(COUNT <= FIELDS_MAX, "as many as one pass finds");
	*row = (struct bybit_ticker_row){.symbol = ""};
	reader->why[0] = '\0';
	enum json_answer answer = json_slice_members(text, COUNT, keys, at);
	if (answer != JSON_OK)
		return bybit_fail(reader, "row", answer);
	if (!take_symbol(&shelf, at[SYMBOL], &row->symbol))
		return false;
	for (int i = 0; i < SYMBOL; i++)
		if (!take_decimal(&shelf, at[i], keys[i], i == RATE, out[i]))
			return false;
	return true;
}

bool bybit_ticker_is_whole(struct bybit_reader *reader, const struct bybit_ticker_row *row)
{
	const char *absent = row->last == NULL   ? "lastPrice"
			     : row->mark == NULL ? "markPrice"
			     : row->bid == NULL  ? "bid1Price"
			     : row->ask == NULL  ? "ask1Price"
						 : NULL;

	return absent == NULL || bybit_fail(reader, absent, JSON_MISSING);
}

enum { START, OPEN, HIGH, LOW, CLOSE, VOLUME, TURNOVER, CONFIRM, KLINE_FIELDS };
static const char *const kline_keys[KLINE_FIELDS] = {"start", "open",   "high",     "low",
						     "close", "volume", "turnover", "confirm"};

static bool take_kline(struct bybit_reader *reader, const struct json_slice at[static KLINE_FIELDS],
		       struct bybit_kline_row *row)
{
	const char **out[] = {&row->open, &row->high, &row->low, &row->close, &row->volume, &row->turnover};
	struct shelf shelf = {.reader = reader};

	if (!need_int(reader, at[START], kline_keys[START], &row->start_ms))
		return false;
	for (int i = OPEN; i <= TURNOVER; i++)
		if (!need_decimal(&shelf, at[i], kline_keys[i], out[i - OPEN]))
			return false;
	return true;
}

bool bybit_read_kline(struct bybit_reader *reader, struct json_slice text, struct bybit_kline_row *row)
{
	struct json_slice at[KLINE_FIELDS] = {{0}};
	struct json_rows cells;

	*row = (struct bybit_kline_row){0};
	reader->why[0] = '\0';
	enum json_answer answer = json_rows_open(text, &cells);
	for (int i = START; answer == JSON_OK && i <= TURNOVER && json_rows_next(&cells, &at[i]); i++) {
	}
	if (answer == JSON_OK)
		answer = cells.answer;
	if (answer != JSON_OK)
		return bybit_fail(reader, "row", answer);
	return take_kline(reader, at, row);
}

bool bybit_read_stream_kline(struct bybit_reader *reader, struct json_slice text, struct bybit_kline_row *row)
{
	struct json_slice at[KLINE_FIELDS];

	*row = (struct bybit_kline_row){0};
	reader->why[0] = '\0';
	enum json_answer answer = json_slice_members(text, KLINE_FIELDS, kline_keys, at);
	if (answer != JSON_OK)
		return bybit_fail(reader, "data", answer);
	if (!take_kline(reader, at, row))
		return false;
	answer = json_slice_bool(at[CONFIRM], &row->closed);
	return answer == JSON_OK || bybit_fail(reader, "confirm", answer);
}
