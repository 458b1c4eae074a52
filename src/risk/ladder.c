/* SPDX-License-Identifier: MIT
 * The ladder: how facts move the states of the desk (rules.md section 4, States, and NAV and account guard of
 * section 1). Engine and judge move it by the same facts. Every fact rolls the UTC day first, so an extra
 * FACT_TIME never makes a difference. Nothing here reads a clock; time that runs backwards changes nothing.
 * A trigger "at x %" is exact: high - now >= ceil(high * x). */
#include "tradebot/ticket.h"

/* A billionth of the start: below it a NAV says no more than "all is lost". */
#define NAV_LEAST 1000LL
/* NAV can grow until the peak of an unlock, nav * 10 / 9, still fits. */
#define NAV_MOST (VALUE_MAX / 2)
/* NAV is sampled every minute while anything is held: a longer silence before 00:00 means we were down then. */
#define DOWN_MS (2 * MINUTE_MS)

/*@ requires \valid(desk);
    assigns *desk;
    ensures fresh: desk_ok(*desk) && half_right(*desk) && countable(*desk);
    ensures open: desk->locked == 0 && desk->paused == 0 && desk->half_size == 0 && desk->safe_mode == 0 &&
        desk->halted_until_ms == 0 && desk->cooldown_until_ms == 0 && desk->operator_halt == 0;
*/
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
/*@ assigns \nothing;
    ensures range: 0 <= \result <= 1000000000;
    ensures up: positive(high) && 0 <= now ==> (high - now) * 1000000000 <= \result * high;
*/
static ratio_t loss_ratio(int64_t high, int64_t now)
{
	if (high <= 0 || high > VALUE_MAX || now < 0)
		return RATIO_ONE;
	return now >= high ? 0 : mul_div_up(high - now, RATIO_ONE, high);
}

/*@ requires \valid_read(desk);
    assigns \nothing;
    ensures range: 0 <= \result <= 1000000000;
    ensures up: positive(desk->nav_peak) && 0 <= desk->nav ==>
        (desk->nav_peak - desk->nav) * 1000000000 <= \result * desk->nav_peak;
*/
ratio_t desk_drawdown(const struct desk *desk)
{
	return loss_ratio(desk->nav_peak, desk->nav);
}

/*@ requires \valid_read(desk);
    assigns \nothing;
    ensures range: 0 <= \result <= 1000000000;
*/
ratio_t desk_daily_loss(const struct desk *desk)
{
	return loss_ratio(desk->nav_day, desk->nav);
}

/* Whether now is at least ratio below high. */
/*@ requires value(high) && value(now) && 0 <= ratio <= 1000000000;
    assigns \nothing;
    ensures exact: \result != 0 <==> (high - now) * 1000000000 >= high * ratio;
*/
static bool fallen_by(int64_t high, int64_t now, ratio_t ratio)
{
	return high - now >= share_up(high, ratio);
}

/* A day counts as red or green when it moved by more than red_day; judged on the last sample before its end.
 */
/*@ requires \valid_read(limits) && \valid(desk) && value(desk->nav) && value(desk->nav_day) &&
        0 <= limits->red_day <= 1000000000 && 0 <= desk->red_days < 1000000000000000000;
    assigns desk->red_days, desk->safe_mode;
    ensures red: red(\old(*desk), limits->red_day) ==> desk->red_days == \old(desk->red_days) + 1 &&
        (desk->red_days >= 3 ==> desk->safe_mode == 1);
    ensures green: green(\old(*desk), limits->red_day) ==> desk->red_days == 0 && desk->safe_mode == 0;
    ensures neutral: !red(\old(*desk), limits->red_day) && !green(\old(*desk), limits->red_day) ==>
        desk->red_days == \old(desk->red_days) && desk->safe_mode == \old(desk->safe_mode);
    ensures keeps: red(\old(*desk), limits->red_day) ==>
        desk->safe_mode == 1 || desk->safe_mode == \old(desk->safe_mode);
    ensures safe: desk->safe_mode != \old(desk->safe_mode) && desk->safe_mode != 0 ==> desk->red_days >= 3;
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
/*@ requires \valid(desk) && value(desk->nav) && value(desk->nav_peak);
    assigns desk->half_size, desk->pause_at;
    ensures half: half_right(*desk);
    ensures pause: desk->pause_at == \old(desk->pause_at) || desk->pause_at == 150000000;
    ensures deep: desk->paused != 0 || 10 * (desk->nav_peak - desk->nav) >= desk->nav_peak ==>
        desk->pause_at == \old(desk->pause_at);
*/
static void settle_half_size(struct desk *desk)
{
	bool deep = fallen_by(desk->nav_peak, desk->nav, HALF_SIZE_DRAWDOWN);

	desk->half_size = deep || desk->safe_mode;
	if (!deep && !desk->paused)
		desk->pause_at = PAUSE_DRAWDOWN;
}

