/* SPDX-License-Identifier: MIT
 * Which symbols a broker knows. A saved account meets a universe that was made anew: symbols are indices, and
 * what was listed or went since has moved them, so whatever names a symbol in a broker or a shadow is named
 * again here. And of a large universe only what is watched is known. */
#include <string.h>

#include "sim_shadow.h"

static bool is_busy(const struct sim_broker *broker, sym_t sym, const struct sim_slot *slot)
{
	bool busy = slot->qty > 0 || slot->stop.id != 0 || slot->target.id != 0;

	for (int64_t i = 0; i < broker->arrival_count; i++)
		busy = busy || broker->arrivals[i].order.sym == sym;
	for (int64_t i = 0; i < broker->work_count; i++)
		busy = busy || broker->works[i].sym == sym;
	return busy;
}

void sim_broker_forget(struct sim_broker *broker, sym_t sym)
{
	int64_t at = sym < SYMBOLS_MAX ? broker->slot_of[sym] - 1 : -1, last = broker->slot_count - 1;

	if (at < 0 || is_busy(broker, sym, &broker->slots[at]))
		return;
	broker->slot_of[sym] = 0;
	if (at != last) { /* the last one takes its place */
		broker->slots[at] = broker->slots[last];
		broker->sym_of[at] = broker->sym_of[last];
		broker->slot_of[broker->sym_of[at]] = (uint8_t)(at + 1);
	}
	broker->slot_count = last;
}

static sym_t moved(const sym_t map[static SYMBOLS_MAX], int64_t sym)
{
	return sym >= 0 && sym < SYMBOLS_MAX ? map[sym] : SYM_NONE;
}

/* A slot of a symbol that is gone stays, named by nobody, if nothing is in it. */
static bool can_move(const struct sim_broker *broker, const sym_t map[static SYMBOLS_MAX])
{
	for (int64_t i = 0; i < broker->slot_count; i++)
		if (moved(map, broker->sym_of[i]) == SYM_NONE &&
		    (broker->slots[i].qty > 0 || broker->slots[i].stop.id != 0))
			return false;
	for (int64_t i = 0; i < broker->work_count; i++)
		if (moved(map, broker->works[i].sym) == SYM_NONE)
			return false;
	for (int64_t i = 0; i < broker->arrival_count; i++)
		if (moved(map, broker->arrivals[i].order.sym) == SYM_NONE)
			return false;
	return true;
}

static void move_slots(struct sim_broker *broker, const sym_t map[static SYMBOLS_MAX])
{
	int64_t kept = 0;

	memset(broker->slot_of, 0, sizeof broker->slot_of);
	for (int64_t i = 0; i < broker->slot_count; i++) {
		sym_t sym = moved(map, broker->sym_of[i]);
		if (sym == SYM_NONE)
			continue;
		if (kept != i)
			broker->slots[kept] = broker->slots[i];
		broker->sym_of[kept++] = sym;
		broker->slot_of[sym] = (uint8_t)kept;
	}
	broker->slot_count = kept;
}

int sim_broker_renumber(struct sim_broker *broker, const sym_t map[static SYMBOLS_MAX])
{
	struct sim_weather *weather = &broker->weather;

	if (!can_move(broker, map))
		return TB_ENOENT;
	move_slots(broker, map);
	for (int64_t i = 0; i < broker->work_count; i++)
		broker->works[i].sym = moved(map, broker->works[i].sym);
	for (int64_t i = 0; i < broker->arrival_count; i++)
		broker->arrivals[i].order.sym = moved(map, broker->arrivals[i].order.sym);
	for (int64_t i = 0; i < SIM_FINAL_MAX && i < broker->final_count; i++)
		broker->finals[i].sym = moved(map, broker->finals[i].sym);
	for (size_t i = 0; i < SIM_FAULT_COUNT; i++)
		weather->waiting[i].sym = moved(map, weather->waiting[i].sym);
	for (int64_t i = 0; i < weather->late_count; i++)
		weather->late[i].event.sym = moved(map, weather->late[i].event.sym);
	return TB_OK;
}

int sim_shadow_renumber(struct sim_shadow *shadow, const sym_t map[static SYMBOLS_MAX])
{
	uint8_t hears[SYMBOLS_MAX] = {0};
	int err = sim_broker_renumber(&shadow->broker, map);

	if (err != TB_OK)
		return err;
	shadow->heard_count = 0;
	for (int64_t i = 0; i < SYMBOLS_MAX; i++) {
		sym_t sym = moved(map, i);
		if (!shadow->hears[i] || sym == SYM_NONE)
			continue;
		hears[sym] = 1;
		shadow->heard_count++;
	}
	memcpy(shadow->hears, hears, sizeof hears);
	return TB_OK;
}
