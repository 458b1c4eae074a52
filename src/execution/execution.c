/* SPDX-License-Identifier: MIT
 * Books, tickets out, records. The order state machine is in orders.c, fills and PnL in fills.c, what a
 * position needs in wishes.c. */
#include "execution_internal.h"

const struct execution_settings execution_settings_default = {
	.answer_ms = 5 * SECOND_MS,
	.query_ms = SECOND_MS,
	.absent_look_ups = 3,
	.absent_after_ms = 3 * SECOND_MS,
	.protect_grace_ms = 500,
	.protect_deadline_ms = 3 * SECOND_MS,
	.retry_ms = 250,
	.retry_max_ms = 2 * SECOND_MS,
	.beyond_ms = 2 * SECOND_MS,
	.sweep_ms = 2 * SECOND_MS,
	.rest_ms = 2 * SECOND_MS,
	.fills_ms = 10 * SECOND_MS,
};

void execution_init(struct execution *x, const struct execution_settings *set,
		    const struct universe *universe, int64_t instance)
{
	*x = (struct execution){.set = *set, .universe = universe, .instance = instance};
	for (int book = 0; book < BOOK_COUNT; book++)
		for (size_t sym = 0; sym < universe->count; sym++) {
			x->holdings[book][sym] = (struct holding){.book = book, .sym = (int64_t)sym};
			x->doubted[book][sym].side = UNKNOWN;
		}
}

struct holding *execution_holding(struct execution *x, enum book book, sym_t sym)
{
	return &x->holdings[book][sym];
}

struct holding *execution_active(struct execution *x, size_t i)
{
	uint32_t key = x->active[i];
	return &x->holdings[key / SYMBOLS_MAX][key % SYMBOLS_MAX];
}

void execution_touch(struct execution *x, const struct holding *h)
{
	x->dirty[h->book][h->sym] = true;
	x->any_dirty = true;
}

int64_t execution_next_id(struct execution *x, enum role role)
{
	return client_id(x->instance, ++x->sequence, role);
}

static uint32_t key_of(const struct holding *h)
{
	return (uint32_t)(h->book * SYMBOLS_MAX + h->sym);
}

void holding_activate(struct execution *x, const struct holding *h)
{
	uint32_t key = key_of(h);
	size_t i = x->active_count;

	for (size_t k = 0; k < x->active_count; k++)
		if (x->active[k] == key)
			return;
	tb_assert(x->active_count < sizeof x->active / sizeof x->active[0]);
	while (i > 0 && x->active[i - 1] > key) {
		x->active[i] = x->active[i - 1];
		i--;
	}
	x->active[i] = key;
	x->active_count++;
}

struct order *order_find(struct execution *x, int64_t id)
{
	for (size_t i = 0; i < x->order_count; i++)
		if (x->orders[i].id == id)
			return &x->orders[i];
	return NULL;
}

void order_touch(struct execution *x, const struct order *order)
{
	x->order_dirty[order - x->orders] = true;
	x->any_dirty = true;
}

/* From now on these are nobody's: if the exchange does not remove them, the sweep will. One that was attached
 * and never heard of is asked about, like any other order that does not answer. */
void holding_release_protective(struct execution *x, const struct holding *h, ms_t at_ms)
{
	const int64_t ids[] = {h->stop_id, h->target_id};

	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		struct order *order = order_find(x, ids[i]);
		if (order == NULL || order_is_final(order->state))
			continue;
		if (order->state != ORDER_UNKNOWN) /* being asked about: that goes on */
			order->changed_ms = at_ms;
		if (order->sent_ms == 0)
			order->sent_ms = at_ms;
		order_touch(x, order);
	}
}

/* The holding is over: nothing open, nothing on its way. */
void holding_clear(struct execution *x, struct holding *h)
{
	uint32_t key = key_of(h);
	size_t kept = 0;

	for (size_t i = 0; i < x->active_count; i++)
		if (x->active[i] != key)
			x->active[kept++] = x->active[i];
	x->active_count = kept;
	*h = (struct holding){.book = h->book, .sym = h->sym};
	execution_touch(x, h);
}

/* Drops orders that are over and whose fills have all been heard; called only after a flush. */
static void orders_compact(struct execution *x)
{
	size_t kept = 0;

	for (size_t i = 0; i < x->order_count; i++) {
		const struct order *order = &x->orders[i];
		if (order_is_final(order->state) && !order_is_untold(order))
			continue;
		x->orders[kept] = *order;
		x->order_listed[kept] = x->order_listed[i];
		x->order_astray[kept] = x->order_astray[i];
		x->order_dirty[kept++] = false;
	}
	x->order_count = kept;
}

struct order *order_add(struct execution *x, const struct order *order)
{
	tb_assert(x->order_count < EXECUTION_ORDERS_MAX);
	x->orders[x->order_count] = *order;
	x->order_dirty[x->order_count] = true;
	x->order_listed[x->order_count] = false;
	x->order_astray[x->order_count] = 0;
	x->any_dirty = true;
	return &x->orders[x->order_count++];
}

