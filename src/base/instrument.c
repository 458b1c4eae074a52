/* SPDX-License-Identifier: MIT
 * What an instrument's grids are worth in money, and how instruments are named and found. value_num /
 * value_den is tick * lot * contract in money: a product of decimal grids, so its denominator knows only twos
 * and fives. */
#include "decimal.h"

#include <string.h>

#define VALUE_NUM_MAX  1000000000000LL
#define VALUE_DEN_MAX  100000000000LL
#define MONEY_DECIMALS 8

static int64_t power_of_ten(int64_t exponent)
{
	int64_t power = 1;
	for (int64_t i = 0; i < exponent; i++)
		power *= 10;
	return power;
}

/* 10^lowest <= step * 10^-decimals <= 10^highest */
static bool grid_within(const struct grid *grid, int64_t lowest, int64_t highest)
{
	if (grid->step <= 0 || grid->decimals < 0 || grid->decimals > DECIMALS_MAX)
		return false;
	int64_t low = grid->decimals + lowest, high = grid->decimals + highest;
	if (low > 0 && grid->step < power_of_ten(low))
		return false;
	return high > DECIMALS_MAX || (high >= 0 && grid->step <= power_of_ten(high));
}

/* Takes every factor prime out of *number and counts them. */
static int64_t factors_out(int64_t *number, int64_t prime)
{
	int64_t count = 0;
	while (*number % prime == 0) {
		*number /= prime;
		count++;
	}
	return count;
}

static bool multiply_within(int64_t *product, int64_t factor, int64_t most)
{
	if (factor > most / *product)
		return false;
	*product *= factor;
	return true;
}

/* prime^count onto the numerator, or onto the denominator if count is negative. */
static bool raise_within(struct instrument *instrument, int64_t prime, int64_t count)
{
	for (; count > 0; count--)
		if (!multiply_within(&instrument->value_num, prime, VALUE_NUM_MAX))
			return false;
	for (; count < 0; count++)
		if (!multiply_within(&instrument->value_den, prime, VALUE_DEN_MAX))
			return false;
	return true;
}

