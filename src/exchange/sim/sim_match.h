/* SPDX-License-Identifier: MIT
 * Inside the simulated broker: what the matching engine (sim_match.c) and the account (sim_account.c) do for
 * the seam (sim_broker.c). Nobody else includes this. */
#ifndef TRADEBOT_SIM_MATCH_H
#define TRADEBOT_SIM_MATCH_H

#include "sim_broker.h"

/* The most events that one order, one print or one settlement can make, and all that may be waiting. */
#define SIM_ROOM (32 + SIM_LATE_MAX)
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
	X(NOT_REDUCING, "order would not reduce the position")                                               \
	X(TOO_FAR, "price protection: the rest is too far away")                                             \
	X(BUSY, "exchange is busy")                                                                          \
	X(TOO_MANY, "too many requests")                                                                     \
	X(TRIGGER, "trigger order was refused")                                                              \
	X(CHANGED, "instrument has changed")
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

/* Lots of the position that orders of ours have opened. */
static inline qty_t sim_own(const struct sim_slot *slot)
{
	return slot->qty - slot->foreign;
}
/* Nothing matches: maintenance, or no longer listed. */
static inline bool sim_halted(const struct sim_slot *slot)
{
	return slot->instrument.status == INSTRUMENT_SUSPENDED || slot->instrument.status == INSTRUMENT_GONE;
}

/* sim_account.c: books a fill into position, wallet and sums, and says FILL. The caller has seen to room. */
void sim_account_book(struct sim_broker *broker, sym_t sym, const struct sim_deal *deal, ms_t now,
		      struct events *heard);
/* Sets the leverage and what follows from it. */
void sim_account_set_leverage(struct sim_broker *broker, struct sim_slot *slot, ratio_t leverage);
/* Margin, liquidation and bankruptcy price after qty, cost, leverage or the grid changed. */
void sim_account_settle(struct sim_broker *broker, struct sim_slot *slot);
/* A settled funding rate: LEDGER and BALANCE if there is a position. */
void sim_account_fund(struct sim_broker *broker, sym_t sym, ratio_t rate, ms_t now, struct events *heard);
money_t sim_account_available(const struct sim_broker *broker);
void sim_account_say_balance(const struct sim_broker *broker, ms_t now, struct events *heard);
void sim_account_say_position(const struct sim_broker *broker, sym_t sym, ms_t now, struct events *heard);

/* sim_match.c: says ORDER, and remembers it if it is final. */
void sim_report_order(struct sim_broker *broker, sym_t sym, const struct sim_report *report, ms_t now,
		      struct events *heard);
/* A final order that was told, of the last SIM_FINAL_MAX; NULL: none with this id. */
const struct sim_final *sim_final_find(const struct sim_broker *broker, int64_t id);
/* True if a position of that side is at or beyond a stop at level. A target is a stop of the other side. */
static inline bool sim_reached(int64_t side, price_t price, price_t level)
{
	return side == SIDE_LONG ? price <= level : price >= level;
}
/* Price and costs of a market order of that size at this reference. */
void sim_price_deal(const struct sim_broker *broker, const struct sim_slot *slot, price_t reference,
		    struct sim_deal *deal);
/* An order has arrived. */
void sim_match_order(struct sim_broker *broker, const struct order_request *order, ms_t now,
		     struct events *heard);
/* Removes a resting or filling order of that id, saying CANCELLED. False if there is none. */
bool sim_match_cancel(struct sim_broker *broker, int64_t id, ms_t now, struct events *heard);
/* Stop, target and whatever is still filling in the symbol go, saying CANCELLED. */
void sim_match_clear(struct sim_broker *broker, sym_t sym, ms_t now, struct events *heard);
/* Places a resting order for all that is ours, in place of another of its role. Again with the same id: it
 * grows. */
void sim_match_place(struct sim_broker *broker, sym_t sym, int64_t role, int64_t id, price_t price, ms_t now,
		     struct events *heard);
