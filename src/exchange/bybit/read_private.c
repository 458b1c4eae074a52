/* SPDX-License-Identifier: MIT
 * See bybit_read_private.h. Each row is a table of its fields. */
#include "bybit_read_private.h"
#include "bybit_read_internal.h"

#include "decimal.h"

#include <stddef.h>
#include <string.h>

/* What a field is, and where it goes. MAY: absent, null and "" are "" (of an INT: UNKNOWN; of a BOOL:
 * false). */
enum field_kind { MAY_TEXT, NEED_TEXT, MAY_DECIMAL, NEED_DECIMAL, MAY_SIGNED, MAY_INT, NEED_INT, MAY_BOOL };
struct field {
	const char *key;
	enum field_kind kind;
	size_t at;
};
#define FIELDS(row, fields) read_fields(reader, root, fields, sizeof fields / sizeof fields[0], row)

static bool is_absent(enum json_answer answer)
{
	return answer == JSON_MISSING || answer == JSON_NULL || answer == JSON_EMPTY;
}

static bool read_text(struct bybit_reader *reader, const struct cJSON *root, const struct field *field,
		      const char **out)
{
	enum json_answer answer = json_number_text(json_member(root, field->key), out);

	if (answer == JSON_OK)
		return true;
	*out = "";
	return (field->kind == MAY_TEXT && is_absent(answer)) || bybit_fail(reader, field->key, answer);
}

static bool read_decimal(struct bybit_reader *reader, const struct cJSON *root, const struct field *field,
			 const char **out)
{
	enum json_answer answer = json_number_text(json_member(root, field->key), out);

	if (answer == JSON_OK) {
		const char *digits = field->kind == MAY_SIGNED && **out == '-' ? *out + 1 : *out;
		return bybit_is_plain(digits) || bybit_fail(reader, field->key, JSON_UNPARSABLE);
	}
	*out = "";
	return (field->kind != NEED_DECIMAL && is_absent(answer)) || bybit_fail(reader, field->key, answer);
}

static bool read_int(struct bybit_reader *reader, const struct cJSON *root, const struct field *field,
		     int64_t *out)
{
	enum json_answer answer = json_int64(json_member(root, field->key), out);

	if (answer == JSON_OK)
		return true;
	*out = UNKNOWN;
	return (field->kind == MAY_INT && is_absent(answer)) || bybit_fail(reader, field->key, answer);
}

static bool read_bool(struct bybit_reader *reader, const struct cJSON *root, const struct field *field,
		      bool *out)
{
	enum json_answer answer = json_bool(json_member(root, field->key), out);

	if (answer == JSON_OK)
		return true;
	*out = false;
	return is_absent(answer) || bybit_fail(reader, field->key, answer);
}

static bool read_fields(struct bybit_reader *reader, const struct cJSON *root, const struct field *fields,
			size_t count, void *row)
{
	const struct cJSON *object;
	enum json_answer answer = json_object(root, &object);

	if (answer != JSON_OK)
		return bybit_fail(reader, "row", answer);
	for (size_t i = 0; i < count; i++) {
		void *out = (char *)row + fields[i].at;
		bool read = false;
		switch (fields[i].kind) {
		case MAY_TEXT:
		case NEED_TEXT: read = read_text(reader, object, &fields[i], out); break;
		case MAY_DECIMAL:
		case NEED_DECIMAL:
		case MAY_SIGNED: read = read_decimal(reader, object, &fields[i], out); break;
		case MAY_INT:
		case NEED_INT: read = read_int(reader, object, &fields[i], out); break;
		case MAY_BOOL: read = read_bool(reader, object, &fields[i], out); break;
		}
		if (!read)
			return false;
	}
	return true;
}

/* Sizes have no sign: a side that is not told is not the other one. */
static bool need_side(struct bybit_reader *reader, const char *side)
{
	return strcmp(side, "Buy") == 0 || strcmp(side, "Sell") == 0 ||
	       bybit_fail(reader, "side", *side == '\0' ? JSON_EMPTY : JSON_UNPARSABLE);
}

static bool begin(struct bybit_reader *reader, struct json_slice text, const struct cJSON **root)
{
	reader->why[0] = '\0';
	return bybit_parse(reader, "row", text, root);
}

