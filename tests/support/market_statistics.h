/* SPDX-License-Identifier: MIT
 * What a market looks like in numbers: fat tails, clustering, wicks, gaps, volume, regimes. The same code
 * measures recorded and generated bars; the ranges are those of the eleven recorded 1m series in
 * ../shared/candles, each measured whole (42,267 to 50,000 bars) on 2026-11-22, lowest and highest, rounded
 * outwards. tests/support/market_statistics.py measures them again without this code. */
#ifndef TEST_MARKET_STATISTICS_H
#define TEST_MARKET_STATISTICS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"

/* r: log return from close to close; deviation: root of the mean of r^2. X(id, text, least, most) */
#define MARKET_STATISTICS(X)                                                                                 \
	X(DEVIATION, "deviation of r, bps", 4.43, 11.97)                                                     \
	X(KURTOSIS, "kurtosis of r", 9.58, 107.1)                                                            \
	X(MEDIAN, "median of |r|, deviations", 0.30, 0.55)                                                   \
	X(Q99, "99th percentile of |r|, deviations", 3.17, 3.59)                                             \
	X(Q999, "99.9th percentile of |r|, deviations", 5.56, 7.96)                                          \
	X(R_1, "autocorrelation of r, lag 1", -0.019, 0.028)                                                 \
	X(ABS_1, "autocorrelation of |r|, lag 1", 0.198, 0.404)                                              \
	X(ABS_10, "autocorrelation of |r|, lag 10", 0.144, 0.32)                                             \
	X(ABS_60, "autocorrelation of |r|, lag 60", 0.10, 0.25)                                              \
	X(ABS_240, "autocorrelation of |r|, lag 240", 0.045, 0.172)                                          \
	X(VARIANCE_60, "variance of 60-bar returns / 60 times that of r", 0.82, 1.04)                        \
	X(VOL_60, "deviation of ln(deviation of r over 60 bars)", 0.32, 0.69)                                \
	X(JUMPS, "|r| over 5 times the mean |r| of 60 bars before, in 10,000 bars", 37.0, 199.0)             \
	X(STILL, "share of bars with r = 0", 0.000, 0.10)                                                    \
	X(RANGE, "mean ln(high / low) / mean |ln(close / open)|", 1.41, 1.93)                                \
	X(GAPS, "share of bars that open off the last close", 0.465, 0.54)                                   \
	X(GAP_MEAN, "mean of these gaps, deviations", 0.0005, 0.061)                                         \
	X(GAP_MAX, "largest gap, deviations", 0.22, 2.09)                                                    \
	X(VOLUME_RANGE, "correlation of ln(volume) and ln(range)", 0.68, 0.80)                               \
	X(VOLUME_MOVE, "correlation of volume and |r|", 0.41, 0.68)                                          \
	X(VOLUME_CV, "deviation of volume / its mean", 1.00, 2.12)                                           \
	X(VOLUME_1, "autocorrelation of ln(volume), lag 1", 0.59, 0.75)                                      \
	X(VOLUME_60, "autocorrelation of ln(volume), lag 60", 0.26, 0.49)                                    \
	X(MEAN_REVERT, "share of bars in mean_revert", 0.425, 0.493)                                         \
	X(TRENDING, "share of bars in trending", 0.067, 0.116)                                               \
	X(HIGH_VOL, "share of bars in high_vol", 0.202, 0.227)                                               \
	X(LOW_VOL, "share of bars in low_vol", 0.215, 0.256)
#define X(id, text, least, most) STAT_##id,
enum market_statistic { MARKET_STATISTICS(X) STAT_COUNT };
#undef X

static const struct statistic_row {
	const char *text;
	double least, most;
} statistic_rows[] = {
#define X(id, text, least, most) {text, least, most},
	MARKET_STATISTICS(X)
#undef X
};

/* Of two symbols in the same minutes, perp-2025-05's six, 15 pairs. */
#define PAIR_LEAST     0.62
#define PAIR_MOST      0.86
#define PAIR_ABS_LEAST 0.46
#define PAIR_ABS_MOST  0.76

