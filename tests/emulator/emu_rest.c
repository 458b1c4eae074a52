/* SPDX-License-Identifier: MIT
 * The market endpoints of REST, but for the listing. Each handler writes its result's JSON into emu->work. */
#include "emu_internal.h"

#include <stdio.h>
#include <string.h>

#define BAD_SYMBOL   "params error: symbol invalid"
#define BAD_CATEGORY "params error: category invalid"
#define BAD_LIMIT    "params error: limit invalid"
#define BAD_TIME     "params error: time invalid"

/* The symbol that is asked for; a retCode if it is none. SYM_NONE: listed, but without a market. */
static int query_symbol(struct emu *emu, const struct emu_query *query, sym_t *sym, char wire[static 64],
			const char **message)
{
	int category = emu_query_category(query);

	if (category < 0) {
		*message = BAD_CATEGORY;
		return 10001;
	}
	*sym = SYM_NONE;
	if (!emu_query_get(query, "symbol", wire, 64) || category > 0) {
		*message = BAD_SYMBOL;
		return 10001;
	}
	*sym = emu_find(emu, wire);
	if (*sym != SYM_NONE && emu_is_listed(&emu->symbols[*sym]))
		return 0;
	if (emu_listing_has(emu, wire) && *sym == SYM_NONE)
		return 0;
	*message = BAD_SYMBOL;
	return 10001;
}

int emu_rest_time(struct emu *emu, const struct emu_query *query, const char **message)
{
	long long now = (long long)emu_server_ms(emu);

	(void)query, (void)message;
	text_add(&emu->work, "{\"timeSecond\":\"%lld\",\"timeNano\":\"%lld000000\"}", now / 1000, now);
	return 0;
}

static void put_ticker_row(struct emu *emu, const struct emu_symbol *symbol)
{
	struct emu_ticker ticker;
	const struct sim_market_symbol *made = &emu->market.state.symbols[symbol - emu->symbols];
	ms_t delivery = made->instrument.status == INSTRUMENT_DELISTING ? made->plan.at_ms : 0;
	struct text *out = &emu->work;

	emu_ticker_fill(emu, symbol, &ticker);
	emu_ticker_object(&ticker, symbol->instrument->wire, out);
	out->len--; /* the brace: REST has more fields than the stream */
	text_add(out,
		 ",\"predictedDeliveryPrice\":\"\",\"basisRate\":\"\",\"basisRateYear\":\"\",\"basis\":\"\","
		 "\"deliveryFeeRate\":\"\",\"deliveryTime\":\"%lld\"}",
		 (long long)delivery);
}

/* Nobody has a price of it, or does not show it. */
static bool has_ticker(const struct emu_symbol *symbol)
{
	return symbol->last > 0 && emu_is_listed(symbol) && symbol->has_row;
}

int emu_rest_tickers(struct emu *emu, const struct emu_query *query, const char **message)
{
	int category = emu_query_category(query);
	char wire[64] = "";
	bool comma = false;

	if (category < 0) {
		*message = BAD_CATEGORY;
		return 10001;
	}
	if (emu_query_get(query, "symbol", wire, sizeof(wire)) && category == 0 &&
	    emu_find(emu, wire) == SYM_NONE && !emu_listing_has(emu, wire)) {
		*message = BAD_SYMBOL;
		return 10001;
	}
	text_add(&emu->work, "{\"category\":\"linear\",\"list\":[");
	for (size_t i = 0; category == 0 && i < emu->universe.count; i++) {
		if (!has_ticker(&emu->symbols[i]) ||
		    (wire[0] != '\0' && strcmp(emu->universe.at[i].wire, wire) != 0))
			continue;
		text_add(&emu->work, comma ? "," : "");
		put_ticker_row(emu, &emu->symbols[i]);
		comma = true;
	}
	if (category == 0)
		emu_listing_tickers(emu, wire, comma, &emu->work);
	text_add(&emu->work, "]}");
	return 0;
}

