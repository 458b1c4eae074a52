/* SPDX-License-Identifier: MIT
 * Memory for candles: anonymous while a file is parsed, or lent from a mapped cache file. Pages are taken as
 * rows are written, so a generous capacity costs nothing, and what was not used is given back. */
#ifndef APP_CANDLE_ROWS_H
#define APP_CANDLE_ROWS_H

#include "tradebot/market.h"

struct candle_rows {
	void *map; /* NULL: none */
	size_t map_bytes;
	struct candle *at; /* first row, writable; NULL when lent from a file */
	const struct candle *lent;
	size_t capacity;
};

/* Room for `capacity` rows of zeroes, which must be > 0. TB_ERANGE if the machine will not give it. */
int candle_rows_open(struct candle_rows *rows, size_t capacity);

/* Changes the capacity, > 0; the first rows stay what they are, at may move. TB_ERANGE: nothing changed. */
int candle_rows_resize(struct candle_rows *rows, size_t capacity);

/* Gives everything back; harmless on zeroes. */
void candle_rows_close(struct candle_rows *rows);

#endif
