/* SPDX-License-Identifier: MIT
 * See link.h. Each connection of a stream has a serial; what is queued carries the serial of the connection
 * it came from, so that nothing of one that was closed on purpose is told after that. */
#include "link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "wants.h"

struct item {
	struct item *next;
	enum wire_kind kind;
	uint8_t stream;
	uint32_t serial; /* of the stream's connection */
	uint32_t request;
	int status;
	size_t head_len, len;
	char at[]; /* the text, a NUL, the head, a NUL */
};

struct request {
	uint32_t handle; /* 0: free */
	uint32_t request;
	bool post;
	ms_t due_ms, deadline_ms;
};

struct waiting {
	struct waiting *next;
	struct say say; /* its texts lie behind it */
	ms_t due_ms;
	char at[];
};

struct stream {
	bool wanted, opening, up, silent;
	char url[LINK_URL_MAX];
	uint32_t serial;    /* of the connection there is, or was last */
	uint32_t cut;       /* serials up to this one were closed on purpose */
	uint32_t told;      /* of the UP that was taken last */
	unsigned tries;     /* since it was last settled */
	ms_t up_ms, due_ms; /* up since; opening: given up then; else: tried again then */
};

struct link {
	const struct wire_ops *ops;
	void *ctx;
	char bases[HOST_COUNT][LINK_BASE_MAX];
	struct random jitter;
	ms_t now;
	uint32_t last_handle;
	struct request requests[LINK_REQUESTS_MAX];
	struct waiting *first[2]; /* the lines; [1]: POSTs */
	struct stream streams[STREAMS_MAX];
	struct item *head, **tail, *taken;
	bool full;
	struct link_counts counts;
};

size_t link_bytes(void)
{
	return sizeof(struct link);
}

const struct link_counts *link_counts(const struct link *link)
{
	return &link->counts;
}

struct link *link_init(void *memory, const struct wire_ops *ops, void *ctx,
		       const char *const bases[static HOST_COUNT], uint64_t seed)
{
	struct link *link = memory;

	*link = (struct link){.ops = ops, .ctx = ctx};
	link->tail = &link->head;
	random_seed(&link->jitter, seed);
	for (size_t i = 0; i < HOST_COUNT; i++)
		snprintf(link->bases[i], LINK_BASE_MAX, "%s", bases[i] != NULL ? bases[i] : "");
	return link;
}

/* ---- what came ---- */

static void set_reading(struct link *link, bool on)
{
	for (uint8_t i = 0; i < STREAMS_MAX; i++) {
		struct stream *stream = &link->streams[i];
		if (stream->up && stream->silent == on) {
			stream->silent = !on;
			link->ops->ws_read(link->ctx, i, on);
		}
	}
}

static void queue(struct link *link, const struct item *like, const char *text, const char *head)
{
	struct item *item = malloc(sizeof *item + like->len + like->head_len + 2);

	tb_assert(item != NULL); /* news of orders must not be lost quietly */
	*item = *like;
	item->next = NULL;
	if (like->len > 0)
		memcpy(item->at, text, like->len);
	item->at[like->len] = '\0';
	if (like->head_len > 0)
		memcpy(item->at + like->len + 1, head, like->head_len);
	item->at[like->len + 1 + like->head_len] = '\0';
	*link->tail = item;
	link->tail = &item->next;
	link->counts.queued += sizeof *item + like->len + like->head_len;
	if (!link->full && link->counts.queued >= LINK_QUEUE_MAX) {
		link->full = true;
		set_reading(link, false);
	}
}

static struct item *unqueue(struct link *link)
{
	struct item *item = link->head;

	if (item == NULL)
		return NULL;
	link->head = item->next;
	if (link->head == NULL)
		link->tail = &link->head;
	link->counts.queued -= sizeof *item + item->len + item->head_len;
	if (link->full && link->counts.queued <= LINK_QUEUE_MAX / 2) {
		link->full = false;
		set_reading(link, true);
	}
	return item;
}

/* Of a connection that was closed on purpose since. */
static bool is_cut(const struct link *link, const struct item *item)
{
	return item->kind != WIRE_REPLY && item->serial <= link->streams[item->stream].cut;
}

