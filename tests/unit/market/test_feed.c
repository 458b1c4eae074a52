/* SPDX-License-Identifier: MIT
 * The feed in front of an exchange that does everything wrong: what comes out is each bar once, in order. */
#include "feed.h"

#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define T0    1760000040000LL /* a full minute: bar 0 opens */
#define SYM   3
#define DELAY 100 /* of news behind the moment it is about */
#define ASKED 64

/* The exchange inside: says what a test has put into its mouth and remembers what it was asked. */
struct inner {
	struct events next; /* said with the next call */
	struct intent asked[ASKED];
	size_t asked_count;
	int refusal; /* of what it is asked */
};
struct stand {
	struct inner inner;
	struct exchange inside, outside;
	struct feed feed;
	struct events scratch, heard;
	ms_t now_ms;
};

static void give(struct inner *inner, struct events *heard)
{
	for (size_t i = 0; i < inner->next.count; i++)
		*events_add(heard, EVENT_NONE, 0, 0) = inner->next.at[i];
	inner->next.count = 0;
}

static int inner_on_wire(struct exchange *exchange, const struct wire_in *in, struct turn_out *out)
{
	(void)in;
	give(exchange->state, out->heard);
	return 0;
}

static int inner_on_market(struct exchange *exchange, const struct event *event, struct turn_out *out)
{
	(void)exchange, (void)event, (void)out;
	return 7;
}

static int inner_submit(struct exchange *exchange, const struct ticket *ticket, ms_t now,
			struct turn_out *out)
{
	(void)exchange, (void)ticket, (void)now, (void)out;
	return 8;
}

static int inner_ask(struct exchange *exchange, const struct intent *intent, ms_t now, struct turn_out *out)
{
	struct inner *inner = exchange->state;

	(void)now;
	assert_true(inner->asked_count < ASKED);
	inner->asked[inner->asked_count++] = *intent;
	give(inner, out->heard);
	return inner->refusal;
}

static ms_t inner_next_ms(const struct exchange *exchange)
{
	(void)exchange;
	return T0 + DAY_MS;
}

static const struct exchange_ops inner_ops = {
	.name = "inner",
	.state_bytes = sizeof(struct inner),
	.on_wire = inner_on_wire,
	.on_market = inner_on_market,
	.submit = inner_submit,
	.ask = inner_ask,
	.next_ms = inner_next_ms,
	.listing = exchange_lists_nothing,
	.attach = exchange_is_told,
};

static struct stand *stand_new(void)
{
	struct stand *s = calloc(1, sizeof *s);

	assert_non_null(s);
	s->inside = (struct exchange){&inner_ops, &s->inner};
	s->outside = (struct exchange){&feed_ops, &s->feed};
	feed_init(&s->feed, &s->inside, MINUTE_MS, &s->scratch);
	s->now_ms = T0;
	return s;
}

static void turn(struct stand *s, ms_t now_ms)
{
	struct wire_in in = {.kind = WIRE_FRAME, .at_ms = now_ms};
	struct turn_out out = {.heard = &s->heard};

	s->now_ms = now_ms;
	s->heard.count = 0;
	assert_int_equal(feed_ops.on_wire(&s->outside, &in, &out), 0);
}

static int ask(struct stand *s, enum intent_kind kind, int64_t value)
{
	struct intent intent = {.kind = (uint8_t)kind, .sym = SYM, .value = value};
	struct turn_out out = {.heard = &s->heard};

	s->heard.count = 0;
	return feed_ops.ask(&s->outside, &intent, s->now_ms, &out);
}

static struct candle bar(int64_t number)
{
	price_t price = 1000 + number % 97;

	return (struct candle){T0 + number * MINUTE_MS, price, price + 5, price - 5, price + 1, 10};
}

static struct event *put(struct stand *s, enum event_kind kind)
{
	struct event *event = events_add(&s->inner.next, kind, SYM, s->now_ms);

	assert_non_null(event);
	return event;
}

