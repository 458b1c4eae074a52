/* SPDX-License-Identifier: MIT
 * What the broker says becomes records and rows: orders with their children, executions, the log, positions.
 * The money of each fill is computed here anew, as docs/simulation.md has it, and held against the broker's.
 */
#include "emu_private.h"

#include <stdio.h>
#include <string.h>

static money_t value_of(const struct emu_position *position, price_t price, qty_t qty, int64_t side)
{
	return side == SIDE_LONG ? notional_up(&position->instrument, price, qty)
				 : notional_down(&position->instrument, price, qty);
}

void emu_order_dirty(struct emu_account *account, int64_t number)
{
	for (size_t i = 0; i < account->dirty_count; i++)
		if (account->dirty[i] == number)
			return;
	if (account->dirty_count < sizeof(account->dirty) / sizeof(account->dirty[0]))
		account->dirty[account->dirty_count++] = number;
}

static int64_t order_of(const struct emu_account *account, int64_t sim_id)
{
	for (int64_t n = account->order_count; sim_id != 0 && n > account->live_from; n--)
		if (account->orders[n - 1].sim_id == sim_id)
			return n;
	return 0;
}

/* The resting stop or target of the symbol. */
static int64_t *child_of(struct emu_account *account, int64_t sym, int64_t role)
{
	struct emu_position *position = &account->positions[sym];

	return role == ROLE_STOP ? &position->stop : &position->target;
}

/* Which order's stop or target that is. */
static int64_t parent_of(const struct emu_account *account, int64_t sim_id)
{
	for (int64_t n = account->order_count; n > 0; n--)
		if (account->orders[n - 1].stop_id == sim_id || account->orders[n - 1].goal_id == sim_id)
			return n;
	return 0;
}

static void publish_order(struct emu *emu, int64_t number, const char *id)
{
	struct text row = {0};

	if (emu->account->mute || emu_order_at(emu->account, number)->mute)
		return;
	emu_put_order(emu, emu->account, number, true, &row);
	emu_private_publish(emu, TOPIC_ORDER, emu_order_at(emu->account, number)->sym, id, row.at);
	text_free(&row);
}

/* A stop or target begins to rest, or rests elsewhere. */
static void news_child(struct emu *emu, const struct event *event)
{
	struct emu_account *account = emu->account;
	int64_t role = event->order.role, *child = child_of(account, event->sym, role);
	int64_t number = order_of(account, event->order.id), parent = parent_of(account, event->order.id);
	struct emu_order *order;

	if (number == 0) {
		order = emu_order_add(emu, event->sym, event->order.side, &number);
		order->maker = role == ROLE_STOP ? EMU_MAKER_STOP : EMU_MAKER_TARGET;
		order->parent = parent;
		order->reduce = true;
		order->sim_id = event->order.id;
		order->status = EMU_STATUS_UNTRIGGERED;
		strcpy(order->stop_by, "LastPrice");
	}
	order = emu_order_at(account, number);
	if (parent) {
		const struct emu_order *entry = emu_order_at(account, parent);
		order->parent = parent;
		strcpy(order->stop_by, role == ROLE_STOP ? entry->stop_by : entry->target_by);
	}
	if (account->by[role == ROLE_TARGET][0] != '\0')
		strcpy(order->stop_by, account->by[role == ROLE_TARGET]);
	order->grids = emu_grids_of(&account->positions[event->sym].instrument);
	order->trigger = event->order.price;
	order->qty = event->order.qty;
	order->updated_ms = emu->now_ms;
	*child = number;
	emu_order_dirty(account, number);
}

/* It is cancelled because another one takes its place: at the exchange that is the same order. */
static bool child_moves(struct emu_account *account, size_t at, struct emu_order *order)
{
	const struct event *gone = &account->heard->at[at];

	for (size_t i = at + 1; i < account->heard->count; i++) {
		const struct event *event = &account->heard->at[i];
		if (event->kind != EVENT_ORDER || event->sym != gone->sym ||
		    event->order.role != gone->order.role || event->order.state != ORDER_LIVE)
			continue;
		order->sim_id = event->order.id;
		return true;
	}
	return false;
}

/* Why the exchange itself cancels something in these news. */
static const char *cancel_word(const struct emu_account *account, bool child)
{
	for (size_t i = 0; i < account->heard->count; i++) {
		const struct event *event = &account->heard->at[i];
		if (event->kind != EVENT_FILL)
			continue;
		if (event->fill.reason == EXIT_LIQUIDATION)
			return "CancelAllBeforeLiq";
		if (event->fill.reason == EXIT_ADL)
			return "CancelAllBeforeAdl";
		if (event->fill.reason == EXIT_DELISTING)
			return "CancelBySettle";
	}
	return child ? "CancelByTpSlTsClear" : "UNKNOWN";
}

