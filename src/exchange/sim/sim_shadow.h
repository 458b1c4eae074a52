/* SPDX-License-Identifier: MIT
 * The shadow book's exchange: a second simulated account beside another one in the same market. It costs
 * nothing while nothing is in it: it hears of a symbol only from its first order there until it is flat
 * again, and reads what it has missed from the account beside it (its twin), which hears everything. It has
 * no weather: a shadow tests a strategy, not an exchange. */
#ifndef TRADEBOT_SIM_SHADOW_H
#define TRADEBOT_SIM_SHADOW_H

#include "sim_broker.h"

struct sim_shadow {
	const struct sim_broker *twin; /* borrowed; not saved */
	int64_t heard_count; /* symbols it hears of; 0: nothing is in it or on its way, and it may be passed
				over */
	uint8_t hears[SYMBOLS_MAX];
	struct sim_broker broker; /* last: saved as far as it reaches */
};

/* The exchange table; state is a struct sim_shadow. */
extern const struct exchange_ops sim_shadow_ops;

/* A fresh account; setup as for sim_broker_init, with book BOOK_SHADOW and the leverage it trades at. */
int sim_shadow_init(struct sim_shadow *shadow, const struct sim_broker_setup *setup,
		    const struct universe *universe, const struct sim_broker *twin);

/* What submit does after the ticket's check: see sim_broker_accept. */
int sim_shadow_accept(struct sim_shadow *shadow, const struct order_request *order, ms_t now);

/* As sim_broker_renumber. */
int sim_shadow_renumber(struct sim_shadow *shadow, const sym_t map[static SYMBOLS_MAX]);

/* How much of the struct has to be saved: nothing of a shadow that has never been used. */
size_t sim_shadow_bytes(const struct sim_shadow *shadow);

#endif
