/* SPDX-License-Identifier: MIT
 * Repairs of candle files: what each way makes of the rows, that every one is told with its line, and that
 * nothing is mended that was not asked for. Each case is twelve 1m bars with something wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "candle_text.h"

#define HEAD  "ts_ms,open,high,low,close,volume\n"
#define BARS  12
#define FIRST 1746372780000LL
#define LINE  6 /* of bar 4, 1746373020000 */

static struct candle rows[256];
static size_t lines[256];
static struct candle_table table;
static struct candle_repair repair;
static char text[8192], told[8192];
static size_t tellings;

static void hear(void *ctx, const struct csv_fault *what)
{
	(void)ctx;
	size_t used = strlen(told);
	snprintf(told + used, sizeof(told) - used, "%zu: %s\n", what->line, what->text);
	tellings++;
}

/* The sound file, with this in the place of bar 4's line. */
static size_t file_with(const char *line)
{
	size_t used = (size_t)snprintf(text, sizeof(text), HEAD);
	for (int i = 0; i < BARS; i++)
		used += i + 2 == LINE
				? (size_t)snprintf(text + used, sizeof(text) - used, "%s", line)
				: (size_t)snprintf(text + used, sizeof(text) - used,
						   "%lld,100.5,101,100,100.75,2.5\n", FIRST + i * MINUTE_MS);
	return used;
}

static int read_with(const char *words, size_t length)
{
	struct csv_fault why;
	told[0] = '\0';
	tellings = 0;
	repair = (struct candle_repair){.tell = hear};
	if (words[0])
		assert_int_equal(candle_repair_parse(words, &repair, &why), 0);
	int answer = candle_text_repair(text, length, UNKNOWN, &repair, rows, lines, 256, &table);
	assert_int_equal(tellings, table.repairs.count);
	assert_int_equal(answer == 0, table.faults.count == 0);
	return answer;
}

/* Without a repair, and with all others, the line is refused; with this one it is told once, with these
 * words. */
static void assert_mended(const char *line, const char *words, const char *say)
{
	static const char *const all[] = {
		"conflicts=first",  "order=drop",      "gaps=flat",      "range=widen",     "spikes=drop",
		"nonpositive=drop", "unreadable=drop", "truncated=drop", "misaligned=drop", "years=drop"};
	size_t length = file_with(line), name = strcspn(words, "=");
	assert_int_equal(read_with("", length), TB_EINVAL);
	assert_int_equal(tellings, 0);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strncmp(all[i], words, name + 1) != 0)
			assert_int_equal(read_with(all[i], length), TB_EINVAL);
	if (read_with(words, length) != 0)
		fail_msg("%s: %s", words, table.faults.at[0].text);
	assert_int_equal(table.repairs.count, 1);
	assert_int_equal(table.repairs.at[0].line, LINE);
	if (!strstr(table.repairs.at[0].text, say))
		fail_msg("'%s' is not in '%s'", say, table.repairs.at[0].text);
}

static const struct candle *bar_at(ms_t open_ms)
{
	for (size_t i = 0; i < table.count; i++)
		if (table.rows[i].open_ms == open_ms)
			return &table.rows[i];
	return NULL;
}

static void a_row_that_is_no_row_can_be_dropped_and_leaves_a_gap(void **state)
{
	static const char *const broken[] = {
		"1746373020000,100.5,101,100,abc,2.5\n",  "1746373020000,100.5,101,100,NaN,2.5\n",
		"1746373020000,100.5,101,100,,2.5\n",     "1746373020000,100.5,101,100,2.5\n",
		"1746373020000,1e2,101,100,100.75,2.5\n", "1746373020000,100.5,101,100,100.75,-1\n",
		"1746373020000,1,1,1,1.123456789012,1\n", "\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		assert_mended(broken[i], "unreadable=drop", "; dropped \"");
		assert_int_equal(table.count, BARS - 1);
		assert_int_equal(table.gaps.missing, 1);
		assert_int_equal(table.gaps.first[0].line, LINE + 1);
	}
}

