/* SPDX-License-Identifier: MIT
 * The catalogue of what is persisted. The engine emits records; the journal stores them and, at start, yields
 * them again as RESTORED events. One list makes the enum, the tables and the documentation. */
#ifndef TRADEBOT_RECORD_H
#define TRADEBOT_RECORD_H

#include "tradebot/desk.h"
#include "tradebot/fields.h"
#include "tradebot/market.h"
#include "tradebot/order.h"

#define NOTES(X)                                                                     \
	X(READY, "ready", "start-up is over, entries are open")                      \
	X(COSTS, "no_trade_costs", "costs eat the edge: (target - costs) / (stop + costs) under the limit") \
	X(SIZE, "no_trade_size", "the size allowed is under the market's minimum")    \
	X(PAUSE_BARS, "no_trade_pause", "too few bars since the last exit")           \
	X(HELD, "no_trade_held", "the symbol already has a position or an order")     \
	X(ADVICE, "no_trade_advice", "the adviser vetoed it or lowered its confidence to nothing") \
	X(ARCHIVED, "no_trade_archived", "the strategy is archived in this regime")   \
	X(MOVED, "no_trade_moved", "the market moved away or the proposal grew old")  \
	X(QUOTE, "no_trade_quote", "no usable bid, ask or capital")                   \
	X(REFUSED, "refused", "the risk gate refused an entry")                       \
	X(ENTERED, "entered", "the risk gate approved an entry")                      \
	X(UNPROTECTED, "unprotected", "a position has no confirmed stop")             \
	X(EXITED, "exited", "a trade closed")                                         \
	X(STOP_MOVED, "stop_moved", "the stop moves toward profit")                   \
	X(HALTED, "halted", "daily loss: halted until 00:00 UTC")                     \
	X(COOLDOWN, "cooldown", "five losing trades in a row: cooling down for 24 h") \
	X(SAFE_MODE, "safe_mode", "three red days in a row: safe mode")               \
	X(HALF_SIZE, "half_size", "drawdown of 10 %: half size")                      \
	X(PAUSED, "paused", "drawdown of 15 %: paused until resume")                  \
	X(LOCKED, "locked", "drawdown of 20 %: locked and flattened until unlock")    \
	X(OPENED, "opened", "a state that closed entries has ended")                  \
	X(OPERATOR, "operator", "the operator spoke")                                 \
	X(SCANNED, "scanned", "the scanner changed the watched symbols")              \
	X(SERIES_DROPPED, "series_dropped", "a hole or a jump: the series starts anew") \
	X(ORDER_UNKNOWN, "order_unknown", "an order has an unknown outcome; asking")   \
	X(ORDER_REJECTED, "order_rejected", "the exchange rejected an order")          \
	X(DIFFERENCE, "difference", "the exchange and the journal differ")            \
	X(UNRECORDED, "unrecorded", "an entry was dropped: the journal could not store it") \
	X(UNHEALTHY, "unhealthy", "the exchange is unhealthy: entries closed")        \
	X(HEALTHY, "healthy", "the exchange is healthy again")                        \
	X(SLIPPAGE, "slippage", "mean slippage too high: the symbol is closed")       \
	X(STAGE, "stage", "the deployment stage changed")                            \
	X(SCORE, "score", "a strategy's standing changed")                           \
	X(GARBAGE, "garbage", "an unreadable message from the exchange")              \
	X(UNEXPLAINED, "unexplained", "equity changed and nothing explains it")
#define X(id, name, text) NOTE_##id,
enum note { NOTES(X) NOTE_COUNT };
#undef X
struct note_row {
	const char *name, *text;
};
extern const struct note_row note_rows[NOTE_COUNT];

enum verdict { VERDICT_NO_TRADE, VERDICT_REFUSED, VERDICT_APPROVED, VERDICT_COUNT };
extern const char *const verdict_text[VERDICT_COUNT];

