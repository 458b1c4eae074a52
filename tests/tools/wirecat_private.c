/* SPDX-License-Identifier: MIT
 * The account's half of wirecat: balance, position, order, fill, ledger, closed_pnl, key, account. Signs: a
 * fee that was paid is above zero, funding that was received is above zero, whatever the exchange's own sign
 * of that row. Words of the exchange stand beside ours; those that are unknown here pass through. */
#include "wirecat.h"
#include "tool.h"

#include <stdio.h>
#include <string.h>

/* A decimal, unless it says that there is nothing. */
static const char *or_zero(const char *text)
{
	return bybit_is_nothing(text) ? NULL : text;
}

static const char *word(const char *text)
{
	return *text == '\0' || strcmp(text, "UNKNOWN") == 0 ? NULL : text;
}

/* Buy buys: long. "" is a position that is none. */
static const char *side_word(const char *side)
{
	if (strcmp(side, "Buy") == 0)
		return "long";
	if (strcmp(side, "Sell") == 0)
		return "short";
	return strcmp(side, "") == 0 || strcmp(side, "None") == 0 ? "flat" : side;
}

static const char *negated(const char *text, char *out, size_t size)
{
	if (*text == '\0' || bybit_is_nothing(text))
		return text;
	if (*text == '-')
		return text + 1;
	snprintf(out, size, "-%s", text);
	return out;
}

static bool put_wallet(struct json_slice text, ms_t at_ms)
{
	struct bybit_wallet_row wallet;
	struct bybit_coin_row coin;
	char account[32];

	if (!bybit_read_wallet(&reader, text, &wallet))
		return fail(reader.why);
	snprintf(account, sizeof account, "%s", wallet.account);
	line_begin("balance");
	line_int("at_ms", at_ms);
	line_text("account", account);
	line_text("currency", "USD");
	line_text("equity", or_nothing(wallet.equity));
	line_text("wallet", or_nothing(wallet.wallet));
	line_text("available", or_nothing(wallet.available));
	line_text("initial_margin_rate", or_nothing(wallet.im_rate));
	line_text("maintenance_margin_rate", or_nothing(wallet.mm_rate));
	line_end();
	while (bybit_next_coin(&reader, &wallet, &coin)) {
		line_begin("balance");
		line_int("at_ms", at_ms);
		line_text("account", account);
		line_text("currency", coin.coin);
		line_text("equity", or_nothing(coin.equity));
		line_text("wallet", or_nothing(coin.wallet));
		line_text("bonus", or_nothing(coin.bonus));
		line_text("locked", or_nothing(coin.locked));
		line_text("borrowed", or_nothing(coin.borrowed));
		line_text("unrealised_pnl", or_nothing(coin.unrealised));
		line_text("position_margin", or_nothing(coin.position_margin));
		line_text("order_margin", or_nothing(coin.order_margin));
		line_end();
	}
	return reader.why[0] == '\0' || fail(reader.why);
}

static bool put_position(struct json_slice text, ms_t at_ms)
{
	struct bybit_position_row row;

	if (!bybit_read_position(&reader, text, &row))
		return fail(reader.why);
	line_begin("position");
	put_symbol(row.symbol);
	line_int("at_ms", row.updated_ms != UNKNOWN ? row.updated_ms : at_ms);
	line_text("side", side_word(row.side));
	line_text("qty", row.size);
	line_text("entry", or_zero(row.entry));
	line_text("leverage", or_nothing(row.leverage));
	line_text("mark", or_zero(row.mark));
	line_text("liquidation", or_zero(row.liquidation));
	line_text("stop", or_zero(row.stop));
	line_text("target", or_zero(row.target));
	line_text("trailing", or_zero(row.trailing));
	line_text("unrealised_pnl", or_nothing(row.unrealised));
	line_text("realised_pnl", or_nothing(row.realised));
	line_text("status", word(row.status));
	line_int("adl", row.adl);
	line_int("index", row.position_idx);
	line_int("sequence", row.seq);
	line_end();
	return true;
}

/* What an order is for. */
static const char *role_of(const struct bybit_order_row *row)
{
	if (strstr(row->create_type, "StopLoss") != NULL || strstr(row->stop_type, "StopLoss") != NULL)
		return "stop";
	if (strstr(row->create_type, "TakeProfit") != NULL || strstr(row->stop_type, "TakeProfit") != NULL)
		return "target";
	if (strstr(row->create_type, "Trailing") != NULL || strcmp(row->stop_type, "TrailingStop") == 0)
		return "stop";
	return row->reduce_only ? "exit" : NULL;
}

