/* SPDX-License-Identifier: MIT
 * One connection: TLS, bytes in and out, frames of RFC 6455 outwards, the ways it can end. */
#include "serve.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#define READ_BYTES 16384

static void arm(struct server *server, struct conn *conn, bool write)
{
	struct epoll_event event = {.events = (conn->closing ? 0u : EPOLLIN) | (write ? EPOLLOUT : 0u),
				    .data.ptr = conn};

	epoll_ctl(server->epoll_fd, EPOLL_CTL_MOD, conn->fd, &event);
}

/* The other end is gone, or must go. */
static void conn_die(struct server *server, struct conn *conn)
{
	if (conn->dead)
		return;
	conn->dead = true;
	if (conn->client >= 0 && !conn->dropped)
		emu_ws_close(server->emu, conn->client);
	conn->client = -1;
}

void conn_readable(struct server *server, struct conn *conn)
{
	char bytes[READ_BYTES];

	if (conn->dead || conn->closing)
		return;
	for (;;) {
		ERR_clear_error();
		int got = SSL_read(conn->ssl, bytes, sizeof(bytes));
		if (got > 0) {
			text_put(&conn->in, bytes, (size_t)got);
			continue;
		}
		int why = SSL_get_error(conn->ssl, got);
		if (why == SSL_ERROR_WANT_WRITE)
			arm(server, conn, true);
		else if (why != SSL_ERROR_WANT_READ)
			conn_die(server, conn);
		break;
	}
	if (conn->dead)
		return;
	if (conn->kind == CONN_HTTP)
		conn_take_http(server, conn);
	if (conn->kind == CONN_STREAM)
		conn_take_stream(server, conn);
	conn_flush(server, conn);
}

void conn_flush(struct server *server, struct conn *conn)
{
	if (conn->dead)
		return;
	while (conn->out_at < conn->out.len) {
		ERR_clear_error();
		size_t left = conn->out.len - conn->out_at;
		int put = SSL_write(conn->ssl, conn->out.at + conn->out_at, left > 65536 ? 65536 : (int)left);
		if (put <= 0) {
			int why = SSL_get_error(conn->ssl, put);
			if (why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ)
				arm(server, conn, true);
			else
				conn_die(server, conn);
			return;
		}
		conn->out_at += (size_t)put;
	}
	if (conn->out.len > 0) {
		text_clear(&conn->out);
		conn->out_at = 0;
		arm(server, conn, false);
	}
	if (conn->closing)
		conn_die(server, conn);
}

void conn_writable(struct server *server, struct conn *conn)
{
	if (conn->dead)
		return;
	arm(server, conn, false); /* what still does not fit asks again */
	conn_readable(server, conn);
	conn_flush(server, conn);
}

/* Frames of the server carry no mask. Behind a delayed answer they wait with it. */
static void put_frame(struct conn *conn, unsigned char opcode, const char *bytes, size_t len)
{
	struct text *out = conn->held_ms > 0 ? &conn->held : &conn->out;
	unsigned char head[10] = {(unsigned char)(0x80 | opcode)};
	size_t used = 2;

	if (len < 126) {
		head[1] = (unsigned char)len;
	} else if (len < 65536) {
		head[1] = 126;
		head[2] = (unsigned char)(len >> 8);
		head[3] = (unsigned char)(len & 0xff);
		used = 4;
	} else {
		head[1] = 127;
		for (int i = 0; i < 8; i++)
			head[2 + i] = (unsigned char)((uint64_t)len >> (56 - 8 * i) & 0xff);
		used = 10;
	}
	text_put(out, (const char *)head, used);
	text_put(out, bytes, len);
}

void conn_text(struct conn *conn, const char *text, size_t len)
{
	put_frame(conn, 1, text, len);
}

void conn_close_frame(struct conn *conn)
{
	put_frame(conn, 8, "\x03\xe9", 2); /* 1001: going away */
}

