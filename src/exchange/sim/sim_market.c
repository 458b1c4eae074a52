/* SPDX-License-Identifier: MIT
 * The timeline: which event at which millisecond, and where the bars come from. */
#include "sim_say.h"

#include <string.h>

#include "hash.h"

#define CATCH_UP_MAX 16 /* settlements of one symbol at one instant; more wait for the next */
#define ROOM_SYMBOL  (CATCH_UP_MAX + 6)

void sim_market_init(struct sim_market *market, const struct sim_market_setup *setup)
{
	memset(market, 0, sizeof(*market));
	market->state.setup = *setup;
	struct sim_model *model = &market->state.setup.model;
	if (model->half_spread == 0 && model->widening == 0 && model->depth_share == 0 && model->impact == 0)
		*model = sim_model_default;
	market->state.phase = SIM_ENDED; /* until it is attached */
	for (size_t i = 0; i < SIM_SYMBOLS_MAX; i++) {
		struct sim_market_symbol *symbol = &market->state.symbols[i];
		symbol->funding_rate = UNKNOWN;
		symbol->due_ms = symbol->plan.at_ms = NEVER_MS;
		sim_day_clear(&symbol->day);
	}
}

/* Of names, first grids and tapes. A universe that was renewed from this state is the same market. */
static uint64_t fingerprint_of(const struct sim_market_state *state, const struct universe *universe,
			       const struct sim_tape *tapes)
{
	uint64_t hash = universe->count;

	for (size_t i = 0; i < universe->count; i++) {
		const struct instrument *instrument = &universe->at[i];
		const struct sim_market_symbol *symbol = &state->symbols[i];
		bool renewed = state->fingerprint != 0 && instrument->generation != 0 &&
			       instrument->generation == symbol->instrument.generation;
		struct grid tick = renewed ? symbol->express.tick : instrument->tick;
		struct grid lot = renewed ? symbol->express.lot : instrument->lot;
		struct grid contract = renewed ? symbol->express.contract : instrument->contract;
		int64_t words[SYMBOL_TEXT_MAX / 8 + 10] = {
			tick.step, tick.decimals, lot.step, lot.decimals, contract.step, contract.decimals,
		};
		if (tapes != NULL) {
			words[6] = (int64_t)tapes[i].count;
			words[7] = tapes[i].count ? tapes[i].candles[0].open_ms : 0;
			words[8] = tapes[i].count ? tapes[i].candles[tapes[i].count - 1].close : 0;
			words[9] = (int64_t)tapes[i].funding_count;
		}
		memcpy(words + 10, instrument->name, SYMBOL_TEXT_MAX);
		hash = hash_words(hash, words, sizeof(words) / sizeof(words[0]));
	}
	return hash ? hash : 1;
}

/* The tapes' span; TB_EINVAL if a tape is not sorted or not on the common grid. */
static int tapes_span(const struct sim_market_state *state, const struct sim_tape *tapes, ms_t *first,
		      ms_t *end)
{
	ms_t frame = state->setup.timeframe_ms;

	*first = INT64_MAX;
	*end = INT64_MIN;
	for (int64_t i = 0; i < state->setup.symbols; i++) {
		const struct sim_tape *tape = &tapes[i];
		if (tape->count == 0)
			continue;
		if (tape->candles[0].open_ms < *first)
			*first = tape->candles[0].open_ms;
		if (tape->candles[tape->count - 1].open_ms + frame > *end)
			*end = tape->candles[tape->count - 1].open_ms + frame;
	}
	for (int64_t i = 0; i < state->setup.symbols; i++) {
		ms_t before = INT64_MIN;
		for (size_t k = 0; k < tapes[i].count; k++) {
			ms_t open = tapes[i].candles[k].open_ms;
			if (open <= before || open < 0 || (open - *first) % frame != 0)
				return TB_EINVAL;
			before = open;
		}
	}
	return *first == INT64_MAX ? TB_ENOENT : TB_OK;
}

static ms_t whole_second(ms_t at_ms)
{
	return at_ms - at_ms % SECOND_MS;
}

/* When the settlement that is next is said. */
static ms_t tape_due(const struct sim_tape *tape, int64_t settled)
{
	return (size_t)settled < tape->funding_count ? whole_second(tape->funding[settled].ms) : NEVER_MS;
}

