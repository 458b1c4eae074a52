/* SPDX-License-Identifier: MIT
 * Is the generated market of the same kind as recorded ones? Every figure of market_statistics.h, of
 * generated series and of the recorded ones whose ranges it has written down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "market_statistics.h"
#include "sim_market.h"

#define BARS    45000
#define ROOM    60000
#define SYMBOLS 8
#define SEEDS   3

static struct candle bars[SYMBOLS][ROOM];
static size_t counts[SYMBOLS];
static struct universe universe;
static struct sim_market market;

static void generate(uint64_t seed, ms_t frame_ms)
{
	struct sim_market_setup setup = {.timeframe_ms = frame_ms,
					 .start_ms = 1700006400000LL,
					 .bars = BARS,
					 .symbols = SYMBOLS,
					 .seed = seed};
	static struct events heard;
	struct exchange exchange = {&sim_market_ops, &market};
	struct turn_out out = {.heard = &heard};

	sim_universe_generate(&universe, SYMBOLS, 550000);
	sim_market_init(&market, &setup);
	assert_int_equal(sim_market_attach(&market, &universe, NULL), TB_OK);
	while (!sim_market_ended(&market)) {
		struct wire_in wire = {.at_ms = sim_market_ops.next_ms(&exchange), .kind = WIRE_TIME};
		heard.count = 0;
		assert_int_equal(sim_market_ops.on_wire(&exchange, &wire, &out), TB_OK);
	}
	for (sym_t s = 0; s < SYMBOLS; s++)
		counts[s] = sim_market_history(&market, s, 0, bars[s], ROOM);
}

static void print_rows(const char *title, double least[], double middle[], double most[])
{
	print_message("%s\n", title);
	for (int k = 0; k < STAT_COUNT; k++)
		print_message("  %-74s %8.3f %8.3f %8.3f   recorded %.4g to %.4g\n", statistic_rows[k].text,
			      least[k], middle[k], most[k], statistic_rows[k].least, statistic_rows[k].most);
}

/* Lowest, median and highest of each figure. */
static void summarise(double all[][STAT_COUNT], size_t count, double least[], double middle[], double most[])
{
	for (int k = 0; k < STAT_COUNT; k++) {
		double column[64];
		for (size_t i = 0; i < count; i++)
			column[i] = all[i][k];
		qsort(column, count, sizeof(column[0]), double_order);
		least[k] = column[0];
		middle[k] = (column[(count - 1) / 2] + column[count / 2]) / 2;
		most[k] = column[count - 1];
	}
}

/* The median of 24 series lies within what was recorded; each of them does, give or take half the range's
 * width (a month has one largest move; its kurtosis goes by that). */
static void the_generated_market_lies_within_the_ranges_of_recorded_ones(void **state)
{
	(void)state;
	static double all[SYMBOLS * SEEDS][STAT_COUNT];
	double least[STAT_COUNT], middle[STAT_COUNT], most[STAT_COUNT];
	size_t passed[SYMBOLS][STRATEGY_COUNT] = {{0}}, wrong = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		generate(seed, MINUTE_MS);
		for (size_t s = 0; s < SYMBOLS; s++)
			measure(bars[s], counts[s], MINUTE_MS, all[(seed - 1) * SYMBOLS + s], passed[s]);
	}
	summarise(all, SYMBOLS * SEEDS, least, middle, most);
	print_rows("generated 1m: lowest, median, highest of 24 series", least, middle, most);
	for (int k = 0; k < STAT_COUNT; k++) {
		const struct statistic_row *row = &statistic_rows[k];
		double slack = (row->most - row->least) / 2;
		bool good = middle[k] >= row->least && middle[k] <= row->most &&
			    least[k] >= row->least - slack && most[k] <= row->most + slack;
		if (!good)
			print_message("not of that kind: %s\n", row->text);
		wrong += !good;
	}
	assert_int_equal(wrong, 0);
	for (size_t i = 0; i < SYMBOLS * SEEDS; i++)
		for (int k = STAT_MEAN_REVERT; k <= STAT_LOW_VOL; k++)
			assert_true(all[i][k] >= 0.05);
	for (int k = 0; k < STRATEGY_COUNT; k++) {
		size_t markets = 0, signals = 0;
		for (size_t s = 0; s < SYMBOLS; s++)
			markets += passed[s][k] > 0, signals += passed[s][k];
		print_message("%s: %zu signals pass the cost filter, on %zu of %d symbols\n",
			      strategy_text[k], signals, markets, SYMBOLS);
		assert_true(markets >= 3);
	}
}

