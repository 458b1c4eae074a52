/* SPDX-License-Identifier: MIT
 * The rules about what stands: start-up, exchange and data (1, 2), the instrument (3), the number of
 * positions (8) and what is already held in the symbol (9). */
#include "gate.h"

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->standing->ready == 1);
*/
enum answer rule_not_ready(const struct question *question, struct finding *finding)
{
	return answer_flag(finding, 1, question->standing->ready);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->standing->healthy == 1);
*/
enum answer rule_unhealthy(const struct question *question, struct finding *finding)
{
	return answer_flag(finding, 1, question->standing->healthy);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (0 <= question->standing->clock_off_ms <= question->limits->clock_off_ms);
*/
enum answer rule_clock(const struct question *question, struct finding *finding)
{
	ms_t off_ms = question->standing->clock_off_ms, limit = question->limits->clock_off_ms;

	if (!is_value(off_ms))
		return answer_unanswered(finding, limit);
	return answer_most(finding, limit, off_ms);
}

/* Something heard later than now is as wrong as something stale, once it is past what a clock may be off. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures \result == ANSWER_PASS ==> positive(question->enter->decided_ms) &&
        -question->limits->clock_off_ms <= question->enter->decided_ms - heard_ms <= limit;
*/
static enum answer answer_age(const struct question *question, ms_t heard_ms, ms_t limit,
			      struct finding *finding)
{
	ms_t now = question->enter->decided_ms, off_ms = question->limits->clock_off_ms;

	if (!is_positive(now) || !is_value(heard_ms) || !is_value(off_ms))
		return answer_unanswered(finding, limit);
	return answer_if(within(now - heard_ms, -off_ms, limit), finding, limit, now - heard_ms);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (-question->limits->clock_off_ms <= question->enter->decided_ms - question->quote->ticker_ms <=
            question->limits->ticker_age_ms);
*/
enum answer rule_ticker_stale(const struct question *question, struct finding *finding)
{
	return answer_age(question, question->quote->ticker_ms, question->limits->ticker_age_ms, finding);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (-question->limits->clock_off_ms <= question->enter->decided_ms - question->quote->bar_ms <=
            question->limits->timeframe_ms + question->limits->bar_age_ms);
*/
enum answer rule_bar_stale(const struct question *question, struct finding *finding)
{
	ms_t bar_ms = question->limits->timeframe_ms, age_ms = question->limits->bar_age_ms;

	if (!is_value(bar_ms) || !is_value(age_ms))
		return answer_unanswered(finding, UNKNOWN);
	return answer_age(question, question->quote->bar_ms, bar_ms + age_ms, finding);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->standing->order_unknown == 0);
*/
enum answer rule_order_unknown(const struct question *question, struct finding *finding)
{
	return answer_flag(finding, 0, question->standing->order_unknown);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->standing->unreconciled == 0);
*/
enum answer rule_unreconciled(const struct question *question, struct finding *finding)
{
	return answer_flag(finding, 0, question->standing->unreconciled);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->standing->unexplained == 0);
*/
enum answer rule_unexplained(const struct question *question, struct finding *finding)
{
	return answer_flag(finding, 0, question->standing->unexplained);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->instrument->status == 0);
*/
enum answer rule_not_trading(const struct question *question, struct finding *finding)
{
	int64_t status = question->instrument->status;

	if (status == UNKNOWN)
		return answer_unanswered(finding, INSTRUMENT_TRADING);
	return answer_if(status == INSTRUMENT_TRADING, finding, INSTRUMENT_TRADING, status);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->instrument->blacklisted == 0);
*/
enum answer rule_blacklisted(const struct question *question, struct finding *finding)
{
	return answer_flag(finding, 0, question->instrument->blacklisted);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->standing->foreign == 0);
*/
enum answer rule_foreign(const struct question *question, struct finding *finding)
{
	return answer_flag(finding, 0, question->standing->foreign);
}

/* Whole lots and ticks are on the grid by their type; what can differ is which grid they were counted on. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->enter->generation == question->instrument->generation);
*/
enum answer rule_off_grid(const struct question *question, struct finding *finding)
{
	int64_t generation = question->instrument->generation, meant = question->enter->generation;