/* Everything before the start: bars into the statistics, settlements into the last rate. */
static void wind_tape(struct sim_market *market, sym_t sym)
{
	const struct sim_tape *tape = &market->tapes[sym];
	struct sim_market_symbol *symbol = &market->state.symbols[sym];
	ms_t start = market->state.bar_ms;

	for (size_t k = 0; k < tape->count && tape->candles[k].open_ms < start; k++) {
		symbol->raw = tape->candles[k];
		sim_symbol_close_bar(market, sym);
		symbol->closed++;
	}
	while (tape_due(tape, symbol->settled) < start)
		symbol->funding_rate = tape->funding[symbol->settled++].rate;
	symbol->due_ms = tape_due(tape, symbol->settled);
}

static double scale_of(const struct sim_market_state *state)
{
	return (double)state->setup.timeframe_ms / (double)MINUTE_MS;
}

/* The common factor's next bar. Once in SIM_PREROLL bars everybody's place is marked before. */
void sim_market_common(struct sim_market_state *state)
{
	if (state->made % SIM_PREROLL == 0)
		for (int64_t i = 0; i < state->setup.symbols; i++) {
			struct sim_market_symbol *symbol = &state->symbols[i];
			symbol->marks[state->made / SIM_PREROLL & 1] = (struct sim_mark){
				.bar = state->made, .common = state->common, .walk = symbol->walk};
		}
	state->made++;
	sim_common_step(&state->common, scale_of(state));
}

static void wind_generator(struct sim_market *market)
{
	struct sim_market_state *state = &market->state;
	ms_t frame = state->setup.timeframe_ms;

	sim_common_init(&state->common, state->setup.seed, frame);
	for (int64_t i = 0; i < state->setup.symbols; i++) {
		struct sim_market_symbol *symbol = &state->symbols[i];
		sim_walk_init(&symbol->walk, state->setup.seed, &symbol->instrument, frame);
		symbol->start = (struct sim_mark){.common = state->common, .walk = symbol->walk};
	}
	for (int64_t bar = 0; bar < state->setup.preroll; bar++) {
		sim_market_common(state);
		for (int64_t i = 0; i < state->setup.symbols; i++) {
			struct sim_market_symbol *symbol = &state->symbols[i];
			sim_walk_step(&symbol->walk, &state->common, &symbol->raw);
			symbol->raw.open_ms = state->setup.start_ms + (bar - state->setup.preroll) * frame;
			sim_symbol_close_bar(market, (sym_t)i);
			symbol->closed++;
		}
	}
	for (int64_t i = 0; i < state->setup.symbols; i++) {
		struct sim_market_symbol *symbol = &state->symbols[i];
		ms_t every = symbol->instrument.funding_every_ms;
		symbol->due_ms = every > 0 ? (state->bar_ms + every - 1) / every * every : NEVER_MS;
		symbol->funding_rate = sim_walk_funding(&symbol->walk, every);
	}
}

/* Fixes start and end; TB_EINVAL or TB_ENOENT as attach says. */
static int settle_span(struct sim_market_state *state, const struct sim_tape *tapes)
{
	struct sim_market_setup *setup = &state->setup;
	ms_t first = 0, last = INT64_MAX, frame = setup->timeframe_ms;

	if (tapes != NULL) {
		int err = tapes_span(state, tapes, &first, &last);
		if (err)
			return err;
		if (setup->start_ms < first)
			setup->start_ms = first;
		setup->start_ms += (frame - (setup->start_ms - first) % frame) % frame;
	} else if (setup->start_ms < setup->preroll * frame) {
		return TB_EINVAL; /* bars before 1970 */
	}
	if (setup->bars > 0 && setup->end_ms == 0)
		setup->end_ms = setup->start_ms + setup->bars * frame;
	if (setup->end_ms == 0 || setup->end_ms > last)
		setup->end_ms = last;
	return setup->end_ms > setup->start_ms ? TB_OK : TB_ENOENT;
}

