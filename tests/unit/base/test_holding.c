/* SPDX-License-Identifier: MIT
 * The PnL of a holding: what is out of range is unknown, never a loss of everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "holding.h"

static const struct instrument instrument = {.value_num = 1, .value_den = 1};

static struct holding a_long(void)
{
	return (struct holding){.side = SIDE_LONG, .qty = 6, .cost = 600, .entry_qty = 10, .entry_cost = 1000,
				.exit_qty = 4, .exit_value = 440, .fees = 7, .funding = 2};
}

static void the_whole_trade_is_what_was_closed_and_what_is_open_less_costs(void **state)
{
	(void)state;
	struct holding holding = a_long();

	assert_int_equal(holding_realised(&holding), 40);
	assert_int_equal(holding_gross(&holding, &instrument, 105), 30);
	assert_int_equal(holding_net(&holding, &instrument, 105), 65);
	holding.side = SIDE_SHORT;
	assert_int_equal(holding_net(&holding, &instrument, 105), -75);
}

static void a_price_nobody_knows_or_out_of_range_is_no_result(void **state)
{
	(void)state;
	struct holding holding = a_long();
	const price_t prices[] = {UNKNOWN, -1, VALUE_MAX, INT64_MAX};

	for (size_t i = 0; i < sizeof prices / sizeof prices[0]; i++) {
		assert_true(holding_gross(&holding, &instrument, prices[i]) == UNKNOWN);
		assert_true(holding_net(&holding, &instrument, prices[i]) == UNKNOWN);
	}
}

static void a_flat_holding_is_worth_nothing_at_any_price(void **state)
{
	(void)state;
	struct holding holding = {0};

	assert_int_equal(holding_gross(&holding, &instrument, UNKNOWN), 0);
	assert_int_equal(holding_net(&holding, &instrument, UNKNOWN), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_trade_is_what_was_closed_and_what_is_open_less_costs),
		cmocka_unit_test(a_price_nobody_knows_or_out_of_range_is_no_result),
		cmocka_unit_test(a_flat_holding_is_worth_nothing_at_any_price),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
