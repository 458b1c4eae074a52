/* SPDX-License-Identifier: MIT
 * The stepped clock's teller and the control lines. */
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int watch(struct server *server, int fd, void *ptr)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = ptr};

	return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

int lines_open(struct server *server, struct lines *lines, const char *path, char *error, size_t size)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (path == NULL)
		return 0;
	if (strcmp(path, "-") == 0) {
		lines->fd = 0;
		watch(server, 0,
		      &lines->fd); /* a plain file or /dev/null cannot be waited for: nobody controls */
		return 0;
	}
	if (strlen(path) >= sizeof(address.sun_path)) {
		snprintf(error, size, "%s: too long for a socket", path);
		return -1;
	}
	strcpy(address.sun_path, path);
	unlink(path);
	lines->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (lines->listen_fd < 0 ||
	    bind(lines->listen_fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(lines->listen_fd, 4) != 0 || watch(server, lines->listen_fd, &lines->listen_fd) != 0) {
		snprintf(error, size, "%s: %s", path, strerror(errno));
		return -1;
	}
	return 0;
}

static void hang_up(struct server *server, struct lines *lines)
{
	if (lines->fd > 0) {
		epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, lines->fd, NULL);
		close(lines->fd);
	} else if (lines->fd == 0) {
		epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, 0, NULL);
	}
	lines->fd = -1;
	lines->used = 0;
	if (lines == &server->teller)
		server->idle = false;
}

static void say_text(struct server *server, struct lines *lines, const char *text, size_t len)
{
	if (lines->fd < 0)
		return;
	int fd = lines->fd == 0 ? 1 : lines->fd;
	for (size_t at = 0; at < len;) {
		ssize_t put = write(fd, text + at, len - at);
		if (put < 0) {
			hang_up(server, lines);
			return;
		}
		at += (size_t)put;
	}
}

static void say(struct server *server, struct lines *lines, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	int len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	say_text(server, lines, line, (size_t)len);
}

static int64_t inputs(const struct server *server)
{
	const struct emu_counts *counts = emu_counts(server->emu);

	return counts->requests + counts->messages + counts->opens;
}

static void tell_now(struct server *server)
{
	server->idle = server->lost = false;
	server->told_ms = serve_real_ms();
	say(server, &server->teller, "now %lld %lld\n", (long long)emu_now(server->emu),
	    (long long)(server->frames - server->frames_base));
}

/* It waits for messages that went down with a connection. */
static void give_up_lost(struct server *server)
{
	if (server->teller.fd < 0 || server->lost || serve_real_ms() - server->told_ms < IDLE_PATIENCE_MS)
		return;
	server->lost = true;
	say(server, &server->teller, "now %lld 0\n", (long long)emu_now(server->emu));
}

