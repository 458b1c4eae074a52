/* SPDX-License-Identifier: MIT
 * Tests of the JSON getters: no digit is lost, each kind of absence has its own answer, and nothing grows
 * past its arena. */
#include "json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static _Alignas(16) unsigned char memory[1 << 16];
static struct json_arena arena;

static enum json_answer parse(const char *text, const struct cJSON **root)
{
	json_arena_init(&arena, memory, sizeof(memory));
	return json_parse(&arena, text, strlen(text), root);
}

static const struct cJSON *parsed(const char *text)
{
	const struct cJSON *root = NULL;
	assert_int_equal(parse(text, &root), JSON_OK);
	assert_non_null(root);
	return root;
}

static void long_integers_keep_every_digit(void **state)
{
	const struct cJSON *root = parsed(
		"{\"id\":9223372036854775807,\"n\":-9223372036854775807,\"t\":\"1234567890123456789\"}");
	int64_t value = 0;

	(void)state;
	assert_int_equal(json_int64(json_member(root, "id"), &value), JSON_OK);
	assert_int_equal(value, INT64_MAX);
	assert_int_equal(json_int64(json_member(root, "n"), &value), JSON_OK);
	assert_int_equal(value, -INT64_MAX);
	assert_int_equal(json_int64(json_member(root, "t"), &value), JSON_OK);
	assert_int_equal(value, 1234567890123456789);
}

static void a_decimal_is_exact_as_number_and_as_text(void **state)
{
	const struct cJSON *root = parsed("{\"n\":0.12345678901,\"t\":\"0.12345678901\",\"m\":-0.5}");
	int64_t value = 0;

	(void)state;
	assert_int_equal(json_decimal(json_member(root, "n"), 11, &value), JSON_OK);
	assert_int_equal(value, 12345678901);
	value = 0;
	assert_int_equal(json_decimal(json_member(root, "t"), 11, &value), JSON_OK);
	assert_int_equal(value, 12345678901);
	assert_int_equal(json_decimal(json_member(root, "m"), 8, &value), JSON_OK);
	assert_int_equal(value, -50000000);
	assert_int_equal(json_decimal(json_member(root, "n"), 10, &value), JSON_OFF_GRID);
	assert_int_equal(value, -50000000);
}

/* One row per kind of value, one column per getter. */
static void every_kind_of_absence_has_its_own_answer(void **state)
{
	enum {
		O = JSON_OK,
		M = JSON_MISSING,
		N = JSON_NULL,
		E = JSON_EMPTY,
		T = JSON_TYPE,
		U = JSON_UNPARSABLE
	};
	static const struct {
		const char *key;
		int int64, decimal, grid, text, boolean, object, array;
	} rows[] = {
		{"absent", M, M, M, M, M, M, M}, {"null", N, N, N, N, N, N, N},
		{"empty", E, E, E, E, T, T, T},  {"word", U, U, U, O, T, T, T},
		{"number", O, O, O, T, T, T, T}, {"digits", O, O, O, O, T, T, T},
		{"true", T, T, T, T, O, T, T},   {"object", T, T, T, T, T, O, T},
		{"array", T, T, T, T, T, T, O},  {"exponent", U, U, U, T, T, T, T},
		{"minus", O, O, U, T, T, T, T},  {"huge", U, U, U, O, T, T, T},
		{"blank", U, U, U, O, T, T, T},
	};
	const struct cJSON *root =
		parsed("{\"null\":null,\"empty\":\"\",\"word\":\"abc\",\"number\":5,\"digits\":\"5\","
		       "\"true\":true,\"object\":{},\"array\":[],\"exponent\":1e5,\"minus\":-5,"
		       "\"huge\":\"99999999999999999999\",\"blank\":\" 5\"}");
	const struct grid one = {1, 0};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cJSON *value = json_member(root, rows[i].key), *nested = NULL;
		int64_t number = 77;
		const char *text = NULL;
		bool flag = false;
		assert_int_equal(json_int64(value, &number), rows[i].int64);
		assert_int_equal(json_decimal(value, 0, &number), rows[i].decimal);
		assert_int_equal(json_grid(value, &one, &number), rows[i].grid);
		assert_true(rows[i].int64 == JSON_OK || number == 77);
		assert_int_equal(json_text(value, &text), rows[i].text);
		assert_true((text != NULL) == (rows[i].text == JSON_OK));
		assert_int_equal(json_bool(value, &flag), rows[i].boolean);
		assert_int_equal(json_object(value, &nested), rows[i].object);
		assert_int_equal(json_array(value, &nested), rows[i].array);
	}
}

