/* SPDX-License-Identifier: MIT
 * Inside the simulated broker: what the matching engine (sim_match.c) and the account (sim_account.c) do for
 * the seam (sim_broker.c). Nobody else includes this. */
#ifndef TRADEBOT_SIM_MATCH_H
#define TRADEBOT_SIM_MATCH_H

#include "sim_broker.h"

/* The most events that one order, one print or one settlement can make. */
#define SIM_ROOM 24
static inline bool sim_has_room(const struct events *heard)
{
	return heard->count + SIM_ROOM <= EVENTS_MAX;
}

/* X(id, text): why an order was rejected. */
#define SIM_REASONS(X)                                                                                       \
	X(NONE, "")                                                                                          \
	X(NO_INSTRUMENT, "no such instrument")                                                               \
	X(NO_PRICE, "no price yet")                                                                          \
	X(NOT_TRADING, "instrument does not trade")                                                          \
	X(GENERATION, "price or size of another generation")                                                 \
	X(MALFORMED, "malformed order")                                                                      \
	X(UNDER_QTY, "quantity under the minimum")                                                           \
	X(OVER_QTY, "quantity over the maximum")                                                             \
	X(UNDER_NOTIONAL, "notional under the minimum")                                                      \
	X(MARGIN, "insufficient margin")                                                                     \
	X(OPPOSITE, "position on the other side is open")                                                    \
	X(STOP_BEYOND, "stop would trigger at once")                                                         \
	X(TARGET_BEYOND, "target would trigger at once")                                                     \
	X(FLAT, "no position to reduce or protect")                                                          \
	X(NOT_REDUCING, "order would not reduce the position")
#define X(id, text) SIM_REASON_##id,
enum sim_reason { SIM_REASONS(X) SIM_REASON_COUNT };
#undef X
extern const char *const sim_reason_text[SIM_REASON_COUNT];

/* One of the account's orders, on its way into an event. */
struct sim_report {
	int64_t id, state, role, side;
	qty_t qty, filled;
	price_t price;
	int64_t reason; /* enum sim_reason */
};

/* A fill about to be booked. */
struct sim_deal {
	int64_t id, role, reason, side; /* reason: enum exit_reason; side: LONG bought */
	qty_t qty;
	price_t price;
	ratio_t spread, impact;
};

static inline struct sim_slot *sim_slot_of(struct sim_broker *broker, sym_t sym)
{
	return sym < SYMBOLS_MAX && broker->slot_of[sym] ? &broker->slots[broker->slot_of[sym] - 1] : NULL;
}

/* sim_account.c: books a fill into position, wallet and sums, and says FILL. The caller has seen to room. */
void sim_account_book(struct sim_broker *broker, sym_t sym, const struct sim_deal *deal, ms_t now,
		      struct events *heard);
/* Sets the leverage and what follows from it. */
void sim_account_set_leverage(struct sim_broker *broker, struct sim_slot *slot, ratio_t leverage);
/* A settled funding rate: LEDGER and BALANCE if there is a position. */
void sim_account_fund(struct sim_broker *broker, sym_t sym, ratio_t rate, ms_t now, struct events *heard);
money_t sim_account_available(const struct sim_broker *broker);
void sim_account_say_balance(const struct sim_broker *broker, ms_t now, struct events *heard);
void sim_account_say_position(const struct sim_broker *broker, sym_t sym, ms_t now, struct events *heard);

/* sim_match.c: says ORDER, and remembers it if it is final. */
void sim_report_order(struct sim_broker *broker, sym_t sym, const struct sim_report *report, ms_t now,
		      struct events *heard);
/* An order has arrived. */
void sim_match_order(struct sim_broker *broker, const struct order_request *order, ms_t now,
		     struct events *heard);
/* Removes a resting order of that id, saying CANCELLED. False if none rests. */
bool sim_match_cancel(struct sim_broker *broker, int64_t id, ms_t now, struct events *heard);
/* A price was printed: gaps, liquidation, stop, target. low and high are what is new in it; open is its first
 * price. Ticker: all three are the mark. */
void sim_match_print(struct sim_broker *broker, sym_t sym, price_t open, price_t low, price_t high, ms_t now,
		     struct events *heard);

#endif
