/* SPDX-License-Identifier: MIT
 * See wire_net.h. */
#include "wire_net.h"

#include <stdio.h>
#include <stdlib.h>

#include "ws.h"

struct wire_net {
	struct clock *clock;
	struct link *link;
	struct resolver resolver;
	bool resolves;
	struct http *http;
	struct ws *ws;
};

static void on_reply(void *ctx, uint32_t handle, int status, const char *head, size_t head_len,
		     const char *text, size_t len)
{
	struct wire_net *net = ctx;

	link_on_reply(net->link, handle, status, head, head_len, text, len);
}

static void on_up(void *ctx, uint8_t stream)
{
	struct wire_net *net = ctx;

	link_on_up(net->link, stream, clock_now(net->clock));
}

static void on_down(void *ctx, uint8_t stream, const char *why)
{
	struct wire_net *net = ctx;

	link_on_down(net->link, stream, why, clock_now(net->clock));
}

static void on_frame(void *ctx, uint8_t stream, const char *text, size_t len)
{
	struct wire_net *net = ctx;

	link_on_frame(net->link, stream, text, len);
}

static void on_answer(void *ctx)
{
	struct wire_net *net = ctx;

	http_on_answer(net->http);
	ws_on_answer(net->ws);
}

struct wire_net *wire_net_open(struct loop *loop, struct clock *clock, const struct http_options *options,
			       resolver_lookup *lookup, char *error, size_t size)
{
	static const struct ws_events events = {.up = on_up, .down = on_down, .frame = on_frame};
	struct wire_net *net = calloc(1, sizeof *net);

	if (net == NULL)
		return NULL;
	net->clock = clock;
	net->resolves = resolver_open(&net->resolver, loop, lookup, on_answer, net) == 0;
	if (!net->resolves)
		snprintf(error, size, "resolver: no room for its pipe");
	if (net->resolves)
		net->http = http_open(loop, &net->resolver, options, on_reply, net, error, size);
	if (net->http != NULL)
		net->ws = ws_open(loop, &net->resolver, options, &events, net, error, size);
	if (net->ws == NULL) {
		wire_net_close(net);
		return NULL;
	}
	return net;
}

void wire_net_bind(struct wire_net *net, struct link *link)
{
	net->link = link;
}

void wire_net_close(struct wire_net *net)
{
	if (net == NULL)
		return;
	ws_close(net->ws);
	http_close(net->http);
	if (net->resolves)
		resolver_close(&net->resolver);
	free(net);
}

static int net_http_send(void *ctx, uint32_t handle, const char *url, const struct say *say)
{
	struct wire_net *net = ctx;

	return http_send(net->http, handle, url, say);
}

static bool net_http_drop(void *ctx, uint32_t handle)
{
	struct wire_net *net = ctx;

	return http_drop(net->http, handle);
}

static int net_ws_open(void *ctx, uint8_t stream, const char *url)
{
	struct wire_net *net = ctx;

	return ws_connect(net->ws, stream, url);
}

static int net_ws_send(void *ctx, uint8_t stream, const char *text, size_t len)
{
	struct wire_net *net = ctx;

	return ws_send(net->ws, stream, text, len);
}

static void net_ws_close(void *ctx, uint8_t stream)
{
	struct wire_net *net = ctx;

	ws_drop(net->ws, stream);
}

static void net_ws_read(void *ctx, uint8_t stream, bool on)
{
	struct wire_net *net = ctx;

	ws_read(net->ws, stream, on);
}

const struct wire_ops wire_net_ops = {
	.http_send = net_http_send,
	.http_drop = net_http_drop,
	.ws_open = net_ws_open,
	.ws_send = net_ws_send,
	.ws_close = net_ws_close,
	.ws_read = net_ws_read,
};
