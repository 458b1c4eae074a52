/* SPDX-License-Identifier: MIT
 * wirecat --exchange bybit --kind KIND FILE...: what the daemon's codec reads out of a payload, as one JSON
 * line for each event. Symbols as BTC/USDT:USDT, decimals as text exactly as sent, times in ms; what is not
 * told is left out. What cannot be understood is one line {"event":"error","why":...}. Each file stands for
 * itself: no universe is needed. Exit codes: 0 all was understood, 1 something was not, 2 wrong usage. */
#include "bybit_internal.h"
#include "decimal.h"
#include "timeframe.h"
#include "tool.h"
#include "wirecat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bybit_reader reader;
static struct bybit_book book;

bool fail(const char *why)
{
	line_begin("error");
	line_text("why", why);
	line_end();
	return false;
}

void put_symbol(const char *wire)
{
	char name[SYMBOL_TEXT_MAX];

	bybit_symbol_name(wire, name);
	line_text("symbol", name);
	line_text("id", wire);
}

/* A refusal of the exchange: understood, though not what was asked for. */
static void put_refusal(const struct bybit_envelope *envelope)
{
	enum bybit_class class = bybit_error_class(envelope->code, envelope->message);

	line_begin("error");
	line_int("code", envelope->code);
	line_text("class", bybit_class_text[class]);
	line_text("message", envelope->message);
	line_int("at_ms", envelope->time_ms);
	line_end();
}

/* False: told already. */
bool open_reply(const char *text, size_t len, struct bybit_envelope *envelope)
{
	if (!bybit_read_envelope(&reader, text, len, envelope))
		return fail(reader.why);
	if (envelope->code == 0)
		return true;
	put_refusal(envelope);
	return false;
}

bool open_list(const char *text, size_t len, struct bybit_envelope *envelope, struct bybit_list *list)
{
	if (!open_reply(text, len, envelope))
		return false;
	return bybit_read_list(&reader, envelope, list) || fail(reader.why);
}

bool close_list(const struct bybit_list *list)
{
	return list->rows.answer == JSON_OK || fail(reader.why);
}

static bool print_error(const char *text, size_t len)
{
	struct bybit_envelope envelope;

	if (!bybit_read_envelope(&reader, text, len, &envelope))
		return fail(reader.why);
	put_refusal(&envelope);
	return true;
}

static bool print_time(const char *text, size_t len)
{
	struct bybit_envelope envelope;
	ms_t time_ms;

	if (!open_reply(text, len, &envelope))
		return false;
	if (!bybit_read_time(&reader, &envelope, &time_ms))
		return fail(reader.why);
	line_begin("time");
	line_int("server_ms", time_ms);
	line_end();
	return true;
}

/* BTC/USDT:USDT; dated futures have their day behind it: BTC/USDC:USDC-251226. */
static void put_instrument_symbol(const struct bybit_instrument_row *row)
{
	char name[3 * SYMBOL_TEXT_MAX], day[UTC_TEXT_MAX] = "?";
	bool dated = strstr(row->contract_type, "Perpetual") == NULL && row->delivery_ms > 0;

	if (dated)
		utc_text(row->delivery_ms, day);
	snprintf(name, sizeof name, "%.20s/%.20s:%.20s", row->base, row->quote, row->settle);
	if (dated && strlen(day) > 10)
		snprintf(name + strlen(name), 8, "-%.2s%.2s%.2s", day + 2, day + 5, day + 8);
	line_text("symbol", name);
	line_text("id", row->symbol);
}

const char *or_nothing(const char *text)
{
	return text != NULL && *text != '\0' ? text : NULL;
}

static void put_instrument(const struct bybit_instrument_row *row)
{
	static const struct bybit_setup setup;
	struct instrument instrument;

	line_begin("instrument");
	put_instrument_symbol(row);
	line_bool("tradable",
		  bybit_status(row) == INSTRUMENT_TRADING && bybit_make_instrument(&setup, row, &instrument));
	line_text("status", row->status);
	line_text("contract_type", row->contract_type);
	line_text("symbol_type", row->symbol_type);
	line_bool("pre_listing", row->pre_listing);
	line_text("tick", or_nothing(row->tick));
	line_text("lot", or_nothing(row->lot));
	line_text("min_qty", or_nothing(row->min_qty));
	line_text("max_qty", or_nothing(row->max_qty));
	line_text("min_notional", or_nothing(row->min_notional));
	line_int("listed_ms", row->launch_ms);
	line_int("delivery_ms", row->delivery_ms);
	line_int("funding_every_ms", row->funding_minutes > 0 ? row->funding_minutes * MINUTE_MS : UNKNOWN);
	line_end();
}

