/* SPDX-License-Identifier: MIT
 * Tests of the keyed hash and of the seeded random numbers: sensitivity, pinned values, and moments. */
#include "hash.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void any_flipped_bit_changes_the_hash_by_about_half_its_bits(void **state)
{
	int64_t words[8] = {1, -2, 3, 0, INT64_MAX, INT64_MIN, 7, 0};
	uint64_t before = hash_words(42, words, 8);
	int changed = 0, least = 64;

	(void)state;
	for (int bit = 0; bit < 8 * 64; bit++) {
		words[bit / 64] ^= (int64_t)(1ULL << (bit % 64));
		int flipped = 0;
		for (uint64_t left = hash_words(42, words, 8) ^ before; left; left &= left - 1)
			flipped++;
		words[bit / 64] ^= (int64_t)(1ULL << (bit % 64));
		changed += flipped;
		least = flipped < least ? flipped : least;
	}
	assert_true(least >= 8);
	assert_true(changed > 8 * 64 * 30 && changed < 8 * 64 * 34);
}

static void order_length_and_seed_matter(void **state)
{
	const int64_t ab[] = {1, 2, 0}, ba[] = {2, 1, 0};

	(void)state;
	assert_true(hash_words(1, ab, 2) != hash_words(1, ba, 2));
	assert_true(hash_words(1, ab, 2) != hash_words(1, ab, 3)); /* a trailing zero counts */
	assert_true(hash_words(1, ab, 2) != hash_words(2, ab, 2));
	assert_true(hash_words(1, NULL, 0) != hash_words(2, NULL, 0));
	assert_true(hash_words(0, ab, 2) == hash_words(0, ab, 2));
}

/* Seals are stored for a moment only, checksums for years: the function may never change. */
static void the_hash_never_changes(void **state)
{
	const int64_t words[] = {1, 2, 3};

	(void)state;
	assert_int_equal(hash_words(1, words, 3), 13339905631891595342ULL);
}

static void the_generators_give_the_published_numbers(void **state)
{
	struct random source;

	(void)state;
	random_seed(&source, 1234567); /* splitmix64's own first four */
	assert_int_equal(source.s[0], 6457827717110365317ULL);
	assert_int_equal(source.s[1], 3203168211198807973ULL);
	assert_int_equal(source.s[2], 9817491932198370423ULL);
	assert_int_equal(source.s[3], 4593380528125082431ULL);
	source = (struct random){{1, 2, 3, 4}};
	assert_int_equal(random_next(&source), 11520);
	assert_int_equal(random_next(&source), 0);
	assert_int_equal(random_next(&source), 1509978240);
	assert_int_equal(random_next(&source), 1215971899390074240);
}

static void a_copied_state_goes_on_alike(void **state)
{
	struct random a, b;

	(void)state;
	random_seed(&a, 0); /* zero is a seed like any other */
	random_normal(&a);
	memcpy(&b, &a, sizeof(a));
	for (int i = 0; i < 100; i++)
		assert_int_equal(random_next(&a), random_next(&b));
}

static void units_lie_in_their_range_and_are_even(void **state)
{
	struct random source;
	double sum = 0;

	(void)state;
	random_seed(&source, 99);
	for (int i = 0; i < 200000; i++) {
		double unit = random_unit(&source);
		assert_true(unit >= 0 && unit < 1);
		sum += unit;
	}
	assert_true(sum > 99500 && sum < 100500); /* 3.9 deviations */
}

static void below_reaches_each_number_and_no_other(void **state)
{
	struct random source;
	int hits[7] = {0};

	(void)state;
	random_seed(&source, 4);
	for (int i = 0; i < 70000; i++) {
		uint64_t number = random_below(&source, 7);
		assert_true(number < 7);
		hits[number]++;
	}
	for (int i = 0; i < 7; i++)
		assert_true(hits[i] > 9600 && hits[i] < 10400);
	assert_int_equal(random_below(&source, 0), 0);
	assert_int_equal(random_below(&source, 1), 0);
}

static void normals_have_mean_zero_and_deviation_one(void **state)
{
	struct random source;
	double sum = 0, squares = 0;
	int beyond_two = 0;
	const int count = 200000;

	(void)state;
	random_seed(&source, 123);
	for (int i = 0; i < count; i++) {
		double x = random_normal(&source);
		assert_true(x >= -6 && x <= 6);
		sum += x;
		squares += x * x;
		beyond_two += x > 2 || x < -2;
	}
	assert_true(sum / count > -0.01 && sum / count < 0.01);
	assert_true(squares / count > 0.985 && squares / count < 1.015);
	assert_true(beyond_two > count * 43 / 1000 && beyond_two < count * 48 / 1000); /* bell: 4.55 % */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_flipped_bit_changes_the_hash_by_about_half_its_bits),
		cmocka_unit_test(order_length_and_seed_matter),
		cmocka_unit_test(the_hash_never_changes),
		cmocka_unit_test(the_generators_give_the_published_numbers),
		cmocka_unit_test(a_copied_state_goes_on_alike),
		cmocka_unit_test(units_lie_in_their_range_and_are_even),
		cmocka_unit_test(below_reaches_each_number_and_no_other),
		cmocka_unit_test(normals_have_mean_zero_and_deviation_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
