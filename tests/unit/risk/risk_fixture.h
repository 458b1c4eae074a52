/* SPDX-License-Identifier: MIT
 * A question to the gate that passes every rule, to be spoilt one value at a time. Entry 100, stop 99, target
 * 101.5 at a tick of 0.01 and a lot of 0.001; C = 10,000 USDT; a taker fee of 0 unless a test sets one. */
#ifndef RISK_FIXTURE_H
#define RISK_FIXTURE_H

#include "tradebot/ticket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define NOW      (20000 * DAY_MS + 12 * HOUR_MS)
#define USDT(n)  ((n)*MONEY_ONE)
#define PRICE(n) ((n)*100)
#define COINS(n) ((n)*1000)

struct given {
	struct limits limits;
	struct desk desk;
	struct standing standing;
	struct quote quote;
	struct instrument instrument;
	struct enter enter;
};

static inline struct given a_good_entry(void)
{
	struct given given = {
		.limits = limits_default,
		.standing = {.capital = USDT(10000),
			     .ready = 1,
			     .healthy = 1,
			     .leverage = RATIO_ONE,
			     .states_known = STATES_ALL},
		.quote = {.bid = 9999,
			  .ask = 10000,
			  .mark = 10000,
			  .last = 10000,
			  .spread = BPS,
			  .depth = USDT(1000000),
			  .ticker_ms = NOW,
			  .depth_ms = NOW,
			  .bar_ms = NOW,
			  .volatility = {50, 100}},
		.instrument = {.tick = {1, 2},
			       .lot = {1, 3},
			       .contract = {1, 0},
			       .min_qty = 1,
			       .max_qty = COINS(100000),
			       .maintenance = RATIO_ONE / 200},
		.enter = {.sym = 3,
			  .side = SIDE_LONG,
			  .qty = COINS(1),
			  .entry = PRICE(100),
			  .stop = PRICE(99),
			  .target = 10150,
			  .confidence = RATIO_ONE / 2,
			  .leverage = RATIO_ONE,
			  .decided_ms = NOW},
	};
	desk_init(&given.desk);
	assert_int_equal(instrument_settle(&given.instrument), TB_OK);
	return given;
}

/* The mirror image: entry 100, stop 101, target 98.5. */
static inline struct given a_good_short(void)
{
	struct given given = a_good_entry();
	given.enter.side = SIDE_SHORT;
	given.enter.stop = PRICE(101);
	given.enter.target = 9850;
	return given;
}

static inline struct assessment assess(const struct given *given)
{
	struct assessment assessment;
	risk_assess(&given->limits, &given->desk, &given->standing, &given->quote, &given->instrument,
		    &given->enter, &assessment);
	return assessment;
}

static inline bool has(uint64_t mask, enum refusal rule)
{
	return mask >> rule & 1;
}

static inline void assert_passes(const struct given *given)
{
	struct assessment assessment = assess(given);
	if (assessment.failed != 0)
		fail_msg("refused: %s", refusal_rows[assessment.first.rule].name);
	if (assessment.unanswered != 0)
		fail_msg("unanswered: %s", refusal_rows[assessment.first_unanswered.rule].name);
}

/* That rule fails, with that limit and that actual value, and no rule before it does. */
static inline void assert_refused(const struct given *given, enum refusal rule, int64_t limit, int64_t actual)
{
	struct assessment assessment = assess(given);
	if (!has(assessment.failed, rule) || assessment.first.rule != rule)
		fail_msg("wanted %s, got %s", refusal_rows[rule].name,
			 refusal_rows[assessment.first.rule].name);
	assert_int_equal(assessment.first.limit, limit);
	assert_int_equal(assessment.first.actual, actual);
}

#endif
