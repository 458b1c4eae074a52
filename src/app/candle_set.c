/* SPDX-License-Identifier: MIT
 * A set of candle files as one market: which files belong, one timeframe, one file a symbol, instruments,
 * funding, the part of the time asked for. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "candle_files.h"
#include "candle_instrument.h"
#include "candle_store.h"
#include "file_text.h"
#include "timeframe.h"

#define BAR_WIDTH 30

/* One loaded market before the set is put in order. */
struct loaded {
	struct instrument instrument;
	struct candle_series series;
};

struct loader {
	const struct candle_options *options;
	struct loaded *at;
	size_t count;
	ms_t wanted_ms; /* --timeframe, or UNKNOWN */
	ms_t from_ms, to_ms;
	const char *funding_dir;
	ratio_t taker_fee;
	FILE *progress;
	struct candle_set *set;
	char *error;
	size_t size;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static void series_free(struct candle_series *series)
{
	free(series->path);
	candle_rows_close(&series->rows);
	free(series->funding);
	*series = (struct candle_series){0};
}

/* A line that stays, above the bar if there is one. */
static void say(const struct loader *l, const char *file, const char *words)
{
	if (!l->progress)
		return;
	fprintf(l->progress, "%s%s: %s\n", isatty(fileno(l->progress)) ? "\r\033[K" : "", file, words);
}

static void show_bar(const struct loader *l, size_t done, size_t all)
{
	if (!l->progress || !isatty(fileno(l->progress)))
		return;
	char bar[BAR_WIDTH + 1];
	size_t full = all > 0 ? done * BAR_WIDTH / all : BAR_WIDTH;
	memset(bar, '.', BAR_WIDTH);
	memset(bar, '#', full);
	bar[BAR_WIDTH] = '\0';
	fprintf(l->progress, "\r\033[K[%s] %zu/%zu candle files%s", bar, done, all, done == all ? "\n" : "");
	fflush(l->progress);
}

/* What was mended, line by line as far as it was kept. */
static void say_repairs(const struct loader *l, const char *path, const struct candle_table *table)
{
	char text[CSV_FAULT_TEXT_MAX + 64], where[512];
	for (size_t i = 0; i < table->repairs.count && i < CSV_FAULTS_KEPT; i++) {
		const struct csv_fault *repair = &table->repairs.at[i];
		snprintf(where, sizeof(where), "%s:%zu", path, repair->line);
		snprintf(text, sizeof(text), "repaired: %s", repair->text);
		say(l, where, text);
	}
	if (table->repairs.count > CSV_FAULTS_KEPT) {
		snprintf(text, sizeof(text),
			 "%zu more repairs; `tradebotd candles check --repair` lists them",
			 table->repairs.count - CSV_FAULTS_KEPT);
		say(l, path, text);
	}
	if (table->duplicates > 0) {
		snprintf(where, sizeof(where), "%s:%zu", path, table->duplicate_line);
		snprintf(text, sizeof(text), "%s: %lld such lines dropped, this is the first",
			 csv_fault_text[CSV_DUPLICATE_SAME], (long long)table->duplicates);
		say(l, where, text);
	}
}

static void say_loaded(const struct loader *l, const struct loaded *one, ms_t timeframe_ms)
{
	const struct candle_series *s = &one->series;
	char text[256], gaps[96] = "", first[UTC_TEXT_MAX], last[UTC_TEXT_MAX];
	utc_text(s->candles[0].open_ms, first);
	utc_text(s->candles[s->count - 1].open_ms, last);
	if (s->gaps.count > 0)
		snprintf(gaps, sizeof(gaps), " (%lld bars; the first before line %zu, the longest %lld)",
			 (long long)s->gaps.missing, s->gaps.first[0].line, (long long)s->gaps.longest);
	snprintf(text, sizeof(text),
		 "%zu bars of %s, %s to %s (stamps in %s), %lld gaps%s, %zu settlements%s", s->count,
		 timeframe_text(timeframe_ms), first, last, time_unit_text[s->unit], (long long)s->gaps.count,
		 gaps, s->funding_count, s->cached ? ", from the cache" : "");
	say(l, s->path, text);
}

static int load_funding_file(struct loader *l, const char *path, struct candle_series *series)
{
	struct file_text text;
	struct funding_table table;
	char why[CANDLE_ERROR_MAX / 2];
	int failed = file_text_open(path, &text, why, sizeof(why));
	if (failed) {
		snprintf(l->error, l->size, "%s: %s", path, why);
		return failed;
	}
	size_t bound = funding_text_bound(text.bytes, text.length);
	series->funding = malloc(bound * sizeof(*series->funding));
	if (!series->funding) {
		snprintf(l->error, l->size, "%s: no memory", path);
		failed = TB_ERANGE;
	} else if (funding_text_parse(text.bytes, text.length, series->funding, bound, &table) != 0) {
		const struct csv_fault *fault = &table.faults.at[0];
		snprintf(l->error, l->size, "%s:%zu: %s", path, fault->line, fault->text);
		failed = TB_EINVAL;
	} else {
		series->funding_count = table.count;
		if (table.duplicates > 0)
			say(l, path, "settlements that are there twice were dropped");
		if (table.rounded > 0)
			say(l, path, "rates with more than 9 decimals were rounded");
	}
	file_text_close(&text);
	return failed;
}

static int load_funding(struct loader *l, struct loaded *one)
{
	static const char *const ends[] = {"-funding.csv", "-funding.csv.gz"};
	if (!l->funding_dir)
		return 0;
	for (size_t i = 0; i < 2; i++) {
		char *path = NULL;
		if (asprintf(&path, "%s/%s%s", l->funding_dir, one->instrument.wire, ends[i]) < 0)
			return TB_ERANGE;
		int failed = access(path, F_OK) == 0 ? load_funding_file(l, path, &one->series) : TB_ENOENT;
		free(path);
		if (failed != TB_ENOENT)
			return failed;
	}
	say(l, one->instrument.wire, "no funding file, so no funding is paid");
	return 0;
}

/* Keeps the bars with from <= open < to. */
static void cut_time(const struct loader *l, struct candle_series *s)
{
	size_t first = 0, end = s->count;
	while (first < end && l->from_ms != UNKNOWN && s->candles[first].open_ms < l->from_ms)
		first++;
	while (end > first && l->to_ms != UNKNOWN && s->candles[end - 1].open_ms >= l->to_ms)
		end--;
	s->candles += first;
	s->count = end - first;
}

static int infer_instrument(const struct loader *l, const char *path, const struct candle_file *file,
			    struct instrument *out)
{
	int failed = candle_instrument_infer(file->symbol, file->table.price_decimals, &file->rows.lent[0],
					     l->taker_fee, out);
	if (failed)
		snprintf(l->error, l->size, "%s: no instrument can be made of symbol %s and these prices",
			 path, file->symbol);
	return failed;
}

/* Puts the rows, whole lots by now, into the cache, and takes them from there: then they need no memory of
 * our own. Whatever goes wrong is said and leaves the rows as they are. */
static void remember(const struct loader *l, const char *path, const struct candle_source *source,
		     struct candle_file *file, struct loaded *one)
{
	struct candle_found found;
	struct candle_cache_head head;
	char said[CANDLE_ERROR_MAX];
	candle_store_begin(&head, l->options, file->named_ms);
	candle_cache_from_table(&head, &file->table);
	head.source = *source;
	head.text = file->text_hash;
	head.text_bytes = (int64_t)file->bytes;
	head.lot = one->instrument.lot;
	if (candle_store_keep(l->options, path, &head, file->rows.lent, said, sizeof(said)) == 0 &&
	    candle_store_find(l->options, path, file->named_ms, &found, said, sizeof(said)) == 0) {
		candle_rows_close(&file->rows);
		file->rows = found.rows;
	}
	if (said[0])
		say(l, path, said);
}

/* The rows from the cache, if it has them. */
static bool recall(struct loader *l, const char *path, struct candle_file *file, struct loaded *one)
{
	struct candle_found found;
	char said[CANDLE_ERROR_MAX];
	memset(file, 0, sizeof(*file));
	if (!l->options->cache_dir || candle_name_split(base_name(path), file->symbol, &file->named_ms) != 0)
		return false;
	int failed = candle_store_find(l->options, path, file->named_ms, &found, said, sizeof(said));
	if (said[0])
		say(l, path, said);
	if (failed)
		return false;
	candle_cache_to_table(&found.head, &file->table);
	file->rows = found.rows;
	file->bytes = (size_t)found.head.text_bytes;
	if (infer_instrument(l, path, file, &one->instrument) == 0 &&
	    memcmp(&one->instrument.lot, &found.head.lot, sizeof(found.head.lot)) == 0) {
		one->series.cached = true;
		return true;
	}
	say(l, path, "the cache has another grid for it, the source is read again");
	candle_file_free(file);
	return false;
}

/* Takes over the rows of a sound file. */
static int take_rows(struct loader *l, const char *path, struct candle_file *file, struct loaded *one)
{
	const struct candle_table *table = &file->table;
	one->series = (struct candle_series){.path = strdup(path),
					     .candles = file->rows.lent,
					     .count = table->count,
					     .price_decimals = table->price_decimals,
					     .volume_decimals = table->volume_decimals,
					     .unit = table->unit,
					     .gaps = table->gaps,
					     .zero_volume = table->zero_volume,
					     .rows = file->rows,
					     .cached = one->series.cached};
	file->rows = (struct candle_rows){0};
	if (!one->series.path) {
		snprintf(l->error, l->size, "%s: no memory", path);
		return TB_ERANGE;
	}
	cut_time(l, &one->series);
	return 0;
}

/* Reads a file that the cache does not have. */
static int read_file(struct loader *l, const char *path, struct candle_file *file, struct loaded *one)
{
	struct candle_source source;
	bool keep = l->options->cache_dir && candle_store_look(path, &source) == 0;
	int failed = candle_file_load(path, l->options, file, l->error, l->size);
	if (!failed)
		failed = infer_instrument(l, path, file, &one->instrument);
	if (failed)
		return failed;
	failed = candle_volume_to_lots(&one->instrument.lot, file->table.volume_decimals, file->rows.at,
				       file->table.count);
	if (failed) {
		snprintf(l->error, l->size, "%s: a volume does not fit the lots of %s", path, file->symbol);
		return failed;
	}
	if (keep)
		remember(l, path, &source, file, one);
	return 0;
}

/* Whether the file's timeframe is the set's; the first file decides it. */
static int agree_timeframe(struct loader *l, const char *path, ms_t timeframe_ms, bool *skip)
{
	struct candle_set *set = l->set;
	*skip = false;
	if (timeframe_ms == UNKNOWN) {
		snprintf(l->error, l->size, "%s: one bar, and no timeframe in the name (SYMBOL-5m.csv)",
			 path);
		return TB_EINVAL;
	}
	if (l->wanted_ms != UNKNOWN) {
		*skip = timeframe_ms != l->wanted_ms;
		return 0;
	}
	if (set->timeframe_ms == UNKNOWN)
		set->timeframe_ms = timeframe_ms;
	if (set->timeframe_ms == timeframe_ms)
		return 0;
	snprintf(l->error, l->size,
		 "the files have two timeframes, %s and %s (%s): choose one with --timeframe",
		 timeframe_text(set->timeframe_ms), timeframe_text(timeframe_ms), base_name(path));
	return TB_EINVAL;
}

static int refuse_twice(struct loader *l, const struct loaded *one)
{
	for (size_t i = 0; i < l->count; i++) {
		if (strcmp(l->at[i].instrument.name, one->instrument.name) != 0)
			continue;
		snprintf(l->error, l->size, "%s is there twice: %s and %s", one->instrument.name,
			 l->at[i].series.path, one->series.path);
		return TB_EINVAL;
	}
	if (l->count < SYMBOLS_MAX)
		return 0;
	snprintf(l->error, l->size, "more than %d symbols", SYMBOLS_MAX);
	return TB_EFULL;
}

static int load_file(struct loader *l, const char *path)
{
	struct candle_file file;
	struct loaded one = {.series = {0}};
	bool skip = false;
	int failed = recall(l, path, &file, &one) ? 0 : read_file(l, path, &file, &one);
	l->set->bytes += file.bytes;
	if (!failed)
		failed = agree_timeframe(l, path, file.table.timeframe_ms, &skip);
	if (!failed && !skip) {
		say_repairs(l, path, &file.table);
		failed = take_rows(l, path, &file, &one);
	}
	candle_file_free(&file);
	if (!failed && !skip && one.series.count == 0) {
		say(l, path, "left out: no bars in the time asked for");
		skip = true;
	}
	if (!failed && !skip)
		failed = refuse_twice(l, &one);
	if (!failed && !skip)
		failed = load_funding(l, &one);
	if (failed || skip) {
		series_free(&one.series);
		return failed;
	}
	l->at[l->count++] = one;
	l->set->bars += one.series.count;
	say_loaded(l, &one, l->wanted_ms != UNKNOWN ? l->wanted_ms : l->set->timeframe_ms);
	return 0;
}

static ms_t named_timeframe(const char *path)
{
	char symbol[SYMBOL_TEXT_MAX];
	ms_t named_ms = UNKNOWN;
	candle_name_split(base_name(path), symbol, &named_ms);
	return named_ms;
}

/* Tells two timeframes by the names, before anything is read. */
static int judge_names(struct loader *l, char *const *files, size_t count)
{
	size_t seen[TIMEFRAME_COUNT] = {0}, kinds = 0, used = 0;
	char list[128] = "";
	for (size_t i = 0; i < count; i++) {
		int index = timeframe_index(named_timeframe(files[i]));
		if (index >= 0)
			seen[index]++;
	}
	for (int i = 0; i < TIMEFRAME_COUNT; i++) {
		if (seen[i] == 0)
			continue;
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", kinds > 0 ? ", " : "",
					 timeframe_text(timeframe_at(i)));
		kinds++;
	}
	if (kinds < 2)
		return 0;
	snprintf(l->error, l->size, "the files have %zu timeframes, %s: choose one with --timeframe", kinds,
		 list);
	return TB_EINVAL;
}

