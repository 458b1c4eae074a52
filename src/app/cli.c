/* SPDX-License-Identifier: MIT
 * The command line: words against two tables. Nothing here knows what a verb does; whatever is misspelt is
 * answered with the nearest word of the table. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#define WORD_MAX 64 /* longer words have no near neighbour */

const struct cli_option cli_global_options[] = {
	{"config", "FILE", false, "settings file (tradebotd.ini here, else /etc/tradebotd/tradebotd.ini)",
	 NULL, NULL},
	{"env", "FILE", false, "keys and settings as KEY=VALUE (.env here)", NULL, NULL},
	{"state", "DIR", false, "where journal and lock live", "trading.state", NULL},
	{"set", "KEY=VALUE", false,
	 "one setting, by its name in the ini or in the environment; may be repeated", NULL, NULL},
	{"v", NULL, false, "log more (-v)", "log.level", "debug"},
	{"help", NULL, false, "this text (-h)", NULL, NULL},
	{NULL, NULL, false, NULL, NULL, NULL},
};

/* Edit distance with transpositions; words are at most WORD_MAX. Upper and lower case, '-' and '_' are equal.
 */
static size_t cli_distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1], m = strlen(a), n = strlen(b);

	if (m > WORD_MAX || n > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= m; i++) {
		size_t *now = rows[i % 3], *up = rows[(i + 2) % 3], *upper = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t best = up[j - 1] + (a[i - 1] != b[j - 1]);

			if (up[j] + 1 < best)
				best = up[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    upper[j - 2] + 1 < best)
				best = upper[j - 2] + 1;
			now[j] = best;
		}
	}
	return rows[m % 3][n];
}

static void cli_fold(const char *word, char out[static WORD_MAX + 2])
{
	size_t i = 0;

	for (; word[i] != '\0' && i <= WORD_MAX; i++) {
		char c = word[i] == '-' ? '_' : word[i];

		out[i] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
	}
	out[i] = '\0';
}

const char *cli_nearest(const char *word, const char *(*next)(const void *list, size_t index),
			const void *list)
{
	char folded[WORD_MAX + 2], other[WORD_MAX + 2];
	const char *best = NULL, *candidate;
	size_t best_distance;

	cli_fold(word, folded);
	best_distance = strlen(folded) / 3 + 2; /* must be less than this */
	for (size_t i = 0; (candidate = next(list, i)) != NULL; i++) {
		size_t distance;

		cli_fold(candidate, other);
		distance = cli_distance(folded, other);
		if (distance < best_distance && distance < strlen(other)) {
			best = candidate;
			best_distance = distance;
		}
	}
	return best;
}

static const char *cli_verb_name(const void *list, size_t index)
{
	return ((const struct cli_verb *)list)[index].name;
}

/* list: the verb. Its own options first, then the global ones. */
static const char *cli_option_name(const void *list, size_t index)
{
	const struct cli_option *own = ((const struct cli_verb *)list)->options;
	size_t count = 0;

	while (own[count].name != NULL)
		count++;
	return index < count ? own[index].name : cli_global_options[index - count].name;
}

static const struct cli_option *cli_find_in(const struct cli_option *options, const char *name, size_t length)
{
	for (; options->name != NULL; options++) {
		if (strlen(options->name) == length && memcmp(options->name, name, length) == 0)
			return options;
	}
	return NULL;
}

static const struct cli_option *cli_find(const struct cli *cli, const char *name, size_t length)
{
	const struct cli_option *own =
		cli->verb != NULL ? cli_find_in(cli->verb->options, name, length) : NULL;

	return own != NULL ? own : cli_find_in(cli_global_options, name, length);
}

static int cli_wrong_option(const struct cli *cli, const char *word, char *error, size_t size)
{
	size_t length = strcspn(word + 2, "=");
	char name[WORD_MAX + 2];
	const char *near;

	snprintf(name, sizeof(name), "%.*s", (int)(length > WORD_MAX ? WORD_MAX + 1 : length), word + 2);
	near = cli_nearest(name, cli_option_name, cli->verb);
	if (near != NULL)
		snprintf(error, size, "%s: no option '--%s'; did you mean '--%s'?", cli->verb->name, name,
			 near);
	else
		snprintf(error, size, "%s: no option '--%s'; '%s %s --help' lists them", cli->verb->name,
			 name, cli->program, cli->verb->name);
	return EXIT_USAGE;
}

