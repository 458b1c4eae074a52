/* SPDX-License-Identifier: MIT
 * Exact integer arithmetic with named roundings. Large quotients: the 128-bit product is made of 32-bit
 * halves and divided digit by digit in base 2^32 (Knuth, algorithm D), which leaves the compiler's own
 * 128-bit type to the tests. */
#include "tradebot/units.h"

#define LOW_HALF      0xffffffffULL
#define QUOTIENT_SURE 0x1p49
#define DIVISOR_SURE  (1LL << 61) /* twice that much still has a sign */

struct product {
	uint64_t high, low;
};

static inline struct product multiply(uint64_t a, uint64_t b)
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

/* One digit: (left * 2^32 + next) / divisor, which must be under 2^32 (left < divisor), with the divisor's
 * top bit set. What is left over replaces *left. The estimate from the divisor's upper half is at most two
 * too large. */
static uint64_t digit(uint64_t *left, uint64_t next, uint64_t divisor)
{
	uint64_t upper = divisor >> 32, lower = divisor & LOW_HALF;
	uint64_t estimate = *left / upper, over = *left % upper;

	while (estimate * lower > ((over << 32) | next)) {
		estimate--;
		over += upper;
		if (over > LOW_HALF)
			break;
	}
	*left = (*left << 32) + next -
		estimate * divisor; /* modulo 2^64: the difference is under the divisor */
	return estimate;
}

/* product / divisor, floored; the rest goes to *rest. Needs product.high < divisor < 2^63: then the quotient
 * fits in 64 bits. */
static inline uint64_t divide(struct product product, uint64_t divisor, uint64_t *rest)
{
	uint64_t left = product.high, high, low;

	if (divisor <= LOW_HALF) { /* two plain divisions */
		left = (left << 32) | (product.low >> 32);
		high = left / divisor;
		left = ((left % divisor) << 32) | (product.low & LOW_HALF);
		*rest = left % divisor;
		return (high << 32) + left / divisor;
	}
	int shift = __builtin_clzll(divisor); /* 1..31 */
	left = (left << shift) | (product.low >> (64 - shift));
	high = digit(&left, (product.low << shift) >> 32, divisor << shift);
	low = digit(&left, (product.low << shift) & LOW_HALF, divisor << shift);
	*rest = left >> shift;
	return (high << 32) + low;
}

/* Anything at all, digit by digit. */
static int64_t mul_div_long(uint64_t a, uint64_t b, uint64_t c, bool up)
{
	struct product product = multiply(a, b);
	uint64_t rest;

	if (product.high >= c)
		return -1; /* the quotient is 2^64 or more */
	uint64_t quotient = divide(product, c, &rest);
	if (quotient > (uint64_t)VALUE_MAX)
		return -1;
	quotient += up && rest > 0;
	return quotient > (uint64_t)VALUE_MAX ? -1 : (int64_t)quotient;
}

/* Nearly always the quotient is small enough for doubles to say it but for one: six roundings of 2^-53 each,
 * at the most, of less than 2^49. The rest, modulo 2^64, tells which it is, and has the last word. A third of
 * the time of a processor's own division of 64 bits; the part of a constant is a constant. */
static inline int64_t mul_div(int64_t a, int64_t b, int64_t c, bool up)
{
	if (a < 0 || b < 0 || c <= 0)
		return -1;
	double part = 1 / (double)c, estimate = (double)a * (double)b * part;
	if (estimate < QUOTIENT_SURE && c < DIVISOR_SURE) {
		int64_t quotient = (int64_t)estimate;
		int64_t rest = (int64_t)((uint64_t)a * (uint64_t)b - (uint64_t)quotient * (uint64_t)c);
		int64_t off = (rest >= c) - (rest < 0);
		rest -= off * c;
		if (rest >= 0 && rest < c)
			return quotient + off + (up && rest > 0);
	}
	return mul_div_long((uint64_t)a, (uint64_t)b, (uint64_t)c, up);
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
