/* SPDX-License-Identifier: MIT
 * The operator's commands over the control socket. One table says of each when it makes sense; what makes
 * none is refused before the engine hears of it. What is done is one turn like any other: recorded, then
 * acted on, then answered with the states before and after. Never decides what a command does: that is the
 * engine's. */
#include "live.h"

#include "desk_words.h"
#include "holding.h"
#include "show.h"
#include "tradebot/ticket.h"

#include <stdlib.h>
#include <string.h>

/* All that a command is judged by. */
struct situation {
	struct desk desk;
	money_t unexplained; /* as engine_unexplained */
	ratio_t stage;
	size_t positions; /* held or on their way */
	ms_t now_ms;
	ms_t unlock_after_ms;
};

enum sense {
	SENSE_YES,
	SENSE_ALREADY, /* all is so, and there is nothing to record */
	SENSE_NO,      /* refused; the reason was written */
};

struct command {
	const char *verb;
	enum command_kind kind;
	const char *confirm; /* the word that has to follow; NULL: none may */
	enum sense (*sense)(const struct situation *now, FILE *why);
	const char *done, *already;
};

#define OPEN_TEXT "entries are open"

/* The states in words, unexplained equity among them. */
static void put_words(const struct situation *at, FILE *out)
{
	char *text = NULL, shown[SHOW_MAX];
	size_t len = 0;
	FILE *words = open_memstream(&text, &len);

	if (words != NULL) {
		desk_words(&at->desk, at->now_ms, words);
		fclose(words);
	}
	bool open = text == NULL || strcmp(text, OPEN_TEXT) == 0;
	if (!open || at->unexplained == 0)
		fputs(text != NULL ? text : "", out);
	if (at->unexplained != 0) {
		show_money(at->unexplained, 2, shown);
		fprintf(out,
			"%sequity changed by %s USDT that nothing explains: no entries until it is "
			"explained, "
			"or 'resume'",
			open ? "" : "; ", at->unexplained != UNKNOWN ? shown : "some");
	}
	free(text);
}

static enum sense sense_halt(const struct situation *now, FILE *why)
{
	(void)why;
	return now->desk.operator_halt ? SENSE_ALREADY : SENSE_YES;
}

static enum sense sense_resume(const struct situation *now, FILE *why)
{
	bool paused = now->desk.paused && !now->desk.locked;

	if (now->desk.operator_halt || paused || (now->unexplained != 0 && now->unexplained != UNKNOWN))
		return SENSE_YES;
	if (now->unexplained == UNKNOWN)
		fputs("the balance has not been told since the start, so there is no equity to accept yet: "
		      "ask "
		      "again when the daemon is ready",
		      why);
	else
		fputs("there is nothing that 'resume' ends: neither a halt by the operator nor a pause nor "
		      "equity "
		      "that nothing explains. It stands: ",
		      why);
	if (now->unexplained == 0)
		put_words(now, why);
	return SENSE_NO;
}

static enum sense sense_flatten(const struct situation *now, FILE *why)
{
	(void)why;
	return now->positions > 0 ? SENSE_YES : SENSE_ALREADY;
}

static enum sense sense_unlock(const struct situation *now, FILE *why)
{
	ms_t from_ms = now->desk.locked_ms + now->unlock_after_ms;
	char since[SHOW_MAX], from[SHOW_MAX];

	if (!now->desk.locked) {
		fputs("it is not locked. It stands: ", why);
		put_words(now, why);
		return SENSE_NO;
	}
	if (now->now_ms >= from_ms)
		return SENSE_YES;
	show_time(now->desk.locked_ms, since);
	show_time(from_ms, from);
	fprintf(why, "locked since %s UTC: 'unlock' is possible from %s UTC on (RISK_UNLOCK_AFTER)", since,
		from);
	return SENSE_NO;
}

static enum sense sense_lower(const struct situation *now, FILE *why)
{
	if (now->stage > 0)
		return SENSE_YES;
	fputs("the stage is shadow already: there is nothing below", why);
	return SENSE_NO;
}

static const struct command commands[] = {
	{"halt", COMMAND_HALT, NULL, sense_halt, "no entries from now on; stops and targets stay in force",
	 "it was halted by the operator already"},
	{"resume", COMMAND_RESUME, NULL, sense_resume, "resumed", NULL},
	{"flatten", COMMAND_FLATTEN, NULL, sense_flatten,
	 "everything of the bot's own is being left at market", "nothing is open"},
	{"unlock", COMMAND_UNLOCK, "unlock", sense_unlock, "unlocked", NULL},
	{"lower", COMMAND_LOWER, NULL, sense_lower, "the stage is one lower", NULL},
};

