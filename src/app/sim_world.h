/* SPDX-License-Identifier: MIT
 * A whole simulated world: market (candle files or generator), broker, engine and driver, wired together.
 * Backtest and `run --exchange sim` differ only in where records go and in who waits for the clock. */
#ifndef TRADEBOT_APP_SIM_WORLD_H
#define TRADEBOT_APP_SIM_WORLD_H

#include "candle_files.h"
#include "checker.h"
#include "config.h"
#include "settings.h"
#include "sim_accounts.h"
#include "sim_market.h"
#include "tally.h"
#include "world.h"

struct sim_options {
	const struct config *config;
	struct candle_set *set; /* NULL: the generator */
	int64_t symbols;        /* generator */
	uint64_t seed;
	ms_t start_ms, end_ms; /* generator: first bar; end 0: none. Tapes: their own span */
	money_t balance;
	ratio_t taker_fee;
	ratio_t stage;
	bool rollout; /* as an unpromoted live account would start: in shadow, evidence first; stage is not
			 read */
	ms_t rebase_after_ms; /* resume or unlock so long after a pause or lock; 0: never */
	int64_t instance;
};

struct sim_world {
	struct sim_options options;
	struct universe *universe; /* the set's, or own */
	struct universe generated;
	struct engine_settings settings;
	struct sim_market market;
	struct sim_broker broker;
	struct sim_shadow shadow;
	struct exchange market_exchange, broker_exchange, shadow_exchange;
	struct sim_tape tapes[SIM_SYMBOLS_MAX];
	struct engine *engine;
	struct world world;
	struct checker checker;
	struct tally tally;
	bool ended;     /* the market's end has been told to the engine */
	ms_t passed_ms; /* open of the first bar whose prices the idle accounts were spared; 0: none */
	struct events *quotes; /* scratch: those that the bars had passed without */
	struct stretch stretch; /* scratch: the bars that are passing */
	bool passing;		/* they are being heard; the market follows when somebody looks */
};

/* Wires everything; nothing has happened yet. 0 or an error with its text. */
int sim_world_open(struct sim_world *sim, const struct sim_options *options, char *error, size_t size);
void sim_world_close(struct sim_world *sim);

/* A fresh engine whose client ids carry this journal's instance. Before start. */
void sim_world_renew_engine(struct sim_world *sim, int64_t instance);

/* After the sink is set and (on a resumed run) market, broker and engine are as they were: gets ready. */
int sim_world_start(struct sim_world *sim, char *error, size_t size);

/* Whether anything is left to happen; the time of the next turn in *next_ms. At the tape's end positions are
 * closed and the last fills awaited. */
bool sim_world_next(struct sim_world *sim, ms_t *next_ms);
void sim_world_turn(struct sim_world *sim, ms_t now_ms); /* what sim_world_next has said */

/* The wheel that backtest and run turn. Any slot may be NULL. before: about to move from one time to the next
 * (wait for the clock here); false ends the run. after: a turn was done; turn counts from 0. */
struct sim_pace {
	void *ctx;
	bool each_instant; /* as the clock has them; else bars without anyone in the market pass in one turn,
			      to the same results */
	bool (*before)(void *ctx, ms_t from_ms, ms_t to_ms);
	void (*after)(void *ctx, int64_t turn);
};
void sim_world_run(struct sim_world *sim, const struct sim_pace *pace);

/* The checker's last look, at an exchange that has said all it still had to say. saw_all: this process has
 * counted every trade from the start. */
void sim_world_check(struct sim_world *sim, bool saw_all);
/* Final equity sample and the checker's last look. */
void sim_world_finish(struct sim_world *sim);

/* Simulated time reached. */
ms_t sim_world_now(const struct sim_world *sim);

#endif
