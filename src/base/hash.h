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

#endif