/* Days without a sample are neutral: they are passed over all at once. */
/*@ requires ladder_limits(*limits) && \valid_read(limits) && \valid(desk) && desk_ok(*desk) && half_right(*desk) &&
        countable(*desk) && desk->day_ms <= at_ms && positive(at_ms);
    assigns desk->red_days, desk->safe_mode, desk->day_ms, desk->nav_day, desk->day_closed, desk->entries_day,
        desk->fees_day, desk->half_size, desk->pause_at;
    ensures ok: desk_ok(*desk) && half_right(*desk);
    ensures closed: desk->day_closed == 0 || desk->day_closed == \old(desk->day_closed);
    ensures entries: desk->entries_day == 0 || desk->entries_day == \old(desk->entries_day);
    ensures midnight: desk->day_ms == at_ms - at_ms % 86400000;
    ensures same_day: desk->day_ms == \old(desk->day_ms) ==> *desk == \old(*desk);
    ensures start: desk->day_ms != \old(desk->day_ms) ==> desk->nav_day == desk->nav;
    ensures three_red: desk->day_ms != \old(desk->day_ms) && \old(desk->day_ms) != 0 &&
        red(\old(*desk), limits->red_day) && \old(desk->red_days) >= 2 ==> desk->safe_mode == 1;
    ensures safe_left: \old(desk->safe_mode) != 0 && desk->safe_mode == 0 ==>
        desk->day_ms > \old(desk->day_ms) > 0 && green(\old(*desk), limits->red_day);
    ensures pause: desk->pause_at == \old(desk->pause_at) || desk->pause_at == 150000000;
*/
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

/*@ requires ladder_limits(*limits) && \valid_read(limits) && \valid(desk) && desk_ok(*desk) && half_right(*desk) &&
        countable(*desk) && desk->day_ms <= at_ms && positive(at_ms);
    assigns desk->red_days, desk->safe_mode, desk->day_ms, desk->nav_day, desk->day_closed, desk->entries_day,
        desk->fees_day, desk->half_size, desk->pause_at, desk->halted_until_ms, desk->cooldown_until_ms;
    ensures ok: desk_ok(*desk) && half_right(*desk);
    ensures closed: desk->day_closed == 0 || desk->day_closed == \old(desk->day_closed);
    ensures entries: desk->entries_day == 0 || desk->entries_day == \old(desk->entries_day);
    ensures midnight: desk->day_ms == at_ms - at_ms % 86400000;
    ensures three_red: desk->day_ms != \old(desk->day_ms) && \old(desk->day_ms) != 0 &&
        red(\old(*desk), limits->red_day) && \old(desk->red_days) >= 2 ==> desk->safe_mode == 1;
    ensures safe_left: \old(desk->safe_mode) != 0 && desk->safe_mode == 0 ==>
        desk->day_ms > \old(desk->day_ms) > 0 && green(\old(*desk), limits->red_day);
    ensures halt: desk->halted_until_ms == (at_ms >= \old(desk->halted_until_ms) ? 0 : \old(desk->halted_until_ms));
    ensures cooldown:
        desk->cooldown_until_ms == (at_ms >= \old(desk->cooldown_until_ms) ? 0 : \old(desk->cooldown_until_ms));
    ensures pause: desk->pause_at == \old(desk->pause_at) || desk->pause_at == 150000000;
*/
static void roll_time(const struct limits *limits, struct desk *desk, ms_t at_ms)
{
	roll_day(limits, desk, at_ms);
	if (at_ms >= desk->halted_until_ms)
		desk->halted_until_ms = 0;
	if (at_ms >= desk->cooldown_until_ms)
		desk->cooldown_until_ms = 0;
}

