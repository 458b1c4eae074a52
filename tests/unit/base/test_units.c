/* SPDX-License-Identifier: MIT
 * Tests of the named roundings against an oracle that shares nothing with them: the compiler's own 128-bit
 * integers, and sums worked out by hand. */
#include "random.h"
#include "tradebot/units.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

__extension__ typedef unsigned __int128 wide;

static int64_t oracle(int64_t a, int64_t b, int64_t c, bool up)
{
	wide product = (wide)(uint64_t)a * (uint64_t)b;
	wide quotient = product / (uint64_t)c + (up && product % (uint64_t)c != 0);
	return quotient > (wide)VALUE_MAX ? -1 : (int64_t)quotient;
}

static void check(int64_t a, int64_t b, int64_t c)
{
	int64_t down = mul_div_down(a, b, c), up = mul_div_up(a, b, c);

	if (down != oracle(a, b, c, false) || up != oracle(a, b, c, true))
		fail_msg("%lld * %lld / %lld: down %lld, up %lld", (long long)a, (long long)b, (long long)c,
			 (long long)down, (long long)up);
}

/* Positive numbers of every length alike: uniform ones would nearly always overflow. */
static int64_t any_length(struct random *source)
{
	return (int64_t)(random_next(source) >> (1 + random_below(source, 63)));
}

static void products_over_a_divisor_equal_the_128_bit_oracle_on_random_values(void **state)
{
	struct random source;
	int in_range = 0, wide_products = 0;

	(void)state;
	random_seed(&source, 20250101);
	for (int i = 0; i < 3000000; i++) {
		int64_t a = any_length(&source), b = any_length(&source), c = any_length(&source) | 1;
		check(a, b, c);
		in_range += mul_div_down(a, b, c) >= 0;
		wide_products += mul_div_down(a, b, c) >= 0 && (wide)a * (wide)b > (wide)UINT64_MAX;
	}
	assert_true(in_range > 900000);
	assert_true(wide_products > 300000); /* the long division was really taken */
}

static void products_over_a_divisor_equal_the_oracle_on_every_combination_of_edges(void **state)
{
	static const int64_t edges[] = {
		0,
		1,
		2,
		3,
		9,
		10,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0x100000000,
		0x100000001,
		RATIO_ONE - 1,
		RATIO_ONE,
		RATIO_ONE + 1,
		MONEY_ONE,
		VALUE_MAX - 1,
		VALUE_MAX,
		VALUE_MAX + 1,
		INT64_MAX / 2,
		INT64_MAX / 2 + 1,
		INT64_MAX - 1,
		INT64_MAX,
	};
	size_t count = sizeof(edges) / sizeof(edges[0]);

	(void)state;
	for (size_t a = 0; a < count; a++)
		for (size_t b = 0; b < count; b++)
			for (size_t c = 1; c < count; c++)
				check(edges[a], edges[b], edges[c]);
}

/* What makes an estimated digit too large: an upper half just over a power of two, a lower half of all ones.
 */
static void products_of_awkward_halves_equal_the_oracle(void **state)
{
	static const uint64_t halves[] = {0,          1,          2,          3,          0x3fffffff,
					  0x40000000, 0x40000001, 0x7ffffffe, 0x7fffffff, 0x80000000,
					  0x80000001, 0xfffffffe, 0xffffffff};
	const uint64_t count = sizeof(halves) / sizeof(halves[0]), values = count * count;
	int wide_products = 0;

	(void)state;
	for (uint64_t i = 0; i < values * values * values; i++) {
		uint64_t a = i % values, b = i / values % values, c = i / values / values;
		int64_t x = (int64_t)(((halves[a % count] << 32) | halves[a / count]) & INT64_MAX);
		int64_t y = (int64_t)(((halves[b % count] << 32) | halves[b / count]) & INT64_MAX);
		int64_t z = (int64_t)(((halves[c % count] << 32) | halves[c / count]) & INT64_MAX);
		if (z == 0)
			continue;
		check(x, y, z);
		wide_products += z > UINT32_MAX && oracle(x, y, z, false) > UINT32_MAX;
	}
	assert_true(wide_products > 100000);
}

/* a = c - 1, c, c + 1: quotients on both sides of a whole number, with the largest digits. */
static void quotients_around_a_whole_number_equal_the_oracle(void **state)
{
	struct random source;

	(void)state;
	random_seed(&source, 20260101);
	for (int i = 0; i < 1000000; i++) {
		int64_t c = any_length(&source), b = any_length(&source);
		c = c < 2 ? 2 : c == INT64_MAX ? INT64_MAX - 1 : c;
		check(c - 1, b, c);
		check(c, b, c);
		check(c + 1, b, c);
	}
}

