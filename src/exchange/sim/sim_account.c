/* SPDX-License-Identifier: MIT
 * The account: positions, wallet, margin, funding. Every amount is an exact integer, rounded against the
 * account; the wallet is always start + gross - fees + funding. */
#include "sim_match.h"

static money_t value_of(const struct sim_slot *slot, price_t price, qty_t qty, int64_t side)
{
	return side == SIDE_LONG ? notional_up(&slot->instrument, price, qty)
				 : notional_down(&slot->instrument, price, qty);
}

/* The price at which qty is worth value: rounded up for a long (it comes sooner), down for a short. */
static price_t price_of(const struct sim_slot *slot, money_t value)
{
	const struct instrument *instrument = &slot->instrument;
	bool up = slot->side == SIDE_LONG;
	int64_t num = instrument->value_num, den = instrument->value_den;

	if (value <= 0)
		return 0;
	if (num <= INT64_MAX / slot->qty)
		return up ? mul_div_up(value, den, num * slot->qty)
			  : mul_div_down(value, den, num * slot->qty);
	return up ? mul_div_up(value, den, num) / slot->qty + 1 : mul_div_down(value, den, num) / slot->qty;
}

/* Isolated: the position is closed when what is left of its margin no longer covers maintenance,
 *   long  margin + value - cost <= maintenance * value
 *   short margin + cost - value <= maintenance * value
 * and nothing is left of it at cost -+ margin. */
void sim_account_settle(struct sim_broker *broker, struct sim_slot *slot)
{
	ratio_t maintenance = slot->instrument.maintenance;
	money_t before = slot->margin;

	slot->margin = slot->liquidation = slot->bankruptcy = 0;
	if (slot->qty > 0) {
		slot->margin = mul_div_up(slot->cost, RATIO_ONE, slot->leverage);
		money_t lost =
			slot->side == SIDE_LONG ? slot->cost - slot->margin : slot->cost + slot->margin;
		ratio_t kept = slot->side == SIDE_LONG ? RATIO_ONE - maintenance : RATIO_ONE + maintenance;
		slot->bankruptcy = price_of(slot, lost);
		slot->liquidation = lost > 0 ? price_of(slot, mul_div_down(lost, RATIO_ONE, kept)) : 0;
	}
	broker->margin += slot->margin - before;
}

void sim_account_set_leverage(struct sim_broker *broker, struct sim_slot *slot, ratio_t leverage)
{
	slot->leverage = leverage;
	sim_account_settle(broker, slot);
}

money_t sim_account_available(const struct sim_broker *broker)
{
	return broker->wallet > broker->margin ? broker->wallet - broker->margin : 0;
}

money_t sim_broker_equity(const struct sim_broker *broker)
{
	money_t equity = broker->wallet;

	for (int64_t i = 0; i < broker->slot_count; i++) {
		const struct sim_slot *slot = &broker->slots[i];
		if (slot->qty == 0)
			continue;
		money_t value = value_of(slot, slot->mark, slot->qty, -slot->side);
		equity += slot->side == SIDE_LONG ? value - slot->cost : slot->cost - value;
	}
	return equity;
}

money_t sim_broker_check(const struct sim_broker *broker)
{
	money_t margin = 0, wallet = broker->setup.balance + broker->gross - broker->fees + broker->funding;

	wallet += broker->transfers + broker->unexplained;

	for (int64_t i = 0; i < broker->slot_count; i++)
		margin += broker->slots[i].margin;
	return broker->wallet != wallet ? broker->wallet - wallet : broker->margin - margin;
}

void sim_account_say_balance(const struct sim_broker *broker, ms_t now, struct events *heard)
{
	struct event *event = events_add(heard, EVENT_BALANCE, SYM_NONE, now);

	event->book = (uint8_t)broker->setup.book;
	event->balance.equity = sim_broker_equity(broker);
	event->balance.wallet = broker->wallet;
	event->balance.available = sim_account_available(broker);
}