static void news_trigger(struct emu *emu, int64_t number)
{
	struct emu_account *account = emu->account;
	struct emu_order *order = emu_order_at(account, number);
	char uuid[EMU_UUID_MAX], id[96];

	order->status = EMU_STATUS_TRIGGERED;
	order->updated_ms = emu->now_ms;
	*child_of(account, order->sym, order->maker == EMU_MAKER_STOP ? ROLE_STOP : ROLE_TARGET) = 0;
	emu_uuid(emu, EMU_UUID_ORDER, number, uuid);
	snprintf(id, sizeof(id), "ts:%s,1@%lld,%s,0", uuid, (long long)order->trigger,
		 (order->maker == EMU_MAKER_STOP) == (order->side == SIDE_SHORT) ? "falling" : "rising");
	publish_order(emu, number, id);
	order->price = order->side == SIDE_LONG ? order->trigger + order->trigger / 20
						: order->trigger - order->trigger / 20;
}

/* An order that was larger than the position on the other side: it is closed, now the rest opens. */
static void turn_round(struct emu *emu, int64_t number)
{
	struct emu_account *account = emu->account;
	struct emu_order *order = emu_order_at(account, number);
	struct order_request rest = {.verb = VERB_ENTER,
				     .sym = order->sym,
				     .generation = account->positions[order->sym].instrument.generation,
				     .side = order->side,
				     .qty = order->then,
				     .stop = order->stop,
				     .target = order->target,
				     .id = ++account->next_id};

	order->stop_id = rest.stop_id = order->stop > 0 ? ++account->next_id : 0;
	order->goal_id = rest.target_id = order->target > 0 ? ++account->next_id : 0;
	order->sim_id = rest.id;
	order->then = 0;
	order->status = EMU_STATUS_PARTIAL;
	sim_broker_accept(&account->broker, &rest, emu->now_ms);
}

static void news_of_order(struct emu *emu, int64_t number, size_t at)
{
	struct emu_account *account = emu->account;
	struct emu_order *order = emu_order_at(account, number);
	const struct event *event = &account->heard->at[at];
	bool child = order->maker == EMU_MAKER_STOP || order->maker == EMU_MAKER_TARGET;

	order->updated_ms = emu->now_ms;
	if (order->reduce && !child)
		order->qty = event->order.qty;
	switch (event->order.state) {
	case ORDER_LIVE:
		if (event->order.filled > 0)
			order->status = EMU_STATUS_PARTIAL;
		else if (order->filled == 0)
			order->status = EMU_STATUS_NEW;
		break;
	case ORDER_FILLED: order->status = EMU_STATUS_FILLED; break;
	case ORDER_CANCELLED:
		if (child && child_moves(account, at, order))
			return;
		if (child && !emu_status_is_final(order->status) && order->status == EMU_STATUS_UNTRIGGERED)
			*child_of(account, order->sym, event->order.role) = 0;
		order->status = child && order->filled == 0 ? EMU_STATUS_DEACTIVATED : EMU_STATUS_CANCELLED;
		if (strcmp(order->cancel, "UNKNOWN") == 0)
			order->cancel = cancel_word(account, child);
		if (event->order.reason[0] != '\0')
			order->reject = "EC_NoImmediateQtyToFill";
		break;
	case ORDER_REJECTED:
		order->status = EMU_STATUS_REJECTED;
		order->reject = strstr(event->order.reason, "margin") ? "EC_NoEnoughQtyToFill" : "EC_Others";
		break;
	default: break;
	}
	emu_order_dirty(account, number);
}

static void news_order(struct emu *emu, size_t at)
{
	struct emu_account *account = emu->account;
	const struct event *event = &account->heard->at[at];
	int64_t number = order_of(account, event->order.id);
	bool child = event->order.role == ROLE_STOP || event->order.role == ROLE_TARGET;
	bool began = event->order.filled == 0 && event->order.state == ORDER_LIVE;

	if (child && event->order.state == ORDER_REJECTED) {
		snprintf(account->refused, sizeof(account->refused), "%s", event->order.reason);
		return;
	}
	if (child && began) {
		news_child(emu, event);
		return;
	}
	if (number == 0)
		return;
	struct emu_order *order = emu_order_at(account, number);
	if (child && order->status == EMU_STATUS_UNTRIGGERED && event->order.state != ORDER_CANCELLED)
		news_trigger(emu, number);
	news_of_order(emu, number, at);
	if (began && !order->announced) { /* the exchange says New by itself */
		order->announced = true;
		publish_order(emu, number, NULL);
	}
}

