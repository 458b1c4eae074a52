/* SPDX-License-Identifier: MIT
 * An instrument changes while the account is in it: maintenance, delisting, another tick or lot. What is held
 * and what rests is expressed anew in the new grid; what it means in money and coins stays as it was. */
#include "sim_match.h"

static int64_t scaled(int64_t value, struct grid_factor scale, bool up)
{
	return up ? mul_div_up(value, scale.num, scale.den) : mul_div_down(value, scale.num, scale.den);
}

/* A price that somebody has or wants: on the grid, at least one tick, 0 stays 0. */
static price_t price_in(price_t price, struct grid_factor ticks, bool up)
{
	if (price == 0)
		return 0;
	price = scaled(price, ticks, up);
	return price < 1 ? 1 : price;
}

/* Lots that the new lot cannot hold are sold (or bought back) at the mark, in the old grid. */
static void close_odd_rest(struct sim_broker *broker, sym_t sym, struct grid_factor lots, ms_t now,
			   struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, sym);
	struct sim_deal deal = {
		.role = ROLE_EXIT, .side = -slot->side, .qty = slot->qty % lots.den, .price = slot->mark};

	if (deal.qty == 0)
		return;
	sim_account_book(broker, sym, &deal, now, heard);
	if (sim_own(slot) == 0)
		sim_match_clear(broker, sym, now, heard);
	sim_account_say_balance(broker, now, heard);
}

/* A trigger that is no longer on the grid moves away from the market: on the new grid that is the first price
 * at which the old one is reached, so it fires exactly when the old one would have. */
static void scale_resting(struct sim_resting *resting, int64_t position, bool is_stop,
			  const struct sim_slot *slot, struct grid_factor ticks, struct grid_factor lots)
{
	if (resting->id == 0)
		return;
	resting->price = price_in(resting->price, ticks, (position == SIDE_LONG) != is_stop);
	resting->qty = scaled(resting->qty, lots, false);
	if (resting->qty > slot->qty)
		resting->qty = slot->qty;
}

static void scale_finals(struct sim_broker *broker, sym_t sym, struct grid_factor ticks,
			 struct grid_factor lots)
{
	for (int64_t i = 0; i < SIM_FINAL_MAX && i < broker->final_count; i++) {
		struct sim_final *final = &broker->finals[i];
		if (final->sym != sym)
			continue;
		final->price = price_in(final->price, ticks, false);
		final->qty = scaled(final->qty, lots, false);
		final->filled = scaled(final->filled, lots, false);
	}
}

/* False: the two grids have no common measure that fits; nothing was changed. */
static bool express_anew(struct sim_broker *broker, sym_t sym, const struct instrument *instrument, ms_t now,
			 struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, sym);
	const struct instrument *old = &slot->instrument;
	struct grid_factor ticks, lots;

	if (!instrument_factors(old, instrument, &ticks, &lots) || scaled(slot->last, ticks, true) < 0 ||
	    scaled(slot->qty, lots, true) < 0 || scaled(slot->stop.price, ticks, true) < 0 ||
	    scaled(slot->target.price, ticks, true) < 0)
		return false;
	sim_news_flush(broker, now, heard); /* what waits speaks of the old grid */
	sim_work_cancel_all(broker, sym, SIM_ROLE_ANY, SIM_REASON_CHANGED, now, heard);
	close_odd_rest(broker, sym, lots, now, heard);
	bool against = slot->side == SIDE_SHORT; /* the mark counts against us */
	slot->qty = scaled(slot->qty, lots, false);
	slot->foreign = scaled(slot->foreign, lots, false);
	scale_resting(&slot->stop, slot->side, true, slot, ticks, lots);
	scale_resting(&slot->target, slot->side, false, slot, ticks, lots);
	slot->last = price_in(slot->last, ticks, against);
	slot->mark = price_in(slot->mark, ticks, against);
	slot->below = price_in(slot->below, ticks, true);
	slot->above = price_in(slot->above, ticks, true);
	slot->bar_high = price_in(slot->bar_high, ticks, true);
	slot->bar_low = price_in(slot->bar_low, ticks, false);
	scale_finals(broker, sym, ticks, lots);
	slot->instrument = *instrument;
	sim_account_settle(broker, slot);
	return true;
}

void sim_grid_change(struct sim_broker *broker, sym_t sym, const struct instrument *instrument, ms_t now,
		     struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, sym);

	if (slot == NULL)
		return; /* nothing of it concerns us until sim_broker_add */
	if (instrument->value_num <= 0 || instrument->value_den <= 0)
		return;
	if (instrument->generation == slot->instrument.generation)
		slot->instrument = *instrument;
	else if (!express_anew(broker, sym, instrument, now, heard)) {
		sim_broker_add(broker, sym, instrument); /* held: stays in its grid, and orders are refused */
		return;
	}
	sim_account_settle(broker, slot);
	if (instrument->status != INSTRUMENT_TRADING)
		sim_work_cancel_all(broker, sym, sim_halted(slot) ? SIM_ROLE_ANY : ROLE_ENTRY,
				    SIM_REASON_CHANGED, now, heard);
	if (sim_halted(slot))
		slot->gap = 1;
	if (instrument->status == INSTRUMENT_GONE && slot->qty > 0)
		sim_match_force(broker, sym, slot->qty, slot->mark, EXIT_DELISTING, now, heard);
}