bool link_take(struct link *link, ms_t now, struct wire_in *in)
{
	struct item *item;

	link->now = now;
	free(link->taken);
	while ((item = unqueue(link)) != NULL && is_cut(link, item))
		free(item);
	link->taken = item;
	if (item == NULL)
		return false;
	if (item->kind == WIRE_UP)
		link->streams[item->stream].told = item->serial;
	*in = (struct wire_in){.at_ms = now,
			       .kind = item->kind,
			       .stream = item->stream,
			       .request = item->request,
			       .status = item->status,
			       .text = item->at,
			       .len = item->len,
			       .head = item->at + item->len + 1,
			       .head_len = item->head_len};
	return true;
}

static void queue_of_stream(struct link *link, uint8_t index, enum wire_kind kind, const char *text,
			    size_t len)
{
	queue(link,
	      &(struct item){
		      .kind = kind, .stream = index, .serial = link->streams[index].serial, .len = len},
	      text, "");
}

static void queue_failure(struct link *link, uint32_t request, int status, const char *why)
{
	link->counts.replies++;
	queue(link,
	      &(struct item){.kind = WIRE_REPLY, .request = request, .status = status, .len = strlen(why)},
	      why, "");
}

/* ---- streams ---- */

static void recount(struct link *link)
{
	link->counts.opening = link->counts.resting = 0;
	for (size_t i = 0; i < STREAMS_MAX; i++) {
		const struct stream *stream = &link->streams[i];
		link->counts.opening += stream->opening;
		link->counts.resting += stream->wanted && !stream->opening && !stream->up;
	}
}

static ms_t backoff_ms(struct link *link, unsigned tries)
{
	double ms = LINK_BACKOFF_MS;

	while (tries-- > 0 && ms < LINK_BACKOFF_MOST)
		ms *= 2;
	if (ms > LINK_BACKOFF_MOST)
		ms = LINK_BACKOFF_MOST;
	return (ms_t)(ms * (0.7 + 0.6 * random_unit(&link->jitter)));
}

void link_on_up(struct link *link, uint8_t index, ms_t now)
{
	struct stream *stream = &link->streams[index];

	if (!stream->opening)
		return;
	stream->opening = false;
	stream->up = true;
	stream->up_ms = now;
	stream->due_ms = NEVER_MS;
	link->counts.sent++;
	recount(link);
	queue_of_stream(link, index, WIRE_UP, "", 0);
	if (link->full)
		set_reading(link, false);
}

void link_on_down(struct link *link, uint8_t index, const char *why, ms_t now)
{
	struct stream *stream = &link->streams[index];

	if (!stream->opening && !stream->up)
		return;
	if (stream->up && now - stream->up_ms >= LINK_SETTLED_MS)
		stream->tries = 0;
	stream->opening = stream->up = stream->silent = false;
	stream->due_ms = now + backoff_ms(link, stream->tries++);
	link->counts.downs++;
	recount(link);
	queue_of_stream(link, index, WIRE_DOWN, why, strlen(why));
}

void link_on_frame(struct link *link, uint8_t index, const char *text, size_t len)
{
	if (!link->streams[index].up)
		return;
	link->counts.frames++;
	queue_of_stream(link, index, WIRE_FRAME, text, len);
}

static void stream_open(struct link *link, uint8_t index, ms_t now)
{
	struct stream *stream = &link->streams[index];

	stream->serial++;
	stream->opening = true;
	stream->silent = false;
	stream->due_ms = now + LINK_OPEN_MS;
	link->counts.opens++;
	recount(link);
	if (link->ops->ws_open(link->ctx, index, stream->url) != 0)
		link_on_down(link, index, "it cannot be opened", now);
}

static void stream_break(struct link *link, uint8_t index, const char *why, ms_t now)
{
	link->ops->ws_close(link->ctx, index);
	link_on_down(link, index, why, now);
}

static void stream_unwant(struct link *link, uint8_t index)
{
	struct stream *stream = &link->streams[index];

	if (stream->opening || stream->up)
		link->ops->ws_close(link->ctx, index);
	stream->wanted = stream->opening = stream->up = stream->silent = false;
	stream->tries = 0;
	stream->cut = stream->serial;
	recount(link);
}

static void say_open(struct link *link, const struct say *say, ms_t now)
{
	struct stream *stream = &link->streams[say->stream];
	char url[LINK_URL_MAX];

	snprintf(url, sizeof url, "%s%s", link->bases[say->host], say->path);
	if (stream->wanted && strcmp(url, stream->url) == 0)
		return;
	stream_unwant(link, say->stream);
	memcpy(stream->url, url, sizeof url);
	stream->wanted = true;
	stream_open(link, say->stream, now);
}

