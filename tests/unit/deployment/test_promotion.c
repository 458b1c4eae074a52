/* SPDX-License-Identifier: MIT
 * The numbers of rules.md section 6, promotion: what must be there, what is told to be missing, and that the
 * record is a pure fold. */
#include "promotion.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const struct promotion_settings *const settings = &promotion_settings_default;
static int64_t seq;

/* A trade that closes at noon of the day and earns so many 1e-4 of C. */
static void trade_on(struct promotion *p, int64_t day, int64_t bps, enum regime regime)
{
	struct trade trade = {.seq = ++seq,
			      .regime = regime,
			      .capital = 10000 * MONEY_ONE,
			      .net = bps * MONEY_ONE,
			      .entry_ms = day * DAY_MS + HOUR_MS,
			      .exit_ms = day * DAY_MS + 12 * HOUR_MS,
			      .entry_slippage = 2 * BPS,
			      .exit_slippage = UNKNOWN};

	assert_true(promotion_trade(p, &trade));
}

/* So many days of four trades each; two good days, one bad. */
static struct promotion a_record(int64_t days)
{
	struct promotion p;

	promotion_init(&p, 0);
	for (int64_t day = 0; day < days; day++)
		for (int i = 0; i < 4; i++)
			trade_on(&p, 100 + day, day % 3 == 2 ? -5 : 5,
				 i % 2 ? REGIME_TRENDING : REGIME_HIGH_VOL);
	return p;
}

static bool lacks(const struct promotion *p, enum promotion_need need, int64_t value)
{
	struct promotion_lack lack[PROMOTION_NEED_COUNT];
	size_t count = promotion_missing(p, settings, lack);

	for (size_t i = 0; i < count; i++)
		if (lack[i].need == need) {
			assert_true(lack[i].value == value);
			return true;
		}
	return false;
}

static void at_first_everything_but_the_drawdown_is_missing(void **state)
{
	struct promotion p;
	struct promotion_lack lack[PROMOTION_NEED_COUNT];

	(void)state;
	promotion_init(&p, 0);
	assert_int_equal(promotion_missing(&p, settings, lack), PROMOTION_NEED_COUNT - 1);
	assert_true(lacks(&p, PROMOTION_SHARPE, UNKNOWN));
	assert_true(lacks(&p, PROMOTION_TRADES, 0));
	assert_true(lacks(&p, PROMOTION_STABLE, UNKNOWN));
	assert_false(lacks(&p, PROMOTION_DRAWDOWN, 0));
}

static void sixty_one_days_of_good_trades_earn_it(void **state)
{
	struct promotion p = a_record(61);
	struct promotion_lack lack[PROMOTION_NEED_COUNT];
	struct promotion_record record = promotion_record(&p, settings);

	(void)state;
	assert_int_equal(promotion_missing(&p, settings, lack), 0);
	assert_int_equal(record.earned, 1);
	assert_int_equal(record.missing, 0);
	assert_int_equal(record.trades, 244);
	assert_int_equal(record.days, 60); /* the running day is not over */
	assert_int_equal(record.weeks, 8);
	assert_int_equal(record.regimes, 2);
	assert_int_equal(record.slippage, 2 * BPS);
}

static void a_day_less_is_told_with_what_there_is_and_what_there_has_to_be(void **state)
{
	struct promotion p = a_record(60);
	struct promotion_lack lack[PROMOTION_NEED_COUNT];

	(void)state;
	assert_int_equal(promotion_missing(&p, settings, lack), 1);
	assert_int_equal(lack[0].need, PROMOTION_DAYS);
	assert_int_equal(lack[0].value, 59);
	assert_int_equal(lack[0].wanted, 60);
	assert_int_equal(promotion_record(&p, settings).missing, 1 << PROMOTION_DAYS);
}

static void trades_are_counted_to_two_hundred(void **state)
{
	struct promotion p;

	(void)state;
	promotion_init(&p, 0);
	for (int i = 0; i < 199; i++)
		trade_on(&p, 100 + i, 1, REGIME_TRENDING);
	assert_true(lacks(&p, PROMOTION_TRADES, 199));
	trade_on(&p, 299, 1, REGIME_TRENDING);
	assert_false(lacks(&p, PROMOTION_TRADES, 200));
}

/* Two days of returns a, b: mean / sample deviation x sqrt 365. */
static void sharpe_is_of_whole_days_and_a_day_without_a_trade_is_a_day(void **state)
{
	struct promotion p;

	(void)state;
	promotion_init(&p, 0);
	trade_on(&p, 100, 30, REGIME_TRENDING);
	trade_on(&p, 101, 10, REGIME_TRENDING);
	assert_true(promotion_sharpe(&p) == UNKNOWN); /* one day is over */
	trade_on(&p, 102, 10, REGIME_TRENDING);
	double mean = 0.002, deviation = sqrt(2 * 0.001 * 0.001);
	assert_true(fabs((double)promotion_sharpe(&p) / 1e9 - mean / deviation * sqrt(365)) < 1e-6);
	promotion_init(&p, 0);
	trade_on(&p, 100, 30, REGIME_TRENDING);
	trade_on(&p, 102, 10, REGIME_TRENDING); /* 101 had none */
	mean = 0.0015, deviation = sqrt(2 * 0.0015 * 0.0015);
	assert_int_equal(p.days, 2);
	assert_true(fabs((double)promotion_sharpe(&p) / 1e9 - mean / deviation * sqrt(365)) < 1e-6);
}

