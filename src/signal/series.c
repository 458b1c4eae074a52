/* SPDX-License-Identifier: MIT
 * Taking a bar and reading the indicators. All window sums are exact integers: sums of closes in 64 bits,
 * squares in 128; log returns as multiples of 2^-56 for sigma20 and of 1e-8 for the volatility key. What only
 * a reader needs (roots, quotients) is computed when read. Plain IEEE arithmetic, no contraction, no libm
 * function but sqrt. */
#include "series.h"

#include <math.h>
#include <string.h>

#define FINE_ONE     72057594037927936.0 /* 2^56: a 50 % fall is 0.7 of it, 20 returns fit in 62 bits */
#define ROUGH_ONE    1e8
#define ATR_BARS     14
#define RATIO_BARS   100
#define NARROW       ((wide_t)1 << 58) /* 20 times that has a sign bit to spare */
#define JUMP_PCT_MAX 90                /* the volatility key of a wilder series would not fit in 63 bits */

const struct signal_settings signal_settings_default = {
	.band_width = 2.0,
	.mean_stop_share = 0.55,
	.mean_stop_atr = 0.75,
	.stop_atr = 3,
	.target_atr = 6,
	.trail_atr = 3,
	.breakout_stop_atr = 3,
	.breakout_target_atr = 6,
	.breakout_trail_atr = 3,
	.rank_window = SERIES_RANK_MAX,
	.rank_minimum = 200,
	.rank_high = 80,
	.rank_low = 20,
	.ratio_trending = 0.15,
	.hysteresis_bars = 3,
	.jump_pct = 50,
	.hole_bars = 3,
	.timeframe_ms = MINUTE_MS,
};

void series_init(struct series *series)
{
	memset(series, 0, sizeof(*series));
}

/* ln(close / previous) as 2 atanh(s), s = (close - previous) / (close + previous): good to two units in the
 * last place even for moves of one tick in 1e13, where close / previous itself would have lost them, and the
 * same bits on every machine (libm's log has variants per processor). */
static double log_return(price_t close, price_t previous)
{
	double s = (double)(close - previous) / (double)(close + previous), q = s * s, sum, power;

	if (q < 3e-5) /* a move of about 1 %: what is left out is under 1e-19 of it */
		return 2 * s * ((1 + q * (1.0 / 3)) + q * q * (1.0 / 5 + q * (1.0 / 7)));
	sum = 1;
	power = q;
	for (double odd = 3; power > 1e-18; odd += 2, power *= q)
		sum += power / odd;
	return 2 * s * sum;
}

static void moments_move(struct moments *moments, int64_t in, int64_t out)
{
	moments->sum += in - out;
	moments->squares += (wide_t)((signed_wide_t)(in - out) * (in + out)); /* a^2 - b^2, one product */
}

/* n * sum of squares - square of sum, of 20 values: n^2 times their variance, exact, under 2^120 for any
 * prices up to VALUE_MAX. Nearly always 64 bits do; else converted in two halves of 62, which both fit a
 * signed integer. */
static double moments_spread20(const struct moments *moments)
{
	if (moments->squares < NARROW) { /* prices up to 10^8 ticks */
		uint64_t squares = (uint64_t)moments->squares, one = (uint64_t)moments->sum;
		return (double)(int64_t)(squares * 20 - one * one);
	}
	uint64_t sum = (uint64_t)(moments->sum < 0 ? -moments->sum : moments->sum);
	wide_t spread = moments->squares * 20 - (wide_t)sum * sum;
	int64_t high = (int64_t)(spread >> 62), low = (int64_t)((uint64_t)spread & 0x3fffffffffffffffULL);

	return (double)high * 4611686018427387904.0 + (double)low;
}

static void extremes_add(struct extremes *e, price_t high, price_t low)
{
	e->high = e->filling == 0 || high > e->high ? high : e->high;
	e->low = e->filling == 0 || low < e->low ? low : e->low;
	e->highs[e->filling] = high;
	e->lows[e->filling] = low;
	if (++e->filling < SERIES_RANGE)
		return;
	e->suffix_high[SERIES_RANGE - 1] = high;
	e->suffix_low[SERIES_RANGE - 1] = low;
	for (int i = SERIES_RANGE - 2; i >= 0; i--) {
		e->suffix_high[i] = e->highs[i] > e->suffix_high[i + 1] ? e->highs[i] : e->suffix_high[i + 1];
		e->suffix_low[i] = e->lows[i] < e->suffix_low[i + 1] ? e->lows[i] : e->suffix_low[i + 1];
	}
	e->filling = 0;
}

/* Of the last 20 bars added; needs 20 of them. */
static void extremes_read(const struct extremes *e, price_t *high, price_t *low)
{
	*high = e->suffix_high[e->filling];
	*low = e->suffix_low[e->filling];
	if (e->filling == 0)
		return;
	*high = e->high > *high ? e->high : *high;
	*low = e->low < *low ? e->low : *low;
}

