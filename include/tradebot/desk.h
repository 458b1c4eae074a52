/* SPDX-License-Identifier: MIT
 * The risk state of one account (struct desk: persisted, moved only by ladder_step), what stands in a symbol
 * (struct standing: computed fresh for each question), and the catalogue of refusals. */
#ifndef TRADEBOT_DESK_H
#define TRADEBOT_DESK_H

#include "tradebot/fields.h"
#include "tradebot/limits.h"

#define NAV_ONE 1000000000000LL /* NAV is an index; it starts here */

#define DESK_FIELDS(F)                                     \
	F(account, FIELD_INT, FIELD_KEY) /* 0 */           \
	F(nav, FIELD_INT, FIELD_PLAIN) /* 1e-12 */         \
	F(nav_peak, FIELD_INT, FIELD_PLAIN)                \
	F(nav_day, FIELD_INT, FIELD_PLAIN) /* at day_ms */ \
	F(day_ms, FIELD_MS, FIELD_PLAIN) /* 00:00 UTC of the running day; 0: no time heard yet */ \
	F(day_closed, FIELD_INT, FIELD_PLAIN) /* sum of PnL / C of the day's closed trades, 1e-12 */ \
	F(sample_ms, FIELD_MS, FIELD_PLAIN) /* last NAV sample */ \
	F(halted_until_ms, FIELD_MS, FIELD_PLAIN) /* daily loss; 0: not */ \
	F(loss_streak, FIELD_INT, FIELD_PLAIN)             \
	F(cooldown_until_ms, FIELD_MS, FIELD_PLAIN)        \
	F(red_days, FIELD_INT, FIELD_PLAIN)                \
	F(safe_mode, FIELD_BOOL, FIELD_PLAIN)              \
	F(half_size, FIELD_BOOL, FIELD_PLAIN) /* drawdown >= 10 %, or safe mode */ \
	F(paused, FIELD_BOOL, FIELD_PLAIN)                 \
	F(pause_at, FIELD_RATIO, FIELD_PLAIN) /* the drawdown that pauses next */ \
	F(locked, FIELD_BOOL, FIELD_PLAIN)                 \
	F(locked_ms, FIELD_MS, FIELD_PLAIN)                \
	F(operator_halt, FIELD_BOOL, FIELD_PLAIN)          \
	F(minute_ms, FIELD_MS, FIELD_PLAIN)                \
	F(entries_minute, FIELD_INT, FIELD_PLAIN)          \
	F(entries_day, FIELD_INT, FIELD_PLAIN)             \
	F(fees_day, FIELD_MONEY, FIELD_PLAIN)              \
	F(loss_risk, FIELD_MONEY, FIELD_PLAIN) /* approved risk of the last losing trade; 0: none counts */ \
	F(loss_capital, FIELD_MONEY, FIELD_PLAIN) /* ... of this C */ \
	F(loss_ms, FIELD_MS, FIELD_PLAIN)                  \
	F(equity_peak, FIELD_MONEY, FIELD_PLAIN) /* deposit-adjusted; account guard */ \
	F(sequence, FIELD_INT, FIELD_PLAIN) /* last client id sequence handed out */
struct desk {
	DESK_FIELDS(FIELD_MEMBER)
};

/* What the gate must know of the account and of one symbol besides the quote. Any field may be UNKNOWN; then
 * every rule that needs it is unanswered and no ticket is sealed. Booleans are 0, 1 or UNKNOWN. */
