/* SPDX-License-Identifier: MIT
 * `tradebotd run`: the daemon. Here it trades the simulated exchange (market generator or candle files), at
 * full speed or against the clock; the state folder makes it resumable at any moment. A real market is
 * run_live's. */
#include "verbs.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "candle_options.h"
#include "live_codec.h"
#include "log.h"
#include "progress.h"
#include "record_log.h"
#include "run_options.h"
#include "run_live.h"
#include "run_words.h"
#include "setup.h"
#include "sim_run.h"
#include "state_dir.h"
#include "timeframe.h"

#define SIM_START_MS    1767225600000LL /* 2026-01-01T00:00:00Z: where the generator's calendar begins */
#define SYMBOLS_DEFAULT 8

struct run {
	const struct cli *cli;
	struct config config;
	struct candle_set set;
	struct sim_run world;
	struct progress progress;
	time_t heartbeat_s;
	double speed; /* 0: as fast as it goes */
	int lock_fd;
	bool has_set;
	char error[CANDLE_ERROR_MAX];
};

static volatile sig_atomic_t stop_wanted;

static void on_signal(int number)
{
	(void)number;
	stop_wanted = 1;
}

/* Records on their way into the journal: counted, and the notes among them logged. */
static void told(void *ctx, const struct record *record, bool stored)
{
	struct run *run = ctx;

	(void)stored;
	tally_record(&run->world.sim.tally, record);
	record_log(record, run->world.sim.universe, run->speed == 0);
}

/* What is only about candle files says nothing about the generator. */
static int refuse_without_candles(struct run *run)
{
	static const char *const options[] = {"funding", "repair", "cache", "cache-verify"};

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		if (cli_count(run->cli, options[i]) == 0)
			continue;
		snprintf(run->error, sizeof run->error, "--%s is about candle files: it needs --candles",
			 options[i]);
		return TB_EINVAL;
	}
	return 0;
}

static int load_candles(struct run *run)
{
	size_t count = cli_count(run->cli, "candles");
	const char **paths = calloc(count + 1, sizeof *paths);
	struct candle_options candles;

	if (candle_options_read(run->cli, &run->config, &candles, run->error, sizeof run->error) != 0) {
		free(paths);
		return TB_EINVAL;
	}
	run->has_set = count > 0;
	if (!run->has_set || paths == NULL) {
		free(paths);
		return run->has_set ? TB_EFULL : refuse_without_candles(run);
	}
	for (size_t i = 0; i < count; i++)
		paths[i] = cli_value_at(run->cli, "candles", i);
	int err = candle_set_load(&run->set, &candles, paths, count, cli_value(run->cli, "timeframe"),
				  UNKNOWN, UNKNOWN, cli_value(run->cli, "funding"), run->config.taker_fee,
				  stderr, run->error, sizeof run->error);
	free(paths);
	return err;
}

/* What the command line says about the market. */
static int read_options(struct run *run, struct sim_options *options)
{
	int64_t days = 0, symbols = SYMBOLS_DEFAULT, seed = 1;

	*options = (struct sim_options){.config = &run->config,
					.set = run->has_set ? &run->set : NULL,
					.start_ms = SIM_START_MS,
					.balance = run->config.sim.balance,
					.taker_fee = run->config.taker_fee,
					.stage = RATIO_ONE,
					.instance = 1};
	if (run_option_count(run->cli, "days", 1, 36500, &days, run->error, sizeof run->error) != 0 ||
	    run_option_count(run->cli, "symbols", 1, SIM_GENERATED_MAX, &symbols, run->error,
			     sizeof run->error) != 0 ||
	    run_option_count(run->cli, "seed", 0, INT64_MAX, &seed, run->error, sizeof run->error) != 0 ||
	    run_option_stage(run->cli, &options->stage, &options->rollout, run->error, sizeof run->error) !=
		    0 ||
	    run_option_speed(run->cli, &run->speed, run->error, sizeof run->error) != 0)
		return TB_EINVAL;
	if (run->has_set &&
	    (cli_value(run->cli, "days") || cli_value(run->cli, "symbols") || cli_value(run->cli, "seed"))) {
		snprintf(run->error, sizeof run->error,
			 "--days, --symbols and --seed are the generator's; with --candles "
			 "the files say what there is");
		return TB_EINVAL;
	}
	options->symbols = symbols;
	options->seed = (uint64_t)seed;
	options->end_ms = days > 0 ? SIM_START_MS + days * DAY_MS : 0;
	return 0;
}