static void the_repair_quotes_what_was_there(void **state)
{
	(void)state;
	assert_mended("1746373020000,100.5,101,100,abc,2.5\n", "unreadable=drop",
		      "not a number: close is \"abc\"; dropped \"1746373020000,100.5,101,100,abc,2.5\"");
	assert_string_equal(
		told, "6: not a number: close is \"abc\"; dropped \"1746373020000,100.5,101,100,abc,2.5\"\n");
}

static void prices_of_zero_or_less_can_be_dropped(void **state)
{
	(void)state;
	assert_mended("1746373020000,100.5,101,0,100.75,2.5\n", "nonpositive=drop", "price not positive");
	assert_mended("1746373020000,-100.5,101,1,100.75,2.5\n", "nonpositive=drop", "price not positive");
	assert_int_equal(table.count, BARS - 1);
}

static void a_bar_outside_its_range_can_be_widened_or_dropped(void **state)
{
	const char *low_over_high = "1746373020000,100.5,100,101,100.75,2.5\n";
	const char *close_outside = "1746373020000,100.5,101,100,102,2.5\n";
	(void)state;
	assert_mended(low_over_high, "range=widen",
		      "high below low; high and low widened over 100.5 100 101 100.75 2.5");
	assert_int_equal(bar_at(1746373020000)->high, 10100);
	assert_int_equal(bar_at(1746373020000)->low, 10000);
	assert_mended(close_outside, "range=widen", "open or close outside");
	assert_int_equal(bar_at(1746373020000)->high, 10200);
	assert_int_equal(table.count, BARS);
	assert_mended(close_outside, "range=drop", "dropped 100.5 101 100 102 2.5");
	assert_null(bar_at(1746373020000));
}

static void of_two_bars_of_one_moment_the_first_or_the_last_counts(void **state)
{
	const char *other = "1746372960000,100.5,101,100,100.76,2.5\n"; /* bar 3 again, with another close */
	(void)state;
	assert_mended(other, "conflicts=first",
		      "also on line 5; the first counts, dropped 100.5 101 100 100.76 2.5");
	assert_int_equal(bar_at(1746372960000)->close, 10075);
	assert_mended(other, "conflicts=last",
		      "also on line 5; the last counts, dropped 100.5 101 100 100.75 2.5");
	assert_int_equal(bar_at(1746372960000)->close, 10076);
	assert_int_equal(table.count, BARS - 1);
	assert_int_equal(table.gaps.missing, 1);
}

static void the_last_of_three_counts_too(void **state)
{
	(void)state;
	size_t length =
		file_with("1746372960000,100.5,101,100,100.76,2\n1746372960000,100.5,101,100,100.77,2\n");
	assert_int_equal(read_with("conflicts=last", length), 0);
	assert_int_equal(table.repairs.count, 2);
	assert_int_equal(bar_at(1746372960000)->close, 10077);
	assert_int_equal(read_with("conflicts=first", length), 0);
	assert_int_equal(bar_at(1746372960000)->close, 10075);
}

static void an_earlier_bar_counts_last_only_in_a_sorted_file(void **state)
{
	(void)state;
	size_t length = file_with("1746372780000,100.5,101,100,100.76,2.5\n"); /* bar 0 again */
	assert_int_equal(read_with("conflicts=last", length), TB_EINVAL);
	assert_non_null(strstr(table.faults.at[0].text, "order=sort"));
	assert_int_equal(read_with("conflicts=last,order=sort", length), 0);
	assert_int_equal(table.rows[0].close, 10076);
}

