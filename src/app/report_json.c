/* SPDX-License-Identifier: MIT
 * The report as JSON, for programs. Names are stable; money is exact. */
#include "report.h"

#include "show.h"

#include <inttypes.h>
#include <math.h>

static void count_field(FILE *out, const char *name, int64_t count)
{
	if (count == UNKNOWN)
		fprintf(out, ", \"%s\": null", name);
	else
		fprintf(out, ", \"%s\": %" PRId64, name, count);
}

static void money_field(FILE *out, const char *name, money_t money)
{
	fputs(", ", out);
	show_json_money(out, name, money);
}

static void double_field(FILE *out, const char *name, double value)
{
	fputs(", ", out);
	show_json_double(out, name, value);
}

/* null where the text says n/a. */
static void ratio_field(FILE *out, const struct report *report, const char *name, double value)
{
	double_field(out, name, report->few_trades ? NAN : value);
}

static void group(FILE *out, const char *name, const struct report_row *rows, size_t count)
{
	const char *comma = "";
	fprintf(out, ", \"%s\": {", name);
	for (size_t i = 0; i < count; i++) {
		const struct report_row *row = &rows[i];
		if (row->trades == 0)
			continue;
		fputs(comma, out);
		show_json_text(out, row->name);
		fprintf(out, ": {\"trades\": %" PRId64 ", \"wins\": %" PRId64 ", ", row->trades, row->wins);
		show_json_money(out, "net_pnl", row->net);
		fputs(", ", out);
		show_json_double(out, "avg_r", row->sum_r / (double)row->trades);
		money_field(out, "fees", row->fees);
		fputs("}", out);
		comma = ", ";
	}
	fputs("}", out);
}

static void drawdown(FILE *out, const char *name, const struct metrics_drawdown *worst)
{
	fprintf(out, ", \"%s\": {", name);
	show_json_double(out, "share", worst->share);
	double_field(out, "usdt", worst->amount);
	count_field(out, "from_ms", worst->from_ms);
	count_field(out, "to_ms", worst->to_ms);
	fputs("}", out);
}

static void decisions(FILE *out, const struct report *report)
{
	const char *comma = "";
	fputs(", \"refusals\": {", out);
	for (int i = 0; i < REFUSAL_COUNT; i++) {
		if (report->refusals[i] <= 0)
			continue;
		fprintf(out, "%s\"%s\": %" PRId64, comma, refusal_rows[i].name, report->refusals[i]);
		comma = ", ";
	}
	fputs("}, \"no_trades\": {", out);
	comma = "";
	for (int i = 0; i < NOTE_COUNT; i++) {
		if (report->no_trades[i] <= 0)
			continue;
		fprintf(out, "%s\"%s\": %" PRId64, comma, note_rows[i].name, report->no_trades[i]);
		comma = ", ";
	}
	fputs("}", out);
}

static void quality(FILE *out, const struct report *report)
{
	double trades = (double)report->all.trades;
	double_field(out, "max_drawdown", report->max_drawdown);
	ratio_field(out, report, "sharpe", report->sharpe);
	ratio_field(out, report, "sortino", report->sortino);
	ratio_field(out, report, "calmar", report->calmar);
	double_field(out, "cagr", report->cagr);
	ratio_field(out, report, "profit_factor", report->profit_factor);
	double_field(out, "expectancy", report->expectancy);
	ratio_field(out, report, "expectancy_ratio", report->expectancy_ratio);
	ratio_field(out, report, "sqn", report->sqn);
	double_field(out, "win_rate", trades > 0 ? (double)report->all.wins / trades : NAN);
	double_field(out, "avg_r", report->mean_r);
	double_field(out, "median_r", report->median_r);
	double_field(out, "entry_slippage_bps", 1e4 * report->entry_slippage);
	double_field(out, "exit_slippage_bps", 1e4 * report->exit_slippage);
	double_field(out, "exposure_time", report->exposure);
	double_field(out, "unprotected_seconds", (double)report->naked_ms / 1000);
	drawdown(out, "drawdown_by_day", &report->equity_drawdown);
	drawdown(out, "drawdown_closed_trades", &report->closed_drawdown);
}

void report_json_fields(const struct report *report, FILE *out)
{
	fputs("\"data\": ", out);
	show_json_text(out, report->data);
	count_field(out, "start_ms", report->start_ms);
	count_field(out, "end_ms", report->end_ms);
	double_field(out, "days", report->days);
	count_field(out, "trades", report->all.trades);
	if (report->fills != UNKNOWN)
		count_field(out, "fills", report->fills);
	count_field(out, "wins", report->all.wins);
	count_field(out, "longs", report->longs);
	count_field(out, "shorts", report->shorts);
	money_field(out, "start_balance", report->start_balance);
	money_field(out, "final_balance", report->final_balance);
	money_field(out, "net_pnl", report->all.net);
	money_field(out, "gross_pnl", report->gross);
	money_field(out, "fees", report->all.fees);
	money_field(out, "funding", report->funding);
	quality(out, report);
	if (report->decisions_counted)
		decisions(out, report);
	group(out, "by_strategy", report->by_strategy, STRATEGY_COUNT);
	group(out, "by_symbol", report->by_symbol, report->symbol_count);
	group(out, "by_exit", report->by_exit, EXIT_COUNT);
	group(out, "by_regime", report->by_regime, REGIME_COUNT);
	if (report->violations.over_limit >= 0)
		fprintf(out,
			", \"violations\": {\"over_limit\": %" PRId64 ", \"naked\": %" PRId64
			", \"books\": %" PRId64 "}",
			report->violations.over_limit, report->violations.naked, report->violations.books);
}

void report_json(const struct report *report, FILE *out)
{
	fputs("{", out);
	report_json_fields(report, out);
	fputs("}\n", out);
}
