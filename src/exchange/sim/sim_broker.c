/* SPDX-License-Identifier: MIT
 * The seam of the simulated broker: what is on its way to the matching engine, what is asked, what the market
 * says. Orders, cancels and questions travel for the same latency, so none overtakes another but by a fault.
 */
#include "sim_broker.h"

#include <string.h>

#include "hash.h"
#include "sim_match.h"

#define LEVERAGE_DEFAULT (10 * RATIO_ONE)
#define LEVERAGE_MOST    (125 * RATIO_ONE)
#define LATENCY_MOST_MS  HOUR_MS
#define PROTECTION       (RATIO_ONE / 100)

int sim_broker_init(struct sim_broker *broker, const struct sim_broker_setup *setup,
		    const struct universe *universe)
{
	memset(broker, 0, sizeof(*broker));
	broker->setup = *setup;
	if (setup->leverage == 0)
		broker->setup.leverage = LEVERAGE_DEFAULT;
	if (setup->protection == 0)
		broker->setup.protection = PROTECTION;
	struct sim_model *model = &broker->setup.model;
	if (model->half_spread == 0 && model->impact == 0 && model->impact_cap == 0)
		*model = sim_model_default;
	if (setup->balance < 0 || setup->balance > VALUE_MAX || setup->latency_ms < 0 ||
	    setup->latency_ms > LATENCY_MOST_MS || setup->book < 0 || setup->book >= BOOK_COUNT ||
	    broker->setup.leverage < RATIO_ONE || broker->setup.leverage > LEVERAGE_MOST ||
	    broker->setup.protection < 0 || broker->setup.protection > RATIO_ONE ||
	    !sim_model_usable(model) || !sim_weather_usable(&setup->weather))
		return TB_EINVAL;
	broker->wallet = setup->balance;
	broker->due_ms = NEVER_MS;
	broker->weather.next_ms = setup->weather.sky == SIM_SKY_CALM ? NEVER_MS : 0;
	for (size_t i = 0; i < universe->count && i < SIM_SYMBOLS_MAX; i++)
		sim_broker_add(broker, (sym_t)i, &universe->at[i]);
	return TB_OK;
}

static bool arrival_in(const struct sim_broker *broker, sym_t sym)
{
	for (int64_t i = 0; i < broker->arrival_count; i++)
		if (broker->arrivals[i].kind == SIM_ARRIVAL_ORDER && broker->arrivals[i].order.sym == sym)
			return true;
	return false;
}

/* A slot for a new symbol: a fresh one, or that of a symbol the account has nothing in. NULL: none. */
static struct sim_slot *free_slot(struct sim_broker *broker, sym_t sym)
{
	int64_t at = broker->slot_count;

	if (at < SIM_SYMBOLS_MAX) {
		broker->slot_count++;
	} else {
		for (at = 0; at < SIM_SYMBOLS_MAX; at++)
			if (broker->slots[at].qty == 0 && !arrival_in(broker, broker->sym_of[at]))
				break;
		if (at == SIM_SYMBOLS_MAX)
			return NULL;
		broker->slot_of[broker->sym_of[at]] = 0;
	}
	broker->slot_of[sym] = (uint8_t)(at + 1);
	broker->sym_of[at] = sym;
	return &broker->slots[at];
}

int sim_broker_add(struct sim_broker *broker, sym_t sym, const struct instrument *instrument)
{
	if (sym >= SYMBOLS_MAX || instrument->value_num <= 0 || instrument->value_den <= 0)
		return TB_EINVAL;
	struct sim_slot *slot = sim_slot_of(broker, sym);

	if (slot != NULL && instrument->generation == slot->instrument.generation) {
		slot->instrument = *instrument;
		return TB_OK;
	}
	if (slot != NULL && slot->qty > 0)
		return TB_EREFUSED; /* what is held is counted in the old grid */
	ratio_t leverage = slot != NULL ? slot->leverage : broker->setup.leverage;
	if (slot == NULL)
		slot = free_slot(broker, sym);
	if (slot == NULL)
		return TB_EFULL;
	*slot = (struct sim_slot){.instrument = *instrument, .leverage = leverage};
	return TB_OK;
}

