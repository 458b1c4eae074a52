/* SPDX-License-Identifier: MIT
 * Before a live market is traded: what the exchange lists now, and what the journal knows from before, become
 * one universe. What was traded once stays in it, so that every row of the journal can be read; a grid that
 * has changed meanwhile becomes the next generation. Pure. */
#ifndef TRADEBOT_APP_UNIVERSE_MERGE_H
#define TRADEBOT_APP_UNIVERSE_MERGE_H

#include "tradebot/instrument.h"

struct universe_merge {
	size_t changed; /* instruments with another grid than the journal's */
	size_t gone;    /* that the journal knows and the exchange does not list */
	size_t left;    /* gone ones there was no room for */
};

/* now: as the exchange says, with the journal's generations carried on, sorted by name. was: the same symbols
 * with the grids that the journal's rows are counted in; where nothing has changed, equal to now. stored: of
 * the journal; NULL or empty: a new one. Both inputs are sorted by name. */
void universe_merge(const struct universe *listing, const struct universe *stored, struct universe *now,
		    struct universe *was, struct universe_merge *result);

#endif
