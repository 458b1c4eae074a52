/* SPDX-License-Identifier: MIT
 * The numbers of rules.md section 8: filters, score, choice and hysteresis. Prices have a tick of 0.01 USDT.
 */
#include "scanner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define NOW  (1000 * DAY_MS)
#define USDT MONEY_ONE

static struct universe universe;
static struct scanner scanner;
static bool held[SYMBOLS_MAX];
static struct watched changes[SYMBOLS_MAX];

/* count good instruments A00, A01 ...; nothing watched. */
static int a_market(size_t count)
{
	memset(&universe, 0, sizeof(universe));
	memset(held, 0, sizeof(held));
	scanner_init(&scanner);
	universe.count = count;
	for (size_t i = 0; i < count; i++) {
		snprintf(universe.at[i].name, SYMBOL_TEXT_MAX, "A%02zu/USDT:USDT", i);
		universe.at[i].status = INSTRUMENT_TRADING;
		universe.at[i].listed_ms = NOW - 30 * DAY_MS;
	}
	return 0;
}

/* A row that passes: turnover in USDT, move and range in 1e-4 of 10,000 ticks, spread in ticks. */
static struct event a_row(size_t sym, int64_t turnover, int64_t move, int64_t range, int64_t spread)
{
	struct event event = {.at_ms = NOW, .kind = EVENT_SCAN_ROW, .sym = (sym_t)sym};

	event.scan.turnover = turnover * USDT;
	event.scan.last = 10000 + move;
	event.scan.open = 10000;
	event.scan.low = 9000;
	event.scan.high = 9000 + (10000 + move) * range / 10000;
	event.scan.bid = 10000;
	event.scan.ask = 10000 + spread;
	return event;
}

static void row(size_t sym, int64_t turnover)
{
	struct event event = a_row(sym, turnover, 100, 1000, 1);

	scanner_row(&scanner, &event);
}

static size_t finish(const struct scanner_settings *settings)
{
	return scanner_finish(&scanner, &universe, settings, held, NOW, changes, SYMBOLS_MAX);
}

static void the_defaults_are_those_of_the_rules(void **state)
{
	const struct scanner_settings *s = &scanner_settings_default;

	(void)state;
	assert_true(s->enabled);
	assert_int_equal(s->top, 5);
	assert_int_equal(s->hysteresis, 3);
	assert_int_equal(s->interval_ms, 15 * 60 * 1000);
	assert_int_equal(s->listed_ms, 30LL * 24 * 3600 * 1000);
	assert_int_equal(s->min_turnover, 100000000000000LL);
	assert_int_equal(s->spread, 1000000);
	assert_int_equal(s->range_low, 20000000);
	assert_int_equal(s->range_high, 200000000);
}

static void each_filter_takes_what_it_should_and_counts_the_rest(void **state)
{
	struct event event;

	(void)state;
	a_market(12);
	scanner_begin(&scanner);
	for (size_t i = 0; i < 12; i++) {
		event = a_row(i, 1000000, 0, 1000, 10); /* everything exactly at its limit */
		if (i == 0)
			event.scan.bid = event.scan.ask = 0; /* nobody quotes */
		if (i == 1)
			event.scan.last = UNKNOWN;
		if (i == 6)
			event.scan.turnover -= 1;
		if (i == 7)
			event.scan.ask = 10011;
		scanner_row(&scanner, &event);
	}
	universe.at[2].status = INSTRUMENT_SUSPENDED;
	universe.at[3].blacklisted = 1;
	universe.at[4].listed_ms = NOW - 30 * DAY_MS + 1;
	universe.at[5].listed_ms = UNKNOWN;
	finish(&scanner_settings_default);
	assert_int_equal(scanner.counts.rows, 12);
	assert_int_equal(scanner.counts.readable, 10);
	assert_int_equal(scanner.counts.trading, 9);
	assert_int_equal(scanner.counts.not_blacklisted, 8);
	assert_int_equal(scanner.counts.listed, 6);
	assert_int_equal(scanner.counts.turnover, 5);
	assert_int_equal(scanner.counts.spread, 4);
	assert_int_equal(scanner.counts.watched, 4);
	for (sym_t sym = 0; sym < 12; sym++)
		assert_int_equal(scanner_watches(&scanner, sym), sym >= 8);
}