static int64_t distance(int64_t a, int64_t b)
{
	return a < b ? b - a : a - b;
}

/* The close `back` bars before the newest. */
static price_t close_before(const struct series *s, int64_t back)
{
	return s->closes[(s->bars - 1 - back) & (SERIES_CLOSES - 1)];
}

/* Closes that do not exist yet read as 0 and leave the sums alone. */
static void push_averages(struct series *s, price_t close)
{
	int64_t lead, above;

	s->sum10 += close - close_before(s, 10);
	s->sum30 += close - close_before(s, 30);
	moments_move(&s->close20, close, close_before(s, 20));
	lead = 3 * s->sum10 - s->sum30; /* 30 times the lead of SMA 10 over SMA 30 */
	above = s->bars < 30 ? 0 : (lead > 0) - (lead < 0);
	s->cross_before = s->cross;
	s->cross = s->bars > 30 && above != 0 && above != s->above ? (int32_t)above : SIDE_NONE;
	s->above = (int32_t)above;
}

/* Bar 1 and later: everything that needs the close before. */
static void push_changes(struct series *s, const struct signal_settings *settings,
			 const struct candle *candle, price_t previous, int64_t r)
{
	int64_t slot, old;
	price_t top = candle->high > previous ? candle->high : previous;
	price_t bottom = candle->low < previous ? candle->low : previous;
	int64_t changes = s->bars - 1, key;

	s->path100 += distance(candle->close, previous);
	if (changes > RATIO_BARS)
		s->path100 -= distance(close_before(s, RATIO_BARS), close_before(s, RATIO_BARS + 1));
	if (changes > ATR_BARS)
		s->atr = (s->atr * (ATR_BARS - 1) + (double)(top - bottom)) / ATR_BARS;
	else
		s->true_range_sum += (double)(top - bottom);
	if (changes == ATR_BARS)
		s->atr = s->true_range_sum / ATR_BARS;
	slot = changes & (SERIES_RETURNS - 1);
	old = (changes - 20) & (SERIES_RETURNS - 1);
	s->return20_8 += r - s->returns_8[old];
	s->squares20_8 += (uint64_t)(r * r) - (uint64_t)(s->returns_8[old] * s->returns_8[old]);
	s->returns_8[slot] = r;
	if (changes < 20)
		return;
	key = (int64_t)(20 * s->squares20_8 - (uint64_t)s->return20_8 * (uint64_t)s->return20_8);
	percentile_add(&s->percentile, key, settings->rank_window);
}

static double change100(const struct series *s)
{
	return (double)(close_before(s, 0) - close_before(s, RATIO_BARS));
}

/* |ER100| at least so much; without its quotient. A price that stood still goes nowhere. */
static bool is_trending(const struct series *s, double ratio)
{
	return (s->path100 > 0) & (fabs(change100(s)) >= ratio * (double)s->path100);
}

static enum regime regime_now(struct series *s, const struct signal_settings *settings)
{
	/* looked up, not asked for: near its edges no processor can guess the answer */
	static const uint8_t regimes[2][2][2] = {
		{{REGIME_MEAN_REVERT, REGIME_TRENDING}, {REGIME_LOW_VOL, REGIME_LOW_VOL}},
		{{REGIME_HIGH_VOL, REGIME_HIGH_VOL}, {REGIME_HIGH_VOL, REGIME_HIGH_VOL}},
	};

	if (s->bars <= RATIO_BARS || (int64_t)s->percentile.count < settings->rank_minimum ||
	    s->percentile.count == 0)
		return REGIME_NONE;
	if (s->sides_of != s->percentile.count) { /* it grows, and then stays */
		s->sides_of = s->percentile.count;
		s->keys_high = percentile_keys(s->sides_of, settings->rank_high);
		s->keys_low = percentile_keys(s->sides_of, settings->rank_low);
	}
	bool high = percentile_reaches(&s->percentile, settings->rank_high, s->keys_high);
	bool low = !percentile_reaches(&s->percentile, settings->rank_low, s->keys_low);
	bool trending = is_trending(s, settings->ratio_trending);
	return (enum regime)regimes[high][low][trending];
}

static int32_t chosen(bool first, int32_t a, int32_t b)
{
	return b ^ ((a ^ b) & -(int32_t)first);
}

/* A new regime counts once it stood so long. No branch: it flickers where it is about to change. */
static void push_regime(struct series *s, const struct signal_settings *settings)
{
	int32_t now = (int32_t)regime_now(s, settings);
	bool stays = (now == s->regime) | (s->regime == REGIME_NONE);
	bool again = (s->candidate_bars > 0) & (now == s->candidate);
	int32_t stood = 1 + chosen(again, s->candidate_bars, 0);
	bool takes = stays | (stood >= settings->hysteresis_bars);

	s->candidate = chosen(stays, s->candidate, now);
	s->candidate_bars = chosen(takes, 0, stood);
	s->regime = chosen(takes, now, s->regime);
}