static int64_t fresh_instance(void)
{
	uint32_t random = 0;

	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		random = (uint32_t)getpid();
	return (int64_t)(random & 0xfffff) | 1;
}

static void wait_until(const struct run *run, ms_t from_ms, ms_t to_ms)
{
	double wait = (double)(to_ms - from_ms) / 1000 / run->speed;

	while (wait > 0 && !stop_wanted) { /* in short naps: a signal must end it soon */
		double nap = wait < 0.2 ? wait : 0.2;
		struct timespec span = {(time_t)nap, (long)((nap - (double)(time_t)nap) * 1e9)};
		nanosleep(&span, NULL);
		wait -= nap;
	}
}

static void step_progress(struct progress *progress, const struct run *run)
{
	char detail[96], now[UTC_TEXT_MAX], shadow[40] = "";
	money_t equity = engine_equity(run->world.sim.engine);
	const struct tally *tally = &run->world.sim.tally;

	if (tally->trade_count > tally->own_count)
		snprintf(shadow, sizeof shadow, ", %zu in shadow", tally->trade_count - tally->own_count);

	utc_text(run->world.sim.world.now_ms, now);
	snprintf(detail, sizeof detail, "%.10s  equity %.2f  drawdown %.1f %%  trades %zu%s", now,
		 equity == UNKNOWN ? 0.0 : (double)equity / MONEY_ONE,
		 (double)desk_drawdown(engine_desk(run->world.sim.engine)) / 1e7, tally->own_count, shadow);
	progress_step(progress, run->world.sim.world.now_ms, detail);
}

#define HEARTBEAT_S 60

/* Against the clock a minute without news is normal; a minute without a line is not. */
static void step_heartbeat(const struct run *run, time_t *last_s)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (run->speed == 0 || now.tv_sec - *last_s < HEARTBEAT_S)
		return;
	if (*last_s != 0) {
		money_t equity = engine_equity(run->world.sim.engine);
		log_line(run->world.sim.world.now_ms, LOG_INFO, "app",
			 "heartbeat: equity %.2f USDT, drawdown %.2f %%, %zu trades closed since the start",
			 equity == UNKNOWN ? 0.0 : (double)equity / MONEY_ONE,
			 (double)desk_drawdown(engine_desk(run->world.sim.engine)) / 1e7,
			 run->world.sim.tally.own_count);
	}
	*last_s = now.tv_sec;
}

static bool before_turn(void *ctx, ms_t from_ms, ms_t to_ms)
{
	struct run *run = ctx;

	if (run->speed > 0 && !stop_wanted && !run->world.failed)
		wait_until(run, from_ms, to_ms);
	return !stop_wanted && !run->world.failed;
}

static void after_turn(void *ctx, int64_t turn)
{
	struct run *run = ctx;

	step_heartbeat(run, &run->heartbeat_s);
	if ((turn & 0x3ff) == 0)
		step_progress(&run->progress, run);
	if ((turn & 0xfff) == 0)
		journal_idle(&run->world.journal.journal);
}

static void turn_until_stopped(struct run *run)
{
	struct sim_world *sim = &run->world.sim;
	ms_t end_ms = sim->market.state.setup.end_ms;

	progress_open(&run->progress, "simulating", sim->world.now_ms, end_ms,
		      run->speed == 0 && end_ms > 0 ? stderr : NULL);
	sim_world_run(sim, &(struct sim_pace){.ctx = run,
					      .each_instant = run->speed > 0,
					      .before = before_turn,
					      .after = after_turn});
	step_progress(&run->progress, run);
	if (stop_wanted || run->world.failed)
		progress_stop(&run->progress);
	else
		progress_close(&run->progress, NULL);
}

static int say_end(struct run *run)
{
	struct digest digest;
	char hex[DIGEST_HEX_SIZE];

	log_line(run->world.sim.world.now_ms, LOG_INFO, "app",
		 "%s; every position keeps its stop at the exchange",
		 stop_wanted ? "stopped by a signal" : "the simulated time is over");
	if (journal_digest(&run->world.journal.journal, &digest) != 0) {
		fprintf(stderr, "tradebotd run: the digest could not be made: %s\n",
			run->world.journal.journal.error.text);
		return EXIT_FAILED;
	}
	digest_hex(&digest, hex);
	printf("unprotected %.1f s in all\n", (double)run->world.sim.checker.unprotected_ms / 1000);
	printf("violations %lld over a limit, %lld s unprotected over the deadline, %lld unequal books\n",
	       (long long)run->world.sim.checker.over_limit, (long long)run->world.sim.checker.naked_seconds,
	       (long long)run->world.sim.checker.books);
	if (run->world.sim.checker.first[0] != '\0')
		printf("FIRST VIOLATION: %s\n", run->world.sim.checker.first);
	printf("digest %s\n", hex);
	return EXIT_DONE;
}

