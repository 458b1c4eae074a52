/* SPDX-License-Identifier: MIT
 * What each turn wanted of the world, written before it left. A start reads the last turn's: those may or may
 * not have left. Orders and cancels are kept longer, so that an owner can see what was sent, and when. */
#include "intents.h"

#include "read.h"
#include "schema.h"

#include <stdio.h>
#include <string.h>

static const char *const kind_text[INTENT_KIND_COUNT] = {
	[INTENT_NONE] = "none",         [INTENT_TICKET] = "ticket",
	[INTENT_CANCEL] = "cancel",     [INTENT_WATCH] = "watch",
	[INTENT_LEVERAGE] = "leverage", [INTENT_QUERY] = "query",
	[INTENT_HISTORY] = "history",   [INTENT_SNAPSHOT] = "snapshot",
	[INTENT_SCAN] = "scan",         [INTENT_ASK_ADVICE] = "ask_advice",
};
static const char *const verb_text[] = {
	[0] = "", [VERB_ENTER] = "enter", [VERB_REDUCE] = "reduce", [VERB_PROTECT] = "protect"};
#define VERB_TEXTS ((int64_t)(sizeof(verb_text) / sizeof(verb_text[0])))

/* Column order of writing and reading. */
#define INTENT_COLUMNS                                                                                       \
	"n, turn, audit, kind, verb, book, sym, id, client_id, value, side, qty, price, stop, target, "      \
	"order_id,"                                                                                          \
	" stop_id, target_id, risk, generation, sealed_ms, expires_ms"

