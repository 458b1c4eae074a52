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

static void say_faults(const char *path, const struct csv_faults *faults, char *error, size_t size)
{
	const struct csv_fault *fault = &faults->at[0];
	if (faults->count == 1)
		snprintf(error, size, "%s:%zu: %s", path, fault->line, fault->text);
	else
		snprintf(error, size, "%s:%zu: %s (and %zu more; `tradebotd candles check` lists them)", path,
			 fault->line, fault->text, faults->count - 1);
}

static int parse_text(const char *path, const struct file_text *text, struct candle_file *file, char *error,
		      size_t size)
{
	size_t bound = candle_text_bound(text->bytes, text->length);
	struct candle *rows = NULL;
	if (file_text_fits_memory((uint64_t)bound * sizeof(*rows)))
		rows = malloc(bound * sizeof(*rows));
	if (!rows) {
		snprintf(error, size, "%s: %zu rows need more memory than there is", path, bound);
		return TB_ERANGE;
	}
	int failed = candle_text_parse(text->bytes, text->length, file->named_ms, rows, bound, &file->table);
	/* The bound is generous: give back what was not needed. A shrink that fails leaves the block as it
	 * is. */
	size_t kept = file->table.count > 0 ? file->table.count : 1;
	struct candle *shrunk = realloc(rows, kept * sizeof(*rows));
	file->table.rows = shrunk ? shrunk : rows;
	if (failed)
		say_faults(path, &file->table.faults, error, size);
	return failed ? TB_EINVAL : 0;
}

int candle_file_load(const char *path, struct candle_file *file, char *error, size_t size)
{
	struct file_text text;
	char why[CANDLE_ERROR_MAX / 2];
	memset(file, 0, sizeof(*file));
	file->named_ms = UNKNOWN;
	if (candle_name_split(base_name(path), file->symbol, &file->named_ms) != 0)
		snprintf(file->symbol, sizeof(file->symbol),
			 "?"); /* only a set needs a symbol, and says so */
	int failed = file_text_open(path, &text, why, sizeof(why));
	if (failed) {
		snprintf(error, size, "%s: %s", path, why);
		return failed;
	}
	file->bytes = text.length;
	failed = parse_text(path, &text, file, error, size);
	file_text_close(&text);
	return failed;
}

void candle_file_free(struct candle_file *file)
{
	free(file->table.rows);
	file->table.rows = NULL;
	file->table.count = 0;
}
