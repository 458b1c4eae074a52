/* SPDX-License-Identifier: MIT
 * Each strategy on hand-made series: what fires it, long and short, what must not, and its confidence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "two_pass.h"

#define MIDDLE 100000

static struct signal_settings settings;
static struct series series;
static struct signal signal;

static price_t newest_close(void)
{
	return series.closes[(series.bars - 1) & (SERIES_CLOSES - 1)];
}

/* The next minute's bar, with wicks of `wick` ticks. */
static void push(price_t close, price_t wick)
{
	price_t open = series.bars ? newest_close() : close;
	struct candle bar = {
		series.open_ms + MINUTE_MS,           open,  (close > open ? close : open) + wick,
		(close < open ? close : open) - wick, close, 1};

	assert_int_equal(series_push(&series, &settings, &bar), SERIES_OK);
}

/* Up and down around the middle by 20..60 ticks, wider and narrower in turn: no direction, every percentile.
 * Ends at the first bar after `bars` that stands in the regime. */
static void rock_until(int bars, enum regime regime)
{
	for (int i = 0; i < bars + 500; i++) {
		int swing = 20 + (i / 3 % 80 < 40 ? i / 3 % 40 : 40 - i / 3 % 40);

		push(MIDDLE + (i % 2 ? swing : -swing), 2);
		if (i >= bars && series.regime == (int32_t)regime)
			return;
	}
	fail_msg("the market never was %s", regime_text[regime]);
}

static int fires(void)
{
	struct signal out[STRATEGY_COUNT];
	int count = signals_read(&series, &settings, out);

	if (count > 0)
		signal = out[0];
	return count;
}

static void mean_reversion_buys_below_the_lower_band_and_sells_above_the_upper(void **state)
{
	(void)state;
	for (int side = SIDE_SHORT; side <= SIDE_LONG; side += 2) {
		double mid, stop;

		series_init(&series);
		rock_until(600, REGIME_MEAN_REVERT);
		assert_int_equal(fires(), 0);
		push(MIDDLE - side * 300, 2);
		assert_int_equal(fires(), 1);
		mid = series_mean20(&series);
		assert_int_equal(signal.strategy, STRATEGY_MEAN_REVERSION);
		assert_int_equal(signal.side, side);
		assert_int_equal(signal.target, llround(mid));
		assert_int_equal(signal.target_distance, llabs(signal.target - newest_close()));
		stop = fmax(0.55 * (double)signal.target_distance, 0.75 * series.atr);
		assert_int_equal(signal.stop_distance, (int64_t)ceil(stop));
		assert_int_equal(signal.trail, 0);
	}
}

static void mean_reversion_keeps_its_stop_three_quarters_of_an_atr_away(void **state)
{
	(void)state;
	rock_until(600, REGIME_MEAN_REVERT);
	push(MIDDLE - 300, 2);
	series.atr = 1000.5;
	assert_int_equal(fires(), 1);
	assert_int_equal(signal.stop_distance, 751);
}

static void mean_reversion_is_silent_inside_the_bands(void **state)
{
	struct indicators in;

	(void)state;
	rock_until(600, REGIME_MEAN_REVERT);
	for (price_t off = -60; off <= 60; off++) {
		struct series copy = series;

		push(MIDDLE + off, 2);
		series_read(&series, &settings, &in);
		assert_int_equal(fires(), (double)in.close > in.bb_upper || (double)in.close < in.bb_lower);
		series = copy;
	}
}

/* A slope under a zigzag: SMA 10 crosses SMA 30 both ways again and again while ER100 keeps the slope's sign.
 * Returns the close. */
static price_t zigzag(int i, int side)
{
	int phase = i % 40, wobble = i * i % 7 - 3;

	return MIDDLE + side * (i * 2 + 6 * (phase < 20 ? phase : 40 - phase) + wobble);
}

static void trend_trades_the_cross_in_the_direction_of_the_ratio(void **state)
{
	(void)state;
	for (int side = SIDE_SHORT; side <= SIDE_LONG; side += 2) {
		int signals = 0;

		series_init(&series);
		for (int i = 0; i < 3000; i++) {
			push(zigzag(i, side), 2);
			if (series.regime != REGIME_TRENDING || !fires())
				continue;
			assert_int_equal(signal.strategy, STRATEGY_TREND);
			assert_int_equal(signal.side, side);
			assert_true(series.cross == side || series.cross_before == side);
			assert_int_equal(signal.stop_distance, (int64_t)ceil(3 * series.atr));
			assert_int_equal(signal.target_distance, (int64_t)floor(6 * series.atr));
			assert_int_equal(signal.trail, (int64_t)ceil(3 * series.atr));
			assert_int_equal(signal.target, 0);
			signals++;
		}
		assert_true(signals > 4);
	}
}

