/* SPDX-License-Identifier: MIT
 * The link over a wire that only writes down what it is told, in made-up time: order, deadlines, back-off,
 * bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"
#include "outbox.h"

#define SENT_MAX 256

struct sent {
	char what[96];
	uint32_t handle;
	ms_t deadline_ms;
};

static struct fake {
	struct link *link;
	struct outbox outbox;
	struct sent sent[SENT_MAX];
	size_t count;
	ms_t now;
	bool refuses, unsent, full; /* what the next calls answer */
	bool silent[STREAMS_MAX];
	const char *down_at_once; /* what ws_open tells before it returns */
} fake;

static struct sent *note(const char *what, const char *detail)
{
	struct sent *sent = &fake.sent[fake.count++];

	assert_true(fake.count <= SENT_MAX);
	*sent = (struct sent){0};
	snprintf(sent->what, sizeof sent->what, "%s %s", what, detail);
	return sent;
}

static int fake_http_send(void *ctx, uint32_t handle, const char *url, const struct say *say)
{
	(void)ctx;
	if (fake.refuses)
		return TB_EFULL;
	struct sent *sent = note(say->post ? "post" : "get", url);
	sent->handle = handle;
	sent->deadline_ms = say->deadline_ms;
	return 0;
}

static bool fake_http_drop(void *ctx, uint32_t handle)
{
	(void)ctx;
	note("drop", "")->handle = handle;
	return fake.unsent;
}

static int fake_ws_open(void *ctx, uint8_t stream, const char *url)
{
	(void)ctx;
	note("open", url);
	if (fake.down_at_once != NULL)
		link_on_down(fake.link, stream, fake.down_at_once, fake.now);
	return fake.refuses ? TB_EINVAL : 0;
}

static int fake_ws_send(void *ctx, uint8_t stream, const char *text, size_t len)
{
	(void)ctx, (void)stream, (void)len;
	if (fake.full)
		return TB_EFULL;
	note("send", text);
	return 0;
}

static void fake_ws_close(void *ctx, uint8_t stream)
{
	(void)ctx, (void)stream;
	note("close", "");
}

static void fake_ws_read(void *ctx, uint8_t stream, bool on)
{
	(void)ctx;
	fake.silent[stream] = !on;
}

static const struct wire_ops fake_ops = {.http_send = fake_http_send,
					 .http_drop = fake_http_drop,
					 .ws_open = fake_ws_open,
					 .ws_send = fake_ws_send,
					 .ws_close = fake_ws_close,
					 .ws_read = fake_ws_read};

static void begin(uint64_t seed)
{
	static const char *const bases[HOST_COUNT] = {"https://rest", "wss://public", NULL};

	memset(&fake, 0, sizeof fake);
	fake.now = 1000000;
	outbox_clear(&fake.outbox);
	fake.link = link_init(calloc(1, link_bytes()), &fake_ops, NULL, bases, seed);
}

