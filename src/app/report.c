/* SPDX-License-Identifier: MIT
 * From trades and equity samples to the numbers of the report. Sums of money stay integers; everything that
 * is a ratio is a double. How it looks is report_print.c's and report_json.c's. */
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Upper ends of the histogram's buckets in R; the last is open. */
static const double bucket_ends[REPORT_BUCKETS - 1] = {-1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3};

/* Arrays as long as the input; freed together. */
struct workspace {
	double *r, *returns;
	struct metrics_span *spans;
	struct metrics_point *closed, *days;
	size_t trades, r_count, day_count;
};

/* What nobody knew adds nothing to a sum. */
static int64_t known(int64_t value)
{
	return value == UNKNOWN ? 0 : value;
}
static double usdt(money_t money)
{
	return (double)money / (double)MONEY_ONE;
}

static void row_add(struct report_row *row, const struct trade *trade)
{
	row->trades++;
	row->wins += trade->net > 0;
	row->draws += trade->net == 0;
	row->net += known(trade->net);
	row->fees += known(trade->fees);
	if (trade->r != UNKNOWN)
		row->sum_r += (double)trade->r / (double)RATIO_ONE;
	if (trade->exit_ms > trade->entry_ms)
		row->duration_ms += trade->exit_ms - trade->entry_ms;
}

static const char *symbol_name(const struct universe *universe, int64_t sym)
{
	return sym >= 0 && (uint64_t)sym < universe->count ? universe->at[sym].name : "?";
}

static struct report_row *symbol_row(struct report *report, const char *name)
{
	for (size_t i = 0; i < report->symbol_count; i++) {
		if (strcmp(report->by_symbol[i].name, name) == 0)
			return &report->by_symbol[i];
	}
	if (report->symbol_count == SYMBOLS_MAX)
		return NULL;
	struct report_row *row = &report->by_symbol[report->symbol_count++];
	snprintf(row->name, sizeof(row->name), "%s", name);
	return row;
}

static int compare_rows(const void *a, const void *b)
{
	return strcmp(((const struct report_row *)a)->name, ((const struct report_row *)b)->name);
}

static void group_add(struct report_row *rows, int64_t count, int64_t index, const struct trade *trade)
{
	if (index >= 0 && index < count)
		row_add(&rows[index], trade);
}

static void name_groups(struct report *report)
{
	snprintf(report->all.name, SYMBOL_TEXT_MAX, "TOTAL");
	for (int i = 0; i < STRATEGY_COUNT; i++)
		snprintf(report->by_strategy[i].name, SYMBOL_TEXT_MAX, "%s", strategy_text[i]);
	for (int i = 0; i < REGIME_COUNT; i++)
		snprintf(report->by_regime[i].name, SYMBOL_TEXT_MAX, "%s", regime_text[i]);
	for (int i = 0; i < EXIT_COUNT; i++)
		snprintf(report->by_exit[i].name, SYMBOL_TEXT_MAX, "%s", exit_text[i]);
}

static void add_r(struct report *report, struct workspace *work, ratio_t ratio)
{
	int bucket = 0;
	if (ratio == UNKNOWN)
		return;
	double r = (double)ratio / (double)RATIO_ONE;
	while (bucket < REPORT_BUCKETS - 1 && r >= bucket_ends[bucket])
		bucket++;
	report->r_histogram[bucket]++;
	work->r[work->r_count++] = r;
}

/* Best, worst, streaks, durations of winners and losers. wins and losses: the running streaks. */
static void add_extremes(struct report *report, const struct trade *trade, const char *name, int64_t *wins,
			 int64_t *losses)
{
	if (report->all.trades == 1 || trade->net > report->best) {
		report->best = trade->net;
		snprintf(report->best_symbol, SYMBOL_TEXT_MAX, "%s", name);
	}
	if (report->all.trades == 1 || trade->net < report->worst) {
		report->worst = trade->net;
		snprintf(report->worst_symbol, SYMBOL_TEXT_MAX, "%s", name);
	}
	*wins = trade->net > 0 ? *wins + 1 : 0;
	*losses = trade->net < 0 ? *losses + 1 : 0;
	if (*wins > report->wins_in_a_row)
		report->wins_in_a_row = *wins;
	if (*losses > report->losses_in_a_row)
		report->losses_in_a_row = *losses;
	if (trade->net > 0)
		report->winner_ms += trade->exit_ms - trade->entry_ms;
	else if (trade->net < 0)
		report->loser_ms += trade->exit_ms - trade->entry_ms;
}

