/* SPDX-License-Identifier: MIT
 * The table of verbs, with the options of each. Whoever adds a verb adds its row here and its file beside. */
#include "verbs.h"

#include "candle_options.h"
#include "config.h"
#include "sim_weather.h"

#define END_OPTIONS                                                                                          \
	{                                                                                                    \
		NULL, NULL, false, NULL, NULL, NULL                                                          \
	}
#define JSON_OPTION                                                                                          \
	{                                                                                                    \
		"json", NULL, false, "answer as JSON", NULL, NULL                                            \
	}
#define ARGS_ANY ((size_t)-1)

static void verbs_more_of_run(FILE *out)
{
	fprintf(out,
		"With --exchange bybit it trades on the exchange: in its sandbox unless EXCHANGE_SANDBOX=false, which\n"
		"means REAL MONEY. With --paper the market is real, the account simulated, and no key is needed.\n"
		"With --exchange sim it trades a built-in simulated exchange, fed by a seeded market "
		"generator or by\n"
		"candle files. 'tradebotd check-config --help' lists every setting.\n\n");
	candle_options_print_more(out);
}

static void verbs_more_of_flatten(FILE *out)
{
	fprintf(out,
		"Entries stay as they were: a bot that is to stay flat is halted, too ('halt' first, then "
		"'flatten').\n");
}

/* clang-format off */
static const struct cli_option json_options[] = {JSON_OPTION, END_OPTIONS};
static const struct cli_option candle_options[] = {CANDLE_REPAIR_OPTION, END_OPTIONS};

static const struct cli_option run_options[] = {
	{"exchange", "NAME", false, "bybit, binance, okx or sim", "exchange.name", NULL},
	{"paper", NULL, false, "the exchange's live market, simulated orders; needs no key (bybit)", NULL, NULL},
	{"sandbox", NULL, false, "the exchange's testnet or demo (EXCHANGE_SANDBOX_KIND); what happens unless EXCHANGE_SANDBOX=false", "exchange.sandbox", "true"},
	{"speed", "max|N", false, "sim: as fast as it goes, or N times real time", NULL, NULL},
	{"days", "D", false, "sim: stop after so many days", NULL, NULL},
	{"seed", "S", false, "sim: seed of the market generator", NULL, NULL},
	{"symbols", "N", false, "sim: how many symbols the market has", NULL, NULL},
	{"candles", "PATH", true, "sim: candle files or folders in place of the generator", NULL, NULL},
	{"funding", "DIR", false, "sim: folder with funding rates for the candles", NULL, NULL},
	CANDLE_REPAIR_OPTION,
	CANDLE_CACHE_OPTIONS,
	{"timeframe", "TF", false, "length of a candle: 1m 3m 5m 15m 30m 1h 4h 1d", "trading.timeframe", NULL},
	{"stage", "F", false, "share of the account to use: 0.05 0.10 0.25 1; or rollout: in stages, as live", NULL, NULL},
	{"weather", "SKY", false, "sim: off, mild or storm[,seed=N][,per-day=N][,jitter=MS]: what the exchange does to us",
	 "sim.weather", NULL},
	{"clock", "SOCKET", false, "for tests: the time is told by an emulated exchange over this socket", NULL, NULL},
	END_OPTIONS,
};

static const struct cli_option backtest_options[] = {
	{"candles", "PATH", true, "candle files (.csv, .csv.gz) or folders", NULL, NULL},
	{"funding", "DIR", false, "folder with funding rates", NULL, NULL},
	CANDLE_REPAIR_OPTION,
	CANDLE_CACHE_OPTIONS,
	{"timeframe", "TF", false, "which candles of a folder with several: 1m 3m 5m 15m 30m 1h 4h 1d",
	 "trading.timeframe", NULL},
	{"from", "D", false, "first day, YYYY-MM-DD", NULL, NULL},
	{"to", "D", false, "last day, YYYY-MM-DD", NULL, NULL},
	{"balance", "N", false, "USDT to start with", "sim.balance", NULL},
	{"taker-fee", "F", false, "taker fee as a ratio of notional", "exchange.taker_fee", NULL},
	{"export-trades", "FILE", false, "write the trades as CSV", NULL, NULL},
	JSON_OPTION,
	{"stage", "F", false, "share of the account to use: 0.05 0.10 0.25 1; or rollout: in stages, as live", NULL, NULL},
	{"weather", "SKY", false, "sim: off, mild or storm[,seed=N][,per-day=N][,jitter=MS]: what the exchange does to us",
	 "sim.weather", NULL},
	{"on-lock", "stop|rebase-after=DAYS", false, "what to do when drawdown locks", NULL, NULL},
	{"journal", "FILE", false, "keep the journal of the run in FILE", NULL, NULL},
	END_OPTIONS,
};

