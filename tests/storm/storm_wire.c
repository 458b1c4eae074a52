/* SPDX-License-Identifier: MIT
 * See storm_wire.h. */
#include "storm_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REST_LEAST_MS 20 /* there and back */
#define REST_SPAN_MS  60
#define STREAM_MS     15

void storm_wire_init(struct storm_wire *wire, struct emu *emu, uint64_t seed)
{
	*wire = (struct storm_wire){.emu = emu, .stream_ms = STREAM_MS};
	random_seed(&wire->random, seed);
	for (size_t i = 0; i < STREAMS_MAX; i++)
		wire->client_of[i] = -1;
}

static void forget(struct storm_pending *pending)
{
	free(pending->head), free(pending->text);
}

void storm_wire_close(struct storm_wire *wire)
{
	for (size_t i = 0; i < wire->count; i++)
		forget(&wire->pending[i]);
	wire->count = 0;
}

void storm_wire_cut(struct storm_wire *wire)
{
	storm_wire_close(wire);
	for (size_t i = 0; i < STREAMS_MAX; i++) {
		if (wire->client_of[i] >= 0)
			emu_ws_close(wire->emu, wire->client_of[i]);
		wire->client_of[i] = -1;
		wire->deaf[i] = false;
	}
}

static char *copy(const char *text, size_t len)
{
	char *kept = malloc(len + 1);

	if (kept == NULL)
		abort();
	memcpy(kept, text, len);
	kept[len] = '\0';
	return kept;
}

static void arrive(struct storm_wire *wire, struct storm_pending pending)
{
	size_t at = wire->count;

	if (at == STORM_PENDING_MAX) {
		wire->overflows++;
		forget(&pending);
		return;
	}
	for (; at > 0 && wire->pending[at - 1].at_ms > pending.at_ms; at--)
		wire->pending[at] = wire->pending[at - 1];
	wire->pending[at] = pending;
	wire->count++;
}

static void drop_at(struct storm_wire *wire, size_t at)
{
	wire->count--;
	memmove(wire->pending + at, wire->pending + at + 1, (wire->count - at) * sizeof wire->pending[0]);
}

/* What the exchange has sent since it was last asked. A stream it closes is told as down. */
static void collect(struct storm_wire *wire)
{
	struct emu_out out;

	while (emu_take(wire->emu, &out)) {
		int stream = 0;
		while (stream < STREAMS_MAX && wire->client_of[stream] != out.client)
			stream++;
		if (stream == STREAMS_MAX)
			continue; /* nobody listens any more */
		struct storm_pending pending = {.at_ms = wire->now_ms + wire->stream_ms,
						.made_ms = wire->now_ms,
						.kind = out.kind == EMU_TEXT ? STORM_TEXT : STORM_DOWN,
						.client = out.client,
						.stream = (uint8_t)stream};
		if (out.kind == EMU_TEXT)
			pending.text = copy(out.text, out.len), pending.len = out.len;
		arrive(wire, pending);
	}
}

/* The path of "https://host/path". */
static const char *path_of(const char *url)
{
	const char *host = strstr(url, "://");
	const char *path = host != NULL ? strchr(host + 3, '/') : NULL;

	return path != NULL ? path : "/";
}

static int http_send(void *ctx, uint32_t handle, const char *url, const struct say *say)
{
	struct storm_wire *wire = ctx;
	struct emu_request request = {.method = say->post ? "POST" : "GET",
				      .target = path_of(url),
				      .head = say->head,
				      .body = say->text,
				      .body_len = say->len};
	struct emu_reply reply;

	if (wire->ear.leaves != NULL)
		wire->ear.leaves(wire->ear.ctx, request.target, say);
	emu_http(wire->emu, wire->now_ms, &request, &reply);
	ms_t made_ms = wire->now_ms;
	if (wire->ear.handled != NULL)
		made_ms = wire->ear.handled(wire->ear.ctx, request.target, say, &reply);
	struct storm_pending pending = {
		.kind = STORM_REPLY, .handle = handle, .status = reply.status, .made_ms = made_ms};
	snprintf(pending.path, sizeof pending.path, "%s", request.target);
	pending.at_ms = wire->now_ms + REST_LEAST_MS + (ms_t)random_below(&wire->random, REST_SPAN_MS) +
			reply.delay_ms;
	if (reply.ending != EMU_WHOLE) {
		pending.status = WIRE_CUT;
		pending.text = copy("cut", 3), pending.len = 3;
	} else {
		pending.head = copy(reply.head, strlen(reply.head));
		pending.text = copy(reply.body, reply.len), pending.len = reply.len;
	}
	arrive(wire, pending);
	collect(wire);
	return 0;
}