size_t sim_broker_bytes(const struct sim_broker *broker)
{
	return offsetof(struct sim_broker, slots) + (size_t)broker->slot_count * sizeof(struct sim_slot);
}

static bool id_of(const struct order_request *order, int64_t id)
{
	return order->id == id || order->stop_id == id || order->target_id == id;
}

static bool arriving(const struct sim_broker *broker, int64_t id)
{
	for (int64_t i = 0; i < broker->arrival_count; i++)
		if (broker->arrivals[i].kind == SIM_ARRIVAL_ORDER && id_of(&broker->arrivals[i].order, id))
			return true;
	return false;
}

static bool id_seen(const struct sim_broker *broker, int64_t id)
{
	if (id == 0 || id > broker->newest_id) /* nearly always: a bot's ids rise */
		return false;
	for (int64_t i = 0; i < broker->slot_count; i++)
		if (broker->slots[i].stop.id == id || broker->slots[i].target.id == id)
			return true;
	for (int64_t i = 0; i < broker->work_count; i++)
		if (broker->works[i].id == id)
			return true;
	return arriving(broker, id) || sim_final_find(broker, id) != NULL;
}

void sim_broker_renew_due(struct sim_broker *broker)
{
	ms_t due = sim_weather_next_ms(broker);

	if (broker->arrival_count > 0 && broker->arrivals[0].at_ms < due)
		due = broker->arrivals[0].at_ms;
	if (broker->weather.late_count > 0 && broker->weather.late[0].at_ms < due)
		due = broker->weather.late[0].at_ms;
	for (int64_t i = 0; i < broker->work_count; i++)
		if (broker->works[i].at_ms < due)
			due = broker->works[i].at_ms;
	broker->due_ms = due;
}

bool sim_broker_idle(const struct sim_broker *broker)
{
	if (broker->due_ms != NEVER_MS)
		return false;
	for (int64_t i = 0; i < broker->slot_count; i++)
		if (broker->slots[i].qty > 0)
			return false;
	return true;
}

void sim_broker_calm(struct sim_broker *broker)
{
	broker->weather.next_ms = NEVER_MS;
	sim_broker_renew_due(broker);
}

/* How long something takes that is sent now. */
static ms_t travel_ms(struct sim_broker *broker, ms_t now)
{
	const struct sim_weather_setup *weather = &broker->setup.weather;
	int64_t slower = 0;
	ms_t jitter = 0;

	broker->sent++;
	if (weather->jitter_ms > 0)
		jitter = (ms_t)(hash_words(~weather->seed, &broker->sent, 1) %
				(uint64_t)(weather->jitter_ms + 1));
	sim_weather_waits(broker, SIM_FAULT_LINK_SLOW, SYM_NONE, now, &slower);
	return broker->setup.latency_ms + jitter + slower;
}

static int arrive(struct sim_broker *broker, int64_t kind, const struct order_request *order, ms_t now)
{
	int64_t at = broker->arrival_count, late = 0;
	sym_t sym = (sym_t)order->sym;

	if (at == SIM_ARRIVALS_MAX)
		return TB_EFULL;
	ms_t at_ms = now + travel_ms(broker, now);
	if ((kind == SIM_ARRIVAL_ORDER && sim_weather_take(broker, SIM_FAULT_LOST_ORDER, sym, now, NULL)) ||
	    (kind == SIM_ARRIVAL_CANCEL && sim_weather_take(broker, SIM_FAULT_LOST_CANCEL, sym, now, NULL)) ||
	    (kind == SIM_ARRIVAL_QUERY && sim_weather_take(broker, SIM_FAULT_LOST_QUERY, sym, now, NULL)))
		return TB_OK; /* on its way, for all that we know */
	if (kind == SIM_ARRIVAL_ORDER)
		sim_weather_take(broker, SIM_FAULT_LATE_ORDER, sym, now, &late);
	at_ms += late;
	for (; at > 0 && broker->arrivals[at - 1].at_ms > at_ms; at--)
		broker->arrivals[at] = broker->arrivals[at - 1];
	broker->arrivals[at] = (struct sim_arrival){.at_ms = at_ms, .kind = kind, .order = *order};
	broker->arrival_count++;
	if (at_ms < broker->due_ms)
		broker->due_ms = at_ms;
	return TB_OK;
}

