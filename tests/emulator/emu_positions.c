/* SPDX-License-Identifier: MIT
 * Positions: listed, their leverage, mode, stop and target, and what was earned with them. */
#include "emu_private.h"

#include <stdio.h>
#include <string.h>

int emu_call_positions(struct emu *emu, const struct emu_call *call)
{
	const struct emu_account *view = emu_account_view(emu);
	char settle[16];
	int64_t sym, limit, below, last = 0;
	int code = emu_call_symbol(emu, call, false, &sym);

	if (code == 0)
		code = emu_call_page(emu, call, 200, 20, &limit, &below);
	if (code != 0)
		return code;
	emu_query_get(&call->query, "settleCoin", settle, sizeof(settle));
	if (sym == SYM_NONE && strcmp(settle, "USDT") != 0)
		return emu_say_why(emu, 10001,
				   "Missing some parameters that must be filled in, symbol or "
				   "settleCoin");
	text_clear(&emu->work);
	text_add(&emu->work, "{\"category\":\"linear\",\"list\":[");
	for (int64_t i = (int64_t)emu->universe.count - 1; i >= 0 && limit > 0; i--) {
		const struct emu_position *position = &view->positions[i];
		if (i + 1 >= below || (sym != SYM_NONE ? i != sym : emu_slot(view, i)->qty == 0))
			continue;
		for (int64_t idx = position->mode ? 1 : 0; idx <= (position->mode ? 2 : 0); idx++) {
			if (sym == SYM_NONE && idx != emu_position_idx(view, i, emu_slot(view, i)->side))
				continue;
			text_add(&emu->work, last > 0 ? "," : "");
			emu_put_position(emu, view, i, idx, false, &emu->work);
			last = i + 1;
		}
		limit--;
	}
	text_add(&emu->work, "],");
	emu_put_cursor(&emu->work, last, emu->now_ms);
	text_add(&emu->work, "}");
	return 0;
}

static int done(struct emu *emu)
{
	text_clear(&emu->work);
	text_add(&emu->work, "{}");
	return 0;
}

int emu_call_leverage(struct emu *emu, const struct emu_call *call)
{
	struct emu_account *account = emu->account;
	char buy[32], sell[32];
	int64_t sym, wanted = 0, other = 0;
	int code = emu_call_symbol(emu, call, true, &sym);

	if (code != 0)
		return code;
	emu_call_text(call, "buyLeverage", buy, sizeof(buy));
	emu_call_text(call, "sellLeverage", sell, sizeof(sell));
	if (decimal_parse(buy, strlen(buy), 9, &wanted) != DECIMAL_OK ||
	    decimal_parse(sell, strlen(sell), 9, &other) != DECIMAL_OK || wanted % (RATIO_ONE / 100) != 0 ||
	    wanted < RATIO_ONE)
		return emu_say_why(emu, 10001, "leverage invalid");
	if (wanted != other)
		return emu_say_why(emu, 10001, "buy leverage invalid");
	if (wanted > EMU_LEVERAGE_MAX)
		return emu_say_why(emu, 110013, "cannot set leverage due to risk limit");
	if (wanted == emu_slot(account, sym)->leverage)
		return emu_say_why(emu, 110043, "Set leverage not modified");
	if (emu_fault_take(emu, EMU_FAULT_LEVERAGE_LOST, sym, NULL))
		return done(emu);
	emu_broker_ask(emu, &(struct intent){.kind = INTENT_LEVERAGE, .sym = (sym_t)sym, .value = wanted});
	if (wanted != emu_slot(account, sym)->leverage)
		return emu_say_why(emu, 110012, "Insufficient available balance.");
	return done(emu);
}

/* 110024 or 110028: something of the symbol is in the way. */
static int mode_refused(struct emu *emu, int64_t sym)
{
	const struct emu_account *account = emu->account;

	if (account->positions[sym].qty > 0)
		return emu_say_why(emu, 110024,
				   "You have an existing position, so position mode cannot be "
				   "switched");
	for (int64_t n = account->live_from + 1; n <= account->order_count; n++) {
		const struct emu_order *order = emu_order_at(account, n);
		if (order->sym == sym && !emu_status_is_final(order->status))
			return emu_say_why(
				emu, 110028,
				"You have existing active orders, so position mode cannot be switched");
	}
	return 0;
}

int emu_call_mode(struct emu *emu, const struct emu_call *call)
{
	struct emu_account *account = emu->account;
	char coin[16];
	int64_t sym, mode, changed = 0;
	int code = emu_call_symbol(emu, call, false, &sym);

	if (code != 0)
		return code;
	emu_call_text(call, "coin", coin, sizeof(coin));
	if (!emu_call_int(call, "mode", -1, &mode) || (mode != 0 && mode != 3))
		return emu_say_why(emu, 10001, "params error: mode invalid");
	if (sym == EMU_ELSEWHERE)
		return emu_say_why(emu, 110029, "Position mode switching is not supported for this category");
	if (sym == SYM_NONE && strcmp(coin, "USDT") != 0)
		return emu_say_why(emu, 10001, "symbol or coin is required");
	if (sym != SYM_NONE && account->positions[sym].mode != mode && (code = mode_refused(emu, sym)) != 0)
		return code;
	for (size_t i = 0; i < emu->universe.count; i++) {
		if ((sym != SYM_NONE && (int64_t)i != sym) || account->positions[i].mode == mode)
			continue;
		if (mode_refused(emu, (int64_t)i) != 0)
			continue;
		account->positions[i].mode = mode;
		changed++;
	}
	if (changed == 0)
		return emu_say_why(emu, 110025, "Position mode is not modified");
	snprintf(emu->why, sizeof(emu->why), "OK");
	return done(emu);
}

