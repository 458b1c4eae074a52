/* SPDX-License-Identifier: MIT
 * What the market remembers of each symbol: closed bars from some raw bar on, without those that nobody saw.
 * Tapes are read, the generator's bars made anew from a mark. Where history begins, and what is missing in
 * it, is part of the saved state: it is the same after a restart. */
#include "sim_market.h"

#include <string.h>

static price_t near_share(price_t price, int64_t num, int64_t den)
{
	price_t twice = mul_div_down(2 * price, num, den);

	return twice < 2 ? 1 : (twice + 1) / 2;
}

struct candle sim_expressed(const struct sim_express *express, const struct candle *raw)
{
	int64_t num = express->price_num, den = express->price_den;
	int64_t volume = mul_div_down(raw->volume, express->qty_num, express->qty_den);

	return (struct candle){.open_ms = raw->open_ms,
			       .open = near_share(raw->open, num, den),
			       .high = near_share(raw->high, num, den),
			       .low = near_share(raw->low, num, den),
			       .close = near_share(raw->close, num, den),
			       .volume = volume < 0 ? VALUE_MAX : volume};
}

/* The oldest hole is forgotten where there is no room: history then begins behind it. Whoever reads history
 * begins anew behind such a hole anyway. */
static void forget_hole(struct sim_market_symbol *symbol)
{
	const struct sim_hole *oldest = &symbol->holes[0];

	symbol->hidden += oldest->from - symbol->history_from;
	symbol->history_from = oldest->to;
	symbol->hole_count--;
	memmove(symbol->holes, symbol->holes + 1, (size_t)symbol->hole_count * sizeof(symbol->holes[0]));
}

void sim_history_hide(struct sim_market_symbol *symbol)
{
	int64_t at = symbol->closed++;

	symbol->hidden++;
	if (symbol->hole_count > 0 && symbol->holes[symbol->hole_count - 1].to == at) {
		symbol->holes[symbol->hole_count - 1].to++;
		return;
	}
	if (symbol->hole_count == SIM_HOLES_MAX)
		forget_hole(symbol);
	symbol->holes[symbol->hole_count++] = (struct sim_hole){at, at + 1};
}

/* Raw bar `from` becomes the first one; from is not before the present first one. */
static void begin_at(struct sim_market_symbol *symbol, int64_t from)
{
	while (symbol->hole_count > 0 && symbol->holes[0].from <= from) {
		if (symbol->holes[0].to > from)
			from = symbol->holes[0].to;
		forget_hole(symbol);
	}
	symbol->hidden += from - symbol->history_from;
	symbol->history_from = from;
}

void sim_history_begin(struct sim_market *market, sym_t sym)
{
	struct sim_market_symbol *symbol = &market->state.symbols[sym];

	begin_at(symbol, symbol->closed);
	symbol->start = (struct sim_mark){
		.bar = symbol->closed, .common = market->state.common, .walk = symbol->walk};
	market->readers[sym].from = -1;
}

void sim_history_shorten(struct sim_market *market, sym_t sym)
{
	struct sim_market_symbol *symbol = &market->state.symbols[sym];
	int64_t from = symbol->closed - SIM_PREROLL;

	if (market->tapes == NULL) {
		const struct sim_mark *mark = &symbol->marks[symbol->marks[1].bar < symbol->marks[0].bar];
		from = mark->bar;
		if (from > symbol->start.bar)
			symbol->start = *mark;
	}
	if (from > symbol->history_from)
		begin_at(symbol, from);
	market->readers[sym].from = -1;
}

size_t sim_market_history_count(const struct sim_market *market, sym_t sym)
{
	if (sym >= market->state.setup.symbols)
		return 0;
	const struct sim_market_symbol *symbol = &market->state.symbols[sym];
	return (size_t)(symbol->closed - symbol->hidden - symbol->ending);
}

/* The raw bar of that number of the history, and in *until the end of the run it stands in. */
static int64_t raw_of(const struct sim_market_symbol *symbol, int64_t index, int64_t *until)
{
	int64_t raw = symbol->history_from + index;

	*until = symbol->closed;
	for (int64_t i = 0; i < symbol->hole_count; i++) {
		if (raw < symbol->holes[i].from) {
			*until = symbol->holes[i].from;
			break;
		}
		raw += symbol->holes[i].to - symbol->holes[i].from;
	}
	return raw;
}

/* Makes raw bar `at`, reading on from where the reader stands or from the start. */
static struct candle made(const struct sim_market *market, sym_t sym, struct sim_reader *reader, int64_t at)
{
	const struct sim_market_state *state = &market->state;
	const struct sim_market_symbol *symbol = &state->symbols[sym];
	struct sim_mark *mark = &reader->mark;
	struct candle bar;

	if (reader->from != symbol->history_from || mark->bar > at) {
		*mark = symbol->start;
		reader->from = symbol->history_from;
	}
	do {
		sim_common_step(&mark->common, mark->walk.scale);
		sim_walk_step(&mark->walk, &mark->common, &bar);
	} while (mark->bar++ < at);
	bar.open_ms = state->setup.start_ms + (at - state->setup.preroll) * state->setup.timeframe_ms;
	return bar;
}

size_t sim_market_history(struct sim_market *market, sym_t sym, size_t from_index, struct candle *out,
			  size_t room)
{
	size_t all = sim_market_history_count(market, sym);
	size_t count = from_index >= all ? 0 : all - from_index < room ? all - from_index : room;
	const struct sim_market_symbol *symbol = &market->state.symbols[count ? sym : 0];
	int64_t until = 0, raw = 0;

	for (size_t i = 0; i < count; i++, raw++) {
		if (raw == until)
			raw = raw_of(symbol, (int64_t)(from_index + i), &until);
		out[i] = market->tapes != NULL ? market->tapes[sym].candles[raw]
					       : made(market, sym, &market->readers[sym], raw);
		if (symbol->express.differs)
			out[i] = sim_expressed(&symbol->express, &out[i]);
	}
	return count;
}
