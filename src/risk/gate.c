/* SPDX-License-Identifier: MIT
 * The gate. Every order that opens passes here and only here: every rule answers, none is skipped, and only
 * an order that no rule refuses and no rule leaves unanswered gets a ticket (ticket.c). Values in, values
 * out. */
#include "gate.h"

static bool prices_usable(const struct enter *enter)
{
	return is_positive(enter->entry) && is_positive(enter->stop);
}

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
static void question_risk(struct question *question)
{
	const struct enter *enter = question->enter;
	ratio_t fee = question->instrument->taker_fee;

	if (question->distance == UNKNOWN || !is_positive(enter->qty) || !within(fee, 0, RATIO_ONE))
		return;
	money_t move = notional_up(question->instrument, question->distance, enter->qty);
	money_t traded = notional_up(question->instrument, enter->entry + enter->stop, enter->qty);
	money_t fees = is_value(traded) ? share_up(traded, fee) : -1;
	if (is_value(move) && is_value(fees) && is_value(move + fees))
		question->risk = move + fees;
	else
		question->overflow = true;
}

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

static void assessment_take(struct assessment *out, enum refusal rule, enum answer answer,
			    struct finding finding)
{
	uint64_t bit = UINT64_C(1) << rule;

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
	struct finding finding = {.rule = REFUSAL_NONE};
	enum answer answer;

	question_compute(&question);
	*out = (struct assessment){.risk = question.risk};
#define X(id, name)                                                                                          \
	answer = rule_##name(&question, &finding);                                                           \
	assessment_take(out, REFUSAL_##id, answer, finding);
	GATE_RULES(X)
#undef X
}
