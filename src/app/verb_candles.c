/* SPDX-License-Identifier: MIT
 * `tradebotd candles check FILE...`: what is in candle files, and everything that is wrong with them. Prints
 * one row a file, its gaps below it, and each fault as "file:line: what". */
#include "verb_candles.h"

#include <stdlib.h>
#include <string.h>

#include "candle_files.h"
#include "timeframe.h"
#include "verbs.h"

#define NAME_WIDTH_MAX 60

static void print_gaps(const char *path, const struct candle_gaps *gaps, FILE *out)
{
	for (int64_t i = 0; i < gaps->count && i < CANDLE_GAPS_KEPT; i++) {
		const struct candle_gap *gap = &gaps->first[i];
		char before[UTC_TEXT_MAX], after[UTC_TEXT_MAX];
		utc_text(gap->before_ms, before);
		utc_text(gap->after_ms, after);
		fprintf(out, "%s:%zu: gap: %lld %s missing between %s and %s\n", path, gap->line,
			(long long)gap->missing, gap->missing == 1 ? "bar" : "bars", before, after);
	}
	if (gaps->count > CANDLE_GAPS_KEPT)
		fprintf(out, "%s: %lld more gaps\n", path, (long long)(gaps->count - CANDLE_GAPS_KEPT));
}

static void print_faults(const char *path, const struct csv_faults *faults, FILE *out)
{
	for (size_t i = 0; i < faults->count && i < CSV_FAULTS_KEPT; i++)
		fprintf(out, "%s:%zu: %s\n", path, faults->at[i].line, faults->at[i].text);
	if (faults->count > CSV_FAULTS_KEPT)
		fprintf(out, "%s: %zu more faults\n", path, faults->count - CSV_FAULTS_KEPT);
}

static void print_head(int width, FILE *out)
{
	fprintf(out, "%-*s  %-6s  %9s  %-9s  %-20s  %-20s  %-12s  %8s  %5s  %7s  %7s  %11s\n", width, "file",
		"usable", "bars", "timeframe", "first (UTC)", "last (UTC)", "time unit", "decimals", "gaps",
		"missing", "longest", "zero volume");
}

static void print_row(int width, const char *path, const struct candle_table *table, FILE *out)
{
	char first[UTC_TEXT_MAX] = "-", last[UTC_TEXT_MAX] = "-", decimals[16];
	if (table->count > 0) {
		utc_text(table->rows[0].open_ms, first);
		utc_text(table->rows[table->count - 1].open_ms, last);
	}
	snprintf(decimals, sizeof(decimals), "%d/%d", (int)table->price_decimals,
		 (int)table->volume_decimals);
	fprintf(out, "%-*s  %-6s  %9zu  %-9s  %-20s  %-20s  %-12s  %8s  %5lld  %7lld  %7lld  %11lld\n", width,
		path, table->faults.count == 0 ? "yes" : "NO", table->count,
		table->timeframe_ms == UNKNOWN ? "unknown" : timeframe_text(table->timeframe_ms), first, last,
		time_unit_text[table->unit], decimals, (long long)table->gaps.count,
		(long long)table->gaps.missing, (long long)table->gaps.longest,
		(long long)table->zero_volume);
}

/* True if the file can be used. */
static bool check_file(int width, const char *path, FILE *out)
{
	struct candle_file file;
	char error[CANDLE_ERROR_MAX];
	int failed = candle_file_load(path, &file, error, sizeof(error));
	if (failed && file.table.faults.count == 0) {
		fprintf(out, "%s\n", error);
	} else {
		print_row(width, path, &file.table, out);
		print_gaps(path, &file.table.gaps, out);
		print_faults(path, &file.table.faults, out);
	}
	candle_file_free(&file);
	return !failed;
}

int candles_check(const char *const *paths, size_t count, FILE *out)
{
	char **files = NULL;
	char error[CANDLE_ERROR_MAX];
	size_t file_count = 0, unusable = 0, width = strlen("file");
	if (count == 0) {
		fprintf(stderr, "tradebotd candles check: no FILE given\n");
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < count; i++) {
		/* One path at a time: a bad one must not hide what is in the others. */
		char **some = NULL;
		size_t some_count = 0;
		if (candle_paths_expand(&paths[i], 1, &some, &some_count, error, sizeof(error)) != 0) {
			fprintf(out, "%s\n", error);
			unusable++;
			continue;
		}
		char **grown = realloc(files, (file_count + some_count) * sizeof(*files));
		if (!grown) {
			candle_paths_free(some, some_count);
			candle_paths_free(files, file_count);
			return EXIT_FAILED;
		}
		files = grown;
		memcpy(files + file_count, some, some_count * sizeof(*files));
		file_count += some_count;
		free(some);
	}
	for (size_t i = 0; i < file_count; i++)
		if (strlen(files[i]) > width)
			width = strlen(files[i]) < NAME_WIDTH_MAX ? strlen(files[i]) : NAME_WIDTH_MAX;
	if (file_count > 0)
		print_head((int)width, out);
	for (size_t i = 0; i < file_count; i++)
		unusable += !check_file((int)width, files[i], out);
	if (unusable > 0)
		fprintf(out, "%zu of these cannot be used\n", unusable);
	candle_paths_free(files, file_count);
	return unusable > 0 ? EXIT_FAILED : EXIT_DONE;
}

int verb_candles(const struct cli *cli)
{
	if (cli->arg_count == 0 || strcmp(cli->args[0], "check") != 0) {
		fprintf(stderr, "tradebotd candles: say `candles check FILE...`\n");
		return EXIT_USAGE;
	}
	return candles_check(cli->args + 1, cli->arg_count - 1, stdout);
}
