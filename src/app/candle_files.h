/* SPDX-License-Identifier: MIT
 * Candle and funding files from disk: one file with its faults, or a set of files and folders as the market
 * of a backtest. Reads plain text by mapping it and .gz in memory; the parsing and its strictness are those
 * of market/candle_text.h. Used by backtest, run --candles, indicators and candles check. */
#ifndef APP_CANDLE_FILES_H
#define APP_CANDLE_FILES_H

#include <stdio.h>

#include "candle_cache.h"
#include "candle_rows.h"
#include "candle_text.h"
#include "funding_text.h"
#include "tradebot/instrument.h"

#define CANDLE_ERROR_MAX 512 /* a good size for the error buffers below */

/* How candle files are read. All zero but rows_max: strict, without a cache. */
struct candle_options {
	struct candle_repair repair;
	size_t rows_max;       /* of one file, filled gaps included */
	const char *cache_dir; /* or NULL: no cache */
	bool cache_verify; /* hold each source against its checksum, not only against its times and size */
};

#define CANDLE_ROWS_MAX 10000000 /* the default of rows_max: 19 years of 1m */
extern const struct candle_options candle_options_default;

/* One candle file. table.rows are those of rows; they stay valid until candle_file_free(). */
struct candle_file {
	struct candle_table table;
	char symbol[SYMBOL_TEXT_MAX]; /* from the name: BTCUSDT */
	ms_t named_ms; /* timeframe in the name, or UNKNOWN; the bars have been held against it */
	size_t bytes;  /* of text, inflated */
	struct candle_rows rows;
	struct stripe_hash text_hash; /* of the bytes on disk, if there is a cache to be kept */
};

/* Loads one file, without looking into the cache. options NULL: the default. 0; TB_EINVAL: the text has
 * faults, file->table.faults lists them and the rows that could be read are there; TB_EIO, TB_ERANGE or
 * TB_EINVAL without faults: not read at all. error gets "path:line: first fault (and n more)" or "path:
 * what". candle_file_free() in any case. */
int candle_file_load(const char *path, const struct candle_options *options, struct candle_file *file,
		     char *error, size_t size);
void candle_file_free(struct candle_file *file);

/* The files that these paths mean: a file is itself, a folder is its *.csv and *.csv.gz sorted by name,
 * without
 * *-funding.csv. *files is owned, free with candle_paths_free(). 0, or TB_EIO / TB_ENOENT / TB_EFULL with
 * error. */
int candle_paths_expand(const char *const *paths, size_t path_count, char ***files, size_t *count,
			char *error, size_t size);
void candle_paths_free(char **files, size_t count);

/* One market of a set. Volumes are whole lots of its instrument; gaps and zero_volume are those of the whole
 * file, also where only a part of it was asked for. */
struct candle_series {
	char *path;
	const struct candle *candles; /* within rows */
	size_t count;
	struct funding_point *funding; /* all of the file; NULL: no file */
	size_t funding_count;
	int64_t price_decimals, volume_decimals; /* as the file writes them */
	enum time_unit unit;
	struct candle_gaps gaps;
	int64_t zero_volume;
	struct candle_rows rows;
	bool cached; /* lent from a cache file */
};

/* series[i] belongs to universe.at[i]; symbols are sorted by name. About 300 kB: keep it off the stack. */
struct candle_set {
	struct universe universe;
	struct candle_series *series;
	ms_t timeframe_ms;
	size_t bars;  /* of all series */
	size_t bytes; /* of text, inflated */
};

/* Loads a set. paths: files and folders. timeframe: take only the files of this one ("5m"), or NULL: all
 * files must have the same. Bars with from_ms <= open_ms < to_ms (UNKNOWN: no bound); a market without such
 * bars is left out and said. funding_dir: where SYMBOL-funding.csv[.gz] are, or NULL; a missing file is said,
 * not an error. options NULL: the default. Instruments as in market/candle_instrument.h, inferred from the
 * whole file. progress: what was read, one line a file (a bar on a terminal), or NULL. 0; TB_EINVAL (unusable
 * file, two timeframes, a symbol twice), TB_EIO, TB_ENOENT, TB_ERANGE or TB_EFULL with one line in error.
 * candle_set_free() in any case. */
int candle_set_load(struct candle_set *set, const struct candle_options *options, const char *const *paths,
		    size_t path_count, const char *timeframe, ms_t from_ms, ms_t to_ms,
		    const char *funding_dir, ratio_t taker_fee, FILE *progress, char *error, size_t size);
void candle_set_free(struct candle_set *set);

#endif
