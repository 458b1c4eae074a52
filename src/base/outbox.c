/* SPDX-License-Identifier: MIT
 * See outbox.h. */
#include "outbox.h"

#include <string.h>

#define DIGITS_MAX 18 /* so many always fit */

void outbox_clear(struct outbox *outbox)
{
	outbox->count = outbox->used = 0;
}

/* Room for the texts of one entry, each with a NUL after it. */
static bool has_room(const struct outbox *outbox, size_t bytes)
{
	return outbox->count < OUTBOX_MAX && bytes <= OUTBOX_TEXT_MAX - outbox->used;
}

static const char *keep(struct outbox *outbox, const char *text, size_t len)
{
	char *to = outbox->text + outbox->used;

	memcpy(to, text, len);
	to[len] = '\0';
	outbox->used += len + 1;
	return to;
}

static bool add(struct outbox *outbox, struct say say)
{
	size_t path = strlen(say.path), head = strlen(say.head);

	if (!has_room(outbox, path + head + say.len + 3))
		return false;
	say.path = keep(outbox, say.path, path);
	say.head = keep(outbox, say.head, head);
	say.text = keep(outbox, say.text, say.len);
	outbox->at[outbox->count++] = say;
	return true;
}

bool outbox_get(struct outbox *outbox, enum say_host host, uint32_t request, ms_t deadline_ms,
		const char *path, const char *head)
{
	return add(outbox, (struct say){.kind = SAY_HTTP,
					.host = (uint8_t)host,
					.request = request,
					.deadline_ms = deadline_ms,
					.path = path,
					.head = head,
					.text = ""});
}

bool outbox_post(struct outbox *outbox, enum say_host host, uint32_t request, ms_t deadline_ms,
		 const char *path, const char *head, const char *body, size_t len)
{
	return add(outbox, (struct say){.kind = SAY_HTTP,
					.host = (uint8_t)host,
					.post = true,
					.request = request,
					.deadline_ms = deadline_ms,
					.path = path,
					.head = head,
					.text = body,
					.len = len});
}

bool outbox_open(struct outbox *outbox, enum say_host host, uint8_t stream, const char *path)
{
	return add(outbox, (struct say){.kind = SAY_OPEN,
					.host = (uint8_t)host,
					.stream = stream,
					.path = path,
					.head = "",
					.text = ""});
}

bool outbox_send(struct outbox *outbox, uint8_t stream, const char *text, size_t len)
{
	return add(outbox, (struct say){.kind = SAY_SEND,
					.stream = stream,
					.path = "",
					.head = "",
					.text = text,
					.len = len});
}

bool outbox_close(struct outbox *outbox, uint8_t stream)
{
	return add(outbox,
		   (struct say){.kind = SAY_CLOSE, .stream = stream, .path = "", .head = "", .text = ""});
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_name(const char *line, size_t len, const char *name)
{
	size_t i = 0;

	for (; i < len && name[i] != '\0'; i++)
		if (lower(line[i]) != lower(name[i]))
			return false;
	return name[i] == '\0' && i < len && line[i] == ':';
}

static void take_value(const char *line, size_t len, char *out, size_t size)
{
	while (len > 0 && (*line == ' ' || *line == '\t'))
		line++, len--;
	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t' || line[len - 1] == '\r'))
		len--;
	if (len >= size)
		len = size - 1;
	memcpy(out, line, len);
	out[len] = '\0';
}

bool wire_header(const struct wire_in *in, const char *name, char *out, size_t size)
{
	const char *line = in->head, *end = in->head_len > 0 ? in->head + in->head_len : line;

	out[0] = '\0';
	while (line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((stop != NULL ? stop : end) - line);
		if (is_name(line, len, name)) {
			size_t skip = strlen(name) + 1;
			take_value(line + skip, len - skip, out, size);
			return true;
		}
		line += len + 1;
	}
	return false;
}

int64_t wire_header_int(const struct wire_in *in, const char *name)
{
	char text[20];
	int64_t value = 0;

	if (!wire_header(in, name, text, sizeof text) || text[0] == '\0')
		return UNKNOWN;
	for (const char *c = text; *c != '\0'; c++) {
		if (*c < '0' || *c > '9' || c - text >= DIGITS_MAX)
			return UNKNOWN;
		value = value * 10 + (*c - '0');
	}
	return value;
}
