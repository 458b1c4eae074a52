/* SPDX-License-Identifier: MIT
 * Maps a file, or inflates it. The inflated text grows by doubling and is watched while it grows: a text has
 * no NUL bytes and has line ends, so the usual gzip bomb, all of one byte, ends in its first chunk. */
#include "file_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "tradebot/units.h"

#define TEXT_BYTES_MAX (4ULL << 30)
#define INFLATE_STEP   (1U << 20)
#define INFLATE_IN_MAX (1U << 30)
#define LINE_BYTES_MAX (1U << 18) /* of any line of any text we read, generously */

bool file_text_fits_memory(uint64_t bytes)
{
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	if (pages <= 0 || page <= 0)
		return true;
	return bytes / (uint64_t)page <= (uint64_t)pages / 4 * 3;
}

static int map_file(int fd, size_t length, struct file_text *text, char *error, size_t size)
{
	if (length == 0) {
		text->bytes = "";
		return 0;
	}
	void *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (bytes == MAP_FAILED) {
		snprintf(error, size, "cannot be mapped: %s", strerror(errno));
		return TB_EIO;
	}
	*text = (struct file_text){.bytes = bytes, .length = length, .mapped = true};
	return 0;
}

struct inflater {
	z_stream stream;
	char *out;
	size_t used, capacity;
	const unsigned char *in;
	size_t left;   /* input not yet handed to the stream */
	uint64_t most; /* of output */
};

static int make_room(struct inflater *in, char *error, size_t size)
{
	if (in->capacity - in->used >= INFLATE_STEP)
		return 0;
	uint64_t wanted = in->capacity == 0 ? 4 * INFLATE_STEP : 2 * (uint64_t)in->capacity;
	if (in->used > in->most) {
		snprintf(error, size, "the gzip data holds more than the %llu bytes that are read",
			 (unsigned long long)in->most);
		return TB_ERANGE;
	}
	char *grown = file_text_fits_memory(wanted) ? realloc(in->out, wanted) : NULL;
	if (!grown) {
		snprintf(error, size, "the gzip data needs more memory than there is");
		return TB_ERANGE;
	}
	in->out = grown;
	in->capacity = wanted;
	return 0;
}

static void feed(struct inflater *in)
{
	if (in->stream.avail_in > 0)
		return;
	size_t part = in->left < INFLATE_IN_MAX ? in->left : INFLATE_IN_MAX;
	in->stream.next_in = (unsigned char *)(uintptr_t)in->in;
	in->stream.avail_in = (unsigned)part;
	in->in += part;
	in->left -= part;
}

/* One call of inflate(); Z_OK, Z_STREAM_END at the end of a member, or an error. */
static int inflate_some(struct inflater *in)
{
	size_t room = in->capacity - in->used;
	feed(in);
	unsigned part = room < INFLATE_IN_MAX ? (unsigned)room : INFLATE_IN_MAX;
	in->stream.next_out = (unsigned char *)in->out + in->used;
	in->stream.avail_out = part;
	int answer = inflate(&in->stream, Z_NO_FLUSH);
	in->used += part - in->stream.avail_out;
	return answer;
}

static int inflate_all(struct inflater *in, char *error, size_t size)
{
	for (;;) {
		int failed = make_room(in, error, size);
		if (failed)
			return failed;
		size_t before = in->used;
		int answer = inflate_some(in);
		if (in->used > before && memchr(in->out + before, '\0', in->used - before)) {
			snprintf(error, size, "the gzip data is no text: it holds NUL bytes");
			return TB_EINVAL;
		}
		if (in->used - before > LINE_BYTES_MAX &&
		    !memchr(in->out + before, '\n', in->used - before)) {
			snprintf(error, size, "the gzip data is no text: %zu bytes without a line end",
				 in->used - before);
			return TB_EINVAL;
		}
		if (answer == Z_STREAM_END) {
			if (in->stream.avail_in == 0 && in->left == 0)
				return 0;
			if (inflateReset(&in->stream) == Z_OK)
				continue; /* a further member, or rubbish: the next call tells */
		}
		if (answer == Z_BUF_ERROR || (answer == Z_OK && in->stream.avail_in == 0 && in->left == 0 &&
					      in->stream.avail_out > 0)) {
			snprintf(error, size, "the gzip data is cut off");
			return TB_EINVAL;
		}
		if (answer != Z_OK) {
			snprintf(error, size, "the gzip data is corrupt%s%s", in->stream.msg ? ": " : "",
				 in->stream.msg ? in->stream.msg : "");
			return TB_EINVAL;
		}
	}
}

