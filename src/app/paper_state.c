/* SPDX-License-Identifier: MIT
 * See paper_state.h. */
#include "paper_state.h"

#include <stdio.h>
#include <string.h>

#define MAGIC   0x3152455041504254LL /* "TBPAPER1" */
#define VERSION (2 * 1000 + (int64_t)sizeof(struct event))

enum { PART_NAMES, PART_BROKER, PART_SHADOW, PARTS };

void paper_state_init(struct paper_state *state, const struct universe *universe)
{
	state->file.magic = MAGIC;
	state->file.version = VERSION;
	memset(state->names, 0, sizeof state->names);
	for (size_t i = 0; i < universe->count; i++)
		memcpy(state->names[i], universe->at[i].name, sizeof state->names[i]);
}

static void make_parts(char (*names)[SYMBOL_TEXT_MAX], const struct paper_accounts *accounts,
		       struct state_part parts[static PARTS])
{
	size_t named = SYMBOLS_MAX;

	while (named > 0 && names[named - 1][0] == '\0')
		named--;
	parts[PART_NAMES] =
		(struct state_part){names, named * sizeof names[0], SYMBOLS_MAX * sizeof names[0]};
	parts[PART_BROKER] =
		(struct state_part){(void *)(uintptr_t)&accounts->broker, sim_broker_bytes(&accounts->broker),
				    sizeof accounts->broker};
	parts[PART_SHADOW] =
		(struct state_part){(void *)(uintptr_t)&accounts->shadow, sim_shadow_bytes(&accounts->shadow),
				    sizeof accounts->shadow};
}

int paper_state_save(struct paper_state *state, const struct paper_accounts *accounts, int64_t turn,
		     ms_t now_ms)
{
	struct state_part parts[PARTS];
	const struct state_head head = {.turn = turn, .now_ms = now_ms};

	make_parts(state->names, accounts, parts);
	return state_file_save(&state->file, &head, parts, PARTS);
}

void paper_state_keep(struct paper_state *state)
{
	state_file_keep(&state->file);
}

void paper_state_close(struct paper_state *state)
{
	state_file_close(&state->file);
}

static int renumber(struct paper_state *state, struct paper_accounts *accounts,
		    const struct universe *universe)
{
	char(*names)[SYMBOL_TEXT_MAX] = state->read;
	sym_t map[SYMBOLS_MAX];

	for (size_t i = 0; i < SYMBOLS_MAX; i++) {
		names[i][SYMBOL_TEXT_MAX - 1] = '\0';
		map[i] = names[i][0] == '\0' ? SYM_NONE : universe_find(universe, names[i]);
	}
	if (sim_broker_renumber(&accounts->broker, map) == 0 &&
	    sim_shadow_renumber(&accounts->shadow, map) == 0)
		return 0;
	return state_file_refused(&state->file, "the account is in a symbol that neither the exchange nor "
						"the journal knows; use a new --state folder");
}

/* What the owner may set anew while the account goes on. */
static int take_settings(struct paper_state *state, struct sim_broker *broker,
			 const struct sim_broker_setup *wanted)
{
	if (memcmp(&broker->setup.weather, &wanted->weather, sizeof wanted->weather) != 0)
		return state_file_refused(&state->file, "belongs to another weather (SIM_WEATHER differs); "
							"use a new --state folder");
	broker->setup.latency_ms = wanted->latency_ms;
	broker->setup.model = wanted->model;
	return 0;
}

int paper_state_load(struct paper_state *state, struct paper_accounts *accounts,
		     const struct universe *universe, int64_t *turn)
{
	const struct sim_broker_setup own = accounts->broker.setup, beside = accounts->shadow.broker.setup;
	struct state_part parts[PARTS];
	struct state_head head;

	memset(state->read, 0, sizeof state->read);
	make_parts(state->read, accounts, parts);
	int err = state_file_load(&state->file, *turn, &head, parts, PARTS);
	if (err != 0)
		return err;
	accounts->shadow.twin = &accounts->broker;
	err = renumber(state, accounts, universe);
	if (err == 0)
		err = take_settings(state, &accounts->broker, &own);
	if (err == 0)
		err = take_settings(state, &accounts->shadow.broker, &beside);
	*turn = head.turn;
	return err;
}

static void deliver_ticket(struct paper_accounts *accounts, const struct journal_intent *intent, ms_t now_ms)
{
	if (now_ms > intent->expires_ms)
		return;
	if (intent->book == BOOK_SHADOW)
		sim_shadow_accept(&accounts->shadow, &intent->order, now_ms);
	else
		sim_broker_accept(&accounts->broker, &intent->order, now_ms);
}

void paper_state_deliver(struct paper_accounts *accounts, const struct journal_intent *written, ms_t now_ms,
			 struct events *heard)
{
	struct exchange broker = {&sim_broker_ops, &accounts->broker};
	struct exchange shadow = {&sim_shadow_ops, &accounts->shadow};
	struct exchange *account = written->book == BOOK_SHADOW ? &shadow : &broker;
	struct turn_out out = {.heard = heard};
	const struct intent intent = {.kind = (uint8_t)written->kind,
				      .book = (uint8_t)written->book,
				      .sym = written->sym,
				      .id = written->id,
				      .value = written->value};

	switch (written->kind) {
	case INTENT_TICKET: deliver_ticket(accounts, written, now_ms); break;
	case INTENT_CANCEL:
	case INTENT_QUERY:
	case INTENT_LEVERAGE: account->ops->ask(account, &intent, now_ms, &out); break;
	default: break; /* of the market, or lists: a start asks for them anyway */
	}
}
