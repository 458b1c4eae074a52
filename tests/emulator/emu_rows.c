/* SPDX-License-Identifier: MIT
 * The account's rows as JSON, with the fields that the recorded payloads have. REST and stream differ in a
 * few. */
#include "emu_private.h"

#include <stdio.h>
#include <string.h>

#include "hash.h"

#define X(id, text) [EMU_STATUS_##id] = text,
const char *const emu_status_text[EMU_STATUS_COUNT] = {EMU_STATUSES(X)};
#undef X
#define X(id, text) [EMU_MAKER_##id] = text,
static const char *const maker_text[EMU_MAKER_COUNT] = {EMU_MAKERS(X)};
#undef X
#define X(id, text) [EMU_LOG_##id] = text,
static const char *const log_text[EMU_LOG_COUNT] = {EMU_LOGS(X)};
#undef X
static const char *const exec_text[EMU_EXEC_KINDS] = {"Trade", "Funding", "AdlTrade", "BustTrade", "Settle"};
/* the same words for ours */
const char *const emu_private_topics[EMU_TOPICS] = {"order", "execution", "position", "wallet"};

typedef char number[DECIMAL_TEXT_MAX];

static const char *buy_or_sell(int64_t side)
{
	return side == SIDE_LONG ? "Buy" : side == SIDE_SHORT ? "Sell" : "";
}

/* The number can be read back out of the last part. */
void emu_uuid(const struct emu *emu, int64_t kind, int64_t n, char out[static EMU_UUID_MAX])
{
	int64_t words[2] = {kind, n};
	uint64_t h = hash_words(emu->setup.market.seed, words, 2);

	snprintf(out, EMU_UUID_MAX, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(h >> 32),
		 (unsigned)(h >> 16 & 0xffff), (unsigned)(h >> 4 & 0xfff), (unsigned)(h & 0xfff),
		 (unsigned long long)n);
}

static const char *price_or(const struct emu_grids *grids, price_t price, const char *none, number out)
{
	if (price == 0)
		return none;
	number_grid(price, &grids->tick, out);
	return out;
}

static const char *size_text(const struct emu_grids *grids, qty_t lots, number out)
{
	if (lots == 0)
		return "0";
	number_grid(lots, &grids->coin, out);
	return out;
}

static const char *money_text(money_t money, number out)
{
	number_short(money, 8, out);
	return out;
}

int64_t emu_average(const struct emu_grids *grids, money_t value, qty_t qty)
{
	int64_t power = 1;

	for (int64_t i = 0; i < grids->coin.decimals; i++)
		power *= 10;
	return qty > 0 ? mul_div_down(value, power, qty * grids->coin.step) : 0;
}

money_t emu_worth(const struct emu_grids *grids, price_t price, qty_t qty)
{
	int64_t decimals = grids->tick.decimals + grids->coin.decimals, power = 1;

	for (int64_t i = decimals < 8 ? decimals : 8; i < (decimals < 8 ? 8 : decimals); i++)
		power *= 10;
	return mul_div_down(price * grids->tick.step * (decimals < 8 ? power : 1), qty * grids->coin.step,
			    decimals < 8 ? 1 : power);
}

money_t emu_order_pnl(const struct emu_order *order)
{
	money_t gross = order->exit_value - order->entry_value;

	if (order->closed == 0)
		return 0;
	return (order->side == SIDE_SHORT ? gross : -gross) - order->open_fee - order->close_fee;
}

static bool is_child(const struct emu_order *order)
{
	return order->maker == EMU_MAKER_STOP || order->maker == EMU_MAKER_TARGET;
}

static const char *stop_type(const struct emu_order *order, const char *none)
{
	return order->maker == EMU_MAKER_STOP     ? "StopLoss"
	       : order->maker == EMU_MAKER_TARGET ? "TakeProfit"
						  : none;
}

/* 1: when the price has risen to it, 2: fallen */
static int direction(const struct emu_order *order)
{
	if (!is_child(order))
		return 0;
	return (order->maker == EMU_MAKER_STOP) == (order->side == SIDE_SHORT) ? 2 : 1;
}

