/* SPDX-License-Identifier: MIT
 * See sim_shadow.h. Everything but the choice of what to hear is the simulated broker's. */
#include "sim_shadow.h"

#include "sim_match.h"

#include <string.h>

static struct exchange inner(struct sim_shadow *shadow)
{
	return (struct exchange){&sim_broker_ops, &shadow->broker};
}

int sim_shadow_init(struct sim_shadow *shadow, const struct sim_broker_setup *setup,
		    const struct universe *universe, const struct sim_broker *twin)
{
	memset(shadow, 0, sizeof(*shadow));
	shadow->twin = twin;
	return sim_broker_init(&shadow->broker, setup, universe);
}

size_t sim_shadow_bytes(const struct sim_shadow *shadow)
{
	bool used =
		shadow->heard_count > 0 || shadow->broker.executions > 0 || shadow->broker.final_count > 0;

	return used ? offsetof(struct sim_shadow, broker) + sim_broker_bytes(&shadow->broker) : 0;
}

/* The market in a symbol as the twin has heard it, around what this account has there. */
static void read_market(struct sim_shadow *shadow, sym_t sym)
{
	const struct sim_broker *twin = shadow->twin;

	if (sym >= SYMBOLS_MAX || !twin->slot_of[sym])
		return;
	const struct sim_slot *seen = &twin->slots[twin->slot_of[sym] - 1];
	if (sim_broker_add(&shadow->broker, sym, &seen->instrument) != TB_OK)
		return;
	struct sim_slot *slot = sim_slot_of(&shadow->broker, sym), own = *slot;
	*slot = *seen;
	slot->side = own.side;
	slot->qty = own.qty;
	slot->foreign = own.foreign; /* the twin's visitors and halts are not ours */
	slot->gap = own.gap;
	slot->cost = own.cost;
	slot->margin = own.margin;
	slot->leverage = own.leverage;
	slot->liquidation = own.liquidation;
	slot->bankruptcy = own.bankruptcy;
	slot->stop = own.stop;
	slot->target = own.target;
}

static void begin_hearing(struct sim_shadow *shadow, sym_t sym)
{
	if (sym >= SYMBOLS_MAX || shadow->hears[sym])
		return;
	read_market(shadow, sym);
	shadow->hears[sym] = 1;
	shadow->heard_count++;
}

/* Flat, and nothing on its way: what happens there now is nobody's business. */
static void stop_hearing(struct sim_shadow *shadow, sym_t sym)
{
	const struct sim_slot *slot = sim_slot_of(&shadow->broker, sym);

	if (shadow->broker.arrival_count > 0 || (slot != NULL && slot->qty > 0))
		return;
	shadow->hears[sym] = 0;
	shadow->heard_count--;
}

static int shadow_on_market(struct exchange *exchange, const struct event *event, struct turn_out *out)
{
	struct sim_shadow *shadow = exchange->state;
	struct exchange broker;

	if (shadow->heard_count == 0 || event->sym >= SYMBOLS_MAX || !shadow->hears[event->sym])
		return TB_OK;
	broker = inner(shadow);
	int err = sim_broker_ops.on_market(&broker, event, out);
	stop_hearing(shadow, event->sym);
	return err;
}

static int shadow_on_wire(struct exchange *exchange, const struct wire_in *wire, struct turn_out *out)
{
	struct exchange broker = inner(exchange->state);

	return sim_broker_ops.on_wire(&broker, wire, out);
}

static int shadow_submit(struct exchange *exchange, const struct ticket *ticket, ms_t now,
			 struct turn_out *out)
{
	struct exchange broker = inner(exchange->state);

	begin_hearing(exchange->state, (sym_t)ticket->order.sym);
	return sim_broker_ops.submit(&broker, ticket, now, out);
}

int sim_shadow_accept(struct sim_shadow *shadow, const struct order_request *order, ms_t now)
{
	begin_hearing(shadow, (sym_t)order->sym);
	return sim_broker_accept(&shadow->broker, order, now);
}

static int shadow_ask(struct exchange *exchange, const struct intent *intent, ms_t now, struct turn_out *out)
{
	struct exchange broker = inner(exchange->state);

	if (intent->kind == INTENT_CANCEL || intent->kind == INTENT_QUERY)
		begin_hearing(exchange->state, intent->sym); /* the answer is on its way */
	return sim_broker_ops.ask(&broker, intent, now, out);
}

static ms_t shadow_next_ms(const struct exchange *exchange)
{
	struct exchange broker = inner(exchange->state);

	return sim_broker_ops.next_ms(&broker);
}

const struct exchange_ops sim_shadow_ops = {
	.name = "sim_shadow",
	.state_bytes = sizeof(struct sim_shadow),
	.on_wire = shadow_on_wire,
	.on_market = shadow_on_market,
	.submit = shadow_submit,
	.ask = shadow_ask,
	.next_ms = shadow_next_ms,
	.listing = exchange_lists_nothing,
	.attach = exchange_is_told,
};
