/* SPDX-License-Identifier: MIT
 * The one step. Each event goes to the room it concerns; after it, what positions need (wishes) passes the
 * gate, and what changed is handed to the journal. */
#include "engine_internal.h"

#include "moment.h"

void engine_settings_default(struct engine_settings *settings)
{
	*settings = (struct engine_settings){
		.limits = limits_default,
		.signal = signal_settings_default,
		.decision = decision_settings_default,
		.execution = execution_settings_default,
		.exits = exit_settings_default,
		.learning = learning_settings_default,
		.reward = reward_settings_default,
		.stage = stage_settings_default,
		.promotion = promotion_settings_default,
		.scanner = scanner_settings_default,
		.health = health_settings_default,
		.start_stage = RATIO_ONE,
		.stage_fixed = true,
		.lock_flattens = true,
		.scan_every_ms = 15 * MINUTE_MS,
		.round_wait_ms = 2 * SECOND_MS,
		.lists_every_ms = 5 * MINUTE_MS,
		.explain_ms = 10 * SECOND_MS,
		.excess_over = RATIO_ONE / 4,
		.excess_ms = MINUTE_MS,
		.unexplained = 2 * RATIO_ONE / 100,
		.history_bars = 1500,
		.instance = 1,
	};
}

/* Where the series begin. They stand behind all symbols: of the hundreds that are never watched only what the
 * scanner and the gate read is ever touched. */
static size_t series_at(size_t symbols)
{
	size_t end = sizeof(struct engine) + symbols * sizeof(struct engine_symbol),
	       align = _Alignof(struct series);

	return (end + align - 1) / align * align;
}

size_t engine_bytes(size_t symbols)
{
	return series_at(symbols) + symbols * sizeof(struct series);
}

static ms_t due_ms(const struct engine *e);

struct engine *engine_init(void *memory, const struct engine_settings *settings,
			   const struct universe *universe)
{
	struct engine *e = memory;

	e->symbols = (struct engine_symbol *)(void *)(e + 1);
	e->set = *settings;
	e->universe = universe;
	desk_init(&e->desk);
	desk_init(&e->shadow_desk);
	e->flat_change = UNKNOWN;
	execution_init(&e->execution, &settings->execution, universe, settings->instance);
	learning_init(&e->learning);
	stage_init(&e->stage, settings->need_promotion ? STAGE_SHADOW : settings->start_stage,
		   settings->stage_fixed && !settings->need_promotion);
	promotion_init(&e->promotion, 0);
	e->promotion_told = UNKNOWN;
	scanner_init(&e->scanner);
	scanner_begin(&e->scanner);
	/* now: a scan that was under way when the process died is answered before the journal is read */
	for (size_t i = 0; i < settings->manual_count; i++)
		scanner_manual(&e->scanner, settings->manual[i]);
	health_init(&e->health, &settings->health);
	slippage_init(&e->slippage);
	e->was_healthy = true;
	e->wallet = e->expected_wallet = UNKNOWN;
	e->excess_due_ms = INT64_MAX;
	struct series *series = (struct series *)(void *)((char *)memory + series_at(universe->count));
	for (size_t sym = 0; sym < universe->count; sym++) {
		struct engine_symbol *s = &e->symbols[sym];
		s->quote = (struct quote){UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN,
					  UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, {0, 0}};
		s->leverage = s->funding_rate = UNKNOWN;
		s->series = &series[sym]; /* begins as zeroes, which the memory is */
	}
	e->due_ms = due_ms(e);
	return e;
}

static void on_command(struct engine *e, const struct event *event)
{
	static const enum fact_kind facts[] = {
		[COMMAND_HALT] = FACT_HALT, [COMMAND_RESUME] = FACT_RESUME, [COMMAND_UNLOCK] = FACT_UNLOCK};
	int64_t verb = event->command.verb;

	engine_note(e, NOTE_OPERATOR, SYM_NONE, REFUSAL_NONE, verb, 0);
	if (verb == COMMAND_FLATTEN)
		engine_flatten(e, EXIT_OPERATOR);
	else if (verb == COMMAND_END)
		engine_flatten(e, EXIT_END);
	else if (verb == COMMAND_LOWER)
		engine_lower_stage(e);
	else
		engine_fact(e, &(struct fact){.kind = facts[verb],
					      .at_ms = e->now_ms,
					      .value = verb == COMMAND_UNLOCK ? engine_equity(e) : 0});
	if (verb == COMMAND_RESUME)
		engine_accept_equity(e);
}