static const char *state_of(const char *status)
{
	static const char *const states[][2] = {
		{"New", "live"},
		{"PartiallyFilled", "live"},
		{"Untriggered", "live"},
		{"Triggered", "live"},
		{"Filled", "filled"},
		{"Cancelled", "cancelled"},
		{"Deactivated", "cancelled"},
		{"PartiallyFilledCanceled", "cancelled"},
		{"Rejected", "rejected"},
	};

	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(states[i][0], status) == 0)
			return states[i][1];
	return "unknown";
}

static void put_order_row(const struct bybit_order_row *row, ms_t at_ms)
{
	line_begin("order");
	put_symbol(row->symbol);
	line_int("at_ms", row->updated_ms != UNKNOWN ? row->updated_ms : at_ms);
	line_text("order_id", row->order_id);
	line_text("client_id", or_nothing(row->client_id));
	line_text("parent_id", or_nothing(row->parent_id));
	line_text("side", side_word(row->side));
	line_text("state", state_of(row->status));
	line_text("status", row->status);
	line_text("role", role_of(row));
	line_text("type", word(row->order_type));
	line_text("stop_type", word(row->stop_type));
	line_text("create_type", word(row->create_type));
	line_text("qty", row->qty);
	line_text("filled", or_nothing(row->filled));
	line_text("price", or_zero(row->price));
	line_text("average", or_zero(row->average));
	line_text("trigger", or_zero(row->trigger));
	line_text("stop", or_zero(row->stop));
	line_text("target", or_zero(row->target));
	line_bool("reduce_only", row->reduce_only);
	line_text("cancel_type", word(row->cancel_type));
	line_text("reject_reason",
		  strcmp(row->reject_reason, "EC_NoError") == 0 ? NULL : word(row->reject_reason));
	line_text("closed_pnl", or_zero(row->pnl));
	line_int("index", row->position_idx);
	line_end();
}

/* An answer that names an order and says no more. */
static bool put_ack(struct json_slice text, ms_t at_ms)
{
	struct bybit_ack_row row;

	if (!bybit_read_ack(&reader, text, &row))
		return fail(reader.why);
	if (*row.order_id == '\0' && *row.client_id == '\0')
		return fail("orderId, orderLinkId: missing");
	line_begin("order");
	line_int("at_ms", at_ms);
	line_text("order_id", or_nothing(row.order_id));
	line_text("client_id", or_nothing(row.client_id));
	line_text("state", "acknowledged");
	line_end();
	return true;
}

static bool put_order(struct json_slice text, ms_t at_ms)
{
	static const char *const keys[] = {"orderStatus"};
	struct json_slice status;
	struct bybit_order_row row;

	if (json_slice_members(text, 1, keys, &status) == JSON_OK && status.text == NULL)
		return put_ack(text, at_ms);
	if (!bybit_read_order(&reader, text, &row))
		return fail(reader.why);
	put_order_row(&row, at_ms);
	return true;
}

static void put_funding(const struct bybit_execution_row *row)
{
	char amount[64];

	line_begin("ledger");
	put_symbol(row->symbol);
	line_int("at_ms", row->at_ms);
	line_text("kind", "funding");
	line_text("amount", or_nothing(negated(row->fee, amount, sizeof amount)));
	line_text("side", side_word(row->side));
	line_text("qty", row->qty);
	line_text("price", or_zero(row->price));
	line_text("rate", or_nothing(row->fee_rate));
	line_text("execution_id", row->execution_id);
	line_end();
}

static const char *fill_reason(const struct bybit_execution_row *row)
{
	static const char *const reasons[][2] = {{"BustTrade", "liquidation"},
						 {"AdlTrade", "adl"},
						 {"Settle", "delisting"},
						 {"Delivery", "delisting"}};

	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (strcmp(row->type, reasons[i][0]) == 0)
			return reasons[i][1];
	return strcmp(row->create_type, "CreateByLiq") == 0 ? "liquidation" : NULL;
}

static void put_extra_fees(struct json_slice list)
{
	const char *coin, *fee;
	struct json_rows rows;

	if (json_rows_open(list, &rows) != JSON_OK)
		return;
	while (bybit_next_extra_fee(&reader, &rows, &coin, &fee)) {
		line_text("extra_fee", fee);
		line_text("extra_fee_currency", coin);
	}
}

