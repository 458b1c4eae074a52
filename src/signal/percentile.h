/* SPDX-License-Identifier: MIT
 * The exact rank of the newest key among the last WINDOW keys, itself included. series.c adds a key a bar. A
 * key falls into one of 4,096 bins (128 to an octave); three levels of counters tell how many keys lie in
 * lower bins. That alone nearly always answers on which side of a percentage the rank is; only a reader of
 * the rank itself, and the rare bar whose bin straddles the percentage, looks at the other keys of the bin.
 * Zero has a bin of its own, and equal keys in a row are one step, so a market that hardly moves costs no
 * more. No pointers: a struct percentile may be copied or stored as it is. All zero bytes is the empty
 * window. */
#ifndef SIGNAL_PERCENTILE_H
#define SIGNAL_PERCENTILE_H

#include "tradebot/market.h"

#define PERCENTILE_WINDOW_MAX 1000
#define PERCENTILE_RING       1024 /* a power of two >= PERCENTILE_WINDOW_MAX */
#define PERCENTILE_BINS       4096

struct percentile {
	uint32_t newest, count; /* ring position after the newest key; keys in the window */
	uint32_t lower, others; /* keys in lower bins than the newest key's; other keys in its own */
	uint16_t coarse[16], middle[256], fine[PERCENTILE_BINS]; /* keys per 256, per 16 bins, per bin */
	uint16_t apart[32]; /* counter and position of one bin are not a multiple of 4 KiB apart: a processor
			       would take a read of the one for a read of the other, just written */
	uint16_t last[PERCENTILE_BINS]; /* ring position of the newest key that fell into the bin */
	uint16_t bins[PERCENTILE_RING]; /* of each key, oldest at newest - count */
	uint16_t run[PERCENTILE_RING];  /* equal keys in a row in its bin, up to this one; some may be gone */
	uint16_t before[PERCENTILE_RING]; /* position of the key before that run, if the bin has more */
	int64_t keys[PERCENTILE_RING];
};

void percentile_init(struct percentile *percentile);

/* Adds key (>= 0) to the newest `window` keys (clamped to 1..PERCENTILE_WINDOW_MAX; the oldest leave first).
 * O(1). */
void percentile_add(struct percentile *percentile, int64_t key, int window);

/* The rank of the newest key: num = 2 * keys below + keys equal (itself among them), den = 2 * keys; 0 of 0
 * without any. */
struct rank percentile_rank(const struct percentile *percentile);

/* The least number of keys below one of count keys with which its rank is at least so many percent: the least
 * n with 100 (2 n + 1) >= 2 percent count. */
static inline uint32_t percentile_keys(uint32_t count, int64_t percent)
{
	return (uint32_t)((percent * 2 * (int64_t)count + 99) / 200);
}

/* Whether the newest key's rank is at least so many percent (0 or more); keys: as above, of all that there
 * are. Needs a key. Of the others in its bin all may be higher, or all lower: nearly always the answer is the
 * same, and needs no branch but this one, of an unsigned difference. */
static inline bool percentile_reaches(const struct percentile *p, int64_t percent, uint32_t keys)
{
	if (__builtin_expect(keys - 1 - p->lower < p->others, 0))
		return 100 * percentile_rank(p).num >= percent * 2 * (int64_t)p->count;
	return p->lower >= keys;
}

#endif
