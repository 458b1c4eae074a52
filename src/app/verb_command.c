/* SPDX-License-Identifier: MIT
 * tradebotd halt, resume, flatten, unlock and lower-stage: what the operator tells a running daemon, over the
 * control socket of its state folder. What cannot be taken back shows first what it will do and wants its own
 * name typed. Nothing is written here: the daemon does it, records it and answers. */
#include "verbs.h"

#include "config.h"
#include "control_ask.h"
#include "live_part.h"
#include "setup.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct operator_verb {
	const char *verb;     /* of the command line */
	const char *question; /* of the control socket */
	bool confirmed;       /* asks for its name first */
	bool passes_on;       /* ... and so does the daemon */
};

static const struct operator_verb orders[] = {
	{"halt", "halt", false, false},         {"resume", "resume", false, false},
	{"flatten", "flatten", true, false},    {"unlock", "unlock", true, true},
	{"lower-stage", "lower", false, false},
};

struct call {
	const struct operator_verb *order;
	struct config config;
	bool json;
};

/* Why not, to stderr and, where it was asked for, as JSON. Answers code. */
static __attribute__((format(printf, 3, 4))) int deny(const struct call *call, int code, const char *format,
						      ...)
{
	char why[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof why, format, args);
	va_end(args);
	fprintf(stderr, "tradebotd: %s\n", why);
	if (call->json) {
		printf("{\"ok\": false, \"code\": %d, \"error\": ", code);
		show_json_text(stdout, why);
		printf("}\n");
	}
	return code;
}

/* Asks the daemon. changes: the question is no mere look. EXIT_DONE, or why not was said. */
static int ask(const struct call *call, const char *question, bool changes, struct control_answer *answer)
{
	const char *verb = call->order->verb, *state = call->config.state;

	switch (control_ask(state, question, answer)) {
	case 0: return EXIT_DONE;
	case TB_ENOENT:
		return deny(call, EXIT_FAILED,
			    "%s: no daemon takes commands on the state folder '%s', and nothing was done: "
			    "name its "
			    "folder with --state, or start it (with --exchange sim it takes none)",
			    verb, state);
	case TB_EREFUSED: return deny(call, answer->code, "%s: refused: %s", verb, answer->error);
	default:
		if (!changes || !answer->asked)
			return deny(call, EXIT_FAILED, "%s: nothing was done: %s", verb, answer->error);
		return deny(call, EXIT_FAILED,
			    "%s: %s: it is not known whether it was done; 'tradebotd status --state %s' "
			    "tells how it "
			    "stands, and the log and 'risk' with it",
			    verb, answer->error, state);
	}
}

static const char *text_of(const struct cJSON *object, const char *key)
{
	const char *text = "-";

	json_text(json_member(object, key), &text);
	return text;
}

static void percent_of(const struct cJSON *object, const char *key, char out[static SHOW_MAX])
{
	int64_t ratio = UNKNOWN;

	json_decimal(json_member(object, key), 9, &ratio);
	show_percent(ratio, 2, out);
}

static void money_of(const struct cJSON *object, const char *key, char out[static SHOW_MAX])
{
	int64_t money = UNKNOWN;

	json_decimal(json_member(object, key), 8, &money);
	show_money(money, 2, out);
}

static void print_positions(const struct cJSON *answer, FILE *out)
{
	const struct cJSON *positions = json_member(answer, "positions");

	for (const struct cJSON *at = json_first(positions); at != NULL; at = json_next(at)) {
		char result[SHOW_MAX];
		money_of(at, "open_result", result);
		fprintf(out, "  %-18s %-5s %14s, open result %s USDT, %s\n", text_of(at, "symbol"),
			text_of(at, "side"), live_part_text(at, "qty"), result, text_of(at, "phase"));
	}
	if (json_count(positions) == 0)
		fputs("  nothing is open\n", out);
}

static void preview_flatten(const struct cJSON *answer)
{
	fputs("left at market, at whatever price that brings:\n", stderr);
	print_positions(answer, stderr);
	fprintf(stderr, "entries stay as they are now (%s): say 'halt', too, to stay flat\n",
		text_of(json_member(answer, "after"), "words"));
}

