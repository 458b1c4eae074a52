/* SPDX-License-Identifier: MIT
 * The numbers of rules.md section 7: what moves a stage up, what moves it down, and what does not. */
#include "stage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define NAV 1000000000000LL

static const struct stage_settings *const settings = &stage_settings_default;

/* A stage in the making: facts are fed day by day. */
struct life {
	struct stage stage;
	struct stage_change change;
	int64_t nav, peak;
	ms_t now;
	int moves;
};

static struct life a_life(ratio_t start)
{
	struct life life = {.nav = NAV, .peak = NAV, .now = 100 * DAY_MS};
	struct equity_sample sample = {.at_ms = life.now, .nav = NAV, .nav_peak = NAV};

	assert_int_equal(stage_init(&life.stage, start, false), 0);
	assert_false(stage_day(&life.stage, settings, &sample, &life.change));
	return life;
}

/* Daily return in 1e-4, at 00:00 of the next day. */
static void a_day(struct life *life, int64_t return_bps)
{
	struct equity_sample sample;

	life->now += DAY_MS;
	life->nav += life->nav / 10000 * return_bps;
	life->peak = life->nav > life->peak ? life->nav : life->peak;
	sample = (struct equity_sample){.at_ms = life->now, .nav = life->nav, .nav_peak = life->peak};
	life->moves += stage_day(&life->stage, settings, &sample, &life->change);
}

static void trades(struct life *life, int count, ratio_t slippage)
{
	for (int i = 0; i < count; i++) {
		struct trade trade = {
			.book = BOOK_MAIN,
			.stage = life->stage.stage,
			.entry_ms = life->now,
			.exit_ms = life->now + MINUTE_MS,
			.entry_slippage = slippage,
			.exit_slippage = slippage,
		};
		life->moves += stage_trade(&life->stage, settings, &trade, &life->change);
	}
}

/* Alternates a better and a worse day: mean and deviation, so Sharpe, are known. */
static void days(struct life *life, int count, int64_t better_bps, int64_t worse_bps)
{
	for (int i = 0; i < count; i++)
		a_day(life, i % 2 ? worse_bps : better_bps);
}

static void fifty_trades_and_thirty_good_days_raise_the_stage(void **state)
{
	struct life life = a_life(STAGE_5);

	(void)state;
	trades(&life, 50, 0);
	days(&life, 29, 30, -10);
	assert_int_equal(life.moves, 0);
	a_day(&life, -10);
	assert_int_equal(life.moves, 1);
	assert_int_equal(life.stage.stage, STAGE_10);
	assert_int_equal(life.change.from_stage, STAGE_5);
	assert_int_equal(life.change.stage, STAGE_10);
	assert_int_equal(life.change.trades, 50);
	assert_int_equal(life.change.days, 30);
	assert_int_equal(life.change.seq, 1);
	assert_int_equal(life.change.at_ms, life.now);
	/* mean 10 bps, sample deviation 20 bps x sqrt(30 / 29): x sqrt 365 = 9.39 */
	assert_true(fabs((double)life.change.sharpe / 1e9 - 0.5 * sqrt(29.0 / 30) * sqrt(365)) < 1e-6);
	assert_int_equal(life.change.slippage, 0);
	assert_int_equal(life.change.drawdown, 10 * BPS);
}

static void forty_nine_trades_do_not_and_the_fiftieth_does(void **state)
{
	struct life life = a_life(STAGE_5);

	(void)state;
	trades(&life, 49, 0);
	days(&life, 60, 30, -10);
	assert_int_equal(life.moves, 0);
	trades(&life, 1, 0);
	assert_int_equal(life.moves, 1);
	assert_int_equal(life.stage.stage, STAGE_10);
}

