/* SPDX-License-Identifier: MIT
 * See tool.h. */
#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (64u << 20)

char *tool_read(const char *program, const char *path, size_t *len)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	size_t size = 1 << 16, used = 0, got;
	char *text = file ? malloc(size + 1) : NULL;

	while (text != NULL && (got = fread(text + used, 1, size - used, file)) > 0) {
		used += got;
		if (used < size)
			continue;
		char *larger = size < FILE_MAX ? realloc(text, 2 * size + 1) : NULL;
		if (larger == NULL) {
			free(text);
			errno = EFBIG;
		}
		text = larger;
		size *= 2;
	}
	if (text == NULL || ferror(file)) {
		fprintf(stderr, "%s: %s: %s\n", program, path, strerror(errno));
		free(text);
		text = NULL;
	} else {
		text[used] = '\0';
		*len = used;
	}
	if (file != NULL && file != stdin)
		fclose(file);
	return text;
}

const char *tool_option(char *argv[], int *at, const char *name)
{
	size_t len = strlen(name);
	const char *word = argv[*at];

	if (strncmp(word, name, len) != 0)
		return NULL;
	if (word[len] == '=')
		return word + len + 1;
	if (word[len] != '\0' || argv[*at + 1] == NULL)
		return NULL;
	return argv[++*at];
}

void line_begin(const char *event)
{
	printf("{\"event\":\"%s\"", event);
}

void line_bytes(const char *key, const char *value, size_t len)
{
	printf(",\"%s\":\"", key);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

void line_text(const char *key, const char *value)
{
	if (value != NULL)
		line_bytes(key, value, strlen(value));
}

void line_int(const char *key, int64_t value)
{
	if (value != INT64_MIN)
		printf(",\"%s\":%lld", key, (long long)value);
}

void line_bool(const char *key, int value)
{
	printf(",\"%s\":%s", key, value ? "true" : "false");
}

void line_raw(const char *text)
{
	fputs(text, stdout);
}

void line_end(void)
{
	puts("}");
}
