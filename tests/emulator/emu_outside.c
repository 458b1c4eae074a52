/* SPDX-License-Identifier: MIT
 * What happens to the account from outside: faults that wait in the broker for an order, what other hands do,
 * what the exchange does, money that comes and goes. */
#include "emu_private.h"

#include <stdio.h>
#include <string.h>

/* Faults of this catalogue that are the broker's own. */
static const struct {
	int64_t kind, fault;
} brokers[] = {
	{EMU_FAULT_PARTIAL, SIM_FAULT_PARTIAL},
	{EMU_FAULT_SLIP, SIM_FAULT_SLIP},
	{EMU_FAULT_CUT, SIM_FAULT_CUT},
	{EMU_FAULT_ENTRY_REJECTED, SIM_FAULT_REJECT_ENTER},
	{EMU_FAULT_CLOSE_REJECTED, SIM_FAULT_REJECT_REDUCE},
	{EMU_FAULT_STOP_REFUSED, SIM_FAULT_REJECT_PROTECT},
	{EMU_FAULT_STOP_MISSING, SIM_FAULT_REJECT_STOP},
	{EMU_FAULT_STOP_DEAF, SIM_FAULT_DEAF_STOP},
	{EMU_FAULT_ADL, SIM_FAULT_ADL},
	{EMU_FAULT_LIQUIDATION, SIM_FAULT_LIQUIDATION},
	{EMU_FAULT_TRANSFER, SIM_FAULT_TRANSFER},
	{EMU_FAULT_LATE_ROW, SIM_FAULT_LATE_ROW},
	{EMU_FAULT_NO_ROW, SIM_FAULT_NO_ROW},
	{EMU_FAULT_BONUS, SIM_FAULT_TRANSFER},
};
#define BROKERS (sizeof(brokers) / sizeof(brokers[0]))

bool emu_outside_waits(int64_t kind)
{
	return kind >= EMU_FAULT_PARTIAL && kind <= EMU_FAULT_STOP_MISSING;
}

/* The first symbol from a drawn one on that has a position, with a stop if that is wanted. */
static int64_t find_position(struct emu *emu, bool with_stop)
{
	size_t from = random_below(&emu->dice, emu->universe.count);

	for (size_t i = 0; i < emu->universe.count; i++) {
		int64_t sym = (int64_t)((from + i) % emu->universe.count);
		const struct emu_position *position = &emu->account->positions[sym];
		if (position->qty > 0 && (!with_stop || position->stop != 0))
			return sym;
	}
	return SYM_NONE;
}

/* An order of another hand, market or limit. It is made as if it had come through the door. */
static int64_t other_order(struct emu *emu, int64_t sym, int64_t side, qty_t qty, bool reduce)
{
	int64_t number;
	struct emu_order *order = emu_order_add(emu, sym, side, &number);

	order->qty = qty;
	order->reduce = reduce;
	order->price = order->last;
	order->position_idx = emu_position_idx(emu->account, sym, reduce ? -side : side);
	if (reduce)
		order->maker = EMU_MAKER_CLOSING;
	else
		snprintf(order->link, sizeof(order->link), "grid-bot-%lld", (long long)number);
	return number;
}

static int other_trade(struct emu *emu, int64_t sym, int64_t orders)
{
	const struct emu_position *position = &emu->account->positions[sym];
	qty_t least = position->instrument.min_qty > 0 ? position->instrument.min_qty : 1;
	qty_t qty = (orders > 0 ? orders : -orders) * least;

	if (emu_slot(emu->account, sym)->last <= 0 || qty == 0)
		return TB_ENOENT;
	emu_order_arrive(emu, other_order(emu, sym, orders > 0 ? SIDE_LONG : SIDE_SHORT, qty, false));
	return TB_OK;
}

static int other_limit(struct emu *emu, int64_t sym)
{
	const struct sim_slot *slot = emu_slot(emu->account, sym);

	if (slot->last <= 0)
		return TB_ENOENT;
	int64_t number = other_order(emu, sym, SIDE_LONG, slot->instrument.min_qty + 1, false);
	struct emu_order *order = emu_order_at(emu->account, number);
	order->limit = true;
	order->price = slot->last - slot->last / 5;
	emu_order_arrive(emu, number);
	return TB_OK;
}

static int other_close(struct emu *emu, int64_t sym, int64_t percent)
{
	const struct emu_position *position = &emu->account->positions[sym];
	qty_t qty = percent == 0 ? position->qty : position->qty * percent / 100;

	if (position->qty == 0)
		return TB_ENOENT;
	emu_order_arrive(emu, other_order(emu, sym, -position->side, qty > 0 ? qty : 1, true));
	return TB_OK;
}

