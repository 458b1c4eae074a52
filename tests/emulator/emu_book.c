/* SPDX-License-Identifier: MIT
 * The order book. One level of each side within 10 bps of the mid: what the simulated market says of depth.
 * Behind it a ladder of made-up levels on a grid of their own, so that a small move changes few of them; each
 * follows from its price, the salt and the epoch, so a book needs no memory but struct emu_book_state. */
#include "emu_internal.h"

#include <string.h>

#include "hash.h"

#define BOOK_PHASES 16 /* one level in so many changes its size with each epoch */

const int64_t emu_book_levels[EMU_BOOK_LEVELS] = {1, 50, 200, 1000};

/* The largest power of two under 2 bps of the price, in ticks. */
static price_t rungs_step(price_t price)
{
	price_t step = 1;

	while (step * 2 <= price / 5000)
		step *= 2;
	return step;
}

static qty_t rungs_lots(const struct emu_book_state *state, price_t price)
{
	int64_t words[2] = {price, 0};
	uint64_t own = hash_words(state->salt, words, 1);
	qty_t base = 8; /* about as many as at the best, in steps, so that they are not new with every bar */

	while (base <= state->lots / 2)
		base *= 2;
	words[1] = (state->epoch + (int64_t)(own % BOOK_PHASES)) / BOOK_PHASES;
	return 1 + base / 8 + (qty_t)(hash_words(state->salt, words, 2) % (uint64_t)base);
}

/* The first price of the ladder: further than 10 bps from the mid, and behind the best. 0: none. */
static price_t rungs_first(const struct emu_book_state *state, price_t step, bool bids)
{
	__int128 both = (__int128)state->bid + state->ask;
	price_t price;

	if (bids) {
		price = (price_t)((both * 999 - 1) / 2000);
		price = price < state->bid ? price : state->bid - 1;
		return price / step * step;
	}
	price = (price_t)(both * 1001 / 2000) + 1;
	price = price > state->ask ? price : state->ask + 1;
	return (price + step - 1) / step * step;
}

size_t emu_book_side(const struct emu_book_state *state, bool bids, struct emu_level *out, size_t room)
{
	size_t count = 0;

	if (state->bid <= 0 || room == 0)
		return 0;
	if (state->lots > 0)
		out[count++] = (struct emu_level){bids ? state->bid : state->ask, state->lots};
	price_t step = rungs_step(state->bid);
	for (price_t price = rungs_first(state, step, bids); price > 0 && count < room;
	     price += bids ? -step : step)
		out[count++] = (struct emu_level){price, rungs_lots(state, price)};
	return count;
}

static void put_level(const struct emu_symbol *symbol, price_t price, qty_t lots, bool first,
		      struct text *out)
{
	char price_text[DECIMAL_TEXT_MAX], size_text[DECIMAL_TEXT_MAX];

	emu_price(symbol, price, price_text);
	emu_size(symbol, lots, size_text);
	text_put(out, first ? "[\"" : ",[\"", first ? 2 : 3);
	text_put(out, price_text, strlen(price_text));
	text_put(out, "\",\"", 3);
	text_put(out, lots > 0 ? size_text : "0", lots > 0 ? strlen(size_text) : 1);
	text_put(out, "\"]", 2);
}

void emu_book_whole(const struct emu_symbol *symbol, const struct emu_book_state *state, int64_t levels,
		    struct text *out)
{
	struct emu_level side[1000];

	for (int bids = 1; bids >= 0; bids--) {
		size_t count = emu_book_side(state, bids, side, (size_t)levels);
		text_add(out, bids ? "\"b\":[" : ",\"a\":[");
		for (size_t i = 0; i < count; i++)
			put_level(symbol, side[i].price, side[i].lots, i == 0, out);
		text_add(out, "]");
	}
}

void emu_book_change(const struct emu_symbol *symbol, const struct emu_book_state *was,
		     const struct emu_book_state *now, int64_t levels, struct text *out)
{
	struct emu_level before[1000], after[1000];

	for (int bids = 1; bids >= 0; bids--) {
		size_t gone = emu_book_side(was, bids, before, (size_t)levels);
		size_t here = emu_book_side(now, bids, after, (size_t)levels);
		bool first = true;
		text_add(out, bids ? "\"b\":[" : ",\"a\":[");
		for (size_t i = 0, k = 0; i < gone || k < here;) {
			bool old = k == here || (i < gone && (bids ? before[i].price > after[k].price
								   : before[i].price < after[k].price));
			bool same = !old && i < gone && before[i].price == after[k].price;
			if (!same || before[i].lots != after[k].lots) {
				put_level(symbol, old ? before[i].price : after[k].price,
					  old ? 0 : after[k].lots, first, out);
				first = false;
			}
			i += old || same;
			k += !old;
		}
		text_add(out, "]");
	}
}

struct emu_book_state emu_book_now(const struct emu *emu, const struct emu_symbol *symbol)
{
	int64_t word = symbol - emu->symbols;

	return (struct emu_book_state){
		.bid = symbol->bid,
		.ask = symbol->ask,
		.lots = emu_depth_lots(symbol),
		.epoch = symbol->book_epoch,
		.salt = hash_words(emu->setup.market.seed, &word, 1),
	};
}
