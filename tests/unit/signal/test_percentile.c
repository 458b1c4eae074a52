/* SPDX-License-Identifier: MIT
 * The sliding rank against counting, on lively, flat and hostile keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "two_pass.h"

#define KEYS 6000

static struct percentile percentile;
static int64_t keys[KEYS];

static void ranks_equal_counting(int window)
{
	percentile_init(&percentile);
	for (int i = 0; i < KEYS; i++) {
		struct rank got, want = {0, 0};

		percentile_add(&percentile, keys[i], window);
		got = percentile_rank(&percentile);

		for (int j = i < window ? 0 : i - window + 1; j <= i; j++) {
			want.num += 2 * (keys[j] < keys[i]) + (keys[j] == keys[i]);
			want.den += 2;
		}
		assert_int_equal(got.num, want.num);
		assert_int_equal(got.den, want.den);
		for (int64_t percent = 0; percent <= 101; percent += i % 7 + 1)
			assert_int_equal(percentile_reaches(&percentile, percent,
							    percentile_keys(percentile.count, percent)),
					 100 * want.num >= percent * want.den);
	}
}

static void the_rank_of_keys_of_every_size_equals_counting(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < KEYS; i++)
		keys[i] = (int64_t)(walk_random(&seed) >> (2 + walk_random(&seed) % 60));
	ranks_equal_counting(1000);
}

static void the_rank_of_keys_that_share_one_bin_equals_counting(void **state)
{
	uint64_t seed = 8;

	(void)state;
	for (int i = 0; i < KEYS; i++)
		keys[i] = (1LL << 40) + (int64_t)(walk_random(&seed) % 3000);
	ranks_equal_counting(1000);
}

static void the_rank_of_few_distinct_keys_equals_counting(void **state)
{
	uint64_t seed = 9;

	(void)state;
	for (int i = 0; i < KEYS; i++)
		keys[i] = (int64_t)(walk_random(&seed) % 3) * 1000000007;
	ranks_equal_counting(1000);
}

static void runs_of_equal_keys_longer_than_the_window_have_their_rank(void **state)
{
	(void)state;
	for (int i = 0; i < KEYS; i++) /* four keys of one bin: 2,600 of one, then of another, then in turn */
		keys[i] = (1LL << 40) + (i < 2600 ? 5 : i < 5000 ? 3 : i / 7 % 4);
	ranks_equal_counting(1000);
	ranks_equal_counting(30);
}

static void the_extreme_keys_have_a_rank(void **state)
{
	(void)state;
	for (int i = 0; i < KEYS; i++)
		keys[i] = i % 3 == 0 ? 0 : i % 3 == 1 ? INT64_MAX : INT64_MAX - i;
	ranks_equal_counting(1000);
}

static void a_short_window_forgets_sooner(void **state)
{
	uint64_t seed = 10;

	(void)state;
	for (int i = 0; i < KEYS; i++)
		keys[i] = (int64_t)(walk_random(&seed) >> 20);
	ranks_equal_counting(1);
	ranks_equal_counting(37);
}

static void a_window_out_of_range_is_clamped(void **state)
{
	(void)state;
	percentile_init(&percentile);
	for (int i = 0; i < 3 * PERCENTILE_RING; i++)
		percentile_add(&percentile, i, 1000000);
	assert_int_equal(percentile.count, PERCENTILE_WINDOW_MAX);
	percentile_add(&percentile, 5, -3);
	assert_int_equal(percentile_rank(&percentile).den, 2);
}

/* Zeros have a bin to themselves: where nothing moves, nothing is compared. */
static void the_zeros_of_a_dead_flat_market_share_a_bin_with_nothing_else(void **state)
{
	struct rank rank;

	(void)state;
	percentile_init(&percentile);
	for (int i = 0; i < 5000; i++)
		percentile_add(&percentile, i == 4500, 1000);
	assert_int_equal(percentile.fine[0], 999);
	assert_int_equal(percentile.lower, 0);
	rank = percentile_rank(&percentile);
	assert_int_equal(rank.num, 999);
	for (int i = 0; i < 1000; i++)
		percentile_add(&percentile, 0, 1000);
	rank = percentile_rank(&percentile);
	assert_int_equal(rank.num * 2, rank.den);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rank_of_keys_of_every_size_equals_counting),
		cmocka_unit_test(the_rank_of_keys_that_share_one_bin_equals_counting),
		cmocka_unit_test(the_rank_of_few_distinct_keys_equals_counting),
		cmocka_unit_test(runs_of_equal_keys_longer_than_the_window_have_their_rank),
		cmocka_unit_test(the_extreme_keys_have_a_rank),
		cmocka_unit_test(a_short_window_forgets_sooner),
		cmocka_unit_test(a_window_out_of_range_is_clamped),
		cmocka_unit_test(the_zeros_of_a_dead_flat_market_share_a_bin_with_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