static const struct cli_option judge_options[] = {
	{"csv", "FILE", false, "the orders to judge, one a line under a header", NULL, NULL},
	{"taker-fee", "F", false, "taker fee as a ratio of notional", "exchange.taker_fee", NULL},
	{"tick", "T", false, "price step of the instrument", NULL, NULL},
	{"lot", "L", false, "quantity step of the instrument", NULL, NULL},
	END_OPTIONS,
};

static const struct cli_option check_config_options[] = {
	JSON_OPTION,
	{"generate", "env|ini|docs", false, "print .env.example, the sample ini or docs/configuration.md", NULL, NULL},
	END_OPTIONS,
};

static const struct cli_option doctor_options[] = {
	{"exchange", "NAME", false, "bybit, binance, okx or sim", "exchange.name", NULL},
	{"paper", NULL, false, "as for run --paper: not the account, even if there is a key", NULL, NULL},
	{"probe-order", NULL, false, "then an order of the smallest size there and back, with its stop", NULL, NULL},
	{"symbol", "SYMBOL", false, "of the probe order (the first of TRADING_SYMBOLS)", NULL, NULL},
	{"live", NULL, false, "with real money (EXCHANGE_SANDBOX is false); has to be confirmed", NULL, NULL},
	{"confirm", "probe", false, "confirms it where nobody can be asked", NULL, NULL},
	JSON_OPTION,
	END_OPTIONS,
};

static const struct cli_option confirm_options[] = {
	JSON_OPTION,
	{"confirm", "WORD", false, "the command's own name, where there is no terminal to type it at", NULL, NULL},
	END_OPTIONS,
};

const struct cli_verb verbs[] = {
	{"run", verb_run, "", 0, 0, "trade (what happens without a command)", run_options,
	 verbs_more_of_run},
	{"backtest", verb_backtest, "", 0, 0, "trade recorded candles on the simulated exchange", backtest_options,
	 candle_options_print_more},
	{"judge", verb_judge, "", 0, 0, "what the risk gate would say to the orders of a CSV file", judge_options, NULL},
	{"indicators", verb_indicators, "FILE", 1, 1, "indicators, regime and signals of a candle file as CSV", candle_options,
	 candle_options_print_more},
	{"candles", verb_candles, "check FILE... | repair IN OUT", 2, ARGS_ANY,
	 "check candle files (bars, gaps, faults by line), or write a clean one", candle_options, candle_options_print_more},
	{"check-config", verb_check_config, "", 0, 0, "every setting, its value and where it came from",
	 check_config_options, config_print_help},
	{"doctor", verb_doctor, "", 0, 0, "is everything right before it trades? settings, files, clock, exchange",
	 doctor_options, NULL},
	{"status", verb_status, "", 0, 0, "how the daemon of a state folder stands", json_options, NULL},
	{"trades", verb_trades, "", 0, 0, "the closed trades", json_options, NULL},
	{"why", verb_why, "SYMBOL", 1, 1, "why a symbol was traded or refused, in words", json_options, NULL},
	{"risk", verb_risk, "", 0, 0, "limits, states and how much of each is used", json_options, NULL},
	{"scan", verb_scan, "", 0, 0, "the last table of the market: ranks, filters, what is watched", json_options, NULL},
	{"scores", verb_scores, "", 0, 0, "salience of each strategy and regime", json_options, NULL},
	{"report", verb_report, "", 0, 0, "results by strategy, symbol, exit and regime", json_options, NULL},
	{"halt", verb_command, "", 0, 0, "no entries from now on; stops and targets stay in force", json_options, NULL},
	{"resume", verb_command, "", 0, 0, "end a halt or a pause, or accept equity that nothing explains", json_options, NULL},
	{"flatten", verb_command, "", 0, 0, "leave every position at market (to be confirmed)", confirm_options,
	 verbs_more_of_flatten},
	{"unlock", verb_command, "", 0, 0, "end a lock, a day after it at the soonest (to be confirmed)", confirm_options, NULL},
	{"lower-stage", verb_command, "", 0, 0, "use less of the account's equity: one stage down", json_options, NULL},
	{NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
/* clang-format on */
