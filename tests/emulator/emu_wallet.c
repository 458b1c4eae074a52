/* SPDX-License-Identifier: MIT
 * The wallet, the account's settings, the key's rights, fees, the transaction log. */
#include "emu_private.h"

#include <stdio.h>
#include <string.h>

#include "timeframe.h"

int emu_call_wallet(struct emu *emu, const struct emu_call *call)
{
	char type[24], coin[24];
	const struct emu_account *view = emu_account_view(emu);

	emu_query_get(&call->query, "accountType", type, sizeof(type));
	emu_query_get(&call->query, "coin", coin, sizeof(coin));
	if (strcmp(type, view->setup.classic ? "CONTRACT" : "UNIFIED") != 0)
		return emu_say_why(emu, 10001, "accountType only support %s.",
				   view->setup.classic ? "CONTRACT" : "UNIFIED");
	text_clear(&emu->work);
	text_add(&emu->work, "{\"list\":[");
	emu_put_wallet(emu, view, &emu->work);
	text_add(&emu->work, "]}");
	return 0;
}

int emu_call_info(struct emu *emu, const struct emu_call *call)
{
	const struct emu_account *view = emu_account_view(emu);

	(void)call;
	text_clear(&emu->work);
	text_add(&emu->work,
		 "{\"marginMode\":\"%s\",\"updatedTime\":\"%lld\",\"unifiedMarginStatus\":%d,"
		 "\"dcpStatus\":\"OFF\",\"timeWindow\":10,\"smpGroup\":0,\"isMasterTrader\":false,"
		 "\"spotHedgingStatus\":\"OFF\"}",
		 view->cross ? "REGULAR_MARGIN" : "ISOLATED_MARGIN", (long long)view->margin_mode_ms,
		 view->setup.classic ? 1 : 5);
	return 0;
}

/* Something is open: the mode of the whole account stays. */
static bool in_use(const struct emu *emu)
{
	const struct emu_account *account = emu->account;

	for (size_t i = 0; i < emu->universe.count; i++)
		if (account->positions[i].qty > 0)
			return true;
	for (int64_t n = account->live_from + 1; n <= account->order_count; n++)
		if (!emu_status_is_final(emu_order_at(account, n)->status))
			return true;
	return false;
}

int emu_call_margin_mode(struct emu *emu, const struct emu_call *call)
{
	struct emu_account *account = emu->account;
	char mode[32];

	emu_call_text(call, "setMarginMode", mode, sizeof(mode));
	bool cross = strcmp(mode, "REGULAR_MARGIN") == 0;
	if (!cross && strcmp(mode, "ISOLATED_MARGIN") != 0)
		return emu_say_why(emu, 10001, "setMarginMode invalid");
	text_clear(&emu->work);
	if (cross != account->cross && in_use(emu)) {
		text_add(&emu->work,
			 "{\"reasons\":[{\"reasonCode\":\"3400094\",\"reasonMsg\":\"You have open orders or "
			 "positions\"}]}");
		return emu_say_why(emu, 3400045, "Set margin mode failed");
	}
	if (cross != account->cross)
		account->margin_mode_ms = emu->now_ms;
	account->cross = cross;
	text_add(&emu->work, "{\"reasons\":[]}");
	return emu_say_why(emu, 0, "Request accepted");
}

static void put_ips(const char *ips, struct text *out)
{
	text_add(out, "\"ips\":[");
	for (const char *at = ips; *at != '\0';) {
		size_t len = strcspn(at, ",");
		text_add(out, "%s\"%.*s\"", at == ips ? "" : ",", (int)len, at);
		at += len + (at[len] == ',');
	}
	text_add(out, "],");
}

