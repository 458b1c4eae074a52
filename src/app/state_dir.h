/* SPDX-License-Identifier: MIT
 * The folder that holds a daemon's state: its lock, its journal and, for a simulation, the market itself. */
#ifndef APP_STATE_DIR_H
#define APP_STATE_DIR_H

#include "tradebot/units.h"

#define STATE_LOCK_FILE    "lock"
#define STATE_JOURNAL_FILE "journal.db"
#define STATE_SIM_FILE     "sim.bin"
#define STATE_PAPER_FILE   "paper.bin"
#define STATE_SHADOW_FILE  "shadow.bin"
#define STATE_SOCKET_FILE  "control.sock"
#define STATE_PATH_MAX     1024

/* Makes dir (0700, and its parents) and locks it for this process until the answered descriptor is closed or
 * the process ends, however it ends. Returns the descriptor (>= 0). TB_EREFUSED: another process holds it;
 * error has its pid. TB_EIO: the folder cannot be made or used. */
int state_lock(const char *dir, char *error, size_t size);

/* DIR/NAME in out. TB_ERANGE if it does not fit. */
int state_path(const char *dir, const char *name, char out[static STATE_PATH_MAX]);

#endif
