/* SPDX-License-Identifier: MIT
 * Does the daemon stay inside its rules while an exchange fails in every way known? Codec, link, feed, engine
 * and paper account as `run --paper` has them (with --account the exchange's, as --sandbox has it), without a
 * socket or a clock: an emulated Bybit in this process, in virtual time, with faults drawn by a seed. After
 * the faults a quiet time; then everything has to be well again.
 *
 * usage: storm [--seed FIRST] [--count N] [--minutes N] [--symbols N] [--per-hour N] [--regrid] [--account]
 *        [--each-fault] [--fault WORD] [--kill] [--kill-all] [--kill-at N] [--kill-every N] [--verbose]
 * [--trace] A failed check prints the one command that shows it again. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "sim_generator.h"
#include "storm_books.h"
#include "storm_script.h"

static void add_up(const struct storm *s, struct storm_sums *sums)
{
	const struct auditor *a = &s->auditor;

	sums->storms++;
	sums->turns += s->turns, sums->bars += s->spy.closed;
	sums->entries += s->spy.entries, sums->downs += s->spy.downs;
	sums->holes += s->feed.counts.holes;
	for (int i = 0; s->emu != NULL && i < EMU_FAULT_COUNT; i++) {
		sums->struck[i] += emu_counts(s->emu)->struck[i];
		sums->faults += emu_counts(s->emu)->struck[i];
	}
	for (int i = 0; i < NOTE_COUNT; i++)
		sums->notes[i] += a->notes[i];
	sums->naked_ms += a->naked_ms, sums->known_ms += a->known_ms, sums->able_ms += a->able_ms;
	if (a->worst_idle_ms > sums->worst_idle_ms)
		sums->worst_idle_ms = a->worst_idle_ms;
	sums->fills += a->fills;
	sums->deaths += s->kill.deaths;
	sums->points += s->kill.points;
	for (int i = 0; i < DEATH_KINDS; i++)
		sums->kinds[i] += s->kill.kinds[i];
}

static void tell_failure(const struct storm *s)
{
	const struct storm_options *o = s->options;

	printf("FAILED %s\n  storm --seed %llu --count 1 --minutes %lld --symbols %lld --per-hour %lld%s%s "
	       "%s%s",
	       s->spy.first, (unsigned long long)s->seed, (long long)o->minutes, (long long)o->symbols,
	       (long long)o->per_hour, o->regrid ? " --regrid" : "", o->account ? " --account" : "",
	       o->fault >= 0 ? " --fault " : "", o->fault >= 0 ? emu_fault_rows[o->fault].word : "");
	if (o->kill)
		printf(" --kill-at %lld --kill-every %lld%s", (long long)o->kill_at, (long long)o->kill_every,
		       o->kill_all ? " --kill-all" : "");
	printf(" --verbose\n");
	fflush(stdout);
}

static void tell(const struct storm *s)
{
	printf("seed %llu: %lld turns, %lld closed bars, %lld quotes, %lld decisions, %lld approved, %lld "
	       "entries, %lld garbage, %lld downs, %lld violations\n",
	       (unsigned long long)s->seed, (long long)s->turns, (long long)s->spy.closed,
	       (long long)s->spy.quotes, (long long)s->decisions, (long long)s->approved,
	       (long long)s->spy.entries, (long long)s->spy.garbage, (long long)s->spy.downs,
	       (long long)s->spy.violations);
}

static void weather(struct storm *s, struct storm_sums *sums)
{
	const struct storm_options *o = s->options;
	ms_t settled_ms = o->account ? STORM_SETTLED_MS : 0;

	if (o->fault >= 0)
		storm_script_begin(s, o->fault);
	if (o->kill)
		storm_kill_begin(s, o->kill_at, o->kill_every);
	storm_run_until(s, s->start_ms + o->minutes * MINUTE_MS);
	emu_calm(s->emu);
	s->calm = true;
	s->quiet_ms = s->now_ms;
	storm_run_until(s, s->now_ms + STORM_QUIET_MS + settled_ms);
	for (int i = 0; s->is_open && o->account && i < 3 && !storm_books_settled(s); i++)
		storm_run_until(s, s->now_ms + MINUTE_MS);
	if (!s->is_open)
		return;
	storm_check_end(s);
	if (o->account)
		storm_books_check(s, sums);
}

static bool one(const struct storm_options *options, uint64_t seed, struct storm_sums *sums)
{
	struct storm *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	if (storm_open(s, options, seed) == 0)
		weather(s, sums);
	else
		spy_violation(&s->spy, "%s", s->error);
	bool good = s->spy.violations == 0;
	if (!good)
		tell_failure(s);
	if (options->verbose && s->emu != NULL)
		tell(s);
	add_up(s, sums);
	storm_close(s);
	free(s);
	return good;
}

static void tell_sums(const struct storm_options *options, const struct storm_sums *sums)
{
	printf("%lld storms of %lld minutes, %lld symbols: %lld turns, %lld closed bars, %lld entries, %lld "
	       "faults, %lld downs, %lld holes filled, %lld storms failed\n",
	       (long long)sums->storms, (long long)options->minutes, (long long)options->symbols,
	       (long long)sums->turns, (long long)sums->bars, (long long)sums->entries,
	       (long long)sums->faults, (long long)sums->downs, (long long)sums->holes,
	       (long long)sums->failed);
	if (!options->account)
		return;
	printf("  account: %lld fills, %lld of them from lists, another hand in %lld storms; unprotected "
	       "%.1f s, "
	       "of these known %.1f s, able to act %.1f s, longest without an attempt %lld ms\n",
	       (long long)sums->fills, (long long)sums->listed, (long long)sums->visited,
	       (double)sums->naked_ms / 1000, (double)sums->known_ms / 1000, (double)sums->able_ms / 1000,
	       (long long)sums->worst_idle_ms);
	printf("  struck:");
	for (int i = 0; i < EMU_FAULT_COUNT; i++)
		if (sums->struck[i] > 0)
			printf(" %s %lld", emu_fault_rows[i].word, (long long)sums->struck[i]);
	printf("\n  notes:");
	for (int i = 0; i < NOTE_COUNT; i++)
		if (sums->notes[i] > 0)
			printf(" %s %lld", note_rows[i].name, (long long)sums->notes[i]);
	printf("\n");
}

static void tell_deaths(const struct storm_sums *sums)
{
	if (sums->deaths > 0)
		printf("  %lld deaths: before a commit %lld, after it %lld, before a request %lld, after it "
		       "%lld\n",
		       (long long)sums->deaths, (long long)sums->kinds[DEATH_BEFORE_COMMIT],
		       (long long)sums->kinds[DEATH_AFTER_COMMIT], (long long)sums->kinds[DEATH_BEFORE_SEND],
		       (long long)sums->kinds[DEATH_AFTER_SEND]);
}

/* Not of any quiet hour. */
static bool is_telling(int note)
{
	return note != NOTE_READY && note != NOTE_ENTERED && note != NOTE_EXITED && note != NOTE_STOP_MOVED &&
	       note != NOTE_SCANNED && note != NOTE_STAGE && note != NOTE_COOLDOWN;
}

