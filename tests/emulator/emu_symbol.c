/* SPDX-License-Identifier: MIT
 * What is known of one symbol: bars, settlements, the fields of its ticker. */
#include "emu_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BARS_MAX 100000 /* of one symbol; then the oldest quarter is forgotten */
#define CHUNK    512

bool emu_is_listed(const struct emu_symbol *symbol)
{
	const struct instrument *instrument = symbol->instrument;

	return instrument->status != INSTRUMENT_GONE &&
	       (instrument->status != INSTRUMENT_SUSPENDED || instrument->listed_ms != UNKNOWN);
}

sym_t emu_find(const struct emu *emu, const char *wire)
{
	for (size_t i = 0; i < emu->universe.count; i++)
		if (strcmp(emu->universe.at[i].wire, wire) == 0)
			return (sym_t)i;
	return SYM_NONE;
}

struct grid emu_coin_grid(const struct instrument *instrument)
{
	/* Bybit counts coins: a lot of contracts is so many coins */
	struct grid grid = {instrument->lot.step * instrument->contract.step,
			    instrument->lot.decimals + instrument->contract.decimals};

	for (; grid.decimals > 0 && grid.step % 10 == 0; grid.decimals--)
		grid.step /= 10;
	return grid;
}

void emu_price(const struct emu_symbol *symbol, price_t price, char out[static DECIMAL_TEXT_MAX])
{
	number_grid(price, &symbol->instrument->tick, out);
}

void emu_size(const struct emu_symbol *symbol, qty_t lots, char out[static DECIMAL_TEXT_MAX])
{
	struct grid grid = emu_coin_grid(symbol->instrument);

	number_grid(lots, &grid, out);
}

qty_t emu_depth_lots(const struct emu_symbol *symbol)
{
	return sim_depth_lots(symbol->instrument, symbol->bid, symbol->depth);
}

