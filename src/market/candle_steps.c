/* SPDX-License-Identifier: MIT
 * The distances between the bars of a file: its timeframe, its gaps, and the bars that do not belong. Works
 * on runs of equal steps, because a sound file is one long run and a stretch of another timeframe is another.
 */
#include "candle_parser.h"

#include "timeframe.h"

/* A few neighbouring gaps of the same length may be chance (a quiet market, an exchange in trouble); so many
 * steps of another timeframe in a row are not. */
#define MIXED_RUN       3
#define MIXED_RUN_FINER 2 /* finer steps cannot be gaps: two neighbours, and it is another timeframe */

/* rows[first] .. rows[last]: readable bars, each `step` after the one before; broken by unreadable rows
 * nowhere but in between, which does not matter. */
struct run {
	size_t first, last;
	ms_t step;
	int64_t steps;
};

static size_t next_bar(const struct candle_table *t, size_t from)
{
	while (from < t->count && !is_bar(&t->rows[from]))
		from++;
	return from;
}

/* The run that follows the bar at `from`; false at the end of the file. */
static bool next_run(const struct candle_table *t, size_t from, struct run *run)
{
	size_t at = next_bar(t, from + 1);
	if (at >= t->count)
		return false;
	*run = (struct run){at, at, t->rows[at].open_ms - t->rows[from].open_ms, 1};
	while ((at = next_bar(t, run->last + 1)) < t->count &&
	       t->rows[at].open_ms - t->rows[run->last].open_ms == run->step) {
		run->last = at;
		run->steps++;
	}
	return true;
}

static ms_t usual_step(const struct candle_table *t, size_t from)
{
	int64_t count[TIMEFRAME_COUNT] = {0};
	struct run run;
	int best = -1;
	for (; next_run(t, from, &run); from = run.last) {
		int index = timeframe_index(run.step);
		if (index >= 0)
			count[index] += run.steps;
	}
	for (int i = 0; i < TIMEFRAME_COUNT; i++)
		if (count[i] > 0 && (best < 0 || count[i] > count[best]))
			best = i;
	return best < 0 ? UNKNOWN : timeframe_at(best);
}

static bool is_other_timeframe(const struct run *run, ms_t timeframe_ms)
{
	if (run->step == timeframe_ms || timeframe_index(run->step) < 0)
		return false;
	return run->steps >= (run->step < timeframe_ms ? MIXED_RUN_FINER : MIXED_RUN);
}

static void refuse_run(struct candle_table *t, const struct run *run)
{
	struct csv_fault *fault = csv_fault_add(&t->faults, candle_line(t, run->first), CSV_MIXED_TIMEFRAME);
	csv_fault_say_int(csv_fault_say(fault, ": from here "), run->steps);
	csv_fault_say(csv_fault_say(fault, " bars are "), timeframe_text(run->step));
	csv_fault_say(csv_fault_say(fault, " apart, the file is "), timeframe_text(t->timeframe_ms));
}

static bool is_on_grid(struct candle_table *t, size_t row)
{
	ms_t open_ms = t->rows[row].open_ms;
	if (timeframe_aligned(open_ms, t->timeframe_ms))
		return true;
	struct csv_fault *fault = csv_fault_add(&t->faults, candle_line(t, row), CSV_MISALIGNED);
	csv_fault_say_utc(csv_fault_say(fault, ": "), open_ms);
	csv_fault_say(csv_fault_say(fault, " is not the opening of a bar of "),
		      timeframe_text(t->timeframe_ms));
	return false;
}

/* Drops the bars beside the grid. False: without them the file looks like one of another timeframe, which is
 * a fault: nobody asked for that. */
static bool drop_misaligned(struct candle_table *t, ms_t hint_ms, size_t first)
{
	for (size_t row = first; row < t->count; row = next_bar(t, row + 1)) {
		if (is_on_grid(t, row))
			continue;
		struct csv_fault *repair = csv_fault_say(candle_mend(t), "; dropped");
		candle_mended(t,
			      candle_say_bar(repair, &t->rows[row], t->price_decimals, t->volume_decimals));
		t->rows[row].low = ROW_DROPPED;
	}
	first = next_bar(t, first);
	ms_t left_ms = first < t->count ? usual_step(t, first) : UNKNOWN;
	if (hint_ms != UNKNOWN || left_ms == t->timeframe_ms)
		return true;
	struct csv_fault *fault = csv_fault_add(&t->faults, 2, CSV_NO_TIMEFRAME);
	csv_fault_say(csv_fault_say(fault, ": with its misaligned bars the file is "),
		      timeframe_text(t->timeframe_ms));
	csv_fault_say(csv_fault_say(fault, ", without them "),
		      left_ms == UNKNOWN ? "none" : timeframe_text(left_ms));
	csv_fault_say(fault, "; say it in its name, SYMBOL-TIMEFRAME.csv");
	return false;
}

