/* SPDX-License-Identifier: MIT
 * See unix_path.h. */
#include "unix_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int unix_path_open(struct unix_path *at, const char *path)
{
	const char *name = strrchr(path, '/');
	char folder[1024];

	*at = (struct unix_path){.address = {.sun_family = AF_UNIX}, .folder = -1};
	if (strlen(path) < sizeof at->address.sun_path) {
		snprintf(at->address.sun_path, sizeof at->address.sun_path, "%s", path);
		return 0;
	}
	errno = ENAMETOOLONG;
	if (name == NULL || (size_t)(name - path) >= sizeof folder)
		return TB_EIO;
	snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
	at->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at->folder < 0)
		return TB_EIO;
	int len = snprintf(at->address.sun_path, sizeof at->address.sun_path, "/proc/self/fd/%d%s",
			   at->folder, name);
	if (len > 0 && (size_t)len < sizeof at->address.sun_path)
		return 0;
	unix_path_close(at);
	errno = ENAMETOOLONG;
	return TB_EIO;
}

void unix_path_close(struct unix_path *at)
{
	if (at->folder >= 0)
		close(at->folder);
	at->folder = -1;
}