static int set_up(void **state)
{
	(void)state;
	begin(1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	link_close(fake.link);
	free(fake.link);
	return 0;
}

static void say_all(void)
{
	link_say(fake.link, &fake.outbox, fake.now);
	assert_int_equal(fake.outbox.count, 0);
}

static void get(uint32_t request, ms_t deadline_ms)
{
	char path[32];

	snprintf(path, sizeof path, "/g%u", request);
	assert_true(outbox_get(&fake.outbox, HOST_REST, request, deadline_ms, path, "A: b\n"));
	say_all();
}

static void post(uint32_t request, ms_t deadline_ms)
{
	char path[32];

	snprintf(path, sizeof path, "/p%u", request);
	assert_true(outbox_post(&fake.outbox, HOST_REST, request, deadline_ms, path, "", "body", 4));
	say_all();
}

static void open_stream(uint8_t stream)
{
	assert_true(outbox_open(&fake.outbox, HOST_PUBLIC, stream, "/s"));
	say_all();
}

static void send_text(const char *text)
{
	assert_true(outbox_send(&fake.outbox, 0, text, strlen(text)));
	say_all();
}

static void pass(ms_t ms)
{
	fake.now += ms;
	link_step(fake.link, fake.now);
}

static const struct link_counts *counts(void)
{
	return link_counts(fake.link);
}

static void assert_sent(size_t at, const char *what)
{
	assert_true(at < fake.count);
	assert_string_equal(fake.sent[at].what, what);
}

static struct wire_in taken(void)
{
	struct wire_in in;

	assert_true(link_take(fake.link, fake.now, &in));
	assert_int_equal(in.at_ms, fake.now);
	return in;
}

static void assert_nothing_came(void)
{
	struct wire_in in;

	assert_false(link_take(fake.link, fake.now, &in));
}

static void assert_reply(uint32_t request, int status)
{
	struct wire_in in = taken();

	assert_int_equal(in.kind, WIRE_REPLY);
	assert_int_equal(in.request, request);
	assert_int_equal(in.status, status);
}

static void assert_came(enum wire_kind kind, const char *text)
{
	struct wire_in in = taken();

	assert_int_equal(in.kind, kind);
	assert_string_equal(in.text, text);
	assert_int_equal(in.len, strlen(text));
}

static void reply(uint32_t handle, int status, const char *text)
{
	link_on_reply(fake.link, handle, status, "", 0, text, strlen(text));
}

/* ---- requests ---- */

static void a_reply_comes_with_the_number_of_its_request(void **state)
{
	(void)state;
	get(70, 5000);
	get(71, 4000);
	assert_sent(0, "get https://rest/g70");
	assert_int_equal(fake.sent[0].deadline_ms, 5000);
	link_on_reply(fake.link, fake.sent[1].handle, 200, "X: y\r\n", 6, "second", 6);
	reply(fake.sent[0].handle, 404, "first");
	struct wire_in in = taken();
	assert_int_equal(in.request, 71);
	assert_int_equal(in.status, 200);
	assert_string_equal(in.text, "second");
	assert_memory_equal(in.head, "X: y\r\n", 6);
	assert_int_equal(in.head_len, 6);
	assert_reply(70, 404);
	assert_nothing_came();
	assert_int_equal(counts()->sent, 2);
	assert_int_equal(counts()->under_way, 0);
}

static void a_request_without_an_answer_is_cut_at_its_deadline_and_what_comes_later_is_ignored(void **state)
{
	(void)state;
	get(5, 3000);
	assert_int_equal(link_next_ms(fake.link), fake.now + 3000);
	pass(2999);
	assert_nothing_came();
	pass(1);
	assert_reply(5, WIRE_CUT);
	assert_sent(1, "drop ");
	assert_int_equal(fake.sent[1].handle, fake.sent[0].handle);
	reply(fake.sent[0].handle, 200, "late");
	assert_nothing_came();
	assert_int_equal(counts()->timeouts, 1);
	assert_int_equal(counts()->sent, 1);
	assert_true(link_next_ms(fake.link) == NEVER_MS);
}

static void a_deadline_before_anything_was_sent_proves_it(void **state)
{
	(void)state;
	post(5, 3000);
	fake.unsent = true;
	pass(3000);
	assert_reply(5, WIRE_NOT_SENT);
	assert_int_equal(counts()->sent, 0);
}

static void what_cannot_be_begun_was_not_sent(void **state)
{
	(void)state;
	fake.refuses = true;
	get(5, 3000);
	assert_reply(5, WIRE_NOT_SENT);
	assert_true(
		outbox_get(&fake.outbox, HOST_PRIVATE, 6, 100, "/x", "")); /* the venue has no such address */
	say_all();
	assert_reply(6, WIRE_NOT_SENT);
	assert_int_equal(counts()->under_way, 0);
}

static void gets_leave_room_for_posts_and_posts_go_first(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 10; i++)
		get(i, 5000);
	assert_int_equal(fake.count, LINK_REQUESTS_MAX - LINK_POSTS_MIN);
	for (uint32_t i = 10; i < 13; i++)
		post(i, 5000);
	assert_int_equal(fake.count, LINK_REQUESTS_MAX);
	assert_sent(6, "post https://rest/p10");
	assert_sent(7, "post https://rest/p11");
	assert_int_equal(counts()->waiting, 5);
	assert_true(link_next_ms(fake.link) > fake.now);

	pass(1000);
	reply(fake.sent[0].handle, 200, "");
	assert_int_equal(fake.count, LINK_REQUESTS_MAX); /* what comes is only noted */
	assert_true(link_next_ms(fake.link) <= fake.now);
	pass(0);
	assert_sent(8, "post https://rest/p12");
	assert_int_equal(fake.sent[8].deadline_ms, 4000); /* its time ran while it waited */
	for (size_t i = 6; i < 9; i++)
		reply(fake.sent[i].handle, 200, "");
	pass(0);
	assert_sent(9, "get https://rest/g6");
	assert_int_equal(fake.count, 10); /* six gets are under way again */
	assert_int_equal(counts()->waiting, 3);
}

