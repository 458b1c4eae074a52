/* SPDX-License-Identifier: MIT
 * The pipeline. One event in, wants out: SCAN -> SIGNAL -> RESEARCH -> DECIDE -> RISK -> EXECUTE -> MONITOR
 * -> CLOSE -> JOURNAL -> LEARN. It owns the state of every room and knows no clock, socket, file or
 * allocation: live, paper, backtest and replay run this same code. */
#ifndef TRADEBOT_ENGINE_ENGINE_H
#define TRADEBOT_ENGINE_ENGINE_H

#include "decision.h"
#include "execution.h"
#include "exits.h"
#include "health.h"
#include "promotion.h"
#include "reward.h"
#include "salience.h"
#include "scanner.h"
#include "series.h"
#include "slippage.h"
#include "stage.h"
#include "tradebot/event.h"

struct engine_settings {
	struct limits limits;
	struct signal_settings signal;
	struct decision_settings decision;
	struct execution_settings execution;
	struct exit_settings exits;
	struct learning_settings learning;
	struct reward_settings reward;
	struct stage_settings stage;
	struct promotion_settings promotion;
	struct scanner_settings scanner;
	struct health_settings health;
	ratio_t start_stage;
	bool stage_fixed;
	bool need_promotion; /* start in shadow: its trades are the evidence that leads to stage 5 % */
	bool shadow;         /* there is a shadow venue: what may not trade is tried there */
	bool lock_flattens;
	ms_t scan_every_ms;
	ms_t round_wait_ms;   /* a decision round waits this long for late bars */
	ms_t lists_every_ms;  /* positions, orders and balance are compared so often while something is held;
				 0: never */
	ms_t explain_ms;      /* a loss that nothing explains waits so long for its ledger row */
	ratio_t excess_over;  /* passive excess: more than limit x (1 + this) ... */
	ms_t excess_ms;       /* ... for so long is reduced to the limit */
	ratio_t unexplained;  /* change of E that closes entries until explained */
	int64_t history_bars; /* wanted for warming a series up */
	bool clock_stands; /* while the process is down nothing happens: a simulation goes on where it was */
	bool warm_all;     /* every symbol streams: warm them all up at start */
	int64_t instance;  /* of the journal */
	size_t manual_count; /* TRADING_SYMBOLS */
	sym_t manual[SYMBOLS_MAX];
};
/* rules.md's numbers. */
void engine_settings_default(struct engine_settings *settings);

struct engine;
/* Memory for a universe of that many symbols: zeroed, aligned as by calloc, owned by the caller. */
size_t engine_bytes(size_t symbols);
struct engine *engine_init(void *memory, const struct engine_settings *settings,
			   const struct universe *universe);

/* One event. wants is appended to; the caller keeps wants_has_room() true before each call. */
void engine_step(struct engine *engine, const struct event *event, struct wants *wants);
/* A closed bar at its end, where nothing is held (engine_is_flat) and nothing was due before, heard before
 * the quote that ends with it. True: its round is complete and there is a signal to decide on: tell the
 * quotes and nothing else, then let it go on. */
bool engine_pass(struct engine *engine, sym_t sym, const struct candle *bar, ms_t now_ms,
		 struct wants *wants);
void engine_go_on(struct engine *engine, struct wants *wants);
/* When it next wants EVENT_TIME; NEVER_MS: not before news. Earlier or extra ones change nothing. */
ms_t engine_next_ms(const struct engine *engine);

/* For drivers and checks; read only. */
/* Nothing is held or on its way in any book: a quote changes itself and nothing else. */
bool engine_is_flat(const struct engine *engine);
bool engine_ready(const struct engine *engine);
/* The world stood still and all that the exchange has said came back with the journal: it is asked for bars
 * and quotes only, and goes on where it was. */
bool engine_goes_on(const struct engine *engine);
const struct desk *engine_desk(const struct engine *engine);
money_t engine_equity(const struct engine *engine); /* E, UNKNOWN before the first balance */
/* What closes entries because nothing explains it: what the wallet has more (< 0: less) than it should. 0:
 * all is explained; UNKNOWN: it is not, and the wallet has not been told since the start. A resume accepts
 * it. */
money_t engine_unexplained(const struct engine *engine);
ratio_t engine_stage(const struct engine *engine); /* share of E in use; 0: shadow */
struct execution *engine_execution(struct engine *engine);
/* How many symbols of the last table passed each filter of the scanner. */
const struct scanner_counts *engine_scan_counts(const struct engine *engine);
const struct scanner *engine_scanner(const struct engine *engine);
/* When the last table was complete (0: none yet), and when the next one is asked for. */
ms_t engine_scanned_ms(const struct engine *engine);
ms_t engine_scan_due_ms(const struct engine *engine);
enum health_fault engine_health(const struct engine *engine, ms_t now_ms);

/* A symbol as the engine sees it, for people. */
struct engine_view {
	bool watched, scanned;
	struct quote quote;
	int64_t regime, bars; /* bars: in its series */
	ratio_t leverage, funding_rate;
	ms_t funding_ms;
	money_t exposure;    /* UNKNOWN */
	enum refusal closed; /* the first rule that would refuse any entry now, whatever its size, stop and
				target; NONE: none */
	bool unanswered;     /* ... because a fact it needs is unknown */
};
void engine_look(struct engine *engine, sym_t sym, ms_t now_ms, struct engine_view *out);

/* The owner's limits are other ones from now on; timeframe and the life of a proposal stay. Between turns. */
void engine_set_limits(struct engine *engine, const struct limits *limits);

#endif
