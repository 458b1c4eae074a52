/* SPDX-License-Identifier: MIT
 * See sim_state.h. */
#include "sim_state.h"

#include "hash.h"
#include "stripe_hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAGIC   0x3142454449535442LL /* "BTSIDEB1" */
#define VERSION 3

/* The file has two places. A save fills the one that is not in force and then writes that place's header,
 * which puts it in force: whenever the process dies, one place is whole, and its checksum says so. Nothing is
 * renamed, so no file system is made to wait for its disk. */
#define PLACES      2
#define HEADER_ROOM 4096
#define BODY_ROOM                                                                                            \
	((sizeof(struct sim_market_state) + sizeof(struct sim_broker) + sizeof(struct sim_shadow) +          \
	  sizeof(struct checker) + EVENTS_MAX * sizeof(struct event) + HEADER_ROOM - 1) /                    \
	 HEADER_ROOM * HEADER_ROOM)
#define PARTS 5

struct header {
	int64_t magic, version, turn, now_ms, ended;
	int64_t market_bytes, broker_bytes, shadow_bytes, carry_count, event_bytes;
	uint64_t body[2]; /* checksum of the parts */
	uint64_t check;   /* of what stands above */
};

static uint64_t header_check(const struct header *h)
{
	return hash_words(VERSION, (const int64_t *)h, offsetof(struct header, check) / sizeof(int64_t));
}

static off_t header_at(int place)
{
	return (off_t)place * HEADER_ROOM;
}