/* Sums while trades are added; means in finish_slippage. */
struct slippage_sums {
	int64_t entries, exits;
};
static void add_slippage(struct report *report, const struct trade *trade, struct slippage_sums *sums)
{
	if (trade->entry_slippage != UNKNOWN) {
		double slip = (double)trade->entry_slippage / (double)RATIO_ONE;
		report->entry_slippage += slip;
		report->entry_slippage_cost += slip * usdt(trade->entry_cost);
		sums->entries++;
	}
	if (trade->exit_slippage != UNKNOWN) {
		double slip = (double)trade->exit_slippage / (double)RATIO_ONE;
		report->exit_slippage += slip;
		report->exit_slippage_cost += slip * usdt(trade->exit_value);
		sums->exits++;
	}
}

static void add_trades(const struct report_input *input, struct report *report, struct workspace *work)
{
	int64_t wins = 0, losses = 0;
	struct slippage_sums sums = {0};
	money_t balance = input->start_balance;

	work->closed[0] = (struct metrics_point){input->start_ms, usdt(balance)};
	for (size_t i = 0; i < input->trade_count; i++) {
		const struct trade *trade = &input->trades[i];
		const char *name = symbol_name(input->universe, trade->sym);
		if (trade->book != input->book)
			continue;
		row_add(&report->all, trade);
		group_add(report->by_strategy, STRATEGY_COUNT, trade->strategy, trade);
		group_add(report->by_regime, REGIME_COUNT, trade->regime, trade);
		group_add(report->by_exit, EXIT_COUNT, trade->exit_reason, trade);
		struct report_row *row = symbol_row(report, name);
		if (row)
			row_add(row, trade);
		report->longs += trade->side == SIDE_LONG;
		report->shorts += trade->side == SIDE_SHORT;
		report->gross += known(trade->gross);
		report->funding += known(trade->funding);
		report->naked_ms += known(trade->naked_ms);
		add_r(report, work, trade->r);
		add_extremes(report, trade, name, &wins, &losses);
		add_slippage(report, trade, &sums);
		work->spans[work->trades++] = (struct metrics_span){trade->entry_ms, trade->exit_ms};
		balance += known(trade->net);
		work->closed[work->trades] = (struct metrics_point){trade->exit_ms, usdt(balance)};
	}
	int64_t lost = report->all.trades - report->all.wins - report->all.draws;
	report->winner_ms = report->all.wins ? report->winner_ms / report->all.wins : 0;
	report->loser_ms = lost ? report->loser_ms / lost : 0;
	report->entry_slippage = sums.entries ? report->entry_slippage / (double)sums.entries : NAN;
	report->exit_slippage = sums.exits ? report->exit_slippage / (double)sums.exits : NAN;
	report->final_balance = balance;
	if (report->symbol_count > 0)
		qsort(report->by_symbol, report->symbol_count, sizeof(report->by_symbol[0]), compare_rows);
}

/* The curve of days: equity from the start balance on, or NAV from its first sample on. */
static void add_days(const struct report_input *input, struct report *report, struct workspace *work)
{
	if (!input->by_nav)
		work->days[work->day_count++] =
			(struct metrics_point){input->start_ms, usdt(input->start_balance)};
	for (size_t i = 0; i < input->equity_count; i++) {
		const struct equity_sample *sample = &input->equity[i];
		int64_t value = input->by_nav ? sample->nav : sample->equity;
		if (value == UNKNOWN)
			continue;
		double scale = (double)(input->by_nav ? NAV_ONE : MONEY_ONE);
		work->days[work->day_count++] = (struct metrics_point){sample->at_ms, (double)value / scale};
	}
	if (input->equity_count > 0 && input->equity[input->equity_count - 1].equity != UNKNOWN)
		report->final_balance = input->equity[input->equity_count - 1].equity;
}