/* Crosses are found here from two plain means; a signal may stand on the cross's bar and the next, not
 * longer. */
static void a_cross_is_an_event_of_two_bars_not_a_state(void **state)
{
	static struct candle c[3000];
	struct two_pass t = {.c = c};
	int since = 100, seen[3] = {0, 0, 0};

	(void)state;
	for (int i = 0; i < 3000; i++) {
		push(zigzag(i, SIDE_LONG), 2);
		c[i].close = newest_close();
		since++;
		if (i > 30 && two_pass_mean(&t, (size_t)i, 10) > two_pass_mean(&t, (size_t)i, 30) &&
		    two_pass_mean(&t, (size_t)i - 1, 10) <= two_pass_mean(&t, (size_t)i - 1, 30))
			since = 0;
		if (series.regime != REGIME_TRENDING)
			continue;
		assert_int_equal(fires(), since <= 1);
		seen[since < 2 ? since : 2]++;
	}
	assert_true(seen[0] > 2 && seen[1] > 2 && seen[2] > 100);
}

static void trend_ignores_a_cross_against_the_ratio(void **state)
{
	int against = 0;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		push(zigzag(i, SIDE_LONG), 2);
		if (series.regime != REGIME_TRENDING || series.cross != SIDE_SHORT)
			continue;
		assert_int_equal(fires(), 0);
		against++;
	}
	assert_true(against > 2);
}

static void breakout_buys_above_the_range_and_sells_below_it(void **state)
{
	(void)state;
	for (int side = SIDE_SHORT; side <= SIDE_LONG; side += 2) {
		series_init(&series);
		rock_until(600, REGIME_HIGH_VOL);
		assert_int_equal(fires(), 0);
		push(MIDDLE + side * 100, 2);
		assert_int_equal(fires(), 1);
		assert_int_equal(signal.strategy, STRATEGY_BREAKOUT);
		assert_int_equal(signal.side, side);
		assert_int_equal(signal.stop_distance, (int64_t)ceil(3 * series.atr));
		assert_int_equal(signal.target_distance, (int64_t)floor(6 * series.atr));
		assert_int_equal(signal.trail, (int64_t)ceil(3 * series.atr));
	}
}

/* Its own high lies over its close, so a range that held this bar could never be broken. */
static void a_breakout_is_measured_against_the_bars_before_it(void **state)
{
	price_t high;

	(void)state;
	rock_until(600, REGIME_HIGH_VOL);
	push(MIDDLE, 2);
	high = series.extremes.high > series.extremes.suffix_high[series.extremes.filling]
		       ? series.extremes.high
		       : series.extremes.suffix_high[series.extremes.filling];
	for (price_t beyond = 0; beyond < 3; beyond++) {
		struct series copy = series;

		push(high + beyond, 50);
		assert_int_equal(series.hh20, high);
		assert_int_equal(fires(), beyond > 0);
		series = copy;
	}
}

static void low_volatility_and_an_unknown_regime_trade_nothing(void **state)
{
	(void)state;
	rock_until(600, REGIME_HIGH_VOL);
	push(MIDDLE + 300, 2);
	assert_int_equal(fires(), 1);
	series.regime = REGIME_LOW_VOL;
	assert_int_equal(fires(), 0);
	series.regime = REGIME_NONE;
	assert_int_equal(fires(), 0);
}

static void a_distance_out_of_range_is_no_signal(void **state)
{
	(void)state;
	rock_until(600, REGIME_HIGH_VOL);
	push(MIDDLE + 300, 2);
	series.atr = (double)VALUE_MAX;
	assert_int_equal(fires(), 0);
	series.atr = NAN;
	assert_int_equal(fires(), 0);
}

static void distances_are_a_tick_at_least_and_rewarding_from_two_ticks_of_atr(void **state)
{
	(void)state;
	rock_until(600, REGIME_HIGH_VOL);
	push(MIDDLE + 300, 2);
	series.atr = 0.01;
	assert_int_equal(fires(), 1);
	assert_true(signal.stop_distance == 1 && signal.target_distance == 1 && signal.trail == 1);
	for (double atr = 5.0 / 3; atr < 100; atr += 0.01) {
		series.atr = atr;
		assert_int_equal(fires(), 1);
		assert_true(2 * signal.target_distance >= 3 * signal.stop_distance);
	}
}