/*@ requires \valid(desk);
    assigns desk->locked, desk->locked_ms;
    ensures locked: desk->locked != 0;
    ensures since: \old(desk->locked) != 0
        ? desk->locked == \old(desk->locked) && desk->locked_ms == \old(desk->locked_ms)
        : desk->locked_ms == at_ms;
*/
static void lock(struct desk *desk, ms_t at_ms)
{
	if (desk->locked)
		return;
	desk->locked = 1;
	desk->locked_ms = at_ms;
}

/* Down at 00:00: the first sample after it starts the day if it is above the last one before. NAV is nav_day * (1 +
 * day_closed + what is open): when nav_day goes up, day_closed goes down, and NAV stays what it is. */
/*@ requires \valid(desk) && value(nav) && 1 <= desk->nav_day < nav && day_closed_sane(desk->day_closed);
    assigns desk->day_closed, desk->nav_day;
    ensures higher: desk->nav_day == nav;
*/
static void start_day_higher(struct desk *desk, int64_t nav)
{
	int64_t gain = mul_div_up(nav - desk->nav_day, NAV_ONE, desk->nav_day);

	desk->day_closed -= gain < 0 ? NAV_ONE : gain;
	desk->nav_day = nav;
}

/*@ requires ladder_limits(*limits) && \valid_read(limits) && \valid(desk) && desk_ok(*desk) && half_right(*desk) &&
        day_closed_sane(desk->day_closed) && positive(at_ms);
    assigns desk->nav, desk->nav_peak, desk->nav_day, desk->day_closed, desk->sample_ms, desk->halted_until_ms,
        desk->paused, desk->locked, desk->locked_ms, desk->half_size, desk->pause_at;
    ensures ok: desk_ok(*desk) && half_right(*desk);
    ensures late: at_ms < \old(desk->sample_ms) ==> *desk == \old(*desk);
    ensures peak: desk->nav_peak == \old(desk->nav_peak) ||
        (desk->nav_peak == desk->nav && desk->nav > \old(desk->nav_peak));
    ensures halt: at_ms >= \old(desk->sample_ms) && fallen(desk->nav_day, desk->nav, 5) ==>
        desk->halted_until_ms == desk->day_ms + 86400000;
    ensures halt_at: at_ms >= \old(desk->sample_ms) &&
        (desk->nav_day - desk->nav) * 1000000000 >= desk->nav_day * limits->daily_loss ==>
        desk->halted_until_ms == desk->day_ms + 86400000;
    ensures halt_kept: desk->halted_until_ms >= \old(desk->halted_until_ms);
    ensures pause: at_ms >= \old(desk->sample_ms) &&
        (desk->nav_peak - desk->nav) * 1000000000 >= desk->nav_peak * \old(desk->pause_at) ==> desk->paused != 0;
    ensures pause_kept: \old(desk->paused) != 0 ==> desk->paused != 0;
    ensures lock: at_ms >= \old(desk->sample_ms) && fallen(desk->nav_peak, desk->nav, 20) ==> desk->locked != 0;
    ensures lock_kept: \old(desk->locked) != 0 ==>
        desk->locked == \old(desk->locked) && desk->locked_ms == \old(desk->locked_ms);
    ensures lock_since: \old(desk->locked) == 0 && desk->locked != 0 ==> desk->locked_ms == at_ms;
    ensures no_lock: \old(desk->locked) == 0 && desk->locked != 0 ==> fallen(desk->nav_peak, desk->nav, 20);
*/
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