int sim_market_attach(struct sim_market *market, const struct universe *universe,
		      const struct sim_tape *tapes)
{
	struct sim_market_state *state = &market->state;
	const struct sim_market_setup *setup = &state->setup;

	if (setup->symbols < 1 || setup->symbols > SIM_SYMBOLS_MAX ||
	    (size_t)setup->symbols != universe->count || setup->timeframe_ms < MINUTE_MS ||
	    setup->timeframe_ms > DAY_MS || setup->preroll < 0 || setup->preroll > 1000000 ||
	    setup->bars < 0 || setup->bars > 1000000000 || setup->start_ms < 0 ||
	    !sim_weather_usable(&setup->weather) || !sim_model_usable(&setup->model))
		return TB_EINVAL;
	uint64_t fingerprint = fingerprint_of(state, universe, tapes);
	if (state->fingerprint != 0 && state->fingerprint != fingerprint)
		return TB_EINVAL;
	market->tapes = tapes;
	for (size_t i = 0; i < SIM_SYMBOLS_MAX; i++)
		market->readers[i].from = -1;
	if (state->fingerprint != 0)
		return TB_OK;
	int err = settle_span(state, tapes);
	if (err)
		return err;
	state->bar_ms = setup->start_ms;
	state->phase = SIM_AT_OPEN;
	state->taped = tapes != NULL;
	state->first_fee = universe->at[0].taker_fee;
	for (int64_t i = 0; i < setup->symbols; i++) {
		const struct instrument *instrument = &universe->at[i];
		state->symbols[i].instrument = *instrument;
		state->symbols[i].express = (struct sim_express){
			instrument->tick, instrument->lot, instrument->contract, 0, 1, 1, 1, 1};
	}
	if (tapes == NULL)
		wind_generator(market);
	for (int64_t i = 0; tapes != NULL && i < setup->symbols; i++)
		wind_tape(market, (sym_t)i);
	sim_plan_begin(market);
	state->fingerprint = fingerprint;
	return TB_OK;
}

size_t sim_market_state_bytes(const struct sim_market_state *state)
{
	return offsetof(struct sim_market_state, symbols) +
	       (size_t)state->setup.symbols * sizeof(struct sim_market_symbol);
}

bool sim_market_ended(const struct sim_market *market)
{
	return market->state.phase == SIM_ENDED;
}

/* Moves past the settlement that is due, and returns its own time. */
static ms_t settle(struct sim_market *market, sym_t sym)
{
	struct sim_market_symbol *symbol = &market->state.symbols[sym];
	ms_t settle_ms = symbol->due_ms;

	if (market->tapes == NULL) {
		ms_t every = symbol->instrument.funding_every_ms;
		symbol->due_ms += every;
		symbol->funding_rate = sim_walk_funding(&symbol->walk, every);
		symbol->settled++;
	} else {
		const struct sim_tape *tape = &market->tapes[sym];
		settle_ms = tape->funding[symbol->settled].ms;
		symbol->funding_rate = tape->funding[symbol->settled++].rate;
		symbol->due_ms = tape_due(tape, symbol->settled);
	}
	return settle_ms;
}

/* The own time of the coming settlement; NEVER_MS: none is known. */
static ms_t funding_next(const struct sim_market *market, sym_t sym)
{
	const struct sim_market_symbol *symbol = &market->state.symbols[sym];

	if (market->tapes == NULL || symbol->due_ms == NEVER_MS)
		return symbol->due_ms;
	return market->tapes[sym].funding[symbol->settled].ms;
}

static void say_rate(struct sim_market *market, sym_t sym, ms_t now, ms_t settle_ms, bool settled,
		     struct events *heard)
{
	struct event *event = events_add(heard, EVENT_FUNDING_RATE, sym, now);

	event->funding.rate = market->state.symbols[sym].funding_rate;
	event->funding.settle_ms = settle_ms;
	event->funding.settled = settled;
}

/* What settled since the last bar; then the coming settlement, of which nobody knows more than the last rate.
 * While an instrument is silent nothing settles: it is passed over. */
static void say_funding(struct sim_market *market, sym_t sym, ms_t now, struct events *heard)
{
	const struct sim_market_symbol *symbol = &market->state.symbols[sym];
	bool silent = sim_is_silent(symbol);

	for (int i = 0; (i < CATCH_UP_MAX || silent) && symbol->due_ms <= now; i++) {
		ms_t settle_ms = settle(market, sym);
		if (!silent)
			say_rate(market, sym, now, settle_ms, true, heard);
	}
	if (!silent && symbol->funding_rate != UNKNOWN && symbol->due_ms != NEVER_MS)
		say_rate(market, sym, now, funding_next(market, sym), false, heard);
}

