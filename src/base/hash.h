/* SPDX-License-Identifier: MIT
 * A small keyed hash over 64-bit words, for seals and checksums against accidents and forgetfulness. It is
 * not cryptographic: whoever knows the seed can make collisions. The same on every machine and compiler. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Two inputs of one length under one seed that differ in a single word never collide; otherwise about 1 in
 * 2^64. words may be NULL if count is 0. */
uint64_t hash_words(uint64_t seed, const int64_t *words, size_t count);

/* For much at once: words go into lanes in turn, so that the multiplier is never waited for. Taking a word is
 * a bijection of the word, and of what the lane was, so a single changed word cannot vanish; the turn keeps
 * two changes of a top bit, which a multiplication alone would carry through unchanged, from cancelling. */
#define HASH_LANES 8
#define HASH_WIDTH 4 /* 64-bit words of a result */

static inline uint64_t hash_turn(uint64_t lane, uint64_t word)
{
	uint64_t mixed = lane ^ word;

	return (mixed << 29 | mixed >> 35) * 0x6a09e667f3bcc909ULL; /* odd: the fraction of the root of 2 */
}

void hash_lanes_start(uint64_t lanes[static HASH_LANES]);

/* The nth word (0..HASH_WIDTH - 1) of what the lanes have taken; length: how much that was, in any unit. */
uint64_t hash_lanes(const uint64_t lanes[static HASH_LANES], uint64_t length, unsigned nth);

#endif
