/* SPDX-License-Identifier: MIT
 * The exact rank of the newest key among the last WINDOW keys, itself included. Called once a bar by
 * series.c. A key falls into one of 4,096 bins (128 to an octave); three levels of counters tell how many
 * keys lie in lower bins, and the bin's list of distinct keys, each with its count, tells the rest. Equal
 * keys share one entry, so a dead-flat market costs no more than a lively one. Keys leave in the order in
 * which they came. No pointers: a struct percentile may be copied or stored as it is. All zero bytes is the
 * empty window. */
#ifndef SIGNAL_PERCENTILE_H
#define SIGNAL_PERCENTILE_H

#include "tradebot/market.h"

#define PERCENTILE_WINDOW_MAX 1000
#define PERCENTILE_RING       1024 /* a power of two >= PERCENTILE_WINDOW_MAX */
#define PERCENTILE_BINS       4096

/* One distinct key of the window; entry 0 stands for none. */
struct percentile_entry {
	int64_t key;
	uint16_t count, bin;
	uint16_t place; /* of the link that leads here */
};

struct percentile {
	uint32_t newest, count;         /* ring position after the newest key; keys in the window */
	uint16_t used, spare;           /* entries ever used; first of those given back */
	uint16_t ring[PERCENTILE_RING]; /* each key's entry, oldest at newest - count */
	uint16_t coarse[16], middle[256], fine[PERCENTILE_BINS]; /* keys per 256, per 16 bins, per bin */
	uint16_t links[PERCENTILE_BINS + PERCENTILE_WINDOW_MAX +
		       1]; /* first entry of each bin; then the entry after
			      each entry, of its bin or of the spare ones */
	struct percentile_entry entries[PERCENTILE_WINDOW_MAX + 1];
};

void percentile_init(struct percentile *percentile);

/* Adds key (>= 0) to the newest `window` keys (clamped to 1..PERCENTILE_WINDOW_MAX; the oldest leave first)
 * and returns its rank: num = 2 * keys below + keys equal (itself among them), den = 2 * keys. O(1) but for
 * the distinct keys within half a percent of this one. */
struct rank percentile_add(struct percentile *percentile, int64_t key, int window);

#endif
