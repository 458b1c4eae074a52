/* SPDX-License-Identifier: MIT
 * The stages and what moves them. Daily returns are doubles (Welford, no sum of squares) because Sharpe is
 * one; it is rounded to 1e-9 before it is compared. Drawdown and slippage are compared as integers. */
#include "stage.h"

#include <math.h>
#include <string.h>

#define DAYS_A_YEAR 365
#define SHARPE_MAX  1000.0

static const ratio_t ladder[] = {STAGE_SHADOW, STAGE_5, STAGE_10, STAGE_25, STAGE_100};
#define LADDER_COUNT (sizeof(ladder) / sizeof(ladder[0]))

const struct stage_settings stage_settings_default = {
	.up_trades = 50,
	.up_days = 30,
	.up_sharpe = RATIO_ONE,
	.down_days = 30,
	.down_sharpe = RATIO_ONE / 2,
	.drawdown_factor = 3 * RATIO_ONE / 2,
	.drawdown_floor = 5 * RATIO_ONE / 100,
	.slippage_over = 5 * BPS,
	.slippage_fills = 30,
	.baseline_drawdown = 5 * RATIO_ONE / 100,
	.baseline_slippage = 0,
};

/* Place of a stage in the ladder, or LADDER_COUNT. */
static size_t rung_of(ratio_t stage)
{
	size_t rung = 0;

	while (rung < LADDER_COUNT && ladder[rung] != stage)
		rung++;
	return rung;
}

int stage_init(struct stage *stage, ratio_t start, bool fixed)
{
	memset(stage, 0, sizeof(*stage));
	stage->fixed = fixed;
	if (rung_of(start) == LADDER_COUNT)
		return TB_EINVAL;
	stage->stage = start;
	return 0;
}

/* A new stage begins: all evidence is of the old one. NAV goes on from where it is. */
static void start_over(struct stage *stage, ratio_t to, ms_t now)
{
	stage->stage = to;
	stage->since_ms = now;
	stage->trades = 0;
	stage->days = 0;
	stage->mean = stage->square = 0;
	stage->day_ms = now - now % DAY_MS;
	stage->day_nav = stage->last_nav;
	stage->peak_nav = stage->last_nav;
	stage->drawdown = 0;
	stage->fills = 0;
	stage->slippage_sum = 0;
}

void stage_restore(struct stage *stage, const struct stage_change *record)
{
	if (stage->fixed || rung_of(record->stage) == LADDER_COUNT)
		return;
	start_over(stage, record->stage, record->at_ms);
	stage->seq = record->seq;
}

static void move_to(struct stage *stage, ratio_t to, ms_t now, struct stage_change *change)
{
	*change = (struct stage_change){
		.seq = ++stage->seq,
		.at_ms = now,
		.stage = to,
		.from_stage = stage->stage,
		.trades = stage->trades,
		.days = stage->days,
		.sharpe = stage_sharpe(stage),
		.drawdown = stage->drawdown,
		.slippage = stage_slippage(stage),
	};
	start_over(stage, to, now);
}

static void note_slippage(struct stage *stage, ratio_t slippage)
{
	if (slippage < -RATIO_ONE || slippage > RATIO_ONE)
		return; /* UNKNOWN, or no price at all */
	stage->fills++;
	stage->slippage_sum += slippage;
}

void stage_note_trade(struct stage *stage, const struct trade *trade)
{
	if (trade->book != BOOK_MAIN || trade->stage != stage->stage || trade->entry_ms < stage->since_ms)
		return;
	stage->trades++;
	note_slippage(stage, trade->entry_slippage);
	note_slippage(stage, trade->exit_slippage);
}

static void note_nav(struct stage *stage, int64_t nav)
{
	ratio_t down;

	if (nav <= 0 || nav > VALUE_MAX)
		return;
	stage->last_nav = nav;
	if (nav > stage->peak_nav)
		stage->peak_nav = nav;
	down = mul_div_up(stage->peak_nav - nav, RATIO_ONE, stage->peak_nav);
	if (down > stage->drawdown)
		stage->drawdown = down;
}