static void put_bar(struct stand *s, int64_t number, bool closed, bool history)
{
	struct event *event = put(s, EVENT_CANDLE);

	event->candle.candle = bar(number);
	event->candle.closed = closed;
	event->candle.history = history;
}

static void put_end(struct stand *s)
{
	put(s, EVENT_SNAPSHOT_END)->snapshot.what = SNAPSHOT_HISTORY;
}

static void put_link(struct stand *s, enum link_state state)
{
	struct event *event = put(s, EVENT_LINK);

	event->link.state = (int64_t)state;
	event->link.clock_off_ms = UNKNOWN;
}

/* A little after bar `number` has ended. */
static ms_t after(int64_t number)
{
	return T0 + (number + 1) * MINUTE_MS + DELAY;
}

static void stream_closed(struct stand *s, int64_t number)
{
	put_bar(s, number, true, false);
	turn(s, after(number) > s->now_ms ? after(number) : s->now_ms);
}

static void stream_running(struct stand *s, int64_t number, ms_t now_ms)
{
	put_bar(s, number, false, false);
	turn(s, now_ms);
}

/* The answer to a question: bars [from, to], and its end. */
static void answer(struct stand *s, int64_t from, int64_t to, ms_t now_ms)
{
	for (int64_t n = from; n <= to; n++)
		put_bar(s, n, true, true);
	put_end(s);
	turn(s, now_ms);
}

/* What was heard: "c4" closed bar 4, "r4" running, "h4" history; "end", "quote", "link". In order. */
static const char *heard(const struct stand *s)
{
	static char text[4096];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < s->heard.count; i++) {
		const struct event *event = &s->heard.at[i];
		const char *kind = event->kind == EVENT_SNAPSHOT_END ? "end"
				   : event->kind == EVENT_LINK       ? "link"
								     : "quote";
		if (i > 0)
			text[len++] = ' ';
		if (event->kind != EVENT_CANDLE) {
			len += strlen(strcpy(text + len, kind));
			continue;
		}
		int64_t number = (event->candle.candle.open_ms - T0) / MINUTE_MS;
		text[len++] = !event->candle.closed ? 'r' : event->candle.history ? 'h' : 'c';
		if (number >= 100)
			text[len++] = (char)('0' + number / 100);
		if (number >= 10)
			text[len++] = (char)('0' + number / 10 % 10);
		text[len++] = (char)('0' + number % 10);
		text[len] = '\0';
	}
	return text;
}

static const struct intent *asked(const struct stand *s, enum intent_kind kind, size_t nth)
{
	for (size_t i = 0; i < s->inner.asked_count; i++)
		if (s->inner.asked[i].kind == kind && nth-- == 0)
			return &s->inner.asked[i];
	return NULL;
}

static size_t times_asked(const struct stand *s, enum intent_kind kind)
{
	size_t count = 0;

	while (asked(s, kind, count) != NULL)
		count++;
	return count;
}

static struct stand *watching(void)
{
	struct stand *s = stand_new();

	put_link(s, LINK_UP);
	turn(s, T0);
	assert_string_equal(heard(s), "link");
	assert_int_equal(ask(s, INTENT_WATCH, 1), 0);
	s->inner.asked_count = 0;
	return s;
}

static void bars_in_order_pass_at_once_and_nothing_is_asked(void **state)
{
	struct stand *s = watching();

	(void)state;
	for (int64_t n = 0; n < 50; n++) {
		stream_running(s, n, T0 + n * MINUTE_MS + 500);
		assert_int_equal(s->heard.count, 1);
		put_bar(s, n + 1, false, false); /* the next one begins first, as some exchanges tell it */
		put_bar(s, n, true, false);
		put(s, EVENT_TICKER);
		turn(s, after(n));
		assert_int_equal(s->heard.count, 3);
		assert_true(s->heard.at[1].candle.closed && !s->heard.at[1].candle.history);
		struct candle told = bar(n);
		assert_memory_equal(&s->heard.at[1].candle.candle, &told, sizeof told);
		assert_int_equal(s->heard.at[1].at_ms, after(n));
	}
	assert_int_equal(s->inner.asked_count, 0);
	assert_int_equal(feed_ops.next_ms(&s->outside), after(49) + MINUTE_MS - DELAY + FEED_OVERDUE_MS);
	free(s);
}

