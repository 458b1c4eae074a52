/* SPDX-License-Identifier: MIT
 * Bars in which nobody has anything: passed in one go, and told later to whom they begin to concern. What
 * comes of it is what the two instants of the timeline in sim_market.c would have come to. */
#include "sim_say.h"

ms_t sim_market_plain_open(const struct sim_market *market)
{
	const struct sim_market_state *state = &market->state;
	ms_t open_ms = state->bar_ms + state->setup.timeframe_ms;

	return state->phase == SIM_AT_RANGE && open_ms < state->change_ms && open_ms < state->setup.end_ms
		       ? open_ms
		       : NEVER_MS;
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
		sim_symbol_quote(market, (sym_t)i);
		ms_t then = symbol->done.open_ms + state->setup.timeframe_ms - 1;
		sim_quote_into(say(event++, EVENT_TICKER, i, then), symbol);
	}
	heard->count = (size_t)(event - heard->at);
}

void sim_market_pass(struct sim_market *market, struct events *heard)
{
	struct sim_market_state *state = &market->state;
	ms_t open_ms = state->bar_ms + state->setup.timeframe_ms;
	bool any = false;

	struct event *event = heard->at;
	for (int64_t i = 0; i < state->setup.symbols; i++) {
		struct sim_market_symbol *symbol = &state->symbols[i];
		if (!symbol->running)
			continue;
		sim_symbol_end_bar(market, (sym_t)i);
		symbol->closed++;
		market->unquoted[i] = true;
	}
	state->bar_ms = open_ms;
	if (market->tapes == NULL)
		sim_market_common(state);
	for (int64_t i = 0; i < state->setup.symbols; i++) {
		struct sim_market_symbol *symbol = &state->symbols[i];
		bool ends = symbol->running != 0;
		symbol->running = sim_market_next_bar(market, i, open_ms);
		any |= symbol->running != 0;
		if (ends)
			say_candle(event++, i, open_ms, &symbol->done, true);
	}
	heard->count = (size_t)(event - heard->at);
	if (!any && market->tapes != NULL)
		sim_market_pass_hole(market);
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
