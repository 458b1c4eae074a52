/* SPDX-License-Identifier: MIT
 * The way out of a probe order that went wrong: what is ours, by the exchange's own lists or by the fills
 * that were told, is left by REDUCE, again and again, until both say that nothing is left, or a minute is
 * over. Stops stay where they are until the position is gone. */
#include "probe.h"

#include "show.h"

#include <string.h>

#define RESCUE_MS MINUTE_MS
#define LISTS_MS  5000
#define FLAT_MS   3000
#define PAUSE_MS  1000 /* a reduce may be put again after a second of silence */

static bool is_reduced(struct probe *p)
{
	return order_is_final(probe_book_find(&p->book, p->exit_id)->state);
}

static bool never(struct probe *p)
{
	(void)p;
	return false;
}

static bool may_rest(const struct probe_order *order)
{
	return order->state == ORDER_LIVE || order->state == ORDER_UNKNOWN || order->state == ORDER_INTENT;
}

/* A stop or target lives as long as its position; one that was never told of does not count. */
static bool counts(const struct probe *p, const struct probe_order *order)
{
	enum role role = client_id_role(order->id);

	if (role == ROLE_STOP || role == ROLE_TARGET)
		return order->state == ORDER_LIVE && p->book.qty != 0;
	return may_rest(order);
}

size_t probe_open_orders(const struct probe *p)
{
	size_t count = 0;

	for (size_t i = 0; i < p->book.order_count; i++)
		count += counts(p, &p->book.orders[i]);
	return count;
}

/* Not found so often, so long after it was sent: it never arrived (as execution counts it). */
static void give_up_absent(struct probe *p)
{
	const struct execution_settings *settings = &p->settings.execution;

	for (size_t i = 0; i < p->book.order_count; i++) {
		struct probe_order *order = &p->book.orders[i];
		if (may_rest(order) && order->absences >= settings->absent_look_ups &&
		    p->pump.now_ms >= order->sent_ms + settings->absent_after_ms)
			order->state = ORDER_ABSENT;
	}
}

static void ask_what_became(struct probe *p)
{
	for (size_t i = 0; i < p->book.order_count; i++)
		if (counts(p, &p->book.orders[i]) && client_id_role(p->book.orders[i].id) <= ROLE_EXIT)
			probe_ask(p, INTENT_QUERY, p->book.orders[i].id, 0);
}

/* What its fills say it holds is gone, or the exchange has refused to reduce it. */
static bool own_is_gone(struct probe *p)
{
	const struct probe_order *last = probe_book_find(&p->book, p->exit_id);

	return probe_book_own(&p->book) == 0 || (last != NULL && last->state == ORDER_REJECTED);
}

static bool is_over(struct probe *p)
{
	return p->book.lists == PROBE_LISTS && p->book.qty == 0 && probe_open_orders(p) == 0 &&
	       own_is_gone(p);
}

/* Lists may lag: a reduce of what is not there does no harm. */
static qty_t to_reduce(const struct probe *p)
{
	if (p->book.qty > 0 && p->book.side == SIDE_LONG)
		return p->book.qty;
	return p->book.qty > 0 ? 0 : probe_book_own(&p->book);
}

static void say_left(struct probe *p)
{
	const struct instrument *instrument = p->book.instrument;
	char ids[200] = "", id[CLIENT_ID_TEXT_MAX], qty[SHOW_MAX];
	size_t len = 0;

	for (size_t i = 0; i < p->book.order_count; i++) {
		if (!counts(p, &p->book.orders[i]) || len + sizeof id + 16 > sizeof ids)
			continue;
		client_id_format(p->book.orders[i].id, id);
		len += (size_t)snprintf(ids + len, sizeof ids - len, " %s %s",
					role_text[client_id_role(p->book.orders[i].id)], id);
	}
	show_qty(p->book.qty == UNKNOWN ? p->enter.qty : p->book.qty, instrument, qty);
	probe_say(p, DOCTOR_FAIL,
		  "on the exchange's page: close the position of that symbol by a market order, cancel every "
		  "order in it, and look again a minute later",
		  "LEFT AT THE EXCHANGE in %s: %s%s%s; %s%s", instrument->name,
		  p->book.qty == UNKNOWN ? "perhaps " : "",
		  p->book.qty == 0             ? "no position"
		  : p->book.side == SIDE_SHORT ? "a short position of "
					       : "a long position of ",
		  p->book.qty == 0 ? "" : qty, len > 0 ? "orders that may rest:" : "no order is known", ids);
}

void probe_rescue(struct probe *p)
{
	ms_t until_ms = doctor_pump_since(&p->pump) + RESCUE_MS;
	int64_t reduces = 0;
	char state[96];

	p->rescuing = true;
	while (doctor_pump_since(&p->pump) < until_ms && !p->broken) {
		probe_ask(p, INTENT_SNAPSHOT, 0, 0);
		ask_what_became(p);
		probe_wait(p, probe_has_lists, LISTS_MS);
		give_up_absent(p);
		if (is_over(p)) {
			snprintf(state, sizeof state,
				 "nothing is left at the exchange: no position, no order (%lld reduces)",
				 (long long)reduces);
			probe_say_cost(p, state);
			return;
		}
		qty_t qty = to_reduce(p);
		if (qty > 0 && probe_reduce(p, qty)) {
			reduces++;
			probe_wait(p, is_reduced, FLAT_MS);
		}
		probe_wait(p, never, PAUSE_MS);
	}
	say_left(p);
}