static bool put_execution(struct json_slice text)
{
	struct bybit_execution_row row;

	if (!bybit_read_execution(&reader, text, &row))
		return fail(reader.why);
	if (strcmp(row.type, "Funding") == 0) {
		put_funding(&row);
		return true;
	}
	line_begin("fill");
	put_symbol(row.symbol);
	line_int("at_ms", row.at_ms);
	line_text("execution_id", row.execution_id);
	line_text("order_id", or_nothing(row.order_id));
	line_text("client_id", or_nothing(row.client_id));
	line_text("side", side_word(row.side));
	line_text("qty", row.qty);
	line_text("price", or_nothing(row.price));
	line_text("value", or_nothing(row.value));
	line_text("fee", or_nothing(row.fee));
	line_text("fee_rate", or_nothing(row.fee_rate));
	line_text("fee_currency", or_nothing(row.fee_coin));
	line_bool("maker", row.maker);
	line_text("closed", or_zero(row.closed));
	line_text("left", or_nothing(row.leaves));
	line_text("pnl", or_nothing(row.pnl));
	line_text("reason", fill_reason(&row));
	line_text("type", row.type);
	line_text("stop_type", word(row.stop_type));
	line_text("create_type", word(row.create_type));
	put_extra_fees(row.extra_fees);
	line_end();
	return true;
}

static bool put_closed(struct json_slice text)
{
	struct bybit_closed_row row;

	if (!bybit_read_closed(&reader, text, &row))
		return fail(reader.why);
	line_begin("closed_pnl");
	put_symbol(row.symbol);
	line_int("at_ms", row.updated_ms);
	line_text("side",
		  strcmp(row.side, "Sell") == 0 ? "long" : "short"); /* theirs is that of the way out */
	line_text("closing_side", side_word(row.side));
	line_text("order_id", row.order_id);
	line_text("qty", or_nothing(row.qty));
	line_text("entry", or_zero(row.entry));
	line_text("exit", or_zero(row.exit));
	line_text("pnl", row.pnl);
	line_text("open_fee", or_nothing(row.open_fee));
	line_text("close_fee", or_nothing(row.close_fee));
	line_text("type", word(row.type));
	line_end();
	return true;
}

static bool put_ledger(struct json_slice text)
{
	struct bybit_ledger_row row;
	static const char *const kinds[][2] = {{"SETTLEMENT", "funding"},
					       {"TRADE", "trade"},
					       {"TRANSFER_IN", "transfer"},
					       {"TRANSFER_OUT", "transfer"},
					       {"FEE_REFUND", "fee"},
					       {"LIQUIDATION", "liquidation"},
					       {"ADL", "adl"},
					       {"BONUS", "bonus"}};
	const char *kind = NULL;

	if (!bybit_read_ledger(&reader, text, &row))
		return fail(reader.why);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i][0], row.type) == 0)
			kind = kinds[i][1];
	line_begin("ledger");
	if (*row.symbol != '\0')
		put_symbol(row.symbol);
	line_int("at_ms", row.at_ms);
	line_text("kind", kind != NULL ? kind : "other");
	line_text("type", row.type);
	line_text("currency", row.currency);
	line_text("amount", row.change);
	line_text("funding", or_nothing(row.funding));
	line_text("fee", or_nothing(row.fee));
	line_text("cash_flow", or_nothing(row.cash));
	line_text("balance", or_nothing(row.balance));
	line_text("bonus", or_nothing(row.bonus_change));
	line_text("row_id", row.id);
	line_text("trade_id", or_nothing(row.trade_id));
	line_text("order_id", or_nothing(row.order_id));
	line_text("client_id", or_nothing(row.client_id));
	line_end();
	return true;
}

/* A list of REST, row by row. */
static bool print_list(const char *text, size_t len, bool (*put)(struct json_slice row, ms_t at_ms))
{
	struct bybit_envelope envelope;
	struct bybit_list list;
	struct json_slice row;
	bool good = true;

	if (!open_list(text, len, &envelope, &list))
		return false;
	while (bybit_next_row(&reader, &list, &row))
		good = put(row, envelope.time_ms) && good;
	return close_list(&list) && good;
}

static bool put_execution_at(struct json_slice row, ms_t at_ms)
{
	(void)at_ms;
	return put_execution(row);
}

static bool put_closed_at(struct json_slice row, ms_t at_ms)
{
	(void)at_ms;
	return put_closed(row);
}