static off_t body_at(int place)
{
	return PLACES * HEADER_ROOM + (off_t)place * (off_t)BODY_ROOM;
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

/* The body, in parts as they lie in memory; returns its length. */
static size_t body_parts(const struct sim_world *sim, const struct header *h,
			 struct iovec parts[static PARTS])
{
	const struct iovec all[PARTS] = {
		{(void *)(uintptr_t)&sim->market.state, (size_t)h->market_bytes},
		{(void *)(uintptr_t)&sim->broker, (size_t)h->broker_bytes},
		{(void *)(uintptr_t)&sim->shadow, (size_t)h->shadow_bytes},
		{(void *)(uintptr_t)&sim->checker, sizeof sim->checker},
		{sim->world.carry->at, (size_t)h->carry_count * sizeof(struct event)}};
	size_t length = 0;

	for (size_t i = 0; i < PARTS; i++) {
		parts[i] = all[i];
		length += all[i].iov_len;
	}
	return length;
}

static void sign_body(const struct iovec parts[static PARTS], uint64_t out[static 2])
{
	int64_t words[2 * PARTS];

	for (size_t i = 0; i < PARTS; i++) {
		struct stripe_hash hash = stripe_hash(parts[i].iov_base, parts[i].iov_len);
		words[2 * i] = (int64_t)hash.word[0];
		words[2 * i + 1] = (int64_t)hash.word[1];
	}
	out[0] = hash_words(1, words, 2 * PARTS);
	out[1] = hash_words(2, words, 2 * PARTS);
}

int sim_state_save(struct sim_state *state, const struct sim_world *sim, int64_t turn)
{
	struct iovec parts[PARTS];
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
	size_t wanted = body_parts(sim, &h, parts);
	int place = state->next;

	sign_body(parts, h.body);
	h.check = header_check(&h);
	if (!state->open) {
		state->fd = open(state->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (state->fd < 0)
			return failed(state, strerror(errno));
		state->open = true;
	}
	ssize_t written = pwritev(state->fd, parts, PARTS, body_at(place));
	if (written < 0 || (size_t)written != wanted)
		return failed(state, written < 0 ? strerror(errno) : "could not be written whole");
	written = pwrite(state->fd, &h, sizeof h, header_at(place));
	if (written != (ssize_t)sizeof h)
		return failed(state, written < 0 ? strerror(errno) : "could not be written whole");
	state->next = !place;
	state->saves++;
	return 0;
}

void sim_state_close(struct sim_state *state)
{
	if (state->open)
		close(state->fd);
	state->open = false;
}

static bool read_all(int fd, void *out, size_t bytes, off_t at)
{
	char *to = out;

	while (bytes > 0) {
		ssize_t got = pread(fd, to, bytes, at);
		if (got <= 0)
			return false;
		to += got;
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

enum place_state { PLACE_EMPTY, PLACE_DAMAGED, PLACE_OTHER_VERSION, PLACE_WHOLE };

static enum place_state read_header(const struct sim_world *sim, int fd, int place, struct header *h)
{
	if (!read_all(fd, h, sizeof *h, header_at(place)))
		return lseek(fd, 0, SEEK_END) > header_at(place) ? PLACE_DAMAGED : PLACE_EMPTY;
	if (h->magic == 0)
		return PLACE_EMPTY;
	if (h->magic != MAGIC)
		return PLACE_DAMAGED;
	if (h->version != VERSION || h->event_bytes != (int64_t)sizeof(struct event))
		return PLACE_OTHER_VERSION;
	if (h->check != header_check(h) || h->market_bytes > (int64_t)sizeof sim->market.state ||
	    h->broker_bytes > (int64_t)sizeof sim->broker || h->market_bytes < 0 || h->broker_bytes < 0 ||
	    h->shadow_bytes > (int64_t)sizeof sim->shadow || h->shadow_bytes < 0 || h->carry_count < 0 ||
	    h->carry_count > EVENTS_MAX)
		return PLACE_DAMAGED;
	return PLACE_WHOLE;
}

/* The body, into the world, if it is what the header signed. */
static bool read_body(struct sim_world *sim, int fd, int place, const struct header *h)
{
	struct iovec parts[PARTS];
	uint64_t signs[2];
	off_t at = body_at(place);

	body_parts(sim, h, parts);
	for (size_t i = 0; i < PARTS; at += (off_t)parts[i++].iov_len)
		if (!read_all(fd, parts[i].iov_base, parts[i].iov_len, at))
			return false;
	sign_body(parts, signs);
	return signs[0] == h->body[0] && signs[1] == h->body[1];
}

/* The newer of the places that are whole. TB_ENOENT: nothing was ever saved. */
static int read_newest(struct sim_state *state, struct sim_world *sim, int fd, struct header *h)
{
	struct header headers[PLACES];
	enum place_state states[PLACES];
	bool other = false, empty = true;

	for (int place = 0; place < PLACES; place++) {
		states[place] = read_header(sim, fd, place, &headers[place]);
		other = other || states[place] == PLACE_OTHER_VERSION;
		empty = empty && states[place] == PLACE_EMPTY;
	}
	if (empty)
		return TB_ENOENT;
	for (int tries = 0; tries < PLACES; tries++) {
		int best = -1;
		for (int place = 0; place < PLACES; place++)
			if (states[place] == PLACE_WHOLE &&
			    (best < 0 || headers[place].turn > headers[best].turn))
				best = place;
		if (best < 0)
			break;
		*h = headers[best];
		state->next = !best;
		if (read_body(sim, fd, best, h))
			return 0;
		states[best] = PLACE_DAMAGED;
	}
	return refused(state, other ? "was written by another version; start with a new --state folder"
				    : "is damaged or no simulation state");
}

static int read_file(struct sim_state *state, struct sim_world *sim, int fd, struct header *h)
{
	const struct universe *universe = sim->checker.universe;
	uint64_t fingerprint = sim->market.state.fingerprint;
	struct sim_market_setup setup = sim->market.state.setup;
	struct sim_broker_setup account = sim->broker.setup;
	ratio_t fee = sim->market.state.first_fee;
	char what[200];
	int err = read_newest(state, sim, fd, h);

	if (err != 0)
		return err;
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

	if (fd < 0 && errno != ENOENT)
		return failed(state, strerror(errno));
	int err = fd < 0 ? TB_ENOENT : read_file(state, sim, fd, &h);
	if (fd >= 0)
		close(fd);
	if (err == TB_ENOENT) /* died before the first save, if there is a journal at all */
		return journal->turn > 1 ? TB_ENOENT : catch_up(state, sim, journal, 0);
	if (err != 0)
		return err;
	sim->world.now_ms = h.now_ms;
	return catch_up(state, sim, journal, h.turn);
}
