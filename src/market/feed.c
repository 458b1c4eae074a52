/* SPDX-License-Identifier: MIT
 * See feed.h. Everything that is heard is first sorted into the symbol's state; questions are put afterwards,
 * in one place, when they are due. At most one question of a symbol is open: an answer ends both the engine's
 * and our own. */
#include "feed.h"

#include "moment.h"
#include "timeframe.h"

#include <string.h>

void feed_init(struct feed *feed, struct exchange *inner, ms_t timeframe_ms, struct events *scratch)
{
	*feed = (struct feed){.inner = inner,
			      .timeframe_ms = timeframe_ms,
			      .silent_ms =
				      FEED_SILENT_MS + (timeframe_ms < MINUTE_MS ? timeframe_ms : MINUTE_MS),
			      .due_ms = NEVER_MS,
			      .heard = scratch};
	for (size_t i = 0; i < SYMBOLS_MAX; i++)
		feed->symbols[i].closed_ms = feed->symbols[i].running_ms = feed->symbols[i].newest_ms =
			UNKNOWN;
}

/* What time it is by the slower of the two clocks: nothing is over before both say so. */
static ms_t slower_ms(const struct feed *feed)
{
	return feed->now_ms + ms_earlier(feed->offset_ms, 0);
}

/* The bar that has to be told next; UNKNOWN while any may be the first. */
static ms_t next_open_ms(const struct feed *feed, const struct feed_symbol *s)
{
	return s->closed_ms == UNKNOWN ? UNKNOWN : s->closed_ms + feed->timeframe_ms;
}

static bool add_candle(const struct feed *feed, sym_t sym, const struct candle *candle, bool closed,
		       bool history, struct events *out)
{
	struct event *event = events_add(out, EVENT_CANDLE, sym, feed->now_ms);

	if (event == NULL)
		return false; /* not told: it is missing, and will be asked for */
	event->candle.candle = *candle;
	event->candle.closed = closed;
	event->candle.history = history;
	return true;
}

/* The hole, if there was one, ends before this bar. */
static void take_told(struct feed *feed, struct feed_symbol *s, ms_t open_ms)
{
	s->closed_ms = open_ms;
	s->over_ms = s->newest_ms > open_ms + feed->timeframe_ms ? feed->now_ms : 0;
	s->ask_ms = s->asked_ms = s->retry_ms = 0;
}

static bool has_hole(const struct feed_symbol *s)
{
	return s->waiting_count > 0 || s->ask_ms != 0 || s->asked_ms != 0;
}

/* A bar that was missed or had to wait. */
static void tell_late(struct feed *feed, sym_t sym, const struct candle *candle, struct events *out)
{
	struct feed_symbol *s = &feed->symbols[sym];
	bool old = slower_ms(feed) >= candle->open_ms + feed->timeframe_ms + FEED_FRESH_MS;

	if (candle->open_ms >= s->running_ms) {
		if (!add_candle(feed, sym, candle, false, false, out))
			return;
		s->running_ms = candle->open_ms;
	}
	if (add_candle(feed, sym, candle, true, old, out))
		take_told(feed, s, candle->open_ms);
}

static void forget_waiting(struct feed_symbol *s, uint8_t count)
{
	s->waiting_count = (uint8_t)(s->waiting_count - count);
	memmove(s->waiting, s->waiting + count, s->waiting_count * sizeof s->waiting[0]);
}

/* What waits and follows is told; if something still waits then, something is missing. */
static void tell_waiting(struct feed *feed, sym_t sym, struct events *out)
{
	struct feed_symbol *s = &feed->symbols[sym];

	while (s->waiting_count > 0 && !s->theirs) {
		struct candle candle = s->waiting[0];
		if (s->closed_ms != UNKNOWN && candle.open_ms > next_open_ms(feed, s))
			break;
		if (s->closed_ms == UNKNOWN || candle.open_ms > s->closed_ms) {
			tell_late(feed, sym, &candle, out);
			if (s->closed_ms != candle.open_ms)
				break; /* no room */
		}
		forget_waiting(s, 1);
	}
	if (s->waiting_count > 0 && !s->theirs && s->asked_ms == 0 && s->ask_ms == 0)
		s->ask_ms = feed->now_ms;
	if (has_hole(s) || s->withheld.open_ms == 0)
		return;
	if (s->withheld.open_ms > s->closed_ms && s->withheld.open_ms >= s->running_ms &&
	    add_candle(feed, sym, &s->withheld, false, false, out))
		s->running_ms = s->withheld.open_ms;
	s->withheld.open_ms = 0;
}

