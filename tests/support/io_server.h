/* SPDX-License-Identifier: MIT
 * Starts tests/support/io_server.py with a CA made for it, and ends it. For tests of src/io, which are the
 * server's clients. */
#ifndef TESTS_IO_SERVER_H
#define TESTS_IO_SERVER_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct io_server {
	char dir[64], ca_file[96];
	int port, in;
	pid_t pid;
};

static inline bool io_server_start(struct io_server *server)
{
	char command[512], line[64] = "";
	int to[2], from[2];

	strcpy(server->dir, "/tmp/tb_io_XXXXXX");
	if (mkdtemp(server->dir) == NULL)
		return false;
	snprintf(server->ca_file, sizeof server->ca_file, "%s/ca.pem", server->dir);
	snprintf(command, sizeof command,
		 "sh '%s/tests/support/make_ca.sh' '%s' api.exchange.test stream.exchange.test localhost",
		 SOURCE_DIR, server->dir);
	if (system(command) != 0 || pipe(to) != 0 || pipe(from) != 0)
		return false;
	server->pid = fork();
	if (server->pid == 0) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		close(to[1]);
		close(from[0]);
		execlp("python3", "python3", SOURCE_DIR "/tests/support/io_server.py", server->dir,
		       (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	server->in = to[1];
	FILE *out = fdopen(from[0], "r");
	bool listens = fgets(line, sizeof line, out) != NULL && sscanf(line, "port %d", &server->port) == 1;
	fclose(out);
	return listens;
}

static inline void io_server_stop(struct io_server *server)
{
	char command[128];

	close(server->in);
	waitpid(server->pid, NULL, 0);
	snprintf(command, sizeof command, "rm -rf '%s'", server->dir);
	if (system(command) != 0)
		return;
}

#endif
