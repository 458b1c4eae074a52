/* SPDX-License-Identifier: MIT
 * See spy.h. */
#include "spy.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* rules.md section 4, rule 2 */
#define TICKER_AGE_MS (30 * SECOND_MS)
#define BAR_AGE_MS    (10 * SECOND_MS)

void spy_init(struct spy *spy, struct exchange *inner, ms_t timeframe_ms)
{
	*spy = (struct spy){.inner = inner, .timeframe_ms = timeframe_ms};
}

void spy_close(struct spy *spy)
{
	for (size_t i = 0; i < SYMBOLS_MAX; i++)
		free(spy->symbols[i].bars), free(spy->symbols[i].begins);
}

void spy_begin_anew(struct spy *spy)
{
	for (size_t i = 0; i < SYMBOLS_MAX; i++) {
		spy->symbols[i].watched = false;
		spy->symbols[i].begun = true;
		spy->symbols[i].ticker_ms = 0;
	}
}

void spy_violation(struct spy *spy, const char *format, ...)
{
	va_list list;

	spy->violations++;
	if (spy->first[0] != '\0')
		return;
	va_start(list, format);
	vsnprintf(spy->first, sizeof spy->first, format, list);
	va_end(list);
}

static void keep_bar(struct spy_symbol *s, const struct candle *bar, bool begins)
{
	if (s->count == s->room) {
		s->room = s->room > 0 ? 2 * s->room : 1024;
		s->bars = realloc(s->bars, s->room * sizeof *s->bars);
		s->begins = realloc(s->begins, s->room * sizeof *s->begins);
		if (s->bars == NULL || s->begins == NULL)
			abort();
	}
	s->bars[s->count] = *bar;
	s->begins[s->count++] = begins;
}

static void hear_candle(struct spy *spy, const struct event *event)
{
	struct spy_symbol *s = &spy->symbols[event->sym];
	const struct candle *bar = &event->candle.candle;
	bool begins = s->count == 0 || s->begun || (s->renewed && event->candle.history);

	if (!event->candle.closed)
		return;
	spy->closed++;
	if (!begins && bar->open_ms <= s->bars[s->count - 1].open_ms)
		spy_violation(spy, "symbol %u: the bar of %lld after that of %lld", event->sym,
			      (long long)bar->open_ms, (long long)s->bars[s->count - 1].open_ms);
	if (event->at_ms < bar->open_ms + spy->timeframe_ms)
		spy_violation(spy, "symbol %u: the bar of %lld was closed at %lld", event->sym,
			      (long long)bar->open_ms, (long long)event->at_ms);
	s->renewed = s->begun = false;
	keep_bar(s, bar, begins);
}

static void hear(struct spy *spy, const struct event *event)
{
	switch (event->kind) {
	case EVENT_CANDLE: hear_candle(spy, event); break;
	case EVENT_TICKER:
		spy->quotes++;
		spy->symbols[event->sym].ticker_ms = event->at_ms;
		break;
	case EVENT_INSTRUMENT:
		spy->symbols[event->sym].changed = true;
		spy->symbols[event->sym].renewed = true;
		break;
	case EVENT_GARBAGE: spy->garbage++; break;
	case EVENT_LINK: spy->downs += event->link.state == LINK_DOWN; break;
	default: break;
	}
}

static void hear_all(struct spy *spy, const struct turn_out *out, size_t from)
{
	for (size_t i = from; i < out->heard->count; i++) {
		hear(spy, &out->heard->at[i]);
		if (spy->heard != NULL)
			spy->heard(spy->ctx, &out->heard->at[i]);
	}
}

static int spy_on_wire(struct exchange *exchange, const struct wire_in *in, struct turn_out *out)
{
	struct spy *spy = exchange->state;
	size_t from = out->heard->count;
	int err = spy->inner->ops->on_wire(spy->inner, in, out);

	hear_all(spy, out, from);
	return err;
}

static int spy_on_market(struct exchange *exchange, const struct event *event, struct turn_out *out)
{
	struct spy *spy = exchange->state;

	return spy->inner->ops->on_market(spy->inner, event, out);
}