bool bybit_read_order(struct bybit_reader *reader, struct json_slice text, struct bybit_order_row *row)
{
#define AT(member) offsetof(struct bybit_order_row, member)
	static const struct field fields[] = {
		{"symbol", NEED_TEXT, AT(symbol)},
		{"orderId", NEED_TEXT, AT(order_id)},
		{"orderStatus", NEED_TEXT, AT(status)},
		{"side", NEED_TEXT, AT(side)},
		{"qty", NEED_DECIMAL, AT(qty)},
		{"cumExecQty", MAY_DECIMAL, AT(filled)},
		{"orderLinkId", MAY_TEXT, AT(client_id)},
		{"parentOrderLinkId", MAY_TEXT, AT(parent_id)},
		{"category", MAY_TEXT, AT(category)},
		{"orderType", MAY_TEXT, AT(order_type)},
		{"stopOrderType", MAY_TEXT, AT(stop_type)},
		{"createType", MAY_TEXT, AT(create_type)},
		{"cancelType", MAY_TEXT, AT(cancel_type)},
		{"rejectReason", MAY_TEXT, AT(reject_reason)},
		{"price", MAY_DECIMAL, AT(price)},
		{"avgPrice", MAY_DECIMAL, AT(average)},
		{"cumExecValue", MAY_DECIMAL, AT(value)},
		{"triggerPrice", MAY_DECIMAL, AT(trigger)},
		{"stopLoss", MAY_DECIMAL, AT(stop)},
		{"takeProfit", MAY_DECIMAL, AT(target)},
		{"closedPnl", MAY_SIGNED, AT(pnl)},
		{"positionIdx", MAY_INT, AT(position_idx)},
		{"reduceOnly", MAY_BOOL, AT(reduce_only)},
		{"createdTime", MAY_INT, AT(created_ms)},
		{"updatedTime", MAY_INT, AT(updated_ms)},
	};
#undef AT
	const struct cJSON *root;

	*row = (struct bybit_order_row){0};
	return begin(reader, text, &root) && FIELDS(row, fields);
}

bool bybit_read_ack(struct bybit_reader *reader, struct json_slice text, struct bybit_ack_row *row)
{
	static const struct field fields[] = {
		{"orderId", MAY_TEXT, offsetof(struct bybit_ack_row, order_id)},
		{"orderLinkId", MAY_TEXT, offsetof(struct bybit_ack_row, client_id)},
	};
	const struct cJSON *root;

	*row = (struct bybit_ack_row){"", ""};
	return begin(reader, text, &root) && FIELDS(row, fields);
}

bool bybit_read_execution(struct bybit_reader *reader, struct json_slice text,
			  struct bybit_execution_row *row)
{
#define AT(member) offsetof(struct bybit_execution_row, member)
	static const struct field fields[] = {
		{"symbol", NEED_TEXT, AT(symbol)},          {"execId", NEED_TEXT, AT(execution_id)},
		{"execType", NEED_TEXT, AT(type)},          {"execTime", NEED_INT, AT(at_ms)},
		{"execQty", NEED_DECIMAL, AT(qty)},         {"side", MAY_TEXT, AT(side)},
		{"execPrice", MAY_DECIMAL, AT(price)},      {"execFee", MAY_SIGNED, AT(fee)},
		{"feeRate", MAY_SIGNED, AT(fee_rate)},      {"feeCurrency", MAY_TEXT, AT(fee_coin)},
		{"orderId", MAY_TEXT, AT(order_id)},        {"orderLinkId", MAY_TEXT, AT(client_id)},
		{"category", MAY_TEXT, AT(category)},       {"orderType", MAY_TEXT, AT(order_type)},
		{"stopOrderType", MAY_TEXT, AT(stop_type)}, {"createType", MAY_TEXT, AT(create_type)},
		{"execValue", MAY_DECIMAL, AT(value)},      {"closedSize", MAY_DECIMAL, AT(closed)},
		{"leavesQty", MAY_DECIMAL, AT(leaves)},     {"execPnl", MAY_SIGNED, AT(pnl)},
		{"isMaker", MAY_BOOL, AT(maker)},
	};
#undef AT
	static const char *const keys[] = {"extraFees"};
	const struct cJSON *root;

	*row = (struct bybit_execution_row){0};
	if (!begin(reader, text, &root) || !FIELDS(row, fields))
		return false;
	if (strcmp(row->type, "Funding") != 0 && !need_side(reader, row->side))
		return false;
	return json_slice_members(text, 1, keys, &row->extra_fees) == JSON_OK ||
	       bybit_fail(reader, "row", JSON_BROKEN);
}

bool bybit_next_extra_fee(struct bybit_reader *reader, struct json_rows *rows, const char **coin,
			  const char **fee)
{
	static const struct field field = {"fee", MAY_SIGNED, 0};
	const struct cJSON *root;
	struct json_slice text;

	reader->why[0] = '\0';
	if (!json_rows_next(rows, &text))
		return rows->answer == JSON_OK ? false : bybit_fail(reader, "extraFees", rows->answer);
	if (!bybit_parse(reader, "extraFees", text, &root) || !read_decimal(reader, root, &field, fee))
		return false;
	enum json_answer answer = json_text(json_member(root, "feeCoin"), coin);
	return answer == JSON_OK || bybit_fail(reader, "feeCoin", answer);
}