static bool print_instruments(const char *text, size_t len)
{
	struct bybit_envelope envelope;
	struct bybit_instrument_row row;
	struct bybit_list list;
	struct json_slice item;
	bool good = true;

	if (!open_list(text, len, &envelope, &list))
		return false;
	while (bybit_next_row(&reader, &list, &item)) {
		if (bybit_read_instrument(&reader, item, &row))
			put_instrument(&row);
		else
			good = fail(reader.why);
	}
	return close_list(&list) && good;
}

static void put_ticker(const struct bybit_ticker_row *row, ms_t at_ms)
{
	line_begin("ticker");
	put_symbol(row->symbol);
	line_int("at_ms", at_ms);
	line_text("bid", or_nothing(row->bid));
	line_text("ask", or_nothing(row->ask));
	line_text("mark", or_nothing(row->mark));
	line_text("last", or_nothing(row->last));
	line_text("index", or_nothing(row->index));
	line_text("open", or_nothing(row->open));
	line_text("high", or_nothing(row->high));
	line_text("low", or_nothing(row->low));
	line_text("turnover", or_nothing(row->turnover));
	line_text("volume", or_nothing(row->volume));
	line_end();
	if (or_nothing(row->rate) == NULL && bybit_ms(row->next_funding) == UNKNOWN)
		return;
	line_begin("funding_rate");
	put_symbol(row->symbol);
	line_int("at_ms", at_ms);
	line_text("rate", or_nothing(row->rate));
	line_int("settle_ms", bybit_ms(row->next_funding));
	line_bool("settled", false);
	line_end();
}

static bool print_tickers(const char *text, size_t len)
{
	struct bybit_envelope envelope;
	struct bybit_ticker_row row;
	struct bybit_list list;
	struct json_slice item;
	bool good = true;

	if (!open_list(text, len, &envelope, &list))
		return false;
	while (bybit_next_row(&reader, &list, &item)) {
		if (bybit_read_ticker(&reader, item, &row) && bybit_ticker_is_whole(&reader, &row))
			put_ticker(&row, envelope.time_ms);
		else
			good = fail(reader.why);
	}
	return close_list(&list) && good;
}

static void put_candle(const char *wire, const struct bybit_kline_row *row, ms_t frame_ms, bool knows_closed)
{
	line_begin("candle");
	put_symbol(wire);
	if (timeframe_index(frame_ms) >= 0)
		line_text("timeframe", timeframe_text(frame_ms));
	line_int("open_ms", row->start_ms);
	line_text("open", row->open);
	line_text("high", row->high);
	line_text("low", row->low);
	line_text("close", row->close);
	line_text("volume", row->volume);
	line_text("turnover", row->turnover);
	if (knows_closed)
		line_bool("closed", row->closed);
	line_end();
}

/* The smallest step between rows: REST does not name the timeframe. 0: a single row does not tell. */
static ms_t step_of(struct bybit_list list)
{
	struct bybit_kline_row row;
	struct json_slice item;
	ms_t before = UNKNOWN, step = 0;

	for (; bybit_next_row(&reader, &list, &item); before = row.start_ms) {
		if (!bybit_read_kline(&reader, item, &row) || before == UNKNOWN)
			continue;
		ms_t apart = before > row.start_ms ? before - row.start_ms : row.start_ms - before;
		if (apart > 0 && (step == 0 || apart < step))
			step = apart;
	}
	return step;
}

#define ROWS_MAX 1000
static bool print_klines(const char *text, size_t len)
{
	static struct json_slice rows[ROWS_MAX];
	struct bybit_envelope envelope;
	struct bybit_kline_row row;
	struct bybit_list list;
	size_t count = 0;
	bool good = true;

	if (!open_list(text, len, &envelope, &list))
		return false;
	ms_t step = step_of(list);
	while (count < ROWS_MAX && bybit_next_row(&reader, &list, &rows[count]))
		count++;
	if (!close_list(&list))
		return false;
	while (count-- > 0) { /* they come newest first */
		if (!bybit_read_kline(&reader, rows[count], &row)) {
			good = fail(reader.why);
			continue;
		}
		row.closed = row.start_ms + step <= envelope.time_ms;
		put_candle(list.symbol, &row, step, step > 0 && envelope.time_ms != UNKNOWN);
	}
	return good;
}

