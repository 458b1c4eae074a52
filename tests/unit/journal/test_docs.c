/* SPDX-License-Identifier: MIT
 * docs/journal.md ends with the tables of the catalogue. They are made from record_rows; this test fails when
 * the page and the code differ, and TRADEBOT_WRITE_DOCS=1 in the environment writes them anew. */
#include "journal_fixture.h"

#define MARK     "<!-- tables: made from the catalogue by tests/unit/journal/test_docs.c -->\n"
#define PAGE_MAX 65536

static const char *stored_as(enum field_unit unit)
{
	switch (unit) {
	case FIELD_INT: return "integer";
	case FIELD_BOOL: return "0 or 1";
	case FIELD_MS: return "ms since 1970, UTC";
	case FIELD_MONEY: return "1e-8 USDT";
	case FIELD_RATIO: return "1e-9";
	case FIELD_TICKS: return "ticks";
	case FIELD_LOTS: return "lots";
	case FIELD_SYM: return "instrument";
	case FIELD_ID: return "client id";
	default: return NULL;
	}
}

static const char *const restore_says[] = {
	[RESTORE_NEVER] = "never",
	[RESTORE_ALL] = "every row",
	[RESTORE_OPEN] = "orders that are not final, and the one with the highest id",
	[RESTORE_DAY] = "the 48 h before the newest",
	[RESTORE_LAST] = "the last row"};

static void add_texts(char *page, enum field_unit unit)
{
	for (int64_t i = -1, n = 0; i < 100; i++) {
		const char *text = field_text(unit, i);
		if (text)
			sprintf(page + strlen(page), "%s%s", n++ ? ", " : "", text);
	}
}

static void make_tables(char *page)
{
	page[0] = '\0';
	for (int kind = 0; kind < RECORD_COUNT; kind++) {
		const struct record_row *row = &record_rows[kind];
		sprintf(page + strlen(page),
			"\n### %s\n\nAt start: %s.\n\n| column | stored as | |\n|---|---|---|\n", row->table,
			restore_says[row->restore]);
		for (size_t i = 0; i < row->field_count; i++) {
			const struct field_row *field = &row->fields[i];
			const char *as = stored_as(field->unit);
			sprintf(page + strlen(page), "| `%s` | ", field->name);
			if (as)
				strcat(page, as);
			else if (field->unit == FIELD_REFUSAL || field->unit == FIELD_NOTE)
				strcat(page, field->unit == FIELD_NOTE ? "note" : "refusal");
			else
				add_texts(page, field->unit);
			sprintf(page + strlen(page), " | %s%s%s |\n", field->flags & FIELD_KEY ? "key" : "",
				(field->flags & FIELD_KEY) && (field->flags & FIELD_DIGEST) ? ", " : "",
				field->flags & FIELD_DIGEST ? "digest" : "");
		}
	}
	strcat(page, "\n### Notes\n\n| note | |\n|---|---|\n");
	for (int i = 0; i < NOTE_COUNT; i++)
		sprintf(page + strlen(page), "| `%s` | %s |\n", note_rows[i].name, note_rows[i].text);
	strcat(page, "\n### Refusals\n\n| refusal | rule | |\n|---|---|---|\n");
	for (int i = 0; i < REFUSAL_COUNT; i++)
		sprintf(page + strlen(page), "| `%s` | %d | %s |\n", refusal_rows[i].name,
			refusal_rows[i].rule, refusal_rows[i].text);
}

static void the_page_has_the_tables_of_the_catalogue(void **state)
{
	(void)state;
	static char page[PAGE_MAX], tables[PAGE_MAX];
	const char *path = SOURCE_DIR "/docs/journal.md";
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	size_t len = fread(page, 1, sizeof(page) - 1, file);
	fclose(file);
	page[len] = '\0';
	char *mark = strstr(page, MARK);
	assert_non_null(mark);
	mark += strlen(MARK);
	make_tables(tables);
	if (getenv("TRADEBOT_WRITE_DOCS")) {
		file = fopen(path, "w");
		assert_non_null(file);
		fwrite(page, 1, (size_t)(mark - page), file);
		fputs(tables, file);
		fclose(file);
		return;
	}
	if (strcmp(mark, tables) != 0)
		print_message("docs/journal.md differs from the catalogue: run this test with "
			      "TRADEBOT_WRITE_DOCS=1\n");
	assert_string_equal(mark, tables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_page_has_the_tables_of_the_catalogue)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