/* Whether the close moved by more than the settings' share; exact: a whole distance is over x exactly if it
 * is over the floor of x. */
static bool is_jump(const struct signal_settings *settings, price_t close, price_t previous)
{
	price_t moved = distance(close, previous);

	if (moved <= previous >> 7) /* a 128th is under every share there is: the usual bar */
		return false;
	int64_t pct = settings->jump_pct < 1              ? 1
		      : settings->jump_pct > JUMP_PCT_MAX ? JUMP_PCT_MAX
							  : settings->jump_pct;
	return moved > previous / 100 * pct + previous % 100 * pct / 100;
}

enum series_answer series_push(struct series *s, const struct signal_settings *settings,
			       const struct candle *candle)
{
	enum series_answer answer = SERIES_OK;
	price_t previous;

	if (candle->low <= 0 || candle->low > candle->close || candle->close > candle->high ||
	    candle->high > VALUE_MAX)
		return SERIES_UNUSABLE;
	if (s->bars > 0) {
		if (candle->open_ms <= s->open_ms)
			return SERIES_OLD;
		ms_t since_ms = candle->open_ms - s->open_ms;
		if (since_ms != settings->timeframe_ms && /* nearly always it is the next */
		    since_ms >= (settings->hole_bars + 2) * settings->timeframe_ms)
			answer = SERIES_HOLE;
		else if (is_jump(settings, candle->close, close_before(s, 0)))
			answer = SERIES_JUMP;
		if (answer != SERIES_OK)
			series_init(s);
	}
	previous = s->bars > 0 ? close_before(s, 0) : 0;
	double change = s->bars > 0 ? log_return(candle->close, previous) : 0, rough = change * ROUGH_ONE;
	int64_t r = (int64_t)(rough + copysign(0.5, rough)); /* no branch: the sign is a coin toss */
	s->open_ms = candle->open_ms;
	s->closes[s->bars++ & (SERIES_CLOSES - 1)] = candle->close;
	if (s->bars > SERIES_RANGE)
		extremes_read(&s->extremes, &s->hh20, &s->ll20);
	extremes_add(&s->extremes, candle->high, candle->low);
	push_averages(s, candle->close);
	if (s->bars > 1)
		push_changes(s, settings, candle, previous, r);
	push_regime(s, settings);
	return answer;
}

struct rank series_volatility(const struct series *series)
{
	return percentile_rank(&series->percentile);
}

double series_mean20(const struct series *series)
{
	return (double)series->close20.sum / 20;
}

double series_deviation20(const struct series *series)
{
	return sqrt(moments_spread20(&series->close20)) / 20;
}

bool series_inside20(const struct series *series, double deviations)
{
	double off20 = (double)(20 * close_before(series, 0) - series->close20.sum);

	/* a millionth is more than all roundings can come to */
	return off20 * off20 < 0.999999 * (deviations * deviations) * moments_spread20(&series->close20);
}

double series_efficiency100(const struct series *series)
{
	if (series->path100 == 0)
		return 0;
	return change100(series) / (double)series->path100;
}

/* Of the last 20 log returns; needs 20 of them. */
static double series_sigma20(const struct series *s)
{
	struct moments moments = {0};

	for (int64_t back = 0; back < 20; back++)
		moments_move(
			&moments,
			(int64_t)(log_return(close_before(s, back), close_before(s, back + 1)) * FINE_ONE),
			0);
	return sqrt(moments_spread20(&moments) / (20 * 19)) / FINE_ONE; /* n^2 s^2 / (n (n - 1)), n = 20 */
}

void series_read(const struct series *s, const struct signal_settings *settings, struct indicators *out)
{
	*out = (struct indicators){.open_ms = s->open_ms,
				   .close = s->bars ? close_before(s, 0) : 0,
				   .sma10 = s->bars >= 10 ? (double)s->sum10 / 10 : NAN,
				   .sma30 = s->bars >= 30 ? (double)s->sum30 / 30 : NAN,
				   .bb_mid = NAN,
				   .bb_upper = NAN,
				   .bb_lower = NAN,
				   .atr14 = s->bars > ATR_BARS ? s->atr : NAN,
				   .hh20 = s->bars > SERIES_RANGE ? (double)s->hh20 : NAN,
				   .ll20 = s->bars > SERIES_RANGE ? (double)s->ll20 : NAN,
				   .sigma20 = NAN,
				   .er100 = s->bars > RATIO_BARS ? series_efficiency100(s) : NAN,
				   .regime = (enum regime)s->regime};
	if ((int64_t)s->percentile.count >= settings->rank_minimum)
		out->volatility = series_volatility(s);
	if (s->bars >= 20) {
		double width = settings->band_width * series_deviation20(s);

		out->bb_mid = series_mean20(s);
		out->bb_upper = out->bb_mid + width;
		out->bb_lower = out->bb_mid - width;
	}
	if (s->bars > 20)
		out->sigma20 = series_sigma20(s);
}