static void put_order_state(const struct emu_order *order, struct text *out)
{
	number price, qty, average, leaves, left, filled, value, fee;
	qty_t rest = emu_status_is_final(order->status) ? 0 : order->qty - order->filled;
	money_t worth = order->limit ? emu_worth(&order->grids, order->price, rest) : 0;

	number_short(emu_average(&order->grids, order->value, order->filled), 8, average);
	text_add(out,
		 "\"orderStatus\":\"%s\",\"cancelType\":\"%s\",\"rejectReason\":\"%s\",\"price\":\"%s\","
		 "\"qty\":\"%s\",\"avgPrice\":\"%s\",\"leavesQty\":\"%s\",\"leavesValue\":\"%s\","
		 "\"cumExecQty\":\"%s\",\"cumExecValue\":\"%s\",\"cumExecFee\":\"%s\",",
		 emu_status_text[order->status], order->cancel, order->reject,
		 is_child(order) && order->filled == 0 ? "0"
						       : price_or(&order->grids, order->price, "0", price),
		 size_text(&order->grids, order->qty, qty), order->filled > 0 ? average : "",
		 size_text(&order->grids, rest, leaves), money_text(worth, left),
		 size_text(&order->grids, order->filled, filled), money_text(order->value, value),
		 money_text(order->fee, fee));
}

static void put_order_levels(const struct emu_order *order, struct text *out)
{
	number trigger, target, stop, last;
	bool child = is_child(order), levels = order->stop > 0 || order->target > 0;

	text_add(out,
		 "\"triggerPrice\":\"%s\",\"takeProfit\":\"%s\",\"stopLoss\":\"%s\",\"triggerBy\":\"%s\","
		 "\"tpTriggerBy\":\"%s\",\"slTriggerBy\":\"%s\",\"triggerDirection\":%d,\"tpslMode\":\"%s\","
		 "\"tpLimitPrice\":\"0\",\"slLimitPrice\":\"0\",\"lastPriceOnCreated\":\"%s\",",
		 price_or(&order->grids, order->trigger, "", trigger),
		 price_or(&order->grids, order->target, "", target),
		 price_or(&order->grids, order->stop, "", stop), child ? order->stop_by : "",
		 order->target > 0 ? order->target_by : "", !child && order->stop > 0 ? order->stop_by : "",
		 direction(order), child || levels ? "Full" : "",
		 price_or(&order->grids, order->last, "", last));
}

void emu_put_order(const struct emu *emu, const struct emu_account *account, int64_t n, bool stream,
		   struct text *out)
{
	const struct emu_order *order = emu_order_at(account, n);
	const char *wire = emu->universe.at[order->sym].wire;
	bool child = is_child(order);
	char uuid[EMU_UUID_MAX];
	number fee, pnl;

	emu_uuid(emu, EMU_UUID_ORDER, n, uuid);
	text_add(out,
		 "{%s\"orderId\":\"%s\",\"orderLinkId\":\"%s\",\"parentOrderLinkId\":\"%s\","
		 "\"blockTradeId\":\"\",\"symbol\":\"%s\",\"side\":\"%s\",\"positionIdx\":%lld,",
		 stream ? "\"category\":\"linear\"," : "", uuid, order->link,
		 order->parent ? emu_order_at(account, order->parent)->link : "", wire,
		 buy_or_sell(order->side), (long long)order->position_idx);
	put_order_state(order, out);
	put_order_levels(order, out);
	text_add(out,
		 "\"timeInForce\":\"%s\",\"isLeverage\":\"\",\"orderType\":\"%s\",\"stopOrderType\":\"%s\","
		 "\"orderIv\":\"\",\"placeType\":\"\",\"closeOnTrigger\":%s,\"reduceOnly\":%s,\"smpGroup\":0,"
		 "\"smpType\":\"None\",\"smpOrderId\":\"\",\"createType\":\"%s\",\"marketUnit\":\"\","
		 "\"createdTime\":\"%lld\",\"updatedTime\":\"%lld\",\"slippageTolerance\":\"%s\","
		 "\"slippageToleranceType\":\"%s\",\"extraFees\":\"\"",
		 !order->limit || order->immediate ? "IOC"
		 : order->post_only                ? "PostOnly"
						   : "GTC",
		 order->limit ? "Limit" : "Market", stop_type(order, stream ? "" : "UNKNOWN"),
		 child ? "true" : "false", order->reduce ? "true" : "false", maker_text[order->maker],
		 (long long)order->created_ms, (long long)order->updated_ms,
		 order->tolerance[0] ? order->tolerance : "0",
		 order->tolerance_type[0] ? order->tolerance_type : "UNKNOWN");
	if (stream)
		text_add(out, ",\"feeCurrency\":\"\",\"closedPnl\":\"%s\"}",
			 money_text(emu_order_pnl(order), pnl));
	else if (order->filled > 0)
		text_add(out, ",\"cumFeeDetail\":{\"USDT\":\"%s\"}}", money_text(order->fee, fee));
	else
		text_add(out, ",\"cumFeeDetail\":{}}");
}

