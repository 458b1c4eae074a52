/* SPDX-License-Identifier: MIT
 * `tradebotd backtest`: recorded candles through the same engine, gate and driver as live trading. */
#include "verbs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "candle_options.h"
#include "export_trades.h"
#include "journal_sink.h"
#include "progress.h"
#include "report.h"
#include "run_options.h"
#include "setup.h"
#include "sim_world.h"
#include "timeframe.h"

struct backtest {
	const struct cli *cli;
	struct config config;
	struct candle_set set;
	struct sim_world sim;
	struct journal_sink journal;
	bool has_journal;
	struct progress progress;
	ms_t start_ms;
	double engine_seconds, journal_seconds, load_seconds;
	char error[CANDLE_ERROR_MAX];
};

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A backtest's sink: the tally always; the journal file if one was asked for, its time counted apart. */
static int commit(void *ctx, const struct turn_records *turn)
{
	struct backtest *b = ctx;

	for (size_t i = 0; i < turn->wants->record_count; i++)
		tally_record(&b->sim.tally, &turn->wants->records[i]);
	if (!b->has_journal)
		return 0;
	double before = seconds_now();
	int err = journal_sink_commit(&b->journal, turn);
	b->journal_seconds += seconds_now() - before;
	return err;
}

static int load(struct backtest *b)
{
	const struct cli *cli = b->cli;
	size_t count = cli_count(cli, "candles");
	const char **paths = calloc(count + 1, sizeof *paths);
	struct candle_options options;
	ms_t from_ms, to_ms;
	double before = seconds_now();

	if (paths == NULL || count == 0 ||
	    run_option_days(cli, &from_ms, &to_ms, b->error, sizeof b->error) != 0 ||
	    candle_options_read(cli, &b->config, &options, b->error, sizeof b->error) != 0) {
		if (count == 0)
			snprintf(b->error, sizeof b->error, "name the candles: --candles DIR or FILE...");
		free(paths);
		return TB_EINVAL;
	}
	for (size_t i = 0; i < count; i++)
		paths[i] = cli_value_at(cli, "candles", i);
	int err = candle_set_load(&b->set, &options, paths, count, cli_value(cli, "timeframe"), from_ms,
				  to_ms, cli_value(cli, "funding"), b->config.taker_fee, stderr, b->error,
				  sizeof b->error);
	free(paths);
	b->load_seconds = seconds_now() - before;
	return err;
}

static void after_turn(void *ctx, int64_t turn)
{
	struct backtest *b = ctx;

	if ((turn & 0xfff) == 0)
		progress_step(&b->progress, sim_world_now(&b->sim), NULL);
}

static int run(struct backtest *b)
{
	ms_t first_ms = INT64_MAX, last_ms = 0;

	for (size_t i = 0; i < b->set.universe.count; i++) {
		const struct candle_series *s = &b->set.series[i];
		if (s->count == 0)
			continue;
		first_ms = s->candles[0].open_ms < first_ms ? s->candles[0].open_ms : first_ms;
		last_ms = s->candles[s->count - 1].open_ms > last_ms ? s->candles[s->count - 1].open_ms
								     : last_ms;
	}
	/* the report's room, before the first bar: a trade in 32 bars is more than the pauses between them
	 * allow */
	if (tally_keep(&b->sim.tally, b->set.bars / 32 + 1024,
		       (size_t)(last_ms > first_ms ? (last_ms - first_ms) / DAY_MS : 0) + 8) != 0) {
		snprintf(b->error, sizeof b->error, "not enough memory");
		return TB_EFULL;
	}
	b->sim.world.sink = (struct sink){.ctx = b, .commit = commit};
	if (sim_world_start(&b->sim, b->error, sizeof b->error) != 0)
		return TB_EINVAL;
	b->start_ms = first_ms;
	progress_open(&b->progress, "backtest", first_ms, last_ms, stderr);
	double before = seconds_now();
	sim_world_run(&b->sim, &(struct sim_pace){.ctx = b, .after = after_turn});
	b->engine_seconds = seconds_now() - before - b->journal_seconds;
	sim_world_finish(&b->sim);
	progress_close(&b->progress, NULL);
	return 0;
}

static int make_report(const struct backtest *b, struct report *report)
{
	const struct tally *tally = &b->sim.tally;
	struct report_input in = {.data = cli_value(b->cli, "candles"),
				  .universe = b->sim.universe,
				  .trades = tally->trades,
				  .trade_count = tally->trade_count,
				  .book = BOOK_MAIN,
				  .equity = tally->days,
				  .equity_count = tally->day_count,
				  .start_balance = b->config.sim.balance,
				  .start_ms = b->start_ms,
				  .end_ms = sim_world_now(&b->sim),
				  .nav_drawdown = tally->drawdown,
				  .fill_count = tally->fills,
				  .no_trades = tally->notes,
				  .refusals = tally->refusals,
				  .violations = {b->sim.checker.over_limit, b->sim.checker.naked_seconds,
						 b->sim.checker.books}};

	return report_compute(&in, report);
}

