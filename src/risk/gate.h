/* SPDX-License-Identifier: MIT
 * Inside of the gate: the question it is asked, and one small function for each rule of rules.md section 4.
 * A rule tests the range of everything it reads before it computes, has no loop, no double and one rounding,
 * always against the order; a prover can follow it. Only the files of this room include this header. */
#ifndef RISK_GATE_H
#define RISK_GATE_H

#include "tradebot/ticket.h"

/* UNANSWERED: something the rule needs is UNKNOWN, or so odd that rule_unusable refuses the order anyway. */
enum answer { ANSWER_PASS, ANSWER_FAIL, ANSWER_UNANSWERED };

/* All that is asked, and what several rules compute from it. The pointers are borrowed for one call. */
struct question {
	const struct limits *limits;
	const struct desk *desk;
	const struct standing *standing;
	const struct quote *quote;
	const struct instrument *instrument;
	const struct enter *enter;
	/* UNKNOWN where an input is missing or odd */
	price_t distance; /* |entry - stop| */
	money_t notional; /* at the entry price, rounded up: the exposure this order adds */
	money_t risk;     /* loss at the stop, taker fee at entry and at the stop included, rounded up */
	bool overflow;    /* a product left 0..VALUE_MAX */
};

/* X(refusal, function) in the order of enum refusal: the first that fails is the one that is told. In groups, so
 * that a prover has few answers to follow at a time. */
#define GATE_USABLE_RULES(X) \
	X(UNUSABLE, unusable)
#define GATE_STATE_RULES(X) \
	X(LOCKED, locked) \
	X(PAUSED, paused) \
	X(DAY_HALTED, day_halted) \
	X(COOLDOWN, cooldown) \
	X(OPERATOR_HALT, operator_halt) \
	X(NOT_READY, not_ready) \
	X(UNHEALTHY, unhealthy) \
	X(CLOCK, clock) \
	X(TICKER_STALE, ticker_stale) \
	X(BAR_STALE, bar_stale)
#define GATE_KNOWN_RULES(X) \
	X(ORDER_UNKNOWN, order_unknown) \
	X(UNRECONCILED, unreconciled) \
	X(UNEXPLAINED, unexplained) \
	X(NOT_TRADING, not_trading) \
	X(BLACKLISTED, blacklisted) \
	X(FOREIGN, foreign) \
	X(OFF_GRID, off_grid) \
	X(UNDER_MINIMUM, under_minimum) \
	X(OVER_MAXIMUM, over_maximum)
#define GATE_ORDER_RULES(X) \
	X(NO_STOP, no_stop) \
	X(STOP_SIDE, stop_side) \
	X(STOP_NEAR, stop_near) \
	X(LIQUIDATION, liquidation) \
	X(NO_TARGET, no_target) \
	X(TARGET_SIDE, target_side) \
	X(REWARD_RISK, reward_risk)
#define GATE_SIZE_RULES(X) \
	X(RISK, risk) \
	X(SYMBOL_EXPOSURE, symbol_exposure) \
	X(TOTAL_EXPOSURE, total_exposure) \
	X(LEVERAGE, leverage)
#define GATE_HELD_RULES(X) \
	X(POSITIONS, positions) \
	X(ENTRY_PENDING, entry_pending) \
	X(OPPOSITE, opposite) \
	X(AVERAGING_DOWN, averaging_down)
#define GATE_LOSS_RULES(X) \
	X(MARTINGALE, martingale)
#define GATE_MARKET_RULES(X) \
	X(VOLATILITY, volatility) \
	X(SPREAD, spread) \
	X(DEPTH, depth) \
	X(SLIPPAGE, slippage) \
	X(SAFE_CONFIDENCE, safe_confidence)
#define GATE_HALF_RULES(X) \
	X(HALF_RISK, half_risk) \
	X(HALF_SYMBOL, half_symbol) \
	X(HALF_TOTAL, half_total)
#define GATE_RATE_RULES(X) \
	X(ENTRIES_MINUTE, entries_minute) \
	X(ENTRIES_DAY, entries_day) \
	X(FEES_DAY, fees_day)
#define GATE_RULES(X) \
	GATE_USABLE_RULES(X) \
	GATE_STATE_RULES(X) \
	GATE_KNOWN_RULES(X) \
	GATE_ORDER_RULES(X) \
	GATE_SIZE_RULES(X) \
	GATE_HELD_RULES(X) \
	GATE_LOSS_RULES(X) \
	GATE_MARKET_RULES(X) \
	GATE_HALF_RULES(X) \
	GATE_RATE_RULES(X)

/* Each answers its rule and fills limit and actual of *finding in the unit of refusal_rows; actual is UNKNOWN
 * where it is unanswered. */
#define X(id, name) enum answer rule_##name(const struct question *question, struct finding *finding);
GATE_RULES(X)
#undef X

/*@ assigns \nothing;
    ensures \result != 0 <==> lowest <= value <= highest;
*/
static inline bool within(int64_t value, int64_t lowest, int64_t highest)
{
	return lowest <= value && value <= highest;
}

/* UNKNOWN is in none of these ranges. */
/*@ assigns \nothing;
    ensures \result != 0 <==> value(value);
*/
static inline bool is_value(int64_t value)
{
	return within(value, 0, VALUE_MAX);
}
/*@ assigns \nothing;
    ensures \result != 0 <==> positive(value);
*/
static inline bool is_positive(int64_t value)
{
	return within(value, 1, VALUE_MAX);
}
/*@ assigns \nothing;
    ensures \result != 0 <==> 0 <= value <= 1;
*/
static inline bool is_flag(int64_t value)
{
	return within(value, 0, 1);
}
/*@ assigns \nothing;
    ensures \result != 0 <==> value == 1 || value == -1;
*/
static inline bool is_side(int64_t value)
{
	return value == SIDE_LONG || value == SIDE_SHORT;
}

/*@ requires \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures \result == ANSWER_UNANSWERED;
*/
static inline enum answer answer_unanswered(struct finding *finding, int64_t limit)
{
	finding->limit = limit;
	finding->actual = UNKNOWN;
	return ANSWER_UNANSWERED;
}

/*@ requires \valid(finding);
    assigns *finding;
    ensures \result == (passes ? ANSWER_PASS : ANSWER_FAIL);
*/
static inline enum answer answer_if(bool passes, struct finding *finding, int64_t limit, int64_t actual)
{
	finding->limit = limit;
	finding->actual = actual;
	return passes ? ANSWER_PASS : ANSWER_FAIL;
}

/* A limit includes itself. */
/*@ requires \valid(finding);
    assigns *finding;
    ensures \result == (actual <= limit ? ANSWER_PASS : ANSWER_FAIL);
*/
static inline enum answer answer_most(struct finding *finding, int64_t limit, int64_t actual)
{
	return answer_if(actual <= limit, finding, limit, actual);
}

/* A yes or no that has to be wanted. */
/*@ requires \valid(finding) && 0 <= wanted <= 1;
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures \result == ANSWER_PASS <==> actual == wanted;
*/
static inline enum answer answer_flag(struct finding *finding, int64_t wanted, int64_t actual)
{
	if (!is_flag(actual))
		return answer_unanswered(finding, wanted);
	return answer_if(actual == wanted, finding, wanted, actual);
}

#endif