/* Told when it changes, at news of the exchange; the gate asks for itself. */
static void watch_health(struct engine *e, const struct event *event)
{
	health_step(&e->health, event);
	if (event->kind != EVENT_LINK && event->kind != EVENT_GARBAGE)
		return;
	enum health_fault fault = health_fault(&e->health, e->now_ms);
	bool healthy = fault == HEALTH_NONE ||
		       fault == HEALTH_STREAM; /* silence has its own rule: the ticker's age */
	if (healthy != e->was_healthy)
		engine_note(e, healthy ? NOTE_HEALTHY : NOTE_UNHEALTHY, SYM_NONE, REFUSAL_NONE, fault, 0);
	e->was_healthy = healthy;
}

static void on_advice(struct engine *e, const struct event *event)
{
	struct advice *advice = &e->symbols[event->sym].advice;
	ratio_t lowest = -3 * RATIO_ONE / 10, adjustment = event->advice.adjustment;

	adjustment = adjustment > 0 ? 0 : adjustment < lowest ? lowest : adjustment;
	*advice = (struct advice){.sym = event->sym,
				  .at_ms = event->at_ms,
				  .until_ms = event->at_ms + event->advice.valid_ms,
				  .regime = event->advice.regime,
				  .adjustment = adjustment,
				  .veto = event->advice.veto};
	wants_record(e->wants, RECORD_ADVICE)->advice = *advice;
}

/* The next multiple of the interval: nearly always the one after the last, without a division. */
static ms_t next_scan(const struct engine *e)
{
	ms_t every_ms = e->set.scan_every_ms, last_ms = e->scan_step_ms;

	if (last_ms != 0 && e->now_ms >= last_ms && e->now_ms < last_ms + every_ms)
		return last_ms + every_ms;
	return (e->now_ms / every_ms + 1) * every_ms;
}

static void on_time(struct engine *e)
{
	if (engine_round_open(e) && e->now_ms >= e->round_ms + e->set.round_wait_ms)
		engine_close_round(e);
	if (e->now_ms >= engine_nav_due_ms(e)) {
		e->nav_tried_ms = e->now_ms;
		engine_sample_nav(e);
	}
	if (e->now_ms >= engine_guard_due_ms(e))
		engine_guard_time(e);
	if (e->now_ms >= engine_lists_due_ms(e))
		engine_ask_lists(e);
	if ((e->now_ms >= e->excess_look_ms || e->now_ms >= e->excess_due_ms) && engine_holds(e))
		engine_watch_excess(e);
	if (e->ready && e->now_ms >= e->scan_ms) { /* one that was never answered is asked for again */
		scanner_begin(&e->scanner);
		e->scan_ms = e->scan_step_ms = next_scan(e);
		wants_intent(e->wants, INTENT_SCAN, BOOK_MAIN, SYM_NONE);
	}
}

static void on_order(struct engine *e, const struct event *event)
{
	if (event->order.state == ORDER_REJECTED)
		engine_note(e, NOTE_ORDER_REJECTED, event->sym, REFUSAL_NONE, event->order.role,
			    event->order.side);
	if (event->order.state == ORDER_UNKNOWN)
		engine_note(e, NOTE_ORDER_UNKNOWN, event->sym, REFUSAL_NONE, event->order.role,
			    event->order.side);
	if (execution_on_order(&e->execution, event))
		engine_note(e, event->order.id > 0 ? NOTE_UNKNOWN_ORDER : NOTE_FOREIGN, event->sym,
			    REFUSAL_NONE, event->order.role, event->order.side);
	if (event->order.role == ROLE_ENTRY && event->sym < e->universe->count && event->book < BOOK_COUNT)
		engine_fit(e, execution_holding(&e->execution, (enum book)event->book, event->sym));
}

/* News of a symbol or book we do not have (a foreign position may be in any) is nobody's here. */
static bool concerns_us(const struct engine *e, const struct event *event)
{
	switch (event->kind) {
	case EVENT_CANDLE:
	case EVENT_TICKER:
	case EVENT_DEPTH:
	case EVENT_FUNDING_RATE:
	case EVENT_ADVICE:
	case EVENT_INSTRUMENT:
	case EVENT_FILL:
	case EVENT_POSITION: return event->sym < e->universe->count && event->book < BOOK_COUNT;
	case EVENT_LEDGER:
		return (event->sym < e->universe->count || event->sym == SYM_NONE) &&
		       event->book < BOOK_COUNT;
	default: return true;
	}
}