static void late_bars_can_be_dropped_or_sorted_to_their_time(void **state)
{
	size_t used = (size_t)snprintf(text, sizeof(text), HEAD);
	static const int order[] = {0, 2, 1, 3, 6, 4, 5, 7, 7};
	(void)state;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%lld,%d,%d,%d,%d,1\n",
					 FIRST + order[i] * MINUTE_MS, 100 + order[i], 100 + order[i],
					 100 + order[i], 100 + order[i]);
	assert_int_equal(read_with("", used), TB_EINVAL);
	assert_int_equal(table.faults.count, 3);
	assert_int_equal(read_with("order=drop", used), 0);
	assert_int_equal(table.count, 5);
	assert_int_equal(table.gaps.missing, 3);
	assert_int_equal(read_with("order=sort", used), 0);
	assert_int_equal(table.count, 8);
	assert_int_equal(table.gaps.missing, 0);
	assert_int_equal(table.duplicates, 1);
	assert_int_equal(table.duplicate_line, 10);
	for (int i = 0; i < 8; i++)
		assert_int_equal(table.rows[i].close, 100 + i);
	assert_string_equal(told,
			    "4: out of order: 2025-05-04T15:34:00Z; sorted to its time: 101 101 101 101 1\n"
			    "7: out of order: 2025-05-04T15:37:00Z; sorted to its time: 104 104 104 104 1\n"
			    "8: out of order: 2025-05-04T15:38:00Z; sorted to its time: 105 105 105 105 1\n");
}

static void a_whole_file_turned_round_can_be_sorted(void **state)
{
	size_t used = (size_t)snprintf(text, sizeof(text), HEAD);
	(void)state;
	for (int i = 100; i-- > 0;)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%lld,%d,%d,%d,%d,1\n",
					 FIRST + i * MINUTE_MS, 100 + i, 100 + i, 100 + i, 100 + i);
	assert_int_equal(read_with("order=sort", used), 0);
	assert_int_equal(table.count, 100);
	assert_int_equal(table.repairs.count, 99);
	for (int i = 0; i < 100; i++)
		assert_int_equal(table.rows[i].close, 100 + i);
}

static void faults_of_a_sorted_file_keep_their_lines(void **state)
{
	(void)state;
	size_t length = file_with("1746372780500,100.5,101,100,100.75,2.5\n"); /* half a second after bar 0 */
	assert_int_equal(read_with("order=sort", length), TB_EINVAL);
	assert_int_equal(table.faults.at[0].code, CSV_MISALIGNED);
	assert_int_equal(table.faults.at[0].line, LINE);
	assert_int_equal(table.gaps.first[0].line, LINE + 1);
}

static void a_spike_can_be_dropped_or_kept(void **state)
{
	const char *spike = "1746373020000,1005,1010,1000,1007.5,2.5\n";
	const char *wick = "1746373020000,100.5,1010,100,100.75,2.5\n";
	(void)state;
	assert_mended(spike, "spikes=drop",
		      "10x spike: the close is ten times from the close before; dropped 1005 1010");
	assert_int_equal(table.count, BARS - 1);
	assert_mended(wick, "spikes=drop", "10x spike: the high or low");
	size_t length = file_with(spike);
	assert_int_equal(read_with("spikes=keep", length), 0);
	assert_int_equal(table.count, BARS);
	assert_int_equal(table.repairs.count, 2); /* up, and down again */
	assert_int_equal(bar_at(1746373020000)->close, 100750);
}

static void a_price_that_has_really_moved_is_not_dropped_away(void **state)
{
	size_t used = (size_t)snprintf(text, sizeof(text), HEAD);
	(void)state;
	for (int i = 0; i < 10; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%lld,%d,%d,%d,%d,1\n",
					 FIRST + i * MINUTE_MS, i < 5 ? 10 : 200, i < 5 ? 10 : 200,
					 i < 5 ? 10 : 200, i < 5 ? 10 : 200);
	assert_int_equal(read_with("spikes=drop", used), TB_EINVAL);
	assert_int_equal(table.faults.count, 1);
	assert_int_equal(table.faults.at[0].line, 8);
	assert_non_null(strstr(table.faults.at[0].text, "stays"));
	assert_int_equal(read_with("spikes=keep", used), 0);
	assert_int_equal(table.repairs.count, 1);
	assert_int_equal(table.count, 10);
}