/* One frame out of in, from `at` on. The bytes it takes, 0: not whole yet, -1: not allowed. */
static ssize_t take_frame(struct conn *conn, size_t at, unsigned char *opcode, bool *final, char **bytes,
			  size_t *len)
{
	unsigned char *in = (unsigned char *)conn->in.at + at;
	size_t left = conn->in.len - at, used = 2;
	uint64_t size;

	if (left < 2)
		return 0;
	*opcode = in[0] & 0x0f;
	*final = in[0] & 0x80;
	if (in[0] & 0x70 || !(in[1] & 0x80))
		return -1;
	size = in[1] & 0x7f;
	for (int extra = size == 126 ? 2 : size == 127 ? 8 : 0, i = 0; i < extra; i++) {
		if (left < 2 + (size_t)extra)
			return 0;
		size = i == 0 ? in[2] : size << 8 | in[2 + i];
		used = 2 + (size_t)extra;
	}
	if (size > 1 << 20)
		return -1;
	if (left < used + 4 + size)
		return 0;
	for (size_t i = 0; i < size; i++)
		in[used + 4 + i] ^= in[used + i % 4];
	*bytes = (char *)in + used + 4;
	*len = (size_t)size;
	return (ssize_t)(used + 4 + size);
}

static void take_opcode(struct server *server, struct conn *conn, unsigned char opcode, bool final,
			const char *bytes, size_t len)
{
	switch (opcode) {
	case 0:
	case 1:
		text_put(&conn->message, bytes, len);
		if (!final || conn->dropped)
			return;
		emu_ws_frame(server->emu, serve_now(server), conn->client, conn->message.at,
			     conn->message.len);
		text_clear(&conn->message);
		return;
	case 8:
		put_frame(conn, 8, bytes, len < 2 ? 0 : 2);
		if (!conn->dropped)
			emu_ws_close(server->emu, conn->client);
		conn->dropped = conn->closing = true;
		return;
	case 9: put_frame(conn, 10, bytes, len); return;
	case 10: return;
	default: conn_die(server, conn);
	}
}

void conn_take_stream(struct server *server, struct conn *conn)
{
	size_t at = 0;

	while (!conn->dead && !conn->closing) {
		unsigned char opcode;
		bool final;
		char *bytes;
		size_t len;
		ssize_t used = take_frame(conn, at, &opcode, &final, &bytes, &len);
		if (used < 0)
			conn_die(server, conn);
		if (used <= 0)
			break;
		take_opcode(server, conn, opcode, final, bytes, len);
		at += (size_t)used;
	}
	if (at > 0) {
		memmove(conn->in.at, conn->in.at + at, conn->in.len - at);
		conn->in.len -= at;
	}
}

/* A delayed answer whose time has come. */
void conn_due(struct server *server, struct conn *conn, ms_t real_ms)
{
	if (conn->dead || conn->held_ms == 0 || conn->held_ms > real_ms)
		return;
	conn->held_ms = 0;
	if (conn->held_reset) {
		conn->reset = true;
		conn_die(server, conn);
		return;
	}
	if (conn->held.len > 0)
		text_put(&conn->out, conn->held.at, conn->held.len);
	text_clear(&conn->held);
	conn->closing = conn->closing || conn->held_close;
	conn_flush(server, conn);
	if (!conn->dead && !conn->closing)
		conn_take_http(server, conn);
	conn_flush(server, conn);
}

void conn_free(struct server *server, struct conn *conn)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	if (conn->client >= 0 && !conn->dropped)
		emu_ws_close(server->emu, conn->client);
	epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, conn->fd, NULL);
	if (conn->reset)
		setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	else if (SSL_is_init_finished(conn->ssl))
		SSL_shutdown(conn->ssl);
	SSL_free(conn->ssl);
	close(conn->fd);
	text_free(&conn->in);
	text_free(&conn->out);
	text_free(&conn->held);
	text_free(&conn->message);
	free(conn);
}
