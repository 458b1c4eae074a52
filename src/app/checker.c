/* SPDX-License-Identifier: MIT
 * See checker.h. */
#include "checker.h"

#include <stdio.h>
#include <string.h>

__extension__ typedef __int128 big_t;

void checker_init(struct checker *c, const struct universe *universe, money_t start, ratio_t stage)
{
	*c = (struct checker){.universe = universe,
			      .stage = stage,
			      .deadline_ms = 3 * SECOND_MS,
			      .start = start,
			      .wallet = start};
}

static void remember(struct checker *c, const char *what, const char *symbol, ms_t at_ms)
{
	if (c->first[0] == '\0')
		snprintf(c->first, sizeof c->first, "%s %s at %lld", symbol, what, (long long)at_ms);
}

void checker_books(struct checker *c, const char *what)
{
	c->books++;
	remember(c, what, "books:", 0);
}

/* Money times value_den: exact, so nothing is rounded before it is compared. */
static big_t value(const struct instrument *i, price_t price, qty_t qty)
{
	return (big_t)price * qty * i->value_num;
}

static money_t rounded(big_t scaled, int64_t den, bool up)
{
	big_t quotient = scaled / den;

	return (money_t)(up && quotient * den != scaled ? quotient + 1 : quotient);
}

static big_t exposure(const struct checker *c, size_t sym)
{
	const struct checker_symbol *s = &c->at[sym];
	const struct instrument *i = &c->universe->at[sym];

	return value(i, s->mark, s->qty) / i->value_den + s->pending;
}

static big_t equity(const struct checker *c)
{
	big_t sum = c->wallet;

	for (size_t sym = 0; sym < c->universe->count; sym++) {
		const struct checker_symbol *s = &c->at[sym];
		if (s->qty > 0)
			sum += s->side * (value(&c->universe->at[sym], s->mark, s->qty) /
						  c->universe->at[sym].value_den -
					  s->cost);
	}
	return sum;
}

static void enter_violations(struct checker *c, const struct order_request *o, const char **why)
{
	const struct instrument *i = &c->universe->at[o->sym];
	big_t capital = equity(c) * c->stage / RATIO_ONE;
	big_t mine = value(i, o->price, o->qty) / i->value_den, total = mine;
	int64_t risk = o->side == SIDE_LONG ? o->price - o->stop : o->stop - o->price;
	int64_t reward = o->side == SIDE_LONG ? o->target - o->price : o->price - o->target;

	for (size_t sym = 0; sym < c->universe->count; sym++)
		total += exposure(c, sym);
	/* a few money units of slack for the roundings of many sums */
	if (o->stop <= 0 || risk <= 0)
		*why = "enters without a stop on its side";
	else if (2 * reward < 3 * risk)
		*why = "enters with reward:risk under 1.5";
	else if (value(i, risk, o->qty) / i->value_den * 50 > capital + 1000)
		*why = "risks over 2 % of C";
	else if ((mine + exposure(c, (size_t)o->sym)) * 10 > capital * 3 + 1000)
		*why = "raises the symbol over 30 % of C";
	else if (total * 2 > capital + 1000)
		*why = "raises the total over 50 % of C";
	else if (c->at[o->sym].qty > 0 || c->at[o->sym].pending > 0)
		*why = "adds to a symbol that is held";
}

void checker_sent(void *ctx, const struct order_request *o, ms_t now_ms)
{
	struct checker *c = ctx;
	struct checker_symbol *s = &c->at[o->sym];
	const struct instrument *i = &c->universe->at[o->sym];
	const char *why = NULL;

	if (o->verb == VERB_REDUCE && (s->qty == 0 || o->side != -s->side || o->qty > s->qty))
		why = "a reduce that does not shrink";
	if (o->verb == VERB_ENTER)
		enter_violations(c, o, &why);
	if (why != NULL) {
		c->over_limit++;
		remember(c, why, i->name, now_ms);
	}
	if (o->verb == VERB_ENTER) {
		s->pending += (money_t)(value(i, o->price, o->qty) / i->value_den);
		s->pending_id = o->id;
		s->stop_id = o->stop_id;
		s->stop_qty = 0;
	} else if (o->verb == VERB_PROTECT && o->stop_id != 0) {
		s->stop_id = o->stop_id;
	}
}

