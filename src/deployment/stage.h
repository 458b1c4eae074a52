/* SPDX-License-Identifier: MIT
 * Staged roll-out: which share of the account's equity the bot may use. C = E x stage. The engine feeds
 * closed trades, NAV samples and one equity sample a day; a move comes back as a STAGE record. A stage is
 * left upward only on evidence gathered at that stage, downward at once when it disappoints; every move
 * starts the count anew. Below 5 % is shadow (stage 0), which nothing here leaves. No pointers, no clock. */
#ifndef DEPLOYMENT_STAGE_H
#define DEPLOYMENT_STAGE_H

#include "tradebot/order.h"
#include "tradebot/record.h"

#define STAGE_SHADOW 0
#define STAGE_5      (5 * RATIO_ONE / 100)
#define STAGE_10     (10 * RATIO_ONE / 100)
#define STAGE_25     (25 * RATIO_ONE / 100)
#define STAGE_100    RATIO_ONE

struct stage_settings {
	int64_t up_trades;         /* closed trades at the stage; 50 */
	int64_t up_days;           /* daily returns at the stage; 30 */
	ratio_t up_sharpe;         /* daily returns x sqrt 365, at least; 1.0 */
	int64_t down_days;         /* before Sharpe can lower the stage; 30 */
	ratio_t down_sharpe;       /* below it the stage is lowered; 0.5 */
	ratio_t drawdown_factor;   /* of the baseline's worst drawdown; 1.5 */
	ratio_t drawdown_floor;    /* the drawdown allowed in any case; 5 % */
	ratio_t slippage_over;     /* mean slippage allowed over the baseline; 5 bps */
	int64_t slippage_fills;    /* before slippage can lower the stage; 30 */
	ratio_t baseline_drawdown; /* worst of the record that earned promotion; without one 5 % */
	ratio_t baseline_slippage; /* mean of that record; without one what the fill model says (default 0:
				      strictest) */
};
extern const struct stage_settings stage_settings_default;

struct stage {
	ratio_t stage;       /* one of STAGE_x */
	int64_t fixed;       /* 1: sandbox, paper, sim, backtest: never moves by itself */
	int64_t seq;         /* of the last move */
	ms_t since_ms;       /* when this stage began; 0: with the first fact */
	int64_t trades;      /* entered and closed at the stage */
	int64_t days;        /* daily returns at the stage */
	double mean, square; /* of the daily returns: mean and sum of squared deviations */
	ms_t day_ms;         /* 00:00 of the last daily sample */
	int64_t day_nav;     /* NAV then; 0: none yet */
	int64_t last_nav;
	int64_t peak_nav;    /* at the stage */
	int64_t sample_peak; /* the account's peak in the last daily sample */
	ratio_t drawdown;    /* worst at the stage */
	int64_t fills;       /* entries and exits of the trades at the stage whose slippage is known */
	int64_t slippage_sum;
};

/* start: STAGE_x; TB_EINVAL for anything else, with *stage at shadow. fixed: keep it. */
int stage_init(struct stage *stage, ratio_t start, bool fixed);

/* A STAGE record of the journal, oldest first. Starts counting at the record's time. A fixed stage ignores
 * it. */
void stage_restore(struct stage *stage, const struct stage_change *record);

/* Reading back: the same facts without a judgement, in any order of kinds (trades by seq, samples by time).
 * Those from before since_ms do not count, but the last sample among them is the base of the first return.
 * The peak between two daily samples is not stored: after a restart it is known only if it was the account's.
 */
void stage_note_trade(struct stage *stage, const struct trade *trade);
void stage_note_day(struct stage *stage, const struct equity_sample *sample);

/* Something happened; true: the stage moved and *change is its record.
 * trade: a closed one; other books and trades entered before since_ms do not count. nav: a sample of the
 * moment (NAV > 0, 1e-12). day: the first sample after 00:00 UTC; further ones on the same day count as nav
 * only. */
bool stage_trade(struct stage *stage, const struct stage_settings *settings, const struct trade *trade,
		 struct stage_change *change);
bool stage_nav(struct stage *stage, const struct stage_settings *settings, ms_t now, int64_t nav,
	       struct stage_change *change);
bool stage_day(struct stage *stage, const struct stage_settings *settings, const struct equity_sample *sample,
	       struct stage_change *change);

/* The operator wants a lower stage: true if to is a STAGE_x under the present one. Never raises. Works on a
 * fixed stage too. */
bool stage_lower(struct stage *stage, ratio_t to, ms_t now, struct stage_change *change);

/* Sharpe of the daily returns at the stage, -1000..1000; UNKNOWN under two returns or if none differs from 0.
 */
ratio_t stage_sharpe(const struct stage *stage);

/* Mean slippage of the fills at the stage, rounded up; UNKNOWN without a fill. */
ratio_t stage_slippage(const struct stage *stage);

/* The drawdown at which the stage is lowered if passed: max(factor x baseline's worst, floor). */
ratio_t stage_drawdown_limit(const struct stage_settings *settings);

#endif