static void print_json(struct backtest *b, const struct report *report, const char *digest)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("{\"bars\":%zu,\"symbols\":%zu,\"engine_seconds\":%.6f,\"load_seconds\":%.6f,\"journal_"
	       "seconds\":%.6f,"
	       "\"bars_per_second\":%.0f,\"peak_rss_kib\":%ld,\"digest\":\"%s\",",
	       b->set.bars, b->set.universe.count, b->engine_seconds, b->load_seconds, b->journal_seconds,
	       b->engine_seconds > 0 ? (double)b->set.bars / b->engine_seconds : 0.0, usage.ru_maxrss,
	       digest);
	report_json_fields(report, stdout);
	printf("}\n");
}

static void print_text(struct backtest *b, const struct report *report, const char *digest)
{
	const struct tally *tally = &b->sim.tally;
	char when[UTC_TEXT_MAX];

	report_print(report, stdout);
	if (tally->locked_ms != 0) {
		utc_text(tally->locked_ms, when);
		printf("\nLOCKED on %s: drawdown reached 20 %%; the bot closed everything and opened nothing "
		       "after it.\n"
		       "See --on-lock.\n",
		       when);
	} else if (tally->paused_ms != 0) {
		utc_text(tally->paused_ms, when);
		printf("\nPAUSED on %s: drawdown reached 15 %%; nothing was opened after it. See "
		       "--on-lock.\n",
		       when);
	}
	printf("\n%zu bars of %zu symbols in %.3f s (engine, sim and digest): %.2f M bars/s. Loading %.3f "
	       "s.\n",
	       b->set.bars, b->set.universe.count, b->engine_seconds,
	       b->engine_seconds > 0 ? (double)b->set.bars / b->engine_seconds / 1e6 : 0.0, b->load_seconds);
	printf("digest %s\n", digest);
	if (b->sim.checker.first[0] != '\0')
		printf("FIRST VIOLATION: %s\n", b->sim.checker.first);
}

/* A name that cannot be written is told before the work, not after it. Nothing is cut off yet. */
static int try_export(struct backtest *b)
{
	const char *path = cli_value(b->cli, "export-trades");
	FILE *out = path ? fopen(path, "a") : NULL;

	if (path != NULL && out == NULL) {
		snprintf(b->error, sizeof b->error, "--export-trades %s: %s", path, strerror(errno));
		return TB_EINVAL;
	}
	if (out != NULL)
		fclose(out);
	return 0;
}

static int write_export(struct backtest *b)
{
	const char *path = cli_value(b->cli, "export-trades");

	if (path == NULL)
		return 0;
	FILE *out = fopen(path, "w");
	if (out == NULL) {
		snprintf(b->error, sizeof b->error, "%s: %s", path, strerror(errno));
		return TB_EIO;
	}
	export_trades(b->sim.tally.trades, b->sim.tally.trade_count, b->sim.universe, out);
	bool bad = ferror(out) != 0;
	if (fclose(out) != 0 || bad) {
		snprintf(b->error, sizeof b->error, "%s: could not be written: %s", path, strerror(errno));
		return TB_EIO;
	}
	return 0;
}

static int open_world(struct backtest *b)
{
	struct sim_options options = {.config = &b->config,
				      .set = &b->set,
				      .balance = b->config.sim.balance,
				      .taker_fee = b->config.taker_fee,
				      .stage = RATIO_ONE,
				      .instance = 1};

	if (run_option_stage(b->cli, &options.stage, &options.rollout, b->error, sizeof b->error) != 0 ||
	    run_option_on_lock(b->cli, &options.rebase_after_ms, b->error, sizeof b->error) != 0)
		return TB_EINVAL;
	int err = sim_world_open(&b->sim, &options, b->error, sizeof b->error);
	const char *path = cli_value(b->cli, "journal");
	if (err != 0 || path == NULL)
		return err;
	if (access(path, F_OK) == 0) {
		snprintf(b->error, sizeof b->error, "%s: exists already; a backtest writes a new journal",
			 path);
		return TB_EINVAL;
	}
	err = journal_sink_open(&b->journal, path, b->sim.universe, "backtest", 1, b->error, sizeof b->error);
	b->has_journal = err == 0;
	return err;
}

static int backtest(struct backtest *b)
{
	static struct report report;
	char digest[DIGEST_HEX_SIZE];

	int err = try_export(b);
	if (err == 0)
		err = load(b);
	if (err == 0)
		err = open_world(b);
	if (err == 0)
		err = run(b);
	if (err == 0 && make_report(b, &report) != 0)
		err = TB_EFULL;
	if (err != 0)
		return err;
	tally_digest(&b->sim.tally, digest);
	if (cli_flag(b->cli, "json"))
		print_json(b, &report, digest);
	else
		print_text(b, &report, digest);
	return write_export(b);
}

int verb_backtest(const struct cli *cli)
{
	struct backtest *b = calloc(1, sizeof *b);

	if (b == NULL)
		return EXIT_FAILED;
	b->cli = cli;
	int code = setup_config(cli, &b->config);
	if (code == EXIT_DONE) {
		int err = backtest(b);
		if (err != 0)
			fprintf(stderr, "tradebotd backtest: %s\n",
				b->error[0] ? b->error : "not enough memory");
		code = err == 0 ? EXIT_DONE : err == TB_EINVAL ? EXIT_USAGE : EXIT_FAILED;
	}
	if (b->has_journal)
		journal_sink_close(&b->journal);
	sim_world_close(&b->sim);
	candle_set_free(&b->set);
	free(b);
	return code;
}
