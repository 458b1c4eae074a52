/* SPDX-License-Identifier: MIT
 * Two daemons on one state folder would each trade with half of the truth. flock is given back by the kernel,
 * so a killed daemon leaves no stale lock; the pid in the file is only for the message. */
#include "state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int state_path(const char *dir, const char *name, char out[static STATE_PATH_MAX])
{
	int len = snprintf(out, STATE_PATH_MAX, "%s/%s", dir, name);
	return len > 0 && len < STATE_PATH_MAX ? 0 : TB_ERANGE;
}

static int fail(char *error, size_t size, const char *path)
{
	snprintf(error, size, "%s: %s", path, strerror(errno));
	return TB_EIO;
}

/* mkdir -p. path is changed and restored on the way. */
static int make_folders(char *path)
{
	for (char *at = path + 1;; at++) {
		if (*at != '/' && *at != '\0')
			continue;
		char kept = *at;
		*at = '\0';
		int code = mkdir(path, 0700);
		*at = kept;
		if (code != 0 && errno != EEXIST)
			return TB_EIO;
		if (kept == '\0')
			return 0;
	}
}

static int refuse(int fd, const char *dir, char *error, size_t size)
{
	char pid[32] = "";
	ssize_t len = pread(fd, pid, sizeof(pid) - 1, 0);
	pid[len > 0 ? len : 0] = '\0';
	pid[strcspn(pid, "\n")] = '\0';
	snprintf(error, size, "%s: in use by another tradebotd (pid %s); stop it or use another --state", dir,
		 pid[0] ? pid : "unknown");
	return TB_EREFUSED;
}

int state_lock(const char *dir, char *error, size_t size)
{
	char path[STATE_PATH_MAX], pid[32];

	if (dir[0] == '\0' || state_path(dir, STATE_LOCK_FILE, path)) {
		snprintf(error, size, "the path of the state folder is empty or too long");
		return TB_EIO;
	}
	path[strlen(dir)] = '\0';
	if (make_folders(path))
		return fail(error, size, path);
	path[strlen(dir)] = '/';
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(error, size, path);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int code = errno == EWOULDBLOCK ? refuse(fd, dir, error, size) : fail(error, size, path);
		close(fd);
		return code;
	}
	int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)len, 0) != len) {
		int code = fail(error, size, path);
		close(fd);
		return code;
	}
	return fd;
}
