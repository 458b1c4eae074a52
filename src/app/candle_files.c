/* SPDX-License-Identifier: MIT
 * One file at a time: names of files in folders, bytes to tables, errors with file and line. */
#include "candle_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "candle_instrument.h"
#include "file_text.h"

#define PATHS_MAX (4 * SYMBOLS_MAX) /* a folder may hold several timeframes */
#define ROW_BYTES 256               /* of a long row with further columns: bounds what gzip may hold */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), n = strlen(end);
	return length >= n && strcmp(text + length - n, end) == 0;
}

static bool is_candle_name(const char *name)
{
	bool csv = ends_with(name, ".csv") || ends_with(name, ".csv.gz");
	return csv && *name != '.' && !ends_with(name, "-funding.csv") && !ends_with(name, "-funding.csv.gz");
}

/* A growing list of owned strings. */
struct path_list {
	char **at;
	size_t count, capacity;
};

static int keep_path(struct path_list *list, const char *folder, const char *name, char *error, size_t size)
{
	char *path = NULL;
	if (list->count == PATHS_MAX) {
		snprintf(error, size, "more than %d candle files", PATHS_MAX);
		return TB_EFULL;
	}
	if (list->count == list->capacity) {
		size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
		char **grown = realloc(list->at, capacity * sizeof(*grown));
		if (!grown)
			goto no_memory;
		list->at = grown;
		list->capacity = capacity;
	}
	bool slash = *folder == '\0' || ends_with(folder, "/");
	if (asprintf(&path, "%s%s%s", folder, slash ? "" : "/", name) < 0)
		goto no_memory;
	list->at[list->count++] = path;
	return 0;
no_memory:
	snprintf(error, size, "no memory for the list of files");
	return TB_EIO;
}

static int by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;
	return strcmp(*x, *y);
}

static int expand_folder(struct path_list *list, const char *folder, char *error, size_t size)
{
	size_t first = list->count;
	DIR *dir = opendir(folder);
	if (!dir) {
		snprintf(error, size, "%s: cannot be read: %s", folder, strerror(errno));
		return TB_EIO;
	}
	int failed = 0;
	for (struct dirent *entry; !failed && (entry = readdir(dir)) != NULL;)
		if (is_candle_name(entry->d_name))
			failed = keep_path(list, folder, entry->d_name, error, size);
	closedir(dir);
	if (!failed && list->count == first) {
		snprintf(error, size, "%s: no *.csv or *.csv.gz candle files in this folder", folder);
		return TB_ENOENT;
	}
	if (!failed)
		qsort(list->at + first, list->count - first, sizeof(*list->at), by_text);
	return failed;
}

int candle_paths_expand(const char *const *paths, size_t path_count, char ***files, size_t *count,
			char *error, size_t size)
{
	struct path_list list = {0};
	int failed = 0;
	for (size_t i = 0; i < path_count && !failed; i++) {
		struct stat about;
		if (stat(paths[i], &about) != 0) {
			snprintf(error, size, "%s: cannot be read: %s", paths[i], strerror(errno));
			failed = TB_EIO;
		} else if (S_ISDIR(about.st_mode)) {
			failed = expand_folder(&list, paths[i], error, size);
		} else {
			failed = keep_path(&list, "", paths[i], error, size);
		}
	}
	if (failed) {
		candle_paths_free(list.at, list.count);
		list = (struct path_list){0};
	}
	*files = list.at;
	*count = list.count;
	return failed;
}

void candle_paths_free(char **files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(files[i]);
	free(files);
}

const struct candle_options candle_options_default = {.rows_max = CANDLE_ROWS_MAX};

static void say_faults(const char *path, const struct csv_faults *faults, char *error, size_t size)
{
	const struct csv_fault *fault = &faults->at[0];
	enum repair repair = candle_repair_of((enum csv_fault_code)fault->code);
	const struct repair_row *row = &repair_rows[repair];
	int used = snprintf(error, size, "%s:%zu: %s", path, fault->line, fault->text);
	if (faults->count > 1 && used > 0 && (size_t)used < size)
		used += snprintf(error + used, size - (size_t)used,
				 " (and %zu more; `tradebotd candles check` lists them)", faults->count - 1);
	if (repair == REPAIR_NOTHING || used <= 0 || (size_t)used >= size)
		return;
	used += snprintf(error + used, size - (size_t)used, "; --repair %s=%s", row->name,
			 repair_way_text[row->ways[0]]);
	if (row->ways[0] != row->ways[1] && (size_t)used < size)
		used += snprintf(error + used, size - (size_t)used, "|%s", repair_way_text[row->ways[1]]);
	if ((size_t)used < size)
		snprintf(error + used, size - (size_t)used, " would mend it");
}