static void what_comes_twice_or_late_or_between_two_bars_is_dropped(void **state)
{
	struct stand *s = watching();
	struct candle odd = bar(3);

	(void)state;
	stream_closed(s, 0);
	stream_closed(s, 1);
	stream_closed(s, 1);
	stream_closed(s, 0);
	assert_string_equal(heard(s), "");
	stream_running(s, 0, after(1) + 5);
	assert_string_equal(heard(s), "");
	odd.open_ms += 7;
	put_bar(s, 2, true, false);
	s->inner.next.at[0].candle.candle = odd;
	turn(s, after(1) + 9);
	assert_string_equal(heard(s), "");
	assert_int_equal(s->feed.counts.duplicates, 1);
	assert_int_equal(s->feed.counts.late, 2);
	assert_int_equal(s->feed.counts.unaligned, 1);
	stream_closed(s, 2);
	assert_string_equal(heard(s), "c2");
	free(s);
}

static void a_hole_is_asked_for_and_told_before_the_bar_that_waits(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 0);
	stream_closed(s, 3);
	assert_string_equal(heard(s), "");
	assert_int_equal(times_asked(s, INTENT_HISTORY), 1);
	assert_int_equal(asked(s, INTENT_HISTORY, 0)->sym, SYM);
	assert_int_equal(asked(s, INTENT_HISTORY, 0)->value,
			 4); /* bars 1 to 3, and one in case their clock is ahead */
	answer(s, 0, 3, after(3) + 300);
	assert_string_equal(heard(s), "r1 h1 r2 h2 r3 c3");
	assert_int_equal(s->feed.counts.holes, 1);
	assert_int_equal(s->feed.counts.missing, 2);
	assert_int_equal(s->feed.counts.corrected, 0);
	stream_closed(s, 4);
	assert_string_equal(heard(s), "c4");
	free(s);
}

static void bars_that_come_while_a_hole_is_open_wait_in_order(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 0);
	s->now_ms = after(5);
	stream_closed(s, 3);
	stream_closed(s, 5);
	stream_closed(s, 4);
	stream_closed(s, 4);
	assert_string_equal(heard(s), "");
	assert_int_equal(times_asked(s, INTENT_HISTORY), 1);
	answer(s, 1, 2, after(5) + 100);
	assert_string_equal(heard(s), "r1 h1 r2 h2 r3 h3 r4 h4 r5 c5");
	assert_int_equal(s->feed.counts.duplicates, 1);
	free(s);
}

static void a_late_bar_closes_its_hole_itself(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 0);
	stream_closed(s, 2);
	stream_closed(s, 1);
	assert_string_equal(heard(s), "c1 r2 c2");
	answer(s, 0, 2, after(2) + 200);
	assert_string_equal(heard(s), "");
	stream_closed(s, 3);
	assert_string_equal(heard(s), "c3");
	assert_int_equal(s->feed.counts.holes, 0);
	free(s);
}

static void what_the_exchange_answers_corrects_what_its_stream_said(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 0);
	put_bar(s, 2, true, false);
	s->inner.next.at[0].candle.candle.high += 3;
	turn(s, after(2));
	answer(s, 1, 2, after(2) + 300);
	assert_string_equal(heard(s), "r1 h1 r2 c2");
	struct candle wanted = bar(2);
	assert_memory_equal(&s->heard.at[3].candle.candle, &wanted, sizeof wanted);
	assert_int_equal(s->feed.counts.corrected, 1);
	free(s);
}

