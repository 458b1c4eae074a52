/* SPDX-License-Identifier: MIT
 * What a closed bar leaves behind: quote and depth for the next decision, and the 24 h statistics that the
 * scanner's table is made of. The 24 h window moves in parts of a quarter hour (or of one bar, if longer).
 * Its sum is kept up with each bar, its extremes with each part, in rings of the finished ones that may still
 * become the highest or lowest: a scan of all symbols reads them off. */
#include "sim_say.h"

#define DEPTH_PART    1000 /* 10 bps of the mid: where depth is counted */
#define QUARTER_MS    (DAY_MS / SIM_DAY_PARTS)
#define TURNOVER_MOST 9000000000000000000LL

static money_t add_capped(money_t a, money_t b)
{
	return a > TURNOVER_MOST - b ? TURNOVER_MOST : a + b;
}

/* The part in which a time lies; of quarters, nearly always, without a division. */
static int64_t part_at(const struct sim_market_state *state, ms_t at_ms)
{
	ms_t frame = state->setup.timeframe_ms;

	return frame > QUARTER_MS ? at_ms / frame : at_ms / QUARTER_MS;
}

/* When the part ends. */
static ms_t part_end(const struct sim_market_state *state, int64_t number)
{
	ms_t frame = state->setup.timeframe_ms;

	return (number + 1) * (frame > QUARTER_MS ? frame : QUARTER_MS);
}

/* Parts in a window; a bar is a day at the most. */
static int64_t day_parts(const struct sim_market_state *state)
{
	return state->setup.timeframe_ms > QUARTER_MS ? DAY_MS / state->setup.timeframe_ms : SIM_DAY_PARTS;
}

void sim_day_clear(struct sim_day *day)
{
	*day = (struct sim_day){.newest = -1, .end_ms = INT64_MIN};
	for (size_t i = 0; i < SIM_DAY_PARTS; i++)
		day->part[i].number = -1;
}

/* 96 parts of up to TURNOVER_MOST are more than 64 bits hold: two sums do. What was added in pieces may be
 * taken away whole: high * 2^32 + low is exact. */
static void add_turnover(struct sim_day *day, money_t turnover)
{
	day->turnover_high += turnover >> 32;
	day->turnover_low += turnover & 0xffffffff;
}

static void take_turnover(struct sim_day *day, money_t turnover)
{
	day->turnover_high -= turnover >> 32;
	day->turnover_low -= turnover & 0xffffffff;
}

static struct sim_day_part *ring_at(struct sim_day *day, struct sim_day_ring *ring, int64_t index)
{
	return &day->part[ring->place[(ring->head + index) & (SIM_DAY_RING - 1)]];
}

/* A part that is over: nothing that it outdoes can ever be the best again. */
static void ring_push(struct sim_day *day, struct sim_day_ring *ring, int64_t number, bool highs)
{
	uint8_t place = (uint8_t)(number % SIM_DAY_PARTS);
	const struct sim_day_part *part = &day->part[place];

	while (ring->count > 0) {
		const struct sim_day_part *last = ring_at(day, ring, ring->count - 1);
		if (highs ? last->high > part->high : last->low < part->low)
			break;
		ring->count--;
	}
	ring->place[(ring->head + ring->count++) & (SIM_DAY_RING - 1)] = place;
}

static void ring_expire(struct sim_day *day, struct sim_day_ring *ring)
{
	while (ring->count > 0 && ring_at(day, ring, 0)->number < day->oldest) {
		ring->head = (ring->head + 1) & (SIM_DAY_RING - 1);
		ring->count--;
	}
}

