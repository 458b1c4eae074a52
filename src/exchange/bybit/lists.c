/* SPDX-License-Identifier: MIT
 * The lists of a snapshot, one after the other: executions that were missed, positions, open orders, wallet;
 * and the ledger, which follows the wallet (contract, sections 5, 6.1, 7.5 and 7.7). They are read once the
 * stream is subscribed, so that nothing happens unheard in between. What a list says is told when its last
 * page is there; one that is asked for again begins anew. */
#include "bybit_internal.h"

#include <stdio.h>
#include <string.h>

#define OVERLAP_MS        2000 /* executions are listed a little late */
#define LEDGER_OVERLAP_MS MINUTE_MS
#define LEDGER_AGAIN_MS   5000
#define SPAN_MS           (7 * DAY_MS - HOUR_MS) /* of one list of executions or of the ledger */
#define PAGES_MAX         64
#define FILLS_TRIES       3 /* then the other lists go ahead: they show what was missed */

static void begin_from(struct bybit_lists *lists, ms_t fills_ms, ms_t ledger_ms)
{
	lists->fills_since_ms = fills_ms > 0 ? fills_ms : UNKNOWN;
	lists->ledger_since_ms = ledger_ms > 0 ? ledger_ms : UNKNOWN;
	lists->fills_least_ms = lists->fills_since_ms;
	lists->ledger_least_ms = lists->ledger_since_ms;
	lists->ledger_newest_ms = UNKNOWN;
}

void bybit_lists_init(struct bybit *b)
{
	begin_from(&b->private.lists, b->setup.fills_since_ms, b->setup.ledger_since_ms);
}

void bybit_since(struct exchange *exchange, ms_t fills_ms, ms_t ledger_ms)
{
	struct bybit *b = exchange->state;

	if (b->private.wanted)
		begin_from(&b->private.lists, fills_ms, ledger_ms);
}

static void begin_list(struct bybit *b, enum bybit_list_step step)
{
	struct bybit_lists *lists = &b->private.lists;

	lists->step = step;
	lists->cursor[0] = '\0';
	lists->pages = lists->failures = 0;
	lists->fill_count = lists->order_count = 0;
	lists->fills_overflow = false;
}

int bybit_ask_snapshot(struct bybit *b)
{
	struct bybit_lists *lists = &b->private.lists;
	struct bybit_call *call = bybit_call_find(b, CALL_SNAPSHOT, SYM_NONE, 0);

	if (call != NULL && call->request != 0) { /* its answer belongs to the one before */
		bybit_call_drop(b, call);
		call = NULL;
	}
	if (call == NULL)
		call = bybit_call_add(b, CALL_SNAPSHOT, SYM_NONE, 0);
	if (call == NULL)
		return TB_EFULL;
	call->due_ms = b->now_ms;
	call->pause_ms = 0;
	lists->number++;
	lists->begun_ms = b->now_ms;
	begin_list(b, LIST_FILLS);
	return TB_OK;
}

/* Where there is nothing to begin with, it begins with the first moment that their clock is known. */
void bybit_lists_step(struct bybit *b)
{
	struct bybit_lists *lists = &b->private.lists;

	if (b->clock.offset_ms == UNKNOWN)
		return;
	if (lists->fills_since_ms == UNKNOWN)
		lists->fills_since_ms = lists->fills_least_ms = bybit_server_ms(b);
	if (lists->ledger_since_ms == UNKNOWN)
		lists->ledger_since_ms = lists->ledger_least_ms = bybit_server_ms(b);
}

const char *bybit_list_path(const struct bybit *b, enum bybit_endpoint *endpoint)
{
	static const struct {
		const char *path;
		enum bybit_endpoint endpoint;
	} paths[] = {
		[LIST_NONE] = {"/v5/position/list", ENDPOINT_POSITIONS},
		[LIST_FILLS] = {"/v5/execution/list", ENDPOINT_EXECUTIONS},
		[LIST_POSITIONS] = {"/v5/position/list", ENDPOINT_POSITIONS},
		[LIST_ORDERS] = {"/v5/order/realtime", ENDPOINT_REALTIME},
		[LIST_WALLET] = {"/v5/account/wallet-balance", ENDPOINT_WALLET},
	};

	*endpoint = paths[b->private.lists.step].endpoint;
	return paths[b->private.lists.step].path;
}

