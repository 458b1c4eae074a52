/* SPDX-License-Identifier: MIT
 * The ladder: how facts move the states of the desk (rules.md section 4, States, and NAV and account guard of
 * section 1). Engine and judge move it by the same facts. Every fact rolls the UTC day first, so an extra
 * FACT_TIME never makes a difference. Nothing here reads a clock; time that runs backwards changes nothing.
 * A trigger "at x %" is exact: high - now >= ceil(high * x). */
#include "tradebot/ticket.h"

#include <string.h>

/* A billionth of the start: below it a NAV says no more than "all is lost". */
#define NAV_LEAST 1000LL
/* NAV can grow until the peak of an unlock, nav * 10 / 9, still fits. */
#define NAV_MOST (VALUE_MAX / 2)
/* NAV is sampled every minute while anything is held: a longer silence before 00:00 means we were down then. */
#define DOWN_MS (2 * MINUTE_MS)

void desk_init(struct desk *desk)
{
	*desk = (struct desk){
		.nav = NAV_ONE,
		.nav_peak = NAV_ONE,
		.nav_day = NAV_ONE,
		.pause_at = PAUSE_DRAWDOWN,
	};
}

/* 1 - now / high, rounded up. A desk that makes no sense has lost everything. */
static ratio_t loss_ratio(int64_t high, int64_t now)
{
	if (high <= 0 || high > VALUE_MAX || now < 0)
		return RATIO_ONE;
	return now >= high ? 0 : mul_div_up(high - now, RATIO_ONE, high);
}

ratio_t desk_drawdown(const struct desk *desk)
{
	return loss_ratio(desk->nav_peak, desk->nav);
}

ratio_t desk_daily_loss(const struct desk *desk)
{
	return loss_ratio(desk->nav_day, desk->nav);
}

/* Whether now is at least ratio below high. */
static bool fallen_by(int64_t high, int64_t now, ratio_t ratio)
{
	return high - now >= share_up(high, ratio);
}

/* A day counts as red or green when it moved by more than red_day; judged on the last sample before its end.
 */
static void judge_day(const struct limits *limits, struct desk *desk)
{
	int64_t quiet = share_down(desk->nav_day, limits->red_day);

	if (desk->nav_day - desk->nav > quiet) {
		desk->red_days++;
		if (desk->red_days >= SAFE_MODE_RED_DAYS)
			desk->safe_mode = 1;
	} else if (desk->nav - desk->nav_day > quiet) {
		desk->red_days = 0;
		desk->safe_mode = 0;
	}
}

/* Half size follows drawdown and safe mode, both ways. A drawdown that is over ends the deeper pause that a
 * resume was given, too. */
static void settle_half_size(struct desk *desk)
{
	bool deep = fallen_by(desk->nav_peak, desk->nav, HALF_SIZE_DRAWDOWN);

	desk->half_size = deep || desk->safe_mode;
	if (!deep && !desk->paused)
		desk->pause_at = PAUSE_DRAWDOWN;
}

/* Days without a sample are neutral: they are passed over all at once. */
static void roll_day(const struct limits *limits, struct desk *desk, ms_t at_ms)
{
	ms_t day_ms = at_ms - at_ms % DAY_MS;

	if (day_ms <= desk->day_ms)
		return;
	if (desk->day_ms != 0)
		judge_day(limits, desk);
	desk->day_ms = day_ms;
	desk->nav_day = desk->nav;
	desk->day_closed = 0;
	desk->entries_day = 0;
	desk->fees_day = 0;
	settle_half_size(desk);
}

static void roll_time(const struct limits *limits, struct desk *desk, ms_t at_ms)
{
	roll_day(limits, desk, at_ms);
	if (at_ms >= desk->halted_until_ms)
		desk->halted_until_ms = 0;
	if (at_ms >= desk->cooldown_until_ms)
		desk->cooldown_until_ms = 0;
}

static void lock(struct desk *desk, ms_t at_ms)
{
	if (desk->locked)
		return;
	desk->locked = 1;
	desk->locked_ms = at_ms;
}

/* Down at 00:00: the first sample after it starts the day if it is above the last one before. NAV is nav_day * (1 +
 * day_closed + what is open): when nav_day goes up, day_closed goes down, and NAV stays what it is. */
static void start_day_higher(struct desk *desk, int64_t nav)
{
	int64_t gain = mul_div_up(nav - desk->nav_day, NAV_ONE, desk->nav_day);

	desk->day_closed -= gain < 0 ? NAV_ONE : gain;
	desk->nav_day = nav;
}

static void take_nav(const struct limits *limits, struct desk *desk, ms_t at_ms, int64_t value)
{
	int64_t nav = value < NAV_LEAST ? NAV_LEAST : value > NAV_MOST ? NAV_MOST : value;
	ratio_t daily_loss =
		limits->daily_loss > CEILING_DAILY_LOSS ? CEILING_DAILY_LOSS : limits->daily_loss;

	if (at_ms < desk->sample_ms)
		return;
	if (desk->day_ms - desk->sample_ms > DOWN_MS && desk->sample_ms > 0 && nav > desk->nav_day)
		start_day_higher(desk, nav);
	desk->sample_ms = at_ms;
	desk->nav = nav;
	if (nav > desk->nav_peak)
		desk->nav_peak = nav;
	if (fallen_by(desk->nav_day, nav, daily_loss))
		desk->halted_until_ms = desk->day_ms + DAY_MS;
	if (fallen_by(desk->nav_peak, nav, desk->pause_at))
		desk->paused = 1;
	if (fallen_by(desk->nav_peak, nav, LOCK_DRAWDOWN))
		lock(desk, at_ms);
	settle_half_size(desk);
}