static int load_files(struct loader *l, char *const *files, size_t count)
{
	int failed = l->wanted_ms == UNKNOWN ? judge_names(l, files, count) : 0;
	for (size_t i = 0; i < count && !failed; i++) {
		ms_t named_ms = named_timeframe(files[i]);
		show_bar(l, i, count);
		if (l->wanted_ms == UNKNOWN || named_ms == UNKNOWN || named_ms == l->wanted_ms)
			failed = load_file(l, files[i]);
	}
	if (!failed)
		show_bar(l, count, count);
	else if (l->progress && isatty(fileno(l->progress)))
		fputc('\n', l->progress);
	if (!failed && l->count == 0) {
		bool all = l->from_ms == UNKNOWN && l->to_ms == UNKNOWN;
		snprintf(l->error, l->size, "no bars%s%s%s", l->wanted_ms != UNKNOWN ? " of " : "",
			 l->wanted_ms != UNKNOWN ? timeframe_text(l->wanted_ms) : "",
			 all ? " in these files" : " in the time asked for");
		return TB_ENOENT;
	}
	return failed;
}

static int by_name(const void *a, const void *b)
{
	const struct loaded *x = a, *y = b;
	return strcmp(x->instrument.name, y->instrument.name);
}

/* Symbols by name: the order in which bars of one moment are processed, and so part of what makes a run
 * repeatable. */
