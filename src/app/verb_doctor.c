/* SPDX-License-Identifier: MIT
 * tradebotd doctor: everything a run needs, looked at one by one. Exit code 1 if anything would keep it from
 * trading. */
#include "doctor_probe.h"

#include "live_codec.h"
#include "setup.h"
#include "show.h"
#include "verbs.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const verdicts[] = {[DOCTOR_OK] = "ok", [DOCTOR_WARN] = "WARN", [DOCTOR_FAIL] = "FAIL"};

void doctor_say(struct doctor *d, enum doctor_verdict verdict, const char *what, const char *advice,
		const char *format, ...)
{
	struct doctor_line *line = &d->lines[d->count];
	va_list args;

	if (d->count == DOCTOR_LINES_MAX)
		return;
	d->count++;
	line->verdict = verdict;
	snprintf(line->what, sizeof line->what, "%s", what);
	snprintf(line->advice, sizeof line->advice, "%s", advice);
	va_start(args, format);
	vsnprintf(line->text, sizeof line->text, format, args);
	va_end(args);
}

void doctor_show(struct doctor *d)
{
	for (; !d->json && d->shown < d->count; d->shown++) {
		const struct doctor_line *line = &d->lines[d->shown];
		printf("%-5s %-13s %s\n", verdicts[line->verdict], line->what, line->text);
		if (line->advice[0] != '\0')
			printf("%-5s %-13s -> %s\n", "", "", line->advice);
	}
	fflush(stdout);
}

static void print_json(const struct doctor *d)
{
	printf("[");
	for (size_t i = 0; i < d->count; i++) {
		const struct doctor_line *line = &d->lines[i];
		printf("%s{\"verdict\": \"%s\", \"what\": ", i ? ",\n " : "", verdicts[line->verdict]);
		show_json_text(stdout, line->what);
		printf(", \"text\": ");
		show_json_text(stdout, line->text);
		printf(", \"advice\": ");
		show_json_text(stdout, line->advice);
		printf("}");
	}
	printf("]\n");
}

static void look(struct doctor *d)
{
	const char *name = d->config->exchange;

	doctor_look_local(d);
	if (strcmp(name, "sim") == 0)
		doctor_say(d, DOCTOR_OK, "exchange", "", "the simulated one needs no network");
	else if (live_codec_knows(name))
		doctor_look_wire(d);
	else
		doctor_say(d, DOCTOR_FAIL, "exchange", "use bybit with --paper, or sim",
			   "this version cannot trade %s", name);
}

bool doctor_failed(const struct doctor *d)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->lines[i].verdict == DOCTOR_FAIL)
			return true;
	return false;
}

/* All looks, and the probe order if it was asked for. */
static int examine(const struct cli *cli, struct doctor *d, int settings)
{
	int code = EXIT_DONE;

	if (settings == EXIT_DONE)
		look(d);
	else
		doctor_say(d, DOCTOR_FAIL, "settings", "the line above says what is wrong",
			   "they cannot be used");
	doctor_show(d);
	if (cli_flag(cli, "probe-order") && settings == EXIT_DONE)
		code = doctor_probe(cli, d);
	doctor_show(d);
	if (d->json)
		print_json(d);
	return code == EXIT_DONE && doctor_failed(d) ? EXIT_FAILED : code;
}

int verb_doctor(const struct cli *cli)
{
	struct config *config = calloc(1, sizeof *config);
	struct doctor *d = calloc(1, sizeof *d);
	int code = EXIT_FAILED;

	if (config != NULL && d != NULL) {
		int settings = setup_config(cli, config);
		code = settings == EXIT_DONE ? doctor_probe_check(cli, config) : EXIT_DONE;
		d->config = config;
		d->json = cli_flag(cli, "json");
		bool keyed = config->api_key[0] != '\0' && config->secret[0] != '\0';
		d->mode = keyed ? live_mode_of(cli, config) : LIVE_PAPER;
		if (code == EXIT_DONE)
			code = examine(cli, d, settings);
	}
	if (config != NULL)
		explicit_bzero(config, sizeof *config);
	free(config), free(d);
	return code;
}
