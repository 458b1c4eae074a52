/* SPDX-License-Identifier: MIT
 * The catalogue of faults as a table, the words of --weather, what waits for whom, and the seeded script:
 * draw number n of a seed is always the same fault after the same gap. */
#include "sim_weather.h"

#include <string.h>

#include "decimal.h"
#include "hash.h"
#include "sim_match.h"

#define X(id, word, unit, low, high, mild, storm, text)                                                      \
	[SIM_FAULT_##id] = {word, text, SIM_UNIT_##unit, low, high, {mild, storm}},
const struct sim_fault_row sim_fault_rows[SIM_FAULT_COUNT] = {SIM_FAULTS(X)};
#undef X
_Static_assert(SIM_FAULT_COUNT <= 63, "one bit each");

const char *const sim_unit_text[SIM_UNIT_KINDS] = {
	[SIM_UNIT_NONE] = "",      [SIM_UNIT_COUNT] = "pieces", [SIM_UNIT_MS] = "ms",
	[SIM_UNIT_RATIO] = "1e-9", [SIM_UNIT_LOTS] = "lots",    [SIM_UNIT_MONEY] = "1e-8 USDT",
};

#define X(id, text) [SIM_SKY_##id] = text,
const char *const sim_sky_text[SIM_SKY_COUNT] = {SIM_SKIES(X)};
#undef X

#define FAULTS_MILD    24
#define FAULTS_STORM   240
#define FAULTS_MOST    86400
#define JITTER_MOST_MS MINUTE_MS

/* "NAME=number" of that length, the number in low..high. */
static bool number_of(const char *text, size_t length, const char *name, int64_t low, int64_t high,
		      int64_t *out)
{
	size_t prefix = strlen(name);
	int64_t value;

	if (length <= prefix || strncmp(text, name, prefix) != 0 ||
	    decimal_parse(text + prefix, length - prefix, 0, &value) != DECIMAL_OK || value < low ||
	    value > high)
		return false;
	*out = value;
	return true;
}

int sim_weather_parse(const char *text, struct sim_weather_setup *setup)
{
	struct sim_weather_setup read = {0};
	size_t length = strcspn(text, ",");
	int64_t seed;

	for (read.sky = 0; read.sky < SIM_SKY_COUNT; read.sky++)
		if (strlen(sim_sky_text[read.sky]) == length &&
		    strncmp(text, sim_sky_text[read.sky], length) == 0)
			break;
	if (read.sky == SIM_SKY_COUNT)
		return TB_EINVAL;
	for (text += length; *text == ','; text += length) {
		text++;
		length = strcspn(text, ",");
		if (number_of(text, length, "seed=", 0, VALUE_MAX, &seed))
			read.seed = (uint64_t)seed;
		else if (!number_of(text, length, "per-day=", 1, FAULTS_MOST, &read.faults_per_day) &&
			 !number_of(text, length, "jitter=", 0, JITTER_MOST_MS, &read.jitter_ms))
			return TB_EINVAL;
	}
	*setup = read;
	return TB_OK;
}

bool sim_weather_usable(const struct sim_weather_setup *setup)
{
	return setup->sky >= 0 && setup->sky < SIM_SKY_COUNT && setup->faults_per_day >= 0 &&
	       setup->faults_per_day <= FAULTS_MOST && setup->jitter_ms >= 0 &&
	       setup->jitter_ms <= JITTER_MOST_MS;
}

bool sim_weather_waits(const struct sim_broker *broker, enum sim_fault fault, sym_t sym, ms_t now,
		       int64_t *value)
{
	const struct sim_weather *weather = &broker->weather;
	const struct sim_armed *armed = &weather->waiting[fault];

	if ((weather->armed >> fault & 1) == 0 || armed->until_ms <= now ||
	    (armed->sym != SYM_NONE && armed->sym != sym))
		return false;
	if (value != NULL)
		*value = armed->value;
	return true;
}

bool sim_weather_take(struct sim_broker *broker, enum sim_fault fault, sym_t sym, ms_t now, int64_t *value)
{
	if (!sim_weather_waits(broker, fault, sym, now, value))
		return false;
	broker->weather.armed &= ~(1LL << fault);
	return true;
}

/* One of the numbers of draw n, 0 <= result < below. */
static int64_t drawn(const struct sim_weather_setup *setup, int64_t n, int64_t which, int64_t below)
{
	return (int64_t)(hash_words(setup->seed, (const int64_t[]){n, which}, 2) % (uint64_t)below);
}

static ms_t gap_ms(const struct sim_weather_setup *setup, int64_t n)
{
	int64_t usual = setup->sky == SIM_SKY_STORM ? FAULTS_STORM : FAULTS_MILD;

	return 1 + drawn(setup, n, 0, 2 * DAY_MS / (setup->faults_per_day ? setup->faults_per_day : usual));
}

static enum sim_fault pick_fault(const struct sim_weather_setup *setup, int64_t n)
{
	int64_t sum = 0, column = setup->sky - SIM_SKY_MILD;

	for (int64_t i = 0; i < SIM_FAULT_COUNT; i++)
		sum += sim_fault_rows[i].weight[column];
	int64_t at = drawn(setup, n, 1, sum);
	for (int64_t i = 0; i < SIM_FAULT_COUNT; i++) {
		at -= sim_fault_rows[i].weight[column];
		if (at < 0)
			return (enum sim_fault)i;
	}
	return SIM_FAULT_GARBAGE;
}

/* A drawn number in the unit of the command. slot: where, NULL: nowhere in particular. */
static int64_t in_units(const struct sim_broker *broker, enum sim_fault fault, const struct sim_slot *slot,
			int64_t value, bool sells)
{
	if (sim_fault_rows[fault].unit == SIM_UNIT_MONEY)
		return broker->wallet / 10000 * (value ? value : 1);
	if (sim_fault_rows[fault].unit != SIM_UNIT_LOTS || slot == NULL)
		return value;
	if (fault == SIM_FAULT_FOREIGN && slot->foreign > 0)
		return -slot->side * slot->foreign; /* whoever came, goes */
	if (fault == SIM_FAULT_FOREIGN)
		return (slot->instrument.min_qty > 0 ? slot->instrument.min_qty : 1) *
		       (sells ? -value : value);
	return value == 0 ? 0 : slot->qty / 100 * value + 1;
}

/* Where a fault that acts at once has something to act on, beginning anywhere; SYM_NONE: nowhere. */
sym_t sim_weather_suits(const struct sim_broker *broker, enum sim_fault fault, int64_t from)
{
	for (int64_t i = 0; i < broker->slot_count; i++) {
		int64_t at = (from + i) % broker->slot_count;
		const struct sim_slot *slot = &broker->slots[at];
		bool fits = slot->qty > 0;
		if (fault == SIM_FAULT_LOST_STOP || fault == SIM_FAULT_DEAF_STOP)
			fits = slot->stop.id != 0;
		else if (fault == SIM_FAULT_LOST_TARGET)
			fits = slot->target.id != 0;
		else if (fault == SIM_FAULT_FOREIGN) /* one visitor at a time */
			fits = slot->last > 0 && slot->instrument.status == INSTRUMENT_TRADING;
		if (fits)
			return broker->sym_of[at];
	}
	return SYM_NONE;
}

static sym_t visited(const struct sim_broker *broker)
{
	for (int64_t i = 0; i < broker->slot_count; i++)
		if (broker->slots[i].foreign > 0)
			return broker->sym_of[i];
	return SYM_NONE;
}

void sim_weather_draw(struct sim_broker *broker, ms_t now, struct events *heard)
{
	struct sim_weather *weather = &broker->weather;
	const struct sim_weather_setup *setup = &broker->setup.weather;
	int64_t n = ++weather->draws;
	enum sim_fault fault = pick_fault(setup, n);
	const struct sim_fault_row *row = &sim_fault_rows[fault];
	int64_t value = row->low + drawn(setup, n, 2, row->high - row->low + 1);
	bool somewhere = fault >= SIM_FAULT_LOST_STOP && fault <= SIM_FAULT_LIQUIDATION;

	weather->next_ms = now + gap_ms(setup, n);
	sym_t sym = fault == SIM_FAULT_FOREIGN ? visited(broker) : SYM_NONE;
	if (somewhere && sym == SYM_NONE && broker->slot_count > 0)
		sym = sim_weather_suits(broker, fault, drawn(setup, n, 3, broker->slot_count));
	if (somewhere && sym == SYM_NONE)
		return; /* nobody to hit */
	value = in_units(broker, fault, sim_slot_of(broker, sym), value, drawn(setup, n, 4, 2) == 1);
	sim_fault_act(broker, fault, sym, value, now, heard);
}

void sim_weather_hear(struct sim_broker *broker, ms_t now)
{
	struct sim_weather *weather = &broker->weather;

	if (weather->next_ms == 0)
		weather->next_ms = now + gap_ms(&broker->setup.weather, 0);
	else if (weather->next_ms > weather->heard_ms + HOUR_MS && weather->next_ms < now)
		weather->next_ms = now; /* the market was silent: nobody waited for it */
	weather->heard_ms = now;
	if (weather->next_ms < broker->due_ms && weather->next_ms <= now + HOUR_MS)
		broker->due_ms = weather->next_ms;
}

ms_t sim_weather_next_ms(const struct sim_broker *broker)
{
	const struct sim_weather *weather = &broker->weather;

	/* where nothing is traded any more, nothing shall wake the account up for ever */
	return weather->next_ms == 0 || weather->next_ms > weather->heard_ms + HOUR_MS ? NEVER_MS
										       : weather->next_ms;
}

void sim_weather_say_link(const struct sim_broker *broker, ms_t now, struct events *heard)
{
	int64_t slower = 0, off = 0;
	bool slow = sim_weather_waits(broker, SIM_FAULT_LINK_SLOW, SYM_NONE, now, &slower);
	bool clock = sim_weather_waits(broker, SIM_FAULT_CLOCK_OFF, SYM_NONE, now, &off);
	bool down = sim_weather_waits(broker, SIM_FAULT_LINK_DOWN, SYM_NONE, now, NULL);

	if (slow || clock || down) { /* one word: up and down at once would be a reconnection */
		struct event *event = events_add(heard, EVENT_LINK, SYM_NONE, now);
		event->book = (uint8_t)broker->setup.book;
		event->link.state = down ? LINK_DOWN : slow ? LINK_SLOW : LINK_UP;
		event->link.latency_ms = broker->setup.latency_ms + slower;
		event->link.clock_off_ms = off;
	}
	if (sim_weather_waits(broker, SIM_FAULT_LINK_LIMITED, SYM_NONE, now, NULL)) {
		struct event *event = events_add(heard, EVENT_LINK, SYM_NONE, now);
		event->book = (uint8_t)broker->setup.book;
		event->link.state = LINK_LIMITED;
		event->link.until_ms = broker->weather.waiting[SIM_FAULT_LINK_LIMITED].until_ms;
	}
}
