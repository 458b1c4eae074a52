/* SPDX-License-Identifier: MIT
 * Time, contradiction, trailing and break-even for one holding. Value of what is held is rounded down, of
 * what is owed up, so a gain is never overstated. */
#include "exits.h"

#include "holding.h"

#include "tradebot/limits.h"

const struct exit_settings exit_settings_default = {
	.hold_ms = 24 * HOUR_MS,
	.contradiction_bars = 10,
	.trail_steps = 12,
};

static price_t entry_price(const struct instrument *instrument, money_t cost, qty_t qty,
			   int64_t (*divide)(int64_t, int64_t, int64_t))
{
	int64_t num = instrument->value_num, den = instrument->value_den;
	int64_t units;

	if (num <= 0 || den <= 0 || cost < 0 || qty <= 0)
		return -1;
	if (qty <= INT64_MAX / num)
		return divide(cost, den, qty * num);
	units = divide(cost, den, qty); /* rounding twice the same way rounds once */
	return units < 0 ? -1 : divide(units, 1, num);
}

price_t entry_price_down(const struct instrument *instrument, money_t cost, qty_t qty)
{
	return entry_price(instrument, cost, qty, mul_div_down);
}

price_t entry_price_up(const struct instrument *instrument, money_t cost, qty_t qty)
{
	return entry_price(instrument, cost, qty, mul_div_up);
}

/* +1 R at that close? Of what is open: after a partial exit its share of the risk counts. */
static bool reached_r(const struct holding *holding, const struct instrument *instrument, price_t close)
{
	money_t gross = holding_gross(holding, instrument, close);
	money_t risk = holding->qty < holding->entry_qty
			       ? mul_div_up(holding->risk, holding->qty, holding->entry_qty)
			       : holding->risk;

	return gross != UNKNOWN && risk > 0 && gross >= risk;
}

/* The whole trade's gross at a price: what was realised, and the open quantity there. */
static void excursion(struct holding *holding, const struct instrument *instrument, price_t price)
{
	money_t gross = holding_gross(holding, instrument, price);
	money_t whole;

	if (gross == UNKNOWN)
		return;
	whole = gross + holding_realised(holding);
	if (whole < holding->mae)
		holding->mae = whole;
	if (whole > holding->mfe)
		holding->mfe = whole;
}

static bool contradicts(const struct holding *holding, enum regime regime, double er100)
{
	bool against = holding->side == SIDE_LONG ? er100 < 0 : er100 > 0; /* NAN is neither */

	switch (holding->strategy) {
	case STRATEGY_TREND: return against;
	case STRATEGY_BREAKOUT: return regime == REGIME_LOW_VOL;
	case STRATEGY_MEAN_REVERSION: return regime == REGIME_TRENDING && against;
	default: return false;
	}
}

enum exit_reason exit_due(const struct exit_settings *settings, struct holding *holding,
			  const struct candle *bar, const struct instrument *instrument, enum regime regime,
			  double er100, ms_t now)
{
	if (holding->qty <= 0 || holding->side == SIDE_NONE || holding->opened_ms <= 0 ||
	    holding->opened_ms >= now)
		return EXIT_NONE;
	excursion(holding, instrument, bar->low);
	excursion(holding, instrument, bar->high);
	if (holding->best_close <= 0 || (holding->side == SIDE_LONG ? bar->close > holding->best_close
								    : bar->close < holding->best_close))
		holding->best_close = bar->close;
	if (contradicts(holding, regime, er100) && !reached_r(holding, instrument, bar->close))
		holding->against_bars++;
	else
		holding->against_bars = 0;
	if (now - holding->opened_ms >= settings->hold_ms)
		return EXIT_TIME;
	return holding->against_bars >= settings->contradiction_bars ? EXIT_CONTRADICTION : EXIT_NONE;
}

/* Is stop better than the holding's own by at least margin * 1/steps? A holding without a stop takes any. */
static bool improves(const struct holding *holding, price_t stop, price_t margin, int64_t steps)
{
	price_t gain = holding->side == SIDE_LONG ? stop - holding->stop : holding->stop - stop;

	if (stop <= 0 || stop > VALUE_MAX)
		return false;
	return holding->stop <= 0 || (gain > 0 && (gain >= margin || gain * steps >= margin));
}

price_t trail_stop(const struct exit_settings *settings, const struct holding *holding,
		   const struct instrument *instrument)
{
	price_t stop;

	if (holding->qty <= 0 || holding->side == SIDE_NONE || holding->trail <= 0 ||
	    holding->trail > VALUE_MAX || holding->best_close <= 0 ||
	    !reached_r(holding, instrument, holding->best_close))
		return 0;
	stop = holding->best_close + (holding->side == SIDE_LONG ? -holding->trail : holding->trail);
	return improves(holding, stop, holding->trail, settings->trail_steps) ? stop : 0;
}

price_t break_even_stop(const struct holding *holding, const struct instrument *instrument,
			const struct quote *quote, ratio_t costs)
{
	const struct rank *rank = &quote->volatility;
	bool is_long = holding->side == SIDE_LONG;
	money_t cost = holding->cost, round_trip;
	price_t stop, spread = quote->ask - quote->bid;

	if (holding->qty <= 0 || holding->side == SIDE_NONE ||
	    quote_spread(quote->bid, quote->ask) == UNKNOWN || quote->mark <= 0 || quote->mark > VALUE_MAX ||
	    rank->den <= 0 || rank->num < 0 || rank->num > rank->den ||
	    rank->num * 100 <= rank->den * CAP_VOLATILITY_PCT)
		return 0;
	if (cost <= 0 || cost > VALUE_MAX || costs < 0 || costs >= RATIO_ONE)
		return 0;
	round_trip = share_up(cost, costs);
	stop = is_long ? entry_price_up(instrument, cost + round_trip, holding->qty)
		       : entry_price_down(instrument, cost - round_trip, holding->qty);
	if (spread < 1)
		spread = 1; /* never onto the mark itself */
	if (stop <= 0 || (is_long ? quote->mark - stop : stop - quote->mark) < spread)
		return 0;
	return improves(holding, stop, 1, 1) ? stop : 0;
}

qty_t fit_qty(const struct holding *holding, const struct instrument *instrument, money_t ceiling)
{
	bool is_long = holding->side == SIDE_LONG;
	qty_t qty = holding->qty;

	if (qty <= 0 || holding->side == SIDE_NONE || holding->stop <= 0 || holding->cost <= 0 ||
	    holding->cost > VALUE_MAX || ceiling < 0)
		return qty;
	money_t at_stop = is_long ? notional_down(instrument, holding->stop, qty)
				  : notional_up(instrument, holding->stop, qty);
	if (at_stop < 0)
		return qty;
	money_t loss = is_long ? holding->cost - at_stop : at_stop - holding->cost;
	loss += share_up(holding->cost, instrument->taker_fee) + share_up(at_stop, instrument->taker_fee);
	if (loss <= ceiling)
		return qty;
	return mul_div_down(qty, ceiling, loss);
}