static inline double correlation(const double *a, const double *b, size_t count)
{
	double mean_a = 0, mean_b = 0, both = 0, square_a = 0, square_b = 0;

	for (size_t i = 0; i < count; i++)
		mean_a += a[i] / (double)count, mean_b += b[i] / (double)count;
	for (size_t i = 0; i < count; i++) {
		both += (a[i] - mean_a) * (b[i] - mean_b);
		square_a += (a[i] - mean_a) * (a[i] - mean_a);
		square_b += (b[i] - mean_b) * (b[i] - mean_b);
	}
	return both / sqrt(square_a * square_b);
}

static inline int double_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* r[i] belongs to bar i + 1. */
static inline void measure_returns(const double *r, const double *size, size_t count, double out[STAT_COUNT])
{
	double square = 0, fourth = 0, recent = 0, long_square = 0, vol = 0, vol_square = 0;
	size_t jumps = 0, still = 0, windows = 0;

	assert_in_range(count, 1, 1 << 28); /* also for compilers that see a caller without bars */
	double *sorted = malloc(count * sizeof(*sorted));

	assert_non_null(sorted);

	for (size_t i = 0; i < count; i++) {
		square += r[i] * r[i] / (double)count;
		fourth += r[i] * r[i] * r[i] * r[i] / (double)count;
		still += r[i] == 0;
		if (i >= 60) {
			jumps += size[i] > 5 * recent / 60;
			recent -= size[i - 60];
		}
		recent += size[i];
	}
	double deviation = sqrt(square), sum = 0;
	memcpy(sorted, size, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), double_order);
	for (size_t i = 0; i < count; i++) {
		sum += r[i] - (i >= 60 ? r[i - 60] : 0);
		long_square += i >= 59 ? sum * sum / (double)(count - 59) : 0;
	}
	for (size_t i = 0; i + 60 <= count; i += 60, windows++) {
		double within = 1e-14;
		for (size_t k = i; k < i + 60; k++)
			within += r[k] * r[k];
		vol += 0.5 * log(within), vol_square += 0.25 * log(within) * log(within);
	}
	vol /= (double)windows, vol_square /= (double)windows;
	out[STAT_DEVIATION] = deviation * 1e4;
	out[STAT_KURTOSIS] = fourth / (square * square);
	out[STAT_MEDIAN] = sorted[count / 2] / deviation;
	out[STAT_Q99] = sorted[(size_t)((double)count * 0.99)] / deviation;
	out[STAT_Q999] = sorted[(size_t)((double)count * 0.999)] / deviation;
	out[STAT_R_1] = correlation(r, r + 1, count - 1);
	out[STAT_ABS_1] = correlation(size, size + 1, count - 1);
	out[STAT_ABS_10] = correlation(size, size + 10, count - 10);
	out[STAT_ABS_60] = correlation(size, size + 60, count - 60);
	out[STAT_ABS_240] = correlation(size, size + 240, count - 240);
	out[STAT_VARIANCE_60] = long_square / square / 60;
	out[STAT_VOL_60] = sqrt(vol_square - vol * vol);
	out[STAT_JUMPS] = 1e4 * (double)jumps / (double)(count - 60);
	out[STAT_STILL] = (double)still / (double)count;
	free(sorted);
}

