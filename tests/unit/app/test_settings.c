/* SPDX-License-Identifier: MIT
 * The table's defaults are the rooms' own defaults, so that a test of a room and a run of the daemon mean the
 * same numbers; and what an owner sets arrives in the room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "config.h"
#include "settings.h"
#include "sim_model.h"

static struct config config;
static struct engine_settings wanted, got;

static void load(const char *set)
{
	struct config_sources sources = {.sets = &set, .set_count = set != NULL};
	char error[512] = "";

	if (config_load(&config, &sources, error, sizeof(error)) != TB_OK)
		fail_msg("%s", error);
	memset(&got, 0, sizeof(got));
	settings_of_config(&config, config.limits.timeframe_ms, &got);
}

static void the_default_settings_are_the_defaults_of_the_rooms(void **state)
{
	(void)state;
	load(NULL);
	engine_settings_default(&wanted);
	assert_memory_equal(&got.limits, &wanted.limits, sizeof(wanted.limits));
	assert_memory_equal(&got.signal, &wanted.signal, sizeof(wanted.signal));
	assert_memory_equal(&got.decision, &wanted.decision, sizeof(wanted.decision));
	assert_memory_equal(&got.execution, &wanted.execution, sizeof(wanted.execution));
	assert_memory_equal(&got.exits, &wanted.exits, sizeof(wanted.exits));
	assert_memory_equal(&got.learning, &wanted.learning, sizeof(wanted.learning));
	assert_memory_equal(&got.health, &wanted.health, sizeof(wanted.health));
	assert_int_equal(got.scanner.top, wanted.scanner.top);
	assert_int_equal(got.scanner.min_turnover, wanted.scanner.min_turnover);
	assert_int_equal(got.scanner.spread, wanted.scanner.spread);
	assert_int_equal(got.scanner.range_high, wanted.scanner.range_high);
	assert_int_equal(got.scan_every_ms, wanted.scan_every_ms);
	assert_int_equal(got.unexplained, wanted.unexplained);
	assert_int_equal(got.lock_flattens, wanted.lock_flattens);
	assert_memory_equal(&got.stage, &wanted.stage, sizeof(wanted.stage));
	assert_memory_equal(&got.promotion, &wanted.promotion, sizeof(wanted.promotion));
	assert_int_equal(got.lists_every_ms, wanted.lists_every_ms);
	assert_int_equal(got.explain_ms, wanted.explain_ms);
	assert_int_equal(got.excess_over, wanted.excess_over);
	assert_int_equal(got.excess_ms, wanted.excess_ms);
	assert_true(got.shadow);
}

/* Without a promotion slippage is judged against what the simulated exchange charges the largest order that
 * the default of the depth rule lets through. */
static void the_baseline_slippage_is_the_modelled_one(void **state)
{
	const money_t order = 1000 * MONEY_ONE;

	(void)state;
	load(NULL);
	assert_int_equal(got.stage.baseline_slippage,
			 sim_impact(&sim_model_default, order, order * got.limits.depth_multiple));
}

static void what_the_owner_sets_arrives_in_the_room(void **state)
{
	(void)state;
	load("RISK_LOCK_FLATTENS=false");
	assert_false(got.lock_flattens);
	load("EXIT_TRAIL_STEP=0.5");
	assert_int_equal(got.exits.trail_steps, 6); /* 3 ATR / 0.5 ATR */
	load("EXIT_PROTECT=1000");
	assert_int_equal(got.execution.protect_deadline_ms, SECOND_MS);
	load("SIGNAL_JUMP=25%");
	assert_int_equal(got.signal.jump_pct, 25);
	load("MAX_RISK_PER_TRADE=0.5%");
	assert_int_equal(got.limits.risk_per_trade, RATIO_ONE / 200);
	load("SCANNER_MAX_POSITIONS=3");
	assert_int_equal(got.limits.positions, 3);
	assert_int_equal(got.scanner.top, 3);
	load("RISK_LEVERAGE=2");
	assert_int_equal(got.decision.leverage, CAP_LEVERAGE);
	load("EXCHANGE_LISTS_EVERY=60");
	assert_int_equal(got.lists_every_ms, MINUTE_MS);
	load("EXCHANGE_ABSENT_LOOK_UPS=5");
	assert_int_equal(got.execution.absent_look_ups, 5);
	load("EXCHANGE_ABSENT_AFTER=9");
	assert_int_equal(got.execution.absent_after_ms, 9 * SECOND_MS);
	load("RISK_EXPLAIN=30");
	assert_int_equal(got.explain_ms, 30 * SECOND_MS);
	load("RISK_EXCESS_OVER=10%");
	assert_int_equal(got.excess_over, RATIO_ONE / 10);
	load("RISK_EXCESS_AFTER=5");
	assert_int_equal(got.excess_ms, 5 * SECOND_MS);
	load("LEARN_SHADOW=false");
	assert_false(got.shadow);
	load("LEARN_RETURN_SALIENCE=0.4");
	assert_int_equal(got.learning.return_salience, 4 * RATIO_ONE / 10);
	load("LEARN_RETURN_TRADES=50");
	assert_int_equal(got.learning.return_trades, 50);
	load("PROMOTION_SHARPE=1.5");
	assert_int_equal(got.promotion.sharpe, 3 * RATIO_ONE / 2);
	load("PROMOTION_DRAWDOWN=5%");
	assert_int_equal(got.promotion.drawdown, RATIO_ONE / 20);
	load("PROMOTION_TRADES=300");
	assert_int_equal(got.promotion.trades, 300);
	load("PROMOTION_REGIMES=3");
	assert_int_equal(got.promotion.regimes, 3);
	load("STAGE_UP_TRADES=80");
	assert_int_equal(got.stage.up_trades, 80);
	load("STAGE_DRAWDOWN_FACTOR=1");
	assert_int_equal(got.stage.drawdown_factor, RATIO_ONE);
	load("STAGE_SLIPPAGE_OVER=3bps");
	assert_int_equal(got.stage.slippage_over, 3 * BPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_settings_are_the_defaults_of_the_rooms),
		cmocka_unit_test(the_baseline_slippage_is_the_modelled_one),
		cmocka_unit_test(what_the_owner_sets_arrives_in_the_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