static void who_waits_too_long_was_not_sent(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 6; i++)
		get(i, 9000);
	get(6, 500);
	get(7, 9000);
	assert_int_equal(link_next_ms(fake.link), fake.now + 500);
	pass(500);
	assert_reply(6, WIRE_NOT_SENT);
	assert_nothing_came();
	assert_int_equal(counts()->waiting, 1);
}

static void a_line_that_is_full_sends_nothing_more(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < LINK_REQUESTS_MAX - LINK_POSTS_MIN + LINK_WAITING_MAX; i++)
		get(i, 9000);
	assert_nothing_came();
	get(500, 9000);
	assert_reply(500, WIRE_NOT_SENT);
	assert_int_equal(counts()->waiting, LINK_WAITING_MAX);
}

static void every_request_is_answered_exactly_once(void **state)
{
	uint32_t answers[400] = {0};
	struct wire_in in;

	(void)state;
	srand(3);
	for (uint32_t next = 0; next < 400 || counts()->under_way + counts()->waiting > 0;) {
		fake.count = 0;
		if (next < 400 && rand() % 2)
			rand() % 3 ? get(next, 1 + rand() % 300) : post(next, 1 + rand() % 300), next++;
		for (size_t i = 0; i < fake.count; i++)
			if (rand() % 2)
				reply(fake.sent[i].handle, rand() % 4 ? 200 : WIRE_CUT, "x");
		pass(rand() % 10);
		while (link_take(fake.link, fake.now, &in))
			answers[in.request]++;
	}
	for (size_t i = 0; i < 400; i++)
		assert_int_equal(answers[i], 1);
}

/* ---- streams ---- */

static void a_stream_goes_up_hears_and_speaks(void **state)
{
	(void)state;
	open_stream(0);
	assert_sent(0, "open wss://public/s");
	assert_int_equal(counts()->opening, 1);
	send_text("too early");
	link_on_up(fake.link, 0, fake.now);
	send_text("the up was not taken yet");
	assert_int_equal(fake.count, 1);
	link_on_frame(fake.link, 0, "{}", 2);
	assert_came(WIRE_UP, "");
	send_text("subscribe");
	assert_sent(1, "send subscribe");
	assert_came(WIRE_FRAME, "{}");
	assert_nothing_came();
	assert_int_equal(counts()->opening, 0);
	assert_int_equal(counts()->sent, 2);
	assert_int_equal(counts()->frames, 1);
	open_stream(0); /* it is open */
	assert_int_equal(fake.count, 2);
	assert_true(link_next_ms(fake.link) == NEVER_MS);
}

/* How long it rests before the next try, having just gone down. */
static ms_t rest_ms(void)
{
	ms_t due = link_next_ms(fake.link), ms = due - fake.now;
	size_t count = fake.count;

	assert_int_equal(counts()->resting, 1);
	pass(ms - 1);
	assert_int_equal(fake.count, count);
	pass(1);
	assert_int_equal(fake.count, count + 1);
	assert_int_equal(counts()->opening, 1);
	return ms;
}

static void a_stream_that_does_not_open_is_tried_ever_later_with_jitter(void **state)
{
	(void)state;
	open_stream(0);
	for (ms_t want = LINK_BACKOFF_MS, i = 0; i < 12; i++) {
		link_on_down(fake.link, 0, "refused", fake.now);
		assert_came(WIRE_DOWN, "refused");
		assert_in_range(rest_ms(), want * 7 / 10, want * 13 / 10);
		want = want * 2 < LINK_BACKOFF_MOST ? want * 2 : LINK_BACKOFF_MOST;
	}
	assert_int_equal(counts()->downs, 12);
	assert_int_equal(counts()->opens, 13);
}

