/* SPDX-License-Identifier: MIT
 * The bytes of a text file, plain (mapped) or gzip (inflated in memory). Told apart by content, not by name.
 * Refuses what is no regular file, over 4 GiB, or inflates to more than this machine's memory; a gzip file
 * that is cut off, corrupt or followed by other bytes is refused whole. */
#ifndef APP_FILE_TEXT_H
#define APP_FILE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stripe_hash.h"

struct file_text {
	const char *bytes;
	size_t length;
	bool mapped; /* else allocated, or nothing */
	bool was_gzip;
};

/* Opens. 0; TB_EIO (cannot be read), TB_EINVAL (gzip damaged, no regular file) or TB_ERANGE (too large) with
 * the reason in error, which names no file. A plain file must not shrink while it is open: the pages would be
 * gone. */
int file_text_open(const char *path, struct file_text *text, char *error, size_t size);

/* The same, with at most `most` bytes of text (4 GiB if it is more), and the checksum of the bytes of the
 * file itself (packed, if it is gzip) that text was made from in *hash, unless that is NULL. */
int file_text_open_hashed(const char *path, struct file_text *text, uint64_t most, struct stripe_hash *hash,
			  char *error, size_t size);

/* Only that checksum. Errors as above. */
int file_text_hash(const char *path, struct stripe_hash *hash, char *error, size_t size);

/* Frees; harmless on a zeroed one and after a failed open. */
void file_text_close(struct file_text *text);

/* Whether so many bytes may be asked for: three quarters of the machine's memory. */
bool file_text_fits_memory(uint64_t bytes);

#endif
