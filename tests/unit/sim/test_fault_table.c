/* SPDX-License-Identifier: MIT
 * The table of faults in docs/simulation.md is made from the catalogue; this test fails when they differ, and
 * TRADEBOT_WRITE_DOCS=1 in the environment writes it anew. */
#include <stdio.h>
#include <stdlib.h>

#include "stand.h"

#define BEGIN    "<!-- faults: made from the catalogue by tests/unit/sim/test_fault_table.c -->\n"
#define END      "<!-- end of faults -->\n"
#define PATH     SOURCE_DIR "/docs/simulation.md"
#define PAGE_MAX 131072

static void make_table(char *out, size_t size)
{
	size_t used = (size_t)snprintf(
		out, size, "| fault | value | drawn | mild | storm | |\n|---|---|---|---|---|---|\n");

	for (int i = 0; i < SIM_FAULT_COUNT; i++) {
		const struct sim_fault_row *row = &sim_fault_rows[i];
		const char *unit = row->unit == SIM_UNIT_LOTS    ? "%, or least orders"
				   : row->unit == SIM_UNIT_MONEY ? "bps of the wallet"
								 : sim_unit_text[row->unit];
		char drawn[96] = "";
		if (row->unit != SIM_UNIT_NONE)
			snprintf(drawn, sizeof drawn, "%lld to %lld %s", (long long)row->low,
				 (long long)row->high, unit);
		used += (size_t)snprintf(out + used, size - used, "| `%s` | %s | %s | %lld | %lld | %s |\n",
					 row->word, sim_unit_text[row->unit], drawn,
					 (long long)row->weight[0], (long long)row->weight[1], row->text);
		assert_true(used < size);
	}
}

static void the_page_has_the_table_that_the_catalogue_makes(void **state)
{
	(void)state;
	static char page[PAGE_MAX], table[16384];
	FILE *file = fopen(PATH, "r");
	assert_non_null(file);
	page[fread(page, 1, sizeof page - 1, file)] = '\0';
	fclose(file);
	make_table(table, sizeof table);
	char *begin = strstr(page, BEGIN), *end = strstr(page, END);
	assert_true(begin != NULL && end != NULL && begin < end);
	begin += strlen(BEGIN);
	if (strncmp(begin, table, strlen(table)) == 0 && begin + strlen(table) == end)
		return;
	if (getenv("TRADEBOT_WRITE_DOCS") == NULL)
		fail_msg("docs/simulation.md is stale: TRADEBOT_WRITE_DOCS=1 tests/unit_sim_fault_table");
	file = fopen(PATH, "w");
	assert_non_null(file);
	fprintf(file, "%.*s%s%s", (int)(begin - page), page, table, end);
	fclose(file);
}

static void every_row_has_a_word_of_its_own_and_a_range_that_is_one(void **state)
{
	(void)state;
	for (int i = 0; i < SIM_FAULT_COUNT; i++) {
		const struct sim_fault_row *row = &sim_fault_rows[i];
		assert_true(row->low <= row->high);
		assert_true(row->weight[0] >= 0 && row->weight[1] >= row->weight[0]);
		assert_true(row->weight[1] > 0);
		assert_true((row->unit == SIM_UNIT_NONE) == (row->low == 0 && row->high == 0));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(row->word, sim_fault_rows[j].word);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_has_the_table_that_the_catalogue_makes),
		cmocka_unit_test(every_row_has_a_word_of_its_own_and_a_range_that_is_one),
	};

	return cmocka_run_group_tests_name("sim fault table", tests, NULL, NULL);
}
