/* SPDX-License-Identifier: MIT
 * What each fault of the catalogue does when it strikes. Those that wait are only put down here; whoever they
 * wait for takes them: the seam (sim_broker.c), matching (sim_match.c, sim_work.c) or the news (sim_news.c).
 */
#include "sim_match.h"

#define WAITS_MS    DAY_MS
#define SLOW_MS     MINUTE_MS
#define CLOCK_MS    (5 * MINUTE_MS)
#define LATE_ROW_MS (10 * MINUTE_MS)

static void arm(struct sim_broker *broker, enum sim_fault fault, sym_t sym, int64_t value, ms_t until_ms)
{
	broker->weather.armed |= 1LL << fault;
	broker->weather.waiting[fault] = (struct sim_armed){.until_ms = until_ms, .value = value, .sym = sym};
}

/* Somebody else's market order. It reduces or closes what is there, or opens and adds; it never turns round.
 */
static int foreign_trade(struct sim_broker *broker, sym_t sym, int64_t lots, bool ours, ms_t now,
			 struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, sym);
	struct sim_deal deal = {.side = lots > 0 ? SIDE_LONG : SIDE_SHORT, .qty = lots > 0 ? lots : -lots};
	bool closes = slot->qty > 0 && deal.side != slot->side;

	if (slot->last <= 0 || sim_halted(slot))
		return TB_ENOENT;
	if (deal.qty > VALUE_MAX)
		return TB_EINVAL;
	deal.role = closes ? ROLE_EXIT : ROLE_ENTRY;
	if (closes && deal.qty > slot->qty)
		deal.qty = slot->qty;
	sim_price_deal(broker, slot, slot->last, &deal);
	if (!closes) {
		money_t notional = notional_up(&slot->instrument, deal.price, deal.qty);
		if (notional < 0 || slot->cost + notional > VALUE_MAX ||
		    mul_div_up(notional, RATIO_ONE, slot->leverage) +
				    share_up(notional, slot->instrument.taker_fee) >
			    sim_account_available(broker))
			return TB_EINVAL;
	}
	if (closes && !ours) /* what he takes away is his first */
		slot->foreign -= deal.qty < slot->foreign ? deal.qty : slot->foreign;
	sim_account_book(broker, sym, &deal, now, heard);
	if (closes && sim_own(slot) == 0)
		sim_match_clear(broker, sym, now, heard);
	sim_account_say_balance(broker, now, heard);
	return TB_OK;
}

static int on_position(struct sim_broker *broker, enum sim_fault fault, sym_t sym, int64_t value, ms_t now,
		       struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, sym);
	struct sim_resting *resting = fault == SIM_FAULT_LOST_TARGET ? &slot->target : &slot->stop;

	if (fault == SIM_FAULT_FOREIGN)
		return foreign_trade(broker, sym, value, false, now, heard);
	if (slot->qty == 0)
		return TB_ENOENT;
	if (value < 0)
		return TB_EINVAL;
	qty_t lots = value == 0 || value > slot->qty ? slot->qty : value;
	switch (fault) {
	case SIM_FAULT_LOST_STOP:
	case SIM_FAULT_LOST_TARGET:
		if (resting->id == 0)
			return TB_ENOENT;
		*resting = (struct sim_resting){0};
		return TB_OK;
	case SIM_FAULT_DEAF_STOP:
		if (slot->stop.id == 0)
			return TB_ENOENT;
		arm(broker, fault, sym, value, now + value);
		return TB_OK;
	case SIM_FAULT_OUTSIDE_CLOSE:
		lots = lots < sim_own(slot) ? lots : sim_own(slot);
		return lots == 0 ? TB_ENOENT
				 : foreign_trade(broker, sym, -slot->side * lots, true, now, heard);
	case SIM_FAULT_ADL:
		sim_match_force(broker, sym, lots, slot->mark, EXIT_ADL, now, heard);
		return TB_OK;
	default:
		sim_match_force(broker, sym, slot->qty, slot->mark, EXIT_LIQUIDATION, now, heard);
		return TB_OK;
	}
}

static int on_wallet(struct sim_broker *broker, enum sim_fault fault, money_t amount, ms_t now,
		     struct events *heard)
{
	money_t available = sim_account_available(broker);

