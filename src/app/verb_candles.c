/* SPDX-License-Identifier: MIT
 * `tradebotd candles check FILE...`: what is in candle files, and everything that is wrong with them. Prints
 * one row a file, its gaps below it, and each fault as "file:line: what"; with --repair also what would be
 * mended. `tradebotd candles repair IN OUT` writes what a run with that --repair would see as a clean file.
 */
#include "verb_candles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "candle_instrument.h"
#include "candle_options.h"
#include "setup.h"
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

struct teller {
	const char *path;
	FILE *out;
};

static void tell(void *ctx, const struct csv_fault *what)
{
	const struct teller *teller = ctx;
	fprintf(teller->out, "%s:%zu: repaired: %s\n", teller->path, what->line, what->text);
}

static void print_duplicates(const char *path, const struct candle_table *table, FILE *out)
{
	if (table->duplicates > 0)
		fprintf(out,
			"%s:%zu: duplicate time stamp, same values: %lld such lines dropped, this is the "
			"first\n",
			path, table->duplicate_line, (long long)table->duplicates);
}

/* candle_file_load, with each repair told on out. */
static int load_telling(const char *path, const struct candle_options *options, struct candle_file *file,
			char error[static CANDLE_ERROR_MAX], FILE *out)
{
	struct candle_options told = *options;
	struct teller teller = {path, out};

	told.repair.tell = tell;
	told.repair.ctx = &teller;
	return candle_file_load(path, &told, file, error, CANDLE_ERROR_MAX);
}

/* True if the file can be used. */
static bool check_file(int width, const char *path, const struct candle_options *options, FILE *out)
{
	struct candle_file file;
	char error[CANDLE_ERROR_MAX];
	int failed = load_telling(path, options, &file, error, out);
	if (failed && file.table.faults.count == 0) {
		fprintf(out, "%s\n", error);
	} else {
		print_row(width, path, &file.table, out);
		print_duplicates(path, &file.table, out);
		print_gaps(path, &file.table.gaps, out);
		print_faults(path, &file.table.faults, out);
	}
	candle_file_free(&file);
	return !failed;
}

int candles_check(const char *const *paths, size_t count, const struct candle_options *options, FILE *out)
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
		unusable += !check_file((int)width, files[i], options, out);
	if (unusable > 0)
		fprintf(out, "%zu of these cannot be used\n", unusable);
	candle_paths_free(files, file_count);
	return unusable > 0 ? EXIT_FAILED : EXIT_DONE;
}

/* A number of the file: digits, a point where decimals are. */
static void put_decimal(int64_t value, int64_t decimals, FILE *out)
{
	int64_t unit = csv_power10[decimals];
	if (decimals == 0)
		fprintf(out, "%lld", (long long)value);
	else
		fprintf(out, "%lld.%0*lld", (long long)(value / unit), (int)decimals,
			(long long)(value % unit));
}

static void put_table(const struct candle_table *table, FILE *out)
{
	fputs("ts_ms,open,high,low,close,volume\n", out);
	for (size_t i = 0; i < table->count && !ferror(out); i++) {
		const struct candle *c = &table->rows[i];
		const price_t prices[4] = {c->open, c->high, c->low, c->close};
		fprintf(out, "%lld", (long long)c->open_ms);
		for (int k = 0; k < 4; k++) {
			fputc(',', out);
			put_decimal(prices[k], table->price_decimals, out);
		}
		fputc(',', out);
		put_decimal(c->volume, table->volume_decimals, out);
		fputc('\n', out);
	}
}

/* Makes a new file; one that is there already is left alone. */
static int write_new(const char *path, const struct candle_table *table, char *error, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out) {
		snprintf(error, size, "%s: %s", path,
			 errno == EEXIST ? "exists already; nothing is overwritten" : strerror(errno));
		if (fd >= 0)
			close(fd);
		return TB_EIO;
	}
	put_table(table, out);
	bool written = fflush(out) == 0 && !ferror(out) && fsync(fd) == 0;
	if (fclose(out) == 0 && written)
		return 0;
	snprintf(error, size, "%s: could not be written: %s", path, strerror(errno));
	(void)unlink(path);
	return TB_EIO;
}