static void the_ladder_is_5_10_25_100_and_every_step_starts_the_count_anew(void **state)
{
	static const ratio_t wanted[] = {STAGE_10, STAGE_25, STAGE_100};
	struct life life = a_life(STAGE_5);

	(void)state;
	assert_int_equal(STAGE_5, 50000000);
	assert_int_equal(STAGE_10, 100000000);
	assert_int_equal(STAGE_25, 250000000);
	assert_int_equal(STAGE_100, 1000000000);
	days(&life, 30, 30, -10);
	for (int step = 0; step < 3; step++) {
		trades(&life, 50, 0);
		assert_int_equal(life.moves, step + 1);
		assert_int_equal(life.stage.stage, wanted[step]);
		assert_int_equal(life.stage.trades, 0);
		assert_int_equal(life.stage.days, 0);
		days(&life, 30, 30, -10); /* no trades: nothing moves */
		assert_int_equal(life.moves, step + 1);
	}
	trades(&life, 100, 0);
	days(&life, 100, 30, -10);
	assert_int_equal(life.moves, 3); /* never above 100 % */
}

/* Sharpe of +a/-b days is known: (a-b)/(a+b) x sqrt(29/30) x sqrt(365), nearly. */
static void sharpe_of_one_is_needed_to_rise(void **state)
{
	struct life life = a_life(STAGE_5);

	(void)state;
	trades(&life, 50, 0);
	days(&life, 40, 1045,
	     -955); /* returns 10.45 % and -9.55 %: 0.045 x 19 = 0.85; but the drawdown is 9.55 % */
	assert_int_equal(life.stage.stage, STAGE_SHADOW); /* too deep: down */

	life = a_life(STAGE_5);
	trades(&life, 50, 0);
	days(&life, 30, 104, -95); /* the same Sharpe, shallow: neither up nor down */
	assert_true(stage_sharpe(&life.stage) > RATIO_ONE / 2);
	assert_true(stage_sharpe(&life.stage) < RATIO_ONE);
	assert_int_equal(life.moves, 0);
	a_day(&life, 104); /* 1.48 */
	assert_int_equal(life.moves, 1);
	assert_int_equal(life.stage.stage, STAGE_10);
}

static void after_thirty_days_a_sharpe_under_a_half_lowers_the_stage(void **state)
{
	struct life life = a_life(STAGE_25);

	(void)state;
	days(&life, 29, 10, -12);
	assert_int_equal(life.moves, 0);
	a_day(&life, -12);
	assert_int_equal(life.moves, 1);
	assert_int_equal(life.stage.stage, STAGE_10);
	assert_true(life.change.sharpe < RATIO_ONE / 2);
	assert_int_equal(life.stage.days, 0);
}

static void days_without_any_result_have_no_sharpe_and_move_nothing(void **state)
{
	struct life life = a_life(STAGE_10);

	(void)state;
	trades(&life, 60, 0);
	days(&life, 100, 0, 0);
	assert_true(stage_sharpe(&life.stage) == UNKNOWN);
	assert_int_equal(life.moves, 0);
}

static void the_drawdown_limit_is_one_and_a_half_of_the_baseline_but_at_least_five_percent(void **state)
{
	struct stage_settings own = *settings;
	struct stage stage;

	(void)state;
	stage_init(&stage, STAGE_5, false);
	assert_int_equal(stage_drawdown_limit(&stage, settings), 75 * RATIO_ONE / 1000);
	own.baseline_drawdown = 8 * RATIO_ONE / 100;
	assert_int_equal(stage_drawdown_limit(&stage, &own), 12 * RATIO_ONE / 100);
	own.baseline_drawdown = 2 * RATIO_ONE / 100;
	assert_int_equal(stage_drawdown_limit(&stage, &own), 5 * RATIO_ONE / 100);
	stage_baseline(&stage, 6 * RATIO_ONE / 100,
		       2 * BPS); /* a record that earned promotion counts instead */
	assert_int_equal(stage_drawdown_limit(&stage, &own), 9 * RATIO_ONE / 100);
	assert_int_equal(stage_slippage_limit(&stage, &own), 7 * BPS);
}

static void a_drawdown_over_the_limit_lowers_the_stage_at_once(void **state)
{
	struct life life = a_life(STAGE_100);

	(void)state;
	assert_false(stage_nav(&life.stage, settings, life.now + 1, NAV * 11 / 10, &life.change));
	/* 7.5 % under the peak is the limit, and passes */
	assert_false(
		stage_nav(&life.stage, settings, life.now + 2, NAV * 11 / 10 / 1000 * 925, &life.change));
	assert_true(stage_nav(&life.stage, settings, life.now + 3, NAV * 11 / 10 / 1000 * 925 - 1100,
			      &life.change));
	assert_int_equal(life.stage.stage, STAGE_25);
	assert_int_equal(life.change.drawdown, 75 * RATIO_ONE / 1000 + 1);
	/* the new stage measures from here */
	assert_false(stage_nav(&life.stage, settings, life.now + 4, NAV, &life.change));
}

