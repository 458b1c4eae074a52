/* SPDX-License-Identifier: MIT
 * SIGHUP: the settings read anew, and what of them a running daemon can take. The rows with CONFIG_RELOAD say
 * which: limits that are read at each decision, the blacklist, the log's level. All others are fixed when
 * things are made, and said by name. */
#ifndef TRADEBOT_APP_RELOAD_H
#define TRADEBOT_APP_RELOAD_H

#include "config.h"

/* Puts every changed value of a reloadable row into *running, with its origin. said: each row that differs,
 * and whether it was taken; it sees *running after that. Returns how many were taken. */
size_t reload_take(struct config *running, const struct config *fresh,
		   void (*said)(void *ctx, const struct config_row *row, bool taken), void *ctx);

#endif
