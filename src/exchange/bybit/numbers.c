/* SPDX-License-Identifier: MIT
 * Decimal text of the exchange to our integers. Prices on the grid are exact. What lives off it is rounded:
 * the mark and closed bars to the nearest tick (a mark serves long and short alike, so neither side is
 * "against us"; half a tick is far below what any rule measures), a bid down and an ask up. */
#include "bybit_internal.h"
#include "decimal.h"

#include <string.h>

static const struct grid nano = {1, 9}, money_grid = {1, 8};

/* To the nearest step, a half up: the count of half steps, plus one, halved. */
static enum decimal_err parse_near(const char *text, size_t len, const struct grid *grid, int64_t *steps)
{
	struct grid half = {grid->step * 5, grid->decimals + 1};
	int64_t halves;

	if (grid->step > INT64_MAX / 5 || half.decimals > DECIMALS_MAX)
		return grid_parse_down(text, len, grid, steps);
	enum decimal_err err = grid_parse_down(text, len, &half, &halves);
	if (err != DECIMAL_OK)
		return err;
	*steps = halves / 2 + (halves & 1);
	return DECIMAL_OK;
}

static bool has_value(const char *text)
{
	return text != NULL && *text != '\0';
}

price_t bybit_price(const char *text, const struct grid *grid, enum bybit_rounding rounding, bool *off)
{
	price_t price = 0;
	enum decimal_err err;

	if (!has_value(text))
		return UNKNOWN;
	size_t len = strlen(text);
	if (grid_parse(text, len, grid, &price) != DECIMAL_OK) {
		err = rounding == ROUND_NEAR   ? parse_near(text, len, grid, &price)
		      : rounding == ROUND_DOWN ? grid_parse_down(text, len, grid, &price)
					       : grid_parse_up(text, len, grid, &price);
		if (err != DECIMAL_OK)
			return UNKNOWN;
		if (off != NULL)
			*off = true;
	}
	return price > 0 && price <= BYBIT_PRICE_MAX ? price : UNKNOWN;
}

ratio_t bybit_ratio(const char *text)
{
	int64_t ratio;

	if (!has_value(text))
		return UNKNOWN;
	bool negative = *text == '-';
	text += negative;
	if (parse_near(text, strlen(text), &nano, &ratio) != DECIMAL_OK)
		return UNKNOWN;
	return negative ? -ratio : ratio;
}

money_t bybit_money(const char *text)
{
	money_t money;

	if (!has_value(text) || grid_parse_down(text, strlen(text), &money_grid, &money) != DECIMAL_OK)
		return UNKNOWN;
	return money;
}

ms_t bybit_ms(const char *text)
{
	ms_t ms;

	if (!has_value(text) || decimal_parse(text, strlen(text), 0, &ms) != DECIMAL_OK)
		return UNKNOWN;
	return ms > 0 ? ms : UNKNOWN;
}

bool bybit_candle(const struct bybit_kline_row *row, const struct instrument *instrument,
		  struct candle *candle, bool *off)
{
	const struct grid *tick = &instrument->tick;

	*candle = (struct candle){
		.open_ms = row->start_ms,
		.open = bybit_price(row->open, tick, ROUND_NEAR, off),
		.high = bybit_price(row->high, tick, ROUND_NEAR, off),
		.low = bybit_price(row->low, tick, ROUND_NEAR, off),
		.close = bybit_price(row->close, tick, ROUND_NEAR, off),
	};
	if (grid_parse_down(row->volume, strlen(row->volume), &instrument->lot, &candle->volume) !=
	    DECIMAL_OK)
		return false;
	price_t lowest = ms_earlier(candle->open, candle->close);
	price_t highest = candle->open > candle->close ? candle->open : candle->close;
	return candle->open_ms > 0 && candle->low > 0 && candle->low <= lowest && candle->high >= highest;
}