static void keep_waiting(struct feed *feed, struct feed_symbol *s, const struct candle *candle)
{
	uint8_t at = s->waiting_count;

	while (at > 0 && s->waiting[at - 1].open_ms >= candle->open_ms)
		at--;
	if (at < s->waiting_count && s->waiting[at].open_ms == candle->open_ms) {
		feed->counts.duplicates++;
		return;
	}
	if (s->waiting_count == FEED_WAITING_MAX) {
		if (at == 0)
			return; /* older than all that wait */
		forget_waiting(s, 1);
		at--;
	}
	memmove(&s->waiting[at + 1], &s->waiting[at], (size_t)(s->waiting_count - at) * sizeof *candle);
	s->waiting[at] = *candle;
	s->waiting_count++;
}

/* Both kinds of news have come since it was last watched. */
static void end_silence(struct feed_symbol *s)
{
	if (ms_earlier(s->quote_ms, s->candle_ms) > s->watched_ms)
		s->silence_ms = 0;
}

/* Heard, and neither late nor unaligned. */
static bool is_usable(struct feed *feed, struct feed_symbol *s, const struct candle *candle)
{
	if (!timeframe_aligned(candle->open_ms, feed->timeframe_ms)) {
		feed->counts.unaligned++;
		return false;
	}
	s->candle_ms = feed->now_ms;
	end_silence(s);
	if (s->closed_ms == UNKNOWN || candle->open_ms > s->closed_ms)
		return true;
	if (candle->open_ms == s->closed_ms)
		feed->counts.duplicates++;
	else
		feed->counts.late++;
	return false;
}

static void on_closed(struct feed *feed, sym_t sym, const struct candle *candle, struct events *out)
{
	struct feed_symbol *s = &feed->symbols[sym];

	if (!is_usable(feed, s, candle))
		return;
	if (!s->theirs && (s->closed_ms == UNKNOWN || candle->open_ms == next_open_ms(feed, s))) {
		if (add_candle(feed, sym, candle, true, false, out))
			take_told(feed, s, candle->open_ms);
	} else {
		keep_waiting(feed, s, candle);
	}
	tell_waiting(feed, sym, out);
}

static void on_running(struct feed *feed, sym_t sym, const struct candle *candle, struct events *out)
{
	struct feed_symbol *s = &feed->symbols[sym];

	if (!is_usable(feed, s, candle))
		return;
	s->newest_ms = ms_later(s->newest_ms, candle->open_ms);
	if (s->over_ms == 0 && s->closed_ms != UNKNOWN && s->newest_ms > next_open_ms(feed, s))
		s->over_ms = feed->now_ms;
	if (candle->open_ms < s->running_ms)
		return;
	if (has_hole(s) && candle->open_ms > s->running_ms + feed->timeframe_ms) {
		s->withheld = *candle;
		return;
	}
	if (add_candle(feed, sym, candle, false, false, out))
		s->running_ms = candle->open_ms;
}

/* A row that answers our own question. Older ones were told; a bar that waits is told as the row has it. */
static void on_row(struct feed *feed, sym_t sym, const struct candle *row, struct events *out)
{
	struct feed_symbol *s = &feed->symbols[sym];
	bool waited = false;

	if (!timeframe_aligned(row->open_ms, feed->timeframe_ms) ||
	    (s->closed_ms != UNKNOWN && row->open_ms <= s->closed_ms))
		return;
	for (uint8_t i = 0; i < s->waiting_count; i++) {
		if (s->waiting[i].open_ms != row->open_ms)
			continue;
		waited = true;
		feed->counts.corrected += memcmp(&s->waiting[i], row, sizeof *row) != 0;
	}
	while (s->waiting_count > 0 && s->waiting[0].open_ms <= row->open_ms)
		forget_waiting(s, 1);
	bool confirms = s->confirming && s->closed_ms != UNKNOWN && row->open_ms == next_open_ms(feed, s);
	tell_late(feed, sym, row, out);
	if (waited || s->closed_ms != row->open_ms)
		return;
	if (confirms && !s->filled)
		feed->counts.unconfirmed++;
	else
		feed->counts.missing++, feed->counts.holes += !s->filled;
	s->filled = true;
}

static void on_history(struct feed *feed, const struct event *event, struct events *out)
{
	struct feed_symbol *s = &feed->symbols[event->sym];
	const struct candle *row = &event->candle.candle;

	if (s->theirs) {
		if (add_candle(feed, event->sym, row, true, true, out))
			s->closed_ms = ms_later(s->closed_ms, row->open_ms);
	} else if (s->owed && s->watched) {
		on_row(feed, event->sym, row, out);
	}
}