static void a_hole_stays_open_while_the_exchange_does_not_answer(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 0);
	for (int64_t n = 2; n < 20; n++) {
		stream_closed(s, n);
		stream_running(s, n + 1, after(n) + 500);
		assert_string_equal(heard(s), "");
	}
	assert_true(times_asked(s, INTENT_HISTORY) >= 8 &&
		    times_asked(s, INTENT_HISTORY) <= 10); /* every two minutes */
	answer(s, 0, 19, after(19) + 1000);
	assert_string_equal(heard(s), "r1 h1 r2 h2 r3 h3 r4 h4 r5 h5 r6 h6 r7 h7 r8 h8 r9 h9 r10 h10 r11 h11 "
				      "r12 h12 r13 h13 r14 h14 "
				      "r15 h15 r16 h16 r17 h17 r18 h18 r19 c19 r20");
	free(s);
}

static void an_answer_without_the_bar_is_asked_again_with_growing_pauses(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 0);
	stream_running(s, 2, after(1));
	turn(s, after(1) + FEED_CONFIRM_MS);
	for (size_t i = 1; i <= 3; i++) {
		assert_int_equal(times_asked(s, INTENT_HISTORY), i);
		answer(s, 0, 0, s->now_ms); /* their list is late */
		assert_string_equal(heard(s), "");
		ms_t due = feed_ops.next_ms(&s->outside);
		assert_int_equal(due - s->now_ms, FEED_RETRY_MS << (i - 1));
		turn(s, due);
	}
	answer(s, 0, 1, s->now_ms);
	assert_string_equal(heard(s), "h1");
	free(s);
}

static void a_bar_that_the_exchange_does_not_have_is_passed_over(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 0);
	stream_closed(s, 4);
	answer(s, 2, 4, after(4) + 100); /* bar 1 is not in it, newer ones are */
	assert_string_equal(heard(s), "r2 h2 r3 h3 r4 c4");
	stream_closed(s, 6);
	put_end(s); /* bar 5 has ended a minute ago, and is not there */
	turn(s, after(6) + 100);
	assert_string_equal(heard(s), "r6 c6");
	free(s);
}

static void a_bar_whose_confirmation_never_comes_is_asked_for(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 0);
	stream_running(s, 1, T0 + MINUTE_MS + 500);
	stream_running(s, 2, after(1));
	turn(s, after(1) + FEED_CONFIRM_MS - 1);
	assert_int_equal(times_asked(s, INTENT_HISTORY), 0);
	assert_int_equal(feed_ops.next_ms(&s->outside), after(1) + FEED_CONFIRM_MS);
	turn(s, after(1) + FEED_CONFIRM_MS);
	assert_int_equal(times_asked(s, INTENT_HISTORY), 1);
	stream_running(s, 2, s->now_ms + 10);
	assert_string_equal(heard(s), "r2"); /* nobody has missed anything of it */
	answer(s, 0, 1, s->now_ms + 200);
	assert_string_equal(heard(s), "c1"); /* in time for a decision, and no running bar older than bar 2 */
	assert_int_equal(s->feed.counts.unconfirmed, 1);
	assert_int_equal(s->feed.counts.holes, 0);
	stream_closed(s, 1); /* now it comes */
	assert_string_equal(heard(s), "");
	stream_closed(s, 2);
	assert_string_equal(heard(s), "c2");
	free(s);
}

static void without_any_news_the_clock_says_that_a_bar_is_over(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 0);
	turn(s, T0 + 2 * MINUTE_MS + FEED_OVERDUE_MS - 1);
	assert_int_equal(times_asked(s, INTENT_HISTORY), 0);
	turn(s, T0 + 2 * MINUTE_MS + FEED_OVERDUE_MS);
	assert_int_equal(times_asked(s, INTENT_HISTORY), 1);
	answer(s, 1, 1, s->now_ms + 10);
	assert_string_equal(heard(s), "r1 h1");
	free(s);
}

