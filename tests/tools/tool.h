/* SPDX-License-Identifier: MIT
 * What the wire tools share: files, options, and JSON lines to standard output. */
#ifndef TOOLS_TOOL_H
#define TOOLS_TOOL_H

#include <stddef.h>
#include <stdint.h>

/* The whole file, NUL-terminated, to be freed; NULL with a message on standard error. "-": standard input. */
char *tool_read(const char *program, const char *path, size_t *len);

/* The value of "--name VALUE" or "--name=VALUE" at argv[*at], moving *at to its last word; NULL if it is not
 * that option or has no value. */
const char *tool_option(char *argv[], int *at, const char *name);

/* One line: {"event":"...", then members, then end. A NULL text is left out; UNKNOWN (the lowest int64), too.
 */
void line_begin(const char *event);
void line_text(const char *key, const char *value);
void line_bytes(const char *key, const char *value, size_t len);
void line_int(const char *key, int64_t value);
void line_bool(const char *key, int value);
void line_raw(const char *text); /* what follows the last member, as it is */
void line_end(void);

#endif