static void dispatch(struct engine *e, const struct event *event)
{
	if (!concerns_us(e, event))
		return;
	switch (event->kind) {
	case EVENT_CANDLE:
		engine_on_candle(e, event->sym, &event->candle.candle, event->candle.history);
		break;
	case EVENT_TICKER: engine_on_ticker(e, event); break;
	case EVENT_DEPTH:
		engine_take_depth(&e->symbols[event->sym].quote, event->depth.notional, event->at_ms);
		break;
	case EVENT_FUNDING_RATE:
		e->symbols[event->sym].funding_rate = event->funding.rate;
		e->symbols[event->sym].funding_ms =
			event->funding.settled
				? event->funding.settle_ms + e->universe->at[event->sym].funding_every_ms
				: event->funding.settle_ms;
		break;
	case EVENT_INSTRUMENT: engine_on_instrument(e, event); break;
	case EVENT_LINK:
		if (event->link.state != LINK_LIMITED)
			engine_on_link(e, event->link.state != LINK_DOWN);
		break;
	case EVENT_ORDER: on_order(e, event); break;
	case EVENT_ORDER_ABSENT: execution_on_absent(&e->execution, event); break;
	case EVENT_FILL: engine_on_fill(e, event); break;
	case EVENT_BALANCE: engine_on_balance(e, event); break;
	case EVENT_LEDGER: engine_on_ledger(e, event); break;
	case EVENT_POSITION: engine_on_position(e, event); break;
	case EVENT_SNAPSHOT_END: engine_on_snapshot_end(e, event); break;
	case EVENT_SCAN_ROW: scanner_row(&e->scanner, event); break;
	case EVENT_ADVICE: on_advice(e, event); break;
	case EVENT_GARBAGE: engine_note(e, NOTE_GARBAGE, event->sym, REFUSAL_NONE, 0, 0); break;
	case EVENT_COMMAND: on_command(e, event); break;
	case EVENT_UNRECORDED:
		execution_on_unrecorded(&e->execution, event->unrecorded.id, event->at_ms);
		engine_note(e, NOTE_UNRECORDED, event->sym, REFUSAL_NONE, 0, 0);
		break;
	case EVENT_RESTORED: engine_on_restored(e, event->restored.record); break;
	default: break; /* TIME has no room of its own */
	}
}

static ms_t due_ms(const struct engine *e)
{
	ms_t next = engine_grants(e) ? execution_next_ms(&e->execution) : INT64_MAX;

	if (engine_round_open(e))
		next = ms_earlier(next, e->round_ms + e->set.round_wait_ms);
	if (e->ready)
		next = ms_earlier(next, e->scan_ms);
	next = ms_earlier(next, engine_nav_due_ms(e));
	next = ms_earlier(next, ms_earlier(engine_lists_due_ms(e), engine_guard_due_ms(e)));
	if (engine_holds(e))
		next = ms_earlier(next, e->excess_due_ms);
	if (e->restored && e->desk.day_ms != 0)
		next = ms_earlier(next, e->desk.day_ms + DAY_MS);
	return next;
}

/* Nothing is due: whatever waits for a time waits for a later one. */
static inline bool is_calm(const struct engine *e)
{
	return e->now_ms < e->due_ms && (!engine_holds(e) || e->now_ms < e->excess_look_ms) &&
	       e->execution.early_count == 0 && (!e->restored || e->desk.day_ms != 0);
}

/* Nothing has changed that the journal has not been told. */
static inline bool all_told(const struct engine *e)
{
	return !e->execution.any_dirty && !e->desk_dirty && !e->account_dirty && !e->stage.moved_peak &&
	       e->desk.sequence == e->execution.sequence && e->lists_ms == e->link_told.lists_ms;
}

/* The end of a list that says what we knew. */
static bool end_list_calm(struct engine *e, const struct event *event)
{
	size_t intents = e->wants->intent_count, records = e->wants->record_count;

	engine_on_snapshot_end(e, event);
	if (e->wants->intent_count != intents || e->wants->record_count != records || !all_told(e))
		return false;
	return event->snapshot.what == SNAPSHOT_SCAN || /* which is of the market alone */
	       (engine_link_told(e) && !e->execution.doubt_is_new);
}

/* The market before anything is due, which is nearly always. A depth changes itself and nothing else, a quote
 * also what stands at its stop, a bar its series and what is held there, a list what it differs in. Unless
 * one of them has led to something that has to be told, or to a round that waits, all stands as before and
 * nothing is due earlier. False: the rest of the step is needed. */
static bool step_calm(struct engine *e, const struct event *event)
{
	size_t intents = e->wants->intent_count;
	ms_t round_ms = e->round_ms;

	if (event->kind == EVENT_SCAN_ROW) {
		scanner_row(&e->scanner, event);
		return true;
	}
	if (event->kind == EVENT_SNAPSHOT_END)
		return end_list_calm(e, event);
	health_stream(&e->health, event->at_ms);
	if (event->kind == EVENT_DEPTH) {
		engine_take_depth(&e->symbols[event->sym].quote, event->depth.notional, event->at_ms);
		return true;
	}
	if (event->kind == EVENT_TICKER) {
		engine_on_ticker(e, event);
		if (e->execution.active_count == 0)
			return true;
		engine_grant_marked(e, event->sym);
	} else {
		engine_on_candle(e, event->sym, &event->candle.candle, false);
	}
	return e->round_ms == round_ms && e->wants->intent_count == intents && all_told(e);
}

