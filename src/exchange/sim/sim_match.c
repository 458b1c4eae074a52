/* SPDX-License-Identifier: MIT
 * The matching engine: what an order that has arrived does, and what a printed price does to stops, targets
 * and margins. Every fill is a market order: reference -+ half spread -+ impact, in whole ticks. */
#include "sim_match.h"

#include <string.h>

#define X(id, text) [SIM_REASON_##id] = text,
const char *const sim_reason_text[SIM_REASON_COUNT] = {SIM_REASONS(X)};
#undef X

static void remember(struct sim_broker *broker, sym_t sym, const struct sim_report *report)
{
	struct sim_final *final = &broker->finals[broker->final_count++ % SIM_FINAL_MAX];

	*final = (struct sim_final){
		.id = report->id,
		.qty = report->qty,
		.filled = report->filled,
		.price = report->price,
		.sym = sym,
		.state = (uint8_t)report->state,
		.role = (uint8_t)report->role,
		.reason = (uint8_t)report->reason,
		.side = (int8_t)report->side,
	};
}

const struct sim_final *sim_final_find(const struct sim_broker *broker, int64_t id)
{
	int64_t kept = broker->final_count < SIM_FINAL_MAX ? broker->final_count : SIM_FINAL_MAX;

	for (int64_t i = 0; i < kept; i++)
		if (broker->finals[i].id == id)
			return &broker->finals[i];
	return NULL;
}

void sim_report_order(struct sim_broker *broker, sym_t sym, const struct sim_report *report, ms_t now,
		      struct events *heard)
{
	struct event *event = events_add(heard, EVENT_ORDER, sym, now);
	const char *reason = sim_reason_text[report->reason];

	event->book = (uint8_t)broker->setup.book;
	event->order.id = report->id;
	event->order.state = report->state;
	event->order.role = report->role;
	event->order.side = report->side;
	event->order.qty = report->qty;
	event->order.filled = report->filled;
	event->order.price = report->price;
	memcpy(event->order.reason, reason, strlen(reason) + 1);
	if (order_is_final(report->state) && report->id != 0)
		remember(broker, sym, report);
}

void sim_price_deal(const struct sim_broker *broker, const struct sim_slot *slot, price_t reference,
		    struct sim_deal *deal)
{
	money_t notional = notional_up(&slot->instrument, reference, deal->qty);

	deal->impact = notional < 0 ? broker->setup.model.impact_cap
				    : sim_impact(&broker->setup.model, notional, slot->depth);
	deal->spread = quote_spread(reference - slot->below, reference + slot->above);
	price_t impact = sim_impact_ticks(reference, deal->impact);
	deal->price =
		deal->side == SIDE_LONG ? reference + slot->above + impact : reference - slot->below - impact;
	if (deal->price < 1)
		deal->price = 1;
}

static void drop_resting(struct sim_broker *broker, sym_t sym, struct sim_resting *resting, int64_t role,
			 ms_t now, struct events *heard)
{
	struct sim_report report = {.id = resting->id,
				    .state = ORDER_CANCELLED,
				    .role = role,
				    .side = resting->side,
				    .qty = resting->qty,
				    .price = resting->price};

	if (resting->id == 0)
		return;
	*resting = (struct sim_resting){0};
	sim_report_order(broker, sym, &report, now, heard);
}

void sim_match_clear(struct sim_broker *broker, sym_t sym, ms_t now, struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, sym);

	drop_resting(broker, sym, &slot->stop, ROLE_STOP, now, heard);
	drop_resting(broker, sym, &slot->target, ROLE_TARGET, now, heard);
	sim_work_cancel_all(broker, sym, SIM_ROLE_ANY, SIM_REASON_NONE, now, heard);
}

void sim_match_place(struct sim_broker *broker, sym_t sym, int64_t role, int64_t id, price_t price, ms_t now,
		     struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, sym);
	struct sim_resting *resting = role == ROLE_STOP ? &slot->stop : &slot->target;

	if (id == 0 || price <= 0)
		return;
	if (resting->id != id)
		drop_resting(broker, sym, resting, role, now, heard);
	/* nothing of it is ours: the exchange does not know whose a position is */
	qty_t covered = sim_own(slot) > 0 ? sim_own(slot) : slot->qty;
	*resting = (struct sim_resting){.id = id, .side = -slot->side, .qty = covered, .price = price};
	struct sim_report report = {.id = id,
				    .state = ORDER_LIVE,
				    .role = role,
				    .side = resting->side,
				    .qty = resting->qty,
				    .price = price};
	sim_report_order(broker, sym, &report, now, heard);
}