/* Each fault of the account alone, and those of the market that its requests and streams meet, too. */
static int64_t each_fault(const struct storm_options *options, const char *only)
{
	int64_t failed = 0;

	for (int kind = 0; kind < EMU_FAULT_COUNT; kind++) {
		struct storm_options one_fault = *options;
		struct storm_sums sums = {0};
		const char *word = emu_fault_rows[kind].word;
		one_fault.fault = kind, one_fault.per_hour = 0;
		if ((only != NULL && strcmp(only, word) != 0) ||
		    (!options->regrid && (kind == EMU_FAULT_DELIST || kind == EMU_FAULT_TICK)))
			continue;
		for (int64_t i = 0; i < options->count; i++)
			sums.failed += !one(&one_fault, options->seed + (uint64_t)i, &sums);
		printf("%-18s %3lld struck, %4lld entries, unprotected %5.1f s, known %5.1f s, %lld of %lld "
		       "failed;",
		       word, (long long)sums.struck[kind], (long long)sums.entries,
		       (double)sums.naked_ms / 1000, (double)sums.known_ms / 1000, (long long)sums.failed,
		       (long long)sums.storms);
		for (int i = 0; i < NOTE_COUNT; i++)
			if (sums.notes[i] > 0 && is_telling(i))
				printf(" %s %lld", note_rows[i].name, (long long)sums.notes[i]);
		printf("\n");
		tell_deaths(&sums);
		fflush(stdout);
		failed += sums.failed;
	}
	return failed;
}

