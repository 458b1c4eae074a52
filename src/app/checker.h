/* SPDX-License-Identifier: MIT
 * The independent checker: it hears what the engine hears and sees each order that leaves, keeps its own
 * books with its own (128-bit) arithmetic, and counts what must never happen. It shares no code with the
 * gate. */
#ifndef TRADEBOT_APP_CHECKER_H
#define TRADEBOT_APP_CHECKER_H

#include "tradebot/event.h"

#define CHECKER_SYMBOLS_MAX 64

struct checker_symbol {
	int64_t side;
	qty_t qty;
	price_t mark;       /* 0: none heard */
	money_t pending;    /* notional of entries on their way */
	int64_t pending_id; /* the newest of them */
	int64_t stop_id;    /* the newest sent */
	int64_t resting_id; /* the one stop_qty is of: until the newest is confirmed, the one before */
	qty_t stop_qty;
	ms_t naked_since; /* 0: covered, or flat */
	money_t cost;
};

struct checker {
	const struct universe *universe; /* borrowed */
	ratio_t stage;
	ms_t deadline_ms;
	money_t start, wallet;
	money_t gross, fees, funding;
	int64_t over_limit, naked_seconds, books;
	char first[160]; /* what the first violation was */
	struct checker_symbol at[CHECKER_SYMBOLS_MAX];
};

void checker_init(struct checker *checker, const struct universe *universe, money_t start, ratio_t stage);
/* For struct witness. */
void checker_heard(void *ctx, const struct event *event);
void checker_sent(void *ctx, const struct order_request *order, ms_t now_ms);
/* At the end: own books against the broker's wallet and the sum of the closed trades (used when flat). */
void checker_finish(struct checker *checker, ms_t now_ms, money_t trades_net);
/* Counts one more unequal book, with its reason. */
void checker_books(struct checker *checker, const char *what);

#endif
