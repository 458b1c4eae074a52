/* SPDX-License-Identifier: MIT
 * A fast 128-bit checksum of many bytes, for the candle cache: tells any change by accident (a flipped bit, a
 * cut end, swapped pages), at about the speed of memory. Not cryptographic. The same on every little-endian
 * machine; the cache notes its byte order. Pure. */
#ifndef TB_MARKET_STRIPE_HASH_H
#define TB_MARKET_STRIPE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct stripe_hash {
	uint64_t word[2];
};

/* Two inputs of one length that differ in one 8-byte word only never have the same hash; otherwise about 1 in
 * 2^128. bytes may be NULL if length is 0; no alignment is needed. */
struct stripe_hash stripe_hash(const void *bytes, size_t length);

#endif