/* A spread of 10 ticks on 10,000 / 10,010 is 9.995 bps; 11 ticks are 10.99. */
static void the_score_is_30_25_25_20_of_rank_percentiles(void **state)
{
	static const int64_t points[4] = {
		/* turnover   move        spread      range: 2 below + equal, of 4 */
		30 * 1 + 25 * 7 + 25 * 4 + 20 * 7,
		30 * 3 + 25 * 5 + 25 * 4 + 20 * 4,
		30 * 5 + 25 * 3 + 25 * 1 + 20 * 4,
		30 * 7 + 25 * 1 + 25 * 7 + 20 * 1,
	};
	struct event event;

	(void)state;
	a_market(4);
	scanner_begin(&scanner);
	event = a_row(0, 2000000, -300, 1100, 5);
	scanner_row(&scanner, &event); /* 11 %: the sweet spot */
	event = a_row(1, 3000000, 200, 600, 5);
	scanner_row(&scanner, &event); /* 5 % off, below */
	event = a_row(2, 4000000, -100, 1600, 8);
	scanner_row(&scanner, &event); /* 5 % off, above */
	event = a_row(3, 900000000, 0, 2500, 2);
	scanner_row(&scanner, &event); /* outside; one giant does not flatten the rest */
	finish(&scanner_settings_default);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(scanner.at[i].points, points[i]);
		assert_int_equal(scanner.at[i].score, points[i] * RATIO_ONE / 800);
	}
	assert_int_equal(scanner.at[0].place, 1);
	assert_int_equal(scanner.at[3].place, 2);
	assert_int_equal(scanner.at[1].place, 3);
	assert_int_equal(scanner.at[2].place, 4);
}

static void a_range_outside_two_to_twenty_percent_is_worth_nothing(void **state)
{
	static const int64_t ranges[] = {50, 200, 210, 1100, 1990, 2000, 5000};
	static const bool zero[] = {true, true, false, false, false, true, true};

	(void)state;
	a_market(7);
	scanner_begin(&scanner);
	for (size_t i = 0; i < 7; i++) {
		struct event event = a_row(i, 2000000, 0, ranges[i], 1);
		scanner_row(&scanner, &event);
	}
	finish(&scanner_settings_default);
	for (size_t i = 0; i < 7; i++)
		assert_true((scanner.at[i].key[FACTOR_RANGE] == 0) == zero[i]);
	assert_int_equal(scanner.at[3].place, 1);
}

static void equal_rows_are_ordered_by_name(void **state)
{
	(void)state;
	a_market(7);
	strcpy(universe.at[6].name, "1000X/USDT:USDT");
	scanner_begin(&scanner);
	for (size_t i = 0; i < 7; i++)
		row(i, 5000000);
	assert_int_equal(finish(&scanner_settings_default), 5);
	assert_int_equal(scanner.at[6].place, 1);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(scanner.at[i].place, i + 2);
		assert_int_equal(scanner.at[i].score, RATIO_ONE / 2); /* all tie: the middle */
	}
}

static void the_order_of_rows_decides_nothing(void **state)
{
	static struct scanner first;
	enum { N = 500 };

	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		a_market(N);
		for (size_t i = 0; i < N; i++)
			snprintf(universe.at[i].name, SYMBOL_TEXT_MAX, "S%03zu/USDT:USDT", i * 7 % N);
		scanner_begin(&scanner);
		for (size_t n = 0; n < N; n++) {
			size_t i = pass ? N - 1 - n : n;
			uint32_t x = (uint32_t)i * 2654435761u;
			struct event event =
				a_row(i, 900000 + x % 4000000, x >> 8 & 255, 100 + (x >> 16 & 2047), x >> 28);
			scanner_row(&scanner, &event);
		}
		assert_int_equal(finish(&scanner_settings_default), 5);
		if (pass == 0)
			first = scanner;
	}
	assert_memory_equal(&first, &scanner, sizeof(first));
}

