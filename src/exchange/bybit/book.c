/* SPDX-License-Identifier: MIT
 * One order book: a snapshot, then changes without a gap in their numbers (contract, section 11). Both sides
 * sorted, the best level first, at most BYBIT_LEVELS_MAX of each: what lies further away is forgotten, which
 * can only make the depth smaller. */
#include "bybit_internal.h"
#include "decimal.h"

#include <string.h>

#define BAND 1000 /* 10 bps: one part in so many */

/* Where a price stands, or would. bids: falling, else rising. */
static int64_t place_of(const struct bybit_side *side, price_t price, bool bids)
{
	int64_t low = 0, high = side->count;

	while (low < high) {
		int64_t middle = (low + high) / 2;
		price_t at = side->level[middle].price;
		if (bids ? at > price : at < price)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void set_level(struct bybit_side *side, price_t price, qty_t qty, bool bids)
{
	int64_t place = place_of(side, price, bids);
	bool there = place < side->count && side->level[place].price == price;
	struct bybit_level *at = &side->level[place];

	if (there && qty == 0) {
		side->count--;
		memmove(at, at + 1, (size_t)(side->count - place) * sizeof *at);
		return;
	}
	if (qty == 0 || place == BYBIT_LEVELS_MAX)
		return;
	if (!there) {
		side->count += side->count < BYBIT_LEVELS_MAX;
		memmove(at + 1, at, (size_t)(side->count - 1 - place) * sizeof *at);
	}
	*at = (struct bybit_level){.price = price, .qty = qty};
}

static enum bybit_book_answer take_side(struct bybit_side *side, struct bybit_reader *reader,
					struct json_rows *rows, bool bids,
					const struct instrument *instrument)
{
	struct json_slice price_text, qty_text;
	price_t price;
	qty_t qty;

	while (bybit_next_level(reader, rows, &price_text, &qty_text)) {
		enum decimal_err err = grid_parse(price_text.text, price_text.len, &instrument->tick, &price);
		if (err == DECIMAL_OFF_GRID || err == DECIMAL_DIGITS)
			return BOOK_OFF_GRID;
		if (err != DECIMAL_OK || price <= 0 || price > BYBIT_PRICE_MAX)
			return BOOK_BROKEN;
		/* sizes down: part of a lot is nothing that we could take */
		err = grid_parse_down(qty_text.text, qty_text.len, &instrument->lot, &qty);
		if (err != DECIMAL_OK || qty > BYBIT_PRICE_MAX)
			return BOOK_BROKEN;
		set_level(side, price, qty, bids);
	}
	return reader->why[0] == '\0' ? BOOK_TAKEN : BOOK_BROKEN;
}

enum bybit_book_answer bybit_book_take(struct bybit_book *book, struct bybit_reader *reader,
				       struct bybit_book_row *row, bool snapshot,
				       const struct instrument *instrument)
{
	enum bybit_book_answer answer;

	if (!snapshot) {
		if (!book->known || (row->update <= book->update && row->update != 1))
			return BOOK_DROPPED; /* before its snapshot, or twice */
		if (row->update != book->update + 1)
			return BOOK_GAP; /* 1: their service has begun anew */
	}
	if (snapshot)
		book->bids.count = book->asks.count = 0;
	book->known = false; /* until all of it is taken */
	answer = take_side(&book->bids, reader, &row->bids, true, instrument);
	if (answer == BOOK_TAKEN)
		answer = take_side(&book->asks, reader, &row->asks, false, instrument);
	if (answer != BOOK_TAKEN)
		return answer;
	book->known = book->changed = true;
	book->update = row->update;
	return BOOK_TAKEN;
}

/* A side's value down to a price of edge / (2 * BAND): one sum of price times size and one rounding where 64
 * bits hold it, which is nearly always; else level by level. */
static money_t side_depth(const struct bybit_side *side, price_t twice_mid, bool bids,
			  const struct instrument *instrument)
{
	price_t edge = twice_mid * (bids ? BAND - 1 : BAND + 1);
	int64_t product, sum = 0;
	int64_t count = 0;
	bool fits = true;
	money_t value;

	for (; count < side->count; count++) {
		const struct bybit_level *level = &side->level[count];
		if (bids ? 2 * BAND * level->price < edge : 2 * BAND * level->price > edge)
			break;
		fits = fits && !__builtin_mul_overflow(level->price, level->qty, &product) &&
		       !__builtin_add_overflow(sum, product, &sum);
	}
	if (fits) {
		value = notional_down(instrument, 1, sum);
		return value < 0 ? VALUE_MAX : value;
	}
	sum = 0;
	for (int64_t i = 0; i < count; i++) {
		value = notional_down(instrument, side->level[i].price, side->level[i].qty);
		if (value < 0 || value > VALUE_MAX - sum)
			return VALUE_MAX;
		sum += value;
	}
	return sum;
}

money_t bybit_book_depth(const struct bybit_book *book, const struct instrument *instrument)
{
	if (!book->known || book->bids.count == 0 || book->asks.count == 0)
		return UNKNOWN;
	price_t bid = book->bids.level[0].price, ask = book->asks.level[0].price;
	if (bid >= ask)
		return UNKNOWN;
	money_t below = side_depth(&book->bids, bid + ask, true, instrument);
	money_t above = side_depth(&book->asks, bid + ask, false, instrument);
	return below < above ? below : above;
}
