/* SPDX-License-Identifier: MIT
 * What an exchange lists and what a journal knows become one universe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "universe_merge.h"

static struct universe listing, stored, now, was;
static struct universe_merge result;

static void add(struct universe *universe, const char *name, int64_t tick, int64_t generation)
{
	struct instrument *to = &universe->at[universe->count++];

	*to = (struct instrument){
		.tick = {tick, 2}, .lot = {1, 3}, .contract = {1, 0}, .generation = generation};
	snprintf(to->name, sizeof to->name, "%s", name);
	assert_int_equal(instrument_settle(to), 0);
}

static int empty(void **state)
{
	(void)state;
	listing.count = stored.count = 0;
	return 0;
}

static void merge(void)
{
	universe_merge(&listing, &stored, &now, &was, &result);
	assert_int_equal(now.count, was.count);
	for (size_t i = 0; i < now.count; i++) {
		assert_string_equal(now.at[i].name, was.at[i].name);
		if (i > 0)
			assert_true(strcmp(now.at[i - 1].name, now.at[i].name) < 0);
	}
}

static void a_new_journal_takes_the_listing_as_it_is(void **state)
{
	(void)state;
	add(&listing, "A", 1, 0), add(&listing, "B", 5, 0);
	universe_merge(&listing, NULL, &now, &was, &result);
	assert_int_equal(now.count, 2);
	assert_memory_equal(now.at, listing.at, 2 * sizeof now.at[0]);
	assert_memory_equal(was.at, listing.at, 2 * sizeof now.at[0]);
	assert_int_equal(result.changed + result.gone + result.left, 0);
}

static void a_known_grid_keeps_its_generation(void **state)
{
	(void)state;
	add(&listing, "A", 10, 0), add(&stored, "A", 10, 4);
	stored.at[0].tick = (struct grid){1, 1}; /* the same, written otherwise */
	merge();
	assert_int_equal(now.at[0].generation, 4);
	assert_int_equal(was.at[0].generation, 4);
	assert_int_equal(result.changed, 0);
}

static void a_changed_grid_is_the_next_generation_and_the_old_one_is_kept_beside(void **state)
{
	(void)state;
	add(&listing, "A", 10, 0), add(&listing, "B", 1, 0), add(&stored, "A", 1, 4);
	listing.at[0].status = INSTRUMENT_DELISTING;
	merge();
	assert_int_equal(result.changed, 1);
	assert_int_equal(now.at[0].generation, 5);
	assert_int_equal(now.at[0].tick.step, 10);
	assert_int_equal(was.at[0].generation, 4);
	assert_int_equal(was.at[0].tick.step, 1);
	assert_int_equal(was.at[0].status, INSTRUMENT_DELISTING);
}

static void what_is_no_longer_listed_stays_and_is_gone(void **state)
{
	(void)state;
	add(&listing, "B", 1, 0), add(&stored, "A", 1, 0), add(&stored, "B", 1, 0), add(&stored, "C", 1, 2);
	merge();
	assert_int_equal(now.count, 3);
	assert_int_equal(result.gone, 2);
	assert_int_equal(now.at[0].status, INSTRUMENT_GONE);
	assert_int_equal(now.at[1].status, INSTRUMENT_TRADING);
	assert_int_equal(was.at[2].status, INSTRUMENT_GONE);
	assert_int_equal(was.at[2].generation, 2);
}

static void what_is_listed_goes_before_what_is_gone_where_there_is_no_room(void **state)
{
	char name[8];

	(void)state;
	for (int i = 0; i < SYMBOLS_MAX - 1; i++) {
		snprintf(name, sizeof name, "L%04d", i);
		add(&listing, name, 1, 0);
	}
	add(&stored, "A", 1, 0), add(&stored, "B", 1, 0), add(&stored, "L0000", 1, 3),
		add(&stored, "Z", 1, 0);
	merge();
	assert_int_equal(now.count, SYMBOLS_MAX);
	assert_int_equal(result.gone, 1);
	assert_int_equal(result.left, 2);
	assert_int_equal(now.at[universe_find(&now, "L0000")].generation, 3);
	assert_int_not_equal(universe_find(&now, "L1022"), SYM_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_new_journal_takes_the_listing_as_it_is, empty),
		cmocka_unit_test_setup(a_known_grid_keeps_its_generation, empty),
		cmocka_unit_test_setup(a_changed_grid_is_the_next_generation_and_the_old_one_is_kept_beside,
				       empty),
		cmocka_unit_test_setup(what_is_no_longer_listed_stays_and_is_gone, empty),
		cmocka_unit_test_setup(what_is_listed_goes_before_what_is_gone_where_there_is_no_room, empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
