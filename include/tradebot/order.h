/* SPDX-License-Identifier: MIT
 * Orders and positions, as execution keeps them and the journal stores them. */
#ifndef TRADEBOT_ORDER_H
#define TRADEBOT_ORDER_H

#include "tradebot/fields.h"

/* A book is one set of positions: the one that trades, and shadows beside it. Index into execution's array. */
enum book { BOOK_MAIN, BOOK_SHADOW, BOOK_COUNT };

#define ROLES(X) X(ENTRY, "entry") X(EXIT, "exit") X(STOP, "stop") X(TARGET, "target")
#define X(id, text) ROLE_##id,
enum role { ROLES(X) ROLE_COUNT };
#undef X
extern const char *const role_text[ROLE_COUNT];

/* INTENT: journalled, not known to have left. UNKNOWN: it may or may not exist at the exchange; the symbol takes
 * no new risk until the exchange has said. The last three are final, and so is FILLED. */
#define ORDER_STATES(X)              \
	X(INTENT, "intent")          \
	X(LIVE, "live")              \
	X(UNKNOWN, "unknown")        \
	X(FILLED, "filled")          \
	X(CANCELLED, "cancelled")    \
	X(REJECTED, "rejected")      \
	X(ABSENT, "absent")
#define X(id, text) ORDER_##id,
enum order_state { ORDER_STATES(X) ORDER_STATE_COUNT };
#undef X
extern const char *const order_state_text[ORDER_STATE_COUNT];
static inline bool order_is_final(int64_t state) { return state >= ORDER_FILLED; }

/* Of a holding. ENTERING: an entry may be filling. UNPROTECTED: open without a confirmed stop, with a deadline.
 * LEAVING: a reduce of the whole is on its way. */
#define PHASES(X)                        \
	X(FLAT, "flat")                  \
	X(ENTERING, "entering")          \
	X(UNPROTECTED, "unprotected")    \
	X(PROTECTED, "protected")        \
	X(LEAVING, "leaving")
#define X(id, text) PHASE_##id,
enum phase { PHASES(X) PHASE_COUNT };
#undef X
extern const char *const phase_text[PHASE_COUNT];

#define EXITS(X)                                  \
	X(NONE, "none")                           \
	X(STOP, "stop")                           \
	X(TARGET, "target")                       \
	X(TRAILING, "trailing_stop")              \
	X(BREAK_EVEN, "break_even_stop")          \
	X(CONTRADICTION, "regime_contradiction")  \
	X(TIME, "time")                           \
	X(UNPROTECTED, "unprotected")             \
	X(BEYOND_STOP, "mark_beyond_stop")        \
	X(FIT, "reduce_to_fit")                   \
	X(EXCESS, "passive_excess")               \
	X(LOCK, "lock")                           \
	X(OPERATOR, "operator")                   \
	X(DELISTING, "delisting")                 \
	X(LIQUIDATION, "liquidation")             \
	X(ADL, "adl")                             \
	X(END, "end_of_run")                      \
	X(FOREIGN, "closed_elsewhere")
#define X(id, text) EXIT_##id,
enum exit_reason { EXITS(X) EXIT_COUNT };
#undef X
extern const char *const exit_text[EXIT_COUNT];

/* One order as we know it. */
#define ORDER_FIELDS(F)                                    \
	F(id, FIELD_ID, FIELD_KEY)                         \
	F(book, FIELD_BOOK, FIELD_PLAIN)                   \
	F(sym, FIELD_SYM, FIELD_PLAIN)                     \
	F(role, FIELD_ROLE, FIELD_PLAIN)                   \
	F(side, FIELD_SIDE, FIELD_PLAIN) /* of the order: LONG buys, SHORT sells */ \
	F(state, FIELD_ORDER_STATE, FIELD_PLAIN)           \
	F(qty, FIELD_LOTS, FIELD_PLAIN)                    \
	F(filled, FIELD_LOTS, FIELD_PLAIN)                 \
	F(price, FIELD_TICKS, FIELD_PLAIN) /* decision price, or the trigger */ \
	F(sent_ms, FIELD_MS, FIELD_PLAIN)                  \
	F(changed_ms, FIELD_MS, FIELD_PLAIN)               \
	F(look_ups, FIELD_INT, FIELD_PLAIN) /* asked */    \
	F(absences, FIELD_INT, FIELD_PLAIN) /* look-ups that were answered: not found */ \
	F(reason, FIELD_EXIT, FIELD_PLAIN) /* why, for an exit */
