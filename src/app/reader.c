/* SPDX-License-Identifier: MIT
 * What is committed is what counts, and it is there when the daemon is not; what only a running daemon knows
 * is live_part's. */
#include "reader.h"

#include "setup.h"
#include "show.h"
#include "state_dir.h"
#include "tradebot/ticket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reader *reader_open(const struct cli *cli, int *code)
{
	char path[STATE_PATH_MAX];
	struct journal_error error;
	struct reader *reader = calloc(1, sizeof(*reader));

	*code = EXIT_FAILED;
	if (!reader) {
		fprintf(stderr, "tradebotd: no memory\n");
		return NULL;
	}
	reader->json = cli_flag(cli, "json");
	*code = setup_config(cli, &reader->config);
	if (*code != EXIT_DONE) {
		free(reader);
		return NULL;
	}
	int opened = state_path(reader->config.state, STATE_JOURNAL_FILE, path)
			     ? TB_ERANGE
			     : journal_open_read(&reader->journal, path, &reader->universe, &error);
	if (opened == 0)
		return reader;
	if (opened == TB_ENOENT && access(path, F_OK) != 0 && errno != ENOENT && errno != ENOTDIR)
		fprintf(stderr, "tradebotd: %s: %s\n", path, strerror(errno)); /* it may well be there */
	else if (opened == TB_ENOENT)
		fprintf(stderr,
			"tradebotd: no journal in '%s': start 'tradebotd run', or name its folder with "
			"--state\n",
			reader->config.state);
	else
		fprintf(stderr, "tradebotd: %s\n",
			opened == TB_ERANGE ? "the state folder's path is too long" : error.text);
	*code = EXIT_FAILED;
	free(reader);
	return NULL;
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	journal_close(&reader->journal);
	free(reader);
}

int reader_end(const struct reader *reader, int code)
{
	if (reader->journal.skipped > 0)
		fprintf(stderr, "tradebotd: %zu rows of the journal were not readable; the first: %s\n",
			reader->journal.skipped, reader->journal.skipped_what);
	if (code == 0)
		return EXIT_DONE;
	fprintf(stderr, "tradebotd: reading the journal failed: %s\n", reader->journal.error.text);
	return EXIT_FAILED;
}

static int keep(void *ctx, const struct record *record)
{
	struct reader *reader = ctx;
	switch (record->kind) {
	case RECORD_DESK: reader->desk = record->desk; break;
	case RECORD_STAGE: reader->stage = record->stage.stage; break;
	case RECORD_EQUITY: reader->equity = record->equity; break;
	case RECORD_HOLDING:
		if (record->holding.book == BOOK_MAIN && record->holding.phase != PHASE_FLAT &&
		    reader->holding_count < READER_HOLDINGS_MAX)
			reader->holdings[reader->holding_count++] = record->holding;
		break;
	case RECORD_WATCHED:
		if (record->watched.watched == 1 && reader->watched_count < READER_WATCHED_MAX)
			reader->watched[reader->watched_count++] = record->watched;
		break;
	default: break;
	}
	return 0;
}

int reader_load(struct reader *reader)
{
	static const struct {
		enum record_kind kind;
		int64_t newest;
	} wanted[] = {{RECORD_DESK, 0},
		      {RECORD_STAGE, 1},
		      {RECORD_EQUITY, 1},
		      {RECORD_HOLDING, 0},
		      {RECORD_WATCHED, 0}};
	int code = 0;

	desk_init(&reader->desk);
	reader->stage = RATIO_ONE;
	reader->equity.equity = UNKNOWN;
	for (size_t i = 0; code == 0 && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct journal_query query = {.sym = SYM_NONE, .newest = wanted[i].newest};
		code = journal_each(&reader->journal, wanted[i].kind, &query, keep, reader);
	}
	return reader_end(reader, code);
}

money_t reader_capital(const struct reader *reader)
{
	if (reader->equity.equity == UNKNOWN || reader->stage == UNKNOWN)
		return UNKNOWN;
	money_t capital = share_down(reader->equity.equity, reader->stage);
	return capital < 0 ? UNKNOWN : capital;
}

sym_t reader_symbol(const struct reader *reader, const char *text)
{
	char name[SYMBOL_TEXT_MAX];
	sym_t sym = SYM_NONE;

	if (symbol_normalise(text, name) == 0)
		sym = universe_find(&reader->universe, name);
	if (sym != SYM_NONE)
		return sym;
	fprintf(stderr, "tradebotd: the journal knows no symbol '%s'; it knows", text);
	for (size_t i = 0; i < reader->universe.count && i < 20; i++)
		fprintf(stderr, "%s %s", i ? "," : "", reader->universe.at[i].name);
	fprintf(stderr, "%s\n",
		reader->universe.count > 20   ? ", ..."
		: reader->universe.count == 0 ? " none"
					      : "");
	return SYM_NONE;
}

/* Rows as the elements of one array. */
struct reader_list {
	const struct reader *reader;
	size_t count;
};

static int list_record(void *ctx, const struct record *record)
{
	struct reader_list *list = ctx;
	fputs(list->count++ ? ",\n " : "[", stdout);
	show_json_record(stdout, record, &list->reader->universe, "");
	return 0;
}

int reader_print_list(struct reader *reader, enum record_kind kind)
{
	struct reader_list list = {.reader = reader};
	int code = journal_each(&reader->journal, kind, &(struct journal_query){.sym = SYM_NONE}, list_record,
				&list);

	puts(list.count ? "]" : "[]");
	return code;
}
