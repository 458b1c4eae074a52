/* SPDX-License-Identifier: MIT
 * The CSV of `tradebotd indicators` against the two-pass oracle, read back from its text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "candle_files.h"
#include "cli.h"
#include "config.h"
#include "signal_config.h"
#include "two_pass.h"
#include "verb_indicators.h"

enum column { TS, SMA10, SMA30, MID, UPPER, LOWER, ATR, HH, LL, SIGMA, VOL, ER, REGIME, SIGNALS, COLUMNS };

static struct series series;

/* The printed lines of a table; the caller frees. */
static char *printed(const struct candle_table *table, const struct signal_settings *settings)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(indicators_print(table, settings, &series, out), EXIT_DONE);
	fclose(out);
	return text;
}

/* Splits the next line at its commas; false at the end. */
static bool next_line(char **text, char *columns[static COLUMNS])
{
	char *line = strsep(text, "\n");

	if (!*text)
		return false;
	for (int i = 0; i < COLUMNS; i++) {
		columns[i] = strsep(&line, ",");
		assert_non_null(columns[i]);
	}
	assert_null(line);
	return true;
}

static void holds(char *const *columns, enum column column, size_t i, size_t first, long double want)
{
	char *end;
	long double got;

	if (i < first) {
		assert_string_equal(columns[column], "");
		return;
	}
	assert_string_not_equal(columns[column], "");
	got = strtold(columns[column], &end);
	if (*end != '\0' || fabsl(got - want) > 1e-9L * fabsl(want))
		fail_msg("column %d of bar %zu: %s, want %.15Lg", (int)column, i, columns[column], want);
}

static void check_line(char *const *columns, const struct two_pass *t, size_t i, long double scale)
{
	static const struct rank none = {0, 1};
	long double mid = i >= 19 ? two_pass_mean(t, i, 20) : 0;
	long double width = i >= 19 ? 2 * two_pass_deviation(t, i, 20) : 0;
	struct rank rank = i >= 20 ? two_pass_rank(t, i, 1000) : none;

	assert_int_equal(strtoll(columns[TS], NULL, 10), t->c[i].open_ms);
	holds(columns, SMA10, i, 9, i >= 9 ? two_pass_mean(t, i, 10) / scale : 0);
	holds(columns, SMA30, i, 29, i >= 29 ? two_pass_mean(t, i, 30) / scale : 0);
	holds(columns, MID, i, 19, mid / scale);
	holds(columns, UPPER, i, 19, (mid + width) / scale);
	holds(columns, LOWER, i, 19, (mid - width) / scale);
	holds(columns, ATR, i, 14, t->atr[i] / scale);
	holds(columns, HH, i, 20, i >= 20 ? (long double)two_pass_high(t, i) / scale : 0);
	holds(columns, LL, i, 20, i >= 20 ? (long double)two_pass_low(t, i) / scale : 0);
	holds(columns, SIGMA, i, 20, i >= 20 ? two_pass_sigma(t, i) : 0);
	holds(columns, VOL, i, 219, 100.0L * (long double)rank.num / (long double)rank.den);
	holds(columns, ER, i, 100, i >= 100 ? two_pass_ratio(t, i) : 0);
	assert_string_equal(columns[REGIME], t->regime[i] == REGIME_NONE ? "" : regime_text[t->regime[i]]);
}

/* What rules 2 say of this bar, from the oracle's values alone. */
static const char *expected_signal(const struct two_pass *t, size_t i)
{
	price_t close = t->c[i].close;

	if (t->regime[i] == REGIME_MEAN_REVERT) {
		long double mid = two_pass_mean(t, i, 20), width = 2 * two_pass_deviation(t, i, 20);

		return (long double)close < mid - width   ? "mean_reversion:long"
		       : (long double)close > mid + width ? "mean_reversion:short"
							  : "";
	}
	if (t->regime[i] == REGIME_HIGH_VOL)
		return close > two_pass_high(t, i)  ? "breakout:long"
		       : close < two_pass_low(t, i) ? "breakout:short"
						    : "";
	for (size_t j = i - 1; t->regime[i] == REGIME_TRENDING && j <= i; j++) {
		long double now = two_pass_mean(t, j, 10) - two_pass_mean(t, j, 30);
		long double before = two_pass_mean(t, j - 1, 10) - two_pass_mean(t, j - 1, 30);
		long double ratio = two_pass_ratio(t, i);

		/* thirds are not exact: 1e-9 stands for equal */
		if (ratio > 0 && now > 1e-9L && before <= 1e-9L)
			return "trend:long";
		if (ratio < 0 && now < -1e-9L && before >= -1e-9L)
			return "trend:short";
	}
	return "";
}

