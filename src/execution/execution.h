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
#define EXECUTION_ALIKE      4096
#define EXECUTION_EARLY_MAX  16
#define EXECUTION_APART_MAX  64

/* The number of a fill that was made from the lists: less than 0. That of the order it belongs to, or this.
 */
#define EXECUTION_ELSEWHERE (-1)

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
	ms_t rest_ms;                /* the rest of an entry that still works after this is cancelled */
	ms_t fills_ms;               /* an order that is over tells its fills within this, or they are lost */
};
extern const struct execution_settings execution_settings_default;

/* An execution already counted: numbers are the exchange's own, unique only within a book and a symbol. */
struct seen_execution {
	int64_t execution, book, sym;
};

/* What the exchange said of a symbol's position in a snapshot. */
struct seen_position {
	int64_t side;
	qty_t qty;
	money_t cost; /* UNKNOWN or <= 0: not told */
};

/* Why a symbol is frozen for entries until a comparison agrees again. */
enum doubt {
	DOUBT_QUANTITY = 1, /* the exchange's quantity is not ours */
	DOUBT_GRID = 2,     /* tick, lot or contract changed */
	DOUBT_ORDER = 4,    /* an order with our prefix rests there that the journal does not know */
	DOUBT_FILL = 8      /* a fill that belongs to nothing we know */
};
enum foreign { FOREIGN_POSITION = 1, FOREIGN_ORDER = 2 };

/* What a comparison found in one symbol. */
struct difference {
	sym_t sym;
	int64_t own, seen; /* signed quantities */
	bool confirmed;    /* found twice in a row: gone or missed is to be booked */
	qty_t gone;        /* of ours, no longer there */
	qty_t missed;      /* filled by our entry, as its report and the position say, but never told */
	int64_t id;        /* the order of ours that explains it; 0: closed elsewhere */
	price_t price;     /* of that order, or of the position; 0: not known */
};
#define DIFFERENCES_MAX 8 /* each may end a trade, and a turn holds only so many records */

struct execution {
	struct execution_settings set;
	const struct universe *universe; /* borrowed */
	int64_t instance;                /* of the journal: part of every client id */
	int64_t sequence;                /* last one handed out */
	size_t order_count;
	struct order orders[EXECUTION_ORDERS_MAX];
	bool order_dirty[EXECUTION_ORDERS_MAX];
	bool order_listed[EXECUTION_ORDERS_MAX];    /* the running snapshot of orders has it */
	price_t order_astray[EXECUTION_ORDERS_MAX]; /* where a stop of ours rests that somebody has loosened;
						       0: where it should. Learned anew after a restart */
	bool any_dirty;
	size_t active_count; /* holdings that are not flat, sorted by book and symbol */
	uint32_t active[BOOK_COUNT * 256];
	struct seen_execution seen[EXECUTION_SEEN_MAX];
	size_t seen_next;
	uint16_t seen_alike[EXECUTION_ALIKE];   /* how many of them look alike */
	size_t early_count;                     /* closing fills that wait for the fills of their entry */
	struct fill early[EXECUTION_EARLY_MAX]; /* seq: that of its row among the fills apart */
	int64_t apart_seq;
	size_t apart_count; /* fills apart that are to be recorded */
	struct fill_apart apart[EXECUTION_APART_MAX];
	struct holding holdings[BOOK_COUNT][SYMBOLS_MAX];
	bool dirty[BOOK_COUNT][SYMBOLS_MAX];
	ms_t away_ms;                /* since when the exchange cannot be reached; 0: it can */
	ms_t asleep_ms[SYMBOLS_MAX]; /* since when the market is suspended; 0: it is not, or not told */
	uint8_t unreconciled[BOOK_COUNT][SYMBOLS_MAX]; /* enum doubt */
	bool marked[BOOK_COUNT][SYMBOLS_MAX];          /* its doubt is to be recorded */
	bool compare_again;                       /* a doubt that the next comparison should settle soon */
	bool doubt_is_new;                        /* ... and no list was asked for since it arose */
	uint8_t foreign[BOOK_COUNT][SYMBOLS_MAX]; /* of the last complete lists */
	uint8_t listed[BOOK_COUNT][SYMBOLS_MAX];  /* in the running one: FOREIGN_ORDER, or DOUBT_ORDER */
	ms_t moved_ms[BOOK_COUNT][SYMBOLS_MAX];   /* last fill heard */
	qty_t booked[BOOK_COUNT][SYMBOLS_MAX]; /* taken from lists as closed elsewhere, and not told since, */
	ms_t booked_ms[BOOK_COUNT][SYMBOLS_MAX]; /* ... until this time */
	struct seen_position snapshot[BOOK_COUNT][SYMBOLS_MAX];
	struct seen_position doubted[BOOK_COUNT][SYMBOLS_MAX]; /* what the last comparison found too much or
								  too little; side UNKNOWN: it agreed */
	ms_t differs_ms[BOOK_COUNT][SYMBOLS_MAX]; /* since when lists have shown another quantity; 0: not */
	bool adopt[BOOK_COUNT][SYMBOLS_MAX];      /* the next lists say what ours is in the new grid */
	size_t adopt_count;
};