static int say_too_many(const char *path, size_t rows_max, char *error, size_t size)
{
	snprintf(error, size, "%s: more than %zu rows, the limit of candles.rows_max", path, rows_max);
	return TB_ERANGE;
}

/* Flat bars into the gaps, if that is asked for. */
static int fill_gaps(const char *path, const struct candle_options *options, struct candle_file *file,
		     char *error, size_t size)
{
	struct candle_table *table = &file->table;
	uint64_t wanted = (uint64_t)table->count + (uint64_t)table->gaps.missing;
	if (candle_repair_way(&options->repair, CSV_GAP) != WAY_FLAT || table->gaps.missing == 0)
		return 0;
	if (wanted > options->rows_max)
		return say_too_many(path, options->rows_max, error, size);
	if (!file_text_fits_memory(wanted * sizeof(struct candle)) ||
	    candle_rows_resize(&file->rows, (size_t)wanted) != 0) {
		snprintf(error, size, "%s: %llu rows need more memory than there is", path,
			 (unsigned long long)wanted);
		return TB_ERANGE;
	}
	table->rows = file->rows.at;
	return candle_gaps_fill(table, (size_t)wanted);
}

/* How many rows a text may have. A sound row has at least so many bytes, and pages are only taken for rows
 * that are there; where that is more than the machine has, or lines may be dropped that are shorter, they are
 * counted. */
static size_t rows_bound(const struct file_text *text, const struct candle_repair *repair)
{
	size_t lines = 1, most = text->length / CANDLE_ROW_BYTES_MIN + 1;
	const char *at = text->bytes, *end = text->bytes + text->length;
	bool any = candle_repair_any(repair);
	if (!any && file_text_fits_memory((uint64_t)most * sizeof(struct candle)))
		return most;
	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		lines++;
		at++;
	}
	return any || lines < most ? lines : most;
}

static int parse_text(const char *path, const struct file_text *text, const struct candle_options *options,
		      struct candle_file *file, char *error, size_t size)
{
	struct candle_table *table = &file->table;
	size_t bound = rows_bound(text, &options->repair), *lines = NULL;
	bool sort = candle_repair_way(&options->repair, CSV_OUT_OF_ORDER) == WAY_SORT;
	bound = bound < options->rows_max ? bound : options->rows_max;
	if (sort)
		lines = file_text_fits_memory((uint64_t)bound * sizeof(*lines))
				? malloc(bound * sizeof(*lines))
				: NULL;
	if ((sort && !lines) || !file_text_fits_memory((uint64_t)bound * sizeof(struct candle)) ||
	    candle_rows_open(&file->rows, bound) != 0) {
		free(lines);
		snprintf(error, size, "%s: %zu rows need more memory than there is", path, bound);
		return TB_ERANGE;
	}
	int failed = candle_text_repair(text->bytes, text->length, file->named_ms, &options->repair,
					file->rows.at, lines, bound, table);
	free(lines);
	/* A shrink that fails leaves all as it is. */
	(void)candle_rows_resize(&file->rows, table->count > 0 ? table->count : 1);
	table->rows = file->rows.at;
	if (failed == TB_EFULL && bound == options->rows_max)
		return say_too_many(path, options->rows_max, error, size);
	if (failed)
		say_faults(path, &table->faults, error, size);
	return failed ? TB_EINVAL : fill_gaps(path, options, file, error, size);
}

int candle_file_load(const char *path, const struct candle_options *options, struct candle_file *file,
		     char *error, size_t size)
{
	struct file_text text;
	char why[CANDLE_ERROR_MAX / 2];
	if (!options)
		options = &candle_options_default;
	memset(file, 0, sizeof(*file));
	file->named_ms = UNKNOWN;
	if (candle_name_split(base_name(path), file->symbol, &file->named_ms) != 0)
		snprintf(file->symbol, sizeof(file->symbol),
			 "?"); /* only a set needs a symbol, and says so */
	int failed = file_text_open_hashed(path, &text, (uint64_t)options->rows_max * ROW_BYTES,
					   options->cache_dir ? &file->text_hash : NULL, why, sizeof(why));
	if (failed) {
		snprintf(error, size, "%s: %s", path, why);
		return failed;
	}
	file->bytes = text.length;
	failed = parse_text(path, &text, options, file, error, size);
	file_text_close(&text);
	return failed;
}

void candle_file_free(struct candle_file *file)
{
	candle_rows_close(&file->rows);
	file->table.rows = NULL;
	file->table.count = 0;
}
