/* SPDX-License-Identifier: MIT
 * The exact sliding rank. percentile.h has the idea; keys inside one bin are compared themselves, so the bins
 * only make it fast, never approximate. */
#include "percentile.h"

#include <string.h>

/* Bin 0 holds zeros only, bin 1 everything else under 2^22 (a deviation of 1e-6 a bar), the last everything
 * from 2^54 (7 % a bar). */
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
	bin = (int64_t)(bits >> (52 - STEPS_LOG2)) - ((1023 + OCTAVE_FIRST) << STEPS_LOG2) + 1;
	if (bin < 1)
		bin = key > 0;
	if (bin >= PERCENTILE_BINS)
		bin = PERCENTILE_BINS - 1;
	return (unsigned)bin;
}

/* Eight counters at once, on any processor: gcc and clang do without the instruction where there is none. */
typedef uint16_t eight __attribute__((vector_size(16)));
typedef uint64_t two __attribute__((vector_size(16)));

/* The first n (0..15) of 16 counters, without a branch, added to sum. No lane can carry: no key is counted
 * twice, and there are at most PERCENTILE_WINDOW_MAX. */
static inline eight add_first(eight sum, const uint16_t counters[static 16], unsigned n)
{
	static _Alignas(64)
		const uint16_t masks[32] = {0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff,
					    0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff};
	const uint16_t *mask = masks + (16 - (size_t)n);
	eight low, high, low_mask, high_mask;

	memcpy(&low, counters, sizeof(low));
	memcpy(&high, counters + 8, sizeof(high));
	memcpy(&low_mask, mask, sizeof(low_mask));
	memcpy(&high_mask, mask + 8, sizeof(high_mask));
	return sum + (low & low_mask) + (high & high_mask);
}

/* Keys in lower bins. */
static unsigned lower_bins(const struct percentile *p, unsigned bin)
{
	eight lanes = {0};

	lanes = add_first(lanes, p->coarse, bin >> 8);
	lanes = add_first(lanes, p->middle + (bin >> 8) * 16, bin >> 4 & 15);
	lanes = add_first(lanes, p->fine + (bin >> 4) * 16, bin & 15);
	two words = (two)lanes;
	return (unsigned)((words[0] + words[1]) * 0x0001000100010001ULL >> 48);
}

static void percentile_count(struct percentile *p, unsigned bin, int by)
{
	p->coarse[bin >> 8] = (uint16_t)(p->coarse[bin >> 8] + by);
	p->middle[bin >> 4] = (uint16_t)(p->middle[bin >> 4] + by);
	p->fine[bin] = (uint16_t)(p->fine[bin] + by);
}

/* Its bin. */
static unsigned percentile_drop_oldest(struct percentile *p)
{
	unsigned bin = p->bins[(p->newest - p->count) % PERCENTILE_RING];

	percentile_count(p, bin, -1);
	p->count--;
	return bin;
}

void percentile_add(struct percentile *p, int64_t key, int window)
{
	unsigned bin = percentile_bin(key);
	uint32_t room = window < 1                       ? 1
			: window > PERCENTILE_WINDOW_MAX ? PERCENTILE_WINDOW_MAX
							 : (uint32_t)window;

	/* before a counter changes: eight read at once would wait for the one just written */
	p->lower = lower_bins(p, bin);
	p->others = p->fine[bin];
	while (p->count >= room) {
		unsigned gone = percentile_drop_oldest(p);
		p->lower -= gone < bin;
		p->others -= gone == bin;
	}
	uint16_t last = p->last[bin];
	bool again = (p->fine[bin] > 0) & (p->keys[last] == key);
	percentile_count(p, bin, 1);
	p->keys[p->newest] = key;
	p->bins[p->newest] = (uint16_t)bin;
	p->run[p->newest] = again ? (uint16_t)(p->run[last] + (p->run[last] < PERCENTILE_RING)) : 1;
	p->before[p->newest] = again ? p->before[last] : last;
	p->last[bin] = (uint16_t)p->newest;
	p->newest = (p->newest + 1) % PERCENTILE_RING;
	p->count++;
}

struct rank percentile_rank(const struct percentile *p)
{
	uint32_t at = (p->newest - 1) % PERCENTILE_RING;
	unsigned bin = p->bins[at];
	int64_t key = p->keys[at];
	struct rank rank = {.num = 2 * (int64_t)p->lower, .den = 2 * (int64_t)p->count};

	if (bin == 0) {
		rank.num += p->fine[0];
		return rank;
	}
	for (unsigned left = p->fine[bin]; left > 0; at = p->before[at]) {
		unsigned run = p->run[at] < left ? p->run[at] : left;
		rank.num += (int64_t)run * (2 * (p->keys[at] < key) + (p->keys[at] == key));
		left -= run;
	}
	return rank;
}
