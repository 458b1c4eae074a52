/* SPDX-License-Identifier: MIT
 * A signal that becomes a proposal, to be changed one value at a time: a long at 100 with stop 98 and target
 * 106 on a tick of 0.01 and a lot of 0.001; C = 10,000 USDT, no spread, no fees, full confidence and weight.
 * Every cap but the position share (20 %: 20 coins) is far away. */
#ifndef SUPPORT_PROPOSAL_H
#define SUPPORT_PROPOSAL_H

#include "decision.h"

#include <string.h>

#define NOW      (20000 * DAY_MS + 12 * HOUR_MS)
#define USDT(n)  ((n)*MONEY_ONE)
#define PRICE(n) ((n)*100)
#define COINS(n) ((n)*1000)

struct given {
	struct decision_settings settings;
	struct limits limits;
	struct desk desk;
	struct standing standing;
	struct quote quote;
	struct instrument instrument;
	struct signal signal;
	struct decision_input in; /* its pointers, and those of account, are set by lend() */
	struct decision_account account;
};

static inline struct given a_good_signal(void)
{
	struct given given = {
		.settings = decision_settings_default,
		.limits = limits_default,
		.standing = {.capital = USDT(10000),
			     .ready = 1,
			     .healthy = 1,
			     .leverage = RATIO_ONE,
			     .states_known = STATES_ALL},
		.quote = {.bid = PRICE(100),
			  .ask = PRICE(100),
			  .mark = PRICE(100),
			  .last = PRICE(100),
			  .depth = USDT(1000000),
			  .ticker_ms = NOW,
			  .depth_ms = NOW,
			  .bar_ms = NOW,
			  .volatility = {50, 100}},
		.instrument = {.tick = {1, 2},
			       .lot = {1, 3},
			       .contract = {1, 0},
			       .value_num = 1000,
			       .value_den = 1,
			       .min_qty = 1,
			       .max_qty = COINS(100000),
			       .maintenance = RATIO_ONE / 200},
		.signal = {.strategy = STRATEGY_BREAKOUT,
			   .side = SIDE_LONG,
			   .confidence = RATIO_ONE,
			   .stop_distance = 200,
			   .target_distance = 600},
		.desk = {.nav = NAV_ONE, .nav_peak = NAV_ONE, .nav_day = NAV_ONE, .pause_at = PAUSE_DRAWDOWN},
		.account = {.available = USDT(10000), .weight = RATIO_ONE},
		.in = {.close = PRICE(100),
		       .funding_rate = UNKNOWN,
		       .hold_ms = 4 * HOUR_MS,
		       .now_ms = NOW},
	};
	return given;
}

static inline void lend(struct given *given)
{
	given->in.signal = &given->signal;
	given->in.quote = &given->quote;
	given->in.instrument = &given->instrument;
	given->account.limits = &given->limits;
	given->account.desk = &given->desk;
	given->account.standing = &given->standing;
}

static inline enum note propose(struct given *given, struct enter *out, struct finding *why)
{
	lend(given);
	enum note note = decision_place(&given->settings, &given->in, out, why);
	return note == NOTE_ENTERED ? decision_size(&given->settings, &given->in, &given->account, out, why)
				    : note;
}

#endif
