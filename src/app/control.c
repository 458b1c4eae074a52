/* SPDX-License-Identifier: MIT
 * See control.h. Listener and clients hang in an epoll set of their own, which is the one descriptor that the
 * loop watches. */
#include "control.h"

#include "cli.h"
#include "show.h"
#include "unix_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16

static int fail(struct control *control, char *error, size_t size)
{
	snprintf(error, size, "%s: %s", control->path, strerror(errno));
	control_close(control);
	return TB_EIO;
}

static bool watch(struct control *control, int fd, uint32_t events, void *what)
{
	struct epoll_event event = {.events = events, .data.ptr = what};

	return epoll_ctl(control->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

int control_open(struct control *control, const char *path, control_fn *fn, void *ctx, char *error,
		 size_t size)
{
	struct unix_path at;

	*control = (struct control){.listener = -1, .epoll = -1, .fn = fn, .ctx = ctx};
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		control->clients[i].fd = -1;
	snprintf(control->path, sizeof control->path, "%s", path);
	if (unlink(path) != 0 && errno != ENOENT)
		return fail(control, error, size);
	control->epoll = epoll_create1(EPOLL_CLOEXEC);
	control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->epoll < 0 || control->listener < 0 || unix_path_open(&at, path) != 0)
		return fail(control, error, size);
	mode_t before = umask(0177);
	int bound = bind(control->listener, (struct sockaddr *)&at.address, sizeof at.address);
	umask(before);
	unix_path_close(&at);
	if (bound != 0 || listen(control->listener, BACKLOG) != 0 ||
	    !watch(control, control->listener, EPOLLIN, control))
		return fail(control, error, size);
	return 0;
}

static void drop(struct control_client *client)
{
	if (client->fd >= 0)
		close(client->fd); /* epoll forgets it with that */
	free(client->answer);
	*client = (struct control_client){.fd = -1};
}

void control_close(struct control *control)
{
	if (control->fn == NULL)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		drop(&control->clients[i]);
	if (control->listener >= 0) {
		close(control->listener);
		unlink(control->path);
	}
	if (control->epoll >= 0)
		close(control->epoll);
	control->listener = control->epoll = -1;
	control->fn = NULL;
}

int control_fd(const struct control *control)
{
	return control->epoll;
}

/* The daemon's own user, and root. */
static bool may_ask(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	       (peer.uid == geteuid() || peer.uid == 0);
}

static struct control_client *free_client(struct control *control)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (control->clients[i].fd < 0)
			return &control->clients[i];
	return NULL;
}

/* A short word to somebody who is not served; the buffer of a fresh socket has room for it. */
static void turn_away(struct control *control, int fd, const char *why)
{
	char text[128];
	int len = snprintf(text, sizeof text, "{\"ok\": false, \"code\": %d, \"error\": \"%s\"}\n",
			   EXIT_REFUSED, why);

	control->refused++;
	send(fd, text, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static void accept_all(struct control *control, int64_t now_us)
{
	int fd;

	while ((fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		struct control_client *client = free_client(control);
		if (!may_ask(fd)) {
			turn_away(control, fd, "only the daemon's own user may ask");
		} else if (client == NULL) {
			turn_away(control, fd, "too many questions at once");
		} else {
			*client = (struct control_client){.fd = fd, .due_us = now_us + CONTROL_MS * 1000LL};
			if (!watch(control, fd, EPOLLIN, client))
				drop(client);
		}
	}
}

/* {"ok": ..., ...} around what the verb has written. */
static void wrap(struct control_client *client, int code, const char *text, size_t len)
{
	FILE *out = open_memstream(&client->answer, &client->answer_len);

	if (out == NULL)
		return;
	if (code == 0 && len > CONTROL_ANSWER_MAX)
		code = EXIT_FAILED, text = "the answer is too long";
	if (code == 0) {
		fprintf(out, "{\"ok\": true, \"answer\": ");
		fwrite(text, 1, len, out);
	} else {
		fprintf(out, "{\"ok\": false, \"code\": %d, \"error\": ", code);
		show_json_text(out, text);
	}
	fputs("}\n", out);
	fclose(out);
}

static void answer(struct control *control, struct control_client *client)
{
	char *text = NULL, *verb = client->line, *arg;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	control->asked++;
	verb[strcspn(verb, "\r")] = '\0';
	arg = verb + strcspn(verb, " ");
	while (*arg == ' ')
		*arg++ = '\0';
	int code = out != NULL ? control->fn(control->ctx, verb, arg, out) : EXIT_FAILED;
	if (out != NULL)
		fclose(out);
	wrap(client, code, text != NULL ? text : "no memory", len);
	free(text);
}

static void send_more(struct control_client *client)
{
	while (client->sent < client->answer_len) {
		ssize_t n = send(client->fd, client->answer + client->sent, client->answer_len - client->sent,
				 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n <= 0)
			break;
		client->sent += (size_t)n;
	}
	drop(client);
}

static void begin_answer(struct control *control, struct control_client *client)
{
	struct epoll_event event = {.events = EPOLLOUT, .data.ptr = client};

	if (client->answer == NULL || epoll_ctl(control->epoll, EPOLL_CTL_MOD, client->fd, &event) != 0)
		drop(client);
	else
		send_more(client);
}

static void read_more(struct control *control, struct control_client *client)
{
	static const char too_long[] = "the question is too long",
			  no_words[] = "the question is no line of words";
	char *end = NULL;

	while (end == NULL && client->len < CONTROL_LINE_MAX) {
		ssize_t n = recv(client->fd, client->line + client->len, CONTROL_LINE_MAX - client->len,
				 MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n <= 0) {
			drop(client); /* asked nothing */
			return;
		}
		client->len += (size_t)n;
		end = memchr(client->line, '\n', client->len);
	}
	if (end == NULL) {
		wrap(client, EXIT_USAGE, too_long, sizeof too_long - 1);
	} else if (memchr(client->line, '\0', (size_t)(end - client->line)) != NULL) {
		wrap(client, EXIT_USAGE, no_words,
		     sizeof no_words - 1); /* what is before it would look whole */
	} else {
		*end = '\0';
		answer(control, client);
	}
	begin_answer(control, client);
}

int64_t control_due_us(const struct control *control)
{
	int64_t due_us = INT64_MAX;

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (control->clients[i].fd >= 0 && control->clients[i].due_us < due_us)
			due_us = control->clients[i].due_us;
	return due_us;
}

void control_step(struct control *control, int64_t now_us)
{
	struct epoll_event events[CONTROL_CLIENTS_MAX + 1];
	int n = control->fn != NULL ? epoll_wait(control->epoll, events, CONTROL_CLIENTS_MAX + 1, 0) : 0;

	for (int i = 0; i < n; i++) {
		struct control_client *client = events[i].data.ptr;
		if (events[i].data.ptr == control)
			accept_all(control, now_us);
		else if (client->fd >= 0 && client->answer == NULL)
			read_more(control, client);
		else if (client->fd >= 0)
			send_more(client);
	}
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (control->clients[i].fd >= 0 && control->clients[i].due_us <= now_us)
			drop(&control->clients[i]);
}
