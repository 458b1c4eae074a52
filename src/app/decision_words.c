/* SPDX-License-Identifier: MIT
 * See decision_words.h. */
#include "decision_words.h"

#include "show.h"

#include <stdio.h>

/* Rules about plain numbers read better without a percent sign. */
static void show_side_of_rule(int64_t rule, int64_t value, const struct instrument *instrument,
			      char out[static SHOW_MAX])
{
	bool number =
		rule == REFUSAL_REWARD_RISK || rule == REFUSAL_LEVERAGE || rule == REFUSAL_SAFE_CONFIDENCE;
	if (refusal_rows[rule].unit != FIELD_RATIO || value == UNKNOWN)
		show_value(refusal_rows[rule].unit, value, instrument, out);
	else if (number)
		show_ratio(value, 2, out);
	else
		show_percent(value, 2, out);
}

/* "refused: reward_risk 1.31 < 1.50 (reward to risk is under 1.5)" */
static void say_refusal(const struct decision *decision, const struct instrument *instrument,
			char out[static DECISION_WORDS_MAX])
{
	char limit[SHOW_MAX], actual[SHOW_MAX], numbers[3 * SHOW_MAX] = "";

	if (decision->rule < 0 || decision->rule >= REFUSAL_COUNT) {
		snprintf(out, DECISION_WORDS_MAX, "refused");
		return;
	}
	const struct refusal_row *row = &refusal_rows[decision->rule];
	show_side_of_rule(decision->rule, decision->limit_value, instrument, limit);
	show_side_of_rule(decision->rule, decision->actual_value, instrument, actual);
	if (row->unit != FIELD_BOOL && decision->actual_value == UNKNOWN)
		snprintf(numbers, sizeof(numbers), " unknown, limit %s", limit);
	else if (row->unit != FIELD_BOOL && row->unit != FIELD_SIDE)
		snprintf(numbers, sizeof(numbers), " %s %s %s", actual,
			 decision->actual_value < decision->limit_value   ? "<"
			 : decision->actual_value > decision->limit_value ? ">"
									  : "=",
			 limit);
	snprintf(out, DECISION_WORDS_MAX, "refused: %s%s (%s)", row->name, numbers, row->text);
}

/* The reason, with the numbers where there are any. */
static void say_no_trade(const struct decision *decision, const struct instrument *instrument,
			 char out[static DECISION_WORDS_MAX])
{
	char limit[SHOW_MAX], actual[SHOW_MAX], numbers[3 * SHOW_MAX] = "";

	if (decision->note < 0 || decision->note >= NOTE_COUNT) {
		snprintf(out, DECISION_WORDS_MAX, "no trade");
		return;
	}
	if (decision->note == NOTE_COSTS) {
		show_ratio(decision->limit_value, 2, limit);
		show_ratio(decision->actual_value, 2, actual);
		snprintf(numbers, sizeof(numbers), " (%s < %s)", actual, limit);
	} else if (decision->note == NOTE_SIZE) {
		show_qty(decision->limit_value, instrument, limit);
		show_qty(decision->actual_value, instrument, actual);
		snprintf(numbers, sizeof(numbers), " (%s < %s)", actual, limit);
	}
	snprintf(out, DECISION_WORDS_MAX, "no trade: %s%s", note_rows[decision->note].text, numbers);
}

void decision_words(const struct decision *decision, const struct instrument *instrument,
		    char out[static DECISION_WORDS_MAX])
{
	char qty[SHOW_MAX];
	switch (decision->verdict) {
	case VERDICT_REFUSED: say_refusal(decision, instrument, out); break;
	case VERDICT_NO_TRADE: say_no_trade(decision, instrument, out); break;
	case VERDICT_APPROVED:
		show_qty(decision->qty, instrument, qty);
		snprintf(out, DECISION_WORDS_MAX, "approved: %s", qty);
		break;
	default: snprintf(out, DECISION_WORDS_MAX, "unknown verdict");
	}
}
