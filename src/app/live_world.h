/* SPDX-License-Identifier: MIT
 * The world of a live market: the market, the account (the exchange's own, or with --paper a simulated one),
 * a simulated shadow beside it, engine, journal and what all of them remember in a state folder. It moves no
 * byte and knows no clock: whoever drives it gives it what came over the wire and the time, and carries away
 * what its codec wants said. */
#ifndef TRADEBOT_APP_LIVE_WORLD_H
#define TRADEBOT_APP_LIVE_WORLD_H

#include "journal_sink.h"
#include "live_account.h"
#include "live_shadow.h"
#include "settings.h"
#include "tally.h"
#include "universe_merge.h"
#include "world.h"

struct live_options {
	const struct config *config;
	struct exchange *market;     /* its listing is there; lives as long as the world */
	const char *dir;             /* an existing state folder, locked by the caller */
	const char *mode;            /* of the journal: see live_mode_journal() */
	struct live_account account; /* all zero: a simulated one */
	ratio_t taker_fee;           /* of notional, the account's own; 0: as listed */
	int64_t instance;            /* of a new journal */
	ratio_t stage;
	bool rollout;
	/* What is handed out at the end of each turn; see struct world. */
	struct outbox *outbox;
	void (*hand_out)(void *ctx, struct outbox *outbox, ms_t now_ms);
	/* Every record of a turn that was committed, or that could not be (stored false). */
	void (*told)(void *ctx, const struct record *record, bool stored);
	void *ctx; /* of both */
};

struct live_world {
	struct live_options options;
	struct universe universe;
	struct universe_merge merge;
	struct engine_settings settings;
	struct paper_accounts
		accounts;          /* broker: with an account of the exchange's, the shadow's twin only */
	struct live_shadow shadow; /* used with an account of the exchange's */
	struct exchange broker_exchange, shadow_exchange;
	struct engine *engine;
	struct world world;
	struct tally tally;
	struct journal_sink journal;
	struct paper_state state;
	bool resumed;      /* the journal is not new */
	bool lost_account; /* what is simulated is not of the journal's last turn: the engine has to find out
			    */
	/* The journal. */
	int64_t commits, failed_commits;
	bool failing;                   /* the last commit failed */
	int64_t commit_us, commit_most; /* spent in all, and in the longest */
};

/* Everything up to the first turn: universe, journal, account, engine, and what has changed while nobody
 * looked. 0; TB_EINVAL: the settings; TB_EREFUSED: the folder holds something that cannot be gone on with;
 * TB_EIO. live_world_close in any case. */
int live_world_open(struct live_world *live, const struct live_options *options, ms_t now_ms, char *error,
		    size_t size);
/* The first turn. link: the last news of the link, or NULL. */
void live_world_begin(struct live_world *live, ms_t now_ms, const struct event *link);
void live_world_close(struct live_world *live);

/* Of one instant, first all that came, then what is due: the order of a simulation. */
void live_world_hear(struct live_world *live, const struct wire_in *in);
void live_world_due(struct live_world *live, ms_t now_ms);
ms_t live_world_next_ms(const struct live_world *live);

/* The engine knows the account and the history of what it watches, has seen a table of the market and chosen
 * what else to watch. */
bool live_world_ready(const struct live_world *live);

#endif