static bool http_drop(void *ctx, uint32_t handle)
{
	struct storm_wire *wire = ctx;

	for (size_t i = 0; i < wire->count; i++) {
		if (wire->pending[i].kind != STORM_REPLY || wire->pending[i].handle != handle)
			continue;
		forget(&wire->pending[i]);
		drop_at(wire, i);
		break;
	}
	return false; /* it was sent at once */
}

static int ws_open(void *ctx, uint8_t stream, const char *url)
{
	struct storm_wire *wire = ctx;
	int client = emu_ws_open(wire->emu, wire->now_ms, path_of(url));

	wire->client_of[stream] = client;
	arrive(wire, (struct storm_pending){.at_ms = wire->now_ms + REST_LEAST_MS + emu_stall_ms(wire->emu),
					    .kind = client >= 0 ? STORM_UP : STORM_DOWN,
					    .client = client,
					    .stream = stream});
	collect(wire);
	return 0;
}

static int ws_send(void *ctx, uint8_t stream, const char *text, size_t len)
{
	struct storm_wire *wire = ctx;

	if (wire->client_of[stream] < 0)
		return TB_EIO;
	emu_ws_frame(wire->emu, wire->now_ms, wire->client_of[stream], text, len);
	collect(wire);
	return 0;
}

static void ws_close(void *ctx, uint8_t stream)
{
	struct storm_wire *wire = ctx;

	if (wire->client_of[stream] >= 0)
		emu_ws_close(wire->emu, wire->client_of[stream]);
	wire->client_of[stream] = -1;
	for (size_t i = wire->count; i-- > 0;) {
		if (wire->pending[i].kind == STORM_REPLY || wire->pending[i].stream != stream)
			continue;
		forget(&wire->pending[i]);
		drop_at(wire, i);
	}
}

static void ws_read(void *ctx, uint8_t stream, bool on)
{
	((struct storm_wire *)ctx)->deaf[stream] = !on;
}

const struct wire_ops storm_wire_ops = {
	.http_send = http_send,
	.http_drop = http_drop,
	.ws_open = ws_open,
	.ws_send = ws_send,
	.ws_close = ws_close,
	.ws_read = ws_read,
};

static void tell(struct storm_wire *wire, const struct storm_pending *p)
{
	switch (p->kind) {
	case STORM_REPLY:
		link_on_reply(wire->link, p->handle, p->status, p->head != NULL ? p->head : "",
			      p->head != NULL ? strlen(p->head) : 0, p->text, p->len);
		break;
	case STORM_UP: link_on_up(wire->link, p->stream, wire->now_ms); break;
	case STORM_DOWN:
		wire->client_of[p->stream] = -1;
		link_on_down(wire->link, p->stream, "closed", wire->now_ms);
		break;
	case STORM_TEXT: link_on_frame(wire->link, p->stream, p->text, p->len); break;
	default: break;
	}
}

void storm_wire_step(struct storm_wire *wire, ms_t now)
{
	wire->now_ms = now;
	emu_advance(wire->emu, now);
	collect(wire);
	for (size_t i = 0; i < wire->count && wire->pending[i].at_ms <= now;) {
		struct storm_pending pending = wire->pending[i];
		if (pending.kind == STORM_TEXT && wire->deaf[pending.stream]) {
			i++;
			continue;
		}
		drop_at(wire, i);
		if (wire->ear.arrives != NULL)
			wire->ear.arrives(wire->ear.ctx, &pending);
		tell(wire, &pending);
		forget(&pending);
		i = 0; /* the link may have dropped others */
	}
}

ms_t storm_wire_next_ms(const struct storm_wire *wire)
{
	ms_t next = emu_next_ms(wire->emu);

	for (size_t i = 0; i < wire->count; i++) {
		if (wire->pending[i].kind == STORM_TEXT && wire->deaf[wire->pending[i].stream])
			continue;
		return wire->pending[i].at_ms < next ? wire->pending[i].at_ms : next;
	}
	return next;
}
