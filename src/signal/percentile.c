/* SPDX-License-Identifier: MIT
 * The exact sliding rank. percentile.h has the idea; keys inside one bin are compared themselves, so the bins
 * only make it fast, never approximate. */
#include "percentile.h"

#include <string.h>

/* Bin 0 holds everything under 2^22 (a deviation of 1e-6 a bar), the last everything from 2^54 (7 % a bar).
 */
#define OCTAVE_FIRST 22
#define STEPS_LOG2   7

void percentile_init(struct percentile *percentile)
{
	memset(percentile, 0, sizeof(*percentile));
}

/* Monotone in key: the exponent and the first seven fraction bits of the key as a double. */
static unsigned percentile_bin(int64_t key)
{
	double value = (double)key;
	uint64_t bits;
	int64_t bin;

	memcpy(&bits, &value, sizeof(bits));
	bin = (int64_t)(bits >> (52 - STEPS_LOG2)) - ((1023 + OCTAVE_FIRST) << STEPS_LOG2);
	if (bin < 0)
		bin = 0;
	if (bin >= PERCENTILE_BINS)
		bin = PERCENTILE_BINS - 1;
	return (unsigned)bin;
}

/* Eight counters at once, on any processor: gcc and clang do without the instruction where there is none. */
typedef uint16_t eight __attribute__((vector_size(16)));

/* The first n (0..15) of 16 counters, without a branch, added to sum. No lane can carry: no key is counted
 * twice, and there are at most PERCENTILE_WINDOW_MAX. */
static inline eight add_first(eight sum, const uint16_t counters[static 16], unsigned n)
{
	static _Alignas(64)
		const uint16_t masks[32] = {0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff,
					    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff};
	eight value[2], mask[2];

	memcpy(value, counters, sizeof(value));
	memcpy(mask, masks + 16 - n, sizeof(mask));
	return sum + (value[0] & mask[0]) + (value[1] & mask[1]);
}

/* Keys in lower bins. */
static unsigned lower_bins(const struct percentile *p, unsigned bin)
{
	eight lanes = {0};
	uint64_t words[2];

	lanes = add_first(lanes, p->coarse, bin >> 8);
	lanes = add_first(lanes, p->middle + (bin >> 8) * 16, bin >> 4 & 15);
	lanes = add_first(lanes, p->fine + (bin >> 4) * 16, bin & 15);
	memcpy(words, &lanes, sizeof(words));
	return (unsigned)((words[0] + words[1]) * 0x0001000100010001ULL >> 48);
}

static void percentile_count(struct percentile *p, unsigned bin, int by)
{
	p->coarse[bin >> 8] = (uint16_t)(p->coarse[bin >> 8] + by);
	p->middle[bin >> 4] = (uint16_t)(p->middle[bin >> 4] + by);
	p->fine[bin] = (uint16_t)(p->fine[bin] + by);
}

/* Which lists are empty and where in them an entry stands cannot be predicted, so links are written without
 * asking; entry 0 takes what would go nowhere. */
static void percentile_drop_oldest(struct percentile *p)
{
	uint16_t number = p->ring[(p->newest - p->count) % PERCENTILE_RING], next;
	struct percentile_entry *entry = &p->entries[number];

	p->count--;
	percentile_count(p, entry->bin, -1);
	if (--entry->count > 0)
		return;
	next = p->links[PERCENTILE_BINS + number];
	p->links[entry->place] = next;
	p->entries[next].place = entry->place;
	p->links[PERCENTILE_BINS + number] = p->spare;
	p->spare = number;
}

static uint16_t percentile_new_entry(struct percentile *p, int64_t key, unsigned bin)
{
	uint16_t number = p->spare, head = p->links[bin];

	if (number)
		p->spare = p->links[PERCENTILE_BINS + number];
	else
		number = ++p->used;
	p->entries[number] = (struct percentile_entry){
		.key = key, .count = 1, .bin = (uint16_t)bin, .place = (uint16_t)bin};
	p->entries[head].place = (uint16_t)(PERCENTILE_BINS + number);
	p->links[PERCENTILE_BINS + number] = head;
	p->links[bin] = number;
	return number;
}

/* Keys of the bin that are lower; the entry of an equal one, or 0, goes to *same. Four steps at a time, since
 * nearly all lists are shorter and a list's length cannot be predicted: past the end entry 0 counts nothing
 * and leads to itself. */
static unsigned lower_in_bin(const struct percentile *p, unsigned bin, int64_t key, uint16_t *same)
{
	unsigned number = p->links[bin], below = 0, equal = 0;

	do
		for (int i = 0; i < 4; i++) {
			const struct percentile_entry *entry = &p->entries[number];
			int64_t over = entry->key - key; /* neither is negative */
			below += entry->count * (unsigned)((uint64_t)over >> 63);
			equal |= over == 0 ? number : 0U;
			number = p->links[PERCENTILE_BINS + number];
		}
	while (number);
	*same = (uint16_t)equal;
	return below;
}

struct rank percentile_add(struct percentile *percentile, int64_t key, int window)
{
	struct percentile *p = percentile;
	unsigned bin = percentile_bin(key), below, equal = 1;
	uint32_t room = window < 1                       ? 1
			: window > PERCENTILE_WINDOW_MAX ? PERCENTILE_WINDOW_MAX
							 : (uint32_t)window;
	uint16_t same;

	while (p->count >= room)
		percentile_drop_oldest(p);
	below = lower_bins(p, bin) + lower_in_bin(p, bin, key, &same);
	if (same)
		equal = ++p->entries[same].count;
	else
		same = percentile_new_entry(p, key, bin);
	percentile_count(p, bin, 1);
	p->ring[p->newest % PERCENTILE_RING] = same;
	p->newest = (p->newest + 1) % PERCENTILE_RING;
	p->count++;
	return (struct rank){.num = 2 * (int64_t)below + equal, .den = 2 * (int64_t)p->count};
}
