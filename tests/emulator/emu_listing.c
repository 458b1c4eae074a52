/* SPDX-License-Identifier: MIT
 * The listing: instruments-info with its pages, the market's own symbols between others that must not be
 * traded: perpetuals in USDC, a dated future, shares, metals, currencies, contracts before their launch. */
#include "emu_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timeframe.h"

/* A row without a market. */
struct other {
	const char *symbol, *base, *quote, *settle;
	const char *contract, *status, *type;
	bool pre_listing;
};
static const struct other others[] = {
	{"BTCPERP", "BTC", "USDC", "USDC", "LinearPerpetual", "Trading", "", false},
	{"ETHPERP", "ETH", "USDC", "USDC", "LinearPerpetual", "Trading", "", false},
	{"", "BTC", "USDT", "USDT", "LinearFutures", "Trading", "", false}, /* named by its date */
	{"TSLAUSDT", "TSLA", "USDT", "USDT", "LinearPerpetual", "Trading", "stock", false},
	{"XAUUSDT", "XAU", "USDT", "USDT", "LinearPerpetual", "Trading", "commodity", false},
	{"EURUSDT", "EUR", "USDT", "USDT", "LinearPerpetual", "Trading", "forex", false},
	{"SOONUSDT", "SOON", "USDT", "USDT", "LinearPerpetual", "PreLaunch", "", true},
	{"NEARLYUSDT", "NEARLY", "USDT", "USDT", "LinearPerpetual", "Trading", "innovation", true},
	{"LATEUSDT", "LATE", "USDT", "USDT", "LinearPerpetual", "Closed", "", false},
};
#define OTHERS (sizeof(others) / sizeof(others[0]))

