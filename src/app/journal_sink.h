/* SPDX-License-Identifier: MIT
 * The journal as a sink of the driver: one transaction a turn, FULL sync when it carries an ENTER. */
#ifndef TRADEBOT_APP_JOURNAL_SINK_H
#define TRADEBOT_APP_JOURNAL_SINK_H

#include "engine.h"
#include "journal.h"
#include "world.h"

struct journal_sink {
	struct journal journal;
	bool open;
};

/* Opens or makes the file. mode keys the risk state; instance is used when the file is new. */
int journal_sink_open(struct journal_sink *sink, const char *path, const struct universe *universe,
		      const char *mode, int64_t instance, char *error, size_t size);
void journal_sink_close(struct journal_sink *sink);
int journal_sink_commit(struct journal_sink *sink, const struct turn_records *turn);
/* Gives every stored record to the engine as RESTORED events. */
int journal_sink_restore(struct journal_sink *sink, struct engine *engine, struct wants *wants, char *error,
			 size_t size);

/* A state folder that began in shadow, gone on with without being asked to stay there, would trade at a stage
 * that nothing has earned: TB_EREFUSED, with a text that names dir. */
int journal_sink_check_rollout(struct journal_sink *sink, bool rollout, const char *dir, char *error,
			       size_t size);

#endif
