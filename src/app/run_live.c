/* SPDX-License-Identifier: MIT
 * See run_live.h. */
#include "run_live.h"

#include "live.h"
#include "run_options.h"
#include "state_dir.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What says something about a simulated market says nothing about a real one. */
static int refuse_options(const struct cli *cli, const struct config *config, char *error, size_t size)
{
	static const char *const options[] = {"speed",   "days",   "seed",  "symbols",     "candles",
					      "funding", "repair", "cache", "cache-verify"};

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		if (cli_count(cli, options[i]) == 0)
			continue;
		snprintf(error, size, "--%s is about the simulated market (--exchange sim), not %s",
			 options[i], config->exchange);
		return TB_EINVAL;
	}
	if (!cli_flag(cli, "sandbox") || !cli_flag(cli, "paper"))
		return 0;
	snprintf(error, size,
		 "--paper and --sandbox exclude each other: paper sends no order to any exchange");
	return TB_EINVAL;
}

/* With an account: what is missing for it. */
static int need_key(const struct live *live, char *error, size_t size)
{
	const struct config *config = live->config;
	const char *missing = config->api_key[0] == '\0'  ? "EXCHANGE_API_KEY"
			      : config->secret[0] == '\0' ? "EXCHANGE_SECRET"
							  : NULL;

	if (missing == NULL || !live_mode_has_account(live->mode))
		return 0;
	snprintf(error, size,
		 "%s is empty: trading %s needs a key (Read and Trade, never Withdraw), in .env or the "
		 "environment; "
		 "--paper needs none",
		 missing, live->mode_words);
	return TB_EINVAL;
}

/* Real money begins in shadow and goes up by what it has shown; the one other way is 5 %, fixed. */
static int choose_stage(struct live *live, char *error, size_t size)
{
	const ratio_t least = RATIO_ONE / 20;
	bool real = live->mode == LIVE_REAL;

	live->stage = real && live->config->accept_unpromoted ? least : RATIO_ONE;
	if (run_option_stage(live->cli, &live->stage, &live->rollout, error, size) != 0)
		return TB_EINVAL;
	if (!real)
		return 0;
	if (!live->config->accept_unpromoted) {
		live->rollout = true;
		if (cli_value(live->cli, "stage") == NULL ||
		    strcmp(cli_value(live->cli, "stage"), "rollout") == 0)
			return 0;
	} else if (live->rollout || live->stage == least) {
		return 0;
	}
	snprintf(
		error, size,
		"--stage %s: with real money a stage is earned; LIVE_ACCEPT_UNPROMOTED=true allows 0.05 only",
		cli_value(live->cli, "stage"));
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

int run_live(const struct cli *cli, struct config *config)
{
	struct live *live = calloc(1, sizeof *live);
	int code = EXIT_USAGE, lock_fd = -1;

	if (live == NULL)
		return EXIT_FAILED;
	live->cli = cli;
	live->config = config;
	live->clock_path = cli_value(cli, "clock");
	live->mode = live_mode_of(cli, config);
	live_mode_words(live->mode, config, live->mode_words, sizeof live->mode_words);
	if (refuse_options(cli, config, live->error, sizeof live->error) == 0 &&
	    need_key(live, live->error, sizeof live->error) == 0 &&
	    choose_stage(live, live->error, sizeof live->error) == 0) {
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