static void send(struct wants *wants, const struct ticket *ticket)
{
	const struct order_request *order = &ticket->order;
	struct intent *intent = wants_intent(wants, INTENT_TICKET, (enum book)order->book, (sym_t)order->sym);
	intent->id = order->id ? order->id : order->stop_id;
	intent->ticket = *ticket;
}

/* Stop and target of a holding, as orders. sent_ms 0: attached to an entry, expected once it fills. */
static void add_protective(struct execution *x, const struct order_request *req, int64_t closing,
			   ms_t sent_ms, ms_t now_ms)
{
	struct order order = {.book = req->book,
			      .sym = req->sym,
			      .side = closing,
			      .qty = req->qty,
			      .sent_ms = sent_ms,
			      .changed_ms = now_ms};

	if (req->stop_id) {
		order.id = req->stop_id, order.role = ROLE_STOP, order.price = req->stop;
		order_add(x, &order);
	}
	if (req->target_id) {
		order.id = req->target_id, order.role = ROLE_TARGET, order.price = req->target;
		order_add(x, &order);
	}
}

void execution_enter(struct execution *x, const struct ticket *ticket, const struct holding *plan,
		     ms_t now_ms, struct wants *wants)
{
	const struct order_request *req = &ticket->order;
	struct holding *h = execution_holding(x, (enum book)req->book, (sym_t)req->sym);

	*h = *plan;
	h->book = req->book, h->sym = req->sym, h->side = req->side;
	h->generation = req->generation;
	h->phase = PHASE_ENTERING;
	h->entry_id = req->id, h->stop_id = req->stop_id, h->target_id = req->target_id;
	h->decision_price = req->price;
	h->stop = h->first_stop = req->stop, h->target = req->target;
	h->stop_reason = EXIT_STOP;
	h->risk = req->risk;
	h->sent_ms = now_ms;
	holding_activate(x, h);
	execution_touch(x, h);
	order_add(x, &(struct order){.id = req->id,
				     .book = req->book,
				     .sym = req->sym,
				     .role = ROLE_ENTRY,
				     .side = req->side,
				     .qty = req->qty,
				     .price = req->price,
				     .sent_ms = now_ms,
				     .changed_ms = now_ms});
	add_protective(x, req, -req->side, 0, now_ms);
	send(wants, ticket);
}

void execution_reduce(struct execution *x, const struct ticket *ticket, price_t price,
		      enum exit_reason reason, ms_t now_ms, struct wants *wants)
{
	const struct order_request *req = &ticket->order;
	struct holding *h = execution_holding(x, (enum book)req->book, (sym_t)req->sym);

	h->exit_id = req->id;
	if (req->qty == h->qty && h->phase != PHASE_LEAVING) {
		h->exit_reason = reason;
		h->phase = PHASE_LEAVING;
		h->tries = 0;
	}
	h->retry_ms = now_ms + SECOND_MS; /* a reduce may be reissued after a second of silence */
	execution_touch(x, h);
	order_add(x, &(struct order){.id = req->id,
				     .book = req->book,
				     .sym = req->sym,
				     .role = ROLE_EXIT,
				     .side = req->side,
				     .qty = req->qty,
				     .price = price,
				     .sent_ms = now_ms,
				     .changed_ms = now_ms,
				     .reason = reason});
	send(wants, ticket);
}

void execution_protect(struct execution *x, const struct ticket *ticket, enum exit_reason stop_reason,
		       ms_t now_ms, struct wants *wants)
{
	const struct order_request *req = &ticket->order;
	struct holding *h = execution_holding(x, (enum book)req->book, (sym_t)req->sym);

	holding_release_protective(x, h, now_ms);
	h->stop = req->stop, h->stop_id = req->stop_id;
	h->stop_reason = stop_reason;
	if (req->target_id)
		h->target = req->target, h->target_id = req->target_id;
	execution_touch(x, h);
	add_protective(x, req, req->side, now_ms, now_ms);
	send(wants, ticket);
}

void symbol_mark(struct execution *x, enum book book, sym_t sym)
{
	x->marked[book][sym] = true;
	x->any_dirty = true;
}

static struct symbol_doubt doubt_of(const struct execution *x, int book, size_t sym)
{
	return (struct symbol_doubt){.book = book,
				     .sym = (int64_t)sym,
				     .doubts = x->unreconciled[book][sym],
				     .foreign_bits = x->foreign[book][sym],
				     .seen_side = x->doubted[book][sym].side,
				     .seen_qty = x->doubted[book][sym].qty,
				     .moved_ms = x->moved_ms[book][sym],
				     .asleep_ms = x->asleep_ms[sym],
				     .booked = x->booked[book][sym],
				     .booked_ms = x->booked_ms[book][sym],
				     .differs_ms = x->differs_ms[book][sym],
				     .listed = x->listed[book][sym]};
}

/* A column that an older journal had not. */
static int64_t if_stored(int64_t value)
{
	return value == UNKNOWN ? 0 : value;
}

