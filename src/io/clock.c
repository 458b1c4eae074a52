/* SPDX-License-Identifier: MIT
 * See clock.h. The system's clock is clock_read() over two readings of the kernel's; the stepped one is a
 * line reader at a socket. */
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static ms_t reading(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (ms_t)t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

void clock_begin(struct clock *clock, ms_t wall_ms, ms_t monotonic_ms)
{
	*clock = (struct clock){
		.fd = -1, .now_ms = wall_ms, .base_ms = wall_ms - monotonic_ms, .compared_ms = monotonic_ms};
}

/* What running slowly has taken away so far: a tenth of the time, at most as much as it was ahead. */
static ms_t held_back(const struct clock *clock, ms_t monotonic_ms)
{
	ms_t tenth = (monotonic_ms - clock->slow_from_ms) / 10, ahead = -clock->jumped_ms;

	if (clock->slow_from_ms == 0)
		return 0;
	return tenth < ahead ? tenth : ahead;
}

static void compare(struct clock *clock, ms_t wall_ms, ms_t monotonic_ms)
{
	clock->base_ms -= held_back(clock, monotonic_ms);
	clock->slow_from_ms = clock->jumped_ms = 0;
	clock->compared_ms = monotonic_ms;

	ms_t ahead = clock->base_ms + monotonic_ms - wall_ms;
	if (ahead < -CLOCK_STEP_MS) {
		clock->base_ms -= ahead;
		clock->jumped_ms = -ahead;
	} else if (ahead > 0) {
		clock->slow_from_ms = monotonic_ms;
		clock->jumped_ms = -ahead;
	}
}

ms_t clock_read(struct clock *clock, ms_t wall_ms, ms_t monotonic_ms)
{
	if (monotonic_ms - clock->compared_ms >= CLOCK_COMPARE_MS)
		compare(clock, wall_ms, monotonic_ms);

	ms_t now = clock->base_ms + monotonic_ms - held_back(clock, monotonic_ms);
	if (now > clock->now_ms)
		clock->now_ms = now;
	return clock->now_ms;
}

ms_t clock_now(struct clock *clock)
{
	if (clock_is_stepped(clock))
		return clock->now_ms;
	return clock_read(clock, reading(CLOCK_REALTIME), reading(CLOCK_MONOTONIC));
}

ms_t clock_wait_ms(struct clock *clock, ms_t due_ms)
{
	ms_t left = due_ms - clock_now(clock);

	if (left <= 0)
		return 0;
	return clock->slow_from_ms != 0 && left < DAY_MS ? (left * 10 + 8) / 9 : left;
}

/* A line without its end: "now MS FRAMES". */
static bool is_told(struct clock *clock, const char *line)
{
	int64_t ms, frames;
	int end = 0;

	if (sscanf(line, "now %" SCNd64 " %" SCNd64 "%n", &ms, &frames, &end) != 2 || line[end] != '\0')
		return false;
	if (ms < clock->now_ms || frames < 0) /* fewer than before: some were lost on the way */
		return false;
	clock->now_ms = ms;
	clock->told_frames = frames;
	return true;
}

int clock_take(struct clock *clock)
{
	int told = 0;

	for (;;) {
		size_t room = sizeof clock->line - 1 - clock->partial;
		ssize_t n = recv(clock->fd, clock->line + clock->partial, room, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return told;
		if (n <= 0)
			return TB_EIO;
		clock->partial += (size_t)n;

		char *end;
		while ((end = memchr(clock->line, '\n', clock->partial)) != NULL) {
			*end = '\0';
			if (!is_told(clock, clock->line))
				return TB_EIO;
			told = 1;
			clock->partial -= (size_t)(end + 1 - clock->line);
			memmove(clock->line, end + 1, clock->partial);
		}
		if (clock->partial == sizeof clock->line - 1)
			return TB_EIO;
	}
}

int clock_idle(struct clock *clock, ms_t due_ms, int64_t sent, int64_t heard)
{
	char line[96];
	int len = snprintf(line, sizeof line, "idle %" PRId64 " %" PRId64 " %" PRId64 "\n",
			   due_ms == NEVER_MS ? (ms_t)-1 : due_ms, sent, heard);

	return send(clock->fd, line, (size_t)len, MSG_NOSIGNAL) == len ? 0 : TB_EIO;
}

static int hear_first(struct clock *clock)
{
	ms_t until = reading(CLOCK_MONOTONIC) + CLOCK_TELL_MS;
	int told = 0;

	while (told == 0) {
		ms_t left = until - reading(CLOCK_MONOTONIC);
		struct pollfd wait = {.fd = clock->fd, .events = POLLIN};
		if (left <= 0 || (poll(&wait, 1, (int)left) < 0 && errno != EINTR))
			return TB_EIO;
		told = clock_take(clock);
	}
	return told < 0 ? told : 0;
}

int clock_open(struct clock *clock, const char *path, char *error, size_t size)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	clock_begin(clock, reading(CLOCK_REALTIME), reading(CLOCK_MONOTONIC));
	if (path == NULL || path[0] == '\0')
		return 0;

	*clock = (struct clock){.fd = -1};
	if (strlen(path) >= sizeof at.sun_path) {
		snprintf(error, size, "clock %s: the path is too long for a socket", path);
		return TB_EIO;
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	clock->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (clock->fd < 0 || connect(clock->fd, (struct sockaddr *)&at, sizeof at) != 0) {
		snprintf(error, size, "clock %s: %s", path, strerror(errno));
		clock_close(clock);
		return TB_EIO;
	}
	if (hear_first(clock) != 0) {
		snprintf(error, size, "clock %s: it does not tell the time", path);
		clock_close(clock);
		return TB_EIO;
	}
	return 0;
}

void clock_close(struct clock *clock)
{
	if (clock->fd >= 0)
		close(clock->fd);
	clock->fd = -1;
}