/* The row that is number i of others and padding. name: where a made-up one goes. */
static struct other other_at(const struct emu *emu, size_t i, char name[static 32])
{
	static const char *const months[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
					     "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
	struct other row = others[i < OTHERS ? i : 0];
	char utc[UTC_TEXT_MAX];

	if (i >= OTHERS) {
		snprintf(name, 32, "P%04zuPERP", i - OTHERS);
		row.symbol = name;
	} else if (row.symbol[0] == '\0') {
		utc_text(emu->start_ms + 90 * DAY_MS, utc);
		snprintf(name, 32, "BTCUSDT-%.2s%s%.2s", utc + 8, months[(utc[5] - '0') * 10 + utc[6] - '1'],
			 utc + 2);
		row.symbol = name;
	}
	return row;
}

static size_t other_count(const struct emu *emu)
{
	return OTHERS + emu->setup.padding;
}

bool emu_listing_has(const struct emu *emu, const char *wire)
{
	char name[32];

	for (size_t i = 0; i < other_count(emu); i++) {
		struct other row = other_at(emu, i, name);
		if (strcmp(row.symbol, wire) == 0)
			return strcmp(row.status, "Trading") == 0;
	}
	return false;
}

bool emu_listing_tickers(const struct emu *emu, const char *only, bool comma, struct text *out)
{
	char name[32];
	bool any = false;

	for (size_t i = 0; i < other_count(emu); i++) {
		struct other row = other_at(emu, i, name);
		if (strcmp(row.status, "Trading") != 0 ||
		    (only[0] != '\0' && strcmp(only, row.symbol) != 0) ||
		    emu_find(emu, row.symbol) != SYM_NONE)
			continue;
		/* worth trading by their numbers: only the listing says that they are not */
		text_add(out,
			 "%s{\"symbol\":\"%s\",\"lastPrice\":\"104.10\",\"indexPrice\":\"104.10\","
			 "\"markPrice\":"
			 "\"104.10\",\"prevPrice24h\":\"100.00\",\"price24hPcnt\":\"0.041\",\"highPrice24h\":"
			 "\"110.00\",\"lowPrice24h\":\"99.00\",\"prevPrice1h\":\"104.00\",\"openInterest\":"
			 "\"100\","
			 "\"openInterestValue\":\"10410.00\",\"turnover24h\":\"99000000000.0000\",",
			 comma || any ? "," : "", row.symbol);
		text_add(out,
			 "\"volume24h\":\"951008645.5331\",\"fundingRate\":\"0.0001\",\"nextFundingTime\":\"%"
			 "lld\","
			 "\"predictedDeliveryPrice\":\"\",\"basisRate\":\"\",\"deliveryFeeRate\":\"\","
			 "\"deliveryTime\":\"%lld\",\"ask1Size\":\"100\",\"bid1Price\":\"104.09\","
			 "\"ask1Price\":"
			 "\"104.10\",\"bid1Size\":\"100\",\"basis\":\"\"}",
			 (long long)((emu->now_ms / (8 * HOUR_MS) + 1) * 8 * HOUR_MS),
			 row.contract[6] == 'F' ? (long long)(emu->start_ms + 90 * DAY_MS) : 0LL);
		any = true;
	}
	return any;
}

/* One line of the listing: one of the market's (sym), or another. */
struct line {
	char symbol[32];
	sym_t sym;
	size_t other;
};

static int by_symbol(const void *a, const void *b)
{
	return strcmp(((const struct line *)a)->symbol, ((const struct line *)b)->symbol);
}

static const char *status_of(const struct instrument *instrument)
{
	if (instrument->status == INSTRUMENT_SUSPENDED && instrument->listed_ms == UNKNOWN)
		return "PreLaunch";
	if (instrument->status == INSTRUMENT_SUSPENDED || instrument->status == INSTRUMENT_GONE)
		return "Closed";
	return "Trading";
}

static void put_own(struct emu *emu, sym_t sym)
{
	const struct sim_market_symbol *made = &emu->market.state.symbols[sym];
	const struct instrument *instrument = &made->instrument;
	struct grid coins = emu_coin_grid(instrument);
	char step[DECIMAL_TEXT_MAX], least[DECIMAL_TEXT_MAX], most[DECIMAL_TEXT_MAX], limit[DECIMAL_TEXT_MAX];
	char tick[DECIMAL_TEXT_MAX], highest[DECIMAL_TEXT_MAX], notional[DECIMAL_TEXT_MAX];
	bool early = strcmp(status_of(instrument), "PreLaunch") == 0;
	ms_t launch = instrument->listed_ms == UNKNOWN ? made->plan.at_ms : instrument->listed_ms;
	ms_t delivery = instrument->status == INSTRUMENT_DELISTING ? made->plan.at_ms : 0;

	number_grid(1, &coins, step);
	number_grid(instrument->min_qty, &coins, least);
	number_grid(instrument->max_qty, &coins, most);
	number_grid(2 * instrument->max_qty, &coins, limit);
	number_grid(1, &instrument->tick, tick);
	number_grid(1999999, &instrument->tick, highest);
	number_short(instrument->min_notional, 8, notional);
	text_add(&emu->work,
		 "{\"symbol\":\"%s\",\"symbolId\":%d,\"contractType\":\"LinearPerpetual\",\"status\":\"%s\","
		 "\"baseCoin\":\"%.*s\",\"quoteCoin\":\"USDT\",\"launchTime\":\"%lld\",\"deliveryTime\":\"%"
		 "lld\","
		 "\"deliveryFeeRate\":\"\",\"priceScale\":\"%lld\",\"leverageFilter\":{\"minLeverage\":\"1\","
		 "\"maxLeverage\":\"50.00\",\"leverageStep\":\"0.01\"},",
		 instrument->wire, sym + 1, status_of(instrument), (int)(strlen(instrument->wire) - 4),
		 instrument->wire, (long long)launch, (long long)delivery,
		 (long long)instrument->tick.decimals);
	text_add(&emu->work,
		 "\"priceFilter\":{\"minPrice\":\"%s\",\"maxPrice\":\"%s\",\"tickSize\":\"%s\"},"
		 "\"lotSizeFilter\":{\"maxOrderQty\":\"%s\",\"minOrderQty\":\"%s\",\"qtyStep\":\"%s\","
		 "\"postOnlyMaxOrderQty\":\"%s\",\"maxMktOrderQty\":\"%s\",\"minNotionalValue\":\"%s\"},",
		 tick, highest, tick, limit, least, step, limit, most, notional);
	text_add(&emu->work,
		 "\"unifiedMarginTrade\":true,\"fundingInterval\":%lld,\"settleCoin\":\"USDT\","
		 "\"copyTrading\":\"both\",\"upperFundingRate\":\"0.005\",\"lowerFundingRate\":\"-0.005\","
		 "\"isPreListing\":%s,\"preListingInfo\":null,\"riskParameters\":{\"priceLimitRatioX\":\"0."
		 "01\","
		 "\"priceLimitRatioY\":\"0.02\"},\"symbolType\":\"\",\"displayName\":\"\"}",
		 (long long)(instrument->funding_every_ms / MINUTE_MS), early ? "true" : "false");
}

static void put_other(struct emu *emu, const struct line *line)
{
	char name[32];
	struct other row = other_at(emu, line->other, name);
	long long start = (long long)emu->start_ms;
	bool future = row.contract[6] == 'F';

	text_add(&emu->work,
		 "{\"symbol\":\"%s\",\"symbolId\":%zu,\"contractType\":\"%s\",\"status\":\"%s\","
		 "\"baseCoin\":\"%s\",\"quoteCoin\":\"%s\",\"launchTime\":\"%lld\",\"deliveryTime\":\"%lld\","
		 "\"deliveryFeeRate\":\"%s\",\"priceScale\":\"2\",\"leverageFilter\":{\"minLeverage\":\"1\","
		 "\"maxLeverage\":\"25.00\",\"leverageStep\":\"0.01\"},",
		 row.symbol, 1000 + line->other, row.contract, row.status, row.base, row.quote,
		 start - 200 * DAY_MS, future ? start + 90 * DAY_MS : 0LL, future ? "0.0005" : "");
	text_add(&emu->work,
		 "\"priceFilter\":{\"minPrice\":\"0.01\",\"maxPrice\":\"19999.98\",\"tickSize\":\"0.01\"},"
		 "\"lotSizeFilter\":{\"maxOrderQty\":\"5000.00\",\"minOrderQty\":\"0.01\",\"qtyStep\":\"0."
		 "01\","
		 "\"postOnlyMaxOrderQty\":\"5000.00\",\"maxMktOrderQty\":\"1000.00\",\"minNotionalValue\":"
		 "\"5\"},"
		 "\"unifiedMarginTrade\":true,\"fundingInterval\":%d,\"settleCoin\":\"%s\",",
		 future ? 0 : 480, row.settle);
	text_add(&emu->work,
		 "\"copyTrading\":\"none\",\"upperFundingRate\":\"0.005\",\"lowerFundingRate\":\"-0.005\","
		 "\"isPreListing\":%s,\"preListingInfo\":",
		 row.pre_listing ? "true" : "false");
	if (row.pre_listing)
		text_add(&emu->work,
			 "{\"curAuctionPhase\":\"ContinuousTrading\",\"phases\":[{\"phase\":\"CallAuction\","
			 "\"startTime\":\"%lld\",\"endTime\":\"%lld\"},{\"phase\":\"ContinuousTrading\","
			 "\"startTime\":\"%lld\",\"endTime\":\"\"}],\"auctionFeeInfo\":{\"auctionFeeRate\":"
			 "\"0\","
			 "\"takerFeeRate\":\"0.001\",\"makerFeeRate\":\"0.0004\"}}",
			 start - 2 * DAY_MS, start - DAY_MS, start - DAY_MS);
	else
		text_add(&emu->work, "null");
	text_add(&emu->work,
		 ",\"riskParameters\":{\"priceLimitRatioX\":\"0.05\",\"priceLimitRatioY\":\"0.1\"},"
		 "\"symbolType\":\"%s\",\"displayName\":\"\"}",
		 row.type);
}

static const char *line_status(const struct emu *emu, const struct line *line)
{
	char name[32];

	return line->sym != SYM_NONE ? status_of(&emu->market.state.symbols[line->sym].instrument)
				     : other_at(emu, line->other, name).status;
}

/* All lines by symbol; the caller frees them. */
static struct line *all_lines(const struct emu *emu, size_t *count)
{
	struct line *lines = emu_grow(NULL, (emu->universe.count + other_count(emu)) * sizeof(*lines));
	char name[32];

