/* SPDX-License-Identifier: MIT
 * See promotion.h. Returns are doubles because Sharpe is one; each is rounded to 1e-9 (drawdown up) before it
 * is compared, so that the number shown is the number judged. */
#include "promotion.h"

#include "sharpe.h"

#include <math.h>
#include <string.h>

const struct promotion_settings promotion_settings_default = {
	.sharpe = PROMOTION_SHARPE_LEAST,
	.drawdown = PROMOTION_DRAWDOWN_MOST,
	.trades = PROMOTION_TRADES_LEAST,
	.days = 60,
	.weeks = 8,
	.stable = 6 * RATIO_ONE / 10,
	.regimes = PROMOTION_REGIMES_LEAST,
};

void promotion_init(struct promotion *p, ms_t since_ms)
{
	memset(p, 0, sizeof(*p));
	p->since_ms = since_ms;
	p->curve = p->peak = 1;
}

static void finish_day(struct promotion *p)
{
	double off = p->day_return - p->mean;

	p->days++;
	p->mean += off / (double)p->days;
	p->square += off * (p->day_return - p->mean);
	p->curve *= 1 + p->day_return;
	p->week_return += p->day_return;
	if (++p->week_days == PROMOTION_WEEK_DAYS) {
		p->weeks++;
		p->weeks_gained += p->week_return > 0;
		p->week_days = 0;
		p->week_return = 0;
	}
	p->day_return = 0;
	p->day_ms += DAY_MS;
}

static void note_slippage(struct promotion *p, ratio_t slippage)
{
	if (slippage < -RATIO_ONE || slippage > RATIO_ONE)
		return; /* UNKNOWN, or no price at all */
	p->fills++;
	p->slippage_sum += slippage;
}

bool promotion_trade(struct promotion *p, const struct trade *trade)
{
	ms_t day_ms = trade->exit_ms - trade->exit_ms % DAY_MS;

	if (trade->entry_ms < p->since_ms || trade->capital <= 0 || trade->capital > VALUE_MAX ||
	    trade->net < -VALUE_MAX || trade->net > VALUE_MAX || trade->regime < 0 ||
	    trade->regime >= REGIME_COUNT || trade->exit_ms < 0)
		return false;
	if (p->trades == 0)
		p->day_ms = day_ms;
	while (p->day_ms < day_ms)
		finish_day(p);
	p->trades++;
	p->last_seq = trade->seq;
	p->net[trade->regime] += trade->net;
	note_slippage(p, trade->entry_slippage);
	note_slippage(p, trade->exit_slippage);
	p->day_return += (double)trade->net / (double)trade->capital;
	double value = p->curve * (1 + p->day_return);
	p->peak = fmax(p->peak, value);
	p->drawdown = fmin(1, fmax(p->drawdown, 1 - value / p->peak));
	return true;
}

ratio_t promotion_sharpe(const struct promotion *p)
{
	return sharpe_of(p->days, p->mean, p->square);
}

ratio_t promotion_slippage(const struct promotion *p)
{
	return mean_up(p->slippage_sum, p->fills);
}

static int64_t regimes_gained(const struct promotion *p)
{
	int64_t count = 0;

	for (int regime = 0; regime < REGIME_COUNT; regime++)
		count += p->net[regime] > 0;
	return count;
}

size_t promotion_missing(const struct promotion *p, const struct promotion_settings *settings,
			 struct promotion_lack out[static PROMOTION_NEED_COUNT])
{
	ratio_t sharpe = promotion_sharpe(p), drawdown = integer_up(p->drawdown * (double)RATIO_ONE);
	ratio_t stable = p->weeks > 0 ? p->weeks_gained * RATIO_ONE / p->weeks : UNKNOWN;
	int64_t regimes = regimes_gained(p);
	const struct {
		bool there;
		struct promotion_lack lack;
	} needs[] = {
		{sharpe != UNKNOWN && sharpe > settings->sharpe,
		 {PROMOTION_SHARPE, sharpe, settings->sharpe}},
		{drawdown >= 0 && drawdown < settings->drawdown,
		 {PROMOTION_DRAWDOWN, drawdown, settings->drawdown}},
		{p->trades >= settings->trades, {PROMOTION_TRADES, p->trades, settings->trades}},
		{p->days >= settings->days, {PROMOTION_DAYS, p->days, settings->days}},
		{p->weeks >= settings->weeks, {PROMOTION_WEEKS, p->weeks, settings->weeks}},
		{stable != UNKNOWN && stable >= settings->stable,
		 {PROMOTION_STABLE, stable, settings->stable}},
		{regimes >= settings->regimes, {PROMOTION_REGIMES, regimes, settings->regimes}},
	};
	size_t count = 0;

	_Static_assert(sizeof needs / sizeof needs[0] == PROMOTION_NEED_COUNT, "one line for each need");
	for (size_t i = 0; i < PROMOTION_NEED_COUNT; i++)
		if (!needs[i].there)
			out[count++] = needs[i].lack;
	return count;
}

struct promotion_record promotion_record(const struct promotion *p, const struct promotion_settings *settings)
{
	struct promotion_lack lacks[PROMOTION_NEED_COUNT];
	size_t count = promotion_missing(p, settings, lacks);
	struct promotion_record record = {.since_ms = p->since_ms,
					  .trade_seq = p->last_seq,
					  .trades = p->trades,
					  .days = p->days,
					  .weeks = p->weeks,
					  .weeks_gained = p->weeks_gained,
					  .regimes = regimes_gained(p),
					  .sharpe = promotion_sharpe(p),
					  .drawdown = integer_up(p->drawdown * (double)RATIO_ONE),
					  .slippage = promotion_slippage(p),
					  .earned = count == 0};

	for (size_t i = 0; i < count; i++)
		record.missing |= 1LL << lacks[i].need;
	return record;
}