#define KILL_EVERY 400 /* points of any kind, in the runs that die again and again */

/* One storm after the other dies at another point that matters; then a few die all over the place. */
static int64_t kill_all(const struct storm_options *options)
{
	struct storm_options dying = *options;
	struct storm_sums sums = {0};

	dying.kill = true;
	for (int64_t i = 0; i < options->count; i++) {
		uint64_t seed = options->seed + (uint64_t)i;
		struct storm_sums undisturbed = {0};
		dying.kill_at = -1, dying.kill_every = 0;
		sums.failed += !one(&dying, seed, &undisturbed);
		for (int64_t at = 0; at < undisturbed.points; at++) {
			dying.kill_at = at;
			sums.failed += !one(&dying, seed, &sums);
		}
		dying.kill_at = -1;
		for (int64_t every = KILL_EVERY; !dying.kill_all && every < KILL_EVERY + 10; every++) {
			dying.kill_every = every;
			sums.failed += !one(&dying, seed, &sums);
		}
	}
	tell_sums(options, &sums);
	tell_deaths(&sums);
	return sums.failed;
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
					      {"verbose", 0, NULL, 'v'},  {"account", 0, NULL, 'a'},
					      {"trace", 0, NULL, 't'},    {"each-fault", 0, NULL, 'e'},
					      {"kill", 0, NULL, 'k'},     {"kill-all", 0, NULL, 'A'},
					      {"kill-at", 1, NULL, 'K'},  {"kill-every", 1, NULL, 'E'},
					      {"fault", 1, NULL, 'f'},    {NULL, 0, NULL, 0}};
	struct storm_options options = {.seed = 1,
					.count = 20,
					.minutes = 240,
					.symbols = 8,
					.per_hour = 60,
					.fault = -1,
					.kill_at = -1};
	const char *only = NULL;
	bool each = false, kill = false;
	struct storm_sums sums = {0};

	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		switch (c) {
		case 's': options.seed = (uint64_t)number(optarg, 0, INT64_MAX); break;
		case 'n': options.count = number(optarg, 1, 1000000); break;
		case 'm': options.minutes = number(optarg, 10, 100000); break;
		case 'y': options.symbols = number(optarg, 1, SIM_GENERATED_MAX); break;
		case 'p': options.per_hour = number(optarg, 0, 3600); break;
		case 'g': options.regrid = true; break;
		case 'a': options.account = true; break;
		case 'f': only = optarg; /* fall through */
		case 'e': each = options.account = true; break;
		case 'A': options.kill_all = true; /* fall through */
		case 'k': kill = options.account = true; break;
		case 'K':
			options.kill = options.account = true;
			options.kill_at = number(optarg, -1, 1000000);
			break;
		case 'E':
			options.kill = options.account = true;
			options.kill_every = number(optarg, 0, 1000000);
			break;
		case 't': options.trace = true; break;
		case 'v': options.verbose = true; break;
		default: return 2;
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_set_level(options.verbose ? LOG_INFO : LOG_ERROR);
	if (kill && !options.kill)
		return kill_all(&options) > 0;
	if (each)
		return each_fault(&options, only) > 0;
	for (int64_t i = 0; i < options.count; i++)
		sums.failed += !one(&options, options.seed + (uint64_t)i, &sums);
	tell_sums(&options, &sums);
	tell_deaths(&sums);
	return sums.failed > 0;
}
