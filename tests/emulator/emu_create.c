/* SPDX-License-Identifier: MIT
 * /v5/order/create: what the exchange checks before it acknowledges, in its order, with its codes and words.
 * An acknowledgement is no more than that: matching comes later and may say something else. */
#include "emu_private.h"

#include <stdio.h>
#include <string.h>

/* The texts of a create; pre-check has the same. */
struct wish {
	int64_t sym, side, position_idx;
	char type[16], qty[40], price[40], force[16], link[64];
	char target[40], stop[40], target_by[16], stop_by[16], mode[16];
	char tolerance_type[12], tolerance[16];
	bool reduce, close;
};

/* Text that is an empty one is no value; a number instead of a text is refused. */
static int read_wish(struct emu *emu, const struct emu_call *call, struct wish *wish)
{
	char side[16];
	const struct {
		const char *name;
		char *at;
		size_t size;
	} texts[] = {
		{"orderType", wish->type, sizeof(wish->type)},
		{"qty", wish->qty, sizeof(wish->qty)},
		{"price", wish->price, sizeof(wish->price)},
		{"timeInForce", wish->force, sizeof(wish->force)},
		{"orderLinkId", wish->link, sizeof(wish->link)},
		{"takeProfit", wish->target, sizeof(wish->target)},
		{"stopLoss", wish->stop, sizeof(wish->stop)},
		{"tpTriggerBy", wish->target_by, sizeof(wish->target_by)},
		{"slTriggerBy", wish->stop_by, sizeof(wish->stop_by)},
		{"tpslMode", wish->mode, sizeof(wish->mode)},
		{"slippageToleranceType", wish->tolerance_type, sizeof(wish->tolerance_type)},
		{"slippageTolerance", wish->tolerance, sizeof(wish->tolerance)},
	};

	memset(wish, 0, sizeof(*wish));
	int code = emu_call_symbol(emu, call, true, &wish->sym);
	if (code != 0)
		return code;
	emu_call_text(call, "side", side, sizeof(side));
	wish->side = strcmp(side, "Buy") == 0    ? SIDE_LONG
		     : strcmp(side, "Sell") == 0 ? SIDE_SHORT
						 : SIDE_NONE;
	if (wish->side == SIDE_NONE)
		return emu_say_why(emu, 10001, "Side invalid");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (emu_call_text(call, texts[i].name, texts[i].at, texts[i].size) &&
		    texts[i].at[0] == '\0' && i < 2)
			return emu_say_why(emu, 10001, "params error: %s invalid", texts[i].name);
	if (!emu_call_int(call, "positionIdx", 0, &wish->position_idx))
		return emu_say_why(emu, 10001, "params error: positionIdx invalid");
	wish->reduce = emu_call_flag(call, "reduceOnly");
	wish->close = emu_call_flag(call, "closeOnTrigger");
	return 0;
}

static bool one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return text[0] == '\0';
}

