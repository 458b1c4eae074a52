/* SPDX-License-Identifier: MIT
 * Sockets around the emulator: TLS on one port of 127.0.0.1 for REST and streams (HTTP/1.1, RFC 6455), the
 * stepped clock's teller and the control lines on Unix sockets; one thread, one epoll. Written for itself and
 * not with the library that the daemon uses: the two must not share a mistake, a signed query must arrive as
 * it was sent, and resets and cuts want the socket. */
#ifndef EMU_SERVE_H
#define EMU_SERVE_H

#include <openssl/ssl.h>

#include "emu.h"
#include "emu_text.h"

struct serve_setup {
	int port; /* 0: any */
	const char *cert, *key;
	const char *clock_path;   /* NULL: real time */
	const char *control_path; /* NULL: none; "-": standard input */
	double speed;             /* real time: emulated ms in a real one */
	ms_t begin_ms;            /* emulated time at the start */
	const char *books_path;   /* the account's books are written there at the end; NULL: not */
	bool end_exit;            /* leave when the market has ended and the daemon is idle */
	ms_t linger_ms;           /* so long after the end, in emulated time */
	bool log;
};

/* What one side says it has sent may be lost on a connection that was closed: so long it is waited for. */
#define IDLE_PATIENCE_MS 1500

enum conn_kind { CONN_HTTP, CONN_STREAM };
struct conn {
	int fd;
	SSL *ssl;
	enum conn_kind kind;
	bool closing; /* nothing is read any more; closed when what is to be sent has gone */
	bool reset;   /* ... by a reset */
	bool dead;    /* to be freed at the end of the turn */
	bool dropped; /* closed by the emulator, which knows it no more */
	struct text in, out;
	size_t out_at;    /* bytes of out that have gone */
	struct text held; /* an answer that is delayed */
	ms_t held_ms;     /* monotonic, when it goes; 0: none */
	bool held_close, held_reset;
	int client;          /* of the emulator; -1 */
	struct text message; /* stream: fragments so far */
	struct conn *next;
};

/* A line-wise connection: the teller's or a control one. */
struct lines {
	int listen_fd, fd;
	size_t used;
	char buffer[1024];
};

struct server {
	struct serve_setup setup;
	struct emu *emu;
	SSL_CTX *tls;
	int epoll_fd, listen_fd, signal_fd;
	struct conn *conns;
	struct lines teller, control;
	int64_t frames;                  /* stream messages sent, ever */
	int64_t frames_base, input_base; /* at the teller's connection */
	bool idle;                       /* the daemon waits for a time */
	ms_t due_ms;
	int64_t sent, heard;
	ms_t idle_ms;  /* monotonic, since when it waits */
	ms_t told_ms;  /* monotonic, when it was last told a time */
	bool lost;     /* not all messages will arrive there: it need not wait for them */
	ms_t real_ms;  /* monotonic, at the start */
	ms_t ended_ms; /* emulated time of the market's end; 0: it goes on */
	int64_t resets_seen;
	bool stop;
};

/* Opens all sockets. 0, or -1 with a line in error. */
int serve_open(struct server *server, const struct serve_setup *setup, struct emu *emu, char *error,
	       size_t size);
int serve_port(const struct server *server);
/* Until a signal, "quit" or the end. */
void serve_run(struct server *server);
void serve_close(struct server *server);

/* Inside. serve.c: emulated time; real time since the start; everything that the emulator has to say goes to
 * its connections. */
ms_t serve_now(const struct server *server);
ms_t serve_real_ms(void);
void serve_drain(struct server *server);
/* serve_conn.c: bytes have come; what waits is written; a text message of the emulator; the end. */
void conn_readable(struct server *server, struct conn *conn);
void conn_writable(struct server *server, struct conn *conn);
void conn_flush(struct server *server, struct conn *conn);
void conn_text(struct conn *conn, const char *text, size_t len);
void conn_close_frame(struct conn *conn);
void conn_due(struct server *server, struct conn *conn, ms_t real_ms);
void conn_free(struct server *server, struct conn *conn);
/* serve_http.c: as much of conn->in as is whole. */
void conn_take_http(struct server *server, struct conn *conn);
void conn_take_stream(struct server *server, struct conn *conn);
/* serve_lines.c */
int lines_open(struct server *server, struct lines *lines, const char *path, char *error, size_t size);
void lines_accept(struct server *server, struct lines *lines);
void lines_readable(struct server *server, struct lines *lines);
void lines_close(struct server *server, struct lines *lines);
void teller_step(struct server *server);

#endif
