/* SPDX-License-Identifier: MIT
 * What a daemon on a real market trades with: a simulated account, the exchange's sandbox, or real money. */
#ifndef TRADEBOT_APP_LIVE_MODE_H
#define TRADEBOT_APP_LIVE_MODE_H

#include "cli.h"
#include "config.h"

enum live_mode { LIVE_PAPER, LIVE_SANDBOX, LIVE_REAL };

/* What --paper and EXCHANGE_SANDBOX ask for. */
enum live_mode live_mode_of(const struct cli *cli, const struct config *config);

/* True if orders go to the exchange: it needs a key. */
static inline bool live_mode_has_account(enum live_mode mode)
{
	return mode != LIVE_PAPER;
}

/* "paper", "bybit's testnet", "LIVE: real money", for a sentence. out: 64 bytes or more. */
void live_mode_words(enum live_mode mode, const struct config *config, char *out, size_t size);

/* What risk state and journal are keyed by: "paper:bybit", "sandbox:bybit:testnet:ACCOUNT",
 * "live:bybit:ACCOUNT". */
void live_mode_journal(enum live_mode mode, const struct config *config, const char *account, char *out,
		       size_t size);

#endif
