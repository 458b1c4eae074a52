/* SPDX-License-Identifier: MIT
 * How fast a candle file becomes a table: bench_candles FILE [ROUNDS]. Each round opens, maps or inflates,
 * counts, allocates, parses and frees, as a backtest does; the best and the median are printed. A million
 * bars are made by gen_candles.py of the shared bench folder; pandas.read_csv of the same file is the
 * yardstick. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "candle_files.h"

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

static void print_line(const char *what, double seconds, size_t rows, size_t bytes)
{
	printf("%-7s %7.1f ns a row  %7.0f MB/s\n", what, 1e9 * seconds / (double)rows,
	       1e-6 * (double)bytes / seconds);
}

int main(int argc, char **argv)
{
	static double took[ROUNDS_MAX];
	char error[CANDLE_ERROR_MAX];
	int rounds = argc > 2 ? atoi(argv[2]) : 15;
	size_t rows = 0, bytes = 0;
	if (argc < 2 || rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: bench_candles FILE [ROUNDS 1..%d]\n", ROUNDS_MAX);
		return 2;
	}
	for (int i = 0; i < rounds; i++) {
		struct candle_file file;
		double start = seconds_now();
		int failed = candle_file_load(argv[1], NULL, &file, error, sizeof(error));
		rows = file.table.count;
		bytes = file.bytes;
		candle_file_free(&file);
		took[i] = seconds_now() - start;
		if (failed) {
			fprintf(stderr, "%s\n", error);
			return 1;
		}
	}
	qsort(took, (size_t)rounds, sizeof(took[0]), by_value);
	printf("%s: %zu rows, %zu bytes of text, %d rounds\n", argv[1], rows, bytes, rounds);
	print_line("best", took[0], rows, bytes);
	print_line("median", took[rounds / 2], rows, bytes);
	return 0;
}