static void say_send(struct link *link, const struct say *say, ms_t now)
{
	struct stream *stream = &link->streams[say->stream];
	int code;

	if (!stream->up || stream->told != stream->serial)
		return;
	code = link->ops->ws_send(link->ctx, say->stream, say->text, say->len);
	if (code == 0)
		link->counts.sent++;
	else if (code == TB_EFULL)
		stream_break(link, say->stream, "it does not take what is sent", now);
}

/* ---- requests ---- */

static struct request *room_for(struct link *link, bool post)
{
	size_t most = LINK_REQUESTS_MAX - (post ? 0 : LINK_POSTS_MIN);
	struct request *room = NULL;

	if (link->counts.under_way >= most)
		return NULL;
	for (size_t i = 0; i < LINK_REQUESTS_MAX && room == NULL; i++)
		if (link->requests[i].handle == 0)
			room = &link->requests[i];
	return room;
}

static void request_begin(struct link *link, struct request *slot, const struct say *say, ms_t due_ms,
			  ms_t now)
{
	struct say left = *say;
	size_t size = strlen(link->bases[say->host]) + strlen(say->path) + 1;
	char *url = malloc(size);

	tb_assert(url != NULL);
	snprintf(url, size, "%s%s", link->bases[say->host], say->path);
	if (++link->last_handle == 0)
		link->last_handle = 1;
	*slot = (struct request){.handle = link->last_handle,
				 .request = say->request,
				 .post = say->post,
				 .due_ms = due_ms,
				 .deadline_ms = say->deadline_ms};
	link->counts.under_way++;
	left.deadline_ms = due_ms - now;
	if (link->ops->http_send(link->ctx, slot->handle, url, &left) != 0) {
		uint32_t request = slot->request;
		slot->handle = 0;
		link->counts.under_way--;
		queue_failure(link, request, WIRE_NOT_SENT, "it could not be begun");
	}
	free(url);
}

/* In line: where it lies is its own until it is begun. */
static void request_wait(struct link *link, const struct say *say, ms_t due_ms)
{
	size_t path = strlen(say->path) + 1, head = strlen(say->head) + 1;
	struct waiting *waiting = malloc(sizeof *waiting + path + head + say->len + 1), **last;

	tb_assert(waiting != NULL);
	*waiting = (struct waiting){.say = *say, .due_ms = due_ms};
	memcpy(waiting->at, say->path, path);
	memcpy(waiting->at + path, say->head, head);
	if (say->len > 0)
		memcpy(waiting->at + path + head, say->text, say->len);
	waiting->at[path + head + say->len] = '\0';
	waiting->say.path = waiting->at;
	waiting->say.head = waiting->at + path;
	waiting->say.text = waiting->at + path + head;
	for (last = &link->first[say->post]; *last != NULL; last = &(*last)->next)
		continue;
	*last = waiting;
	link->counts.waiting++;
}

static void say_http(struct link *link, const struct say *say, ms_t now)
{
	ms_t due_ms = now + say->deadline_ms;
	struct request *slot = link->first[say->post] == NULL ? room_for(link, say->post) : NULL;

	link->counts.requests++;
	if (link->bases[say->host][0] == '\0')
		queue_failure(link, say->request, WIRE_NOT_SENT, "the venue has no such address");
	else if (slot != NULL)
		request_begin(link, slot, say, due_ms, now);
	else if (link->counts.waiting < LINK_WAITING_MAX)
		request_wait(link, say, due_ms);
	else
		queue_failure(link, say->request, WIRE_NOT_SENT, "too many requests wait");
}

void link_on_reply(struct link *link, uint32_t handle, int status, const char *head, size_t head_len,
		   const char *text, size_t len)
{
	for (size_t i = 0; i < LINK_REQUESTS_MAX; i++) {
		struct request *slot = &link->requests[i];
		if (slot->handle != handle || handle == 0)
			continue;
		slot->handle = 0;
		link->counts.under_way--;
		link->counts.replies++;
		link->counts.sent += status != WIRE_NOT_SENT;
		queue(link,
		      &(struct item){.kind = WIRE_REPLY,
				     .request = slot->request,
				     .status = status,
				     .head_len = head_len,
				     .len = len},
		      text, head);
		return;
	}
}

