/* SPDX-License-Identifier: MIT
 * The indicators of rules 2 once more, the slow and plain way: every window is read again for every bar, in
 * long double, with libm's logarithm. Written apart from src/signal so that both cannot be wrong in the same
 * way. Also the candles the tests share: a seeded random walk, and a reader of plain or gzipped CSV. */
#ifndef TWO_PASS_H
#define TWO_PASS_H

#include "series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One unbroken run of bars: c[0] is where the series began. */
struct two_pass {
	const struct candle *c;
	size_t count;
	long double *atr;
	int64_t *keys;
	int *regime;
};

static inline long double two_pass_return(const struct two_pass *t, size_t i)
{
	return logl((long double)t->c[i].close / (long double)t->c[i - 1].close);
}

static inline long double two_pass_mean(const struct two_pass *t, size_t i, size_t n)
{
	long double sum = 0;

	for (size_t j = i + 1 - n; j <= i; j++)
		sum += (long double)t->c[j].close;
	return sum / (long double)n;
}

static inline long double two_pass_deviation(const struct two_pass *t, size_t i, size_t n)
{
	long double mean = two_pass_mean(t, i, n), sum = 0;

	for (size_t j = i + 1 - n; j <= i; j++)
		sum += ((long double)t->c[j].close - mean) * ((long double)t->c[j].close - mean);
	return sqrtl(sum / (long double)n);
}

static inline long double two_pass_sigma(const struct two_pass *t, size_t i)
{
	long double mean = 0, sum = 0;

	for (size_t j = i - 19; j <= i; j++)
		mean += two_pass_return(t, j) / 20;
	for (size_t j = i - 19; j <= i; j++)
		sum += (two_pass_return(t, j) - mean) * (two_pass_return(t, j) - mean);
	return sqrtl(sum / 19);
}

static inline long double two_pass_ratio(const struct two_pass *t, size_t i)
{
	long double path = 0;

	for (size_t j = i - 99; j <= i; j++)
		path += fabsl((long double)t->c[j].close - (long double)t->c[j - 1].close);
	return path == 0 ? 0 : ((long double)t->c[i].close - (long double)t->c[i - 100].close) / path;
}

static inline price_t two_pass_high(const struct two_pass *t, size_t i)
{
	price_t high = 0;

	for (size_t j = i - 20; j < i; j++)
		high = t->c[j].high > high ? t->c[j].high : high;
	return high;
}

static inline price_t two_pass_low(const struct two_pass *t, size_t i)
{
	price_t low = INT64_MAX;

	for (size_t j = i - 20; j < i; j++)
		low = t->c[j].low < low ? t->c[j].low : low;
	return low;
}

static inline struct rank two_pass_rank(const struct two_pass *t, size_t i, size_t window)
{
	size_t first = i + 1 > 20 + window ? i + 1 - window : 20;
	struct rank rank = {0, 0};

	for (size_t j = first; j <= i; j++) {
		rank.num += 2 * (t->keys[j] < t->keys[i]) + (t->keys[j] == t->keys[i]);
		rank.den += 2;
	}
	return rank;
}

static inline int two_pass_label(const struct two_pass *t, size_t i)
{
	struct rank rank;
	long double ratio;

	if (i < 20 + 199)
		return REGIME_NONE;
	rank = two_pass_rank(t, i, 1000);
	if (rank.num * 100 >= rank.den * 80)
		return REGIME_HIGH_VOL;
	if (rank.num * 100 < rank.den * 20)
		return REGIME_LOW_VOL;
	ratio = fabsl(two_pass_ratio(t, i));
	return ratio >= 0.15L - 1e-15L ? REGIME_TRENDING : REGIME_MEAN_REVERT;
}

static inline void two_pass_keys(struct two_pass *t)
{
	for (size_t i = 20; i < t->count; i++) {
		int64_t sum = 0, squares = 0;

		for (size_t j = i - 19; j <= i; j++) {
			int64_t r = llroundl(1e8L * two_pass_return(t, j));

			sum += r;
			squares += r * r;
		}
		t->keys[i] = 20 * squares - sum * sum;
	}
}