static void jitter_differs_by_seed_and_not_by_run(void **state)
{
	ms_t rests[3][4];
	static const uint64_t seeds[3] = {7, 7, 8};

	for (size_t run = 0; run < 3; run++) {
		tear_down(state);
		begin(seeds[run]);
		open_stream(0);
		for (size_t i = 0; i < 4; i++) {
			link_on_down(fake.link, 0, "", fake.now);
			rests[run][i] = rest_ms();
		}
	}
	assert_memory_equal(rests[0], rests[1], sizeof rests[0]);
	assert_memory_not_equal(rests[0], rests[2], sizeof rests[0]);
}

static void a_stream_that_stayed_up_begins_with_a_short_rest_again(void **state)
{
	(void)state;
	open_stream(0);
	for (int i = 0; i < 6; i++) { /* up and down at once: each rest is longer */
		link_on_up(fake.link, 0, fake.now);
		pass(100);
		link_on_down(fake.link, 0, "", fake.now);
		rest_ms();
	}
	link_on_up(fake.link, 0, fake.now);
	pass(LINK_SETTLED_MS - 1);
	link_on_down(fake.link, 0, "", fake.now);
	assert_true(rest_ms() > 10000);
	link_on_up(fake.link, 0, fake.now);
	pass(LINK_SETTLED_MS);
	link_on_down(fake.link, 0, "", fake.now);
	assert_in_range(rest_ms(), 350, 650);
}

static void a_stream_that_never_opens_is_given_up_and_tried_again(void **state)
{
	(void)state;
	open_stream(0);
	pass(LINK_OPEN_MS);
	assert_came(WIRE_DOWN, "it did not open in time");
	assert_sent(1, "close ");
	rest_ms();
	assert_sent(2, "open wss://public/s");
}

static void a_stream_that_is_refused_at_once_is_tried_again(void **state)
{
	(void)state;
	fake.refuses = true;
	open_stream(0);
	assert_came(WIRE_DOWN, "it cannot be opened");
	pass(link_next_ms(fake.link) - fake.now);
	assert_came(WIRE_DOWN, "it cannot be opened");
	fake.refuses = false;
	fake.down_at_once = "no route";
	pass(link_next_ms(fake.link) - fake.now);
	assert_came(WIRE_DOWN, "no route");
	assert_nothing_came();
}

static void closed_and_opened_is_a_fresh_connection_and_the_old_one_is_not_heard_of(void **state)
{
	(void)state;
	open_stream(0);
	link_on_up(fake.link, 0, fake.now);
	assert_came(WIRE_UP, "");
	link_on_frame(fake.link, 0, "old", 3);
	assert_true(outbox_close(&fake.outbox, 0));
	assert_true(outbox_send(&fake.outbox, 0, "lost", 4));
	assert_true(outbox_open(&fake.outbox, HOST_PUBLIC, 0, "/s"));
	say_all();
	assert_sent(1, "close ");
	assert_sent(2, "open wss://public/s");
	assert_nothing_came();
	link_on_up(fake.link, 0, fake.now);
	link_on_frame(fake.link, 0, "new", 3);
	assert_came(WIRE_UP, "");
	assert_came(WIRE_FRAME, "new");
	assert_int_equal(counts()->frames, 2); /* both were heard */
}

static void a_closed_stream_stays_closed(void **state)
{
	(void)state;
	open_stream(0);
	link_on_down(fake.link, 0, "", fake.now);
	assert_true(outbox_close(&fake.outbox, 0));
	say_all();
	assert_true(link_next_ms(fake.link) == NEVER_MS);
	pass(HOUR_MS);
	assert_int_equal(fake.count, 1);
	assert_int_equal(counts()->resting, 0);
	assert_nothing_came();
}

