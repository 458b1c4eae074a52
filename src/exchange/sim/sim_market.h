/* SPDX-License-Identifier: MIT
 * The simulated market: the market half of the seam, fed by candle tapes or by the generator. It speaks at
 * two instants of each bar: at its open T (settled funding, opens, then the bars that ended) and at T +
 * timeframe - 1 ms (the whole bar, then the quote and depth that a decision at the next T may use). It never
 * looks ahead of what it has said. docs/simulation.md tells the timeline and the model. Pure: no file, clock
 * or malloc. */
#ifndef TRADEBOT_SIM_MARKET_H
#define TRADEBOT_SIM_MARKET_H

#include "funding_text.h"
#include "sim_generator.h"
#include "sim_model.h"
#include "tradebot/exchange.h"

#define SIM_DAY_PARTS 96 /* 24 h statistics move in quarter hours */
#define SIM_PREROLL   1440

struct sim_market_setup {
	ms_t timeframe_ms; /* 1 minute to 1 day */
	ms_t start_ms,
		end_ms;  /* first open; nothing opens at or after end. Tapes: 0 is the tapes' own span */
	int64_t bars;    /* if end_ms is 0: end is start + bars * timeframe; 0: no end (generator) */
	int64_t symbols; /* 1..SIM_SYMBOLS_MAX, the universe's count */
	uint64_t seed;   /* generator */
	int64_t preroll; /* generator: closed bars before start_ms, for HISTORY; usually SIM_PREROLL */
	struct sim_model model;
};

/* One symbol's recorded market, borrowed: candles sorted, on one grid of the timeframe, gaps allowed.
 * A settlement that is stamped late by less than a second counts as that full second. */
struct sim_tape {
	const struct candle *candles;
	size_t count;
	const struct funding_point *funding;
	size_t funding_count;
};

struct sim_day_part {
	int64_t number; /* open_ms / length of a part; -1: empty */
	price_t open, high, low;
	money_t turnover;
};

/* What the market knows of one symbol. */
struct sim_market_symbol {
	int64_t closed;         /* bars that have ended, the preroll included: index of the next one */
	int64_t running;        /* 1: bar is open */
	int64_t ending;         /* 1: done was said whole and ends at the next instant */
	int64_t settled;        /* settlements that have been said, or passed before the start */
	ms_t next_funding_ms;   /* generator */
	ratio_t funding_rate;   /* last settled; UNKNOWN: none yet */
	struct candle bar;      /* the running one */
	struct candle done;     /* the last whole one */
	price_t last, bid, ask; /* of done; 0: none yet */
	money_t depth;
	struct sim_walk walk;
	int64_t turnover_at, turnover_count;
	money_t turnover_sum;
	money_t turnover[SIM_DEPTH_BARS];
	struct sim_day_part day[SIM_DAY_PARTS];
};

/* The part that is saved: sim_market_state_bytes() of it. No pointers. */
struct sim_market_state {
	struct sim_market_setup setup;
	uint64_t fingerprint; /* of universe and tapes; 0: not attached yet */
	int64_t taped;        /* 1: tapes, 0: generator */
	ms_t bar_ms;          /* open of the current bar instant */
	int64_t phase;        /* enum sim_phase */
	struct sim_common common;
	struct sim_market_symbol symbols[SIM_SYMBOLS_MAX];
};
enum sim_phase { SIM_AT_OPEN, SIM_AT_RANGE, SIM_ENDED };

/* Where history was last read; only a memory of work done, never saved. */
struct sim_reader {
	int64_t next;
	struct sim_common common;
	struct sim_walk walk;
};

struct sim_market {
	struct sim_market_state state;
	const struct universe *universe;
	const struct sim_tape *tapes; /* NULL: generator */
	struct sim_reader readers[SIM_SYMBOLS_MAX];
};

extern const struct exchange_ops sim_market_ops;

/* A market that has not begun. A model of zeroes means sim_model_default. */
void sim_market_init(struct sim_market *market, const struct sim_market_setup *setup);

/* Lends the universe and the tapes (one per symbol, in universe order; NULL: generator); both must outlive
 * the market. On a fresh market this winds to the start; on a saved state put back into market->state it
 * changes nothing but the pointers. TB_EINVAL: setup out of range, candles not sorted or off the grid, or the
 * state was saved with other tapes or another universe. TB_ENOENT: no bar at all in the span. */
int sim_market_attach(struct sim_market *market, const struct universe *universe,
		      const struct sim_tape *tapes);

/* How many leading bytes of the state have to be saved for its symbols. */
size_t sim_market_state_bytes(const struct sim_market_state *state);

/* Closed bars of a symbol up to now, from number from_index (0: the tape's or the preroll's first) on, oldest
 * first; returns how many were written, at most room. The generator's are made anew from the seed: reading on
 * from where the last call ended is fast, any other place replays from the start. */
size_t sim_market_history(struct sim_market *market, sym_t sym, size_t from_index, struct candle *out,
			  size_t room);

/* How many closed bars history has now. */
size_t sim_market_history_count(const struct sim_market *market, sym_t sym);

/* True when nothing more will come. */
bool sim_market_ended(const struct sim_market *market);

/* Inside: bar becomes done, and what follows from it. */
void sim_symbol_close_bar(struct sim_market *market, sym_t sym);
/* SCAN_ROW of each symbol that has a closed bar, then SNAPSHOT_END. TB_EFULL if there is no room for all. */
int sim_market_scan(const struct sim_market *market, ms_t now, struct events *heard);

#endif