/* The record of an order that nobody gave: the exchange closes. */
static int64_t forced_order(struct emu *emu, const struct event *event)
{
	int64_t number;
	struct emu_order *order = emu_order_add(emu, event->sym, event->fill.side, &number);

	order->maker = event->fill.reason == EXIT_LIQUIDATION ? EMU_MAKER_TAKEOVER
		       : event->fill.reason == EXIT_ADL       ? EMU_MAKER_ADL
							      : EMU_MAKER_SETTLE;
	order->reduce = true;
	order->qty = event->fill.qty;
	order->price = event->fill.price;
	order->status = EMU_STATUS_FILLED;
	if (order->maker == EMU_MAKER_TAKEOVER)
		emu_order_dirty(emu->account, number);
	return number;
}

/* The position shrinks; what the closed part cost, and its share of the fees so far. */
static money_t shrink(struct emu_position *position, struct emu_order *order, const struct fill *fill)
{
	bool is_long = position->side == SIDE_LONG, whole = fill->qty == position->qty;
	money_t value = value_of(position, fill->price, fill->qty, fill->side), part = position->cost;
	money_t fees =
		whole ? position->open_fees : mul_div_up(position->open_fees, fill->qty, position->qty);

	if (!whole)
		part = is_long ? mul_div_up(position->cost, fill->qty, position->qty)
			       : mul_div_down(position->cost, fill->qty, position->qty);
	position->cost -= part;
	position->qty -= fill->qty;
	position->open_fees -= fees;
	order->closed += fill->qty;
	order->entry_value += part;
	order->exit_value += value;
	order->open_fee += fees;
	order->close_fee += fill->fee;
	if (position->qty == 0)
		position->side = SIDE_NONE;
	return is_long ? value - part : part - value;
}

static void *more(void *rows, int64_t count, int64_t *room, size_t size)
{
	if (count < *room)
		return rows;
	*room = *room > 0 ? 2 * *room : 64;
	return emu_grow(rows, (size_t)*room * size);
}

static struct emu_execution *add_exec(struct emu_account *account)
{
	account->execs =
		more(account->execs, account->exec_count, &account->exec_room, sizeof(*account->execs));
	struct emu_execution *exec = &account->execs[account->exec_count++];
	*exec = (struct emu_execution){.seq = account->seq};
	return exec;
}

static struct emu_logged *add_log(struct emu_account *account, int64_t type, ms_t now)
{
	account->logs = more(account->logs, account->log_count, &account->log_room, sizeof(*account->logs));
	struct emu_logged *row = &account->logs[account->log_count++];
	*row = (struct emu_logged){.type = type, .at_ms = now};
	return row;
}

static void put_exec_row(struct emu *emu, bool mute)
{
	struct emu_account *account = emu->account;
	struct text *rows = &account->rows[TOPIC_EXECUTION];

	if (mute)
		return;
	text_add(rows, rows->len > 0 ? "," : "");
	emu_put_execution(emu, account, account->exec_count, true, rows);
}