static void a_message_does_not_reach_a_connection_that_its_codec_has_not_heard_of(void **state)
{
	(void)state;
	open_stream(0);
	link_on_up(fake.link, 0, fake.now);
	assert_came(WIRE_UP, "");
	link_on_down(fake.link, 0, "", fake.now);
	rest_ms();
	link_on_up(fake.link, 0, fake.now); /* up again, before the codec knows that it was down */
	fake.count = 0;
	send_text("meant for the first");
	assert_int_equal(fake.count, 0);
	assert_came(WIRE_DOWN, "");
	assert_came(WIRE_UP, "");
	send_text("meant for the second");
	assert_sent(0, "send meant for the second");
}

static void a_peer_that_takes_nothing_is_left(void **state)
{
	(void)state;
	open_stream(0);
	link_on_up(fake.link, 0, fake.now);
	assert_came(WIRE_UP, "");
	fake.full = true;
	send_text("x");
	assert_sent(1, "close ");
	assert_came(WIRE_DOWN, "it does not take what is sent");
	rest_ms();
}

/* ---- what came and was not taken ---- */

static void a_full_queue_stops_reading_and_loses_nothing(void **state)
{
	static char frame[1000];
	int sent = 0, heard = 0;
	struct wire_in in;

	(void)state;
	memset(frame, 'f', sizeof frame);
	open_stream(0);
	open_stream(1);
	link_on_up(fake.link, 0, fake.now);
	for (; !fake.silent[0]; sent++)
		link_on_frame(fake.link, 0, frame, sizeof frame);
	assert_true(counts()->queued >= LINK_QUEUE_MAX);
	assert_true(counts()->queued < LINK_QUEUE_MAX + 2000);
	link_on_up(fake.link, 1, fake.now); /* who comes up now is not read, either */
	assert_true(fake.silent[1]);
	link_on_frame(fake.link, 0, frame, sizeof frame); /* it was on its way */
	sent++;
	while (fake.silent[0]) {
		assert_true(link_take(fake.link, fake.now, &in));
		heard += in.kind == WIRE_FRAME;
	}
	assert_false(fake.silent[1]);
	assert_in_range(counts()->queued, LINK_QUEUE_MAX / 2 - 2000, LINK_QUEUE_MAX / 2);
	while (link_take(fake.link, fake.now, &in))
		heard += in.kind == WIRE_FRAME;
	assert_int_equal(heard, sent);
	assert_int_equal(counts()->queued, 0);
}

static void what_was_taken_lives_until_the_next_is(void **state)
{
	(void)state;
	open_stream(0);
	link_on_up(fake.link, 0, fake.now);
	taken();
	link_on_frame(fake.link, 0, "one", 3);
	struct wire_in in = taken();
	for (int i = 0; i < 100; i++)
		link_on_frame(fake.link, 0, "other", 5);
	assert_string_equal(in.text, "one");
}

#define LINK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINK_TEST(a_reply_comes_with_the_number_of_its_request),
		LINK_TEST(a_request_without_an_answer_is_cut_at_its_deadline_and_what_comes_later_is_ignored),
		LINK_TEST(a_deadline_before_anything_was_sent_proves_it),
		LINK_TEST(what_cannot_be_begun_was_not_sent),
		LINK_TEST(gets_leave_room_for_posts_and_posts_go_first),
		LINK_TEST(who_waits_too_long_was_not_sent),
		LINK_TEST(a_line_that_is_full_sends_nothing_more),
		LINK_TEST(every_request_is_answered_exactly_once),
		LINK_TEST(a_stream_goes_up_hears_and_speaks),
		LINK_TEST(a_stream_that_does_not_open_is_tried_ever_later_with_jitter),
		LINK_TEST(jitter_differs_by_seed_and_not_by_run),
		LINK_TEST(a_stream_that_stayed_up_begins_with_a_short_rest_again),
		LINK_TEST(a_stream_that_never_opens_is_given_up_and_tried_again),
		LINK_TEST(a_stream_that_is_refused_at_once_is_tried_again),
		LINK_TEST(closed_and_opened_is_a_fresh_connection_and_the_old_one_is_not_heard_of),
		LINK_TEST(a_closed_stream_stays_closed),
		LINK_TEST(a_message_does_not_reach_a_connection_that_its_codec_has_not_heard_of),
		LINK_TEST(a_peer_that_takes_nothing_is_left),
		LINK_TEST(a_full_queue_stops_reading_and_loses_nothing),
		LINK_TEST(what_was_taken_lives_until_the_next_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
