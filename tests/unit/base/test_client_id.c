/* SPDX-License-Identifier: MIT
 * Tests of client order ids: one number, one text, and nothing else passes for ours. */
#include "random.h"
#include "tradebot/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void an_id_survives_the_way_to_the_exchange_and_back(void **state)
{
	struct random source;
	char text[CLIENT_ID_TEXT_MAX];

	(void)state;
	random_seed(&source, 3);
	for (int i = 0; i < 100000; i++) {
		int64_t instance = (int64_t)random_below(&source, 1 << 20);
		int64_t sequence = 1 + (int64_t)random_below(&source, (1ULL << 39) - 1);
		enum role role = (enum role)random_below(&source, ROLE_COUNT);
		int64_t id = client_id(instance, sequence, role);

		client_id_format(id, text);
		assert_true(strlen(text) <= 15);
		assert_int_equal(strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789"), strlen(text));
		assert_int_equal(client_id_parse(text), id);
		assert_int_equal(client_id_instance(id), instance);
		assert_int_equal(client_id_sequence(id), sequence);
		assert_int_equal(client_id_role(id), role);
	}
}

static void the_largest_id_fits(void **state)
{
	char text[CLIENT_ID_TEXT_MAX];
	int64_t id = client_id(0xfffff, 0x7fffffffff, ROLE_TARGET);

	(void)state;
	assert_true(id > 0);
	client_id_format(id, text);
	assert_int_equal(strlen(text), 15);
	assert_int_equal(client_id_parse(text), id);
}

static void a_known_id_has_a_known_text(void **state)
{
	char text[CLIENT_ID_TEXT_MAX];

	(void)state;
	client_id_format(client_id(0, 1, ROLE_ENTRY), text); /* 16 */
	assert_string_equal(text, "tbg");
	client_id_format(client_id(0, 81, ROLE_ENTRY), text); /* 1296 = 36^2 */
	assert_string_equal(text, "tb100");
	assert_int_equal(client_id_parse("tb100"), 1296);
}

static void an_id_that_cannot_exist_has_no_text(void **state)
{
	char text[CLIENT_ID_TEXT_MAX];

	(void)state;
	client_id_format(0, text);
	assert_string_equal(text, "");
	client_id_format(-5, text);
	assert_string_equal(text, "");
	client_id_format(UNKNOWN, text);
	assert_string_equal(text, "");
}

static void texts_that_are_not_ours_are_refused(void **state)
{
	static const char *const foreign[] = {
		"",
		"t",
		"tb",
		"TBg",
		"Tbg",
		"xbg",
		"tb0",
		"tb0g",
		/* a second text for tbg */ "tbG",
		"tb g",
		"tbg ",
		" tbg",
		"tb-g",
		"tbg_",
		"tbg\n",
		"tbk",
		/* 20: role 4 */ "tbv", /* 31: role 15 */
		"tb1y2p0ij32e8e8",
		/* 2^63 */ "tb1y2p0ij32e8e7", /* 2^63 - 1: role 15 */
		"tbzzzzzzzzzzzzz",
		"tb1000000000000000000000000000000",
		"autoclose-123",
		"1234567890",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (client_id_parse(foreign[i]) != 0)
			fail_msg("'%s' passed as ours", foreign[i]);
	assert_int_equal(client_id_parse(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_survives_the_way_to_the_exchange_and_back),
		cmocka_unit_test(the_largest_id_fits),
		cmocka_unit_test(a_known_id_has_a_known_text),
		cmocka_unit_test(an_id_that_cannot_exist_has_no_text),
		cmocka_unit_test(texts_that_are_not_ours_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
