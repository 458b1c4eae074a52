/* SPDX-License-Identifier: MIT
 * Reading what Bybit says, row by row, without knowing any instrument: the codec, the wire tools and the
 * fuzzers read with these same functions. Decimals stay text, as sent and known to be plain decimal numbers;
 * whoever knows the grid makes them ticks and lots. Fields nobody needs are not looked at, unknown ones never
 * an error; a missing essential one is, by name. Pure; what is read lives in the reader's arena until the
 * next row. */
#ifndef BYBIT_READ_H
#define BYBIT_READ_H

#include "json_rows.h"
#include "tradebot/instrument.h"

#define BYBIT_ARENA_BYTES 65536 /* one row: the longest is an instrument of about 1.5 KiB */
#define BYBIT_WHY_MAX     64

struct bybit_reader {
	struct json_arena arena;
	char why[BYBIT_WHY_MAX]; /* after a function that failed: what, and where */
	_Alignas(16) unsigned char memory[BYBIT_ARENA_BYTES];
};
void bybit_reader_init(struct bybit_reader *reader);

/* The envelope of every REST reply: retCode decides, never retMsg (it may be OK, success, SUCCESS, ""). */
struct bybit_envelope {
	int64_t code;
	char message[160];        /* retMsg, cut; "" if there is none */
	struct json_slice result; /* text NULL: not there */
	ms_t time_ms;             /* the server's; UNKNOWN: not told */
};
/* False: it is no envelope; reader->why. */
bool bybit_read_envelope(struct bybit_reader *reader, const char *text, size_t len,
			 struct bybit_envelope *envelope);

/* result.list and result.nextPageCursor of an envelope. cursor: "" at the end; else as received, to be sent
 * as it is. */
#define BYBIT_CURSOR_MAX 256
struct bybit_list {
	struct json_rows rows;
	char cursor[BYBIT_CURSOR_MAX];
	char symbol[SYMBOL_TEXT_MAX]; /* result.symbol of kline lists; else "" */
};
bool bybit_read_list(struct bybit_reader *reader, const struct bybit_envelope *envelope,
		     struct bybit_list *list);
/* The next row. False at the end, and where the list is broken: then reader->why is not "". */
bool bybit_next_row(struct bybit_reader *reader, struct bybit_list *list, struct json_slice *row);

/* A row of instruments-info. Texts are never NULL; "" where the exchange has none. */
struct bybit_instrument_row {
	const char *symbol, *contract_type, *status, *base, *quote, *settle, *symbol_type;
	const char *tick, *lot, *min_qty, *max_qty, *min_notional; /* max_qty: of a market order */
	ms_t launch_ms;                                            /* UNKNOWN: not told */
	ms_t delivery_ms; /* of a perpetual: when it is delisted; 0: not */
	int64_t funding_minutes;
	bool pre_listing;
};
/* False: not a usable row; row->symbol is then still set if it could be read, else "". */
bool bybit_read_instrument(struct bybit_reader *reader, struct json_slice text,
			   struct bybit_instrument_row *row);

/* Which ones this program trades: linear perpetuals of a coin against USDT, settled in USDT, past their
 * pre-market. symbolType knows stocks, commodities and foreign exchange too; a type that is unknown here is
 * not traded. */
bool bybit_is_ours(const struct bybit_instrument_row *row);
/* As enum instrument_status; GONE for one that is not ours. */
int64_t bybit_status(const struct bybit_instrument_row *row);

/* A row of tickers, of REST or the stream. NULL: the field was absent (a delta: unchanged); "": no value. */
struct bybit_ticker_row {
	const char *symbol; /* never NULL */
	const char *last, *index, *mark, *bid, *ask;
	const char *open, *high, *low; /* of 24 hours */
	const char *turnover, *volume;
	const char *rate;         /* of the coming settlement */
	const char *next_funding; /* ms of the settlement, digits */
};
bool bybit_read_ticker(struct bybit_reader *reader, struct json_slice text, struct bybit_ticker_row *row);
/* Whether a row that is no delta has all that makes a quote; each may still be "". */
bool bybit_ticker_is_whole(struct bybit_reader *reader, const struct bybit_ticker_row *row);

struct bybit_kline_row {
	ms_t start_ms;
	const char *open, *high, *low, *close, *volume, *turnover;
	bool closed; /* the stream's confirm; REST does not say: false */
};
/* REST: an array of seven texts. */
bool bybit_read_kline(struct bybit_reader *reader, struct json_slice text, struct bybit_kline_row *row);
/* The stream: an object. */
bool bybit_read_stream_kline(struct bybit_reader *reader, struct json_slice text,
			     struct bybit_kline_row *row);

/* result of market/time: ms. */
bool bybit_read_time(struct bybit_reader *reader, const struct bybit_envelope *envelope, ms_t *time_ms);

/* The sides and counters of an order book, of REST or the stream. */
struct bybit_book_row {
	struct json_rows bids, asks;
	int64_t update; /* u: rises by 1 with each message of a topic */
};
bool bybit_read_book(struct bybit_reader *reader, struct json_slice text, struct bybit_book_row *row);
/* [price, size] of a side. False at its end, and where it is broken: then reader->why is not "". */
bool bybit_next_level(struct bybit_reader *reader, struct json_rows *side, struct json_slice *price,
		      struct json_slice *size);

/* A message of the public stream. */
enum bybit_frame_kind {
	BYBIT_FRAME_KLINE,
	BYBIT_FRAME_TICKER,
	BYBIT_FRAME_BOOK,
	BYBIT_FRAME_OTHER, /* a topic nobody here asks for */
	BYBIT_FRAME_PONG,
	BYBIT_FRAME_ACK, /* of subscribe or unsubscribe */
};
struct bybit_frame {
	enum bybit_frame_kind kind;
	char topic[64];               /* data messages: as sent, cut */
	char interval[8];             /* KLINE */
	int64_t levels;               /* BOOK */
	char symbol[SYMBOL_TEXT_MAX]; /* the exchange's id */
	bool snapshot;                /* TICKER, BOOK: replaces what was known */
	ms_t at_ms;                   /* ts; UNKNOWN: not told */
	struct json_slice data;
	bool success;      /* ACK, PONG */
	char op[16];       /* ACK */
	char request[16];  /* ACK: req_id, "" if none */
	char message[160]; /* ACK: ret_msg, cut */
};
bool bybit_read_frame(struct bybit_reader *reader, const char *text, size_t len, struct bybit_frame *frame);

/* "BTCUSDT" -> "BTC/USDT:USDT", "BTCPERP" -> "BTC/USDC:USDC", "BTCUSD" -> "BTC/USD:BTC". False, and the id
 * itself (cut), for others. */
bool bybit_symbol_name(const char *wire, char out[static SYMBOL_TEXT_MAX]);

#endif