static void a_symbol_that_is_silent_is_watched_anew_with_longer_pauses(void **state)
{
	struct stand *s = watching();

	(void)state;
	turn(s, T0 + s->feed.silent_ms - 1);
	assert_int_equal(times_asked(s, INTENT_WATCH), 0);
	turn(s, T0 + s->feed.silent_ms);
	assert_int_equal(times_asked(s, INTENT_WATCH), 1);
	assert_int_equal(asked(s, INTENT_WATCH, 0)->value, 1);
	assert_int_equal(feed_ops.next_ms(&s->outside), T0 + 3 * s->feed.silent_ms);
	ms_t now = T0 + s->feed.silent_ms;
	for (ms_t end = now + 5 * s->feed.silent_ms; now < end;
	     now += 1000) { /* quotes, but never a candle */
		put(s, EVENT_TICKER);
		turn(s, now);
	}
	assert_int_equal(times_asked(s, INTENT_WATCH), 2);
	put_link(s, LINK_DOWN);
	turn(s, now);
	turn(s, now + HOUR_MS);
	assert_int_equal(times_asked(s, INTENT_WATCH), 2); /* the link knows better */
	assert_int_equal(s->feed.counts.silences, 2);
	free(s);
}

static void what_was_missed_while_the_link_was_down_is_asked_for_when_it_is_up(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 0);
	put_link(s, LINK_DOWN);
	turn(s, after(0) + 1000);
	put_link(s, LINK_UP);
	turn(s, after(0) + 9000);
	assert_int_equal(s->inner.asked_count, 0); /* nothing has ended meanwhile */
	put_link(s, LINK_DOWN);
	turn(s, after(0) + 10000);
	put_link(s, LINK_UP);
	turn(s, after(4));
	assert_string_equal(heard(s), "link");
	assert_int_equal(times_asked(s, INTENT_HISTORY), 1);
	stream_running(s, 5, after(4) + 100);
	assert_string_equal(heard(s), ""); /* stops must see bars 1 to 4 first */
	answer(s, 0, 4, after(4) + 200);
	assert_string_equal(heard(s), "r1 h1 r2 h2 r3 h3 r4 c4 r5");
	put_link(s, LINK_UP);
	turn(s, after(4) + 300);
	assert_int_equal(times_asked(s, INTENT_HISTORY), 1);
	free(s);
}

static void a_symbol_that_is_not_watched_is_forgotten_but_for_its_last_bar(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 0);
	stream_closed(s, 2);
	assert_int_equal(ask(s, INTENT_WATCH, 0), 0);
	answer(s, 1, 2, after(2) + 10);
	assert_string_equal(heard(s), "");
	stream_closed(s, 3);
	stream_running(s, 4, after(3));
	assert_string_equal(heard(s), "");
	assert_true(feed_ops.next_ms(&s->outside) == T0 + DAY_MS);
	assert_int_equal(ask(s, INTENT_WATCH, 1), 0); /* long after: whatever comes is the first */
	stream_closed(s, 8);
	assert_string_equal(heard(s), "c8");
	assert_int_equal(ask(s, INTENT_WATCH, 0), 0);
	assert_int_equal(ask(s, INTENT_WATCH, 1), 0); /* at once: it goes on */
	s->inner.asked_count = 0;
	stream_closed(s, 10);
	assert_int_equal(times_asked(s, INTENT_HISTORY), 1);
	answer(s, 9, 9, after(10) + 50);
	assert_string_equal(heard(s), "r9 h9 r10 c10");
	free(s);
}

static void history_of_the_engines_own_passes_whole_and_live_bars_wait_for_it(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 4);
	assert_string_equal(heard(s), "c4");
	assert_int_equal(ask(s, INTENT_HISTORY, 5), 0);
	assert_int_equal(asked(s, INTENT_HISTORY, 0)->value, 5);
	stream_closed(s, 5);
	assert_string_equal(heard(s), "");
	for (int64_t n = 0; n < 3; n++)
		put_bar(s, n, true, true);
	turn(s, after(5) + 10);
	assert_string_equal(heard(s), "h0 h1 h2");
	stream_closed(s, 6);
	answer(s, 3, 5, after(6) + 10);
	assert_string_equal(heard(s), "h3 h4 h5 end r6 c6");
	assert_int_equal(times_asked(s, INTENT_HISTORY), 1);
	assert_int_equal(s->feed.counts.holes, 0);
	free(s);
}

