/* SPDX-License-Identifier: MIT
 * DECIDE and RISK: the signals of one round, best first, each sized, judged and, if the gate seals it, sent.
 * Every signal leaves a DECISION behind, with the reason why it did or did not become an order. */
#include "engine_internal.h"

#include <string.h>

#define CANDIDATES_MAX 64

struct candidate {
	sym_t sym;
	enum book book;
	struct signal signal;
	ratio_t weight; /* salience weight */
	bool advised;
};

static ratio_t rank_of(const struct candidate *c)
{
	return share_down(c->signal.confidence, c->weight);
}

static bool comes_before(const struct engine *e, const struct candidate *a, const struct candidate *b)
{
	if (a->book != b->book) /* a shadow never crowds out what is meant */
		return a->book < b->book;
	ratio_t rank = rank_of(a), other = rank_of(b);
	if (rank != other)
		return rank > other;
	return strcmp(e->universe->at[a->sym].name, e->universe->at[b->sym].name) < 0;
}

/* The adviser can only take away: confidence down, a strategy off, a veto. */
static void take_advice(const struct engine *e, const struct engine_symbol *s, struct candidate *c)
{
	const struct advice *advice = &s->advice;

	if (advice->until_ms <= e->now_ms)
		return;
	c->advised = true;
	bool off = advice->regime != REGIME_NONE && advice->regime != (int64_t)s->regime;
	ratio_t confidence = c->signal.confidence + advice->adjustment;
	c->signal.confidence = advice->veto || off || confidence < 0 ? 0 : confidence;
}

/* What may not trade, because it is archived in this regime or because the account is not promoted, is tried
 * in the shadow book; with the weight it would come back with. */
static void choose_book(const struct engine *e, const struct engine_symbol *s, struct candidate *c)
{
	c->weight = learning_weight(&e->learning, &e->set.learning, BOOK_MAIN, c->signal.strategy, s->regime);
	if (!e->set.shadow || (c->weight > 0 && e->stage.stage != STAGE_SHADOW))
		return;
	c->book = BOOK_SHADOW;
	if (c->weight == 0)
		c->weight = e->set.learning.weight_insufficient;
}

/* The best candidates of the round, best first. */
static size_t gather(struct engine *e, struct candidate out[static CANDIDATES_MAX])
{
	size_t count = 0;

	for (size_t sym = 0; sym < e->universe->count; sym++) {
		struct engine_symbol *s = &e->symbols[sym];
		if (!s->watched || s->delivered_ms != e->round_ms || s->signal.side == SIDE_NONE)
			continue;
		struct candidate c = {.sym = (sym_t)sym, .book = BOOK_MAIN, .signal = s->signal};
		take_advice(e, s, &c);
		choose_book(e, s, &c);
		s->signal.side = SIDE_NONE; /* a signal is used once */
		if (count == CANDIDATES_MAX && !comes_before(e, &c, &out[count - 1]))
			continue;
		size_t i = count < CANDIDATES_MAX ? count++ : count - 1;
		while (i > 0 && comes_before(e, &c, &out[i - 1])) {
			out[i] = out[i - 1];
			i--;
		}
		out[i] = c;
	}
	return count;
}

static void record_decision(struct engine *e, const struct candidate *c, const struct enter *enter,
			    enum verdict verdict, enum note note, const struct finding *why)
{
	const struct engine_symbol *s = &e->symbols[c->sym];

	wants_record(e->wants, RECORD_DECISION)->decision =
		(struct decision){.seq = ++e->seq,
				  .at_ms = e->now_ms,
				  .book = c->book,
				  .sym = c->sym,
				  .bar_ms = s->bar_ms,
				  .strategy = c->signal.strategy,
				  .side = c->signal.side,
				  .regime = s->regime,
				  .confidence = c->signal.confidence,
				  .entry = enter->entry,
				  .stop = enter->stop,
				  .target = enter->target,
				  .qty = enter->qty,
				  .verdict = verdict,
				  .note = note,
				  .rule = why->rule,
				  .limit_value = why->limit,
				  .actual_value = why->actual};
}

static money_t scanned_exposure(struct engine *e, enum book book)
{
	money_t sum = 0;

	for (size_t i = 0; i < e->execution.active_count; i++) {
		const struct holding *h = execution_active(&e->execution, i);
		money_t exposure = h->book == book && h->scanned
					   ? execution_exposure(&e->execution, book, (sym_t)h->sym,
								e->symbols[h->sym].quote.mark)
					   : 0;
		if (exposure == UNKNOWN)
			return VALUE_MAX;
		sum += exposure;
	}
	return sum;
}

/* What cannot be asked of decision_place: it knows one proposal, not the desk's habits. */
static enum note not_now(struct engine *e, const struct candidate *c, struct finding *why)
{
	const struct engine_symbol *s = &e->symbols[c->sym];
	ms_t pause_ms = e->set.decision.pause_bars * e->set.limits.timeframe_ms;

	if (c->advised && c->signal.confidence == 0)
		return NOTE_ADVICE;
	if (c->weight == 0)
		return NOTE_ARCHIVED;
	if (execution_holding(&e->execution, c->book, c->sym)->phase != PHASE_FLAT ||
	    execution_entry_pending(&e->execution, c->book, c->sym))
		return NOTE_HELD;
	ms_t exit_ms = s->exit_ms[c->book];
	if (exit_ms != 0 && s->bar_ms - exit_ms < pause_ms) {
		*why = (struct finding){.limit = pause_ms, .actual = s->bar_ms - exit_ms};
		return NOTE_PAUSE_BARS;
	}
	return NOTE_ENTERED;
}

