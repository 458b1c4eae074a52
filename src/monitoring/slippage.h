/* SPDX-License-Identifier: MIT
 * What entries cost more than decided, per symbol: the last 64 entry fills within the window of struct limits
 * (24 h). A symbol whose mean of at least 5 fills is over the limit closes for 6 h, and its window starts
 * anew. Fed by fills alone, so reading the fills back restores it. The numbers go into struct standing, where
 * the gate judges them (rule 12). No pointers, no clock. */
#ifndef MONITORING_SLIPPAGE_H
#define MONITORING_SLIPPAGE_H

#include "tradebot/limits.h"
#include "tradebot/order.h"

#define SLIPPAGE_FILLS 64

struct slippage_window {
	int64_t count; /* fills in the ring since the window began, ever growing */
	struct {
		ms_t at_ms;
		ms_t newest_ms; /* of this fill and all before it */
		ratio_t slippage;
	} fill[SLIPPAGE_FILLS]; /* ring by count */
	ms_t until_ms;          /* closed until; 0: never was */
};
struct slippage {
	struct slippage_window of[SYMBOLS_MAX];
};

void slippage_init(struct slippage *slippage);

/* A fill (live or read back, oldest first). Only entries of the main book with a known slippage of at most
 * 100 % either way count. True: with this fill the symbol closed (fill->at_ms + 6 h). */
bool slippage_step(struct slippage *slippage, const struct limits *limits, const struct fill *fill);

/* Mean of the fills younger than the window at now, rounded up (against us); *fills is their count. Without a
 * fill: 0 and 0, which is known, not unknown. sym < SYMBOLS_MAX. */
ratio_t slippage_mean(const struct slippage *slippage, const struct limits *limits, sym_t sym, ms_t now,
		      int64_t *fills);

/* Closed until; 0 if it never was. */
ms_t slippage_until_ms(const struct slippage *slippage, sym_t sym);

#endif
