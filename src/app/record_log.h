/* SPDX-License-Identifier: MIT
 * What the engine records, as log lines of one event each: entries approved and refused, fills, closed trades
 * and notes. The core says, only the app logs. */
#ifndef TRADEBOT_APP_RECORD_LOG_H
#define TRADEBOT_APP_RECORD_LOG_H

#include "tradebot/instrument.h"
#include "tradebot/record.h"

/* At most one line. quiet (full speed): what belongs to single trades is DEBUG, changes of state stay INFO or
 * WARN. A refusal by a state (cooldown, halt, safe mode, ...) is DEBUG always: the state was told when it
 * began. */
void record_log(const struct record *record, const struct universe *universe, bool quiet);

#endif
