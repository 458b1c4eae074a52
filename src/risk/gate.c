/* SPDX-License-Identifier: MIT
 * The gate. Every order that opens passes here and only here: every rule answers, none is skipped, and only
 * an order that no rule refuses and no rule leaves unanswered gets a ticket (ticket.c). Values in, values
 * out. */
#include "gate.h"

/*@ requires \valid_read(enter);
    assigns \nothing;
    ensures \result != 0 <==> positive(enter->entry) && positive(enter->stop);
*/
static bool prices_usable(const struct enter *enter)
{
	return is_positive(enter->entry) && is_positive(enter->stop);
}

/*@ requires \valid(question) && readable(*question) && question->notional == INT64_MIN;
    assigns question->notional, question->overflow;
    ensures notional_right(*question);
*/
static void question_notional(struct question *question)
{
	const struct enter *enter = question->enter;

	if (!is_positive(enter->entry) || !is_positive(enter->qty))
		return;
	money_t notional = notional_up(question->instrument, enter->entry, enter->qty);
	if (is_value(notional))
		question->notional = notional;
	else
		question->overflow = true;
}

/* Loss at the stop: the move, and the taker fee on what is bought and on what is sold again at the stop. One
 * rounding each, up. entry + stop is at most 2e17: no overflow. */
/*@ requires \valid(question) && readable(*question) && question->risk == INT64_MIN && distance_right(*question);
    assigns question->risk, question->overflow;
    ensures risk_right(*question);
*/
static void question_risk(struct question *question)
{
	const struct enter *enter = question->enter;
	ratio_t fee = question->instrument->taker_fee;

	if (question->distance == UNKNOWN || !is_positive(enter->qty) || !within(fee, 0, RATIO_ONE))
		return;
	money_t move = notional_up(question->instrument, question->distance, enter->qty);
	money_t traded = notional_up(question->instrument, enter->entry + enter->stop, enter->qty);
	money_t fees = is_value(traded) ? share_up(traded, fee) : -1;
	/*@ ghost if (move >= 0 && fees >= 0)
		lemma_loss(question->distance, enter->entry, enter->stop, enter->qty, question->instrument->value_num,
			   question->instrument->value_den, fee, move, traded, fees); */
	/*@ assert sum: move >= 0 && fees >= 0 ==> 0 < question->instrument->value_den &&
	      loss_covered(move + fees, enter->entry, enter->stop, enter->qty, question->instrument->value_num,
			   question->instrument->value_den, fee); */
	if (is_value(move) && is_value(fees) && is_value(move + fees))
		question->risk = move + fees;
	else
		question->overflow = true;
}

/*@ requires \valid(question) && readable(*question);
    assigns question->distance, question->notional, question->risk, question->overflow;
    ensures question_ok(*question);
*/
static void question_compute(struct question *question)
{
	const struct enter *enter = question->enter;

	question->distance = question->notional = question->risk = UNKNOWN;
	question->overflow = false;
	if (prices_usable(enter))
		question->distance =
			enter->entry > enter->stop ? enter->entry - enter->stop : enter->stop - enter->entry;
	if (!is_positive(question->instrument->value_num) || !is_positive(question->instrument->value_den))
		return;
	question_notional(question);
	question_risk(question);
}

/*@ requires \valid(out) && told(out->failed, out->first.rule) &&
        told(out->unanswered, out->first_unanswered.rule) && 1 <= rule < 64;
    assigns *out;
    ensures named: told(out->failed, out->first.rule) &&
        told(out->unanswered, out->first_unanswered.rule);
    ensures clean: out->failed == 0 && out->unanswered == 0 <==>
        \old(out->failed) == 0 && \old(out->unanswered) == 0 &&
        answer != ANSWER_FAIL && answer != ANSWER_UNANSWERED;
    ensures risk: out->risk == \old(out->risk);
*/
static void assessment_take(struct assessment *out, enum refusal rule, enum answer answer,
			    struct finding finding)
{
	uint64_t bit = UINT64_C(1) << rule;

	//@ assert bit: bit >= 1;
	finding.rule = rule;
	if (answer == ANSWER_FAIL) {
		if (out->failed == 0)
			out->first = finding;
		out->failed |= bit;
	} else if (answer == ANSWER_UNANSWERED) {
		if (out->unanswered == 0)
			out->first_unanswered = finding;
		out->unanswered |= bit;
	}
}