/* Ranks against their definition, counted one by one. */
static void ranks_are_exact_with_ties_averaged(void **state)
{
	enum { N = 200 };

	(void)state;
	a_market(N);
	for (size_t i = 0; i < N; i++)
		snprintf(universe.at[i].name, SYMBOL_TEXT_MAX, "S%03zu/USDT:USDT", i);
	scanner_begin(&scanner);
	for (size_t i = 0; i < N; i++) {
		uint32_t x = (uint32_t)i * 2654435761u;
		struct event event = a_row(i, 1000000 + x % 40, x >> 8 & 31, 100 + (x >> 16 & 1023), x >> 29);
		scanner_row(&scanner, &event);
	}
	finish(&scanner_settings_default);
	for (size_t i = 0; i < N; i++) {
		static const int64_t weight[] = {30, 25, 25, 20};
		int64_t points = 0, place = 1;
		for (int f = 0; f < FACTOR_COUNT; f++)
			for (size_t k = 0; k < N; k++)
				points += weight[f] * ((scanner.at[k].key[f] < scanner.at[i].key[f]) * 2 +
						       (scanner.at[k].key[f] == scanner.at[i].key[f]));
		assert_int_equal(scanner.at[i].points, points);
		for (size_t k = 0; k < N; k++)
			place += scanner.at[k].points > scanner.at[i].points ||
				 (scanner.at[k].points == scanner.at[i].points && k < i);
		assert_int_equal(scanner.at[i].place, place);
	}
}

/* Turnover alone orders these rows: best has the most. */
static void table(const int *order, size_t count)
{
	scanner_begin(&scanner);
	for (size_t n = 0; n < count; n++)
		row((size_t)order[n], (int64_t)(100 - n) * 1000000);
}

