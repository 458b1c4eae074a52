/* SPDX-License-Identifier: MIT
 * The simulated broker: the matching engine and wallet of one account, the broker half of the seam. It lives
 * on market events, simulated or real, and fills every order at the market with half spread and impact, stops
 * and targets by the mark; docs/simulation.md has each rule. Isolated one-way positions. Plain data: the app
 * saves and restores it whole. Pure: no file, clock or malloc. */
#ifndef TRADEBOT_SIM_BROKER_H
#define TRADEBOT_SIM_BROKER_H

#include "sim_model.h"
#include "sim_weather.h"
#include "tradebot/exchange.h"

#define SIM_ARRIVALS_MAX 256
#define SIM_FINAL_MAX    1024 /* final orders that a query still finds */
#define SIM_WORKS_MAX    16   /* orders that fill in pieces at one time; one more fills whole */

struct sim_broker_setup {
	money_t balance;                  /* the wallet at the start */
	ms_t latency_ms;                  /* from submit to the matching engine; usually 250 */
	int64_t book;                     /* the tag on its events, enum book */
	ratio_t leverage;                 /* of every symbol until it is set; 0: 10, as accounts come */
	ratio_t protection;               /* how far from the reference an entry may fill; 0: 1 % */
	struct sim_model model;           /* of zeroes: sim_model_default */
	struct sim_weather_setup weather; /* of zeroes: calm */
};

enum sim_arrival_kind { SIM_ARRIVAL_ORDER, SIM_ARRIVAL_CANCEL, SIM_ARRIVAL_QUERY };
struct sim_arrival {
	ms_t at_ms;
	int64_t kind;               /* enum sim_arrival_kind */
	struct order_request order; /* CANCEL and QUERY: id only */
};

/* A resting reduce-only order; id 0: none. */
struct sim_resting {
	int64_t id, side; /* side: of the order */
	qty_t qty;
	price_t price; /* trigger */
};

/* A market order that is filling in pieces. The next piece comes at at_ms. */
struct sim_work {
	ms_t at_ms;
	int64_t id, sym, role, side;
	qty_t qty, most, filled; /* ordered; what of it may fill; what has */
	int64_t pieces;          /* still to come */
	price_t reference;       /* when it arrived: price protection counts from here */
	ratio_t protection;      /* entries */
	price_t price;           /* trigger of a stop or target */
	int64_t stop_id, target_id;
	price_t stop, target; /* to be attached at the first piece, and to grow with each */
};

/* The account in one symbol, and the market as the broker last heard it. What every print writes comes first:
 * one cache line. */
struct sim_slot {
	price_t last, mark;        /* 0: no price yet */
	price_t below, above;      /* distance of bid and ask from last */
	money_t depth;             /* 0: not heard */
	ms_t bar_ms;               /* open of the bar that is being printed */
	price_t bar_high, bar_low; /* of it, so far */
	int64_t side;              /* of the position; SIDE_NONE: flat */
	qty_t qty;
	qty_t foreign;  /* lots of qty that were not opened by an order of ours */
	int64_t gap;    /* 1: the next print counts from its own price: nothing triggered before it */
	money_t cost;   /* what qty was bought or sold for: bought rounded up, sold down */
	money_t margin; /* isolated: cost / leverage, rounded up */
	ratio_t leverage;
	price_t liquidation, bankruptcy; /* 0: it has none */
	struct sim_resting stop, target;
	struct instrument instrument;
};

/* A final order, as far as a query needs it. */
struct sim_final {
	int64_t id;
	qty_t qty, filled;
	price_t price;
	uint16_t sym;
	uint8_t state, role, reason;
	int8_t side;
	uint8_t unused[2];
};

