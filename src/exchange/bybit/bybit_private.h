/* SPDX-License-Identifier: MIT
 * Inside the codec's private side: what it knows of the account, and what its files share.
 *
 * call.c keeps the requests: the most urgent first, within their budgets, signed as they are sent; what an
 * answer means is said by the kind's own function. submit.c has those that carry tickets, ask.c those that
 * look up and set, lists.c what a snapshot is made of, account.c what the app wants to know at the start.
 * private_stream.c keeps the stream; news.c reads it and REST's rows alike: orders.c and fills.c know what
 * has been told, guard.c what stop and target of a position are ours. */
#ifndef BYBIT_PRIVATE_H
#define BYBIT_PRIVATE_H

#include "bybit.h"
#include "bybit_error.h"
#include "bybit_read_private.h"
#include "budget.h"
#include "hmac.h"

struct bybit;

#define BYBIT_CALLS_MAX    256
#define BYBIT_CALLS_ENTRY  192 /* more that wait: nothing new is taken but what protects */
#define BYBIT_READS_MAX    3   /* under way at one time, besides what protects */
#define BYBIT_ORDERS_MAX   512
#define BYBIT_CHILDREN_MAX 64
#define BYBIT_SEEN_MAX     1024
#define BYBIT_LISTED_MAX   500 /* of one list; what is beyond is told with the next one's end */
#define BYBIT_CANDIDATES   3
#define BYBIT_MADE_MAX     100 /* executions of one page */
#define BYBIT_KEY_MAX      64
#define BYBIT_LAG_MS       (10 * SECOND_MS) /* reads may be so far behind the stream, and behind what was sent */

/* Kinds of requests, the most urgent first. */
enum bybit_call_kind {
	CALL_NONE,
	CALL_REDUCE,
	CALL_PROTECT,
	CALL_CANCEL,
	CALL_UNPROTECT, /* takes stop or target away */
	CALL_CONFIRM,   /* reads a position back */
	CALL_ENTER,
	CALL_LEVERAGE,
	CALL_LOOK_UP, /* of one order, by its client id */
	CALL_FILLS_OF,
	CALL_SNAPSHOT, /* whatever its next list is */
	CALL_LEDGER,
	CALL_SET_MARGIN,
	CALL_SET_MODE,
	CALL_KEY,
	CALL_INFO,
	CALL_MODE,
	CALL_FEES,
	CALL_HOLDINGS, /* positions, orders, wallet, one after the other */
	CALL_COUNT
};

/* Each has its own budget (contract, section 8). */
enum bybit_endpoint {
	ENDPOINT_CREATE,
	ENDPOINT_CANCEL,
	ENDPOINT_STOP,
	ENDPOINT_LEVERAGE,
	ENDPOINT_REALTIME,
	ENDPOINT_HISTORY,
	ENDPOINT_EXECUTIONS,
	ENDPOINT_POSITIONS,
	ENDPOINT_WALLET,
	ENDPOINT_LEDGER,
	ENDPOINT_MARGIN,
	ENDPOINT_MODE,
	ENDPOINT_KEY,
	ENDPOINT_INFO,
	ENDPOINT_FEES,
	ENDPOINT_COUNT
};

struct bybit_call {
	uint8_t kind; /* CALL_NONE: free */
	uint8_t step; /* of those that ask several things */
	bool unknown; /* its order may or may not have taken effect */
	bool signed_anew;
	sym_t sym;
	uint32_t request; /* under way; 0: waits */
	ms_t due_ms;      /* not to be sent before */
	ms_t expires_ms;  /* not to be sent after: the ticket's */
	ms_t sent_ms, pause_ms;
	int64_t tries, number; /* number: in the order they were asked for */
	int64_t clock;         /* waits for a newer measurement of the clock than this one; -1: does not */
	int64_t id, value;
	struct order_request order;
};

/* What came of a request. */
struct bybit_answer {
	enum bybit_class class;                /* TRANSIENT where there was none */
	bool not_sent;                         /* it cannot have had any effect */
	const struct bybit_envelope *envelope; /* NULL: there was no answer that could be read */
	char why[48];                          /* for people */
};
enum bybit_call_end {
	CALL_OVER,
	CALL_AGAIN, /* with a pause that grows; given up after the kind's number of tries */
	CALL_NEXT   /* due_ms is set */
};

