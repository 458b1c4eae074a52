/* SPDX-License-Identifier: MIT
 * How the judge writes limits and actual values: as decimals in the unit of the column they came from. */
#include "judge_row.h"

#include "decimal.h"

#include <string.h>

/* A decimal without the zeros that say nothing. */
static void print_decimal(int64_t number, int64_t decimals, FILE *out)
{
	char text[DECIMAL_TEXT_MAX];
	int len = number == UNKNOWN ? 0 : decimal_format(number, decimals, text);

	if (len <= 0) {
		fputs("unknown", out);
		return;
	}
	if (strchr(text, '.') != NULL) {
		while (text[len - 1] == '0')
			len--;
		if (text[len - 1] == '.')
			len--;
	}
	fwrite(text, 1, (size_t)len, out);
}

/* steps * step can pass int64 only where no order could be that large. */
void judge_print_steps(int64_t steps, const struct grid *grid, FILE *out)
{
	if (steps == UNKNOWN || steps > INT64_MAX / grid->step)
		fputs("unknown", out);
	else
		print_decimal(steps * grid->step, grid->decimals, out);
}

void judge_print_text(const char *text, FILE *out)
{
	if (strpbrk(text, ",\"\n\r") == NULL) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

/* In the unit of the column: bps and percent are as the file has them. */
static void print_ratio(enum refusal rule, ratio_t ratio, FILE *out)
{
	int64_t decimals = rule == REFUSAL_SPREAD ? 5 : rule == REFUSAL_VOLATILITY ? 7 : 9;

	print_decimal(ratio, decimals, out);
}

static void print_value(enum refusal rule, int64_t number, const struct judge_row *row, FILE *out)
{
	switch (refusal_rows[rule].unit) {
	case FIELD_MONEY: print_decimal(number, 8, out); break;
	case FIELD_RATIO: print_ratio(rule, number, out); break;
	case FIELD_TICKS: judge_print_steps(number, &row->tick, out); break;
	case FIELD_LOTS: judge_print_steps(number, &row->lot, out); break;
	default: print_decimal(number, 0, out); break;
	}
}

void judge_print_pair(const char *limit, const char *actual, FILE *out)
{
	judge_print_text(limit, out);
	fputc(',', out);
	judge_print_text(actual, out);
}

static void print_state(int64_t limit, int64_t decimals, const struct judge_cell *cell, FILE *out)
{
	print_decimal(limit, decimals, out);
	fputc(',', out);
	judge_print_text(cell->state == JUDGE_FINE ? cell->text : "unknown", out);
}

static void print_off_grid(const struct judge_row *row, FILE *out)
{
	static const enum judge_column columns[] = {JUDGE_ENTRY_COLUMN, JUDGE_STOP_COLUMN,
						    JUDGE_TARGET_COLUMN, JUDGE_QTY_COLUMN};
	size_t i = 0;

	while (i < 3 && row->cells[columns[i]].state != JUDGE_OFF_GRID)
		i++;
	fputs("steps of ", out);
	judge_print_steps(1, i < 3 ? &row->tick : &row->lot, out);
	fputc(',', out);
	judge_print_text(row->cells[columns[i]].text, out);
}

/* limit,actual of the rule that failed. States are told by the column that set them. */
void judge_print_finding(const struct finding *finding, const struct limits *limits,
			 const struct judge_row *row, FILE *out)
{
	const struct judge_cell *cells = row->cells;

	switch (finding->rule) {
	case REFUSAL_UNUSABLE:
		judge_print_pair("a value up to 1000000000 USDT", cells[JUDGE_QTY_COLUMN].text, out);
		break;
	case REFUSAL_LOCKED: print_state(LOCK_DRAWDOWN, 7, &cells[JUDGE_DRAWDOWN_COLUMN], out); break;
	case REFUSAL_PAUSED: print_state(PAUSE_DRAWDOWN, 7, &cells[JUDGE_DRAWDOWN_COLUMN], out); break;
	case REFUSAL_DAY_HALTED:
		print_state(limits->daily_loss, 7, &cells[JUDGE_DAILY_LOSS_COLUMN], out);
		break;
	case REFUSAL_COOLDOWN:
		print_state(COOLDOWN_MS / MINUTE_MS, 0, &cells[JUDGE_MINUTES_COLUMN], out);
		break;
	case REFUSAL_OFF_GRID: print_off_grid(row, out); break;
	case REFUSAL_NO_STOP:
	case REFUSAL_NO_TARGET: judge_print_pair("a price", "none", out); break;
	case REFUSAL_MARTINGALE:
		judge_print_steps(finding->limit, &row->lot, out);
		fputc(',', out);
		judge_print_steps(finding->actual, &row->lot, out);
		break;
	default:
		print_value(finding->rule, finding->limit, row, out);
		fputc(',', out);
		print_value(finding->rule, finding->actual, row, out);
		break;
	}
}