static void note_gap(struct candle_table *t, ms_t before_ms, size_t row)
{
	ms_t after_ms = t->rows[row].open_ms;
	int64_t missing = timeframe_missing(before_ms, after_ms, t->timeframe_ms);
	struct candle_gaps *gaps = &t->gaps;
	size_t beside = row - 1;
	while (beside > 0 && t->rows[beside].open_ms != UNKNOWN && !is_bar(&t->rows[beside]))
		beside--; /* what was dropped fills no gap */
	if (missing <= 0 || t->rows[beside].open_ms == UNKNOWN)
		return; /* the bar is there, but its line cannot be read */
	size_t line = candle_line(t, row);
	if (gaps->count < CANDLE_GAPS_KEPT)
		gaps->first[gaps->count] = (struct candle_gap){before_ms, after_ms, missing, line};
	gaps->count++;
	gaps->missing += missing;
	if (missing > gaps->longest)
		gaps->longest = missing;
	if (candle_repair_way(t->repair, CSV_GAP) != WAY_FLAT)
		return;
	struct csv_fault *fault = csv_fault_add(&t->faults, line, CSV_GAP);
	csv_fault_say_int(csv_fault_say(fault, ": "), missing);
	csv_fault_say_utc(
		csv_fault_say(fault, missing == 1 ? " bar missing between " : " bars missing between "),
		before_ms);
	csv_fault_say_utc(csv_fault_say(fault, " and "), after_ms);
	candle_mended(t, csv_fault_say(candle_mend(t), "; filled flat at the close before"));
}

/* The bars of one run, one by one; before_ms is the last bar on the grid, or UNKNOWN. */
static ms_t judge_run(struct candle_table *t, const struct run *run, ms_t before_ms)
{
	for (size_t row = run->first; row <= run->last; row = next_bar(t, row + 1)) {
		if (!is_on_grid(t, row))
			continue;
		if (before_ms != UNKNOWN)
			note_gap(t, before_ms, row);
		before_ms = t->rows[row].open_ms;
		if (run->step == t->timeframe_ms)
			return t->rows[run->last].open_ms; /* so are all the others of the run */
	}
	return before_ms;
}

void candle_steps_judge(struct candle_table *table, ms_t hint_ms)
{
	size_t first = next_bar(table, 0);
	struct run run;
	ms_t before_ms = UNKNOWN;
	if (first >= table->count)
		return;
	table->timeframe_ms = hint_ms != UNKNOWN ? hint_ms : usual_step(table, first);
	if (table->timeframe_ms == UNKNOWN) {
		/* A single bar has no step to judge, and beside unreadable rows the steps of the others tell
		 * little. */
		if (!next_run(table, first, &run) || table->faults.count > 0)
			return;
		struct csv_fault *fault =
			csv_fault_add(&table->faults, candle_line(table, run.first), CSV_NO_TIMEFRAME);
		csv_fault_say_int(csv_fault_say(fault, ": the bars are "), run.step / SECOND_MS);
		csv_fault_say(fault, " s apart; known are " TIMEFRAME_LIST);
		return;
	}
	if (candle_repair_way(table->repair, CSV_MISALIGNED) == WAY_DROP) {
		if (!drop_misaligned(table, hint_ms, first))
			return;
		first = next_bar(table, first);
	}
	if (first < table->count && is_on_grid(table, first))
		before_ms = table->rows[first].open_ms;
	for (; first < table->count && next_run(table, first, &run); first = run.last) {
		if (!is_other_timeframe(&run, table->timeframe_ms)) {
			before_ms = judge_run(table, &run, before_ms);
			continue;
		}
		refuse_run(table, &run);
		before_ms = UNKNOWN; /* whatever follows starts anew */
	}
}
