/* SPDX-License-Identifier: MIT
 * The engine's notes as log lines: the core says, only the app logs. */
#ifndef TRADEBOT_APP_NOTE_LOG_H
#define TRADEBOT_APP_NOTE_LOG_H

#include "tradebot/instrument.h"
#include "tradebot/record.h"

/* One line. quiet (full speed): what belongs to single trades is DEBUG, changes of state stay INFO or WARN.
 */
void note_log(const struct note_record *note, const struct universe *universe, bool quiet);

#endif
