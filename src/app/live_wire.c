/* SPDX-License-Identifier: MIT
 * See live_wire.h. */
#include "live_wire.h"

#include "outbox.h"
#include "version.h"

#include <stdlib.h>

static int open_link(struct live_wire *wire, const struct config *config, uint64_t seed, char *error,
		     size_t size)
{
	const char *const bases[HOST_COUNT] = {[HOST_REST] = wire->codec.bases[HOST_REST],
					       [HOST_PUBLIC] = wire->codec.bases[HOST_PUBLIC],
					       [HOST_PRIVATE] = wire->codec.bases[HOST_PRIVATE]};
	char agent[64];
	struct http_options options = {.agent = agent,
				       .ca_file = config->ca_file[0] != '\0' ? config->ca_file : NULL};
	void *memory = calloc(1, link_bytes());

	snprintf(error, size, "not enough memory");
	snprintf(agent, sizeof agent, "tradebotd/%s", app_version());
	wire->outbox = calloc(1, sizeof *wire->outbox);
	if (memory != NULL && wire->outbox != NULL)
		wire->net =
			wire_net_open(&wire->loop, &wire->clock, &options, resolver_ask_system, error, size);
	if (wire->net == NULL) {
		free(memory);
		return TB_EIO;
	}
	wire->link = link_init(memory, &wire_net_ops, wire->net, bases, seed);
	wire_net_bind(wire->net, wire->link);
	error[0] = '\0';
	return 0;
}

int live_wire_open(struct live_wire *wire, const struct config *config, enum live_mode mode,
		   const char *clock_path, uint64_t seed, char *error, size_t size)
{
	int err = live_codec_open(&wire->codec, config, mode, seed, error, size);

	wire->codec_open = err == 0;
	if (err == 0)
		err = clock_open(&wire->clock, clock_path, error, size);
	wire->clock_open = wire->codec_open && err == 0;
	if (err == 0)
		err = loop_open(&wire->loop, error, size);
	wire->loop_open = wire->clock_open && err == 0;
	return err == 0 ? open_link(wire, config, seed, error, size) : err;
}

void live_wire_close(struct live_wire *wire)
{
	if (wire->link != NULL)
		link_close(wire->link);
	wire_net_close(wire->net);
	free(wire->link);
	if (wire->loop_open)
		loop_close(&wire->loop);
	if (wire->clock_open)
		clock_close(&wire->clock);
	if (wire->codec_open)
		live_codec_close(&wire->codec);
	free(wire->outbox);
	*wire = (struct live_wire){0};
}
