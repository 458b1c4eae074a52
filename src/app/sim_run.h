/* SPDX-License-Identifier: MIT
 * A simulated world with a memory: journal and sim.bin in a state folder. Opened again, however it ended, it
 * goes on where it was. */
#ifndef TRADEBOT_APP_SIM_RUN_H
#define TRADEBOT_APP_SIM_RUN_H

#include "journal_sink.h"
#include "sim_state.h"
#include "sim_world.h"

struct sim_run {
	struct sim_world sim;
	struct sim_state state;
	struct journal_sink journal;
	bool resumed;
	/* A turn or the exchange could not be stored. Nothing is stored any more, so that what is in the
	 * folder can be gone on with like after a kill: the run is to be ended. */
	bool failed;
	/* Every record of a turn that was committed, or that could not be (stored false); may be NULL. */
	void (*told)(void *ctx, const struct record *record, bool stored);
	void *told_ctx;
};

/* dir: an existing state folder, locked by the caller. instance: of a new journal. Opens the world, the
 * journal and what both remember; told is to be set before. 0; TB_EINVAL: the options; TB_EREFUSED: the
 * folder holds something that cannot be gone on with; TB_EIO. sim_run_close in any case. */
int sim_run_open(struct sim_run *run, const struct sim_options *options, const char *dir, int64_t instance,
		 char *error, size_t size);
/* Gets ready: see sim_world_start. */
int sim_run_start(struct sim_run *run, char *error, size_t size);
void sim_run_close(struct sim_run *run);

/* The two halves of the sink, for tests that die in between. */
int sim_run_commit(void *run, const struct turn_records *turn);
void sim_run_acted(void *run, int64_t turn);

#endif