static void below_five_percent_is_shadow_and_nothing_leaves_it(void **state)
{
	struct life life = a_life(STAGE_5);

	(void)state;
	assert_true(stage_nav(&life.stage, settings, life.now + 1, NAV / 2, &life.change));
	assert_int_equal(life.stage.stage, STAGE_SHADOW);
	assert_int_equal(life.change.stage, 0);
	assert_false(stage_nav(&life.stage, settings, life.now + 2, NAV / 4, &life.change));
	trades(&life, 100, 0);
	life.nav = NAV / 4;
	days(&life, 60, 30, -10);
	assert_int_equal(life.moves, 0);
	assert_int_equal(life.stage.stage, STAGE_SHADOW);
}

static void thirty_fills_with_a_mean_over_five_basis_points_lower_the_stage(void **state)
{
	struct life life = a_life(STAGE_10);

	(void)state;
	trades(&life, 14, 6 * BPS + 1);
	assert_int_equal(life.moves, 0); /* 28 fills */
	trades(&life, 1, 6 * BPS + 1);
	assert_int_equal(life.moves, 1);
	assert_int_equal(life.stage.stage, STAGE_5);
	assert_int_equal(life.change.slippage, 6 * BPS + 1);

	life = a_life(STAGE_10);
	trades(&life, 40, 6 * BPS); /* at the limit passes */
	assert_int_equal(life.moves, 0);
	days(&life, 30, 30, -10);
	trades(&life, 10, 6 * BPS);
	assert_int_equal(life.stage.stage, STAGE_25); /* and rises with it */
}

static void slippage_is_judged_against_its_baseline(void **state)
{
	struct stage_settings own = *settings;
	struct stage stage;
	struct stage_change change;
	struct trade trade = {
		.stage = STAGE_10, .entry_ms = 1, .entry_slippage = 8 * BPS, .exit_slippage = 8 * BPS};

	(void)state;
	own.baseline_slippage = 3 * BPS;
	stage_init(&stage, STAGE_10, false);
	for (int i = 0; i < 40; i++)
		assert_false(stage_trade(&stage, &own, &trade, &change));
	trade.entry_slippage = 9 * BPS;
	assert_true(stage_trade(&stage, &own, &trade, &change));
}

static void unknown_slippage_is_not_zero_and_does_not_let_a_stage_rise(void **state)
{
	struct life life = a_life(STAGE_5);

	(void)state;
	trades(&life, 60, UNKNOWN);
	days(&life, 60, 30, -10);
	assert_true(stage_slippage(&life.stage) == UNKNOWN);
	assert_int_equal(life.moves, 0);
	trades(&life, 1, 0);
	assert_int_equal(life.moves, 1);
}

static void trades_of_other_books_stages_and_times_do_not_count(void **state)
{
	struct stage stage;
	struct stage_change change = {.seq = 4, .at_ms = 1000, .stage = STAGE_10};
	struct trade trade = {.book = BOOK_MAIN, .stage = STAGE_10, .entry_ms = 1000, .exit_ms = 2000};

	(void)state;
	stage_init(&stage, STAGE_5, false);
	stage_restore(&stage, &change);
	stage_note_trade(&stage, &trade);
	assert_int_equal(stage.trades, 1);
	trade.entry_ms = 999;
	stage_note_trade(&stage, &trade);
	trade.entry_ms = 1000;
	trade.book = BOOK_SHADOW;
	stage_note_trade(&stage, &trade);
	trade.book = BOOK_MAIN;
	trade.stage = STAGE_5;
	stage_note_trade(&stage, &trade);
	assert_int_equal(stage.trades, 1);
}