/* What was wanted was not in the answer. If it was over for long enough when it was asked for, by both
 * clocks, there is no such bar; else the exchange does not have it yet. */
static void on_no_answer(struct feed *feed, struct feed_symbol *s, ms_t asked_ms)
{
	ms_t sure_ms = asked_ms + ms_earlier(feed->offset_ms, 0) - FEED_LAG_MS;
	ms_t absent_ms = sure_ms - sure_ms % feed->timeframe_ms - feed->timeframe_ms;

	if (s->waiting_count > 0)
		absent_ms = ms_earlier(absent_ms, s->waiting[0].open_ms - feed->timeframe_ms);
	if (absent_ms > s->closed_ms) {
		take_told(feed, s, absent_ms);
		return;
	}
	s->retry_ms = s->retry_ms == 0 ? FEED_RETRY_MS : ms_earlier(2 * s->retry_ms, FEED_RETRY_MOST);
	s->ask_ms = feed->now_ms + s->retry_ms;
}

static void on_history_end(struct feed *feed, const struct event *event, struct events *out)
{
	struct feed_symbol *s = &feed->symbols[event->sym];
	bool theirs = s->theirs;
	ms_t asked_ms = s->owed ? s->asked_ms : 0;

	s->theirs = s->owed = s->filled = s->confirming = false;
	s->asked_ms = 0;
	if (theirs) {
		struct event *end = events_add(out, EVENT_SNAPSHOT_END, event->sym, feed->now_ms);
		if (end != NULL)
			end->snapshot.what = SNAPSHOT_HISTORY;
		if (s->watched && s->closed_ms != UNKNOWN)
			take_told(feed, s, s->closed_ms);
	}
	if (!s->watched)
		return;
	if (asked_ms != 0 && !theirs)
		on_no_answer(feed, s, asked_ms);
	tell_waiting(feed, event->sym, out);
}

/* The newest bar that is over. */
static ms_t newest_closed_ms(const struct feed *feed)
{
	ms_t now = slower_ms(feed);

	return now - now % feed->timeframe_ms - feed->timeframe_ms;
}

static void on_link(struct feed *feed, const struct event *event)
{
	if (event->link.state == LINK_LIMITED)
		return;
	bool up = event->link.state != LINK_DOWN, came = up && !feed->up;
	feed->up = up;
	if (event->link.clock_off_ms != UNKNOWN)
		feed->offset_ms = event->link.clock_off_ms;
	for (size_t i = 0; i < feed->watched_count && came; i++) {
		struct feed_symbol *s = &feed->symbols[feed->watched[i]];
		s->quote_ms = s->candle_ms = feed->now_ms;
		if (s->closed_ms != UNKNOWN && s->closed_ms < newest_closed_ms(feed) && s->asked_ms == 0)
			s->ask_ms = feed->now_ms;
	}
}

/* Its bars were in other ticks: a new beginning. */
static void on_instrument(struct feed *feed, const struct event *event)
{
	struct feed_symbol *s = &feed->symbols[event->sym];

	if (feed->universe == NULL || event->sym >= feed->universe->count ||
	    feed->universe->at[event->sym].generation == event->instrument.now->generation)
		return;
	s->closed_ms = s->running_ms = s->newest_ms = UNKNOWN;
	s->over_ms = s->ask_ms = s->asked_ms = s->retry_ms = 0;
	s->owed = s->filled = s->confirming = false;
	s->waiting_count = 0;
	s->withheld.open_ms = 0;
}

static void on_candle(struct feed *feed, const struct event *event, struct events *out)
{
	if (event->candle.history)
		on_history(feed, event, out);
	else if (!feed->symbols[event->sym].watched)
		return;
	else if (event->candle.closed)
		on_closed(feed, event->sym, &event->candle.candle, out);
	else
		on_running(feed, event->sym, &event->candle.candle, out);
}

static void pass(struct feed *feed, const struct event *event, struct events *out)
{
	bool known = event->sym < SYMBOLS_MAX;

	switch (event->kind) {
	case EVENT_CANDLE:
		if (known)
			on_candle(feed, event, out);
		return;
	case EVENT_SNAPSHOT_END:
		if (event->snapshot.what != SNAPSHOT_HISTORY)
			break;
		if (known)
			on_history_end(feed, event, out);
		return;
	case EVENT_TICKER:
		if (!known)
			break;
		feed->symbols[event->sym].quote_ms = feed->now_ms;
		end_silence(&feed->symbols[event->sym]);
		break;
	case EVENT_LINK: on_link(feed, event); break;
	case EVENT_INSTRUMENT:
		if (known)
			on_instrument(feed, event);
		break;
	default: break;
	}
	struct event *copy = events_add(out, (enum event_kind)event->kind, event->sym, event->at_ms);
	if (copy != NULL)
		*copy = *event;
}

