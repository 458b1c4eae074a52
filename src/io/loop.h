/* SPDX-License-Identifier: MIT
 * One thread, one wait. Debian's libwebsockets cannot be polled from outside, so its own poll is the wait,
 * and everything else hangs on one epoll set that it has adopted: curl's sockets, timers, signals, the
 * control socket, the resolver. Functions called from here only note and queue what has come; whoever called
 * loop_wait() acts on it after it has returned.
 *
 * Lag: how long whatever comes next has to wait for us, from the moment the process is woken (or should have
 * been) until it waits again. Time spent on commits is reported apart and not part of it. */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include "tradebot/exchange.h"

#define LOOP_SOURCES_MAX 64
#define LOOP_LAG_BUCKETS 328

enum loop_event { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_ERROR = 4 };
enum loop_signal { LOOP_TERM = 1, LOOP_INT = 2, LOOP_HUP = 4 };

/* events: of enum loop_event. May add and drop sources, its own too. */
typedef void loop_fn(void *ctx, int fd, unsigned events);

struct lws_context;
struct loop {
	struct lws_context *lws; /* for websockets, which live in it */
	int epoll, wake, signal;
	bool adopted;     /* epoll belongs to lws, which closes it */
	unsigned signals; /* came and were not read yet */
	int64_t woken_us, excused_us;
	int64_t lag_turns, lag_max_us, lag_counts[LOOP_LAG_BUCKETS];
	struct loop_source {
		loop_fn *fn; /* NULL: free */
		void *ctx;
		int fd;
		uint32_t serial; /* of what the kernel says about a source that has gone meanwhile */
	} sources[LOOP_SOURCES_MAX];
};

/* Blocks SIGTERM, SIGINT and SIGHUP for this thread and those made later, ignores SIGPIPE. 0, or TB_EIO with
 * a text. loop_close comes after everything that lives in it; safe on a half-open one. */
int loop_open(struct loop *loop, char *error, size_t size);
void loop_close(struct loop *loop);

/* fn is called while the descriptor is ready. 0, TB_EFULL, TB_EIO. loop_drop comes before its close(). */
int loop_add(struct loop *loop, int fd, unsigned events, loop_fn *fn, void *ctx);
void loop_change(struct loop *loop, int fd, unsigned events);
void loop_drop(struct loop *loop, int fd);

/* Until something has happened, at most max_ms (NEVER_MS: as long as it takes; <= 0: looks and does not
 * wait). May return for nothing. 0, or TB_EIO: it cannot go on. */
int loop_wait(struct loop *loop, ms_t max_ms);

/* What came since it was last asked; of enum loop_signal. */
unsigned loop_signals(struct loop *loop);

struct loop_lag {
	int64_t turns, p50_us, p99_us, max_us; /* percentiles to an eighth, rounded up */
};
struct loop_lag loop_lag(const struct loop *loop);
void loop_lag_reset(struct loop *loop);
/* So long of this turn was a commit. */
void loop_excuse(struct loop *loop, int64_t us);
/* For what libwebsockets calls: the process is awake since now. */
void loop_mark(struct loop *loop);
/* Monotonic. */
int64_t loop_us(void);

#endif
