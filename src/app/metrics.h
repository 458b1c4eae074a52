/* SPDX-License-Identifier: MIT
 * The numbers traders judge a run by. Doubles: for display only, nothing here reaches an order. NAN means "no
 * value" (too few points, a zero divisor). */
#ifndef APP_METRICS_H
#define APP_METRICS_H

#include "tradebot/units.h"

#define METRICS_YEAR_DAYS 365.0 /* crypto never closes */
#define METRICS_CAGR_CAP  9.99  /* +999 %: a year made of few days says nothing */

/* A value of the account (USDT, or an index) at a time. */
struct metrics_point {
	ms_t at_ms;
	double value;
};
/* The deepest fall from a peak: peak at from_ms, lowest at to_ms. share of the peak's value. */
struct metrics_drawdown {
	double amount, share;
	ms_t from_ms, to_ms;
};
struct metrics_span {
	ms_t from_ms, to_ms;
};

double metrics_mean(const double *values, size_t count);
double metrics_deviation(const double *values, size_t count); /* of a sample: n - 1 */
double metrics_median(double *values, size_t count);          /* sorts values */

/* Relative changes from point to point, into out (room for count - 1). Points less than half a day after the
 * one before are merged into it, so that a run that starts or ends at noon adds no extra day. Returns how
 * many. */
size_t metrics_daily_returns(const struct metrics_point *points, size_t count, double *out);

/* mean / deviation * sqrt 365; with the deviation below 0 over all days for Sortino. */
double metrics_sharpe(const double *returns, size_t count);
double metrics_sortino(const double *returns, size_t count);

struct metrics_drawdown metrics_drawdown(const struct metrics_point *points, size_t count);

/* Growth a year as a ratio, at most METRICS_CAGR_CAP. */
double metrics_cagr(double start, double end, double days);

/* Van Tharp's system quality number over R multiples: sqrt(n) * mean / deviation. */
double metrics_sqn(const double *r, size_t count);

/* Share of from_ms..to_ms that at least one span covers. Sorts spans. */
double metrics_covered(struct metrics_span *spans, size_t count, ms_t from_ms, ms_t to_ms);

#endif