/* What has been told of an order with a client id of our form. Final ones stay for a while: late news of them
 * says nothing. */
struct bybit_order {
	int64_t id; /* 0: free */
	sym_t sym;
	uint8_t state, role; /* enum order_state, enum role */
	int8_t side;
	bool seen;               /* the stream or a list has shown it; else it was acknowledged at most */
	qty_t qty, filled, told; /* told: in fills */
	price_t price;
	int64_t touched; /* number of the last touch */
	ms_t tracked_ms; /* since when it is known here */
};

/* One of our ids that the exchange's one stop (or target) of a position stands for, or may come to. */
struct bybit_candidate {
	int64_t id;    /* 0: none */
	price_t price; /* 0: not known */
	bool acked;    /* the exchange has taken it: reading back decides */
	int64_t entry; /* attached to this order; 0: asked for by itself */
	int64_t checks;
};
struct bybit_guard {
	struct bybit_candidate now;                    /* in force, told LIVE */
	struct bybit_candidate next[BYBIT_CANDIDATES]; /* the newest last */
	int64_t past;                                  /* the last one that is over: whose late fills are */
	qty_t qty;                                     /* as told */
	ms_t fires_ms; /* now has triggered and fills, perhaps piece by piece: until then the setting's being
			* gone says nothing */
};

/* A symbol's position, from the newest row, of the stream or REST. */
struct bybit_position {
	bool known;
	int8_t side;
	qty_t qty;
	money_t cost; /* UNKNOWN: not told */
	ratio_t leverage;
	price_t stop, target; /* 0: none */
	int64_t seq;
	ms_t updated_ms; /* theirs */
	ms_t heard_ms;   /* ours */
	ms_t flat_ms;    /* when what is left of its guards is told to be gone; 0: not */
	int64_t listed;  /* number of the snapshot that had it */
	bool hedged;     /* of a slot of hedge mode */
	bool moved;      /* its leverage is another one than was told */
};

struct bybit_listed_order {
	int64_t id; /* 0: not ours */
	sym_t sym;
	uint8_t role;
	int8_t side;
	qty_t qty, filled;
	price_t price;
};

/* A list's pages so far. */
enum bybit_list_step { LIST_NONE, LIST_FILLS, LIST_POSITIONS, LIST_ORDERS, LIST_WALLET };
struct bybit_lists {
	bool wanted, running;
	int64_t number; /* of the snapshot */
	enum bybit_list_step step;
	char cursor[BYBIT_CURSOR_MAX];
	int64_t pages;
	ms_t begun_ms;       /* ours */
	int64_t failures;    /* in a row, of this list */
	bool caught_up;      /* since the stream is live: what it tells leaves no hole behind it */
	ms_t fills_since_ms; /* theirs: all executions before have been heard; UNKNOWN: not decided yet */
	size_t fill_count;   /* pages come newest first: they are told when the last one is there */
	bool fills_overflow;
	size_t order_count;
	struct bybit_listed_order orders[BYBIT_LISTED_MAX];
	struct event fills[BYBIT_LISTED_MAX];
	ms_t fills_least_ms, ledger_least_ms; /* nothing from before: the journal has it */
	ms_t ledger_since_ms, ledger_newest_ms;
	char ledger_cursor[BYBIT_CURSOR_MAX];
};

enum bybit_login { LOGIN_NONE, LOGIN_ASKED, LOGIN_SUBSCRIBING, LOGIN_LIVE };
struct bybit_private_stream {
	bool opened, up, reopen;
	enum bybit_login login;
	uint32_t request;
	ms_t asked_ms; /* login or subscription that waits for its answer */
	ms_t open_ms;  /* not before */
	ms_t pause_ms;
	ms_t ping_ms, pinged_ms;
	ms_t live_ms, data_ms; /* since when it should tell all; when it last told anything */
};

struct bybit_private {
	bool wanted; /* a key was given */
	char key[BYBIT_KEY_MAX];
	struct hmac hmac;
	struct bybit_private_stream stream;
	struct budget endpoint[ENDPOINT_COUNT];
	int64_t call_number;
	struct bybit_call calls[BYBIT_CALLS_MAX];
	ms_t calls_due_ms;

