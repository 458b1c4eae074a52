/* SPDX-License-Identifier: MIT
 * What has to be said before a probe order goes to an account with real money. */
#include "probe.h"

#include "doctor_probe.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORD "probe"

static int deny(int code, const char *text)
{
	fprintf(stderr, "tradebotd doctor: %s; nothing was sent\n", text);
	return code;
}

int doctor_probe_check(const struct cli *cli, const struct config *config)
{
	const char *given = cli_value(cli, "confirm");
	bool live = cli_flag(cli, "live");

	if (!cli_flag(cli, "probe-order"))
		return !live && given == NULL && cli_value(cli, "symbol") == NULL
			       ? EXIT_DONE
			       : deny(EXIT_USAGE, "--live, --confirm and --symbol belong to --probe-order");
	if (live && config->sandbox)
		return deny(EXIT_USAGE,
			    "--live is for real money, and EXCHANGE_SANDBOX is true: leave one of them away");
	if (!config->sandbox && !live)
		return deny(EXIT_REFUSED, "EXCHANGE_SANDBOX is false, so a probe order costs real money: "
					  "--live says that this is meant");
	if (given != NULL && strcmp(given, WORD) != 0)
		return deny(EXIT_USAGE, "the word to confirm with is " WORD);
	if (live && given == NULL && !isatty(STDIN_FILENO))
		return deny(EXIT_USAGE,
			    "a probe order with real money has to be confirmed: at a terminal, or "
			    "with --confirm " WORD);
	return EXIT_DONE;
}

bool probe_confirmed(const struct cli *cli)
{
	char *line = NULL;
	size_t size = 0;

	if (!cli_flag(cli, "live") || cli_value(cli, "confirm") != NULL)
		return true;
	fprintf(stderr,
		"REAL MONEY: one order of the smallest size there and back. Type '" WORD "' to send it: ");
	ssize_t len = getline(&line, &size, stdin);
	if (len > 0 && line[len - 1] == '\n')
		line[len - 1] = '\0';
	bool same = len > 0 && strcmp(line, WORD) == 0;
	free(line);
	return same;
}
