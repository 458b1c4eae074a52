/* SPDX-License-Identifier: MIT
 * tradebotd. Looks the verb up in the table and does it; everything else is elsewhere. */
#include <stdio.h>

#include "cli.h"
#include "verbs.h"
#include "version.h"

int main(int argc, char **argv)
{
	char error[512] = "";
	struct cli cli;
	int answer = cli_parse(&cli, verbs, argc, argv, error, sizeof(error));

	if (answer != EXIT_DONE)
		fprintf(stderr, "tradebotd: %s\n", error);
	else if (cli.version)
		printf("tradebotd %s\n", app_version());
	else if (cli.help && cli.verb == NULL)
		cli_print_help(&cli, stdout);
	else if (cli.help)
		cli_print_verb_help(&cli, stdout);
	else
		answer = cli.verb->run(&cli);
	cli_fini(&cli);
	if (fflush(stdout) != 0 && answer == EXIT_DONE) {
		fprintf(stderr, "tradebotd: the output could not be written\n");
		answer = EXIT_FAILED;
	}
	return answer;
}
