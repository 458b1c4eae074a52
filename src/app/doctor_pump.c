/* SPDX-License-Identifier: MIT
 * See doctor_pump.h. */
#include "doctor_pump.h"

#include "outbox.h"

#include <stdio.h>
#include <stdlib.h>

#define WAIT_MS 20

int doctor_pump_open(struct doctor_pump *pump, const struct config *config, enum live_mode mode, char *error,
		     size_t size)
{
	pump->heard = calloc(1, sizeof *pump->heard);
	if (pump->heard == NULL) {
		snprintf(error, size, "not enough memory");
		return TB_EFULL;
	}
	int err = live_wire_open(&pump->wire, config, mode, NULL, 1, error, size);
	pump->exchange = &pump->wire.codec.exchange;
	pump->began_us = loop_us();
	if (err == 0)
		pump->now_ms = clock_now(&pump->wire.clock);
	return err;
}

void doctor_pump_close(struct doctor_pump *pump)
{
	live_wire_close(&pump->wire);
	free(pump->heard);
	pump->heard = NULL;
}

ms_t doctor_pump_since(const struct doctor_pump *pump)
{
	return (loop_us() - pump->began_us) / 1000;
}

static void tell(struct doctor_pump *pump)
{
	for (size_t i = 0; i < pump->heard->count && pump->on_event != NULL; i++)
		pump->on_event(pump->ctx, &pump->heard->at[i]);
	pump->heard->count = 0;
}

static void say(struct doctor_pump *pump)
{
	link_say(pump->wire.link, pump->wire.outbox, pump->now_ms);
}

static void hear(struct doctor_pump *pump, const struct wire_in *in)
{
	struct turn_out out = {.say = pump->wire.outbox, .heard = pump->heard};

	if (pump->on_wire != NULL)
		pump->on_wire(pump->ctx, in);
	pump->exchange->ops->on_wire(pump->exchange, in, &out);
	tell(pump);
	if (pump->after != NULL)
		pump->after(pump->ctx);
	say(pump);
}

bool doctor_pump_turn(struct doctor_pump *pump)
{
	struct live_wire *wire = &pump->wire;
	struct wire_in in;

	pump->now_ms = clock_now(&wire->clock);
	while (link_take(wire->link, pump->now_ms, &in))
		hear(pump, &in);
	in = (struct wire_in){.at_ms = pump->now_ms, .kind = WIRE_TIME};
	if (pump->exchange->ops->next_ms(pump->exchange) <= pump->now_ms)
		hear(pump, &in);
	link_step(wire->link, pump->now_ms);
	return loop_wait(&wire->loop, WAIT_MS) == 0;
}

static struct turn_out begin(struct doctor_pump *pump)
{
	pump->now_ms = clock_now(&pump->wire.clock);
	return (struct turn_out){.say = pump->wire.outbox, .heard = pump->heard};
}

static int end(struct doctor_pump *pump, int err)
{
	tell(pump);
	say(pump);
	return err;
}

int doctor_pump_ask(struct doctor_pump *pump, const struct intent *intent)
{
	struct turn_out out = begin(pump);

	return end(pump, pump->exchange->ops->ask(pump->exchange, intent, pump->now_ms, &out));
}

int doctor_pump_ask_account(struct doctor_pump *pump, enum account_ask what)
{
	struct turn_out out = begin(pump);

	return end(pump, live_codec_ask_account(&pump->wire.codec, what, pump->now_ms, &out));
}

int doctor_pump_submit(struct doctor_pump *pump, const struct ticket *ticket)
{
	struct turn_out out = begin(pump);

	return end(pump, pump->exchange->ops->submit(pump->exchange, ticket, pump->now_ms, &out));
}
