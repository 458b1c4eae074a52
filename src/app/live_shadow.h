/* SPDX-License-Identifier: MIT
 * The shadow book beside a real account. A shadow reads what it has missed of the market from the simulated
 * account beside it (its twin); where orders go to an exchange there is none, so the twin hears the market
 * here, through the shadow, and is never given an order. */
#ifndef TRADEBOT_APP_LIVE_SHADOW_H
#define TRADEBOT_APP_LIVE_SHADOW_H

#include "paper_state.h"

struct live_shadow {
	struct paper_accounts *accounts;
	struct events *unheard; /* what the twin says: nothing, as it has nothing */
};

/* The exchange table; state is a struct live_shadow. */
extern const struct exchange_ops live_shadow_ops;

#endif
