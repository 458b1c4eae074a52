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
	X(RETURNED, "returned", "an archived strategy's shadow record reopened it")  \
	X(PROMOTION, "promotion", "what is missing for live trading changed")        \
	X(GARBAGE, "garbage", "an unreadable message from the exchange")              \
	X(UNEXPLAINED, "unexplained", "equity changed and nothing explains it")      \
	X(EXPLAINED, "explained", "the change of equity is explained")               \
	X(AGREED, "agreed", "the exchange and the journal agree again")              \
	X(FOREIGN, "foreign", "a position, order or fill in the symbol is not the bot's") \
	X(UNKNOWN_ORDER, "unknown_order", "an order with our prefix rests that the journal does not know") \
	X(UNKNOWN_FILL, "unknown_fill", "a fill that belongs to nothing we know")     \
	X(MARKET, "market", "the exchange changed the state of the market")          \
	X(GRID, "grid_changed", "tick, lot or contract changed: frozen until position and orders agree") \
	X(REDUCED, "reduced", "a position is reduced to what its limit allows")       \
	X(STOP_LOOSENED, "stop_loosened", "a stop rests further away than was approved: asked for again")
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
	F(record, FIELD_INT, FIELD_KEY) /* from 1; main: a new one after each return; shadow: after each archiving */ \
	F(trade_seq, FIELD_INT, FIELD_PLAIN) /* the trade that moved it; 0: none yet */ \
	F(since_ms, FIELD_MS, FIELD_PLAIN) /* trades entered before do not count; 0: all count */ \
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

/* Why a stage was left. */
#define STAGE_REASONS(X)                                                     \
	X(START, "start")             /* the first stage of this account */  \
	X(PROMOTED, "promoted")       /* the evidence for live trading is whole */ \
	X(UP, "up")                   /* enough trades, days and Sharpe, within drawdown and slippage */ \
	X(DRAWDOWN, "drawdown")       /* over its limit */                   \
	X(SLIPPAGE, "slippage")       /* mean over its limit */              \
	X(SHARPE, "sharpe")           /* too low after the days it was given */ \
	X(OPERATOR, "operator")
#define X(id, text) STAGE_REASON_##id,
enum stage_reason { STAGE_REASONS(X) STAGE_REASON_COUNT };
#undef X
extern const char *const stage_reason_text[STAGE_REASON_COUNT];
#define STAGE_FIELDS(F)                                    \
	F(seq, FIELD_INT, FIELD_KEY)                       \
	F(at_ms, FIELD_MS, FIELD_PLAIN)                    \
	F(stage, FIELD_RATIO, FIELD_PLAIN) /* share of E: 5, 10, 25, 100 %; 0: shadow */ \
	F(from_stage, FIELD_RATIO, FIELD_PLAIN)            \
	F(reason, FIELD_STAGE_REASON, FIELD_PLAIN)         \
	F(nav, FIELD_INT, FIELD_PLAIN) /* when it moved: where the new stage begins to measure */ \
	F(trades, FIELD_INT, FIELD_PLAIN) /* at the stage it left */ \
	F(trade_seq, FIELD_INT, FIELD_PLAIN) /* the last of them; 0: none */ \
	F(days, FIELD_INT, FIELD_PLAIN)                    \
	F(sharpe, FIELD_RATIO, FIELD_PLAIN)                \
	F(drawdown, FIELD_RATIO, FIELD_PLAIN)              \
	F(slippage, FIELD_RATIO, FIELD_PLAIN)              \
	F(fills, FIELD_INT, FIELD_PLAIN) /* with a known slippage */ \
	F(peak_nav, FIELD_INT, FIELD_PLAIN) /* drawdown = 1 - low_nav / peak_nav */ \
	F(low_nav, FIELD_INT, FIELD_PLAIN)                 \
	F(limit_drawdown, FIELD_RATIO, FIELD_PLAIN)        \
	F(limit_slippage, FIELD_RATIO, FIELD_PLAIN)
struct stage_change {
	STAGE_FIELDS(FIELD_MEMBER)
};

/* Extremes of NAV at the running stage: what its record cannot be made anew from. One row. */
#define STAGE_PEAK_FIELDS(F)                               \
	F(account, FIELD_INT, FIELD_KEY) /* 0 */           \
	F(since_ms, FIELD_MS, FIELD_PLAIN)                 \
	F(peak_nav, FIELD_INT, FIELD_PLAIN) /* 1e-12 */    \
	F(low_peak, FIELD_INT, FIELD_PLAIN) /* the peak and the low that made the worst drawdown */ \
	F(low_nav, FIELD_INT, FIELD_PLAIN)                 \
	F(drawdown, FIELD_RATIO, FIELD_PLAIN)
struct stage_peak {
	STAGE_PEAK_FIELDS(FIELD_MEMBER)
};

