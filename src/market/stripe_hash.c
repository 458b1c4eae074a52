/* SPDX-License-Identifier: MIT
 * See stripe_hash.h, and hash.h for the lanes. */
#include "stripe_hash.h"

#include "hash.h"

#include <string.h>

#define STRIPE (HASH_LANES * sizeof(uint64_t))

static inline uint64_t take_word(uint64_t lane, const unsigned char *bytes)
{
	uint64_t word;
	memcpy(&word, bytes, sizeof(word));
	return hash_turn(lane, word);
}

/* Whole stripes. Eight names and not an array, because compilers keep an array in memory. */
static void take_stripes(uint64_t *lanes, const unsigned char *at, size_t stripes)
{
	uint64_t a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];
	uint64_t e = lanes[4], f = lanes[5], g = lanes[6], h = lanes[7];
	for (; stripes > 0; stripes--, at += STRIPE) {
		a = take_word(a, at);
		b = take_word(b, at + 8);
		c = take_word(c, at + 16);
		d = take_word(d, at + 24);
		e = take_word(e, at + 32);
		f = take_word(f, at + 40);
		g = take_word(g, at + 48);
		h = take_word(h, at + 56);
	}
	const uint64_t taken[HASH_LANES] = {a, b, c, d, e, f, g, h};
	memcpy(lanes, taken, sizeof(taken));
}

struct stripe_hash stripe_hash(const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	uint64_t lanes[HASH_LANES];
	size_t left = length % STRIPE;
	hash_lanes_start(lanes);
	take_stripes(lanes, at, length / STRIPE);
	if (left > 0) {
		unsigned char tail[STRIPE] = {0};
		memcpy(tail, at + (length - left), left);
		take_stripes(lanes, tail, 1);
	}
	return (struct stripe_hash){{hash_lanes(lanes, length, 0), hash_lanes(lanes, length, 1)}};
}