/*@ requires \valid_read(fact) && \valid(desk) && desk_ok(*desk) && positive(fact->at_ms);
    assigns desk->loss_streak, desk->cooldown_until_ms, desk->loss_risk, desk->loss_capital, desk->loss_ms;
    ensures ok: desk_ok(*desk);
    ensures fifth: \old(desk->loss_streak) == 4 ==>
        desk->loss_streak == 0 && desk->cooldown_until_ms >= fact->at_ms + 86400000;
    ensures counts: \old(desk->loss_streak) < 4 ==> desk->loss_streak == \old(desk->loss_streak) + 1 &&
        desk->cooldown_until_ms == \old(desk->cooldown_until_ms);
    ensures kept: desk->cooldown_until_ms >= \old(desk->cooldown_until_ms);
    ensures memory: fact->forced == 0 && positive(fact->risk) && positive(fact->capital) &&
        fact->at_ms >= \old(desk->loss_ms) ==> desk->loss_risk == fact->risk &&
        desk->loss_capital == fact->capital && desk->loss_ms == fact->at_ms;
    ensures remembers: desk->loss_risk == \old(desk->loss_risk) || desk->loss_risk == fact->risk > 0;
    ensures forced: fact->forced != 0 ==> desk->loss_risk == \old(desk->loss_risk) &&
        desk->loss_capital == \old(desk->loss_capital) && desk->loss_ms == \old(desk->loss_ms);
*/
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
/*@ requires \valid_read(fact) && \valid(desk) && desk_ok(*desk) && positive(fact->at_ms);
    assigns desk->loss_streak, desk->cooldown_until_ms, desk->loss_risk, desk->loss_capital, desk->loss_ms;
    ensures ok: desk_ok(*desk);
    ensures fifth: fact->value < 0 && \old(desk->loss_streak) == 4 ==>
        desk->loss_streak == 0 && desk->cooldown_until_ms >= fact->at_ms + 86400000;
    ensures kept: desk->cooldown_until_ms >= \old(desk->cooldown_until_ms);
    ensures memory: fact->value < 0 && fact->forced == 0 && positive(fact->risk) && positive(fact->capital) &&
        fact->at_ms >= \old(desk->loss_ms) ==> desk->loss_risk == fact->risk &&
        desk->loss_capital == fact->capital && desk->loss_ms == fact->at_ms;
    ensures forgets: \old(desk->loss_risk) != 0 && desk->loss_risk == 0 ==> fact->value > 0;
    ensures even: fact->value == 0 ==> *desk == \old(*desk);
*/
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

/*@ requires \valid(desk) && positive(at_ms) && 0 <= desk->entries_minute < 1000000000000000000 &&
        0 <= desk->entries_day < 1000000000000000000;
    assigns desk->minute_ms, desk->entries_minute, desk->entries_day;
    ensures day: desk->entries_day == \old(desk->entries_day) + 1;
    ensures minute: desk->entries_minute == \old(desk->entries_minute) + 1 ||
        (desk->entries_minute == 1 && desk->minute_ms == at_ms - at_ms % 60000 > \old(desk->minute_ms));
*/
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
/*@ requires \valid(desk) && value(desk->fees_day);
    assigns desk->fees_day;
    ensures ok: value(desk->fees_day) && desk->fees_day >= \old(desk->fees_day);
    ensures adds: positive(fee) && \old(desk->fees_day) + fee <= 100000000000000000 ==>
        desk->fees_day == \old(desk->fees_day) + fee;
*/
static void take_fee(struct desk *desk, money_t fee)
{
	if (fee <= 0)
		return;
	desk->fees_day = fee > VALUE_MAX - desk->fees_day ? VALUE_MAX : desk->fees_day + fee;
}

