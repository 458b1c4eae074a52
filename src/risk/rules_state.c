/* SPDX-License-Identifier: MIT
 * The rules that read the desk: its states (1), the memory of the last loss (10), safe mode (13) and the
 * counters (15). A state whose inputs were not given (judge) leaves its rule unanswered. */
#include "gate.h"

/*@ requires question_ok(*question);
    assigns \nothing;
*/
static bool state_known(const struct question *question, int64_t bits)
{
	return question->standing->states_known >= 0 && (question->standing->states_known & bits) == bits;
}

/* A latch that is set refuses even where its inputs are not known. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures \result == ANSWER_PASS ==> latch == 0;
*/
static enum answer answer_latch(const struct question *question, int64_t bits, int64_t latch,
				struct finding *finding, int64_t limit, int64_t actual)
{
	if (latch != 0)
		return answer_if(false, finding, limit, actual);
	if (!state_known(question, bits))
		return answer_unanswered(finding, limit);
	return answer_if(true, finding, limit, actual);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->desk->locked == 0);
*/
enum answer rule_locked(const struct question *question, struct finding *finding)
{
	const struct desk *desk = question->desk;

	return answer_latch(question, STATE_DRAWDOWN, desk->locked, finding, LOCK_DRAWDOWN,
			    desk_drawdown(desk));
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->desk->paused == 0);
*/
enum answer rule_paused(const struct question *question, struct finding *finding)
{
	const struct desk *desk = question->desk;

	return answer_latch(question, STATE_DRAWDOWN, desk->paused, finding, desk->pause_at,
			    desk_drawdown(desk));
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (positive(question->enter->decided_ms) && question->enter->decided_ms >= question->desk->halted_until_ms);
*/
enum answer rule_day_halted(const struct question *question, struct finding *finding)
{
	const struct desk *desk = question->desk;
	ms_t now = question->enter->decided_ms;
	ratio_t limit = question->limits->daily_loss;

	if (!state_known(question, STATE_DAY) || !is_positive(now) || !is_value(desk->halted_until_ms))
		return answer_unanswered(finding, limit);
	return answer_if(now >= desk->halted_until_ms, finding, limit, desk_daily_loss(desk));
}

/* limit: how long a cooldown lasts; actual: how much of it has passed. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->enter->decided_ms >= question->desk->cooldown_until_ms);
*/
enum answer rule_cooldown(const struct question *question, struct finding *finding)
{
	ms_t until = question->desk->cooldown_until_ms, now = question->enter->decided_ms;

	if (!is_value(until) || !is_positive(now))
		return answer_unanswered(finding, COOLDOWN_MS);
	if (now < until)
		return answer_if(false, finding, COOLDOWN_MS,
				 until - now < COOLDOWN_MS ? COOLDOWN_MS - (until - now) : 0);
	if (!state_known(question, STATE_STREAK))
		return answer_unanswered(finding, COOLDOWN_MS);
	return answer_if(true, finding, COOLDOWN_MS, COOLDOWN_MS);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->desk->operator_halt == 0);
*/
enum answer rule_operator_halt(const struct question *question, struct finding *finding)
{
	int64_t halt = question->desk->operator_halt;

