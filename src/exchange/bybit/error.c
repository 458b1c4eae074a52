/* SPDX-License-Identifier: MIT
 * See bybit_error.h. */
#include "bybit_error.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define X(id, text, action) [BYBIT_##id] = text,
const char *const bybit_class_text[BYBIT_CLASS_COUNT] = {BYBIT_CLASSES(X)};
#undef X

/* By code. A text beside it makes the row count only where retMsg has it: such rows stand before the plain
 * one of their code. */
static const struct {
	int64_t code;
	enum bybit_class class;
	const char *text;
} codes[] = {
	{0, BYBIT_OK, NULL},
	{-1, BYBIT_CLOCK, NULL}, /* request expired */
	{-2015, BYBIT_AUTHENTICATION, NULL},
	{429, BYBIT_LIMITED, NULL},
	{5004, BYBIT_TRANSIENT, NULL},
	{10000, BYBIT_TRANSIENT, NULL},
	{10001, BYBIT_FLAT, "zero position"},
	{10001, BYBIT_MODE, "position idx not match position mode"},
	{10001, BYBIT_SIZE, "base_price"}, /* stop or target on the wrong side of the price */
	{10001, BYBIT_PARAMETER, NULL},
	{10002, BYBIT_CLOCK, NULL},
	{10003, BYBIT_AUTHENTICATION, NULL},
	{10004, BYBIT_AUTHENTICATION, NULL},
	{10005, BYBIT_AUTHENTICATION, NULL},
	{10006, BYBIT_LIMITED, NULL},
	{10007, BYBIT_AUTHENTICATION, NULL},
	{10008, BYBIT_AUTHENTICATION, NULL},
	{10009, BYBIT_AUTHENTICATION, NULL},
	{10010, BYBIT_AUTHENTICATION, NULL},
	{10014, BYBIT_DUPLICATE, NULL},
	{10016, BYBIT_TRANSIENT, NULL},
	{10017, BYBIT_PARAMETER, NULL},
	{10019, BYBIT_TRANSIENT, NULL},
	{10024, BYBIT_AUTHENTICATION, NULL},
	{10027, BYBIT_AUTHENTICATION, NULL},
	{10028, BYBIT_AUTHENTICATION, NULL},
	{10029, BYBIT_SYMBOL, NULL},
	{10403, BYBIT_LIMITED, NULL},
	{10429, BYBIT_LIMITED, NULL},
	{20003, BYBIT_LIMITED, NULL},
	{30208, BYBIT_SIZE, NULL},
	{30209, BYBIT_SIZE, NULL},
	{30228, BYBIT_SYMBOL, NULL}, /* being delisted */
	{33004, BYBIT_AUTHENTICATION, NULL},
	{34040, BYBIT_OK, NULL}, /* not modified */
	{110001, BYBIT_ABSENT, NULL},
	{110003, BYBIT_SIZE, NULL},
	{110004, BYBIT_MARGIN, NULL},
	{110006, BYBIT_MARGIN, NULL},
	{110007, BYBIT_MARGIN, NULL},
	{110008, BYBIT_ABSENT, NULL},
	{110009, BYBIT_SIZE, NULL}, /* too many stop orders */
	{110010, BYBIT_ABSENT, NULL},
	{110011, BYBIT_LIQUIDATION, NULL},
	{110012, BYBIT_MARGIN, NULL},
	{110013, BYBIT_LEVERAGE, NULL},
	{110014, BYBIT_MARGIN, NULL},
	{110017, BYBIT_FLAT, NULL}, /* reduce-only quantity truncated to zero */
	{110018, BYBIT_PARAMETER, NULL},
	{110019, BYBIT_PARAMETER, NULL},
	{110020, BYBIT_SIZE, NULL}, /* 500 active orders */
	{110021, BYBIT_LEVERAGE, NULL},
	{110023, BYBIT_SYMBOL, NULL}, /* reduce only */
	{110024, BYBIT_MODE, NULL},
	{110025, BYBIT_OK, NULL}, /* mode not modified */
	{110026, BYBIT_OK, NULL},
	{110027, BYBIT_OK, NULL},
	{110028, BYBIT_MODE, NULL},
	{110029, BYBIT_MODE, NULL},
	{110032, BYBIT_PARAMETER, NULL},
	{110034, BYBIT_FLAT, NULL},
	{110040, BYBIT_LIQUIDATION, NULL},
	{110042, BYBIT_SYMBOL, NULL}, /* reduce only */
	{110043, BYBIT_OK, NULL},     /* leverage not modified */
	{110044, BYBIT_MARGIN, NULL},
	{110045, BYBIT_MARGIN, NULL},
	{110046, BYBIT_LIQUIDATION, NULL},
	{110051, BYBIT_MARGIN, NULL},
	{110052, BYBIT_MARGIN, NULL},
	{110053, BYBIT_MARGIN, NULL},
	{110061, BYBIT_SIZE, NULL},
	{110063, BYBIT_SYMBOL, NULL}, /* settlement is under way */
	{110066, BYBIT_SYMBOL, NULL},
	{110072, BYBIT_DUPLICATE, NULL},
	{110074, BYBIT_SYMBOL, NULL}, /* not live */
	{110079, BYBIT_TRANSIENT, NULL},
	{110085, BYBIT_LEVERAGE, NULL},
	{110086, BYBIT_LEVERAGE, NULL},
	{110089, BYBIT_LEVERAGE, NULL},
	{110090, BYBIT_LEVERAGE, NULL},
	{110092, BYBIT_SIZE, NULL}, /* trigger on the wrong side */
	{110093, BYBIT_SIZE, NULL},
	{110094, BYBIT_SIZE, NULL}, /* below the least notional */
	{110095, BYBIT_SYMBOL, NULL},
	{110096, BYBIT_SYMBOL, NULL},
	{110097, BYBIT_SYMBOL, NULL},
	{110098, BYBIT_SYMBOL, NULL},
	{110099, BYBIT_SYMBOL, NULL},
	{110100, BYBIT_SYMBOL, NULL},
	{110108, BYBIT_SIZE, NULL},
	{110109, BYBIT_SIZE, NULL},
	{110118, BYBIT_SIZE, NULL}, /* no liquidity */
	{110120, BYBIT_SIZE, NULL},
	{110121, BYBIT_SIZE, NULL},
	{110123, BYBIT_AUTHENTICATION, NULL}, /* terms not accepted */
	{110125, BYBIT_AUTHENTICATION, NULL},
	{3400214, BYBIT_TRANSIENT, NULL},
};

enum bybit_class bybit_error_class(int64_t code, const char *message)
{
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].code == code &&
		    (codes[i].text == NULL || strstr(message, codes[i].text) != NULL))
			return codes[i].class;
	return BYBIT_UNKNOWN;
}
