/* SPDX-License-Identifier: MIT
 * Indicators and regimes against the two-pass oracle, and what drops a series. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "two_pass.h"

static struct signal_settings settings;
static struct series series;

static void near(double got, long double want, const char *what, size_t bar)
{
	long double off = fabsl((long double)got - want), scale = fabsl(want);

	if (isnan(got) || off > 1e-9L * scale)
		fail_msg("%s at bar %zu: %.17g, want %.17Lg", what, bar, got, want);
}

static void no_value(double got, const char *what, size_t bar)
{
	if (!isnan(got))
		fail_msg("%s at bar %zu: %.17g, want no value", what, bar, got);
}

static void check_prices(const struct two_pass *t, const struct indicators *in, size_t i)
{
	if (i >= 9)
		near(in->sma10, two_pass_mean(t, i, 10), "sma10", i);
	else
		no_value(in->sma10, "sma10", i);
	if (i >= 29)
		near(in->sma30, two_pass_mean(t, i, 30), "sma30", i);
	else
		no_value(in->sma30, "sma30", i);
	if (i >= 19) {
		long double mid = two_pass_mean(t, i, 20), width = 2 * two_pass_deviation(t, i, 20);

		near(in->bb_mid, mid, "bb_mid", i);
		near(in->bb_upper, mid + width, "bb_upper", i);
		near(in->bb_lower, mid - width, "bb_lower", i);
		near(series_deviation20(&series), width / 2, "deviation", i);
	} else {
		no_value(in->bb_mid, "bb_mid", i);
		no_value(in->bb_upper, "bb_upper", i);
		no_value(in->bb_lower, "bb_lower", i);
	}
}

static void check_changes(const struct two_pass *t, const struct indicators *in, size_t i)
{
	if (i >= 14)
		near(in->atr14, t->atr[i], "atr14", i);
	else
		no_value(in->atr14, "atr14", i);
	if (i >= 20) {
		near(in->hh20, (long double)two_pass_high(t, i), "hh20", i);
		near(in->ll20, (long double)two_pass_low(t, i), "ll20", i);
		near(in->sigma20, two_pass_sigma(t, i), "sigma20", i);
	} else {
		no_value(in->hh20, "hh20", i);
		no_value(in->ll20, "ll20", i);
		no_value(in->sigma20, "sigma20", i);
	}
	if (i >= 100)
		near(in->er100, two_pass_ratio(t, i), "er100", i);
	else
		no_value(in->er100, "er100", i);
}

static void check_volatility(const struct two_pass *t, const struct indicators *in, size_t i)
{
	struct rank rank = two_pass_rank(t, i, 1000);

	if (i < 219) {
		assert_int_equal(in->volatility.den, 0);
		assert_int_equal(in->regime, REGIME_NONE);
		return;
	}
	assert_int_equal(in->volatility.num, rank.num);
	assert_int_equal(in->volatility.den, rank.den);
	assert_int_equal(in->regime, t->regime[i]);
}

/* Pushes all bars of one unbroken run and compares every value of every bar. */
static void equals_two_passes(const struct candle *c, size_t count)
{
	struct two_pass t;
	struct indicators in;

	two_pass_init(&t, c, count, true);
	series_init(&series);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(series_push(&series, &settings, &c[i]), SERIES_OK);
		series_read(&series, &settings, &in);
		assert_int_equal(in.open_ms, c[i].open_ms);
		assert_int_equal(in.close, c[i].close);
		check_prices(&t, &in, i);
		check_changes(&t, &in, i);
		check_volatility(&t, &in, i);
	}
	two_pass_fini(&t);
}

static void random_walks_equal_two_passes(price_t start, price_t step)
{
	static struct candle c[4000];

	for (uint64_t seed = 1; seed <= 3; seed++) {
		walk_candles(c, 4000, start, step, seed);
		equals_two_passes(c, 4000);
	}
}

static void indicators_equal_two_passes_at_ordinary_prices(void **state)
{
	(void)state;
	random_walks_equal_two_passes(9550540, 9000);
}

static void indicators_equal_two_passes_at_65000_with_a_tick_of_1e_8(void **state)
{
	(void)state;
	random_walks_equal_two_passes(6500000000000, 6500000000);
}

static void indicators_equal_two_passes_at_the_largest_prices(void **state)
{
	(void)state;
	random_walks_equal_two_passes(VALUE_MAX / 4, VALUE_MAX / 100000);
}

static void indicators_equal_two_passes_when_a_tick_is_a_percent(void **state)
{
	(void)state;
	random_walks_equal_two_passes(400, 3);
}

