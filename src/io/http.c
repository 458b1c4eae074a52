/* SPDX-License-Identifier: MIT
 * See http.h. curl is driven by the loop: its sockets are sources, its timer is a timerfd. Nothing is called
 * back into curl from its own callbacks. */
#include "http.h"

#include <curl/curl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bytes.h"

#define CONNECT_MOST_MS 5000
#define HEAD_LINE_MAX   2048
#define IDLE_MOST_S     50L /* a connection idle for longer is not used again; exchanges close after 60 */

struct call {
	struct http *http;
	CURL *easy; /* kept and used again */
	uint32_t handle;
	enum { CALL_FREE, CALL_RESOLVING, CALL_RUNNING } state;
	bool post;
	char *url;
	struct bytes body; /* of the request */
	size_t body_at;
	struct curl_slist *head, *resolve;
	struct bytes reply_head, reply;
	bool too_large;
	int64_t begun_us;
	ms_t deadline_ms;
	struct url where; /* its path is not used */
	char error[CURL_ERROR_SIZE];
};

struct http {
	struct loop *loop;
	struct resolver *resolver;
	http_fn *fn;
	void *ctx;
	CURLM *multi;
	int timer;
	bool plain;
	char agent[64];
	char *ca_file;
	struct call calls[HTTP_CALLS_MAX];
};

static void call_clear(struct call *call)
{
	free(call->url);
	bytes_free(&call->body);
	bytes_free(&call->reply_head);
	bytes_free(&call->reply);
	curl_slist_free_all(call->head);
	curl_slist_free_all(call->resolve);
	*call = (struct call){.http = call->http, .easy = call->easy};
}

/* Tells and forgets. */
static void call_end(struct call *call, int status, const char *why)
{
	struct http *http = call->http;
	struct call ended = *call;

	*call = (struct call){.http = http, .easy = call->easy};
	if (status > 0)
		http->fn(http->ctx, ended.handle, status, ended.reply_head.at, ended.reply_head.len,
			 ended.reply.len > 0 ? ended.reply.at : "", ended.reply.len);
	else
		http->fn(http->ctx, ended.handle, status, "", 0, why, strlen(why));
	call_clear(&ended);
}

static size_t on_body(char *data, size_t one, size_t len, void *ctx)
{
	struct call *call = ctx;

	(void)one;
	if (!bytes_add(&call->reply, data, len, HTTP_BODY_MAX)) {
		call->too_large = true;
		return 0;
	}
	return len;
}

static size_t on_head(char *data, size_t one, size_t len, void *ctx)
{
	struct call *call = ctx;

	(void)one;
	if (len > 5 && memcmp(data, "HTTP/", 5) == 0)
		call->reply_head.len = 0; /* what came before was a "100 Continue" */
	if (!bytes_add(&call->reply_head, data, len, HTTP_HEAD_MAX)) {
		call->too_large = true;
		return 0;
	}
	return len;
}

static size_t on_read(char *data, size_t one, size_t room, void *ctx)
{
	struct call *call = ctx;
	size_t left = call->body.len - call->body_at;

	(void)one;
	if (room > left)
		room = left;
	if (room > 0)
		memcpy(data, call->body.at + call->body_at, room);
	call->body_at += room;
	return room;
}

static bool nothing_was_sent(CURL *easy)
{
	long sent = 0;

	return curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent) == CURLE_OK && sent == 0;
}

/* Only what fails before there is a connection proves that nothing can have been done. */
static int failure_of(CURLcode code, CURL *easy)
{
	switch (code) {
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE: return nothing_was_sent(easy) ? WIRE_NOT_SENT : WIRE_CUT;
	default: return WIRE_CUT;
	}
}

static void call_done(struct call *call, CURLcode code)
{
	long status = 0;
	char why[CURL_ERROR_SIZE + 8];

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK && status > 0) {
		call_end(call, (int)status, "");
		return;
	}
	if (call->too_large)
		snprintf(why, sizeof why, "an answer of more than %d bytes", HTTP_BODY_MAX);
	else
		snprintf(why, sizeof why, "%s",
			 call->error[0] != '\0' ? call->error : curl_easy_strerror(code));
	call_end(call, code == CURLE_OK ? WIRE_CUT : failure_of(code, call->easy), why);
}

static void reap(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		struct call *call = NULL;
		CURLcode code = message->data.result; /* the message dies with the next call */
		CURL *easy = message->easy_handle;
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&call);
		curl_multi_remove_handle(http->multi, easy);
		call_done(call, code);
	}
}

