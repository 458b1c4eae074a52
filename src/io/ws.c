/* SPDX-License-Identifier: MIT
 * See ws.h. A connection knows its stream by its opaque pointer; one that was dropped has none, says goodbye
 * and is told of no more. So what is left of an old connection never reaches a new one of the same stream. */
#include "ws.h"

#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

#define VALID_PING_S   15
#define VALID_HANGUP_S 25
#define GOODBYE_S      2
#define WHY_MAX        256
#define SWITCHING      101 /* the HTTP status that a handshake ends with */

struct unsent {
	struct unsent *next;
	size_t len;
	unsigned char at[]; /* LWS_PRE bytes for lws, then the text */
};

struct stream {
	struct ws *ws;
	uint8_t index;
	enum { WS_IDLE, WS_RESOLVING, WS_CONNECTING, WS_UP } state;
	struct lws *wsi;
	struct url where;
	char path[WS_PATH_MAX];
	unsigned turn; /* which address is next */
	bool silent;   /* not read */
	struct bytes part;
	struct unsent *first, **last;
	size_t unsent;
	char why[WHY_MAX]; /* what is known of the end before it is told */
};

struct ws {
	struct loop *loop;
	struct resolver *resolver;
	const struct ws_events *events;
	void *ctx;
	struct lws_vhost *vhost;
	bool plain;
	char agent[64];
	char *ca_file;
	struct stream streams[STREAMS_MAX];
};

static const lws_retry_bo_t validity = {.secs_since_valid_ping = VALID_PING_S,
					.secs_since_valid_hangup = VALID_HANGUP_S};

static void stream_clear(struct stream *stream)
{
	while (stream->first != NULL) {
		struct unsent *next = stream->first->next;
		free(stream->first);
		stream->first = next;
	}
	stream->last = &stream->first;
	stream->unsent = 0;
	bytes_free(&stream->part);
	stream->wsi = NULL;
	stream->state = WS_IDLE;
	stream->silent = false;
}

/* Its end, told once, whichever way lws says it. */
static void stream_end(struct stream *stream, const char *why)
{
	char text[WHY_MAX];

	if (stream->state == WS_IDLE)
		return;
	snprintf(text, sizeof text, "%s", stream->why[0] != '\0' ? stream->why : why);
	stream_clear(stream);
	stream->turn++;
	stream->ws->events->down(stream->ws->ctx, stream->index, text);
}

static int take_piece(struct stream *stream, struct lws *wsi, const char *in, size_t len)
{
	bool whole = lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0;
	struct ws *ws = stream->ws;

	if (whole && stream->part.len == 0) {
		ws->events->frame(ws->ctx, stream->index, in, len);
		return 0;
	}
	if (!bytes_add(&stream->part, in, len, WS_MESSAGE_MAX)) {
		snprintf(stream->why, sizeof stream->why, "a message of more than %d bytes", WS_MESSAGE_MAX);
		lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
		return -1;
	}
	if (whole) {
		struct bytes message = stream->part;
		stream->part = (struct bytes){0};
		ws->events->frame(ws->ctx, stream->index, message.at, message.len);
		bytes_free(&message);
	}
	return 0;
}

/* One write for each time the socket can take one. */
static int send_next(struct stream *stream, struct lws *wsi)
{
	struct unsent *unsent = stream->first;

	if (unsent == NULL)
		return 0;
	int written = lws_write(wsi, unsent->at + LWS_PRE, unsent->len, LWS_WRITE_TEXT);
	if (written < (int)unsent->len) {
		snprintf(stream->why, sizeof stream->why, "a message could not be sent");
		return -1;
	}
	stream->unsent -= unsent->len;
	stream->first = unsent->next;
	if (stream->first == NULL)
		stream->last = &stream->first;
	else
		lws_callback_on_writable(wsi);
	free(unsent);
	return 0;
}

static void keep_close_words(struct stream *stream, const unsigned char *in, size_t len)
{
	unsigned code = len >= 2 ? (unsigned)in[0] << 8 | in[1] : 0;
	int words = len > 2 ? (int)len - 2 : 0;

	if (code == 0)
		snprintf(stream->why, sizeof stream->why, "closed by the peer");
	else
		snprintf(stream->why, sizeof stream->why, "closed by the peer: %u%s%.*s", code,
			 words > 0 ? " " : "", words, words > 0 ? (const char *)in + 2 : "");
}

