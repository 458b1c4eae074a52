/* SPDX-License-Identifier: MIT
 * The journal: one SQLite file that knows what the bot intended and how its risk state stands. The app opens
 * it, writes one transaction per turn (records and intents before anything leaves), and at start reads it
 * back as RESTORED events. Every table comes from the catalogue in tradebot/record.h; docs/journal.md has the
 * schema for people with the sqlite3 shell. Must never include a room, a log or the engine: errors are text
 * in the struct.
 *
 * Not for threads: one connection, one thread. */
#ifndef TB_JOURNAL_H
#define TB_JOURNAL_H

#include "digest.h"
#include "tradebot/event.h"

#include <sqlite3.h>

#define JOURNAL_VERSION 4 /* of the schema: PRAGMA user_version */
#define JOURNAL_INTENTS_KEPT                                                                                 \
	10000L /* ENTER, REDUCE, PROTECT and CANCEL kept for audit; the rest lives one turn */
#define JOURNAL_MODE_MAX 64

struct journal_error {
	char text[400];
};

/* Who the journal belongs to. mode: what the risk state is keyed by ("sim", "live:bybit:ACCOUNT"); a journal
 * of another mode is refused. instance (20 bits, from the app's random source) and created_ms are used only
 * when the file is made. mode NULL: accept any. */
struct journal_options {
	const char *mode;
	int64_t instance;
	ms_t created_ms;
};

struct journal {
	sqlite3 *db;
	const struct universe *universe; /* borrowed until journal_close */
	struct journal_error error;      /* of the last call that failed */
	char mode[JOURNAL_MODE_MAX];
	int64_t instance; /* 20 bits, for client ids */
	ms_t created_ms;
	int64_t turn;   /* last committed; 0: none yet */
	ms_t turn_ms;   /* its time; UNKNOWN: none yet */
	size_t skipped; /* rows not yielded because this program cannot read them (see journal_restore) */
	char skipped_what[96]; /* the first of them: table and what was wrong */
	char migrated_to[320]; /* backup made at open before a migration; "" if there was none */

	/* private */
	bool read_only, in_turn, failed, full, impatient;
	int64_t next_turn, intent_row, turn_intents;
	ms_t next_turn_ms;
	sqlite3_stmt *begin, *commit, *rollback, *put_meta, *put_instrument, *put_intent, *prune_passing,
		*prune_old;
	sqlite3_stmt *drop_holding, *put[RECORD_COUNT];
	int64_t stored_generation[SYMBOLS_MAX]; /* generation + 1 of each instrument row as stored; 0: not
						   stored */
};

/* Opens or creates the file (0600) for writing: WAL, foreign keys, integrity check, migration if the schema
 * is older (after an online backup beside the file). The universe's instruments are stored at once and
 * whenever their generation changes. TB_EIO: cannot be opened, damaged, disk full. TB_EREFUSED: a newer
 * schema, or a journal of another mode. On any error *journal is closed and *error says why with the path. */
int journal_open(struct journal *journal, const char *path, const struct universe *universe,
		 const struct journal_options *options, struct journal_error *error);

/* The instruments whose generation is another one since. */
int journal_store_universe(struct journal *journal);

/* Opens an existing file for reading, beside a running daemon or without one, and fills *universe (caller's,
 * kept until close) from the instruments table. All reads see one moment. TB_ENOENT: there is no such file.
 */
int journal_open_read(struct journal *journal, const char *path, struct universe *universe,
		      struct journal_error *error);

/* Finalises all statements, then closes. An open turn is rolled back. Safe on a zeroed or half-open struct.
 */
void journal_close(struct journal *journal);

/* One turn is one transaction:
 *	journal_begin, journal_put and journal_put_intent any number of times, journal_commit.
 * sync_full: the turn carries an ENTER and must be on the disk when commit returns (synchronous=FULL);
 *without it a power cut may lose the last turns, but never tears one. turn must grow; now_ms is the turn's
 *time. An error is kept: later puts do nothing, journal_commit rolls back and gives TB_EIO with
 *journal->error; the journal is then ready for the next begin. So a caller may look at the answer of commit
 *only. TB_EINVAL (from a put; the commit then gives TB_EIO): the record is unusable: UNKNOWN in a key, no
 *such instrument. */
int journal_begin(struct journal *journal, int64_t turn, ms_t now_ms, bool sync_full);
int journal_put(struct journal *journal, const struct record *record);
int journal_put_intent(struct journal *journal, const struct intent *intent);
int journal_commit(struct journal *journal);

/* Looks at every page of an open journal, for writing or reading. TB_EIO: it is damaged, journal->error says
 * how; path: for the text. */
int journal_check(struct journal *journal, const char *path);

/* For idle turns: moves committed pages from the log into the file, as far as no reader is in the way. */
int journal_idle(struct journal *journal);

/* Receives one record; non-zero stops the reading and is returned by it. */
typedef int journal_yield(void *ctx, const struct record *record);

/* Yields what a start needs, table by table in catalogue order, rows by key: see RECORDS' restore column. A
 * row whose symbol is not in the universe, or with a text this program does not know, is not yielded but
 * counted in journal->skipped, the first one described in skipped_what. TB_EIO: cannot be read. */
int journal_restore(struct journal *journal, journal_yield *yield, void *ctx);

/* Rows of one kind in key order. sym SYM_NONE: of all symbols. newest 0: all, else only so many of the last.
 */
struct journal_query {
	sym_t sym;
	int64_t newest;
};
int journal_each(struct journal *journal, enum record_kind kind, const struct journal_query *query,
		 journal_yield *yield, void *ctx);

/* An intent as it was written down. order is zero for intents without a ticket. */
struct journal_intent {
	int64_t turn;
	int64_t kind, book, id, value; /* as in struct intent */
	sym_t sym;
	ms_t sealed_ms, expires_ms;
	struct order_request order;
};
/* Yields the intents of one turn in the order they were put. The last committed turn is always whole; of
 * older ones only what is kept for audit. */
int journal_intents(struct journal *journal, int64_t turn,
		    int (*yield)(void *ctx, const struct journal_intent *intent), void *ctx);

/* The digest of decisions, fills and trades in the order of their common seq. TB_EINVAL if a row had to be
 * skipped: the digest would not be the run's. */
int journal_digest(struct journal *journal, struct digest *digest);

#endif