static void trend_and_breakout_have_their_own_distances(void **state)
{
	(void)state;
	settings.breakout_stop_atr = 1.5;
	settings.breakout_target_atr = 4;
	settings.breakout_trail_atr = 2;
	settings.stop_atr = settings.target_atr = settings.trail_atr = 50;
	rock_until(600, REGIME_HIGH_VOL);
	push(MIDDLE + 300, 2);
	assert_int_equal(fires(), 1);
	assert_int_equal(signal.stop_distance, (int64_t)ceil(1.5 * series.atr));
	assert_int_equal(signal.target_distance, (int64_t)floor(4 * series.atr));
	assert_int_equal(signal.trail, (int64_t)ceil(2 * series.atr));
}

/* Confidence before and after a change that makes the pattern stronger. */
static void confidence_rises(ratio_t *before)
{
	assert_int_equal(fires(), 1);
	assert_true(signal.confidence > *before);
	assert_true(signal.confidence >= RATIO_ONE / 2 && signal.confidence < RATIO_ONE);
	*before = signal.confidence;
}

static void confidence_in_a_breakout_rises_with_its_reach_and_the_percentile(void **state)
{
	ratio_t confidence = 0;

	(void)state;
	rock_until(600, REGIME_HIGH_VOL);
	push(MIDDLE + 100, 2);
	series.percentile.lower = 400;
	series.percentile.count = 500;
	series.percentile.fine[series.percentile.bins[series.percentile.newest - 1]] = 1;
	confidence_rises(&confidence);
	for (int i = 0; i < 10; i++) {
		series.hh20 -= 7;
		confidence_rises(&confidence);
		series.percentile.lower += 9;
		confidence_rises(&confidence);
		series.atr *= 0.9;
		confidence_rises(&confidence);
	}
	assert_true(confidence > RATIO_ONE * 8 / 10);
	series.percentile.lower = 250; /* hysteresis: still high_vol, the percentile not */
	assert_int_equal(fires(), 1);
	assert_true(signal.confidence >= RATIO_ONE / 2);
}

static void confidence_in_a_trend_rises_with_the_ratio_and_the_lead(void **state)
{
	ratio_t confidence = 0;

	(void)state;
	for (int i = 0; i < 1000 || series.regime != REGIME_TRENDING || series.cross != SIDE_LONG; i++)
		push(zigzag(i, SIDE_LONG), 2);
	confidence_rises(&confidence);
	for (int i = 0; i < 10; i++) {
		series.path100 = series.path100 * 9 / 10;
		confidence_rises(&confidence);
		series.sum10 += 30;
		confidence_rises(&confidence);
		series.atr *= 0.9;
		confidence_rises(&confidence);
	}
	assert_true(confidence > RATIO_ONE * 8 / 10);
}

static void confidence_in_mean_reversion_rises_with_the_reach_and_falls_with_the_ratio(void **state)
{
	ratio_t confidence = 0;
	struct series copy;

	(void)state;
	rock_until(600, REGIME_MEAN_REVERT);
	copy = series;
	for (price_t off = 120; off <= 720; off += 50) {
		series = copy;
		push(MIDDLE + off, 2);
		series.path100 =
			10000; /* the ratio moves with the close; held still enough to see the reach */
		series.closes[(series.bars - 101) & (SERIES_CLOSES - 1)] = newest_close() - 1000;
		confidence_rises(&confidence);
	}
	for (int i = 0; i < 10; i++) {
		series.path100 = series.path100 * 11 / 10;
		confidence_rises(&confidence);
	}
	assert_true(confidence > RATIO_ONE * 8 / 10);
}

static int set_up(void **state)
{
	(void)state;
	settings = signal_settings_default;
	series_init(&series);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mean_reversion_buys_below_the_lower_band_and_sells_above_the_upper),
		TEST(mean_reversion_keeps_its_stop_three_quarters_of_an_atr_away),
		TEST(mean_reversion_is_silent_inside_the_bands),
		TEST(trend_trades_the_cross_in_the_direction_of_the_ratio),
		TEST(a_cross_is_an_event_of_two_bars_not_a_state),
		TEST(trend_ignores_a_cross_against_the_ratio),
		TEST(breakout_buys_above_the_range_and_sells_below_it),
		TEST(a_breakout_is_measured_against_the_bars_before_it),
		TEST(low_volatility_and_an_unknown_regime_trade_nothing),
		TEST(a_distance_out_of_range_is_no_signal),
		TEST(distances_are_a_tick_at_least_and_rewarding_from_two_ticks_of_atr),
		TEST(trend_and_breakout_have_their_own_distances),
		TEST(confidence_in_a_breakout_rises_with_its_reach_and_the_percentile),
		TEST(confidence_in_a_trend_rises_with_the_ratio_and_the_lead),
		TEST(confidence_in_mean_reversion_rises_with_the_reach_and_falls_with_the_ratio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
