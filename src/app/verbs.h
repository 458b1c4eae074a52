/* SPDX-License-Identifier: MIT
 * The verbs of the command line: verb_NAME does `tradebotd NAME` and returns an enum cli_exit. Each reads its
 * own options from cli, and its settings through setup_config (setup.h). The table of them all is in verbs.c.
 */
#ifndef APP_VERBS_H
#define APP_VERBS_H

#include "cli.h"

extern const struct cli_verb verbs[];

int verb_run(const struct cli *cli);
int verb_backtest(const struct cli *cli);
int verb_judge(const struct cli *cli);
int verb_indicators(const struct cli *cli);
int verb_candles(const struct cli *cli);
int verb_check_config(const struct cli *cli);
int verb_doctor(const struct cli *cli);
int verb_status(const struct cli *cli);
int verb_trades(const struct cli *cli);
int verb_why(const struct cli *cli);
int verb_risk(const struct cli *cli);
int verb_scan(const struct cli *cli);
int verb_scores(const struct cli *cli);
int verb_report(const struct cli *cli);
int verb_command(const struct cli *cli); /* halt, resume, flatten, unlock, lower-stage */

#endif
