/* SPDX-License-Identifier: MIT
 * Candle files: text in memory -> candles in the caller's array. Strict: every fault is listed with its line
 * and a file with any fault is not usable; nothing is filled or guessed, and of two equal bars of one moment
 * the second is dropped and counted. What else is to be mended the caller says (candle_repair.h). Prices and
 * volumes are read by their digits into integers at the file's own number of decimals. Called by
 * app/candle_files; opens no file, allocates nothing. */
#ifndef TB_MARKET_CANDLE_TEXT_H
#define TB_MARKET_CANDLE_TEXT_H

#include "candle_repair.h"
#include "csv_fault.h"
#include "csv_row.h"
#include "tradebot/market.h"

#define CANDLE_PRICE_DECIMALS_MAX  11
#define CANDLE_VOLUME_DECIMALS_MAX 10
#define CANDLE_GAPS_KEPT           8
#define CANDLE_ROW_BYTES_MIN       21 /* "1230768000,1,1,1,1,0\n" */

/* A hole: the bars on both its sides and how many are missing between. line: of the bar after it. */
struct candle_gap {
	ms_t before_ms, after_ms;
	int64_t missing;
	size_t line;
};

struct candle_gaps {
	int64_t count, missing, longest; /* holes; bars missing in all of them, in the longest */
	struct candle_gap first[CANDLE_GAPS_KEPT];
};

struct candle_table {
	struct candle *rows; /* the caller's array; prices in ticks of 10^-price_decimals, volume in
				10^-volume_decimals */
	size_t count;
	enum time_unit unit; /* of the file's time stamps */
	ms_t timeframe_ms;   /* UNKNOWN: no two bars, and no hint */
	int64_t price_decimals, volume_decimals;
	int64_t zero_volume; /* bars without volume */
	struct candle_gaps gaps;
	int64_t duplicates;        /* rows that said again what an earlier one had said; dropped */
	size_t duplicate_line;     /* the first of them */
	int64_t filled;            /* flat bars that candle_gaps_fill() put in */
	struct csv_faults faults;  /* count > 0: the table must not be traded on */
	struct csv_faults repairs; /* what was mended, as the repairs asked for; told in their texts */
	/* Only while parsing, NULL after: */
	const struct candle_repair *repair;
	const size_t *lines; /* the line of each row; NULL: row n is line n + 2 */
};

/* How many rows the array needs so that this text can be parsed: never more than its lines, nor than its
 * bytes could hold (a row has at least 21). */
size_t candle_text_bound(const char *text, size_t length);

/* Parses. hint_ms: the timeframe the file claims to have, or UNKNOWN. Returns 0; TB_EINVAL if there are
 * faults (the other fields then describe the rows that could be read); TB_EFULL if capacity was too small,
 * which with candle_text_bound() happens only to a file full of unusable lines (the rest was not read). */
int candle_text_parse(const char *text, size_t length, ms_t hint_ms, struct candle *rows, size_t capacity,
		      struct candle_table *table);

/* The same with repairs. repair may be NULL; lines: as many as rows, or NULL if the order is not to be sorted
 * (TB_EINVAL without a fault if it is). Gaps are told as repairs but not filled yet: candle_gaps_fill(). */
int candle_text_repair(const char *text, size_t length, ms_t hint_ms, const struct candle_repair *repair,
		       struct candle *rows, size_t *lines, size_t capacity, struct candle_table *table);

/* Fills the gaps of a sound table with flat bars at the close before, without volume. capacity: of rows, at
 * least count + gaps.missing, else TB_EFULL and nothing changed. 0: gaps are none, filled says how many. */
int candle_gaps_fill(struct candle_table *table, size_t capacity);

/* The part of the parser that looks at the distances of the bars: finds the timeframe (the known one that
 * most steps have, the shorter of equals; or the hint), lists gaps, and refuses misaligned bars and a mix of
 * timeframes. rows[0..count) are those of lines 2.. in file order, or of lines[]; a row that could not be
 * read has open_ms UNKNOWN, one that was dropped a low below zero. */
void candle_steps_judge(struct candle_table *table, ms_t hint_ms);

#endif