void emu_put_execution(const struct emu *emu, const struct emu_account *account, int64_t n, bool stream,
		       struct text *out)
{
	const struct emu_execution *exec = &account->execs[n - 1];
	const struct emu_order *order = exec->order ? emu_order_at(account, exec->order) : NULL;
	bool funding = exec->kind == EMU_EXEC_FUNDING;
	char uuid[EMU_UUID_MAX], id[EMU_UUID_MAX];
	number price, qty, value, fee, rate, mark, leaves, ordered, limit, closed, pnl;

	emu_uuid(emu, EMU_UUID_EXEC, n, id);
	emu_uuid(emu, order ? EMU_UUID_ORDER : EMU_UUID_LOG, order ? exec->order : n, uuid);
	number_short(exec->rate, 9, rate);
	text_add(out,
		 "{%s\"symbol\":\"%s\",\"orderId\":\"%s\",\"orderLinkId\":\"%s\",\"side\":\"%s\","
		 "\"orderType\":\"%s\",\"stopOrderType\":\"%s\",\"createType\":\"%s\",\"execType\":\"%s\","
		 "\"execId\":\"%s\",\"execTime\":\"%lld\",\"seq\":%lld,",
		 stream ? "\"category\":\"linear\",\"isLeverage\":\"0\"," : "",
		 emu->universe.at[exec->sym].wire, uuid, order ? order->link : "", buy_or_sell(exec->side),
		 funding                 ? "UNKNOWN"
		 : order && order->limit ? "Limit"
					 : "Market",
		 order ? stop_type(order, "UNKNOWN") : "UNKNOWN", order ? maker_text[order->maker] : "",
		 exec_text[exec->kind], id, (long long)exec->at_ms, (long long)exec->seq);
	text_add(out,
		 "\"execPrice\":\"%s\",\"execQty\":\"%s\",\"execValue\":\"%s\",\"execFee\":\"%s\","
		 "\"feeRate\":\"%s\",\"feeCurrency\":\"\",\"markPrice\":\"%s\",\"leavesQty\":\"%s\","
		 "\"orderQty\":\"%s\",\"orderPrice\":\"%s\",\"closedSize\":\"%s\",",
		 price_or(&exec->grids, exec->price, "0", price), size_text(&exec->grids, exec->qty, qty),
		 money_text(exec->value, value), money_text(exec->fee, fee), rate,
		 price_or(&exec->grids, exec->mark, "", mark), size_text(&exec->grids, exec->leaves, leaves),
		 size_text(&exec->grids, exec->ordered, ordered),
		 price_or(&exec->grids, exec->order_price, "0", limit),
		 size_text(&exec->grids, exec->closed, closed));
	text_add(out,
		 "\"isMaker\":%s,\"tradeIv\":\"\",\"markIv\":\"\",\"indexPrice\":\"\",\"underlyingPrice\":"
		 "\"\",\"blockTradeId\":\"\",\"marketUnit\":\"\",\"extraFees\":%s",
		 "false", stream ? "[]" : "\"\"");
	if (stream)
		text_add(out, ",\"execPnl\":\"%s\"", money_text(exec->pnl, pnl));
	text_add(out, "}");
}

int64_t emu_position_idx(const struct emu_account *account, int64_t sym, int64_t side)
{
	if (account->positions[sym].mode == 0)
		return 0;
	return side == SIDE_SHORT ? 2 : 1;
}