static void on_socket(void *ctx, int fd, unsigned events)
{
	struct http *http = ctx;
	int running, flags = (events & LOOP_READ ? CURL_CSELECT_IN : 0) |
			     (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0) |
			     (events & LOOP_ERROR ? CURL_CSELECT_ERR : 0);

	curl_multi_socket_action(http->multi, fd, flags, &running);
	reap(http);
}

static void on_timer(void *ctx, int fd, unsigned events)
{
	struct http *http = ctx;
	uint64_t times;
	int running;

	(void)events;
	if (read(fd, &times, sizeof times) != sizeof times)
		return;
	curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	reap(http);
}

static int set_timer(CURLM *multi, long ms, void *ctx)
{
	struct http *http = ctx;
	struct itimerspec when = {0};

	(void)multi;
	if (ms >= 0) {
		when.it_value.tv_sec = ms / 1000;
		when.it_value.tv_nsec = ms % 1000 * 1000000L + (ms == 0);
	}
	timerfd_settime(http->timer, 0, &when, NULL);
	return 0;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *known)
{
	struct http *http = ctx;
	unsigned events = (what & CURL_POLL_IN ? LOOP_READ : 0U) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0U);

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		loop_drop(http->loop, fd);
		return 0;
	}
	if (known != NULL) {
		loop_change(http->loop, fd, events);
		return 0;
	}
	if (loop_add(http->loop, fd, events, on_socket, http) != 0)
		return -1;
	curl_multi_assign(http->multi, fd, http);
	return 0;
}

/* "host:port:address,address": curl never asks for a name itself. */
static struct curl_slist *resolve_list(const struct call *call, const struct resolver_answer *answer)
{
	char line[URL_HOST_MAX + 8 + RESOLVER_ADDRESSES_MAX * (RESOLVER_ADDRESS_MAX + 3)];
	int len = snprintf(line, sizeof line, "%s:%u:", call->where.host, (unsigned)call->where.port);

	for (uint32_t i = 0; i < answer->count; i++)
		len += snprintf(line + len, sizeof line - (size_t)len,
				strchr(answer->at[i], ':') != NULL ? "%s[%s]" : "%s%s", i > 0 ? "," : "",
				answer->at[i]);
	return curl_slist_append(NULL, line);
}

static void set_request(struct call *call)
{
	CURL *easy = call->easy;

	curl_easy_setopt(easy, CURLOPT_URL, call->url);
	curl_easy_setopt(easy, CURLOPT_RESOLVE, call->resolve);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->head);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, call->http->agent);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	if (!call->post)
		return;
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read); /* and no seek function, on purpose */
	curl_easy_setopt(easy, CURLOPT_READDATA, call);
	if (call->body.len == 0) {
		curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	}
}

/* Where the system keeps what it trusts, a file for each. curl's own choice is one file with all of it, which
 * takes 50 ms and more to read when the first connection is made. */
static const char *system_ca_dir(void)
{
	const char *dir = getenv(X509_get_default_cert_dir_env());

	return dir != NULL ? dir : X509_get_default_cert_dir();
}

static void set_connection(struct call *call, ms_t left_ms)
{
	CURL *easy = call->easy;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, call->http->plain ? "https,http" : "https");
	curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* and nothing from the environment */
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)(left_ms < CONNECT_MOST_MS ? left_ms : CONNECT_MOST_MS));
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 15L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 5L);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, IDLE_MOST_S);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_CAINFO, call->http->ca_file);
	curl_easy_setopt(easy, CURLOPT_CAPATH, call->http->ca_file != NULL ? NULL : system_ca_dir());
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
}

/* Goes on as far as it can. later: not from within http_send, so a failure may be told; else it is the
 * answer. */
static bool call_go(struct call *call, bool later)
{
	struct http *http = call->http;
	const struct resolver_answer *answer;
	ms_t left_ms = call->deadline_ms - (loop_us() - call->begun_us) / 1000;
	enum resolver_known known = resolver_find(http->resolver, call->where.host, !later, &answer);
	char why[URL_HOST_MAX + sizeof answer->error + 32];

	if (known == RESOLVER_ASKED)
		return true;
	if (known == RESOLVER_FAILED) {
		if (later) {
			snprintf(why, sizeof why, "could not resolve %s: %s", call->where.host,
				 answer->error);
			call_end(call, WIRE_NOT_SENT, why);
		}
		return false;
	}
	if (strchr(call->where.host, ':') ==
	    NULL) /* an IPv6 address needs no list, and has no way to be in one */
		call->resolve = resolve_list(call, answer);
	curl_easy_reset(call->easy);
	set_request(call);
	set_connection(call, left_ms > 0 ? left_ms : 1);
	call->state = CALL_RUNNING;
	curl_multi_add_handle(http->multi, call->easy);
	return true;
}