struct order {
	ORDER_FIELDS(FIELD_MEMBER)
};

/* One execution, exactly as the exchange reported it. */
#define FILL_FIELDS(F)                                     \
	F(seq, FIELD_INT, FIELD_KEY)                       \
	F(at_ms, FIELD_MS, FIELD_DIGEST)                   \
	F(book, FIELD_BOOK, FIELD_DIGEST)                  \
	F(sym, FIELD_SYM, FIELD_DIGEST)                    \
	F(id, FIELD_ID, FIELD_PLAIN) /* client order id; 0: not one of ours */ \
	F(execution, FIELD_INT, FIELD_PLAIN) /* the exchange's own number; duplicates are dropped by it; < 0: made from its lists */ \
	F(role, FIELD_ROLE, FIELD_DIGEST)                  \
	F(reason, FIELD_EXIT, FIELD_DIGEST) /* LIQUIDATION or ADL as the exchange says, FOREIGN if not ours, else NONE */ \
	F(side, FIELD_SIDE, FIELD_DIGEST) /* LONG bought, SHORT sold */ \
	F(qty, FIELD_LOTS, FIELD_DIGEST)                   \
	F(price, FIELD_TICKS, FIELD_DIGEST)                \
	F(fee, FIELD_MONEY, FIELD_DIGEST) /* paid > 0 */   \
	F(slippage, FIELD_RATIO, FIELD_DIGEST) /* against the decision price or trigger; > 0 is worse; set by execution */ \
	F(spread, FIELD_RATIO, FIELD_PLAIN) /* at the fill; UNKNOWN live */ \
	F(impact, FIELD_RATIO, FIELD_PLAIN) /* the model's own; UNKNOWN live */
struct fill {
	FILL_FIELDS(FIELD_MEMBER)
};

/* A position of the bot's own, from the first intent to flat. cost is what the open quantity was bought or sold
 * for: an average entry is never a price. */
