/* SPDX-License-Identifier: MIT
 * The stages and what moves them. Daily returns are doubles (Welford, no sum of squares) because Sharpe is
 * one; it is rounded to 1e-9 before it is compared. Drawdown and slippage are compared as integers. */
#include "stage.h"

#include "sharpe.h"

#include <string.h>

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
	.baseline_slippage = 1 * BPS,
	.highest = STAGE_100,
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
	stage->baseline_drawdown = stage->baseline_slippage = UNKNOWN;
	if (rung_of(start) == LADDER_COUNT)
		return TB_EINVAL;
	stage->stage = stage->start = start;
	return 0;
}

/* A new stage begins: all evidence is of the old one. NAV goes on from where it is. */
static void start_over(struct stage *stage, ratio_t to, ms_t now)
{
	stage->stage = to;
	stage->since_ms = now;
	stage->trades = 0;
	stage->last_seq = 0;
	stage->days = 0;
	stage->mean = stage->square = 0;
	stage->day_ms = now - now % DAY_MS;
	stage->day_nav = stage->last_nav;
	stage->peak_nav = stage->last_nav;
	stage->low_peak = stage->low_nav = 0;
	stage->drawdown = 0;
	stage->moved_peak = 1;
	stage->fills = 0;
	stage->slippage_sum = 0;
}

ratio_t stage_drawdown_limit(const struct stage *stage, const struct stage_settings *settings)
{
	ratio_t baseline =
		stage->baseline_drawdown == UNKNOWN ? settings->baseline_drawdown : stage->baseline_drawdown;
	ratio_t limit = share_down(baseline, settings->drawdown_factor);

	return limit > settings->drawdown_floor ? limit : settings->drawdown_floor;
}

ratio_t stage_slippage_limit(const struct stage *stage, const struct stage_settings *settings)
{
	ratio_t baseline =
		stage->baseline_slippage == UNKNOWN ? settings->baseline_slippage : stage->baseline_slippage;

	return baseline + settings->slippage_over;
}

static void move_to(struct stage *stage, const struct stage_settings *settings, ratio_t to,
		    enum stage_reason reason, ms_t now, struct stage_change *change)
{
	*change = (struct stage_change){
		.seq = ++stage->seq,
		.at_ms = now,
		.stage = to,
		.from_stage = stage->stage,
		.reason = reason,
		.nav = stage->last_nav,
		.trades = stage->trades,
		.trade_seq = stage->last_seq,
		.days = stage->days,
		.sharpe = stage_sharpe(stage),
		.drawdown = stage->drawdown,
		.slippage = stage_slippage(stage),
		.fills = stage->fills,
		.peak_nav = stage->low_peak,
		.low_nav = stage->low_nav,
		.limit_drawdown = stage_drawdown_limit(stage, settings),
		.limit_slippage = stage_slippage_limit(stage, settings),
	};
	stage->known = 1;
	start_over(stage, to, now);
}

bool stage_begin(struct stage *stage, const struct stage_settings *settings, ms_t now, int64_t nav,
		 struct stage_change *change)
{
	if (stage->known)
		return false;
	stage->last_nav = nav;
	move_to(stage, settings, stage->stage, STAGE_REASON_START, now, change);
	return true;
}

/* A daemon that is started again as it was goes on as low as the operator has put it; one that is started
 * with another stage was told so by him. */
static void restore_fixed(struct stage *stage, const struct stage_change *record)
{
	bool lowered = record->reason == STAGE_REASON_OPERATOR && stage->known;

	stage->stage = lowered ? record->stage : stage->start;
	stage->known = lowered || record->stage == stage->start;
}

void stage_restore(struct stage *stage, const struct stage_change *record)
{
	if (rung_of(record->stage) == LADDER_COUNT)
		return;
	stage->seq = record->seq;
	if (stage->fixed) {
		restore_fixed(stage, record);
		return;
	}
	stage->known = 1;
	stage->last_nav = record->nav > 0 ? record->nav : 0;
	start_over(stage, record->stage, record->at_ms);
	stage->moved_peak = 0;
}

void stage_restore_peak(struct stage *stage, const struct stage_peak *record)
{
	if (stage->fixed || record->since_ms != stage->since_ms || record->peak_nav <= 0)
		return;
	stage->peak_nav = record->peak_nav;
	stage->low_peak = record->low_peak;
	stage->low_nav = record->low_nav;
	stage->drawdown = record->drawdown;
}