static void a_fixed_stage_never_moves_by_itself(void **state)
{
	struct life life = a_life(STAGE_100);
	struct stage_change record = {.seq = 9, .at_ms = 5, .stage = STAGE_5};

	(void)state;
	assert_int_equal(stage_init(&life.stage, STAGE_100, true), 0);
	trades(&life, 100, 50 * BPS);
	days(&life, 60, 10, -500);
	assert_int_equal(life.moves, 0);
	stage_restore(&life.stage, &record);
	assert_int_equal(life.stage.stage, STAGE_100);
	assert_int_equal(stage_init(&life.stage, STAGE_25 + 1, true), TB_EINVAL);
}

/* The journal of a fixed stage, read back by a start with that stage. */
static struct stage read_back(const struct stage_change *records, size_t count, ratio_t start)
{
	struct stage stage;

	stage_init(&stage, start, true);
	for (size_t i = 0; i < count; i++)
		stage_restore(&stage, &records[i]);
	return stage;
}

static void a_fixed_stage_that_was_lowered_stays_low_until_a_start_says_another(void **state)
{
	struct stage_change records[3], none;
	struct stage stage;

	(void)state;
	stage_init(&stage, STAGE_100, true);
	assert_true(stage_begin(&stage, settings, 5000, NAV, &records[0]));
	assert_true(stage_lower(&stage, settings, STAGE_25, 6000, &records[1]));
	stage = read_back(records, 2, STAGE_100);
	assert_int_equal(stage.stage, STAGE_25);
	assert_false(stage_begin(&stage, settings, 7000, NAV, &none)); /* known: nothing raises it */
	assert_true(stage_lower(&stage, settings, STAGE_5, 8000, &records[2]));
	stage = read_back(records, 3, STAGE_100);
	assert_int_equal(stage.stage, STAGE_5);
	stage = read_back(records, 3, STAGE_10); /* the operator starts it with something else */
	assert_int_equal(stage.stage, STAGE_10);
	assert_true(stage_begin(&stage, settings, 9000, NAV, &none));
	assert_int_equal(none.stage, STAGE_10);
	records[2] = none;
	stage = read_back(records, 3, STAGE_100);
	assert_int_equal(stage.stage, STAGE_100);
	assert_true(stage_begin(&stage, settings, 9500, NAV, &none));
}

static void an_operator_can_only_lower_it(void **state)
{
	struct life life = a_life(STAGE_25);

	(void)state;
	assert_false(stage_lower(&life.stage, settings, STAGE_100, life.now, &life.change));
	assert_false(stage_lower(&life.stage, settings, STAGE_25, life.now, &life.change));
	assert_false(stage_lower(&life.stage, settings, STAGE_5 + 1, life.now, &life.change));
	assert_true(stage_lower(&life.stage, settings, STAGE_5, life.now, &life.change));
	assert_int_equal(life.stage.stage, STAGE_5);
	assert_int_equal(life.change.from_stage, STAGE_25);
}

/* What the journal has of a life (stage records, extremes, trades, daily samples) brings the stage back. */
static void the_journal_brings_a_stage_back_as_it_was(void **state)
{
	struct life life = a_life(STAGE_5);
	struct stage again;
	struct stage_change record;
	struct stage_peak peak;
	int64_t navs[64];
	ms_t times[64];
	int samples = 0;

	(void)state;
	trades(&life, 50, 0);
	days(&life, 30, 30, -10);
	assert_int_equal(life.moves, 1);
	record = life.change;
	assert_int_equal(record.reason, STAGE_REASON_UP);
	navs[samples] = NAV, times[samples++] = life.now - DAY_MS; /* of the stage before */
	trades(&life, 20, 2 * BPS);
	for (int i = 0; i < 12; i++) {
		a_day(&life, i % 3 ? 25 : -60);
		navs[samples] = life.nav, times[samples++] = life.now;
		/* a peak and a low that no daily sample has seen */
		assert_false(stage_nav(&life.stage, settings, life.now + HOUR_MS, life.nav / 1000 * 1015,
				       &life.change));
		assert_false(stage_nav(&life.stage, settings, life.now + HOUR_MS, life.nav, &life.change));
	}
	assert_true(stage_peak_record(&life.stage, &peak));
	assert_false(stage_peak_record(&life.stage, &peak)); /* told once */
	stage_init(&again, STAGE_5, false);
	stage_restore(&again, &record);
	stage_restore_peak(&again, &peak);
	for (int i = 0; i < 20; i++) {
		struct trade trade = {.stage = STAGE_10, .entry_ms = record.at_ms, .entry_slippage = 2 * BPS};
		trade.exit_slippage = 2 * BPS;
		stage_note_trade(&again, &trade);
	}
	for (int i = 0; i < samples; i++) {
		struct equity_sample sample = {.at_ms = times[i], .nav = navs[i]};
		stage_note_day(&again, &sample);
	}
	stage_restored(&again, life.nav);
	assert_memory_equal(&again, &life.stage, sizeof(again));
	assert_true(again.drawdown >= 150 * BPS);
	assert_int_equal(again.days, 12);
}

