/* SPDX-License-Identifier: MIT
 * A second opinion on the gate, written from rules.md alone, in 128-bit integers and in one piece: may this
 * entry get a ticket? And a maker of questions from bytes, near the limits more often than not. The fuzzer
 * (fuzz/fuzz_gate.c) and a seeded test (unit/risk/test_oracle.c) compare it with risk_assess. */
#ifndef GATE_ORACLE_H
#define GATE_ORACLE_H

#include "tradebot/ticket.h"

#include <stddef.h>
#include <string.h>

typedef __int128 wide;

struct oracle_question {
	struct limits limits;
	struct desk desk;
	struct standing standing;
	struct quote quote;
	struct instrument instrument;
	struct enter enter;
};

static inline bool oracle_in(int64_t value, int64_t low, int64_t high)
{
	return value >= low && value <= high;
}

static inline wide oracle_ceil(wide a, wide b)
{
	return (a + b - 1) / b;
}

/* ceil(price * qty * num / den), or more than any order may be worth. */
static inline wide oracle_notional(const struct instrument *i, wide price, wide qty)
{
	const wide most = (wide)1 << 126;
	wide product = price * qty; /* at most 2e17 * 1e17 */
	return product > most / i->value_num ? most : oracle_ceil(product * i->value_num, i->value_den);
}

/* Everything told, and in the range that makes sense. */
static inline bool oracle_sane(const struct oracle_question *q)
{
	const struct enter *e = &q->enter;
	const struct standing *s = &q->standing;
	const struct quote *m = &q->quote;
	const struct instrument *i = &q->instrument;
	const int64_t top = VALUE_MAX;
	bool order = (e->side == 1 || e->side == -1) && oracle_in(e->qty, 1, top) &&
		     oracle_in(e->entry, 1, top) && oracle_in(e->stop, 1, top) &&
		     oracle_in(e->target, 1, top) && oracle_in(e->confidence, 0, RATIO_ONE) &&
		     oracle_in(e->leverage, 0, CAP_LEVERAGE) && oracle_in(e->decided_ms, 1, top);
	bool flags = s->ready == 1 && s->healthy == 1 && s->order_unknown == 0 && s->unreconciled == 0 &&
		     s->unexplained == 0 && s->foreign == 0 && s->entry_pending == 0 && i->blacklisted == 0 &&
		     i->status == 0 && s->states_known >= 0 && (s->states_known & STATES_ALL) == STATES_ALL &&
		     oracle_in(s->losing, 0, 1);
	bool money = oracle_in(s->capital, 1, top) && oracle_in(s->total_exposure, 0, top) &&
		     oracle_in(s->symbol_exposure, 0, top) && oracle_in(s->positions, 0, top) &&
		     oracle_in(s->leverage, 1, CAP_LEVERAGE) && oracle_in(s->slippage_fills, 0, top) &&
		     oracle_in(s->slippage_until_ms, 0, top) && oracle_in(s->clock_off_ms, 0, top) &&
		     (s->slippage == UNKNOWN || oracle_in(s->slippage, -top, top));
	bool market = oracle_in(m->spread, 0, top) && oracle_in(m->depth, 0, top) &&
		      oracle_in(m->ticker_ms, 0, top) && oracle_in(m->depth_ms, 0, top) &&
		      oracle_in(m->bar_ms, 0, top) && oracle_in(m->volatility.den, 1, top / 100) &&
		      oracle_in(m->volatility.num, 0, m->volatility.den);
	bool grid = oracle_in(i->value_num, 1, top) && oracle_in(i->value_den, 1, top) &&
		    oracle_in(i->min_qty, 0, top) && oracle_in(i->max_qty, 0, top) &&
		    oracle_in(i->min_notional, 0, top) && oracle_in(i->maintenance, 0, RATIO_ONE) &&
		    oracle_in(i->taker_fee, 0, RATIO_ONE) && e->generation != UNKNOWN &&
		    e->generation == i->generation;
	return order && flags && money && market && grid;
}

