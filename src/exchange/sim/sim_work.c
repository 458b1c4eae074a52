/* SPDX-License-Identifier: MIT
 * Filling: every order that trades goes through here, whole or in pieces, and an entry only as far as price
 * protection and the depth of the book let it. */
#include "sim_match.h"

#define PIECE_MS 400

/* The book is even: impact grows with the notional and ends at the cap, where the book ends. What is dearer
 * than that, or than protection allows, an entry does not get. Without a known depth nobody knows where the
 * book ends. */
qty_t sim_work_allowed(const struct sim_broker *broker, const struct sim_slot *slot, int64_t side, qty_t qty,
		       ratio_t protection)
{
	const struct sim_model *model = &broker->setup.model;
	price_t room = share_down(slot->last, protection) - (side == SIDE_LONG ? slot->above : slot->below);
	ratio_t most = room < 0 ? -1 : mul_div_down(room, RATIO_ONE, slot->last);

	if (most < 0)
		return 0;
	if (slot->depth <= 0)
		return most < model->impact_cap ? 0 : qty;
	if (model->impact == 0)
		return qty;
	money_t notional =
		mul_div_down(slot->depth, most < model->impact_cap ? most : model->impact_cap, model->impact);
	qty_t lots = notional < 0 ? qty : lots_for(&slot->instrument, slot->last, notional);
	return lots < qty ? lots : qty;
}

static void say(struct sim_broker *broker, const struct sim_work *work, int64_t state, enum sim_reason reason,
		ms_t now, struct events *heard)
{
	struct sim_report report = {.id = work->id,
				    .state = state,
				    .role = work->role,
				    .side = work->side,
				    .qty = work->qty,
				    .filled = work->filled,
				    .price = work->price,
				    .reason = (int64_t)reason};

	sim_report_order(broker, (sym_t)work->sym, &report, now, heard);
}

/* Stop and target come with the first piece of an entry and grow with each; one that is gone stays gone. */
static void attach(struct sim_broker *broker, struct sim_work *work, bool first, ms_t now,
		   struct events *heard)
{
	sym_t sym = (sym_t)work->sym;
	const struct sim_slot *slot = sim_slot_of(broker, sym);

	if (first && work->stop_id != 0 && sim_weather_take(broker, SIM_FAULT_REJECT_STOP, sym, now, NULL)) {
		struct sim_report report = {.id = work->stop_id,
					    .state = ORDER_REJECTED,
					    .role = ROLE_STOP,
					    .side = -work->side,
					    .qty = sim_own(slot),
					    .price = work->stop,
					    .reason = SIM_REASON_TRIGGER};
		sim_report_order(broker, sym, &report, now, heard);
		work->stop_id = 0;
	}
	if (first || slot->stop.id == work->stop_id)
		sim_match_place(broker, sym, ROLE_STOP, work->stop_id, work->stop, now, heard);
	if (first || slot->target.id == work->target_id)
		sim_match_place(broker, sym, ROLE_TARGET, work->target_id, work->target, now, heard);
}

static bool affordable(const struct sim_broker *broker, const struct sim_slot *slot,
		       const struct sim_deal *deal)
{
	money_t notional = notional_up(&slot->instrument, deal->price, deal->qty);

	return notional >= 0 && slot->cost + notional <= VALUE_MAX &&
	       mul_div_up(notional, RATIO_ONE, slot->leverage) +
			       share_up(notional, slot->instrument.taker_fee) <=
		       sim_account_available(broker);
}

/* Why a piece of an entry at this price is not to be had. */
static enum sim_reason piece_refused(const struct sim_broker *broker, const struct sim_slot *slot,
				     const struct sim_work *work, const struct sim_deal *deal)
{
	price_t far = work->side * (deal->price - work->reference);

	if (far > share_down(work->reference, work->protection))
		return SIM_REASON_TOO_FAR;
	if (work->filled > 0 && !affordable(broker, slot, deal))
		return SIM_REASON_MARGIN;
	return SIM_REASON_NONE;
}