/*@ requires \valid(desk) && desk_ok(*desk) && half_right(*desk) && positive(at_ms);
    assigns desk->equity_peak, desk->locked, desk->locked_ms;
    ensures ok: desk_ok(*desk) && half_right(*desk);
    ensures peak: desk->equity_peak >= \old(desk->equity_peak);
    ensures guard: 0 <= equity <= 100000000000000000 && 0 < desk->equity_peak &&
        fallen(desk->equity_peak, equity, 20) ==> desk->locked != 0;
    ensures lock_kept: \old(desk->locked) != 0 ==>
        desk->locked == \old(desk->locked) && desk->locked_ms == \old(desk->locked_ms);
    ensures lock_since: \old(desk->locked) == 0 && desk->locked != 0 ==> desk->locked_ms == at_ms;
*/
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
/*@ requires ladder_limits(*limits) && \valid_read(limits) && \valid(desk) && desk_ok(*desk) && half_right(*desk);
    assigns desk->operator_halt, desk->paused, desk->pause_at, desk->half_size;
    ensures ok: desk_ok(*desk) && half_right(*desk);
    ensures operator: desk->operator_halt == 0;
    ensures locked: desk->locked != 0 ==> desk->paused == \old(desk->paused);
    ensures ends: desk->locked == 0 ==> desk->paused == 0;
    ensures deeper: \old(desk->paused) != 0 && desk->paused == 0 &&
        10 * (desk->nav_peak - desk->nav) >= desk->nav_peak ==>
        desk->pause_at >= \old(desk->pause_at) + limits->pause_rearm || desk->pause_at == 1000000000;
*/
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
	if (desk->pause_at > RATIO_ONE)
		desk->pause_at = RATIO_ONE; /* there is nothing deeper */
	settle_half_size(desk);
}

/* The one way in which a peak falls: so far that the drawdown is 10 %, which is half size. The account's own
 * peak goes with it; value is the account's equity, or 0 if it is not known: then the next sample starts it.
 */
