/* SPDX-License-Identifier: MIT
 * See budget.h. The window is cut in eight slices; nine in a row cover any window that ends in the last one.
 */
#include "budget.h"

#define SLICES (BUDGET_SLICES + 1)

void budget_init(struct budget *budget, int64_t limit, ms_t window_ms, int64_t reserved)
{
	*budget = (struct budget){.limit = limit, .reserved = reserved, .window_ms = window_ms};
}

/* A clock that ran backwards does not make room. */
static int64_t slice_of(const struct budget *budget, ms_t now)
{
	int64_t slice = now / (budget->window_ms / BUDGET_SLICES);

	return slice > budget->newest ? slice : budget->newest;
}

/* What was sent in the slices that a window ending in this one may touch. */
static int64_t used_by(const struct budget *budget, int64_t slice)
{
	int64_t sum = 0;

	for (int64_t s = slice - BUDGET_SLICES; s <= budget->newest; s++)
		if (s > budget->newest - SLICES && s >= 0)
			sum += budget->used[s % SLICES];
	return sum;
}

ms_t budget_free_ms(const struct budget *budget, ms_t now, bool protective)
{
	ms_t from = now > budget->silent_until_ms ? now : budget->silent_until_ms;

	if (budget->limit <= 0)
		return from;
	int64_t room = protective ? budget->limit : budget->limit - budget->reserved;
	int64_t slice = slice_of(budget, from), first = slice;
	while (slice < first + SLICES && used_by(budget, slice) >= room)
		slice++;
	if (slice == first)
		return from;
	ms_t begins = slice * (budget->window_ms / BUDGET_SLICES);
	return begins > from ? begins : from;
}

void budget_take(struct budget *budget, ms_t now)
{
	if (budget->limit <= 0)
		return;
	int64_t slice = slice_of(budget, now);
	for (int64_t s = budget->newest + 1; s <= slice && s <= budget->newest + SLICES; s++)
		budget->used[s % SLICES] = 0;
	if (slice > budget->newest + SLICES)
		for (int64_t s = 0; s < SLICES; s++)
			budget->used[s] = 0;
	budget->newest = slice;
	budget->used[slice % SLICES]++;
}

void budget_silence(struct budget *budget, ms_t until_ms)
{
	if (until_ms > budget->silent_until_ms)
		budget->silent_until_ms = until_ms;
}

ms_t budget_back_off(ms_t *pause_ms, ms_t first_ms, ms_t most_ms, uint64_t dice)
{
	ms_t pause = *pause_ms > 0 ? 2 * *pause_ms : first_ms;

	pause = pause < most_ms ? pause : most_ms;
	*pause_ms = pause;
	return pause + (ms_t)(dice % (uint64_t)(pause * 6 / 10 + 1)) - pause * 3 / 10;
}
