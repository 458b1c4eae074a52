/* SPDX-License-Identifier: MIT
 * See export_trades.h. */
#include "export_trades.h"

#include "decimal.h"
#include "tradebot/market.h"

/* value / qty as a price: on the grid if it is, else with 12 digits. */
static void put_average(const struct instrument *i, money_t value, qty_t qty, FILE *out)
{
	char text[DECIMAL_TEXT_MAX];
	price_t ticks = i->value_num > 0 && qty <= VALUE_MAX / i->value_num
				? mul_div_down(value, i->value_den, qty * i->value_num)
				: -1;

	for (price_t t = ticks; t >= 0 && t <= ticks + 1; t++)
		if (notional_down(i, t, qty) == value || notional_up(i, t, qty) == value) {
			grid_format(t, &i->tick, text);
			fprintf(out, "%s,", text);
			return;
		}
	double per_tick = (double)i->value_num / (double)i->value_den;
	double tick = (double)i->tick.step;
	for (int64_t d = 0; d < i->tick.decimals; d++)
		tick /= 10;
	fprintf(out, "%.12g,", (double)value / ((double)qty * per_tick) * tick);
}

static void put_grid(int64_t steps, const struct grid *grid, FILE *out)
{
	char text[DECIMAL_TEXT_MAX];

	grid_format(steps, grid, text);
	fprintf(out, "%s,", text);
}

static void put_decimal(int64_t value, int64_t decimals, FILE *out)
{
	char text[DECIMAL_TEXT_MAX];

	if (value != UNKNOWN) {
		decimal_format(value, decimals, text);
		fputs(text, out);
	}
	fputc(',', out);
}

/* Ratios as basis points: 1e-9 is 1e-5 bps. */
static void put_bps(ratio_t ratio, FILE *out)
{
	put_decimal(ratio, 5, out);
}

/* lots in order units (coins, or contracts) */
static void put_row(const struct trade *t, const struct instrument *i, FILE *out)
{
	char text[DECIMAL_TEXT_MAX];

	fprintf(out, "%s,%s,%s,%s,", i->name, side_text[t->side + 1], strategy_text[t->strategy],
		regime_text[t->regime]);
	put_decimal(t->confidence, 9, out);
	fprintf(out, "%lld,%lld,", (long long)t->signal_ms, (long long)t->entry_ms);
	put_average(i, t->entry_cost, t->qty, out);
	put_grid(t->qty, &i->lot, out);
	put_grid(t->stop, &i->tick, out);
	put_grid(t->target, &i->tick, out);
	fprintf(out, "%lld,", (long long)t->exit_ms);
	put_average(i, t->exit_value, t->qty, out);
	fprintf(out, "%s,", exit_text[t->exit_reason]);
	const money_t money[] = {t->fees, t->funding, t->gross, t->net};
	for (size_t k = 0; k < sizeof money / sizeof money[0]; k++)
		put_decimal(money[k], 8, out);
	put_decimal(t->r, 9, out);
	put_decimal(t->mae, 8, out);
	put_decimal(t->mfe, 8, out);
	put_bps(t->entry_slippage, out);
	put_bps(t->exit_slippage, out);
	put_bps(t->spread, out);
	put_bps(t->impact, out);
	fprintf(out, "%lld,", (long long)t->latency_ms);
	if (t->equity_before != UNKNOWN) {
		decimal_format(t->equity_before, 8, text);
		fputs(text, out);
	}
	fputc('\n', out);
}

void export_trades(const struct trade *trades, size_t count, const struct universe *universe, FILE *out)
{
	fprintf(out, "%s\n", EXPORT_HEADER);
	for (size_t k = 0; k < count; k++)
		if (trades[k].book == BOOK_MAIN)
			put_row(&trades[k], &universe->at[trades[k].sym], out);
}