static void note_id(struct sim_broker *broker, int64_t id)
{
	broker->newest_id = id > broker->newest_id ? id : broker->newest_id;
}

int sim_broker_accept(struct sim_broker *broker, const struct order_request *order, ms_t now)
{
	/* a PROTECT is known by the ids of the orders it places */
	bool seen = id_seen(broker, order->stop_id) || id_seen(broker, order->target_id) ||
		    (order->verb != VERB_PROTECT && (order->id == 0 || id_seen(broker, order->id)));

	if (seen)
		return TB_EREFUSED;
	note_id(broker, order->id);
	note_id(broker, order->stop_id);
	note_id(broker, order->target_id);
	return arrive(broker, SIM_ARRIVAL_ORDER, order, now);
}

static void say_resting(struct sim_broker *broker, sym_t sym, const struct sim_resting *resting, int64_t role,
			ms_t now, struct events *heard)
{
	struct sim_report report = {.id = resting->id,
				    .state = ORDER_LIVE,
				    .role = role,
				    .side = resting->side,
				    .qty = resting->qty,
				    .price = resting->price};

	if (resting->id != 0)
		sim_report_order(broker, sym, &report, now, heard);
}

static void say_working(struct sim_broker *broker, const struct sim_work *work, ms_t now,
			struct events *heard)
{
	struct sim_report report = {.id = work->id,
				    .state = ORDER_LIVE,
				    .role = work->role,
				    .side = work->side,
				    .qty = work->qty,
				    .filled = work->filled,
				    .price = work->price};

	sim_report_order(broker, (sym_t)work->sym, &report, now, heard);
}

static void say_absent(const struct sim_broker *broker, sym_t sym, int64_t id, ms_t now, struct events *heard)
{
	struct event *event = events_add(heard, EVENT_ORDER_ABSENT, sym, now);

	event->book = (uint8_t)broker->setup.book;
	event->absent.id = id;
}

static void answer_query(struct sim_broker *broker, sym_t sym, int64_t id, ms_t now, struct events *heard)
{
	if (sim_news_hides(broker, id)) {
		say_absent(broker, sym, id, now, heard);
		return;
	}
	for (int64_t i = 0; i < broker->work_count; i++) {
		if (broker->works[i].id == id) {
			say_working(broker, &broker->works[i], now, heard);
			return;
		}
	}
	for (int64_t i = 0; i < broker->slot_count; i++) {
		const struct sim_slot *slot = &broker->slots[i];
		if (slot->stop.id == id || slot->target.id == id) {
			bool stop = slot->stop.id == id;
			say_resting(broker, broker->sym_of[i], stop ? &slot->stop : &slot->target,
				    stop ? ROLE_STOP : ROLE_TARGET, now, heard);
			return;
		}
	}
	const struct sim_final *final = sim_final_find(broker, id);
	if (final == NULL) {
		say_absent(broker, sym, id, now, heard);
		return;
	}
	struct event *event = events_add(heard, EVENT_ORDER, final->sym, now);
	event->book = (uint8_t)broker->setup.book;
	event->order.id = id;
	event->order.state = final->state;
	event->order.role = final->role;
	event->order.side = final->side;
	event->order.qty = final->qty;
	event->order.filled = final->filled;
	event->order.price = final->price;
	memcpy(event->order.reason, sim_reason_text[final->reason],
	       strlen(sim_reason_text[final->reason]) + 1);
}