static int add_agent(const struct ws *ws, struct lws *wsi, unsigned char **at, size_t len)
{
	return lws_add_http_header_by_name(
		wsi, (const unsigned char *)"User-Agent:", (const unsigned char *)ws->agent,
		(int)strlen(ws->agent), at, *at + len);
}

/* Of a connection that nobody wants any more. */
static int say_goodbye(struct lws *wsi, enum lws_callback_reasons reason)
{
	switch (reason) {
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
	case LWS_CALLBACK_CLIENT_RECEIVE:
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
		return -1;
	default: return 0;
	}
}

/* What lws knows of a connection that was not made: the answer to the handshake, or its own words. */
static void refused(struct stream *stream, struct lws *wsi, const char *words)
{
	unsigned status = lws_http_client_http_response(wsi);
	SSL *tls = lws_get_ssl(wsi);
	long verdict = tls != NULL ? SSL_get_verify_result(tls) : X509_V_OK;
	char why[WHY_MAX];

	if (status > 0 && status != SWITCHING)
		snprintf(why, sizeof why, "the handshake was answered with HTTP %u", status);
	else if (verdict != X509_V_OK)
		snprintf(why, sizeof why, "the certificate is not trusted: %s",
			 X509_verify_cert_error_string(verdict));
	else
		snprintf(why, sizeof why, "%s", words != NULL ? words : "no connection");
	stream_end(stream, why);
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct stream *stream = lws_get_opaque_user_data(wsi);

	(void)user;
	if (stream == NULL)
		return say_goodbye(wsi, reason);
	loop_mark(stream->ws->loop);
	switch (reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: return add_agent(stream->ws, wsi, in, len) ? -1 : 0;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		lws_set_opaque_user_data(wsi, NULL);
		refused(stream, wsi, in);
		return 0;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		stream->wsi = wsi;
		stream->state = WS_UP;
		stream->ws->events->up(stream->ws->ctx, stream->index);
		return 0;
	case LWS_CALLBACK_CLIENT_RECEIVE: return take_piece(stream, wsi, in, len);
	case LWS_CALLBACK_CLIENT_WRITEABLE: return send_next(stream, wsi);
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: keep_close_words(stream, in, len); return 0;
	case LWS_CALLBACK_CLIENT_CLOSED:
	case LWS_CALLBACK_WSI_DESTROY:
		lws_set_opaque_user_data(wsi, NULL);
		stream_end(stream, "the connection broke");
		return 0;
	default: return 0;
	}
}

static void stream_go(struct stream *stream)
{
	struct ws *ws = stream->ws;
	const struct resolver_answer *answer;
	enum resolver_known known = resolver_find(ws->resolver, stream->where.host, false, &answer);
	char why[WHY_MAX];

	if (known == RESOLVER_ASKED)
		return;
	if (known == RESOLVER_FAILED) {
		snprintf(why, sizeof why, "could not resolve %s: %s", stream->where.host, answer->error);
		stream_end(stream, why);
		return;
	}
	struct lws_client_connect_info info = {
		.context = ws->loop->lws,
		.vhost = ws->vhost,
		.address = answer->at[stream->turn % answer->count],
		.host = stream->where.host, /* Host, SNI, and what the certificate must say */
		.port = stream->where.port,
		.path = stream->path,
		.ssl_connection = url_is_safe(&stream->where) ? LCCSCF_USE_SSL : 0,
		.alpn = "http/1.1",
		.local_protocol_name = "stream",
		.opaque_user_data = stream,
		.retry_and_idle_policy = &validity,
	};
	stream->state = WS_CONNECTING;
	struct lws *wsi = lws_client_connect_via_info(&info);
	if (stream->state == WS_IDLE) /* its end was told meanwhile */
		return;
	if (wsi == NULL)
		stream_end(stream, "no connection");
	else
		stream->wsi = wsi;
}

void ws_on_answer(struct ws *ws)
{
	for (size_t i = 0; i < STREAMS_MAX; i++)
		if (ws->streams[i].state == WS_RESOLVING)
			stream_go(&ws->streams[i]);
}

