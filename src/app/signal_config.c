/* SPDX-License-Identifier: MIT
 * Settings (1e-9, counts) to the doubles and counts that the signal room computes with. */
#include "signal_config.h"

static double number(ratio_t ratio)
{
	return (double)ratio / (double)RATIO_ONE;
}

void signal_config_settings(const struct config *config, ms_t timeframe_ms, struct signal_settings *settings)
{
	const struct config_signal *from = &config->signal;

	*settings = (struct signal_settings){
		.band_width = number(from->bollinger_width),
		.mean_stop_share = number(from->reversion_stop),
		.mean_stop_atr = number(from->reversion_atr),
		.stop_atr = number(from->trend_stop),
		.target_atr = number(from->trend_target),
		.trail_atr = number(from->trend_trail),
		.breakout_stop_atr = number(from->breakout_stop),
		.breakout_target_atr = number(from->breakout_target),
		.breakout_trail_atr = number(from->breakout_trail),
		.rank_window = (int)from->volatility_window,
		.rank_minimum = (int)from->volatility_least,
		.rank_high = (int)from->volatility_high,
		.rank_low = (int)from->volatility_low,
		.ratio_trending = number(from->efficiency),
		.hysteresis_bars = (int)from->hysteresis_bars,
		.jump_pct = (int)(from->jump / (RATIO_ONE / 100)),
		.hole_bars = signal_settings_default.hole_bars,
		.timeframe_ms = timeframe_ms,
	};
}