static void the_csv_of_real_candles_equals_two_passes_and_the_rules(void **state)
{
	struct signal_settings settings = signal_settings_default;
	char error[CANDLE_ERROR_MAX], *text, *rest, *columns[COLUMNS];
	struct candle_file file;
	struct two_pass t;
	int fired[STRATEGY_COUNT] = {0};

	(void)state;
	if (candle_file_load(SHARED_DIR "/candles/perp-2025-03/SOLUSDT-5m.csv", NULL, &file, error,
			     sizeof(error)) != 0) {
		candle_file_free(&file);
		print_message("%s: skipped\n", error);
		skip();
	}
	settings.timeframe_ms = file.table.timeframe_ms;
	two_pass_init(&t, file.table.rows, file.table.count, true);
	rest = text = printed(&file.table, &settings);
	assert_true(next_line(&rest, columns));
	assert_string_equal(columns[SIGNALS], "signals");
	for (size_t i = 0; i < file.table.count; i++) {
		assert_true(next_line(&rest, columns));
		check_line(columns, &t, i, powl(10, (long double)file.table.price_decimals));
		assert_string_equal(columns[SIGNALS], expected_signal(&t, i));
		for (int k = 0; k < STRATEGY_COUNT; k++)
			fired[k] +=
				strncmp(columns[SIGNALS], strategy_text[k], strlen(strategy_text[k])) == 0;
	}
	assert_false(next_line(&rest, columns));
	for (int k = 0; k < STRATEGY_COUNT; k++)
		assert_true(fired[k] > 10);
	free(text);
	two_pass_fini(&t);
	candle_file_free(&file);
}

static void prices_are_printed_in_price_units_with_all_their_digits(void **state)
{
	struct candle bars[20];
	struct candle_table table = {
		.rows = bars, .count = 20, .timeframe_ms = MINUTE_MS, .price_decimals = 8};
	char *text, *rest, *columns[COLUMNS];

	(void)state;
	for (int i = 0; i < 20; i++)
		bars[i] = (struct candle){(i + 1) * MINUTE_MS, 162008, 162009, 162007, 162008, 0};
	rest = text = printed(&table, &signal_settings_default);
	for (int i = 0; i <= 20; i++)
		assert_true(next_line(&rest, columns));
	assert_string_equal(columns[TS], "1200000");
	assert_string_equal(columns[SMA10], "0.00162008");
	assert_string_equal(columns[UPPER], "0.00162008");
	assert_string_equal(columns[ATR], "2e-08");
	assert_string_equal(columns[HH], "");
	free(text);
}

static void the_settings_default_to_the_rules(void **state)
{
	struct config *config = calloc(1, sizeof(*config));
	struct config_sources none = {0};
	struct signal_settings settings, rules = signal_settings_default;
	char error[512] = "";

	(void)state;
	if (config_load(config, &none, error, sizeof(error)) != 0)
		fail_msg("%s", error);
	signal_config_settings(config, MINUTE_MS, &settings);
	assert_true(settings.band_width == rules.band_width);
	assert_true(settings.mean_stop_share == rules.mean_stop_share);
	assert_true(settings.mean_stop_atr == rules.mean_stop_atr);
	assert_true(settings.stop_atr == rules.stop_atr && settings.target_atr == rules.target_atr);
	assert_true(settings.trail_atr == rules.trail_atr);
	assert_true(settings.breakout_stop_atr == rules.breakout_stop_atr);
	assert_true(settings.breakout_target_atr == rules.breakout_target_atr);
	assert_true(settings.breakout_trail_atr == rules.breakout_trail_atr);
	assert_true(settings.ratio_trending == rules.ratio_trending);
	assert_int_equal(settings.rank_window, rules.rank_window);
	assert_int_equal(settings.rank_minimum, rules.rank_minimum);
	assert_int_equal(settings.rank_high, rules.rank_high);
	assert_int_equal(settings.rank_low, rules.rank_low);
	assert_int_equal(settings.hysteresis_bars, rules.hysteresis_bars);
	assert_int_equal(settings.jump_pct, rules.jump_pct);
	assert_int_equal(settings.hole_bars, rules.hole_bars);
	assert_int_equal(settings.timeframe_ms, rules.timeframe_ms);
	free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_csv_of_real_candles_equals_two_passes_and_the_rules),
		cmocka_unit_test(prices_are_printed_in_price_units_with_all_their_digits),
		cmocka_unit_test(the_settings_default_to_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
