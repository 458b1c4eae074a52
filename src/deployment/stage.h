/* SPDX-License-Identifier: MIT
 * Staged roll-out: which share of the account's equity the bot may use. C = E x stage. The engine feeds
 * closed trades, NAV samples and one equity sample a day; a move comes back as a STAGE record. A stage is
 * left upward only on evidence gathered at that stage, downward at once when it disappoints; every move
 * starts the count anew. Below 5 % is shadow (stage 0), which only a promotion leaves. No pointers, no clock.
 */
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
	ratio_t baseline_drawdown; /* without a record that earned promotion: 5 % */
	ratio_t baseline_slippage; /* ... and what the simulated exchange models for an order of a tenth of the depth
				      within 10 bps, which is the largest that rule 22 lets through; 1 bp */
	ratio_t highest;           /* a stage is not raised over it; 100 %. Unpromoted live: 5 % */
};
extern const struct stage_settings stage_settings_default;

struct stage {
	ratio_t stage;       /* one of STAGE_x */
	ratio_t start;       /* as stage_init had it */
	int64_t fixed;       /* 1: sandbox, paper, sim, backtest: never moves by itself */
	int64_t seq;         /* of the last move */
	int64_t known;       /* 1: the journal has a record of this stage */
	ms_t since_ms;       /* when this stage began; 0: with the first fact */
	int64_t trades;      /* entered and closed at the stage */
	int64_t last_seq;    /* of the last of them; 0: none */
	int64_t days;        /* daily returns at the stage */
	double mean, square; /* of the daily returns: mean and sum of squared deviations */
	ms_t day_ms;         /* 00:00 of the last daily sample */
	int64_t day_nav;     /* NAV then; 0: none yet */
	int64_t last_nav;
	int64_t peak_nav; /* at the stage */
	int64_t low_peak; /* the peak and the low after it that made the worst drawdown; 0: none */
	int64_t low_nav;
	ratio_t drawdown;          /* worst at the stage */
	int64_t moved_peak;        /* 1: peak or drawdown changed since stage_peak_record() */
	ratio_t baseline_drawdown; /* of the record that earned promotion; UNKNOWN: the settings' */
	ratio_t baseline_slippage;
	int64_t fills; /* entries and exits of the trades at the stage whose slippage is known */
	int64_t slippage_sum;
};

/* start: STAGE_x; TB_EINVAL for anything else, with *stage at shadow. fixed: keep it. */
int stage_init(struct stage *stage, ratio_t start, bool fixed);

/* The journal has no record of the stage the account begins at: *change is it, and counting starts. False: it
 * has one. nav: of the moment, 1e-12. */
bool stage_begin(struct stage *stage, const struct stage_settings *settings, ms_t now, int64_t nav,
		 struct stage_change *change);

/* Reading back, in this order: STAGE records oldest first (counting starts at the last one's time and NAV; a
 * fixed stage is the start's, less what the operator has lowered since a start that said the same), the row
 * of extremes, the record that earned promotion, closed trades by seq, equity samples by time, and at last
 * the NAV of the desk. The stage is then as it was. */
void stage_restore(struct stage *stage, const struct stage_change *record);
void stage_restore_peak(struct stage *stage, const struct stage_peak *record);
void stage_baseline(struct stage *stage, ratio_t drawdown, ratio_t slippage);
void stage_note_trade(struct stage *stage, const struct trade *trade);
void stage_note_day(struct stage *stage, const struct equity_sample *sample);
void stage_restored(struct stage *stage, int64_t nav);

/* True if the extremes changed since the last call and the stage can move: *out is to be stored. */
bool stage_peak_record(struct stage *stage, struct stage_peak *out);

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

/* The evidence for live trading is whole: from shadow to 5 %, with the drawdown and slippage of the record
 * that earned it as baseline. False: not in shadow, or fixed. */
bool stage_promote(struct stage *stage, const struct stage_settings *settings,
		   const struct promotion_record *earned, ms_t now, struct stage_change *change);

/* The operator wants a lower stage: true if to is a STAGE_x under the present one. Never raises. Works on a
 * fixed stage too. */
bool stage_lower(struct stage *stage, const struct stage_settings *settings, ratio_t to, ms_t now,
		 struct stage_change *change);

/* Sharpe of the daily returns at the stage, -1000..1000; UNKNOWN under two returns or if none differs from 0.
 */
ratio_t stage_sharpe(const struct stage *stage);

/* Mean slippage of the fills at the stage, rounded up; UNKNOWN without a fill. */
ratio_t stage_slippage(const struct stage *stage);

/* What lowers the stage if passed: drawdown max(factor x baseline's worst, floor), mean slippage baseline + 5
 * bps. */
ratio_t stage_drawdown_limit(const struct stage *stage, const struct stage_settings *settings);
ratio_t stage_slippage_limit(const struct stage *stage, const struct stage_settings *settings);

#endif