/* Where a quotient told by doubles may be one off: exact, a unit under and a unit over, of every size. */
static void quotients_a_double_can_only_nearly_say_equal_the_oracle(void **state)
{
	struct random source;

	(void)state;
	random_seed(&source, 7);
	for (int i = 0; i < 1000000; i++) {
		int64_t c = any_length(&source) | 1, b = any_length(&source) | 1;
		wide product = (wide)(uint64_t)c * (random_next(&source) >> (8 + random_below(&source, 50)));
		wide a = product / (uint64_t)b;
		if (a > INT64_MAX - 1)
			continue;
		for (int64_t by = -1; by <= 1; by++)
			check((int64_t)a + (a > 0 ? by : 0), b, c);
		check(c, b, c);
		check(c - 1, b, c);
	}
}

static void arguments_out_of_range_are_refused(void **state)
{
	(void)state;
	assert_int_equal(mul_div_down(-1, 1, 1), -1);
	assert_int_equal(mul_div_down(1, -1, 1), -1);
	assert_int_equal(mul_div_down(1, 1, 0), -1);
	assert_int_equal(mul_div_down(1, 1, -1), -1);
	assert_int_equal(mul_div_up(UNKNOWN, 1, 1), -1);
	assert_int_equal(mul_div_up(1, UNKNOWN, 1), -1);
	assert_int_equal(mul_div_up(1, 1, UNKNOWN), -1);
	assert_int_equal(share_down(UNKNOWN, RATIO_ONE), -1);
	assert_int_equal(share_up(1, UNKNOWN), -1);
}

static void a_result_exactly_at_the_highest_value_passes_and_one_more_does_not(void **state)
{
	(void)state;
	assert_int_equal(mul_div_down(VALUE_MAX, 7, 7), VALUE_MAX);
	assert_int_equal(mul_div_up(VALUE_MAX, 7, 7), VALUE_MAX);
	assert_int_equal(mul_div_down(VALUE_MAX + 1, 7, 7), -1);
	assert_int_equal(mul_div_down(VALUE_MAX * 2 + 1, 1, 2), VALUE_MAX);
	assert_int_equal(mul_div_up(VALUE_MAX * 2 + 1, 1, 2), -1); /* rounds up past the edge */
}

static void a_share_is_exact_where_it_is_whole_and_else_rounds_as_named(void **state)
{
	(void)state;
	assert_int_equal(share_down(10000 * MONEY_ONE, 30 * RATIO_ONE / 100), 3000 * MONEY_ONE);
	assert_int_equal(share_up(10000 * MONEY_ONE, 30 * RATIO_ONE / 100), 3000 * MONEY_ONE);
	assert_int_equal(share_down(VALUE_MAX, RATIO_ONE), VALUE_MAX);
	assert_int_equal(share_down(99, RATIO_ONE / 100), 0);
	assert_int_equal(share_up(99, RATIO_ONE / 100), 1);
	assert_int_equal(share_up(0, RATIO_ONE / 100), 0);
}

static void a_double_becomes_an_integer_only_by_a_named_rounding(void **state)
{
	(void)state;
	assert_int_equal(integer_down(2.999), 2);
	assert_int_equal(integer_down(3.0), 3);
	assert_int_equal(integer_up(2.001), 3);
	assert_int_equal(integer_up(3.0), 3);
	assert_int_equal(integer_near(2.5), 3);
	assert_int_equal(integer_near(2.4999999), 2);
	assert_int_equal(integer_near(0.49999999999999994), 0); /* adding 0.5 first would give 1 */
	assert_int_equal(integer_near(9007199254740991.0), 9007199254740991);
	assert_int_equal(integer_up(2251799813685248.5), 2251799813685249);
	assert_int_equal(integer_down(0.0), 0);
	assert_int_equal(integer_down(-0.0), 0);
	assert_int_equal(integer_down(1e17), VALUE_MAX);
	assert_int_equal(integer_up(1e17), VALUE_MAX);
}

static void a_double_that_is_no_usable_number_is_refused(void **state)
{
	static const double unusable[] = {NAN,  INFINITY, -INFINITY,           -1.0,
					  -0.1, -1e-300,  1.00000000000001e17, 1e300};

	(void)state;
	for (size_t i = 0; i < sizeof(unusable) / sizeof(unusable[0]); i++) {
		assert_int_equal(integer_down(unusable[i]), -1);
		assert_int_equal(integer_up(unusable[i]), -1);
		assert_int_equal(integer_near(unusable[i]), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_over_a_divisor_equal_the_128_bit_oracle_on_random_values),
		cmocka_unit_test(products_over_a_divisor_equal_the_oracle_on_every_combination_of_edges),
		cmocka_unit_test(products_of_awkward_halves_equal_the_oracle),
		cmocka_unit_test(quotients_around_a_whole_number_equal_the_oracle),
		cmocka_unit_test(quotients_a_double_can_only_nearly_say_equal_the_oracle),
		cmocka_unit_test(arguments_out_of_range_are_refused),
		cmocka_unit_test(a_result_exactly_at_the_highest_value_passes_and_one_more_does_not),
		cmocka_unit_test(a_share_is_exact_where_it_is_whole_and_else_rounds_as_named),
		cmocka_unit_test(a_double_becomes_an_integer_only_by_a_named_rounding),
		cmocka_unit_test(a_double_that_is_no_usable_number_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