static int ask_inner(struct feed *feed, enum intent_kind kind, sym_t sym, int64_t value, struct outbox *say)
{
	struct intent intent = {.kind = (uint8_t)kind, .sym = sym, .value = value};
	struct turn_out out = {.say = say, .heard = feed->heard};

	return feed->inner->ops->ask(feed->inner, &intent, feed->now_ms, &out);
}

/* From the first missing bar to the newest, and one more should their clock be ahead of ours. */
static void ask_missing(struct feed *feed, sym_t sym, struct outbox *say)
{
	struct feed_symbol *s = &feed->symbols[sym];
	int64_t bars = (newest_closed_ms(feed) - s->closed_ms) / feed->timeframe_ms;

	s->ask_ms = 0;
	s->asked_ms = feed->now_ms;
	s->owed = true;
	if (ask_inner(feed, INTENT_HISTORY, sym, ms_later(bars, 1) + 1, say) == TB_OK)
		return;
	s->owed = false;
	s->asked_ms = 0;
	s->ask_ms = feed->now_ms + FEED_RETRY_MS;
}

/* When the bar that is next should have been confirmed. */
static ms_t confirm_due_ms(const struct feed *feed, const struct feed_symbol *s)
{
	ms_t overdue_ms;

	if (s->closed_ms == UNKNOWN || s->ask_ms != 0 || s->asked_ms != 0)
		return NEVER_MS;
	overdue_ms = s->closed_ms + 2 * feed->timeframe_ms + FEED_OVERDUE_MS - ms_earlier(feed->offset_ms, 0);
	return s->over_ms != 0 ? ms_earlier(overdue_ms, s->over_ms + FEED_CONFIRM_MS) : overdue_ms;
}

static ms_t silence_due_ms(const struct feed *feed, const struct feed_symbol *s)
{
	if (!feed->up)
		return NEVER_MS;
	return ms_earlier(s->quote_ms, s->candle_ms) + (s->silence_ms != 0 ? s->silence_ms : feed->silent_ms);
}

static ms_t question_due_ms(const struct feed_symbol *s)
{
	if (s->asked_ms != 0)
		return s->asked_ms + FEED_LOST_MS;
	return s->ask_ms != 0 ? s->ask_ms : NEVER_MS;
}

static void step_symbol(struct feed *feed, sym_t sym, struct outbox *say)
{
	struct feed_symbol *s = &feed->symbols[sym];

	if (!s->theirs && feed->now_ms >= confirm_due_ms(feed, s)) {
		s->ask_ms = feed->now_ms;
		s->confirming = true;
	}
	if (!s->theirs && feed->now_ms >= question_due_ms(s))
		ask_missing(feed, sym, say);
	if (feed->now_ms >= silence_due_ms(feed, s)) {
		feed->counts.silences++;
		s->silence_ms = ms_earlier(2 * (s->silence_ms != 0 ? s->silence_ms : feed->silent_ms),
					   FEED_SILENT_MOST);
		s->quote_ms = s->candle_ms = s->watched_ms = feed->now_ms;
		ask_inner(feed, INTENT_WATCH, sym, 1, say);
	}
}

static ms_t symbol_due_ms(const struct feed *feed, const struct feed_symbol *s)
{
	ms_t due = silence_due_ms(feed, s);

	if (s->theirs)
		return due;
	return ms_earlier(due, ms_earlier(confirm_due_ms(feed, s), question_due_ms(s)));
}

/* What was heard, then what is due, until neither leads to more. */
static void work_off(struct feed *feed, struct turn_out *out)
{
	size_t done = 0;

	do {
		for (; done < feed->heard->count; done++)
			pass(feed, &feed->heard->at[done], out->heard);
		for (size_t i = 0; i < feed->watched_count; i++)
			step_symbol(feed, feed->watched[i], out->say);
	} while (done < feed->heard->count);
	feed->due_ms = NEVER_MS;
	for (size_t i = 0; i < feed->watched_count; i++)
		feed->due_ms =
			ms_earlier(feed->due_ms, symbol_due_ms(feed, &feed->symbols[feed->watched[i]]));
	out->heard->dropped += feed->heard->dropped;
}