static void arrived(struct sim_broker *broker, const struct sim_arrival *arrival, struct events *heard)
{
	int64_t id = arrival->order.id;
	sym_t sym = (sym_t)arrival->order.sym;
	size_t mark = heard->count;
	bool answer = false;

	if (arrival->kind == SIM_ARRIVAL_ORDER)
		sim_match_order(broker, &arrival->order, arrival->at_ms, heard);
	else
		answer = arrival->kind == SIM_ARRIVAL_QUERY ||
			 !sim_match_cancel(broker, id, arrival->at_ms, heard);
	if (answer) /* asked, or too late to cancel: what became of it */
		answer_query(broker, sym, id, arrival->at_ms, heard);
	else
		sim_news_pass(broker, mark, arrival->at_ms, heard);
}

/* What is due first happens; at one instant: old news, pieces, what arrives, weather. */
static void happen(struct sim_broker *broker, ms_t now, struct events *heard)
{
	size_t mark = heard->count;

	if (broker->weather.late_count > 0 && broker->weather.late[0].at_ms <= now) {
		sim_news_tell(broker, heard);
		return;
	}
	for (int64_t i = 0; i < broker->work_count; i++) {
		if (broker->works[i].at_ms > now)
			continue;
		sim_work_piece(broker, i, now, heard);
		sim_news_pass(broker, mark, now, heard);
		return;
	}
	if (broker->arrival_count > 0 && broker->arrivals[0].at_ms <= now) {
		struct sim_arrival arrival = broker->arrivals[0];
		broker->arrival_count--;
		memmove(broker->arrivals, broker->arrivals + 1,
			(size_t)broker->arrival_count * sizeof(broker->arrivals[0]));
		arrived(broker, &arrival, heard);
		return;
	}
	sim_weather_draw(broker, now, heard);
}

int sim_broker_advance(struct sim_broker *broker, ms_t end_ms, struct events *heard)
{
	while (broker->due_ms < end_ms) {
		if (!sim_has_room(heard))
			return TB_EFULL;
		happen(broker, broker->due_ms, heard);
		sim_broker_renew_due(broker);
	}
	return TB_OK;
}

/* What was printed is matched, unless nothing trades: then the first price afterwards is a gap. */
static void match(struct sim_broker *broker, sym_t sym, struct sim_slot *slot, const struct candle *print,
		  ms_t now, struct events *heard)
{
	size_t mark = heard->count;

	if (sim_halted(slot))
		return;
	sim_match_print(broker, sym, print->open, print->low, print->high, now, heard);
	if (heard->count != mark) {
		sim_news_pass(broker, mark, now, heard);
		sim_broker_renew_due(broker);
	}
}

static void hear_bar(struct sim_slot *slot, const struct candle *bar)
{
	slot->bar_ms = bar->open_ms;
	slot->bar_low = bar->low;
	slot->bar_high = bar->high;
	slot->last = slot->mark = bar->close;
}

static inline void hear_depth(struct sim_slot *slot, money_t depth)
{
	slot->depth = depth > 0 ? depth : 0;
}

/* Takes the quote; true if the mark is news. */
static inline bool hear_ticker(struct sim_slot *slot, const struct event *event)
{
	price_t bid = event->ticker.bid, ask = event->ticker.ask, mark = event->ticker.mark;

	if (bid > 0 && ask >= bid && ask <= VALUE_MAX) {
		slot->last = bid + (ask - bid) / 2;
		slot->below = slot->last - bid;
		slot->above = ask - slot->last;
	}
	if (mark <= 0)
		mark = slot->last;
	bool news = mark != slot->mark || slot->gap != 0;
	slot->mark = mark;
	return news;
}

/* A price where something is held. A new bar begins with its open; of one that goes on, only new extremes
 * count, because what was printed before a position opened is not its business. */
static __attribute__((noinline)) int on_price(struct sim_broker *broker, struct sim_slot *slot,
					      const struct event *event, struct events *heard)
{
	struct candle print = event->candle.candle;

	if (!sim_has_room(heard))
		return TB_EFULL;
	if (event->kind == EVENT_TICKER) {
		if (!hear_ticker(slot, event))
			return TB_OK;
		print = (struct candle){.open = slot->mark, .low = slot->mark, .high = slot->mark};
	} else {
		if (print.open_ms == slot->bar_ms) {
			print.open = slot->gap ? print.close : slot->last;
			print.low = print.low < slot->bar_low ? print.low : print.close;
			print.high = print.high > slot->bar_high ? print.high : print.close;
		}
		hear_bar(slot, &event->candle.candle);
	}
	match(broker, event->sym, slot, &print, event->at_ms, heard);
	return TB_OK;
}