static inline bool oracle_desk(const struct oracle_question *q)
{
	const struct desk *d = &q->desk;
	const int64_t top = VALUE_MAX;
	ms_t now = q->enter.decided_ms;
	bool sane = oracle_in(d->nav, 1, top) && oracle_in(d->nav_peak, 1, top) &&
		    oracle_in(d->nav_day, 1, top) && oracle_in(d->halted_until_ms, 0, top) &&
		    oracle_in(d->cooldown_until_ms, 0, top) && oracle_in(d->minute_ms, 0, top) &&
		    oracle_in(d->entries_minute, 0, top) && oracle_in(d->entries_day, 0, top) &&
		    oracle_in(d->fees_day, 0, top) && oracle_in(d->loss_risk, 0, top) &&
		    oracle_in(d->loss_capital, 0, top) && oracle_in(d->loss_ms, 0, top);
	if (!sane || d->locked || d->paused || d->operator_halt || now < d->halted_until_ms ||
	    now < d->cooldown_until_ms)
		return false;
	if (d->safe_mode && q->enter.confidence < q->limits.safe_confidence)
		return false;
	bool same_minute = now / MINUTE_MS * MINUTE_MS <= d->minute_ms;
	return !(same_minute && d->entries_minute >= q->limits.entries_minute) &&
	       d->entries_day < q->limits.entries_day &&
	       (wide)d->fees_day * RATIO_ONE <= (wide)q->standing.capital * q->limits.fees_day;
}

static inline bool oracle_fresh(const struct oracle_question *q)
{
	ms_t now = q->enter.decided_ms;
	const struct limits *l = &q->limits;
	ms_t ticker = now - q->quote.ticker_ms, bar = now - q->quote.bar_ms, depth = now - q->quote.depth_ms;
	return q->standing.clock_off_ms <= l->clock_off_ms && ticker <= l->ticker_age_ms &&
	       bar <= l->timeframe_ms + l->bar_age_ms && depth <= l->depth_age_ms &&
	       ticker >= -l->clock_off_ms && bar >= -l->clock_off_ms && depth >= -l->clock_off_ms;
}

/* Stop, liquidation and target, all as seen by a long: a short is mirrored by its sign. */
static inline bool oracle_levels(const struct oracle_question *q)
{
	const struct enter *e = &q->enter;
	wide entry = e->entry, away = (wide)e->side * (e->entry - e->stop),
	     gain = (wide)e->side * (e->target - e->entry);
	if (away < 2 || gain <= 0 || away * RATIO_ONE < (entry * q->quote.spread) || 2 * gain < 3 * away)
		return false;
	/* distance to liquidation = entry * (1/L - maintenance), and 1/L is known to 1e-9, rounded down */
	wide inverse = q->standing.leverage < RATIO_ONE ? RATIO_ONE
							: (wide)RATIO_ONE * RATIO_ONE / q->standing.leverage;
	wide room = entry * (inverse - q->instrument.maintenance) / RATIO_ONE;
	if (inverse < q->instrument.maintenance)
		return false;
	/* a long that cannot be liquidated at any price over 0 has all the room there is */
	return away < room || (e->side == 1 && inverse - q->instrument.maintenance >= RATIO_ONE);
}

