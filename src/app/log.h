/* SPDX-License-Identifier: MIT
 * The log: one line an event, to stderr. Only the app logs; the core says NOTE and edges return a text. The
 * time of a line is the caller's: in a simulation it is the simulated time. Under journald the stamp is
 * journald's own and the level becomes its priority. Registered secrets never appear, whoever puts them into
 * a line. */
#ifndef APP_LOG_H
#define APP_LOG_H

#include <stdio.h>

#include "tradebot/units.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

#define LOG_LINE_MAX 1024 /* longer lines are cut */

/* Lines over this level are not written; LOG_INFO until told. */
void log_set_level(enum log_level level);
/* True if a line of that level would be written. */
bool log_takes(enum log_level level);

/* "error", "warn", "info" or "debug". TB_EINVAL otherwise. */
int log_level_parse(const char *text, enum log_level *level);

/* Keeps a copy of a secret and hides it in every later line. Shorter than 6 characters: not kept, since
 * hiding it would hide ordinary words too. TB_EFULL if there is no room (8 secrets of up to 511 characters).
 */
int log_secret(const char *secret);

/* Where lines go (stderr until told), and whether that is journald (found from JOURNAL_STREAM until told).
 * For tests, and for the dashboard. */
void log_set_output(FILE *out, bool journald);

/* at: UTC ms of the event, UNKNOWN before there is a time. room: who speaks ("risk", "config"). A line break
 * or other control character in the text becomes a space: one event stays one line. */
void log_line(ms_t at, enum log_level level, const char *room, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The line as it would be written, with its newline, into out. Returns its length. journald: see above. */
size_t log_format(char *out, size_t size, bool journald, ms_t at, enum log_level level, const char *room,
		  const char *text);

#endif
