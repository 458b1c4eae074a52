/* SPDX-License-Identifier: MIT
 * Inside the candle parser: its state, and what its three files (candle_text.c the fast path, candle_row.c
 * the careful one, candle_mend.c the end) share. Each line takes one row of the array until the end, so that
 * row n is line n + 2 (or lines[n], when sorting); what is no bar holds its place. */
#ifndef TB_MARKET_CANDLE_PARSER_H
#define TB_MARKET_CANDLE_PARSER_H

#include "candle_text.h"

enum { TIME, OPEN, HIGH, LOW, CLOSE, VOLUME, ROLE_COUNT };

#define NO_ROW      SIZE_MAX
#define ROW_DROPPED (-1) /* low of a row that was dropped; its open_ms is the time reached there */
#define SPIKE       10

struct parser {
	struct candle_table *table;
	struct csv_columns columns;
	size_t *lines;   /* not NULL: collect all rows first, then sort them */
	bool plain;      /* exactly the six columns in their usual order */
	bool uneven;     /* not all steps are equal */
	bool unreadable; /* a row has open_ms UNKNOWN: no looking back */
	int64_t scale[ROLE_COUNT];
	ms_t last_ms;                  /* of the latest bar */
	ms_t step_ms;                  /* between the latest two; > 0 */
	ms_t next_ms;                  /* when the next one opens if the step stays; UNKNOWN: not known */
	size_t last, previous;         /* rows of the latest bar and the one before it */
	size_t suspect;                /* the row before, if it was a spike */
	price_t level_close;           /* what spikes are measured against; 0 until there is a good row */
	int64_t top_price, top_volume; /* highest so far, to know whether a finer scale fits */
	ms_t unit_num, unit_den;       /* ms = stamp * num / den */
	int64_t stamp_end;             /* the first stamp too far in the future; 0 until the unit is known */
	const char *body;              /* the first line behind the header */
};

extern const char *const candle_role_text[ROLE_COUNT];

static inline int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}
static inline int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* What is wrong with the values of one bar on its own. */
static inline enum csv_fault_code judge_shape(const struct candle *c)
{
	if (least(least(c->open, c->close), least(c->high, c->low)) <= 0)
		return CSV_NOT_POSITIVE;
	if (c->high < c->low)
		return CSV_HIGH_BELOW_LOW;
	if (c->high < most(c->open, c->close) || c->low > least(c->open, c->close))
		return CSV_OUTSIDE_RANGE;
	return CSV_NONE;
}

/* A wick ten times beyond the body, or a close ten times from the close before: a misplaced decimal point. */
static inline bool is_spike(price_t before, const struct candle *c)
{
	return c->close >= before * SPIKE || before >= c->close * SPIKE ||
	       c->high >= most(c->open, c->close) * SPIKE || least(c->open, c->close) >= c->low * SPIKE;
}

/* Whether a row holds a bar: it could be read and was not dropped. */
static inline bool is_bar(const struct candle *c)
{
	return c->open_ms != UNKNOWN && c->low > 0;
}

/* Takes a sound bar as the next row. */
static inline void keep_row(struct parser *p, const struct candle *candle)
{
	struct candle_table *table = p->table;
	table->rows[table->count] = *candle;
	p->last_ms = candle->open_ms;
	p->next_ms = candle->open_ms + p->step_ms;
	p->previous = p->last;
	p->last = table->count++;
	p->level_close = candle->close;
	p->suspect = NO_ROW;
	p->top_price = most(p->top_price, candle->high);
	p->top_volume = most(p->top_volume, candle->volume);
	table->zero_volume += candle->volume == 0;
}

/* The line a row came from. */
static inline size_t candle_line(const struct candle_table *t, size_t row)
{
	return t->lines ? t->lines[row] : row + 2;
}

/* Takes the line as a row or adds one fault (or repair); in both cases one row of the array is used. */
void candle_row_careful(struct parser *p, const struct csv_line *line, size_t number);

/* Only reads the line: a row and its number, or a fault or repair and no row. */
void candle_row_collect(struct parser *p, const struct csv_line *line, size_t number);

/* Judges collected rows: sorts rows and lines by time, then by line, and takes them one by one. */
void candle_rows_sort_and_judge(struct parser *p);

/* The newest fault becomes a repair; say what was done, then candle_mended(). */
struct csv_fault *candle_mend(struct candle_table *table);
void candle_mended(struct candle_table *table, const struct csv_fault *repair);

/* Leaves only the bars, and in a mended table the decimals that they need. */
void candle_close_ranks(struct candle_table *table);

#endif
