/* SPDX-License-Identifier: MIT
 * What the files of this room share. */
#ifndef TRADEBOT_EXECUTION_INTERNAL_H
#define TRADEBOT_EXECUTION_INTERNAL_H

#include "execution.h"
#include "wants.h"

/* NULL if we do not know the id (any more). */
struct order *order_find(struct execution *x, int64_t id);
struct order *order_add(struct execution *x, const struct order *order);
void order_touch(struct execution *x, const struct order *order);

void holding_activate(struct execution *x, const struct holding *h);
void holding_clear(struct execution *x, struct holding *h);
/* Its stop and target are no longer wanted, from at_ms on. */
void holding_release_protective(struct execution *x, const struct holding *h, ms_t at_ms);
/* What of its stop is known to rest, now that it has a quantity. */
void holding_read_stop(struct execution *x, struct holding *h);
/* Starts or ends the unprotected clock to fit stop_qty against qty, and sets the phase. */
void holding_settle_phase(struct execution *x, struct holding *h, ms_t at_ms);

#endif
