/* SPDX-License-Identifier: MIT
 * Streams of text messages over libwebsockets' client: TLS verified against the host's name while connected
 * to an address that the resolver gave (its addresses take turns), HTTP/1.1, no compression. A peer that does
 * not answer pings is given up after 25 s. Messages are told whole. Opening again is the link's. */
#ifndef IO_WS_H
#define IO_WS_H

#include "http.h"

#define WS_MESSAGE_MAX (4 << 20)   /* a larger one ends the connection */
#define WS_UNSENT_MAX  (256 << 10) /* bytes not yet taken by the socket */
#define WS_PATH_MAX    512

/* down may be told from within ws_connect; all else comes from the loop. */
struct ws_events {
	void (*up)(void *ctx, uint8_t stream);
	void (*down)(void *ctx, uint8_t stream, const char *why); /* or could not be opened */
	void (*frame)(void *ctx, uint8_t stream, const char *text, size_t len);
};

struct ws;
/* As http_open(). events is kept. */
struct ws *ws_open(struct loop *loop, struct resolver *resolver, const struct http_options *options,
		   const struct ws_events *events, void *ctx, char *error, size_t size);
/* Tells nothing more. Before loop_close(). */
void ws_close(struct ws *ws);

/* Begins to open; up or down follows. What the stream was before is gone without a word. TB_EINVAL: no usable
 * address. TB_EFULL: its name cannot be asked for. */
int ws_connect(struct ws *ws, uint8_t stream, const char *url);
/* TB_EIO: it is not up; TB_EFULL: the peer does not take what was sent before. */
int ws_send(struct ws *ws, uint8_t stream, const char *text, size_t len);
/* Says goodbye; nothing more is told of it. */
void ws_drop(struct ws *ws, uint8_t stream);
/* False: what the peer sends stays in the socket, and at last with the peer. A message that is under way may
 * still come. */
void ws_read(struct ws *ws, uint8_t stream, bool on);
void ws_on_answer(struct ws *ws);

#endif
