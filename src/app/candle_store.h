/* SPDX-License-Identifier: MIT
 * The cache folder: one binary file for each candle file and way of reading it, made by the first run and
 * mapped by the next ones. A cache file that is damaged, cut off or of another version is never used but made
 * anew, and said. docs/candles.md tells when a cache file counts as that of its source. */
#ifndef APP_CANDLE_STORE_H
#define APP_CANDLE_STORE_H

#include "candle_files.h"

/* What was found in the cache folder for one candle file. */
struct candle_found {
	struct candle_cache_head head;
	struct candle_rows rows; /* lent; taken over by the caller */
};

/* Looks for the candles of path. 0: *found has them, whole and checked. TB_ENOENT: there are none that count;
 * said is "" or tells what was wrong with those that are there, in one line. */
int candle_store_find(const struct candle_options *options, const char *path, ms_t named_ms,
		      struct candle_found *found, char *said, size_t size);

/* Keeps rows (lots of head->lot) for path; head has been filled from the table. source is what
 * candle_store_look() saw before the file was read, text the hash of the bytes that were parsed. 0, or TB_EIO
 * with the reason in said: then there is no cache file, or the one of before. */
int candle_store_keep(const struct candle_options *options, const char *path, struct candle_cache_head *head,
		      const struct candle *rows, char *said, size_t size);

/* The state of a source now. TB_EIO if it cannot be told. */
int candle_store_look(const char *path, struct candle_source *source);

/* A head for the candles of this program, read with these options. */
void candle_store_begin(struct candle_cache_head *head, const struct candle_options *options, ms_t named_ms);

#endif
