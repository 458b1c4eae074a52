/* SPDX-License-Identifier: MIT
 * The checksum of the candle cache: any small change shows, wherever it is, and it is the same everywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stripe_hash.h"

static unsigned char bytes[4096];

static void fill(void)
{
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 31 + i / 256);
}

static int same(struct stripe_hash a, struct stripe_hash b)
{
	return a.word[0] == b.word[0] || a.word[1] == b.word[1];
}

static void every_single_bit_counts_at_any_length(void **state)
{
	(void)state;
	fill();
	for (size_t length = 1; length < 300; length += 7) {
		struct stripe_hash whole = stripe_hash(bytes, length);
		for (size_t bit = 0; bit < 8 * length; bit++) {
			bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
			assert_false(same(stripe_hash(bytes, length), whole));
			bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
		}
	}
}

/* A multiplication carries a change of the top bit through unchanged: two of them must not cancel. */
static void two_changes_of_one_bit_do_not_cancel(void **state)
{
	(void)state;
	fill();
	struct stripe_hash whole = stripe_hash(bytes, sizeof(bytes));
	for (size_t first = 7; first < 512; first += 8)
		for (size_t second = first + 8; second < sizeof(bytes); second += 56) {
			bytes[first] ^= 0x80;
			bytes[second] ^= 0x80;
			assert_false(same(stripe_hash(bytes, sizeof(bytes)), whole));
			bytes[first] ^= 0x80;
			bytes[second] ^= 0x80;
		}
}

static void zeros_of_another_length_are_another_text(void **state)
{
	struct stripe_hash seen[200];
	(void)state;
	memset(bytes, 0, sizeof(bytes));
	for (size_t length = 0; length < 200; length++) {
		seen[length] = stripe_hash(bytes, length);
		for (size_t other = 0; other < length; other++)
			assert_false(same(seen[other], seen[length]));
	}
}

static void stripes_that_change_places_are_another_text(void **state)
{
	unsigned char kept[64];
	(void)state;
	fill();
	struct stripe_hash whole = stripe_hash(bytes, sizeof(bytes));
	memcpy(kept, bytes, 64);
	memcpy(bytes, bytes + 64, 64);
	memcpy(bytes + 64, kept, 64);
	assert_false(same(stripe_hash(bytes, sizeof(bytes)), whole));
}

static void where_the_bytes_stand_in_memory_does_not_matter(void **state)
{
	static unsigned char moved[4096 + 16];
	(void)state;
	fill();
	for (size_t by = 0; by < 16; by++) {
		memcpy(moved + by, bytes, 1000);
		struct stripe_hash a = stripe_hash(moved + by, 1000), b = stripe_hash(bytes, 1000);
		assert_memory_equal(&a, &b, sizeof(a));
	}
}

/* Files of last year must be readable: this value may only change with CANDLE_LOADER_VERSION. */
static void it_is_the_same_on_every_machine_and_for_ever(void **state)
{
	(void)state;
	fill();
	struct stripe_hash hash = stripe_hash(bytes, 1000);
	assert_true(hash.word[0] == 0x62bd5cfe9e4c8459 && hash.word[1] == 0xf4e120d17cf31c8a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_single_bit_counts_at_any_length),
		cmocka_unit_test(two_changes_of_one_bit_do_not_cancel),
		cmocka_unit_test(zeros_of_another_length_are_another_text),
		cmocka_unit_test(stripes_that_change_places_are_another_text),
		cmocka_unit_test(where_the_bytes_stand_in_memory_does_not_matter),
		cmocka_unit_test(it_is_the_same_on_every_machine_and_for_ever),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
