/* SPDX-License-Identifier: MIT
 * The .env reader. One line at a time, one cursor, no line of it may run into the next: a forgotten quote is
 * an error of its own line, not of the whole rest of the file. */
#include "env_file.h"

#include <stdio.h>
#include <string.h>

#include "tradebot/units.h"

#define KEY_MAX 128

struct env_line {
	const char *at, *end; /* what is left of the line */
	char key[KEY_MAX];
	char value[ENV_FILE_VALUE_MAX];
	const char *fault; /* what is wrong, or NULL */
};

static bool env_is_space(char c)
{
	return c == ' ' || c == '\t';
}

static bool env_is_key(char c, bool first)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
	       (!first && c >= '0' && c <= '9');
}

static void env_skip_space(struct env_line *line)
{
	while (line->at < line->end && env_is_space(*line->at))
		line->at++;
}

/* The key and its "=", with an optional "export " before. */
static void env_read_key(struct env_line *line)
{
	static const char word[] = "export";
	const char *start;
	size_t length;

	if ((size_t)(line->end - line->at) > sizeof(word) - 1 &&
	    memcmp(line->at, word, sizeof(word) - 1) == 0 && env_is_space(line->at[sizeof(word) - 1])) {
		line->at += sizeof(word) - 1;
		env_skip_space(line);
	}
	start = line->at;
	while (line->at < line->end && env_is_key(*line->at, line->at == start))
		line->at++;
	length = (size_t)(line->at - start);
	if (length == 0 || length >= KEY_MAX) {
		line->fault = "a name is wanted here (letters, digits and _)";
		return;
	}
	memcpy(line->key, start, length);
	line->key[length] = '\0';
	env_skip_space(line);
	if (line->at == line->end || *line->at != '=') {
		line->fault = "no '=' after the name";
		return;
	}
	line->at++;
}

/* Behind a closing quote only blanks and a comment may stand. */
static void env_read_quoted(struct env_line *line, char quote)
{
	size_t length = 0;

	for (line->at++; line->at < line->end && *line->at != quote; line->at++) {
		char c = *line->at;

		if (c == '\\' && quote == '"' && line->at + 1 < line->end &&
		    strchr("\"\\$`n", line->at[1]) != NULL) {
			line->at++;
			c = *line->at == 'n' ? '\n' : *line->at;
		}
		if (length + 1 == sizeof(line->value)) {
			line->fault = "the value is too long";
			return;
		}
		line->value[length++] = c;
	}
	line->value[length] = '\0';
	if (line->at == line->end) {
		line->fault = "the quote is not closed on its line";
		return;
	}
	line->at++;
	env_skip_space(line);
	if (line->at < line->end && *line->at != '#')
		line->fault = "something follows the closing quote";
}

static void env_read_plain(struct env_line *line)
{
	const char *start = line->at, *end = line->at;
	size_t length;

	/* the blank before # may be the one behind "=" */
	for (; line->at < line->end; line->at++) {
		if (*line->at == '#' && env_is_space(line->at[-1]))
			break;
		if (!env_is_space(*line->at))
			end = line->at + 1;
	}
	length = (size_t)(end - start);
	if (length >= sizeof(line->value)) {
		line->fault = "the value is too long";
		return;
	}
	memcpy(line->value, start, length);
	line->value[length] = '\0';
}

static void env_read_value(struct env_line *line)
{
	env_skip_space(line);
	line->value[0] = '\0';
	if (line->at == line->end)
		return;
	if (*line->at == '"' || *line->at == '\'')
		env_read_quoted(line, *line->at);
	else
		env_read_plain(line);
}

/* The line without its end and its carriage return. Control characters have no business in a setting. */
static void env_cut_line(struct env_line *line, const char *at, const char *end)
{
	if (end > at && end[-1] == '\r')
		end--;
	line->at = at;
	line->end = end;
	line->fault = NULL;
	for (; at < end; at++) {
		if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7f)
			line->fault = "a control character";
	}
}

int env_file_parse(const char *text, size_t length, const char *name, env_file_fn on_pair, void *user,
		   char *error, size_t size)
{
	struct env_line line;
	const char *at = text, *end = text + length, *next;
	int number = 0, answer;

	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	for (; at < end; at = next) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		next = newline != NULL ? newline + 1 : end;
		number++;
		env_cut_line(&line, at, newline != NULL ? newline : end);
		env_skip_space(&line);
		if (line.fault == NULL && (line.at == line.end || *line.at == '#'))
			continue;
		if (line.fault == NULL)
			env_read_key(&line);
		if (line.fault == NULL)
			env_read_value(&line);
		if (line.fault != NULL) {
			snprintf(error, size, "%s:%d: %s", name, number, line.fault);
			return TB_EINVAL;
		}
		answer = on_pair(user, line.key, line.value, number, error, size);
		if (answer < 0)
			return answer;
	}
	return TB_OK;
}
