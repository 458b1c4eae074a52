/* SPDX-License-Identifier: MIT
 * Stop and target of a position. At Bybit they are attributes of the position (tpslMode Full): one stop, one
 * target, whose size follows the position's; the orders they become have no client id (contract, sections 6.4
 * and 15). Here is kept which of our ids each stands for. One that was asked for is a candidate until the
 * setting itself shows its price, in a row of the position or of its own order; then it is in force, and what
 * was there before is gone. */
#include "bybit_internal.h"

#include <string.h>

#define FLAT_MS    1500 /* after a position is over, its stop and target tell their own end within this */
#define CHECKS_MAX 4
#define CHECK_MS   250
#define CONFIRM_MS 300
#define FIRES_MS   2000

static struct bybit_guard *guard_of(struct bybit *b, sym_t sym, enum role role)
{
	return &b->private.guards[role == ROLE_STOP ? 0 : 1][sym];
}

static price_t level_of(const struct bybit_position *position, enum role role)
{
	return role == ROLE_STOP ? position->stop : position->target;
}

/* state of our id; qty 0: as it was. */
static void tell(struct bybit *b, sym_t sym, enum role role, const struct bybit_candidate *candidate,
		 int64_t state, qty_t qty, const char *reason, bool forced, struct turn_out *out)
{
	struct bybit_order *order = bybit_order_track(b, candidate->id, sym);
	const struct bybit_position *position = &b->private.positions[sym];

	if (order_is_final(order->state) && !forced)
		return;
	if (!order_is_final(order->state)) {
		order->state = (uint8_t)state;
		order->role = (uint8_t)role;
		order->price = candidate->price;
		order->qty = qty > 0 ? qty : order->qty;
		order->side = position->side != SIDE_NONE ? (int8_t)-position->side : order->side;
	}
	bybit_tell_order(b, order, reason, out);
}

static void close_ranks(struct bybit_guard *guard, size_t from)
{
	for (; from + 1 < BYBIT_CANDIDATES; from++)
		guard->next[from] = guard->next[from + 1];
	guard->next[BYBIT_CANDIDATES - 1] = (struct bybit_candidate){0};
}

static void drop_candidate(struct bybit *b, sym_t sym, enum role role, size_t at, int64_t state,
			   const char *reason, struct turn_out *out)
{
	struct bybit_guard *guard = guard_of(b, sym, role);
	struct bybit_candidate candidate = guard->next[at];

	close_ranks(guard, at);
	tell(b, sym, role, &candidate, state, 0, reason, false, out);
}

static void end_now(struct bybit *b, sym_t sym, enum role role, int64_t state, const char *reason,
		    struct turn_out *out)
{
	struct bybit_guard *guard = guard_of(b, sym, role);
	struct bybit_candidate now = guard->now;

	if (now.id == 0)
		return;
	guard->now = (struct bybit_candidate){0};
	guard->qty = 0;
	guard->fires_ms = 0;
	guard->past = now.id;
	tell(b, sym, role, &now, state, 0, reason, false, out);
}

/* left: what it still covers. One that fires in pieces is as large as the position was when it began. */
static void tell_live(struct bybit *b, sym_t sym, enum role role, qty_t left, bool forced,
		      struct turn_out *out)
{
	struct bybit_guard *guard = guard_of(b, sym, role);
	const struct bybit_order *order = bybit_order_find(b, guard->now.id);
	qty_t qty = left;

	if (order != NULL)
		qty += order->filled > order->told ? order->filled : order->told;
	if (guard->qty == qty && !forced)
		return;
	guard->qty = qty;
	tell(b, sym, role, &guard->now, ORDER_LIVE, qty, "", forced, out);
}

/* The setting shows this candidate's price: it is the one. Those before it are over, and so is what it has
 * replaced. */
