/* SPDX-License-Identifier: MIT
 * See candle_store.h. A cache file is named after the source's path and the way it is read, so that a source
 * has one and a changed one is replaced; whether it holds is told by its head, never by its name. */
#include "candle_store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file_text.h"
#include "version.h"

/* File systems stamp changes in steps of up to 2 s: what was changed less than this before the look may be
 * changed again without a trace. */
#define SETTLED_NS 3000000000LL
#define PATH_BYTES 4096
#define STEM_MAX   40

static int64_t nanoseconds(struct timespec at)
{
	return (int64_t)at.tv_sec * 1000000000LL + at.tv_nsec;
}

int candle_store_look(const char *path, struct candle_source *source)
{
	struct stat about;
	struct timespec now;
	if (stat(path, &about) != 0 || !S_ISREG(about.st_mode) || clock_gettime(CLOCK_REALTIME, &now) != 0)
		return TB_EIO;
	*source = (struct candle_source){.size = (uint64_t)about.st_size,
					 .device = (uint64_t)about.st_dev,
					 .inode = (uint64_t)about.st_ino,
					 .modified_ns = nanoseconds(about.st_mtim),
					 .changed_ns = nanoseconds(about.st_ctim)};
	int64_t latest_ns =
		source->modified_ns > source->changed_ns ? source->modified_ns : source->changed_ns;
	source->settled = nanoseconds(now) - latest_ns >= SETTLED_NS;
	return 0;
}

static bool is_same(const struct candle_source *a, const struct candle_source *b)
{
	return a->size == b->size && a->device == b->device && a->inode == b->inode &&
	       a->modified_ns == b->modified_ns && a->changed_ns == b->changed_ns;
}

static uint64_t program(void)
{
	const char *version = app_version();
	return stripe_hash(version, strlen(version)).word[0];
}

void candle_store_begin(struct candle_cache_head *head, const struct candle_options *options, ms_t named_ms)
{
	candle_cache_begin(head, program());
	head->named_ms = named_ms;
	memcpy(head->way, options->repair.way, sizeof(options->repair.way));
}

/* DIR/STEM-HASH.candles. False: too long, or the source is not there. */
static bool cache_path(const struct candle_options *options, const char *path, ms_t named_ms, char *out)
{
	struct {
		char path[PATH_MAX];
		int64_t named_ms;
		uint8_t way[16];
	} key;
	memset(&key, 0, sizeof(key));
	if (!realpath(path, key.path))
		return false;
	key.named_ms = named_ms;
	memcpy(key.way, options->repair.way, sizeof(options->repair.way));
	const char *slash = strrchr(key.path, '/');
	const char *stem = slash ? slash + 1 : key.path;
	int length = (int)strcspn(stem, ".");
	/* What realpath() left behind the name must not be part of it. */
	size_t used = strlen(key.path);
	memset(key.path + used, 0, sizeof(key.path) - used);
	struct stripe_hash hash = stripe_hash(&key, sizeof(key));
	int written = snprintf(out, PATH_BYTES, "%s/%.*s-%016llx.candles", options->cache_dir,
			       length < STEM_MAX ? length : STEM_MAX, stem, (unsigned long long)hash.word[0]);
	return written > 0 && written < PATH_BYTES;
}

/* Maps a cache file whole. False with the reason, or without one if there is none. */
static bool map_cache(const char *name, struct candle_rows *rows, const char **why)
{
	struct stat about;
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	*why = NULL;
	if (fd < 0) {
		*why = errno == ENOENT ? NULL : "it cannot be read";
		return false;
	}
	if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size <= 0) {
		*why = "it is no whole file";
	} else {
		rows->map_bytes = (size_t)about.st_size;
		rows->map = mmap(NULL, rows->map_bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
		if (rows->map == MAP_FAILED) {
			*rows = (struct candle_rows){0};
			*why = "it cannot be mapped";
		}
	}
	close(fd);
	if (*why)
		return false;
	madvise(rows->map, rows->map_bytes, MADV_SEQUENTIAL);
	return true;
}

