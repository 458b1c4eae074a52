/* SPDX-License-Identifier: MIT
 * The address of a Unix socket in a folder whose path may be longer than such an address has room for. */
#ifndef TRADEBOT_APP_UNIX_PATH_H
#define TRADEBOT_APP_UNIX_PATH_H

#include <sys/un.h>

#include "tradebot/units.h"

struct unix_path {
	struct sockaddr_un address;
	int folder; /* open while the address is used; -1: not needed */
};

/* 0, or TB_EIO with errno. A long path is reached through its folder's descriptor. */
int unix_path_open(struct unix_path *at, const char *path);
void unix_path_close(struct unix_path *at);

#endif
