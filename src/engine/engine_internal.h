/* SPDX-License-Identifier: MIT
 * The engine's state, for the files of this floor: engine.c dispatches, bars.c is SCAN and SIGNAL and the
 * bar's part of MONITOR, decide.c is DECIDE and RISK, account.c is EXECUTE and CLOSE, learn.c LEARN and
 * the roll-out, watch.c the scanner and the wishes, risk_state.c the desk, NAV and what stands, wallet.c E,
 * reconcile.c the exchange's lists, guard.c what makes a position smaller, restore.c the start. */
#ifndef TRADEBOT_ENGINE_INTERNAL_H
#define TRADEBOT_ENGINE_INTERNAL_H

#include "engine.h"
#include "holding.h"
#include "wants.h"

struct engine_symbol {
	struct quote quote;
	price_t close; /* of the last closed bar */
	ms_t bar_ms;   /* its end */
	enum regime regime;
	struct signal signal;     /* of the last closed bar; SIDE_NONE: none */
	ms_t exit_ms[BOOK_COUNT]; /* of the last trade */
	ratio_t leverage;         /* as read back; UNKNOWN */
	ratio_t funding_rate;     /* of the next settlement; UNKNOWN */
	ms_t funding_ms;
	bool foreign_told;
	money_t sampled_net; /* net PnL of the main holding in the last NAV sample */
	bool watched, scanned;
	ms_t delivered_ms; /* the newest round that its bar was delivered in */
	bool history_due;
	struct advice advice;
	struct series *series; /* own; untouched before it is watched */
};

#define LEDGER_SEEN_MAX 512
struct ledger_row {
	int64_t id, kind, book;
};

struct engine {
	struct engine_settings set;
	const struct universe *universe;
	struct wants *wants; /* of the running step */
	ms_t now_ms;
	struct desk desk;
	bool desk_dirty;
	ms_t nav_tried_ms;                 /* when the minute last asked for a sample */
	int64_t flat_change, flat_nav_day; /* what the last NAV sample without a position rested on */
	struct execution execution;
	struct learning learning;
	struct stage stage;
	struct promotion promotion;
	int64_t promotion_seq;
	int64_t promotion_told;  /* what was missing when it was last told; UNKNOWN: never */
	struct desk shadow_desk; /* of no account: a shadow tests a strategy, so only time moves it */
	struct scanner scanner;
	struct health health;
	bool was_healthy;
	struct slippage slippage;
	money_t wallet, expected_wallet; /* UNKNOWN before the first balance */
	ms_t wallet_ms;			 /* when what it should be was begun with the wallet itself; 0: before */
	bool unexplained;
	ms_t unexplained_ms; /* since when */
	ms_t remainder_ms;   /* since when a little is unexplained; 0: nothing worth it */
	bool guard_waits;    /* for a ledger row that may explain a loss */
	bool account_dirty;
	struct ledger_row ledger_seen[LEDGER_SEEN_MAX];
	size_t ledger_next;
	int64_t ledger_seq; /* of the last row that was written down */
	ms_t lists_ms;      /* when the exchange's lists were last asked for */
	int64_t list_tries; /* of asking about one doubt */
	struct link_record link_told;
	bool link_restored;
	bool lists_open; /* they are not complete yet */
	bool shadow_differs;
	size_t doubts;  /* frozen symbols at the last lists */
	ms_t excess_ms; /* since when the total exposure is far over its limit; 0: it is not */
	ms_t excess_look_ms, excess_due_ms;
	bool restored, ready, snapshot_open;
	bool goes_on; /* see engine_goes_on(), as of the start */
	bool positions_done, orders_done, balance_done;
	size_t histories_due;
	ms_t due_ms;       /* what engine_next_ms() says, as of the last step that could move it */
	ms_t scan_ms;      /* next scan */
	ms_t scan_step_ms; /* the multiple of the interval that was last worked out; 0: none yet */
	ms_t scanned_ms;   /* the last one was complete; 0: none yet */
	ms_t round_ms;     /* end of the bar whose round is open; 0: none */
	ms_t last_round_ms;
	bool any_signal;      /* one was read since the last decision */
	bool unquoted;        /* a round with a signal waits for engine_go_on() */
	size_t round_missing; /* watched symbols whose bar has not come */
	size_t watched_count;
	int64_t seq, note_seq;
	struct engine_symbol *symbols; /* behind this */
};