static void only_the_engines_own_question_has_an_end_that_it_hears(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 0);
	stream_closed(s, 2);
	assert_int_equal(ask(s, INTENT_HISTORY, 500), 0); /* while ours is open: one answer for both */
	answer(s, 0, 2, after(2) + 100);
	assert_string_equal(heard(s), "h0 h1 h2 end");
	stream_closed(s, 4);
	answer(s, 3, 4, after(4) + 100);
	assert_string_equal(heard(s), "r3 h3 r4 c4");
	s->inner.refusal = TB_EFULL;
	assert_int_equal(ask(s, INTENT_HISTORY, 500), TB_EFULL);
	s->inner.refusal = 0;
	stream_closed(s, 5);
	assert_string_equal(heard(s), "c5");
	free(s);
}

static void history_that_is_answered_at_once_is_passed_at_once(void **state)
{
	struct stand *s = watching();

	(void)state;
	put_bar(s, 0, true, true);
	put_end(s);
	assert_int_equal(ask(s, INTENT_HISTORY, 1), 0);
	assert_string_equal(heard(s), "h0 end");
	stream_closed(s, 1);
	assert_string_equal(heard(s), "c1");
	free(s);
}

static void a_question_that_cannot_be_put_is_put_later(void **state)
{
	struct stand *s = watching();

	(void)state;
	stream_closed(s, 0);
	s->inner.refusal = TB_EFULL;
	stream_closed(s, 2);
	assert_int_equal(times_asked(s, INTENT_HISTORY), 1);
	s->inner.refusal = 0;
	turn(s, after(2) + FEED_RETRY_MS - 1);
	assert_int_equal(times_asked(s, INTENT_HISTORY), 1);
	turn(s, after(2) + FEED_RETRY_MS);
	assert_int_equal(times_asked(s, INTENT_HISTORY), 2);
	free(s);
}

static void a_new_grid_begins_anew(void **state)
{
	struct stand *s = watching();
	struct universe *universe = calloc(1, sizeof *universe);
	struct instrument now = {.generation = 1};

	(void)state;
	universe->count = SYM + 1;
	feed_ops.attach(&s->outside, universe);
	stream_closed(s, 0);
	stream_closed(s, 2);
	put(s, EVENT_INSTRUMENT)->instrument.now = &now;
	put_bar(s, 1, true, true);
	put_end(s);
	turn(s, after(2) + 50);
	assert_int_equal(s->heard.count, 1);
	assert_ptr_equal(s->heard.at[0].instrument.now, &now);
	stream_closed(s, 7);
	assert_string_equal(heard(s), "c7");
	free(universe);
	free(s);
}

static void a_clock_that_is_ahead_makes_nothing_over_before_its_time(void **state)
{
	struct stand *s = watching();

	(void)state;
	put_link(s, LINK_UP);
	s->inner.next.at[0].link.clock_off_ms = -30000; /* the exchange's is behind ours */
	turn(s, T0 + 1000);
	stream_closed(s, 0);
	turn(s, T0 + 2 * MINUTE_MS + FEED_OVERDUE_MS + 29999);
	assert_int_equal(times_asked(s, INTENT_HISTORY), 0);
	turn(s, T0 + 2 * MINUTE_MS + FEED_OVERDUE_MS + 30000);
	assert_int_equal(times_asked(s, INTENT_HISTORY), 1);
	put_end(s);
	turn(s, s->now_ms + 10);
	stream_closed(s, 1);
	assert_string_equal(heard(s), "c1");
	free(s);
}

static void without_room_nothing_is_taken(void **state)
{
	struct stand *s = watching();
	struct wire_in in = {.kind = WIRE_REPLY, .at_ms = T0 + 5};
	struct turn_out out = {.heard = &s->heard};

	(void)state;
	put(s, EVENT_TICKER);
	s->heard.count = EVENTS_MAX - FEED_ROOM + 1;
	assert_int_equal(feed_ops.on_wire(&s->outside, &in, &out), TB_EFULL);
	in.kind = WIRE_FRAME;
	assert_int_equal(feed_ops.on_wire(&s->outside, &in, &out), 0);
	assert_int_equal(s->heard.count, EVENTS_MAX - FEED_ROOM + 2);
	free(s);
}