/* The final look of the checker: this process may have seen only the last part of the trades. */
static void finish(struct run *run)
{
	sim_world_check(&run->world.sim, !run->world.resumed);
}

static int run_sim(struct run *run)
{
	struct sim_options options;
	int err = load_candles(run);

	if (err == 0)
		err = read_options(run, &options);
	if (err != 0)
		return err == TB_EINVAL ? EXIT_USAGE : EXIT_FAILED;
	run->lock_fd = state_lock(run->config.state, run->error, sizeof run->error);
	if (run->lock_fd < 0)
		return run->lock_fd == TB_EREFUSED ? EXIT_REFUSED : EXIT_FAILED;
	run->world.told = told;
	run->world.told_ctx = run;
	err = sim_run_open(&run->world, &options, run->config.state, fresh_instance(), run->error,
			   sizeof run->error);
	if (err == 0)
		err = journal_sink_check_rollout(&run->world.journal, options.rollout, run->config.state,
						 run->error, sizeof run->error);
	if (err == 0)
		err = sim_run_start(&run->world, run->error, sizeof run->error);
	if (err != 0)
		return err == TB_EREFUSED ? EXIT_REFUSED : err == TB_EINVAL ? EXIT_USAGE : EXIT_FAILED;
	run->error[0] = '\0';
	run_words_start(run->world.sim.engine, &run->config, "the simulated exchange",
			run->world.sim.universe->count, run->world.resumed, run->world.sim.world.now_ms);
	run_words_scan(run->world.sim.engine, run->world.sim.world.now_ms);
	turn_until_stopped(run);
	if (run->world.failed) {
		snprintf(run->error, sizeof run->error,
			 "%.300s cannot be written; when it can, the same command goes on from the last "
			 "stored turn",
			 run->config.state);
		return EXIT_FAILED;
	}
	if (!stop_wanted)
		finish(run);
	return say_end(run);
}

/* --exchange sim */
static int refuse_for_sim(const struct run *run)
{
	if (cli_flag(run->cli, "paper"))
		fprintf(stderr,
			"tradebotd run: --paper needs an exchange's live market: --exchange bybit --paper; "
			"the simulated exchange is what --exchange sim trades without it\n");
	else if (cli_flag(run->cli, "clock"))
		fprintf(stderr, "tradebotd run: --clock is about an emulated exchange\n");
	else
		return EXIT_DONE;
	return EXIT_USAGE;
}

static int refuse_exchange(const struct run *run)
{
	fprintf(stderr,
		"tradebotd run: this version cannot trade %s: use --exchange bybit (--sandbox, or --paper "
		"without a "
		"key) or --exchange sim\n",
		run->config.exchange);
	return EXIT_USAGE;
}

static int run_exchange(struct run *run)
{
	struct sigaction action = {.sa_handler = on_signal};
	bool simulated = strcmp(run->config.exchange, "sim") == 0;

	if (!simulated)
		return live_codec_knows(run->config.exchange) ? run_live(run->cli, &run->config)
							      : refuse_exchange(run);
	int code = refuse_for_sim(run);
	if (code != EXIT_DONE)
		return code;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	return run_sim(run);
}

int verb_run(const struct cli *cli)
{
	struct run *run = calloc(1, sizeof *run);

	if (run == NULL)
		return EXIT_FAILED;
	run->cli = cli;
	run->lock_fd = -1;
	int code = setup_config(cli, &run->config);
	if (code == EXIT_DONE)
		code = run_exchange(run);
	if (code != EXIT_DONE && run->error[0] != '\0')
		fprintf(stderr, "tradebotd run: %s\n", run->error);
	sim_run_close(&run->world);
	if (run->has_set)
		candle_set_free(&run->set);
	if (run->lock_fd >= 0)
		close(run->lock_fd);
	free(run);
	return code;
}
