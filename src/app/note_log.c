/* SPDX-License-Identifier: MIT
 * See note_log.h. One row a note: who speaks, what it says, how loud, and what its two numbers mean. Entries,
 * trades and scores have their own lines (record_log.c). */
#include "note_log.h"

#include "decimal.h"
#include "log.h"
#include "timeframe.h"

#include <stdio.h>

struct row {
	const char *room;
	const char *words; /* NULL: the name says it */
	enum log_level level;
	bool of_a_trade;
	enum field_unit a, b; /* FIELD_ID: says nothing */
	const char *a_name, *b_name;
};

static const struct row rows[NOTE_COUNT] = {
	[NOTE_READY] = {"engine", NULL, LOG_INFO, false, FIELD_INT, FIELD_ID, "open positions", NULL},
	[NOTE_STOP_MOVED] = {"monitor", "stop moved", LOG_INFO, true, FIELD_TICKS, FIELD_TICKS, "to", "from"},
	[NOTE_UNPROTECTED] = {"monitor", NULL, LOG_WARN, false, FIELD_EXIT, FIELD_LOTS, "leaving:", "qty"},
	[NOTE_HALTED] = {"risk", "halted: daily loss limit reached, no entries until 00:00 UTC", LOG_WARN,
			 false, FIELD_RATIO, FIELD_ID, "loss", NULL},
	[NOTE_COOLDOWN] = {"risk", "cooldown: five losing trades in a row, no entries", LOG_WARN, false,
			   FIELD_MS, FIELD_ID, "until", NULL},
	[NOTE_SAFE_MODE] = {"risk", "safe mode: high confidence and half size only, until a green day",
			    LOG_WARN, false, FIELD_INT, FIELD_ID, "red days", NULL},
	[NOTE_HALF_SIZE] = {"risk", "half size", LOG_WARN, false, FIELD_RATIO, FIELD_ID, "drawdown", NULL},
	[NOTE_PAUSED] = {"risk", "paused: no entries until resume", LOG_WARN, false, FIELD_RATIO, FIELD_ID,
			 "drawdown", NULL},
	[NOTE_LOCKED] = {"risk", "locked: no entries until unlock", LOG_ERROR, false, FIELD_RATIO, FIELD_ID,
			 "drawdown", NULL},
	[NOTE_OPENED] = {"risk", "over", LOG_INFO, false, FIELD_NOTE, FIELD_ID, NULL, NULL},
	[NOTE_OPERATOR] = {"app", NULL, LOG_WARN, false, FIELD_INT, FIELD_ID, "command", NULL},
	[NOTE_SCANNED] = {"scanner", "scan", LOG_INFO, true, FIELD_BOOL, FIELD_INT, "watched", "place"},
	[NOTE_SERIES_DROPPED] = {"signal", "series starts anew", LOG_WARN, false, FIELD_INT, FIELD_TICKS,
				 "jump", "close"},
	[NOTE_ORDER_UNKNOWN] = {"execute", "order with unknown outcome, asking", LOG_WARN, false, FIELD_ROLE,
				FIELD_SIDE, NULL, NULL},
	[NOTE_ORDER_REJECTED] = {"execute", "order rejected", LOG_WARN, false, FIELD_ROLE, FIELD_SIDE, NULL,
				 NULL},
	[NOTE_DIFFERENCE] = {"engine", "exchange and journal differ: frozen until they agree", LOG_ERROR,
			     true, FIELD_LOTS, FIELD_LOTS, "ours", "theirs"},
	[NOTE_AGREED] = {"engine", "exchange and journal agree again", LOG_INFO, false, FIELD_INT, FIELD_ID,
			 "symbols", NULL},
	[NOTE_FOREIGN] = {"engine", "something there is not ours: no entries", LOG_ERROR, false, FIELD_ID,
			  FIELD_ID, NULL, NULL},
	[NOTE_UNKNOWN_ORDER] = {"engine", "an order with our prefix that the journal does not know",
				LOG_ERROR, false, FIELD_ROLE, FIELD_SIDE, NULL, NULL},
	[NOTE_UNKNOWN_FILL] = {"engine", "a fill that belongs to nothing we know", LOG_ERROR, false,
			       FIELD_LOTS, FIELD_TICKS, "qty", "at"},
	[NOTE_MARKET] = {"monitor", "the exchange changed the state of the market", LOG_WARN, false,
			 FIELD_INT, FIELD_INT, "now", "before"},
	[NOTE_GRID] = {"engine", "tick, lot or contract changed: frozen until all agree", LOG_WARN, false,
		       FIELD_INT, FIELD_BOOL, "generation", "exact"},
	[NOTE_REDUCED] = {"monitor", "a position is reduced", LOG_WARN, true, FIELD_EXIT, FIELD_LOTS, "for",
			  "to"},
	[NOTE_EXPLAINED] = {"risk", "the change of equity is explained", LOG_INFO, false, FIELD_ID, FIELD_ID,
			    NULL, NULL},
	[NOTE_UNRECORDED] = {"journal", "entry dropped: it could not be stored", LOG_ERROR, false, FIELD_ID,
			     FIELD_ID, NULL, NULL},
	[NOTE_UNHEALTHY] = {"monitor", NULL, LOG_WARN, false, FIELD_INT, FIELD_ID, "fault", NULL},
	[NOTE_HEALTHY] = {"monitor", NULL, LOG_INFO, false, FIELD_ID, FIELD_ID, NULL, NULL},
	[NOTE_SLIPPAGE] = {"monitor", "mean slippage too high, no entries", LOG_WARN, false, FIELD_MS,
			   FIELD_ID, "until", NULL},
	[NOTE_STAGE] = {"deploy", NULL, LOG_WARN, false, FIELD_RATIO, FIELD_RATIO, "to", "from"},
	[NOTE_RETURNED] = {"learn", "an archived strategy comes back, by its shadow record", LOG_WARN, true,
			   FIELD_RATIO, FIELD_INT, "salience", "trades"},
	[NOTE_PROMOTION] = {"deploy", "what is missing for live trading has changed (see status)", LOG_WARN,
			    false, FIELD_ID, FIELD_INT, NULL, "trades so far"},
	[NOTE_GARBAGE] = {"wire", NULL, LOG_WARN, false, FIELD_ID, FIELD_ID, NULL, NULL},
	[NOTE_UNEXPLAINED] = {"risk",
			      "equity changed and nothing explains it (entries closed while it stands)",
			      LOG_ERROR, false, FIELD_MONEY, FIELD_MONEY, "USDT difference", "USDT allowed"},
};