/* What an account must show before it may trade live (rules.md section 6): X(ID, name, unit, text). */
#define PROMOTION_NEEDS(X)                                                                \
	X(SHARPE, "sharpe", FIELD_RATIO, "Sharpe of the daily returns over")              \
	X(DRAWDOWN, "drawdown", FIELD_RATIO, "worst drawdown under")                      \
	X(TRADES, "trades", FIELD_INT, "closed trades, at least")                         \
	X(DAYS, "days", FIELD_INT, "days, at least")                                      \
	X(WEEKS, "weeks", FIELD_INT, "whole weeks, at least")                             \
	X(STABLE, "stable", FIELD_RATIO, "share of weeks that gained, at least")          \
	X(REGIMES, "regimes", FIELD_INT, "regimes with a net profit, at least")
#define X(id, name, unit, text) PROMOTION_##id,
enum promotion_need { PROMOTION_NEEDS(X) PROMOTION_NEED_COUNT };
#undef X
struct promotion_need_row {
	const char *name;
	enum field_unit unit;
	const char *text;
};
extern const struct promotion_need_row promotion_need_rows[PROMOTION_NEED_COUNT];

/* Written when the set of what is missing changes, and when nothing is missing any more. */
#define PROMOTION_FIELDS(F)                                \
	F(seq, FIELD_INT, FIELD_KEY)                       \
	F(at_ms, FIELD_MS, FIELD_PLAIN)                    \
	F(since_ms, FIELD_MS, FIELD_PLAIN) /* evidence counts from here */ \
	F(trade_seq, FIELD_INT, FIELD_PLAIN) /* the trade that changed it; 0: none yet */ \
	F(trades, FIELD_INT, FIELD_PLAIN)                  \
	F(days, FIELD_INT, FIELD_PLAIN) /* that are over */ \
	F(weeks, FIELD_INT, FIELD_PLAIN)                   \
	F(weeks_gained, FIELD_INT, FIELD_PLAIN)            \
	F(regimes, FIELD_INT, FIELD_PLAIN) /* with a net profit */ \
	F(sharpe, FIELD_RATIO, FIELD_PLAIN)                \
	F(drawdown, FIELD_RATIO, FIELD_PLAIN)              \
	F(slippage, FIELD_RATIO, FIELD_PLAIN) /* mean of the fills */ \
	F(missing, FIELD_INT, FIELD_PLAIN) /* bits: 1 sharpe, 2 drawdown, 4 trades, 8 days, 16 weeks, 32 stable, 64 regimes */ \
	F(earned, FIELD_BOOL, FIELD_PLAIN)