int instrument_settle(struct instrument *instrument)
{
	const struct grid *grids[] = {&instrument->tick, &instrument->lot, &instrument->contract};
	int64_t twos = MONEY_DECIMALS, fives = MONEY_DECIMALS;

	instrument->value_num = instrument->value_den = 0; /* unusable until all is well */
	if (!grid_within(grids[0], -11, 3) || !grid_within(grids[1], -8, 6) || !grid_within(grids[2], -8, 9))
		return TB_ERANGE;
	struct instrument settled = {.value_num = 1, .value_den = 1};
	for (size_t i = 0; i < 3; i++) {
		int64_t rest = grids[i]->step;
		twos += factors_out(&rest, 2) - grids[i]->decimals;
		fives += factors_out(&rest, 5) - grids[i]->decimals;
		if (!multiply_within(&settled.value_num, rest, VALUE_NUM_MAX))
			return TB_ERANGE;
	}
	if (!raise_within(&settled, 2, twos) || !raise_within(&settled, 5, fives))
		return TB_ERANGE;
	instrument->value_num = settled.value_num;
	instrument->value_den = settled.value_den;
	return TB_OK;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
	while (b != 0) {
		int64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Reduced before it is multiplied, so that it fails only where the reduced result does not fit. */
static bool factor_times(struct grid_factor *factor, int64_t num, int64_t den)
{
	if (num <= 0 || den <= 0)
		return false;
	int64_t common = common_divisor(num, den);
	num /= common, den /= common;
	common = common_divisor(factor->num, den);
	factor->num /= common, den /= common;
	common = common_divisor(num, factor->den);
	num /= common, factor->den /= common;
	return !__builtin_mul_overflow(factor->num, num, &factor->num) &&
	       !__builtin_mul_overflow(factor->den, den, &factor->den);
}

bool grid_factor_add(struct grid_factor *factor, const struct grid *was, const struct grid *now)
{
	int64_t decimals = now->decimals - was->decimals;
	bool fits = factor_times(factor, was->step, now->step);

	for (; fits && decimals > 0; decimals--)
		fits = factor_times(factor, 10, 1);
	for (; fits && decimals < 0; decimals++)
		fits = factor_times(factor, 1, 10);
	return fits;
}

bool instrument_factors(const struct instrument *was, const struct instrument *now, struct grid_factor *ticks,
			struct grid_factor *lots)
{
	*ticks = *lots = (struct grid_factor){1, 1};
	if (grid_factor_add(ticks, &was->tick, &now->tick) && grid_factor_add(lots, &was->lot, &now->lot) &&
	    grid_factor_add(lots, &was->contract, &now->contract))
		return true;
	*ticks = *lots = (struct grid_factor){0, 1};
	return false;
}

/* Of two that are not negative. Nearly always both have a half of the bits to spare: no division. */
static inline bool product_fits(int64_t a, int64_t b)
{
	return (a | b) <= INT32_MAX || a == 0 || b <= INT64_MAX / a;
}

/* One rounding, at the end: the value of one tick goes to whichever factor has room for it. */
static money_t notional(const struct instrument *instrument, price_t price, qty_t qty,
			int64_t (*divide)(int64_t, int64_t, int64_t))
{
	int64_t num = instrument->value_num, den = instrument->value_den;

	if (num <= 0 || den <= 0 || price < 0 || qty < 0)
		return -1;
	if (product_fits(num, qty))
		return divide(price, qty * num, den);
	if (product_fits(num, price))
		return divide(qty, price * num, den);
	return -1;
}

money_t notional_down(const struct instrument *instrument, price_t price, qty_t qty)
{
	return notional(instrument, price, qty, mul_div_down);
}

money_t notional_up(const struct instrument *instrument, price_t price, qty_t qty)
{
	return notional(instrument, price, qty, mul_div_up);
}

/* The largest q with price * q * num / den <= budget is floor(budget * den / (price * num)). Where price *
 * num does not fit, two floors in a row give the same. */
qty_t lots_for(const struct instrument *instrument, price_t price, money_t budget)
{
	int64_t num = instrument->value_num, den = instrument->value_den;

	if (num <= 0 || den <= 0 || price <= 0 || price > VALUE_MAX || budget < 0 || budget > VALUE_MAX)
		return -1;
	if (product_fits(num, price)) {
		qty_t lots = mul_div_down(budget, den, price * num);
		return lots < 0 ? VALUE_MAX : lots; /* more than any order may have */
	}
	int64_t units = mul_div_down(budget, den, price);
	return units < 0 ? -1 : units / num;
}

sym_t universe_find(const struct universe *universe, const char *name)
{
	for (size_t i = 0; i < universe->count && i < SYMBOLS_MAX; i++)
		if (!strcmp(universe->at[i].name, name))
			return (sym_t)i;
	return SYM_NONE;
}

/* The length of the base coin in text, 0 if text is not in one of the three forms. upper is text in capitals.
 */
static size_t base_length(const char *upper)
{
	static const char *const endings[] = {"/USDT:USDT", "/USDT", "USDT"};
	size_t length = strlen(upper);

	for (size_t i = 0; i < 3; i++) {
		size_t ending = strlen(endings[i]);
		if (length > ending && !strcmp(upper + length - ending, endings[i]))
			return length - ending;
	}
	return 0;
}

int symbol_normalise(const char *text, char out[static SYMBOL_TEXT_MAX])
{
	static const char quote[] = "/USDT:USDT";
	char upper[SYMBOL_TEXT_MAX];
	size_t length = strlen(text);

	out[0] = '\0';
	if (length >= sizeof(upper))
		return TB_EINVAL;
	for (size_t i = 0; i <= length; i++)
		upper[i] = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
	size_t base = base_length(upper);
	if (base == 0 || base + sizeof(quote) > SYMBOL_TEXT_MAX)
		return TB_EINVAL;
	for (size_t i = 0; i < base; i++)
		if (!(upper[i] >= 'A' && upper[i] <= 'Z') && !(upper[i] >= '0' && upper[i] <= '9'))
			return TB_EINVAL;
	memcpy(out, upper, base);
	memcpy(out + base, quote, sizeof(quote));
	return TB_OK;
}