void lines_accept(struct server *server, struct lines *lines)
{
	int fd = accept4(lines->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	hang_up(server, lines);
	lines->fd = fd;
	watch(server, fd, &lines->fd);
	if (lines != &server->teller)
		return;
	server->frames_base = server->frames;
	server->input_base = inputs(server);
	tell_now(server);
}

/* The daemon is idle: time goes on, once all that both have sent has arrived. */
void teller_step(struct server *server)
{
	if (!server->idle) {
		give_up_lost(server);
		return;
	}
	if (server->lost)
		server->frames_base = server->frames - server->heard;
	if (inputs(server) - server->input_base < server->sent) {
		if (serve_real_ms() - server->idle_ms < IDLE_PATIENCE_MS)
			return;
		server->input_base = inputs(server) - server->sent;
	}
	if (server->heard < server->frames - server->frames_base) {
		tell_now(server);
		return;
	}
	ms_t now = emu_now(server->emu), next = emu_next_ms(server->emu);
	ms_t due = server->due_ms < 0 ? NEVER_MS : server->due_ms;
	next = due < next ? due : next;
	if (server->setup.end_exit && server->ended_ms > 0 &&
	    next > server->ended_ms + server->setup.linger_ms) {
		server->stop = true;
		return;
	}
	if (next == NEVER_MS)
		return;
	emu_advance(server->emu, next > now ? next : now);
	serve_drain(server);
	tell_now(server);
}

static void teller_line(struct server *server, const char *line)
{
	long long due, sent, heard;

	if (sscanf(line, "idle %lld %lld %lld", &due, &sent, &heard) != 3)
		return;
	server->due_ms = due;
	server->sent = sent;
	server->heard = heard;
	server->idle = true;
	server->idle_ms = serve_real_ms();
	teller_step(server);
}

static void say_counts(struct server *server)
{
	const struct emu_counts *counts = emu_counts(server->emu);

	say(server, &server->control, "requests %lld messages %lld opens %lld texts %lld\n",
	    (long long)counts->requests, (long long)counts->messages, (long long)counts->opens,
	    (long long)counts->texts);
	for (int i = 0; i < EMU_FAULT_COUNT; i++)
		if (counts->struck[i] > 0)
			say(server, &server->control, "fault %s %lld\n", emu_fault_rows[i].word,
			    (long long)counts->struck[i]);
	say(server, &server->control, "ok\n");
}

static void say_books(struct server *server)
{
	struct text books = {0};

	if (!emu_books(server->emu, serve_now(server), &books))
		text_add(&books, "error there is no account\n");
	else
		text_add(&books, "ok\n");
	say_text(server, &server->control, books.at, books.len);
	text_free(&books);
}

/* Stepped time goes on while no daemon is there to ask for it. */
static void pass_time(struct server *server, const char *span)
{
	long long ms;

	if (server->setup.clock_path == NULL || sscanf(span, "%lld", &ms) != 1 || ms < 0 || ms > DAY_MS) {
		say(server, &server->control, "error pass MS: with --clock, up to a day\n");
		return;
	}
	emu_advance(server->emu, emu_now(server->emu) + ms);
	serve_drain(server);
	say(server, &server->control, "ok\n");
}

static void control_line(struct server *server, const char *line)
{
	struct emu_fault fault;
	char error[160] = "";

	if (strncmp(line, "fault ", 6) == 0) {
		int err = emu_fault_parse(line + 6, &fault, error, sizeof(error));
		if (err == 0 && (err = emu_strike(server->emu, serve_now(server), &fault)) != 0)
			snprintf(error, sizeof(error), "not possible now, or no such symbol or value");
		say(server, &server->control, err == 0 ? "ok\n" : "error %s\n", error);
	} else if (strcmp(line, "calm") == 0) {
		emu_calm(server->emu);
		say(server, &server->control, "ok\n");
	} else if (strncmp(line, "pass ", 5) == 0) {
		pass_time(server, line + 5);
	} else if (strcmp(line, "books") == 0) {
		say_books(server);
	} else if (strcmp(line, "now") == 0) {
		say(server, &server->control, "%lld\n", (long long)emu_now(server->emu));
	} else if (strcmp(line, "counts") == 0) {
		say_counts(server);
	} else if (strcmp(line, "quit") == 0) {
		server->stop = true;
	} else {
		say(server, &server->control, "error fault SPEC, calm, now, pass MS, counts, books or quit\n");
	}
}

void lines_readable(struct server *server, struct lines *lines)
{
	ssize_t got = read(lines->fd, lines->buffer + lines->used, sizeof(lines->buffer) - 1 - lines->used);

	if (got <= 0) {
		hang_up(server, lines);
		return;
	}
	lines->used += (size_t)got;
	lines->buffer[lines->used] = '\0';
	for (char *end; (end = strchr(lines->buffer, '\n')) != NULL;) {
		char line[sizeof(lines->buffer)];
		*end = '\0';
		strcpy(line, lines->buffer);
		lines->used -= (size_t)(end + 1 - lines->buffer);
		memmove(lines->buffer, end + 1, lines->used + 1);
		if (lines == &server->teller)
			teller_line(server, line);
		else
			control_line(server, line);
		if (lines->fd < 0)
			return;
	}
	if (lines->used == sizeof(lines->buffer) - 1)
		hang_up(server, lines);
}

void lines_close(struct server *server, struct lines *lines)
{
	hang_up(server, lines);
	if (lines->listen_fd >= 0)
		close(lines->listen_fd);
}
