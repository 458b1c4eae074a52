/* SPDX-License-Identifier: MIT
 * `tradebotd indicators FILE`: what the bot saw on each bar of a candle file, as CSV, with the owner's
 * settings. The same code as in the engine, so anyone can recompute and compare. */
#include "verb_indicators.h"

#include <math.h>
#include <stdlib.h>

#include "candle_options.h"
#include "signal_config.h"
#include "setup.h"
#include "verbs.h"

static void print_number(double value, double scale, FILE *out)
{
	if (isnan(value))
		fputc(',', out);
	else
		fprintf(out, ",%.15g", value / scale);
}

static void print_bar(const struct indicators *in, double scale, FILE *out)
{
	const double prices[] = {in->sma10,    in->sma30, in->bb_mid, in->bb_upper,
				 in->bb_lower, in->atr14, in->hh20,   in->ll20};

	fprintf(out, "%lld", (long long)in->open_ms);
	for (size_t i = 0; i < sizeof(prices) / sizeof(prices[0]); i++)
		print_number(prices[i], scale, out);
	print_number(in->sigma20, 1, out);
	print_number(in->volatility.den ? 100.0 * (double)in->volatility.num / (double)in->volatility.den
					: NAN,
		     1, out);
	print_number(in->er100, 1, out);
	fprintf(out, ",%s,", in->regime == REGIME_NONE ? "" : regime_text[in->regime]);
}

int indicators_print(const struct candle_table *table, const struct signal_settings *settings,
		     struct series *series, FILE *out)
{
	double scale = 1;

	for (int64_t i = 0; i < table->price_decimals; i++)
		scale *= 10;
	series_init(series);
	fprintf(out, "%s\n", INDICATORS_HEADER);
	for (size_t i = 0; i < table->count && !ferror(out); i++) {
		struct signal signals[STRATEGY_COUNT];
		struct indicators in;
		int count;

		if (series_push(series, settings, &table->rows[i]) == SERIES_UNUSABLE) {
			fprintf(stderr, "tradebotd indicators: a price at %lld ms is out of range\n",
				(long long)table->rows[i].open_ms);
			return EXIT_FAILED;
		}
		series_read(series, settings, &in);
		print_bar(&in, scale, out);
		count = signals_read(series, settings, signals);
		for (int k = 0; k < count; k++)
			fprintf(out, "%s%s:%s", k ? ";" : "", strategy_text[signals[k].strategy],
				side_text[signals[k].side + 1]);
		fputc('\n', out);
	}
	return ferror(out) ? EXIT_FAILED : EXIT_DONE;
}

/* Repairs go beside the numbers, not among them. */
static void tell(void *ctx, const struct csv_fault *what)
{
	fprintf(stderr, "%s:%zu: repaired: %s\n", (const char *)ctx, what->line, what->text);
}

static int print_file(const struct cli *cli, const char *path, const struct config *config,
		      struct series *series)
{
	struct candle_options options;
	struct signal_settings settings;
	struct candle_file file;
	char error[CANDLE_ERROR_MAX];
	int answer = EXIT_FAILED;

	if (candle_options_read(cli, config, &options, error, sizeof(error)) != 0) {
		fprintf(stderr, "tradebotd indicators: %s\n", error);
		return EXIT_USAGE;
	}
	options.repair.tell = tell;
	options.repair.ctx = (void *)(uintptr_t)path;
	if (candle_file_load(path, &options, &file, error, sizeof(error)) != 0) {
		fprintf(stderr, "tradebotd indicators: %s\n", error);
	} else {
		if (file.table.duplicates > 0)
			fprintf(stderr, "%s:%zu: %s: %lld such lines dropped, this is the first\n", path,
				file.table.duplicate_line, csv_fault_text[CSV_DUPLICATE_SAME],
				(long long)file.table.duplicates);
		/* A single bar has no timeframe, and nothing to be missing either. */
		signal_config_settings(
			config, file.table.timeframe_ms == UNKNOWN ? MINUTE_MS : file.table.timeframe_ms,
			&settings);
		answer = indicators_print(&file.table, &settings, series, stdout);
	}
	candle_file_free(&file);
	return answer;
}

int verb_indicators(const struct cli *cli)
{
	struct config *config = calloc(1, sizeof(*config));
	struct series *series = malloc(sizeof(*series));
	int answer = EXIT_FAILED;

	if (cli->arg_count != 1) {
		fprintf(stderr, "tradebotd indicators: give one candle FILE\n");
		answer = EXIT_USAGE;
	} else if (!config || !series) {
		fprintf(stderr, "tradebotd indicators: out of memory\n");
	} else {
		answer = setup_config(cli, config);
		if (answer == EXIT_DONE)
			answer = print_file(cli, cli->args[0], config, series);
	}
	free(series);
	free(config);
	return answer;
}
