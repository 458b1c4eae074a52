/* SPDX-License-Identifier: MIT
 * The simulated market: the market half of the seam, fed by candle tapes or by the generator. It speaks at
 * two instants of each bar: at its open T (changed instruments, settled funding, opens, then the bars that
 * ended) and at T + timeframe - 1 ms (the whole bar, then the quote and depth that a decision at the next T
 * may use). It never looks ahead of what it has said. docs/simulation.md tells the timeline, the model and
 * the weather of instruments. Pure: no file, clock or malloc. */
#ifndef TRADEBOT_SIM_MARKET_H
#define TRADEBOT_SIM_MARKET_H

#include "funding_text.h"
#include "sim_generator.h"
#include "sim_model.h"
#include "sim_weather.h"
#include "tradebot/exchange.h"

#define SIM_DAY_PARTS  96 /* 24 h statistics move in quarter hours */
#define SIM_PREROLL    1440
#define SIM_TAPE_AHEAD 8  /* bars of a tape that are on their way from memory */
#define SIM_HOLES_MAX  16 /* suspensions that one symbol's history remembers */

struct sim_market_setup {
	ms_t timeframe_ms; /* 1 minute to 1 day */
	ms_t start_ms,
		end_ms;  /* first open; nothing opens at or after end. Tapes: 0 is the tapes' own span */
	int64_t bars;    /* if end_ms is 0: end is start + bars * timeframe; 0: no end (generator) */
	int64_t symbols; /* 1..SIM_SYMBOLS_MAX, the universe's count */
	uint64_t seed;   /* generator */
	int64_t preroll; /* generator: closed bars before start_ms, for HISTORY; usually SIM_PREROLL */
	struct sim_weather_setup weather; /* sky and seed: the script of instrument events */
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

/* What can happen to an instrument, on command or by script; all at the open of a bar. */
enum sim_change {
	SIM_NOTHING,
	SIM_MAINTENANCE, /* CLOSING for notice_ms, SUSPENDED (no bars) for span_ms, then TRADING, with a gap
			  */
	SIM_DELISTING,   /* DELISTING for notice_ms, then GONE: no more bars */
	SIM_TICK,        /* a new generation; grid is the new one */
	SIM_LOT,
	SIM_CONTRACT,
	SIM_FEE,     /* fee is the new one */
	SIM_LISTING, /* before the first bar only: as if not listed yet; TRADING after span_ms */
};
struct sim_market_command {
	int64_t kind; /* enum sim_change */
	int64_t sym;
	ms_t notice_ms, span_ms; /* 0 ms to 100 days; they end at the first open not before */
	struct grid grid;
	ratio_t fee; /* 0..1 */
};

/* Raw bars [from, to) that were made but not said. */
struct sim_hole {
	int64_t from, to;
};

/* What the instrument is going through. */
struct sim_plan {
	ms_t at_ms;     /* when the next step is due; NEVER_MS: none */
	int64_t next;   /* enum sim_step */
	ms_t script_ms; /* when the script has its next idea */
	ms_t span_ms;   /* of the suspension that was announced */
	struct random random;
	struct sim_market_command command; /* waiting for the next open; kind SIM_NOTHING: none */
};

/* From the grid that bars are made on to the present one: to a price times price_num / price_den. */
struct sim_express {
	struct grid tick, lot, contract; /* of the tape or generator */
	int64_t differs;                 /* 0: the factors are 1 */
	int64_t price_num, price_den, qty_num, qty_den;
};

struct sim_day_part {
	int64_t number; /* open_ms / length of a part; -1: empty */
	price_t open, high, low;
	money_t turnover;
};

/* The parts of the last 24 h, and what they come to: each bar moves the window, so that a scan reads it off.
 */
#define SIM_DAY_RING 128 /* a power of two > SIM_DAY_PARTS */
struct sim_day_ring {
	int64_t head, count;
	uint8_t place[SIM_DAY_RING]; /* in part[]; finished ones, the best first, the latest last */
};
struct sim_day {
	int64_t turnover_high,
		turnover_low; /* of the parts in the window: sums of their upper and lower 32 bits */
	ms_t end_ms;          /* of the newest part */
	int64_t newest,
		oldest; /* numbers: the newest part, the first one that is in its window; newest -1: none */
	struct sim_day_ring highs, lows;
	struct sim_day_part part[SIM_DAY_PARTS];
};

/* Where a walk stood before raw bar `bar`. */
struct sim_mark {
	int64_t bar;
	struct sim_common common;
	struct sim_walk walk;
};

/* What the market knows of one symbol. */
struct sim_market_symbol {
	int64_t closed;  /* raw bars that are over: the preroll, the tape's first ones, hidden ones too */
	int64_t running; /* 1: a bar is open */
	int64_t ending;  /* 1: done was said whole and ends at the next instant */
	int64_t settled; /* settlements that have been said, or passed before the start */
	ms_t due_ms;     /* when the next settlement is said; NEVER_MS: none */
	ratio_t funding_rate;   /* last settled; UNKNOWN: none yet */
	struct candle raw;      /* the running bar, or the last one, as it was made */
	struct candle done;     /* the last whole one, on the present grid */
	price_t last, bid, ask; /* of done; 0: none yet */
	money_t depth;
	int64_t turnover_at, turnover_count;
	money_t turnover_sum;
	struct sim_walk walk;
	struct sim_plan plan;
	struct sim_express express;
	struct instrument instrument; /* as it is now */
	int64_t history_from;         /* the first raw bar of its history */
	int64_t hidden;               /* closed ones that are no part of it */
	int64_t hole_count;
	struct sim_hole holes[SIM_HOLES_MAX]; /* after history_from, in order */
	struct sim_mark start,
		marks[2]; /* generator: not after history_from; the last two full days of bars */
	money_t turnover[SIM_DEPTH_BARS];
	struct sim_day day;
};

/* The part that is saved: sim_market_state_bytes() of it. No pointers. */
struct sim_market_state {
	struct sim_market_setup setup;
	uint64_t fingerprint; /* of universe and tapes; 0: not attached yet */
	int64_t taped;        /* 1: tapes, 0: generator */
	ms_t bar_ms;          /* open of the current bar instant */
	int64_t phase;        /* enum sim_phase */
	ms_t change_ms;       /* when a plan or settlement of any symbol is due; 0: at the next open */
	int64_t made;         /* generator: bars of the common factor so far */
	int64_t delisted;     /* by the script */
	ratio_t first_fee;    /* the taker fee that the first instrument began with */
	struct sim_common common;
	struct sim_market_symbol symbols[SIM_SYMBOLS_MAX];
};
enum sim_phase { SIM_AT_OPEN, SIM_AT_RANGE, SIM_ENDED };

/* Where history was last read; only a memory of work done, never saved. */
struct sim_reader {
	int64_t from; /* history_from when it began; -1: it has not */
	struct sim_mark mark;
};

struct sim_market {
	struct sim_market_state state;
	const struct sim_tape *tapes; /* NULL: generator */
	struct sim_reader readers[SIM_SYMBOLS_MAX];
	/* Of bars that passed: the quote has not been worked out and said; so many of a tape are closed but
	 * in no statistics yet. Never saved so. */
	bool unquoted[SIM_SYMBOLS_MAX];
	int64_t uncounted[SIM_SYMBOLS_MAX];
};

extern const struct exchange_ops sim_market_ops;

/* A market that has not begun. A model of zeroes means sim_model_default. */
void sim_market_init(struct sim_market *market, const struct sim_market_setup *setup);

/* Takes a copy of the universe's instruments and lends the tapes (one per symbol, in universe order; NULL:
 * generator), which must outlive the market. On a fresh market this winds to the start; on a saved state put
 * back into market->state it changes nothing but the pointer, and the universe may be the first one or the
 * renewed one. With weather, or after a SIM_LISTING, call sim_market_renew before anyone reads the universe.
 * TB_EINVAL: setup out of range, candles not sorted or off the grid, or the state was saved with other tapes
 * or another universe. TB_ENOENT: no bar at all in the span. */
int sim_market_attach(struct sim_market *market, const struct universe *universe,
		      const struct sim_tape *tapes);

/* Makes the universe's instruments what they are in this market now: after attach, and after a saved state
 * was put back. blacklisted stays as the universe has it. */
void sim_market_renew(const struct sim_market *market, struct universe *universe);

/* Something happens to an instrument at the next open of a bar. TB_ENOENT: no such symbol. TB_EINVAL: values
 * out of range, a grid on which this price cannot be told, or SIM_LISTING after the start. TB_EFULL: the
 * instrument is going through something already, or is gone. */
int sim_market_command(struct sim_market *market, const struct sim_market_command *command);

/* How many leading bytes of the state have to be saved for its symbols. */
size_t sim_market_state_bytes(const struct sim_market_state *state);

/* Closed bars of a symbol up to now on its present grid, from number from_index of its history on, oldest
 * first; returns how many were written, at most room. A new generation of the instrument lets history begin
 * anew, 1,440 to 2,880 bars (tapes: 1,440) before the change, told on the new grid. The generator's bars are
 * made anew from the seed: reading on from where the last call ended is fast, any other place replays. */
size_t sim_market_history(struct sim_market *market, sym_t sym, size_t from_index, struct candle *out,
			  size_t room);

/* How many closed bars history has now. */
size_t sim_market_history_count(const struct sim_market *market, sym_t sym);

/* For a driver that knows that nobody has anything in this market (no position, no order, nothing on its
 * way). plain_open: the open after the running bar, if neither it nor that bar's end has anything but bars to
 * say; NEVER_MS: it has, or no bar is running. pass: both instants at once, without the running bars, which
 * only an account needs, and without the quotes: the closed bars; where tapes go on without a hole those of
 * several such opens, up to until_ms. pass_to: so far of them, to an open of the stretch, they have been
 * heard; before anything else is asked of the market. quotes: those, of the last bar of each symbol that was
 * passed since; to be said before anybody reads one, and before anything else is asked of the market. count:
 * they stand in its table, and are still to be said. catch_up: what accounts have missed of the bars from the
 * one that opened at from_ms, the first whose end was passed: of each symbol the last whole bar with its
 * quote, and the open of the running one. */
ms_t sim_market_plain_open(const struct sim_market *market);
void sim_market_pass(struct sim_market *market, ms_t until_ms, struct stretch *stretch);
void sim_market_pass_to(struct sim_market *market, ms_t open_ms);
void sim_market_quotes(struct sim_market *market, struct events *heard);
void sim_market_count(struct sim_market *market);
void sim_market_catch_up(const struct sim_market *market, ms_t from_ms, struct events *heard);

/* True when nothing more will come. */
bool sim_market_ended(const struct sim_market *market);

/* Inside: what the symbol last said of price and depth, all that a TICKER has, into one. */
static inline void sim_quote_into(struct event *event, const struct sim_market_symbol *symbol)
{
	event->ticker.bid = symbol->bid;
	event->ticker.ask = symbol->ask;
	event->ticker.mark = event->ticker.last = symbol->last;
	event->ticker.depth = symbol->depth;
	event->ticker.has_depth = true;
}
/* Inside: the symbol is not trading as far as anyone can see, so there are no bars, quotes and settlements.
 */
static inline bool sim_is_silent(const struct sim_market_symbol *symbol)
{
	return symbol->instrument.status == INSTRUMENT_SUSPENDED ||
	       symbol->instrument.status == INSTRUMENT_GONE;
}

/* Inside: the steps of an open. The common factor's next bar; whether the symbol has a bar that opens at now
 * and is to be said (it is then in symbol->raw); no bar opens now, on to where one does. */
void sim_market_common(struct sim_market_state *state);
bool sim_market_next_bar(struct sim_market *market, int64_t sym, ms_t now);
void sim_market_pass_hole(struct sim_market *market);

/* Inside: a bar as it was made, on the present grid. Prices are rounded to the nearest tick, volume down. */
struct candle sim_expressed(const struct sim_express *express, const struct candle *raw);

/* Inside: the first plan of each symbol; then, at an open at which a plan is due, what happens. */
void sim_plan_begin(struct sim_market *market);
void sim_plan_step(struct sim_market *market, sym_t sym, ms_t now, struct events *heard);

/* Inside: the raw bar number `closed` has passed unsaid. And: history begins here, or a day or two before. */
void sim_history_hide(struct sim_market_symbol *symbol);
void sim_history_begin(struct sim_market *market, sym_t sym);
void sim_history_shorten(struct sim_market *market, sym_t sym);

/* Inside: raw becomes done, and what follows from it: first the statistics, then the quote. Of bars that
 * pass, both wait until somebody reads them: end_bars counts what they leave in the statistics. */
void sim_symbol_close_bar(struct sim_market *market, sym_t sym);
void sim_symbol_end_bar(struct sim_market *market, sym_t sym);
void sim_symbol_end_bars(struct sim_market *market, sym_t sym, const struct candle *bars, int64_t count);
void sim_symbol_quote(struct sim_market *market, sym_t sym);
/* Inside: the 24 h window is empty; its prices have been expressed anew. */
void sim_day_clear(struct sim_day *day);
void sim_day_sort(struct sim_day *day);
/* SCAN_ROW of each symbol that trades and has a closed bar, then SNAPSHOT_END. TB_EFULL if there is no room
 * for all. */
int sim_market_scan(const struct sim_market *market, ms_t now, struct events *heard);

#endif
