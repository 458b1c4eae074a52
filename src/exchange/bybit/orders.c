/* SPDX-License-Identifier: MIT
 * What has been told of orders with client ids of our form. News come twice, late and from several sides: an
 * order moves only toward its end, and what is over is not told again, unless somebody asks. */
#include "bybit_internal.h"

#include <stdio.h>
#include <string.h>

#define FILLS_MS 2000 /* an order that is over tells its fills within this, or they are asked for */

struct bybit_order *bybit_order_find(struct bybit *b, int64_t id)
{
	for (size_t i = 0; i < BYBIT_ORDERS_MAX; i++)
		if (b->private.orders[i].id == id)
			return &b->private.orders[i];
	return NULL;
}

/* The one that nobody has touched for longest; what is over first. */
static struct bybit_order *oldest(struct bybit *b)
{
	struct bybit_order *best = &b->private.orders[0];

	for (size_t i = 1; i < BYBIT_ORDERS_MAX; i++) {
		struct bybit_order *order = &b->private.orders[i];
		bool over = order_is_final(order->state), best_over = order_is_final(best->state);
		if (best->id == 0)
			break;
		if (order->id == 0 || (over && !best_over) ||
		    (over == best_over && order->touched < best->touched))
			best = order;
	}
	return best;
}

struct bybit_order *bybit_order_track(struct bybit *b, int64_t id, sym_t sym)
{
	struct bybit_order *order = bybit_order_find(b, id);

	if (order == NULL) {
		order = oldest(b);
		*order = (struct bybit_order){.id = id,
					      .sym = sym,
					      .state = ORDER_INTENT,
					      .role = (uint8_t)client_id_role(id),
					      .tracked_ms = b->now_ms};
	}
	order->touched = ++b->private.touches;
	return order;
}

void bybit_tell_order(struct bybit *b, const struct bybit_order *order, const char *reason,
		      struct turn_out *out)
{
	struct event *event = events_add(out->heard, EVENT_ORDER, order->sym, b->now_ms);

	if (event == NULL)
		return;
	event->order.id = order->id;
	event->order.state = order->state;
	event->order.role = order->role;
	event->order.side = order->side;
	event->order.qty = order->qty;
	event->order.filled = order->filled;
	event->order.price = order->price;
	snprintf(event->order.reason, sizeof event->order.reason, "%s", reason);
}

void bybit_tell_unknown(struct bybit *b, int64_t id, sym_t sym, const char *why, struct turn_out *out)
{
	struct bybit_order *order = bybit_order_track(b, id, sym);

	b->counts.unknown++;
	if (order->state != ORDER_INTENT)
		return; /* the stream has told what became of it */
	order->state = ORDER_UNKNOWN;
	bybit_tell_order(b, order, why, out);
}

void bybit_tell_rejected(struct bybit *b, int64_t id, sym_t sym, const char *why, struct turn_out *out)
{
	struct bybit_order *order = bybit_order_track(b, id, sym);

	if (order_is_final(order->state))
		return;
	order->state = ORDER_REJECTED;
	bybit_tell_order(b, order, why, out);
}

/* By their word. A word that is unknown here says nothing. */
static int64_t state_of(const char *status)
{
	static const struct {
		const char *status;
		int64_t state;
	} states[] = {
		{"New", ORDER_LIVE},
		{"PartiallyFilled", ORDER_LIVE},
		{"Untriggered", ORDER_LIVE},
		{"Triggered", ORDER_LIVE},
		{"Filled", ORDER_FILLED},
		{"Cancelled", ORDER_CANCELLED},
		{"Deactivated", ORDER_CANCELLED},
		{"PartiallyFilledCanceled", ORDER_CANCELLED},
		{"Rejected", ORDER_REJECTED},
	};

	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(states[i].status, status) == 0)
			return states[i].state;
	return ORDER_UNKNOWN;
}

bool bybit_is_final_status(const char *status)
{
	return order_is_final(state_of(status));
}

