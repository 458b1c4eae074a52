/* SPDX-License-Identifier: MIT
 * From the owner's settings to the engine's: the only place where a key of the table becomes a number of a
 * room. */
#ifndef TRADEBOT_APP_SETTINGS_H
#define TRADEBOT_APP_SETTINGS_H

#include "config.h"
#include "engine.h"

/* Everything but the journal's instance, warm_all and the stage, which the mode of running decides.
 * timeframe_ms replaces the configured one (a backtest trades the timeframe of its candles). */
void settings_of_config(const struct config *config, ms_t timeframe_ms, struct engine_settings *settings);

/* TRADING_SYMBOLS that the universe has, as manual symbols; the blacklist onto the universe. Returns how many
 * of TRADING_SYMBOLS the universe has. */
size_t settings_symbols(const struct config *config, struct universe *universe,
			struct engine_settings *settings);

/* Whether these settings can trade a market that has `manual` of TRADING_SYMBOLS. rollout: the account is to
 * begin in shadow. TB_EINVAL with a text. */
int settings_check(const struct config *config, size_t manual, bool rollout, char *error, size_t size);

#endif