static void promote(struct bybit *b, sym_t sym, enum role role, size_t at, qty_t qty, struct turn_out *out)
{
	struct bybit_guard *guard = guard_of(b, sym, role);
	struct bybit_candidate candidate = guard->next[at];

	for (; at > 0; at--)
		drop_candidate(b, sym, role, 0, ORDER_CANCELLED, "replaced", out);
	close_ranks(guard, 0);
	end_now(b, sym, role, ORDER_CANCELLED, "replaced", out);
	guard->now = candidate;
	guard->now.entry = 0;
	guard->fires_ms = 0;
	tell_live(b, sym, role, qty, false, out);
}

static bool show_price(struct bybit *b, sym_t sym, enum role role, price_t price, qty_t qty,
		       struct turn_out *out)
{
	struct bybit_guard *guard = guard_of(b, sym, role);

	for (size_t at = BYBIT_CANDIDATES; at-- > 0;) {
		if (guard->next[at].id == 0 || guard->next[at].price != price)
			continue;
		promote(b, sym, role, at, qty, out);
		return true;
	}
	return false;
}

/* What the position's own setting says. */
static void look_at_level(struct bybit *b, sym_t sym, enum role role, struct turn_out *out)
{
	const struct bybit_position *position = &b->private.positions[sym];
	struct bybit_guard *guard = guard_of(b, sym, role);
	price_t level = level_of(position, role);

	if (level == 0) {
		if (b->now_ms >= guard->fires_ms) /* else its own order tells its end */
			end_now(b, sym, role, ORDER_CANCELLED, "gone at the exchange", out);
		return;
	}
	if (show_price(b, sym, role, level, position->qty, out) || guard->now.id == 0)
		return;
	if (guard->now.price != level) {   /* set by somebody else, or remembered without its price */
		if (guard->now.price != 0) /* or rounded to a new grid */
			bybit_doubt_listing(b);
		guard->now.price = level;
		guard->qty = 0;
	}
	tell_live(b, sym, role, position->qty, false, out);
}

void bybit_guard_look(struct bybit *b, sym_t sym, struct turn_out *out)
{
	look_at_level(b, sym, ROLE_STOP, out);
	look_at_level(b, sym, ROLE_TARGET, out);
}

static bool entry_has_filled(struct bybit *b, const struct bybit_candidate *candidate)
{
	const struct bybit_order *entry =
		candidate->entry != 0 ? bybit_order_find(b, candidate->entry) : NULL;

	return entry != NULL && (entry->filled > 0 || entry->told > 0);
}

/* Whether something of ours is left to be told gone once the position is flat. An attached one whose entry
 * has not filled yet is still to come. */
static bool has_left(struct bybit *b, const struct bybit_guard *guard)
{
	for (size_t i = 0; i < BYBIT_CANDIDATES; i++)
		if (guard->next[i].id != 0 && (guard->next[i].acked || entry_has_filled(b, &guard->next[i])))
			return true;
	return guard->now.id != 0;
}

static void end_all(struct bybit *b, sym_t sym, struct turn_out *out)
{
	for (int role = ROLE_STOP; role <= ROLE_TARGET; role++) {
		struct bybit_guard *guard = guard_of(b, sym, (enum role)role);
		end_now(b, sym, (enum role)role, ORDER_CANCELLED, "position closed", out);
		for (size_t at = BYBIT_CANDIDATES; at-- > 0;) {
			struct bybit_candidate *next = &guard->next[at];
			if (next->id == 0 || (!next->acked && !entry_has_filled(b, next)))
				continue;
			guard->past = next->id;
			drop_candidate(b, sym, (enum role)role, at, ORDER_CANCELLED, "position closed", out);
		}
	}
}

/* The order's own news say better what became of them: they have a moment for it. */
void bybit_guard_flat(struct bybit *b, sym_t sym)
{
	struct bybit_position *position = &b->private.positions[sym];

	if (position->flat_ms != 0 ||
	    (!has_left(b, guard_of(b, sym, ROLE_STOP)) && !has_left(b, guard_of(b, sym, ROLE_TARGET))))
		return;
	position->flat_ms = b->now_ms + FLAT_MS;
	b->private.flat_due_ms = ms_earlier(b->private.flat_due_ms, position->flat_ms);
}

