/* SPDX-License-Identifier: MIT
 * The command line against its tables. The tables here are the test's own: parsing knows nothing of verbs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli.h"

#define WORDS(...)                                                                                           \
	(const char *const[])                                                                                \
	{                                                                                                    \
		"tradebotd", __VA_ARGS__, NULL                                                               \
	}

static int do_nothing(const struct cli *cli)
{
	(void)cli;
	return EXIT_DONE;
}

static void more_of_it(FILE *out)
{
	fprintf(out, "more of it\n");
}

static const struct cli_option test_options[] = {
	{"candles", "PATH", true, "candle files", NULL, NULL},
	{"balance", "N", false, "to start with", "sim.balance", NULL},
	{"json", NULL, false, "as JSON", NULL, NULL},
	{NULL, NULL, false, NULL, NULL, NULL},
};
static const struct cli_option none[] = {{NULL, NULL, false, NULL, NULL, NULL}};
static const struct cli_verb test_verbs[] = {
	{"run", do_nothing, "", 0, 0, "trade", none, NULL},
	{"backtest", do_nothing, "", 0, 0, "trade the past", test_options, more_of_it},
	{"why", do_nothing, "SYMBOL", 1, 1, "explain", none, NULL},
	{"status", do_nothing, "", 0, 0, "tell", none, NULL},
	{NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};

static struct cli cli;
static char error[512];

static int parse(const char *const *words)
{
	int count = 0;

	cli_fini(&cli);
	error[0] = '\0';
	while (words[count] != NULL)
		count++;
	return cli_parse(&cli, test_verbs, count, (char *const *)(uintptr_t)words, error, sizeof(error));
}

static int fini(void **state)
{
	(void)state;
	cli_fini(&cli);
	return 0;
}

static void without_a_word_the_verb_is_run(void **state)
{
	(void)state;
	assert_int_equal(parse((const char *const[]){"tradebotd", NULL}), EXIT_DONE);
	assert_string_equal(cli.verb->name, "run");
	assert_int_equal(parse(WORDS("--state", "here")), EXIT_DONE);
	assert_string_equal(cli.verb->name, "run");
	assert_string_equal(cli_value(&cli, "state"), "here");
}

static void options_take_their_values_in_both_forms(void **state)
{
	(void)state;
	assert_int_equal(parse(WORDS("backtest", "--balance", "5", "--json", "--state=here", "--set", "A=1",
				     "--set=B=2")),
			 EXIT_DONE);
	assert_string_equal(cli_value(&cli, "balance"), "5");
	assert_string_equal(cli_value(&cli, "state"), "here");
	assert_true(cli_flag(&cli, "json"));
	assert_int_equal(cli_count(&cli, "set"), 2);
	assert_string_equal(cli_value_at(&cli, "set", 0), "A=1");
	assert_string_equal(cli_value_at(&cli, "set", 1), "B=2");
	assert_null(cli_value_at(&cli, "set", 2));
	assert_string_equal(cli_value(&cli, "set"), "B=2"); /* the last one */
	assert_null(cli_value(&cli, "config"));
	assert_false(cli_flag(&cli, "v"));
}

static void an_option_of_many_takes_the_words_that_follow(void **state)
{
	(void)state;
	assert_int_equal(parse(WORDS("backtest", "--candles", "a", "b", "--json", "--candles", "c", "-v")),
			 EXIT_DONE);
	assert_int_equal(cli_count(&cli, "candles"), 3);
	assert_string_equal(cli_value_at(&cli, "candles", 0), "a");
	assert_string_equal(cli_value_at(&cli, "candles", 1), "b");
	assert_string_equal(cli_value_at(&cli, "candles", 2), "c");
	assert_int_equal(cli.arg_count, 0);
	assert_true(cli_flag(&cli, "json") && cli_flag(&cli, "v"));
}

static void words_that_are_no_options_are_arguments(void **state)
{
	(void)state;
	assert_int_equal(parse(WORDS("why", "BTC/USDT", "--state", "x")), EXIT_DONE);
	assert_int_equal(cli.arg_count, 1);
	assert_string_equal(cli.args[0], "BTC/USDT");
	assert_int_equal(parse(WORDS("why", "--", "--odd")), EXIT_DONE);
	assert_string_equal(cli.args[0], "--odd");
}

static void too_few_and_too_many_arguments_are_wrong_usage(void **state)
{
	(void)state;
	assert_int_equal(parse(WORDS("why")), EXIT_USAGE);
	assert_string_equal(error, "why: needs SYMBOL");
	assert_int_equal(parse(WORDS("why", "a", "b")), EXIT_USAGE);
	assert_non_null(strstr(error, "'b' is one word too many"));
	assert_int_equal(parse(WORDS("--state", "x", "status")), EXIT_USAGE);
	assert_non_null(strstr(error, "the command comes first: tradebotd status"));
}

