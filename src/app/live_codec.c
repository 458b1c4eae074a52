/* SPDX-License-Identifier: MIT
 * See live_codec.h. One row an exchange: nobody else in the app knows them apart. */
#include "live_codec.h"

#include "bybit.h"

#include <stdlib.h>
#include <string.h>

struct live_codec_row {
	const char *name;
	const struct exchange_ops *ops;
	const char *(*base)(const struct config *config, enum live_mode mode, enum say_host host);
	int (*init)(struct exchange *exchange, const struct config *config, enum live_mode mode,
		    uint64_t seed);
	void (*close)(struct exchange *exchange);
	void (*counts)(const struct exchange *exchange, FILE *out);
	int64_t (*limits)(const struct exchange *exchange);
	const struct account_facts *(*facts)(const struct exchange *exchange);
	int (*ask_account)(struct exchange *exchange, enum account_ask what, ms_t now, struct turn_out *out);
	void (*remember)(struct exchange *exchange, const struct order *order);
	void (*since)(struct exchange *exchange, ms_t fills_ms, ms_t ledger_ms);
};

/* Paper trades on the mainnet's market. */
static enum bybit_environment bybit_environment_of(const struct config *config, enum live_mode mode)
{
	if (mode != LIVE_SANDBOX)
		return BYBIT_MAINNET;
	return strcmp(config->sandbox_kind, "demo") == 0 ? BYBIT_DEMO : BYBIT_TESTNET;
}

static const char *base_of_bybit(const struct config *config, enum live_mode mode, enum say_host host)
{
	return bybit_base(bybit_environment_of(config, mode), host);
}

static int open_bybit(struct exchange *exchange, const struct config *config, enum live_mode mode,
		      uint64_t seed)
{
	bool keyed = live_mode_has_account(mode);
	const struct bybit_setup setup = {.environment = bybit_environment_of(config, mode),
					  .timeframe_ms = config->limits.timeframe_ms,
					  .book_levels = strtol(config->book_levels, NULL, 10),
					  .taker_fee = config->taker_fee,
					  .maintenance = config->maintenance,
					  .seed = seed,
					  .key = keyed ? config->api_key : NULL,
					  .secret = keyed ? config->secret : NULL,
					  .recv_window_ms = config->recv_window_ms,
					  .protection = config->protection};

	return bybit_init(exchange, &setup);
}

static void count_bybit(const struct exchange *exchange, FILE *out)
{
	const struct bybit_counts *n = bybit_counts(exchange);

	fprintf(out,
		"\"listed\": %lld, \"not_ours\": %lld, \"left_out\": %lld, \"bad_rows\": %lld, "
		"\"since_listed\": %lld, \"garbage\": %lld, \"limits\": %lld, \"book_gaps\": %lld",
		(long long)n->listed, (long long)n->foreign, (long long)n->left_out, (long long)n->bad_rows,
		(long long)n->unattached, (long long)n->garbage, (long long)n->limits, (long long)n->gaps);
}

static int64_t limits_of_bybit(const struct exchange *exchange)
{
	return bybit_counts(exchange)->limits;
}

static const struct live_codec_row rows[] = {
	{.name = "bybit",
	 .ops = &bybit_ops,
	 .base = base_of_bybit,
	 .init = open_bybit,
	 .close = bybit_close,
	 .counts = count_bybit,
	 .limits = limits_of_bybit,
	 .facts = bybit_account_facts,
	 .ask_account = bybit_ask_account,
	 .remember = bybit_remember,
	 .since = bybit_since},
};

static const struct live_codec_row *row_of(const char *name)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

bool live_codec_knows(const char *name)
{
	return row_of(name) != NULL;
}

/* "https://host[:port]" and nothing after it; "" for the exchange's own. */
static int take_base(char out[static LINK_BASE_MAX], const char *own, const char *wanted, const char *scheme,
		     const char *setting, char *error, size_t size)
{
	const char *base = wanted[0] != '\0' ? wanted : own;
	size_t start = strlen(scheme), len = strlen(base);

	if (strncmp(base, scheme, start) == 0 && len > start && len < LINK_BASE_MAX &&
	    strcspn(base + start, "/?#@ \t") == len - start) {
		memcpy(out, base, len + 1);
		return 0;
	}
	snprintf(error, size, "%s %.200s: %sHOST or %sHOST:PORT, nothing after it", setting, base, scheme,
		 scheme);
	return TB_EINVAL;
}

static int take_bases(struct live_codec *codec, const struct config *config, enum live_mode mode, char *error,
		      size_t size)
{
	const struct {
		enum say_host host;
		const char *wanted, *scheme, *setting;
	} bases[] = {{HOST_REST, config->rest_url, "https://", "EXCHANGE_REST_URL"},
		     {HOST_PUBLIC, config->stream_url, "wss://", "EXCHANGE_STREAM_URL"},
		     {HOST_PRIVATE, config->private_url, "wss://", "EXCHANGE_PRIVATE_URL"}};
	int err = 0;

	for (size_t i = 0; i < sizeof bases / sizeof bases[0] && err == 0; i++)
		err = take_base(codec->bases[bases[i].host], codec->row->base(config, mode, bases[i].host),
				bases[i].wanted, bases[i].scheme, bases[i].setting, error, size);
	return err;
}

int live_codec_open(struct live_codec *codec, const struct config *config, enum live_mode mode, uint64_t seed,
		    char *error, size_t size)
{
	*codec = (struct live_codec){.row = row_of(config->exchange)};
	if (codec->row == NULL) {
		snprintf(error, size, "there is no codec for %s", config->exchange);
		return TB_EINVAL;
	}
	if (take_bases(codec, config, mode, error, size) != 0)
		return TB_EINVAL;
	codec->exchange = (struct exchange){codec->row->ops, calloc(1, codec->row->ops->state_bytes)};
	if (codec->exchange.state == NULL) {
		snprintf(error, size, "not enough memory");
		return TB_EFULL;
	}
	if (codec->row->init(&codec->exchange, config, mode, seed) == 0)
		return 0;
	snprintf(error, size,
		 "%s has no candles of TRADING_TIMEFRAME, no book of EXCHANGE_BOOK_LEVELS, or "
		 "EXCHANGE_API_KEY is "
		 "no plain text",
		 codec->row->name);
	live_codec_close(codec);
	return TB_EINVAL;
}

void live_codec_close(struct live_codec *codec)
{
	if (codec->exchange.state != NULL)
		codec->row->close(&codec->exchange);
	free(codec->exchange.state);
	codec->exchange.state = NULL;
}

const struct account_facts *live_codec_facts(const struct live_codec *codec)
{
	return codec->row->facts(&codec->exchange);
}

int live_codec_ask_account(struct live_codec *codec, enum account_ask what, ms_t now, struct turn_out *out)
{
	return codec->row->ask_account(&codec->exchange, what, now, out);
}

struct live_account live_codec_account(struct live_codec *codec)
{
	return (struct live_account){&codec->exchange, codec->row->remember, codec->row->since};
}

void live_codec_counts(const struct live_codec *codec, FILE *out)
{
	codec->row->counts(&codec->exchange, out);
}

int64_t live_codec_limits(const struct live_codec *codec)
{
	return codec->row->limits(&codec->exchange);
}
