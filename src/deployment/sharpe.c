/* SPDX-License-Identifier: MIT
 * See sharpe.h. Pure. */
#include "sharpe.h"

#include <math.h>

#define DAYS_A_YEAR 365
#define SHARPE_MAX  1000.0

ratio_t sharpe_of(int64_t days, double mean, double square)
{
	double deviation, sharpe;

	if (days < 2 || (square <= 0 && mean == 0))
		return UNKNOWN;
	deviation = sqrt(fmax(0, square) / (double)(days - 1));
	sharpe = deviation > 0 ? fabs(mean) / deviation * sqrt(DAYS_A_YEAR) : SHARPE_MAX;
	sharpe = fmin(sharpe, SHARPE_MAX);
	return (mean < 0 ? -1 : 1) * integer_near(sharpe * (double)RATIO_ONE);
}

int64_t mean_up(int64_t sum, int64_t count)
{
	if (count == 0)
		return UNKNOWN;
	int64_t mean = sum / count;
	return mean + (sum > mean * count);
}
