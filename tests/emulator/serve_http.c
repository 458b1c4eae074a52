/* SPDX-License-Identifier: MIT
 * HTTP/1.1 of the server: one request at a time out of what has come, its answer as the emulator wants it,
 * and the upgrade to a stream. */
#include "serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#define HEAD_MAX 65536
#define BODY_MAX (1 << 20)

/* A request, its parts within conn->in; NUL-terminated. */
struct parsed {
	char *method, *target;
	struct text head; /* header lines with line feeds */
	size_t head_bytes;
	size_t body_len;
	char key[64]; /* of an upgrade; "" otherwise */
	bool close;
};

/* The value of the header line at `line`, or NULL if it is not of that name. */
static const char *header_value(const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	for (line += n + 1; *line == ' '; line++)
		;
	return line;
}

static void parse_header(struct parsed *out, const char *line, size_t len)
{
	const char *value;

	text_put(&out->head, line, len);
	text_put(&out->head, "\n", 1);
	if ((value = header_value(line, len, "content-length")) != NULL)
		out->body_len = (size_t)strtoul(value, NULL, 10);
	else if ((value = header_value(line, len, "sec-websocket-key")) != NULL)
		snprintf(out->key, sizeof(out->key), "%.*s", (int)(line + len - value), value);
	else if ((value = header_value(line, len, "connection")) != NULL)
		out->close = strncasecmp(value, "close", 5) == 0;
}

/* 1: whole; 0: not yet; -1: no HTTP. */
static int parse(struct conn *conn, struct parsed *out)
{
	char *end = conn->in.len > 0 ? strstr(conn->in.at, "\r\n\r\n") : NULL;

	memset(out, 0, sizeof(*out));
	if (end == NULL)
		return conn->in.len > HEAD_MAX ? -1 : 0;
	out->head_bytes = (size_t)(end + 4 - conn->in.at);
	char *line = strstr(conn->in.at, "\r\n");
	for (char *at = line + 2; at < end + 2;) {
		char *next = strstr(at, "\r\n");
		parse_header(out, at, (size_t)(next - at));
		at = next + 2;
	}
	if (out->body_len > BODY_MAX)
		return -1;
	if (conn->in.len < out->head_bytes + out->body_len)
		return 0;
	char *space = memchr(conn->in.at, ' ', (size_t)(line - conn->in.at));
	char *last = space != NULL ? memchr(space + 1, ' ', (size_t)(line - space - 1)) : NULL;
	if (last == NULL)
		return -1;
	*space = *last = '\0';
	out->method = conn->in.at;
	out->target = space + 1;
	return 1;
}

static const char *phrase(int status)
{
	switch (status) {
	case 200: return "OK";
	case 401: return "Unauthorized";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 429: return "Too Many Requests";
	case 500: return "Internal Server Error";
	case 502: return "Bad Gateway";
	case 503: return "Service Unavailable";
	case 504: return "Gateway Timeout";
	default: return "Status";
	}
}

static void put_reply(struct text *out, const struct emu_reply *reply, bool close)
{
	text_add(out, "HTTP/1.1 %d %s\r\nServer: Openresty\r\nContent-Length: %zu\r\nConnection: %s\r\n",
		 reply->status, phrase(reply->status), reply->len, close ? "close" : "keep-alive");
	for (const char *at = reply->head; *at != '\0';) {
		size_t line = strcspn(at, "\n");
		text_put(out, at, line);
		text_put(out, "\r\n", 2);
		at += line + (at[line] == '\n');
	}
	text_put(out, "\r\n", 2);
	text_put(out, reply->body, reply->sent);
}

/* In stepped time a waiting daemon is not idle, and time would never go on: nothing waits. */
static ms_t real_delay(const struct server *server, ms_t delay_ms)
{
	return server->setup.clock_path != NULL ? 0 : (ms_t)((double)delay_ms / server->setup.speed);
}

static void answer(struct server *server, struct conn *conn, const struct parsed *parsed, const char *body)
{
	struct emu_request request = {.method = parsed->method,
				      .target = parsed->target,
				      .head = parsed->head.at != NULL ? parsed->head.at : "",
				      .body = body,
				      .body_len = parsed->body_len};
	struct emu_reply reply;

	emu_http(server->emu, serve_now(server), &request, &reply);
	if (server->setup.log)
		fprintf(stderr, "%lld %s %s -> %d %zu%s\n", (long long)emu_now(server->emu), parsed->method,
			parsed->target, reply.status, reply.len,
			reply.ending != EMU_WHOLE ? " cut or reset" : "");
	text_clear(&conn->held);
	conn->held_reset = reply.ending == EMU_RESET;
	conn->held_close = parsed->close || reply.ending == EMU_CUT || reply.ending == EMU_SHUT;
	conn->held_ms = serve_real_ms() + real_delay(server, reply.delay_ms);
	if (!conn->held_reset && reply.ending != EMU_SHUT)
		put_reply(&conn->held, &reply, parsed->close);
}

/* RFC 6455, section 4.2.2 */
static void upgrade(struct server *server, struct conn *conn, const struct parsed *parsed)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	unsigned char sum[SHA_DIGEST_LENGTH];
	char joined[128], accept[64];
	int client = emu_ws_open(server->emu, serve_now(server), parsed->target);

	if (server->setup.log)
		fprintf(stderr, "%lld stream %s -> %d\n", (long long)emu_now(server->emu), parsed->target,
			client);
	if (client < 0) {
		text_add(&conn->out, "HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
			 -client, phrase(-client));
		conn->closing = true;
		return;
	}
	snprintf(joined, sizeof(joined), "%s%s", parsed->key, guid);
	SHA1((const unsigned char *)joined, strlen(joined), sum);
	EVP_EncodeBlock((unsigned char *)accept, sum, sizeof(sum));
	text_clear(&conn->held);
	conn->held_reset = conn->held_close = false;
	conn->held_ms = serve_real_ms() + real_delay(server, emu_stall_ms(server->emu));
	text_add(&conn->held,
		 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		 "Sec-WebSocket-Accept: %s\r\n\r\n",
		 accept);
	conn->kind = CONN_STREAM;
	conn->client = client;
}

void conn_take_http(struct server *server, struct conn *conn)
{
	while (conn->kind == CONN_HTTP && !conn->dead && !conn->closing && conn->held_ms == 0) {
		struct parsed parsed;
		int whole = parse(conn, &parsed);
		if (whole < 0)
			conn->closing = true;
		if (whole <= 0) {
			text_free(&parsed.head);
			return;
		}
		size_t used = parsed.head_bytes + parsed.body_len;
		if (parsed.key[0] != '\0')
			upgrade(server, conn, &parsed);
		else
			answer(server, conn, &parsed, conn->in.at + parsed.head_bytes);
		text_free(&parsed.head);
		memmove(conn->in.at, conn->in.at + used, conn->in.len - used);
		conn->in.len -= used;
		conn->in.at[conn->in.len] = '\0';
		if (conn->held_ms > 0)
			conn_due(server, conn, serve_real_ms());
	}
}