/* risk_state.c */
void engine_fact(struct engine *e, const struct fact *fact);
void engine_flush_desk(struct engine *e);
void engine_roll_day(struct engine *e);
bool engine_sample_nav(struct engine *e);
ms_t engine_nav_due_ms(const struct engine *e);
money_t engine_capital(const struct engine *e);
void engine_standing(struct engine *e, enum book book, sym_t sym, struct standing *out);
void engine_note(struct engine *e, enum note note, sym_t sym, enum refusal rule, int64_t a, int64_t b);
void engine_record_equity(struct engine *e, ms_t at_ms);

/* learn.c */
void engine_on_stage(struct engine *e, const struct stage_change *change);
void engine_tell_promotion(struct engine *e, ms_t at_ms);
void engine_begin_stage(struct engine *e);
void engine_flush_stage(struct engine *e);
void engine_lower_stage(struct engine *e);
void engine_learn(struct engine *e, const struct trade *trade);
void engine_learn_restored(struct engine *e, const struct record *record);

/* What rests near the price, as heard at that time. */
static inline void engine_take_depth(struct quote *quote, money_t notional, ms_t at_ms)
{
	quote->depth = notional;
	quote->depth_ms = at_ms;
}

/* bars.c */
/* A closed bar; history: an old one, for warming up. */
void engine_on_candle(struct engine *e, sym_t sym, const struct candle *bar, bool history);
void engine_on_ticker(struct engine *e, const struct event *event);
void engine_close_round(struct engine *e);
void engine_reopen_round(struct engine *e);

/* decide.c */
void engine_decide(struct engine *e);

/* account.c */
void engine_on_fill(struct engine *e, const struct event *event);

/* wallet.c */
money_t engine_known_equity(const struct engine *e);
void engine_explain(struct engine *e);
void engine_accept_equity(struct engine *e);
ms_t engine_guard_due_ms(const struct engine *e);
void engine_guard_time(struct engine *e);
void engine_on_balance(struct engine *e, const struct event *event);
void engine_on_ledger(struct engine *e, const struct event *event);
void engine_flush_account(struct engine *e);
void engine_restore_account(struct engine *e, const struct account *account);
void engine_restore_ledger(struct engine *e, const struct ledger_record *row);

/* guard.c */
void engine_fit(struct engine *e, struct holding *h);
void engine_watch_excess(struct engine *e);
void engine_restore_excess(struct engine *e); /* when to look again */
void engine_on_status(struct engine *e, sym_t sym, int64_t status);
void engine_on_instrument(struct engine *e, const struct event *event);

/* reconcile.c */
void engine_note_doubts(struct engine *e);
void engine_ask_lists(struct engine *e);
ms_t engine_lists_due_ms(const struct engine *e);
void engine_on_positions_end(struct engine *e, enum book which);
void engine_on_orders_end(struct engine *e, enum book which);
void engine_on_link(struct engine *e, bool connected);
bool engine_link_told(const struct engine *e);
void engine_flush_link(struct engine *e);
void engine_restore_link(struct engine *e, const struct link_record *link);
bool engine_is_naked(const struct engine *e);

/* account.c */
void engine_on_position(struct engine *e, const struct event *event);
/* Sets it as decisions want it, if it is not. */
void engine_set_leverage(struct engine *e, sym_t sym);

/* watch.c */
void engine_on_scan_end(struct engine *e);
void engine_watch(struct engine *e, const struct watched *watched);
void engine_grant_wishes(struct engine *e);
void engine_grant_marked(struct engine *e, sym_t sym);
void engine_reduce(struct engine *e, struct holding *h, qty_t qty, enum exit_reason reason);
bool engine_protect(struct engine *e, struct holding *h, price_t stop, price_t target,
		    enum exit_reason reason);
void engine_leave(struct engine *e, struct holding *h, enum exit_reason reason);
void engine_flatten(struct engine *e, enum exit_reason reason);

/* restore.c */
void engine_ask_history(struct engine *e, sym_t sym);
void engine_on_restored(struct engine *e, const struct record *record);
void engine_on_snapshot_end(struct engine *e, const struct event *event);

/* Wishes are granted from when the exchange has said what there is: candles may be long in coming, a stop may
 * not. */
static inline bool engine_grants(const struct engine *e)
{
	return e->positions_done && e->orders_done;
}

/* Anything in the main book? Holdings that are not flat are sorted by book. */
static inline bool engine_holds(const struct engine *e)
{
	return e->execution.active_count > 0 && e->execution.active[0] < SYMBOLS_MAX;
}

static inline bool engine_round_open(const struct engine *e)
{
	return e->round_ms != 0;
}

#endif