static void take_loss(struct desk *desk, const struct fact *fact)
{
	desk->loss_streak++;
	if (desk->loss_streak >= COOLDOWN_STREAK) {
		desk->loss_streak = 0;
		if (fact->at_ms + COOLDOWN_MS > desk->cooldown_until_ms)
			desk->cooldown_until_ms = fact->at_ms + COOLDOWN_MS;
	}
	if (fact->forced || fact->risk <= 0 || fact->risk > VALUE_MAX || fact->capital <= 0 ||
	    fact->capital > VALUE_MAX || fact->at_ms < desk->loss_ms)
		return;
	desk->loss_risk = fact->risk;
	desk->loss_capital = fact->capital;
	desk->loss_ms = fact->at_ms;
}

/* A trade that comes out at exactly nothing is neither: it does not count, nor end a run. */
static void take_trade(struct desk *desk, const struct fact *fact)
{
	if (fact->value < 0)
		take_loss(desk, fact);
	if (fact->value > 0) {
		desk->loss_streak = 0;
		desk->loss_risk = 0;
		desk->loss_capital = 0;
	}
}

static void take_entry(struct desk *desk, ms_t at_ms)
{
	ms_t minute_ms = at_ms - at_ms % MINUTE_MS;

	if (minute_ms > desk->minute_ms) {
		desk->minute_ms = minute_ms;
		desk->entries_minute = 0;
	}
	desk->entries_minute++;
	desk->entries_day++;
}

/* Fees only add up: a rebate does not buy room for further entries. */
static void take_fee(struct desk *desk, money_t fee)
{
	if (fee <= 0)
		return;
	desk->fees_day = fee > VALUE_MAX - desk->fees_day ? VALUE_MAX : desk->fees_day + fee;
}

static void take_equity(struct desk *desk, ms_t at_ms, money_t equity)
{
	if (equity == UNKNOWN || equity > VALUE_MAX)
		return;
	if (equity < 0)
		equity = 0;
	if (equity > desk->equity_peak)
		desk->equity_peak = equity;
	if (desk->equity_peak > 0 && fallen_by(desk->equity_peak, equity, LOCK_DRAWDOWN))
		lock(desk, at_ms);
}

/* The pause waits pause_rearm deeper, and deeper than the drawdown that stands. A lock is not resumed. */
static void resume(const struct limits *limits, struct desk *desk)
{
	ratio_t drawdown = desk_drawdown(desk);

	desk->operator_halt = 0;
	if (!desk->paused || desk->locked)
		return;
	desk->paused = 0;
	desk->pause_at += limits->pause_rearm;
	if (desk->pause_at <= drawdown)
		desk->pause_at = drawdown + limits->pause_rearm;
	settle_half_size(desk);
}

/* The one way in which a peak falls: so far that the drawdown is 10 %, which is half size. The account's own
 * peak goes with it; value is the account's equity, or 0 if it is not known: then the next sample starts it.
 */
static void unlock(const struct limits *limits, struct desk *desk, const struct fact *fact)
{
	if (!desk->locked || fact->at_ms - desk->locked_ms < limits->unlock_after_ms)
		return;
	int64_t equity_peak = fact->value > 0 && fact->value <= NAV_MOST ? mul_div_up(fact->value, 10, 9) : 0;

	desk->locked = 0;
	desk->locked_ms = 0;
	desk->paused = 0;
	desk->pause_at = PAUSE_DRAWDOWN;
	desk->nav_peak = mul_div_up(desk->nav, 10, 9);
	desk->equity_peak = equity_peak;
	settle_half_size(desk);
}

static void take(const struct limits *limits, struct desk *desk, const struct fact *fact)
{
	switch (fact->kind) {
	case FACT_TIME: break; /* has rolled the day */
	case FACT_NAV: take_nav(limits, desk, fact->at_ms, fact->value); break;
	case FACT_TRADE: take_trade(desk, fact); break;
	case FACT_ENTRY: take_entry(desk, fact->at_ms); break;
	case FACT_FEE: take_fee(desk, fact->value); break;
	case FACT_EQUITY: take_equity(desk, fact->at_ms, fact->value); break;
	case FACT_HALT: desk->operator_halt = 1; break;
	case FACT_RESUME: resume(limits, desk); break;
	case FACT_UNLOCK: unlock(limits, desk, fact); break;
	}
}

/* A NAV or an equity of a day that is over is old news; trades, fees and entries that are heard late still
 * count. */
static bool old_news(const struct desk *desk, const struct fact *fact)
{
	return fact->at_ms < desk->day_ms && (fact->kind == FACT_NAV || fact->kind == FACT_EQUITY);
}

bool ladder_step(const struct limits *limits, struct desk *desk, const struct fact *fact)
{
	const struct desk before = *desk;

	if (fact->at_ms <= 0 || fact->at_ms > VALUE_MAX)
		return false;
	if (fact->at_ms >= desk->day_ms)
		roll_time(limits, desk, fact->at_ms);
	if (!old_news(desk, fact))
		take(limits, desk, fact);
	return memcmp(&before, desk, sizeof(before)) != 0;
}
