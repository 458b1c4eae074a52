/* SPDX-License-Identifier: MIT
 * `run --paper`: the market of a real exchange, orders on the simulated one. */
#ifndef TRADEBOT_APP_RUN_PAPER_H
#define TRADEBOT_APP_RUN_PAPER_H

#include "cli.h"
#include "config.h"

/* Until a signal. An exit code; anything but EXIT_DONE has told its reason on stderr. */
int run_paper(const struct cli *cli, struct config *config);

#endif
