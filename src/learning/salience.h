/* SPDX-License-Identifier: MIT
 * SCORE and APPLY: what each strategy has earned in each regime, and the weight it is given for it. Fed once
 * per closed trade, live and when the journal is read back: the same trades give the same bits, so nothing
 * but the trades has to be stored. The engine owns the state; books never mix. Scores only advise: a weight
 * can make an order smaller or drop it, never larger. No pointers, no clock. */
#ifndef LEARNING_SALIENCE_H
#define LEARNING_SALIENCE_H

#include "tradebot/order.h"
#include "tradebot/record.h"

#define LEARNING_HOLDINGS   50                  /* trades whose median is the expected holding time */
#define LEARNING_HOLDING_MS (4 * HOUR_MS)       /* ... until a strategy has that many */
#define SALIENCE_ARCHIVED   (RATIO_ONE / 5)     /* below: archived */
#define SALIENCE_PROMOTED   (RATIO_ONE * 4 / 5) /* above: promoted */
#define LEARNING_ROWS_MAX   2                   /* rows that one trade may change */

struct learning_settings {
	ratio_t fade;                /* weight of a trade against the one after it, 0..1; 0.99 */
	ratio_t weight_insufficient; /* of a cell with too few trades, 0..1; 0.5 */
	ratio_t weight_active;       /* 0..1; 0.75. Promoted is always 1, archived 0 */
	int64_t minimum_trades;      /* under it there is no salience; 20 */
	ratio_t return_salience;     /* what an archived strategy's shadow record must reach; 0.3 */
	int64_t return_trades;       /* ... over at least so many trades; 30 */
};
extern const struct learning_settings learning_settings_default;

/* One book x strategy x regime. Means are weighted by fade^k, k = number of trades since; variance by the
 * weighted form of Welford's update (no sum of squares).
 * The R curve is faded the same way: a trade k trades ago moves it by fade^k R. All of an old curve therefore
 * shrinks by fade with each new trade, its drawdowns too, and so the faded drawdown is
 *   now = max(0, fade * now - R), worst = max(fade * worst, now)
 * exactly. In R; 1 R = 1 % of capital. */
struct learning_cell {
	int64_t trades;   /* raw count */
	int64_t archived; /* 1: latched (main book only): the way back leads through a new record */
	int64_t ended;    /* records before this one */
	int64_t last_seq; /* of the last trade; 0: none */
	ms_t since_ms;    /* when this record was opened; 0: with the first trade. Trades entered before are
			     of the record before, and count nowhere */
	ms_t last_ms;     /* exit of the last trade */
	double weight;    /* sum of fade^k */
	double mean_r, win_rate;
	double square_r; /* weighted sum of squared deviations of R */
	double drawdown_now, drawdown_worst;
	ratio_t salience; /* of all this: asked for at each signal, changed by each trade */
};
struct learning_holding {
	int64_t count; /* trades ever */
	ms_t median_ms;
	ms_t last_ms[LEARNING_HOLDINGS]; /* ring by count */
};
struct learning {
	struct learning_cell cell[BOOK_COUNT][STRATEGY_COUNT][REGIME_COUNT];
	struct learning_holding holding[STRATEGY_COUNT];
};

/* clamp01((0.4 r + 0.3 w + 0.2 n) / 0.9 - 0.3 d - 0.2 v), each factor clamped to 0..1: r = avg_r over
 * -0.25..0.60, w = win (0..1) over 0.25..0.60, n = ln trades over ln 20..ln 200, d = drawdown (share of
 * capital) over 0.05..0.25, v = variance of R over 2..8. Pure. The caller keeps records under 20 trades away.
 */
double salience(double avg_r, double win, double trades, double drawdown, double variance);

/* Nothing is known of anybody. */
void learning_init(struct learning *learning);

/* What a trade changed: the row of its cell; then, when it archived the cell, the empty shadow record that
 * begins; or, when it brought an archived cell back, the empty main record that begins. */
struct learning_news {
	size_t count;
	struct score rows[LEARNING_ROWS_MAX];
	bool changed;  /* the standing of the first row is another than before */
	bool returned; /* the second row is an archived strategy's new record in the main book */
};

/* A trade closed (or is read back). Moves its cell and, in the main book, its strategy's holding times.
 * Archiving a cell of the main book starts its shadow record anew; a shadow record that reaches
 * return_salience over return_trades opens a new record, insufficient, in an archived cell of the main book.
 * False, with nothing changed and news->count 0: book, strategy, regime or R out of range (R UNKNOWN: the
 * approved risk was not known), or the trade was entered before its cell's record began. A trade must come
 * once, in the order of seq; the caller drops doubles. */
bool learning_trade(struct learning *learning, const struct learning_settings *settings,
		    const struct trade *trade, struct learning_news *news);

/* The row of one cell. Without trades: insufficient, salience UNKNOWN, averages UNKNOWN. Out of range: the
 * same. */
struct score learning_score(const struct learning *learning, const struct learning_settings *settings,
			    int64_t book, int64_t strategy, int64_t regime);

/* The factor for rank and size, 0..1: insufficient, archived (0: shadow only), active or promoted (1). Ask
 * for the main book, for shadow entries too: what a shadow earns decides nothing here. */
ratio_t learning_weight(const struct learning *learning, const struct learning_settings *settings,
			int64_t book, int64_t strategy, int64_t regime);

/* Expected holding time: the median of the strategy's last 50 trades in the main book (of an even number: the
 * middle of the two, rounded down); 4 h until there are 50. ms, > 0 unless trades took no time. */
ms_t learning_holding_ms(const struct learning *learning, int64_t strategy);

#endif
