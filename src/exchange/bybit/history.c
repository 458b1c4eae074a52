/* SPDX-License-Identifier: MIT
 * Old bars: /v5/market/kline in windows with both ends said, the oldest first (contract, section 4.4: rows
 * come newest first, at most a thousand, the running bar among them). A bar is final when its end has come by
 * the server's clock. A symbol that is asked for again while it waits or is under way gets one answer, to
 * both questions. */
#include "bybit_internal.h"

#include <stdio.h>
#include <string.h>

#define BAD_TRIES 3 /* then a page is taken without the rows that cannot be read */

static ms_t floor_to(ms_t at_ms, ms_t step_ms)
{
	return at_ms - at_ms % step_ms;
}

/* The open of the oldest bar that is wanted, by the server's clock as we know it now. */
static ms_t begins_ms(const struct bybit *b, const struct bybit_wanted *wanted)
{
	ms_t frame = b->setup.timeframe_ms, offset_ms = bybit_server_ms(b) - b->now_ms;
	ms_t open_ms = floor_to(wanted->asked_ms + offset_ms, frame) - wanted->bars * frame;

	return open_ms > 0 ? open_ms : 0;
}

/* The open of the newest bar that is over. */
static ms_t newest_ms(const struct bybit *b)
{
	return floor_to(bybit_server_ms(b), b->setup.timeframe_ms) - b->setup.timeframe_ms;
}

int bybit_ask_history(struct bybit *b, sym_t sym, int64_t bars)
{
	if (bars < 1)
		return TB_EINVAL;
	struct bybit_wanted *was = &b->wanted[sym];
	struct bybit_wanted now = {bars < BYBIT_BARS_MAX ? bars : BYBIT_BARS_MAX, b->now_ms};
	if (was->bars == 0) {
		b->queue[b->queued++] = sym;
		*was = now;
	} else if (begins_ms(b, &now) < begins_ms(b, was)) {
		bybit_restart_history(b, sym);
		*was = now;
	}
	for (int i = 0; i < BYBIT_HISTORIES; i++)
		if (b->histories[i].active && b->histories[i].sym == sym)
			b->histories[i].last_ms = newest_ms(b);
	return TB_OK;
}

void bybit_restart_history(struct bybit *b, sym_t sym)
{
	for (int i = 0; i < BYBIT_HISTORIES; i++) {
		if (!b->histories[i].active || b->histories[i].sym != sym)
			continue;
		b->histories[i].active = false;
		b->jobs[JOB_HISTORY + i] = (struct bybit_job){.due_ms = NEVER_MS};
		b->queue[b->queued++] = sym;
	}
}

static void next_window(struct bybit *b, struct bybit_history *history, ms_t from_ms)
{
	history->from_ms = from_ms;
	history->bad_pages = 0;
	history->to_ms =
		ms_earlier(history->last_ms, from_ms + (BYBIT_PAGE_BARS - 1) * b->setup.timeframe_ms);
}

static void begin(struct bybit *b, int slot, sym_t sym, struct turn_out *out)
{
	struct bybit_history *history = &b->histories[slot];
	ms_t frame = b->setup.timeframe_ms, listed_ms = b->universe->at[sym].listed_ms;
	ms_t last_ms = newest_ms(b);
	ms_t from_ms = begins_ms(b, &b->wanted[sym]);

	if (listed_ms != UNKNOWN && from_ms < listed_ms)
		from_ms = floor_to(listed_ms, frame);
	*history = (struct bybit_history){.active = true, .sym = sym, .last_ms = last_ms};
	if (from_ms > last_ms) {
		bybit_end_history(b, slot, out);
		return;
	}
	next_window(b, history, from_ms);
	b->jobs[JOB_HISTORY + slot] = (struct bybit_job){.due_ms = b->now_ms};
}

bool bybit_history_waits(const struct bybit *b)
{
	bool free_hand = false;

	for (int i = 0; i < BYBIT_HISTORIES; i++)
		free_hand |= !b->histories[i].active;
	return free_hand && b->queued > 0 && b->clock.offset_ms != UNKNOWN;
}

void bybit_begin_histories(struct bybit *b, struct turn_out *out)
{
	if (!bybit_history_waits(b) || out->heard->count + BYBIT_ROOM > EVENTS_MAX)
		return;
	for (int i = 0; i < BYBIT_HISTORIES && b->queued > 0; i++) {
		if (b->histories[i].active)
			continue;
		sym_t sym = b->queue[0];
		b->queued--;
		memmove(b->queue, b->queue + 1, b->queued * sizeof b->queue[0]);
		begin(b, i, sym, out);
	}
}

