/* SPDX-License-Identifier: MIT
 * The daemon of a live market: one loop around one link, one codec, one world. live.c turns it, live_house.c
 * keeps house (log, systemd, heartbeat, reload), live_answers.c answers the control socket, live_command.c
 * takes the operator's commands over it.
 *
 * Two phases. At first only the codec lives: it asks for the exchange's time and what is listed and, with a
 * key, what the account is (live_gates.h); account-wide settings are made now or never. Then the world is
 * opened over that listing, and everything goes through it. */
#ifndef TRADEBOT_APP_LIVE_H
#define TRADEBOT_APP_LIVE_H

#include "cli.h"
#include "control.h"
#include "feed.h"
#include "live_gates.h"
#include "live_wire.h"
#include "live_world.h"
#include "log.h"
#include "notify.h"

struct live {
	const struct cli *cli; /* for settings read anew */
	struct config *config;
	const char *clock_path; /* of a stepped clock; NULL: the system's */
	enum live_mode mode;
	char mode_words[64]; /* of it */
	ratio_t stage;
	bool rollout;

	struct live_wire wire;
	struct notify notify;
	struct feed *feed;
	struct exchange market; /* the feed around the codec */
	struct events *inner;   /* the feed's scratch */
	struct events *knocked; /* what was said before there was a world */
	struct control control;
	bool notify_open, world_open;
	struct live_world *world; /* zeroed until the listing is there */

	bool set_asked[GATE_COUNT]; /* account-wide settings that were asked for */
	bool begun, ready;
	struct event link_news;             /* the last there was; kind EVENT_NONE: none yet */
	ms_t started_ms, ready_ms, last_ms; /* last_ms: of the last turn of the loop */
	int64_t started_us, begun_us;
	bool told_idle; /* stepped: nothing is worked off until a time is told */
	bool stop;
	unsigned signals; /* that ended it; enum loop_signal */
	int code;         /* enum cli_exit */
	char error[600];

	/* For people. */
	int64_t turns;     /* of the loop */
	int64_t garbage;   /* events */
	char trouble[200]; /* the last thing that went wrong on the wire; "": nothing yet */
	ms_t trouble_ms, trouble_said_ms;
	ms_t jumped_ms;      /* of the clock, as last told */
	ms_t link_ms;        /* since when the link is as link_news has it */
	struct loop_lag lag; /* of the last whole minute */
	int64_t lag_most_us; /* ever */
	int64_t excused_us;  /* of commits that the loop has been told of */
	int64_t house_us, beat_us, alive_us, status_us, idle_us, warned_us; /* when each is due */
};

/* Opens everything up to the first word on the wire. 0; TB_EINVAL: settings or command line; TB_EREFUSED: the
 * folder; TB_EIO, TB_EFULL. live->error says why. live_close in any case. */
int live_open(struct live *live);
/* Until a signal or something that cannot be gone on with. An exit code, with live->error unless it is 0. */
int live_run(struct live *live);
void live_close(struct live *live);

/* live_house.c */
void live_note_wire(struct live *live, const struct wire_in *in);
void live_note_event(struct live *live, const struct event *event);
void live_note_started(struct live *live, ms_t now_ms);
/* What is due of it; now_us monotonic. */
void live_house(struct live *live, ms_t now_ms, int64_t now_us);
int64_t live_house_due_us(const struct live *live);
void live_reload(struct live *live, ms_t now_ms);
/* The last lines of a run. */
void live_farewell(struct live *live, ms_t now_ms);
/* "up", "down", "slow" or "limited", as last told; NULL: nothing was yet. */
const char *live_link_word(const struct live *live);
/* The watched symbol of which nothing was heard for the longest; UNKNOWN: none is watched. */
ms_t live_data_age(const struct live *live, ms_t now_ms, sym_t *sym);

/* live_start.c: with an account, before the world is opened. False: not yet, or never (live->stop). */
bool live_pass_gates(struct live *live, ms_t now_ms);
/* Real money, a new journal, and something in the account that has to be the bot's alone: TB_EREFUSED with
 * live->error. */
int live_check_shared(struct live *live);
/* What it takes until an order leaves, where it begins in shadow. */
void live_say_shadow(const struct live *live, ms_t now_ms);

/* live_command.c: halt, resume, flatten, unlock CONFIRMATION, lower, and preview VERB, which changes nothing.
 * Writes as a control_fn does. 0, an exit code, or -1: no such command, and nothing was written. */
int live_command(struct live *live, const char *verb, const char *arg, FILE *out);

/* live_answers.c: a control_fn; ctx is the live. */
int live_answer(void *live, const char *verb, const char *arg, FILE *out);

#endif
