/* SPDX-License-Identifier: MIT
 * How often an exchange may be asked: so many requests in any stretch of time, a share of them kept for calls
 * that protect, and silence where it was ordered. Pure functions of time; a codec has one for each limit that
 * the exchange documents and asks all of them before it asks the exchange. Counting is on the safe side: a
 * request counts for the window and up to an eighth of it more. */
#ifndef WIRE_BUDGET_H
#define WIRE_BUDGET_H

#include "tradebot/units.h"

#define BUDGET_SLICES 8

struct budget {
	int64_t limit;    /* requests in any window; 0: no limit is known */
	int64_t reserved; /* of them for protective calls only */
	ms_t window_ms;   /* at least BUDGET_SLICES */
	ms_t silent_until_ms;
	int64_t newest; /* slice, counted from 1970 */
	int64_t used[BUDGET_SLICES + 1];
};

void budget_init(struct budget *budget, int64_t limit, ms_t window_ms, int64_t reserved);

/* When one more may be sent, at or after now. */
ms_t budget_free_ms(const struct budget *budget, ms_t now, bool protective);
/* One was sent. */
void budget_take(struct budget *budget, ms_t now);
/* Nothing is to be sent before until_ms, protective or not; never shortens. */
void budget_silence(struct budget *budget, ms_t until_ms);

/* A pause that doubles each time, from first_ms up to most_ms, +- 30 %. dice: 64 fair bits. Returns the pause
 * to make now; *pause_ms (0: none so far) is where it stands. */
ms_t budget_back_off(ms_t *pause_ms, ms_t first_ms, ms_t most_ms, uint64_t dice);

#endif