static bool put_ledger_at(struct json_slice row, ms_t at_ms)
{
	(void)at_ms;
	return put_ledger(row);
}

bool print_wallet(const char *text, size_t len)
{
	return print_list(text, len, put_wallet);
}

bool print_positions(const char *text, size_t len)
{
	return print_list(text, len, put_position);
}

bool print_executions(const char *text, size_t len)
{
	return print_list(text, len, put_execution_at);
}

bool print_closed_pnl(const char *text, size_t len)
{
	return print_list(text, len, put_closed_at);
}

bool print_ledger(const char *text, size_t len)
{
	return print_list(text, len, put_ledger_at);
}

/* Lists of orders, and the answers to create and cancel. */
bool print_orders(const char *text, size_t len)
{
	static const char *const keys[] = {"list"};
	struct bybit_envelope envelope;
	struct json_slice list;

	if (!open_reply(text, len, &envelope))
		return false;
	if (json_slice_members(envelope.result, 1, keys, &list) == JSON_OK && list.text == NULL)
		return put_ack(envelope.result, envelope.time_ms);
	return print_list(text, len, put_order);
}

bool print_key(const char *text, size_t len)
{
	struct bybit_envelope envelope;
	struct bybit_key_row row;

	if (!open_reply(text, len, &envelope))
		return false;
	if (!bybit_read_key(&reader, &envelope, &row))
		return fail(reader.why);
	line_begin("key");
	line_text("account", row.account);
	line_bool("read_only", row.read_only);
	line_bool("trade", row.trade);
	line_bool("withdraw", row.withdraw);
	line_bool("transfer", row.transfer);
	line_bool("ip_bound", row.ip_bound);
	line_int("ips", row.ips);
	line_int("unified", row.uta);
	line_int("type", row.type);
	line_int("created_ms", row.created_ms);
	line_int("expires_ms", row.expires_ms);
	line_end();
	return true;
}

static bool put_fee(struct json_slice text, ms_t at_ms)
{
	struct bybit_fee_row row;

	if (!bybit_read_fee(&reader, text, &row))
		return fail(reader.why);
	line_begin("fee_rate");
	put_symbol(row.symbol);
	line_int("at_ms", at_ms);
	line_text("taker", row.taker);
	line_text("maker", or_nothing(row.maker));
	line_end();
	return true;
}

/* account/info, or a list of fee rates. */
bool print_account(const char *text, size_t len)
{
	static const char *const keys[] = {"list"};
	struct bybit_envelope envelope;
	struct bybit_info_row row;
	struct json_slice list;

	if (!open_reply(text, len, &envelope))
		return false;
	if (json_slice_members(envelope.result, 1, keys, &list) == JSON_OK && list.text != NULL)
		return print_list(text, len, put_fee);
	if (!bybit_read_info(&reader, &envelope, &row))
		return fail(reader.why);
	line_begin("account");
	line_int("at_ms", envelope.time_ms);
	line_text("margin_mode", row.margin_mode);
	line_bool("unified", row.unified >= 3);
	line_int("unified_status", row.unified);
	line_end();
	return true;
}

static bool print_rows(const struct bybit_private_frame *frame)
{
	struct json_rows rows;
	struct json_slice row;
	bool good = true;

	if (json_rows_open(frame->data, &rows) != JSON_OK)
		return fail("data: not a list");
	while (json_rows_next(&rows, &row)) {
		switch (frame->kind) {
		case BYBIT_PRIVATE_ORDER: good = put_order(row, frame->at_ms) && good; break;
		case BYBIT_PRIVATE_EXECUTION: good = put_execution(row) && good; break;
		case BYBIT_PRIVATE_POSITION: good = put_position(row, frame->at_ms) && good; break;
		default: good = put_wallet(row, frame->at_ms) && good; break;
		}
	}
	return rows.answer == JSON_OK ? good : fail("data: not JSON");
}

bool print_private_frame(const char *text, size_t len)
{
	struct bybit_private_frame frame;

	if (!bybit_read_private_frame(&reader, text, len, &frame))
		return fail(reader.why);
	switch (frame.kind) {
	case BYBIT_PRIVATE_ACK: return print_ack(frame.op, frame.success, frame.message, frame.request);
	case BYBIT_PRIVATE_PONG:
		line_begin("pong");
		line_end();
		return true;
	case BYBIT_PRIVATE_OTHER:
		line_begin("ignored");
		line_text("topic", frame.topic);
		line_end();
		return true;
	default: return print_rows(&frame);
	}
}
