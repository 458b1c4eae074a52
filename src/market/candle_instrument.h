/* SPDX-License-Identifier: MIT
 * An instrument for a candle file. A file says prices and volumes but not on which grid the venue trades;
 *this room infers one, the same way each time, so that backtests of a file are repeatable. The documentation
 *of the fill model quotes these rules. Pure.
 *
 *	name	     from the file name SYMBOL-TIMEFRAME.csv[.gz]; BTCUSDT -> BTC/USDT:USDT
 *	tick	     10^-d, d = the most decimals any price of the file has
 *	lot	     the largest power of ten (1e-8 .. 1e3 coins) worth at most 1 USDT at the file's first
 *close contract     1 coin quantity     1 lot .. the lots worth 1,000,000 USDT at the first close, in one
 *market order notional     at least 5 USDT maintenance  1 % taker fee    as the caller says
 *	listed	     400 days before the first bar: the file does not say, and what it trades was not new
 *	funding	     every 8 h
 */
#ifndef TB_MARKET_CANDLE_INSTRUMENT_H
#define TB_MARKET_CANDLE_INSTRUMENT_H

#include "tradebot/instrument.h"
#include "tradebot/market.h"

/* Takes a file name (no folder) apart. SYMBOL-TIMEFRAME or SYMBOL_TIMEFRAME: the symbol and *timeframe_ms.
 * Any other name: the whole stem is the symbol and *timeframe_ms is UNKNOWN. The symbol is upper-cased, only
 * letters and digits are kept, and "USDT" is put behind what is not quoted in it (c1m.csv -> C1MUSDT).
 * TB_EINVAL if nothing is left or it is too long. */
int candle_name_split(const char *file_name, char symbol[static SYMBOL_TEXT_MAX], ms_t *timeframe_ms);

/* Fills *out for a symbol like BTCUSDT. first: the first bar of the file, in ticks of 10^-price_decimals.
 * TB_EINVAL for an unusable symbol, fee (0 .. 10 %) or bar; TB_ERANGE if the grids cannot be settled. */
int candle_instrument_infer(const char *symbol, int64_t price_decimals, const struct candle *first,
			    ratio_t taker_fee, struct instrument *out);

/* Turns volumes of 10^-volume_decimals coins into whole lots, rounded down, in place. TB_ERANGE if one does
 * not fit (the rows are then useless). */
int candle_volume_to_lots(const struct grid *lot, int64_t volume_decimals, struct candle *rows, size_t count);

#endif