/* True if the symbol has a bar that opens at now and that is to be said; it is then in symbol->raw. */
bool sim_market_next_bar(struct sim_market *market, int64_t sym, ms_t now)
{
	struct sim_market_symbol *symbol = &market->state.symbols[sym];

	if (symbol->instrument.status == INSTRUMENT_GONE)
		return false;
	if (market->tapes == NULL) {
		sim_walk_step(&symbol->walk, &market->state.common, &symbol->raw);
		symbol->raw.open_ms = now;
	} else {
		const struct sim_tape *tape = &market->tapes[sym];
		if ((size_t)symbol->closed == tape->count || tape->candles[symbol->closed].open_ms != now)
			return false;
		symbol->raw = tape->candles[symbol->closed];
		__builtin_prefetch(&tape->candles[symbol->closed] + SIM_TAPE_AHEAD);
	}
	if (symbol->instrument.status != INSTRUMENT_SUSPENDED)
		return true;
	sim_history_hide(symbol);
	return false;
}

/* Holes in all tapes at once are passed over. */
static __attribute__((noinline)) ms_t next_open(const struct sim_market *market)
{
	ms_t next = INT64_MAX;

	for (int64_t i = 0; market->tapes != NULL && i < market->state.setup.symbols; i++) {
		const struct sim_tape *tape = &market->tapes[i];
		size_t at = (size_t)market->state.symbols[i].closed;
		if (at < tape->count && tape->candles[at].open_ms < next &&
		    market->state.symbols[i].instrument.status != INSTRUMENT_GONE)
			next = tape->candles[at].open_ms;
	}
	return next;
}

/* No bar opens now. */
void sim_market_pass_hole(struct sim_market *market)
{
	struct sim_market_state *state = &market->state;

	state->phase = SIM_AT_OPEN;
	if (market->tapes != NULL)
		state->bar_ms = next_open(market);
	if (state->bar_ms >= state->setup.end_ms)
		state->phase = SIM_ENDED; /* a generator stays at this bar: a later end lets it go on */
}

/* What is said before any price: changed instruments, then settlements. */
static __attribute__((noinline)) void say_changes(struct sim_market *market, ms_t now, struct events *heard)
{
	struct sim_market_state *state = &market->state;
	bool first = now == state->setup.start_ms;

	for (int64_t i = 0; i < state->setup.symbols; i++) {
		struct sim_market_symbol *symbol = &state->symbols[i];
		if (symbol->plan.at_ms > now)
			continue;
		bool silent = sim_is_silent(symbol);
		sim_plan_step(market, (sym_t)i, now, heard);
		if (silent && !sim_is_silent(symbol) && symbol->due_ms > now)
			say_funding(market, (sym_t)i, now, heard);
	}
	state->change_ms = NEVER_MS;
	for (int64_t i = 0; i < state->setup.symbols; i++) {
		const struct sim_market_symbol *symbol = &state->symbols[i];
		if (symbol->due_ms <= now || first)
			say_funding(market, (sym_t)i, now, heard);
		ms_t next = symbol->plan.at_ms < symbol->due_ms ? symbol->plan.at_ms : symbol->due_ms;
		state->change_ms = next < state->change_ms ? next : state->change_ms;
	}
}

static void say_opens(struct sim_market *market, struct events *heard)
{
	struct sim_market_state *state = &market->state;
	ms_t now = state->bar_ms;
	bool any = false, over = now >= state->setup.end_ms;

	if (now >= state->change_ms)
		say_changes(market, now, heard);
	if (market->tapes == NULL && !over)
		sim_market_common(state);
	struct event *event = &heard->at[heard->count];
	for (int64_t i = 0; i < state->setup.symbols && !over; i++) {
		struct sim_market_symbol *symbol = &state->symbols[i];
		symbol->running = sim_market_next_bar(market, i, now);
		if (!symbol->running)
			continue;
		any = true;
		say_print(event++, symbol, i, now);
	}
	for (int64_t i = 0; i < state->setup.symbols; i++) {
		if (state->symbols[i].ending)
			say_candle(event++, i, now, &state->symbols[i].done, true);
		state->symbols[i].ending = 0;
	}
	heard->count = (size_t)(event - heard->at);
	if (any || (market->tapes == NULL && !over))
		state->phase = SIM_AT_RANGE;
	else
		sim_market_pass_hole(market);
}

