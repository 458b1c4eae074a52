/* SPDX-License-Identifier: MIT
 * One table of states: how it is recognised, what it is called, how it ends. */
#include "desk_words.h"

#include "show.h"

struct standing_state {
	const char *name, *words;
	bool stands;
	ms_t until_ms; /* 0: the words say how it ends */
};
#define STATES 7

static void find_states(const struct desk *desk, ms_t now, struct standing_state states[static STATES])
{
	bool timed = now != UNKNOWN;
	states[0] = (struct standing_state){"locked",
					    "locked: drawdown reached 20 %, or equity fell 20 % under its "
					    "peak; until 'unlock'",
					    desk->locked == 1, 0};
	states[1] = (struct standing_state){"paused", "paused for drawdown: until 'resume'",
					    desk->paused == 1, 0};
	states[2] = (struct standing_state){"operator_halt", "halted by the operator: until 'resume'",
					    desk->operator_halt == 1, 0};
	states[3] = (struct standing_state){"daily_loss", "halted: daily loss, until",
					    timed && desk->halted_until_ms > now, desk->halted_until_ms};
	states[4] =
		(struct standing_state){"cooldown", "cooling down after five losing trades in a row, until",
					timed && desk->cooldown_until_ms > now, desk->cooldown_until_ms};
	states[5] =
		(struct standing_state){"safe_mode", "safe mode: until a green day", desk->safe_mode == 1, 0};
	states[6] = (struct standing_state){
		"half_size",
		desk->safe_mode == 1 ? "half size with it" : "half size: until the drawdown is under 10 %",
		desk->half_size == 1, 0};
}

void desk_words(const struct desk *desk, ms_t now_ms, FILE *out)
{
	struct standing_state states[STATES];
	const char *between = "";
	char until[SHOW_MAX];

	find_states(desk, now_ms, states);
	for (int i = 0; i < STATES; i++) {
		if (!states[i].stands)
			continue;
		show_time(states[i].until_ms, until);
		fprintf(out, "%s%s%s%s", between, states[i].words, states[i].until_ms ? " " : "",
			states[i].until_ms ? until : "");
		between = "; ";
	}
	if (!between[0])
		fputs("entries are open", out);
}

void desk_words_json(const struct desk *desk, ms_t now_ms, FILE *out)
{
	struct standing_state states[STATES];
	const char *between = "";
	find_states(desk, now_ms, states);
	for (int i = 0; i < STATES; i++) {
		if (!states[i].stands)
			continue;
		fprintf(out, "%s\"%s\"", between, states[i].name);
		between = ", ";
	}
}
