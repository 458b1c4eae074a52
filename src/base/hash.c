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
