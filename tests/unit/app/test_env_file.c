/* SPDX-License-Identifier: MIT
 * What a .env file may look like, and what is refused with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "env_file.h"
#include "tradebot/units.h"

struct heard {
	char text[65536]; /* "KEY=VALUE@LINE|" for each pair */
};

static int hear(void *user, const char *key, const char *value, int line, char *error, size_t size)
{
	struct heard *heard = user;
	size_t used = strlen(heard->text);

	(void)error, (void)size;
	snprintf(heard->text + used, sizeof(heard->text) - used, "%s=%s@%d|", key, value, line);
	return strcmp(key, "STOP") == 0 ? TB_EREFUSED : TB_OK;
}

static char error[256];
static struct heard heard;

static int parse(const char *text)
{
	heard.text[0] = error[0] = '\0';
	return env_file_parse(text, strlen(text), ".env", hear, &heard, error, sizeof(error));
}

static void assert_pairs(const char *text, const char *pairs)
{
	assert_int_equal(parse(text), TB_OK);
	assert_string_equal(heard.text, pairs);
}

static void assert_fault(const char *text, const char *fault)
{
	assert_int_equal(parse(text), TB_EINVAL);
	assert_string_equal(error, fault);
}

static void lines_become_pairs_with_their_line_numbers(void **state)
{
	(void)state;
	assert_pairs("", "");
	assert_pairs("A=1\n\n# nothing\n  # nothing either\nB_2=two", "A=1@1|B_2=two@5|");
	assert_pairs("export A=1\n\texport  B=2\nexported=3\n", "A=1@1|B=2@2|exported=3@3|");
	assert_pairs("A = 1\n B=  2  \n", "A=1@1|B=2@2|");
}

static void the_seeds_inline_comments_are_comments(void **state)
{
	(void)state;
	assert_pairs("EXCHANGE_SANDBOX=false              # false = REAL MONEY\n"
		     "TRADING_SYMBOLS=BTC/USDT:USDT      # linear futures use :USDT suffix\n",
		     "EXCHANGE_SANDBOX=false@1|TRADING_SYMBOLS=BTC/USDT:USDT@2|");
	assert_pairs("A= # nothing\nB=\t#nothing\n", "A=@1|B=@2|");
}

static void a_hash_inside_a_word_belongs_to_the_value(void **state)
{
	(void)state;
	assert_pairs("KEY=ab#cd\nKEY2=#cd\nKEY3=a #b#c\n", "KEY=ab#cd@1|KEY2=#cd@2|KEY3=a@3|");
}

static void quotes_keep_blanks_and_hashes(void **state)
{
	(void)state;
	assert_pairs("A='a # b'  # c\nB=\"x  #y\"\nC=''\nD=it's\n", "A=a # b@1|B=x  #y@2|C=@3|D=it's@4|");
	assert_pairs("A=\"a\\\"b\\\\c\\$d\"\nB='a\\n'\nC=\"a\\d\"\n", "A=a\"b\\c$d@1|B=a\\n@2|C=a\\d@3|");
}

static void windows_line_ends_and_byte_order_marks_are_tolerated(void **state)
{
	(void)state;
	assert_pairs("\xef\xbb\xbf"
		     "A=1\r\nB='2'\r\n\r\nC=3 # x\r\n",
		     "A=1@1|B=2@2|C=3@4|");
}

static void faults_name_file_and_line(void **state)
{
	(void)state;
	assert_fault("A=1\nnonsense\n", ".env:2: no '=' after the name");
	assert_fault("=1\n", ".env:1: a name is wanted here (letters, digits and _)");
	assert_fault("1A=1\n", ".env:1: a name is wanted here (letters, digits and _)");
	assert_fault("A.B=1\n", ".env:1: no '=' after the name");
	assert_fault("A=1\nB='x\nC='y'\n", ".env:2: the quote is not closed on its line");
	assert_fault("A=\"x\" y\n", ".env:1: something follows the closing quote");
	assert_fault("A=\"x\\\"\n", ".env:1: the quote is not closed on its line");
	assert_fault("A=x\x01\n", ".env:1: a control character");
	assert_fault("A=a\rb\n", ".env:1: a control character");
}

static void a_nul_in_the_text_is_a_fault_and_not_its_end(void **state)
{
	static const char text[] = "A=1\nB=2\0x\n";

	(void)state;
	heard.text[0] = '\0';
	assert_int_equal(env_file_parse(text, sizeof(text) - 1, "f", hear, &heard, error, sizeof(error)),
			 TB_EINVAL);
	assert_string_equal(error, "f:2: a control character");
}

static void a_value_just_fits_and_one_more_does_not(void **state)
{
	static char text[ENV_FILE_VALUE_MAX + 16];
	const char *const forms[] = {"A=", "A='", "A=\""}, *const ends[] = {"", "'", "\""};

	(void)state;
	for (size_t form = 0; form < 3; form++) {
		for (size_t extra = 0; extra < 2; extra++) {
			size_t length = ENV_FILE_VALUE_MAX - 1 + extra, start = strlen(forms[form]);

			memcpy(text, forms[form], start);
			memset(text + start, 'x', length);
			strcpy(text + start + length, ends[form]);
			assert_int_equal(parse(text), extra ? TB_EINVAL : TB_OK);
		}
	}
}

static void what_the_callback_answers_ends_the_reading(void **state)
{
	(void)state;
	assert_int_equal(parse("A=1\nSTOP=1\nB=2\n"), TB_EREFUSED);
	assert_string_equal(heard.text, "A=1@1|STOP=1@2|");
}

/* Random lines of the characters that mean something: never a crash, and every answer is one of the two. */
static void no_text_breaks_the_reader(void **state)
{
	static const char alphabet[] = "A1_='\"\\# \t\r\n\xef\xbb\xbf.$nx";
	uint64_t seed = 1;
	size_t fine = 0, faulty = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char *text = malloc(64); /* exactly sized, so that ASan sees one byte too many */
		size_t length;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		length = (seed >> 33) % 64;
		text = realloc(text, length + 1);
		for (size_t i = 0; i < length; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			text[i] = alphabet[(seed >> 33) % (sizeof(alphabet) - 1)];
		}
		heard.text[0] = '\0';
		switch (env_file_parse(text, length, "f", hear, &heard, error, sizeof(error))) {
		case TB_OK: fine++; break;
		case TB_EINVAL: faulty++; break;
		default: fail();
		}
		free(text);
	}
	assert_true(fine > 100 && faulty > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_pairs_with_their_line_numbers),
		cmocka_unit_test(the_seeds_inline_comments_are_comments),
		cmocka_unit_test(a_hash_inside_a_word_belongs_to_the_value),
		cmocka_unit_test(quotes_keep_blanks_and_hashes),
		cmocka_unit_test(windows_line_ends_and_byte_order_marks_are_tolerated),
		cmocka_unit_test(faults_name_file_and_line),
		cmocka_unit_test(a_nul_in_the_text_is_a_fault_and_not_its_end),
		cmocka_unit_test(a_value_just_fits_and_one_more_does_not),
		cmocka_unit_test(what_the_callback_answers_ends_the_reading),
		cmocka_unit_test(no_text_breaks_the_reader),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
