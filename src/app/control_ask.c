/* SPDX-License-Identifier: MIT
 * See control_ask.h. */
#include "control_ask.h"

#include "control.h"
#include "state_dir.h"
#include "unix_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ARENA_FACTOR 20 /* always enough: see json.h */

static int fail(struct control_answer *answer, int err, const char *what, const char *why)
{
	snprintf(answer->error, sizeof answer->error, "%.120s: %.120s", what, why);
	return err;
}

static int connect_to(const char *path, struct control_answer *answer)
{
	struct timeval wait = {.tv_sec = CONTROL_MS / 1000 + 1};
	struct unix_path at;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || unix_path_open(&at, path) != 0) {
		fail(answer, TB_EIO, path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
	int err = connect(fd, (struct sockaddr *)&at.address, sizeof at.address);
	int why = errno;
	unix_path_close(&at);
	if (err == 0)
		return fd;
	close(fd);
	/* ECONNREFUSED: what a killed daemon has left behind */
	fail(answer, TB_EIO, path, strerror(why));
	errno = why;
	return -1;
}

/* All of it, until the end of the connection. */
static int read_all(int fd, struct control_answer *answer, size_t *len)
{
	size_t room = CONTROL_ANSWER_MAX + 1024;

	answer->text = malloc(room);
	*len = 0;
	if (answer->text == NULL)
		return fail(answer, TB_EIO, "answer", "no memory");
	for (;;) {
		ssize_t n = recv(fd, answer->text + *len, room - 1 - *len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(answer, TB_EIO, "the daemon does not answer", strerror(errno));
		if (n == 0)
			break;
		*len += (size_t)n;
		if (*len == room - 1)
			return fail(answer, TB_EIO, "answer", "too long");
	}
	answer->text[*len] = '\0';
	return *len > 0 ? 0 : fail(answer, TB_EIO, "the daemon", "has ended the connection");
}

/* {"ok": true, "answer": ...} */
static int read_answer(struct control_answer *answer, size_t len)
{
	static const char begin[] = "{\"ok\": true, \"answer\": ";
	size_t memory = len * ARENA_FACTOR + 4096;
	const struct cJSON *root = NULL;
	const char *why = "it is not JSON";
	int64_t code = 1;

	answer->memory = malloc(memory);
	if (answer->memory == NULL)
		return fail(answer, TB_EIO, "answer", "no memory");
	json_arena_init(&answer->arena, answer->memory, memory);
	if (json_parse(&answer->arena, answer->text, len, &root) != JSON_OK)
		return fail(answer, TB_EIO, "the daemon's answer", why);
	answer->answer = json_member(root, "answer");
	if (answer->answer != NULL && strncmp(answer->text, begin, sizeof begin - 1) == 0) {
		answer->json = answer->text + sizeof begin - 1;
		answer->json_len = len - (sizeof begin - 1) - 2; /* "}\n" */
		return 0;
	}
	json_int64(json_member(root, "code"), &code);
	json_text(json_member(root, "error"), &why);
	answer->code = (int)code;
	snprintf(answer->error, sizeof answer->error, "%s", why);
	return TB_EREFUSED;
}

int control_ask(const char *dir, const char *question, struct control_answer *answer)
{
	char path[STATE_PATH_MAX], line[CONTROL_LINE_MAX];
	size_t len;
	int n = snprintf(line, sizeof line, "%s\n", question);

	*answer = (struct control_answer){.code = 1};
	if (state_path(dir, STATE_SOCKET_FILE, path) != 0 || n < 0 || (size_t)n >= sizeof line)
		return fail(answer, TB_EIO, "control socket", "path or question is too long");
	if (access(path, F_OK) != 0)
		return TB_ENOENT;
	int fd = connect_to(path, answer);
	if (fd < 0)
		return errno == ENOENT || errno == ECONNREFUSED ? TB_ENOENT : TB_EIO;
	answer->asked = send(fd, line, (size_t)n, MSG_NOSIGNAL) == n;
	int err = answer->asked ? read_all(fd, answer, &len) : fail(answer, TB_EIO, path, strerror(errno));
	close(fd);
	return err == 0 ? read_answer(answer, len) : err;
}

void control_answer_free(struct control_answer *answer)
{
	free(answer->text);
	free(answer->memory);
	*answer = (struct control_answer){0};
}
