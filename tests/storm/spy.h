/* SPDX-License-Identifier: MIT
 * Who looks at what leaves the feed, and at what leaves for the account: an exchange around an exchange that
 * changes nothing. A storm asks it afterwards whether each candle came once, in order and true, whether an
 * entry ever rested on old data, and whether all was well again after the faults. */
#ifndef STORM_SPY_H
#define STORM_SPY_H

#include "tradebot/exchange.h"

#define SPY_TEXT_MAX 200

struct spy_symbol {
	bool watched;
	bool renewed;        /* the next candle may be any: a history was asked for */
	bool begun;          /* ... and so may the next one, whatever it is: the daemon has just started */
	bool changed;        /* the instrument changed: prices are on another grid */
	ms_t ticker_ms;      /* when the last quote was heard; 0: never */
	size_t count, room;  /* of what was heard closed, as heard */
	struct candle *bars; /* own */
	bool *begins;        /* [i]: bar i is the first of a history */
};

struct spy {
	struct exchange *inner;
	ms_t timeframe_ms;
	int64_t closed, quotes, entries, garbage, downs;
	int64_t violations;
	char first[SPY_TEXT_MAX]; /* of them */
	struct spy_symbol symbols[SYMBOLS_MAX];
	/* Somebody else who wants to know; NULL: nobody. */
	void (*heard)(void *ctx, const struct event *event);
	void (*asked)(void *ctx, const struct intent *intent);
	void *ctx;
};

extern const struct exchange_ops spy_ops;

void spy_init(struct spy *spy, struct exchange *inner, ms_t timeframe_ms);
void spy_close(struct spy *spy);
/* The daemon is another one: it watches nothing yet. */
void spy_begin_anew(struct spy *spy);

/* An order on its way to the account: for struct witness. */
void spy_sent(void *spy, const struct order_request *order, ms_t now_ms);

/* What was heard of sym against what was true: sorted, of the whole span. Between two bars of one history
 * there is none in truth, each is as it was in truth, and the last one is not older than until_ms -
 * timeframe. */
void spy_compare(struct spy *spy, sym_t sym, const char *name, const struct candle *truth, size_t count,
		 ms_t until_ms);

void spy_violation(struct spy *spy, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
