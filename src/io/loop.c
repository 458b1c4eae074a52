/* SPDX-License-Identifier: MIT
 * See loop.h. The epoll set is level-triggered and drained without waiting when lws says that it is readable:
 * what is left is seen on the next turn. A source that is dropped while its event lies in the batch is known
 * by its serial. */
#include "loop.h"

#include <errno.h>
#include <libwebsockets.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define BATCH       32
#define LWS_FDS_MAX 64
/* Blocks of this size come from the kernel and go back there: a big reply leaves no hole behind. Said once,
 * or glibc raises its own limit with the first of them. */
#define OWN_BLOCK_BYTES (128 << 10)

int64_t loop_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static uint32_t kernel_events(unsigned events)
{
	return (events & LOOP_READ ? (uint32_t)EPOLLIN : 0) | (events & LOOP_WRITE ? (uint32_t)EPOLLOUT : 0);
}

static unsigned own_events(uint32_t events)
{
	return (events & EPOLLIN ? LOOP_READ : 0U) | (events & EPOLLOUT ? LOOP_WRITE : 0U) |
	       (events & (EPOLLERR | EPOLLHUP) ? LOOP_ERROR : 0U);
}

static struct loop_source *source_of(struct loop *loop, int fd)
{
	for (size_t i = 0; i < LOOP_SOURCES_MAX; i++)
		if (loop->sources[i].fn != NULL && loop->sources[i].fd == fd)
			return &loop->sources[i];
	return NULL;
}

static struct epoll_event kernel_entry(const struct loop *loop, const struct loop_source *source,
				       unsigned events)
{
	uint64_t index = (uint64_t)(source - loop->sources);

	return (struct epoll_event){.events = kernel_events(events),
				    .data.u64 = index | (uint64_t)source->serial << 32};
}

int loop_add(struct loop *loop, int fd, unsigned events, loop_fn *fn, void *ctx)
{
	struct loop_source *source = loop->sources;

	while (source < loop->sources + LOOP_SOURCES_MAX && source->fn != NULL)
		source++;
	if (source == loop->sources + LOOP_SOURCES_MAX)
		return TB_EFULL;

	source->serial++;
	struct epoll_event entry = kernel_entry(loop, source, events);
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &entry) != 0)
		return TB_EIO;
	source->fn = fn;
	source->ctx = ctx;
	source->fd = fd;
	return 0;
}

void loop_change(struct loop *loop, int fd, unsigned events)
{
	struct loop_source *source = source_of(loop, fd);

	if (source != NULL) {
		struct epoll_event entry = kernel_entry(loop, source, events);
		epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &entry);
	}
}

void loop_drop(struct loop *loop, int fd)
{
	struct loop_source *source = source_of(loop, fd);

	if (source != NULL) {
		epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
		source->fn = NULL;
	}
}

static void dispatch(struct loop *loop)
{
	struct epoll_event batch[BATCH];
	int n = epoll_wait(loop->epoll, batch, BATCH, 0);

	loop_mark(loop);
	for (int i = 0; i < n; i++) {
		struct loop_source *source = &loop->sources[batch[i].data.u64 & UINT32_MAX];
		if (source->fn != NULL && source->serial == batch[i].data.u64 >> 32)
			source->fn(source->ctx, source->fd, own_events(batch[i].events));
	}
}

static int on_epoll(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user, (void)in, (void)len;
	if (reason == LWS_CALLBACK_RAW_RX_FILE)
		dispatch(lws_context_user(lws_get_context(wsi)));
	return 0;
}

static void on_wake(void *ctx, int fd, unsigned events)
{
	uint64_t times;

	(void)ctx, (void)events;
	if (read(fd, &times, sizeof times) < 0)
		return; /* it was armed anew meanwhile */
}

static void on_signal(void *ctx, int fd, unsigned events)
{
	struct loop *loop = ctx;
	struct signalfd_siginfo info;

	(void)events;
	while (read(fd, &info, sizeof info) == sizeof info)
		loop->signals |= info.ssi_signo == SIGTERM  ? LOOP_TERM
				 : info.ssi_signo == SIGINT ? LOOP_INT
							    : LOOP_HUP;
}

unsigned loop_signals(struct loop *loop)
{
	unsigned signals = loop->signals;

	loop->signals = 0;
	return signals;
}

static bool adopt(struct loop *loop)
{
	static const struct lws_protocols protocols[] = {{.name = "epoll", .callback = on_epoll},
							 {.name = NULL}};
	struct lws_context_creation_info info = {
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
		.port = CONTEXT_PORT_NO_LISTEN,
		.timeout_secs = 5,
		.connect_timeout_secs = 5,
		.pt_serv_buf_size = 65536,
		.fd_limit_per_thread = LWS_FDS_MAX,
		.user = loop,
	};

	lws_set_log_level(0, NULL); /* edges do not speak; what fails is told by return values and reasons */
	loop->lws = lws_create_context(&info);
	if (loop->lws == NULL)
		return false;

	info = (struct lws_context_creation_info){
		.vhost_name = "loop", .port = CONTEXT_PORT_NO_LISTEN, .protocols = protocols};
	struct lws_vhost *vhost = lws_create_vhost(loop->lws, &info);
	if (vhost == NULL)
		return false;
	lws_sock_file_fd_type fd = {.filefd = loop->epoll};
	loop->adopted = lws_adopt_descriptor_vhost(vhost, LWS_ADOPT_RAW_FILE_DESC, fd, "epoll", NULL) != NULL;
	return loop->adopted;
}