static void format_value(enum field_unit unit, int64_t value, const struct instrument *i, char out[static 64])
{
	char text[DECIMAL_TEXT_MAX];
	const char *word = field_text(unit, value);

	out[0] = '\0';
	if (word != NULL)
		snprintf(out, 64, "%s", word);
	else if (value == UNKNOWN)
		snprintf(out, 64, "unknown");
	else if (unit == FIELD_RATIO)
		snprintf(out, 64, "%.2f %%", (double)value / 1e7);
	else if (unit == FIELD_MONEY)
		snprintf(out, 64, "%.2f", (double)value / MONEY_ONE);
	else if (unit == FIELD_BOOL)
		snprintf(out, 64, "%s", value ? "yes" : "no");
	else if (unit == FIELD_MS)
		utc_text(value, out);
	else if ((unit == FIELD_TICKS || unit == FIELD_LOTS) && i != NULL) {
		grid_format(value, unit == FIELD_TICKS ? &i->tick : &i->lot, text);
		snprintf(out, 64, "%s", text);
	} else
		snprintf(out, 64, "%lld", (long long)value);
}

static size_t add(char *line, size_t size, size_t at, const char *name, enum field_unit unit, int64_t value,
		  const struct instrument *i)
{
	char text[64];

	if (unit == FIELD_ID || at >= size)
		return at;
	format_value(unit, value, i, text);
	int wrote = snprintf(line + at, size - at, "%s%s%s%s", at ? ", " : "", name ? name : "",
			     name ? " " : "", text);
	return wrote < 0 ? at : at + (size_t)wrote;
}

void note_log(const struct note_record *note, const struct universe *universe, bool quiet)
{
	const struct row *row = &rows[note->note];
	const struct instrument *i = note->sym == SYM_NONE ? NULL : &universe->at[note->sym];
	char line[200] = "";

	if (row->room == NULL)
		return;
	size_t at = add(line, sizeof line, 0, row->a_name, row->a, note->a, i);
	add(line, sizeof line, at, row->b_name, row->b, note->b, i);
	log_line(note->at_ms, row->of_a_trade && quiet ? LOG_DEBUG : row->level, row->room, "%s%s%s%s%s%s",
		 row->words ? row->words : note_rows[note->note].name, i ? " " : "", i ? i->name : "",
		 line[0] ? " (" : "", line, line[0] ? ")" : "");
}
