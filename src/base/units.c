/* SPDX-License-Identifier: MIT
 * Exact integer arithmetic with named roundings. The 128-bit product is made of 32-bit halves and divided bit
 * by bit: slower than the compiler's own 128-bit type, but a prover can follow every line, and nearly all
 * products fit in 64 bits and never come there. */
#include "tradebot/units.h"

#define LOW_HALF 0xffffffffULL

struct product {
	uint64_t high, low;
};

static struct product multiply(uint64_t a, uint64_t b)
{
	uint64_t a_high = a >> 32, a_low = a & LOW_HALF;
	uint64_t b_high = b >> 32, b_low = b & LOW_HALF;
	uint64_t low = a_low * b_low;
	uint64_t cross = a_high * b_low + (low >> 32); /* at most (2^32-1)^2 + 2^32-1: fits */
	uint64_t carry = a_low * b_high + (cross & LOW_HALF);

	return (struct product){
		.high = a_high * b_high + (cross >> 32) + (carry >> 32),
		.low = (carry << 32) | (low & LOW_HALF),
	};
}

/* product / divisor, floored; the rest goes to *rest. Needs product.high < divisor < 2^63: then the quotient
 * fits in 64 bits, and rest, always below the divisor, can be doubled. */
static uint64_t divide(struct product product, uint64_t divisor, uint64_t *rest)
{
	uint64_t quotient = 0, left = product.high;

	for (int bit = 63; bit >= 0; bit--) {
		left = (left << 1) | ((product.low >> bit) & 1);
		quotient <<= 1;
		if (left >= divisor) {
			left -= divisor;
			quotient |= 1;
		}
	}
	*rest = left;
	return quotient;
}

static int64_t mul_div(int64_t a, int64_t b, int64_t c, bool up)
{
	if (a < 0 || b < 0 || c <= 0)
		return -1;
	struct product product = multiply((uint64_t)a, (uint64_t)b);
	uint64_t divisor = (uint64_t)c, quotient, rest;

	if (product.high == 0) {
		quotient = product.low / divisor;
		rest = product.low % divisor;
	} else if (product.high < divisor) {
		quotient = divide(product, divisor, &rest);
	} else {
		return -1; /* the quotient is 2^64 or more */
	}
	if (quotient > (uint64_t)VALUE_MAX)
		return -1;
	if (up && rest > 0)
		quotient++;
	return quotient > (uint64_t)VALUE_MAX ? -1 : (int64_t)quotient;
}

int64_t mul_div_down(int64_t a, int64_t b, int64_t c)
{
	return mul_div(a, b, c, false);
}

int64_t mul_div_up(int64_t a, int64_t b, int64_t c)
{
	return mul_div(a, b, c, true);
}

int64_t share_down(int64_t value, ratio_t ratio)
{
	return mul_div(value, ratio, RATIO_ONE, false);
}

int64_t share_up(int64_t value, ratio_t ratio)
{
	return mul_div(value, ratio, RATIO_ONE, true);
}

/* Written so that NaN fails. VALUE_MAX = 2^17 * 5^17 is exact as a double. */
static bool usable(double value)
{
	return value >= 0 && value <= (double)VALUE_MAX;
}

int64_t integer_down(double value)
{
	return usable(value) ? (int64_t)value : -1;
}

/* From 2^53 on every double is whole, so the conversion back loses nothing where there is a fraction. */
int64_t integer_up(double value)
{
	if (!usable(value))
		return -1;
	int64_t whole = (int64_t)value;
	return (double)whole < value ? whole + 1 : whole;
}

int64_t integer_near(double value)
{
	if (!usable(value))
		return -1;
	int64_t whole = (int64_t)value;
	return value - (double)whole >= 0.5 ? whole + 1 : whole;
}
