/* SPDX-License-Identifier: MIT
 * Nanoseconds a bar of the signal room, one symbol: series_push alone, with series_read, with signals_read,
 * on a lively file and on markets made to be awkward (dead flat, one tick up and down, a one-tick random
 * walk). Usage: bench_signal FILE.csv [REPEATS]; FILE as ../shared/bench/gen_candles.py writes it. Prints the
 * least, median and largest of the repeats; only ratios taken side by side in one run count. */
#include "two_pass.h"

#include <time.h>

#define BARS        1000000
#define REPEATS_MAX 99

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* steps: 1 push, 2 and read, 3 and signals. Returns ns a bar; *sum keeps the work from being dropped. */
static double run_once(const struct candle *c, size_t count, int steps, double *sum)
{
	static struct series series;
	struct signal_settings settings = signal_settings_default;
	struct signal out[STRATEGY_COUNT];
	struct indicators in;
	double begin = now_ns();

	series_init(&series);
	for (size_t i = 0; i < count; i++) {
		series_push(&series, &settings, &c[i]);
		if (steps >= 2) {
			series_read(&series, &settings, &in);
			*sum += in.atr14 > 0 ? in.atr14 : 0;
		}
		if (steps >= 3)
			*sum += signals_read(&series, &settings, out);
	}
	*sum += (double)series_volatility(&series).num;
	return (now_ns() - begin) / (double)count;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void bench(const char *market, const struct candle *c, size_t count, int repeats)
{
	static const char *const names[] = {"push", "push + read", "push + read + signals"};

	for (int steps = 1; steps <= 3; steps++) {
		double ns[REPEATS_MAX], sum = 0;

		for (int i = 0; i < repeats; i++)
			ns[i] = run_once(c, count, steps, &sum);
		qsort(ns, (size_t)repeats, sizeof(ns[0]), compare);
		printf("%-22s %-22s %6.1f / %6.1f / %6.1f ns a bar (sum %g)\n", market, names[steps - 1],
		       ns[0], ns[repeats / 2], ns[repeats - 1], sum);
	}
}

/* kind 0: nothing moves; 1: one tick up, one down; 2: one tick up, down or not at all, at random. */
static void make_awkward(struct candle *c, int kind)
{
	price_t close = 500000;
	uint64_t seed = 11;

	for (size_t i = 0; i < BARS; i++) {
		close += kind == 0   ? 0
			 : kind == 1 ? (i % 2 ? 1 : -1)
				     : (int64_t)(walk_random(&seed) >> 20) % 3 - 1;
		c[i] = (struct candle){(ms_t)i * MINUTE_MS, close, close, close, close, 0};
	}
}

int main(int argc, char **argv)
{
	static const char *const names[] = {"dead flat", "one tick to and fro", "one-tick random walk"};
	int repeats = argc > 2 ? atoi(argv[2]) : 7;
	struct candle *c;
	size_t count;

	if (argc < 2 || repeats < 1 || repeats > REPEATS_MAX) {
		fprintf(stderr, "usage: bench_signal FILE.csv [REPEATS 1..%d]\n", REPEATS_MAX);
		return 2;
	}
	c = csv_candles_at(argv[1], 2, &count);
	if (!c || count == 0) {
		fprintf(stderr, "bench_signal: %s cannot be read\n", argv[1]);
		return 1;
	}
	bench("file", c, count, repeats);
	free(c);
	c = malloc(BARS * sizeof(*c));
	for (int kind = 0; c && kind < 3; kind++) {
		make_awkward(c, kind);
		bench(names[kind], c, BARS, repeats);
	}
	free(c);
	return 0;
}