static int take_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int loop_open(struct loop *loop, char *error, size_t size)
{
	mallopt(M_MMAP_THRESHOLD, OWN_BLOCK_BYTES);
	*loop = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC),
			      .wake = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC),
			      .signal = take_signals()};
	if (loop->epoll < 0 || loop->wake < 0 || loop->signal < 0 ||
	    loop_add(loop, loop->wake, LOOP_READ, on_wake, loop) != 0 ||
	    loop_add(loop, loop->signal, LOOP_READ, on_signal, loop) != 0) {
		snprintf(error, size, "event loop: %s", strerror(errno));
		loop_close(loop);
		return TB_EIO;
	}
	if (!adopt(loop)) {
		snprintf(error, size, "event loop: libwebsockets does not start");
		loop_close(loop);
		return TB_EIO;
	}
	return 0;
}

void loop_close(struct loop *loop)
{
	if (loop->lws != NULL)
		lws_context_destroy(loop->lws);
	if (loop->epoll >= 0 && !loop->adopted)
		close(loop->epoll);
	if (loop->wake >= 0)
		close(loop->wake);
	if (loop->signal >= 0)
		close(loop->signal);
	*loop = (struct loop){.epoll = -1, .wake = -1, .signal = -1};
}

/* Eight buckets for each power of two, one for each microsecond below 16. */
static size_t bucket_of(int64_t us)
{
	if (us < 16)
		return us > 0 ? (size_t)us : 0;
	unsigned power = 63U - (unsigned)__builtin_clzll((uint64_t)us);
	size_t bucket = 16 + (size_t)(power - 4) * 8 + ((uint64_t)us >> (power - 3) & 7);
	return bucket < LOOP_LAG_BUCKETS ? bucket : LOOP_LAG_BUCKETS - 1;
}

/* The largest value that falls into it. */
static int64_t bucket_top(size_t bucket)
{
	if (bucket < 16)
		return (int64_t)bucket;
	size_t power = (bucket - 16) / 8 + 4, eighth = (bucket - 16) % 8;
	return (int64_t)((8 + eighth + 1) << (power - 3)) - 1;
}

static int64_t percentile(const struct loop *loop, int64_t percent)
{
	int64_t rank = (loop->lag_turns * percent + 99) / 100, seen = 0;

	for (size_t i = 0; i < LOOP_LAG_BUCKETS; i++) {
		seen += loop->lag_counts[i];
		if (seen >= rank)
			return bucket_top(i) < loop->lag_max_us ? bucket_top(i) : loop->lag_max_us;
	}
	return loop->lag_max_us;
}

struct loop_lag loop_lag(const struct loop *loop)
{
	return (struct loop_lag){.turns = loop->lag_turns,
				 .p50_us = percentile(loop, 50),
				 .p99_us = percentile(loop, 99),
				 .max_us = loop->lag_max_us};
}

void loop_lag_reset(struct loop *loop)
{
	loop->lag_turns = loop->lag_max_us = 0;
	memset(loop->lag_counts, 0, sizeof loop->lag_counts);
}

void loop_excuse(struct loop *loop, int64_t us)
{
	loop->excused_us += us;
}

void loop_mark(struct loop *loop)
{
	if (loop->woken_us == 0)
		loop->woken_us = loop_us();
}

static void count_turn(struct loop *loop, int64_t now_us)
{
	int64_t lag = now_us - loop->woken_us - loop->excused_us;

	if (loop->woken_us > 0) {
		if (lag > loop->lag_max_us)
			loop->lag_max_us = lag;
		loop->lag_counts[bucket_of(lag)]++;
		loop->lag_turns++;
	}
	loop->woken_us = loop->excused_us = 0;
}

static void arm(struct loop *loop, ms_t ms)
{
	struct itimerspec when = {0};

	if (ms > 0 && ms < 365 * DAY_MS) {
		when.it_value.tv_sec = ms / SECOND_MS;
		when.it_value.tv_nsec = ms % SECOND_MS * 1000000;
	}
	timerfd_settime(loop->wake, 0, &when, NULL);
}

int loop_wait(struct loop *loop, ms_t max_ms)
{
	int64_t now_us = loop_us();
	int64_t due_us = max_ms < DAY_MS ? now_us + (max_ms > 0 ? max_ms : 0) * 1000 : INT64_MAX;

	count_turn(loop, now_us);
	arm(loop, max_ms);
	/* 0 waits, -1 does not (since lws 3.2). */
	if (lws_service(loop->lws, max_ms > 0 ? 0 : -1) < 0)
		return TB_EIO;
	loop_mark(loop);
	if (loop->woken_us > due_us)
		loop->woken_us = due_us;
	return 0;
}
