/* SPDX-License-Identifier: MIT
 * Execution: the bot's own orders and positions, in several books. It turns tickets into intents, follows
 * each order until the exchange has said what became of it (UNKNOWN is an answer), keeps exact PnL from
 * fills, and says what a position needs (a wish); the engine takes each wish through the gate. It never sizes
 * and never judges. */
#ifndef TRADEBOT_EXECUTION_EXECUTION_H
#define TRADEBOT_EXECUTION_EXECUTION_H

#include "tradebot/event.h"

#define EXECUTION_ORDERS_MAX 1024
#define EXECUTION_SEEN_MAX   1024

/* Silence of the exchange must not fill the table: new risk, wishes, and what is ordered from outside
 * (flatten, exits of a bar) each stop short of it, in this order. A position with so many orders that are not
 * over asks for no more until one of them is. */
#define EXECUTION_ORDERS_ENTRY     (EXECUTION_ORDERS_MAX / 2)
#define EXECUTION_ORDERS_WISH      (EXECUTION_ORDERS_MAX - 256)
#define EXECUTION_ORDERS_UNSETTLED 64

struct execution_settings {
	ms_t answer_ms;           /* silence after which an order's outcome is unknown */
	ms_t query_ms;            /* between look-ups of an unknown order */
	int64_t absent_look_ups;  /* "not found" counts as proof after so many look-ups */
	ms_t absent_after_ms;     /* ... and so long after it was sent */
	ms_t protect_grace_ms;    /* how long an attached stop may stay unconfirmed before it is asked for */
	ms_t protect_deadline_ms; /* unprotected for so long: leave */
	ms_t retry_ms, retry_max_ms; /* between protective attempts: doubles up to the maximum */
	ms_t beyond_ms;              /* mark beyond the stop and still open for so long: leave */
	ms_t sweep_ms;               /* a stop or target left over on a flat symbol is cancelled after this */
};
extern const struct execution_settings execution_settings_default;

/* An execution already counted: numbers are the exchange's own, unique only within a book and a symbol. */
struct seen_execution {
	int64_t execution, book, sym;
};

/* What the exchange said of a symbol's position in the running snapshot. */
struct seen_position {
	int64_t side;
	qty_t qty;
};

struct execution {
	struct execution_settings set;
	const struct universe *universe; /* borrowed */
	int64_t instance;                /* of the journal: part of every client id */
	int64_t sequence;                /* last one handed out */
	size_t order_count;
	struct order orders[EXECUTION_ORDERS_MAX];
	bool order_dirty[EXECUTION_ORDERS_MAX];
	bool order_listed[EXECUTION_ORDERS_MAX]; /* the running snapshot of orders has it */
	bool any_dirty;
	size_t active_count; /* holdings that are not flat, sorted by book and symbol */
	uint32_t active[BOOK_COUNT * 256];
	struct seen_execution seen[EXECUTION_SEEN_MAX];
	size_t seen_next;
	struct holding holdings[BOOK_COUNT][SYMBOLS_MAX];
	bool dirty[BOOK_COUNT][SYMBOLS_MAX];
	bool unreconciled[BOOK_COUNT][SYMBOLS_MAX];
	struct seen_position snapshot[BOOK_COUNT][SYMBOLS_MAX];
};

void execution_init(struct execution *x, const struct execution_settings *set,
		    const struct universe *universe, int64_t instance);

/* The holding, flat or not. */
struct holding *execution_holding(struct execution *x, enum book book, sym_t sym);
/* The i-th holding that is not flat, 0 <= i < active_count. */
struct holding *execution_active(struct execution *x, size_t i);
/* Says that *h was changed from outside (exits, excursions): it will be recorded. */
void execution_touch(struct execution *x, const struct holding *h);

/* Hands out client ids; 0 for a role that is not wanted. */
int64_t execution_next_id(struct execution *x, enum role role);