/* The newest part is over; the window moves on so that `number` is. */
static void day_move(struct sim_day *day, int64_t number, int64_t parts)
{
	int64_t oldest = number - parts + 1;

	if (day->newest >= 0) {
		ring_push(day, &day->highs, day->newest, true);
		ring_push(day, &day->lows, day->newest, false);
	}

	if (day->newest < 0 || oldest > day->newest) {
		day->turnover_high = day->turnover_low = 0;
		day->highs.count = day->lows.count = 0;
	} else {
		for (int64_t n = day->oldest; n < oldest; n++) {
			const struct sim_day_part *part = &day->part[n % SIM_DAY_PARTS];
			if (part->number == n)
				take_turnover(day, part->turnover);
		}
	}
	day->oldest = oldest > 0 ? oldest : 0;
	ring_expire(day, &day->highs);
	ring_expire(day, &day->lows);
	day->newest = number;
}

/* The bar begins a new part of the day. */
static __attribute__((noinline)) struct sim_day_part *
day_begin_part(const struct sim_market_state *state, struct sim_day *day, const struct candle *bar)
{
	int64_t number = part_at(state, bar->open_ms);
	struct sim_day_part *part = &day->part[number % SIM_DAY_PARTS];

	day_move(day, number, day_parts(state));
	day->end_ms = part_end(state, number);
	*part = (struct sim_day_part){
		.number = number, .open = bar->open, .high = bar->high, .low = bar->low};
	return part;
}

/* The bars that lie in this part, at least one: extremes and turnover of the day, the turnovers that depth
 * rests on. Where they end. */
static const struct candle *count_part(struct sim_market_symbol *symbol, struct sim_day_part *part,
				       const struct candle *bars, const struct candle *end)
{
	struct sim_day_part now = *part;
	money_t sum = symbol->turnover_sum, all = 0;
	int64_t at = symbol->turnover_at, count;
	const struct candle *bar = bars;

	do {
		money_t turnover = sim_bar_turnover(&symbol->instrument, bar);
		now.high = bar->high > now.high ? bar->high : now.high;
		now.low = bar->low < now.low ? bar->low : now.low;
		all += turnover; /* a part has 15 bars at the most, of VALUE_MAX */
		sum += turnover - symbol->turnover[at];
		symbol->turnover[at] = turnover;
		at = at + 1 == SIM_DEPTH_BARS ? 0 : at + 1;
	} while (++bar < end && bar->open_ms < symbol->day.end_ms);
	now.turnover = add_capped(part->turnover, all);
	add_turnover(&symbol->day, now.turnover - part->turnover);
	*part = now;
	symbol->turnover_sum = sum;
	symbol->turnover_at = at;
	count = symbol->turnover_count + (bar - bars);
	symbol->turnover_count = count < SIM_DEPTH_BARS ? count : SIM_DEPTH_BARS;
	return bar;
}

/* Rounding keeps the order of prices, but parts that differed may have become equal. */
void sim_day_sort(struct sim_day *day)
{
	day->highs.count = day->lows.count = 0;
	for (int64_t number = day->oldest; number < day->newest; number++) {
		if (day->part[number % SIM_DAY_PARTS].number != number)
			continue;
		ring_push(day, &day->highs, number, true);
		ring_push(day, &day->lows, number, false);
	}
}

void sim_symbol_end_bars(struct sim_market *market, sym_t sym, const struct candle *bars, int64_t count)
{
	struct sim_market_symbol *symbol = &market->state.symbols[sym];
	struct sim_day *day = &symbol->day;
	struct sim_day_part *part = &day->part[(uint64_t)day->newest % SIM_DAY_PARTS];

	for (const struct candle *bar = bars, *end = bars + count; bar < end;) {
		if (bar->open_ms >= day->end_ms) /* as before the first one */
			part = day_begin_part(&market->state, day, bar);
		bar = count_part(symbol, part, bar, end);
	}
}

void sim_symbol_end_bar(struct sim_market *market, sym_t sym)
{
	struct sim_market_symbol *symbol = &market->state.symbols[sym];

	symbol->done = symbol->express.differs ? sim_expressed(&symbol->express, &symbol->raw) : symbol->raw;
	sim_symbol_end_bars(market, sym, &symbol->done, 1);
}

