/* SPDX-License-Identifier: MIT
 * tradebotd check-config: what is set, to what, and by whom. With --generate it prints the files that are
 * made from the table of settings, whatever the settings are. */
#include <stdlib.h>
#include <string.h>

#include "setup.h"
#include "verbs.h"

static int check_config_generate(const char *what)
{
	static const struct {
		const char *name;
		void (*print)(FILE *out);
	} kinds[] = {
		{"env", config_generate_env}, {"ini", config_generate_ini}, {"docs", config_generate_docs}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, what) == 0) {
			kinds[i].print(stdout);
			return EXIT_DONE;
		}
	}
	fprintf(stderr, "tradebotd: check-config: --generate %s: allowed: env ini docs\n", what);
	return EXIT_USAGE;
}

int verb_check_config(const struct cli *cli)
{
	const char *generate = cli_value(cli, "generate");
	struct config *config;
	int answer;

	if (generate != NULL)
		return check_config_generate(generate);
	config = calloc(1, sizeof(*config));
	if (config == NULL) {
		fprintf(stderr, "tradebotd: no memory for the settings\n");
		return EXIT_FAILED;
	}
	answer = setup_config(cli, config);
	if (answer == EXIT_DONE && cli_flag(cli, "json"))
		config_print_json(config, stdout);
	else if (answer == EXIT_DONE)
		config_print(config, stdout);
	explicit_bzero(config, sizeof(*config));
	free(config);
	return answer;
}
