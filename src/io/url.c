/* SPDX-License-Identifier: MIT
 * See url.h. */
#include "url.h"

#include <string.h>

static bool take(const char *from, size_t len, char *to, size_t size)
{
	if (len == 0 || len >= size)
		return false;
	memcpy(to, from, len);
	to[len] = '\0';
	return true;
}

static bool take_port(const char **at, uint16_t *port)
{
	uint32_t value = 0;
	const char *c = *at;

	for (; *c >= '0' && *c <= '9' && value <= UINT16_MAX; c++)
		value = value * 10 + (uint32_t)(*c - '0');
	if (c == *at || value == 0 || value > UINT16_MAX)
		return false;
	*port = (uint16_t)value;
	*at = c;
	return true;
}

bool url_is_safe(const struct url *url)
{
	return strcmp(url->scheme, "https") == 0 || strcmp(url->scheme, "wss") == 0;
}

bool url_parse(const char *text, struct url *url)
{
	const char *host = strstr(text, "://"), *end;

	if (host == NULL || !take(text, (size_t)(host - text), url->scheme, sizeof url->scheme))
		return false;
	host += 3;
	if (*host == '[') {
		host++;
		end = strchr(host, ']');
		if (end == NULL || !take(host, (size_t)(end - host), url->host, sizeof url->host))
			return false;
		end++;
	} else {
		end = host + strcspn(host, ":/?");
		if (!take(host, (size_t)(end - host), url->host, sizeof url->host))
			return false;
	}
	url->port = url_is_safe(url) ? 443 : 80;
	if (*end == ':') {
		end++;
		if (!take_port(&end, &url->port))
			return false;
	}
	url->path = end;
	return *end == '\0' || *end == '/' || *end == '?';
}
