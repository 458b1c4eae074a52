/* SPDX-License-Identifier: MIT
 * See notify.h. */
#include "notify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static bool connect_to(struct notify *notify, const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t len = strlen(path);

	if ((path[0] != '/' && path[0] != '@') || len >= sizeof at.sun_path)
		return false;
	memcpy(at.sun_path, path, len);
	if (path[0] == '@')
		at.sun_path[0] = '\0'; /* an abstract name: as long as it is, no NUL after it */
	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return notify->fd >= 0 && connect(notify->fd, (struct sockaddr *)&at,
					  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) == 0;
}

static ms_t watchdog_of(const char *usec, const char *pid)
{
	char *end;
	long long value;

	if (usec == NULL || (pid != NULL && strtoll(pid, NULL, 10) != getpid()))
		return 0;
	value = strtoll(usec, &end, 10);
	return *end == '\0' && value >= 1000 && value < INT64_MAX ? value / 1000 : 0;
}

bool notify_open(struct notify *notify)
{
	const char *path = getenv("NOTIFY_SOCKET");

	*notify = (struct notify){.fd = -1};
	if (path == NULL || path[0] == '\0')
		return true;
	if (!connect_to(notify, path)) {
		notify_close(notify);
		return false;
	}
	notify->watchdog_ms = watchdog_of(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
	return true;
}

void notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}

static void say(const struct notify *notify, const char *state, const char *status)
{
	char text[512];
	int len = snprintf(text, sizeof text, "%s%s%s", state, status[0] != '\0' ? "STATUS=" : "", status);

	if (len >= (int)sizeof text)
		len = sizeof text - 1;
	if (notify->fd >= 0 && send(notify->fd, text, (size_t)len, MSG_NOSIGNAL) < 0)
		return;
}

void notify_ready(const struct notify *notify, const char *status)
{
	say(notify, "READY=1\n", status);
}

void notify_status(const struct notify *notify, const char *status)
{
	say(notify, "", status);
}

void notify_reloading(const struct notify *notify)
{
	struct timespec t;
	char state[64];

	clock_gettime(CLOCK_MONOTONIC, &t); /* Type=notify-reload wants it */
	snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\n",
		 (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000);
	say(notify, state, "");
}

void notify_stopping(const struct notify *notify, const char *status)
{
	say(notify, "STOPPING=1\n", status);
}

void notify_alive(const struct notify *notify)
{
	say(notify, "WATCHDOG=1\n", "");
}