static int inflate_text(struct file_text *text, uint64_t most, char *error, size_t size)
{
	struct inflater in = {.in = (const unsigned char *)text->bytes, .left = text->length, .most = most};
	if (inflateInit2(&in.stream, 15 + 16) != Z_OK) { /* largest window, gzip wrapper only */
		snprintf(error, size, "zlib cannot start");
		return TB_EIO;
	}
	int failed = inflate_all(&in, error, size);
	inflateEnd(&in.stream);
	file_text_close(text);
	if (failed) {
		free(in.out);
		return failed;
	}
	*text = (struct file_text){.bytes = in.out, .length = in.used, .was_gzip = true};
	return 0;
}

static bool is_gzip_name(const char *path)
{
	size_t length = strlen(path);
	return length >= 3 && strcmp(path + length - 3, ".gz") == 0;
}

/* Maps the file as it is. */
static int map_path(const char *path, struct file_text *text, uint64_t most, char *error, size_t size)
{
	struct stat about;
	*text = (struct file_text){0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* O_NONBLOCK: a pipe must not hold us up */
	if (fd < 0 || fstat(fd, &about) != 0) {
		snprintf(error, size, "cannot be read: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return TB_EIO;
	}
	int failed = 0;
	if (!S_ISREG(about.st_mode)) {
		snprintf(error, size, "is no regular file");
		failed = TB_EINVAL;
	} else if ((uint64_t)about.st_size > most) {
		snprintf(error, size, "has %lld bytes, at most %llu are read", (long long)about.st_size,
			 (unsigned long long)most);
		failed = TB_ERANGE;
	} else {
		failed = map_file(fd, (size_t)about.st_size, text, error, size);
	}
	close(fd);
	return failed;
}

int file_text_hash(const char *path, struct stripe_hash *hash, char *error, size_t size)
{
	struct file_text text;
	int failed = map_path(path, &text, TEXT_BYTES_MAX, error, size);
	if (!failed)
		*hash = stripe_hash(text.bytes, text.length);
	file_text_close(&text);
	return failed;
}

int file_text_open_hashed(const char *path, struct file_text *text, uint64_t most, struct stripe_hash *hash,
			  char *error, size_t size)
{
	if (most > TEXT_BYTES_MAX)
		most = TEXT_BYTES_MAX;
	int failed = map_path(path, text, most, error, size);
	if (failed)
		return failed;
	if (hash)
		*hash = stripe_hash(text->bytes, text->length);
	bool packed = text->length >= 2 && memcmp(text->bytes, "\x1f\x8b", 2) == 0;
	if (!packed && is_gzip_name(path)) {
		file_text_close(text);
		snprintf(error, size, "the gzip data is corrupt: no gzip header");
		return TB_EINVAL;
	}
	return packed ? inflate_text(text, most, error, size) : 0;
}

int file_text_open(const char *path, struct file_text *text, char *error, size_t size)
{
	return file_text_open_hashed(path, text, TEXT_BYTES_MAX, NULL, error, size);
}

void file_text_close(struct file_text *text)
{
	if (text->mapped)
		munmap((void *)(uintptr_t)text->bytes, text->length);
	else if (text->was_gzip)
		free((void *)(uintptr_t)text->bytes);
	*text = (struct file_text){0};
}
