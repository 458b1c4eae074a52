/* SPDX-License-Identifier: MIT
 * See world.h. At one instant the order is fixed: settlement, open and mark, fills, stops and targets, closed
 * candles (the market venue emits in that order and the broker answers each event before the engine hears
 * it), then the decision round. */
#include "world.h"

#include "moment.h"
#include "wants.h"

#include <stdlib.h>

#define CARRY_TURNS_MAX 16
#define BARS_AHEAD      16 /* of a tape, on their way from memory */

int world_open(struct world *w)
{
	static const int64_t always = 1;

	if (w->shadow_busy == NULL)
		w->shadow_busy = &always;
	w->heard = calloc(1, sizeof *w->heard);
	w->answers = calloc(1, sizeof *w->answers);
	w->carry = calloc(1, sizeof *w->carry);
	w->asking = calloc(1, sizeof *w->asking);
	w->wants = calloc(1, sizeof *w->wants);
	w->unsaved = calloc(WORLD_UNSAVED_MAX, sizeof *w->unsaved);
	if (!w->heard || !w->answers || !w->carry || !w->asking || !w->wants || !w->unsaved) {
		world_close(w);
		return TB_EFULL;
	}
	return 0;
}

void world_close(struct world *w)
{
	free(w->heard), free(w->answers), free(w->carry), free(w->asking), free(w->wants), free(w->unsaved);
	w->heard = w->answers = w->carry = w->asking = NULL;
	w->wants = NULL, w->unsaved = NULL;
}

static inline void finish_turn(struct world *w);

/* The witness keeps the books of the account; a shadow has its own. */
static inline void look_on(struct world *w, const struct event *event)
{
	bool of_use = event->kind != EVENT_CANDLE && event->kind != EVENT_DEPTH && event->book == BOOK_MAIN;

	if (w->witness.heard && of_use)
		w->witness.heard(w->witness.ctx, event);
}

static inline void think(struct world *w, const struct event *event)
{
	if (event->kind == EVENT_CANDLE && !event->candle.closed)
		return; /* a running bar is the accounts' business: two of four events */
	look_on(w, event);
	engine_step(w->engine, event, w->wants);
	if (!wants_has_room(w->wants))
		finish_turn(w);
}

/* Who hears an event: the engine with all that follows, or, while winding, only the witness. */
typedef void hearer(struct world *w, const struct event *event);

static void tell_all(struct world *w, const struct events *events, hearer *hears)
{
	for (size_t i = 0; i < events->count; i++)
		hears(w, &events->at[i]);
}

static void venue_wire(const struct world *w, struct exchange *venue, ms_t now_ms, struct events *out)
{
	struct wire_in in = {.at_ms = now_ms, .kind = WIRE_TIME};
	struct turn_out turn = {.say = w->outbox, .heard = out};

	venue->ops->on_wire(venue, &in, &turn);
}

static bool split(const struct world *w)
{
	return w->venues.market != w->venues.broker;
}

/* Who has the account of a book; NULL: nobody. */
static struct exchange *account_of(const struct world *w, uint8_t book)
{
	return book == BOOK_SHADOW ? w->venues.shadow : w->venues.broker;
}

static __attribute__((noinline)) void hear_answers(struct world *w, hearer *hears)
{
	tell_all(w, w->answers, hears);
	w->answers->count = 0;
}

/* The shadow, if there is anything in it. */
static struct exchange *shadow_of(const struct world *w)
{
	return *w->shadow_busy != 0 ? w->venues.shadow : NULL;
}

/* An account hears of the market, and what it answers is heard before the market itself. */
static inline void account_hears(struct world *w, struct exchange *account, const struct event *event,
				 struct turn_out *out, hearer *hears)
{
	account->ops->on_market(account, event, out);
	if (w->answers->count > 0)
		hear_answers(w, hears);
}

/* What is due in an account by its own clock: orders on their way. */
static inline void account_wakes(struct world *w, struct exchange *account, ms_t now_ms, hearer *hears)
{
	if (account->ops->next_ms(account) > now_ms)
		return;
	venue_wire(w, account, now_ms, w->answers);
	hear_answers(w, hears);
}

/* The universe changes between what the broker and what the engine hear of it: the engine reads the new grid
 * and is told the old one. */
static void take_instrument(struct world *w, struct event *event)
{
	if (event->kind != EVENT_INSTRUMENT || event->sym >= w->universe->count)
		return;
	w->was = w->universe->at[event->sym];
	w->universe->at[event->sym] = *event->instrument.now;
	event->instrument.was = &w->was;
}

