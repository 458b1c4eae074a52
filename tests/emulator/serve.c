/* SPDX-License-Identifier: MIT
 * The server's loop: one wait for all sockets, and the emulator's time. */
#include "serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

ms_t serve_real_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (ms_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000;
}

ms_t serve_now(const struct server *server)
{
	if (server->setup.clock_path != NULL)
		return emu_now(server->emu);
	return server->setup.begin_ms +
	       (ms_t)((double)(serve_real_ms() - server->real_ms) * server->setup.speed);
}

static int fail(char *error, size_t size, const char *what)
{
	snprintf(error, size, "%s: %s", what, strerror(errno));
	return -1;
}

static int watch(struct server *server, int fd, void *ptr)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = ptr};

	return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int select_h1(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
		     unsigned in_len, void *ctx)
{
	static const unsigned char h1[] = "\x08http/1.1";

	(void)ssl, (void)ctx;
	return SSL_select_next_proto((unsigned char **)(uintptr_t)out, out_len, h1, sizeof(h1) - 1, in,
				     in_len) == OPENSSL_NPN_NEGOTIATED
		       ? SSL_TLSEXT_ERR_OK
		       : SSL_TLSEXT_ERR_NOACK;
}

static int open_tls(struct server *server, char *error, size_t size)
{
	server->tls = SSL_CTX_new(TLS_server_method());
	if (server->tls == NULL || SSL_CTX_use_certificate_chain_file(server->tls, server->setup.cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(server->tls, server->setup.key, SSL_FILETYPE_PEM) != 1) {
		snprintf(error, size, "%s, %s: not a certificate and its key", server->setup.cert,
			 server->setup.key);
		return -1;
	}
	SSL_CTX_set_min_proto_version(server->tls, TLS1_2_VERSION);
	SSL_CTX_set_mode(server->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_alpn_select_cb(server->tls, select_h1, NULL);
	return 0;
}

static int open_listen(struct server *server, char *error, size_t size)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)server->setup.port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int on = 1;

	server->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (server->listen_fd < 0)
		return fail(error, size, "socket");
	setsockopt(server->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(server->listen_fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(server->listen_fd, 64) != 0 || watch(server, server->listen_fd, &server->listen_fd) != 0)
		return fail(error, size, "127.0.0.1");
	return 0;
}

int serve_port(const struct server *server)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);

	if (getsockname(server->listen_fd, (struct sockaddr *)&address, &len) != 0)
		return -1;
	return ntohs(address.sin_port);
}

int serve_open(struct server *server, const struct serve_setup *setup, struct emu *emu, char *error,
	       size_t size)
{
	sigset_t signals;

	*server = (struct server){.setup = *setup,
				  .emu = emu,
				  .listen_fd = -1,
				  .signal_fd = -1,
				  .teller = {.listen_fd = -1, .fd = -1},
				  .control = {.listen_fd = -1, .fd = -1},
				  .real_ms = serve_real_ms()};
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	server->signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	if (server->epoll_fd < 0 || server->signal_fd < 0 ||
	    watch(server, server->signal_fd, &server->signal_fd) != 0)
		return fail(error, size, "epoll");
	if (open_tls(server, error, size) != 0 || open_listen(server, error, size) != 0)
		return -1;
	if (lines_open(server, &server->teller, setup->clock_path, error, size) != 0)
		return -1;
	return lines_open(server, &server->control, setup->control_path, error, size);
}