static void the_first_stage_is_told_once_and_counts_from_there(void **state)
{
	struct stage stage, again;
	struct stage_change change, none;

	(void)state;
	stage_init(&stage, STAGE_5, false);
	assert_true(stage_begin(&stage, settings, 5000, NAV, &change));
	assert_int_equal(change.reason, STAGE_REASON_START);
	assert_int_equal(change.stage, STAGE_5);
	assert_int_equal(change.nav, NAV);
	assert_int_equal(stage.since_ms, 5000);
	assert_false(stage_begin(&stage, settings, 6000, NAV, &none));
	stage_init(&again, STAGE_5, false);
	stage_restore(&again, &change);
	assert_false(stage_begin(&again, settings, 6000, NAV, &none));
	stage_init(&again, STAGE_25, true); /* another fixed stage than the journal's: told */
	stage_restore(&again, &change);
	assert_true(stage_begin(&again, settings, 6000, NAV, &none));
	assert_int_equal(none.seq, 2);
	assert_int_equal(none.stage, STAGE_25);
}

static void each_way_down_tells_its_reason_and_its_limits(void **state)
{
	struct life life = a_life(STAGE_100);

	(void)state;
	assert_true(stage_nav(&life.stage, settings, life.now + 1, NAV / 100 * 92, &life.change));
	assert_int_equal(life.change.reason, STAGE_REASON_DRAWDOWN);
	assert_int_equal(life.change.peak_nav, NAV);
	assert_int_equal(life.change.low_nav, NAV / 100 * 92);
	assert_int_equal(life.change.limit_drawdown, 75 * RATIO_ONE / 1000);
	life = a_life(STAGE_100);
	trades(&life, 15, 7 * BPS);
	assert_int_equal(life.change.reason, STAGE_REASON_SLIPPAGE);
	assert_int_equal(life.change.fills, 30);
	assert_int_equal(life.change.limit_slippage, 6 * BPS);
	life = a_life(STAGE_100);
	days(&life, 30, 10, -12);
	assert_int_equal(life.change.reason, STAGE_REASON_SHARPE);
	assert_true(stage_lower(&life.stage, settings, STAGE_5, life.now, &life.change));
	assert_int_equal(life.change.reason, STAGE_REASON_OPERATOR);
}

static void a_promotion_leads_from_shadow_to_five_percent_and_is_the_baseline(void **state)
{
	struct life life = a_life(STAGE_SHADOW);
	struct promotion_record earned = {.drawdown = 8 * RATIO_ONE / 100, .slippage = 3 * BPS, .earned = 1};

	(void)state;
	assert_true(stage_promote(&life.stage, settings, &earned, life.now, &life.change));
	assert_int_equal(life.stage.stage, STAGE_5);
	assert_int_equal(life.change.reason, STAGE_REASON_PROMOTED);
	assert_int_equal(stage_drawdown_limit(&life.stage, settings), 12 * RATIO_ONE / 100);
	assert_int_equal(stage_slippage_limit(&life.stage, settings), 8 * BPS);
	assert_false(stage_promote(&life.stage, settings, &earned, life.now, &life.change));
	stage_init(&life.stage, STAGE_SHADOW, true);
	assert_false(stage_promote(&life.stage, settings, &earned, life.now, &life.change));
}