/* The same of a quote; what the mark fills meets the depth that was known before. */
static __attribute__((noinline)) int on_quote(struct sim_broker *broker, struct sim_slot *slot,
					      const struct event *event, struct events *heard)
{
	int err = on_price(broker, slot, event, heard);

	if (err == TB_OK && event->ticker.has_depth)
		hear_depth(slot, event->ticker.depth);
	return err;
}

/* The rare ones. */
static __attribute__((noinline)) int on_change(struct sim_broker *broker, const struct event *event,
					       struct events *heard)
{
	size_t mark = heard->count;

	if (!sim_has_room(heard))
		return TB_EFULL;
	if (event->kind == EVENT_INSTRUMENT && event->sym < SYMBOLS_MAX)
		sim_grid_change(broker, event->sym, event->instrument.now, event->at_ms, heard);
	else if (event->kind == EVENT_FUNDING_RATE && event->funding.settled)
		sim_account_fund(broker, event->sym, event->funding.rate, event->at_ms, heard);
	if (heard->count == mark)
		return TB_OK;
	if (event->kind == EVENT_FUNDING_RATE) /* of an instrument: what was said is of the old grid */
		sim_news_pass(broker, mark, event->at_ms, heard);
	sim_broker_renew_due(broker);
	return TB_OK;
}

/* Where nothing is held and nothing waits, an event is a few stores: this runs on every one of them. */
static int hear_market(struct sim_broker *broker, const struct event *event, struct turn_out *out)
{
	struct sim_slot *slot;

	switch (event->kind) {
	case EVENT_CANDLE:
		if (event->candle.closed && !event->candle.history)
			return TB_OK;
		slot = sim_slot_of(broker, event->sym);
		if (slot == NULL || event->candle.candle.open_ms < slot->bar_ms ||
		    (event->candle.history && slot->bar_ms == 0 && slot->qty > 0))
			return TB_OK; /* of a history that reaches further back than what is known here */
		if (slot->qty > 0)
			return on_price(broker, slot, event, out->heard);
		hear_bar(slot, &event->candle.candle);
		return TB_OK;
	case EVENT_TICKER:
		slot = sim_slot_of(broker, event->sym);
		if (slot == NULL)
			return TB_OK;
		if (slot->qty > 0)
			return on_quote(broker, slot, event, out->heard);
		hear_ticker(slot, event);
		if (event->ticker.has_depth)
			hear_depth(slot, event->ticker.depth);
		return TB_OK;
	case EVENT_DEPTH:
		slot = sim_slot_of(broker, event->sym);
		if (slot != NULL)
			hear_depth(slot, event->depth.notional);
		return TB_OK;
	case EVENT_INSTRUMENT:
	case EVENT_FUNDING_RATE: return on_change(broker, event, out->heard);
	default: return TB_OK;
	}
}

static __attribute__((noinline)) int hear_busy(struct sim_broker *broker, const struct event *event,
					       struct turn_out *out)
{
	if (broker->weather.next_ms != NEVER_MS)
		sim_weather_hear(broker, event->at_ms);
	int err = sim_broker_advance(broker, event->at_ms, out->heard);

	return err != TB_OK ? err : hear_market(broker, event, out);
}

static int broker_on_market(struct exchange *exchange, const struct event *event, struct turn_out *out)
{
	struct sim_broker *broker = exchange->state;

	return broker->due_ms < event->at_ms || (broker->weather.next_ms != NEVER_MS &&
						 broker->weather.heard_ms != event->at_ms)
		       ? hear_busy(broker, event, out)
		       : hear_market(broker, event, out);
}

static int broker_on_wire(struct exchange *exchange, const struct wire_in *wire, struct turn_out *out)
{
	return wire->kind == WIRE_TIME ? sim_broker_advance(exchange->state, wire->at_ms + 1, out->heard)
				       : TB_OK;
}