static void everything_else_goes_straight_through(void **state)
{
	struct stand *s = watching();

	(void)state;
	put(s, EVENT_SCAN_ROW)->sym = 900;
	put(s, EVENT_DEPTH)->depth.notional = 5;
	put(s, EVENT_SNAPSHOT_END)->snapshot.what = SNAPSHOT_SCAN;
	put(s, EVENT_GARBAGE)->sym = SYM_NONE;
	put(s, EVENT_TICKER)->sym = SYM_NONE;
	turn(s, T0 + 10);
	assert_int_equal(s->heard.count, 5);
	assert_int_equal(s->heard.at[0].sym, 900);
	assert_int_equal(s->heard.at[1].depth.notional, 5);
	assert_int_equal(s->heard.at[1].at_ms, T0);
	assert_int_equal(ask(s, INTENT_SCAN, 0), 0);
	assert_int_equal(s->inner.asked[0].kind, INTENT_SCAN);
	assert_int_equal(feed_ops.on_market(&s->outside, NULL, NULL), 7);
	assert_int_equal(feed_ops.submit(&s->outside, NULL, 0, NULL), 8);
	free(s);
}

/* A market over a line that drops, doubles, delays and breaks, and an exchange that answers truly, late. */
#define STORM_BARS 400
struct storm {
	struct stand *s;
	struct random dice;
	int64_t told;     /* the last closed bar; -1: none yet */
	int64_t asked_at; /* the moment a question is to be answered, from bar `from`; 0: none */
	int64_t from;
	size_t seen;      /* questions that were read */
	int64_t restless; /* parts in a hundred that go wrong */
};

static void check_told(struct storm *storm)
{
	for (size_t i = 0; i < storm->s->heard.count; i++) {
		const struct event *event = &storm->s->heard.at[i];
		if (event->kind != EVENT_CANDLE || !event->candle.closed)
			continue;
		int64_t number = (event->candle.candle.open_ms - T0) / MINUTE_MS;
		struct candle truth = bar(number);
		assert_true(storm->told < 0 || number == storm->told + 1);
		assert_memory_equal(&event->candle.candle, &truth, sizeof truth);
		storm->told = number;
	}
}

static bool mishap(struct storm *storm)
{
	return (int64_t)random_below(&storm->dice, 100) < storm->restless;
}

/* Reads what was asked, and answers what is due: bars that are over, the newest perhaps not yet in the list.
 */
static void exchange_answers(struct storm *storm, ms_t now)
{
	struct stand *s = storm->s;
	int64_t newest =
		(now - T0) / MINUTE_MS - 1 - (int64_t)((now - T0) % MINUTE_MS < 1500 && mishap(storm));

	for (; storm->seen < s->inner.asked_count; storm->seen++) {
		if (s->inner.asked[storm->seen].kind != INTENT_HISTORY)
			continue;
		if (storm->asked_at == 0)
			storm->asked_at = now + (mishap(storm) ? 40000 : 150);
		storm->from = (now - T0) / MINUTE_MS - s->inner.asked[storm->seen].value;
	}
	if (s->inner.asked_count > ASKED / 2)
		storm->seen = s->inner.asked_count = 0;
	if (storm->asked_at == 0 || now < storm->asked_at)
		return;
	storm->asked_at = 0;
	for (int64_t n = storm->from > 0 ? storm->from : 0; n <= newest; n++)
		put_bar(s, n, true, true);
	put_end(s);
}

static void storm_minute(struct storm *storm, int64_t number)
{
	struct stand *s = storm->s;
	static int64_t late = -1; /* a confirmation on its way */

	for (ms_t at = 0; at < MINUTE_MS; at += 500) {
		ms_t now = T0 + number * MINUTE_MS + at;
		if (at == 0 && number > 0) {
			if (mishap(storm))
				late = number - 1;
			else if (!mishap(storm))
				put_bar(s, number - 1, true, false);
		}
		if (at == 0 && mishap(storm) && number > 0)
			put_bar(s, number - 1, true, false);
		if (at == 1500 && late >= 0 && mishap(storm))
			put_bar(s, late, true, false), late = -1;
		if (at % 2000 == 500 && !mishap(storm))
			put_bar(s, number, false, false);
		if (at == 30000 && mishap(storm))
			put_link(s, LINK_DOWN);
		if (at == 45000)
			put_link(s, LINK_UP);
		if (at % 1000 == 0)
			put(s, EVENT_TICKER);
		s->now_ms = now;
		exchange_answers(storm, now);
		turn(s, now);
		check_told(storm);
	}
}

