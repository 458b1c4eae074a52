/* SPDX-License-Identifier: MIT
 * The settings. ONE table of rows (config_table.c) drives the parser, check-config, .env.example, the sample
 * ini and docs/configuration.md. Layers, last wins: default, tradebotd.ini, .env, environment, command line.
 * Every value knows which of them it came from. A value looser than a compiled-in limit does not start. */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include <stdio.h>

#include "tradebot/instrument.h"
#include "tradebot/limits.h"

#define CONFIG_ROWS_MAX     128
#define CONFIG_SYMBOLS_MAX  128
#define CONFIG_TEXT_MAX     512 /* a key or a path, its NUL included */
#define CONFIG_WARNINGS_MAX 8

#define CONFIG_LAYERS(X)                                                                                     \
	X(DEFAULT, "default")                                                                                \
	X(INI, "ini file")                                                                                   \
	X(ENV_FILE, ".env file")                                                                             \
	X(ENVIRONMENT, "environment")                                                                        \
	X(COMMAND, "command line")
#define X(id, text) CONFIG_##id,
enum config_layer { CONFIG_LAYERS(X) CONFIG_LAYER_COUNT };
#undef X

struct config_symbols {
	size_t count;
	char at[CONFIG_SYMBOLS_MAX][SYMBOL_TEXT_MAX]; /* normalised, each once */
};

struct config_origin {
	enum config_layer layer;
	int line; /* of the file; 0 elsewhere */
};

/* Numbers of the strategies and regimes (rules.md section 2). Multiples and shares are 1e-9. */
struct config_signal {
	ratio_t bollinger_width;                                /* sigmas */
	ratio_t reversion_stop;                                 /* share of the target distance */
	ratio_t reversion_atr;                                  /* least stop, in ATR */
	ratio_t trend_stop, trend_target, trend_trail;          /* ATR */
	ratio_t breakout_stop, breakout_target, breakout_trail; /* ATR */
	int64_t volatility_window, volatility_least;            /* bars */
	int64_t volatility_high, volatility_low;                /* percent */
	ratio_t efficiency;                                     /* |ER100| that is a trend */
	int64_t hysteresis_bars;
	ratio_t jump; /* of the close: the series is dropped */
};

struct config_decide {
	ratio_t edge;         /* least (target - costs) / (stop + costs) */
	ratio_t moved;        /* R */
	int64_t pause_bars;   /* after an exit */
	ratio_t margin_share; /* of available margin */
	ratio_t leverage;     /* <= CAP_LEVERAGE */
};

struct config_exit {
	ms_t time_ms;
	int64_t contradiction_bars;
	ratio_t trail_step; /* least improvement, in ATR */
	ms_t protect_ms;    /* how long a position may be without a stop */
};

struct config_scanner {
	bool enabled;
	ms_t interval_ms;
	money_t turnover; /* least in 24 h */
	struct config_symbols blacklist;
	ms_t listed_ms;                /* least age */
	ratio_t spread;                /* highest */
	ratio_t range_low, range_high; /* 24 h range: best half-way between */
	int64_t hysteresis_ranks;
};

struct config_candles {
	int64_t rows_max;            /* of one file */
	char cache[CONFIG_TEXT_MAX]; /* folder, or "off" */
	bool cache_verify;
};

struct config_learn {
	ratio_t weight_insufficient, weight_active;
	ratio_t fade;            /* weight of a trade for each later one */
	bool shadow;             /* what may not trade is tried in a shadow account */
	ratio_t return_salience; /* of the shadow record of what is archived */
	int64_t return_trades;
};

/* What is ours, and what the exchange says is. */
struct config_truth {
	ms_t lists_every_ms;     /* while something is held */
	int64_t absent_look_ups; /* answered, that did not find the order ... */
	ms_t absent_after_ms;    /* ... so long after it was sent: it never arrived */
	ms_t explain_ms;         /* a loss waits so long for its ledger row */
	ratio_t excess_over;     /* of a limit, beyond it */
	ms_t excess_ms;
};

/* Evidence that live trading needs. */
struct config_promotion {
	ratio_t sharpe, drawdown, stable;
	int64_t trades, days, weeks, regimes;
};

struct config_stage {
	int64_t up_trades, up_days, down_days;
	ratio_t up_sharpe, down_sharpe;
	ratio_t drawdown_factor; /* of the baseline's worst */
	ratio_t drawdown_floor, slippage_over;
};

struct config_sim {
	money_t balance;
	ms_t latency_ms;
	ratio_t half_spread; /* of the price, at the least */
	ratio_t depth_share; /* of a bar's mean turnover that stands within 10 bps, on each side */
	char weather[64];    /* for sim_weather_parse */
};