static void cli_keep(struct cli *cli, const struct cli_option *option, const char *value)
{
	if (strcmp(option->name, "help") == 0)
		cli->help = true;
	cli->given[cli->given_count++] = (struct cli_given){option, value};
}

/* Takes the option at argv[*at] and the values that follow it. Leaves *at on the last word taken. */
static int cli_take_option(struct cli *cli, int argc, char *const *argv, int *at, char *error, size_t size)
{
	const char *name = argv[*at] + 2;
	size_t length = strcspn(name, "=");
	const struct cli_option *option = cli_find(cli, name, length);

	if (option == NULL || length == 1) /* -v is a global option of one letter and one dash */
		return cli_wrong_option(cli, argv[*at], error, size);
	if (option->value == NULL) {
		if (name[length] == '=') {
			snprintf(error, size, "%s: --%s takes no value", cli->verb->name, option->name);
			return EXIT_USAGE;
		}
		cli_keep(cli, option, NULL);
		return EXIT_DONE;
	}
	if (name[length] == '=') {
		cli_keep(cli, option, name + length + 1);
	} else if (*at + 1 < argc && strncmp(argv[*at + 1], "--", 2) != 0) {
		cli_keep(cli, option, argv[++*at]);
	} else {
		snprintf(error, size, "%s: --%s needs a value: --%s %s", cli->verb->name, option->name,
			 option->name, option->value);
		return EXIT_USAGE;
	}
	while (option->many && *at + 1 < argc && argv[*at + 1][0] != '-')
		cli_keep(cli, option, argv[++*at]);
	return EXIT_DONE;
}

static int cli_take_short(struct cli *cli, const char *word, char *error, size_t size)
{
	for (const char *letter = word + 1; *letter != '\0'; letter++) {
		if (*letter == 'v') {
			if (!cli_flag(cli, "v")) /* more of them say nothing new */
				cli_keep(cli, cli_find_in(cli_global_options, "v", 1), NULL);
		} else if (*letter == 'h') {
			cli->help = true;
		} else {
			snprintf(error, size, "no option '%s' (long options begin with two dashes)", word);
			return EXIT_USAGE;
		}
	}
	return EXIT_DONE;
}

/* The verb is the first word that is neither an option nor a global option's value; without one it is "run".
 */
static int cli_take_verb(struct cli *cli, int argc, char *const *argv, int *verb_at, char *error, size_t size)
{
	const char *word = "run", *near;

	*verb_at = 0;
	if (argc > 1 && argv[1][0] != '-') {
		word = argv[1];
		*verb_at = 1;
	}
	for (const struct cli_verb *verb = cli->verbs; verb->name != NULL; verb++) {
		if (strcmp(verb->name, word) == 0)
			cli->verb = verb;
	}
	if (cli->verb != NULL)
		return EXIT_DONE;
	near = cli_nearest(word, cli_verb_name, cli->verbs);
	if (near != NULL)
		snprintf(error, size, "no command '%s'; did you mean '%s'?", word, near);
	else
		snprintf(error, size, "no command '%s'; '%s --help' lists them", word, cli->program);
	return EXIT_USAGE;
}

