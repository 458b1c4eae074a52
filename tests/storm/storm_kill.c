/* SPDX-License-Identifier: MIT
 * See storm_kill.h. */
#include "storm_kill.h"

#include <string.h>

#include "storm_world.h"

/* For the leak checker: who dies in the middle of saying a request leaves its copy behind. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:say_http\nleak:link_step\n";
}

static void die_maybe(struct storm *s, enum storm_death kind, bool matters)
{
	struct storm_kill *kill = &s->kill;

	if (!s->is_open || s->calm || kill->dying)
		return;
	bool now = matters && kill->points++ == kill->at;
	if (kill->every > 0)
		now = now || random_below(&kill->random, (uint64_t)kill->every) == 0;
	if (!now)
		return;
	kill->dying = true;
	kill->deaths++;
	kill->kinds[kind]++;
	longjmp(kill->grave, 1);
}

static bool carries_ticket(const struct turn_records *turn)
{
	for (size_t i = 0; i < turn->wants->intent_count; i++)
		if (turn->wants->intents[i].kind == INTENT_TICKET &&
		    turn->wants->intents[i].book == BOOK_MAIN)
			return true;
	return false;
}

static int commit(void *ctx, const struct turn_records *turn)
{
	struct storm *s = ctx;
	bool matters = s->kill.all || carries_ticket(turn);

	die_maybe(s, DEATH_BEFORE_COMMIT, matters);
	int err = s->kill.sink.commit(s->kill.sink.ctx, turn);
	if (err == 0) {
		s->kill.desk = *engine_desk(s->live.engine);
		s->kill.has_desk = true;
	}
	die_maybe(s, DEATH_AFTER_COMMIT, matters);
	return err;
}

static void leaves(void *ctx, const char *path, const struct say *say)
{
	struct storm *s = ctx;

	die_maybe(s, DEATH_BEFORE_SEND, s->kill.all || say->post);
	audit_leaves(&s->auditor, path, say);
}

static ms_t handled(void *ctx, const char *path, const struct say *say, const struct emu_reply *reply)
{
	struct storm *s = ctx;
	ms_t made_ms = audit_handled(&s->auditor, path, say, reply);

	die_maybe(s, DEATH_AFTER_SEND, s->kill.all || say->post);
	return made_ms;
}

static void arrives(void *ctx, const struct storm_pending *pending)
{
	struct storm *s = ctx;

	audit_arrives(&s->auditor, pending);
}

void storm_kill_follow(struct storm *s)
{
	s->kill.sink = s->live.world.sink;
	s->live.world.sink = (struct sink){.ctx = s, .commit = commit};
}

void storm_kill_begin(struct storm *s, int64_t at, int64_t every)
{
	s->kill = (struct storm_kill){.on = true, .all = s->options->kill_all, .at = at, .every = every};
	random_seed(&s->kill.random, s->seed + (uint64_t)(1000 * every + at));
	s->wire.ear = (struct storm_ear){.ctx = s, .leaves = leaves, .handled = handled, .arrives = arrives};
	storm_kill_follow(s);
}

bool storm_kill_turn(struct storm *s, void (*turn)(struct storm *s))
{
	if (setjmp(s->kill.grave) != 0)
		return false;
	turn(s);
	return true;
}

void storm_kill_compare(struct storm *s)
{
	s->kill.dying = false;
	if (s->kill.has_desk && memcmp(engine_desk(s->live.engine), &s->kill.desk, sizeof s->kill.desk) != 0)
		spy_violation(&s->spy, "at %lld: the risk state is another one after a death",
			      (long long)s->now_ms);
}
