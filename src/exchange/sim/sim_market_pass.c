/* SPDX-License-Identifier: MIT
 * Bars in which nobody has anything: passed in one go, and told later to whom they begin to concern. What
 * comes of it is what the two instants of the timeline in sim_market.c would have come to. */
#include "sim_say.h"

#include "moment.h"

#define STRETCH_MOST 64

ms_t sim_market_plain_open(const struct sim_market *market)
{
	const struct sim_market_state *state = &market->state;
	ms_t open_ms = state->bar_ms + state->setup.timeframe_ms;

	return state->phase == SIM_AT_RANGE && open_ms < state->change_ms && open_ms < state->setup.end_ms
		       ? open_ms
		       : NEVER_MS;
}

/* Its bars of the tape that have passed are counted, and it is as if they had not been. */
static void count_passed(struct sim_market *market, int64_t sym)
{
	struct sim_market_symbol *symbol = &market->state.symbols[sym];
	int64_t count = market->uncounted[sym];

	if (count == 0)
		return;
	const struct candle *next = &market->tapes[sym].candles[symbol->closed];
	market->uncounted[sym] = 0;
	sim_symbol_end_bars(market, (sym_t)sym, next - count, count);
	symbol->done = next[-1];
	symbol->raw = symbol->running ? next[0] : next[-1];
}

/* Its quote stands where its bars have passed. */
static void quote_passed(struct sim_market *market, int64_t sym)
{
	count_passed(market, sym);
	sim_symbol_quote(market, (sym_t)sym);
}

void sim_market_count(struct sim_market *market)
{
	for (int64_t i = 0; i < market->state.setup.symbols; i++)
		if (market->unquoted[i])
			quote_passed(market, i);
}

void sim_market_quotes(struct sim_market *market, struct events *heard)
{
	const struct sim_market_state *state = &market->state;
	struct event *event = heard->at;

	for (int64_t i = 0; i < state->setup.symbols; i++) {
		const struct sim_market_symbol *symbol = &state->symbols[i];
		if (!market->unquoted[i])
			continue;
		market->unquoted[i] = false;
		quote_passed(market, i);
		ms_t then = symbol->done.open_ms + state->setup.timeframe_ms - 1;
		sim_quote_into(say(event++, EVENT_TICKER, i, then), symbol);
	}
	heard->count = (size_t)(event - heard->at);
}

/* The usual symbol: recorded, on its own grid, and trading. */
static inline bool is_plain_tape(const struct sim_market *market, const struct sim_market_symbol *symbol)
{
	return market->tapes != NULL && !symbol->express.differs && !sim_is_silent(symbol);
}

/* Whether a tape, in so many opens, goes on from its running bar without a hole, or has no bar at all. */
static inline bool is_even(const struct sim_market *market, int64_t sym, int64_t opens)
{
	const struct sim_market_symbol *symbol = &market->state.symbols[sym];
	const struct sim_tape *tape = &market->tapes[sym];
	ms_t last_ms = market->state.bar_ms + opens * market->state.setup.timeframe_ms;
	size_t last = (size_t)(symbol->closed + (symbol->running ? opens : 0));

	if (!symbol->running)
		return last == tape->count || tape->candles[last].open_ms > last_ms;
	return last < tape->count && tape->candles[last].open_ms == last_ms;
}

/* Opens from the next one to until_ms with nothing but bars to say. */
static inline int64_t plain_opens(const struct sim_market_state *state, ms_t until_ms)
{
	ms_t end_ms = ms_earlier(state->change_ms, state->setup.end_ms), frame = state->setup.timeframe_ms;
	int64_t opens = 0;

	until_ms = ms_earlier(until_ms, end_ms - 1);
	for (ms_t open_ms = state->bar_ms + frame; open_ms <= until_ms && opens < STRETCH_MOST;
	     open_ms += frame)
		opens++;
	return opens;
}

/* Usual tapes are lent as they are; nothing is touched before sim_market_pass_to. */
static bool lend_tapes(const struct sim_market *market, struct stretch *stretch, int64_t opens)
{
	const struct sim_market_state *state = &market->state;

	for (int64_t i = 0; i < state->setup.symbols; i++) {
		const struct sim_market_symbol *symbol = &state->symbols[i];
		if (!is_plain_tape(market, symbol) || !is_even(market, i, opens))
			return false;
		stretch->bars[i] = symbol->running ? &market->tapes[i].candles[symbol->closed] : NULL;
	}
	stretch->instants = (size_t)opens;
	return true;
}

