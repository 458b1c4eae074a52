/* SPDX-License-Identifier: MIT
 * Deaths in virtual time: the process is gone between two instructions, what it held in memory with it, and
 * the exchange goes on. Where it can die: before and after each commit, and at each request, before the
 * exchange has it and after it has done what it says. A new one starts on the same folder. */
#ifndef STORM_KILL_H
#define STORM_KILL_H

#include <setjmp.h>
#include <stdbool.h>

#include "random.h"
#include "tradebot/desk.h"
#include "world.h"

struct storm;

enum storm_death {
	DEATH_BEFORE_COMMIT,
	DEATH_AFTER_COMMIT,
	DEATH_BEFORE_SEND,
	DEATH_AFTER_SEND,
	DEATH_KINDS
};

struct storm_kill {
	bool on, dying;
	bool all;      /* every point matters: any commit, any request */
	int64_t at;    /* die at this point of those that matter: commits with a ticket, POSTs; -1: do not */
	int64_t every; /* die at one in so many of all points; 0: do not */
	int64_t points, deaths, kinds[DEATH_KINDS];
	struct random random;
	struct sink sink; /* the journal's own */
	struct desk desk; /* as of the last good commit */
	bool has_desk;
	jmp_buf grave;
};

/* After storm_open. */
void storm_kill_begin(struct storm *s, int64_t at, int64_t every);
/* The world is another one: its commits are watched, too. */
void storm_kill_follow(struct storm *s);
/* One turn; false: it died, and there is nothing but the folder and the exchange. */
bool storm_kill_turn(struct storm *s, void (*turn)(struct storm *s));
/* After a restart: the desk is what was last committed. */
void storm_kill_compare(struct storm *s);

#endif