/* A closed bar, a quote or a depth of a symbol that we have; or a row for the scanner, or the end of a list.
 */
static inline bool is_usual(const struct engine *e, const struct event *event)
{
	if (event->kind == EVENT_SCAN_ROW)
		return true;
	if (event->kind == EVENT_SNAPSHOT_END)
		return event->book == BOOK_MAIN && e->ready;
	return event->kind >= EVENT_CANDLE && event->kind <= EVENT_DEPTH && event->sym < e->universe->count &&
	       event->book < BOOK_COUNT && (event->kind != EVENT_CANDLE || !event->candle.history);
}

/* After the event: what is due, what positions need, and what the journal has to be told. */
static __attribute__((noinline)) void step_on(struct engine *e)
{
	for (struct event early; execution_next_early(&e->execution, e->now_ms, &early);)
		engine_on_fill(e, &early);
	engine_note_doubts(e);
	on_time(e);
	engine_grant_wishes(e);
	execution_flush(&e->execution, e->wants);
	engine_flush_desk(e);
	if (e->account_dirty)
		engine_flush_account(e);
	if (e->stage.moved_peak)
		engine_flush_stage(e);
	engine_flush_link(e);
	e->due_ms = due_ms(e);
}

static inline void roll_day_due(struct engine *e)
{
	if (e->restored && e->now_ms >= e->desk.day_ms + DAY_MS)
		engine_roll_day(e);
}

/* After a bar that passed. A round that opened or closed moves what is due next. */
static bool stands_calm(struct engine *e, size_t intents, ms_t round_ms)
{
	if (e->round_ms != round_ms)
		e->due_ms = due_ms(e);
	return e->now_ms < e->due_ms && e->wants->intent_count == intents && all_told(e);
}

bool engine_pass(struct engine *e, sym_t sym, const struct candle *bar, ms_t now_ms, struct wants *wants)
{
	ms_t round_ms = e->round_ms;
	size_t intents = wants->intent_count;

	e->wants = wants;
	e->now_ms = now_ms;
	if (now_ms >= e->due_ms)
		roll_day_due(e);
	health_stream(&e->health, now_ms);
	e->unquoted = true;
	engine_on_candle(e, sym, bar, false);
	if (engine_round_open(e) && e->round_missing == 0)
		return true;
	e->unquoted = false;
	if (!stands_calm(e, intents, round_ms))
		step_on(e);
	return false;
}

void engine_go_on(struct engine *e, struct wants *wants)
{
	ms_t round_ms = e->round_ms;
	size_t intents = wants->intent_count;

	e->wants = wants;
	e->unquoted = false;
	engine_close_round(e);
	if (!stands_calm(e, intents, round_ms))
		step_on(e);
}

/* Whatever it is, whatever is due. */
static __attribute__((noinline)) void step_whole(struct engine *e, const struct event *event)
{
	if (event->kind == EVENT_RESTORED) { /* the past: it moves no clock */
		dispatch(e, event);
		e->due_ms = due_ms(e);
		return;
	}
	roll_day_due(e);
	watch_health(e, event);
	dispatch(e, event);
	step_on(e);
}

void engine_step(struct engine *e, const struct event *event, struct wants *wants)
{
	e->wants = wants;
	if (event->kind == EVENT_CANDLE && !event->candle.closed)
		return; /* a bar still running is the brokers' business: two of four events of a simulated bar
			 */
	if (event->kind != EVENT_RESTORED && event->at_ms > e->now_ms)
		e->now_ms = event->at_ms;
	if (!is_usual(e, event) || !(is_calm(e) || e->unquoted))
		step_whole(e, event);
	else if (!step_calm(e, event))
		step_on(e);
}

ms_t engine_next_ms(const struct engine *e)
{
	return e->due_ms;
}

bool engine_is_flat(const struct engine *e)
{
	return e->execution.active_count == 0 && e->execution.early_count == 0 && e->desk.day_ms != 0;
}

bool engine_ready(const struct engine *e)
{
	return e->ready;
}
const struct desk *engine_desk(const struct engine *e)
{
	return &e->desk;
}
struct execution *engine_execution(struct engine *e)
{
	return &e->execution;
}
const struct scanner_counts *engine_scan_counts(const struct engine *e)
{
	return &e->scanner.counts;
}