	int64_t touches;
	struct bybit_order orders[BYBIT_ORDERS_MAX];
	size_t submitted_next;
	int64_t submitted[BYBIT_SEEN_MAX]; /* ids of tickets */
	size_t seen_next;
	int64_t seen[BYBIT_SEEN_MAX]; /* numbers of executions and ledger rows that were told */
	size_t child_next;
	struct {
		int64_t order, id;
	} children[BYBIT_CHILDREN_MAX]; /* their number of a stop's or target's own order, and whose it is */

	struct event made[BYBIT_MADE_MAX]; /* of the page being read */

	ms_t flat_due_ms;
	struct bybit_position positions[SYMBOLS_MAX];
	struct bybit_guard guards[2][SYMBOLS_MAX]; /* stop, target */

	ms_t ledger_due_ms;
	ms_t wallet_ms; /* of what was told last, by their clock */
	struct event wallet;
	struct bybit_lists lists;
	struct account_facts facts;
	bool has_position, has_order; /* of CALL_HOLDINGS, so far */
};

/* call.c */
void bybit_calls_init(struct bybit *b);
/* NULL: no room. */
struct bybit_call *bybit_call_add(struct bybit *b, enum bybit_call_kind kind, sym_t sym, int64_t id);
struct bybit_call *bybit_call_find(struct bybit *b, enum bybit_call_kind kind, sym_t sym, int64_t id);
void bybit_call_drop(struct bybit *b, struct bybit_call *call);
void bybit_calls_send(struct bybit *b, struct turn_out *out);
ms_t bybit_calls_due_ms(const struct bybit *b);
/* False: no request of ours. */
bool bybit_on_call_reply(struct bybit *b, const struct wire_in *in, struct turn_out *out);

/* What an answer says of an order. */
enum bybit_outcome { OUTCOME_ACKED, OUTCOME_REJECTED, OUTCOME_UNKNOWN };
enum bybit_outcome bybit_outcome(const struct bybit_answer *answer);

/* submit.c */
int bybit_submit_ticket(struct bybit *b, const struct ticket *ticket, struct turn_out *out);
int bybit_write_create(const struct bybit *b, const struct bybit_call *call, char *out, size_t size);
int bybit_write_stop(const struct bybit *b, const struct bybit_call *call, char *out, size_t size);
enum bybit_call_end bybit_on_create(struct bybit *b, struct bybit_call *call,
				    const struct bybit_answer *answer, struct turn_out *out);
enum bybit_call_end bybit_on_stop(struct bybit *b, struct bybit_call *call, const struct bybit_answer *answer,
				  struct turn_out *out);
/* It has waited for longer than its ticket lives, or cannot be written: it never left. */
void bybit_call_expired(struct bybit *b, struct bybit_call *call, const char *why, struct turn_out *out);

/* ask.c */
int bybit_write_cancel(const struct bybit *b, const struct bybit_call *call, char *out, size_t size);
int bybit_write_unprotect(const struct bybit *b, const struct bybit_call *call, char *out, size_t size);
int bybit_write_symbol(const struct bybit *b, const struct bybit_call *call, char *out, size_t size);
int bybit_write_leverage(const struct bybit *b, const struct bybit_call *call, char *out, size_t size);
int bybit_write_look_up(const struct bybit *b, const struct bybit_call *call, char *out, size_t size);
int bybit_write_fills_of(const struct bybit *b, const struct bybit_call *call, char *out, size_t size);
enum bybit_call_end bybit_on_cancel(struct bybit *b, struct bybit_call *call,
				    const struct bybit_answer *answer, struct turn_out *out);
enum bybit_call_end bybit_on_unprotect(struct bybit *b, struct bybit_call *call,
				       const struct bybit_answer *answer, struct turn_out *out);
enum bybit_call_end bybit_on_confirm(struct bybit *b, struct bybit_call *call,
				     const struct bybit_answer *answer, struct turn_out *out);