	if (amount > VALUE_MAX - broker->wallet)
		return TB_EINVAL;
	if (amount < -available) /* what is margin stays */
		amount = -available;
	if (amount == 0)
		return TB_ENOENT;
	broker->wallet += amount;
	*(fault == SIM_FAULT_NO_ROW ? &broker->unexplained : &broker->transfers) += amount;
	if (fault != SIM_FAULT_NO_ROW) {
		struct event row = {.kind = EVENT_LEDGER,
				    .sym = SYM_NONE,
				    .at_ms = now,
				    .book = (uint8_t)broker->setup.book};
		row.ledger.kind = LEDGER_TRANSFER;
		row.ledger.amount = amount;
		row.ledger.id = ++broker->ledger_rows;
		if (fault == SIM_FAULT_TRANSFER)
			*events_add(heard, EVENT_LEDGER, SYM_NONE, now) = row;
		else
			sim_news_later(broker, &row, now + LATE_ROW_MS, false, false, heard);
	}
	sim_account_say_balance(broker, now, heard);
	return TB_OK;
}

/* The link is said to be in a state, and at the end of it to be well again. */
static void on_link(struct sim_broker *broker, enum sim_fault fault, int64_t value, ms_t now,
		    struct events *heard)
{
	struct event well = {.kind = EVENT_LINK,
			     .sym = SYM_NONE,
			     .at_ms = now,
			     .book = (uint8_t)broker->setup.book,
			     .link = {.state = LINK_UP, .latency_ms = broker->setup.latency_ms}};
	ms_t until_ms = now + value;

	if (fault == SIM_FAULT_LINK_SLOW)
		until_ms = now + SLOW_MS;
	else if (fault == SIM_FAULT_CLOCK_OFF)
		until_ms = now + CLOCK_MS;
	/* a second trouble of the kind does not end the first: its news wait until then */
	if (sim_weather_waits(broker, fault, SYM_NONE, now, NULL) &&
	    broker->weather.waiting[fault].until_ms > until_ms)
		until_ms = broker->weather.waiting[fault].until_ms;
	arm(broker, fault, SYM_NONE, value, until_ms);
	sim_news_later(broker, &well, until_ms, false, false, heard);
	sim_weather_say_link(broker, now, heard);
}

int sim_fault_act(struct sim_broker *broker, enum sim_fault fault, sym_t sym, int64_t value, ms_t now,
		  struct events *heard)
{
	static const char noise[] = "<html>502 Bad Gateway</html>";
	bool somewhere = fault >= SIM_FAULT_LOST_STOP && fault <= SIM_FAULT_LIQUIDATION;
	bool passes = fault < SIM_FAULT_LOST_STOP || fault > SIM_FAULT_LATE_ROW;
	size_t mark = heard->count;
	int err = TB_OK;

	if (somewhere && sim_slot_of(broker, sym) == NULL)
		return TB_EINVAL;
	if (passes && (value < 0 || value > VALUE_MAX))
		return TB_EINVAL;
	if (fault < SIM_FAULT_LOST_STOP) {
		arm(broker, fault, sym, value, now + WAITS_MS);
	} else if (somewhere) {
		err = on_position(broker, fault, sym, value, now, heard);
	} else if (fault <= SIM_FAULT_LATE_ROW) {
		err = on_wallet(broker, fault, value, now, heard);
	} else if (fault == SIM_FAULT_GARBAGE) {
		struct event *event = events_add(heard, EVENT_GARBAGE, SYM_NONE, now);
		for (size_t i = 0; i < sizeof noise; i++)
			event->garbage.text[i] = noise[i];
	} else {
		on_link(broker, fault, value, now, heard);
	}
	if (!passes)
		sim_news_pass(broker, mark, now, heard);
	broker->weather.issued[fault] += err == TB_OK;
	return err;
}

int sim_broker_command(struct sim_broker *broker, enum sim_fault fault, sym_t sym, int64_t value, ms_t now,
		       struct events *heard)
{
	if (fault < 0 || fault >= SIM_FAULT_COUNT)
		return TB_EINVAL;
	int err = sim_broker_advance(broker, now, heard);
	if (err != TB_OK || !sim_has_room(heard))
		return TB_EFULL;
	if (value == 0 && sim_fault_rows[fault].unit != SIM_UNIT_MONEY)
		value = sim_fault_rows[fault].low;
	bool somewhere = fault >= SIM_FAULT_LOST_STOP && fault <= SIM_FAULT_LIQUIDATION;
	if (somewhere && sym == SYM_NONE)
		sym = sim_weather_suits(broker, fault, 0);
	err = somewhere && sym == SYM_NONE ? TB_ENOENT : sim_fault_act(broker, fault, sym, value, now, heard);
	sim_broker_renew_due(broker);
	return err;
}
