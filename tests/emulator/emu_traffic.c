/* SPDX-License-Identifier: MIT
 * Traffic between a bar's open and its end, for runs in real time: quotes and books ten times a second, the
 * running bar once a second, trades. The bar is known (it was made at its open); the price goes from its open
 * to its low and high, in an order of its own, and on to its close, with a little noise, never outside the
 * bar. At the end of the bar the market itself says the exact values. */
#include "emu_internal.h"

#include "hash.h"

static uint64_t path_bits(const struct emu *emu, sym_t sym, int64_t slot)
{
	int64_t words[2] = {emu->symbols[sym].path.open_ms + slot, sym};

	return hash_words(emu->setup.market.seed, words, 2);
}

void emu_traffic_open(struct emu *emu, sym_t sym, const struct candle *open)
{
	struct emu_symbol *symbol = &emu->symbols[sym];
	const struct sim_market_symbol *made = &emu->market.state.symbols[sym];
	struct candle bar = made->raw;

	if (!emu->setup.traffic || bar.open_ms != open->open_ms)
		return;
	if (made->express.differs)
		bar = sim_expressed(&made->express, &bar);
	symbol->path = (struct emu_path){.on = true,
					 .open_ms = open->open_ms,
					 .bar = bar,
					 .high = open->open,
					 .low = open->open,
					 .now = open->open};
}

void emu_traffic_end(struct emu *emu, sym_t sym)
{
	emu->symbols[sym].path.on = false;
}

static price_t between(price_t a, price_t b, int64_t part, int64_t whole)
{
	return a + (price_t)((double)(b - a) * (double)part / (double)whole);
}

/* Where the price is `at` ms after the open; the extremes it has passed are put into the path. */
static price_t path_price(struct emu *emu, sym_t sym, int64_t at)
{
	struct emu_path *path = &emu->symbols[sym].path;
	const struct candle *bar = &path->bar;
	uint64_t bits = path_bits(emu, sym, -1), noise = path_bits(emu, sym, at);
	int64_t frame = emu->frame_ms;
	int64_t first_at = frame * (20 + (int64_t)(bits >> 8 & 15)) / 100;
	int64_t second_at = frame * (55 + (int64_t)(bits >> 16 & 31)) / 100;
	price_t first = bits & 1 ? bar->low : bar->high, second = bits & 1 ? bar->high : bar->low;
	price_t price, wiggle = (bar->high - bar->low) / 16 + 1;

	if (at < first_at)
		price = between(bar->open, first, at, first_at);
	else if (at < second_at)
		price = between(first, second, at - first_at, second_at - first_at);
	else
		price = between(second, bar->close, at - second_at, frame - second_at);
	price += (price_t)(noise % (uint64_t)(2 * wiggle + 1)) - wiggle;
	price = price > bar->high ? bar->high : price < bar->low ? bar->low : price;
	if (at >= first_at)
		*(bits & 1 ? &path->low : &path->high) = first;
	if (at >= second_at)
		*(bits & 1 ? &path->high : &path->low) = second;
	path->high = price > path->high ? price : path->high;
	path->low = price < path->low ? price : path->low;
	return price;
}

static void tick_symbol(struct emu *emu, sym_t sym)
{
	struct emu_symbol *symbol = &emu->symbols[sym];
	struct emu_path *path = &symbol->path;
	ms_t at = emu->now_ms - path->open_ms;

	if (!path->on || at <= 0 || at >= emu->frame_ms - 1)
		return;
	price_t price = path_price(emu, sym, at), below = symbol->last - symbol->bid;
	if (price != path->now && symbol->last > 0) {
		bool up = price > path->now;
		symbol->bid = price - below > 0 ? price - below : 1;
		symbol->ask = price + below;
		symbol->last = price;
		emu_account_hear(emu, &(struct event){.at_ms = emu->now_ms,
						      .kind = EVENT_TICKER,
						      .sym = sym,
						      .ticker = {.bid = symbol->bid,
								 .ask = symbol->ask,
								 .mark = price,
								 .last = price}});
		emu_say_trade(emu, sym, up);
		emu_say_ticker(emu, sym);
	}
	path->now = price;
	symbol->book_epoch++;
	for (int64_t level = 0; level < EMU_BOOK_LEVELS; level++)
		if (emu_book_levels[level] < 1000 || at % 200 == 0)
			emu_say_book(emu, sym, level);
	struct candle running = {.open_ms = path->open_ms,
				 .open = path->bar.open,
				 .high = path->high,
				 .low = path->low,
				 .close = price,
				 .volume = between(0, path->bar.volume, at, emu->frame_ms)};
	emu_bar_keep(symbol, &running);
	if (at % SECOND_MS == 0)
		emu_say_kline(emu, sym, &running, false);
}

void emu_traffic_tick(struct emu *emu)
{
	for (size_t i = 0; i < emu->universe.count; i++)
		tick_symbol(emu, (sym_t)i);
	emu->traffic_ms = (emu->now_ms / EMU_TRAFFIC_MS + 1) * EMU_TRAFFIC_MS;
}