/*@ requires ladder_limits(*limits) && \valid_read(limits) && \valid_read(fact) && \valid(desk) && desk_ok(*desk) &&
        half_right(*desk) && positive(fact->at_ms);
    assigns desk->locked, desk->locked_ms, desk->paused, desk->pause_at, desk->nav_peak, desk->equity_peak,
        desk->half_size;
    ensures ok: desk_ok(*desk) && half_right(*desk);
    ensures refused: \old(desk->locked) == 0 || fact->at_ms - \old(desk->locked_ms) < limits->unlock_after_ms ==>
        *desk == \old(*desk);
    ensures open: \old(desk->locked) != 0 && fact->at_ms - \old(desk->locked_ms) >= limits->unlock_after_ms ==>
        desk->locked == 0 && desk->paused == 0 && desk->pause_at == 150000000 && desk->half_size != 0 &&
        9 * (desk->nav_peak - 1) < 10 * desk->nav <= 9 * desk->nav_peak;
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

/*@ requires ladder_limits(*limits) && \valid_read(limits) && \valid_read(fact) && \valid(desk) && desk_ok(*desk) &&
        half_right(*desk) && day_closed_sane(desk->day_closed) && 0 <= desk->entries_minute < 1000000000000000000 &&
        0 <= desk->entries_day < 1000000000000000000 && positive(fact->at_ms);
    assigns *desk;
    ensures ok: desk_ok(*desk);
    ensures safe: desk->safe_mode == \old(desk->safe_mode);
    ensures day: desk->day_ms == \old(desk->day_ms);
    ensures lock_left: \old(desk->locked) != 0 && desk->locked == 0 ==>
        fact->kind == FACT_UNLOCK && fact->at_ms - \old(desk->locked_ms) >= limits->unlock_after_ms;
    ensures lock_kept: \old(desk->locked) != 0 && desk->locked != 0 ==> desk->locked_ms == \old(desk->locked_ms);
    ensures pause_left: \old(desk->paused) != 0 && desk->paused == 0 ==>
        (fact->kind == FACT_RESUME && \old(desk->locked) == 0) ||
        (fact->kind == FACT_UNLOCK && \old(desk->locked) != 0);
    ensures operator_left: \old(desk->operator_halt) != 0 && desk->operator_halt == 0 ==>
        fact->kind == FACT_RESUME;
    ensures halt_left: fact->at_ms < \old(desk->halted_until_ms) ==>
        desk->halted_until_ms >= \old(desk->halted_until_ms);
    ensures cooldown_left: fact->at_ms < \old(desk->cooldown_until_ms) ==>
        desk->cooldown_until_ms >= \old(desk->cooldown_until_ms);
    ensures peak_falls: desk->nav_peak < \old(desk->nav_peak) ==> fact->kind == FACT_UNLOCK &&
        \old(desk->locked) != 0 && desk->locked == 0 &&
        9 * (desk->nav_peak - 1) < 10 * desk->nav <= 9 * desk->nav_peak;
    ensures equity_peak_falls: desk->equity_peak < \old(desk->equity_peak) ==>
        fact->kind == FACT_UNLOCK && \old(desk->locked) != 0 && desk->locked == 0;
    ensures half: half_right(*desk);
    ensures memory_left: \old(desk->loss_risk) != 0 && desk->loss_risk == 0 ==>
        fact->kind == FACT_TRADE && fact->value > 0;
    ensures lock_at: fact->kind == FACT_NAV && fact->at_ms >= \old(desk->day_ms) &&
        fact->at_ms >= \old(desk->sample_ms) && fallen(desk->nav_peak, desk->nav, 20) ==> desk->locked != 0;
    ensures pause_at: fact->kind == FACT_NAV && fact->at_ms >= \old(desk->day_ms) &&
        fact->at_ms >= \old(desk->sample_ms) && \old(desk->pause_at) == 150000000 &&
        fallen(desk->nav_peak, desk->nav, 15) ==> desk->paused != 0;
    ensures halt_at: fact->kind == FACT_NAV && fact->at_ms >= \old(desk->day_ms) &&
        fact->at_ms >= \old(desk->sample_ms) && fallen(desk->nav_day, desk->nav, 5) ==>
        desk->halted_until_ms == desk->day_ms + 86400000;
    ensures guard_at: fact->kind == FACT_EQUITY && fact->at_ms >= \old(desk->day_ms) && value(fact->value) &&
        0 < desk->equity_peak && fallen(desk->equity_peak, fact->value, 20) ==> desk->locked != 0;
    ensures cooldown_at: fact->kind == FACT_TRADE && fact->value < 0 && \old(desk->loss_streak) == 4 ==>
        desk->loss_streak == 0 && desk->cooldown_until_ms >= fact->at_ms + 86400000;
    ensures memory_at: fact->kind == FACT_TRADE && fact->value < 0 && fact->forced == 0 && positive(fact->risk) &&
        positive(fact->capital) && fact->at_ms >= \old(desk->loss_ms) ==>
        desk->loss_risk == fact->risk && desk->loss_capital == fact->capital && desk->loss_ms == fact->at_ms;
*/
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
/*@ requires \valid_read(desk) && \valid_read(fact);
    assigns \nothing;
    ensures \result != 0 <==>
        fact->at_ms < desk->day_ms && (fact->kind == FACT_NAV || fact->kind == FACT_EQUITY);
*/
static bool old_news(const struct desk *desk, const struct fact *fact)
{
	return fact->at_ms < desk->day_ms && (fact->kind == FACT_NAV || fact->kind == FACT_EQUITY);
}

/*@ requires \valid_read(a) && \valid_read(b);
    assigns \nothing;
*/
static bool desk_differs(const struct desk *a, const struct desk *b)
{
	bool differs = false;

#define F(name, unit, flags) differs |= a->name != b->name;
	DESK_FIELDS(F)
#undef F
	return differs;
}

