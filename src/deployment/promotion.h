/* SPDX-License-Identifier: MIT
 * Promotion from paper to live (rules.md section 6, portfolio level): a record of closed trades that says
 * what an account has shown and what it still lacks. A pure fold over trades in the order of seq: the same
 * trades give the same bits, live and read back. The engine chooses which trades are evidence. No pointers,
 * no clock: time passes with the trades, days without one between two trades are days without a result. */
#ifndef DEPLOYMENT_PROMOTION_H
#define DEPLOYMENT_PROMOTION_H

#include "tradebot/market.h"
#include "tradebot/order.h"
#include "tradebot/record.h"

#define PROMOTION_WEEK_DAYS 7

/* The seed's numbers: settings can ask for more, never for less. */
#define PROMOTION_SHARPE_LEAST  (12 * RATIO_ONE / 10)
#define PROMOTION_DRAWDOWN_MOST (RATIO_ONE / 10)
#define PROMOTION_TRADES_LEAST  200
#define PROMOTION_REGIMES_LEAST 2

struct promotion_settings {
	ratio_t sharpe;   /* daily returns x sqrt 365, over; 1.2 */
	ratio_t drawdown; /* of the curve of returns, under; 10 % */
	int64_t trades;   /* at least; 200 */
	int64_t days;     /* that are over, at least; 60 */
	int64_t weeks;    /* whole ones, at least; 8 */
	ratio_t stable;   /* share of the weeks that gained, at least; 60 % */
	int64_t regimes;  /* with a net profit, at least; 2 */
};
extern const struct promotion_settings promotion_settings_default;

/* A day's return is the sum of net / C over the trades closed on it (UTC); the curve multiplies 1 + return.
 * Within the running day it moves with each trade, and so does the drawdown. */
struct promotion {
	ms_t since_ms; /* trades entered before are no evidence */
	int64_t trades;
	int64_t last_seq;    /* of the last trade; 0: none */
	ms_t day_ms;         /* 00:00 of the running day */
	double day_return;   /* of the running day so far */
	int64_t days;        /* that are over */
	double mean, square; /* of their returns: mean and sum of squared deviations */
	double curve, peak;  /* at 00:00 of the running day; the highest so far */
	double drawdown;     /* worst, 0..1 */
	int64_t week_days;   /* days of the running week that are over */
	double week_return;  /* their sum */
	int64_t weeks, weeks_gained;
	money_t net[REGIME_COUNT];
	int64_t fills, slippage_sum; /* entries and exits with a known slippage */
};

/* Nothing has been shown yet. */
void promotion_init(struct promotion *promotion, ms_t since_ms);

/* A closed trade. False, with nothing changed: entered before since_ms, or C, result or regime unusable. */
bool promotion_trade(struct promotion *promotion, const struct trade *trade);

/* Sharpe of the days that are over, -1000..1000; UNKNOWN under two days or if none had a result. */
ratio_t promotion_sharpe(const struct promotion *promotion);
/* Mean slippage of the fills, rounded up; UNKNOWN without one. */
ratio_t promotion_slippage(const struct promotion *promotion);

/* One thing that is not there yet: what it is now (UNKNOWN: no value) and what it has to be, in the unit of
 * promotion_need_rows[need]. */
struct promotion_lack {
	enum promotion_need need;
	int64_t value, wanted;
};
/* What is missing, in the order of the catalogue; returns how many. 0: promoted. */
size_t promotion_missing(const struct promotion *promotion, const struct promotion_settings *settings,
			 struct promotion_lack out[static PROMOTION_NEED_COUNT]);

/* The record as it stands: all but seq and at_ms. */
struct promotion_record promotion_record(const struct promotion *promotion,
					 const struct promotion_settings *settings);

#endif
