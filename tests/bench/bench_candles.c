/* SPDX-License-Identifier: MIT
 * How fast a candle file becomes a table: bench_candles FILE [ROUNDS [CACHE]]. Each round opens, maps or
 * inflates, allocates, parses and frees, as a backtest does; the best and the median are printed. With a
 * cache folder also how fast the same rows come from there, checked: by the times and size of the source, and
 * by its checksum. tests/bench/candles.sh holds it against pandas.read_csv of the same file. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "candle_store.h"

#define ROUNDS_MAX 1000

static double seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* One load as a backtest without a cache makes it; false after an error was printed. */
static bool load_text(const char *path, size_t *rows, size_t *bytes)
{
	struct candle_file file;
	char error[CANDLE_ERROR_MAX];
	int failed = candle_file_load(path, NULL, &file, error, sizeof(error));
	*rows = file.table.count;
	*bytes = file.bytes;
	candle_file_free(&file);
	if (failed)
		fprintf(stderr, "%s\n", error);
	return !failed;
}

static bool load_cache(const char *path, const struct candle_options *options, size_t *rows)
{
	struct candle_found found;
	char said[CANDLE_ERROR_MAX];
	if (candle_store_find(options, path, UNKNOWN, &found, said, sizeof(said)) != 0) {
		fprintf(stderr, "not in the cache: %s\n", said);
		return false;
	}
	*rows = (size_t)found.head.count;
	candle_rows_close(&found.rows);
	return true;
}

/* Puts the file into the cache as a set does, but for the lots, which cost the same. */
static bool fill_cache(const char *path, const struct candle_options *options)
{
	static struct candle_cache_head head;
	struct candle_file file;
	char error[CANDLE_ERROR_MAX];
	candle_store_begin(&head, options, UNKNOWN);
	int failed = candle_store_look(path, &head.source);
	if (!failed)
		failed = candle_file_load(path, options, &file, error, sizeof(error));
	if (!failed) {
		candle_cache_from_table(&head, &file.table);
		head.text = file.text_hash;
		failed = candle_store_keep(options, path, &head, file.rows.lent, error, sizeof(error));
		candle_file_free(&file);
	}
	if (failed)
		fprintf(stderr, "%s\n", error);
	return !failed;
}

/* Rounds of one kind: 0 text, 1 cache by times, 2 cache by the source's checksum. */
static bool measure(const char *path, const struct candle_options *options, int kind, int rounds)
{
	static const char *const names[] = {"text", "cache", "cache, source verified"};
	static double took[ROUNDS_MAX];
	struct candle_options ways = *options;
	size_t rows = 0, bytes = 0;
	ways.cache_verify = kind == 2;
	for (int i = 0; i < rounds; i++) {
		double start = seconds_now();
		if (kind == 0 ? !load_text(path, &rows, &bytes) : !load_cache(path, &ways, &rows))
			return false;
		took[i] = seconds_now() - start;
	}
	qsort(took, (size_t)rounds, sizeof(took[0]), by_value);
	printf("%-24s best %7.2f  median %7.2f ns a row, %zu rows, %d rounds\n", names[kind],
	       1e9 * took[0] / (double)rows, 1e9 * took[rounds / 2] / (double)rows, rows, rounds);
	return true;
}

int main(int argc, char **argv)
{
	struct candle_options options = candle_options_default;
	int rounds = argc > 2 ? atoi(argv[2]) : 15;
	if (argc < 2 || rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: bench_candles FILE [ROUNDS 1..%d [CACHE]]\n", ROUNDS_MAX);
		return 2;
	}
	if (!measure(argv[1], &options, 0, rounds))
		return 1;
	if (argc < 4)
		return 0;
	options.cache_dir = argv[3];
	return fill_cache(argv[1], &options) && measure(argv[1], &options, 1, rounds) &&
			       measure(argv[1], &options, 2, rounds)
		       ? 0
		       : 1;
}