/* A price was printed: gaps, liquidation, stop, target. low and high are what is new in it; open is its first
 * price. Ticker: all three are the mark. */
void sim_match_print(struct sim_broker *broker, sym_t sym, price_t open, price_t low, price_t high, ms_t now,
		     struct events *heard);
/* Closes qty lots for a reason of the exchange's own, at price or where the margin ends; all: stop and target
 * go. */
void sim_match_force(struct sim_broker *broker, sym_t sym, qty_t qty, price_t price, enum exit_reason reason,
		     ms_t now, struct events *heard);

/* sim_work.c: fills the order at this reference, whole, or its first piece if a fault wants pieces. */
void sim_work_begin(struct sim_broker *broker, const struct sim_work *work, price_t reference, ms_t now,
		    struct events *heard);
/* The next piece of works[at]. */
void sim_work_piece(struct sim_broker *broker, int64_t at, ms_t now, struct events *heard);
/* Ends works[at] with what has filled, saying CANCELLED. */
void sim_work_cancel(struct sim_broker *broker, int64_t at, enum sim_reason reason, ms_t now,
		     struct events *heard);
void sim_work_cancel_all(struct sim_broker *broker, sym_t sym, int64_t role, enum sim_reason reason, ms_t now,
			 struct events *heard);
#define SIM_ROLE_ANY (-1)
/* How much of an entry price protection lets through. */
qty_t sim_work_allowed(const struct sim_broker *broker, const struct sim_slot *slot, int64_t side, qty_t qty,
		       ratio_t protection);

/* sim_grid.c: the instrument has changed, with whatever the account has in it. */
void sim_grid_change(struct sim_broker *broker, sym_t sym, const struct instrument *instrument, ms_t now,
		     struct events *heard);

/* sim_weather.c: whether the fault is waiting for this symbol, or lasting, at now. take: and ends it. */
bool sim_weather_waits(const struct sim_broker *broker, enum sim_fault fault, sym_t sym, ms_t now,
		       int64_t *value);
bool sim_weather_take(struct sim_broker *broker, enum sim_fault fault, sym_t sym, ms_t now, int64_t *value);
/* The market has spoken: the weather goes on. */
void sim_weather_hear(struct sim_broker *broker, ms_t now);
/* A symbol where a fault that acts at once has something to act on, the search beginning at slot from;
 * SYM_NONE: nowhere. */
sym_t sim_weather_suits(const struct sim_broker *broker, enum sim_fault fault, int64_t from);
/* Draws what is due. */
void sim_weather_draw(struct sim_broker *broker, ms_t now, struct events *heard);
ms_t sim_weather_next_ms(const struct sim_broker *broker);
/* The state of the link, for whoever reconnects; nothing when all is well. */
void sim_weather_say_link(const struct sim_broker *broker, ms_t now, struct events *heard);

/* sim_fault.c: the fault strikes, or begins to wait. As sim_broker_command, with the value as it is. */
int sim_fault_act(struct sim_broker *broker, enum sim_fault fault, sym_t sym, int64_t value, ms_t now,
		  struct events *heard);

/* sim_news.c: news since mark go through the weather: held back, told twice, out of order. */
void sim_news_pass(struct sim_broker *broker, size_t mark, ms_t now, struct events *heard);
/* Says later, at at_ms; when there is no room for more, what waits is said now. */
void sim_news_later(struct sim_broker *broker, const struct event *event, ms_t at_ms, bool ordered,
		    bool hidden, struct events *heard);
/* The first one that is due. */
void sim_news_tell(struct sim_broker *broker, struct events *heard);
/* All that waits, now. */
void sim_news_flush(struct sim_broker *broker, ms_t now, struct events *heard);
/* Look-ups do not find this order. */
bool sim_news_hides(const struct sim_broker *broker, int64_t id);

/* sim_broker.c: lets everything happen that is due before end, in the order of time. */
int sim_broker_advance(struct sim_broker *broker, ms_t end_ms, struct events *heard);
void sim_broker_renew_due(struct sim_broker *broker);

#endif