void bybit_history_path(const struct bybit *b, int slot, char *out, size_t size)
{
	const struct bybit_history *history = &b->histories[slot];

	snprintf(out, size,
		 "/v5/market/kline?category=linear&symbol=%s&interval=%s&start=%lld&end=%lld&limit=%d",
		 b->universe->at[history->sym].wire, b->interval, (long long)history->from_ms,
		 (long long)history->to_ms, BYBIT_PAGE_BARS);
}

void bybit_end_history(struct bybit *b, int slot, struct turn_out *out)
{
	struct bybit_history *history = &b->histories[slot];
	struct event *event = events_add(out->heard, EVENT_SNAPSHOT_END, history->sym, b->now_ms);

	if (event != NULL)
		event->snapshot.what = SNAPSHOT_HISTORY;
	b->wanted[history->sym].bars = 0;
	history->active = false;
	b->jobs[JOB_HISTORY + slot] = (struct bybit_job){.due_ms = NEVER_MS};
}

/* The newest row may be the running bar: it has to be over by our clock, too, when it was asked for. */
static void drop_running(struct bybit *b, const struct bybit_history *history, ms_t row_ms, ms_t sent_ms)
{
	ms_t frame = b->setup.timeframe_ms;

	if (row_ms >= history->from_ms && row_ms <= history->to_ms && row_ms + frame > sent_ms)
		b->page[(row_ms - history->from_ms) / frame].open_ms = 0;
}

/* Rows into the page, each where its time belongs, whatever their order. How many could not be read. */
static int64_t fill_page(struct bybit *b, const struct bybit_history *history, struct bybit_list *list,
			 ms_t final_ms, ms_t sent_ms)
{
	const struct instrument *instrument = &b->universe->at[history->sym];
	ms_t frame = b->setup.timeframe_ms;
	struct bybit_kline_row row;
	struct json_slice text;
	struct candle candle;
	int64_t bad = 0;
	ms_t row_ms = 0;

	memset(b->page, 0, sizeof b->page);
	while (bybit_next_row(&b->reader, list, &text)) {
		bool off = false;
		if (!bybit_read_kline(&b->reader, text, &row) ||
		    !bybit_candle(&row, instrument, &candle, &off) || candle.open_ms % frame != 0) {
			bad++;
			continue;
		}
		row_ms = candle.open_ms > row_ms ? candle.open_ms : row_ms;
		if (candle.open_ms < history->from_ms || candle.open_ms > history->to_ms ||
		    candle.open_ms + frame > final_ms)
			continue;
		b->page[(candle.open_ms - history->from_ms) / frame] = candle;
	}
	drop_running(b, history, row_ms, sent_ms);
	return bad;
}

static void tell_page(struct bybit *b, sym_t sym, struct turn_out *out)
{
	for (int i = 0; i < BYBIT_PAGE_BARS; i++) {
		if (b->page[i].open_ms == 0)
			continue;
		struct event *event = events_add(out->heard, EVENT_CANDLE, sym, b->now_ms);
		if (event == NULL)
			return;
		event->candle.candle = b->page[i];
		event->candle.closed = event->candle.history = true;
	}
}

enum bybit_verdict bybit_on_history(struct bybit *b, int slot, const struct bybit_envelope *envelope,
				    struct turn_out *out)
{
	struct bybit_history *history = &b->histories[slot];
	struct bybit_job *job = &b->jobs[JOB_HISTORY + slot];
	struct bybit_list list;
	ms_t final_ms = job->sent_ms + bybit_server_ms(b) - b->now_ms;

	if (envelope->time_ms != UNKNOWN)
		final_ms = ms_earlier(final_ms, envelope->time_ms);
	if (!bybit_read_list(&b->reader, envelope, &list))
		return BYBIT_AGAIN;
	if (list.symbol[0] != '\0' && strcmp(list.symbol, b->universe->at[history->sym].wire) != 0) {
		snprintf(b->reader.why, sizeof b->reader.why, "bars of %s", list.symbol);
		return BYBIT_AGAIN;
	}
	int64_t bad = fill_page(b, history, &list, final_ms, job->sent_ms);
	if (list.rows.answer != JSON_OK)
		return BYBIT_AGAIN;
	if (bad > 0) {
		snprintf(b->reader.why, sizeof b->reader.why, "%lld rows cannot be used", (long long)bad);
		if (++history->bad_pages < BAD_TRIES)
			return BYBIT_AGAIN;
		bybit_garbage(b, history->sym, "kline", b->reader.why, out);
	}
	tell_page(b, history->sym, out);
	if (history->to_ms >= history->last_ms) {
		bybit_end_history(b, slot, out);
		return BYBIT_DONE;
	}
	next_window(b, history, history->to_ms + b->setup.timeframe_ms);
	job->due_ms = b->now_ms;
	return BYBIT_DONE;
}
