/* SPDX-License-Identifier: MIT
 * What a closed bar leaves behind: quote and depth for the next decision, and the 24 h statistics that the
 * scanner's table is made of. The 24 h window moves in parts of a quarter hour (or of one bar, if longer). */
#include "sim_market.h"

#define TURNOVER_MOST 9000000000000000000LL

static money_t add_capped(money_t a, money_t b)
{
	return a > TURNOVER_MOST - b ? TURNOVER_MOST : a + b;
}

static ms_t part_ms(const struct sim_market_state *state)
{
	ms_t quarter = DAY_MS / SIM_DAY_PARTS;

	return state->setup.timeframe_ms > quarter ? state->setup.timeframe_ms : quarter;
}

static void count_day(const struct sim_market_state *state, struct sim_market_symbol *symbol,
		      money_t turnover)
{
	const struct candle *bar = &symbol->done;
	int64_t number = bar->open_ms / part_ms(state);
	struct sim_day_part *part = &symbol->day[number % SIM_DAY_PARTS];

	if (part->number != number)
		*part = (struct sim_day_part){
			.number = number, .open = bar->open, .high = bar->high, .low = bar->low};
	if (bar->high > part->high)
		part->high = bar->high;
	if (bar->low < part->low)
		part->low = bar->low;
	part->turnover = add_capped(part->turnover, turnover);
}

void sim_symbol_close_bar(struct sim_market *market, sym_t sym)
{
	struct sim_market_symbol *symbol = &market->state.symbols[sym];
	const struct sim_model *model = &market->state.setup.model;
	symbol->done = symbol->bar;
	money_t turnover = sim_bar_turnover(&market->universe->at[sym], &symbol->done);
	price_t half = sim_half_spread(model, &symbol->done);

	symbol->turnover_sum += turnover - symbol->turnover[symbol->turnover_at];
	symbol->turnover[symbol->turnover_at] = turnover;
	symbol->turnover_at = symbol->turnover_at + 1 == SIM_DEPTH_BARS ? 0 : symbol->turnover_at + 1;
	if (symbol->turnover_count < SIM_DEPTH_BARS)
		symbol->turnover_count++;
	symbol->depth = sim_share(symbol->turnover_sum / symbol->turnover_count, model->depth_share);
	symbol->last = symbol->done.close;
	symbol->bid = symbol->last - half;
	symbol->ask = symbol->last + half;
	count_day(&market->state, symbol, turnover);
}

/* newest: the part in which the window ends. */
static void fill_row(const struct sim_market_symbol *symbol, int64_t newest, int64_t parts, struct event *row)
{
	row->scan.last = symbol->last;
	row->scan.bid = symbol->bid;
	row->scan.ask = symbol->ask;
	row->scan.open = row->scan.high = row->scan.low = symbol->last;
	bool first = true;
	int64_t oldest = newest - parts + 1 > 0 ? newest - parts + 1 : 0, place = oldest % SIM_DAY_PARTS;
	for (int64_t number = oldest; number <= newest; number++, place = place + 1 < SIM_DAY_PARTS ? place + 1 : 0) {
		const struct sim_day_part *part = &symbol->day[place];
		if (part->number != number)
			continue;
		if (first) {
			row->scan.open = part->open;
			row->scan.high = part->high;
			row->scan.low = part->low;
			first = false;
		}
		row->scan.high = part->high > row->scan.high ? part->high : row->scan.high;
		row->scan.low = part->low < row->scan.low ? part->low : row->scan.low;
		row->scan.turnover = add_capped(row->scan.turnover, part->turnover);
	}
}

int sim_market_scan(const struct sim_market *market, ms_t now, struct events *heard)
{
	const struct sim_market_state *state = &market->state;
	ms_t length = part_ms(state);
	int64_t parts = DAY_MS / length > 0 ? DAY_MS / length : 1;
	ms_t last_open = state->bar_ms - state->setup.timeframe_ms;

	if (heard->count + (size_t)state->setup.symbols + 1 > EVENTS_MAX)
		return TB_EFULL;
	for (int64_t i = 0; i < state->setup.symbols; i++) {
		const struct sim_market_symbol *symbol = &state->symbols[i];
		if (symbol->last > 0)
			fill_row(symbol, last_open / length, parts,
				 events_add(heard, EVENT_SCAN_ROW, (sym_t)i, now));
	}
	events_add(heard, EVENT_SNAPSHOT_END, SYM_NONE, now)->snapshot.what = SNAPSHOT_SCAN;
	return TB_OK;
}