#define X(id, name)                                                                                          \
	answer = rule_##name(question, &finding);                                                            \
	assessment_take(out, REFUSAL_##id, answer, finding);

/*@ requires question_ok(*question) && \valid(out) &&
        told(out->failed, out->first.rule) && told(out->unanswered, out->first_unanswered.rule);
    assigns *out;
    ensures named: told(out->failed, out->first.rule) &&
        told(out->unanswered, out->first_unanswered.rule);
    ensures before: out->failed == 0 && out->unanswered == 0 ==>
        \old(out->failed) == 0 && \old(out->unanswered) == 0;
    ensures money: out->risk == \old(out->risk);
    ensures unusable: out->failed == 0 && out->unanswered == 0 ==>
        (question->overflow == 0 && 0 <= question->limits->risk_per_trade <= 20000000 &&
        value(question->limits->ticket_ms));
*/
static void assess_usable(const struct question *question, struct assessment *out)
{
	struct finding finding = {.rule = REFUSAL_NONE};
	enum answer answer;

	GATE_USABLE_RULES(X)
}

/*@ requires question_ok(*question) && \valid(out) &&
        told(out->failed, out->first.rule) && told(out->unanswered, out->first_unanswered.rule);
    assigns *out;
    ensures named: told(out->failed, out->first.rule) &&
        told(out->unanswered, out->first_unanswered.rule);
    ensures before: out->failed == 0 && out->unanswered == 0 ==>
        \old(out->failed) == 0 && \old(out->unanswered) == 0;
    ensures money: out->risk == \old(out->risk);
    ensures locked: out->failed == 0 && out->unanswered == 0 ==>
        (question->desk->locked == 0);
    ensures paused: out->failed == 0 && out->unanswered == 0 ==>
        (question->desk->paused == 0);
    ensures day_halted: out->failed == 0 && out->unanswered == 0 ==>
        (positive(question->enter->decided_ms) && question->enter->decided_ms >= question->desk->halted_until_ms);
    ensures cooldown: out->failed == 0 && out->unanswered == 0 ==>
        (question->enter->decided_ms >= question->desk->cooldown_until_ms);
    ensures operator_halt: out->failed == 0 && out->unanswered == 0 ==>
        (question->desk->operator_halt == 0);
    ensures not_ready: out->failed == 0 && out->unanswered == 0 ==>
        (question->standing->ready == 1);
    ensures unhealthy: out->failed == 0 && out->unanswered == 0 ==>
        (question->standing->healthy == 1);
    ensures clock: out->failed == 0 && out->unanswered == 0 ==>
        (0 <= question->standing->clock_off_ms <= question->limits->clock_off_ms);
    ensures ticker_stale: out->failed == 0 && out->unanswered == 0 ==>
        (-question->limits->clock_off_ms <= question->enter->decided_ms - question->quote->ticker_ms <=
            question->limits->ticker_age_ms);
    ensures bar_stale: out->failed == 0 && out->unanswered == 0 ==>
        (-question->limits->clock_off_ms <= question->enter->decided_ms - question->quote->bar_ms <=
            question->limits->timeframe_ms + question->limits->bar_age_ms);
*/
static void assess_state(const struct question *question, struct assessment *out)
{
	struct finding finding = {.rule = REFUSAL_NONE};
	enum answer answer;

	GATE_STATE_RULES(X)
}

/*@ requires question_ok(*question) && \valid(out) &&
        told(out->failed, out->first.rule) && told(out->unanswered, out->first_unanswered.rule);
    assigns *out;
    ensures named: told(out->failed, out->first.rule) &&
        told(out->unanswered, out->first_unanswered.rule);
    ensures before: out->failed == 0 && out->unanswered == 0 ==>
        \old(out->failed) == 0 && \old(out->unanswered) == 0;
    ensures money: out->risk == \old(out->risk);
    ensures order_unknown: out->failed == 0 && out->unanswered == 0 ==>
        (question->standing->order_unknown == 0);
    ensures unreconciled: out->failed == 0 && out->unanswered == 0 ==>
        (question->standing->unreconciled == 0);
    ensures unexplained: out->failed == 0 && out->unanswered == 0 ==>
        (question->standing->unexplained == 0);
    ensures not_trading: out->failed == 0 && out->unanswered == 0 ==>
        (question->instrument->status == 0);
    ensures blacklisted: out->failed == 0 && out->unanswered == 0 ==>
        (question->instrument->blacklisted == 0);
    ensures foreign: out->failed == 0 && out->unanswered == 0 ==>
        (question->standing->foreign == 0);
    ensures off_grid: out->failed == 0 && out->unanswered == 0 ==>
        (question->enter->generation == question->instrument->generation);
    ensures over_maximum: out->failed == 0 && out->unanswered == 0 ==>
        (0 < question->enter->qty <= question->instrument->max_qty);
    ensures under_minimum: out->failed == 0 && out->unanswered == 0 ==>
        (question->enter->qty >= question->instrument->min_qty);
*/
static void assess_known(const struct question *question, struct assessment *out)
{
	struct finding finding = {.rule = REFUSAL_NONE};
	enum answer answer;

	GATE_KNOWN_RULES(X)
}

/*@ requires question_ok(*question) && \valid(out) &&
        told(out->failed, out->first.rule) && told(out->unanswered, out->first_unanswered.rule);
    assigns *out;
    ensures named: told(out->failed, out->first.rule) &&
        told(out->unanswered, out->first_unanswered.rule);
    ensures before: out->failed == 0 && out->unanswered == 0 ==>
        \old(out->failed) == 0 && \old(out->unanswered) == 0;
    ensures money: out->risk == \old(out->risk);
    ensures no_stop: out->failed == 0 && out->unanswered == 0 ==>
        (question->enter->stop > 0);
    ensures stop_side: out->failed == 0 && out->unanswered == 0 ==>
        ((question->enter->side == 1 && question->enter->stop < question->enter->entry) ||
        (question->enter->side == -1 && question->enter->stop > question->enter->entry));
    ensures stop_near: out->failed == 0 && out->unanswered == 0 ==>
        (question->distance >= 2);
    ensures no_target: out->failed == 0 && out->unanswered == 0 ==>
        (question->enter->target > 0);
    ensures target_side: out->failed == 0 && out->unanswered == 0 ==>
        ((question->enter->side == 1 && question->enter->target > question->enter->entry) ||
        (question->enter->side == -1 && question->enter->target < question->enter->entry));
    ensures reward_risk: out->failed == 0 && out->unanswered == 0 ==>
        (question->distance != INT64_MIN &&
        reward_enough(question->enter->entry, question->enter->stop, question->enter->target));
*/
static void assess_order(const struct question *question, struct assessment *out)
{
	struct finding finding = {.rule = REFUSAL_NONE};
	enum answer answer;

	GATE_ORDER_RULES(X)
}

/*@ requires question_ok(*question) && \valid(out) &&
        told(out->failed, out->first.rule) && told(out->unanswered, out->first_unanswered.rule);
    assigns *out;
    ensures named: told(out->failed, out->first.rule) &&
        told(out->unanswered, out->first_unanswered.rule);
    ensures before: out->failed == 0 && out->unanswered == 0 ==>
        \old(out->failed) == 0 && \old(out->unanswered) == 0;
    ensures money: out->risk == \old(out->risk);
    ensures risk: out->failed == 0 && out->unanswered == 0 ==>
        (value(question->risk) && positive(question->standing->capital) &&
        (question->limits->risk_per_trade >= 0 ==>
            question->risk * 1000000000 <= question->standing->capital * question->limits->risk_per_trade) &&
        percent(question->risk, 2, question->standing->capital));
    ensures symbol_exposure: out->failed == 0 && out->unanswered == 0 ==>
        (value(question->notional) && value(question->standing->symbol_exposure) &&
        percent(question->standing->symbol_exposure + question->notional, 30, question->standing->capital));
    ensures total_exposure: out->failed == 0 && out->unanswered == 0 ==>
        (value(question->notional) && value(question->standing->total_exposure) &&
        percent(question->standing->total_exposure + question->notional, 50, question->standing->capital));
    ensures leverage: out->failed == 0 && out->unanswered == 0 ==>
        (question->standing->leverage <= 2000000000 && question->enter->leverage <= 2000000000);
*/
static void assess_size(const struct question *question, struct assessment *out)
{
	struct finding finding = {.rule = REFUSAL_NONE};
	enum answer answer;

	GATE_SIZE_RULES(X)
}

/*@ requires question_ok(*question) && \valid(out) &&
        told(out->failed, out->first.rule) && told(out->unanswered, out->first_unanswered.rule);
    assigns *out;
    ensures named: told(out->failed, out->first.rule) &&
        told(out->unanswered, out->first_unanswered.rule);
    ensures before: out->failed == 0 && out->unanswered == 0 ==>
        \old(out->failed) == 0 && \old(out->unanswered) == 0;
    ensures money: out->risk == \old(out->risk);
    ensures positions: out->failed == 0 && out->unanswered == 0 ==>
        (question->standing->positions < question->limits->positions);
    ensures entry_pending: out->failed == 0 && out->unanswered == 0 ==>
        (question->standing->entry_pending == 0);
    ensures opposite: out->failed == 0 && out->unanswered == 0 ==>
        (question->standing->side != -question->enter->side && -1 <= question->standing->side <= 1);
    ensures averaging_down: out->failed == 0 && out->unanswered == 0 ==>
        (question->standing->losing == 0 ||
        (question->standing->losing == 1 && question->standing->side != question->enter->side));
*/
static void assess_held(const struct question *question, struct assessment *out)
{
	struct finding finding = {.rule = REFUSAL_NONE};
	enum answer answer;

	GATE_HELD_RULES(X)
}

/*@ requires question_ok(*question) && \valid(out) &&
        told(out->failed, out->first.rule) && told(out->unanswered, out->first_unanswered.rule);
    assigns *out;
    ensures named: told(out->failed, out->first.rule) &&
        told(out->unanswered, out->first_unanswered.rule);
    ensures before: out->failed == 0 && out->unanswered == 0 ==>
        \old(out->failed) == 0 && \old(out->unanswered) == 0;
    ensures money: out->risk == \old(out->risk);
    ensures martingale: out->failed == 0 && out->unanswered == 0 ==>
        (not_more_after_loss(question->desk, question->risk, question->standing->capital,
                            question->enter->decided_ms, question->limits->martingale_ms));
*/
static void assess_loss(const struct question *question, struct assessment *out)
{
	struct finding finding = {.rule = REFUSAL_NONE};
	enum answer answer;

	GATE_LOSS_RULES(X)
}

/*@ requires question_ok(*question) && \valid(out) &&
        told(out->failed, out->first.rule) && told(out->unanswered, out->first_unanswered.rule);
    assigns *out;
    ensures named: told(out->failed, out->first.rule) &&
        told(out->unanswered, out->first_unanswered.rule);
    ensures before: out->failed == 0 && out->unanswered == 0 ==>
        \old(out->failed) == 0 && \old(out->unanswered) == 0;
    ensures money: out->risk == \old(out->risk);
    ensures volatility: out->failed == 0 && out->unanswered == 0 ==>
        (question->quote->volatility.den > 0 &&
        100 * question->quote->volatility.num <= 95 * question->quote->volatility.den);
    ensures spread: out->failed == 0 && out->unanswered == 0 ==>
        (question->quote->spread <= question->limits->spread);
    ensures safe_confidence: out->failed == 0 && out->unanswered == 0 ==>
        (question->desk->safe_mode != 0 ==>
        question->enter->confidence >= question->limits->safe_confidence);
    ensures depth: out->failed == 0 && out->unanswered == 0 ==>
        (-question->limits->clock_off_ms <= question->enter->decided_ms - question->quote->depth_ms <=
            question->limits->depth_age_ms &&
        0 <= question->limits->depth_multiple &&
        question->notional * question->limits->depth_multiple <= question->quote->depth);
    ensures slippage: out->failed == 0 && out->unanswered == 0 ==>
        (question->enter->decided_ms >= question->standing->slippage_until_ms &&
        (question->standing->slippage_fills >= question->limits->slippage_fills ==>
            question->standing->slippage <= question->limits->slippage));
*/
static void assess_market(const struct question *question, struct assessment *out)
{
	struct finding finding = {.rule = REFUSAL_NONE};
	enum answer answer;

	GATE_MARKET_RULES(X)
}

/*@ requires question_ok(*question) && \valid(out) &&
        told(out->failed, out->first.rule) && told(out->unanswered, out->first_unanswered.rule);
    assigns *out;
    ensures named: told(out->failed, out->first.rule) &&
        told(out->unanswered, out->first_unanswered.rule);
    ensures before: out->failed == 0 && out->unanswered == 0 ==>
        \old(out->failed) == 0 && \old(out->unanswered) == 0;
    ensures money: out->risk == \old(out->risk);
    ensures half_risk: out->failed == 0 && out->unanswered == 0 ==>
        (question->desk->half_size != 0 ==>
        (question->limits->risk_per_trade >= 0 ==>
            question->risk * 2000000000 <= question->standing->capital * question->limits->risk_per_trade) &&
        half_percent(question->risk, 2, question->standing->capital));
    ensures half_symbol: out->failed == 0 && out->unanswered == 0 ==>
        (question->desk->half_size != 0 ==>
        half_percent(question->standing->symbol_exposure + question->notional, 30, question->standing->capital));
    ensures half_total: out->failed == 0 && out->unanswered == 0 ==>
        (question->desk->half_size != 0 ==>
        half_percent(question->standing->total_exposure + question->notional, 50, question->standing->capital));
*/
static void assess_half(const struct question *question, struct assessment *out)
{
	struct finding finding = {.rule = REFUSAL_NONE};
	enum answer answer;

	GATE_HALF_RULES(X)
}

/*@ requires question_ok(*question) && \valid(out) &&
        told(out->failed, out->first.rule) && told(out->unanswered, out->first_unanswered.rule);
    assigns *out;
    ensures named: told(out->failed, out->first.rule) &&
        told(out->unanswered, out->first_unanswered.rule);
    ensures before: out->failed == 0 && out->unanswered == 0 ==>
        \old(out->failed) == 0 && \old(out->unanswered) == 0;
    ensures money: out->risk == \old(out->risk);
    ensures entries_day: out->failed == 0 && out->unanswered == 0 ==>
        (question->desk->entries_day < question->limits->entries_day);
    ensures entries_minute: out->failed == 0 && out->unanswered == 0 ==>
        (question->desk->entries_minute < question->limits->entries_minute ||
        question->enter->decided_ms - question->enter->decided_ms % 60000 > question->desk->minute_ms);
    ensures fees_day: out->failed == 0 && out->unanswered == 0 ==>
        (0 <= question->desk->fees_day &&
        question->desk->fees_day * 1000000000 <= question->standing->capital * question->limits->fees_day);
*/
static void assess_rate(const struct question *question, struct assessment *out)
{
	struct finding finding = {.rule = REFUSAL_NONE};
	enum answer answer;

	GATE_RATE_RULES(X)
}
#undef X

/*@ requires \valid_read(limits) && \valid_read(desk) && \valid_read(standing) && \valid_read(quote) &&
        \valid_read(instrument) && \valid_read(enter) && \valid(out);
    assigns *out;
    ensures stop_and_target: out->failed == 0 && out->unanswered == 0 ==>
        sides_right(enter->side, enter->entry, enter->stop, enter->target);
    ensures reward: out->failed == 0 && out->unanswered == 0 ==>
        reward_enough(enter->entry, enter->stop, enter->target);
    ensures loss: out->failed == 0 && out->unanswered == 0 ==>
        loss_covered(out->risk, enter->entry, enter->stop, enter->qty, instrument->value_num,
                     instrument->value_den, instrument->taker_fee);
    ensures share: out->failed == 0 && out->unanswered == 0 ==>
        0 <= out->risk && out->risk * 1000000000 <= standing->capital * limits->risk_per_trade;
    ensures ceiling: out->failed == 0 && out->unanswered == 0 ==>
        percent(out->risk, 2, standing->capital);
    ensures symbol: out->failed == 0 && out->unanswered == 0 ==>
        exposure_within(standing->symbol_exposure, enter->entry, enter->qty, instrument->value_num,
                        instrument->value_den, 30, standing->capital);
    ensures half_symbol: out->failed == 0 && out->unanswered == 0 && desk->half_size != 0 ==>
        half_exposure_within(standing->symbol_exposure, enter->entry, enter->qty, instrument->value_num,
                             instrument->value_den, 30, standing->capital);
    ensures total: out->failed == 0 && out->unanswered == 0 ==>
        exposure_within(standing->total_exposure, enter->entry, enter->qty, instrument->value_num,
                        instrument->value_den, 50, standing->capital);
    ensures half_total: out->failed == 0 && out->unanswered == 0 && desk->half_size != 0 ==>
        half_exposure_within(standing->total_exposure, enter->entry, enter->qty, instrument->value_num,
                             instrument->value_den, 50, standing->capital);
    ensures half_loss: out->failed == 0 && out->unanswered == 0 && desk->half_size != 0 ==>
        out->risk * 2000000000 <= standing->capital * limits->risk_per_trade &&
        half_percent(out->risk, 2, standing->capital);
    ensures leverage: out->failed == 0 && out->unanswered == 0 ==>
        standing->leverage <= 2000000000 && enter->leverage <= 2000000000;
    ensures state: out->failed == 0 && out->unanswered == 0 ==>
        may_open(desk, standing, enter->decided_ms);
    ensures held: out->failed == 0 && out->unanswered == 0 ==>
        not_against(enter->side, standing->side, standing->losing);
    ensures after_loss: out->failed == 0 && out->unanswered == 0 ==>
        not_more_after_loss(desk, out->risk, standing->capital, enter->decided_ms, limits->martingale_ms);
    ensures volatility: out->failed == 0 && out->unanswered == 0 ==>
        100 * quote->volatility.num <= 95 * quote->volatility.den;
    ensures named: told(out->failed, out->first.rule) &&
        told(out->unanswered, out->first_unanswered.rule);
    ensures grid: out->failed == 0 && out->unanswered == 0 ==> instrument->status == 0 &&
        instrument->blacklisted == 0 && enter->generation == instrument->generation &&
        instrument->min_qty <= enter->qty <= instrument->max_qty;
    ensures fresh: out->failed == 0 && out->unanswered == 0 ==>
        standing->clock_off_ms <= limits->clock_off_ms &&
        enter->decided_ms - quote->ticker_ms <= limits->ticker_age_ms &&
        enter->decided_ms - quote->depth_ms <= limits->depth_age_ms &&
        enter->decided_ms - quote->bar_ms <= limits->timeframe_ms + limits->bar_age_ms;
    ensures market: out->failed == 0 && out->unanswered == 0 ==> quote->spread <= limits->spread &&
        enter->decided_ms >= standing->slippage_until_ms &&
        enter->entry * enter->qty * instrument->value_num * limits->depth_multiple <=
            quote->depth * instrument->value_den;
    ensures safe_mode: out->failed == 0 && out->unanswered == 0 && desk->safe_mode != 0 ==>
        enter->confidence >= limits->safe_confidence;
    ensures rates: out->failed == 0 && out->unanswered == 0 ==> desk->entries_day < limits->entries_day &&
        standing->positions < limits->positions &&
        desk->fees_day * 1000000000 <= standing->capital * limits->fees_day;
    ensures life: out->failed == 0 && out->unanswered == 0 ==>
        positive(enter->decided_ms) && value(limits->ticket_ms);
*/
void risk_assess(const struct limits *limits, const struct desk *desk, const struct standing *standing,
		 const struct quote *quote, const struct instrument *instrument, const struct enter *enter,
		 struct assessment *out)
{
	struct question question = {
		.limits = limits,
		.desk = desk,
		.standing = standing,
		.quote = quote,
		.instrument = instrument,
		.enter = enter,
	};

	question_compute(&question);
	/*@ assert loss: question.risk != INT64_MIN ==>
	      loss_covered(question.risk, enter->entry, enter->stop, enter->qty, instrument->value_num,
			   instrument->value_den, instrument->taker_fee); */
	/*@ assert notional: question.notional != INT64_MIN ==> instrument->value_den > 0 &&
	      notional_covered(question.notional, enter->entry, enter->qty, instrument->value_num,
			       instrument->value_den); */
	*out = (struct assessment){.risk = question.risk};
	assess_usable(&question, out);
	assess_state(&question, out);
	assess_known(&question, out);
	assess_order(&question, out);
	assess_size(&question, out);
	assess_held(&question, out);
	assess_loss(&question, out);
	assess_market(&question, out);
	assess_half(&question, out);
	assess_rate(&question, out);
	/*@ ghost if (out->failed == 0 && out->unanswered == 0) {
		lemma_times(enter->entry, enter->qty, instrument->value_num, question.notional, instrument->value_den,
			    limits->depth_multiple);
		lemma_times_sum(question.notional, limits->depth_multiple, quote->depth, 1, instrument->value_den);
		lemma_exposure(100, standing->symbol_exposure, question.notional, enter->entry, enter->qty,
			       instrument->value_num, instrument->value_den, 30, standing->capital);
		lemma_exposure(100, standing->total_exposure, question.notional, enter->entry, enter->qty,
			       instrument->value_num, instrument->value_den, 50, standing->capital);
		if (desk->half_size != 0) {
			lemma_exposure(200, standing->symbol_exposure, question.notional, enter->entry, enter->qty,
				       instrument->value_num, instrument->value_den, 30, standing->capital);
			lemma_exposure(200, standing->total_exposure, question.notional, enter->entry, enter->qty,
				       instrument->value_num, instrument->value_den, 50, standing->capital);
		}
	} */
}
