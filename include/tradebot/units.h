/* SPDX-License-Identifier: MIT
 * Units are types. Everything that can reach an order or an account is a 64-bit integer of one of these;
 * doubles only advise. Conversions have named roundings: size down, cost and risk up, equity down. */
#ifndef TRADEBOT_UNITS_H
#define TRADEBOT_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t ms_t;    /* UTC milliseconds since 1970 */
typedef int64_t price_t; /* ticks of one instrument generation */
typedef int64_t qty_t;   /* lots of one instrument generation */
typedef int64_t money_t; /* 1e-8 USDT */
typedef int64_t ratio_t; /* 1e-9 */
typedef uint16_t sym_t;  /* index into the universe */

#define MONEY_ONE 100000000LL
#define RATIO_ONE 1000000000LL
#define BPS (RATIO_ONE / 10000) /* one basis point as a ratio */

/* The largest value any order, exposure or account may have: 1e9 USDT (or 1e17 ticks or lots). Sums of a few
 * dozen such values cannot overflow. */
#define VALUE_MAX 100000000000000000LL

/* "Nobody has told us": never a number. Every reader must test for it; no arithmetic on it is valid. */
#define UNKNOWN INT64_MIN

#define SECOND_MS 1000LL
#define MINUTE_MS 60000LL
#define HOUR_MS 3600000LL
#define DAY_MS 86400000LL

#define SYM_NONE ((sym_t)0xffff)
#define SYMBOLS_MAX 1024

/* Errors of the C kind (verdicts have their own enum). Functions return 0 or one of these. */
enum tb_err {
	TB_OK = 0,
	TB_EIO = -1,	  /* the world failed: file, disk, network */
	TB_EINVAL = -2,	  /* the caller's or the user's value is not usable */
	TB_ERANGE = -3,	  /* does not fit */
	TB_EFULL = -4,	  /* a bounded thing is full */
	TB_ENOENT = -5,	  /* not there */
	TB_EREFUSED = -6, /* refused for safety */
};

/* a * b / c for 0 <= a, b and 0 < c, exact in between (128 bits).
 * _down floors, _up ceils. A result over VALUE_MAX, or an argument out of range, gives -1. */
int64_t mul_div_down(int64_t a, int64_t b, int64_t c);
int64_t mul_div_up(int64_t a, int64_t b, int64_t c);

/* Share of a value: value * ratio / 1e9. Same range and errors. */
int64_t share_down(int64_t value, ratio_t ratio);
int64_t share_up(int64_t value, ratio_t ratio);

/* The one way from a double into the money path. value is in the unit wanted (ticks, lots, 1e-9 ...). NaN,
 * infinity and anything outside 0..VALUE_MAX gives -1. */
int64_t integer_down(double value);
int64_t integer_up(double value);
int64_t integer_near(double value); /* half away from zero */

#endif
