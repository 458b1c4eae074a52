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

/* The sum of the first n (0..15) of 16 counters without a branch, four to a machine word. No lane can carry:
 * all counters together are at most PERCENTILE_WINDOW_MAX. */
static unsigned sum_first(const uint16_t counters[static 16], unsigned n)
{
	static const uint16_t masks[32] = {0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff,
					   0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff};
	uint64_t value[4], mask[4], sum;

	memcpy(value, counters, sizeof(value));
	memcpy(mask, masks + 16 - n, sizeof(mask));
	sum = (value[0] & mask[0]) + (value[1] & mask[1]) + (value[2] & mask[2]) + (value[3] & mask[3]);
	return (unsigned)(sum * 0x0001000100010001ULL >> 48);
}

static void percentile_count(struct percentile *p, unsigned bin, int by)
{
	p->coarse[bin >> 8] = (uint16_t)(p->coarse[bin >> 8] + by);
	p->middle[bin >> 4] = (uint16_t)(p->middle[bin >> 4] + by);
	p->fine[bin] = (uint16_t)(p->fine[bin] + by);
}

static void percentile_drop_oldest(struct percentile *p)
{
	uint16_t number = p->ring[(p->newest - p->count) % PERCENTILE_RING];
	struct percentile_entry *entry = &p->entries[number];

	p->count--;
	percentile_count(p, entry->bin, -1);
	if (--entry->count > 0)
		return;
	if (entry->previous)
		p->entries[entry->previous].next = entry->next;
	else
		p->head[entry->bin] = entry->next;
	if (entry->next)
		p->entries[entry->next].previous = entry->previous;
	entry->next = p->spare;
	p->spare = number;
}

static uint16_t percentile_new_entry(struct percentile *p, int64_t key, unsigned bin)
{
	uint16_t number = p->spare, head = p->head[bin];

	if (number)
		p->spare = p->entries[number].next;
	else
		number = ++p->used;
	p->entries[number] =
		(struct percentile_entry){.key = key, .count = 1, .next = head, .bin = (uint16_t)bin};
	if (head)
		p->entries[head].previous = number;
	p->head[bin] = number;
	return number;
}

struct rank percentile_add(struct percentile *p, int64_t key, int window)
{
	unsigned bin = percentile_bin(key), below, equal = 1;
	uint32_t room = window < 1                       ? 1
			: window > PERCENTILE_WINDOW_MAX ? PERCENTILE_WINDOW_MAX
							 : (uint32_t)window;
	uint16_t number, same = 0;

	while (p->count >= room)
		percentile_drop_oldest(p);
	below = sum_first(p->coarse, bin >> 8) + sum_first(p->middle + (bin >> 8) * 16, bin >> 4 & 15) +
		sum_first(p->fine + (bin >> 4) * 16, bin & 15);
	/* Selections, not branches: which of a few neighbours is lower cannot be predicted. */
	for (number = p->head[bin]; number; number = p->entries[number].next) {
		below += p->entries[number].key < key ? p->entries[number].count : 0U;
		same = p->entries[number].key == key ? number : same;
	}
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