/* What the market venue has said goes to the accounts, then to the hearer. */
static inline __attribute__((always_inline)) void spread(struct world *w, hearer *hears)
{
	struct exchange *broker = split(w) ? w->venues.broker : NULL, *shadow;
	struct turn_out out = {.say = w->outbox, .heard = w->answers};
	struct event *event = w->heard->at;

	for (size_t left = w->heard->count; left > 0; left--, event++) {
		if (broker != NULL)
			account_hears(w, broker, event, &out, hears);
		if ((shadow = shadow_of(w)) != NULL) /* a turn may have ended in between */
			account_hears(w, shadow, event, &out, hears);
		take_instrument(w, event);
		hears(w, event);
	}
}

/* For each hearer a copy of its own: this runs on every event. */
static inline __attribute__((always_inline)) void collect(struct world *w, ms_t now_ms, hearer *hears)
{
	struct exchange *shadow;

	w->heard->count = 0;
	venue_wire(w, w->venues.market, now_ms, w->heard); /* says nothing if it is not time yet */
	spread(w, hears);
	if (split(w))
		account_wakes(w, w->venues.broker, now_ms, hears);
	if ((shadow = shadow_of(w)) != NULL)
		account_wakes(w, shadow, now_ms, hears);
}

/* When the next thing happens in any venue. */
static inline __attribute__((always_inline)) ms_t venues_next_ms(const struct world *w)
{
	const struct exchange *market = w->venues.market, *broker = w->venues.broker, *shadow = shadow_of(w);
	ms_t next = market->ops->next_ms(market);

	if (broker != market)
		next = ms_earlier(next, broker->ops->next_ms(broker));
	return shadow != NULL ? ms_earlier(next, shadow->ops->next_ms(shadow)) : next;
}

void world_wind(struct world *w, ms_t until_ms)
{
	tell_all(w, w->carry, look_on);
	w->carry->count = 0;
	for (;;) {
		ms_t next = venues_next_ms(w);
		if (next > until_ms)
			break;
		w->now_ms = next;
		collect(w, next, look_on);
	}
	w->now_ms = until_ms;
}

static void refuse(struct world *w, const struct intent *intent, bool unrecorded)
{
	const struct order_request *order = &intent->ticket.order;
	struct event *event =
		events_add(w->asking, unrecorded ? EVENT_UNRECORDED : EVENT_ORDER, intent->sym, w->now_ms);

	if (event == NULL)
		return;
	event->book = intent->book;
	if (unrecorded) {
		event->unrecorded.id = intent->id;
		return;
	}
	event->order.id = intent->id;
	event->order.role = client_id_role(intent->id);
	event->order.state = ORDER_REJECTED;
	event->order.side = order->side;
	event->order.qty = order->qty;
}

static void give_history(struct world *w, const struct event *event)
{
	engine_step(w->engine, event, w->wants);
}

static void read_history(struct world *w, const struct intent *intent)
{
	w->history(w->history_ctx, intent->sym, intent->value, give_history, w);
	struct event *end = events_add(w->asking, EVENT_SNAPSHOT_END, intent->sym, w->now_ms);
	if (end)
		end->snapshot.what = SNAPSHOT_HISTORY;
}

static void ask(struct world *w, const struct intent *intent)
{
	struct turn_out turn = {.say = w->outbox, .heard = w->asking};
	bool of_market =
		intent->kind == INTENT_WATCH || intent->kind == INTENT_SCAN || intent->kind == INTENT_HISTORY;
	struct exchange *venue = of_market ? w->venues.market : account_of(w, intent->book);

	if (intent->kind == INTENT_HISTORY && w->history != NULL) {
		read_history(w, intent);
		return;
	}
	if (intent->kind == INTENT_WATCH && w->watch != NULL)
		w->watch(w->watch_ctx, intent->sym, intent->value != 0);
	if (venue != NULL)
		venue->ops->ask(venue, intent, w->now_ms, &turn);
}

static void act(struct world *w, const struct intent *intent, bool recorded)
{
	struct turn_out turn = {.say = w->outbox, .heard = w->asking};
	struct exchange *account = account_of(w, intent->book);

	if (intent->kind != INTENT_TICKET) {
		ask(w, intent);
		return;
	}
	if (!recorded && intent->ticket.order.verb == VERB_ENTER) {
		w->dropped_enters++;
		refuse(w, intent, true);
		return;
	}
	if (w->witness.sent && intent->book == BOOK_MAIN)
		w->witness.sent(w->witness.ctx, &intent->ticket.order, w->now_ms);
	if (account == NULL || account->ops->submit(account, &intent->ticket, w->now_ms, &turn) != 0)
		refuse(w, intent, false);
}