enum bybit_call_end bybit_on_leverage(struct bybit *b, struct bybit_call *call,
				      const struct bybit_answer *answer, struct turn_out *out);
enum bybit_call_end bybit_on_look_up(struct bybit *b, struct bybit_call *call,
				     const struct bybit_answer *answer, struct turn_out *out);
enum bybit_call_end bybit_on_fills_of(struct bybit *b, struct bybit_call *call,
				      const struct bybit_answer *answer, struct turn_out *out);
int bybit_ask_cancel(struct bybit *b, sym_t sym, int64_t id, struct turn_out *out);
int bybit_ask_order(struct bybit *b, sym_t sym, int64_t id);
int bybit_ask_leverage(struct bybit *b, sym_t sym, ratio_t leverage);
/* Soon: reads the position back; one for each symbol. */
void bybit_confirm(struct bybit *b, sym_t sym, ms_t due_ms);
/* Executions of an order, unless all its fills have been heard by then; or of a symbol, id 0. */
void bybit_fetch_fills(struct bybit *b, sym_t sym, int64_t id, ms_t due_ms);

/* orders.c */
struct bybit_order *bybit_order_find(struct bybit *b, int64_t id);
/* The one of that id, new if it was not there. */
struct bybit_order *bybit_order_track(struct bybit *b, int64_t id, sym_t sym);
/* state, filled and the rest of *order are what is told. */
void bybit_tell_order(struct bybit *b, const struct bybit_order *order, const char *reason,
		      struct turn_out *out);
/* Told if nothing is known of it yet. */
void bybit_tell_unknown(struct bybit *b, int64_t id, sym_t sym, const char *why, struct turn_out *out);
void bybit_tell_rejected(struct bybit *b, int64_t id, sym_t sym, const char *why, struct turn_out *out);
/* A row of an order. forced: somebody has asked, what is known is told again. */
void bybit_order_news(struct bybit *b, const struct bybit_order_row *row, bool forced, struct turn_out *out);
bool bybit_order_read(struct bybit *b, const struct bybit_order_row *row, struct bybit_order *order);
/* STOP or TARGET of a position itself; -1: no such order. */
int bybit_child_role(const struct bybit_order_row *row);
bool bybit_is_final_status(const char *status);

/* fills.c */
int64_t bybit_number_of(const char *text, const char *more); /* 63 bits, above 0 */
/* An execution as FILL or LEDGER; false: not of ours to tell (another market, a kind without money). */
bool bybit_make_fill(struct bybit *b, const struct bybit_execution_row *row, struct event *event);
/* As a request has found it: what the stream should have told by now shows that it is silent. */
void bybit_tell_late_fill(struct bybit *b, const struct event *event, struct turn_out *out);
/* Once. */
void bybit_tell_fill(struct bybit *b, const struct event *event, struct turn_out *out);
void bybit_ledger_news(struct bybit *b, const struct bybit_ledger_row *row, struct turn_out *out);
/* Of a row of USDT, without bonus. False: nobody has said what there is. */
bool bybit_coin_money(const struct bybit_coin_row *coin, money_t *wallet, money_t *equity);
/* at_ms: when the exchange said so, by its clock; UNKNOWN: not told. What is older than what was told before
 * is told again as it was then. False: no row of USDT in it. */
bool bybit_wallet_news(struct bybit *b, struct json_slice text, ms_t at_ms, struct turn_out *out);
qty_t bybit_qty(const char *text, const struct instrument *instrument); /* UNKNOWN: not on the grid */

/* guard.c */
void bybit_guard_attach(struct bybit *b, const struct order_request *order, struct turn_out *out);
void bybit_guard_propose(struct bybit *b, const struct order_request *order, struct turn_out *out);
/* The exchange has taken the setting with this id, or refused it. */
void bybit_guard_acked(struct bybit *b, sym_t sym, enum role role, int64_t id);
void bybit_guard_refused(struct bybit *b, sym_t sym, enum role role, int64_t id, const char *why,
			 struct turn_out *out);
/* An entry ended without a fill: what was attached to it never was. */
void bybit_guard_detach(struct bybit *b, sym_t sym, int64_t entry);
void bybit_guard_remember(struct bybit *b, const struct order *order);
/* A row of stop or target's own order. */
void bybit_child_news(struct bybit *b, const struct bybit_order_row *row, enum role role,
		      struct turn_out *out);
