/* SPDX-License-Identifier: MIT
 * The rules about the order itself: stop and liquidation (4), target and reward (5), loss at the stop (6),
 * exposure and leverage (7), and the halves of them (14). */
#include "gate.h"

/* 0: the order carries none. */
/*@ requires \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures \result == ANSWER_PASS ==> price > 0;
*/
static enum answer answer_present(price_t price, struct finding *finding)
{
	if (!is_value(price))
		return answer_unanswered(finding, 1);
	return answer_if(price > 0, finding, 1, price);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->enter->stop > 0);
*/
enum answer rule_no_stop(const struct question *question, struct finding *finding)
{
	return answer_present(question->enter->stop, finding);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->enter->target > 0);
*/
enum answer rule_no_target(const struct question *question, struct finding *finding)
{
	return answer_present(question->enter->target, finding);
}

/* above: whether the level has to be above the entry. The entry itself is on neither side. */
/*@ requires \valid_read(enter) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures \result == ANSWER_PASS ==> (enter->side == 1 || enter->side == -1) &&
        (above ? level > enter->entry : level < enter->entry);
*/
static enum answer answer_beyond(const struct enter *enter, price_t level, bool above,
				 struct finding *finding)
{
	if (!is_side(enter->side) || !is_positive(enter->entry) || !is_positive(level))
		return answer_unanswered(finding, enter->entry);
	return answer_if(above ? level > enter->entry : level < enter->entry, finding, enter->entry, level);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        ((question->enter->side == 1 && question->enter->stop < question->enter->entry) ||
        (question->enter->side == -1 && question->enter->stop > question->enter->entry));
*/
enum answer rule_stop_side(const struct question *question, struct finding *finding)
{
	const struct enter *enter = question->enter;

	return answer_beyond(enter, enter->stop, enter->side == SIDE_SHORT, finding);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        ((question->enter->side == 1 && question->enter->target > question->enter->entry) ||
        (question->enter->side == -1 && question->enter->target < question->enter->entry));
*/
enum answer rule_target_side(const struct question *question, struct finding *finding)
{
	const struct enter *enter = question->enter;

	return answer_beyond(enter, enter->target, enter->side == SIDE_LONG, finding);
}

#define STOP_TICKS 2

/* Nearer than max(2 ticks, spread). Two ticks are wanted whatever the spread. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->distance >= 2);
*/
enum answer rule_stop_near(const struct question *question, struct finding *finding)
{
	ratio_t spread = question->quote->spread;

	if (!is_value(question->distance))
		return answer_unanswered(finding, STOP_TICKS);
	if (question->distance < STOP_TICKS)
		return answer_if(false, finding, STOP_TICKS, question->distance);
	if (!is_value(spread))
		return answer_unanswered(finding, STOP_TICKS);
	price_t wanted = share_up(question->enter->entry, spread);
	if (!is_value(wanted))
		wanted = VALUE_MAX;
	if (wanted < STOP_TICKS)
		wanted = STOP_TICKS;
	return answer_if(question->distance >= wanted, finding, wanted, question->distance);
}

/* Isolated: a long is liquidated when the loss has eaten the margin 1/L but for the maintenance margin. 1/L
 * is rounded down, so liquidation seems nearer than it is; under 1x it counts as 1x. 0: never. */
/*@ requires 0 <= inverse <= 1000000000 && 0 <= maintenance <= 1000000000;
    assigns \nothing;
*/
static price_t liquidation_long(price_t entry, ratio_t inverse, ratio_t maintenance)
{
	ratio_t share = RATIO_ONE - inverse + maintenance;

	return share <= 0 ? 0 : share_up(entry, share);
}

/* VALUE_MAX: further than any price. */
/*@ requires 0 <= inverse <= 1000000000 && 0 <= maintenance <= 1000000000;
    assigns \nothing;
*/
static price_t liquidation_short(price_t entry, ratio_t inverse, ratio_t maintenance)
{
	ratio_t share = RATIO_ONE + inverse - maintenance;
	price_t level = share_down(entry, share);

	return is_value(level) ? level : VALUE_MAX;
}

/* limit: the stop; actual: where liquidation would come. A maintenance margin that nobody told can only bring
 * liquidation nearer: with none at all the order may already fail, but it cannot pass. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
*/
enum answer rule_liquidation(const struct question *question, struct finding *finding)
{
	const struct enter *enter = question->enter;
	ratio_t leverage = question->standing->leverage, maintenance = question->instrument->maintenance;
	bool told = within(maintenance, 0, RATIO_ONE);

	if (!is_side(enter->side) || !is_positive(enter->entry) || !is_positive(enter->stop) ||
	    !is_positive(leverage))
		return answer_unanswered(finding, enter->stop);
	ratio_t inverse = leverage < RATIO_ONE ? RATIO_ONE : mul_div_down(RATIO_ONE, RATIO_ONE, leverage);
	price_t level = enter->side == SIDE_LONG
				? liquidation_long(enter->entry, inverse, told ? maintenance : 0)
				: liquidation_short(enter->entry, inverse, told ? maintenance : 0);
	bool beyond = enter->side == SIDE_LONG ? level < enter->stop : level > enter->stop;
	if (beyond && !told)
		return answer_unanswered(finding, enter->stop);
	return answer_if(beyond, finding, enter->stop, level);
}

/* From the entry price, in whole ticks: exact. The ratio is only for the reader, rounded down. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->distance != INT64_MIN &&
        reward_enough(question->enter->entry, question->enter->stop, question->enter->target));
*/
enum answer rule_reward_risk(const struct question *question, struct finding *finding)
{
	const struct enter *enter = question->enter;
	ratio_t limit = RATIO_ONE * REWARD_RISK_NUM / REWARD_RISK_DEN;

