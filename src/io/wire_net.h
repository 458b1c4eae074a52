/* SPDX-License-Identifier: MIT
 * The wire of a real venue: requests over http.h, streams over ws.h, names over resolver.h. One for each
 * link. */
#ifndef IO_WIRE_NET_H
#define IO_WIRE_NET_H

#include "clock.h"
#include "http.h"
#include "link.h"

struct wire_net;
/* Its context for link_init; wire_net_bind() comes before the link says anything. clock, loop: outlive it.
 * lookup: resolver_ask_system but in tests. NULL: failed, with a text. */
struct wire_net *wire_net_open(struct loop *loop, struct clock *clock, const struct http_options *options,
			       resolver_lookup *lookup, char *error, size_t size);
void wire_net_bind(struct wire_net *net, struct link *link);
/* After link_close(), before loop_close(). NULL is all right. */
void wire_net_close(struct wire_net *net);

extern const struct wire_ops wire_net_ops;

#endif