static void news_fill(struct emu *emu, const struct event *event)
{
	static const int64_t kinds[EMU_MAKER_COUNT] = {[EMU_MAKER_TAKEOVER] = EMU_EXEC_BUST,
						       [EMU_MAKER_ADL] = EMU_EXEC_ADL,
						       [EMU_MAKER_SETTLE] = EMU_EXEC_SETTLE};
	static const int64_t logs[EMU_EXEC_KINDS] = {[EMU_EXEC_BUST] = EMU_LOG_LIQUIDATION,
						     [EMU_EXEC_ADL] = EMU_LOG_ADL,
						     [EMU_EXEC_SETTLE] = EMU_LOG_DELIVERY};
	struct emu_account *account = emu->account;
	struct emu_position *position = &account->positions[event->sym];
	const struct fill *fill = &event->fill;
	int64_t number = order_of(account, fill->id);
	if (number == 0)
		number = forced_order(emu, event);
	struct emu_order *order = emu_order_at(account, number);
	bool closes = position->qty > 0 && fill->side != position->side;
	money_t gross = 0;

	if (closes) {
		gross = shrink(position, order, fill);
		position->realised += gross - fill->fee;
	} else {
		if (position->qty == 0) {
			position->realised = 0;
			position->opened_ms = emu->now_ms;
		}
		position->side = fill->side;
		position->cost += value_of(position, fill->price, fill->qty, fill->side);
		position->qty += fill->qty;
		position->open_fees += fill->fee;
		position->realised -= fill->fee;
	}
	position->realised_ever += gross - fill->fee;
	position->touched = true;
	account->cash += gross - fill->fee;
	order->filled += fill->qty;
	order->fee += fill->fee;
	order->fills++;
	order->leverage = emu_slot(account, event->sym)->leverage;

	struct emu_execution *exec = add_exec(account);
	exec->order = number;
	exec->kind = kinds[order->maker];
	exec->sym = event->sym;
	exec->side = fill->side;
	exec->grids = emu_grids_of(&position->instrument);
	exec->qty = fill->qty;
	exec->closed = closes ? fill->qty : 0;
	exec->ordered = order->qty;
	exec->leaves = order->qty > order->filled ? order->qty - order->filled : 0;
	exec->price = fill->price;
	exec->mark = emu_slot(account, event->sym)->mark;
	exec->order_price = order->price;
	exec->value = emu_worth(&exec->grids, fill->price, fill->qty);
	exec->fee = fill->fee;
	exec->pnl = gross;
	exec->rate = position->instrument.taker_fee;
	exec->at_ms = emu->now_ms;
	order->value += exec->value;

	struct emu_logged *row = add_log(account, logs[exec->kind], emu->now_ms);
	row->exec = account->exec_count;
	row->cash_flow = gross;
	row->fee = fill->fee;
	row->size = position->side == SIDE_SHORT ? -position->qty : position->qty;
	row->balance = account->cash;
	put_exec_row(emu, order->mute || account->mute);
}

static void news_funding(struct emu *emu, const struct event *event)
{
	struct emu_account *account = emu->account;
	struct emu_position *position = &account->positions[event->sym];
	struct emu_execution *exec = add_exec(account);

	exec->kind = EMU_EXEC_FUNDING;
	exec->sym = event->sym;
	exec->side = position->side;
	exec->grids = emu_grids_of(&position->instrument);
	exec->qty = position->qty;
	exec->price = exec->mark = emu_slot(account, event->sym)->mark;
	exec->value = emu_worth(&exec->grids, exec->price, exec->qty);
	exec->fee = -event->ledger.amount;
	exec->rate = account->funding_rate;
	exec->at_ms = emu->now_ms;
	position->realised += event->ledger.amount;
	position->realised_ever += event->ledger.amount;
	position->touched = true;
	account->cash += event->ledger.amount;

	struct emu_logged *row = add_log(account, EMU_LOG_SETTLEMENT, emu->now_ms);
	row->exec = account->exec_count;
	row->funding = event->ledger.amount;
	row->size = position->side == SIDE_SHORT ? -position->qty : position->qty;
	row->balance = account->cash;
	put_exec_row(emu, account->mute);
}

static void news_ledger(struct emu *emu, const struct event *event)
{
	struct emu_account *account = emu->account;
	money_t amount = event->ledger.amount;

	if (event->ledger.kind == LEDGER_FUNDING) {
		news_funding(emu, event);
		return;
	}
	int64_t type = account->log_as == EMU_LOG_BONUS ? EMU_LOG_BONUS
		       : amount > 0                     ? EMU_LOG_TRANSFER_IN
							: EMU_LOG_TRANSFER_OUT;
	struct emu_logged *row = add_log(account, type, emu->now_ms);
	row->cash_flow = amount;
	row->balance = account->broker.wallet;
	row->bonus = type == EMU_LOG_BONUS ? amount : 0;
}

/* A full stop is as large as the position, whoever made it so; the broker counts what it was placed for. */
static void follow_size(struct emu *emu, int64_t sym)
{
	struct emu_account *account = emu->account;
	struct sim_slot *slot = &account->broker.slots[account->broker.slot_of[sym] - 1];
	struct emu_position *position = &account->positions[sym];
	int64_t numbers[2] = {position->stop, position->target};

	if (slot->stop.id)
		slot->stop.qty = slot->qty;
	if (slot->target.id)
		slot->target.qty = slot->qty;
	for (int i = 0; i < 2; i++) {
		struct emu_order *order = numbers[i] ? emu_order_at(account, numbers[i]) : NULL;
		if (order == NULL || order->qty == slot->qty || slot->qty == 0)
			continue;
		order->qty = slot->qty;
		order->updated_ms = emu->now_ms;
		emu_order_dirty(account, numbers[i]);
	}
}

