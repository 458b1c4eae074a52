/* SPDX-License-Identifier: MIT
 * Long JSON in pieces: each value where it stands, and no piece of what is not whole. */
#include "json_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct json_slice slice(const char *text)
{
	return (struct json_slice){text, strlen(text)};
}

static void members_are_found_where_they_stand(void **state)
{
	static const char *const keys[] = {"b", "missing", "a", "d"};
	struct json_slice at[4];

	(void)state;
	assert_int_equal(
		json_slice_members(
			slice("\n{ \"a\" : [1, {\"b\":\"]\"}] ,\"b\":-1.5e3,\"a\":2,\"d\":\"x\\\"}\" }\t"), 4,
			keys, at),
		JSON_OK);
	assert_true(json_slice_is(at[0], "-1.5e3"));
	assert_null(at[1].text);
	assert_true(json_slice_is(at[2], "[1, {\"b\":\"]\"}]"));
	assert_true(json_slice_is(at[3], "\"x\\\"}\""));
	assert_int_equal(json_slice_members(slice("{}"), 4, keys, at), JSON_OK);
	assert_null(at[0].text);
	assert_int_equal(json_slice_members((struct json_slice){0}, 4, keys, at), JSON_MISSING);
	assert_int_equal(json_slice_members(slice("[1]"), 4, keys, at), JSON_TYPE);
}

static void rows_come_one_by_one_and_say_how_they_ended(void **state)
{
	static const struct {
		const char *text;
		int rows;
		enum json_answer answer;
	} arrays[] = {
		{"[]", 0, JSON_OK},
		{"[ 1 , \"a,b\" ,[2,3], null]", 4, JSON_OK},
		{"[1,]", 1, JSON_BROKEN},
		{"[1 2]", 1, JSON_BROKEN},
		{"[,1]", 0, JSON_BROKEN},
		{"[1", 1, JSON_BROKEN},
		{"[{\"a\":1]]", 0, JSON_BROKEN},
		{"[\"abc]", 0, JSON_BROKEN},
		{"[1]]", 1, JSON_BROKEN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
		struct json_slice row;
		struct json_rows rows;
		int count = 0;
		assert_int_equal(json_rows_open(slice(arrays[i].text), &rows), JSON_OK);
		while (json_rows_next(&rows, &row))
			count++;
		assert_int_equal(count, arrays[i].rows);
		assert_int_equal(rows.answer, arrays[i].answer);
		assert_false(json_rows_next(&rows, &row));
	}
}

static void what_is_no_array_has_no_rows(void **state)
{
	struct json_slice row;
	struct json_rows rows;

	(void)state;
	assert_int_equal(json_rows_open((struct json_slice){0}, &rows), JSON_MISSING);
	assert_int_equal(json_rows_open(slice("null"), &rows), JSON_NULL);
	assert_int_equal(json_rows_open(slice("{}"), &rows), JSON_TYPE);
	assert_false(json_rows_next(&rows, &row));
}

static void brackets_close_in_pairs_and_not_too_deep(void **state)
{
	static const char *const keys[] = {"a"};
	struct json_slice at[1];
	char text[100] = "{\"a\":";

	(void)state;
	assert_int_equal(json_slice_members(slice("{\"a\":[{]}}"), 1, keys, at), JSON_BROKEN);
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		strcat(text, "[");
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		strcat(text, "]");
	strcat(text, "}");
	assert_int_equal(json_slice_members(slice(text), 1, keys, at), JSON_OK);
	memmove(text + 6, text + 5, strlen(text + 5) + 1);
	assert_int_equal(json_slice_members(slice(text), 1, keys, at), JSON_DEEP);
}

static void values_are_read_without_an_arena(void **state)
{
	struct json_slice text;
	int64_t number = 0;
	bool flag = false;
	char copy[4];

	(void)state;
	assert_int_equal(json_slice_int64(slice("9223372036854775807"), &number), JSON_OK);
	assert_int_equal(number, INT64_MAX);
	assert_int_equal(json_slice_int64(slice("\"-5\""), &number), JSON_OK);
	assert_int_equal(number, -5);
	assert_int_equal(json_slice_int64(slice("5.5"), &number), JSON_UNPARSABLE);
	assert_int_equal(json_slice_int64(slice("\"\""), &number), JSON_EMPTY);
	assert_int_equal(json_slice_int64(slice("null"), &number), JSON_NULL);
	assert_int_equal(json_slice_int64(slice("{}"), &number), JSON_TYPE);
	assert_int_equal(json_slice_int64((struct json_slice){0}, &number), JSON_MISSING);
	assert_int_equal(number, -5);
	assert_int_equal(json_slice_text(slice("\"a\\u0041\""), &text), JSON_BROKEN);
	assert_int_equal(json_slice_bool(slice("true"), &flag), JSON_OK);
	assert_true(flag);
	assert_int_equal(json_slice_bool(slice("1"), &flag), JSON_TYPE);
	assert_true(json_slice_copy(slice("abc"), copy, sizeof copy));
	assert_false(json_slice_copy(slice("abcd"), copy, sizeof copy));
	assert_string_equal(copy, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found_where_they_stand),
		cmocka_unit_test(rows_come_one_by_one_and_say_how_they_ended),
		cmocka_unit_test(what_is_no_array_has_no_rows),
		cmocka_unit_test(brackets_close_in_pairs_and_not_too_deep),
		cmocka_unit_test(values_are_read_without_an_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
