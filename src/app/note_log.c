/* SPDX-License-Identifier: MIT
 * See note_log.h. One row a note: who speaks, what happened, what follows from it and what there is to do,
 * how loud, and what its two numbers mean. Entries, trades and scores have their own lines (record_log.c). */
#include "note_log.h"

#include "decimal.h"
#include "health.h"
#include "log.h"
#include "timeframe.h"
#include "tradebot/event.h"

#include <stdio.h>

/* Numbers that are places in a catalogue of words, which the journal keeps as numbers. */
enum words { WORDS_NONE, WORDS_HEALTH, WORDS_MARKET, WORDS_COMMAND, WORDS_SERIES, WORDS_COUNT };

static const char *const status_words[] = {
#define X(id, text) [INSTRUMENT_##id] = text,
	INSTRUMENT_STATUSES(X)
#undef X
};
static const char *const command_words[] = {
	[COMMAND_HALT] = "halt",     [COMMAND_RESUME] = "resume", [COMMAND_FLATTEN] = "flatten",
	[COMMAND_UNLOCK] = "unlock", [COMMAND_END] = "end",       [COMMAND_LOWER] = "lower the stage"};
static const char *const series_words[] = {"bars are missing", "the price jumped"};

static const struct {
	const char *const *at;
	int64_t count;
} catalogues[WORDS_COUNT] = {
	[WORDS_HEALTH] = {health_fault_text, HEALTH_FAULT_COUNT},
	[WORDS_MARKET] = {status_words, INSTRUMENT_STATUS_COUNT},
	[WORDS_COMMAND] = {command_words, sizeof command_words / sizeof command_words[0]},
	[WORDS_SERIES] = {series_words, 2},
};

struct value {
	enum field_unit unit;
	const char *name;  /* before it; NULL: nothing */
	const char *below; /* before it if it is negative, which is then not written; NULL: it is */
	enum words words;
};

struct row {
	const char *room;
	const char *words; /* what happened */
	const char *then;  /* what follows from it, and what there is to do; NULL: nothing, or see then_of */
	enum log_level level; /* ERROR: somebody should look */
	bool of_a_trade;
	struct value a, b; /* FIELD_ID: says nothing */
};

#define NOTHING                                                                                              \
	{                                                                                                    \
		.unit = FIELD_ID                                                                             \
	}