static void begin_turn(struct feed *feed, ms_t now)
{
	feed->now_ms = ms_later(feed->now_ms, now);
	feed->heard->count = feed->heard->dropped = 0;
}

static int feed_on_wire(struct exchange *exchange, const struct wire_in *in, struct turn_out *out)
{
	struct feed *feed = exchange->state;
	struct turn_out inner = {.say = out->say, .heard = feed->heard};
	bool large =
		in->kind == WIRE_REPLY || in->stream != 0; /* the account's news come on streams of its own */
	size_t room = large ? FEED_ROOM : FEED_ROOM_FRAME;

	if (out->heard->count + room > EVENTS_MAX)
		return TB_EFULL;
	begin_turn(feed, in->at_ms);
	int err = feed->inner->ops->on_wire(feed->inner, in, &inner);
	work_off(feed, out);
	return err;
}

static int feed_on_market(struct exchange *exchange, const struct event *event, struct turn_out *out)
{
	struct feed *feed = exchange->state;

	return feed->inner->ops->on_market(feed->inner, event, out);
}

static int feed_submit(struct exchange *exchange, const struct ticket *ticket, ms_t now, struct turn_out *out)
{
	struct feed *feed = exchange->state;

	return feed->inner->ops->submit(feed->inner, ticket, now, out);
}

/* A symbol that is watched again within two bars goes on where it was; after that its history is asked for by
 * who watches it. */
static void begin_watching(struct feed *feed, sym_t sym)
{
	struct feed_symbol *s = &feed->symbols[sym];

	s->quote_ms = s->candle_ms = s->watched_ms = feed->now_ms;
	s->silence_ms = 0;
	if (s->watched)
		return;
	s->watched = true;
	feed->watched[feed->watched_count++] = sym;
	if (s->closed_ms != UNKNOWN && feed->now_ms - s->closed_ms > 3 * feed->timeframe_ms)
		s->closed_ms = UNKNOWN;
	s->running_ms = s->newest_ms = UNKNOWN;
}

/* Forgotten, but for its last bar. */
static void end_watching(struct feed *feed, sym_t sym)
{
	struct feed_symbol *s = &feed->symbols[sym];
	size_t at = 0;

	while (at < feed->watched_count && feed->watched[at] != sym)
		at++;
	if (at == feed->watched_count)
		return;
	feed->watched[at] = feed->watched[--feed->watched_count];
	s->watched = s->owed = s->filled = s->confirming = false;
	s->over_ms = s->ask_ms = s->asked_ms = s->retry_ms = 0;
	s->waiting_count = 0;
	s->withheld.open_ms = 0;
}

static int feed_ask(struct exchange *exchange, const struct intent *intent, ms_t now, struct turn_out *out)
{
	struct feed *feed = exchange->state;
	struct turn_out inner = {.say = out->say, .heard = feed->heard};

	if (out->heard->count + FEED_ROOM_FRAME > EVENTS_MAX)
		return TB_EFULL;
	begin_turn(feed, now);
	bool of_symbol = intent->sym < SYMBOLS_MAX;
	if (intent->kind == INTENT_HISTORY && of_symbol) /* before it is asked: it may be answered at once */
		feed->symbols[intent->sym].theirs = true;
	int err = feed->inner->ops->ask(feed->inner, intent, now, &inner);
	if (intent->kind == INTENT_HISTORY && of_symbol && err != TB_OK)
		feed->symbols[intent->sym].theirs = false;
	if (intent->kind == INTENT_WATCH && of_symbol && err == TB_OK) {
		if (intent->value != 0)
			begin_watching(feed, intent->sym);
		else
			end_watching(feed, intent->sym);
	}
	work_off(feed, out);
	return err;
}

static ms_t feed_next_ms(const struct exchange *exchange)
{
	const struct feed *feed = exchange->state;

	return ms_earlier(feed->inner->ops->next_ms(feed->inner), feed->due_ms);
}

static const struct universe *feed_listing(const struct exchange *exchange)
{
	const struct feed *feed = exchange->state;

	return feed->inner->ops->listing(feed->inner);
}

static void feed_attach(struct exchange *exchange, const struct universe *universe)
{
	struct feed *feed = exchange->state;

	feed->universe = universe;
	feed->inner->ops->attach(feed->inner, universe);
}

const struct exchange_ops feed_ops = {
	.name = "feed",
	.state_bytes = sizeof(struct feed),
	.on_wire = feed_on_wire,
	.on_market = feed_on_market,
	.submit = feed_submit,
	.ask = feed_ask,
	.next_ms = feed_next_ms,
	.listing = feed_listing,
	.attach = feed_attach,
};