static void a_stage_rises_to_the_highest_allowed_and_no_further(void **state)
{
	struct life life = a_life(STAGE_5);
	struct stage_settings own = *settings;
	struct trade trade = {.book = BOOK_MAIN, .stage = STAGE_5, .entry_ms = life.now};

	(void)state;
	own.highest = STAGE_5; /* live without promotion */
	days(&life, 40, 30, -10);
	for (int i = 0; i < 60; i++)
		assert_false(stage_trade(&life.stage, &own, &trade, &life.change));
	assert_true(stage_trade(&life.stage, settings, &trade, &life.change));
}

static void a_second_sample_of_a_day_is_no_second_return(void **state)
{
	struct life life = a_life(STAGE_5);
	struct equity_sample noon = {.at_ms = life.now + DAY_MS / 2, .nav = NAV * 9 / 10, .nav_peak = NAV};

	(void)state;
	assert_true(stage_day(&life.stage, settings, &noon, &life.change)); /* but the drawdown counts */
	assert_int_equal(life.change.days, 0);
	assert_int_equal(life.change.drawdown, RATIO_ONE / 10);
}

static void the_defaults_are_those_of_the_rules(void **state)
{
	(void)state;
	assert_int_equal(settings->up_trades, 50);
	assert_int_equal(settings->up_days, 30);
	assert_int_equal(settings->up_sharpe, RATIO_ONE);
	assert_int_equal(settings->down_days, 30);
	assert_int_equal(settings->down_sharpe, RATIO_ONE / 2);
	assert_int_equal(settings->drawdown_factor, 1500000000);
	assert_int_equal(settings->drawdown_floor, 50000000);
	assert_int_equal(settings->slippage_over, 500000);
	assert_int_equal(settings->slippage_fills, 30);
	assert_int_equal(settings->baseline_drawdown, 50000000);
}

static void a_nav_that_is_none_changes_nothing(void **state)
{
	static const int64_t none[] = {0, -1, UNKNOWN, VALUE_MAX + 1};
	struct life life = a_life(STAGE_100);
	struct stage before = life.stage;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct equity_sample sample = {.at_ms = life.now + DAY_MS, .nav = none[i], .nav_peak = NAV};
		assert_false(stage_nav(&life.stage, settings, life.now, none[i], &life.change));
		assert_false(stage_day(&life.stage, settings, &sample, &life.change));
	}
	assert_memory_equal(&before, &life.stage, sizeof(before));
}

static void a_stage_that_begins_at_noon_has_its_first_return_at_midnight(void **state)
{
	struct life life = a_life(STAGE_25);

	(void)state;
	trades(&life, 3, 2 * BPS);
	life.nav = NAV / 100 * 99;
	assert_false(stage_nav(&life.stage, settings, life.now + DAY_MS / 2, life.nav, &life.change));
	assert_true(stage_lower(&life.stage, settings, STAGE_10, life.now + DAY_MS / 2, &life.change));
	assert_int_equal(life.stage.fills, 0);
	assert_int_equal(life.stage.slippage_sum, 0);
	assert_int_equal(life.stage.drawdown, 0);
	a_day(&life, 100);
	assert_int_equal(life.stage.days, 1);
	assert_true(fabs(life.stage.mean - 0.01) < 1e-12); /* from noon's NAV, not from yesterday's */
	a_day(&life, -200);
	assert_int_equal(life.stage.days, 2);
	assert_true(fabs(life.stage.mean + 0.005) < 1e-12);
}

static void sharpe_is_mean_over_sample_deviation_times_sqrt_365(void **state)
{
	struct life life = a_life(STAGE_25);

	(void)state;
	a_day(&life, 10);
	assert_true(stage_sharpe(&life.stage) == UNKNOWN);
	a_day(&life, -30); /* mean -10, sample deviation 20 sqrt 2 bps */
	assert_true(fabs((double)stage_sharpe(&life.stage) / 1e9 + 0.5 / sqrt(2) * sqrt(365)) < 1e-6);
	life.stage.square = 0; /* the same loss each day */
	assert_true(stage_sharpe(&life.stage) == -1000 * RATIO_ONE);
	life.stage.mean = 0.001;
	assert_true(stage_sharpe(&life.stage) == 1000 * RATIO_ONE);
}