int bybit_child_role(const struct bybit_order_row *row)
{
	const char *created = row->create_type, *stop = row->stop_type;

	if (*row->client_id != '\0')
		return -1;
	if (strcmp(created, "CreateByStopLoss") == 0 || (*created == '\0' && strcmp(stop, "StopLoss") == 0))
		return ROLE_STOP;
	if (strcmp(created, "CreateByTakeProfit") == 0 ||
	    (*created == '\0' && strcmp(stop, "TakeProfit") == 0))
		return ROLE_TARGET;
	return -1;
}

bool bybit_order_read(struct bybit *b, const struct bybit_order_row *row, struct bybit_order *order)
{
	sym_t sym = bybit_find_wire(b, row->symbol);

	if (sym == SYM_NONE || (*row->category != '\0' && strcmp(row->category, "linear") != 0))
		return false;
	const struct instrument *instrument = &b->universe->at[sym];
	int64_t id = client_id_parse(row->client_id), state = state_of(row->status);
	if (state == ORDER_UNKNOWN)
		return false;
	*order = (struct bybit_order){
		.id = id,
		.sym = sym,
		.state = (uint8_t)state,
		.role = (uint8_t)(id != 0 ? (int64_t)client_id_role(id) : ROLE_EXIT),
		.side = strcmp(row->side, "Buy") == 0 ? SIDE_LONG : SIDE_SHORT,
		.qty = bybit_qty(row->qty, instrument),
		.filled = bybit_qty(*row->filled != '\0' ? row->filled : "0", instrument)};
	if (id == 0 && !row->reduce_only)
		order->role = ROLE_ENTRY;
	price_t trigger = bybit_price(row->trigger, &instrument->tick, ROUND_NEAR, NULL);
	order->price = trigger == UNKNOWN ? 0 : trigger;
	if (order->qty == UNKNOWN || order->filled == UNKNOWN) {
		bybit_doubt_listing(b);
		return false;
	}
	/* what closes has filled as far as there was something to close */
	if (state == ORDER_CANCELLED && order->filled > 0 && order->role != ROLE_ENTRY)
		order->state = ORDER_FILLED;
	return true;
}

static const char *reason_of(const struct bybit_order_row *row)
{
	if (*row->reject_reason != '\0' && strcmp(row->reject_reason, "EC_NoError") != 0 &&
	    strcmp(row->reject_reason, "UNKNOWN") != 0)
		return row->reject_reason;
	return bybit_is_nothing(row->cancel_type) ? "" : row->cancel_type;
}

/* It is over; its fills may be on their way, or lost. */
static void look_after_fills(struct bybit *b, const struct bybit_order *order, bool forced)
{
	if (order->filled > order->told)
		bybit_fetch_fills(b, order->sym, order->id, b->now_ms + (forced ? 0 : FILLS_MS));
	if (order->role == ROLE_ENTRY && order->filled == 0)
		bybit_guard_detach(b, order->sym, order->id);
}

/* Nothing is told of these but that they are there. */
static void foreign_news(struct bybit *b, const struct bybit_order *order, struct turn_out *out)
{
	if (order->state == ORDER_LIVE)
		bybit_tell_order(b, order, "foreign", out);
}

void bybit_order_news(struct bybit *b, const struct bybit_order_row *row, bool forced, struct turn_out *out)
{
	struct bybit_order now;
	int role = bybit_child_role(row);

	if (!bybit_order_read(b, row, &now))
		return;
	if (role >= 0) {
		bybit_child_news(b, row, (enum role)role, out);
		return;
	}
	if (now.id == 0) {
		foreign_news(b, &now, out);
		return;
	}
	struct bybit_order *order = bybit_order_track(b, now.id, now.sym);
	bool over = order_is_final(order->state);
	order->seen = true;
	bool news = !over && (order->state != now.state || now.filled > order->filled);
	if (!over) {
		order->state = now.state;
		order->qty = now.qty;
		order->side = now.side;
	}
	if (now.filled > order->filled)
		order->filled = now.filled;
	if (news || forced)
		bybit_tell_order(b, order, reason_of(row), out);
	if (order_is_final(order->state) && (!over || forced))
		look_after_fills(b, order, forced);
}