static int check_words(struct emu *emu, const struct emu_call *call, const struct wish *wish)
{
	static const char *const types[] = {"Market", "Limit"}, *const forces[] = {"GTC", "IOC", "FOK",
										   "PostOnly"};
	static const char *const bys[] = {"LastPrice", "MarkPrice", "IndexPrice"}, *const modes[] = {"Full"};
	char trigger[40];

	if (wish->type[0] == '\0' || !one_of(wish->type, types, 2))
		return emu_say_why(emu, 10001, "OrderType invalid");
	if (!one_of(wish->force, forces, 4))
		return emu_say_why(emu, 10001, "TimeInForce invalid");
	if (!one_of(wish->stop_by, bys, 3) || !one_of(wish->target_by, bys, 3) ||
	    !one_of(wish->mode, modes, 1))
		return emu_say_why(emu, 10001, "params error: TriggerBy or TpslMode invalid");
	if (emu_call_text(call, "triggerPrice", trigger, sizeof(trigger)) && trigger[0] != '\0')
		return emu_say_why(emu, 10001, "conditional orders are not emulated");
	size_t len = strlen(wish->link);
	if (len > 36 ||
	    strspn(wish->link, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != len)
		return emu_say_why(emu, 10001, "OrderLinkId invalid");
	bool levels = (wish->stop[0] != '\0' && strcmp(wish->stop, "0") != 0) ||
		      (wish->target[0] != '\0' && strcmp(wish->target, "0") != 0);
	if (wish->reduce && levels)
		return emu_say_why(emu, 10001, "reduce-only order can not set tp/sl");
	return 0;
}

/* "TickSize" and 1..10000, or "Percent" and 0.01..10: a share of the price. */
static int read_tolerance(struct emu *emu, const struct wish *wish, ratio_t *share)
{
	bool ticks = strcmp(wish->tolerance_type, "TickSize") == 0;
	price_t last = emu_slot(emu->account, wish->sym)->last;
	int64_t value = 0;

	*share = 0;
	if (wish->tolerance_type[0] == '\0' || strcmp(wish->tolerance_type, "UNKNOWN") == 0)
		return 0;
	if (strcmp(wish->type, "Market") != 0 || (!ticks && strcmp(wish->tolerance_type, "Percent") != 0))
		return emu_say_why(emu, 10001, "slippageToleranceType invalid");
	bool number =
		decimal_parse(wish->tolerance, strlen(wish->tolerance), ticks ? 0 : 2, &value) == DECIMAL_OK;
	if (!number || value < 1)
		return emu_say_why(emu, 110108, "slippageTolerance is less than the minimum");
	if (value > (ticks ? 10000 : 1000))
		return emu_say_why(emu, 110109, "slippageTolerance is more than the maximum");
	*share = ticks ? (last > 0 ? mul_div_up(value, RATIO_ONE, last) : 1) : value * (RATIO_ONE / 10000);
	return 0;
}

bool emu_read_price(const struct emu *emu, int64_t sym, const char *text, price_t *out)
{
	*out = 0;
	if (text[0] == '\0')
		return true;
	return grid_parse(text, strlen(text), &emu->account->positions[sym].instrument.tick, out) ==
	       DECIMAL_OK;
}

/* Prices times 1e8, as the exchange writes them into this message. */
static long long e8(const struct emu *emu, int64_t sym, price_t price)
{
	const struct instrument *instrument = &emu->account->positions[sym].instrument;
	struct emu_grids one = {instrument->tick, {1, 0}};

	return (long long)emu_worth(&one, price, 1);
}

int emu_levels_refused(struct emu *emu, int64_t sym, int64_t side, price_t stop, price_t target)
{
	price_t base = emu_slot(emu->account, sym)->last;
	const char *name = side == SIDE_LONG ? "Buy" : "Sell";

	if (stop > 0 && (side == SIDE_LONG ? stop >= base : stop <= base))
		return emu_say_why(emu, 10001,
				   "StopLoss:%lld set for %s position should %s base_price:%lld??LastPrice",
				   e8(emu, sym, stop), name,
				   side == SIDE_LONG ? "lower than" : "greater than", e8(emu, sym, base));
	if (target > 0 && (side == SIDE_LONG ? target <= base : target >= base))
		return emu_say_why(
			emu, 10001,
			"TakeProfit:%lld set for %s position should be %s than base_price:%lld??LastPrice",
			e8(emu, sym, target), name, side == SIDE_LONG ? "higher" : "lower",
			e8(emu, sym, base));
	return 0;
}

static int check_mode(struct emu *emu, const struct wish *wish)
{
	int64_t mode = emu->account->positions[wish->sym].mode, idx = wish->position_idx;
	int64_t closing = wish->reduce ? -wish->side : wish->side;

	if (mode == 0 ? idx == 0 : idx == (closing == SIDE_LONG ? 1 : 2))
		return 0;
	return emu_say_why(emu, 10001, "position idx not match position mode");
}

/* May it be traded, and in this direction? */
static int check_status(struct emu *emu, const struct wish *wish)
{
	const struct sim_slot *slot = emu_slot(emu->account, wish->sym);

	switch (slot->instrument.status) {
	case INSTRUMENT_SUSPENDED:
	case INSTRUMENT_GONE: return emu_say_why(emu, 110074, "This contract is not live");
	case INSTRUMENT_DELISTING:
		if (!wish->reduce)
			return emu_say_why(emu, 30228,
					   "New orders are not accepted for this contract as it "
					   "is being delisted");
		break;
	case INSTRUMENT_CLOSING:
		if (!wish->reduce)
			return emu_say_why(emu, 110023,
					   "Currently, you can only reduce your positions on "
					   "this contract");
		break;
	default: break;
	}
	if (slot->last <= 0)
		return emu_say_why(emu, 110118, "There is no liquidity at the moment");
	return 0;
}

/* Lots of a reduce-only order; 0 means all of it. */
static int reduce_size(struct emu *emu, const struct wish *wish, qty_t *qty)
{
	const struct sim_slot *slot = emu_slot(emu->account, wish->sym);

	if (slot->qty == 0)
		return emu_say_why(emu, 110017, "current position is zero, cannot fix reduce-only order qty");
	if (slot->side == wish->side)
		return emu_say_why(emu, 110017, "reduce-only order has same side with current position");
	if (*qty == 0 || *qty > slot->qty)
		*qty = slot->qty;
	return 0;
}

static int check_size(struct emu *emu, const struct wish *wish, qty_t *qty)
{
	const struct instrument *instrument = &emu_slot(emu->account, wish->sym)->instrument;
	struct emu_grids grids = emu_grids_of(instrument);
	struct emu_grids one = {{1, 0}, grids.coin};

	if (grid_parse(wish->qty, strlen(wish->qty), &grids.coin, qty) != DECIMAL_OK ||
	    (*qty == 0 && !wish->reduce))
		return emu_say_why(emu, 10001, "Qty invalid");
	if (wish->reduce)
		return reduce_size(emu, wish, qty);
	if (instrument->max_qty > 0 && *qty > instrument->max_qty)
		return emu_say_why(emu, 10001,
				   "The number of contracts exceeds maximum limit allowed: too large, "
				   "order_qty:%lld > max_qty:%lld",
				   (long long)emu_worth(&one, 1, *qty),
				   (long long)emu_worth(&one, 1, instrument->max_qty));
	if (*qty < instrument->min_qty)
		return emu_say_why(emu, 10001,
				   "The number of contracts exceeds minimum limit allowed: too small, "
				   "order_qty:%lld < min_qty:%lld",
				   (long long)emu_worth(&one, 1, *qty),
				   (long long)emu_worth(&one, 1, instrument->min_qty));
	return 0;
}

/* What the order needs of the wallet; at the price it may reach. */
static int check_margin(struct emu *emu, const struct emu_order *order)
{
	const struct emu_account *account = emu->account;
	const struct sim_slot *slot = emu_slot(account, order->sym);
	price_t price = order->limit ? order->price : slot->last + slot->above;
	money_t free = account->broker.wallet - account->broker.margin - account->bonus;

	if (order->reduce || (slot->qty > 0 && slot->side != order->side && order->qty <= slot->qty))
		return 0;
	money_t value = notional_up(&slot->instrument, price, order->qty);
	if (notional_down(&slot->instrument, price, order->qty) < slot->instrument.min_notional)
		return emu_say_why(emu, 110094, "Order does not meet minimum order value 5USDT");
	if (value < 0 ||
	    mul_div_up(value, RATIO_ONE, slot->leverage) + share_up(value, slot->instrument.taker_fee) > free)
		return emu_say_why(emu, 110007, "ab not enough for new order");
	return 0;
}

/* Everything but the margin. The order's record is filled, but nowhere yet. */
static int check_order(struct emu *emu, const struct emu_call *call, struct wish *wish,
		       struct emu_order *order)
{
	price_t stop, target, price;
	ratio_t share = 0;
	qty_t qty = 0;
	int code = read_wish(emu, call, wish);

	if (code == 0)
		code = check_words(emu, call, wish);
	if (code == 0)
		code = check_mode(emu, wish);
	if (code == 0)
		code = check_status(emu, wish);
	if (code == 0)
		code = check_size(emu, wish, &qty);
	if (code == 0)
		code = read_tolerance(emu, wish, &share);
	if (code != 0)
		return code;
	bool limit = strcmp(wish->type, "Limit") == 0;
	if (!emu_read_price(emu, wish->sym, wish->price, &price) || (limit && price == 0))
		return emu_say_why(emu, 10001, "params error: price invalid");
	if (!emu_read_price(emu, wish->sym, wish->stop, &stop) ||
	    !emu_read_price(emu, wish->sym, wish->target, &target))
		return emu_say_why(emu, 10001, "params error: takeProfit or stopLoss invalid");
	code = emu_levels_refused(emu, wish->sym, wish->side, stop, target);
	if (code != 0)
		return code;
	order->sym = wish->sym;
	order->side = wish->side;
	order->qty = qty;
	order->reduce = wish->reduce;
	order->limit = limit;
	order->post_only = strcmp(wish->force, "PostOnly") == 0;
	order->immediate = strcmp(wish->force, "IOC") == 0 || strcmp(wish->force, "FOK") == 0;
	order->price = price;
	order->stop = stop;
	order->target = target;
	order->protection = share;
	order->position_idx = wish->position_idx;
	memcpy(order->link, wish->link, sizeof(order->link) - 1);
	strcpy(order->stop_by, wish->stop_by[0] ? wish->stop_by : "LastPrice");
	strcpy(order->target_by, wish->target_by[0] ? wish->target_by : "LastPrice");
	strcpy(order->tolerance_type, wish->tolerance_type);
	strcpy(order->tolerance, wish->tolerance);
	return 0;
}

static int64_t active_orders(const struct emu_account *account, int64_t sym)
{
	int64_t count = 0;

	for (int64_t n = account->live_from + 1; n <= account->order_count; n++) {
		const struct emu_order *order = emu_order_at(account, n);
		count += order->sym == sym && !emu_status_is_final(order->status);
	}
	return count;
}

/* The inner limit of a market order: the band around the last price. */
static price_t band(const struct emu_order *order)
{
	ratio_t share = order->protection ? order->protection : RATIO_ONE / 100;
	price_t width = share_down(order->last, share);

	return order->side == SIDE_LONG ? order->last + width : order->last - width;
}

int emu_call_create(struct emu *emu, const struct emu_call *call)
{
	struct emu_account *account = emu->account;
	struct emu_order wanted = {0};
	struct wish wish;
	char uuid[EMU_UUID_MAX];
	int64_t number, late = 0;
	int code = check_order(emu, call, &wish, &wanted);

	if (code != 0)
		return code;
	if (emu_order_by_link(account, wish.link) != 0)
		return emu_say_why(emu, 110072, "OrderLinkedID is duplicate");
	if (active_orders(account, wish.sym) >= EMU_ACTIVE_MAX)
		return emu_say_why(emu, 110020, "Not allowed to have more than 500 orders");
	code = check_margin(emu, &wanted);
	if (code != 0)
		return code;
	struct emu_order *order = emu_order_add(emu, wish.sym, wish.side, &number);
	wanted.grids = order->grids;
	wanted.cancel = order->cancel;
	wanted.reject = order->reject;
	wanted.last = order->last;
	wanted.leverage = order->leverage;
	wanted.created_ms = wanted.updated_ms = emu->now_ms;
	*order = wanted;
	if (!order->limit)
		order->price = band(order);
	order->mute = emu_fault_take(emu, EMU_FAULT_ORDER_MUTE, wish.sym, NULL);
	if (emu_fault_take(emu, EMU_FAULT_ORDER_LATE, wish.sym, &late)) {
		emu->ending = EMU_RESET;
		emu_order_later(emu, number, emu->now_ms + late);
	} else if (emu_fault_take(emu, EMU_FAULT_ORDER_LOST, wish.sym, NULL)) {
		order->status = EMU_STATUS_LOST;
	} else {
		emu_order_later(emu, number, emu->now_ms + account->setup.latency_ms);
	}
	emu_uuid(emu, EMU_UUID_ORDER, number, uuid);
	text_clear(&emu->work);
	text_add(&emu->work, "{\"orderId\":\"%s\",\"orderLinkId\":\"%s\"}", uuid, wish.link);
	return 0;
}

int emu_call_precheck(struct emu *emu, const struct emu_call *call)
{
	const struct sim_broker *broker = &emu->account->broker;
	struct emu_order wanted = {0};
	struct wish wish;
	int code = check_order(emu, call, &wish, &wanted);

	if (code == 0)
		code = check_margin(emu, &wanted);
	if (code != 0)
		return code;
	const struct sim_slot *slot = emu_slot(emu->account, wish.sym);
	money_t equity = sim_broker_equity(broker), more = 0;
	if (!wanted.reduce)
		more = mul_div_up(notional_up(&slot->instrument, slot->last, wanted.qty), RATIO_ONE,
				  slot->leverage);
	text_clear(&emu->work);
	text_add(&emu->work,
		 "{\"orderId\":\"\",\"orderLinkId\":\"%s\",\"preImrE4\":%lld,\"preMmrE4\":0,\"postImrE4\":%"
		 "lld,"
		 "\"postMmrE4\":0}",
		 wish.link, equity > 0 ? (long long)mul_div_up(broker->margin, 10000, equity) : 0LL,
		 equity > 0 ? (long long)mul_div_up(broker->margin + more, 10000, equity) : 0LL);
	return 0;
}