struct config {
	/* exchange and keys */
	char exchange[16]; /* bybit, binance, okx or sim */
	char api_key[CONFIG_TEXT_MAX], secret[CONFIG_TEXT_MAX],
		passphrase[CONFIG_TEXT_MAX]; /* "" if not set */
	bool sandbox, shared_account, accept_unpromoted;
	ratio_t taker_fee;    /* where the exchange does not say */
	int64_t failures;     /* consecutive, that make the exchange unhealthy */
	char sandbox_kind[8]; /* testnet or demo */
	ms_t recv_window_ms;  /* how late a signed request may arrive */
	ratio_t protection;   /* how far beyond the best price an entry may fill */
	char rest_url[CONFIG_TEXT_MAX], stream_url[CONFIG_TEXT_MAX],
		private_url[CONFIG_TEXT_MAX]; /* "": the exchange's own */
	char ca_file[CONFIG_TEXT_MAX];        /* "": what the system trusts */
	char book_levels[8];                  /* 50, 200 or 1000 */
	ratio_t maintenance;                  /* margin, where the exchange does not say */
	ms_t start_ms;                        /* how long a start may wait for the exchange's first answers */

	struct config_symbols symbols; /* TRADING_SYMBOLS */
	struct limits limits;
	ratio_t unexplained; /* change of E that closes entries */
	bool lock_flattens;  /* a lock leaves every position */
	struct config_signal signal;
	struct config_decide decide;
	struct config_exit exit;
	struct config_scanner scanner;
	struct config_truth truth;
	struct config_learn learn;
	struct config_promotion promotion;
	struct config_stage stage;
	struct config_sim sim;
	struct config_candles candles;
	bool llm;
	char llm_key[CONFIG_TEXT_MAX];
	char state[CONFIG_TEXT_MAX]; /* folder */
	char log_level[8];

	struct config_origin origins[CONFIG_ROWS_MAX];             /* by row of config_rows */
	char ini_path[CONFIG_TEXT_MAX], env_path[CONFIG_TEXT_MAX]; /* "" if that layer had no file */
	size_t warning_count;
	char warnings[CONFIG_WARNINGS_MAX][256];
};

/* How a value is written. RATIO: a fraction, or "1%" or "10bps"; NUMBER: a plain decimal; both are 1e-9.
 * MONEY: USDT (1e-8). TIME: a whole number of the row's unit (ms, s, min, h, days), kept in ms. COUNT: a
 * whole number. */
enum config_type {
	CONFIG_BOOL,
	CONFIG_COUNT,
	CONFIG_RATIO,
	CONFIG_NUMBER,
	CONFIG_MONEY,
	CONFIG_TIME,
	CONFIG_TIMEFRAME,
	CONFIG_CHOICE,
	CONFIG_TEXT,
	CONFIG_SECRET,
	CONFIG_SYMBOL_LIST
};
enum config_flag {
	CONFIG_USUAL = 1,     /* .env.example has it uncommented */
	CONFIG_HARD_LOW = 2,  /* the lower end is compiled in */
	CONFIG_HARD_HIGH = 4, /* the upper end is */
	CONFIG_RELOAD = 8,    /* a running daemon takes a new value on SIGHUP; see reload.h */
};

struct config_row {
	const char *key; /* "section.name" of the ini */
	const char *env;
	enum config_type type;
	const char *unit;
	const char *initial;     /* the default, as a user would write it */
	int64_t lowest, highest; /* numbers: both included */
	size_t offset, size;     /* of the member of struct config; size: of a text */
	const char *choices;     /* CHOICE, TIMEFRAME: words between blanks */
	int flags;
	const char *help;
};
extern const struct config_row config_rows[];
extern const size_t config_row_count;

/* Where to read. Any pointer may be NULL. *_must_exist: the user named the file. */
struct config_sources {
	const char *ini_path, *env_path;
	bool ini_must_exist, env_must_exist;
	char *const *environment; /* as environ */
	const char *const *sets;  /* "KEY=VALUE" of the command line, ini or environment name */
	size_t set_count;
};

/* Reads all layers into *config. 0; TB_EINVAL: a value, key, line or file that cannot be used; TB_EREFUSED: a
 * file with secrets that others can read. error then names the file and line (or layer), the key, the value
 * seen and what is allowed; never a secret. */
int config_load(struct config *config, const struct config_sources *sources, char *error, size_t size);

/* Row of that ini key or environment name, NULL if there is none. Nearest name of the same kind, or NULL. */
const struct config_row *config_find(const char *name);
const char *config_nearest(const char *name);

/* One value into *config, without origin and cross checks. place: "FILE:LINE", or the layer's name. */
int config_put(struct config *config, const struct config_row *row, const char *text, const char *place,
	       char *error, size_t size);

/* The row's value as a user would write it. A secret comes masked. size >= CONFIG_TEXT_MAX fits all but long
 * symbol lists, which are cut. */
void config_format(const struct config *config, const struct config_row *row, char *out, size_t size);
/* What is allowed: "0.000001 to 0.02", "true or false", ... */
void config_format_range(const struct config_row *row, char *out, size_t size);
/* "default", ".env:7", "tradebotd.ini:3", "environment", "command line". */
void config_format_origin(const struct config *config, const struct config_row *row, char *out, size_t size);

/* check-config: every value, its unit, the layer it came from; secrets masked. */
void config_print(const struct config *config, FILE *out);
void config_print_json(const struct config *config, FILE *out);

/* Every setting with its range, default and purpose, for --help. */
void config_print_help(FILE *out);

/* The files made from the table: .env.example, config/tradebotd.ini, docs/configuration.md. */
void config_generate_env(FILE *out);
void config_generate_ini(FILE *out);
void config_generate_docs(FILE *out);

#endif
