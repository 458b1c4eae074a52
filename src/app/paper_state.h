/* SPDX-License-Identifier: MIT
 * paper.bin: the simulated account that trades a live market, and its shadow. The market cannot be wound back
 * as a simulated one can, so the file goes with the journal turn by turn: it is written before each commit,
 * with that turn's number, and counts only if the commit succeeds. At a start the place whose number is the
 * journal's is the account as the engine knows it; what the turn wanted of it is then delivered again, as it
 * was on its way when the process ended. */
#ifndef TRADEBOT_APP_PAPER_STATE_H
#define TRADEBOT_APP_PAPER_STATE_H

#include "journal.h"
#include "sim_accounts.h"
#include "state_file.h"

struct paper_accounts {
	struct sim_broker broker;
	struct sim_shadow shadow;
};

struct paper_state {
	struct state_file file;
	char read[SYMBOLS_MAX][SYMBOL_TEXT_MAX];  /* scratch of a load */
	char names[SYMBOLS_MAX][SYMBOL_TEXT_MAX]; /* of the universe that the account's symbols are indices of
						   */
};

/* file.path is the caller's to set. universe: of every save to come. */
void paper_state_init(struct paper_state *state, const struct universe *universe);
/* 0 or TB_EIO with file.error. It counts from paper_state_keep on. */
int paper_state_save(struct paper_state *state, const struct paper_accounts *accounts, int64_t turn,
		     ms_t now_ms);
void paper_state_keep(struct paper_state *state);
void paper_state_close(struct paper_state *state);

/* Puts the account of this turn (or the newest there is) into *accounts, which were made with the present
 * settings, and names its symbols by universe. *turn: which one it is of. TB_ENOENT: nothing was ever saved.
 * TB_EREFUSED: damaged, another version, other weather, or in a symbol that universe does not have. TB_EIO.
 */
int paper_state_load(struct paper_state *state, struct paper_accounts *accounts,
		     const struct universe *universe, int64_t *turn);

/* One intent of the last turn, again: to be called for each, in order. What the account answers at once goes
 * into heard. A ticket past its life is not delivered: the order never arrived, and look-ups will say so. */
void paper_state_deliver(struct paper_accounts *accounts, const struct journal_intent *intent, ms_t now_ms,
			 struct events *heard);

#endif