/* The desk that judges: the account's own, or that of the shadow, which has no history. */
static const struct desk *desk_of(struct engine *e, enum book book)
{
	if (book == BOOK_MAIN)
		return &e->desk;
	ladder_step(&e->set.limits, &e->shadow_desk, &(struct fact){.kind = FACT_TIME, .at_ms = e->now_ms});
	return &e->shadow_desk;
}

/* What stands, for a candidate. A shadow has all of E to itself, and an exchange that is its own: what an
 * account may have against an entry (stage, unexplained equity, foreign positions) says nothing about a
 * strategy. */
static void read_standing(struct engine *e, const struct candidate *c, struct standing *out)
{
	engine_standing(e, c->book, c->sym, out);
	if (c->book == BOOK_MAIN)
		return;
	out->capital = engine_equity(e);
	out->unexplained = out->foreign = 0;
	out->leverage = e->set.decision.leverage;
}

static enum note size(struct engine *e, const struct candidate *c, const struct decision_input *in,
		      const struct standing *standing, struct enter *enter, struct finding *why)
{
	money_t equity = engine_equity(e);
	struct decision_account account = {
		.limits = &e->set.limits,
		.desk = desk_of(e, c->book),
		.standing = standing,
		.scanned = e->symbols[c->sym].scanned,
		.scanned_exposure = scanned_exposure(e, c->book),
		.available = equity == UNKNOWN || standing->total_exposure == UNKNOWN ? UNKNOWN
			     : equity > standing->total_exposure ? equity - standing->total_exposure
								 : 0,
		.weight = c->weight};

	return decision_size(&e->set.decision, in, &account, enter, why);
}

/* Placed first: most signals are not worth their costs, and nobody asks what stands for them. */
static enum note propose(struct engine *e, const struct candidate *c, struct standing *standing,
			 struct enter *enter, struct finding *why)
{
	const struct engine_symbol *s = &e->symbols[c->sym];
	int64_t fills;
	ratio_t slippage = slippage_mean(&e->slippage, &e->set.limits, c->sym, e->now_ms, &fills);
	struct decision_input in = {.signal = &c->signal,
				    .quote = &s->quote,
				    .instrument = &e->universe->at[c->sym],
				    .close = s->close,
				    .slippage = slippage > 0 ? slippage : 0,
				    .funding_rate = s->funding_rate,
				    .funding_ms = s->funding_ms,
				    .hold_ms = learning_holding_ms(&e->learning, c->signal.strategy),
				    .now_ms = e->now_ms};
	enum note note = decision_place(&e->set.decision, &in, enter, why);

	if (note == NOTE_ENTERED) {
		read_standing(e, c, standing);
		note = size(e, c, &in, standing, enter, why);
	}
	enter->book = c->book, enter->sym = c->sym;
	return note;
}

static void enter_market(struct engine *e, const struct candidate *c, const struct ticket *ticket,
			 const struct standing *standing)
{
	const struct engine_symbol *s = &e->symbols[c->sym];
	const struct rank *rank = &s->quote.volatility;
	struct holding plan = {.strategy = c->signal.strategy,
			       .regime = s->regime,
			       .trail = c->signal.trail,
			       .signal_ms = s->bar_ms,
			       .capital = standing->capital,
			       .equity_before = engine_equity(e),
			       .confidence = c->signal.confidence,
			       .volatility = mul_div_down(rank->num, RATIO_ONE, rank->den),
			       .spread = s->quote.spread,
			       .depth = s->quote.depth,
			       .scanned = s->scanned,
			       .advised = c->advised,
			       .drawdown_before = c->book == BOOK_MAIN ? desk_drawdown(&e->desk) : 0,
			       .stage = e->stage.stage};

	execution_enter(&e->execution, ticket, &plan, e->now_ms, e->wants);
	if (c->book == BOOK_MAIN)
		engine_fact(e, &(struct fact){.kind = FACT_ENTRY, .at_ms = e->now_ms});
	engine_note(e, NOTE_ENTERED, c->sym, REFUSAL_NONE, c->signal.strategy, c->signal.side);
}

static void decide_one(struct engine *e, const struct candidate *c)
{
	struct enter enter = {
		.book = c->book, .sym = c->sym, .side = c->signal.side, .confidence = c->signal.confidence};
	struct finding why = {0};
	struct standing standing;
	struct ticket ticket;

	struct quote *quote = &e->symbols[c->sym].quote;
	quote->spread = quote_spread(quote->bid, quote->ask); /* only here is it asked for */
	enum note note = not_now(e, c, &why);
	if (note != NOTE_ENTERED) {
		record_decision(e, c, &enter, VERDICT_NO_TRADE, note, &why);
		return;
	}
	note = propose(e, c, &standing, &enter, &why);
	if (note != NOTE_ENTERED) {
		record_decision(e, c, &enter, VERDICT_NO_TRADE, note, &why);
		return;
	}
	const struct order_ids ids = {execution_next_id(&e->execution, ROLE_ENTRY),
				      execution_next_id(&e->execution, ROLE_STOP),
				      execution_next_id(&e->execution, ROLE_TARGET)};
	if (risk_enter(&e->set.limits, desk_of(e, c->book), &standing, &e->symbols[c->sym].quote,
		       &e->universe->at[c->sym], &enter, &ids, &why, &ticket) != REFUSAL_NONE) {
		record_decision(e, c, &enter, VERDICT_REFUSED, NOTE_REFUSED, &why);
		return;
	}
	record_decision(e, c, &enter, VERDICT_APPROVED, NOTE_ENTERED, &(struct finding){0});
	enter_market(e, c, &ticket, &standing);
}

void engine_decide(struct engine *e)
{
	struct candidate candidates[CANDIDATES_MAX];
	size_t count = gather(e, candidates);

	for (size_t i = 0; i < count; i++)
		decide_one(e, &candidates[i]);
}
