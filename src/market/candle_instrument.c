/* SPDX-License-Identifier: MIT
 * Infers the instrument of a candle file; the rules stand in the header. */
#include "candle_instrument.h"

#include <string.h>

#include "csv_row.h"
#include "timeframe.h"

#define LOT_HIGHEST      3 /* powers of ten */
#define LOT_LOWEST       (-8)
#define MARKET_ORDER_MAX (1000000 * MONEY_ONE)
#define NOTIONAL_MIN     (5 * MONEY_ONE)
#define MAINTENANCE      (RATIO_ONE / 100)
#define FEE_MAX          (RATIO_ONE / 10)
#define LISTED_BEFORE_MS (400 * DAY_MS)
#define FUNDING_EVERY_MS (8 * HOUR_MS)

static bool ends_with(const char *text, size_t length, const char *end)
{
	size_t n = strlen(end);
	return length >= n && memcmp(text + length - n, end, n) == 0;
}

static size_t stem_length(const char *file_name)
{
	size_t length = strlen(file_name);
	if (ends_with(file_name, length, ".gz"))
		length -= 3;
	if (ends_with(file_name, length, ".csv"))
		length -= 4;
	return length;
}

/* The timeframe behind the last '-' or '_', and where the symbol then ends. */
static size_t cut_timeframe(const char *stem, size_t length, ms_t *timeframe_ms)
{
	char text[4] = {0};
	size_t at = length;
	*timeframe_ms = UNKNOWN;
	while (at > 0 && stem[at - 1] != '-' && stem[at - 1] != '_')
		at--;
	if (at == 0 || length - at >= sizeof(text))
		return length;
	memcpy(text, stem + at, length - at);
	*timeframe_ms = timeframe_from_text(text);
	return *timeframe_ms == UNKNOWN ? length : at - 1;
}

int candle_name_split(const char *file_name, char symbol[static SYMBOL_TEXT_MAX], ms_t *timeframe_ms)
{
	size_t length = cut_timeframe(file_name, stem_length(file_name), timeframe_ms);
	size_t used = 0;
	for (size_t i = 0; i < length; i++) {
		char c = file_name[i];
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if ((c < 'A' || c > 'Z') && (c < '0' || c > '9'))
			continue;
		if (used + 1 == SYMBOL_TEXT_MAX)
			return TB_EINVAL;
		symbol[used++] = c;
	}
	if (used == 0)
		return TB_EINVAL;
	if (used <= 4 || !ends_with(symbol, used, "USDT")) {
		if (used + 4 >= SYMBOL_TEXT_MAX)
			return TB_EINVAL;
		memcpy(symbol + used, "USDT", 4);
		used += 4;
	}
	symbol[used] = '\0';
	return 0;
}

/* Whether 10^power coins are worth at most 1 USDT at close * 10^-decimals USDT. */
static bool is_small_lot(price_t close, int64_t decimals, int64_t power)
{
	int64_t limit = decimals - power; /* close <= 10^limit; close <= VALUE_MAX = 10^17 */
	return limit >= 17 || (limit >= 0 && close <= csv_power10[limit]);
}

static struct grid lot_for(price_t close, int64_t decimals)
{
	int64_t power = LOT_HIGHEST;
	while (power > LOT_LOWEST && !is_small_lot(close, decimals, power))
		power--;
	return power >= 0 ? (struct grid){csv_power10[power], 0} : (struct grid){1, -power};
}

int candle_instrument_infer(const char *symbol, int64_t price_decimals, const struct candle *first,
			    ratio_t taker_fee, struct instrument *out)
{
	size_t length = strlen(symbol);
	*out = (struct instrument){0};
	if (length >= SYMBOL_TEXT_MAX || symbol_normalise(symbol, out->name) != 0 || taker_fee < 0 ||
	    taker_fee > FEE_MAX || first->close <= 0 || first->close > VALUE_MAX || price_decimals < 0 ||
	    price_decimals > 11)
		return TB_EINVAL;
	memcpy(out->wire, symbol, length + 1);
	out->status = INSTRUMENT_TRADING;
	out->tick = (struct grid){1, price_decimals};
	out->lot = lot_for(first->close, price_decimals);
	out->contract = (struct grid){1, 0};
	if (instrument_settle(out) != 0)
		return TB_ERANGE;
	out->min_qty = 1;
	out->max_qty = lots_for(out, first->close, MARKET_ORDER_MAX);
	if (out->max_qty < 1)
		return TB_ERANGE;
	out->min_notional = NOTIONAL_MIN;
	out->maintenance = MAINTENANCE;
	out->taker_fee = taker_fee;
	out->listed_ms = first->open_ms - LISTED_BEFORE_MS;
	out->funding_every_ms = FUNDING_EVERY_MS;
	return 0;
}

int candle_volume_to_lots(const struct grid *lot, int64_t volume_decimals, struct candle *rows, size_t count)
{
	/* volume * 10^-volume_decimals coins / (step * 10^-decimals coins per lot) */
	int64_t up = lot->decimals > volume_decimals ? csv_power10[lot->decimals - volume_decimals] : 1;
	int64_t down = lot->decimals < volume_decimals ? csv_power10[volume_decimals - lot->decimals] : 1;
	down *= lot->step;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].volume > VALUE_MAX / up)
			return TB_ERANGE;
		rows[i].volume = rows[i].volume * up / down;
	}
	return 0;
}
