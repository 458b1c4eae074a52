/* SPDX-License-Identifier: MIT
 * See sim_state.h. */
#include "sim_state.h"

#include "hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAGIC   0x3142454449535442LL /* "BTSIDEB1" */
#define VERSION 2

struct header {
	int64_t magic, version, turn, now_ms, ended;
	int64_t market_bytes, broker_bytes, shadow_bytes, carry_count, event_bytes;
	money_t checker_start;
	uint64_t check; /* of what stands above */
};

static uint64_t header_check(const struct header *h)
{
	return hash_words(VERSION, (const int64_t *)h, offsetof(struct header, check) / sizeof(int64_t));
}

static int failed(struct sim_state *state, const char *what)
{
	snprintf(state->error, sizeof state->error, "%.180s: %.300s", state->path, what);
	return TB_EIO;
}

static int refused(struct sim_state *state, const char *what)
{
	failed(state, what);
	return TB_EREFUSED;
}

/* Nothing of a shadow that has never been used. */
static size_t shadow_bytes(const struct sim_shadow *shadow)
{
	bool used =
		shadow->heard_count > 0 || shadow->broker.executions > 0 || shadow->broker.final_count > 0;

	return used ? offsetof(struct sim_shadow, broker) + sim_broker_bytes(&shadow->broker) : 0;
}

int sim_state_save(struct sim_state *state, const struct sim_world *sim, int64_t turn)
{
	char fresh[sizeof state->path + 8];
	struct header h = {.magic = MAGIC,
			   .version = VERSION,
			   .turn = turn,
			   .now_ms = sim->world.now_ms,
			   .ended = sim->ended,
			   .market_bytes = (int64_t)sim_market_state_bytes(&sim->market.state),
			   .broker_bytes = (int64_t)sim_broker_bytes(&sim->broker),
			   .shadow_bytes = (int64_t)shadow_bytes(&sim->shadow),
			   .carry_count = (int64_t)sim->world.carry->count,
			   .event_bytes = sizeof(struct event)};
	h.check = header_check(&h);
	struct iovec parts[] = {{&h, sizeof h},
				{(void *)(uintptr_t)&sim->market.state, (size_t)h.market_bytes},
				{(void *)(uintptr_t)&sim->broker, (size_t)h.broker_bytes},
				{(void *)(uintptr_t)&sim->shadow, (size_t)h.shadow_bytes},
				{(void *)(uintptr_t)&sim->checker, sizeof sim->checker},
				{sim->world.carry->at, sim->world.carry->count * sizeof(struct event)}};
	size_t wanted = 0;

	snprintf(fresh, sizeof fresh, "%s.new", state->path);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(state, strerror(errno));
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		wanted += parts[i].iov_len;
	ssize_t written = writev(fd, parts, sizeof parts / sizeof parts[0]);
	if (close(fd) != 0 || written < 0 || (size_t)written != wanted)
		return failed(state, written < 0 ? strerror(errno) : "could not be written whole");
	if (rename(fresh, state->path) != 0)
		return failed(state, strerror(errno));
	state->saves++;
	return 0;
}

static bool read_all(int fd, void *out, size_t bytes)
{
	char *at = out;

	while (bytes > 0) {
		ssize_t got = read(fd, at, bytes);
		if (got <= 0)
			return false;
		at += got;
		bytes -= (size_t)got;
	}
	return true;
}

/* What differs between the saved world and the one these options make, in words; NULL: nothing that matters.
 */
static const char *difference(const struct sim_world *sim, uint64_t fingerprint,
			      const struct sim_market_setup *setup, const struct sim_broker_setup *account,
			      ratio_t fee)
{
	const struct sim_market_state *market = &sim->market.state;
	const struct sim_broker *broker = &sim->broker;

	if (market->fingerprint != fingerprint || market->setup.seed != setup->seed)
		return "belongs to another market (seed, symbols or candles differ)";
	if (market->setup.timeframe_ms != setup->timeframe_ms)
		return "belongs to a market of another timeframe";
	if (memcmp(&market->setup.model, &setup->model, sizeof setup->model) != 0 ||
	    broker->setup.latency_ms != account->latency_ms)
		return "belongs to a market with another spread, depth or latency";
	if (memcmp(&broker->setup.weather, &account->weather, sizeof account->weather) != 0)
		return "belongs to another weather (--weather differs)";
	if (broker->setup.balance != account->balance || market->first_fee != fee)
		return "belongs to an account with another start balance or fee";
	return NULL;
}