static void put_position_money(const struct emu_account *account, const struct sim_slot *slot,
			       const struct emu_position *position, bool held, struct text *out)
{
	number value, margin, least, profit, now, ever, liquidation = "";
	money_t at_mark = held ? notional_down(&slot->instrument, slot->mark, slot->qty) : 0;
	struct emu_grids grids = emu_grids_of(&slot->instrument);
	money_t open = slot->side == SIDE_LONG ? at_mark - slot->cost : slot->cost - at_mark;

	(void)account;
	if (held && slot->liquidation > 0)
		number_grid(slot->liquidation, &grids.tick, liquidation);
	text_add(out,
		 "\"positionValue\":\"%s\",\"positionIM\":\"%s\",\"positionMM\":\"%s\",\"unrealisedPnl\":"
		 "\"%s\",\"curRealisedPnl\":\"%s\",\"cumRealisedPnl\":\"%s\",\"liqPrice\":\"%s\","
		 "\"positionBalance\":\"%s\",",
		 held ? money_text(slot->cost, value) : "", held ? money_text(slot->margin, margin) : "0",
		 held ? money_text(share_up(at_mark, slot->instrument.maintenance), least) : "0",
		 held ? money_text(open, profit) : "", money_text(position->realised, now),
		 money_text(position->realised_ever, ever), liquidation, held ? margin : "0");
	if (held)
		text_add(out, "\"positionIMByMp\":\"%s\",\"positionMMByMp\":\"%s\",", margin, least);
	else
		text_add(out, "\"positionIMByMp\":\"0\",\"positionMMByMp\":\"0\",");
}

void emu_put_position(const struct emu *emu, const struct emu_account *account, int64_t sym, int64_t idx,
		      bool stream, struct text *out)
{
	const struct emu_position *position = &account->positions[sym];
	const struct sim_slot *slot = emu_slot(account, sym);
	struct emu_grids grids = emu_grids_of(&slot->instrument);
	bool held = slot->qty > 0 && idx == emu_position_idx(account, sym, slot->side);
	number size, average = "0", leverage, mark = "", target, stop;

	if (held)
		number_short(emu_average(&grids, slot->cost, slot->qty), 8, average);
	number_short(slot->leverage, 9, leverage);
	if (slot->mark > 0)
		number_grid(slot->mark, &grids.tick, mark);
	text_add(out,
		 "{%s\"positionIdx\":%lld,\"tradeMode\":0,\"riskId\":1,\"riskLimitValue\":\"2000000\","
		 "\"symbol\":\"%s\",\"side\":\"%s\",\"size\":\"%s\",\"%s\":\"%s\",\"leverage\":\"%s\","
		 "\"markPrice\":\"%s\",\"sessionAvgPrice\":\"\",\"breakEvenPrice\":\"\",",
		 stream ? "\"category\":\"linear\"," : "", (long long)idx, emu->universe.at[sym].wire,
		 buy_or_sell(held ? slot->side : SIDE_NONE), held ? size_text(&grids, slot->qty, size) : "0",
		 stream ? "entryPrice" : "avgPrice", average, leverage, mark);
	put_position_money(account, slot, position, held, out);
	text_add(out,
		 "\"takeProfit\":\"%s\",\"stopLoss\":\"%s\",\"trailingStop\":\"0\",\"tpslMode\":\"Full\","
		 "\"bustPrice\":\"\",\"positionStatus\":\"Normal\",\"adlRankIndicator\":%d,"
		 "\"autoAddMargin\":0,\"leverageSysUpdatedTime\":\"\",\"mmrSysUpdatedTime\":\"\","
		 "\"isReduceOnly\":false,\"seq\":%lld,\"createdTime\":\"%lld\",\"updatedTime\":\"%lld\","
		 "\"openTime\":%lld}",
		 held ? price_or(&grids, slot->target.id ? slot->target.price : 0, stream ? "0" : "", target)
		      : "",
		 held ? price_or(&grids, slot->stop.id ? slot->stop.price : 0, stream ? "0" : "", stop) : "",
		 held ? 2 : 0, (long long)position->seq, (long long)position->created_ms,
		 (long long)position->updated_ms, (long long)(held ? position->opened_ms : 0));
}

