/* SPDX-License-Identifier: MIT
 * See live_shadow.h. */
#include "live_shadow.h"

static struct exchange shadow_of(const struct exchange *exchange)
{
	struct live_shadow *live = exchange->state;

	return (struct exchange){&sim_shadow_ops, &live->accounts->shadow};
}

static int live_shadow_on_market(struct exchange *exchange, const struct event *event, struct turn_out *out)
{
	struct live_shadow *live = exchange->state;
	struct exchange twin = {&sim_broker_ops, &live->accounts->broker}, shadow = shadow_of(exchange);
	struct turn_out nowhere = {.heard = live->unheard};

	live->unheard->count = 0;
	twin.ops->on_market(&twin, event, &nowhere);
	return shadow.ops->on_market(&shadow, event, out);
}

static int live_shadow_on_wire(struct exchange *exchange, const struct wire_in *in, struct turn_out *out)
{
	struct exchange shadow = shadow_of(exchange);

	return shadow.ops->on_wire(&shadow, in, out);
}

static int live_shadow_submit(struct exchange *exchange, const struct ticket *ticket, ms_t now,
			      struct turn_out *out)
{
	struct exchange shadow = shadow_of(exchange);

	return shadow.ops->submit(&shadow, ticket, now, out);
}

static int live_shadow_ask(struct exchange *exchange, const struct intent *intent, ms_t now,
			   struct turn_out *out)
{
	struct exchange shadow = shadow_of(exchange);

	return shadow.ops->ask(&shadow, intent, now, out);
}

static ms_t live_shadow_next_ms(const struct exchange *exchange)
{
	struct exchange shadow = shadow_of(exchange);

	return shadow.ops->next_ms(&shadow);
}

const struct exchange_ops live_shadow_ops = {
	.name = "live_shadow",
	.state_bytes = sizeof(struct live_shadow),
	.on_wire = live_shadow_on_wire,
	.on_market = live_shadow_on_market,
	.submit = live_shadow_submit,
	.ask = live_shadow_ask,
	.next_ms = live_shadow_next_ms,
	.listing = exchange_lists_nothing,
	.attach = exchange_is_told,
};