int intents_prepare(struct journal *journal)
{
	static const char put[] =
		"INSERT INTO intents (" INTENT_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
		" ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)";
	static const char passing[] = "DELETE FROM intents WHERE audit = 0 AND turn < ?1";
	static const char old[] = "DELETE FROM intents WHERE n <= ?1";
	unsigned flags = SQLITE_PREPARE_PERSISTENT;
	if (sqlite3_prepare_v3(journal->db, put, -1, flags, &journal->put_intent, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v3(journal->db, passing, -1, flags, &journal->prune_passing, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v3(journal->db, old, -1, flags, &journal->prune_old, NULL) != SQLITE_OK)
		return schema_fail(journal->db, &journal->error, "preparing intents");
	return 0;
}

int intents_last_row(struct journal *journal)
{
	sqlite3_stmt *ask = NULL;
	int code = 0;
	if (sqlite3_prepare_v2(journal->db, "SELECT coalesce(max(n), 0) FROM intents", -1, &ask, NULL) !=
		    SQLITE_OK ||
	    sqlite3_step(ask) != SQLITE_ROW)
		code = schema_fail(journal->db, &journal->error, "reading intents");
	else
		journal->intent_row = sqlite3_column_int64(ask, 0);
	sqlite3_finalize(ask);
	return code;
}

int intents_put(struct journal *journal, const struct intent *intent)
{
	sqlite3_stmt *put = journal->put_intent;
	bool ticket = intent->kind == INTENT_TICKET;
	struct order_request order = {0};
	if (ticket)
		order = intent->ticket.order;
	if (intent->kind >= INTENT_KIND_COUNT || order.verb < 0 || order.verb >= VERB_TEXTS) {
		snprintf(journal->error.text, sizeof(journal->error.text), "intents: no such kind or verb");
		return TB_EINVAL;
	}
	int64_t id = ticket ? order.id : intent->id;
	char client[CLIENT_ID_TEXT_MAX] = "";
	if (id > 0)
		client_id_format(id, client);
	const int64_t numbers[] = {order.qty,
				   order.price,
				   order.stop,
				   order.target,
				   order.id,
				   order.stop_id,
				   order.target_id,
				   order.risk,
				   order.generation,
				   ticket ? intent->ticket.sealed_ms : UNKNOWN,
				   ticket ? intent->ticket.expires_ms : UNKNOWN};

	sqlite3_bind_int64(put, 1, journal->intent_row + 1);
	sqlite3_bind_int64(put, 2, journal->next_turn);
	sqlite3_bind_int(put, 3, ticket || intent->kind == INTENT_CANCEL);
	sqlite3_bind_text(put, 4, kind_text[intent->kind], -1, SQLITE_STATIC);
	sqlite3_bind_text(put, 5, verb_text[order.verb], -1, SQLITE_STATIC);
	read_bind(put, 6, FIELD_BOOK, intent->book, journal->universe);
	read_bind(put, 7, FIELD_SYM, intent->sym, journal->universe);
	read_bind(put, 8, FIELD_ID, intent->id, journal->universe);
	sqlite3_bind_text(put, 9, client, -1, SQLITE_STATIC);
	read_bind(put, 10, FIELD_INT, intent->value, journal->universe);
	read_bind(put, 11, FIELD_SIDE, order.side, journal->universe);
	for (int i = 0; i < (int)(sizeof(numbers) / sizeof(numbers[0])); i++)
		read_bind(put, 12 + i, FIELD_INT, numbers[i], journal->universe);
	int code =
		sqlite3_step(put) == SQLITE_DONE ? 0 : schema_fail(journal->db, &journal->error, "intents");
	sqlite3_reset(put);
	sqlite3_clear_bindings(put); /* client is on our stack */
	if (!code) {
		journal->intent_row++;
		journal->turn_intents++;
	}
	return code;
}

static int prune(struct journal *journal, sqlite3_stmt *stmt, int64_t bound)
{
	sqlite3_bind_int64(stmt, 1, bound);
	int code = sqlite3_step(stmt) == SQLITE_DONE
			   ? 0
			   : schema_fail(journal->db, &journal->error, "pruning intents");
	sqlite3_reset(stmt);
	return code;
}

int intents_prune(struct journal *journal)
{
	int code = prune(journal, journal->prune_passing, journal->next_turn);
	/* Rows only grow in turns that have intents, and a turn has far fewer than are kept. */
	_Static_assert(TURN_INTENTS_MAX < JOURNAL_INTENTS_KEPT, "the present turn is never pruned");
	if (!code && journal->turn_intents > 0)
		code = prune(journal, journal->prune_old, journal->intent_row - JOURNAL_INTENTS_KEPT);
	return code;
}

static int64_t index_of(const char *const *texts, int64_t count, const char *text)
{
	for (int64_t i = 0; text && i < count; i++) {
		if (texts[i] && strcmp(texts[i], text) == 0)
			return i;
	}
	return -1;
}

static int read_intent(struct journal *journal, sqlite3_stmt *ask, struct journal_intent *out)
{
	int64_t sym = SYM_NONE, numbers[11];
	int code = 0;

	*out = (struct journal_intent){.turn = sqlite3_column_int64(ask, 1)};
	out->kind = index_of(kind_text, INTENT_KIND_COUNT, (const char *)sqlite3_column_text(ask, 3));
	out->order.verb = index_of(verb_text, VERB_TEXTS, (const char *)sqlite3_column_text(ask, 4));
	code |= read_column(ask, 5, FIELD_BOOK, journal->universe, &out->book);
	code |= read_column(ask, 6, FIELD_SYM, journal->universe, &sym);
	code |= read_column(ask, 7, FIELD_ID, journal->universe, &out->id);
	code |= read_column(ask, 9, FIELD_INT, journal->universe, &out->value);
	code |= read_column(ask, 10, FIELD_SIDE, journal->universe, &out->order.side);
	for (int i = 0; i < 11; i++)
		code |= read_column(ask, 11 + i, FIELD_INT, journal->universe, &numbers[i]);
	if (code || out->kind < 0 || out->order.verb < 0)
		return TB_ENOENT;
	out->sym = (sym_t)sym;
	out->sealed_ms = numbers[9];
	out->expires_ms = numbers[10];
	if (out->kind != INTENT_TICKET) {
		out->order = (struct order_request){0};
		return 0;
	}
	struct order_request *order = &out->order;
	order->book = out->book;
	order->sym = sym;
	order->qty = numbers[0];
	order->price = numbers[1];
	order->stop = numbers[2];
	order->target = numbers[3];
	order->id = numbers[4];
	order->stop_id = numbers[5];
	order->target_id = numbers[6];
	order->risk = numbers[7];
	order->generation = numbers[8];
	return 0;
}

int journal_intents(struct journal *journal, int64_t turn,
		    int (*yield)(void *ctx, const struct journal_intent *intent), void *ctx)
{
	sqlite3_stmt *ask = NULL;
	int code = 0, step = SQLITE_DONE;

	if (sqlite3_prepare_v2(journal->db,
			       "SELECT " INTENT_COLUMNS " FROM intents WHERE turn = ?1 ORDER BY n", -1, &ask,
			       NULL) != SQLITE_OK)
		return schema_fail(journal->db, &journal->error, "reading intents");
	sqlite3_bind_int64(ask, 1, turn);
	while (!code && (step = sqlite3_step(ask)) == SQLITE_ROW) {
		struct journal_intent intent;
		if (read_intent(journal, ask, &intent) == 0)
			code = yield(ctx, &intent);
		else if (journal->skipped++ == 0)
			snprintf(journal->skipped_what, sizeof(journal->skipped_what),
				 "intents: unknown symbol or text");
	}
	if (!code && step != SQLITE_DONE)
		code = schema_fail(journal->db, &journal->error, "reading intents");
	sqlite3_finalize(ask);
	return code;
}