bool bybit_read_position(struct bybit_reader *reader, struct json_slice text, struct bybit_position_row *row)
{
#define AT(member) offsetof(struct bybit_position_row, member)
	static const struct field fields[] = {
		{"symbol", NEED_TEXT, AT(symbol)},
		{"side", MAY_TEXT, AT(side)},
		{"size", NEED_DECIMAL, AT(size)},
		{"category", MAY_TEXT, AT(category)},
		{"positionValue", MAY_DECIMAL, AT(value)},
		{"leverage", MAY_DECIMAL, AT(leverage)},
		{"markPrice", MAY_DECIMAL, AT(mark)},
		{"liqPrice", MAY_DECIMAL, AT(liquidation)},
		{"stopLoss", MAY_DECIMAL, AT(stop)},
		{"takeProfit", MAY_DECIMAL, AT(target)},
		{"trailingStop", MAY_DECIMAL, AT(trailing)},
		{"unrealisedPnl", MAY_SIGNED, AT(unrealised)},
		{"curRealisedPnl", MAY_SIGNED, AT(realised)},
		{"positionStatus", MAY_TEXT, AT(status)},
		{"positionIdx", NEED_INT, AT(position_idx)},
		{"adlRankIndicator", MAY_INT, AT(adl)},
		{"seq", MAY_INT, AT(seq)},
		{"updatedTime", MAY_INT, AT(updated_ms)},
	};
	static const struct field entry = {"avgPrice", MAY_DECIMAL, AT(entry)},
				  stream_entry = {"entryPrice", MAY_DECIMAL, AT(entry)};
#undef AT
	const struct cJSON *root;

	*row = (struct bybit_position_row){0};
	if (!begin(reader, text, &root) || !FIELDS(row, fields))
		return false;
	if (!bybit_is_nothing(row->size) && !need_side(reader, row->side))
		return false;
	bool stream = json_member(root, "entryPrice") != NULL;
	return read_decimal(reader, root, stream ? &stream_entry : &entry, &row->entry);
}

bool bybit_read_wallet(struct bybit_reader *reader, struct json_slice text, struct bybit_wallet_row *row)
{
#define AT(member) offsetof(struct bybit_wallet_row, member)
	static const struct field fields[] = {
		{"accountType", NEED_TEXT, AT(account)},
		{"totalEquity", MAY_SIGNED, AT(equity)},
		{"totalWalletBalance", MAY_SIGNED, AT(wallet)},
		{"totalAvailableBalance", MAY_SIGNED, AT(available)},
		{"accountIMRate", MAY_DECIMAL, AT(im_rate)},
		{"accountMMRate", MAY_DECIMAL, AT(mm_rate)},
	};
#undef AT
	static const char *const keys[] = {"coin"};
	const struct cJSON *root;
	struct json_slice coins;

	*row = (struct bybit_wallet_row){0};
	if (!begin(reader, text, &root) || !FIELDS(row, fields))
		return false;
	enum json_answer answer = json_slice_members(text, 1, keys, &coins);
	if (answer == JSON_OK)
		answer = json_rows_open(coins, &row->coins);
	return answer == JSON_OK || bybit_fail(reader, "coin", answer);
}

bool bybit_next_coin(struct bybit_reader *reader, struct bybit_wallet_row *wallet,
		     struct bybit_coin_row *coin)
{
#define AT(member) offsetof(struct bybit_coin_row, member)
	static const struct field fields[] = {
		{"coin", NEED_TEXT, AT(coin)},
		{"equity", MAY_SIGNED, AT(equity)},
		{"usdValue", MAY_SIGNED, AT(usd)},
		{"walletBalance", MAY_SIGNED, AT(wallet)},
		{"bonus", MAY_DECIMAL, AT(bonus)},
		{"locked", MAY_DECIMAL, AT(locked)},
		{"borrowAmount", MAY_DECIMAL, AT(borrowed)},
		{"spotBorrow", MAY_DECIMAL, AT(spot_borrowed)},
		{"unrealisedPnl", MAY_SIGNED, AT(unrealised)},
		{"totalOrderIM", MAY_DECIMAL, AT(order_margin)},
		{"totalPositionIM", MAY_DECIMAL, AT(position_margin)},
	};
#undef AT
	const struct cJSON *root;
	struct json_slice text;

	*coin = (struct bybit_coin_row){0};
	reader->why[0] = '\0';
	if (!json_rows_next(&wallet->coins, &text))
		return wallet->coins.answer == JSON_OK ? false
						       : bybit_fail(reader, "coin", wallet->coins.answer);
	return begin(reader, text, &root) && FIELDS(coin, fields);
}