/* A failed commit loses nothing: its records wait for the next good one. */
static bool record(struct world *w)
{
	struct turn_records turn = {.turn = ++w->turn,
				    .now_ms = w->now_ms,
				    .late = w->unsaved,
				    .late_count = w->unsaved_count,
				    .wants = w->wants};
	int err = w->sink.commit(w->sink.ctx, &turn);

	if (err == 0) {
		w->unsaved_count = 0;
		return true;
	}
	w->failed_commits++;
	for (size_t i = 0; i < w->wants->record_count; i++) {
		if (w->unsaved_count < WORLD_UNSAVED_MAX)
			w->unsaved[w->unsaved_count++] = w->wants->records[i];
		else
			w->lost_records++;
	}
	return false;
}

/* History may have wanted something: of the intents only that is kept. */
static void keep_after(struct wants *wants, size_t acted)
{
	for (size_t i = acted; i < wants->intent_count; i++)
		wants->intents[i - acted] = wants->intents[i];
	wants->intent_count -= acted;
}

/* Whether an intent is about to reach an account, or the world to be saved. A scan asks the market alone. */
static bool wakes_accounts(const struct world *w)
{
	bool wakes = w->sink.acted != NULL && w->wants->intent_count > 0;

	for (size_t i = 0; i < w->wants->intent_count && !wakes; i++)
		wakes = w->wants->intents[i].kind != INTENT_SCAN;
	return wakes;
}

/* Record, then act. What the answers say is carried into the next turn. */
static __attribute__((noinline)) void record_and_act(struct world *w)
{
	struct wants *wants = w->wants;
	bool recorded = record(w);
	size_t intents = wants->intent_count;
	wants->record_count = 0;
	w->asking->count = 0;
	if (intents > 0) {
		bool wakes = wakes_accounts(w);
		w->woken |= wakes;
		if (w->wake != NULL)
			w->wake(w->wake_ctx, wakes);
	}
	for (size_t i = 0; i < intents; i++)
		act(w, &wants->intents[i], recorded);
	keep_after(wants, intents);
	for (size_t i = 0; i < w->asking->count; i++) {
		tb_assert(w->carry->count < EVENTS_MAX); /* order news never drops */
		w->carry->at[w->carry->count++] = w->asking->at[i];
	}
	if (w->sink.acted && intents > 0)
		w->sink.acted(w->sink.ctx, w->turn);
}

static inline void finish_turn(struct world *w)
{
	if (w->wants->intent_count > 0 || w->wants->record_count > 0)
		record_and_act(w);
}

/* The end of a turn, recorded and acted on: only now does anything move. */
static inline void end_turn(struct world *w)
{
	finish_turn(w);
	if (w->outbox != NULL && w->outbox->count > 0)
		w->hand_out(w->hand_out_ctx, w->outbox, w->now_ms);
}

static void hear_carried(struct world *w)
{
	struct events *carried = w->carry;

	w->carry = w->heard; /* finish_turn may carry on while we read */
	w->carry->count = 0;
	w->heard = carried;
	tell_all(w, carried, think);
	carried->count = 0;
}

ms_t world_next_ms(const struct world *w)
{
	if (w->carry->count > 0)
		return w->now_ms;
	ms_t next = venues_next_ms(w), engine = engine_next_ms(w->engine);
	next = engine < next ? engine : next;
	return next > w->now_ms ? next : w->now_ms;
}

/* What is due by the engine's own clock. */
static inline void engine_wakes(struct world *w)
{
	if (engine_next_ms(w->engine) > w->now_ms)
		return;
	struct event time = {.kind = EVENT_TIME, .at_ms = w->now_ms, .sym = SYM_NONE};
	if (!wants_has_room(w->wants))
		finish_turn(w);
	think(w, &time);
}

void world_turn(struct world *w, ms_t now_ms)
{
	w->now_ms = now_ms;
	if (w->carry->count > 0)
		hear_carried(w);
	else {
		collect(w, now_ms, think);
		engine_wakes(w);
	}
	end_turn(w);
}

void world_hear(struct world *w, const struct wire_in *in)
{
	struct exchange *market = w->venues.market;
	struct turn_out out = {.say = w->outbox};

	w->now_ms = in->at_ms;
	/* What an account has answered is older than what this may lead it to. */
	for (int i = 0; i < CARRY_TURNS_MAX && w->carry->count > 0; i++) {
		hear_carried(w);
		end_turn(w);
	}
	out.heard = w->heard; /* the two lists change places */
	w->heard->count = 0;
	market->ops->on_wire(market, in, &out);
	spread(w, think);
	end_turn(w);
}