static int spy_submit(struct exchange *exchange, const struct ticket *ticket, ms_t now, struct turn_out *out)
{
	struct spy *spy = exchange->state;

	return spy->inner->ops->submit(spy->inner, ticket, now, out);
}

static int spy_ask(struct exchange *exchange, const struct intent *intent, ms_t now, struct turn_out *out)
{
	struct spy *spy = exchange->state;
	size_t from = out->heard->count;

	if (intent->kind == INTENT_HISTORY)
		spy->symbols[intent->sym].renewed = true;
	if (intent->kind == INTENT_WATCH)
		spy->symbols[intent->sym].watched = intent->value != 0;
	if (spy->asked != NULL)
		spy->asked(spy->ctx, intent);
	int err = spy->inner->ops->ask(spy->inner, intent, now, out);
	hear_all(spy, out, from);
	return err;
}

static ms_t spy_next_ms(const struct exchange *exchange)
{
	const struct spy *spy = exchange->state;

	return spy->inner->ops->next_ms(spy->inner);
}

static const struct universe *spy_listing(const struct exchange *exchange)
{
	const struct spy *spy = exchange->state;

	return spy->inner->ops->listing(spy->inner);
}

static void spy_attach(struct exchange *exchange, const struct universe *universe)
{
	struct spy *spy = exchange->state;

	spy->inner->ops->attach(spy->inner, universe);
}

const struct exchange_ops spy_ops = {
	.name = "spy",
	.state_bytes = sizeof(struct spy),
	.on_wire = spy_on_wire,
	.on_market = spy_on_market,
	.submit = spy_submit,
	.ask = spy_ask,
	.next_ms = spy_next_ms,
	.listing = spy_listing,
	.attach = spy_attach,
};

void spy_sent(void *ctx, const struct order_request *order, ms_t now_ms)
{
	struct spy *spy = ctx;
	const struct spy_symbol *s = &spy->symbols[order->sym];

	if (order->verb != VERB_ENTER)
		return;
	spy->entries++;
	if (s->ticker_ms == 0 || now_ms - s->ticker_ms > TICKER_AGE_MS)
		spy_violation(spy, "symbol %lld: an entry at %lld rests on a quote of %lld",
			      (long long)order->sym, (long long)now_ms, (long long)s->ticker_ms);
	ms_t end_ms = s->count > 0 ? s->bars[s->count - 1].open_ms + spy->timeframe_ms : 0;
	if (now_ms - end_ms > spy->timeframe_ms + BAR_AGE_MS)
		spy_violation(spy, "symbol %lld: an entry at %lld rests on a bar that ended at %lld",
			      (long long)order->sym, (long long)now_ms, (long long)end_ms);
}

static bool same(const struct candle *a, const struct candle *b)
{
	return a->open == b->open && a->high == b->high && a->low == b->low && a->close == b->close &&
	       a->volume == b->volume;
}

void spy_compare(struct spy *spy, sym_t sym, const char *name, const struct candle *truth, size_t count,
		 ms_t until_ms)
{
	const struct spy_symbol *s = &spy->symbols[sym];
	size_t at = 0;

	for (size_t i = 0; i < s->count; i++) {
		if (s->begins[i])
			at = 0;
		size_t from = at;
		while (at < count && truth[at].open_ms < s->bars[i].open_ms)
			at++;
		if (at == count || truth[at].open_ms != s->bars[i].open_ms) {
			spy_violation(spy, "%s: a bar of %lld that never was", name,
				      (long long)s->bars[i].open_ms);
			return;
		}
		if (!s->begins[i] && at > from)
			spy_violation(spy, "%s: %zu bars are missing before %lld", name, at - from,
				      (long long)s->bars[i].open_ms);
		if (!same(&truth[at], &s->bars[i]))
			spy_violation(spy, "%s: the bar of %lld is not as it was", name,
				      (long long)s->bars[i].open_ms);
		at++;
	}
	if (s->watched && at < count && truth[at].open_ms + spy->timeframe_ms <= until_ms)
		spy_violation(spy, "%s: the bar of %lld never came", name, (long long)truth[at].open_ms);
}
