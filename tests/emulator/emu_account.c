/* SPDX-License-Identifier: MIT
 * The account: opened over the simulated broker, told of the market, asked to match. */
#include "emu_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRIVE_MAX 1000 /* things that follow from one, at one instant */

struct emu_grids emu_grids_of(const struct instrument *instrument)
{
	return (struct emu_grids){instrument->tick, emu_coin_grid(instrument)};
}

/* What the public sees before the market's first word, the broker knows, too. */
static void tell_quote(struct emu *emu, sym_t sym)
{
	const struct emu_symbol *symbol = &emu->symbols[sym];
	struct event event = {.at_ms = emu->now_ms,
			      .kind = EVENT_TICKER,
			      .sym = sym,
			      .ticker = {.bid = symbol->bid,
					 .ask = symbol->ask,
					 .mark = symbol->last,
					 .last = symbol->last,
					 .depth = symbol->depth,
					 .has_depth = true}};

	if (symbol->last > 0)
		emu_account_hear(emu, &event);
}

bool emu_account_open(struct emu *emu)
{
	const struct emu_account_setup *setup = &emu->setup.account;
	struct sim_broker_setup broker = {.balance = setup->balance, .leverage = setup->leverage};

	if (setup->key == NULL)
		return true;
	struct emu_account *account = emu->account = calloc(1, sizeof(*account));
	if (account == NULL || (account->heard = calloc(1, sizeof(*account->heard))) == NULL)
		return false;
	account->setup = *setup;
	if (hmac_open(&account->hmac, setup->secret, strlen(setup->secret)) != 0 ||
	    sim_broker_init(&account->broker, &broker, &emu->universe) != TB_OK)
		return false;
	account->exchange = (struct exchange){&sim_broker_ops, &account->broker};
	account->cash = setup->balance;
	account->cross = setup->cross;
	account->margin_mode_ms = emu->start_ms - DAY_MS;
	account->seq = 140612148849382;
	account->log_as = EMU_LOG_TRANSFER_IN;
	for (size_t i = 0; i < emu->universe.count; i++)
		account->positions[i] = (struct emu_position){.instrument = emu->universe.at[i],
							      .mode = setup->hedge ? 3 : 0};
	for (size_t i = 0; i < emu->universe.count; i++)
		tell_quote(emu, (sym_t)i);
	return true;
}

static void free_account(struct emu_account *account)
{
	free(account->orders);
	free(account->execs);
	free(account->logs);
	free(account);
}

void emu_account_close(struct emu *emu)
{
	struct emu_account *account = emu->account;

	if (account == NULL)
		return;
	emu_account_fresh(emu);
	hmac_close(&account->hmac);
	for (int i = 0; i < EMU_TOPICS; i++)
		text_free(&account->rows[i]);
	free(account->heard);
	free_account(account);
}

static void *copied(const void *rows, int64_t count, size_t size)
{
	void *copy = emu_grow(NULL, (size_t)count * size + 1);

	if (count > 0)
		memcpy(copy, rows, (size_t)count * size);
	return copy;
}

void emu_account_freeze(struct emu *emu)
{
	struct emu_account *account = emu->account;

	emu_account_fresh(emu);
	struct emu_account *stale = emu_grow(NULL, sizeof(*stale));
	*stale = *account;
	stale->orders = copied(account->orders, account->order_count, sizeof(*account->orders));
	stale->execs = copied(account->execs, account->exec_count, sizeof(*account->execs));
	stale->logs = copied(account->logs, account->log_count, sizeof(*account->logs));
	account->stale = stale;
}

void emu_account_fresh(struct emu *emu)
{
	if (emu->account == NULL || emu->account->stale == NULL)
		return;
	free_account(emu->account->stale);
	emu->account->stale = NULL;
}

const struct emu_account *emu_account_view(const struct emu *emu)
{
	const struct emu_account *account = emu->account;

	return account->stale != NULL && emu_fault_until(emu, EMU_FAULT_STALE_READS) > 0 ? account->stale
											 : account;
}

struct emu_order *emu_order_add(struct emu *emu, int64_t sym, int64_t side, int64_t *number)
{
	struct emu_account *account = emu->account;
	const struct sim_slot *slot = emu_slot(account, sym);

	if (account->order_count == account->order_room) {
		account->order_room = account->order_room > 0 ? 2 * account->order_room : 64;
		account->orders =
			emu_grow(account->orders, (size_t)account->order_room * sizeof(*account->orders));
	}
	struct emu_order *order = &account->orders[account->order_count++];
	*order = (struct emu_order){.sym = sym,
				    .side = side,
				    .grids = emu_grids_of(&account->positions[sym].instrument),
				    .cancel = "UNKNOWN",
				    .reject = "EC_NoError",
				    .last = slot->last,
				    .leverage = slot->leverage,
				    .created_ms = emu->now_ms,
				    .updated_ms = emu->now_ms};
	*number = account->order_count;
	return order;
}