static const struct command *find_command(const char *verb)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(commands[i].verb, verb) == 0)
			return &commands[i];
	return NULL;
}

static ms_t now_ms(const struct live *live)
{
	ms_t turned_ms = live->world->world.now_ms;

	return live->last_ms > turned_ms ? live->last_ms : turned_ms;
}

static struct situation look(const struct live *live)
{
	struct engine *engine = live->world->engine;
	struct execution *execution = engine_execution(engine);
	struct situation now = {.desk = *engine_desk(engine),
				.unexplained = engine_unexplained(engine),
				.stage = engine_stage(engine),
				.now_ms = now_ms(live),
				.unlock_after_ms = live->world->settings.limits.unlock_after_ms};

	for (size_t i = 0; i < execution->active_count; i++)
		now.positions += execution_active(execution, i)->book == BOOK_MAIN;
	return now;
}

/* How it would stand afterwards: the ladder's own word, on a copy. */
static struct situation foresee(const struct live *live, const struct situation *now,
				const struct command *command)
{
	static const enum fact_kind facts[] = {
		[COMMAND_HALT] = FACT_HALT, [COMMAND_RESUME] = FACT_RESUME, [COMMAND_UNLOCK] = FACT_UNLOCK};
	struct situation then = *now;
	struct fact fact = {.at_ms = now->now_ms, .value = engine_equity(live->world->engine)};

	if (command->kind == COMMAND_RESUME)
		then.unexplained = 0;
	if (command->kind <= COMMAND_UNLOCK)
		fact.kind = facts[command->kind];
	ladder_step(&live->world->settings.limits, &then.desk, &fact);
	return then;
}

static void put_ratio(FILE *out, const char *name, ratio_t ratio)
{
	char text[SHOW_MAX];

	show_ratio(ratio, 9, text);
	fprintf(out, "\"%s\": %s", name, ratio == UNKNOWN ? "null" : text);
}

/* NAV is told as the index that it is: 1 at the start. */
static void put_nav(FILE *out, const char *name, int64_t nav)
{
	put_ratio(out, name, nav / (NAV_ONE / RATIO_ONE));
}

static void put_situation(FILE *out, const char *name, const struct situation *at)
{
	char *words = NULL;
	size_t len = 0;
	FILE *text = open_memstream(&words, &len);

	if (text != NULL) {
		put_words(at, text);
		fclose(text);
	}
	fprintf(out, "\"%s\": {\"states\": [", name);
	desk_words_json(&at->desk, at->now_ms, out);
	fputs("], \"words\": ", out);
	show_json_text(out, words != NULL ? words : "");
	fprintf(out, ", \"equity_explained\": %s, ", at->unexplained == 0 ? "true" : "false");
	show_json_money(out, "unexplained", at->unexplained), fputs(", ", out);
	put_ratio(out, "stage", at->stage), fputs(", ", out);
	put_ratio(out, "drawdown", desk_drawdown(&at->desk)), fputs(", ", out);
	put_ratio(out, "pause_at", at->desk.pause_at), fputs(", ", out);
	put_nav(out, "nav", at->desk.nav), fputs(", ", out);
	put_nav(out, "nav_peak", at->desk.nav_peak), fputs(", ", out);
	show_json_money(out, "equity_peak", at->desk.equity_peak);
	if (at->desk.locked)
		fprintf(out, ", \"locked_ms\": %lld", (long long)at->desk.locked_ms);
	fputc('}', out);
	free(words);
}

static void put_position(const struct live *live, const struct holding *h, FILE *out)
{
	const struct instrument *instrument = &live->world->universe.at[h->sym];
	const char *side = field_text(FIELD_SIDE, h->side), *phase = field_text(FIELD_PHASE, h->phase);
	char qty[SHOW_MAX], mark[SHOW_MAX];
	struct engine_view view;

	engine_look(live->world->engine, (sym_t)h->sym, now_ms(live), &view);
	show_qty(h->qty, instrument, qty);
	show_price(view.quote.mark, instrument, mark);
	fputs("{\"symbol\": ", out);
	show_json_text(out, instrument->name);
	fprintf(out, ", \"side\": \"%s\", \"qty\": %s, \"mark\": %s, \"phase\": \"%s\", ",
		side != NULL ? side : "?", qty, view.quote.mark == UNKNOWN ? "null" : mark,
		phase != NULL ? phase : "?");
	show_json_money(out, "open_result",
			h->qty > 0 ? holding_net(h, instrument, view.quote.mark) : UNKNOWN);
	fputc('}', out);
}

