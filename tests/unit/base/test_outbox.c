/* SPDX-License-Identifier: MIT
 * The outbox holds what it was given, whatever becomes of the caller's texts, and never more than it can. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "outbox.h"

static struct outbox box;

static void an_entry_outlives_the_texts_it_was_made_of(void **state)
{
	char path[] = "/v5/order/create", head[] = "X-A: b\n", body[] = "{\"a\":1}";

	(void)state;
	outbox_clear(&box);
	assert_true(outbox_post(&box, HOST_REST, 7, 5000, path, head, body, strlen(body)));
	memset(path, '!', sizeof path), memset(head, '!', sizeof head), memset(body, '!', sizeof body);
	assert_int_equal(box.count, 1);
	assert_true(box.at[0].post);
	assert_int_equal(box.at[0].request, 7);
	assert_string_equal(box.at[0].path, "/v5/order/create");
	assert_string_equal(box.at[0].head, "X-A: b\n");
	assert_string_equal(box.at[0].text, "{\"a\":1}");
	assert_int_equal(box.at[0].len, 7);
}

static void what_does_not_fit_is_refused_and_the_rest_stays(void **state)
{
	static char large[OUTBOX_TEXT_MAX];

	(void)state;
	outbox_clear(&box);
	memset(large, 'x', sizeof large);
	assert_true(outbox_send(&box, 0, "first", 5));
	assert_false(outbox_send(&box, 0, large, sizeof large));
	assert_int_equal(box.count, 1);
	assert_string_equal(box.at[0].text, "first");
	for (size_t i = 1; i < OUTBOX_MAX; i++)
		assert_true(outbox_close(&box, 1));
	assert_false(outbox_close(&box, 1));
	outbox_clear(&box);
	assert_true(outbox_open(&box, HOST_PUBLIC, 1, "/v5/public/linear"));
}

static void a_header_is_found_whatever_its_case_and_a_number_must_be_one(void **state)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nx-bapi-limit-status: 9\r\nRetry-After:12\r\nX-Long: "
				   "1234567890123456789\r\nX-Empty:\r\nX-Bad: 1a\r\n\r\n";
	struct wire_in in = {.head = head, .head_len = sizeof head - 1};
	char text[8];

	(void)state;
	assert_int_equal(wire_header_int(&in, "X-Bapi-Limit-Status"), 9);
	assert_int_equal(wire_header_int(&in, "retry-after"), 12);
	assert_true(wire_header_int(&in, "X-Bapi-Limit") == UNKNOWN);
	assert_true(wire_header_int(&in, "X-Long") == UNKNOWN);
	assert_true(wire_header_int(&in, "X-Empty") == UNKNOWN);
	assert_true(wire_header_int(&in, "X-Bad") == UNKNOWN);
	assert_true(wire_header(&in, "X-Long", text, sizeof text));
	assert_string_equal(text, "1234567");
	assert_false(wire_header(&(struct wire_in){0}, "X", text, sizeof text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_outlives_the_texts_it_was_made_of),
		cmocka_unit_test(what_does_not_fit_is_refused_and_the_rest_stays),
		cmocka_unit_test(a_header_is_found_whatever_its_case_and_a_number_must_be_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
