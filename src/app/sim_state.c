/* SPDX-License-Identifier: MIT
 * See sim_state.h. */
#include "sim_state.h"

#include <stdio.h>
#include <string.h>

#define MAGIC   0x3142454449535442LL /* "BTSIDEB1" */
#define VERSION (5 * 1000 + (int64_t)sizeof(struct event))

enum { PART_MARKET, PART_BROKER, PART_SHADOW, PART_CHECKER, PART_CARRY, PARTS };

void sim_state_init(struct sim_state *state)
{
	state->file.magic = MAGIC;
	state->file.version = VERSION;
}

/* The body, in parts as they lie in memory. */
static void make_parts(const struct sim_world *sim, struct state_part parts[static PARTS])
{
	const struct state_part all[PARTS] = {
		[PART_MARKET] = {(void *)(uintptr_t)&sim->market.state,
				 sim_market_state_bytes(&sim->market.state), sizeof sim->market.state},
		[PART_BROKER] = {(void *)(uintptr_t)&sim->broker, sim_broker_bytes(&sim->broker),
				 sizeof sim->broker},
		[PART_SHADOW] = {(void *)(uintptr_t)&sim->shadow, sim_shadow_bytes(&sim->shadow),
				 sizeof sim->shadow},
		[PART_CHECKER] = {(void *)(uintptr_t)&sim->checker, sizeof sim->checker, sizeof sim->checker},
		[PART_CARRY] = {sim->world.carry->at, sim->world.carry->count * sizeof(struct event),
				EVENTS_MAX * sizeof(struct event)}};

	memcpy(parts, all, sizeof all);
}

int sim_state_save(struct sim_state *state, const struct sim_world *sim, int64_t turn)
{
	struct state_part parts[PARTS];
	const struct state_head head = {.turn = turn, .now_ms = sim->world.now_ms, .word = sim->ended};

	make_parts(sim, parts);
	int err = state_file_save(&state->file, &head, parts, PARTS);
	if (err == 0)
		state_file_keep(&state->file);
	return err;
}

void sim_state_close(struct sim_state *state)
{
	state_file_close(&state->file);
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

static int read_file(struct sim_state *state, struct sim_world *sim, struct state_head *h)
{
	struct state_part parts[PARTS];
	const struct universe *universe = sim->checker.universe;
	uint64_t fingerprint = sim->market.state.fingerprint;
	struct sim_market_setup setup = sim->market.state.setup;
	struct sim_broker_setup account = sim->broker.setup;
	ratio_t fee = sim->market.state.first_fee;
	char what[200];

	make_parts(sim, parts);
	int err = state_file_load(&state->file, UNKNOWN, h, parts, PARTS);

	if (err != 0)
		return err;
	sim->checker.universe = universe;
	sim_market_renew(&sim->market, sim->universe);
	sim->shadow.twin = &sim->broker;
	sim->world.carry->count = parts[PART_CARRY].bytes / sizeof(struct event);
	const char *other = difference(sim, fingerprint, &setup, &account, fee);
	if (other != NULL) {
		snprintf(what, sizeof what, "%s; use a new --state folder", other);
		return state_file_refused(&state->file, what);
	}
	struct sim_market_state *market = &sim->market.state;
	market->setup.end_ms = setup.end_ms; /* a generated market may be run on for longer */
	sim->ended = h->word != 0 && sim->options.set != NULL;
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
		return state_file_failed(&state->file, journal->error.text);
	if (journal->turn < turn || intents > 0) {
		char what[160];
		snprintf(what, sizeof what,
			 "is of turn %lld and the journal of turn %lld: they are not of the same run",
			 (long long)turn, (long long)journal->turn);
		return state_file_refused(&state->file, what);
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
		return state_file_failed(&state->file, journal->error.text);
	/* Caught up on disk too: a second death during start-up must not leave intents of two turns behind.
	 */
	return sim_state_save(state, sim, journal->turn);
}

int sim_state_load(struct sim_state *state, struct sim_world *sim, struct journal *journal)
{
	struct state_head h;
	int err = read_file(state, sim, &h);

	if (err == TB_ENOENT) /* died before the first save, if there is a journal at all */
		return journal->turn > 1 ? TB_ENOENT : catch_up(state, sim, journal, 0);
	if (err != 0)
		return err;
	sim->world.now_ms = h.now_ms;
	return catch_up(state, sim, journal, h.turn);
}