/* "" leaves it as it is, "0" removes it. */
static int read_level(struct emu *emu, const struct emu_call *call, const char *name, int64_t sym,
		      price_t now, price_t *level)
{
	char text[40];

	*level = now;
	if (!emu_call_text(call, name, text, sizeof(text)))
		return 0;
	if (text[0] == '\0' || !emu_read_price(emu, sym, text, level))
		return emu_say_why(emu, 10001, "params error: %s invalid", name);
	return 0;
}

static void remove_child(struct emu *emu, int64_t number)
{
	if (number != 0)
		emu_order_cancel(emu, number, "CancelByTpSlTsClear");
}

static int set_levels(struct emu *emu, const struct emu_call *call, int64_t sym)
{
	struct emu_account *account = emu->account;
	const struct sim_slot *slot = emu_slot(account, sym);
	price_t had[2] = {slot->stop.id ? slot->stop.price : 0, slot->target.id ? slot->target.price : 0};
	price_t stop, target;
	char by_stop[16], by_target[16];
	const char *why = "";
	int code = read_level(emu, call, "stopLoss", sym, had[0], &stop);

	if (code == 0)
		code = read_level(emu, call, "takeProfit", sym, had[1], &target);
	if (code != 0)
		return code;
	emu_call_text(call, "slTriggerBy", by_stop, sizeof(by_stop));
	emu_call_text(call, "tpTriggerBy", by_target, sizeof(by_target));
	if (stop == had[0] && target == had[1])
		return emu_say_why(emu, 34040, "not modified");
	code = emu_levels_refused(emu, sym, slot->side, stop != had[0] ? stop : 0,
				  target != had[1] ? target : 0);
	if (code != 0)
		return code;
	price_t new_stop = stop != had[0] ? stop : 0, new_target = target != had[1] ? target : 0;
	if ((new_stop > 0 || new_target > 0) &&
	    !emu_position_protect(emu, sym, new_stop, new_target, by_stop, by_target, &why))
		return emu_say_why(emu, 10001, "%s", why);
	if (had[0] > 0 && stop == 0)
		remove_child(emu, account->positions[sym].stop);
	if (had[1] > 0 && target == 0)
		remove_child(emu, account->positions[sym].target);
	return done(emu);
}

int emu_call_stop(struct emu *emu, const struct emu_call *call)
{
	const struct emu_account *account = emu->account;
	char mode[16];
	int64_t sym, idx;
	int code = emu_call_symbol(emu, call, true, &sym);

	if (code != 0)
		return code;
	emu_call_text(call, "tpslMode", mode, sizeof(mode));
	if (!emu_call_int(call, "positionIdx", -1, &idx) || idx < 0)
		return emu_say_why(emu, 10001, "positionIdx is required");
	if (strcmp(mode, "Full") != 0)
		return emu_say_why(emu, 10001, "params error: TpslMode invalid");
	const struct sim_slot *slot = emu_slot(account, sym);
	if ((account->positions[sym].mode == 0) != (idx == 0))
		return emu_say_why(emu, 10001, "position idx not match position mode");
	if (slot->qty == 0 || idx != emu_position_idx(account, sym, slot->side))
		return emu_say_why(emu, 10001, "can not set tp/sl/ts for zero position");
	return set_levels(emu, call, sym);
}

int emu_call_closed(struct emu *emu, const struct emu_call *call)
{
	const struct emu_account *view = emu_account_view(emu);
	int64_t sym, limit, below, last = 0;
	ms_t from, to;
	int code = emu_call_symbol(emu, call, false, &sym);

	if (code == 0)
		code = emu_call_page(emu, call, 100, 50, &limit, &below);
	if (code != 0)
		return code;
	if (!emu_query_number(&call->query, "startTime", 0, CANDLE_LATEST_MS, emu->now_ms - 7 * DAY_MS,
			      &from) ||
	    !emu_query_number(&call->query, "endTime", 0, CANDLE_LATEST_MS, from + 7 * DAY_MS, &to) ||
	    to < from || to - from > 7 * DAY_MS)
		return emu_say_why(emu, 10001, "params error: time invalid");
	text_clear(&emu->work);
	text_add(&emu->work, "{\"category\":\"linear\",\"list\":[");
	for (int64_t n = view->order_count; n > 0 && limit > 0; n--) {
		const struct emu_order *order = emu_order_at(view, n);
		if (n >= below || order->closed == 0 || (sym != SYM_NONE && order->sym != sym) ||
		    order->updated_ms < from || order->updated_ms > to)
			continue;
		text_add(&emu->work, last > 0 ? "," : "");
		emu_put_closed(emu, view, n, &emu->work);
		last = n;
		limit--;
	}
	text_add(&emu->work, "],");
	emu_put_cursor(&emu->work, last, emu->now_ms);
	text_add(&emu->work, "}");
	return 0;
}
