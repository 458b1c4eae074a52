/* SPDX-License-Identifier: MIT
 * Budgets: never more than the limit in any window, and no longer silent than needed. */
#include "budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define START_MS 1760000000000LL

static void no_window_ever_holds_more_than_the_limit(void **state)
{
	static ms_t sent[4000];
	struct budget budget;
	size_t count = 0;
	ms_t now = START_MS;

	(void)state;
	budget_init(&budget, 40, 5000, 10);
	while (count < 4000) {
		ms_t free_ms = budget_free_ms(&budget, now, false);
		if (free_ms == now) {
			budget_take(&budget, now);
			sent[count++] = now;
			now += (ms_t)(count * 7919 % 90); /* bursts and pauses */
		} else {
			assert_in_range(free_ms, now + 1, now + 6000);
			now = free_ms;
		}
	}
	for (size_t i = 30; i < count; i++)
		assert_true(sent[i] - sent[i - 30] >= 5000);
	assert_true(sent[count - 1] - START_MS <
		    (ms_t)(count / 30) * 6300); /* at least four fifths are used */
}

static void a_share_is_kept_for_what_protects(void **state)
{
	struct budget budget;

	(void)state;
	budget_init(&budget, 10, 1000, 4);
	for (int i = 0; i < 6; i++)
		budget_take(&budget, START_MS);
	assert_true(budget_free_ms(&budget, START_MS, false) > START_MS);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(budget_free_ms(&budget, START_MS, true), START_MS);
		budget_take(&budget, START_MS);
	}
	assert_in_range(budget_free_ms(&budget, START_MS, true), START_MS + 1000, START_MS + 1250);
}

static void silence_is_for_all_and_never_shortened(void **state)
{
	struct budget budget, unlimited;

	(void)state;
	budget_init(&budget, 10, 1000, 0);
	budget_silence(&budget, START_MS + 600000);
	budget_silence(&budget, START_MS + 5);
	assert_int_equal(budget_free_ms(&budget, START_MS, true), START_MS + 600000);
	assert_int_equal(budget_free_ms(&budget, START_MS + 600001, false), START_MS + 600001);
	budget_init(&unlimited, 0, 1000, 0);
	for (int i = 0; i < 1000; i++)
		budget_take(&unlimited, START_MS);
	assert_int_equal(budget_free_ms(&unlimited, START_MS, false), START_MS);
	budget_silence(&unlimited, START_MS + 9);
	assert_int_equal(budget_free_ms(&unlimited, START_MS, false), START_MS + 9);
}

static void a_clock_that_runs_backwards_makes_no_room(void **state)
{
	struct budget budget;

	(void)state;
	budget_init(&budget, 2, 1000, 0);
	budget_take(&budget, START_MS);
	budget_take(&budget, START_MS);
	assert_true(budget_free_ms(&budget, START_MS - 5000, false) >= START_MS + 1000);
}

static void pauses_double_up_to_their_limit_and_are_never_the_same_for_all(void **state)
{
	ms_t pause = 0;

	(void)state;
	assert_int_equal(budget_back_off(&pause, 500, 4000, 0), 350);
	assert_int_equal(budget_back_off(&pause, 500, 4000, 300), 1000);
	assert_int_equal(budget_back_off(&pause, 500, 4000, 1200), 2600);
	for (uint64_t dice = 0; dice < 100000; dice += 777)
		assert_in_range(budget_back_off(&pause, 500, 4000, dice), 2800, 5200);
	assert_int_equal(pause, 4000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_window_ever_holds_more_than_the_limit),
		cmocka_unit_test(a_share_is_kept_for_what_protects),
		cmocka_unit_test(silence_is_for_all_and_never_shortened),
		cmocka_unit_test(a_clock_that_runs_backwards_makes_no_room),
		cmocka_unit_test(pauses_double_up_to_their_limit_and_are_never_the_same_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