static int put_in_order(struct loader *l)
{
	struct candle_set *set = l->set;
	set->series = calloc(l->count, sizeof(*set->series));
	if (!set->series) {
		snprintf(l->error, l->size, "no memory");
		return TB_ERANGE;
	}
	qsort(l->at, l->count, sizeof(*l->at), by_name);
	for (size_t i = 0; i < l->count; i++) {
		set->universe.at[i] = l->at[i].instrument;
		set->series[i] = l->at[i].series;
	}
	set->universe.count = l->count;
	if (l->wanted_ms != UNKNOWN)
		set->timeframe_ms = l->wanted_ms;
	return 0;
}

/* A folder that was named must be there: a typing error must not trade without funding. */
static int check_folder(const char *dir, char *error, size_t size)
{
	struct stat info;
	if (!dir || (stat(dir, &info) == 0 && S_ISDIR(info.st_mode)))
		return 0;
	snprintf(error, size, "funding folder %s: %s", dir,
		 access(dir, F_OK) == 0 ? "not a folder" : "not there");
	return TB_EINVAL;
}

int candle_set_load(struct candle_set *set, const struct candle_options *options, const char *const *paths,
		    size_t path_count, const char *timeframe, ms_t from_ms, ms_t to_ms,
		    const char *funding_dir, ratio_t taker_fee, FILE *progress, char *error, size_t size)
{
	struct loader l = {.options = options ? options : &candle_options_default,
			   .wanted_ms = timeframe ? timeframe_from_text(timeframe) : UNKNOWN,
			   .from_ms = from_ms,
			   .to_ms = to_ms,
			   .funding_dir = funding_dir,
			   .taker_fee = taker_fee,
			   .progress = progress,
			   .set = set,
			   .error = error,
			   .size = size};
	char **files = NULL;
	size_t count = 0;
	memset(set, 0, sizeof(*set));
	set->timeframe_ms = UNKNOWN;
	if (timeframe && l.wanted_ms == UNKNOWN) {
		snprintf(error, size, "timeframe \"%s\" is none of " TIMEFRAME_LIST, timeframe);
		return TB_EINVAL;
	}
	int failed = check_folder(funding_dir, error, size);
	if (!failed)
		failed = candle_paths_expand(paths, path_count, &files, &count, error, size);
	if (failed)
		return failed;
	l.at = calloc(count < SYMBOLS_MAX ? count + 1 : SYMBOLS_MAX, sizeof(*l.at));
	if (!l.at) {
		snprintf(error, size, "no memory");
		failed = TB_ERANGE;
	}
	if (!failed)
		failed = load_files(&l, files, count);
	if (!failed)
		failed = put_in_order(&l);
	for (size_t i = 0; failed && i < l.count; i++)
		series_free(&l.at[i].series);
	free(l.at);
	candle_paths_free(files, count);
	return failed;
}

void candle_set_free(struct candle_set *set)
{
	for (size_t i = 0; set->series && i < set->universe.count; i++)
		series_free(&set->series[i]);
	free(set->series);
	memset(set, 0, sizeof(*set));
}