static void preview_unlock(const struct cJSON *answer)
{
	const struct cJSON *before = json_member(answer, "before"), *after = json_member(answer, "after");
	char since[SHOW_MAX], was[SHOW_MAX], is[SHOW_MAX], peak[SHOW_MAX], guard[SHOW_MAX];

	live_part_time(before, "locked_ms", since);
	percent_of(before, "drawdown", was);
	percent_of(after, "drawdown", is);
	money_of(before, "equity_peak", peak);
	money_of(after, "equity_peak", guard);
	fprintf(stderr, "locked since %s UTC, at a drawdown of %s\n", since, was);
	fprintf(stderr, "the peak of NAV is set from %s to %s (NAV is %s): the drawdown is then %s\n",
		live_part_text(before, "nav_peak"), live_part_text(after, "nav_peak"),
		live_part_text(before, "nav"), is);
	fprintf(stderr, "the peak of the account's equity is set from %s to %s USDT\n", peak, guard);
	fprintf(stderr, "afterwards: %s\n", text_of(after, "words"));
}

/* True if the command's name was typed. */
static bool typed(const struct operator_verb *order)
{
	char *line = NULL;
	size_t size = 0;

	fprintf(stderr, "type '%s' to do it: ", order->verb);
	ssize_t len = getline(&line, &size, stdin);
	if (len > 0 && line[len - 1] == '\n')
		line[len - 1] = '\0';
	bool same = len > 0 && strcmp(line, order->verb) == 0;
	free(line);
	return same;
}

static int confirm(const struct call *call)
{
	const struct operator_verb *order = call->order;
	struct control_answer answer;
	char question[64];

	snprintf(question, sizeof question, "preview %s", order->question);
	int code = ask(call, question, false, &answer);
	if (code == EXIT_DONE && strcmp(order->verb, "flatten") == 0)
		preview_flatten(answer.answer);
	else if (code == EXIT_DONE)
		preview_unlock(answer.answer);
	control_answer_free(&answer);
	if (code == EXIT_DONE && !typed(order))
		return deny(call, EXIT_REFUSED, "%s: not confirmed, and nothing was done", order->verb);
	return code;
}

static void print_done(const struct call *call, const struct control_answer *answer)
{
	const struct cJSON *before = json_member(answer->answer, "before"),
			   *after = json_member(answer->answer, "after");
	char was[SHOW_MAX], is[SHOW_MAX];

	if (call->json) {
		fputs(answer->text, stdout); /* the whole line, with its end */
		return;
	}
	printf("%s: %s\n", call->order->verb, text_of(answer->answer, "said"));
	printf("before  %s\n", text_of(before, "words"));
	printf("now     %s\n", text_of(after, "words"));
	percent_of(before, "stage", was);
	percent_of(after, "stage", is);
	if (strcmp(was, is) != 0)
		printf("stage   %s of equity, was %s\n", is, was);
	if (strcmp(call->order->verb, "flatten") == 0)
		print_positions(answer->answer, stdout);
}

static int tell(const struct call *call)
{
	const struct operator_verb *order = call->order;
	struct control_answer answer;
	char question[64];
	bool stored = true;

	snprintf(question, sizeof question, "%s%s%s", order->question, order->passes_on ? " " : "",
		 order->passes_on ? order->verb : "");
	int code = ask(call, question, true, &answer);
	if (code == EXIT_DONE) {
		print_done(call, &answer);
		json_bool(json_member(answer.answer, "stored"), &stored);
	}
	control_answer_free(&answer);
	if (stored)
		return code;
	fprintf(stderr,
		"tradebotd: %s: it is in force, but the journal could not store it (is the disk full?): a "
		"daemon that dies before it can has forgotten it\n",
		order->verb);
	return EXIT_FAILED;
}

/* Whether it may be asked at all: a word given in place of typing it has to be the right one. */
static int check_confirm(const struct operator_verb *order, const char *given)
{
	if (!order->confirmed || (given == NULL && isatty(STDIN_FILENO)) ||
	    (given != NULL && strcmp(given, order->verb) == 0))
		return EXIT_DONE;
	fprintf(stderr,
		"tradebotd: %s has to be confirmed, and nothing was done: type its name at a terminal, or "
		"'tradebotd %s --confirm %s'\n",
		order->verb, order->verb, order->verb);
	return EXIT_USAGE;
}

int verb_command(const struct cli *cli)
{
	const struct operator_verb *order = orders;
	const char *given = cli_value(cli, "confirm");

	while (strcmp(order->verb, cli->verb->name) != 0)
		order++;
	int code = check_confirm(order, given);
	if (code != EXIT_DONE)
		return code;
	struct call *call = calloc(1, sizeof *call);
	if (call == NULL) {
		fprintf(stderr, "tradebotd: no memory\n");
		return EXIT_FAILED;
	}
	call->order = order;
	call->json = cli_flag(cli, "json");
	code = setup_config(cli, &call->config);
	if (code == EXIT_DONE && order->confirmed && given == NULL)
		code = confirm(call);
	if (code == EXIT_DONE)
		code = tell(call);
	explicit_bzero(call, sizeof *call);
	free(call);
	return code;
}
