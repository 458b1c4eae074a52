/* SPDX-License-Identifier: MIT
 * What a refusal of Bybit means: its error codes in classes, one for each thing one can do about it. From its
 * error page, and texts seen in public logs where a code has several meanings. */
#ifndef BYBIT_ERROR_H
#define BYBIT_ERROR_H

#include <stdint.h>

#define BYBIT_CLASSES(X)                                                                                     \
	X(OK, "ok", "done, or already so: go on")                                                            \
	X(CLOCK, "clock", "measure the clock anew, sign anew, send once more")                               \
	X(LIMITED, "rate_limited", "be silent until told, or for a while")                                   \
	X(TRANSIENT, "transient", "try again with a growing pause; of an order the outcome is unknown")      \
	X(DUPLICATE, "duplicate_id", "the order exists: look it up")                                         \
	X(ABSENT, "order_not_found", "not there, or final already: look it up")                              \
	X(FLAT, "position_zero", "nothing to close: read the position anew")                                 \
	X(MARGIN, "insufficient_margin", "reject")                                                           \
	X(SIZE, "size_or_price", "reject; never again unchanged")                                            \
	X(SYMBOL, "symbol_restricted", "no entries in this symbol")                                          \
	X(LEVERAGE, "leverage", "reject; less leverage or size")                                             \
	X(MODE, "mode_mismatch", "the account is set up otherwise: stop")                                    \
	X(LIQUIDATION, "liquidation_danger", "reject, and tell the owner")                                   \
	X(AUTHENTICATION, "authentication", "stop trading, and tell the owner")                              \
	X(PARAMETER, "parameter", "we have asked wrongly: tell, do not repeat")                              \
	X(UNKNOWN, "unknown", "nobody knows: of an order the outcome is unknown")
#define X(id, text, action) BYBIT_##id,
enum bybit_class { BYBIT_CLASSES(X) BYBIT_CLASS_COUNT };
#undef X
extern const char *const bybit_class_text[BYBIT_CLASS_COUNT];

/* The class of a retCode; message: retMsg, which decides where one code has several meanings. */
enum bybit_class bybit_error_class(int64_t code, const char *message);

#endif
