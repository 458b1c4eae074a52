/* SPDX-License-Identifier: MIT
 * Between a live market's codec and everybody who hears it: an exchange around an exchange. Whatever the
 * codec says passes here; candles leave in order, each exactly once, without holes, and final.
 *
 * - A closed candle follows the last one or it waits: what is missing is asked for (HISTORY), and told before
 * those that wait. Rows of the answer are the authority: they correct what waits, and where they pass over a
 * bar the exchange has none.
 * - A bar is closed when the exchange says so. If its successor has begun and FEED_CONFIRM_MS later nothing
 * has been said, or by our clock it is over for FEED_OVERDUE_MS, the exchange is asked; what it answers
 * counts, whatever the stream says afterwards. A bar that is over for FEED_LAG_MS and not in the answer does
 * not exist: the next one is told after a gap. What comes twice or late is dropped.
 * - What was missed for longer than FEED_FRESH_MS is told as history: no decision follows. Accounts first
 * hear each such bar as a running one, so that stops act on what was missed, but never after a newer bar:
 * behind a hole of which they have heard nothing, the running bar is withheld until the hole is told.
 * - HISTORY of the engine's own (warming up) passes through, all of it, whatever was told before; closed
 * candles that come meanwhile wait for its end.
 * - After the link was down, what has ended meanwhile is asked for, for each watched symbol.
 * - Data age: a watched symbol of which no quote or no candle was heard for silent_ms while the stream is up
 * is watched anew (subscriptions may be acknowledged and stay silent), again and again with longer pauses.
 *
 * It keeps no prices but the bars that wait. Pure; sizes fixed; no allocation. */
#ifndef MARKET_FEED_H
#define MARKET_FEED_H

#include "tradebot/exchange.h"

#define FEED_WAITING_MAX 8     /* closed bars of one symbol that wait for a hole; more: the oldest give way */
#define FEED_CONFIRM_MS  1000  /* how long a bar with a successor may be without its confirmation */
#define FEED_OVERDUE_MS  5000  /* and one without, after its end by our clock */
#define FEED_LAG_MS      10000 /* how late an exchange's list of bars may be */
#define FEED_FRESH_MS    5000  /* so long after its end a bar is still worth a decision */
#define FEED_SILENT_MS   15000 /* beyond the longest pause an exchange makes by itself: a minute, or a bar */
#define FEED_SILENT_MOST (10 * MINUTE_MS) /* longest pause before the next try */
#define FEED_RETRY_MS    2000 /* before a question without the wanted answer is put again; doubles */
#define FEED_RETRY_MOST  MINUTE_MS
#define FEED_LOST_MS     (2 * MINUTE_MS) /* a question without any answer is put again */
#define FEED_ROOM        2304            /* events that one reply may become */
#define FEED_ROOM_FRAME  64              /* and anything else */

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

/* Times are moments by our clock, or opens of bars; UNKNOWN: none yet. */
struct feed_symbol {
	bool watched;
	bool theirs;     /* a HISTORY of the engine's is under way */
	bool owed;       /* one of our own */
	bool filled;     /* it has told something */
	bool confirming; /* it was asked for the sake of one bar that was not confirmed */
	ms_t closed_ms;  /* open of the last bar that was told closed, or that does not exist; stays when the
			  * symbol  is no longer watched */
	ms_t running_ms; /* open of the newest running bar that was told */
	ms_t newest_ms;  /* open of the newest running bar that was heard */
	ms_t over_ms;    /* since when the bar to be closed next has a successor; 0: it has none */
	ms_t quote_ms, candle_ms; /* when one was last heard, or it was watched */
	ms_t watched_ms;          /* when it was last watched, or watched anew */
	ms_t silence_ms;          /* pause before it is watched anew; 0: the usual one */
	ms_t ask_ms;              /* when to ask for what is missing; 0: nothing is */
	ms_t asked_ms;            /* when it was asked for; 0: not, or the hole has closed */
	ms_t retry_ms;            /* pause before the next question; 0: the first */
	uint8_t waiting_count;
	struct candle waiting[FEED_WAITING_MAX]; /* closed, sorted */
	struct candle withheld;                  /* the newest running bar behind a hole; open_ms 0: none */
};

struct feed {
	struct exchange *inner;
	const struct universe *universe;
	ms_t timeframe_ms;
	ms_t silent_ms; /* may be raised after feed_init, for markets that speak less often */
	ms_t now_ms, due_ms;
	ms_t offset_ms; /* the exchange's clock minus ours, as last told; 0 before */
	bool up;        /* the market stream, as the codec's LINK events say */
	struct feed_counts counts;
	struct events *heard; /* of the inner exchange: scratch, the caller's memory */
	size_t watched_count;
	sym_t watched[SYMBOLS_MAX];
	struct feed_symbol symbols[SYMBOLS_MAX];
};

/* Its state is a struct feed. on_wire gives TB_EFULL, and has taken nothing, if heard has no room for what
 * may come of it (FEED_ROOM events for a REPLY, else FEED_ROOM_FRAME): empty it and say the same again. */
extern const struct exchange_ops feed_ops;

/* scratch: of the caller, outlives the feed. */
void feed_init(struct feed *feed, struct exchange *inner, ms_t timeframe_ms, struct events *scratch);

#endif
