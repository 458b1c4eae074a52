/* SPDX-License-Identifier: MIT
 * See sim_run.h. */
#include "sim_run.h"

#include "log.h"
#include "state_dir.h"

#include <stdio.h>

int sim_run_commit(void *ctx, const struct turn_records *turn)
{
	struct sim_run *run = ctx;
	int err = run->failed ? TB_EIO : journal_sink_commit(&run->journal, turn);

	if (err != 0 && !run->failed)
		log_line(turn->now_ms, LOG_ERROR, "journal", "turn %lld not stored: %s",
			 (long long)turn->turn, run->journal.journal.error.text);
	run->failed |= err != 0;
	for (size_t i = 0; run->told != NULL && i < turn->wants->record_count; i++)
		run->told(run->told_ctx, &turn->wants->records[i], err == 0);
	return err;
}

void sim_run_acted(void *ctx, int64_t turn)
{
	struct sim_run *run = ctx;

	if (run->failed || run->journal.journal.turn != turn ||
	    sim_state_save(&run->state, &run->sim, turn) == 0)
		return;
	log_line(run->sim.world.now_ms, LOG_ERROR, "sim", "not stored: %s", run->state.file.error);
	run->failed = true;
}

static int load_state(struct sim_run *run, char *error, size_t size)
{
	struct journal *journal = &run->journal.journal;
	int err = sim_state_load(&run->state, &run->sim, journal);

	if (err == TB_ENOENT) {
		snprintf(error, size,
			 "%.300s is missing but the journal is not new: the simulated exchange cannot be "
			 "resumed; use a new --state folder",
			 run->state.file.path);
		return TB_EREFUSED;
	}
	if (err != 0) {
		snprintf(error, size, "%s", run->state.file.error);
		return err;
	}
	run->resumed = journal->turn > 0;
	if (journal_store_universe(journal) != 0) { /* in the grids of that moment */
		snprintf(error, size, "%s", journal->error.text);
		return TB_EIO;
	}
	return 0;
}

/* Journal first (it knows the instance), then the exchange, then what the engine remembers. */
int sim_run_open(struct sim_run *run, const struct sim_options *options, const char *dir, int64_t instance,
		 char *error, size_t size)
{
	char path[STATE_PATH_MAX];
	int err = sim_world_open(&run->sim, options, error, size);

	sim_state_init(&run->state);
	if (err != 0)
		return err;
	if (state_path(dir, STATE_JOURNAL_FILE, path) != 0 ||
	    state_path(dir, STATE_SIM_FILE, run->state.file.path) != 0) {
		snprintf(error, size, "the path of the state folder is too long");
		return TB_EINVAL;
	}
	err = journal_sink_open(&run->journal, path, run->sim.universe, "sim", instance, error, size);
	if (err != 0)
		return err;
	sim_world_renew_engine(&run->sim, run->journal.journal.instance);
	run->sim.world.sink = (struct sink){.ctx = run, .commit = sim_run_commit, .acted = sim_run_acted};
	err = load_state(run, error, size);
	return err != 0 ? err
			: journal_sink_restore(&run->journal, run->sim.engine, run->sim.world.wants, error,
					       size);
}

int sim_run_start(struct sim_run *run, char *error, size_t size)
{
	return sim_world_start(&run->sim, error, size);
}

void sim_run_close(struct sim_run *run)
{
	sim_state_close(&run->state);
	journal_sink_close(&run->journal);
	sim_world_close(&run->sim);
}