void bybit_guard_step(struct bybit *b, struct turn_out *out)
{
	b->private.flat_due_ms = NEVER_MS;
	for (size_t sym = 0; sym < b->universe->count && sym < SYMBOLS_MAX; sym++) {
		struct bybit_position *position = &b->private.positions[sym];
		if (position->flat_ms == 0)
			continue;
		if (position->flat_ms <= b->now_ms) {
			position->flat_ms = 0;
			end_all(b, (sym_t)sym, out);
		} else {
			b->private.flat_due_ms = ms_earlier(b->private.flat_due_ms, position->flat_ms);
		}
	}
}

static void add_candidate(struct bybit *b, sym_t sym, enum role role, const struct bybit_candidate *candidate,
			  struct turn_out *out)
{
	struct bybit_guard *guard = guard_of(b, sym, role);
	size_t at = 0;

	while (at < BYBIT_CANDIDATES && guard->next[at].id != 0)
		at++;
	if (at == BYBIT_CANDIDATES) {
		drop_candidate(b, sym, role, 0, ORDER_CANCELLED, "replaced", out);
		at--;
	}
	guard->next[at] = *candidate;
}

void bybit_guard_attach(struct bybit *b, const struct order_request *order, struct turn_out *out)
{
	sym_t sym = (sym_t)order->sym;
	struct bybit_position *position = &b->private.positions[sym];

	if (position->flat_ms != 0) { /* of the position before */
		position->flat_ms = 0;
		end_all(b, sym, out);
	}
	if (order->stop_id != 0)
		add_candidate(b, sym, ROLE_STOP,
			      &(struct bybit_candidate){
				      .id = order->stop_id, .price = order->stop, .entry = order->id},
			      out);
	if (order->target_id != 0)
		add_candidate(b, sym, ROLE_TARGET,
			      &(struct bybit_candidate){
				      .id = order->target_id, .price = order->target, .entry = order->id},
			      out);
}

void bybit_guard_propose(struct bybit *b, const struct order_request *order, struct turn_out *out)
{
	sym_t sym = (sym_t)order->sym;

	if (order->stop_id != 0)
		add_candidate(b, sym, ROLE_STOP,
			      &(struct bybit_candidate){.id = order->stop_id, .price = order->stop}, out);
	if (order->target_id != 0)
		add_candidate(b, sym, ROLE_TARGET,
			      &(struct bybit_candidate){.id = order->target_id, .price = order->target}, out);
}

static size_t find_candidate(const struct bybit_guard *guard, int64_t id)
{
	size_t at = 0;

	while (at < BYBIT_CANDIDATES && (id == 0 || guard->next[at].id != id))
		at++;
	return at;
}

void bybit_guard_acked(struct bybit *b, sym_t sym, enum role role, int64_t id)
{
	struct bybit_guard *guard = guard_of(b, sym, role);
	size_t at = find_candidate(guard, id);

	if (at < BYBIT_CANDIDATES)
		guard->next[at].acked = true;
}

void bybit_guard_refused(struct bybit *b, sym_t sym, enum role role, int64_t id, const char *why,
			 struct turn_out *out)
{
	struct bybit_guard *guard = guard_of(b, sym, role);
	size_t at = find_candidate(guard, id);

	if (at < BYBIT_CANDIDATES)
		drop_candidate(b, sym, role, at, ORDER_REJECTED, why, out);
}

void bybit_guard_detach(struct bybit *b, sym_t sym, int64_t entry)
{
	for (int role = ROLE_STOP; role <= ROLE_TARGET; role++) {
		struct bybit_guard *guard = guard_of(b, sym, (enum role)role);
		for (size_t at = BYBIT_CANDIDATES; at-- > 0;)
			if (guard->next[at].id != 0 && guard->next[at].entry == entry)
				close_ranks(guard, at); /* whoever sent the entry knows */
	}
}