	if (generation == UNKNOWN || meant == UNKNOWN)
		return answer_unanswered(finding, generation);
	return answer_if(meant == generation, finding, generation, meant);
}

/* The least number of lots whose value, rounded down, reaches the least notional. */
/*@ requires \valid_read(instrument);
    assigns \nothing;
*/
static qty_t least_lots(const struct instrument *instrument, price_t price)
{
	qty_t lots = lots_for(instrument, price, instrument->min_notional);

	if (!is_value(lots))
		return VALUE_MAX;
	return notional_down(instrument, price, lots) < instrument->min_notional ? lots + 1 : lots;
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->enter->qty >= question->instrument->min_qty);
*/
enum answer rule_under_minimum(const struct question *question, struct finding *finding)
{
	const struct instrument *instrument = question->instrument;
	qty_t qty = question->enter->qty;
	price_t entry = question->enter->entry;

	if (!is_positive(qty) || !is_value(instrument->min_qty))
		return answer_unanswered(finding, instrument->min_qty);
	if (qty < instrument->min_qty)
		return answer_if(false, finding, instrument->min_qty, qty);
	if (!is_positive(entry) || !is_value(instrument->min_notional) || !is_value(question->notional))
		return answer_unanswered(finding, instrument->min_qty);
	if (notional_down(instrument, entry, qty) < instrument->min_notional)
		return answer_if(false, finding, least_lots(instrument, entry), qty);
	return answer_if(true, finding, instrument->min_qty, qty);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (0 < question->enter->qty <= question->instrument->max_qty);
*/
enum answer rule_over_maximum(const struct question *question, struct finding *finding)
{
	qty_t qty = question->enter->qty, limit = question->instrument->max_qty;

	if (!is_positive(qty) || !is_value(limit))
		return answer_unanswered(finding, limit);
	return answer_most(finding, limit, qty);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->standing->positions < question->limits->positions);
*/
enum answer rule_positions(const struct question *question, struct finding *finding)
{
	int64_t positions = question->standing->positions, limit = question->limits->positions;

	if (!is_value(positions))
		return answer_unanswered(finding, limit);
	return answer_if(positions < limit, finding, limit, positions);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->standing->entry_pending == 0);
*/
enum answer rule_entry_pending(const struct question *question, struct finding *finding)
{
	return answer_flag(finding, 0, question->standing->entry_pending);
}

/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->standing->side != -question->enter->side && -1 <= question->standing->side <= 1);
*/
enum answer rule_opposite(const struct question *question, struct finding *finding)
{
	int64_t side = question->enter->side, held = question->standing->side;

	if (!is_side(side) || !within(held, SIDE_SHORT, SIDE_LONG))
		return answer_unanswered(finding, side);
	return answer_if(held != -side, finding, side, held);
}

/* A holding that does not lose passes whatever its side; one that does must be known to be on the other side,
 * and then rule_opposite refuses it. */
/*@ requires question_ok(*question) && \valid(finding);
    assigns *finding;
    ensures answers: \result == ANSWER_PASS || \result == ANSWER_FAIL || \result == ANSWER_UNANSWERED;
    ensures passes: \result == ANSWER_PASS ==>
        (question->standing->losing == 0 ||
        (question->standing->losing == 1 && question->standing->side != question->enter->side));
*/
enum answer rule_averaging_down(const struct question *question, struct finding *finding)
{
	int64_t side = question->enter->side, held = question->standing->side,
		losing = question->standing->losing;

	if (losing == 0)
		return answer_if(true, finding, 0, 0);
	if (losing != 1 || !is_side(side) || !within(held, SIDE_SHORT, SIDE_LONG))
		return answer_unanswered(finding, 0);
	return answer_if(held != side, finding, 0, 1);
}
