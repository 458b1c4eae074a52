/* SPDX-License-Identifier: MIT
 * What the simulated market says, as stream messages: one message for one event, in the events' order. */
#include "emu_internal.h"

#include <stdio.h>
#include <string.h>

#include "hash.h"

static struct text *frame_begin(struct emu *emu)
{
	text_clear(&emu->frame);
	return &emu->frame;
}

/* One bar of an interval; begin_ms is its open, whatever bar->open_ms is. */
static void put_kline(struct emu *emu, const struct emu_symbol *symbol, ms_t interval_ms, ms_t begin_ms,
		      const struct candle *bar, money_t turnover, bool closed)
{
	struct text *out = frame_begin(emu);
	char open[DECIMAL_TEXT_MAX], high[DECIMAL_TEXT_MAX], low[DECIMAL_TEXT_MAX], close[DECIMAL_TEXT_MAX];
	char volume[DECIMAL_TEXT_MAX], worth[DECIMAL_TEXT_MAX];
	const char *name = emu_interval_text(interval_ms);
	long long now = (long long)emu->now_ms;

	emu_price(symbol, bar->open, open);
	emu_price(symbol, bar->high, high);
	emu_price(symbol, bar->low, low);
	emu_price(symbol, bar->close, close);
	emu_size(symbol, bar->volume, volume);
	number_short(turnover, 8, worth);
	text_add(out,
		 "{\"topic\":\"kline.%s.%s\",\"data\":[{\"start\":%lld,\"end\":%lld,\"interval\":\"%s\",",
		 name, symbol->instrument->wire, (long long)begin_ms,
		 (long long)emu_interval_end(interval_ms, begin_ms) - 1, name);
	text_add(out,
		 "\"open\":\"%s\",\"close\":\"%s\",\"high\":\"%s\",\"low\":\"%s\",\"volume\":\"%s\","
		 "\"turnover\":\"%s\",\"confirm\":%s,\"timestamp\":%lld}],\"ts\":%lld,\"type\":\"snapshot\"}",
		 open, close, high, low, volume, worth, closed ? "true" : "false", now, now);
}

/* The market's own interval first, then the longer ones that somebody has. */
void emu_say_kline(struct emu *emu, sym_t sym, const struct candle *bar, bool closed)
{
	const struct emu_symbol *symbol = &emu->symbols[sym];
	static const ms_t longer[] = {3 * MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS,
				      HOUR_MS,       2 * HOUR_MS,   4 * HOUR_MS,    6 * HOUR_MS,
				      12 * HOUR_MS,  DAY_MS,        7 * DAY_MS,     EMU_MONTH};
	ms_t bar_end = bar->open_ms + emu->frame_ms;

	if (emu_anybody(emu, TOPIC_KLINE, sym, emu->frame_ms)) {
		put_kline(emu, symbol, emu->frame_ms, bar->open_ms, bar,
			  sim_bar_turnover(symbol->instrument, bar), closed);
		emu_publish(emu, TOPIC_KLINE, sym, emu->frame_ms);
	}
	for (size_t i = 0; i < sizeof(longer) / sizeof(longer[0]); i++) {
		struct candle whole;
		money_t turnover;
		if (longer[i] == emu->frame_ms || !emu_anybody(emu, TOPIC_KLINE, sym, longer[i]))
			continue;
		ms_t begin = emu_interval_begin(longer[i], bar->open_ms);
		bool ends = emu_interval_end(longer[i], begin) == bar_end;
		if ((closed && !ends) || !emu_interval_bar(emu, symbol, longer[i], begin, &whole, &turnover))
			continue;
		put_kline(emu, symbol, longer[i], begin, &whole, turnover, closed);
		emu_publish(emu, TOPIC_KLINE, sym, longer[i]);
	}
}

static const char *direction(const struct emu_ticker *was, price_t before, price_t now)
{
	const char *last = was->at[TICKER_tickDirection];

	if (now > before)
		return "PlusTick";
	if (now < before)
		return "MinusTick";
	return strstr(last, "Minus") != NULL ? "ZeroMinusTick" : "ZeroPlusTick";
}

