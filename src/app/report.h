/* SPDX-License-Identifier: MIT
 * What a run or a journal amounts to, in the shape users of freqtrade know: tables per strategy, symbol, exit
 * reason and regime, then a summary. The backtest verb and the report verb share it. Display only. */
#ifndef APP_REPORT_H
#define APP_REPORT_H

#include "metrics.h"
#include "tradebot/instrument.h"
#include "tradebot/record.h"

#include <stdio.h>

#define REPORT_FEW_TRADES 20 /* under it ratios are noise and are not shown */
#define REPORT_FEW_DAYS   30 /* under it a yearly growth is flagged */
#define REPORT_BUCKETS    10

/* Counted by an independent checker; -1: nobody checked. */
struct report_violations {
	int64_t over_limit; /* ENTERs that raised anything over a limit */
	int64_t naked;      /* seconds without a stop over the deadline */
	int64_t books;      /* books that do not add up */
};

struct report_input {
	const char *data; /* what was traded, for the headline; may be NULL */
	const struct universe *universe;
	const struct trade *trades; /* of any book, in the order they closed */
	size_t trade_count;
	int64_t book;                       /* the one reported: enum book */
	const struct equity_sample *equity; /* in time order, about one a day; the last at the end */
	size_t equity_count;
	bool by_nav;           /* days and growth by NAV (deposits do not count) in place of equity */
	money_t start_balance; /* equity at start_ms */
	ms_t start_ms, end_ms;
	ratio_t nav_drawdown; /* deepest fall of NAV as sampled each minute; UNKNOWN: from the samples */
	int64_t fill_count;   /* UNKNOWN: not counted */
	const int64_t
		*no_trades;      /* decisions without a trade: NOTE_COUNT counts by note; NULL: not counted */
	const int64_t *refusals; /* REFUSAL_COUNT counts; NULL: not counted */
	struct report_violations violations;
};

struct report_row {
	char name[SYMBOL_TEXT_MAX];
	int64_t trades, wins, draws;
	money_t net, fees;
	double sum_r;
	ms_t duration_ms; /* of all trades together */
};

/* About 100 KiB: not for small stacks. */
struct report {
	char data[160];
	struct report_row all, by_strategy[STRATEGY_COUNT], by_regime[REGIME_COUNT], by_exit[EXIT_COUNT];
	struct report_row by_symbol[SYMBOLS_MAX]; /* the first symbol_count, by name */
	size_t symbol_count;
	ms_t start_ms, end_ms;
	double days;
	int64_t longs, shorts, fills;
	money_t start_balance, final_balance, gross, funding;
	bool few_trades, few_days;
	/* ratios are fractions; NAN: no value */
	double cagr, sharpe, sortino, calmar, profit_factor, expectancy, expectancy_ratio, sqn;
	struct metrics_drawdown equity_drawdown, closed_drawdown;
	double max_drawdown; /* the finest known: NAV by the minute, else equity by the day, else closed
				trades */
	const char *drawdown_basis;
	double mean_r, median_r;
	int64_t r_histogram[REPORT_BUCKETS];
	money_t best, worst;
	char best_symbol[SYMBOL_TEXT_MAX], worst_symbol[SYMBOL_TEXT_MAX];
	int64_t wins_in_a_row, losses_in_a_row;
	ms_t winner_ms, loser_ms;                       /* mean duration; 0: none */
	double entry_slippage, exit_slippage;           /* mean, ratio; > 0 is worse */
	double entry_slippage_cost, exit_slippage_cost; /* USDT */
	double exposure;                                /* share of the time with a position */
	ms_t naked_ms;
	int64_t days_won, days_lost;
	bool decisions_counted;
	int64_t no_trades[NOTE_COUNT], refusals[REFUSAL_COUNT];
	struct report_violations violations;
};

/* TB_EIO: no memory for the working arrays. */
int report_compute(const struct report_input *input, struct report *report);

/* Text, at most 110 columns wide. */
void report_print(const struct report *report, FILE *out);

/* One JSON object and a newline. report_json_fields writes its members only, without braces, so that a caller
 * can add its own. Money is a decimal number of USDT, exact; ratios are fractions; what has no value is null.
 */
void report_json(const struct report *report, FILE *out);
void report_json_fields(const struct report *report, FILE *out);

#endif