void world_change(struct world *w, sym_t sym, const struct instrument *now)
{
	w->heard->count = 0;
	events_add(w->heard, EVENT_INSTRUMENT, sym, w->now_ms)->instrument.now = now;
	spread(w, think);
	end_turn(w);
}

/* Where nothing is held or due a quote changes itself and nothing else: it needs no room. */
static void hear_quote(struct world *w, const struct event *event)
{
	look_on(w, event);
	engine_step(w->engine, event, w->wants);
}

void world_hear_quotes(struct world *w)
{
	tell_all(w, w->quotes(w->quotes_ctx), hear_quote);
}

/* Nine bars of ten lead to no decision: nobody needs the quotes between them. */
static inline void hear_bar(struct world *w, sym_t sym, const struct candle *bar)
{
	if (engine_pass(w->engine, sym, bar, w->now_ms, w->wants)) {
		world_hear_quotes(w);
		engine_go_on(w->engine, w->wants);
	}
}

/* Who is woken has heard the quotes. */
static inline void finish_passing(struct world *w)
{
	if (w->wants->intent_count > 0 && wakes_accounts(w))
		world_hear_quotes(w);
	finish_turn(w);
}

static inline void pass_instant(struct world *w, const struct stretch *stretch, size_t at)
{
	for (size_t sym = 0; sym < stretch->symbols; sym++) {
		const struct candle *bar = stretch->bars[sym];
		if (bar == NULL)
			continue;
		if (sym > 0 && !wants_has_room(w->wants)) /* the turn before has left it empty */
			finish_passing(w);
		__builtin_prefetch(bar + at + BARS_AHEAD);
		hear_bar(w, (sym_t)sym, bar + at);
	}
	engine_wakes(w);
	finish_passing(w);
	if (w->carry->count > 0 && !w->woken) { /* a scan's answer, which is no account's business */
		hear_carried(w);
		finish_passing(w);
	}
}

bool world_pass(struct world *w, const struct stretch *stretch)
{
	ms_t now_ms = stretch->first_ms;

	w->woken = false;
	for (size_t at = 0; at < stretch->instants; at++, now_ms += stretch->every_ms) {
		ms_t due_ms = engine_next_ms(w->engine);
		if (at > 0 && due_ms < now_ms)
			break;
		w->now_ms = now_ms;
		pass_instant(w, stretch, at);
		if (w->woken)
			return true;
	}
	return false;
}

void world_tell(struct world *w, const struct event *event)
{
	if (event->at_ms > w->now_ms)
		w->now_ms = event->at_ms;
	think(w, event);
	end_turn(w);
}

/* A world that stood still is seen again as it was before anything else in it is heard: bars and quotes,
 * which nobody needs to record that he asked for. */
static void look_again(struct world *w)
{
	struct wants *wants = w->wants;
	size_t intents = wants->intent_count;

	w->asking->count = 0;
	for (size_t i = 0; i < intents; i++)
		ask(w, &wants->intents[i]);
	keep_after(wants, intents);
	for (size_t i = 0; i < w->asking->count; i++)
		think(w, &w->asking->at[i]);
}

/* What was carried over from before a restart is heard first, and recorded with the first turn: a second
 * death finds it either still in the saved state or in the journal. */
void world_begin(struct world *w, ms_t now_ms, const struct event *link)
{
	struct event restored = {.kind = EVENT_SNAPSHOT_END,
				 .at_ms = now_ms,
				 .sym = SYM_NONE,
				 .snapshot.what = SNAPSHOT_JOURNAL};

	w->now_ms = now_ms;
	if (engine_goes_on(w->engine)) {
		think(w, &restored);
		look_again(w);
		hear_carried(w);
		end_turn(w);
		return;
	}
	hear_carried(w);
	if (link != NULL)
		think(w, link);
	think(w, &restored);
	end_turn(w);
}

int world_start(struct world *w, ms_t now_ms)
{
	struct event link = {.kind = EVENT_LINK,
			     .at_ms = now_ms,
			     .sym = SYM_NONE,
			     .link = {.state = LINK_UP, .latency_ms = 0, .clock_off_ms = 0}};

	world_begin(w, now_ms, &link);
	for (int i = 0; i < CARRY_TURNS_MAX && w->carry->count > 0; i++) {
		hear_carried(w);
		finish_turn(w);
	}
	return engine_ready(w->engine) ? 0 : TB_EIO;
}
