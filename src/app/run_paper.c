/* SPDX-License-Identifier: MIT
 * See run_paper.h. */
#include "run_paper.h"

#include "live.h"
#include "run_options.h"
#include "state_dir.h"

#include <stdlib.h>
#include <unistd.h>

/* What says something about a simulated market says nothing about a real one. */
static int refuse_options(const struct cli *cli, char *error, size_t size)
{
	static const char *const options[] = {"speed",   "days",   "seed",  "symbols",     "candles",
					      "funding", "repair", "cache", "cache-verify"};

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		if (cli_count(cli, options[i]) == 0)
			continue;
		snprintf(error, size, "--%s is about the simulated market (--exchange sim), not --paper",
			 options[i]);
		return TB_EINVAL;
	}
	if (!cli_flag(cli, "sandbox"))
		return 0;
	snprintf(error, size,
		 "--paper and --sandbox exclude each other: paper sends no order to any exchange");
	return TB_EINVAL;
}

static int trade(struct live *live)
{
	int err = live_open(live);

	if (err != 0)
		return err == TB_EREFUSED ? EXIT_REFUSED : err == TB_EINVAL ? EXIT_USAGE : EXIT_FAILED;
	live->error[0] = '\0';
	return live_run(live);
}

int run_paper(const struct cli *cli, struct config *config)
{
	struct live *live = calloc(1, sizeof *live);
	int code = EXIT_USAGE, lock_fd = -1;

	if (live == NULL)
		return EXIT_FAILED;
	live->cli = cli;
	live->config = config;
	live->stage = RATIO_ONE;
	live->clock_path = cli_value(cli, "clock");
	if (refuse_options(cli, live->error, sizeof live->error) == 0 &&
	    run_option_stage(cli, &live->stage, &live->rollout, live->error, sizeof live->error) == 0) {
		lock_fd = state_lock(config->state, live->error, sizeof live->error);
		code = lock_fd >= 0 ? trade(live) : lock_fd == TB_EREFUSED ? EXIT_REFUSED : EXIT_FAILED;
	}
	if (code != EXIT_DONE)
		fprintf(stderr, "tradebotd run: %s\n", live->error);
	live_close(live);
	if (lock_fd >= 0)
		close(lock_fd);
	free(live);
	return code;
}