static void finish_ratios(const struct report_input *input, struct report *report, struct workspace *work)
{
	double won = 0, lost = 0, trades = (double)report->all.trades;
	for (size_t i = 0; i < input->trade_count; i++) {
		if (input->trades[i].book != input->book)
			continue;
		won += input->trades[i].net > 0 ? usdt(input->trades[i].net) : 0;
		lost -= input->trades[i].net < 0 ? usdt(input->trades[i].net) : 0;
	}
	double win_rate = trades > 0 ? (double)report->all.wins / trades : NAN;
	double losers = trades - (double)report->all.wins - (double)report->all.draws;
	report->profit_factor = lost > 0 ? won / lost : NAN;
	report->expectancy = trades > 0 ? usdt(report->all.net) / trades : NAN;
	report->expectancy_ratio = NAN;
	if (losers > 0 && report->all.wins > 0) {
		double payoff = won / (double)report->all.wins / (lost / losers);
		report->expectancy_ratio = (1 + payoff) * win_rate - 1;
	} else if (losers > 0) {
		report->expectancy_ratio = -1;
	}
	report->mean_r = metrics_mean(work->r, work->r_count);
	report->sqn = metrics_sqn(work->r, work->r_count);
	report->median_r = metrics_median(work->r, work->r_count); /* sorts: last */
}

static void finish_days(const struct report_input *input, struct report *report, struct workspace *work)
{
	const struct metrics_point *days = work->days;
	size_t count = metrics_daily_returns(days, work->day_count, work->returns);
	for (size_t i = 0; i < count; i++) {
		report->days_won += work->returns[i] > 0;
		report->days_lost += work->returns[i] < 0;
	}
	report->days = (double)(input->end_ms - input->start_ms) / (double)DAY_MS;
	report->few_days = report->days < REPORT_FEW_DAYS;
	report->sharpe = metrics_sharpe(work->returns, count);
	report->sortino = metrics_sortino(work->returns, count);
	report->equity_drawdown = metrics_drawdown(days, work->day_count);
	report->closed_drawdown = metrics_drawdown(work->closed, work->trades + 1);
	if (input->by_nav && work->day_count > 0)
		report->cagr = metrics_cagr(days[0].value, days[work->day_count - 1].value, report->days);
	else
		report->cagr =
			metrics_cagr(usdt(input->start_balance), usdt(report->final_balance), report->days);
	if (input->nav_drawdown != UNKNOWN) {
		report->max_drawdown = (double)input->nav_drawdown / (double)RATIO_ONE;
		report->drawdown_basis = "NAV by the minute";
	} else if (work->day_count > 2) {
		report->max_drawdown = report->equity_drawdown.share;
		report->drawdown_basis = input->by_nav ? "NAV by the day" : "equity by the day";
	} else {
		report->max_drawdown = report->closed_drawdown.share;
		report->drawdown_basis = "closed trades";
	}
	report->calmar = report->max_drawdown > 0 ? report->cagr / report->max_drawdown : NAN;
	report->exposure = metrics_covered(work->spans, work->trades, input->start_ms, input->end_ms);
}

static void workspace_fini(struct workspace *work)
{
	free(work->r);
	free(work->returns);
	free(work->spans);
	free(work->closed);
	free(work->days);
}

static int workspace_init(struct workspace *work, const struct report_input *input)
{
	*work = (struct workspace){0};
	work->r = calloc(input->trade_count + 1, sizeof(*work->r));
	work->spans = calloc(input->trade_count + 1, sizeof(*work->spans));
	work->closed = calloc(input->trade_count + 1, sizeof(*work->closed));
	work->days = calloc(input->equity_count + 1, sizeof(*work->days));
	work->returns = calloc(input->equity_count + 1, sizeof(*work->returns));
	if (work->r && work->spans && work->closed && work->days && work->returns)
		return 0;
	workspace_fini(work);
	return TB_EIO;
}

int report_compute(const struct report_input *input, struct report *report)
{
	struct workspace work;
	memset(report, 0, sizeof(*report));
	if (workspace_init(&work, input))
		return TB_EIO;
	snprintf(report->data, sizeof(report->data), "%s", input->data ? input->data : "");
	name_groups(report);
	report->start_ms = input->start_ms;
	report->end_ms = input->end_ms;
	report->start_balance = input->start_balance;
	report->fills = input->fill_count;
	report->violations = input->violations;
	add_trades(input, report, &work);
	add_days(input, report, &work);
	report->few_trades = report->all.trades < REPORT_FEW_TRADES;
	finish_ratios(input, report, &work);
	finish_days(input, report, &work);
	report->decisions_counted = input->no_trades || input->refusals;
	if (input->no_trades)
		memcpy(report->no_trades, input->no_trades, sizeof(report->no_trades));
	if (input->refusals)
		memcpy(report->refusals, input->refusals, sizeof(report->refusals));
	workspace_fini(&work);
	return 0;
}