/* labels: whether regimes are wanted (1,000 comparisons a bar). two_pass_fini gives the memory back. */
static inline void two_pass_init(struct two_pass *t, const struct candle *c, size_t count, bool labels)
{
	int raw[3] = {REGIME_NONE, REGIME_NONE, REGIME_NONE};

	*t = (struct two_pass){c, count, calloc(count, sizeof(*t->atr)), calloc(count, sizeof(*t->keys)),
			       calloc(count, sizeof(*t->regime))};
	for (size_t i = 1; i < count; i++) {
		long double high = (long double)(c[i].high > c[i - 1].close ? c[i].high : c[i - 1].close);
		long double low = (long double)(c[i].low < c[i - 1].close ? c[i].low : c[i - 1].close);

		if (i <= 14)
			t->atr[i] = t->atr[i - 1] + (high - low) / 14;
		else
			t->atr[i] = (t->atr[i - 1] * 13 + high - low) / 14;
	}
	two_pass_keys(t);
	for (size_t i = 1; labels && i < count; i++) {
		raw[i % 3] = two_pass_label(t, i);
		t->regime[i] = t->regime[i - 1];
		if (t->regime[i] == REGIME_NONE || (raw[0] == raw[1] && raw[1] == raw[2]))
			t->regime[i] = raw[i % 3];
	}
}

static inline void two_pass_fini(struct two_pass *t)
{
	free(t->atr);
	free(t->keys);
	free(t->regime);
}

/* xorshift64*: the same numbers everywhere. */
static inline uint64_t walk_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545F4914F6CDD1DULL;
}

/* A random walk of `count` one-minute bars: each closes up to `step` ticks away from the last, calmer and
 * wilder in turn, never under step + 1. */
static inline void walk_candles(struct candle *c, size_t count, price_t start, price_t step, uint64_t seed)
{
	price_t close = start;

	for (size_t i = 0; i < count; i++) {
		int64_t wild = 1 + (int64_t)(i / 150 % 7), span = step * wild / 7 + 1;
		int64_t move = (int64_t)(walk_random(&seed) % (uint64_t)(2 * span + 1)) - span;
		price_t open = close, high, low;

		close += close + move <= step ? -move : move;
		high = (open > close ? open : close) + (int64_t)(walk_random(&seed) % (uint64_t)span);
		low = (open < close ? open : close) - (int64_t)(walk_random(&seed) % (uint64_t)span);
		c[i] = (struct candle){(ms_t)i * MINUTE_MS, open, high, low < 1 ? 1 : low, close, 1};
	}
}

/* "123.45" in units of 10^-decimals; further digits must not be there. */
static inline price_t csv_ticks(const char **at, int decimals)
{
	price_t value = 0;
	int left = decimals;
	bool point = false;

	for ((*at)++; **at == '.' || (**at >= '0' && **at <= '9'); (*at)++) {
		if (**at == '.') {
			point = true;
			continue;
		}
		value = value * 10 + (**at - '0');
		left -= point;
	}
	while (left-- > 0)
		value *= 10;
	return value;
}

/* All bars of a file (ts_ms,open,high,low,close,...; plain or .gz) with ticks of 10^-decimals; NULL if it is
 * not there. The caller frees. */
static inline struct candle *csv_candles_at(const char *path, int decimals, size_t *count)
{
	char command[640], line[256];
	size_t room = 65536;
	struct candle *c;
	FILE *in;

	snprintf(command, sizeof(command), "gzip -dcf '%s' 2>/dev/null", path);
	*count = 0;
	in = popen(command, "r");
	if (!in || !fgets(line, sizeof(line), in)) {
		if (in)
			pclose(in);
		return NULL;
	}
	c = malloc(room * sizeof(*c));
	while (fgets(line, sizeof(line), in)) {
		char *end;
		const char *at;
		struct candle *bar = &c[*count];

		bar->open_ms = strtoll(line, &end, 10);
		at = end;
		bar->open = csv_ticks(&at, decimals);
		bar->high = csv_ticks(&at, decimals);
		bar->low = csv_ticks(&at, decimals);
		bar->close = csv_ticks(&at, decimals);
		bar->volume = 0;
		if (++*count == room)
			c = realloc(c, (room *= 2) * sizeof(*c));
	}
	pclose(in);
	return c;
}

#ifdef SHARED_DIR
/* The same for SHARED_DIR/candles/NAME. */
static inline struct candle *csv_candles(const char *name, int decimals, size_t *count)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/candles/%s", SHARED_DIR, name);
	return csv_candles_at(path, decimals, count);
}
#endif

#endif