/* What was written must read as what was meant, and without a repair unless spikes were kept. */
static int read_back(const char *path, const struct candle_table *table, const struct candle_options *options,
		     FILE *out, char *error, size_t size)
{
	struct candle_file file;
	struct candle_options strict = {.rows_max = options->rows_max};
	bool kept = options->repair.way[REPAIR_SPIKES] == WAY_KEEP && table->repairs.count > 0;
	int failed = candle_file_load(path, &strict, &file, error, size);
	if (failed && kept) {
		candle_file_free(&file);
		strict.repair.way[REPAIR_SPIKES] = WAY_KEEP;
		failed = candle_file_load(path, &strict, &file, error, size);
		if (!failed)
			fprintf(out, "%s: spikes were kept, so it is read with --repair spikes=keep\n", path);
	}
	if (!failed && (file.table.count != table->count ||
			memcmp(file.table.rows, table->rows, table->count * sizeof(*table->rows)) != 0)) {
		snprintf(error, size, "%s: does not read as it was written", path);
		failed = TB_EIO;
	}
	candle_file_free(&file);
	return failed;
}

/* The timeframe in the name of OUT, if there is one, must be the file's: it would be refused later. */
static int check_name(const char *path, const struct candle_table *table, char *error, size_t size)
{
	char symbol[SYMBOL_TEXT_MAX];
	ms_t named_ms = UNKNOWN;
	const char *slash = strrchr(path, '/');
	size_t length = strlen(path);
	if (length >= 3 && strcmp(path + length - 3, ".gz") == 0) {
		snprintf(error, size, "%s: what is written is plain text; choose a name without .gz", path);
		return TB_EINVAL;
	}
	(void)candle_name_split(slash ? slash + 1 : path, symbol, &named_ms);
	if (named_ms == UNKNOWN || table->timeframe_ms == UNKNOWN || named_ms == table->timeframe_ms)
		return 0;
	snprintf(error, size, "%s: the name says %s, the bars are %s", path, timeframe_text(named_ms),
		 timeframe_text(table->timeframe_ms));
	return TB_EINVAL;
}

int candles_repair(const char *in, const char *to, const struct candle_options *options, FILE *out)
{
	struct candle_file file;
	char error[CANDLE_ERROR_MAX];
	int failed = load_telling(in, options, &file, error, out);
	const struct candle_table *table = &file.table;
	if (failed)
		print_faults(in, &table->faults, out);
	if (!failed)
		failed = check_name(to, table, error, sizeof(error));
	if (!failed)
		failed = write_new(to, table, error, sizeof(error));
	if (!failed)
		failed = read_back(to, table, options, out, error, sizeof(error));
	if (failed) {
		fprintf(stderr, "tradebotd candles repair: %s\n", error);
	} else {
		print_duplicates(in, table, out);
		print_gaps(to, &table->gaps, out);
		fprintf(out,
			"%s: %zu bars; %zu repairs, %lld identical duplicates dropped, %lld flat bars filled "
			"in\n",
			to, table->count, table->repairs.count, (long long)table->duplicates,
			(long long)table->filled);
	}
	candle_file_free(&file);
	return failed ? EXIT_FAILED : EXIT_DONE;
}

int verb_candles(const struct cli *cli)
{
	struct config *config = calloc(1, sizeof(*config));
	struct candle_options options;
	char error[CANDLE_ERROR_MAX];
	bool check = strcmp(cli->args[0], "check") == 0, repair = strcmp(cli->args[0], "repair") == 0;
	int answer = EXIT_USAGE;
	if (!config) {
		fprintf(stderr, "tradebotd candles: out of memory\n");
		return EXIT_FAILED;
	}
	if (!check && (!repair || cli->arg_count != 3))
		fprintf(stderr,
			"tradebotd candles: say `candles check FILE...` or `candles repair IN OUT`\n");
	else
		answer = setup_config(cli, config);
	if (answer == EXIT_DONE && candle_options_read(cli, config, &options, error, sizeof(error)) != 0) {
		fprintf(stderr, "tradebotd candles: %s\n", error);
		answer = EXIT_USAGE;
	}
	if (answer == EXIT_DONE)
		answer = check ? candles_check(cli->args + 1, cli->arg_count - 1, &options, stdout)
			       : candles_repair(cli->args[1], cli->args[2], &options, stdout);
	free(config);
	return answer;
}
