/* SPDX-License-Identifier: MIT
 * Positions: rows of the stream and of REST, told apart by their sequence, of which the newest counts
 * (contract, sections 6.1 and 12). */
#include "bybit_internal.h"

#include <string.h>

#define REGRID_MS 500 /* the universe changes with the next turn */
#define UNTOLD_MS 200 /* after a position showed: its fills should have been told by now */

static bool is_older(const struct bybit_position *known, const struct bybit_position_row *row)
{
	if (!known->known || row->seq == UNKNOWN || known->seq == UNKNOWN)
		return false;
	if (row->updated_ms != UNKNOWN && known->updated_ms != UNKNOWN &&
	    row->updated_ms > known->updated_ms + MINUTE_MS)
		return false; /* whatever they count: so much later is later */
	return row->seq < known->seq || (row->seq == known->seq && row->updated_ms < known->updated_ms);
}

/* qty coins at this price, down; the price may lie between two ticks. */
static money_t cost_of(const struct bybit_position_row *row, const struct instrument *instrument, qty_t qty)
{
	money_t price = bybit_money(row->entry);
	int64_t scale = 1;

	for (int64_t i = 0; i < instrument->lot.decimals; i++)
		scale *= 10;
	if (price == UNKNOWN || price <= 0 || qty <= 0 || qty > VALUE_MAX / instrument->lot.step)
		return UNKNOWN;
	money_t cost = mul_div_down(price, qty * instrument->lot.step, scale);
	return cost > 0 ? cost : UNKNOWN;
}

static price_t level(const char *text, const struct instrument *instrument)
{
	price_t price =
		bybit_is_nothing(text) ? UNKNOWN : bybit_price(text, &instrument->tick, ROUND_NEAR, NULL);

	return price == UNKNOWN ? 0 : price;
}

/* It shows what an entry of ours has opened, and no fill has been told: nobody protects what he has not heard
 * of. */
static void look_for_fills(struct bybit *b, sym_t sym)
{
	for (size_t i = 0; i < BYBIT_ORDERS_MAX; i++) {
		const struct bybit_order *order = &b->private.orders[i];
		if (order->id == 0 || order->sym != sym || order->role != ROLE_ENTRY || order->told > 0 ||
		    order_is_final(order->state) || b->now_ms - order->tracked_ms > MINUTE_MS)
			continue;
		bybit_fetch_fills(b, sym, 0, b->now_ms + UNTOLD_MS);
		return;
	}
}

bool bybit_position_news(struct bybit *b, const struct bybit_position_row *row, struct turn_out *out)
{
	sym_t sym = bybit_find_wire(b, row->symbol);

	if (sym == SYM_NONE || (*row->category != '\0' && strcmp(row->category, "linear") != 0))
		return false;
	const struct instrument *instrument = &b->universe->at[sym];
	struct bybit_position *position = &b->private.positions[sym];
	qty_t qty = bybit_qty(row->size, instrument);
	if (qty == UNKNOWN) {
		bybit_doubt_listing(b);
		bybit_garbage(b, sym, "position", "size is off the grid", out);
		return false;
	}
	if (row->position_idx != 0 && qty == 0)
		return false; /* an empty slot of hedge mode beside the other */
	if (is_older(position, row))
		return false;
	ratio_t leverage = bybit_ratio(row->leverage);
	bool moved = position->moved || (leverage != UNKNOWN && leverage != position->leverage);
	*position = (struct bybit_position){
		.known = true,
		.side = qty == 0                        ? SIDE_NONE
			: strcmp(row->side, "Buy") == 0 ? SIDE_LONG
							: SIDE_SHORT,
		.qty = qty,
		.cost = cost_of(row, instrument, qty),
		.leverage = leverage,
		.stop = level(row->stop, instrument),
		.target = level(row->target, instrument),
		.seq = row->seq,
		.updated_ms = row->updated_ms,
		.heard_ms = b->now_ms,
		.flat_ms = qty == 0 ? position->flat_ms : 0,
		.listed = position->listed,
		.hedged = row->position_idx != 0,
		.moved = moved,
	};
	if (position->hedged)
		b->private.facts.position_mode = POSITION_MODE_HEDGE;
	if (qty == 0) {
		bybit_guard_flat(b, sym);
		return true;
	}
	bybit_guard_look(b, sym, out);
	look_for_fills(b, sym);
	return true;
}

void bybit_positions_forget(struct bybit *b)
{
	for (size_t sym = 0; sym < SYMBOLS_MAX; sym++) {
		struct bybit_position *position = &b->private.positions[sym];
		position->seq = position->updated_ms = UNKNOWN;
		position->heard_ms = 0;
	}
}

void bybit_tell_leverage(struct bybit *b, sym_t sym, struct turn_out *out)
{
	if (b->private.positions[sym].moved)
		bybit_tell_position(b, sym, out);
}

void bybit_tell_position(struct bybit *b, sym_t sym, struct turn_out *out)
{
	struct bybit_position *position = &b->private.positions[sym];
	struct event *event = events_add(out->heard, EVENT_POSITION, sym, b->now_ms);

	if (event == NULL)
		return;
	position->moved = false;
	event->position.side = position->side;
	event->position.qty = position->qty;
	event->position.cost = position->cost == UNKNOWN ? 0 : position->cost;
	event->position.leverage = position->leverage == UNKNOWN ? 0 : position->leverage;
}

/* A price in ticks, or a quantity in lots. */
static void regrid(int64_t *value, const struct grid_factor *factor)
{
	int64_t now = *value > 0 ? mul_div_down(*value, factor->num, factor->den) : *value;

	*value = now < 0 ? 0 : now;
}

/* What is between two new ticks is shown by the exchange as it has rounded it, and adopted from there. */
static void regrid_guard(struct bybit_guard *guard, const struct grid_factor *ticks)
{
	regrid(&guard->now.price, ticks);
	for (size_t at = 0; at < BYBIT_CANDIDATES; at++)
		regrid(&guard->next[at].price, ticks);
	guard->qty = 0;
}

void bybit_regrid_account(struct bybit *b, sym_t sym, const struct instrument *was,
			  const struct instrument *now)
{
	struct bybit_position *position = &b->private.positions[sym];
	struct grid_factor ticks, lots;

	if (!b->private.wanted || !instrument_factors(was, now, &ticks, &lots))
		return;
	for (size_t i = 0; i < sizeof b->private.guards / sizeof b->private.guards[0]; i++)
		regrid_guard(&b->private.guards[i][sym], &ticks);
	for (size_t i = 0; i < BYBIT_ORDERS_MAX; i++) {
		struct bybit_order *order = &b->private.orders[i];
		if (order->id == 0 || order->sym != sym)
			continue;
		regrid(&order->qty, &lots);
		regrid(&order->filled, &lots);
		regrid(&order->told, &lots);
		regrid(&order->price, &ticks);
	}
	bool open = position->qty > 0;
	position->known = false; /* until a row in the new grid has come */
	if (open)
		bybit_confirm(b, sym, b->now_ms + REGRID_MS);
}
