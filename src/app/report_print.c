/* SPDX-License-Identifier: MIT
 * The report as text: aligned tables, then the summary. At most 110 columns. */
#include "report.h"

#include "show.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define WIDTH 110

static void rule(FILE *out, char mark)
{
	for (int i = 0; i < WIDTH; i++)
		fputc(mark, out);
	fputc('\n', out);
}

static void heading(FILE *out, const char *what)
{
	fprintf(out, "\n%s\n", what);
	rule(out, '-');
	fprintf(out, "%-21s %6s %15s %7s %7s %14s %9s %11s %12s\n", "", "trades", "win/draw/loss", "win %",
		"avg R", "net USDT", "net %", "avg length", "fees USDT");
	rule(out, '-');
}

static void print_row(FILE *out, const struct report *report, const struct report_row *row)
{
	char net[SHOW_MAX], fees[SHOW_MAX], length[SHOW_MAX], record[SHOW_MAX];
	int64_t lost = row->trades - row->wins - row->draws;
	double share = report->start_balance > 0 ? 100 * (double)row->net / (double)report->start_balance : 0;

	show_money(row->net, 2, net);
	show_money(row->fees, 2, fees);
	show_length(row->trades ? row->duration_ms / row->trades : UNKNOWN, length);
	snprintf(record, sizeof(record), "%" PRId64 "/%" PRId64 "/%" PRId64, row->wins, row->draws, lost);
	fprintf(out, "%-21.21s %6" PRId64 " %15s ", row->name, row->trades, record);
	if (row->trades > 0)
		fprintf(out, "%7.1f %7.2f ", 100 * (double)row->wins / (double)row->trades,
			row->sum_r / (double)row->trades);
	else
		fprintf(out, "%7s %7s ", "-", "-");
	fprintf(out, "%14s %9.*f %11s %12s\n", net, fabs(share) < 10000 ? 2 : 0, share, length, fees);
}

static void print_table(FILE *out, const struct report *report, const char *what,
			const struct report_row *rows, size_t count)
{
	heading(out, what);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].trades > 0)
			print_row(out, report, &rows[i]);
	}
	rule(out, '-');
	print_row(out, report, &report->all);
}

static void line(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%-34s %s\n", name, value);
}

static void line_count(FILE *out, const char *name, int64_t count)
{
	fprintf(out, "%-34s %" PRId64 "\n", name, count);
}

static void line_money(FILE *out, const char *name, money_t money)
{
	char text[SHOW_MAX];
	show_money(money, 2, text);
	fprintf(out, "%-34s %s USDT\n", name, text);
}

/* A ratio that needs some trades to mean anything. */
static void line_ratio(FILE *out, const struct report *report, const char *name, double value)
{
	if (report->few_trades)
		fprintf(out, "%-34s n/a: n < %d trades\n", name, REPORT_FEW_TRADES);
	else if (isfinite(value))
		fprintf(out, "%-34s %.2f\n", name, value);
	else
		line(out, name, "-");
}

static void print_growth(FILE *out, const struct report *report)
{
	char from[SHOW_MAX], to[SHOW_MAX], net[SHOW_MAX];
	const struct report_row *all = &report->all;

	show_time(report->start_ms, from);
	show_time(report->end_ms, to);
	line(out, "From", from);
	line(out, "To", to);
	fprintf(out, "%-34s %.1f\n", "Days", report->days);
	fprintf(out, "%-34s %" PRId64 " (%" PRId64 " long, %" PRId64 " short), %.2f a day\n", "Trades",
		all->trades, report->longs, report->shorts,
		report->days > 0 ? (double)all->trades / report->days : 0);
	line_money(out, "Starting balance", report->start_balance);
	line_money(out, "Final balance", report->final_balance);
	show_money(all->net, 2, net);
	fprintf(out, "%-34s %s USDT (%.2f %%)\n", "Net profit of closed trades", net,
		report->start_balance > 0 ? 100 * (double)all->net / (double)report->start_balance : 0);
	if (report->final_balance - report->start_balance != all->net)
		line_money(out, "Other changes (transfers, open)",
			   report->final_balance - report->start_balance - all->net);
	if (!isfinite(report->cagr))
		line(out, "CAGR", "-");
	else
		fprintf(out, "%-34s %s%.2f %%%s\n", "CAGR", report->cagr >= METRICS_CAGR_CAP ? "over " : "",
			100 * report->cagr, report->few_days ? "  (under 30 days: says little)" : "");
}

static void print_drawdown(FILE *out, const char *name, const struct metrics_drawdown *drawdown)
{
	char from[SHOW_MAX], to[SHOW_MAX];
	show_time(drawdown->from_ms, from);
	show_time(drawdown->to_ms, to);
	if (drawdown->share > 0)
		fprintf(out, "%-34s %.2f %% from %.16s to %.16s\n", name, 100 * drawdown->share, from, to);
	else
		line(out, name, "0.00 %");
}

static void print_quality(FILE *out, const struct report *report)
{
	line_ratio(out, report, "Sharpe (days, x sqrt 365)", report->sharpe);
	line_ratio(out, report, "Sortino", report->sortino);
	line_ratio(out, report, "Calmar", report->calmar);
	line_ratio(out, report, "Profit factor", report->profit_factor);
	if (isfinite(report->expectancy))
		fprintf(out, "%-34s %.4f USDT a trade\n", "Expectancy", report->expectancy);
	else
		line(out, "Expectancy", "-");
	line_ratio(out, report, "Expectancy ratio", report->expectancy_ratio);
	line_ratio(out, report, "SQN", report->sqn);
	fprintf(out, "%-34s %.2f %% (%s)\n", "Max drawdown", 100 * report->max_drawdown,
		report->drawdown_basis);
	print_drawdown(out, "Max drawdown by the day", &report->equity_drawdown);
	print_drawdown(out, "Max drawdown of closed trades", &report->closed_drawdown);
	fprintf(out, "%-34s %.2f USDT\n", "  in USDT", report->closed_drawdown.amount);
}

