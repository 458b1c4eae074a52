/* SPDX-License-Identifier: MIT
 * Options that backtest and run share, read strictly: each error names the option, the value and what is
 * allowed. */
#ifndef TRADEBOT_APP_RUN_OPTIONS_H
#define TRADEBOT_APP_RUN_OPTIONS_H

#include "cli.h"
#include "tradebot/units.h"

/* All answer 0, or TB_EINVAL with a text. An option that was not given leaves *out as it is. */
int run_option_stage(const struct cli *cli, ratio_t *out, bool *rollout, char *error, size_t size); /* 0.05 0.10 0.25 1 */
/* stop (0) or rebase-after=DAYS */
int run_option_on_lock(const struct cli *cli, ms_t *out, char *error, size_t size);
int run_option_count(const struct cli *cli, const char *name, int64_t lowest, int64_t highest, int64_t *out,
		     char *error, size_t size);
/* max (0) or N times real time */
int run_option_speed(const struct cli *cli, double *out, char *error, size_t size);
/* --from and --to: whole UTC days, both included; UNKNOWN where not given. */
int run_option_days(const struct cli *cli, ms_t *from_ms, ms_t *to_ms, char *error, size_t size);

#endif