void emu_say_ticker(struct emu *emu, sym_t sym)
{
	struct emu_symbol *symbol = &emu->symbols[sym];
	struct text *out = frame_begin(emu);
	struct emu_ticker now;
	bool any = false;
	static const char *const names[TICKER_FIELD_COUNT] = {
#define X(name) #name,
		EMU_TICKER_FIELDS(X)
#undef X
	};

	emu_ticker_fill(emu, symbol, &now);
	if (symbol->last > 0) {
		price_t before = 0;
		grid_parse(symbol->sent.at[TICKER_lastPrice], strlen(symbol->sent.at[TICKER_lastPrice]),
			   &symbol->instrument->tick, &before);
		snprintf(now.at[TICKER_tickDirection], sizeof(now.at[0]), "%s",
			 direction(&symbol->sent, before, symbol->last));
	}
	text_add(out, "{\"topic\":\"tickers.%s\",\"type\":\"delta\",\"data\":{\"symbol\":\"%s\"",
		 symbol->instrument->wire, symbol->instrument->wire);
	for (size_t i = 0; i < TICKER_FIELD_COUNT; i++) {
		if (strcmp(symbol->sent.at[i], now.at[i]) == 0)
			continue;
		any = true;
		text_add(out, ",\"%s\":\"%s\"", names[i], now.at[i]);
	}
	text_add(out, "},\"cs\":%lld,\"ts\":%lld}", (long long)++symbol->cross, (long long)emu->now_ms);
	symbol->sent = now;
	if (any)
		emu_publish(emu, TOPIC_TICKER, sym, 0);
}

static void put_book(struct emu *emu, const struct emu_symbol *symbol, int64_t level, bool snapshot,
		     const struct emu_book_state *was)
{
	const struct emu_book *book = &symbol->books[level];
	struct text *out = frame_begin(emu);
	int64_t levels = emu_book_levels[level];
	long long now = (long long)emu->now_ms;

	text_add(out, "{\"topic\":\"orderbook.%lld.%s\",\"type\":\"%s\",\"ts\":%lld,\"data\":{\"s\":\"%s\",",
		 (long long)levels, symbol->instrument->wire, snapshot ? "snapshot" : "delta", now,
		 symbol->instrument->wire);
	if (snapshot)
		emu_book_whole(symbol, &book->sent, levels, out);
	else
		emu_book_change(symbol, was, &book->sent, levels, out);
	text_add(out, ",\"u\":%lld,\"seq\":%lld},\"cts\":%lld}", (long long)book->update,
		 (long long)++emu->sequence, now - 2);
}

void emu_say_book(struct emu *emu, sym_t sym, int64_t level)
{
	struct emu_symbol *symbol = &emu->symbols[sym];
	struct emu_book *book = &symbol->books[level];
	struct emu_book_state was = book->sent;

	if (!emu_anybody(emu, TOPIC_BOOK, sym, level))
		return;
	book->sent = emu_book_now(emu, symbol);
	book->update++;
	/* of one level: always whole; so is the first one, and one on another grid */
	put_book(emu, symbol, level, level == 0 || was.bid == 0, &was);
	emu_publish(emu, TOPIC_BOOK, sym, level);
}

void emu_say_trade(struct emu *emu, sym_t sym, bool up)
{
	const struct emu_symbol *symbol = &emu->symbols[sym];
	struct text *out = frame_begin(emu);
	char price[DECIMAL_TEXT_MAX], size[DECIMAL_TEXT_MAX];
	int64_t words[2] = {emu->now_ms, sym};
	uint64_t id = hash_words(emu->setup.market.seed, words, 2);
	long long now = (long long)emu->now_ms;

	if (!emu_anybody(emu, TOPIC_TRADE, sym, 0))
		return;
	emu_price(symbol, symbol->last, price);
	emu_size(symbol, symbol->instrument->min_qty * (1 + (qty_t)(id % 16)), size);
	text_add(out,
		 "{\"topic\":\"publicTrade.%s\",\"type\":\"snapshot\",\"ts\":%lld,\"data\":[{\"T\":%lld,"
		 "\"s\":\"%s\",\"S\":\"%s\",\"v\":\"%s\",\"p\":\"%s\",\"L\":\"%s\",",
		 symbol->instrument->wire, now, now - 1, symbol->instrument->wire, up ? "Buy" : "Sell", size,
		 price, up ? "PlusTick" : "MinusTick");
	text_add(out, "\"i\":\"%08x-0000-5000-8000-%012llx\",\"BT\":false,\"RPI\":false,\"seq\":%lld}]}",
		 (unsigned)(id >> 32), (unsigned long long)(id & 0xffffffffffffULL),
		 (long long)++emu->sequence);
	emu_publish(emu, TOPIC_TRADE, sym, 0);
}

void emu_topic_snapshot(struct emu *emu, int client, const struct emu_topic *topic)
{
	struct emu_symbol *symbol;

	if (topic->silent || (topic->kind != TOPIC_TICKER && topic->kind != TOPIC_BOOK))
		return;
	symbol = &emu->symbols[topic->sym];
	if (topic->kind == TOPIC_TICKER) {
		struct text *out = frame_begin(emu);
		text_add(out, "{\"topic\":\"%s\",\"type\":\"snapshot\",\"data\":", topic->text);
		emu_ticker_object(&symbol->sent, symbol->instrument->wire, out);
		text_add(out, ",\"cs\":%lld,\"ts\":%lld}", (long long)symbol->cross, (long long)emu->now_ms);
	} else {
		/* all who listen have the same book: the one that was sent last */
		struct emu_book *book = &symbol->books[topic->detail];
		if (book->sent.bid == 0 || !emu_anybody(emu, TOPIC_BOOK, topic->sym, topic->detail))
			book->sent = emu_book_now(emu, symbol);
		put_book(emu, symbol, topic->detail, true, NULL);
	}
	emu_queue(emu, client, EMU_TEXT, emu->frame.at, emu->frame.len);
}