/* Reported filled, and not all of its fills have been told: there is more to come of it. */
static inline bool order_is_untold(const struct order *order)
{
	return order->state == ORDER_FILLED && order->filled < order->qty;
}

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
	bool unknown;        /* belongs to nothing we know: the symbol is frozen until a comparison agrees */
	bool opened, closed; /* first fill of an entry; the trade is over */
	struct fill fill;    /* with role and slippage */
	struct holding *holding;
	struct trade trade; /* if closed; seq, regimes at exit, reward are the engine's */
};
/* True if it is an order nobody here knows of (not ours, or ours and not in the journal) and news to us. */
bool execution_on_order(struct execution *x, const struct event *event);
void execution_on_fill(struct execution *x, const struct event *event, struct fill_news *news);
/* A closing fill that was told before the fills of its entry, and need not wait for them any more: to be
 * given to execution_on_fill, as heard now. False: none. Ask after every event, until false. */
bool execution_next_early(struct execution *x, ms_t now_ms, struct event *out);
void execution_on_absent(struct execution *x, const struct event *event);
void execution_on_unrecorded(struct execution *x, int64_t id, ms_t now_ms);
/* Funding received (> 0) or paid on a holding. */
void execution_on_funding(struct execution *x, enum book book, sym_t sym, money_t amount);
/* Position snapshot: remember, then compare at its end. asked_ms: when it was asked for; a symbol that has
 * moved since, or has an order on its way, is not compared. A difference freezes the symbol; only when the
 * next comparison finds the same is it believed. Returns how many differences there are (at most
 * DIFFERENCES_MAX; others wait for the next comparison). */
void execution_on_position(struct execution *x, const struct event *event);
size_t execution_on_positions_end(struct execution *x, enum book book, ms_t asked_ms, ms_t now_ms,
				  struct difference out[static DIFFERENCES_MAX]);
/* The list of orders is complete. An order we believe to rest that was not in it is unknown from now on: it
 * is looked up, and a stop of that kind protects nothing meanwhile; one that has changed since they were
 * asked for may be right. first: nobody could act before, so the deadlines of what is naked begin here. What
 * a new grid left in doubt is adopted. Call execution_on_orders_begin() when the snapshot is asked for. */
void execution_on_orders_begin(struct execution *x);
void execution_on_orders_end(struct execution *x, enum book book, bool first, ms_t asked_ms, ms_t now_ms);

/* The link is up (again), or not: deadlines count connected time. */
void execution_set_connected(struct execution *x, bool connected, ms_t now_ms);
/* The market of a symbol was suspended or opens again: the same for one symbol. */
void execution_set_asleep(struct execution *x, sym_t sym, bool asleep, ms_t now_ms);
/* The instrument has a new generation (the universe has it already): what is held and what rests is said in
 * the new grid. False if not exactly: then the next complete lists of the exchange decide. Frozen either way
 * until they agree. */
bool execution_regrid(struct execution *x, sym_t sym, const struct instrument *was);

/* Nothing can be done for it now: its market is suspended or gone. */
bool execution_asleep(const struct execution *x, const struct holding *h);
/* Reduces a holding to this quantity (1 <= keep < qty): a wish until it is done. */
void execution_trim(struct execution *x, struct holding *h, qty_t keep, enum exit_reason reason, ms_t now_ms);
/* Its present stop is confirmed and no other is on its way. */
bool execution_stop_settled(const struct execution *x, const struct holding *h);

/* What is needed now. Call until false; each wish must be acted on (or its refusal told) before the next
 * call. */
enum wish_kind { WISH_REDUCE, WISH_PROTECT, WISH_CANCEL, WISH_QUERY };
struct wish {
	enum wish_kind kind;
	enum book book;
	sym_t sym;
	int64_t id;                   /* of the order, for CANCEL and QUERY */
	qty_t qty;                    /* for REDUCE */
	price_t stop, target, astray; /* for PROTECT; astray: where the stop rests that was loosened, or 0 */
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
/* A record of the journal (ORDER, HOLDING, FILL, FILL_APART or DOUBT). Orders in flight become unknown at
 * execution_restored().
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
