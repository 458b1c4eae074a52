/* SPDX-License-Identifier: MIT
 * The owner's settings in the units of the signal room: what the engine gets and what `indicators` prints are
 * made by the same function. */
#ifndef APP_SIGNAL_CONFIG_H
#define APP_SIGNAL_CONFIG_H

#include "config.h"
#include "series.h"

/* Every field of *settings from config; the bars are timeframe_ms long. A jump is rounded down to whole
 * percent (stricter). */
void signal_config_settings(const struct config *config, ms_t timeframe_ms, struct signal_settings *settings);

#endif