/* An approved entry: *plan has the holding's own facts (strategy, regime, prices, risk ...); book, sym, side,
 * ids and phase are taken from the ticket. */
void execution_enter(struct execution *x, const struct ticket *ticket, const struct holding *plan,
		     ms_t now_ms, struct wants *wants);
/* A sealed reduce or protect. price: the decision price (for slippage). */
void execution_reduce(struct execution *x, const struct ticket *ticket, price_t price,
		      enum exit_reason reason, ms_t now_ms, struct wants *wants);
void execution_protect(struct execution *x, const struct ticket *ticket, enum exit_reason stop_reason,
		       ms_t now_ms, struct wants *wants);

/* News of the exchange. fill_news: what a fill meant. */
struct fill_news {
	bool counted;        /* false: a duplicate, or not ours */
	bool opened, closed; /* first fill of an entry; the trade is over */
	struct fill fill;    /* with role and slippage */
	struct holding *holding;
	struct trade trade; /* if closed; seq, regimes at exit, reward are the engine's */
};
void execution_on_order(struct execution *x, const struct event *event);
void execution_on_fill(struct execution *x, const struct event *event, struct fill_news *news);
void execution_on_absent(struct execution *x, const struct event *event);
void execution_on_unrecorded(struct execution *x, int64_t id, ms_t now_ms);
/* Funding received (> 0) or paid on a holding. */
void execution_on_funding(struct execution *x, enum book book, sym_t sym, money_t amount);
/* Position snapshot: remember, then compare at its end. True if the symbol's quantities agree for all. */
void execution_on_position(struct execution *x, const struct event *event);
bool execution_on_positions_end(struct execution *x, enum book book, ms_t now_ms);
/* The list of orders is complete. An order we believe to rest that was not in it is unknown from now on: it
 * is looked up, and a stop of that kind protects nothing meanwhile. The deadlines of what is naked begin
 * here. Call execution_on_orders_begin() when the snapshot is asked for. */
void execution_on_orders_begin(struct execution *x);
void execution_on_orders_end(struct execution *x, enum book book, ms_t now_ms);

/* What is needed now. Call until false; each wish must be acted on (or its refusal told) before the next
 * call. */
enum wish_kind { WISH_REDUCE, WISH_PROTECT, WISH_CANCEL, WISH_QUERY };
struct wish {
	enum wish_kind kind;
	enum book book;
	sym_t sym;
	int64_t id; /* of the order, for CANCEL and QUERY */
	price_t stop, target;
	enum exit_reason reason;
};
bool execution_holding_wish(struct execution *x, struct holding *h, price_t mark, ms_t now_ms,
			    struct wish *wish);
bool execution_order_wish(struct execution *x, ms_t now_ms, struct wish *wish);
/* A protective wish could not be sealed (the mark is beyond the stop): leave at once. */
void execution_protect_refused(struct execution *x, struct holding *h, ms_t now_ms);

/* When wishes may next appear; INT64_MAX: not before news. */
ms_t execution_next_ms(const struct execution *x);

/* Emits ORDER and HOLDING records of everything that changed since the last call. */
void execution_flush(struct execution *x, struct wants *wants);
/* A record of the journal (ORDER, HOLDING or FILL). Orders in flight become unknown at execution_restored().
 */
void execution_restore(struct execution *x, const struct record *record);
void execution_restored(struct execution *x, ms_t now_ms);

/* |notional at mark| + entries in flight or unknown, rounded up; UNKNOWN if it needs a mark nobody knows. */
money_t execution_exposure(struct execution *x, enum book book, sym_t sym, price_t mark);
/* Entry or unknown order pending in the symbol. */
bool execution_entry_pending(const struct execution *x, enum book book, sym_t sym);
bool execution_order_unknown(const struct execution *x, enum book book, sym_t sym);
/* So many orders are not over that no new risk may be taken. */
bool execution_crowded(const struct execution *x);

#endif
