/* SPDX-License-Identifier: MIT
 * The ticker of one symbol: a snapshot, then deltas with only what has changed (contract, section 11). A
 * field that is absent stands, one that is "" has no value. Said are the funding rate when it or its time has
 * changed, and the quote with each message that is not about funding alone: a delta without a price says that
 * the prices still stand. */
#include "bybit_internal.h"

#define SETTLED_EARLY_MS 5000 /* how far ahead of our idea of the server's time a settlement is believed */

void bybit_ticker_forget(struct bybit_ticker *ticker)
{
	ticker->known = false;
	ticker->bid = ticker->ask = ticker->mark = ticker->last = UNKNOWN;
}

static void tell_funding(struct bybit *b, sym_t sym, ratio_t rate, ms_t settle_ms, bool settled,
			 struct turn_out *out)
{
	struct event *event = events_add(out->heard, EVENT_FUNDING_RATE, sym, b->now_ms);

	if (event == NULL)
		return;
	event->funding.rate = rate;
	event->funding.settle_ms = settle_ms;
	event->funding.settled = settled;
}

/* When the time of the next settlement moves on, the one it named has happened, at the rate that stood
 * before. A time that moves while that moment is still to come is a new interval and settles nothing. */
static void take_funding(struct bybit *b, sym_t sym, struct bybit_ticker *ticker,
			 const struct bybit_ticker_row *row, struct turn_out *out)
{
	ratio_t rate = row->rate != NULL ? bybit_ratio(row->rate) : ticker->rate;
	ms_t next = row->next_funding != NULL ? bybit_ms(row->next_funding) : ticker->next_ms;
	ratio_t rate_was = ticker->rate;
	ms_t next_was = ticker->next_ms;

	if (rate == rate_was && next == next_was)
		return;
	ticker->rate = rate;
	ticker->next_ms = next;
	if (rate == UNKNOWN || next == UNKNOWN)
		return;
	if (rate_was != UNKNOWN && next_was != UNKNOWN && next > next_was &&
	    bybit_server_ms(b) >= next_was - SETTLED_EARLY_MS)
		tell_funding(b, sym, rate_was, next_was, true, out);
	tell_funding(b, sym, rate, next, false, out);
}

static bool take_price(const char *text, const struct grid *tick, enum bybit_rounding rounding, bool *off,
		       price_t *price)
{
	if (text == NULL)
		return false;
	*price = bybit_price(text, tick, rounding, off);
	return true;
}

static void tell_quote(struct bybit *b, sym_t sym, const struct bybit_ticker *ticker, struct turn_out *out)
{
	if (ticker->bid == UNKNOWN || ticker->ask == UNKNOWN || ticker->mark == UNKNOWN ||
	    ticker->last == UNKNOWN)
		return;
	struct event *event = events_add(out->heard, EVENT_TICKER, sym, b->now_ms);
	if (event == NULL)
		return;
	event->ticker.bid = ticker->bid;
	event->ticker.ask = ticker->ask;
	event->ticker.mark = ticker->mark;
	event->ticker.last = ticker->last;
}

void bybit_on_ticker(struct bybit *b, struct bybit_watch *watch, const struct bybit_frame *frame,
		     struct turn_out *out)
{
	const struct grid *tick = &b->universe->at[watch->sym].tick;
	struct bybit_ticker *ticker = &watch->ticker;
	struct bybit_ticker_row row;
	bool off = false, quoted = false;

	if (!bybit_read_ticker(&b->reader, frame->data, &row)) {
		bybit_garbage(b, watch->sym, "tickers", b->reader.why, out);
		bybit_resubscribe(b, watch, TOPIC_TICKER, out); /* what it has changed is unknown */
		return;
	}
	if (frame->snapshot)
		bybit_ticker_forget(ticker);
	else if (!ticker->known)
		return;
	ticker->known = true;
	quoted |= take_price(row.bid, tick, ROUND_DOWN, &off, &ticker->bid);
	quoted |= take_price(row.ask, tick, ROUND_UP, &off, &ticker->ask);
	quoted |= take_price(row.last, tick, ROUND_NEAR, &off, &ticker->last);
	quoted |= take_price(row.mark, tick, ROUND_NEAR, NULL, &ticker->mark);
	if (off)
		bybit_doubt_listing(b);
	take_funding(b, watch->sym, ticker, &row, out);
	if (quoted || (row.rate == NULL && row.next_funding == NULL))
		tell_quote(b, watch->sym, ticker, out);
}