static inline void measure_bars(const struct candle *bars, size_t count, ms_t frame_ms, const double *size,
				double out[STAT_COUNT])
{
	double range = 0, body = 0, gap_sum = 0, gap_most = 0, mean = 0, square = 0;
	size_t gaps = 0, steps = count - 1;
	double *volume = malloc(steps * sizeof(*volume)), *plain = malloc(steps * sizeof(*plain));
	double *spread = malloc(steps * sizeof(*spread));

	for (size_t i = 1; i < count; i++) {
		const struct candle *bar = &bars[i];
		double high_low = log((double)bar->high / (double)bar->low);
		double gap = fabs(log((double)bar->open / (double)bars[i - 1].close));
		range += high_low, body += fabs(log((double)bar->close / (double)bar->open));
		plain[i - 1] = (double)bar->volume;
		volume[i - 1] = log((double)bar->volume + 1e-9), spread[i - 1] = log(high_low + 1e-6);
		mean += (double)bar->volume / (double)steps;
		if (bar->open_ms - bars[i - 1].open_ms != frame_ms || gap == 0)
			continue;
		gaps++, gap_sum += gap;
		gap_most = gap > gap_most ? gap : gap_most;
	}
	for (size_t i = 0; i < steps; i++)
		square += (plain[i] - mean) * (plain[i] - mean) / (double)steps;
	double deviation = out[STAT_DEVIATION] * 1e-4;
	out[STAT_RANGE] = range / body;
	out[STAT_GAPS] = (double)gaps / (double)steps;
	out[STAT_GAP_MEAN] = gap_sum / (double)(gaps ? gaps : 1) / deviation;
	out[STAT_GAP_MAX] = gap_most / deviation;
	out[STAT_VOLUME_RANGE] = correlation(volume, spread, steps);
	out[STAT_VOLUME_MOVE] = correlation(plain, size, steps);
	out[STAT_VOLUME_CV] = sqrt(square) / mean;
	out[STAT_VOLUME_1] = correlation(volume, volume + 1, steps - 1);
	out[STAT_VOLUME_60] = correlation(volume, volume + 60, steps - 60);
	free(volume), free(plain), free(spread);
}

/* Through the engine's own series; shares of the bars that have a regime. passed: signals of each strategy
 * that pass the cost filter with a taker fee of 5.5 bps and a spread of 2.4 bps; may be NULL. */
static inline void measure_regimes(const struct candle *bars, size_t count, ms_t frame_ms,
				   double out[STAT_COUNT], size_t passed[STRATEGY_COUNT])
{
	struct signal_settings settings = signal_settings_default;
	struct series *series = malloc(sizeof(*series));
	size_t seen[REGIME_COUNT] = {0}, known = 0;

	settings.timeframe_ms = frame_ms;
	series_init(series);
	for (size_t i = 0; i < count; i++) {
		struct indicators now;
		struct signal signals[STRATEGY_COUNT];
		series_push(series, &settings, &bars[i]);
		series_read(series, &settings, &now);
		seen[now.regime]++, known += now.regime != REGIME_NONE;
		int got = passed ? signals_read(series, &settings, signals) : 0;
		for (int k = 0; k < got; k++) {
			double close = (double)bars[i].close, costs = close * (2 * 5.5e-4 + 2.4e-4);
			double target = signals[k].target ? fabs((double)signals[k].target - close)
							  : (double)signals[k].target_distance;
			passed[signals[k].strategy] +=
				target - costs >= (double)signals[k].stop_distance + costs;
		}
	}
	out[STAT_MEAN_REVERT] = (double)seen[REGIME_MEAN_REVERT] / (double)known;
	out[STAT_TRENDING] = (double)seen[REGIME_TRENDING] / (double)known;
	out[STAT_HIGH_VOL] = (double)seen[REGIME_HIGH_VOL] / (double)known;
	out[STAT_LOW_VOL] = (double)seen[REGIME_LOW_VOL] / (double)known;
	free(series);
}

static inline void returns_of(const struct candle *bars, size_t count, double *r, double *size)
{
	for (size_t i = 1; i < count; i++) {
		r[i - 1] = log((double)bars[i].close / (double)bars[i - 1].close);
		size[i - 1] = fabs(r[i - 1]);
	}
}

/* Everything of one series of at least 2,000 bars. */
static inline void measure(const struct candle *bars, size_t count, ms_t frame_ms, double out[STAT_COUNT],
			   size_t passed[STRATEGY_COUNT])
{
	double *r = malloc(count * sizeof(*r)), *size = malloc(count * sizeof(*size));

	returns_of(bars, count, r, size);
	measure_returns(r, size, count - 1, out);
	measure_bars(bars, count, frame_ms, size, out);
	measure_regimes(bars, count, frame_ms, out, passed);
	free(r), free(size);
}

#endif