/* Fills one piece. True when the order is over. */
static bool fill(struct sim_broker *broker, struct sim_work *work, price_t reference, ms_t now,
		 struct events *heard)
{
	sym_t sym = (sym_t)work->sym;
	struct sim_slot *slot = sim_slot_of(broker, sym);
	bool entry = work->role == ROLE_ENTRY, first = work->filled == 0;
	qty_t left = work->most - work->filled;
	struct sim_deal deal = {
		.id = work->id, .role = work->role, .side = work->side, .qty = left / work->pieces};
	ratio_t worse;

	if (!entry && deal.qty > slot->qty)
		deal.qty = slot->qty;
	sim_price_deal(broker, slot, reference, &deal);
	if (sim_weather_take(broker, SIM_FAULT_SLIP, sym, now, &worse)) {
		deal.price += work->side * sim_impact_ticks(reference, worse);
		deal.price = deal.price < 1 ? 1 : deal.price;
		deal.impact += worse;
	}
	enum sim_reason refused = entry ? piece_refused(broker, slot, work, &deal) : SIM_REASON_NONE;
	if (refused != SIM_REASON_NONE) {
		say(broker, work, ORDER_CANCELLED, refused, now, heard);
		return true;
	}
	work->filled += deal.qty;
	qty_t own = sim_own(slot);
	bool over =
		--work->pieces == 0 || (!entry && (deal.qty == slot->qty || (own > 0 && deal.qty >= own)));
	bool cut = entry && work->most < work->qty;
	say(broker, work, over ? (cut ? ORDER_CANCELLED : ORDER_FILLED) : ORDER_LIVE,
	    over && cut ? SIM_REASON_TOO_FAR : SIM_REASON_NONE, now, heard);
	sim_account_book(broker, sym, &deal, now, heard);
	if (entry)
		attach(broker, work, first, now, heard);
	else if (sim_own(slot) == 0)
		sim_match_clear(broker, sym, now, heard);
	sim_account_say_balance(broker, now, heard);
	return over;
}

void sim_work_begin(struct sim_broker *broker, const struct sim_work *work, price_t reference, ms_t now,
		    struct events *heard)
{
	struct sim_work mine = *work;

	mine.reference = reference;
	mine.pieces = 1;
	if (broker->work_count < SIM_WORKS_MAX &&
	    sim_weather_take(broker, SIM_FAULT_PARTIAL, (sym_t)work->sym, now, &mine.pieces) &&
	    mine.pieces > mine.most)
		mine.pieces = mine.most;
	if (fill(broker, &mine, reference, now, heard))
		return;
	mine.at_ms = now + PIECE_MS;
	broker->works[broker->work_count++] = mine;
}

static struct sim_work take(struct sim_broker *broker, int64_t at)
{
	struct sim_work work = broker->works[at];

	broker->work_count--;
	for (; at < broker->work_count; at++)
		broker->works[at] = broker->works[at + 1];
	return work;
}

void sim_work_piece(struct sim_broker *broker, int64_t at, ms_t now, struct events *heard)
{
	struct sim_work work = take(broker, at);

	if (fill(broker, &work, sim_slot_of(broker, (sym_t)work.sym)->last, now, heard))
		return;
	work.at_ms = now + PIECE_MS;
	broker->works[broker->work_count++] = work;
}

void sim_work_cancel(struct sim_broker *broker, int64_t at, enum sim_reason reason, ms_t now,
		     struct events *heard)
{
	struct sim_work work = take(broker, at);

	say(broker, &work, ORDER_CANCELLED, reason, now, heard);
}

void sim_work_cancel_all(struct sim_broker *broker, sym_t sym, int64_t role, enum sim_reason reason, ms_t now,
			 struct events *heard)
{
	for (int64_t i = broker->work_count; i-- > 0;)
		if (broker->works[i].sym == sym && (role == SIM_ROLE_ANY || broker->works[i].role == role))
			sim_work_cancel(broker, i, reason, now, heard);
}