#define HOLDING_FIELDS(F)                                  \
	F(book, FIELD_BOOK, FIELD_KEY)                     \
	F(sym, FIELD_SYM, FIELD_KEY)                       \
	F(phase, FIELD_PHASE, FIELD_PLAIN)                 \
	F(side, FIELD_SIDE, FIELD_PLAIN)                   \
	F(generation, FIELD_INT, FIELD_PLAIN) /* of the instrument: the grid that its ticks and lots count on */ \
	F(strategy, FIELD_STRATEGY, FIELD_PLAIN)           \
	F(regime, FIELD_REGIME, FIELD_PLAIN) /* at the signal */ \
	F(qty, FIELD_LOTS, FIELD_PLAIN) /* open now */     \
	F(cost, FIELD_MONEY, FIELD_PLAIN) /* of qty */     \
	F(entry_qty, FIELD_LOTS, FIELD_PLAIN)              \
	F(entry_cost, FIELD_MONEY, FIELD_PLAIN) /* of entry_qty */ \
	F(exit_qty, FIELD_LOTS, FIELD_PLAIN)               \
	F(exit_value, FIELD_MONEY, FIELD_PLAIN)            \
	F(fees, FIELD_MONEY, FIELD_PLAIN)                  \
	F(funding, FIELD_MONEY, FIELD_PLAIN) /* received > 0 */ \
	F(decision_price, FIELD_TICKS, FIELD_PLAIN)        \
	F(stop, FIELD_TICKS, FIELD_PLAIN) /* as it should rest now */ \
	F(first_stop, FIELD_TICKS, FIELD_PLAIN)            \
	F(target, FIELD_TICKS, FIELD_PLAIN)                \
	F(trail, FIELD_TICKS, FIELD_PLAIN) /* distance; 0: none */ \
	F(stop_reason, FIELD_EXIT, FIELD_PLAIN) /* STOP, TRAILING or BREAK_EVEN */ \
	F(best_close, FIELD_TICKS, FIELD_PLAIN)            \
	F(entry_id, FIELD_ID, FIELD_PLAIN)                 \
	F(stop_id, FIELD_ID, FIELD_PLAIN)                  \
	F(target_id, FIELD_ID, FIELD_PLAIN)                \
	F(exit_id, FIELD_ID, FIELD_PLAIN) /* of the reduce on its way, or 0 */ \
	F(exit_reason, FIELD_EXIT, FIELD_PLAIN)            \
	F(stop_qty, FIELD_LOTS, FIELD_PLAIN) /* confirmed resting at the exchange */ \
	F(target_qty, FIELD_LOTS, FIELD_PLAIN)             \
	F(keep_qty, FIELD_LOTS, FIELD_PLAIN) /* to be reduced to this; 0: not */ \
	F(keep_reason, FIELD_EXIT, FIELD_PLAIN)            \
	F(naked_ms, FIELD_MS, FIELD_PLAIN) /* since when unprotected, 0: not */ \
	F(naked_total_ms, FIELD_MS, FIELD_PLAIN)           \
	F(beyond_ms, FIELD_MS, FIELD_PLAIN) /* since when the mark is beyond the stop, 0: not */ \
	F(excess_ms, FIELD_MS, FIELD_PLAIN) /* since when its exposure is far over the limit, 0: not */ \
	F(retry_ms, FIELD_MS, FIELD_PLAIN) /* next protective attempt not before */ \
	F(tries, FIELD_INT, FIELD_PLAIN)                   \
	F(signal_ms, FIELD_MS, FIELD_PLAIN)                \
	F(sent_ms, FIELD_MS, FIELD_PLAIN)                  \
	F(opened_ms, FIELD_MS, FIELD_PLAIN) /* first fill */ \
	F(risk, FIELD_MONEY, FIELD_PLAIN) /* approved loss at the stop, fees included */ \
	F(capital, FIELD_MONEY, FIELD_PLAIN) /* C at entry */ \
	F(equity_before, FIELD_MONEY, FIELD_PLAIN)         \
	F(drawdown_before, FIELD_RATIO, FIELD_PLAIN) /* of NAV, at the decision */ \
	F(day_base, FIELD_MONEY, FIELD_PLAIN) /* net PnL of this trade at 00:00 UTC, 0 on its first day */ \
	F(confidence, FIELD_RATIO, FIELD_PLAIN)            \
	F(volatility, FIELD_RATIO, FIELD_PLAIN) /* P / 100 at the signal */ \
	F(spread, FIELD_RATIO, FIELD_PLAIN)                \
	F(depth, FIELD_MONEY, FIELD_PLAIN)                 \
	F(impact, FIELD_RATIO, FIELD_PLAIN)                \
	F(entry_slippage, FIELD_RATIO, FIELD_PLAIN)        \
	F(exit_slippage, FIELD_RATIO, FIELD_PLAIN)         \
	F(mae, FIELD_MONEY, FIELD_PLAIN) /* worst gross PnL at a closed bar's extreme, <= 0 */ \
	F(mfe, FIELD_MONEY, FIELD_PLAIN) /* best, >= 0 */  \
	F(against_bars, FIELD_INT, FIELD_PLAIN) /* bars in a row that contradict it */ \
	F(scanned, FIELD_BOOL, FIELD_PLAIN) /* the scanner picked the symbol */ \
	F(advised, FIELD_BOOL, FIELD_PLAIN)                \
	F(stage, FIELD_RATIO, FIELD_PLAIN)
struct holding {
	HOLDING_FIELDS(FIELD_MEMBER)
};

