/* SPDX-License-Identifier: MIT
 * The log. The only process-wide state of the app: where lines go, how many, and what must never be in them.
 */
#include "log.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECRETS_MAX       8
#define SECRET_TEXT_MAX   512
#define SECRET_LENGTH_MIN 6

static struct {
	enum log_level level;
	FILE *out; /* NULL: stderr */
	bool told, journald;
	size_t secret_count;
	char secrets[SECRETS_MAX][SECRET_TEXT_MAX];
} log_state = {.level = LOG_INFO};

static const struct {
	const char *name, *label;
	int priority; /* syslog's */
} levels[] = {
	[LOG_ERROR] = {"error", "ERROR", 3},
	[LOG_WARN] = {"warn", "WARN", 4},
	[LOG_INFO] = {"info", "INFO", 6},
	[LOG_DEBUG] = {"debug", "DEBUG", 7},
};

void log_set_level(enum log_level level)
{
	log_state.level = level;
}

bool log_takes(enum log_level level)
{
	return level <= log_state.level;
}

int log_level_parse(const char *text, enum log_level *level)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(text, levels[i].name) == 0) {
			*level = (enum log_level)i;
			return TB_OK;
		}
	}
	return TB_EINVAL;
}

int log_secret(const char *secret)
{
	size_t length = strlen(secret);

	if (length < SECRET_LENGTH_MIN)
		return TB_OK;
	for (size_t i = 0; i < log_state.secret_count; i++) {
		if (strcmp(log_state.secrets[i], secret) == 0)
			return TB_OK;
	}
	if (length >= SECRET_TEXT_MAX || log_state.secret_count == SECRETS_MAX)
		return TB_EFULL;
	memcpy(log_state.secrets[log_state.secret_count++], secret, length + 1);
	return TB_OK;
}

void log_set_output(FILE *out, bool journald)
{
	log_state.out = out;
	log_state.told = true;
	log_state.journald = journald;
}

static bool log_under_journald(void)
{
	if (!log_state.told) {
		log_state.journald = getenv("JOURNAL_STREAM") != NULL;
		log_state.told = true;
	}
	return log_state.journald;
}

/* A line that was cut may end with the first part of a secret. */
static void log_mask_end(char *text, const char *secret)
{
	size_t length = strlen(text);

	for (size_t part = strlen(secret) - 1; part >= SECRET_LENGTH_MIN; part--) {
		if (part <= length && memcmp(text + length - part, secret, part) == 0) {
			memset(text + length - part, '*', part);
			return;
		}
	}
}

static void log_mask(char *text)
{
	for (size_t i = 0; i < log_state.secret_count; i++) {
		size_t length = strlen(log_state.secrets[i]);
		char *found = text;

		while ((found = strstr(found, log_state.secrets[i])) != NULL) {
			memset(found, '*', length);
			found += length;
		}
		log_mask_end(text, log_state.secrets[i]);
	}
}

/* 2026-11-22T14:10:03.412Z */
static void log_stamp(ms_t at, char *out, size_t size)
{
	ms_t ms = at % SECOND_MS;
	time_t seconds;
	struct tm utc;
	char text[32];

	if (at < 0) { /* UNKNOWN too */
		snprintf(out, size, "%-24s", "-");
		return;
	}
	seconds = (time_t)(at / SECOND_MS);
	if (gmtime_r(&seconds, &utc) == NULL || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc) == 0)
		snprintf(out, size, "%-24s", "-");
	else
		snprintf(out, size, "%s.%03dZ", text, (int)ms);
}

size_t log_format(char *out, size_t size, bool journald, ms_t at, enum log_level level, const char *room,
		  const char *text)
{
	char stamp[64];
	int length;

	if (journald) {
		length = snprintf(out, size, "<%d>%-7s %s", levels[level].priority, room, text);
	} else {
		log_stamp(at, stamp, sizeof(stamp));
		length = snprintf(out, size, "%s %-5s %-7s %s", stamp, levels[level].label, room, text);
	}
	if (length < 0)
		length = 0;
	if ((size_t)length > size - 2)
		length = (int)(size - 2);
	out[length] = '\0';
	for (int i = 0; i < length; i++) {
		if (iscntrl((unsigned char)out[i]))
			out[i] = ' ';
	}
	log_mask(out);
	out[length] = '\n';
	out[length + 1] = '\0';
	return (size_t)length + 1;
}

void log_line(ms_t at, enum log_level level, const char *room, const char *format, ...)
{
	char text[LOG_LINE_MAX], line[LOG_LINE_MAX + 64];
	FILE *out = log_state.out != NULL ? log_state.out : stderr;
	va_list args;
	size_t length;

	if (!log_takes(level))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	length = log_format(line, sizeof(line), log_under_journald(), at, level, room, text);
	fwrite(line, 1, length, out);
	if (out != stderr)
		fflush(out);
}