static void say_ranges(struct sim_market *market, struct events *heard)
{
	struct sim_market_state *state = &market->state;
	ms_t now = state->bar_ms + state->setup.timeframe_ms - 1;
	struct event *event = &heard->at[heard->count];

	for (int64_t i = 0; i < state->setup.symbols; i++) {
		struct sim_market_symbol *symbol = &state->symbols[i];
		if (!symbol->running)
			continue;
		sim_symbol_close_bar(market, (sym_t)i);
		symbol->running = 0;
		symbol->ending = 1;
		symbol->closed++;
		say_candle(event++, i, now, &symbol->done, false);
		sim_quote_into(say(event++, EVENT_TICKER, i, now), symbol);
	}
	heard->count = (size_t)(event - heard->at);
	state->bar_ms += state->setup.timeframe_ms;
	state->phase = SIM_AT_OPEN;
}

static inline ms_t next_instant(const struct sim_market_state *state)
{
	if (state->phase == SIM_AT_OPEN)
		return state->bar_ms;
	return state->phase == SIM_AT_RANGE ? state->bar_ms + state->setup.timeframe_ms - 1 : NEVER_MS;
}

static ms_t market_next_ms(const struct exchange *exchange)
{
	return next_instant(&((const struct sim_market *)exchange->state)->state);
}

/* One instant per call, and only when it has come: the driver asks next_ms again. */
static int market_on_wire(struct exchange *exchange, const struct wire_in *wire, struct turn_out *out)
{
	struct sim_market *market = exchange->state;

	if (wire->kind != WIRE_TIME || next_instant(&market->state) > wire->at_ms)
		return TB_OK;
	if (out->heard->count + (size_t)market->state.setup.symbols * ROOM_SYMBOL > EVENTS_MAX)
		return TB_EFULL;
	if (market->state.phase == SIM_AT_OPEN)
		say_opens(market, out->heard);
	else
		say_ranges(market, out->heard);
	return TB_OK;
}

static int market_on_market(struct exchange *exchange, const struct event *event, struct turn_out *out)
{
	(void)exchange, (void)event, (void)out;
	return TB_OK; /* it is the market */
}

static int market_submit(struct exchange *exchange, const struct ticket *ticket, ms_t now,
			 struct turn_out *out)
{
	(void)exchange, (void)ticket, (void)now, (void)out;
	return TB_EREFUSED; /* orders go to a broker */
}

/* What a symbol has last said, at the time it said it: who begins to watch, or has been restarted, needs it.
 */
static int say_present(const struct sim_market *market, sym_t sym, ms_t now, struct events *heard)
{
	const struct sim_market_symbol *symbol = &market->state.symbols[sym];

	if (heard->count + 2 > EVENTS_MAX)
		return TB_EFULL;
	if (sim_is_silent(symbol))
		return TB_OK;
	if (symbol->funding_rate != UNKNOWN && symbol->due_ms != NEVER_MS) {
		struct event *funding = events_add(heard, EVENT_FUNDING_RATE, sym, now);
		funding->funding.rate = symbol->funding_rate;
		funding->funding.settle_ms = funding_next(market, sym);
	}
	if (symbol->last == 0)
		return TB_OK;
	ms_t then = symbol->done.open_ms + market->state.setup.timeframe_ms - 1;
	sim_quote_into(events_add(heard, EVENT_TICKER, sym, then), symbol);
	return TB_OK;
}

/* WATCH: all symbols stream anyway, so only the present quote is said. HISTORY: the app reads it with
 * sim_market_history. */
static int market_ask(struct exchange *exchange, const struct intent *intent, ms_t now, struct turn_out *out)
{
	const struct sim_market *market = exchange->state;

	switch (intent->kind) {
	case INTENT_WATCH:
		return intent->sym >= market->state.setup.symbols ? TB_ENOENT
		       : intent->value ? say_present(market, intent->sym, now, out->heard)
				       : TB_OK;
	case INTENT_HISTORY: return intent->sym < market->state.setup.symbols ? TB_OK : TB_ENOENT;
	case INTENT_SCAN: return sim_market_scan(market, now, out->heard);
	default: return TB_EINVAL;
	}
}

const struct exchange_ops sim_market_ops = {
	.name = "sim_market",
	.state_bytes = sizeof(struct sim_market),
	.on_wire = market_on_wire,
	.on_market = market_on_market,
	.submit = market_submit,
	.ask = market_ask,
	.next_ms = market_next_ms,
	.listing = exchange_lists_nothing,
	.attach = exchange_is_told,
};