static void print_trades(FILE *out, const struct report *report)
{
	const struct report_row *all = &report->all;
	char best[SHOW_MAX], worst[SHOW_MAX], winners[SHOW_MAX], losers[SHOW_MAX];

	if (all->trades == 0)
		return;
	show_money(report->best, 2, best);
	show_money(report->worst, 2, worst);
	show_length(report->winner_ms, winners);
	show_length(report->loser_ms, losers);
	fprintf(out, "%-34s %.1f %%\n", "Win rate", 100 * (double)all->wins / (double)all->trades);
	fprintf(out, "%-34s %.2f / %.2f\n", "R, average / median", report->mean_r, report->median_r);
	fprintf(out, "%-34s %s %s USDT / %s %s USDT\n", "Best / worst trade", report->best_symbol, best,
		report->worst_symbol, worst);
	fprintf(out, "%-34s %" PRId64 " / %" PRId64 "\n", "Most wins / losses in a row",
		report->wins_in_a_row, report->losses_in_a_row);
	fprintf(out, "%-34s %s / %s\n", "Average length, winners / losers", winners, losers);
	fprintf(out, "%-34s %" PRId64 " / %" PRId64 "\n", "Days won / lost", report->days_won,
		report->days_lost);
	fprintf(out, "%-34s %.1f %%\n", "Time with a position", 100 * report->exposure);
}

static void print_slippage(FILE *out, const char *name, double slippage, double cost)
{
	if (isfinite(slippage))
		fprintf(out, "%-34s %.2f bps, %.2f USDT\n", name, 1e4 * slippage, cost);
	else
		line(out, name, "-");
}

static void print_costs(FILE *out, const struct report *report)
{
	line_money(out, "Gross profit", report->gross);
	line_money(out, "Fees paid", report->all.fees);
	line_money(out, "Funding received", report->funding);
	print_slippage(out, "Slippage at entry (mean, cost)", report->entry_slippage,
		       report->entry_slippage_cost);
	print_slippage(out, "Slippage at exit (mean, cost)", report->exit_slippage,
		       report->exit_slippage_cost);
	fprintf(out, "%-34s %.1f s\n", "Unprotected", (double)report->naked_ms / 1000);
}

static void print_histogram(FILE *out, const struct report *report)
{
	static const char *const names[REPORT_BUCKETS] = {"under -1.5", "-1.5..-1",  "-1..-0.5", "-0.5..0",
							  "0..0.5",     "0.5..1",    "1..1.5",   "1.5..2",
							  "2..3",       "3 and over"};
	int64_t most = 0;
	for (int i = 0; i < REPORT_BUCKETS; i++)
		most = report->r_histogram[i] > most ? report->r_histogram[i] : most;
	if (most == 0)
		return;
	fprintf(out, "\nR MULTIPLES\n");
	rule(out, '-');
	for (int i = 0; i < REPORT_BUCKETS; i++) {
		fprintf(out, "%12s %6" PRId64 " ", names[i], report->r_histogram[i]);
		for (int64_t bar = 0; bar < (report->r_histogram[i] * 80 + most - 1) / most; bar++)
			fputc('#', out);
		fputc('\n', out);
	}
}

static void print_decisions(FILE *out, const struct report *report)
{
	if (!report->decisions_counted)
		return;
	fprintf(out, "\nREFUSED BY THE RISK GATE\n");
	rule(out, '-');
	bool any = false;
	for (int i = 0; i < REFUSAL_COUNT; i++) {
		if (report->refusals[i] <= 0)
			continue;
		fprintf(out, "%-24s %8" PRId64 "  %s\n", refusal_rows[i].name, report->refusals[i],
			refusal_rows[i].text);
		any = true;
	}
	if (!any)
		fputs("nothing\n", out);
	fprintf(out, "\nSIGNALS THAT BECAME NO TRADE\n");
	rule(out, '-');
	any = false;
	for (int i = 0; i < NOTE_COUNT; i++) {
		if (report->no_trades[i] <= 0)
			continue;
		fprintf(out, "%-24s %8" PRId64 "  %s\n", note_rows[i].name, report->no_trades[i],
			note_rows[i].text);
		any = true;
	}
	if (!any)
		fputs("none\n", out);
}

static void print_violations(FILE *out, const struct report *report)
{
	const struct report_violations *bad = &report->violations;
	if (bad->over_limit < 0)
		return;
	fprintf(out, "\nRULES BROKEN (counted by an independent checker)\n");
	rule(out, '-');
	line_count(out, "Entries over a limit", bad->over_limit);
	line_count(out, "Seconds unprotected over 3 s", bad->naked);
	line_count(out, "Books unequal", bad->books);
}

void report_print(const struct report *report, FILE *out)
{
	rule(out, '=');
	fprintf(out, "RESULT%s%s\n", report->data[0] ? " of " : "", report->data);
	rule(out, '=');
	print_table(out, report, "BY STRATEGY", report->by_strategy, STRATEGY_COUNT);
	print_table(out, report, "BY SYMBOL", report->by_symbol, report->symbol_count);
	print_table(out, report, "BY EXIT", report->by_exit, EXIT_COUNT);
	print_table(out, report, "BY REGIME", report->by_regime, REGIME_COUNT);
	print_histogram(out, report);
	print_decisions(out, report);
	print_violations(out, report);
	fprintf(out, "\nSUMMARY\n");
	rule(out, '-');
	print_growth(out, report);
	print_quality(out, report);
	print_trades(out, report);
	print_costs(out, report);
	rule(out, '=');
}