int64_t emu_order_by_id(const struct emu *emu, const struct emu_account *account, const char *uuid)
{
	const char *last = strrchr(uuid, '-');
	long long number = last != NULL ? strtoll(last + 1, NULL, 16) : 0;
	char text[EMU_UUID_MAX];

	if (number < 1 || number > account->order_count)
		return 0;
	emu_uuid(emu, EMU_UUID_ORDER, number, text);
	return strcmp(text, uuid) == 0 ? number : 0;
}

int64_t emu_order_by_link(const struct emu_account *account, const char *link)
{
	for (int64_t n = account->order_count; link[0] != '\0' && n > 0; n--)
		if (strcmp(account->orders[n - 1].link, link) == 0)
			return n;
	return 0;
}

void emu_broker_advance(struct emu *emu)
{
	struct emu_account *account = emu->account;
	struct wire_in in = {.at_ms = emu->now_ms, .kind = WIRE_TIME};
	struct turn_out out = {.heard = account->heard};

	for (int i = 0; i < ARRIVE_MAX && account->broker.due_ms <= emu->now_ms; i++) {
		account->exchange.ops->on_wire(&account->exchange, &in, &out);
		emu_news_take(emu);
	}
}

void emu_broker_ask(struct emu *emu, const struct intent *intent)
{
	struct emu_account *account = emu->account;
	struct turn_out out = {.heard = account->heard};

	account->exchange.ops->ask(&account->exchange, intent, emu->now_ms, &out);
	emu_news_take(emu);
	emu_broker_advance(emu);
}

/* How far the price may go, counted as the broker does: from the last price. 0: as it is set up. */
static ratio_t protection_of(const struct sim_slot *slot, const struct emu_order *order)
{
	if (order->protection == 0 || slot->last <= 0)
		return 0;
	price_t beyond = order->side == SIDE_LONG ? slot->above : slot->below;
	return order->protection + mul_div_up(beyond, RATIO_ONE, slot->last);
}

/* What the broker is asked for. A larger order than the position on the other side closes first. */
static struct order_request request_of(struct emu_account *account, struct emu_order *order)
{
	const struct sim_slot *slot = emu_slot(account, order->sym);
	bool against = slot->qty > 0 && slot->side != order->side;
	struct order_request request = {.sym = order->sym,
					.generation = account->positions[order->sym].instrument.generation,
					.side = order->side,
					.qty = order->qty,
					.verb = order->reduce || against ? VERB_REDUCE : VERB_ENTER,
					.id = ++account->next_id};

	order->sim_id = request.id;
	if (!order->reduce && against && order->qty > slot->qty) {
		request.qty = slot->qty;
		order->then = order->qty - slot->qty;
	}
	if (request.verb == VERB_ENTER && order->stop > 0) {
		request.stop_id = order->stop_id = ++account->next_id;
		request.stop = order->stop;
	}
	if (request.verb == VERB_ENTER && order->target > 0) {
		request.target_id = order->goal_id = ++account->next_id;
		request.target = order->target;
	}
	return request;
}

static bool crosses(const struct sim_slot *slot, const struct emu_order *order)
{
	if (slot->last <= 0)
		return false;
	return order->side == SIDE_LONG ? order->price >= slot->last + slot->above
					: order->price <= slot->last - slot->below;
}

static void match(struct emu *emu, int64_t number)
{
	struct emu_account *account = emu->account;
	struct emu_order *order = emu_order_at(account, number);
	ratio_t usual = account->broker.setup.protection;
	ratio_t wanted = protection_of(emu_slot(account, order->sym), order);
	struct order_request request = request_of(account, order);

	if (wanted > 0)
		account->broker.setup.protection = wanted;
	account->mute = order->mute;
	sim_broker_accept(&account->broker, &request, emu->now_ms);
	emu_broker_advance(emu);
	account->broker.setup.protection = usual;
	account->mute = false;
}

/* A limit order rests until the market comes to it; it then fills as a market order does. */
static void rest(struct emu *emu, int64_t number)
{
	struct emu_order *order = emu_order_at(emu->account, number);
	bool now = crosses(emu_slot(emu->account, order->sym), order);

	order->status = EMU_STATUS_NEW;
	order->updated_ms = emu->now_ms;
	if (now ? order->post_only : order->immediate) {
		order->status = EMU_STATUS_CANCELLED;
		order->reject = now ? "EC_PostOnlyWillTakeLiquidity" : "EC_NoImmediateQtyToFill";
	}
	emu_order_dirty(emu->account, number);
	emu_news_flush(emu);
	if (now && order->status == EMU_STATUS_NEW)
		match(emu, number);
}

void emu_order_arrive(struct emu *emu, int64_t number)
{
	if (emu_order_at(emu->account, number)->limit)
		rest(emu, number);
	else
		match(emu, number);
}

void emu_limits_check(struct emu *emu, int64_t sym)
{
	struct emu_account *account = emu->account;

	for (int64_t n = account->live_from + 1; n <= account->order_count; n++) {
		struct emu_order *order = emu_order_at(account, n);
		if (order->sym == sym && order->limit && order->sim_id == 0 &&
		    order->status == EMU_STATUS_NEW && crosses(emu_slot(account, sym), order))
			match(emu, n);
	}
}

