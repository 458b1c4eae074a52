/* SPDX-License-Identifier: MIT
 * See checker.h. */
#include "checker.h"

#include <stdio.h>
#include <string.h>

#define ABSENT_LOOK_UPS 3
#define LISTS_MS        (10 * SECOND_MS)

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

/* What is ours at the mark, and what may still fill. */
static big_t exposure(const struct checker *c, size_t sym)
{
	const struct checker_symbol *s = &c->at[sym];
	const struct instrument *i = &c->universe->at[sym];
	qty_t coming = s->entry_id != 0 && !s->entry_done ? s->entry_qty - s->entry_filled : 0;

	return value(i, s->mark, s->own) / i->value_den +
	       (coming > 0 ? value(i, s->entry_price, coming) / i->value_den : 0);
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

/* What an entry of any book must be. */
static const char *shape_violation(const struct order_request *o)
{
	int64_t risk = o->side == SIDE_LONG ? o->price - o->stop : o->stop - o->price;
	int64_t reward = o->side == SIDE_LONG ? o->target - o->price : o->price - o->target;

	if (o->stop <= 0 || risk <= 0)
		return "enters without a stop on its side";
	return 2 * reward < 3 * risk ? "enters with reward:risk under 1.5" : NULL;
}

static const char *enter_violation(const struct checker *c, const struct order_request *o)
{
	const struct checker_symbol *s = &c->at[o->sym];
	const struct instrument *i = &c->universe->at[o->sym];
	big_t capital = equity(c) * c->stage / RATIO_ONE;
	big_t mine = value(i, o->price, o->qty) / i->value_den, total = mine;
	int64_t risk = o->side == SIDE_LONG ? o->price - o->stop : o->stop - o->price;

	for (size_t sym = 0; sym < c->universe->count; sym++)
		total += exposure(c, sym);
	/* a few money units of slack for the roundings of many sums */
	if (value(i, risk, o->qty) / i->value_den * 50 > capital + 1000)
		return "risks over 2 % of C";
	if ((mine + exposure(c, (size_t)o->sym)) * 10 > capital * 3 + 1000)
		return "raises the symbol over 30 % of C";
	if (total * 2 > capital + 1000)
		return "raises the total over 50 % of C";
	if (s->own > 0)
		return "adds to a symbol that is held";
	return s->entry_id != 0 && !s->entry_done ? "enters while an entry may still fill" : NULL;
}

static void violation(struct checker *c, const char *why, int64_t sym, ms_t now_ms)
{
	if (why == NULL)
		return;
	c->over_limit++;
	remember(c, why, c->universe->at[sym].name, now_ms);
}

/* Time over what is allowed counts once; from here on a next try is due by due_ms. */
static void naked_until(struct checker *c, struct checker_symbol *s, ms_t now_ms)
{
	if (c->down || s->halted || now_ms <= s->due_ms)
		return;
	c->naked_seconds += (now_ms - s->due_ms + SECOND_MS - 1) / SECOND_MS;
	remember(c, "was unprotected over the deadline, and nothing was tried",
		 c->universe->at[s - c->at].name, now_ms);
	s->due_ms = now_ms;
}

static void settle_naked(struct checker *c, struct checker_symbol *s, ms_t now_ms)
{
	bool naked = s->own_sure > 0 && s->stop_qty < s->own_sure;

	if (naked && s->naked_ms == 0)
		s->naked_ms = now_ms, s->due_ms = now_ms + c->deadline_ms;
	if (naked || s->naked_ms == 0)
		return;
	naked_until(c, s, now_ms);
	c->unprotected_ms += now_ms - s->naked_ms;
	s->naked_ms = 0;
}

/* Only connected time in which something can be sent counts. */
static void clocks_go_on(struct checker *c, struct checker_symbol *s, ms_t now_ms)
{
	if (s->naked_ms != 0 && s->due_ms < now_ms + c->deadline_ms)
		s->due_ms = now_ms + c->deadline_ms;
}

static void sent_enter(struct checker *c, const struct order_request *o, ms_t now_ms)
{
	struct checker_symbol *s = &c->at[o->sym];

	const char *why = shape_violation(o);

	if (why == NULL && o->book == BOOK_MAIN)
		why = enter_violation(c, o);
	violation(c, why, o->sym, now_ms);
	if (o->book != BOOK_MAIN)
		return;
	s->entry_id = o->id, s->entry_done = 0;
	s->entry_qty = o->qty, s->entry_filled = 0;
	s->entry_price = o->price, s->entry_ms = now_ms;
	s->entry_absent = 0;
	s->sent[s->sent_next++ % CHECKER_OVER_MAX] = o->stop_id;
	s->stop_qty = 0;
}

void checker_sent(void *ctx, const struct order_request *o, ms_t now_ms)
{
	struct checker *c = ctx;
	struct checker_symbol *s = &c->at[o->sym];

	if (o->verb == VERB_ENTER) {
		sent_enter(c, o, now_ms);
		return;
	}
	if (o->book != BOOK_MAIN)
		return;
	qty_t known = s->own_ms == now_ms && s->own_before > s->own ? s->own_before : s->own;
	if (now_ms < s->lists_ms && s->lists_own > known)
		known = s->lists_own;
	if (o->verb == VERB_REDUCE && (o->side != -s->side || o->qty > known))
		violation(c, "a reduce that does not shrink", o->sym, now_ms);
	if (o->verb == VERB_PROTECT && o->stop_id != 0)
		s->sent[s->sent_next++ % CHECKER_OVER_MAX] = o->stop_id;
	if (s->naked_ms != 0) { /* it was tried: the next try is due so much later */
		naked_until(c, s, now_ms);
		s->due_ms = now_ms + c->deadline_ms;
	}
}

static bool heard_before(struct checker *c, int64_t execution)
{
	for (size_t i = 0; i < CHECKER_SEEN_MAX; i++)
		if (c->seen[i] == execution && execution != 0)
			return true;
	c->seen[c->seen_next++ % CHECKER_SEEN_MAX] = execution;
	return false;
}

static void heard_fill(struct checker *c, const struct event *e)
{
	struct checker_symbol *s = &c->at[e->sym];
	const struct instrument *i = &c->universe->at[e->sym];
	big_t scaled = value(i, e->fill.price, e->fill.qty);
	bool ours = e->fill.id != 0;

	if (heard_before(c, e->fill.execution))
		return;
	if (s->own_ms != e->at_ms)
		s->own_ms = e->at_ms, s->own_before = s->own;
	c->fees += e->fill.fee;
	c->outside += !ours;
	if (s->qty == 0 || e->fill.side == s->side) {
		s->side = e->fill.side;
		s->cost += rounded(scaled, i->value_den, s->side == SIDE_LONG);
		s->qty += e->fill.qty;
		s->own += ours ? e->fill.qty : 0;
		s->own_sure += ours ? e->fill.qty : 0;
	} else {
		qty_t qty = e->fill.qty < s->qty ? e->fill.qty : s->qty;
		money_t got = rounded(scaled, i->value_den, s->side == SIDE_SHORT);
		money_t cost = qty == s->qty ? s->cost : (money_t)((big_t)s->cost * qty / s->qty);
		c->gross += s->side == SIDE_LONG ? got - cost : cost - got;
		s->qty -= qty;
		s->cost -= cost;
		bool surely = ours || e->fill.reason != EXIT_NONE; /* the exchange (ADL ...) takes ours */
		if (surely)
			s->own -= qty < s->own ? qty : s->own;
		s->own_sure -= qty < s->own_sure ? qty : s->own_sure;
		if (!surely && s->own > s->qty) { /* a visitor takes his own first, as far as it goes */
			s->lists_own = e->at_ms < s->lists_ms ? s->lists_own : s->own;
			s->lists_ms = e->at_ms + LISTS_MS;
		}
	}
	if (e->fill.id == s->entry_id && ours) {
		s->entry_filled += e->fill.qty;
		s->entry_done = s->entry_done || s->entry_filled >= s->entry_qty;
	}
	if (s->own > s->qty) /* what another hand took away */
		s->own = s->qty;
	if (s->own_sure > s->own)
		s->own_sure = s->own;
	if (s->own == 0)
		s->stop_qty = 0;
	settle_naked(c, s, e->at_ms);
}

static bool is_among(const int64_t ids[static CHECKER_OVER_MAX], int64_t id)
{
	for (size_t i = 0; i < CHECKER_OVER_MAX; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static void heard_of_entry(struct checker_symbol *s, const struct event *e)
{
	/* what a filled one says it has filled may still be on its way */
	if (order_is_final(e->order.state)) {
		s->entry_qty = e->order.filled > s->entry_filled ? e->order.filled : s->entry_filled;
		s->entry_done = s->entry_filled >= s->entry_qty;
	}
}

static void heard_order(struct checker *c, const struct event *e)
{
	struct checker_symbol *s = &c->at[e->sym];
	bool final = order_is_final(e->order.state);

	if (e->order.id == s->entry_id)
		heard_of_entry(s, e);
	if ((!is_among(s->sent, e->order.id) && e->order.id != s->resting_id) || e->order.id == 0)
		return;
	if (final && !is_among(s->over, e->order.id))
		s->over[s->over_next++ % CHECKER_OVER_MAX] = e->order.id;
	if (e->order.state == ORDER_LIVE && !is_among(s->over, e->order.id))
		s->stop_qty = e->order.qty, s->resting_id = e->order.id;
	else if (final && e->order.id == s->resting_id)
		s->stop_qty = 0;
	settle_naked(c, s, e->at_ms);
}

/* Often enough not found, and long enough after: nothing will come of it. */
static void heard_absent(struct checker *c, const struct event *e)
{
	for (size_t sym = 0; sym < c->universe->count; sym++) {
		struct checker_symbol *s = &c->at[sym];
		if (s->entry_id != e->absent.id)
			continue;
		if (++s->entry_absent >= ABSENT_LOOK_UPS && e->at_ms >= s->entry_ms + c->deadline_ms)
			s->entry_done = 1;
	}
}

static big_t ten_to(int64_t n)
{
	big_t power = 1;

	for (; n > 0; n--)
		power *= 10;
	return power;
}

/* A number of steps of the old grid as steps of the new one, floored. */
static int64_t in_grid(int64_t steps, const struct grid *old, const struct grid *now)
{
	big_t up = old->decimals < now->decimals ? ten_to(now->decimals - old->decimals) : 1;
	big_t down = old->decimals > now->decimals ? ten_to(old->decimals - now->decimals) : 1;

	return (int64_t)((big_t)steps * old->step * up / ((big_t)now->step * down));
}

static int64_t in_lots(int64_t lots, const struct instrument *old, const struct instrument *now)
{
	const struct grid was = {old->lot.step * old->contract.step,
				 old->lot.decimals + old->contract.decimals};
	const struct grid is = {now->lot.step * now->contract.step,
				now->lot.decimals + now->contract.decimals};

	return in_grid(lots, &was, &is);
}

static void heard_instrument(struct checker *c, const struct event *e)
{
	struct checker_symbol *s = &c->at[e->sym];
	const struct instrument *now = e->instrument.now, *was = e->instrument.was;
	bool halted = now->status == INSTRUMENT_SUSPENDED || now->status == INSTRUMENT_GONE;

	if (was != NULL && was->generation != now->generation) {
		int64_t *lots[] = {&s->qty,          &s->own,      &s->own_sure, &s->entry_qty,
				   &s->entry_filled, &s->stop_qty, &s->lists_own};
		for (size_t i = 0; i < sizeof lots / sizeof lots[0]; i++)
			*lots[i] = in_lots(*lots[i], was, now);
		s->mark = in_grid(s->mark, &was->tick, &now->tick);
		s->entry_price = in_grid(s->entry_price, &was->tick, &now->tick);
	}
	if (halted && !s->halted && s->naked_ms != 0)
		naked_until(c, s, e->at_ms);
	if (!halted && s->halted)
		clocks_go_on(c, s, e->at_ms);
	s->halted = halted;
}

static void heard_link(struct checker *c, const struct event *e)
{
	bool down = e->link.state == LINK_DOWN;

	if (e->link.state == LINK_LIMITED)
		return; /* says nothing of up or down */
	for (size_t sym = 0; sym < c->universe->count && down != (c->down != 0); sym++) {
		struct checker_symbol *s = &c->at[sym];
		if (down && s->naked_ms != 0)
			naked_until(c, s, e->at_ms);
		else if (!down)
			clocks_go_on(c, s, e->at_ms);
	}
	c->down = down;
}

void checker_heard(void *ctx, const struct event *e)
{
	struct checker *c = ctx;

	if (e->kind == EVENT_TICKER)
		c->at[e->sym].mark = e->ticker.mark;
	if (e->kind <= EVENT_DEPTH || e->book != BOOK_MAIN)
		return; /* most of what is heard */
	switch (e->kind) {
	case EVENT_FILL: heard_fill(c, e); break;
	case EVENT_ORDER:
		if (e->sym != SYM_NONE)
			heard_order(c, e);
		break;
	case EVENT_ORDER_ABSENT: heard_absent(c, e); break;
	case EVENT_BALANCE:
		if (e->balance.wallet != UNKNOWN)
			c->wallet = e->balance.wallet;
		break;
	case EVENT_LEDGER:
		*(e->ledger.kind == LEDGER_FUNDING ? &c->funding : &c->transfers) += e->ledger.amount;
		break;
	case EVENT_INSTRUMENT: heard_instrument(c, e); break;
	case EVENT_LINK: heard_link(c, e); break;
	case EVENT_UNRECORDED: c->at[e->sym].entry_done = 1; break;
	default: break;
	}
}

void checker_finish(struct checker *c, ms_t now_ms, const struct checker_truth *truth)
{
	money_t moved = c->gross - c->fees + c->funding;
	bool flat = true;

	for (size_t sym = 0; sym < c->universe->count; sym++) {
		struct checker_symbol *s = &c->at[sym];
		flat = flat && s->qty == 0;
		if (s->naked_ms != 0) {
			s->stop_qty = s->own_sure; /* ends the clock */
			settle_naked(c, s, now_ms);
		}
	}
	if (c->start + moved + c->transfers + truth->unexplained != c->wallet)
		checker_books(c, "fills, fees, funding and transfers do not add up to the wallet");
	if (flat && c->outside == 0 && truth->trades_net != UNKNOWN && truth->trades_net != moved)
		checker_books(c, "closed trades do not add up to fills, fees and funding");
}
