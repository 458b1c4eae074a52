/* SPDX-License-Identifier: MIT
 * See storm_script.h. */
#include "storm_script.h"

#include "emu_private.h"

#include <string.h>

#define APART_MS (3 * MINUTE_MS)

static bool needs_position(int64_t kind)
{
	return kind == EMU_FAULT_STOP_CANCELLED || kind == EMU_FAULT_STOP_LOST ||
	       kind == EMU_FAULT_STOP_DEAF || kind == EMU_FAULT_OTHER_CLOSE || kind == EMU_FAULT_OTHER_STOP ||
	       kind == EMU_FAULT_ADL || kind == EMU_FAULT_LIQUIDATION;
}

/* Its victim is no symbol's. */
static bool is_anywhere(int64_t kind)
{
	return kind < EMU_FAULT_DUPLICATE || kind >= EMU_FAULT_TRANSFER ||
	       (kind >= EMU_FAULT_POST_RESET_BEFORE && kind <= EMU_FAULT_POST_BUSY_AFTER) ||
	       kind == EMU_FAULT_LOGIN_REFUSED || kind == EMU_FAULT_LEVERAGE_LOST ||
	       emu_fault_rows[kind].when == EMU_WHEN_LAST;
}

static void strike_also(struct storm *s, int64_t kind, int64_t value, int64_t sym)
{
	struct emu_fault fault = {.kind = kind, .value = value, .times = 1, .at_ms = UNKNOWN};

	memcpy(fault.symbol, s->emu->universe.at[sym].wire, sizeof fault.symbol);
	emu_strike(s->emu, s->now_ms, &fault);
}

/* Some wait for what would not come by itself. */
static void provoke(struct storm *s, int64_t sym)
{
	int64_t kind = s->script.kind;

	if (kind == EMU_FAULT_LOGIN_REFUSED || kind == EMU_FAULT_SILENT || kind == EMU_FAULT_REFUSED ||
	    kind == EMU_FAULT_NO_ACK)
		strike_also(s, EMU_FAULT_DISCONNECT, 0, sym);
	if (kind == EMU_FAULT_LEVERAGE_LOST)
		strike_also(s, EMU_FAULT_OTHER_LEVERAGE, 20, sym);
}

static void strike(struct storm *s, int64_t sym)
{
	struct storm_script *script = &s->script;
	const struct emu_fault_row *row = &emu_fault_rows[script->kind];
	struct emu_fault fault = {.kind = script->kind, .times = 1, .at_ms = UNKNOWN};

	fault.value = row->low + (int64_t)random_below(&script->random, (uint64_t)(row->high - row->low + 1));
	if (script->kind == EMU_FAULT_OTHER_TRADE && random_below(&script->random, 2) == 0)
		fault.value = -fault.value;
	if (!is_anywhere(script->kind))
		memcpy(fault.symbol, s->emu->universe.at[sym].wire, sizeof fault.symbol);
	emu_strike(s->emu, s->now_ms, &fault);
	provoke(s, sym);
	script->strikes++;
	script->due_ms = s->now_ms + APART_MS;
}

static bool is_due(const struct storm *s, bool entering)
{
	const struct storm_script *script = &s->script;
	bool wants_entry = !needs_position(script->kind) && script->strikes % 2 == 0;

	return s->is_open && !s->calm && s->now_ms >= script->due_ms && wants_entry == entering;
}

/* An entry is about to reach the exchange. */
static void entering(void *ctx, int64_t sym)
{
	struct storm *s = ctx;

	if (is_due(s, true))
		strike(s, sym);
}

/* A position is open and its stop rests: from some seconds later on. */
static void each_turn(struct storm *s)
{
	const struct emu_account *account = s->emu->account;

	if (!is_due(s, false))
		return;
	for (size_t i = 0; i < s->emu->universe.count; i++) {
		const struct emu_position *position = &account->positions[i];
		if (position->qty == 0 || position->stop == 0 ||
		    s->now_ms < position->opened_ms + s->script.patience_ms)
			continue;
		s->script.patience_ms = (ms_t)random_below(&s->script.random, 90 * SECOND_MS);
		strike(s, (int64_t)i);
		return;
	}
}

void storm_script_begin(struct storm *s, int64_t kind)
{
	s->script = (struct storm_script){.kind = kind, .patience_ms = 5 * SECOND_MS};
	random_seed(&s->script.random, s->seed);
	s->each_turn = each_turn;
	s->auditor.entering = entering;
	s->auditor.entering_ctx = s;
}