	if (!is_positive(question->distance) || !is_positive(enter->target))
		return answer_unanswered(finding, limit);
	price_t reward =
		enter->target > enter->entry ? enter->target - enter->entry : enter->entry - enter->target;
	ratio_t ratio = mul_div_down(reward, RATIO_ONE, question->distance);
	return answer_if(REWARD_RISK_DEN * reward >= REWARD_RISK_NUM * question->distance, finding, limit,
			 is_value(ratio) ? ratio : VALUE_MAX);
}

/* held: what there is already; added: what the order adds. */
/*@ requires \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures \result == ANSWER_PASS <==> value(held) && value(added) && held + added <= limit;
    ensures \result == ANSWER_UNANSWERED <==> !value(held) || !value(added);
*/
static enum answer answer_sum(money_t held, money_t added, money_t limit, struct finding *finding)
{
	if (!is_value(held) || !is_value(added))
		return answer_unanswered(finding, limit);
	return answer_most(finding, limit, held + added);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (value(question->risk) && positive(question->standing->capital) &&
        (question->limits->risk_per_trade >= 0 ==>
            question->risk * 1000000000 <= question->standing->capital * question->limits->risk_per_trade) &&
        percent(question->risk, 2, question->standing->capital));
*/
enum answer rule_risk(const struct question *question, struct finding *finding)
{
	money_t capital = question->standing->capital;

	if (!is_positive(capital))
		return answer_unanswered(finding, UNKNOWN);
	return answer_sum(0, question->risk, limit_risk(question->limits, capital, false), finding);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (value(question->notional) && value(question->standing->symbol_exposure) &&
        percent(question->standing->symbol_exposure + question->notional, 30, question->standing->capital));
*/
enum answer rule_symbol_exposure(const struct question *question, struct finding *finding)
{
	const struct standing *standing = question->standing;

	if (!is_positive(standing->capital))
		return answer_unanswered(finding, UNKNOWN);
	return answer_sum(standing->symbol_exposure, question->notional,
			  limit_symbol(standing->capital, false), finding);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (value(question->notional) && value(question->standing->total_exposure) &&
        percent(question->standing->total_exposure + question->notional, 50, question->standing->capital));
*/
enum answer rule_total_exposure(const struct question *question, struct finding *finding)
{
	const struct standing *standing = question->standing;

	if (!is_positive(standing->capital))
		return answer_unanswered(finding, UNKNOWN);
	return answer_sum(standing->total_exposure, question->notional, limit_total(standing->capital, false),
			  finding);
}

/* The setting as read back, and the one the order asks for. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->standing->leverage <= 2000000000 && question->enter->leverage <= 2000000000);
*/
enum answer rule_leverage(const struct question *question, struct finding *finding)
{
	ratio_t set = question->standing->leverage, wanted = question->enter->leverage;

	if (is_value(wanted) && wanted > CAP_LEVERAGE)
		return answer_if(false, finding, CAP_LEVERAGE, wanted);
	if (!is_positive(set) || !is_value(wanted))
		return answer_unanswered(finding, CAP_LEVERAGE);
	return answer_most(finding, CAP_LEVERAGE, set);
}

/* Half size comes from drawdown or from safe mode: not to be in it, both must be known. */
/*@ requires question_ok(*question);
    assigns \nothing;
*/
static bool half_unknown(const struct question *question)
{
	int64_t known = question->standing->states_known, both = STATE_DRAWDOWN | STATE_DAYS;

	return question->desk->half_size == 0 && (known < 0 || (known & both) != both);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures \result == ANSWER_PASS && question->desk->half_size != 0 ==>
        positive(question->standing->capital) && value(held) && value(added) && held + added <= limit;
*/
static enum answer answer_half(const struct question *question, money_t held, money_t added, money_t limit,
			       struct finding *finding)
{
	if (half_unknown(question) || !is_positive(question->standing->capital))
		return answer_unanswered(finding, limit);
	enum answer answer = answer_sum(held, added, limit, finding);
	return answer == ANSWER_FAIL && question->desk->half_size == 0 ? ANSWER_PASS : answer;
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->desk->half_size != 0 ==>
        (question->limits->risk_per_trade >= 0 ==>
            question->risk * 2000000000 <= question->standing->capital * question->limits->risk_per_trade) &&
        half_percent(question->risk, 2, question->standing->capital));
*/
enum answer rule_half_risk(const struct question *question, struct finding *finding)
{
	money_t limit = limit_risk(question->limits, question->standing->capital, true);

	return answer_half(question, 0, question->risk, limit, finding);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->desk->half_size != 0 ==>
        half_percent(question->standing->symbol_exposure + question->notional, 30, question->standing->capital));
*/
enum answer rule_half_symbol(const struct question *question, struct finding *finding)
{
	const struct standing *standing = question->standing;

	return answer_half(question, standing->symbol_exposure, question->notional,
			   limit_symbol(standing->capital, true), finding);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->desk->half_size != 0 ==>
        half_percent(question->standing->total_exposure + question->notional, 50, question->standing->capital));
*/
enum answer rule_half_total(const struct question *question, struct finding *finding)
{
	const struct standing *standing = question->standing;

	return answer_half(question, standing->total_exposure, question->notional,
			   limit_total(standing->capital, true), finding);
}