static void grids_are_read_exactly_or_rounded_by_name(void **state)
{
	const struct cJSON *root = parsed("[\"100.5\",100.25,\"-3.0\",\"0.0010\",\"0\",0.1]");
	const struct grid half = {5, 1};
	struct grid grid = {0, 0};
	int64_t steps = 0;

	(void)state;
	assert_int_equal(json_grid(json_at(root, 0), &half, &steps), JSON_OK);
	assert_int_equal(steps, 201);
	assert_int_equal(json_grid(json_at(root, 1), &half, &steps), JSON_OFF_GRID);
	assert_int_equal(json_grid_down(json_at(root, 1), &half, &steps), JSON_OK);
	assert_int_equal(steps, 200);
	assert_int_equal(json_grid_up(json_at(root, 1), &half, &steps), JSON_OK);
	assert_int_equal(steps, 201);
	assert_int_equal(json_grid(json_at(root, 2), &half, &steps), JSON_UNPARSABLE);
	assert_int_equal(json_grid_signed(json_at(root, 2), &half, &steps), JSON_OK);
	assert_int_equal(steps, -6);
	assert_int_equal(json_grid(json_at(root, 6), &half, &steps), JSON_MISSING);
	assert_int_equal(json_step(json_at(root, 3), &grid), JSON_OK);
	assert_true(grid.step == 1 && grid.decimals == 3);
	assert_int_equal(json_step(json_at(root, 4), &grid), JSON_UNPARSABLE);
	assert_int_equal(json_step(json_at(root, 5), &grid), JSON_OK);
	assert_true(grid.step == 1 && grid.decimals == 1);
}

static void a_number_stays_a_number_and_text_stays_text(void **state)
{
	const struct cJSON *root = parsed("[\"12\",12,\"a\\\"1,2\\\\\",[1.50,\"x\"],\"say \\u00e9\"]");
	const char *text = NULL;

	(void)state;
	assert_int_equal(json_text(json_at(root, 0), &text), JSON_OK);
	assert_string_equal(text, "12");
	assert_int_equal(json_text(json_at(root, 1), &text), JSON_TYPE);
	assert_int_equal(json_number_text(json_at(root, 1), &text), JSON_OK);
	assert_string_equal(text, "12");
	assert_int_equal(json_text(json_at(root, 2), &text), JSON_OK);
	assert_string_equal(text, "a\"1,2\\"); /* digits inside a string are left alone */
	assert_int_equal(json_number_text(json_at(json_at(root, 3), 0), &text), JSON_OK);
	assert_string_equal(text, "1.50"); /* as sent, trailing zero and all */
	assert_int_equal(json_text(json_at(root, 4), &text), JSON_OK);
	assert_string_equal(text, "say \xc3\xa9");
}

static void of_two_equal_keys_the_first_counts_and_case_matters(void **state)
{
	const struct cJSON *root = parsed("{\"a\":1,\"a\":2,\"A\":3}");
	int64_t value = 0;

	(void)state;
	assert_int_equal(json_int64(json_member(root, "a"), &value), JSON_OK);
	assert_int_equal(value, 1);
	assert_int_equal(json_int64(json_member(root, "A"), &value), JSON_OK);
	assert_int_equal(value, 3);
}