static const struct row rows[NOTE_COUNT] = {
	[NOTE_READY] = {"engine",
			"ready, entries are open",
			NULL,
			LOG_INFO,
			false,
			{.unit = FIELD_INT, .name = "open positions"},
			NOTHING},
	[NOTE_STOP_MOVED] = {"monitor",
			     "stop moved",
			     NULL,
			     LOG_INFO,
			     true,
			     {.unit = FIELD_TICKS, .name = "to"},
			     {.unit = FIELD_TICKS, .name = "from"}},
	[NOTE_STOP_LOOSENED] = {"monitor",
				"the stop rests further away than was approved",
				"it is asked for again where it was",
				LOG_WARN,
				true,
				{.unit = FIELD_TICKS, .name = "it rests at"},
				{.unit = FIELD_TICKS, .name = "approved"}},
	[NOTE_UNPROTECTED] = {"monitor",
			      "position without a confirmed stop",
			      "it is closed at market",
			      LOG_WARN,
			      false,
			      {.unit = FIELD_EXIT},
			      {.unit = FIELD_LOTS, .name = "size"}},
	[NOTE_HALTED] = {"risk",
			 "halted, daily loss limit reached",
			 "no entries until 00:00 UTC, stops stay in force",
			 LOG_WARN,
			 false,
			 {.unit = FIELD_RATIO, .name = "loss"},
			 NOTHING},
	[NOTE_COOLDOWN] = {"risk",
			   "cooldown, five losing trades in a row",
			   "no entries until then",
			   LOG_WARN,
			   false,
			   {.unit = FIELD_MS, .name = "until"},
			   NOTHING},
	[NOTE_SAFE_MODE] = {"risk",
			    "safe mode",
			    "only entries of high confidence, at half size, until a green day",
			    LOG_WARN,
			    false,
			    {.unit = FIELD_INT, .name = "red days in a row"},
			    NOTHING},
	[NOTE_HALF_SIZE] = {"risk",
			    "half size",
			    "until the drawdown is smaller again",
			    LOG_WARN,
			    false,
			    {.unit = FIELD_RATIO, .name = "drawdown"},
			    NOTHING},
	[NOTE_PAUSED] = {"risk",
			 "paused by drawdown",
			 "no entries until the operator resumes, stops stay in force",
			 LOG_ERROR,
			 false,
			 {.unit = FIELD_RATIO, .name = "drawdown"},
			 NOTHING},
	[NOTE_LOCKED] = {"risk",
			 "locked by drawdown",
			 "no entries until the operator unlocks (see risk)",
			 LOG_ERROR,
			 false,
			 {.unit = FIELD_RATIO, .name = "drawdown"},
			 NOTHING},
	[NOTE_OPENED] = {"risk", "over", NULL, LOG_INFO, false, {.unit = FIELD_NOTE}, NOTHING},
	[NOTE_OPERATOR] = {"app",
			   "the operator spoke",
			   NULL,
			   LOG_WARN,
			   false,
			   {.unit = FIELD_INT, .words = WORDS_COMMAND},
			   NOTHING},
	[NOTE_SCANNED] = {"scanner",
			  "scan",
			  NULL,
			  LOG_INFO,
			  true,
			  {.unit = FIELD_BOOL, .name = "watched"},
			  {.unit = FIELD_INT, .name = "place"}},
	[NOTE_SERIES_DROPPED] = {"signal",
				 "candles start anew",
				 "no signals from it until it is warm again",
				 LOG_WARN,
				 false,
				 {.unit = FIELD_INT, .words = WORDS_SERIES},
				 {.unit = FIELD_TICKS, .name = "close"}},
	[NOTE_ORDER_UNKNOWN] = {"execute",
				"nobody knows what became of an order",
				"asking, no entries in the symbol until it is known",
				LOG_WARN,
				false,
				{.unit = FIELD_ROLE},
				{.unit = FIELD_SIDE}},
	[NOTE_ORDER_REJECTED] = {"execute",
				 "order rejected by the exchange",
				 NULL /* by its role */,
				 LOG_WARN,
				 false,
				 {.unit = FIELD_ROLE},
				 {.unit = FIELD_SIDE}},
	[NOTE_DIFFERENCE] = {"engine",
			     "exchange and journal differ",
			     "no entries in it until they agree, asking again",
			     LOG_WARN,
			     true,
			     {.unit = FIELD_LOTS, .name = "ours"},
			     {.unit = FIELD_LOTS, .name = "theirs"}},
	[NOTE_AGREED] = {"engine",
			 "exchange and journal agree again",
			 NULL,
			 LOG_INFO,
			 false,
			 {.unit = FIELD_INT, .name = "symbols concerned:"},
			 NOTHING},
	[NOTE_FOREIGN] =
		{"engine", "a position or order that is not the bot's",
		 "no entries in it while that is there, ours stays protected: leave it or close it yourself",
		 LOG_ERROR, false, NOTHING, NOTHING},
	[NOTE_UNKNOWN_ORDER] = {"engine",
				"an order with our mark is there that was over or never stored",
				"asking, no entries in it until that is known",
				LOG_WARN,
				false,
				{.unit = FIELD_ROLE},
				{.unit = FIELD_SIDE}},
	[NOTE_UNKNOWN_FILL] = {"engine",
			       "a trade that no order of ours made",
			       "comparing with the exchange; was it you? If not, look who else has the keys",
			       LOG_ERROR,
			       false,
			       {.unit = FIELD_LOTS, .name = "bought", .below = "sold"},
			       {.unit = FIELD_TICKS, .name = "at"}},
	[NOTE_MARKET] = {"monitor",
			 "the market's state changed",
			 "entries only while it is trading",
			 LOG_WARN,
			 false,
			 {.unit = FIELD_INT, .name = "now", .words = WORDS_MARKET},
			 {.unit = FIELD_INT, .name = "before", .words = WORDS_MARKET}},
	[NOTE_GRID] = {"engine",
		       "tick, lot or contract changed",
		       "no entries in it until the lists agree",
		       LOG_WARN,
		       false,
		       {.unit = FIELD_INT, .name = "change number"},
		       {.unit = FIELD_BOOL, .name = "ours can be said exactly"}},
	[NOTE_REDUCED] = {"monitor",
			  "a position is reduced to its limit",
			  NULL,
			  LOG_WARN,
			  true,
			  {.unit = FIELD_EXIT},
			  {.unit = FIELD_LOTS, .name = "to"}},
	[NOTE_EXPLAINED] = {"risk", "the change of equity is explained", "it closes no entries any more",
			    LOG_INFO, false, NOTHING, NOTHING},
	[NOTE_UNRECORDED] = {"journal", "entry dropped, the journal could not store it", "is the disk full?",
			     LOG_ERROR, false, NOTHING, NOTHING},
	[NOTE_UNHEALTHY] = {"monitor",
			    "exchange unhealthy",
			    "no entries until it is well, stops stay in force",
			    LOG_WARN,
			    false,
			    {.unit = FIELD_INT, .words = WORDS_HEALTH},
			    NOTHING},
	[NOTE_HEALTHY] = {"monitor", "exchange healthy again", NULL, LOG_INFO, false, NOTHING, NOTHING},
	[NOTE_SLIPPAGE] = {"monitor",
			   "mean slippage of entries too high",
			   "no entries in it until then",
			   LOG_WARN,
			   false,
			   {.unit = FIELD_MS, .name = "until"},
			   NOTHING},
	[NOTE_STAGE] = {"deploy",
			"share of equity in use",
			NULL,
			LOG_WARN,
			false,
			{.unit = FIELD_RATIO, .name = "now"},
			{.unit = FIELD_RATIO, .name = "before"}},
	[NOTE_RETURNED] = {"learn",
			   "an archived strategy comes back, by its shadow record",
			   NULL,
			   LOG_WARN,
			   true,
			   {.unit = FIELD_RATIO, .name = "salience"},
			   {.unit = FIELD_INT, .name = "trades"}},
	[NOTE_PROMOTION] = {"deploy",
			    "what is missing for live trading has changed",
			    "status lists it",
			    LOG_INFO,
			    false,
			    NOTHING,
			    {.unit = FIELD_INT, .name = "trades so far"}},
	[NOTE_GARBAGE] = {"wire", "unreadable message from the exchange",
			  "dropped; nothing to do unless it goes on", LOG_WARN, false, NOTHING, NOTHING},
	[NOTE_UNEXPLAINED] = {"risk",
			      "equity changed and nothing explains it",
			      "no entries while it stands: was it a transfer of yours? 'resume' accepts it",
			      LOG_ERROR,
			      false,
			      {.unit = FIELD_MONEY, .name = "difference"},
			      {.unit = FIELD_MONEY, .name = "allowed"}},
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
		snprintf(out, 64, "%.2f USDT", (double)value / MONEY_ONE);
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

static size_t add(char *line, size_t size, size_t at, const struct value *row, int64_t value,
		  const struct instrument *i)
{
	const char *name = row->name;
	char text[64];

	if (row->unit == FIELD_ID || at >= size)
		return at;
	if (row->words != WORDS_NONE)
		snprintf(text, sizeof text, "%s",
			 value >= 0 && value < catalogues[row->words].count ? catalogues[row->words].at[value]
									    : "unknown");
	else if (row->below != NULL && value < 0 && value != UNKNOWN) {
		name = row->below;
		format_value(row->unit, -value, i, text);
	} else
		format_value(row->unit, value, i, text);
	int wrote = snprintf(line + at, size - at, "%s%s%s%s", at ? ", " : "", name ? name : "",
			     name ? " " : "", text);
	return wrote < 0 ? at : at + (size_t)wrote;
}

static const char *then_of(const struct note_record *note)
{
	if (note->note != NOTE_ORDER_REJECTED)
		return rows[note->note].then;
	switch (note->a) {
	case ROLE_ENTRY: return "nothing was opened";
	case ROLE_STOP: return "tried again; without a stop the position is closed within seconds";
	default: return "tried again";
	}
}

/* The stage that a journal begins with is no change. */
static enum log_level level_of(const struct note_record *note, bool quiet)
{
	const struct row *row = &rows[note->note];

	if (row->of_a_trade && quiet)
		return LOG_DEBUG;
	return note->note == NOTE_STAGE && note->a == note->b ? LOG_INFO : row->level;
}

void note_log(const struct note_record *note, const struct universe *universe, bool quiet)
{
	const struct row *row = &rows[note->note];
	const struct instrument *i = note->sym == SYM_NONE ? NULL : &universe->at[note->sym];
	const char *then = then_of(note);
	char line[200] = "";

	if (row->room == NULL)
		return;
	size_t at = add(line, sizeof line, 0, &row->a, note->a, i);
	if (note->note != NOTE_STAGE || note->b != note->a)
		add(line, sizeof line, at, &row->b, note->b, i);
	log_line(note->at_ms, level_of(note, quiet), row->room, "%s%s%s%s%s%s%s%s", i ? i->name : "",
		 i ? ": " : "", row->words, line[0] ? " (" : "", line, line[0] ? ")" : "", then ? "; " : "",
		 then ? then : "");
}