static inline bool oracle_money(const struct oracle_question *q)
{
	const struct enter *e = &q->enter;
	const struct standing *s = &q->standing;
	wide capital = s->capital, half = q->desk.half_size ? 2 : 1,
	     distance = e->side * (wide)(e->entry - e->stop);
	wide notional = oracle_notional(&q->instrument, e->entry, e->qty);
	wide move = oracle_notional(&q->instrument, distance, e->qty);
	wide traded = oracle_notional(&q->instrument, (wide)e->entry + e->stop, e->qty);
	if (notional > VALUE_MAX || move > VALUE_MAX || traded > VALUE_MAX)
		return false;
	wide risk = move + oracle_ceil(traded * q->instrument.taker_fee, RATIO_ONE);
	const struct desk *d = &q->desk;
	bool remembers = d->loss_risk > 0 && e->decided_ms < d->loss_ms + q->limits.martingale_ms;
	return risk <= VALUE_MAX && half * risk * RATIO_ONE <= capital * q->limits.risk_per_trade &&
	       half * (s->symbol_exposure + notional) * 10 <= capital * 3 &&
	       half * (s->total_exposure + notional) * 2 <= capital &&
	       !(remembers && (d->loss_capital == 0 || risk * d->loss_capital > d->loss_risk * capital)) &&
	       q->quote.depth >= notional * q->limits.depth_multiple;
}

static inline bool oracle_allows(const struct oracle_question *q)
{
	const struct standing *s = &q->standing;
	const struct enter *e = &q->enter;
	const struct instrument *i = &q->instrument;
	if (!oracle_sane(q) || !oracle_desk(q) || !oracle_fresh(q) || !oracle_levels(q) || !oracle_money(q))
		return false;
	bool slips = e->decided_ms < s->slippage_until_ms ||
		     (s->slippage_fills >= q->limits.slippage_fills &&
		      (s->slippage == UNKNOWN || s->slippage > q->limits.slippage));
	bool sized = e->qty >= i->min_qty && e->qty <= i->max_qty &&
		     (wide)e->entry * e->qty * i->value_num / i->value_den >= i->min_notional;
	bool held = !oracle_in(s->side, -1, 1) || s->side == -e->side || (s->side == e->side && s->losing);
	return !slips && sized && !held && s->positions < q->limits.positions &&
	       q->quote.spread <= q->limits.spread &&
	       (wide)q->quote.volatility.num * 100 <= (wide)q->quote.volatility.den * 95;
}

/* Bytes as a source of choices; zeros when they are used up. */
struct oracle_bytes {
	const uint8_t *at;
	size_t left;
};
static inline uint64_t oracle_take(struct oracle_bytes *bytes, size_t count)
{
	uint64_t value = 0;
	for (size_t i = 0; i < count && bytes->left > 0; i++, bytes->left--)
		value = value << 8 | *bytes->at++;
	return value;
}

#define ORACLE_NOW (20000 * DAY_MS + 12 * HOUR_MS)

/* An entry that passes, in one of several sizes, grids and directions. */
static inline struct oracle_question oracle_base(struct oracle_bytes *bytes)
{
	static const struct grid ticks[] = {{1, 2}, {1, 11}, {5, 1}, {1, 8}},
				 lots[] = {{1, 3}, {1, 8}, {1, 0}, {1, 2}};
	uint64_t pick = oracle_take(bytes, 1);
	price_t entry = 1000 + (price_t)oracle_take(bytes, 3), distance = 20 + entry / 50;
	int64_t side = pick & 1 ? SIDE_LONG : SIDE_SHORT;
	struct oracle_question q = {
		.limits = limits_default,
		.standing = {.ready = 1, .healthy = 1, .leverage = RATIO_ONE, .states_known = STATES_ALL},
		.quote = {.spread = BPS,
			  .depth = VALUE_MAX,
			  .ticker_ms = ORACLE_NOW,
			  .depth_ms = ORACLE_NOW,
			  .bar_ms = ORACLE_NOW,
			  .volatility = {50, 100}},
		.instrument = {.tick = ticks[pick >> 1 & 3],
			       .lot = lots[pick >> 3 & 3],
			       .contract = {1, 0},
			       .max_qty = VALUE_MAX,
			       .maintenance = RATIO_ONE / 200,
			       .taker_fee = pick & 64 ? 550000 : 0},
		.enter = {.side = side,
			  .qty = 1 + (qty_t)oracle_take(bytes, 3),
			  .entry = entry,
			  .stop = entry - side * distance,
			  .target = entry + side * ((3 * distance + 1) / 2),
			  .confidence = RATIO_ONE / 2,
			  .leverage = RATIO_ONE,
			  .decided_ms = ORACLE_NOW},
	};
	desk_init(&q.desk);
	(void)instrument_settle(&q.instrument);
	money_t notional = notional_up(&q.instrument, entry, q.enter.qty);
	q.standing.capital = notional > 0 && notional < VALUE_MAX / 8 ? notional * 7 : VALUE_MAX;
	return q;
}