/* Decimals that count; -1 if it is no number. */
static int64_t decimals_of(struct json_slice text)
{
	struct grid grid;
	enum decimal_err err = decimal_to_grid(text.text, text.len, &grid);

	return err == DECIMAL_OK ? grid.decimals : err == DECIMAL_ZERO ? 0 : -1;
}

/* Reads a side through: the finest decimals on it. */
static bool side_decimals(struct json_rows rows, int64_t *price_decimals, int64_t *size_decimals)
{
	struct json_slice price, size;

	while (bybit_next_level(&reader, &rows, &price, &size)) {
		int64_t p = decimals_of(price), s = decimals_of(size);
		if (p < 0 || s < 0)
			return fail(p < 0 ? "price: not a plain decimal number"
					  : "size: not a plain decimal number");
		*price_decimals = p > *price_decimals ? p : *price_decimals;
		*size_decimals = s > *size_decimals ? s : *size_decimals;
	}
	return reader.why[0] == '\0' || fail(reader.why);
}

static void put_side(const char *key, struct json_rows rows)
{
	struct json_slice price, size;
	const char *between = "[";

	line_raw(",\"");
	line_raw(key);
	line_raw("\":[");
	for (; bybit_next_level(&reader, &rows, &price, &size); between = ",[") {
		line_raw(between);
		printf("\"%.*s\",\"%.*s\"]", (int)price.len, price.text, (int)size.len, size.text);
	}
	line_raw("]");
}

/* The notional within 10 bps of the mid, by the codec's own book, on the coarsest grid that holds all that
 * was sent. */
static void put_notional(const struct bybit_book_row *row, int64_t price_decimals, int64_t size_decimals)
{
	struct instrument instrument = {
		.tick = {1, price_decimals}, .lot = {1, size_decimals}, .contract = {1, 0}};
	struct bybit_book_row read = *row;
	char text[DECIMAL_TEXT_MAX];

	if (instrument_settle(&instrument) != TB_OK ||
	    bybit_book_take(&book, &reader, &read, true, &instrument) != BOOK_TAKEN)
		return;
	money_t depth = bybit_book_depth(&book, &instrument);
	if (depth == UNKNOWN)
		return;
	decimal_format(depth, 8, text);
	line_text("notional", text);
}

static bool put_book(const char *wire, struct json_slice data, bool snapshot, ms_t at_ms)
{
	struct bybit_book_row row;
	int64_t price_decimals = 0, size_decimals = 0;

	if (!bybit_read_book(&reader, data, &row))
		return fail(reader.why);
	if (!side_decimals(row.bids, &price_decimals, &size_decimals) ||
	    !side_decimals(row.asks, &price_decimals, &size_decimals))
		return false;
	line_begin("depth");
	put_symbol(wire);
	line_int("at_ms", at_ms);
	line_bool("snapshot", snapshot);
	line_int("update", row.update);
	if (snapshot)
		put_notional(&row, price_decimals, size_decimals);
	put_side("bids", row.bids);
	put_side("asks", row.asks);
	line_end();
	return true;
}

static bool print_orderbook(const char *text, size_t len)
{
	static const char *const keys[] = {"s", "ts"};
	struct bybit_envelope envelope;
	struct json_slice at[2], symbol;
	char wire[SYMBOL_TEXT_MAX];
	ms_t at_ms = UNKNOWN;

	if (!open_reply(text, len, &envelope))
		return false;
	if (json_slice_members(envelope.result, 2, keys, at) != JSON_OK ||
	    json_slice_text(at[0], &symbol) != JSON_OK || !json_slice_copy(symbol, wire, sizeof wire))
		return fail("result.s: missing");
	json_slice_int64(at[1], &at_ms);
	return put_book(wire, envelope.result, true, at_ms);
}

/* "5" minutes, D, W -> ms; 0 for others. */
static ms_t interval_ms(const char *interval)
{
	int64_t minutes;
	struct json_slice digits = {interval, strlen(interval)};

	if (strcmp(interval, "D") == 0)
		return DAY_MS;
	if (strcmp(interval, "W") == 0)
		return 7 * DAY_MS;
	return json_slice_int64(digits, &minutes) == JSON_OK && minutes > 0 && minutes < 10000
		       ? minutes * MINUTE_MS
		       : 0;
}