/* The last running values that the stream shows are wrong, and it will never say so. */
static struct candle bent(const struct candle *bar)
{
	struct candle out = *bar;

	out.close = (bar->open + bar->close) / 2;
	out.high = out.close > bar->open ? out.close : bar->open;
	out.low = out.close < bar->open ? out.close : bar->open;
	out.volume = bar->volume / 2;
	return out;
}

static void hear_candle(struct emu *emu, const struct event *event)
{
	struct emu_symbol *symbol = &emu->symbols[event->sym];
	const struct candle *bar = &event->candle.candle;
	struct candle shown = *bar;
	bool whole = !event->candle.closed && event->at_ms == bar->open_ms + emu->frame_ms - 1;

	emu_bar_keep(symbol, bar);
	if (whole) {
		emu_traffic_end(emu, event->sym);
		if (emu_fault_take(emu, EMU_FAULT_DISAGREE, event->sym, NULL)) {
			shown = bent(bar);
			symbol->unconfirmed = true;
		}
	} else if (!event->candle.closed) {
		emu_traffic_open(emu, event->sym, bar);
	} else if (symbol->unconfirmed || emu_fault_take(emu, EMU_FAULT_NO_CONFIRM, event->sym, NULL)) {
		symbol->unconfirmed = false;
		return;
	}
	emu_say_kline(emu, event->sym, &shown, event->candle.closed);
}

static void hear_ticker(struct emu *emu, const struct event *event)
{
	struct emu_symbol *symbol = &emu->symbols[event->sym];

	symbol->bid = event->ticker.bid;
	symbol->ask = event->ticker.ask;
	symbol->last = event->ticker.last;
	symbol->depth = event->ticker.depth;
	symbol->book_epoch++;
	emu_say_ticker(emu, event->sym);
	for (int64_t level = 0; level < EMU_BOOK_LEVELS; level++)
		emu_say_book(emu, event->sym, level);
}

/* A settlement is told by the next funding time that moves on. So that its rate is the one that counted:
 * first the rate at the old time, then the new time. */
static void hear_funding(struct emu *emu, const struct event *event)
{
	struct emu_symbol *symbol = &emu->symbols[event->sym];

	if (event->funding.settled && symbol->settle_ms != UNKNOWN &&
	    symbol->settle_ms != event->funding.settle_ms) {
		symbol->settle_ms = event->funding.settle_ms;
		emu_say_ticker(emu, event->sym);
	}
	symbol->settle_ms = event->funding.settle_ms;
	symbol->rate = event->funding.rate;
	emu_say_ticker(emu, event->sym);
	if (!event->funding.settled)
		return;
	emu_settled_keep(symbol, event->funding.settle_ms, event->funding.rate);
	bool last = emu->setup.tapes != NULL && emu->market.state.symbols[event->sym].due_ms == NEVER_MS;
	if (last) { /* the tape knows of no other one: the time moves on all the same */
		symbol->settle_ms = event->funding.settle_ms + symbol->instrument->funding_every_ms;
		emu_say_ticker(emu, event->sym);
	}
}

void emu_hear(struct emu *emu, const struct event *event)
{
	switch (event->kind) {
	case EVENT_CANDLE: hear_candle(emu, event); break;
	case EVENT_TICKER: hear_ticker(emu, event); break;
	case EVENT_FUNDING_RATE: hear_funding(emu, event); break;
	case EVENT_INSTRUMENT: {
		struct emu_symbol *symbol = &emu->symbols[event->sym];
		const struct instrument *now = event->instrument.now;
		emu_note(emu, "%s: %s, tick %lld e-%lld", now->wire,
			 now->status == INSTRUMENT_TRADING ? "trading" : "not trading as usual",
			 (long long)now->tick.step, (long long)now->tick.decimals);
		if (now->generation != emu->universe.at[event->sym].generation) {
			emu_bars_reload(emu, event->sym);
			for (int level = 0; level < EMU_BOOK_LEVELS; level++)
				symbol->books[level].sent.bid = 0;
		}
		if (now->status == INSTRUMENT_SUSPENDED || now->status == INSTRUMENT_GONE)
			symbol->path.on = false;
		emu->universe.at[event->sym] = *now;
		break;
	}
	default: break;
	}
}