	*count = 0;
	for (size_t i = 0; i < emu->universe.count; i++) {
		struct line *line = &lines[(*count)++];
		memcpy(line->symbol, emu->universe.at[i].wire, sizeof(line->symbol));
		line->sym = (sym_t)i;
	}
	for (size_t i = 0; i < other_count(emu); i++) {
		struct other row = other_at(emu, i, name);
		if (emu_find(emu, row.symbol) != SYM_NONE)
			continue;
		struct line *line = &lines[(*count)++];
		*line = (struct line){.sym = SYM_NONE, .other = i};
		snprintf(line->symbol, sizeof(line->symbol), "%s", row.symbol);
	}
	qsort(lines, *count, sizeof(*lines), by_symbol);
	return lines;
}

/* "first%3DAAA%26last%3DBBB" as it was given, or encoded once more: BBB. False: it is none of ours. */
static bool cursor_last(const char *cursor, char out[static 64])
{
	char once[128];
	struct emu_query again = {.text = once};
	const char *last = strstr(cursor, "&last=");

	if (strncmp(cursor, "first=", 6) == 0 && last != NULL && strlen(last) < 64) {
		snprintf(out, 64, "%s", last + 6);
		return true;
	}
	if (strncmp(cursor, "first%3D", 8) != 0 || strlen(cursor) > sizeof(once) - 3)
		return false;
	snprintf(once, sizeof(once), "c=%s", cursor);
	char decoded[128];
	return emu_query_get(&again, "c", decoded, sizeof(decoded)) && strncmp(decoded, "first=", 6) == 0 &&
	       cursor_last(decoded, out);
}

struct filter {
	char symbol[64], status[24], base[32], type[24], after[64];
	int64_t limit;
};

static bool wanted(const struct emu *emu, const struct filter *filter, const struct line *line)
{
	char name[32];
	const char *type = line->sym != SYM_NONE ? "" : other_at(emu, line->other, name).type;
	const char *status = line_status(emu, line);
	size_t base = strlen(filter->base);

	if (filter->symbol[0] != '\0' && strcmp(filter->symbol, line->symbol) != 0)
		return false;
	if (base > 0 && (strncmp(line->symbol, filter->base, base) != 0))
		return false;
	if (filter->type[0] != '\0' && strcmp(filter->type, type) != 0)
		return false;
	return strcmp(status, filter->status[0] != '\0' ? filter->status : "Trading") == 0;
}

static void put_lines(struct emu *emu, const struct filter *filter)
{
	size_t count, put = 0;
	struct line *lines = all_lines(emu, &count), *first = NULL, *last = NULL;
	bool more = false;

	text_add(&emu->work, "{\"category\":\"linear\",\"list\":[");
	for (size_t i = 0; i < count && !more; i++) {
		if (!wanted(emu, filter, &lines[i]) || strcmp(lines[i].symbol, filter->after) <= 0)
			continue;
		more = (int64_t)put == filter->limit;
		if (more)
			break;
		text_add(&emu->work, put++ > 0 ? "," : "");
		if (lines[i].sym != SYM_NONE)
			put_own(emu, lines[i].sym);
		else
			put_other(emu, &lines[i]);
		first = first == NULL ? &lines[i] : first;
		last = &lines[i];
	}
	text_add(&emu->work, "],\"nextPageCursor\":\"");
	if (more)
		text_add(&emu->work, "first%%3D%s%%26last%%3D%s", first->symbol, last->symbol);
	text_add(&emu->work, "\"}");
	free(lines);
}

int emu_rest_instruments(struct emu *emu, const struct emu_query *query, const char **message)
{
	struct filter filter = {.limit = 500};
	char cursor[256] = "";
	int category = emu_query_category(query);

	if (category != 0) {
		*message = "params error: category invalid";
		if (category > 0)
			text_add(&emu->work, "{\"category\":\"\",\"list\":[],\"nextPageCursor\":\"\"}");
		return category > 0 ? 0 : 10001;
	}
	if (!emu_query_number(query, "limit", 1, 1000, 500, &filter.limit)) {
		*message = "params error: limit invalid";
		return 10001;
	}
	emu_query_get(query, "symbol", filter.symbol, sizeof(filter.symbol));
	emu_query_get(query, "status", filter.status, sizeof(filter.status));
	emu_query_get(query, "baseCoin", filter.base, sizeof(filter.base));
	emu_query_get(query, "symbolType", filter.type, sizeof(filter.type));
	if (emu_query_get(query, "cursor", cursor, sizeof(cursor)) && cursor[0] != '\0' &&
	    !cursor_last(cursor, filter.after)) {
		*message = "params error: cursor invalid";
		return 10001;
	}
	put_lines(emu, &filter);
	return 0;
}
