/* SPDX-License-Identifier: MIT
 * A simulated world on the generator or on candles, with a sink that may fail and a log of every record that was committed.
 */
#ifndef SUPPORT_SIM_STAND_H
#define SUPPORT_SIM_STAND_H

#include "digest.h"
#include "random.h"
#include "sim_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define START_MS 1767225600000LL

static struct config config;
static struct sim_world *sim;
static struct candle_set *sim_set; /* NULL: the generator */

struct sink_log {
	struct record *records; /* committed */
	size_t count, room;
	int64_t fail_turn;                    /* this turn's commit fails; 0: none */
	bool fail_next_enter;                 /* the commit of the next turn with an ENTER fails */
	bool fail_next_protective;            /* ... with a REDUCE or PROTECT and no ENTER */
	struct record lost[TURN_RECORDS_MAX]; /* what that turn wanted stored */
	size_t lost_count;
	int64_t lost_id;
	bool late_came;
};
static struct sink_log sink_log;

static inline void keep(const struct record *records, size_t count)
{
	if (sink_log.count + count > sink_log.room) {
		sink_log.room = 2 * sink_log.room + count + 1024;
		sink_log.records = realloc(sink_log.records, sink_log.room * sizeof *sink_log.records);
		assert_non_null(sink_log.records);
	}
	if (count > 0)
		memcpy(sink_log.records + sink_log.count, records, count * sizeof *records);
	sink_log.count += count;
}

static inline bool has_verb(const struct wants *wants, bool enter, int64_t *id)
{
	for (size_t i = 0; i < wants->intent_count; i++)
		if (wants->intents[i].kind == INTENT_TICKET &&
		    (wants->intents[i].ticket.order.verb == VERB_ENTER) == enter) {
			*id = wants->intents[i].id;
			return true;
		}
	return false;
}

static inline int sink_commit(void *ctx, const struct turn_records *turn)
{
	(void)ctx;
	bool enter = sink_log.fail_next_enter && has_verb(turn->wants, true, &sink_log.lost_id);
	int64_t ignored;
	bool protective = sink_log.fail_next_protective && !has_verb(turn->wants, true, &ignored) &&
			  has_verb(turn->wants, false, &sink_log.lost_id);

	if (enter || protective) {
		sink_log.fail_next_enter = sink_log.fail_next_protective = false;
		sink_log.lost_count = turn->wants->record_count;
		memcpy(sink_log.lost, turn->wants->records, sink_log.lost_count * sizeof sink_log.lost[0]);
		return TB_EIO;
	}
	if (turn->late_count > 0) {
		sink_log.late_came = true;
		assert_int_equal(turn->late_count, sink_log.lost_count);
		assert_memory_equal(turn->late, sink_log.lost, sink_log.lost_count * sizeof sink_log.lost[0]);
	}
	keep(turn->late, turn->late_count);
	keep(turn->wants->records, turn->wants->record_count);
	return 0;
}

static inline void sim_open(int64_t days)
{
	static const struct config_sources nothing;
	char error[512] = "";

	if (config_load(&config, &nothing, error, sizeof error) != 0)
		fail_msg("%s", error);
	struct sim_options options = {.config = &config,
				      .set = sim_set,
				      .symbols = 3,
				      .seed = 5,
				      .start_ms = START_MS,
				      .end_ms = START_MS + days * DAY_MS,
				      .balance = config.sim.balance,
				      .taker_fee = config.taker_fee,
				      .stage = RATIO_ONE,
				      .instance = 9};
	sim = calloc(1, sizeof *sim);
	assert_non_null(sim);
	memset(&sink_log, 0, sizeof sink_log);
	if (sim_world_open(sim, &options, error, sizeof error) != 0)
		fail_msg("%s", error);
	sim->world.sink = (struct sink){.commit = sink_commit};
}

static inline void sim_start(void)
{
	char error[512] = "";

	if (sim_world_start(sim, error, sizeof error) != 0)
		fail_msg("%s", error);
}

static inline void sim_close(void)
{
	sim_world_close(sim);
	free(sim);
	sim = NULL;
	free(sink_log.records);
	memset(&sink_log, 0, sizeof sink_log);
}

#endif
