/* SPDX-License-Identifier: MIT
 * `run` on a real exchange's market: orders go to it (its sandbox, or with real money) or, with --paper, to a
 * simulated account. */
#ifndef TRADEBOT_APP_RUN_LIVE_H
#define TRADEBOT_APP_RUN_LIVE_H

#include "cli.h"
#include "config.h"

/* Until a signal. An exit code; anything but EXIT_DONE has told its reason on stderr. */
int run_live(const struct cli *cli, struct config *config);

#endif