/* A closed trade. */
#define TRADE_FIELDS(F)                                    \
	F(seq, FIELD_INT, FIELD_KEY)                       \
	F(book, FIELD_BOOK, FIELD_DIGEST)                  \
	F(sym, FIELD_SYM, FIELD_DIGEST)                    \
	F(side, FIELD_SIDE, FIELD_DIGEST)                  \
	F(strategy, FIELD_STRATEGY, FIELD_DIGEST)          \
	F(regime, FIELD_REGIME, FIELD_DIGEST)              \
	F(exit_regime, FIELD_REGIME, FIELD_DIGEST)         \
	F(exit_reason, FIELD_EXIT, FIELD_DIGEST)           \
	F(confidence, FIELD_RATIO, FIELD_PLAIN)            \
	F(volatility, FIELD_RATIO, FIELD_PLAIN)            \
	F(signal_ms, FIELD_MS, FIELD_DIGEST)               \
	F(entry_ms, FIELD_MS, FIELD_DIGEST)                \
	F(exit_ms, FIELD_MS, FIELD_DIGEST)                 \
	F(qty, FIELD_LOTS, FIELD_DIGEST)                   \
	F(entry_cost, FIELD_MONEY, FIELD_DIGEST) /* entry price = entry_cost / qty */ \
	F(exit_value, FIELD_MONEY, FIELD_DIGEST)           \
	F(stop, FIELD_TICKS, FIELD_DIGEST) /* the first stop */ \
	F(target, FIELD_TICKS, FIELD_DIGEST)               \
	F(fees, FIELD_MONEY, FIELD_DIGEST)                 \
	F(funding, FIELD_MONEY, FIELD_DIGEST)              \
	F(gross, FIELD_MONEY, FIELD_DIGEST)                \
	F(net, FIELD_MONEY, FIELD_DIGEST)                  \
	F(risk, FIELD_MONEY, FIELD_DIGEST)                 \
	F(r, FIELD_RATIO, FIELD_DIGEST) /* net / risk */   \
	F(mae, FIELD_MONEY, FIELD_DIGEST)                  \
	F(mfe, FIELD_MONEY, FIELD_DIGEST)                  \
	F(entry_slippage, FIELD_RATIO, FIELD_DIGEST)       \
	F(exit_slippage, FIELD_RATIO, FIELD_DIGEST)        \
	F(spread, FIELD_RATIO, FIELD_DIGEST)               \
	F(impact, FIELD_RATIO, FIELD_DIGEST)               \
	F(depth, FIELD_MONEY, FIELD_DIGEST)                \
	F(latency_ms, FIELD_INT, FIELD_DIGEST)             \
	F(capital, FIELD_MONEY, FIELD_DIGEST)              \
	F(equity_before, FIELD_MONEY, FIELD_DIGEST)        \
	F(naked_ms, FIELD_INT, FIELD_DIGEST)               \
	F(advised, FIELD_BOOL, FIELD_PLAIN)                \
	F(stage, FIELD_RATIO, FIELD_PLAIN)                 \
	F(drawdown_before, FIELD_RATIO, FIELD_PLAIN) /* of NAV, at the decision */ \
	F(drawdown_after, FIELD_RATIO, FIELD_PLAIN) /* ... when it was closed */ \
	F(breach, FIELD_BOOL, FIELD_PLAIN) /* closed on a day whose loss had reached the limit */ \
	F(reward, FIELD_RATIO, FIELD_PLAIN)
struct trade {
	TRADE_FIELDS(FIELD_MEMBER)
};

/* Client order ids: instance (of the journal) 20 bits, sequence 39 bits, role 4 bits; never negative or 0.
 * As text: "tb" and lower-case base-36 digits, at most 15 characters. */
#define CLIENT_ID_TEXT_MAX 24
static inline int64_t client_id(int64_t instance, int64_t sequence, enum role role)
{
	return (instance & 0xfffff) << 43 | (sequence & 0x7fffffffff) << 4 | role;
}
static inline enum role client_id_role(int64_t id) { return (enum role)(id & 0xf); }
static inline int64_t client_id_sequence(int64_t id) { return id >> 4 & 0x7fffffffff; }
static inline int64_t client_id_instance(int64_t id) { return id >> 43 & 0xfffff; }
void client_id_format(int64_t id, char out[static CLIENT_ID_TEXT_MAX]);
/* 0 if the text is not one of ours (another prefix, bad digits, overflow, an impossible role). */
int64_t client_id_parse(const char *text);

#endif