size_t emu_bar_from(const struct emu_symbol *symbol, ms_t ms)
{
	size_t low = 0, high = symbol->bar_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (symbol->bars[middle].open_ms < ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void emu_bar_keep(struct emu_symbol *symbol, const struct candle *bar)
{
	size_t at = emu_bar_from(symbol, bar->open_ms);

	if (at < symbol->bar_count) {
		if (symbol->bars[at].open_ms == bar->open_ms)
			symbol->bars[at] = *bar;
		return;
	}
	if (symbol->bar_count == BARS_MAX) {
		symbol->bar_count -= BARS_MAX / 4;
		memmove(symbol->bars, symbol->bars + BARS_MAX / 4, symbol->bar_count * sizeof(*symbol->bars));
	}
	if (symbol->bar_count == symbol->bar_room) {
		symbol->bar_room = symbol->bar_room > 0 ? 2 * symbol->bar_room : 4096;
		symbol->bars = emu_grow(symbol->bars, symbol->bar_room * sizeof(*symbol->bars));
	}
	symbol->bars[symbol->bar_count++] = *bar;
}

void emu_bars_reload(struct emu *emu, sym_t sym)
{
	struct emu_symbol *symbol = &emu->symbols[sym];
	struct candle chunk[CHUNK];
	size_t from = 0, got;

	symbol->bar_count = 0;
	while ((got = sim_market_history(&emu->market, sym, from, chunk, CHUNK)) > 0) {
		for (size_t i = 0; i < got; i++)
			emu_bar_keep(symbol, &chunk[i]);
		from += got;
	}
}

void emu_settled_keep(struct emu_symbol *symbol, ms_t settle_ms, ratio_t rate)
{
	if (symbol->settled_count == symbol->settled_room) {
		symbol->settled_room = symbol->settled_room > 0 ? 2 * symbol->settled_room : 64;
		symbol->settled = emu_grow(symbol->settled, symbol->settled_room * sizeof(*symbol->settled));
	}
	symbol->settled[symbol->settled_count++] = (struct funding_point){settle_ms, rate};
}

void emu_rows_refresh(struct emu *emu)
{
	emu->scan.count = 0;
	for (size_t i = 0; i < emu->universe.count; i++)
		emu->symbols[i].has_row = false;
	if (sim_market_scan(&emu->market, emu->now_ms, &emu->scan) != TB_OK)
		return;
	for (size_t i = 0; i < emu->scan.count; i++) {
		const struct event *event = &emu->scan.at[i];
		if (event->kind != EVENT_SCAN_ROW)
			continue;
		emu->symbols[event->sym].has_row = true;
		emu->symbols[event->sym].row = *event;
	}
}

/* The close an hour ago, or the oldest that is known. */
static price_t hour_ago(const struct emu *emu, const struct emu_symbol *symbol)
{
	size_t at = emu_bar_from(symbol, emu->now_ms - HOUR_MS);

	if (symbol->bar_count == 0)
		return symbol->last;
	return symbol->bars[at < symbol->bar_count ? at : symbol->bar_count - 1].open;
}

static void fill_day(const struct emu_symbol *symbol, struct emu_ticker *out)
{
	const struct instrument *instrument = symbol->instrument;
	const struct event *row = &symbol->row;
	price_t last = symbol->last, open = row->scan.open;
	qty_t volume =
		lots_for(instrument, last, row->scan.turnover < VALUE_MAX ? row->scan.turnover : VALUE_MAX);

	emu_price(symbol, open, out->at[TICKER_prevPrice24h]);
	emu_price(symbol, row->scan.high, out->at[TICKER_highPrice24h]);
	emu_price(symbol, row->scan.low, out->at[TICKER_lowPrice24h]);
	number_short(row->scan.turnover, 8, out->at[TICKER_turnover24h]);
	emu_size(symbol, volume > 0 ? volume : 0, out->at[TICKER_volume24h]);
	if (open > 0)
		number_cut((int64_t)((double)(last - open) / (double)open * 1e6), 6, 6,
			   out->at[TICKER_price24hPcnt]);
}

void emu_ticker_fill(const struct emu *emu, const struct emu_symbol *symbol, struct emu_ticker *out)
{
	const struct instrument *instrument = symbol->instrument;

	memset(out, 0, sizeof(*out));
	number_short(instrument->funding_every_ms / HOUR_MS, 0, out->at[TICKER_fundingIntervalHour]);
	number_short(5, 3, out->at[TICKER_fundingCap]);
	if (symbol->settle_ms != UNKNOWN)
		number_short(symbol->settle_ms, 0, out->at[TICKER_nextFundingTime]);
	if (symbol->rate != UNKNOWN)
		number_short(symbol->rate, 9, out->at[TICKER_fundingRate]);
	if (symbol->last == 0)
		return;
	qty_t lots = emu_depth_lots(symbol);
	/* nobody reads it, and it is never what it was a minute before: a quote that is told anew without a
	 * change is told all the same */
	qty_t interest = 5000 * (lots + 1) + emu->now_ms / MINUTE_MS % 997;
	money_t worth = notional_down(instrument, symbol->last, interest);

	emu_price(symbol, symbol->last, out->at[TICKER_lastPrice]);
	emu_price(symbol, symbol->last, out->at[TICKER_markPrice]);
	emu_price(symbol, symbol->last, out->at[TICKER_indexPrice]);
	emu_price(symbol, hour_ago(emu, symbol), out->at[TICKER_prevPrice1h]);
	emu_price(symbol, symbol->bid, out->at[TICKER_bid1Price]);
	emu_price(symbol, symbol->ask, out->at[TICKER_ask1Price]);
	emu_size(symbol, lots, out->at[TICKER_bid1Size]);
	emu_size(symbol, lots, out->at[TICKER_ask1Size]);
	emu_size(symbol, interest, out->at[TICKER_openInterest]);
	number_cut(worth > 0 ? worth : 0, 8, 2, out->at[TICKER_openInterestValue]);
	snprintf(out->at[TICKER_tickDirection], sizeof(out->at[0]), "%s",
		 symbol->sent.at[TICKER_tickDirection]);
	if (symbol->has_row)
		fill_day(symbol, out);
}

void emu_ticker_object(const struct emu_ticker *ticker, const char *wire, struct text *out)
{
	static const char *const names[TICKER_FIELD_COUNT] = {
#define X(name) #name,
		EMU_TICKER_FIELDS(X)
#undef X
	};

	text_add(out, "{\"symbol\":\"%s\"", wire);
	for (size_t i = 0; i < TICKER_FIELD_COUNT; i++)
		text_add(out, ",\"%s\":\"%s\"", names[i], ticker->at[i]);
	text_add(out, "}");
}