static void indicators_equal_two_passes_on_real_candles(void **state)
{
	static const struct {
		const char *name;
		int decimals;
		ms_t timeframe_ms;
	} files[] = {
		{"perp-2021-11/XRPUSDT-5m.csv", 5, 5 * MINUTE_MS},
		{"perp-2025-03/BTCUSDT-1h.csv", 1, HOUR_MS},
		{"perp-2025-03/ETHUSDT-5m.csv", 2, 5 * MINUTE_MS},
		{"perp-2025-05/XRPUSDT-1m.csv.gz", 4, MINUTE_MS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		size_t count;
		struct candle *c = csv_candles(files[i].name, files[i].decimals, &count);

		if (!c) {
			print_message("%s is not here: skipped\n", files[i].name);
			skip();
		}
		settings.timeframe_ms = files[i].timeframe_ms;
		equals_two_passes(c, count > 12000 ? 12000 : count);
		free(c);
	}
}

static void nothing_drifts_in_a_million_bars(void **state)
{
	size_t count = 1000000;
	struct candle *c = malloc(count * sizeof(*c));
	struct two_pass t;
	struct indicators in;

	(void)state;
	walk_candles(c, count, 5000000000, 4000000, 99);
	two_pass_init(&t, c, count, false);
	series_init(&series);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(series_push(&series, &settings, &c[i]), SERIES_OK);
		if (i % 100000 < 99990)
			continue;
		series_read(&series, &settings, &in);
		check_prices(&t, &in, i);
		check_changes(&t, &in, i);
		assert_int_equal(in.volatility.num, two_pass_rank(&t, i, 1000).num);
	}
	two_pass_fini(&t);
	free(c);
}

/* Values and P from bar 1,020 on; labels once both stood three bars in a row inside the common window, which
 * a few bars later they have (docs/signals.md). */
static void a_series_warmed_by_1020_bars_equals_an_older_one(void **state)
{
	static struct candle c[9000];
	static struct series later;
	struct indicators a, b;

	(void)state;
	walk_candles(c, 9000, 9550540, 9000, 5);
	series_init(&series);
	series_init(&later);
	for (size_t i = 0; i < 9000; i++) {
		series_push(&series, &settings, &c[i]);
		if (i < 4321)
			continue;
		series_push(&later, &settings, &c[i]);
		if (later.bars < SERIES_WARM_BARS)
			continue;
		series_read(&series, &settings, &a);
		series_read(&later, &settings, &b);
		near(b.atr14, (long double)a.atr14, "atr14", i);
		assert_true(a.sma30 == b.sma30 && a.bb_upper == b.bb_upper && a.sigma20 == b.sigma20);
		assert_true(a.er100 == b.er100 && a.hh20 == b.hh20 && a.ll20 == b.ll20);
		assert_int_equal(a.volatility.num, b.volatility.num);
		assert_int_equal(a.volatility.den, b.volatility.den);
		if (later.bars >= SERIES_WARM_BARS + 10)
			assert_int_equal(a.regime, b.regime);
	}
}

