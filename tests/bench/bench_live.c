/* SPDX-License-Identifier: MIT
 * From a stream message in hand to what is decided and stored: codec, feed, engine, gate, paper account and
 * journal as `run --paper` has them, fed by the emulated exchange in this process, no faults. Real time
 * around each message, by what it was and what came of it; the commit is told apart. Sockets and TLS are not
 * in it.
 *
 * With the word account the account is the exchange's (`run --sandbox`): then an order ends as the bytes of
 * its signed request, handed to the wire.
 *
 * usage: bench_live [DAYS [SYMBOLS [account]]] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "storm_world.h"

enum message { PONG, RUNNING, CLOSED, TICKER, BOOK, DECIDED, ENTERED, ENTERED_STORED, MESSAGE_COUNT };
static const char *const names[MESSAGE_COUNT] = {
	"pong",
	"running bar",
	"closed bar, no decision",
	"ticker",
	"order book",
	"closed bar, decided on, nothing sent",
	"closed bar to order, without the commit",
	"closed bar to order, synced commit included",
};

struct samples {
	size_t count, room;
	double *us;
};

struct bench {
	struct storm *s;
	struct samples of[MESSAGE_COUNT];
	struct timespec began, left; /* left: an order's request was handed to the wire */
	int64_t commit_us, entries, decisions, commits;
};

static void add(struct samples *samples, double us)
{
	if (samples->count == samples->room) {
		samples->room = samples->room > 0 ? 2 * samples->room : 4096;
		samples->us = realloc(samples->us, samples->room * sizeof *samples->us);
		if (samples->us == NULL)
			abort();
	}
	samples->us[samples->count++] = us;
}

static void before(void *ctx)
{
	struct bench *b = ctx;

	b->commit_us = b->s->live.commit_us;
	b->commits = b->s->live.commits;
	b->entries = b->s->spy.entries;
	b->decisions = b->s->decisions;
	clock_gettime(CLOCK_MONOTONIC, &b->began);
}

static double us_between(const struct timespec *from, const struct timespec *to)
{
	return (double)(to->tv_sec - from->tv_sec) * 1e6 + (double)(to->tv_nsec - from->tv_nsec) / 1e3;
}

/* The emulated exchange works it off next, in this very process: that is not the bot's time. */
static void leaves(void *ctx, const char *path, const struct say *say)
{
	struct bench *b = ctx;

	if (say->post && strcmp(path, "/v5/order/create") == 0)
		clock_gettime(CLOCK_MONOTONIC, &b->left);
}

static bool has(const struct wire_in *in, const char *word)
{
	return memmem(in->text, in->len, word, strlen(word)) != NULL;
}

static enum message kind_of(const struct wire_in *in)
{
	return has(in, "\"topic\":\"tickers")     ? TICKER
	       : has(in, "\"topic\":\"orderbook") ? BOOK
	       : has(in, "\"confirm\":true")      ? CLOSED
	       : has(in, "\"topic\":\"kline")     ? RUNNING
						  : PONG;
}

static void after(void *ctx, const struct wire_in *in)
{
	struct bench *b = ctx;
	struct timespec now;
	bool entered = b->s->spy.entries > b->entries;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (in->kind != WIRE_FRAME)
		return;
	double us = us_between(&b->began, entered && b->s->options->account ? &b->left : &now);
	double bare = us - (double)(b->s->live.commit_us - b->commit_us);
	enum message kind = kind_of(in);

	if (entered) {
		add(&b->of[ENTERED], bare);
		add(&b->of[ENTERED_STORED], us);
	} else if (kind == CLOSED && b->s->decisions > b->decisions) {
		add(&b->of[DECIDED], bare);
	} else if (b->s->live.commits == b->commits) {
		add(&b->of[kind], us);
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(const struct bench *b)
{
	printf("%-45s %9s %8s %8s %8s %8s\n", "us a message", "count", "min", "p50", "p99", "max");
	for (int i = 0; i < MESSAGE_COUNT; i++) {
		const struct samples *s = &b->of[i];
		if (s->count == 0)
			continue;
		qsort(s->us, s->count, sizeof *s->us, compare);
		printf("%-45s %9zu %8.2f %8.2f %8.2f %8.1f\n", names[i], s->count, s->us[0],
		       s->us[s->count / 2], s->us[s->count * 99 / 100], s->us[s->count - 1]);
	}
}

int main(int argc, char **argv)
{
	struct storm *s = calloc(1, sizeof *s);
	struct bench bench = {.s = s};
	struct storm_options options = {
		.seed = 5, .count = 1, .minutes = 1440, .symbols = 20, .on_disk = true};
	int64_t days = argc > 1 ? atoll(argv[1]) : 7;

	if (argc > 2)
		options.symbols = atoll(argv[2]);
	options.account = argc > 3 && strcmp(argv[3], "account") == 0;
	if (s == NULL || days < 1 || days > 365 || options.symbols < 1 || options.symbols > 30) {
		fprintf(stderr, "usage: bench_live [DAYS 1..365 [SYMBOLS 1..30 [account]]]\n");
		return 2;
	}
	log_set_level(LOG_ERROR);
	if (storm_open(s, &options, options.seed) != 0) {
		fprintf(stderr, "bench_live: %s\n", s->error);
		return 1;
	}
	s->before = before, s->after = after, s->probe_ctx = &bench;
	if (options.account) { /* nobody looks over its shoulder */
		s->wire.ear = (struct storm_ear){.ctx = &bench, .leaves = leaves};
		s->live.world.witness = (struct witness){.ctx = &s->spy, .sent = spy_sent};
	}
	storm_run_until(s, STORM_START_MS + days * DAY_MS);
	printf("%lld days of %lld symbols at 1m, %s, state in %s\n", (long long)days,
	       (long long)options.symbols, options.account ? "the exchange's account" : "paper", s->folder);
	print(&bench);
	storm_close(s);
	free(s);
	return 0;
}