static void bars_beside_the_grid_or_the_years_can_be_dropped(void **state)
{
	(void)state;
	assert_mended("1746373020007,100.5,101,100,100.75,2.5\n", "misaligned=drop", "misaligned: 2025");
	assert_int_equal(table.count, BARS - 1);
	assert_int_equal(table.gaps.missing, 1);
	assert_mended("4102444800000,100.5,101,100,100.75,2.5\n", "years=drop", "far future");
	assert_mended("0,100.5,101,100,100.75,2.5\n", "years=drop", "before 2009");
}

static void a_cut_off_last_line_can_be_dropped(void **state)
{
	(void)state;
	size_t length = file_with("1746373020000,100.5,101,100,100.75,2.5\n");
	for (size_t cut = 2; cut < 30; cut++) {
		assert_int_equal(read_with("", length - cut), TB_EINVAL);
		assert_int_equal(read_with("truncated=drop", length - cut), 0);
		assert_int_equal(table.count, BARS - 1);
		assert_int_equal(table.repairs.at[0].line, BARS + 1);
	}
}

static void gaps_are_told_and_filled_only_when_asked(void **state)
{
	(void)state;
	size_t length = file_with("");
	assert_int_equal(read_with("", length), 0);
	assert_int_equal(table.count, BARS - 1);
	assert_int_equal(table.gaps.missing, 1);
	assert_int_equal(read_with("gaps=flat", length), 0);
	assert_string_equal(told,
			    "6: gap: 1 bar missing between 2025-05-04T15:36:00Z and 2025-05-04T15:38:00Z; "
			    "filled flat at the close before\n");
	assert_int_equal(candle_gaps_fill(&table, BARS - 1), TB_EFULL);
	assert_int_equal(table.count, BARS - 1);
	assert_int_equal(candle_gaps_fill(&table, BARS), 0);
	assert_int_equal(table.count, BARS);
	assert_int_equal(table.filled, 1);
	assert_int_equal(table.gaps.count, 0);
	assert_int_equal(table.zero_volume, 1);
	const struct candle *flat = bar_at(1746373020000);
	assert_true(flat->open == 10075 && flat->high == 10075 && flat->low == 10075 && flat->close == 10075);
	assert_int_equal(flat->volume, 0);
	for (size_t i = 1; i < table.count; i++)
		assert_int_equal(table.rows[i].open_ms - table.rows[i - 1].open_ms, MINUTE_MS);
}

static void what_was_dropped_leaves_a_gap_that_can_be_filled(void **state)
{
	(void)state;
	size_t length = file_with("1746373020000,100.5,101,100,NaN,2.5\n1746373080000,x,1,1,1,1\n");
	assert_int_equal(read_with("unreadable=drop,gaps=flat", length), 0);
	assert_int_equal(table.repairs.count, 3);
	assert_int_equal(table.gaps.missing, 1); /* 15:38 is said again behind the broken line */
	assert_int_equal(candle_gaps_fill(&table, 256), 0);
	assert_int_equal(table.count, BARS);
}

static void a_dropped_row_has_no_say_in_the_decimals(void **state)
{
	(void)state;
	size_t length = file_with("1746373020000,1000.50001,1010,1000,1007.5,2.5000000001\n");
	assert_int_equal(read_with("spikes=drop", length), 0);
	assert_int_equal(table.price_decimals, 2);
	assert_int_equal(table.volume_decimals, 1);
	assert_int_equal(table.rows[0].close, 10075);
	assert_int_equal(table.rows[0].volume, 25);
}

