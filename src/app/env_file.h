/* SPDX-License-Identifier: MIT
 * Reads the text of a .env file: KEY=VALUE lines as shells and their imitators write them. Pure: text in, one
 * call for each line out. Knows no settings. */
#ifndef APP_ENV_FILE_H
#define APP_ENV_FILE_H

#include <stddef.h>

#define ENV_FILE_VALUE_MAX 8192 /* longest value, its NUL included */

/* Called for each KEY=VALUE in order; both are borrowed for the call. A negative answer ends the reading;
 * error must then hold the reason. */
typedef int (*env_file_fn)(void *user, const char *key, const char *value, int line, char *error,
			   size_t size);

/* Accepted: blank lines; # comments; "export "; LF or CRLF; a byte order mark; spaces round the "="; values
 * plain, 'literal' or "with \" \\ \n escapes". A plain value ends where whitespace and then # follow.
 * Everything else is TB_EINVAL with "name:line: what" in error. Returns TB_OK or what the callback returned.
 */
int env_file_parse(const char *text, size_t length, const char *name, env_file_fn on_pair, void *user,
		   char *error, size_t size);

#endif
