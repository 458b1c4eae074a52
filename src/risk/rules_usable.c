/* SPDX-License-Identifier: MIT
 * The first rule: whatever is negative, zero where that is impossible, over VALUE_MAX or would overflow is a
 * refusal of its own, so that no later rule has to make sense of it. UNKNOWN is not odd: the rules that need
 * the value stay unanswered. */
#include "gate.h"

/* True if the value is outside of its range; *finding then has the bound and the value. */
/*@ requires \valid(finding);
    assigns *finding;
    ensures \result == 0 <==> lowest <= value <= highest;
*/
static bool outside(struct finding *finding, int64_t value, int64_t lowest, int64_t highest)
{
	if (within(value, lowest, highest))
		return false;
	finding->limit = value < lowest ? lowest : highest;
	finding->actual = value;
	return true;
}

/* The same for what may be UNKNOWN. */
/*@ requires \valid(finding);
    assigns *finding;
    ensures \result == 0 <==> value == INT64_MIN || lowest <= value <= highest;
*/
static bool odd(struct finding *finding, int64_t value, int64_t lowest, int64_t highest)
{
	return value != UNKNOWN && outside(finding, value, lowest, highest);
}

/*@ requires \valid(finding);
    assigns *finding;
*/
static bool odd_side(struct finding *finding, int64_t side)
{
	if (side != SIDE_NONE)
		return odd(finding, side, SIDE_SHORT, SIDE_LONG);
	finding->limit = SIDE_LONG;
	finding->actual = SIDE_NONE;
	return true;
}

/*@ requires \valid_read(enter) && \valid(finding);
    assigns *finding;
*/
static bool odd_order(const struct enter *enter, struct finding *finding)
{
	return odd_side(finding, enter->side) || odd(finding, enter->qty, 1, VALUE_MAX) ||
	       odd(finding, enter->entry, 1, VALUE_MAX) || odd(finding, enter->stop, 0, VALUE_MAX) ||
	       odd(finding, enter->target, 0, VALUE_MAX) || odd(finding, enter->confidence, 0, RATIO_ONE) ||
	       odd(finding, enter->leverage, 0, VALUE_MAX) || odd(finding, enter->decided_ms, 1, VALUE_MAX);
}

/*@ requires \valid_read(standing) && \valid(finding);
    assigns *finding;
*/
static bool odd_money(const struct standing *standing, struct finding *finding)
{
	return odd(finding, standing->capital, 1, VALUE_MAX) ||
	       odd(finding, standing->total_exposure, 0, VALUE_MAX) ||
	       odd(finding, standing->symbol_exposure, 0, VALUE_MAX) ||
	       odd(finding, standing->positions, 0, VALUE_MAX) ||
	       odd(finding, standing->leverage, 1, VALUE_MAX) ||
	       odd(finding, standing->slippage, -VALUE_MAX, VALUE_MAX) ||
	       odd(finding, standing->slippage_fills, 0, VALUE_MAX) ||
	       odd(finding, standing->slippage_until_ms, 0, VALUE_MAX);
}

/*@ requires \valid_read(standing) && \valid(finding);
    assigns *finding;
*/
static bool odd_standing(const struct standing *standing, struct finding *finding)
{
	return odd(finding, standing->ready, 0, 1) || odd(finding, standing->healthy, 0, 1) ||
	       odd(finding, standing->clock_off_ms, 0, VALUE_MAX) ||
	       odd(finding, standing->order_unknown, 0, 1) || odd(finding, standing->unreconciled, 0, 1) ||
	       odd(finding, standing->unexplained, 0, 1) || odd(finding, standing->foreign, 0, 1) ||
	       odd(finding, standing->entry_pending, 0, 1) ||
	       odd(finding, standing->side, SIDE_SHORT, SIDE_LONG) || odd(finding, standing->losing, 0, 1);
}

/* A rank has 0 <= num <= den; the product with 100 must fit. */
/*@ requires \valid_read(quote) && \valid(finding);
    assigns *finding;
*/
static bool odd_quote(const struct quote *quote, struct finding *finding)
{
	return odd(finding, quote->spread, 0, VALUE_MAX) || odd(finding, quote->depth, 0, VALUE_MAX) ||
	       odd(finding, quote->ticker_ms, 0, VALUE_MAX) || odd(finding, quote->depth_ms, 0, VALUE_MAX) ||
	       odd(finding, quote->bar_ms, 0, VALUE_MAX) ||
	       odd(finding, quote->volatility.den, 0, VALUE_MAX / 100) ||
	       (quote->volatility.den != UNKNOWN &&
		odd(finding, quote->volatility.num, 0, quote->volatility.den));
}