/* A little before what is known, but not before what the journal has; and no list goes back for ever. */
static ms_t from_ms(const struct bybit *b, ms_t since_ms, ms_t overlap_ms, ms_t least_ms)
{
	ms_t span_ms = bybit_server_ms(b) - SPAN_MS, from = since_ms - overlap_ms;

	if (from < least_ms)
		from = least_ms;
	return from > span_ms ? from : span_ms;
}

ms_t bybit_fills_from_ms(const struct bybit *b, ms_t since_ms)
{
	return from_ms(b, since_ms, OVERLAP_MS, b->private.lists.fills_least_ms);
}

int bybit_write_list(const struct bybit *b, const struct bybit_call *call, char *out, size_t size)
{
	const struct bybit_lists *lists = &b->private.lists;
	const char *cursor = lists->cursor, *more = cursor[0] != '\0' ? "&cursor=" : "";

	(void)call;
	switch (lists->step) {
	case LIST_FILLS:
		return snprintf(out, size, "category=linear&settleCoin=USDT&startTime=%lld&limit=100%s%s",
				(long long)bybit_fills_from_ms(b, lists->fills_since_ms), more, cursor);
	case LIST_POSITIONS:
		return snprintf(out, size, "category=linear&settleCoin=USDT&limit=200%s%s", more, cursor);
	case LIST_ORDERS:
		return snprintf(out, size, "category=linear&settleCoin=USDT&openOnly=0&limit=50%s%s", more,
				cursor);
	default: return snprintf(out, size, "accountType=UNIFIED&coin=USDT");
	}
}

/* Newest first: the oldest of them are kept, should there be too many, and the others asked for after them.
 */
static bool take_fill(struct bybit *b, struct json_slice text, struct turn_out *out)
{
	struct bybit_lists *lists = &b->private.lists;
	struct bybit_execution_row row;

	if (!bybit_read_execution(&b->reader, text, &row)) {
		bybit_garbage(b, SYM_NONE, "execution", b->reader.why, out);
		return true; /* one that cannot be read does not hide the others */
	}
	ms_t at_ms = row.at_ms;
	if (lists->fill_count == BYBIT_LISTED_MAX) {
		memmove(lists->fills, lists->fills + 1, (BYBIT_LISTED_MAX - 1) * sizeof lists->fills[0]);
		lists->fill_count--;
		lists->fills_overflow = true;
	}
	if (!bybit_make_fill(b, &row, &lists->fills[lists->fill_count]))
		return true;
	lists->fills[lists->fill_count].at_ms = at_ms; /* theirs, until it is told */
	lists->fill_count++;
	return true;
}

static bool take_position(struct bybit *b, struct json_slice text, struct turn_out *out)
{
	struct bybit_position_row row;

	if (!bybit_read_position(&b->reader, text, &row))
		return false;
	bybit_position_news(b, &row, out);
	sym_t sym = bybit_find_wire(b, row.symbol);
	if (sym != SYM_NONE && !bybit_is_nothing(row.size))
		b->private.positions[sym].listed = b->private.lists.number;
	return true;
}

static bool take_order(struct bybit *b, struct json_slice text, struct turn_out *out)
{
	struct bybit_lists *lists = &b->private.lists;
	struct bybit_order_row row;
	struct bybit_order order;

	if (!bybit_read_order(&b->reader, text, &row))
		return false;
	int role = bybit_child_role(&row);
	if (role >= 0) {
		bybit_child_news(b, &row, (enum role)role, out);
		return true;
	}
	if (!bybit_order_read(b, &row, &order) || order_is_final(order.state) ||
	    lists->order_count == BYBIT_LISTED_MAX)
		return true;
	lists->orders[lists->order_count++] = (struct bybit_listed_order){.id = order.id,
									  .sym = order.sym,
									  .role = order.role,
									  .side = order.side,
									  .qty = order.qty,
									  .filled = order.filled,
									  .price = order.price};
	return true;
}

static void tell_end(struct bybit *b, enum snapshot_kind what, struct turn_out *out)
{
	struct event *event = events_add(out->heard, EVENT_SNAPSHOT_END, SYM_NONE, b->now_ms);

	if (event != NULL)
		event->snapshot.what = what;
}