/* Stop and target of a position of that side must be ahead of the price; 0 is none. */
static enum sim_reason levels_refused(int64_t side, price_t price, price_t stop, price_t target)
{
	if (stop < 0 || target < 0)
		return SIM_REASON_MALFORMED;
	if (stop > 0 && sim_reached(side, price, stop))
		return SIM_REASON_STOP_BEYOND;
	if (target > 0 && sim_reached(-side, price, target))
		return SIM_REASON_TARGET_BEYOND;
	return SIM_REASON_NONE;
}

static enum sim_reason entry_refused(const struct sim_broker *broker, const struct sim_slot *slot,
				     const struct order_request *order, struct sim_deal *deal)
{
	const struct instrument *instrument = &slot->instrument;

	if (order->side != SIDE_LONG && order->side != SIDE_SHORT)
		return SIM_REASON_MALFORMED;
	if (order->generation != instrument->generation)
		return SIM_REASON_GENERATION;
	if (instrument->status != INSTRUMENT_TRADING)
		return SIM_REASON_NOT_TRADING;
	if (order->qty < 1 || order->qty < instrument->min_qty)
		return SIM_REASON_UNDER_QTY;
	if (order->qty > VALUE_MAX || (instrument->max_qty > 0 && order->qty > instrument->max_qty))
		return SIM_REASON_OVER_QTY;
	if (slot->last <= 0)
		return SIM_REASON_NO_PRICE;
	if ((order->stop_id != 0 && order->stop <= 0) || (order->target_id != 0 && order->target <= 0))
		return SIM_REASON_MALFORMED;
	if (slot->qty > 0 && slot->side != order->side)
		return SIM_REASON_OPPOSITE;
	enum sim_reason levels = levels_refused(order->side, slot->last, order->stop_id ? order->stop : 0,
						order->target_id ? order->target : 0);
	if (levels != SIM_REASON_NONE)
		return levels;
	sim_price_deal(broker, slot, slot->last, deal);
	money_t notional = notional_up(instrument, deal->price, deal->qty);
	if (notional < 0 || slot->cost + notional > VALUE_MAX)
		return SIM_REASON_OVER_QTY;
	if (notional_down(instrument, deal->price, deal->qty) < instrument->min_notional)
		return SIM_REASON_UNDER_NOTIONAL;
	money_t needed =
		mul_div_up(notional, RATIO_ONE, slot->leverage) + share_up(notional, instrument->taker_fee);
	return needed > sim_account_available(broker) ? SIM_REASON_MARGIN : SIM_REASON_NONE;
}

/* A fault that refuses whatever comes next of that kind; NONE: it may pass. */
static enum sim_reason bad_luck(struct sim_broker *broker, enum sim_fault fault, sym_t sym, ms_t now)
{
	if (fault == SIM_FAULT_REJECT_ENTER &&
	    sim_weather_waits(broker, SIM_FAULT_LINK_LIMITED, sym, now, NULL))
		return SIM_REASON_TOO_MANY;
	return sim_weather_take(broker, fault, sym, now, NULL) ? SIM_REASON_BUSY : SIM_REASON_NONE;
}

static void match_enter(struct sim_broker *broker, const struct order_request *order, ms_t now,
			struct events *heard)
{
	sym_t sym = (sym_t)order->sym;
	const struct sim_slot *slot = sim_slot_of(broker, sym);
	struct sim_deal deal = {.id = order->id, .role = ROLE_ENTRY, .side = order->side, .qty = order->qty};
	struct sim_report report = {
		.id = order->id, .role = ROLE_ENTRY, .side = order->side, .qty = order->qty};

	report.reason = entry_refused(broker, slot, order, &deal);
	if (report.reason == SIM_REASON_NONE)
		report.reason = bad_luck(broker, SIM_FAULT_REJECT_ENTER, sym, now);
	report.state = report.reason == SIM_REASON_NONE ? ORDER_LIVE : ORDER_REJECTED;
	sim_report_order(broker, sym, &report, now, heard);
	if (report.state == ORDER_REJECTED)
		return;
	struct sim_work work = {.id = order->id,
				.sym = sym,
				.role = ROLE_ENTRY,
				.side = order->side,
				.qty = order->qty,
				.protection = broker->setup.protection,
				.stop_id = order->stop_id,
				.target_id = order->target_id,
				.stop = order->stop,
				.target = order->target};
	sim_weather_take(broker, SIM_FAULT_CUT, sym, now, &work.protection);
	work.most = sim_work_allowed(broker, slot, work.side, work.qty, work.protection);
	if (work.most == 0) {
		report.state = ORDER_CANCELLED;
		report.reason = SIM_REASON_TOO_FAR;
		sim_report_order(broker, sym, &report, now, heard);
		return;
	}
	sim_work_begin(broker, &work, slot->last, now, heard);
}

