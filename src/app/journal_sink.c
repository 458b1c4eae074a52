/* SPDX-License-Identifier: MIT
 * See journal_sink.h. */
#include "journal_sink.h"

#include <stdio.h>

int journal_sink_open(struct journal_sink *sink, const char *path, const struct universe *universe,
		      const char *mode, int64_t instance, char *error, size_t size)
{
	struct journal_error why = {{0}};
	struct journal_options options = {.mode = mode, .instance = instance, .created_ms = 0};
	int err = journal_open(&sink->journal, path, universe, &options, &why);

	sink->open = err == 0;
	if (err != 0)
		snprintf(error, size, "%s", why.text);
	return err;
}

void journal_sink_close(struct journal_sink *sink)
{
	if (sink->open)
		journal_close(&sink->journal);
	sink->open = false;
}

static bool carries_enter(const struct wants *wants)
{
	for (size_t i = 0; i < wants->intent_count; i++)
		if (wants->intents[i].kind == INTENT_TICKET && wants->intents[i].book == BOOK_MAIN &&
		    wants->intents[i].ticket.order.verb == VERB_ENTER)
			return true;
	return false;
}

int journal_sink_commit(struct journal_sink *sink, const struct turn_records *turn)
{
	struct journal *journal = &sink->journal;
	const struct wants *wants = turn->wants;

	journal_begin(journal, turn->turn, turn->now_ms, carries_enter(wants));
	for (size_t i = 0; i < turn->late_count; i++)
		journal_put(journal, &turn->late[i]);
	for (size_t i = 0; i < wants->record_count; i++)
		journal_put(journal, &wants->records[i]);
	for (size_t i = 0; i < wants->intent_count; i++)
		journal_put_intent(journal, &wants->intents[i]);
	return journal_commit(journal);
}

struct reader {
	struct engine *engine;
	struct wants *wants;
};

static int give(void *ctx, const struct record *record)
{
	struct reader *reader = ctx;
	struct event event = {.kind = EVENT_RESTORED, .sym = SYM_NONE, .restored.record = record};

	engine_step(reader->engine, &event, reader->wants);
	return 0;
}

int journal_sink_restore(struct journal_sink *sink, struct engine *engine, struct wants *wants, char *error,
			 size_t size)
{
	struct reader reader = {engine, wants};
	int err = journal_restore(&sink->journal, give, &reader);

	if (err != 0)
		snprintf(error, size, "%s", sink->journal.error.text);
	else if (sink->journal.skipped > 0) {
		snprintf(error, size, "%zu rows of the journal cannot be read (%s)", sink->journal.skipped,
			 sink->journal.skipped_what);
		err = TB_EREFUSED;
	}
	return err;
}

static int take_first_stage(void *ctx, const struct record *record)
{
	ratio_t *first = ctx;

	if (*first == UNKNOWN)
		*first = record->stage.stage;
	return 0;
}

int journal_sink_check_rollout(struct journal_sink *sink, bool rollout, const char *dir, char *error,
			       size_t size)
{
	ratio_t first = UNKNOWN;

	if (rollout)
		return 0;
	if (journal_each(&sink->journal, RECORD_STAGE, &(struct journal_query){.sym = SYM_NONE},
			 take_first_stage, &first) != 0) {
		snprintf(error, size, "%s", sink->journal.error.text);
		return TB_EIO;
	}
	if (first == UNKNOWN || first != 0)
		return 0;
	snprintf(error, size,
		 "%.300s began as a roll-out: go on with --stage rollout, or use a new --state folder", dir);
	return TB_EREFUSED;
}
