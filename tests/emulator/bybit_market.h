/* SPDX-License-Identifier: MIT
 * The market that bybit_emu serves: candle files as `tradebotd backtest` reads them, or the generator. */
#ifndef EMU_BYBIT_MARKET_H
#define EMU_BYBIT_MARKET_H

#include "candle_files.h"
#include "emu.h"

struct market_choice {
	const char *const *candles; /* files and folders; NULL: the generator */
	size_t candle_count;
	const char *timeframe;   /* "1m"; NULL: that of the files, or 1m */
	const char *funding_dir; /* of candle files; NULL: no funding */
	ms_t from_ms, to_ms;     /* candle files; UNKNOWN: all */
	int64_t symbols, days;   /* generator; days 0: no end */
	uint64_t seed;
	ms_t start_ms; /* generator: the first bar */
	int64_t preroll;
};

struct market_source {
	struct candle_set set;
	struct universe generated;
	struct sim_tape tapes[SIM_SYMBOLS_MAX];
};

/* Fills the parts of setup that say what the market is; they are lent by source, which is large. 0, or -1
 * with a line in error. market_free() in any case. */
int market_open(struct market_source *source, const struct market_choice *choice, struct emu_setup *setup,
		char *error, size_t size);
void market_free(struct market_source *source);

/* Writes all of its bars as SYMBOL-1m.csv and its settlements as SYMBOL-funding.csv into an existing folder;
 * the market needs an end. 0 or -1. */
int market_dump(const struct emu_setup *setup, const char *folder, char *error, size_t size);

#endif
