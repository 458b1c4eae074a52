/* SPDX-License-Identifier: MIT
 * The market-wide table: one request for all tickers (contract, section 4.3). Rows of what is not in the
 * universe are passed over: the list has futures and what is not for us, too. */
#include "bybit_internal.h"

static void tell_row(struct bybit *b, const struct bybit_ticker_row *row, struct turn_out *out)
{
	sym_t sym = bybit_find_wire(b, row->symbol);

	if (sym == SYM_NONE)
		return;
	const struct grid *tick = &b->universe->at[sym].tick;
	struct event *event = events_add(out->heard, EVENT_SCAN_ROW, sym, b->now_ms);
	if (event == NULL)
		return;
	event->scan.turnover = bybit_money(row->turnover);
	event->scan.last = bybit_price(row->last, tick, ROUND_NEAR, NULL);
	event->scan.open = bybit_price(row->open, tick, ROUND_NEAR, NULL);
	event->scan.high = bybit_price(row->high, tick, ROUND_NEAR, NULL);
	event->scan.low = bybit_price(row->low, tick, ROUND_NEAR, NULL);
	event->scan.bid = bybit_price(row->bid, tick, ROUND_DOWN, NULL);
	event->scan.ask = bybit_price(row->ask, tick, ROUND_UP, NULL);
}

enum bybit_verdict bybit_on_scan(struct bybit *b, const struct bybit_envelope *envelope, struct turn_out *out)
{
	struct bybit_ticker_row row;
	struct bybit_list list;
	struct json_slice text;
	int64_t bad = 0;

	if (!bybit_read_list(&b->reader, envelope, &list))
		return BYBIT_AGAIN;
	while (bybit_next_row(&b->reader, &list, &text)) {
		if (bybit_read_ticker(&b->reader, text, &row) && bybit_ticker_is_whole(&b->reader, &row))
			tell_row(b, &row, out);
		else if (bad++ == 0)
			bybit_garbage(b, SYM_NONE, "tickers", b->reader.why, out);
	}
	if (list.rows.answer != JSON_OK)
		return BYBIT_AGAIN;
	struct event *event = events_add(out->heard, EVENT_SNAPSHOT_END, SYM_NONE, b->now_ms);
	if (event != NULL)
		event->snapshot.what = SNAPSHOT_SCAN;
	return BYBIT_DONE;
}