static void members_and_items_can_be_walked(void **state)
{
	const struct cJSON *root = parsed("{\"x\":[10,20,30],\"y\":{}}");
	int64_t sum = 0, value = 0;

	(void)state;
	for (const struct cJSON *item = json_first(json_member(root, "x")); item; item = json_next(item)) {
		assert_int_equal(json_int64(item, &value), JSON_OK);
		sum += value;
	}
	assert_int_equal(sum, 60);
	assert_int_equal(json_count(json_member(root, "x")), 3);
	assert_int_equal(json_count(json_member(root, "y")), 0);
	assert_string_equal(json_key(json_first(root)), "x");
	assert_string_equal(json_key(json_next(json_first(root))), "y");
	assert_null(json_at(json_member(root, "x"), 3));
	assert_null(json_at(root, 0));
	assert_null(json_member(json_member(root, "x"), "y"));
	assert_null(json_member(NULL, "y"));
	assert_null(json_first(NULL));
	assert_null(json_next(NULL));
	assert_int_equal(json_count(NULL), 0);
	assert_null(json_key(NULL));
}

static void what_is_not_json_is_broken(void **state)
{
	static const char *const broken[] = {
		"",
		" ",
		"{",
		"}",
		"[1,2",
		"[1,2]]",
		"{\"a\":1}x",
		"{\"a\":1}{}",
		"{a:1}",
		"[01]",
		"[1.]",
		"[.5]",
		"[+1]",
		"[-]",
		"[1e]",
		"[1e+]",
		"[--1]",
		"[1 2]",
		"[1,]",
		"{1:2}",
		"{1 :2}",
		"nan",
		"[Infinity]",
		"tru",
		"\"open",
		"[\"\\",
		"[\"\\x\"]",
		"[\"a\nb\"]",
		"[\"\\u0000\"]",
		"[\"\\u0001"
		"5\"]",
		"[\"\x01"
		"5\"]",
		"[\x01]",
		"['a']",
		"[0x10]",
		"[1-2]",
		"{\"a\" 1}",
		"[1.2.3]",
		"\x7f",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		const struct cJSON *root = NULL;
		if (parse(broken[i], &root) != JSON_BROKEN)
			fail_msg("'%s' passed", broken[i]);
		assert_null(root);
	}
}

static void a_nul_inside_the_text_is_broken(void **state)
{
	const struct cJSON *root = NULL;

	(void)state;
	json_arena_init(&arena, memory, sizeof(memory));
	assert_int_equal(json_parse(&arena, "[1]\0[2]", 7, &root), JSON_BROKEN);
	assert_int_equal(json_parse(&arena, "[1]", 3, &root), JSON_OK);
	assert_int_equal(json_parse(&arena, "[1] \r\n\t", 7, &root), JSON_OK);
	assert_int_equal(json_parse(&arena, "[1]garbage", 3, &root), JSON_OK); /* only len characters count */
}

static void a_lone_value_is_a_document(void **state)
{
	int64_t value = 0;
	bool flag = false;

	(void)state;
	assert_int_equal(json_int64(parsed("42"), &value), JSON_OK);
	assert_int_equal(value, 42);
	assert_int_equal(json_bool(parsed(" true "), &flag), JSON_OK);
	assert_true(flag);
	assert_int_equal(json_bool(parsed("false"), &flag), JSON_OK);
	assert_false(flag);
}

static void nesting_is_allowed_to_the_limit_and_no_further(void **state)
{
	char text[2 * JSON_DEPTH_MAX + 3];
	const struct cJSON *root = NULL;

	(void)state;
	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	text[2 * JSON_DEPTH_MAX] = '\0';
	assert_int_equal(parse(text, &root), JSON_OK);
	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	text[2 * JSON_DEPTH_MAX + 2] = '\0';
	assert_int_equal(parse(text, &root), JSON_DEEP);
}