static void check_pairs(size_t count, size_t length)
{
	static double r[SYMBOLS][ROOM], size[SYMBOLS][ROOM];
	double least = 1, most = -1, abs_least = 1, abs_most = -1;

	for (size_t s = 0; s < count; s++)
		returns_of(bars[s], length, r[s], size[s]);
	for (size_t a = 0; a < count; a++)
		for (size_t b = a + 1; b < count; b++) {
			double both = correlation(r[a], r[b], length - 1);
			double sizes = correlation(size[a], size[b], length - 1);
			least = both < least ? both : least, most = both > most ? both : most;
			abs_least = sizes < abs_least ? sizes : abs_least;
			abs_most = sizes > abs_most ? sizes : abs_most;
		}
	print_message(
		"correlation of r of two symbols %.2f to %.2f (recorded %.2f to %.2f), of |r| %.2f to %.2f "
		"(%.2f to %.2f)\n",
		least, most, PAIR_LEAST, PAIR_MOST, abs_least, abs_most, PAIR_ABS_LEAST, PAIR_ABS_MOST);
	assert_true(least >= PAIR_LEAST && most <= PAIR_MOST);
	assert_true(abs_least >= PAIR_ABS_LEAST && abs_most <= PAIR_ABS_MOST);
}

static void symbols_move_together_as_recorded_ones_do(void **state)
{
	(void)state;
	generate(1, MINUTE_MS);
	check_pairs(SYMBOLS, counts[0]);
}

/* Other timeframes have no table, but must not fall apart: tails, clusters, regimes. */
static void longer_bars_are_a_market_too(void **state)
{
	(void)state;
	const ms_t frames[] = {5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS};
	const double deviation_most[] = {40, 70, 150};

	for (size_t f = 0; f < sizeof(frames) / sizeof(frames[0]); f++) {
		generate(2, frames[f]);
		for (size_t s = 0; s < SYMBOLS; s++) {
			double out[STAT_COUNT];
			measure(bars[s], counts[s], frames[f], out, NULL);
			assert_true(out[STAT_DEVIATION] > 10 && out[STAT_DEVIATION] < deviation_most[f]);
			assert_true(out[STAT_KURTOSIS] > 4 && out[STAT_KURTOSIS] < 120);
			assert_true(out[STAT_ABS_1] > 0.1 && out[STAT_ABS_10] > 0.05);
			assert_true(out[STAT_RANGE] > 1.3 && out[STAT_RANGE] < 2.1);
			for (int k = STAT_MEAN_REVERT; k <= STAT_LOW_VOL; k++)
				assert_true(out[k] >= 0.05);
		}
	}
}

/* "ts_ms,open,high,low,close,volume", prices to 1e-6, volumes to 1e-4; 0 where there is no such file. */
static size_t read_bars(const char *folder, const char *name, struct candle *out)
{
	char path[512], line[256];
	size_t count = 0;

	snprintf(path, sizeof(path), "%s/candles/%s/%s", SHARED_DIR, folder, name);
	gzFile file = gzopen(path, "rb");
	if (file == NULL)
		return 0;
	while (gzgets(file, line, sizeof(line)) != NULL && count < ROOM) {
		double open, high, low, close, volume;
		long long at;
		if (sscanf(line, "%lld,%lf,%lf,%lf,%lf,%lf", &at, &open, &high, &low, &close, &volume) != 6)
			continue;
		out[count++] = (struct candle){at,
					       integer_near(open * 1e6),
					       integer_near(high * 1e6),
					       integer_near(low * 1e6),
					       integer_near(close * 1e6),
					       integer_near(volume * 1e4)};
	}
	gzclose(file);
	return count;
}