/* Saved whole: sim_broker_bytes() of it. */
struct sim_broker {
	ms_t due_ms; /* when anything happens here without the market; NEVER_MS: nothing waits */
	struct sim_broker_setup setup;
	money_t wallet;
	money_t gross, fees, funding;   /* sums since the start: realised, paid > 0, received > 0 */
	money_t transfers, unexplained; /* with a ledger row; without (or not yet) */
	money_t foreign_cash; /* of fills nobody here ordered: sold - bought - fees (not liquidation, ADL ...)
			       */
	money_t margin;       /* of all positions */
	int64_t executions, ledger_rows;
	int64_t sent;      /* orders, cancels and look-ups ever */
	int64_t newest_id; /* the highest taken */
	int64_t work_count;
	int64_t arrival_count, final_count; /* final_count ever; the ring holds the last SIM_FINAL_MAX */
	int64_t slot_count;
	uint8_t slot_of[SYMBOLS_MAX]; /* 1 + index of the symbol's slot, 0: none */
	uint16_t sym_of[SIM_SYMBOLS_MAX];
	struct sim_weather weather;
	struct sim_work works[SIM_WORKS_MAX];
	struct sim_arrival arrivals[SIM_ARRIVALS_MAX]; /* by at_ms, first come first */
	struct sim_final finals[SIM_FINAL_MAX];
	struct sim_slot slots[SIM_SYMBOLS_MAX];
};

extern const struct exchange_ops sim_broker_ops;

/* An account with its start balance and nothing else. Takes a copy of the first SIM_SYMBOLS_MAX instruments;
 * of a larger universe (paper) add the watched ones with sim_broker_add. TB_EINVAL: balance, latency,
 * leverage, protection or weather out of range. */
int sim_broker_init(struct sim_broker *broker, const struct sim_broker_setup *setup,
		    const struct universe *universe);

/* Makes a symbol known, or renews what is known of it while nothing of the account is in it (TB_EREFUSED:
 * there is, and the generation differs; an EVENT_INSTRUMENT re-expresses it). A full table gives the slot of
 * another symbol with nothing in it; TB_EFULL if there is none. */
int sim_broker_add(struct sim_broker *broker, sym_t sym, const struct instrument *instrument);
/* The symbol is of no interest any more: its slot is free, unless something of the account is in it or on its
 * way. */
void sim_broker_forget(struct sim_broker *broker, sym_t sym);

/* What submit does after the ticket's check, for orders the journal has and a restarted simulation has not:
 * the order reaches the matching engine at now + latency. TB_EREFUSED: an id of it was seen before; TB_EFULL.
 */
int sim_broker_accept(struct sim_broker *broker, const struct order_request *order, ms_t now);

/* A fault of the catalogue, now. sym: where; SYM_NONE: any (of those that act at once: the first symbol that
 * suits). value: in the row's unit, 0: its low. What it says goes into heard. TB_EINVAL: no such fault,
 * symbol or value; TB_ENOENT: no position, stop or price there; TB_EFULL: no room in heard. */
int sim_broker_command(struct sim_broker *broker, enum sim_fault fault, sym_t sym, int64_t value, ms_t now,
		       struct events *heard);

/* No more draws; what is waiting or lasting still comes. Before the end of a run. */
void sim_broker_calm(struct sim_broker *broker);

/* Every symbol of the account is another one now: map[old] is the new one, SYM_NONE: gone. TB_ENOENT, and
 * nothing is changed: something of the account is in a symbol that is gone. */
int sim_broker_renumber(struct sim_broker *broker, const sym_t map[static SYMBOLS_MAX]);

/* Nothing is in the account or on its way, and no weather is about: it need not hear of prices. */
bool sim_broker_idle(const struct sim_broker *broker);

/* How much of the struct has to be saved. */
size_t sim_broker_bytes(const struct sim_broker *broker);

/* wallet - (start + gross - fees + funding + transfers + unexplained): 0 when the books are equal. Also
 * non-zero when the margins of the positions do not add up. */
money_t sim_broker_check(const struct sim_broker *broker);

/* Wallet plus the unrealised result of every position at its mark, rounded down. */
money_t sim_broker_equity(const struct sim_broker *broker);

#endif