static void restore_doubt(struct execution *x, const struct symbol_doubt *doubt)
{
	x->unreconciled[doubt->book][doubt->sym] |= (uint8_t)doubt->doubts;
	x->foreign[doubt->book][doubt->sym] = (uint8_t)doubt->foreign_bits;
	x->doubted[doubt->book][doubt->sym] =
		(struct seen_position){.side = doubt->seen_side, .qty = doubt->seen_qty};
	x->moved_ms[doubt->book][doubt->sym] = doubt->moved_ms;
	x->booked[doubt->book][doubt->sym] = if_stored(doubt->booked);
	x->booked_ms[doubt->book][doubt->sym] = if_stored(doubt->booked_ms);
	x->differs_ms[doubt->book][doubt->sym] = if_stored(doubt->differs_ms);
	x->listed[doubt->book][doubt->sym] = (uint8_t)if_stored(doubt->listed);
	if (doubt->book == BOOK_MAIN)
		x->asleep_ms[doubt->sym] = doubt->asleep_ms;
}

void execution_flush(struct execution *x, struct wants *wants)
{
	bool any_final = false;

	if (!x->any_dirty)
		return;
	x->any_dirty = false;
	for (size_t i = 0; i < x->order_count; i++) {
		if (!x->order_dirty[i])
			continue;
		x->order_dirty[i] = false;
		any_final = any_final || order_is_final(x->orders[i].state);
		wants_record(wants, RECORD_ORDER)->order = x->orders[i];
	}
	for (int book = 0; book < BOOK_COUNT; book++)
		for (size_t sym = 0; sym < x->universe->count; sym++) {
			if (x->dirty[book][sym])
				wants_record(wants, RECORD_HOLDING)->holding = x->holdings[book][sym];
			if (x->marked[book][sym])
				wants_record(wants, RECORD_DOUBT)->doubt = doubt_of(x, book, sym);
			x->dirty[book][sym] = x->marked[book][sym] = false;
		}
	for (size_t i = 0; i < x->apart_count; i++)
		wants_record(wants, RECORD_FILL_APART)->fill_apart = x->apart[i];
	x->apart_count = 0;
	if (any_final)
		orders_compact(x);
}

static void restore_apart(struct execution *x, const struct fill_apart *row)
{
	if (row->seq > x->apart_seq)
		x->apart_seq = row->seq;
	if (row->waits != 1 || x->early_count == EXECUTION_EARLY_MAX) {
		fill_note_seen(x, row->execution, row->book, row->sym);
		return;
	}
	x->early[x->early_count++] = (struct fill){.seq = row->seq,
						   .at_ms = row->at_ms,
						   .book = row->book,
						   .sym = row->sym,
						   .id = row->id,
						   .execution = row->execution,
						   .reason = row->reason,
						   .side = row->side,
						   .qty = row->qty,
						   .price = row->price,
						   .fee = row->fee,
						   .spread = row->spread,
						   .impact = row->impact};
}

void execution_restore(struct execution *x, const struct record *record)
{
	if (record->kind == RECORD_FILL) {
		fill_note_seen(x, record->fill.execution, record->fill.book, record->fill.sym);
	} else if (record->kind == RECORD_FILL_APART) {
		restore_apart(x, &record->fill_apart);
	} else if (record->kind == RECORD_ORDER) {
		int64_t sequence = client_id_sequence(record->order.id);
		if (sequence > x->sequence)
			x->sequence = sequence;
		const struct order *order = &record->order;
		if (!order_is_final(order->state) || order_is_untold(order)) {
			order_add(x, &record->order);
			x->order_dirty[x->order_count - 1] = false; /* it came from there */
		}
	} else if (record->kind == RECORD_DOUBT) {
		restore_doubt(x, &record->doubt);
	} else if (record->kind == RECORD_HOLDING && record->holding.phase != PHASE_FLAT) {
		struct holding *h = &x->holdings[record->holding.book][record->holding.sym];
		*h = record->holding;
		h->excess_ms = if_stored(h->excess_ms);
		holding_activate(x, h);
		if (h->generation != x->universe->at[h->sym].generation && !x->adopt[h->book][h->sym]) {
			x->adopt[h->book][h->sym] = true; /* the grid changed while we were away */
			x->adopt_count++;
			symbol_doubt(x, (enum book)h->book, (sym_t)h->sym, DOUBT_GRID);
		}
	}
}

void execution_restored(struct execution *x, ms_t now_ms)
{
	for (size_t i = 0; i < x->order_count; i++) {
		struct order *order = &x->orders[i];
		bool attached = order->sent_ms == 0;
		if (order->state == ORDER_INTENT && !attached) {
			order->state = ORDER_UNKNOWN;
			order->changed_ms = now_ms;
			order_touch(x, order);
		}
	}
	/* Deadlines count connected, running time: they begin anew. */
	for (size_t i = 0; i < x->active_count; i++) {
		struct holding *h = execution_active(x, i);
		if (h->naked_ms != 0)
			h->naked_ms = now_ms;
		h->beyond_ms = h->excess_ms = 0;
		h->retry_ms = now_ms;
		h->tries = 0;
		execution_touch(x, h);
	}
}