static void a_misspelt_verb_is_answered_with_the_nearest(void **state)
{
	(void)state;
	assert_int_equal(parse(WORDS("backtset")), EXIT_USAGE);
	assert_string_equal(error, "no command 'backtset'; did you mean 'backtest'?");
	assert_int_equal(parse(WORDS("frobnicate")), EXIT_USAGE);
	assert_string_equal(error, "no command 'frobnicate'; 'tradebotd --help' lists them");
}

static void a_misspelt_option_is_answered_with_the_nearest(void **state)
{
	(void)state;
	assert_int_equal(parse(WORDS("backtest", "--candels", "x")), EXIT_USAGE);
	assert_string_equal(error, "backtest: no option '--candels'; did you mean '--candles'?");
	assert_int_equal(parse(WORDS("backtest", "--sate=x")), EXIT_USAGE);
	assert_string_equal(error, "backtest: no option '--sate'; did you mean '--state'?");
	assert_int_equal(parse(WORDS("status", "--json")), EXIT_USAGE); /* another verb's option */
	assert_int_equal(parse(WORDS("status", "--v")), EXIT_USAGE);
	assert_int_equal(parse(WORDS("status", "-x")), EXIT_USAGE);
}

static void values_that_are_missing_or_unwanted_are_wrong_usage(void **state)
{
	(void)state;
	assert_int_equal(parse(WORDS("backtest", "--balance")), EXIT_USAGE);
	assert_string_equal(error, "backtest: --balance needs a value: --balance N");
	assert_int_equal(parse(WORDS("backtest", "--balance", "--json")), EXIT_USAGE);
	assert_int_equal(parse(WORDS("backtest", "--json=yes")), EXIT_USAGE);
	assert_string_equal(error, "backtest: --json takes no value");
}

static void help_and_version_need_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(parse(WORDS("--version")), EXIT_DONE);
	assert_true(cli.version);
	assert_int_equal(parse(WORDS("--help")), EXIT_DONE);
	assert_true(cli.help && cli.verb == NULL);
	assert_int_equal(parse(WORDS("why", "--help")), EXIT_DONE); /* without its SYMBOL */
	assert_true(cli.help && strcmp(cli.verb->name, "why") == 0);
	assert_int_equal(parse(WORDS("why", "-h")), EXIT_DONE);
	assert_true(cli.help);
}

static void very_long_words_are_refused_and_not_copied(void **state)
{
	static char word[4096];

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	assert_int_equal(parse(WORDS(word)), EXIT_USAGE);
	memcpy(word, "--", 2);
	assert_int_equal(parse(WORDS("run", word)), EXIT_USAGE);
	memset(word, 'v', sizeof(word) - 1);
	word[0] = '-';
	assert_int_equal(parse(WORDS("run", word)), EXIT_DONE);
	assert_int_equal(cli_count(&cli, "v"), 1);
}

static const char *help_of(void (*print)(const struct cli *, FILE *))
{
	static char text[8192];
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	print(&cli, out);
	fclose(out);
	return text;
}

static void the_help_has_every_row_of_the_tables(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(parse(WORDS("backtest", "--help")), EXIT_DONE);
	text = help_of(cli_print_verb_help);
	for (const struct cli_option *option = test_options; option->name != NULL; option++)
		assert_non_null(strstr(text, option->name));
	for (const struct cli_option *option = cli_global_options; option->name != NULL; option++)
		assert_non_null(strstr(text, option->name));
	assert_non_null(strstr(text, "more of it"));
	text = help_of(cli_print_help);
	for (const struct cli_verb *verb = test_verbs; verb->name != NULL; verb++)
		assert_non_null(strstr(text, verb->help));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_word_the_verb_is_run),
		cmocka_unit_test(options_take_their_values_in_both_forms),
		cmocka_unit_test(an_option_of_many_takes_the_words_that_follow),
		cmocka_unit_test(words_that_are_no_options_are_arguments),
		cmocka_unit_test(too_few_and_too_many_arguments_are_wrong_usage),
		cmocka_unit_test(a_misspelt_verb_is_answered_with_the_nearest),
		cmocka_unit_test(a_misspelt_option_is_answered_with_the_nearest),
		cmocka_unit_test(values_that_are_missing_or_unwanted_are_wrong_usage),
		cmocka_unit_test(help_and_version_need_nothing_else),
		cmocka_unit_test(very_long_words_are_refused_and_not_copied),
		cmocka_unit_test(the_help_has_every_row_of_the_tables),
	};
	return cmocka_run_group_tests(tests, NULL, fini);
}