static bool print_stream_klines(const struct bybit_frame *frame)
{
	struct bybit_kline_row row;
	struct json_slice item;
	struct json_rows rows;
	bool good = true;

	enum json_answer answer = json_rows_open(frame->data, &rows);
	if (answer != JSON_OK)
		return fail("data: not a list");
	while (json_rows_next(&rows, &item)) {
		if (bybit_read_stream_kline(&reader, item, &row))
			put_candle(frame->symbol, &row, interval_ms(frame->interval), true);
		else
			good = fail(reader.why);
	}
	return rows.answer == JSON_OK ? good : fail("data: not JSON");
}

static bool print_stream_ticker(const struct bybit_frame *frame)
{
	struct bybit_ticker_row row;

	if (!bybit_read_ticker(&reader, frame->data, &row) ||
	    (frame->snapshot && !bybit_ticker_is_whole(&reader, &row)))
		return fail(reader.why);
	put_ticker(&row, frame->at_ms);
	return true;
}

bool print_ack(const char *op, bool success, const char *message, const char *request)
{
	if (!success) {
		line_begin("error");
		line_text("op", op);
		line_text("message", message);
	} else if (strcmp(op, "subscribe") == 0 || strcmp(op, "unsubscribe") == 0) {
		line_begin(op[0] == 's' ? "subscribed" : "unsubscribed");
	} else if (strcmp(op, "auth") == 0) {
		line_begin("auth");
	} else {
		line_begin("acknowledged");
		line_text("op", op);
	}
	line_text("request", or_nothing(request));
	line_end();
	return true;
}

static bool print_frame(const char *text, size_t len)
{
	struct bybit_frame frame;

	if (!bybit_read_frame(&reader, text, len, &frame))
		return fail(reader.why);
	switch (frame.kind) {
	case BYBIT_FRAME_KLINE: return print_stream_klines(&frame);
	case BYBIT_FRAME_TICKER: return print_stream_ticker(&frame);
	case BYBIT_FRAME_BOOK: return put_book(frame.symbol, frame.data, frame.snapshot, frame.at_ms);
	case BYBIT_FRAME_ACK: return print_ack(frame.op, frame.success, frame.message, frame.request);
	case BYBIT_FRAME_PONG: line_begin("pong"); break;
	case BYBIT_FRAME_OTHER:
		line_begin("ignored"); /* the daemon asks for no such topic */
		line_text("topic", frame.topic);
		break;
	}
	line_int("at_ms", frame.at_ms);
	line_end();
	return true;
}

static const struct {
	const char *name;
	bool (*print)(const char *text, size_t len);
} kinds[] = {
	{"rest-instruments", print_instruments},
	{"rest-tickers", print_tickers},
	{"rest-kline", print_klines},
	{"rest-orderbook", print_orderbook},
	{"rest-time", print_time},
	{"rest-error", print_error},
	{"ws-public", print_frame},
	{"rest-wallet", print_wallet},
	{"rest-positions", print_positions},
	{"rest-order", print_orders},
	{"rest-executions", print_executions},
	{"rest-closed-pnl", print_closed_pnl},
	{"rest-ledger", print_ledger},
	{"rest-key", print_key},
	{"rest-account", print_account},
	{"ws-private", print_private_frame},
};
#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

static int usage(void)
{
	fputs("usage: wirecat --exchange bybit --kind KIND FILE...\nkinds:", stderr);
	for (size_t i = 0; i < KIND_COUNT; i++)
		fprintf(stderr, " %s", kinds[i].name);
	fputs("\n", stderr);
	return 2;
}

static int print_files(size_t kind, int count, char *paths[])
{
	int code = 0;

	for (int i = 0; i < count; i++) {
		size_t len;
		char *text = tool_read("wirecat", paths[i], &len);
		if (text == NULL)
			return 2;
		if (!kinds[kind].print(text, len))
			code = 1;
		free(text);
	}
	return code;
}

int main(int argc, char *argv[])
{
	const char *exchange = NULL, *kind = NULL, *value;
	int files = 0;
	size_t at = 0;

	for (int i = 1; i < argc; i++) {
		if ((value = tool_option(argv, &i, "--exchange")) != NULL)
			exchange = value;
		else if ((value = tool_option(argv, &i, "--kind")) != NULL)
			kind = value;
		else if (strncmp(argv[i], "--", 2) != 0)
			argv[files++] = argv[i];
		else
			return usage();
	}
	while (kind != NULL && at < KIND_COUNT && strcmp(kinds[at].name, kind) != 0)
		at++;
	if (exchange == NULL || strcmp(exchange, "bybit") != 0 || kind == NULL || at == KIND_COUNT ||
	    files == 0)
		return usage();
	bybit_reader_init(&reader);
	return print_files(at, files, argv);
}
