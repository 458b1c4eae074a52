/* SPDX-License-Identifier: MIT
 * docs/candles.md has every fault and every repair in the words of the code. With TRADEBOT_WRITE_DOCS=1 the
 * two tables are written anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "candle_repair.h"

#define PAGE       SOURCE_DIR "/docs/candles.md"
#define BEGIN_MARK "<!-- made from the code: "
#define END_MARK   "<!-- end -->\n"

static char page[65536], table[16384], written[65536];

static void add(char *out, size_t size, const char *format, ...)
{
	size_t used = strlen(out);
	va_list list;
	va_start(list, format);
	vsnprintf(out + used, size - used, format, list);
	va_end(list);
}

static void add_ways(const struct repair_row *row)
{
	add(table, sizeof(table), "`%s=%s`", row->name, repair_way_text[row->ways[0]]);
	if (row->ways[1] != row->ways[0])
		add(table, sizeof(table), " `%s=%s`", row->name, repair_way_text[row->ways[1]]);
}

static void make_faults(void)
{
	strcpy(table, "| fault | `--repair` |\n|---|---|\n");
	for (int code = 1; code < CSV_FAULT_COUNT; code++) {
		enum repair repair = candle_repair_of((enum csv_fault_code)code);
		if (code == CSV_RATE_RANGE)
			continue; /* of funding files */
		add(table, sizeof(table), "| %s | ", csv_fault_text[code]);
		if (code == CSV_DUPLICATE_SAME)
			add(table, sizeof(table), "always dropped and counted");
		else if (repair == REPAIR_NOTHING)
			add(table, sizeof(table), "none");
		else
			add_ways(&repair_rows[repair]);
		add(table, sizeof(table), " |\n");
	}
}

static void make_repairs(void)
{
	strcpy(table, "| `--repair` | what it does |\n|---|---|\n");
	for (int i = 1; i < REPAIR_COUNT; i++) {
		add(table, sizeof(table), "| ");
		add_ways(&repair_rows[i]);
		add(table, sizeof(table), " | %s |\n", repair_rows[i].help);
	}
}

static void read_page(void)
{
	FILE *in = fopen(PAGE, "r");
	assert_non_null(in);
	page[fread(page, 1, sizeof(page) - 1, in)] = '\0';
	fclose(in);
}

/* What stands between the marks of that name is the table. */
static void assert_page_has(const char *name)
{
	char mark[64];
	read_page();
	snprintf(mark, sizeof(mark), BEGIN_MARK "%s -->\n", name);
	char *begin = strstr(page, mark);
	assert_non_null(begin);
	begin += strlen(mark);
	char *end = strstr(begin, END_MARK);
	assert_non_null(end);
	if (getenv("TRADEBOT_WRITE_DOCS")) {
		FILE *out = fopen(PAGE, "w");
		assert_non_null(out);
		strcpy(written, end);
		*begin = '\0';
		fprintf(out, "%s%s%s", page, table, written);
		fclose(out);
		return;
	}
	*end = '\0';
	assert_string_equal(begin, table);
}

static void the_page_has_every_fault_and_what_may_be_done(void **state)
{
	(void)state;
	make_faults();
	assert_page_has("faults");
}

static void the_page_has_every_repair(void **state)
{
	(void)state;
	make_repairs();
	assert_page_has("repairs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_has_every_fault_and_what_may_be_done),
		cmocka_unit_test(the_page_has_every_repair),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