void sim_symbol_quote(struct sim_market *market, sym_t sym)
{
	struct sim_market_symbol *symbol = &market->state.symbols[sym];
	const struct sim_model *model = &market->state.setup.model;
	price_t half = sim_half_spread(model, &symbol->done);

	/* a constant divisor nearly always: no division at all */
	money_t mean = symbol->turnover_count == SIM_DEPTH_BARS
			       ? symbol->turnover_sum / SIM_DEPTH_BARS
			       : symbol->turnover_sum / symbol->turnover_count;
	symbol->last = symbol->done.close;
	symbol->bid = symbol->last - half;
	symbol->depth = 0;
	if (half <= symbol->last / DEPTH_PART) /* else the best quotes lie further away, and so does all */
		symbol->depth = sim_whole_depth(&symbol->instrument, symbol->bid,
						sim_share(mean, model->depth_share));
	symbol->ask = symbol->last + half;
}

void sim_symbol_close_bar(struct sim_market *market, sym_t sym)
{
	sim_symbol_end_bar(market, sym);
	sim_symbol_quote(market, sym);
}

/* The symbol has been silent for a while: its window ends later than its newest part. */
static void fill_late(const struct sim_day *day, int64_t newest, int64_t parts, struct event *row)
{
	bool first = true;

	for (int64_t number = newest - parts + 1 > 0 ? newest - parts + 1 : 0; number <= day->newest;
	     number++) {
		const struct sim_day_part *part = &day->part[number % SIM_DAY_PARTS];
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

static void fill_now(const struct sim_day *day, struct event *row)
{
	int64_t number = day->oldest;

	/* the first part there is: nearly always the oldest possible one */
	while (day->part[number % SIM_DAY_PARTS].number != number)
		number++;
	row->scan.open = day->part[number % SIM_DAY_PARTS].open;
	const struct sim_day_part *newest = &day->part[day->newest % SIM_DAY_PARTS];
	price_t high_before = day->part[day->highs.place[day->highs.head]].high;
	price_t low_before = day->part[day->lows.place[day->lows.head]].low;
	row->scan.high = day->highs.count > 0 && high_before > newest->high ? high_before : newest->high;
	row->scan.low = day->lows.count > 0 && low_before < newest->low ? low_before : newest->low;
	int64_t high = day->turnover_high + (day->turnover_low >> 32);
	row->scan.turnover = TURNOVER_MOST;
	if (high < TURNOVER_MOST >> 32)
		row->scan.turnover = high * (1LL << 32) + (day->turnover_low & 0xffffffff);
}

/* newest: the part in which the window ends. */
static void fill_row(const struct sim_market_symbol *symbol, int64_t newest, int64_t parts, struct event *row)
{
	row->scan.last = symbol->last;
	row->scan.bid = symbol->bid;
	row->scan.ask = symbol->ask;
	row->scan.open = row->scan.high = row->scan.low = symbol->last;
	row->scan.turnover = 0;
	if (symbol->day.newest == newest)
		fill_now(&symbol->day, row);
	else
		fill_late(&symbol->day, newest, parts, row);
}

int sim_market_scan(const struct sim_market *market, ms_t now, struct events *heard)
{
	const struct sim_market_state *state = &market->state;
	int64_t newest = part_at(state, state->bar_ms - state->setup.timeframe_ms);
	int64_t parts = day_parts(state);

	if (heard->count + (size_t)state->setup.symbols + 1 > EVENTS_MAX)
		return TB_EFULL;
	for (int64_t i = 0; i < state->setup.symbols; i++) {
		const struct sim_market_symbol *symbol = &state->symbols[i];
		if (symbol->last > 0 && !sim_is_silent(symbol))
			fill_row(symbol, newest, parts,
				 say(&heard->at[heard->count++], EVENT_SCAN_ROW, i, now));
	}
	say(&heard->at[heard->count++], EVENT_SNAPSHOT_END, SYM_NONE, now)->snapshot.what = SNAPSHOT_SCAN;
	return TB_OK;
}
