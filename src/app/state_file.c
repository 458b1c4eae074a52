/* SPDX-License-Identifier: MIT
 * See state_file.h. */
#include "state_file.h"

#include "hash.h"
#include "stripe_hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define PLACES      2
#define HEADER_ROOM 4096

struct header {
	int64_t magic, version, turn, now_ms, word;
	int64_t bytes[STATE_FILE_PARTS_MAX];
	uint64_t body[2]; /* checksum of the parts */
	uint64_t check;   /* of what stands above */
};
_Static_assert(sizeof(struct header) <= HEADER_ROOM, "headers do not touch");

static uint64_t header_check(const struct header *h)
{
	return hash_words((uint64_t)h->version, (const int64_t *)h,
			  offsetof(struct header, check) / sizeof(int64_t));
}

static off_t header_at(int place)
{
	return (off_t)place * HEADER_ROOM;
}

static off_t body_at(int place, const struct state_part *parts, size_t count)
{
	size_t most = 0;

	for (size_t i = 0; i < count; i++)
		most += parts[i].most;
	most = (most + HEADER_ROOM - 1) / HEADER_ROOM * HEADER_ROOM;
	return PLACES * HEADER_ROOM + (off_t)place * (off_t)most;
}

int state_file_failed(struct state_file *file, const char *what)
{
	snprintf(file->error, sizeof file->error, "%.180s: %.300s", file->path, what);
	return TB_EIO;
}

int state_file_refused(struct state_file *file, const char *what)
{
	state_file_failed(file, what);
	return TB_EREFUSED;
}

static void sign_body(const struct state_part *parts, size_t count, uint64_t out[static 2])
{
	int64_t words[2 * STATE_FILE_PARTS_MAX] = {0};

	for (size_t i = 0; i < count; i++) {
		struct stripe_hash hash = stripe_hash(parts[i].at, parts[i].bytes);
		words[2 * i] = (int64_t)hash.word[0];
		words[2 * i + 1] = (int64_t)hash.word[1];
	}
	out[0] = hash_words(1, words, 2 * count);
	out[1] = hash_words(2, words, 2 * count);
}

static int open_file(struct state_file *file)
{
	if (file->open)
		return 0;
	file->fd = open(file->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	file->open = file->fd >= 0;
	return file->open ? 0 : state_file_failed(file, strerror(errno));
}

int state_file_save(struct state_file *file, const struct state_head *head, const struct state_part *parts,
		    size_t count)
{
	struct iovec at[STATE_FILE_PARTS_MAX];
	struct header h = {.magic = file->magic,
			   .version = file->version,
			   .turn = head->turn,
			   .now_ms = head->now_ms,
			   .word = head->word};
	size_t wanted = 0;

	for (size_t i = 0; i < count; i++) {
		at[i] = (struct iovec){parts[i].at, parts[i].bytes};
		h.bytes[i] = (int64_t)parts[i].bytes;
		wanted += parts[i].bytes;
	}
	sign_body(parts, count, h.body);
	h.check = header_check(&h);
	if (open_file(file) != 0)
		return TB_EIO;
	ssize_t written = pwritev(file->fd, at, (int)count, body_at(file->next, parts, count));
	if (written < 0 || (size_t)written != wanted)
		return state_file_failed(file, written < 0 ? strerror(errno) : "could not be written whole");
	written = pwrite(file->fd, &h, sizeof h, header_at(file->next));
	if (written != (ssize_t)sizeof h)
		return state_file_failed(file, written < 0 ? strerror(errno) : "could not be written whole");
	file->saves++;
	return 0;
}

void state_file_keep(struct state_file *file)
{
	file->next = !file->next;
}

void state_file_close(struct state_file *file)
{
	if (file->open)
		close(file->fd);
	file->open = false;
}

static bool read_all(int fd, void *out, size_t bytes, off_t at)
{
	char *to = out;

	while (bytes > 0) {
		ssize_t got = pread(fd, to, bytes, at);
		if (got <= 0)
			return false;
		to += got;
		at += got;
		bytes -= (size_t)got;
	}
	return true;
}

enum place_state { PLACE_EMPTY, PLACE_DAMAGED, PLACE_OTHER_VERSION, PLACE_WHOLE };

static enum place_state read_header(const struct state_file *file, int fd, int place, struct header *h,
				    const struct state_part *parts, size_t count)
{
	if (!read_all(fd, h, sizeof *h, header_at(place)))
		return lseek(fd, 0, SEEK_END) > header_at(place) ? PLACE_DAMAGED : PLACE_EMPTY;
	if (h->magic == 0)
		return PLACE_EMPTY;
	if (h->magic != file->magic)
		return PLACE_DAMAGED;
	if (h->version != file->version)
		return PLACE_OTHER_VERSION;
	bool fits = h->check == header_check(h);
	for (size_t i = 0; i < count; i++)
		fits = fits && h->bytes[i] >= 0 && h->bytes[i] <= (int64_t)parts[i].most;
	return fits ? PLACE_WHOLE : PLACE_DAMAGED;
}

/* The body, into the parts, if it is what the header signed. */
static bool read_body(int fd, int place, const struct header *h, struct state_part *parts, size_t count)
{
	uint64_t signs[2];
	off_t at = body_at(place, parts, count);

	for (size_t i = 0; i < count; at += (off_t)parts[i++].bytes) {
		parts[i].bytes = (size_t)h->bytes[i];
		if (!read_all(fd, parts[i].at, parts[i].bytes, at))
			return false;
	}
	sign_body(parts, count, signs);
	return signs[0] == h->body[0] && signs[1] == h->body[1];
}

/* The place to try next: that of the turn, else the newest; -1: none is left. */
static int best_place(const enum place_state *states, const struct header *headers, int64_t turn)
{
	int best = -1;

	for (int place = 0; place < PLACES; place++) {
		if (states[place] != PLACE_WHOLE)
			continue;
		bool wanted = headers[place].turn == turn;
		if (best < 0 || wanted ||
		    (headers[best].turn != turn && headers[place].turn > headers[best].turn))
			best = place;
	}
	return best;
}

static int read_places(struct state_file *file, int fd, int64_t turn, struct header *h,
		       struct state_part *parts, size_t count)
{
	struct header headers[PLACES];
	enum place_state states[PLACES];
	bool other = false, empty = true;
	int best;

	for (int place = 0; place < PLACES; place++) {
		states[place] = read_header(file, fd, place, &headers[place], parts, count);
		other = other || states[place] == PLACE_OTHER_VERSION;
		empty = empty && states[place] == PLACE_EMPTY;
	}
	if (empty)
		return TB_ENOENT;
	while ((best = best_place(states, headers, turn)) >= 0) {
		*h = headers[best];
		file->next = !best;
		if (read_body(fd, best, h, parts, count))
			return 0;
		states[best] = PLACE_DAMAGED;
	}
	return state_file_refused(file, other ? "was written by another version; start with a new --state "
						"folder"
					      : "is damaged or no simulation state");
}

int state_file_load(struct state_file *file, int64_t turn, struct state_head *head, struct state_part *parts,
		    size_t count)
{
	struct header h;
	int fd = open(file->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? TB_ENOENT : state_file_failed(file, strerror(errno));
	int err = read_places(file, fd, turn, &h, parts, count);
	close(fd);
	if (err == 0)
		*head = (struct state_head){.turn = h.turn, .now_ms = h.now_ms, .word = h.word};
	return err;
}