/*@ requires ladder_limits(*limits) && \valid_read(limits) && \valid_read(fact) && \valid(desk) && desk_ok(*desk) &&
        half_right(*desk) && countable(*desk);
    assigns *desk;
    ensures ok: desk_ok(*desk);
    ensures nonsense: !positive(fact->at_ms) ==> *desk == \old(*desk);
    ensures safe_left: \old(desk->safe_mode) != 0 && desk->safe_mode == 0 ==>
        fact->at_ms - fact->at_ms % 86400000 > \old(desk->day_ms) > 0 && green(\old(*desk), limits->red_day);
    ensures safe_at: positive(fact->at_ms) && fact->at_ms - fact->at_ms % 86400000 > \old(desk->day_ms) > 0 &&
        red(\old(*desk), limits->red_day) && \old(desk->red_days) >= 2 ==> desk->safe_mode == 1;
    ensures lock_left: \old(desk->locked) != 0 && desk->locked == 0 ==>
        fact->kind == FACT_UNLOCK && fact->at_ms - \old(desk->locked_ms) >= limits->unlock_after_ms;
    ensures lock_kept: \old(desk->locked) != 0 && desk->locked != 0 ==> desk->locked_ms == \old(desk->locked_ms);
    ensures pause_left: \old(desk->paused) != 0 && desk->paused == 0 ==>
        (fact->kind == FACT_RESUME && \old(desk->locked) == 0) ||
        (fact->kind == FACT_UNLOCK && \old(desk->locked) != 0);
    ensures operator_left: \old(desk->operator_halt) != 0 && desk->operator_halt == 0 ==>
        fact->kind == FACT_RESUME;
    ensures halt_left: fact->at_ms < \old(desk->halted_until_ms) ==>
        desk->halted_until_ms >= \old(desk->halted_until_ms);
    ensures cooldown_left: fact->at_ms < \old(desk->cooldown_until_ms) ==>
        desk->cooldown_until_ms >= \old(desk->cooldown_until_ms);
    ensures peak_falls: desk->nav_peak < \old(desk->nav_peak) ==> fact->kind == FACT_UNLOCK &&
        \old(desk->locked) != 0 && desk->locked == 0 &&
        9 * (desk->nav_peak - 1) < 10 * desk->nav <= 9 * desk->nav_peak;
    ensures equity_peak_falls: desk->equity_peak < \old(desk->equity_peak) ==>
        fact->kind == FACT_UNLOCK && \old(desk->locked) != 0 && desk->locked == 0;
    ensures half: half_right(*desk);
    ensures memory_left: \old(desk->loss_risk) != 0 && desk->loss_risk == 0 ==>
        fact->kind == FACT_TRADE && fact->value > 0;
    ensures lock_at: positive(fact->at_ms) && fact->kind == FACT_NAV && fact->at_ms >= \old(desk->day_ms) &&
        fact->at_ms >= \old(desk->sample_ms) && fallen(desk->nav_peak, desk->nav, 20) ==> desk->locked != 0;
    ensures pause_at: positive(fact->at_ms) && fact->kind == FACT_NAV && fact->at_ms >= \old(desk->day_ms) &&
        fact->at_ms >= \old(desk->sample_ms) && \old(desk->pause_at) == 150000000 &&
        fallen(desk->nav_peak, desk->nav, 15) ==> desk->paused != 0;
    ensures halt_at: positive(fact->at_ms) && fact->kind == FACT_NAV && fact->at_ms >= \old(desk->day_ms) &&
        fact->at_ms >= \old(desk->sample_ms) && fallen(desk->nav_day, desk->nav, 5) ==>
        desk->halted_until_ms == desk->day_ms + 86400000;
    ensures guard_at: positive(fact->at_ms) && fact->kind == FACT_EQUITY && fact->at_ms >= \old(desk->day_ms) && value(fact->value) &&
        0 < desk->equity_peak && fallen(desk->equity_peak, fact->value, 20) ==> desk->locked != 0;
    ensures cooldown_at: positive(fact->at_ms) && fact->kind == FACT_TRADE && fact->value < 0 && \old(desk->loss_streak) == 4 ==>
        desk->loss_streak == 0 && desk->cooldown_until_ms >= fact->at_ms + 86400000;
    ensures memory_at: positive(fact->at_ms) && fact->kind == FACT_TRADE && fact->value < 0 && fact->forced == 0 && positive(fact->risk) &&
        positive(fact->capital) && fact->at_ms >= \old(desk->loss_ms) ==>
        desk->loss_risk == fact->risk && desk->loss_capital == fact->capital && desk->loss_ms == fact->at_ms;
*/
bool ladder_step(const struct limits *limits, struct desk *desk, const struct fact *fact)
{
	const struct desk before = *desk;

	if (fact->at_ms <= 0 || fact->at_ms > VALUE_MAX)
		return false;
	if (fact->at_ms >= desk->day_ms)
		roll_time(limits, desk, fact->at_ms);
	if (!old_news(desk, fact))
		take(limits, desk, fact);
	return desk_differs(&before, desk);
}