/*@ requires \valid_read(instrument) && \valid(finding);
    assigns *finding;
*/
static bool odd_instrument(const struct instrument *instrument, struct finding *finding)
{
	return odd(finding, instrument->value_num, 1, VALUE_MAX) ||
	       odd(finding, instrument->value_den, 1, VALUE_MAX) ||
	       odd(finding, instrument->blacklisted, 0, 1) ||
	       odd(finding, instrument->min_qty, 0, VALUE_MAX) ||
	       odd(finding, instrument->max_qty, 0, VALUE_MAX) ||
	       odd(finding, instrument->min_notional, 0, VALUE_MAX) ||
	       odd(finding, instrument->maintenance, 0, RATIO_ONE) ||
	       odd(finding, instrument->taker_fee, 0, RATIO_ONE);
}

/* Limits that were never set, or set by something that is not the configuration. */
/*@ requires \valid_read(limits) && \valid(finding);
    assigns *finding;
    ensures \result == 0 ==> 0 <= limits->risk_per_trade <= 20000000 && 0 <= limits->ticket_ms <= 100000000000000000;
*/
static bool odd_limits(const struct limits *limits, struct finding *finding)
{
	return outside(finding, limits->risk_per_trade, 0, CEILING_RISK_PER_TRADE) ||
	       outside(finding, limits->daily_loss, 0, CEILING_DAILY_LOSS) ||
	       outside(finding, limits->positions, 0, VALUE_MAX) ||
	       outside(finding, limits->spread, 0, VALUE_MAX) ||
	       outside(finding, limits->depth_multiple, 0, VALUE_MAX) ||
	       outside(finding, limits->slippage, 0, VALUE_MAX) ||
	       outside(finding, limits->slippage_fills, 0, VALUE_MAX) ||
	       outside(finding, limits->safe_confidence, 0, RATIO_ONE) ||
	       outside(finding, limits->entries_minute, 0, VALUE_MAX) ||
	       outside(finding, limits->entries_day, 0, VALUE_MAX) ||
	       outside(finding, limits->fees_day, 0, RATIO_ONE) ||
	       outside(finding, limits->martingale_ms, 0, VALUE_MAX) ||
	       outside(finding, limits->ticker_age_ms, 0, VALUE_MAX) ||
	       outside(finding, limits->depth_age_ms, 0, VALUE_MAX) ||
	       outside(finding, limits->bar_age_ms, 0, VALUE_MAX) ||
	       outside(finding, limits->clock_off_ms, 0, VALUE_MAX) ||
	       outside(finding, limits->timeframe_ms, 1, VALUE_MAX) ||
	       outside(finding, limits->ticket_ms, 0, VALUE_MAX);
}

/*@ requires \valid_read(desk) && \valid(finding);
    assigns *finding;
*/
static bool odd_desk(const struct desk *desk, struct finding *finding)
{
	return outside(finding, desk->nav, 1, VALUE_MAX) || outside(finding, desk->nav_peak, 1, VALUE_MAX) ||
	       outside(finding, desk->nav_day, 1, VALUE_MAX) ||
	       outside(finding, desk->halted_until_ms, 0, VALUE_MAX) ||
	       outside(finding, desk->cooldown_until_ms, 0, VALUE_MAX) ||
	       outside(finding, desk->minute_ms, 0, VALUE_MAX) ||
	       outside(finding, desk->entries_minute, 0, VALUE_MAX) ||
	       outside(finding, desk->entries_day, 0, VALUE_MAX) ||
	       outside(finding, desk->fees_day, 0, VALUE_MAX) ||
	       outside(finding, desk->loss_risk, 0, VALUE_MAX) ||
	       outside(finding, desk->loss_capital, 0, VALUE_MAX) ||
	       outside(finding, desk->loss_ms, 0, VALUE_MAX);
}

/*@ requires \valid_read(question->enter) && \valid(finding);
    assigns *finding;
    ensures \result == question->overflow;
*/
static bool overflows(const struct question *question, struct finding *finding)
{
	finding->limit = VALUE_MAX;
	finding->actual = question->enter->qty;
	return question->overflow;
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->overflow == 0 && 0 <= question->limits->risk_per_trade <= 20000000 &&
        value(question->limits->ticket_ms));
*/
enum answer rule_unusable(const struct question *question, struct finding *finding)
{
	bool bad = odd_order(question->enter, finding) || odd_money(question->standing, finding) ||
		   odd_standing(question->standing, finding) || odd_quote(question->quote, finding) ||
		   odd_instrument(question->instrument, finding) || odd_limits(question->limits, finding) ||
		   odd_desk(question->desk, finding) || overflows(question, finding);
	return bad ? ANSWER_FAIL : ANSWER_PASS;
}
