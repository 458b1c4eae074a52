/* SPDX-License-Identifier: MIT
 * What an address says: "wss://stream.bybit.com:443/v5/public/linear?x=1". */
#ifndef IO_URL_H
#define IO_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define URL_HOST_MAX 128

struct url {
	char scheme[8];
	char host[URL_HOST_MAX]; /* an IPv6 address without its brackets */
	uint16_t port;           /* 443 if none is said; 80 for http and ws */
	const char *path;        /* borrowed: within the text; "" if none */
};

bool url_parse(const char *text, struct url *url);
/* Is it https or wss? */
bool url_is_safe(const struct url *url);

#endif
