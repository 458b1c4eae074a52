/* SPDX-License-Identifier: MIT
 * The emulator as a whole: opened, wound through time, closed. */
#include "emu_internal.h"
#include "moment.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void emu_note(struct emu *emu, const char *format, ...)
{
	char line[256];
	va_list args;

	if (emu->setup.note == NULL)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	emu->setup.note(emu->setup.note_ctx, line);
}

/* What the market knows of this symbol before its first instant. */
static void begin_symbol(struct emu *emu, sym_t sym)
{
	struct emu_symbol *symbol = &emu->symbols[sym];
	const struct sim_market_symbol *made = &emu->market.state.symbols[sym];
	const struct sim_tape *tape = emu->setup.tapes != NULL ? &emu->setup.tapes[sym] : NULL;

	symbol->instrument = &made->instrument;
	symbol->rate = symbol->settle_ms = UNKNOWN;
	for (int level = 0; level < EMU_BOOK_LEVELS; level++)
		symbol->books[level].update = 1000 + (int64_t)random_below(&emu->dice, 1000000);
	symbol->cross = 1000000 + (int64_t)random_below(&emu->dice, 1000000);
	emu_bars_reload(emu, sym);
	for (int64_t i = 0; tape != NULL && i < made->settled; i++)
		emu_settled_keep(symbol, tape->funding[i].ms, tape->funding[i].rate);
	if (sim_is_silent(made))
		return;
	symbol->bid = made->bid;
	symbol->ask = made->ask;
	symbol->last = made->last;
	symbol->depth = made->depth;
	if (made->funding_rate == UNKNOWN || made->due_ms == NEVER_MS)
		return;
	symbol->rate = made->funding_rate;
	symbol->settle_ms = tape != NULL ? tape->funding[made->settled].ms : made->due_ms;
}

struct emu *emu_open(const struct emu_setup *setup, char *error, size_t size)
{
	struct emu *emu = calloc(1, sizeof(*emu));

	if (emu == NULL || (emu->arena_memory = malloc(EMU_ARENA_BYTES)) == NULL) {
		free(emu);
		snprintf(error, size, "no memory");
		return NULL;
	}
	emu->setup = *setup;
	emu->universe = *setup->universe;
	emu->setup.universe = &emu->universe;
	emu->frame_ms = setup->market.timeframe_ms;
	json_arena_init(&emu->arena, emu->arena_memory, EMU_ARENA_BYTES);
	sim_market_init(&emu->market, &setup->market);
	if (sim_market_attach(&emu->market, &emu->universe, setup->tapes) != TB_OK) {
		snprintf(error, size,
			 "this cannot be a market: nothing in its span, or a value out of range");
		emu_close(emu);
		return NULL;
	}
	sim_market_renew(&emu->market, &emu->universe);
	emu->exchange = (struct exchange){&sim_market_ops, &emu->market};
	emu->start_ms = emu->market.state.setup.start_ms;
	emu->now_ms = emu->start_ms - 1;
	emu->traffic_ms = setup->traffic ? emu->start_ms : NEVER_MS;
	random_seed(&emu->dice, setup->weather.seed ^ setup->market.seed << 1);
	for (size_t i = 0; i < emu->universe.count; i++)
		begin_symbol(emu, (sym_t)i);
	emu_rows_refresh(emu);
	for (size_t i = 0; i < emu->universe.count; i++)
		emu_ticker_fill(emu, &emu->symbols[i], &emu->symbols[i].sent);
	if (!emu_account_open(emu)) {
		snprintf(error, size,
			 "this cannot be an account: balance or leverage out of range, or no secret");
		emu_close(emu);
		return NULL;
	}
	emu->draw_ms = setup->weather.per_hour > 0 ? 0 : NEVER_MS;
	emu_fault_due(emu);
	return emu;
}

void emu_close(struct emu *emu)
{
	if (emu == NULL)
		return;
	for (size_t i = 0; i < SIM_SYMBOLS_MAX; i++) {
		free(emu->symbols[i].bars);
		free(emu->symbols[i].settled);
	}
	for (size_t i = 0; i < EMU_CLIENTS_MAX; i++)
		free(emu->clients[i].topics);
	emu_queue_free(emu);
	emu_account_close(emu);
	text_free(&emu->head);
	text_free(&emu->body);
	text_free(&emu->work);
	text_free(&emu->frame);
	free(emu->arena_memory);
	free(emu);
}

/* What makes something happen by itself. */
static ms_t due_ms(const struct emu *emu)
{
	ms_t due = ms_earlier(emu->exchange.ops->next_ms(&emu->exchange), emu_fault_next_ms(emu));

	due = ms_earlier(due, emu_clients_idle_ms(emu));
	return ms_earlier(ms_earlier(due, emu->traffic_ms),
			  ms_earlier(emu_queue_late_ms(emu), emu_account_next_ms(emu)));
}

static void market_instant(struct emu *emu)
{
	struct wire_in in = {.at_ms = emu->now_ms, .kind = WIRE_TIME};
	struct turn_out out = {.heard = &emu->heard};

	emu->heard.count = 0;
	emu->exchange.ops->on_wire(&emu->exchange, &in, &out);
	emu_rows_refresh(emu);
	for (size_t i = 0; i < emu->heard.count; i++) {
		emu_account_hear(emu, &emu->heard.at[i]);
		emu_hear(emu, &emu->heard.at[i]);
	}
	if (sim_market_ended(&emu->market))
		emu->traffic_ms = NEVER_MS;
}

void emu_advance(struct emu *emu, ms_t now)
{
	for (ms_t due; (due = due_ms(emu)) <= now;) {
		emu->now_ms = due > emu->now_ms ? due : emu->now_ms;
		emu_fault_due(emu);
		if (emu->exchange.ops->next_ms(&emu->exchange) <= emu->now_ms)
			market_instant(emu);
		if (emu->traffic_ms <= emu->now_ms)
			emu_traffic_tick(emu);
		emu_account_due(emu);
		emu_clients_idle(emu);
		emu_queue_late_due(emu);
	}
	if (now > emu->now_ms) {
		emu->now_ms = now;
		emu_fault_due(emu);
	}
}

ms_t emu_next_ms(const struct emu *emu)
{
	ms_t due = due_ms(emu), stall = emu_stall_ms(emu);

	return emu->queue_count > 0 && stall > 0 ? ms_earlier(due, emu->now_ms + stall) : due;
}

ms_t emu_now(const struct emu *emu)
{
	return emu->now_ms;
}

bool emu_market_ended(const struct emu *emu)
{
	return sim_market_ended(&emu->market);
}

const struct emu_counts *emu_counts(const struct emu *emu)
{
	return &emu->counts;
}
