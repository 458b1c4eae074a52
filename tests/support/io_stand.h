/* SPDX-License-Identifier: MIT
 * A link over real sockets, to a server of tests/support/io_server.py: what a test says goes out, what comes
 * back is kept. Names are made up: all are 127.0.0.1 but "none.test" (there is no such name) and "hang.test"
 * (its name server does not answer within the test). */
#ifndef TESTS_IO_STAND_H
#define TESTS_IO_STAND_H

#include <pthread.h>

#include "io_server.h"
#include "loop.h"
#include "outbox.h"
#include "wire_net.h"

#define KEPT_MAX 64

struct kept {
	struct wire_in in;
	char *text, *head;
};

static struct io_stand {
	struct io_server server;
	struct loop loop;
	struct clock clock;
	struct wire_net *net;
	struct link *link;
	struct outbox outbox;
	struct kept kept[KEPT_MAX];
	size_t count;
	int64_t frames;                                 /* taken, whether kept or not */
	void (*on_frame)(const char *text, size_t len); /* NULL: frames are kept */
} stand;

static inline void stand_lookup(struct resolver_answer *answer)
{
	answer->count = 0;
	if (strcmp(answer->host, "none.test") == 0) {
		snprintf(answer->error, sizeof answer->error, "there is no such name");
		return;
	}
	if (strcmp(answer->host, "hang.test") == 0)
		sleep(3600);
	if (strcmp(answer->host, "six.test") == 0) /* nobody listens at the first */
		strcpy(answer->at[answer->count++], "::1");
	strcpy(answer->at[answer->count++], "127.0.0.1");
}

static inline void stand_forget(void)
{
	for (size_t i = 0; i < stand.count; i++) {
		free(stand.kept[i].text);
		free(stand.kept[i].head);
	}
	stand.count = 0;
}

/* rest, stream: names of hosts. ca_file NULL: what the system trusts. */
static inline void stand_open(const char *rest, const char *stream, int port, const char *ca_file)
{
	static char error[200];
	char bases[2][64];

	snprintf(bases[0], sizeof bases[0], "https://%s:%d", rest, port);
	snprintf(bases[1], sizeof bases[1], "wss://%s:%d", stream, port);
	assert_int_equal(loop_open(&stand.loop, error, sizeof error), 0);
	assert_int_equal(clock_open(&stand.clock, NULL, error, sizeof error), 0);
	struct http_options options = {.agent = "tradebotd/test", .ca_file = ca_file};
	stand.net = wire_net_open(&stand.loop, &stand.clock, &options, stand_lookup, error, sizeof error);
	assert_non_null(stand.net);
	stand.link = link_init(calloc(1, link_bytes()), &wire_net_ops, stand.net,
			       (const char *const[HOST_COUNT]){bases[0], bases[1], bases[1]}, 1);
	wire_net_bind(stand.net, stand.link);
	outbox_clear(&stand.outbox);
	stand_forget();
	stand.frames = 0;
	stand.on_frame = NULL;
}

static inline void stand_close(void)
{
	link_close(stand.link);
	free(stand.link);
	wire_net_close(stand.net);
	loop_close(&stand.loop);
	stand_forget();
}

static inline void stand_take(void)
{
	struct wire_in in;

	while (link_take(stand.link, clock_now(&stand.clock), &in)) {
		stand.frames += in.kind == WIRE_FRAME;
		if (in.kind == WIRE_FRAME && stand.on_frame != NULL) {
			stand.on_frame(in.text, in.len);
			continue;
		}
		if (in.kind == WIRE_DOWN && stand.count == KEPT_MAX)
			continue;
		assert_true(stand.count < KEPT_MAX);
		struct kept *kept = &stand.kept[stand.count++];
		*kept = (struct kept){.in = in, .text = malloc(in.len + 1), .head = malloc(in.head_len + 1)};
		memcpy(kept->text, in.text, in.len + 1);
		memcpy(kept->head, in.head, in.head_len + 1);
		kept->in.head = kept->head;
	}
}

static inline void stand_turn(void)
{
	ms_t now = clock_now(&stand.clock);

	link_say(stand.link, &stand.outbox, now);
	link_step(stand.link, now);
	ms_t next = link_next_ms(stand.link),
	     wait = next == NEVER_MS ? 100 : clock_wait_ms(&stand.clock, next);
	assert_int_equal(loop_wait(&stand.loop, wait < 100 ? wait : 100), 0);
}

/* Turns until so many things have been kept since the last stand_forget(); fails after ten seconds. */
static inline void stand_until(size_t count)
{
	int64_t end_us = loop_us() + 10000000;

	stand_take();
	while (stand.count < count) {
		assert_true(loop_us() < end_us);
		stand_turn();
		stand_take();
	}
}

static inline void stand_get(uint32_t request, ms_t deadline_ms, const char *path)
{
	assert_true(outbox_get(&stand.outbox, HOST_REST, request, deadline_ms, path, ""));
}

/* The only thing kept since: a GET's answer. */
static inline const struct kept *stand_got(const char *path, ms_t deadline_ms)
{
	stand_forget();
	stand_get(1, deadline_ms, path);
	stand_until(1);
	assert_int_equal(stand.kept[0].in.kind, WIRE_REPLY);
	return &stand.kept[0];
}

#endif
