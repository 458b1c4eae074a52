/* SPDX-License-Identifier: MIT
 * Requests over curl's multi interface: HTTP/1.1, connections kept alive, TLS verified, no proxy, no
 * redirect, every request with a deadline.
 *
 * A POST is never sent twice. curl repeats, by itself, a request whose kept-alive connection died before a
 * byte of the answer came, though the server may well have acted on it. A body that is read through a
 * function and cannot be wound back keeps it from that; a POST without a body gets a connection of its own.
 */
#ifndef IO_HTTP_H
#define IO_HTTP_H

#include "resolver.h"

#define HTTP_CALLS_MAX 16
#define HTTP_BODY_MAX  (8 << 20) /* of an answer; a larger one is CUT */
#define HTTP_HEAD_MAX  (32 << 10)

struct http_options {
	const char *agent;   /* "tradebotd/1.0" */
	const char *ca_file; /* NULL: what the system trusts; else only these */
	bool plain;          /* http:// and ws:// too; for tests */
};

/* status: HTTP's, or enum wire_failure, then text says why, for people. Borrowed for the call. */
typedef void http_fn(void *ctx, uint32_t handle, int status, const char *head, size_t head_len,
		     const char *text, size_t len);

struct http;
/* The resolver must tell http_on_answer() when it has been answered. NULL: failed, with a text. */
struct http *http_open(struct loop *loop, struct resolver *resolver, const struct http_options *options,
		       http_fn *fn, void *ctx, char *error, size_t size);
void http_close(struct http *http);

/* Begins a request: say->post, head, text, deadline_ms; whatever comes of it is told to fn, never from
 * within. handle: not in use. TB_EFULL: not begun, HTTP_CALLS_MAX are under way or a
 * header line is over 2 KiB. TB_EINVAL: no usable address. */
int http_send(struct http *http, uint32_t handle, const char *url, const struct say *say);
/* Nothing more is told of it. True: nothing of it had been sent. */
bool http_drop(struct http *http, uint32_t handle);
void http_on_answer(struct http *http);

#endif
