/* SPDX-License-Identifier: MIT
 * The numbers of the risk rules: the ones compiled in (no setting can make them looser) and the ones an owner
 * may set. Gate, ladder and sizing read the same struct through the same functions. */
#ifndef TRADEBOT_LIMITS_H
#define TRADEBOT_LIMITS_H

#include "tradebot/units.h"

/* Compiled-in limits (rules.md marks them with !). Ratios of C or of NAV. */
#define CEILING_RISK_PER_TRADE (2 * RATIO_ONE / 100)
#define CEILING_DAILY_LOSS (5 * RATIO_ONE / 100)
#define CAP_SYMBOL_EXPOSURE (30 * RATIO_ONE / 100)
#define CAP_TOTAL_EXPOSURE (50 * RATIO_ONE / 100)
#define CAP_LEVERAGE (2 * RATIO_ONE)
#define REWARD_RISK_NUM 3 /* reward : risk >= 3 : 2 */
#define REWARD_RISK_DEN 2
#define HALF_SIZE_DRAWDOWN (10 * RATIO_ONE / 100)
#define PAUSE_DRAWDOWN (15 * RATIO_ONE / 100)
#define LOCK_DRAWDOWN (20 * RATIO_ONE / 100)
#define COOLDOWN_STREAK 5
#define COOLDOWN_MS DAY_MS
#define SAFE_MODE_RED_DAYS 3
#define CAP_VOLATILITY_PCT 95

struct limits {
	ratio_t risk_per_trade;	   /* of C, <= CEILING_RISK_PER_TRADE */
	ratio_t daily_loss;	   /* of NAV(00:00), <= CEILING_DAILY_LOSS */
	int64_t positions;	   /* open positions, pending included */
	ratio_t position_share;	   /* of C that one position may be worth (sizing) */
	ratio_t portfolio_share;   /* of C that scanner-picked positions may be worth together (sizing) */
	ratio_t spread;		   /* highest spread at entry */
	int64_t depth_multiple;	   /* depth >= this many times the order's notional */
	ratio_t slippage;	   /* highest mean entry slippage of a symbol */
	int64_t slippage_fills;	   /* ... over at least so many fills in slippage_window_ms */
	ms_t slippage_window_ms;
	ms_t slippage_close_ms;	   /* how long a symbol then stays closed */
	ratio_t safe_confidence;   /* least confidence in safe mode */
	int64_t entries_minute, entries_day;
	ratio_t fees_day;	   /* of C */
	ms_t martingale_ms;	   /* how long rule 10 looks back */
	ms_t ticker_age_ms, depth_age_ms, bar_age_ms, clock_off_ms;
	ms_t timeframe_ms;
	ms_t ticket_ms;		   /* how long a proposal, and its ticket, lives */
	ratio_t red_day;	   /* a day below -red_day is red, above +red_day green */
	ratio_t pause_rearm;	   /* after a resume the pause waits this much deeper */
	ms_t unlock_after_ms;
};

/* The defaults of rules.md, with a 1m timeframe. */
extern const struct limits limits_default;

/* What one trade may lose at its stop, what one symbol and all symbols may be worth: money, rounded down.
 * half: the half-size state (rule 14). capital must be in 0..VALUE_MAX; otherwise 0. */
money_t limit_risk(const struct limits *limits, money_t capital, bool half);
money_t limit_symbol(money_t capital, bool half);
money_t limit_total(money_t capital, bool half);

#endif