void bybit_guard_remember(struct bybit *b, const struct order *order)
{
	sym_t sym = (sym_t)order->sym;
	struct bybit_guard *guard = guard_of(b, sym, (enum role)order->role);
	struct bybit_candidate candidate = {.id = order->id, .price = order->price};

	if (order->filled > 0) {
		struct bybit_order *known = bybit_order_track(b, order->id, sym);
		known->filled = known->told = order->filled;
	}
	if (order->state == ORDER_FILLED) { /* its fills are still to be told */
		guard->past = order->id;
		return;
	}
	if (order->state == ORDER_LIVE && guard->now.id == 0) {
		guard->now = candidate;
		return;
	}
	size_t at = 0;
	while (at < BYBIT_CANDIDATES && guard->next[at].id != 0)
		at++;
	if (at < BYBIT_CANDIDATES)
		guard->next[at] = candidate;
}

static void remember_child(struct bybit *b, const char *order_id, int64_t id)
{
	int64_t number = bybit_number_of(order_id, "");

	for (size_t i = 0; i < BYBIT_CHILDREN_MAX; i++) {
		if (b->private.children[i].order != number)
			continue;
		b->private.children[i].id = id;
		return;
	}
	size_t at = b->private.child_next++ % BYBIT_CHILDREN_MAX;
	b->private.children[at].order = number;
	b->private.children[at].id = id;
}

static int64_t recall_child(const struct bybit *b, const char *order_id)
{
	int64_t number = bybit_number_of(order_id, "");

	for (size_t i = 0; i < BYBIT_CHILDREN_MAX; i++)
		if (b->private.children[i].order == number)
			return b->private.children[i].id;
	return 0;
}

/* The newest candidate that may have come into force unseen: a stop can trigger before it was confirmed. */
static int64_t unseen(struct bybit *b, const struct bybit_guard *guard)
{
	for (size_t at = BYBIT_CANDIDATES; at-- > 0;)
		if (guard->next[at].id != 0 &&
		    (guard->next[at].acked || entry_has_filled(b, &guard->next[at])))
			return guard->next[at].id;
	return 0;
}

int64_t bybit_child_id(struct bybit *b, sym_t sym, enum role role, const char *order_id)
{
	const struct bybit_guard *guard = guard_of(b, sym, role);
	int64_t id = recall_child(b, order_id);

	if (id == 0)
		id = guard->now.id != 0 ? guard->now.id : unseen(b, guard);
	if (id == 0)
		id = guard->past;
	return id;
}

/* One that fires in pieces. */
static void note_filled(struct bybit *b, int64_t id, const struct bybit_order *child)
{
	struct bybit_order *order = bybit_order_find(b, id);

	if (order != NULL && child->filled > order->filled)
		order->filled = child->filled;
}

/* It rests. */
static void child_rests(struct bybit *b, const struct bybit_order *child, const char *order_id,
			enum role role, struct turn_out *out)
{
	struct bybit_guard *guard = guard_of(b, child->sym, role);
	const struct bybit_position *position = &b->private.positions[child->sym];
	qty_t left = position->known && position->qty > 0 && child->filled == 0 ? position->qty
										: child->qty - child->filled;

	if (!show_price(b, child->sym, role, child->price, left, out)) {
		if (guard->now.id == 0 || guard->now.price != child->price)
			return; /* the position's row says which one counts */
		note_filled(b, guard->now.id, child);
		tell_live(b, child->sym, role, left, false, out);
	}
	remember_child(b, order_id, guard->now.id);
}

/* It has filled: that is its end, and tells whose it was. */
static void child_filled(struct bybit *b, const struct bybit_order *child, const char *order_id,
			 enum role role, struct turn_out *out)
{
	struct bybit_guard *guard = guard_of(b, child->sym, role);
	int64_t id = bybit_child_id(b, child->sym, role, order_id);