static void exactly_at_the_limit_sharpe_and_drawdown_do_not_pass(void **state)
{
	struct promotion p = a_record(61);
	struct promotion_settings own = *settings;
	struct promotion_lack lack[PROMOTION_NEED_COUNT];

	(void)state;
	own.sharpe = promotion_sharpe(&p);
	own.drawdown = promotion_record(&p, settings).drawdown;
	assert_int_equal(promotion_missing(&p, &own, lack), 2);
	assert_int_equal(lack[0].need, PROMOTION_SHARPE);
	assert_int_equal(lack[1].need, PROMOTION_DRAWDOWN);
	own.sharpe--, own.drawdown++;
	assert_int_equal(promotion_missing(&p, &own, lack), 0);
}

static void the_drawdown_is_that_of_the_curve_within_the_day_too(void **state)
{
	struct promotion p;

	(void)state;
	promotion_init(&p, 0);
	trade_on(&p, 100, 1000, REGIME_TRENDING);  /* 1.10 */
	trade_on(&p, 101, -1500, REGIME_TRENDING); /* 1.10 x 0.85 */
	trade_on(&p, 101, 1500, REGIME_TRENDING);  /* back on the same day */
	assert_true(fabs(p.drawdown - 0.15) < 1e-12);
	assert_true(lacks(&p, PROMOTION_DRAWDOWN, promotion_record(&p, settings).drawdown));
	trade_on(&p, 102, -20000, REGIME_TRENDING); /* more than everything */
	assert_int_equal(promotion_record(&p, settings).drawdown, RATIO_ONE);
}

static void three_weeks_of_five_must_have_gained(void **state)
{
	struct promotion p;

	(void)state;
	promotion_init(&p, 0);
	for (int week = 0; week < 10; week++)
		trade_on(&p, 100 + 7 * week, week % 5 < 3 ? 10 : -5, REGIME_TRENDING);
	trade_on(&p, 170, 1, REGIME_TRENDING);
	assert_int_equal(p.weeks, 10);
	assert_int_equal(p.weeks_gained, 6);
	assert_false(lacks(&p, PROMOTION_STABLE, 0));
	for (int week = 10; week < 15; week++)
		trade_on(&p, 170 + 7 * (week - 10) + 1, week % 5 < 2 ? 10 : -5, REGIME_TRENDING);
	trade_on(&p, 205, 1, REGIME_TRENDING);
	assert_int_equal(p.weeks, 15);
	assert_true(lacks(&p, PROMOTION_STABLE, 8 * RATIO_ONE / 15));
}

static void one_regime_with_a_profit_is_not_enough_and_a_regime_that_breaks_even_is_none(void **state)
{
	struct promotion p;

	(void)state;
	promotion_init(&p, 0);
	trade_on(&p, 100, 10, REGIME_TRENDING);
	trade_on(&p, 100, 10, REGIME_HIGH_VOL);
	trade_on(&p, 100, -10, REGIME_HIGH_VOL);
	assert_true(lacks(&p, PROMOTION_REGIMES, 1));
	trade_on(&p, 100, 1, REGIME_HIGH_VOL);
	assert_false(lacks(&p, PROMOTION_REGIMES, 2));
}

static void trades_from_before_and_trades_that_cannot_be_read_change_nothing(void **state)
{
	struct promotion p, untouched;
	const struct trade good = {.regime = REGIME_TRENDING,
				   .capital = MONEY_ONE,
				   .entry_ms = 100 * DAY_MS,
				   .exit_ms = 101 * DAY_MS};
	struct trade trade = good;

	(void)state;
	promotion_init(&p, 100 * DAY_MS);
	untouched = p;
	trade.entry_ms--;
	assert_false(promotion_trade(&p, &trade));
	trade = good, trade.capital = 0;
	assert_false(promotion_trade(&p, &trade));
	trade = good, trade.capital = UNKNOWN;
	assert_false(promotion_trade(&p, &trade));
	trade = good, trade.net = UNKNOWN;
	assert_false(promotion_trade(&p, &trade));
	trade = good, trade.regime = REGIME_COUNT;
	assert_false(promotion_trade(&p, &trade));
	assert_memory_equal(&p, &untouched, sizeof(p));
	assert_true(promotion_trade(&p, &good));
}

static void the_same_trades_give_the_same_bits(void **state)
{
	struct promotion a, b;

	(void)state;
	seq = 0;
	a = a_record(90);
	seq = 0;
	b = a_record(90);
	assert_memory_equal(&a, &b, sizeof(a));
}

static void the_defaults_are_those_of_the_rules(void **state)
{
	(void)state;
	assert_int_equal(settings->sharpe, 1200000000);
	assert_int_equal(settings->drawdown, 100000000);
	assert_int_equal(settings->trades, 200);
	assert_int_equal(settings->days, 60);
	assert_int_equal(settings->weeks, 8);
	assert_int_equal(settings->stable, 600000000);
	assert_int_equal(settings->regimes, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_first_everything_but_the_drawdown_is_missing),
		cmocka_unit_test(sixty_one_days_of_good_trades_earn_it),
		cmocka_unit_test(a_day_less_is_told_with_what_there_is_and_what_there_has_to_be),
		cmocka_unit_test(trades_are_counted_to_two_hundred),
		cmocka_unit_test(sharpe_is_of_whole_days_and_a_day_without_a_trade_is_a_day),
		cmocka_unit_test(exactly_at_the_limit_sharpe_and_drawdown_do_not_pass),
		cmocka_unit_test(the_drawdown_is_that_of_the_curve_within_the_day_too),
		cmocka_unit_test(three_weeks_of_five_must_have_gained),
		cmocka_unit_test(
			one_regime_with_a_profit_is_not_enough_and_a_regime_that_breaks_even_is_none),
		cmocka_unit_test(trades_from_before_and_trades_that_cannot_be_read_change_nothing),
		cmocka_unit_test(the_same_trades_give_the_same_bits),
		cmocka_unit_test(the_defaults_are_those_of_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
