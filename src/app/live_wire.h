/* SPDX-License-Identifier: MIT
 * All that moves bytes between this process and one exchange: clock, loop, network, link and the codec that
 * speaks. Nothing in here trades: the daemon puts a world on it, `doctor` only looks. */
#ifndef TRADEBOT_APP_LIVE_WIRE_H
#define TRADEBOT_APP_LIVE_WIRE_H

#include "clock.h"
#include "link.h"
#include "live_codec.h"
#include "loop.h"
#include "wire_net.h"

struct live_wire {
	struct clock clock;
	struct loop loop;
	struct wire_net *net;
	struct link *link;
	struct live_codec codec;
	struct outbox *outbox; /* of the codec */
	bool clock_open, loop_open, codec_open;
};

/* The codec of config->exchange, not yet told anything. clock_path: of a stepped clock, or NULL. seed: of
 * jitter. 0; TB_EINVAL: a setting; TB_EIO, TB_EFULL; with a text. live_wire_close in any case. */
int live_wire_open(struct live_wire *wire, const struct config *config, enum live_mode mode,
		   const char *clock_path, uint64_t seed, char *error, size_t size);
void live_wire_close(struct live_wire *wire);

#endif
