/* SPDX-License-Identifier: MIT
 * How a persisted noun is written down once. Each noun is a list of int64 fields; from the list come the struct,
 * the journal's table, its decimal view, the digest and the documentation. */
#ifndef TRADEBOT_FIELDS_H
#define TRADEBOT_FIELDS_H

#include "tradebot/units.h"

/* How a field is to be read. FIELD_SYM is stored as the instrument's name. FIELD_TICKS and FIELD_LOTS need the
 * record's instrument to be shown as decimals. */
enum field_unit {
	FIELD_INT, FIELD_BOOL, FIELD_MS, FIELD_MONEY, FIELD_RATIO, FIELD_TICKS, FIELD_LOTS, FIELD_SYM, FIELD_SIDE,
	FIELD_STRATEGY, FIELD_REGIME, FIELD_BOOK, FIELD_EXIT, FIELD_REFUSAL, FIELD_VERDICT, FIELD_ORDER_STATE,
	FIELD_ROLE, FIELD_PHASE, FIELD_NOTE, FIELD_STANDING, FIELD_STAGE_REASON, FIELD_ID
};

/* KEY: part of the primary key. DIGEST: goes into the run's digest. */
enum field_flag { FIELD_PLAIN = 0, FIELD_KEY = 1, FIELD_DIGEST = 2 };

#define FIELD_MEMBER(name, unit, flags) int64_t name;

#endif
