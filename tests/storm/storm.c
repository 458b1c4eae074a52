/* SPDX-License-Identifier: MIT
 * Does the daemon stay inside its rules while an exchange fails in every way known? Codec, link, feed, engine
 * and paper account as `run --paper` has them, without a socket or a clock: an emulated Bybit in this
 * process, in virtual time, with faults drawn by a seed. After the faults a quiet time; then everything has
 * to be well again.
 *
 * usage: storm [--seed FIRST] [--count N] [--minutes N] [--symbols N] [--per-hour N] [--regrid] [--verbose]
 * A failed check prints the one command that shows it again. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "sim_generator.h"
#include "storm_world.h"

static bool one(const struct storm_options *options, uint64_t seed, int64_t sums[static 6])
{
	struct storm *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	int err = storm_open(s, options, seed);
	if (err == 0) {
		storm_run_until(s, s->start_ms + options->minutes * MINUTE_MS);
		emu_calm(s->emu);
		s->calm = true;
		s->quiet_ms = s->now_ms;
		storm_run_until(s, s->now_ms + STORM_QUIET_MS);
		storm_check_end(s);
	} else {
		spy_violation(&s->spy, "%s", s->error);
	}
	bool good = s->spy.violations == 0;
	if (!good)
		printf("FAILED %s\n  storm --seed %llu --count 1 --minutes %lld --symbols %lld --per-hour "
		       "%lld%s%s --verbose\n",
		       s->spy.first, (unsigned long long)seed, (long long)options->minutes,
		       (long long)options->symbols, (long long)options->per_hour,
		       options->regrid ? " --regrid" : "", options->account ? " --account" : "");
	if (options->verbose && s->emu != NULL)
		printf("seed %llu: %lld turns, %lld closed bars, %lld quotes, %lld decisions, %lld approved, "
		       "%lld entries, "
		       "%lld garbage, %lld downs, %lld violations\n",
		       (unsigned long long)seed, (long long)s->turns, (long long)s->spy.closed,
		       (long long)s->spy.quotes, (long long)s->decisions, (long long)s->approved,
		       (long long)s->spy.entries, (long long)s->spy.garbage, (long long)s->spy.downs,
		       (long long)s->spy.violations);
	sums[0] += s->turns, sums[1] += s->spy.closed, sums[2] += s->spy.entries, sums[3] += s->spy.downs;
	for (int i = 0; s->emu != NULL && i < EMU_FAULT_COUNT; i++)
		sums[4] += emu_counts(s->emu)->struck[i];
	sums[5] += s->feed.counts.holes;
	storm_close(s);
	free(s);
	return good;
}

static int64_t number(const char *text, int64_t least, int64_t most)
{
	char *end;
	long long value = strtoll(text, &end, 10);

	if (*end != '\0' || value < least || value > most) {
		fprintf(stderr, "storm: %s: %lld to %lld\n", text, (long long)least, (long long)most);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	static const struct option names[] = {{"seed", 1, NULL, 's'},     {"count", 1, NULL, 'n'},
					      {"minutes", 1, NULL, 'm'},  {"symbols", 1, NULL, 'y'},
					      {"per-hour", 1, NULL, 'p'}, {"regrid", 0, NULL, 'g'},
					      {"verbose", 0, NULL, 'v'}, {"account", 0, NULL, 'a'},  {NULL, 0, NULL, 0}};
	struct storm_options options = {.seed = 1, .count = 20, .minutes = 240, .symbols = 8, .per_hour = 60};
	int64_t sums[6] = {0}, failed = 0;

	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		switch (c) {
		case 's': options.seed = (uint64_t)number(optarg, 0, INT64_MAX); break;
		case 'n': options.count = number(optarg, 1, 1000000); break;
		case 'm': options.minutes = number(optarg, 10, 100000); break;
		case 'y': options.symbols = number(optarg, 1, SIM_GENERATED_MAX); break;
		case 'p': options.per_hour = number(optarg, 0, 3600); break;
		case 'g': options.regrid = true; break;
		case 'a': options.account = true; break;
		case 'v': options.verbose = true; break;
		default: return 2;
		}
	}
	log_set_level(options.verbose ? LOG_INFO : LOG_ERROR);
	for (int64_t i = 0; i < options.count; i++)
		failed += !one(&options, options.seed + (uint64_t)i, sums);
	printf("%lld storms of %lld minutes, %lld symbols: %lld turns, %lld closed bars, %lld entries, %lld "
	       "faults, "
	       "%lld downs, %lld holes filled, %lld storms failed\n",
	       (long long)options.count, (long long)options.minutes, (long long)options.symbols,
	       (long long)sums[0], (long long)sums[1], (long long)sums[2], (long long)sums[4],
	       (long long)sums[3], (long long)sums[5], (long long)failed);
	return failed > 0;
}