/* Whether the source still has the bytes that the head was made from. */
static bool is_current(const struct candle_options *options, const char *path,
		       const struct candle_cache_head *head)
{
	struct candle_source now;
	struct stripe_hash hash;
	char why[CANDLE_ERROR_MAX];
	if (candle_store_look(path, &now) != 0 || now.size != head->source.size)
		return false;
	if (!options->cache_verify && head->source.settled && is_same(&now, &head->source))
		return true;
	if (file_text_hash(path, &hash, why, sizeof(why)) != 0)
		return false;
	return hash.word[0] == head->text.word[0] && hash.word[1] == head->text.word[1];
}

int candle_store_find(const struct candle_options *options, const char *path, ms_t named_ms,
		      struct candle_found *found, char *said, size_t size)
{
	char name[PATH_BYTES];
	const char *why = NULL;
	said[0] = '\0';
	memset(found, 0, sizeof(*found));
	if (!cache_path(options, path, named_ms, name))
		return TB_ENOENT;
	if (map_cache(name, &found->rows, &why) &&
	    candle_cache_read(found->rows.map, found->rows.map_bytes, program(), &found->head,
			      &found->rows.lent, &why) == 0) {
		if (found->head.named_ms != named_ms ||
		    memcmp(found->head.way, options->repair.way, sizeof(options->repair.way)) != 0)
			why = "it is for another way of reading";
		else if (found->head.count > options->rows_max)
			why = "it has more rows than candles.rows_max";
		else if (!is_current(options, path, &found->head))
			why = "its source has changed";
	}
	if (!why && found->rows.lent) {
		found->rows.capacity = (size_t)found->head.count;
		return 0;
	}
	if (why)
		snprintf(said, size, "cache file %.300s is not used, the source is read again: %s", name,
			 why);
	candle_rows_close(&found->rows);
	return TB_ENOENT;
}

static bool write_all(int fd, const void *bytes, size_t length)
{
	const char *at = bytes;
	while (length > 0) {
		ssize_t written = write(fd, at, length < (1U << 30) ? length : 1U << 30);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		at += written;
		length -= (size_t)written;
	}
	return true;
}

/* Head, nothing up to the rows, rows; on the disk before it has its name. */
static bool write_file(int fd, const struct candle_cache_head *head, const struct candle *rows)
{
	static const char nothing[CANDLE_CACHE_ALIGN];
	return write_all(fd, head, sizeof(*head)) &&
	       write_all(fd, nothing, (size_t)head->rows_at - sizeof(*head)) &&
	       write_all(fd, rows, (size_t)head->count * sizeof(*rows)) && fsync(fd) == 0;
}

/* The name itself must outlive a power cut only as a convenience: a failure here is none. */
static void sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

int candle_store_keep(const struct candle_options *options, const char *path, struct candle_cache_head *head,
		      const struct candle *rows, char *said, size_t size)
{
	char name[PATH_BYTES], fresh[PATH_BYTES + 32];
	struct candle_source now;
	said[0] = '\0';
	if (candle_store_look(path, &now) != 0 || !is_same(&now, &head->source)) {
		snprintf(said, size, "not cached: it changed while it was read");
		return TB_EIO;
	}
	if (!cache_path(options, path, head->named_ms, name)) {
		snprintf(said, size, "not cached: the path is too long");
		return TB_EIO;
	}
	candle_cache_seal(head, rows);
	snprintf(fresh, sizeof(fresh), "%s.%ld.new", name, (long)getpid());
	if (mkdir(options->cache_dir, 0700) != 0 && errno != EEXIST)
		goto failed;
	(void)unlink(fresh); /* of a process with our number that was killed */
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		goto failed;
	bool written = write_file(fd, head, rows);
	int error = errno;
	if (close(fd) != 0 || !written || rename(fresh, name) != 0) {
		error = written ? errno : error;
		(void)unlink(fresh);
		errno = error;
		goto failed;
	}
	sync_folder(options->cache_dir);
	return 0;
failed:
	snprintf(said, size, "not cached in %.300s: %s", options->cache_dir, strerror(errno));
	return TB_EIO;
}