static int read_file(struct sim_state *state, struct sim_world *sim, int fd, struct header *h)
{
	const struct universe *universe = sim->checker.universe;
	uint64_t fingerprint = sim->market.state.fingerprint;
	struct sim_market_setup setup = sim->market.state.setup;
	struct sim_broker_setup account = sim->broker.setup;
	ratio_t fee = sim->market.state.first_fee;
	char what[200];

	if (!read_all(fd, h, sizeof *h) || h->magic != MAGIC || h->check != header_check(h))
		return refused(state, "is damaged or no simulation state");
	if (h->version != VERSION || h->event_bytes != (int64_t)sizeof(struct event))
		return refused(state, "was written by another version; start with a new --state folder");
	if (h->market_bytes > (int64_t)sizeof sim->market.state ||
	    h->broker_bytes > (int64_t)sizeof sim->broker || h->market_bytes < 0 || h->broker_bytes < 0 ||
	    h->shadow_bytes > (int64_t)sizeof sim->shadow || h->shadow_bytes < 0 || h->carry_count < 0 ||
	    h->carry_count > EVENTS_MAX)
		return refused(state, "is damaged");
	if (!read_all(fd, &sim->market.state, (size_t)h->market_bytes) ||
	    !read_all(fd, &sim->broker, (size_t)h->broker_bytes) ||
	    !read_all(fd, &sim->shadow, (size_t)h->shadow_bytes) ||
	    !read_all(fd, &sim->checker, sizeof sim->checker) ||
	    !read_all(fd, sim->world.carry->at, (size_t)h->carry_count * sizeof(struct event)))
		return refused(state, "is cut short");
	sim->checker.universe = universe;
	sim_market_renew(&sim->market, sim->universe);
	sim->shadow.twin = &sim->broker;
	sim->world.carry->count = (size_t)h->carry_count;
	const char *other = difference(sim, fingerprint, &setup, &account, fee);
	if (other != NULL) {
		snprintf(what, sizeof what, "%s; use a new --state folder", other);
		return refused(state, what);
	}
	struct sim_market_state *market = &sim->market.state;
	market->setup.end_ms = setup.end_ms; /* a generated market may be run on for longer */
	sim->ended = h->ended != 0 && sim->options.set != NULL;
	if (sim->options.set == NULL && market->phase == SIM_ENDED && market->bar_ms < setup.end_ms)
		market->phase = SIM_AT_OPEN;
	return 0;
}

/* What the wire had when the process was killed. */
static int deliver_again(void *ctx, const struct journal_intent *written)
{
	struct sim_world *sim = ctx;
	struct turn_out turn = {.heard = sim->world.carry};
	struct intent intent = {.kind = (uint8_t)written->kind,
				.book = (uint8_t)written->book,
				.sym = written->sym,
				.id = written->id,
				.value = written->value};

	if (written->kind == INTENT_TICKET && written->book == BOOK_SHADOW)
		sim_shadow_accept(&sim->shadow, &written->order, sim->world.now_ms);
	else if (written->kind == INTENT_TICKET) {
		checker_sent(&sim->checker, &written->order, sim->world.now_ms);
		sim_broker_accept(&sim->broker, &written->order, sim->world.now_ms);
	} else if (written->kind == INTENT_WATCH || written->kind == INTENT_SCAN)
		sim_market_ops.ask(&sim->market_exchange, &intent, sim->world.now_ms, &turn);
	else if (written->kind != INTENT_HISTORY && written->book == BOOK_SHADOW)
		sim_shadow_ops.ask(&sim->shadow_exchange, &intent, sim->world.now_ms, &turn);
	else if (written->kind != INTENT_HISTORY)
		sim_broker_ops.ask(&sim->broker_exchange, &intent, sim->world.now_ms, &turn);
	return 0;
}

static int count_intent(void *ctx, const struct journal_intent *written)
{
	(void)written;
	++*(int64_t *)ctx;
	return 0;
}

/* Turns between the saved one and the journal's last must have wanted nothing, or the exchange would know. */
static int check_between(struct sim_state *state, struct journal *journal, int64_t turn)
{
	int64_t intents = 0;
	int err = 0;

	for (int64_t t = turn + 1; t < journal->turn && err == 0; t++)
		err = journal_intents(journal, t, count_intent, &intents);
	if (err != 0)
		return failed(state, journal->error.text);
	if (journal->turn < turn || intents > 0) {
		char what[160];
		snprintf(what, sizeof what,
			 "is of turn %lld and the journal of turn %lld: they are not of the same run",
			 (long long)turn, (long long)journal->turn);
		return refused(state, what);
	}
	return 0;
}

static int catch_up(struct sim_state *state, struct sim_world *sim, struct journal *journal, int64_t turn)
{
	sim->world.turn = journal->turn;
	if (journal->turn == turn)
		return 0;
	int err = check_between(state, journal, turn);
	if (err != 0)
		return err;
	world_wind(&sim->world, journal->turn_ms);
	if (journal_intents(journal, journal->turn, deliver_again, sim) != 0)
		return failed(state, journal->error.text);
	/* Caught up on disk too: a second death during start-up must not leave intents of two turns behind.
	 */
	return sim_state_save(state, sim, journal->turn);
}

int sim_state_load(struct sim_state *state, struct sim_world *sim, struct journal *journal)
{
	struct header h;
	int fd = open(state->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) /* died before the first save, if there is a journal at all */
		return journal->turn > 1 ? TB_ENOENT : catch_up(state, sim, journal, 0);
	if (fd < 0)
		return failed(state, strerror(errno));
	int err = read_file(state, sim, fd, &h);
	close(fd);
	if (err != 0)
		return err;
	sim->world.now_ms = h.now_ms;
	return catch_up(state, sim, journal, h.turn);
}
