/* SPDX-License-Identifier: MIT
 * The three verbs and the ticket. A ticket is sealed only by src/risk/ticket.c, for exactly one rounded order,
 * and is the only thing an exchange's submit takes. ENTER needs everything; REDUCE names a holding and a
 * quantity, nothing else; PROTECT names a holding, a stop and a target. */
#ifndef TRADEBOT_TICKET_H
#define TRADEBOT_TICKET_H

#include "tradebot/desk.h"
#include "tradebot/instrument.h"
#include "tradebot/market.h"
#include "tradebot/order.h"

enum verb { VERB_ENTER = 1, VERB_REDUCE, VERB_PROTECT };

/* A proposal to open. entry is the decision price (ask for a long, bid for a short). */
struct enter {
	int64_t book, sym, generation;
	int64_t side;
	qty_t qty;
	price_t entry, stop, target; /* 0: missing; UNKNOWN only in judge */
	ratio_t confidence;
	ratio_t leverage;	     /* the setting this order needs */
	ms_t decided_ms;
};
struct reduce {
	qty_t qty;
};
struct protect {
	price_t stop, target; /* target 0: leave as it is */
};

/* The order as the exchange gets it. side: LONG buys, SHORT sells. For REDUCE and PROTECT it is the closing
 * side. ids are filled by execution before sealing. */
struct order_request {
	int64_t verb, book, sym, generation, side;
	qty_t qty;
	price_t price;	       /* decision price (reference for slippage; market orders) */
	price_t stop, target;
	int64_t id, stop_id, target_id;
	money_t risk;	       /* ENTER: approved loss at the stop, fees included */
};

/* Opaque but for ticket.c: nobody else may fill one. */
struct ticket {
	struct order_request order;
	ms_t sealed_ms, expires_ms;
	uint64_t seal;
};

/* The order in a ticket, if the seal is whole and now is within its life; NULL otherwise. An exchange calls
 * this first thing in submit, and drops an id it has seen ("used once"). */
const struct order_request *ticket_order(const struct ticket *ticket, ms_t now);

/* Every rule answers; the ticket is sealed only if all of them pass. REFUSAL_NONE: *ticket is sealed. Any other
 * answer leaves *ticket untouched and *why has the first rule that fails (or, if none fails but one is
 * unanswered for want of a fact, that one with actual UNKNOWN). ids: the client ids of entry, stop, target. */
struct order_ids {
	int64_t id, stop_id, target_id;
};
enum refusal risk_enter(const struct limits *limits, const struct desk *desk, const struct standing *standing,
			const struct quote *quote, const struct instrument *instrument, const struct enter *enter,
			const struct order_ids *ids, struct finding *why, struct ticket *ticket);
/* now_ms: only for the ticket's life. These pass in every state. */
enum refusal risk_reduce(const struct holding *holding, const struct reduce *reduce, const struct order_ids *ids,
			 int64_t generation, ms_t now_ms, struct ticket *ticket);
enum refusal risk_protect(const struct holding *holding, const struct quote *quote, const struct protect *protect,
			  const struct order_ids *ids, int64_t generation, ms_t now_ms, struct ticket *ticket);

/* The answers of all rules at once; risk_enter is this and the seal. Bit REFUSAL_x of failed / unanswered. */
struct assessment {
	uint64_t failed, unanswered;
	struct finding first;  /* first failed, or REFUSAL_NONE */
	struct finding first_unanswered;
	money_t risk;	       /* loss at the stop incl. fees, or UNKNOWN */
};
void risk_assess(const struct limits *limits, const struct desk *desk, const struct standing *standing,
		 const struct quote *quote, const struct instrument *instrument, const struct enter *enter,
		 struct assessment *out);

/* Moves the states of the desk. Returns true if anything in *desk changed. Extra FACT_TIMEs change nothing. */
bool ladder_step(const struct limits *limits, struct desk *desk, const struct fact *fact);
void desk_init(struct desk *desk);

/* Loss of NAV against its peak and since 00:00, rounded up; 0 when above. */
ratio_t desk_drawdown(const struct desk *desk);
ratio_t desk_daily_loss(const struct desk *desk);

#endif