static void request_expire(struct link *link, struct request *slot)
{
	uint32_t handle = slot->handle;
	bool unsent;
	char why[48];

	slot->handle = 0;
	link->counts.under_way--;
	link->counts.timeouts++;
	unsent = link->ops->http_drop(link->ctx, handle);
	link->counts.sent += !unsent;
	snprintf(why, sizeof why, "no answer within %lld ms", (long long)slot->deadline_ms);
	queue_failure(link, slot->request, unsent ? WIRE_NOT_SENT : WIRE_CUT, why);
}

static void line_step(struct link *link, bool post, ms_t now)
{
	struct waiting **at = &link->first[post];

	while (*at != NULL) {
		struct waiting *waiting = *at;
		struct request *slot = NULL;
		if (waiting->due_ms <= now) {
			link->counts.timeouts++;
			queue_failure(link, waiting->say.request, WIRE_NOT_SENT,
				      "its time ended while it waited");
		} else if (at != &link->first[post] || (slot = room_for(link, post)) == NULL) {
			at = &waiting->next;
			continue;
		}
		*at = waiting->next;
		link->counts.waiting--;
		if (slot != NULL)
			request_begin(link, slot, &waiting->say, waiting->due_ms, now);
		free(waiting);
	}
}

/* ---- the turn ---- */

void link_say(struct link *link, struct outbox *outbox, ms_t now)
{
	link->now = now;
	for (size_t i = 0; i < outbox->count; i++) {
		const struct say *say = &outbox->at[i];
		tb_assert(say->stream < STREAMS_MAX && say->host < HOST_COUNT);
		switch ((enum say_kind)say->kind) {
		case SAY_HTTP: say_http(link, say, now); break;
		case SAY_OPEN: say_open(link, say, now); break;
		case SAY_SEND: say_send(link, say, now); break;
		case SAY_CLOSE: stream_unwant(link, say->stream); break;
		}
	}
	outbox->count = outbox->used = 0;
}

void link_step(struct link *link, ms_t now)
{
	link->now = now;
	for (size_t i = 0; i < LINK_REQUESTS_MAX; i++)
		if (link->requests[i].handle != 0 && link->requests[i].due_ms <= now)
			request_expire(link, &link->requests[i]);
	line_step(link, true, now);
	line_step(link, false, now);
	for (uint8_t i = 0; i < STREAMS_MAX; i++) {
		struct stream *stream = &link->streams[i];
		if (!stream->wanted || stream->up || stream->due_ms > now)
			continue;
		if (stream->opening)
			stream_break(link, i, "it did not open in time", now);
		else
			stream_open(link, i, now);
	}
}

static ms_t sooner(ms_t a, ms_t b)
{
	return a < b ? a : b;
}

ms_t link_next_ms(const struct link *link)
{
	ms_t next = NEVER_MS;

	for (size_t i = 0; i < LINK_REQUESTS_MAX; i++)
		if (link->requests[i].handle != 0)
			next = sooner(next, link->requests[i].due_ms);
	for (size_t post = 0; post < 2; post++) {
		size_t most = LINK_REQUESTS_MAX - (post ? 0 : LINK_POSTS_MIN);
		if (link->first[post] != NULL && link->counts.under_way < most)
			next = sooner(next, link->now);
		for (const struct waiting *w = link->first[post]; w != NULL; w = w->next)
			next = sooner(next, w->due_ms);
	}
	for (size_t i = 0; i < STREAMS_MAX; i++)
		if (link->streams[i].wanted && !link->streams[i].up)
			next = sooner(next, link->streams[i].due_ms);
	return next;
}

void link_close(struct link *link)
{
	for (uint8_t i = 0; i < STREAMS_MAX; i++)
		stream_unwant(link, i);
	for (size_t i = 0; i < LINK_REQUESTS_MAX; i++) {
		if (link->requests[i].handle != 0)
			link->ops->http_drop(link->ctx, link->requests[i].handle);
		link->requests[i].handle = 0;
	}
	for (size_t post = 0; post < 2; post++)
		while (link->first[post] != NULL) {
			struct waiting *next = link->first[post]->next;
			free(link->first[post]);
			link->first[post] = next;
		}
	for (struct item *item; (item = unqueue(link)) != NULL;)
		free(item);
	free(link->taken);
	link->taken = NULL;
	link->counts.under_way = link->counts.waiting = 0;
}
