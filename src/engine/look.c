/* SPDX-License-Identifier: MIT
 * What the engine shows of itself: read only, for drivers and for people. And the one thing an owner may
 * change while it runs. */
#include "engine_internal.h"

/* Rules that an order cannot do anything about. In the order of the catalogue. */
#define BIT(refusal) (UINT64_C(1) << REFUSAL_##refusal)
static const uint64_t no_orders_fault =
	BIT(LOCKED) | BIT(PAUSED) | BIT(DAY_HALTED) | BIT(COOLDOWN) | BIT(OPERATOR_HALT) | BIT(NOT_READY) |
	BIT(UNHEALTHY) | BIT(CLOCK) | BIT(TICKER_STALE) | BIT(BAR_STALE) | BIT(ORDER_UNKNOWN) |
	BIT(UNRECONCILED) | BIT(UNEXPLAINED) | BIT(NOT_TRADING) | BIT(BLACKLISTED) | BIT(FOREIGN) |
	BIT(LEVERAGE) | BIT(POSITIONS) | BIT(ENTRY_PENDING) | BIT(VOLATILITY) | BIT(SPREAD) | BIT(DEPTH) |
	BIT(SLIPPAGE) | BIT(ENTRIES_MINUTE) | BIT(ENTRIES_DAY) | BIT(FEES_DAY);

const struct scanner *engine_scanner(const struct engine *e)
{
	return &e->scanner;
}

ms_t engine_scanned_ms(const struct engine *e)
{
	return e->scanned_ms;
}

ms_t engine_scan_due_ms(const struct engine *e)
{
	return e->scan_ms;
}

ratio_t engine_stage(const struct engine *e)
{
	return e->stage.stage;
}

enum health_fault engine_health(const struct engine *e, ms_t now_ms)
{
	return health_fault(&e->health, now_ms);
}

/* The smallest entry there is meets every rule but those about itself. */
static void find_closed(struct engine *e, sym_t sym, ms_t now_ms, struct engine_view *out)
{
	const struct instrument *instrument = &e->universe->at[sym];
	const struct enter probe = {.sym = sym,
				    .generation = instrument->generation,
				    .side = SIDE_LONG,
				    .qty = instrument->min_qty > 0 ? instrument->min_qty : 1,
				    .entry = out->quote.ask,
				    .confidence = RATIO_ONE,
				    .leverage = e->set.decision.leverage,
				    .decided_ms = now_ms};
	struct standing standing;
	struct assessment answer;

	engine_standing(e, BOOK_MAIN, sym, &standing);
	standing.healthy = health_ok(&e->health, now_ms) && e->execution.away_ms == 0;
	out->exposure = standing.symbol_exposure;
	risk_assess(&e->set.limits, &e->desk, &standing, &out->quote, instrument, &probe, &answer);
	uint64_t closed = answer.failed & no_orders_fault;
	out->unanswered = closed == 0;
	if (closed == 0)
		closed = answer.unanswered & no_orders_fault;
	out->closed = closed == 0 ? REFUSAL_NONE : (enum refusal)__builtin_ctzll(closed);
	out->unanswered = out->unanswered && closed != 0;
}

void engine_look(struct engine *e, sym_t sym, ms_t now_ms, struct engine_view *out)
{
	const struct engine_symbol *s = &e->symbols[sym];

	*out = (struct engine_view){.watched = s->watched,
				    .scanned = s->scanned,
				    .quote = s->quote,
				    .regime = s->regime,
				    .bars = (int64_t)s->series->bars,
				    .leverage = s->leverage,
				    .funding_rate = s->funding_rate,
				    .funding_ms = s->funding_ms};
	/* only decisions ask for these, and so do we */
	out->quote.spread = quote_spread(out->quote.bid, out->quote.ask);
	out->quote.volatility = series_volatility(s->series);
	find_closed(e, sym, now_ms, out);
}

void engine_set_limits(struct engine *e, const struct limits *limits)
{
	const struct limits was = e->set.limits;

	e->set.limits = *limits;
	e->set.limits.timeframe_ms = was.timeframe_ms;
	e->set.limits.ticket_ms = was.ticket_ms;
}
