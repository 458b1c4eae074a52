/* SPDX-License-Identifier: MIT
 * The command line as two tables: verbs, and the options of each verb. Parsing, --help and the suggestions
 * for misspelt words all read the same rows. Parsing knows nothing of what a verb does. */
#ifndef APP_CLI_H
#define APP_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What a program answers its caller with. */
enum cli_exit { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_REFUSED = 3 };

struct cli;

/* An option is written --name VALUE or --name=VALUE, or --name alone when value is NULL. */
struct cli_option {
	const char *name;  /* without the dashes; NULL ends a table */
	const char *value; /* what the value is called in the help, or NULL: a flag */
	bool many;         /* more values may follow the first one: --candles A B C */
	const char *help;
	const char *key; /* the setting (config_table.c) this option sets, or NULL */
	const char *set; /* ... to this value, for a flag */
};

struct cli_verb {
	const char *name;                  /* NULL ends a table */
	int (*run)(const struct cli *cli); /* returns an enum cli_exit */
	const char *args;                  /* what follows, for the help: "FILE...", or "" */
	size_t args_lowest, args_highest;  /* how many words may follow */
	const char *help;                  /* one line */
	const struct cli_option
		*options;              /* ends with a row of NULLs; the global options are always there too */
	void (*print_more)(FILE *out); /* further lines for VERB --help, or NULL */
};

struct cli_given {
	const struct cli_option *option;
	const char *value; /* borrowed from argv; NULL for a flag */
};

struct cli {
	const char *program;
	const struct cli_verb *verbs; /* the whole table */
	const struct cli_verb *verb;  /* the one that was asked for */
	const char **args;            /* words that are neither verb nor option; borrowed from argv */
	size_t arg_count;
	struct cli_given *given; /* options in the order they came */
	size_t given_count;
	bool help, version;
};

extern const struct cli_option cli_global_options[];

/* Splits argv by the tables. The verb is the first word; "run" if there is none. Returns EXIT_DONE, or
 * EXIT_USAGE with one or two lines in error. cli_fini in either case. */
int cli_parse(struct cli *cli, const struct cli_verb *verbs, int argc, char *const *argv, char *error,
	      size_t size);
void cli_fini(struct cli *cli);

/* Value of an option, the last one if given more than once; NULL if it was not given. */
const char *cli_value(const struct cli *cli, const char *name);
/* How many values an option has, and the index-th of them (NULL beyond the end). */
size_t cli_count(const struct cli *cli, const char *name);
const char *cli_value_at(const struct cli *cli, const char *name, size_t index);
/* Whether a flag (or an option) was given. */
bool cli_flag(const struct cli *cli, const char *name);

/* --help without a verb, VERB --help. */
void cli_print_help(const struct cli *cli, FILE *out);
void cli_print_verb_help(const struct cli *cli, FILE *out);

/* The word of a list that looks most like word, or NULL if none is near. next(list, i) gives the i-th word,
 * NULL at the end. Used for verbs, options and settings alike. */
const char *cli_nearest(const char *word, const char *(*next)(const void *list, size_t index),
			const void *list);

#endif