static enum sim_reason closing_refused(const struct sim_slot *slot, const struct order_request *order)
{
	if (slot->qty == 0)
		return SIM_REASON_FLAT;
	if (order->side != -slot->side)
		return SIM_REASON_NOT_REDUCING;
	if (order->generation != slot->instrument.generation)
		return SIM_REASON_GENERATION;
	if (sim_halted(slot))
		return SIM_REASON_NOT_TRADING;
	return SIM_REASON_NONE;
}

static void match_reduce(struct sim_broker *broker, const struct order_request *order, ms_t now,
			 struct events *heard)
{
	sym_t sym = (sym_t)order->sym;
	const struct sim_slot *slot = sim_slot_of(broker, sym);
	struct sim_report report = {
		.id = order->id, .role = ROLE_EXIT, .side = order->side, .qty = order->qty};

	report.reason = closing_refused(slot, order);
	if (report.reason == SIM_REASON_NONE && order->qty < 1)
		report.reason = SIM_REASON_UNDER_QTY;
	if (report.reason == SIM_REASON_NONE)
		report.reason = bad_luck(broker, SIM_FAULT_REJECT_REDUCE, sym, now);
	if (report.reason != SIM_REASON_NONE) {
		report.state = ORDER_REJECTED;
		sim_report_order(broker, sym, &report, now, heard);
		return;
	}
	if (report.qty > slot->qty)
		report.qty = slot->qty; /* the exchange clips a reduce-only order */
	report.state = ORDER_LIVE;
	sim_report_order(broker, sym, &report, now, heard);
	struct sim_work work = {.id = order->id,
				.sym = sym,
				.role = ROLE_EXIT,
				.side = order->side,
				.qty = report.qty,
				.most = report.qty};
	sim_work_begin(broker, &work, slot->last, now, heard);
}

static void match_protect(struct sim_broker *broker, const struct order_request *order, ms_t now,
			  struct events *heard)
{
	sym_t sym = (sym_t)order->sym;
	const struct sim_slot *slot = sim_slot_of(broker, sym);
	price_t stop = order->stop_id ? order->stop : 0, target = order->target_id ? order->target : 0;
	enum sim_reason reason = closing_refused(slot, order);

	if (reason == SIM_REASON_NONE && stop <= 0 && target <= 0)
		reason = SIM_REASON_MALFORMED;
	if (reason == SIM_REASON_NONE)
		reason = levels_refused(slot->side, slot->last, stop, target);
	if (reason == SIM_REASON_NONE && sim_weather_take(broker, SIM_FAULT_REJECT_PROTECT, sym, now, NULL))
		reason = SIM_REASON_TRIGGER;
	if (reason == SIM_REASON_NONE) {
		sim_match_place(broker, sym, ROLE_STOP, order->stop_id, stop, now, heard);
		sim_match_place(broker, sym, ROLE_TARGET, order->target_id, target, now, heard);
		return;
	}
	struct sim_report report = {
		.state = ORDER_REJECTED, .side = order->side, .qty = order->qty, .reason = (int64_t)reason};
	report.id = order->stop_id, report.role = ROLE_STOP, report.price = order->stop;
	if (report.id != 0)
		sim_report_order(broker, sym, &report, now, heard);
	report.id = order->target_id, report.role = ROLE_TARGET, report.price = order->target;
	if (report.id != 0)
		sim_report_order(broker, sym, &report, now, heard);
}

void sim_match_order(struct sim_broker *broker, const struct order_request *order, ms_t now,
		     struct events *heard)
{
	sym_t sym = order->sym >= 0 && order->sym < SYMBOLS_MAX ? (sym_t)order->sym : SYM_NONE;
	bool known = sim_slot_of(broker, sym) != NULL;

	if (known && order->verb == VERB_ENTER)
		match_enter(broker, order, now, heard);
	else if (known && order->verb == VERB_REDUCE)
		match_reduce(broker, order, now, heard);
	else if (known && order->verb == VERB_PROTECT)
		match_protect(broker, order, now, heard);
	else
		sim_report_order(broker, sym,
				 &(struct sim_report){
					 .id = order->id ? order->id : order->stop_id,
					 .state = ORDER_REJECTED,
					 .role = order->verb == VERB_ENTER ? ROLE_ENTRY : ROLE_EXIT,
					 .side = order->side,
					 .qty = order->qty,
					 .reason = known ? SIM_REASON_MALFORMED : SIM_REASON_NO_INSTRUMENT},
				 now, heard);
}