static void a_symbol_leaves_only_below_rank_n_plus_three(void **state)
{
	static const int at_first[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	static const int eighth[] = {1, 2, 3, 5, 6, 7, 8, 0, 4, 9};
	static const int ninth[] = {1, 2, 3, 5, 6, 7, 8, 4, 0, 9};

	(void)state;
	a_market(10);
	table(at_first, 10);
	assert_int_equal(finish(&scanner_settings_default), 5);
	for (sym_t sym = 0; sym < 10; sym++)
		assert_int_equal(scanner_watches(&scanner, sym), sym < 5);
	table(eighth, 10);
	assert_int_equal(finish(&scanner_settings_default),
			 3); /* 5 and 6 come, 4 (ninth) goes, 0 (eighth) stays */
	assert_true(scanner_watches(&scanner, 0));
	assert_false(scanner_watches(&scanner, 4));
	assert_int_equal(changes[0].sym, 4);
	assert_int_equal(changes[0].watched, 0);
	assert_int_equal(changes[0].scanned, 0);
	assert_int_equal(changes[0].place, 9);
	assert_int_equal(changes[1].sym, 5);
	assert_int_equal(changes[1].watched, 1);
	assert_int_equal(changes[1].scanned, 1);
	assert_int_equal(changes[1].place, 4);
	assert_int_equal(changes[1].at_ms, NOW);
	assert_int_equal(changes[2].sym, 6);
	table(ninth, 10);
	assert_int_equal(finish(&scanner_settings_default), 1);
	assert_false(scanner_watches(&scanner, 0));
	assert_false(scanner_watches(&scanner, 4)); /* eighth, but newcomers need the top five */
}

static void a_dropped_symbol_is_managed_until_flat(void **state)
{
	static const int at_first[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	static const int reversed[] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};

	(void)state;
	a_market(10);
	table(at_first, 10);
	finish(&scanner_settings_default);
	table(reversed, 10);
	held[0] = true;
	finish(&scanner_settings_default);
	assert_true(scanner_watches(&scanner, 0));
	assert_false(scanner_watches(&scanner, 1));
	universe.at[0].status = INSTRUMENT_DELISTING;
	scanner_begin(&scanner);
	row(9, 9000000);
	finish(&scanner_settings_default);
	assert_true(scanner_watches(&scanner, 0));
	held[0] = false;
	assert_true(finish(&scanner_settings_default) > 0);
	assert_false(scanner_watches(&scanner, 0));
}

static void manual_symbols_are_always_watched_and_are_not_the_scanners_pick(void **state)
{
	static const int order[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

	(void)state;
	a_market(10);
	scanner_manual(&scanner, 9);
	scanner_manual(&scanner, 0);
	table(order, 10);
	assert_int_equal(finish(&scanner_settings_default), 6);
	assert_int_equal(scanner.counts.watched, 6);
	assert_int_equal(changes[0].sym, 0);
	assert_int_equal(changes[0].scanned, 0);
	assert_int_equal(changes[1].scanned, 1);
	assert_int_equal(changes[5].sym, 9);
	assert_int_equal(changes[5].scanned, 0);
	assert_int_equal(changes[5].place, 10);
	assert_int_equal(finish(&scanner_settings_default), 0); /* nothing new, nothing said */
}

static void a_disabled_scanner_returns_the_manual_symbols_only(void **state)
{
	static const int order[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	struct scanner_settings settings = scanner_settings_default;

	(void)state;
	a_market(10);
	table(order, 10);
	finish(&settings);
	settings.enabled = false;
	scanner_manual(&scanner, 7);
	held[1] = true;
	finish(&settings);
	for (sym_t sym = 0; sym < 10; sym++)
		assert_int_equal(scanner_watches(&scanner, sym), sym == 7 || sym == 1);
}

static void an_empty_table_says_nothing(void **state)
{
	static const int order[] = {0, 1, 2, 3, 4, 5};

	(void)state;
	a_market(10);
	table(order, 6);
	finish(&scanner_settings_default);
	scanner_begin(&scanner);
	scanner_manual(&scanner, 8);
	assert_int_equal(finish(&scanner_settings_default), 1);
	for (sym_t sym = 0; sym < 10; sym++)
		assert_int_equal(scanner_watches(&scanner, sym), sym < 5 || sym == 8);
}

static void what_finds_no_room_comes_with_the_next_scan(void **state)
{
	static const int order[] = {0, 1, 2, 3, 4, 5};

	(void)state;
	a_market(10);
	table(order, 6);
	assert_int_equal(
		scanner_finish(&scanner, &universe, &scanner_settings_default, held, NOW, changes, 2), 2);
	assert_false(scanner_watches(&scanner, 2));
	assert_int_equal(finish(&scanner_settings_default), 3);
	assert_int_equal(changes[0].sym, 2);
}

static void the_journals_records_bring_the_watched_symbols_back(void **state)
{
	static const int order[] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
	struct watched record = {.sym = 2, .watched = 1, .scanned = 1, .place = 4, .score = 5};

	(void)state;
	a_market(10);
	scanner_restore(&scanner, &record);
	assert_true(scanner_watches(&scanner, 2));
	table(order, 10);
	finish(&scanner_settings_default);
	assert_true(scanner_watches(&scanner, 2)); /* eighth: an incumbent keeps its seat */
	assert_false(scanner_watches(&scanner, 3));
	record.sym = SYMBOLS_MAX;
	scanner_restore(&scanner, &record); /* out of range: ignored */
	record.sym = UNKNOWN;
	scanner_restore(&scanner, &record);
}

static void a_full_universe_fits(void **state)
{
	(void)state;
	a_market(SYMBOLS_MAX);
	for (size_t i = 0; i < SYMBOLS_MAX; i++)
		snprintf(universe.at[i].name, SYMBOL_TEXT_MAX, "S%04zu/USDT:USDT", i);
	scanner_begin(&scanner);
	for (size_t i = 0; i < SYMBOLS_MAX; i++)
		row(i, 1000000 + (int64_t)(i * 7919 % SYMBOLS_MAX));
	assert_int_equal(finish(&scanner_settings_default), 5);
	assert_int_equal(scanner.counts.spread, SYMBOLS_MAX);
	for (size_t i = 0; i < SYMBOLS_MAX; i++)
		assert_int_equal(scanner.at[i].place, SYMBOLS_MAX - i * 7919 % SYMBOLS_MAX);
}

static void a_symbol_missing_from_the_table_leaves(void **state)
{
	static const int order[] = {0, 1, 2, 3, 4, 5};

	(void)state;
	a_market(10);
	table(order, 6);
	finish(&scanner_settings_default);
	table(order + 1, 5);
	assert_int_equal(finish(&scanner_settings_default), 2);
	assert_false(scanner_watches(&scanner, 0));
	assert_true(scanner_watches(&scanner, 5));
	assert_int_equal(scanner.counts.rows, 5);
	assert_int_equal(changes[0].place, 0);
	assert_int_equal(changes[0].score, 0);
}

static void a_held_symbol_is_watched_whoever_opened_it(void **state)
{
	(void)state;
	a_market(3);
	held[2] = true;
	assert_int_equal(finish(&scanner_settings_default), 1);
	assert_true(scanner_watches(&scanner, 2));
	assert_false(scanner_watches(&scanner, SYM_NONE));
}

static void what_is_restored_unchanged_is_not_recorded_again(void **state)
{
	struct watched record = {.sym = 0, .watched = 1, .scanned = 1};

	(void)state;
	a_market(2);
	scanner_restore(&scanner, &record);
	scanner_begin(&scanner);
	row(0, 5000000);
	assert_int_equal(finish(&scanner_settings_default), 0);
	scanner_manual(&scanner, 0); /* the owner names it: no longer the scanner's pick */
	assert_int_equal(finish(&scanner_settings_default), 1);
	assert_int_equal(changes[0].watched, 1);
	assert_int_equal(changes[0].scanned, 0);
}

static void only_rows_of_the_table_are_rows(void **state)
{
	struct event event = a_row(0, 5000000, 0, 1000, 1);

	(void)state;
	a_market(2);
	scanner_begin(&scanner);
	event.kind = EVENT_TICKER;
	scanner_row(&scanner, &event);
	event.kind = EVENT_SCAN_ROW;
	event.sym = SYM_NONE;
	scanner_row(&scanner, &event);
	assert_int_equal(finish(&scanner_settings_default), 0);
	assert_int_equal(scanner.counts.rows, 0);
}

static void a_giant_that_turns_over_more_than_any_account_may_hold_is_readable(void **state)
{
	struct event event = a_row(0, 1, 100, 1000, 1);

	(void)state;
	a_market(1);
	scanner_begin(&scanner);
	event.scan.turnover = 50 * VALUE_MAX; /* 50e9 USDT a day: BTC on a lively one */
	scanner_row(&scanner, &event);
	finish(&scanner_settings_default);
	assert_int_equal(scanner.counts.readable, 1);
	assert_true(scanner_watches(&scanner, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_giant_that_turns_over_more_than_any_account_may_hold_is_readable),
		cmocka_unit_test(the_defaults_are_those_of_the_rules),
		cmocka_unit_test(each_filter_takes_what_it_should_and_counts_the_rest),
		cmocka_unit_test(the_score_is_30_25_25_20_of_rank_percentiles),
		cmocka_unit_test(a_range_outside_two_to_twenty_percent_is_worth_nothing),
		cmocka_unit_test(equal_rows_are_ordered_by_name),
		cmocka_unit_test(the_order_of_rows_decides_nothing),
		cmocka_unit_test(ranks_are_exact_with_ties_averaged),
		cmocka_unit_test(a_symbol_leaves_only_below_rank_n_plus_three),
		cmocka_unit_test(a_dropped_symbol_is_managed_until_flat),
		cmocka_unit_test(manual_symbols_are_always_watched_and_are_not_the_scanners_pick),
		cmocka_unit_test(a_disabled_scanner_returns_the_manual_symbols_only),
		cmocka_unit_test(an_empty_table_says_nothing),
		cmocka_unit_test(what_finds_no_room_comes_with_the_next_scan),
		cmocka_unit_test(the_journals_records_bring_the_watched_symbols_back),
		cmocka_unit_test(a_full_universe_fits),
		cmocka_unit_test(a_symbol_missing_from_the_table_leaves),
		cmocka_unit_test(a_held_symbol_is_watched_whoever_opened_it),
		cmocka_unit_test(what_is_restored_unchanged_is_not_recorded_again),
		cmocka_unit_test(only_rows_of_the_table_are_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
