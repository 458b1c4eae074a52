/* SPDX-License-Identifier: MIT
 * Bybit v5, linear USDT perpetuals: bytes to events, intents to requests. The contract's facts stand beside
 * the code that uses them. Public side: instruments, klines, tickers, order book, funding, server time.
 * Private side, with a key: orders, stops, positions, fills, wallet and ledger of a unified account in
 * one-way mode. Pure: it moves no byte, knows no clock, allocates nothing after bybit_init; what it wants
 * moved goes into the outbox. */
#ifndef BYBIT_BYBIT_H
#define BYBIT_BYBIT_H

#include "tradebot/account.h"
#include "tradebot/exchange.h"

#define BYBIT_STREAM_PUBLIC  0
#define BYBIT_STREAM_PRIVATE 1

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

	/* The private side; all of it may be left zero without a key. */
	const char *key,
		*secret;     /* NULL or "": none, the codec is public only. The secret is not kept but in the
			      * signing context, and stands in no text; the caller may wipe his copy */
	ms_t recv_window_ms; /* how late a request may arrive; 0: 5000 */
	ratio_t protection;  /* how far beyond the best price an entry may fill, 0.01 % .. 10 %; 0: anywhere
			      * in the exchange's own band */
	/* Their clock: what happened until then is in the journal, later executions and ledger rows are asked
	 * for with the first lists. 0: from the start on. */
	ms_t fills_since_ms, ledger_since_ms;
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
	int64_t logins;     /* ever: private streams that came to life */
	int64_t unknown;    /* ever: orders and settings whose outcome was not known at once */
	int64_t late;       /* ever: executions that only a look-up told */
	int64_t clocks;     /* ever: requests that were refused for their time stamp */
};

struct bybit;
extern const struct exchange_ops
	bybit_ops; /* its state is a struct bybit; ops->state_bytes zeroed bytes, 16-aligned */

/* Before anything else. TB_EINVAL: a timeframe or number of levels that Bybit does not have, a key that is
 * not plain text, a protection out of range; TB_EIO: no signing. After it, the first TIME asks for the
 * server's time and the listing and opens the streams.
 *
 * on_wire gives TB_EFULL, and has taken nothing, for a REPLY where heard has room for less than 1,100 events:
 * empty it and say the same again. ask knows WATCH (TB_EFULL: 64 symbols are watched; on for one that is
 * watched: off and on again), HISTORY and SCAN, and gives TB_ENOENT for what is not in the attached universe.
 * HISTORY ends with SNAPSHOT_END of its symbol, once for all that was asked while it was under way.
 *
 * LINK UP: the stream is up and REST answers; again with each answer to the question for the time, then with
 * its latency. DOWN: the stream is not up, or three requests in a row have failed. clock_off_ms is the
 * server's clock minus ours, UNKNOWN until it was measured. LIMITED: requests are silent until until_ms. With
 * a key, UP also wants the private stream logged in and subscribed.
 *
 * With a key, submit takes tickets: TB_EREFUSED for one that is not valid now, whose ids were seen, whose
 * grid is not the instrument's, and for an ENTER while the link is down; TB_EFULL where too much waits.
 * Nothing of either has left. ask knows CANCEL, QUERY, LEVERAGE (answered with a POSITION) and SNAPSHOT
 * (executions that were missed, then positions, orders, balance with their ends; asked again, it begins
 * anew). An order is told LIVE when it was taken, UNKNOWN when nobody knows, REJECTED with the exchange's own
 * words as its reason; an ENTER leaves once, whatever the answer. Stop and target of a position are
 * attributes of it there: the codec knows which of our ids they stand for, and tells ORDER news of these ids.
 */
int bybit_init(struct exchange *exchange, const struct bybit_setup *setup);
void bybit_close(struct exchange *exchange); /* wipes what signs */

/* Before the first SNAPSHOT, from the journal: a stop or target of ours that may rest, or has fired without
 * its fills being told. Without it, a stop whose id is asked for is taken for the one that rests, and the
 * fills of one that has fired are another hand's. */
void bybit_remember(struct exchange *exchange, const struct order *order);

/* Before the first SNAPSHOT: as fills_since_ms and ledger_since_ms of the setup, for who learns of them
 * later. */
void bybit_since(struct exchange *exchange, ms_t fills_ms, ms_t ledger_ms);

const struct account_facts *bybit_account_facts(const struct exchange *exchange);
/* See enum account_ask. TB_EREFUSED: there is no key; TB_EFULL. */
int bybit_ask_account(struct exchange *exchange, enum account_ask what, ms_t now, struct turn_out *out);
const struct bybit_counts *bybit_counts(const struct exchange *exchange);

#endif
