/* SPDX-License-Identifier: MIT
 * Metrics against numbers worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "metrics.h"

static void assert_near(double actual, double wanted)
{
	if (!(fabs(actual - wanted) <= 1e-9 * (1 + fabs(wanted))))
		print_message("%.12g is not %.12g\n", actual, wanted);
	assert_true(fabs(actual - wanted) <= 1e-9 * (1 + fabs(wanted)));
}

static void mean_deviation_and_median_are_those_of_the_sample(void **state)
{
	(void)state;
	double values[] = {4, 2, 9, 1};
	assert_near(metrics_mean(values, 4), 4);
	assert_near(metrics_deviation(values, 4), sqrt((0 + 4 + 25 + 9) / 3.0));
	assert_near(metrics_median(values, 4), 3);
	assert_near(metrics_median(values, 3), 2); /* of 1, 2, 4: they are sorted now */
	assert_true(isnan(metrics_mean(values, 0)));
	assert_true(isnan(metrics_deviation(values, 1)));
	assert_true(isnan(metrics_median(values, 0)));
}

static void sharpe_is_mean_over_deviation_times_root_365(void **state)
{
	(void)state;
	const double returns[] = {0.01, -0.02, 0.03, 0.0};
	/* mean 0.005; squares of differences: 0.000025, 0.000625, 0.000625, 0.000025 */
	assert_near(metrics_sharpe(returns, 4), 0.005 / sqrt(0.0013 / 3) * sqrt(365));
	const double flat[] = {0.01, 0.01};
	assert_true(isnan(metrics_sharpe(flat, 2)));
	assert_true(isnan(metrics_sharpe(returns, 1)));
}

static void sortino_counts_only_losses_but_over_all_days(void **state)
{
	(void)state;
	const double returns[] = {0.01, -0.02, 0.03, 0.0};
	assert_near(metrics_sortino(returns, 4), 0.005 / sqrt(0.0004 / 4) * sqrt(365));
	const double winners[] = {0.01, 0.02};
	assert_true(isnan(metrics_sortino(winners, 2)));
}

static void drawdown_is_the_deepest_fall_from_a_peak_before_it(void **state)
{
	(void)state;
	const struct metrics_point points[] = {{1, 100}, {2, 120}, {3, 90}, {4, 110},
					       {5, 200}, {6, 160}, {7, 210}};
	struct metrics_drawdown worst = metrics_drawdown(points, 7);
	assert_near(worst.share, 0.25);
	assert_near(worst.amount, 30);
	assert_int_equal(worst.from_ms, 2);
	assert_int_equal(worst.to_ms, 3);
	worst = metrics_drawdown(points, 2);
	assert_near(worst.share, 0);
	worst = metrics_drawdown(points, 0);
	assert_near(worst.share, 0);
}

static void growth_a_year_is_capped(void **state)
{
	(void)state;
	assert_near(metrics_cagr(100, 121, 730), 0.1);
	assert_near(metrics_cagr(100, 50, 365), -0.5);
	assert_near(metrics_cagr(100, 0, 365), -1);
	assert_near(metrics_cagr(100, 200, 1), METRICS_CAGR_CAP);
	assert_true(isnan(metrics_cagr(0, 1, 365)));
	assert_true(isnan(metrics_cagr(1, 1, 0)));
}

static void sqn_is_root_n_times_mean_over_deviation(void **state)
{
	(void)state;
	const double r[] = {1, -1, 2, 2};
	assert_near(metrics_sqn(r, 4), 2 * 1 / sqrt(6 / 3.0));
}

static void a_part_of_a_day_is_merged_with_its_neighbour(void **state)
{
	(void)state;
	double out[8];
	/* A run from noon: a sample at 12:01, then midnights, then the end of the run at 03:00. */
	const struct metrics_point points[] = {{DAY_MS / 2, 100},     {DAY_MS / 2 + 60000, 101},
					       {DAY_MS + 5, 110},     {2 * DAY_MS + 9, 99},
					       {3 * DAY_MS + 1, 198}, {3 * DAY_MS + 3 * HOUR_MS, 99}};
	assert_int_equal(metrics_daily_returns(points, 6, out), 3);
	assert_near(out[0], 0.10);
	assert_near(out[1], -0.10);
	assert_near(out[2], 0);
	assert_int_equal(metrics_daily_returns(points, 2, out), 0);
	assert_int_equal(metrics_daily_returns(points, 1, out), 0);
}

static void overlapping_positions_count_once_as_exposure(void **state)
{
	(void)state;
	struct metrics_span spans[] = {{50, 70}, {0, 20}, {10, 30}, {15, 18}, {90, 200}, {-5, 2}};
	assert_near(metrics_covered(spans, 6, 0, 100), 0.60);
	assert_near(metrics_covered(spans, 0, 0, 100), 0);
	assert_true(isnan(metrics_covered(spans, 6, 5, 5)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mean_deviation_and_median_are_those_of_the_sample),
		cmocka_unit_test(sharpe_is_mean_over_deviation_times_root_365),
		cmocka_unit_test(sortino_counts_only_losses_but_over_all_days),
		cmocka_unit_test(drawdown_is_the_deepest_fall_from_a_peak_before_it),
		cmocka_unit_test(growth_a_year_is_capped),
		cmocka_unit_test(sqn_is_root_n_times_mean_over_deviation),
		cmocka_unit_test(a_part_of_a_day_is_merged_with_its_neighbour),
		cmocka_unit_test(overlapping_positions_count_once_as_exposure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
