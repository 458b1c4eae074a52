/* SPDX-License-Identifier: MIT
 * sim.bin: the simulated market and account on disk, so that a killed simulation goes on exactly where it
 * was. It is renewed after each recorded turn that wanted something of
 * the exchange, once that was acted on, and carries that turn's number. The journal may be ahead by turns
 * that only recorded, and by one more at their end whose intents were not acted on: they are then delivered
 * again, by what the journal wrote down, to a market and broker wound on to its time. They cannot have
 * arrived twice: the file is all that the simulated exchange is. */
#ifndef TRADEBOT_APP_SIM_STATE_H
#define TRADEBOT_APP_SIM_STATE_H

#include "journal.h"
#include "sim_world.h"
#include "state_file.h"

struct sim_state {
	struct state_file file; /* its error is that of the last call that failed */
};

/* Before anything else; file.path is the caller's to set. */
void sim_state_init(struct sim_state *state);
/* 0, or TB_EIO. Opens the file, which stays open. */
int sim_state_save(struct sim_state *state, const struct sim_world *sim, int64_t turn);
void sim_state_close(struct sim_state *state);

/* Puts the file's contents into sim (opened, not started) and catches up with the journal. TB_ENOENT: no
 * file, though the journal is past its first turn. TB_EREFUSED: made with other options, another version,
 * damaged, or not of this journal. */
int sim_state_load(struct sim_state *state, struct sim_world *sim, struct journal *journal);

#endif
