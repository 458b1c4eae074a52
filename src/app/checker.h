/* SPDX-License-Identifier: MIT
 * The independent checker: it hears what the engine hears and sees each order that leaves, keeps its own
 * books with its own (128-bit) arithmetic, and counts what must never happen. It shares no code with the
 * gate. It judges by what could be known: news that have not come cannot be held against anybody. */
#ifndef TRADEBOT_APP_CHECKER_H
#define TRADEBOT_APP_CHECKER_H

#include "tradebot/event.h"

#define CHECKER_SYMBOLS_MAX 64
#define CHECKER_SEEN_MAX    256 /* fills that may be told twice */
#define CHECKER_OVER_MAX    8   /* protective orders of a symbol that are known to be over */

struct checker_symbol {
	int64_t side; /* of the whole position, whoever opened it */
	qty_t qty;
	money_t cost;     /* of qty */
	qty_t own;        /* lots of it that are ours: never more than our own fills left */
	qty_t own_sure;   /* ... and surely ours: beside a visitor nobody knows whose lots another hand closed
			   */
	qty_t own_before; /* the last fill, at */
	ms_t own_ms;      /* ... this time: what is sent in the same instant was sealed before it was heard */
	qty_t lists_own; /* before another hand closed some of ours, which is believed when lists have said */
	ms_t lists_ms;   /* ... so twice: until then */
	price_t mark;    /* 0: none heard */
	/* The newest entry. */
	int64_t entry_id, entry_done; /* done: nothing more of it will fill, as far as anybody can know */
	qty_t entry_qty, entry_filled;
	price_t entry_price;
	ms_t entry_ms;
	int64_t entry_absent;           /* look-ups that did not find it */
	int64_t sent[CHECKER_OVER_MAX]; /* ids of the newest stops sent: one may overtake another */
	int64_t sent_next;
	int64_t resting_id; /* the one stop_qty is of: until the newest is confirmed, the one before */
	qty_t stop_qty;
	int64_t over[CHECKER_OVER_MAX]; /* ids of stops that are over: late news call them live again */
	int64_t over_next;
	int64_t halted; /* the instrument does not trade: nothing can be sent */
	ms_t naked_ms;  /* since when not covered; 0: covered, or nothing of ours is open */
	ms_t due_ms;    /* by when it must be covered, left, or tried again */
};

struct checker {
	const struct universe *universe; /* borrowed */
	ratio_t stage;
	ms_t deadline_ms;
	money_t start, wallet;
	money_t gross, fees, funding, transfers;
	int64_t down;                              /* the link is */
	int64_t outside;                           /* fills nobody here ordered */
	int64_t over_limit, naked_seconds, books;  /* violations */
	int64_t unprotected_ms;                    /* of all positions, over the deadline or not: a metric */
	int64_t seen_next, seen[CHECKER_SEEN_MAX]; /* the exchange's numbers of fills */
	char first[160];                           /* what the first violation was */
	struct checker_symbol at[CHECKER_SYMBOLS_MAX];
};

/* What only the simulated exchange itself knows, at the end. */
struct checker_truth {
	money_t trades_net;  /* sum of the closed trades; UNKNOWN: not all of them were seen */
	money_t unexplained; /* what moved the wallet without a ledger row */
};

void checker_init(struct checker *checker, const struct universe *universe, money_t start, ratio_t stage);
/* For struct witness. */
void checker_heard(void *ctx, const struct event *event);
void checker_sent(void *ctx, const struct order_request *order, ms_t now_ms);
/* At the end: own books against the broker's wallet and, where everything is closed and nobody else traded in
 * the account, against the sum of the closed trades. */
void checker_finish(struct checker *checker, ms_t now_ms, const struct checker_truth *truth);
/* Counts one more unequal book, with its reason. */
void checker_books(struct checker *checker, const char *what);

#endif