static void two_timeframes_or_time_units_cannot_be_mended(void **state)
{
	struct csv_fault why;
	(void)state;
	for (int code = 1; code < CSV_FAULT_COUNT; code++) {
		bool never = code == CSV_HEADER || code == CSV_MISSING_COLUMN || code == CSV_DOUBLED_COLUMN ||
			     code == CSV_NO_ROWS || code == CSV_MIXED_UNITS || code == CSV_MIXED_TIMEFRAME ||
			     code == CSV_NO_TIMEFRAME || code == CSV_DUPLICATE_SAME || code == CSV_RATE_RANGE;
		assert_int_equal(candle_repair_of((enum csv_fault_code)code) == REPAIR_NOTHING, never);
	}
	assert_int_equal(candle_repair_parse("units=drop", &repair, &why), TB_EINVAL);
}

static void a_file_of_which_nothing_is_left_is_refused(void **state)
{
	(void)state;
	size_t length = (size_t)snprintf(text, sizeof(text), HEAD "1746373020000,1,1,1,NaN,1\n");
	assert_int_equal(read_with("unreadable=drop", length), TB_EINVAL);
	assert_int_equal(table.faults.at[0].code, CSV_NO_ROWS);
}

static void wrong_words_name_what_is_allowed(void **state)
{
	struct csv_fault why;
	(void)state;
	assert_int_equal(candle_repair_parse("gap=flat", &repair, &why), TB_EINVAL);
	assert_non_null(strstr(why.text, "\"gap\" is no repair; there are conflicts order gaps range"));
	assert_int_equal(candle_repair_parse("gaps=zero", &repair, &why), TB_EINVAL);
	assert_string_equal(why.text, "\"zero\" is no way for gaps: flat");
	assert_int_equal(candle_repair_parse("conflicts=", &repair, &why), TB_EINVAL);
	assert_non_null(strstr(why.text, "first or last"));
	assert_int_equal(candle_repair_parse("conflicts", &repair, &why), TB_EINVAL);
	assert_int_equal(candle_repair_parse("", &repair, &why), TB_EINVAL);
	assert_int_equal(candle_repair_parse("gaps=flat,", &repair, &why), TB_EINVAL);
	assert_int_equal(candle_repair_parse(",gaps=flat", &repair, &why), TB_EINVAL);
	assert_int_equal(candle_repair_parse("gaps=flat,conflicts=last", &repair, &why), 0);
	assert_int_equal(repair.way[REPAIR_GAPS], WAY_FLAT);
	assert_int_equal(repair.way[REPAIR_CONFLICTS], WAY_LAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_that_is_no_row_can_be_dropped_and_leaves_a_gap),
		cmocka_unit_test(the_repair_quotes_what_was_there),
		cmocka_unit_test(prices_of_zero_or_less_can_be_dropped),
		cmocka_unit_test(a_bar_outside_its_range_can_be_widened_or_dropped),
		cmocka_unit_test(of_two_bars_of_one_moment_the_first_or_the_last_counts),
		cmocka_unit_test(the_last_of_three_counts_too),
		cmocka_unit_test(an_earlier_bar_counts_last_only_in_a_sorted_file),
		cmocka_unit_test(late_bars_can_be_dropped_or_sorted_to_their_time),
		cmocka_unit_test(a_whole_file_turned_round_can_be_sorted),
		cmocka_unit_test(faults_of_a_sorted_file_keep_their_lines),
		cmocka_unit_test(a_spike_can_be_dropped_or_kept),
		cmocka_unit_test(a_price_that_has_really_moved_is_not_dropped_away),
		cmocka_unit_test(bars_beside_the_grid_or_the_years_can_be_dropped),
		cmocka_unit_test(a_cut_off_last_line_can_be_dropped),
		cmocka_unit_test(gaps_are_told_and_filled_only_when_asked),
		cmocka_unit_test(what_was_dropped_leaves_a_gap_that_can_be_filled),
		cmocka_unit_test(a_dropped_row_has_no_say_in_the_decimals),
		cmocka_unit_test(two_timeframes_or_time_units_cannot_be_mended),
		cmocka_unit_test(a_file_of_which_nothing_is_left_is_refused),
		cmocka_unit_test(wrong_words_name_what_is_allowed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
