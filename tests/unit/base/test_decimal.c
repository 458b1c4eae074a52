/* SPDX-License-Identifier: MIT
 * Tests of decimal text: every grid that exchanges use goes there and back unchanged, and each kind of
 * unusable text has its own answer. */
#include "decimal.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static enum decimal_err parse(const char *text, int64_t decimals, int64_t *out)
{
	return decimal_parse(text, strlen(text), decimals, out);
}

static void plain_decimals_become_exact_integers(void **state)
{
	int64_t value = 0;

	(void)state;
	assert_int_equal(parse("12.5", 2, &value), DECIMAL_OK);
	assert_int_equal(value, 1250);
	assert_int_equal(parse("0", 0, &value), DECIMAL_OK);
	assert_int_equal(value, 0);
	assert_int_equal(parse("0.00000000001", 11, &value), DECIMAL_OK);
	assert_int_equal(value, 1);
	assert_int_equal(parse("9223372036854775807", 0, &value), DECIMAL_OK);
	assert_int_equal(value, INT64_MAX);
	assert_int_equal(parse("9.223372036854775807", 18, &value), DECIMAL_OK);
	assert_int_equal(value, INT64_MAX);
	assert_int_equal(parse("0.1", 8, &value), DECIMAL_OK); /* no double has this value */
	assert_int_equal(value, 10000000);
	assert_int_equal(parse("123456.78900000000000000000000000000", 3, &value), DECIMAL_OK);
	assert_int_equal(value, 123456789);
	assert_int_equal(parse("000012", 0, &value), DECIMAL_OK);
	assert_int_equal(value, 12);
	assert_int_equal(decimal_parse("12.5rest", 4, 1, &value), DECIMAL_OK); /* only len characters count */
	assert_int_equal(value, 125);
}