/* Some rows count ns: as many digits as no ms have. */
static ms_t to_ms(ms_t stamp)
{
	return stamp > 100000000000000000LL ? stamp / 1000000 : stamp;
}

bool bybit_read_closed(struct bybit_reader *reader, struct json_slice text, struct bybit_closed_row *row)
{
#define AT(member) offsetof(struct bybit_closed_row, member)
	static const struct field fields[] = {
		{"symbol", NEED_TEXT, AT(symbol)},
		{"orderId", NEED_TEXT, AT(order_id)},
		{"side", NEED_TEXT, AT(side)},
		{"closedPnl", MAY_SIGNED, AT(pnl)},
		{"closedSize", MAY_DECIMAL, AT(qty)},
		{"avgEntryPrice", MAY_DECIMAL, AT(entry)},
		{"avgExitPrice", MAY_DECIMAL, AT(exit)},
		{"openFee", MAY_SIGNED, AT(open_fee)},
		{"closeFee", MAY_SIGNED, AT(close_fee)},
		{"execType", MAY_TEXT, AT(type)},
		{"createdTime", MAY_INT, AT(created_ms)},
		{"updatedTime", MAY_INT, AT(updated_ms)},
	};
#undef AT
	const struct cJSON *root;

	*row = (struct bybit_closed_row){0};
	if (!begin(reader, text, &root) || !FIELDS(row, fields))
		return false;
	row->created_ms = to_ms(row->created_ms);
	row->updated_ms = to_ms(row->updated_ms);
	return *row->pnl != '\0' || bybit_fail(reader, "closedPnl", JSON_EMPTY);
}

bool bybit_read_ledger(struct bybit_reader *reader, struct json_slice text, struct bybit_ledger_row *row)
{
#define AT(member) offsetof(struct bybit_ledger_row, member)
	static const struct field fields[] = {
		{"id", NEED_TEXT, AT(id)},
		{"type", NEED_TEXT, AT(type)},
		{"transactionTime", NEED_INT, AT(at_ms)},
		{"currency", NEED_TEXT, AT(currency)},
		{"symbol", MAY_TEXT, AT(symbol)},
		{"side", MAY_TEXT, AT(side)},
		{"qty", MAY_SIGNED, AT(qty)},
		{"tradePrice", MAY_DECIMAL, AT(price)},
		{"funding", MAY_SIGNED, AT(funding)},
		{"fee", MAY_SIGNED, AT(fee)},
		{"cashFlow", MAY_SIGNED, AT(cash)},
		{"change", MAY_SIGNED, AT(change)},
		{"cashBalance", MAY_SIGNED, AT(balance)},
		{"bonusChange", MAY_SIGNED, AT(bonus_change)},
		{"tradeId", MAY_TEXT, AT(trade_id)},
		{"orderId", MAY_TEXT, AT(order_id)},
		{"orderLinkId", MAY_TEXT, AT(client_id)},
	};
#undef AT
	const struct cJSON *root;

	*row = (struct bybit_ledger_row){0};
	if (!begin(reader, text, &root) || !FIELDS(row, fields))
		return false;
	return *row->change != '\0' || bybit_fail(reader, "change", JSON_EMPTY);
}

bool bybit_read_info(struct bybit_reader *reader, const struct bybit_envelope *envelope,
		     struct bybit_info_row *row)
{
	static const struct field fields[] = {
		{"marginMode", NEED_TEXT, offsetof(struct bybit_info_row, margin_mode)},
		{"unifiedMarginStatus", NEED_INT, offsetof(struct bybit_info_row, unified)},
	};
	const struct cJSON *root;

	*row = (struct bybit_info_row){0};
	return begin(reader, envelope->result, &root) && FIELDS(row, fields);
}

bool bybit_read_fee(struct bybit_reader *reader, struct json_slice text, struct bybit_fee_row *row)
{
	static const struct field fields[] = {
		{"symbol", MAY_TEXT, offsetof(struct bybit_fee_row, symbol)},
		{"takerFeeRate", MAY_SIGNED, offsetof(struct bybit_fee_row, taker)},
		{"makerFeeRate", MAY_SIGNED, offsetof(struct bybit_fee_row, maker)},
	};
	const struct cJSON *root;

	*row = (struct bybit_fee_row){0};
	if (!begin(reader, text, &root) || !FIELDS(row, fields))
		return false;
	return *row->taker != '\0' || bybit_fail(reader, "takerFeeRate", JSON_EMPTY);
}

bool bybit_is_nothing(const char *text)
{
	if (strcmp(text, "UNKNOWN") == 0)
		return true;
	while (*text == '0' || *text == '.')
		text++;
	return *text == '\0';
}