	if (id == 0)
		return;
	remember_child(b, order_id, id);
	struct bybit_order *order = bybit_order_track(b, id, child->sym);
	if (!order_is_final(order->state)) {
		order->state = ORDER_FILLED;
		order->role = (uint8_t)role;
		order->side = child->side;
		order->qty = child->qty;
		order->filled = child->filled;
		order->price = child->price;
		bybit_tell_order(b, order, "", out);
	}
	if (guard->now.id == id) {
		guard->now = (struct bybit_candidate){0};
		guard->qty = 0;
		guard->fires_ms = 0;
	}
	size_t at = find_candidate(guard, id);
	if (at < BYBIT_CANDIDATES)
		close_ranks(guard, at);
	guard->past = id;
	if (order->filled > order->told)
		bybit_fetch_fills(b, child->sym, 0, b->now_ms + 2 * SECOND_MS);
}

/* It is over without a fill: refused, cleared because the position is, or replaced by another. Which of these
 * the position's own setting tells. */
static void child_ended(struct bybit *b, const struct bybit_order *child, const struct bybit_order_row *row,
			enum role role, struct turn_out *out)
{
	struct bybit_guard *guard = guard_of(b, child->sym, role);
	const struct bybit_guard *sibling =
		guard_of(b, child->sym, role == ROLE_STOP ? ROLE_TARGET : ROLE_STOP);
	const struct bybit_order *other =
		sibling->past != 0 && sibling->now.id == 0 ? bybit_order_find(b, sibling->past) : NULL;
	const struct bybit_position *position = &b->private.positions[child->sym];
	bool cleared = strcmp(row->cancel_type, "CancelByTpSlTsClear") == 0;
	bool closed =
		(position->known && position->qty == 0) || (other != NULL && other->state == ORDER_FILLED);

	if (child->state == ORDER_REJECTED) {
		size_t at = BYBIT_CANDIDATES;
		while (at-- > 0)
			if (guard->next[at].id != 0 && guard->next[at].price == child->price)
				break;
		if (at < BYBIT_CANDIDATES)
			drop_candidate(b, child->sym, role, at, ORDER_REJECTED, row->reject_reason, out);
		else if (guard->now.id != 0 && guard->now.price == child->price)
			end_now(b, child->sym, role, ORDER_REJECTED, row->reject_reason, out);
	} else if (cleared && closed && guard->now.id != 0 && guard->now.price == child->price) {
		end_now(b, child->sym, role, ORDER_CANCELLED, row->cancel_type, out);
	} else if (guard->now.id != 0 || guard->next[0].id != 0) {
		bybit_confirm(b, child->sym, b->now_ms + CONFIRM_MS);
	}
}

void bybit_child_news(struct bybit *b, const struct bybit_order_row *row, enum role role,
		      struct turn_out *out)
{
	struct bybit_order child;

	if (!bybit_order_read(b, row, &child))
		return;
	struct bybit_guard *guard = guard_of(b, child.sym, role);
	struct bybit_order *parent = bybit_order_find(b, client_id_parse(row->parent_id));
	if (parent != NULL && parent->id != 0)
		parent->seen = true; /* nothing is attached to an order that is not there */
	bool fires = child.filled > 0 || strcmp(row->status, "Triggered") == 0;
	bool ours = client_id_parse(row->parent_id) != 0 || guard->now.id != 0 || guard->next[0].id != 0 ||
		    recall_child(b, row->order_id) != 0 || (fires && guard->past != 0);
	if (child.state == ORDER_LIVE && fires && guard->now.id != 0) {
		guard->fires_ms = b->now_ms + FIRES_MS;
		bybit_confirm(b, child.sym, guard->fires_ms);
	}
	if (child.state == ORDER_LIVE && !ours) {
		child.id = 0;
		bybit_tell_order(b, &child, "foreign", out);
	} else if (child.filled > 0 && order_is_final(child.state)) {
		child_filled(b, &child, row->order_id, role, out);
	} else if (child.state == ORDER_LIVE) {
		child_rests(b, &child, row->order_id, role, out);
	} else {
		child_ended(b, &child, row, role, out);
	}
}