/* Everything of the bot's own; qty 0: an entry on its way. */
static void put_positions(const struct live *live, FILE *out)
{
	struct execution *execution = engine_execution(live->world->engine);
	const char *between = "";

	fputs("\"positions\": [", out);
	for (size_t i = 0; i < execution->active_count; i++) {
		const struct holding *h = execution_active(execution, i);
		if (h->book != BOOK_MAIN)
			continue;
		fputs(between, out), between = ", ";
		put_position(live, h, out);
	}
	fputc(']', out);
}

static void answer(const struct live *live, const struct command *command, const struct situation *before,
		   bool changed, FILE *out)
{
	const struct world *world = &live->world->world;
	const struct situation after = look(live);
	bool stays = command->kind == COMMAND_FLATTEN && !after.desk.operator_halt;
	char said[256];

	snprintf(said, sizeof said, "%s%s", changed ? command->done : command->already,
		 stays ? "; entries stay as they were: 'halt' keeps it flat" : "");
	fprintf(out, "{\"command\": \"%s\", \"changed\": %s, \"stored\": %s, \"at_ms\": %lld, \"said\": ",
		command->verb, changed ? "true" : "false", world->unsaved_count == 0 ? "true" : "false",
		(long long)after.now_ms);
	show_json_text(out, said), fputs(", ", out);
	put_situation(out, "before", before), fputs(", ", out);
	put_situation(out, "after", &after), fputs(", ", out);
	put_positions(live, out);
	fputc('}', out);
}

static int refuse_early(const struct live *live, FILE *out)
{
	fprintf(out,
		"the daemon is still waiting for the exchange's listing (%s): it trades nothing yet, and "
		"takes no "
		"command before that is there",
		live->trouble[0] != '\0' ? live->trouble : "no answer yet");
	return EXIT_REFUSED;
}

static int preview(const struct live *live, const char *verb, FILE *out)
{
	const struct command *command = find_command(verb);

	if (command == NULL || command->kind == COMMAND_LOWER) {
		fputs("preview of what? halt, resume, flatten or unlock", out);
		return EXIT_USAGE;
	}
	const struct situation now = look(live);
	enum sense sense = command->sense(&now, out);
	if (sense == SENSE_NO)
		return EXIT_REFUSED;
	const struct situation then = foresee(live, &now, command);
	fprintf(out, "{\"command\": \"%s\", \"changes\": %s, \"at_ms\": %lld, ", command->verb,
		sense == SENSE_YES ? "true" : "false", (long long)now.now_ms);
	put_situation(out, "before", &now), fputs(", ", out);
	put_situation(out, "after", &then), fputs(", ", out);
	put_positions(live, out);
	fputc('}', out);
	return 0;
}

static int carry_out(struct live *live, const struct command *command, const char *arg, FILE *out)
{
	if (command->confirm == NULL && arg[0] != '\0') {
		fprintf(out, "'%s' takes no further word: nothing was done", command->verb);
		return EXIT_USAGE;
	}
	const struct situation before = look(live);
	enum sense sense = command->sense(&before, out);
	if (sense == SENSE_NO)
		return EXIT_REFUSED;
	if (command->confirm != NULL && strcmp(arg, command->confirm) != 0) {
		fprintf(out, "'%s' has to be confirmed: '%s %s'; nothing was done", command->verb,
			command->verb, command->confirm);
		return EXIT_REFUSED;
	}
	if (sense == SENSE_YES)
		world_tell(&live->world->world, &(struct event){.kind = EVENT_COMMAND,
								.sym = SYM_NONE,
								.at_ms = before.now_ms,
								.command.verb = command->kind});
	answer(live, command, &before, sense == SENSE_YES, out);
	return 0;
}

int live_command(struct live *live, const char *verb, const char *arg, FILE *out)
{
	const struct command *command = find_command(verb);
	bool asks = strcmp(verb, "preview") == 0;

	if (command == NULL && !asks)
		return -1;
	if (!live->begun)
		return refuse_early(live, out);
	return asks ? preview(live, arg, out) : carry_out(live, command, arg, out);
}