void http_on_answer(struct http *http)
{
	for (size_t i = 0; i < HTTP_CALLS_MAX; i++)
		if (http->calls[i].state == CALL_RESOLVING)
			call_go(&http->calls[i], true);
}

/* Header lines, each ended by a line feed, and two that curl would add by itself and that say nothing true.
 * False: a line is too long to be sent. */
static bool head_list(const char *head, struct curl_slist **list)
{
	bool has_type = false;

	*list = curl_slist_append(NULL, "Expect:");
	while (*head != '\0') {
		size_t len = strcspn(head, "\n");
		char line[HEAD_LINE_MAX];
		if (len >= sizeof line)
			return false;
		memcpy(line, head, len);
		line[len] = '\0';
		has_type = has_type || strncasecmp(line, "Content-Type:", 13) == 0;
		if (len > 0)
			*list = curl_slist_append(*list, line);
		head += len + (head[len] == '\n');
	}
	if (!has_type)
		*list = curl_slist_append(*list, "Content-Type:");
	return true;
}

int http_send(struct http *http, uint32_t handle, const char *url, const struct say *say)
{
	struct call *call = http->calls;

	while (call < http->calls + HTTP_CALLS_MAX && call->state != CALL_FREE)
		call++;
	if (call == http->calls + HTTP_CALLS_MAX)
		return TB_EFULL;
	if (!url_parse(url, &call->where) || !(url_is_safe(&call->where) || http->plain))
		return TB_EINVAL;
	call->where.path = "";
	if (call->easy == NULL && (call->easy = curl_easy_init()) == NULL)
		return TB_EFULL;
	call->url = strdup(url);
	if (call->url == NULL || !head_list(say->head, &call->head) ||
	    (say->len > 0 && !bytes_add(&call->body, say->text, say->len, OUTBOX_TEXT_MAX))) {
		call_clear(call);
		return TB_EFULL;
	}
	call->handle = handle;
	call->post = say->post;
	call->deadline_ms = say->deadline_ms;
	call->begun_us = loop_us();
	call->state = CALL_RESOLVING;
	if (!call_go(call, false)) {
		call_clear(call);
		return TB_EFULL;
	}
	return 0;
}

bool http_drop(struct http *http, uint32_t handle)
{
	for (size_t i = 0; i < HTTP_CALLS_MAX; i++) {
		struct call *call = &http->calls[i];
		if (call->state == CALL_FREE || call->handle != handle)
			continue;
		bool unsent = call->state == CALL_RESOLVING || nothing_was_sent(call->easy);
		if (call->state == CALL_RUNNING)
			curl_multi_remove_handle(http->multi, call->easy);
		call_clear(call);
		return unsent;
	}
	return false;
}

struct http *http_open(struct loop *loop, struct resolver *resolver, const struct http_options *options,
		       http_fn *fn, void *ctx, char *error, size_t size)
{
	struct http *http = calloc(1, sizeof *http);

	if (http == NULL)
		return NULL;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	*http = (struct http){.loop = loop,
			      .resolver = resolver,
			      .fn = fn,
			      .ctx = ctx,
			      .multi = curl_multi_init(),
			      .timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC),
			      .plain = options->plain,
			      .ca_file = options->ca_file != NULL ? strdup(options->ca_file) : NULL};
	snprintf(http->agent, sizeof http->agent, "%s", options->agent);
	for (size_t i = 0; i < HTTP_CALLS_MAX; i++)
		http->calls[i].http = http;
	if (http->multi == NULL || http->timer < 0 ||
	    loop_add(loop, http->timer, LOOP_READ, on_timer, http) != 0) {
		snprintf(error, size, "http: no room for its timer");
		http_close(http);
		return NULL;
	}
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)HTTP_CALLS_MAX);
	return http;
}

void http_close(struct http *http)
{
	if (http == NULL)
		return;
	for (size_t i = 0; i < HTTP_CALLS_MAX; i++) {
		struct call *call = &http->calls[i];
		if (call->state == CALL_RUNNING)
			curl_multi_remove_handle(http->multi, call->easy);
		if (call->easy != NULL)
			curl_easy_cleanup(call->easy);
		call_clear(call);
	}
	if (http->multi != NULL)
		curl_multi_cleanup(http->multi);
	if (http->timer >= 0) {
		loop_drop(http->loop, http->timer);
		close(http->timer);
	}
	free(http->ca_file);
	free(http);
	curl_global_cleanup();
}
