/* SPDX-License-Identifier: MIT
 * A row of the judged file as integers: the columns, how each is read, and what may stand in it. Used by the
 * judge's own files only. */
#ifndef APP_JUDGE_ROW_H
#define APP_JUDGE_ROW_H

#include "judge.h"
#include "tradebot/desk.h"

#define JUDGE_FIELDS_MAX 64
#define JUDGE_TEXT_MAX   128

/* One record of a CSV file: texts unquoted and trimmed, "(too long)" for one that does not fit. */
struct judge_record {
	size_t count; /* fields there are; only the first JUDGE_FIELDS_MAX are kept */
	char text[JUDGE_FIELDS_MAX][JUDGE_TEXT_MAX];
};

/* Reads the next record that is not blank and moves *cursor behind it. False at the end. A quoted field may
 * hold commas, doubled quotes and line breaks; lines end in LF or CRLF. */
bool judge_record_read(const char **cursor, const char *end, struct judge_record *record);

/* How a cell is read: UP or DOWN is how digits beyond those kept are rounded. UP what may at most reach a
 * limit and DOWN what may not fall below or reach one: so the verdict is that of the exact number. */
enum judge_kind {
	JUDGE_ID,
	JUDGE_SIDE,
	JUDGE_FLAG,
	JUDGE_COUNT,
	JUDGE_DOWN,
	JUDGE_UP,
	JUDGE_PRICE,
	JUDGE_QTY
};

/* X(id, name, kind, decimals kept, lowest, highest, empty: the order has none, what is allowed)
 * Percent of NAV become parts of NAV_ONE, percentiles and ratios 1e-9, bps 1e-9, USDT 1e-8, minutes 1e-8. */
#define JUDGE_COLUMNS(X)                                                                                     \
	X(ID, "id", JUDGE_ID, 0, 0, 0, true, "")                                                             \
	X(EQUITY, "equity", JUDGE_DOWN, 8, 1, VALUE_MAX, false, "over 0 USDT")                               \
	X(SIDE, "side", JUDGE_SIDE, 0, 0, 0, false, "long or short")                                         \
	X(ENTRY, "entry", JUDGE_PRICE, 0, 1, VALUE_MAX, false, "a price over 0")                             \
	X(STOP, "stop", JUDGE_PRICE, 0, 0, VALUE_MAX, true, "a price or nothing")                            \
	X(TARGET, "take_profit", JUDGE_PRICE, 0, 0, VALUE_MAX, true, "a price or nothing")                   \
	X(QTY, "qty", JUDGE_QTY, 0, 1, VALUE_MAX, false, "a size over 0")                                    \
	X(SYMBOL, "existing_asset_exposure", JUDGE_UP, 8, 0, VALUE_MAX, false, "0 USDT or more")             \
	X(TOTAL, "total_exposure", JUDGE_UP, 8, 0, VALUE_MAX, false, "0 USDT or more")                       \
	X(LEVERAGE, "leverage", JUDGE_UP, 9, 1, VALUE_MAX, false, "over 0")                                  \
	X(DAILY_LOSS, "daily_loss_pct", JUDGE_DOWN, 10, 0, 1000000000000LL, false, "0 to 100 percent")       \
	X(DRAWDOWN, "drawdown_pct", JUDGE_DOWN, 10, 0, 1000000000000LL, false, "0 to 100 percent")           \
	X(LOSSES, "consecutive_losses", JUDGE_COUNT, 0, 0, VALUE_MAX, false, "a whole number")               \
	X(MINUTES, "minutes_since_5th_loss", JUDGE_DOWN, 8, 0, VALUE_MAX, true, "minutes or nothing")        \
	X(RED_DAYS, "red_days", JUDGE_COUNT, 0, 0, VALUE_MAX, false, "a whole number")                       \
	X(VOLATILITY, "vol_percentile", JUDGE_UP, 9, 0, 100 * RATIO_ONE, false, "0 to 100")                  \
	X(CONFIDENCE, "confidence", JUDGE_DOWN, 9, 0, RATIO_ONE, false, "0 to 1")                            \
	X(LOSING, "has_losing_position_same_side", JUDGE_FLAG, 0, 0, 1, false, "0 or 1")                     \
	X(LAST_LOSS, "last_loss_qty", JUDGE_QTY, 0, 0, VALUE_MAX, true, "a size or nothing")                 \
	X(POSITIONS, "open_positions", JUDGE_COUNT, 0, 0, VALUE_MAX, false, "a whole number")                \
	X(SPREAD, "spread_bps", JUDGE_UP, 5, 0, VALUE_MAX, false, "0 bps or more")                           \
	X(DEPTH, "depth", JUDGE_DOWN, 8, 0, VALUE_MAX, false, "0 USDT or more")
#define X(id, name, kind, decimals, lowest, highest, none, allowed) JUDGE_##id##_COLUMN,
enum judge_column { JUDGE_COLUMNS(X) JUDGE_COLUMN_COUNT };
#undef X

struct judge_column_row {
	const char *name;
	enum judge_kind kind;
	int64_t decimals, lowest, highest;
	bool none; /* an empty cell means that there is none; elsewhere it is unusable */
	const char *allowed;
};
extern const struct judge_column_row judge_columns[JUDGE_COLUMN_COUNT];

/* ABSENT: no such column. NONE: an empty cell that says so. BAD: not usable. OFF_GRID: between two steps of a
 * given grid; value is the step below. */
enum judge_state { JUDGE_ABSENT, JUDGE_NONE, JUDGE_FINE, JUDGE_BAD, JUDGE_OFF_GRID };
struct judge_cell {
	enum judge_state state;
	int64_t value; /* UNKNOWN unless FINE or OFF_GRID */
	const char *text;
};
struct judge_row {
	struct judge_cell cells[JUDGE_COLUMN_COUNT];
	struct grid tick, lot; /* that prices and sizes are counted on */
};

/* places: the field of each column in the record, or -1. The texts stay the record's. */
void judge_row_read(const struct judge_record *record, const int places[static JUDGE_COLUMN_COUNT],
		    const struct judge_options *options, struct judge_row *row);

/* Text as one CSV field; steps of a grid as a decimal ("unknown" for UNKNOWN); limit,actual as two fields. */
void judge_print_text(const char *text, FILE *out);
void judge_print_steps(int64_t steps, const struct grid *grid, FILE *out);
void judge_print_pair(const char *limit, const char *actual, FILE *out);
void judge_print_finding(const struct finding *finding, const struct limits *limits,
			 const struct judge_row *row, FILE *out);

#endif
