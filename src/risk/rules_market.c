/* SPDX-License-Identifier: MIT
 * The rules about the market: volatility (11), spread, depth and slippage (12). */
#include "gate.h"

/* P = 100 num / den in exact integers; the ratio is only for the reader, rounded up. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->quote->volatility.den > 0 &&
        100 * question->quote->volatility.num <= 95 * question->quote->volatility.den);
*/
enum answer rule_volatility(const struct question *question, struct finding *finding)
{
	struct rank rank = question->quote->volatility;
	ratio_t limit = RATIO_ONE / 100 * CAP_VOLATILITY_PCT;

	if (!within(rank.den, 1, VALUE_MAX / 100) || !within(rank.num, 0, rank.den))
		return answer_unanswered(finding, limit);
	return answer_if(100 * rank.num <= CAP_VOLATILITY_PCT * rank.den, finding, limit,
			 mul_div_up(rank.num, RATIO_ONE, rank.den));
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->quote->spread <= question->limits->spread);
*/
enum answer rule_spread(const struct question *question, struct finding *finding)
{
	ratio_t spread = question->quote->spread, limit = question->limits->spread;

	if (!is_value(spread))
		return answer_unanswered(finding, limit);
	return answer_most(finding, limit, spread);
}

/* limit: the depth wanted. Depth that is too old is no depth: refused, with actual UNKNOWN. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (-question->limits->clock_off_ms <= question->enter->decided_ms - question->quote->depth_ms <=
            question->limits->depth_age_ms &&
        0 <= question->limits->depth_multiple &&
        question->notional * question->limits->depth_multiple <= question->quote->depth);
*/
enum answer rule_depth(const struct question *question, struct finding *finding)
{
	const struct quote *quote = question->quote;
	const struct limits *limits = question->limits;
	ms_t now = question->enter->decided_ms;

	if (!is_value(question->notional) || !is_value(limits->depth_multiple) || !is_value(quote->depth) ||
	    !is_value(quote->depth_ms) || !is_positive(now) || !is_value(limits->clock_off_ms))
		return answer_unanswered(finding, UNKNOWN);
	money_t wanted = mul_div_up(question->notional, limits->depth_multiple, 1);
	if (!is_value(wanted))
		return answer_if(false, finding, VALUE_MAX, quote->depth);
	if (!within(now - quote->depth_ms, -limits->clock_off_ms, limits->depth_age_ms))
		return answer_if(false, finding, wanted, UNKNOWN);
	return answer_if(quote->depth >= wanted, finding, wanted, quote->depth);
}

/* Closed for a while after a bad mean, and refused from the moment the mean is bad. The mean of fewer fills
 * than wanted says nothing. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->enter->decided_ms >= question->standing->slippage_until_ms &&
        (question->standing->slippage_fills >= question->limits->slippage_fills ==>
            question->standing->slippage <= question->limits->slippage));
*/
enum answer rule_slippage(const struct question *question, struct finding *finding)
{
	const struct standing *standing = question->standing;
	ratio_t limit = question->limits->slippage;
	ms_t now = question->enter->decided_ms;

	if (!is_value(standing->slippage_until_ms) || !is_positive(now))
		return answer_unanswered(finding, limit);
	if (now < standing->slippage_until_ms)
		return answer_if(false, finding, limit, standing->slippage);
	if (!is_value(standing->slippage_fills))
		return answer_unanswered(finding, limit);
	if (standing->slippage_fills < question->limits->slippage_fills)
		return answer_if(true, finding, limit, standing->slippage);
	if (!within(standing->slippage, -VALUE_MAX, VALUE_MAX))
		return answer_unanswered(finding, limit);
	return answer_most(finding, limit, standing->slippage);
}
