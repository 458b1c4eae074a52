/* SPDX-License-Identifier: MIT
 * The reward of a trade, term by term. Numbers: C = 10,000 USDT, risk 1 % of it. */
#include "reward.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct reward_settings *const settings = &reward_settings_default;

#define PERCENT (RATIO_ONE / 100)

static struct trade a_trade(void)
{
	return (struct trade){
		.net = 100 * MONEY_ONE,
		.capital = 10000 * MONEY_ONE,
		.risk = 100 * MONEY_ONE,
		.entry_cost = 2000 * MONEY_ONE,
		.volatility = RATIO_ONE / 2,
	};
}

static void a_plain_trade_is_worth_its_net_share_of_capital(void **state)
{
	struct trade trade = a_trade();

	(void)state;
	assert_int_equal(reward_of(&trade, settings), PERCENT);
	trade.net = -150 * MONEY_ONE;
	assert_int_equal(reward_of(&trade, settings), -3 * PERCENT / 2);
	trade.volatility = UNKNOWN;
	assert_int_equal(reward_of(&trade, settings), -3 * PERCENT / 2);
}

static void a_growing_drawdown_counts_twice_and_a_shrinking_one_not_at_all(void **state)
{
	struct trade trade = a_trade();

	(void)state;
	trade.drawdown_before = 2 * PERCENT;
	trade.drawdown_after = 5 * PERCENT;
	assert_int_equal(reward_of(&trade, settings), PERCENT - 6 * PERCENT);
	trade.drawdown_after = PERCENT;
	assert_int_equal(reward_of(&trade, settings), PERCENT);
}

static void risk_in_high_volatility_costs_the_share_above_the_median(void **state)
{
	struct trade trade = a_trade();

	(void)state;
	trade.volatility = 9 * RATIO_ONE / 10; /* 1 % x 0.4 */
	assert_int_equal(reward_of(&trade, settings), PERCENT - 4 * PERCENT / 10);
	trade.volatility = RATIO_ONE / 10;
	assert_int_equal(reward_of(&trade, settings), PERCENT);
}

static void half_of_the_size_over_the_share_of_one_position_is_taken_off(void **state)
{
	struct trade trade = a_trade();

	(void)state;
	trade.entry_cost = 2600 * MONEY_ONE; /* 26 %, 6 over */
	assert_int_equal(reward_of(&trade, settings), PERCENT - 3 * PERCENT);
}

static void a_daily_loss_breach_outweighs_everything(void **state)
{
	struct trade trade = a_trade();

	(void)state;
	trade.breach = 1;
	assert_int_equal(reward_of(&trade, settings), PERCENT - RATIO_ONE);
}

static void without_capital_there_is_no_reward(void **state)
{
	struct trade trade = a_trade();

	(void)state;
	trade.capital = 0;
	assert_true(reward_of(&trade, settings) == UNKNOWN);
	trade.capital = UNKNOWN;
	assert_true(reward_of(&trade, settings) == UNKNOWN);
	trade = a_trade();
	trade.net = UNKNOWN;
	assert_true(reward_of(&trade, settings) == UNKNOWN);
	trade = a_trade();
	trade.capital = 1;
	trade.net = VALUE_MAX; /* does not fit */
	assert_true(reward_of(&trade, settings) == UNKNOWN);
}

static void every_term_is_rounded_against_the_trader(void **state)
{
	struct trade trade = a_trade();

	(void)state;
	trade.capital = 3 * MONEY_ONE;
	trade.entry_cost = 0;
	trade.net = MONEY_ONE;
	assert_int_equal(reward_of(&trade, settings), 333333333);
	trade.net = -MONEY_ONE;
	assert_int_equal(reward_of(&trade, settings), -333333334);
}

static void each_penalty_is_rounded_up(void **state)
{
	struct trade trade = {.capital = 3 * MONEY_ONE, .risk = 1, .volatility = RATIO_ONE / 2 + 1};
	struct reward_settings own = *settings;

	(void)state;
	assert_int_equal(reward_of(&trade, settings), -4); /* 1 unit of money of 3 USDT: 3.3e-9 */
	trade.volatility = 0;
	own.drawdown_weight = RATIO_ONE / 2;
	trade.drawdown_after = 1;
	assert_int_equal(reward_of(&trade, &own), -1);
	trade.drawdown_after = 0;
	trade.entry_cost = 60000000 + 1; /* 20 % and a bit */
	assert_int_equal(reward_of(&trade, settings), -2);
}

static void any_fact_out_of_range_makes_it_unknown(void **state)
{
	struct trade trade = a_trade();

	(void)state;
	trade.drawdown_before = -1;
	assert_true(reward_of(&trade, settings) == UNKNOWN);
	trade.drawdown_before = 0;
	trade.drawdown_after = UNKNOWN;
	assert_true(reward_of(&trade, settings) == UNKNOWN);
	trade.risk = -1;
	assert_true(reward_of(&trade, settings) == UNKNOWN);
	trade = a_trade();
	trade.entry_cost = UNKNOWN;
	assert_true(reward_of(&trade, settings) == UNKNOWN);
	trade = a_trade();
	trade.capital = 1;
	trade.net = 0;
	trade.entry_cost = VALUE_MAX;
	assert_true(reward_of(&trade, settings) == UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_trade_is_worth_its_net_share_of_capital),
		cmocka_unit_test(a_growing_drawdown_counts_twice_and_a_shrinking_one_not_at_all),
		cmocka_unit_test(risk_in_high_volatility_costs_the_share_above_the_median),
		cmocka_unit_test(half_of_the_size_over_the_share_of_one_position_is_taken_off),
		cmocka_unit_test(a_daily_loss_breach_outweighs_everything),
		cmocka_unit_test(without_capital_there_is_no_reward),
		cmocka_unit_test(every_term_is_rounded_against_the_trader),
		cmocka_unit_test(each_penalty_is_rounded_up),
		cmocka_unit_test(any_fact_out_of_range_makes_it_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
