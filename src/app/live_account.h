/* SPDX-License-Identifier: MIT
 * The exchange's own account in place of a simulated one: what a codec has to be told of the journal before
 * the first lists are asked for. */
#ifndef TRADEBOT_APP_LIVE_ACCOUNT_H
#define TRADEBOT_APP_LIVE_ACCOUNT_H

#include "tradebot/account.h"
#include "tradebot/exchange.h"

struct live_account {
	struct exchange *codec; /* NULL: the account is a simulated one */
	/* A stop or target of ours that may rest, or has fired and not told its fills. */
	void (*remember)(struct exchange *codec, const struct order *order);
	/* Their clock: what happened before is in the journal. 0: from now on. */
	void (*since)(struct exchange *codec, ms_t fills_ms, ms_t ledger_ms);
};

#endif
