/* SPDX-License-Identifier: MIT
 * Between a live market's codec and everybody who hears it: an exchange around an exchange. Whatever the
 * codec says passes here; candles leave in order, each exactly once, without holes, and final.
 *
 * - A closed candle follows the last one or it waits: what is missing is asked for (HISTORY), told as history
 * (no decision follows; accounts first hear each as a running bar, so that stops act on what was missed),
 * then the waiting ones.
 * - A bar is closed when the exchange says so. If its successor has begun and FEED_CONFIRM_MS later nothing
 * has been said, the exchange is asked; what it answers counts, whatever the stream said before. What comes
 * twice or late is dropped.
 * - Data age: a watched symbol of which nothing was heard for FEED_SILENT_MS while the stream is up is
 * watched anew (subscriptions may be acknowledged and stay silent), again and again with longer pauses.
 *
 * It keeps no prices but the bars that wait. Pure; sizes fixed; no allocation. */
#ifndef MARKET_FEED_H
#define MARKET_FEED_H

#include "tradebot/exchange.h"

#define FEED_WAITING_MAX 8     /* closed bars of one symbol that wait for a hole; more: the oldest give way */
#define FEED_CONFIRM_MS  1000  /* how long a bar that is over may be without its confirmation */
#define FEED_SILENT_MS   15000 /* no quote and no candle of a watched symbol */
#define FEED_RETRY_MS    2000 /* before an unanswered or failed question is put again; doubles up to a minute \
			       */

/* Why something the codec said did not pass, or what was done about it. */
#define FEED_COUNTS(X)                                                                                       \
	X(duplicates, "candles told twice")                                                                  \
	X(late, "candles older than the last one")                                                           \
	X(unaligned, "candles that open at no multiple of the timeframe")                                    \
	X(holes, "holes filled")                                                                             \
	X(missing, "candles in them")                                                                        \
	X(unconfirmed, "bars that were never confirmed")                                                     \
	X(corrected, "confirmed bars that the exchange told differently when asked")                         \
	X(silences, "symbols that were watched anew")
#define X(name, text) int64_t name;
struct feed_counts {
	FEED_COUNTS(X)
};
#undef X

struct feed_symbol {
	bool watched;
	bool warm;       /* its first history is here */
	ms_t closed_ms;  /* open of the last closed bar that was told; UNKNOWN: none yet */
	ms_t running_ms; /* open of the newest running bar heard; UNKNOWN: none */
	ms_t over_ms;    /* when a successor of an unconfirmed bar was heard; 0: none */
	ms_t heard_ms;   /* last quote or candle, or when it was watched */
	ms_t asked_ms;   /* when a hole was asked for; 0: no question is open */
	ms_t retry_ms;   /* pause before the next question, or the next watch */
	uint8_t waiting_count;
	struct candle waiting[FEED_WAITING_MAX]; /* closed, sorted */
};

struct feed {
	struct exchange *inner;
	ms_t timeframe_ms;
	ms_t due_ms;
	bool up; /* the market stream, as the codec's LINK events say */
	struct feed_counts counts;
	struct events *heard; /* of the inner exchange: scratch, the caller's memory */
	struct feed_symbol symbols[SYMBOLS_MAX];
};

extern const struct exchange_ops feed_ops; /* its state is a struct feed */

/* scratch: of the caller, outlives the feed. */
void feed_init(struct feed *feed, struct exchange *inner, ms_t timeframe_ms, struct events *scratch);

#endif