/* Whose fill it is; 0: nobody's. */
int64_t bybit_child_id(struct bybit *b, sym_t sym, enum role role, const char *order_id);
/* It was read back just now: what was taken and does not show is asked for again, then refused. When to look
 * again; NEVER_MS: no need. */
ms_t bybit_guard_checked(struct bybit *b, sym_t sym, struct turn_out *out);
/* Answers a question about a stop or target after a reading back. */
void bybit_guard_answer(struct bybit *b, sym_t sym, int64_t id, struct turn_out *out);
/* All that rest, for the list of orders. */
void bybit_guard_tell_all(struct bybit *b, sym_t sym, struct turn_out *out);
bool bybit_guard_knows(const struct bybit *b, sym_t sym, int64_t id);
bool bybit_guard_waits(const struct bybit *b, sym_t sym); /* something in it is not confirmed */
void bybit_guard_step(struct bybit *b, struct turn_out *out);
/* The position has a new row: what its settings show. */
void bybit_guard_look(struct bybit *b, sym_t sym, struct turn_out *out);
void bybit_guard_flat(struct bybit *b, sym_t sym);

/* position.c */
/* A row of a position. False: it is older than what is known, or not of ours. */
bool bybit_position_news(struct bybit *b, const struct bybit_position_row *row, struct turn_out *out);
void bybit_positions_forget(struct bybit *b); /* the stream is gone: anything may have happened */
void bybit_tell_position(struct bybit *b, sym_t sym, struct turn_out *out);
/* Unless it has been: somebody has set it, and whoever sets it himself reads it back. */
void bybit_tell_leverage(struct bybit *b, sym_t sym, struct turn_out *out);
/* Tick or lot has changed: what is known is said in the new ones. */
void bybit_regrid_account(struct bybit *b, sym_t sym, const struct instrument *was,
			  const struct instrument *now);

/* lists.c */
void bybit_lists_init(struct bybit *b);
int bybit_ask_snapshot(struct bybit *b);
void bybit_lists_step(struct bybit *b);
int bybit_write_list(const struct bybit *b, const struct bybit_call *call, char *out, size_t size);
int bybit_write_ledger(const struct bybit *b, const struct bybit_call *call, char *out, size_t size);
enum bybit_call_end bybit_on_list(struct bybit *b, struct bybit_call *call, const struct bybit_answer *answer,
				  struct turn_out *out);
enum bybit_call_end bybit_on_ledger(struct bybit *b, struct bybit_call *call,
				    const struct bybit_answer *answer, struct turn_out *out);
/* Where a list of executions begins that is to have all since then. Theirs. */
ms_t bybit_fills_from_ms(const struct bybit *b, ms_t since_ms);
const char *bybit_list_path(const struct bybit *b, enum bybit_endpoint *endpoint);

/* private_stream.c */
int bybit_private_init(struct bybit *b, const struct bybit_setup *setup);
void bybit_private_up(struct bybit *b, struct turn_out *out);
void bybit_private_down(struct bybit *b, struct turn_out *out);
void bybit_private_step(struct bybit *b, struct turn_out *out);
ms_t bybit_private_due_ms(const struct bybit *b);
void bybit_on_private_ack(struct bybit *b, const struct bybit_private_frame *frame, struct turn_out *out);

/* news.c */
void bybit_on_private_frame(struct bybit *b, const char *text, size_t len, struct turn_out *out);

/* account.c */
void bybit_facts_begin(struct bybit *b);
void bybit_facts_step(struct bybit *b);
const char *bybit_holdings_path(const struct bybit_call *call, enum bybit_endpoint *endpoint);
int bybit_write_account(const struct bybit *b, const struct bybit_call *call, char *out, size_t size);
enum bybit_call_end bybit_on_account(struct bybit *b, struct bybit_call *call,
				     const struct bybit_answer *answer, struct turn_out *out);
/* A request or login was refused for the key's sake: nothing works until somebody has looked. */
void bybit_key_refused(struct bybit *b, const char *why, struct turn_out *out);

#endif
