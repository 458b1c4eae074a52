/* SPDX-License-Identifier: MIT
 * What the reading verbs share: the journal of a state folder, opened read-only beside a running daemon or
 * without one, and the account as it stood at the last committed turn. */
#ifndef APP_READER_H
#define APP_READER_H

#include "cli.h"
#include "config.h"
#include "journal.h"

#define READER_HOLDINGS_MAX 256
#define READER_WATCHED_MAX  SYMBOLS_MAX

/* About 1 MiB: from reader_open only. */
struct reader {
	struct config config;
	struct universe universe;
	struct journal journal;
	bool json;
	/* Filled by reader_load. */
	struct desk desk;            /* desk_init's if the journal has none */
	ratio_t stage;               /* RATIO_ONE if the journal has none */
	struct equity_sample equity; /* the newest; equity UNKNOWN: none */
	size_t holding_count, watched_count;
	struct holding holdings[READER_HOLDINGS_MAX]; /* of the main book, not flat */
	struct watched watched[READER_WATCHED_MAX];
};

/* Opens config and journal of this command line. NULL: the reason was written to stderr and *code is the exit
 * code. reader_close takes NULL too. */
struct reader *reader_open(const struct cli *cli, int *code);
void reader_close(struct reader *reader);

/* Reads desk, stage, newest equity, holdings and watched symbols. EXIT_DONE, or EXIT_FAILED after a message.
 */
int reader_load(struct reader *reader);

/* "reading the journal failed: ..." and the rows that were skipped, to stderr. EXIT_DONE if code is 0 (rows
 * that were skipped do not fail a verb, but are told), else EXIT_FAILED. */
int reader_end(const struct reader *reader, int code);

/* C = newest equity sample * stage; UNKNOWN without one. */
money_t reader_capital(const struct reader *reader);

/* The symbol a user wrote, in the journal's universe. SYM_NONE after a message that lists the known ones. */
sym_t reader_symbol(const struct reader *reader, const char *text);

/* --json of a whole table: every row of that kind as one array. What journal_each answers. */
int reader_print_list(struct reader *reader, enum record_kind kind);

#endif