static void put_bar(struct emu *emu, const struct emu_symbol *symbol, const struct candle *bar,
		    money_t turnover, bool prices_only)
{
	struct text *out = &emu->work;
	const price_t prices[4] = {bar->open, bar->high, bar->low, bar->close};
	char text[DECIMAL_TEXT_MAX];

	text_add(out, "[\"%lld\"", (long long)bar->open_ms);
	for (int i = 0; i < 4; i++) {
		emu_price(symbol, prices[i], text);
		text_add(out, ",\"%s\"", text);
	}
	if (!prices_only) {
		emu_size(symbol, bar->volume, text);
		text_add(out, ",\"%s\"", text);
		number_short(turnover, 8, text);
		text_add(out, ",\"%s\"", text);
	}
	text_add(out, "]");
}

/* From the newest bar that opens at or before `end` back to `start`, at most limit. */
static void put_bars(struct emu *emu, const struct emu_symbol *symbol, ms_t interval, ms_t start, ms_t end,
		     int64_t limit, bool prices_only)
{
	bool comma = false;

	if (symbol->bar_count == 0)
		return;
	ms_t oldest = emu_interval_begin(interval, symbol->bars[0].open_ms);
	ms_t newest = symbol->bars[symbol->bar_count - 1].open_ms;
	ms_t at = emu_interval_begin(interval, end < newest ? end : newest);
	for (; at >= oldest && at >= start && limit > 0; at = emu_interval_begin(interval, at - 1)) {
		struct candle bar;
		money_t turnover;
		if (!emu_interval_bar(emu, symbol, interval, at, &bar, &turnover))
			continue;
		text_add(&emu->work, comma ? "," : "");
		put_bar(emu, symbol, &bar, turnover, prices_only);
		comma = true;
		limit--;
	}
}

/* The end of a page of `limit` intervals that begins with the first one at or after start. */
static ms_t page_end(const struct emu_symbol *symbol, ms_t interval, ms_t start, int64_t limit)
{
	size_t first = emu_bar_from(symbol, start);
	ms_t at =
		first < symbol->bar_count ? emu_interval_begin(interval, symbol->bars[first].open_ms) : start;

	if (at < start)
		at = emu_interval_end(interval, at);
	for (; limit > 1; limit--)
		at = emu_interval_end(interval, at);
	return at;
}

static int kline(struct emu *emu, const struct emu_query *query, bool prices_only, const char **message)
{
	char wire[64], name[16] = "";
	sym_t sym;
	int64_t limit, start, end;
	int code = query_symbol(emu, query, &sym, wire, message);

	if (code != 0)
		return code;
	emu_query_get(query, "interval", name, sizeof(name));
	ms_t interval = emu_interval_ms(name);
	if (interval == 0) {
		*message = "Invalid period!";
		return 10001;
	}
	if (!emu_query_number(query, "limit", 1, 1000, 200, &limit)) {
		*message = BAD_LIMIT;
		return 10001;
	}
	if (!emu_query_number(query, "start", 0, CANDLE_LATEST_MS, -1, &start) ||
	    !emu_query_number(query, "end", 0, CANDLE_LATEST_MS, -1, &end) ||
	    (start >= 0 && end >= 0 && start > end)) {
		*message = BAD_TIME;
		return 10001;
	}
	text_add(&emu->work, "{\"symbol\":\"%s\",\"category\":\"linear\",\"list\":[", wire);
	if (sym != SYM_NONE) {
		const struct emu_symbol *symbol = &emu->symbols[sym];
		if (end < 0)
			end = start >= 0 ? page_end(symbol, interval, start, limit) : CANDLE_LATEST_MS;
		put_bars(emu, symbol, interval, start, end, limit, prices_only);
	}
	text_add(&emu->work, "]}");
	return 0;
}

int emu_rest_kline(struct emu *emu, const struct emu_query *query, const char **message)
{
	return kline(emu, query, false, message);
}

int emu_rest_mark_kline(struct emu *emu, const struct emu_query *query, const char **message)
{
	return kline(emu, query, true, message);
}

int emu_rest_book(struct emu *emu, const struct emu_query *query, const char **message)
{
	char wire[64];
	sym_t sym;
	int64_t limit;
	int code = query_symbol(emu, query, &sym, wire, message);
	long long now = (long long)emu->now_ms;

	if (code != 0)
		return code;
	if (!emu_query_number(query, "limit", 1, 1000, 25, &limit)) {
		*message = BAD_LIMIT;
		return 10001;
	}
	text_add(&emu->work, "{\"s\":\"%s\",", wire);
	if (sym != SYM_NONE) {
		const struct emu_symbol *symbol = &emu->symbols[sym];
		struct emu_book_state state = emu_book_now(emu, symbol);
		emu_book_whole(symbol, &state, limit, &emu->work);
	} else {
		text_add(&emu->work, "\"b\":[],\"a\":[]");
	}
	text_add(&emu->work, ",\"ts\":%lld,\"u\":%lld,\"seq\":%lld,\"cts\":%lld}", now,
		 sym != SYM_NONE ? (long long)emu->symbols[sym].books[3].update : 1LL,
		 (long long)emu->sequence, now - 2);
	return 0;
}

