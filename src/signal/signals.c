/* SPDX-License-Identifier: MIT
 * The three strategies of rules 2 and how sure each is. Only what a firing strategy needs is computed.
 * Confidence is a rational function of the pattern's strength (docs/signals.md), calibrated so that under a
 * fifth of each strategy's signals on real candles reach 0.8; it never makes a position larger than the rules
 * allow. */
#include "series.h"

/* What one unit of each input adds to the strength. Chosen so that about a tenth of the signals on the shared
 * candles reach 0.8; docs/signals.md has the table. */
#define BAND_WEIGHT       4.0  /* a deviation beyond the band */
#define RATIO_WEIGHT      20.0 /* |ER100| beyond the regime's threshold, as a share of one */
#define LEAD_WEIGHT       3.0  /* an ATR between SMA 10 and SMA 30 */
#define BEYOND_WEIGHT     2.0  /* an ATR beyond the range */
#define PERCENTILE_WEIGHT 5.0  /* P beyond the regime's threshold, as a share of one */

/* 0.5 for a pattern that just fires, 0.8 at strength 3, never 1; rising with strength. */
static ratio_t confidence(double strength)
{
	return integer_near((1 + strength) / (2 + strength) * (double)RATIO_ONE);
}

static double magnitude(double value)
{
	return value < 0 ? -value : value;
}

static double not_negative(double value)
{
	return value > 0 ? value : 0;
}

static price_t at_least_one_tick(price_t ticks)
{
	return ticks == 0 ? 1 : ticks;
}

/* Stop, target and trail in ticks. false: out of range, no signal. */
static bool distances_set(struct signal *signal, double stop, double target, double trail)
{
	signal->stop_distance = at_least_one_tick(integer_up(stop));
	signal->target_distance = at_least_one_tick(integer_down(target));
	signal->trail = at_least_one_tick(integer_up(trail));
	return signal->stop_distance > 0 && signal->target_distance > 0 && signal->trail > 0;
}

static bool mean_reversion(const struct series *s, const struct signal_settings *settings,
			   struct signal *signal)
{
	price_t close = s->closes[(s->bars - 1) & (SERIES_CLOSES - 1)];
	double mid, deviation, off, stop, floor_stop;

	if (series_inside20(s, settings->band_width)) /* nearly always */
		return false;
	*signal = (struct signal){.strategy = STRATEGY_MEAN_REVERSION};
	mid = series_mean20(s);
	deviation = series_deviation20(s);
	off = (double)close - mid;
	if (magnitude(off) <= settings->band_width * deviation)
		return false;
	signal->side = off < 0 ? SIDE_LONG : SIDE_SHORT;
	signal->target = integer_near(mid);
	signal->target_distance = close < signal->target ? signal->target - close : close - signal->target;
	stop = settings->mean_stop_share * (double)signal->target_distance;
	floor_stop = settings->mean_stop_atr * s->atr;
	signal->stop_distance = at_least_one_tick(integer_up(stop > floor_stop ? stop : floor_stop));
	signal->confidence = confidence(BAND_WEIGHT * (magnitude(off) / deviation - settings->band_width) *
					(1 - magnitude(series_efficiency100(s))));
	return signal->target > 0 && signal->target_distance > 0 && signal->stop_distance > 0;
}

static bool trend(const struct series *s, const struct signal_settings *settings, struct signal *signal)
{
	double ratio, lead;

	if (s->cross == SIDE_NONE && s->cross_before == SIDE_NONE) /* nearly always: no division */
		return false;
	*signal = (struct signal){.strategy = STRATEGY_TREND};
	ratio = series_efficiency100(s);
	signal->side = ratio > 0 ? SIDE_LONG : ratio < 0 ? SIDE_SHORT : SIDE_NONE;
	if (signal->side == SIDE_NONE || (s->cross != signal->side && s->cross_before != signal->side))
		return false;
	lead = (double)((3 * s->sum10 - s->sum30) * signal->side) / (30 * s->atr);
	signal->confidence =
		confidence(RATIO_WEIGHT * not_negative(magnitude(ratio) - settings->ratio_trending) +
			   LEAD_WEIGHT * not_negative(lead));
	return distances_set(signal, settings->stop_atr * s->atr, settings->target_atr * s->atr,
			     settings->trail_atr * s->atr);
}

static bool breakout(const struct series *s, const struct signal_settings *settings, struct signal *signal)
{
	price_t close = s->closes[(s->bars - 1) & (SERIES_CLOSES - 1)], beyond;
	struct rank rank;
	double share;

	if (close <= s->hh20 && close >= s->ll20)
		return false;
	*signal = (struct signal){.strategy = STRATEGY_BREAKOUT};
	signal->side = close > s->hh20 ? SIDE_LONG : SIDE_SHORT;
	beyond = close > s->hh20 ? close - s->hh20 : s->ll20 - close;
	rank = series_volatility(s);
	share = (double)rank.num / (double)rank.den;
	signal->confidence =
		confidence(BEYOND_WEIGHT * (double)beyond / s->atr +
			   PERCENTILE_WEIGHT * not_negative(share - settings->rank_high / 100.0));
	return distances_set(signal, settings->breakout_stop_atr * s->atr,
			     settings->breakout_target_atr * s->atr, settings->breakout_trail_atr * s->atr);
}

int signals_read(const struct series *series, const struct signal_settings *settings,
		 struct signal out[static STRATEGY_COUNT])
{
	if (!(series->atr > 0)) /* nothing has moved since the first bar */
		return 0;
	switch ((enum regime)series->regime) {
	case REGIME_MEAN_REVERT: return mean_reversion(series, settings, out);
	case REGIME_TRENDING: return trend(series, settings, out);
	case REGIME_HIGH_VOL: return breakout(series, settings, out);
	case REGIME_LOW_VOL:
	case REGIME_NONE:
	case REGIME_COUNT: break;
	}
	return 0;
}