struct standing {
	money_t capital;	  /* C */
	money_t total_exposure;	  /* all symbols, this one included; entries in flight or unknown included */
	money_t symbol_exposure;
	int64_t positions;	  /* open or pending, all symbols */
	int64_t ready;		  /* start-up is over */
	int64_t healthy;	  /* exchange health */
	ms_t clock_off_ms;	  /* |offset| */
	int64_t order_unknown;	  /* in the symbol */
	int64_t unreconciled;	  /* in the symbol */
	int64_t unexplained;	  /* E changed and nobody knows why */
	int64_t foreign;	  /* position or order that is not ours, in the symbol */
	int64_t entry_pending;	  /* in the symbol */
	int64_t side;		  /* of the holding in the symbol; SIDE_NONE: flat */
	int64_t losing;		  /* the holding is under water at mark */
	ratio_t leverage;	  /* as read back from the exchange */
	ratio_t slippage;	  /* mean of the symbol's entry fills in the window */
	int64_t slippage_fills;
	ms_t slippage_until_ms;	  /* closed for slippage until; 0: not */
	/* In judge only: the ladder's inputs that were not given leave its states unanswered. */
	int64_t states_known;	  /* bits of enum state_known; live: STATES_ALL */
};
enum state_known {
	STATE_DAY = 1, STATE_DRAWDOWN = 2, STATE_STREAK = 4, STATE_DAYS = 8, STATE_OPERATOR = 16, STATE_LAST_LOSS = 32,
	STATE_RATE = 64, STATES_ALL = 127
};

/* Facts that move the desk. */
enum fact_kind {
	FACT_TIME,     /* at_ms: rolls the day */
	FACT_NAV,      /* value: NAV, 1e-12, all marks fresh */
	FACT_TRADE,    /* a trade closed: value net, risk, capital; forced: does not set rule 10 */
	FACT_ENTRY,    /* an ENTER was approved */
	FACT_FEE,      /* value: money paid */
	FACT_EQUITY,   /* value: deposit-adjusted E */
	FACT_HALT, FACT_RESUME, FACT_UNLOCK /* the operator */
};
struct fact {
	enum fact_kind kind;
	ms_t at_ms;
	int64_t value;
	money_t risk, capital;
	bool forced;
};