bool bybit_guard_knows(const struct bybit *b, sym_t sym, int64_t id)
{
	const struct bybit_guard *guard = &b->private.guards[client_id_role(id) == ROLE_STOP ? 0 : 1][sym];

	return guard->now.id == id || find_candidate(guard, id) < BYBIT_CANDIDATES;
}

bool bybit_guard_waits(const struct bybit *b, sym_t sym)
{
	return b->private.guards[0][sym].next[0].id != 0 || b->private.guards[1][sym].next[0].id != 0;
}

ms_t bybit_guard_checked(struct bybit *b, sym_t sym, struct turn_out *out)
{
	const struct bybit_position *position = &b->private.positions[sym];
	ms_t again_ms = NEVER_MS;

	for (int role = ROLE_STOP; role <= ROLE_TARGET; role++) {
		struct bybit_guard *guard = guard_of(b, sym, (enum role)role);
		for (size_t at = BYBIT_CANDIDATES; at-- > 0;) {
			struct bybit_candidate *next = &guard->next[at];
			if (next->id == 0 || !next->acked || (position->known && position->qty == 0))
				continue;
			if (++next->checks >= CHECKS_MAX)
				drop_candidate(b, sym, (enum role)role, at, ORDER_REJECTED,
					       "taken, but not set", out);
			else
				again_ms = b->now_ms + (CHECK_MS << next->checks);
		}
	}
	return again_ms;
}

/* The position shows a stop of which nobody has said whose it is: somebody asks after this id, so it is. */
static bool adopt(struct bybit *b, sym_t sym, enum role role, int64_t id)
{
	struct bybit_guard *guard = guard_of(b, sym, role);
	price_t level = level_of(&b->private.positions[sym], role);

	if (guard->now.id != 0 || guard->next[0].id != 0 || level == 0)
		return false;
	guard->now = (struct bybit_candidate){.id = id, .price = level};
	return true;
}

void bybit_guard_answer(struct bybit *b, sym_t sym, int64_t id, struct turn_out *out)
{
	enum role role = client_id_role(id);
	struct bybit_guard *guard = guard_of(b, sym, role);
	const struct bybit_position *position = &b->private.positions[sym];
	const struct bybit_order *order = bybit_order_find(b, id);
	struct bybit_candidate asked = {.id = id};

	if (order != NULL && order_is_final(order->state)) {
		bybit_tell_order(b, order, "", out);
		return;
	}
	bool open = position->qty > 0;
	if (!position->known)
		return; /* nobody can say */
	if (open && (guard->now.id == id || adopt(b, sym, role, id))) {
		tell_live(b, sym, role, position->qty, true, out);
		return;
	}
	if (find_candidate(guard, id) < BYBIT_CANDIDATES) { /* asked for, and not to be seen */
		struct event *event = events_add(out->heard, EVENT_ORDER_ABSENT, sym, b->now_ms);
		if (event != NULL)
			event->absent.id = id;
		return;
	}
	if (guard->now.id == id)
		end_now(b, sym, role, ORDER_CANCELLED, "position closed", out);
	else /* the position has none, or another one of ours */
		tell(b, sym, role, &asked, ORDER_CANCELLED, 0, open ? "replaced" : "position closed", true,
		     out);
}

void bybit_guard_tell_all(struct bybit *b, sym_t sym, struct turn_out *out)
{
	const struct bybit_position *position = &b->private.positions[sym];

	if (!position->known || position->qty == 0)
		return;
	for (int role = ROLE_STOP; role <= ROLE_TARGET; role++)
		if (guard_of(b, sym, (enum role)role)->now.id != 0)
			tell_live(b, sym, (enum role)role, position->qty, true, out);
}
