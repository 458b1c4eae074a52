/* SPDX-License-Identifier: MIT
 * Each word is folded in and the state mixed by a bijection of 64 bits, so a single changed word always
 * changes the result. The length goes in first: trailing zeros count. */
#include "hash.h"

#define ODD_A 0x9e3779b97f4a7c15ULL /* 2^64 / golden ratio */
#define ODD_B 0xd6e8feb86659fd93ULL /* any odd multiplier with well spread bits will do */

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= ODD_B;
	x ^= x >> 29;
	x *= ODD_A;
	return x ^ x >> 32;
}

uint64_t hash_words(uint64_t seed, const int64_t *words, size_t count)
{
	uint64_t state = mix(seed + (uint64_t)count * ODD_A);

	for (size_t i = 0; i < count; i++)
		state = mix((state ^ (uint64_t)words[i]) + ODD_A);
	return state;
}

void hash_lanes_start(uint64_t lanes[static HASH_LANES])
{
	for (unsigned i = 0; i < HASH_LANES; i++)
		lanes[i] = 0xa54ff53a5f1d36f1ULL * (i + 1); /* of the root of 7 */
}

uint64_t hash_lanes(const uint64_t lanes[static HASH_LANES], uint64_t length, unsigned nth)
{
	/* odd numbers without a pattern: the fractions of the roots of 3, 5, 11 and 13 */
	static const uint64_t factors[HASH_WIDTH] = {0xbb67ae8584caa73bULL, 0x3c6ef372fe94f82bULL,
						     0x510e527fade682d1ULL, 0x9b05688c2b3e6c1fULL};
	uint64_t hash = length * factors[nth] + 0xa54ff53a5f1d36f1ULL;

	for (int i = 0; i < HASH_LANES; i++) {
		hash = (hash ^ lanes[i]) * factors[nth];
		hash ^= hash >> 32;
	}
	hash *= 0x6a09e667f3bcc909ULL;
	return hash ^ hash >> 29;
}
