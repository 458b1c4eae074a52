/* SPDX-License-Identifier: MIT
 * See settings.h. */
#include "settings.h"

#include "signal_config.h"

#include <stdio.h>

void settings_of_config(const struct config *config, ms_t timeframe_ms, struct engine_settings *settings)
{
	engine_settings_default(settings);
	settings->limits = config->limits;
	settings->limits.timeframe_ms = timeframe_ms;
	signal_config_settings(config, timeframe_ms, &settings->signal);

	settings->decision.edge = config->decide.edge;
	settings->decision.moved = config->decide.moved;
	settings->decision.life_ms = config->limits.ticket_ms;
	settings->decision.pause_bars = config->decide.pause_bars;
	settings->decision.leverage = config->decide.leverage;
	settings->decision.margin_share = config->decide.margin_share;

	settings->execution.protect_deadline_ms = config->exit.protect_ms;
	settings->execution.absent_look_ups = config->truth.absent_look_ups;
	settings->execution.absent_after_ms = config->truth.absent_after_ms;
	settings->exits.hold_ms = config->exit.time_ms;
	settings->exits.contradiction_bars = config->exit.contradiction_bars;
	if (config->exit.trail_step > 0 && config->signal.trend_trail > 0)
		settings->exits.trail_steps = config->signal.trend_trail / config->exit.trail_step;

	settings->learning.fade = config->learn.fade;
	settings->learning.weight_insufficient = config->learn.weight_insufficient;
	settings->learning.weight_active = config->learn.weight_active;
	settings->learning.return_salience = config->learn.return_salience;
	settings->learning.return_trades = config->learn.return_trades;
	settings->shadow = config->learn.shadow;
	settings->promotion = (struct promotion_settings){
		.sharpe = config->promotion.sharpe,
		.drawdown = config->promotion.drawdown,
		.trades = config->promotion.trades,
		.days = config->promotion.days,
		.weeks = config->promotion.weeks,
		.stable = config->promotion.stable,
		.regimes = config->promotion.regimes,
	};
	settings->stage.up_trades = config->stage.up_trades;
	settings->stage.up_days = config->stage.up_days;
	settings->stage.up_sharpe = config->stage.up_sharpe;
	settings->stage.down_days = config->stage.down_days;
	settings->stage.down_sharpe = config->stage.down_sharpe;
	settings->stage.drawdown_factor = config->stage.drawdown_factor;
	settings->stage.drawdown_floor = config->stage.drawdown_floor;
	settings->stage.slippage_over = config->stage.slippage_over;
	settings->reward.position_share = config->limits.position_share;

	settings->scanner = (struct scanner_settings){
		.enabled = config->scanner.enabled,
		.top = config->limits.positions,
		.hysteresis = config->scanner.hysteresis_ranks,
		.interval_ms = config->scanner.interval_ms,
		.listed_ms = config->scanner.listed_ms,
		.min_turnover = config->scanner.turnover,
		.spread = config->scanner.spread,
		.range_low = config->scanner.range_low,
		.range_high = config->scanner.range_high,
	};
	settings->scan_every_ms = config->scanner.interval_ms;
	settings->health.failures = config->failures;
	settings->health.clock_off_ms = config->limits.clock_off_ms;
	settings->unexplained = config->unexplained;
	settings->lists_every_ms = config->truth.lists_every_ms;
	settings->explain_ms = config->truth.explain_ms;
	settings->excess_over = config->truth.excess_over;
	settings->excess_ms = config->truth.excess_ms;
	settings->lock_flattens = config->lock_flattens;
}

size_t settings_symbols(const struct config *config, struct universe *universe,
			struct engine_settings *settings)
{
	settings->manual_count = 0;
	for (size_t i = 0; i < config->symbols.count; i++) {
		sym_t sym = universe_find(universe, config->symbols.at[i]);
		if (sym != SYM_NONE)
			settings->manual[settings->manual_count++] = sym;
	}
	for (size_t i = 0; i < config->scanner.blacklist.count; i++) {
		sym_t sym = universe_find(universe, config->scanner.blacklist.at[i]);
		if (sym != SYM_NONE)
			universe->at[sym].blacklisted = 1;
	}
	return settings->manual_count;
}

int settings_check(const struct config *config, size_t manual, bool rollout, char *error, size_t size)
{
	if (manual == 0 && !config->scanner.enabled) {
		snprintf(
			error, size,
			"nothing to trade: none of TRADING_SYMBOLS is in this market and the scanner is off");
		return TB_EINVAL;
	}
	if (rollout && !config->learn.shadow) {
		snprintf(error, size, "--stage rollout needs LEARN_SHADOW=true: it begins in shadow");
		return TB_EINVAL;
	}
	return 0;
}
