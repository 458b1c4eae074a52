/* SPDX-License-Identifier: MIT
 * The codec's slots: what comes goes to its file, then whatever is due is sent. */
#include "bybit_internal.h"
#include "hash.h"

#include <stdio.h>
#include <string.h>

#define GARBAGE_EVERY_MS 1000

/* The exchange's names of our timeframes (kline's "interval"); it has no others of ours. */
static const struct {
	ms_t ms;
	const char *name;
} intervals[] = {
	{MINUTE_MS, "1"},       {3 * MINUTE_MS, "3"},  {5 * MINUTE_MS, "5"}, {15 * MINUTE_MS, "15"},
	{30 * MINUTE_MS, "30"}, {HOUR_MS, "60"},       {2 * HOUR_MS, "120"}, {4 * HOUR_MS, "240"},
	{6 * HOUR_MS, "360"},   {12 * HOUR_MS, "720"}, {DAY_MS, "D"},
};

int bybit_init(struct exchange *exchange, const struct bybit_setup *setup)
{
	struct bybit *b = exchange->state;
	size_t i = 0;

	while (i < sizeof intervals / sizeof intervals[0] && intervals[i].ms != setup->timeframe_ms)
		i++;
	if (i == sizeof intervals / sizeof intervals[0])
		return TB_EINVAL;
	if (setup->book_levels != 50 && setup->book_levels != 200 && setup->book_levels != 1000)
		return TB_EINVAL;
	b->setup = *setup;
	snprintf(b->interval, sizeof b->interval, "%s", intervals[i].name);
	random_seed(&b->dice, setup->seed);
	bybit_reader_init(&b->reader);
	bybit_jobs_init(b);
	bybit_listing_init(b);
	bybit_stream_init(b);
	b->clock.offset_ms = b->clock.told_ms = b->garbage_ms = UNKNOWN;
	return bybit_private_init(b, setup);
}

void bybit_close(struct exchange *exchange)
{
	struct bybit *b = exchange->state;

	if (b != NULL)
		hmac_close(&b->private.hmac);
}

bool bybit_is_connected(const struct bybit *b)
{
	return b->stream.up && (!b->private.wanted || b->private.stream.login == LOGIN_LIVE) &&
	       !b->private.facts.refused;
}

const struct bybit_counts *bybit_counts(const struct exchange *exchange)
{
	const struct bybit *b = exchange->state;

	return &b->counts;
}

static size_t hash_of(const char *wire)
{
	int64_t words[SYMBOL_TEXT_MAX / 8] = {0};

	memcpy(words, wire, strnlen(wire, sizeof words - 1));
	return (size_t)(hash_words(0, words, sizeof words / sizeof words[0]) % BYBIT_HASH_SIZE);
}

sym_t bybit_find_wire(const struct bybit *b, const char *wire)
{
	if (b->universe == NULL)
		return SYM_NONE;
	for (size_t at = hash_of(wire); b->by_wire[at] != 0; at = (at + 1) % BYBIT_HASH_SIZE) {
		sym_t sym = (sym_t)(b->by_wire[at] - 1);
		if (strcmp(b->universe->at[sym].wire, wire) == 0)
			return sym;
	}
	return SYM_NONE;
}

static void bybit_attach(struct exchange *exchange, const struct universe *universe)
{
	struct bybit *b = exchange->state;

	b->universe = universe;
	memset(b->by_wire, 0, sizeof b->by_wire);
	for (size_t i = 0; i < universe->count && i < SYMBOLS_MAX; i++) {
		size_t at = hash_of(universe->at[i].wire);
		while (b->by_wire[at] != 0)
			at = (at + 1) % BYBIT_HASH_SIZE;
		b->by_wire[at] = (uint16_t)(i + 1);
	}
}

static const struct universe *bybit_listed(const struct exchange *exchange)
{
	const struct bybit *b = exchange->state;

	return b->listing.active < 0 ? NULL : &b->listing.pages[b->listing.active];
}

void bybit_garbage(struct bybit *b, sym_t sym, const char *what, const char *why, struct turn_out *out)
{
	b->counts.garbage++;
	if (b->garbage_ms != UNKNOWN && b->now_ms < b->garbage_ms + GARBAGE_EVERY_MS)
		return;
	struct event *event = events_add(out->heard, EVENT_GARBAGE, sym, b->now_ms);
	if (event == NULL)
		return;
	b->garbage_ms = b->now_ms;
	int len = snprintf(event->garbage.text, sizeof event->garbage.text, "%s: %s", what, why);
	for (int i = 0; i < len && event->garbage.text[i] != '\0'; i++)
		if (event->garbage.text[i] < ' ' || event->garbage.text[i] > '~')
			event->garbage.text[i] = '?'; /* it goes into a log */
}

void bybit_tell_link(struct bybit *b, enum link_state state, ms_t latency_ms, struct turn_out *out)
{
	struct event *event = events_add(out->heard, EVENT_LINK, SYM_NONE, b->now_ms);

	b->link_up = state == LINK_UP;
	if (event == NULL)
		return;
	event->link.state = state;
	event->link.latency_ms = latency_ms;
	event->link.clock_off_ms = b->clock.told_ms;
}