/* Every signal that reached decide, with what became of it. */
#define DECISION_FIELDS(F)                                 \
	F(seq, FIELD_INT, FIELD_KEY)                       \
	F(at_ms, FIELD_MS, FIELD_DIGEST)                   \
	F(book, FIELD_BOOK, FIELD_DIGEST)                  \
	F(sym, FIELD_SYM, FIELD_DIGEST)                    \
	F(bar_ms, FIELD_MS, FIELD_DIGEST) /* end of the bar that signalled */ \
	F(strategy, FIELD_STRATEGY, FIELD_DIGEST)          \
	F(side, FIELD_SIDE, FIELD_DIGEST)                  \
	F(regime, FIELD_REGIME, FIELD_DIGEST)              \
	F(confidence, FIELD_RATIO, FIELD_DIGEST)           \
	F(entry, FIELD_TICKS, FIELD_DIGEST)                \
	F(stop, FIELD_TICKS, FIELD_DIGEST)                 \
	F(target, FIELD_TICKS, FIELD_DIGEST)               \
	F(qty, FIELD_LOTS, FIELD_DIGEST)                   \
	F(verdict, FIELD_VERDICT, FIELD_DIGEST)            \
	F(note, FIELD_NOTE, FIELD_DIGEST) /* why no trade */ \
	F(rule, FIELD_REFUSAL, FIELD_DIGEST)               \
	F(limit_value, FIELD_INT, FIELD_DIGEST) /* in the unit of the rule's row */ \
	F(actual_value, FIELD_INT, FIELD_DIGEST)
struct decision {
	DECISION_FIELDS(FIELD_MEMBER)
};

/* active: weights below are applied; see learning. STANDING_x. */
enum score_standing { STANDING_INSUFFICIENT, STANDING_ARCHIVED, STANDING_ACTIVE, STANDING_PROMOTED, STANDING_COUNT };
extern const char *const standing_text[STANDING_COUNT];
#define SCORE_FIELDS(F)                                    \
	F(book, FIELD_BOOK, FIELD_KEY)                     \
	F(strategy, FIELD_STRATEGY, FIELD_KEY)             \
	F(regime, FIELD_REGIME, FIELD_KEY)                 \
	F(trades, FIELD_INT, FIELD_PLAIN)                  \
	F(standing, FIELD_STANDING, FIELD_PLAIN)           \
	F(salience, FIELD_RATIO, FIELD_PLAIN) /* UNKNOWN while insufficient */ \
	F(weight, FIELD_RATIO, FIELD_PLAIN)                \
	F(mean_r, FIELD_RATIO, FIELD_PLAIN)                \
	F(win_rate, FIELD_RATIO, FIELD_PLAIN)              \
	F(drawdown, FIELD_RATIO, FIELD_PLAIN)              \
	F(variance_r, FIELD_RATIO, FIELD_PLAIN)            \
	F(at_ms, FIELD_MS, FIELD_PLAIN)
struct score {
	SCORE_FIELDS(FIELD_MEMBER)
};

#define STAGE_FIELDS(F)                                    \
	F(seq, FIELD_INT, FIELD_KEY)                       \
	F(at_ms, FIELD_MS, FIELD_PLAIN)                    \
	F(stage, FIELD_RATIO, FIELD_PLAIN) /* share of E: 5, 10, 25, 100 % */ \
	F(from_stage, FIELD_RATIO, FIELD_PLAIN)            \
	F(trades, FIELD_INT, FIELD_PLAIN) /* at the stage it left */ \
	F(days, FIELD_INT, FIELD_PLAIN)                    \
	F(sharpe, FIELD_RATIO, FIELD_PLAIN)                \
	F(drawdown, FIELD_RATIO, FIELD_PLAIN)              \
	F(slippage, FIELD_RATIO, FIELD_PLAIN)
struct stage_change {
	STAGE_FIELDS(FIELD_MEMBER)
};

/* One a day, at the first event after 00:00 UTC, and one at the end of a run. */
#define EQUITY_FIELDS(F)                                   \
	F(at_ms, FIELD_MS, FIELD_KEY)                      \
	F(equity, FIELD_MONEY, FIELD_PLAIN)                \
	F(nav, FIELD_INT, FIELD_PLAIN)                     \
	F(nav_peak, FIELD_INT, FIELD_PLAIN)
struct equity_sample {
	EQUITY_FIELDS(FIELD_MEMBER)
};

#define ADVICE_FIELDS(F)                                   \
	F(sym, FIELD_SYM, FIELD_KEY)                       \
	F(at_ms, FIELD_MS, FIELD_PLAIN)                    \
	F(until_ms, FIELD_MS, FIELD_PLAIN)                 \
	F(regime, FIELD_REGIME, FIELD_PLAIN)               \
	F(adjustment, FIELD_RATIO, FIELD_PLAIN) /* -0.3..0 */ \
	F(veto, FIELD_BOOL, FIELD_PLAIN)