/* With one byte more at a time, LARGE becomes OK once and stays so; the sanitizer watches the edges. */
static void a_document_larger_than_its_arena_is_refused_at_every_size(void **state)
{
	static const char text[] =
		"{\"rows\":[[1760000000000,\"1.5\"],{\"a\":-2.25e3,\"b\":null}],\"s\":\"text\"}";
	const struct cJSON *root;
	size_t fits = 0;

	(void)state;
	for (size_t size = 0; size < 4096; size++) {
		unsigned char *exact = malloc(size + 1); /* exact: the sanitizer sees the edge */
		assert_non_null(exact);
		json_arena_init(&arena, exact + 1, size); /* a crooked address too */
		enum json_answer answer = json_parse(&arena, text, sizeof(text) - 1, &root);
		assert_true(answer == JSON_LARGE || answer == JSON_OK);
		assert_true(fits == 0 || answer == JSON_OK);
		if (answer == JSON_OK && fits == 0)
			fits = size;
		free(exact);
	}
	assert_true(fits > sizeof(text) && fits < 20 * sizeof(text));
}

static void the_next_document_reuses_the_arena(void **state)
{
	const struct cJSON *root = NULL;
	int64_t value = 0;

	(void)state;
	json_arena_init(&arena, memory, 1024);
	for (int i = 0; i < 1000; i++) {
		char text[64];
		snprintf(text, sizeof(text), "{\"i\":%d,\"list\":[1,2,3]}", i);
		assert_int_equal(json_parse(&arena, text, strlen(text), &root), JSON_OK);
		assert_int_equal(json_int64(json_member(root, "i"), &value), JSON_OK);
		assert_int_equal(value, i);
		assert_int_equal(json_parse(&arena, "[1,{", 4, &root),
				 JSON_BROKEN); /* and an error leaves no mess */
	}
}

static void the_scan_quotes_and_marks_numbers_and_nothing_else(void **state)
{
	static const char text[] = "{\"a1\":[-1.5e+3,0,\"2\"],\"b\":true}";
	static const char wanted[] = "{\"a1\":[\"\x01-1.5e+3\",\"\x01"
				     "0\",\"2\"],\"b\":true}";
	char out[sizeof(wanted)];
	size_t len = 0;

	(void)state;
	assert_int_equal(json_scan(text, sizeof(text) - 1, out, sizeof(out), &len), JSON_OK);
	assert_string_equal(out, wanted);
	assert_int_equal(len, sizeof(wanted) - 1);
	for (size_t size = 0; size < sizeof(wanted); size++)
		assert_int_equal(json_scan(text, sizeof(text) - 1, out, size, &len), JSON_LARGE);
	assert_int_equal(len, sizeof(wanted) - 1);
}

static void every_answer_has_a_text(void **state)
{
	(void)state;
	for (int i = 0; i < JSON_ANSWER_COUNT; i++)
		assert_true(json_answer_text[i] && json_answer_text[i][0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_integers_keep_every_digit),
		cmocka_unit_test(a_decimal_is_exact_as_number_and_as_text),
		cmocka_unit_test(every_kind_of_absence_has_its_own_answer),
		cmocka_unit_test(grids_are_read_exactly_or_rounded_by_name),
		cmocka_unit_test(a_number_stays_a_number_and_text_stays_text),
		cmocka_unit_test(of_two_equal_keys_the_first_counts_and_case_matters),
		cmocka_unit_test(members_and_items_can_be_walked),
		cmocka_unit_test(what_is_not_json_is_broken),
		cmocka_unit_test(a_nul_inside_the_text_is_broken),
		cmocka_unit_test(a_lone_value_is_a_document),
		cmocka_unit_test(nesting_is_allowed_to_the_limit_and_no_further),
		cmocka_unit_test(a_document_larger_than_its_arena_is_refused_at_every_size),
		cmocka_unit_test(the_next_document_reuses_the_arena),
		cmocka_unit_test(the_scan_quotes_and_marks_numbers_and_nothing_else),
		cmocka_unit_test(every_answer_has_a_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