/* Records and broker must say the same. */
static void check(struct emu *emu)
{
	struct emu_account *account = emu->account;

	for (size_t i = 0; i < emu->universe.count && !account->regridding; i++) {
		const struct sim_slot *slot = emu_slot(account, (int64_t)i);
		const struct emu_position *position = &account->positions[i];
		if (slot->qty == position->qty && slot->side == position->side &&
		    slot->cost == position->cost)
			continue;
		account->wrong++;
		emu_note(emu, "%s: broker and records differ", emu->universe.at[i].wire);
	}
	if (account->cash != account->broker.wallet || sim_broker_check(&account->broker) != 0) {
		account->wrong++;
		emu_note(emu, "wallet: broker and records differ");
		account->cash = account->broker.wallet;
	}
}

static void flush_topic(struct emu *emu, enum emu_private_topic topic, int64_t sym)
{
	struct text *rows = &emu->account->rows[topic];

	if (rows->len > 0)
		emu_private_publish(emu, topic, sym, NULL, rows->at);
	text_clear(rows);
}

static void put_position_rows(struct emu *emu, int64_t sym)
{
	struct emu_account *account = emu->account;
	struct emu_position *position = &account->positions[sym];
	struct text *rows = &account->rows[TOPIC_POSITION];

	position->seq = account->seq;
	position->updated_ms = emu->now_ms;
	if (position->created_ms == 0)
		position->created_ms = emu->now_ms;
	position->touched = false;
	if (account->mute)
		return;
	for (int64_t idx = position->mode ? 1 : 0; idx <= (position->mode ? 2 : 0); idx++) {
		text_add(rows, rows->len > 0 ? "," : "");
		emu_put_position(emu, account, sym, idx, true, rows);
	}
}

void emu_news_flush(struct emu *emu)
{
	struct emu_account *account = emu->account;
	struct text *rows = &account->rows[TOPIC_ORDER];
	int64_t sym = account->dirty_count > 0 ? emu_order_at(account, account->dirty[0])->sym : SYM_NONE;

	account->seq += 1 + emu->now_ms % 7;
	for (size_t i = 0; i < account->dirty_count; i++) {
		struct emu_order *order = emu_order_at(account, account->dirty[i]);
		bool mute = order->mute || account->mute;
		account->positions[order->sym].touched = true;
		order->announced = true;
		if (emu_status_is_final(order->status))
			order->sim_id = 0;
		if (mute)
			continue;
		text_add(rows, rows->len > 0 ? "," : "");
		emu_put_order(emu, account, account->dirty[i], true, rows);
	}
	account->dirty_count = 0;
	for (size_t i = 0; i < emu->universe.count; i++) {
		if (!account->positions[i].touched)
			continue;
		sym = (int64_t)i;
		put_position_rows(emu, sym);
	}
	if (account->balance_news && !account->mute)
		emu_put_wallet(emu, account, &account->rows[TOPIC_WALLET]);
	account->balance_news = false;
	for (int topic = 0; topic < EMU_TOPICS; topic++)
		flush_topic(emu, (enum emu_private_topic)topic, topic == TOPIC_WALLET ? SYM_NONE : sym);
	while (account->live_from < account->order_count &&
	       emu_status_is_final(account->orders[account->live_from].status))
		account->live_from++;
}

void emu_news_take(struct emu *emu)
{
	struct emu_account *account = emu->account;

	if (account->heard->count == 0)
		return;
	for (size_t i = 0; i < account->heard->count; i++) {
		const struct event *event = &account->heard->at[i];
		switch (event->kind) {
		case EVENT_ORDER: news_order(emu, i); break;
		case EVENT_FILL: news_fill(emu, event); break;
		case EVENT_LEDGER: news_ledger(emu, event); break;
		case EVENT_BALANCE: account->balance_news = true; break;
		case EVENT_POSITION: account->positions[event->sym].touched = true; break;
		default: break;
		}
	}
	account->heard->count = 0;
	for (size_t i = 0; i < account->dirty_count; i++) { /* only now: its fill was told after its state */
		const struct emu_order *order = emu_order_at(account, account->dirty[i]);
		if (order->status == EMU_STATUS_FILLED && order->then > 0)
			turn_round(emu, account->dirty[i]);
	}
	for (size_t i = 0; i < emu->universe.count; i++)
		follow_size(emu, (int64_t)i);
	check(emu);
	emu_news_flush(emu);
}
