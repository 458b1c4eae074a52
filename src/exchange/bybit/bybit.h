/* SPDX-License-Identifier: MIT
 * Bybit v5, linear USDT perpetuals: bytes to events, intents to requests. The contract's facts stand beside
 * the code that uses them. Public side: instruments, klines, tickers, order book, funding, server time. Pure:
 * it moves no byte, knows no clock, allocates nothing after bybit_init; what it wants moved goes into the
 * outbox. */
#ifndef BYBIT_BYBIT_H
#define BYBIT_BYBIT_H

#include "tradebot/exchange.h"

#define BYBIT_STREAM_PUBLIC 0

/* Where trading happens; each has its own keys and hosts. Demo has the mainnet's public stream. */
enum bybit_environment { BYBIT_MAINNET, BYBIT_TESTNET, BYBIT_DEMO };

struct bybit_setup {
	enum bybit_environment environment;
	ms_t timeframe_ms; /* of the candles that WATCH and HISTORY mean: 1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d
			    */
	int64_t book_levels; /* of the order book stream that depth is read from: 50, 200 or 1000 */
	ratio_t taker_fee;   /* of each instrument: the public side does not tell the account's own */
	ratio_t maintenance; /* margin rate of the first risk tier, which the public listing does not tell */
	uint64_t seed;       /* of jitter */
};

/* "https://..." or "wss://..." of that environment's host; never NULL. */
const char *bybit_base(enum bybit_environment environment, enum say_host host);

/* For status and doctor. */
struct bybit_counts {
	int64_t listed, foreign, left_out, bad_rows; /* of the last listing: what trades and is ours; not for
						      * us; no usable grid, name or room; unreadable */
	int64_t unattached; /* listed, but not in the attached universe: after a restart */
	int64_t garbage;    /* ever: what could not be understood */
	int64_t limits;     /* ever: orders to be silent */
	int64_t gaps;       /* ever: order books that were begun anew */
};

struct bybit;
extern const struct exchange_ops
	bybit_ops; /* its state is a struct bybit; ops->state_bytes zeroed bytes, 16-aligned */

/* Before anything else. TB_EINVAL: a timeframe or number of levels that Bybit does not have. After it, the
 * first TIME asks for the server's time and the listing and opens the public stream.
 *
 * on_wire gives TB_EFULL, and has taken nothing, for a REPLY where heard has room for less than 1,100 events:
 * empty it and say the same again. ask knows WATCH (TB_EFULL: 64 symbols are watched; on for one that is
 * watched: off and on again), HISTORY and SCAN, and gives TB_ENOENT for what is not in the attached universe.
 * HISTORY ends with SNAPSHOT_END of its symbol, once for all that was asked while it was under way.
 *
 * LINK UP: the stream is up and REST answers; again with each answer to the question for the time, then with
 * its latency. DOWN: the stream is not up, or three requests in a row have failed. clock_off_ms is the
 * server's clock minus ours, UNKNOWN until it was measured. LIMITED: requests are silent until until_ms. */
int bybit_init(struct exchange *exchange, const struct bybit_setup *setup);
const struct bybit_counts *bybit_counts(const struct exchange *exchange);

#endif