int emu_rest_funding(struct emu *emu, const struct emu_query *query, const char **message)
{
	char wire[64], rate[DECIMAL_TEXT_MAX];
	sym_t sym;
	int64_t limit, start, end;
	int code = query_symbol(emu, query, &sym, wire, message);
	bool comma = false;

	if (code != 0)
		return code;
	if (!emu_query_number(query, "limit", 1, 200, 200, &limit)) {
		*message = BAD_LIMIT;
		return 10001;
	}
	if (!emu_query_number(query, "startTime", 0, CANDLE_LATEST_MS, -1, &start) ||
	    !emu_query_number(query, "endTime", 0, CANDLE_LATEST_MS, -1, &end) || (start >= 0 && end < 0) ||
	    (end >= 0 && start > end)) {
		*message = BAD_TIME;
		return 10001;
	}
	if (end < 0)
		end = CANDLE_LATEST_MS;
	text_add(&emu->work, "{\"category\":\"linear\",\"list\":[");
	size_t count = sym != SYM_NONE ? emu->symbols[sym].settled_count : 0;
	for (size_t i = count; i-- > 0 && limit > 0;) {
		const struct funding_point *point = &emu->symbols[sym].settled[i];
		if (point->ms < start || point->ms > end)
			continue;
		number_short(point->rate, 9, rate);
		text_add(&emu->work,
			 "%s{\"symbol\":\"%s\",\"fundingRate\":\"%s\",\"fundingRateTimestamp\":\"%lld\"}",
			 comma ? "," : "", wire, rate, (long long)point->ms);
		comma = true;
		limit--;
	}
	text_add(&emu->work, "]}");
	return 0;
}

int emu_rest_limit(struct emu *emu, const struct emu_query *query, const char **message)
{
	char wire[64], buy[DECIMAL_TEXT_MAX] = "", sell[DECIMAL_TEXT_MAX] = "";
	sym_t sym;
	int code = query_symbol(emu, query, &sym, wire, message);

	if (code != 0)
		return code;
	if (sym != SYM_NONE && emu->symbols[sym].last > 0) {
		const struct emu_symbol *symbol = &emu->symbols[sym];
		emu_price(symbol, symbol->last + symbol->last / 100, buy);
		emu_price(symbol, symbol->last - symbol->last / 100, sell);
	}
	text_add(&emu->work, "{\"symbol\":\"%s\",\"buyLmt\":\"%s\",\"sellLmt\":\"%s\",\"ts\":\"%lld\"}", wire,
		 buy, sell, (long long)emu->now_ms);
	return 0;
}

int emu_rest_status(struct emu *emu, const struct emu_query *query, const char **message)
{
	int64_t count = emu->notice_count < EMU_NOTICES_MAX ? emu->notice_count : EMU_NOTICES_MAX;

	(void)query, (void)message;
	text_add(&emu->work, "{\"list\":[");
	for (int64_t i = 0; i < count; i++) {
		const struct emu_notice *notice =
			&emu->notices[(emu->notice_count - 1 - i) % EMU_NOTICES_MAX];
		text_add(&emu->work,
			 "%s{\"id\":\"00000000-0000-11f0-8000-%012lld\",\"title\":\"t%02lld\",\"state\":\"%"
			 "s\","
			 "\"begin\":\"%lld\",\"end\":\"%lld\",\"href\":\"\",\"serviceTypes\":[1,2,3,4,5],"
			 "\"product\":[1],\"uidSuffix\":[],\"maintainType\":3,\"env\":1}",
			 i > 0 ? "," : "", (long long)notice->number, (long long)notice->number,
			 notice->end_ms > emu->now_ms ? "ongoing" : "completed", (long long)notice->begin_ms,
			 (long long)notice->end_ms);
	}
	text_add(&emu->work, "]}");
	return 0;
}