static int cli_check_args(const struct cli *cli, char *error, size_t size)
{
	if (cli->help || cli->version)
		return EXIT_DONE;
	if (cli->arg_count < cli->verb->args_lowest) {
		snprintf(error, size, "%s: needs %s", cli->verb->name, cli->verb->args);
		return EXIT_USAGE;
	}
	if (cli->arg_count > cli->verb->args_highest) {
		for (const struct cli_verb *verb = cli->verbs; verb->name != NULL; verb++) {
			if (strcmp(verb->name, cli->args[0]) == 0) {
				snprintf(error, size, "the command comes first: %s %s ...", cli->program,
					 verb->name);
				return EXIT_USAGE;
			}
		}
		snprintf(error, size, "%s: '%s' is one word too many; '%s %s --help' shows the form",
			 cli->verb->name, cli->args[cli->verb->args_highest], cli->program, cli->verb->name);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

int cli_parse(struct cli *cli, const struct cli_verb *table, int argc, char *const *argv, char *error,
	      size_t size)
{
	bool options_over = false;
	int verb_at, answer;

	*cli = (struct cli){.program = "tradebotd", .verbs = table};
	cli->args = calloc((size_t)argc + 1, sizeof(*cli->args));
	cli->given = calloc((size_t)argc + 1, sizeof(*cli->given));
	if (cli->args == NULL || cli->given == NULL) {
		snprintf(error, size, "no memory for the command line");
		return EXIT_FAILED;
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		cli->version = true;
		return EXIT_DONE;
	}
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		cli->help = true; /* without a verb: the list of verbs */
		return EXIT_DONE;
	}
	answer = cli_take_verb(cli, argc, argv, &verb_at, error, size);
	for (int i = verb_at + 1; answer == EXIT_DONE && i < argc; i++) {
		if (!options_over && strcmp(argv[i], "--") == 0)
			options_over = true;
		else if (!options_over && strncmp(argv[i], "--", 2) == 0)
			answer = cli_take_option(cli, argc, argv, &i, error, size);
		else if (!options_over && argv[i][0] == '-' && argv[i][1] != '\0')
			answer = cli_take_short(cli, argv[i], error, size);
		else
			cli->args[cli->arg_count++] = argv[i];
	}
	return answer == EXIT_DONE ? cli_check_args(cli, error, size) : answer;
}

void cli_fini(struct cli *cli)
{
	free(cli->args);
	free(cli->given);
	*cli = (struct cli){0};
}

const char *cli_value_at(const struct cli *cli, const char *name, size_t index)
{
	for (size_t i = 0; i < cli->given_count; i++) {
		if (strcmp(cli->given[i].option->name, name) == 0 && index-- == 0)
			return cli->given[i].value;
	}
	return NULL;
}

size_t cli_count(const struct cli *cli, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < cli->given_count; i++)
		count += strcmp(cli->given[i].option->name, name) == 0;
	return count;
}

const char *cli_value(const struct cli *cli, const char *name)
{
	size_t count = cli_count(cli, name);

	return count == 0 ? NULL : cli_value_at(cli, name, count - 1);
}

bool cli_flag(const struct cli *cli, const char *name)
{
	return cli_count(cli, name) > 0;
}

static void cli_print_options(const struct cli_option *options, FILE *out)
{
	for (; options->name != NULL; options++) {
		char form[64];

		snprintf(form, sizeof(form), "%s%s%s%s%s", strlen(options->name) == 1 ? "-" : "--",
			 options->name, options->value != NULL ? " " : "",
			 options->value != NULL ? options->value : "", options->many ? "..." : "");
		fprintf(out, "  %-26s %s\n", form, options->help);
	}
}

void cli_print_help(const struct cli *cli, FILE *out)
{
	fprintf(out, "%s trades USDT perpetuals inside its owner's risk rules.\n\n", cli->program);
	fprintf(out, "  %s [COMMAND] [OPTION]...        without a command: run\n\nCommands:\n", cli->program);
	for (const struct cli_verb *verb = cli->verbs; verb->name != NULL; verb++)
		fprintf(out, "  %-14s %s\n", verb->name, verb->help);
	fprintf(out, "\nOptions of every command:\n");
	cli_print_options(cli_global_options, out);
	fprintf(out, "  %-26s %s\n", "--version", "which version this is");
	fprintf(out,
		"\n'%s COMMAND --help' tells more of one command; '%s check-config' shows every setting.\n"
		"Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 refused for safety.\n",
		cli->program, cli->program);
}

void cli_print_verb_help(const struct cli *cli, FILE *out)
{
	const struct cli_verb *verb = cli->verb;

	fprintf(out, "%s %s%s%s [OPTION]...\n\n  %s\n", cli->program, verb->name,
		verb->args[0] != '\0' ? " " : "", verb->args, verb->help);
	if (verb->options->name != NULL) {
		fprintf(out, "\nOptions:\n");
		cli_print_options(verb->options, out);
	}
	fprintf(out, "\nOptions of every command:\n");
	cli_print_options(cli_global_options, out);
	if (verb->print_more != NULL) {
		fputc('\n', out);
		verb->print_more(out);
	}
}
