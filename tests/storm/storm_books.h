/* SPDX-License-Identifier: MIT
 * After the storm: the exchange's own books against the journal, the engine and the money. */
#ifndef STORM_BOOKS_H
#define STORM_BOOKS_H

#include "storm_world.h"

/* So long after a minute's end everything of it is over and quotes are fresh. */
#define STORM_SETTLED_MS (4 * SECOND_MS)

struct storm_sums {
	int64_t storms, failed, turns, bars, entries, faults, downs, holes;
	int64_t naked_ms, known_ms, able_ms, worst_idle_ms;
	int64_t fills, listed, visited, deaths, points,
		kinds[DEATH_KINDS]; /* listed: fills that were made from lists */
	int64_t struck[EMU_FAULT_COUNT], notes[NOTE_COUNT];
};

/* What is not well is a violation of the spy. */
void storm_books_check(struct storm *s, struct storm_sums *sums);

#endif
