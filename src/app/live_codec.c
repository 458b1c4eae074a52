/* SPDX-License-Identifier: MIT
 * See live_codec.h. One row an exchange: nobody else in the app knows them apart. */
#include "live_codec.h"

#include "bybit.h"

#include <stdlib.h>
#include <string.h>

struct live_codec_row {
	const char *name;
	const struct exchange_ops *ops;
	const char *(*base)(enum say_host host);
	int (*init)(struct exchange *exchange, const struct config *config, uint64_t seed);
	void (*counts)(const struct exchange *exchange, FILE *out);
	int64_t (*limits)(const struct exchange *exchange);
};

/* Public data is the mainnet's, whatever is traded. */
static const char *bybit_public_base(enum say_host host)
{
	return bybit_base(BYBIT_MAINNET, host);
}

static int open_bybit(struct exchange *exchange, const struct config *config, uint64_t seed)
{
	const struct bybit_setup setup = {.environment = BYBIT_MAINNET,
					  .timeframe_ms = config->limits.timeframe_ms,
					  .book_levels = strtol(config->book_levels, NULL, 10),
					  .taker_fee = config->taker_fee,
					  .maintenance = config->maintenance,
					  .seed = seed};

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
	{"bybit", &bybit_ops, bybit_public_base, open_bybit, count_bybit, limits_of_bybit},
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

static int take_bases(struct live_codec *codec, const struct config *config, char *error, size_t size)
{
	int err = take_base(codec->bases[HOST_REST], codec->row->base(HOST_REST), config->rest_url,
			    "https://", "EXCHANGE_REST_URL", error, size);

	if (err == 0)
		err = take_base(codec->bases[HOST_PUBLIC], codec->row->base(HOST_PUBLIC), config->stream_url,
				"wss://", "EXCHANGE_STREAM_URL", error, size);
	return err;
}

int live_codec_open(struct live_codec *codec, const struct config *config, uint64_t seed, char *error,
		    size_t size)
{
	*codec = (struct live_codec){.row = row_of(config->exchange)};
	if (codec->row == NULL) {
		snprintf(error, size, "there is no codec for %s", config->exchange);
		return TB_EINVAL;
	}
	if (take_bases(codec, config, error, size) != 0)
		return TB_EINVAL;
	codec->exchange = (struct exchange){codec->row->ops, calloc(1, codec->row->ops->state_bytes)};
	if (codec->exchange.state == NULL) {
		snprintf(error, size, "not enough memory");
		return TB_EFULL;
	}
	if (codec->row->init(&codec->exchange, config, seed) == 0)
		return 0;
	snprintf(error, size, "%s has no candles of TRADING_TIMEFRAME, or no book of EXCHANGE_BOOK_LEVELS",
		 codec->row->name);
	live_codec_close(codec);
	return TB_EINVAL;
}

void live_codec_close(struct live_codec *codec)
{
	free(codec->exchange.state);
	codec->exchange.state = NULL;
}

void live_codec_counts(const struct live_codec *codec, FILE *out)
{
	codec->row->counts(&codec->exchange, out);
}

int64_t live_codec_limits(const struct live_codec *codec)
{
	return codec->row->limits(&codec->exchange);
}