/* True: there may be more, newer than those that were kept. */
static bool tell_fills(struct bybit *b, struct turn_out *out)
{
	struct bybit_lists *lists = &b->private.lists;
	ms_t newest_ms = lists->fills_since_ms;
	size_t before = out->heard->count;

	for (size_t i = lists->fill_count; i-- > 0;) {
		if (lists->fills[i].at_ms > newest_ms)
			newest_ms = lists->fills[i].at_ms;
		bybit_tell_late_fill(b, &lists->fills[i], out);
	}
	lists->fills_since_ms = newest_ms;
	lists->caught_up = !lists->fills_overflow;
	return lists->fills_overflow && out->heard->count > before;
}

/* The newest news counts: what the list has not got is flat, unless it was told otherwise since, or so
 * shortly before that the list may not know of it yet. */
static void tell_positions(struct bybit *b, struct turn_out *out)
{
	struct bybit_lists *lists = &b->private.lists;

	for (size_t i = 0; i < b->universe->count && i < SYMBOLS_MAX; i++) {
		struct bybit_position *position = &b->private.positions[i];
		if (position->known && position->qty == 0)
			bybit_tell_leverage(b, (sym_t)i, out);
		if (!position->known || position->qty == 0)
			continue;
		if (position->listed != lists->number &&
		    position->heard_ms + BYBIT_LAG_MS < lists->begun_ms) {
			position->qty = 0, position->side = SIDE_NONE;
			position->stop = position->target = 0;
			bybit_guard_flat(b, (sym_t)i);
			continue;
		}
		bybit_tell_position(b, (sym_t)i, out);
	}
	tell_end(b, SNAPSHOT_POSITIONS, out);
}

static void tell_listed(struct bybit *b, const struct bybit_listed_order *listed, struct turn_out *out)
{
	struct bybit_order foreign = {.id = 0,
				      .sym = listed->sym,
				      .state = ORDER_LIVE,
				      .role = listed->role,
				      .side = listed->side,
				      .qty = listed->qty,
				      .filled = listed->filled,
				      .price = listed->price};

	if (listed->id == 0) {
		bybit_tell_order(b, &foreign, "foreign", out);
		return;
	}
	struct bybit_order *order = bybit_order_track(b, listed->id, listed->sym);
	if (order_is_final(order->state))
		return; /* the list is older */
	order->state = ORDER_LIVE;
	order->side = listed->side;
	order->qty = listed->qty;
	if (listed->filled > order->filled)
		order->filled = listed->filled;
	bybit_tell_order(b, order, "", out);
}

static void tell_orders(struct bybit *b, struct turn_out *out)
{
	struct bybit_lists *lists = &b->private.lists;

	for (size_t i = 0; i < b->universe->count && i < SYMBOLS_MAX; i++)
		bybit_guard_tell_all(b, (sym_t)i, out);
	for (size_t i = 0; i < lists->order_count; i++)
		tell_listed(b, &lists->orders[i], out);
	tell_end(b, SNAPSHOT_ORDERS, out);
}

/* The list is complete: what it says, and the next one. */
static enum bybit_call_end end_list(struct bybit *b, struct bybit_call *call, struct turn_out *out)
{
	struct bybit_lists *lists = &b->private.lists;

	call->due_ms = b->now_ms;
	switch (lists->step) {
	case LIST_FILLS: begin_list(b, tell_fills(b, out) ? LIST_FILLS : LIST_POSITIONS); return CALL_NEXT;
	case LIST_POSITIONS:
		tell_positions(b, out);
		begin_list(b, LIST_ORDERS);
		return CALL_NEXT;
	case LIST_ORDERS:
		tell_orders(b, out);
		begin_list(b, LIST_WALLET);
		return CALL_NEXT;
	default:
		tell_end(b, SNAPSHOT_BALANCE, out);
		lists->step = LIST_NONE;
		return CALL_OVER;
	}
}

static bool take_row(struct bybit *b, struct json_slice text, ms_t at_ms, struct turn_out *out)
{
	switch (b->private.lists.step) {
	case LIST_FILLS: return take_fill(b, text, out);
	case LIST_POSITIONS: return take_position(b, text, out);
	case LIST_ORDERS: return take_order(b, text, out);
	default: return bybit_wallet_news(b, text, at_ms, out);
	}
}

/* Again from its first page. Executions that cannot be had do not hold up the others. */
static enum bybit_call_end list_failed(struct bybit *b, struct bybit_call *call)
{
	struct bybit_lists *lists = &b->private.lists;
	int64_t failures = lists->failures + 1;