void emu_order_later(struct emu *emu, int64_t number, ms_t at_ms)
{
	struct emu_account *account = emu->account;

	if (at_ms <= emu->now_ms || account->pending_count == EMU_PENDING_MAX)
		emu_order_arrive(emu, number);
	else
		account->pending[account->pending_count++] = (struct emu_pending){at_ms, number};
}

void emu_order_cancel(struct emu *emu, int64_t number, const char *cancel)
{
	struct emu_account *account = emu->account;
	struct emu_order *order = emu_order_at(account, number);
	struct intent intent = {.kind = INTENT_CANCEL, .sym = (sym_t)order->sym, .id = order->sim_id};

	order->cancel = cancel;
	if (order->sim_id != 0) {
		emu_broker_ask(emu, &intent);
		return;
	}
	order->status = EMU_STATUS_CANCELLED;
	order->updated_ms = emu->now_ms;
	emu_order_dirty(account, number);
	emu_news_flush(emu);
}

bool emu_position_protect(struct emu *emu, int64_t sym, price_t stop, price_t target, const char *by_stop,
			  const char *by_target, const char **why)
{
	struct emu_account *account = emu->account;
	const struct sim_slot *slot = emu_slot(account, sym);
	struct emu_position *position = &account->positions[sym];
	struct order_request request = {.verb = VERB_PROTECT,
					.sym = sym,
					.generation = position->instrument.generation,
					.side = -slot->side,
					.qty = slot->qty,
					.stop = stop,
					.target = target,
					.stop_id = stop > 0 ? ++account->next_id : 0,
					.target_id = target > 0 ? ++account->next_id : 0};

	account->refused[0] = '\0';
	snprintf(account->by[0], sizeof(account->by[0]), "%s", by_stop);
	snprintf(account->by[1], sizeof(account->by[1]), "%s", by_target);
	sim_broker_accept(&account->broker, &request, emu->now_ms);
	emu_broker_advance(emu);
	account->by[0][0] = account->by[1][0] = '\0';
	*why = account->refused;
	return account->refused[0] == '\0';
}

ms_t emu_account_next_ms(const struct emu *emu)
{
	const struct emu_account *account = emu->account;

	if (account == NULL)
		return NEVER_MS;
	ms_t next = account->broker.due_ms;
	for (size_t i = 0; i < account->pending_count; i++)
		next = account->pending[i].at_ms < next ? account->pending[i].at_ms : next;
	return next;
}

void emu_account_due(struct emu *emu)
{
	struct emu_account *account = emu->account;

	if (account == NULL)
		return;
	emu_broker_advance(emu);
	for (size_t i = 0; i < account->pending_count;) {
		struct emu_pending pending = account->pending[i];
		if (pending.at_ms > emu->now_ms) {
			i++;
			continue;
		}
		account->pending_count--;
		memmove(account->pending + i, account->pending + i + 1,
			(account->pending_count - i) * sizeof(pending));
		emu_order_arrive(emu, pending.order);
	}
}

/* The grid has changed: what is held and what rests is counted anew, as the broker does. */
static void regrid(struct emu *emu, const struct event *event)
{
	struct emu_account *account = emu->account;
	struct emu_position *position = &account->positions[event->sym];
	const struct sim_slot *slot = emu_slot(account, event->sym);
	const struct sim_resting *resting[2] = {&slot->stop, &slot->target};
	int64_t numbers[2] = {position->stop, position->target};
	bool other = slot->instrument.generation != position->instrument.generation;

	position->instrument = slot->instrument;
	if (!other)
		return;
	position->qty = slot->qty;
	for (int i = 0; i < 2; i++) {
		if (numbers[i] == 0)
			continue;
		struct emu_order *order = emu_order_at(account, numbers[i]);
		order->grids = emu_grids_of(&slot->instrument);
		order->trigger = resting[i]->price;
		order->qty = resting[i]->qty;
		emu_order_dirty(account, numbers[i]);
	}
	position->touched = slot->qty > 0;
	emu_news_flush(emu);
}

void emu_account_hear(struct emu *emu, const struct event *event)
{
	struct emu_account *account = emu->account;
	struct turn_out out = {.heard = account != NULL ? account->heard : NULL};

	if (account == NULL)
		return;
	if (event->kind == EVENT_FUNDING_RATE && event->funding.settled)
		account->funding_rate = event->funding.rate;
	account->exchange.ops->on_market(&account->exchange, event, &out);
	if (event->kind == EVENT_INSTRUMENT) {
		account->regridding = true;
		emu_news_take(emu);
		account->regridding = false;
		regrid(emu, event);
	}
	emu_news_take(emu);
	if (event->kind == EVENT_TICKER || event->kind == EVENT_CANDLE)
		emu_limits_check(emu, event->sym);
}
