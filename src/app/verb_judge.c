/* SPDX-License-Identifier: MIT
 * tradebotd judge --csv FILE: reads the file and the settings (the owner's own limits, as the daemon would
 * use them) and hands both to judge.c. */
#include "decimal.h"
#include "file_text.h"
#include "judge.h"
#include "setup.h"
#include "verbs.h"

#include <errno.h>
#include <string.h>

/* An option that is a grid's step; 0 in *grid if it was not given. */
static int option_grid(const struct cli *cli, const char *name, struct grid *grid)
{
	const char *text = cli_value(cli, name);

	*grid = (struct grid){0, 0};
	if (text == NULL)
		return EXIT_DONE;
	enum decimal_err err = decimal_to_grid(text, strlen(text), grid);
	if (err == DECIMAL_OK)
		return EXIT_DONE;
	fprintf(stderr, "judge: --%s %s: %s; a decimal like 0.01 is wanted\n", name, text,
		decimal_err_text[err]);
	return EXIT_USAGE;
}

static int judge_file(const char *path, const struct judge_options *options)
{
	struct file_text text = {0};
	char error[256];

	if (file_text_open(path, &text, error, sizeof(error)) != TB_OK) {
		fprintf(stderr, "judge: %s: %s\n", path, error);
		return EXIT_USAGE;
	}
	int answer = judge_csv(text.bytes, text.length, options, stdout, stderr);
	file_text_close(&text);
	if (fflush(stdout) == 0)
		return answer;
	fprintf(stderr, "judge: cannot write: %s\n", strerror(errno));
	return EXIT_FAILED;
}

int verb_judge(const struct cli *cli)
{
	static struct config config; /* large */
	const char *path = cli_value(cli, "csv");
	struct judge_options options;

	if (path == NULL) {
		fprintf(stderr, "judge: --csv FILE is wanted\n");
		return EXIT_USAGE;
	}
	if (option_grid(cli, "tick", &options.tick) != EXIT_DONE ||
	    option_grid(cli, "lot", &options.lot) != EXIT_DONE)
		return EXIT_USAGE;
	int answer = setup_config(cli, &config);
	if (answer != EXIT_DONE)
		return answer;
	options.limits = config.limits;
	options.taker_fee = config.taker_fee;
	return judge_file(path, &options);
}
