/* SPDX-License-Identifier: MIT
 * Eight lanes of 64 bits, so that the multiplier is never waited for. Every step of a lane is a bijection of
 * what it takes in, so a single changed word cannot vanish; the turn keeps two changes of a top bit, which a
 * multiplication alone would carry through unchanged, from cancelling. */
#include "stripe_hash.h"

#include <string.h>

#define LANES  8
#define STRIPE (LANES * sizeof(uint64_t))

/* Odd numbers without a pattern: the fractions of the square roots of 2, 3, 5 and 7. */
#define FACTOR   0x6a09e667f3bcc909ULL
#define FINISH_A 0xbb67ae8584caa73bULL
#define FINISH_B 0x3c6ef372fe94f82bULL
#define START    0xa54ff53a5f1d36f1ULL

static inline uint64_t turn(uint64_t value, unsigned by)
{
	return value << by | value >> (64 - by);
}

static inline uint64_t take_word(uint64_t lane, const unsigned char *bytes)
{
	uint64_t word;
	memcpy(&word, bytes, sizeof(word));
	return turn(lane ^ word, 29) * FACTOR;
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
	const uint64_t taken[LANES] = {a, b, c, d, e, f, g, h};
	memcpy(lanes, taken, sizeof(taken));
}

static uint64_t finish(const uint64_t *lanes, uint64_t length, uint64_t factor)
{
	uint64_t hash = length * factor + START;
	for (int i = 0; i < LANES; i++) {
		hash = (hash ^ lanes[i]) * factor;
		hash ^= hash >> 32;
	}
	hash *= FACTOR;
	return hash ^ hash >> 29;
}

struct stripe_hash stripe_hash(const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	uint64_t lanes[LANES];
	size_t left = length % STRIPE;
	for (unsigned i = 0; i < LANES; i++)
		lanes[i] = START * (i + 1);
	take_stripes(lanes, at, length / STRIPE);
	if (left > 0) {
		unsigned char tail[STRIPE] = {0};
		memcpy(tail, at + (length - left), left);
		take_stripes(lanes, tail, 1);
	}
	return (struct stripe_hash){{finish(lanes, length, FINISH_A), finish(lanes, length, FINISH_B)}};
}
