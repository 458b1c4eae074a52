/* SPDX-License-Identifier: MIT
 * Of two moments, one. NEVER_MS is later than any, UNKNOWN earlier. */
#ifndef TRADEBOT_BASE_MOMENT_H
#define TRADEBOT_BASE_MOMENT_H

#include "tradebot/units.h"

static inline ms_t ms_earlier(ms_t a, ms_t b)
{
	return a < b ? a : b;
}

static inline ms_t ms_later(ms_t a, ms_t b)
{
	return a > b ? a : b;
}

#endif