struct promotion_record {
	PROMOTION_FIELDS(FIELD_MEMBER)
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

/* What the wallet is, and what it should be: the result of what is open not included. One row. */
#define ACCOUNT_FIELDS(F)                                  \
	F(account, FIELD_INT, FIELD_KEY) /* 0 */           \
	F(wallet, FIELD_MONEY, FIELD_PLAIN)                \
	F(expected_wallet, FIELD_MONEY, FIELD_PLAIN)       \
	F(unexplained, FIELD_BOOL, FIELD_PLAIN)            \
	F(unexplained_ms, FIELD_MS, FIELD_PLAIN) /* since when */ \
	F(at_ms, FIELD_MS, FIELD_PLAIN)
struct account {
	ACCOUNT_FIELDS(FIELD_MEMBER)
};

/* What is in doubt in a symbol: why it is frozen, and what a comparison found. */
#define DOUBT_FIELDS(F)                                    \
	F(book, FIELD_BOOK, FIELD_KEY)                     \
	F(sym, FIELD_SYM, FIELD_KEY)                       \
	F(doubts, FIELD_INT, FIELD_PLAIN) /* bits: 1 quantity, 2 grid, 4 order, 8 fill */ \
	F(foreign_bits, FIELD_INT, FIELD_PLAIN) /* 1 position, 2 order */ \
	F(seen_side, FIELD_INT, FIELD_PLAIN) /* of the last difference; UNKNOWN: none */ \
	F(seen_qty, FIELD_LOTS, FIELD_PLAIN)               \
	F(moved_ms, FIELD_MS, FIELD_PLAIN) /* last fill heard */ \
	F(asleep_ms, FIELD_MS, FIELD_PLAIN) /* suspended since; 0: not */ \
	F(booked, FIELD_LOTS, FIELD_PLAIN) /* taken from lists as closed elsewhere, and not told since, */ \
	F(booked_ms, FIELD_MS, FIELD_PLAIN) /* ... until this time */ \
	F(differs_ms, FIELD_MS, FIELD_PLAIN) /* since when lists have shown another quantity; 0: not */ \
	F(listed, FIELD_INT, FIELD_PLAIN) /* told since the lists were asked for: 2 foreign order, 4 order in doubt */
struct symbol_doubt {
	DOUBT_FIELDS(FIELD_MEMBER)
};

/* A fill that was told and is in no trade: it belongs to nothing we know, or lists had shown before what it did. Or
 * it closes what its entry has still to open, and waits for that. Told again, it is no news. */
#define FILL_APART_FIELDS(F)                               \
	F(seq, FIELD_INT, FIELD_KEY)                       \
	F(at_ms, FIELD_MS, FIELD_PLAIN)                    \
	F(book, FIELD_BOOK, FIELD_PLAIN)                   \
	F(sym, FIELD_SYM, FIELD_PLAIN)                     \
	F(id, FIELD_ID, FIELD_PLAIN) /* client order id; 0: not one of ours */ \
	F(execution, FIELD_INT, FIELD_PLAIN) /* the exchange's own number */ \
	F(reason, FIELD_EXIT, FIELD_PLAIN) /* as the exchange says */ \
	F(side, FIELD_SIDE, FIELD_PLAIN)                   \
	F(qty, FIELD_LOTS, FIELD_PLAIN)                    \
	F(price, FIELD_TICKS, FIELD_PLAIN)                 \
	F(fee, FIELD_MONEY, FIELD_PLAIN)                   \
	F(spread, FIELD_RATIO, FIELD_PLAIN)                \
	F(impact, FIELD_RATIO, FIELD_PLAIN)                \
	F(waits, FIELD_BOOL, FIELD_PLAIN) /* 1: for the fills of its entry; 0: no longer, or never did */
struct fill_apart {
	FILL_APART_FIELDS(FIELD_MEMBER)
};

/* A row of the account's ledger that is no fill: funding, a fee without one, money that came or went. Each once, by
 * its own number; told again, it is no news. */
#define LEDGER_FIELDS(F)                                   \
	F(seq, FIELD_INT, FIELD_KEY)                       \
	F(at_ms, FIELD_MS, FIELD_PLAIN)                    \
	F(sym, FIELD_SYM, FIELD_PLAIN) /* none: of the account */ \
	F(kind, FIELD_INT, FIELD_PLAIN) /* 0 funding, 1 fee, 2 transfer */ \
	F(number, FIELD_INT, FIELD_PLAIN) /* the exchange's own, of its kind */ \
	F(amount, FIELD_MONEY, FIELD_PLAIN) /* > 0: received */ \
	F(held, FIELD_BOOL, FIELD_PLAIN) /* 1: funding of the trade that was open; 0: of the account alone */
struct ledger_record {
	LEDGER_FIELDS(FIELD_MEMBER)
};

/* The link to the exchange and its lists, as of the last change. One row; read back by a simulation, where the
 * world stands still while the process is down. */
#define LINK_FIELDS(F)                                     \
	F(account, FIELD_INT, FIELD_KEY) /* 0 */           \
	F(away_ms, FIELD_MS, FIELD_PLAIN) /* down since; 0: up */ \
	F(failures, FIELD_INT, FIELD_PLAIN) /* in a row */ \
	F(failure_ms, FIELD_MS, FIELD_PLAIN)               \
	F(clock_off_ms, FIELD_INT, FIELD_PLAIN)            \
	F(limited_until_ms, FIELD_MS, FIELD_PLAIN)         \
	F(lists_ms, FIELD_MS, FIELD_PLAIN) /* positions and orders were last asked for */ \
	F(list_tries, FIELD_INT, FIELD_PLAIN)              \
	F(lists_open, FIELD_BOOL, FIELD_PLAIN)             \
	F(compare_again, FIELD_BOOL, FIELD_PLAIN)          \
	F(doubts, FIELD_INT, FIELD_PLAIN) /* symbols frozen at the last lists */ \
	F(remainder_ms, FIELD_MS, FIELD_PLAIN)             \
	F(guard_waits, FIELD_BOOL, FIELD_PLAIN)            \
	F(excess_ms, FIELD_MS, FIELD_PLAIN) /* total exposure far over its limit since; 0: not */ \
	F(nav_tried_ms, FIELD_MS, FIELD_PLAIN) /* the clock last asked for a sample of NAV */
struct link_record {
	LINK_FIELDS(FIELD_MEMBER)
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
	X(STAGE_PEAK, "stage_peak", stage_peak, stage_peak, STAGE_PEAK_FIELDS, ALL) \
	X(PROMOTION, "promotions", promotion_record, promotion, PROMOTION_FIELDS, ALL) \
	X(ACCOUNT, "account", account, account, ACCOUNT_FIELDS, ALL)           \
	X(LINK, "link", link_record, link, LINK_FIELDS, ALL)                   \
	X(DOUBT, "doubts", symbol_doubt, doubt, DOUBT_FIELDS, ALL)             \
	X(WATCHED, "watched", watched, watched, WATCHED_FIELDS, ALL)           \
	X(TRADE, "trades", trade, trade, TRADE_FIELDS, ALL)                    \
	X(FILL, "fills", fill, fill, FILL_FIELDS, DAY)                         \
	X(FILL_APART, "fills_apart", fill_apart, fill_apart, FILL_APART_FIELDS, DAY) \
	X(LEDGER, "ledger", ledger_record, ledger, LEDGER_FIELDS, DAY)         \
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
