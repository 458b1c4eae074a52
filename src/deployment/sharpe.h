/* SPDX-License-Identifier: MIT
 * Two sums that stages and promotion share: Sharpe from Welford's mean and sum of squares, and a mean rounded
 * against us. Private to this room. */
#ifndef DEPLOYMENT_SHARPE_H
#define DEPLOYMENT_SHARPE_H

#include "tradebot/units.h"

/* mean / sample deviation x sqrt 365 of so many daily returns, rounded to 1e-9, -1000..1000; UNKNOWN under
 * two days or if no return differs from 0. square: sum of squared deviations. */
ratio_t sharpe_of(int64_t days, double mean, double square);

/* sum / count rounded up; UNKNOWN if count is 0. */
int64_t mean_up(int64_t sum, int64_t count);

#endif
