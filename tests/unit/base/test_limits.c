/* SPDX-License-Identifier: MIT
 * Tests of the risk amounts: exact at the limit, halves of the unhalved ratio, ceilings that no setting
 * passes. */
#include "tradebot/limits.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CAPITAL (10000 * MONEY_ONE)

static void the_default_limits_of_ten_thousand_are_as_the_rules_say(void **state)
{
	(void)state;
	assert_int_equal(limit_risk(&limits_default, CAPITAL, false), 100 * MONEY_ONE);
	assert_int_equal(limit_symbol(CAPITAL, false), 3000 * MONEY_ONE);
	assert_int_equal(limit_total(CAPITAL, false), 5000 * MONEY_ONE);
	assert_int_equal(limit_risk(&limits_default, CAPITAL, true), 50 * MONEY_ONE);
	assert_int_equal(limit_symbol(CAPITAL, true), 1500 * MONEY_ONE);
	assert_int_equal(limit_total(CAPITAL, true), 2500 * MONEY_ONE);
}

static void a_limit_is_floored_once_even_when_halved(void **state)
{
	(void)state;
	assert_int_equal(limit_symbol(10, false), 3);
	assert_int_equal(limit_symbol(9, false), 2); /* 2.7 */
	assert_int_equal(limit_symbol(10, true), 1); /* 1.5 */
	assert_int_equal(limit_symbol(14, true), 2); /* 2.1; half of floor(4.2) is 2 */
	assert_int_equal(limit_total(3, true), 0);   /* 0.75 */
	assert_int_equal(limit_total(4, true), 1);
	assert_int_equal(limit_symbol(VALUE_MAX, false), VALUE_MAX / 10 * 3);
}

static void half_of_an_odd_ratio_loses_nothing(void **state)
{
	struct limits limits = limits_default;

	(void)state;
	limits.risk_per_trade = 3; /* 3e-9: halved first it would be 1e-9 */
	assert_int_equal(limit_risk(&limits, 2 * RATIO_ONE, true), 3);
}

static void no_setting_lifts_the_risk_of_a_trade_over_its_ceiling(void **state)
{
	struct limits limits = limits_default;

	(void)state;
	limits.risk_per_trade = 50 * RATIO_ONE / 100;
	assert_int_equal(limit_risk(&limits, CAPITAL, false), 200 * MONEY_ONE);
	limits.risk_per_trade = -1;
	assert_int_equal(limit_risk(&limits, CAPITAL, false), 0);
}

static void unknown_or_impossible_capital_allows_nothing(void **state)
{
	static const money_t bad[] = {UNKNOWN, -1, 0, VALUE_MAX + 1, INT64_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(limit_risk(&limits_default, bad[i], false), 0);
		assert_int_equal(limit_symbol(bad[i], false), 0);
		assert_int_equal(limit_total(bad[i], true), 0);
	}
}

static void every_default_is_the_number_of_the_rules(void **state)
{
	const struct limits *l = &limits_default;

	(void)state;
	assert_int_equal(l->risk_per_trade, 10000000);
	assert_int_equal(l->daily_loss, 50000000);
	assert_int_equal(l->positions, 5);
	assert_int_equal(l->position_share, 200000000);
	assert_int_equal(l->portfolio_share, 500000000);
	assert_int_equal(l->spread, 1000000);
	assert_int_equal(l->depth_multiple, 10);
	assert_int_equal(l->slippage, 1000000);
	assert_int_equal(l->slippage_fills, 5);
	assert_int_equal(l->slippage_window_ms, 86400000);
	assert_int_equal(l->slippage_close_ms, 21600000);
	assert_int_equal(l->safe_confidence, 800000000);
	assert_int_equal(l->entries_minute, 10);
	assert_int_equal(l->entries_day, 100);
	assert_int_equal(l->fees_day, 10000000);
	assert_int_equal(l->martingale_ms, 86400000);
	assert_int_equal(l->ticker_age_ms, 30000);
	assert_int_equal(l->depth_age_ms, 5000);
	assert_int_equal(l->bar_age_ms, 10000);
	assert_int_equal(l->clock_off_ms, 1000);
	assert_int_equal(l->timeframe_ms, 60000);
	assert_int_equal(l->ticket_ms, 5000);
	assert_int_equal(l->red_day, 500000);
	assert_int_equal(l->pause_rearm, 25000000);
	assert_int_equal(l->unlock_after_ms, 86400000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_limits_of_ten_thousand_are_as_the_rules_say),
		cmocka_unit_test(a_limit_is_floored_once_even_when_halved),
		cmocka_unit_test(half_of_an_odd_ratio_loses_nothing),
		cmocka_unit_test(no_setting_lifts_the_risk_of_a_trade_over_its_ceiling),
		cmocka_unit_test(unknown_or_impossible_capital_allows_nothing),
		cmocka_unit_test(every_default_is_the_number_of_the_rules),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