static void each_unusable_text_has_its_own_answer_and_changes_nothing(void **state)
{
	static const struct {
		const char *text;
		int64_t decimals;
		enum decimal_err err;
	} cases[] = {
		{"", 2, DECIMAL_EMPTY},
		{"-1", 2, DECIMAL_SIGN},
		{"+1", 2, DECIMAL_SIGN},
		{"-", 2, DECIMAL_SIGN},
		{"1e5", 2, DECIMAL_EXPONENT},
		{"1E5", 2, DECIMAL_EXPONENT},
		{"1.5e-7", 2, DECIMAL_EXPONENT},
		{"9223372036854775808", 0, DECIMAL_OVERFLOW},
		{"92233720368547758.08", 2, DECIMAL_OVERFLOW},
		{"92233720368547759", 2, DECIMAL_OVERFLOW},
		{"99999999999999999999999999999999999999", 0, DECIMAL_OVERFLOW},
		{"1.005", 2, DECIMAL_DIGITS},
		{"1.0000000000000000000000001", 2, DECIMAL_DIGITS},
		{"0.5", 0, DECIMAL_DIGITS},
		{"1", -1, DECIMAL_DIGITS},
		{"1", 19, DECIMAL_DIGITS},
		{"99999999999999999999.001", 2, DECIMAL_DIGITS},
		{".5", 2, DECIMAL_SYNTAX},
		{"5.", 2, DECIMAL_SYNTAX},
		{".", 2, DECIMAL_SYNTAX},
		{"1.2.3", 2, DECIMAL_SYNTAX},
		{"1,5", 2, DECIMAL_SYNTAX},
		{" 1", 2, DECIMAL_SYNTAX},
		{"1 ", 2, DECIMAL_SYNTAX},
		{"0x10", 2, DECIMAL_SYNTAX},
		{"e5", 2, DECIMAL_SYNTAX},
		{"nan", 2, DECIMAL_SYNTAX},
		{"inf", 2, DECIMAL_SYNTAX},
		{"1-", 2, DECIMAL_SYNTAX},
		{"99999999999999999999x", 2, DECIMAL_SYNTAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t value = 4711;
		enum decimal_err err = parse(cases[i].text, cases[i].decimals, &value);
		if (err != cases[i].err)
			fail_msg("'%s' gave: %s", cases[i].text, decimal_err_text[err]);
		assert_int_equal(value, 4711);
	}
}

static void a_minus_is_read_only_where_signs_are_allowed(void **state)
{
	int64_t value = 7;

	(void)state;
	assert_int_equal(decimal_parse_signed("-0.25", 5, 2, &value), DECIMAL_OK);
	assert_int_equal(value, -25);
	assert_int_equal(decimal_parse_signed("0.25", 4, 2, &value), DECIMAL_OK);
	assert_int_equal(value, 25);
	assert_int_equal(decimal_parse_signed("-0", 2, 2, &value), DECIMAL_OK);
	assert_int_equal(value, 0);
	assert_int_equal(decimal_parse_signed("-9223372036854775807", 20, 0, &value), DECIMAL_OK);
	assert_int_equal(value, -INT64_MAX);
	assert_int_equal(decimal_parse_signed("-9223372036854775808", 20, 0, &value),
			 DECIMAL_OVERFLOW); /* UNKNOWN */
	assert_int_equal(decimal_parse_signed("+1", 2, 0, &value), DECIMAL_SIGN);
	assert_int_equal(decimal_parse_signed("--1", 3, 0, &value), DECIMAL_SIGN);
	assert_int_equal(decimal_parse_signed("-", 1, 0, &value), DECIMAL_SYNTAX);
	assert_int_equal(decimal_parse_signed("", 0, 0, &value), DECIMAL_EMPTY);
	assert_int_equal(value, -INT64_MAX);
}

static void integers_become_text_with_all_their_decimals(void **state)
{
	static const struct {
		int64_t value, decimals;
		const char *text;
	} cases[] = {
		{0, 0, "0"},
		{0, 3, "0.000"},
		{5, 2, "0.05"},
		{-5, 2, "-0.05"},
		{1250, 2, "12.50"},
		{100, 2, "1.00"},
		{1, 11, "0.00000000001"},
		{INT64_MAX, 0, "9223372036854775807"},
		{INT64_MIN, 0, "-9223372036854775808"},
		{INT64_MIN, 18, "-9.223372036854775808"},
		{-1, 18, "-0.000000000000000001"},
	};
	char text[DECIMAL_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int length = decimal_format(cases[i].value, cases[i].decimals, text);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(length, strlen(cases[i].text));
	}
	assert_int_equal(decimal_format(1, -1, text), TB_EINVAL);
	assert_string_equal(text, "");
	assert_int_equal(decimal_format(1, 19, text), TB_EINVAL);
}

static void any_integer_survives_text_at_any_number_of_decimals(void **state)
{
	struct random source;
	char text[DECIMAL_TEXT_MAX];

	(void)state;
	random_seed(&source, 11);
	for (int i = 0; i < 200000; i++) {
		int64_t value = (int64_t)(random_next(&source) >> (1 + random_below(&source, 63)));
		int64_t decimals = (int64_t)random_below(&source, DECIMALS_MAX + 1), back = -1;
		if (random_below(&source, 2))
			value = -value;
		int length = decimal_format(value, decimals, text);
		assert_int_equal(decimal_parse_signed(text, (size_t)length, decimals, &back), DECIMAL_OK);
		assert_int_equal(back, value);
	}
}

/* Formats steps on the grid named by text, parses them back, and checks that half a step is off. */
static void round_trip(const char *grid_text, struct random *source)
{
	struct grid grid, finer;
	char text[DECIMAL_TEXT_MAX];

	assert_int_equal(decimal_to_grid(grid_text, strlen(grid_text), &grid), DECIMAL_OK);
	for (int i = 0; i < 2000; i++) {
		int64_t steps = (int64_t)(random_next(source) >> (8 + random_below(source, 56))), back = -1;
		if (steps > VALUE_MAX || steps > INT64_MAX / grid.step)
			continue;
		int length = grid_format(steps, &grid, text);
		assert_true(length > 0);
		assert_int_equal(grid_parse(text, (size_t)length, &grid, &back), DECIMAL_OK);
		assert_int_equal(back, steps);
	}
	/* the step itself, in text, is one step; a tenth of it is none */
	int64_t one = 0;
	assert_int_equal(grid_parse(grid_text, strlen(grid_text), &grid, &one), DECIMAL_OK);
	assert_int_equal(one, 1);
	finer = (struct grid){grid.step, grid.decimals + 1};
	int length = grid_format(1, &finer, text);
	enum decimal_err err = grid_parse(text, (size_t)length, &grid, &one);
	assert_true(err == DECIMAL_DIGITS || err == DECIMAL_OFF_GRID);
}

static void every_tick_lot_and_contract_goes_there_and_back(void **state)
{
	static const char *const grids[] = {
		/* ticks 1e-11 .. 1e3 */
		"0.00000000001",
		"0.0000000001",
		"0.000000001",
		"0.00000001",
		"0.0000001",
		"0.000001",
		"0.00001",
		"0.0001",
		"0.001",
		"0.01",
		"0.1",
		"1",
		"10",
		"100",
		"1000",
		"0.5",
		"0.05",
		"0.25",
		"0.00000000025",
		/* lots up to 1e6 */
		"10000",
		"100000",
		"1000000",
		"5",
		"20",
		/* contracts: 0.01 coins, 10, 1e7 */
		"10000000",
	};
	struct random source;

	(void)state;
	random_seed(&source, 5);
	for (size_t i = 0; i < sizeof(grids) / sizeof(grids[0]); i++)
		round_trip(grids[i], &source);
}

static void a_price_of_six_digits_keeps_the_finest_tick(void **state)
{
	const struct grid finest = {1, 11};
	int64_t ticks = 0;

	(void)state;
	assert_int_equal(grid_parse("999999.99999999999", 18, &finest, &ticks), DECIMAL_OK);
	assert_int_equal(ticks, 99999999999999999);
}

static void a_value_between_two_steps_is_off_the_grid(void **state)
{
	const struct grid half = {5, 1}, thousand = {1000, 0}, broken = {0, 1};
	int64_t steps = 9;

	(void)state;
	assert_int_equal(grid_parse("100.5", 5, &half, &steps), DECIMAL_OK);
	assert_int_equal(steps, 201);
	assert_int_equal(grid_parse("100.4", 5, &half, &steps), DECIMAL_OFF_GRID);
	assert_int_equal(grid_parse("100.55", 6, &half, &steps), DECIMAL_DIGITS);
	assert_int_equal(grid_parse("1500", 4, &thousand, &steps), DECIMAL_OFF_GRID);
	assert_int_equal(grid_parse("-1000", 5, &thousand, &steps), DECIMAL_SIGN);
	assert_int_equal(grid_parse("1.0", 3, &broken, &steps), DECIMAL_OFF_GRID);
	assert_int_equal(steps, 201);
	assert_int_equal(grid_parse_signed("-2000.0", 7, &thousand, &steps), DECIMAL_OK);
	assert_int_equal(steps, -2);
}

static void a_mark_price_off_the_grid_is_rounded_by_name(void **state)
{
	const struct grid half = {5, 1};
	int64_t steps = 9;

	(void)state;
	assert_int_equal(grid_parse_down("100.49999999", 12, &half, &steps), DECIMAL_OK);
	assert_int_equal(steps, 200);
	assert_int_equal(grid_parse_up("100.49999999", 12, &half, &steps), DECIMAL_OK);
	assert_int_equal(steps, 201);
	assert_int_equal(grid_parse_up("100.50000001", 12, &half, &steps),
			 DECIMAL_OK); /* only cut digits tell */
	assert_int_equal(steps, 202);
	assert_int_equal(grid_parse_down("100.50000001", 12, &half, &steps), DECIMAL_OK);
	assert_int_equal(steps, 201);
	assert_int_equal(grid_parse_up("100.5000", 8, &half, &steps), DECIMAL_OK);
	assert_int_equal(steps, 201);
	assert_int_equal(grid_parse_up("-1", 2, &half, &steps), DECIMAL_SIGN);
	assert_int_equal(grid_parse_down("99999999999999999999", 20, &half, &steps), DECIMAL_OVERFLOW);
	assert_int_equal(steps, 201);
}

static void steps_that_do_not_fit_have_no_text(void **state)
{
	const struct grid thousand = {1000, 0}, broken = {0, 0};
	char text[DECIMAL_TEXT_MAX];

	(void)state;
	assert_int_equal(grid_format(INT64_MAX / 1000 + 1, &thousand, text), TB_ERANGE);
	assert_string_equal(text, "");
	assert_int_equal(grid_format(INT64_MIN, &thousand, text), TB_ERANGE);
	assert_int_equal(grid_format(1, &broken, text), TB_ERANGE);
	assert_true(grid_format(-3, &thousand, text) > 0);
	assert_string_equal(text, "-3000");
}

static void a_step_size_becomes_a_grid(void **state)
{
	static const struct {
		const char *text;
		enum decimal_err err;
		int64_t step, decimals;
	} cases[] = {
		{"0.001", DECIMAL_OK, 1, 3},
		{"0.0010", DECIMAL_OK, 1, 3},
		{"0.5", DECIMAL_OK, 5, 1},
		{"1000", DECIMAL_OK, 1000, 0},
		{"1.00", DECIMAL_OK, 1, 0},
		{"2.50", DECIMAL_OK, 25, 1},
		{"0.000000000000000001", DECIMAL_OK, 1, 18},
		{"0.0000000000000000010000", DECIMAL_OK, 1, 18},
		{"0.0000000000000000001", DECIMAL_DIGITS, 0, 0},
		{"0", DECIMAL_ZERO, 0, 0},
		{"0.000", DECIMAL_ZERO, 0, 0},
		{"-0.1", DECIMAL_SIGN, 0, 0},
		{"", DECIMAL_EMPTY, 0, 0},
		{"1e-7", DECIMAL_EXPONENT, 0, 0},
		{"1.", DECIMAL_SYNTAX, 0, 0},
		{".1", DECIMAL_SYNTAX, 0, 0},
		{"x", DECIMAL_SYNTAX, 0, 0},
		{"99999999999999999999", DECIMAL_OVERFLOW, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct grid grid = {0, 0};
		enum decimal_err err = decimal_to_grid(cases[i].text, strlen(cases[i].text), &grid);
		if (err != cases[i].err)
			fail_msg("'%s' gave: %s", cases[i].text, decimal_err_text[err]);
		assert_int_equal(grid.step, cases[i].step);
		assert_int_equal(grid.decimals, cases[i].decimals);
	}
}

static void every_answer_has_a_text(void **state)
{
	(void)state;
	for (int i = 0; i < DECIMAL_ERR_COUNT; i++)
		assert_true(decimal_err_text[i] && decimal_err_text[i][0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_decimals_become_exact_integers),
		cmocka_unit_test(each_unusable_text_has_its_own_answer_and_changes_nothing),
		cmocka_unit_test(a_minus_is_read_only_where_signs_are_allowed),
		cmocka_unit_test(integers_become_text_with_all_their_decimals),
		cmocka_unit_test(any_integer_survives_text_at_any_number_of_decimals),
		cmocka_unit_test(every_tick_lot_and_contract_goes_there_and_back),
		cmocka_unit_test(a_price_of_six_digits_keeps_the_finest_tick),
		cmocka_unit_test(a_value_between_two_steps_is_off_the_grid),
		cmocka_unit_test(a_mark_price_off_the_grid_is_rounded_by_name),
		cmocka_unit_test(steps_that_do_not_fit_have_no_text),
		cmocka_unit_test(a_step_size_becomes_a_grid),
		cmocka_unit_test(every_answer_has_a_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
