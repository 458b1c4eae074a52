/* SPDX-License-Identifier: MIT
 * The generators of random.h. Blackman and Vigna published both; the constants are theirs, and tests pin the
 * first numbers. */
#include "random.h"

static uint64_t rotate(uint64_t x, int left)
{
	return x << left | x >> (64 - left);
}

void random_seed(struct random *source, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		seed += 0x9e3779b97f4a7c15ULL;
		uint64_t word = seed;
		word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9ULL;
		word = (word ^ word >> 27) * 0x94d049bb133111ebULL;
		source->s[i] = word ^ word >> 31;
	}
}

uint64_t random_next(struct random *source)
{
	uint64_t *s = source->s;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate(s[3], 45);
	return result;
}

double random_unit(struct random *source)
{
	return (double)(random_next(source) >> 11) * 0x1p-53;
}

uint64_t random_below(struct random *source, uint64_t below)
{
	return below == 0 ? 0 : random_next(source) % below;
}

/* A sum of twelve uniforms has mean 6 and variance 1. Each half word stands for its middle, hence the + 6.
 * The sum is an integer: one rounding, the same everywhere. */
double random_normal(struct random *source)
{
	uint64_t sum = 6;

	for (int i = 0; i < 6; i++) {
		uint64_t word = random_next(source);
		sum += (word >> 32) + (word & 0xffffffffULL);
	}
	return (double)sum * 0x1p-32 - 6.0;
}
