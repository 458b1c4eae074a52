/* SPDX-License-Identifier: MIT
 * See universe_merge.h. */
#include "universe_merge.h"

#include <string.h>

static bool same_grid(const struct instrument *a, const struct instrument *b)
{
	struct grid_factor ticks, lots;

	return instrument_factors(a, b, &ticks, &lots) && ticks.num == ticks.den && lots.num == lots.den;
}

static void add_listed(const struct instrument *listed, const struct instrument *known, struct universe *now,
		       struct universe *was, struct universe_merge *result)
{
	struct instrument *to = &now->at[now->count], *before = &was->at[was->count];

	*to = *before = *listed;
	if (known != NULL && same_grid(known, listed)) {
		to->generation = before->generation = known->generation;
	} else if (known != NULL) {
		*before = *known;
		before->status = listed->status;
		to->generation = known->generation + 1;
		result->changed++;
	}
	now->count++, was->count++;
}

static void add_gone(const struct instrument *known, struct universe *now, struct universe *was,
		     struct universe_merge *result)
{
	now->at[now->count] = *known;
	now->at[now->count].status = INSTRUMENT_GONE;
	was->at[was->count++] = now->at[now->count++];
	result->gone++;
}

void universe_merge(const struct universe *listing, const struct universe *stored, struct universe *now,
		    struct universe *was, struct universe_merge *result)
{
	size_t i = 0, k = 0, known_count = stored != NULL ? stored->count : 0, left = listing->count;

	*result = (struct universe_merge){0};
	now->count = was->count = 0;
	while (i < listing->count || k < known_count) {
		const struct instrument *listed = i < listing->count ? &listing->at[i] : NULL;
		const struct instrument *known = k < known_count ? &stored->at[k] : NULL;
		int order = listed == NULL ? 1 : known == NULL ? -1 : strcmp(listed->name, known->name);
		if (order <= 0) {
			add_listed(listed, order == 0 ? known : NULL, now, was, result);
			left--, i++;
		} else if (now->count + left < SYMBOLS_MAX) {
			add_gone(known, now, was, result);
		} else {
			result->left++;
		}
		k += order >= 0;
	}
}