static int broker_submit(struct exchange *exchange, const struct ticket *ticket, ms_t now,
			 struct turn_out *out)
{
	const struct order_request *order = ticket_order(ticket, now);

	(void)out;
	return order == NULL ? TB_EREFUSED : sim_broker_accept(exchange->state, order, now);
}

static void say_end(const struct sim_broker *broker, enum snapshot_kind what, ms_t now, struct events *heard)
{
	struct event *event = events_add(heard, EVENT_SNAPSHOT_END, SYM_NONE, now);

	event->book = (uint8_t)broker->setup.book;
	event->snapshot.what = what;
}

static int snapshot(struct sim_broker *broker, ms_t now, struct events *heard)
{
	if (heard->count + (size_t)broker->slot_count * 3 + SIM_WORKS_MAX + 8 > EVENTS_MAX)
		return TB_EFULL;
	for (int64_t i = 0; i < broker->slot_count; i++)
		if (broker->slots[i].qty > 0)
			sim_account_say_position(broker, broker->sym_of[i], now, heard);
	say_end(broker, SNAPSHOT_POSITIONS, now, heard);
	for (int64_t i = 0; i < broker->slot_count; i++) {
		const struct sim_slot *slot = &broker->slots[i];
		say_resting(broker, broker->sym_of[i], &slot->stop, ROLE_STOP, now, heard);
		say_resting(broker, broker->sym_of[i], &slot->target, ROLE_TARGET, now, heard);
	}
	for (int64_t i = 0; i < broker->work_count; i++)
		say_working(broker, &broker->works[i], now, heard);
	say_end(broker, SNAPSHOT_ORDERS, now, heard);
	sim_account_say_balance(broker, now, heard);
	say_end(broker, SNAPSHOT_BALANCE, now, heard);
	sim_weather_say_link(broker, now, heard);
	return TB_OK;
}

static int set_leverage(struct sim_broker *broker, const struct intent *intent, ms_t now,
			struct events *heard)
{
	struct sim_slot *slot = sim_slot_of(broker, intent->sym);

	if (slot == NULL)
		return TB_ENOENT;
	if (!sim_has_room(heard))
		return TB_EFULL;
	money_t more = 0;
	bool fits = intent->value >= RATIO_ONE && intent->value <= LEVERAGE_MOST;
	if (fits && slot->qty > 0)
		more = mul_div_up(slot->cost, RATIO_ONE, intent->value) - slot->margin;
	fits = fits && !sim_weather_take(broker, SIM_FAULT_NO_LEVERAGE, intent->sym, now, NULL);
	if (fits && more <= sim_account_available(broker))
		sim_account_set_leverage(broker, slot, intent->value);
	sim_account_say_position(broker, intent->sym, now, heard); /* read back: what it is now */
	return TB_OK;
}

static int broker_ask(struct exchange *exchange, const struct intent *intent, ms_t now, struct turn_out *out)
{
	struct sim_broker *broker = exchange->state;
	struct order_request about = {.id = intent->id, .sym = intent->sym};

	switch (intent->kind) {
	case INTENT_CANCEL: return arrive(broker, SIM_ARRIVAL_CANCEL, &about, now);
	case INTENT_QUERY: return arrive(broker, SIM_ARRIVAL_QUERY, &about, now);
	case INTENT_LEVERAGE: return set_leverage(broker, intent, now, out->heard);
	case INTENT_SNAPSHOT: return snapshot(broker, now, out->heard);
	default: return TB_EINVAL;
	}
}

static ms_t broker_next_ms(const struct exchange *exchange)
{
	return ((const struct sim_broker *)exchange->state)->due_ms;
}

const struct exchange_ops sim_broker_ops = {
	.name = "sim_broker",
	.state_bytes = sizeof(struct sim_broker),
	.on_wire = broker_on_wire,
	.on_market = broker_on_market,
	.submit = broker_submit,
	.ask = broker_ask,
	.next_ms = broker_next_ms,
	.listing = exchange_lists_nothing,
	.attach = exchange_is_told,
};