/* The integers of the question that can be spoilt. */
static inline int64_t *oracle_word(struct oracle_question *q, size_t n)
{
	const size_t desk = sizeof(q->desk) / 8, standing = sizeof(q->standing) / 8,
		     quote = sizeof(q->quote) / 8, enter = sizeof(q->enter) / 8;
	int64_t *facts[] = {&q->instrument.status,      &q->instrument.blacklisted,
			    &q->instrument.generation,  &q->instrument.min_qty,
			    &q->instrument.max_qty,     &q->instrument.min_notional,
			    &q->instrument.maintenance, &q->instrument.taker_fee};
	n %= desk + standing + quote + enter + 8;
	if (n < desk)
		return (int64_t *)&q->desk + n;
	n -= desk;
	if (n < standing)
		return (int64_t *)&q->standing + n;
	n -= standing;
	if (n < quote)
		return (int64_t *)&q->quote + n;
	n -= quote;
	return n < enter ? (int64_t *)&q->enter + n : facts[n - enter];
}

/* One value becomes something else: special, a little different, a fraction of C, a time near now, or random.
 */
static inline void oracle_spoil(struct oracle_question *q, struct oracle_bytes *bytes)
{
	static const int64_t special[] = {0,         1,
					  -1,        2,
					  5,         UNKNOWN,
					  VALUE_MAX, VALUE_MAX + 1,
					  INT64_MAX, -VALUE_MAX,
					  RATIO_ONE, CAP_LEVERAGE,
					  10 * BPS,  4 * RATIO_ONE / 5,
					  100,       10};
	int64_t *word = oracle_word(q, oracle_take(bytes, 1));
	uint64_t how = oracle_take(bytes, 1), with = oracle_take(bytes, 2);
	int64_t step = (int64_t)(with % 5) - 2, capital = q->standing.capital;
	if (!oracle_in(capital, 0, VALUE_MAX))
		capital = VALUE_MAX;
	switch (how % 6) {
	case 0:
		*word = special[with % 16] + (special[with % 16] == UNKNOWN     ? 0
					      : special[with % 16] == INT64_MAX ? 0
										: step);
		break;
	case 1: *word = oracle_in(*word, -VALUE_MAX, VALUE_MAX) ? *word + step : step; break;
	case 2: *word = capital / 200 * (int64_t)(with % 128) + step; break;
	case 3: *word = ORACLE_NOW + step - (int64_t)(with % 8) * 10000; break;
	case 4: *word = (int64_t)oracle_take(bytes, 8); break;
	default:
		*word = oracle_in(*word, 0, VALUE_MAX) ? *word / 100 * (int64_t)(with % 256) + step : step;
		break;
	}
}

static inline struct oracle_question oracle_question_make(const uint8_t *data, size_t size)
{
	struct oracle_bytes bytes = {data, size};
	struct oracle_question q = oracle_base(&bytes);
	for (uint64_t spoils = oracle_take(&bytes, 1) % 5; spoils > 0; spoils--)
		oracle_spoil(&q, &bytes);
	return q;
}

/* Whether gate and oracle say the same. *allowed: what they say. */
static inline bool oracle_agrees(const uint8_t *data, size_t size, bool *allowed)
{
	struct oracle_question q = oracle_question_make(data, size);
	struct assessment a;
	risk_assess(&q.limits, &q.desk, &q.standing, &q.quote, &q.instrument, &q.enter, &a);
	*allowed = oracle_allows(&q);
	return *allowed == (a.failed == 0 && a.unanswered == 0);
}

#endif