void stage_baseline(struct stage *stage, ratio_t drawdown, ratio_t slippage)
{
	stage->baseline_drawdown = drawdown;
	stage->baseline_slippage = slippage;
}

void stage_restored(struct stage *stage, int64_t nav)
{
	if (stage->known && !stage->fixed && nav > 0)
		stage->last_nav = nav;
}

bool stage_peak_record(struct stage *stage, struct stage_peak *out)
{
	bool told = stage->moved_peak && !stage->fixed;

	stage->moved_peak = 0; /* of a fixed stage nobody is told */
	if (!told)
		return false;
	*out = (struct stage_peak){.since_ms = stage->since_ms,
				   .peak_nav = stage->peak_nav,
				   .low_peak = stage->low_peak,
				   .low_nav = stage->low_nav,
				   .drawdown = stage->drawdown};
	return true;
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
	stage->last_seq = trade->seq;
	note_slippage(stage, trade->entry_slippage);
	note_slippage(stage, trade->exit_slippage);
}

static void note_nav(struct stage *stage, int64_t nav)
{
	ratio_t down;

	if (nav <= 0 || nav > VALUE_MAX)
		return;
	stage->last_nav = nav;
	if (nav > stage->peak_nav) {
		stage->peak_nav = nav;
		stage->moved_peak = 1;
	}
	down = mul_div_up(stage->peak_nav - nav, RATIO_ONE, stage->peak_nav);
	if (down > stage->drawdown) {
		stage->drawdown = down;
		stage->low_peak = stage->peak_nav;
		stage->low_nav = nav;
		stage->moved_peak = 1;
	}
}

void stage_note_day(struct stage *stage, const struct equity_sample *sample)
{
	ms_t day = sample->at_ms - sample->at_ms % DAY_MS;

	if (sample->nav <= 0 || sample->nav > VALUE_MAX || sample->at_ms < stage->since_ms)
		return;
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
	return sharpe_of(stage->days, stage->mean, stage->square);
}

ratio_t stage_slippage(const struct stage *stage)
{
	return mean_up(stage->slippage_sum, stage->fills);
}

static bool judge(struct stage *stage, const struct stage_settings *settings, ms_t now,
		  struct stage_change *change)
{
	size_t rung = rung_of(stage->stage);
	enum stage_reason down = STAGE_REASON_START;

	if (stage->fixed || rung == 0)
		return false;
	ratio_t sharpe = stage_sharpe(stage), slippage = stage_slippage(stage);
	bool slipping = slippage != UNKNOWN && slippage > stage_slippage_limit(stage, settings);
	if (stage->drawdown > stage_drawdown_limit(stage, settings))
		down = STAGE_REASON_DRAWDOWN;
	else if (slipping && stage->fills >= settings->slippage_fills)
		down = STAGE_REASON_SLIPPAGE;
	else if (stage->days >= settings->down_days && sharpe != UNKNOWN && sharpe < settings->down_sharpe)
		down = STAGE_REASON_SHARPE;
	if (down != STAGE_REASON_START) {
		move_to(stage, settings, ladder[rung - 1], down, now, change);
		return true;
	}
	if (rung + 1 == LADDER_COUNT || ladder[rung + 1] > settings->highest || slipping ||
	    slippage == UNKNOWN || sharpe == UNKNOWN || stage->trades < settings->up_trades ||
	    stage->days < settings->up_days || sharpe < settings->up_sharpe)
		return false;
	move_to(stage, settings, ladder[rung + 1], STAGE_REASON_UP, now, change);
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
	note_nav(stage, sample->nav);
	return judge(stage, settings, sample->at_ms, change);
}

bool stage_promote(struct stage *stage, const struct stage_settings *settings,
		   const struct promotion_record *earned, ms_t now, struct stage_change *change)
{
	if (stage->fixed || stage->stage != STAGE_SHADOW)
		return false;
	move_to(stage, settings, STAGE_5, STAGE_REASON_PROMOTED, now, change);
	stage_baseline(stage, earned->drawdown, earned->slippage);
	return true;
}

bool stage_lower(struct stage *stage, const struct stage_settings *settings, ratio_t to, ms_t now,
		 struct stage_change *change)
{
	if (rung_of(to) == LADDER_COUNT || to >= stage->stage)
		return false;
	move_to(stage, settings, to, STAGE_REASON_OPERATOR, now, change);
	return true;
}