static void begin(struct bybit *b)
{
	b->begun = true;
	bybit_want(b, JOB_TIME, b->now_ms);
	bybit_want(b, JOB_LISTING, b->now_ms);
	bybit_facts_begin(b);
}

/* Orders first: what they wait for is money. */
static void step(struct bybit *b, struct turn_out *out)
{
	if (b->private.wanted)
		bybit_private_step(b, out);
	bybit_begin_histories(b, out);
	bybit_send_due(b, out);
	bybit_stream_step(b, out);
}

/* News of the account are never dropped. */
static bool has_room(const struct bybit *b, const struct wire_in *in, const struct turn_out *out)
{
	bool large = in->kind == WIRE_REPLY ||
		     (in->kind == WIRE_FRAME && in->stream != BYBIT_STREAM_PUBLIC) ||
		     (in->kind != WIRE_FRAME && b->private.wanted);

	return !large || out->heard->count + BYBIT_ROOM <= EVENTS_MAX;
}

static void dispatch(struct bybit *b, const struct wire_in *in, struct turn_out *out)
{
	bool is_private = in->stream == BYBIT_STREAM_PRIVATE;

	switch (in->kind) {
	case WIRE_UP: (is_private ? bybit_private_up : bybit_on_up)(b, out); break;
	case WIRE_DOWN: (is_private ? bybit_private_down : bybit_on_down)(b, out); break;
	case WIRE_FRAME:
		(is_private ? bybit_on_private_frame : bybit_on_frame)(b, in->text, in->len, out);
		break;
	case WIRE_REPLY:
		if (!bybit_on_call_reply(b, in, out))
			bybit_on_reply(b, in, out);
		break;
	case WIRE_TIME: break;
	}
}

static int bybit_on_wire(struct exchange *exchange, const struct wire_in *in, struct turn_out *out)
{
	struct bybit *b = exchange->state;

	if (!has_room(b, in, out))
		return TB_EFULL;
	if (in->at_ms > b->now_ms)
		b->now_ms = in->at_ms;
	if (!b->begun)
		begin(b);
	dispatch(b, in, out);
	step(b, out);
	return TB_OK;
}

static int bybit_on_market(struct exchange *exchange, const struct event *event, struct turn_out *out)
{
	(void)exchange, (void)event, (void)out;
	return TB_OK; /* it is the market */
}

static int bybit_submit(struct exchange *exchange, const struct ticket *ticket, ms_t now,
			struct turn_out *out)
{
	struct bybit *b = exchange->state;

	if (!b->private.wanted || b->universe == NULL)
		return TB_EREFUSED; /* the public side takes no orders */
	if (now > b->now_ms)
		b->now_ms = now;
	int err = bybit_submit_ticket(b, ticket, out);
	if (err == TB_OK)
		step(b, out);
	return err;
}

/* Of the account: TB_EINVAL without one. */
static int ask_account(struct bybit *b, const struct intent *intent, struct turn_out *out)
{
	if (!b->private.wanted)
		return TB_EINVAL;
	switch (intent->kind) {
	case INTENT_CANCEL: return bybit_ask_cancel(b, intent->sym, intent->id, out);
	case INTENT_QUERY: return bybit_ask_order(b, intent->sym, intent->id);
	case INTENT_LEVERAGE: return bybit_ask_leverage(b, intent->sym, intent->value);
	case INTENT_SNAPSHOT: return bybit_ask_snapshot(b);
	default: return TB_EINVAL;
	}
}

static int bybit_ask(struct exchange *exchange, const struct intent *intent, ms_t now, struct turn_out *out)
{
	struct bybit *b = exchange->state;
	int answer = TB_OK;

	bool of_symbol = intent->kind != INTENT_SCAN && intent->kind != INTENT_SNAPSHOT;
	if (b->universe == NULL || (of_symbol && intent->sym >= b->universe->count))
		return TB_ENOENT;
	if (now > b->now_ms)
		b->now_ms = now;
	switch (intent->kind) {
	case INTENT_WATCH: answer = bybit_watch(b, intent->sym, intent->value != 0, out); break;
	case INTENT_HISTORY: answer = bybit_ask_history(b, intent->sym, intent->value); break;
	case INTENT_SCAN:
		if (b->jobs[JOB_SCAN].request == 0)
			bybit_want(b, JOB_SCAN, b->now_ms);
		break;
	default: answer = ask_account(b, intent, out); break;
	}
	step(b, out);
	return answer;
}

static ms_t bybit_next_ms(const struct exchange *exchange)
{
	const struct bybit *b = exchange->state;

	if (!b->begun || bybit_history_waits(b))
		return b->now_ms;
	ms_t due_ms = b->private.wanted ? bybit_private_due_ms(b) : NEVER_MS;
	return ms_earlier(due_ms, ms_earlier(bybit_jobs_due_ms(b), bybit_stream_due_ms(b)));
}

const struct exchange_ops bybit_ops = {
	.name = "bybit",
	.state_bytes = sizeof(struct bybit),
	.on_wire = bybit_on_wire,
	.on_market = bybit_on_market,
	.submit = bybit_submit,
	.ask = bybit_ask,
	.next_ms = bybit_next_ms,
	.listing = bybit_listed,
	.attach = bybit_attach,
};