static void the_ranges_are_those_of_the_shared_candles(void **state)
{
	(void)state;
	static const char *const files[][2] = {
		{"perp-2025-05", "BTCUSDT-1m.csv"},    {"perp-2025-05", "ETHUSDT-1m.csv"},
		{"perp-2025-05", "SOLUSDT-1m.csv.gz"}, {"perp-2025-05", "XRPUSDT-1m.csv.gz"},
		{"perp-2025-05", "BNBUSDT-1m.csv.gz"}, {"perp-2025-05", "LINKUSDT-1m.csv.gz"},
		{"spot-2021-04", "BTCUSDT-1m.csv.gz"}, {"spot-2022-06", "BTCUSDT-1m.csv.gz"},
		{"spot-2023-09", "BTCUSDT-1m.csv.gz"}, {"spot-2024-10", "ETHUSDT-1m.csv.gz"},
		{"spot-2025-03", "BTCUSDT-1m.csv.gz"},
	};
	enum { FILES = sizeof(files) / sizeof(files[0]) };
	static double all[FILES][STAT_COUNT];
	double least[STAT_COUNT], middle[STAT_COUNT], most[STAT_COUNT];

	for (size_t i = 0; i < FILES; i++) {
		size_t count = read_bars(files[i][0], files[i][1], bars[0]);
		if (count == 0) {
			print_message("skipped: no recorded candles in %s\n", SHARED_DIR);
			skip();
		}
		measure(bars[0], count, MINUTE_MS, all[i], NULL);
	}
	summarise(all, FILES, least, middle, most);
	print_rows("recorded 1m: lowest, median, highest of 11 series", least, middle, most);
	for (int k = 0; k < STAT_COUNT; k++) {
		const struct statistic_row *row = &statistic_rows[k];
		/* the table is rounded outwards, by less than 5 % of its width, or in its third digit */
		double slack = 0.05 * (row->most - row->least) + 0.006 * fabs(row->most);
		bool agrees = least[k] >= row->least && least[k] <= row->least + slack &&
			      most[k] <= row->most && most[k] >= row->most - slack;
		if (!agrees)
			fail_msg("%s is recorded from %.6f to %.6f", row->text, least[k], most[k]);
	}
}

static void the_pairs_are_those_of_the_shared_candles(void **state)
{
	(void)state;
	static const char *const names[] = {"BTCUSDT-1m.csv",    "ETHUSDT-1m.csv",    "SOLUSDT-1m.csv.gz",
					    "XRPUSDT-1m.csv.gz", "BNBUSDT-1m.csv.gz", "LINKUSDT-1m.csv.gz"};
	ms_t first = 0, last = INT64_MAX;

	for (size_t s = 0; s < 6; s++) {
		counts[s] = read_bars("perp-2025-05", names[s], bars[s]);
		if (counts[s] == 0) {
			print_message("skipped: no recorded candles in %s\n", SHARED_DIR);
			skip();
		}
		first = bars[s][0].open_ms > first ? bars[s][0].open_ms : first;
		last = bars[s][counts[s] - 1].open_ms < last ? bars[s][counts[s] - 1].open_ms : last;
	}
	for (size_t s = 0; s < 6; s++) {
		size_t from = (size_t)((first - bars[s][0].open_ms) / MINUTE_MS);
		memmove(bars[s], bars[s] + from, (counts[s] - from) * sizeof(bars[s][0]));
		assert_int_equal(bars[s][0].open_ms, first);
		assert_int_equal(bars[s][(last - first) / MINUTE_MS].open_ms, last); /* no gaps */
	}
	check_pairs(6, (size_t)((last - first) / MINUTE_MS) + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_generated_market_lies_within_the_ranges_of_recorded_ones),
		cmocka_unit_test(symbols_move_together_as_recorded_ones_do),
		cmocka_unit_test(longer_bars_are_a_market_too),
		cmocka_unit_test(the_ranges_are_those_of_the_shared_candles),
		cmocka_unit_test(the_pairs_are_those_of_the_shared_candles),
	};

	return cmocka_run_group_tests_name("generator statistics", tests, NULL, NULL);
}