static int other_stop(struct emu *emu, int64_t sym, int64_t percent)
{
	const struct sim_slot *slot = emu_slot(emu->account, sym);
	const char *why = "";

	if (slot->stop.id == 0)
		return TB_ENOENT;
	price_t way = slot->last - slot->stop.price;
	price_t stop = slot->stop.price + way * percent / 100;
	return emu_position_protect(emu, sym, stop, 0, "", "", &why) ? TB_OK : TB_ENOENT;
}

static int other_leverage(struct emu *emu, int64_t sym, int64_t times)
{
	struct intent intent = {.kind = INTENT_LEVERAGE, .sym = (sym_t)sym, .value = times * RATIO_ONE};

	emu_broker_ask(emu, &intent);
	return TB_OK;
}

static int lose_stop(struct emu *emu, int64_t sym, bool said)
{
	struct emu_account *account = emu->account;
	struct emu_position *position = &account->positions[sym];

	if (position->stop == 0)
		return TB_ENOENT;
	int64_t number = position->stop;
	if (said) {
		emu_order_cancel(emu, number, "CancelByAdmin");
		return TB_OK;
	}
	struct emu_order *order = emu_order_at(account, number);
	sim_broker_command(&account->broker, SIM_FAULT_LOST_STOP, (sym_t)sym, 0, emu->now_ms, account->heard);
	emu_news_take(emu);
	position->stop = 0;
	order->status = EMU_STATUS_DEACTIVATED;
	order->cancel = "CancelByAdmin";
	order->sim_id = 0;
	return TB_OK;
}

static int of_broker(struct emu *emu, const struct emu_fault *fault, int64_t sym)
{
	struct emu_account *account = emu->account;
	int64_t value = fault->value;
	size_t at = 0;

	while (at < BROKERS && brokers[at].kind != fault->kind)
		at++;
	if (at == BROKERS)
		return TB_EINVAL;
	if (emu_fault_rows[fault->kind].unit == EMU_UNIT_MONEY)
		value *= MONEY_ONE;
	if (fault->kind == EMU_FAULT_ADL && value > 0) {
		value = account->positions[sym].qty * value / 100;
		value = value > 0 ? value : 1;
	}
	account->log_as = fault->kind == EMU_FAULT_BONUS ? EMU_LOG_BONUS : EMU_LOG_TRANSFER_IN;
	money_t before = account->broker.wallet;
	int err = sim_broker_command(&account->broker, (enum sim_fault)brokers[at].fault, (sym_t)sym, value,
				     emu->now_ms, account->heard);
	if (emu_fault_rows[fault->kind].unit == EMU_UNIT_MONEY)
		account->cash += account->broker.wallet - before;
	if (fault->kind == EMU_FAULT_BONUS)
		account->bonus += account->broker.wallet - before;
	emu_news_take(emu);
	account->log_as = EMU_LOG_TRANSFER_IN;
	emu_broker_advance(emu);
	return err;
}

int emu_outside(struct emu *emu, const struct emu_fault *fault, sym_t sym)
{
	int64_t kind = fault->kind, at = sym;
	bool stop = kind == EMU_FAULT_STOP_CANCELLED || kind == EMU_FAULT_STOP_LOST ||
		    kind == EMU_FAULT_STOP_DEAF || kind == EMU_FAULT_OTHER_STOP;
	bool held = stop || kind == EMU_FAULT_OTHER_CLOSE || kind == EMU_FAULT_ADL ||
		    kind == EMU_FAULT_LIQUIDATION;
	bool anywhere = kind == EMU_FAULT_OTHER_TRADE || kind == EMU_FAULT_OTHER_ORDER ||
			kind == EMU_FAULT_OTHER_LEVERAGE;

	if (emu->account == NULL)
		return TB_ENOENT;
	if (at == SYM_NONE && held)
		at = find_position(emu, stop);
	else if (at == SYM_NONE && anywhere)
		at = (int64_t)random_below(&emu->dice, emu->universe.count);
	if (at == SYM_NONE && (held || anywhere))
		return TB_ENOENT;
	switch (kind) {
	case EMU_FAULT_OTHER_TRADE: return other_trade(emu, at, fault->value);
	case EMU_FAULT_OTHER_ORDER: return other_limit(emu, at);
	case EMU_FAULT_OTHER_CLOSE: return other_close(emu, at, fault->value);
	case EMU_FAULT_OTHER_STOP: return other_stop(emu, at, fault->value);
	case EMU_FAULT_OTHER_LEVERAGE: return other_leverage(emu, at, fault->value);
	case EMU_FAULT_STOP_CANCELLED: return lose_stop(emu, at, true);
	case EMU_FAULT_STOP_LOST: return lose_stop(emu, at, false);
	default: return of_broker(emu, fault, at);
	}
}