/* A glitch that users have seen: everything is ten times as much, for a moment. */
static money_t seen(struct emu *emu, money_t money)
{
	return emu_fault_until(emu, EMU_FAULT_EQUITY_X10) > 0 ? money * 10 : money;
}

void emu_put_wallet(struct emu *emu, const struct emu_account *account, struct text *out)
{
	const struct sim_broker *broker = &account->broker;
	money_t wallet = broker->wallet, equity = sim_broker_equity(broker), margin = broker->margin,
		least = 0;
	money_t ever = broker->gross - broker->fees + broker->funding;
	number equity_text, wallet_text, free_text, open, im, mm, bonus, realised, im_rate, mm_rate;

	for (int64_t i = 0; i < broker->slot_count; i++) {
		const struct sim_slot *slot = &broker->slots[i];
		if (slot->qty > 0)
			least += share_up(notional_up(&slot->instrument, slot->mark, slot->qty),
					  slot->instrument.maintenance);
	}
	number_short(equity > 0 ? mul_div_up(margin, 10000, equity) : 0, 4, im_rate);
	number_short(equity > 0 ? mul_div_up(least, 10000, equity) : 0, 4, mm_rate);
	money_text(seen(emu, equity), equity_text);
	money_text(seen(emu, wallet), wallet_text);
	money_text(wallet > margin ? wallet - margin : 0, free_text);
	money_text(equity - wallet, open);
	money_text(margin, im);
	money_text(least, mm);
	text_add(out,
		 "{\"accountType\":\"%s\",\"accountIMRate\":\"%s\",\"accountIMRateByMp\":\"%s\","
		 "\"accountMMRate\":\"%s\",\"accountMMRateByMp\":\"%s\",\"accountLTV\":\"0\","
		 "\"totalEquity\":\"%s\",\"totalWalletBalance\":\"%s\",\"totalMarginBalance\":\"%s\","
		 "\"totalAvailableBalance\":\"%s\",\"totalPerpUPL\":\"%s\",\"totalInitialMargin\":\"%s\","
		 "\"totalInitialMarginByMp\":\"%s\",\"totalMaintenanceMargin\":\"%s\","
		 "\"totalMaintenanceMarginByMp\":\"%s\",",
		 account->setup.classic ? "CONTRACT" : "UNIFIED", im_rate, im_rate, mm_rate, mm_rate,
		 equity_text, wallet_text, equity_text, free_text, open, im, im, mm, mm);
	text_add(
		out,
		"\"coin\":[{\"coin\":\"USDT\",\"equity\":\"%s\",\"usdValue\":\"%s\",\"walletBalance\":\"%s\","
		"\"availableToWithdraw\":\"\",\"availableToBorrow\":\"\",\"borrowAmount\":\"0\","
		"\"spotBorrow\":\"0\",\"accruedInterest\":\"0\",\"locked\":\"0\",\"spotHedgingQty\":\"0\","
		"\"totalOrderIM\":\"0\",\"totalPositionIM\":\"%s\",\"totalPositionMM\":\"%s\","
		"\"unrealisedPnl\":\"%s\",\"cumRealisedPnl\":\"%s\",\"bonus\":\"%s\","
		"\"collateralSwitch\":true,\"marginCollateral\":true}]}",
		equity_text, equity_text, wallet_text, im, mm, open, money_text(ever, realised),
		money_text(account->bonus, bonus));
}