static void settle_naked(struct checker *c, struct checker_symbol *s, ms_t now_ms)
{
	bool naked = s->qty > 0 && s->stop_qty < s->qty;

	if (naked && s->naked_since == 0)
		s->naked_since = now_ms;
	if (naked || s->naked_since == 0)
		return;
	ms_t lasted = now_ms - s->naked_since;
	if (lasted > c->deadline_ms) {
		c->naked_seconds += (lasted - c->deadline_ms + SECOND_MS - 1) / SECOND_MS;
		remember(c, "was unprotected over the deadline", c->universe->at[s - c->at].name, now_ms);
	}
	s->naked_since = 0;
}

static void heard_fill(struct checker *c, const struct event *e)
{
	struct checker_symbol *s = &c->at[e->sym];
	const struct instrument *i = &c->universe->at[e->sym];
	big_t scaled = value(i, e->fill.price, e->fill.qty);

	c->fees += e->fill.fee;
	if (s->qty == 0 || e->fill.side == s->side) {
		s->side = e->fill.side;
		s->cost += rounded(scaled, i->value_den, s->side == SIDE_LONG);
		s->qty += e->fill.qty;
		s->pending = 0; /* market orders fill at once or not at all */
	} else {
		qty_t qty = e->fill.qty < s->qty ? e->fill.qty : s->qty;
		money_t got = rounded(scaled, i->value_den, s->side == SIDE_SHORT);
		money_t cost = qty == s->qty ? s->cost : (money_t)((big_t)s->cost * qty / s->qty);
		c->gross += s->side == SIDE_LONG ? got - cost : cost - got;
		s->qty -= qty;
		s->cost -= cost;
		if (s->qty == 0)
			s->side = SIDE_NONE, s->stop_qty = 0;
	}
	settle_naked(c, s, e->at_ms);
}

static void heard_order(struct checker *c, const struct event *e)
{
	struct checker_symbol *s = &c->at[e->sym];

	if (e->order.id == s->pending_id && order_is_final(e->order.state) && e->order.state != ORDER_FILLED)
		s->pending = 0;
	if (e->order.id != s->stop_id && e->order.id != s->resting_id)
		return;
	if (e->order.state == ORDER_LIVE && e->order.id == s->stop_id)
		s->stop_qty = e->order.qty, s->resting_id = s->stop_id;
	else if (order_is_final(e->order.state) && s->qty > 0)
		s->stop_qty = 0;
	settle_naked(c, s, e->at_ms);
}

void checker_heard(void *ctx, const struct event *e)
{
	struct checker *c = ctx;

	switch (e->kind) {
	case EVENT_TICKER: c->at[e->sym].mark = e->ticker.mark; break;
	case EVENT_FILL: heard_fill(c, e); break;
	case EVENT_ORDER:
		if (e->sym != SYM_NONE)
			heard_order(c, e);
		break;
	case EVENT_BALANCE:
		if (e->balance.wallet != UNKNOWN)
			c->wallet = e->balance.wallet;
		break;
	case EVENT_LEDGER: c->funding += e->ledger.kind == LEDGER_FUNDING ? e->ledger.amount : 0; break;
	case EVENT_UNRECORDED: c->at[e->sym].pending = 0; break;
	default: break;
	}
}

void checker_finish(struct checker *c, ms_t now_ms, money_t trades_net)
{
	bool flat = true;

	for (size_t sym = 0; sym < c->universe->count; sym++) {
		struct checker_symbol *s = &c->at[sym];
		flat = flat && s->qty == 0;
		if (s->naked_since != 0) {
			s->stop_qty = s->qty; /* ends the clock */
			settle_naked(c, s, now_ms);
		}
	}
	if (c->start + c->gross - c->fees + c->funding != c->wallet)
		checker_books(c, "fills, fees and funding do not add up to the wallet");
	if (flat && c->start + trades_net != c->wallet)
		checker_books(c, "closed trades do not add up to the wallet");
}