	return answer_latch(question, STATE_OPERATOR, halt, finding, 0, halt);
}

/* Whether rule 10 still looks back at the last losing trade. */
/*@ requires question_ok(*question) && value(question->desk->loss_ms) &&
        value(question->limits->martingale_ms);
    assigns \nothing;
    ensures \result != 0 <==> question->desk->loss_risk > 0 &&
        question->enter->decided_ms < question->desk->loss_ms + question->limits->martingale_ms;
*/
static bool loss_counts(const struct question *question)
{
	const struct desk *desk = question->desk;

	return desk->loss_risk > 0 &&
	       question->enter->decided_ms < desk->loss_ms + question->limits->martingale_ms;
}

/* In percent of C: risk / C may not pass loss_risk / loss_capital. The limit is rounded down; one that passes
 * VALUE_MAX allows any order, and a loss on no capital allows none. */
/*@ requires \valid_read(desk) && value(desk->loss_risk) && positive(capital);
    assigns \nothing;
    ensures value(\result);
    ensures none: desk->loss_capital <= 0 ==> \result == 0;
    ensures fair: \result * desk->loss_capital <= desk->loss_risk * capital;
*/
static money_t loss_allows(const struct desk *desk, money_t capital)
{
	if (!is_positive(desk->loss_capital))
		return 0;
	money_t allowed = mul_div_down(desk->loss_risk, capital, desk->loss_capital);
	return is_value(allowed) ? allowed : VALUE_MAX;
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (not_more_after_loss(question->desk, question->risk, question->standing->capital,
                            question->enter->decided_ms, question->limits->martingale_ms));
*/
enum answer rule_martingale(const struct question *question, struct finding *finding)
{
	const struct desk *desk = question->desk;
	money_t capital = question->standing->capital, risk = question->risk;

	if (!state_known(question, STATE_LAST_LOSS) || !is_positive(question->enter->decided_ms) ||
	    !is_value(desk->loss_ms) || !is_value(question->limits->martingale_ms) ||
	    !is_value(desk->loss_risk))
		return answer_unanswered(finding, UNKNOWN);
	if (!is_positive(capital) || !is_value(risk))
		return answer_unanswered(finding, UNKNOWN);
	if (!loss_counts(question))
		return answer_if(true, finding, VALUE_MAX, risk);
	money_t allowed = loss_allows(desk, capital);
	/*@ ghost if (risk <= allowed)
		lemma_not_more(risk, allowed, desk->loss_capital, desk->loss_risk, capital); */
	//@ assert fair: risk <= allowed ==> risk * desk->loss_capital <= desk->loss_risk * capital;
	return answer_most(finding, allowed, risk);
}

/* Confidence is wanted in any case: a proposal without one is not judged by this rule. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->desk->safe_mode != 0 ==>
        question->enter->confidence >= question->limits->safe_confidence);
*/
enum answer rule_safe_confidence(const struct question *question, struct finding *finding)
{
	ratio_t confidence = question->enter->confidence, limit = question->limits->safe_confidence;
	int64_t safe_mode = question->desk->safe_mode;

	if (!within(confidence, 0, RATIO_ONE) || (safe_mode == 0 && !state_known(question, STATE_DAYS)))
		return answer_unanswered(finding, limit);
	return answer_if(safe_mode == 0 || confidence >= limit, finding, limit, confidence);
}

/* Entries of the minute the order was decided in. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->desk->entries_minute < question->limits->entries_minute ||
        question->enter->decided_ms - question->enter->decided_ms % 60000 > question->desk->minute_ms);
*/
enum answer rule_entries_minute(const struct question *question, struct finding *finding)
{
	const struct desk *desk = question->desk;
	ms_t now = question->enter->decided_ms;
	int64_t limit = question->limits->entries_minute;

	if (!state_known(question, STATE_RATE) || !is_positive(now) || !is_value(desk->minute_ms))
		return answer_unanswered(finding, limit);
	int64_t entries = now - now % MINUTE_MS > desk->minute_ms ? 0 : desk->entries_minute;
	return answer_if(entries < limit, finding, limit, entries);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->desk->entries_day < question->limits->entries_day);
*/
enum answer rule_entries_day(const struct question *question, struct finding *finding)
{
	int64_t limit = question->limits->entries_day, entries = question->desk->entries_day;

	if (!state_known(question, STATE_RATE) || !is_value(entries))
		return answer_unanswered(finding, limit);
	return answer_if(entries < limit, finding, limit, entries);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (0 <= question->desk->fees_day &&
        question->desk->fees_day * 1000000000 <= question->standing->capital * question->limits->fees_day);
*/
enum answer rule_fees_day(const struct question *question, struct finding *finding)
{
	money_t capital = question->standing->capital, fees = question->desk->fees_day;
	ratio_t ratio = question->limits->fees_day;

	if (!state_known(question, STATE_RATE) || !is_positive(capital) || !within(ratio, 0, RATIO_ONE) ||
	    !is_value(fees))
		return answer_unanswered(finding, UNKNOWN);
	return answer_most(finding, share_down(capital, ratio), fees);
}