	if (lists->step == LIST_FILLS && failures >= FILLS_TRIES) {
		begin_list(b, LIST_POSITIONS);
		call->due_ms = b->now_ms;
		return CALL_NEXT;
	}
	begin_list(b, lists->step);
	lists->failures = failures;
	return CALL_AGAIN;
}

enum bybit_call_end bybit_on_list(struct bybit *b, struct bybit_call *call, const struct bybit_answer *answer,
				  struct turn_out *out)
{
	struct bybit_lists *lists = &b->private.lists;
	struct bybit_list list;
	struct json_slice row;
	int64_t rows = 0;
	bool good = true;

	if (answer->class != BYBIT_OK) {
		if (answer->class != BYBIT_TRANSIENT && answer->class != BYBIT_LIMITED)
			bybit_garbage(b, SYM_NONE, "lists", answer->why, out);
		return list_failed(b, call);
	}
	good = bybit_read_list(&b->reader, answer->envelope, &list);
	for (; good && bybit_next_row(&b->reader, &list, &row); rows++)
		good = take_row(b, row, answer->envelope->time_ms, out);
	if (!good || list.rows.answer != JSON_OK || (lists->step == LIST_WALLET && rows == 0)) {
		bybit_garbage(b, SYM_NONE, "lists", b->reader.why, out);
		return list_failed(b, call);
	}
	if (list.cursor[0] == '\0' || rows == 0 || lists->step == LIST_WALLET)
		return end_list(b, call, out);
	if (++lists->pages > PAGES_MAX)
		return list_failed(b, call);
	memcpy(lists->cursor, list.cursor, sizeof lists->cursor);
	call->due_ms = b->now_ms;
	return CALL_NEXT;
}

int bybit_write_ledger(const struct bybit *b, const struct bybit_call *call, char *out, size_t size)
{
	const struct bybit_lists *lists = &b->private.lists;
	ms_t from = from_ms(b, lists->ledger_since_ms, LEDGER_OVERLAP_MS, lists->ledger_least_ms);

	(void)call;
	return snprintf(out, size, "accountType=UNIFIED&currency=USDT&startTime=%lld&limit=50%s%s",
			(long long)from, lists->ledger_cursor[0] != '\0' ? "&cursor=" : "",
			lists->ledger_cursor);
}

/* Once more a little later: rows come after the wallet that they explain. */
static enum bybit_call_end end_ledger(struct bybit *b, struct bybit_call *call)
{
	struct bybit_lists *lists = &b->private.lists;

	lists->ledger_cursor[0] = '\0';
	if (lists->ledger_newest_ms != UNKNOWN && lists->ledger_newest_ms > lists->ledger_since_ms)
		lists->ledger_since_ms = lists->ledger_newest_ms;
	if (call->step++ > 0)
		return CALL_OVER;
	call->due_ms = b->now_ms + LEDGER_AGAIN_MS;
	return CALL_NEXT;
}

enum bybit_call_end bybit_on_ledger(struct bybit *b, struct bybit_call *call,
				    const struct bybit_answer *answer, struct turn_out *out)
{
	struct bybit_lists *lists = &b->private.lists;
	struct bybit_ledger_row row;
	struct bybit_list list;
	struct json_slice text;
	int64_t rows = 0;

	if (answer->class != BYBIT_OK || !bybit_read_list(&b->reader, answer->envelope, &list)) {
		lists->ledger_cursor[0] = '\0';
		return CALL_AGAIN;
	}
	for (; bybit_next_row(&b->reader, &list, &text); rows++) {
		if (!bybit_read_ledger(&b->reader, text, &row)) {
			bybit_garbage(b, SYM_NONE, "ledger", b->reader.why, out);
			continue;
		}
		if (lists->ledger_newest_ms == UNKNOWN || row.at_ms > lists->ledger_newest_ms)
			lists->ledger_newest_ms = row.at_ms;
		bybit_ledger_news(b, &row, out);
	}
	if (list.cursor[0] == '\0' || rows == 0)
		return end_ledger(b, call);
	memcpy(lists->ledger_cursor, list.cursor, sizeof lists->ledger_cursor);
	call->due_ms = b->now_ms;
	return CALL_NEXT;
}