static void exactly_at_its_limit_sharpe_rises_and_does_not_fall(void **state)
{
	struct life life = a_life(STAGE_25);
	struct stage_settings own = *settings;
	struct equity_sample again = {.nav_peak = NAV};

	(void)state;
	days(&life, 29, 30, -10);
	trades(&life, 50, 0);
	a_day(&life, -10); /* rises: Sharpe as before the move is in the record */
	assert_int_equal(life.moves, 1);
	own.up_sharpe = own.down_sharpe = life.change.sharpe;
	for (int over = 0; over <= 1; over++) {
		life = a_life(STAGE_25);
		days(&life, 30, 30, -10);
		own.up_sharpe += over;
		own.down_sharpe += over;
		again.at_ms = life.now;
		again.nav = life.nav;
		for (int i = 0; i < 50; i++)
			stage_note_trade(&life.stage,
					 &(struct trade){.stage = STAGE_25, .entry_ms = life.now});
		assert_true(stage_day(&life.stage, &own, &again, &life.change));
		assert_int_equal(life.stage.stage, over ? STAGE_10 : STAGE_100);
	}
}

static void a_drawdown_is_rounded_up(void **state)
{
	struct stage stage;
	struct stage_change change;

	(void)state;
	stage_init(&stage, STAGE_100, false);
	stage_nav(&stage, settings, 1, NAV, &change);
	stage_nav(&stage, settings, 2, NAV - 1, &change); /* 1e-12 */
	assert_int_equal(stage.drawdown, 1);
}

static void mean_slippage_is_rounded_up(void **state)
{
	struct stage stage = {.fills = 2, .slippage_sum = 3};

	(void)state;
	assert_int_equal(stage_slippage(&stage), 2);
	stage.slippage_sum = -3;
	assert_int_equal(stage_slippage(&stage), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fifty_trades_and_thirty_good_days_raise_the_stage),
		cmocka_unit_test(forty_nine_trades_do_not_and_the_fiftieth_does),
		cmocka_unit_test(the_ladder_is_5_10_25_100_and_every_step_starts_the_count_anew),
		cmocka_unit_test(sharpe_of_one_is_needed_to_rise),
		cmocka_unit_test(after_thirty_days_a_sharpe_under_a_half_lowers_the_stage),
		cmocka_unit_test(days_without_any_result_have_no_sharpe_and_move_nothing),
		cmocka_unit_test(
			the_drawdown_limit_is_one_and_a_half_of_the_baseline_but_at_least_five_percent),
		cmocka_unit_test(a_drawdown_over_the_limit_lowers_the_stage_at_once),
		cmocka_unit_test(below_five_percent_is_shadow_and_nothing_leaves_it),
		cmocka_unit_test(thirty_fills_with_a_mean_over_five_basis_points_lower_the_stage),
		cmocka_unit_test(slippage_is_judged_against_its_baseline),
		cmocka_unit_test(unknown_slippage_is_not_zero_and_does_not_let_a_stage_rise),
		cmocka_unit_test(trades_of_other_books_stages_and_times_do_not_count),
		cmocka_unit_test(a_fixed_stage_never_moves_by_itself),
		cmocka_unit_test(a_fixed_stage_that_was_lowered_stays_low_until_a_start_says_another),
		cmocka_unit_test(an_operator_can_only_lower_it),
		cmocka_unit_test(the_journal_brings_a_stage_back_as_it_was),
		cmocka_unit_test(the_first_stage_is_told_once_and_counts_from_there),
		cmocka_unit_test(each_way_down_tells_its_reason_and_its_limits),
		cmocka_unit_test(a_promotion_leads_from_shadow_to_five_percent_and_is_the_baseline),
		cmocka_unit_test(a_stage_rises_to_the_highest_allowed_and_no_further),
		cmocka_unit_test(a_second_sample_of_a_day_is_no_second_return),
		cmocka_unit_test(the_defaults_are_those_of_the_rules),
		cmocka_unit_test(a_nav_that_is_none_changes_nothing),
		cmocka_unit_test(a_stage_that_begins_at_noon_has_its_first_return_at_midnight),
		cmocka_unit_test(sharpe_is_mean_over_sample_deviation_times_sqrt_365),
		cmocka_unit_test(mean_slippage_is_rounded_up),
		cmocka_unit_test(exactly_at_its_limit_sharpe_rises_and_does_not_fall),
		cmocka_unit_test(a_drawdown_is_rounded_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
