/* SPDX-License-Identifier: MIT
 * A storm of one kind of fault, which strikes where it matters: while an entry is on its way to the exchange,
 * or while a position is open. */
#ifndef STORM_SCRIPT_H
#define STORM_SCRIPT_H

#include "storm_world.h"

/* After storm_open. kind: enum emu_fault_kind. */
void storm_script_begin(struct storm *s, int64_t kind);

#endif