bool sim_match_cancel(struct sim_broker *broker, int64_t id, ms_t now, struct events *heard)
{
	for (int64_t i = 0; i < broker->slot_count; i++) {
		struct sim_slot *slot = &broker->slots[i];
		if (slot->stop.id != id && slot->target.id != id)
			continue;
		bool stop = slot->stop.id == id;
		drop_resting(broker, broker->sym_of[i], stop ? &slot->stop : &slot->target,
			     stop ? ROLE_STOP : ROLE_TARGET, now, heard);
		return true;
	}
	for (int64_t i = 0; i < broker->work_count; i++) {
		if (broker->works[i].id != id)
			continue;
		sim_work_cancel(broker, i, SIM_REASON_NONE, now, heard);
		return true;
	}
	return false;
}

/* A stop or target has been reached: it fills what there is, at the market around the reference. */
static void trigger(struct sim_broker *broker, sym_t sym, int64_t role, price_t reference, ms_t now,
		    struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, sym);
	struct sim_resting *resting = role == ROLE_STOP ? &slot->stop : &slot->target;
	struct sim_work work = {.id = resting->id,
				.sym = sym,
				.role = role,
				.side = -slot->side,
				.qty = resting->qty,
				.most = resting->qty < slot->qty ? resting->qty : slot->qty,
				.price = resting->price};

	*resting = (struct sim_resting){0};
	sim_work_begin(broker, &work, reference, now, heard);
}

void sim_match_force(struct sim_broker *broker, sym_t sym, qty_t qty, price_t price, enum exit_reason reason,
		     ms_t now, struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, sym);
	struct sim_deal deal = {.role = ROLE_EXIT,
				.reason = (int64_t)reason,
				.side = -slot->side,
				.qty = qty,
				.price = price > 0 ? price : 1};

	if (slot->bankruptcy > 0 && sim_reached(slot->side, deal.price, slot->bankruptcy))
		deal.price = slot->bankruptcy;
	sim_account_book(broker, sym, &deal, now, heard);
	sim_match_clear(broker, sym, now, heard);
	sim_account_say_balance(broker, now, heard);
}

/* The first price of a print may lie beyond a level: then the worse one counts. */
static void print_gap(struct sim_broker *broker, sym_t sym, price_t open, bool deaf, ms_t now,
		      struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, sym);

	if (slot->liquidation > 0 && sim_reached(slot->side, open, slot->liquidation)) {
		sim_match_force(broker, sym, slot->qty, open, EXIT_LIQUIDATION, now, heard);
		return;
	}
	if (!deaf && slot->stop.id != 0 && sim_reached(slot->side, open, slot->stop.price))
		trigger(broker, sym, ROLE_STOP, open, now, heard);
	if (slot->qty > 0 && slot->target.id != 0 && sim_reached(-slot->side, open, slot->target.price))
		trigger(broker, sym, ROLE_TARGET, slot->target.price, now, heard);
}

void sim_match_print(struct sim_broker *broker, sym_t sym, price_t open, price_t low, price_t high, ms_t now,
		     struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, sym);
	price_t worst = slot->side == SIDE_LONG ? low : high, best = slot->side == SIDE_LONG ? high : low;
	bool deaf = sim_weather_waits(broker, SIM_FAULT_DEAF_STOP, sym, now, NULL);

	slot->gap = deaf; /* a stop that did not fire does so at the next price there is */
	print_gap(broker, sym, open, deaf, now, heard);
	/* the stop unless liquidation comes first; both before the target, whatever came first in truth */
	if (!deaf && slot->qty > 0 && slot->stop.id != 0 &&
	    sim_reached(slot->side, worst, slot->stop.price) &&
	    (slot->liquidation == 0 || sim_reached(-slot->side, slot->stop.price, slot->liquidation)))
		trigger(broker, sym, ROLE_STOP, slot->stop.price, now, heard);
	if (slot->qty > 0 && slot->liquidation > 0 && sim_reached(slot->side, worst, slot->liquidation))
		sim_match_force(broker, sym, slot->qty, slot->liquidation, EXIT_LIQUIDATION, now, heard);
	if (slot->qty > 0 && slot->target.id != 0 && sim_reached(-slot->side, best, slot->target.price))
		trigger(broker, sym, ROLE_TARGET, slot->target.price, now, heard);
}