/* X(id, rule of rules.md section 4, name, unit of limit and actual, text) */
#define REFUSALS(X)                                                                                             \
	X(NONE, 0, "none", FIELD_INT, "passes every rule")                                                      \
	X(UNUSABLE, 0, "unusable_value", FIELD_INT, "a value is not a number, negative or out of range")        \
	X(LOCKED, 1, "locked", FIELD_RATIO, "locked: drawdown reached 20 %")                                    \
	X(PAUSED, 1, "paused", FIELD_RATIO, "paused: drawdown reached 15 %")                                    \
	X(DAY_HALTED, 1, "daily_loss", FIELD_RATIO, "halted for the day: daily loss")                           \
	X(COOLDOWN, 1, "cooldown", FIELD_MS, "cooling down after five losing trades in a row")                  \
	X(OPERATOR_HALT, 1, "operator_halt", FIELD_BOOL, "halted by the operator")                              \
	X(NOT_READY, 1, "not_ready", FIELD_BOOL, "start-up is not over")                                        \
	X(UNHEALTHY, 2, "exchange_unhealthy", FIELD_BOOL, "the exchange is unhealthy")                          \
	X(CLOCK, 2, "clock_off", FIELD_MS, "our clock is off")                                                  \
	X(TICKER_STALE, 2, "ticker_stale", FIELD_MS, "the ticker is too old")                                   \
	X(BAR_STALE, 2, "bar_stale", FIELD_MS, "the last closed bar is too old")                                \
	X(ORDER_UNKNOWN, 2, "order_unknown", FIELD_BOOL, "an order in the symbol has an unknown outcome")       \
	X(UNRECONCILED, 2, "unreconciled", FIELD_BOOL, "the exchange and the journal differ in this symbol")    \
	X(UNEXPLAINED, 2, "equity_unexplained", FIELD_BOOL, "equity changed and nothing explains it")           \
	X(NOT_TRADING, 3, "not_trading", FIELD_INT, "the instrument does not trade")                            \
	X(BLACKLISTED, 3, "blacklisted", FIELD_BOOL, "the symbol is blacklisted")                               \
	X(FOREIGN, 3, "foreign", FIELD_BOOL, "a position or order in the symbol is not the bot's")              \
	X(OFF_GRID, 3, "off_grid", FIELD_INT, "size or price is off the instrument's grid or generation")       \
	X(UNDER_MINIMUM, 3, "under_minimum", FIELD_LOTS, "under the instrument's minimum")                      \
	X(OVER_MAXIMUM, 3, "over_maximum", FIELD_LOTS, "over the instrument's maximum")                         \
	X(NO_STOP, 4, "no_stop", FIELD_TICKS, "order carries no stop-loss")                                     \
	X(STOP_SIDE, 4, "stop_side", FIELD_TICKS, "the stop is on the wrong side of the entry")                 \
	X(STOP_NEAR, 4, "stop_near", FIELD_TICKS, "the stop is nearer than two ticks or the spread")            \
	X(LIQUIDATION, 4, "liquidation", FIELD_TICKS, "liquidation would come before the stop")                 \
	X(NO_TARGET, 5, "no_target", FIELD_TICKS, "order carries no target")                                    \
	X(TARGET_SIDE, 5, "target_side", FIELD_TICKS, "the target is on the wrong side of the entry")           \
	X(REWARD_RISK, 5, "reward_risk", FIELD_RATIO, "reward to risk is under 1.5")                            \
	X(RISK, 6, "risk_per_trade", FIELD_MONEY, "the loss at the stop is over the share of C")                \
	X(SYMBOL_EXPOSURE, 7, "symbol_exposure", FIELD_MONEY, "symbol exposure over 30 % of C")                 \
	X(TOTAL_EXPOSURE, 7, "total_exposure", FIELD_MONEY, "total exposure over 50 % of C")                    \
	X(LEVERAGE, 7, "leverage", FIELD_RATIO, "leverage setting over 2x")                                     \
	X(POSITIONS, 8, "positions", FIELD_INT, "as many positions as allowed")                                 \
	X(ENTRY_PENDING, 9, "entry_pending", FIELD_BOOL, "an entry in the symbol is pending or unknown")        \
	X(OPPOSITE, 9, "opposite_side", FIELD_SIDE, "a position on the other side is open")                     \
	X(AVERAGING_DOWN, 9, "averaging_down", FIELD_BOOL, "adding to a losing position")                       \
	X(MARTINGALE, 10, "martingale", FIELD_MONEY, "more risk than the last losing trade had")                \
	X(VOLATILITY, 11, "volatility", FIELD_RATIO, "volatility percentile over 95, or unknown")               \
	X(SPREAD, 12, "spread", FIELD_RATIO, "the spread is too wide")                                          \
	X(DEPTH, 12, "depth", FIELD_MONEY, "too little depth within 10 bps, or too old")                        \
	X(SLIPPAGE, 12, "slippage", FIELD_RATIO, "closed for slippage")                                         \
	X(SAFE_CONFIDENCE, 13, "safe_mode", FIELD_RATIO, "safe mode takes high confidence only")                \
	X(HALF_RISK, 14, "half_size_risk", FIELD_MONEY, "half size: loss at the stop over half the share")      \
	X(HALF_SYMBOL, 14, "half_size_symbol", FIELD_MONEY, "half size: symbol exposure over 15 % of C")        \
	X(HALF_TOTAL, 14, "half_size_total", FIELD_MONEY, "half size: total exposure over 25 % of C")           \
	X(ENTRIES_MINUTE, 15, "entries_minute", FIELD_INT, "too many entries this minute")                      \
	X(ENTRIES_DAY, 15, "entries_day", FIELD_INT, "too many entries today")                                  \
	X(FEES_DAY, 15, "fees_day", FIELD_MONEY, "fees of the day over their share of C")                       \
	X(NOTHING_HELD, 0, "nothing_held", FIELD_LOTS, "there is no holding to shrink or protect")              \
	X(NOT_SMALLER, 0, "not_smaller", FIELD_LOTS, "a reduce must shrink the holding")                        \
	X(NOT_PROTECTING, 0, "not_protecting", FIELD_TICKS, "the stop is missing, on the wrong side, or further than the one it replaces")
#define X(id, rule, name, unit, text) REFUSAL_##id,
enum refusal { REFUSALS(X) REFUSAL_COUNT };
#undef X
struct refusal_row {
	int rule;
	const char *name;
	enum field_unit unit;
	const char *text;
};
extern const struct refusal_row refusal_rows[REFUSAL_COUNT];

/* Why: the rule with its limit and the actual value, in the unit of the rule's row. */
struct finding {
	enum refusal rule;
	int64_t limit, actual;
};

#endif
