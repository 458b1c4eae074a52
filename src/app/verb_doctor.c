/* SPDX-License-Identifier: MIT
 * tradebotd doctor: everything a run needs, looked at one by one. Exit code 1 if anything would keep it from
 * trading. */
#include "doctor.h"

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

static void print_text(const struct doctor *d)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct doctor_line *line = &d->lines[i];
		printf("%-5s %-13s %s\n", verdicts[line->verdict], line->what, line->text);
		if (line->advice[0] != '\0')
			printf("%-5s %-13s -> %s\n", "", "", line->advice);
	}
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

int verb_doctor(const struct cli *cli)
{
	struct config *config = calloc(1, sizeof *config);
	struct doctor *d = calloc(1, sizeof *d);
	int code = config != NULL && d != NULL ? setup_config(cli, config) : EXIT_FAILED;
	bool failed = false;

	if (d != NULL) {
		d->config = config;
		if (code == EXIT_DONE)
			look(d);
		else
			doctor_say(d, DOCTOR_FAIL, "settings", "the line above says what is wrong",
				   "they cannot be used");
		for (size_t i = 0; i < d->count; i++)
			failed = failed || d->lines[i].verdict == DOCTOR_FAIL;
		(cli_flag(cli, "json") ? print_json : print_text)(d);
	}
	if (config != NULL)
		explicit_bzero(config, sizeof *config);
	free(config), free(d);
	return failed ? EXIT_FAILED : EXIT_DONE;
}