void stage_note_day(struct stage *stage, const struct equity_sample *sample)
{
	ms_t day = sample->at_ms - sample->at_ms % DAY_MS;

	if (sample->nav <= 0 || sample->nav > VALUE_MAX)
		return;
	if (sample->at_ms < stage->since_ms) {
		stage->last_nav = stage->peak_nav = stage->day_nav = sample->nav;
		stage->sample_peak = sample->nav_peak;
		return;
	}
	/* The account's peak moved since the last sample, so it was reached at this stage. */
	if (stage->sample_peak > 0 && sample->nav_peak > stage->sample_peak &&
	    sample->nav_peak <= VALUE_MAX && sample->nav_peak > stage->peak_nav)
		stage->peak_nav = sample->nav_peak;
	stage->sample_peak = sample->nav_peak;
	note_nav(stage, sample->nav);
	if (stage->day_nav > 0 && day > stage->day_ms) {
		double value = (double)(sample->nav - stage->day_nav) / (double)stage->day_nav;
		double off = value - stage->mean;

		stage->days++;
		stage->mean += off / (double)stage->days;
		stage->square += off * (value - stage->mean);
	}
	if (stage->day_nav == 0 || day > stage->day_ms) {
		stage->day_nav = sample->nav;
		stage->day_ms = day;
	}
}

ratio_t stage_sharpe(const struct stage *stage)
{
	double deviation, sharpe;

	if (stage->days < 2 || (stage->square <= 0 && stage->mean == 0))
		return UNKNOWN;
	deviation = sqrt(fmax(0, stage->square) / (double)(stage->days - 1));
	sharpe = deviation > 0 ? fabs(stage->mean) / deviation * sqrt(DAYS_A_YEAR) : SHARPE_MAX;
	sharpe = fmin(sharpe, SHARPE_MAX);
	return (stage->mean < 0 ? -1 : 1) * integer_near(sharpe * (double)RATIO_ONE);
}

ratio_t stage_slippage(const struct stage *stage)
{
	ratio_t mean;

	if (stage->fills == 0)
		return UNKNOWN;
	mean = stage->slippage_sum / stage->fills;
	return mean + (stage->slippage_sum > mean * stage->fills);
}

ratio_t stage_drawdown_limit(const struct stage_settings *settings)
{
	ratio_t limit = share_down(settings->baseline_drawdown, settings->drawdown_factor);

	return limit > settings->drawdown_floor ? limit : settings->drawdown_floor;
}

static bool judge(struct stage *stage, const struct stage_settings *settings, ms_t now,
		  struct stage_change *change)
{
	size_t rung = rung_of(stage->stage);
	ratio_t sharpe = stage_sharpe(stage), slippage = stage_slippage(stage);
	bool deep = stage->drawdown > stage_drawdown_limit(settings);
	bool slipping =
		slippage != UNKNOWN && slippage > settings->baseline_slippage + settings->slippage_over;

	if (stage->fixed || rung == 0)
		return false;
	if (deep || (slipping && stage->fills >= settings->slippage_fills) ||
	    (stage->days >= settings->down_days && sharpe != UNKNOWN && sharpe < settings->down_sharpe)) {
		move_to(stage, ladder[rung - 1], now, change);
		return true;
	}
	if (rung + 1 == LADDER_COUNT || slipping || slippage == UNKNOWN || sharpe == UNKNOWN ||
	    stage->trades < settings->up_trades || stage->days < settings->up_days ||
	    sharpe < settings->up_sharpe)
		return false;
	move_to(stage, ladder[rung + 1], now, change);
	return true;
}

bool stage_trade(struct stage *stage, const struct stage_settings *settings, const struct trade *trade,
		 struct stage_change *change)
{
	stage_note_trade(stage, trade);
	return judge(stage, settings, trade->exit_ms, change);
}

bool stage_nav(struct stage *stage, const struct stage_settings *settings, ms_t now, int64_t nav,
	       struct stage_change *change)
{
	note_nav(stage, nav);
	return judge(stage, settings, now, change);
}

bool stage_day(struct stage *stage, const struct stage_settings *settings, const struct equity_sample *sample,
	       struct stage_change *change)
{
	stage_note_day(stage, sample);
	return judge(stage, settings, sample->at_ms, change);
}

bool stage_lower(struct stage *stage, ratio_t to, ms_t now, struct stage_change *change)
{
	if (rung_of(to) == LADDER_COUNT || to >= stage->stage)
		return false;
	move_to(stage, to, now, change);
	return true;
}
