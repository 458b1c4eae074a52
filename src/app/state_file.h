/* SPDX-License-Identifier: MIT
 * A file that holds the memory of a simulated exchange, in parts as they lie in memory. It has two places: a
 * save fills the one that is not in force and then writes that place's header; whenever the process dies, one
 * place is whole, and its checksum says so. Nothing is renamed, so no file system is made to wait for its
 * disk. What is in the parts, and which turn they belong to, is the caller's to know. */
#ifndef TRADEBOT_APP_STATE_FILE_H
#define TRADEBOT_APP_STATE_FILE_H

#include "tradebot/units.h"

#define STATE_FILE_PARTS_MAX 6

/* bytes: what is to be saved; after a load, what was there. most: how much there can ever be. */
struct state_part {
	void *at;
	size_t bytes, most;
};

struct state_head {
	int64_t turn; /* of the journal */
	ms_t now_ms;
	int64_t word; /* the caller's own */
};

struct state_file {
	char path[1024];
	char error[512]; /* of the last call that failed */
	int64_t magic;   /* what kind of file; a multiple of layouts has a number each */
	int64_t version; /* of the parts' layout: another one is refused */
	bool open;
	int fd;   /* if open */
	int next; /* the place that the next save fills */
	size_t saves;
};

/* Opens the file, which stays open, and fills the place that is not in force. 0 or TB_EIO with file->error.
 * The place counts only after state_file_keep: until then the next save fills it again. */
int state_file_save(struct state_file *file, const struct state_head *head, const struct state_part *parts,
		    size_t count);
void state_file_keep(struct state_file *file);
void state_file_close(struct state_file *file);

/* Reads a place into the parts and puts it in force: that of this turn or, if turn is UNKNOWN or there is
 * none of that turn, the newest. TB_ENOENT: nothing was ever saved. TB_EREFUSED: damaged, or of another kind
 * or version; the parts may then hold anything. TB_EIO. */
int state_file_load(struct state_file *file, int64_t turn, struct state_head *head, struct state_part *parts,
		    size_t count);

/* Writes file->error as "PATH: what" and returns TB_EIO, or TB_EREFUSED. */
int state_file_failed(struct state_file *file, const char *what);
int state_file_refused(struct state_file *file, const char *what);

#endif
