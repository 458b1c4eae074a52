/* SPDX-License-Identifier: MIT
 * The least capital for the smallest order is exactly that: a coin less and the sizing has no order. */
#include "proposal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

/* 5 USDT at 100: 50 lots of 0.001. */
static struct given a_small_market(void)
{
	struct given given = a_good_signal();

	given.instrument.min_notional = USDT(5);
	given.signal.stop_distance = 2;
	given.signal.target_distance = 6;
	return given;
}

static money_t least(const struct given *given)
{
	return decision_least_capital(&given->settings, &given->limits, &given->instrument, PRICE(100),
				      given->account.scanned);
}

/* The least is enough, and a unit less is not. */
static void check(struct given given)
{
	struct enter out;
	struct finding why;
	money_t capital = least(&given);

	given.standing.capital = given.account.available = capital;
	enum note note = propose(&given, &out, &why);
	if (note != NOTE_ENTERED)
		fail_msg("%lld is not enough: note %d", (long long)capital, (int)note);
	assert_int_equal(out.qty, decision_least_lots(&given.instrument, PRICE(100)));
	given.standing.capital = given.account.available = capital - MONEY_ONE / 1000;
	assert_int_equal(propose(&given, &out, &why), NOTE_SIZE);
}

static void the_share_of_one_position_decides_at_first(void **state)
{
	(void)state;
	struct given given = a_small_market();
	assert_int_equal(least(&given), USDT(25));
	check(given);
	given.instrument.min_qty = 100; /* worth 10 */
	assert_int_equal(least(&given), USDT(50));
	check(given);
}

static void a_picked_symbol_needs_its_share_of_the_portfolio(void **state)
{
	(void)state;
	struct given given = a_small_market();
	given.account.scanned = true;
	given.limits.portfolio_share = RATIO_ONE / 10;
	assert_int_equal(least(&given), USDT(50));
	check(given);
}

static void fees_count_where_little_may_be_risked(void **state)
{
	(void)state;
	struct given given = a_small_market();
	given.instrument.taker_fee = 55 * BPS / 10;
	given.limits.risk_per_trade = RATIO_ONE / 10000;
	assert_true(least(&given) > USDT(55));
}

static void what_no_order_can_be_made_of_takes_more_than_there_is(void **state)
{
	(void)state;
	struct given given = a_small_market();
	given.instrument.max_qty = 49;
	assert_int_equal(least(&given), VALUE_MAX);
	given = a_small_market(), given.limits.position_share = 0;
	assert_int_equal(least(&given), VALUE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_share_of_one_position_decides_at_first),
		cmocka_unit_test(a_picked_symbol_needs_its_share_of_the_portfolio),
		cmocka_unit_test(fees_count_where_little_may_be_risked),
		cmocka_unit_test(what_no_order_can_be_made_of_takes_more_than_there_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