void emu_put_log(const struct emu *emu, const struct emu_account *account, int64_t n, struct text *out)
{
	const struct emu_logged *row = &account->logs[n - 1];
	const struct emu_execution *exec = row->exec ? &account->execs[row->exec - 1] : NULL;
	const struct emu_order *order = exec && exec->order ? emu_order_at(account, exec->order) : NULL;
	char order_id[EMU_UUID_MAX] = "", trade[EMU_UUID_MAX] = "";
	number qty, size, price, funding, fee, flow, change, balance, rate = "", bonus;
	bool minus = row->size < 0;

	if (exec) {
		emu_uuid(emu, EMU_UUID_EXEC, row->exec, trade);
		emu_uuid(emu, order ? EMU_UUID_ORDER : EMU_UUID_LOG, order ? exec->order : row->exec,
			 order_id);
		number_short(exec->rate, 9, rate);
	}
	text_add(out,
		 "{\"transSubType\":\"\",\"id\":\"592324_%s_%lld\",\"symbol\":\"%s\",\"category\":\"%s\","
		 "\"side\":\"%s\",\"transactionTime\":\"%lld\",\"type\":\"%s\",\"orderId\":\"%s\","
		 "\"orderLinkId\":\"%s\",\"tradeId\":\"%s\",\"currency\":\"USDT\",",
		 exec ? emu->universe.at[exec->sym].wire : "USDT", 161440249321LL + (long long)n,
		 exec ? emu->universe.at[exec->sym].wire : "", exec ? "linear" : "",
		 exec ? buy_or_sell(exec->side) : "None", (long long)row->at_ms, log_text[row->type],
		 order_id, order ? order->link : "", trade);
	text_add(out,
		 "\"qty\":\"%s\",\"size\":\"%s%s\",\"tradePrice\":\"%s\",\"feeRate\":\"%s\",\"funding\":\"%"
		 "s\","
		 "\"fee\":\"%s\",\"cashFlow\":\"%s\",\"change\":\"%s\",\"cashBalance\":\"%s\","
		 "\"bonusChange\":\"%s\",\"extraFees\":\"\"}",
		 exec ? size_text(&exec->grids, exec->qty, qty) : "0", minus ? "-" : "",
		 exec ? size_text(&exec->grids, minus ? -row->size : row->size, size) : "0",
		 exec ? price_or(&exec->grids, exec->price, "", price) : "", rate,
		 row->type == EMU_LOG_SETTLEMENT ? money_text(row->funding, funding) : "",
		 money_text(row->fee, fee), money_text(row->cash_flow, flow),
		 money_text(row->cash_flow + row->funding - row->fee, change),
		 money_text(row->balance, balance), row->bonus ? money_text(row->bonus, bonus) : "");
}

void emu_put_closed(const struct emu *emu, const struct emu_account *account, int64_t n, struct text *out)
{
	const struct emu_order *order = emu_order_at(account, n);
	char uuid[EMU_UUID_MAX];
	number qty, closed, entry, exit, in, back, pnl, price, open_fee, close_fee, leverage;

	emu_uuid(emu, EMU_UUID_ORDER, n, uuid);
	number_short(emu_average(&order->grids, order->entry_value, order->closed), 8, entry);
	number_short(emu_average(&order->grids, order->exit_value, order->closed), 8, exit);
	number_short(order->leverage, 9, leverage);
	text_add(out,
		 "{\"symbol\":\"%s\",\"orderType\":\"%s\",\"leverage\":\"%s\",\"updatedTime\":\"%lld\","
		 "\"side\":\"%s\",\"orderId\":\"%s\",\"closedPnl\":\"%s\",\"avgEntryPrice\":\"%s\",\"qty\":"
		 "\"%s"
		 "\",\"cumEntryValue\":\"%s\",\"createdTime\":\"%lld\",\"orderPrice\":\"%s\",",
		 emu->universe.at[order->sym].wire, order->limit ? "Limit" : "Market", leverage,
		 (long long)order->updated_ms, buy_or_sell(order->side), uuid,
		 money_text(emu_order_pnl(order), pnl), entry, size_text(&order->grids, order->qty, qty),
		 money_text(order->entry_value, in), (long long)order->created_ms,
		 price_or(&order->grids, order->price, "0", price));
	text_add(out,
		 "\"closedSize\":\"%s\",\"avgExitPrice\":\"%s\",\"execType\":\"%s\",\"fillCount\":\"%lld\","
		 "\"cumExitValue\":\"%s\",\"openFee\":\"%s\",\"closeFee\":\"%s\"}",
		 size_text(&order->grids, order->closed, closed), exit,
		 order->maker == EMU_MAKER_TAKEOVER ? "BustTrade"
		 : order->maker == EMU_MAKER_ADL    ? "AdlTrade"
		 : order->maker == EMU_MAKER_SETTLE ? "Settle"
						    : "Trade",
		 (long long)order->fills, money_text(order->exit_value, back),
		 money_text(order->open_fee, open_fee), money_text(order->close_fee, close_fee));
}