void sim_account_say_position(const struct sim_broker *broker, sym_t sym, ms_t now, struct events *heard)
{
	const struct sim_slot *slot = &broker->slots[broker->slot_of[sym] - 1];
	struct event *event = events_add(heard, EVENT_POSITION, sym, now);

	event->book = (uint8_t)broker->setup.book;
	event->position.side = slot->side;
	event->position.qty = slot->qty;
	event->position.cost = slot->cost;
	event->position.leverage = slot->leverage;
}

/* Returns what the closed part has earned. */
static money_t shrink(struct sim_broker *broker, struct sim_slot *slot, const struct sim_deal *deal)
{
	bool is_long = slot->side == SIDE_LONG;
	money_t value = value_of(slot, deal->price, deal->qty, deal->side);
	money_t part = slot->cost;

	if (deal->qty < slot->qty)
		part = is_long ? mul_div_up(slot->cost, deal->qty, slot->qty)
			       : mul_div_down(slot->cost, deal->qty, slot->qty);
	money_t gross = is_long ? value - part : part - value;
	broker->gross += gross;
	broker->wallet += gross;
	slot->cost -= part;
	slot->qty -= deal->qty;
	if (slot->foreign > slot->qty)
		slot->foreign = slot->qty;
	if (slot->qty == 0)
		slot->side = SIDE_NONE;
	return gross;
}

static void grow(struct sim_slot *slot, const struct sim_deal *deal)
{
	if (slot->qty == 0)
		slot->gap = 0;
	slot->side = deal->side;
	slot->cost += value_of(slot, deal->price, deal->qty, deal->side);
	slot->qty += deal->qty;
	if (deal->id == 0)
		slot->foreign += deal->qty;
}

void sim_account_book(struct sim_broker *broker, sym_t sym, const struct sim_deal *deal, ms_t now,
		      struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, sym);
	money_t fee =
		share_up(notional_up(&slot->instrument, deal->price, deal->qty), slot->instrument.taker_fee);

	if (deal->id == 0 && deal->reason == EXIT_NONE)
		broker->foreign_cash -= deal->side * value_of(slot, deal->price, deal->qty, deal->side) + fee;
	if (slot->qty > 0 && deal->side != slot->side) {
		money_t left = slot->margin + shrink(broker, slot, deal);
		if (deal->reason == EXIT_LIQUIDATION && fee > left) /* the insurance fund's loss, not ours */
			fee = left > 0 ? left : 0;
	} else {
		grow(slot, deal);
	}
	broker->fees += fee;
	broker->wallet -= fee;
	sim_account_settle(broker, slot);

	struct event *event = events_add(heard, EVENT_FILL, sym, now);
	event->book = (uint8_t)broker->setup.book;
	event->fill = (struct fill){
		.at_ms = now,
		.book = broker->setup.book,
		.sym = sym,
		.id = deal->id,
		.execution = ++broker->executions,
		.role = deal->role,
		.reason = deal->reason,
		.side = deal->side,
		.qty = deal->qty,
		.price = deal->price,
		.fee = fee,
		.spread = deal->spread,
		.impact = deal->impact,
	};
}

void sim_account_fund(struct sim_broker *broker, sym_t sym, ratio_t rate, ms_t now, struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, sym);

	if (slot == NULL || slot->qty == 0 || rate == 0)
		return;
	bool pays = (rate > 0) == (slot->side == SIDE_LONG);
	ratio_t size = rate > 0 ? rate : -rate;
	money_t amount = pays ? share_up(notional_up(&slot->instrument, slot->mark, slot->qty), size)
			      : share_down(notional_down(&slot->instrument, slot->mark, slot->qty), size);

	amount = pays ? -amount : amount;
	broker->funding += amount;
	broker->wallet += amount;
	struct event *event = events_add(heard, EVENT_LEDGER, sym, now);
	event->book = (uint8_t)broker->setup.book;
	event->ledger.kind = LEDGER_FUNDING;
	event->ledger.amount = amount;
	event->ledger.id = ++broker->ledger_rows;
	sim_account_say_balance(broker, now, heard);
}
