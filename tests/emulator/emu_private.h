/* SPDX-License-Identifier: MIT
 * What the files of the private dialect know of each other. */
#ifndef EMU_PRIVATE_H
#define EMU_PRIVATE_H

#include "emu_account.h"
#include "emu_internal.h"

/* emu_account.c */
/* Number of the order with this orderId, or this orderLinkId (the latest of them); 0: none. Hidden ones too.
 */
int64_t emu_order_by_id(const struct emu *emu, const struct emu_account *account, const char *uuid);
int64_t emu_order_by_link(const struct emu_account *account, const char *link);
static inline struct emu_order *emu_order_at(const struct emu_account *account, int64_t number)
{
	return &account->orders[number - 1];
}
/* The broker's account in this symbol. */
static inline const struct sim_slot *emu_slot(const struct emu_account *account, int64_t sym)
{
	return &account->broker.slots[account->broker.slot_of[sym] - 1];
}
struct emu_grids emu_grids_of(const struct instrument *instrument);
/* A new record, hidden, its number in *number; the pointer lives until the next one. */
struct emu_order *emu_order_add(struct emu *emu, int64_t sym, int64_t side, int64_t *number);
/* The order goes to matching, at once or at at_ms. */
void emu_order_arrive(struct emu *emu, int64_t number);
void emu_order_later(struct emu *emu, int64_t number, ms_t at_ms);
/* Stop and target of a position (0: as it is), as of now. False: not taken; the broker's reason in *why. */
bool emu_position_protect(struct emu *emu, int64_t sym, price_t stop, price_t target, const char *by_stop,
			  const char *by_target, const char **why);
/* Takes an order out of matching; cancel: the cancelType. */
void emu_order_cancel(struct emu *emu, int64_t number, const char *cancel);
/* The record has changed: its row is due with the next news. */
void emu_order_dirty(struct emu_account *account, int64_t number);
/* emu_news.c: what the broker has said. */
void emu_news_take(struct emu *emu);
/* All rows that are due, to the streams. */
void emu_news_flush(struct emu *emu);
/* Asks the broker (cancel, leverage) and lets it answer at once. */
void emu_broker_ask(struct emu *emu, const struct intent *intent);
/* What is due by now happens in the broker. */
void emu_broker_advance(struct emu *emu);

/* emu_rows.c: rows as JSON. stream: as the private stream has them, else as REST. */
#define EMU_UUID_MAX 40
enum { EMU_UUID_ORDER = 1, EMU_UUID_EXEC, EMU_UUID_LOG };
void emu_uuid(const struct emu *emu, int64_t kind, int64_t number, char out[static EMU_UUID_MAX]);
extern const char *const emu_status_text[EMU_STATUS_COUNT];
void emu_put_order(const struct emu *emu, const struct emu_account *account, int64_t number, bool stream,
		   struct text *out);
void emu_put_execution(const struct emu *emu, const struct emu_account *account, int64_t number, bool stream,
		       struct text *out);
/* idx: 0, or 1 and 2 of a symbol in hedge mode. */
void emu_put_position(const struct emu *emu, const struct emu_account *account, int64_t sym, int64_t idx,
		      bool stream, struct text *out);
/* The slot in which a position is shown: 0, 1 or 2. */
int64_t emu_position_idx(const struct emu_account *account, int64_t sym, int64_t side);
void emu_put_wallet(struct emu *emu, const struct emu_account *account, struct text *out);
void emu_put_log(const struct emu *emu, const struct emu_account *account, int64_t number, struct text *out);
void emu_put_closed(const struct emu *emu, const struct emu_account *account, int64_t number,
		    struct text *out);
money_t emu_order_pnl(const struct emu_order *order);
/* The price of one coin out of what lots cost; 1e-8. */
int64_t emu_average(const struct emu_grids *grids, money_t value, qty_t qty);

/* What so many lots are worth, down. */
money_t emu_worth(const struct emu_grids *grids, price_t price, qty_t qty);

/* emu_login.c: the private stream. text: the rows of one message. */
void emu_private_publish(struct emu *emu, enum emu_private_topic topic, int64_t sym, const char *id,
			 const char *rows);

/* emu_gate.c: what is asked of the account, and whether it may be. */
struct emu_call {
	struct emu_query query;   /* of a GET */
	const struct cJSON *body; /* of a POST */
};
/* 0, and the result in emu->work; or a retCode. */
typedef int emu_call_handler(struct emu *emu, const struct emu_call *call);
/* Sets the text of the answer and gives the code back. */
int emu_say_why(struct emu *emu, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Text of a parameter, "" if it is not there (or no text, in a body). False: it is not there. */
bool emu_call_text(const struct emu_call *call, const char *name, char *out, size_t size);
/* A whole number of a body. False: it is there and is none. */
bool emu_call_int(const struct emu_call *call, const char *name, int64_t otherwise, int64_t *out);
bool emu_call_flag(const struct emu_call *call, const char *name);
/* Checks category and symbol. need: a symbol must be named; else SYM_NONE without one, and EMU_ELSEWHERE
 * (which nothing is of) in a category that is not emulated. */
#define EMU_ELSEWHERE (-1)
int emu_call_symbol(struct emu *emu, const struct emu_call *call, bool need, int64_t *sym);
/* What reads show: the account, or what it was. */
const struct emu_account *emu_account_view(const struct emu *emu);
/* A page of a list: limit, and the number from which it goes on downwards (INT64_MAX: the newest). */
int emu_call_page(struct emu *emu, const struct emu_call *call, int64_t most, int64_t usual, int64_t *limit,
		  int64_t *below);
void emu_put_cursor(struct text *out, int64_t last, ms_t at_ms);

emu_call_handler emu_call_wallet, emu_call_info, emu_call_margin_mode, emu_call_key, emu_call_fees,
	emu_call_log;
emu_call_handler emu_call_positions, emu_call_leverage, emu_call_mode, emu_call_stop, emu_call_closed;
emu_call_handler emu_call_create, emu_call_precheck, emu_call_cancel, emu_call_cancel_all, emu_call_amend,
	emu_call_open_orders, emu_call_order_history, emu_call_executions;

/* emu_create.c: whether a stop and target would be taken by a position of that side; 0 is none. */
int emu_levels_refused(struct emu *emu, int64_t sym, int64_t side, price_t stop, price_t target);
/* Price on the symbol's grid. False: it is no price there; "" and "0" are 0. */
bool emu_read_price(const struct emu *emu, int64_t sym, const char *text, price_t *out);
/* Resting limit orders that the market has come to. */
void emu_limits_check(struct emu *emu, int64_t sym);

#endif