struct advice {
	ADVICE_FIELDS(FIELD_MEMBER)
};

#define NOTE_FIELDS(F)                                     \
	F(seq, FIELD_INT, FIELD_KEY)                       \
	F(at_ms, FIELD_MS, FIELD_PLAIN)                    \
	F(sym, FIELD_SYM, FIELD_PLAIN)                     \
	F(note, FIELD_NOTE, FIELD_PLAIN)                   \
	F(rule, FIELD_REFUSAL, FIELD_PLAIN)                \
	F(a, FIELD_INT, FIELD_PLAIN) /* meaning: see the note's text */ \
	F(b, FIELD_INT, FIELD_PLAIN)
struct note_record {
	NOTE_FIELDS(FIELD_MEMBER)
};

/* A watched symbol, and what the scanner thought of it. */
#define WATCHED_FIELDS(F)                                  \
	F(sym, FIELD_SYM, FIELD_KEY)                       \
	F(watched, FIELD_BOOL, FIELD_PLAIN)                \
	F(scanned, FIELD_BOOL, FIELD_PLAIN) /* by the scanner, not by TRADING_SYMBOLS */ \
	F(place, FIELD_INT, FIELD_PLAIN) /* rank at the last scan, from 1; 0: not ranked */ \
	F(score, FIELD_RATIO, FIELD_PLAIN)                 \
	F(at_ms, FIELD_MS, FIELD_PLAIN)
struct watched {
	WATCHED_FIELDS(FIELD_MEMBER)
};

/* X(ID, table, struct, member, fields, restore) restore: how rows come back at start, in this order:
 *   ALL every row; OPEN only orders that are not final; DAY fills of the last 48 h before the newest;
 *   LAST the newest row; NEVER. */
#define RECORDS(X)                                                             \
	X(DESK, "risk_state", desk, desk, DESK_FIELDS, ALL)                    \
	X(STAGE, "stages", stage_change, stage, STAGE_FIELDS, ALL)             \
	X(WATCHED, "watched", watched, watched, WATCHED_FIELDS, ALL)           \
	X(TRADE, "trades", trade, trade, TRADE_FIELDS, ALL)                    \
	X(FILL, "fills", fill, fill, FILL_FIELDS, DAY)                         \
	X(ORDER, "orders", order, order, ORDER_FIELDS, OPEN)                   \
	X(HOLDING, "holdings", holding, holding, HOLDING_FIELDS, ALL)          \
	X(ADVICE, "advice", advice, advice, ADVICE_FIELDS, ALL)                \
	X(SCORE, "scores", score, score, SCORE_FIELDS, ALL)                    \
	X(EQUITY, "equity", equity_sample, equity, EQUITY_FIELDS, ALL)         \
	X(DECISION, "decisions", decision, decision, DECISION_FIELDS, LAST)    \
	X(NOTE, "notes", note_record, note, NOTE_FIELDS, LAST)

#define X(id, table, type, member, fields, restore) RECORD_##id,
enum record_kind { RECORDS(X) RECORD_COUNT };
#undef X

struct record {
	enum record_kind kind;
	union {
#define X(id, table, type, member, fields, restore) struct type member;
		RECORDS(X)
#undef X
	};
};

/* One field of a record: the struct is an array of int64 in this order. */
struct field_row {
	const char *name;
	enum field_unit unit;
	int flags; /* FIELD_KEY, FIELD_DIGEST */
};
enum restore { RESTORE_NEVER, RESTORE_ALL, RESTORE_OPEN, RESTORE_DAY, RESTORE_LAST };
struct record_row {
	const char *table;
	const struct field_row *fields;
	size_t field_count;
	enum restore restore;
};
extern const struct record_row record_rows[RECORD_COUNT];

/* The record's values as an array of record_rows[kind].field_count integers. */
static inline const int64_t *record_values(const struct record *record) { return (const int64_t *)&record->desk; }

/* Text of an enum value stored in a field of that unit ("long", "stop", ...), or NULL if the unit has no texts or
 * the value is out of range. */
const char *field_text(enum field_unit unit, int64_t value);

#endif
