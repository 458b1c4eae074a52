/* SPDX-License-Identifier: MIT
 * SCAN: which symbols are worth watching. The engine asks for the market-wide table every interval, hands in
 * its rows in any order, and finishes when the table is complete; what changed comes back as WATCHED records.
 * A score chooses symbols and decides nothing else. Bounded by SYMBOLS_MAX, no pointers, no allocation.
 *
 * score = 0.30 turnover + 0.25 |24 h move| + 0.25 (1 - spread) + 0.20 sweet spot. Each factor is the rank of
 * its exact key among the symbols that pass every filter: (those below + half of the equal ones, itself
 * included) / n, so that one giant does not flatten the rest and the order of rows does not matter. Sweet
 * spot: the 24 h range over the last price, best in the middle of its bounds, worthless at and outside them.
 * Places are given by the exact score, then by name. */
#ifndef SCANNER_SCANNER_H
#define SCANNER_SCANNER_H

#include "tradebot/event.h"
#include "tradebot/instrument.h"
#include "tradebot/record.h"

struct scanner_settings {
	bool enabled;                  /* SCANNER_ENABLED; false: manual symbols only */
	int64_t top;                   /* SCANNER_MAX_POSITIONS: how many to pick; 5 */
	int64_t hysteresis;            /* a picked symbol stays down to rank top + this; 3 */
	ms_t interval_ms;              /* SCANNER_INTERVAL_MINUTES; 15 min (the engine's timer) */
	ms_t listed_ms;                /* listed at least so long; 30 days */
	money_t min_turnover;          /* SCANNER_MIN_VOLUME_24H, of 24 h; 1e6 USDT */
	ratio_t spread;                /* at most; 10 bps */
	ratio_t range_low, range_high; /* bounds of the sweet spot, 24 h range / price; 2 % and 20 % */
};
extern const struct scanner_settings scanner_settings_default;

/* How many symbols of the last table passed each filter and all before it. */
struct scanner_counts {
	int64_t rows;     /* in the table, of known symbols */
	int64_t readable; /* with sane prices and turnover */
	int64_t trading;  /* status trading */
	int64_t not_blacklisted;
	int64_t listed; /* long enough; an unknown date does not pass */
	int64_t turnover;
	int64_t spread;  /* and so ranked */
	int64_t watched; /* in the end, manual and held ones included */
};

enum scanner_factor { FACTOR_TURNOVER, FACTOR_MOVE, FACTOR_SPREAD, FACTOR_RANGE, FACTOR_COUNT };

struct scanner_symbol {
	int64_t seen; /* 1: a row of this table came */
	money_t turnover;
	price_t last, open, high, low, bid, ask;
	int64_t key[FACTOR_COUNT]; /* more is better */
	int64_t points;            /* sum of weight x (2 below + equal): score = points / (200 n) */
	int64_t place;             /* 1 is best; 0: did not pass */
	ratio_t score;
	int64_t manual;           /* 1: in TRADING_SYMBOLS */
	int64_t watched, scanned; /* as last recorded */
};
struct scanner {
	struct scanner_symbol at[SYMBOLS_MAX];
	uint16_t order[SYMBOLS_MAX]; /* the ranked ones, best first after a scan */
	size_t rows_end; /* one past the highest sym with a row in this table */
	struct scanner_counts counts;
};

/* Nothing watched, nothing manual. */
void scanner_init(struct scanner *scanner);

/* sym is one of TRADING_SYMBOLS: always watched, and not the scanner's pick. sym < SYMBOLS_MAX. */
void scanner_manual(struct scanner *scanner, sym_t sym);

/* A WATCHED record of the journal, oldest first. */
void scanner_restore(struct scanner *scanner, const struct watched *record);

/* Forgets the rows of the last table. */
void scanner_begin(struct scanner *scanner);

/* One EVENT_SCAN_ROW; others and unknown symbols are ignored, a second row of a symbol replaces the first. */
void scanner_row(struct scanner *scanner, const struct event *event);

/* The table is complete: filters, ranks, chooses. held[sym]: the bot has a position or an order there
 * (universe-> count entries): such a symbol stays until it is flat. changes: the records of symbols that
 * come, go, or change between manual and picked, by sym, at most room of them; what does not fit is left for
 * the next scan. An empty table says nothing: then, and when disabled, only manual symbols are added;
 * disabled also drops what is neither manual nor held. Returns the number of records. */
size_t scanner_finish(struct scanner *scanner, const struct universe *universe,
		      const struct scanner_settings *settings, const bool *held, ms_t now,
		      struct watched *changes, size_t room);

bool scanner_watches(const struct scanner *scanner, sym_t sym);

#endif
