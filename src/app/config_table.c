/* SPDX-License-Identifier: MIT
 * THE table. Whatever can be set stands here once: name in the ini, name in the environment, type, unit,
 * default, range, which member it sets and what it does. Defaults are seed.md's and rules.md's numbers. The
 * ends marked HARD are the limits compiled in (tradebot/limits.h). Numbers that the rules fix without
 * offering them as a default (ages, deadlines) may only be made stricter, so their default is also an end of
 * their range. */
#include "config.h"
#include "promotion.h"

/* The member's place; does not compile if the member has another type than the row's kind needs. */
#define NUM(member)                                                                                          \
	(offsetof(struct config, member) + 0 * sizeof(_Generic(((struct config *)0)->member, int64_t : 1)))
#define FLAG(member)                                                                                         \
	(offsetof(struct config, member) + 0 * sizeof(_Generic(((struct config *)0)->member, bool : 1)))
#define STR(member) offsetof(struct config, member), sizeof(((struct config *)0)->member)
#define LIST(member)                                                                                         \
	(offsetof(struct config, member) +                                                                   \
	 0 * sizeof(_Generic(((struct config *)0)->member, struct config_symbols : 1)))

#define PERCENT   (RATIO_ONE / 100)
#define SMALLEST  (RATIO_ONE / 1000000) /* where zero would mean "never", not "strict" */
#define USDT      MONEY_ONE
#define BOTH_HARD (CONFIG_HARD_LOW | CONFIG_HARD_HIGH)

#define BOOL_ROW(key, env, initial, member, flags, help)                                                     \
	{                                                                                                    \
		key, env, CONFIG_BOOL, "", initial, 0, 1, FLAG(member), 0, NULL, flags, help                 \
	}
#define NUM_ROW(key, env, type, unit, initial, low, high, member, flags, help)                               \
	{                                                                                                    \
		key, env, CONFIG_##type, unit, initial, low, high, NUM(member), 0, NULL, flags, help         \
	}
#define TEXT_ROW(key, env, type, initial, member, choices, flags, help)                                      \
	{                                                                                                    \
		key, env, CONFIG_##type, "", initial, 0, 0, STR(member), choices, flags, help                \
	}
#define LIST_ROW(key, env, initial, member, flags, help)                                                     \
	{                                                                                                    \
		key, env, CONFIG_SYMBOL_LIST, "", initial, 0, 0, LIST(member), 0, NULL, flags, help          \
	}

