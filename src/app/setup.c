/* SPDX-License-Identifier: MIT
 * The command line as the last layer of the settings. Options that are settings name their row in the option
 * table; here they become KEY=VALUE like --set, in the order they were given. */
#include "setup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define INI_HERE   "tradebotd.ini"
#define INI_SYSTEM "/etc/tradebotd/tradebotd.ini"
#define ENV_HERE   ".env"

/* Options and --set as KEY=VALUE texts. Returns their number, or -1 without memory. */
static int setup_collect(const struct cli *cli, char **sets)
{
	int count = 0;

	for (size_t i = 0; i < cli->given_count; i++) {
		const struct cli_option *option = cli->given[i].option;
		const char *value = option->set != NULL ? option->set : cli->given[i].value;
		char *set = NULL;

		if (strcmp(option->name, "set") == 0)
			set = strdup(value);
		else if (option->key == NULL)
			continue;
		else if (asprintf(&set, "%s=%s", option->key, value) < 0)
			set = NULL;
		if (set == NULL)
			return -1;
		sets[count++] = set;
	}
	return count;
}

static void setup_log(const struct config *config)
{
	enum log_level level;

	if (log_level_parse(config->log_level, &level) == TB_OK)
		log_set_level(level);
	for (size_t i = 0; i < config_row_count; i++) {
		if (config_rows[i].type == CONFIG_SECRET)
			log_secret((const char *)config + config_rows[i].offset);
	}
	for (size_t i = 0; i < config->warning_count; i++)
		fprintf(stderr, "tradebotd: warning: %s\n", config->warnings[i]);
}

int setup_config(const struct cli *cli, struct config *config)
{
	const char *ini = cli_value(cli, "config"), *env = cli_value(cli, "env");
	char **sets = calloc(cli->given_count + 1, sizeof(*sets));
	int count = sets != NULL ? setup_collect(cli, sets) : -1;
	char error[1024] = "no memory for the settings";
	int answer = TB_EIO;

	if (count >= 0) {
		struct config_sources sources = {
			.ini_path = ini != NULL                   ? ini
				    : access(INI_HERE, F_OK) == 0 ? INI_HERE
								  : INI_SYSTEM,
			.ini_must_exist = ini != NULL,
			.env_path = env != NULL ? env : ENV_HERE,
			.env_must_exist = env != NULL,
			.environment = environ,
			.sets = (const char *const *)sets,
			.set_count = (size_t)count,
		};
		answer = config_load(config, &sources, error, sizeof(error));
	}
	for (size_t i = 0; sets != NULL && i < cli->given_count; i++)
		free(sets[i]);
	free(sets);
	if (answer != TB_OK) {
		fprintf(stderr, "tradebotd: %s\n", error);
		return answer == TB_EREFUSED ? EXIT_REFUSED : answer == TB_EIO ? EXIT_FAILED : EXIT_USAGE;
	}
	setup_log(config);
	return EXIT_DONE;
}