static void whatever_the_line_does_each_bar_is_told_once_and_in_order(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct storm storm = {.s = watching(), .told = -1, .restless = (int64_t)(seed * 2)};
		random_seed(&storm.dice, seed);
		for (int64_t n = 0; n < STORM_BARS; n++)
			storm_minute(&storm, n);
		storm.restless = 0;
		for (int64_t n = STORM_BARS; n < STORM_BARS + 3; n++)
			storm_minute(&storm, n);
		if (storm.told != STORM_BARS + 1)
			print_error("seed %llu\n", (unsigned long long)seed);
		assert_int_equal(storm.told, STORM_BARS + 1);
		free(storm.s);
	}
}

static void extra_time_changes_nothing(void **state)
{
	struct stand *a = watching(), *b = watching();

	(void)state;
	for (int64_t i = 0; i < 3000; i++) {
		ms_t now = T0 + i * 100;
		bool news = i % 600 == 1 && i != 1201;
		for (int k = 0; k < 2 && news; k++)
			put_bar(k ? b : a, i / 600 - 1, true, false);
		turn(a, now);
		b->now_ms = now;
		if (news || feed_ops.next_ms(&b->outside) <= now) {
			turn(b, now);
			assert_int_equal(a->heard.count, b->heard.count);
		}
		assert_int_equal(a->inner.asked_count, b->inner.asked_count);
	}
	assert_true(a->inner.asked_count > 0);
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bars_in_order_pass_at_once_and_nothing_is_asked),
		cmocka_unit_test(what_comes_twice_or_late_or_between_two_bars_is_dropped),
		cmocka_unit_test(a_hole_is_asked_for_and_told_before_the_bar_that_waits),
		cmocka_unit_test(bars_that_come_while_a_hole_is_open_wait_in_order),
		cmocka_unit_test(a_late_bar_closes_its_hole_itself),
		cmocka_unit_test(what_the_exchange_answers_corrects_what_its_stream_said),
		cmocka_unit_test(a_hole_stays_open_while_the_exchange_does_not_answer),
		cmocka_unit_test(an_answer_without_the_bar_is_asked_again_with_growing_pauses),
		cmocka_unit_test(a_bar_that_the_exchange_does_not_have_is_passed_over),
		cmocka_unit_test(a_bar_whose_confirmation_never_comes_is_asked_for),
		cmocka_unit_test(without_any_news_the_clock_says_that_a_bar_is_over),
		cmocka_unit_test(a_symbol_that_is_silent_is_watched_anew_with_longer_pauses),
		cmocka_unit_test(what_was_missed_while_the_link_was_down_is_asked_for_when_it_is_up),
		cmocka_unit_test(a_symbol_that_is_not_watched_is_forgotten_but_for_its_last_bar),
		cmocka_unit_test(history_of_the_engines_own_passes_whole_and_live_bars_wait_for_it),
		cmocka_unit_test(only_the_engines_own_question_has_an_end_that_it_hears),
		cmocka_unit_test(history_that_is_answered_at_once_is_passed_at_once),
		cmocka_unit_test(a_question_that_cannot_be_put_is_put_later),
		cmocka_unit_test(a_new_grid_begins_anew),
		cmocka_unit_test(a_clock_that_is_ahead_makes_nothing_over_before_its_time),
		cmocka_unit_test(without_room_nothing_is_taken),
		cmocka_unit_test(everything_else_goes_straight_through),
		cmocka_unit_test(whatever_the_line_does_each_bar_is_told_once_and_in_order),
		cmocka_unit_test(extra_time_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
