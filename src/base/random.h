/* SPDX-License-Identifier: MIT
 * Seeded pseudo-random numbers for simulation and tests: xoshiro256** started by splitmix64. The state is
 * plain data that can be stored and restored; no libm, so that a seed gives the same numbers everywhere.
 * Never for keys. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t s[4]; /* never all zero; random_seed sees to that */
};

void random_seed(struct random *source, uint64_t seed); /* any seed */
uint64_t random_next(struct random *source);            /* 64 fair bits */
double random_unit(struct random *source);              /* [0, 1), multiples of 2^-53 */

/* 0 .. below - 1; 0 if below is 0. The bias is under below / 2^64. */
uint64_t random_below(struct random *source, uint64_t below);

/* Mean 0, deviation 1: twelve uniforms. Bell-shaped with thin tails, never beyond +-6. Takes six numbers. */
double random_normal(struct random *source);

#endif