static void fold(uint64_t *hash, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		*hash = (*hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3ULL;
}

/* Pins every bit of every value: gcc or clang, -O0 or -O2, today or next year. A deliberate change of a
 * formula changes the constant; nothing else may. */
static void the_bits_do_not_depend_on_the_compiler(void **state)
{
	static struct candle c[20000];
	struct signal out[STRATEGY_COUNT];
	struct indicators in;
	uint64_t hash = 0xcbf29ce484222325ULL;

	(void)state;
	walk_candles(c, 20000, 9550540, 30000, 3);
	series_init(&series);
	for (size_t i = 0; i < 20000; i++) {
		series_push(&series, &settings, &c[i]);
		if (i < 250)
			continue;
		series_read(&series, &settings, &in);
		fold(&hash, &in.sma10, (size_t)((char *)&in.regime - (char *)&in.sma10));
		for (int k = signals_read(&series, &settings, out); k > 0; k--)
			fold(&hash, &out[k - 1], sizeof(out[0]));
	}
	assert_int_equal(hash, 0x67fe49091c27fc65ULL);
}

static struct candle flat_bar(int64_t index, price_t close)
{
	return (struct candle){index * MINUTE_MS, close, close, close, close, 0};
}

static void push_flat(int64_t from, int64_t to, price_t close)
{
	for (int64_t i = from; i < to; i++) {
		struct candle bar = flat_bar(i, close);

		series_push(&series, &settings, &bar);
	}
}

static void a_dead_flat_market_has_values_and_no_division_by_zero(void **state)
{
	struct signal out[STRATEGY_COUNT];
	struct indicators in;

	(void)state;
	push_flat(0, 1500, 777);
	series_read(&series, &settings, &in);
	assert_true(in.sma10 == 777 && in.bb_upper == 777 && in.bb_lower == 777 && in.hh20 == 777);
	assert_true(in.atr14 == 0 && in.sigma20 == 0 && in.er100 == 0);
	assert_int_equal(in.volatility.num * 2, in.volatility.den);
	assert_int_equal(in.regime, REGIME_MEAN_REVERT);
	assert_int_equal(signals_read(&series, &settings, out), 0);
}

static void an_empty_series_has_no_values(void **state)
{
	struct signal out[STRATEGY_COUNT];
	struct indicators in;

	(void)state;
	series_read(&series, &settings, &in);
	no_value(in.sma10, "sma10", 0);
	no_value(in.er100, "er100", 0);
	assert_int_equal(in.volatility.den, 0);
	assert_int_equal(in.regime, REGIME_NONE);
	assert_int_equal(signals_read(&series, &settings, out), 0);
}

static void a_bar_that_is_not_newer_changes_nothing(void **state)
{
	static struct series before;
	struct candle again = flat_bar(49, 500), older = flat_bar(10, 500);

	(void)state;
	push_flat(0, 50, 777);
	before = series;
	assert_int_equal(series_push(&series, &settings, &again), SERIES_OLD);
	assert_int_equal(series_push(&series, &settings, &older), SERIES_OLD);
	assert_memory_equal(&series, &before, sizeof(series));
}

static void a_bar_with_impossible_prices_changes_nothing(void **state)
{
	static struct series before;
	struct candle bad[] = {{50 * MINUTE_MS, 1, 2, 0, 1, 0},
			       {50 * MINUTE_MS, 1, 2, -1, -1, 0},
			       {50 * MINUTE_MS, 1, 2, 2, 1, 0},
			       {50 * MINUTE_MS, 1, 2, 1, 3, 0},
			       {50 * MINUTE_MS, 1, VALUE_MAX + 1, 1, 1, 0},
			       {50 * MINUTE_MS, 1, UNKNOWN, UNKNOWN, UNKNOWN, 0}};

	(void)state;
	push_flat(0, 50, 777);
	before = series;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(series_push(&series, &settings, &bad[i]), SERIES_UNUSABLE);
	assert_memory_equal(&series, &before, sizeof(series));
}

static void three_missing_bars_are_stepped_over(void **state)
{
	struct candle bar = flat_bar(53, 777);

	(void)state;
	push_flat(0, 50, 777);
	assert_int_equal(series_push(&series, &settings, &bar), SERIES_OK);
	assert_int_equal(series.bars, 51);
}

static void four_missing_bars_start_the_series_anew(void **state)
{
	static struct series fresh;
	struct candle bar = flat_bar(54, 777);

	(void)state;
	push_flat(0, 50, 777);
	assert_int_equal(series_push(&series, &settings, &bar), SERIES_HOLE);
	series_init(&fresh);
	assert_int_equal(series_push(&fresh, &settings, &bar), SERIES_OK);
	assert_memory_equal(&series, &fresh, sizeof(series));
}

static void a_jump_of_exactly_half_is_no_jump_and_one_tick_more_is(void **state)
{
	static const struct {
		price_t to;
		enum series_answer answer;
	} cases[] = {{1500, SERIES_OK}, {1501, SERIES_JUMP}, {500, SERIES_OK}, {499, SERIES_JUMP}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct candle bar = flat_bar(50, cases[i].to);

		series_init(&series);
		push_flat(0, 50, 1000);
		assert_int_equal(series_push(&series, &settings, &bar), cases[i].answer);
		assert_int_equal(series.bars, cases[i].answer == SERIES_OK ? 51 : 1);
	}
}

/* The wildest series the jump rule lets through keeps every sum and the key in range (UBSan watches). */
static void halving_and_regaining_for_ever_overflows_nothing(void **state)
{
	struct indicators in;

	(void)state;
	for (int64_t i = 0; i < 3000; i++) {
		static const price_t cycle[] = {VALUE_MAX,         VALUE_MAX / 2,      VALUE_MAX / 4,
						VALUE_MAX / 8 * 3, VALUE_MAX / 16 * 9, VALUE_MAX / 32 * 27};
		struct candle bar = flat_bar(i, cycle[i % 6]);

		assert_int_equal(series_push(&series, &settings, &bar), SERIES_OK);
	}
	series_read(&series, &settings, &in);
	assert_true(in.sigma20 > 0.48 && in.sigma20 < 0.53);
	assert_true(in.volatility.num > 0 && in.volatility.num <= in.volatility.den);
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
		TEST(indicators_equal_two_passes_at_ordinary_prices),
		TEST(indicators_equal_two_passes_at_65000_with_a_tick_of_1e_8),
		TEST(indicators_equal_two_passes_at_the_largest_prices),
		TEST(indicators_equal_two_passes_when_a_tick_is_a_percent),
		TEST(indicators_equal_two_passes_on_real_candles),
		TEST(nothing_drifts_in_a_million_bars),
		TEST(a_series_warmed_by_1020_bars_equals_an_older_one),
		TEST(the_bits_do_not_depend_on_the_compiler),
		TEST(a_dead_flat_market_has_values_and_no_division_by_zero),
		TEST(an_empty_series_has_no_values),
		TEST(a_bar_that_is_not_newer_changes_nothing),
		TEST(a_bar_with_impossible_prices_changes_nothing),
		TEST(three_missing_bars_are_stepped_over),
		TEST(four_missing_bars_start_the_series_anew),
		TEST(a_jump_of_exactly_half_is_no_jump_and_one_tick_more_is),
		TEST(halving_and_regaining_for_ever_overflows_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