int emu_call_key(struct emu *emu, const struct emu_call *call)
{
	const struct emu_account_setup *setup = &emu->account->setup;
	bool bound = setup->ips != NULL && setup->ips[0] != '\0';
	ms_t end_ms = emu->start_ms + (setup->expires_days ? setup->expires_days : 90) * DAY_MS;
	char expires[UTC_TEXT_MAX] = "1970-01-01T00:00:00Z", created[UTC_TEXT_MAX], *dot;
	struct text *out = &emu->work;

	(void)call;
	utc_text(emu->start_ms - DAY_MS, created);
	if (!bound)
		utc_text(end_ms, expires);
	if ((dot = strchr(created, '.')) != NULL)
		strcpy(dot, "Z");
	if ((dot = strchr(expires, '.')) != NULL)
		strcpy(dot, "Z");
	text_clear(out);
	text_add(
		out,
		"{\"id\":\"2208369\",\"note\":\"emulated\",\"apiKey\":\"%s\",\"readOnly\":%d,\"secret\":\"\","
		"\"permissions\":{\"ContractTrade\":[%s],\"Spot\":[],\"Wallet\":[%s%s%s],\"Options\":[],"
		"\"Derivatives\":[%s],\"CopyTrading\":[],\"BlockTrade\":[],\"Exchange\":[],\"NFT\":[],"
		"\"Affiliate\":[],\"Earn\":[],\"FiatP2P\":[],\"FiatConvertBroker\":[],\"FiatGlobalPay\":[],"
		"\"FiatBitPay\":[],\"BitCard\":[],\"ByXPost\":[]},",
		setup->key, setup->read_only, setup->cannot_trade ? "" : "\"Order\",\"Position\"",
		setup->can_transfer ? "\"AccountTransfer\"" : "",
		setup->can_transfer && setup->can_withdraw ? "," : "",
		setup->can_withdraw ? "\"Withdraw\"" : "",
		setup->cannot_trade || setup->classic ? "" : "\"DerivativesTrade\"");
	put_ips(bound ? setup->ips : "*", out);
	text_add(out,
		 "\"type\":1,\"deadlineDay\":%lld,\"expiredAt\":\"%s\",\"createdAt\":\"%s\",\"unified\":0,"
		 "\"uta\":%d,\"userID\":592324,\"inviterID\":0,\"vipLevel\":\"No VIP\","
		 "\"mktMakerLevel\":\"0\",\"affiliateID\":0,\"rsaPublicKey\":\"\",\"isMaster\":true,"
		 "\"parentUid\":\"0\",\"kycLevel\":\"LEVEL_1\",\"kycRegion\":\"\",\"userIDInt64\":\"0\","
		 "\"inviterIDInt64\":\"0\",\"affiliateIDInt64\":\"0\"}",
		 bound ? -2LL : (long long)((end_ms - emu->now_ms) / DAY_MS), expires, created,
		 setup->classic ? 0 : 1);
	return emu_say_why(emu, 0, "%s", "");
}

int emu_call_fees(struct emu *emu, const struct emu_call *call)
{
	char rate[DECIMAL_TEXT_MAX];
	int64_t sym;
	int code = emu_call_symbol(emu, call, false, &sym);
	bool comma = false;

	if (code != 0)
		return code;
	text_clear(&emu->work);
	text_add(&emu->work, "{\"list\":[");
	for (size_t i = 0; i < emu->universe.count; i++) {
		if (sym != SYM_NONE && (int64_t)i != sym)
			continue;
		number_short(emu->account->positions[i].instrument.taker_fee, 9, rate);
		text_add(&emu->work,
			 "%s{\"symbol\":\"%s\",\"takerFeeRate\":\"%s\",\"makerFeeRate\":\"0.0002\"}",
			 comma ? "," : "", emu->universe.at[i].wire, rate);
		comma = true;
	}
	text_add(&emu->work, "]}");
	return 0;
}

/* Which type a row has, as the query writes it. */
static const char *log_type(int64_t type)
{
#define X(id, text) [EMU_LOG_##id] = text,
	static const char *const names[EMU_LOG_COUNT] = {EMU_LOGS(X)};
#undef X
	return names[type];
}

int emu_call_log(struct emu *emu, const struct emu_call *call)
{
	const struct emu_account *view = emu_account_view(emu);
	char type[24];
	int64_t limit, below, last = 0;
	ms_t from, to;
	int code = emu_call_page(emu, call, 50, 20, &limit, &below);

	if (code != 0)
		return code;
	emu_query_get(&call->query, "type", type, sizeof(type));
	if (!emu_query_number(&call->query, "startTime", 0, CANDLE_LATEST_MS, -1, &from) ||
	    !emu_query_number(&call->query, "endTime", 0, CANDLE_LATEST_MS, -1, &to))
		return emu_say_why(emu, 10001, "params error: time invalid");
	if (to < 0)
		to = from >= 0 ? from + DAY_MS : emu->now_ms + HOUR_MS;
	if (from < 0)
		from = to - DAY_MS - HOUR_MS;
	if (to < from || to - from > 7 * DAY_MS)
		return emu_say_why(emu, 10001,
				   "The time range between startTime and endTime cannot exceed 7 days.");
	text_clear(&emu->work);
	text_add(&emu->work, "{\"list\":[");
	for (int64_t n = view->log_count; n > 0 && limit > 0; n--) {
		const struct emu_logged *row = &view->logs[n - 1];
		if (n >= below || row->at_ms < from || row->at_ms > to ||
		    (type[0] != '\0' && strcmp(type, log_type(row->type)) != 0))
			continue;
		text_add(&emu->work, last > 0 ? "," : "");
		emu_put_log(emu, view, n, &emu->work);
		last = n;
		limit--;
	}
	text_add(&emu->work, "],");
	emu_put_cursor(&emu->work, last, emu->now_ms);
	text_add(&emu->work, "}");
	return 0;
}
