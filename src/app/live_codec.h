/* SPDX-License-Identifier: MIT
 * The exchanges there is a codec for, by name: its memory, its hosts, and what of it people want to know. */
#ifndef TRADEBOT_APP_LIVE_CODEC_H
#define TRADEBOT_APP_LIVE_CODEC_H

#include "link.h"
#include "live_account.h"
#include "live_mode.h"
#include "tradebot/exchange.h"

struct live_codec {
	struct exchange exchange;
	const struct live_codec_row *row;
	char bases[HOST_COUNT][LINK_BASE_MAX]; /* where its requests and streams go */
};

/* True if there is one of that name. */
bool live_codec_knows(const char *name);

/* The codec of config->exchange, ready to be told the time: for its public market data and, unless the mode
 * is paper, for the account of config's key (without a key it is public only). seed: of jitter. 0; TB_EINVAL:
 * no such codec, or a setting it cannot use, with a text; TB_EFULL. */
int live_codec_open(struct live_codec *codec, const struct config *config, enum live_mode mode, uint64_t seed,
		    char *error, size_t size);
void live_codec_close(struct live_codec *codec);

/* What is known of the account and its key; all zero without a key. */
const struct account_facts *live_codec_facts(const struct live_codec *codec);
/* Asks for them anew, or changes the account: see enum account_ask. TB_EREFUSED: there is no key; TB_EFULL.
 */
int live_codec_ask_account(struct live_codec *codec, enum account_ask what, ms_t now, struct turn_out *out);
/* For a world on the exchange's own account. Lives as long as the codec. */
struct live_account live_codec_account(struct live_codec *codec);

/* How often the exchange has told it to be silent. */
int64_t live_codec_limits(const struct live_codec *codec);
/* What it has counted, as members of a JSON object: "listed": 612, ... */
void live_codec_counts(const struct live_codec *codec, FILE *out);

#endif