/* The bar that has ended, if there was one. */
static const struct candle *pass_plain(struct sim_market *market, int64_t sym, ms_t open_ms)
{
	struct sim_market_symbol *symbol = &market->state.symbols[sym];
	const struct sim_tape *tape = &market->tapes[sym];
	const struct candle *bar = &tape->candles[symbol->closed], *over = NULL;

	if (symbol->running) {
		over = bar++;
		symbol->closed++;
		market->uncounted[sym]++;
		market->unquoted[sym] = true;
	}
	symbol->running = (size_t)symbol->closed < tape->count && bar->open_ms == open_ms;
	if (symbol->running && market->uncounted[sym] == 0)
		symbol->raw = *bar;
	return over;
}

static const struct candle *pass_symbol(struct sim_market *market, int64_t sym, ms_t open_ms)
{
	struct sim_market_symbol *symbol = &market->state.symbols[sym];
	const struct candle *over = NULL;

	if (symbol->running) {
		sim_symbol_end_bar(market, (sym_t)sym);
		symbol->closed++;
		market->unquoted[sym] = true;
		over = &symbol->done;
	}
	symbol->running = sim_market_next_bar(market, sym, open_ms);
	return over;
}

static void pass_one(struct sim_market *market, struct stretch *stretch)
{
	struct sim_market_state *state = &market->state;
	ms_t open_ms = stretch->first_ms;
	int64_t any = 0;

	stretch->instants = 1;
	state->bar_ms = open_ms;
	if (market->tapes == NULL)
		sim_market_common(state);
	for (int64_t i = 0; i < state->setup.symbols; i++) {
		stretch->bars[i] = is_plain_tape(market, &state->symbols[i])
					   ? pass_plain(market, i, open_ms)
					   : pass_symbol(market, i, open_ms);
		any |= state->symbols[i].running;
	}
	if (!any && market->tapes != NULL)
		sim_market_pass_hole(market);
}

void sim_market_pass(struct sim_market *market, ms_t until_ms, struct stretch *stretch)
{
	const struct sim_market_state *state = &market->state;
	ms_t frame = state->setup.timeframe_ms;
	int64_t opens = market->tapes != NULL ? plain_opens(state, until_ms) : 0;

	stretch->symbols = (size_t)state->setup.symbols;
	stretch->first_ms = state->bar_ms + frame;
	stretch->every_ms = frame;
	if (opens == 0 || !lend_tapes(market, stretch, opens))
		pass_one(market, stretch);
}

void sim_market_pass_to(struct sim_market *market, ms_t open_ms)
{
	struct sim_market_state *state = &market->state;

	if (open_ms <= state->bar_ms)
		return;
	state->bar_ms = open_ms;
	for (int64_t i = 0; i < state->setup.symbols; i++) {
		const struct candle *candles = market->tapes[i].candles;
		struct sim_market_symbol *symbol = &state->symbols[i];
		int64_t closed = symbol->closed;
		if (!symbol->running)
			continue;
		while (candles[closed].open_ms < open_ms)
			closed++;
		market->uncounted[i] += closed - symbol->closed;
		market->unquoted[i] = true;
		symbol->closed = closed;
	}
}

void sim_market_catch_up(const struct sim_market *market, ms_t from_ms, struct events *heard)
{
	const struct sim_market_state *state = &market->state;

	heard->count = 0;
	for (int64_t i = 0; i < state->setup.symbols; i++) {
		const struct sim_market_symbol *symbol = &state->symbols[i];
		struct event *event = &heard->at[heard->count];
		ms_t then = symbol->done.open_ms + state->setup.timeframe_ms - 1;
		if (symbol->done.open_ms >= from_ms) {
			say_candle(event++, i, then, &symbol->done, false);
			sim_quote_into(say(event++, EVENT_TICKER, i, then), symbol);
		}
		if (symbol->running && symbol->raw.open_ms > from_ms)
			say_print(event++, symbol, i, symbol->raw.open_ms);
		heard->count = (size_t)(event - heard->at);
	}
}
