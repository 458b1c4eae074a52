/* SPDX-License-Identifier: MIT
 * What the files of this room share. */
#ifndef TRADEBOT_EXECUTION_INTERNAL_H
#define TRADEBOT_EXECUTION_INTERNAL_H

#include "execution.h"
#include "wants.h"

#define RESIZE_TRIES 6 /* then once a minute */

/* NULL if we do not know the id (any more). */
struct order *order_find(struct execution *x, int64_t id);
struct order *order_add(struct execution *x, const struct order *order);
void order_touch(struct execution *x, const struct order *order);

void holding_activate(struct execution *x, const struct holding *h);
void holding_clear(struct execution *x, struct holding *h);
/* Its stop and target are no longer wanted, from at_ms on. */
void holding_release_protective(struct execution *x, const struct holding *h, ms_t at_ms);
/* What of its stop and target is known to rest, now that it has a quantity. */
void holding_read_protective(struct execution *x, struct holding *h);
/* Stop or target do not rest with exactly its quantity. */
bool holding_uneven(const struct holding *h);
/* An entry that ended with less than ordered has that share of the approved risk. */
void holding_scale_risk(struct execution *x, struct holding *h, qty_t filled, qty_t ordered);
/* Starts or ends the unprotected clock to fit stop_qty against qty, and sets the phase. */
void holding_settle_phase(struct execution *x, struct holding *h, ms_t at_ms);
/* A fill made from lists: what is told of it later is not counted again. */
void fill_book(struct execution *x, const struct fill *fill);
/* Told, and in no trade: it will be recorded. waits: it is one of early[]. */
void fill_tell_apart(struct execution *x, const struct fill *fill, bool waits);
/* Has been told: again, it is no news. */
void fill_note_seen(struct execution *x, int64_t execution, int64_t book, int64_t sym);
/* Its doubt has changed: it will be recorded. */
void symbol_mark(struct execution *x, enum book book, sym_t sym);
void symbol_doubt(struct execution *x, enum book book, sym_t sym, enum doubt doubt);
/* Takes over what the complete lists say of the holdings that a new grid left in doubt. */
void execution_adopt(struct execution *x, enum book book, ms_t now_ms);
/* The order goes to that state, with all that follows for its holding. */
void order_move(struct execution *x, struct order *order, int64_t state, ms_t at_ms);

#endif
