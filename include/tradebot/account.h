/* SPDX-License-Identifier: MIT
 * What an account at an exchange and the key to it are, for whoever decides whether they may be traded with. */
#ifndef TRADEBOT_ACCOUNT_H
#define TRADEBOT_ACCOUNT_H

#include "tradebot/units.h"

#define ACCOUNT_NAME_MAX 24

/* What was asked for, one bit each. */
enum account_fact {
	ACCOUNT_FACT_KEY = 1,	   /* what the key may do, and whose it is */
	ACCOUNT_FACT_INFO = 2,	   /* kind of account, margin mode */
	ACCOUNT_FACT_MODE = 4,	   /* position mode */
	ACCOUNT_FACT_FEES = 8,
	ACCOUNT_FACT_HOLDINGS = 16, /* whether there is anything in it */
	ACCOUNT_FACTS_ALL = 31
};
enum margin_mode { MARGIN_UNKNOWN, MARGIN_ISOLATED, MARGIN_CROSS, MARGIN_PORTFOLIO };
enum position_mode { POSITION_MODE_UNKNOWN, POSITION_MODE_ONE_WAY, POSITION_MODE_HEDGE };

/* Each part is UNKNOWN, false or 0 until its bit of known is set. */
struct account_facts {
	int64_t known; /* bits of enum account_fact */
	int64_t asked; /* answered, one way or the other: ACCOUNT_FACTS_ALL when there is nothing to wait for */
	bool refused;  /* the key was not accepted; why has what the exchange said */

	/* KEY */
	char account[ACCOUNT_NAME_MAX]; /* whose it is, by the exchange's own number; "" if it was not told */
	bool key_read_only, key_trade, key_withdraw, key_transfer, key_ip_bound;
	ms_t key_expires_ms; /* UNKNOWN: it does not */

	bool unified; /* INFO */
	int64_t margin_mode;
	int64_t position_mode; /* MODE; of one symbol: it may differ between symbols */

	ratio_t taker_fee, maker_fee; /* FEES; of one symbol; a maker's may be below 0 */

	/* HOLDINGS; of USDT contracts. */
	bool has_position, has_order, borrows;
	money_t equity, wallet; /* of USDT, without bonus */

	int64_t set_margin_code, set_mode_code; /* what the last setting was answered with; UNKNOWN: nothing yet */
	char why[96];				/* what the exchange said to what it last refused here; "" */
};

/* FACTS: all of them anew. The others change the whole account: the margin mode to isolated, all symbols to
 * one-way; the facts are asked for after it. */
enum account_ask { ACCOUNT_ASK_FACTS, ACCOUNT_SET_ISOLATED, ACCOUNT_SET_ONE_WAY };

#endif
