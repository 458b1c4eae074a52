/* SPDX-License-Identifier: MIT
 * What a run says of itself in the log, whatever its market is. */
#ifndef TRADEBOT_APP_RUN_WORDS_H
#define TRADEBOT_APP_RUN_WORDS_H

#include "config.h"
#include "engine.h"

/* "resumed on the simulated exchange at ...: 8 symbols, state in ..."; then equity and limits. market: "the
 * simulated exchange". */
void run_words_start(const struct engine *engine, const struct config *config, const char *market,
		     size_t symbols, bool resumed, ms_t now_ms);

/* How many symbols passed each filter of the last table; nothing before the first one. */
void run_words_scan(const struct engine *engine, ms_t now_ms);

/* Per watched symbol the least E that can trade it at this stage. Returns how many of them E can trade; all
 * of them where the stage is 0. */
size_t run_words_least(struct engine *engine, const struct engine_settings *settings,
		       const struct universe *universe, ratio_t stage, ms_t now_ms);

#endif