/* clang-format off */
const struct config_row config_rows[] = {
	TEXT_ROW("exchange.name", "EXCHANGE_NAME", CHOICE, "bybit", exchange, "bybit binance okx sim", CONFIG_USUAL,
		 "exchange id; sim is the built-in simulated exchange; of the others, `run` knows bybit today"),
	TEXT_ROW("exchange.api_key", "EXCHANGE_API_KEY", SECRET, "", api_key, NULL, CONFIG_USUAL,
		 "API key, of the sandbox or of the real account; Read and Trade (Futures), never Withdraw"),
	TEXT_ROW("exchange.secret", "EXCHANGE_SECRET", SECRET, "", secret, NULL, CONFIG_USUAL,
		 "API secret of that key"),
	TEXT_ROW("exchange.passphrase", "EXCHANGE_PASSPHRASE", SECRET, "", passphrase, NULL, CONFIG_USUAL,
		 "API passphrase (okx only; not used in this version)"),
	BOOL_ROW("exchange.sandbox", "EXCHANGE_SANDBOX", "true", sandbox, CONFIG_USUAL,
		 "true = demo or testnet, false = REAL MONEY"),
	TEXT_ROW("exchange.sandbox_kind", "EXCHANGE_SANDBOX_KIND", CHOICE, "testnet", sandbox_kind, "testnet demo", 0,
		 "which sandbox: bybit's testnet, or its demo account (the mainnet's market); each has keys of its own"),
	BOOL_ROW("exchange.accept_shared_account", "ACCEPT_SHARED_ACCOUNT", "false", shared_account, 0,
		 "trade live in an account in which somebody else trades, too"),
	NUM_ROW("exchange.taker_fee", "TAKER_FEE", RATIO, "of notional", "0.00055", 0, PERCENT, taker_fee, 0,
		"taker fee where the exchange does not tell the account's own"),
	NUM_ROW("exchange.failures", "EXCHANGE_FAILURES", COUNT, "requests", "3", 1, 20, failures, 0,
		"failed requests in a row that make the exchange unhealthy (no entries)"),
	NUM_ROW("exchange.lists_every", "EXCHANGE_LISTS_EVERY", TIME, "s", "300", 10 * SECOND_MS, 300 * SECOND_MS,
		truth.lists_every_ms, 0, "positions, orders and balance are compared so often while something is held"),
	NUM_ROW("exchange.absent_look_ups", "EXCHANGE_ABSENT_LOOK_UPS", COUNT, "look-ups", "3", 3, 20,
		truth.absent_look_ups, 0, "an order that so many answered look-ups do not find never arrived"),
	NUM_ROW("exchange.absent_after", "EXCHANGE_ABSENT_AFTER", TIME, "s", "3", 3 * SECOND_MS, MINUTE_MS,
		truth.absent_after_ms, 0, "... if it was sent at least so long ago"),

	TEXT_ROW("exchange.rest_url", "EXCHANGE_REST_URL", TEXT, "", rest_url, NULL, 0,
		 "https://HOST[:PORT] in place of the exchange's own (regional hosts, tests)"),
	TEXT_ROW("exchange.stream_url", "EXCHANGE_STREAM_URL", TEXT, "", stream_url, NULL, 0,
		 "wss://HOST[:PORT] in place of the exchange's own, for public streams"),
	TEXT_ROW("exchange.private_url", "EXCHANGE_PRIVATE_URL", TEXT, "", private_url, NULL, 0,
		 "wss://HOST[:PORT] in place of the exchange's own, for the private stream"),
	NUM_ROW("exchange.recv_window", "EXCHANGE_RECV_WINDOW", TIME, "ms", "5000", SECOND_MS, MINUTE_MS, recv_window_ms, 0,
		"how late a signed request may arrive"),
	NUM_ROW("exchange.protection", "EXCHANGE_PROTECTION", RATIO, "of price", "0.005", BPS, 10 * PERCENT, protection, 0,
		"how far beyond the best price an entry may fill; what is further away is not bought"),
	TEXT_ROW("exchange.ca_file", "EXCHANGE_CA_FILE", TEXT, "", ca_file, NULL, 0,
		 "certificates to trust in place of the system's (PEM)"),
	TEXT_ROW("exchange.book_levels", "EXCHANGE_BOOK_LEVELS", CHOICE, "200", book_levels, "50 200 1000", 0,
		 "levels of the order book stream that depth is read from; bybit sends 50 every 20 ms, 200 every 100 ms"),
	NUM_ROW("exchange.maintenance", "EXCHANGE_MAINTENANCE", RATIO, "of notional", "0.02", RATIO_ONE / 1000, 10 * PERCENT,
		maintenance, 0, "maintenance margin of a position where the exchange does not tell it"),
	NUM_ROW("exchange.start", "EXCHANGE_START", TIME, "s", "60", 5 * SECOND_MS, HOUR_MS, start_ms, 0,
		"how long a start waits for the exchange's first answers, trying again and again"),

	LIST_ROW("trading.symbols", "TRADING_SYMBOLS", "BTC/USDT,ETH/USDT", symbols, CONFIG_USUAL,
		 "symbols to trade, merged with the scanner's; BTC/USDT means BTC/USDT:USDT"),
	{"trading.timeframe", "TRADING_TIMEFRAME", CONFIG_TIMEFRAME, "", "1m", MINUTE_MS, DAY_MS, NUM(limits.timeframe_ms),
	 0, "1m 3m 5m 15m 30m 1h 4h 1d", CONFIG_USUAL, "length of a candle"},
	BOOL_ROW("trading.live_accept_unpromoted", "LIVE_ACCEPT_UNPROMOTED", "false", accept_unpromoted, 0,
		 "trade live, at stage 5 % only, without the evidence a promotion needs"),
	TEXT_ROW("trading.state", "STATE_DIRECTORY", TEXT, "state", state, NULL, 0,
		 "folder of journal, lock and simulated exchange; systemd sets it"),

	NUM_ROW("risk.per_trade", "MAX_RISK_PER_TRADE", RATIO, "of C", "0.01", SMALLEST, CEILING_RISK_PER_TRADE,
		limits.risk_per_trade, CONFIG_USUAL | CONFIG_HARD_HIGH | CONFIG_RELOAD, "loss at the stop of one trade, fees included"),
	NUM_ROW("risk.daily_loss", "MAX_DAILY_LOSS", RATIO, "of NAV", "0.05", SMALLEST, CEILING_DAILY_LOSS,
		limits.daily_loss, CONFIG_USUAL | CONFIG_HARD_HIGH | CONFIG_RELOAD, "loss since 00:00 UTC that halts until the next day"),
	NUM_ROW("risk.position_share", "RISK_POSITION_SHARE", RATIO, "of C", "0.20", SMALLEST, CAP_SYMBOL_EXPOSURE,
		limits.position_share, CONFIG_HARD_HIGH | CONFIG_RELOAD, "value of one position"),
	NUM_ROW("risk.leverage", "RISK_LEVERAGE", NUMBER, "x", "1", RATIO_ONE, CAP_LEVERAGE, decide.leverage, BOTH_HARD,
		"leverage setting at the exchange"),
	NUM_ROW("risk.spread", "RISK_SPREAD", RATIO, "of price", "0.001", SMALLEST, PERCENT, limits.spread, CONFIG_RELOAD,
		"widest spread at which a position is opened"),
	NUM_ROW("risk.depth_multiple", "RISK_DEPTH_MULTIPLE", COUNT, "x", "10", 1, 1000, limits.depth_multiple, CONFIG_RELOAD,
		"depth within 10 bps, in multiples of the order"),
	NUM_ROW("risk.slippage", "RISK_SLIPPAGE", RATIO, "of price", "0.001", SMALLEST, PERCENT, limits.slippage, CONFIG_RELOAD,
		"mean entry slippage that closes a symbol"),
	NUM_ROW("risk.slippage_fills", "RISK_SLIPPAGE_FILLS", COUNT, "fills", "5", 1, 100, limits.slippage_fills, CONFIG_RELOAD,
		"... over at least so many entry fills"),
	NUM_ROW("risk.slippage_window", "RISK_SLIPPAGE_WINDOW", TIME, "h", "24", HOUR_MS, 7 * DAY_MS,
		limits.slippage_window_ms, CONFIG_RELOAD, "... of the last hours"),
	NUM_ROW("risk.slippage_close", "RISK_SLIPPAGE_CLOSE", TIME, "h", "6", HOUR_MS, 7 * DAY_MS,
		limits.slippage_close_ms, CONFIG_RELOAD, "how long the symbol then stays closed"),
	NUM_ROW("risk.safe_confidence", "RISK_SAFE_CONFIDENCE", NUMBER, "", "0.80", 0, RATIO_ONE, limits.safe_confidence,
		CONFIG_RELOAD, "least confidence of an entry in safe mode"),
	NUM_ROW("risk.entries_per_minute", "RISK_ENTRIES_PER_MINUTE", COUNT, "entries", "10", 1, 1000,
		limits.entries_minute, CONFIG_RELOAD, "entries a minute"),
	NUM_ROW("risk.entries_per_day", "RISK_ENTRIES_PER_DAY", COUNT, "entries", "100", 1, 100000, limits.entries_day, CONFIG_RELOAD,
		"entries a UTC day"),
	NUM_ROW("risk.fees_per_day", "RISK_FEES_PER_DAY", RATIO, "of C", "0.01", SMALLEST, 10 * PERCENT, limits.fees_day,
		CONFIG_RELOAD, "fees of a day after which nothing is opened"),
	NUM_ROW("risk.size_up_window", "RISK_SIZE_UP_WINDOW", TIME, "h", "24", HOUR_MS, 30 * DAY_MS, limits.martingale_ms,
		CONFIG_RELOAD, "how long after a losing trade no more may be risked than it did (or until a winner)"),
	NUM_ROW("risk.ticker_age", "RISK_TICKER_AGE", TIME, "s", "30", SECOND_MS, 30 * SECOND_MS, limits.ticker_age_ms, CONFIG_RELOAD,
		"oldest ticker an entry may rest on"),
	NUM_ROW("risk.depth_age", "RISK_DEPTH_AGE", TIME, "s", "5", SECOND_MS, 5 * SECOND_MS, limits.depth_age_ms, CONFIG_RELOAD,
		"oldest depth an entry may rest on"),
	NUM_ROW("risk.bar_age", "RISK_BAR_AGE", TIME, "s", "10", SECOND_MS, 10 * SECOND_MS, limits.bar_age_ms, CONFIG_RELOAD,
		"oldest closed bar, on top of one timeframe"),
	NUM_ROW("risk.clock_offset", "RISK_CLOCK_OFFSET", TIME, "ms", "1000", 50, SECOND_MS, limits.clock_off_ms, 0,
		"difference between our clock and the exchange's"),
	NUM_ROW("risk.red_day", "RISK_RED_DAY", RATIO, "of NAV", "0.0005", 0, PERCENT, limits.red_day, CONFIG_RELOAD,
		"a day that moves less is neither red nor green"),
	NUM_ROW("risk.pause_rearm", "RISK_PAUSE_REARM", RATIO, "of NAV", "0.025", 0, 5 * PERCENT, limits.pause_rearm, CONFIG_RELOAD,
		"how much deeper the pause waits after a resume"),
	NUM_ROW("risk.unlock_after", "RISK_UNLOCK_AFTER", TIME, "h", "24", HOUR_MS, 365 * DAY_MS, limits.unlock_after_ms,
		CONFIG_RELOAD, "how long a lock stands before it may be unlocked"),
	NUM_ROW("risk.unexplained", "RISK_UNEXPLAINED", RATIO, "of E", "0.02", SMALLEST, 20 * PERCENT, unexplained, 0,
		"change of equity nobody explains that closes entries"),
	NUM_ROW("risk.explain", "RISK_EXPLAIN", TIME, "s", "10", SECOND_MS, MINUTE_MS, truth.explain_ms, 0,
		"how long a loss may wait for the ledger row that explains it before it counts"),
	NUM_ROW("risk.excess_over", "RISK_EXCESS_OVER", RATIO, "of the limit", "0.25", 0, RATIO_ONE / 4, truth.excess_over,
		0, "a position that prices or withdrawals took so far over a limit is reduced to it"),
	NUM_ROW("risk.excess_after", "RISK_EXCESS_AFTER", TIME, "s", "60", SECOND_MS, MINUTE_MS, truth.excess_ms, 0,
		"... once that has lasted so long"),
	BOOL_ROW("risk.lock_flattens", "RISK_LOCK_FLATTENS", "true", lock_flattens, 0,
		 "leave every position when drawdown locks (false: stops and targets stay)"),

	NUM_ROW("signal.bollinger_width", "SIGNAL_BOLLINGER_WIDTH", NUMBER, "sigma", "2.0", RATIO_ONE / 2, 5 * RATIO_ONE,
		signal.bollinger_width, 0, "distance of the Bollinger bands"),
	NUM_ROW("signal.reversion_stop", "SIGNAL_REVERSION_STOP", NUMBER, "x target", "0.55", RATIO_ONE / 10, RATIO_ONE,
		signal.reversion_stop, 0, "mean reversion: stop distance"),
	NUM_ROW("signal.reversion_atr", "SIGNAL_REVERSION_ATR", NUMBER, "ATR", "0.75", RATIO_ONE / 10, 10 * RATIO_ONE,
		signal.reversion_atr, 0, "mean reversion: least stop distance"),
	NUM_ROW("signal.trend_stop", "SIGNAL_TREND_STOP", NUMBER, "ATR", "3", RATIO_ONE / 10, 50 * RATIO_ONE,
		signal.trend_stop, 0, "trend: stop distance"),
	NUM_ROW("signal.trend_target", "SIGNAL_TREND_TARGET", NUMBER, "ATR", "6", RATIO_ONE / 10, 100 * RATIO_ONE,
		signal.trend_target, 0, "trend: target distance"),
	NUM_ROW("signal.trend_trail", "SIGNAL_TREND_TRAIL", NUMBER, "ATR", "3", RATIO_ONE / 10, 50 * RATIO_ONE,
		signal.trend_trail, 0, "trend: trailing distance once the trade is at +1 R"),
	NUM_ROW("signal.breakout_stop", "SIGNAL_BREAKOUT_STOP", NUMBER, "ATR", "3", RATIO_ONE / 10, 50 * RATIO_ONE,
		signal.breakout_stop, 0, "breakout: stop distance"),
	NUM_ROW("signal.breakout_target", "SIGNAL_BREAKOUT_TARGET", NUMBER, "ATR", "6", RATIO_ONE / 10, 100 * RATIO_ONE,
		signal.breakout_target, 0, "breakout: target distance"),
	NUM_ROW("signal.breakout_trail", "SIGNAL_BREAKOUT_TRAIL", NUMBER, "ATR", "3", RATIO_ONE / 10, 50 * RATIO_ONE,
		signal.breakout_trail, 0, "breakout: trailing distance once the trade is at +1 R"),
	NUM_ROW("signal.volatility_window", "SIGNAL_VOLATILITY_WINDOW", COUNT, "bars", "1000", 50, 1000,
		signal.volatility_window, 0, "how many values the volatility percentile ranks among"),
	NUM_ROW("signal.volatility_least", "SIGNAL_VOLATILITY_LEAST", COUNT, "bars", "200", 20, 1000,
		signal.volatility_least, 0, "with fewer values the percentile is unknown"),
	NUM_ROW("signal.volatility_high", "SIGNAL_VOLATILITY_HIGH", COUNT, "%", "80", 1, 100, signal.volatility_high, 0,
		"percentile from which the regime is high_vol"),
	NUM_ROW("signal.volatility_low", "SIGNAL_VOLATILITY_LOW", COUNT, "%", "20", 0, 99, signal.volatility_low, 0,
		"percentile under which the regime is low_vol"),
	NUM_ROW("signal.efficiency", "SIGNAL_EFFICIENCY", NUMBER, "", "0.15", 0, RATIO_ONE, signal.efficiency, 0,
		"efficiency ratio over 100 bars from which the regime is trending"),
	NUM_ROW("signal.hysteresis", "SIGNAL_HYSTERESIS", COUNT, "bars", "3", 1, 100, signal.hysteresis_bars, 0,
		"bars in a row a new regime must stand"),
	NUM_ROW("signal.jump", "SIGNAL_JUMP", RATIO, "of close", "0.50", PERCENT, 90 * PERCENT, signal.jump, 0,
		"close-to-close move that drops the series"),

	NUM_ROW("decide.edge", "DECIDE_EDGE", NUMBER, "", "1.0", 0, 10 * RATIO_ONE, decide.edge, 0,
		"least (target - costs) / (stop + costs)"),
	NUM_ROW("decide.pause", "DECIDE_PAUSE", COUNT, "bars", "3", 0, 1000, decide.pause_bars, 0,
		"bars after an exit without a new entry in the symbol"),
	NUM_ROW("decide.moved", "DECIDE_MOVED", NUMBER, "R", "0.2", SMALLEST, RATIO_ONE / 5, decide.moved, 0,
		"move of the mid that kills a proposal"),
	NUM_ROW("decide.life", "DECIDE_LIFE", TIME, "s", "5", SECOND_MS, 5 * SECOND_MS, limits.ticket_ms, 0,
		"how long a proposal lives"),
	NUM_ROW("decide.margin_share", "DECIDE_MARGIN_SHARE", RATIO, "of margin", "0.95", PERCENT, 95 * PERCENT,
		decide.margin_share, 0, "share of the available margin an entry may use"),

	NUM_ROW("exit.time", "EXIT_TIME", TIME, "h", "24", HOUR_MS, 365 * DAY_MS, exit.time_ms, 0,
		"a position is left after"),
	NUM_ROW("exit.contradiction", "EXIT_CONTRADICTION", COUNT, "bars", "10", 1, 10000, exit.contradiction_bars, 0,
		"... or when the regime has contradicted it so long, below +1 R"),
	NUM_ROW("exit.trail_step", "EXIT_TRAIL_STEP", NUMBER, "ATR", "0.25", 0, 10 * RATIO_ONE, exit.trail_step, 0,
		"least improvement that moves a trailing stop"),
	NUM_ROW("exit.protect", "EXIT_PROTECT", TIME, "ms", "3000", 500, 3 * SECOND_MS, exit.protect_ms, 0,
		"a position without a confirmed stop is left after"),

	BOOL_ROW("scanner.enabled", "SCANNER_ENABLED", "true", scanner.enabled, CONFIG_USUAL, "automatic coin selection"),
	NUM_ROW("scanner.max_positions", "SCANNER_MAX_POSITIONS", COUNT, "positions", "5", 1, 100, limits.positions,
		CONFIG_USUAL, "open positions at one time; also how many symbols the scanner picks"),
	NUM_ROW("scanner.portfolio_pct", "SCANNER_PORTFOLIO_PCT", RATIO, "of C", "0.50", 0, RATIO_ONE,
		limits.portfolio_share, CONFIG_USUAL | CONFIG_RELOAD, "value of all scanner-picked positions together"),
	NUM_ROW("scanner.min_volume_24h", "SCANNER_MIN_VOLUME_24H", MONEY, "USDT", "1000000", 0, VALUE_MAX,
		scanner.turnover, CONFIG_USUAL, "least turnover of the last 24 hours"),
	LIST_ROW("scanner.blacklist", "SCANNER_BLACKLIST", "", scanner.blacklist, CONFIG_USUAL | CONFIG_RELOAD,
		 "symbols never to trade, separated by commas"),
	NUM_ROW("scanner.interval", "SCANNER_INTERVAL_MINUTES", TIME, "min", "15", MINUTE_MS, DAY_MS, scanner.interval_ms,
		0, "time between two scans"),
	NUM_ROW("scanner.listed", "SCANNER_LISTED_DAYS", TIME, "days", "30", 0, 3650 * DAY_MS, scanner.listed_ms, 0,
		"least time since a symbol was listed"),
	NUM_ROW("scanner.spread", "SCANNER_SPREAD", RATIO, "of price", "0.001", SMALLEST, PERCENT, scanner.spread, 0,
		"widest spread of a symbol worth picking"),
	NUM_ROW("scanner.range_low", "SCANNER_RANGE_LOW", RATIO, "of price", "0.02", 0, RATIO_ONE, scanner.range_low, 0,
		"24 h range: lower end of the sweet spot"),
	NUM_ROW("scanner.range_high", "SCANNER_RANGE_HIGH", RATIO, "of price", "0.20", 0, 10 * RATIO_ONE,
		scanner.range_high, 0, "24 h range: upper end of the sweet spot"),
	NUM_ROW("scanner.hysteresis", "SCANNER_HYSTERESIS", COUNT, "ranks", "3", 0, 100, scanner.hysteresis_ranks, 0,
		"a picked symbol leaves only when it falls so far below the last place"),

	NUM_ROW("learn.weight_insufficient", "LEARN_WEIGHT_INSUFFICIENT", NUMBER, "", "0.5", SMALLEST, RATIO_ONE,
		learn.weight_insufficient, 0, "size weight of a strategy with under 20 trades in the regime"),
	NUM_ROW("learn.weight_active", "LEARN_WEIGHT_ACTIVE", NUMBER, "", "0.75", SMALLEST, RATIO_ONE,
		learn.weight_active, 0, "size weight of an active strategy (promoted ones have 1)"),
	NUM_ROW("learn.fade", "LEARN_FADE", NUMBER, "a trade", "0.99", RATIO_ONE / 2, RATIO_ONE, learn.fade, 0,
		"how much of a trade's weight is left after the next one"),
	BOOL_ROW("learn.shadow", "LEARN_SHADOW", "true", learn.shadow, 0,
		 "try in a shadow account what may not trade (archived, not promoted); false: nothing comes back by itself"),
	NUM_ROW("learn.return_salience", "LEARN_RETURN_SALIENCE", NUMBER, "", "0.3", RATIO_ONE / 5, RATIO_ONE,
		learn.return_salience, 0, "what an archived strategy's shadow record must reach to come back"),
	NUM_ROW("learn.return_trades", "LEARN_RETURN_TRADES", COUNT, "trades", "30", 20, 10000, learn.return_trades, 0,
		"... over at least so many trades"),

	NUM_ROW("promotion.sharpe", "PROMOTION_SHARPE", NUMBER, "", "1.2", PROMOTION_SHARPE_LEAST, 10 * RATIO_ONE,
		promotion.sharpe, CONFIG_HARD_LOW, "Sharpe of daily returns, x sqrt 365, that must be passed"),
	NUM_ROW("promotion.drawdown", "PROMOTION_DRAWDOWN", RATIO, "of equity", "0.10", SMALLEST, PROMOTION_DRAWDOWN_MOST,
		promotion.drawdown, CONFIG_HARD_HIGH, "worst drawdown must stay under"),
	NUM_ROW("promotion.trades", "PROMOTION_TRADES", COUNT, "trades", "200", PROMOTION_TRADES_LEAST, 100000,
		promotion.trades, CONFIG_HARD_LOW, "closed trades, at least"),
	NUM_ROW("promotion.days", "PROMOTION_DAYS", COUNT, "days", "60", 2, 3650, promotion.days, 0,
		"days that are over, at least"),
	NUM_ROW("promotion.weeks", "PROMOTION_WEEKS", COUNT, "weeks", "8", 1, 520, promotion.weeks, 0,
		"whole weeks, at least"),
	NUM_ROW("promotion.stable", "PROMOTION_STABLE", RATIO, "of weeks", "0.60", 0, RATIO_ONE, promotion.stable, 0,
		"weeks that gained, at least"),
	NUM_ROW("promotion.regimes", "PROMOTION_REGIMES", COUNT, "regimes", "2", PROMOTION_REGIMES_LEAST, 3,
		promotion.regimes, CONFIG_HARD_LOW, "regimes with a net profit, at least (three of the four are traded)"),

	NUM_ROW("stage.up_trades", "STAGE_UP_TRADES", COUNT, "trades", "50", 1, 100000, stage.up_trades, 0,
		"closed trades at a stage before the next one"),
	NUM_ROW("stage.up_days", "STAGE_UP_DAYS", COUNT, "days", "30", 2, 3650, stage.up_days, 0,
		"daily returns at a stage before the next one"),
	NUM_ROW("stage.up_sharpe", "STAGE_UP_SHARPE", NUMBER, "", "1.0", 0, 10 * RATIO_ONE, stage.up_sharpe, 0,
		"least Sharpe at a stage for the next one"),
	NUM_ROW("stage.down_days", "STAGE_DOWN_DAYS", COUNT, "days", "30", 2, 3650, stage.down_days, 0,
		"daily returns at a stage before Sharpe can lower it"),
	NUM_ROW("stage.down_sharpe", "STAGE_DOWN_SHARPE", NUMBER, "", "0.5", 0, 10 * RATIO_ONE, stage.down_sharpe, 0,
		"Sharpe under which the stage is lowered"),
	NUM_ROW("stage.drawdown_factor", "STAGE_DRAWDOWN_FACTOR", NUMBER, "x", "1.5", RATIO_ONE / 2, 3 * RATIO_ONE / 2,
		stage.drawdown_factor, 0, "drawdown that lowers the stage, in worst drawdowns of the record that was promoted"),
	NUM_ROW("stage.drawdown_floor", "STAGE_DRAWDOWN_FLOOR", RATIO, "of NAV", "0.05", SMALLEST, 10 * PERCENT,
		stage.drawdown_floor, 0, "... but at least this much"),
	NUM_ROW("stage.slippage_over", "STAGE_SLIPPAGE_OVER", RATIO, "of price", "5bps", 0, PERCENT, stage.slippage_over, 0,
		"mean slippage over that of the record that was promoted which lowers the stage"),

	BOOL_ROW("llm.enabled", "LLM_ENABLED", "false", llm, CONFIG_USUAL, "optional market analysis; it can only advise; not used by this version"),
	TEXT_ROW("llm.api_key", "LLM_API_KEY", SECRET, "", llm_key, NULL, CONFIG_USUAL, "OpenAI-compatible API key; not used by this version"),

	NUM_ROW("sim.balance", "SIM_BALANCE", MONEY, "USDT", "10000", USDT, VALUE_MAX / 100, sim.balance, 0,
		"what the simulated account starts with"),
	NUM_ROW("sim.latency", "SIM_LATENCY", TIME, "ms", "250", 0, MINUTE_MS, sim.latency_ms, 0,
		"time from an order to its fill"),
	NUM_ROW("sim.half_spread", "SIM_HALF_SPREAD", RATIO, "of price", "1bps", 0, PERCENT, sim.half_spread, 0,
		"half the modelled spread, before it widens with the bar's range"),
	NUM_ROW("sim.depth_share", "SIM_DEPTH_SHARE", RATIO, "of turnover", "0.05", SMALLEST, RATIO_ONE, sim.depth_share,
		0, "share of a bar's mean turnover that is modelled to rest within 10 bps, on each side"),
	TEXT_ROW("sim.weather", "SIM_WEATHER", TEXT, "off", sim.weather, NULL, 0,
		 "faults of the simulated exchange: off, mild or storm; then, if wanted, ,seed=N ,per-day=N ,jitter=MS"),

	NUM_ROW("candles.rows_max", "CANDLES_ROWS_MAX", COUNT, "rows", "10000000", 1000, 80000000, candles.rows_max, 0,
		"the most rows one candle file may have (48 bytes each); a larger one is refused"),
	TEXT_ROW("candles.cache", "CANDLES_CACHE", TEXT, "off", candles.cache, NULL, 0,
		 "folder for candles in a form that needs no parsing, or off"),
	BOOL_ROW("candles.cache_verify", "CANDLES_CACHE_VERIFY", "false", candles.cache_verify, 0,
		 "hold each source against its checksum before its cached candles are used, not only its times and size"),

	TEXT_ROW("log.level", "LOG_LEVEL", CHOICE, "info", log_level, "error warn info debug", CONFIG_RELOAD, "how much is logged"),
};
/* clang-format on */
const size_t config_row_count = sizeof(config_rows) / sizeof(config_rows[0]);
_Static_assert(sizeof(config_rows) / sizeof(config_rows[0]) <= CONFIG_ROWS_MAX,
	       "origins has room for every row");