static void accept_all(struct server *server)
{
	int on = 1;

	for (int fd; (fd = accept4(server->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
		struct conn *conn = emu_grow(NULL, sizeof(*conn));
		*conn = (struct conn){.fd = fd, .client = -1, .ssl = SSL_new(server->tls)};
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (conn->ssl == NULL || SSL_set_fd(conn->ssl, fd) != 1 || watch(server, fd, conn) != 0) {
			SSL_free(conn->ssl);
			close(fd);
			free(conn);
			continue;
		}
		SSL_set_accept_state(conn->ssl);
		conn->next = server->conns;
		server->conns = conn;
	}
}

static struct conn *conn_of_client(struct server *server, int client)
{
	struct conn *conn = server->conns;

	while (conn != NULL && (conn->client != client || conn->dropped || conn->dead))
		conn = conn->next;
	return conn;
}

/* A command or the seed wants every connection reset. In stepped time no stream message may be lost, as the
 * daemon waits for all that were counted: streams are closed there. */
static void reset_all(struct server *server)
{
	for (struct conn *conn = server->conns; conn != NULL; conn = conn->next) {
		if (conn->kind == CONN_STREAM && server->setup.clock_path != NULL)
			continue;
		conn->dead = conn->reset = true;
		if (conn->client >= 0 && !conn->dropped)
			emu_ws_close(server->emu, conn->client);
		conn->client = -1;
	}
}

void serve_drain(struct server *server)
{
	struct emu_out out;
	int64_t resets = emu_counts(server->emu)->struck[EMU_FAULT_RESET_ALL];

	if (resets != server->resets_seen)
		reset_all(server);
	server->resets_seen = resets;
	while (emu_take(server->emu, &out)) {
		struct conn *conn = conn_of_client(server, out.client);
		if (conn == NULL)
			continue;
		if (out.kind == EMU_TEXT) {
			conn_text(conn, out.text, out.len);
			server->frames++;
		} else {
			conn_close_frame(conn);
			conn->dropped = conn->closing = true;
		}
	}
	for (struct conn *conn = server->conns; conn != NULL; conn = conn->next)
		conn_flush(server, conn);
}

static void bury(struct server *server)
{
	for (struct conn **at = &server->conns; *at != NULL;) {
		struct conn *conn = *at;
		if (!conn->dead) {
			at = &conn->next;
			continue;
		}
		*at = conn->next;
		conn_free(server, conn);
	}
}

/* How long to wait: until the emulator, a delayed answer or the end wants something. */
static int wait_ms(const struct server *server)
{
	ms_t wait = 60 * SECOND_MS, real = serve_real_ms();

	for (const struct conn *conn = server->conns; conn != NULL; conn = conn->next)
		if (conn->held_ms > 0 && conn->held_ms - real < wait)
			wait = conn->held_ms - real;
	if (server->teller.fd >= 0 && wait > IDLE_PATIENCE_MS)
		wait = IDLE_PATIENCE_MS;
	if (server->setup.clock_path == NULL) {
		ms_t next = emu_next_ms(server->emu), now = serve_now(server);
		if (next != NEVER_MS && (double)(next - now) / server->setup.speed + 1 < (double)wait)
			wait = (ms_t)((double)(next - now) / server->setup.speed) + 1;
		if (server->setup.end_exit && emu_market_ended(server->emu) && wait > 100)
			wait = 100;
	}
	return wait > 0 ? (int)wait : 0;
}

/* The process does nothing at all for a while, as if it hung. */
static void freeze(struct server *server)
{
	ms_t left = emu_frozen_until(server->emu) - serve_now(server);

	if (server->setup.clock_path != NULL || left <= 0)
		return;
	left = (ms_t)((double)left / server->setup.speed);
	nanosleep(&(struct timespec){left / SECOND_MS, left % SECOND_MS * 1000000}, NULL);
}

static void dispatch(struct server *server, const struct epoll_event *event)
{
	void *ptr = event->data.ptr;

	if (ptr == &server->listen_fd)
		accept_all(server);
	else if (ptr == &server->signal_fd)
		server->stop = true;
	else if (ptr == &server->teller.listen_fd)
		lines_accept(server, &server->teller);
	else if (ptr == &server->teller.fd)
		lines_readable(server, &server->teller);
	else if (ptr == &server->control.listen_fd)
		lines_accept(server, &server->control);
	else if (ptr == &server->control.fd)
		lines_readable(server, &server->control);
	else if (event->events & EPOLLOUT)
		conn_writable(server, ptr);
	else
		conn_readable(server, ptr);
}

/* Real time: when the market has ended, and a while later. */
static void check_end(struct server *server)
{
	if (server->ended_ms == 0 && emu_market_ended(server->emu))
		server->ended_ms = emu_now(server->emu);
	if (server->ended_ms > 0 && server->setup.end_exit && server->setup.clock_path == NULL &&
	    serve_now(server) >= server->ended_ms + server->setup.linger_ms)
		server->stop = true;
}

void serve_run(struct server *server)
{
	struct epoll_event events[64];

	while (!server->stop) {
		int count = epoll_wait(server->epoll_fd, events, 64, wait_ms(server));
		if (count < 0 && errno != EINTR)
			return;
		freeze(server);
		if (server->setup.clock_path == NULL)
			emu_advance(server->emu, serve_now(server));
		for (int i = 0; i < count; i++)
			dispatch(server, &events[i]);
		for (struct conn *conn = server->conns; conn != NULL; conn = conn->next)
			conn_due(server, conn, serve_real_ms());
		serve_drain(server);
		check_end(server);
		teller_step(server);
		bury(server);
	}
}

/* Nothing is served any more: what is written is how it ends. */
static void write_books(const struct server *server)
{
	struct text books = {0};
	FILE *file = fopen(server->setup.books_path, "w");

	if (file == NULL || !emu_books(server->emu, emu_now(server->emu), &books) ||
	    fwrite(books.at, 1, books.len, file) != books.len)
		fprintf(stderr, "bybit_emu: %s cannot be written\n", server->setup.books_path);
	if (file != NULL)
		fclose(file);
	text_free(&books);
}

void serve_close(struct server *server)
{
	if (server->setup.books_path != NULL)
		write_books(server);
	for (struct conn *conn = server->conns; conn != NULL; conn = conn->next)
		conn->dead = true;
	bury(server);
	lines_close(server, &server->teller);
	lines_close(server, &server->control);
	SSL_CTX_free(server->tls);
	if (server->listen_fd >= 0)
		close(server->listen_fd);
	if (server->signal_fd >= 0)
		close(server->signal_fd);
	if (server->epoll_fd >= 0)
		close(server->epoll_fd);
}
