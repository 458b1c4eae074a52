/* SPDX-License-Identifier: MIT
 * Entry slippage per symbol: five fills within 24 h with a mean over 10 bps close the symbol for 6 h. */
#include "slippage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define NOW (1000 * DAY_MS)

static const struct limits *const limits = &limits_default;
static struct slippage slippage;

static bool fill(sym_t sym, ms_t at_ms, ratio_t value)
{
	struct fill one = {
		.at_ms = at_ms, .book = BOOK_MAIN, .sym = sym, .role = ROLE_ENTRY, .slippage = value};

	return slippage_step(&slippage, limits, &one);
}

static void five_fills_over_the_limit_close_the_symbol_for_six_hours(void **state)
{
	int64_t fills;

	(void)state;
	slippage_init(&slippage);
	for (int i = 0; i < 4; i++)
		assert_false(fill(3, NOW + i, 100 * BPS));
	assert_int_equal(slippage_mean(&slippage, limits, 3, NOW + 4, &fills), 100 * BPS);
	assert_int_equal(fills, 4);
	assert_int_equal(slippage_until_ms(&slippage, 3), 0);
	assert_true(fill(3, NOW + 4, 100 * BPS));
	assert_int_equal(slippage_until_ms(&slippage, 3), NOW + 4 + 6 * HOUR_MS);
	assert_int_equal(slippage_mean(&slippage, limits, 3, NOW + 5, &fills), 0);
	assert_int_equal(fills, 0); /* the window starts anew */
	assert_int_equal(slippage_until_ms(&slippage, 2), 0);
	for (int i = 0; i < 4; i++)
		assert_false(fill(3, NOW + 7 * HOUR_MS, 100 * BPS));
	assert_true(fill(3, NOW + 7 * HOUR_MS, 100 * BPS));
	assert_int_equal(slippage_until_ms(&slippage, 3), NOW + 13 * HOUR_MS);
}

static void a_mean_of_exactly_ten_basis_points_passes(void **state)
{
	int64_t fills;

	(void)state;
	slippage_init(&slippage);
	for (int i = 0; i < 10; i++)
		assert_false(fill(0, NOW, i % 2 ? 30 * BPS : -10 * BPS));
	assert_int_equal(slippage_mean(&slippage, limits, 0, NOW, &fills), 10 * BPS);
	assert_int_equal(fills, 10);
	assert_true(fill(0, NOW, 10 * BPS + 1)); /* one unit over, in 11 fills: the mean is rounded up */
}

static void fills_count_for_a_day(void **state)
{
	int64_t fills;

	(void)state;
	slippage_init(&slippage);
	for (int i = 0; i < 4; i++)
		fill(0, NOW, 100 * BPS);
	fill(0, NOW + HOUR_MS, -10 * BPS - 1);
	assert_int_equal(slippage_until_ms(&slippage, 0), NOW + 7 * HOUR_MS); /* mean 78 bps: closed */

	slippage_init(&slippage);
	for (int i = 0; i < 4; i++)
		fill(0, NOW, 100 * BPS);
	slippage_mean(&slippage, limits, 0, NOW + DAY_MS - 1, &fills);
	assert_int_equal(fills, 4);
	slippage_mean(&slippage, limits, 0, NOW + DAY_MS, &fills);
	assert_int_equal(fills, 0);
	for (int i = 0; i < 4; i++)
		assert_false(fill(0, NOW + DAY_MS, 100 * BPS)); /* four again, not eight */
	assert_true(fill(0, NOW + DAY_MS, 100 * BPS));
}

static void only_the_last_sixty_four_fills_count(void **state)
{
	int64_t fills;

	(void)state;
	slippage_init(&slippage);
	for (int i = 0; i < 100; i++)
		fill(0, NOW + i, 5 * BPS);
	for (int i = 0; i < 64; i++)
		fill(0, NOW + 100 + i, -3 * BPS);
	assert_int_equal(slippage_mean(&slippage, limits, 0, NOW + 200, &fills), -3 * BPS);
	assert_int_equal(fills, 64);
}

static void the_mean_is_rounded_up_on_both_sides_of_zero(void **state)
{
	int64_t fills;

	(void)state;
	slippage_init(&slippage);
	fill(0, NOW, 1);
	fill(0, NOW, 2);
	assert_int_equal(slippage_mean(&slippage, limits, 0, NOW, &fills), 2);
	fill(1, NOW, -1);
	fill(1, NOW, -2);
	assert_int_equal(slippage_mean(&slippage, limits, 1, NOW, &fills), -1);
}

static void exits_shadows_and_unknown_values_are_not_entry_slippage(void **state)
{
	struct fill one = {.at_ms = NOW, .role = ROLE_STOP, .slippage = 90 * BPS};
	int64_t fills;

	(void)state;
	slippage_init(&slippage);
	for (int i = 0; i < 10; i++)
		assert_false(slippage_step(&slippage, limits, &one));
	one.role = ROLE_ENTRY;
	one.book = BOOK_SHADOW;
	for (int i = 0; i < 10; i++)
		assert_false(slippage_step(&slippage, limits, &one));
	one.book = BOOK_MAIN;
	one.slippage = UNKNOWN;
	for (int i = 0; i < 10; i++)
		assert_false(slippage_step(&slippage, limits, &one));
	one.slippage = 90 * BPS;
	one.sym = SYMBOLS_MAX;
	for (int i = 0; i < 10; i++)
		assert_false(slippage_step(&slippage, limits, &one));
	slippage_mean(&slippage, limits, 0, NOW, &fills);
	assert_int_equal(fills, 0);
}

static void reading_the_fills_back_restores_it(void **state)
{
	static struct slippage before;

	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		slippage_init(&slippage);
		for (int i = 0; i < 300; i++)
			fill((sym_t)(i % 3), NOW + i * MINUTE_MS, (i * 37 % 41 - 10) * BPS);
		if (pass == 0)
			before = slippage;
	}
	assert_memory_equal(&before, &slippage, sizeof(before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(five_fills_over_the_limit_close_the_symbol_for_six_hours),
		cmocka_unit_test(a_mean_of_exactly_ten_basis_points_passes),
		cmocka_unit_test(fills_count_for_a_day),
		cmocka_unit_test(only_the_last_sixty_four_fills_count),
		cmocka_unit_test(the_mean_is_rounded_up_on_both_sides_of_zero),
		cmocka_unit_test(exits_shadows_and_unknown_values_are_not_entry_slippage),
		cmocka_unit_test(reading_the_fills_back_restores_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
