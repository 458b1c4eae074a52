/* SPDX-License-Identifier: MIT
 * Plain two-pass statistics over a run's trades and days. Definitions as traders use them; where usage
 * differs the header says which was taken. */
#include "metrics.h"

#include <math.h>
#include <stdlib.h>

double metrics_mean(const double *values, size_t count)
{
	double sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += values[i];
	return count > 0 ? sum / (double)count : NAN;
}

double metrics_deviation(const double *values, size_t count)
{
	if (count < 2)
		return NAN;
	double mean = metrics_mean(values, count), sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += (values[i] - mean) * (values[i] - mean);
	return sqrt(sum / (double)(count - 1));
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double metrics_median(double *values, size_t count)
{
	if (count == 0)
		return NAN;
	qsort(values, count, sizeof(*values), compare_doubles);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

size_t metrics_daily_returns(const struct metrics_point *points, size_t count, double *out)
{
	size_t days = 0;
	if (count < 2)
		return 0;
	/* base: value at the end of the day before the running one; last: newest value of the running one. */
	struct metrics_point base = points[0], last = points[0];
	bool running = false;
	for (size_t i = 1; i < count; i++) {
		bool merged = points[i].at_ms - last.at_ms < DAY_MS / 2;
		if (running && !merged) {
			if (base.value > 0)
				out[days++] = last.value / base.value - 1;
			base = last;
			running = false;
		}
		last.value = points[i].value;
		if (!merged) {
			last.at_ms = points[i].at_ms;
			running = true;
		}
	}
	/* A run shorter than half a day has no day at all. */
	if (running && base.value > 0)
		out[days++] = last.value / base.value - 1;
	return days;
}

double metrics_sharpe(const double *returns, size_t count)
{
	double deviation = metrics_deviation(returns, count);
	return deviation > 0 ? metrics_mean(returns, count) / deviation * sqrt(METRICS_YEAR_DAYS) : NAN;
}

double metrics_sortino(const double *returns, size_t count)
{
	double sum = 0;
	if (count < 2)
		return NAN;
	for (size_t i = 0; i < count; i++)
		sum += returns[i] < 0 ? returns[i] * returns[i] : 0;
	double deviation = sqrt(sum / (double)count);
	return deviation > 0 ? metrics_mean(returns, count) / deviation * sqrt(METRICS_YEAR_DAYS) : NAN;
}

struct metrics_drawdown metrics_drawdown(const struct metrics_point *points, size_t count)
{
	struct metrics_drawdown worst = {0};
	struct metrics_point peak = {0};
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || points[i].value > peak.value)
			peak = points[i];
		double share = peak.value > 0 ? (peak.value - points[i].value) / peak.value : 0;
		if (share > worst.share)
			worst = (struct metrics_drawdown){peak.value - points[i].value, share, peak.at_ms,
							  points[i].at_ms};
	}
	return worst;
}

double metrics_cagr(double start, double end, double days)
{
	if (!(start > 0) || !(days > 0))
		return NAN;
	if (!(end > 0))
		return -1;
	double cagr = pow(end / start, METRICS_YEAR_DAYS / days) - 1;
	return cagr < METRICS_CAGR_CAP ? cagr : METRICS_CAGR_CAP;
}

double metrics_sqn(const double *r, size_t count)
{
	double deviation = metrics_deviation(r, count);
	return deviation > 0 ? sqrt((double)count) * metrics_mean(r, count) / deviation : NAN;
}

static int compare_spans(const void *a, const void *b)
{
	const struct metrics_span *x = a, *y = b;
	return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

double metrics_covered(struct metrics_span *spans, size_t count, ms_t from_ms, ms_t to_ms)
{
	if (to_ms <= from_ms)
		return NAN;
	if (count > 0)
		qsort(spans, count, sizeof(*spans), compare_spans);
	ms_t covered = 0, end = from_ms;
	for (size_t i = 0; i < count; i++) {
		ms_t begin = spans[i].from_ms > end ? spans[i].from_ms : end;
		ms_t until = spans[i].to_ms < to_ms ? spans[i].to_ms : to_ms;
		if (until > begin) {
			covered += until - begin;
			end = until;
		}
	}
	return (double)covered / (double)(to_ms - from_ms);
}