int ws_connect(struct ws *ws, uint8_t index, const char *url)
{
	struct stream *stream = &ws->streams[index];
	const struct resolver_answer *answer;
	struct url where;

	ws_drop(ws, index);
	if (!url_parse(url, &where) || !(url_is_safe(&where) || ws->plain) ||
	    strlen(where.path) + 2 > sizeof stream->path)
		return TB_EINVAL;
	snprintf(stream->path, sizeof stream->path, "%s%s", where.path[0] == '/' ? "" : "/", where.path);
	where.path = "";
	stream->where = where;
	stream->why[0] = '\0';
	if (resolver_find(ws->resolver, where.host, true, &answer) == RESOLVER_FAILED)
		return TB_EFULL;
	stream->state = WS_RESOLVING;
	stream_go(stream);
	return 0;
}

int ws_send(struct ws *ws, uint8_t index, const char *text, size_t len)
{
	struct stream *stream = &ws->streams[index];

	if (stream->state != WS_UP)
		return TB_EIO;
	if (len > WS_UNSENT_MAX - stream->unsent)
		return TB_EFULL;
	struct unsent *unsent = malloc(sizeof *unsent + LWS_PRE + len);
	if (unsent == NULL)
		return TB_EFULL;
	*unsent = (struct unsent){.len = len};
	memcpy(unsent->at + LWS_PRE, text, len);
	*stream->last = unsent;
	stream->last = &unsent->next;
	stream->unsent += len;
	lws_callback_on_writable(stream->wsi);
	return 0;
}

void ws_drop(struct ws *ws, uint8_t index)
{
	struct stream *stream = &ws->streams[index];
	struct lws *wsi = stream->wsi;

	if (wsi != NULL) {
		lws_set_opaque_user_data(wsi, NULL);
		if (stream->silent)
			lws_rx_flow_control(wsi, 1);
		if (stream->state == WS_UP) {
			lws_callback_on_writable(wsi);
			lws_set_timeout(wsi, PENDING_TIMEOUT_CLOSE_SEND, GOODBYE_S);
		} else {
			lws_set_timeout(wsi, PENDING_TIMEOUT_AWAITING_CONNECT_RESPONSE, LWS_TO_KILL_ASYNC);
		}
	}
	stream_clear(stream);
}

void ws_read(struct ws *ws, uint8_t index, bool on)
{
	struct stream *stream = &ws->streams[index];

	if (stream->state == WS_UP && stream->silent == on) {
		stream->silent = !on;
		lws_rx_flow_control(stream->wsi, on);
	}
}

struct ws *ws_open(struct loop *loop, struct resolver *resolver, const struct http_options *options,
		   const struct ws_events *events, void *ctx, char *error, size_t size)
{
	static const struct lws_protocols protocols[] = {
		{.name = "stream", .callback = on_lws, .rx_buffer_size = 65536}, {.name = NULL}};
	struct ws *ws = calloc(1, sizeof *ws);

	if (ws == NULL)
		return NULL;
	*ws = (struct ws){
		.loop = loop, .resolver = resolver, .events = events, .ctx = ctx, .plain = options->plain};
	snprintf(ws->agent, sizeof ws->agent, "%s", options->agent);
	for (uint8_t i = 0; i < STREAMS_MAX; i++) {
		ws->streams[i].ws = ws;
		ws->streams[i].index = i;
		stream_clear(&ws->streams[i]);
	}
	struct lws_context_creation_info info = {
		.vhost_name = "streams",
		.port = CONTEXT_PORT_NO_LISTEN,
		.protocols = protocols,
		.http_proxy_address = "",                        /* and nothing from the environment */
		.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT, /* again: else it has no TLS of a client */
	};
	if (options->ca_file != NULL) {
		ws->ca_file = strdup(options->ca_file);
		info.client_ssl_ca_filepath = ws->ca_file;
		info.options |= LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
	}
	ws->vhost = lws_create_vhost(loop->lws, &info);
	if (ws->vhost == NULL) {
		snprintf(error, size, "websocket: TLS cannot be set up%s%s",
			 ws->ca_file != NULL ? " with " : "", ws->ca_file != NULL ? ws->ca_file : "");
		ws_close(ws);
		return NULL;
	}
	return ws;
}

void ws_close(struct ws *ws)
{
	if (ws == NULL)
		return;
	for (uint8_t i = 0; i < STREAMS_MAX; i++)
		ws_drop(ws, i);
	free(ws->ca_file);
	free(ws);
}
